/* caddy_blame_headers.c - headers that are lost, changed or believed on their way. */
#include "proxy/caddy_blame.h"

#include <string.h>
#include <strings.h>

/* The last header_up of a name decides: "+Name" adds, "-Name" removes. */
static const struct cdy_node *
header_up(const struct caddy_route *r, const char *name)
{
	const struct cdy_node *last = NULL;

	for (const struct cdy_node *d = cdy_child(r->proxy, "header_up"); d;
	     d = cdy_next(d, "header_up")) {
		const char *what = cdy_arg(d, 0);

		if (strcasecmp(what + (*what == '-' || *what == '+'), name) == 0)
			last = d;
	}
	return last;
}

/* The header a request_header is about. */
static const char *
field(const struct cdy_node *header)
{
	return cdy_arg(header, cdy_has_matcher(header) ? 1 : 0);
}

static bool
removes(const struct cdy_node *header)
{
	return *cdy_arg(header, 0) == '-';
}

/* One of several words that Caddy has for the same. */
static bool
is_placeholder(const char *value, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(value, *words) == 0)
			return true;
	return false;
}

const struct cdy_node *
caddy_no_upgrade(const struct caddy_route *r)
{
	static const char *const names[] = {
		"Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version",
	};
	const struct cdy_node *transport = cdy_child(r->proxy, "transport");
	const struct cdy_node *versions = cdy_child(transport, "versions");
	bool one = !versions;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct cdy_node *d = header_up(r, names[i]);

		if (d && *cdy_arg(d, 0) != '+' && !strstr(cdy_arg(d, 1), "{header."))
			return d;
	}
	for (const struct cdy_node *d = caddy_in_force(r, "request_header"); d;
	     d = cdy_next(d, "request_header"))
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			if (*field(d) == '-' && strcasecmp(field(d) + 1, names[i]) == 0)
				return d;
		}
	for (size_t i = 0; versions && i < versions->n_args; i++)
		one |= strcmp(versions->args[i], "1.1") == 0;
	return one ? NULL : versions;
}

enum host_word { HOST_RIGHT, HOST_WRONG, HOST_UNKNOWN };

/* Does the value give OpenChamber the name people type, with its port? */
static enum host_word
judge_host(const struct caddy_route *r, const char *value)
{
	static const char *const whole[] = {
		"{hostport}", "{http.request.hostport}", "{header.Host}",
		"{http.request.header.Host}", "{header.X-Forwarded-Host}",
		"{http.request.header.X-Forwarded-Host}", NULL,
	};
	static const char *const bare[] = { "{host}", "{http.request.host}", NULL };
	struct buf want = BUF_INIT;
	enum host_word answer = HOST_UNKNOWN;

	url_host(&want, r->url);
	if (is_placeholder(value, whole) || strcasecmp(value, want.s) == 0)
		answer = HOST_RIGHT;
	else if (is_placeholder(value, bare))
		answer = url_port_is_default(r->url) ? HOST_RIGHT : HOST_WRONG;
	else if (*value != '{' || strstr(value, "upstream"))
		answer = HOST_WRONG;
	buf_free(&want);
	return answer;
}

/* X-Forwarded-Host wins in OpenChamber.  Caddy sets it by itself since 2.5; before, Host counts. */
const struct cdy_node *
caddy_wrong_host(const struct caddy_route *r)
{
	const struct cdy_node *forwarded = header_up(r, "X-Forwarded-Host");
	const struct cdy_node *host = header_up(r, "Host"), *d;

	if (forwarded && !removes(forwarded))
		d = forwarded;
	else if (!forwarded && caddy_at_least(r->found, 2, 5, 0))
		return NULL;
	else
		d = host;
	return d && judge_host(r, cdy_arg(d, 1)) == HOST_WRONG ? d : NULL;
}

/* ---- what stands in front ---- */

/* Whose word about the visitor counts: of this reverse_proxy, or of all servers. */
static const struct cdy_node *
trusts(const struct caddy_route *r)
{
	const struct cdy_node *here = cdy_child(r->proxy, "trusted_proxies");

	return here ? here : cdy_child(cdy_child(r->conf->options, "servers"), "trusted_proxies");
}

const struct cdy_node *
caddy_wrong_proto(const struct caddy_route *r)
{
	static const char *const own[] = { "{scheme}", "{http.request.scheme}", NULL };
	static const char *const theirs[] = {
		"{header.X-Forwarded-Proto}", "{http.request.header.X-Forwarded-Proto}", NULL,
	};
	const struct cdy_node *d = header_up(r, "X-Forwarded-Proto");
	const bool https = strcmp(r->url->scheme, "https") == 0;

	if (!r->proxy)
		return NULL;
	if (d && removes(d))
		return d;
	if (d && is_placeholder(cdy_arg(d, 1), own))
		return https && !r->tls ? d : NULL;
	if (d && is_placeholder(cdy_arg(d, 1), theirs))
		return r->tls ? d : NULL;
	if (d && (*cdy_arg(d, 1) == '{' || strcmp(cdy_arg(d, 1), r->url->scheme) == 0))
		return NULL;
	if (d)
		return d;
	/* TLS ends in front, and Caddy does not believe whoever says so. */
	if (!https || r->tls || trusts(r) || !caddy_at_least(r->found, 2, 5, 0))
		return NULL;
	return r->proxy;
}

static bool
is_anybody(const struct cdy_node *trust)
{
	for (size_t i = 0; trust && i < trust->n_args; i++)
		if (strcmp(trust->args[i], "0.0.0.0/0") == 0 || strcmp(trust->args[i], "::/0") == 0)
			return true;
	return false;
}

const struct cdy_node *
caddy_adds_forwarded(const struct caddy_route *r)
{
	const struct cdy_node *d = header_up(r, "X-Forwarded-For");
	const char *value = cdy_arg(d, 1);

	if (d && !removes(d) &&
	    (*cdy_arg(d, 0) == '+' || strcasestr(value, "header.X-Forwarded-For") ||
	     strcasestr(value, "header.X-Real-IP")))
		return d;
	if (d)
		return NULL;
	if (r->proxy && !caddy_at_least(r->found, 2, 5, 0)) {
		const struct cdy_node *h = caddy_in_force(r, "request_header");

		while (h && strcasecmp(field(h), "-X-Forwarded-For") != 0)
			h = cdy_next(h, "request_header");
		return h ? NULL : r->proxy;
	}
	return is_anybody(trusts(r)) ? trusts(r) : NULL;
}

const struct cdy_node *
caddy_no_forwarded(const struct caddy_route *r)
{
	const struct cdy_node *d = header_up(r, "X-Forwarded-For");

	return d && removes(d) ? d : NULL;
}
