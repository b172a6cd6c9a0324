/* haproxy_route.c - which rule takes a request, as far as that can be told from the text alone. */
#include "conf/haproxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/nginx_regex.h"

enum match {
	MATCH_STR,
	MATCH_BEG,
	MATCH_END,
	MATCH_SUB,
	MATCH_DIR,
	MATCH_DOM,
	MATCH_REG,
	MATCH_FOUND,
	MATCH_UNKNOWN
};
enum subject {
	ABOUT_HOST,
	ABOUT_HEADER,
	ABOUT_PATH,
	ABOUT_TLS,
	ABOUT_ALWAYS,
	ABOUT_NEVER,
	ABOUT_OTHER
};

/* One test: what it looks at, how, and for which of `patterns' (ends with NULL). */
struct test {
	enum subject       about;
	enum match         match;
	bool               ignore_case;
	bool               negated; /* in the condition, with a "!" */
	const char *const *patterns;
	size_t             n;
};

static const struct {
	const char *name; /* up to the bracket or comma */
	enum subject about;
	enum match   match;
} fetches[] = {
	{ "path", ABOUT_PATH, MATCH_STR },          { "path_beg", ABOUT_PATH, MATCH_BEG },
	{ "path_end", ABOUT_PATH, MATCH_END },      { "path_sub", ABOUT_PATH, MATCH_SUB },
	{ "path_dir", ABOUT_PATH, MATCH_DIR },      { "path_reg", ABOUT_PATH, MATCH_REG },
	{ "ssl_fc", ABOUT_TLS, MATCH_FOUND },       { "ssl_fc_sni", ABOUT_HOST, MATCH_STR },
	{ "ssl_fc_sni_end", ABOUT_HOST, MATCH_END }, { "ssl_fc_sni_reg", ABOUT_HOST, MATCH_REG },
	{ "TRUE", ABOUT_ALWAYS, MATCH_FOUND },      { "always_true", ABOUT_ALWAYS, MATCH_FOUND },
	{ "FALSE", ABOUT_NEVER, MATCH_FOUND },      { "always_false", ABOUT_NEVER, MATCH_FOUND },
	{ "HTTP", ABOUT_ALWAYS, MATCH_FOUND },
};

static const struct {
	const char *name;
	enum match  match;
} header_fetches[] = {
	{ "hdr", MATCH_STR }, { "req.hdr", MATCH_STR }, { "hdr_beg", MATCH_BEG }, { "hdr_end", MATCH_END },
	{ "hdr_dom", MATCH_DOM }, { "hdr_sub", MATCH_SUB }, { "hdr_reg", MATCH_REG }, { "req.fhdr", MATCH_STR },
	{ "hdr_dir", MATCH_DIR },
};

static const struct {
	const char *name;
	enum match  match;
} methods[] = {
	{ "str", MATCH_STR }, { "beg", MATCH_BEG }, { "end", MATCH_END }, { "sub", MATCH_SUB }, { "dir", MATCH_DIR },
	{ "dom", MATCH_DOM }, { "reg", MATCH_REG }, { "found", MATCH_FOUND },
};

static bool
is_name(const char *text, size_t len, const char *name)
{
	return strlen(name) == len && strncmp(text, name, len) == 0;
}

/* What may follow the fetch without changing what is compared. */
static bool
knows_converters(const char *p, enum subject *about)
{
	while (*p == ',') {
		size_t n = strcspn(++p, ",(");

		if (is_name(p, n, "field") && strncmp(p + n, "(1,:)", 5) == 0) {
			*about = *about == ABOUT_HEADER ? ABOUT_HOST : *about;
			n += 5;
		} else if (is_name(p, n, "host_only")) {
			*about = *about == ABOUT_HEADER ? ABOUT_HOST : *about;
		} else if (!is_name(p, n, "lower")) {
			return false;
		}
		p += n;
	}
	return *p == '\0';
}

static void
read_fetch(struct test *t, const char *word)
{
	const size_t n = strcspn(word, "(,");
	const char *rest = word + n;

	t->about = ABOUT_OTHER;
	for (size_t i = 0; i < ARRAY_LEN(fetches); i++)
		if (is_name(word, n, fetches[i].name)) {
			t->about = fetches[i].about;
			t->match = fetches[i].match;
		}
	for (size_t i = 0; i < ARRAY_LEN(header_fetches); i++)
		if (is_name(word, n, header_fetches[i].name) &&
		    strncasecmp(rest, "(host)", 6) == 0) {
			t->about = ABOUT_HEADER;
			t->match = header_fetches[i].match;
			rest += 6;
		}
	if (!knows_converters(rest, &t->about))
		t->about = ABOUT_OTHER;
}

