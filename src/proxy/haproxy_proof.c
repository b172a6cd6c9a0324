/* haproxy_proof.c - will a reload work, what did the checker say, has the reload come through? */
#include "proxy/haproxy.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "proxy/boxed.h"
#include "proxy/listen_address.h"
#include "proxy/running.h"
#include "proxy/said.h"
#include "proxy/values.h"

#define MAX_WORKERS 512

/* "parsing [/etc/haproxy/haproxy.cfg:12] : sentence"; what stands in front of the sentence is taken off. */
static const char *
take_place(const char *p, const char *end, struct err *e)
{
	static const char sign[] = "parsing [";
	const char *open = memmem(p, (size_t)(end - p), sign, sizeof(sign) - 1), *close, *colon;

	if (!open)
		return p;
	open += sizeof(sign) - 1;
	close = memchr(open, ']', (size_t)(end - open));
	if (!close)
		return p;
	for (colon = close; colon > open && *colon != ':';)
		colon--;
	if (colon == open || (size_t)(colon - open) >= sizeof(e->file))
		return p;
	memcpy(e->file, open, (size_t)(colon - open));
	e->file[colon - open] = '\0';
	e->line = said_line(colon + 1);
	p = close + 1;
	return p + strspn(p, " :");
}

/* "[ALERT]    (123) : config : ...", in an older one "[ALERT] 329/231700 (123) : ..." */
bool
haproxy_complaint(const char *said, struct err *e)
{
	static const char sign[] = "[ALERT]";

	for (const char *line = said, *end; *line; line = *end ? end + 1 : end) {
		const char *p = strstr(line, sign);
		struct buf text = BUF_INIT;
		struct err place = { 0 };

		end = line + strcspn(line, "\n");
		if (!p || p >= end)
			continue;
		p = memchr(p, ':', (size_t)(end - p));
		if (!p)
			continue;
		p += strspn(p, ": ");
		if (strncmp(p, "config : ", 9) == 0)
			p += 9;
		/* The last two only say that there were others. */
		if (strncmp(p, "Error(s) found", 14) == 0 ||
		    strncmp(p, "Fatal errors found", 18) == 0)
			continue;
		p = take_place(p, end, &place);
		text_safe(&text, p, (size_t)(end - p), 500);
		if (!said_of_certificate(e, &place, text.s))
			err_at(e, ERR_VALUE, place.file, place.line, 0, _("HAProxy says: %s"), text.s);
		buf_free(&text);
		return true;
	}
	return false;
}

struct taken {
	unsigned    port;
	const char *address;
	bool        known;
};

static void
is_known(void *ctx, const struct hap_bind *b)
{
	struct taken *t = ctx;

	t->known |= b->first <= t->port && t->port <= b->last && listen_meet(b->address, t->address);
}

/* Is a listener of HAProxy's one that its files explain? */
static bool
is_explained(const struct hap_conf *c, const struct listener *l)
{
	struct taken t = { .port = l->port, .address = l->address };

	for (const struct hap_section *s = c->first; s; s = s->next)
		hap_each_bind(s, is_known, &t);
	return t.known;
}

static int
clash_on(const struct proxy_context *c, const struct hap_conf *conf, const struct machine *m,
         unsigned port, struct err *e)
{
	const char *wanted = c->answers->listen_address ? c->answers->listen_address : "*";

	for (size_t i = 0; i < m->n_listeners; i++) {
		const struct listener *l = &m->listeners[i];

		if (l->port != port || !*l->program || !listen_meet(wanted, l->address))
			continue;
		if (strcmp(l->program, "haproxy") != 0)
			return err_set(
				e, ERR_CONFLICT,
				_("Port %1$u is taken by %2$s, so %3$s cannot listen there."), port,
				l->program, "HAProxy");
		if (conf && !is_explained(conf, l))
			return err_set(e, ERR_CONFLICT,
			               _("HAProxy listens on port %u already, and none of its bind "
			                 "lines that can be read says so."),
			               port);
	}
	return 0;
}

/*
 * A second bind of its own port is what HAProxy would accept, and what must
 * not be; a port of another program's it cannot have.
 */
int
haproxy_clash(const struct proxy_context *c, const struct machine *m, struct err *e)
{
	const struct haproxy_own *own = haproxy_own(c->found);
	unsigned ports[2];

	values_ports(c, &ports[0], &ports[1]);
	for (size_t i = 0; i < ARRAY_LEN(ports); i++)
		if (ports[i] &&
		    clash_on(c, own && own->read ? &own->conf : NULL, m, ports[i], e) < 0)
			return -1;
	return 0;
}

/* The workers of the master, as they were before the reload; where there is none, whatever runs. */
struct before {
	pid_t  master;
	char   config[256]; /* what it was started with: another HAProxy is none of our business */
	size_t n;
	pid_t  workers[MAX_WORKERS];
};

struct look {
	const struct proxy_found *f;
	struct before *before;
	pid_t          master;
	size_t         young, old; /* workers that came after, and older ones that still listen */
};

static void
remember(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct look *k = ctx;
	struct before *b = k->before;

	if (pid == b->master)
		snprintf(b->config, sizeof(b->config), "%s", running_operand(argv, "-f"));
	if (b->n < MAX_WORKERS && (k->master <= 0 || parent == k->master || pid == k->master))
		b->workers[b->n++] = pid;
}

static void
compare(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct look *k = ctx;

	(void)argv;
	if (parent != k->master || k->master <= 0)
		return;
	for (size_t i = 0; i < k->before->n; i++)
		if (k->before->workers[i] == pid) {
			k->old += running_listens(pid) == 1;
			return;
		}
	k->young += running_listens(pid) != 0;
}

/* Another one on the same files: it was started or restarted, which is as good as a reload. */
static void
find_again(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct look *k = ctx;

	for (size_t i = 0; i < k->before->n; i++)
		if (k->before->workers[i] == pid || k->before->workers[i] == parent)
			return;
	if (k->before->master > 0 && strcmp(running_operand(argv, "-f"), k->before->config) != 0)
		return;
	if (running_listens(pid) == 1 && boxed_has(k->f, pid))
		k->young++;
}

void *
haproxy_before_reload(const struct proxy_found *f)
{
	struct before *b = xcalloc(1, sizeof(*b));
	struct look k = { .f = f, .before = b, .master = f->master };

	b->master = f->master;
	machine_processes("haproxy", remember, &k);
	return b;
}

enum proxy_proof
haproxy_proof(const struct proxy_found *f, void *state)
{
	struct before *b = state;
	struct look k = { .f = f, .before = b, .master = b->master };
	const bool alive = b->master > 0 && (kill(b->master, 0) == 0 || errno == EPERM);

	machine_processes("haproxy", alive ? compare : find_again, &k);
	return k.young > 0 && k.old == 0 ? PROOF_DONE : PROOF_WAIT;
}

/* The old process waits for the last connection, unless it is given a time. */
bool
haproxy_reload_closes(const struct proxy_found *f)
{
	const struct haproxy_own *own = haproxy_own(f);

	for (const struct hap_section *s = own ? own->conf.first : NULL; s; s = s->next)
		if (strcmp(s->kind, "global") == 0 && hap_own(s, "hard-stop-after", NULL))
			return true;
	return false;
}
