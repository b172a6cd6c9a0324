#include "conf/haproxy.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/within.h"
#include "conf/haproxy_lex.h"

/* Far above what people have; below what could hurt us. */
enum {
	MAX_FILES      = 2000,
	MAX_FILE_BYTES = 4 << 20,
	MAX_BYTES      = 16 << 20, /* of all files together */
	MAX_LINES      = 200000,
	MAX_IFS        = 64,
};

/* Of an .if: is what follows read; has a branch of it been read? */
struct branch {
	bool reading, done;
};

struct reader {
	struct hap_conf     *c;
	const char          *root;
	size_t               bytes, lines;
	struct hap_section  *last;     /* of all; NULL: none yet */
	struct hap_line    **tail;     /* where its next line goes */
	struct hap_section  *defaults; /* what the next section inherits */
	struct branch        ifs[MAX_IFS];
	size_t               n_ifs;
};

static const char *const kinds[] = {
	"global",      "defaults",    "frontend",    "backend",  "listen",
	"peers",       "resolvers",   "mailers",     "userlist", "program",
	"cache",       "ring",        "http-errors", "fcgi-app", "crt-store",
	"log-forward", "log-profile", "traces",      "acme",     "namespace_list",
};

/* What the files themselves set; the environment it is started in cannot be seen from here. */
static const char *
variable(void *ctx, const char *name)
{
	struct reader *r = ctx;
	const char *value = NULL;

	for (struct hap_section *s = r->c->first; s; s = s->next)
		for (struct hap_line *l = s->first; l && strcmp(s->kind, "global") == 0;
		     l = l->next)
			if (l->n_args >= 3 &&
			    (strcmp(l->args[0], "setenv") == 0 ||
			     strcmp(l->args[0], "presetenv") == 0) &&
			    strcmp(l->args[1], name) == 0)
				value = l->args[2];
	return value;
}

static bool
is_kind(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i], word) == 0)
			return true;
	return false;
}

static bool
is_proxy(const struct hap_section *s)
{
	return hap_is_front(s) || hap_is_back(s) || strcmp(s->kind, "defaults") == 0;
}

static struct hap_section *
defaults_named(const struct hap_conf *c, const char *name)
{
	struct hap_section *found = NULL;

	for (struct hap_section *s = c->first; s; s = s->next)
		if (strcmp(s->kind, "defaults") == 0 && strcmp(s->name, name) == 0)
			found = s;
	return found;
}

static void
begin_section(struct reader *r, const char **args, int n, const char *file, int line)
{
	struct hap_section *s = arena_alloc(&r->c->arena, sizeof(*s));
	const char *from = NULL;

	s->kind = args[0];
	s->name = n > 1 && strcmp(args[1], "from") != 0 ? args[1] : "";
	s->file = file;
	s->line = s->last = line;
	for (int i = 1; i + 1 < n; i++)
		if (strcmp(args[i], "from") == 0)
			from = args[i + 1];
	if (from)
		s->defaults = defaults_named(r->c, from);
	else if (is_proxy(s) && strcmp(s->kind, "defaults") != 0)
		s->defaults = r->defaults;
	if (strcmp(s->kind, "defaults") == 0)
		r->defaults = s;
	if (r->last)
		r->last->next = s;
	else
		r->c->first = s;
	r->last = s;
	r->tail = &s->first;
}

static void
add_line(struct reader *r, const char **args, int n, const char *file, int line)
{
	struct hap_line *l = arena_alloc(&r->c->arena, sizeof(*l));

	l->args = arena_alloc(&r->c->arena, ((size_t)n + 1) * sizeof(*l->args));
	memcpy(l->args, args, ((size_t)n + 1) * sizeof(*l->args));
	l->n_args = (size_t)n;
	l->file = file;
	l->line = line;
	*r->tail = l;
	r->tail = &l->next;
	r->last->last = line;
}

/* Only what is false whoever looks; of the rest both branches are read. */
static bool
is_false(const char **args, int n)
{
	return n < 2 || strcmp(args[1], "0") == 0 || !*args[1];
}

static bool
is_true(const char **args, int n)
{
	return n == 2 && strcmp(args[1], "1") == 0;
}

static bool
reads(const struct reader *r)
{
	for (size_t i = 0; i < r->n_ifs; i++)
		if (!r->ifs[i].reading)
			return false;
	return true;
}

