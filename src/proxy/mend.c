#include "proxy/mend.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/within.h"

#define MAX_FILE (1 << 20)

/* ---- what is to be done ---- */

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void
add(struct mend *m, const struct mend_edit *e)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].how == e->how && m->v[i].line == e->line && strcmp(m->v[i].file, e->file) == 0 &&
		    same_text(m->v[i].word, e->word) && same_text(m->v[i].text, e->text))
			return;
	if ((m->n & (m->n - 1)) == 0)
		m->v = xreallocarray(m->v, m->n ? 2 * m->n : 1, sizeof(*m->v));
	m->v[m->n++] = (struct mend_edit){ e->how, arena_strdup(&m->arena, e->file), e->line,
		                           arena_strdup(&m->arena, e->word), arena_strdup(&m->arena, e->text) };
}

void
mend_line(struct mend *m, enum mend_how how, const char *file, int line, const char *text)
{
	add(m, &(struct mend_edit){ how, file, line, NULL, text });
}

void
mend_word(struct mend *m, const char *file, int line, const char *word, const char *text)
{
	add(m, &(struct mend_edit){ MEND_WORD, file, line, word, text });
}

/* ---- a text, line by line ---- */

struct lines {
	struct buf   text;
	const char **at; /* where each begins; one more: the end */
	size_t       n;
};

