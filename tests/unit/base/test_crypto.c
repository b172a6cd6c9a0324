#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/gz.h"

static void
test_digests(void **state)
{
	static const struct { const char *in, *want; } cases[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	};
	char out[65], accept[29], hex[12] = "xxxxxxxxxxx", again[12];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		crypto_sha256(cases[i].in, strlen(cases[i].in), out);
		assert_string_equal(out, cases[i].want);
	}
	crypto_ws_accept("dGhlIHNhbXBsZSBub25jZQ==", accept); /* the example of RFC 6455 */
	assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	crypto_random_hex(hex, 9); /* an odd number, too */
	assert_int_equal(strlen(hex), 9);
	assert_int_equal(strspn(hex, "0123456789abcdef"), 9);
	assert_int_equal(hex[10], 'x');
	crypto_random_hex(again, 9);
	assert_string_not_equal(hex, again);
}

static void
test_base64(void **state)
{
	static const struct { const char *in, *want; } cases[] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foobar", "Zm9vYmFy" },
	};
	struct buf out = BUF_INIT;
	char zeros[3000] = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		buf_cut(&out, 0);
		crypto_base64(&out, cases[i].in, strlen(cases[i].in));
		assert_string_equal(out.s, cases[i].want);
	}
	buf_cut(&out, 0);
	crypto_base64(&out, zeros, sizeof(zeros));
	assert_int_equal(out.len, 4000);
	assert_int_equal(strspn(out.s, "A"), 4000);
	buf_free(&out);
}

static void
test_covers(void **state)
{
	static const char *const names[] = { "Chat.example.org", "*.wild.example", "*.org", "w*.part.example",
	                                     "192.0.2.7", "2001:db8::1", "*" };
	static const struct { const char *host; bool want; } cases[] = {
		{ "chat.example.org", true },
		{ "CHAT.EXAMPLE.ORG", true },
		{ "chat.example.org.", true },
		{ "example.org", false },
		{ "x.chat.example.org", false },
		{ "a.wild.example", true },
		{ "a.b.wild.example", false }, /* one label */
		{ "wild.example", false },
		{ ".wild.example", false },
		{ "example.org", false },      /* "*.org" covers nothing */
		{ "www.part.example", false }, /* no part of a label */
		{ "localhost", false },
		{ "192.0.2.7", true },
		{ "192.0.2.8", false },
		{ "2001:db8::1", true },
		{ "2001:0DB8:0:0::1", true },
		{ "2001:db8::2", false },
		{ "", false },
	};
	struct arena a = { 0 };
	struct cert c = { .n_names = ARRAY_LEN(names) };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		c.names[i] = arena_strdup(&a, names[i]);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (cert_covers(&c, cases[i].host) != cases[i].want)
			fail_msg("%s", cases[i].host);
	arena_free(&a);
}

