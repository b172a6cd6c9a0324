/* apache_render.c - what has to be written and run: modules, the site's file, its link, commands. */
#include "proxy/apache.h"

#include <fnmatch.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/boxed.h"
#include "proxy/front.h"
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

/* A path of ours as httpd will read it. */
static const char *
seen(struct arena *a, const struct proxy_context *c, const char *path)
{
	const struct apache_own *own = apache_own(c->found);

	return own && own->rooted ? fs_path(a, c->root, path) : path;
}

/* ---- the file ---- */

static bool
is_included(const struct apa_conf *conf, const char *path)
{
	for (size_t i = 0; i < conf->n_includes; i++)
		if (conf->includes[i].top &&
		    fnmatch(conf->includes[i].path, path, FNM_PATHNAME | FNM_PERIOD) == 0)
			return true;
	return false;
}

static int
check_chosen(const struct proxy_context *c, const struct where *w, struct err *e)
{
	const struct proxy_found *f = c->found;
	const struct apa_conf *conf = apache_conf(f);

	if (*w->file != '/')
		return answers_err(e, c->answers, "files.config",
		                   _("\"%s\" is not a whole path. Begin it with a /."), w->file);
	if (f && f->config && strcmp(w->file, f->config) == 0)
		return answers_err(e, c->answers, "files.config",
		                   _("%s is Apache's main file and is never overwritten. Choose a "
		                     "file of its own."),
		                   w->file);
	if (!w->link && conf && !is_included(conf, w->file))
		return answers_err(e, c->answers, "files.config",
		                   _("Apache reads no file called %1$s. Choose one that an Include "
		                     "line in %2$s names."),
		                   w->file, f->config);
	return 0;
}

static int
find_place(struct where *w, struct arena *a, const struct proxy_context *c, struct err *e)
{
	const struct proxy_found *f = c->found;
	const char *site_dir = is_installed(c) ? f->site_dir : "/etc/apache2/sites-available";
	const char *link_dir = is_installed(c) ? f->link_dir : "/etc/apache2/sites-enabled";

	*w = (struct where){ .file = c->answers->config };
	if (!w->file && !site_dir && f->broken.code != ERR_NONE) {
		*e = f->broken;
		return -1;
	}
	if (!w->file && !site_dir)
		return err_at(e, ERR_VALUE, f->config, 0, 0,
		              _("Apache reads no directory of sites. Add a line to this file: "
		                "IncludeOptional conf.d/*.conf"));
	if (!w->file)
		w->file = mark_file_in(a, c, site_dir);
	if (link_dir && site_dir && strcmp(fs_dirname(a, w->file), site_dir) == 0)
		w->link = fs_join(a, link_dir, fs_basename(w->file));
	return c->answers->config ? check_chosen(c, w, e) : 0;
}

/* ---- commands ---- */

/* The name people call it by, where that finds this very program. */
static const char *
short_name(const char *path)
{
	static const char *const usual[] = { "/usr/sbin/", "/usr/bin/", "/sbin/" };

	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (strncmp(path, usual[i], strlen(usual[i])) == 0 &&
		    !strchr(path + strlen(usual[i]), '/'))
			return path + strlen(usual[i]);
	return path;
}

/*
 * Its script knows the environment that Debian's configuration counts on, but
 * only the usual file; any other is named to the program itself.
 */
static const char *const *
program(struct arena *a, const struct proxy_context *c, const char *word, const char *flag,
        const char *argument)
{
	const struct apache_own *own = apache_own(c->found);
	const char *config = is_installed(c) && own ? proxy_argument(a, c, c->found->config) : NULL;
	const char **argv = arena_alloc(a, 6 * sizeof(*argv));
	size_t n = 0;

	if (!config || (own->control && strcmp(config, own->default_config) == 0)) {
		argv[n++] = config ? short_name(own->control) : "apachectl";
		argv[n++] = word;
	} else {
		argv[n++] = short_name(c->found->binary);
		argv[n++] = "-f";
		argv[n++] = config;
		argv[n++] = flag;
		argv[n++] = argument;
	}
	return argv;
}

const char *const *
apache_program(struct arena *a, const struct proxy_context *c, const char *word)
{
	return program(a, c, word, "-k", word);
}

