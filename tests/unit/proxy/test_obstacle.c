/* What keeps a program that runs from taking a reload, seen at real ones before anything is written. */
#include "../judge.h"
#include "../loopback.h"

#include <grp.h>
#include <signal.h>
#include <sys/stat.h>

#include "answers/box.h"
#include "proxy/obstacle.h"

#define NOBODY  65534

struct world {
	struct tree       *t;
	struct answers     answers;
	struct machine     machine;
	struct proxy_found found;
	pid_t              pid;
};

static int
setup(void **state)
{
	static struct world w;
	void *tree;

	w = (struct world){ 0 };
	tree_setup(&tree);
	w.t = tree;
	chmod(w.t->root, 0755);
	*state = &w;
	return 0;
}

static void
end(struct world *w)
{
	if (w->pid > 0) {
		kill(w->pid, SIGTERM); /* no more: its workers would be left */
		waitpid(w->pid, NULL, 0);
	}
	w->pid = 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;
	void *tree = w->t;

	end(w);
	return tree_teardown(&tree);
}

/* The answers, and what the found one makes of them. */
static int
obstacle(struct world *w, const char *address, unsigned port, const char *tls, struct err *e)
{
	const struct proxy_context c = { .answers = &w->answers, .found = &w->found };
	const char *text = arena_printf(&w->t->arena,
		"version: 1\norigin: http://127.0.0.1:3000\npublic: %s://chat.example.org:%u\nproxy: %s\ntls: %s\n"
		"listen: {address: \"%s\", http: %u, https: %u}\n", strstr(tls, "existing") ? "https" : "http", port,
		w->found.proxy->name, tls, address, strstr(tls, "existing") ? port + 1 : port, port);
	int rc;

	*e = (struct err){ 0 };
	answers_init(&w->answers);
	if (answers_parse(&w->answers, text, strlen(text), "answers.yaml", e) < 0)
		fail_msg("%s", e->msg);
	machine_read(&w->machine, NULL);
	rc = obstacle_find(&c, &w->machine, e);
	machine_free(&w->machine);
	answers_free(&w->answers);
	return rc;
}

static void
drop_root(void)
{
	if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
		_exit(126);
}

/* An nginx that serves a port of its own; `user' instead of root. */
static void
start_nginx(struct world *w, const char *program, bool user)
{
	const unsigned port = free_port();
	const char *conf = tree_path(w->t, "/n/conf");

	tree_write(w->t, "/n/conf", arena_printf(&w->t->arena,
		"pid %1$s/n/pid; daemon off; error_log %1$s/n/log; events {} http { access_log off; client_body_temp_path %1$s/n/b; "
		"proxy_temp_path %1$s/n/p; fastcgi_temp_path %1$s/n/f; uwsgi_temp_path %1$s/n/u; scgi_temp_path %1$s/n/s; "
		"server { listen 127.0.0.1:%2$u; return 204; } }\n", w->t->root, port));
	if (geteuid() == 0)
		assert_int_equal(chown(tree_path(w->t, "/n"), NOBODY, NOBODY), 0);
	w->pid = fork();
	if (w->pid == 0) {
		if (user)
			drop_root();
		execl(program, "nginx", "-c", conf, "-e", tree_path(w->t, "/n/early"), (char *)NULL);
		_exit(127);
	}
	assert_true(status_becomes(port, "x", 204));
	w->found = (struct proxy_found){ .proxy = proxy_find("nginx"), .master = w->pid, .binary = (char *)program };
}

static void
test_address(void **state)
{
	struct world *w = *state;
	struct err e;

	w->found = (struct proxy_found){ .proxy = proxy_find("nginx"), .master = getpid() };
	assert_int_equal(obstacle(w, "192.0.2.77", 8080, "{mode: none}", &e), -1);
	assert_non_null(strstr(e.msg, "192.0.2.77"));
	assert_int_equal(obstacle(w, "2001:db8::77", 8080, "{mode: none}", &e), -1);
	for (const char *const *fine = (const char *const[]){ "*", "0.0.0.0", "::", "127.0.0.1", "127.9.9.9", "::1", NULL };
	     *fine; fine++)
		assert_int_equal(obstacle(w, *fine, 8080, "{mode: none}", &e), 0);
	/* In a container the addresses are others; and what does not run has nothing to reload. */
	w->found.container = (char *)"web";
	assert_int_equal(obstacle(w, "192.0.2.77", 8080, "{mode: none}", &e), 0);
	w->found.container = NULL;
	w->found.master = 0;
	assert_int_equal(obstacle(w, "192.0.2.77", 8080, "{mode: none}", &e), 0);
}

