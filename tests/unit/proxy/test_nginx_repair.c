/* From a cause to files in which it is gone: what changes, and that nothing else does. */
#include "nginx_world.h"

#include <errno.h>

#define HOST "chat.example.org"
#define CONF "/etc/nginx/conf.d/chat.conf"

struct world {
	struct tree       *t;
	struct proxy_found f;
	struct needs       needs;
	struct answers     answers;
	struct steps       steps;
	struct err         e;
	int                rc;
};

static void
world_open(struct world *w, struct tree *t, const char *public_url)
{
	*w = (struct world){ .t = t };
	assert_int_equal(needs_load(&w->needs, "templates", NULL, &w->e), 0);
	answers_init(&w->answers);
	assert_int_equal(answers_set(&w->answers, "origin", "http://127.0.0.1:3000", &w->e), 0);
	assert_int_equal(answers_set(&w->answers, "public", public_url, &w->e), 0);
	w->answers.tls = strncmp(public_url, "https", 5) == 0 ? TLS_EXISTING : TLS_NONE;
}

static void
world_close(struct world *w)
{
	steps_free(&w->steps);
	proxy_found_free(&w->f);
	answers_free(&w->answers);
	needs_free(&w->needs);
}

/* What stands on disk now is read, and repaired for these causes. */
static void
repair(struct world *w, const char *const *causes)
{
	const struct proxy_context c = {
		.answers = &w->answers, .found = &w->f, .needs = &w->needs, .root = w->t->root,
	};

	steps_free(&w->steps);
	proxy_found_free(&w->f);
	world_found(&w->f, w->t, "1.22.1");
	if (w->f.broken.code != ERR_NONE)
		fail_msg("%s", w->f.broken.msg);
	w->e = (struct err){ 0 };
	w->rc = proxy_find("nginx")->repair(&w->steps, &c, causes, &w->e);
}

static const char *
text_of(const struct world *w, const char *path)
{
	for (size_t i = 0; i < w->steps.n; i++)
		if (w->steps.v[i].kind == STEP_WRITE && strcmp(w->steps.v[i].path, path) == 0)
			return w->steps.v[i].text;
	return NULL;
}

static size_t
count_writes(const struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->steps.n; i++)
		n += w->steps.v[i].kind == STEP_WRITE;
	return n;
}

/* Onto the disk with it. */
static void
write_steps(struct world *w)
{
	for (size_t i = 0; i < w->steps.n; i++)
		if (w->steps.v[i].kind == STEP_WRITE)
			tree_write(w->t, w->steps.v[i].path, w->steps.v[i].text);
}

/* ---- every row of the table ---- */

#define SITE(inside) "server {\n\tlisten 80;\n\tserver_name " HOST ";\n" inside "}\n"
#define TLS_SITE(inside) "server {\n\tlisten 443 ssl;\n\tssl_certificate /c.pem;\n\tssl_certificate_key /c.key;\n" \
	"\tserver_name " HOST ";\n" inside "}\n"
#define PASS "\tlocation / {\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n"
#define HEADERS \
	"\tproxy_http_version 1.1;\n\tproxy_set_header Host $http_host;\n\tproxy_set_header X-Forwarded-Host $http_host;\n" \
	"\tproxy_set_header X-Forwarded-Proto $scheme;\n\tproxy_set_header X-Forwarded-For $remote_addr;\n" \
	"\tproxy_set_header X-Real-IP $remote_addr;\n\tproxy_set_header Upgrade $http_upgrade;\n" \
	"\tproxy_set_header Connection $up;\n"
#define UP "map $http_upgrade $up {\n\tdefault upgrade;\n\t'' close;\n}\n"

