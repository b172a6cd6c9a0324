#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "answers/answers.h"
#include "answers/fields.h"
#include "base/i18n.h"
#include "base/text.h"

/* One answer at a time, as the wizard does.  `shown' NULL: refused, and `why' is a piece of the sentence. */
static void
test_set(void **state)
{
	static const struct { const char *key, *text, *shown, *why; } cases[] = {
		{ "origin", "127.0.0.1:3000", "http://127.0.0.1:3000", NULL },
		{ "origin", " https://oc.lan/ ", "https://oc.lan", NULL },
		{ "origin", "http://x/path", NULL, "path" },
		{ "public", "Chat.Example.org", "https://chat.example.org", NULL },
		{ "public", "chat.example.org:8443", "https://chat.example.org:8443", NULL },
		{ "public", "http://nas.lan", "http://nas.lan", NULL },
		{ "public", "https://me@x", NULL, "user name" },
		{ "public", "bücher.example", "https://xn--bcher-kva.example", NULL },
		{ "public", "https://한국.example:8443/", "https://xn--3e0b707e.example:8443", NULL },
		{ "public", "https://a\xff.example", NULL, "wrong characters" },
		{ "public", "https://a\xe2\x80\xae.example", NULL, "wrong characters" },
		{ "public", "", "", NULL },
		{ "proxy", "nginx", "nginx", NULL },
		{ "proxy", "cloudflared", "cloudflared", NULL },
		{ "proxy", "Nginx", NULL, "not one of: nginx, npm, caddy" },
		{ "tls.mode", "upstream", "upstream", NULL },
		{ "tls.mode", "letsencrypt", NULL, "not one of: none, existing" },
		{ "tls.mode", "", "", NULL },
		{ "tls.certificate", "/etc/ssl/chain.pem", "/etc/ssl/chain.pem", NULL },
		{ "tls.key", "/etc/ssl/한글.key", "/etc/ssl/한글.key", NULL },
		{ "tls.key", "/a..b/c", "/a..b/c", NULL },
		{ "tls.key", "key.pem", NULL, "begin with /" },
		{ "tls.key", "~/key.pem", NULL, "begin with /" },
		{ "tls.key", "/etc/../root/key", NULL, "goes up" },
		{ "tls.key", "/etc/..", NULL, "goes up" },
		{ "tls.key", "/..", NULL, "goes up" },
		{ "tls.key", "/etc/ssl/", NULL, "directory" },
		{ "tls.key", "/", NULL, "directory" },
		{ "tls.key", "/a\nb", NULL, "not allowed" },
		{ "tls.key", "/a\x1b[31m", NULL, "not allowed" },
		{ "tls.key", "/a\xff", NULL, "not allowed" },
		{ "tls.key", "/a\xe2\x80\xae" "b", NULL, "not allowed" },
		{ "limits.body", "50M", "50M", NULL },
		{ "limits.body", "1024M", "1G", NULL },
		{ "limits.body", "52428800", "50M", NULL },
		{ "limits.body", "50MM", NULL, "\"50MM\" is not a size (write 50M, 1G or a number of bytes)" },
		{ "limits.body", "0", NULL, "from 1K to 1T" },
		{ "limits.body", "2T", NULL, "from 1K to 1T" },
		{ "limits.body", "-1", NULL, "not a size" },
		{ "limits.body", "", "100M", NULL },
		{ "limits.stream", "1h", "3600s", NULL },
		{ "limits.stream", "35", "35s", NULL },
		{ "limits.stream", "34s", NULL, "at least 35s is needed: OpenChamber may be quiet" },
		{ "limits.stream", "25h", "90000s", NULL },
		{ "limits.stream", "999999h", NULL, "from 35s to" },
		{ "limits.stream", "forever", NULL, "not a duration (write 3600s, 60m or 1h)" },
		{ "limits.connect", "0", NULL, "from 1s to 600s" },
		{ "limits.connect", "5", "5s", NULL },
		{ "cdn", "cloudflare", "cloudflare", NULL },
		{ "cdn", "", "none", NULL },
		{ "cdn", "fastly", NULL, "not one of: none, cloudflare, other" },
		{ "trusted", "10.0.0.0/8, 2001:db8::/32 192.0.2.1", "10.0.0.0/8, 2001:db8::/32, 192.0.2.1", NULL },
		{ "trusted", "0.0.0.0/0", "0.0.0.0/0", NULL },
		{ "trusted", "10.0.0.0/33", NULL, "\"10.0.0.0/33\" is not a network" },
		{ "trusted", "10.0.0.0/", NULL, "not a network" },
		{ "trusted", "10.0.0/8", NULL, "not a network" },
		{ "trusted", "2001:db8::/129", NULL, "not a network" },
		{ "trusted", "10.0.0.0/8;", NULL, "not a network" },
		{ "trusted", "example.org", NULL, "not a network" },
		{ "trusted", " , ", "", NULL },
		{ "listen.address", "*", "*", NULL },
		{ "listen.address", "192.168.1.20", "192.168.1.20", NULL },
		{ "listen.address", "[::1]", "::1", NULL },
		{ "listen.address", "::", "::", NULL },
		{ "listen.address", "[*]", NULL, "not an address" },
		{ "listen.address", "[127.0.0.1]", NULL, "not an address" },
		{ "listen.address", "localhost", NULL, "not an address" },
		{ "listen.address", "1.2.3.4;", NULL, "not an address" },
		{ "listen.address", "", "*", NULL },
		{ "listen.https", "8443", "8443", NULL },
		{ "listen.https", "", "", NULL },
		{ "listen.https", "0", NULL, "not a port" },
		{ "listen.https", "65536", NULL, "not a port" },
		{ "listen.https", "00000443", NULL, "not a port" },
		{ "listen.https", "443 ssl", NULL, "not a port" },
		{ "files.config", "/etc/nginx/sites-available/oc.conf", "/etc/nginx/sites-available/oc.conf", NULL },
		{ "commands.validate", "/usr/sbin/nginx -t", "/usr/sbin/nginx -t", NULL },
		{ "commands.validate", "sh -c 'a \"b\"' \"c d\" e\\ f", "sh -c 'a \"b\"' 'c d' 'e f'", NULL },
		{ "commands.validate", "x ''", "x ''", NULL },
		{ "commands.validate", "x 'it'\\''s'", "x 'it'\\''s'", NULL },
		{ "commands.validate", "x 'open", NULL, "never closed" },
		{ "commands.validate", "'' x", NULL, "name is empty" },
		{ "commands.validate", "x a\x1b", NULL, "not allowed" },
		{ "commands.reload", "docker exec proxy nginx -s reload", "docker exec proxy nginx -s reload", NULL },
		{ "npm.url", "127.0.0.1:81", "http://127.0.0.1:81", NULL },
		{ "npm.url", "ftp://x", NULL, "does not begin with" },
		{ "npm.identity", "admin@example.org", "admin@example.org", NULL },
		{ "npm.identity", "a\nb", NULL, "not allowed" },
		{ "npm.secret-file", "/run/secret", "/run/secret", NULL },
		{ "cloudflare.zone", "example.org", "example.org", NULL },
		{ "cloudflare.zone", "https://example.org", NULL, "not a domain" },
		{ "cloudflare.zone", "127.0.0.1", NULL, "not a domain" },
		{ "cloudflare.token-file", "token", NULL, "begin with /" },
		{ "reload", "false", "false", NULL },
		{ "reload", "no", NULL, "neither true nor false" },
		{ "language", "ko", "ko", NULL },
		{ "language", "xx", NULL, "not one of: en, ko, pl" },
		{ "no.such", "x", NULL, "no.such" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct answers a;
		struct buf shown = BUF_INIT, before = BUF_INIT, after = BUF_INIT;
		struct err e = { 0 };
		int rc;

		answers_init(&a);
		answers_write(&before, &a);
		rc = answers_set(&a, cases[i].key, cases[i].text, &e);
		if (rc != (cases[i].shown ? 0 : -1))
			fail_msg("%s: %s: %d %s", cases[i].key, cases[i].text, rc, e.msg);
		answers_get(&shown, &a, cases[i].key);
		if (cases[i].shown) {
			assert_string_equal(shown.s, cases[i].shown);
		} else {
			answers_write(&after, &a);
			assert_string_equal(after.s, before.s); /* unchanged */
			assert_int_equal(e.code, ERR_VALUE);
			if (!strstr(e.msg, cases[i].why))
				fail_msg("%s: %s", cases[i].text, e.msg);
			assert_int_equal(e.line, 0);
			assert_true(text_is_utf8(e.msg, strlen(e.msg)));
			assert_null(strpbrk(e.msg, "\n\x1b"));
		}
		answers_free(&a);
		buf_free(&shown);
		buf_free(&before);
		buf_free(&after);
	}
}

static void
test_huge(void **state)
{
	char *text = xmalloc(100001);

	(void)state;
	memset(text, 'a', 100000);
	text[100000] = '\0';
	*text = '/';
	for (const struct answer_field *f = answer_fields; f->key; f++) {
		struct answers a;
		struct err e;

		answers_init(&a);
		if (answers_set(&a, f->key, text, &e) == 0)
			fail_msg("%s takes 100000 bytes", f->key);
		answers_free(&a);
	}
	free(text);
}

/* The table has what every reader of it relies on. */
static void
test_fields(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct answer_field *f = answer_fields; f->key; f++, n++) {
		assert_ptr_equal(field_find(f->key), f);
		assert_true(f->offset < sizeof(struct answers));
		assert_true((f->kind == ANSWER_CHOICE) == (f->choices != NULL));
		assert_true(f->min <= f->max);
		for (const struct answer_field *g = answer_fields; g != f; g++)
			assert_int_not_equal(g->offset, f->offset);
	}
	assert_int_equal(n, N_ANSWERS);
	assert_null(field_find("tls"));
	assert_int_equal(sizeof(enum tls_mode), sizeof(int));
	assert_int_equal(sizeof(enum cdn), sizeof(int));
}

