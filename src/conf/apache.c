#include "conf/apache.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/within.h"
#include "conf/apache_lex.h"
#include "conf/apache_read.h"

/* Far above what people have; below what could hurt us. */
enum {
	MAX_FILES      = 2000,
	MAX_INCLUDES   = 16,       /* an include in an include in ... */
	MAX_DEPTH      = 64,       /* blocks in blocks */
	MAX_FILE_BYTES = 4 << 20,
	MAX_BYTES      = 16 << 20, /* of all files together */
	MAX_DIRECTIVES = 200000,
};

/* Where the next directive goes. */
struct place {
	struct apa_directive  *block; /* NULL: the top */
	struct apa_directive **tail;
	int                    depth, includes;
};

/* A block that is open in a file, and must be closed in it. */
struct open {
	const char           *name;
	int                   line;
	bool                  judged; /* <IfModule> and the like: no block of the tree */
	bool                  dead;   /* its lines are not read */
	struct apa_directive *block;
	struct apa_directive **tail;  /* where the outer block goes on */
};

static int read_file(struct apa_reader *r, struct place *at, const char *path, struct err *e);

static void
push(struct apa_conf *c, const char ***v, size_t *n, const char *path)
{
	*v = xreallocarray(*v, *n + 1, sizeof(**v));
	(*v)[(*n)++] = arena_strdup(&c->arena, path);
}

static struct apa_directive *
append(struct apa_reader *r, struct place *at, const char *name, const char **args, int n,
       const char *file, int line)
{
	struct apa_directive *d = arena_alloc(&r->c->arena, sizeof(*d));

	d->name = name;
	d->args = arena_alloc(&r->c->arena, ((size_t)n + 1) * sizeof(*d->args));
	memcpy(d->args, args, ((size_t)n + 1) * sizeof(*d->args));
	d->n_args = (size_t)n;
	d->file = file;
	d->line = line;
	d->parent = at->block;
	*at->tail = d;
	at->tail = &d->next;
	return d;
}

/* ---- includes ---- */

