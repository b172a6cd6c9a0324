/* npm_book.c - the table of what nginx knows, and how it reads a value. */
#include "proxy/npm_book.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"

/* ---- the table ---- */

static void
read_line(struct npm_book *b, char *line, size_t *cap)
{
	char *rest = NULL, *name = strtok_r(line, " ", &rest), *where = strtok_r(NULL, " ", &rest),
	     *often = strtok_r(NULL, " ", &rest);
	struct npm_known d = { .name = name };

	if (!name || *name == '#' || !where)
		return;
	d.server = strchr(where, 's');
	d.location = strchr(where, 'l');
	d.block = strchr(where, 'b');
	d.server_if = strchr(where, 'i');
	d.location_if = strchr(where, 'j');
	d.once = often && strcmp(often, "once") == 0;
	d.counts = strtok_r(NULL, " ", &rest);
	for (size_t i = 0; i < NPM_KINDS && (d.kinds[i] = strtok_r(NULL, " ", &rest)); i++)
		;
	if (b->n == *cap) {
		*cap = *cap ? 2 * *cap : 256;
		b->v = xreallocarray(b->v, *cap, sizeof(*b->v));
	}
	b->v[b->n++] = d;
}

int
npm_book_read(struct npm_book *b, const char *templates, struct err *e)
{
	struct buf text = BUF_INIT;
	size_t cap = 0;
	int rc = fs_read(&text, fs_join(&b->arena, templates, "npm/directives"), 65536, e);

	if (rc == 0) {
		char *save = NULL, *all = arena_strndup(&b->arena, text.s, text.len);
		for (char *line = strtok_r(all, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
			read_line(b, line, &cap);
	}
	buf_free(&text);
	return rc;
}

void
npm_book_free(struct npm_book *b)
{
	free(b->v);
	arena_free(&b->arena);
	*b = (struct npm_book){ 0 };
}

const struct npm_known *
npm_book_find(const struct npm_book *b, const char *name)
{
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->v[i].name, name) == 0)
			return &b->v[i];
	return NULL;
}

/* ---- how many values ---- */

bool
npm_book_counts(const struct npm_known *d, size_t n)
{
	if (!d->counts)
		return true;
	if (*d->counts == '+')
		return n >= (size_t)(d->counts[1] - '0');
	return n < 10 && strchr(d->counts, '0' + (int)n);
}

const char *
npm_book_numbers(struct arena *a, const struct npm_known *d)
{
	const size_t n = strlen(d->counts);

	if (*d->counts == '+')
		return arena_printf(a, "%c+", d->counts[1]);
	if (n == 1)
		return d->counts;
	return arena_printf(a, d->counts[n - 1] - d->counts[0] == (int)n - 1 ? "%c-%c" : "%c, %c",
	                    d->counts[0], d->counts[n - 1]);
}

/* ---- what kind of value ---- */

/* Digits and one of these units, or none: nginx's own sizes know no other. */
static bool
is_measure(const char *value, const char *units)
{
	const size_t n = strspn(value, "0123456789");

	return n && (!value[n] || (strchr(units, tolower((unsigned char)value[n])) && !value[n + 1]));
}

static bool is_number(const char *value) { return is_measure(value, ""); }
static bool is_size(const char *value) { return is_measure(value, "km"); }
static bool is_offset(const char *value) { return is_measure(value, "kmg"); }

/* "1h 30m": units each once, the largest first; M is months, m minutes. */
static bool
is_duration(const char *value, const char *const *units, size_t n_units)
{
	size_t next = 0, digits, unit;
	bool bare = false;

	if (!*value)
		return false;
	while (*value && !bare) {
		digits = strspn(value, "0123456789");
		if (!digits)
			return false;
		value += digits;
		for (unit = n_units; unit-- > next;)
			if (strncmp(value, units[unit], strlen(units[unit])) == 0)
				break;
		bare = !*value || *value == ' ';
		if (!bare && (unit < next || unit == (size_t)-1))
			return false;
		if (!bare) {
			value += strlen(units[unit]);
			next = unit + 1;
		}
		value += strspn(value, " ");
	}
	return !*value;
}

static const char *const units[] = { "y", "M", "w", "d", "h", "m", "s", "ms" };

static bool is_seconds(const char *value) { return is_duration(value, units, ARRAY_LEN(units) - 1); }
static bool is_time(const char *value) { return is_duration(value, units, ARRAY_LEN(units)); }

static const struct kind {
	const char *name;
	bool      (*is)(const char *value);
	const char *wants; /* N_() */
} kinds[] = {
	{ "number",  is_number,  N_("nginx takes only a whole number here, and refuses the whole host.") },
	{ "size",    is_size,    N_("nginx takes only a size as 64k or 8m here, and refuses the whole host.") },
	{ "offset",  is_offset,  N_("nginx takes only a size as 64k, 8m or 1g here, and refuses the whole host.") },
	{ "time",    is_time,    N_("nginx takes only a time as 500ms, 60s or 1h here, and refuses the whole host.") },
	{ "seconds", is_seconds, N_("nginx takes only a time as 60s or 1h here, and refuses the whole host.") },
};

/* "a|b|c": one of these words; "number|off": a kind, or one of them. */
static bool
is_one_of(const char *alternatives, const char *value, struct buf *words, const struct kind **kind)
{
	for (const char *p = alternatives; *p; p += *p == '|') {
		const size_t n = strcspn(p, "|");
		const struct kind *found = NULL;

		for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
			if (strlen(kinds[i].name) == n && strncmp(p, kinds[i].name, n) == 0)
				found = &kinds[i];
		if (found ? found->is(value) : strlen(value) == n && strncasecmp(p, value, n) == 0)
			return true;
		if (found)
			*kind = found;
		else
			buf_printf(words, "%s%.*s", words->len ? ", " : "", (int)n, p);
		p += n;
	}
	return false;
}

const char *
npm_book_wants(struct arena *a, const struct npm_known *d, size_t i, const char *value)
{
	const struct kind *kind = NULL;
	const char *wanted = NULL, *said = NULL;
	struct buf words = BUF_INIT;
	size_t n = 0;

	while (n < NPM_KINDS && d->kinds[n])
		n++;
	if (n)
		wanted = d->kinds[i < n ? i : n - 1];
	if (!wanted || strcmp(wanted, "any") == 0)
		return NULL;
	/* "$" at the end: a variable is taken, and holds what nobody knows yet. */
	if (wanted[strlen(wanted) - 1] == '$') {
		if (strchr(value, '$'))
			return NULL;
		wanted = arena_strndup(a, wanted, strlen(wanted) - 1);
	}
	if (!is_one_of(wanted, value, &words, &kind))
		said = kind ? _(kind->wants)
		            : arena_printf(a, _("nginx takes here only: %s. With anything else it refuses the whole host."), words.s);
	buf_free(&words);
	return said;
}
