/* npm_service.c - how Nginx Proxy Manager lets in, answers, and shows a proxy host. */
#include "proxy/npm.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "base/text.h"

#define NGINX_ERR_MAX 300 /* bytes of what its nginx said that are shown */

/* ---- reading what it says ---- */

bool
npm_flag(const struct json *object, const char *key)
{
	return json_get_bool(object, key, false) || json_get_int(object, key, 0) == 1;
}

const struct json *
npm_host_named(const struct json *hosts, const char *domain)
{
	for (size_t i = 0; i < json_len(hosts); i++) {
		const struct json *names = json_get(json_at(hosts, i), "domain_names");

		for (size_t k = 0; k < json_len(names); k++) {
			const char *name = json_text(json_at(names, k));

			if (name && strcasecmp(name, domain) == 0)
				return json_at(hosts, i);
		}
	}
	return NULL;
}

const char *
npm_message(struct arena *a, const struct json *body)
{
	return service_said(a, json_get_string(json_get(body, "error"), "message", ""));
}

/* ---- letting in ---- */

static void
let_in(struct client *s, const struct json *body)
{
	struct err e = { 0 };

	err_set(&e, ERR_NET, _("What answers is not Nginx Proxy Manager: it gave no token."));
	client_let_in_by_token(s, json_get_string(body, "token", ""), &e);
}

/* A code is good once: one that was used, or that is old, is asked for again. */
static void
on_code(void *ctx, const struct json *body, const struct err *e)
{
	struct client *s = ctx;
	struct err why = { 0 };

	if (!e) {
		let_in(s, body);
	} else if (e->code != ERR_VALUE) {
		client_let_in(s, NULL, e);
	} else if (client_asks_code(s)) {
		client_log_in(s);
	} else {
		err_set(&why, ERR_VALUE,
		        _("Nginx Proxy Manager refuses the two-factor code, which is good once. Put a fresh one on the second line of the secret file."));
		client_let_in(s, NULL, &why);
	}
}

static void
send_code(struct client *s, const char *challenge)
{
	struct json *j = json_object();
	struct buf body = BUF_INIT;

	json_set_string(j, "challenge_token", challenge);
	json_set_string(j, "code", client_code(s));
	json_write(&body, j, false);
	json_free(j);
	client_ask(s, "POST", "/api/tokens/2fa", body.s, 0, on_code, s);
	mem_wipe(body.s, body.len);
	buf_free(&body);
}

static void
on_login(void *ctx, const struct json *body, const struct err *e)
{
	struct client *s = ctx;
	struct err why = { 0 };

	if (e) {
		client_let_in(s, NULL, e);
	} else if (!npm_flag(body, "requires_2fa")) {
		let_in(s, body);
	} else if (client_code(s) || client_asks_code(s)) {
		send_code(s, json_get_string(body, "challenge_token", ""));
	} else {
		err_set(&why, ERR_VALUE,
		        _("Nginx Proxy Manager asks for a two-factor code. Put a fresh one on the second line of the secret file."));
		client_let_in(s, NULL, &why);
	}
}

static void
npm_log_in(struct client *s, const char *secret)
{
	struct json *j = json_object();
	struct buf body = BUF_INIT;

	json_set_string(j, "identity", client_identity(s));
	json_set_string(j, "secret", secret);
	json_write(&body, j, false);
	json_free(j);
	client_ask(s, "POST", "/api/tokens", body.s, 0, on_login, s);
	mem_wipe(body.s, body.len);
	buf_free(&body);
}

/* ---- what its answers mean ---- */

static int
answer_to_login(long status, const char *said, struct err *e)
{
	if (status == 400 || status == 401)
		return err_set(e, ERR_VALUE, _("Nginx Proxy Manager does not let this login in: %s"),
		               said);
	if (status == 404)
		return err_set(e, ERR_NET, _("What answers is not Nginx Proxy Manager."));
	return err_set(e, ERR_NET, _("Nginx Proxy Manager answered the login with status %ld."), status);
}

/* A missing right is 404 with the path in 2.13 to 2.15, 403 before and after. */
static bool
lacks_right(long status, const char *said)
{
	return status == 401 || status == 403 ||
	       (status == 404 && strstr(said, "Not Found - /")) ||
	       (status == 400 && strstr(said, "Token has expired"));
}

