#include "fixture.h"

static const char *const routes[] = { "ws.event", "ws.global-event", "ws.terminal", "ws.dictation",
                                      "sse.event",
                                      "sse.global-event", "sse.notifications", "sse.openchamber" };

static void
test_a_healthy_origin_passes(void **state)
{
	struct world *w = *state;
	static const char *const passwords[] = { NULL, PASSWORD };

	for (size_t i = 0; i < ARRAY_LEN(passwords); i++) {
		world_origin(w, 0, passwords[i]);
		w->opt.password = passwords[i];
		w->opt.exposure_known = true;
		run_all(w);
		expect(w, "direct.answer", TARGET_DIRECT, CHECK_PASS);
		expect(w, "direct.version", TARGET_DIRECT, CHECK_PASS);
		expect(w, "direct.exposure", TARGET_DIRECT, CHECK_PASS);
		for (size_t n = 0; n < ARRAY_LEN(routes); n++)
			expect(w, routes[n], TARGET_DIRECT, CHECK_PASS);
		expect(w, "gzip.encoding", TARGET_DIRECT, CHECK_PASS);
		expect(w, "gzip.layers", TARGET_DIRECT, CHECK_PASS);
		expect(w, "body.limit", TARGET_DIRECT, CHECK_PASS);
		expect_verdict(w, NULL);
		assert_true(check_ready(w->run));
		assert_string_equal(check_origin_version(w->run), "1.19.0");
		assert_int_equal(check_logged_in(w->run), passwords[i] != NULL);
		assert_int_equal(check_origin_has_password(w->run), passwords[i] != NULL);
	}
}

static void
test_no_password_is_a_warning(void **state)
{
	struct world *w = *state;

	world_origin(w, 0, NULL);
	run_all(w);
	expect_cause(w, "direct.login", TARGET_DIRECT, CHECK_WARN, "unprotected");
	expect_verdict(w, NULL);
	world_origin(w, 0, PASSWORD);
	w->opt.password = PASSWORD;
	run_all(w);
	expect(w, "direct.login", TARGET_DIRECT, CHECK_PASS);
}

static void
test_without_the_password_it_says_what_is_proved(void **state)
{
	struct world *w = *state;

	world_origin(w, 0, PASSWORD);
	run_all(w);
	expect(w, "direct.login", TARGET_DIRECT, CHECK_SKIP);
	expect(w, "ws.event", TARGET_DIRECT, CHECK_PASS);
	expect(w, "sse.event", TARGET_DIRECT, CHECK_SKIP);
	expect_verdict(w, NULL);
	assert_false(check_ready(w->run));
}

static void
test_nobody_there(void **state)
{
	struct world *w = *state;

	w->origin = (struct url){ .scheme = "http", .host = "127.0.0.1", .port = dead_port(),
	                          .ip = true };
	run_all(w);
	expect_cause(w, "direct.answer", TARGET_DIRECT, CHECK_FAIL, "origin-refused");
	expect(w, "ws.event", TARGET_DIRECT, CHECK_SKIP);
	expect(w, "direct.login", TARGET_DIRECT, CHECK_SKIP);
	expect_verdict(w, "origin-refused");
	assert_false(check_ready(w->run));
}

static void
test_a_name_nobody_has(void **state)
{
	struct world *w = *state;

	w->origin = (struct url){ .scheme = "http", .host = "nowhere.invalid", .port = 80 };
	run_all(w);
	expect_cause(w, "direct.answer", TARGET_DIRECT, CHECK_FAIL, "origin-unresolved");
	expect_verdict(w, "origin-unresolved");
	assert_false(check_ready(w->run));
}

