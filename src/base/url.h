/* url.h - the addresses people type, and what a browser makes of them. */
#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct url {
	char     scheme[8];  /* "http" or "https" */
	char     host[256];  /* lower case, no brackets; an IPv6 address as it is */
	unsigned port;       /* always set */
	bool     ipv6;       /* host is an IPv6 literal */
	bool     ip;         /* host is an IPv4 or IPv6 literal */
	bool     scheme_given;
	char     path[256];  /* "" or begins with `/'; with its query */
};

enum url_kind {
	URL_BASE, /* scheme, host, port; a path other than "/" is refused */
	URL_ANY,  /* a path is kept */
};

/*
 * Parse what a person typed.  Without a scheme: `otherwise' ("https").  Refused
 * with a sentence of its own each: another scheme, user:password@, a path, a
 * query, a fragment, a port out of range, a host with wrong characters, an
 * empty host.  `what' names the option or answer in front of the
 * sentence ("origin: ..."); NULL: the sentence alone.
 * Letters beyond ASCII in a host must have been turned into xn-- form before.
 */
int url_parse(struct url *u, const char *text, const char *otherwise, enum url_kind kind,
              const char *what, struct err *e);

bool url_port_is_default(const struct url *u);       /* 80 for http, 443 for https */
void url_base(struct buf *out, const struct url *u); /* "https://host[:port]", as a browser's Origin */
void url_host(struct buf *out, const struct url *u); /* "host[:port]", as a browser's Host header */
bool url_host_is_valid(const char *host);            /* a DNS name, IPv4 or IPv6 literal */
bool url_is_loopback(const struct url *u);           /* localhost, 127.0.0.0/8, ::1 */

#endif
