/* What is found: by running the real binary on trees of our own; what its words mean; whether a reload took. */
#include "detect.h"
#include "nginx_world.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>

/* A program that says what an nginx of another build would say. */
static void
fake_nginx(struct tree *t, const char *said)
{
	fake_program(t, "/usr/sbin/nginx", arena_printf(&t->arena, "cat >&2 <<'END'\n%s\nEND", said));
}

static void
test_builds(void **state)
{
	static const struct { const char *said, *version; unsigned v[3]; const char *config, *user; bool realip; } cases[] = {
		{ "nginx version: nginx/1.22.1\nconfigure arguments: --conf-path=/etc/nginx/nginx.conf --with-http_realip_module",
		  "1.22.1", { 1, 22, 1 }, "/etc/nginx/nginx.conf", NULL, true },
		{ "nginx version: nginx/1.27.3 (Ubuntu)\nconfigure arguments: --user=nginx '--conf-path=/srv/my nginx/n.conf'",
		  "1.27.3", { 1, 27, 3 }, "/srv/my", "nginx", false },
		{ "nginx version: nginx/1.26.2\nconfigure arguments: --conf-path='/srv/my nginx/n.conf' --user=www",
		  "1.26.2", { 1, 26, 2 }, "/srv/my nginx/n.conf", "www", false },
		{ "nginx version: openresty/1.21.4.1\nconfigure arguments: --prefix=/usr/local/openresty/nginx --with-http_realip_module",
		  "1.21.4.1", { 1, 21, 4 }, "/usr/local/openresty/nginx/conf/nginx.conf", NULL, true },
		{ "nginx version: nginx/1.18.0\nconfigure arguments:", "1.18.0", { 1, 18, 0 }, "/usr/local/nginx/conf/nginx.conf", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct proxy_found f;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		fake_nginx(t, cases[i].said);
		detect(&proxy_nginx, &f, t->root);
		assert_true(f.installed);
		assert_false(f.running);
		assert_string_equal(f.version, cases[i].version);
		assert_memory_equal(f.v, cases[i].v, sizeof(f.v));
		assert_string_equal(f.config, cases[i].config);
		assert_int_equal(f.user != NULL, cases[i].user != NULL);
		if (f.user)
			assert_string_equal(f.user, cases[i].user);
		assert_int_equal(nginx_built_with(&f, "--with-http_realip_module"), cases[i].realip);
		assert_int_equal(f.broken.code, ERR_IO); /* its main file is not there */
		assert_true(nginx_at_least(&f, 1, 18, 0));
		assert_false(nginx_at_least(&f, 1, 27, 4));
		proxy_found_free(&f);
		tree_teardown((void **)&t);
	}
}

static void
test_not_there(void **state)
{
	not_there(*state, &proxy_nginx, "/usr/sbin/nginx");
}

static void
test_sites(void **state)
{
	struct tree *t = *state;
	struct proxy_found f;
	const struct proxy_site *s;
	struct url origin;
	struct err e = { 0 };

	needs_judge(NGINX);
	world_debian(t);
	tree_write(t, "/etc/nginx/conf.d/up.conf", "upstream app { server 127.0.0.1:3000; server 127.0.0.1:3001 backup; }\n");
	tree_write(t, "/etc/nginx/sites-enabled/chat",
	           "# a comment\nserver {\n\tlisten 443 ssl;\n\tlisten [::]:443 ssl;\n\tlisten unix:/run/x;\n"
	           "\tserver_name chat.example.org www.example.org;\n\tssl_certificate /c.pem;\n\tssl_certificate_key /c.key;\n"
	           "\tlocation /api { proxy_pass http://127.0.0.1:1; }\n\tlocation / {\n\t\tproxy_pass http://app;\n\t}\n}\n");
	tree_write(t, "/etc/nginx/sites-enabled/ours",
	           "# OpenChamber at http://two.example.org behind nginx. Written by antechamber.\n"
	           "server { server_name two.example.org; set $port 3000; set $server \"localhost\";\n"
	           "location / { proxy_pass http://$server:$port; } }\n");
	tree_write(t, "/etc/nginx/sites-enabled/plain", "server { root /var/www; }\nserver { location / { proxy_pass http://$host; } }\n");
	detect(&proxy_nginx, &f, t->root);
	assert_int_equal(f.broken.code, ERR_NONE);
	assert_false(f.incomplete);
	assert_string_equal(f.user, "www-data");
	assert_string_equal(f.site_dir, "/etc/nginx/sites-available");
	assert_string_equal(f.link_dir, "/etc/nginx/sites-enabled");
	assert_string_equal(f.layout, "/etc/nginx/nginx.conf:6");
	assert_int_equal(f.n_sites, 4);
	s = &f.sites[0];
	assert_string_equal(s->names[1], "www.example.org");
	assert_null(s->names[2]);
	assert_string_equal(s->file, "/etc/nginx/sites-enabled/chat");
	assert_int_equal(s->line, 2);
	assert_int_equal(s->n_listens, 2);
	assert_string_equal(s->listens[1].address, "[::]");
	assert_true(s->listens[1].tls);
	assert_string_equal(s->upstream, "http://127.0.0.1:3000");
	assert_int_equal(s->upstream_line, 11);
	assert_string_equal(s->certificate, "/c.pem");
	assert_string_equal(s->key, "/c.key");
	assert_false(s->ours);
	s = &f.sites[1];
	assert_true(s->ours);
	assert_string_equal(s->upstream, "http://localhost:3000");
	assert_int_equal(s->listens[0].port, 80);
	assert_null(f.sites[2].upstream);
	assert_null(f.sites[3].upstream);
	assert_ptr_equal(proxy_site_named(&f, "Chat.example.org", 443), &f.sites[0]);
	assert_null(proxy_site_named(&f, "chat.example.org", 80));
	assert_int_equal(url_parse(&origin, "http://127.0.0.1:3000", "http", URL_BASE, "origin", &e), 0);
	assert_ptr_equal(proxy_site_leading_to(&f, &origin), &f.sites[0]);
	origin.port = 3999;
	assert_null(proxy_site_leading_to(&f, &origin));
	proxy_found_free(&f);
}

static void
test_broken_today(void **state)
{
	struct tree *t = *state;
	struct proxy_found f;

	needs_judge(NGINX);
	world_debian(t);
	tree_write(t, "/etc/nginx/sites-enabled/x", "server {\n listen 80;\n");
	detect(&proxy_nginx, &f, t->root);
	assert_true(f.installed);
	assert_int_equal(f.broken.code, ERR_VALUE);
	assert_string_equal(f.broken.file, "/etc/nginx/sites-enabled/x");
	assert_int_equal(f.broken.line, 1);
	proxy_found_free(&f);
}

static void
test_complaints(void **state)
{
	static const struct complaint cases[] = {
		{ "nginx: [emerg] unknown directive \"prox_pass\" in /etc/nginx/conf.d/a.conf:12\n"
		  "nginx: configuration file /etc/nginx/nginx.conf test failed\n", "/etc/nginx/conf.d/a.conf", "", 12 },
		{ "nginx: [warn] conflicting server name \"a\" on 0.0.0.0:80, ignored\n"
		  "nginx: [emerg] host not found in upstream \"in /x:9\" in /etc/nginx/a b.conf:3\n", "/etc/nginx/a b.conf", "", 3 },
		{ "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)\n", "", "", 0 },
		{ "nginx: [emerg] cannot load certificate \"/c.pem\": BIO_new_file() failed (SSL: error:80000002:system library::No such "
		  "file or directory:calling fopen(/c.pem, r))\n", "", "", 0 },
		{ "2026/11/25 23:10:13 [emerg] 1685#1685: could not build server_names_hash\n", "", "", 0 },
		{ "nginx: [alert] could not open error log file: open() \"/var/log/nginx/error.log\" failed (13: Permission denied)\n"
		  "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n"
		  "2026/11/25 23:10:13 [emerg] 1#1: open() \"/run/nginx.pid\" failed (13: Permission denied)\n"
		  "nginx: configuration file /etc/nginx/nginx.conf test failed\n", NULL, NULL, 0 },
		{ "nginx: [warn] conflicting server name \"a\" on 0.0.0.0:80, ignored\n", NULL, NULL, 0 },
		{ "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n", NULL, NULL, 0 },
		{ "", NULL, NULL, 0 },
		{ "nginx: [emerg] \x1b[31mred\n", "", "", 0 },
		{ "[emerg]", "", "", 0 },
		{ "nginx: [emerg] x in /:99999999999999999999", "/", "", 0 },
		{ "nginx: [emerg] x in /:4294967297", "/", "", 0 },
	};

	(void)state;
	complaints_hold(&proxy_nginx, cases, ARRAY_LEN(cases));
}

/* Old processes keep what is open, unless they are given a time. */
static void
test_reload_closes(void **state)
{
	static const struct { const char *text; bool closes; } cases[] = {
		{ "http { }", false }, { "worker_shutdown_timeout 10s; http { }", true },
	};
	struct tree *t;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct proxy_found f;

		assert_int_equal(tree_setup((void **)&t), 0);
		tree_write(t, "/etc/nginx/nginx.conf", cases[i].text);
		world_found(&f, t, "1.22.1");
		assert_int_equal(proxy_find("nginx")->reload_closes(&f), cases[i].closes);
		proxy_found_free(&f);
		tree_teardown((void **)&t);
	}
}

