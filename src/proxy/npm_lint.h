/*
 * npm_lint.h - what a text for the Advanced field does to a proxy host of Nginx Proxy Manager.
 *
 * The text is put where Nginx Proxy Manager puts it (templates/npm/frame.conf)
 * and judged there by nginx's rules; the line and column are the text's own.
 * What nginx knows is in templates/npm/directives.
 */
#ifndef PROXY_NPM_LINT_H
#define PROXY_NPM_LINT_H

#include <stdbool.h>
#include <stddef.h>

#include "answers/needs.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "conf/nginx.h"
#include "proxy/npm_book.h"

#define NPM_TEXT_MAX (100u << 10) /* bytes: its API takes no larger body */

/* What a line does, the worst first. */
enum npm_harm {
	NPM_OFFLINE,   /* nginx refuses the host, and its file is removed */
	NPM_ELSEWHERE, /* requests do not come to OpenChamber */
	NPM_LOSES,     /* headers OpenChamber needs are lost */
	NPM_HOLDS,     /* answers are held back, changed or cut */
	NPM_LIMITS,    /* uploads are refused or kept */
	NPM_BYPASSES,  /* what the host's own settings protect is not protected */
	NPM_USELESS,   /* it does nothing */
	N_NPM_HARMS,
};

/* A rule: stable id, what is, what to do.  `warns': the host works all the same. */
struct npm_rule {
	const char   *id;
	enum npm_harm harm;
	bool          warns;
	const char   *what, *fix; /* N_() */
};

struct npm_finding {
	const struct npm_rule *rule;
	const char            *what;         /* translated */
	int                    line, column; /* of the text; 0: it is about what is not there */
};

struct npm_lint {
	struct arena        arena;
	struct npm_finding *v;        /* by line and column; of one line and rule the first */
	size_t              n, cap;
	bool                websockets; /* the host's switch; set before npm_lint_text() */
};

/* Judge `text'; -1 only where our own templates are wrong.  `l' starts zeroed but for the switch. */
int  npm_lint_text(struct npm_lint *l, const char *templates, const struct needs *needs,
                   const char *text, size_t len, struct err *e);
void npm_lint_free(struct npm_lint *l);

size_t npm_lint_count(const struct npm_lint *l, bool warns);
bool   npm_lint_has(const struct npm_lint *l, enum npm_harm harm);

/* Does Nginx Proxy Manager leave its own `location /' out because of this text? */
bool npm_drops_location(const char *text, size_t len);

/* What stands in the frame for one text. */
struct npm_frame {
	const char *scheme, *host; /* where it forwards to */
	unsigned    port;
	const char *name;          /* server_name */
	const char *listen;        /* whole lines */
	bool        websockets, http2, force_ssl; /* the host's switches */
	const char *text;          /* the Advanced text, as it is */
	size_t      len;
};

/*
 * Append the server block, with what NPM says at http level before it.
 * `*at' becomes the offset of the text in `out'.
 */
int npm_compose(struct buf *out, const char *templates, const struct npm_frame *f, size_t *at,
                struct err *e);

/* ---- between npm_lint*.c ---- */

struct npm_lint_look {
	struct npm_lint       *l;
	const struct needs    *needs;
	const struct ngx_conf *conf;
	const struct ngx_directive *server;
	const char *composed;
	size_t begin, end; /* the text, in what was composed */
	int    lines;      /* before it */
	bool   own_gone;   /* NPM's own location / */
};

bool npm_lint_is_theirs(const struct npm_lint_look *k, const struct ngx_directive *d);
/* One finding more, at a directive of the text; NULL: nowhere.  Of NPM's own lines nothing is said. */
void npm_lint_add(struct npm_lint_look *k, const char *rule, const struct ngx_directive *at);
/* The same where no directive begins; `what' is the rule's own sentence where it is NULL.  Lines of what was composed. */
void npm_lint_say(struct npm_lint_look *k, const char *rule, const char *what, int line, int column);

void npm_lint_args(struct npm_lint_look *k, const struct npm_book *b, const struct npm_known *known,
                   const struct ngx_directive *d); /* npm_lint_args.c */

int  npm_lint_refused(struct npm_lint_look *k, const char *templates, struct err *e); /* npm_lint_refused.c */
void npm_lint_between(struct npm_lint_look *k); /* npm_lint_between.c */
void npm_lint_routes(struct npm_lint_look *k); /* npm_lint_routes.c */

#endif
