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

struct session {
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
	session_fn           *opened, *done;
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
find_secret(struct session *s, struct err *e)
{
	const char *label = s->service->label, *told = secret_held(s->service->name);

	if (told)
		s->secret.text = xstrdup(told);
	else if (s->secret_file)
		return secret_read(&s->secret, label, s->root, s->secret_file, e);
	else
		s->secret.text = secret_ask(label, SECRET_ITSELF);
	if (s->secret.text)
		return 0;
	return err_set(e, ERR_VALUE,
	               _("The secret of %s was typed, so it is kept nowhere. Run this in a terminal, or add --token-file FILE."),
	               label);
}

bool
session_asks_code(struct session *s)
{
	char *code = s->code_asked ? NULL : secret_ask(s->service->label, SECRET_CODE);

	s->code_asked = true;
	if (!code)
		return false;
	secret_wipe_text(&s->secret.code);
	s->secret.code = code;
	return true;
}

void
session_log_in(struct session *s)
{
	s->service->log_in(s, s->secret.text);
}

/* ---- requests ---- */

static int
judge_fault(const struct session *s, const struct net_reply *r, struct err *e)
{
	const char *label = s->service->label;

	switch (r->fault) {
	case NET_OK:
		return 0;
	case NET_RESOLVE:
	case NET_REFUSED:
	case NET_UNREACHABLE:
	case NET_NO_CONNECT:
		return err_set(e, ERR_NET, _("Nothing answers at %1$s, where %2$s was expected."),
		               s->base, label);
	case NET_TLS_VERIFY:
	case NET_TLS:
		return err_set(e, ERR_NET, _("The certificate of %1$s at %2$s is not trusted."), label,
		               s->base);
	case NET_SILENT:
	case NET_TIMEOUT:
		return err_set(e, ERR_NET, _("%1$s at %2$s did not answer in time."), label, s->base);
	case NET_CLOSED:
	case NET_GARBAGE:
		break;
	}
	return err_set(e, ERR_NET, _("%1$s at %2$s broke off its answer."), label, s->base);
}

static void
forget_request(struct session *s)
{
	free(s->method);
	free(s->path);
	if (s->body)
		mem_wipe(s->body, strlen(s->body));
	free(s->body);
	s->method = s->path = s->body = NULL;
}

static void send(struct session *s);

static void
send_again(void *ctx)
{
	struct session *s = ctx;

	s->timer = 0;
	send(s);
}

/* Asked too often: it says itself how long to wait; who waits longer than a person would is told. */
static bool
waits(struct session *s, const struct net_reply *r)
{
	struct buf after = BUF_INIT;
	long seconds = 1;

	if (r->fault != NET_OK || r->status != 429 || s->waits >= MAX_WAITS)
		return false;
	if (net_header(&after, r, "Retry-After", 0))
		seconds = strtol(after.s, NULL, 10);
	buf_free(&after);
	if (seconds < 0 || seconds > MAX_WAIT_S)
		return false;
	s->waits++;
	s->timer = loop_after(s->loop, (int)seconds * 1000, send_again, s);
	return true;
}

static void
on_reply(void *ctx, const struct net_reply *r)
{
	struct session *s = ctx;
	session_fn *done = s->done;
	void *to = s->ctx;
	struct err e = { 0 }, ignored = { 0 };
	struct json *body = NULL;
	int rc = judge_fault(s, r, &e);

	s->request = 0;
	if (waits(s, r))
		return;
	s->status = rc == 0 ? r->status : 0;
	if (rc == 0)
		body = json_parse(r->body.s, r->body.len, s->base, &ignored);
	if (rc == 0)
		rc = s->service->answer(r->status, body, s->path, &e);
	s->done = NULL;
	forget_request(s);
	done(to, rc == 0 ? body : NULL, rc < 0 ? &e : NULL);
	json_free(body);
}

static void
send(struct session *s)
{
	char *url = xasprintf("%s%s", s->base, s->path);
	const char *headers[5] = { "Accept: application/json" };
	size_t n = 1;

	if (s->header)
		headers[n++] = s->header;
	if (s->body)
		headers[n++] = "Content-Type: application/json";
	const struct net_request q = {
		.method = s->method, .url = url, .headers = headers, .max_body = MAX_BODY,
		.timeout_ms = s->timeout_ms, .body = s->body, .body_len = s->body ? strlen(s->body) : 0,
		.done = on_reply, .ctx = s,
	};
	s->request = net_start(s->net, &q);
	free(url);
}

void
session_ask(struct session *s, const char *method, const char *path, const char *body,
            int timeout_ms, session_fn *done, void *ctx)
{
	forget_request(s);
	s->method = xstrdup(method);
	s->path = xstrdup(path);
	s->body = body ? xstrdup(body) : NULL;
	s->timeout_ms = timeout_ms > 0 ? timeout_ms : s->service->timeout_ms;
	s->waits = 0;
	s->done = done;
	s->ctx = ctx;
	send(s);
}

void
session_cancel(struct session *s)
{
	net_cancel(s->net, s->request);
	if (s->done) /* then no other timer runs: it waits to ask again, or does not */
		loop_cancel(s->loop, s->timer);
	s->request = 0;
	s->done = NULL;
}

long
session_status(const struct session *s)
{
	return s->status;
}

/* ---- open and close ---- */

static void
tell_opened(void *ctx)
{
	struct session *s = ctx;

	s->timer = 0;
	s->opened(s->opened_ctx, NULL, s->failed.code ? &s->failed : NULL);
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
session_let_in_by_token(struct session *s, const char *token, const struct err *otherwise)
{
	char *header;

	if (!is_token(token)) {
		session_let_in(s, NULL, otherwise);
		return;
	}
	header = xasprintf("Authorization: Bearer %s", token);
	session_let_in(s, header, NULL);
	mem_wipe(header, strlen(header));
	free(header);
}

void
session_let_in(struct session *s, const char *header, const struct err *e)
{
	secret_wipe(&s->secret);
	if (header)
		s->header = xstrdup(header);
	if (e)
		s->failed = *e;
	s->timer = loop_after(s->loop, 0, tell_opened, s);
}

const char *
session_identity(const struct session *s)
{
	return s->identity;
}

const char *
session_code(const struct session *s)
{
	return s->secret.code;
}

/* Somebody on the way would read the secret. */
static int
check_base(const struct session *s, struct err *e)
{
	struct err ignored = { 0 };
	struct url u;

	if (!s->service->tls_only || strncmp(s->base, "https://", 8) == 0 ||
	    (url_parse(&u, s->base, "http", URL_ANY, NULL, &ignored) == 0 && url_is_loopback(&u)))
		return 0;
	return err_set(e, ERR_VALUE, _("The secret of %1$s is not sent to %2$s, which is not https."),
	               s->service->label, s->base);
}

static char *
copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

struct session *
session_open(struct loop *l, struct net *n, const struct session_whose *w, session_fn *opened,
             void *ctx)
{
	struct session *s = xcalloc(1, sizeof(*s));
	struct err e = { 0 };

	s->loop = l;
	s->net = n;
	s->service = w->service;
	s->base = xstrdup(w->base);
	for (size_t len = strlen(s->base); len && s->base[len - 1] == '/'; len--)
		s->base[len - 1] = '\0';
	s->identity = copy(w->identity);
	s->secret_file = copy(w->secret_file);
	s->root = copy(w->root);
	s->opened = opened;
	s->opened_ctx = ctx;
	if (check_base(s, &e) < 0 || find_secret(s, &e) < 0)
		session_let_in(s, NULL, &e);
	else
		session_log_in(s);
	return s;
}

void
session_close(struct session *s)
{
	if (!s)
		return;
	session_cancel(s);
	loop_cancel(s->loop, s->timer);
	secret_wipe(&s->secret);
	secret_wipe_text(&s->header);
	free(s->base);
	free(s->identity);
	free(s->secret_file);
	free(s->root);
	forget_request(s);
	free(s);
}

static bool
same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool
session_is(const struct session *s, const struct session_whose *w)
{
	return s->service == w->service && same(s->base, w->base) &&
	       same(s->identity, w->identity) && same(s->secret_file, w->secret_file);
}

/* ---- a reading ---- */

static void
reading_over(void *ctx)
{
	const struct session_reading r = *(struct session_reading *)ctx;

	session_close(r.session);
	r.drop(ctx);
	r.done(r.ctx, r.failed.code ? &r.failed : NULL);
}

void
session_reading_end(struct session_reading *r, const struct err *e)
{
	if (e)
		r->failed = *e;
	loop_after(r->loop, 0, reading_over, r);
}
