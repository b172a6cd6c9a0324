/* npm_read.c - what is there now: is it Nginx Proxy Manager, may this user, is the host there, a certificate. */
#include "proxy/npm.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/i18n.h"

#define TIMEOUT_MS 10000
#define MAX_HELLO  65536
#define MAX_SITES  64

struct reading {
	struct client_reading base;
	struct net           *net;
	const char           *root;
	const struct answers *answers;
	struct proxy_found   *found;
	unsigned              request;
	size_t                at;     /* of the questions */
	bool                  manages;
};

static struct npm_own *
own(struct reading *r)
{
	return r->found->conf;
}

/* ---- after the login: one question after the other ---- */

static bool
has_text(const struct json *list, const char *text)
{
	for (size_t i = 0; i < json_len(list); i++) {
		const char *one = json_text(json_at(list, i));

		if (one && strcmp(one, text) == 0)
			return true;
	}
	return false;
}

static int
take_user(struct reading *r, const struct json *body, struct err *e)
{
	const struct json *rights = json_get(body, "permissions");
	const bool admin = has_text(json_get(body, "roles"), "admin");
	const bool hosts = strcmp(json_get_string(rights, "proxy_hosts", ""), "manage") == 0;

	own(r)->may_certify = admin ||
	                      strcmp(json_get_string(rights, "certificates", ""), "manage") == 0;
	if (admin || hosts)
		return 0;
	return err_set(e, ERR_VALUE,
	               _("This user of Nginx Proxy Manager may not change proxy hosts. Give it that right under Users."));
}

/* From here, where it is on another machine; else by any address of this one. */
static char *
serves_at(const struct reading *r)
{
	struct url u;
	struct err ignored = { 0 };

	if (url_parse(&u, r->answers->npm_url, "http", URL_ANY, NULL, &ignored) < 0 ||
	    url_is_loopback(&u))
		return arena_strdup(&r->found->arena, "*");
	return arena_strdup(&r->found->arena, u.host);
}

static void
add_site(struct reading *r, struct proxy_site *site, const struct json *host)
{
	struct arena *a = &r->found->arena;
	const struct json *names = json_get(host, "domain_names");
	const size_t n = json_len(names);

	*site = (struct proxy_site){ .n_listens = 1 };
	site->n_listens += json_get_int(host, "certificate_id", 0) > 0;
	site->names = arena_alloc(a, (n + 1) * sizeof(*site->names));
	for (size_t i = 0; i < n; i++) {
		const char *name = json_text(json_at(names, i));

		site->names[i] = arena_strdup(a, name ? name : "");
	}
	site->listens = arena_alloc(a, 2 * sizeof(*site->listens));
	site->listens[0] = (struct proxy_listen){ .address = serves_at(r), .port = 80 };
	site->listens[1] = (struct proxy_listen){ .address = serves_at(r), .port = 443,
	                                          .tls = true };
	site->file = arena_printf(a, "%s/nginx/proxy/%lld", r->answers->npm_url,
	                          json_get_int(host, "id", 0));
	site->upstream = arena_printf(a, "%s://%s:%lld",
	                              json_get_string(host, "forward_scheme", "http"),
	                              json_get_string(host, "forward_host", ""),
	                              json_get_int(host, "forward_port", 0));
	site->ours = strstr(json_get_string(host, "advanced_config", ""), PROXY_MARK) != NULL;
}

static int
take_hosts(struct reading *r, const struct json *body, struct err *e)
{
	const struct json *host = npm_host_named(body, r->answers->public_url.host);
	const size_t n = json_len(body) < MAX_SITES ? json_len(body) : MAX_SITES;

	(void)e;
	own(r)->host = host ? json_copy(host) : NULL;
	r->found->sites = arena_alloc(&r->found->arena, (n + 1) * sizeof(*r->found->sites));
	for (size_t i = 0; i < n; i++)
		if (!json_get(json_at(body, i), "enabled") || npm_flag(json_at(body, i), "enabled"))
			add_site(r, &r->found->sites[r->found->n_sites++], json_at(body, i));
	return 0;
}

