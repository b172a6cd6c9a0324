/*
 * haproxy_block.c - our part of a file that belongs to somebody else.
 *
 *	# OpenChamber at https://chat.example.org: begin. Written by antechamber.
 *	#-	bind :443 ssl crt /etc/haproxy/other.pem
 *		bind :443 ssl crt /etc/haproxy/other.pem crt /etc/haproxy/antechamber/chat.pem
 *	# OpenChamber at https://chat.example.org: end.
 *
 * Behind "#-" stands, byte for byte, a line that was there before.  A frontend
 * of our own is marked too, but for no name: it stays as long as any name has
 * its lines in it.
 */
#include "proxy/haproxy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"

#define AT          "# OpenChamber at "
#define FRONTEND    "# OpenChamber's own frontend"
#define BEGIN_WORDS ": begin. " PROXY_MARK "."
#define END_WORDS   ": end."
#define KEPT        "#-"

void
haproxy_block_put(struct buf *out, const char *address, const char *indent, const char *text)
{
	buf_printf(out, "%s" AT "%s" BEGIN_WORDS "\n%s%s" AT "%s" END_WORDS "\n", indent, address,
	           text, indent, address);
}

void
haproxy_block_put_frontend(struct buf *out, const char *text)
{
	buf_printf(out, FRONTEND BEGIN_WORDS "\n%s" FRONTEND END_WORDS "\n", text);
}

enum mark { MARK_NONE, MARK_BEGIN, MARK_END };

/* One line of a text, and what becomes of it. */
struct cut {
	const char *s;
	size_t      len;     /* without the newline */
	bool        newline;
	bool        gone;
	int         spot;    /* a block began here that goes: its kind; -1: none */
};

struct cuts {
	struct cut *v;
	size_t      n;
};

static void
cut_lines(struct cuts *c, const char *text)
{
	while (*text) {
		const size_t len = strcspn(text, "\n");

		if ((c->n & (c->n - 1)) == 0)
			c->v = xreallocarray(c->v, c->n ? 2 * c->n : 1, sizeof(*c->v));
		c->v[c->n++] = (struct cut){
			.s = text, .len = len, .newline = text[len] == '\n', .spot = -1
		};
		text += len + (text[len] == '\n');
	}
}

/* Is it a marked line with this beginning?  What stands between beginning and end goes to `what'. */
static enum mark
marked(const struct cut *line, const char *beginning, const char **what, size_t *len)
{
	static const struct { const char *words; enum mark mark; } ends[] = {
		{ BEGIN_WORDS, MARK_BEGIN }, { END_WORDS, MARK_END },
	};
	const size_t blanks = strspn(line->s, " \t"), skip = blanks + strlen(beginning);

	if (line->len < skip || strncmp(line->s + blanks, beginning, skip - blanks) != 0)
		return MARK_NONE;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		const size_t n = strlen(ends[i].words);

		if (line->len >= skip + n &&
		    strncmp(line->s + line->len - n, ends[i].words, n) == 0) {
			*what = line->s + skip;
			*len = line->len - skip - n;
			return ends[i].mark;
		}
	}
	return MARK_NONE;
}

/* Is "https://HOST:PORT" of this host? */
static bool
is_host(const char *address, size_t len, const char *host)
{
	const char *name = memmem(address, len, "://", 3), *end = address + len;
	const size_t n = strlen(host);

	if (!name)
		return false;
	name += 3;
	if (name < end && *name == '[')
		name++;
	if ((size_t)(end - name) < n || strncasecmp(name, host, n) != 0)
		return false;
	name += n;
	if (name < end && *name == ']')
		name++;
	return name == end || *name == ':';
}

static enum mark
mark_of_host(const struct cut *line, const char *host)
{
	const char *address;
	size_t len;
	const enum mark mark = marked(line, AT, &address, &len);

	return mark != MARK_NONE && (!host || is_host(address, len, host)) ? mark : MARK_NONE;
}

static enum mark
mark_of_frontend(const struct cut *line)
{
	const char *what;
	size_t len;

	return marked(line, FRONTEND, &what, &len);
}

/* Theirs again, or nothing; true: it was kept. */
static bool
put_back(struct cut *line)
{
	const size_t blanks = strspn(line->s, " \t"), n = sizeof(KEPT) - 1;

	line->gone = line->len < blanks + n || strncmp(line->s + blanks, KEPT, n) != 0;
	if (line->gone)
		return false;
	line->s += blanks + n;
	line->len -= blanks + n;
	return true;
}

