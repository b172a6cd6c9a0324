/*
 * caddy_proof.c - what did the checker say, will a reload work, has Caddy got its certificate?
 *
 * There is no proof of a reload to wait for: `caddy reload' and `caddy start'
 * come back when the new configuration serves, and with an error when it does
 * not; then the old one goes on.  Its certificates come later, though.
 */
#include "proxy/caddy.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/within.h"
#include "proxy/boxed.h"
#include "proxy/listen_address.h"
#include "proxy/said.h"

/*
 * "/etc/caddy/Caddyfile:12 - Error during parsing: ...", "Caddyfile:12: ...",
 * "..., at Caddyfile:12 import chain: [...]": the last path with a line number.
 * What stands before it only says what Caddy was doing.
 */
static const char *
find_place(const char *text, struct err *place)
{
	const char *rest = text;

	for (const char *p = text; (p = strchr(p, ':'));) {
		const char *begin = p++, *digits = p;
		size_t n;

		while (begin > text && !isspace((unsigned char)begin[-1]) &&
		       !strchr("'\"([", begin[-1]))
			begin--;
		while (isdigit((unsigned char)*p))
			p++;
		n = (size_t)(digits - 1 - begin);
		if (p == digits || n == 0 || n >= sizeof(place->file) ||
		    isdigit((unsigned char)*begin) ||
		    !memchr(begin, *begin == '/' ? '/' : 'C', n) || memmem(begin, n, "//", 2))
			continue;
		memcpy(place->file, begin, n);
		place->file[n] = '\0';
		place->line = said_line(digits);
		rest = p;
	}
	return rest;
}

/* The last "Error: " is why it ended; before it come notes in JSON, behind it `caddy start' says that its Caddy ended. */
static const char *
last_error(const char *said)
{
	static const char ended[] = "caddy process exited";
	const char *last = NULL;

	for (const char *p = said; (p = strstr(p, "Error: ")); p++) {
		const char *error = p + strlen("Error: ");

		if ((p == said || p[-1] == '\n') && (!last || strncmp(error, ended, sizeof(ended) - 1) != 0))
			last = error;
	}
	return last;
}

/* What the running Caddy answered is wrapped in JSON. */
static void
take_line(struct buf *out, const char *error)
{
	static const char wrap[] = "{\"error\":\"";
	const size_t len = strcspn(error, "\n");
	const char *inside = memmem(error, len, wrap, sizeof(wrap) - 1);
	const char *end = error + len - 2;

	if (inside && end >= inside + sizeof(wrap) - 1 && strncmp(end, "\"}", 2) == 0)
		buf_add(out, inside + sizeof(wrap) - 1, (size_t)(end - inside) - (sizeof(wrap) - 1));
	else
		buf_add(out, error, len);
}

bool
caddy_complaint(const char *said, struct err *e)
{
	static const char parsing[] = "Error during parsing: ";
	const char *error = last_error(said), *rest, *chain;
	struct err place = { 0 };
	struct buf line = BUF_INIT, text = BUF_INIT;

	if (!error)
		return false;
	take_line(&line, error);
	/* Who imported the file that is to blame. */
	if ((chain = strstr(line.s, " import chain")))
		buf_cut(&line, (size_t)(chain - line.s));
	rest = find_place(line.s, &place);
	rest += strspn(rest, " -:");
	if (strncmp(rest, parsing, sizeof(parsing) - 1) == 0)
		rest += sizeof(parsing) - 1;
	/* The newer ones put the place last: then the sentence stands before it. */
	if (!*rest)
		rest = line.s;
	text_safe(&text, rest, strlen(rest), 400);
	if (!said_of_certificate(e, &place, text.s))
		err_at(e, ERR_VALUE, place.file, place.line, 0, _("Caddy says: %s"), text.s);
	buf_free(&line);
	buf_free(&text);
	return true;
}

static const struct listener *
taken(const struct machine *m, const char *address, unsigned port)
{
	for (size_t i = 0; port && i < m->n_listeners; i++) {
		const struct listener *l = &m->listeners[i];

		if (l->port == port && *l->program && strcmp(l->program, "caddy") != 0 &&
		    listen_meet(address, l->address))
			return l;
	}
	return NULL;
}

/* Caddy's own sockets go from the old configuration to the new; only a stranger is in the way. */
int
caddy_clash(const struct proxy_context *c, const struct machine *m, struct err *e)
{
	const char *address = c->answers->listen_address ? c->answers->listen_address : "*";
	const struct cdy_conf *conf = caddy_conf(c->found);
	const struct listener *l;
	unsigned plain, tls, http = conf ? cdy_http_port(conf) : 80;

	caddy_listen_port(c, &plain, &tls);
	if ((l = taken(m, address, tls)) || (l = taken(m, address, plain)))
		return err_set(e, ERR_CONFLICT, _("Port %u is taken by %s, so Caddy cannot listen there."), l->port, l->program);
	if (caddy_leads_to_https(c) && (l = taken(m, address, http)))
		return err_set(e, ERR_CONFLICT,
			       _("Caddy also opens port %1$u to lead to https, but %2$s has it. "
				 "Add auto_https disable_redirects to the options in %3$s."),
			       l->port, l->program,
			       c->found && c->found->config ? c->found->config : CADDY_CONFIG);
	return 0;
}

/* ---- what Caddy makes by itself ---- */

static void
count(void *ctx, const char *path)
{
	size_t *n = ctx;

	(void)path;
	(*n)++;
}

/* certificates/AUTHORITY/NAME/NAME.crt; where that is closed to us, nothing can be waited for. */
enum proxy_proof
caddy_ready(const struct proxy_context *c)
{
	const struct answers *a = c->answers;
	struct arena arena = { 0 };
	const char *dir, *file;
	size_t n = 0;

	if ((a->tls != TLS_AUTO && a->tls != TLS_SELFSIGNED) || a->public_url.ipv6)
		return PROOF_DONE;
	dir = fs_path(&arena, proxy_root(c->found, c->root), caddy_storage(&arena, c->found));
	file = arena_printf(&arena, "%s/certificates/*/%s/%s.crt", dir, a->public_url.host,
			    a->public_url.host);
	if (*dir && within_access(dir, R_OK | X_OK) == 0)
		fs_glob(file, count, &n);
	else
		n = fs_exists(dir) || geteuid() != 0;
	arena_free(&arena);
	return n ? PROOF_DONE : PROOF_WAIT;
}

char *
caddy_authority(struct arena *a, const struct proxy_context *c)
{
	if (c->answers->tls != TLS_SELFSIGNED)
		return NULL;
	return fs_path(a, proxy_root(c->found, NULL),
	               fs_join(a, caddy_storage(a, c->found), "pki/authorities/local/root.crt"));
}

static const struct cdy_node *
closing_proxy(const struct cdy_node *block)
{
	const struct cdy_node *found = NULL;

	for (const struct cdy_node *d = block->child; d && !found; d = d->next)
		if (strcmp(d->name, "reverse_proxy") != 0)
			found = closing_proxy(d);
		else if (!cdy_child(d, "stream_close_delay"))
			found = d;
	return found;
}

/* Since 2.7 not where stream_close_delay is set. */
bool
caddy_reload_closes(const struct proxy_found *f)
{
	const struct cdy_conf *c = caddy_conf(f);
	bool closes = !c || !caddy_at_least(f, 2, 7, 0);

	for (const struct cdy_node *s = c ? c->sites : NULL; s && !closes; s = s->next)
		closes = closing_proxy(s) != NULL;
	return closes;
}
