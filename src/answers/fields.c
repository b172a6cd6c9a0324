/* fields.c - the table of answers, and what is done the same way for every kind of them. */
#include "answers/fields.h"

#include <string.h>

#include "answers/kinds.h"
#include "base/i18n.h"
#include "base/text.h"

#define AT(member) offsetof(struct answers, member)

static const char *const proxies[] = { "nginx",   "npm",     "caddy",    "apache",
	                               "haproxy", "traefik", "lighttpd", "cloudflared", NULL };

static const char *const tls_modes[] = {
	[TLS_NONE]       = "none",
	[TLS_EXISTING]   = "existing",
	[TLS_CERTBOT]    = "certbot",
	[TLS_AUTO]       = "auto",
	[TLS_SELFSIGNED] = "selfsigned",
	[TLS_UPSTREAM]   = "upstream",
	NULL,
};

static const char *const cdns[] = {
	[CDN_NONE]       = "none",
	[CDN_CLOUDFLARE] = "cloudflare",
	[CDN_OTHER]      = "other",
	NULL,
};

static const char *const plans[] = {
	[PLAN_FREE]       = "free",
	[PLAN_PRO]        = "pro",
	[PLAN_BUSINESS]   = "business",
	[PLAN_ENTERPRISE] = "enterprise",
	NULL,
};

static const char *const ssl_modes[] = {
	[SSL_KEEP]   = "keep",
	[SSL_FULL]   = "full",
	[SSL_STRICT] = "strict",
	NULL,
};

/*
 * A stream has to outlive the longest silence of OpenChamber, 30 s, with some
 * room; nginx and HAProxy count milliseconds in 32 bits.
 */
const struct answer_field answer_fields[] = {
	{ "origin",                ANSWER_URL,      AT(origin),                NULL,      0, 0 },
	{ "public",                ANSWER_URL,      AT(public_url),            NULL,      0, 0 },
	{ "proxy",                 ANSWER_CHOICE,   AT(proxy),                 proxies,   0, 0 },
	{ "tls.mode",              ANSWER_CHOICE,   AT(tls),                   tls_modes, 0, 0 },
	{ "tls.certificate",       ANSWER_PATH,     AT(certificate),           NULL,      0, 0 },
	{ "tls.key",               ANSWER_PATH,     AT(key),                   NULL,      0, 0 },
	{ "limits.body",           ANSWER_SIZE,     AT(body),                  NULL,      1024, 1ull << 40 },
	{ "limits.stream",         ANSWER_DURATION, AT(stream),                NULL,      35, 24 * 86400 },
	{ "limits.connect",        ANSWER_DURATION, AT(connect),               NULL,      1, 600 },
	{ "cdn",                   ANSWER_CHOICE,   AT(cdn),                   cdns,      0, 0 },
	{ "trusted",               ANSWER_CIDRS,    AT(trusted),               NULL,      0, 256 },
	{ "listen.address",        ANSWER_ADDRESS,  AT(listen_address),        NULL,      0, 0 },
	{ "listen.http",           ANSWER_PORT,     AT(listen_http),           NULL,      1, 65535 },
	{ "listen.https",          ANSWER_PORT,     AT(listen_https),          NULL,      1, 65535 },
	{ "files.config",          ANSWER_PATH,     AT(config),                NULL,      0, 0 },
	{ "commands.validate",     ANSWER_ARGV,     AT(validate),              NULL,      0, 64 },
	{ "commands.reload",       ANSWER_ARGV,     AT(reload_argv),           NULL,      0, 64 },
	{ "npm.url",               ANSWER_TEXT,     AT(npm_url),               NULL,      0, 0 },
	{ "npm.identity",          ANSWER_TEXT,     AT(npm_identity),          NULL,      0, 0 },
	{ "npm.secret-file",       ANSWER_PATH,     AT(npm_secret_file),       NULL,      0, 0 },
	{ "cloudflare.zone",       ANSWER_TEXT,     AT(cloudflare_zone),       NULL,      0, 0 },
	{ "cloudflare.token-file", ANSWER_PATH,     AT(cloudflare_token_file), NULL,      0, 0 },
	{ "cloudflare.plan",       ANSWER_CHOICE,   AT(cloudflare_plan),       plans,     0, 0 },
	{ "cloudflare.ssl",        ANSWER_CHOICE,   AT(cloudflare_ssl),        ssl_modes, 0, 0 },
	{ "reload",                ANSWER_BOOL,     AT(reload),                NULL,      0, 0 },
	{ "language",              ANSWER_TEXT,     AT(language),              NULL,      0, 0 },
	{ NULL,                    ANSWER_TEXT,     0,                         NULL,      0, 0 },
};

_Static_assert(ARRAY_LEN(answer_fields) == N_ANSWERS + 1, "fields.h counts them");

static void *
member(const struct answers *a, const struct answer_field *f)
{
	return (char *)(size_t)a + f->offset;
}

