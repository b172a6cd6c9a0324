#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "answers/ranges.h"
#include "base/fs.h"

static void
test_in_and_out(void **state)
{
	static const struct {
		const char *range, *address;
		bool        in;
	} all[] = {
		{ "104.16.0.0/13", "104.16.0.0", true },     { "104.16.0.0/13", "104.23.255.255", true },
		{ "104.16.0.0/13", "104.24.0.0", false },    { "131.0.72.0/22", "131.0.75.9", true },
		{ "131.0.72.0/22", "131.0.76.0", false },    { "10.0.0.0/8", "10.255.0.1", true },
		{ "10.0.0.0/8", "11.0.0.1", false },         { "0.0.0.0/0", "203.0.113.1", true },
		{ "0.0.0.0/0", "2001:db8::1", false },       { "128.0.0.0/1", "127.0.0.1", false },
		{ "192.0.2.1", "192.0.2.1", true },          { "192.0.2.1", "192.0.2.2", false },
		{ "2a06:98c0::/29", "2a06:98c7::1", true },  { "2a06:98c0::/29", "2a06:98c8::1", false },
		{ "2606:4700::/32", "2606:4700::6810", true }, { "2606:4700::/32", "2606:4701::", false },
		{ "10.0.0.0/8", "", false },                 { "10.0.0.0/8", "10.0.0.0/8", false },
		{ "10.0.0.0/33", "10.0.0.1", false },        { "name", "10.0.0.1", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (range_has(all[i].range, all[i].address) != all[i].in)
			fail_msg("%s in %s is %d", all[i].address, all[i].range, !all[i].in);
	assert_false(ranges_have(NULL, "10.0.0.1"));
}

/* The list that is delivered: whole, and with its source and date. */
static void
test_the_list(void **state)
{
	struct arena a = { 0 };
	struct buf text = BUF_INIT;
	struct err e = { 0 };
	const char **v;
	size_t n = 0;

	(void)state;
	assert_int_equal(ranges_load(&v, &a, "templates", &e), 0);
	while (v[n])
		n++;
	assert_int_equal(n, 22);
	assert_true(ranges_have(v, "162.158.1.1"));
	assert_true(ranges_have(v, "2606:4700::1111"));
	assert_false(ranges_have(v, "192.0.2.1"));
	assert_int_equal(fs_read(&text, "templates/cloudflare/ips", 65536, &e), 0);
	assert_non_null(strstr(text.s, "\n# Source: https://"));
	assert_non_null(strstr(text.s, "\n# Date: 20"));
	buf_free(&text);
	arena_free(&a);
}

static void
test_a_broken_list(void **state)
{
	static const char text[] = "# Date: 2026-01-01\n\n10.0.0.0/8\n10.0.0.0/40\n";
	struct arena a = { 0 };
	struct err e = { 0 };
	char *dir = fs_mkdtemp("antechamber-test", &e);
	const char **v;

	(void)state;
	assert_non_null(dir);
	assert_int_equal(ranges_load(&v, &a, dir, &e), -1);
	assert_int_equal(fs_mkdirs(fs_join(&a, dir, "cloudflare"), 0700, &e), 0);
	assert_int_equal(fs_write(fs_join(&a, dir, "cloudflare/ips"), text, strlen(text), 0600, &e), 0);
	e = (struct err){ 0 };
	assert_int_equal(ranges_load(&v, &a, dir, &e), -1);
	assert_int_equal(e.line, 4);
	assert_null(v);
	fs_remove_tree(dir, &e);
	arena_free(&a);
	free(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_and_out),
		cmocka_unit_test(test_the_list),
		cmocka_unit_test(test_a_broken_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
