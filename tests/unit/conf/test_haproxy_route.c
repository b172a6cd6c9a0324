/* Which rule takes a request: told from the text, and the real HAProxy as the judge of it. */
#include "../judge.h"
#include "../loopback.h"

#include <signal.h>

#include "base/buf.h"
#include "conf/haproxy.h"

/* A frontend's lines; the backend that takes chat.example.org and a path ("": none; "?": nobody can tell). */
static const struct {
	const char *lines, *path, *want;
} cases[] = {
	{ "default_backend b", "/", "b" },
	{ "use_backend a if { hdr(host) -i chat.example.org }\ndefault_backend b", "/", "a" },
	{ "use_backend a if { hdr(host) chat.EXAMPLE.org }\ndefault_backend b", "/", "b" },
	{ "use_backend a if { hdr(host) -i CHAT.example.org }\ndefault_backend b", "/", "a" },
	{ "use_backend a unless { hdr(host) -i chat.example.org }\ndefault_backend b", "/", "b" },
	{ "use_backend a if { req.hdr(host),host_only -i chat.example.org }\ndefault_backend b", "/", "a" },
	{ "use_backend a if { req.hdr(Host),field(1,:) -i chat.example.org }\ndefault_backend b", "/", "a" },
	{ "use_backend a if { hdr_dom(host) -i example.org }\ndefault_backend b", "/", "a" },
	{ "use_backend a if { hdr_dom(host) -i xample.org }\ndefault_backend b", "/", "b" },
	{ "use_backend a if { hdr_end(host) -i .example.org }\ndefault_backend b", "/", "a" },
	{ "use_backend a if { hdr_beg(host) -i chat. }\ndefault_backend b", "/", "a" },
	{ "use_backend a if { hdr_sub(host) -i ample }\ndefault_backend b", "/", "a" },
	{ "use_backend a if { hdr_reg(host) -i ^chat\\.[a-z]+\\.org$ }\ndefault_backend b", "/", "a" },
	{ "use_backend a if { hdr(host) -m end -i .org }\ndefault_backend b", "/", "a" },
	{ "acl is_chat hdr(host) -i other.example.org\nacl is_chat hdr(host) -i chat.example.org\nuse_backend a if is_chat\ndefault_backend b", "/", "a" },
	{ "acl is_chat hdr(host) -i chat.example.org\nacl is_api path_beg /api\nuse_backend a if is_chat is_api\ndefault_backend b", "/", "b" },
	{ "acl is_chat hdr(host) -i chat.example.org\nacl is_api path_beg /api\nuse_backend a if is_chat is_api\ndefault_backend b", "/api/x", "a" },
	{ "acl is_chat hdr(host) -i chat.example.org\nacl is_api path_beg /api\nuse_backend a if is_chat !is_api\ndefault_backend b", "/api/x", "b" },
	{ "acl is_other hdr(host) -i x\nacl is_api path /api\nuse_backend a if is_other || is_api\ndefault_backend b", "/api", "a" },
	{ "acl is_other hdr(host) -i x\nacl is_api path /api\nuse_backend a if is_other or is_api\ndefault_backend b", "/apis", "b" },
	{ "use_backend a if { path_end .css .js }\ndefault_backend b", "/x.js", "a" },
	{ "use_backend a if { path_dir static }\ndefault_backend b", "/x/static/y", "a" },
	{ "use_backend a if { path_dir static }\ndefault_backend b", "/x/statics/y", "b" },
	{ "use_backend a if !{ path / }\ndefault_backend b", "/", "b" },
	{ "use_backend a if ! { path / }\ndefault_backend b", "/x", "a" },
	{ "use_backend a if { ssl_fc }\ndefault_backend b", "/", "b" },
	{ "use_backend a if TRUE\ndefault_backend b", "/", "a" },
	{ "use_backend a if FALSE\ndefault_backend b", "/", "b" },
	{ "use_backend a if HTTP\ndefault_backend b", "/", "a" },
	{ "use_backend a if { hdr(host) -i x y chat.example.org z }\ndefault_backend b", "/", "a" },
};

static const char *
told(const char *lines, const char *path)
{
	const struct hap_request q = { "chat.example.org", "chat.example.org", path, false };
	char *text = xasprintf("frontend f\n%s\n", lines);
	const struct hap_text t = { "x", text, strlen(text) };
	static char answer[64];
	const struct hap_line *l;
	struct hap_conf c;
	struct err e = { 0 };

	assert_int_equal(hap_parse(&c, &t, 1, &e), 0);
	l = hap_takes(c.first, &q);
	snprintf(answer, sizeof(answer), "%s", l ? l->args[1] : "");
	hap_free(&c);
	free(text);
	return answer;
}

