/* haproxy_render.c - what has to be written and run: the marked lines in its files, links to the certificate, commands. */
#include "proxy/haproxy.h"

#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/own_cert.h"
#include "proxy/running.h"
#include "proxy/values.h"

static bool
is_installed(const struct proxy_context *c)
{
	return c->found && c->found->installed;
}

static const char *
config_file(const struct proxy_context *c)
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
static const char *
add_links(struct steps *out, struct arena *a, const struct proxy_context *c, const char *certificate, const char *key)
{
	const char *dir = fs_join(a, fs_dirname(a, config_file(c)), "antechamber"), *host = c->answers->public_url.host;
	char *both = arena_printf(a, "%s\n%s", certificate, key), digest[65];
	struct stale stale = { .out = out, .root = c->root };
	const char *link;

	if (strcmp(certificate, key) == 0 || strcmp(arena_printf(a, "%s.key", certificate), key) == 0)
		return certificate;
	crypto_sha256(both, strlen(both), digest);
	link = arena_printf(a, "%s/%s-%.8s.pem", dir, host, digest);
	stale.keep = link;
	fs_glob(fs_path(a, c->root, arena_printf(a, "%s/%s-????????.pem", dir, host)), set_aside_stale, &stale);
	fs_glob(fs_path(a, c->root, arena_printf(a, "%s/%s-????????.pem.key", dir, host)), set_aside_stale, &stale);
	steps_link(out, link, certificate);
	steps_link(out, arena_printf(a, "%s.key", link), key);
	return seen(a, c, link);
}

static int
add_certificate(struct steps *out, struct arena *a, const struct proxy_context *c, const char **crt, struct err *e)
{
	const char *certificate = c->answers->certificate, *key = c->answers->key;

	*crt = NULL;
	if (!values_ends_tls(c->answers))
		return 0;
	if (c->answers->tls == TLS_SELFSIGNED) {
		if (own_cert_steps(out, a, c, &certificate, &key, e) < 0)
			return -1;
		certificate = seen(a, c, certificate);
		key = seen(a, c, key);
	}
	*crt = add_links(out, a, c, certificate, key);
	return 0;
}

/* ---- the files ---- */

struct edited {
	const struct proxy_context *c;
	const struct haproxy_place *p;
	const char                 *address, *crt;
	struct buf                  out;
};

static bool
is_comment(const char *line)
{
	return line[strspn(line, " \t")] == '#';
}

/* Our rules go before the first of theirs that chooses a backend, and above what is said about it. */
static int
rules_before(const struct hap_section *front)
{
	static const char *const choosing[] = { "use_backend", "default_backend", "use-server", "server", "server-template" };

	for (const struct hap_line *l = front->first; l; l = l->next)
		for (size_t i = 0; i < ARRAY_LEN(choosing); i++)
			if (strcmp(l->args[0], choosing[i]) == 0)
				return l->line;
	return front->last + 1;
}

/* The same bind line, with our certificate behind theirs. */
static int
put_bind(struct edited *w, const char *line, size_t len, struct err *e)
{
	const size_t content = hap_content(line, len);
	struct buf b = BUF_INIT;
	int rc;

	buf_printf(&b, "\t#-%.*s\n%.*s crt ", (int)len, line, (int)content, line);
	rc = haproxy_escape(&b, w->crt, e);
	buf_putc(&b, '\n');
	if (rc == 0)
		haproxy_block_put(&w->out, w->address, "\t", b.s);
	buf_free(&b);
	return rc;
}

static int
put_rules(struct edited *w, const struct haproxy_route *r, struct err *e)
{
	struct buf b = BUF_INIT;
	const int rc = haproxy_lines(&b, w->c, r, e);

	if (rc == 0)
		haproxy_block_put(&w->out, w->address, "\t", b.s);
	buf_free(&b);
	return rc;
}