static int
lines_read(struct lines *l, struct mend *m, const char *file, struct err *e)
{
	*l = (struct lines){ .text = BUF_INIT };
	if (fs_read(&l->text, fs_path(&m->arena, m->c->root, file), MAX_FILE, e) < 0)
		return -1;
	if (strlen(l->text.s) != l->text.len)
		return err_at(e, ERR_VALUE, file, 0, 0, _("There is a zero byte here: this is not a text file."));
	l->at = xcalloc(l->text.len + 2, sizeof(*l->at));
	for (const char *p = l->text.s; *p; l->n++) {
		l->at[l->n] = p;
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	l->at[l->n] = l->text.s + l->text.len;
	return 0;
}

static void
lines_free(struct lines *l)
{
	free(l->at);
	buf_free(&l->text);
}

/* A line's words, without what stands before and behind them. */
static size_t
bare(const char **begin, const struct lines *l, size_t i)
{
	const char *p = l->at[i], *end = l->at[i + 1];

	while (p < end && strchr(" \t", *p))
		p++;
	while (end > p && strchr(" \t\r\n", end[-1]))
		end--;
	*begin = p;
	return (size_t)(end - p);
}

static bool
ends_with(const struct lines *l, size_t i, char c)
{
	const char *p;
	const size_t n = bare(&p, l, i);

	return n > 0 && p[n - 1] == c;
}

/* The line behind the block that line i opens; i + 1: it opens none; 0: it does not end. */
static size_t
behind_block(const struct lines *l, size_t i)
{
	size_t depth = ends_with(l, i, '{');
	const char *p;

	for (i++; depth && i < l->n; i++) {
		if (ends_with(l, i, '{'))
			depth++;
		else if (bare(&p, l, i) == 1 && *p == '}')
			depth--;
	}
	return depth ? 0 : i;
}

int
mend_block_end(struct mend *m, const char *file, int line)
{
	struct lines l;
	struct err ignored;
	size_t behind = 0;

	if (lines_read(&l, m, file, &ignored) == 0 && line > 0 && (size_t)line <= l.n &&
	    ends_with(&l, (size_t)line - 1, '{'))
		behind = behind_block(&l, (size_t)line - 1);
	lines_free(&l);
	return (int)behind;
}

/* ---- the text as it is to be ---- */

struct line {
	const char *eol, *in; /* how lines end here, and what stands before this one's words */
	char       *words;
};

static void
put(struct buf *out, const struct line *l, const char *step, const char *text)
{
	buf_printf(out, "%s%s%s%s", l->in, step, text, l->eol);
}

/* The last time it stands there as a word; NULL: it does not. */
static char *
find_word(char *words, const char *word)
{
	static const char around[] = " \t\"'";
	const size_t n = strlen(word);
	char *last = NULL;

	for (char *p = words; (p = strstr(p, word)); p++)
		if ((p == words || strchr(around, p[-1])) && (!p[n] || strchr(around, p[n])))
			last = p;
	return last;
}

static void
change_words(struct mend *m, struct line *l, const struct mend_edit *e)
{
	char *at = e->word ? find_word(l->words, e->word) : NULL;

	if (e->how == MEND_INSTEAD)
		l->words = arena_strdup(&m->arena, e->text);
	else if (e->how == MEND_MORE)
		l->words = arena_printf(&m->arena, "%s %s", l->words, e->text);
	else if (e->how == MEND_WORD && at)
		l->words = arena_printf(&m->arena, "%.*s%s%s", (int)(at - l->words), l->words, e->text,
		                        at + strlen(e->word));
}

/* One line with all that is to be done to it; the number of the one that comes next. */
static size_t
put_line(struct buf *out, struct mend *m, const char *file, const struct lines *l, size_t i)
{
	const char *begin, *all = l->at[i];
	const size_t n = bare(&begin, l, i);
	const bool crlf = l->at[i + 1] - all > 1 && l->at[i + 1][-2] == '\r';
	struct line one = { .eol = crlf ? "\r\n" : "\n", .in = arena_strndup(&m->arena, all, (size_t)(begin - all)),
		            .words = arena_strndup(&m->arena, begin, n) };
	const char *step = *one.in == ' ' ? "    " : "\t";
	const bool broken = ends_with(l, i, '\\') || (i > 0 && ends_with(l, i - 1, '\\'));
	bool changed = false, gone = false;
	size_t behind;

	for (size_t k = 0; k < m->n; k++) {
		const struct mend_edit *e = &m->v[k];

		if (e->line != (int)i + 1 || strcmp(e->file, file) != 0 || broken)
			continue;
		if (e->how == MEND_ABOVE)
			put(out, &one, "", e->text);
		gone |= e->how == MEND_OUT;
		changed |= e->how == MEND_INSTEAD || e->how == MEND_WORD || e->how == MEND_MORE;
		change_words(m, &one, e);
	}
	if (gone && (behind = behind_block(l, i)))
		return behind;
	if (changed)
		put(out, &one, "", one.words);
	else
		buf_add(out, all, (size_t)(l->at[i + 1] - all));
	for (size_t k = 0; k < m->n && !broken; k++)
		if (m->v[k].how == MEND_INSIDE && m->v[k].line == (int)i + 1 && strcmp(m->v[k].file, file) == 0)
			put(out, &one, step, m->v[k].text);
	return i + 1;
}

static int
write_file(struct steps *out, struct mend *m, const char *file, struct err *e)
{
	struct buf text = BUF_INIT;
	struct lines l;
	int rc = lines_read(&l, m, file, e);

	for (size_t i = 0; rc == 0 && i < l.n;)
		i = put_line(&text, m, file, &l, i);
	if (rc == 0 && strcmp(text.s, l.text.s) != 0)
		mend_write(out, m->c->root, file, text.s);
	lines_free(&l);
	buf_free(&text);
	return rc;
}

int
mend_causes(struct steps *out, const struct proxy_context *c, const char *const *causes,
            mend_settle_fn *settle, struct err *e)
{
	struct mend m = { .c = c, .here = mend_here(c->answers) };
	const size_t had = out->n;
	int rc = 0;

	for (size_t i = 0; causes[i]; i++)
		for (const char **path = mend_routes(&m.arena, c->needs, causes[i]); *path; path++)
			settle(&m, causes[i], *path);
	for (size_t i = 0; i < m.n && rc == 0; i++)
		if (!steps_has_write(out, m.v[i].file))
			rc = write_file(out, &m, m.v[i].file, e);
	if (rc == 0 && out->n > had)
		rc = c->found->proxy->runs(out, c, e);
	free(m.v);
	arena_free(&m.arena);
	return rc;
}

/* ---- for every proxy ---- */

struct url
mend_here(const struct answers *a)
{
	struct url here = a->public_url;
	unsigned http, https;

	answers_ports(a, &http, &https);
	here.port = strcmp(here.scheme, "https") == 0 && a->tls != TLS_NONE && a->tls != TLS_UPSTREAM
	                ? https : http ? http : https;
	return here;
}

const char **
mend_routes(struct arena *a, const struct needs *n, const char *cause)
{
	const char **v = arena_alloc(a, (n->n_sockets + n->n_streams + 5) * sizeof(*v));
	size_t k = 0;

	if (strncmp(cause, "ws-", 3) == 0)
		for (size_t i = 0; i < n->n_sockets; i++)
			v[k++] = n->sockets[i].path;
	else if (strncmp(cause, "sse-", 4) == 0 || strcmp(cause, "stream-cut") == 0)
		for (size_t i = 0; i < n->n_streams; i++)
			v[k++] = n->streams[i].path;
	else if (strncmp(cause, "body-", 5) == 0)
		v[k++] = n->upload;
	else {
		v[k++] = n->version;
		v[k++] = n->session;
		v[k++] = n->health;
		v[k++] = "/";
	}
	v[k] = NULL;
	return v;
}

void
mend_write(struct steps *out, const char *root, const char *file, const char *text)
{
	struct arena a = { 0 };
	struct stat st;
	const bool there = within_stat(fs_path(&a, root, file), &st, WITHIN_FOLLOW) == 0;

	steps_write(out, file, text, there ? st.st_mode & 0777 : 0644);
	arena_free(&a);
}
