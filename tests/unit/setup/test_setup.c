/* What setup.h promises, on the practice server: a real nginx, the built-in OpenChamber, no face. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "setup/setup.h"

#define DEADLINE_MS 20000

struct world {
	struct loop  *loop;
	struct net   *net;
	struct setup *s;
	bool          late;
};

static void
too_late(void *ctx)
{
	struct world *w = ctx;

	w->late = true;
	loop_stop(w->loop);
}

/* Ends the wait as soon as there is nothing to wait for: looked at before every wait. */
static void
look(void *ctx)
{
	struct world *w = ctx;

	if (!setup_busy(w->s))
		loop_stop(w->loop);
}

static void
settle(struct world *w)
{
	struct err e = { 0 };
	unsigned id = loop_after(w->loop, DEADLINE_MS, too_late, w);

	loop_before_wait(w->loop, look, w);
	assert_int_equal(loop_run(w->loop, &e), 0);
	loop_before_wait(w->loop, NULL, NULL);
	loop_cancel(w->loop, id);
	assert_false(w->late);
}

static int
start(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct err e = { 0 };

	w->loop = loop_new();
	w->net = net_new(w->loop);
	w->s = setup_new(w->loop, w->net, &(struct setup_options){ .templates = "templates", .practice = true,
	                 .self = "/nowhere" }, NULL, NULL, &e);
	if (!w->s)
		print_error("%s\n", e.msg);
	*state = w;
	return w->s ? 0 : -1;
}

static int
stop(void **state)
{
	struct world *w = *state;

	setup_free(w->s);
	net_free(w->net);
	loop_free(w->loop);
	free(w);
	return 0;
}

static void
go(struct world *w, enum page p)
{
	setup_open(w->s, p);
	settle(w);
}

static void
test_main_road(void **state)
{
	struct world *w = *state;
	struct setup_row rows[8];
	const char *const *advice, *corner;
	struct err e = { 0 };
	size_t n;

	assert_false(setup_may_leave(w->s, PAGE_START)); /* what is here is not known yet: another choice may come */
	advice = setup_advice(w->s, PAGE_START);
	for (n = 0; advice[n]; n++)
		;
	assert_string_equal(advice[n - 1], "Looking at this server. Enter works in a moment.");
	settle(w);
	assert_true(setup_may_leave(w->s, PAGE_START));
	advice = setup_advice(w->s, PAGE_START);
	assert_string_equal(advice[n - 1], "It takes about three minutes. Press Enter to start."); /* in the same place */
	assert_null(advice[n]);
	go(w, PAGE_DIRECT);
	assert_int_equal(setup_mark(w->s, PAGE_DIRECT), MARK_PASS);
	assert_true(setup_may_leave(w->s, PAGE_DIRECT));
	go(w, PAGE_PROXY);
	assert_int_equal(setup_mark(w->s, PAGE_PROXY), MARK_PASS);
	go(w, PAGE_PUBLIC);
	assert_true(setup_may_leave(w->s, PAGE_PUBLIC));
	assert_false(setup_may_skip_checklist(w->s));
	go(w, PAGE_WEBSOCKET);
	for (enum page p = PAGE_WEBSOCKET; p <= PAGE_TIMEOUTS; p++) {
		enum mark m = setup_mark(w->s, p);

		print_message("  %s: %s\n", pages[p].name, setup_mark_word(m));
		assert_true(m == MARK_PASS || m == MARK_WARN);
	}
	n = setup_table(w->s, PAGE_WEBSOCKET, rows, 8, &corner);
	assert_int_equal(n, 6);
	assert_string_equal(rows[0].label, "/event/ws");
	assert_int_equal(rows[0].cell[WAY_REHEARSAL].mark, MARK_PASS);
	assert_non_null(setup_timeline(w->s, WAY_REHEARSAL));
	assert_true(setup_may_skip_checklist(w->s));
	go(w, PAGE_REVIEW);
	assert_non_null(setup_plan(w->s, &e));
	assert_non_null(strstr(setup_diff(w->s), "+++ /etc/nginx/sites-available/openchamber.conf"));
	assert_int_equal(setup_apply_way(w->s), APPLY_AS_ROOT);
	assert_int_equal(setup_status(w->s), 0);
}

