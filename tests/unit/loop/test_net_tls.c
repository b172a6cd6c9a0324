/* test_net_tls.c - what net.h promises over TLS, against a private nginx. */
#include "nginx.h"

#include <sys/resource.h>

struct get {
	bool             done;
	struct net_reply r;
};

static void
on_done(void *ctx, const struct net_reply *r)
{
	struct get *g = ctx;

	g->done = true;
	g->r = *r;
	g->r.head = g->r.body = g->r.cert = (struct buf)BUF_INIT;
	buf_add(&g->r.head, r->head.s, r->head.len);
	buf_add(&g->r.body, r->body.s, r->body.len);
	buf_add(&g->r.cert, r->cert.s, r->cert.len);
}

static void
get_free(struct get *g)
{
	buf_free(&g->r.head);
	buf_free(&g->r.body);
	buf_free(&g->r.cert);
}

static struct net_request
request(struct get *g, const char *url)
{
	return (struct net_request){ .url = url, .timeout_ms = 5000, .max_body = 1000, .want_cert = true,
	                             .done = on_done, .ctx = g };
}

static void
test_certificates(void **state)
{
	static const struct {
		const char     *what, *url, *connect_to, *cacert;
		bool            insecure;
		enum net_http   http;
		enum net_fault  fault;
		long            verify;
		int             got;
	} cases[] = {
		{ "trusted", "https://chat.example.org/", nginx.to_good, nginx.good, false, NET_HTTP_1, NET_OK, 0, 1 },
		{ "trusted, h2", "https://chat.example.org/", nginx.to_good, nginx.good, false, NET_HTTP_2, NET_OK, 0, 2 },
		{ "h2 not offered", "https://chat.example.org/", nginx.to_old, nginx.old, true, NET_HTTP_2, NET_OK, 0, 1 },
		{ "a port is kept", "https://chat.example.org:8443/", nginx.to_good, nginx.good, false, NET_HTTP_1,
		  NET_OK, 0, 1 },
		{ "self-signed", "https://chat.example.org/", nginx.to_good, NULL, false, NET_HTTP_1,
		  NET_TLS_VERIFY, 18, 0 },
		{ "self-signed, h2", "https://chat.example.org/", nginx.to_good, NULL, false, NET_HTTP_2,
		  NET_TLS_VERIFY, 18, 0 },
		{ "not verified", "https://chat.example.org/", nginx.to_good, NULL, true, NET_HTTP_1, NET_OK, 0, 1 },
		{ "another name", "https://other.example.org/", nginx.to_good, nginx.good, false, NET_HTTP_1,
		  NET_TLS_VERIFY, 62, 0 },
		{ "an address", "https://127.0.0.1/", nginx.to_good, nginx.good, false, NET_HTTP_1,
		  NET_TLS_VERIFY, 62, 0 },
		{ "expired", "https://chat.example.org/", nginx.to_old, nginx.old, false, NET_HTTP_1,
		  NET_TLS_VERIFY, 10, 0 },
		{ "no such file", "https://chat.example.org/", nginx.to_good, "/nonexistent.pem", false, NET_HTTP_1,
		  NET_TLS, 0, 0 },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct get g = { 0 };
		struct net_request q = request(&g, cases[i].url);

		print_message("  %s\n", cases[i].what);
		q.where = (struct net_where){ .connect_to = cases[i].connect_to, .cacert = cases[i].cacert,
		                              .insecure = cases[i].insecure };
		q.http = cases[i].http;
		assert_int_not_equal(net_start(w->n, &q), 0);
		assert_true(world_run(w, &g.done, 10000));
		if (g.r.fault != cases[i].fault)
			print_message("    %s: %s\n", net_fault_name(g.r.fault), g.r.msg);
		assert_int_equal(g.r.fault, cases[i].fault);
		assert_int_equal(g.r.verify, cases[i].verify);
		assert_int_equal(g.r.http, cases[i].got);
		assert_string_equal(g.r.peer, "127.0.0.1");
		if (cases[i].fault == NET_OK) {
			assert_memory_equal(g.r.body.s, "hello", 5);
			assert_int_equal(g.r.status, 200);
			assert_memory_equal(g.r.cert.s, "-----BEGIN CERTIFICATE-----\n", 28);
			if (cases[i].connect_to == nginx.to_good)
				assert_string_equal(g.r.cert.s, nginx.cert.s);
		} else { /* a chain that is refused ends the handshake before it can be read */
			assert_string_equal(g.r.cert.s, cases[i].verify == 62 ? nginx.cert.s : "");
		}
		if (i == 3)
			assert_string_equal(g.r.body.s, "hello chat.example.org:8443");
		get_free(&g);
	}
}

