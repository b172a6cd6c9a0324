/*
 * haproxy_blame.c - from a cause to the line of the present configuration that explains it.
 *
 * A line is named only if it is wrong, or if it is the place where something
 * is missing that HAProxy does not do by itself; a sound route blames nothing.
 */
#include "proxy/haproxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"

/* The route that is looked at. */
struct route {
	const struct hap_conf    *conf;
	const struct url         *url;
	struct hap_request        request;
	const struct hap_section *front;
	const struct hap_line    *bind; /* through which it comes */
	const struct hap_line    *rule; /* that chooses the backend, or NULL */
	const struct hap_section *back; /* NULL: none that can be named */
};

/* Lines and sections have file and line in common; this is one of both. */
struct guilty {
	const char *file; /* NULL: nobody */
	int         line;
};

typedef struct guilty culprit_fn(const struct route *r);

static const struct guilty nobody = { NULL, 0 };

static struct guilty
at(const struct hap_line *l)
{
	return l ? (struct guilty){ l->file, l->line } : nobody;
}

static const char *
word(const struct hap_line *l, size_t i)
{
	return l && i < l->n_args ? l->args[i] : "";
}

/* The line that leads to OpenChamber; what is missing on the way is missing above it. */
static struct guilty
leads(const struct route *r)
{
	for (const struct hap_line *l = r->back ? r->back->first : NULL; l; l = l->next)
		if (strcmp(l->args[0], "server") == 0)
			return at(l);
	if (r->rule)
		return at(r->rule);
	return r->front ? (struct guilty){ r->front->file, r->front->line } : nobody;
}

/* ---- rules: of the frontend first, then of the backend ---- */

typedef bool rule_fn(const struct hap_line *l, const void *ctx);

/* The last rule of a kind ("http-request") that meets this request and is what `is' looks for. */
static const struct hap_line *
last_rule(const struct route *r, const char *kind, rule_fn *is, const void *ctx)
{
	const struct hap_section *const order[] = { r->front ? r->front->defaults : NULL, r->front,
	                                            r->back ? r->back->defaults : NULL, r->back };
	const struct hap_line *last = NULL;

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		for (const struct hap_line *l = order[i] ? order[i]->first : NULL; l; l = l->next)
			if (strcmp(l->args[0], kind) == 0 && is(l, ctx) && hap_applies(order[i], l, &r->request) != HAP_NO)
				last = l;
	return last;
}

static bool
is_action(const struct hap_line *l, const void *ctx)
{
	const char *const *names = ctx;

	for (; *names; names++)
		if (strcmp(word(l, 1), *names) == 0)
			return true;
	return false;
}

static const struct hap_line *
action(const struct route *r, const char *kind, const char *const *names)
{
	return last_rule(r, kind, is_action, names);
}

static bool
changes_header(const struct hap_line *l, const void *name)
{
	static const char *const how[] = { "set-header", "del-header", "replace-header", "replace-value", NULL };

	return is_action(l, how) && strcasecmp(word(l, 2), name) == 0;
}

/* What the last rule about a header does with it; NULL: there is none. */
static const struct hap_line *
header(const struct route *r, const char *name)
{
	return last_rule(r, "http-request", changes_header, name);
}

static bool
sets(const struct hap_line *l)
{
	return strcmp(word(l, 1), "set-header") == 0;
}

/* ---- one cause each ---- */

static struct guilty
no_upgrade(const struct route *r)
{
	static const char *const names[] = { "Upgrade", "Connection" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct hap_line *l = header(r, names[i]);

		if (l && !(sets(l) && strcasestr(word(l, 3), i ? "upgrade" : "websocket")) && !strchr(word(l, 3), '%'))
			return at(l);
	}
	return at(r->back ? hap_option(r->back, "httpclose") : NULL);
}

/* Does the value give OpenChamber the name people type, with its port? */
static bool
is_right_host(const struct route *r, const char *value)
{
	const bool usual = url_port_is_default(r->url);
	struct buf want = BUF_INIT;
	bool right;

	url_host(&want, r->url);
	right = strcasecmp(value, want.s) == 0 || (strncmp(value, "%[", 2) == 0 && strcasestr(value, "hdr(host)") &&
	        (usual || !strchr(value, ',')));
	buf_free(&want);
	return right;
}

