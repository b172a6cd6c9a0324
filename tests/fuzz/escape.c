/*
 * Values quoted for each proxy: what is not refused is one word to our reader
 * of that proxy, and the same.
 */
#include "fuzz.h"

#include "conf/apache.h"
#include "conf/caddyfile.h"
#include "conf/haproxy.h"
#include "conf/nginx.h"
#include "proxy/proxy.h"

typedef void reads_fn(const char *quoted, const char *value);

static void
nginx_reads(const char *quoted, const char *value)
{
	struct buf text = BUF_INIT;
	struct ngx_conf c = { 0 };
	struct err e = { 0 };
	const struct ngx_directive *d;

	buf_printf(&text, "http {\n\troot %s;\n\tnext line;\n}\n", quoted);
	assert(ngx_parse(&c, text.s, text.len, "nginx.conf", &e) == 0);
	d = ngx_child(c.top, "root");
	assert(d && d->n_args == 1 && strcmp(d->args[0], value) == 0);
	assert(ngx_child(c.top, "next")->line == 3 && !c.top->next);
	ngx_free(&c);
	buf_free(&text);
}

static void
caddy_reads(const char *quoted, const char *value)
{
	struct buf text = BUF_INIT;
	struct cdy_conf c = { 0 };
	struct err e = { 0 };
	const struct cdy_node *d;

	buf_printf(&text, "example.org {\n\troot %s\n\tnext line\n}\n", quoted);
	assert(cdy_parse(&c, text.s, text.len, "Caddyfile", &e) == 0);
	assert(!c.env && !c.sites->next);
	d = cdy_child(c.sites, "root");
	assert(d && d->n_args == 1 && strcmp(d->args[0], value) == 0);
	assert(cdy_child(c.sites, "next")->line == 3);
	cdy_free(&c);
	buf_free(&text);
}

static void
haproxy_reads(const char *quoted, const char *value)
{
	struct buf text = BUF_INIT;
	struct hap_text one = { .file = "haproxy.cfg" };
	struct hap_conf c = { 0 };
	struct err e = { 0 };
	const struct hap_line *l;

	buf_printf(&text, "global\n\troot %s\n\tnext line\n", quoted);
	one.text = text.s;
	one.len = text.len;
	assert(hap_parse(&c, &one, 1, &e) == 0);
	l = hap_own(c.first, "root", NULL);
	assert(l && l->n_args == 2 && strcmp(l->args[1], value) == 0);
	assert(hap_own(c.first, "next", "line") && !c.first->next);
	hap_free(&c);
	buf_free(&text);
}

static void
apache_reads(const char *quoted, const char *value)
{
	static const char *const none[] = { NULL };
	const struct apa_world world = { .server_root = "/etc/apache2", .modules = none,
	                                 .variables = none, .version = { 2, 4, 57 } };
	struct buf text = BUF_INIT;
	struct apa_conf c = { 0 };
	struct err e = { 0 };
	const struct apa_directive *d;

	buf_printf(&text, "<VirtualHost *:80>\n\tRoot %s\n\tNext line\n</VirtualHost>\n", quoted);
	assert(apa_parse(&c, &world, text.s, text.len, "apache2.conf", &e) == 0);
	d = apa_child(c.top, "Root");
	assert(d && d->n_args == 1 && strcmp(d->args[0], value) == 0);
	assert(apa_child(c.top, "Next")->line == 3 && !c.top->next);
	apa_free(&c);
	buf_free(&text);
}

static const struct {
	const char *proxy;
	reads_fn   *reads;
} readers[] = {
	{ "nginx", nginx_reads },
	{ "caddy", caddy_reads },
	{ "haproxy", haproxy_reads },
	{ "apache", apache_reads },
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *value = xstrndup((const char *)data, size);

	for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
		const struct proxy *p = proxy_find(readers[i].proxy);
		struct buf quoted = BUF_INIT;
		struct err e = { 0 };

		assert(p);
		if (p->escape(&quoted, value, &e) < 0) {
			assert(e.code == ERR_VALUE);
			assert(quoted.len == 0);
		} else {
			readers[i].reads(quoted.s, value);
		}
		buf_free(&quoted);
	}
	free(value);
	return 0;
}
