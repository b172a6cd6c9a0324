/* haproxy_edit.c - its files with our marked lines in them: where they were, or where they belong. */
#include "proxy/haproxy.h"

#include <string.h>

#include "base/fs.h"
#include "proxy/values.h"

struct edited {
	const struct proxy_context *c;
	const struct haproxy_place *p;
	const struct hap_text      *t;
	const struct haproxy_spots *spots;
	const char                 *address, *crt;
	bool                        is_main, has_frontend, has_backend;
	struct buf                  out;
};

static bool
is_spot(const struct edited *w, enum haproxy_spot_kind kind, int number)
{
	for (size_t i = 0; i < w->spots->n; i++)
		if (w->spots->v[i].kind == kind && w->spots->v[i].line == number)
			return true;
	return false;
}

static bool
is_comment(const char *line)
{
	return line[strspn(line, " \t")] == '#';
}

/* Where a comment begins that stands right above `line'; `line' itself if there is none, or if it is a mark of ours. */
static int
above_comments(const char *text, int line)
{
	int number = 0, first = 0, from, to;

	for (const char *p = text; *p; p += strcspn(p, "\n") + 1) {
		if (++number == line)
			break;
		first = !is_comment(p) || haproxy_block_around(text, number, &from, &to) ? 0
		        : first                                                          ? first
		                                                                         : number;
		if (!p[strcspn(p, "\n")])
			break;
	}
	return first && number == line ? first : line;
}

/* Is a line in this section, or in what is said behind it? */
static bool
is_within(const struct hap_section *s, int line)
{
	const struct hap_section *next =
		s->next && strcmp(s->next->file, s->file) == 0 ? s->next : NULL;

	return line > s->line && (!next || line <= next->line);
}

/* Where a part of ours was in this section; 0: nowhere. */
static int
old_place(const struct edited *w, const struct hap_section *front, enum haproxy_spot_kind kind)
{
	for (size_t i = 0; i < w->spots->n; i++)
		if (w->spots->v[i].kind == kind && is_within(front, w->spots->v[i].line))
			return w->spots->v[i].line;
	return 0;
}

static bool
chooses(const struct hap_line *l)
{
	static const char *const words[] = { "use_backend", "default_backend", "use-server",
		                             "server", "server-template" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(l->args[0], words[i]) == 0)
			return true;
	return false;
}

/*
 * Behind what comes first in any case: rules go before anything that chooses a
 * backend, also for another name of ours; our choice before theirs alone.
 */
static int
new_place(const struct edited *w, const struct hap_section *front, enum haproxy_spot_kind kind)
{
	const char *text = w->t->text;
	int first, last;

	for (const struct hap_line *l = front->first; l; l = l->next) {
		const bool ours = chooses(l) && haproxy_block_around(text, l->line, &first, &last);

		if (ours && kind == HAPROXY_SPOT_RULES)
			return first;
		if (chooses(l) && !ours)
			return above_comments(text, l->line);
	}
	return haproxy_block_around(text, front->last, &first, &last) ? last + 1 : front->last + 1;
}

static int
place_of(const struct edited *w, const struct hap_section *front, enum haproxy_spot_kind kind)
{
	int line = old_place(w, front, kind);

	/* Where both stood in one block, it is known by the choice. */
	if (!line && kind == HAPROXY_SPOT_RULES)
		line = old_place(w, front, HAPROXY_SPOT_CHOICE);
	return line ? line : new_place(w, front, kind);
}

/* The same bind line, with our certificate behind theirs. */
static int
put_bind(struct edited *w, const char *line, size_t len, struct err *e)
{
	const size_t content = hap_content(line, len);
	struct buf b = BUF_INIT;
	int rc;

	buf_printf(&b, "\t#-%.*s\n%.*s crt ", (int)len, line, (int)content, line);
	rc = haproxy_escape(&b, w->crt, e);
	buf_putc(&b, '\n');
	if (rc == 0)
		haproxy_block_put(&w->out, w->address, "\t", b.s);
	buf_free(&b);
	return rc;
}

