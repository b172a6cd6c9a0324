/* apache_detect.c - is httpd here, which one, and is its configuration sound today? */
#include "proxy/apache.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answers/box.h"
#include "base/fs.h"
#include "proxy/detect.h"
#include "proxy/running.h"

struct apache_own *
apache_own(const struct proxy_found *f)
{
	return f ? f->conf : NULL;
}

const struct apa_conf *
apache_conf(const struct proxy_found *f)
{
	const struct apache_own *own = apache_own(f);

	return own && own->read ? &own->conf : NULL;
}

bool
apache_at_least(const struct proxy_found *f, unsigned minor, unsigned patch)
{
	return f && f->installed && version_at_least(f->v, 2, minor, patch);
}

/* -D SERVER_CONFIG_FILE="apache2.conf" */
static char *
built_value(struct proxy_found *f, const char *said, const char *option)
{
	const char *p = strstr(said, option);

	if (!p)
		return NULL;
	p += strlen(option);
	return arena_strndup(&f->arena, p, strcspn(p, "\"\r\n"));
}

void
apache_read_version(struct proxy_found *f, const char *said)
{
	static const char version[] = "Server version: Apache/";
	struct apache_own *own = apache_own(f);
	const char *p = strstr(said, version);
	char *config;

	if (p)
		detect_version(f, p + sizeof(version) - 1);
	own->server_root = built_value(f, said, "HTTPD_ROOT=\"");
	config = built_value(f, said, "SERVER_CONFIG_FILE=\"");
	if (!own->server_root)
		own->server_root = arena_strdup(&f->arena, "/etc/apache2");
	own->default_config = !config          ? arena_strdup(&f->arena, APACHE_CONFIG)
	                      : *config == '/' ? config
	                                       : fs_join(&f->arena, own->server_root, config);
}

/* "  mod_so.c", "  http_core.c" */
void
apache_read_statics(struct proxy_found *f, const char *said)
{
	static const struct { const char *source, *module; } odd[] = {
		{ "core.c", "core_module" }, { "http_core.c", "http_module" }, { "event.c", "mpm_event_module" },
		{ "worker.c", "mpm_worker_module" }, { "prefork.c", "mpm_prefork_module" },
	};
	struct arena *a = &f->arena;
	const char **v;
	size_t n = 0;

	for (const char *p = said; *p; p++)
		n += *p == '\n';
	v = arena_alloc(a, (n + 2) * sizeof(*v));
	n = 0;
	for (const char *p = said; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		const char *name = p + strspn(p, " \t");
		const size_t len = strcspn(name, "\r\n");
		const char *module = NULL;

		if (name == p || len < 3 || strncmp(name + len - 2, ".c", 2) != 0)
			continue;
		for (size_t i = 0; i < ARRAY_LEN(odd); i++)
			if (strlen(odd[i].source) == len && strncmp(odd[i].source, name, len) == 0)
				module = odd[i].module;
		if (!module && strncmp(name, "mod_", 4) == 0)
			module = arena_printf(a, "%.*s_module", (int)len - 6, name + 4);
		if (module)
			v[n++] = module;
	}
	apache_own(f)->statics = v;
}

/* Debian's "export APACHE_RUN_DIR=/var/run/apache2$SUFFIX"; the suffix is of a second instance. */
static void
read_variables(struct proxy_found *f, const char *root)
{
	struct arena *a = &f->arena;
	struct buf text = BUF_INIT;
	struct err ignored;
	const char **v;
	size_t n = 0;

	fs_read(&text, fs_path(a, root, fs_join(a, fs_dirname(a, f->config), "envvars")), 65536,
	        &ignored);
	for (const char *p = text.s; *p; p++)
		n += *p == '\n';
	v = arena_alloc(a, (n + 2) * sizeof(*v));
	n = 0;
	for (const char *p = text.s; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		const char *name = p + strspn(p, " \t"), *dollar;
		char *one;

		if (strncmp(name, "export ", 7) != 0)
			continue;
		name += 7;
		one = arena_strndup(a, name, strcspn(name, " \t\r\n"));
		dollar = strstr(one, "$SUFFIX");
		if (dollar)
			one = arena_printf(a, "%.*s%s", (int)(dollar - one), one, dollar + 7);
		if (strchr(one, '=') && !strpbrk(one, "$\"'`"))
			v[n++] = one;
	}
	apache_own(f)->variables = v;
	buf_free(&text);
}

