/* fields.c - what is typed: values, hints, errors, and what a change throws away. */
#include "setup/public.h"
#include "setup/repair.h"
#include "setup/session.h"

#include <stdlib.h>
#include <string.h>

#include "apply/guard.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"

#define MAX_REFUSALS 3

static struct typed *
typed_find(const struct setup *s, const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(s->typed); i++)
		if (s->typed[i].key && strcmp(s->typed[i].key, key) == 0)
			return (struct typed *)&s->typed[i];
	return NULL;
}

static void
typed_drop(struct setup *s, const char *key)
{
	struct typed *t = typed_find(s, key);

	if (!t)
		return;
	free(t->text);
	free(t->error);
	*t = (struct typed){ 0 };
}

static void
typed_keep(struct setup *s, const char *key, const char *text, const char *error)
{
	typed_drop(s, key);
	for (size_t i = 0; i < ARRAY_LEN(s->typed); i++)
		if (!s->typed[i].key) {
			s->typed[i] = (struct typed){ .key = arena_strdup(&s->keep, key),
				.text = xstrdup(text), .error = xstrdup(error) };
			return;
		}
}

static const char *
label_of(const char *key)
{
	static const struct {
		const char *key, *label;
	} labels[] = {
		/* TRANSLATORS: labels of fields, at most 12 columns */
		{ "origin",          N_("OpenChamber") },
		{ "password",        N_("UI password") },
		{ "public",          N_("Address") },
		{ "npm.url",         N_("Its pages") },
		{ "npm.identity",    N_("Its user") },
		{ "npm.secret-file", N_("Secret file") },
		{ "cloudflare.zone", N_("Zone") },
		{ "token",           N_("API token") },
		{ "cloudflare.token-file", N_("Token file") },
		{ "tls.certificate", N_("Its file") },
		{ "tls.key",         N_("Its key") },
		/* TRANSLATORS: labels of fields, at most 20 columns */
		{ "limits.body",     N_("Uploads up to") },
		{ "limits.stream",   N_("Keep quiet streams") },
	};

	for (size_t i = 0; i < ARRAY_LEN(labels); i++)
		if (strcmp(labels[i].key, key) == 0)
			return _(labels[i].label);
	return more_label(key) ? more_label(key) : key;
}

static bool
belongs_to_front(const char *key)
{
	return strcmp(key, "token") == 0 || strncmp(key, "cloudflare.", 11) == 0;
}

/* ---- hints ---- */

static const char *
hint_listening(const struct setup *s)
{
	struct buf b = BUF_INIT;
	const char *text;
	unsigned last[8];
	size_t n = 0;

	for (size_t i = 0; i < s->machine.n_listeners && n < ARRAY_LEN(last); i++) {
		const struct listener *l = &s->machine.listeners[i];
		bool seen = false;

		for (size_t k = 0; k < n; k++)
			seen = seen || last[k] == l->port;
		if (seen)
			continue;
		last[n++] = l->port;
		if (b.len)
			buf_puts(&b, ", ");
		buf_printf(&b, "%u", l->port);
		if (*l->program)
			buf_printf(&b, " %s", l->program);
	}
	/* TRANSLATORS: %s is a list of ports, with programs where they are known: "22 sshd, 80 nginx" */
	text = n ? say(s, _("listening here: ports %s"), b.s) : _("nothing listens on this server");
	buf_free(&b);
	return text;
}

static const char *
hint_origin(const struct setup *s)
{
	const struct check_result *r = run_result(s, WAY_DIRECT, "direct.answer");

	if (r && r->status == CHECK_FAIL && r->cause && strcmp(r->cause->id, "origin-refused") == 0)
		return hint_listening(s);
	for (size_t i = 0; i < s->n_origins; i++)
		if (s->answers.has_origin && s->origins[i].url.port == s->answers.origin.port &&
		    strcmp(s->origins[i].url.host, s->answers.origin.host) == 0)
			return find_told(s, &s->origins[i]);
	if (!s->answers.has_origin)
		return hint_listening(s);
	return _("taken from what was typed");
}