/* The certificate is got without a request, also where nobody would trust it. */
static void
test_shaking_hands(void **state)
{
	const struct net_where where = { .connect_to = nginx.to_good, .insecure = true };
	const struct net_where nowhere = { .connect_to = "127.0.0.1:1", .insecure = true };
	struct world *w = *state;
	struct get g = { 0 }, none = { 0 };

	assert_int_not_equal(net_shake_hands(w->n, "https://chat.example.org", &where, 5000, on_done, &g), 0);
	assert_true(world_run(w, &g.done, 10000));
	assert_int_equal(g.r.fault, NET_OK);
	assert_int_equal(g.r.status, 0);
	assert_string_equal(g.r.cert.s, nginx.cert.s);
	net_shake_hands(w->n, "https://chat.example.org", &nowhere, 5000, on_done, &none);
	assert_true(world_run(w, &none.done, 10000));
	assert_int_equal(none.r.fault, NET_REFUSED);
	assert_int_equal(none.r.cert.len, 0);
	get_free(&g);
	get_free(&none);
}

static void
test_what_is_not_tls(void **state)
{
	static const struct {
		const char     *what;
		struct step     steps[3];
		enum net_fault  fault;
	} cases[] = {
		{ "plain HTTP", { { .act = ACT_SEND, .text = "HTTP/1.1 400 Bad Request\r\n\r\n" },
		                  { .act = ACT_END } }, NET_TLS },
		{ "closes", { { .act = ACT_CLOSE, .after_ms = 30 } }, NET_TLS },
		{ "resets", { { .act = ACT_RESET, .after_ms = 30 } }, NET_TLS },
		{ "alert", { { .act = ACT_SEND, .text = "\x15\x03\x01\x00\x02\x02\x28", .len = 7 },
		             { .act = ACT_END } }, NET_TLS },
		{ "never a byte", { { .act = ACT_END } }, NET_SILENT },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct serve s;
		struct get g = { 0 };
		struct net_request q;
		char url[64];

		print_message("  %s\n", cases[i].what);
		serve_start(&s, w->l, cases[i].steps);
		s.eager = true;
		snprintf(url, sizeof(url), "https://127.0.0.1:%d/", s.port);
		q = request(&g, url);
		q.timeout_ms = 300;
		net_start(w->n, &q);
		assert_true(world_run(w, &g.done, 5000));
		if (g.r.fault != cases[i].fault)
			print_message("    %s: %s\n", net_fault_name(g.r.fault), g.r.msg);
		assert_int_equal(g.r.fault, cases[i].fault);
		assert_true(g.r.connected > 0);
		serve_stop(&s);
		get_free(&g);
	}
}

struct pace {
	double last, worst;
};

static void
measure(void *ctx)
{
	struct pace *p = ctx;
	const double now = loop_seconds();

	if (p->last > 0 && now - p->last > p->worst)
		p->worst = now - p->last;
	p->last = now;
}

struct ticker {
	struct loop *l;
	struct pace  pace;
	bool         stop;
};

static void
tick(void *ctx)
{
	struct ticker *t = ctx;

	measure(&t->pace);
	if (!t->stop)
		loop_after(t->l, 1, tick, t);
}

/* `n' verified probes at once; returns how long they all took. */
static double
probe(struct world *w, int n, struct get *g)
{
	const double start = loop_seconds();

	for (int i = 0; i < n; i++) {
		struct net_request q = request(&g[i], "https://chat.example.org/");

		q.where = (struct net_where){ .connect_to = nginx.to_good, .cacert = nginx.bundle };
		q.http = i % 2 ? NET_HTTP_2 : NET_HTTP_1;
		net_start(w->n, &q);
	}
	for (int i = 0; i < n; i++) {
		assert_true(world_run(w, &g[i].done, 20000));
		assert_int_equal(g[i].r.fault, NET_OK);
		get_free(&g[i]);
	}
	return loop_seconds() - start;
}

/* The system's certificates are read once, not once a probe. */
static void
test_many_verified_probes(void **state)
{
	enum { N = 35 };
	struct world *w = *state;
	struct ticker t = { .l = w->l };
	struct get first = { 0 }, g[N] = { 0 };
	double one, many;
	struct rusage u;

	assert_int_equal(access(nginx.bundle, R_OK), 0);
	one = probe(w, 1, &first);
	tick(&t);
	many = probe(w, N, g);
	t.stop = true;
	world_idle(w, 5);
	getrusage(RUSAGE_SELF, &u);
	print_message("  the first verified probe: %.0f ms; %d more: %.0f ms, longest pause %.0f ms; %ld KiB\n",
	              1000 * one, N, 1000 * many, 1000 * t.pace.worst, u.ru_maxrss);
	assert_true(many < N * one / 2);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_certificates),
		CASE(test_shaking_hands),
		CASE(test_what_is_not_tls),
		CASE(test_many_verified_probes),
	};

	return cmocka_run_group_tests(tests, nginx_start, nginx_stop);
}
