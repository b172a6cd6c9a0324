/*
 * caddyfile_read.h - between caddyfile.c, which makes the tree, and caddyfile_import.c.
 */
#ifndef CONF_CADDYFILE_READ_H
#define CONF_CADDYFILE_READ_H

#include "conf/caddyfile.h"
#include "conf/caddyfile_lex.h"

/* What can be spliced in by name: (snippet) and &(route). */
struct cdy_snippet {
	const char             *name; /* with its brackets */
	const struct cdy_token *v;
	size_t                  n;
	struct cdy_snippet     *next;
};

struct cdy_args {
	const char *const *v;
	size_t             n;
};

struct cdy_reader {
	struct cdy_conf   *c;
	const char        *root;
	bool               follow;
	size_t             bytes, things;
	struct cdy_snippet *snippets;
	struct cdy_node  **site_tail;
	struct cdy_args    args;      /* of the import that is being spliced in */
	int                imports;   /* how deep */
	struct cdy_tokens *kept;      /* all that were cut, for snippets point into them */
	size_t             n_kept;
	size_t             cap_kept, cap_files, cap_unreadable, cap_imports;
};

/* Where the next directive goes. */
struct cdy_place {
	struct cdy_node  *block;
	struct cdy_node **tail;
	int               depth;
};

/* A piece of a file, and how far it was read. */
struct cdy_piece {
	const struct cdy_token *v;
	size_t                  n, i;
};

int cdy_parse_directives(struct cdy_reader *r, struct cdy_piece *p, struct cdy_place *at,
			 bool inside, struct err *e);
int cdy_parse_sites(struct cdy_reader *r, struct cdy_piece *p, struct err *e);
int cdy_wrong(const struct cdy_token *t, struct err *e, const char *sentence); /* -1 */
/* One thing more, and n words in it; -1: it is too much. */
int cdy_count(struct cdy_reader *r, const struct cdy_token *at, size_t n, struct err *e);

/* Read a file in place; `at' NULL: among the sites. */
int cdy_read_file(struct cdy_reader *r, struct cdy_place *at, const char *path, struct err *e);

/* `import NAME [ARGUMENT...]' or `invoke NAME': what it names takes its place. */
int cdy_splice(struct cdy_reader *r, struct cdy_piece *p, struct cdy_place *at, struct err *e);

/* A word with {args.0}, {args[0]} replaced by what the import was given. */
const char *cdy_filled(struct cdy_reader *r, const char *text);

#endif