static const struct row {
	const char *cause, *public_url, *broken, *twin;
} rows[] = {
	{ "ws-upgrade-lost", "http://" HOST, SITE(PASS), UP SITE(HEADERS PASS) },
	{ "ws-upgrade-lost", "http://" HOST,
	  "map $http_upgrade $up {\n\tdefault close;\n}\n" SITE(HEADERS PASS), UP SITE(HEADERS PASS) },
	/* complete in each location, as it may be */
	{ "ws-upgrade-lost", "http://" HOST, SITE("\tlocation /api {\n\t\tproxy_set_header X-A b;\n"
	  "\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n" PASS HEADERS),
	  UP SITE("\tlocation / {\n" HEADERS "\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n") },
	{ "ws-host-lost", "http://" HOST, SITE("\tproxy_set_header Host $proxy_host;\n" PASS), UP SITE(HEADERS PASS) },
	{ "ws-host-lost", "http://" HOST, "proxy_set_header Host $http_host;\n" SITE("\tproxy_set_header X-A b;\n" PASS),
	  "proxy_set_header Host $http_host;\n" SITE(PASS) },
	{ "ws-port-lost", "http://" HOST ":8080",
	  "server {\n\tlisten 8080;\n\tserver_name " HOST ";\n\tproxy_set_header Host $host;\n" PASS "}\n",
	  "server {\n\tlisten 8080;\n\tserver_name " HOST ";\n\tproxy_set_header Host $host:$server_port;\n" PASS "}\n" },
	{ "ws-proto-lost", "https://" HOST, TLS_SITE("\tproxy_set_header Host $host;\n" PASS), UP TLS_SITE(HEADERS PASS) },
	{ "ws-proto-lost", "https://" HOST, TLS_SITE("\tproxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;\n" PASS),
	  TLS_SITE("\tproxy_set_header X-Forwarded-Proto https;\n" PASS) },
	/* TLS ends in front */
	{ "ws-proto-lost", "https://" HOST, UP SITE(HEADERS PASS),
	  "map $http_x_forwarded_proto $mine {\n\tdefault $scheme;\n\thttps https;\n}\n"
	  SITE("\tproxy_set_header X-Forwarded-Proto $mine;\n" PASS) },
	{ "ws-origin-refused", "http://" HOST, UP SITE(HEADERS "\tproxy_set_header Origin https://evil.example;\n" PASS),
	  UP SITE(HEADERS PASS) },
	{ "ws-no-answer", "http://" HOST,
	  SITE("\tlocation = /api/event/ws {\n\t\tproxy_pass http://127.0.0.1:3000/api/nowhere/ws;\n\t}\n" PASS), SITE(PASS) },
	{ "sse-not-stream", "http://" HOST,
	  SITE("\tlocation /api/event {\n\t\tproxy_pass http://127.0.0.1:3000/;\n\t}\n" PASS), SITE(PASS) },
	{ "forwarded-for-lost", "http://" HOST, SITE("\tproxy_set_header Host $host;\n" PASS),
	  SITE("\tproxy_set_header X-Forwarded-For $remote_addr;\n" PASS) },
	{ "forwarded-for-trusted", "http://" HOST, SITE("\tproxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n" PASS),
	  SITE("\tproxy_set_header X-Forwarded-For $remote_addr;\n" PASS) },
	{ "sse-buffered", "http://" HOST, SITE("\tproxy_ignore_headers X-Accel-Buffering Cache-Control;\n\tproxy_buffering on;\n" PASS),
	  SITE("\tproxy_buffering off;\n" PASS) },
	{ "sse-buffered", "http://" HOST,
	  "proxy_ignore_headers X-Accel-Buffering;\n" SITE("\tlocation /api {\n\t\tproxy_buffering on;\n"
	  "\t\tproxy_hide_header X-Accel-Buffering;\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n" PASS),
	  SITE("\tlocation / {\n\t\tproxy_buffering off;\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n") },
	{ "sse-compressed", "http://" HOST, "gzip on;\ngzip_types text/event-stream;\n" SITE(PASS),
	  "gzip on;\ngzip_types text/event-stream;\n" SITE("\tgzip off;\n" PASS) },
	{ "gzip-twice", "http://" HOST, SITE("\tgzip on;\n\tproxy_hide_header Content-Encoding;\n" PASS), SITE("\tgzip off;\n" PASS) },
	{ "gzip-mislabelled", "http://" HOST, SITE("\tlocation / {\n\t\tproxy_hide_header content-encoding;\n"
	  "\t\tadd_header Content-Encoding gzip always;\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n"), SITE(PASS) },
	{ "gzip-added", "http://" HOST, SITE("\tgzip on;\n" PASS), "gzip on;\n" SITE("\tgzip off;\n" PASS) },
	{ "body-limit", "http://" HOST, SITE("\tclient_max_body_size 1m;\n" PASS), SITE("\tclient_max_body_size 2g;\n" PASS) },
	{ "body-limit", "http://" HOST, SITE("\tclient_max_body_size 1g;\n\tlocation / {\n\t\tclient_max_body_size 50M;\n"
	  "\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n"), SITE("\tclient_max_body_size 0;\n" PASS) },
	{ "stream-cut", "http://" HOST, "proxy_read_timeout 5s;\n" SITE(PASS), SITE("\tproxy_read_timeout 60s;\n" PASS) },
	{ "stream-cut", "http://" HOST, SITE("\tsend_timeout 500ms;\n\tproxy_send_timeout 10;\n" PASS), SITE(PASS) },
	{ "api-cached", "http://" HOST, "proxy_cache_path /tmp/nowhere keys_zone=z:1m;\n" SITE("\tproxy_cache z;\n" PASS),
	  "proxy_cache_path /tmp/nowhere keys_zone=z:1m;\nproxy_cache z;\n" SITE("\tproxy_cache off;\n" PASS) },
	{ "path-mangled", "http://" HOST, SITE("\tlocation /api/ {\n\t\tproxy_pass http://127.0.0.1:3000/;\n\t}\n" PASS),
	  SITE("\tlocation /api/ {\n\t\tproxy_pass http://127.0.0.1:3000/api/;\n\t}\n" PASS) },
	{ "path-mangled", "http://" HOST,
	  UP SITE(HEADERS "\tlocation ~ ^/api/(.*)$ {\n\t\tproxy_pass http://127.0.0.1:3000/$1;\n\t}\n" PASS),
	  UP SITE(HEADERS "\tlocation ~ ^/api/ {\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n" PASS) },
	{ "path-mangled", "http://" HOST,
	  SITE("\tlocation / {\n\t\trewrite ^/api/(.*) /$1 break;\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n"), SITE(PASS) },
};

