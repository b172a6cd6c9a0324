#include "apply/sites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/within.h"

#define SITES_MAX 64
#define TRIES     4
#define PAUSE_MS  250

struct site {
	struct sites *all;
	const struct proxy_site *owner; /* what people count */
	char         *name;       /* "shop.example.org:443", for people */
	char         *url;
	char         *connect_to;
	bool          nameless;   /* asked by its address alone */
	long          before, now;
	unsigned      request;
};

struct sites {
	struct loop *loop;
	struct net  *net;
	struct site  v[SITES_MAX];
	size_t       n;
	size_t       waiting;
	int          timeout_ms;
	bool         pictured;    /* `before' is known */
	int          tries;
	unsigned     timer;
	void       (*done)(void *ctx);
	void        *ctx;
};

/* A name for a request: a wildcard is given a label, a pattern is left out; "": by address. */
static bool
askable(char out[300], const char *name)
{
	if (!name || !*name || strcmp(name, "_") == 0)
		out[0] = '\0';
	else if (strncmp(name, "*.", 2) == 0 || name[0] == '.')
		snprintf(out, 300, "antechamber%s", strchr(name, '.'));
	else
		snprintf(out, 300, "%s", name);
	return !out[0] || url_host_is_valid(out);
}

/* Where a listening address is reached from here. */
static void
reachable(char out[80], const char *address)
{
	if (!address || !*address || strcmp(address, "*") == 0 || strcmp(address, "0.0.0.0") == 0)
		snprintf(out, 80, "127.0.0.1");
	else if (strcmp(address, "[::]") == 0 || strcmp(address, "::") == 0)
		snprintf(out, 80, "[::1]");
	else if (address[0] != '[' && strchr(address, ':'))
		snprintf(out, 80, "[%s]", address);
	else
		snprintf(out, 80, "%s", address);
}

static void
add(struct sites *s, const struct proxy_site *owner, const char *name, const struct proxy_listen *l)
{
	char host[300], at[80];

	if (s->n == SITES_MAX || l->port == 0 || !askable(host, name))
		return;
	reachable(at, l->address);
	char *url = xasprintf("%s://%s:%u/", l->tls ? "https" : "http", host[0] ? host : at,
	                      l->port);
	char *connect_to = xasprintf("%s:%u", at, l->port);
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i].url, url) == 0 && strcmp(s->v[i].connect_to, connect_to) == 0) {
			free(url);
			free(connect_to);
			return;
		}
	s->v[s->n++] = (struct site){
		.all = s, .owner = owner, .nameless = !host[0], .url = url, .connect_to = connect_to,
		.name = xasprintf("%s:%u", host[0] ? host : at, l->port),
	};
}

static bool
is_public(const struct proxy_site *site, const struct url *public_url)
{
	for (char **name = site->names; name && *name; name++)
		if (strcasecmp(*name, public_url->host) == 0)
			return true;
	return false;
}

/* A file may be named with the root or without it, by itself or by the link that is read. */
static bool
is_same_file(const char *root, const char *a, const char *b)
{
	struct arena arena = { 0 };
	char *x = within_real(fs_path(&arena, root, a));
	char *y = within_real(fs_path(&arena, root, b));
	bool same = strcmp(a, b) == 0 || (x && y && strcmp(x, y) == 0);

	free(x);
	free(y);
	arena_free(&arena);
	return same;
}

static void
add_all(struct sites *s, const struct proxy_context *c)
{
	const struct proxy_found *f = c->found;

	for (size_t i = 0; i < f->n_sites; i++) {
		const struct proxy_site *site = &f->sites[i], *owner = proxy_site_first(f, site);

		if (site->ours || is_public(site, &c->answers->public_url) ||
		    (c->set_aside && site->file && is_same_file(c->root, site->file, c->set_aside)))
			continue;
		for (size_t k = 0; k < site->n_listens; k++) {
			if (!site->names || !site->names[0])
				add(s, owner, "", &site->listens[k]);
			for (char **name = site->names; name && *name; name++)
				add(s, owner, *name, &site->listens[k]);
		}
	}
}

