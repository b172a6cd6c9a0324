/* caddy_layout.c - what its Caddyfile says: where sites live, and which there are. */
#include "proxy/caddy.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "proxy/mark.h"
#include "proxy/site_dir.h"

/* Addresses and binds of one site that are looked at: more is no site of a person's. */
#define MAX_ADDRESSES 1000
#define MAX_BINDS     32

const char *
caddy_import_path(struct arena *a, const struct cdy_import *i)
{
	return *i->pattern == '/' ? i->pattern : fs_join(a, fs_dirname(a, i->file), i->pattern);
}

/* The first directory that is imported among the sites; else it goes beside the Caddyfile. */
void
caddy_find_layout(struct proxy_found *f, const char *root)
{
	static const char *const names[] = {
		"openchamber.caddy", "openchamber.caddyfile", "openchamber.conf", "openchamber",
	};
	const struct cdy_conf *c = caddy_conf(f);
	struct arena *a = &f->arena;

	f->site_dir = fs_dirname(a, f->config);
	for (size_t i = 0; c && i < c->n_imports; i++) {
		const char *pattern = caddy_import_path(a, &c->imports[i]);
		char *dir = fs_dirname(a, pattern);

		if (!c->imports[i].top || strpbrk(dir, "*?[") || !strpbrk(pattern, "*?") ||
		    !site_dir_is_open(a, root, dir))
			continue;
		for (size_t k = 0; k < ARRAY_LEN(names); k++)
			if (fnmatch(fs_basename(pattern), names[k], FNM_PERIOD) == 0) {
				f->site_dir = dir;
				f->layout = arena_printf(a, "%s:%d", c->imports[i].file,
							 c->imports[i].line);
				return;
			}
	}
}

bool
caddy_is_imported(const struct proxy_found *f, const char *path)
{
	const struct cdy_conf *c = caddy_conf(f);
	struct arena a = { 0 };
	bool is = false;

	for (size_t i = 0; c && i < c->n_imports && !is; i++) {
		const char *pattern = caddy_import_path(&a, &c->imports[i]);

		is = c->imports[i].top && fnmatch(pattern, path, FNM_PATHNAME | FNM_PERIOD) == 0;
	}
	arena_free(&a);
	return is;
}

/* ---- sites ---- */

/* "localhost:3000", "https://10.0.0.2" as whole addresses; NULL: a socket, or a variable. */
static char *
upstream_url(struct arena *a, const char *text)
{
	const bool https = strncmp(text, "https://", 8) == 0;
	const char *scheme = strstr(text, "://"), *host = scheme ? scheme + 3 : text;
	const size_t n = strcspn(host, "/");
	const char *colon = memchr(host, ':', n);

	if (n == 0 || strchr(text, '{') || strncmp(text, "unix", 4) == 0)
		return NULL;
	if (*host == '[')
		colon = strstr(host, "]:") ? strstr(host, "]:") + 1 : NULL;
	if (!colon)
		return arena_printf(a, "%s://%.*s:%d", https ? "https" : "http", (int)n, host,
				    https ? 443 : 80);
	return arena_printf(a, "%s://%s%.*s", https ? "https" : "http",
			    colon == host ? "localhost" : "", (int)n, host);
}

static void
read_upstream(struct arena *a, struct proxy_site *s, const struct cdy_node *site)
{
	const struct cdy_node *d = cdy_answers(site, "/"), *to;
	const char *first;

	if (!d || strcmp(d->name, "reverse_proxy") != 0)
		return;
	first = cdy_arg(d, cdy_has_matcher(d) ? 1 : 0);
	to = *first ? NULL : cdy_child(d, "to");
	s->upstream = upstream_url(a, to ? cdy_arg(to, 0) : first);
	if (s->upstream && strcmp(d->file, s->file) == 0)
		s->upstream_line = to ? to->line : d->line;
}

static const struct cdy_node *
binds(const struct cdy_conf *c, const struct cdy_node *site)
{
	const struct cdy_node *bind = cdy_child(site, "bind");

	return bind ? bind : cdy_child(c->options, "default_bind");
}

static void
add_listen(struct arena *a, struct proxy_site *s, const char *address, const struct cdy_address *at)
{
	const bool bare = strchr(address, ':') && *address != '[';
	char *whole_address = arena_printf(a, bare ? "[%s]" : "%s", address);

	for (size_t i = 0; i < s->n_listens; i++)
		if (s->listens[i].port == at->port &&
		    strcmp(s->listens[i].address, whole_address) == 0)
			return;
	s->listens[s->n_listens++] = (struct proxy_listen){
		.address = whole_address, .port = at->port, .tls = at->tls,
	};
}

static void
read_addresses(struct arena *a, struct proxy_site *s, const struct cdy_conf *c,
	       const struct cdy_node *site)
{
	const struct cdy_node *bind = binds(c, site);
	const size_t given = bind && bind->n_args ? bind->n_args : 1;
	const size_t n_binds = given < MAX_BINDS ? given : MAX_BINDS;
	const size_t n_addresses = site->n_args < MAX_ADDRESSES ? site->n_args : MAX_ADDRESSES;
	size_t n = 0;

	s->names = arena_alloc(a, (n_addresses + 1) * sizeof(*s->names));
	s->listens = arena_alloc(a, (n_addresses * n_binds + 1) * sizeof(*s->listens));
	for (size_t i = 0; i < n_addresses; i++) {
		struct cdy_address at;
		bool told = false;

		cdy_address(&at, c, site, i);
		if (!at.known)
			continue;
		for (size_t k = 0; k < n; k++)
			told |= strcmp(s->names[k], at.host) == 0;
		if (*at.host && !told)
			s->names[n++] = arena_strdup(a, at.host);
		for (size_t k = 0; k < n_binds; k++)
			add_listen(a, s, bind && bind->n_args ? bind->args[k] : "*", &at);
	}
}

static void
read_certificate(struct arena *a, struct proxy_site *s, const struct cdy_node *site)
{
	for (const struct cdy_node *tls = cdy_child(site, "tls"); tls && !s->certificate;
	     tls = cdy_next(tls, "tls"))
		if (tls->n_args == 2 && *tls->args[0] == '/') {
			s->certificate = arena_strdup(a, tls->args[0]);
			s->key = arena_strdup(a, tls->args[1]);
		}
}

void
caddy_find_sites(struct proxy_found *f, const char *root)
{
	const struct cdy_conf *c = caddy_conf(f);
	struct arena *a = &f->arena;
	size_t n = 0;

	for (const struct cdy_node *site = c->sites; site; site = site->next)
		n++;
	f->sites = arena_alloc(a, (n + 1) * sizeof(*f->sites));
	for (const struct cdy_node *site = c->sites; site; site = site->next) {
		struct proxy_site *s = &f->sites[f->n_sites++];

		s->file = arena_strdup(a, site->file);
		s->line = site->line;
		read_addresses(a, s, c, site);
		read_upstream(a, s, site);
		read_certificate(a, s, site);
		s->ours = mark_is_on(root, site->file);
	}
}

const char *
caddy_storage(struct arena *a, const struct proxy_found *f)
{
	const struct cdy_conf *c = caddy_conf(f);
	const struct caddy_own *own = f ? f->conf : NULL;
	const struct cdy_node *s = c ? cdy_child(c->options, "storage") : NULL;

	if (s && strcmp(cdy_arg(s, 0), "file_system") == 0)
		return arena_strdup(a, s->n_args > 1 ? s->args[1] : cdy_arg(cdy_child(s, "root"), 0));
	return own && own->data ? own->data : "/var/lib/caddy/.local/share/caddy";
}
