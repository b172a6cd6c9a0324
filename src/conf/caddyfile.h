/*
 * caddyfile.h - read what Caddy reads: a Caddyfile as a tree of sites and directives, and which of
 * them serves what.
 *
 * Imports are followed, files and snippets alike, relative to the file they
 * stand in, under --root; named routes are spliced in where they are invoked.
 * A file that cannot be read without root is remembered, not fatal.  Depth,
 * files and bytes are capped.
 */
#ifndef CONF_CADDYFILE_H
#define CONF_CADDYFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

struct cdy_node {
	const char      *name;    /* of a site its first address; of the global options "" */
	const char     **args;    /* unquoted; of a site all its addresses; ends with NULL */
	size_t           n_args;
	const char      *file;    /* as a person would name it: without --root */
	int              line, column;
	bool             block;   /* it has braces */
	struct cdy_node *child;   /* first inside them; what is imported is spliced in here */
	struct cdy_node *next;
	struct cdy_node *parent;  /* NULL at the top */
};

struct cdy_import {
	const char *pattern; /* as written */
	const char *file;    /* where it is written */
	int         line;
	bool        top;     /* beside the sites, not inside one */
};

struct cdy_conf {
	struct arena           arena;
	struct cdy_node       *options;   /* the global block, or NULL */
	struct cdy_node       *sites;     /* in order, by `next' */
	const struct cdy_node *braceless; /* a site without braces takes all that follows it */
	bool                   env;       /* it has {$VARIABLES}: the running Caddy knows them */
	const char           **files;     /* read, in order; without --root */
	size_t                 n_files;
	const char           **unreadable;
	size_t                 n_unreadable;
	struct cdy_import     *imports;   /* of files; snippets are not counted */
	size_t                 n_imports;
};

/* `path' is the main file without root.  A syntax error is ERR_VALUE with file:line:column. */
int  cdy_read(struct cdy_conf *c, const char *root, const char *path, struct err *e);
/* The same from memory; files it imports are not read. */
int  cdy_parse(struct cdy_conf *c, const char *text, size_t len, const char *file, struct err *e);
void cdy_free(struct cdy_conf *c);

const struct cdy_node *cdy_child(const struct cdy_node *block, const char *name); /* first */
const struct cdy_node *cdy_next(const struct cdy_node *d, const char *name);      /* next sibling */
const char *cdy_arg(const struct cdy_node *d, size_t i); /* "" where there is none */

/* ---- caddyfile_route.c: sites by their addresses, and what serves a path ---- */

struct cdy_address {
	char     host[256]; /* lower case; "" any, "*.example.org", an address without brackets */
	unsigned port;      /* after Caddy's defaults and http_port, https_port */
	bool     tls;
	bool     known;     /* false: a variable is in it, and nothing of this is sure */
};

/* Address `i' of a site. */
void cdy_address(struct cdy_address *out, const struct cdy_conf *c, const struct cdy_node *site,
		 size_t i);

unsigned cdy_http_port(const struct cdy_conf *c); /* 80, or what the global options say */
unsigned cdy_https_port(const struct cdy_conf *c);

/* The site Caddy chooses for a name on a port: by the name, a wildcard, any.  NULL: none. */
const struct cdy_node *cdy_site_for(const struct cdy_conf *c, unsigned port, const char *host);

/* Does a directive with this matcher (its first argument, where it is one) see a path? */
enum cdy_match { CDY_NO, CDY_YES, CDY_MAYBE /* what it depends on is not in the path */ };
enum cdy_match cdy_matches(const struct cdy_node *d, const char *path);
bool cdy_has_matcher(const struct cdy_node *d);

/*
 * What answers a path in a site (reverse_proxy, respond, redir, file_server,
 * ...) by Caddy's order of directives, inside whichever handle or route; NULL: nothing does.
 */
const struct cdy_node *cdy_answers(const struct cdy_node *site, const char *path);

/* A directive in force where `at' stands, looked for in its block, then outwards. */
const struct cdy_node *cdy_in_force(const struct cdy_node *at, const char *name, const char *path);

#endif
