/* haproxy_rehearse.c - a private HAProxy around the same site, in a directory of its own. */
#include "proxy/haproxy.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/values.h"

/* In its private copy certificate and key are one file. */
static int
put_pem(struct steps *out, const char *path, const struct proxy_private *p, struct err *e)
{
	struct buf both = BUF_INIT;
	int rc = -1;

	if (fs_read(&both, p->certificate, 65536, e) == 0 &&
	    fs_read(&both, p->key, 65536, e) == 0) {
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
	struct buf frontend = BUF_INIT, backend = BUF_INIT, text = BUF_INIT;
	const char *config = fs_join(&a, c->private->dir, "haproxy.cfg"),
		   *crt = fs_join(&a, c->private->dir, "both.pem");
	int rc = -1;

	if (!c->found || !c->found->installed || !c->found->binary) {
		err_set(e, ERR_MISSING,
		        _("%s is not installed, so there is nothing to rehearse with."), "HAProxy");
		goto out;
	}
	if (haproxy_check(c, e) < 0 ||
	    (values_ends_tls(c->answers) && put_pem(out, crt, c->private, e) < 0) ||
	    haproxy_place(&place, c, crt, e) < 0 ||
	    haproxy_frontend(&frontend, c, &place, crt, e) < 0 ||
	    haproxy_backend(&backend, c, &place, e) < 0)
		goto out;
	const struct tmpl_value values[] = {
		{ "frontend", tmpl_raw(&a, frontend.s) },
		{ "backend",  tmpl_raw(&a, backend.s) },
	};
	if (values_template(&text, c, "haproxy/rehearsal.cfg", values, ARRAY_LEN(values),
	                    haproxy_escape, e) < 0)
		goto out;
	steps_write(out, config, text.s, 0644);
	steps_run(out, ROLE_NONE,
	          (const char *const[]){ c->found->binary, "-db", "-f", config, NULL });
	rc = 0;
out:
	haproxy_place_free(&place);
	buf_free(&frontend);
	buf_free(&backend);
	buf_free(&text);
	arena_free(&a);
	return rc;
}