static struct guilty
wrong_host(const struct route *r)
{
	const struct hap_line *l = header(r, "X-Forwarded-Host");

	if (!l || strcmp(word(l, 1), "del-header") == 0)
		l = header(r, "Host");
	return !l || (sets(l) && is_right_host(r, word(l, 3))) ? nobody : at(l);
}

static bool
hears_tls(const struct route *r)
{
	return r->request.tls;
}

static bool
is_right_proto(const struct route *r, const struct hap_line *l)
{
	const char *value = word(l, 3);

	if (!sets(l))
		return false;
	if (strcmp(value, "http") == 0 || strcmp(value, "https") == 0)
		return strcmp(value, r->url->scheme) == 0;
	return strchr(value, '%') != NULL; /* an expression: cannot be told from here */
}

static struct guilty
wrong_proto(const struct route *r)
{
	const struct hap_line *l = header(r, "X-Forwarded-Proto");

	if (l)
		return is_right_proto(r, l) ? nobody : at(l);
	return strcmp(r->url->scheme, "https") == 0 ? leads(r) : nobody;
}

static struct guilty
redirects(const struct route *r)
{
	static const char *const names[] = { "redirect", NULL };
	const struct hap_line *l = action(r, "http-request", names);

	if (l)
		return at(l);
	for (l = r->front->first; l; l = l->next)
		if (strcmp(l->args[0], "redirect") == 0 && hap_applies(r->front, l, &r->request) != HAP_NO)
			return at(l);
	return nobody;
}

/* Events are late unless one of both has it; over TLS nobody waits. */
static struct guilty
buffered(const struct route *r)
{
	if (hap_option(r->front, "http-no-delay") || (r->back && hap_option(r->back, "http-no-delay")))
		return nobody;
	return hears_tls(r) ? nobody : (struct guilty){ r->front->file, r->front->line };
}

static const struct hap_line *
compression(const struct route *r, const char *what)
{
	const struct hap_line *l = r->back ? hap_effective(r->back, "compression", what) : NULL;

	return l ? l : hap_effective(r->front, "compression", what);
}

/* Without a list of types it compresses all of them. */
static struct guilty
compressed_stream(const struct route *r)
{
	const struct hap_line *algorithm = compression(r, "algo"), *types = compression(r, "type");

	if (!algorithm)
		return nobody;
	for (size_t i = 2; types && i < types->n_args; i++)
		if (strncasecmp("text/event-stream", types->args[i], strlen(types->args[i])) == 0)
			return at(types);
	return types ? nobody : at(algorithm);
}

static struct guilty
compressed_any(const struct route *r)
{
	return at(compression(r, "algo"));
}

static struct guilty
hidden_encoding(const struct route *r)
{
	return at(last_rule(r, "http-response", changes_header, "Content-Encoding"));
}

static struct guilty
twice(const struct route *r)
{
	const struct guilty hidden = hidden_encoding(r);

	return hidden.file ? hidden : compressed_any(r);
}

static bool
refuses_bodies(const struct hap_line *l, const void *ctx)
{
	static const char *const signs[] = { "413", "req.body_size", "req.body_len", "content-length" };

	(void)ctx;
	if (strcmp(word(l, 1), "deny") != 0 && strcmp(word(l, 1), "return") != 0 && strcmp(word(l, 1), "reject") != 0)
		return false;
	for (size_t i = 2; i < l->n_args; i++)
		for (size_t k = 0; k < ARRAY_LEN(signs); k++)
			if (strcasestr(l->args[i], signs[k]))
				return true;
	return false;
}

static struct guilty
small_body(const struct route *r)
{
	const struct hap_line *l = last_rule(r, "http-request", refuses_bodies, NULL);

	/* The size may stand in an acl of its own. */
	for (const struct hap_line *a = r->front->first; a && !l; a = a->next) {
		static const char *const deny[] = { "deny", NULL };

		if (strcmp(a->args[0], "acl") == 0 && a->n_args > 2 &&
		    (strcasestr(a->args[2], "content-length") || strstr(a->args[2], "req.body_size")))
			l = action(r, "http-request", deny);
	}
	return at(l);
}