static void
test_days_left(void **state)
{
	static const struct { long after; int want; } cases[] = {
		{ 0, 0 }, { 1, 0 }, { 86399, 0 }, { 86400, 1 }, { 61 * 86400L, 61 }, { -1, -1 }, { -86400, -2 }, { -86401, -2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cert c = { .not_after = 1700000000 + cases[i].after };

		assert_int_equal(cert_days_left(&c, 1700000000), cases[i].want);
	}
}

static void
test_make_and_read(void **state)
{
	static const struct { const char *host, *subject; } cases[] = {
		{ "chat.example.org", "chat.example.org" },
		{ "127.0.0.1", "127.0.0.1" },
		{ "::1", "::1" },
		{ "a-name-that-is-longer.than-the-sixty-four-characters.a-common-name-may-have.example", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf pem = BUF_INIT, key = BUF_INIT, other_pem = BUF_INIT, other_key = BUF_INIT;
		struct arena a = { 0 };
		struct cert c;
		struct err e = { 0 };
		const time_t now = time(NULL);

		assert_int_equal(cert_make(cases[i].host, 30, &pem, &key, &e), 0);
		assert_int_equal(cert_parse(&c, &a, pem.s, pem.len, "t.pem", &e), 0);
		assert_int_equal(c.n_names, 1);
		assert_true(cert_covers(&c, cases[i].host));
		assert_false(cert_covers(&c, "other.example"));
		assert_string_equal(c.subject, cases[i].subject);
		assert_string_equal(c.issuer, *cases[i].subject ? cases[i].subject : "Antechamber");
		assert_true(c.self_signed);
		assert_true(c.not_before < now - 86000 && c.not_before > now - 87000);
		assert_in_range(cert_days_left(&c, now), 29, 30);
		assert_int_equal(cert_key_matches(pem.s, key.s, &e), 0);
		assert_int_equal(cert_make("other.example", 1, &other_pem, &other_key, &e), 0);
		assert_int_equal(cert_key_matches(pem.s, other_key.s, &e), -1);
		assert_int_equal(e.code, ERR_VALUE);
		arena_free(&a);
		buf_free(&pem);
		buf_free(&key);
		buf_free(&other_pem);
		buf_free(&other_key);
	}
}

static const char encrypted_key[] =
	"-----BEGIN EC PRIVATE KEY-----\n"
	"Proc-Type: 4,ENCRYPTED\n"
	"DEK-Info: AES-128-CBC,6DCE7B0F1A9B9C21E5D3A6E2C5E9A2A1\n"
	"\n"
	"MHcCAQEEIIGdAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAoAoGCCqGSM49\n"
	"-----END EC PRIVATE KEY-----\n";

static void
test_wrong_pem(void **state)
{
	struct buf pem = BUF_INIT, key = BUF_INIT;
	struct arena a = { 0 };
	struct cert c;
	struct err e = { 0 };
	struct { const char *cert, *key, *why; } cases[] = {
		{ "", "", "certificate's file" },
		{ NULL, "", "key's file" },
		{ NULL, "nonsense", "key's file" },
		{ NULL, encrypted_key, "encrypted" },
		{ "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "", "certificate's file" },
	};

	(void)state;
	assert_int_equal(cert_make("x.example", 1, &pem, &key, &e), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(cert_key_matches(cases[i].cert ? cases[i].cert : pem.s, cases[i].key, &e), -1);
		assert_int_equal(e.code, ERR_VALUE);
		if (!strstr(e.msg, cases[i].why))
			fail_msg("case %zu: %s", i, e.msg);
	}
	assert_int_equal(cert_parse(&c, &a, key.s, key.len, "k.pem", &e), -1); /* a key is no certificate */
	assert_string_equal(e.file, "k.pem");
	assert_int_equal(cert_parse(&c, &a, "\0\0", 2, "k.pem", &e), -1);
	buf_puts(&key, pem.s); /* a certificate behind a key is found */
	assert_int_equal(cert_parse(&c, &a, key.s, key.len, "k.pem", &e), 0);
	for (size_t cut = 0; cut + 1 < pem.len; cut += 13) /* cut anywhere: refused, not crashed */
		assert_int_equal(cert_parse(&c, &a, pem.s, cut, "t.pem", &e), -1);
	assert_int_equal(cert_make("x,DNS:evil", 1, &pem, &key, &e), -1);
	assert_int_equal(cert_make("", 1, &pem, &key, &e), -1);
	arena_free(&a);
	buf_free(&pem);
	buf_free(&key);
}

static void
test_gzip(void **state)
{
	static const size_t sizes[] = { 0, 1, 100, 16384, 1000000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char *bytes = xmalloc(sizes[i]);
		struct buf once = BUF_INIT, twice = BUF_INIT, out = BUF_INIT, back = BUF_INIT;

		crypto_random(bytes, sizes[i]); /* does not get smaller: several chunks */
		gz_deflate(&once, bytes, sizes[i]);
		gz_deflate(&twice, once.s, once.len);
		assert_true(gz_looks(once.s, once.len));
		buf_puts(&out, "> ");
		assert_true(gz_inflate(&out, twice.s, twice.len, 2000000));
		assert_int_equal(out.len, once.len + 2);
		assert_true(gz_looks(out.s + 2, out.len - 2)); /* gzipped twice: it is gzip still */
		assert_true(gz_inflate(&back, out.s + 2, out.len - 2, 2000000));
		assert_int_equal(back.len, sizes[i]);
		assert_memory_equal(back.s, bytes, sizes[i]);
		buf_free(&once);
		buf_free(&twice);
		buf_free(&out);
		buf_free(&back);
		free(bytes);
	}
}

static void
test_gzip_hostile(void **state)
{
	char *zeros = xcalloc(1, 20000000);
	struct buf bomb = BUF_INIT, out = BUF_INIT;

	(void)state;
	assert_false(gz_looks("", 0));
	assert_false(gz_looks("\x1f", 1));
	assert_false(gz_looks("<!doctype", 9));
	assert_false(gz_inflate(&out, "plain text", 10, 100));
	assert_false(gz_inflate(&out, "\x1f\x8b", 2, 100));
	assert_false(gz_inflate(&out, "\x1f\x8bnonsense", 10, 100));
	assert_int_equal(out.len, 0);
	gz_deflate(&bomb, zeros, 20000000);
	assert_true(bomb.len < 40000);
	assert_true(gz_inflate(&out, bomb.s, bomb.len, 1000));
	assert_int_equal(out.len, 1000);
	assert_true(out.cap < 100000);
	buf_cut(&out, 0);
	assert_true(gz_inflate(&out, bomb.s, bomb.len / 2, 30000000)); /* cut short: what there was */
	assert_in_range(out.len, 1000, 19999999);
	for (size_t i = 0; i < bomb.len; i += 97) { /* any byte wrong: no crash, no more than asked for */
		bomb.s[i] ^= 0x55;
		buf_cut(&out, 0);
		gz_inflate(&out, bomb.s, bomb.len, 5000);
		assert_true(out.len <= 5000);
		bomb.s[i] ^= 0x55;
	}
	buf_free(&bomb);
	buf_free(&out);
	free(zeros);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_covers),
		cmocka_unit_test(test_days_left),
		cmocka_unit_test(test_make_and_read),
		cmocka_unit_test(test_wrong_pem),
		cmocka_unit_test(test_gzip),
		cmocka_unit_test(test_gzip_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
