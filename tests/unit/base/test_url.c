#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "base/url.h"

static void
test_good(void **state)
{
	static const struct {
		const char *in, *otherwise;
		enum url_kind kind;
		const char *base, *host, *path;
		bool ip, given;
	} cases[] = {
		{ "https://chat.example.org", "https", URL_BASE, "https://chat.example.org", "chat.example.org", "", false, true },
		{ "chat.example.org", "https", URL_BASE, "https://chat.example.org", "chat.example.org", "", false, false },
		{ "  HTTPS://Chat.Example.ORG/ ", "http", URL_BASE, "https://chat.example.org", "chat.example.org", "", false, true },
		{ "127.0.0.1:3000", "http", URL_BASE, "http://127.0.0.1:3000", "127.0.0.1:3000", "", true, false },
		{ "http://127.0.0.1:80", "https", URL_BASE, "http://127.0.0.1", "127.0.0.1", "", true, true },
		{ "https://x:443", "http", URL_BASE, "https://x", "x", "", false, true },
		{ "https://x:80", "http", URL_BASE, "https://x:80", "x:80", "", false, true },
		{ "https://x:", "http", URL_BASE, "https://x", "x", "", false, true },
		{ "http://[::1]:3000", "http", URL_BASE, "http://[::1]:3000", "[::1]:3000", "", true, true },
		{ "[2001:DB8::1]", "https", URL_BASE, "https://[2001:db8::1]", "[2001:db8::1]", "", true, false },
		{ "nas.lan", "http", URL_BASE, "http://nas.lan", "nas.lan", "", false, false },
		{ "localhost:65535", "http", URL_BASE, "http://localhost:65535", "localhost:65535", "", false, false },
		{ "my_host.local", "http", URL_BASE, "http://my_host.local", "my_host.local", "", false, false },
		{ "example.org.", "http", URL_BASE, "http://example.org", "example.org", "", false, false },
		{ "xn--bcher-kva.example", "http", URL_BASE, "http://xn--bcher-kva.example", "xn--bcher-kva.example", "", false, false },
		{ "https://x/a/b?c=d", "http", URL_ANY, "https://x", "x", "/a/b?c=d", false, true },
		{ "https://x?c", "http", URL_ANY, "https://x", "x", "/?c", false, true },
		{ "x/http://y", "http", URL_ANY, "http://x", "x", "/http://y", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf base = BUF_INIT, host = BUF_INIT;
		struct url u;
		struct err e = { 0 };

		if (url_parse(&u, cases[i].in, cases[i].otherwise, cases[i].kind, "origin", &e) < 0)
			fail_msg("%s: %s", cases[i].in, e.msg);
		url_base(&base, &u);
		url_host(&host, &u);
		assert_string_equal(base.s, cases[i].base);
		assert_string_equal(host.s, cases[i].host);
		assert_string_equal(u.path, cases[i].path);
		assert_int_equal(u.ip, cases[i].ip);
		assert_int_equal(u.scheme_given, cases[i].given);
		buf_free(&base);
		buf_free(&host);
	}
}

/* Each with a sentence of its own: `why' is a piece of it. */
static void
test_refused(void **state)
{
	static const struct { const char *in; enum url_kind kind; const char *why; } cases[] = {
		{ "", URL_BASE, "is needed" },
		{ "   ", URL_BASE, "is needed" },
		{ "ftp://x", URL_BASE, "does not begin with" },
		{ "httpss://x", URL_BASE, "does not begin with" },
		{ "://x", URL_BASE, "does not begin with" },
		{ "https://me:secret@x", URL_BASE, "user name" },
		{ "me@x", URL_BASE, "user name" },
		{ "https://x/path", URL_BASE, "path" },
		{ "https://x//", URL_BASE, "path" },
		{ "https://x?q", URL_BASE, "a part behind ?" },
		{ "https://x/?q", URL_BASE, "a part behind ?" },
		{ "https://x#f", URL_BASE, "a part behind #" },
		{ "https://x/a#f", URL_ANY, "a part behind #" },
		{ "https://x:0", URL_BASE, "between 1 and 65535" },
		{ "https://x:65536", URL_BASE, "between 1 and 65535" },
		{ "https://x:99999999999999999999", URL_BASE, "between 1 and 65535" },
		{ "https://x:8o", URL_BASE, "not a number" },
		{ "https://x:-1", URL_BASE, "not a number" },
		{ "https://", URL_BASE, "no host name" },
		{ "https://:443", URL_BASE, "no host name" },
		{ "https:///x", URL_BASE, "no host name" },
		{ "https://a b", URL_BASE, "characters that no address" },
		{ "https://a\tb", URL_BASE, "characters that no address" },
		{ "https://a\nb", URL_BASE, "characters that no address" },
		{ "https://a;b", URL_BASE, "wrong characters" },
		{ "https://a$b", URL_BASE, "wrong characters" },
		{ "https://{x}", URL_BASE, "characters that no address" },
		{ "https://-a.org", URL_BASE, "wrong characters" },
		{ "https://a..org", URL_BASE, "wrong characters" },
		{ "https://.org", URL_BASE, "wrong characters" },
		{ "https://1.2.3", URL_BASE, "is not an address" },
		{ "https://1.2.3.256", URL_BASE, "is not an address" },
		{ "https://0x7f.1", URL_BASE, "is not an address" },
		{ "https://0x7f000001", URL_BASE, "is not an address" },
		{ "6", URL_BASE, "is not an address" },
		{ "61", URL_BASE, "is not an address" },
		{ "https://2130706433", URL_BASE, "is not an address" },
		{ "https://b\xc3\xbc" "cher.example", URL_BASE, "wrong characters" },
		{ "https://a\xff", URL_BASE, "wrong characters" },
		{ "https://::1", URL_BASE, "brackets" },
		{ "https://[::1", URL_BASE, "wrong characters" },
		{ "https://[::1]x", URL_BASE, "wrong characters" },
		{ "https://[zz]", URL_BASE, "wrong characters" },
		{ "https://[127.0.0.1]", URL_BASE, "wrong characters" },
		{ "https://[fe80::1%eth0]", URL_BASE, "wrong characters" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct url u = { .host = "as it was" };
		struct err e = { 0 };

		assert_int_equal(url_parse(&u, cases[i].in, "https", cases[i].kind, "origin", &e), -1);
		assert_int_equal(e.code, ERR_VALUE);
		if (!strstr(e.msg, cases[i].why))
			fail_msg("%s: %s", cases[i].in, e.msg);
		assert_memory_equal(e.msg, "origin: ", 8);
		assert_null(strstr(e.msg, "secret"));
		assert_null(strpbrk(e.msg, "\n\t\x1b\xff"));
		assert_string_equal(u.host, "as it was");
	}
}

static void
test_long(void **state)
{
	char text[5000];
	struct url u;
	struct err e = { 0 };

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	for (size_t len = 60; len < sizeof(text); len += 7) {
		text[len] = '\0';
		assert_int_equal(url_parse(&u, text, "https", URL_ANY, NULL, &e), len < 64 ? 0 : -1);
		text[1] = '/';
		assert_int_equal(url_parse(&u, text, "https", URL_ANY, NULL, &e), len <= 256 ? 0 : -1);
		text[1] = 'a';
		text[len] = 'a';
	}
	assert_memory_equal(e.msg, "\"a/a", 4); /* without `what' the sentence alone */
}

static void
test_loopback(void **state)
{
	static const struct { const char *in; bool want; } cases[] = {
		{ "127.0.0.1", true }, { "127.8.9.10", true }, { "[::1]", true }, { "localhost", true },
		{ "a.localhost", true }, { "[::ffff:127.0.0.1]", true },
		{ "128.0.0.1", false }, { "[::2]", false }, { "localhost.org", false }, { "xlocalhost", false },
		{ "0.0.0.0", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct url u;
		struct err e;

		assert_int_equal(url_parse(&u, cases[i].in, "http", URL_BASE, NULL, &e), 0);
		assert_int_equal(url_is_loopback(&u), cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
