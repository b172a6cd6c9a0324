/*
 * ws.h - one WebSocket, from the handshake to the first frames (RFC 6455).
 *
 * Always HTTP/1.1 on a connection of its own.  The handshake's answer is kept
 * whole so that a refusal can be told apart; frames are wslay's business.
 */
#ifndef LOOP_WS_H
#define LOOP_WS_H

#include "loop/net.h"

struct ws;

struct ws_reply {
	enum net_fault fault;    /* NET_OK: an HTTP answer came; NET_SILENT: not a byte in time */
	long        status;
	bool        accepted;    /* 101, and Sec-WebSocket-Accept fits the key */
	struct buf  head;        /* status line and header lines */
	struct buf  body;        /* of a refusal: up to 512 bytes, by length or until a quiet */
	double      seconds;     /* until the answer's header was complete */
};

struct ws_events {
	/* Once: the handshake is over.  If it is not accepted the socket is closed already. */
	void (*answered)(void *ctx, const struct ws_reply *r);
	/* A whole message; opcode 1 text, 2 binary, 9 ping, 10 pong.  Cut at 64 KiB. */
	void (*message)(void *ctx, int opcode, const char *bytes, size_t len, double seconds);
	/* Once, after an accepted handshake: the other side closed (1005: no code) or left (0). */
	void (*closed)(void *ctx, int code);
};

struct ws_request {
	const char        *url;      /* http:// or https:// */
	struct net_where   where;
	const char        *origin;   /* the Origin header, NULL: none */
	const char *const *headers;  /* more of them (Cookie), ends with NULL; may be NULL */
	int                timeout_ms; /* for connecting, and for the answer */
	struct ws_events   on;
	void              *ctx;
};

struct ws *ws_open(struct loop *l, struct net *n, const struct ws_request *q);
void ws_send_text(struct ws *w, const char *text);

/* Says goodbye if it can, never waits; no event comes after; NULL is fine.  Before net_free(). */
void ws_close(struct ws *w);

/* A header of the handshake's answer, as net_header(). */
bool ws_header(struct buf *out, const struct ws_reply *r, const char *name);

#endif
