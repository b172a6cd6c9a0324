/* TLS and HTTP/2 as a real nginx speaks them: certificates, lost schemes, hidden buffering. */
#include "fixture.h"

#include "base/crypto.h"
#include "base/fs.h"
#include "loop/proc.h"

#define HOST "chat.example.org"

enum site { GOOD, OLD, SOON, NO_PROTO, BUFFERS, UPGRADES, COMPRESSES, CIRCLES, CLOUD_CIRCLES, N_SITES };

static struct {
	struct world *w;
	char          dir[64];
	struct proc  *p;
	unsigned      port[N_SITES];
	char          good[96];
	bool          ended;
} nginx;

static void
write_file(const char *name, const char *text)
{
	char path[128];
	struct err e = { 0 };

	snprintf(path, sizeof(path), "%s/%s", nginx.dir, name);
	if (fs_write(path, text, strlen(text), 0600, &e) < 0)
		fail_msg("%s", e.msg);
}

static void
make_certificate(const char *name, int days)
{
	struct buf cert = BUF_INIT, key = BUF_INIT;
	struct err e = { 0 };
	char file[32];

	if (cert_make(HOST, days, &cert, &key, &e) < 0)
		fail_msg("%s", e.msg);
	snprintf(file, sizeof(file), "%s.pem", name);
	write_file(file, cert.s);
	snprintf(file, sizeof(file), "%s.key", name);
	write_file(file, key.s);
	buf_free(&cert);
	buf_free(&key);
}

/* One server block, and what makes it differ from a good one. */
static void
put_site(struct buf *out, enum site site, const char *certificate, const char *headers,
         const char *more)
{
	buf_printf(out, "server { listen 127.0.0.1:%u%s; server_name " HOST ";\n", nginx.port[site],
	           certificate ? " ssl http2" : "");
	if (certificate)
		buf_printf(out, "ssl_certificate %s/%s.pem; ssl_certificate_key %s/%s.key;\n",
		           nginx.dir, certificate,
		           nginx.dir, certificate);
	buf_printf(out, "client_max_body_size 100m; %s\n", more);
	buf_printf(out,
	           "location / { proxy_pass http://127.0.0.1:%u; proxy_http_version 1.1; "
	           "proxy_request_buffering off;\n"
	           "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For "
	           "$remote_addr;\n"
	           "proxy_set_header X-Forwarded-Host $http_host;\n"
	           "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "
	           "$connection_up; %s } }\n",
	           origin_port(nginx.w->o), headers);
}

static void
write_config(void)
{
	static const char proto[] = "proxy_set_header X-Forwarded-Proto $scheme;";
	struct buf b = BUF_INIT;
	char more[160];

	buf_printf(&b, "daemon off; master_process off; pid %s/pid; error_log stderr;\n"
	           "events { worker_connections 512; }\nhttp { access_log off; gzip off;\n"
	           "client_body_temp_path %s/b; proxy_temp_path %s/p; fastcgi_temp_path %s/f;\n"
	           "uwsgi_temp_path %s/u; scgi_temp_path %s/s;\n"
	           "map $http_upgrade $connection_up { default upgrade; \"\" close; }\n",
	           nginx.dir, nginx.dir, nginx.dir, nginx.dir, nginx.dir, nginx.dir);
	put_site(&b, GOOD, "good", proto, "proxy_buffering off;");
	put_site(&b, OLD, "old", proto, "proxy_buffering off;");
	put_site(&b, SOON, "soon", proto, "proxy_buffering off;");
	put_site(&b, NO_PROTO, "good", "", "proxy_buffering off;");
	put_site(&b, BUFFERS, "good", proto, "proxy_ignore_headers X-Accel-Buffering;");
	put_site(&b, COMPRESSES, "good", proto,
	         "proxy_buffering off; gzip on; gzip_types text/event-stream;");
	snprintf(more, sizeof(more), "return 301 https://" HOST ":%u$request_uri;",
	         nginx.port[GOOD]);
	put_site(&b, UPGRADES, NULL, proto, more);
	snprintf(more, sizeof(more), "return 301 https://" HOST ":%u$request_uri;",
	         nginx.port[CIRCLES]);
	put_site(&b, CIRCLES, "good", proto, more);
	snprintf(more, sizeof(more), "add_header CF-Ray 1-A always; "
	         "return 301 https://" HOST ":%u$request_uri;", nginx.port[CLOUD_CIRCLES]);
	put_site(&b, CLOUD_CIRCLES, "good", proto, more);
	buf_puts(&b, "}\n");
	write_file("nginx.conf", b.s);
	buf_free(&b);
}

static void
on_ended(void *ctx, const struct proc_result *r)
{
	(void)ctx;
	nginx.ended = true;
	nginx.p = NULL;
	print_error("nginx ended: %s\n", r->err.s);
}

static bool
accepts(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	                         .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;

	close(fd);
	return ok;
}

