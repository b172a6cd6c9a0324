/* The steps: which file, which link, which commands; what is refused; two sites side by side; a rehearsal. */
#include "../loopback.h"
#include "nginx_world.h"

#include <signal.h>
#include <sys/stat.h>
#include <time.h>

static const char https_answers[] =
	"version: 1\norigin: http://127.0.0.1:3000\npublic: https://chat.example.org\nproxy: nginx\n"
	"tls: {mode: existing, certificate: /etc/ssl/c.pem, key: /etc/ssl/c.key}\n";

static void
show_steps(struct buf *out, const struct steps *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct step *t = &s->v[i];

		buf_puts(out, i ? "; " : "");
		if (t->kind == STEP_WRITE)
			buf_printf(out, "write %s %o%s%s", t->path, (unsigned)t->mode, t->made ? " made" : "", t->secret ? " secret" : "");
		if (t->kind == STEP_LINK)
			buf_printf(out, "link %s -> %s", t->path, t->target);
		if (t->kind == STEP_RUN) {
			buf_puts(out, t->role == ROLE_VALIDATE ? "validate" : t->role == ROLE_RELOAD ? "reload" : "run");
			for (const char *const *arg = t->argv; *arg; arg++)
				buf_printf(out, " %s", *arg);
		}
	}
}

struct layout {
	const char *include;      /* inside http{} */
	const char *dirs[3];
	const char *file, *text;  /* something that is there already; NULL: nothing */
	const char *more;         /* lines more of answers */
	const char *want;         /* NULL: refused */
};

#define TEST_RUN "; validate nginx -t -c ROOT/etc/nginx/nginx.conf"
#define RUNS TEST_RUN "; reload nginx -c ROOT/etc/nginx/nginx.conf"
#define OURS "# OpenChamber at https://%s behind nginx. Written by antechamber.\nserver { server_name %s; }\n"

static const struct layout layouts[] = {
	{ "include /etc/nginx/conf.d/*.conf; include /etc/nginx/sites-enabled/*;",
	  { "/etc/nginx/conf.d", "/etc/nginx/sites-available", "/etc/nginx/sites-enabled" }, NULL, NULL, "",
	  "write /etc/nginx/sites-available/openchamber.conf 644; "
	  "link /etc/nginx/sites-enabled/openchamber.conf -> ../sites-available/openchamber.conf" RUNS },
	{ "include /etc/nginx/conf.d/*.conf;", { "/etc/nginx/conf.d" }, NULL, NULL, "",
	  "write /etc/nginx/conf.d/openchamber.conf 644" RUNS },
	{ "include http.d/*.conf;", { "/etc/nginx/http.d" }, NULL, NULL, "",
	  "write /etc/nginx/http.d/openchamber.conf 644" RUNS },
	/* sites-enabled alone: the file itself goes there */
	{ "include sites-enabled/*;", { "/etc/nginx/sites-enabled" }, NULL, NULL, "",
	  "write /etc/nginx/sites-enabled/openchamber.conf 644" RUNS },
	/* a pattern that would not read our name, a directory that is not there, the wrong block */
	{ "include vhosts/*.vhost; include gone/*.conf; include conf.d/*.conf;", { "/etc/nginx/vhosts", "/etc/nginx/conf.d" },
	  NULL, NULL, "", "write /etc/nginx/conf.d/openchamber.conf 644" RUNS },
	{ "server { include conf.d/*.conf; }", { "/etc/nginx/conf.d" }, NULL, NULL, "", NULL },
	{ "", { "/etc/nginx/conf.d" }, NULL, NULL, "", NULL },
	/* the name is taken: by another file, by our own for this host, by our own for another */
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, "/etc/nginx/conf.d/openchamber.conf", "server { }\n", "",
	  "write /etc/nginx/conf.d/openchamber-chat.example.org.conf 644" RUNS },
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, "/etc/nginx/conf.d/openchamber.conf",
	  "# OpenChamber at http://chat.example.org:8080 behind nginx. Written by antechamber.\n", "",
	  "write /etc/nginx/conf.d/openchamber.conf 644" RUNS },
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, "/etc/nginx/conf.d/openchamber.conf",
	  "# OpenChamber at https://chat.example.org.uk behind nginx. Written by antechamber.\n", "",
	  "write /etc/nginx/conf.d/openchamber-chat.example.org.conf 644" RUNS },
	/* a place of the user's own */
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, NULL, NULL, "files: {config: /etc/nginx/conf.d/oc.conf}\n",
	  "write /etc/nginx/conf.d/oc.conf 644" RUNS },
	{ "include sites-enabled/*;", { "/etc/nginx/sites-available", "/etc/nginx/sites-enabled" }, NULL, NULL,
	  "files: {config: /etc/nginx/sites-available/oc}\n",
	  "write /etc/nginx/sites-available/oc 644; link /etc/nginx/sites-enabled/oc -> ../sites-available/oc" RUNS },
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, NULL, NULL, "files: {config: /etc/nginx/conf.d/oc.off}\n", NULL },
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, NULL, NULL, "files: {config: /etc/nginx/nginx.conf}\n", NULL },
	/* commands of the user's own; no reload */
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, NULL, NULL,
	  "commands: {validate: [docker, exec, web, nginx, -t], reload: [docker, exec, web, nginx, -s, reload]}\n",
	  "write /etc/nginx/conf.d/openchamber.conf 644; validate docker exec web nginx -t; reload docker exec web nginx -s reload" },
	{ "include conf.d/*.conf;", { "/etc/nginx/conf.d" }, NULL, NULL, "reload: false\n",
	  "write /etc/nginx/conf.d/openchamber.conf 644" TEST_RUN },
};

