#include "origin/reply.h"

#include <string.h>
#include <time.h>

#include "base/gz.h"

enum { GZIP_FROM = 1024, LIE = 1000 };

static void
head_begin(struct buf *out, int status, bool raw)
{
	buf_printf(out, "HTTP/1.1 %d %s\r\n", status, http_reason(status));
	if (!raw)
		buf_puts(out, "X-Powered-By: Express\r\n");
	buf_puts(out, "Date: ");
	http_date(out, (long long)time(NULL));
	buf_puts(out, "\r\n");
}

static bool
is_head(const struct conn *c)
{
	return c->req.method && !strcmp(c->req.method, "HEAD");
}

static bool
wants_events(const struct conn *c)
{
	const char *accept = http_get(&c->req, "Accept", 0);

	return accept && strstr(accept, "text/event-stream");
}

static void
deflated(struct conn *c, struct buf *out, const struct reply *r)
{
	struct origin *o = c->origin;

	if (r->body != o->page.s) {
		gz_deflate(out, r->body, r->len);
		return;
	}
	if (!o->page_gz.len)
		gz_deflate(&o->page_gz, r->body, r->len);
	buf_add(out, o->page_gz.s, o->page_gz.len);
}

void
reply_begin(struct conn *c, const char *fields, bool by_closing)
{
	struct buf head = BUF_INIT;

	c->chunked = !by_closing && c->req.minor == 1;
	if (!c->chunked)
		c->stay = false;
	head_begin(&head, 200, false);
	buf_puts(&head, fields);
	if (c->chunked)
		buf_puts(&head, "Transfer-Encoding: chunked\r\n");
	buf_printf(&head, "Connection: %s\r\n\r\n", c->stay ? "keep-alive" : "close");
	conn_write(c, head.s, head.len);
	buf_free(&head);
}

void
reply_part(struct conn *c, const char *bytes, size_t len)
{
	struct buf chunk = BUF_INIT;

	if (!len)
		return;
	if (c->chunked)
		buf_printf(&chunk, "%zx\r\n", len);
	buf_add(&chunk, bytes, len);
	if (c->chunked)
		buf_puts(&chunk, "\r\n");
	conn_write(c, chunk.s, chunk.len);
	buf_free(&chunk);
}

void
reply_finish(struct conn *c)
{
	if (c->chunked)
		conn_write(c, "0\r\n\r\n", 5);
	conn_answered(c);
}

static void
send_deflated(struct conn *c, const struct reply *r, struct buf *head)
{
	struct buf body = BUF_INIT;

	c->chunked = c->req.minor == 1;
	if (!c->chunked)
		c->stay = false;
	buf_puts(head, "Content-Encoding: gzip\r\n");
	if (c->chunked)
		buf_puts(head, "Transfer-Encoding: chunked\r\n");
	buf_printf(head, "Connection: %s\r\n\r\n", c->stay ? "keep-alive" : "close");
	conn_write(c, head->s, head->len);
	deflated(c, &body, r);
	reply_part(c, body.s, body.len);
	reply_finish(c);
	buf_free(&body);
}

void
reply_send(struct conn *c, const struct reply *r)
{
	struct buf head = BUF_INIT;
	bool lies = c->origin->options.misbehave & ORIGIN_LIES;
	bool filtered = r->raw || !r->type || wants_events(c);

	if (r->last)
		c->stay = false;
	head_begin(&head, r->status, r->raw);
	if (r->fields)
		buf_puts(&head, r->fields);
	if (r->type)
		buf_printf(&head, "Content-Type: %s\r\n", r->type);
	if (!filtered)
		buf_puts(&head, "Vary: Accept-Encoding\r\n");
	if (!filtered && !lies && !is_head(c) && r->len >= GZIP_FROM &&
	    http_lists(&c->req, "Accept-Encoding", "gzip")) {
		send_deflated(c, r, &head);
		buf_free(&head);
		return;
	}
	if (r->status != 204)
		buf_printf(&head, "Content-Length: %zu\r\n", r->len + (lies ? LIE : 0));
	buf_printf(&head, "Connection: %s\r\n\r\n", c->stay ? "keep-alive" : "close");
	conn_write(c, head.s, head.len);
	if (!is_head(c))
		conn_write(c, r->body, r->len);
	buf_free(&head);
	conn_answered(c);
	if (lies)
		conn_hang(c);
	else if (r->last)
		conn_end(c);
}

/* As JSON.stringify() has it: no blanks between the values. */
void
reply_write_json(struct buf *out, struct json *takes)
{
	struct buf text = BUF_INIT;
	bool quoted = false;

	json_write(&text, takes, false);
	json_free(takes);
	for (const char *s = text.s; *s; s++) {
		if (*s == '"')
			quoted = !quoted;
		if (*s == ' ' && !quoted)
			continue;
		buf_putc(out, *s);
		if (*s == '\\')
			buf_putc(out, *++s);
	}
	buf_free(&text);
}

void
reply_json(struct conn *c, int status, const char *fields, struct json *takes)
{
	struct buf body = BUF_INIT;

	reply_write_json(&body, takes);
	reply_send(c, &(struct reply){ .status = status, .type = REPLY_JSON, .fields = fields,
	                               .body = body.s, .len = body.len });
	buf_free(&body);
}

void
reply_text(struct conn *c, int status, const char *type, const char *fields, const char *text)
{
	reply_send(c, &(struct reply){ .status = status, .type = type, .fields = fields,
	                               .body = text, .len = strlen(text) });
}

void
reply_bare(struct conn *c, int status)
{
	struct buf head = BUF_INIT;

	buf_printf(&head, "HTTP/1.1 %d %s\r\nConnection: close\r\n\r\n", status, http_reason(status));
	conn_write(c, head.s, head.len);
	buf_free(&head);
	conn_end(c);
}
