/* A plan of files and a request: done, undone together, and killed after each line of its journal. */
#include "server.h"

#include "base/json.h"

#define HOSTS "/api/nginx/proxy-hosts"
#define MOST  40

struct asked {
	struct server *server;
	struct tree   *t;
	char          *dir;   /* of the stand-in */
	pid_t          pid;
	struct call    call;
};

/* The stand-in lies beside the tests. */
static void
start(struct asked *w)
{
	struct arena *a = &w->t->arena;
	char self[512] = "", line[128] = "";
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *program = arena_printf(a, "%.*s/../../npm/npm", (int)(strrchr(self, '/') - self), self);
	int fds[2];

	assert_true(n > 0);
	assert_int_equal(pipe(fds), 0);
	w->pid = fork();
	if (w->pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		execl(program, program, "2.15.1", w->dir, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	assert_true(read(fds[0], line, sizeof(line) - 1) > 0);
	close(fds[0]);
	char *url = strstr(line, "http://");
	assert_non_null(url);
	url[strcspn(url, "\n")] = '\0';
	w->call.base = arena_strdup(a, url);
}

static int
asked_setup(void **state)
{
	static struct asked w;

	server_setup(state);
	w = (struct asked){ .server = *state };
	w.t = w.server->t;
	if (!w.t) {
		*state = &w;
		return 0;
	}
	tree_mkdir(w.t, "/npm");
	w.dir = arena_strdup(&w.t->arena, tree_path(w.t, "/npm"));
	tree_write(w.t, "/run/secret", "S3cret-pw!\n");
	chmod(tree_path(w.t, "/run/secret"), 0600);
	w.call = (struct call){
		.service = "npm", .identity = "admin@example.org", .secret_file = "/run/secret",
		.key = "shop.example.org", .look = HOSTS "?query=shop.example.org", .method = "POST",
		.path = HOSTS, .back_method = "DELETE", .back_path = HOSTS "/{id}",
		.is = "{\"domain_names\":[\"shop.example.org\"],\"forward_scheme\":\"http\",\"forward_host\":\"192.0.2.7\",\"forward_port\":3000}",
	};
	w.call.body = w.call.is;
	start(&w);
	*state = &w;
	return 0;
}

static int
asked_teardown(void **state)
{
	struct asked *w = *state;

	if (w->pid > 0) {
		kill(w->pid, SIGKILL);
		waitpid(w->pid, NULL, 0);
	}
	*state = w->server;
	return server_teardown(state);
}

static size_t
hosts(struct asked *w)
{
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	if (fs_read(&text, tree_path(w->t, "/npm/hosts.json"), 1 << 20, &e) < 0)
		return 0;
	struct json *j = json_parse(text.s, text.len, "hosts", &e);
	size_t n = json_len(j);
	json_free(j);
	buf_free(&text);
	return n;
}

/* What comes of the files together with the call. */
static struct told
attempt_call(struct asked *w)
{
	struct attempt t = ATTEMPT(w->server);

	t.call = &w->call;
	return attempt(&t);
}

static void
test_together(void **state)
{
	struct asked *w = *state;
	struct server *s = w->server;

	needs_server(s);
	const char *before = fingerprint(s);
	struct told told = attempt_call(w);
	assert_int_equal(told.outcome, APPLY_KEPT);
	assert_int_equal(told.places, 3); /* a file, a link, a host */
	assert_non_null(strstr(told.steps, "reload:done"));
	assert_true(strstr(told.steps, "call:done") > strstr(told.steps, "reload:done"));
	assert_int_equal(hosts(w), 1);
	told = rollback(s, 0);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_int_equal(hosts(w), 0);
	assert_string_equal(fingerprint(s), before);
}

/* What comes last fails: what came first is put back too. */
static void
test_refused(void **state)
{
	struct asked *w = *state;
	struct server *s = w->server;

	needs_server(s);
	const char *before = fingerprint(s);
	tree_write(w->t, "/npm/offline", "");
	struct told told = attempt_call(w);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_non_null(strstr(told.msg, "directive is duplicate"));
	assert_non_null(strstr(told.steps, "call:fail"));
	assert_int_equal(hosts(w), 0);
	assert_string_equal(fingerprint(s), before);
}

/* No secret, no change: it is asked for before anything is touched. */
static void
test_without_secret(void **state)
{
	struct asked *w = *state;
	struct server *s = w->server;

	needs_server(s);
	const char *before = fingerprint(s);
	unlink(tree_path(w->t, "/run/secret"));
	struct told told = attempt_call(w);
	assert_int_equal(told.outcome, APPLY_REFUSED);
	assert_non_null(strstr(told.msg, "/run/secret"));
	assert_null(strstr(told.steps, "write:done"));
	assert_string_equal(fingerprint(s), before);
}

static void
test_killed(void **state)
{
	struct asked *w = *state;
	struct server *s = w->server;
	int line;

	needs_server(s);
	const char *before = fingerprint(s);

	for (line = 1; line < MOST; line++) {
		struct attempt t = ATTEMPT(s);

		t.call = &w->call;
		t.stop_at = arena_printf(&w->t->arena, "%d", line);
		struct told told = attempt(&t);
		if (!told.killed) {
			assert_int_equal(told.outcome, APPLY_KEPT);
			break;
		}
		told = rollback(s, 0);
		assert_int_equal(told.outcome, APPLY_UNDONE);
		assert_int_equal(told.code, ERR_NONE);
		assert_string_equal(fingerprint(s), before);
		assert_int_equal(hosts(w), 0);
	}
	assert_in_range(line, 6, MOST - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_together, asked_setup, asked_teardown),
		cmocka_unit_test_setup_teardown(test_refused, asked_setup, asked_teardown),
		cmocka_unit_test_setup_teardown(test_without_secret, asked_setup, asked_teardown),
		cmocka_unit_test_setup_teardown(test_killed, asked_setup, asked_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
