#include "origin/routes.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "origin/pages.h"
#include "origin/probes.h"
#include "origin/reply.h"
#include "origin/sockets.h"
#include "origin/streams.h"

enum { JSON_MAX = 52428800, UPLOAD_MAX = 104857600 };

/* A route's path is written here, or it is a member of struct needs. */
struct route {
	const char *method; /* NULL: any; GET means HEAD too */
	const char *path;
	size_t      need;
	bool        open;   /* without a login */
	bool        early;  /* answered, or not, before its body is here */
	conn_data_fn *keep;
	conn_fn    *serve;
};

static void serve_upload(struct conn *c);

static const struct route routes[] = {
	{ .method = "GET", .need = offsetof(struct needs, version),
	  .open = true, .serve = pages_version },
	{ .method = "GET", .need = offsetof(struct needs, health),
	  .open = true, .serve = pages_health },
	{ .method = "GET", .need = offsetof(struct needs, session),
	  .open = true, .serve = session_show },
	{ .method = "POST", .need = offsetof(struct needs, session), .open = true,
	  .keep = session_keep_body, .serve = session_login },
	{ .method = "GET", .path = "/auth/passkey/status",
	  .open = true, .serve = session_passkeys },
	{ .method = "GET", .path = "/api/system/info", .open = true, .serve = pages_system },
	{ .method = "GET", .path = "/api/config/settings", .serve = pages_settings },
	{ .method = "POST", .need = offsetof(struct needs, upload),
	  .early = true, .serve = serve_upload },
};

static bool
is_method(const struct conn *c, const char *method)
{
	return !method || !strcmp(c->req.method, method) ||
	       (!strcmp(method, "GET") && !strcmp(c->req.method, "HEAD"));
}

static const struct route *
find_route(const struct conn *c)
{
	for (const struct route *r = routes; r < routes + ARRAY_LEN(routes); r++) {
		const char *path = r->path;

		if (!path)
			memcpy(&path, (const char *)c->origin->needs + r->need, sizeof(path));
		if (path && !strcmp(path, c->req.path) && is_method(c, r->method))
			return r;
	}
	return NULL;
}

static const struct need_route *
find_stream(const struct conn *c)
{
	const struct needs *n = c->origin->needs;

	for (size_t i = 0; i < n->n_streams && is_method(c, "GET"); i++)
		if (!strcmp(n->streams[i].path, c->req.path))
			return &n->streams[i];
	return NULL;
}

static bool
is_api(const struct conn *c)
{
	return !strncmp(c->req.path, "/api/", 5) || !strcmp(c->req.path, "/api");
}

/* As Express words an error: the page has it in <pre>. */
static void
say_error(struct conn *c, int status, const char *what, const char *path)
{
	struct buf page = BUF_INIT;

	buf_printf(&page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	                  "<title>Error</title>\n</head>\n<body>\n<pre>%s", what);
	for (; path && *path; path++) {
		if (strchr("<>&\"'", *path))
			buf_printf(&page, "&#%d;", *path);
		else
			buf_putc(&page, *path);
	}
	buf_puts(&page, "</pre>\n</body>\n</html>\n");
	reply_text(c, status, REPLY_HTML,
	           "Content-Security-Policy: default-src 'none'\r\n"
	           "X-Content-Type-Options: nosniff\r\n", page.s);
	buf_free(&page);
}

static bool
is_parsed(const struct conn *c)
{
	const char *type = http_get(&c->req, "Content-Type", 0);

	return type && (strcasestr(type, "application/json") ||
	                strcasestr(type, "application/x-www-form-urlencoded"));
}

/* The body is here: answer.  A body too large is told only now, as Express does. */
static void
after_body(struct conn *c)
{
	const struct route *r = find_route(c);
	struct buf what = BUF_INIT;

	if (c->body.total > JSON_MAX && is_parsed(c)) {
		say_error(c, 413, "PayloadTooLargeError: request entity too large", NULL);
	} else if (r) {
		r->serve(c);
	} else if (is_api(c) || is_method(c, "GET")) {
		pages_index(c);
	} else {
		buf_printf(&what, "Cannot %s ", c->req.method);
		say_error(c, 404, what.s, c->req.path);
	}
	buf_free(&what);
}

