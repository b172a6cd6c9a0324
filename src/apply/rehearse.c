#include "apply/rehearse_inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "proxy/boxed.h"

#define LOOK_MS     3
#define START_MS    5000
#define VALIDATE_MS 10000

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
	c.found = r->meant;
	if (proxy_render(&steps, &c, &e) == 0)
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
		err_set(e, ERR_CHILD, _("The private %1$s ended with status %2$d. %3$s"),
		        proxy->label, p->status, safe.s);
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
		.stream = r->on.deep ? REHEARSAL_HOLD : a->stream,
		.deep = r->on.deep,
		.only = r->on.deep ? "time.stream,time.idle" : NULL,
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
		open = poll(&p, 1, 0) == 1 &&
		       getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0;
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
	if ((!r->private.http || is_open(r->private.http)) &&
	    (!r->private.https || is_open(r->private.https))) {
		r->accepts = true;
		start_checks(r);
	} else if (loop_now() < r->deadline) {
		r->timer = loop_after(r->loop, LOOK_MS, look, r);
	} else {
		err_set(&e, ERR_CHILD, _("The private %s accepts no connection after %d s."),
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
		.argv = s->argv, .dir = r->dir, .timeout_ms = VALIDATE_MS, .dies_with_us = true,
		.as_nobody = true, .done = on_validated, .ctx = r,
	};
	r->proc = proc_start(r->loop, &q);
}

static void
begin(void *ctx)
{
	struct rehearsal *r = ctx;
	struct err e = { 0 };

	r->timer = 0;
	tell_stage(r, REHEARSAL_PREPARE);
	if (rehearsal_prepare(r, &e) < 0)
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
	r->meant = c->found;
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
