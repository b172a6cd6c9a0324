/* site_dir.h - the directories that sites are kept in. */
#ifndef PROXY_SITE_DIR_H
#define PROXY_SITE_DIR_H

#include <stdbool.h>

#include "base/mem.h"

/* Is it there, and may we look into it? */
bool site_dir_is_open(struct arena *a, const char *root, const char *dir);

/* "sites-enabled" has its "sites-available" beside it: there the file goes, and a link here.  From the arena, or NULL. */
char *site_dir_available(struct arena *a, const char *root, const char *dir);

#endif
