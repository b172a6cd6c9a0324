/* caddy_render.c - what has to be written and run: files, commands. */
#include "proxy/caddy.h"
#include "proxy/closed.h"

#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/boxed.h"
#include "proxy/running.h"
#include "proxy/values.h"

static bool
is_installed(const struct proxy_context *c)
{
	return c->found && c->found->installed;
}

static const char *
binary(const struct proxy_context *c)
{
	static const char *const usual[] = {
		"/usr/bin/caddy", "/usr/local/bin/caddy", "/usr/sbin/caddy", "/bin/caddy",
	};

	if (!is_installed(c) || !c->found->binary)
		return "caddy";
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (strcmp(c->found->binary, usual[i]) == 0)
			return "caddy";
	return c->found->binary;
}

static void
run_caddy(struct steps *out, const struct proxy_context *c, enum step_role role, const char *word)
{
	struct arena a = { 0 };
	const char *config = is_installed(c) && c->found->config ? c->found->config : CADDY_CONFIG;

	steps_run(out, role, (const char *const[]){
		binary(c), word, "--config", proxy_argument(&a, c, config),
		"--adapter", "caddyfile", NULL,
	});
	arena_free(&a);
}

/*
 * The one that runs is asked at its admin endpoint, by its own program: that reads the file where
 * it lies, so that what it imports is found, and waits for the answer.  The text of the file alone,
 * as /load takes it, would lose its imports without a word, and an If-Match is not heeded there.
 * The endpoint is named in the file, or else where only the running one knows it.
 */
static void
run_reload(struct steps *out, const struct proxy_context *c)
{
	const struct caddy_own *own = c->found->conf;
	const struct cdy_conf *conf = caddy_conf(c->found);
	struct arena a = { 0 };
	/* Since 2.6.3 the environment is asked too, unless the file says it. */
	const char *admin = own && caddy_at_least(c->found, 2, 6, 3) &&
	                    !(conf && cdy_child(conf->options, "admin")) ? own->admin : NULL;

	steps_run(out, ROLE_RELOAD, (const char *const[]){
		binary(c), "reload", "--config", proxy_argument(&a, c, c->found->config),
		"--adapter", "caddyfile", admin ? "--address" : NULL, admin, NULL,
	});
	arena_free(&a);
}

static void
run_systemctl(struct steps *out, const char *verb, const char *unit)
{
	steps_run(out, ROLE_RELOAD, (const char *const[]){ "systemctl", verb, unit, NULL });
}

/* The line that switches the door off by which a reload comes in, or NULL. */
static const struct cdy_node *
admin_off(const struct proxy_context *c)
{
	const struct cdy_conf *conf = caddy_conf(c->found);
	const struct cdy_node *admin = conf ? cdy_child(conf->options, "admin") : NULL;

	return admin && strcmp(cdy_arg(admin, 0), "off") == 0 ? admin : NULL;
}

static int
add_reload(struct steps *out, const struct proxy_context *c, struct err *e)
{
	const struct caddy_own *own = c->found ? c->found->conf : NULL;
	const char *unit = own ? own->unit : NULL;
	const struct cdy_node *off = admin_off(c);

	if (c->answers->reload_argv)
		steps_run(out, ROLE_RELOAD, (const char *const *)c->answers->reload_argv);
	else if (!is_installed(c))
		run_systemctl(out, "reload", "caddy");
	else if (c->found->running && unit)
		run_systemctl(out, off ? "restart" : "reload", unit);
	else if (c->found->running && off)
		return err_at(e, ERR_VALUE, off->file, off->line, off->column,
		              _("With this line Caddy cannot be reloaded. Remove it, or name a command as commands.reload."));
	else if (c->found->running)
		run_reload(out, c);
	else if (unit && running_has_unit(c->root, "caddy"))
		run_systemctl(out, "start", unit);
	else
		run_caddy(out, c, ROLE_RELOAD, "start");
	return 0;
}

/*
 * Where the Caddyfile takes values from the environment of the service, nobody
 * but that service can say whether it is right: it does so when it is reloaded,
 * and keeps the old configuration if it is not.
 */
static void
add_validate(struct steps *out, const struct proxy_context *c)
{
	const struct cdy_conf *conf = caddy_conf(c->found);

	if (c->answers->validate)
		steps_run(out, ROLE_VALIDATE, (const char *const *)c->answers->validate);
	else if (!conf || !conf->env)
		run_caddy(out, c, ROLE_VALIDATE, "validate");
}

/* ---- answers ---- */

/* Certificates of Caddy's own need that it is not told to make none. */
static int
check_auto_https(const struct proxy_context *c, struct err *e)
{
	const struct cdy_conf *conf = caddy_conf(c->found);
	const struct cdy_node *d = conf ? cdy_child(conf->options, "auto_https") : NULL;

	for (size_t i = 0; d && i < d->n_args; i++)
		if (strcmp(d->args[i], "off") == 0 || strcmp(d->args[i], "disable_certs") == 0)
			return err_at(e, ERR_VALUE, d->file, d->line, d->column,
			              _("With this line Caddy gets no certificates. Remove it, or choose the TLS mode existing."));
	return 0;
}