static void
test_a_refused_value_is_kept_as_typed(void **state)
{
	static const struct { const char *key, *text; enum page page; } cases[] = {
		{ "public", "chat.example.org/app", PAGE_PUBLIC },
		{ "origin", "http://user:pw@host", PAGE_DIRECT },
		{ "limits.body", "50MM", PAGE_BODY },
		{ "limits.stream", "10s", PAGE_TIMEOUTS },
	};
	struct world *w = *state;

	settle(w);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct setup_field f[4];
		struct err e = { 0 }, again = { 0 };
		size_t n, k = 0;

		assert_int_equal(setup_try(w->s, cases[i].key, cases[i].text, &again), -1);
		assert_int_equal(setup_set(w->s, cases[i].key, cases[i].text, &e), -1);
		assert_string_equal(e.msg, again.msg);
		n = setup_fields(w->s, cases[i].page, f, 4);
		while (k < n && strcmp(f[k].key, cases[i].key) != 0)
			k++;
		assert_true(k < n);
		assert_string_equal(f[k].value, cases[i].text);
		assert_string_equal(f[k].error, e.msg);
		assert_false(setup_may_leave(w->s, cases[i].page));
	}
}

/* What was seen of the value before is not shown beside a wrong one, and is there again with it. */
static void
test_a_wrong_value_hides_what_was_seen(void **state)
{
	struct world *w = *state;
	struct setup_line line[16];
	struct err e = { 0 };

	settle(w);
	go(w, PAGE_DIRECT);
	assert_int_equal(setup_mark(w->s, PAGE_DIRECT), MARK_PASS);
	go(w, PAGE_PUBLIC);
	assert_true(setup_lines(w->s, PAGE_PUBLIC, line, 16) > 0);
	assert_int_equal(setup_mark(w->s, PAGE_PUBLIC), MARK_PASS);
	assert_int_equal(setup_set(w->s, "public", "chat.example.org/app", &e), -1);
	assert_int_equal(setup_lines(w->s, PAGE_PUBLIC, line, 16), 0);
	assert_int_equal(setup_mark(w->s, PAGE_PUBLIC), MARK_NONE);
	assert_int_equal(setup_apply_blocker(w->s), PAGE_PUBLIC);
	assert_int_equal(setup_set(w->s, "public", "https://chat.example.org", &e), 0);
	settle(w);
	assert_true(setup_lines(w->s, PAGE_PUBLIC, line, 16) > 0);
	assert_int_equal(setup_mark(w->s, PAGE_PUBLIC), MARK_PASS);
	assert_int_equal(setup_apply_blocker(w->s), PAGE_REVIEW);
}

/* A field that cannot stay empty says what belongs there. */
static void
test_empty_fields_say_what_belongs_there(void **state)
{
	static const char *const keys[] = { "origin", "public", "tls.certificate", "tls.key" };
	struct world *w = *state;

	settle(w);
	for (size_t i = 0; i < 4; i++) {
		struct err e = { 0 };

		assert_int_equal(setup_set(w->s, keys[i], " ", &e), -1);
		assert_non_null(strstr(e.msg, "Write "));
	}
}

static void
test_a_change_throws_away_what_stood_on_it(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };

	settle(w);
	go(w, PAGE_DIRECT);
	go(w, PAGE_WEBSOCKET);
	assert_int_equal(setup_mark(w->s, PAGE_WEBSOCKET), MARK_PASS);
	setup_open(w->s, PAGE_REVIEW);
	assert_int_equal(setup_set(w->s, "limits.stream", "7200s", &e), 0);
	assert_int_not_equal(setup_mark(w->s, PAGE_WEBSOCKET), MARK_PASS); /* rehearsed anew */
	assert_int_equal(setup_mark(w->s, PAGE_PROXY), MARK_NONE);         /* never opened in this test */
	settle(w);
	assert_int_equal(setup_mark(w->s, PAGE_WEBSOCKET), MARK_PASS);
	setup_open(w->s, PAGE_REVIEW);
	assert_non_null(strstr(setup_diff(w->s), "proxy_read_timeout 7200s"));
	/* The same value again throws nothing away. */
	assert_int_equal(setup_set(w->s, "limits.stream", "7200s", &e), 0);
	assert_int_equal(setup_mark(w->s, PAGE_WEBSOCKET), MARK_PASS);
}

