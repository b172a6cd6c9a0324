/* haproxy_place.c - where the site goes among what is there already. */
#include "proxy/haproxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/listen_address.h"
#include "proxy/values.h"

#define MAX_TEXT (4u << 20)

/* Each file as it is without us; a missing one is empty. */
static int
add_text(struct haproxy_place *p, const struct proxy_context *c, const char *file, struct err *e)
{
	struct buf there = BUF_INIT, theirs = BUF_INIT;
	struct haproxy_spots spots = { .n = 0 };
	struct err why = { 0 };
	int rc = 0;

	if (fs_read(&there, fs_path(&p->arena, c->root, file), MAX_TEXT, &why) < 0 &&
	    why.sys != ENOENT) {
		*e = why;
		rc = -1;
	} else {
		rc = haproxy_block_strip(&theirs, &spots, there.s, c->answers->public_url.host,
		                         file, e);
	}
	if (rc == 0) {
		p->texts = xreallocarray(p->texts, p->n_texts + 1, sizeof(*p->texts));
		p->spots = xreallocarray(p->spots, p->n_texts + 1, sizeof(*p->spots));
		p->spots[p->n_texts] = spots;
		p->texts[p->n_texts++] = (struct hap_text){
			.file = arena_strdup(&p->arena, file),
			.text = arena_strdup(&p->arena, theirs.s),
			.len = theirs.len,
		};
	}
	buf_free(&there);
	buf_free(&theirs);
	return rc;
}

static int
read_texts(struct haproxy_place *p, const struct proxy_context *c, struct err *e)
{
	const struct haproxy_own *own = haproxy_own(c->found);
	const char *main_file = c->found && c->found->config ? c->found->config : HAPROXY_CONFIG;
	bool has_main = false;

	for (size_t i = 0; own && i < own->conf.n_files; i++) {
		/* What will be gone takes no rule; the main file never goes. */
		if (c->set_aside && strcmp(own->conf.files[i], c->set_aside) == 0 &&
		    strcmp(c->set_aside, main_file) != 0)
			continue;
		has_main |= strcmp(own->conf.files[i], main_file) == 0;
		if (add_text(p, c, own->conf.files[i], e) < 0)
			return -1;
	}
	if (own && own->conf.n_unreadable)
		return err_at(e, ERR_IO, own->conf.unreadable[0], 0, 0,
		              _("This file is closed to you, and HAProxy reads it. Try again with "
		                "sudo."));
	if (!has_main && add_text(p, c, main_file, e) < 0)
		return -1;
	return hap_parse(&p->conf, p->texts, p->n_texts, e);
}

/* ---- one port of ours against one address of theirs ---- */

static bool
is_any(const char *address)
{
	return strcmp(address, "*") == 0 || strcmp(address, "[::]") == 0;
}

/* Would all that comes to `wanted' come to this bind too? */
static bool
covers(const struct hap_bind *b, const char *wanted)
{
	const bool six = strchr(wanted, ':') != NULL;

	if (!is_any(b->address))
		return listen_same(b->address, wanted);
	return is_any(wanted) || b->both || six == b->ipv6;
}

/* Would some of it? */
static bool
meets(const struct hap_bind *b, const char *wanted)
{
	return covers(b, wanted) || is_any(wanted);
}

struct search {
	struct haproxy_place       *p;
	const struct proxy_context *c;
	const char                 *wanted; /* our address */
	const char                 *crt;
	const struct hap_section   *front;
	struct haproxy_route        route;
	struct err                 *e;
	bool                        failed;
};

/* Where a file is that a crt word names. */
static const char *
crt_path(struct haproxy_place *p, const char *word)
{
	const struct hap_line *base = NULL;

	for (const struct hap_section *s = p->conf.first; s; s = s->next)
		if (strcmp(s->kind, "global") == 0 && hap_own(s, "crt-base", NULL))
			base = hap_own(s, "crt-base", NULL);
	return *word == '/' || !base || base->n_args < 2 ? word
	                                                 : fs_join(&p->arena, base->args[1], word);
}

/* Does a crt word name this file, or the directory it lies in? */
static bool
names(struct search *s, const char *word, const char *file)
{
	const char *path = crt_path(s->p, word), *dir = fs_dirname(&s->p->arena, file);
	const size_t n = strlen(path);

	return strcmp(path, file) == 0 || strcmp(path, dir) == 0 ||
	       (n > 1 && path[n - 1] == '/' && strlen(dir) == n - 1 &&
	        strncmp(path, dir, n - 1) == 0);
}

/*
 * By paths alone, so that who may not open the files comes to the same.  It
 * has ours if it reads our links; or the very file that was answered, where
 * that holds its key too.
 */
