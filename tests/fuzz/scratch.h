/* scratch.h - a directory of this process's own for drivers that need files; gone at its end. */
#ifndef TESTS_FUZZ_SCRATCH_H
#define TESTS_FUZZ_SCRATCH_H

#include <fcntl.h>
#include <unistd.h>

#include "base/fs.h"

static char *scratch_root;

static void
scratch_remove(void)
{
	struct err e = { 0 };

	fs_remove_tree(scratch_root, &e);
	free(scratch_root);
}

static inline const char *
scratch(void)
{
	struct err e = { 0 };

	if (!scratch_root) {
		scratch_root = fs_mkdtemp("fuzz", &e);
		assert(scratch_root);
		atexit(scratch_remove);
	}
	return scratch_root;
}

/* Below it; directories are made.  Nothing is synced, so that it is fast. */
static inline void
scratch_write(const char *path, const char *bytes, size_t len)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	const char *real = fs_path(&a, scratch(), path);
	int fd;

	assert(fs_mkdirs(fs_dirname(&a, real), 0755, &e) == 0);
	fd = open(real, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert(fd >= 0);
	assert(write(fd, bytes, len) == (ssize_t)len);
	close(fd);
	arena_free(&a);
}

#endif