/* "FETCH [-i] [-m METHOD] [--] PATTERN..." */
static void
read_test(struct test *t, const char *const *words, size_t n)
{
	size_t i = 1;

	*t = (struct test){ .about = ABOUT_OTHER };
	if (n == 0)
		return;
	read_fetch(t, words[0]);
	for (; i < n && words[i][0] == '-'; i++) {
		if (strcmp(words[i], "--") == 0) {
			i++;
			break;
		}
		if (strcmp(words[i], "-i") == 0) {
			t->ignore_case = true;
		} else if (strcmp(words[i], "-m") == 0 && i + 1 < n) {
			t->match = MATCH_UNKNOWN;
			i++;
			for (size_t k = 0; k < ARRAY_LEN(methods); k++)
				if (strcmp(methods[k].name, words[i]) == 0)
					t->match = methods[k].match;
		} else {
			t->match = MATCH_UNKNOWN; /* a file of patterns, a map */
		}
	}
	t->patterns = words + i;
	t->n = i < n ? n - i : 0;
}

static int
compare(const struct test *t, const char *a, const char *b, size_t n)
{
	return t->ignore_case ? strncasecmp(a, b, n) : strncmp(a, b, n);
}

/* The pattern stands in the subject between delimiters, or its ends. */
static bool
stands_between(const struct test *t, const char *subject, const char *pattern,
               const char *delimiters)
{
	const size_t n = strlen(pattern);

	for (const char *p = subject; *p; p++)
		if (strlen(p) >= n && compare(t, p, pattern, n) == 0 &&
		    (p == subject || strchr(delimiters, p[-1])) && strchr(delimiters, p[n]))
			return true;
	return false;
}

static enum hap_truth
fits(const struct test *t, const char *subject, const char *pattern)
{
	const size_t n = strlen(pattern), m = strlen(subject);
	const char *found;

	switch (t->match) {
	case MATCH_STR:
		return n == m && compare(t, subject, pattern, n) == 0 ? HAP_YES : HAP_NO;
	case MATCH_BEG:
		return m >= n && compare(t, subject, pattern, n) == 0 ? HAP_YES : HAP_NO;
	case MATCH_END:
		return m >= n && compare(t, subject + m - n, pattern, n) == 0 ? HAP_YES : HAP_NO;
	case MATCH_SUB:
		found = t->ignore_case ? strcasestr(subject, pattern) : strstr(subject, pattern);
		return found ? HAP_YES : HAP_NO;
	case MATCH_DIR:
		return stands_between(t, subject, pattern, "/?") ? HAP_YES : HAP_NO;
	case MATCH_DOM:
		return stands_between(t, subject, pattern, "/?.:") ? HAP_YES : HAP_NO;
	case MATCH_REG:
		switch (ngx_regex(pattern, t->ignore_case, subject)) {
		case REGEX_YES: return HAP_YES;
		case REGEX_NO: return HAP_NO;
		case REGEX_UNKNOWN: break;
		}
		break;
	case MATCH_FOUND:
		return HAP_YES;
	case MATCH_UNKNOWN:
		break;
	}
	return HAP_MAYBE;
}

static enum hap_truth
run_test(const struct test *t, const struct hap_request *q)
{
	const char *subject = t->about == ABOUT_HOST     ? q->host
	                      : t->about == ABOUT_HEADER ? q->header
	                                                 : q->path;
	enum hap_truth answer = HAP_NO;

	switch (t->about) {
	case ABOUT_TLS:
		return q->tls ? HAP_YES : HAP_NO;
	case ABOUT_ALWAYS:
		return HAP_YES;
	case ABOUT_NEVER:
		return HAP_NO;
	case ABOUT_OTHER:
		return HAP_MAYBE;
	case ABOUT_HOST:
	case ABOUT_HEADER:
	case ABOUT_PATH:
		break;
	}
	if (t->match == MATCH_FOUND)
		return HAP_YES;
	if (t->match == MATCH_UNKNOWN)
		return HAP_MAYBE;
	for (size_t i = 0; i < t->n && answer != HAP_YES; i++) {
		const enum hap_truth one = fits(t, subject, t->patterns[i]);

		answer = one == HAP_NO ? answer : one;
	}
	return answer;
}

typedef enum hap_truth test_fn(void *ctx, const struct test *t);

/* All acl lines of one name: any of them. */
static enum hap_truth
named(const struct hap_section *s, const char *name, bool negated, test_fn *fn, void *ctx)
{
	enum hap_truth answer = HAP_NO;
	bool known = false;
	struct test t;

	for (const struct hap_line *l = s->first; l; l = l->next) {
		enum hap_truth one;

		if (strcmp(l->args[0], "acl") != 0 || l->n_args < 3 ||
		    strcmp(l->args[1], name) != 0)
			continue;
		known = true;
		read_test(&t, l->args + 2, l->n_args - 2);
		t.negated = negated;
		one = fn(ctx, &t);
		answer = one == HAP_YES || answer == HAP_NO ? one : answer;
	}
	if (known)
		return answer;
	read_test(&t, &name, 1);
	t.negated = negated;
	return fn(ctx, &t);
}

