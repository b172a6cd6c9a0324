#include "apply/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"

#define LINKS_MAX 40 /* as the kernel */

/* On the way to a place. */
struct walk {
	const char *root; /* "" or a directory without a slash at its end */
	int         dir;
	struct buf  real; /* where dir is, without root; "" is the root itself */
	struct buf  rest; /* what is still to be walked */
	int         links;
};

static bool
is_trusted(uid_t owner)
{
	return owner == 0 || owner == geteuid();
}

/* Root's group, and the private group of a user, hold nobody else. */
static bool
is_private_group(gid_t gid)
{
	return gid == 0 || (geteuid() != 0 && gid == getegid() && gid == (gid_t)geteuid());
}

static int
check_directory(const struct walk *w, struct err *e)
{
	const char *shown = w->real.len ? w->real.s : w->root[0] ? w->root : "/";
	struct stat st;

	if (fstat(w->dir, &st) < 0)
		return err_sys(e, ERR_IO, _("Cannot look at %s"), shown);
	if (!is_trusted(st.st_uid))
		return err_set(e, ERR_VALUE,
		               _("%s belongs to another user, who could swap what is written there."),
		               shown);
	if (st.st_mode & S_ISVTX)
		return 0;
	if ((st.st_mode & S_IWOTH) || ((st.st_mode & S_IWGRP) && !is_private_group(st.st_gid)))
		return err_set(e, ERR_VALUE,
		               _("Others may write in %s. Close it first: chmod go-w %s"),
		               shown, shown);
	return 0;
}

static int
to_root(struct walk *w, struct err *e)
{
	const char *path = w->root[0] ? w->root : "/";
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, ERR_IO, _("Cannot open %s"), path);
	if (w->dir >= 0)
		close(w->dir);
	w->dir = fd;
	buf_cut(&w->real, 0);
	return check_directory(w, e);
}

static int
to_directory(struct walk *w, const char *name, struct err *e)
{
	int fd;

	if (strcmp(name, "..") == 0) {
		char *slash = strrchr(w->real.s, '/');
		if (!slash)
			return 0; /* above the root is the root */
		buf_cut(&w->real, (size_t)(slash - w->real.s));
	} else
		buf_printf(&w->real, "/%s", name);
	fd = openat(w->dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, ERR_IO, _("Cannot open %s"), w->real.s);
	close(w->dir);
	w->dir = fd;
	return check_directory(w, e);
}

/* Continue with what a link points to.  An absolute target is one of this root. */
static int
through_link(struct walk *w, const char *name, uid_t owner, struct err *e)
{
	char target[4096];
	struct buf rest = BUF_INIT;
	ssize_t len = readlinkat(w->dir, name, target, sizeof(target) - 1);
	size_t root = strlen(w->root);

	if (len < 0)
		return err_sys(e, ERR_IO, _("Cannot read the link %s/%s"), w->real.s, name);
	target[len] = '\0';
	if (!is_trusted(owner))
		return err_set(e, ERR_VALUE,
		               _("The link %s/%s belongs to another user, who could turn it."),
		               w->real.s, name);
	if (++w->links > LINKS_MAX)
		return err_set(e, ERR_VALUE, _("The link %s/%s leads to itself."), w->real.s, name);
	if (root && strncmp(target, w->root, root) == 0 && target[root] == '/')
		buf_puts(&rest, target + root);
	else
		buf_puts(&rest, target);
	if (w->rest.len)
		buf_printf(&rest, "/%s", w->rest.s);
	buf_free(&w->rest);
	w->rest = rest;
	return target[0] == '/' ? to_root(w, e) : 0;
}

/* Cut the next name off `rest'; the caller frees.  NULL: nothing is left. */
static char *
next_name(struct walk *w)
{
	size_t from = strspn(w->rest.s, "/"), len = strcspn(w->rest.s + from, "/");
	char *name = len ? xstrndup(w->rest.s + from, len) : NULL;

	buf_eat(&w->rest, from + len);
	buf_eat(&w->rest, strspn(w->rest.s, "/"));
	return name;
}

