/*
 * The way to the public address: its name, its port, its certificate, and
 * whether OpenChamber answers at the end of it.  One request walks it all;
 * what that request met names the step that failed.
 */
#include "check/probe_public.h"

#include <stdarg.h>
#include <string.h>

#include "base/i18n.h"

void
public_fail(struct public_state *st, const char *id, const struct net_reply *r, const char *cause,
            const char *fmt, ...)
{
	struct check *c = check_on(st->side, id);
	va_list ap;

	/* A rehearsal has no name, port and certificate of its own to blame. */
	if (!c)
		c = check_on(st->side, "public.answer");
	if (r)
		note_reply(c, r);
	va_start(ap, fmt);
	check_blame_v(c, CHECK_FAIL, cause, fmt, ap);
	va_end(ap);
	run_end_side(st->side, c);
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
		            _("Nothing accepts connections at %s."), s->base);
	else
		public_fail(st, "public.port", NULL, "public-timeout",
		            _("No connection to %1$s within %2$s s."), s->base,
		            say_wait(a, run_timeout(run)));
}

/* It leads nowhere, or nobody could say where it leads. */
static void
name_failed(struct public_state *st)
{
	const char *host = st->side->url.host;

	if (st->resolving)
		return;
	if (st->unanswered)
		public_fail(st, "public.name", NULL, "name-unanswered",
		            _("No name server answered for %s."), host);
	else
		public_fail(st, "public.name", NULL, "name-unresolved", _("%s has no address."), host);
}

static void
on_resolved(void *ctx, const char *const *addresses, size_t n)
{
	struct public_state *st = ctx;
	struct arena *a = &st->side->run->arena;

	st->resolving = 0;
	st->unanswered = !addresses;
	for (size_t i = 0; i < n && i < ARRAY_LEN(st->addresses); i++)
		st->addresses[st->n_addresses++] = arena_strdup(a, addresses[i]);
	if (st->side->ended)
		return;
	if (st->nameless) {
		name_failed(st);
		return;
	}
	if (st->waits) {
		connect_failed(st);
		return;
	}
	ask_halves(st);
	judge_name(st);
	judge_port(st);
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

	s->took = r->seconds;
	switch (r->fault) {
	case NET_RESOLVE:
		st->nameless = true;
		name_failed(st);
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
		public_bad_certificate(st, r);
		return;
	case NET_TLS:
		public_reached(st, r);
		public_no_tls(st, r);
		return;
	default:
		break;
	}
	st->waits = false;
	public_reached(st, r);
	public_tls(st, r);
	public_status(st, r);
}

void
public_ask(struct public_state *st)
{
	probe_ask(st->side, st->side->run->needs->version, &(struct net_request){
		.want_cert = !strcmp(st->side->url.scheme, "https"), .done = on_version,
		.ctx = st }, false);
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
