/* certificate.c - the certificate that was chosen: is it there, does it cover the name, does its key fit? */
#include "setup/public.h"
#include "setup/repair.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "loop/proc.h"

#define MAX_PEM    (256 * 1024)
#define SOON_DAYS  14
#define MAX_CERT_ROWS 5 /* with the other choices each has a digit */

static void
found(struct setup *s, enum mark mark, const char *text)
{
	s->cert_mark = mark;
	snprintf(s->cert_text, sizeof(s->cert_text), "%s", text);
}

/* A file that is closed to us, as root has read it or as its site shows it; the key nobody has.  NULL: neither. */
static const char *
seen(const struct setup *s, const char *path)
{
	if (s->shown_cert && strcmp(s->shown_cert, path) == 0)
		return s->shown_pem;
	for (size_t i = 0; i < s->n_certs; i++)
		if (s->certs[i].served && strcmp(s->certs[i].certificate, path) == 0)
			return s->certs[i].served;
	return NULL;
}

/* -1: it cannot be read, and that has been said. */
static int
read_pem(struct setup *s, struct buf *out, const char *path)
{
	struct err e = { 0 };

	if (fs_read(out, fs_path(&s->keep, s->o.root, path), MAX_PEM, &e) == 0)
		return 0;
	if (e.sys == EACCES && seen(s, path)) {
		buf_puts(out, seen(s, path));
		return 0;
	}
	if (e.sys == EACCES && s->answers.certificate == path)
		s->closed_cert = path;
	if (e.sys == EACCES)
		found(s, MARK_SKIP, say(s, _("certificate: %s can only be read with root. It is checked first thing in step 11."), path));
	else
		found(s, MARK_FAIL, say(s, _("certificate: %s"), e.msg));
	return -1;
}

static void
judge(struct setup *s, const struct cert *c, const char *cert_pem, const char *key_pem)
{
	const char *host = s->answers.public_url.host;
	const int days = cert_days_left(c, time(NULL));
	struct err e = { 0 };

	if (!cert_covers(c, host))
		found(s, MARK_FAIL, say(s, _("certificate: it does not cover %1$s, it covers %2$s"), host,
		                        c->n_names ? c->names[0] : c->subject));
	else if (days < 0)
		found(s, MARK_FAIL, _("certificate: it has expired"));
	else if (!key_pem)
		found(s, MARK_PASS, say(s, Q_("certificate: it covers the name, %d day left; its key is checked in step 11",
		                        "certificate: it covers the name, %d days left; its key is checked in step 11", (unsigned long)days), days));
	else if (cert_key_matches(cert_pem, key_pem, &e) < 0)
		found(s, MARK_FAIL, say(s, _("certificate: %s"), e.msg));
	else if (days < SOON_DAYS)
		found(s, MARK_WARN, say(s, Q_("certificate: only %d day left", "certificate: only %d days left",
		                        (unsigned long)days), days));
	else if (c->self_signed && !s->scratch)
		found(s, MARK_WARN, _("certificate: it is signed by itself, so browsers warn"));
	else
		found(s, MARK_PASS, say(s, Q_("certificate: it covers the name, %d day left",
		                        "certificate: it covers the name, %d days left", (unsigned long)days), days));
}

void
certificate_look(struct setup *s)
{
	const struct answers *a = &s->answers;
	struct buf cert = BUF_INIT, key = BUF_INIT;
	struct arena arena = { 0 };
	struct err e = { 0 };
	struct cert c;

	s->cert_mark = MARK_NONE;
	s->closed_cert = NULL;
	if (!a->has_public || !a->has_tls || a->tls != TLS_EXISTING)
		return;
	if (!a->certificate || !a->key) {
		found(s, MARK_FAIL, _("certificate: write its file, and the file of its key"));
		return;
	}
	if (read_pem(s, &cert, a->certificate) == 0 && (seen(s, a->certificate) || read_pem(s, &key, a->key) == 0)) {
		if (cert_parse(&c, &arena, cert.s, cert.len, a->certificate, &e) < 0)
			found(s, MARK_FAIL, say(s, _("certificate: %s"), e.msg));
		else
			judge(s, &c, cert.s, seen(s, a->certificate) ? NULL : key.s);
	}
	if (key.len)
		mem_wipe(key.s, key.len);
	buf_free(&cert);
	buf_free(&key);
	arena_free(&arena);
}

