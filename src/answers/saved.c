/* saved.c - where answers are kept on this machine; the rest of answers.h. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answers/answers.h"
#include "base/fs.h"

#define MAX_SAVED 256

struct saved {
	char           *path;
	struct timespec changed;
};

static char *
directory(struct arena *arena, const char *root)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");

	if (geteuid() == 0)
		return fs_path(arena, root, "/etc/antechamber");
	if (config && *config == '/')
		return fs_path(arena, root, fs_join(arena, config, "antechamber"));
	return fs_path(arena, root,
		       fs_join(arena, home && *home == '/' ? home : "/", ".config/antechamber"));
}

char *
answers_default_path(struct arena *arena, const char *root, const struct url *public_url)
{
	return fs_join(arena, directory(arena, root),
		       arena_printf(arena, "%s.yaml", public_url->host));
}

static int
newest_first(const void *a, const void *b)
{
	const struct saved *x = a, *y = b;

	if (x->changed.tv_sec != y->changed.tv_sec)
		return x->changed.tv_sec < y->changed.tv_sec ? 1 : -1;
	if (x->changed.tv_nsec != y->changed.tv_nsec)
		return x->changed.tv_nsec < y->changed.tv_nsec ? 1 : -1;
	return strcmp(x->path, y->path);
}

/* A temporary file of ours begins with a dot. */
static bool
is_answers(const char *name)
{
	const size_t n = strlen(name);

	return *name != '.' && n > 5 && strcmp(name + n - 5, ".yaml") == 0;
}

char **
answers_saved(struct arena *arena, const char *root)
{
	struct saved found[MAX_SAVED];
	size_t n = 0;
	const char *dir = directory(arena, root);
	DIR *d = opendir(dir);
	char **paths;

	for (const struct dirent *entry; d && n < MAX_SAVED && (entry = readdir(d));) {
		struct stat st;

		if (!is_answers(entry->d_name))
			continue;
		found[n].path = fs_join(arena, dir, entry->d_name);
		if (stat(found[n].path, &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		found[n++].changed = st.st_mtim;
	}
	if (d)
		closedir(d);
	qsort(found, n, sizeof(*found), newest_first);
	paths = arena_alloc(arena, (n + 1) * sizeof(*paths));
	for (size_t i = 0; i < n; i++)
		paths[i] = found[i].path;
	return paths;
}