static int
condition(struct reader *r, const char **args, int n, const char *file, int line, struct err *e)
{
	struct branch *b = r->n_ifs ? &r->ifs[r->n_ifs - 1] : NULL;

	if (strcmp(args[0], ".if") == 0) {
		if (r->n_ifs == MAX_IFS)
			return err_at(e, ERR_VALUE, file, line, 0,
			              _("Conditions nest too deep here."));
		r->ifs[r->n_ifs++] =
			(struct branch){ .reading = !is_false(args, n), .done = is_true(args, n) };
		return 0;
	}
	if (strcmp(args[0], ".elif") != 0 && strcmp(args[0], ".else") != 0 &&
	    strcmp(args[0], ".endif") != 0)
		return 0; /* .notice and the like say something, and set nothing */
	if (!b)
		return err_at(e, ERR_VALUE, file, line, 0, _("This %s belongs to no .if."),
		              args[0]);
	if (strcmp(args[0], ".endif") == 0) {
		r->n_ifs--;
	} else {
		b->reading = !b->done && (strcmp(args[0], ".else") == 0 || !is_false(args, n));
		b->done = b->done || (strcmp(args[0], ".elif") == 0 && is_true(args, n));
	}
	return 0;
}

static int
take_line(struct reader *r, const char *text, size_t len, const char *file, int line, struct err *e)
{
	const struct hap_lexer x = { .arena = &r->c->arena, .variable = variable, .ctx = r };
	const char *args[HAP_MAX_WORDS + 1], *why = NULL;
	int n;

	if (memchr(text, '\0', len))
		return err_at(e, ERR_VALUE, file, line, 0,
		              _("There is a zero byte here: this is not a text file."));
	n = hap_cut(&x, text, len, args, &why);
	if (n < 0)
		return err_at(e, ERR_VALUE, file, line, 0, "%s", why);
	if (n == 0)
		return 0;
	if (++r->lines > MAX_LINES)
		return err_at(e, ERR_VALUE, file, line, 0,
		              _("This configuration is too large to be read here."));
	if (args[0][0] == '.')
		return condition(r, args, n, file, line, e);
	if (!reads(r))
		return 0;
	if (is_kind(args[0]))
		begin_section(r, args, n, file, line);
	else if (r->last)
		add_line(r, args, n, file, line);
	else
		return err_at(e, ERR_VALUE, file, line, 0,
		              _("\"%s\" stands before the first section."), args[0]);
	return 0;
}

static void
push(struct hap_conf *c, const char ***v, size_t *n, const char *path)
{
	*v = xreallocarray(*v, *n + 1, sizeof(**v));
	(*v)[(*n)++] = arena_strdup(&c->arena, path);
}

static int
parse_text(struct reader *r, const char *file, const char *text, size_t len, struct err *e)
{
	const char *end = text + len;
	int line = 0;

	r->bytes += len;
	if (r->bytes > MAX_BYTES || r->c->n_files >= MAX_FILES)
		return err_at(e, ERR_VALUE, file, 0, 0,
		              _("This configuration is too large to be read here."));
	push(r->c, &r->c->files, &r->c->n_files, file);
	file = r->c->files[r->c->n_files - 1];
	for (const char *p = text; p < end;) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const size_t n = (size_t)((newline ? newline : end) - p);

		if (take_line(r, p, n, file, ++line, e) < 0)
			return -1;
		p += n + 1;
	}
	if (r->n_ifs)
		return err_at(e, ERR_VALUE, file, line, 0, _("An .if in this file has no .endif."));
	return 0;
}

static int
read_file(struct reader *r, const char *path, struct err *e)
{
	struct buf text = BUF_INIT;
	const char *shown = fs_without_root(r->root, path);
	struct err why = { 0 };
	int rc = 0;

	if (fs_read(&text, path, MAX_FILE_BYTES, &why) == 0) {
		rc = parse_text(r, shown, text.s, text.len, e);
	} else if (why.sys == EACCES) {
		push(r->c, &r->c->unreadable, &r->c->n_unreadable, shown);
	} else {
		*e = why;
		rc = -1;
	}
	buf_free(&text);
	return rc;
}

static bool
is_cfg(const char *name)
{
	const size_t n = strlen(name);

	return name[0] != '.' && n > 4 && strcmp(name + n - 4, ".cfg") == 0;
}