static void
site(struct tree *t, const char *text)
{
	tree_write(t, "/etc/nginx/nginx.conf", "events {}\nhttp {\n\tinclude /etc/nginx/conf.d/*.conf;\n}\n");
	tree_write(t, CONF, text);
}

static void
accepted(struct tree *t, const char *text)
{
	char said[2000];

	if (access(NGINX, X_OK) == 0 && world_accepts(t, text, said, sizeof(said)) != 0)
		fail_msg("nginx refuses %s\n%s", text, said);
}

/* Is a line to blame on any route? */
static bool
is_guilty(const struct world *w, const char *cause)
{
	const char *file, *paths[32];
	size_t n = 0;
	int line;

	for (size_t i = 0; i < w->needs.n_sockets && strncmp(cause, "sse", 3) != 0; i++)
		paths[n++] = w->needs.sockets[i].path;
	for (size_t i = 0; i < w->needs.n_streams; i++)
		paths[n++] = w->needs.streams[i].path;
	paths[n++] = w->needs.version;
	paths[n++] = w->needs.upload;
	for (size_t i = 0; i < n; i++)
		if (proxy_find("nginx")->blame(&w->f, cause, &w->answers.public_url, paths[i], &file, &line))
			return true;
	return false;
}

static void
test_every_row(void **state)
{
	struct tree *t = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *const causes[] = { rows[i].cause, NULL };
		struct world w;

		world_open(&w, t, rows[i].public_url);
		site(t, rows[i].broken);
		repair(&w, causes);
		if (w.rc < 0 || !text_of(&w, CONF) || count_writes(&w) != 1)
			fail_msg("%s is not repaired: %s\n%s", rows[i].cause, rows[i].broken, w.e.msg);
		accepted(t, text_of(&w, CONF));
		site(t, text_of(&w, CONF));

		/* Repaired once, there is nothing left to repair or to blame. */
		repair(&w, causes);
		if (count_writes(&w) != 0)
			fail_msg("%s is repaired twice: %s", rows[i].cause, text_of(&w, CONF));
		if (is_guilty(&w, rows[i].cause))
			fail_msg("%s is still to be blamed", rows[i].cause);

		site(t, rows[i].twin);
		accepted(t, rows[i].twin);
		repair(&w, causes);
		if (w.rc < 0 || w.steps.n != 0)
			fail_msg("the sound twin of %s is changed: %s", rows[i].cause, text_of(&w, CONF));
		world_close(&w);
	}
}

