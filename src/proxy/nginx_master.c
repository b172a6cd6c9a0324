/* nginx_master.c - the running nginx, found by its master process. */
#include "proxy/nginx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/within.h"
#include "proxy/boxed.h"
#include "proxy/running.h"

struct search {
	struct proxy_found   *f;
	const char           *root;
	const struct machine *machine;
	pid_t                 strange; /* one that reads another file and serves the world */
	char                 *strange_config;
};

/* Its unit's name as systemctl takes it. */
static char *
unit_of(struct arena *a, pid_t pid)
{
	char *unit = running_unit(a, pid, "nginx");

	if (!unit)
		unit = running_unit(a, pid, "openresty");
	if (unit)
		unit[strlen(unit) - strlen(".service")] = '\0';
	return unit;
}

/* The -c of "nginx: master process nginx -c /etc/x.conf -g ..."; NULL: the default. */
static char *
config_of(struct arena *a, const char *const *argv)
{
	struct buf title = BUF_INIT;
	const char *p;
	char *config = NULL;

	for (size_t i = 0; argv[i]; i++)
		buf_printf(&title, "%s%s", i ? " " : "", argv[i]);
	p = strstr(title.s, " -c ");
	if (p) {
		p += 4;
		p += strspn(p, " ");
		config = arena_strndup(a, p, strcspn(p, " "));
	}
	buf_free(&title);
	return config;
}

static bool
is_any_master(const char *const *argv)
{
	static const char title[] = "nginx: master process";

	return argv[0] && strncmp(argv[0], title, sizeof(title) - 1) == 0;
}

/* Its -c is a path of the machine as it is; ours may have a root in front. */
bool
nginx_is_master(const struct proxy_found *f, pid_t pid, const char *const *argv)
{
	const struct nginx_own *own = f->conf;
	struct arena a = { 0 };
	const char *config;
	struct stat x, y;
	bool same;

	if (!is_any_master(argv) || !own || !own->real_config || !boxed_has(f, pid) || (!f->box && !running_believed(f, pid)))
		return false;
	config = config_of(&a, argv);
	if (!config)
		config = own->default_config;
	same = within_stat(f->box ? fs_path(&a, f->box->root, config) : config, &x, WITHIN_FOLLOW) == 0 &&
	       within_stat(own->real_config, &y, WITHIN_FOLLOW) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
	arena_free(&a);
	return same;
}

static bool
serves_the_world(const struct machine *m, pid_t pid)
{
	for (size_t i = 0; m && i < m->n_listeners; i++)
		if (m->listeners[i].pid == pid && !m->listeners[i].loopback)
			return true;
	return false;
}

static bool
is_rooted(const char *root)
{
	return root && *root && strcmp(root, "/") != 0;
}

static void
consider(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct search *s = ctx;
	struct proxy_found *f = s->f;
	char *config;

	(void)parent;
	if (!is_any_master(argv))
		return;
	if (f->box ? !boxed_has(f, pid) : !running_counts(f, pid, is_rooted(s->root)))
		return;
	if (!f->config || f->master)
		return;
	config = config_of(&f->arena, argv);
	if (f->box) { /* what runs there is what it is for */
		f->master = pid;
		if (config && *config == '/') {
			f->config = config;
			((struct nginx_own *)f->conf)->real_config = fs_path(&f->arena, s->root, config);
		}
		return;
	}
	if (nginx_is_master(f, pid, argv)) {
		f->master = pid;
	} else if (config && *config == '/' && !s->strange && serves_the_world(s->machine, pid)) {
		s->strange = pid;
		s->strange_config = config;
	}
}

/*
 * The one that reads the file we found, or, if that one does not run, one
 * started with a file of its own: but only if it serves more than loopback,
 * for a private copy of somebody's test is none of our business.
 */
void
nginx_find_master(struct proxy_found *f, const char *root, const struct machine *m)
{
	struct search s = { .f = f, .root = root, .machine = m };
	struct nginx_own *own = f->conf;

	if (f->config)
		own->real_config = fs_path(&f->arena, root, f->config);
	machine_processes("nginx", consider, &s);
	if (!f->master && s.strange && !f->chosen && !is_rooted(root)) {
		f->master = s.strange;
		f->config = own->real_config = s.strange_config;
	}
	f->running = f->master > 0;
	if (f->running && !f->box)
		own->unit = unit_of(&f->arena, f->master);
}
