#include "origin/sockets.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wslay/wslay.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "origin/pages.h"
#include "origin/probes.h"
#include "origin/reply.h"

enum { MESSAGE_MAX = 256 * 1024, KEY_LEN = 24 };

struct socket {
	wslay_event_context_ptr  frames;
	const struct need_route *route;
};

struct socket_kind {
	const char *id;
	int         delay;  /* ms until the greeting */
	int         opcode; /* of the greeting */
	const char *hello;
	const char *connected; /* the event that follows it at once */
	int         ping, heartbeat, server_heartbeat; /* seconds; 0: none */
};

#define EVENT(payload) \
	"{\"type\":\"event\",\"payload\":" payload ",\"directory\":\"global\"}"
#define CONNECTED        EVENT("{\"type\":\"server.connected\",\"properties\":{}}")
#define SERVER_HEARTBEAT EVENT("{\"type\":\"server.heartbeat\",\"properties\":{}}")
#define HEARTBEAT        EVENT("{\"type\":\"openchamber:heartbeat\",\"timestamp\":%lld}")

static const struct socket_kind kinds[] = {
	{ .id = "event", .delay = 10, .opcode = WSLAY_TEXT_FRAME,
	  .hello = "{\"type\":\"ready\",\"scope\":\"directory\"}", .connected = CONNECTED,
	  .ping = 15, .heartbeat = 15, .server_heartbeat = 10 },
	{ .id = "global-event", .delay = 2, .opcode = WSLAY_TEXT_FRAME,
	  .hello = "{\"type\":\"ready\",\"scope\":\"global\"}", .connected = CONNECTED,
	  .ping = 15, .heartbeat = 15, .server_heartbeat = 10 },
	{ .id = "terminal", .opcode = WSLAY_BINARY_FRAME,
	  .hello = "\x01{\"t\":\"hello\",\"v\":3}", .ping = 15 },
	{ .id = "dictation", .opcode = WSLAY_TEXT_FRAME,
	  .hello = "{\"type\":\"ready\"}", .ping = 30 },
	{ .id = NULL, .opcode = WSLAY_TEXT_FRAME }, /* of a newer OpenChamber */
};

static const struct socket_kind *
kind_of(const struct need_route *route)
{
	const struct socket_kind *k = kinds;

	while (k->id && strcmp(k->id, route->id))
		k++;
	return k;
}

static ssize_t
on_recv(wslay_event_context_ptr frames, uint8_t *bytes, size_t len, int flags, void *ctx)
{
	struct conn *c = ctx;

	(void)flags;
	if (!c->in.len) {
		wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	len = len < c->in.len ? len : c->in.len;
	memcpy(bytes, c->in.s, len);
	buf_eat(&c->in, len);
	return (ssize_t)len;
}

static ssize_t
on_send(wslay_event_context_ptr frames, const uint8_t *bytes, size_t len, int flags, void *ctx)
{
	(void)frames;
	(void)flags;
	conn_write(ctx, bytes, len); /* bounded: a peer that does not read is dropped */
	return (ssize_t)len;
}

/* Write what is queued; when both sides have said goodbye the connection ends. */
static void
pump(struct conn *c)
{
	wslay_event_context_ptr frames = c->socket->frames;

	if (wslay_event_send(frames) < 0)
		conn_drop(c);
	else if (wslay_event_get_close_sent(frames) && (wslay_event_get_close_received(frames) ||
	                                                !wslay_event_want_read(frames)))
		conn_end(c);
}

static void
queue(struct conn *c, int opcode, const char *bytes, size_t len)
{
	struct wslay_event_msg m = { (uint8_t)opcode, (const uint8_t *)bytes, len };

	wslay_event_queue_msg(c->socket->frames, &m);
	pump(c);
}

static void
say(struct conn *c, const void *text)
{
	queue(c, WSLAY_TEXT_FRAME, text, strlen(text));
}

static void
say_ping(struct conn *c, const void *arg)
{
	(void)arg;
	queue(c, WSLAY_PING, "", 0);
}

static void
say_heartbeat(struct conn *c, const void *arg)
{
	struct buf text = BUF_INIT;

	(void)arg;
	buf_printf(&text, HEARTBEAT, pages_clock());
	say(c, text.s);
	buf_free(&text);
}

static void
repeat(struct conn *c, int seconds, conn_pulse_fn *fn, const void *arg)
{
	if (seconds)
		conn_pulse(c, conn_paced(c, seconds), conn_paced(c, seconds), fn, arg);
}

static void
say_hello(struct conn *c, const struct socket_kind *k)
{
	struct buf text = BUF_INIT;
	const char *first = c->socket->route->first;

	if (k->hello)
		buf_puts(&text, k->hello);
	else
		buf_printf(&text, strchr(first, '"') ? "{%s}" : "{\"type\":\"%s\"}", first);
	queue(c, k->opcode, text.s, text.len);
	buf_free(&text);
}

static void
greet(struct conn *c, const void *arg)
{
	const struct socket_kind *k = arg;

	say_hello(c, k);
	if (probes_word(c, "echo")) {
		struct buf text = BUF_INIT;

		probes_echo(&text, c);
		say(c, text.s);
		buf_free(&text);
	}
	if (probes_word(c, "silent")) {
		if (probes_silence(c))
			conn_pulse(c, probes_silence(c), 0, say, "{\"type\":\"antechamber\"}");
		return;
	}
	if (k->connected)
		say(c, k->connected);
	repeat(c, k->ping ? k->ping : (int)c->socket->route->keepalive, say_ping, NULL);
	repeat(c, k->heartbeat, say_heartbeat, NULL);
	repeat(c, k->server_heartbeat, say, SERVER_HEARTBEAT);
}

static void
open_frames(struct conn *c, const struct need_route *route)
{
	static const struct wslay_event_callbacks callbacks = { .recv_callback = on_recv,
	                                                        .send_callback = on_send };
	const struct socket_kind *k = kind_of(route);

	c->socket = xcalloc(1, sizeof(*c->socket));
	c->socket->route = route;
	if (wslay_event_context_server_init(&c->socket->frames, &callbacks, c) < 0) {
		conn_drop(c);
		return;
	}
	wslay_event_config_set_max_recv_msg_length(c->socket->frames, MESSAGE_MAX);
	conn_stream(c);
	c->state = CONN_SOCKET;
	if (route->backend && conn_backend_silent(c))
		repeat(c, k->ping, say_ping, NULL); /* OpenChamber itself still lives */
	else
		conn_pulse(c, k->delay, 0, greet, k);
}

static void
refuse(struct conn *c, int status, const char *type, const char *fields, const char *text)
{
	reply_send(c, &(struct reply){ .status = status, .type = type, .fields = fields, .body = text,
	                               .len = strlen(text), .raw = true, .last = true });
}

/* What the application believes its own address to be: compared byte by byte. */
static bool
origin_is_ours(const struct conn *c)
{
	static const char *const always[] = { "openchamber-ui://app", "capacitor://localhost",
	                                      "https://localhost" };
	const char *origin = http_get(&c->req, "Origin", 0);
	struct buf own = BUF_INIT;
	bool ours;

	if (!origin)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		if (!strcmp(origin, always[i]))
			return true;
	if (!http_first(&own, &c->req, "X-Forwarded-Proto"))
		buf_puts(&own, "http");
	buf_puts(&own, "://");
	if (!http_first(&own, &c->req, "X-Forwarded-Host"))
		http_first(&own, &c->req, "Host");
	ours = !strcmp(origin, own.s);
	buf_free(&own);
	return ours;
}

static bool
key_is_good(const char *key)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	return key && strlen(key) == KEY_LEN && strspn(key, base64) == KEY_LEN - 2 &&
	       !strcmp(key + KEY_LEN - 2, "==");
}