static void
test_http_chooses_no_certificate(void **state)
{
	struct world *w = *state;
	struct setup_choice c[8];
	struct err e = { 0 };
	size_t n, chosen = 0;

	settle(w);
	go(w, PAGE_PUBLIC);
	assert_int_equal(setup_set(w->s, "public", "http://192.168.1.20", &e), 0);
	n = setup_list(w->s, PAGE_PUBLIC, "tls", c, 8);
	for (size_t i = 0; i < n; i++)
		if (c[i].chosen)
			chosen = i + 1;
	assert_int_equal(chosen, n - 1); /* none: http */
	/* And choosing a certificate makes it https again. */
	assert_int_equal(setup_choose(w->s, PAGE_PUBLIC, "tls", n - 3, &e), 0);
	assert_string_equal(setup_fields(w->s, PAGE_PUBLIC, (struct setup_field[4]){ { 0 } }, 4) ? "asked" : "", "asked");
	assert_true(setup_may_leave(w->s, PAGE_PUBLIC));
}

static void
test_a_wrong_password_is_tried_once(void **state)
{
	struct world *w = *state;
	struct setup_field f[4];
	struct setup_line line[16];
	struct err e = { 0 };
	size_t n, failed = 16, skipped = 0, skips = 0;

	settle(w);
	go(w, PAGE_DIRECT);
	for (int i = 0; i < 3; i++) {
		char text[8];

		snprintf(text, sizeof(text), "no%d", i);
		assert_int_equal(setup_set(w->s, "password", text, &e), 0);
		settle(w);
		assert_int_equal(setup_fields(w->s, PAGE_DIRECT, f, 4), 2);
		assert_string_equal(f[1].key, "password");
		assert_string_equal(f[1].value, ""); /* not kept, so that it cannot be sent again */
		assert_true(*f[1].error);
	}
	assert_true(f[1].closed);
	assert_int_equal(setup_set(w->s, "password", "practice", &e), -1);
	/* What failed stands before what was not checked because of it, which is told once. */
	n = setup_lines(w->s, PAGE_DIRECT, line, 16);
	for (size_t i = 0; i < n; i++) {
		failed = line[i].mark == MARK_FAIL ? i : failed;
		skipped = line[i].mark == MARK_SKIP ? i : skipped;
		skips += line[i].mark == MARK_SKIP;
	}
	assert_true(failed < skipped);
	assert_int_equal(skips, 1);
	assert_non_null(strstr(line[failed].text, "refused the password"));
}

/* An address that is about to be written: nothing is shown of the one before, and nothing is blamed. */
static void
test_an_empty_address_shows_nothing(void **state)
{
	struct world *w = *state;
	struct setup_line line[16];
	struct setup_field f[4];
	struct err e = { 0 };

	settle(w);
	go(w, PAGE_DIRECT);
	go(w, PAGE_PUBLIC);
	assert_int_equal(setup_mark(w->s, PAGE_PUBLIC), MARK_PASS);
	setup_empty(w->s, "public");
	assert_int_equal(setup_lines(w->s, PAGE_PUBLIC, line, 16), 0);
	assert_int_equal(setup_mark(w->s, PAGE_PUBLIC), MARK_NONE);
	assert_true(setup_fields(w->s, PAGE_PUBLIC, f, 4) > 0);
	assert_string_equal(f[0].value, "");
	assert_string_equal(f[0].error, "");
	assert_int_equal(setup_set(w->s, "public", "https://chat.example.org", &e), 0);
	assert_int_equal(setup_mark(w->s, PAGE_PUBLIC), MARK_PASS);
}

