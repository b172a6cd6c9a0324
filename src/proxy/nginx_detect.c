/* nginx_detect.c - is nginx here, which one, and is its configuration sound today? */
#include "proxy/nginx.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/detect.h"

static struct nginx_own *
own_of(const struct proxy_found *f)
{
	return f->conf;
}

const struct ngx_conf *
nginx_conf(const struct proxy_found *f)
{
	return f && f->conf && own_of(f)->read ? &own_of(f)->conf : NULL;
}

bool
nginx_at_least(const struct proxy_found *f, unsigned major, unsigned minor, unsigned patch)
{
	return f && f->installed && version_at_least(f->v, major, minor, patch);
}

bool
nginx_built_with(const struct proxy_found *f, const char *option)
{
	return !f || !f->installed || !f->options || strstr(f->options, option);
}

/* The value of "--conf-path=..." in what it was built with; from the arena. */
static char *
built_value(struct proxy_found *f, const char *option)
{
	const char *p = f->options ? strstr(f->options, option) : NULL;

	if (!p)
		return NULL;
	p += strlen(option);
	if (*p == '\'' || *p == '"')
		return arena_strndup(&f->arena, p + 1, strcspn(p + 1, "'\""));
	return arena_strndup(&f->arena, p, strcspn(p, " \r\n"));
}

void
nginx_read_version(struct proxy_found *f, const char *said)
{
	static const char version[] = "version: ", built[] = "configure arguments:";
	const char *p = strstr(said, version), *slash = p ? strchr(p, '/') : NULL;
	char *prefix;

	if (slash)
		detect_version(f, slash + 1);
	p = strstr(said, built);
	if (p) {
		p += sizeof(built) - 1;
		p += strspn(p, " ");
		f->options = arena_strndup(&f->arena, p, strcspn(p, "\r\n"));
	}
	own_of(f)->default_config = built_value(f, "--conf-path=");
	if (!own_of(f)->default_config) {
		prefix = built_value(f, "--prefix=");
		own_of(f)->default_config = fs_join(&f->arena, prefix ? prefix : "/usr/local/nginx",
		                                    "conf/nginx.conf");
	}
	f->user = built_value(f, "--user=");
}

static void
read_user(struct proxy_found *f)
{
	for (const struct ngx_directive *d = own_of(f)->conf.top; d; d = d->next)
		if (strcmp(d->name, "user") == 0 && d->n_args > 0)
			f->user = arena_strdup(&f->arena, d->args[0]);
}

void
nginx_read_config(struct proxy_found *f, const char *root)
{
	struct nginx_own *own = own_of(f);
	struct err e = { 0 };

	if (ngx_read(&own->conf, root, f->config, &e) < 0) {
		f->broken = e;
		return;
	}
	own->read = true;
	f->incomplete = own->conf.n_unreadable > 0;
	read_user(f);
	nginx_find_layout(f, root);
	nginx_find_sites(f, root);
}

/*
 * nginx's own word on its configuration counts more than ours, but what we
 * could not read stays unknown to us.  What an ordinary user may not open, a
 * key or the pid file, is no fault of it.
 */
static void
tested(void *ctx, const struct proc_result *r)
{
	struct detection *d = ctx;
	struct proxy_found *f = d->f;
	struct err e = { 0 };

	if (r->started && !r->timed_out) {
		if (r->status == 0 && own_of(f)->read)
			f->broken = (struct err){ 0 };
		else if (r->status != 0 && geteuid() != 0 && strstr(r->err.s, "Permission denied"))
			f->incomplete = true;
		else if (r->status != 0 && nginx_complaint(r->err.s, &e))
			f->broken = e;
	}
	detect_end(d);
}

static void
asked(void *ctx, const struct proc_result *r)
{
	struct detection *d = ctx;
	struct proxy_found *f = d->f;
	const char *argv[] = { f->binary, "-t", NULL, NULL, NULL };

	if (!r->started || r->status != 0) {
		detect_end(d);
		return;
	}
	f->installed = true;
	nginx_read_version(f, r->err.len ? r->err.s : r->out.s);
	if (!f->chosen)
		f->config = own_of(f)->default_config;
	nginx_find_master(f, d->root, d->machine);
	nginx_read_config(f, d->root);
	if (detect_only_reads(d)) {
		detect_end(d); /* its paths inside mean another tree; only the files can be read */
		return;
	}
	if (strcmp(f->config, own_of(f)->default_config) != 0) {
		argv[2] = "-c";
		argv[3] = f->config;
	}
	detect_run(d, argv, tested);
}

void
nginx_detect(struct loop *l, const char *root, const struct machine *m, struct proxy_found *f,
             void (*done)(void *ctx), void *ctx)
{
	struct detection *d = detect_new(l, root, m, f, done, ctx);

	f->proxy = &proxy_nginx;
	f->conf = xcalloc(1, sizeof(struct nginx_own));
	f->binary = f->box ? arena_strdup(&f->arena, "nginx") : fs_which(&f->arena, root, "nginx");
	detect_begin(d, "-V", nginx_find_master, asked);
}

void
nginx_forget(struct proxy_found *f)
{
	if (!f->conf)
		return;
	ngx_free(&own_of(f)->conf);
	free(f->conf);
	f->conf = NULL;
}