static void
shake_hands(struct conn *c, const struct need_route *route)
{
	const char *key = http_get(&c->req, "Sec-WebSocket-Key", 0);
	const char *version = http_get(&c->req, "Sec-WebSocket-Version", 0);
	struct buf head = BUF_INIT;
	char accept[29];

	if (strcmp(c->req.method, "GET")) {
		refuse(c, 405, "text/html", NULL, "Invalid HTTP method");
	} else if (strcasecmp(http_get(&c->req, "Upgrade", 0), "websocket")) {
		refuse(c, 400, "text/html", NULL, "Invalid Upgrade header");
	} else if (!key_is_good(key)) {
		refuse(c, 400, "text/html", NULL, "Missing or invalid Sec-WebSocket-Key header");
	} else if (!version || strcmp(version, "13")) {
		refuse(c, 400, "text/html", "Sec-WebSocket-Version: 13, 8\r\n",
		       "Missing or invalid Sec-WebSocket-Version header");
	} else {
		crypto_ws_accept(key, accept);
		buf_printf(&head, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		                  "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
		conn_write(c, head.s, head.len);
		buf_free(&head);
		open_frames(c, route);
	}
}

static const struct need_route *
find_socket(const struct conn *c)
{
	const struct needs *n = c->origin->needs;

	for (size_t i = 0; i < n->n_sockets; i++) {
		const struct need_route *s = &n->sockets[i];

		if (c->origin->options.misbehave & ORIGIN_NO_DICTATION && !strcmp(s->id, "dictation"))
			continue;
		if (!strcmp(s->path, c->req.path))
			return s;
	}
	return NULL;
}

void
sockets_serve(struct conn *c)
{
	const struct need_route *route = find_socket(c);

	if (!route)
		conn_hang(c);
	else if (!session_is_open(c))
		refuse(c, 401, REPLY_TEXT, NULL, "UI authentication required");
	else if (c->origin->password && !origin_is_ours(c))
		refuse(c, 403, REPLY_TEXT, NULL, "Invalid origin");
	else
		shake_hands(c, route);
}

void
sockets_read(struct conn *c)
{
	if (wslay_event_recv(c->socket->frames) < 0)
		conn_drop(c);
	else
		pump(c);
}

void
sockets_free(struct conn *c)
{
	if (!c->socket)
		return;
	wslay_event_context_free(c->socket->frames);
	free(c->socket);
	c->socket = NULL;
}
