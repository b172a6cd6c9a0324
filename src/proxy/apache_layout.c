/* apache_layout.c - what its configuration says: where sites and modules live, and which sites there are. */
#include "proxy/apache.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fs.h"
#include "proxy/mark.h"
#include "proxy/site_dir.h"

#define SITE "openchamber.conf"

/*
 * The Include lines outside any block are the only truth about the layout.  A
 * directory that keeps sites apart (sites-enabled) is taken before conf.d,
 * which may also hold settings for all of them.
 */
void
apache_find_layout(struct proxy_found *f, const char *root)
{
	struct apache_own *own = apache_own(f);
	const struct apa_conf *c = &own->conf;
	struct arena *a = &f->arena;

	for (size_t i = 0; i < c->n_includes; i++) {
		const struct apa_include *inc = &c->includes[i];
		char *dir = fs_dirname(a, inc->path), *available;
		const bool sites = strstr(dir, "sites") || strstr(dir, "vhosts");

		if (!inc->top || strpbrk(dir, "*?[") || !site_dir_is_open(a, root, dir))
			continue;
		available = site_dir_available(a, root, dir);
		if (available && fnmatch(fs_basename(inc->path), "x.load", FNM_PERIOD) == 0) {
			own->mods_enabled = dir;
			own->mods_available = available;
			continue;
		}
		if (fnmatch(fs_basename(inc->path), SITE, FNM_PERIOD) != 0 ||
		    strstr(dir, "mods-") || strstr(dir, "modules.d") || strstr(dir, "conf-enabled"))
			continue;
		if (f->site_dir && !sites)
			continue;
		f->site_dir = available ? available : dir;
		f->link_dir = available ? dir : NULL;
		f->layout = arena_printf(a, "%s:%d", inc->file, inc->line);
	}
}

/* ---- sites ---- */

struct sites {
	struct proxy_found *f;
	const char         *root;
};

static void
add_listen(struct arena *a, struct proxy_site *s, const struct apa_address *at, unsigned port,
           bool tls)
{
	const bool any = strcmp(at->address, "*") == 0;

	s->listens[s->n_listens++] = (struct proxy_listen){
		.address = arena_strdup(a, any ? "*" : at->address), .port = port, .tls = tls,
	};
}

static size_t
count_listens(const struct apa_conf *c)
{
	size_t n = 0;

	for (const struct apa_directive *l = apa_top(c, "Listen"); l; l = apa_next(l, "Listen"))
		n++;
	return n;
}

static bool
is_on(const struct apa_directive *d)
{
	return d && strcasecmp(apa_word(d, 0), "on") == 0;
}

/* Where a host answers: on its own addresses, as far as a Listen opens them. */
static void
read_listens(struct arena *a, const struct apa_conf *c, const struct apa_directive *vhost,
             struct proxy_site *s)
{
	const bool tls = is_on(apa_effective(c, vhost, "/", "SSLEngine", NULL));

	s->listens = arena_alloc(a, ((vhost->n_args + 1) * (count_listens(c) + 1)) *
	                                    sizeof(*s->listens));
	for (size_t i = 0; i < vhost->n_args; i++) {
		struct apa_address at, open;

		if (!apa_address_of(&at, vhost->args[i]))
			continue;
		if (at.port) {
			add_listen(a, s, &at, at.port, tls);
			continue;
		}
		for (const struct apa_directive *l = apa_top(c, "Listen"); l;
		     l = apa_next(l, "Listen"))
			if (apa_address_of(&open, apa_word(l, 0)))
				add_listen(a, s, strcmp(at.address, "*") == 0 ? &open : &at,
				           open.port, tls);
	}
}

