/* doctor_find.c - which OpenChamber, which address, which site of which proxy. */
#include "doctor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "handoff.h"
#include "proxy/boxed.h"

/* ---- what was decided before ---- */

static bool
same_place(const struct url *a, const struct url *b)
{
	return strcmp(a->host, b->host) == 0 && a->port == b->port;
}

static bool
is_about(const struct answers *a, const struct options *o)
{
	if (o->has_public)
		return same_place(&a->public_url, &o->public_url);
	return !o->has_origin || same_place(&a->origin, &o->origin);
}

/* The newest that is about what was asked; one that cannot be read stops nobody. */
static void
take_saved(struct doctor *d)
{
	const struct options *o = d->c->o;

	for (char **path = answers_saved(&d->arena, o->root); *path; path++) {
		struct answers a;
		struct buf text = BUF_INIT;
		struct err ignored;

		answers_init(&a);
		if (handoff_read(&text, *path, &ignored) == 0 &&
		    answers_parse(&a, text.s, text.len, *path, &ignored) == 0 && a.has_origin &&
		    a.has_public && is_about(&a, o)) {
			answers_copy(&d->p.answers, &a);
			answers_free(&a);
			buf_free(&text);
			return;
		}
		answers_free(&a);
		buf_free(&text);
	}
}

static void
take_options(struct doctor *d)
{
	const struct options *o = d->c->o;
	struct answers *a = &d->p.answers;

	if (o->has_origin) {
		a->origin = o->origin;
		a->has_origin = true;
	}
	if (o->has_public) {
		a->public_url = o->public_url;
		a->has_public = true;
	}
}

/* ---- the site ---- */

/* The usual port on this server, over the family that it listens on. */
static void
usual_origin(struct doctor *d, struct url *u)
{
	const unsigned port = d->c->needs.port;
	const struct machine *m = &d->p.machine;
	const char *host = "127.0.0.1";
	struct err ignored;

	for (size_t i = 0; i < m->n_listeners; i++)
		if (m->listeners[i].port == port && m->listeners[i].ipv6 && m->listeners[i].loopback)
			host = "[::1]";
	for (size_t i = 0; i < m->n_listeners; i++)
		if (m->listeners[i].port == port && !m->listeners[i].ipv6)
			host = "127.0.0.1";
	url_parse(u, arena_printf(&d->arena, "http://%s:%u", host, port), "http", URL_BASE, NULL,
	          &ignored);
}

static const struct proxy_site *
named_on_any_port(const struct proxy_found *f, const char *host)
{
	for (size_t i = 0; i < f->n_sites; i++)
		for (char **name = f->sites[i].names; f->sites[i].upstream && *name; name++)
			if (strcasecmp(*name, host) == 0)
				return &f->sites[i];
	return NULL;
}

/* By the name people use; else by where it leads. */
static const struct proxy_site *
site_in(struct doctor *d, const struct proxy_found *f)
{
	const struct answers *a = &d->p.answers;
	const struct proxy_site *site = NULL;
	struct url origin = a->origin;

	if (a->has_public)
		site = proxy_site_named(f, a->public_url.host, a->public_url.port);
	if (!site && a->has_public)
		site = named_on_any_port(f, a->public_url.host);
	if (!site && a->has_public)
		site = proxy_site_serving(f, a->public_url.host, a->public_url.port);
	if (!a->has_origin)
		usual_origin(d, &origin);
	if (!site && (!a->has_public || a->public_url.ip))
		site = proxy_site_leading_to(f, &origin);
	/* An address without a name is served by whoever has its port. */
	if (site && a->has_public && a->public_url.ip && !proxy_site_listens(site, a->public_url.port))
		return NULL;
	return site;
}

static bool
is_wanted(const struct doctor *d, const struct proxy *p)
{
	const char *only = d->c->o->conf ? "nginx" : d->c->o->proxy;

	return p->detect && (!only || strcmp(only, p->name) == 0);
}

struct waiting {
	struct loop *loop;
	bool         done;
};

static void
end_wait(void *ctx)
{
	struct waiting *w = ctx;

	w->done = true;
	loop_stop(w->loop);
}

