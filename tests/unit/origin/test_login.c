#include "fixture.h"

static const struct origin_options locked = { .password = "open sesame" };

/* Log in; the cookie's name=value is appended to `cookie' where there is one. */
static long
login(struct fix *f, const char *body, const char *const *headers, struct buf *cookie, struct got *keep)
{
	struct got g;
	long status;

	ask(f, &g, (struct net_request){ .method = "POST", .headers = headers, .body = body, .body_len = strlen(body) },
	    "/auth/session");
	status = g.r.status;
	if (cookie) {
		const char *set = header(&g, "Set-Cookie");

		assert_non_null(set);
		buf_puts(cookie, "Cookie: a=b; ");
		buf_add(cookie, set, strcspn(set, ";"));
	}
	if (keep)
		*keep = g;
	else
		got_free(&g);
	return status;
}

static void
test_the_cookie(void **state)
{
	static const char *const https[] = { "X-Forwarded-Proto: https", NULL };
	struct fix f;
	struct got g;

	(void)state;
	fix_start(&f, &locked);
	for (int secure = 0; secure < 2; secure++) {
		const char *set;

		assert_int_equal(login(&f, "{\"password\":\"open sesame\"}", secure ? https : NULL, NULL, &g), 200);
		assert_string_equal(g.r.body.s, "{\"authenticated\":true}");
		set = header(&g, "Set-Cookie");
		assert_true(!strncmp(set, "oc_ui_session=", 14));
		assert_non_null(strstr(set, "; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200; Expires="));
		assert_int_equal(!!strstr(set, "; Secure"), secure);
		got_free(&g);
	}
	fix_end(&f);
}

static void
test_what_the_cookie_opens(void **state)
{
	static const struct { const char *path, *type; } opens[] = {
		{ "/auth/session", "application/json; charset=utf-8" },
		{ "/api/config/settings", "application/json; charset=utf-8" },
		{ "/api/event/ws", "text/html; charset=utf-8" },
		{ "/api/nothing", "text/html; charset=utf-8" },
	};
	struct buf cookie = BUF_INIT;
	const char *headers[2] = { NULL };
	struct fix f;
	struct got g;

	(void)state;
	fix_start(&f, &locked);
	assert_int_equal(login(&f, "{\"password\":\" open sesame \"}", NULL, &cookie, NULL), 200);
	headers[0] = cookie.s;
	for (size_t i = 0; i < ARRAY_LEN(opens); i++) {
		ask(&f, &g, (struct net_request){ .headers = headers }, opens[i].path);
		assert_int_equal(g.r.status, 200);
		assert_string_equal(header(&g, "Content-Type"), opens[i].type);
		got_free(&g);
	}
	ask(&f, &g, (struct net_request){ .headers = headers }, "/auth/session");
	assert_string_equal(g.r.body.s, "{\"authenticated\":true}");
	got_free(&g);

	/* One letter of the signature, or of the time it is good until. */
	for (int i = 0; i < 2; i++) {
		char *at = i ? strstr(cookie.s, "session=") + 8 : cookie.s + cookie.len - 1;

		*at = *at == '1' ? '2' : '1';
		ask(&f, &g, (struct net_request){ .headers = headers }, "/auth/session");
		assert_int_equal(g.r.status, 401);
		got_free(&g);
	}
	buf_free(&cookie);
	fix_end(&f);
}

static void
test_another_origin_does_not_take_it(void **state)
{
	struct buf cookie = BUF_INIT;
	const char *headers[2] = { NULL };
	struct fix f, other;
	struct got g;

	(void)state;
	fix_start(&f, &locked);
	fix_start(&other, &locked);
	assert_int_equal(login(&f, "{\"password\":\"open sesame\"}", NULL, &cookie, NULL), 200);
	headers[0] = cookie.s;
	ask(&other, &g, (struct net_request){ .headers = headers }, "/auth/session");
	assert_int_equal(g.r.status, 401);
	got_free(&g);
	buf_free(&cookie);
	fix_end(&f);
	fix_end(&other);
}

