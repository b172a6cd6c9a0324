/*
 * Apache's configuration: a tree, or a refusal with its place.  Whatever it is,
 * every question about it has an answer.
 */
#include "fuzz.h"

#include "conf/apache.h"

static const char *const paths[] = { "/", "/api/global/event/ws", "/auth/session",
                                     "/a b/../c", "" };

static size_t
count(const struct apa_directive *d, const struct apa_directive *parent, int depth)
{
	size_t n = 0;

	assert(depth < 1000);
	for (; d; d = d->next) {
		struct apa_address address;

		assert(d->parent == parent && d->line >= 1);
		assert(d->name && !d->args[d->n_args]);
		assert(strcmp(apa_word(d, d->n_args), "") == 0);
		if (apa_address_of(&address, apa_word(d, 0)))
			assert(address.port <= 65535);
		n += 1 + count(d->child, d, depth + 1);
	}
	return n;
}

static void
ask(const struct apa_conf *c, const struct apa_directive *vhost)
{
	struct arena a = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const char *to = NULL;

		apa_effective(c, vhost, paths[i], "ProxyTimeout", NULL);
		apa_effective(c, vhost, paths[i], "RequestHeader", "set");
		if (apa_passes(&a, c, vhost, paths[i], i % 2, &to))
			assert(to);
	}
	arena_free(&a);
}

static void
ask_vhost(void *ctx, const struct apa_directive *vhost)
{
	apa_vhost_has_name(vhost, "chat.example.org");
	apa_vhost_has_port(vhost, 443);
	ask(ctx, vhost);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const modules[] = { "core_module", "so_module", "ssl_module",
	                                       "proxy_module", NULL };
	static const char *const variables[] = { "APACHE_RUN_USER=www-data", "SSL", NULL };
	const struct apa_world world = { .server_root = "/etc/apache2", .modules = modules,
	                                 .variables = variables, .version = { 2, 4, 57 } };
	struct apa_conf c = { 0 };
	struct err e = { 0 };

	if (apa_parse(&c, &world, (const char *)data, size, "apache2.conf", &e) < 0) {
		assert(e.code == ERR_VALUE);
		must_be_a_sentence(&e);
	} else {
		assert(count(c.top, NULL, 0) <= size);
		apa_each_vhost(&c, ask_vhost, &c);
		apa_vhost_for(&c, "127.0.0.1", 443, "chat.example.org");
		apa_vhost_for(&c, "", 80, "");
		ask(&c, NULL);
		for (size_t i = 0; i < c.n_modules; i++)
			assert(apa_has_module(&c, c.modules[i].name));
	}
	apa_free(&c);
	return 0;
}
