/* haproxy_render.c - what has to be written and run: its files, links to the certificate, commands. */
#include "proxy/haproxy.h"

#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/boxed.h"
#include "proxy/own_cert.h"
#include "proxy/running.h"
#include "proxy/values.h"

static bool
is_installed(const struct proxy_context *c)
{
	return c->found && c->found->installed;
}

const char *
haproxy_config(const struct proxy_context *c)
{
	return c->found && c->found->config ? c->found->config : HAPROXY_CONFIG;
}

/* A path as HAProxy will read it. */
static const char *
seen(struct arena *a, const struct proxy_context *c, const char *path)
{
	const struct haproxy_own *own = haproxy_own(c->found);

	return own && own->rooted ? fs_path(a, c->root, path) : path;
}

/* ---- the certificate ---- */

/* What is ours has the root in front where HAProxy sees it so; what was answered is taken as it is. */
static const char *
target(struct arena *a, const struct proxy_context *c, const char *path)
{
	return c->answers->tls == TLS_SELFSIGNED ? seen(a, c, path) : path;
}

struct stale {
	struct steps *out;
	const char   *root, *keep; /* the name without an ending */
};

static void
set_aside_stale(void *ctx, const char *path)
{
	const struct stale *s = ctx;
	const size_t root = s->root ? strlen(s->root) : 0, keep = strlen(s->keep);

	if (root && strncmp(path, s->root, root) == 0)
		path += s->root[root - 1] == '/' ? root - 1 : root;
	if (strncmp(path, s->keep, keep) != 0)
		steps_set_aside(s->out, path);
}

/*
 * HAProxy wants chain and key in one file, or the key beside it under the same
 * name and ".key".  Links are that: no key is copied, and a renewed
 * certificate is there at the next reload.  Their name changes with what they
 * lead to, since a link is never turned.
 */
struct certificate {
	const char *file, *key;
	const char *link; /* as a person names it */
	const char *crt;  /* as HAProxy names it; NULL: no TLS here */
};

static void
name_certificate(struct certificate *t, struct arena *a, const struct proxy_context *c)
{
	const char *host = c->answers->public_url.host;
	char *both, digest[65];

	*t = (struct certificate){ .file = c->answers->certificate, .key = c->answers->key };
	if (!values_ends_tls(c->answers))
		return;
	if (c->answers->tls == TLS_SELFSIGNED)
		own_cert_names(a, c, &t->file, &t->key);
	both = arena_printf(a, "%s\n%s", t->file, t->key);
	crypto_sha256(both, strlen(both), digest);
	t->link = arena_printf(a, "%s/antechamber/%s-%.8s.pem", fs_dirname(a, haproxy_config(c)),
	                       host, digest);
	t->crt = seen(a, c, t->link);
}

static int
add_certificate(struct steps *out, struct arena *a, const struct proxy_context *c,
                const struct certificate *t, struct err *e)
{
	const char *dir = fs_dirname(a, t->link), *host = c->answers->public_url.host,
		   *file = t->file, *key = t->key;
	struct stale stale = { .out = out, .root = c->root, .keep = t->link };

	if (c->answers->tls == TLS_SELFSIGNED && own_cert_steps(out, a, c, &file, &key, e) < 0)
		return -1;
	fs_glob(fs_path(a, c->root, arena_printf(a, "%s/%s-????????.pem", dir, host)),
	        set_aside_stale, &stale);
	fs_glob(fs_path(a, c->root, arena_printf(a, "%s/%s-????????.pem.key", dir, host)),
	        set_aside_stale, &stale);
	steps_link(out, t->link, target(a, c, file));
	if (strcmp(file, key) != 0)
		steps_link(out, arena_printf(a, "%s.key", t->link), target(a, c, key));
	return 0;
}

/* ---- commands ---- */

static const char *
binary(const struct proxy_context *c)
{
	static const char *const usual[] = { "/usr/sbin/haproxy", "/usr/bin/haproxy",
		                             "/sbin/haproxy" };

	if (!is_installed(c) || !c->found->binary)
		return "haproxy";
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (strcmp(c->found->binary, usual[i]) == 0)
			return "haproxy";
	return c->found->binary;
}

#define MAX_FILES 16

