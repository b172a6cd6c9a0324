/* caddy_place.c - where the site's file goes, and the line that makes Caddy read it. */
#include "proxy/caddy.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/listen_address.h"
#include "proxy/mark.h"

#define MAX_CADDYFILE (4u << 20)

/* Of the names that the directory's import would read, if it has one. */
static const char *
site_name(struct arena *a, const struct proxy_context *c, const char *dir, const char *host)
{
	static const char *const endings[] = { ".caddy", ".caddyfile", ".conf", "" };
	const char *stem = host ? arena_printf(a, "openchamber-%s", host) : "openchamber";

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		const char *path = fs_join(a, dir, arena_printf(a, "%s%s", stem, endings[i]));

		if (caddy_is_imported(c->found, path))
			return path;
	}
	return fs_join(a, dir, arena_printf(a, "%s%s", stem, endings[0]));
}

static const char *
file_in(struct arena *a, const struct proxy_context *c, const char *dir)
{
	const char *path = site_name(a, c, dir, NULL);

	if (!fs_exists(fs_path(a, c->root, path)) ||
	    mark_is_for(c->root, path, &c->answers->public_url))
		return path;
	return site_name(a, c, dir, mark_host(a, &c->answers->public_url));
}

/* ---- what else has the name ---- */

static bool
is_taken(const struct proxy_context *c, const struct cdy_node *site, unsigned plain, unsigned tls)
{
	const struct cdy_conf *conf = caddy_conf(c->found);

	for (size_t i = 0; i < site->n_args; i++) {
		struct cdy_address at;

		cdy_address(&at, conf, site, i);
		if (at.known && strcasecmp(at.host, c->answers->public_url.host) == 0 &&
		    (at.port == plain || at.port == tls))
			return true;
	}
	return false;
}

/* Caddy refuses two sites with one address, without a word on where the other is. */
static int
check_free(const struct proxy_context *c, const char *ours, struct err *e)
{
	const struct cdy_conf *conf = caddy_conf(c->found);
	unsigned plain, tls;

	caddy_listen_port(c, &plain, &tls);
	for (const struct cdy_node *s = conf ? conf->sites : NULL; s; s = s->next) {
		const bool gone = c->set_aside && strcmp(s->file, c->set_aside) == 0;

		if (gone || strcmp(s->file, ours) == 0 || !is_taken(c, s, plain, tls))
			continue;
		return err_at(e, ERR_VALUE, s->file, s->line, s->column,
		              _("%s is served here already, and Caddy takes an address only once. Remove it here, or choose another name."),
		              c->answers->public_url.host);
	}
	return 0;
}

/* Where our site will listen: where it is told to, or where all sites of this Caddyfile do. */
static bool
listens_everywhere(const struct proxy_context *c)
{
	const struct cdy_conf *conf = caddy_conf(c->found);
	const char *usual = conf ? cdy_arg(cdy_child(conf->options, "default_bind"), 0) : "";

	if (c->answers->listen_address && !listen_all(c->answers->listen_address))
		return false;
	return !*usual || listen_all(usual);
}

/*
 * A site on one address takes all that comes there: what listens everywhere is
 * not heard on it, and both say nothing of it.
 */
static int
check_listens(const struct proxy_context *c, const char *ours, struct err *e)
{
	const bool everywhere = listens_everywhere(c);
	unsigned plain, tls;

	caddy_listen_port(c, &plain, &tls);
	for (size_t i = 0; i < c->found->n_sites; i++) {
		const struct proxy_site *s = &c->found->sites[i];

		if (strcmp(s->file, ours) == 0 ||
		    (c->set_aside && strcmp(s->file, c->set_aside) == 0))
			continue;
		for (size_t k = 0; k < s->n_listens; k++) {
			const struct proxy_listen *l = &s->listens[k];

			if ((l->port != plain && l->port != tls) ||
			    listen_all(l->address) == everywhere)
				continue;
			return err_at(e, ERR_VALUE, s->file, s->line, 0, everywhere
			              ? _("This site listens on %1$s port %2$u alone and hides others there. Set listen.address to %1$s.")
			              : _("This site listens on all addresses (%1$s) of port %2$u, and would be hidden. Leave listen.address out."),
			              l->address, l->port);
		}
	}
	return 0;
}

/* A file can only be moved away if Caddy does not ask for it by name. */
static int
check_set_aside(const struct proxy_context *c, struct err *e)
{
	const struct cdy_conf *conf = caddy_conf(c->found);
	const char *file = c->set_aside;
	struct arena a = { 0 };
	int rc = 0;

	if (!file)
		return 0;
	if (strcmp(file, c->found->config) == 0)
		return err_at(e, ERR_VALUE, file, 0, 0,
		              _("This is Caddy's main file, so it cannot be set aside. Remove the old site in it by hand."));
	for (size_t i = 0; conf && i < conf->n_imports && rc == 0; i++) {
		const struct cdy_import *in = &conf->imports[i];

		if (!strpbrk(in->pattern, "*?[") &&
		    strcmp(caddy_import_path(&a, in), file) == 0)
			rc = err_at(e, ERR_VALUE, in->file, in->line, 0,
			            _("%s is named here, so Caddy cannot do without it. Remove this line first."), file);
	}
	arena_free(&a);
	return rc;
}

