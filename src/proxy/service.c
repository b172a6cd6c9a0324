#include "proxy/service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/url.h"
#include "proxy/cloudflare.h"
#include "proxy/npm.h"

#define MAX_BODY   (4u << 20) /* of an answer: all hosts of a large server are some hundred kB */
#define MAX_SECRET 4096
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
	char                 *secret, *code; /* only until it is let in */
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

static void
wipe(char **s)
{
	if (*s)
		mem_wipe(*s, strlen(*s));
	free(*s);
	*s = NULL;
}

/* Root is not to read for somebody what that one could not read. */
static int
check_owner(const char *path, const struct stat *st, struct err *e)
{
	const char *caller = getenv("SUDO_UID");
	const uid_t other = caller && *caller ? (uid_t)strtoul(caller, NULL, 10) : 0;

	if (!S_ISREG(st->st_mode))
		return err_set(e, ERR_VALUE, _("%s is not a file, so no secret is read from it."),
		               path);
	if (st->st_mode & 0077)
		return err_set(e, ERR_VALUE,
		               _("Others can read %s. Close it with chmod 600, then try again."),
		               path);
	if (geteuid() == 0 && other && st->st_uid != other)
		return err_set(e, ERR_VALUE, _("%s belongs to somebody else, so it is not read."),
		               path);
	return 0;
}

static char *
take_line(char **rest)
{
	char *line = *rest;
	size_t n;

	if (!line)
		return NULL;
	*rest = strchr(line, '\n');
	if (*rest)
		*(*rest)++ = '\0';
	n = strlen(line);
	if (n && line[n - 1] == '\r')
		line[n - 1] = '\0';
	return *line ? xstrdup(line) : NULL;
}

static int
read_secret(struct session *s, struct err *e)
{
	struct arena a = { 0 };
	char text[MAX_SECRET + 1], *rest = text;
	struct stat st;
	int rc = 0, fd;

	if (!s->secret_file)
		return err_set(e, ERR_VALUE, _("No file with the secret of %s is named."),
		               s->service->label);
	fd = open(fs_path(&a, s->root, s->secret_file),
	          O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	arena_free(&a);
	if (fd < 0)
		return err_sys(e, ERR_VALUE, _("The secret of %1$s cannot be read from %2$s"),
		               s->service->label, s->secret_file);
	if (fstat(fd, &st) < 0)
		rc = err_sys(e, ERR_VALUE, _("The secret of %1$s cannot be read from %2$s"),
		             s->service->label, s->secret_file);
	else
		rc = check_owner(s->secret_file, &st, e);
	ssize_t n = rc == 0 ? read(fd, text, MAX_SECRET) : 0;
	close(fd);
	if (rc < 0)
		return -1;
	text[n > 0 ? n : 0] = '\0';
	s->secret = take_line(&rest);
	s->code = take_line(&rest);
	mem_wipe(text, sizeof(text));
	if (!s->secret)
		return err_set(e, ERR_VALUE, _("%s is empty: its first line is to be the secret."),
		               s->secret_file);
	return 0;
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
	wipe(&s->secret);
	wipe(&s->code);
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
	return s->code;
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
	if (check_base(s, &e) < 0 || read_secret(s, &e) < 0)
		session_let_in(s, NULL, &e);
	else
		s->service->log_in(s, s->secret);
	return s;
}

void
session_close(struct session *s)
{
	if (!s)
		return;
	session_cancel(s);
	loop_cancel(s->loop, s->timer);
	wipe(&s->secret);
	wipe(&s->code);
	wipe(&s->header);
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
