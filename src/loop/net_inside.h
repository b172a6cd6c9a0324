/*
 * net_inside.h - what the files of net share.  Only net*.c may include it.
 *
 * A task is whatever net_cancel() can end: a request, a connection, a look-up.
 * libcurl forbids to add or remove a handle inside one of its callbacks, so a
 * new task is always added before the next wait, and one that dies inside is
 * freed when curl_multi_perform(3) has returned.
 */
#ifndef LOOP_NET_INSIDE_H
#define LOOP_NET_INSIDE_H

#include <curl/curl.h>

#include "loop/net.h"

/* What a task may be told besides a CURLcode. */
enum { NET_DEADLINE = -1, NET_ENOUGH = -2 };

struct net_task {
	struct net        *net;
	unsigned           id;    /* 0: nobody can cancel it any more */
	unsigned           timer; /* its deadline */
	struct net_task   *next, *prev;
	bool               added;   /* libcurl has it */
	bool               dropped; /* dead, freed later */
	void             (*end)(struct net_task *t, int code); /* tell the caller, net_drop() */
	void             (*free)(struct net_task *t);          /* what is its own, and itself */

	CURL              *easy;    /* NULL: a look-up */
	struct curl_slist *headers, *connect_to;
	struct net_reply   r;
	double             start;
	double             tls;     /* when its handshake began, so TCP is connected; 0: not */
	int                fd;      /* its socket, where net_follow_socket() was asked for; or -1 */
	char               msg[CURL_ERROR_SIZE];
};

struct net {
	struct loop        *loop;
	CURLM              *multi;
	struct net_task    *first, *last;
	struct net_task    *dead;
	unsigned            last_id;
	bool                inside;  /* libcurl is calling us */
	bool                waiting; /* there are tasks to add */
	const char         *ca;      /* the system's certificates; NULL: whatever libcurl finds */
	struct curl_waitfd *fds;
	size_t              fds_cap;
};

/* Options that every handle gets; then net_begin(). */
void net_prepare(struct net_task *t, const char *url, const struct net_where *where,
                 int timeout_ms);

/* Keep `fd': while a transfer runs libcurl does not tell which it is. */
void net_follow_socket(struct net_task *t);

/* Give it an id and a deadline, and let it go. */
unsigned net_begin(struct net *n, struct net_task *t, int timeout_ms);

/* It is over: no call comes any more, and its memory is freed as soon as that is safe. */
void net_drop(struct net_task *t);

/* Fill the reply of a task that ended with `code', the fault too. */
void net_judge(struct net_task *t, int code);

/* The peer's certificate, where CURLOPT_CERTINFO was set. */
void net_keep_certificate(struct net_task *t);

/* The verdict as the reply carries it. */
void net_fault(struct net_reply *r, enum net_fault fault, const char *msg);

/* What is known of the connection so far. */
void net_fill(struct net_task *t);

#endif
