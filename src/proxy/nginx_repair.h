/*
 * nginx_repair.h - changes to files that people wrote; between nginx_repair*.c.
 *
 * What is to change is said of directives: one goes out, a word of one is
 * replaced, lines are added.  Only at the end that becomes bytes: comments,
 * indentation, line ends and every other byte stay as they are.  A file that
 * is read for other sites or locations too is not changed; what this site
 * needs of it is written in place of the include line.
 */
#ifndef PROXY_NGINX_REPAIR_H
#define PROXY_NGINX_REPAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "conf/nginx.h"
#include "proxy/nginx.h"
#include "proxy/nginx_blame.h"

enum edit_kind {
	EDIT_OUT,     /* the directive goes */
	EDIT_WORD,    /* one of its words is replaced; 0 is the first behind the name */
	EDIT_NO_WORD, /* one of its words goes */
	EDIT_AFTER,   /* lines behind it */
	EDIT_INSIDE,  /* lines at the beginning of the block */
	EDIT_BEFORE,  /* lines in front of the block */
	EDIT_INLINE,  /* instead of an include line, what it reads */
};

struct edit {
	enum edit_kind              kind;
	const struct ngx_directive *d;
	size_t                      word;
	const char                 *text;    /* lines: no indentation but tabs for depth, no last newline */
	size_t                      include; /* of EDIT_INLINE */
	const char                 *file;    /* the reading of the file, by its pointer */
	size_t                      begin;
};

struct directives {
	const struct ngx_directive **v;
	size_t                       n;
};

struct repair {
	struct arena                arena;
	const struct proxy_context *context;
	const struct ngx_conf      *conf;
	const struct ngx_directive *server;
	struct directives           passes; /* the server's blocks whose own proxy_pass leads to OpenChamber */
	struct directives           ours;   /* those, and the blocks around them up to the server, without it */
	struct directives           others; /* the server's blocks that lead to another program */
	struct edit                *edits;
	size_t                      n_edits;
};

bool repair_is_ours(const struct repair *r, const struct ngx_directive *block);

/* nginx_repair_text.c */
void repair_out(struct repair *r, const struct ngx_directive *d);
bool repair_is_out(const struct repair *r, const struct ngx_directive *d);
void repair_word(struct repair *r, const struct ngx_directive *d, size_t word, const char *text);
bool repair_has_word(const struct repair *r, const struct ngx_directive *d); /* was one replaced? */
void repair_drop_word(struct repair *r, const struct ngx_directive *d, size_t word);
void repair_line(struct repair *r, const char *line); /* on the level of the server */
void repair_inside(struct repair *r, const struct ngx_directive *block, const char *lines);
void repair_before(struct repair *r, const char *lines); /* in front of the server, in http{} */
int  repair_steps(struct steps *out, struct repair *r, struct err *e);

/* nginx_repair_splice.c: a text, and what is to be put where. */
struct splice {
	size_t begin, end;
	char  *text;  /* from the arena */
	int    order; /* of those that begin at one place */
};

struct splices {
	struct arena  *arena;
	const char    *text;
	size_t         len;
	const char    *eol, *unit; /* the file's own line end and step of indentation */
	struct splice *v;
	size_t         n;
};

void splices_init(struct splices *s, struct arena *a, const char *text, size_t len);
void splices_free(struct splices *s);
void splices_out(struct splices *s, size_t begin, size_t end); /* a directive: with its line, if it stands alone */
bool splices_word(struct splices *s, size_t begin, size_t end, size_t word, const char *text); /* NULL: it goes */
void splices_after(struct splices *s, const struct ngx_directive *d, const char *lines);
void splices_inside(struct splices *s, const struct ngx_directive *block, const char *lines);
void splices_before(struct splices *s, size_t begin, const char *lines);
void splices_instead(struct splices *s, size_t begin, size_t end, const char *text); /* a whole file's text */
void splices_apply(struct buf *out, struct splices *s);

/* nginx_repair_headers.c, nginx_repair_values.c */
typedef void remedy_fn(struct repair *r);
remedy_fn repair_headers, repair_origin, repair_buffering, repair_compression, repair_encoding, repair_body,
	repair_timeouts, repair_cache, repair_paths, repair_version;

/* A directive of these words, quoted where they need it. */
const char *repair_words(struct arena *a, const char *name, const char *const *words, size_t n);

/* What is in force in a block once the edits so far are made; NULL: nothing is said. */
const struct ngx_directive *repair_effective(const struct repair *r, const struct ngx_directive *block,
                                             const char *name);
/* In a block that leads elsewhere, what it had so far from outside: lines of its own keep it. */
void repair_keep_others(struct repair *r, const char *name, const char *otherwise);

#endif