static bool
is_or(const char *word)
{
	return strcmp(word, "||") == 0 || strcmp(word, "or") == 0;
}

static enum hap_truth
opposite(enum hap_truth t)
{
	return t == HAP_MAYBE ? t : t == HAP_YES ? HAP_NO : HAP_YES;
}

/* The words behind "if": terms are joined by and; "or" parts groups of them. */
static enum hap_truth
walk(const struct hap_section *s, const char *const *words, size_t n, test_fn *fn, void *ctx)
{
	enum hap_truth any = HAP_NO, all = HAP_YES;

	for (size_t i = 0; i < n; i++) {
		const char *word = words[i];
		bool no = false;
		enum hap_truth one;

		if (is_or(word)) {
			any = all == HAP_YES || any == HAP_NO ? all : any;
			all = HAP_YES;
			continue;
		}
		while (*word == '!') {
			no = !no;
			word++;
		}
		if (!*word && i + 1 < n)
			word = words[++i];
		if (strcmp(word, "{") == 0) {
			const size_t begin = i + 1;
			struct test t;

			while (i < n && strcmp(words[i], "}") != 0)
				i++;
			read_test(&t, words + begin, i > begin ? i - begin : 0);
			t.negated = no;
			one = fn(ctx, &t);
		} else {
			one = named(s, word, no, fn, ctx);
		}
		one = no ? opposite(one) : one;
		all = one == HAP_NO || all == HAP_YES ? one : all;
	}
	return all == HAP_YES || any == HAP_NO ? all : any;
}

/* Where the condition begins; n_args: there is none. */
static size_t
condition_at(const struct hap_line *l)
{
	size_t i = 1;

	while (i < l->n_args && strcmp(l->args[i], "if") != 0 && strcmp(l->args[i], "unless") != 0)
		i++;
	return i;
}

static enum hap_truth
ask(void *ctx, const struct test *t)
{
	return run_test(t, ctx);
}

enum hap_truth
hap_applies(const struct hap_section *s, const struct hap_line *l, const struct hap_request *q)
{
	const size_t at = condition_at(l);
	enum hap_truth answer;

	if (at >= l->n_args)
		return HAP_YES;
	answer = walk(s, l->args + at + 1, l->n_args - at - 1, ask, (void *)q);
	return strcmp(l->args[at], "unless") == 0 ? opposite(answer) : answer;
}

const struct hap_line *
hap_takes(const struct hap_section *front, const struct hap_request *q)
{
	const struct hap_line *maybe = NULL, *otherwise;

	for (const struct hap_line *l = front->first; l; l = l->next) {
		enum hap_truth answer;

		if (strcmp(l->args[0], "use_backend") != 0 || l->n_args < 2)
			continue;
		answer = hap_applies(front, l, q);
		if (answer == HAP_YES)
			return l;
		maybe = answer == HAP_MAYBE && !maybe ? l : maybe;
	}
	otherwise = hap_effective(front, "default_backend", NULL);
	return otherwise ? otherwise : maybe;
}

struct naming {
	hap_name_fn *fn;
	void        *ctx;
};

static enum hap_truth
tell_names(void *ctx, const struct test *t)
{
	const struct naming *n = ctx;

	if (!t->negated && (t->about == ABOUT_HOST || t->about == ABOUT_HEADER) &&
	    (t->match == MATCH_STR || t->match == MATCH_DOM || t->match == MATCH_END))
		for (size_t i = 0; i < t->n; i++) {
			const char *wildcard =
				t->match == MATCH_END && *t->patterns[i] == '.' ? "*" : "";
			char *name = xasprintf("%s%s", wildcard, t->patterns[i]);
			char *colon = strrchr(name, ':');

			/* "chat.example.org:8443" is the same name; an IPv6 address has more colons. */
			if (colon && colon[1] && !colon[1 + strspn(colon + 1, "0123456789")] &&
			    (strchr(name, ':') == colon || (colon > name && colon[-1] == ']')))
				*colon = '\0';
			n->fn(n->ctx, name);
			free(name);
		}
	return HAP_MAYBE;
}

void
hap_each_name(const struct hap_section *s, const struct hap_line *l, hap_name_fn *fn, void *ctx)
{
	const size_t at = condition_at(l);
	struct naming n = { fn, ctx };

	if (at < l->n_args && strcmp(l->args[at], "if") == 0)
		walk(s, l->args + at + 1, l->n_args - at - 1, tell_names, &n);
}
