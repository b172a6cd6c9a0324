/* Where the public address sends people instead of answering, and what else may be there. */
#include "check/probe_public.h"

#include <string.h>
#include <strings.h>

#include "base/i18n.h"

/* Is it the door of a login in front: by its path, or because it carries the way back? */
static bool
is_access_page(const char *location, const char *host)
{
	static const char *const marks[] = { "cloudflareaccess.com", "/oauth2/",
	                                     "/outpost.goauthentik.io/",
	                                     "/cdn-cgi/access/" };
	const char *query = strchr(location, '?');

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (strcasestr(location, marks[i]))
			return true;
	return query && strcasestr(query, host);
}

/* The address a Location means, seen from `base'.  False: not one we follow. */
static bool
absolute(struct url *u, struct arena *a, const struct url *from, const char *location)
{
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	const char *text = location;

	url_base(&b, from);
	if (!strncmp(location, "//", 2))
		text = arena_printf(a, "%s:%s", from->scheme, location);
	else if (*location == '/')
		text = arena_printf(a, "%s%s", b.s, location);
	else if (!strstr(location, "://"))
		text = arena_printf(a, "%s/%s", b.s, location);
	buf_free(&b);
	return url_parse(u, text, "http", URL_ANY, "Location", &e) == 0;
}

static char *
whole(struct arena *a, const struct url *u)
{
	struct buf b = BUF_INIT;
	char *s;

	url_base(&b, u);
	buf_puts(&b, *u->path ? u->path : "/");
	s = arena_strdup(a, b.s);
	buf_free(&b);
	return s;
}

static bool
was_there(const struct public_state *st, const char *url)
{
	for (size_t i = 0; i < st->n_hops; i++)
		if (!strcmp(st->hops[i], url))
			return true;
	return false;
}

static void
fail_redirect(struct public_state *st, const struct net_reply *r, const char *cause,
              const char *location)
{
	note_string(check_on(st->side, "public.redirect"), "location", location);
	/* TRANSLATORS: both %s are addresses */
	public_fail(st, "public.redirect", r, cause, _("%1$s redirects to %2$s"), st->side->base,
	            location);
}

static void
on_hop(void *ctx, const struct net_reply *r)
{
	struct public_state *st = ctx;
	struct url *u = &st->next;
	bool moved_up = !strcmp(u->scheme, "https") && !strcmp(st->side->url.scheme, "http") &&
	                !strcmp(u->path, st->side->run->needs->version);

	if (r->fault == NET_OK && r->status >= 300 && r->status < 400) {
		public_redirect(st, r);
	} else if (moved_up && r->fault == NET_OK && r->status == 200) {
		public_status(st, r);
	} else if (moved_up && (r->fault == NET_TLS || r->fault == NET_TLS_VERIFY)) {
		public_fail(st, "public.tls", r, answer_tls_cause(r), "%s",
		            say_clean(&st->side->run->arena, r->msg, strlen(r->msg), 120));
	} else {
		fail_redirect(st, r, "redirect-away", whole(&st->side->run->arena, u));
	}
}

static void
follow(struct public_state *st)
{
	struct side *s = st->side;
	struct net_where where = s->where;

	/* The address to talk to stays; another port of the same name is asked there too. */
	if (where.connect_to && st->next.port != s->url.port && strrchr(where.connect_to, ':'))
		where.connect_to = arena_printf(&s->run->arena, "%.*s:%u",
		                                (int)(strrchr(where.connect_to,
		                                              ':') - where.connect_to),
		                                where.connect_to, st->next.port);
	st->followed = true;
	st->connect_to = where.connect_to;
	probe_ask(s, NULL, &(struct net_request){ .url = whole(&s->run->arena, &st->next),
	                                          .where = where,
	                                    .done = on_hop, .ctx = st }, false);
}

void
public_redirect(struct public_state *st, const struct net_reply *r)
{
	struct side *s = st->side;
	struct arena *a = &s->run->arena;
	char *location = answer_header(a, r, "Location"), *url;
	struct url from = st->followed ? st->next : s->url;

	if (!st->n_hops)
		st->hops[st->n_hops++] = arena_printf(a, "%s%s", s->base, s->run->needs->version);
	if (location && is_access_page(location, s->url.host)) {
		fail_redirect(st, r, "auth-layer", location);
		return;
	}
	if (!location || !absolute(&st->next, a, &from, location) ||
	    strcmp(st->next.host, s->url.host)) {
		fail_redirect(st, r, "redirect-away", location ? location : "?");
		return;
	}
	url = whole(a, &st->next);
	if (was_there(st, url) || st->n_hops > HOPS_MAX) {
		/* What a CDN asked in http the proxy answers with: come back in https. */
		bool flexible = answer_header_has(r, "CF-Ray", "") &&
		                !strcmp(st->next.scheme, "https");

		fail_redirect(st, r, flexible ? "cdn-flexible" : "redirect-loop", location);
		return;
	}
	st->hops[st->n_hops++] = url;
	follow(st);
}

