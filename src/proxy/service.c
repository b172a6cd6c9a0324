#include "proxy/service.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/url.h"
#include "proxy/cloudflare.h"
#include "proxy/npm.h"
#include "proxy/secret.h"

#define MAX_BODY   (4u << 20) /* of an answer: all hosts of a large server are some hundred kB */
#define SAID_MAX   300 /* bytes */
#define MAX_WAITS  3
#define MAX_WAIT_S 30

const struct service *const services[] = {
	&service_npm,
	&service_cloudflare,
	NULL,
};

struct client {
	struct loop          *loop;
	struct net           *net;
	const struct service *service;
	char                 *base, *identity, *secret_file, *root;
	struct secret         secret; /* only until it is let in */
	bool                  code_asked;
	char                 *header;
	long                  status;
	unsigned              request, timer;
	char                 *method, *path, *body; /* of the request in hand */
	int                   timeout_ms;
	unsigned              waits; /* how often it was told to wait */
	struct err            failed;
	client_fn           *opened, *done;
	void                 *opened_ctx, *ctx;
};

const struct service *
service_find(const char *name)
{
	for (const struct service *const *s = services; *s; s++)
		if (strcmp((*s)->name, name) == 0)
			return *s;
	return NULL;
}

const char *
service_fill(struct arena *a, const char *text, const char *id)
{
	const char *at = text ? strstr(text, "{id}") : NULL;

	if (!at || !id)
		return text;
	return arena_printf(a, "%.*s%s%s", (int)(at - text), text, id,
	                    service_fill(a, at + 4, id));
}

/* ---- the secret ---- */

/* What was typed, what stands in the file, or what somebody at the terminal knows. */
static int
find_secret(struct client *c, struct err *e)
{
	const char *label = c->service->label, *told = secret_held(c->service->name);

	if (told)
		c->secret.text = xstrdup(told);
	else if (c->secret_file)
		return secret_read(&c->secret, label, c->root, c->secret_file, e);
	else
		c->secret.text = secret_ask(label, SECRET_ITSELF);
	if (c->secret.text)
		return 0;
	return err_set(e, ERR_VALUE,
	               _("The secret of %1$s is kept nowhere. Run this in a terminal, or name a file that has it: %2$s"),
	               label, c->service->secret_by);
}

bool
client_asks_code(struct client *c)
{
	char *code = c->code_asked ? NULL : secret_ask(c->service->label, SECRET_CODE);

	c->code_asked = true;
	if (!code)
		return false;
	secret_wipe_text(&c->secret.code);
	c->secret.code = code;
	return true;
}

void
client_log_in(struct client *c)
{
	c->service->log_in(c, c->secret.text);
}

/* ---- requests ---- */

static int
judge_fault(const struct client *c, const struct net_reply *r, struct err *e)
{
	const char *label = c->service->label;

	switch (r->fault) {
	case NET_OK:
		return 0;
	case NET_RESOLVE:
	case NET_REFUSED:
	case NET_UNREACHABLE:
	case NET_NO_CONNECT:
		return err_set(e, ERR_NET, _("Nothing answers at %1$s, where %2$s was expected."),
		               c->base, label);
	case NET_TLS_VERIFY:
	case NET_TLS:
		return err_set(e, ERR_NET, _("The certificate of %1$s at %2$s is not trusted."), label,
		               c->base);
	case NET_SILENT:
	case NET_TIMEOUT:
		return err_set(e, ERR_NET, _("%1$s at %2$s did not answer in time."), label, c->base);
	case NET_CLOSED:
	case NET_GARBAGE:
		break;
	}
	return err_set(e, ERR_NET, _("%1$s at %2$s broke off its answer."), label, c->base);
}

static void
forget_request(struct client *c)
{
	free(c->method);
	free(c->path);
	if (c->body)
		mem_wipe(c->body, strlen(c->body));
	free(c->body);
	c->method = c->path = c->body = NULL;
}

static void send(struct client *c);

static void
send_again(void *ctx)
{
	struct client *c = ctx;

	c->timer = 0;
	send(c);
}

/* Asked too often: it says itself how long to wait; who waits longer than a person would is told. */
static bool
waits(struct client *c, const struct net_reply *r)
{
	struct buf after = BUF_INIT;
	long seconds = 1;

	if (r->fault != NET_OK || r->status != 429 || c->waits >= MAX_WAITS)
		return false;
	if (net_header(&after, r, "Retry-After", 0))
		seconds = strtol(after.s, NULL, 10);
	buf_free(&after);
	if (seconds < 0 || seconds > MAX_WAIT_S)
		return false;
	c->waits++;
	c->timer = loop_after(c->loop, (int)seconds * 1000, send_again, c);
	return true;
}

static void
on_reply(void *ctx, const struct net_reply *r)
{
	struct client *c = ctx;
	client_fn *done = c->done;
	void *to = c->ctx;
	struct err e = { 0 }, ignored = { 0 };
	struct json *body = NULL;
	int rc = judge_fault(c, r, &e);

	c->request = 0;
	if (waits(c, r))
		return;
	c->status = rc == 0 ? r->status : 0;
	if (rc == 0)
		body = json_parse(r->body.s, r->body.len, c->base, &ignored);
	if (rc == 0)
		rc = c->service->answer(r->status, body, c->path, &e);
	c->done = NULL;
	forget_request(c);
	done(to, rc == 0 ? body : NULL, rc < 0 ? &e : NULL);
	json_free(body);
}

