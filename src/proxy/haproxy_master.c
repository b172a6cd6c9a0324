/* haproxy_master.c - the running HAProxy: the process that is nobody's worker, and what it was started with. */
#include "proxy/haproxy.h"

#include <string.h>

#include "base/fs.h"
#include "proxy/boxed.h"
#include "proxy/running.h"

#define MAX_SEEN 64

struct search {
	struct proxy_found   *f;
	const char           *root;
	const struct machine *machine;
	pid_t                 pids[MAX_SEEN], parents[MAX_SEEN];
	size_t                n;
	pid_t                 strange; /* one that reads other files and serves the world */
	const char          **strange_files;
	bool                  strange_master;
};

static bool
is_rooted(const struct search *s)
{
	return s->root && *s->root && strcmp(s->root, "/") != 0;
}

/* A worker's parent is a HAProxy too. */
static void
remember(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct search *s = ctx;

	(void)argv;
	if (s->n == MAX_SEEN)
		return;
	s->pids[s->n] = pid;
	s->parents[s->n++] = parent;
}

static bool
is_worker(const struct search *s, pid_t parent)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->pids[i] == parent)
			return true;
	return false;
}

/* The operands of its -f options, whole; ends with NULL. */
static const char **
files_of(struct arena *a, pid_t pid, const char *const *argv)
{
	const char *dir = NULL;
	const char **files;
	size_t n = 0;

	for (size_t i = 0; argv[i]; i++)
		n++;
	files = arena_alloc(a, (n + 1) * sizeof(*files));
	n = 0;
	for (size_t i = 1; argv[i]; i++) {
		if (strcmp(argv[i], "-f") != 0)
			continue;
		for (; argv[i + 1] && argv[i + 1][0] != '-'; i++) {
			dir = dir ? dir : running_directory(a, pid);
			files[n++] = argv[i + 1][0] == '/' || !dir ? arena_strdup(a, argv[i + 1])
			                                           : fs_join(a, dir, argv[i + 1]);
		}
	}
	return files;
}

static bool
has_flag(const char *const *argv, const char *flag)
{
	for (size_t i = 1; argv[i]; i++)
		if (strncmp(argv[i], flag, strlen(flag)) == 0)
			return true;
	return false;
}

static bool
serves_the_world(const struct search *s, pid_t master)
{
	for (size_t i = 0; s->machine && i < s->machine->n_listeners; i++) {
		const struct listener *l = &s->machine->listeners[i];

		if (l->loopback || l->pid <= 0)
			continue;
		for (size_t k = 0; k < s->n; k++)
			if (s->pids[k] == l->pid && (l->pid == master || s->parents[k] == master))
				return true;
	}
	return false;
}

static void
take(struct search *s, pid_t pid, const char **files, bool master)
{
	struct haproxy_own *own = haproxy_own(s->f);
	const size_t root = s->root ? strlen(s->root) : 0;

	s->f->master = pid;
	own->master = master;
	own->files = files;
	for (size_t i = 0; is_rooted(s) && files[i]; i++)
		if (strncmp(files[i], s->root, root) == 0) {
			own->rooted = true;
			files[i] += s->root[root - 1] == '/' ? root - 1 : root;
		}
}

static void
consider(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct search *s = ctx;
	struct proxy_found *f = s->f;
	const bool master = has_flag(argv, "-W");
	const char **files;

	if (is_worker(s, parent) || f->master)
		return;
	if (f->box ? !boxed_has(f, pid) : !running_counts(f, pid, is_rooted(s)))
		return;
	files = files_of(&f->arena, pid, argv);
	if (!f->installed || !files[0])
		return;
	if (f->box || running_same_file(files[0], s->root, HAPROXY_CONFIG)) { /* what runs in a box is what it is for */
		take(s, pid, files, master);
	} else if (!is_rooted(s) && !s->strange && serves_the_world(s, pid)) {
		s->strange = pid;
		s->strange_files = files;
		s->strange_master = master;
	}
}

/*
 * The one that reads the usual file, or, if that one does not run, one started
 * with files of its own: but only if it serves more than loopback, for a
 * private copy of somebody's test is none of our business.
 */
void
haproxy_find_master(struct proxy_found *f, const char *root, const struct machine *m)
{
	struct search s = { .f = f, .root = root, .machine = m };

	machine_processes("haproxy", remember, &s);
	machine_processes("haproxy", consider, &s);
	if (!f->master && s.strange)
		take(&s, s.strange, s.strange_files, s.strange_master);
	f->running = f->master > 0;
	if (f->running && !f->box)
		haproxy_own(f)->unit = running_unit(&f->arena, f->master, "haproxy");
}