static bool
is_directory(const char *path)
{
	struct stat st;

	return within_stat(path, &st, WITHIN_FOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int
include_path(struct apa_reader *r, struct place *at, const char *path, int depth, struct err *e);

/* All that lies in a directory, and below. */
static int
include_directory(struct apa_reader *r, struct place *at, const char *path, int depth,
                  struct err *e)
{
	const char *const *name = fs_names(&r->c->arena, path);
	int rc = 0;

	if (!name)
		push(r->c, &r->c->unreadable, &r->c->n_unreadable, fs_without_root(r->w->root, path));
	for (; name && *name && rc == 0; name++)
		rc = include_path(r, at, fs_join(&r->c->arena, path, *name), depth + 1, e);
	return rc;
}

static int
include_path(struct apa_reader *r, struct place *at, const char *path, int depth, struct err *e)
{
	if (depth > MAX_INCLUDES)
		return 0;
	return is_directory(path) ? include_directory(r, at, path, depth, e)
	                          : read_file(r, at, path, e);
}

static int
include_glob(struct apa_reader *r, struct place *at, const char *pattern, struct err *e)
{
	struct arena a = { 0 };
	const char *dir = fs_dirname(&a, pattern);
	int rc = 0;

	if (!strpbrk(dir, "*?[") && fs_exists(dir) && within_access(dir, R_OK | X_OK) < 0)
		push(r->c, &r->c->unreadable, &r->c->n_unreadable,
		     fs_without_root(r->w->root, pattern));
	for (const char *const *path = fs_matches(&a, pattern, MAX_FILES + 1); *path && rc == 0; path++)
		rc = include_path(r, at, *path, 0, e);
	arena_free(&a);
	return rc;
}

static int
include(struct apa_reader *r, struct place *at, const char *pattern, bool optional,
        const char *file, int line, struct err *e)
{
	struct apa_conf *c = r->c;
	const char *whole = *pattern == '/' ? pattern : fs_join(&c->arena, c->server_root, pattern);
	const char *path = fs_path(&c->arena, r->w->root, whole);
	struct err why = { 0 };
	int rc;

	c->includes = xreallocarray(c->includes, c->n_includes + 1, sizeof(*c->includes));
	c->includes[c->n_includes++] = (struct apa_include){
		.pattern = pattern,
		.path = arena_strdup(&c->arena, fs_without_root(r->w->root, whole)),
		.file = file,
		.line = line,
		.top = at->block == NULL,
	};
	if (!r->follow)
		return 0;
	if (at->includes >= MAX_INCLUDES)
		return err_at(e, ERR_VALUE, file, line, 0,
		              _("Includes nest too deep here. Does a file include itself?"));
	at->includes++;
	if (strpbrk(pattern, "*?[")) {
		rc = include_glob(r, at, path, e);
	} else if (!fs_exists(path) && optional) {
		rc = 0;
	} else if ((rc = include_path(r, at, path, 0, &why)) < 0 && why.code == ERR_IO) {
		err_at(e, ERR_VALUE, file, line, 0, _("This include cannot be read: %s"), why.msg);
	} else if (rc < 0) {
		*e = why;
	}
	at->includes--;
	return rc;
}

/* ---- lines ---- */

static int
plain_line(struct apa_reader *r, struct place *at, const char **args, int n, const char *file,
           int line, struct err *e)
{
	const bool optional = strcasecmp(args[0], "IncludeOptional") == 0;

	if (++r->directives > MAX_DIRECTIVES)
		return err_at(e, ERR_VALUE, file, line, 0,
		              _("This configuration is too large to be read here."));
	if (n == 2 && (optional || strcasecmp(args[0], "Include") == 0))
		return include(r, at, args[1], optional, file, line, e);
	apa_learn(r, args, n);
	append(r, at, args[0], args + 1, n - 1, file, line);
	return 0;
}

struct blocks {
	struct open v[MAX_DEPTH];
	int         n;
};

static bool
is_dead(const struct blocks *b)
{
	return b->n > 0 && b->v[b->n - 1].dead;
}

static int
open_block(struct apa_reader *r, struct blocks *b, struct place *at, const char **args, int n,
           const char *file, int line, struct err *e)
{
	const bool dead = is_dead(b), judged = !dead && apa_is_judged(args[0]);
	struct open *o;

	if (b->n == MAX_DEPTH || at->depth >= MAX_DEPTH)
		return err_at(e, ERR_VALUE, file, line, 0,
		              _("Blocks nest too deep here. A closing line may be missing above."));
	o = &b->v[b->n++];
	*o = (struct open){ .name = args[0], .line = line, .judged = judged };
	o->dead = dead || (judged && !apa_judge(r, args, n)) || strcasecmp(args[0], "Macro") == 0;
	if (o->dead || judged)
		return 0;
	if (++r->directives > MAX_DIRECTIVES)
		return err_at(e, ERR_VALUE, file, line, 0,
		              _("This configuration is too large to be read here."));
	o->block = append(r, at, args[0], args + 1, n - 1, file, line);
	o->block->block = true;
	o->tail = at->tail;
	at->block = o->block;
	at->tail = &o->block->child;
	at->depth++;
	return 0;
}

static int
close_block(struct blocks *b, struct place *at, const char *name, const char *file, int line,
            struct err *e)
{
	struct open *o = b->n ? &b->v[b->n - 1] : NULL;

	if (!o || strcasecmp(o->name, name) != 0)
		return err_at(e, ERR_VALUE, file, line, 0,
		              _("This </%s> closes nothing that is open here."), name);
	b->n--;
	if (o->block) {
		at->block = o->block->parent;
		at->tail = o->tail;
		at->depth--;
	}
	return 0;
}

static int
take_line(struct apa_reader *r, struct blocks *b, struct place *at, const char *text,
          const char *file, int line, struct err *e)
{
	const char **args = r->words;
	const char *close;
	char *inside;
	int n;

	text += strspn(text, " \t\r\v\f");
	if (!*text || *text == '#')
		return 0;
	if (*text != '<') {
		n = is_dead(b) ? 0 : apa_cut(&r->c->arena, text, args);
		if (n < 0)
			return err_at(e, ERR_VALUE, file, line, 0,
			              _("This line has too many words to be read here."));
		return n > 0 ? plain_line(r, at, args, n, file, line, e) : 0;
	}
	close = strrchr(text, '>');
	if (!close)
		return err_at(e, ERR_VALUE, file, line, 0,
		              _("A \">\" is missing at the end of this line."));
	inside = arena_strndup(&r->c->arena, text + 1, (size_t)(close - text) - 1);
	n = apa_cut(&r->c->arena, *inside == '/' ? inside + 1 : inside, args);
	if (n <= 0)
		return err_at(e, ERR_VALUE, file, line, 0,
		              _("There is a block without a name here."));
	return *inside == '/' ? close_block(b, at, args[0], file, line, e)
	                      : open_block(r, b, at, args, n, file, line, e);
}

static int
parse_lines(struct apa_reader *r, struct place *at, const char *file, const char *text, size_t len,
            struct err *e)
{
	struct blocks b = { .n = 0 };
	struct buf line = BUF_INIT, whole = BUF_INIT;
	const char *p = text, *end = text + len;
	int number = 1, lines, rc = 0;

	while (rc == 0 && apa_line(&line, &p, end, &lines)) {
		buf_cut(&whole, 0);
		if (strlen(line.s) != line.len) {
			rc = err_at(e, ERR_VALUE, file, number, 0,
			            _("There is a zero byte here: this is not a text file."));
			break;
		}
		apa_expand(&whole, line.s, apa_variable, r);
		r->bytes += whole.len > line.len ? whole.len - line.len : 0;
		if (whole.len > MAX_FILE_BYTES || r->bytes > MAX_BYTES)
			rc = err_at(e, ERR_VALUE, file, number, 0,
			            _("This configuration is too large to be read here."));
		else
			rc = take_line(r, &b, at, whole.s, file, number, e);
		number += lines;
	}
	if (rc == 0 && b.n)
		rc = err_at(e, ERR_VALUE, file, b.v[b.n - 1].line, 0,
		            _("The <%s> that begins here is never closed."), b.v[b.n - 1].name);
	buf_free(&line);
	buf_free(&whole);
	return rc;
}

static int
parse_text(struct apa_reader *r, struct place *at, const char *file, const char *text, size_t len,
           struct err *e)
{
	r->bytes += len;
	if (r->bytes > MAX_BYTES || r->c->n_files >= MAX_FILES)
		return err_at(e, ERR_VALUE, file, 0, 0,
		              _("This configuration is too large to be read here."));
	push(r->c, &r->c->files, &r->c->n_files, file);
	return parse_lines(r, at, r->c->files[r->c->n_files - 1], text, len, e);
}

static int
read_file(struct apa_reader *r, struct place *at, const char *path, struct err *e)
{
	const char *shown = fs_without_root(r->w->root, path);
	struct buf text = BUF_INIT;
	struct err why = { 0 };
	struct stat st;
	int rc = 0;

	if (within_stat(path, &st, WITHIN_FOLLOW) == 0 && !S_ISREG(st.st_mode))
		return 0; /* httpd skips what is no file */
	if (fs_read(&text, path, MAX_FILE_BYTES, &why) == 0) {
		rc = parse_text(r, at, shown, text.s, text.len, e);
	} else if (why.sys == EACCES && at->includes > 0) {
		push(r->c, &r->c->unreadable, &r->c->n_unreadable, shown);
	} else {
		*e = why;
		rc = -1;
	}
	buf_free(&text);
	return rc;
}

static void
begin(struct apa_reader *r, struct apa_conf *c, const struct apa_world *w)
{
	*c = (struct apa_conf){ 0 };
	*r = (struct apa_reader){ .c = c, .w = w };
	c->server_root = arena_strdup(&c->arena, w->server_root ? w->server_root : "/");
	r->words = xcalloc(APA_MAX_WORDS + 1, sizeof(*r->words));
	apa_begin(r);
}

int
apa_read(struct apa_conf *c, const struct apa_world *w, const char *path, struct err *e)
{
	struct place top = { .tail = &c->top };
	struct apa_reader r;
	int rc;

	begin(&r, c, w);
	r.follow = true;
	top.tail = &c->top;
	rc = read_file(&r, &top, fs_path(&c->arena, w->root, path), e);
	apa_end(&r);
	return rc;
}

int
apa_parse(struct apa_conf *c, const struct apa_world *w, const char *text, size_t len,
          const char *file, struct err *e)
{
	struct place top = { .tail = &c->top };
	struct apa_reader r;
	int rc;

	begin(&r, c, w);
	rc = parse_text(&r, &top, file, text, len, e);
	apa_end(&r);
	return rc;
}

void
apa_free(struct apa_conf *c)
{
	free(c->files);
	free(c->unreadable);
	free(c->includes);
	free(c->modules);
	arena_free(&c->arena);
	*c = (struct apa_conf){ 0 };
}