static void
test_layouts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(layouts); i++) {
		const struct layout *l = &layouts[i];
		struct answers a;
		struct proxy_found f;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct buf shown = BUF_INIT;
		struct tree *t;
		int rc;

		assert_int_equal(tree_setup((void **)&t), 0);
		tree_write(t, "/etc/nginx/nginx.conf", arena_printf(&t->arena, "events {}\nhttp {\n%s\n}\n", l->include));
		for (size_t j = 0; j < ARRAY_LEN(l->dirs) && l->dirs[j]; j++)
			tree_mkdir(t, l->dirs[j]);
		if (l->file)
			tree_write(t, l->file, l->text);
		parse_answers(&a, arena_printf(&t->arena, "%s%s", https_answers, l->more));
		world_found(&f, t, "1.22.1");
		rc = nginx_render(&steps, &(struct proxy_context){
			.answers = &a, .found = &f, .templates = "templates", .root = t->root }, &e);
		show_steps(&shown, &steps);
		replace_all(&shown, t->root, "ROOT");
		if (rc != (l->want ? 0 : -1) || (l->want && strcmp(shown.s, l->want) != 0))
			fail_msg("case %zu: %d %s\n%s", i, rc, rc ? e.msg : shown.s, l->want);
		if (!l->want)
			assert_int_equal(e.code, ERR_VALUE);
		if (f.layout)
			assert_string_equal(f.layout, "/etc/nginx/nginx.conf:3");
		buf_free(&shown);
		steps_free(&steps);
		proxy_found_free(&f);
		answers_free(&a);
		tree_teardown((void **)&t);
	}
}

