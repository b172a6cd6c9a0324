/* session.h - the login: password, cookie, and the limiter that locks it. */
#ifndef ORIGIN_SESSION_H
#define ORIGIN_SESSION_H

#include <stdbool.h>
#include <stddef.h>

struct conn;

enum { SESSION_CLIENTS = 64, SESSION_KEY = 64 };

struct session_keeper {
	char secret[65]; /* what cookies are signed with */
	struct session_client {
		char      key[SESSION_KEY]; /* the first X-Forwarded-For, or the peer; "": free */
		int       failures;
		long long last, locked_until; /* ms */
	} clients[SESSION_CLIENTS]; /* the one quiet for longest makes room */
};

void session_init(struct session_keeper *k);

bool session_is_open(const struct conn *c); /* logged in, or there is no password */
void session_refuse(struct conn *c);        /* the application's 401 of 23 bytes */

/* Routes. */
void session_show(struct conn *c);
void session_login(struct conn *c);
void session_passkeys(struct conn *c);
void session_keep_body(struct conn *c, const char *bytes, size_t len);

#endif
