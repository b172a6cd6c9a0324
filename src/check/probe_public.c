/*
 * The way to the public address: its name, its port, its certificate, and
 * whether OpenChamber answers at the end of it.  One request walks it all;
 * what that request met names the step that failed.
 */
#include "check/probe_public.h"

#include <string.h>
#include <time.h>

#include "base/crypto.h"
#include "base/i18n.h"

#define DAYS_LEFT_MIN 14

static void on_version(void *ctx, const struct net_reply *r);

void
public_fail(struct public_state *st, const char *id, const struct net_reply *r, const char *cause,
            const char *detail)
{
	struct side *s = st->side;
	struct check *c = check_on(s, id);

	/* A rehearsal has no name, port and certificate of its own to blame. */
	if (!c)
		c = check_on(s, "public.answer");
	if (r)
		note_reply(c, r);
	check_blame(c, CHECK_FAIL, cause, "%s", detail);
	run_end_side(s, c);
}

static bool
is_own(const struct check_run *r, const char *address)
{
	if (probe_is_loopback(address))
		return true;
	for (size_t i = 0; r->options.own_addresses && r->options.own_addresses[i]; i++)
		if (!strcmp(r->options.own_addresses[i], address))
			return true;
	return false;
}

/* Is the public name this machine, as far as can be told? */
static bool
leads_here(const struct public_state *st)
{
	for (size_t i = 0; i < st->n_addresses; i++)
		if (is_own(st->side->run, st->addresses[i]))
			return true;
	return false;
}

static void
judge_name(struct public_state *st)
{
	struct side *s = st->side;
	struct check *c = check_on(s, "public.name");
	struct buf list = BUF_INIT;

	if (!check_open(c) || !st->reached || st->resolving)
		return;
	if (s->run->options.connect_to) {
		check_moot(c, _("Not looked up: the checks go straight to %s."),
		           s->run->options.connect_to);
		return;
	}
	if (s->url.ip) {
		check_pass(c, _("%s is an address already."), s->url.host);
		return;
	}
	for (size_t i = 0; i < st->n_addresses; i++)
		buf_printf(&list, "%s%s", i ? ", " : "", st->addresses[i]);
	if (!st->n_addresses)
		buf_puts(&list, st->peer);
	note_string(c, "addresses", list.s);
	if (s->run->options.own_addresses)
		note_bool(c, "own", leads_here(st));
	if (s->run->options.own_addresses && !leads_here(st))
		/* TRANSLATORS: %1$s is a name, %2$s its addresses */
		check_pass(c, _("%1$s is %2$s, not an address of this server: a router or a CDN."),
		           s->url.host, list.s);
	else
		/* TRANSLATORS: %1$s is a name, %2$s its addresses */
		check_pass(c, _("%1$s is %2$s"), s->url.host, list.s);
	buf_free(&list);
}

static void
judge_port(struct public_state *st)
{
	struct side *s = st->side;
	struct check *c = check_on(s, "public.port");
	const char *half;

	if (!check_open(c) || !st->reached || st->resolving || st->half_left)
		return;
	note_string(c, "peer", st->peer);
	note_took(c, st->connected);
	half = public_half(st->half[0], st->half[1]);
	if (st->hairpin) {
		check_optional(c);
		check_blame(c, CHECK_WARN, st->fault == NET_REFUSED
		            ? "public-refused" : "public-timeout",
		            _("The way in cannot be proved from here; this server's own proxy was "
		              "checked instead."));
	} else if (half && !strcmp(half, "4")) {
		check_optional(c);
		check_blame(c, CHECK_WARN, "public-half",
		            _("It answers over IPv4, and not over IPv6."));
	} else if (half) {
		check_optional(c);
		check_blame(c, CHECK_WARN, "public-half",
		            _("It answers over IPv6, and not over IPv4."));
	} else {
		check_pass(c, _("Port %u accepts connections."), s->url.port);
	}
}

const char *
public_half(enum net_fault four, enum net_fault six)
{
	bool four_dead = four == NET_REFUSED || four == NET_NO_CONNECT;
	bool six_dead = six == NET_REFUSED || six == NET_NO_CONNECT;

	/* Without a route of our own to a family nothing can be said about it. */
	if (four_dead == six_dead || four == NET_UNREACHABLE || six == NET_UNREACHABLE)
		return NULL;
	return four_dead ? "6" : "4";
}