/* Which command makes it read the file: by how it runs. */
static void
test_commands(void **state)
{
	static const struct { bool installed, running; const char *unit, *binary, *config, *want; } cases[] = {
		{ false, false, NULL, NULL, NULL, "validate nginx -t; reload systemctl reload nginx" },
		{ true, true, NULL, "/usr/sbin/nginx", "/etc/nginx/nginx.conf", "validate nginx -t; reload nginx -s reload" },
		{ true, true, "nginx", "/usr/sbin/nginx", "/etc/nginx/nginx.conf",
		  "validate nginx -t; reload systemctl reload nginx" },
		{ true, true, NULL, "/opt/nginx/sbin/nginx", "/opt/nginx/conf/nginx.conf",
		  "validate /opt/nginx/sbin/nginx -t -c /opt/nginx/conf/nginx.conf; "
		  "reload /opt/nginx/sbin/nginx -s reload -c /opt/nginx/conf/nginx.conf" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nginx_own own = { .default_config = (char *)"/etc/nginx/nginx.conf", .unit = (char *)cases[i].unit };
		struct proxy_found f = {
			.installed = cases[i].installed, .running = cases[i].running, .binary = (char *)cases[i].binary,
			.config = (char *)cases[i].config, .site_dir = (char *)"/nowhere", .conf = &own,
		};
		struct answers a;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct buf shown = BUF_INIT;
		const char *commands;

		parse_answers(&a, https_answers);
		assert_int_equal(nginx_render(&steps, &(struct proxy_context){
			.answers = &a, .found = &f, .templates = "templates" }, &e), 0);
		show_steps(&shown, &steps);
		commands = strstr(shown.s, "validate");
		assert_non_null(commands);
		if (strncmp(commands, cases[i].want, strcspn(cases[i].want, ";")) != 0 ||
		    (cases[i].running && strcmp(commands, cases[i].want) != 0))
			fail_msg("%zu: %s", i, commands);
		buf_free(&shown);
		steps_free(&steps);
		answers_free(&a);
	}
}

/* Hostile values straight into the answers, past the fields' own checks. */
static void
test_injection(void **state)
{
	static const char *const evil[] = {
		"a;}", "a{", "$host", "a\nb", "a b", "a\"b", "a'b", "a#b", "a\\", "a\x01", "\x01" "b;", "../a", "", "a;\tb",
	};
	struct tree *t = *state;
	char said[4096];

	needs_judge(NGINX);
	world_debian(t);
	for (size_t i = 0; i < 7 * ARRAY_LEN(evil); i++) {
		const char *value = evil[i % ARRAY_LEN(evil)];
		struct answers a;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct proxy_found f;
		char *cidrs[] = { (char *)value, NULL };
		char *path = arena_printf(&t->arena, "/etc/ssl/%s", value);
		int rc;

		parse_answers(&a, https_answers);
		switch (i / ARRAY_LEN(evil)) {
		case 0: snprintf(a.public_url.host, sizeof(a.public_url.host), "%s", value); break;
		case 1: snprintf(a.origin.host, sizeof(a.origin.host), "%s", value); break;
		case 2: a.certificate = path; break;
		case 3: a.key = path; break;
		case 4: a.listen_address = (char *)value; break;
		case 5: a.cdn = CDN_OTHER; a.trusted = cidrs; break;
		case 6: snprintf(a.origin.scheme, sizeof(a.origin.scheme), "%s", value); break;
		}
		world_found(&f, t, "1.22.1");
		rc = nginx_render(&steps, &(struct proxy_context){
			.answers = &a, .found = &f, .templates = "templates", .root = t->root }, &e);
		if (rc == 0) {
			const char *text = steps_find(&steps, STEP_WRITE, ROLE_NONE)->text;
			struct ngx_conf c;
			const struct ngx_directive *server;

			/* Only paths may hold such bytes: then they read back as given, and the rest is as it was. */
			assert_true(i / ARRAY_LEN(evil) == 2 || i / ARRAY_LEN(evil) == 3);
			assert_int_equal(ngx_parse(&c, text, strlen(text), "site", &e), 0);
			server = ngx_next(ngx_next(c.top, "server"), "server");
			assert_string_equal(ngx_child(server, i / ARRAY_LEN(evil) == 2 ? "ssl_certificate" : "ssl_certificate_key")->args[0], path);
			assert_null(server->next);
			if (world_accepts(t, text, said, sizeof(said)) != 0)
				fail_msg("%s: %s", value, said);
			ngx_free(&c);
		} else {
			assert_int_equal(e.code, ERR_VALUE);
		}
		steps_free(&steps);
		proxy_found_free(&f);
		a.trusted = NULL;
		answers_free(&a);
	}
}

static void
test_refusals(void **state)
{
	static const struct { const char *from, *to; enum err_code code; } cases[] = {
		{ "", "", ERR_NONE },
		{ "mode: existing", "mode: certbot", ERR_VALUE },
		{ "mode: existing", "mode: auto", ERR_VALUE },
		{ "mode: existing", "mode: none", ERR_VALUE },
		{ "mode: existing", "mode: selfsigned", ERR_NONE },
		{ "chat.example.org", "a-name-that-is-much-too-long-for-a-hash-bucket.example.org", ERR_VALUE },
		{ "chat.example.org", "a-name-that-just-fits-in.hash-bucket.example.o", ERR_NONE },
		{ "chat.example.org", "a-name-that-just-fits-in.hash-bucket.example.or", ERR_VALUE },
	};
	struct tree *t = *state;
	char said[4096];

	needs_judge(NGINX);
	world_debian(t);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct answers a;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct proxy_found f;
		struct buf text = BUF_INIT;

		buf_puts(&text, https_answers);
		if (*cases[i].from)
			replace_all(&text, cases[i].from, cases[i].to);
		parse_answers(&a, text.s);
		world_found(&f, t, "1.22.1");
		nginx_render(&steps, &(struct proxy_context){
			.answers = &a, .found = &f, .templates = "templates", .root = t->root }, &e);
		if (e.code != cases[i].code)
			fail_msg("%s: %s", cases[i].to, e.msg);
		/* nginx is the judge of what fits. */
		if (strstr(cases[i].to, "hash-bucket"))
			assert_int_equal(world_accepts(t, arena_printf(&t->arena, "server { listen 80; server_name %s; } server { listen 80; server_name x; }", cases[i].to),
			                               said, sizeof(said)) == 0, e.code == ERR_NONE);
		buf_free(&text);
		steps_free(&steps);
		proxy_found_free(&f);
		answers_free(&a);
	}
}

