/*
 * service.h - what is configured by requests: one file, one table entry; and a client of one.
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

struct client;

/* How a request ended: `body' dies with the call and may be NULL; e is NULL if it went well. */
typedef void client_fn(void *ctx, const struct json *body, const struct err *e);

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
	const char *secret_by;  /* how a run gets it that nobody can type into */
	const char *pages;      /* where a person sets what its API sets; NULL: where the API is */

	/* Let us in with this secret, by client_ask(); ends with client_let_in(), once. */
	void (*log_in)(struct client *c, const char *secret);

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

/* Who is let in, and where: all that a call has of that. */
struct client_whose {
	const struct service *service;
	const char           *base, *identity, *secret_file, *root; /* secret_file: NULL where it was typed */
};

/*
 * Find the secret, as secret.h says, and be let in; `opened' comes from the
 * loop, once.  The secret file's first line is the secret; a second one, where
 * the service asks for it, a code.
 */
struct client *client_open(struct loop *l, struct net *n, const struct client_whose *w,
                           client_fn *opened, void *ctx);
void client_close(struct client *c); /* also in the middle: no call comes then.  NULL is fine */
bool client_is(const struct client *c, const struct client_whose *w);

/* One request at a time; `done' comes from the loop.  body is NULL where nothing is there. */
void client_ask(struct client *c, const char *method, const char *path, const char *body,
                int timeout_ms, client_fn *done, void *ctx);
void client_cancel(struct client *c); /* the request, whose end is not waited for any more */
long client_status(const struct client *c); /* of the last answer; 0: there was none */

/*
 * How a reading ends that asks a service one question after the other: from the loop, so that a
 * client is not closed inside its own callback; with `e', or NULL if it went well.  It is the first
 * member of what is read into, which `drop' frees.
 */
struct client_reading {
	struct loop    *loop;
	struct client  *client;
	struct err      failed;
	void          (*drop)(void *reading);
	void          (*done)(void *ctx, const struct err *e);
	void           *ctx;
};
void client_reading_end(struct client_reading *r, const struct err *e);

/* A sentence of the service itself, made harmless and no longer than a message may be; in the arena. */
const char *service_said(struct arena *a, const char *text);

/* For `log_in': let in with "Authorization: Bearer TOKEN", or with `otherwise' where a header takes no such token. */
void client_let_in_by_token(struct client *c, const char *token, const struct err *otherwise);
/* For `log_in': the header every later request carries ("Authorization: Bearer ..."), or why not. */
void client_let_in(struct client *c, const char *header, const struct err *e);
const char *client_identity(const struct client *c);
const char *client_code(const struct client *c); /* the second line of the secret file, or NULL */
/* Somebody at a terminal gives another code, once; false: nobody is there, or it was asked already. */
bool client_asks_code(struct client *c);
void client_log_in(struct client *c); /* from its beginning, with what is known by then */

/* Replace `{id}' in a path or a body; from the arena.  NULL stays NULL. */
const char *service_fill(struct arena *a, const char *text, const char *id);

#endif
