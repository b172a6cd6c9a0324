/*
 * apache.h - read what Apache httpd reads: its configuration as a tree, and which virtual host answers whom.
 *
 * What httpd decides while it reads is decided here too: Include lines (globs,
 * directories, relative to ServerRoot), ${VARIABLES}, and <IfModule>,
 * <IfDefine>, <IfVersion>, <IfFile>, whose lines stand in the tree as if
 * nothing were around them, or not at all.  <Macro> is left alone.
 */
#ifndef CONF_APACHE_H
#define CONF_APACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

struct apa_directive {
	const char           *name;   /* as written; compared without case */
	const char          **args;   /* unquoted; ends with NULL */
	size_t                n_args;
	const char           *file;   /* as a person would name it: without --root */
	int                   line;
	bool                  block;  /* <Name ...> */
	struct apa_directive *child;
	struct apa_directive *next;
	struct apa_directive *parent; /* NULL at the top */
};

struct apa_include {
	const char *pattern; /* as written, after variables */
	const char *path;    /* whole */
	const char *file;    /* where it is written */
	int         line;
	bool        top;     /* not inside a block */
};

struct apa_module {
	const char *name; /* "ssl_module" */
	const char *path; /* its .so, whole; NULL: compiled in, or taken for granted */
};

/* What is known before a line is read. */
struct apa_world {
	const char        *root;
	const char        *server_root; /* unless the files say otherwise */
	const char *const *modules;     /* there from the start: "so_module"; ends with NULL */
	const char *const
		*variables; /* "APACHE_RUN_USER=www-data", and what -D defines; ends with NULL */
	unsigned           version[3];
};

struct apa_conf {
	struct arena          arena;
	struct apa_directive *top;
	const char          **files;      /* read, in order; without --root */
	size_t                n_files;
	const char          **unreadable; /* closed to us */
	size_t                n_unreadable;
	struct apa_include   *includes;
	size_t                n_includes;
	struct apa_module    *modules;
	size_t                n_modules;
	const char           *server_root;
};

/* `path' is the main file without root.  A syntax error is ERR_VALUE with file:line. */
int  apa_read(struct apa_conf *c, const struct apa_world *w, const char *path, struct err *e);
/* The same from memory; includes in it are not followed. */
int apa_parse(struct apa_conf *c, const struct apa_world *w, const char *text, size_t len,
              const char *file, struct err *e);
void apa_free(struct apa_conf *c);

bool apa_has_module(const struct apa_conf *c, const char *name);

bool apa_is(const struct apa_directive *d, const char *name);
const char *apa_word(const struct apa_directive *d, size_t i); /* "" where it has fewer */
const struct apa_directive *
apa_child(const struct apa_directive *block, const char *name); /* first */
const struct apa_directive *
apa_next(const struct apa_directive *d, const char *name); /* next sibling */
const struct apa_directive *
apa_top(const struct apa_conf *c, const char *name); /* first outside any block */

/* "443", "192.0.2.1:443", "[::]:443", "*:443", "_default_:443": of Listen and <VirtualHost>; false: neither. */
struct apa_address {
	char     address[64]; /* "*", "192.0.2.1", "[::1]", a name */
	unsigned port;        /* 0: any */
};
bool apa_address_of(struct apa_address *out, const char *word);

/* ---- apache_vhost.c ---- */

typedef void apa_vhost_fn(void *ctx, const struct apa_directive *vhost);
void apa_each_vhost(const struct apa_conf *c, apa_vhost_fn *fn, void *ctx);

/* Is a host its ServerName or one of its ServerAlias? */
bool apa_vhost_has_name(const struct apa_directive *vhost, const char *host);
bool apa_vhost_has_port(const struct apa_directive *vhost, unsigned port);

/* The virtual host that answers for a name on an address ("" or NULL: any) and port; NULL: the main server does. */
const struct apa_directive *
apa_vhost_for(const struct apa_conf *c, const char *address, unsigned port, const char *host);

/*
 * The last directive of a name that holds for a path: in the virtual host's
 * <Location> blocks that match it, in the virtual host, in the main server's
 * <Location> blocks, in the main server.  `key' is its first argument, without
 * case; NULL: any.
 */
const struct apa_directive *
apa_effective(const struct apa_conf *c, const struct apa_directive *vhost, const char *path,
              const char *name, const char *key);

/*
 * The line that passes a path on, ProxyPass, ProxyPassMatch or RewriteRule [P],
 * and where it leads ("http://127.0.0.1:3000/", from the arena; balancers
 * followed).  NULL: it is answered here.
 */
const struct apa_directive *
apa_passes(struct arena *a, const struct apa_conf *c, const struct apa_directive *vhost,
           const char *path, bool websocket, const char **to);

#endif