static int
read_directory(struct reader *r, const char *path, struct err *e)
{
	const char *const *name = fs_names(&r->c->arena, path);
	int rc = 0;

	if (!name)
		push(r->c, &r->c->unreadable, &r->c->n_unreadable, fs_without_root(r->root, path));
	for (; name && *name && rc == 0; name++)
		if (is_cfg(*name))
			rc = read_file(r, fs_join(&r->c->arena, path, *name), e);
	return rc;
}

int
hap_read(struct hap_conf *c, const char *root, const char *const *paths, struct err *e)
{
	struct reader r = { .c = c, .root = root };
	int rc = 0;

	*c = (struct hap_conf){ 0 };
	for (; *paths && rc == 0; paths++) {
		const char *path = fs_path(&c->arena, root, *paths);
		struct stat st;

		rc = within_stat(path, &st, WITHIN_FOLLOW) == 0 && S_ISDIR(st.st_mode) ? read_directory(&r, path, e)
		                                                 : read_file(&r, path, e);
	}
	return rc;
}

int
hap_parse(struct hap_conf *c, const struct hap_text *texts, size_t n, struct err *e)
{
	struct reader r = { .c = c };

	*c = (struct hap_conf){ 0 };
	for (size_t i = 0; i < n; i++)
		if (parse_text(&r, texts[i].file, texts[i].text, texts[i].len, e) < 0)
			return -1;
	return 0;
}

void
hap_free(struct hap_conf *c)
{
	free(c->files);
	free(c->unreadable);
	arena_free(&c->arena);
	*c = (struct hap_conf){ 0 };
}

bool
hap_is_front(const struct hap_section *s)
{
	return strcmp(s->kind, "frontend") == 0 || strcmp(s->kind, "listen") == 0;
}

bool
hap_is_back(const struct hap_section *s)
{
	return strcmp(s->kind, "backend") == 0 || strcmp(s->kind, "listen") == 0;
}

const struct hap_section *
hap_back_named(const struct hap_conf *c, const char *name)
{
	for (const struct hap_section *s = c->first; s; s = s->next)
		if (hap_is_back(s) && strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

const struct hap_line *
hap_own(const struct hap_section *s, const char *word, const char *second)
{
	const struct hap_line *found = NULL;

	for (const struct hap_line *l = s->first; l; l = l->next)
		if (strcmp(l->args[0], word) == 0 &&
		    (!second || (l->n_args > 1 && strcmp(l->args[1], second) == 0)))
			found = l;
	return found;
}

const struct hap_line *
hap_effective(const struct hap_section *s, const char *word, const char *second)
{
	const struct hap_line *found = NULL;

	for (int depth = 0; s && !found && depth < MAX_IFS; depth++, s = s->defaults)
		found = hap_own(s, word, second);
	return found;
}

const struct hap_line *
hap_option(const struct hap_section *s, const char *name)
{
	for (int depth = 0; s && depth < MAX_IFS; depth++, s = s->defaults) {
		const struct hap_line *found = NULL;

		for (const struct hap_line *l = s->first; l; l = l->next) {
			const bool no =
				strcmp(l->args[0], "no") == 0 || strcmp(l->args[0], "default") == 0;

			if (l->n_args > 1u + no && strcmp(l->args[no], "option") == 0 &&
			    strcmp(l->args[1 + no], name) == 0)
				found = l;
		}
		if (found)
			return strcmp(found->args[0], "option") == 0 ? found : NULL;
	}
	return NULL;
}

const char *
hap_mode(const struct hap_section *s)
{
	const struct hap_line *mode = hap_effective(s, "mode", NULL);

	return mode && mode->n_args > 1 ? mode->args[1] : "tcp";
}

bool
hap_milliseconds(const char *text, unsigned long long *ms)
{
	static const struct { const char *unit; unsigned long long times, by; } units[] = {
		{ "", 1, 1 }, { "us", 1, 1000 }, { "ms", 1, 1 }, { "s", 1000, 1 }, { "m", 60000, 1 },
		{ "h", 3600000, 1 }, { "d", 86400000, 1 },
	};
	unsigned long long n;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	n = strtoull(text, &end, 10);
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (strcmp(units[i].unit, end) == 0 && errno == 0 && n <= 1000000000ull) {
			*ms = n * units[i].times / units[i].by;
			return true;
		}
	return false;
}
