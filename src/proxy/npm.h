/*
 * npm.h - Nginx Proxy Manager, told what to do by its API.
 *
 * Measured on 2.11, 2.12 and 2.15.  What it answers is taken loosely: its
 * versions differ in the shape of errors, in booleans (1/0 before 2.12) and in
 * the status for a missing right (403, 404 or 500).
 */
#ifndef PROXY_NPM_H
#define PROXY_NPM_H

#include "proxy/proxy.h"
#include "proxy/service.h"

extern const struct proxy proxy_npm;
extern const struct service service_npm;

/* What was read of it; f->conf. */
struct npm_own {
	bool         read;           /* else it was not asked, and nothing is known */
	struct json *host;           /* the proxy host of the public name; NULL: none */
	const char  *taken_by;       /* what else of it has the name ("redirection-hosts"); NULL: nothing */
	long long    certificate;    /* id of one for the name; 0: none */
	bool         may_certify;    /* this user may ask for a new one */
	const char **addresses;      /* of this server, as a container could reach them; ends with NULL */
};

void npm_detect(struct loop *l, const char *root, const struct machine *m, struct proxy_found *f,
                void (*done)(void *ctx), void *ctx);
void npm_forget(struct proxy_found *f);
void npm_read(struct loop *l, struct net *n, const char *root, const struct answers *a,
              struct proxy_found *f, void (*done)(void *ctx, const struct err *e), void *ctx);
int  npm_render(struct steps *out, const struct proxy_context *c, struct err *e);

/* How the headers get through, by its access list and by what is in front. */
enum npm_way {
	NPM_CUSTOM,       /* a custom location, which adds X-Forwarded-Host and keeps the access list */
	NPM_OWN_LOCATION, /* a location of ours, past the access list */
	NPM_NO_WAY,       /* an access list and a way that only goes past it */
};
enum npm_way npm_way(const struct answers *a, bool access_list);

/* Can it be done?  `own' is what was read, or NULL; ERR_VALUE names the answer that is in the way. */
int npm_check(const struct proxy_context *c, const struct npm_own *own, enum npm_way way,
              struct err *e);

/*
 * Append the text for the Advanced field of a proxy host: all that is ours in
 * the server block that NPM composes.
 */
int npm_advanced(struct buf *out, const struct proxy_context *c, enum npm_way way, struct err *e);

/* No address, no user and no secret of its API is answered: a person does it.  npm_by_hand.c */
bool npm_by_hand(const struct answers *a);
int  npm_settings(struct proxy_by_hand *out, const struct proxy_context *c, struct err *e);
/* The Advanced text in the server block that NPM composes, run by a private nginx. */
int  npm_rehearse(struct steps *out, const struct proxy_context *c, struct err *e);

/* Has it a certificate of its own for the public name? */
bool npm_ends_tls(const struct answers *a);

/* The members of a host that `wanted' names, in its shape; the caller frees. */
struct json *npm_members(const struct json *wanted, const struct json *host, const struct json *was);

/* true, 1; false, 0. */
bool npm_flag(const struct json *object, const char *key);

/* The host (an entry of the list of proxy hosts) of exactly this domain; NULL: none. */
const struct json *npm_host_named(const struct json *hosts, const char *domain);

/* An answer's error, cleaned, from the arena; "" where it names none. */
const char *npm_message(struct arena *a, const struct json *body);

#endif
