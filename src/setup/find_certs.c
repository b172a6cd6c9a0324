/*
 * find_certs.c - certificates on this server: those in use, and those that certbot keeps.
 *
 * The file of one may be closed to all but root.  If it is in use, its site
 * shows it to everybody who comes: a handshake and no request, so that no
 * log gets a line of it.
 */
#include "setup/public.h"

#include <string.h>
#include <time.h>

#include "base/fs.h"
#include "proxy/boxed.h"
#include "proxy/served.h"

#define MAX_PEM    (256 * 1024)
#define TIMEOUT_MS 1500

struct found_cert *
found_cert(struct setup *s, const char *path)
{
	for (size_t i = 0; i < s->n_certs; i++)
		if (strcmp(s->certs[i].certificate, path) == 0)
			return &s->certs[i];
	return NULL;
}

static void
add_cert(struct setup *s, const char *certificate, const char *key, bool in_use)
{
	struct found_cert *c = &s->certs[s->n_certs];
	struct buf pem = BUF_INIT;
	struct err e = { 0 };
	char *path;

	if (s->n_certs == ARRAY_LEN(s->certs) || !certificate || !key || found_cert(s, certificate))
		return;
	*c = (struct found_cert){ .in_use = in_use, .setup = s };
	c->certificate = arena_strdup(&s->keep, certificate);
	c->key = arena_strdup(&s->keep, key);
	path = fs_path(&s->keep, s->o.root, certificate);
	c->known = fs_read(&pem, path, MAX_PEM, &e) == 0 &&
	           cert_parse(&c->cert, &s->keep, pem.s, pem.len, certificate, &e) == 0;
	buf_free(&pem);
	if (c->known || in_use)
		s->n_certs++;
}

static void
on_certbot(void *ctx, const char *path)
{
	struct setup *s = ctx;
	const char *plain = path;
	char *dir;

	if (s->o.root && strncmp(path, s->o.root, strlen(s->o.root)) == 0)
		plain = path + strlen(s->o.root);
	dir = fs_dirname(&s->keep, plain);
	add_cert(s, plain, fs_join(&s->keep, dir, "privkey.pem"), false);
}

/* That which covers the public address, or may cover one: a wildcard; else the first. */
const char *
cert_told_as(const struct setup *s, const struct cert *c)
{
	const char *wild = NULL;

	for (size_t i = 0; i < c->n_names; i++) {
		const struct cert one = { .names = { c->names[i] }, .n_names = 1 };

		if (s->answers.has_public && cert_covers(&one, s->answers.public_url.host))
			return c->names[i];
		if (!wild && c->names[i][0] == '*')
			wild = c->names[i];
	}
	return wild ? wild : c->n_names ? c->names[0] : c->subject;
}

/* ---- what a site shows of one ---- */

/* One that has expired may long be renewed in its file: nothing is known then. */
static void
shaken(void *ctx, const struct net_reply *r)
{
	struct found_cert *c = ctx;
	struct setup *s = c->setup;
	struct err e = { 0 };

	c->asked = 0;
	s->handshakes--;
	if (r->cert.len && cert_parse(&c->cert, &s->keep, r->cert.s, r->cert.len, c->certificate, &e) == 0 &&
	    cert_days_left(&c->cert, time(NULL)) >= 0) {
		c->served = arena_strndup(&s->keep, r->cert.s, r->cert.len);
		c->known = true;
		names_suggest(s);
		certificate_look(s);
	}
	setup_tell(s);
}

static void
handshake_start(struct setup *s, struct found_cert *c, const struct proxy_site *site)
{
	struct net_where where = { .insecure = true };
	const char *url;

	if (!served_tls(s->say, site, &url, &where.connect_to))
		return;
	s->handshakes++;
	c->asked = net_shake_hands(s->net, url, &where, TIMEOUT_MS, shaken, c);
}

void
find_certs_stop(struct setup *s)
{
	for (size_t i = 0; i < s->n_certs; i++)
		net_cancel(s->net, s->certs[i].asked);
	s->handshakes = 0;
}

/* ---- all of them ---- */

/* In a container it has another name, and may be nowhere on this server. */
static void
add_site_cert(struct setup *s, const struct proxy_found *f, const struct proxy_site *site)
{
	const char *certificate = site->certificate, *key = site->key;
	struct found_cert *c;
	struct err e = { 0 };

	if (!certificate || !key || boxed_outside(&certificate, &s->keep, f, &e) < 0 ||
	    boxed_outside(&key, &s->keep, f, &e) < 0)
		return;
	add_cert(s, certificate, key, true);
	c = found_cert(s, certificate);
	if (c && !c->known && !c->asked && f->running && !f->box)
		handshake_start(s, c, site);
}

/* Those in use first, then those that certbot keeps. */
void
find_certs(struct setup *s)
{
	find_certs_stop(s);
	s->n_certs = 0;
	for (size_t i = 0; i < s->n_found; i++)
		for (size_t k = 0; k < s->found[i].n_sites; k++)
			add_site_cert(s, &s->found[i], &s->found[i].sites[k]);
	if (s->practice_ca)
		add_cert(s, s->practice_ca, s->practice_key, false);
	fs_glob(fs_path(&s->keep, s->o.root, "/etc/letsencrypt/live/*/fullchain.pem"), on_certbot, s);
}
