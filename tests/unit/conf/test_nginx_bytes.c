/* Where each directive begins and ends in its file, and by which include it came. */
#include "../tree.h"

#include "conf/nginx.h"

static const char site[] =
	"# a comment; with { braces }\n"
	"server{listen 80;server_name \"a;b\" 'c}d';\n"
	"\tlocation ~ '^/a{2}$' { return 200 \"x}\"; } # end\r\n"
	"\tif ($a) {}\n"
	"}\n";

/* Every directive begins with its name, ends with `;' or `}', and lies within its block. */
static void
judge(const struct ngx_directive *d, const char *text)
{
	for (; d; d = d->next) {
		assert_memory_equal(text + d->begin, d->name, strlen(d->name));
		assert_int_equal(text[d->end - 1], d->block ? '}' : ';');
		if (d->block)
			assert_int_equal(text[d->inside - 1], '{');
		if (d->parent)
			assert_true(d->begin >= d->parent->inside && d->end < d->parent->end);
		judge(d->child, text);
	}
}

static void
test_bytes(void **state)
{
	struct ngx_conf c;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(ngx_parse(&c, site, strlen(site), "x", &e), 0);
	judge(c.top, site);
	const struct ngx_directive *location = ngx_child(c.top, "location");
	assert_int_equal(location->end, strstr(site, " # end") - site);
	assert_int_equal(c.top->end, strlen(site) - 1);
	assert_int_equal(c.top->via, 0);
	ngx_free(&c);
}

static void
test_inclusions(void **state)
{
	static const char main_file[] = "http {\n include /etc/nginx/s/*.conf;\n server { include /etc/nginx/p; }\n}\n";
	struct tree *t = *state;
	struct ngx_conf c;
	struct err e = { 0 };

	tree_write(t, "/etc/nginx/nginx.conf", main_file);
	tree_write(t, "/etc/nginx/s/a.conf", "server {\n\tinclude /etc/nginx/p;\n\ta;\n}\n");
	tree_write(t, "/etc/nginx/p", "x 1;\n");
	assert_int_equal(ngx_read(&c, t->root, "/etc/nginx/nginx.conf", &e), 0);

	const struct ngx_directive *http = ngx_http(&c), *first = ngx_child(http, "server");
	const struct ngx_directive *x = ngx_child(first, "x"), *second = ngx_child(ngx_next(first, "server"), "x");
	const struct ngx_include *by = &c.includes[x->via - 1];

	assert_int_equal(http->via, 0);
	assert_string_equal(c.includes[first->via - 1].pattern, "/etc/nginx/s/*.conf");
	assert_int_equal(ngx_child(first, "a")->via, first->via);
	assert_int_equal(by->via, first->via);
	assert_string_equal(by->file, "/etc/nginx/s/a.conf");
	assert_int_equal(by->begin, strlen("server {\n\t"));
	assert_int_equal(by->end, strlen("server {\n\tinclude /etc/nginx/p;"));
	assert_true(x->via != second->via);
	assert_int_equal(x->begin, second->begin);
	assert_string_equal(c.includes[second->via - 1].file, "/etc/nginx/nginx.conf");
	assert_int_equal(main_file[http->end - 1], '}');
	ngx_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test_setup_teardown(test_inclusions, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