static const char *
hint_public(const struct setup *s)
{
	const struct url *u = &s->answers.public_url;

	for (size_t i = 0; !s->answers.has_public && i < s->n_certs; i++)
		if (s->certs[i].known && strncmp(cert_told_as(s, &s->certs[i].cert), "*.", 2) == 0)
			/* TRANSLATORS: %s is an address */
			return say(s, _("for example %s"), say(s, "https://chat%s", cert_told_as(s, &s->certs[i].cert) + 1));
	if (!s->answers.has_public)
		return say(s, _("for example %s"), "https://chat.example.org");
	if (s->answers.has_tls && s->answers.tls == TLS_NONE)
		return _("http: whoever is on the way can read along");
	for (size_t i = 0; i < s->n_certs && (!s->answers.has_tls || s->answers.tls == TLS_EXISTING); i++)
		if (s->certs[i].known && cert_covers(&s->certs[i].cert, u->host) && s->certs[i].cert.n_names)
			return say(s, _("the certificate %s covers it"), cert_told_as(s, &s->certs[i].cert));
	return names_why(s);
}

/* It is refused at one address; another OpenChamber has another password, and another count. */
static bool
was_refused(const struct setup *s)
{
	return s->refusals && s->refused_by.port == s->answers.origin.port &&
	       strcmp(s->refused_by.host, s->answers.origin.host) == 0;
}

static bool
is_closed(const struct setup *s)
{
	return was_refused(s) && s->refusals >= MAX_REFUSALS;
}

/* The one that is built in, or whose password nobody could know. */
static bool
origin_is_practice(const struct setup *s)
{
	return s->origin && url_is_loopback(&s->answers.origin) &&
	       s->answers.origin.port == origin_port(s->origin);
}

static const char *
hint_password(const struct setup *s)
{
	if (is_closed(s))
		return _("closed: it was refused three times");
	if (origin_is_practice(s)) /* TRANSLATORS: %s is the password; at most 40 columns */
		return say(s, _("the password in practice: %s"), PRACTICE_PASSWORD);
	return _("for this run's checks only, never saved");
}

/* Told until it was looked at without one. */
static const char *
error_password(const struct setup *s)
{
	const struct check_result *login = run_result(s, WAY_DIRECT, "direct.login");

	if (s->password || !was_refused(s) || !login || !login->cause || strcmp(login->cause->id, "password-wrong") != 0)
		return "";
	if (is_closed(s))
		return _("It was refused three times, and nothing more is taken here.");
	if (origin_is_practice(s)) /* TRANSLATORS: %s is the password */
		return say(s, _("The password was refused. The one in practice: %s"), PRACTICE_PASSWORD);
	return _("The password was refused. It was tried once and is never tried again by itself.");
}

static const char *
hint_of(const struct setup *s, const char *key)
{
	if (strcmp(key, "origin") == 0)
		return hint_origin(s);
	if (strcmp(key, "password") == 0)
		return hint_password(s);
	if (strcmp(key, "public") == 0)
		return hint_public(s);
	if (strcmp(key, "npm.url") == 0)
		return s->answers.npm_url ? _("Told by its API. Left empty, you paste a text.")
		                          : _("For example http://127.0.0.1:81. Left empty, you paste a text.");
	if (strcmp(key, "npm.identity") == 0)
		return _("the e-mail address it lets in");
	if (strcmp(key, "npm.secret-file") == 0)
		return _("a file of mode 600 with its password");
	if (belongs_to_front(key))
		return front_hint(s, key);
	if (strcmp(key, "tls.certificate") == 0)
		return _("the whole chain, PEM; its path on this server");
	if (strcmp(key, "tls.key") == 0)
		return _("the private key, PEM; its path on this server");
	if (strncmp(key, "limits.", 7) == 0 && *limits_hint(s, key))
		return limits_hint(s, key);
	return more_hint(s, key);
}

