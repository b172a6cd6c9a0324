/* What is found: by running the real binary on trees of our own; what its words mean; whether a reload took. */
#include "detect.h"
#include "haproxy_world.h"

#include <fcntl.h>
#include <signal.h>

/* A program that says what another version would say. */
static void
fake_haproxy(struct tree *t, const char *said)
{
	fake_program(t, "/usr/sbin/haproxy", arena_printf(&t->arena, "cat <<'END'\n%s\nEND", said));
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
		detect(&proxy_haproxy, &f, t->root);
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
	not_there(*state, &proxy_haproxy, "/usr/sbin/haproxy");
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
	detect(&proxy_haproxy, &f, t->root);
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
	detect(&proxy_haproxy, &f, t->root);
	assert_true(f.installed);
	assert_int_equal(f.broken.code, ERR_VALUE);
	assert_int_equal(f.broken.line, 3);
	proxy_found_free(&f);
}

static void
test_complaints(void **state)
{
	static const struct complaint cases[] = {
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
		{ "[ALERT] : parsing [/a.cfg:4294967297] : x\n", "/a.cfg", "HAProxy says: x", 0 },
		{ "[ALERT]", NULL, NULL, 0 },
		{ "[ALERT] : config : parsing [unclosed", "", "HAProxy says: parsing [unclosed", 0 },
	};

	(void)state;
	complaints_hold(&proxy_haproxy, cases, ARRAY_LEN(cases));
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
	static const struct clash cases[] = {
		{ "0.0.0.0", "*", "nginx", 443, -1 },     { "0.0.0.0", "*", "nginx", 8443, 0 },
		{ "127.0.0.1", "*", "nginx", 443, -1 },   { "127.0.0.1", "192.0.2.1", "nginx", 443, 0 },
		{ "192.0.2.1", "192.0.2.1", "nginx", 443, -1 }, { "0.0.0.0", "*", "", 443, 0 },
		{ "0.0.0.0", "*", "haproxy", 443, 0 },  { "0.0.0.0", "*", "haproxy", 80, -1 },
		{ "::", "*", "nginx", 80, -1 },
	};
	struct tree *t = *state;
	struct proxy_found f;
	static const char answers[] = "version: 1\norigin: http://127.0.0.1:3000\npublic: https://chat.example.org\nproxy: haproxy\n"
	                              "tls: {mode: existing, certificate: /c, key: /k}\n";

	tree_write(t, HAPROXY_CONFIG, "frontend f\n bind :443 ssl crt x\n");
	world_found(&f, t, "2.6.12");
	clashes_hold(t, &f, answers, cases, ARRAY_LEN(cases));
	proxy_found_free(&f);
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

	needs_judge(HAPROXY);
	tree_mkdir(t, "/usr/sbin");
	assert_int_equal(symlink(HAPROXY, tree_path(t, "/usr/sbin/haproxy")), 0);
	tree_write(t, HAPROXY_CONFIG, conf(t, port, 200, ""));
	detect(&proxy_haproxy, &f, t->root);
	assert_true(f.installed);
	assert_false(f.running);
	proxy_found_free(&f);

	pid = fork();
	if (pid == 0) {
		dup2(open("/dev/null", O_WRONLY), 2);
		execl(HAPROXY, "haproxy", "-W", "-f", tree_path(t, HAPROXY_CONFIG), (char *)NULL);
		_exit(127);
	}
	assert_true(status_becomes(port, NULL, 200));
	held = held_connection(port, 200);
	detect(&proxy_haproxy, &f, t->root);
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
	assert_int_equal(proof_at_last(&f, proof), PROOF_DONE);
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
