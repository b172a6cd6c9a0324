/*
 * Which line of a configuration explains a cause: for every cause and every
 * proxy (the first byte says which) there is an answer, and it names a line.
 */
#include "fuzz.h"

#include "check/cause.h"
#include "proxy/apache.h"
#include "proxy/caddy.h"
#include "proxy/haproxy.h"
#include "proxy/nginx.h"

/* What detection would leave of this text; false: it is none. */
typedef bool read_fn(struct proxy_found *f, const char *text, size_t len);

static bool
read_nginx(struct proxy_found *f, const char *text, size_t len)
{
	struct nginx_own *own = f->conf = xcalloc(1, sizeof(*own));
	struct err e = { 0 };

	return own->read = ngx_parse(&own->conf, text, len, "nginx.conf", &e) == 0;
}

static bool
read_caddy(struct proxy_found *f, const char *text, size_t len)
{
	struct caddy_own *own = f->conf = xcalloc(1, sizeof(*own));
	struct err e = { 0 };

	return own->read = cdy_parse(&own->conf, text, len, "Caddyfile", &e) == 0;
}

static bool
read_haproxy(struct proxy_found *f, const char *text, size_t len)
{
	struct haproxy_own *own = f->conf = xcalloc(1, sizeof(*own));
	const struct hap_text one = { .file = "haproxy.cfg", .text = text, .len = len };
	struct err e = { 0 };

	return own->read = hap_parse(&own->conf, &one, 1, &e) == 0;
}

static bool
read_apache(struct proxy_found *f, const char *text, size_t len)
{
	static const char *const modules[] = { "core_module", "ssl_module", "proxy_module",
	                                       "proxy_http_module", "rewrite_module", NULL };
	const struct apa_world world = { .server_root = "/etc/apache2", .modules = modules,
	                                 .version = { 2, 4, 57 } };
	struct apache_own *own = f->conf = xcalloc(1, sizeof(*own));
	struct err e = { 0 };

	return own->read = apa_parse(&own->conf, &world, text, len, "apache2.conf", &e) == 0;
}

static const struct {
	const struct proxy *proxy;
	read_fn            *read;
} proxied[] = {
	{ &proxy_nginx, read_nginx },
	{ &proxy_caddy, read_caddy },
	{ &proxy_haproxy, read_haproxy },
	{ &proxy_apache, read_apache },
};

static void
blame(const struct proxy_found *f, const char *address)
{
	static const char *const paths[] = { "/api/global/event/ws", "/api/fs/upload" };
	struct err e = { 0 };
	struct url u;

	assert(url_parse(&u, address, "https", URL_BASE, NULL, &e) == 0);
	for (const struct cause *c = causes; c->id; c++)
		for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
			const char *file = NULL;
			int line = 0;

			if (f->proxy->blame(f, c->id, &u, paths[i], &file, &line))
				assert(file && line >= 1);
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t which = size ? data[0] % ARRAY_LEN(proxied) : 0;
	struct proxy_found f = { .proxy = proxied[which].proxy, .installed = true,
	                         .v = { 2, 6, 2 } };

	if (size < 2)
		return 0;
	if (proxied[which].read(&f, (const char *)data + 1, size - 1)) {
		blame(&f, "https://chat.example.org");
		blame(&f, "http://127.0.0.1:8080");
	}
	proxy_found_free(&f);
	return 0;
}