static int
arrive(struct place *p, struct walk *w, const char *name, struct err *e)
{
	if (strcmp(name, "..") == 0)
		return err_set(e, ERR_VALUE, _("%s/.. is a directory, not a file."), w->real.s);
	p->dir = openat(w->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->dir < 0)
		return err_sys(e, ERR_IO, _("Cannot open %s"), w->real.len ? w->real.s : "/");
	p->name = xstrdup(name);
	p->real = xasprintf("%s/%s", w->real.s, name);
	return 0;
}

static int
refuse_link(const struct walk *w, const char *name, struct err *e)
{
	char *path = xasprintf("%s/%s", w->real.s, name);
	const int rc = err_set(e, ERR_VALUE, _("%s is a link that the container can turn, so it is not followed. Remove it first."),
	                       path);

	free(path);
	return rc;
}

static int
walk(struct place *p, struct walk *w, int links, struct err *e)
{
	char *name;
	int rc = to_root(w, e);

	while (rc == 0 && (name = next_name(w))) {
		bool last = w->rest.len == 0;
		struct stat st;

		if (strcmp(name, ".") == 0)
			;
		else if (fstatat(w->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
			if (errno != ENOENT)
				rc = err_sys(e, ERR_IO, _("Cannot look at %s/%s"), w->real.s, name);
			else
				rc = arrive(p, w, name, e) < 0 ? -1 : !last;
			free(name);
			return rc;
		} else if (S_ISLNK(st.st_mode) && (!last || (links & PLACE_FOLLOW)))
			rc = links & PLACE_STRAIGHT
			     ? refuse_link(w, name, e)
			     : through_link(w, name, st.st_uid, e);
		else if (last) {
			rc = arrive(p, w, name, e);
			free(name);
			return rc;
		} else
			rc = to_directory(w, name, e);
		free(name);
	}
	return rc < 0 ? rc : err_set(e, ERR_VALUE, _("%s is a directory, not a file."),
	                             w->real.len ? w->real.s : "/");
}

int
place_open(struct place *p, const char *root, const char *path, int links, struct err *e)
{
	size_t len = root ? strlen(root) : 0;
	int rc;

	*p = (struct place)PLACE_INIT;
	if (path[0] != '/')
		return err_set(e, ERR_VALUE, _("%s does not begin with a slash."), path);
	while (len && root[len - 1] == '/')
		len--;
	char *base = xstrndup(len ? root : "", len);
	struct walk w = { .root = base, .dir = -1, .real = BUF_INIT, .rest = BUF_INIT };
	/* A path read out of a proxy's own file may have the root in front already. */
	if (len && strncmp(path, base, len) == 0 && path[len] == '/')
		path += len;
	buf_puts(&w.rest, path);
	rc = walk(p, &w, links, e);
	if (w.dir >= 0)
		close(w.dir);
	buf_free(&w.real);
	buf_free(&w.rest);
	free(base);
	return rc;
}

void
place_close(struct place *p)
{
	if (p->dir >= 0)
		close(p->dir);
	free(p->name);
	free(p->real);
	*p = (struct place)PLACE_INIT;
}

int
place_read(const struct place *p, struct content *c, struct err *e)
{
	return content_read(c, p->dir, p->name, p->real, e);
}

int
place_make_directory(const struct place *p, struct err *e)
{
	if (mkdirat(p->dir, p->name, 0755) < 0)
		return err_sys(e, ERR_IO, _("Cannot make the directory %s"), p->real);
	if (fsync(p->dir) < 0)
		return err_sys(e, ERR_IO, _("Cannot write %s to the disk"), p->real);
	return 0;
}

int
place_remove_directory(const struct place *p, struct err *e)
{
	if (unlinkat(p->dir, p->name, AT_REMOVEDIR) < 0) {
		if (errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
			return 0;
		return err_sys(e, ERR_IO, _("Cannot remove the directory %s"), p->real);
	}
	if (fsync(p->dir) < 0)
		return err_sys(e, ERR_IO, _("Cannot write %s to the disk"), p->real);
	return 0;
}
