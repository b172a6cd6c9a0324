/*
 * origin.h - the probe origin: a server that behaves like OpenChamber.
 *
 * Behind a rehearsal, in practice and in the tests it stands for the real one:
 * same routes, first bytes, heartbeats, login, Origin rule, answers to a lost
 * upgrade (23 bytes) and to a missing login (26), gzip threshold, upload limit
 * with Expect, silence on an unknown upgrade path, serverId.
 *
 * On top of that every HTTP route understands `?antechamber=WORD', without a login:
 *
 *	echo	200 JSON: {"method", "target", "http": "1.1", "peer": "127.0.0.1", "headers":
 *		[{"name", "value"}, ...]}; the fields as they arrived, order and duplicates kept
 *	clock	five events, 0.25 s (&apart=MS) apart, the first at once; &accel=no leaves X-Accel-Buffering
 *		out, &close=1 ends by closing instead of chunks; each event's data is the time it
 *		was sent, in ms on loop_now()'s clock
 *	silent	an event stream whose header is sent and then nothing for &seconds=N (default for
 *		ever; 0.5 is a number), then one event and the end; &accel and &close as above
 *	count	reads the whole body; 200 JSON: {"bytes", "ms", "arrived": [{"ms", "bytes"}, ...]},
 *		how many bytes were here how long after the header, at most 64 points; for spooling
 *
 * A WebSocket keeps its rules, login and Origin, and understands two of them:
 *
 *	echo	the JSON of its request is sent as a text right after the greeting
 *	silent	nothing follows the greeting, no ping either; after &seconds=N one text
 *
 * Whatever comes in is bounded: a head by 32 KiB and 30 s, unread answers by 1 MiB, a body by
 * nothing, because it is counted and not kept.
 */
#ifndef ORIGIN_ORIGIN_H
#define ORIGIN_ORIGIN_H

#include <stdbool.h>

#include "answers/needs.h"
#include "base/err.h"
#include "loop/loop.h"

/* Ways to misbehave, each for a test or a practice; `antechamber origin --misbehave WORD,...'. */
enum {
	ORIGIN_HANGS         = 1 << 0,  /* "hang": accepts and never answers */
	ORIGIN_IS_OPENCODE   = 1 << 1,  /* "opencode": 401, Basic realm="Secure Area" on everything */
	/*
	 * "silent-events": what OpenCode would say does not come.  The backend's
	 * streams send not even a header; its sockets are accepted, since that is
	 * OpenChamber's own doing, and get pings but no message.
	 */
	ORIGIN_SILENT_EVENTS = 1 << 2,
	ORIGIN_STARTING      = 1 << 3,  /* "starting": the same, and /health says so: not ready */
	ORIGIN_NOT_OURS      = 1 << 4,  /* "other": a page of something else on every path */
	ORIGIN_NO_DICTATION  = 1 << 5,  /* "no-dictation": an older version without that socket */
	ORIGIN_NO_SERVER_ID  = 1 << 6,  /* "no-server-id": an older version without serverId */
	ORIGIN_LOCKED        = 1 << 7,  /* "locked": every login is 429 */
	ORIGIN_FLOODS        = 1 << 8,  /* "flood": endless headers */
	ORIGIN_GARBAGE       = 1 << 9,  /* "garbage": bytes that are not HTTP */
	ORIGIN_LIES          = 1 << 10, /* "lies": Content-Length beyond what comes, then silence */
};

struct origin_options {
	const char *address;   /* to listen on, an IP address; NULL: 127.0.0.1 */
	unsigned    port;      /* 0: any */
	const char *password;  /* NULL: without a UI password */
	const char *server_id; /* NULL: random */
	const char *version;   /* NULL: "1.19.0" */
	unsigned    misbehave;
	double      pace;      /* heartbeats run so many times faster; 0 counts as 1 */
	int         adopted_fd; /* >0: a listening socket made by someone else, ours from now on */
	unsigned    head_ms;   /* a request's head must be whole within; 0: 30 s */
};

struct origin;

/* `needs' is borrowed until origin_free().  NULL: error. */
struct origin *origin_start(struct loop *l, const struct needs *needs,
                            const struct origin_options *o, struct err *e);
void           origin_free(struct origin *o);
unsigned       origin_port(const struct origin *o);
const char    *origin_server_id(const struct origin *o);
unsigned       origin_connections(const struct origin *o); /* open now */

/* "hang,opencode" to bits; ERR_USAGE names the word and the words there are. */
int origin_misbehave(unsigned *bits, const char *words, struct err *e);

#endif
