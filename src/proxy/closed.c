#include "proxy/closed.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/within.h"

#define MAX_GROUPS 64

struct user {
	uid_t uid;
	gid_t groups[MAX_GROUPS];
	int   n_groups;
};

static bool
find_user(struct user *u, const char *name)
{
	const struct passwd *p = getpwnam(name);

	if (!p || p->pw_uid == 0)
		return false;
	u->uid = p->pw_uid;
	u->n_groups = MAX_GROUPS;
	return getgrouplist(name, p->pw_gid, u->groups, &u->n_groups) >= 0;
}

static bool
is_in(const struct user *u, gid_t group)
{
	for (int i = 0; i < u->n_groups; i++)
		if (u->groups[i] == group)
			return true;
	return false;
}

/* By owner, group and others; where a list says more, or nothing can be seen, it is taken for open. */
static bool
is_open(const struct user *u, const char *path, unsigned bit)
{
	const int fd = within_open(path, O_PATH, WITHIN_FOLLOW);
	char name[32];
	struct stat st;
	bool more;

	if (fd < 0)
		return true;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	more = fstat(fd, &st) < 0 || getxattr(name, "system.posix_acl_access", NULL, 0) > 0;
	close(fd);
	if (more)
		return true;
	if (st.st_uid == u->uid)
		return st.st_mode & (bit << 6);
	return st.st_mode & (is_in(u, st.st_gid) ? bit << 3 : bit);
}

/* Every directory on the way has to let it through, the file itself has to be readable. */
static const char *
closed_on(struct arena *a, const struct user *u, const char *path)
{
	for (const char *p = path; (p = strchr(p + 1, '/'));) {
		const char *dir = arena_strndup(a, path, (size_t)(p - path));

		if (!is_open(u, dir, 1))
			return dir;
	}
	return is_open(u, path, 4) ? NULL : path;
}

bool
closed_file(uid_t uid, gid_t gid, const char *path)
{
	const struct user u = { .uid = uid, .groups = { gid }, .n_groups = 1 };

	return !is_open(&u, path, 4);
}

const char *
closed_to(struct arena *a, const char *user, const char *root, const char *path)
{
	const char *whole = fs_path(a, root, path), *closed;
	const size_t prefix = strlen(whole) - strlen(path);
	char *real = NULL;
	struct user u;

	if (!user || !find_user(&u, user))
		return NULL;
	/* Of a path made of links both ways count: the one that is written, and the one behind it. */
	closed = closed_on(a, &u, whole);
	if (!closed && (real = within_real(whole)))
		closed = closed_on(a, &u, real);
	free(real);
	if (!closed)
		return NULL;
	return strlen(closed) > prefix && strncmp(closed, whole, prefix) == 0 ? closed + prefix : closed;
}
