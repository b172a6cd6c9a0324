/* rehearse_prepare.c - ports, a probe origin, a certificate and the files of a rehearsal. */
#include "apply/rehearse_inside.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/boxed.h"

#define CERT_DAYS 7

/* Two at once, so that they differ; free again when they are given away. */
static int
find_ports(unsigned *one, unsigned *other, struct err *e)
{
	unsigned *const ports[] = { one, other };
	int fds[2] = { -1, -1 };
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(fds) && rc == 0; i++) {
		struct sockaddr_in at = { .sin_family = AF_INET,
		                          .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		socklen_t len = sizeof(at);

		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fds[i] < 0 || bind(fds[i], (struct sockaddr *)&at, sizeof(at)) < 0 ||
		    getsockname(fds[i], (struct sockaddr *)&at, &len) < 0)
			rc = err_sys(e, ERR_IO, _("No loopback port is free"));
		*ports[i] = ntohs(at.sin_port);
	}
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return rc;
}

/* As root the private copy runs as nobody, who has to get in. */
static int
give_away(const char *path, struct err *e)
{
	const struct passwd *nobody = geteuid() == 0 ? getpwnam("nobody") : NULL;

	if (geteuid() != 0)
		return 0;
	if (chown(path, nobody ? nobody->pw_uid : 65534, nobody ? nobody->pw_gid : 65534) < 0)
		return err_sys(e, ERR_IO, _("Cannot give %s to the private proxy"), path);
	return 0;
}

static int
put_file(const char *path, const char *text, size_t len, mode_t mode, struct err *e)
{
	return fs_write(path, text, len, mode, e) < 0 ? -1 : give_away(path, e);
}

static int
make_certificate(struct rehearsal *r, struct err *e)
{
	struct buf cert = BUF_INIT, key = BUF_INIT;
	int rc = cert_make(r->context.answers->public_url.host, CERT_DAYS, &cert, &key, e);

	r->private.certificate = r->cacert = fs_join(&r->arena, r->dir, "certificate.pem");
	r->private.key = fs_join(&r->arena, r->dir, "key.pem");
	if (rc == 0 && (put_file(r->private.certificate, cert.s, cert.len, 0600, e) < 0 ||
	                put_file(r->private.key, key.s, key.len, 0600, e) < 0))
		rc = -1;
	mem_wipe(key.s, key.len);
	buf_free(&cert);
	buf_free(&key);
	return rc;
}

/* The ports of production are played by loopback ones; what is not listened on stays so. */
static int
find_way(struct rehearsal *r, struct err *e)
{
	const struct answers *a = r->context.answers;
	bool ends_tls = strcmp(a->public_url.scheme, "https") == 0 && a->tls != TLS_NONE &&
	                a->tls != TLS_UPSTREAM;
	unsigned http, https, one, other;

	if (find_ports(&one, &other, e) < 0)
		return -1;
	answers_ports(a, &http, &https);
	r->public_url = a->public_url;
	if (ends_tls) {
		r->private.https = one;
		r->private.http = http ? other : 0;
		r->connect_to_http = http ? arena_printf(&r->arena, "127.0.0.1:%u", other) : NULL;
	} else {
		/* TLS ends in front: here the site is a plain one. */
		r->private.http = one;
		snprintf(r->public_url.scheme, sizeof(r->public_url.scheme), "http");
		if (r->public_url.port == 443)
			r->public_url.port = 80;
	}
	r->connect_to = arena_printf(&r->arena, "127.0.0.1:%u", one);
	return 0;
}

static int
start_origin(struct rehearsal *r, struct err *e)
{
	crypto_random_hex(r->password, PASSWORD_DIGITS);
	const struct origin_options o = { .password = r->password };
	r->origin = origin_start(r->loop, r->context.needs, &o, e);
	if (!r->origin)
		return -1;
	r->private.upstream = origin_port(r->origin);
	return 0;
}

static int
write_files(struct rehearsal *r, struct err *e)
{
	for (size_t i = 0; i < r->steps.n; i++) {
		const struct step *s = &r->steps.v[i];
		if (s->kind == STEP_WRITE &&
		    put_file(s->path, s->text, strlen(s->text), s->mode, e) < 0)
			return -1;
	}
	if (!steps_find(&r->steps, STEP_RUN, ROLE_NONE))
		return err_set(e, ERR_MISSING,
		               _("%s cannot be run privately, so there is no rehearsal for it."),
		               r->context.found->proxy->label);
	return 0;
}

int
rehearsal_prepare(struct rehearsal *r, struct err *e)
{
	const struct proxy *proxy = r->meant->proxy;
	const struct proxy_found *here = proxy_here(r->meant);

	if (!(proxy->caps & PROXY_REHEARSE) || !proxy->rehearse)
		return err_set(e, ERR_MISSING,
		               _("%s cannot be run privately, so there is no rehearsal for it."),
		               proxy->label);
	if (!here)
		return err_set(e, ERR_MISSING,
		               _("%1$s runs in the container %2$s and is not installed here, so there is nothing to rehearse with."),
		               proxy->label, r->meant->container);
	r->context.found = here;
	/* What is told by requests runs elsewhere; its `rehearse' finds something that can stand in for it. */
	if (!here->installed && !(proxy->caps & PROXY_API))
		return err_set(e, ERR_MISSING,
		               _("%s is not installed, so there is nothing to rehearse with."),
		               proxy->label);
	r->dir = fs_mkdtemp("antechamber-rehearsal", e);
	if (!r->dir)
		return -1;
	r->private.dir = r->dir;
	r->context.private = &r->private;
	if (give_away(r->dir, e) < 0 || find_way(r, e) < 0 || start_origin(r, e) < 0 ||
	    make_certificate(r, e) < 0 ||
	    proxy->rehearse(&r->steps, &r->context, e) < 0 || write_files(r, e) < 0)
		return -1;
	return 0;
}