/* ---- how it is written ---- */

#define NEW_MAP(indent) \
	"# A WebSocket asks for an upgrade, other requests do not.\nmap $http_upgrade $antechamber_connection_c82e1d85 {\n" \
	indent "default upgrade;\n" indent "\"\"      close;\n}\n\n"
#define NEW_HEADERS(indent) \
	indent "proxy_set_header Host $http_host;\n" indent "proxy_set_header X-Forwarded-Host $http_host;\n" \
	indent "proxy_set_header X-Forwarded-Proto $scheme;\n" indent "proxy_set_header X-Forwarded-For $remote_addr;\n" \
	indent "proxy_set_header X-Real-IP $remote_addr;\n" indent "proxy_set_header Upgrade $http_upgrade;\n" \
	indent "proxy_set_header Connection $antechamber_connection_c82e1d85;\n"

static const struct style {
	const char *what, *causes[4], *before, *after;
} styles[] = {
	{ "tabs", { "ws-upgrade-lost" },
	  "server {\n\tlisten 80;\n\tserver_name " HOST ";\n\n\tlocation / {\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n}\n",
	  NEW_MAP("\t") "server {\n\tlisten 80;\n\tserver_name " HOST ";\n" NEW_HEADERS("\t") "\tproxy_http_version 1.1;\n"
	  "\n\tlocation / {\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n}\n" },
	{ "two blanks, a comment above, another site above and below", { "ws-upgrade-lost" },
	  "# all\nserver { server_name other; location / { proxy_pass http://127.0.0.1:4000; } }\n\n# chat\n"
	  "server {\n  server_name " HOST "; # here\n  location / {\n    proxy_pass http://127.0.0.1:3000;\n  }\n}\n"
	  "server { server_name third; proxy_set_header Host $host; }\n",
	  "# all\nserver { server_name other; location / { proxy_pass http://127.0.0.1:4000; } }\n\n" NEW_MAP("  ") "# chat\n"
	  "server {\n  server_name " HOST "; # here\n" NEW_HEADERS("  ") "  proxy_http_version 1.1;\n"
	  "  location / {\n    proxy_pass http://127.0.0.1:3000;\n  }\n}\n"
	  "server { server_name third; proxy_set_header Host $host; }\n" },
	{ "all on one line", { "body-limit", "sse-buffered" },
	  "server { listen 80; server_name " HOST "; location / { proxy_pass http://127.0.0.1:3000; proxy_buffering on; } }\n",
	  "server { listen 80; server_name " HOST "; client_max_body_size 100m; proxy_buffering off; "
	  "location / { proxy_pass http://127.0.0.1:3000; } }\n" },
	{ "a block and its first line", { "body-limit" },
	  "server { listen 80;\n  server_name " HOST ";\n  location / { proxy_pass http://127.0.0.1:3000; } }",
	  "server { listen 80;\n  server_name " HOST ";\n  client_max_body_size 100m;\n  location / { proxy_pass http://127.0.0.1:3000; } }" },
	{ "nothing in front of the location", { "body-limit" },
	  "server {\n    location / {\n        proxy_pass http://127.0.0.1:3000;\n    }\n}\n",
	  "server {\n    client_max_body_size 100m;\n    location / {\n        proxy_pass http://127.0.0.1:3000;\n    }\n}\n" },
	{ "ends of lines from elsewhere", { "body-limit" },
	  "server {\r\n\tserver_name " HOST ";\r\n\tlocation / {\r\n\t\tproxy_pass http://127.0.0.1:3000;\r\n\t}\r\n}\r\n",
	  "server {\r\n\tserver_name " HOST ";\r\n\tclient_max_body_size 100m;\r\n\tlocation / {\r\n\t\tproxy_pass http://127.0.0.1:3000;\r\n\t}\r\n}\r\n" },
	{ "columns and comments stay", { "ws-host-lost" },
	  UP "server {\n\tserver_name " HOST ";\n\tproxy_http_version 1.1;\n"
	  "\tproxy_set_header   Host              $proxy_host; # the name\n"
	  "\tproxy_set_header   X-Forwarded-Host  $http_host;\n\tproxy_set_header   X-Forwarded-Proto $scheme;\n"
	  "\tproxy_set_header   X-Forwarded-For   $remote_addr;\n\tproxy_set_header   X-Real-IP         $remote_addr;\n"
	  "\tproxy_set_header   Upgrade           $http_upgrade;\n\tproxy_set_header   Connection        $up;\n"
	  "\tlocation / {\n\n\t\tproxy_set_header X-A \"b c\"; # why\n\t\t# and\n\t\tproxy_set_header Host x;\n\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n}\n",
	  UP "server {\n\tserver_name " HOST ";\n\tproxy_http_version 1.1;\n"
	  "\tproxy_set_header   Host              $http_host; # the name\n"
	  "\tproxy_set_header   X-Forwarded-Host  $http_host;\n\tproxy_set_header   X-Forwarded-Proto $scheme;\n"
	  "\tproxy_set_header   X-Forwarded-For   $remote_addr;\n\tproxy_set_header   X-Real-IP         $remote_addr;\n"
	  "\tproxy_set_header   Upgrade           $http_upgrade;\n\tproxy_set_header   Connection        $up;\n"
	  "\tproxy_set_header X-A \"b c\";\n"
	  "\tlocation / {\n\n\t\t# why\n\t\t# and\n\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n}\n" },
	{ "another program behind the same server keeps what it had", { "sse-buffered", "ws-host-lost" },
	  UP "server {\n\tserver_name " HOST ";\n\tproxy_set_header X-A b;\n\tlocation / {\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n"
	  "\tlocation /other {\n\t\tproxy_pass http://127.0.0.1:4000;\n\t}\n}\n",
	  UP "server {\n\tserver_name " HOST ";\n\tproxy_set_header X-A b;\n\tproxy_buffering off;\n"
	  "\tproxy_set_header Host $http_host;\n\tproxy_set_header X-Forwarded-Host $http_host;\n"
	  "\tproxy_set_header X-Forwarded-Proto $scheme;\n\tproxy_set_header X-Forwarded-For $remote_addr;\n"
	  "\tproxy_set_header X-Real-IP $remote_addr;\n\tproxy_set_header Upgrade $http_upgrade;\n"
	  "\tproxy_set_header Connection $up;\n\tproxy_http_version 1.1;\n"
	  "\tlocation / {\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n"
	  "\tlocation /other {\n\t\tproxy_buffering on;\n\t\tproxy_set_header X-A b;\n\t\tproxy_pass http://127.0.0.1:4000;\n\t}\n}\n" },
	{ "what differs by location stays there, whole", { "ws-host-lost" },
	  UP "server {\n\tserver_name " HOST ";\n" HEADERS "\tlocation / {\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n"
	  "\tlocation /api {\n\t\tproxy_set_header Authorization a;\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n"
	  "\tlocation /auth {\n\t\tproxy_set_header Authorization b;\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n}\n",
	  UP "server {\n\tserver_name " HOST ";\n" HEADERS "\tlocation / {\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n"
	  "\tlocation /api {\n\t\tproxy_set_header Host $http_host;\n\t\tproxy_set_header X-Forwarded-Host $http_host;\n"
	  "\t\tproxy_set_header X-Forwarded-Proto $scheme;\n\t\tproxy_set_header X-Forwarded-For $remote_addr;\n"
	  "\t\tproxy_set_header X-Real-IP $remote_addr;\n\t\tproxy_set_header Upgrade $http_upgrade;\n"
	  "\t\tproxy_set_header Connection $up;\n\t\tproxy_set_header Authorization a;\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n"
	  "\tlocation /auth {\n\t\tproxy_set_header Host $http_host;\n\t\tproxy_set_header X-Forwarded-Host $http_host;\n"
	  "\t\tproxy_set_header X-Forwarded-Proto $scheme;\n\t\tproxy_set_header X-Forwarded-For $remote_addr;\n"
	  "\t\tproxy_set_header X-Real-IP $remote_addr;\n\t\tproxy_set_header Upgrade $http_upgrade;\n"
	  "\t\tproxy_set_header Connection $up;\n\t\tproxy_set_header Authorization b;\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n}\n" },
};

