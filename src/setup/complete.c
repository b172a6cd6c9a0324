/* complete.c - the rest of a path that is typed, from what lies on this server. */
#include "setup/setup.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "setup/state.h"

struct completion {
	char  *all; /* what every match begins with; NULL: none yet */
	size_t n;
};

static void
on_match(void *ctx, const char *path)
{
	struct completion *c = ctx;
	size_t same = 0;

	if (c->n++ == 0) {
		c->all = xstrdup(path);
		return;
	}
	while (c->all[same] && c->all[same] == path[same])
		same++;
	/* Not in the middle of a character. */
	while (same && ((unsigned char)c->all[same] & 0xc0) == 0x80)
		same--;
	c->all[same] = '\0';
}

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool
setup_field_is_path(const char *key)
{
	return strcmp(key, "tls.certificate") == 0 || strcmp(key, "tls.key") == 0 ||
	       strcmp(key, "npm.secret-file") == 0 || strcmp(key, "cloudflare.token-file") == 0;
}

bool
setup_field_follows(const char *key)
{
	return strncmp(key, "tls.", 4) == 0 || strncmp(key, "npm.", 4) == 0 ||
	       strncmp(key, "cloudflare.", 11) == 0 || strcmp(key, "token") == 0;
}

const char *
setup_complete(const struct setup *s, const char *key, const char *text)
{
	struct completion c = { 0 };
	const char *path, *found = NULL;
	size_t skip;

	if (!setup_field_is_path(key) || *text != '/' || strpbrk(text, "*?[]{}\\"))
		return NULL;
	path = fs_path(s->say, s->o.root, text);
	skip = strlen(path) - strlen(text); /* the root in front of it */
	fs_glob(arena_printf(s->say, "%s*", path), on_match, &c);
	if (c.all && strlen(c.all) >= skip)
		found = say(s, "%s%s", c.all + skip, c.n == 1 && is_directory(c.all) ? "/" : "");
	free(c.all);
	return found && strlen(found) > strlen(text) ? found : NULL;
}
