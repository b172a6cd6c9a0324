/* live.c - what a reload meets: connections that are open, and sockets that are in its way. */
#include "apply/apply_run.h"
#include "proxy/boxed.h"

#include <stdio.h>
#include <string.h>

#include "proxy/obstacle.h"

#define ESTABLISHED 1

static unsigned
count(const char *path, unsigned http, unsigned https)
{
	FILE *f = fopen(path, "re");
	char line[512];
	unsigned n = 0, port, state;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x",
		           &port, &state) == 2 &&
		    state == ESTABLISHED && port && (port == http || port == https))
			n++;
	if (f)
		fclose(f);
	return n;
}

unsigned
live_on(unsigned http, unsigned https)
{
	return count("/proc/net/tcp", http, https) + count("/proc/net/tcp6", http, https);
}

/* A restart spares nobody. */
bool
live_closes(const struct proxy_found *f, const char *const *argv)
{
	for (const char *const *arg = argv; arg && *arg; arg++)
		if (strcmp(*arg, "restart") == 0)
			return true;
	return f && f->proxy->reload_closes && f->proxy->reload_closes(f);
}

static const char *const *
reload_of(const struct plan *p)
{
	const struct step *s = steps_find(&p->steps, STEP_RUN, ROLE_RELOAD);

	return s ? s->argv : NULL;
}

unsigned
apply_live_connections(const struct plan *p)
{
	unsigned http, https;

	answers_ports(p->context.answers, &http, &https);
	return live_on(http, https);
}

bool
apply_closes_connections(const struct plan *p)
{
	return live_closes(p->context.found, reload_of(p));
}

int
apply_clash(const struct plan *p, const struct machine *m, struct err *e)
{
	const char *const *argv = reload_of(p);
	struct err found = { 0 };
	int rc = argv ? obstacle_find(&p->context, m, &found) : 0;

	/* A repair takes no address that the site has not. */
	if (argv && rc == 0 && !p->causes)
		rc = proxy_clash(&p->context, m, &found);

	/* What a restart would settle is settled where the command is one. */
	for (; rc > 0 && *argv; argv++)
		if (strcmp(*argv, "restart") == 0)
			rc = 0;
	if (rc)
		*e = found;
	return rc;
}