static void
test_what_answers_is_named(void **state)
{
	static const struct { unsigned how; const char *cause; } cases[] = {
		{ ORIGIN_HANGS, "origin-timeout" },
		{ ORIGIN_IS_OPENCODE, "origin-opencode" },
		{ ORIGIN_NOT_OURS, "origin-other" },
		{ ORIGIN_GARBAGE, "origin-other" },
		{ ORIGIN_FLOODS, "origin-other" },
		{ ORIGIN_LIES, "origin-other" },
	};
	struct world *w = *state;

	w->opt.timeout_ms = 400;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		world_origin(w, cases[i].how, NULL);
		run_all(w);
		expect_cause(w, "direct.answer", TARGET_DIRECT, CHECK_FAIL, cases[i].cause);
		expect_verdict(w, cases[i].cause);
	}
}

/* A measured time has its decimals; how long it was to be waited is a number that was set. */
static void
test_a_wait_is_no_measurement(void **state)
{
	static const struct { int ms; const char *says; } cases[] = { { 1000, "for 1 s." }, { 400, "for 0.40 s." } };
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		w->opt.timeout_ms = cases[i].ms;
		world_origin(w, ORIGIN_HANGS, NULL);
		run_all(w);
		assert_non_null(strstr(result(w, "direct.answer", TARGET_DIRECT)->detail, cases[i].says));
	}
}

static void
test_a_wrong_password_is_tried_once(void **state)
{
	struct world *w = *state;

	world_origin(w, 0, PASSWORD);
	w->opt.password = "something else";
	run_all(w);
	expect_cause(w, "direct.login", TARGET_DIRECT, CHECK_FAIL, "password-wrong");
	expect(w, "sse.event", TARGET_DIRECT, CHECK_SKIP);
	expect_verdict(w, "password-wrong");
	world_origin(w, ORIGIN_LOCKED, PASSWORD);
	w->opt.password = PASSWORD;
	run_all(w);
	expect_cause(w, "direct.login", TARGET_DIRECT, CHECK_FAIL, "password-locked");
}

static void
test_silent_events_are_the_origin_s_fault(void **state)
{
	struct world *w = *state;

	world_origin(w, ORIGIN_SILENT_EVENTS, PASSWORD);
	w->opt.password = PASSWORD;
	w->opt.timeout_ms = 500;
	run_all(w);
	expect_cause(w, "sse.event", TARGET_DIRECT, CHECK_FAIL, "origin-silent");
	expect_cause(w, "ws.event", TARGET_DIRECT, CHECK_FAIL, "origin-silent");
	expect(w, "sse.openchamber", TARGET_DIRECT, CHECK_PASS);
	expect(w, "ws.terminal", TARGET_DIRECT, CHECK_PASS);
	expect_verdict(w, "origin-silent");
}

static void
test_a_starting_opencode_is_not_accused(void **state)
{
	struct world *w = *state;

	world_origin(w, ORIGIN_STARTING, NULL);
	w->opt.timeout_ms = 500;
	run_all(w);
	expect(w, "sse.event", TARGET_DIRECT, CHECK_SKIP);
	expect(w, "ws.global-event", TARGET_DIRECT, CHECK_SKIP);
	expect(w, "sse.notifications", TARGET_DIRECT, CHECK_PASS);
	expect_verdict(w, NULL);
}

static void
test_an_older_version_without_dictation(void **state)
{
	struct world *w = *state;

	world_origin(w, ORIGIN_NO_DICTATION, NULL);
	w->opt.timeout_ms = 500;
	run_all(w);
	expect(w, "ws.dictation", TARGET_DIRECT, CHECK_SKIP);
	expect(w, "ws.terminal", TARGET_DIRECT, CHECK_PASS);
	expect_verdict(w, NULL);
	assert_true(check_ready(w->run));
}