static struct guilty
spooled(const struct route *r)
{
	static const char *const waits[] = { "wait-for-body", NULL };
	const struct hap_line *l = r->back ? hap_option(r->back, "http-buffer-request") : NULL;

	if (!l)
		l = hap_option(r->front, "http-buffer-request");
	return at(l ? l : action(r, "http-request", waits));
}

/* OpenChamber is never silent for over 30 s; a minute is enough. */
static bool
is_short(const struct hap_line *l)
{
	unsigned long long ms;

	return l && hap_milliseconds(word(l, 2), &ms) && ms > 0 && ms < 60000;
}

static struct guilty
cut_short(const struct route *r)
{
	const bool socket = strstr(r->request.path, "/ws") != NULL;
	const struct hap_line *tunnel = r->back ? hap_effective(r->back, "timeout", "tunnel") : NULL;
	const struct hap_line *server = r->back ? hap_effective(r->back, "timeout", "server") : NULL;
	const struct hap_line *client = hap_effective(r->front, "timeout", "client");

	/* Once a WebSocket is open the tunnel's time stands in for both others. */
	if (socket && tunnel)
		return is_short(tunnel) ? at(tunnel) : nobody;
	return is_short(server) ? at(server) : is_short(client) ? at(client) : nobody;
}

static struct guilty
cached(const struct route *r)
{
	static const char *const names[] = { "cache-use", NULL };

	return at(action(r, "http-request", names));
}

static struct guilty
mangled(const struct route *r)
{
	static const char *const names[] = { "set-path", "replace-path", "set-uri", "replace-uri", "set-pathq",
	                                     "replace-pathq", "normalize-uri", NULL };

	return at(action(r, "http-request", names));
}

/* Another rule, or the rule for all that no rule takes. */
static struct guilty
other_site(const struct route *r)
{
	return r->rule ? at(r->rule) : (struct guilty){ r->front->file, r->front->line };
}

/* It only adds: what the visitor sent comes first. */
static struct guilty
adds_forwarded(const struct route *r)
{
	const struct hap_line *l = header(r, "X-Forwarded-For");

	if (l)
		return sets(l) && !strcasestr(word(l, 3), "hdr(x-forwarded-for)") ? nobody : at(l);
	l = r->back ? hap_option(r->back, "forwardfor") : NULL;
	if (!l)
		l = hap_option(r->front, "forwardfor");
	return l ? at(l) : leads(r);
}

static struct guilty
no_forwarded(const struct route *r)
{
	const struct hap_line *l = header(r, "X-Forwarded-For");

	if (l)
		return sets(l) ? nobody : at(l);
	if (hap_option(r->front, "forwardfor") || (r->back && hap_option(r->back, "forwardfor")))
		return nobody;
	return leads(r);
}

static struct guilty
asks_login(const struct route *r)
{
	static const char *const names[] = { "auth", NULL };

	return at(action(r, "http-request", names));
}

static struct guilty
certificate(const struct route *r)
{
	return at(r->bind);
}

/* Of two frontends with one address HAProxy takes both, and each request goes to one by chance. */
struct twin {
	const struct route    *r;
	const struct hap_bind *first;
	struct hap_bind        copy;
	const struct hap_line *guilty;
};

static void
find_twin(void *ctx, const struct hap_bind *b)
{
	struct twin *t = ctx;

	if (b->first > t->r->url->port || b->last < t->r->url->port)
		return;
	if (!t->first) {
		t->copy = *b;
		t->first = &t->copy;
	} else if (!t->guilty && strcmp(t->first->address, b->address) == 0) {
		t->guilty = b->line;
	}
}

static struct guilty
shadows(const struct route *r)
{
	struct twin t = { .r = r };
	const struct hap_line *wanted = NULL;

	for (const struct hap_section *s = r->conf->first; s; s = s->next)
		if (hap_is_front(s))
			hap_each_bind(s, find_twin, &t);
	if (t.guilty)
		return at(t.guilty);
	/* A rule further up takes what a later one was meant for. */
	for (const struct hap_line *l = r->front->first; l; l = l->next)
		if (strcmp(l->args[0], "use_backend") == 0 && hap_applies(r->front, l, &r->request) == HAP_YES)
			wanted = l;
	return wanted && wanted != r->rule ? at(r->rule) : nobody;
}