/* A size that only the proxy takes is a matter of step 8; a wait that a change ended is told there. */
static void
test_what_a_change_does_to_other_steps(void **state)
{
	struct world *w = *state;
	struct setup_line line[16];
	struct err e = { 0 };
	size_t n;

	settle(w);
	go(w, PAGE_DIRECT);
	assert_int_equal(setup_set(w->s, "limits.body", "200 MB", &e), 0);
	settle(w);
	assert_int_equal(setup_mark(w->s, PAGE_DIRECT), MARK_PASS);
	assert_int_equal(setup_set(w->s, "limits.body", "100M", &e), 0);
	go(w, PAGE_TIMEOUTS);
	setup_hold(w->s);
	assert_true(setup_holding(w->s));
	assert_int_equal(setup_set(w->s, "limits.stream", "2 h", &e), 0);
	assert_false(setup_holding(w->s));
	settle(w);
	n = setup_lines(w->s, PAGE_TIMEOUTS, line, 16);
	assert_true(n > 0);
	assert_non_null(strstr(line[n - 1].text, "was given up"));
}

/* Is it among what the page says under its checks? */
static bool
advises(const struct world *w, enum page p, const char *text)
{
	for (const char *const *a = setup_advice(w->s, p); *a; a++)
		if (strstr(*a, text))
			return true;
	return false;
}

/* Nothing given behind a refused password: it is looked at without one, and the step has not failed any more. */
static void
test_no_password_behind_a_refused_one(void **state)
{
	struct world *w = *state;
	struct setup_field f[4];
	struct err e = { 0 };

	settle(w);
	go(w, PAGE_DIRECT);
	assert_int_equal(setup_set(w->s, "password", "no", &e), 0);
	settle(w);
	assert_int_equal(setup_mark(w->s, PAGE_DIRECT), MARK_FAIL);
	assert_int_equal(setup_set(w->s, "password", "", &e), 0);
	settle(w);
	assert_int_not_equal(setup_mark(w->s, PAGE_DIRECT), MARK_FAIL);
	assert_int_equal(setup_fields(w->s, PAGE_DIRECT, f, 4), 2);
	assert_string_equal(f[1].error, "");
}

/* Line mode has no F5, and no page that turns green by itself. */
static void
test_advice_in_lines(void **state)
{
	struct world *w = *state;
	struct setup_choice c[16];
	struct err e = { 0 };
	size_t n, keys = 0;

	settle(w);
	go(w, PAGE_PROXY);
	n = setup_list(w->s, PAGE_PROXY, "proxy", c, ARRAY_LEN(c));
	for (size_t i = 0; i < n; i++) {
		if (setup_choose(w->s, PAGE_PROXY, "proxy", i, &e) < 0)
			continue;
		settle(w);
		keys += advises(w, PAGE_PROXY, "F5");
		setup_tell_in_lines(w->s, true);
		assert_false(advises(w, PAGE_PROXY, "F5"));
		setup_tell_in_lines(w->s, false);
	}
	if (!keys)
		print_message("every proxy is installed here: no advice has a key\n");
}

static void
test_another_address_has_another_password(void **state)
{
	struct world *w = *state;
	struct setup_field f[4];
	struct err e = { 0 };
	char own[128];

	settle(w);
	go(w, PAGE_DIRECT);
	assert_int_equal(setup_set(w->s, "password", "no", &e), 0);
	settle(w);
	assert_int_equal(setup_fields(w->s, PAGE_DIRECT, f, 4), 2);
	assert_non_null(strstr(f[1].error, "practice")); /* nobody could know it */
	snprintf(own, sizeof(own), "%s", f[0].value);
	assert_int_equal(setup_set(w->s, "origin", "http://127.0.0.1:1", &e), 0);
	settle(w);
	assert_int_equal(setup_fields(w->s, PAGE_DIRECT, f, 4), 1);
	assert_false(advises(w, PAGE_DIRECT, "F8"));
	assert_int_equal(setup_set(w->s, "origin", own, &e), 0);
	settle(w);
	assert_int_equal(setup_fields(w->s, PAGE_DIRECT, f, 4), 2);
	assert_string_equal(f[1].value, "practice");
	assert_string_equal(f[1].error, "");
	assert_int_equal(setup_mark(w->s, PAGE_DIRECT), MARK_PASS);
}

