#include "origin/session.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/crypto.h"
#include "base/json.h"
#include "base/mem.h"
#include "origin/conn.h"
#include "origin/pages.h"
#include "origin/reply.h"

#define COOKIE "oc_ui_session"

enum {
	FAILURES   = 10,              /* the next one locks */
	WINDOW_MS  = 5 * 60 * 1000,
	LOCKED_S   = 900,
	COOKIE_S   = 12 * 60 * 60,
	LOGIN_MAX  = 64 * 1024,       /* of a login's body is kept */
	TIME_LEN   = 16, NONCE_LEN = 16, SIGNATURE_LEN = 64,
	TOKEN_LEN  = TIME_LEN + NONCE_LEN + SIGNATURE_LEN,
};

static bool
same(const char *a, const char *b, size_t len)
{
	unsigned char differs = 0;

	for (size_t i = 0; i < len; i++)
		differs |= (unsigned char)(a[i] ^ b[i]);
	return !differs;
}

/* The signature of a token's first part: all parts have a fixed length. */
static void
sign(const struct origin *o, const char *part, char out[SIGNATURE_LEN + 1])
{
	struct buf text = BUF_INIT;

	buf_puts(&text, o->keeper.secret);
	buf_add(&text, part, TIME_LEN + NONCE_LEN);
	crypto_sha256(text.s, text.len, out);
	mem_wipe(text.s, text.len);
	buf_free(&text);
}

static void
make_token(const struct origin *o, char out[TOKEN_LEN + 1])
{
	struct buf part = BUF_INIT;
	char nonce[NONCE_LEN + 1];

	crypto_random_hex(nonce, NONCE_LEN);
	buf_printf(&part, "%0*llx%s", TIME_LEN, pages_clock() / 1000 + COOKIE_S, nonce);
	memcpy(out, part.s, TIME_LEN + NONCE_LEN);
	sign(o, part.s, out + TIME_LEN + NONCE_LEN);
	buf_free(&part);
}

static bool
token_is_ours(const struct origin *o, const char *token, size_t len)
{
	char time[TIME_LEN + 1] = "", signature[SIGNATURE_LEN + 1];

	if (len != TOKEN_LEN)
		return false;
	sign(o, token, signature);
	if (!same(signature, token + TIME_LEN + NONCE_LEN, SIGNATURE_LEN))
		return false;
	memcpy(time, token, TIME_LEN);
	return (long long)strtoull(time, NULL, 16) > pages_clock() / 1000;
}

static bool
is_https(const struct conn *c)
{
	struct buf proto = BUF_INIT;
	bool https = http_first(&proto, &c->req, "X-Forwarded-Proto") && !strcasecmp(proto.s, "https");

	buf_free(&proto);
	return https;
}

static void
set_cookie(struct buf *out, const struct conn *c, const char *value, int seconds)
{
	buf_printf(out, "Set-Cookie: " COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d; Expires=",
	           value, seconds);
	http_date(out, seconds ? pages_clock() / 1000 + seconds : 0);
	buf_puts(out, is_https(c) ? "; Secure\r\n" : "\r\n");
}

static struct session_client *
find_client(const struct conn *c)
{
	struct session_client *clients = c->origin->keeper.clients, *found = clients;
	struct buf key = BUF_INIT;

	if (!http_first(&key, &c->req, "X-Forwarded-For")) {
		buf_cut(&key, 0);
		buf_puts(&key, c->peer);
	}
	if (!strncmp(key.s, "::ffff:", 7))
		buf_eat(&key, 7);
	buf_cut(&key, key.len < SESSION_KEY ? key.len : SESSION_KEY - 1);
	for (struct session_client *s = clients; s < clients + SESSION_CLIENTS; s++) {
		if (s->key[0] && !strcmp(s->key, key.s)) {
			found = s;
			goto out;
		}
		if (s->last < found->last)
			found = s;
	}
	*found = (struct session_client){ 0 };
	memcpy(found->key, key.s, key.len + 1);
out:
	buf_free(&key);
	return found;
}

/* Is this client locked out, or does it become so now? */
static bool
is_locked(struct session_client *s, long long now)
{
	if (s->locked_until && now >= s->locked_until)
		s->locked_until = s->failures = 0;
	if (s->failures && now - s->last > WINDOW_MS)
		s->failures = 0;
	if (!s->locked_until && s->failures >= FAILURES)
		s->locked_until = now + LOCKED_S * 1000LL;
	return s->locked_until;
}

static void
say_locked(struct conn *c, long long ms)
{
	struct buf fields = BUF_INIT;
	struct json *j = json_object();
	int seconds = (int)((ms + 999) / 1000);

	buf_printf(&fields, "Retry-After: %d\r\n", seconds);
	json_set_string(j, "error", "Too many login attempts, please try again later");
	json_set_int(j, "retryAfter", seconds);
	reply_json(c, 429, fields.s, j);
	buf_free(&fields);
}