static void
test_styles(void **state)
{
	struct tree *t = *state;

	for (size_t i = 0; i < ARRAY_LEN(styles); i++) {
		struct world w;

		world_open(&w, t, "http://" HOST);
		site(t, styles[i].before);
		repair(&w, styles[i].causes);
		if (w.rc < 0 || !text_of(&w, CONF))
			fail_msg("%s: not repaired: %s", styles[i].what, w.e.msg);
		if (strcmp(text_of(&w, CONF), styles[i].after) != 0)
			fail_msg("%s:\n%s\nwanted is:\n%s", styles[i].what, text_of(&w, CONF), styles[i].after);
		accepted(t, styles[i].after);
		assert_int_equal(w.steps.v[w.steps.n - 1].role, ROLE_RELOAD);
		assert_int_equal(w.steps.v[w.steps.n - 2].role, ROLE_VALIDATE);
		world_close(&w);
	}
}

/* ---- included files ---- */

#define PARAMS "# for all\nproxy_set_header Host $proxy_host;\nproxy_set_header X-A b;\nproxy_read_timeout 90s;\n"

/* Read by this site alone, it is changed; read by others too, it is left, and its text comes to the site. */
static void
test_shared_include(void **state)
{
	static const char *const causes[] = { "ws-host-lost", NULL };
	struct tree *t = *state;
	struct world w;

	world_open(&w, t, "http://" HOST);
	site(t, UP "server {\n\tserver_name " HOST ";\n" HEADERS "\tlocation / {\n\t\tinclude /etc/nginx/params; # shared\n"
	     "\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n}\n");
	tree_write(t, "/etc/nginx/params", PARAMS);
	repair(&w, causes);
	assert_int_equal(w.rc, 0);
	assert_string_equal(text_of(&w, "/etc/nginx/params"), "# for all\nproxy_read_timeout 90s;\n");
	assert_string_equal(text_of(&w, CONF), UP "server {\n\tserver_name " HOST ";\n" HEADERS "\tproxy_set_header X-A b;\n"
	                    "\tlocation / {\n\t\tinclude /etc/nginx/params; # shared\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n}\n");

	tree_write(t, "/etc/nginx/conf.d/other.conf",
	           "server { server_name other; location / { include /etc/nginx/params; proxy_pass http://127.0.0.1:4000; } }\n");
	repair(&w, causes);
	assert_int_equal(w.rc, 0);
	assert_int_equal(count_writes(&w), 1);
	assert_string_equal(text_of(&w, CONF), UP "server {\n\tserver_name " HOST ";\n" HEADERS "\tproxy_set_header X-A b;\n"
	                    "\tlocation / {\n\t\t# for all\n\t\tproxy_read_timeout 90s; # shared\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n}\n");
	write_steps(&w);
	repair(&w, causes);
	assert_int_equal(w.steps.n, 0);
	world_close(&w);
}

