/* nginx_repair_text.c - from edits of directives to whole files: which are changed, and how they read then. */
#include "proxy/nginx_repair.h"

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/mend.h"

#define FILE_MAX (4u << 20)

/* ---- said of directives ---- */

static struct edit *
find(const struct repair *r, enum edit_kind kind, const struct ngx_directive *d)
{
	for (size_t i = 0; i < r->n_edits; i++)
		if (r->edits[i].kind == kind && r->edits[i].d == d)
			return &r->edits[i];
	return NULL;
}

static struct edit *
add(struct repair *r, enum edit_kind kind, const struct ngx_directive *d, const char *text)
{
	if ((r->n_edits & (r->n_edits - 1)) == 0)
		r->edits = xreallocarray(r->edits, r->n_edits ? 2 * r->n_edits : 1,
		                         sizeof(*r->edits));
	r->edits[r->n_edits] = (struct edit){
		.kind = kind, .d = d, .text = arena_strdup(&r->arena, text),
		.file = d ? d->file : NULL, .begin = d ? d->begin : 0,
	};
	return &r->edits[r->n_edits++];
}

bool
repair_is_out(const struct repair *r, const struct ngx_directive *d)
{
	return find(r, EDIT_OUT, d) != NULL;
}

bool
repair_has_word(const struct repair *r, const struct ngx_directive *d)
{
	return find(r, EDIT_WORD, d) != NULL;
}

void
repair_out(struct repair *r, const struct ngx_directive *d)
{
	if (!repair_is_out(r, d))
		add(r, EDIT_OUT, d, NULL);
}

void
repair_word(struct repair *r, const struct ngx_directive *d, size_t word, const char *text)
{
	for (size_t i = 0; i < r->n_edits; i++)
		if (r->edits[i].kind == EDIT_WORD && r->edits[i].d == d && r->edits[i].word == word)
			return;
	add(r, EDIT_WORD, d, text)->word = word;
}

void
repair_drop_word(struct repair *r, const struct ngx_directive *d, size_t word)
{
	for (size_t i = 0; i < r->n_edits; i++)
		if (r->edits[i].kind == EDIT_NO_WORD && r->edits[i].d == d &&
		    r->edits[i].word == word)
			return;
	add(r, EDIT_NO_WORD, d, NULL)->word = word;
}

/* Is this among the lines? */
static bool
has_line(const char *lines, const char *line)
{
	const size_t len = strlen(line);

	for (const char *p = lines; (p = strstr(p, line)); p += len)
		if ((p == lines || p[-1] == '\n') && (p[len] == '\0' || p[len] == '\n'))
			return true;
	return false;
}

static void
add_lines(struct repair *r, enum edit_kind kind, const struct ngx_directive *d, const char *lines)
{
	struct edit *there = find(r, kind, d);

	if (!there)
		add(r, kind, d, lines);
	else if (!has_line(there->text, lines))
		there->text = arena_printf(&r->arena, "%s\n%s", there->text, lines);
}

/*
 * Behind the server's own headers, where it has some in its file, else behind
 * the last of its own settings before its blocks.
 */
static const struct ngx_directive *
anchor(const struct repair *r)
{
	const struct ngx_directive *last = NULL, *header = NULL;

	for (const struct ngx_directive *d = r->server->child; d; d = d->next) {
		if (d->file != r->server->file || repair_is_out(r, d))
			continue;
		if (!d->block && strcmp(d->name, "proxy_set_header") == 0)
			header = d;
		if (d->block)
			break;
		last = d;
	}
	return header ? header : last;
}

void
repair_line(struct repair *r, const char *line)
{
	/* All go to one place; it is looked for when no more goes out. */
	add_lines(r, EDIT_INSIDE, r->server, line);
}

void
repair_inside(struct repair *r, const struct ngx_directive *block, const char *lines)
{
	add_lines(r, EDIT_INSIDE, block, lines);
}

void
repair_before(struct repair *r, const char *lines)
{
	add_lines(r, EDIT_BEFORE, r->server, lines);
}