/* ---- what is shown ---- */

static bool
is_shown(const struct setup *s, const char *key)
{
	const struct proxy_found *f = find_proxy(s);
	const struct check_result *r;

	if (strcmp(key, "password") == 0) {
		r = run_result(s, WAY_DIRECT, "direct.answer");
		if (r && r->status == CHECK_FAIL) /* nobody is there to ask for it */
			return s->password;
		r = run_result(s, WAY_DIRECT, "direct.login");
		/* Only where there is one to give: a pass without a password asked means there is none. */
		return s->password || was_refused(s) || (r && r->status != CHECK_PASS &&
		       !(r->cause && strcmp(r->cause->id, "unprotected") == 0)) ||
		       (s->direct && check_origin_has_password(s->direct));
	}
	if (strncmp(key, "tls.", 4) == 0)
		return s->other_cert;
	if (strcmp(key, "npm.url") == 0)
		return f && f->proxy->by_hand && f->proxy->read && !repair_chosen(s);
	if (strncmp(key, "npm.", 4) == 0)
		return setup_is_told(s);
	if (belongs_to_front(key))
		return s->page == PAGE_LATER ? front_asks_token(s) : front_may_tell(s);
	return more_is_shown(s, key);
}

size_t
setup_fields(const struct setup *s, enum page p, struct setup_field *out, size_t max)
{
	size_t n = 0;

	for (const char *const *key = pages[p].fields; *key && n < max; key++) {
		const struct typed *t = typed_find(s, *key);
		struct setup_field *f = &out[n];
		struct buf value = BUF_INIT;

		if (!is_shown(s, *key))
			continue;
		*f = (struct setup_field){ .key = *key, .label = label_of(*key), .shown = true, .error = "" };
		if (strcmp(*key, "password") == 0) {
			f->secret = true;
			f->closed = is_closed(s);
			f->value = s->password ? s->password : "";
			f->error = error_password(s);
		} else if (strcmp(*key, "token") == 0) {
			f->secret = true;
			f->value = front_token();
		} else if (t) {
			buf_puts(&value, t->text);
			f->error = say(s, "%s", t->error);
		} else if (strcmp(*key, KEEPING_KEY) == 0) {
			buf_puts(&value, keeping_text(s));
		} else {
			answers_get(&value, &s->answers, *key);
		}
		if (!f->secret)
			f->value = say(s, "%s", t ? value.s : written_for_people(*key, value.s));
		f->hint = hint_of(s, *key);
		if (strcmp(*key, "public") == 0 && setup_may_offer(s))
			f->offer = _("Down opens the names that were found here.");
		buf_free(&value);
		n++;
	}
	return n;
}

/* ---- taking a value ---- */

static int
take_password(struct setup *s, const char *text, struct err *e)
{
	if (is_closed(s))
		return err_set(e, ERR_VALUE, _("It was refused three times. OpenChamber locks its login at the eleventh."));
	if (s->password && strcmp(s->password, text) == 0)
		return 0;
	if (!s->password && !*text && !*error_password(s))
		return 0;
	if (s->password) {
		mem_wipe(s->password, strlen(s->password));
		free(s->password);
	}
	s->password = *text ? xstrdup(text) : NULL; /* none behind a refused one: it is looked at without */
	run_direct(s);
	session_keep(s);
	return 0;
}

