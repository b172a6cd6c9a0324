/* Whose word about the visitor counts: the site as written, in a running nginx, asked from several addresses. */
#include "nginx_world.h"

#include <arpa/inet.h>
#include <signal.h>
#include <time.h>

static unsigned
free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	close(fd);
	return ntohs(a.sin_port);
}

/* What OpenChamber would see, asked from an address; false: nobody listens yet. */
static bool
ask(const char *from, unsigned port, const char *headers, char *answer, size_t size)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in self = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[2048];
	size_t n = 0;
	ssize_t got;
	char *body;

	inet_pton(AF_INET, from, &self.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&self, sizeof(self)), 0);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		close(fd);
		return false;
	}
	dprintf(fd, "GET / HTTP/1.1\r\nHost: chat.example.org\r\nConnection: close\r\n%s\r\n", headers);
	while (n + 1 < sizeof(text) && (got = read(fd, text + n, sizeof(text) - n - 1)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	close(fd);
	body = strstr(text, "\r\n\r\n");
	snprintf(answer, size, "%.200s", body ? body + 4 : text);
	return true;
}

struct question {
	const char *from, *headers, *want; /* scheme, host, address as OpenChamber sees them */
};

static void
run_questions(struct tree *t, const char *more, const struct question *q, size_t n)
{
	const unsigned port = free_port(), echo = free_port();
	struct answers a;
	struct steps steps = { 0 };
	struct err e = { 0 };
	struct proxy_found f;
	char answer[256] = "";
	const char *wrong = NULL;
	int status;
	pid_t pid;

	world_debian(t);
	answers_init(&a);
	more = arena_printf(&t->arena, "version: 1\norigin: http://127.0.0.1:%u\npublic: %s://chat.example.org\nproxy: nginx\n"
	                    "listen: {address: 127.0.0.1, http: %u}\n%s", echo, strstr(more, "none") ? "http" : "https", port, more);
	if (answers_parse(&a, more, strlen(more), "a.yaml", &e) < 0)
		fail_msg("%s", e.msg);
	world_found(&f, t, arena_printf(&t->arena, DEBIAN_V, "1.22.1"));
	assert_int_equal(nginx_render(&steps, &(struct proxy_context){
		.answers = &a, .found = &f, .templates = "templates", .root = t->root }, &e), 0);
	tree_write(t, "/run.conf", arena_printf(&t->arena,
		"pid %1$s/pid; error_log %1$s/log; daemon off; master_process off; events {}\n"
		"http { access_log off; client_body_temp_path %1$s/b; proxy_temp_path %1$s/p; fastcgi_temp_path %1$s/f;\n"
		"uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s;\n"
		"server { listen 127.0.0.1:%2$u; return 200 \"$http_x_forwarded_proto $http_x_forwarded_host $http_x_forwarded_for\"; }\n"
		"%3$s}\n", t->root, echo, steps_find(&steps, STEP_WRITE, ROLE_NONE)->text));
	pid = fork();
	if (pid == 0) {
		execl(NGINX, "nginx", "-c", tree_path(t, "/run.conf"), "-e", tree_path(t, "/log"), (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 500 && !ask("127.0.0.1", port, "", answer, sizeof(answer)); i++)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	for (size_t i = 0; i < n && !wrong; i++)
		if (!ask(q[i].from, port, q[i].headers, answer, sizeof(answer)) || strcmp(answer, q[i].want) != 0)
			wrong = arena_printf(&t->arena, "from %s with\n%s it sees: %s\nnot: %s", q[i].from, q[i].headers, answer, q[i].want);
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
	static const struct question q[] = {
		{ "127.0.0.1", FORGED, "http chat.example.org 127.0.0.1" },
		{ "127.0.0.2", "", "http chat.example.org 127.0.0.2" },
	};

	needs_nginx();
	run_questions(*state, "tls: {mode: none}\n", q, ARRAY_LEN(q));
}

static void
test_named_ranges(void **state)
{
	static const struct question q[] = {
		{ "127.0.0.2", FORGED, "https chat.example.org 203.0.113.9" },
		{ "127.0.0.3", FORGED, "http chat.example.org 127.0.0.3" },
		{ "127.0.0.2", "", "http chat.example.org 127.0.0.2" },
		{ "127.0.0.2", "X-Forwarded-Proto: http\r\n", "http chat.example.org 127.0.0.2" },
		{ "127.0.0.2", "X-Forwarded-Proto: gopher\r\n", "http chat.example.org 127.0.0.2" },
		/* a front that adds to what a visitor made up: the last that is not its own counts */
		{ "127.0.0.2", "X-Forwarded-For: 10.9.9.9, 203.0.113.9, 127.0.0.2\r\n", "http chat.example.org 203.0.113.9" },
	};

	needs_nginx();
	run_questions(*state, "tls: {mode: upstream}\ncdn: other\ntrusted: [127.0.0.2]\n", q, ARRAY_LEN(q));
}

static void
test_near_by_default(void **state)
{
	static const struct question q[] = {
		{ "127.0.0.3", FORGED, "https chat.example.org 203.0.113.9" },
		{ "127.0.0.3", "", "http chat.example.org 127.0.0.3" },
	};

	needs_nginx();
	run_questions(*state, "tls: {mode: upstream}\n", q, ARRAY_LEN(q));
}

static void
test_cloudflare(void **state)
{
	static const struct question q[] = {
		{ "127.0.0.2", FORGED "CF-Connecting-IP: 203.0.113.7\r\n", "https chat.example.org 203.0.113.7" },
		{ "127.0.0.3", FORGED "CF-Connecting-IP: 203.0.113.7\r\n", "http chat.example.org 127.0.0.3" },
	};

	needs_nginx();
	run_questions(*state, "tls: {mode: upstream}\ncdn: cloudflare\ntrusted: [127.0.0.2/32]\n", q, ARRAY_LEN(q));
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
