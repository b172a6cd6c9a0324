/*
 * caddy_admin.c - the running Caddy by its admin endpoint: does it run what its files say, and the reload.
 *
 * Measured with 2.6.2: /load heeds no If-Match, POST /config/ does; the ETag
 * comes behind the body of GET /config/; what is there equals what `caddy
 * adapt' makes of the files, unless somebody changed either since.
 */
#include "proxy/caddy.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/url.h"
#include "loop/net.h"
#include "loop/proc.h"
#include "proxy/boxed.h"

#define ASK_MS     5000
#define TAKE_MS    60000
#define MAX_CONFIG (16 << 20)

struct proxy_talk {
	struct loop                *loop;
	struct net                 *net;
	const struct proxy_context *c;
	proxy_talk_fn              *done;
	void                       *ctx;

	struct arena arena;
	const char  *url, *socket; /* of the endpoint; NULL: there is none that we talk to */
	const char  *mark;         /* of `take'; NULL: it looks */
	char        *tag;          /* as it was told just now */
	struct json *running;
	struct err   err;
	unsigned     timer, request;
	struct proc *proc;
};

void
proxy_talk_stop(struct proxy_talk *t)
{
	if (!t)
		return;
	loop_cancel(t->loop, t->timer);
	net_cancel(t->net, t->request);
	if (t->proc)
		proc_kill(t->proc);
	json_free(t->running);
	arena_free(&t->arena);
	free(t);
}

static void
tell(void *ctx)
{
	struct proxy_talk *t = ctx;

	t->timer = 0;
	t->done(t->ctx, t->tag, t->err.code ? &t->err : NULL);
}

static void
end(struct proxy_talk *t)
{
	t->timer = loop_after(t->loop, 0, tell, t);
}

/* ---- where ---- */

/* "localhost:2019", "127.0.0.1:2019", "unix//run/caddy.sock"; another machine is none of ours. */
static void
find_endpoint(struct proxy_talk *t)
{
	const struct proxy_found *f = t->c->found;
	const struct caddy_own *own = f->conf;
	const struct cdy_conf *conf = caddy_conf(f);
	const char *at = conf ? cdy_arg(cdy_child(conf->options, "admin"), 0) : "";
	struct err ignored = { 0 };
	struct url u;

	/* Values from the service's environment nobody else can fill in. */
	if (!f->running || f->box || f->container || !conf || conf->env || f->incomplete)
		return;
	if (!*at)
		at = own->admin && caddy_at_least(f, 2, 6, 3) ? own->admin : "localhost:2019";
	if (strncmp(at, "unix/", 5) == 0) {
		const char *path = at + strlen("unix/");

		t->socket = arena_strndup(&t->arena, path, strcspn(path, "|"));
		t->url = "http://127.0.0.1/config/";
		return;
	}
	at = arena_printf(&t->arena, "http://%s", strstr(at, "://") ? strstr(at, "://") + 3 : at);
	if (url_parse(&u, at, "http", URL_ANY, NULL, &ignored) == 0 && url_is_loopback(&u))
		t->url = arena_printf(&t->arena, "%s/config/", at);
}

static struct proxy_talk *
talk(struct loop *l, struct net *n, const struct proxy_context *c, const char *mark,
     proxy_talk_fn *done, void *ctx)
{
	struct proxy_talk *t = xcalloc(1, sizeof(*t));

	*t = (struct proxy_talk){ .loop = l, .net = n, .c = c, .done = done, .ctx = ctx };
	t->mark = arena_strdup(&t->arena, mark);
	find_endpoint(t);
	return t;
}

/* What the files say, in Caddy's own words: it follows their imports from where they lie. */
static void
adapt(struct proxy_talk *t, proc_done_fn *done)
{
	const struct proxy_found *f = t->c->found;

	t->proc = proc_start(t->loop, &(struct proc_request){
		.argv = (const char *const[]){ f->binary, "adapt", "--config",
		                               proxy_argument(&t->arena, t->c, f->config),
		                               "--adapter", "caddyfile", NULL },
		.timeout_ms = ASK_MS, .max_output = MAX_CONFIG, .done = done, .ctx = t,
	});
}

