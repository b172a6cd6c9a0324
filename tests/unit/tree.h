/* tree.h - a little file system of a test's own. */
#ifndef TESTS_TREE_H
#define TESTS_TREE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/mem.h"

struct tree {
	char        *root;
	struct arena arena;
};

static inline int
tree_setup(void **state)
{
	struct tree *t = xcalloc(1, sizeof(*t));
	struct err e = { 0 };

	t->root = fs_mkdtemp("tree", &e);
	*state = t;
	return t->root ? 0 : -1;
}

static inline int
tree_teardown(void **state)
{
	struct tree *t = *state;
	struct err e = { 0 };
	int rc = fs_remove_tree(t->root, &e);

	free(t->root);
	arena_free(&t->arena);
	free(t);
	return rc;
}

static inline void
tree_mkdir(struct tree *t, const char *path)
{
	struct err e = { 0 };

	assert_int_equal(fs_mkdirs(fs_path(&t->arena, t->root, path), 0755, &e), 0);
}

static inline void
tree_write(struct tree *t, const char *path, const char *text)
{
	const char *real = fs_path(&t->arena, t->root, path);
	struct err e = { 0 };

	tree_mkdir(t, fs_dirname(&t->arena, path));
	assert_int_equal(fs_write(real, text, strlen(text), 0644, &e), 0);
}

static inline const char *
tree_path(struct tree *t, const char *path)
{
	return fs_path(&t->arena, t->root, path);
}

#endif