/* "haproxy -c -f A -f B": all that it reads together. */
static void
add_validate(struct steps *out, struct arena *a, const struct proxy_context *c)
{
	const struct haproxy_own *own = haproxy_own(c->found);
	const char *argv[2 + 2 * MAX_FILES + 1] = { binary(c), "-c" };
	size_t n = 2;

	if (c->answers->validate) {
		steps_run(out, ROLE_VALIDATE, (const char *const *)c->answers->validate);
		return;
	}
	for (const char *const *f = own && own->files
	                                    ? own->files
	                                    : (const char *const[]){ haproxy_config(c), NULL };
	     *f && n < 2 + 2 * MAX_FILES; f++) {
		argv[n++] = "-f";
		argv[n++] = proxy_argument(a, c, *f);
	}
	steps_run(out, ROLE_VALIDATE, argv);
}

static int
add_reload(struct steps *out, struct arena *a, const struct proxy_context *c, struct err *e)
{
	const struct haproxy_own *own = haproxy_own(c->found);
	const bool running = is_installed(c) && c->found->running;

	if (c->answers->reload_argv)
		steps_run(out, ROLE_RELOAD, (const char *const *)c->answers->reload_argv);
	else if (running && own && own->unit)
		steps_run(out, ROLE_RELOAD,
		          (const char *const[]){ "systemctl", "reload", own->unit, NULL });
	else if (running && own && own->master)
		steps_run(out, ROLE_RELOAD, (const char *const[]){ "kill", "-USR2",
		          arena_printf(a, "%ld", (long)c->found->master), NULL });
	else if (running)
		return answers_err(e, c->answers, "commands.reload",
		                   _("HAProxy runs without a master process (-W), which alone can "
		                     "reload it. Name the command that does."));
	else if (!is_installed(c))
		steps_run(out, ROLE_RELOAD,
		          (const char *const[]){ "systemctl", "reload", "haproxy", NULL });
	else if (running_has_unit(c->root, "haproxy"))
		steps_run(out, ROLE_RELOAD,
		          (const char *const[]){ "systemctl", "start", "haproxy", NULL });
	else
		steps_run(out, ROLE_RELOAD,
		          (const char *const[]){ "service", "haproxy", "start", NULL });
	return 0;
}

int
haproxy_check(const struct proxy_context *c, struct err *e)
{
	if (values_check(c, e) < 0)
		return -1;
	if (is_installed(c) && c->found->version && !haproxy_at_least(c->found, 2, 6))
		return err_set(e, ERR_VALUE,
		               _("HAProxy %s is too old for this. It has to be 2.6 or newer."),
		               c->found->version);
	if (values_ends_tls(c->answers) && is_installed(c) && c->found->options &&
	    !strstr(c->found->options, "USE_OPENSSL"))
		return err_set(e, ERR_MISSING,
		               _("This HAProxy is built without OpenSSL, so it cannot end TLS."));
	if (c->answers->config && strcmp(c->answers->config, haproxy_config(c)) != 0)
		return answers_err(e, c->answers, "files.config",
		                   _("HAProxy's own file is %s, and the site goes into that one."),
		                   haproxy_config(c));
	return 0;
}

int
haproxy_runs(struct steps *out, const struct proxy_context *c, struct err *e)
{
	struct arena a = { 0 };
	int rc;

	add_validate(out, &a, c);
	rc = c->answers->reload ? add_reload(out, &a, c, e) : 0;
	arena_free(&a);
	return rc;
}

int
haproxy_render(struct steps *out, const struct proxy_context *c, struct err *e)
{
	struct haproxy_place place = { 0 };
	struct certificate certificate;
	struct arena a = { 0 };
	int rc = -1;

	if (haproxy_check(c, e) < 0)
		goto out;
	name_certificate(&certificate, &a, c);
	if (haproxy_place(&place, c, certificate.crt, e) < 0 ||
	    (place.links && add_certificate(out, &a, c, &certificate, e) < 0) ||
	    haproxy_edit(out, c, &place, certificate.crt, e) < 0)
		goto out;
	rc = haproxy_runs(out, c, e);
out:
	haproxy_place_free(&place);
	arena_free(&a);
	return rc;
}
