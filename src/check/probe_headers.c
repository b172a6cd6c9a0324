/*
 * Do Host and the X-Forwarded headers reach the app?  In a rehearsal the probe
 * origin says what arrived, on every kind of route, since a location of a
 * proxy may set headers of its own and lose all others.  In life the app's
 * behaviour tells: what Origin it accepts, what it calls itself.
 */
#include "check/run.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"

#define FORGED_FOR  "203.0.113.66"
#define FORGED_HOST "forged.invalid"

static const char *const forged[] = {
	"X-Forwarded-For: " FORGED_FOR,
	"X-Forwarded-Host: " FORGED_HOST,
	"X-Real-IP: " FORGED_FOR,
	NULL,
};

struct echoes {
	struct side *side;
	size_t       left;
	/* The first route on which it was found; NULL: on none. */
	const char  *unseen, *host, *port, *proto, *client, *believed;
	const char  *host_seen, *proto_seen, *believed_what;
};

struct echo {
	struct echoes *all;
	const char    *path;
	bool           forged;
};

/* The first value of a header as it arrived, up to a comma; NULL: it did not. */
static char *
arrived(struct arena *a, const struct json *j, const char *name)
{
	const struct json *list = json_get(j, "headers");

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *h = json_at(list, i);
		const char *value = json_get_string(h, "value", "");
		size_t len = strcspn(value, ",");

		if (strcasecmp(json_get_string(h, "name", ""), name))
			continue;
		while (len && value[len - 1] == ' ')
			len--;
		return say_clean(a, value, len, 120);
	}
	return NULL;
}

static bool
same_name(const char *host, const char *name)
{
	size_t n = strlen(name);

	return !strncasecmp(host, name, n) && (host[n] == '\0' || host[n] == ':');
}

static void
read_plain(struct echo *x, const struct json *j)
{
	struct echoes *e = x->all;
	struct arena *a = &e->side->run->arena;
	char *host = arrived(a, j, "X-Forwarded-Host"), *proto = arrived(a, j, "X-Forwarded-Proto");
	char *client = arrived(a, j, "X-Forwarded-For");

	if (!host)
		host = arrived(a, j, "Host");
	if (!host)
		host = arena_strdup(a, "");
	if (strcmp(host, e->side->host)) {
		const char **which = same_name(host, e->side->url.host) ? &e->port : &e->host;

		if (!*which)
			*which = x->path;
		if (!e->host_seen)
			e->host_seen = host;
	}
	if (strcmp(proto ? proto : "http", e->side->url.scheme) && !e->proto) {
		e->proto = x->path;
		e->proto_seen = proto ? proto : _("nothing");
	}
	if ((!client || !*client) && !e->client)
		e->client = x->path;
}

static void
read_forged(struct echo *x, const struct json *j)
{
	struct echoes *e = x->all;
	struct arena *a = &e->side->run->arena;
	char *client = arrived(a, j, "X-Forwarded-For"), *host = arrived(a, j, "X-Forwarded-Host");

	if (e->believed)
		return;
	if (client && !strcmp(client, FORGED_FOR))
		e->believed_what = "X-Forwarded-For";
	else if (host && !strcmp(host, FORGED_HOST))
		e->believed_what = "X-Forwarded-Host";
	else
		return;
	e->believed = x->path;
}

static void
judge_echoes(struct echoes *e)
{
	struct check *host = check_on(e->side, "headers.host");
	struct check *proto = check_on(e->side, "headers.proto");
	struct check *client = check_on(e->side, "headers.client");

	note_string(host, "arrived", e->host_seen);
	note_string(proto, "arrived", e->proto_seen);
	if (e->unseen) {
		check_skip(host, _("The echo of %s did not come back."), e->unseen);
		check_skip(proto, _("The echo of %s did not come back."), e->unseen);
		check_skip(client, _("The echo of %s did not come back."), e->unseen);
		return;
	}
	if (e->host || e->port)
		check_blame(host, CHECK_FAIL, e->host ? "ws-host-lost" : "ws-port-lost",
		            _("On %1$s the Host arrives as %2$s"),
		            e->host ? e->host : e->port, e->host_seen);
	else
		check_pass(host, _("Host arrives whole on every route: %s"), e->side->host);
	if (e->proto)
		check_blame(proto, CHECK_FAIL, "ws-proto-lost",
		            _("On %1$s X-Forwarded-Proto arrives as: %2$s"),
		            e->proto, e->proto_seen);
	else
		check_pass(proto, _("The scheme arrives on every route: %s"), e->side->url.scheme);
	if (e->believed) {
		note_string(client, "believed", e->believed_what);
		check_blame(client, CHECK_FAIL, "forwarded-for-trusted",
		            _("On %1$s a forged %2$s comes first."),
		            e->believed, e->believed_what);
	} else if (e->client)
		check_blame(client, CHECK_FAIL, "forwarded-for-lost",
		            _("On %s no X-Forwarded-For arrives."), e->client);
	else
		check_pass(client, _("The visitor's address arrives; forged ones are refused."));
}

