/*
 * conn.h - one connection of the probe origin, from accept to close.
 *
 * A connection reads a request, hands it to routes.c, and waits until it is
 * answered and its body is gone; then the next one, however many were sent at
 * once.  What comes in and what goes out are both bounded: a peer that sends
 * without reading is not read from, one that reads too slowly is dropped.
 *
 * Functions here and in the files above never free a connection; they mark it
 * (conn_drop, conn_end), and it goes when the event that woke it is over.
 */
#ifndef ORIGIN_CONN_H
#define ORIGIN_CONN_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "origin/http.h"
#include "origin/origin.h"
#include "origin/session.h"

enum {
	CONN_MAX     = 4000,            /* open at once; more wait in the kernel */
	CONN_IN_MAX  = 64 * 1024,       /* unread requests */
	CONN_OUT_LOW = 64 * 1024,       /* no further request is begun above this */
	CONN_OUT_MAX = 1024 * 1024,     /* a peer with more unread than this is dropped */
	CONN_PULSES  = 4,
	CONN_BODY_MS = 60 * 1000,       /* without a byte of a body */
};

enum conn_state {
	CONN_HEAD,   /* waiting for a request */
	CONN_BODY,   /* a request's body is read, before or after its answer */
	CONN_STREAM, /* an answer that takes its time; the next request waits */
	CONN_SOCKET, /* a WebSocket */
	CONN_HUNG,   /* nothing more is answered; what comes is thrown away */
	CONN_FLOOD,  /* header fields without end */
	CONN_LINGER, /* everything is said; wait until the other side closes */
};

struct conn;
struct socket;

typedef void conn_fn(struct conn *c);
typedef void conn_pulse_fn(struct conn *c, const void *arg);
typedef void conn_data_fn(struct conn *c, const char *bytes, size_t len);

/* Something that happens on a connection once or again and again. */
struct pulse {
	struct conn   *conn;
	conn_pulse_fn *fn; /* NULL: free */
	const void    *arg;
	unsigned       timer;
	long long      due;
	int            every; /* ms; 0: once */
};

/* How the bytes of an upload arrived: at most 64 points, thinned out as it goes on. */
struct arrivals {
	struct { int ms; uint64_t bytes; } at[64];
	size_t    n;
	int       apart; /* ms at least between two points */
	long long start;
};

struct conn {
	struct origin *origin;
	struct conn   *prev, *next;
	int            fd;
	short          wants;  /* what the loop waits for */
	char           peer[64];
	enum conn_state state;
	bool           dead;     /* freed at the end of this event */
	bool           eof;      /* the other side sends no more */
	bool           ending;   /* close once everything is written */
	bool           answered; /* the request has its answer */
	bool           stay;     /* more requests may follow this one */
	bool           bounded;  /* the streamed answer ends by itself */
	bool           chunked;  /* the streamed answer is in chunks */
	struct buf     in, out;
	size_t         scanned;  /* of `in', looking for the end of a head */
	unsigned       timer;    /* the deadline's */
	long long      rings;    /* when */
	long long      due;      /* 0: no deadline */
	long long      heard;    /* when the last byte came */
	long long      lingers;  /* until then at most */
	struct http_request req;
	struct http_body body;
	conn_data_fn  *on_data;  /* body bytes; NULL: only counted */
	conn_fn       *on_body;  /* the body is complete; NULL: nothing waits for it */
	struct buf     kept;     /* as much of a body as a route wants */
	struct arrivals *arrivals;
	struct pulse   pulses[CONN_PULSES];
	struct socket *socket;
};

struct origin {
	struct loop        *loop;
	const struct needs *needs;
	struct origin_options options; /* strings are our own */
	char               *password, *server_id, *version;
	int                 fd;
	bool                paused;    /* not accepting for the moment */
	unsigned            resume;    /* timer */
	unsigned            port;
	struct conn        *conns;
	unsigned            n_conns;
	long long           started;   /* ms since 1970 */
	long long           stamped;   /* the last timestamp /health gave */
	struct session_keeper keeper;
	struct buf          page, page_gz;
};

void conn_accept(struct origin *o, int fd, const struct sockaddr_storage *peer);
void conn_free(struct conn *c);

void conn_deadline(struct conn *c, int ms); /* 0: none */
int  conn_head_ms(const struct conn *c);    /* what a request's head may take */
void conn_write(struct conn *c, const void *bytes, size_t len);
void conn_drop(struct conn *c); /* without another word */
void conn_end(struct conn *c);  /* when everything is written */
void conn_hang(struct conn *c); /* it never hears of us again */

/* A streamed answer begins, and is over: on to the rest of the body, the next request or the end. */
void conn_stream(struct conn *c);
void conn_answered(struct conn *c);

/* Call `fn' in `ms', then every `every' ms (0: once).  All end with the connection. */
void conn_pulse(struct conn *c, int ms, int every, conn_pulse_fn *fn, const void *arg);
void conn_pulses_end(struct conn *c);

bool conn_backend_silent(const struct conn *c); /* the OpenCode behind us says nothing */
int  conn_paced(const struct conn *c, int seconds); /* a heartbeat's period in ms */

#endif
