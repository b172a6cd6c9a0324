#include "proxy/values.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "answers/box.h"
#include "answers/ranges.h"
#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/front.h"

static bool
is_address(const char *text)
{
	unsigned char raw[16];
	char six[64];
	size_t len = strlen(text);

	if (strcmp(text, "*") == 0 || inet_pton(AF_INET, text, raw) == 1 ||
	    inet_pton(AF_INET6, text, raw) == 1)
		return true;
	if (*text != '[' || len < 3 || len >= sizeof(six) || text[len - 1] != ']')
		return false;
	snprintf(six, sizeof(six), "%.*s", (int)len - 2, text + 1);
	return inet_pton(AF_INET6, six, raw) == 1;
}

static int
check_path(const struct proxy_context *c, const char *field, const char *path, struct err *e)
{
	if (!path)
		return answers_err(
			e, c->answers, field,
			_("%s is not answered: with existing certificates its path is needed."),
			field);
	if (*path != '/')
		return answers_err(e, c->answers, field,
		                   _("\"%s\" is not a whole path. Begin it with a /."), path);
	return 0;
}

int
values_check(const struct proxy_context *c, struct err *e)
{
	const struct answers *a = c->answers;
	const char *label = c->found && c->found->proxy ? c->found->proxy->label : "";

	if (!a->has_public || !url_host_is_valid(a->public_url.host))
		return answers_err(
			e, a, "public",
			_("The public address is not answered, or its name has wrong characters."));
	if (!a->has_origin || !url_host_is_valid(a->origin.host))
		return answers_err(e, a, "origin",
		                   _("OpenChamber's address is not answered, or its name has wrong "
		                     "characters."));
	if (strcmp(a->origin.scheme, "http") != 0 && strcmp(a->origin.scheme, "https") != 0)
		return answers_err(e, a, "origin",
		                   _("OpenChamber is reached over http or https, nothing else."));
	if (a->listen_address && !is_address(a->listen_address))
		return answers_err(e, a, "listen.address",
		                   _("\"%s\" is not an address. Write * or one like 192.168.1.20."),
		                   a->listen_address);
	switch (a->tls) {
	case TLS_CERTBOT:
		return answers_err(e, a, "tls.mode",
		                   _("With %s, run certbot certonly first. Then choose mode "
		                     "existing and name its files."),
		                   label);
	case TLS_AUTO:
		return answers_err(e, a, "tls.mode",
		                   _("%s gets no certificates by itself. Choose mode existing, or "
		                     "Caddy as the proxy."),
		                   label);
	case TLS_EXISTING:
		if (check_path(c, "tls.certificate", a->certificate, e) < 0)
			return -1;
		return check_path(c, "tls.key", a->key, e);
	case TLS_NONE:
		if (strcmp(a->public_url.scheme, "https") == 0)
			return answers_err(
				e, a, "tls.mode",
				_("Without TLS the public address begins with http://."));
		break;
	case TLS_SELFSIGNED:
	case TLS_UPSTREAM:
		break;
	}
	return 0;
}

int
values_check_key(const struct proxy_context *c, struct err *e)
{
	const struct answers *a = c->answers;
	struct buf certificate = BUF_INIT, key = BUF_INIT;
	struct arena arena = { 0 };
	struct err why = { 0 };
	int rc = 0;

	if (a->tls == TLS_EXISTING &&
	    fs_read(&certificate, fs_path(&arena, c->root, a->certificate), 1 << 20, &why) == 0 &&
	    fs_read(&key, fs_path(&arena, c->root, a->key), 1 << 20, &why) == 0 &&
	    cert_key_matches(certificate.s, key.s, &why) < 0)
		rc = answers_err(e, a, "tls.key", "%s", why.msg);
	mem_wipe(key.s, key.len);
	buf_free(&key);
	buf_free(&certificate);
	arena_free(&arena);
	return rc;
}

bool
values_ends_tls(const struct answers *a)
{
	return a->tls == TLS_EXISTING || a->tls == TLS_SELFSIGNED;
}

void
values_ports(const struct proxy_context *c, unsigned *plain, unsigned *tls)
{
	if (c->private) {
		*plain = c->private->http;
		*tls = c->private->https;
	} else {
		answers_ports(c->answers, plain, tls);
	}
	if (!values_ends_tls(c->answers)) {
		*plain = *plain ? *plain : *tls;
		*tls = 0;
	}
}