static void
test_rights(void **state)
{
	struct world *w = *state;
	struct err e;

	needs_judge(NGINX);
	tree_write(w->t, "/key", "key\n");
	const char *key = tree_path(w->t, "/key");
	const char *tls = arena_printf(&w->t->arena, "{mode: existing, certificate: %1$s, key: %1$s}", key);
	start_nginx(w, NGINX, true);
	assert_int_equal(obstacle(w, "127.0.0.1", 81, "{mode: none}", &e), -1);
	assert_non_null(strstr(e.msg, "81"));
	assert_int_equal(obstacle(w, "127.0.0.1", 8081, "{mode: none}", &e), 0);
	assert_int_equal(obstacle(w, "127.0.0.1", 8443, tls, &e), 0);
	if (geteuid() != 0)
		return; /* a file of somebody else's cannot be made */
	assert_int_equal(chmod(key, 0600), 0);
	assert_int_equal(obstacle(w, "127.0.0.1", 8443, tls, &e), -1);
	assert_non_null(strstr(e.msg, "/key"));
	/* In a container, too, whose addresses and ports are others. */
	w->found.box = &(struct box){ .pid = w->pid };
	assert_int_equal(obstacle(w, "192.0.2.77", 81, tls, &e), -1);
	assert_non_null(strstr(e.msg, "nginx runs as 65534 and may not read"));
	assert_int_equal(chmod(key, 0644), 0);
	assert_int_equal(obstacle(w, "192.0.2.77", 81, tls, &e), 0);
	assert_int_equal(chmod(key, 0600), 0);
	w->found.box = NULL;
	assert_int_equal(chown(key, NOBODY, NOBODY), 0);
	assert_int_equal(obstacle(w, "127.0.0.1", 8443, tls, &e), 0);

	/* Root's own reads everything and opens every port. */
	end(w);
	assert_int_equal(chown(key, 0, 0), 0);
	start_nginx(w, NGINX, false);
	assert_int_equal(obstacle(w, "127.0.0.1", 81, tls, &e), 0);
	w->found.box = &(struct box){ .pid = w->pid };
	assert_int_equal(obstacle(w, "127.0.0.1", 81, tls, &e), 0);
	w->found.box = NULL;
}

/* A copy of a program whose version is another one, of the same length. */
static const char *
newer(struct world *w, const char *program, const char *name, char *version)
{
	struct buf bytes = BUF_INIT;
	struct err e = { 0 };
	const size_t len = strlen(name);

	*version = '\0';
	assert_int_equal(fs_read(&bytes, program, 64 << 20, &e), 0);
	for (char *p = bytes.s; (p = memmem(p, (size_t)(bytes.s + bytes.len - p), name, len)); p += len) {
		const size_t digits = strspn(p + len, "0123456789.");

		if (digits < 5)
			continue;
		snprintf(version, 16, "%.*s", (int)digits, p + len);
		memset(p + len, '9', 1);
	}
	assert_true(*version);
	tree_mkdir(w->t, "/bin");
	assert_int_equal(fs_write(tree_path(w->t, "/bin/new"), bytes.s, bytes.len, 0755, &e), 0);
	buf_free(&bytes);
	return tree_path(w->t, "/bin/new");
}

static const char *
copy(struct world *w, const char *program, const char *to)
{
	struct buf bytes = BUF_INIT;
	struct err e = { 0 };

	tree_mkdir(w->t, "/bin");
	assert_int_equal(fs_read(&bytes, program, 64 << 20, &e), 0);
	assert_int_equal(fs_write(tree_path(w->t, to), bytes.s, bytes.len, 0755, &e), 0);
	buf_free(&bytes);
	return tree_path(w->t, to);
}

static void
test_replaced(void **state)
{
	struct world *w = *state;
	char version[16], other[16];
	struct err e;

	needs_judge(NGINX);
	const char *program = copy(w, NGINX, "/bin/nginx"), *next = newer(w, NGINX, "nginx/", version);
	start_nginx(w, program, false);
	w->found.version = version;
	assert_int_equal(obstacle(w, "127.0.0.1", 8081, "{mode: none}", &e), 0);
	/* Built again, the same version reads the same files. */
	assert_int_equal(rename(copy(w, NGINX, "/bin/again"), program), 0);
	assert_int_equal(obstacle(w, "127.0.0.1", 8081, "{mode: none}", &e), 0);
	assert_int_equal(rename(next, program), 0);
	snprintf(other, sizeof(other), "9%s", version + 1);
	w->found.version = other;
	assert_int_equal(obstacle(w, "127.0.0.1", 8081, "{mode: none}", &e), 1);
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_non_null(strstr(e.msg, "Restart"));
	/* HAProxy starts what is on the disk, Caddy answers for itself. */
	w->found.proxy = proxy_find("haproxy");
	assert_int_equal(obstacle(w, "127.0.0.1", 8081, "{mode: none}", &e), 0);
}

static void
test_replaced_apache(void **state)
{
	struct world *w = *state;
	const unsigned port = free_port();
	char version[16], other[16];
	struct err e;

	needs_judge(APACHE);
	const char *program = copy(w, APACHE, "/bin/apache2"), *next = newer(w, APACHE, "Apache/", version);
	tree_write(w->t, "/conf", arena_printf(&w->t->arena,
		"ServerRoot %1$s\nPidFile %1$s/pid\nErrorLog %1$s/log\nServerName x\nListen 127.0.0.1:%2$u\n"
		"LoadModule mpm_event_module " APACHE_MODULES "mod_mpm_event.so\n"
		"LoadModule authz_core_module " APACHE_MODULES "mod_authz_core.so\n", w->t->root, port));
	w->pid = fork();
	if (w->pid == 0) {
		execl(program, "apache2", "-DFOREGROUND", "-f", tree_path(w->t, "/conf"), (char *)NULL);
		_exit(127);
	}
	assert_true(status_becomes(port, "x", 404));
	w->found = (struct proxy_found){ .proxy = proxy_find("apache"), .master = w->pid, .version = version };
	assert_int_equal(obstacle(w, "127.0.0.1", 8081, "{mode: none}", &e), 0);
	assert_int_equal(rename(next, program), 0);
	snprintf(other, sizeof(other), "9%s", version + 1);
	w->found.version = other;
	assert_int_equal(obstacle(w, "127.0.0.1", 8081, "{mode: none}", &e), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_address),
		TEST(test_rights),
		TEST(test_replaced),
		TEST(test_replaced_apache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
