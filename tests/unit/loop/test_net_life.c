/* test_net_life.c - net.h: beginning, cancelling and ending, names, and many at once. */
#include "get.h"

#include <sys/resource.h>

#include "../names.h"

/* Cancelled in its own callback, in another's, or before it ever began: never a call. */
static void
test_cancel(void **state)
{
	struct world *w = *state;
	static const char *const whats[] = { "before it began", "while it runs", "in its own on_head",
	                                     "in its own on_data", "in another's on_data" };

	for (int i = 0; i < (int)ARRAY_LEN(whats); i++) {
		struct get a = { 0 }, b = { 0 };
		struct serve s, t;
		struct net_request q;

		print_message("  %s\n", whats[i]);
		serve_start(&s, w->l, dripping);
		serve_start(&t, w->l, dripping);
		q = request(w, &a, s.url);
		q.on_data = i == 3 ? on_data : NULL;
		q.on_head = i == 2 ? on_head : NULL;
		send_it(&a, &q);
		q = request(w, &b, t.url);
		q.on_data = on_data;
		send_it(&b, &q);
		if (i == 0)
			net_cancel(w->n, a.id);
		if (i == 1) {
			world_idle(w, 90);
			net_cancel(w->n, a.id);
		}
		if (i == 2 || i == 3)
			a.cancel = a.id;
		if (i == 4)
			b.cancel = a.id;
		assert_true(world_run(w, &b.done, 5000));
		assert_true(i == 0 ? s.accepted == 0 : world_run(w, &s.gone, 2000));
		world_idle(w, 50);
		assert_int_equal(a.calls, 0);
		assert_int_equal(b.calls, 1);
		assert_string_equal(b.r.body.s, "onetwothree");
		net_cancel(w->n, a.id);
		net_cancel(w->n, 0);
		serve_stop(&s);
		serve_stop(&t);
		get_free(&b);
	}
}

static void
test_start_inside_a_callback(void **state)
{
	static const struct step answer[] = {
		{ .act = ACT_SEND, .text = OK_HEAD "Content-Length: 2\r\n\r\nhi" }, { .act = ACT_END },
	};
	struct world *w = *state;
	struct get a = { 0 }, b = { 0 };
	struct serve s, t;
	struct net_request q;

	serve_start(&s, w->l, dripping);
	serve_start(&t, w->l, answer);
	a.start_other = &b;
	a.other_url = t.url;
	q = request(w, &a, s.url);
	q.on_data = on_data;
	send_it(&a, &q);
	assert_true(world_run(w, &a.done, 5000));
	assert_true(world_run(w, &b.done, 5000));
	assert_string_equal(b.r.body.s, "hi");
	serve_stop(&s);
	serve_stop(&t);
	get_free(&a);
	get_free(&b);
}

static void
test_connect_to_keeps_the_name(void **state)
{
	static const struct step answer[] = {
		{ .act = ACT_SEND, .text = OK_HEAD "Content-Length: 2\r\n\r\nhi" }, { .act = ACT_END },
	};
	struct world *w = *state;
	struct get g = { 0 };
	struct serve s;
	struct net_request q;
	char to[40];

	serve_start(&s, w->l, answer);
	q = request(w, &g, "http://chat.example.org:8080/x");
	snprintf(to, sizeof(to), "127.0.0.1:%d", s.port);
	q.where.connect_to = to;
	send_it(&g, &q);
	assert_true(world_run(w, &g.done, 5000));
	assert_int_equal(g.r.fault, NET_OK);
	assert_non_null(strstr(s.got.s, "\r\nHost: chat.example.org:8080\r\n"));
	serve_stop(&s);
	get_free(&g);
}

static void
test_every_request_has_a_connection(void **state)
{
	static const struct step answer[] = {
		{ .act = ACT_SEND, .text = OK_HEAD "Content-Length: 2\r\n\r\nhi" }, { .act = ACT_END },
	};
	struct world *w = *state;
	struct serve s;

	serve_start(&s, w->l, answer);
	for (int i = 1; i <= 3; i++) {
		struct get g = { 0 };
		struct net_request q = request(w, &g, s.url);

		send_it(&g, &q);
		assert_true(world_run(w, &g.done, 5000));
		assert_int_equal(s.accepted, i);
		get_free(&g);
	}
	serve_stop(&s);
}

/* If we were late ourselves, what had arrived meanwhile counts. */
static void
test_our_own_delay_is_not_theirs(void **state)
{
	static const struct step answer[] = {
		{ .act = ACT_SEND, .text = OK_HEAD "Content-Length: 2\r\n\r\nhi" },
		{ .act = ACT_BLOCK }, { .act = ACT_END },
	};
	struct world *w = *state;
	struct get g = { 0 };
	struct serve s;
	struct net_request q;

	serve_start(&s, w->l, answer);
	q = request(w, &g, s.url);
	q.timeout_ms = 100;
	send_it(&g, &q);
	assert_true(world_run(w, &g.done, 5000));
	assert_int_equal(g.r.fault, NET_OK);
	assert_true(g.r.seconds > 0.2);
	serve_stop(&s);
	get_free(&g);
}

struct names {
	bool   done, unanswered;
	size_t n;
	char   first[64];
};

static void
on_names(void *ctx, const char *const *addresses, size_t n)
{
	struct names *r = ctx;

	r->done = true;
	r->unanswered = !addresses;
	r->n = n;
	if (n)
		snprintf(r->first, sizeof(r->first), "%s", addresses[0]);
}

