/* The certificate at the public address: trusted, named, and for how long. */
#include "check/probe_public.h"

#include <string.h>
#include <time.h>

#include "base/crypto.h"
#include "base/i18n.h"

#define DAYS_LEFT_MIN 14

static void
read_certificate(struct public_state *st, struct check *c, const struct net_reply *r)
{
	const char *host = st->side->url.host;
	struct cert cert;
	struct err e = { 0 };
	const char *text;
	int days;

	if (!r->cert.len || cert_parse(&cert, &st->side->run->arena, r->cert.s, r->cert.len,
	                               "certificate", &e) < 0) {
		check_pass(c, _("The certificate is trusted and covers %s."), host);
		return;
	}
	days = cert_days_left(&cert, time(NULL));
	note_int(c, "days_left", days);
	note_string(c, "issuer", cert.issuer);
	/* TRANSLATORS: %1$s is a name */
	text = Q_("The certificate covers %1$s, %2$d day left.",
	          "The certificate covers %1$s, %2$d days left.", days);
	if (days < DAYS_LEFT_MIN) {
		check_optional(c);
		check_blame(c, CHECK_WARN, "tls-expired", text, host, days);
	} else {
		check_pass(c, text, host, days);
	}
}

void
public_tls(struct public_state *st, const struct net_reply *r)
{
	struct check *c = check_on(st->side, "public.tls");

	note_took(c, r->seconds);
	if (strcmp(st->side->url.scheme, "https"))
		check_moot(c, _("The address is http, so there is no certificate."));
	else if (st->side->where.insecure)
		check_moot(c, _("The certificate was not looked at, as --insecure asks."));
	else
		read_certificate(st, c, r);
}

void
public_no_tls(struct public_state *st, const struct net_reply *r)
{
	public_fail(st, "public.tls", r, "tls-failed", _("The handshake fails: %s"),
	            say_clean(&st->side->run->arena, r->msg, strlen(r->msg), 120));
}

/* The names a certificate covers, at most four. */
static char *
names_of(struct arena *a, const struct cert *cert)
{
	char *names = arena_strdup(a, "");

	for (size_t i = 0; i < cert->n_names && i < 4; i++) {
		char *name = say_clean(a, cert->names[i], strlen(cert->names[i]), 100);

		names = arena_printf(a, "%s%s%s", names, i ? ", " : "", name);
	}
	return names;
}

static void
blame_certificate(struct public_state *st, const struct cert *cert)
{
	struct side *s = st->side;
	const char *cause = st->tls_cause, *names = names_of(&s->run->arena, cert);
	int days = cert_days_left(cert, time(NULL));

	note_string(check_on(s, "public.tls"), "names", names);
	if (!strcmp(cause, "tls-name") && *names)
		public_fail(st, "public.tls", NULL, cause,
		            _("The certificate covers %1$s, not %2$s."), names, s->url.host);
	else if (!strcmp(cause, "tls-expired") && days < 0)
		public_fail(st, "public.tls", NULL, cause,
		            Q_("The certificate expired %d day ago.",
		               "The certificate expired %d days ago.", -days), -days);
	else if (!strcmp(cause, "tls-expired"))
		public_fail(st, "public.tls", NULL, cause, "%s",
		            _("The certificate is not valid yet. Is this server's clock right?"));
	else if (!strcmp(cause, "tls-untrusted") && cert->self_signed)
		public_fail(st, "public.tls", NULL, cause, "%s",
		            _("The certificate is signed by itself."));
	else
		public_fail(st, "public.tls", NULL, cause,
		            _("Its issuer, \"%s\", is not known here, or its chain is not whole."),
		            cert->issuer);
}

static void
on_unverified(void *ctx, const struct net_reply *r)
{
	struct public_state *st = ctx;
	struct cert cert;
	struct err e = { 0 };

	if (r->cert.len && cert_parse(&cert, &st->side->run->arena, r->cert.s, r->cert.len,
	                              "certificate", &e) == 0)
		blame_certificate(st, &cert);
	else
		public_fail(st, "public.tls", NULL, st->tls_cause, "%s", st->msg);
}

/* The certificate itself says more than the refusal: its names, its dates, who signed it. */
void
public_bad_certificate(struct public_state *st, const struct net_reply *r)
{
	struct side *s = st->side;
	struct net_where where = s->where;

	st->tls_cause = answer_tls_cause(r);
	st->msg = say_clean(&s->run->arena, r->msg, strlen(r->msg), 120);
	where.insecure = true;
	note_reply(check_on(s, "public.tls"), r);
	probe_ask(s, NULL, &(struct net_request){
		.url = arena_printf(&s->run->arena, "%s%s", s->base, s->run->needs->version),
		.where = where, .want_cert = true, .done = on_unverified, .ctx = st }, false);
}
