/* cmd_check.c - the checklist, live; nothing is changed. */
#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers/machine.h"
#include "base/i18n.h"
#include "blame.h"
#include "report.h"

struct checking {
	struct cmd *c;
	bool        done;
};

static void
on_result(void *ctx, struct check_run *r, const struct check_result *result)
{
	(void)ctx, (void)r, (void)result;
}

static void
on_done(void *ctx, struct check_run *r)
{
	struct checking *k = ctx;

	(void)r;
	k->done = true;
	loop_stop(k->c->loop);
}

/* Who can reach the origin beside the proxy is told by its listeners, if it runs on this machine. */
static void
look_at_listeners(struct check_options *k, const struct machine *m, const struct url *origin)
{
	if (!url_is_loopback(origin) && !machine_has_address(m, origin->host))
		return;
	for (size_t i = 0; i < m->n_listeners; i++) {
		if (m->listeners[i].port != origin->port)
			continue;
		k->exposure_known = true;
		k->origin_on_lan |= !m->listeners[i].loopback;
	}
}

static int
put_result(struct cmd *c, const struct check_run *run, const struct report_targets *t)
{
	struct err e = { 0 };

	if (c->o->json) {
		cmd_put_json(check_json(run, "check"));
	} else {
		struct report out;
		report_init(&out, stdout, c->o->color, c->o->plain);
		report_checks(&out, run, t);
		report_verdict(&out, run);
	}
	if (c->o->report && report_markdown(c->o->report, "check", run, t, &e) < 0) {
		cmd_say(stderr, e.msg);
		return err_status(e.code);
	}
	return cmd_run_status(run, c->o->strict);
}

/* For the person who waits at a terminal; nothing else is printed meanwhile. */
static void
say_that_it_takes_long(const struct options *o)
{
	cmd_say_busy(o, o->deep ? _("The streams are followed to their second heartbeat: about a minute.")
	                        : _("The checks run: a few seconds."));
}

static int
check(struct cmd *c, struct machine *m, struct err *e)
{
	const struct options *o = c->o;
	struct buf origin = BUF_INIT, public_url = BUF_INIT;
	struct checking k = { .c = c };
	struct check_run *run;
	int status = -1;
	struct check_options options = {
		.origin = o->has_origin ? &o->origin : NULL,
		.public_url = o->has_public ? &o->public_url : NULL,
		.connect_to = o->connect_to,
		.cacert = o->cacert,
		.insecure = o->insecure,
		.password = o->password,
		.only = o->only,
		.deep = o->deep,
		.body = o->body,
		.timeout_ms = o->timeout_ms,
		.own_addresses = (const char *const *)m->addresses,
	};

	if (o->has_origin)
		look_at_listeners(&options, m, &o->origin);
	run = check_start(c->loop, c->net, &c->needs, &options, on_result, on_done, &k, e);
	if (!run)
		return -1;
	say_that_it_takes_long(o);
	url_base(&origin, &o->origin);
	url_base(&public_url, &o->public_url);
	if (cmd_wait(c, &k.done, e) == 0 && blame_run(c, run, m, e) == 0)
		status = put_result(c, run, &(struct report_targets){
			o->has_origin ? origin.s : NULL, o->has_public ? public_url.s : NULL });
	check_free(run);
	buf_free(&origin);
	buf_free(&public_url);
	return status;
}

int
cmd_check(const struct options *o)
{
	struct machine m = { 0 };
	struct err e = { 0 };
	struct cmd c;
	int status = -1;

	if (cmd_open(&c, o, &e) == 0) {
		machine_read(&m, o->root);
		status = check(&c, &m, &e);
	}
	if (status < 0)
		status = cmd_status(&c, cmd_fail(o, &e));
	machine_free(&m);
	cmd_close(&c);
	return status;
}