/* Of what has no value that could mean "not decided". */
static bool *
decided(struct answers *a, const struct answer_field *f)
{
	switch (f->offset) {
	case AT(origin): return &a->has_origin;
	case AT(public_url): return &a->has_public;
	case AT(tls): return &a->has_tls;
	}
	return NULL;
}

/* The proxy is kept as its name, the other choices as their place in the list. */
static bool
is_name(const struct answer_field *f)
{
	return f->offset == AT(proxy);
}

const struct answer_field *
field_find(const char *key)
{
	for (const struct answer_field *f = answer_fields; f->key; f++)
		if (strcmp(f->key, key) == 0)
			return f;
	return NULL;
}

size_t
field_index(const struct answer_field *f)
{
	return (size_t)(f - answer_fields);
}

bool
field_is_list(const struct answer_field *f)
{
	return f->kind == ANSWER_CIDRS || f->kind == ANSWER_ARGV;
}

static int
set_string(struct answers *a, const struct answer_field *f, const char *text,
           int check(struct buf *, const char *, struct err *), struct err *e)
{
	struct buf value = BUF_INIT;
	const int rc = check(&value, text, e);

	if (rc == 0)
		*(char **)member(a, f) = arena_strdup(&a->arena, value.s);
	buf_free(&value);
	return rc;
}

static int
set_text(struct answers *a, const struct answer_field *f, const char *text, struct err *e)
{
	if (f->offset == AT(npm_url))
		return set_string(a, f, text, kind_url_text, e);
	if (f->offset == AT(cloudflare_zone))
		return set_string(a, f, text, kind_zone, e);
	if (f->offset == AT(language))
		return set_string(a, f, text, kind_language, e);
	return set_string(a, f, text, kind_word, e);
}

static int
set_choice(struct answers *a, const struct answer_field *f, const char *text, struct err *e)
{
	int chosen;

	if (kind_choice(&chosen, text, f->choices, e) < 0)
		return -1;
	if (is_name(f))
		*(char **)member(a, f) = arena_strdup(&a->arena, f->choices[chosen]);
	else
		memcpy(member(a, f), &chosen, sizeof(chosen));
	return 0;
}

/* What is said of a duration below the least one, where there is a reason to tell; else NULL. */
static const char *
too_short(const struct answer_field *f)
{
	return strcmp(f->key, "limits.stream") == 0 ? _("at least 35s is needed: OpenChamber may be quiet for 30 s") : NULL;
}

static int
set_one(struct answers *a, const struct answer_field *f, const char *text, struct err *e)
{
	switch (f->kind) {
	case ANSWER_URL:
		return kind_url(member(a, f), text, f->offset == AT(origin) ? "http" : "https", e);
	case ANSWER_CHOICE:
		return set_choice(a, f, text, e);
	case ANSWER_PATH:
		return set_string(a, f, text, kind_path, e);
	case ANSWER_SIZE:
		return kind_size(member(a, f), text, f->min, f->max, e);
	case ANSWER_DURATION:
		return kind_duration(member(a, f), text, f->min, f->max, too_short(f), e);
	case ANSWER_PORT:
		return kind_port(member(a, f), text, e);
	case ANSWER_ADDRESS:
		return set_string(a, f, text, kind_address, e);
	case ANSWER_BOOL:
		return kind_bool(member(a, f), text, e);
	case ANSWER_TEXT:
		return set_text(a, f, text, e);
	case ANSWER_CIDRS:
	case ANSWER_ARGV:
		break;
	}
	return -1;
}

static int
kind_item(struct buf *out, enum answer_kind kind, const char *text, struct err *e)
{
	return kind == ANSWER_CIDRS ? kind_cidr(out, text, e) : kind_argument(out, text, e);
}

int
field_check_item(const struct answer_field *f, const char *text, struct err *e)
{
	struct buf ignored = BUF_INIT;
	const int rc = kind_item(&ignored, f->kind, text, e);

	buf_free(&ignored);
	return rc;
}

int
field_set_items(struct answers *a, const struct answer_field *f, const char *const *items,
                size_t n, struct err *e)
{
	char **list = arena_alloc(&a->arena, (n + 1) * sizeof(*list));
	struct buf value = BUF_INIT;
	int rc = 0;

	if (n > f->max)
		return err_set(e, ERR_VALUE, _("there are more than %llu entries"), f->max);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		buf_cut(&value, 0);
		rc = kind_item(&value, f->kind, items[i], e);
		list[i] = arena_strdup(&a->arena, value.s);
	}
	if (rc == 0 && f->kind == ANSWER_ARGV && n > 0 && !*list[0])
		rc = err_set(e, ERR_VALUE, _("the program's name is empty"));
	if (rc == 0)
		*(char ***)member(a, f) = n ? list : NULL;
	buf_free(&value);
	return rc;
}

