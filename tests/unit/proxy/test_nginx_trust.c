/* Whose word about the visitor counts: the site as written, in a running nginx, asked from several addresses. */
#include "../loopback.h"
#include "nginx_world.h"

#include <signal.h>

struct sight {
	const char *from, *headers, *want; /* scheme, host, address as OpenChamber sees them */
};

static void
run_sights(struct tree *t, const char *more, const struct sight *q, size_t n)
{
	const unsigned port = free_port(), echo = free_port();
	struct answers a;
	struct steps steps = { 0 };
	struct err e = { 0 };
	struct proxy_found f;
	char text[2048];
	const char *wrong = NULL;
	int status;
	pid_t pid;

	world_debian(t);
	more = arena_printf(&t->arena, "version: 1\norigin: http://127.0.0.1:%u\npublic: %s://chat.example.org\nproxy: nginx\n"
	                    "listen: {address: 127.0.0.1, http: %u}\n%s", echo, strstr(more, "none") ? "http" : "https", port, more);
	parse_answers(&a, more);
	world_found(&f, t, "1.22.1");
	assert_int_equal(world_render(&steps, t, &f, &a, &e), 0);
	tree_write(t, "/run.conf", arena_printf(&t->arena,
		"pid %1$s/pid; error_log %1$s/log; daemon off; master_process off; events {}\n"
		"http { access_log off; client_body_temp_path %1$s/b; proxy_temp_path %1$s/p; fastcgi_temp_path %1$s/f;\n"
		"uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s;\n"
		"server { listen 127.0.0.1:%2$u; return 200 \"$http_x_forwarded_proto $http_x_forwarded_host $http_x_forwarded_for\"; }\n"
		"%3$s}\n", t->root, echo, world_site(&steps)->text));
	pid = fork();
	if (pid == 0) {
		execl(NGINX, "nginx", "-c", tree_path(t, "/run.conf"), "-e", tree_path(t, "/log"), (char *)NULL);
		_exit(127);
	}
	ask_patiently(&(struct request){ .port = port }, text, sizeof(text));
	for (size_t i = 0; i < n && !wrong; i++) {
		const struct request r = { .port = port, .from = q[i].from, .headers = q[i].headers };

		if (!ask(&r, text, sizeof(text)) || strcmp(body_of(text), q[i].want) != 0)
			wrong = arena_printf(&t->arena, "from %s with\n%s it sees: %s\nnot: %s", r.from, r.headers, body_of(text), q[i].want);
	}
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	steps_free(&steps);
	proxy_found_free(&f);
	answers_free(&a);
	if (wrong)
		fail_msg("%s", wrong);
}

#define FORGED "X-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Host: evil.example\r\n"

static void
test_nobody_in_front(void **state)
{
	static const struct sight q[] = {
		{ "127.0.0.1", FORGED, "http chat.example.org 127.0.0.1" },
		{ "127.0.0.2", "", "http chat.example.org 127.0.0.2" },
	};

	needs_judge(NGINX);
	run_sights(*state, "tls: {mode: none}\n", q, ARRAY_LEN(q));
}

static void
test_named_ranges(void **state)
{
	static const struct sight q[] = {
		{ "127.0.0.2", FORGED, "https chat.example.org 203.0.113.9" },
		{ "127.0.0.3", FORGED, "http chat.example.org 127.0.0.3" },
		{ "127.0.0.2", "", "http chat.example.org 127.0.0.2" },
		{ "127.0.0.2", "X-Forwarded-Proto: http\r\n", "http chat.example.org 127.0.0.2" },
		{ "127.0.0.2", "X-Forwarded-Proto: gopher\r\n", "http chat.example.org 127.0.0.2" },
		/* a front that adds to what a visitor made up: the last that is not its own counts */
		{ "127.0.0.2", "X-Forwarded-For: 10.9.9.9, 203.0.113.9, 127.0.0.2\r\n", "http chat.example.org 203.0.113.9" },
	};

	needs_judge(NGINX);
	run_sights(*state, "tls: {mode: upstream}\ncdn: other\ntrusted: [127.0.0.2]\n", q, ARRAY_LEN(q));
}

static void
test_near_by_default(void **state)
{
	static const struct sight q[] = {
		{ "127.0.0.3", FORGED, "https chat.example.org 203.0.113.9" },
		{ "127.0.0.3", "", "http chat.example.org 127.0.0.3" },
	};

	needs_judge(NGINX);
	run_sights(*state, "tls: {mode: upstream}\n", q, ARRAY_LEN(q));
}

static void
test_cloudflare(void **state)
{
	static const struct sight q[] = {
		{ "127.0.0.2", FORGED "CF-Connecting-IP: 203.0.113.7\r\n", "https chat.example.org 203.0.113.7" },
		{ "127.0.0.3", FORGED "CF-Connecting-IP: 203.0.113.7\r\n", "http chat.example.org 127.0.0.3" },
	};

	needs_judge(NGINX);
	run_sights(*state, "tls: {mode: upstream}\ncdn: cloudflare\ntrusted: [127.0.0.2/32]\n", q, ARRAY_LEN(q));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nobody_in_front, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_named_ranges, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_near_by_default, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_cloudflare, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
