/*
 * ws_handshake.h - how a WebSocket is asked for, and the answer, in whatever pieces it arrives.
 *
 * Pure: no socket, no clock.  The answer's head is capped at 16 KiB with what
 * interim answers took; of a body 512 bytes are kept, without its chunks.
 */
#ifndef LOOP_WS_HANDSHAKE_H
#define LOOP_WS_HANDSHAKE_H

#include "loop/ws.h"

/* Append the request; `accept' gets what Sec-WebSocket-Accept has to be. */
void ws_ask(struct buf *out, const struct ws_request *q, char accept[29]);

enum ws_progress {
	WS_MORE,   /* the head is not complete */
	WS_BODY,   /* the head is, the body of a refusal is not, or has no known end */
	WS_DONE,   /* all there; after a 101 what follows is frames, from `rest' on in `in' */
	WS_BROKEN, /* not HTTP, or a head without end */
};

struct ws_answer {
	struct buf in;
	size_t     scanned; /* no head ends before this */
	size_t     rest;    /* where the body, or the first frame, begins; 0: not yet */
	size_t     interim; /* bytes of 1xx answers, already forgotten */
};

#define WS_ANSWER_INIT { .in = BUF_INIT }

/* Fills status, head and body of `r', whose buffers must be initialised. */
enum ws_progress ws_answer_feed(struct ws_answer *a, struct ws_reply *r, const char *bytes,
                                size_t len);

#endif
