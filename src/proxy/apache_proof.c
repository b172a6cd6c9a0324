/* apache_proof.c - will a reload work, what did the checker say, has the reload come through? */
#include "proxy/apache.h"

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

#define MAX_CHILDREN 512
#define GONE_MS      2000 /* a restart may leave a moment without a parent */

/* ---- what it said ---- */

/* "Syntax error on line 12 of /etc/x.conf:", the last of them on this line is the innermost; what follows it. */
static const char *
take_place(const char *line, const char *end, struct err *e)
{
	static const char sign[] = "yntax error on line ";
	const char *rest = NULL;

	for (const char *p = line;
	     (p = memmem(p, (size_t)(end - p), sign, sizeof(sign) - 1)) != NULL;) {
		const char *of, *colon;

		p += sizeof(sign) - 1;
		of = memmem(p, (size_t)(end - p), " of ", 4);
		colon = of ? memchr(of, ':', (size_t)(end - of)) : NULL;
		if (!colon || (size_t)(colon - of) - 4 >= sizeof(e->file))
			continue;
		e->line = said_line(p);
		memcpy(e->file, of + 4, (size_t)(colon - of) - 4);
		e->file[(size_t)(colon - of) - 4] = '\0';
		rest = colon + 1;
	}
	return rest;
}

/* "[Wed Nov 25 ...] [core:error] [pid 1:tid 1] (98)Address ...: AH00072: text": what stands in brackets goes. */
static const char *
past_brackets(const char *p, const char *end)
{
	while (p < end && *p == '[') {
		const char *close = memchr(p, ']', (size_t)(end - p));

		if (!close)
			break;
		p = close + 1;
		while (p < end && *p == ' ')
			p++;
	}
	return p;
}

static bool
says(const char *p, const char *end, const char *what)
{
	return memmem(p, (size_t)(end - p), what, strlen(what)) != NULL;
}

static void
complain(struct err *e, const struct err *place, const char *p, const char *end)
{
	struct buf text = BUF_INIT;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	text_safe(&text, p, (size_t)(end - p), 500);
	if (!said_of_certificate(e, place, text.s))
		err_at(e, ERR_VALUE, place->file, place->line, 0, _("Apache says: %s"), text.s);
	buf_free(&text);
}

bool
apache_complaint(const char *said, struct err *e)
{
	/* Of no weight: a name it made up, that there was a failure at all, where to look for more. */
	static const char *const idle[] = { "AH00558",  "AH00111",  ":warn]",
		                            ":notice]", "AH00015",  "AH00016",
		                            "AH00014",  "Action '", "The Apache error log" };

	for (const char *line = said, *end; *line; line = *end ? end + 1 : end) {
		struct err place = { 0 };
		const char *rest, *p;
		bool skip = false;

		end = line + strcspn(line, "\n");
		p = past_brackets(line, end);
		for (size_t i = 0; i < ARRAY_LEN(idle); i++)
			skip |= says(line, end, idle[i]);
		if (skip)
			continue;
		rest = take_place(p, end, &place);
		if (rest && rest + strspn(rest, " \t\r") >= end && *end) {
			/* The sentence is a line of its own. */
			rest = end + 1;
			end = rest + strcspn(rest, "\n");
		}
		if (!rest && !says(p, end, "AH0") && !says(p, end, "rror") &&
		    !says(p, end, "make_sock"))
			continue;
		complain(e, &place, rest ? rest : p, end);
		return true;
	}
	return false;
}

/* ---- ports ---- */

static bool
is_ours(const char *program)
{
	return strcmp(program, "apache2") == 0 || strcmp(program, "httpd") == 0;
}

/*
 * Measured: told to open all addresses of a port of which it has one alone, httpd ends at the
 * reload.  The other way round it takes.
 */
static int
clash_on(const struct machine *m, const char *address, unsigned port, struct err *e)
{
	int restart = 0;

	for (size_t i = 0; i < m->n_listeners; i++) {
		const struct listener *l = &m->listeners[i];

		if (l->port == port && *l->program && !is_ours(l->program) &&
		    listen_meet(address, l->address))
			return err_set(
				e, ERR_CONFLICT,
				_("Port %1$u is taken by %2$s, so %3$s cannot listen there."), port,
				l->program, "Apache");
		if (l->port == port && is_ours(l->program) && listen_all(address) &&
		    !listen_all(l->address)) {
			err_set(e, ERR_CONFLICT,
			        _("Apache listens on %1$s port %2$u alone. A reload to all addresses "
			          "would end it; restart it instead."),
			        l->address, port);
			restart = 1;
		}
	}
	return restart;
}