int
field_set(struct answers *a, const struct answer_field *f, const char *text, struct err *e)
{
	struct arena scratch = { 0 };
	char **items;
	size_t n;
	int rc;

	if (!*text) {
		field_clear(a, f);
		return 0;
	}
	if (field_is_list(f)) {
		rc = kind_split(&scratch, text, f->kind == ANSWER_CIDRS, &items, &n, e);
		if (rc == 0)
			rc = field_set_items(a, f, (const char *const *)items, n, e);
		arena_free(&scratch);
		return rc;
	}
	if (set_one(a, f, text, e) < 0)
		return -1;
	if (decided(a, f))
		*decided(a, f) = true;
	return 0;
}

/* Bytes of a member that can be copied as it is; 0: it is a string or a list. */
static size_t
size_of(const struct answer_field *f)
{
	switch (f->kind) {
	case ANSWER_URL: return sizeof(struct url);
	case ANSWER_SIZE: return sizeof(unsigned long long);
	case ANSWER_DURATION:
	case ANSWER_PORT: return sizeof(unsigned);
	case ANSWER_BOOL: return sizeof(bool);
	case ANSWER_CHOICE: return is_name(f) ? 0 : sizeof(enum cdn);
	case ANSWER_PATH:
	case ANSWER_ADDRESS:
	case ANSWER_TEXT:
	case ANSWER_CIDRS:
	case ANSWER_ARGV: break;
	}
	return 0;
}

void
field_clear(struct answers *a, const struct answer_field *f)
{
	struct answers defaults;

	answers_init(&defaults);
	field_copy(a, &defaults, f);
	answers_free(&defaults);
}

bool
field_is_default(const struct answers *a, const struct answer_field *f)
{
	struct buf mine = BUF_INIT, other = BUF_INIT;
	struct answers defaults;
	bool same;

	answers_init(&defaults);
	field_get(&mine, a, f);
	field_get(&other, &defaults, f);
	same = strcmp(mine.s, other.s) == 0;
	answers_free(&defaults);
	buf_free(&mine);
	buf_free(&other);
	return same;
}

static void
get_list(struct buf *out, const struct answer_field *f, char **items)
{
	for (size_t i = 0; items && items[i]; i++) {
		if (i)
			buf_puts(out, f->kind == ANSWER_CIDRS ? ", " : " ");
		if (f->kind == ANSWER_CIDRS)
			buf_puts(out, items[i]);
		else
			kind_quote(out, items[i]);
	}
}

void
field_get(struct buf *out, const struct answers *a, const struct answer_field *f)
{
	const void *m = member(a, f);
	const bool *is_decided = decided((struct answers *)(size_t)a, f);
	const char *text;
	int chosen;

	if (is_decided && !*is_decided)
		return;
	switch (f->kind) {
	case ANSWER_URL:
		url_base(out, m);
		return;
	case ANSWER_SIZE:
		text_size(out, *(const unsigned long long *)m);
		return;
	case ANSWER_DURATION:
		buf_printf(out, "%us", *(const unsigned *)m);
		return;
	case ANSWER_PORT:
		if (*(const unsigned *)m)
			buf_printf(out, "%u", *(const unsigned *)m);
		return;
	case ANSWER_BOOL:
		buf_puts(out, *(const bool *)m ? "true" : "false");
		return;
	case ANSWER_CIDRS:
	case ANSWER_ARGV:
		get_list(out, f, field_items(a, f));
		return;
	case ANSWER_CHOICE:
		if (!is_name(f)) {
			memcpy(&chosen, m, sizeof(chosen));
			buf_puts(out, f->choices[chosen]);
			return;
		}
		break;
	case ANSWER_PATH:
	case ANSWER_ADDRESS:
	case ANSWER_TEXT:
		break;
	}
	text = *(char *const *)m;
	buf_puts(out, text ? text : "");
}

char **
field_items(const struct answers *a, const struct answer_field *f)
{
	return *(char ***)member(a, f);
}

static char **
copy_items(struct arena *arena, char **from)
{
	size_t n = 0;
	char **to;

	if (!from)
		return NULL;
	while (from[n])
		n++;
	to = arena_alloc(arena, (n + 1) * sizeof(*to));
	for (size_t i = 0; i < n; i++)
		to[i] = arena_strdup(arena, from[i]);
	return to;
}

void
field_copy(struct answers *to, const struct answers *from, const struct answer_field *f)
{
	bool *is_decided = decided(to, f);

	if (is_decided)
		*is_decided = *decided((struct answers *)(size_t)from, f);
	if (field_is_list(f))
		*(char ***)member(to, f) = copy_items(&to->arena, field_items(from, f));
	else if (size_of(f))
		memcpy(member(to, f), member(from, f), size_of(f));
	else
		*(char **)member(to, f) = arena_strdup(&to->arena, *(char **)member(from, f));
}
