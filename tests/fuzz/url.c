/* Addresses: what is taken is said again and read as the same. */
#include "fuzz.h"

#include "base/url.h"

static void
must_be_plain(const struct url *u)
{
	assert(strcmp(u->scheme, "http") == 0 || strcmp(u->scheme, "https") == 0);
	assert(u->port >= 1 && u->port <= 65535);
	assert(url_host_is_valid(u->host));
	assert(!u->ipv6 || u->ip);
	for (const char *p = u->host; *p; p++)
		assert((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || strchr("-._:%", *p));
	for (const char *p = u->path; *p; p++)
		assert((unsigned char)*p > ' ' && *p != 0x7f);
	url_is_loopback(u);
}

static void
must_read_back(const struct url *u, enum url_kind kind)
{
	struct buf text = BUF_INIT, again = BUF_INIT;
	struct err e = { 0 };
	struct url twin;

	url_base(&text, u);
	if (kind == URL_ANY)
		buf_puts(&text, u->path);
	assert(url_parse(&twin, text.s, "https", kind, NULL, &e) == 0);
	assert(strcmp(twin.scheme, u->scheme) == 0 && strcmp(twin.host, u->host) == 0);
	assert(twin.port == u->port && twin.ipv6 == u->ipv6 && twin.ip == u->ip);
	assert(kind == URL_BASE || strcmp(twin.path, u->path) == 0);
	url_host(&again, u);
	assert(strstr(text.s, again.s));
	buf_free(&text);
	buf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);

	for (enum url_kind kind = URL_BASE; kind <= URL_ANY; kind++) {
		struct url u;
		struct err e = { 0 };

		if (url_parse(&u, text, "https", kind, kind == URL_ANY ? "public" : NULL, &e) < 0) {
			assert(e.code == ERR_VALUE || e.code == ERR_USAGE);
			must_be_a_sentence(&e);
		} else {
			must_be_plain(&u);
			must_read_back(&u, kind);
		}
	}
	free(text);
	return 0;
}