static void
test_resolve(void **state)
{
	static const struct { const char *name; bool there, unanswered; const char *first; } cases[] = {
		{ "localhost", true, false, NULL },
		{ "127.0.0.1", true, false, "127.0.0.1" },
		{ "::1", true, false, "::1" },
		{ "nobody.invalid", false, false, "" },
		{ "unanswered.invalid", false, true, "" }, /* it may well have an address */
		{ "", false, false, "" },
	};
	struct world *w = *state;
	struct names cancelled = { 0 };
	unsigned id;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct names r = { 0 };

		print_message("  '%s'\n", cases[i].name);
		assert_int_not_equal(net_resolve(w->n, cases[i].name, 10000, on_names, &r), 0);
		assert_true(world_run(w, &r.done, 12000));
		assert_int_equal(r.n > 0, cases[i].there);
		assert_int_equal(r.unanswered, cases[i].unanswered);
		assert_true(r.n < 3);
		if (cases[i].first)
			assert_string_equal(r.first, cases[i].first);
	}
	id = net_resolve(w->n, "localhost", 10000, on_names, &cancelled);
	net_cancel(w->n, id);
	world_idle(w, 50);
	assert_false(cancelled.done);
}

/* A resolver that does not come back holds nobody: not at the deadline, not when cancelled. */
static void
test_slow_resolver(void **state)
{
	struct world *w = *state;
	struct get g = { 0 }, cancelled = { 0 };
	struct names r = { 0 };
	struct net_request q = request(w, &g, "http://slow.invalid/");
	double start = loop_seconds();

	q.timeout_ms = 200;
	send_it(&g, &q);
	net_resolve(w->n, "slow.invalid", 150, on_names, &r);
	assert_true(world_run(w, &r.done, 5000));
	assert_int_equal(r.n, 0);
	assert_true(r.unanswered);
	assert_true(world_run(w, &g.done, 5000));
	assert_int_equal(g.r.fault, NET_RESOLVE);
	assert_true(loop_seconds() - start < 1);
	get_free(&g);

	q = request(w, &cancelled, "http://slow.invalid/");
	send_it(&cancelled, &q);
	world_idle(w, 50);
	start = loop_seconds();
	net_cancel(w->n, cancelled.id);
	assert_true(loop_seconds() - start < 0.5);
	assert_int_equal(cancelled.calls, 0);
}

static void
test_punycode(void **state)
{
	static const struct { const char *host, *want; } cases[] = {
		{ "example.org", "example.org" },
		{ "b\303\274cher.example", "xn--bcher-kva.example" },
		{ "\355\225\234\352\265\255.kr", "xn--3e0b707e.kr" },
		{ "a/b", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;

		print_message("  %s\n", cases[i].host);
		assert_int_equal(net_punycode(&out, cases[i].host), cases[i].want != NULL);
		assert_string_equal(out.s, cases[i].want ? cases[i].want : "");
		buf_free(&out);
	}
}

/* Many that hang cost nothing, and each ends at its own deadline. */
static void
test_many_that_hang(void **state)
{
	static const struct step nothing[] = { { .act = ACT_END } };
	enum { N = 40 };
	struct world *w = *state;
	struct get *g = xcalloc(N, sizeof(*g));
	struct serve *s = xcalloc(N, sizeof(*s));
	struct rusage before, after;

	for (int i = 0; i < N; i++) {
		struct net_request q;

		serve_start(&s[i], w->l, nothing);
		q = request(w, &g[i], s[i].url);
		q.timeout_ms = 200 + 10 * i;
		send_it(&g[i], &q);
	}
	getrusage(RUSAGE_SELF, &before);
	for (int i = 0; i < N; i++)
		assert_true(world_run(w, &g[i].done, 5000));
	getrusage(RUSAGE_SELF, &after);
	for (int i = 0; i < N; i++) {
		assert_int_equal(g[i].r.fault, NET_SILENT);
		assert_true(g[i].r.seconds >= (200 + 10 * i) / 1000.0);
		assert_true(g[i].r.seconds < (200 + 10 * i) / 1000.0 + 0.5);
		serve_stop(&s[i]);
		get_free(&g[i]);
	}
	assert_true(after.ru_utime.tv_sec * 1000 + after.ru_utime.tv_usec / 1000 -
	            before.ru_utime.tv_sec * 1000 - before.ru_utime.tv_usec / 1000 < 300);
	free(g);
	free(s);
}

static void
test_dropped_with_the_net(void **state)
{
	static const struct step nothing[] = { { .act = ACT_END } };
	struct world *w = *state;
	struct get g = { 0 };
	struct names r = { 0 };
	struct serve s;
	struct net_request q;

	serve_start(&s, w->l, nothing);
	q = request(w, &g, s.url);
	q.announce = 100;
	send_it(&g, &q);
	net_resolve(w->n, "localhost", 1000, on_names, &r);
	world_idle(w, 5);
	net_free(w->n);
	w->n = NULL;
	world_idle(w, 50);
	assert_int_equal(g.calls, 0);
	serve_stop(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_cancel),
		CASE(test_start_inside_a_callback),
		CASE(test_connect_to_keeps_the_name),
		CASE(test_every_request_has_a_connection),
		CASE(test_our_own_delay_is_not_theirs),
		CASE(test_resolve),
		CASE(test_slow_resolver),
		CASE(test_punycode),
		CASE(test_many_that_hang),
		CASE(test_dropped_with_the_net),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
