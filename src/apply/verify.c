#include "apply/apply_run.h"

#include <stdio.h>
#include <string.h>

#include "apply/guard.h"
#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "proxy/boxed.h"
#include "proxy/front.h"

#define MAX_PEM (256 * 1024)

/* A moment's hiccup is nobody's fault, so a bad verdict is asked for once more. */
#define TRIES    2
#define PAUSE_MS 500

static void
go_on(struct apply *a, const struct err *e)
{
	apply_then *then = a->seen;

	a->seen = NULL;
	then(a, e);
}

/* ---- where and how it is asked ---- */

static const char *
loopback_of(const char *address)
{
	if (!address || strcmp(address, "*") == 0 || strcmp(address, "0.0.0.0") == 0)
		return "127.0.0.1";
	if (strcmp(address, "::") == 0 || strcmp(address, "[::]") == 0)
		return "::1";
	return address;
}

static char *
target(struct apply *a, unsigned port)
{
	const struct proxy_context *c = &a->plan->context;
	const char *there = proxy_serves_at(&a->arena, c);
	const char *address = there ? there : loopback_of(c->answers->listen_address);

	if (port == 0)
		return NULL;
	const char *fmt = address[0] != '[' && strchr(address, ':') ? "[%s]:%u" : "%s:%u";
	return arena_printf(&a->arena, fmt, address, port);
}

static bool
is_self_signed(struct apply *a, const char *path)
{
	struct buf pem = BUF_INIT;
	struct err e = { 0 };
	struct cert cert;
	bool is = fs_read(&pem, fs_path(&a->arena, a->plan->context.root, path), MAX_PEM, &e) == 0 &&
	          cert_parse(&cert, &a->arena, pem.s, pem.len, path, &e) == 0 && cert.self_signed;

	buf_free(&pem);
	return is;
}

/*
 * A certificate that is ours alone (our own, one signed by itself, or one
 * that only the CDN in front trusts) is trusted as it stands; any other has to stand before the
 * system's authorities.
 */
static const char *
own_certificate(struct apply *a)
{
	const struct proxy_context *c = &a->plan->context;
	const char *path = NULL;

	if (c->answers->tls == TLS_SELFSIGNED && c->found->proxy->authority)
		path = c->found->proxy->authority(&a->arena, c);
	if (c->answers->tls == TLS_SELFSIGNED && !path) {
		path = proxy_own_certificate(&a->arena, c);
		for (size_t i = 0; i < a->plan->steps.n; i++) {
			const struct step *s = &a->plan->steps.v[i];
			if (s->made && !s->secret && strncmp(s->text, "-----BEGIN CERT", 15) == 0)
				path = s->path;
		}
	} else if (c->answers->tls == TLS_EXISTING && c->answers->certificate &&
	           (c->answers->cdn != CDN_NONE || is_self_signed(a, c->answers->certificate)))
		path = c->answers->certificate;
	return path ? fs_path(&a->arena, c->root, path) : NULL;
}

static void
find_way(struct apply *a)
{
	const struct answers *answers = a->plan->context.answers;
	unsigned http, https;

	answers_ports(answers, &http, &https);
	a->public_url = answers->public_url;
	bool ends_tls = strcmp(a->public_url.scheme, "https") == 0 &&
	                answers->tls != TLS_UPSTREAM &&
	                answers->tls != TLS_NONE;
	/* TLS ends in front: here the site is a plain one, and a visitor would see it as such. */
	if (!ends_tls) {
		snprintf(a->public_url.scheme, sizeof(a->public_url.scheme), "http");
		if (a->public_url.port == 443)
			a->public_url.port = 80;
	}
	a->connect_to = target(a, ends_tls ? https : http ? http : https);
	a->connect_to_http = ends_tls ? target(a, http) : NULL;
}

/* Does OpenChamber listen where others than this server reach it? */
static bool
origin_on_lan(const struct apply *a, const struct url *origin)
{
	for (size_t i = 0; i < a->machine.n_listeners; i++)
		if (a->machine.listeners[i].port == origin->port &&
		    !a->machine.listeners[i].loopback)
			return true;
	return false;
}