/* Where a comment begins that stands right above `line'; `line' itself if there is none. */
static int
above_comments(const char *text, int line)
{
	int number = 0, first = 0;

	for (const char *p = text; *p; p += strcspn(p, "\n") + 1) {
		if (++number == line)
			break;
		first = !is_comment(p) ? 0 : first ? first : number;
		if (!p[strcspn(p, "\n")])
			break;
	}
	return first && number == line ? first : line;
}

static int
edit_line(struct edited *w, const struct hap_text *t, const char *line, size_t len, int number, struct err *e)
{
	bool replaced = false;

	for (size_t i = 0; i < w->p->n_routes; i++) {
		const struct haproxy_route *r = &w->p->routes[i];

		if (strcmp(r->front->file, t->file) != 0)
			continue;
		if (above_comments(t->text, rules_before(r->front)) == number && put_rules(w, r, e) < 0)
			return -1;
		if (r->bind && r->bind->line == number) {
			if (put_bind(w, line, len, e) < 0)
				return -1;
			replaced = true;
		}
	}
	if (replaced || !line)
		return 0;
	buf_add(&w->out, line, len);
	buf_putc(&w->out, '\n');
	return 0;
}

static int
edit(struct edited *w, const struct hap_text *t, struct err *e)
{
	const char *p = t->text, *end = t->text + t->len;
	int number = 0;

	while (p < end) {
		const size_t len = strcspn(p, "\n");

		if (edit_line(w, t, p, len, ++number, e) < 0)
			return -1;
		p += len + 1;
	}
	return edit_line(w, t, NULL, 0, number + 1, e); /* behind a last section */
}

/* Our own sections, at the end of the main file. */
static int
append(struct edited *w, struct err *e)
{
	struct buf site = BUF_INIT;
	const int rc = haproxy_site(&site, w->c, w->p, w->crt, e);

	if (w->out.len > 1 && w->out.s[w->out.len - 2] != '\n')
		buf_putc(&w->out, '\n');
	if (rc == 0)
		haproxy_block_put(&w->out, w->address, "", site.s);
	buf_free(&site);
	return rc;
}

