/* nginx_layout.c - what its configuration says: where sites live, and which there are. */
#include "proxy/nginx.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/fs.h"
#include "proxy/mark.h"
#include "proxy/site_dir.h"

#define SITE "openchamber.conf"

/*
 * The include lines inside http{} are the only truth about the layout.  A
 * directory that keeps sites apart (sites-enabled) is taken before conf.d,
 * which may also hold settings for all of them.
 */
void
nginx_find_layout(struct proxy_found *f, const char *root)
{
	const struct ngx_conf *c = nginx_conf(f);
	const struct ngx_directive *http = ngx_http(c);
	struct arena *a = &f->arena;

	for (size_t i = 0; i < c->n_includes; i++) {
		const struct ngx_include *inc = &c->includes[i];
		const char *pattern = *inc->pattern == '/' ? inc->pattern
		                      : fs_join(a, fs_dirname(a, f->config), inc->pattern);
		char *dir = fs_dirname(a, pattern), *available;

		if (inc->in != http || !http || strpbrk(dir, "*?[") || !site_dir_is_open(a, root, dir) ||
		    fnmatch(fs_basename(pattern), SITE, FNM_PERIOD) != 0)
			continue;
		available = site_dir_available(a, root, dir);
		if (f->site_dir && !(available && !f->link_dir))
			continue;
		f->site_dir = available ? available : dir;
		f->link_dir = available ? dir : NULL;
		f->layout = arena_printf(a, "%s:%d", inc->file, inc->line);
	}
}

/* Behind this, only the path is left: the address is complete. */
static bool
is_path_next(const char *url, const char *variable)
{
	const char *host = strstr(url, "://");

	return host && (strpbrk(host + 3, "/?") || (host[3] && (!strcmp(variable, "$request_uri") || !strcmp(variable, "$uri"))));
}

/*
 * Replace $names that `set' gives a value.  One that is known only when a
 * request comes ends it: true if it belongs to the path, so that it is known
 * where this leads.
 */
static bool
expand(struct buf *out, const struct ngx_directive *block, const char *s)
{
	while (*s) {
		const struct ngx_directive *b, *set = NULL;
		char name[64];
		int n = 0;

		if (*s != '$') {
			buf_putc(out, *s++);
			continue;
		}
		if (sscanf(s, "${%60[A-Za-z0-9_]}%n", name + 1, &n) != 1 || n == 0)
			if (sscanf(s, "$%60[A-Za-z0-9_]%n", name + 1, &n) != 1)
				return false;
		name[0] = '$';
		for (b = block; b && !set; b = b->parent)
			for (set = ngx_child(b, "set");
			     set && strcmp(set->n_args == 2 ? set->args[0] : "", name) != 0;)
				set = ngx_next(set, "set");
		if (!set || strchr(set->args[1], '$'))
			return is_path_next(out->s ? out->s : "", name);
		buf_puts(out, set->args[1]);
		s += n;
	}
	return true;
}

/* The first server of upstream NAME {}, or NULL. */
static const struct ngx_directive *
upstream_server(const struct ngx_conf *c, const char *name, size_t len)
{
	const struct ngx_directive *http = ngx_http(c);

	for (const struct ngx_directive *u = http ? ngx_child(http, "upstream") : NULL; u;
	     u = ngx_next(u, "upstream"))
		if (u->n_args == 1 && strlen(u->args[0]) == len &&
		    strncmp(u->args[0], name, len) == 0)
			return ngx_child(u, "server");
	return NULL;
}

char *
nginx_leads_to(struct arena *a, const struct ngx_conf *c, const struct ngx_directive *block,
               const struct ngx_directive **where)
{
	const struct ngx_directive *pass = ngx_effective(block, "proxy_pass", NULL), *server;
	struct buf url = BUF_INIT;
	char *answer = NULL;
	const char *host;

	if (!pass || pass->n_args == 0 || !expand(&url, block, pass->args[0]))
		goto out;
	*where = pass;
	host = strstr(url.s, "://");
	if (!host)
		goto out;
	host += 3;
	server = upstream_server(c, host, strcspn(host, "/?"));
	if (server && server->n_args > 0)
		answer = arena_printf(a, "%.*s%s", (int)(host - url.s), url.s, server->args[0]);
	else
		answer = arena_strndup(a, url.s, (size_t)(host - url.s) + strcspn(host, "/?"));
out:
	buf_free(&url);
	return answer;
}

struct sites {
	struct proxy_found *f;
	const char         *root;
	size_t              n; /* counted first, then filled */
	bool                counting;
};

static void
read_listens(struct arena *a, struct proxy_site *s, const struct ngx_directive *server)
{
	const struct ngx_directive *first = ngx_child(server, "listen");
	size_t n = 0;

	for (const struct ngx_directive *l = first; l; l = ngx_next(l, "listen"))
		n++;
	s->listens = arena_alloc(a, (n + 1) * sizeof(*s->listens));
	for (const struct ngx_directive *l = first; l; l = ngx_next(l, "listen")) {
		struct ngx_listen there;

		ngx_listen_of(&there, l);
		if (there.port == 0 || there.quic)
			continue;
		s->listens[s->n_listens++] = (struct proxy_listen){
			.address = arena_strdup(a, there.address), .port = there.port,
			.tls = there.tls,
		};
	}
	if (!first)
		s->listens[s->n_listens++] = (struct proxy_listen){
			.address = arena_strdup(a, "*"), .port = 80,
		};
}

static void
read_names(struct arena *a, struct proxy_site *s, const struct ngx_directive *server)
{
	const struct ngx_directive *first = ngx_child(server, "server_name");
	size_t n = 0;

	for (const struct ngx_directive *d = first; d; d = ngx_next(d, "server_name"))
		n += d->n_args;
	s->names = arena_alloc(a, (n + 1) * sizeof(*s->names));
	n = 0;
	for (const struct ngx_directive *d = first; d; d = ngx_next(d, "server_name"))
		for (size_t i = 0; i < d->n_args; i++)
			s->names[n++] = arena_strdup(a, d->args[i]);
}

static char *
first_arg(struct arena *a, const struct ngx_directive *server, const char *name)
{
	const struct ngx_directive *d = ngx_effective(server, name, NULL);

	return d && d->n_args > 0 ? arena_strdup(a, d->args[0]) : NULL;
}

static void
take_site(void *ctx, const struct ngx_directive *server)
{
	struct sites *all = ctx;
	struct arena *a = &all->f->arena;
	const struct ngx_directive *at = ngx_location_for(server, "/"), *pass = NULL;
	struct proxy_site *s;

	if (all->counting) {
		all->n++;
		return;
	}
	s = &all->f->sites[all->f->n_sites++];
	s->file = arena_strdup(a, server->file);
	s->line = server->line;
	read_names(a, s, server);
	read_listens(a, s, server);
	s->upstream = nginx_leads_to(a, nginx_conf(all->f), at ? at : server, &pass);
	if (pass && strcmp(pass->file, server->file) == 0)
		s->upstream_line = pass->line;
	s->certificate = first_arg(a, server, "ssl_certificate");
	s->key = first_arg(a, server, "ssl_certificate_key");
	s->ours = mark_is_on(all->root, s->file);
}

void
nginx_find_sites(struct proxy_found *f, const char *root)
{
	struct sites all = { .f = f, .root = root, .counting = true };

	ngx_each_server(nginx_conf(f), take_site, &all);
	f->sites = arena_alloc(&f->arena, (all.n + 1) * sizeof(*f->sites));
	all.counting = false;
	ngx_each_server(nginx_conf(f), take_site, &all);
}
