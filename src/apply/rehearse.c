#include "apply/rehearse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "loop/proc.h"
#include "origin/origin.h"

#define CERT_DAYS   7
#define LOOK_MS     3
#define START_MS    5000
#define VALIDATE_MS 10000
#define PASSWORD_DIGITS 32

struct rehearsal {
	struct loop            *loop;
	struct net             *net;
	struct rehearsal_events on;
	void                   *ctx;
	struct arena            arena;
	struct proxy_context    context;
	struct proxy_private    private;
	struct steps            steps;
	char                   *dir;
	char                    password[PASSWORD_DIGITS + 1];
	struct origin          *origin;
	struct proc            *proc;
	struct check_run       *check;
	struct url              public_url; /* as the private proxy serves it */
	char                   *connect_to, *connect_to_http, *cacert;
	unsigned                timer;
	bool                    accepts, over;
	double                  began, seconds;
	long long               deadline;
};

static void
tell_stage(struct rehearsal *r, enum rehearsal_stage s)
{
	if (r->on.stage)
		r->on.stage(r->ctx, s);
}

/* Nothing of it may be touched afterwards: `done' may free it. */
static void
end(struct rehearsal *r, const struct err *e)
{
	if (r->over)
		return;
	r->over = true;
	loop_cancel(r->loop, r->timer);
	r->timer = 0;
	r->seconds = loop_seconds() - r->began;
	if (!e)
		tell_stage(r, REHEARSAL_DONE);
	r->on.done(r->ctx, e);
}

/* ---- what its checker said ---- */

/* Errors in the private copy are shown at the file that would be written. */
static const char *
real_file(struct rehearsal *r)
{
	struct proxy_context c = r->context;
	struct steps steps = { 0 };
	struct err e = { 0 };
	const char *file = NULL;

	c.private = NULL;
	if (c.found->proxy->render(&steps, &c, &e) == 0)
		for (size_t i = 0; i < steps.n && !file; i++)
			if (steps.v[i].kind == STEP_WRITE && !steps.v[i].made)
				file = arena_strdup(&r->arena, steps.v[i].path);
	steps_free(&steps);
	return file;
}

static void
map_place(struct rehearsal *r, struct err *e)
{
	const char *file = strncmp(e->file, r->dir, strlen(r->dir)) == 0 ? real_file(r) : NULL;
	char said[sizeof(e->msg)];
	const char *sentence;

	if (!file)
		return;
	snprintf(said, sizeof(said), "%s", e->msg);
	sentence = strstr(said, ": ");
	err_at(e, e->code, file, e->line, e->column, "%s", sentence ? sentence + 2 : said);
}

static void
refused(struct rehearsal *r, const struct proc_result *p, struct err *e)
{
	const struct proxy *proxy = r->context.found->proxy;
	struct buf said = BUF_INIT, safe = BUF_INIT;

	buf_printf(&said, "%s\n%s", p->err.s, p->out.s);
	if (!p->started)
		err_set(e, ERR_MISSING, _("%s cannot be run: %s"), proxy->label, strerror(p->sys));
	else if (proxy->complaint && proxy->complaint(said.s, e))
		map_place(r, e);
	else {
		text_safe(&safe, said.s, said.len, 400);
		err_set(e, ERR_CHILD, _("The private %1$s ended with status %2$d. %3$s"), proxy->label, p->status, safe.s);
	}
	buf_free(&said);
	buf_free(&safe);
}

/* ---- checks ---- */

static void
on_result(void *ctx, struct check_run *run, const struct check_result *result)
{
	struct rehearsal *r = ctx;

	if (r->on.result)
		r->on.result(r->ctx, run, result);
}

static void
on_checked(void *ctx, struct check_run *run)
{
	(void)run;
	end(ctx, NULL);
}

static void
start_checks(struct rehearsal *r)
{
	const struct answers *a = r->context.answers;
	const struct check_options o = {
		.public_url = &r->public_url,
		.connect_to = r->connect_to,
		.connect_to_http = r->connect_to_http,
		.cacert = r->cacert,
		.password = r->password,
		.rehearsal = true,
		.body = a->body,
		.stream = a->stream,
	};
	struct err e = { 0 };

	tell_stage(r, REHEARSAL_CHECK);
	r->check = check_start(r->loop, r->net, r->context.needs, &o, on_result, on_checked, r, &e);
	if (!r->check)
		end(r, &e);
}

/* ---- the child ---- */

static void
on_exit_early(void *ctx, const struct proc_result *p)
{
	struct rehearsal *r = ctx;
	struct err e = { 0 };

	r->proc = NULL;
	refused(r, p, &e);
	check_free(r->check);
	r->check = NULL;
	end(r, &e);
}