static void
on_http(void *ctx, const struct net_reply *r)
{
	struct public_state *st = ctx;
	struct side *s = st->side;
	struct arena *a = &s->run->arena;
	struct check *c = check_on(s, "public.redirect");
	char *location = answer_header(a, r, "Location");

	note_reply(c, r);
	note_string(c, "location", location);
	if (r->status >= 300 && r->status < 400 && location &&
	    !strncmp(location, s->base, strlen(s->base)))
		check_pass(c, _("http leads to https."));
	else if (r->status >= 300 && r->status < 400)
		check_blame(c, CHECK_FAIL, "redirect-away", _("http redirects to %s"), location
		            ? location : "?");
	else
		check_blame(c, CHECK_WARN, NULL, _("http does not lead to https: it answers %ld."),
		            r->status);
}

void
public_ask_http(struct public_state *st)
{
	struct side *s = st->side;
	struct net_where where = s->where;

	if (s->target != TARGET_REHEARSAL || !s->run->options.connect_to_http ||
	    strcmp(s->url.scheme, "https"))
		return;
	where.connect_to = s->run->options.connect_to_http;
	probe_ask(s, NULL, &(struct net_request){
		.url = arena_printf(&s->run->arena, strchr(s->url.host, ':')
		                    ? "http://[%s]/" : "http://%s/", s->url.host),
		.where = where, .done = on_http, .ctx = st }, false);
}

static void
judge_not_ours(struct public_state *st)
{
	struct side *s = st->side;
	bool same = st->own_root && ((st->body && !strcmp(st->own_root, st->body)) ||
	                             (st->root && !strcmp(st->own_root, st->root)));

	if (st->health_ours || same)
		public_fail(st, "public.answer", NULL, "path-mangled",
		            /* TRANSLATORS: an address, a path, a status, the name of a page */
		            _("%1$s%2$s answered %3$ld with \"%4$s\"; the page is OpenChamber's."),
		            s->base, s->run->needs->version, st->status, st->name);
	else
		public_fail(st, "public.answer", NULL, "wrong-site",
		            /* TRANSLATORS: an address, a status, the name of a page */
		            _("%1$s answered %2$ld with \"%3$s\", not with OpenChamber."),
		            s->base, st->status, st->name);
}

static void
on_health(void *ctx, const struct net_reply *r)
{
	struct public_state *st = ctx;
	struct json *j = answer_json(r);

	st->health_ours = j && r->status == 200 && answer_is_openchamber(j);
	json_free(j);
	if (--st->left == 0)
		judge_not_ours(st);
}

static char *
page_of(struct public_state *st, const struct net_reply *r)
{
	if (r->fault != NET_OK || r->status != 200 || !r->body.len)
		return NULL;
	return arena_strndup(&st->side->run->arena, r->body.s, r->body.len);
}

static void
on_root(void *ctx, const struct net_reply *r)
{
	struct public_state *st = ctx;

	st->root = page_of(st, r);
	if (--st->left == 0)
		judge_not_ours(st);
}

static void
on_own_root(void *ctx, const struct net_reply *r)
{
	struct public_state *st = ctx;

	/* Only a page of something that is OpenChamber proves anything. */
	st->own_root = st->side->run->side[DIRECT].answered ? page_of(st, r) : NULL;
	if (--st->left == 0 && !st->side->ended)
		judge_not_ours(st);
}

void
public_not_ours(struct public_state *st, const struct net_reply *r)
{
	struct side *s = st->side, *d = &s->run->side[DIRECT];

	note_reply(check_on(s, "public.answer"), r);
	st->status = r->status;
	st->name = answer_name(&s->run->arena, r);
	st->body = page_of(st, r);
	note_string(check_on(s, "public.answer"), "name", st->name);
	st->left = 2;
	probe_get(s, s->run->needs->health, on_health, st);
	probe_get(s, "/", on_root, st);
	/* Its slot is counted on the public side: the direct one may end meanwhile. */
	if (d->present && !d->ended) {
		st->left++;
		probe_ask(s, NULL, &(struct net_request){
			.url = arena_printf(&s->run->arena, "%s/", d->base), .where = d->where,
			.done = on_own_root, .ctx = st }, false);
	}
}