static void
test_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (strcmp(told(cases[i].lines, cases[i].path), cases[i].want) != 0)
			fail_msg("%s: %s", cases[i].lines, told(cases[i].lines, cases[i].path));
}

/* What cannot be told from the text is not guessed: such a rule is passed over. */
static void
test_unknown(void **state)
{
	(void)state;
	assert_string_equal(told("use_backend a if { src 10.0.0.0/8 }\ndefault_backend b", "/"), "b");
	assert_string_equal(told("use_backend a if { hdr(host) -f /etc/names }\ndefault_backend b", "/"), "b");
	assert_string_equal(told("use_backend a if { hdr(host),map(/etc/names) -i x }\ndefault_backend b", "/"), "b");
	assert_string_equal(told("use_backend a if { src 10.0.0.0/8 }", "/"), "a");
	assert_string_equal(told("use_backend a if { hdr(host) -i x } { src 10.0.0.0/8 }", "/"), "");
	assert_string_equal(told("", "/"), "");
}

/* The name of the backend that answers, as the answer says it. */
static const char *
backend_in(struct tree *t, const char *answer)
{
	const char *mark = strstr(answer, "backend=");

	return mark ? arena_strndup(&t->arena, mark + 8, strcspn(mark + 8, "\r\n")) : "";
}

/* One HAProxy for all cases, each on a port of its own. */
static void
test_haproxy_agrees(void **state)
{
	struct tree *t = *state;
	unsigned ports[ARRAY_LEN(cases)];
	struct buf conf = BUF_INIT;
	char answer[2048];
	pid_t pid;
	int status;

	needs_judge(HAPROXY);
	buf_puts(&conf, "defaults\n mode http\n timeout client 5s\n timeout connect 5s\n timeout server 5s\n");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ports[i] = free_port();
		buf_printf(&conf, "frontend f%zu\n bind 127.0.0.1:%u\n%s\n", i, ports[i], cases[i].lines);
	}
	buf_puts(&conf, "backend a\n http-request return status 200 hdr X-Say backend=a\n"
	                "backend b\n http-request return status 200 hdr X-Say backend=b\n");
	tree_write(t, "/h.cfg", conf.s);
	buf_free(&conf);
	pid = fork();
	if (pid == 0) {
		execl(HAPROXY, "haproxy", "-db", "-q", "-f", tree_path(t, "/h.cfg"), (char *)NULL);
		_exit(127);
	}
	ask_patiently(&(struct request){ .port = ports[0] }, answer, sizeof(answer));
	size_t wrong = 0;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (!ask(&(struct request){ .port = ports[i], .path = cases[i].path }, answer, sizeof(answer)) ||
		    strcmp(backend_in(t, answer), cases[i].want) != 0) {
			print_message("%s %s: HAProxy took \"%s\"\n", cases[i].lines, cases[i].path, backend_in(t, answer));
			wrong++;
		}
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(wrong, 0);
}

static void
put_name(void *ctx, const char *name)
{
	buf_printf(ctx, "%s ", name);
}

static void
test_names(void **state)
{
	static const struct { const char *lines, *want; } names[] = {
		{ "use_backend a if { hdr(host) -i x.org y.org:8443 }", "x.org y.org " },
		{ "acl n hdr(host) -i x.org\nacl n hdr(host) -i y.org\nuse_backend a if n { path /x }", "x.org y.org " },
		{ "acl n hdr(host) -i x.org\nuse_backend a if !n", "" },
		{ "use_backend a unless { hdr(host) -i x.org }", "" },
		{ "use_backend a if { hdr_end(host) -i .x.org }", "*.x.org " },
		{ "use_backend a if { ssl_fc_sni -i x.org }", "x.org " },
		{ "use_backend a if { req.hdr(host),host_only -i [::1] }", "[::1] " },
		{ "use_backend a if { path_beg /x }", "" },
		{ "use_backend a", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *text = xasprintf("frontend f\n%s\n", names[i].lines);
		const struct hap_text t = { "x", text, strlen(text) };
		struct buf shown = BUF_INIT;
		struct hap_conf c;
		struct err e = { 0 };

		assert_int_equal(hap_parse(&c, &t, 1, &e), 0);
		hap_each_name(c.first, hap_own(c.first, "use_backend", NULL), put_name, &shown);
		assert_string_equal(shown.s, names[i].want);
		buf_free(&shown);
		hap_free(&c);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test_setup_teardown(test_haproxy_agrees, tree_setup, tree_teardown),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
