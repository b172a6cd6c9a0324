#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "answers/needs.h"
#include "base/fs.h"

static const char good[] =
	"port: 3000\n"
	"version: /api/version\n"
	"health: /health\n"
	"session: /auth/session\n"
	"upload: /api/fs/upload\n"
	"limits: {body: 100M, stream: 3600s, connect: 30s, quiet: 30s}\n"
	"websockets:\n"
	"  - {id: event, path: /api/event/ws, first: '\"ready\"', keepalive: 15s, required: true, backend: false}\n"
	"streams: []\n";

/* Load `text' as the file in a fresh directory. */
static int
load(struct needs *n, const char *text, struct err *e)
{
	struct arena a = { 0 };
	char *dir = fs_mkdtemp("antechamber-test", e);
	int rc;

	assert_non_null(dir);
	assert_int_equal(fs_write(fs_join(&a, dir, "openchamber.yaml"), text, strlen(text), 0600, e), 0);
	rc = needs_load(n, dir, NULL, e);
	arena_free(&a);
	fs_remove_tree(dir, &(struct err){ 0 });
	free(dir);
	return rc;
}

/* The file that is installed. */
static void
test_the_real_file(void **state)
{
	struct needs n;
	struct err e = { 0 };

	(void)state;
	if (needs_load(&n, "templates", NULL, &e) < 0)
		fail_msg("%s", e.msg);
	assert_int_equal(n.port, 3000);
	assert_true(n.body == 100ull << 20);
	assert_true(n.stream > n.quiet);
	assert_true(n.n_sockets >= 3);
	assert_true(n.n_streams >= 3);
	assert_string_equal(n.sockets[0].id, "event");
	assert_string_equal(n.sockets[0].path, "/api/event/ws");
	assert_true(n.sockets[0].required);
	for (size_t i = 0; i < n.n_sockets; i++)
		assert_true(*n.sockets[i].path == '/' && n.sockets[i].keepalive > 0 && *n.sockets[i].first);
	for (size_t i = 0; i < n.n_streams; i++)
		assert_true(*n.streams[i].path == '/' && n.streams[i].keepalive <= n.quiet && *n.streams[i].first);
	needs_free(&n);
	needs_free(&n);
}

static void
test_good(void **state)
{
	struct needs n;
	struct err e = { 0 };

	(void)state;
	if (load(&n, good, &e) < 0)
		fail_msg("%s", e.msg);
	assert_int_equal(n.n_sockets, 1);
	assert_int_equal(n.n_streams, 0);
	assert_string_equal(n.sockets[0].first, "\"ready\"");
	assert_false(n.sockets[0].backend);
	assert_int_equal(n.quiet, 30);
	needs_free(&n);
}

/* One line replaced by another: refused, and the place named. */
static void
test_wrong(void **state)
{
	static const struct { const char *line, *instead; int at_line; } cases[] = {
		{ "port: 3000", "port: 0", 1 },
		{ "port: 3000", "port: 3000x", 1 },
		{ "port: 3000", "port: -1", 1 },
		{ "port: 3000\n", "", 1 },
		{ "port: 3000", "prot: 3000", 1 },
		{ "/health", "health", 3 },
		{ "/health", "\"/a b\"", 3 },
		{ "/health", "\"/a;b\"", 3 },
		{ "/health", "\"/{a}\"", 3 },
		{ "/health", "[/a]", 3 },
		{ "body: 100M", "body: lots", 6 },
		{ "body: 100M", "body: 0", 6 },
		{ "body: 100M, ", "", 6 },
		{ "stream: 3600s", "stream: soon", 6 },
		{ "stream: 3600s", "stream: 0", 6 },
		{ "quiet: 30s}", "quiet: 30s, more: 1}", 6 },
		{ "required: true", "required: perhaps", 8 },
		{ "required: true", "reqiured: true", 8 },
		{ "id: event, ", "", 8 },
		{ "streams: []", "streams: none", 9 },
		{ "streams: []", "streams: [x]", 9 },
		{ "streams: []", "", 1 },
		{ "streams: []", "streams: [", 10 },
		{ "streams: []", "streams:\n"
		  "  - {id: a, path: /a, first: x, keepalive: 1s, required: true, backend: true}\n"
		  "  - {id: a, path: /b, first: x, keepalive: 1s, required: true, backend: true}", 11 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *at = strstr(good, cases[i].line);
		struct buf text = BUF_INIT;
		struct needs n;
		struct err e = { 0 };

		assert_non_null(at);
		buf_add(&text, good, (size_t)(at - good));
		buf_puts(&text, cases[i].instead);
		buf_puts(&text, at + strlen(cases[i].line));
		if (load(&n, text.s, &e) == 0)
			fail_msg("taken:\n%s", text.s);
		assert_int_equal(e.code, ERR_VALUE);
		assert_string_equal(fs_basename(e.file), "openchamber.yaml");
		if (e.line != cases[i].at_line)
			fail_msg("%s: %s", cases[i].instead, e.msg);
		buf_free(&text);
	}
}

static void
test_missing(void **state)
{
	struct needs n;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(needs_load(&n, "/nonexistent", NULL, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_string_equal(e.file, "/nonexistent/openchamber.yaml");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_real_file),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