/* On loopback a connection is made or refused at once. */
static bool
is_open(unsigned port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
	                          .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool open = fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0;

	if (fd >= 0 && !open && errno == EINPROGRESS) {
		struct pollfd p = { .fd = fd, .events = POLLOUT };
		int error = 0;
		socklen_t len = sizeof(error);
		open = poll(&p, 1, 0) == 1 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0;
	}
	if (fd >= 0)
		close(fd);
	return open;
}

static void
look(void *ctx)
{
	struct rehearsal *r = ctx;
	struct err e = { 0 };

	r->timer = 0;
	if ((!r->private.http || is_open(r->private.http)) && (!r->private.https || is_open(r->private.https))) {
		r->accepts = true;
		start_checks(r);
	} else if (loop_now() < r->deadline) {
		r->timer = loop_after(r->loop, LOOK_MS, look, r);
	} else {
		err_set(&e, ERR_CHILD, _("The private %s accepts no connection after %d s"),
		        r->context.found->proxy->label, START_MS / 1000);
		end(r, &e);
	}
}

static void
start_child(struct rehearsal *r)
{
	const struct step *s = steps_find(&r->steps, STEP_RUN, ROLE_NONE);
	const struct proc_request q = {
		.argv = s->argv, .dir = r->dir, .dies_with_us = true, .as_nobody = true,
		.done = on_exit_early, .ctx = r,
	};

	tell_stage(r, REHEARSAL_START);
	r->deadline = loop_now() + START_MS;
	r->proc = proc_start(r->loop, &q);
	r->timer = loop_after(r->loop, LOOK_MS, look, r);
}

static void
on_validated(void *ctx, const struct proc_result *p)
{
	struct rehearsal *r = ctx;
	struct err e = { 0 };

	r->proc = NULL;
	if (p->started && !p->timed_out && p->status == 0) {
		start_child(r);
		return;
	}
	refused(r, p, &e);
	end(r, &e);
}

/* A proxy without a checker of its own says the same when it is started. */
static void
validate(struct rehearsal *r)
{
	const struct step *s = steps_find(&r->steps, STEP_RUN, ROLE_VALIDATE);

	tell_stage(r, REHEARSAL_VALIDATE);
	if (!s) {
		start_child(r);
		return;
	}
	const struct proc_request q = {
		.argv = s->argv, .dir = r->dir, .timeout_ms = VALIDATE_MS, .dies_with_us = true, .as_nobody = true,
		.done = on_validated, .ctx = r,
	};
	r->proc = proc_start(r->loop, &q);
}

/* ---- preparing ---- */

/* Two at once, so that they differ; free again when they are given away. */
static int
find_ports(unsigned *one, unsigned *other, struct err *e)
{
	unsigned *const ports[] = { one, other };
	int fds[2] = { -1, -1 };
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(fds) && rc == 0; i++) {
		struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		socklen_t len = sizeof(at);

		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fds[i] < 0 || bind(fds[i], (struct sockaddr *)&at, sizeof(at)) < 0 ||
		    getsockname(fds[i], (struct sockaddr *)&at, &len) < 0)
			rc = err_sys(e, ERR_IO, _("No loopback port is free"));
		*ports[i] = ntohs(at.sin_port);
	}
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return rc;
}

/* As root the private copy runs as nobody, who has to get in. */
static int
give_away(const char *path, struct err *e)
{
	const struct passwd *nobody = geteuid() == 0 ? getpwnam("nobody") : NULL;

	if (geteuid() != 0)
		return 0;
	if (chown(path, nobody ? nobody->pw_uid : 65534, nobody ? nobody->pw_gid : 65534) < 0)
		return err_sys(e, ERR_IO, _("Cannot give %s to the private proxy"), path);
	return 0;
}

static int
put_file(const char *path, const char *text, size_t len, mode_t mode, struct err *e)
{
	return fs_write(path, text, len, mode, e) < 0 ? -1 : give_away(path, e);
}

static int
make_certificate(struct rehearsal *r, struct err *e)
{
	struct buf cert = BUF_INIT, key = BUF_INIT;
	int rc = cert_make(r->context.answers->public_url.host, CERT_DAYS, &cert, &key, e);

	r->private.certificate = r->cacert = fs_join(&r->arena, r->dir, "certificate.pem");
	r->private.key = fs_join(&r->arena, r->dir, "key.pem");
	if (rc == 0 && (put_file(r->private.certificate, cert.s, cert.len, 0600, e) < 0 ||
	                put_file(r->private.key, key.s, key.len, 0600, e) < 0))
		rc = -1;
	mem_wipe(key.s, key.len);
	buf_free(&cert);
	buf_free(&key);
	return rc;
}

