/* npm_lint_args.c - whether a directive has the values that nginx takes, and a `;' behind them. */
#include "proxy/npm_lint.h"

#include <string.h>

#include "base/i18n.h"

struct word {
	size_t begin, end;
	int    line, column;
};

/* Past blanks and comments to the next word or mark of a directive; false: there is none before `end'. */
static bool
next_word(const char *text, size_t end, struct word *w)
{
	size_t i = w->end, start;

	while (i < end && strchr(" \t\r\n#", text[i])) {
		if (text[i] == '#')
			while (i < end && text[i] != '\n')
				i++;
		else
			i++;
	}
	start = i;
	if (i < end && strchr("\"'", text[i])) {
		for (i++; i < end && text[i] != text[start]; i++)
			i += text[i] == '\\';
		i++;
	} else {
		while (i < end && !strchr(" \t\r\n;{}", text[i]))
			i += text[i] == '\\' ? 2 : 1;
	}
	for (; w->begin < start; w->begin++) {
		w->column++;
		if (text[w->begin] == '\n') {
			w->line++;
			w->column = 1;
		}
	}
	w->end = i;
	return start < end && i > start && i <= end;
}

/* A directive's name where a line of another's values begins: the `;' in between was forgotten. */
static bool
swallowed(const struct npm_lint_look *k, const struct npm_book *b, const struct ngx_directive *d,
          struct word *w)
{
	int line = d->line;

	*w = (struct word){ d->begin, d->begin, d->line, d->column };
	while (next_word(k->composed, d->block ? d->inside : d->end, w)) {
		const size_t n = w->end - w->begin;
		bool first = w->line > line;

		line = w->line;
		for (size_t i = 0; first && i < b->n; i++)
			if ((b->v[i].server || b->v[i].location) && strlen(b->v[i].name) == n &&
			    strncmp(b->v[i].name, k->composed + w->begin, n) == 0)
				return true;
	}
	return false;
}

/* What nginx says against the values; NULL: nothing. */
static const char *
refused(struct npm_lint *l, const struct npm_known *known, const struct ngx_directive *d, const char **rule)
{
	if (!known->counts)
		return NULL;
	*rule = "block";
	if (d->block != known->block)
		return known->block
		               ? _("nginx wants a block in { } behind this directive, and refuses the whole host.")
		               : _("nginx takes no block in { } behind this directive, and refuses the whole host.");
	*rule = "value-count";
	if (!npm_book_counts(known, d->n_args))
		return arena_printf(&l->arena,
		                    /* TRANSLATORS: the second is a number, or as "1-3", "1, 3", "2+" */
		                    _("Values here: %zu. nginx takes %s, and refuses the whole host."), d->n_args,
		                    npm_book_numbers(&l->arena, known));
	*rule = "value-kind";
	for (size_t i = 0; i < d->n_args; i++) {
		const char *wants = npm_book_wants(&l->arena, known, i, d->args[i]);
		if (wants)
			return wants;
	}
	return NULL;
}

void
npm_lint_args(struct npm_lint_look *k, const struct npm_book *b, const struct npm_known *known,
              const struct ngx_directive *d)
{
	const char *rule, *why = refused(k->l, known, d, &rule);
	struct word w;

	if (!known->block && swallowed(k, b, d, &w))
		npm_lint_say(k, why ? "semicolon" : "swallowed", NULL, w.line, w.column);
	else if (why)
		npm_lint_say(k, rule, why, d->line, d->column);
}