static void
test_another_file_is_asked_for_and_kept(void **state)
{
	struct world *w = *state;
	struct setup_choice c[8];
	struct setup_field f[4];
	struct err e = { 0 };

	settle(w);
	go(w, PAGE_DIRECT);
	go(w, PAGE_PUBLIC);
	assert_true(advises(w, PAGE_PUBLIC, "Press Enter"));
	assert_true(setup_list(w->s, PAGE_PUBLIC, "tls", c, 8) >= 3);
	assert_int_equal(setup_choose(w->s, PAGE_PUBLIC, "tls", 1, &e), 0);
	assert_int_equal(setup_mark(w->s, PAGE_PUBLIC), MARK_FAIL);
	assert_false(advises(w, PAGE_PUBLIC, "Press Enter"));
	assert_int_equal(setup_set(w->s, "tls.certificate", "/etc/ssl/chat.pem", &e), 0);
	assert_int_equal(setup_mark(w->s, PAGE_PUBLIC), MARK_FAIL); /* its key is not said yet */
	assert_int_equal(setup_choose(w->s, PAGE_PUBLIC, "tls", 2, &e), 0);
	assert_true(setup_may_leave(w->s, PAGE_PUBLIC));
	assert_int_equal(setup_choose(w->s, PAGE_PUBLIC, "tls", 1, &e), 0);
	assert_int_equal(setup_fields(w->s, PAGE_PUBLIC, f, 4), 3);
	assert_string_equal(f[1].value, "/etc/ssl/chat.pem");
	assert_string_equal(f[2].value, "");
}

/* While the address is typed each number means what it meant; what does not fit says so, and is not taken. */
static void
test_numbers_of_certificates_stay(void **state)
{
	struct world *w = *state;
	struct setup_choice c[8];
	struct err e = { 0 };
	char labels[8][64];
	size_t n;

	settle(w);
	go(w, PAGE_DIRECT);
	go(w, PAGE_PUBLIC);
	n = setup_list(w->s, PAGE_PUBLIC, "tls", c, 8);
	assert_true(c[0].chosen && c[0].possible);
	for (size_t i = 0; i < n; i++)
		snprintf(labels[i], sizeof(labels[i]), "%s", c[i].label);
	assert_int_equal(setup_set(w->s, "public", "https://talk.example.org", &e), 0);
	assert_int_equal(setup_list(w->s, PAGE_PUBLIC, "tls", c, 8), n);
	assert_string_equal(c[0].label, "chat.example.org, not for this name");
	assert_false(c[0].chosen || c[0].possible);
	for (size_t i = 1; i < n; i++)
		assert_string_equal(c[i].label, labels[i]);
	assert_int_equal(setup_choose(w->s, PAGE_PUBLIC, "tls", 0, &e), -1);
	assert_string_equal(e.msg, "This certificate is for chat.example.org. A browser would not take it for talk.example.org.");
	assert_false(setup_may_leave(w->s, PAGE_PUBLIC));
	assert_int_equal(setup_set(w->s, "public", "https://chat.example.org", &e), 0);
	assert_int_equal(setup_list(w->s, PAGE_PUBLIC, "tls", c, 8), n);
	assert_true(c[0].chosen && c[0].possible);
	assert_string_equal(c[0].label, labels[0]);
}

/* What the address could be: names that are written here. */
static void
test_found_names(void **state)
{
	struct world *w = *state;
	struct buf cert = BUF_INIT, key = BUF_INIT;
	struct setup_practice place;
	struct setup_choice c[8];
	struct setup_field f[4];
	struct arena a = { 0 };
	struct err e = { 0 };
	const char *dir;

	settle(w);
	setup_practice_place(w->s, &place);
	dir = arena_printf(&a, "%s/etc/letsencrypt/live/nas", place.root);
	assert_int_equal(cert_make("nas.example.org", 9, &cert, &key, &e), 0);
	assert_int_equal(fs_mkdirs(dir, 0755, &e), 0);
	assert_int_equal(fs_write(arena_printf(&a, "%s/fullchain.pem", dir), cert.s, cert.len, 0644, &e), 0);
	buf_free(&cert);
	buf_free(&key);
	arena_free(&a);
	go(w, PAGE_DIRECT);
	assert_false(setup_may_offer(w->s));
	go(w, PAGE_PROXY);
	setup_check_again(w->s);
	settle(w);
	go(w, PAGE_PUBLIC);
	assert_true(setup_may_offer(w->s));
	assert_string_equal(setup_lists(w->s, PAGE_PUBLIC)[0], "tls");
	setup_offer(w->s, true);
	assert_string_equal(setup_lists(w->s, PAGE_PUBLIC)[0], "public-found");
	assert_int_equal(setup_list(w->s, PAGE_PUBLIC, "public-found", c, 8), 2);
	assert_string_equal(c[0].label, "https://chat.example.org");
	assert_string_equal(c[1].label, "https://nas.example.org");
	assert_int_equal(setup_choose(w->s, PAGE_PUBLIC, "public-found", 1, &e), 0);
	assert_string_equal(setup_lists(w->s, PAGE_PUBLIC)[0], "tls");
	assert_true(setup_fields(w->s, PAGE_PUBLIC, f, 4) >= 1);
	assert_string_equal(f[0].value, "https://nas.example.org");
	assert_non_null(f[0].offer);
}