static void
add_validate(struct steps *out, struct arena *a, const struct proxy_context *c)
{
	if (c->answers->validate)
		steps_run(out, ROLE_VALIDATE, (const char *const *)c->answers->validate);
	else
		steps_run(out, ROLE_VALIDATE, program(a, c, "configtest", "-t", NULL));
}

static void
add_reload(struct steps *out, struct arena *a, const struct proxy_context *c)
{
	const struct apache_own *own = apache_own(c->found);
	const bool running = is_installed(c) && c->found->running;

	if (c->answers->reload_argv)
		steps_run(out, ROLE_RELOAD, (const char *const *)c->answers->reload_argv);
	else if (running && own && own->unit)
		steps_run(out, ROLE_RELOAD,
		          (const char *const[]){ "systemctl", "reload", own->unit, NULL });
	else if (running)
		steps_run(out, ROLE_RELOAD, apache_program(a, c, "graceful"));
	else if (!is_installed(c))
		steps_run(out, ROLE_RELOAD,
		          (const char *const[]){ "systemctl", "reload", "apache2", NULL });
	else if (running_has_unit(c->root, "apache2"))
		steps_run(out, ROLE_RELOAD,
		          (const char *const[]){ "systemctl", "start", "apache2", NULL });
	else if (running_has_unit(c->root, "httpd"))
		steps_run(out, ROLE_RELOAD,
		          (const char *const[]){ "systemctl", "start", "httpd", NULL });
	else
		steps_run(out, ROLE_RELOAD, apache_program(a, c, "start"));
}

/* ---- all of it ---- */

int
apache_check(const struct proxy_context *c, struct err *e)
{
	if (values_check(c, e) < 0)
		return -1;
	if (is_installed(c) && c->found->version && !apache_at_least(c->found, 4, 5))
		return err_set(e, ERR_VALUE,
		               _("Apache %1$s is too old for this. It has to be %2$s or newer."),
		               c->found->version, "2.4.5");
	/* Conditions on headers came with it. */
	if (is_installed(c) && c->found->version && front_exists(c->answers) &&
	    !apache_at_least(c->found, 4, 10))
		return err_set(e, ERR_VALUE,
		               _("Apache %1$s is too old for this. It has to be %2$s or newer."),
		               c->found->version, "2.4.10");
	return 0;
}

static int
add_site(struct steps *out, struct arena *a, const struct proxy_context *c, const struct where *w,
         const struct apache_modules *m, struct err *e)
{
	const char *certificate = c->answers->certificate, *key = c->answers->key;
	const bool is_read = apache_conf(c->found) != NULL;
	struct buf text = BUF_INIT;
	struct apa_conf conf = { 0 };
	struct apache_place p;
	int rc = -1;

	if (c->answers->tls == TLS_SELFSIGNED) {
		if (own_cert_steps(out, a, c, &certificate, &key, e) < 0)
			return -1;
		certificate = seen(a, c, certificate);
		key = seen(a, c, key);
	}
	if ((is_read && apache_modules_read(&conf, m, c, e) < 0) ||
	    apache_place(&p, a, c, is_read ? &conf : NULL, w->link ? w->link : w->file, e) < 0 ||
	    apache_site(&text, c, m, &p, certificate, key, e) < 0)
		goto out;
	steps_write(out, w->file, text.s, 0644);
	if (w->link)
		steps_link_to(out, w->link, w->file);
	rc = 0;
out:
	apa_free(&conf);
	buf_free(&text);
	return rc;
}

int
apache_runs(struct steps *out, const struct proxy_context *c, struct err *e)
{
	struct arena a = { 0 };

	(void)e;
	add_validate(out, &a, c);
	if (c->answers->reload)
		add_reload(out, &a, c);
	arena_free(&a);
	return 0;
}

int
apache_render(struct steps *out, const struct proxy_context *c, struct err *e)
{
	struct apache_modules m = { 0 };
	struct arena a = { 0 };
	struct where w;
	int rc = -1;

	if (apache_check(c, e) < 0 || values_check_key(c, e) < 0 || find_place(&w, &a, c, e) < 0)
		goto out;
	apache_modules(&m, c);
	if (apache_modules_steps(out, &m, c, e) < 0 || add_site(out, &a, c, &w, &m, e) < 0)
		goto out;
	rc = apache_runs(out, c, e);
out:
	apache_modules_free(&m);
	arena_free(&a);
	return rc;
}
