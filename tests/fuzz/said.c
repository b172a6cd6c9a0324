/*
 * What programs say of themselves and of a configuration: versions and
 * complaints, whatever they print.
 */
#include "fuzz.h"

#include "proxy/apache.h"
#include "proxy/caddy.h"
#include "proxy/haproxy.h"
#include "proxy/nginx.h"

static void
complain(bool (*complaint)(const char *said, struct err *e), const char *said)
{
	struct err e = { 0 };

	if (!complaint(said, &e))
		return;
	assert(e.line >= 0 && e.column >= 0);
	must_be_a_sentence(&e);
}

static void
version(void (*read)(struct proxy_found *f, const char *said), size_t own, const char *said)
{
	struct proxy_found f = { .conf = xcalloc(1, own) };

	read(&f, said);
	if (f.version)
		assert(text_is_utf8(f.version, strlen(f.version)));
	free(f.conf);
	arena_free(&f.arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *said = xstrndup((const char *)data, size);

	complain(nginx_complaint, said);
	complain(caddy_complaint, said);
	complain(haproxy_complaint, said);
	complain(apache_complaint, said);
	version(nginx_read_version, sizeof(struct nginx_own), said);
	version(caddy_read_version, sizeof(struct caddy_own), said);
	version(haproxy_read_version, sizeof(struct haproxy_own), said);
	version(apache_read_version, sizeof(struct apache_own), said);
	version(apache_read_statics, sizeof(struct apache_own), said);
	free(said);
	return 0;
}