/* What was written as another file, should it be chosen once more. */
void
remember_paths(struct setup *s)
{
	const struct answers *a = &s->answers;

	if (!s->other_cert)
		return;
	s->other_certificate = a->certificate ? arena_strdup(&s->keep, a->certificate) : NULL;
	s->other_key = a->key ? arena_strdup(&s->keep, a->key) : NULL;
}

void
recall_paths(struct setup *s)
{
	struct answers *a = &s->answers;

	if (!s->other_cert)
		return;
	a->certificate = s->other_certificate ? arena_strdup(&a->arena, s->other_certificate) : NULL;
	a->key = s->other_key ? arena_strdup(&a->arena, s->other_key) : NULL;
}

/* ---- the choices ---- */

/* It has not the name that is written above; of one that cannot be read that is not known. */
static bool
is_for_another(const struct setup *s, const struct found_cert *c)
{
	return s->answers.has_public && c->known && !cert_covers(&c->cert, s->answers.public_url.host);
}

/* What a row says of a certificate: whom it covers, how long, whether it is in use. */
static const char *
cert_label(const struct setup *s, const struct found_cert *c)
{
	const char *name;
	int days;

	if (!c->known)
		return say(s, _("%s, in use; it can only be read with root"), c->certificate);
	name = c->cert.n_names ? cert_told_as(s, &c->cert) : c->certificate;
	if (is_for_another(s, c)) /* TRANSLATORS: %s is the name in a certificate; at most 38 columns with one of 17 */
		return say(s, _("%s, not for this name"), name);
	days = cert_days_left(&c->cert, time(NULL));
	if (days < 0)
		return say(s, _("%s, expired"), name);
	if (c->in_use) /* TRANSLATORS: %1$s is a name like *.example.org */
		return say(s, Q_("%1$s, %2$d day left, in use", "%1$s, %2$d days left, in use", (unsigned long)days), name, days);
	return say(s, Q_("%1$s, %2$d day left", "%1$s, %2$d days left", (unsigned long)days), name, days);
}

/*
 * In the order they were found, whatever the name is: a number means the same
 * while the name is typed.  Where there is no room for all, those that cover it stay.
 */
static size_t
cert_rows(const struct setup *s, const struct found_cert *rows[MAX_CERT_ROWS])
{
	size_t n = 0, others = MAX_CERT_ROWS;

	for (size_t i = 0; i < s->n_certs; i++)
		others -= others && !is_for_another(s, &s->certs[i]);
	for (size_t i = 0; i < s->n_certs && n < MAX_CERT_ROWS; i++) {
		if (is_for_another(s, &s->certs[i]) && others == 0)
			continue;
		others -= is_for_another(s, &s->certs[i]);
		rows[n++] = &s->certs[i];
	}
	return n;
}

static bool
cert_chosen(const struct setup *s, const struct found_cert *c)
{
	return !s->other_cert && s->answers.has_tls && s->answers.tls == TLS_EXISTING && s->answers.certificate &&
	       strcmp(s->answers.certificate, c->certificate) == 0;
}

/* Who can do what about a certificate. */
static const struct {
	const char      *label;
	enum tls_mode    mode;
	unsigned         keepers; /* bits of enum cert_keeper */
} tls_ways[] = {
	{ N_("it requests one by itself, or has it"),       TLS_AUTO,       1u << CERTS_THERE },
	{ N_("none needed: Caddy gets one, and renews it"), TLS_AUTO,       1u << CERTS_AUTO },
	{ N_("a file on this server"),                      TLS_EXISTING,   1u << CERTS_FILES | 1u << CERTS_AUTO },
	{ N_("a test certificate (browsers warn)"),         TLS_SELFSIGNED, 1u << CERTS_FILES | 1u << CERTS_AUTO },
	{ N_("none: http, for a home network only"),        TLS_NONE,       ~0u },
	{ N_("TLS ends in front: Cloudflare, router"),      TLS_UPSTREAM,   ~0u },
};

