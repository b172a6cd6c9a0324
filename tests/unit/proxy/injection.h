/*
 * injection.h - answers that want to be more than answers.
 *
 * Random ones of every type go through answers_set(), as a person's would.
 * What is refused leaves a harmless one in its place.  INJECTIONS=N tries N of
 * them; INJECTION_SEED=N other ones.
 */
#ifndef TESTS_INJECTION_H
#define TESTS_INJECTION_H

#include "world.h"

#include "base/text.h"

#define INJECTION_HOST "chat.example.org"

static unsigned long long injection_state;
static unsigned injections_kept, injections_refused;

static inline unsigned
roll(unsigned n)
{
	injection_state = injection_state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(injection_state >> 33) % n;
}

static inline unsigned
injection_rounds(unsigned otherwise)
{
	const char *rounds = getenv("INJECTIONS"), *seed = getenv("INJECTION_SEED");

	injection_state = seed ? strtoull(seed, NULL, 10) : 4711;
	injections_kept = injections_refused = 0;
	return rounds ? (unsigned)strtoul(rounds, NULL, 10) : otherwise;
}

/* What has a meaning somewhere: in a file of a proxy, in YAML, in a template, on a screen. */
static const char *const evil[] = {
	" ", "  ", "\t", "\n", "\r\n", "\"", "'", "`", "\\", "\\\"", "\\n", ";", "{", "}",
	" {\n", "}\n", "#", " # ", "$", "$host", "${HOME}", "{$HOME}", "{env.HOME}", "{host}",
	"{{host}}", "{{/tls}}", "%[env(HOME)]", "%{+Q}o", "%20", "%s%n", "<<END", "<", ">",
	"|", "&", "&&", "!", "?", "*", "~", "~*", "^", "@", "=", ",", ":", "[", "]", "(", ")",
	"--", "..", "//", "/../", "\001", "\033[2J", "\177", "\xc2\x9b", "\xc2\xa0",
	"\xe3\x80\x80", "\xe2\x80\xa8", "\xe2\x80\xae", "\xef\xbb\xbf", "\xff", "\xed\xa0\x80",
	"żółw", "한국", "é", "e\xcc\x81", "\xf0\x9f\x98\x80", "; return 200",
	"\nserver evil 127.0.0.1:1", " ssl_verify off", "import /etc/passwd",
	"include /etc/passwd;", "a", "b", "z", "0", "9", ".pem", "-", "_", "a b",
	"example.org", "127.0.0.1", "::1", "on", "off", "yes", "~",
};

static inline const char *
evil_text(struct arena *a, const char *before, unsigned most)
{
	struct buf b = BUF_INIT;
	const char *s;

	buf_puts(&b, before);
	for (unsigned n = roll(most) + 1; n; n--)
		buf_puts(&b, evil[roll(ARRAY_LEN(evil))]);
	s = arena_strdup(a, b.s);
	buf_free(&b);
	return s;
}

/* True: it was taken. */
static inline bool
inject(struct answers *to, const char *key, const char *text)
{
	struct err e = { 0 };

	if (answers_set(to, key, text, &e) == 0) {
		injections_kept++;
		return true;
	}
	injections_refused++;
	assert_int_equal(e.code, ERR_VALUE);
	assert_true(text_is_utf8(e.msg, strlen(e.msg)));
	return false;
}

static inline void
must_set(struct answers *to, const char *key, const char *text)
{
	struct err e = { 0 };

	if (answers_set(to, key, text, &e) < 0)
		fail_msg("%s: %s: %s", key, text, e.msg);
}