static void
read_names(struct arena *a, const struct apa_directive *vhost, struct proxy_site *s)
{
	const struct apa_directive *name = apa_child(vhost, "ServerName");
	size_t n = 1;

	for (const struct apa_directive *d = apa_child(vhost, "ServerAlias"); d;
	     d = apa_next(d, "ServerAlias"))
		n += d->n_args;
	s->names = arena_alloc(a, (n + 1) * sizeof(*s->names));
	n = 0;
	if (name) {
		const char *word = strstr(apa_word(name, 0), "://")
		                           ? strstr(apa_word(name, 0), "://") + 3
		                           : apa_word(name, 0);
		const char *colon = strrchr(word, ':');

		if (colon && (!strchr(word, ':') || strchr(word, ':') == colon || colon[-1] == ']'))
			s->names[n++] = arena_strndup(a, word, (size_t)(colon - word));
		else
			s->names[n++] = arena_strdup(a, word);
	}
	for (const struct apa_directive *d = apa_child(vhost, "ServerAlias"); d;
	     d = apa_next(d, "ServerAlias"))
		for (size_t i = 0; i < d->n_args; i++)
			s->names[n++] = arena_strdup(a, d->args[i]);
}

/* "http://127.0.0.1:3000/" without what comes after the host. */
static char *
origin_of(struct arena *a, const char *to)
{
	const char *host = to ? strstr(to, "://") : NULL;

	if (!host || strchr(to, '$') || strchr(to, '%'))
		return NULL;
	host += 3;
	return arena_strndup(a, to, (size_t)(host - to) + strcspn(host, "/?"));
}

static char *
first_arg(struct arena *a, const struct apa_conf *c, const struct apa_directive *vhost,
          const char *name)
{
	const struct apa_directive *d = apa_effective(c, vhost, "/", name, NULL);

	return d ? arena_strdup(a, apa_word(d, 0)) : NULL;
}

static void
take_site(void *ctx, const struct apa_directive *vhost)
{
	struct sites *all = ctx;
	struct proxy_found *f = all->f;
	struct arena *a = &f->arena;
	const struct apa_conf *c = apache_conf(f);
	struct proxy_site *s = &f->sites[f->n_sites++];
	const struct apa_directive *pass;
	const char *to = NULL;

	s->file = arena_strdup(a, vhost->file);
	s->line = vhost->line;
	read_names(a, vhost, s);
	read_listens(a, c, vhost, s);
	pass = apa_passes(a, c, vhost, "/", false, &to);
	if (pass)
		s->upstream = origin_of(a, to);
	if (s->upstream && strcmp(pass->file, vhost->file) == 0)
		s->upstream_line = pass->line;
	s->certificate = first_arg(a, c, vhost, "SSLCertificateFile");
	s->key = first_arg(a, c, vhost, "SSLCertificateKeyFile");
	/* A certificate without a key beside it holds it itself. */
	if (s->certificate && !s->key)
		s->key = s->certificate;
	s->ours = mark_is_on(all->root, s->file);
}

static void
count_site(void *ctx, const struct apa_directive *vhost)
{
	(void)vhost;
	++*(size_t *)ctx;
}

/* A port that no host answers for is the main server's. */
static void
take_main(struct sites *all)
{
	struct proxy_found *f = all->f;
	const struct apa_conf *c = apache_conf(f);
	struct proxy_site *s = &f->sites[f->n_sites];
	struct apa_address at;

	s->listens = arena_alloc(&f->arena, (count_listens(c) + 1) * sizeof(*s->listens));
	for (const struct apa_directive *l = apa_top(c, "Listen"); l; l = apa_next(l, "Listen")) {
		if (!apa_address_of(&at, apa_word(l, 0)) || apa_vhost_for(c, NULL, at.port, ""))
			continue;
		add_listen(&f->arena, s, &at, at.port,
		           is_on(apa_effective(c, NULL, "/", "SSLEngine", NULL)));
		s->file = arena_strdup(&f->arena, l->file);
		s->line = l->line;
	}
	s->names = arena_alloc(&f->arena, sizeof(*s->names));
	f->n_sites += s->n_listens > 0;
}

void
apache_find_sites(struct proxy_found *f, const char *root)
{
	struct sites all = { .f = f, .root = root };
	size_t n = 0;

	apa_each_vhost(apache_conf(f), count_site, &n);
	f->sites = arena_alloc(&f->arena, (n + 2) * sizeof(*f->sites));
	apa_each_vhost(apache_conf(f), take_site, &all);
	take_main(&all);
}
