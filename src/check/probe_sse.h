/* probe_sse.h - the event streams of a side, and the clocks of a rehearsal. */
#ifndef CHECK_PROBE_SSE_H
#define CHECK_PROBE_SSE_H

#include "check/run.h"
#include "loop/sse.h"

#define LATE_WARN 0.15 /* seconds */
#define LATE_FAIL 1.0
#define LATE_LOOKS 3 /* further looks at a stream that is late, but not held back */

/* How an event stream can look, the worst last. */
enum stream_state { STREAM_FINE, STREAM_LATE, STREAM_HELD, STREAM_LOGIN, STREAM_OTHER,
                    STREAM_COMPRESSED };

/* Five events of the probe origin on one route, over one protocol, sent in one way. */
struct clock {
	struct side      *side;
	size_t            i;
	bool              two, accel, close;
	bool              done;
	int               looks;
	long              status;
	int               http;
	bool              stream, compressed;
	double            sent[8], arrived[8]; /* seconds of the loop */
	size_t            n;
	struct sse        sse;
	bool              reading;
	double            late;  /* of the worst event */
	enum stream_state state;
};

/* For each stream: HTTP/1.1 or 2, with and without X-Accel-Buffering, chunked or closed. */
#define CLOCKS       8
#define CLOCK_EVENTS 5

void clocks_quiet(struct check_run *r);

/* The worst of a stream's clocks; NULL: there are none, or they still run. */
bool clocks_running(const struct check_run *r, size_t i);
const struct clock *clocks_worst(const struct check_run *r, size_t i);
const struct check_timeline *clock_timeline(struct check_run *r, const struct clock *k);
const char *clock_name(struct check_run *r,
                       const struct clock *k); /* "TLS, HTTP/1.1, without X-Accel-Buffering" */

/* An answer's head: is it an event stream, and is it as it was sent? */
bool answer_is_stream(const struct net_reply *r);
bool answer_is_encoded(const struct net_reply *r);

#endif