static void
test_clash(void **state)
{
	static const struct { const char *site, *address; struct listener there; bool clashes; } cases[] = {
		{ "listen 80;", "*", { .address = "0.0.0.0", .port = 80, .program = "nginx" }, false },
		{ "listen 10.0.0.1:80;", "*", { .address = "10.0.0.1", .port = 80, .program = "nginx" }, true },
		{ "listen 80;", "10.0.0.1", { .address = "0.0.0.0", .port = 80, .program = "nginx" }, false },
		{ "listen 10.0.0.2:80;", "10.0.0.1", { .address = "10.0.0.2", .port = 80, .program = "nginx" }, false },
		{ "listen 81;", "10.0.0.1", { .address = "0.0.0.0", .port = 80, .program = "nginx" }, true },
		{ "listen 81;", "*", { .address = "0.0.0.0", .port = 80, .program = "apache2" }, true },
		{ "listen 81;", "10.0.0.1", { .address = "10.0.0.2", .port = 80, .program = "apache2" }, false },
		{ "listen 81;", "10.0.0.1", { .address = "10.0.0.1", .port = 80, .program = "apache2" }, true },
		{ "listen 10.0.0.1:80;", "*", { .address = "10.0.0.1", .port = 80, .program = "" }, true },
		{ "listen 81;", "*", { .address = "10.0.0.1", .port = 80, .program = "" }, false },
		{ "listen [::1]:80;", "*", { .address = "::1", .port = 80, .ipv6 = true, .program = "nginx" }, true },
		{ "listen [::]:80;", "*", { .address = "::", .port = 80, .ipv6 = true, .program = "nginx" }, false },
		{ "listen [::1]:80;", "::1", { .address = "::1", .port = 80, .ipv6 = true, .program = "nginx" }, false },
		{ "listen 81;", "*", { .address = "10.0.0.1", .port = 8080, .program = "nginx" }, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		static const char text[] = "version: 1\norigin: http://127.0.0.1:3000\npublic: http://chat.example.org\nproxy: nginx\n"
		                           "tls: {mode: none}\n";
		struct listener there = cases[i].there;
		struct machine m = { .listeners = &there, .n_listeners = 1 };
		struct proxy_found f;
		struct answers a;
		struct err e = { 0 };
		struct tree *t;
		int rc;

		assert_int_equal(tree_setup((void **)&t), 0);
		world_ipv6(t);
		tree_write(t, "/etc/nginx/nginx.conf", arena_printf(&t->arena, "http { server { %s } }", cases[i].site));
		world_found(&f, t, "1.22.1");
		f.running = true;
		parse_answers(&a, text);
		assert_int_equal(answers_set(&a, "listen.address", cases[i].address, &e), 0);
		rc = proxy_find("nginx")->clash(&(struct proxy_context){ .answers = &a, .found = &f, .root = t->root }, &m, &e);
		/* What another program has is had by no restart either. */
		if (rc != (!cases[i].clashes ? 0 : strcmp(there.program, "apache2") == 0 ? -1 : 1))
			fail_msg("case %zu: %d %s", i, rc, e.msg);
		if (rc)
			assert_int_equal(e.code, ERR_CONFLICT);
		answers_free(&a);
		proxy_found_free(&f);
		tree_teardown((void **)&t);
	}
}

/* A whole nginx.conf that runs as anybody, on loopback. */
static void
write_running(struct tree *t)
{
	tree_write(t, "/etc/nginx/nginx.conf", arena_printf(&t->arena,
		"pid %1$s/pid; error_log %1$s/log; daemon off; worker_processes 2; events {}\n"
		"http { access_log off; client_body_temp_path %1$s/b; proxy_temp_path %1$s/p; fastcgi_temp_path %1$s/f;\n"
		"uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s; server { listen 127.0.0.1:%2$u; } }\n", t->root, free_port()));
}

/* In a namespace of its own, where "/" is another directory than ours and the same paths are all there. */
static bool
enter_container(const char *dir)
{
	return unshare(CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER)) == 0 &&
	       mount("none", "/", "", MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("/", dir, "", MS_BIND | MS_REC, NULL) == 0 && chroot(dir) == 0 && chdir("/") == 0;
}

/* One in a container that reads a file of the same path is not the one whose configuration is changed here. */
static void
test_a_containers_master(void **state)
{
	struct tree *t = *state;
	const char *conf = tree_path(t, "/etc/nginx/nginx.conf"), *box = tree_path(t, "/box");
	struct proxy_found f = { 0 };
	int status = 0;
	pid_t pid;

	needs_judge(NGINX);
	write_running(t);
	tree_mkdir(t, "/box");
	pid = fork();
	if (pid == 0) {
		if (!enter_container(box))
			_exit(77);
		execl(NGINX, "nginx", "-c", conf, "-e", tree_path(t, "/log"), (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 300 && !fs_exists(tree_path(t, "/pid")); i++) {
		if (waitpid(pid, &status, WNOHANG) == pid) {
			assert_int_equal(WEXITSTATUS(status), 77);
			skip();
		}
		poll(NULL, 0, 10);
	}
	assert_true(fs_exists(tree_path(t, "/pid")));
	detect(&proxy_nginx, &f, t->root);
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_false(f.running);
	assert_int_equal(f.master, 0);
	proxy_found_free(&f);
}

/* A running nginx is found by its file, and a reload is believed only when its workers changed. */
static void
test_master_and_proof(void **state)
{
	struct tree *t = *state;
	const struct proxy *p = proxy_find("nginx");
	const char *conf = tree_path(t, "/etc/nginx/nginx.conf");
	struct proxy_found f = { 0 };
	void *before;
	int status;
	pid_t pid;

	needs_judge(NGINX);
	write_running(t);
	pid = fork();
	if (pid == 0) {
		execl(NGINX, "nginx", "-c", conf, "-e", tree_path(t, "/log"), (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 300; i++) {
		detect(&proxy_nginx, &f, t->root);
		if (f.running && fs_exists(tree_path(t, "/pid")))
			break;
		proxy_found_free(&f);
		poll(NULL, 0, 10);
	}
	assert_true(f.running);
	assert_int_equal(f.master, pid);
	assert_string_equal(f.config, "/etc/nginx/nginx.conf");
	before = p->before_reload(&f);
	assert_int_equal(p->proof(&f, before), PROOF_WAIT); /* nothing was reloaded yet */
	kill(pid, SIGHUP);
	assert_int_equal(proof_at_last(&f, before), PROOF_DONE);
	free(before);

	/* A file it refuses: the old workers stay, and nothing is proved. */
	before = p->before_reload(&f);
	tree_write(t, "/etc/nginx/nginx.conf", "events {} http { nonsense; }");
	kill(pid, SIGHUP);
	for (int i = 0; i < 30; i++) {
		assert_int_equal(p->proof(&f, before), PROOF_WAIT);
		poll(NULL, 0, 10);
	}
	free(before);

	/* It dies: that is no proof either, and after a moment a failure. */
	before = p->before_reload(&f);
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(p->proof(&f, before), PROOF_WAIT);
	assert_int_equal(proof_at_last(&f, before), PROOF_FAILED);
	free(before);
	proxy_found_free(&f);
}

static void
test_table_is_whole(void **state)
{
	(void)state;
	for (const struct proxy *const *p = proxies; *p; p++) {
		assert_non_null((*p)->name);
		assert_non_null((*p)->label);
		assert_non_null((*p)->detect);
		assert_non_null((*p)->render);
		if ((*p)->caps & PROXY_FILES)
			assert_non_null((*p)->escape);
		assert_non_null((*p)->fix);
		assert_int_not_equal((*p)->caps & (PROXY_FILES | PROXY_API), 0);
		if ((*p)->caps & PROXY_REHEARSE)
			assert_non_null((*p)->rehearse);
		assert_ptr_equal(proxy_find((*p)->name), *p);
	}
	assert_null(proxy_find("nothing"));
	assert_non_null(proxy_find("nginx")->fix("ws-upgrade-lost"));
	assert_null(proxy_find("nginx")->fix("no-such-cause"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_builds),
		cmocka_unit_test_setup_teardown(test_not_there, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_sites, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_broken_today, tree_setup, tree_teardown),
		cmocka_unit_test(test_complaints),
		cmocka_unit_test(test_clash),
		cmocka_unit_test(test_reload_closes),
		cmocka_unit_test_setup_teardown(test_a_containers_master, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_master_and_proof, tree_setup, tree_teardown),
		cmocka_unit_test(test_table_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
