/*
 * haproxy.h - read what HAProxy reads: sections of lines, and which line is in force in a section.
 *
 * Words are cut as HAProxy cuts them (quotes, backslashes, "$VARIABLES" that
 * the file itself sets).  Lines behind an .if that cannot be judged from here
 * are kept, those behind one that is plainly false are not.
 */
#ifndef CONF_HAPROXY_H
#define CONF_HAPROXY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

struct hap_line {
	const char     **args;   /* args[0] is the keyword; ends with NULL */
	size_t           n_args;
	const char      *file;   /* as a person would name it: without --root */
	int              line;
	struct hap_line *next;
};

struct hap_section {
	const char          *kind;     /* "global" "defaults" "frontend" "backend" "listen" ... */
	const char          *name;     /* "" where it has none */
	const char          *file;
	int                  line, last; /* where it begins, and where its last line stands */
	struct hap_line     *first;
	struct hap_section  *defaults; /* what it inherits from; NULL: nothing */
	struct hap_section  *next;
};

struct hap_conf {
	struct arena        arena;
	struct hap_section *first;
	const char        **files;      /* read, in order; without --root */
	size_t              n_files;
	const char        **unreadable; /* closed to us */
	size_t              n_unreadable;
};

/*
 * `paths' are what its -f options name, without root: files, or directories
 * whose *.cfg are read in order.  A syntax error is ERR_VALUE with file:line.
 */
int  hap_read(struct hap_conf *c, const char *root, const char *const *paths, struct err *e);

/* The same from memory, in this order. */
struct hap_text {
	const char *file, *text;
	size_t      len;
};
int  hap_parse(struct hap_conf *c, const struct hap_text *texts, size_t n, struct err *e);
void hap_free(struct hap_conf *c);

/* Does it take requests (frontend, listen); does it lead to servers (backend, listen)? */
bool hap_is_front(const struct hap_section *s);
bool hap_is_back(const struct hap_section *s);
const struct hap_section *hap_back_named(const struct hap_conf *c, const char *name);

/* The last line that begins with these words (the second may be NULL), in the section alone. */
const struct hap_line *hap_own(const struct hap_section *s, const char *word, const char *second);
/* The same, or what the section inherits. */
const struct hap_line *
hap_effective(const struct hap_section *s, const char *word, const char *second);
/* The line that switches an option on; NULL: it is off. */
const struct hap_line *hap_option(const struct hap_section *s, const char *name);
/* "tcp" unless something says otherwise. */
const char *hap_mode(const struct hap_section *s);

/* "30s", "5000" (milliseconds without a unit); false: not a time. */
bool hap_milliseconds(const char *text, unsigned long long *ms);

struct hap_bind {
	char     address[64]; /* "*", "127.0.0.1", "[::]" */
	unsigned first, last; /* ports */
	bool     tls;
	bool     ipv6;
	bool     both;        /* [::] through which IPv4 arrives too */
	const struct hap_line *line;
};

/* Every TCP address of the section's bind lines; what only a variable knows is left out, and counted. */
typedef void hap_bind_fn(void *ctx, const struct hap_bind *b);
size_t hap_each_bind(const struct hap_section *s, hap_bind_fn *fn, void *ctx);

/* The bytes of a line that are no comment and no blank at its end. */
size_t hap_content(const char *line, size_t len);

/* ---- haproxy_route.c ---- */

struct hap_request {
	const char *host;   /* without the port */
	const char *header; /* as it is sent: with the port where it is not the usual one */
	const char *path;
	bool        tls;
};

enum hap_truth { HAP_NO, HAP_YES, HAP_MAYBE };

/* The condition at the end of a line ("if ...", "unless ..."); none is HAP_YES. */
enum hap_truth
hap_applies(const struct hap_section *s, const struct hap_line *l, const struct hap_request *q);

/* The use_backend or default_backend that takes a request; NULL: nothing does, or nobody can tell. */
const struct hap_line *hap_takes(const struct hap_section *front, const struct hap_request *q);

/* The host names that the condition of a line asks for; none: it takes any. */
typedef void hap_name_fn(void *ctx, const char *name);
void
hap_each_name(const struct hap_section *s, const struct hap_line *l, hap_name_fn *fn, void *ctx);

#endif