static int
add_files(struct steps *out, struct arena *a, const struct proxy_context *c, const struct haproxy_place *p,
          const char *crt, struct err *e)
{
	for (size_t i = 0; i < p->n_texts; i++) {
		const struct hap_text *t = &p->texts[i];
		struct edited w = { .c = c, .p = p, .address = values_address(a, c), .crt = crt, .out = BUF_INIT };
		const bool is_main = strcmp(t->file, config_file(c)) == 0;
		struct buf now = BUF_INIT;
		struct err ignored;
		int rc = edit(&w, t, e);

		if (rc == 0 && is_main)
			rc = append(&w, e);
		fs_read(&now, fs_path(a, c->root, t->file), 4u << 20, &ignored);
		/* Of the other files only those that change are a step. */
		if (rc == 0 && (is_main || strcmp(now.s, w.out.s) != 0))
			steps_write(out, t->file, w.out.s, 0644);
		buf_free(&now);
		buf_free(&w.out);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* ---- commands ---- */

static const char *
binary(const struct proxy_context *c)
{
	static const char *const usual[] = { "/usr/sbin/haproxy", "/usr/bin/haproxy", "/sbin/haproxy" };

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
	for (const char *const *f = own && own->files ? own->files : (const char *const[]){ config_file(c), NULL };
	     *f && n < 2 + 2 * MAX_FILES; f++) {
		argv[n++] = "-f";
		argv[n++] = fs_path(a, c->root, *f);
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
		steps_run(out, ROLE_RELOAD, (const char *const[]){ "systemctl", "reload", own->unit, NULL });
	else if (running && own && own->master)
		steps_run(out, ROLE_RELOAD, (const char *const[]){ "kill", "-USR2",
		          arena_printf(a, "%ld", (long)c->found->master), NULL });
	else if (running)
		return answers_err(e, c->answers, "commands.reload",
		                   _("HAProxy runs without a master process (-W), which alone can reload it. Name the command that does."));
	else if (!is_installed(c))
		steps_run(out, ROLE_RELOAD, (const char *const[]){ "systemctl", "reload", "haproxy", NULL });
	else if (running_has_unit(c->root, "haproxy"))
		steps_run(out, ROLE_RELOAD, (const char *const[]){ "systemctl", "start", "haproxy", NULL });
	else
		steps_run(out, ROLE_RELOAD, (const char *const[]){ "service", "haproxy", "start", NULL });
	return 0;
}

static int
check_answers(const struct proxy_context *c, struct err *e)
{
	if (values_check(c, e) < 0)
		return -1;
	if (is_installed(c) && c->found->version && !haproxy_at_least(c->found, 2, 6))
		return err_set(e, ERR_VALUE, _("HAProxy %s is too old for this. It has to be 2.6 or newer."), c->found->version);
	if (values_ends_tls(c->answers) && is_installed(c) && c->found->options && !strstr(c->found->options, "USE_OPENSSL"))
		return err_set(e, ERR_MISSING, _("This HAProxy is built without OpenSSL, so it cannot end TLS."));
	if (c->answers->config && strcmp(c->answers->config, config_file(c)) != 0)
		return answers_err(e, c->answers, "files.config",
		                   _("HAProxy's own file is %s, and the site goes into that one."), config_file(c));
	return 0;
}

int
haproxy_render(struct steps *out, const struct proxy_context *c, struct err *e)
{
	struct haproxy_place place = { 0 };
	struct arena a = { 0 };
	const char *crt;
	int rc = -1;

	if (check_answers(c, e) < 0 || add_certificate(out, &a, c, &crt, e) < 0 || haproxy_place(&place, c, crt, e) < 0 ||
	    add_files(out, &a, c, &place, crt, e) < 0)
		goto out;
	add_validate(out, &a, c);
	rc = c->answers->reload ? add_reload(out, &a, c, e) : 0;
out:
	haproxy_place_free(&place);
	arena_free(&a);
	return rc;
}

/* In its private copy certificate and key are one file. */
static int
put_pem(struct steps *out, const char *path, const struct proxy_private *p, struct err *e)
{
	struct buf both = BUF_INIT;
	int rc = -1;

	if (fs_read(&both, p->certificate, 65536, e) == 0 && fs_read(&both, p->key, 65536, e) == 0) {
		steps_write_made(out, path, both.s, 0600, true);
		rc = 0;
	}
	mem_wipe(both.s, both.len);
	buf_free(&both);
	return rc;
}

int
haproxy_rehearse(struct steps *out, const struct proxy_context *c, struct err *e)
{
	struct haproxy_place place = { 0 };
	struct arena a = { 0 };
	struct buf site = BUF_INIT, text = BUF_INIT;
	const char *config = fs_join(&a, c->private->dir, "haproxy.cfg"), *crt = fs_join(&a, c->private->dir, "both.pem");
	int rc = -1;

	if (!is_installed(c) || !c->found->binary) {
		err_set(e, ERR_MISSING, _("%s is not installed, so there is nothing to rehearse with."), "HAProxy");
		goto out;
	}
	if (check_answers(c, e) < 0 || (values_ends_tls(c->answers) && put_pem(out, crt, c->private, e) < 0) ||
	    haproxy_place(&place, c, crt, e) < 0 || haproxy_site(&site, c, &place, crt, e) < 0)
		goto out;
	const struct tmpl_value values[] = {
		{ "site", arena_printf(&a, "%c%s", VALUES_RAW, site.s) },
	};
	if (values_template(&text, c, "haproxy/rehearsal.cfg", values, ARRAY_LEN(values), haproxy_fill, e) < 0)
		goto out;
	steps_write(out, config, text.s, 0644);
	steps_run(out, ROLE_NONE, (const char *const[]){ c->found->binary, "-db", "-f", config, NULL });
	rc = 0;
out:
	haproxy_place_free(&place);
	buf_free(&text);
	buf_free(&site);
	arena_free(&a);
	return rc;
}