static void
send(struct client *c)
{
	char *url = xasprintf("%s%s", c->base, c->path);
	const char *headers[5] = { "Accept: application/json" };
	size_t n = 1;

	if (c->header)
		headers[n++] = c->header;
	if (c->body)
		headers[n++] = "Content-Type: application/json";
	const struct net_request q = {
		.method = c->method, .url = url, .headers = headers, .max_body = MAX_BODY,
		.timeout_ms = c->timeout_ms, .body = c->body, .body_len = c->body ? strlen(c->body) : 0,
		.done = on_reply, .ctx = c,
	};
	c->request = net_start(c->net, &q);
	free(url);
}

void
client_ask(struct client *c, const char *method, const char *path, const char *body,
           int timeout_ms, client_fn *done, void *ctx)
{
	forget_request(c);
	c->method = xstrdup(method);
	c->path = xstrdup(path);
	c->body = body ? xstrdup(body) : NULL;
	c->timeout_ms = timeout_ms > 0 ? timeout_ms : c->service->timeout_ms;
	c->waits = 0;
	c->done = done;
	c->ctx = ctx;
	send(c);
}

void
client_cancel(struct client *c)
{
	net_cancel(c->net, c->request);
	if (c->done) /* then no other timer runs: it waits to ask again, or does not */
		loop_cancel(c->loop, c->timer);
	c->request = 0;
	c->done = NULL;
}

long
client_status(const struct client *c)
{
	return c->status;
}

/* ---- open and close ---- */

static void
tell_opened(void *ctx)
{
	struct client *c = ctx;

	c->timer = 0;
	c->opened(c->opened_ctx, NULL, c->failed.code ? &c->failed : NULL);
}

const char *
service_said(struct arena *a, const char *text)
{
	struct buf safe = BUF_INIT;
	const char *said;

	text_safe(&safe, text, strlen(text), SAID_MAX);
	said = arena_strdup(a, safe.s);
	buf_free(&safe);
	return said;
}

/* Nobody's tokens hold anything else; their lengths and forms have changed before. */
static bool
is_token(const char *s)
{
	static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                           "0123456789-_.=";

	return *s && !s[strspn(s, fine)];
}

void
client_let_in_by_token(struct client *c, const char *token, const struct err *otherwise)
{
	char *header;

	if (!is_token(token)) {
		client_let_in(c, NULL, otherwise);
		return;
	}
	header = xasprintf("Authorization: Bearer %s", token);
	client_let_in(c, header, NULL);
	mem_wipe(header, strlen(header));
	free(header);
}

void
client_let_in(struct client *c, const char *header, const struct err *e)
{
	secret_wipe(&c->secret);
	if (header)
		c->header = xstrdup(header);
	if (e)
		c->failed = *e;
	c->timer = loop_after(c->loop, 0, tell_opened, c);
}

const char *
client_identity(const struct client *c)
{
	return c->identity;
}

const char *
client_code(const struct client *c)
{
	return c->secret.code;
}

/* Somebody on the way would read the secret. */
static int
check_base(const struct client *c, struct err *e)
{
	struct err ignored = { 0 };
	struct url u;

	if (!c->service->tls_only || strncmp(c->base, "https://", 8) == 0 ||
	    (url_parse(&u, c->base, "http", URL_ANY, NULL, &ignored) == 0 && url_is_loopback(&u)))
		return 0;
	return err_set(e, ERR_VALUE, _("The secret of %1$s is not sent to %2$s, which is not https."),
	               c->service->label, c->base);
}

static char *
copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

struct client *
client_open(struct loop *l, struct net *n, const struct client_whose *w, client_fn *opened,
            void *ctx)
{
	struct client *c = xcalloc(1, sizeof(*c));
	struct err e = { 0 };

	c->loop = l;
	c->net = n;
	c->service = w->service;
	c->base = xstrdup(w->base);
	for (size_t len = strlen(c->base); len && c->base[len - 1] == '/'; len--)
		c->base[len - 1] = '\0';
	c->identity = copy(w->identity);
	c->secret_file = copy(w->secret_file);
	c->root = copy(w->root);
	c->opened = opened;
	c->opened_ctx = ctx;
	if (check_base(c, &e) < 0 || find_secret(c, &e) < 0)
		client_let_in(c, NULL, &e);
	else
		client_log_in(c);
	return c;
}

void
client_close(struct client *c)
{
	if (!c)
		return;
	client_cancel(c);
	loop_cancel(c->loop, c->timer);
	secret_wipe(&c->secret);
	secret_wipe_text(&c->header);
	free(c->base);
	free(c->identity);
	free(c->secret_file);
	free(c->root);
	forget_request(c);
	free(c);
}

static bool
same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool
client_is(const struct client *c, const struct client_whose *w)
{
	return c->service == w->service && same(c->base, w->base) &&
	       same(c->identity, w->identity) && same(c->secret_file, w->secret_file);
}

/* ---- a reading ---- */

static void
reading_over(void *ctx)
{
	const struct client_reading r = *(struct client_reading *)ctx;

	client_close(r.client);
	r.drop(ctx);
	r.done(r.ctx, r.failed.code ? &r.failed : NULL);
}

void
client_reading_end(struct client_reading *r, const struct err *e)
{
	if (e)
		r->failed = *e;
	loop_after(r->loop, 0, reading_over, r);
}