static void
look(void *ctx)
{
	unsigned *left = ctx;

	if (nginx.ended || accepts(nginx.port[UPGRADES]) || --*left == 0)
		loop_stop(nginx.w->l);
	else
		loop_after(nginx.w->l, 5, look, left);
}

static int
up(void **state)
{
	struct world *w;
	struct err e = { 0 };
	char config[96];
	const char *argv[] = { "nginx", "-c", config, "-e", "stderr", NULL };
	unsigned left = 1000;

	if (world_up(state) < 0)
		return -1;
	nginx.w = w = *state;
	nginx.ended = false;
	world_origin(w, 0, PASSWORD);
	snprintf(nginx.dir, sizeof(nginx.dir), "/tmp/antechamber-tls-XXXXXX");
	if (!mkdtemp(nginx.dir))
		return -1;
	for (int i = 0; i < N_SITES; i++)
		nginx.port[i] = dead_port();
	make_certificate("good", 30);
	make_certificate("soon", 6);
	make_certificate("old", 0);
	snprintf(nginx.good, sizeof(nginx.good), "%s/good.pem", nginx.dir);
	write_config();
	snprintf(config, sizeof(config), "%s/nginx.conf", nginx.dir);
	nginx.p = proc_start(w->l, &(struct proc_request){
		.argv = argv, .dies_with_us = true, .done = on_ended });
	loop_after(w->l, 0, look, &left);
	if (loop_run(w->l, &e) < 0)
		return -1;
	w->opt.password = PASSWORD;
	w->opt.cacert = nginx.good;
	return 0;
}

static int
down(void **state)
{
	char command[128];

	if (nginx.p)
		proc_kill(nginx.p);
	nginx.p = NULL;
	snprintf(command, sizeof(command), "rm -rf '%s'", nginx.dir);
	if (system(command) != 0)
		print_error("%s\n", command);
	return world_down(state);
}

static void
with(struct world *w, const char *scheme, const char *host, enum site site)
{
	static char to[32];

	if (nginx.ended)
		skip();
	snprintf(to, sizeof(to), "127.0.0.1:%u", nginx.port[site]);
	w->opt.connect_to = to;
	w->public_url = (struct url){ .port = nginx.port[site] };
	snprintf(w->public_url.scheme, sizeof(w->public_url.scheme), "%s", scheme);
	snprintf(w->public_url.host, sizeof(w->public_url.host), "%s", host);
	run_all(w);
}

static void
test_healthy(void **state)
{
	static const char *const ids[] = { "public.port", "public.tls", "public.redirect",
	                                   "public.answer",
		"public.instance", "public.cache", "ws.event", "ws.dictation", "sse.event",
		"sse.openchamber",
		"gzip.encoding", "gzip.layers", "body.limit", "body.spool", "headers.host",
		"headers.proto" };
	struct world *w = *state;

	with(w, "https", HOST, GOOD);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		expect(w, ids[i], TARGET_PUBLIC, CHECK_PASS);
	expect_verdict(w, NULL);
	assert_true(check_ready(w->run));
	assert_in_range(json_get_int(result(w, "public.tls", TARGET_PUBLIC)->observed, "days_left",
	                             0), 28, 31);
	print_message("a check with TLS took %.3f s\n", w->took);
	/* Without the password the cookie's Secure is what tells the scheme. */
	w->opt.password = NULL;
	run_all(w);
	expect(w, "ws.event", TARGET_PUBLIC, CHECK_PASS);
	expect(w, "headers.proto", TARGET_PUBLIC, CHECK_PASS);
	expect(w, "sse.event", TARGET_PUBLIC, CHECK_SKIP);
	expect_verdict(w, NULL);
}

static void
test_certificates(void **state)
{
	struct world *w = *state;
	char old[96];

	w->opt.cacert = NULL;
	with(w, "https", HOST, GOOD);
	expect_cause(w, "public.tls", TARGET_PUBLIC, CHECK_FAIL, "tls-untrusted");
	expect_verdict(w, "tls-untrusted");
	w->opt.cacert = nginx.good;
	with(w, "https", "other.example.org", GOOD);
	expect_cause(w, "public.tls", TARGET_PUBLIC, CHECK_FAIL, "tls-name");
	assert_non_null(strstr(result(w, "public.tls", TARGET_PUBLIC)->detail, HOST));
	snprintf(old, sizeof(old), "%s/old.pem", nginx.dir);
	w->opt.cacert = old;
	with(w, "https", HOST, OLD);
	expect_cause(w, "public.tls", TARGET_PUBLIC, CHECK_FAIL, "tls-expired");
	snprintf(old, sizeof(old), "%s/soon.pem", nginx.dir);
	with(w, "https", HOST, SOON);
	expect_cause(w, "public.tls", TARGET_PUBLIC, CHECK_WARN, "tls-expired");
	expect(w, "ws.event", TARGET_PUBLIC, CHECK_PASS);
	expect_verdict(w, NULL);
	w->opt.cacert = NULL;
	w->opt.insecure = true;
	with(w, "https", "other.example.org", OLD);
	expect(w, "public.tls", TARGET_PUBLIC, CHECK_SKIP);
	expect(w, "ws.event", TARGET_PUBLIC, CHECK_PASS);
	w->opt.insecure = false;
	w->opt.cacert = nginx.good;
	with(w, "https", HOST, UPGRADES);
	expect_cause(w, "public.tls", TARGET_PUBLIC, CHECK_FAIL, "tls-failed");
}

