/* nginx_master.c - the running nginx, found by its master process. */
#include "proxy/nginx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"

struct search {
	struct proxy_found   *f;
	const char           *root;
	const struct machine *machine;
	pid_t                 strange; /* one that reads another file and serves the world */
	char                 *strange_config;
};

static void
read_proc(struct buf *out, pid_t pid, const char *name)
{
	char path[64];
	struct err ignored;

	if (pid > 0)
		snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	else
		snprintf(path, sizeof(path), "/proc/self/%s", name);
	fs_read(out, path, 65536, &ignored);
}

/* The 12 hex digits people know a container by; NULL: it is in none, or in ours. */
static char *
container_of(struct arena *a, pid_t pid)
{
	static const char *const signs[] = { "docker", "libpod", "kubepods", "containerd", "lxc" };
	struct buf theirs = BUF_INIT, ours = BUF_INIT;
	char *name = NULL;

	read_proc(&theirs, pid, "cgroup");
	read_proc(&ours, 0, "cgroup");
	for (size_t i = 0; i < ARRAY_LEN(signs) && !name; i++) {
		const char *p = strstr(theirs.s, signs[i]);

		if (!p || strstr(ours.s, signs[i]))
			continue;
		while (*p && strspn(p, "0123456789abcdef") < 12)
			p++;
		name = *p ? arena_strndup(a, p, 12) : arena_strdup(a, signs[i]);
	}
	buf_free(&theirs);
	buf_free(&ours);
	return name;
}

/*
 * "0::/system.slice/nginx.service".  Only a unit that is nginx's by name: one
 * started from cron or a test would otherwise have that unit reloaded.
 */
static char *
unit_of(struct arena *a, pid_t pid)
{
	struct buf group = BUF_INIT;
	const char *end, *start;
	char *unit = NULL;

	read_proc(&group, pid, "cgroup");
	end = strstr(group.s, ".service");
	if (end) {
		for (start = end; start > group.s && start[-1] != '/' && start[-1] != '\n';)
			start--;
		end += strlen(".service");
		if ((*end == '\n' || *end == '\0') &&
		    start[strspn(start, "0123456789abcdefghijklmnopqrstuvwxyz"
		                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ@:_.-")] == *end)
			unit = arena_strndup(a, start, (size_t)(end - start));
	}
	if (unit && !strstr(unit, "nginx") && !strstr(unit, "openresty"))
		unit = NULL;
	if (unit)
		unit[strlen(unit) - strlen(".service")] = '\0';
	buf_free(&group);
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
nginx_is_master(const struct proxy_found *f, const char *const *argv)
{
	const struct nginx_own *own = f->conf;
	struct arena a = { 0 };
	const char *config;
	char *x, *y;
	bool same;

	if (!is_any_master(argv) || !own || !own->real_config)
		return false;
	config = config_of(&a, argv);
	x = realpath(config ? config : own->default_config, NULL);
	y = realpath(own->real_config, NULL);
	same = x && y && strcmp(x, y) == 0;
	free(x);
	free(y);
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
	char *config, *container;

	(void)parent;
	if (!is_any_master(argv))
		return;
	container = is_rooted(s->root) ? NULL : container_of(&f->arena, pid);
	if (container) {
		f->container = f->container ? f->container : container;
		return;
	}
	if (!f->config || f->master)
		return;
	config = config_of(&f->arena, argv);
	if (nginx_is_master(f, argv)) {
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
	if (f->running)
		own->unit = unit_of(&f->arena, f->master);
}