/* Which choice of certificate fits an address that was just typed. */
void
follow_scheme(struct setup *s)
{
	const bool http = strcmp(s->answers.public_url.scheme, "http") == 0;

	if (http && (!s->answers.has_tls || s->answers.tls != TLS_UPSTREAM)) {
		remember_paths(s);
		s->answers.has_tls = true;
		s->answers.tls = TLS_NONE;
		s->other_cert = false;
		return;
	}
	if (http || (s->answers.has_tls && s->answers.tls != TLS_NONE && s->answers.tls != TLS_EXISTING))
		return;
	for (size_t i = 0; certs_kept_by(s) != CERTS_THERE && i < s->n_certs; i++)
		if (s->certs[i].known && cert_covers(&s->certs[i].cert, s->answers.public_url.host)) {
			s->answers.has_tls = true;
			s->answers.tls = TLS_EXISTING;
			s->answers.certificate = arena_strdup(&s->answers.arena, s->certs[i].certificate);
			s->answers.key = arena_strdup(&s->answers.arena, s->certs[i].key);
			return;
		}
	if (certs_kept_by(s) == CERTS_THERE || (certs_kept_by(s) == CERTS_AUTO && !guard_is_private(&s->answers.public_url))) {
		s->answers.has_tls = true;
		s->answers.tls = TLS_AUTO;
		return;
	}
	if (!s->answers.has_tls || s->answers.tls == TLS_NONE || !s->other_cert)
		s->answers.has_tls = false; /* has to be chosen again */
}

bool
field_stands_empty(const struct setup *s, const char *key)
{
	return typed_find(s, key) && !*typed_find(s, key)->text;
}

bool
fields_wrong(const struct setup *s, enum page p)
{
	if (!page_asks(p))
		return false;
	for (const char *const *key = pages[p].fields; *key; key++)
		if (typed_find(s, *key) && is_shown(s, *key))
			return true;
	return false;
}

/* A file is read strictly; what a person writes is understood. */
static int
take(const struct setup *s, struct answers *a, const char *key, const char *text, struct err *e)
{
	const char *written = written_in_file(s, key, text);

	if (written_missing(key, text, e) < 0 || written_wrong(key, written, e) < 0)
		return -1;
	return answers_set(a, key, written, e);
}

void
setup_empty(struct setup *s, const char *key)
{
	if (strcmp(key, "public") != 0)
		return;
	typed_keep(s, key, "", "");
	setup_tell(s);
}

int
setup_try(const struct setup *s, const char *key, const char *text, struct err *e)
{
	struct answers copy;
	int rc;

	if (strcmp(key, "password") == 0 || strcmp(key, "token") == 0)
		return 0;
	if (strcmp(key, KEEPING_KEY) == 0)
		return keeping_take(&(unsigned){ 0 }, text, e);
	answers_copy(&copy, &s->answers);
	rc = take(s, &copy, key, text, e);
	answers_free(&copy);
	return rc;
}

int
setup_set(struct setup *s, const char *key, const char *text, struct err *e)
{
	struct buf before = BUF_INIT, after = BUF_INIT;
	bool same;

	if (strcmp(key, "password") == 0)
		return take_password(s, text, e);
	if (strcmp(key, "token") == 0) {
		front_take_token(s, text);
		return 0;
	}
	s->names_shown = false;
	s->limits_answered = s->limits_answered || strncmp(key, "limits.", 7) == 0;
	answers_get(&before, &s->answers, key);
	if ((strcmp(key, KEEPING_KEY) == 0 ? keeping_take(&s->keep_within, text, e) : take(s, &s->answers, key, text, e)) < 0) {
		typed_keep(s, key, text, e->msg);
		buf_free(&before);
		return -1;
	}
	typed_drop(s, key);
	answers_get(&after, &s->answers, key);
	same = strcmp(before.s, after.s) == 0;
	buf_free(&before);
	buf_free(&after);
	if (same && !(strcmp(key, "origin") == 0 && !s->direct))
		return 0;
	if (strcmp(key, "origin") == 0) {
		runs_forget_proxied(s);
		if (!s->password && origin_is_practice(s))
			s->password = xstrdup(PRACTICE_PASSWORD);
		run_direct(s);
		session_keep(s);
		return 0;
	}
	runs_forget_proxied(s);
	if (strcmp(key, "public") == 0) {
		taken_forget(s);
		follow_scheme(s);
		run_resolver(s);
	}
	if (strcmp(key, "limits.body") == 0)
		run_direct(s);
	setup_open(s, s->page); /* what this page shows live runs anew */
	return 0;
}
