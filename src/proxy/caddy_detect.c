/* caddy_detect.c - is Caddy here, which one, and is its configuration sound today? */
#include "proxy/caddy.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/detect.h"

static struct caddy_own *
own_of(const struct proxy_found *f)
{
	return f->conf;
}

const struct cdy_conf *
caddy_conf(const struct proxy_found *f)
{
	return f && f->conf && own_of(f)->read ? &own_of(f)->conf : NULL;
}

bool
caddy_at_least(const struct proxy_found *f, unsigned major, unsigned minor, unsigned patch)
{
	static const unsigned packaged[3] = { 2, 6, 2 };

	return version_at_least(f && f->installed ? f->v : packaged, major, minor, patch);
}

/* "v2.7.6 h1:w0Nymb...", "2.6.2"; one built by hand says "(devel)", and is taken for new. */
void
caddy_read_version(struct proxy_found *f, const char *said)
{
	const char *p = said + strspn(said, " \t\r\n");

	p += *p == 'v';
	if (!isdigit((unsigned char)*p)) {
		memcpy(f->v, (unsigned[]){ 2, 10, 0 }, sizeof(f->v));
		return;
	}
	detect_version(f, p);
}

void
caddy_read_config(struct proxy_found *f, const char *root)
{
	struct caddy_own *own = own_of(f);
	struct err e = { 0 };

	if (own->foreign) {
		err_at(&f->broken, ERR_VALUE, f->config, 0, 0,
		       _("Caddy is configured by this file, which is no Caddyfile: it can only be changed by hand."));
		return;
	}
	if (cdy_read(&own->conf, root, f->config, &e) < 0) {
		f->broken = e;
		return;
	}
	own->read = true;
	f->incomplete = own->conf.n_unreadable > 0;
	caddy_find_layout(f, root);
	caddy_find_sites(f, root);
}

/*
 * Only its words are asked, not its files: `caddy validate' would make
 * certificate stores and log files that belong to whoever asks.  What depends
 * on its environment cannot be judged from here.
 */
static void
adapted(void *ctx, const struct proc_result *r)
{
	struct detection *d = ctx;
	struct proxy_found *f = d->f;
	const struct cdy_conf *c = caddy_conf(f);
	struct err e = { 0 };

	if (r->started && !r->timed_out && !f->incomplete && !(c && c->env)) {
		if (r->status == 0)
			f->broken = (struct err){ 0 };
		else if (caddy_complaint(r->err.s, &e))
			f->broken = e;
	}
	detect_end(d);
}

static void
asked(void *ctx, const struct proc_result *r)
{
	struct detection *d = ctx;
	struct proxy_found *f = d->f;

	if (!r->started || r->status != 0) {
		detect_end(d);
		return;
	}
	f->installed = true;
	caddy_read_version(f, r->out.s);
	caddy_find_unit(f, d->root);
	caddy_find_master(f, d->root, d->machine);
	caddy_read_config(f, d->root);
	/* Under another root its paths inside mean another tree; only the files can be read. */
	if (own_of(f)->foreign || !caddy_conf(f) || detect_only_reads(d)) {
		detect_end(d);
		return;
	}
	detect_run(d, (const char *const[]){ f->binary, "adapt", "--config", f->config, "--adapter", "caddyfile", NULL }, adapted);
}

void
caddy_detect(struct loop *l, const char *root, const struct machine *m, struct proxy_found *f,
             void (*done)(void *ctx), void *ctx)
{
	struct detection *d = detect_new(l, root, m, f, done, ctx);

	f->proxy = &proxy_caddy;
	f->conf = xcalloc(1, sizeof(struct caddy_own));
	f->binary = f->box ? arena_strdup(&f->arena, "caddy") : fs_which(&f->arena, root, "caddy");
	detect_begin(d, "version", caddy_find_master, asked);
}

void
caddy_forget(struct proxy_found *f)
{
	if (!f->conf)
		return;
	cdy_free(&own_of(f)->conf);
	free(f->conf);
	f->conf = NULL;
}