static void
test_two_sites(void **state)
{
	static const char *const hosts[] = { "chat.example.org", "talk.example.org" };
	struct tree *t = *state;
	struct buf both = BUF_INIT;
	char said[4096];

	needs_judge(NGINX);
	world_debian(t);
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		struct answers a;
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct proxy_found f;
		struct buf text = BUF_INIT;
		const struct step *site;

		buf_puts(&text, https_answers);
		replace_all(&text, "chat.example.org", hosts[i]);
		parse_answers(&a, text.s);
		a.cdn = CDN_CLOUDFLARE;
		world_found(&f, t, "1.22.1");
		assert_int_equal(nginx_render(&steps, &(struct proxy_context){
			.answers = &a, .found = &f, .templates = "templates", .root = t->root }, &e), 0);
		site = steps_find(&steps, STEP_WRITE, ROLE_NONE);
		assert_string_equal(site->path, i == 0 ? "/etc/nginx/sites-available/openchamber.conf"
		                                       : "/etc/nginx/sites-available/openchamber-talk.example.org.conf");
		tree_write(t, site->path, site->text);
		assert_int_equal(symlink(tree_path(t, site->path),
		                         tree_path(t, steps_find(&steps, STEP_LINK, ROLE_NONE)->path)), 0);
		buf_puts(&both, site->text);
		buf_free(&text);
		steps_free(&steps);
		proxy_found_free(&f);
		answers_free(&a);
	}
	if (world_accepts(t, both.s, said, sizeof(said)) != 0 || strstr(said, "[warn]"))
		fail_msg("%s", said);
	buf_free(&both);
}

/* A plan is computed twice, the second time by root: both must come to the same. */
static void
test_test_certificate(void **state)
{
	static const char first[] =
		"write /etc/antechamber/tls/chat.example.org.key 600 made secret; "
		"write /etc/antechamber/tls/chat.example.org.pem 644 made; write /etc/nginx/sites-available/openchamber.conf 644";
	struct tree *t = *state;
	struct answers a;

	world_debian(t);
	parse_answers(&a, "version: 1\norigin: http://127.0.0.1:3000\npublic: https://chat.example.org\nproxy: nginx\n"
	                  "tls: {mode: selfsigned}\n");
	for (int round = 0; round < 3; round++) {
		struct steps steps = { 0 };
		struct err e = { 0 };
		struct proxy_found f;
		struct buf shown = BUF_INIT;

		world_found(&f, t, "1.22.1");
		assert_int_equal(nginx_render(&steps, &(struct proxy_context){
			.answers = &a, .found = &f, .templates = "templates", .root = t->root }, &e), 0);
		show_steps(&shown, &steps);
		if (round == 1)
			assert_int_equal(strncmp(shown.s, "write /etc/nginx/", 17), 0);
		else
			assert_int_equal(strncmp(shown.s, first, strlen(first)), 0);
		if (round == 0) {
			assert_int_equal(cert_key_matches(steps.v[1].text, steps.v[0].text, &e), 0);
			tree_write(t, steps.v[0].path, steps.v[0].text);
			tree_write(t, steps.v[1].path, steps.v[1].text);
		} else {
			world_certificate(t, "other.example.org", "/etc/antechamber/tls/chat.example.org.pem", "/k");
		}
		buf_free(&shown);
		steps_free(&steps);
		proxy_found_free(&f);
	}
	answers_free(&a);
}