static void
test_copy_is_deep(void **state)
{
	static const char text[] = "version: 1\nproxy: caddy\ntrusted: [10.0.0.0/8]\ntls: {mode: auto}\n"
	                           "public: https://x\ncommands: {reload: [a, b]}\n";
	struct answers a, b;
	struct err e;
	struct buf x = BUF_INIT, y = BUF_INIT;

	(void)state;
	answers_init(&a);
	assert_int_equal(answers_parse(&a, text, strlen(text), "f", &e), 0);
	answers_write(&x, &a);
	answers_copy(&b, &a);
	answers_free(&a);
	answers_write(&y, &b);
	assert_string_equal(y.s, x.s);
	assert_string_equal(b.file, "f");
	assert_true(answers_place(&b, "proxy", &(int){ 0 }, &(int){ 0 }));
	answers_free(&b);
	buf_free(&x);
	buf_free(&y);
}

static void
test_whole(void **state)
{
	static const struct { const char *text; const char *key; int line; } cases[] = {
		{ "", "origin", 0 },
		{ "origin: http://127.0.0.1:3000\n", "public", 0 },
		{ "origin: http://x\npublic: https://y\n", "proxy", 0 },
		{ "origin: http://x\npublic: https://y\nproxy: nginx\n", "tls.mode", 0 },
		{ "origin: http://x\npublic: https://y\nproxy: cloudflared\n", NULL, 0 },
		{ "origin: http://x\npublic: http://y\nproxy: nginx\n", NULL, 0 },
		{ "origin: http://x\npublic: http://y\nproxy: nginx\ntls: {mode: none}\n", NULL, 0 },
		{ "origin: http://x\npublic: https://y\nproxy: nginx\ntls: {mode: none}\n", "tls.mode", 5 },
		{ "origin: http://x\npublic: http://y\nproxy: nginx\ntls: {mode: selfsigned}\n", "tls.mode", 5 },
		{ "origin: http://x\npublic: https://y\nproxy: nginx\ntls: {mode: selfsigned}\n", NULL, 0 },
		{ "origin: http://x\npublic: https://y\nproxy: nginx\ntls: {mode: existing}\n", "tls.certificate", 0 },
		{ "origin: http://x\npublic: https://y\nproxy: nginx\ntls: {mode: existing, certificate: /c}\n", "tls.key", 0 },
		{ "origin: http://x\npublic: https://y\nproxy: nginx\ntls: {mode: existing, certificate: /c, key: /k}\n", NULL, 0 },
		{ "origin: http://x\npublic: https://y\nproxy: nginx\ntls: {mode: auto}\ncdn: other\n", "trusted", 0 },
		{ "origin: http://x\npublic: https://y\nproxy: nginx\ntls: {mode: auto}\ncdn: other\ntrusted: [10.0.0.0/8]\n", NULL, 0 },
		{ "origin: http://x\npublic: https://y\nproxy: nginx\ntls: {mode: auto}\nlisten: {http: 443}\n", "listen.http", 6 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf text = BUF_INIT;
		struct answers a;
		struct err e = { 0 };

		buf_printf(&text, "version: 1\n%s", cases[i].text);
		answers_init(&a);
		if (answers_parse(&a, text.s, text.len, "f.yaml", &e) < 0)
			fail_msg("case %zu: %s", i, e.msg);
		assert_int_equal(answers_whole(&a, &e), cases[i].key ? -1 : 0);
		if (cases[i].key) {
			assert_int_equal(e.code, ERR_VALUE);
			assert_non_null(strstr(e.msg, cases[i].key));
			assert_string_equal(e.file, "f.yaml");
			assert_int_equal(e.line, cases[i].line);
		}
		answers_free(&a);
		buf_free(&text);
	}
}

static void
test_ports(void **state)
{
	static const struct { const char *public, *tls, *http_port, *https_port; unsigned http, https; } cases[] = {
		{ "https://x", "existing", "", "", 80, 443 },
		{ "https://x:8443", "existing", "", "", 0, 8443 },
		{ "https://x:8443", "existing", "8080", "", 8080, 8443 },
		{ "https://x", "existing", "", "8443", 0, 8443 },
		{ "https://x", "auto", "8080", "8443", 8080, 8443 },
		{ "http://x", "none", "", "", 80, 0 },
		{ "http://x:8080", "none", "", "", 8080, 0 },
		{ "http://x:8080", "none", "9000", "9443", 9000, 0 },
		{ "http://x:8080", "", "", "", 8080, 0 },
		{ "https://x", "upstream", "", "", 80, 0 },
		{ "https://x:8443", "upstream", "8081", "", 8081, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct answers a;
		struct err e;
		unsigned http, https;

		answers_init(&a);
		assert_int_equal(answers_set(&a, "public", cases[i].public, &e), 0);
		assert_int_equal(answers_set(&a, "tls.mode", cases[i].tls, &e), 0);
		assert_int_equal(answers_set(&a, "listen.http", cases[i].http_port, &e), 0);
		assert_int_equal(answers_set(&a, "listen.https", cases[i].https_port, &e), 0);
		answers_ports(&a, &http, &https);
		if (http != cases[i].http || https != cases[i].https)
			fail_msg("case %zu: %u %u", i, http, https);
		answers_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_copy_is_deep),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
