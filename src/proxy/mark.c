#include "proxy/mark.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fs.h"
#include "base/within.h"

static void
first_line(char line[512], const char *root, const char *path)
{
	struct arena a = { 0 };
	const int fd = within_open(fs_path(&a, root, path), O_RDONLY, WITHIN_FOLLOW);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	line[0] = '\0';
	if (file && !fgets(line, 512, file))
		line[0] = '\0';
	if (file)
		fclose(file);
	arena_free(&a);
}

bool
mark_is_on(const char *root, const char *path)
{
	char line[512];

	first_line(line, root, path);
	return strstr(line, PROXY_MARK) != NULL;
}

bool
mark_is_for(const char *root, const char *path, const struct url *public_url)
{
	char want[300], line[512];
	const char *p;

	snprintf(want, sizeof(want), public_url->ipv6 ? "://[%s]" : "://%s", public_url->host);
	first_line(line, root, path);
	p = strstr(line, PROXY_MARK) ? strstr(line, want) : NULL;
	return p && (p[strlen(want)] == ':' || p[strlen(want)] == ' ');
}

const char *
mark_host(struct arena *a, const struct url *public_url)
{
	char *host = arena_strdup(a, public_url->host);

	for (char *p = host; *p; p++)
		if (*p == ':')
			*p = '-';
	return host;
}

const char *
mark_file_in(struct arena *a, const struct proxy_context *c, const char *dir)
{
	const char *path = fs_join(a, dir, "openchamber.conf");
	const char *named = fs_join(a, dir, arena_printf(a, "openchamber-%s.conf", mark_host(a, &c->answers->public_url)));

	/* One that is there already stays, also when the other name has become free. */
	if (mark_is_for(c->root, named, &c->answers->public_url))
		return named;
	if (!fs_exists(fs_path(a, c->root, path)) ||
	    mark_is_for(c->root, path, &c->answers->public_url))
		return path;
	return named;
}