/* Our certificates are all in one directory, so that another name of ours needs no other line. */
static int
put_frontend(struct edited *w, struct err *e)
{
	struct arena a = { 0 };
	int rc = 0;

	if (w->p->own_plain || w->p->own_tls)
		rc = haproxy_frontend(&w->out, w->c, w->p, w->crt ? fs_dirname(&a, w->crt) : NULL,
		                      e);
	w->has_frontend = true;
	arena_free(&a);
	return rc;
}

static int
put_backend(struct edited *w, struct err *e)
{
	w->has_backend = true;
	return haproxy_backend(&w->out, w->c, w->p, e);
}

static int
edit_line(struct edited *w, const char *line, size_t len, int number, struct err *e)
{
	bool replaced = false;

	if (w->is_main && !w->has_frontend && is_spot(w, HAPROXY_SPOT_FRONTEND, number) &&
	    put_frontend(w, e) < 0)
		return -1;
	if (w->is_main && !w->has_backend && is_spot(w, HAPROXY_SPOT_BACKEND, number) &&
	    put_backend(w, e) < 0)
		return -1;
	for (size_t i = 0; i < w->p->n_routes; i++) {
		const struct haproxy_route *r = &w->p->routes[i];

		if (strcmp(r->front->file, w->t->file) != 0)
			continue;
		if (haproxy_rules(&w->out, w->c,
		                  place_of(w, r->front, HAPROXY_SPOT_RULES) == number,
		                  place_of(w, r->front, HAPROXY_SPOT_CHOICE) == number, r, e) < 0)
			return -1;
		if (line && r->bind && r->bind->line == number) {
			if (put_bind(w, line, len, e) < 0)
				return -1;
			replaced = true;
		}
	}
	if (replaced || !line)
		return 0;
	buf_add(&w->out, line, len);
	buf_putc(&w->out, '\n');
	return 0;
}

/* What has no place of old goes to the end of the main file. */
static int
append(struct edited *w, struct err *e)
{
	const bool wants_frontend = !w->has_frontend && (w->p->own_plain || w->p->own_tls);

	if (w->out.len > 1 && w->out.s[w->out.len - 2] != '\n' &&
	    (wants_frontend || !w->has_backend))
		buf_putc(&w->out, '\n');
	if (wants_frontend) {
		if (put_frontend(w, e) < 0)
			return -1;
		if (!w->has_backend)
			buf_putc(&w->out, '\n');
	}
	return w->has_backend ? 0 : put_backend(w, e);
}

static int
edit(struct edited *w, struct err *e)
{
	const char *p = w->t->text, *end = w->t->text + w->t->len;
	int number = 0;

	while (p < end) {
		const size_t len = strcspn(p, "\n");

		if (edit_line(w, p, len, ++number, e) < 0)
			return -1;
		p += len + 1;
	}
	if (edit_line(w, NULL, 0, number + 1, e) < 0) /* behind a last section */
		return -1;
	return w->is_main ? append(w, e) : 0;
}

int
haproxy_edit(struct steps *out, const struct proxy_context *c, const struct haproxy_place *p,
             const char *crt, struct err *e)
{
	struct arena a = { 0 };
	int rc = 0;

	for (size_t i = 0; i < p->n_texts && rc == 0; i++) {
		struct edited w = {
			.c = c,
			.p = p,
			.t = &p->texts[i],
			.spots = &p->spots[i],
			.address = values_address(&a, c),
			.crt = crt,
			.is_main = strcmp(p->texts[i].file, haproxy_config(c)) == 0,
			.out = BUF_INIT,
		};
		struct buf now = BUF_INIT;
		struct err ignored;

		rc = edit(&w, e);
		fs_read(&now, fs_path(&a, c->root, w.t->file), 4u << 20, &ignored);
		/* Of the other files only those that change are a step. */
		if (rc == 0 && (w.is_main || strcmp(now.s, w.out.s) != 0))
			steps_write_shared(out, w.t->file, w.out.s, 0644);
		buf_free(&now);
		buf_free(&w.out);
	}
	arena_free(&a);
	return rc;
}
