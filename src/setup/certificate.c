/* certificate.c - the certificate that was chosen: is it there, does it cover the name, does its key fit? */
#include "setup/state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/fs.h"
#include "base/i18n.h"

#define MAX_PEM    (256 * 1024)
#define SOON_DAYS  14

static void
found(struct setup *s, enum mark mark, const char *text)
{
	s->cert_mark = mark;
	snprintf(s->cert_text, sizeof(s->cert_text), "%s", text);
}

/* -1: it cannot be read, and that has been said. */
static int
read_pem(struct setup *s, struct buf *out, const char *path)
{
	struct err e = { 0 };

	if (fs_read(out, fs_path(&s->keep, s->o.root, path), MAX_PEM, &e) == 0)
		return 0;
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
	if (!a->has_public || !a->has_tls || a->tls != TLS_EXISTING)
		return;
	if (!a->certificate || !a->key) {
		found(s, MARK_FAIL, _("certificate: write its file, and the file of its key"));
		return;
	}
	if (read_pem(s, &cert, a->certificate) == 0 && read_pem(s, &key, a->key) == 0) {
		if (cert_parse(&c, &arena, cert.s, cert.len, a->certificate, &e) < 0)
			found(s, MARK_FAIL, say(s, _("certificate: %s"), e.msg));
		else
			judge(s, &c, cert.s, key.s);
	}
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