static void
on_echo(void *ctx, const struct net_reply *r)
{
	struct echo *x = ctx;
	struct json *j = r->status == 200 ? answer_json(r) : NULL;

	if (!j || !json_get(j, "headers"))
		x->all->unseen = x->path;
	else if (x->forged)
		read_forged(x, j);
	else
		read_plain(x, j);
	json_free(j);
	if (--x->all->left == 0)
		judge_echoes(x->all);
}

static void
ask_echo(struct echoes *e, const char *path)
{
	struct arena *a = &e->side->run->arena;

	for (int i = 0; i < 2; i++) {
		struct echo *x = arena_alloc(a, sizeof(*x));

		x->all = e;
		x->path = path;
		x->forged = i;
		e->left++;
		probe_ask(e->side, arena_printf(a, "%s?antechamber=echo", path),
		          &(struct net_request){
			.headers = i ? forged : NULL, .done = on_echo, .ctx = x }, false);
	}
}

static void
rehearse(struct side *s)
{
	const struct needs *needs = s->run->needs;
	struct echoes *e = arena_alloc(&s->run->arena, sizeof(*e));

	e->side = s;
	ask_echo(e, "/");
	ask_echo(e, needs->upload);
	for (size_t i = 0; i < needs->n_sockets; i++)
		ask_echo(e, needs->sockets[i].path);
	for (size_t i = 0; i < needs->n_streams; i++)
		ask_echo(e, needs->streams[i].path);
}

/* What the app calls itself without a login: the name it saw, without the port. */
static void
on_passkey(void *ctx, const struct net_reply *r)
{
	struct side *s = ctx;
	struct check *c = check_on(s, "headers.host");
	struct json *j = r->status == 200 ? answer_json(r) : NULL;
	const char *name = j ? json_get_string(j, "rpID", "") : "";

	note_string(c, "rp_id", name);
	if (!*name)
		check_moot(c, _("OpenChamber does not say which name it sees."));
	else if (strcasecmp(name, s->url.host))
		check_blame(c, CHECK_WARN, "ws-host-lost",
		            _("OpenChamber sees the name %1$s instead of %2$s"),
		            say_clean(&s->run->arena, name, strlen(name), 100), s->url.host);
	else
		s->named = true;
	json_free(j);
	headers_judge(s->run);
}

void
probe_headers(struct side *s)
{
	struct check *host = check_on(s, "headers.host");

	if (s->target == TARGET_REHEARSAL) {
		rehearse(s);
		return;
	}
	check_moot(check_on(s, "headers.client"),
	           _("What arrives there only a rehearsal can see."));
	if (s->run->auth == AUTH_NONE) {
		check_moot(host, _("Without a UI password OpenChamber does not look at it."));
		check_moot(check_on(s, "headers.proto"),
		           _("Without a UI password OpenChamber does not look at it."));
	} else if (check_open(host)) {
		probe_get(s, "/auth/passkey/status", on_passkey, s);
	}
	headers_judge(s->run);
}

/* What the sockets of the way in found, once all of them are over. */
struct sockets_found {
	bool over, host_lost, proto_lost, secure;
};

static struct sockets_found
sockets_found(const struct check_run *r, struct side *s)
{
	struct sockets_found f = { .over = true };

	for (size_t i = 0; r->sockets[FRONT] && i < r->needs->n_sockets; i++) {
		struct check *w = check_route(s, GROUP_WEBSOCKET, i);
		const char *cause = w && w->result.cause ? w->result.cause->id : "";

		if (check_open(w))
			return (struct sockets_found){ .over = false };
		f.host_lost |= !strcmp(cause, "ws-host-lost") || !strcmp(cause, "ws-port-lost");
		f.proto_lost |= !strcmp(cause, "ws-proto-lost") || !strcmp(cause, "cdn-flexible");
		f.secure |= w && json_get_bool(w->result.observed, "secure", false);
	}
	return f;
}

/*
 * Both are told by the sockets too: a location may set headers of its own, so
 * that the name arrives at one path and not at another; the scheme is in an
 * accepted Origin, or in a cookie marked Secure.
 */
void
headers_judge(struct check_run *r)
{
	struct side *s = &r->side[FRONT];
	struct check *host = s->present ? check_on(s, "headers.host") : NULL;
	struct check *proto = s->present ? check_on(s, "headers.proto") : NULL;
	struct sockets_found f;

	if (!s->present || s->target == TARGET_REHEARSAL || !(f = sockets_found(r, s)).over)
		return;
	if (check_open(host) && s->named && f.host_lost)
		check_moot(host, _("The WebSocket checks say more."));
	else if (check_open(host) && s->named)
		check_pass(host, _("OpenChamber sees the name %s"), s->url.host);
	if (!check_open(proto) || !s->answered || !r->auth_known || !r->sockets[FRONT])
		return;
	if (f.proto_lost)
		check_moot(proto, _("The WebSocket checks say more."));
	else if (r->origin_proved || f.secure)
		check_pass(proto, _("OpenChamber knows that visitors come by %s."), s->url.scheme);
	else if (side_auth(s) == AUTH_IN)
		check_moot(proto, _("No WebSocket opened here, so this cannot be told."));
	else
		check_moot(proto, _("Without a login on a WebSocket this cannot be told."));
}
