/* apache_master.c - the running httpd: the process that is nobody's child, and the file it was started with. */
#include "proxy/apache.h"

#include <string.h>

#include "base/fs.h"
#include "proxy/boxed.h"
#include "proxy/running.h"

#define MAX_SEEN 512

struct search {
	struct proxy_found   *f;
	const char           *root;
	const struct machine *machine;
	pid_t                 pids[MAX_SEEN];
	size_t                n;
	pid_t                 strange; /* one that reads another file and serves the world */
	const char           *strange_config;
};

static bool
is_rooted(const struct search *s)
{
	return s->root && *s->root && strcmp(s->root, "/") != 0;
}

static void
remember(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct search *s = ctx;

	(void)parent;
	(void)argv;
	if (s->n < MAX_SEEN)
		s->pids[s->n++] = pid;
}

static bool
is_child(const struct search *s, pid_t parent)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->pids[i] == parent)
			return true;
	return false;
}

/* "-f FILE" or "-fFILE", relative to "-d DIR" or to its own root; NULL: the default. */
static const char *
config_of(struct arena *a, const struct apache_own *own, const char *const *argv)
{
	const char *file = NULL, *dir = own->server_root;

	for (size_t i = 1; argv[i]; i++) {
		if (strncmp(argv[i], "-f", 2) == 0)
			file = argv[i][2] ? argv[i] + 2 : argv[i + 1];
		if (strncmp(argv[i], "-d", 2) == 0)
			dir = argv[i][2] ? argv[i] + 2 : argv[i + 1];
		if (!argv[i][2] && (strcmp(argv[i], "-f") == 0 || strcmp(argv[i], "-d") == 0) &&
		    !argv[++i])
			break;
	}
	if (!file)
		return dir && own->server_root && strcmp(dir, own->server_root) != 0
		       ? fs_join(a, dir, fs_basename(own->default_config)) : NULL;
	return *file == '/' || !dir ? arena_strdup(a, file) : fs_join(a, dir, file);
}

static bool
serves_the_world(const struct search *s, pid_t master)
{
	for (size_t i = 0; s->machine && i < s->machine->n_listeners; i++)
		if (s->machine->listeners[i].pid == master && !s->machine->listeners[i].loopback)
			return true;
	return false;
}

static void
consider(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct search *s = ctx;
	struct proxy_found *f = s->f;
	struct apache_own *own = apache_own(f);
	const char *config;

	if (is_child(s, parent) || f->master)
		return;
	if (f->box ? !boxed_has(f, pid) : !running_counts(f, pid, is_rooted(s)))
		return;
	if (!f->installed)
		return;
	config = config_of(&f->arena, own, argv);
	if (f->box) { /* what runs there is what it is for */
		f->master = pid;
		f->config = config ? arena_strdup(&f->arena, config) : f->config;
	} else if (config ? running_same_file(config, s->root, f->config) : !is_rooted(s)) {
		f->master = pid;
		own->rooted =
			is_rooted(s) && config && strncmp(config, s->root, strlen(s->root)) == 0;
	} else if (config && *config == '/' && !is_rooted(s) && !s->strange &&
	           serves_the_world(s, pid)) {
		s->strange = pid;
		s->strange_config = config;
	}
}

/*
 * The one that reads the usual file, or, if that one does not run, one started
 * with a file of its own: but only if it serves more than loopback, for a
 * private copy of somebody's test is none of our business.
 */
void
apache_find_master(struct proxy_found *f, const char *root, const struct machine *m)
{
	static const char *const names[] = { "apache2", "httpd" };

	for (size_t i = 0; i < ARRAY_LEN(names) && !f->master; i++) {
		struct search s = { .f = f, .root = root, .machine = m };

		machine_processes(names[i], remember, &s);
		machine_processes(names[i], consider, &s);
		if (!f->master && s.strange) {
			f->master = s.strange;
			f->config = arena_strdup(&f->arena, s.strange_config);
		}
		f->running = f->master > 0;
		if (f->running && !f->box)
			apache_own(f)->unit = running_unit(&f->arena, f->master, names[i]);
	}
}