/* A comment at the end of what is put in place must not swallow the rest of the line. */
static void
test_include_on_one_line(void **state)
{
	static const char *const causes[] = { "ws-host-lost", NULL };
	struct buf text = BUF_INIT;
	struct tree *t = *state;
	struct world w;

	world_open(&w, t, "http://" HOST);
	site(t, "server { server_name other; location / { include /etc/nginx/params; proxy_pass http://127.0.0.1:4000; } }\n"
	     UP "server { server_name " HOST "; location / { include /etc/nginx/params; proxy_pass http://127.0.0.1:3000; } }\n");
	tree_write(t, "/etc/nginx/params", "proxy_set_header Host $proxy_host;\nproxy_read_timeout 90s; # long");
	repair(&w, causes);
	assert_int_equal(w.rc, 0);
	assert_int_equal(count_writes(&w), 1);
	buf_puts(&text, text_of(&w, CONF));
	replace_all(&text, "/etc/nginx/params", tree_path(t, "/etc/nginx/params"));
	accepted(t, text.s);
	buf_free(&text);
	assert_non_null(strstr(text_of(&w, CONF), "proxy_read_timeout 90s; # long\n proxy_pass http://127.0.0.1:3000;"));
	world_close(&w);
}

/* Locations in files of their own, included by several servers or by one. */
static void
test_included_locations(void **state)
{
	static const char *const causes[] = { "ws-host-lost", NULL };
	static const char inside[] = "location / {\n  proxy_set_header Host $proxy_host;\n  proxy_pass http://127.0.0.1:3000;\n}\n";
	struct tree *t = *state;
	struct world w;

	world_open(&w, t, "http://" HOST);
	site(t, UP SITE(HEADERS "\tinclude locations/*.conf;\n"));
	tree_write(t, "/etc/nginx/locations/a.conf", inside);
	tree_write(t, "/etc/nginx/locations/b.conf", "location /b { return 204; }\n");
	repair(&w, causes);
	assert_int_equal(count_writes(&w), 1);
	assert_string_equal(text_of(&w, "/etc/nginx/locations/a.conf"), "location / {\n  proxy_pass http://127.0.0.1:3000;\n}\n");

	tree_write(t, "/etc/nginx/conf.d/other.conf", "server { server_name other; include locations/*.conf; }\n");
	repair(&w, causes);
	assert_int_equal(count_writes(&w), 1);
	assert_non_null(strstr(text_of(&w, CONF), "\tlocation / {\n\t  proxy_pass http://127.0.0.1:3000;\n\t}\n\tlocation /b { return 204; }\n}"));
	world_close(&w);
}

