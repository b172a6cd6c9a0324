#include "proxy/own_cert.h"

#include <time.h>

#include "base/crypto.h"
#include "base/fs.h"

#define TLS_DIR   "/etc/antechamber/tls"
#define DAYS      825
#define DAYS_LEFT 14 /* below this it is made anew */

static bool
is_still_good(struct arena *a, const struct proxy_context *c, const char *certificate,
              const char *key)
{
	struct buf pem = BUF_INIT;
	struct err ignored;
	struct cert cert;
	bool good;

	good = fs_exists(fs_path(a, c->root, key)) &&
	       fs_read(&pem, fs_path(a, c->root, certificate), 65536, &ignored) == 0 &&
	       cert_parse(&cert, a, pem.s, pem.len, certificate, &ignored) == 0 &&
	       cert_covers(&cert, c->answers->public_url.host) &&
	       cert_days_left(&cert, time(NULL)) > DAYS_LEFT;
	buf_free(&pem);
	return good;
}

void
own_cert_names(struct arena *a, const struct proxy_context *c, const char **certificate,
               const char **key)
{
	/* A container sees what is beside its sites, and nothing of ours. */
	const struct proxy_found *f = c->found;
	const char *dir = !f || !f->box || !f->config ? TLS_DIR : f->site_dir ? f->site_dir : fs_dirname(a, f->config);

	*certificate = arena_printf(a, "%s/%s.pem", dir, c->answers->public_url.host);
	*key = arena_printf(a, "%s/%s.key", dir, c->answers->public_url.host);
}

/* A key is new each time it is made, so these steps stay out of the plan's hash; what is there already is kept. */
int
own_cert_steps(struct steps *out, struct arena *a, const struct proxy_context *c,
               const char **certificate, const char **key, struct err *e)
{
	struct buf cert_pem = BUF_INIT, key_pem = BUF_INIT;
	int rc = 0;

	own_cert_names(a, c, certificate, key);
	if (is_still_good(a, c, *certificate, *key))
		return 0;
	rc = cert_make(c->answers->public_url.host, DAYS, &cert_pem, &key_pem, e);
	if (rc == 0) {
		steps_write_made(out, *key, key_pem.s, 0600, true);
		steps_write_made(out, *certificate, cert_pem.s, 0644, false);
	}
	mem_wipe(key_pem.s, key_pem.len);
	buf_free(&key_pem);
	buf_free(&cert_pem);
	return rc;
}
