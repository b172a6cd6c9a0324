#include "proxy/site_dir.h"

#include <string.h>

#include "base/fs.h"

bool
site_dir_is_open(struct arena *a, const char *root, const char *dir)
{
	return fs_exists(fs_path(a, root, fs_join(a, dir, ".")));
}

char *
site_dir_available(struct arena *a, const char *root, const char *dir)
{
	static const char enabled[] = "-enabled";
	const size_t n = strlen(dir), m = sizeof(enabled) - 1;
	char *other;

	if (n < m || strcmp(dir + n - m, enabled) != 0)
		return NULL;
	other = arena_printf(a, "%.*s-available", (int)(n - m), dir);
	return site_dir_is_open(a, root, other) ? other : NULL;
}