static void
test_a_lost_scheme(void **state)
{
	struct world *w = *state;

	with(w, "https", HOST, NO_PROTO);
	expect_cause(w, "ws.event", TARGET_PUBLIC, CHECK_FAIL, "ws-proto-lost");
	expect_verdict(w, "ws-proto-lost");
	w->opt.password = NULL;
	with(w, "https", HOST, NO_PROTO);
	expect_cause(w, "ws.event", TARGET_PUBLIC, CHECK_FAIL, "ws-proto-lost");
	expect_verdict(w, "ws-proto-lost");
}

/* HTTP/2 streams, HTTP/1.1 over TLS does not: the worst counts. */
static void
test_buffering_that_shows_over_http_1(void **state)
{
	struct world *w = *state;

	with(w, "https", HOST, BUFFERS);
	expect_cause(w, "sse.event", TARGET_PUBLIC, CHECK_FAIL, "sse-buffered");
	assert_int_not_equal(json_get_int(result(w, "sse.event", TARGET_PUBLIC)->observed, "http",
	                                  1), 2);
	expect_verdict(w, "sse-buffered");
}

static void
test_compressed_streams(void **state)
{
	struct world *w = *state;

	with(w, "https", HOST, COMPRESSES);
	expect_cause(w, "sse.event", TARGET_PUBLIC, CHECK_FAIL, "sse-compressed");
	expect_verdict(w, "sse-compressed");
}

/* http leads to https: the address that people end at is the one that is checked. */
static void
test_http_becomes_https(void **state)
{
	struct world *w = *state;

	with(w, "http", HOST, UPGRADES);
	assert_int_equal(result(w, "public.redirect", TARGET_PUBLIC)->status, CHECK_WARN);
	expect(w, "ws.event", TARGET_PUBLIC, CHECK_PASS);
	expect(w, "sse.event", TARGET_PUBLIC, CHECK_PASS);
	expect_verdict(w, NULL);
	assert_true(check_ready(w->run));
}

/* What a CDN asks in http is redirected to https, which it asks in http again. */
static void
test_circles(void **state)
{
	struct world *w = *state;

	with(w, "https", HOST, CIRCLES);
	expect_cause(w, "public.redirect", TARGET_PUBLIC, CHECK_FAIL, "redirect-loop");
	with(w, "https", HOST, CLOUD_CIRCLES);
	expect_cause(w, "public.redirect", TARGET_PUBLIC, CHECK_FAIL, "cdn-flexible");
	expect_verdict(w, "cdn-flexible");
}

static void
test_a_rehearsal_with_tls(void **state)
{
	static const char *const ids[] = { "public.redirect", "ws.event", "sse.event",
	                                   "sse.openchamber", "headers.host",
		"headers.proto", "headers.client", "body.limit", "body.spool" };
	struct world *w = *state;
	char http[32];

	snprintf(http, sizeof(http), "127.0.0.1:%u", nginx.port[UPGRADES]);
	w->opt.rehearsal = true;
	w->opt.connect_to_http = http;
	with(w, "https", HOST, GOOD);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		expect(w, ids[i], TARGET_REHEARSAL, CHECK_PASS);
	expect_verdict(w, NULL);
	print_message("a rehearsal with TLS took %.3f s\n", w->took);
	with(w, "https", HOST, BUFFERS);
	expect_cause(w, "sse.event", TARGET_REHEARSAL, CHECK_FAIL, "sse-buffered");
	/* Its http leads to another address than its own. */
	expect_cause(w, "public.redirect", TARGET_REHEARSAL, CHECK_FAIL, "redirect-away");
	w->opt.connect_to_http = NULL;
	with(w, "https", HOST, NO_PROTO);
	expect_cause(w, "headers.proto", TARGET_REHEARSAL, CHECK_FAIL, "ws-proto-lost");
	expect_verdict(w, "ws-proto-lost");
}

#define T(f) cmocka_unit_test_setup_teardown(f, up, down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_healthy), T(test_certificates), T(test_a_lost_scheme),
		T(test_buffering_that_shows_over_http_1),
		T(test_compressed_streams), T(test_http_becomes_https), T(test_circles),
		T(test_a_rehearsal_with_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