static void
place_server_lines(struct repair *r)
{
	struct edit *lines = find(r, EDIT_INSIDE, r->server);
	const struct ngx_directive *d = lines ? anchor(r) : NULL;

	if (!d)
		return;
	lines->kind = EDIT_AFTER;
	lines->d = d;
	lines->begin = d->begin;
}

/* ---- which readings of files they change ---- */

static bool
is_inside_server(const struct repair *r, const struct ngx_directive *block)
{
	while (block && block != r->server)
		block = block->parent;
	return block != NULL;
}

static size_t
count_edits(const struct repair *r, const char *file)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_edits; i++)
		n += r->edits[i].file == file;
	return n;
}

static bool
same_edit(const struct edit *a, const struct edit *b)
{
	return a->kind == b->kind && a->begin == b->begin && a->word == b->word &&
	       a->include == b->include &&
	       (a->text == b->text || (a->text && b->text && strcmp(a->text, b->text) == 0));
}

/* Are two readings of a file to be changed in the same way? */
static bool
same_edits(const struct repair *r, const char *a, const char *b)
{
	if (count_edits(r, a) != count_edits(r, b))
		return false;
	for (size_t i = 0; i < r->n_edits; i++) {
		bool found = false;

		if (r->edits[i].file != a)
			continue;
		for (size_t k = 0; k < r->n_edits && !found; k++)
			found = r->edits[k].file == b && same_edit(&r->edits[i], &r->edits[k]);
		if (!found)
			return false;
	}
	return true;
}

static bool
may_be_written(const struct repair *r, const char *file)
{
	for (size_t i = 0; i < r->conf->n_files; i++) {
		const char *other = r->conf->files[i];

		if (other != file && strcmp(other, file) == 0 && !same_edits(r, file, other))
			return false;
	}
	return true;
}

/* The include by which a reading came: 1 + its index, or 0. */
static size_t
via_of(const struct ngx_directive *d, const char *file)
{
	for (; d; d = d->next) {
		size_t via = d->file == file ? d->via : via_of(d->child, file);

		if (via)
			return via;
	}
	return 0;
}

static int
write_in_place(struct repair *r, const char *file, struct err *e)
{
	const size_t via = via_of(r->conf->top, file);
	const struct ngx_include *by = via ? &r->conf->includes[via - 1] : NULL;
	struct edit *edit;

	if (!by || !is_inside_server(r, by->in))
		return err_at(e, ERR_VALUE, file, 0, 0,
		              _("nginx reads this file more than once, so it is left alone. "
		                "Give this site a copy of its own."));
	for (size_t i = 0; i < r->n_edits; i++)
		if (r->edits[i].kind == EDIT_INLINE && r->edits[i].include == via)
			return 0;
	edit = add(r, EDIT_INLINE, NULL, NULL);
	edit->include = via;
	edit->file = by->file;
	edit->begin = by->begin;
	return 0;
}

/* Changed where it is read: 'in' its own file, or instead of the include line. */
static int
settle(struct repair *r, bool *in_place, struct err *e)
{
	for (size_t i = 0; i < r->conf->n_files; i++) {
		const char *file = r->conf->files[i];

		if (in_place[i] || !count_edits(r, file) || may_be_written(r, file))
			continue;
		in_place[i] = true;
		if (write_in_place(r, file, e) < 0)
			return -1;
		i = (size_t)-1; /* a file further out changes too: look again */
	}
	return 0;
}

/* ---- the text ---- */

static int text_of(struct buf *out, struct repair *r, const char *file, struct err *e);

static int
changed_meanwhile(const char *file, struct err *e)
{
	return err_set(e, ERR_CONFLICT, _("%s changed while it was read. Try again."), file);
}

static int
splice_include(struct splices *s, struct repair *r, const struct edit *edit, struct err *e)
{
	const struct ngx_include *by = &r->conf->includes[edit->include - 1];
	struct buf text = BUF_INIT;
	int rc = 0;

	if (by->end > s->len || strncmp(s->text + by->begin, "include", 7) != 0)
		return changed_meanwhile(by->file, e);
	for (size_t i = 0; i < r->conf->n_files && rc == 0; i++)
		if (via_of(by->in->child, r->conf->files[i]) == edit->include)
			rc = text_of(&text, r, r->conf->files[i], e);
	if (rc == 0)
		splices_instead(s, by->begin, by->end, text.s);
	buf_free(&text);
	return rc;
}