static int
take_other(struct reading *r, const struct json *body, struct err *e)
{
	(void)e;
	if (npm_host_named(body, r->answers->public_url.host) && !own(r)->taken_by)
		own(r)->taken_by = r->at == 2 ? "redirection-hosts" : "dead-hosts";
	return 0;
}

/* "2026-11-22 20:32:24", or with a T between. */
static bool
is_expired(const struct json *certificate)
{
	const char *text = json_get_string(certificate, "expires_on", "");
	const time_t now = time(NULL);
	struct tm tm;
	char today[16] = "";

	if (gmtime_r(&now, &tm))
		strftime(today, sizeof(today), "%Y-%m-%d", &tm);
	return strlen(text) >= 10 && strncmp(text, today, 10) < 0;
}

/* "*.example.org" covers one label. */
static bool
covers(const char *name, const char *host)
{
	const char *dot = strchr(host, '.');

	return strcasecmp(name, host) == 0 ||
	       (strncmp(name, "*.", 2) == 0 && dot && strcasecmp(name + 1, dot) == 0);
}

static int
take_certificates(struct reading *r, const struct json *body, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < json_len(body); i++) {
		const struct json *one = json_at(body, i), *names = json_get(one, "domain_names");

		for (size_t k = 0; k < json_len(names); k++) {
			const char *name = json_text(json_at(names, k));

			if (name && !is_expired(one) && covers(name, r->answers->public_url.host) &&
			    json_get_int(one, "id", 0) > own(r)->certificate)
				own(r)->certificate = json_get_int(one, "id", 0);
		}
	}
	return 0;
}

static const struct question {
	const char *path;
	bool        is_list;
	bool        may_fail; /* for want of a right: then it is as if nothing were there */
	int       (*take)(struct reading *r, const struct json *body, struct err *e);
} questions[] = {
	{ "/api/users/me?expand=permissions", false, false, take_user },
	{ "/api/nginx/proxy-hosts",           true,  false, take_hosts },
	{ "/api/nginx/redirection-hosts",     true,  true,  take_other },
	{ "/api/nginx/dead-hosts",            true,  true,  take_other },
	{ "/api/nginx/certificates",          true,  true,  take_certificates },
};

static void
on_question(void *ctx, const struct json *body, const struct err *e)
{
	struct reading *r = ctx;
	const struct question *q = &questions[r->at];
	struct err why = { 0 };

	if (e)
		why = *e;
	else if (q->is_list && !json_is_array(body))
		err_set(&why, ERR_NET, _("What answers is not Nginx Proxy Manager."));
	else
		q->take(r, body, &why);
	if (why.code && !(q->may_fail && why.code == ERR_VALUE)) {
		client_reading_end(&r->base, &why);
		return;
	}
	if (++r->at == ARRAY_LEN(questions)) {
		own(r)->read = r->found->installed = r->found->running = true;
		client_reading_end(&r->base, NULL);
		return;
	}
	client_ask(r->base.client, "GET", questions[r->at].path, NULL, 0, on_question, r);
}

static void
on_opened(void *ctx, const struct json *body, const struct err *e)
{
	struct reading *r = ctx;

	(void)body;
	if (e)
		client_reading_end(&r->base, e);
	else
		client_ask(r->base.client, "GET", questions[0].path, NULL, 0, on_question, r);
}

/* ---- who is there? ---- */

static int
take_hello(struct reading *r, const struct net_reply *reply, struct err *e)
{
	struct err ignored = { 0 };
	struct json *j = json_parse(reply->body.s, reply->body.len, r->answers->npm_url, &ignored);
	const struct json *version = json_get(j, "version"), *setup = json_get(j, "setup");
	struct proxy_found *f = r->found;
	int rc = 0;

	if (reply->fault != NET_OK)
		rc = err_set(e, ERR_NET, _("Nothing answers at %1$s, where %2$s was expected."),
		             r->answers->npm_url, service_npm.label);
	else if (strcmp(json_get_string(j, "status", ""), "OK") != 0 ||
	         json_get_int(version, "major", 0) != 2 || json_get_int(version, "minor", -1) < 0)
		rc = err_set(e, ERR_NET,
		             _("What answers at %s is not Nginx Proxy Manager. Its own pages are usually on port 81."),
		             r->answers->npm_url);
	else if (setup && !npm_flag(j, "setup"))
		rc = err_set(e, ERR_VALUE,
		             _("Nginx Proxy Manager has no user yet. Open %s and create one, then try again."),
		             r->answers->npm_url);
	if (rc == 0) {
		f->v[0] = 2;
		f->v[1] = (unsigned)json_get_int(version, "minor", 0);
		f->v[2] = (unsigned)json_get_int(version, "revision", 0);
		f->version = arena_printf(&f->arena, "%u.%u.%u", f->v[0], f->v[1], f->v[2]);
	}
	json_free(j);
	return rc;
}

