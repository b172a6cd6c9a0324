#include "escape.h"

#include <string.h>

#include "base/mem.h"
#include "term.h"

static const struct {
	const char *sequence; /* behind Esc */
	enum key    key;
} known[] = {
	{ "[A", K_UP },      { "[B", K_DOWN },    { "[C", K_RIGHT },   { "[D", K_LEFT },
	{ "OA", K_UP },      { "OB", K_DOWN },    { "OC", K_RIGHT },   { "OD", K_LEFT },
	{ "[H", K_HOME },    { "[F", K_END },     { "OH", K_HOME },    { "OF", K_END },
	{ "[1~", K_HOME },   { "[4~", K_END },    { "[3~", K_DELETE }, { "[Z", K_BACKTAB },
	{ "[5~", K_PAGE_UP }, { "[6~", K_PAGE_DOWN },
	{ "[1;5C", K_WORD_RIGHT }, { "[1;5D", K_WORD_LEFT },
	{ "OP", K_F1 },      { "OQ", K_F2 },      { "OR", K_F3 },      { "OS", K_F4 },
	{ "[11~", K_F1 },    { "[12~", K_F2 },    { "[13~", K_F3 },    { "[14~", K_F4 },
	{ "[15~", K_F5 },    { "[17~", K_F6 },    { "[18~", K_F7 },    { "[19~", K_F8 },
	{ "[20~", K_F9 },
};

bool
escape_holds(const struct escape *x)
{
	return x->n > 0;
}

void
escape_flush(struct escape *x, escape_key_fn *fn, void *ctx)
{
	const size_t n = x->n;

	x->n = 0;
	x->at = 0;
	for (size_t i = 0; i < n; i++)
		fn(ctx, x->part[i]);
}

/* A letter or `~' ends a sequence; `[' may have digits and `;' before it. */
static void
go_on(struct escape *x, int key, escape_key_fn *fn, void *ctx)
{
	if ((key >= '0' && key <= '9') || key == ';') {
		if (x->n + 1 < sizeof(x->part) && x->part[0] == '[') {
			x->part[x->n++] = (char)key;
			return;
		}
	} else if ((key >= 'A' && key <= 'Z') || key == '~') {
		x->part[x->n++] = (char)key;
		for (size_t i = 0; i < ARRAY_LEN(known); i++)
			if (strlen(known[i].sequence) == x->n &&
			    memcmp(known[i].sequence, x->part, x->n) == 0) {
				x->n = 0;
				x->at = 0;
				fn(ctx, K_UNESC);
				fn(ctx, (int)known[i].key);
				return;
			}
		escape_flush(x, fn, ctx);
		return;
	}
	escape_flush(x, fn, ctx);
	fn(ctx, key);
}

void
escape_feed(struct escape *x, int key, long long now, escape_key_fn *fn, void *ctx)
{
	const bool fresh = x->at && now - x->at < ESCAPE_MS;

	if (x->n && fresh && key < (int)K_SPECIAL) {
		go_on(x, key, fn, ctx);
		return;
	}
	escape_flush(x, fn, ctx);
	if (fresh && (key == '[' || key == 'O')) {
		x->at = now;
		x->part[x->n++] = (char)key;
		return;
	}
	if (key == (int)K_ESC)
		x->at = now ? now : 1;
	fn(ctx, key);
}