static void
on_half(void *ctx, const struct net_reply *r)
{
	struct public_half *h = ctx;

	h->st->half[h->family == 6] = r->fault;
	h->st->half_left--;
	judge_port(h->st);
}

static void
ask_halves(struct public_state *st)
{
	bool four = false, six = false;

	for (size_t i = 0; i < st->n_addresses; i++) {
		six = six || strchr(st->addresses[i], ':');
		four = four || !strchr(st->addresses[i], ':');
	}
	if (!four || !six || url_is_loopback(&st->side->url) ||
	    !check_open(check_on(st->side, "public.port")))
		return;
	for (int i = 0; i < 2; i++) {
		struct public_half *h = arena_alloc(&st->side->run->arena, sizeof(*h));
		struct net_where where = st->side->where;

		h->st = st;
		h->family = where.family = i ? 6 : 4;
		st->half_left++;
		probe_ask(st->side, NULL, &(struct net_request){
			.url = arena_printf(&st->side->run->arena, "%s%s", st->side->base,
			                    st->side->run->needs->version),
			.where = where, .done = on_half, .ctx = h }, false);
	}
}

/* Nothing accepts there.  Where the name is not ours, our own proxy may still answer here. */
static void
connect_failed(struct public_state *st)
{
	struct side *s = st->side;
	struct check_run *run = s->run;
	struct arena *a = &run->arena;

	if (st->resolving)
		return;
	if (!st->hairpin && s->target == TARGET_PUBLIC && !run->options.connect_to &&
	    run->options.own_addresses &&
	    !(s->url.ip ? is_own(run, s->url.host) : leads_here(st))) {
		st->hairpin = true;
		s->where.connect_to = arena_printf(a, "127.0.0.1:%u", s->url.port);
		public_ask(st);
		return;
	}
	st->hairpin = false;
	st->reached = true;
	judge_name(st);
	if (st->fault == NET_REFUSED)
		public_fail(st, "public.port", NULL, "public-refused",
		            arena_printf(a, _("Nothing accepts connections at %s."), s->base));
	else
		public_fail(st, "public.port", NULL, "public-timeout",
		            arena_printf(a, _("No connection to %1$s within %2$s s."), s->base,
		                         say_seconds(a, run_timeout(run) / 1000.0)));
}

static void
on_resolved(void *ctx, const char *const *addresses, size_t n)
{
	struct public_state *st = ctx;
	struct arena *a = &st->side->run->arena;

	st->resolving = 0;
	for (size_t i = 0; i < n && i < ARRAY_LEN(st->addresses); i++)
		st->addresses[st->n_addresses++] = say_clean(a, addresses[i], strlen(addresses[i]),
		                                             60);
	if (st->side->ended)
		return;
	if (st->waits) {
		connect_failed(st);
		return;
	}
	ask_halves(st);
	judge_name(st);
	judge_port(st);
}

static void
read_certificate(struct public_state *st, struct check *c, const struct net_reply *r)
{
	struct arena *a = &st->side->run->arena;
	const char *host = st->side->url.host;
	struct cert cert;
	struct err e = { 0 };
	int days;

	if (!r->cert.len || cert_parse(&cert, a, r->cert.s, r->cert.len, "certificate", &e) < 0) {
		check_pass(c, _("The certificate is trusted and covers %s."), host);
		return;
	}
	days = cert_days_left(&cert, time(NULL));
	note_int(c, "days_left", days);
	note_string(c, "issuer", cert.issuer);
	if (days < DAYS_LEFT_MIN) {
		check_optional(c);
		check_blame(c, CHECK_WARN, "tls-expired",
		            Q_("The certificate covers %1$s, %2$d day left.",
		               "The certificate covers %1$s, %2$d days left.", days), host, days);
	} else {
		check_pass(c, Q_("The certificate covers %1$s, %2$d day left.",
		                 "The certificate covers %1$s, %2$d days left.", days), host, days);
	}
}

static void
judge_tls(struct public_state *st, const struct net_reply *r)
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