/* One file read as two sites: there is no place for a change that is only this site's. */
static void
test_file_read_twice(void **state)
{
	static const char *const causes[] = { "body-limit", NULL };
	struct tree *t = *state;
	struct world w;

	world_open(&w, t, "http://" HOST);
	site(t, SITE(PASS));
	tree_write(t, "/etc/nginx/nginx.conf",
	           "events {}\nhttp {\n\tinclude /etc/nginx/conf.d/*.conf;\n\tinclude /etc/nginx/conf.d/chat.conf;\n}\n");
	repair(&w, causes);
	assert_int_equal(w.rc, -1);
	assert_int_equal(w.e.code, ERR_VALUE);
	assert_string_equal(w.e.file, CONF);
	world_close(&w);
}

/* ---- what is not to be ---- */

static void
test_changed_meanwhile(void **state)
{
	static const char *const causes[] = { "body-limit", NULL };
	struct tree *t = *state;
	struct world w;

	world_open(&w, t, "http://" HOST);
	site(t, SITE("\tclient_max_body_size 1m;\n" PASS));
	repair(&w, causes);
	assert_int_equal(count_writes(&w), 1);
	steps_free(&w.steps);
	tree_write(t, CONF, "# shorter\n");

	const struct proxy_context c = { .answers = &w.answers, .found = &w.f, .needs = &w.needs, .root = t->root };
	assert_int_equal(proxy_find("nginx")->repair(&w.steps, &c, causes, &w.e), -1);
	assert_int_equal(w.e.code, ERR_CONFLICT);
	assert_int_equal(w.steps.n, 0);

	unlink(tree_path(t, CONF));
	w.e = (struct err){ 0 };
	assert_int_equal(proxy_find("nginx")->repair(&w.steps, &c, causes, &w.e), -1);
	assert_int_equal(w.e.sys, ENOENT);
	world_close(&w);
}

