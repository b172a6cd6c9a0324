/* nginx_render.c - what has to be written and run: files, links, commands. */
#include "proxy/nginx.h"

#include <fnmatch.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/boxed.h"
#include "proxy/mark.h"
#include "proxy/own_cert.h"
#include "proxy/running.h"
#include "proxy/values.h"

/* Where the site goes; from the arena. */
struct where {
	const char *file;
	const char *link; /* NULL: the file itself is read */
};

static bool
is_installed(const struct proxy_context *c)
{
	return c->found && c->found->installed;
}

static const char *
binary(const struct proxy_context *c)
{
	static const char *const usual[] = { "/usr/sbin/nginx", "/usr/bin/nginx", "/sbin/nginx" };

	if (!is_installed(c) || !c->found->binary)
		return "nginx";
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (strcmp(c->found->binary, usual[i]) == 0)
			return "nginx";
	return c->found->binary;
}

/* The file behind -c where nginx would read another by itself; NULL: no -c. */
static const char *
config_argument(struct arena *a, const struct proxy_context *c)
{
	const struct nginx_own *own = c->found ? c->found->conf : NULL;
	const char *real;

	if (!is_installed(c) || !c->found->config)
		return NULL;
	real = proxy_argument(a, c, c->found->config);
	return own && own->default_config && strcmp(real, own->default_config) == 0 ? NULL : real;
}

static void
run_nginx(struct steps *out, const struct proxy_context *c, enum step_role role, const char *flag,
          const char *word)
{
	struct arena a = { 0 };
	const char *argv[6] = { binary(c) };
	const char *config = config_argument(&a, c);
	size_t n = 1;

	if (flag)
		argv[n++] = flag;
	if (word)
		argv[n++] = word;
	if (config) {
		argv[n++] = "-c";
		argv[n++] = config;
	}
	steps_run(out, role, argv);
	arena_free(&a);
}

static void
add_reload(struct steps *out, const struct proxy_context *c)
{
	const struct nginx_own *own = c->found ? c->found->conf : NULL;

	if (c->answers->reload_argv)
		steps_run(out, ROLE_RELOAD, (const char *const *)c->answers->reload_argv);
	else if (!is_installed(c))
		steps_run(out, ROLE_RELOAD,
		          (const char *const[]){ "systemctl", "reload", "nginx", NULL });
	else if (c->found->running && own && own->unit)
		steps_run(out, ROLE_RELOAD,
		          (const char *const[]){ "systemctl", "reload", own->unit, NULL });
	else if (c->found->running)
		run_nginx(out, c, ROLE_RELOAD, "-s", "reload");
	else if (running_has_unit(c->root, "nginx"))
		steps_run(out, ROLE_RELOAD,
		          (const char *const[]){ "systemctl", "start", "nginx", NULL });
	else
		run_nginx(out, c, ROLE_RELOAD, NULL, NULL);
}

static void
add_validate(struct steps *out, const struct proxy_context *c)
{
	if (c->answers->validate)
		steps_run(out, ROLE_VALIDATE, (const char *const *)c->answers->validate);
	else
		run_nginx(out, c, ROLE_VALIDATE, "-t", NULL);
}

int
nginx_runs(struct steps *out, const struct proxy_context *c, struct err *e)
{
	(void)e;
	add_validate(out, c);
	if (c->answers->reload)
		add_reload(out, c);
	return 0;
}

/* Would an include inside http{} read this path? */
static bool
is_included(struct arena *a, const struct proxy_found *f, const char *path)
{
	const struct ngx_conf *conf = nginx_conf(f);
	const struct ngx_directive *http = conf ? ngx_http(conf) : NULL;

	for (size_t i = 0; http && i < conf->n_includes; i++) {
		const char *pattern = conf->includes[i].pattern;

		if (*pattern != '/')
			pattern = fs_join(a, fs_dirname(a, f->config), pattern);
		if (conf->includes[i].in == http &&
		    fnmatch(pattern, path, FNM_PATHNAME | FNM_PERIOD) == 0)
			return true;
	}
	return false;
}

static bool
is_in(struct arena *a, const char *path, const char *dir)
{
	return dir && strcmp(fs_dirname(a, path), dir) == 0;
}

static int
check_chosen(struct arena *a, const struct proxy_context *c, const struct where *w, struct err *e)
{
	const struct proxy_found *f = c->found;

	if (*w->file != '/')
		return answers_err(e, c->answers, "files.config",
		                   _("\"%s\" is not a whole path. Begin it with a /."), w->file);
	if (f && f->config && strcmp(w->file, f->config) == 0)
		return answers_err(
		    e, c->answers, "files.config",
		    _("%s is nginx's main file and is never overwritten. Choose a file of its own."),
		    w->file);
	if (!w->link && nginx_conf(f) && !is_included(a, f, w->file))
		return answers_err(
		    e, c->answers, "files.config",
		    _("nginx reads no file called %s. Choose one that an include line in %s names."),
		    w->file, f->config);
	return 0;
}

static int
find_place(struct where *w, struct arena *a, const struct proxy_context *c, struct err *e)
{
	const struct proxy_found *f = c->found;
	const char *site_dir = is_installed(c) ? f->site_dir : "/etc/nginx/sites-available";
	const char *link_dir = is_installed(c) ? f->link_dir : "/etc/nginx/sites-enabled";

	*w = (struct where){ .file = c->answers->config };
	if (!w->file && !site_dir && f->broken.code != ERR_NONE) {
		*e = f->broken;
		return -1;
	}
	if (!w->file && !site_dir)
		return err_at(
		    e, ERR_VALUE, f->config, 0, 0,
		    _("nginx reads no directory of sites. Add include conf.d/*.conf; inside its http block."));
	if (!w->file)
		w->file = mark_file_in(a, c, site_dir);
	if (link_dir && is_in(a, w->file, site_dir))
		w->link = fs_join(a, link_dir, fs_basename(w->file));
	return c->answers->config ? check_chosen(a, c, w, e) : 0;
}

int
nginx_render(struct steps *out, const struct proxy_context *c, struct err *e)
{
	const char *certificate = c->answers->certificate, *key = c->answers->key;
	struct arena a = { 0 };
	struct buf text = BUF_INIT;
	struct where w;
	int rc = -1;

	if (values_check(c, e) < 0 || find_place(&w, &a, c, e) < 0)
		goto out;
	if (c->answers->tls == TLS_SELFSIGNED &&
	    own_cert_steps(out, &a, c, &certificate, &key, e) < 0)
		goto out;
	if (nginx_site(&text, c, certificate, key, e) < 0)
		goto out;
	steps_write(out, w.file, text.s, 0644);
	if (w.link)
		steps_link_to(out, w.link, w.file);
	rc = nginx_runs(out, c, e);
out:
	buf_free(&text);
	arena_free(&a);
	return rc;
}
