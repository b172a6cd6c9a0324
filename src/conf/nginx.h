/*
 * nginx.h - read what nginx reads: its configuration as a tree, and which directive is in force where.
 *
 * Nothing is guessed: include lines are followed (globs sorted as nginx sorts
 * them), relative to the main file's directory, under --root.  A file that
 * cannot be read without root is remembered, not fatal.  Depth, files and
 * bytes are capped.
 */
#ifndef CONF_NGINX_H
#define CONF_NGINX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

/* nginx reads a file through a buffer of this many bytes, and no word may fill it (NGX_CONF_BUFFER). */
#define NGX_WORD_MAX 4096

struct ngx_directive {
	const char           *name;
	const char          **args;    /* unquoted; ends with NULL */
	size_t                n_args;
	const char           *file;    /* as a person would name it: without --root */
	int                   line, column;
	size_t                begin, end; /* its bytes in the file: from its name to behind its `;' or `}' */
	size_t                inside;     /* of a block: just behind its `{' */
	size_t                via;        /* 0: in the main file; else 1 + the index of the include that read it */
	bool                  block;
	struct ngx_directive *child;   /* first inside the braces; an include's files are spliced in here */
	struct ngx_directive *next;
	struct ngx_directive *parent;  /* NULL at the top */
};

struct ngx_include {
	const char *pattern;             /* as written */
	const char *file;                /* where it is written */
	int         line;
	size_t      begin, end, via;     /* as of a directive */
	const struct ngx_directive *in;  /* the block it stands in; NULL: top */
};

struct ngx_conf {
	struct arena          arena;
	struct ngx_directive *top;
	const char          **files;      /* read, in order; without --root */
	size_t                n_files;
	const char          **unreadable; /* named by an include, but closed to us */
	size_t                n_unreadable;
	struct ngx_include   *includes;
	size_t                n_includes;
};

/* `path' is the main file without root.  A syntax error is ERR_VALUE with file:line:column. */
int  ngx_read(struct ngx_conf *c, const char *root, const char *path, struct err *e);
/* The same from memory, for a text that is not on disk yet; includes in it are not followed. */
int  ngx_parse(struct ngx_conf *c, const char *text, size_t len, const char *file, struct err *e);
void ngx_free(struct ngx_conf *c);

const struct ngx_directive *ngx_child(const struct ngx_directive *block, const char *name); /* first */
const struct ngx_directive *ngx_next(const struct ngx_directive *d, const char *name);      /* next sibling */

const struct ngx_directive *ngx_http(const struct ngx_conf *c); /* the http block, or NULL */

/* Visit every server block in http{}. */
typedef void ngx_server_fn(void *ctx, const struct ngx_directive *server);
void ngx_each_server(const struct ngx_conf *c, ngx_server_fn *fn, void *ctx);

/* The server nginx would choose for this name on this address ("" or NULL: any) and port; NULL: none listens there. */
const struct ngx_directive *ngx_server_for(const struct ngx_conf *c, const char *address, unsigned port, const char *host);

/* Is a host among its server_names, by whatever kind of name? */
bool ngx_server_has_name(const struct ngx_directive *server, const char *host);

/* The location nginx would choose for a path (exact, ^~, regex in order, longest prefix; nested); NULL: the server itself. */
const struct ngx_directive *ngx_location_for(const struct ngx_directive *server, const char *path);

/*
 * The directive in force in a block, by nginx's inheritance: looked for in the
 * block, then outwards.  Directives that are lists (proxy_set_header,
 * add_header, ...) are inherited only where the inner block has none of them:
 * for those `key' is the first argument wanted (case ignored), else NULL.
 */
const struct ngx_directive *ngx_effective(const struct ngx_directive *block, const char *name, const char *key);

/* Where a list was cut: the innermost directive of that name that hides the outer ones; NULL: none does. */
const struct ngx_directive *ngx_hides(const struct ngx_directive *block, const char *name, const char *key);

/* For listen directives: address ("*" where none is named), port, whether TLS, whether default. */
struct ngx_listen {
	char     address[64];
	unsigned port;       /* 0: a unix socket, or a port that nginx refuses */
	bool     tls, http2, default_server, ipv6;
	bool     both;       /* [::] with ipv6only=off: IPv4 arrives there too */
	bool     quic;       /* HTTP/3: not a TCP socket */
};
void ngx_listen_of(struct ngx_listen *out, const struct ngx_directive *listen);

#endif
