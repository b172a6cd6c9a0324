/* Words, sections, what is in force; and whether the real HAProxy cuts lines the same way. */
#include "../tree.h"

#include "base/buf.h"
#include "conf/haproxy.h"

#define HAPROXY "/usr/sbin/haproxy"

static void
parse(struct hap_conf *c, const char *text)
{
	const struct hap_text t = { "x.cfg", text, strlen(text) };
	struct err e = { 0 };

	if (hap_parse(c, &t, 1, &e) < 0)
		fail_msg("%s", e.msg);
}

/* "global{a|b;c;}" */
static void
show(struct buf *out, const struct hap_conf *c)
{
	for (const struct hap_section *s = c->first; s; s = s->next) {
		buf_printf(out, "%s%s%s{", s->kind, *s->name ? " " : "", s->name);
		for (const struct hap_line *l = s->first; l; l = l->next) {
			for (size_t i = 0; i < l->n_args; i++)
				buf_printf(out, "%s%s", i ? "|" : "", l->args[i]);
			assert_null(l->args[l->n_args]);
			buf_puts(out, ";");
		}
		buf_puts(out, "}");
	}
}

static void
test_words(void **state)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "", "" },
		{ "# only\n\n", "" },
		{ "global\n\ta b\n", "global{a|b;}" },
		{ "global\n a # b\n c#d\n", "global{a;c;}" },
		{ "global\n a 'b # c' \"d # e\"\n", "global{a|b # c|d # e;}" },
		{ "global\n a \"\" ''\n", "global{a||;}" },
		{ "global\n a x\"y z\"'w v'\n", "global{a|xy zw v;}" },
		{ "global\n a b\\ c \\# \\\\ \\\"\n", "global{a|b c|#|\\|\";}" },
		{ "global\n a \\x41\\x20b\n", "global{a|A b;}" },
		{ "global\n a ^/x\\.y$ '\\.$'\n", "global{a|^/x\\.y$|\\.$;}" },
		{ "global\n setenv P 8080\nfrontend f\n bind \":$P\"\n", "global{setenv|P|8080;}frontend f{bind|:8080;}" },
		{ "global\n presetenv P 8080\nfrontend f\n bind \":${P}\" ':$P' :$P\n", "global{presetenv|P|8080;}frontend f{bind|:8080|:$P|:$P;}" },
		{ "frontend f\n bind \"${NOPE-:80}\"\n bind \"${NOPE}:1\"\n", "frontend f{bind|:80;bind|${NOPE}:1;}" },
		{ "defaults d\n mode http\nbackend b from d\n server s 1:1\n", "defaults d{mode|http;}backend b{server|s|1:1;}" },
		{ "frontend f\r\n\tbind :80\r\n", "frontend f{bind|:80;}" },
		{ "global\n.if 0\n a\n.elif 1\n b\n.else\n c\n.endif\n d\n", "global{b;d;}" },
		{ "global\n.if feature(X)\n a\n.else\n b\n.endif\n", "global{a;b;}" },
		{ "global\n.if 0\n.if 1\n a\n.endif\n.endif\n.notice \"x\"\n b\n", "global{b;}" },
		{ "global\n a", "global{a;}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf shown = BUF_INIT;
		struct hap_conf c;

		parse(&c, cases[i].text);
		show(&shown, &c);
		assert_string_equal(shown.s, cases[i].want);
		buf_free(&shown);
		hap_free(&c);
	}
}