static void
on_hello(void *ctx, const struct net_reply *reply)
{
	struct reading *r = ctx;
	const struct answers *a = r->answers;
	const struct client_whose w = { &service_npm, a->npm_url, a->npm_identity,
	                                 a->npm_secret_file, r->root };
	struct err e = { 0 };

	r->request = 0;
	if (take_hello(r, reply, &e) < 0)
		client_reading_end(&r->base, &e);
	else
		r->base.client = client_open(r->base.loop, r->net, &w, on_opened, r);
}

/* What containers reach this server by: their own bridges first. */
static void
note_addresses(struct reading *r)
{
	struct machine m;
	struct arena *a = &r->found->arena;
	size_t n = 0, k = 0;

	machine_read(&m, r->root);
	while (m.addresses && m.addresses[n])
		n++;
	own(r)->addresses = arena_alloc(a, (n + 1) * sizeof(*own(r)->addresses));
	for (int bridge = 1; bridge >= 0; bridge--)
		for (size_t i = 0; i < n; i++) {
			const char *one = m.addresses[i];

			if ((strncmp(one, "172.", 4) == 0) == bridge && !strchr(one, ':'))
				own(r)->addresses[k++] = arena_strdup(a, one);
		}
	machine_free(&m);
}

static int
check_answers(const struct answers *a, struct err *e)
{
	const char *key = !a->npm_url ? "npm.url" : !a->npm_identity ? "npm.identity" :
	                  !a->npm_secret_file ? "npm.secret-file" : NULL;

	return key ? answers_err(e, a, key, _("this answer is needed and not there")) : 0;
}

void
npm_read(struct loop *l, struct net *n, const char *root, const struct answers *a,
         struct proxy_found *f, void (*done)(void *ctx, const struct err *e), void *ctx)
{
	struct reading *r = xcalloc(1, sizeof(*r));
	struct arena scratch = { 0 };
	struct err e = { 0 };

	*r = (struct reading){ .base = { .loop = l, .drop = free, .done = done, .ctx = ctx },
	                       .net = n, .root = root, .answers = a, .found = f };
	npm_forget(f);
	f->conf = xcalloc(1, sizeof(struct npm_own));
	own(r)->may_certify = true; /* until it is known */
	note_addresses(r);
	if (npm_by_hand(a)) {
		client_reading_end(&r->base, NULL);
		return;
	}
	if (check_answers(a, &e) < 0) {
		client_reading_end(&r->base, &e);
		return;
	}
	const struct net_request q = {
		.url = arena_printf(&scratch, "%s/api/", a->npm_url), .timeout_ms = TIMEOUT_MS,
		.max_body = MAX_HELLO, .done = on_hello, .ctx = r,
	};
	r->request = net_start(n, &q);
	arena_free(&scratch);
}

/* ---- as the table wants it ---- */

/* Without its address nothing can be asked; npm_read() finds out. */
void
npm_detect(struct loop *l, const char *root, const struct machine *m, struct proxy_found *f,
           void (*done)(void *ctx), void *ctx)
{
	(void)l;
	(void)root;
	(void)m;
	f->proxy = &proxy_npm;
	done(ctx);
}

void
npm_forget(struct proxy_found *f)
{
	struct npm_own *o = f->conf;

	if (o)
		json_free(o->host);
	free(o);
	f->conf = NULL;
	f->sites = NULL;
	f->n_sites = 0;
}
