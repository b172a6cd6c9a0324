/* nginx_rehearse.c - a private nginx around the same site, in a directory of its own. */
#include "proxy/nginx.h"

#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/values.h"

static int
render_private(struct buf *out, struct arena *a, const struct proxy_context *c, const char *site,
               struct err *e)
{
	static const char *const files[] = { "pid", "log", "body", "proxy", "fastcgi", "uwsgi",
	                                     "scgi" };
	struct tmpl_value values[ARRAY_LEN(files) + 1] = { { "site", site } };

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		const char *without = arena_printf(a, "--without-http_%s_module", files[i]);
		const bool absent = c->found->options && strstr(c->found->options, without);

		values[i + 1] = (struct tmpl_value){
		    files[i], absent ? NULL : fs_join(a, c->private->dir, files[i])};
	}
	return values_template(out, c, "nginx/rehearsal.conf", values, ARRAY_LEN(values), nginx_escape, e);
}

int
nginx_run_private(struct steps *out, const struct proxy_context *c, const char *site, struct err *e)
{
	const struct proxy_private *p = c->private;
	struct arena a = { 0 };
	struct buf text = BUF_INIT;
	const char *config = fs_join(&a, p->dir, "nginx.conf");
	const char *site_file = fs_join(&a, p->dir, "site.conf");
	const char *argv[8] = { NULL };
	int rc = render_private(&text, &a, c, site_file, e);

	if (rc == 0) {
		steps_write(out, site_file, site, 0644);
		steps_write(out, config, text.s, 0644);
		argv[0] = c->found->binary;
		argv[1] = "-p";
		argv[2] = p->dir;
		argv[3] = "-c";
		argv[4] = config;
		/* Older ones open their built-in log first, complain that they may not, and go on. */
		if (nginx_at_least(c->found, 1, 19, 5)) {
			argv[5] = "-e";
			argv[6] = fs_join(&a, p->dir, "log");
		}
		steps_run(out, ROLE_NONE, argv);
	}
	buf_free(&text);
	arena_free(&a);
	return rc;
}

int
nginx_rehearse(struct steps *out, const struct proxy_context *c, struct err *e)
{
	const struct proxy_private *p = c->private;
	struct buf site = BUF_INIT;
	int rc = -1;

	if (!c->found || !c->found->installed || !c->found->binary)
		return err_set(e, ERR_MISSING,
		               _("nginx is not installed, so there is nothing to rehearse with."));
	if (values_check(c, e) == 0 && nginx_site(&site, c, p->certificate, p->key, e) == 0)
		rc = nginx_run_private(out, c, site.s, e);
	buf_free(&site);
	return rc;
}
