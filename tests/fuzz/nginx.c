/*
 * nginx's configuration: a tree, or a refusal with its place.  Whatever it is,
 * every question about it has an answer.
 */
#include "fuzz.h"

#include "conf/nginx.h"

static const char *const paths[] = { "/", "/api/global/event/ws", "/auth/session",
                                     "/a%20b/../c", "" };

static void
ask_block(const struct ngx_directive *block)
{
	const struct ngx_directive *d = ngx_effective(block, "proxy_set_header", "Upgrade");

	ngx_hides(block, "proxy_set_header", "Host");
	ngx_effective(block, "proxy_buffering", NULL);
	assert(!d || d->line >= 1);
}

static void
ask_server(void *ctx, const struct ngx_directive *server)
{
	(void)ctx;
	ngx_server_has_name(server, "chat.example.org");
	for (const struct ngx_directive *d = ngx_child(server, "listen"); d;
	     d = ngx_next(d, "listen")) {
		struct ngx_listen l;

		ngx_listen_of(&l, d);
		assert(l.port <= 65535);
	}
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const struct ngx_directive *l = ngx_location_for(server, paths[i]);

		ask_block(l ? l : server);
	}
}

static size_t
count(const struct ngx_directive *d, const struct ngx_directive *parent)
{
	size_t n = 0;

	for (; d; d = d->next) {
		assert(d->parent == parent);
		assert(d->line >= 1 && d->column >= 1);
		assert(!d->args[d->n_args]);
		n += 1 + count(d->child, d);
	}
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ngx_conf c = { 0 };
	struct err e = { 0 };

	if (ngx_parse(&c, (const char *)data, size, "nginx.conf", &e) < 0) {
		assert(e.code == ERR_VALUE);
		must_be_a_sentence(&e);
	} else {
		assert(count(c.top, NULL) <= size);
		ngx_http(&c);
		ngx_each_server(&c, ask_server, NULL);
		ngx_server_for(&c, "127.0.0.1", 443, "chat.example.org");
		ngx_server_for(&c, "", 80, "");
		ngx_server_for(&c, NULL, 80, NULL);
	}
	ngx_free(&c);
	return 0;
}
