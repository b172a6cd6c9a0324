/*
 * mend.h - lines that are changed in files that people wrote, where a cause has one line to blame.
 *
 * A line goes, gets another word, or has one put above it; every other byte
 * stays.  What goes over several lines by a backslash is left alone, and so is
 * a block whose end is not found.
 */
#ifndef PROXY_MEND_H
#define PROXY_MEND_H

#include "proxy/proxy.h"

enum mend_how {
	MEND_OUT,     /* the line goes, with the block it opens */
	MEND_INSTEAD, /* another one stands there, as far in */
	MEND_WORD,    /* one of its words is replaced */
	MEND_MORE,    /* it gets one word more */
	MEND_ABOVE,   /* one more above it, as far in */
	MEND_INSIDE,  /* one more below it, a step further in */
};

struct mend_edit {
	enum mend_how how;
	const char   *file;
	int           line;
	const char   *word; /* MEND_WORD: which */
	const char   *text;
};

struct mend {
	struct arena                arena;
	const struct proxy_context *c;
	struct url                  here; /* the site's address as visitors reach it on this machine */
	struct mend_edit           *v;
	size_t                      n;
};

void mend_line(struct mend *m, enum mend_how how, const char *file, int line, const char *text);
void mend_word(struct mend *m, const char *file, int line, const char *word, const char *text);

/* The last line of the block that a line opens by a brace at its end; 0: it opens none, or it does not end. */
int mend_block_end(struct mend *m, const char *file, int line);

/* Note what settles a cause on a route, as far as it can be met there. */
typedef void mend_settle_fn(struct mend *m, const char *cause, const char *path);

/* As `repair' of struct proxy. */
int mend_causes(struct steps *out, const struct proxy_context *c, const char *const *causes,
                mend_settle_fn *settle, struct err *e);

/* The site's own listening port may not be the public one. */
struct url mend_here(const struct answers *a);

/* The paths on which a cause can be met; ends with NULL.  From the arena. */
const char **mend_routes(struct arena *a, const struct needs *n, const char *cause);

/* A file that is there, with another text: its mode stays. */
void mend_write(struct steps *out, const char *root, const char *file, const char *text);

#endif