static struct check_options
options(struct apply *a)
{
	const struct answers *answers = a->plan->context.answers;
	const char *own = own_certificate(a);

	const struct proxy_found *f = a->plan->context.found;
	struct check_options o;

	a->cacert = own && fs_exists(own) ? own : a->options.cacert;
	o = (struct check_options){
		.origin = &answers->origin,
		.public_url = &a->public_url,
		.connect_to = a->connect_to,
		.connect_to_http = a->connect_to_http,
		.cacert = a->cacert,
		.password = a->options.password,
		.body = answers->body,
		.stream = answers->stream,
		.timeout_ms = a->options.timeout_ms,
		.own_addresses = (const char *const *)a->machine.addresses,
		.origin_on_lan = origin_on_lan(a, &answers->origin),
		.exposure_known = a->machine.n_listeners > 0 && url_is_loopback(&answers->origin),
	};
	o.cdn_plan = front_limit(&o.cdn_megabytes, answers, f ? f->front : NULL);
	return o;
}

/* ---- before ---- */

static bool
has_cause(const struct check_run *r, const char *cause)
{
	for (size_t i = 0; i < check_count(r); i++) {
		const struct check_result *one = check_at(r, i);
		if (check_finished(r, i) && one->cause && strcmp(one->cause->id, cause) == 0)
			return true;
	}
	return false;
}

/* What has to be known before anything is published; -1: it is not to be. */
static int
may_publish(struct apply *a, struct err *e)
{
	const struct answers *answers = a->plan->context.answers;
	const struct check_result *answer = check_find(a->before, "direct.answer", TARGET_DIRECT);
	const struct check_result *login = check_find(a->before, "direct.login", TARGET_DIRECT);
	bool silent = answer && answer->status == CHECK_FAIL;
	bool quiet = a->options.no_reload; /* nothing is published or proved now */

	if (silent && !quiet)
		return err_set(e, ERR_NET, _("%s Nothing could be proved, so nothing was changed."),
		               answer->detail);
	/* A password that was refused is not tried again. */
	if (login && login->status == CHECK_FAIL)
		a->options.password = NULL;
	if (!a->options.allow_unprotected && !guard_is_private(&answers->public_url) &&
	    has_cause(a->before, "unprotected"))
		return err_set(e, ERR_VALUE,
		               _("OpenChamber has no UI password: whoever opens %s gets a terminal "
		                 "on this server. Set one, or say --allow-unprotected."),
		               answers->public_url.host);
	return 0;
}

static void
on_before(void *ctx, struct check_run *r)
{
	struct apply *a = ctx;
	struct err e = { 0 };

	(void)r;
	go_on(a, may_publish(a, &e) < 0 ? &e : NULL);
}

static void
check_before(void *ctx)
{
	struct apply *a = ctx;
	struct check_options o = options(a);
	struct err e = { 0 };

	a->before = check_start(a->loop, a->net, a->plan->context.needs, &o, NULL, on_before, a,
	                        &e);
	if (!a->before)
		go_on(a, &e);
}

void
verify_before(struct apply *a, apply_then *then)
{
	machine_free(&a->machine);
	machine_read(&a->machine, a->root);
	find_way(a);
	a->seen = then;
	a->sites = sites_new(a->loop, a->net, &a->plan->context, a->options.timeout_ms);
	sites_ask(a->sites, check_before, a);
}

/* ---- after ---- */

static bool
passed(const struct check_result *r)
{
	return r && (r->status == CHECK_PASS || r->status == CHECK_WARN);
}

/* Did the public address lead to this OpenChamber before? */
static bool
is_first_install(const struct apply *a)
{
	return !passed(check_find(a->before, "public.answer", TARGET_PUBLIC));
}

static const struct check_result *
first_decisive(const struct apply *a)
{
	bool first = is_first_install(a);

	for (size_t i = 0; i < check_count(a->verify); i++) {
		const struct check_result *now = check_at(a->verify, i);

		if (now->target != TARGET_PUBLIC || now->status != CHECK_FAIL)
			continue;
		if (passed(check_find(a->before, now->id, TARGET_PUBLIC)) ||
		    (first && now->required))
			return now;
	}
	return NULL;
}

/* The line to blame, where the configuration as it was read before shows one. */
static int
blame(const struct apply *a, const struct check_result *r, struct err *e)
{
	const struct proxy_found *f = a->plan->context.found;
	const char *file = NULL, *cause = r->cause ? r->cause->id : "";
	const char *path = r->label[0] == '/' ? r->label : "/";
	int line = 0;

	if (strcmp(cause, "wrong-site") == 0)
		cause = "config-shadowed";
	if (r->where.file)
		return err_at(e, ERR_FAILED, r->where.file, r->where.line, 0, "%s", r->detail);
	if (f->proxy->blame &&
	    f->proxy->blame(f, cause, &a->plan->context.answers->public_url, path, &file, &line) &&
	    file)
		return err_at(e, ERR_FAILED, file, line, 0, "%s", r->detail);
	return err_set(e, ERR_FAILED, "%s", r->detail);
}

