/*
 * net.h - HTTP that never blocks.  The only door to libcurl.
 *
 * No environment proxy, redirects never followed, every request on a
 * connection of its own.  What arrives is capped: header bytes in total
 * (1xx included), body bytes by the request.  What the caller gets is raw:
 * clean it with text_safe() before a person sees it.
 *
 * Any callback may start and cancel what it likes; none may call net_free().
 * What was connected (net_conn, ws) is closed before net_free(), and that comes before loop_free().
 */
#ifndef LOOP_NET_H
#define LOOP_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "loop/loop.h"

struct net;

enum net_http { NET_HTTP_1, NET_HTTP_2 /* where the server negotiates it, else 1.1 */ };

/* What went wrong, in the order things happen. */
enum net_fault {
	NET_OK,
	NET_RESOLVE,     /* the name has no address */
	NET_REFUSED,     /* nothing accepts there */
	NET_UNREACHABLE, /* no route, network down */
	NET_NO_CONNECT,  /* no TCP connection before the deadline */
	NET_TLS_VERIFY,  /* the certificate: see verify */
	NET_TLS,         /* anything else in the handshake */
	NET_SILENT,      /* connected, but not one byte before the deadline */
	NET_TIMEOUT,     /* answered in part, then the deadline struck */
	NET_CLOSED,      /* closed or reset before the answer was whole */
	NET_GARBAGE,     /* not HTTP, or headers without end */
};

struct net_reply {
	enum net_fault fault;
	bool        cut;        /* we ended it ourselves, at max_body or by a callback: no fault */
	long        status;     /* the final HTTP status, 0 if there was none */
	int         continues;  /* how many `100 Continue' came first */
	int         http;       /* 1 or 2; 0 if unknown */
	struct buf  head;       /* the final answer's header lines as received, status line first;
	                           at the end also those that came behind the body */
	struct buf  body;       /* at most max_body bytes, as on the wire (never decoded) */
	struct buf  cert;       /* the peer's certificate, PEM, if it was wanted; "" where its chain
	                           was refused: ask again with where.insecure to see it */
	long        verify;     /* X509_V_ERR_* of a NET_TLS_VERIFY; another name is 62 */
	char        peer[64];   /* the peer's address without port, "" if never connected */
	double      connected;  /* seconds from the start to: TCP connected */
	double      first;      /* the first byte of the final answer */
	double      seconds;    /* the end */
	uint64_t    sent;       /* body bytes that went out */
	char        msg[160];   /* libcurl's own sentence for a fault: a detail, not for people */
};

/* Called exactly once per request.  `r' dies when it returns. */
typedef void net_done_fn(void *ctx, const struct net_reply *r);

/* Called when the final answer's header is complete.  False ends the request there (cut). */
typedef bool net_head_fn(void *ctx, const struct net_reply *r);

/* Called with body bytes as they arrive, `seconds' after the start.  Return false to end (cut). */
typedef bool net_data_fn(void *ctx, const char *bytes, size_t len, double seconds);

struct net_where {
	const char   *connect_to; /* HOST:PORT to talk to instead of the URL's; Host and SNI stay */
	const char   *cacert;     /* a PEM file to trust instead of the system's, or NULL */
	bool          insecure;   /* do not verify */
	int           family;     /* 0: any, 4, 6 */
	const char   *socket;     /* the path of a UNIX socket to talk to instead of any address */
};

struct net_request {
	const char        *method;   /* NULL: GET */
	const char        *url;
	struct net_where   where;
	const char *const *headers;  /* "Name: value", ends with NULL; may be NULL */
	enum net_http      http;
	int                timeout_ms;
	size_t             max_body; /* reply.body stops there, without on_data the request too */
	const void        *body;     /* sent as it is; copied; NULL: none */
	size_t             body_len;
	/*
	 * >0: Content-Length of this with Expect: 100-continue, and never a byte of
	 * it; HTTP/1.1, POST by default.  Over at the final answer with its body (or
	 * 100 ms without more of it), or 300 ms after a 100: then status is 0,
	 * continues 1, cut set.  Neither is a fault.
	 */
	uint64_t           announce;
	uint64_t           upload;   /* >0: this many zero bytes, really sent, without Expect */
	bool               want_cert;
	net_head_fn       *on_head;  /* may be NULL */
	net_data_fn       *on_data;  /* may be NULL */
	net_done_fn       *done;
	void              *ctx;
};

struct net *net_new(struct loop *l); /* installs itself as l's wait */
void net_free(struct net *n);        /* what is still running is dropped without a call */

/* Start; returns an id, never 0. */
unsigned net_start(struct net *n, const struct net_request *q);
void net_cancel(struct net *n, unsigned id); /* no call comes; 0 and spent ids do nothing */

/*
 * The value of a header in reply->head by name, case ignored, the `nth' of
 * that name (0: first): appended to `out', trimmed.  False: not there.
 */
bool net_header(struct buf *out, const struct net_reply *r, const char *name, int nth);

/* A connection without HTTP on it, for WebSockets: TCP, TLS and SNI done, HTTP/1.1 by ALPN. */
struct net_conn;

/* `c' is NULL where it failed: see r->fault.  The callee owns c and ends with net_conn_close(). */
typedef void net_conn_fn(void *ctx, struct net_conn *c, const struct net_reply *r);

unsigned net_connect(struct net *n, const char *url, const struct net_where *where, int timeout_ms,
                     net_conn_fn *fn, void *ctx); /* net_cancel() takes this id too */
/* No more than the handshake, so that no log has a line of it, for the certificate in r->cert. */
unsigned net_shake_hands(struct net *n, const char *url, const struct net_where *where, int timeout_ms,
                         net_done_fn *fn, void *ctx); /* net_cancel() takes this id too */
int     net_conn_fd(const struct net_conn *c);
/* 0: closed; -1: errno EAGAIN, or broken.  Read until EAGAIN: TLS may hold bytes back. */
ssize_t net_conn_recv(struct net_conn *c, void *bytes, size_t len);
ssize_t net_conn_send(struct net_conn *c, const void *bytes, size_t len);
void    net_conn_close(struct net_conn *c);

/* The host of an internationalised URL in its xn-- form.  False: it is not a host at all. */
bool net_punycode(struct buf *out, const char *host);

/*
 * All addresses of a name, by a child: getaddrinfo(3) would block.  n is 0 where there are none;
 * addresses is NULL then if that is not known, because no name server answered.
 */
typedef void net_resolve_fn(void *ctx, const char *const *addresses, size_t n);
unsigned net_resolve(struct net *n, const char *host, int timeout_ms, net_resolve_fn *fn,
                     void *ctx); /* net_cancel() takes this id too */

const char *net_fault_name(enum net_fault f); /* "refused": stable, for `observed' */
const char *net_version(void);                /* "libcurl/7.88.1 ..." */

#endif
