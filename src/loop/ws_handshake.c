#include "loop/ws_handshake.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/crypto.h"

#define MAX_HEAD 16384
#define MAX_BODY 512
#define MAX_RAW  16384 /* of a body on the wire: chunks of one byte are mostly frame */

/* The path and query as one word, whatever somebody put there; the fragment stays here. */
static void
put_target(struct buf *out, const char *path)
{
	if (*path != '/')
		buf_putc(out, '/');
	for (; *path && *path != '#'; path++)
		if (*path > ' ' && *path < 0x7f)
			buf_putc(out, *path);
		else
			buf_printf(out, "%%%02X", (unsigned char)*path);
}

/* host[:port] as a browser says it: without the port that the scheme implies. */
static void
put_host(struct buf *out, const char *host, size_t len, bool tls)
{
	const char *implied = tls ? ":443" : ":80";
	const size_t n = strlen(implied);

	if (len > n && memcmp(host + len - n, implied, n) == 0)
		len -= n;
	buf_add(out, host, len);
}

/* Does the text begin like a status line, as far as it goes? */
static bool
looks_like_http(const struct buf *in)
{
	static const char shape[] = "HTTP/1.x nnn";

	for (size_t i = 0; i < in->len && shape[i]; i++) {
		const char c = in->s[i];

		if (shape[i] == 'x' || shape[i] == 'n' ? c < '0' || c > '9' : c != shape[i])
			return false;
	}
	return true;
}

/* Where what follows the empty line begins; 0: there is no empty line yet. */
static size_t
end_of_head(struct ws_answer *a)
{
	size_t at = a->scanned;

	for (const char *nl; (nl = memchr(a->in.s + at, '\n', a->in.len - at)); ) {
		const char *next = nl + 1;

		at = (size_t)(next - a->in.s);
		next += *next == '\r';
		if (*next == '\n')
			return (size_t)(next + 1 - a->in.s);
		a->scanned = at - 1; /* this line end may be half of it */
	}
	return 0;
}

/*
 * Undo the chunks as far as they go.  True: the last one was there, or it is
 * no chunk at all, so that nothing can come of waiting.
 */
static bool
unchunk(struct buf *out, const char *s, const char *end)
{
	for (;;) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		char *after;
		unsigned long n;

		if (!nl)
			return false;
		n = strtoul(s, &after, 16);
		if (after == s || after > nl || n == 0)
			return true;
		s = nl + 1;
		if (!buf_add_max(out, s, n < (size_t)(end - s) ? n : (size_t)(end - s), MAX_BODY))
			return true;
		if (n >= (size_t)(end - s))
			return false;
		s += n;
		while (s < end && (*s == '\r' || *s == '\n'))
			s++;
	}
}

static bool
body_is_whole(const struct ws_answer *a, struct ws_reply *r)
{
	const char *raw = a->in.s + a->rest;
	const size_t len = a->in.len - a->rest;
	struct buf value = BUF_INIT;
	bool whole;

	buf_cut(&r->body, 0);
	if (ws_header(&value, r, "Transfer-Encoding") && strcasestr(value.s, "chunked")) {
		whole = unchunk(&r->body, raw, raw + len);
	} else {
		unsigned long long want = MAX_BODY;

		buf_cut(&value, 0);
		if (r->status == 204 || r->status == 304)
			want = 0;
		else if (ws_header(&value, r, "Content-Length"))
			want = strtoull(value.s, NULL, 10);
		if (want > MAX_BODY)
			want = MAX_BODY;
		buf_add_max(&r->body, raw, len, (size_t)want);
		whole = len >= want;
	}
	buf_free(&value);
	return whole || r->body.len >= MAX_BODY || len >= MAX_RAW;
}

void
ws_ask(struct buf *out, const struct ws_request *q, char accept[29])
{
	const char *host = strstr(q->url, "://");
	struct buf key = BUF_INIT;
	unsigned char random[16];
	size_t len;

	host = host ? host + 3 : q->url;
	len = strcspn(host, "/?#");
	crypto_random(random, sizeof(random));
	crypto_base64(&key, random, sizeof(random));
	crypto_ws_accept(key.s, accept);
	buf_puts(out, "GET ");
	put_target(out, host + len);
	buf_puts(out, " HTTP/1.1\r\nHost: ");
	put_host(out, host, len, strncmp(q->url, "https:", 6) == 0);
	buf_printf(out, "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\n"
	           "Sec-WebSocket-Version: 13\r\nUser-Agent: antechamber/%s\r\n", key.s, VERSION);
	if (q->origin)
		buf_printf(out, "Origin: %s\r\n", q->origin);
	for (const char *const *h = q->headers; h && *h; h++)
		if (!strpbrk(*h, "\r\n")) /* one header cannot become two */
			buf_printf(out, "%s\r\n", *h);
	buf_puts(out, "\r\n");
	buf_free(&key);
}

enum ws_progress
ws_answer_feed(struct ws_answer *a, struct ws_reply *r, const char *bytes, size_t len)
{
	buf_add(&a->in, bytes, len);
	while (!a->rest) {
		const size_t end = end_of_head(a);

		if (!looks_like_http(&a->in) || a->interim + (end ? end : a->in.len) > MAX_HEAD)
			return WS_BROKEN;
		if (!end)
			return WS_MORE;
		if (end < 14) /* shorter than a status line: "HTTP/1.1\n\n" */
			return WS_BROKEN;
		r->status = strtol(a->in.s + 9, NULL, 10);
		if (r->status >= 200 || r->status == 101) {
			a->rest = end;
			buf_add(&r->head, a->in.s, end);
			break;
		}
		r->status = 0;
		buf_eat(&a->in, end);
		a->interim += end;
		a->scanned = 0;
	}
	if (r->status == 101 || body_is_whole(a, r))
		return WS_DONE;
	return WS_BODY;
}

bool
ws_header(struct buf *out, const struct ws_reply *r, const char *name)
{
	const struct net_reply n = { .head = r->head };

	return net_header(out, &n, name, 0);
}
