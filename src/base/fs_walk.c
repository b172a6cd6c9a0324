/* fs_walk.c - the rest of fs.h: trees, patterns, programs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/within.h"

#define MAX_DEPTH 64

static const char usual_path[] = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin";

static int remove_at(int dir, const char *name, int depth);

static int
remove_children(int fd, int depth)
{
	DIR *d = fdopendir(fd);
	int rc = 0, saved;

	if (!d) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	for (const struct dirent *entry; rc == 0 && (entry = readdir(d));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			rc = remove_at(dirfd(d), entry->d_name, depth + 1);
	saved = errno;
	closedir(d);
	errno = saved;
	return rc;
}

static int
remove_at(int dir, const char *name, int depth)
{
	int fd;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (depth > MAX_DEPTH) {
		errno = ELOOP;
		return -1;
	}
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || remove_children(fd, depth) < 0)
		return -1;
	return unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : -1;
}

int
fs_remove_tree(const char *path, struct err *e)
{
	if (remove_at(AT_FDCWD, path, 0) == 0)
		return 0;
	err_sys(e, ERR_IO, _("Cannot remove %s"), path);
	snprintf(e->file, sizeof(e->file), "%s", path);
	return -1;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What glob(3) walks through, by the one door. */

static void *
open_directory(const char *path)
{
	return within_directory(path);
}

static struct dirent *
next_entry(void *dir)
{
	return readdir(dir);
}

static void
close_directory(void *dir)
{
	closedir(dir);
}

static int
look_at(const char *path, struct stat *st)
{
	return within_stat(path, st, WITHIN_LAST);
}

static int
look_through(const char *path, struct stat *st)
{
	return within_stat(path, st, WITHIN_FOLLOW);
}

size_t
fs_glob(const char *pattern, fs_glob_fn *fn, void *ctx)
{
	glob_t g = { .gl_opendir = open_directory, .gl_readdir = next_entry, .gl_closedir = close_directory,
		     .gl_lstat = look_at, .gl_stat = look_through };
	size_t n = 0;

	/* glob(3) sorts by the locale; programs that read configurations do not. */
	if (glob(pattern, GLOB_NOSORT | GLOB_ALTDIRFUNC, NULL, &g) == 0) {
		n = g.gl_pathc;
		qsort(g.gl_pathv, n, sizeof(*g.gl_pathv), by_bytes);
		for (size_t i = 0; i < n; i++)
			fn(ctx, g.gl_pathv[i]);
	}
	globfree(&g);
	return n;
}

struct names {
	struct arena *a;
	const char  **v;
	size_t        n, cap, most;
};

static void
keep(void *ctx, const char *name)
{
	struct names *k = ctx;

	if (k->n == k->most)
		return;
	k->v = xgrow(k->v, k->n, &k->cap, sizeof(*k->v));
	k->v[k->n++] = arena_strdup(k->a, name);
}

static const char *const *
kept(struct names *k)
{
	const char **v = arena_alloc(k->a, (k->n + 1) * sizeof(*v));

	for (size_t i = 0; i < k->n; i++)
		v[i] = k->v[i];
	free(k->v);
	return v;
}

const char *const *
fs_matches(struct arena *a, const char *pattern, size_t most)
{
	struct names k = { .a = a, .most = most };

	fs_glob(pattern, keep, &k);
	return kept(&k);
}

const char *const *
fs_names(struct arena *a, const char *dir)
{
	struct names k = { .a = a, .most = SIZE_MAX };
	DIR *d = within_directory(dir);

	if (!d)
		return NULL;
	for (const struct dirent *entry; (entry = readdir(d));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			keep(&k, entry->d_name);
	closedir(d);
	if (k.n)
		qsort(k.v, k.n, sizeof(*k.v), by_bytes);
	return kept(&k);
}

static bool
is_program(const char *path)
{
	struct stat st;

	return within_stat(path, &st, WITHIN_FOLLOW) == 0 && S_ISREG(st.st_mode) && within_access(path, X_OK) == 0;
}

static char *
which_in(struct arena *a, const char *root, const char *dirs, const char *name)
{
	while (*dirs) {
		const size_t n = strcspn(dirs, ":");
		char *path;

		if (n && *dirs == '/') {
			path = fs_path(a, root, fs_join(a, arena_strndup(a, dirs, n), name));
			if (is_program(path))
				return path;
		}
		dirs += n + (dirs[n] == ':');
	}
	return NULL;
}

static bool
has_programs(struct arena *a, const char *root)
{
	static const char *const dirs[] = { "/usr/sbin",      "/usr/bin", "/usr/local/sbin",
	                                    "/usr/local/bin", "/sbin",    "/bin" };

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		if (fs_exists(fs_path(a, root, dirs[i])))
			return true;
	return false;
}

char *
fs_which(struct arena *a, const char *root, const char *name)
{
	const char *path = getenv("PATH");
	char *found;

	if (!*name)
		return NULL;
	if (root && !has_programs(a, root))
		root = NULL;
	if (strchr(name, '/')) {
		found = fs_path(a, root, name);
		return is_program(found) ? found : NULL;
	}
	found = path ? which_in(a, root, path, name) : NULL;
	if (!found)
		found = which_in(a, root, usual_path, name);
	return found;
}
