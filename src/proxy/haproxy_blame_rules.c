/* haproxy_blame_rules.c - which rule is to blame: of the frontend, or of the backend behind it. */
#include "proxy/haproxy_blame.h"

#include <string.h>
#include <strings.h>

static const struct haproxy_guilty nobody = { NULL, 0 };

typedef bool rule_fn(const struct hap_line *l, const void *ctx);

/* The last rule of a kind ("http-request") that meets this request and is what `is' looks for. */
static const struct hap_line *
last_rule(const struct haproxy_way *r, const char *kind, rule_fn *is, const void *ctx)
{
	const struct hap_section *const order[] = { r->front ? r->front->defaults : NULL, r->front,
	                                            r->back ? r->back->defaults : NULL, r->back };
	const struct hap_line *last = NULL;

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		for (const struct hap_line *l = order[i] ? order[i]->first : NULL; l; l = l->next)
			if (strcmp(l->args[0], kind) == 0 && is(l, ctx) &&
			    hap_applies(order[i], l, &r->request) != HAP_NO)
				last = l;
	return last;
}

static bool
is_action(const struct hap_line *l, const void *ctx)
{
	const char *const *names = ctx;

	for (; *names; names++)
		if (strcmp(haproxy_word(l, 1), *names) == 0)
			return true;
	return false;
}

static const struct hap_line *
action(const struct haproxy_way *r, const char *kind, const char *const *names)
{
	return last_rule(r, kind, is_action, names);
}

static bool
changes_header(const struct hap_line *l, const void *name)
{
	static const char *const how[] = { "set-header", "del-header", "replace-header",
		                           "replace-value", NULL };

	return is_action(l, how) && strcasecmp(haproxy_word(l, 2), name) == 0;
}

/* What the last rule about a header does with it; NULL: there is none. */
static const struct hap_line *
header(const struct haproxy_way *r, const char *name)
{
	return last_rule(r, "http-request", changes_header, name);
}

static bool
sets(const struct hap_line *l)
{
	return strcmp(haproxy_word(l, 1), "set-header") == 0;
}

struct haproxy_guilty
haproxy_no_upgrade(const struct haproxy_way *r)
{
	static const char *const names[] = { "Upgrade", "Connection" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct hap_line *l = header(r, names[i]);

		if (l &&
		    !(sets(l) && strcasestr(haproxy_word(l, 3), i ? "upgrade" : "websocket")) &&
		    !strchr(haproxy_word(l, 3), '%'))
			return haproxy_at(l);
	}
	return haproxy_at(r->back ? hap_option(r->back, "httpclose") : NULL);
}

/* Does the value give OpenChamber the name people type, with its port? */
static bool
is_right_host(const struct haproxy_way *r, const char *value)
{
	const bool usual = url_port_is_default(r->url);
	struct buf want = BUF_INIT;
	bool right;

	url_host(&want, r->url);
	right = strcasecmp(value, want.s) == 0 ||
	        (strncmp(value, "%[", 2) == 0 && strcasestr(value, "hdr(host)") &&
	         (usual || !strchr(value, ',')));
	buf_free(&want);
	return right;
}

struct haproxy_guilty
haproxy_wrong_host(const struct haproxy_way *r)
{
	const struct hap_line *l = header(r, "X-Forwarded-Host");

	if (!l || strcmp(haproxy_word(l, 1), "del-header") == 0)
		l = header(r, "Host");
	return !l || (sets(l) && is_right_host(r, haproxy_word(l, 3))) ? nobody : haproxy_at(l);
}

static bool
is_right_proto(const struct haproxy_way *r, const struct hap_line *l)
{
	const char *value = haproxy_word(l, 3);

	if (!sets(l))
		return false;
	if (strcmp(value, "http") == 0 || strcmp(value, "https") == 0)
		return strcmp(value, r->url->scheme) == 0;
	return strchr(value, '%') != NULL; /* an expression: cannot be told from here */
}

struct haproxy_guilty
haproxy_wrong_proto(const struct haproxy_way *r)
{
	const struct hap_line *l = header(r, "X-Forwarded-Proto");

	if (l)
		return is_right_proto(r, l) ? nobody : haproxy_at(l);
	return strcmp(r->url->scheme, "https") == 0 ? haproxy_leads(r) : nobody;
}