/* ---- look ---- */

static void
on_files(void *ctx, const struct proc_result *r)
{
	struct proxy_talk *t = ctx;
	const struct proxy_found *f = t->c->found;
	struct err ignored = { 0 };
	struct json *files = r->started && r->status == 0 ? json_parse(r->out.s, r->out.len, "caddy adapt", &ignored) : NULL;

	t->proc = NULL;
	if (files && !json_same(files, t->running))
		err_at(&t->err, ERR_CONFLICT, f->config, 0, 0,
		       _("Caddy runs another configuration than this file has, and a reload would drop it. "
		         "Make one of the other, then reload Caddy yourself."));
	/* A service is reloaded by its own command, and so is what was given one. */
	if (!files || ((struct caddy_own *)f->conf)->unit || t->c->answers->reload_argv)
		t->tag = NULL;
	json_free(files);
	end(t);
}

/* One that gives no answer is reloaded by its program, which says why it cannot. */
static void
on_running(void *ctx, const struct net_reply *r)
{
	struct proxy_talk *t = ctx;
	struct buf tag = BUF_INIT;
	struct err ignored = { 0 };

	t->request = 0;
	if (r->fault == NET_OK && r->status == 200)
		t->running = json_parse(r->body.s, r->body.len, "/config/", &ignored);
	if (t->running && net_header(&tag, r, "ETag", 0))
		t->tag = arena_strdup(&t->arena, tag.s);
	buf_free(&tag);
	if (t->running)
		adapt(t, on_files);
	else
		end(t);
}

struct proxy_talk *
caddy_look(struct loop *l, struct net *n, const struct proxy_context *c, proxy_talk_fn *done, void *ctx)
{
	struct proxy_talk *t = talk(l, n, c, NULL, done, ctx);

	if (t->url)
		t->request = net_start(n, &(struct net_request){
			.url = t->url, .where.socket = t->socket, .timeout_ms = ASK_MS, .max_body = MAX_CONFIG,
			.done = on_running, .ctx = t,
		});
	else
		end(t);
	return t;
}

/* ---- take ---- */

static void
on_taken(void *ctx, const struct net_reply *r)
{
	struct proxy_talk *t = ctx;
	struct buf said = BUF_INIT;

	t->request = 0;
	buf_printf(&said, "Error: %s", r->body.s);
	if (r->fault == NET_OK && r->status == 200)
		;
	else if (r->status == 412)
		err_set(&t->err, ERR_CONFLICT,
		        _("Somebody else changed what Caddy runs since it was looked at, so it was not reloaded."));
	else if (r->fault != NET_OK || !caddy_complaint(said.s, &t->err))
		err_set(&t->err, ERR_CHILD, _("Caddy did not take its files: %s"),
		        r->fault != NET_OK ? net_fault_name(r->fault) : arena_printf(&t->arena, "HTTP %ld", r->status));
	buf_free(&said);
	end(t);
}

static void
on_adapted(void *ctx, const struct proc_result *r)
{
	struct proxy_talk *t = ctx;
	const char *const headers[] = {
		"Content-Type: application/json", arena_printf(&t->arena, "If-Match: %s", t->mark), NULL,
	};

	t->proc = NULL;
	if (!r->started || r->timed_out || r->status != 0) {
		if (!caddy_complaint(r->err.s, &t->err))
			err_set(&t->err, ERR_CHILD, _("Caddy cannot read its files any more."));
		end(t);
		return;
	}
	t->request = net_start(t->net, &(struct net_request){
		.method = "POST", .url = t->url, .where.socket = t->socket, .headers = headers,
		.timeout_ms = TAKE_MS, .max_body = 65536, .body = r->out.s, .body_len = r->out.len,
		.done = on_taken, .ctx = t,
	});
}

struct proxy_talk *
caddy_take(struct loop *l, struct net *n, const struct proxy_context *c, const char *mark,
           proxy_talk_fn *done, void *ctx)
{
	struct proxy_talk *t = talk(l, n, c, mark, done, ctx);

	adapt(t, on_adapted);
	return t;
}