/* Caddy itself would say so only when it is reloaded, and systemd keeps that to itself. */
static int
check_readable(const struct proxy_context *c, const char *field, const char *path, struct err *e)
{
	struct arena a = { 0 };
	const char *closed = closed_to(&a, c->found->user, c->root, path);
	int rc = 0;

	if (closed)
		rc = answers_err(e, c->answers, field,
		                 _("Caddy runs as %1$s and may not read %2$s. Open it for that user, or choose the TLS mode auto."),
		                 c->found->user, closed);
	arena_free(&a);
	return rc;
}

/* What is said of every proxy, and what only Caddy can: get certificates, real ones too. */
static int
check_answers(const struct proxy_context *c, struct err *e)
{
	struct proxy_context like = *c;
	struct answers a = *c->answers;

	if (a.tls == TLS_CERTBOT)
		return answers_err(e, c->answers, "tls.mode",
		                   _("Caddy gets certificates by itself. Choose mode auto, or existing and name certbot's files."));
	if ((a.tls == TLS_AUTO || a.tls == TLS_SELFSIGNED) && check_auto_https(c, e) < 0)
		return -1;
	if (a.tls == TLS_AUTO)
		a.tls = TLS_SELFSIGNED;
	like.answers = &a;
	return values_check(&like, e);
}

/* ---- steps ---- */

int
caddy_runs(struct steps *out, const struct proxy_context *c, struct err *e)
{
	add_validate(out, c);
	return c->answers->reload ? add_reload(out, c, e) : 0;
}

int
caddy_render(struct steps *out, const struct proxy_context *c, struct err *e)
{
	const bool existing = c->answers->tls == TLS_EXISTING;
	const char *certificate = existing ? c->answers->certificate : NULL;
	const char *key = existing ? c->answers->key : NULL;
	struct arena a = { 0 };
	struct buf text = BUF_INIT;
	struct caddy_place p;
	int rc = -1;

	if (check_answers(c, e) < 0 || caddy_find_place(&p, &a, c, e) < 0 ||
	    (certificate && check_readable(c, "tls.certificate", certificate, e) < 0) ||
	    (key && check_readable(c, "tls.key", key, e) < 0) ||
	    caddy_site(&text, c, certificate, key, e) < 0)
		goto out;
	steps_write(out, p.file, text.s, 0644);
	if (p.text)
		steps_write_shared(out, c->found->config, p.text, 0644);
	rc = caddy_runs(out, c, e);
out:
	buf_free(&text);
	arena_free(&a);
	return rc;
}

static int
render_private(struct buf *out, struct arena *a, const struct proxy_context *c, const char *site,
	       struct err *e)
{
	const struct proxy_private *p = c->private;
	const struct tmpl_value values[] = {
		{ "http",        p->http ? arena_printf(a, "%u", p->http) : NULL },
		{ "https",       p->https ? arena_printf(a, "%u", p->https) : NULL },
		{ "no_redirect", p->https && !p->http ? "1" : NULL },
		{ "storage",     fs_join(a, p->dir, "storage") },
		{ "site",        site },
	};

	return values_template(out, c, "caddy/rehearsal.caddy", values, ARRAY_LEN(values),
			       caddy_escape, e);
}

/* What Caddy remembers below the home of its user goes into the private directory. */
int
caddy_rehearse(struct steps *out, const struct proxy_context *c, struct err *e)
{
	const struct proxy_private *p = c->private;
	struct arena a = { 0 };
	struct buf text = BUF_INIT, site = BUF_INIT;
	const char *config = fs_join(&a, p->dir, "Caddyfile");
	const char *site_file = fs_join(&a, p->dir, "site.caddy");
	int rc = -1;

	if (!is_installed(c) || !c->found->binary) {
		err_set(e, ERR_MISSING, _("Caddy is not installed, so there is nothing to rehearse with."));
		goto out;
	}
	if (check_answers(c, e) < 0 || caddy_site(&site, c, p->certificate, p->key, e) < 0 ||
	    render_private(&text, &a, c, site_file, e) < 0)
		goto out;
	steps_write(out, site_file, site.s, 0644);
	steps_write(out, config, text.s, 0644);
	steps_run(out, ROLE_NONE, (const char *const[]){
		"env",
		arena_printf(&a, "HOME=%s", p->dir),
		arena_printf(&a, "XDG_CONFIG_HOME=%s", p->dir),
		arena_printf(&a, "XDG_DATA_HOME=%s", p->dir),
		c->found->binary, "run", "--config", config, "--adapter", "caddyfile", NULL,
	});
	rc = 0;
out:
	buf_free(&text);
	buf_free(&site);
	arena_free(&a);
	return rc;
}
