/* haproxy_detect.c - is HAProxy here, which one, and is its configuration sound today? */
#include "proxy/haproxy.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "proxy/detect.h"

#define MAX_FILES 16

struct haproxy_own *
haproxy_own(const struct proxy_found *f)
{
	return f ? f->conf : NULL;
}

bool
haproxy_at_least(const struct proxy_found *f, unsigned major, unsigned minor)
{
	return f && f->installed && version_at_least(f->v, major, minor, 0);
}

/* "HAProxy version 2.6.12-1+deb12u4 2026/10/17", "HA-Proxy version 1.8.4 ..." */
void
haproxy_read_version(struct proxy_found *f, const char *said)
{
	static const char version[] = "roxy version ", built[] = "OPTIONS = ";
	const char *p = strstr(said, version);

	if (p)
		detect_version(f, p + sizeof(version) - 1);
	p = strstr(said, built);
	if (p)
		f->options = arena_strndup(&f->arena, p + sizeof(built) - 1,
		                           strcspn(p + sizeof(built) - 1, "\r\n"));
}

/* Where no process says it: the main file, and the directory beside it if the unit names that too. */
static void
usual_files(struct proxy_found *f, const char *root)
{
	static const char *const units[] = { "/etc/systemd/system/haproxy.service",
		                             "/lib/systemd/system/haproxy.service",
		                             "/usr/lib/systemd/system/haproxy.service" };
	static const char conf_d[] = "/etc/haproxy/conf.d";
	struct haproxy_own *own = haproxy_own(f);
	struct arena *a = &f->arena;
	size_t n = 0;

	own->files = arena_alloc(a, 3 * sizeof(*own->files));
	own->files[n++] = HAPROXY_CONFIG;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		struct buf text = BUF_INIT;
		struct err ignored;
		const bool is_there =
			fs_read(&text, fs_path(a, root, units[i]), 65536, &ignored) == 0;

		if (is_there && strstr(text.s, conf_d) && fs_exists(fs_path(a, root, conf_d)))
			own->files[n++] = conf_d;
		buf_free(&text);
		if (is_there)
			break;
	}
}

void
haproxy_read_config(struct proxy_found *f, const char *root)
{
	struct haproxy_own *own = haproxy_own(f);
	struct err e = { 0 };

	if (!own->files)
		usual_files(f, root);
	f->config = arena_strdup(&f->arena, own->files[0]);
	if (hap_read(&own->conf, root, own->files, &e) < 0) {
		f->broken = e;
		return;
	}
	own->read = true;
	/* A directory alone: its first file stands for all. */
	if (own->conf.n_files &&
	    fs_exists(fs_path(&f->arena, root, arena_printf(&f->arena, "%s/.", f->config))))
		f->config = arena_strdup(&f->arena, own->conf.files[0]);
	f->incomplete = own->conf.n_unreadable > 0;
	for (const struct hap_section *s = own->conf.first; s; s = s->next) {
		const struct hap_line *user =
			strcmp(s->kind, "global") == 0 ? hap_own(s, "user", NULL) : NULL;

		if (user && user->n_args > 1)
			f->user = arena_strdup(&f->arena, user->args[1]);
	}
	haproxy_find_sites(f, root);
}

/* What an ordinary user may not open, a key, is no fault of the configuration. */
static void
tested(void *ctx, const struct proc_result *r)
{
	struct detection *d = ctx;
	struct proxy_found *f = d->f;
	struct err e = { 0 };

	if (r->started && !r->timed_out) {
		if (r->status == 0)
			f->broken = (struct err){ 0 };
		else if (geteuid() != 0 && (strstr(r->err.s, "Permission denied") ||
		                            strstr(r->err.s, "unable to stat")))
			f->incomplete = true;
		else if (haproxy_complaint(r->err.s, &e))
			f->broken = e;
	}
	detect_end(d);
}

static void
asked(void *ctx, const struct proc_result *r)
{
	struct detection *d = ctx;
	struct proxy_found *f = d->f;
	const char *argv[3 + 2 * MAX_FILES] = { f->binary, "-c" };
	const struct haproxy_own *own = haproxy_own(f);
	size_t n = 2;

	if (!r->started || r->status != 0) {
		detect_end(d);
		return;
	}
	f->installed = true;
	haproxy_read_version(f, r->out.len ? r->out.s : r->err.s);
	haproxy_find_master(f, d->root, d->machine);
	haproxy_read_config(f, d->root);
	if (detect_only_reads(d)) {
		detect_end(d); /* its paths inside mean another tree; only the files can be read */
		return;
	}
	for (size_t i = 0; own->files[i] && i < MAX_FILES; i++) {
		argv[n++] = "-f";
		argv[n++] = own->files[i];
	}
	detect_run(d, argv, tested);
}

void
haproxy_detect(struct loop *l, const char *root, const struct machine *m, struct proxy_found *f,
               void (*done)(void *ctx), void *ctx)
{
	struct detection *d = detect_new(l, root, m, f, done, ctx);

	f->proxy = &proxy_haproxy;
	f->conf = xcalloc(1, sizeof(struct haproxy_own));
	f->binary = f->box ? arena_strdup(&f->arena, "haproxy") : fs_which(&f->arena, root, "haproxy");
	detect_begin(d, "-vv", haproxy_find_master, asked);
}

void
haproxy_forget(struct proxy_found *f)
{
	if (!f->conf)
		return;
	hap_free(&haproxy_own(f)->conf);
	free(f->conf);
	f->conf = NULL;
}