bool
values_listens_ipv6(const struct proxy_context *c)
{
	struct arena a = { 0 };
	struct buf text = BUF_INIT;
	struct err ignored;
	bool has;

	/* "net" there is a link to "self", which is nobody in a container. */
	if (c->found && c->found->box)
		fs_read(&text, arena_printf(&a, "/proc/%ld/net/if_inet6", (long)c->found->box->pid), 65536, &ignored);
	else
		fs_read(&text, fs_path(&a, c->root, "/proc/net/if_inet6"), 65536, &ignored);
	has = text.len > 0;
	buf_free(&text);
	arena_free(&a);
	return has;
}

const char *
values_host(struct arena *a, const struct proxy_context *c)
{
	const struct url *u = &c->answers->public_url;

	return arena_printf(a, u->ipv6 ? "[%s]" : "%s", u->host);
}

const char *
values_address(struct arena *a, const struct proxy_context *c)
{
	struct buf b = BUF_INIT;
	const char *address;

	url_base(&b, &c->answers->public_url);
	address = arena_strdup(a, b.s);
	buf_free(&b);
	return address;
}

const char *
values_origin(struct arena *a, const struct proxy_context *c)
{
	const struct url *u = &c->answers->origin;

	if (c->private)
		return arena_printf(a, "127.0.0.1:%u", c->private->upstream);
	return arena_printf(a, u->ipv6 ? "[%s]:%u" : "%s:%u", u->host, u->port);
}

bool
values_origin_is_tls(const struct proxy_context *c)
{
	return !c->private && strcmp(c->answers->origin.scheme, "https") == 0;
}

const char *
values_public_port(struct arena *a, const struct proxy_context *c)
{
	const struct url *u = &c->answers->public_url;

	return url_port_is_default(u) ? NULL : arena_printf(a, "%u", u->port);
}

const char *
values_redirect(struct arena *a, const struct proxy_context *c)
{
	const char *port = values_public_port(a, c);

	return arena_printf(a, "https://%s%s%s", values_host(a, c), port ? ":" : "",
	                    port ? port : "");
}

const char *
values_acme_root(const struct proxy_context *c)
{
	static const char *const dirs[] = {
		"/var/www/html",       "/var/www/letsencrypt",      "/usr/share/nginx/html",
		"/var/lib/nginx/html", "/var/www/localhost/htdocs", "/var/www",
	};
	const char *found = dirs[0];
	struct arena a = { 0 };

	for (size_t i = ARRAY_LEN(dirs); i-- > 0;)
		if (fs_exists(fs_path(&a, c->root, dirs[i])))
			found = dirs[i];
	arena_free(&a);
	return found;
}

static bool
is_loopback_range(const char *range)
{
	return strncmp(range, "127.", 4) == 0 || strncmp(range, "::1", 3) == 0;
}

int
values_trusted(const char ***out, struct arena *a, const struct proxy_context *c, bool loopback,
               struct err *e)
{
	const char **ranges;
	size_t n = 0;

	if (front_ranges(&ranges, a, c->needs ? (const char *const *)c->needs->cloudflare : NULL,
	                 c->answers, e) < 0)
		return -1;
	*out = ranges && ranges[0] ? ranges : NULL;
	if (!*out)
		return 0;
	for (size_t i = 0; ranges[i]; i++) {
		if (!range_is_valid(ranges[i]))
			return answers_err(
				e, c->answers, "trusted",
				_("\"%s\" is not an address range. Write it like 10.0.0.0/8."),
				ranges[i]);
		if (loopback || !is_loopback_range(ranges[i]))
			ranges[n++] = ranges[i];
	}
	ranges[n] = NULL;
	return 0;
}

int
values_believed(const char ***scheme, const char ***client, struct arena *a,
                const struct proxy_context *c, struct err *e)
{
	static const char *checklist[] = { "127.0.0.0/8", NULL };

	if (values_trusted(scheme, a, c, true, e) < 0 ||
	    values_trusted(client, a, c, !c->private, e) < 0)
		return -1;
	if (*scheme && c->private)
		*scheme = checklist;
	return 0;
}

void
values_quote(struct buf *out, const char *value, const char *special)
{
	buf_putc(out, '"');
	for (; *value; value++) {
		if (strchr(special, *value))
			buf_putc(out, '\\');
		buf_putc(out, *value);
	}
	buf_putc(out, '"');
}

int
values_template(struct buf *out, const struct proxy_context *c, const char *name,
                const struct tmpl_value *values, size_t n, tmpl_escape_fn *escape, struct err *e)
{
	struct arena a = { 0 };
	struct buf text = BUF_INIT;
	const char *path = fs_join(&a, c->templates, name);
	int rc = -1;

	if (fs_read(&text, path, 65536, e) == 0 &&
	    tmpl_render(out, path, text.s, values, n, escape, e) == 0)
		rc = 0;
	buf_free(&text);
	arena_free(&a);
	return rc;
}
