/* apache_blame_headers.c - which line is to blame for what OpenChamber gets to see, or does not. */
#include "proxy/apache_blame.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* "RequestHeader set NAME VALUE", "RequestHeader unset NAME early": the last about a header. */
static const struct apa_directive *
header(const struct apache_way *r, const char *name)
{
	return apa_effective(r->conf, r->vhost, r->path, "RequestHeader", name);
}

static bool
acts(const struct apa_directive *d, const char *how)
{
	return strcasecmp(apa_word(d, 0), how) == 0;
}

static bool
sets(const struct apa_directive *d)
{
	return acts(d, "set") || acts(d, "setifempty");
}

static bool
is_early(const struct apa_directive *d)
{
	for (size_t i = 2; d && i < d->n_args; i++)
		if (strcasecmp(d->args[i], "early") == 0)
			return true;
	return false;
}

static bool
has_upgrade(const struct apa_directive *pass)
{
	for (size_t i = 0; i < pass->n_args; i++)
		if (strncasecmp(pass->args[i], "upgrade=", 8) == 0)
			return true;
	return false;
}

/* Without upgrade= mod_proxy_http strips the header; a way by ws:// is mod_proxy_wstunnel's. */
const struct apa_directive *
apache_no_upgrade(const struct apache_way *r)
{
	const struct apa_directive *unset = header(r, "Upgrade");

	if (unset && (acts(unset, "unset") || acts(unset, "edit")))
		return unset;
	if (!r->pass || strncasecmp(r->to, "ws", 2) == 0 || has_upgrade(r->pass))
		return NULL;
	return r->pass;
}

/* Does the value give OpenChamber the name people type, with its port? */
static bool
is_right_host(const struct apache_way *r, const char *value)
{
	struct buf want = BUF_INIT;
	bool right;

	url_host(&want, r->url);
	right = strcasecmp(value, want.s) == 0 || strcasestr(value, "%{HTTP_HOST}") ||
	        strcasestr(value, "%{Host}i") || strcasestr(value, "%{HTTP:Host}");
	buf_free(&want);
	return right;
}

/* X-Forwarded-Host wins in OpenChamber, and mod_proxy sends the visitor's Host as that unless it is told not to. */
const struct apa_directive *
apache_wrong_host(const struct apache_way *r)
{
	const struct apa_directive *d = header(r, "X-Forwarded-Host"),
				   *off = apache_holds(r, "ProxyAddHeaders");
	const struct apa_directive *host = header(r, "Host");

	if (d && sets(d) && !is_right_host(r, apa_word(d, 2)))
		return d;
	if (host && sets(host) && !is_right_host(r, apa_word(host, 2)))
		return host;
	if (off && !apache_is_on(off) && !apache_is_on(apache_holds(r, "ProxyPreserveHost")) &&
	    !(d && sets(d)))
		return off;
	return NULL;
}

static bool
hears_tls(const struct apache_way *r)
{
	return apache_is_on(apache_holds(r, "SSLEngine"));
}

const struct apa_directive *
apache_wrong_proto(const struct apache_way *r)
{
	const struct apa_directive *d = header(r, "X-Forwarded-Proto");
	const char *value = apa_word(d, 2), *scheme = r->url->scheme;

	if (!d)
		return strcmp(scheme, "https") == 0 ? r->pass : NULL;
	if (acts(d, "unset"))
		return strcmp(scheme, "https") == 0 ? d : NULL;
	if (!sets(d) || acts(d, "setifempty") || d->n_args > 3)
		return NULL; /* under a condition: cannot be told from here */
	if (strcasestr(value, "REQUEST_SCHEME"))
		return strcmp(scheme, "https") == 0 && !hears_tls(r) ? d : NULL;
	return strchr(value, '%') || strcasecmp(value, scheme) == 0 ? NULL : d;
}

/* mod_proxy adds to what the visitor sent, unless that is dropped before. */
const struct apa_directive *
apache_adds_forwarded(const struct apache_way *r)
{
	const struct apa_directive *d = header(r, "X-Forwarded-For");
	const struct apa_directive *trusts = apache_holds(r, "RemoteIPTrustedProxy");

	for (size_t i = 0; trusts && i < trusts->n_args; i++)
		if (strcmp(trusts->args[i], "0.0.0.0/0") == 0 ||
		    strcmp(trusts->args[i], "::/0") == 0)
			return trusts;
	if (!d)
		return r->pass;
	if (acts(d, "unset") || acts(d, "edit") || acts(d, "edit*"))
		return NULL;
	return sets(d) && !strcasestr(apa_word(d, 2), "X-Forwarded-For") ? NULL : d;
}

const struct apa_directive *
apache_no_forwarded(const struct apache_way *r)
{
	const struct apa_directive *d = header(r, "X-Forwarded-For"),
				   *off = apache_holds(r, "ProxyAddHeaders");

	if (off && !apache_is_on(off) && (!d || !sets(d)))
		return d && acts(d, "unset") && !is_early(d) ? d : off;
	return NULL;
}

const struct apa_directive *
apache_hidden_encoding(const struct apache_way *r)
{
	return apa_effective(r->conf, r->vhost, r->path, "Header", "Content-Encoding");
}
