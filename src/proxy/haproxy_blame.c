/*
 * haproxy_blame.c - from a cause to the line of the present configuration that explains it.
 *
 * A line is named only if it is wrong, or if it is the place where something
 * is missing that HAProxy does not do by itself; a sound route blames nothing.
 */
#include "proxy/haproxy_blame.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct haproxy_guilty nobody = { NULL, 0 };

struct haproxy_guilty
haproxy_at(const struct hap_line *l)
{
	return l ? (struct haproxy_guilty){ l->file, l->line } : nobody;
}

const char *
haproxy_word(const struct hap_line *l, size_t i)
{
	return l && i < l->n_args ? l->args[i] : "";
}

struct haproxy_guilty
haproxy_leads(const struct haproxy_way *r)
{
	for (const struct hap_line *l = r->back ? r->back->first : NULL; l; l = l->next)
		if (strcmp(l->args[0], "server") == 0)
			return haproxy_at(l);
	if (r->rule)
		return haproxy_at(r->rule);
	return r->front ? (struct haproxy_guilty){ r->front->file, r->front->line } : nobody;
}

/* ---- one cause each ---- */

/* Events are late unless one of both has it; over TLS nobody waits. */
static struct haproxy_guilty
buffered(const struct haproxy_way *r)
{
	if (hap_option(r->front, "http-no-delay") ||
	    (r->back && hap_option(r->back, "http-no-delay")))
		return nobody;
	return r->request.tls ? nobody : (struct haproxy_guilty){ r->front->file, r->front->line };
}

static const struct hap_line *
compression(const struct haproxy_way *r, const char *what)
{
	const struct hap_line *l = r->back ? hap_effective(r->back, "compression", what) : NULL;

	return l ? l : hap_effective(r->front, "compression", what);
}

/* Without a list of types it compresses all of them. */
static struct haproxy_guilty
compressed_stream(const struct haproxy_way *r)
{
	const struct hap_line *algorithm = compression(r, "algo"), *types = compression(r, "type");

	if (!algorithm)
		return nobody;
	for (size_t i = 2; types && i < types->n_args; i++)
		if (strncasecmp("text/event-stream", types->args[i], strlen(types->args[i])) == 0)
			return haproxy_at(types);
	return types ? nobody : haproxy_at(algorithm);
}

static struct haproxy_guilty
compressed_any(const struct haproxy_way *r)
{
	return haproxy_at(compression(r, "algo"));
}

static struct haproxy_guilty
twice(const struct haproxy_way *r)
{
	const struct haproxy_guilty hidden = haproxy_hidden_encoding(r);

	return hidden.file ? hidden : compressed_any(r);
}

/* OpenChamber is never silent for over 30 s; a minute is enough. */
bool
haproxy_is_short(const struct hap_line *l)
{
	unsigned long long ms;

	return l && hap_milliseconds(haproxy_word(l, 2), &ms) && ms > 0 && ms < 60000;
}

static struct haproxy_guilty
cut_short(const struct haproxy_way *r)
{
	const bool socket = strstr(r->request.path, "/ws") != NULL;
	const struct hap_line *tunnel =
		r->back ? hap_effective(r->back, "timeout", "tunnel") : NULL;
	const struct hap_line *server =
		r->back ? hap_effective(r->back, "timeout", "server") : NULL;
	const struct hap_line *client = hap_effective(r->front, "timeout", "client");

	/* Once a WebSocket is open the tunnel's time stands in for both others. */
	if (socket && tunnel)
		return haproxy_is_short(tunnel) ? haproxy_at(tunnel) : nobody;
	return haproxy_is_short(server)   ? haproxy_at(server)
	       : haproxy_is_short(client) ? haproxy_at(client)
	                          : nobody;
}

/* Another rule, or the rule for all that no rule takes. */
static struct haproxy_guilty
other_site(const struct haproxy_way *r)
{
	return r->rule ? haproxy_at(r->rule)
	               : (struct haproxy_guilty){ r->front->file, r->front->line };
}

static struct haproxy_guilty
certificate(const struct haproxy_way *r)
{
	return haproxy_at(r->bind);
}