static int
detect(struct doctor *d, const struct proxy *proxy, struct err *e)
{
	const struct options *o = d->c->o;
	struct proxy_found *f = &d->p.found;
	struct waiting w = { .loop = d->c->loop };

	proxy_found_free(f);
	*f = (struct proxy_found){ .proxy = proxy };
	if (o->conf) {
		f->config = arena_strdup(&f->arena, o->conf);
		f->chosen = true;
	}
	proxy_detect(d->c->loop, d->c->net, o->root, &d->p.machine, f, end_wait, &w);
	return cmd_wait(d->c, &w.done, e);
}

/* The one that runs is meant, where two have such a site. */
static int
find_proxy(struct doctor *d, struct err *e)
{
	struct err broken = { 0 };
	bool closed = false;

	for (int round = 0; round < 2; round++)
		for (const struct proxy *const *p = proxies; *p; p++) {
			if (!is_wanted(d, *p))
				continue;
			if (detect(d, *p, e) < 0)
				return -1;
			d->site = d->p.found.installed ? site_in(d, &d->p.found) : NULL;
			if (d->site && (d->p.found.running || round > 0))
				return 0;
			d->site = NULL;
			closed |= d->p.found.incomplete;
			if (broken.code == ERR_NONE && d->p.found.installed &&
			    d->p.found.broken.sys != ENOENT)
				broken = d->p.found.broken;
		}
	proxy_found_free(&d->p.found);
	/* What stands in a file that nobody can read may be the very site. */
	if (broken.code != ERR_NONE) {
		*e = broken;
		return -1;
	}
	if (closed && !d->p.answers.has_public)
		return err_set(e, ERR_MISSING, _("No site that leads to OpenChamber was found, and "
		                                 "some files are closed to you. Try again with sudo."));
	return 0;
}

/* ---- the addresses ---- */

static void
find_origin(struct doctor *d)
{
	struct answers *a = &d->p.answers;
	struct err ignored;

	if (d->site && d->site->upstream)
		a->has_origin = url_parse(&a->origin, d->site->upstream, "http", URL_BASE, NULL,
		                          &ignored) == 0;
	if (!a->has_origin)
		usual_origin(d, &a->origin);
	a->has_origin = true;
}

static int
check_words(struct doctor *d, struct err *e)
{
	const struct options *o = d->c->o;

	if (o->proxy && !proxy_find(o->proxy))
		return options_wrong(e, "proxy", o->proxy, _("the name of a proxy, for example nginx"));
	if (o->conf && o->proxy && strcmp(o->proxy, "nginx") != 0)
		return err_set(e, ERR_USAGE, _("--conf names the main file of nginx only."));
	if (o->conf && (o->conf[0] != '/' || !fs_exists(fs_path(&d->arena, o->root, o->conf))))
		return options_wrong(e, "conf", o->conf, _("the whole path of a file that is there"));
	return 0;
}

int
doctor_find(struct doctor *d, struct err *e)
{
	struct planned *p = &d->p;
	struct buf origin = BUF_INIT, public_url = BUF_INIT;

	if (check_words(d, e) < 0)
		return -1;
	answers_init(&p->answers);
	take_saved(d);
	take_options(d);
	machine_read(&p->machine, d->c->o->root);
	if (find_proxy(d, e) < 0)
		return -1;
	if (!p->answers.has_origin)
		find_origin(d);
	if (!p->answers.has_public && d->site)
		served_address(&p->answers, d->site);
	url_base(&origin, &p->answers.origin);
	p->origin = buf_detach(&origin);
	if (!p->answers.has_public)
		return err_set(e, ERR_MISSING,
		               _("No site of a proxy on this server leads to %s. To set one up start "
		                 "antechamber, or name its address with --public URL."), p->origin);
	url_base(&public_url, &p->answers.public_url);
	p->public_url = buf_detach(&public_url);
	d->served.asked = d->served.here = p->answers.public_url;
	if (d->site)
		served_find(&d->served, &d->arena, &p->answers, &p->found, d->site, d->c->o->root);
	d->cacert = d->c->o->cacert ? d->c->o->cacert : d->served.cacert;
	p->context = (struct proxy_context){
		.answers = &p->answers, .found = &p->found, .needs = &d->c->needs,
		.templates = d->c->o->templates, .root = d->c->o->root,
	};
	return 0;
}