static void
test_less_than_openchamber_takes_is_said(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };

	settle(w);
	go(w, PAGE_DIRECT);
	go(w, PAGE_BODY);
	assert_int_equal(setup_mark(w->s, PAGE_BODY), MARK_PASS);
	assert_true(advises(w, PAGE_BODY, "lets through what OpenChamber takes"));
	assert_int_equal(setup_set(w->s, "limits.body", "10M", &e), 0);
	settle(w);
	assert_int_equal(setup_mark(w->s, PAGE_BODY), MARK_WARN);
	assert_true(advises(w, PAGE_BODY, "up to 10M; OpenChamber would take 100M."));
	assert_false(advises(w, PAGE_BODY, "lets through what OpenChamber takes"));
	assert_true(setup_may_skip_checklist(w->s)); /* it may be wanted */
	assert_int_equal(setup_set(w->s, "limits.body", "", &e), -1); /* emptied it is no answer */
}

static void
test_something_else_writes_nothing(void **state)
{
	struct world *w = *state;
	struct setup_choice c[16];
	struct err e = { 0 };
	size_t n;

	settle(w);
	go(w, PAGE_DIRECT);
	go(w, PAGE_PROXY);
	n = setup_list(w->s, PAGE_PROXY, "proxy", c, 16);
	assert_int_equal(setup_choose(w->s, PAGE_PROXY, "proxy", n - 1, &e), 0);
	assert_true(setup_may_leave(w->s, PAGE_PROXY));
	go(w, PAGE_REVIEW);
	assert_null(setup_plan(w->s, &e));
	assert_int_equal(setup_apply_way(w->s), APPLY_CLOSED);
	assert_string_equal(setup_diff(w->s), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_main_road, start, stop),
		cmocka_unit_test_setup_teardown(test_a_refused_value_is_kept_as_typed, start, stop),
		cmocka_unit_test_setup_teardown(test_a_wrong_value_hides_what_was_seen, start, stop),
		cmocka_unit_test_setup_teardown(test_empty_fields_say_what_belongs_there, start, stop),
		cmocka_unit_test_setup_teardown(test_a_change_throws_away_what_stood_on_it, start, stop),
		cmocka_unit_test_setup_teardown(test_http_chooses_no_certificate, start, stop),
		cmocka_unit_test_setup_teardown(test_a_wrong_password_is_tried_once, start, stop),
		cmocka_unit_test_setup_teardown(test_an_empty_address_shows_nothing, start, stop),
		cmocka_unit_test_setup_teardown(test_what_a_change_does_to_other_steps, start, stop),
		cmocka_unit_test_setup_teardown(test_another_address_has_another_password, start, stop),
		cmocka_unit_test_setup_teardown(test_no_password_behind_a_refused_one, start, stop),
		cmocka_unit_test_setup_teardown(test_advice_in_lines, start, stop),
		cmocka_unit_test_setup_teardown(test_another_file_is_asked_for_and_kept, start, stop),
		cmocka_unit_test_setup_teardown(test_numbers_of_certificates_stay, start, stop),
		cmocka_unit_test_setup_teardown(test_found_names, start, stop),
		cmocka_unit_test_setup_teardown(test_less_than_openchamber_takes_is_said, start, stop),
		cmocka_unit_test_setup_teardown(test_something_else_writes_nothing, start, stop),
	};

	i18n_init("/nowhere", "en");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