static bool
begins(const struct cut *line, const char *word)
{
	const size_t blanks = strspn(line->s, " \t");

	return line->len > blanks && strncmp(line->s + blanks, word, strlen(word)) == 0;
}

static int
unclosed(const char *file, size_t line, struct err *e)
{
	return err_at(e, ERR_CONFLICT, file, (int)line + 1, 0,
	              _("The part that antechamber wrote begins here, and its last line is gone. "
	                "Take the rest of it out."));
}

static int
drop_host(struct cuts *c, const char *host, const char *file, struct err *e)
{
	for (size_t i = 0; i < c->n; i++) {
		const size_t began = i;
		enum haproxy_spot_kind kind = HAPROXY_SPOT_RULES;
		bool kept = false;

		if (mark_of_host(&c->v[i], host) != MARK_BEGIN)
			continue;
		for (c->v[i++].gone = true; i < c->n && mark_of_host(&c->v[i], host) != MARK_END;
		     i++) {
			if (begins(&c->v[i], "backend "))
				kind = HAPROXY_SPOT_BACKEND;
			else if (begins(&c->v[i], "use_backend "))
				kind = HAPROXY_SPOT_CHOICE;
			kept |= put_back(&c->v[i]);
		}
		if (i == c->n)
			return unclosed(file, began, e);
		c->v[i].gone = true;
		/* Where a line of theirs was put back, it will itself be the place. */
		if (!kept)
			c->v[began].spot = (int)kind;
	}
	return 0;
}

/* A frontend of ours that no name needs any more. */
static int
drop_frontends(struct cuts *c, const char *file, struct err *e)
{
	for (size_t i = 0; i < c->n; i++) {
		const size_t began = i;
		bool needed = false;

		if (mark_of_frontend(&c->v[i]) != MARK_BEGIN)
			continue;
		for (i++; i < c->n && mark_of_frontend(&c->v[i]) != MARK_END; i++)
			needed |= !c->v[i].gone && mark_of_host(&c->v[i], NULL) == MARK_BEGIN;
		if (i == c->n)
			return unclosed(file, began, e);
		for (size_t k = began; k <= i && !needed; k++) {
			c->v[k].gone = true;
			c->v[k].spot = k == began ? HAPROXY_SPOT_FRONTEND : -1;
		}
	}
	return 0;
}

int
haproxy_block_strip(struct buf *out, struct haproxy_spots *spots, const char *text,
                    const char *host, const char *file, struct err *e)
{
	struct cuts c = { 0 };
	int rc = -1, line = 1;

	cut_lines(&c, text);
	if (drop_host(&c, host, file, e) == 0 && drop_frontends(&c, file, e) == 0)
		rc = 0;
	for (size_t i = 0; i < c.n && rc == 0; i++) {
		const struct cut *l = &c.v[i];

		if (l->spot >= 0 && spots->n < ARRAY_LEN(spots->v))
			spots->v[spots->n++] =
				(struct haproxy_spot){ (enum haproxy_spot_kind)l->spot, line };
		if (l->gone)
			continue;
		buf_add(out, l->s, l->len);
		if (l->newline)
			buf_putc(out, '\n');
		line++;
	}
	free(c.v);
	return rc;
}

bool
haproxy_block_around(const char *text, int line, int *first, int *last)
{
	struct cuts c = { 0 };
	bool found = false;

	*first = 0;
	cut_lines(&c, text);
	for (int i = 0; i < (int)c.n && !found; i++) {
		const enum mark mark = mark_of_host(&c.v[i], NULL);

		if (mark == MARK_BEGIN)
			*first = i + 1;
		if (mark == MARK_END) {
			*last = i + 1;
			found = *first && *first <= line && line <= *last;
			*first = found ? *first : 0;
		}
	}
	free(c.v);
	return found;
}

bool
haproxy_block_has(const char *text, int wanted)
{
	struct cuts c = { 0 };
	int depth = 0;

	cut_lines(&c, text);
	for (size_t i = 0; i < c.n && (int)i < wanted; i++) {
		const enum mark host = mark_of_host(&c.v[i], NULL),
				frontend = mark_of_frontend(&c.v[i]);

		depth += (host == MARK_BEGIN) + (frontend == MARK_BEGIN);
		depth -= (host == MARK_END) + (frontend == MARK_END);
	}
	free(c.v);
	return depth > 0;
}
