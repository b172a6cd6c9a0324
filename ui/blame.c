#include "blame.h"

#include <stdlib.h>
#include <string.h>

#include "apply/finding.h"
#include "proxy/boxed.h"
#include "proxy/proxy.h"

struct detecting {
	struct loop *loop;
	bool         done;
};

static void
on_detected(void *ctx)
{
	struct detecting *d = ctx;

	d->done = true;
	loop_stop(d->loop);
}

static bool
is_blamable(const struct check_result *r)
{
	return r->target == TARGET_PUBLIC && r->cause && !r->where.file &&
	       (r->status == CHECK_FAIL || r->status == CHECK_WARN);
}

/* The address that was really talked to: the site is found by the port of --connect-to. */
static struct url
address_of(const struct options *o)
{
	struct url u = o->public_url;
	const char *colon = o->connect_to ? strrchr(o->connect_to, ':') : NULL;

	if (colon)
		u.port = strtoul(colon + 1, NULL, 10);
	return u;
}

static void
blame_by(const struct proxy_found *f, struct cmd *c, struct check_run *run, const struct url *u)
{
	for (size_t i = 0; i < check_count(run); i++) {
		const struct check_result *r = check_finished(run, i) ? check_at(run, i) : NULL;
		const char *file;
		int line;

		if (r && is_blamable(r) &&
		    f->proxy->blame(f, r->cause->id, u, finding_path(&c->needs, r), &file, &line))
			check_set_where(run, r, file, line);
	}
}

int
blame_run(struct cmd *c, struct check_run *run, struct machine *m, struct err *e)
{
	struct url u = address_of(c->o);
	bool wanted = false;
	int rc = 0;

	for (size_t i = 0; i < check_count(run); i++)
		wanted |= check_finished(run, i) && is_blamable(check_at(run, i));
	for (const struct proxy *const *p = proxies; wanted && rc == 0 && *p; p++) {
		struct proxy_found f = { .proxy = *p };
		struct detecting d = { .loop = c->loop };

		if (!(*p)->blame || !(*p)->detect)
			continue;
		proxy_detect(c->loop, c->net, c->o->root, m, &f, on_detected, &d);
		rc = cmd_wait(c, &d.done, e);
		if (rc == 0 && f.installed && proxy_site_serving(&f, u.host, u.port))
			blame_by(&f, c, run, &u);
		proxy_found_free(&f);
	}
	return rc;
}
