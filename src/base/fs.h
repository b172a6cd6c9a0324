/*
 * fs.h - files: reading with a cap, writing that is whole or not at all.
 *
 * Paths that belong to the machine are made with fs_path(), which puts --root
 * in front of them, as DESTDIR is for make.
 */
#ifndef BASE_FS_H
#define BASE_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

/*
 * root + path, unless path is relative or already starts with root; root NULL
 * or "/" changes nothing.  From the arena.
 */
char *fs_path(struct arena *a, const char *root, const char *path);
const char *fs_without_root(const char *root, const char *path); /* back again: as a person would name it */
char *fs_join(struct arena *a, const char *dir, const char *name);
const char *fs_basename(const char *path); /* borrowed from path */
char *fs_dirname(struct arena *a, const char *path);

/*
 * Append the whole file to `out'; more than `max' bytes is an error.  A
 * missing file is ERR_IO with sys ENOENT.  Only a regular file is read, and
 * of a container only its own (within.h); without a link on the way; or
 * whatever a person named, a pipe too.
 */
int fs_read(struct buf *out, const char *path, size_t max, struct err *e);
int fs_read_straight(struct buf *out, const char *path, size_t max, struct err *e);
int fs_read_given(struct buf *out, const char *path, size_t max, struct err *e);

/*
 * Write beside the target, fsync, rename, fsync the directory.  For files of
 * our own (answers, reports, sessions); a symlink or a device stays one.
 */
int fs_write(const char *path, const void *bytes, size_t len, mode_t mode, struct err *e);

int  fs_unnamed(const char *name, const char *text); /* a file in memory alone that holds it, at its beginning; -1 with errno */
int  fs_write_all(int fd, const char *bytes, size_t len); /* however many calls it takes; -1 with errno */
int  fs_mkdirs(const char *path, mode_t mode, struct err *e); /* as mkdir -p */
bool fs_exists(const char *path);
int  fs_remove_tree(const char *path, struct err *e); /* never follows a symlink */

/* A fresh 0700 directory under $TMPDIR or /tmp; caller frees the path. */
char *fs_mkdtemp(const char *name, struct err *e);

/* Call fn with the sorted paths that match a pattern (nginx's `include').  Returns how many. */
typedef void fs_glob_fn(void *ctx, const char *path);
size_t fs_glob(const char *pattern, fs_glob_fn *fn, void *ctx);
/* The first `most' of them, from the arena; ends with NULL. */
const char *const *fs_matches(struct arena *a, const char *pattern, size_t most);

/* The names in a directory, sorted, from the arena; ends with NULL.  NULL: it cannot be read. */
const char *const *fs_names(struct arena *a, const char *dir);

/*
 * Find a program by name in PATH and then in the sbin directories, or check a
 * name that is a path already; NULL if there is none.  A root with program
 * directories of its own is searched alone (the answer can be executed: it
 * begins with root); one without them only stages files, as DESTDIR does, and
 * programs come from this machine.
 */
char *fs_which(struct arena *a, const char *root, const char *name);

#endif