static unsigned long long
upload_max(const struct conn *c)
{
	return c->origin->needs->body ? c->origin->needs->body : UPLOAD_MAX;
}

static void
say_too_large(struct conn *c)
{
	struct buf what = BUF_INIT;
	struct json *j = json_object();

	buf_printf(&what, "File exceeds maximum size of %llu bytes", upload_max(c));
	json_set_string(j, "error", what.s);
	reply_json(c, 413, NULL, j);
	buf_free(&what);
}

static void
upload_is_here(struct conn *c)
{
	struct buf path = BUF_INIT;
	struct json *j;

	if (c->body.total > upload_max(c)) {
		say_too_large(c);
		return;
	}
	j = json_object();
	http_param(&path, &c->req, "path");
	json_set_bool(j, "success", true);
	json_set_string(j, "path", path.s);
	reply_json(c, 200, NULL, j);
	buf_free(&path);
}

/* Its length is judged before a byte of it; then the path; nothing is written anywhere. */
static void
serve_upload(struct conn *c)
{
	struct buf path = BUF_INIT;

	if (c->req.length > upload_max(c)) {
		say_too_large(c);
	} else if (!http_param(&path, &c->req, "path") || !path.len) {
		struct json *j = json_object();

		json_set_string(j, "error", "Path is required");
		reply_json(c, 400, NULL, j);
	} else {
		c->on_body = upload_is_here;
	}
	buf_free(&path);
}

void
routes_flood(struct conn *c)
{
	struct buf fields = BUF_INIT;

	if (c->out.len)
		return;
	for (int i = 0; i < 256; i++)
		buf_printf(&fields, "X-Flood-%d: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", i);
	conn_write(c, fields.s, fields.len);
	buf_free(&fields);
}

/* Not HTTP, and nothing a terminal should see. */
static void
say_garbage(struct conn *c)
{
	static const char bytes[] = "\x16\x03\x01\x00\xff\x1b[2J\x1b]0;owned\x07\x00\x80\x9b""31m"
	                            "\xe2\x80\xae\r\n\r\n";

	for (int i = 0; i < 64; i++)
		conn_write(c, bytes, sizeof(bytes) - 1);
	conn_end(c);
}

/* Is the request misused before anything else happens to it? */
static bool
misbehave(struct conn *c)
{
	unsigned how = c->origin->options.misbehave;

	if (how & ORIGIN_GARBAGE) {
		say_garbage(c);
	} else if (how & ORIGIN_FLOODS) {
		conn_write(c, "HTTP/1.1 200 OK\r\n", 17);
		c->state = CONN_FLOOD;
	} else if (how & ORIGIN_IS_OPENCODE) {
		reply_send(c, &(struct reply){ .status = 401, .raw = true, .body = "",
		           .fields = "WWW-Authenticate: Basic realm=\"Secure Area\"\r\n" });
	} else if (how & ORIGIN_NOT_OURS) {
		reply_send(c, &(struct reply){ .status = 200, .type = "text/html", .raw = true,
		           .body = pages_other, .len = strlen(pages_other) });
	} else {
		return false;
	}
	return true;
}

void
routes_serve(struct conn *c)
{
	const struct need_route *stream = find_stream(c);
	const struct route *r = find_route(c);

	if (misbehave(c))
		return;
	if (c->req.upgrade) {
		sockets_serve(c);
		return;
	}
	if (c->req.expects)
		conn_write(c, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	if (probes_serve(c))
		return;
	if (!strcmp(c->req.method, "OPTIONS"))
		reply_send(c, &(struct reply){ .status = 204, .body = "" });
	else if (!(r && r->open) && is_api(c) && !session_is_open(c))
		session_refuse(c);
	else if (stream)
		streams_start(c, stream);
	else if (r && r->early)
		r->serve(c);
	else
		c->on_body = after_body;
	if (r && !c->answered)
		c->on_data = r->keep;
}