int
apache_read_with(struct apa_conf *c, const struct proxy_found *f, const char *root,
                 const char *const *modules, struct err *e)
{
	const struct apache_own *own = apache_own(f);
	struct apa_world w = {
		.root = root, .server_root = own->server_root, .variables = own->variables,
		.version = { f->v[0], f->v[1], f->v[2] },
	};
	struct arena a = { 0 };
	const char **all;
	size_t n = 0, m = 0;
	int rc;

	while (own->statics && own->statics[n])
		n++;
	while (modules && modules[m])
		m++;
	all = arena_alloc(&a, (n + m + 1) * sizeof(*all));
	for (size_t i = 0; i < n; i++)
		all[i] = own->statics[i];
	for (size_t i = 0; i < m; i++)
		all[n + i] = modules[i];
	w.modules = all;
	rc = apa_read(c, &w, f->config, e);
	arena_free(&a);
	return rc;
}

static const char *
first_word(const struct apa_conf *c, const char *name)
{
	const struct apa_directive *d = apa_top(c, name);

	return d ? apa_word(d, 0) : NULL;
}

void
apache_read_config(struct proxy_found *f, const char *root)
{
	struct apache_own *own = apache_own(f);
	struct err e = { 0 };
	const char *user;

	read_variables(f, root);
	if (apache_read_with(&own->conf, f, root, NULL, &e) < 0) {
		f->broken = e;
		return;
	}
	own->read = true;
	f->incomplete = own->conf.n_unreadable > 0;
	user = first_word(&own->conf, "User");
	f->user = arena_strdup(&f->arena, user);
	apache_find_layout(f, root);
	apache_find_sites(f, root);
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
		else if (geteuid() != 0 && (strstr(r->err.s, "ermission denied") ||
		                            strstr(r->err.s, "does not exist or is empty")))
			f->incomplete = true;
		else if (apache_complaint(r->err.s, &e))
			f->broken = e;
	}
	detect_end(d);
}

static void
listed(void *ctx, const struct proc_result *r)
{
	struct detection *d = ctx;
	struct proxy_found *f = d->f;
	const struct apache_own *own = apache_own(f);
	const char *argv[] = { own->control, "configtest", NULL, NULL, NULL };

	if (r->started)
		apache_read_statics(f, r->out.s);
	apache_read_config(f, d->root);
	if (detect_only_reads(d)) {
		detect_end(d); /* its paths inside mean another tree; only the files can be read */
		return;
	}
	/* Its own script knows the environment that Debian's configuration counts on. */
	if (!own->control || strcmp(f->config, own->default_config) != 0) {
		argv[0] = f->binary;
		argv[1] = "-t";
		argv[2] = "-f";
		argv[3] = f->config;
	}
	detect_run(d, argv, tested);
}

/* Debian's -V complains of variables that only its script sets, and ends with 1: what it says counts. */
static void
asked(void *ctx, const struct proc_result *r)
{
	struct detection *d = ctx;
	struct proxy_found *f = d->f;
	struct apache_own *own = apache_own(f);

	if (!r->started || !strstr(r->out.s, "Server version: Apache/")) {
		detect_end(d);
		return;
	}
	f->installed = true;
	apache_read_version(f, r->out.s);
	f->config = own->default_config;
	own->control = fs_which(&f->arena, d->root, "apachectl");
	apache_find_master(f, d->root, d->machine);
	detect_run(d, (const char *const[]){ f->binary, "-l", NULL }, listed);
}

void
apache_detect(struct loop *l, const char *root, const struct machine *m, struct proxy_found *f,
              void (*done)(void *ctx), void *ctx)
{
	struct detection *d = detect_new(l, root, m, f, done, ctx);

	f->proxy = &proxy_apache;
	f->conf = xcalloc(1, sizeof(struct apache_own));
	f->binary = f->box ? running_program(&f->arena, f->box->pid) : fs_which(&f->arena, root, "apache2");
	if (!f->binary && !f->box)
		f->binary = fs_which(&f->arena, root, "httpd");
	detect_begin(d, "-V", apache_find_master, asked);
}

void
apache_forget(struct proxy_found *f)
{
	if (!f->conf)
		return;
	apa_free(&apache_own(f)->conf);
	free(f->conf);
	f->conf = NULL;
}