enum cert_keeper
certs_kept_by(const struct setup *s)
{
	const struct proxy_found *f = find_proxy(s);

	return f && f->proxy->by_hand && !repair_chosen(s) ? CERTS_THERE : f && (f->proxy->caps & PROXY_AUTO_TLS) ? CERTS_AUTO : CERTS_FILES;
}

/* The row of the table that is the i-th of this list; -1: there are no more. */
static int
tls_way_at(const struct setup *s, size_t i)
{
	const unsigned keeper = 1u << certs_kept_by(s);

	for (size_t k = 0; k < ARRAY_LEN(tls_ways); k++)
		if ((tls_ways[k].keepers & keeper) && i-- == 0)
			return (int)k;
	return -1;
}

static size_t
found_rows(const struct setup *s, const struct found_cert *rows[MAX_CERT_ROWS])
{
	return certs_kept_by(s) == CERTS_THERE ? 0 : cert_rows(s, rows);
}

size_t
certificate_list(const struct setup *s, struct setup_choice *out, size_t max)
{
	const struct found_cert *rows[MAX_CERT_ROWS];
	const size_t found = found_rows(s, rows);
	size_t n = 0;

	for (; n < found && n < max; n++)
		out[n] = (struct setup_choice){ .label = cert_label(s, rows[n]), .state = "",
			.chosen = cert_chosen(s, rows[n]), .possible = !is_for_another(s, rows[n]) };
	for (int way; n < max && (way = tls_way_at(s, n - found)) >= 0; n++)
		out[n] = (struct setup_choice){ .label = _(tls_ways[way].label), .state = "", .possible = true,
			.chosen = tls_ways[way].mode == TLS_EXISTING ? s->other_cert
			        : s->answers.has_tls && !s->other_cert && s->answers.tls == tls_ways[way].mode };
	return n;
}

static void
set_scheme(struct setup *s, const char *scheme)
{
	struct url *u = &s->answers.public_url;
	const bool usual = url_port_is_default(u);

	if (!s->answers.has_public)
		return;
	snprintf(u->scheme, sizeof(u->scheme), "%s", scheme);
	if (usual)
		u->port = strcmp(scheme, "https") == 0 ? 443 : 80;
}

int
certificate_choose(struct setup *s, size_t i, struct err *e)
{
	const struct found_cert *rows[MAX_CERT_ROWS];
	const size_t found = found_rows(s, rows);

	if (i < found && is_for_another(s, rows[i])) /* TRANSLATORS: both are names of sites */
		return err_set(e, ERR_VALUE, _("This certificate is for %1$s. A browser would not take it for %2$s."),
		               rows[i]->cert.n_names ? cert_told_as(s, &rows[i]->cert) : rows[i]->certificate, s->answers.public_url.host);
	if (s->other_cert && i >= found && tls_ways[tls_way_at(s, i - found)].mode == TLS_EXISTING)
		return 0; /* it is chosen already: the paths stay */
	remember_paths(s);
	s->answers.has_tls = true;
	s->other_cert = false;
	s->answers.certificate = s->answers.key = NULL;
	s->answers.tls = TLS_EXISTING;
	if (i < found) {
		s->answers.certificate = arena_strdup(&s->answers.arena, rows[i]->certificate);
		s->answers.key = arena_strdup(&s->answers.arena, rows[i]->key);
	} else {
		s->answers.tls = tls_ways[tls_way_at(s, i - found)].mode;
		s->other_cert = s->answers.tls == TLS_EXISTING;
	}
	recall_paths(s);
	set_scheme(s, s->answers.tls == TLS_NONE ? "http" : "https");
	return 0;
}