static bool
answers_on(unsigned port, char *text, size_t size)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ssize_t n = -1;

	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0) {
		dprintf(fd, "GET /x HTTP/1.1\r\nHost: chat.example.org\r\nConnection: close\r\n\r\n");
		n = read(fd, text, size - 1);
	}
	text[n > 0 ? n : 0] = '\0';
	close(fd);
	return n > 0;
}

/* The private copy starts, listens where it was told, keeps to its directory, and ends. */
static void
test_rehearsal(void **state)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	struct tree *t = *state;
	struct proxy_private private = { .dir = tree_path(t, "/private dir"), .http = free_port(), .https = free_port() };
	struct proxy_context c = { .templates = "templates", .root = t->root, .private = &private };
	struct answers a;
	struct steps steps = { 0 };
	struct err e = { 0 };
	struct proxy_found f;
	char text[2048];
	bool alive = false;
	int status;
	pid_t pid;

	needs_judge(NGINX);
	world_debian(t);
	private.upstream = free_port();
	world_certificate(t, "chat.example.org", "/private dir/c.pem", "/private dir/c.key");
	private.certificate = tree_path(t, "/private dir/c.pem");
	private.key = tree_path(t, "/private dir/c.key");
	parse_answers(&a, https_answers);
	world_found(&f, t, "1.22.1");
	c.answers = &a;
	c.found = &f;
	assert_int_equal(nginx_rehearse(&steps, &c, &e), 0);
	assert_int_equal(steps.n, 3);
	for (size_t i = 0; i < 2; i++)
		tree_write(t, steps.v[i].path, steps.v[i].text);
	assert_int_equal(steps.v[2].kind, STEP_RUN);
	pid = fork();
	if (pid == 0) {
		execv(steps.v[2].argv[0], (char *const *)steps.v[2].argv);
		_exit(127);
	}
	for (int i = 0; i < 500 && !alive; i++) {
		alive = answers_on(private.http, text, sizeof(text));
		nanosleep(&moment, NULL);
	}
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(alive);
	assert_non_null(strstr(text, " 301 "));
	assert_non_null(strstr(text, "Location: https://chat.example.org/x\r\n"));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	steps_free(&steps);

	f.installed = false;
	assert_int_equal(nginx_rehearse(&steps, &c, &e), -1);
	assert_int_equal(e.code, ERR_MISSING);
	steps_free(&steps);
	proxy_found_free(&f);
	answers_free(&a);
}

static void
test_escape(void **state)
{
	static const struct { const char *in, *want; } cases[] = {
		{ "example.org", "example.org" }, { "a b", "\"a b\"" }, { "x;} evil {", "\"x;} evil {\"" }, { "q\"", "\"q\\\"\"" },
		{ "b\\", "\"b\\\\\"" }, { "", "\"\"" }, { "\xed\x95\x9c", "\xed\x95\x9c" },
		{ "$host", NULL }, { "a\nb", NULL }, { "a\rb", NULL }, { "\001x", NULL }, { "\x7f", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = BUF_INIT;
		struct err e = { 0 };
		int rc = proxy_find("nginx")->escape(&out, cases[i].in, &e);

		assert_int_equal(rc, cases[i].want ? 0 : -1);
		if (cases[i].want)
			assert_string_equal(out.s, cases[i].want);
		else
			assert_int_equal(e.code, ERR_VALUE);
		buf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_commands),
		cmocka_unit_test_setup_teardown(test_injection, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_refusals, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_two_sites, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_test_certificate, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_rehearsal, tree_setup, tree_teardown),
		cmocka_unit_test(test_escape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
