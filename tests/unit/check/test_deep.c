/* --deep: what has to be waited for, with keep-alives twenty times as fast as OpenChamber's. */
#include "fixture.h"

static const struct rule plain[] = { { 0 } };

static void
with(struct world *w, const struct rule *rules)
{
	world_origin(w, 0, PASSWORD);
	w->opt.password = PASSWORD;
	w->opt.deep = true;
	w->opt.timeout_ms = 3000;
	world_front(w, rules);
	run_all(w);
}

static void
test_streams_live(void **state)
{
	struct world *w = *state;

	with(w, plain);
	expect(w, "time.stream", TARGET_PUBLIC, CHECK_PASS);
	/* Nobody can make a real OpenChamber be quiet. */
	expect(w, "time.idle", TARGET_PUBLIC, CHECK_SKIP);
	expect_verdict(w, NULL);
	assert_true(check_ready(w->run));
}

static void
test_cut_streams(void **state)
{
	static const char *const paths[] = { "/api/openchamber/events", "/api/terminal/ws" };
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const struct check_result *c;

		with(w, (const struct rule[]){ { .path = paths[i], .cut_ms = 300 }, { 0 } });
		expect_cause(w, "time.stream", TARGET_PUBLIC, CHECK_FAIL, "stream-cut");
		c = result(w, "time.stream", TARGET_PUBLIC);
		assert_string_equal(json_get_string(c->observed, "path", ""), paths[i]);
		expect_verdict(w, "stream-cut");
	}
	/* The optional one can only warn. */
	with(w, (const struct rule[]){ { .path = "/api/dictation/ws", .cut_ms = 300 }, { 0 } });
	expect_cause(w, "time.stream", TARGET_PUBLIC, CHECK_WARN, "stream-cut");
	expect_verdict(w, NULL);
}

static void
test_not_without_a_login(void **state)
{
	struct world *w = *state;

	world_origin(w, 0, PASSWORD);
	w->opt.deep = true;
	world_front(w, plain);
	run_all(w);
	expect(w, "time.stream", TARGET_PUBLIC, CHECK_SKIP);
	expect_verdict(w, NULL);
}

/* A limit that shows only when the bytes come. */
static void
test_a_real_upload(void **state)
{
	struct world *w = *state;

	w->opt.body = 1 << 20;
	with(w, plain);
	expect(w, "body.limit", TARGET_PUBLIC, CHECK_PASS);
	with(w, (const struct rule[]){
		{ .path = "/api/fs/upload", .only_if = "Expect:" },
		{ .path = "/api/fs/upload", .act = CANNED,
		  .canned = "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n" }, { 0 } });
	expect_cause(w, "body.limit", TARGET_PUBLIC, CHECK_FAIL, "body-limit");
	expect_verdict(w, "body-limit");
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_up, world_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_streams_live), T(test_cut_streams), T(test_not_without_a_login),
		T(test_a_real_upload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