/*
 * A port it cannot have stops httpd altogether, at the reload.  Switching
 * mod_ssl on may open 443 though the site is somewhere else: every Listen
 * counts that will be in force.
 */
int
apache_clash(const struct proxy_context *c, const struct machine *m, struct err *e)
{
	const char *wanted = c->answers->listen_address ? c->answers->listen_address : "*";
	struct apache_modules modules;
	struct apa_conf conf = { 0 };
	struct err ignored = { 0 };
	unsigned ports[2];
	int rc = 0, restart = 0;

	values_ports(c, &ports[0], &ports[1]);
	for (size_t i = 0; i < ARRAY_LEN(ports) && rc >= 0; i++)
		if (ports[i]) {
			rc = clash_on(m, wanted, ports[i], e);
			restart |= rc;
		}
	apache_modules(&modules, c);
	if (rc >= 0 && apache_conf(c->found) &&
	    apache_modules_read(&conf, &modules, c, &ignored) == 0)
		for (const struct apa_directive *l = apa_top(&conf, "Listen"); l && rc >= 0;
		     l = apa_next(l, "Listen")) {
			struct apa_address at;

			if (apa_address_of(&at, apa_word(l, 0))) {
				rc = clash_on(m, at.address, at.port, e);
				restart |= rc;
			}
		}
	apa_free(&conf);
	apache_modules_free(&modules);
	return rc < 0 ? rc : restart;
}

/* ---- the reload ---- */

/* The children of the parent, as they were before it. */
struct before {
	pid_t     master;
	char      config[256]; /* what it was started with: another httpd is none of our business */
	long long gone_since; /* loop_now() when the parent was first missed; 0: it is there */
	size_t    n;
	pid_t     children[MAX_CHILDREN];
};

struct look {
	const struct proxy_found *f;
	struct before *before;
	pid_t          master;
	size_t         young, old; /* children that came after, and older ones that still listen */
	pid_t          parents[MAX_CHILDREN];
	size_t         n_parents;
};

static bool
was_there(const struct before *b, pid_t pid)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->children[i] == pid)
			return true;
	return false;
}

static void
remember(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct before *b = ctx;

	if (pid == b->master)
		snprintf(b->config, sizeof(b->config), "%s", running_operand(argv, "-f"));
	if (b->n < MAX_CHILDREN && (b->master <= 0 || parent == b->master))
		b->children[b->n++] = pid;
}

static void
compare(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct look *k = ctx;

	(void)argv;
	if (parent != k->master)
		return;
	if (was_there(k->before, pid))
		k->old += running_listens(pid) == 1;
	else
		k->young++;
}

/* Parents that are here and were not: an orphan of the old one has no children. */
static void
find_parents(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct look *k = ctx;

	(void)pid;
	if (k->before->master > 0 && strcmp(running_operand(argv, "-f"), k->before->config) != 0)
		return;
	if (k->n_parents < MAX_CHILDREN && parent != k->before->master &&
	    !was_there(k->before, parent))
		k->parents[k->n_parents++] = parent;
}

/* Another one: it was started or restarted, which is as good as a reload. */
static void
find_again(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct look *k = ctx;

	(void)parent;
	(void)argv;
	for (size_t i = 0; i < k->n_parents; i++)
		if (k->parents[i] == pid && running_listens(pid) != 0 &&
		    boxed_has(k->f, pid)) {
			k->young++;
			return;
		}
}

static void
each(machine_process_fn *fn, void *ctx)
{
	machine_processes("apache2", fn, ctx);
	machine_processes("httpd", fn, ctx);
}

void *
apache_before_reload(const struct proxy_found *f)
{
	struct before *b = xcalloc(1, sizeof(*b));

	b->master = f->master;
	each(remember, b);
	return b;
}

enum proxy_proof
apache_proof(const struct proxy_found *f, void *state)
{
	struct before *b = state;
	struct look k = { .f = f, .before = b, .master = b->master };
	const bool alive = b->master > 0 && (kill(b->master, 0) == 0 || errno == EPERM);

	if (!alive)
		each(find_parents, &k);
	each(alive ? compare : find_again, &k);
	if (k.young > 0 && k.old == 0)
		return PROOF_DONE;
	if (!alive && b->master > 0) {
		b->gone_since = b->gone_since ? b->gone_since : loop_now();
		if (loop_now() - b->gone_since > GONE_MS)
			return PROOF_FAILED;
	}
	return PROOF_WAIT;
}