/* The ports of production are played by loopback ones; what is not listened on stays so. */
static int
find_way(struct rehearsal *r, struct err *e)
{
	const struct answers *a = r->context.answers;
	bool ends_tls = strcmp(a->public_url.scheme, "https") == 0 && a->tls != TLS_NONE && a->tls != TLS_UPSTREAM;
	unsigned http, https, one, other;

	if (find_ports(&one, &other, e) < 0)
		return -1;
	answers_ports(a, &http, &https);
	r->public_url = a->public_url;
	if (ends_tls) {
		r->private.https = one;
		r->private.http = http ? other : 0;
		r->connect_to_http = http ? arena_printf(&r->arena, "127.0.0.1:%u", other) : NULL;
	} else {
		/* TLS ends in front: here the site is a plain one. */
		r->private.http = one;
		snprintf(r->public_url.scheme, sizeof(r->public_url.scheme), "http");
		if (r->public_url.port == 443)
			r->public_url.port = 80;
	}
	r->connect_to = arena_printf(&r->arena, "127.0.0.1:%u", one);
	return 0;
}

static int
start_origin(struct rehearsal *r, struct err *e)
{
	crypto_random_hex(r->password, PASSWORD_DIGITS);
	const struct origin_options o = { .password = r->password };
	r->origin = origin_start(r->loop, r->context.needs, &o, e);
	if (!r->origin)
		return -1;
	r->private.upstream = origin_port(r->origin);
	return 0;
}

static int
write_files(struct rehearsal *r, struct err *e)
{
	for (size_t i = 0; i < r->steps.n; i++) {
		const struct step *s = &r->steps.v[i];
		if (s->kind == STEP_WRITE && put_file(s->path, s->text, strlen(s->text), s->mode, e) < 0)
			return -1;
	}
	if (!steps_find(&r->steps, STEP_RUN, ROLE_NONE))
		return err_set(e, ERR_MISSING, _("%s cannot be run privately, so there is no rehearsal for it."),
		               r->context.found->proxy->label);
	return 0;
}

static int
prepare(struct rehearsal *r, struct err *e)
{
	const struct proxy *proxy = r->context.found->proxy;

	if (!(proxy->caps & PROXY_REHEARSE) || !proxy->rehearse)
		return err_set(e, ERR_MISSING, _("%s cannot be run privately, so there is no rehearsal for it."),
		               proxy->label);
	if (!r->context.found->installed)
		return err_set(e, ERR_MISSING, _("%s is not installed, so there is nothing to rehearse with."), proxy->label);
	r->dir = fs_mkdtemp("antechamber-rehearsal", e);
	if (!r->dir)
		return -1;
	r->private.dir = r->dir;
	r->context.private = &r->private;
	if (give_away(r->dir, e) < 0 || find_way(r, e) < 0 || start_origin(r, e) < 0 || make_certificate(r, e) < 0 ||
	    proxy->rehearse(&r->steps, &r->context, e) < 0 || write_files(r, e) < 0)
		return -1;
	return 0;
}

static void
begin(void *ctx)
{
	struct rehearsal *r = ctx;
	struct err e = { 0 };

	r->timer = 0;
	tell_stage(r, REHEARSAL_PREPARE);
	if (prepare(r, &e) < 0)
		end(r, &e);
	else
		validate(r);
}

struct rehearsal *
rehearsal_start(struct loop *l, struct net *n, const struct proxy_context *c,
                const struct rehearsal_events *on, void *ctx)
{
	struct rehearsal *r = xcalloc(1, sizeof(*r));

	r->loop = l;
	r->net = n;
	r->context = *c;
	r->on = *on;
	r->ctx = ctx;
	r->began = loop_seconds();
	r->timer = loop_after(l, 0, begin, r);
	return r;
}

void
rehearsal_free(struct rehearsal *r)
{
	struct err e = { 0 };

	if (!r)
		return;
	loop_cancel(r->loop, r->timer);
	check_free(r->check);
	if (r->proc)
		proc_kill(r->proc);
	if (r->origin)
		origin_free(r->origin);
	if (r->dir)
		fs_remove_tree(r->dir, &e);
	free(r->dir);
	mem_wipe(r->password, sizeof(r->password));
	steps_free(&r->steps);
	arena_free(&r->arena);
	free(r);
}

const struct check_run *
rehearsal_check(const struct rehearsal *r)
{
	return r->check;
}

double
rehearsal_seconds(const struct rehearsal *r)
{
	return r->over ? r->seconds : loop_seconds() - r->began;
}
