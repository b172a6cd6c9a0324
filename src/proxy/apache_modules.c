/* apache_modules.c - what the site needs of httpd's modules, and how what is missing is switched on. */
#include "proxy/apache.h"

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/front.h"
#include "proxy/values.h"

#define MAX_MODULES 32

bool
apache_has_upgrade(const struct proxy_found *f)
{
	return apache_at_least(f, 4, 47);
}

static bool
contains(const char **list, const char *name)
{
	for (; *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

static void
add(const char **list, const char *name)
{
	size_t n = 0;

	if (contains(list, name))
		return;
	while (list[n])
		n++;
	if (n < MAX_MODULES)
		list[n] = name;
}

static bool
is_loaded(struct arena *a, const struct apa_conf *conf, const char *name)
{
	return conf && apa_has_module(conf, arena_printf(a, "%s_module", name));
}

static const char *
load_file(struct arena *a, const struct apache_own *own, const char *name)
{
	return arena_printf(a, "%s/%s.load", own->mods_available, name);
}

static bool
is_available(struct arena *a, const struct proxy_context *c, const char *name)
{
	const struct apache_own *own = apache_own(c->found);

	return own && own->mods_available &&
	       fs_exists(fs_path(a, c->root, load_file(a, own, name)));
}

/* "# Depends: setenvif mime socache_shmcb", as a2enmod reads it: those come first. */
static void
add_missing(struct apache_modules *m, const struct proxy_context *c, const char *name, int depth)
{
	static const char sign[] = "# Depends:";
	struct buf text = BUF_INIT;
	struct err ignored;
	const char *p;

	if (is_loaded(&m->a, apache_conf(c->found), name) || contains(m->missing, name) ||
	    depth > 4)
		return;
	if (is_available(&m->a, c, name) &&
	    fs_read(&text, fs_path(&m->a, c->root, load_file(&m->a, apache_own(c->found), name)),
	            65536, &ignored) == 0 &&
	    (p = strstr(text.s, sign)) != NULL) {
		char *list = arena_strndup(&m->a, p + sizeof(sign) - 1,
		                           strcspn(p + sizeof(sign) - 1, "\r\n")),
		     *rest = NULL;

		for (char *one = strtok_r(list, " \t", &rest); one;
		     one = strtok_r(NULL, " \t", &rest))
			add_missing(m, c, one, depth + 1);
	}
	buf_free(&text);
	add(m->missing, name);
}

/* HTTP/2 helps event streams, of which browsers open six at most otherwise; but it goes with no prefork. */
static bool
can_http2(struct apache_modules *m, const struct proxy_context *c)
{
	const struct apa_conf *conf = apache_conf(c->found);

	if (!values_ends_tls(c->answers) || !apache_at_least(c->found, 4, 17) ||
	    is_loaded(&m->a, conf, "mpm_prefork"))
		return false;
	return is_loaded(&m->a, conf, "http2") || is_available(&m->a, c, "http2");
}

void
apache_modules(struct apache_modules *m, const struct proxy_context *c)
{
	static const char *const always[] = { "proxy", "proxy_http", "headers", "env" };
	const bool tls = values_ends_tls(c->answers);

	*m = (struct apache_modules){ 0 };
	m->needed = arena_alloc(&m->a, (MAX_MODULES + 1) * sizeof(*m->needed));
	m->missing = arena_alloc(&m->a, (MAX_MODULES + 1) * sizeof(*m->missing));
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		add(m->needed, always[i]);
	if (!apache_has_upgrade(c->found)) {
		add(m->needed, "proxy_wstunnel");
		add(m->needed, "rewrite");
	}
	if (front_exists(c->answers))
		add(m->needed, "setenvif");
	if (tls || strcmp(c->answers->origin.scheme, "https") == 0)
		add(m->needed, "ssl");
	if (tls) {
		add(m->needed, "alias");
		add(m->needed, "authz_core");
	}
	m->http2 = can_http2(m, c);
	if (m->http2)
		add(m->needed, "http2");
	if (!apache_conf(c->found))
		return;
	for (size_t i = 0; m->needed[i]; i++)
		add_missing(m, c, m->needed[i], 0);
}

void
apache_modules_free(struct apache_modules *m)
{
	arena_free(&m->a);
	*m = (struct apache_modules){ 0 };
}

static void
add_link(struct steps *out, struct arena *a, const struct apache_own *own, const char *name,
         const char *ending)
{
	const char *dir = fs_dirname(a, own->mods_available);
	const char *target = arena_printf(a, "%s/%s.%s", own->mods_available, name, ending);

	if (strcmp(dir, fs_dirname(a, own->mods_enabled)) == 0)
		target = arena_printf(a, "../%s/%s.%s", fs_basename(own->mods_available), name,
		                      ending);
	steps_link(out, arena_printf(a, "%s/%s.%s", own->mods_enabled, name, ending), target);
}

/* What a distribution without a2enmod keeps apart from httpd; all else is there, and has to be loaded. */
static const struct {
	const char *module, *redhat, *alpine;
} packages[] = {
	{ "ssl",            "mod_ssl",   "apache2-ssl" },
	{ "http2",          "mod_http2", "apache2-http2" },
	{ "proxy",          NULL,        "apache2-proxy" },
	{ "proxy_http",     NULL,        "apache2-proxy" },
	{ "proxy_wstunnel", NULL,        "apache2-proxy" },
};

/* "dnf install mod_ssl"; NULL: nothing has to be installed, or nobody knows what. */
static const char *
install_command(struct arena *a, const struct proxy_found *f, const char *name)
{
	const bool redhat = f->config && strncmp(f->config, "/etc/httpd/", 11) == 0,
		   alpine = f->config && strcmp(f->config, "/etc/apache2/httpd.conf") == 0;

	for (size_t i = 0; i < ARRAY_LEN(packages); i++) {
		if (strcmp(packages[i].module, name) != 0)
			continue;
		if (redhat && packages[i].redhat)
			return arena_printf(a, "dnf install %s", packages[i].redhat);
		if (alpine)
			return arena_printf(a, "apk add %s", packages[i].alpine);
	}
	return NULL;
}

static int
refuse(const struct proxy_found *f, const char *name, struct err *e)
{
	struct arena a = { 0 };
	const char *command = install_command(&a, f, name);

	if (apache_own(f)->mods_available)
		err_set(e, ERR_MISSING,
		        _("Apache lacks the module %1$s, which this needs. Install it, then run: a2enmod %1$s"),
		        name);
	else if (command)
		err_set(e, ERR_MISSING, _("Apache lacks the module %1$s, which this needs. Install it: %2$s"),
		        name, command);
	else
		err_set(e, ERR_MISSING,
		        _("Apache lacks the module %1$s, which this needs. Load it in %2$s: "
		          "LoadModule %1$s_module modules/mod_%1$s.so"),
		        name, f->config);
	arena_free(&a);
	return -1;
}

/*
 * As a2enmod does it.  Only http2.conf stays out: it would speak HTTP/2 for
 * every other site too.
 */
int
apache_modules_steps(struct steps *out, const struct apache_modules *m,
                     const struct proxy_context *c, struct err *e)
{
	const struct apache_own *own = apache_own(c->found);
	struct arena a = { 0 };
	int rc = 0;

	for (size_t i = 0; m->missing[i] && rc == 0; i++) {
		const char *name = m->missing[i], *conf;

		if (!is_available(&a, c, name)) {
			rc = refuse(c->found, name, e);
			break;
		}
		add_link(out, &a, own, name, "load");
		conf = arena_printf(&a, "%s/%s.conf", own->mods_available, name);
		if (strcmp(name, "http2") != 0 && fs_exists(fs_path(&a, c->root, conf)))
			add_link(out, &a, own, name, "conf");
	}
	arena_free(&a);
	return rc;
}

int
apache_modules_read(struct apa_conf *conf, const struct apache_modules *m,
                    const struct proxy_context *c, struct err *e)
{
	const char *names[MAX_MODULES + 1] = { NULL };
	struct arena a = { 0 };
	int rc;

	for (size_t i = 0; m->missing[i]; i++)
		names[i] = arena_printf(&a, "%s_module", m->missing[i]);
	rc = apache_read_with(conf, c->found, c->root, names, e);
	arena_free(&a);
	return rc;
}