/* Of two frontends with one address HAProxy takes both, and each request goes to one by chance. */
struct twin {
	const struct haproxy_way    *r;
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

static struct haproxy_guilty
shadows(const struct haproxy_way *r)
{
	struct twin t = { .r = r };
	const struct hap_line *wanted = NULL;

	for (const struct hap_section *s = r->conf->first; s; s = s->next)
		if (hap_is_front(s))
			hap_each_bind(s, find_twin, &t);
	if (t.guilty)
		return haproxy_at(t.guilty);
	/* A rule further up takes what a later one was meant for. */
	for (const struct hap_line *l = r->front->first; l; l = l->next)
		if (strcmp(l->args[0], "use_backend") == 0 &&
		    hap_applies(r->front, l, &r->request) == HAP_YES)
			wanted = l;
	return wanted && wanted != r->rule ? haproxy_at(r->rule) : nobody;
}

static const struct {
	const char *cause;
	haproxy_culprit_fn *look;
} culprits[] = {
	{ "ws-upgrade-lost",       haproxy_no_upgrade },
	{ "ws-host-lost",          haproxy_wrong_host },
	{ "ws-port-lost",          haproxy_wrong_host },
	{ "ws-proto-lost",         haproxy_wrong_proto },
	{ "cdn-flexible",          haproxy_wrong_proto },
	{ "ws-redirected",         haproxy_redirects },
	{ "redirect-loop",         haproxy_redirects },
	{ "redirect-away",         haproxy_redirects },
	{ "sse-buffered",          buffered },
	{ "sse-compressed",        compressed_stream },
	{ "gzip-twice",            twice },
	{ "gzip-mislabelled",      haproxy_hidden_encoding },
	{ "gzip-added",            compressed_any },
	{ "body-limit",            haproxy_small_body },
	{ "body-spooled",          haproxy_spooled },
	{ "stream-cut",            cut_short },
	{ "api-cached",            haproxy_cached },
	{ "upstream-down",         haproxy_leads },
	{ "upstream-timeout",      haproxy_leads },
	{ "upstream-opencode",     haproxy_leads },
	{ "wrong-instance",        haproxy_leads },
	{ "wrong-site",            other_site },
	{ "config-shadowed",       shadows },
	{ "path-mangled",          haproxy_mangled },
	{ "forwarded-for-lost",    haproxy_no_forwarded },
	{ "forwarded-for-trusted", haproxy_adds_forwarded },
	{ "auth-layer",            haproxy_asks_login },
	{ "tls-untrusted",         certificate },
	{ "tls-name",              certificate },
	{ "tls-expired",           certificate },
};

/* ---- which frontend takes it ---- */

struct choosing {
	struct haproxy_way             *r;
	const struct hap_section *front;
	bool                      any_port;
};

static void
choose(void *ctx, const struct hap_bind *b)
{
	struct choosing *k = ctx;
	struct haproxy_way *r = k->r;
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
find_front(struct haproxy_way *r, bool any_port)
{
	for (const struct hap_section *s = r->conf->first; s; s = s->next) {
		struct choosing k = { .r = r, .front = s, .any_port = any_port };

		if (hap_is_front(s) && strcmp(hap_mode(s), "http") == 0)
			hap_each_bind(s, choose, &k);
	}
}

struct haproxy_guilty
haproxy_find_guilty(struct haproxy_way *r, const struct proxy_found *f, const char *cause, const struct url *here,
                    const char *path)
{
	const struct haproxy_own *own = haproxy_own(f);

	*r = (struct haproxy_way){ .url = here, .request = { .host = r->host, .header = r->header, .path = path } };
	if (!own || !own->read)
		return nobody;
	r->conf = &own->conf;
	snprintf(r->host, sizeof(r->host), here->ipv6 ? "[%s]" : "%s", here->host);
	snprintf(r->header, sizeof(r->header), url_port_is_default(here) ? "%s" : "%s:%u", r->host, here->port);
	find_front(r, false);
	/* Behind a router the public port need not be one of HAProxy's. */
	if (!r->front)
		find_front(r, true);
	if (!r->front)
		return nobody;
	r->back = r->rule                 ? hap_back_named(r->conf, haproxy_word(r->rule, 1))
	          : hap_is_back(r->front) ? r->front
	                                  : NULL;
	for (size_t i = 0; i < ARRAY_LEN(culprits); i++)
		if (strcmp(culprits[i].cause, cause) == 0)
			return culprits[i].look(r);
	return nobody;
}

bool
haproxy_blame(const struct proxy_found *f, const char *cause, const struct url *public_url,
              const char *path, const char **file, int *line)
{
	struct haproxy_way r;
	const struct haproxy_guilty g = haproxy_find_guilty(&r, f, cause, public_url, path);

	if (!g.file)
		return false;
	*file = g.file;
	*line = g.line;
	return true;
}

/* It has no limit on bodies of its own; of the times each can cut a stream. */
void
haproxy_limits(const struct proxy_found *f, const struct url *url, const struct needs *needs, struct proxy_limits *out)
{
	static const char *const times[] = { "tunnel", "server" };
	struct haproxy_way r;

	if (!url)
		return;
	haproxy_find_guilty(&r, f, "", url, needs->n_streams ? needs->streams[0].path : "/");
	for (size_t i = 0; r.back && i < ARRAY_LEN(times); i++) {
		const struct hap_line *l = hap_effective(r.back, "timeout", times[i]);
		unsigned long long ms;

		if (l && hap_milliseconds(haproxy_word(l, 2), &ms) && ms / 1000 > out->stream && ms / 1000 <= UINT_MAX)
			out->stream = (unsigned)(ms / 1000);
	}
}