static int
verdict(struct apply *a, struct err *e)
{
	const struct check_result *bad = first_decisive(a);
	const struct check_result *answer = check_find(a->verify, "public.answer", TARGET_PUBLIC);
	long before, now;
	const char *name = sites_first_changed(a->sites, &before, &now);

	a->result.other_sites_changed = sites_changed(a->sites);
	if (bad)
		return blame(a, bad, e);
	if (!passed(answer) && is_first_install(a))
		return err_set(e, ERR_FAILED, "%s", answer ? answer->detail :
		               _("The new site could not be asked."));
	if (name)
		return err_set(e, ERR_FAILED,
		               _("Another site, %1$s, answered %2$ld before and %3$ld now."),
		               name, before, now);
	return 0;
}

static void check_after(void *ctx);

static void
on_sites_after(void *ctx)
{
	struct apply *a = ctx;
	struct err e = { 0 };

	if (verdict(a, &e) < 0) {
		if (++a->tries < TRIES) {
			a->timer = loop_after(a->loop, PAUSE_MS, check_after, a);
			return;
		}
		apply_say(a, "verify", PROGRESS_FAIL, "%s", e.msg);
		go_on(a, &e);
		return;
	}
	const struct check_summary s = check_summary(a->verify);
	if (sites_count(a->sites))
		apply_say(a, "verify", PROGRESS_DONE,
		          _("passed %1$d, warnings %2$d, failed %3$d; other sites as before: %4$zu"),
		          s.pass, s.warn, s.fail, sites_count(a->sites));
	else
		apply_say(a, "verify", PROGRESS_DONE, _("passed %1$d, warnings %2$d, failed %3$d"), s.pass, s.warn, s.fail);
	go_on(a, NULL);
}

static void
on_result(void *ctx, struct check_run *r, const struct check_result *result)
{
	struct apply *a = ctx;
	size_t done = 0;

	(void)result;
	for (size_t i = 0; i < check_count(r); i++)
		done += check_finished(r, i);
	if (done == a->checked)
		return;
	a->checked = done;
	apply_say(a, "verify", PROGRESS_NOW, _("check %1$zu of %2$zu"), done, check_count(r));
}

static void
on_after(void *ctx, struct check_run *r)
{
	struct apply *a = ctx;

	(void)r;
	sites_ask(a->sites, on_sites_after, a);
}

static void
check_after(void *ctx)
{
	struct apply *a = ctx;
	struct check_options o = options(a);
	struct err e = { 0 };

	a->timer = 0;
	check_free(a->verify);
	a->checked = 0;
	a->verify = check_start(a->loop, a->net, a->plan->context.needs, &o, on_result, on_after, a,
	                        &e);
	a->result.verify = a->verify;
	if (!a->verify)
		go_on(a, &e);
}

void
verify_after(struct apply *a, apply_then *then)
{
	a->seen = then;
	a->tries = 0;
	a->result.other_sites = sites_count(a->sites);
	apply_say(a, "verify", PROGRESS_NOW, _("the checks over loopback, and your other sites"));
	check_after(a);
}

/* ---- from outside ---- */

static void
on_outside(void *ctx, struct check_run *r)
{
	(void)r;
	go_on(ctx, NULL);
}

/* As DNS has it; it never decides, so that a router or a pending name undoes nothing. */
void
verify_outside(struct apply *a, apply_then *then)
{
	const struct check_options o = {
		.public_url = &a->plan->context.answers->public_url,
		.cacert = a->cacert,
		.only = "public.name,public.port,public.tls,public.answer",
		.timeout_ms = a->options.timeout_ms,
		.exposure_known = true,
	};
	struct err e = { 0 };

	a->seen = then;
	if (!url_is_loopback(o.public_url))
		a->outside = check_start(a->loop, a->net, a->plan->context.needs, &o, NULL,
		                         on_outside, a, &e);
	a->result.outside = a->outside;
	if (!a->outside)
		go_on(a, NULL);
}
