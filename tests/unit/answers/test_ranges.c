#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
	const char **v, *day;
	size_t n = 0;

	(void)state;
	assert_int_equal(ranges_load(&v, &day, &a, "templates", NULL, &e), 0);
	while (v[n])
		n++;
	assert_int_equal(n, 22);
	assert_string_equal(day, "2023-09-28");
	for (size_t i = 0; v[i]; i++)
		if (!range_is_public(v[i]))
			fail_msg("%s counts as nobody's", v[i]);
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
	const char **v, *day;

	(void)state;
	assert_non_null(dir);
	assert_int_equal(ranges_load(&v, &day, &a, dir, NULL, &e), -1);
	assert_int_equal(fs_mkdirs(fs_join(&a, dir, "cloudflare"), 0700, &e), 0);
	assert_int_equal(fs_write(fs_join(&a, dir, "cloudflare/ips"), text, strlen(text), 0600, &e), 0);
	e = (struct err){ 0 };
	assert_int_equal(ranges_load(&v, &day, &a, dir, NULL, &e), -1);
	assert_int_equal(e.line, 4);
	assert_null(v);
	fs_remove_tree(dir, &e);
	arena_free(&a);
	free(dir);
}

static void
test_public_networks(void **state)
{
	static const char *const fine[] = { "104.16.0.0/13", "162.158.0.0/15", "1.1.1.1/32", "2a06:98c0::/29", "2606:4700::/32", NULL };
	static const char *const bad[] = {
		"0.0.0.0/0", "::/0", "104.16.0.0", "104.0.0.0/8", "104.16.0.1/13", "10.0.0.0/10", "192.168.1.0/24", "172.16.0.0/12",
		"192.160.0.0/11", "127.0.0.0/16", "100.64.0.0/10", "169.254.1.0/24", "224.0.0.0/12", "240.0.0.0/12", "198.18.0.0/16",
		"203.0.113.7/32", "2000::/3", "2606:4700::/20", "2606:4700::1/32", "fc00::/32", "fe80::/32", "2001:db8::/32",
		"2001:db8:1::/48", "64:ff9b::/96", "", "/8", "name/16", NULL,
	};

	(void)state;
	for (size_t i = 0; fine[i]; i++)
		if (!range_is_public(fine[i]))
			fail_msg("%s", fine[i]);
	for (size_t i = 0; bad[i]; i++)
		if (range_is_public(bad[i]))
			fail_msg("%s", bad[i]);
}

/* A newer list is taken before the one that is delivered, unless others could have written it. */
static void
test_a_newer_list(void **state)
{
	static const char text[] = "# Date: 2026-11-26\n104.16.0.0/13\n";
	struct arena a = { 0 };
	struct err e = { 0 };
	char *root = fs_mkdtemp("antechamber-test", &e);
	const char **v, *day, *path = fs_path(&a, root, RANGES_NEWER);

	(void)state;
	assert_int_equal(ranges_load(&v, &day, &a, "templates", root, &e), 0);
	assert_string_equal(day, "2023-09-28");
	assert_int_equal(fs_mkdirs(fs_dirname(&a, path), 0755, &e), 0);
	assert_int_equal(fs_write(path, text, strlen(text), 0644, &e), 0);
	assert_int_equal(ranges_load(&v, &day, &a, "templates", root, &e), 0);
	assert_string_equal(day, "2026-11-26");
	assert_string_equal(v[0], "104.16.0.0/13");
	assert_null(v[1]);
	assert_int_equal(chmod(path, 0664), 0);
	assert_int_equal(ranges_load(&v, &day, &a, "templates", root, &e), -1);
	assert_null(v);
	fs_remove_tree(root, &e);
	arena_free(&a);
	free(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_and_out),
		cmocka_unit_test(test_the_list),
		cmocka_unit_test(test_a_broken_list),
		cmocka_unit_test(test_public_networks),
		cmocka_unit_test(test_a_newer_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
