#include "conf/nginx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/within.h"
#include "conf/nginx_lex.h"

/* Far above what people have; below what could hurt us. */
enum {
	MAX_FILES      = 2000,
	MAX_INCLUDES   = 16,       /* an include in an include in ... */
	MAX_DEPTH      = 64,       /* blocks in blocks */
	MAX_FILE_BYTES = 4 << 20,
	MAX_BYTES      = 16 << 20, /* of all files together */
	MAX_DIRECTIVES = 200000,
	MAX_ARGS       = 4096,
};

struct reader {
	struct ngx_conf *c;
	const char      *root;
	const char      *dir;   /* of the main file: where relative includes begin */
	bool             follow;
	size_t           bytes, directives;
	const char     **words; /* of the directive being read */
	size_t           n_words, cap_words;
	size_t           begin; /* of it, in its file */
	size_t           cap_files, cap_unreadable, cap_includes;
};

/* Where the next directive goes. */
struct place {
	struct ngx_directive  *block; /* NULL: the top */
	struct ngx_directive **tail;
	int                    depth, includes;
	size_t                 via; /* which inclusion is being read */
};

static int read_file(struct reader *r, struct place *at, const char *path, struct err *e);

static struct ngx_directive *
append(struct reader *r, struct place *at, const char *file, int line, int column)
{
	struct ngx_directive *d = arena_alloc(&r->c->arena, sizeof(*d));

	d->args = arena_alloc(&r->c->arena, r->n_words * sizeof(*d->args));
	d->name = r->words[0];
	d->n_args = r->n_words - 1;
	for (size_t i = 1; i < r->n_words; i++)
		d->args[i - 1] = r->words[i];
	d->file = file;
	d->line = line;
	d->column = column;
	d->begin = r->begin;
	d->via = at->via;
	d->parent = at->block;
	*at->tail = d;
	at->tail = &d->next;
	return d;
}

static void
remember_unreadable(struct reader *r, const char *path)
{
	struct ngx_conf *c = r->c;

	c->unreadable = xgrow(c->unreadable, c->n_unreadable, &r->cap_unreadable,
	                      sizeof(*c->unreadable));
	c->unreadable[c->n_unreadable++] = arena_strdup(&c->arena, fs_without_root(r->root, path));
}

static int
include_glob(struct reader *r, struct place *at, const char *pattern, struct err *e)
{
	struct arena a = { 0 };
	const char *dir = fs_dirname(&a, pattern);
	int rc = 0;

	if (!strpbrk(dir, "*?[") && fs_exists(dir) && within_access(dir, R_OK | X_OK) < 0)
		remember_unreadable(r, pattern);
	for (const char *const *path = fs_matches(&a, pattern, MAX_FILES + 1); *path && rc == 0; path++)
		rc = read_file(r, at, *path, e);
	arena_free(&a);
	return rc;
}

static int
include(struct reader *r, struct place *at, const char *file, int line, size_t end,
        struct err *e)
{
	struct ngx_conf *c = r->c;
	const char *pattern = r->words[1];
	const char *whole = *pattern == '/' ? pattern : fs_join(&c->arena, r->dir, pattern);
	struct err why = { 0 };
	const size_t via = at->via;
	int rc;

	c->includes = xgrow(c->includes, c->n_includes, &r->cap_includes, sizeof(*c->includes));
	c->includes[c->n_includes++] = (struct ngx_include){
		.pattern = pattern, .file = file, .line = line, .in = at->block,
		.begin = r->begin, .end = end, .via = via,
	};
	at->via = c->n_includes;
	if (!r->follow) {
		at->via = via;
		return 0;
	}
	if (at->includes >= MAX_INCLUDES)
		return err_at(e, ERR_VALUE, file, line, 0,
		              _("Includes nest too deep here. Does a file include itself?"));
	whole = fs_path(&c->arena, r->root, whole);
	at->includes++;
	if (strpbrk(pattern, "*?["))
		rc = include_glob(r, at, whole, e);
	else if ((rc = read_file(r, at, whole, &why)) < 0 && why.code == ERR_IO)
		err_at(e, ERR_VALUE, file, line, 0, _("This include cannot be read: %s"), why.msg);
	else if (rc < 0)
		*e = why;
	at->includes--;
	at->via = via;
	return rc;
}

