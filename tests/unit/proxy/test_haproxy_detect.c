/* What is found: by running the real binary on trees of our own; what its words mean; whether a reload took. */
#include "haproxy_world.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>

#include "loop/loop.h"

static void
stop(void *ctx)
{
	loop_stop(ctx);
}

static void
detect(struct proxy_found *f, const char *root)
{
	struct loop *l = loop_new();
	struct machine m = { 0 };
	struct err e = { 0 };

	*f = (struct proxy_found){ 0 };
	proxy_haproxy.detect(l, root, &m, f, stop, l);
	assert_int_equal(loop_run(l, &e), 0);
	loop_free(l);
}

/* A program that says what another version would say. */
static void
fake_haproxy(struct tree *t, const char *said)
{
	tree_write(t, "/usr/sbin/haproxy", arena_printf(&t->arena, "#!/bin/sh\ncat <<'END'\n%s\nEND\n", said));
	assert_int_equal(chmod(tree_path(t, "/usr/sbin/haproxy"), 0755), 0);
}

static void
test_versions(void **state)
{
	static const struct { const char *said, *version; unsigned v[3]; bool is_2_6; } cases[] = {
		{ "HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/", "2.6.12", { 2, 6, 12 }, true },
		{ "HAProxy version 3.1-dev5-abc 2024/08/01", "3.1", { 3, 1, 0 }, true },
		{ "HA-Proxy version 2.0.13-2ubuntu0.5 2022/03/02 - https://haproxy.org/", "2.0.13", { 2, 0, 13 }, false },
		{ "HAProxy version 2.10.1", "2.10.1", { 2, 10, 1 }, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct proxy_found f;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		fake_haproxy(t, cases[i].said);
		detect(&f, t->root);
		assert_true(f.installed);
		assert_false(f.running);
		assert_string_equal(f.version, cases[i].version);
		assert_memory_equal(f.v, cases[i].v, sizeof(f.v));
		assert_int_equal(haproxy_at_least(&f, 2, 6), cases[i].is_2_6);
		assert_int_equal(f.broken.code, ERR_IO); /* its file is not there */
		assert_string_equal(f.config, HAPROXY_CONFIG);
		proxy_found_free(&f);
		tree_teardown((void **)&t);
	}
}

static void
test_not_there(void **state)
{
	struct tree *t = *state;
	struct proxy_found f;

	tree_write(t, "/usr/sbin/haproxy", "#!/bin/sh\nexit 3\n");
	chmod(tree_path(t, "/usr/sbin/haproxy"), 0755);
	detect(&f, t->root);
	assert_false(f.installed);
	proxy_found_free(&f);
	chmod(tree_path(t, "/usr/sbin/haproxy"), 0644);
	detect(&f, t->root);
	assert_false(f.installed);
	assert_null(f.sites);
	proxy_found_free(&f);
}

static void
test_sites(void **state)
{
	struct tree *t = *state;
	struct proxy_found f;
	const struct proxy_site *s;
	struct url origin;
	struct err e = { 0 };

	fake_haproxy(t, "HAProxy version 2.6.12");
	tree_write(t, HAPROXY_CONFIG,
		"global\n user hap\n"
		"defaults\n mode http\n"
		"frontend web\n"
		" bind :80,[::]:80 v6only\n"
		" bind :443 ssl crt /etc/haproxy/certs/chat.pem\n"
		" acl is_chat hdr(host) -i chat.example.org www.example.org:443\n"
		" use_backend chat if is_chat\n"
		" use_backend static if { path_beg /static }\n"
		" use_backend maps if { hdr(host),map(/x) -m found }\n"
		"# OpenChamber at https://two.example.org: begin. Written by antechamber.\n"
		" use_backend openchamber_two if { req.hdr(host),host_only -i two.example.org }\n"
		"# OpenChamber at https://two.example.org: end.\n"
		" default_backend web\n"
		"frontend raw\n mode tcp\n bind :5432\n default_backend db\n"
		"backend chat\n server chat 127.0.0.1:3000\n"
		"backend openchamber_two\n server o localhost:3001 ssl verify none\n"
		"backend web\n server w /run/web.sock\n"
		"backend db\n mode tcp\n server d 10.0.0.1:5432\n"
		"listen stats\n bind 127.0.0.1:8404\n server s 127.0.0.1:9000\n");
	detect(&f, t->root);
	assert_int_equal(f.broken.code, ERR_NONE);
	assert_false(f.incomplete);
	assert_string_equal(f.user, "hap");
	assert_int_equal(f.n_sites, 4);
	s = &f.sites[0];
	assert_string_equal(s->names[0], "chat.example.org");
	assert_string_equal(s->names[1], "www.example.org");
	assert_null(s->names[2]);
	assert_string_equal(s->file, HAPROXY_CONFIG);
	assert_int_equal(s->line, 9);
	assert_int_equal(s->n_listens, 3);
	assert_string_equal(s->listens[1].address, "[::]");
	assert_true(s->listens[2].tls);
	assert_int_equal(s->listens[2].port, 443);
	assert_string_equal(s->upstream, "http://127.0.0.1:3000");
	assert_int_equal(s->upstream_line, 21);
	assert_string_equal(s->certificate, "/etc/haproxy/certs/chat.pem");
	assert_string_equal(s->key, "/etc/haproxy/certs/chat.pem");
	assert_false(s->ours);
	s = &f.sites[1];
	assert_true(s->ours);
	assert_string_equal(s->upstream, "https://localhost:3001");
	s = &f.sites[2];
	assert_null(s->names[0]);
	assert_null(s->upstream);
	assert_int_equal(s->line, 15);
	s = &f.sites[3];
	assert_string_equal(s->listens[0].address, "127.0.0.1");
	assert_string_equal(s->upstream, "http://127.0.0.1:9000");
	assert_ptr_equal(proxy_site_named(&f, "Chat.example.org", 443), &f.sites[0]);
	assert_null(proxy_site_named(&f, "chat.example.org", 8404));
	assert_int_equal(url_parse(&origin, "http://127.0.0.1:3000", "http", URL_BASE, "origin", &e), 0);
	assert_ptr_equal(proxy_site_leading_to(&f, &origin), &f.sites[0]);
	proxy_found_free(&f);

	tree_write(t, HAPROXY_CONFIG, "defaults\n mode http\nfrontend 'x\n");
	detect(&f, t->root);
	assert_true(f.installed);
	assert_int_equal(f.broken.code, ERR_VALUE);
	assert_int_equal(f.broken.line, 3);
	proxy_found_free(&f);
}

static void
test_complaints(void **state)
{
	static const struct { const char *said, *file, *says; int line; } cases[] = {
		{ "[NOTICE]   (1) : haproxy version is 2.6.12\n[ALERT]    (17996) : config : parsing [b.cfg:6] : unknown keyword 'foo' in 'frontend' section\n"
		  "[ALERT]    (17996) : config : Error(s) found in configuration file : b.cfg\n[ALERT]    (17996) : config : Fatal errors found in configuration.\n",
		  "b.cfg", "HAProxy says: unknown keyword 'foo' in 'frontend' section", 6 },
		{ "[ALERT]    (18016) : config : parsing [/etc/e.cfg:5]: Missing LF on last line, file might have been truncated at position 14.\n",
		  "/etc/e.cfg", "HAProxy says: Missing LF on last line", 5 },
		{ "[ALERT] 329/231700 (123) : parsing [/etc/haproxy/haproxy.cfg:12] : 'bind :443' : unable to load SSL private key\n",
		  "/etc/haproxy/haproxy.cfg", "HAProxy says: 'bind :443' : unable to load", 12 },
		{ "[ALERT]    (1) : config : Proxy 'x': unable to find required default_backend: 'y'.\n", "", "HAProxy says: Proxy 'x': unable", 0 },
		{ "[ALERT]    (1) : Starting frontend x: cannot bind socket (Address already in use) [127.0.0.1:80]\n", "", "cannot bind socket", 0 },
		{ "[WARNING]  (1) : config : something\nConfiguration file is valid\n", NULL, NULL, 0 },
		{ "", NULL, NULL, 0 },
		{ "[ALERT]", NULL, NULL, 0 },
		{ "[ALERT] : config : parsing [unclosed", "", "HAProxy says: parsing [unclosed", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };
		const bool found = proxy_haproxy.complaint(cases[i].said, &e);

		assert_int_equal(found, cases[i].says != NULL);
		if (!found)
			continue;
		assert_int_equal(e.code, ERR_VALUE);
		assert_string_equal(e.file, cases[i].file);
		assert_int_equal(e.line, cases[i].line);
		assert_non_null(strstr(e.msg, cases[i].says));
	}
}

/* Old processes keep what is open, unless they are given a time. */
static void
test_reload_closes(void **state)
{
	static const struct { const char *text; bool closes; } cases[] = {
		{ "global\n\tmaxconn 100\n", false }, { "global\n\thard-stop-after 30s\n", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct proxy_found f;

		tree_write(*state, HAPROXY_CONFIG, cases[i].text);
		world_found(&f, *state, "2.6.12");
		assert_int_equal(proxy_haproxy.reload_closes(&f), cases[i].closes);
		proxy_found_free(&f);
	}
}

static void
test_clash(void **state)
{
	static const struct { const char *address, *listen, *program; unsigned port; bool clash; } cases[] = {
		{ "0.0.0.0", "*", "nginx", 443, true },     { "0.0.0.0", "*", "nginx", 8443, false },
		{ "127.0.0.1", "*", "nginx", 443, true },   { "127.0.0.1", "192.0.2.1", "nginx", 443, false },
		{ "192.0.2.1", "192.0.2.1", "nginx", 443, true }, { "0.0.0.0", "*", "", 443, false },
		{ "0.0.0.0", "*", "haproxy", 443, false },  { "0.0.0.0", "*", "haproxy", 80, true },
		{ "::", "*", "nginx", 80, true },
	};
	struct tree *t = *state;
	struct answers a;
	struct proxy_found f;
	struct err e = { 0 };
	static const char answers[] = "version: 1\norigin: http://127.0.0.1:3000\npublic: https://chat.example.org\nproxy: haproxy\n"
	                              "tls: {mode: existing, certificate: /c, key: /k}\n";

	tree_write(t, HAPROXY_CONFIG, "frontend f\n bind :443 ssl crt x\n");
	world_found(&f, t, "2.6.12");
	answers_init(&a);
	assert_int_equal(answers_parse(&a, answers, strlen(answers), "a", &e), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct listener l = { .port = cases[i].port };
		struct machine m = { .listeners = &l, .n_listeners = 1 };
		int rc;

		snprintf(l.address, sizeof(l.address), "%s", cases[i].address);
		snprintf(l.program, sizeof(l.program), "%s", cases[i].program);
		a.listen_address = (char *)cases[i].listen;
		rc = proxy_haproxy.clash(&(struct proxy_context){ .answers = &a, .found = &f }, &m, &e);
		if (rc != (cases[i].clash ? -1 : 0))
			fail_msg("case %zu: %d", i, rc);
		if (rc < 0)
			assert_int_equal(e.code, ERR_CONFLICT);
	}
	answers_free(&a);
	proxy_found_free(&f);
}

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

/* The status of an answer; 0: none.  `hold' keeps the connection open. */
static int
status_of(unsigned port, int *hold)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status = 0;
	char text[256];
	ssize_t n;

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0) {
		dprintf(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
		n = read(fd, text, sizeof(text) - 1);
		text[n > 0 ? n : 0] = '\0';
		sscanf(text, "HTTP/1.1 %d", &status);
	}
	if (hold)
		*hold = fd;
	else
		close(fd);
	return status;
}

static const char *
conf(struct tree *t, unsigned port, int status, const char *more)
{
	return arena_printf(&t->arena,
		"global\n hard-stop-after 10s\ndefaults\n mode http\n timeout client 9s\n timeout connect 9s\n timeout server 9s\n"
		"frontend f\n bind 127.0.0.1:%u\n http-request return status %d\n%s", port, status, more);
}

/* A private HAProxy with a master: found by the tree it reads; a reload is proved when it took, not before. */
static void
test_running(void **state)
{
	struct tree *t = *state;
	const unsigned port = free_port();
	struct proxy_found f;
	void *proof;
	int held, status;
	pid_t pid;

	needs_haproxy();
	tree_mkdir(t, "/usr/sbin");
	assert_int_equal(symlink(HAPROXY, tree_path(t, "/usr/sbin/haproxy")), 0);
	tree_write(t, HAPROXY_CONFIG, conf(t, port, 200, ""));
	detect(&f, t->root);
	assert_true(f.installed);
	assert_false(f.running);
	proxy_found_free(&f);

	pid = fork();
	if (pid == 0) {
		dup2(open("/dev/null", O_WRONLY), 2);
		execl(HAPROXY, "haproxy", "-W", "-f", tree_path(t, HAPROXY_CONFIG), (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 1000 && status_of(port, NULL) != 200; i++)
		poll(NULL, 0, 10);
	assert_int_equal(status_of(port, &held), 200);
	detect(&f, t->root);
	assert_true(f.running);
	assert_int_equal(f.master, pid);
	assert_true(haproxy_own(&f)->master);
	assert_true(haproxy_own(&f)->rooted);
	assert_null(haproxy_own(&f)->unit);
	assert_string_equal(f.config, HAPROXY_CONFIG);
	assert_string_equal(haproxy_own(&f)->files[0], HAPROXY_CONFIG);

	/* Nothing happened yet. */
	proof = proxy_haproxy.before_reload(&f);
	assert_int_equal(proxy_haproxy.proof(&f, proof), PROOF_WAIT);
	/* A refused configuration is no reload: the old worker goes on. */
	tree_write(t, HAPROXY_CONFIG, "frontend f\n nonsense\n");
	kill(pid, SIGUSR2);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(proxy_haproxy.proof(&f, proof), PROOF_WAIT);
		poll(NULL, 0, 10);
	}
	assert_int_equal(status_of(port, NULL), 200);
	free(proof);
	/* And one that takes is seen; from then on every answer is the new one, though an old connection is still held. */
	proof = proxy_haproxy.before_reload(&f);
	tree_write(t, HAPROXY_CONFIG, conf(t, port, 204, ""));
	kill(pid, SIGUSR2);
	for (int i = 0; i < 1000 && proxy_haproxy.proof(&f, proof) == PROOF_WAIT; i++)
		poll(NULL, 0, 10);
	assert_int_equal(proxy_haproxy.proof(&f, proof), PROOF_DONE);
	for (int i = 0; i < 50; i++)
		assert_int_equal(status_of(port, NULL), 204);
	close(held);
	free(proof);
	proxy_found_free(&f);
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

#define TREE(f) cmocka_unit_test_setup_teardown(f, tree_setup, tree_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		TREE(test_not_there),
		TREE(test_sites),
		cmocka_unit_test(test_complaints),
		TREE(test_clash),
		TREE(test_reload_closes),
		TREE(test_running),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
