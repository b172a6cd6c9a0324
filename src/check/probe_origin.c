/*
 * The Origin oracle.  OpenChamber accepts a WebSocket only from the address it
 * believes to have, so the Origin it accepts says what reached it.
 */
#include "check/probe_ws.h"

#include <string.h>
#include <strings.h>

#define GUESSES_MAX 32

static void
guess(struct socket_probe *p, const char *cause, const char *origin)
{
	/* The address itself was refused already, and nothing is tried twice. */
	if (!strcmp(origin, p->side->base))
		return;
	for (size_t i = 0; i < p->n_guesses; i++)
		if (!strcmp(p->guesses[i].origin, origin))
			return;
	p->guesses[p->n_guesses++] = (struct guess){ .p = p, .origin = origin, .cause = cause };
}

#define GUESSES_MAX 32

static void
guess_schemes(struct socket_probe *p, const char *cause, const char *host)
{
	struct arena *a = &p->side->run->arena;

	guess(p, cause, arena_printf(a, "http://%s", host));
	guess(p, cause, arena_printf(a, "https://%s", host));
}

/* What the app may take for its own address, the least loss first. */
static void
guess_all(struct socket_probe *p)
{
	struct check_run *r = p->side->run;
	struct arena *a = &r->arena;
	const struct url *u = &p->side->url;
	const char *host = p->side->host, *bare = u->host;
	struct side *d = &r->side[DIRECT];
	unsigned port = d->present ? d->url.port : r->needs->port;

	if (u->ipv6)
		bare = arena_printf(a, "[%s]", bare);
	guess_schemes(p, "ws-proto-lost", host);
	guess(p, "ws-proto-lost", arena_printf(a, "ws://%s", host));
	guess(p, "ws-proto-lost", arena_printf(a, "wss://%s", host));
	guess_schemes(p, "ws-port-lost", bare);
	guess_schemes(p, "ws-port-lost", arena_printf(a, "%s:443", bare));
	guess_schemes(p, "ws-port-lost", arena_printf(a, "%s:80", bare));
	if (d->present && p->side != d)
		guess_schemes(p, "ws-host-lost", d->host);
	if (!d->present || url_is_loopback(&d->url)) {
		guess_schemes(p, "ws-host-lost", arena_printf(a, "127.0.0.1:%u", port));
		guess_schemes(p, "ws-host-lost", arena_printf(a, "localhost:%u", port));
		guess_schemes(p, "ws-host-lost", arena_printf(a, "[::1]:%u", port));
	}
	/* Always accepted: so it is the address, and nothing else, that is refused. */
	guess(p, "ws-host-lost", "openchamber-ui://app");
}

static void
tried(struct guess *g)
{
	struct socket_probe *p = g->p;

	ws_close(g->ws);
	g->ws = NULL;
	probe_stop(p->side->run, g->turn);
	if (--p->guesses_left)
		return;
	for (size_t i = 0; i < p->n_guesses && !p->believed; i++)
		if (p->guesses[i].accepted)
			p->believed = &p->guesses[i];
	if (!p->side->ended)
		probe_socket_done(p);
}

static void
on_answered(void *ctx, const struct ws_reply *r)
{
	struct guess *g = ctx;

	g->accepted = r->status == 101;
	tried(g);
}

static void
start(void *ctx)
{
	static const struct ws_events on = { .answered = on_answered };
	struct guess *g = ctx;

	g->ws = probe_socket_open(g->p, g->origin, &on, g);
}

void
origin_oracle(struct socket_probe *p)
{
	p->guesses = arena_alloc(&p->side->run->arena, GUESSES_MAX * sizeof(*p->guesses));
	guess_all(p);
	p->guesses_left = p->n_guesses;
	for (size_t i = 0; i < p->n_guesses; i++)
		p->guesses[i].turn = probe_turn(p->side, start, &p->guesses[i]);
}

static void
on_plain(void *ctx, const struct net_reply *r)
{
	struct socket_probe *p = ctx;
	struct buf line = BUF_INIT;

	for (int i = 0; r->status == 401 && net_header(&line, r, "Set-Cookie", i); i++) {
		if (!strncmp(line.s, "oc_", 3)) {
			p->cookie_seen = true;
			if (!strcasestr(line.s, "; Secure") && !strcasestr(line.s, ";Secure"))
				p->cookie_open = true;
		}
		buf_cut(&line, 0);
	}
	buf_free(&line);
	probe_socket_done(p);
}

void
cookie_oracle(struct socket_probe *p)
{
	probe_ask(p->side, p->side->run->needs->sockets[p->i].path,
	    &(struct net_request){ .max_body = 1024, .done = on_plain, .ctx = p }, false);
}
