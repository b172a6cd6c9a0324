/*
 * service.h - what is configured by requests: one file, one table entry; and a session with one of them.
 *
 * What is particular about a service (how it lets somebody in, what its
 * answers mean, what of them a call is about) is in its entry and is pure.
 * The order of things (look, note, ask, judge, undo) is apply's business and
 * the same for all.
 */
#ifndef PROXY_SERVICE_H
#define PROXY_SERVICE_H

#include "base/json.h"
#include "loop/net.h"
#include "proxy/step.h"

struct session;

/* How a request ended: `body' dies with the call and may be NULL; e is NULL if it went well. */
typedef void session_fn(void *ctx, const struct json *body, const struct err *e);

/* A thing as a service has it now. */
struct service_state {
	struct json *fields; /* the members the call is about; NULL: it is not there.  The caller frees. */
	const char  *id;     /* what `{id}' stands for; from the arena; NULL: none */
};

struct service {
	const char *name;       /* in calls and journals */
	const char *label;      /* as people know it; not translated */
	int         timeout_ms; /* of a request */
	int         settle_ms;  /* from a change until it is in force */

	bool        tls_only;   /* its secret goes to https:// only, or to loopback */

	/* Let us in with this secret, by session_ask(); ends with session_let_in(), once. */
	void (*log_in)(struct session *s, const char *secret);

	/*
	 * Was that what was asked for?  0; 1: what was looked for is not there; -1 with a sentence.
	 * `path' is the request's, `body' may be NULL.
	 */
	int (*answer)(long status, const struct json *body, const char *path, struct err *e);

	/* Find the thing of a call in what its `look' answered (body NULL: nothing is there). */
	void (*state)(struct service_state *out, struct arena *a, const struct call *c,
	              const struct json *body);

	/* Is what was changed in force, as `look' shows it?  1: it cannot tell yet; -1: no, and why. */
	int (*judge)(const struct call *c, const struct json *body, struct err *e);

	/*
	 * The path that tries a call without doing it, from the arena; its answer is judged as usual.
	 * NULL, the function or its answer: it cannot be tried.
	 */
	const char *(*try_path)(struct arena *a, const struct call *c);
};

extern const struct service *const services[]; /* ends with NULL */
const struct service *service_find(const char *name);

/* Whose session it is: all that a call has of that. */
struct session_whose {
	const struct service *service;
	const char           *base, *identity, *secret_file, *root; /* secret_file: NULL where it was typed */
};

/*
 * Find the secret, as secret.h says, and be let in; `opened' comes from the
 * loop, once.  The secret file's first line is the secret; a second one, where
 * the service asks for it, a code.
 */
struct session *session_open(struct loop *l, struct net *n, const struct session_whose *w,
                             session_fn *opened, void *ctx);
void session_close(struct session *s); /* also in the middle: no call comes then.  NULL is fine */
bool session_is(const struct session *s, const struct session_whose *w);

/* One request at a time; `done' comes from the loop.  body is NULL where nothing is there. */
void session_ask(struct session *s, const char *method, const char *path, const char *body,
                 int timeout_ms, session_fn *done, void *ctx);
void session_cancel(struct session *s); /* the request, whose end is not waited for any more */
long session_status(const struct session *s); /* of the last answer; 0: there was none */

/*
 * How a reading ends that asks a service one question after the other: from the loop, so that a
 * session is not closed inside its own callback; with `e', or NULL if it went well.  It is the first
 * member of what is read into, which `drop' frees.
 */
struct session_reading {
	struct loop    *loop;
	struct session *session;
	struct err      failed;
	void          (*drop)(void *reading);
	void          (*done)(void *ctx, const struct err *e);
	void           *ctx;
};
void session_reading_end(struct session_reading *r, const struct err *e);

/* A sentence of the service itself, made harmless and no longer than a message may be; in the arena. */
const char *service_said(struct arena *a, const char *text);

/* For `log_in': let in with "Authorization: Bearer TOKEN", or with `otherwise' where a header takes no such token. */
void session_let_in_by_token(struct session *s, const char *token, const struct err *otherwise);
/* For `log_in': the header every later request carries ("Authorization: Bearer ..."), or why not. */
void session_let_in(struct session *s, const char *header, const struct err *e);
const char *session_identity(const struct session *s);
const char *session_code(const struct session *s); /* the second line of the secret file, or NULL */
/* Somebody at a terminal gives another code, once; false: nobody is there, or it was asked already. */
bool session_asks_code(struct session *s);
void session_log_in(struct session *s); /* from its beginning, with what is known by then */

/* Replace `{id}' in a path or a body; from the arena.  NULL stays NULL. */
const char *service_fill(struct arena *a, const char *text, const char *id);

#endif
