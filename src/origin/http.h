/*
 * http.h - the requests of HTTP/1.0 and 1.1, read strictly: text in, struct out, no socket.
 *
 * What a careless reader forgives is refused here: a bare \n, a folded line,
 * blanks before a colon, two Content-Length fields, a length beside chunks, an
 * unknown transfer coding.  A proxy that sends one of these shows itself.
 */
#ifndef ORIGIN_HTTP_H
#define ORIGIN_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	HTTP_HEAD_MAX   = 32 * 1024, /* request line and fields */
	HTTP_FIELDS_MAX = 512,
};

struct http_field {
	const char *name, *value; /* as they arrived; the value is trimmed */
};

struct http_request {
	char       *text;   /* the head; every string below lies in it */
	char       *path;   /* the target without its query */
	const char *method, *target;
	const char *query;  /* behind the `?', or "" */
	int         minor;  /* HTTP/1.minor */
	struct http_field *fields;
	size_t      n_fields;
	bool        keep_alive;
	bool        expects;  /* Expect: 100-continue */
	bool        upgrade;  /* it wants another protocol */
	bool        chunked;
	uint64_t    length;   /* of the body, 0 without one */
};

/*
 * How long the head at `bytes' is, with its blank line; 0: not all of it is
 * here.  `scanned' remembers what need not be looked at again: start at 0.
 */
size_t http_head(const char *bytes, size_t len, size_t *scanned);

/* Can these bytes still become a request?  False: they are something else. */
bool http_looks(const char *bytes, size_t len);

/* Read a whole head.  0, or the status to refuse it with; free `r' either way. */
int  http_parse(struct http_request *r, const char *head, size_t len);
void http_free(struct http_request *r); /* all zero again */

/* The value of the `nth' field of that name, case ignored; NULL: not there. */
const char *http_get(const struct http_request *r, const char *name, int nth);

/* Is the word in the comma-separated list of any field of that name?  `word;q=0' is not. */
bool http_lists(const struct http_request *r, const char *name, const char *word);

/* The first element of a comma-separated field, trimmed, appended.  False: absent or empty. */
bool http_first(struct buf *out, const struct http_request *r, const char *name);

/* A parameter of the query as it was sent, appended.  False: not there. */
bool http_param(struct buf *out, const struct http_request *r, const char *name);

/* A body, piece by piece. */
struct http_body {
	bool     chunked;
	bool     done;
	int      state;
	uint64_t left;    /* of the body or of this chunk */
	uint64_t total;   /* body bytes seen */
	unsigned digits;  /* of the chunk's size */
	unsigned extra;   /* bytes of extensions and trailers, capped */
};

void http_body_init(struct http_body *b, const struct http_request *r);

/*
 * Take bytes until a piece of the body is found or they run out: returns how
 * many were taken, and the piece in `*piece' (its length may be 0).  -1: this
 * is not a body.
 */
long http_body_feed(struct http_body *b, const char *bytes, size_t len, const char **piece,
                    size_t *piece_len);

const char *http_reason(int status); /* "Not Found" */

/* "Tue, 25 Nov 2025 22:34:00 GMT", whatever the locale; appended. */
void http_date(struct buf *out, long long seconds);

#endif