struct sites *
sites_new(struct loop *l, struct net *n, const struct proxy_context *c, int timeout_ms)
{
	struct sites *s = xcalloc(1, sizeof(*s));

	s->loop = l;
	s->net = n;
	s->timeout_ms = timeout_ms > 0 ? timeout_ms : 5000;
	add_all(s, c);
	if (c->leaving)
		add_all(s, c->leaving);
	return s;
}

void
sites_stop(struct sites *s)
{
	loop_cancel(s->loop, s->timer);
	s->timer = 0;
	for (size_t i = 0; i < s->n; i++) {
		net_cancel(s->net, s->v[i].request);
		s->v[i].request = 0;
	}
	s->waiting = 0;
}

void
sites_free(struct sites *s)
{
	if (!s)
		return;
	sites_stop(s);
	for (size_t i = 0; i < s->n; i++) {
		free(s->v[i].name);
		free(s->v[i].url);
		free(s->v[i].connect_to);
	}
	free(s);
}

/*
 * What did not answer before, or was broken, cannot get worse; nor can what said to whoever named
 * nothing that nothing is here, as a main server without a page of its own does.
 */
static bool
is_worse(const struct site *site)
{
	return site->before && site->before < (site->nameless ? 400 : 500) && site->now != site->before;
}

static void again(void *ctx);

static void
round_over(void *ctx)
{
	struct sites *s = ctx;

	s->timer = 0;
	if (s->pictured && sites_changed(s) && ++s->tries < TRIES) {
		s->timer = loop_after(s->loop, PAUSE_MS, again, s);
		return;
	}
	if (!s->pictured)
		for (size_t i = 0; i < s->n; i++)
			s->v[i].before = s->v[i].now;
	s->pictured = true;
	s->done(s->ctx);
}

static bool
on_head(void *ctx, const struct net_reply *r)
{
	(void)ctx;
	(void)r;
	return false;
}

static void
on_answer(void *ctx, const struct net_reply *r)
{
	struct site *site = ctx;
	struct sites *s = site->all;

	site->request = 0;
	site->now = r->status;
	if (--s->waiting == 0)
		s->timer = loop_after(s->loop, 0, round_over, s);
}

static void
ask(struct sites *s, struct site *site)
{
	const struct net_request q = {
		.url = site->url,
		.where = { .connect_to = site->connect_to, .insecure = true },
		.timeout_ms = s->timeout_ms,
		.on_head = on_head,
		.done = on_answer,
		.ctx = site,
	};

	s->waiting++;
	site->request = net_start(s->net, &q);
}

static void
again(void *ctx)
{
	struct sites *s = ctx;
	bool all = !s->pictured || s->tries == 0;

	s->timer = 0;
	s->waiting = 1; /* so that an answer at once does not end the round */
	for (size_t i = 0; i < s->n; i++)
		if (all || is_worse(&s->v[i]))
			ask(s, &s->v[i]);
	if (--s->waiting == 0)
		s->timer = loop_after(s->loop, 0, round_over, s);
}

void
sites_ask(struct sites *s, void (*done)(void *ctx), void *ctx)
{
	s->done = done;
	s->ctx = ctx;
	s->tries = 0;
	again(s);
}

static bool
has_answered(const struct site *site)
{
	return site->before != 0;
}

/* Names and ports of one site count once. */
static size_t
count(const struct sites *s, bool (*counts)(const struct site *site))
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		bool again = false;

		for (size_t k = 0; k < i && !again; k++)
			again = counts(&s->v[k]) && s->v[k].owner == s->v[i].owner;
		n += counts(&s->v[i]) && !again;
	}
	return n;
}

size_t
sites_count(const struct sites *s)
{
	return count(s, has_answered);
}

size_t
sites_changed(const struct sites *s)
{
	return count(s, is_worse);
}

const char *
sites_first_changed(const struct sites *s, long *before, long *now)
{
	for (size_t i = 0; i < s->n; i++)
		if (is_worse(&s->v[i])) {
			*before = s->v[i].before;
			*now = s->v[i].now;
			return s->v[i].name;
		}
	return NULL;
}