static int
add_word(struct reader *r, const struct ngx_lexer *x, const char *word, struct err *e)
{
	if (r->n_words == MAX_ARGS)
		return err_at(
		    e, ERR_VALUE, x->file, x->at_line, x->at_column,
		    _("This directive has too many words. A \";\" may be missing before it."));
	r->words = xgrow(r->words, r->n_words, &r->cap_words, sizeof(*r->words));
	r->words[r->n_words++] = word;
	return 0;
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static int parse(struct reader *r, struct ngx_lexer *x, struct place *at, bool inside,
                 struct err *e);

static int
parse_block(struct reader *r, struct ngx_lexer *x, struct place *at, struct ngx_directive *d,
            struct err *e)
{
	struct place inside = {
		.block = d, .tail = &d->child, .depth = at->depth + 1, .includes = at->includes,
		.via = at->via,
	};

	d->block = true;
	if (ends_with(d->name, "_by_lua_block"))
		return ngx_lex_skip_lua(x, e);
	if (inside.depth > MAX_DEPTH)
		return err_at(e, ERR_VALUE, d->file, d->line, d->column,
		              _("Blocks nest too deep here. A \"}\" may be missing above."));
	return parse(r, x, &inside, true, e);
}

/* Directives up to the end of the block or file. */
static int
parse(struct reader *r, struct ngx_lexer *x, struct place *at, bool inside, struct err *e)
{
	int line = 0, column = 0;

	r->n_words = 0;
	for (;;) {
		const char *word = NULL;
		enum ngx_token t = ngx_lex(x, &word, e);
		struct ngx_directive *d;

		if (t == NGX_BAD)
			return -1;
		if (t == NGX_WORD) {
			if (r->n_words == 0) {
				line = x->at_line;
				column = x->at_column;
				r->begin = (size_t)(x->at - x->text);
			}
			if (add_word(r, x, word, e) < 0)
				return -1;
			continue;
		}
		if (t == NGX_END || t == NGX_CLOSE) {
			if (r->n_words > 0)
				return err_at(
				    e, ERR_VALUE, x->file, line, column,
				    _("A \";\" is missing at the end of this directive."));
			if ((t == NGX_CLOSE) == inside)
				return 0;
			if (t == NGX_CLOSE)
				return err_at(e, ERR_VALUE, x->file, x->at_line, x->at_column,
				              _("This \"}\" closes nothing."));
			return err_at(
			    e, ERR_VALUE, at->block->file, at->block->line, at->block->column,
			    _("The block that begins here is never closed: a \"}\" is missing."));
		}
		if (r->n_words == 0)
			return err_at(e, ERR_VALUE, x->file, x->at_line, x->at_column,
			              _("There is a \"%c\" where nginx cannot have one."),
			              t == NGX_OPEN ? '{' : ';');
		if (++r->directives > MAX_DIRECTIVES)
			return err_at(e, ERR_VALUE, x->file, line, column,
			              _("This configuration is too large to be read here."));
		if (t == NGX_SEMICOLON && strcmp(r->words[0], "include") == 0 && r->n_words == 2) {
			if (include(r, at, x->file, line, (size_t)(x->p - x->text), e) < 0)
				return -1;
		} else {
			d = append(r, at, x->file, line, column);
			d->inside = (size_t)(x->p - x->text);
			if (t == NGX_OPEN && parse_block(r, x, at, d, e) < 0)
				return -1;
			d->end = (size_t)(x->p - x->text);
		}
		r->n_words = 0;
	}
}

static int
parse_text(struct reader *r, struct place *at, const char *file, const char *text, size_t len,
           struct err *e)
{
	struct ngx_conf *c = r->c;
	struct ngx_lexer x;

	r->bytes += len;
	if (r->bytes > MAX_BYTES || c->n_files >= MAX_FILES)
		return err_at(e, ERR_VALUE, file, 0, 0,
		              _("This configuration is too large to be read here."));
	file = arena_strdup(&c->arena, file);
	c->files = xgrow(c->files, c->n_files, &r->cap_files, sizeof(*c->files));
	c->files[c->n_files++] = file;
	ngx_lex_init(&x, &c->arena, file, text, len);
	return parse(r, &x, at, false, e);
}

static int
read_file(struct reader *r, struct place *at, const char *path, struct err *e)
{
	struct buf text = BUF_INIT;
	struct err why = { 0 };
	struct stat st;
	int rc;

	if (within_stat(path, &st, WITHIN_FOLLOW) == 0 && !S_ISREG(st.st_mode))
		return err_at(e, ERR_VALUE, fs_without_root(r->root, path), 0, 0,
		              _("nginx would read this as a file, but it is something else."));
	if (fs_read(&text, path, MAX_FILE_BYTES, &why) < 0) {
		rc = 0;
		if (why.sys == EACCES && at->includes > 0) {
			remember_unreadable(r, path);
		} else {
			*e = why;
			rc = -1;
		}
	} else {
		rc = parse_text(r, at, fs_without_root(r->root, path), text.s, text.len, e);
	}
	buf_free(&text);
	return rc;
}

int
ngx_read(struct ngx_conf *c, const char *root, const char *path, struct err *e)
{
	struct reader r = { .c = c, .root = root, .follow = true };
	struct place top = { .tail = &c->top };
	int rc;

	*c = (struct ngx_conf){ 0 };
	r.dir = fs_dirname(&c->arena, path);
	rc = read_file(&r, &top, fs_path(&c->arena, root, path), e);
	free(r.words);
	return rc;
}

int
ngx_parse(struct ngx_conf *c, const char *text, size_t len, const char *file, struct err *e)
{
	struct reader r = { .c = c, .dir = "" };
	struct place top = { .tail = &c->top };
	int rc;

	*c = (struct ngx_conf){ 0 };
	rc = parse_text(&r, &top, file, text, len, e);
	free(r.words);
	return rc;
}

void
ngx_free(struct ngx_conf *c)
{
	free(c->files);
	free(c->unreadable);
	free(c->includes);
	arena_free(&c->arena);
	*c = (struct ngx_conf){ 0 };
}