struct haproxy_guilty
haproxy_redirects(const struct haproxy_way *r)
{
	static const char *const names[] = { "redirect", NULL };
	const struct hap_line *l = action(r, "http-request", names);

	if (l)
		return haproxy_at(l);
	for (l = r->front->first; l; l = l->next)
		if (strcmp(l->args[0], "redirect") == 0 &&
		    hap_applies(r->front, l, &r->request) != HAP_NO)
			return haproxy_at(l);
	return nobody;
}

struct haproxy_guilty
haproxy_hidden_encoding(const struct haproxy_way *r)
{
	return haproxy_at(last_rule(r, "http-response", changes_header, "Content-Encoding"));
}

static bool
refuses_bodies(const struct hap_line *l, const void *ctx)
{
	static const char *const signs[] = { "413", "req.body_size", "req.body_len",
		                             "content-length" };

	(void)ctx;
	if (strcmp(haproxy_word(l, 1), "deny") != 0 && strcmp(haproxy_word(l, 1), "return") != 0 &&
	    strcmp(haproxy_word(l, 1), "reject") != 0)
		return false;
	for (size_t i = 2; i < l->n_args; i++)
		for (size_t k = 0; k < ARRAY_LEN(signs); k++)
			if (strcasestr(l->args[i], signs[k]))
				return true;
	return false;
}

struct haproxy_guilty
haproxy_small_body(const struct haproxy_way *r)
{
	const struct hap_line *l = last_rule(r, "http-request", refuses_bodies, NULL);

	/* The size may stand in an acl of its own. */
	for (const struct hap_line *a = r->front->first; a && !l; a = a->next) {
		static const char *const deny[] = { "deny", NULL };

		if (strcmp(a->args[0], "acl") == 0 && a->n_args > 2 &&
		    (strcasestr(a->args[2], "content-length") ||
		     strstr(a->args[2], "req.body_size")))
			l = action(r, "http-request", deny);
	}
	return haproxy_at(l);
}

struct haproxy_guilty
haproxy_spooled(const struct haproxy_way *r)
{
	static const char *const waits[] = { "wait-for-body", NULL };
	const struct hap_line *l = r->back ? hap_option(r->back, "http-buffer-request") : NULL;

	if (!l)
		l = hap_option(r->front, "http-buffer-request");
	return haproxy_at(l ? l : action(r, "http-request", waits));
}

struct haproxy_guilty
haproxy_cached(const struct haproxy_way *r)
{
	static const char *const names[] = { "cache-use", NULL };

	return haproxy_at(action(r, "http-request", names));
}

struct haproxy_guilty
haproxy_mangled(const struct haproxy_way *r)
{
	static const char *const names[] = { "set-path",      "replace-path",
		                             "set-uri",       "replace-uri",
		                             "set-pathq",     "replace-pathq",
		                             "normalize-uri", NULL };

	return haproxy_at(action(r, "http-request", names));
}

bool
haproxy_adds(const struct haproxy_way *r)
{
	return hap_option(r->front, "forwardfor") || (r->back && hap_option(r->back, "forwardfor"));
}

static bool
drops(const struct hap_line *l)
{
	return strcmp(haproxy_word(l, 1), "del-header") == 0;
}

/* It only adds: what the visitor sent comes first. */
struct haproxy_guilty
haproxy_adds_forwarded(const struct haproxy_way *r)
{
	const struct hap_line *l = header(r, "X-Forwarded-For");

	if (l)
		return drops(l) || (sets(l) && !strcasestr(haproxy_word(l, 3), "hdr(x-forwarded-for)"))
		               ? nobody
		               : haproxy_at(l);
	l = r->back ? hap_option(r->back, "forwardfor") : NULL;
	if (!l)
		l = hap_option(r->front, "forwardfor");
	return l ? haproxy_at(l) : haproxy_leads(r);
}

struct haproxy_guilty
haproxy_no_forwarded(const struct haproxy_way *r)
{
	const struct hap_line *l = header(r, "X-Forwarded-For");

	if (l)
		return sets(l) || (drops(l) && haproxy_adds(r)) ? nobody : haproxy_at(l);
	return haproxy_adds(r) ? nobody : haproxy_leads(r);
}

struct haproxy_guilty
haproxy_asks_login(const struct haproxy_way *r)
{
	static const char *const names[] = { "auth", NULL };

	return haproxy_at(action(r, "http-request", names));
}