static void
test_errors(void **state)
{
	static const struct { const char *text; int line; } cases[] = {
		{ "mode http\n", 1 },
		{ "global\n a 'b\n", 2 },
		{ "global\n a \"b\n", 2 },
		{ "global\n\n a b\\\n c\n", 3 },
		{ "global\n a \\x4g\n", 2 },
		{ "global\n a \"$\"\n", 2 },
		{ "global\n.else\n", 2 },
		{ "global\n.if 1\n", 2 },
		{ "global\n a 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n", 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct hap_text t = { "x.cfg", cases[i].text, strlen(cases[i].text) };
		struct err e = { 0 };
		struct hap_conf c;

		assert_int_equal(hap_parse(&c, &t, 1, &e), -1);
		assert_int_equal(e.code, ERR_VALUE);
		assert_string_equal(e.file, "x.cfg");
		assert_int_equal(e.line, cases[i].line);
		hap_free(&c);
	}
	const struct hap_text zero = { "x.cfg", "global\n a\0b\n", 12 };
	struct err e = { 0 };
	struct hap_conf c;

	assert_int_equal(hap_parse(&c, &zero, 1, &e), -1);
	assert_int_equal(e.line, 2);
	hap_free(&c);
}

static void
test_in_force(void **state)
{
	struct hap_conf c;
	const struct hap_section *f, *b, *d;

	(void)state;
	parse(&c, "defaults one\n timeout client 5s\n mode http\n option http-no-delay\n option httpclose\n"
	          "defaults two from one\n timeout client 9s\n"
	          "frontend f\n timeout client 1m\n timeout client 2m\n"
	          "backend b\n no option http-no-delay\n"
	          "backend d from one\n"
	          "defaults\nbackend plain\n");
	f = c.first->next->next;
	b = f->next;
	d = b->next;
	assert_string_equal(hap_effective(f, "timeout", "client")->args[2], "2m");
	assert_int_equal(hap_effective(f, "timeout", "client")->line, 10);
	assert_string_equal(hap_effective(b, "timeout", "client")->args[2], "9s");
	assert_string_equal(hap_effective(d, "timeout", "client")->args[2], "5s");
	assert_string_equal(hap_mode(b), "http");
	assert_string_equal(hap_mode(hap_back_named(&c, "plain")), "tcp");
	assert_non_null(hap_option(f, "http-no-delay"));
	assert_null(hap_option(b, "http-no-delay"));
	assert_int_equal(hap_option(b, "httpclose")->line, 5);
	assert_null(hap_option(hap_back_named(&c, "plain"), "httpclose"));
	assert_null(hap_own(b, "timeout", "client"));
	assert_int_equal(f->line, 8);
	assert_int_equal(f->last, 10);
	hap_free(&c);
}

static void
put_bind(void *ctx, const struct hap_bind *b)
{
	buf_printf(ctx, "%s %u-%u%s%s;", b->address, b->first, b->last, b->tls ? " tls" : "", b->both ? " both" : "");
}

static void
test_binds(void **state)
{
	static const struct { const char *line, *want; size_t unknown; } cases[] = {
		{ "bind :80", "* 80-80;", 0 },
		{ "bind *:80,:81", "* 80-80;* 81-81;", 0 },
		{ "bind 0.0.0.0:443 ssl crt x", "* 443-443 tls;", 0 },
		{ "bind 127.0.0.1:8000-8010", "127.0.0.1 8000-8010;", 0 },
		{ "bind :::80", "[::] 80-80 both;", 0 },
		{ "bind [::]:80 v6only", "[::] 80-80;", 0 },
		{ "bind ipv6@:80 v4v6", "[::] 80-80 both;", 0 },
		{ "bind ipv4@10.0.0.1:80", "10.0.0.1 80-80;", 0 },
		{ "bind 2001:db8::1:443", "[2001:db8::1] 443-443;", 0 },
		{ "bind /run/x.sock mode 600", "", 0 },
		{ "bind unix@/run/x.sock", "", 0 },
		{ "bind abns@x", "", 0 },
		{ "bind quic4@:443 ssl crt x", "", 0 },
		{ "bind fd@3", "", 0 },
		{ "bind \"$NOPE:80\"", "", 1 },
		{ "bind \":${NOPE}\"", "", 1 },
		{ "bind :99999", "", 1 },
		{ "bind", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *text = xasprintf("frontend f\n %s\n", cases[i].line);
		struct buf shown = BUF_INIT;
		struct hap_conf c;

		parse(&c, text);
		assert_int_equal(hap_each_bind(c.first, put_bind, &shown), cases[i].unknown);
		assert_string_equal(shown.s, cases[i].want);
		buf_free(&shown);
		hap_free(&c);
		free(text);
	}
}

static void
test_times(void **state)
{
	static const struct { const char *text; long long ms; } cases[] = {
		{ "5000", 5000 }, { "30s", 30000 }, { "1m", 60000 }, { "2h", 7200000 }, { "1d", 86400000 }, { "7ms", 7 },
		{ "9000us", 9 }, { "", -1 }, { "x", -1 }, { "5x", -1 }, { "-5", -1 }, { "99999999999999999999", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		unsigned long long ms = 1;

		assert_int_equal(hap_milliseconds(cases[i].text, &ms), cases[i].ms >= 0);
		if (cases[i].ms >= 0)
			assert_int_equal(ms, cases[i].ms);
	}
}

static void
test_content(void **state)
{
	static const struct { const char *line, *want; } cases[] = {
		{ "bind :80", "bind :80" }, { "bind :80  # x", "bind :80" }, { "a 'b # c' # d", "a 'b # c'" },
		{ "a b\\#c #d", "a b\\#c" }, { "a \"x\\\"#\" y\t", "a \"x\\\"#\" y" }, { "# x", "" }, { "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(hap_content(cases[i].line, strlen(cases[i].line)), strlen(cases[i].want));
}

/* Files and directories in their order; a closed one is remembered; defaults reach over files. */
static void
test_files(void **state)
{
	static const char *const paths[] = { "/etc/haproxy/haproxy.cfg", "/etc/haproxy/conf.d", NULL };
	static const char *const missing[] = { "/etc/haproxy/nope.cfg", NULL };
	struct tree *t = *state;
	struct hap_conf c;
	struct err e = { 0 };

	tree_write(t, "/etc/haproxy/haproxy.cfg", "defaults\n mode http\n");
	tree_write(t, "/etc/haproxy/conf.d/b.cfg", "frontend b\n bind :81\n");
	tree_write(t, "/etc/haproxy/conf.d/a.cfg", "frontend a\n bind :80\n");
	tree_write(t, "/etc/haproxy/conf.d/c.cfg.bak", "frontend c\n");
	tree_write(t, "/etc/haproxy/conf.d/.d.cfg", "frontend d\n");
	assert_int_equal(hap_read(&c, t->root, paths, &e), 0);
	assert_int_equal(c.n_files, 3);
	assert_string_equal(c.files[1], "/etc/haproxy/conf.d/a.cfg");
	assert_string_equal(c.first->next->name, "a");
	assert_string_equal(hap_mode(c.first->next->next), "http");
	assert_null(c.first->next->next->next);
	assert_string_equal(c.first->next->file, "/etc/haproxy/conf.d/a.cfg");
	hap_free(&c);
	assert_int_equal(hap_read(&c, t->root, missing, &e), -1);
	hap_free(&c);
}

/* Nothing that a hostile file holds may crash, hang or grow without end. */
static void
test_hostile(void **state)
{
	struct buf text = BUF_INIT;
	struct err e = { 0 };
	struct hap_conf c;
	unsigned seed = 1;

	(void)state;
	for (int i = 0; i < 250000; i++)
		buf_puts(&text, "global\n");
	const struct hap_text many = { "x", text.s, text.len };
	assert_int_equal(hap_parse(&c, &many, 1, &e), -1);
	hap_free(&c);
	buf_cut(&text, 0);
	for (int i = 0; i < 100; i++)
		buf_puts(&text, ".if 1\n");
	const struct hap_text deep = { "x", text.s, text.len };
	assert_int_equal(hap_parse(&c, &deep, 1, &e), -1);
	hap_free(&c);
	for (int round = 0; round < 300; round++) {
		static const char pieces[] = " \t\n\n'\"\\#$ {}!x:,.0aif\xff\x01";

		buf_cut(&text, 0);
		buf_puts(&text, "frontend f\n acl a hdr(host) -i x\n use_backend b if a\n bind ");
		for (int i = 0; i < 400; i++) {
			seed = seed * 1103515245 + 12345;
			buf_putc(&text, pieces[(seed >> 16) % (sizeof(pieces) - 1)]);
		}
		const struct hap_text noise = { "x", text.s, text.len };
		if (hap_parse(&c, &noise, 1, &e) == 0)
			for (const struct hap_section *s = c.first; s; s = s->next) {
				const struct hap_request q = { "x", "x", "/", false };
				struct buf shown = BUF_INIT;

				hap_each_bind(s, put_bind, &shown);
				for (const struct hap_line *l = s->first; l; l = l->next)
					hap_applies(s, l, &q);
				buf_free(&shown);
			}
		hap_free(&c);
	}
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_in_force),
		cmocka_unit_test(test_binds),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_content),
		cmocka_unit_test_setup_teardown(test_files, tree_setup, tree_teardown),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
