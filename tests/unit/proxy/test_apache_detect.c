/* What is found: on trees of our own and by running programs; what its words mean; whether a reload took. */
#include "apache_world.h"
#include "detect.h"

#include <signal.h>

/* A program that says what an httpd of another build would say. */
static void
fake_apache(struct tree *t, const char *name, const char *says, int status)
{
	fake_program(t, arena_printf(&t->arena, "/usr/sbin/%s", name), arena_printf(&t->arena,
		"case $1 in -V) cat <<'END'\n%s\nEND\n;; -l) echo 'Compiled in modules:\n  core.c\n  mod_so.c\n  event.c' ;; esac\nexit %d",
		says, status));
}

static void
test_builds(void **state)
{
	static const struct { const char *name, *says, *version; unsigned v[3]; const char *config, *root; int status; } cases[] = {
		{ "apache2", DEBIAN_V, "2.4.57", { 2, 4, 57 }, "/etc/apache2/apache2.conf", "/etc/apache2", 1 },
		{ "httpd", REDHAT_V, "2.4.37", { 2, 4, 37 }, "/etc/httpd/conf/httpd.conf", "/etc/httpd", 0 },
		{ "httpd", ALPINE_V, "2.4.62", { 2, 4, 62 }, "/etc/apache2/httpd.conf", "/var/www", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct proxy_found f;
		struct tree *t;

		assert_int_equal(tree_setup((void **)&t), 0);
		fake_apache(t, cases[i].name, arena_printf(&t->arena, cases[i].says, cases[i].version), cases[i].status);
		detect(&proxy_apache, &f, t->root);
		assert_true(f.installed);
		assert_false(f.running);
		assert_string_equal(f.version, cases[i].version);
		assert_memory_equal(f.v, cases[i].v, sizeof(f.v));
		assert_string_equal(f.config, cases[i].config);
		assert_string_equal(apache_own(&f)->server_root, cases[i].root);
		assert_string_equal(apache_own(&f)->statics[0], "core_module");
		assert_string_equal(apache_own(&f)->statics[1], "so_module");
		assert_string_equal(apache_own(&f)->statics[2], "mpm_event_module");
		assert_int_equal(f.broken.code, ERR_IO); /* its main file is not there */
		assert_int_equal(apache_has_upgrade(&f), cases[i].v[2] >= 47);
		proxy_found_free(&f);
		tree_teardown((void **)&t);
	}
}

static void
test_not_there(void **state)
{
	not_there(*state, &proxy_apache, "/usr/sbin/apache2");
}

static void
test_sites(void **state)
{
	struct tree *t = *state;
	struct proxy_found f;
	const struct proxy_site *s;
	struct url origin;
	struct err e = { 0 };

	world_debian(t);
	tree_write(t, "/etc/apache2/ports.conf", "Listen 80\nListen 443\nListen 127.0.0.1:8081\n");
	tree_write(t, "/etc/apache2/sites-enabled/chat.conf",
		"# a comment\n<VirtualHost *:443 [2001:db8::1]:443>\n\tServerName https://chat.example.org:443\n\tServerAlias www.example.org *.w.example.org\n"
		"\tSSLEngine on\n\tSSLCertificateFile /c.pem\n\tSSLCertificateKeyFile /c.key\n"
		"\tProxyPass /static !\n\tProxyPass / http://127.0.0.1:3000/\n</VirtualHost>\n");
	tree_write(t, "/etc/apache2/sites-enabled/ours.conf",
		"# OpenChamber at http://two.example.org behind Apache. Written by antechamber.\n"
		"<VirtualHost *>\nServerName two.example.org\nProxyPass / balancer://x/\n<Proxy balancer://x>\nBalancerMember http://[::1]:3001\n</Proxy>\n</VirtualHost>\n");
	tree_write(t, "/etc/apache2/sites-enabled/whole.conf", "<VirtualHost *:80>\nSSLCertificateFile /both.pem\nDocumentRoot /var/www\n</VirtualHost>\n");
	world_found(&f, t, "2.4.71");
	assert_int_equal(f.broken.code, ERR_NONE);
	assert_string_equal(f.user, "www-data");
	assert_int_equal(f.n_sites, 3);
	s = &f.sites[0];
	assert_string_equal(s->names[0], "chat.example.org");
	assert_string_equal(s->names[2], "*.w.example.org");
	assert_null(s->names[3]);
	assert_string_equal(s->file, "/etc/apache2/sites-enabled/chat.conf");
	assert_int_equal(s->line, 2);
	assert_int_equal(s->n_listens, 2);
	assert_string_equal(s->listens[1].address, "[2001:db8::1]");
	assert_true(s->listens[0].tls);
	assert_string_equal(s->upstream, "http://127.0.0.1:3000");
	assert_int_equal(s->upstream_line, 9);
	assert_string_equal(s->certificate, "/c.pem");
	assert_string_equal(s->key, "/c.key");
	assert_false(s->ours);
	s = &f.sites[1];
	assert_true(s->ours);
	assert_int_equal(s->n_listens, 3);
	assert_string_equal(s->listens[2].address, "127.0.0.1");
	assert_string_equal(s->upstream, "http://[::1]:3001");
	s = &f.sites[2];
	assert_null(s->names[0]);
	assert_null(s->upstream);
	assert_string_equal(s->key, "/both.pem");
	assert_ptr_equal(proxy_site_named(&f, "Chat.example.org", 443), &f.sites[0]);
	assert_null(proxy_site_named(&f, "chat.example.org", 80));
	assert_int_equal(url_parse(&origin, "http://127.0.0.1:3000", "http", URL_BASE, "origin", &e), 0);
	assert_ptr_equal(proxy_site_leading_to(&f, &origin), &f.sites[0]);
	proxy_found_free(&f);

	/* Without any virtual host the main server answers. */
	for (const char *const *n = (const char *const[]){ "chat", "ours", "whole", NULL }; *n; n++)
		assert_int_equal(unlink(tree_path(t, arena_printf(&t->arena, "/etc/apache2/sites-enabled/%s.conf", *n))), 0);
	world_found(&f, t, "2.4.71");
	assert_int_equal(f.n_sites, 1);
	assert_null(f.sites[0].names[0]);
	assert_int_equal(f.sites[0].n_listens, 3);
	proxy_found_free(&f);

	tree_write(t, "/etc/apache2/sites-enabled/x.conf", "A\n<VirtualHost *:80>\n");
	world_found(&f, t, "2.4.71");
	assert_int_equal(f.broken.code, ERR_VALUE);
	assert_int_equal(f.broken.line, 2);
	assert_string_equal(f.broken.file, "/etc/apache2/sites-enabled/x.conf");
	proxy_found_free(&f);
}

static void
test_complaints(void **state)
{
	static const struct complaint cases[] = {
		{ "AH00526: Syntax error on line 8 of /tmp/ax/c.conf:\nServerAdmin takes one argument, The email address\n",
		  "/tmp/ax/c.conf", "Apache says: ServerAdmin takes one argument", 8 },
		{ "apache2: Syntax error on line 80 of /etc/apache2/apache2.conf: DefaultRuntimeDir must be a valid directory\n",
		  "/etc/apache2/apache2.conf", "Apache says: DefaultRuntimeDir must", 80 },
		{ "AH00558: apache2: Could not reliably determine the server's name\n"
		  "AH00526: Syntax error on line 5 of /etc/apache2/apache2.conf: Syntax error on line 1 of /etc/apache2/mods-enabled/x.load: Cannot load /x.so into server: /x.so: cannot open\n",
		  "/etc/apache2/mods-enabled/x.load", "Apache says: Cannot load /x.so", 1 },
		{ "[Wed Nov 25 23:22:22.297966 2026] [core:warn] [pid 1:tid 1] AH00111: Config variable ${X} is not defined\n"
		  "AH00526: Syntax error on line 3 of /e.conf:\nInvalid command 'RequestHeader', perhaps misspelled\nAction '-t' failed.\n",
		  "/e.conf", "Invalid command 'RequestHeader'", 3 },
		{ "(98)Address already in use: AH00072: make_sock: could not bind to address [::]:80\nno listening sockets available, shutting down\nAH00015: Unable to open logs\n",
		  "", "could not bind to address [::]:80", 0 },
		{ "AH00526: Syntax error on line 8 of /tmp/c.conf:", "/tmp/c.conf", "Apache says: ", 8 },
		{ "AH00526: Syntax error on line 4294967297 of /tmp/c.conf:\nx\n", "/tmp/c.conf", "Apache says: x", 0 },
		{ "AH00558: apache2: Could not reliably determine\nSyntax OK\n", NULL, NULL, 0 },
		{ "", NULL, NULL, 0 },
	};

	(void)state;
	complaints_hold(&proxy_apache, cases, ARRAY_LEN(cases));
}

/* Every port counts that will be opened, also one that a module brings along. */
static void
test_clash(void **state)
{
	static const struct clash cases[] = {
		{ "0.0.0.0", "*", "nginx", 8443, -1 },    { "0.0.0.0", "*", "nginx", 8444, 0 },
		{ "127.0.0.1", "*", "nginx", 8443, -1 },  { "127.0.0.1", "192.0.2.1", "nginx", 8443, 0 },
		{ "0.0.0.0", "*", "", 8443, 0 },        { "0.0.0.0", "*", "apache2", 8443, 0 },
		{ "0.0.0.0", "*", "httpd", 8443, 0 },   { "0.0.0.0", "*", "caddy", 443, -1 },
		{ "::", "*", "caddy", 80, -1 },
		{ "127.0.0.1", "*", "apache2", 8443, 1 },   { "127.0.0.1", "127.0.0.1", "httpd", 8443, 0 },
		{ "0.0.0.0", "127.0.0.1", "apache2", 8443, 0 },
	};
	static const char answers[] = "version: 1\norigin: http://127.0.0.1:3000\npublic: https://chat.example.org:8443\nproxy: apache\n"
	                              "tls: {mode: existing, certificate: /c, key: /k}\n";
	struct tree *t = *state;
	struct proxy_found f;

	world_debian(t);
	world_found(&f, t, "2.4.71");
	clashes_hold(t, &f, answers, cases, ARRAY_LEN(cases));
	proxy_found_free(&f);
}

static void
write_conf(struct tree *t, unsigned port, const char *more)
{
	tree_write(t, "/etc/apache2/apache2.conf", arena_printf(&t->arena,
		"ServerRoot %1$s/etc/apache2\nServerName x\nPidFile %1$s/run/pid\nErrorLog %1$s/run/log\nDefaultRuntimeDir %1$s/run\nUser nobody\nGroup nogroup\n"
		"StartServers 1\nLoadModule mpm_event_module " APACHE_MODULES "mod_mpm_event.so\nLoadModule authz_core_module " APACHE_MODULES "mod_authz_core.so\n"
		"LoadModule alias_module " APACHE_MODULES "mod_alias.so\nListen 127.0.0.1:%2$u\nKeepAliveTimeout 60\nIncludeOptional sites-enabled/*.conf\n%3$s",
		t->root, port, more));
}

/* A private httpd: found by the tree it reads; a reload is proved when it took, not before. */
static void
test_running(void **state)
{
	struct tree *t = *state;
	const unsigned port = free_port();
	struct proxy_found f;
	void *proof;
	int held, status;
	pid_t pid;

	needs_judge(APACHE);
	assert_int_equal(chmod(t->root, 0755), 0);
	tree_mkdir(t, "/usr/sbin");
	tree_mkdir(t, "/run");
	tree_mkdir(t, "/etc/apache2/sites-enabled");
	assert_int_equal(symlink(APACHE, tree_path(t, "/usr/sbin/apache2")), 0);
	write_conf(t, port, "Redirect 410 /\n");
	detect(&proxy_apache, &f, t->root);
	assert_true(f.installed);
	assert_false(f.running);
	proxy_found_free(&f);

	pid = fork();
	if (pid == 0) {
		execl(APACHE, "apache2", "-d", tree_path(t, "/etc/apache2"), "-f", tree_path(t, "/etc/apache2/apache2.conf"), "-DFOREGROUND", (char *)NULL);
		_exit(127);
	}
	assert_true(status_becomes(port, NULL, 410));
	held = held_connection(port, 410);
	detect(&proxy_apache, &f, t->root);
	assert_true(f.running);
	assert_int_equal(f.master, pid);
	assert_true(apache_own(&f)->rooted);
	assert_null(apache_own(&f)->unit);
	assert_string_equal(f.config, "/etc/apache2/apache2.conf");
	assert_string_equal(f.site_dir, "/etc/apache2/sites-enabled");

	proof = proxy_apache.before_reload(&f);
	assert_int_equal(proxy_apache.proof(&f, proof), PROOF_WAIT);
	write_conf(t, port, "Redirect 404 /\n");
	assert_int_equal(proxy_apache.proof(&f, proof), PROOF_WAIT);
	kill(pid, SIGUSR1);
	assert_int_equal(proof_at_last(&f, proof), PROOF_DONE);
	for (int i = 0; i < 50; i++)
		assert_int_equal(status_of(port, NULL), 404);
	free(proof);
	close(held);

	/* A port that is taken ends it: that is no reload, and said at once rather than after the time is up. */
	proof = proxy_apache.before_reload(&f);
	write_conf(t, port, "Nonsense\n");
	kill(pid, SIGUSR1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(proof_at_last(&f, proof), PROOF_FAILED);
	free(proof);
	proxy_found_free(&f);
}

#define TREE(f) cmocka_unit_test_setup_teardown(f, tree_setup, tree_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_builds),
		TREE(test_not_there),
		TREE(test_sites),
		cmocka_unit_test(test_complaints),
		TREE(test_clash),
		TREE(test_running),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