static void
tls_failed(struct public_state *st, const char *cause, const struct cert *cert,
           const struct net_reply *r)
{
	struct arena *a = &st->side->run->arena;
	const char *host = st->side->url.host, *names = "";
	char *said = say_clean(a, st->msg, strlen(st->msg), 120);

	for (size_t i = 0; cert && i < cert->n_names && i < 4; i++)
		names = arena_printf(a, "%s%s%s", names, i ? ", " : "", cert->names[i]);
	if (!strcmp(cause, "tls-name") && *names)
		said = arena_printf(a, _("The certificate covers %1$s, not %2$s."), names, host);
	else if (!strcmp(cause, "tls-expired") && cert)
		said = cert_days_left(cert, time(NULL)) < 0
		       ? arena_printf(a, Q_("The certificate expired %d day ago.",
		                            "The certificate expired %d days ago.",
		                            -cert_days_left(cert,
		                                            time(NULL))), -cert_days_left(cert,
		                                                                          time(NULL)))
		       : arena_strdup(a,
		                      _("The certificate is not valid yet. Is this server's clock "
		                        "right?"));
	else if (!strcmp(cause, "tls-untrusted") && cert && cert->self_signed)
		said = arena_strdup(a, _("The certificate is signed by itself."));
	else if (!strcmp(cause, "tls-untrusted") && cert)
		said = arena_printf(a,
		                    _("Its issuer, %s, is not known here, or its chain is not "
		                      "whole."), cert->issuer);
	note_string(check_on(st->side, "public.tls"), "names", *names ? names : NULL);
	public_fail(st, "public.tls", r, cause, said);
}

/* The certificate itself says more than the refusal: its names, its dates, who signed it. */
static void
on_unverified(void *ctx, const struct net_reply *r)
{
	struct public_state *st = ctx;
	struct cert cert;
	struct err e = { 0 };
	bool known = r->cert.len && cert_parse(&cert, &st->side->run->arena, r->cert.s, r->cert.len,
	                                       "certificate", &e) == 0;

	tls_failed(st, st->tls_cause, known ? &cert : NULL, NULL);
}

static void
look_at_certificate(struct public_state *st, const struct net_reply *r)
{
	struct side *s = st->side;
	struct net_where where = s->where;

	st->tls_cause = answer_tls_cause(r);
	where.insecure = true;
	note_reply(check_on(s, "public.tls"), r);
	probe_ask(s, NULL, &(struct net_request){
		.url = arena_printf(&s->run->arena, "%s%s", s->base,
		                    s->run->needs->version), .where = where,
		.want_cert = true, .done = on_unverified, .ctx = st }, false);
}

/* A TCP connection was there. */
void
public_reached(struct public_state *st, const struct net_reply *r)
{
	if (st->reached)
		return;
	st->reached = true;
	st->connected = r->connected;
	st->peer = arena_strdup(&st->side->run->arena, r->peer);
	st->side->loopback = probe_is_loopback(r->peer);
	judge_name(st);
	judge_port(st);
}

static void
on_version(void *ctx, const struct net_reply *r)
{
	struct public_state *st = ctx;
	struct side *s = st->side;
	struct arena *a = &s->run->arena;

	s->took = r->seconds;
	st->msg = arena_strdup(a, r->msg);
	switch (r->fault) {
	case NET_RESOLVE:
		public_fail(st, "public.name", r, "name-unresolved",
		            arena_printf(a, _("%s has no address."), s->url.host));
		return;
	case NET_REFUSED:
	case NET_UNREACHABLE:
	case NET_NO_CONNECT:
		if (!st->hairpin)
			st->fault = r->fault;
		st->waits = true;
		connect_failed(st);
		return;
	case NET_TLS_VERIFY:
		public_reached(st, r);
		look_at_certificate(st, r);
		return;
	case NET_TLS:
		public_reached(st, r);
		tls_failed(st, "tls-failed", NULL, r);
		return;
	default:
		break;
	}
	st->waits = false;
	public_reached(st, r);
	judge_tls(st, r);
	public_status(st, r);
}

void
public_ask(struct public_state *st)
{
	probe_ask(st->side, st->side->run->needs->version, &(struct net_request){
		.want_cert = !strcmp(st->side->url.scheme,
		                     "https"), .done = on_version, .ctx = st }, false);
}

void
probe_public(struct side *s)
{
	struct check_run *r = s->run;
	struct public_state *st = arena_alloc(&r->arena, sizeof(*st));

	r->public_state = st;
	st->side = s;
	st->peer = "";
	if (s->target == TARGET_PUBLIC && !r->options.connect_to && !s->url.ip)
		st->resolving = net_resolve(r->net, s->url.host, run_timeout(r), on_resolved, st);
	public_ask(st);
	public_ask_http(st);
}

void
public_quiet(struct check_run *r)
{
	struct public_state *st = r->public_state;

	if (st && st->resolving)
		net_cancel(r->net, st->resolving);
	if (st)
		st->resolving = 0;
}
