/* reply.h - answers: whole ones, compressed as OpenChamber does it, and streamed ones. */
#ifndef ORIGIN_REPLY_H
#define ORIGIN_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "origin/conn.h"

#define REPLY_HTML "text/html; charset=utf-8"
#define REPLY_TEXT "text/plain; charset=utf-8"
#define REPLY_JSON "application/json; charset=utf-8"

struct reply {
	int         status;
	const char *type;   /* NULL: no body and no type */
	const char *fields; /* more header lines, each with its \r\n; NULL: none */
	const void *body;
	size_t      len;
	bool        raw;    /* as something that is not Express: no X-Powered-By, no compression */
	bool        last;   /* Connection: close, and then it is */
};

/* From 1024 bytes on it is gzipped where the client takes that and does not want an event stream. */
void reply_send(struct conn *c, const struct reply *r);
void reply_json(struct conn *c, int status, const char *fields, struct json *takes);
void reply_write_json(struct buf *out, struct json *takes); /* appended */
void reply_text(struct conn *c, int status, const char *type, const char *fields, const char *text);

/* What a server says to what is no request: a status line, and close. */
void reply_bare(struct conn *c, int status);

/* A streamed answer: chunks, or for HTTP/1.0 and `by_closing' until the connection closes. */
void reply_begin(struct conn *c, const char *fields, bool by_closing);
void reply_part(struct conn *c, const char *bytes, size_t len);
void reply_finish(struct conn *c);

#endif