static bool
has_certificate(struct search *s, const struct hap_line *bind)
{
	const struct answers *a = s->c->answers;
	const bool whole =
		a->tls == TLS_EXISTING && a->certificate && a->key &&
		(strcmp(a->certificate, a->key) == 0 ||
	         strcmp(arena_printf(&s->p->arena, "%s.key", a->certificate), a->key) == 0);

	for (size_t i = 2; i + 1 < bind->n_args; i++) {
		if (strcmp(bind->args[i], "crt") != 0)
			continue;
		if (whole && names(s, bind->args[i + 1], a->certificate))
			return true;
		if (names(s, bind->args[i + 1], s->crt)) {
			s->p->links = true;
			return true;
		}
	}
	return false;
}

static void
refuse(struct search *s, const struct hap_bind *b, const char *sentence)
{
	if (!s->failed)
		err_at(s->e, ERR_CONFLICT, b->line->file, b->line->line, 0, sentence,
		       s->front->name);
	s->failed = true;
}

static void
look_at(void *ctx, const struct hap_bind *b)
{
	struct search *s = ctx;
	struct haproxy_place *p = s->p;
	const bool plain = p->plain && b->first <= p->plain && p->plain <= b->last;
	const bool tls = p->tls && b->first <= p->tls && p->tls <= b->last;

	if ((!plain && !tls) || !meets(b, s->wanted))
		return;
	if (strcmp(hap_mode(s->front), "http") != 0) {
		/* On one address alone it may pass on what it likes: the other addresses are ours. */
		if (covers(b, s->wanted))
			refuse(s, b,
			       _("The frontend %s has this port and passes bytes on unread (mode "
			         "tcp). Give OpenChamber another port."));
		return;
	}
	if (b->tls && plain)
		refuse(s, b,
		       _("The frontend %s ends TLS on this port, and plain http was wanted "
		         "there."));
	if (!b->tls && tls)
		refuse(s, b,
		       _("The frontend %s takes plain http on this port, and https was wanted "
		         "there."));
	if (covers(b, s->wanted)) {
		p->own_plain &= !plain;
		p->own_tls &= !tls;
	}
	s->route.plain |= plain;
	s->route.tls |= tls;
	if (tls && s->crt && !s->route.bind && !has_certificate(s, b->line)) {
		s->route.bind = b->line;
		p->links = true;
	}
}

/* A quiet stream lives as long as the frontend lets a quiet client live; a newer HAProxy can be told by request. */
static int
check_client_timeout(const struct proxy_context *c, const struct hap_section *front, struct err *e)
{
	const struct hap_line *l = hap_effective(front, "timeout", "client");
	const unsigned quiet = c->needs && c->needs->quiet ? c->needs->quiet : 30;
	unsigned long long ms;

	if (haproxy_at_least(c->found, 2, 9) || !l || l->n_args < 3 ||
	    !hap_milliseconds(l->args[2], &ms) || ms == 0 || ms > quiet * 1000ull)
		return 0;
	return err_at(e, ERR_CONFLICT, l->file, l->line, 0,
	              _("The frontend %1$s cuts clients that are quiet for %2$s. Streams need more "
	                "than %3$u s here."),
	              front->name, l->args[2], quiet);
}

static int
find_routes(struct haproxy_place *p, const struct proxy_context *c, const char *crt, struct err *e)
{
	const char *wanted = c->answers->listen_address ? c->answers->listen_address : "*";

	for (const struct hap_section *f = p->conf.first; f; f = f->next) {
		struct search s = { .p = p,
			            .c = c,
			            .wanted = wanted,
			            .crt = crt,
			            .front = f,
			            .route.front = f,
			            .e = e };

		if (!hap_is_front(f))
			continue;
		hap_each_bind(f, look_at, &s);
		if (s.failed)
			return -1;
		if (!s.route.plain && !s.route.tls)
			continue;
		if (check_client_timeout(c, f, e) < 0)
			return -1;
		p->routes = xreallocarray(p->routes, p->n_routes + 1, sizeof(*p->routes));
		p->routes[p->n_routes++] = s.route;
	}
	return 0;
}

int
haproxy_place(struct haproxy_place *p, const struct proxy_context *c, const char *crt,
              struct err *e)
{
	*p = (struct haproxy_place){ 0 };
	values_ports(c, &p->plain, &p->tls);
	p->own_plain = p->plain != 0;
	p->own_tls = p->tls != 0;
	if (c->private)
		return 0;
	if (read_texts(p, c, e) < 0 || find_routes(p, c, crt, e) < 0)
		return -1;
	p->links |= p->own_tls;
	return 0;
}

void
haproxy_place_free(struct haproxy_place *p)
{
	hap_free(&p->conf);
	free(p->texts);
	free(p->spots);
	free(p->routes);
	arena_free(&p->arena);
	*p = (struct haproxy_place){ 0 };
}
