/* apache_rehearse.c - a private httpd around the same site, in a directory of its own. */
#include "proxy/apache.h"

#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/values.h"

static bool
is_static(const struct apache_own *own, const char *module)
{
	for (const char *const *m = own->statics; m && *m; m++)
		if (strcmp(*m, module) == 0)
			return true;
	return false;
}

/* The module as it is loaded, or where its neighbours lie; NULL: it is not here. */
static const char *
so_of(struct arena *a, const struct proxy_context *c, const char *name)
{
	static const char *const usual[] = { "/usr/lib/apache2/modules", "/usr/lib64/httpd/modules",
		                             "/usr/lib/httpd/modules", "/usr/lib/apache2" };
	const struct apa_conf *conf = apache_conf(c->found);
	const char *module = arena_printf(a, "%s_module", name),
		   *file = arena_printf(a, "mod_%s.so", name);

	for (size_t i = 0; conf && i < conf->n_modules; i++) {
		const struct apa_module *m = &conf->modules[i];
		const char *beside;

		if (!m->path)
			continue;
		if (strcmp(m->name, module) == 0 && fs_exists(m->path))
			return m->path;
		beside = fs_join(a, fs_dirname(a, m->path), file);
		if (fs_exists(beside))
			return beside;
	}
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (fs_exists(fs_join(a, usual[i], file)))
			return fs_join(a, usual[i], file);
	return NULL;
}

/* The one it runs with, or what is usual. */
static const char *
mpm_of(const struct proxy_found *f)
{
	static const char *const names[] = { "mpm_event", "mpm_worker", "mpm_prefork" };
	const struct apa_conf *conf = apache_conf(f);
	struct arena a = { 0 };
	const char *found = names[0];

	for (size_t i = 0; conf && i < ARRAY_LEN(names); i++)
		if (apa_has_module(conf, arena_printf(&a, "%s_module", names[i])))
			found = names[i];
	arena_free(&a);
	return found;
}

static int
add_load(struct buf *out, struct arena *a, const struct proxy_context *c, const char *name,
         struct err *e)
{
	const char *so;
	struct buf quoted = BUF_INIT;
	int rc;

	if (is_static(apache_own(c->found), arena_printf(a, "%s_module", name)))
		return 0;
	so = so_of(a, c, name);
	if (!so)
		return err_set(e, ERR_MISSING,
		               _("Apache's module %s is not installed, so there is nothing to "
		                 "rehearse with."),
		               name);
	rc = apache_escape(&quoted, so, e);
	buf_printf(out, "%sLoadModule %s_module %s", out->len ? "\n" : "", name, quoted.s);
	buf_free(&quoted);
	return rc;
}

static int
load_lines(struct buf *out, struct arena *a, const struct proxy_context *c,
           const struct apache_modules *m, struct err *e)
{
	static const char *const always[] = { "unixd", "authz_core", "alias" };
	struct buf lines = BUF_INIT;
	int rc = add_load(&lines, a, c, mpm_of(c->found), e);

	for (size_t i = 0; i < ARRAY_LEN(always) && rc == 0; i++)
		rc = add_load(&lines, a, c, always[i], e);
	for (size_t i = 0; m->needed[i] && rc == 0; i++)
		if (strcmp(m->needed[i], "alias") != 0 && strcmp(m->needed[i], "authz_core") != 0)
			rc = add_load(&lines, a, c, m->needed[i], e);
	if (rc == 0)
		buf_printf(out, "%c%s", TMPL_RAW, lines.s);
	buf_free(&lines);
	return rc;
}

int
apache_rehearse(struct steps *out, const struct proxy_context *c, struct err *e)
{
	const struct proxy_private *p = c->private;
	struct apache_modules m = { 0 };
	struct apache_place place;
	struct arena a = { 0 };
	struct buf site = BUF_INIT, text = BUF_INIT, loads = BUF_INIT;
	const char *config = fs_join(&a, p->dir, "apache.conf"),
		   *site_file = fs_join(&a, p->dir, "site.conf");
	int rc = -1;

	if (!c->found || !c->found->installed || !c->found->binary) {
		err_set(e, ERR_MISSING,
		        _("%s is not installed, so there is nothing to rehearse with."), "Apache");
		goto out;
	}
	apache_modules(&m, c);
	if (apache_check(c, e) < 0 || load_lines(&loads, &a, c, &m, e) < 0 ||
	    apache_place(&place, &a, c, NULL, NULL, e) < 0 ||
	    apache_site(&site, c, &m, &place, p->certificate, p->key, e) < 0)
		goto out;
	const struct tmpl_value values[] = {
		{ "dir",   p->dir },
		{ "pid",   fs_join(&a, p->dir, "pid") },
		{ "log",   fs_join(&a, p->dir, "log") },
		{ "loads", loads.s },
		{ "site",  site_file },
	};
	if (values_template(&text, c, "apache/rehearsal.conf", values, ARRAY_LEN(values),
	                    apache_escape, e) < 0)
		goto out;
	steps_write(out, site_file, site.s, 0644);
	steps_write(out, config, text.s, 0644);
	steps_run(out, ROLE_NONE,
	          (const char *const[]){ c->found->binary, "-d", p->dir, "-f", config,
	                                 "-DFOREGROUND", NULL });
	rc = 0;
out:
	apache_modules_free(&m);
	buf_free(&site);
	buf_free(&text);
	buf_free(&loads);
	arena_free(&a);
	return rc;
}