/* Who asks for more than OpenChamber takes, or for less, gets what lets most through. */
static void
test_wishes(void **state)
{
	static const char *const causes[] = { "body-limit", "stream-cut", NULL };
	struct tree *t = *state;
	struct world w;

	world_open(&w, t, "http://" HOST);
	site(t, SITE("\tclient_max_body_size 50m;\n\tproxy_read_timeout 5s;\n" PASS));
	w.answers.body = 300ull << 20;
	w.answers.stream = 7200;
	repair(&w, causes);
	assert_non_null(strstr(text_of(&w, CONF), "\tclient_max_body_size 300m;\n\tproxy_read_timeout 7200s;\n"));
	w.answers.body = 1000;
	w.answers.stream = 1;
	repair(&w, causes);
	assert_non_null(strstr(text_of(&w, CONF), "\tclient_max_body_size 100m;\n\tproxy_read_timeout 3600s;\n"));
	/* Raised where it stands: taken out, nginx's own would count, which is not what is said. */
	site(t, SITE("\tlocation / {\n\t\tclient_max_body_size 1m;\n\t\tproxy_read_timeout 10s;\n\t\tproxy_pass http://127.0.0.1:3000;\n\t}\n"));
	repair(&w, causes);
	assert_non_null(strstr(text_of(&w, CONF), "\t\tclient_max_body_size 100m;\n\t\tproxy_read_timeout 3600s;\n"));
	world_close(&w);
}

/* Unknown causes, other sites, no site: nothing. */
static void
test_nothing(void **state)
{
	static const char *const unknown[] = { "upstream-down", "no-such-cause", NULL }, *const none[] = { NULL };
	static const char *const host[] = { "ws-host-lost", "ws-upgrade-lost", NULL };
	struct tree *t = *state;
	struct world w;

	world_open(&w, t, "http://" HOST);
	site(t, SITE(PASS));
	repair(&w, unknown);
	assert_int_equal(w.rc, 0);
	assert_int_equal(w.steps.n, 0);
	repair(&w, none);
	assert_int_equal(w.steps.n, 0);
	site(t, SITE("\troot /var/www;\n"));
	repair(&w, host);
	assert_int_equal(w.rc, 0);
	assert_int_equal(w.steps.n, 0);
	site(t, "");
	repair(&w, host);
	assert_int_equal(w.rc, 0);
	assert_int_equal(w.steps.n, 0);
	world_close(&w);
}

/* What we write ourselves needs no repair, whatever the cause. */
static void
test_ours_is_sound(void **state)
{
	struct tree *t = *state;

	for (int tls = 0; tls < 2; tls++) {
		struct world w;
		struct steps ours = { 0 };

		world_open(&w, t, tls ? "https://" HOST : "http://" HOST);
		w.answers.has_tls = true;
		w.answers.certificate = arena_strdup(&w.answers.arena, "/c.pem");
		w.answers.key = arena_strdup(&w.answers.arena, "/c.key");
		world_debian(t);
		world_found(&w.f, t, "1.22.1");
		const struct proxy_context c = {
			.answers = &w.answers, .found = &w.f, .needs = &w.needs, .root = t->root, .templates = "templates",
		};
		assert_int_equal(proxy_find("nginx")->render(&ours, &c, &w.e), 0);
		for (size_t i = 0; i < ours.n; i++)
			if (ours.v[i].kind == STEP_WRITE)
				tree_write(t, CONF, ours.v[i].text);
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			repair(&w, (const char *const[]){ rows[i].cause, NULL });
			if (w.steps.n)
				fail_msg("%s in ours:\n%s", rows[i].cause, text_of(&w, CONF));
		}
		steps_free(&ours);
		world_close(&w);
	}
}

int
main(void)
{
#define IN_TREE(test) cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		IN_TREE(test_every_row),
		IN_TREE(test_styles),
		IN_TREE(test_shared_include),
		IN_TREE(test_include_on_one_line),
		IN_TREE(test_included_locations),
		IN_TREE(test_file_read_twice),
		IN_TREE(test_changed_meanwhile),
		IN_TREE(test_wishes),
		IN_TREE(test_nothing),
		IN_TREE(test_ours_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
