/* probe_public.h - the way to the public address; what its files share. */
#ifndef CHECK_PROBE_PUBLIC_H
#define CHECK_PROBE_PUBLIC_H

#include "check/run.h"

#define HOPS_MAX 5

struct public_state {
	struct side   *side;
	unsigned       resolving;    /* a look-up under way */
	char          *addresses[8];
	size_t         n_addresses;
	bool           unanswered;   /* no name server said what the name is */
	bool           nameless;     /* the request had nowhere to go to */
	bool           reached;      /* something accepted the connection */
	bool           waits;        /* a failed connection waits for the look-up */
	bool           hairpin;      /* the name leads elsewhere; we went on over loopback */
	enum net_fault fault;        /* of the first connection */
	double         connected;    /* seconds */
	const char    *peer, *msg;
	const char    *tls_cause;
	int            half_left;
	enum net_fault half[2];      /* IPv4, IPv6 */

	char          *hops[HOPS_MAX + 2];
	size_t         n_hops;
	struct url     next;         /* where the last redirect leads */
	const char    *connect_to;   /* where it was asked, or NULL */
	bool           followed;     /* not at the address itself any more */
	bool           accepted;     /* our JSON came */
	bool           comparing;    /* the instance is being looked up */

	int            left;         /* answers still missing to tell why it is not ours */
	long           status;
	char          *name, *body;  /* of what came instead */
	size_t         body_len;
	char          *root, *own_root;
	bool           health_ours;
	long long      pid[N_SIDES];
	char          *started[N_SIDES];
};

struct public_half {
	struct public_state *st;
	int                  family;
};

/* Which family alone works, by what happened to each: "4", "6", or NULL where none is to blame. */
const char *public_half(enum net_fault four, enum net_fault six);

/* A step failed: the target ends here. */
void public_fail(struct public_state *st, const char *id, const struct net_reply *r,
                 const char *cause, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

void public_ask(struct public_state *st);      /* /api/version, and everything on the way */
void public_ask_http(struct public_state *st); /* rehearsal: does http lead to https? */
void public_reached(struct public_state *st, const struct net_reply *r);
void public_tls(struct public_state *st, const struct net_reply *r);    /* the handshake was fine */
void public_no_tls(struct public_state *st, const struct net_reply *r); /* there was none */
void public_bad_certificate(struct public_state *st, const struct net_reply *r);
void public_status(struct public_state *st,
                   const struct net_reply *r); /* an answer came: whose is it? */
void public_redirect(struct public_state *st, const struct net_reply *r);
void public_not_ours(struct public_state *st, const struct net_reply *r);

#endif