/* All but the paths of certificate and key, which are the tree's own. */
static inline void
inject_all(struct answers *a, struct arena *scratch)
{
	static const char *const starts[] = { "", "https://", "http://", "https://a", "/", "1",
	                                      "127.0.0.1", "10.0.0.0/8" };
	/* Of this machine alone, so that the real proxy can be asked whatever runs here. */
	const char *address = arena_printf(scratch, "127.%u.%u.%u", 1 + roll(250), roll(250),
	                                   1 + roll(250));

	must_set(a, "public", arena_printf(scratch, "https://%s:%u", INJECTION_HOST,
	                                   1024 + roll(60000)));
	must_set(a, "origin", arena_printf(scratch, "http://127.0.0.1:%u", 1 + roll(65535)));
	must_set(a, "tls.mode", "existing");
	must_set(a, "listen.address", address);
	must_set(a, "listen.http", arena_printf(scratch, "%u", 10000 + roll(10000)));
	must_set(a, "listen.https", arena_printf(scratch, "%u", 30000 + roll(10000)));
	must_set(a, "limits.body", arena_printf(scratch, "%uM", 1 + roll(1000)));
	must_set(a, "limits.stream", arena_printf(scratch, "%u", 35 + roll(86400)));
	must_set(a, "limits.connect", arena_printf(scratch, "%u", 1 + roll(600)));
	must_set(a, "cdn", roll(2) ? "other" : "none"); /* only then is anybody trusted */
	must_set(a, "trusted", arena_printf(scratch, "10.%u.0.0/16, 2001:db8:%x::/48", roll(256),
	                                    roll(65536)));
	for (const struct answer_field *f = answer_fields; f->key; f++) {
		const bool place = strncmp(f->key, "listen.", 7) == 0 ||
		                   strncmp(f->key, "tls.", 4) == 0 ||
		                   strcmp(f->key, "proxy") == 0 || strcmp(f->key, "cdn") == 0;

		if (!place && roll(3) == 0)
			inject(a, f->key, evil_text(scratch, starts[roll(ARRAY_LEN(starts))], 4));
	}
}

/* A path below the tree that is taken, with the same certificate or key really there. */
static inline void
inject_path(struct tree *t, struct answers *a, const char *key, const char *file)
{
	const char *dir = arena_printf(&t->arena, "%s/%s/", t->root, key);
	struct buf kept = BUF_INIT;
	struct err e = { 0 };
	char *path;

	fs_remove_tree(dir, &e);
	while (!inject(a, key, evil_text(&t->arena, dir, 5)))
		;
	answers_get(&kept, a, key); /* blanks around it were no part of it */
	path = arena_strdup(&t->arena, kept.s);
	buf_free(&kept);
	tree_mkdir(t, fs_dirname(&t->arena, path));
	if (symlink(tree_path(t, file), path) < 0)
		fail_msg("%s", path);
}

/* A round begins: with answers of its own for each, and paths where a certificate and a key lie. */
static inline void
injection_begins(struct tree *t, struct answers *a, const struct proxy *p)
{
	answers_init(a);
	must_set(a, "proxy", p->name);
	inject_all(a, &t->arena);
	inject_path(t, a, "tls.certificate", "/c.pem");
	inject_path(t, a, "tls.key", "/c.key");
}

/* The same answers with paths that are nothing but paths. */
static inline void
injection_plain(struct answers *plain, const struct answers *a)
{
	answers_copy(plain, a);
	must_set(plain, "tls.certificate", "/plain/c.pem");
	must_set(plain, "tls.key", "/plain/c.key");
}

/*
 * So many rounds, unless INJECTIONS says otherwise; in one of `every' the real program is asked
 * too, if it is here.  Enough answers are kept and enough refused, or the test proves nothing.
 */
static inline void
injections(struct tree *t, struct proxy_found *f, unsigned rounds, const char *program, unsigned every,
           void (*once)(struct tree *t, struct proxy_found *f, bool ask))
{
	const bool here = judge_is_here(program);

	rounds = injection_rounds(rounds);
	world_certificate(t, INJECTION_HOST, "/c.pem", "/c.key");
	for (unsigned i = 0; i < rounds; i++)
		once(t, f, here && i % every == 0);
	print_message("%u answers kept, %u refused\n", injections_kept, injections_refused);
	if (injections_kept < 20 || injections_refused < 20)
		fail_msg("INJECTIONS=%u is too few: at least 20 must be kept and 20 refused", rounds);
	proxy_found_free(f);
}

#endif