static int
npm_answer(long status, const struct json *body, const char *path, struct err *e)
{
	struct arena a = { 0 };
	const char *said = npm_message(&a, body);
	int rc = -1;

	/* What is looked for comes in a list, an empty one where it is not there: nothing else says so. */
	if (status >= 200 && status < 300 && (strstr(path, "?query=") ? json_is_array(body) : body != NULL))
		rc = 0;
	else if (strncmp(path, "/api/tokens", 11) == 0)
		answer_to_login(status, said, e);
	else if (lacks_right(status, said))
		err_set(e, ERR_VALUE,
		        _("This user of Nginx Proxy Manager has no right to its proxy hosts (status %ld)."),
		        status);
	else if (*said)
		err_set(e, status < 500 ? ERR_VALUE : ERR_NET,
		        _("Nginx Proxy Manager answered with status %1$ld: %2$s"), status, said);
	else
		err_set(e, ERR_NET, _("Nginx Proxy Manager answered with status %ld."), status);
	arena_free(&a);
	return rc;
}

/* ---- a proxy host ---- */

static bool
is_bool(const struct json *object, const char *key)
{
	return json_get_bool(object, key, true) == json_get_bool(object, key, false);
}

struct picking {
	struct json       *out;
	const struct json *host, *was;
};

/* Of each location only what we send: it adds members of its own. */
static struct json *
pick_list(const struct json *wanted, const struct json *list)
{
	struct json *out = json_array();

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *like = json_at(wanted, json_len(wanted) > i ? i : 0);
		const struct json *one = json_at(list, i);

		if (json_is_object(like) && json_is_object(one))
			json_push(out, npm_members(like, one, NULL));
		else
			json_push(out, json_copy(one));
	}
	return out;
}

/* A new certificate has a number of its own, and counts as the "new" that was asked for; none is 0 or "0". */
static void
pick_certificate(struct picking *p, const struct json *wanted)
{
	const long long now = json_get_int(p->host, "certificate_id", 0);

	if (json_text(wanted) && now > 0 && now != json_get_int(p->was, "certificate_id", 0))
		json_set_string(p->out, "certificate_id", json_text(wanted));
	else
		json_set_int(p->out, "certificate_id", now);
}

/* One member as the call has it: booleans as booleans, nothing as empty. */
static void
pick_one(void *ctx, const char *key, const struct json *wanted)
{
	struct picking *p = ctx;
	const struct json *now = json_get(p->host, key);
	struct json *like = json_object();

	json_set(like, "x", json_copy(wanted));
	if (is_bool(like, "x"))
		json_set_bool(p->out, key, npm_flag(p->host, key));
	else if (strcmp(key, "certificate_id") == 0)
		pick_certificate(p, wanted);
	else if (json_text(wanted) && !json_get_string(p->host, key, NULL))
		json_set_string(p->out, key, "");
	else if (json_len(wanted) || strcmp(key, "locations") == 0)
		json_set(p->out, key, pick_list(wanted, now));
	else
		json_set(p->out, key, now ? json_copy(now) : json_null());
	json_free(like);
}

struct json *
npm_members(const struct json *wanted, const struct json *host, const struct json *was)
{
	struct picking p = { .out = json_object(), .host = host, .was = was };

	json_each(wanted, pick_one, &p);
	return p.out;
}

static void
npm_state(struct service_state *out, struct arena *a, const struct call *c, const struct json *body)
{
	const struct json *host = npm_host_named(body, c->key);
	const char *like = c->is ? c->is : c->was;
	struct err e = { 0 };

	*out = (struct service_state){ 0 };
	if (!host || !like)
		return;
	struct json *wanted = json_parse(like, strlen(like), c->key, &e);
	struct json *was = c->was ? json_parse(c->was, strlen(c->was), c->key, &e) : NULL;
	out->fields = npm_members(wanted, host, was);
	out->id = arena_printf(a, "%lld", json_get_int(host, "id", 0));
	json_free(wanted);
	json_free(was);
}

/* Of a host that is switched off its nginx says nothing new. */
static bool
is_off(const struct json *host)
{
	return json_get(host, "enabled") && !npm_flag(host, "enabled");
}

/* The status of a request says nothing: only what its nginx said of the host counts. */
static int
npm_judge(const struct call *c, const struct json *body, struct err *e)
{
	const struct json *host = npm_host_named(body, c->key), *meta = json_get(host, "meta");
	const char *said = json_get_string(meta, "nginx_err", "");
	struct buf safe = BUF_INIT;

	if (!host || npm_flag(meta, "nginx_online") || is_off(host))
		return 0;
	if (!*said && !json_get(meta, "nginx_online"))
		return 1;
	text_safe(&safe, said, strlen(said), NGINX_ERR_MAX);
	err_set(e, ERR_FAILED, _("The nginx of Nginx Proxy Manager refuses the host: %s"), safe.s);
	buf_free(&safe);
	return -1;
}

const struct service service_npm = {
	.name       = "npm",
	.label      = "Nginx Proxy Manager",
	.timeout_ms = 30000,
	.settle_ms  = 1500, /* it reloads its nginx after it has answered */
	.secret_by  = "npm.secret-file",
	.log_in     = npm_log_in,
	.answer     = npm_answer,
	.state      = npm_state,
	.judge      = npm_judge,
};