static void
test_exposure(void **state)
{
	static const char *const nobody[] = { "127.0.0.1", NULL };
	static const char *const here[] = { "127.0.0.1", "127.0.0.2", NULL };
	struct world *w = *state;

	world_origin(w, 0, NULL);
	w->opt.exposure_known = true;
	w->opt.origin_on_lan = true;
	run_all(w);
	expect_cause(w, "direct.exposure", TARGET_DIRECT, CHECK_WARN, "origin-exposed");
	w->opt.origin_on_lan = false;
	run_all(w);
	expect(w, "direct.exposure", TARGET_DIRECT, CHECK_PASS);
	w->opt.exposure_known = false;
	w->opt.own_addresses = nobody;
	run_all(w);
	expect(w, "direct.exposure", TARGET_DIRECT, CHECK_PASS);
	w->opt.own_addresses = here;
	run_all(w);
	expect(w, "direct.exposure", TARGET_DIRECT, CHECK_PASS);
}

static void
test_only_runs_prerequisites_silently(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };

	world_origin(w, 0, PASSWORD);
	w->opt.password = PASSWORD;
	w->opt.only = "sse.event,body.limit";
	run_all(w);
	assert_int_equal(check_count(w->run), 2);
	expect(w, "sse.event", TARGET_DIRECT, CHECK_PASS);
	expect(w, "body.limit", TARGET_DIRECT, CHECK_PASS);
	w->opt.body = 300ull << 20; /* it says itself that it takes less: nothing on the way does */
	run_all(w);
	expect(w, "body.limit", TARGET_DIRECT, CHECK_PASS);
	assert_true(check_ready(w->run));

	w->opt.only = "sse.nothing";
	w->opt.origin = &w->origin;
	assert_null(check_start(w->l, w->n, &w->needs, &w->opt, NULL, NULL, NULL, &e));
	assert_int_equal(e.code, ERR_USAGE);

	/* What was to be silent speaks up where it fails. */
	w->opt.only = "sse.event";
	world_origin(w, ORIGIN_NOT_OURS, NULL);
	run_all(w);
	assert_int_equal(check_count(w->run), 2);
	expect_cause(w, "direct.answer", TARGET_DIRECT, CHECK_FAIL, "origin-other");
	expect(w, "sse.event", TARGET_DIRECT, CHECK_SKIP);
}

static void
test_nothing_to_check_is_an_error(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };

	assert_null(check_start(w->l, w->n, &w->needs, &w->opt, NULL, NULL, NULL, &e));
	assert_int_equal(e.code, ERR_USAGE);
}

/* The run may be freed at any time: before it began, at its first result, at its end. */
static void
free_it(void *ctx, struct check_run *r, const struct check_result *c)
{
	struct world *w = ctx;

	(void)c;
	assert_ptr_equal(r, w->run);
	w->run = NULL;
	check_free(r);
	loop_stop(w->l);
}

static void
free_done(void *ctx, struct check_run *r)
{
	free_it(ctx, r, NULL);
}

static void
test_freed_in_the_middle(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };

	world_origin(w, 0, NULL);
	w->opt.origin = &w->origin;
	check_free(check_start(w->l, w->n, &w->needs, &w->opt, NULL, NULL, NULL, &e));
	w->run = check_start(w->l, w->n, &w->needs, &w->opt, free_it, NULL, w, &e);
	assert_int_equal(loop_run(w->l, &e), 0);
	assert_null(w->run);
	w->run = check_start(w->l, w->n, &w->needs, &w->opt, NULL, free_done, w, &e);
	assert_int_equal(loop_run(w->l, &e), 0);
	assert_null(w->run);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_up, world_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_a_healthy_origin_passes),
		T(test_no_password_is_a_warning),
		T(test_without_the_password_it_says_what_is_proved),
		T(test_nobody_there),
		T(test_a_name_nobody_has),
		T(test_what_answers_is_named),
		T(test_a_wait_is_no_measurement),
		T(test_a_wrong_password_is_tried_once),
		T(test_silent_events_are_the_origin_s_fault),
		T(test_a_starting_opencode_is_not_accused),
		T(test_an_older_version_without_dictation),
		T(test_exposure),
		T(test_only_runs_prerequisites_silently),
		T(test_nothing_to_check_is_an_error),
		T(test_freed_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