static bool
only_blanks(const struct splices *s, size_t from, size_t to)
{
	while (from < to && strchr(" \t\r\n", s->text[from]))
		from++;
	return from >= to;
}

/* Directives that go and have only blanks between them go as one. */
static size_t
end_of_run(const struct splices *s, const struct repair *r, const struct ngx_directive *d)
{
	for (const struct ngx_directive *next = d->next;
	     next && next->file == d->file && next->end <= s->len && repair_is_out(r, next) &&
	     only_blanks(s, d->end, next->begin);
	     next = d->next)
		d = next;
	return d->end;
}

static bool
continues_run(const struct splices *s, const struct repair *r, const struct ngx_directive *d)
{
	const struct ngx_directive *before = d->parent ? d->parent->child : r->conf->top;

	while (before && before->next != d)
		before = before->next;
	return before && repair_is_out(r, before) && before->file == d->file &&
	       end_of_run(s, r, before) >= d->end;
}

static int
splice(struct splices *s, struct repair *r, const struct edit *edit, struct err *e)
{
	const struct ngx_directive *d = edit->d;

	if (edit->kind == EDIT_INLINE)
		return splice_include(s, r, edit, e);
	if (d->end > s->len || strncmp(s->text + d->begin, d->name, strlen(d->name)) != 0 ||
	    s->text[d->end - 1] != (d->block ? '}' : ';'))
		return changed_meanwhile(d->file, e);
	if (edit->kind != EDIT_OUT && !d->block && repair_is_out(r, d))
		return 0;
	switch (edit->kind) {
	case EDIT_OUT:
		if (!continues_run(s, r, d))
			splices_out(s, d->begin, end_of_run(s, r, d));
		break;
	case EDIT_WORD:
	case EDIT_NO_WORD:
		if (!splices_word(s, d->begin, d->end, edit->word, edit->text))
			return changed_meanwhile(d->file, e);
		break;
	case EDIT_AFTER:
		splices_after(s, d, edit->text);
		break;
	case EDIT_INSIDE:
		splices_inside(s, d, edit->text);
		break;
	case EDIT_BEFORE:
		splices_before(s, d->begin, edit->text);
		break;
	case EDIT_INLINE:
		break;
	}
	return 0;
}

static int
text_of(struct buf *out, struct repair *r, const char *file, struct err *e)
{
	struct buf now = BUF_INIT;
	struct splices s;
	int rc = fs_read(&now, fs_path(&r->arena, r->context->root, file), FILE_MAX, e);

	/* Behind a zero byte, in a comment, the rest would be lost. */
	if (rc == 0 && strlen(now.s) != now.len)
		rc = err_at(e, ERR_VALUE, file, 0, 0,
		            _("There is a zero byte here: this is not a text file."));
	splices_init(&s, &r->arena, now.s, now.len);
	for (size_t i = 0; i < r->n_edits && rc == 0; i++)
		if (r->edits[i].file == file)
			rc = splice(&s, r, &r->edits[i], e);
	if (rc == 0)
		splices_apply(out, &s);
	splices_free(&s);
	buf_free(&now);
	return rc;
}

int
repair_steps(struct steps *out, struct repair *r, struct err *e)
{
	bool *in_place = arena_alloc(&r->arena, (r->conf->n_files + 1) * sizeof(*in_place));

	place_server_lines(r);
	if (settle(r, in_place, e) < 0)
		return -1;
	for (size_t i = 0; i < r->conf->n_files; i++) {
		const char *file = r->conf->files[i];
		struct buf text = BUF_INIT;

		if (in_place[i] || !count_edits(r, file) || steps_has_write(out, file))
			continue;
		if (text_of(&text, r, file, e) < 0) {
			buf_free(&text);
			return -1;
		}
		mend_write(out, r->context->root, file, text.s);
		buf_free(&text);
	}
	return 0;
}
