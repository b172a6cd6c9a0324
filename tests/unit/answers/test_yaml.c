#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answers/answers.h"
#include "base/fs.h"
#include "base/text.h"

/* Each error where it stands, and what was expected. */
static void
test_errors(void **state)
{
	static const struct { const char *text; const char *msg; } cases[] = {
		{ "version: 1\nlimits: {body: 50MM}\n",
		  "f.yaml:2:16: limits.body: \"50MM\" is not a size (write 50M, 1G or a number of bytes)" },
		{ "version: 1\nlimits:\n  body: \"50MM\"\n", "f.yaml:3:9: limits.body: \"50MM\" is not a size" },
		{ "", "f.yaml:1:1: the line \"version: 1\" is missing" },
		{ "proxy: nginx\n", "f.yaml:1:1: the line" },
		{ "version: 2\n", "f.yaml:1:10: version: this program reads version 1 only" },
		{ "version: [1]\n", "f.yaml:1:10: version:" },
		{ "text\n", "f.yaml:1:1: a map of answers is needed here, not a text" },
		{ "- a\n", "f.yaml:1:1: a map of answers is needed here, not a list" },
		{ "version: 1\norgin: http://x\n", "f.yaml:2:1: \"orgin\" is not known here. Close to it is \"origin\"." },
		{ "version: 1\nlimits: {bdoy: 1M}\n", "f.yaml:2:10: \"limits.bdoy\" is not known here. Close to it is \"limits.body\"." },
		{ "version: 1\nbody: 1M\n", "f.yaml:2:1: \"body\" is not known here. Close to it is \"limits.body\"." },
		{ "version: 1\nlimit: {body: 1M}\n", "f.yaml:2:1: \"limit\" is not known here. Close to it is \"limits\"." },
		{ "verson: 1\n", "f.yaml:1:1: \"verson\" is not known here. Close to it is \"version\"." },
		{ "version: 1\ntls: {mode: none, password: x}\n", "f.yaml:2:19: \"tls.password\" is not known here" },
		{ "version: 1\nxyzzy: 1\n", "f.yaml:2:1: \"xyzzy\" is not known here" },
		{ "version: 1\nlimits.body: 1M\n", "f.yaml:2:1: \"limits.body\" has to be written as \"limits: {body: ...}\"" },
		{ "version: 1\ntls: {tls.mode: none}\n", "f.yaml:2:7: \"tls.mode\" has to be written as" },
		{ "version: 1\n\"\\e[31m\": 1\n", "f.yaml:2:1: \"?[31m\" is not known here" },
		{ "version: 1\nproxy: [nginx]\n", "f.yaml:2:8: proxy: a text is needed here, not a list" },
		{ "version: 1\nproxy: {a: b}\n", "f.yaml:2:8: proxy: a text is needed here, not a map" },
		{ "version: 1\nlimits: 50M\n", "f.yaml:2:9: limits: a map is needed here, not a text" },
		{ "version: 1\ntls: existing\n", "f.yaml:2:6: tls: a map is needed here, not a text" },
		{ "version: 1\ntrusted: 10.0.0.0/8\n", "f.yaml:2:10: trusted: a list is needed here, not a text" },
		{ "version: 1\ntrusted:\n  - 10.0.0.0/8\n  - ten\n", "f.yaml:4:5: trusted: \"ten\" is not a network" },
		{ "version: 1\ntrusted: [[10.0.0.0/8]]\n", "f.yaml:2:11: trusted: a text is needed here, not a list" },
		{ "version: 1\ncommands: {validate: nginx -t}\n", "f.yaml:2:22: commands.validate: a list is needed here" },
		{ "version: 1\ncommands: {validate: [\"\", x]}\n", "f.yaml:2:22: commands.validate: the program's name is empty" },
		{ "version: 1\ncommands: {validate: [sh, \"a\\nb\"]}\n", "f.yaml:2:27: commands.validate:" },
		{ "version: 1\npublic: https://x/chat\n", "f.yaml:2:9: public: \"https://x/chat\" has a path." },
		{ "version: 1\npublic: \"\"\n", "f.yaml:2:9: public: the text is empty" },
		{ "version: 1\ntls: {certificate: etc/x}\n", "f.yaml:2:20: tls.certificate:" },
		{ "version: 1\nlisten: {http: 0}\n", "f.yaml:2:16: listen.http:" },
		{ "version: 1\nlimits: {stream: 34s}\n", "f.yaml:2:18: limits.stream: at least 35s is needed: OpenChamber may be quiet for 30 s" },
		{ "version: 1\nlimits: {stream: 600h}\n", "f.yaml:2:18: limits.stream: a duration from 35s to 24 days" },
		{ "version: 1\nreload: maybe\n", "f.yaml:2:9: reload: \"maybe\" is neither true nor false" },
		{ "version: 1\nlanguage: xx\n", "f.yaml:2:11: language:" },
		{ "version: 1\nproxy: nginx\nproxy: caddy\n", "f.yaml:3:1: the key \"proxy\" is already on line 2" },
		{ "version: 1\nproxy: &a nginx\n", "f.yaml:2:8:" },
		{ "version: 1\nproxy: !!str nginx\n", "f.yaml:2:8:" },
		{ "version: 1\nproxy: [\n", "f.yaml:3:1: this is not YAML:" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct answers a;
		struct err e = { 0 };

		answers_init(&a);
		assert_int_equal(answers_set(&a, "proxy", "haproxy", &e), 0);
		if (answers_parse(&a, cases[i].text, strlen(cases[i].text), "f.yaml", &e) == 0)
			fail_msg("%s is taken", cases[i].text);
		assert_int_equal(e.code, ERR_VALUE);
		if (strncmp(e.msg, cases[i].msg, strlen(cases[i].msg)) != 0)
			fail_msg("%s\n%s", cases[i].text, e.msg);
		assert_string_equal(e.file, "f.yaml");
		assert_true(e.line > 0);
		assert_string_equal(a.proxy, "haproxy"); /* unchanged */
		answers_free(&a);
	}
}

static const char everything[] =
	"version: 1\n"
	"origin: http://127.0.0.1:3000\n"
	"public: https://chat.example.org:8443\n"
	"proxy: nginx\n"
	"tls: {mode: existing, certificate: /etc/ssl/chain.pem, key: \"/etc/ssl/a b.key\"}\n"
	"limits: {body: 50M, stream: 7200s, connect: 10s}\n"
	"cdn: other\n"
	"trusted: [\"10.0.0.0/8\", \"2001:db8::/32\"]\n"
	"listen: {address: \"::1\", http: 8080, https: 8443}\n"
	"files: {config: /etc/nginx/sites-available/openchamber.conf}\n"
	"commands: {validate: [/usr/sbin/nginx, \"-t\"], reload: [docker, exec, \"a b\", nginx, \"-s\", reload]}\n"
	"npm: {url: http://127.0.0.1:81, identity: admin@example.org, secret-file: /run/secret}\n"
	"cloudflare: {zone: example.org, token-file: /run/token}\n"
	"reload: false\n"
	"language: ko\n";

static void
test_everything(void **state)
{
	struct answers a;
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	int line, column;

	(void)state;
	answers_init(&a);
	if (answers_parse(&a, everything, strlen(everything), "f.yaml", &e) < 0)
		fail_msg("%s", e.msg);
	assert_true(a.has_origin && a.has_public && a.has_tls);
	assert_int_equal(a.origin.port, 3000);
	assert_string_equal(a.public_url.host, "chat.example.org");
	assert_int_equal(a.tls, TLS_EXISTING);
	assert_string_equal(a.key, "/etc/ssl/a b.key");
	assert_true(a.body == 50ull << 20);
	assert_int_equal(a.stream, 7200);
	assert_int_equal(a.connect, 10);
	assert_int_equal(a.cdn, CDN_OTHER);
	assert_string_equal(a.trusted[1], "2001:db8::/32");
	assert_null(a.trusted[2]);
	assert_string_equal(a.listen_address, "::1");
	assert_int_equal(a.listen_https, 8443);
	assert_string_equal(a.reload_argv[2], "a b");
	assert_null(a.reload_argv[6]);
	assert_string_equal(a.cloudflare_token_file, "/run/token");
	assert_false(a.reload);
	assert_string_equal(a.language, "ko");
	assert_true(answers_place(&a, "tls.key", &line, &column));
	assert_int_equal(line, 5);
	assert_int_equal(column, 61);
	answers_err(&e, &a, "limits.body", "too small for %s", "x");
	assert_string_equal(e.msg, "f.yaml:6:16: limits.body: too small for x");
	answers_write(&out, &a);
	assert_string_equal(out.s, everything);
	assert_int_equal(answers_set(&a, "limits.body", "60M", &e), 0);
	assert_false(answers_place(&a, "limits.body", &line, &column)); /* the file says something else now */
	answers_free(&a);
	buf_free(&out);
}

/* Whatever is written reads back as the same. */
static void
test_round_trip(void **state)
{
	static const struct { const char *key, *text; } cases[] = {
		{ "origin", "[::1]:3000" }, { "public", "http://nas.lan:8080" }, { "proxy", "npm" },
		{ "tls.mode", "none" }, { "tls.mode", "upstream" }, { "tls.certificate", "/a: b, {c} [d] #e 'f' \"g\" \\h/한글" },
		{ "limits.body", "2000" }, { "limits.body", "1T" }, { "limits.stream", "35" }, { "limits.connect", "600" },
		{ "cdn", "cloudflare" }, { "trusted", "1.2.3.4" }, { "listen.address", "0.0.0.0" }, { "listen.http", "1" },
		{ "commands.validate", "a '' ' ' '- x' '[y' '*' 'null' true 1e3" }, { "npm.identity", "null" },
		{ "npm.identity", "12:30" }, { "npm.identity", "{}" }, { "cloudflare.zone", "on.example" }, { "reload", "false" },
		{ "language", "en" }, { "reload", "true" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct answers a, b;
		struct buf text = BUF_INIT, again = BUF_INIT, x = BUF_INIT, y = BUF_INIT;
		struct err e = { 0 };

		answers_init(&a);
		answers_init(&b);
		if (answers_set(&a, cases[i].key, cases[i].text, &e) < 0)
			fail_msg("%s: %s", cases[i].text, e.msg);
		answers_write(&text, &a);
		if (answers_parse(&b, text.s, text.len, "t", &e) < 0)
			fail_msg("%s\n%s", text.s, e.msg);
		answers_write(&again, &b);
		assert_string_equal(again.s, text.s);
		answers_get(&x, &a, cases[i].key);
		answers_get(&y, &b, cases[i].key);
		assert_string_equal(y.s, x.s);
		answers_free(&a);
		answers_free(&b);
		buf_free(&text);
		buf_free(&again);
		buf_free(&x);
		buf_free(&y);
	}
}

static void
test_blank_is_not_decided(void **state)
{
	static const char text[] = "version: 1\norigin:\nproxy: ~\ntls:\nlimits: {body: null}\ntrusted: []\n"
	                           "commands: {reload: []}\nlanguage:\n";
	struct answers a;
	struct buf out = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	answers_init(&a);
	if (answers_parse(&a, text, strlen(text), "t", &e) < 0)
		fail_msg("%s", e.msg);
	assert_false(a.has_origin);
	assert_false(a.has_tls);
	assert_null(a.proxy);
	assert_null(a.trusted);
	assert_null(a.reload_argv);
	assert_true(a.body == 100ull << 20);
	answers_write(&out, &a);
	assert_string_equal(out.s, "version: 1\n");
	answers_free(&a);
	buf_free(&out);
}

static void
test_hostile(void **state)
{
	struct buf text = BUF_INIT;
	struct answers a;
	struct err e = { 0 };

	(void)state;
	answers_init(&a);
	assert_int_equal(answers_parse(&a, "version: 1\0\n", 12, "t", &e), -1);
	assert_int_equal(answers_parse(&a, "version: 1\nproxy: \xff\n", 20, "t", &e), -1);
	assert_int_equal(answers_parse(&a, "version: 1\nfiles: {config: \"/a\xe2\x80\xae\"}\n", 35, "t", &e), -1);
	buf_puts(&text, "version: 1\ntrusted: [");
	for (int i = 0; i < 300; i++)
		buf_puts(&text, "10.0.0.0/8, ");
	buf_puts(&text, "]\n");
	assert_int_equal(answers_parse(&a, text.s, text.len, "t", &e), -1);
	assert_non_null(strstr(e.msg, "256"));
	buf_cut(&text, 0);
	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "{a: [");
	assert_int_equal(answers_parse(&a, text.s, text.len, "t", &e), -1);
	assert_int_equal(e.code, ERR_VALUE);
	/* Cut anywhere: refused or taken, never worse. */
	for (size_t len = 0; len < strlen(everything); len++) {
		char *cut = xstrndup(everything, len);

		if (answers_parse(&a, cut, len, "t", &e) < 0)
			assert_int_equal(e.code, ERR_VALUE);
		free(cut);
	}
	answers_free(&a);
	buf_free(&text);
}

static void
test_files(void **state)
{
	struct err e = { 0 };
	struct arena scratch = { 0 };
	char *dir = fs_mkdtemp("antechamber-test", &e);
	struct answers a;
	struct stat st;
	struct url u;
	char *path, **saved;

	(void)state;
	setenv("XDG_CONFIG_HOME", fs_join(&scratch, dir, "config"), 1);
	assert_int_equal(url_parse(&u, "https://chat.example.org:8443", "https", URL_BASE, NULL, &e), 0);
	path = answers_default_path(&scratch, dir, &u);
	assert_string_equal(fs_basename(path), "chat.example.org.yaml");
	assert_memory_equal(path, dir, strlen(dir));
	assert_null(answers_saved(&scratch, dir)[0]);
	answers_init(&a);
	assert_int_equal(answers_load(&a, path, &e), -1);
	assert_int_equal(e.code, ERR_VALUE);
	assert_string_equal(e.file, path);
	assert_int_equal(answers_set(&a, "public", "chat.example.org", &e), 0);
	assert_int_equal(answers_save(&a, path, &e), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(answers_load(&a, path, &e), 0);
	assert_string_equal(a.file, path);
	assert_string_equal(a.public_url.host, "chat.example.org");
	assert_int_equal(answers_save(&a, fs_join(&scratch, fs_dirname(&scratch, path), "new.yaml"), &e), 0);
	assert_int_equal(utimensat(AT_FDCWD, path, (struct timespec[2]){ { 1000, 0 }, { 1000, 0 } }, 0), 0);
	assert_int_equal(fs_write(fs_join(&scratch, fs_dirname(&scratch, path), ".hidden.yaml"), "", 0, 0600, &e), 0);
	assert_int_equal(fs_write(fs_join(&scratch, fs_dirname(&scratch, path), "notes.txt"), "", 0, 0600, &e), 0);
	saved = answers_saved(&scratch, dir);
	assert_string_equal(fs_basename(saved[0]), "new.yaml"); /* newest first */
	assert_string_equal(saved[1], path);
	assert_null(saved[2]);
	answers_free(&a);
	assert_int_equal(fs_remove_tree(dir, &e), 0);
	free(dir);
	arena_free(&scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_blank_is_not_decided),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
