/* probe_ws.h - the WebSockets of a side; what the two files of the probe share. */
#ifndef CHECK_PROBE_WS_H
#define CHECK_PROBE_WS_H

#include "check/run.h"

/* One more handshake with another Origin: would the app take that for its own address? */
struct guess {
	struct socket_probe *p;
	const char *origin;
	const char *cause;   /* what it means if it is accepted */
	unsigned    turn;
	struct ws  *ws;
	bool        accepted;
};

struct socket_probe {
	struct side    *side;
	size_t          i;
	unsigned        turn, wait;
	struct ws      *ws;
	bool            done;
	enum net_fault  fault;
	long            status;
	bool            accepted, spoke;
	double          answered, first; /* seconds from the start */
	bool            html;
	char           *body, *location;

	struct guess   *guesses;
	size_t          n_guesses, guesses_left;
	const struct guess *believed;    /* the first that was accepted, or NULL */
	bool            cookie_seen, cookie_open; /* a plain GET set a cookie; without Secure */
};

bool probe_socket_was(const struct socket_probe *p, long status, const char *body);
void probe_socket_done(struct socket_probe *p);

/* Find out whose address the app believes to have; ends with probe_socket_done(). */
void origin_oracle(struct socket_probe *p);

/* Without a login: does the app mark its cookie Secure here?  Ends with probe_socket_done(). */
void cookie_oracle(struct socket_probe *p);

/* Open the probe's socket with an Origin. */
struct ws *probe_socket_open(struct socket_probe *p, const char *origin, const struct ws_events *on,
                             void *ctx);

#endif