/* The password as OpenChamber compares it: without blanks around it. */
static bool
password_fits(const struct conn *c)
{
	struct err e = { 0 };
	struct json *j = json_parse(c->kept.s, c->kept.len, "login", &e);
	const char *given = j ? json_get_string(j, "password", "") : "";
	const char *wanted = c->origin->password;
	char a[65], b[65];
	size_t len;

	given += strspn(given, " \t\r\n");
	len = strlen(given);
	while (len && strchr(" \t\r\n", given[len - 1]))
		len--;
	crypto_sha256(given, len, a);
	crypto_sha256(wanted, strlen(wanted), b);
	json_free(j);
	mem_wipe(c->kept.s, c->kept.len);
	return len && same(a, b, 64);
}

void
session_init(struct session_keeper *k)
{
	crypto_random_hex(k->secret, 64);
}

bool
session_is_open(const struct conn *c)
{
	const char *cookies, *found = NULL;
	size_t found_len = 0;

	if (!c->origin->password)
		return true;
	for (int i = 0; (cookies = http_get(&c->req, "Cookie", i)); i++)
		for (const char *s = cookies; *s; s += strcspn(s, ";"), s += *s == ';') {
			s += strspn(s, " \t");
			if (strncmp(s, COOKIE "=", sizeof(COOKIE)))
				continue;
			found = s + sizeof(COOKIE);
			found_len = strcspn(found, "; \t");
		}
	return found && token_is_ours(c->origin, found, found_len);
}

void
session_refuse(struct conn *c)
{
	const char *accept = http_get(&c->req, "Accept", 0);
	struct buf fields = BUF_INIT;

	set_cookie(&fields, c, "", 0);
	if (accept && strstr(accept, "application/json")) {
		struct json *j = json_object();

		json_set_string(j, "error", "UI authentication required");
		json_set_bool(j, "locked", true);
		reply_json(c, 401, fields.s, j);
	} else {
		reply_text(c, 401, REPLY_TEXT, fields.s, "Authentication required");
	}
	buf_free(&fields);
}

void
session_show(struct conn *c)
{
	struct json *j = json_object();
	struct buf fields = BUF_INIT;
	bool open = session_is_open(c);

	json_set_bool(j, "authenticated", open);
	if (!c->origin->password)
		json_set_bool(j, "disabled", true);
	if (!open) {
		json_set_bool(j, "locked", true);
		set_cookie(&fields, c, "", 0);
	}
	reply_json(c, open ? 200 : 401, fields.s, j);
	buf_free(&fields);
}

void
session_keep_body(struct conn *c, const char *bytes, size_t len)
{
	buf_add_max(&c->kept, bytes, len, LOGIN_MAX);
}

static void
answer_login(struct conn *c, bool fits)
{
	struct buf fields = BUF_INIT;
	struct json *j = json_object();
	char token[TOKEN_LEN + 1];

	if (fits) {
		make_token(c->origin, token);
		buf_puts(&fields, "Cache-Control: no-store\r\n");
		set_cookie(&fields, c, token, COOKIE_S);
		json_set_bool(j, "authenticated", true);
	} else {
		set_cookie(&fields, c, "", 0);
		json_set_string(j, "error", "Invalid credentials");
	}
	reply_json(c, fits ? 200 : 401, fields.s, j);
	buf_free(&fields);
}

void
session_login(struct conn *c)
{
	struct session_client *s;
	long long now = loop_now();
	bool fits;

	if (!c->origin->password) {
		struct json *j = json_object();

		json_set_string(j, "error", "UI password not configured");
		reply_json(c, 400, NULL, j);
		return;
	}
	if (c->origin->options.misbehave & ORIGIN_LOCKED) {
		say_locked(c, LOCKED_S * 1000);
		return;
	}
	s = find_client(c);
	if (is_locked(s, now)) {
		say_locked(c, s->locked_until - now);
		return;
	}
	fits = password_fits(c);
	s->failures = fits ? 0 : s->failures + 1;
	s->last = now;
	answer_login(c, fits);
}

void
session_passkeys(struct conn *c)
{
	struct json *j = json_object();
	struct buf host = BUF_INIT;
	bool enabled = c->origin->password;

	if (!http_first(&host, &c->req, "X-Forwarded-Host")) {
		buf_cut(&host, 0);
		http_first(&host, &c->req, "Host");
	}
	/* Without the port; an IPv6 address keeps its brackets' content. */
	if (host.s[0] == '[')
		buf_cut(&host, strcspn(host.s, "]") + (strchr(host.s, ']') != NULL));
	else
		buf_cut(&host, strcspn(host.s, ":"));
	json_set_bool(j, "enabled", enabled);
	json_set_bool(j, "hasPasskeys", false);
	json_set_int(j, "passkeyCount", 0);
	json_set(j, "rpID", enabled ? json_string(host.s) : json_null());
	reply_json(c, 200, NULL, j);
	buf_free(&host);
}