/* ---- the line in the Caddyfile ---- */

struct stranger {
	const char *ours; /* with root */
	bool        met;
};

static void
meet(void *ctx, const char *path)
{
	struct stranger *s = ctx;

	s->met |= strcmp(path, s->ours) != 0;
}

/*
 * With a star where none is needed: a plain import of a file that is gone
 * stops Caddy from starting, so an undo that had to leave the Caddyfile alone
 * would leave a trap behind.  Not where the star would read somebody's own file.
 */
static const char *
import_pattern(struct arena *a, const struct proxy_context *c, const char *file)
{
	const char *home = fs_dirname(a, c->found->config), *dot = strrchr(fs_basename(file), '.');
	const size_t n = strlen(home);
	const char *relative = strncmp(file, home, n) == 0 && file[n] == '/' ? file + n + 1 : file;
	const char *ending = dot ? dot : "";
	const int stem = (int)(strlen(relative) - strlen(ending));
	const char *pattern = arena_printf(a, "%.*s*%s", stem, relative, ending);
	const char *whole = *pattern == '/' ? pattern : fs_join(a, home, pattern);
	struct stranger s = { .ours = fs_path(a, c->root, file) };

	fs_glob(fs_path(a, c->root, whole), meet, &s);
	return s.met ? relative : pattern;
}

/* Does Caddy read the new text as the old one and one import more, beside the sites? */
static bool
adds_import(const char *text, size_t len, const char *file, const char *pattern)
{
	struct cdy_conf c;
	struct err ignored;
	bool adds;

	adds = cdy_parse(&c, text, len, file, &ignored) == 0 && !c.braceless && c.n_imports > 0 &&
	       c.imports[c.n_imports - 1].top &&
	       strcmp(c.imports[c.n_imports - 1].pattern, pattern) == 0;
	cdy_free(&c);
	return adds;
}

static int
refuse_braceless(const struct cdy_node *site, struct err *e)
{
	return err_at(e, ERR_VALUE, site->file, site->line, site->column,
	              _("This site has no braces, so nothing can follow it. Put { behind %s, and } at the end of the file."),
	              site->name);
}

static int
add_import(struct caddy_place *p, struct arena *a, const struct proxy_context *c, struct err *e)
{
	const char *config = c->found->config, *pattern = import_pattern(a, c, p->file);
	struct buf text = BUF_INIT, word = BUF_INIT;
	struct err why = { 0 };
	int rc = -1;

	if (fs_read(&text, fs_path(a, c->root, config), MAX_CADDYFILE, &why) < 0 &&
	    why.sys != ENOENT) {
		*e = why;
		goto out;
	}
	if (strlen(text.s) != text.len) { /* in a comment; what is behind it would be lost */
		err_at(e, ERR_VALUE, config, 0, 0,
		       _("There is a zero byte here: this is not a text file."));
		goto out;
	}
	if (caddy_escape(&word, pattern, e) < 0)
		goto out;
	if (text.len && text.s[text.len - 1] != '\n')
		buf_putc(&text, '\n');
	if (text.len)
		buf_putc(&text, '\n');
	buf_printf(&text, "# OpenChamber; antechamber put it there.\nimport %s\n", word.s);
	if (!adds_import(text.s, text.len, config, pattern)) {
		err_at(e, ERR_VALUE, config, 0, 0, _("Nothing can be added at the end of this file. Add a line to it: import %s"),
		       pattern);
		goto out;
	}
	p->text = arena_strndup(a, text.s, text.len);
	rc = 0;
out:
	buf_free(&text);
	buf_free(&word);
	return rc;
}

/* ---- both ---- */

static int
check_chosen(const struct proxy_context *c, const char *file, struct err *e)
{
	if (*file != '/')
		return answers_err(e, c->answers, "files.config", _("\"%s\" is not a whole path. Begin it with a /."), file);
	if (strcmp(file, c->found->config ? c->found->config : CADDY_CONFIG) == 0)
		return answers_err(e, c->answers, "files.config",
		                   _("%s is Caddy's main file and is never overwritten. Choose a file of its own."), file);
	return 0;
}

int
caddy_find_place(struct caddy_place *p, struct arena *a, const struct proxy_context *c,
		 struct err *e)
{
	const struct proxy_found *f = c->found;
	const struct cdy_conf *conf = caddy_conf(f);

	*p = (struct caddy_place){ .file = c->answers->config };
	if (p->file && check_chosen(c, p->file, e) < 0)
		return -1;
	if (!f || !f->installed) {
		p->file = p->file ? p->file : CADDY_DIR "/openchamber.caddy";
		return 0;
	}
	if (!conf && !(f->broken.code == ERR_IO && f->broken.sys == ENOENT)) {
		*e = f->broken;
		return -1;
	}
	if (!p->file)
		p->file = file_in(a, c, f->site_dir ? f->site_dir : fs_dirname(a, f->config));
	if (check_set_aside(c, e) < 0 || check_free(c, p->file, e) < 0 ||
	    check_listens(c, p->file, e) < 0)
		return -1;
	if (conf && conf->braceless)
		return refuse_braceless(conf->braceless, e);
	return caddy_is_imported(f, p->file) ? 0 : add_import(p, a, c, e);
}