static void
test_wrong_passwords(void **state)
{
	static const char *const wrong[] = {
		"{\"password\":\"open sesam\"}", "{\"password\":\"\"}", "{\"password\":7}", "{}", "[]", "",
		"password=open sesame", "{\"password\":\"open sesame\"",
	};
	struct fix f;
	struct got g;

	(void)state;
	fix_start(&f, &locked);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(login(&f, wrong[i], NULL, NULL, &g), 401);
		assert_string_equal(g.r.body.s, "{\"error\":\"Invalid credentials\"}");
		assert_non_null(strstr(header(&g, "Set-Cookie"), "oc_ui_session=; "));
		got_free(&g);
	}
	fix_end(&f);
}

static void
test_the_eleventh_failure_locks(void **state)
{
	static const char *const first[] = { "X-Forwarded-For: 192.0.2.1, 198.51.100.9", NULL };
	static const char *const again[] = { "X-Forwarded-For: 192.0.2.1", NULL };
	static const char *const mapped[] = { "X-Forwarded-For: ::ffff:192.0.2.1", NULL };
	static const char *const other[] = { "X-Forwarded-For: 192.0.2.2, 192.0.2.1", NULL };
	struct fix f;
	struct got g;

	(void)state;
	fix_start(&f, &locked);
	for (int i = 0; i < 10; i++)
		assert_int_equal(login(&f, "{\"password\":\"no\"}", i % 2 ? first : again, NULL, NULL), 401);
	assert_int_equal(login(&f, "{\"password\":\"no\"}", again, NULL, &g), 429);
	assert_string_equal(header(&g, "Retry-After"), "900");
	got_free(&g);
	assert_int_equal(login(&f, "{\"password\":\"open sesame\"}", first, NULL, NULL), 429);
	assert_int_equal(login(&f, "{\"password\":\"open sesame\"}", mapped, NULL, NULL), 429);
	assert_int_equal(login(&f, "{\"password\":\"open sesame\"}", other, NULL, NULL), 200);
	assert_int_equal(login(&f, "{\"password\":\"open sesame\"}", NULL, NULL, NULL), 200);
	fix_end(&f);
}

static void
test_success_forgets_failures(void **state)
{
	struct fix f;

	(void)state;
	fix_start(&f, &locked);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 9; i++)
			assert_int_equal(login(&f, "{\"password\":\"no\"}", NULL, NULL, NULL), 401);
		assert_int_equal(login(&f, "{\"password\":\"open sesame\"}", NULL, NULL, NULL), 200);
	}
	fix_end(&f);
}

static void
test_more_clients_than_are_remembered(void **state)
{
	struct fix f;

	(void)state;
	fix_start(&f, &locked);
	for (int i = 0; i < 200; i++) {
		char *who = xasprintf("X-Forwarded-For: 192.0.2.%d-%0*d", i, i, 0);
		const char *headers[] = { who, NULL };

		assert_int_equal(login(&f, "{\"password\":\"no\"}", headers, NULL, NULL), 401);
		free(who);
	}
	assert_int_equal(login(&f, "{\"password\":\"open sesame\"}", NULL, NULL, NULL), 200);
	fix_end(&f);
}

static void
test_a_login_in_chunks_and_a_large_one(void **state)
{
	struct fix f;
	struct raw r;
	struct buf big = BUF_INIT;

	(void)state;
	fix_start(&f, &locked);
	raw_open(&f, &r);
	raw_send(&r, "POST /auth/session HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
	             "d\r\n{\"password\":\"\r\ne\r\nopen sesame\"} \r\n0\r\n\r\n");
	assert_true(raw_gets(&r, "{\"authenticated\":true}", 1));
	raw_close(&r);

	buf_puts(&big, "{\"password\":\"");
	for (int i = 0; i < 200000; i++)
		buf_putc(&big, 'x');
	buf_puts(&big, "\"}");
	assert_int_equal(login(&f, big.s, NULL, NULL, NULL), 401);
	buf_free(&big);
	fix_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_cookie),
		cmocka_unit_test(test_what_the_cookie_opens),
		cmocka_unit_test(test_another_origin_does_not_take_it),
		cmocka_unit_test(test_wrong_passwords),
		cmocka_unit_test(test_the_eleventh_failure_locks),
		cmocka_unit_test(test_success_forgets_failures),
		cmocka_unit_test(test_more_clients_than_are_remembered),
		cmocka_unit_test(test_a_login_in_chunks_and_a_large_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