static const struct {
	const char *cause;
	culprit_fn *look;
} culprits[] = {
	{ "ws-upgrade-lost",       no_upgrade },
	{ "ws-host-lost",          wrong_host },
	{ "ws-port-lost",          wrong_host },
	{ "ws-proto-lost",         wrong_proto },
	{ "cdn-flexible",          wrong_proto },
	{ "ws-redirected",         redirects },
	{ "redirect-loop",         redirects },
	{ "redirect-away",         redirects },
	{ "sse-buffered",          buffered },
	{ "sse-compressed",        compressed_stream },
	{ "gzip-twice",            twice },
	{ "gzip-mislabelled",      hidden_encoding },
	{ "gzip-added",            compressed_any },
	{ "body-limit",            small_body },
	{ "body-spooled",          spooled },
	{ "stream-cut",            cut_short },
	{ "api-cached",            cached },
	{ "upstream-down",         leads },
	{ "upstream-timeout",      leads },
	{ "upstream-opencode",     leads },
	{ "wrong-instance",        leads },
	{ "wrong-site",            other_site },
	{ "config-shadowed",       shadows },
	{ "path-mangled",          mangled },
	{ "forwarded-for-lost",    no_forwarded },
	{ "forwarded-for-trusted", adds_forwarded },
	{ "auth-layer",            asks_login },
	{ "tls-untrusted",         certificate },
	{ "tls-name",              certificate },
	{ "tls-expired",           certificate },
};

/* ---- which frontend takes it ---- */

struct choosing {
	struct route             *r;
	const struct hap_section *front;
	bool                      any_port;
};

static void
choose(void *ctx, const struct hap_bind *b)
{
	struct choosing *k = ctx;
	struct route *r = k->r;
	struct hap_request q = r->request;
	const struct hap_line *rule;

	if (!k->any_port && (b->first > r->url->port || b->last < r->url->port))
		return;
	q.tls = b->tls;
	rule = hap_takes(k->front, &q);
	/* The first that has a rule for the name; else the first that listens at all. */
	if (r->front && (r->rule || !rule))
		return;
	r->front = k->front;
	r->bind = b->line;
	r->rule = rule;
	r->request = q;
}

static void
find_front(struct route *r, bool any_port)
{
	for (const struct hap_section *s = r->conf->first; s; s = s->next) {
		struct choosing k = { .r = r, .front = s, .any_port = any_port };

		if (hap_is_front(s) && strcmp(hap_mode(s), "http") == 0)
			hap_each_bind(s, choose, &k);
	}
}

bool
haproxy_blame(const struct proxy_found *f, const char *cause, const struct url *public_url,
              const char *path, const char **file, int *line)
{
	const struct haproxy_own *own = haproxy_own(f);
	char host[300], header_text[320];
	struct route r = { .url = public_url, .request = { .host = host, .header = header_text, .path = path } };
	struct guilty g = nobody;

	if (!own || !own->read)
		return false;
	r.conf = &own->conf;
	snprintf(host, sizeof(host), public_url->ipv6 ? "[%s]" : "%s", public_url->host);
	snprintf(header_text, sizeof(header_text), url_port_is_default(public_url) ? "%s" : "%s:%u", host,
	         public_url->port);
	find_front(&r, false);
	/* Behind a router the public port need not be one of HAProxy's. */
	if (!r.front)
		find_front(&r, true);
	if (!r.front)
		return false;
	r.back = r.rule ? hap_back_named(r.conf, word(r.rule, 1)) : hap_is_back(r.front) ? r.front : NULL;
	for (size_t i = 0; i < ARRAY_LEN(culprits) && !g.file; i++)
		if (strcmp(culprits[i].cause, cause) == 0)
			g = culprits[i].look(&r);
	if (!g.file)
		return false;
	*file = g.file;
	*line = g.line;
	return true;
}
