#include "base/tmpl.h"

#include <stdbool.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"

#define MAX_DEPTH 8

struct section {
	const char *name;
	size_t      len;
	int         line;
	bool        keep; /* false: we are only looking for the end */
};

struct render {
	struct buf              *out;
	const char              *file;
	int                      line;
	const struct tmpl_value *values;
	size_t                   n_values;
	tmpl_escape_fn          *escape;
	struct section           open[MAX_DEPTH];
	size_t                   depth;
};

static const struct tmpl_value *
find(const struct render *r, const char *name, size_t len)
{
	for (size_t i = 0; i < r->n_values; i++) {
		const char *n = r->values[i].name;

		if (strlen(n) == len && memcmp(n, name, len) == 0)
			return &r->values[i];
	}
	return NULL;
}

static bool
keeping(const struct render *r)
{
	return r->depth == 0 || r->open[r->depth - 1].keep;
}

static int
close_section(struct render *r, const char *name, size_t len, struct err *e)
{
	const struct section *s = r->depth ? &r->open[r->depth - 1] : NULL;

	if (!s || s->len != len || memcmp(s->name, name, len) != 0)
		return err_at(e, ERR_VALUE, r->file, r->line, 0, _("{{/%.*s}} closes nothing"),
		              (int)len, name);
	r->depth--;
	return 0;
}

static int
open_section(struct render *r, const char *name, size_t len, bool keep, struct err *e)
{
	if (r->depth == MAX_DEPTH)
		return err_at(e, ERR_VALUE, r->file, r->line, 0, _("sections nest too deep"));
	r->open[r->depth++] = (struct section){ name, len, r->line, keep };
	return 0;
}

const char *
tmpl_raw(struct arena *a, const char *text)
{
	return text ? arena_printf(a, "%c%s", TMPL_RAW, text) : NULL;
}

static int
put_value(struct render *r, const struct tmpl_value *v, struct err *e)
{
	struct err inner = { 0 };

	if (!v->value || !*v->value)
		return err_at(e, ERR_VALUE, r->file, r->line, 0, _("\"%s\" has no value"), v->name);
	if (*v->value == TMPL_RAW)
		buf_puts(r->out, v->value + 1);
	else if (r->escape(r->out, v->value, &inner) < 0)
		return err_at(e, inner.code, r->file, r->line, 0, "%s", inner.msg);
	return 0;
}

static int
tag(struct render *r, const char *p, size_t len, struct err *e)
{
	const char kind = len ? *p : '\0';
	const struct tmpl_value *v;
	bool has;

	if (kind == '!')
		return 0;
	if (kind == '#' || kind == '^' || kind == '/') {
		p++;
		len--;
	}
	if (kind == '/')
		return close_section(r, p, len, e);
	v = find(r, p, len);
	if (!v)
		return err_at(e, ERR_VALUE, r->file, r->line, 0, _("nothing is called \"%.*s\""),
		              (int)len, p);
	has = v->value && *v->value;
	if (kind == '#' || kind == '^')
		return open_section(r, p, len, keeping(r) && has == (kind == '#'), e);
	return keeping(r) ? put_value(r, v, e) : 0;
}

/* Is the tag from `a' to `b' (past its braces) alone on its line? */
static bool
alone(const char *text, const char *a, const char *b)
{
	while (a > text && (a[-1] == ' ' || a[-1] == '\t'))
		a--;
	return (a == text || a[-1] == '\n') && (*b == '\n' || *b == '\0');
}

static void
count_lines(struct render *r, const char *from, const char *to)
{
	for (; from < to; from++)
		if (*from == '\n')
			r->line++;
}

static int
render(struct render *r, const char *text, struct err *e)
{
	const size_t start = r->out->len;
	const char *p = text;

	while (*p) {
		const char *end = strncmp(p, "{{", 2) == 0 ? strstr(p, "}}") : NULL;
		const bool kept = keeping(r);

		if (!end) {
			if (kept)
				buf_putc(r->out, *p);
			if (*p++ == '\n')
				r->line++;
			continue;
		}
		if (tag(r, p + 2, (size_t)(end - p) - 2, e) < 0)
			return -1;
		end += 2;
		if (strchr("#^/!", p[2]) && alone(text, p, end)) {
			while (kept && r->out->len > start &&
			       strchr(" \t", r->out->s[r->out->len - 1]))
				buf_cut(r->out, r->out->len - 1);
			end += *end == '\n';
		}
		count_lines(r, p, end);
		p = end;
	}
	if (r->depth == 0)
		return 0;
	r->depth--;
	return err_at(e, ERR_VALUE, r->file, r->open[r->depth].line, 0,
	              _("section \"%.*s\" is never closed"),
	              (int)r->open[r->depth].len, r->open[r->depth].name);
}

int
tmpl_render(struct buf *out, const char *file, const char *text,
            const struct tmpl_value *values, size_t n_values,
            tmpl_escape_fn *escape, struct err *e)
{
	struct render r = { .out = out, .file = file, .line = 1, .values = values,
	                    .n_values = n_values, .escape = escape };
	const size_t start = out->len;

	if (render(&r, text, e) == 0)
		return 0;
	buf_cut(out, start);
	return -1;
}
