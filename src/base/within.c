#include "base/within.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

#define MAX_LINKS 40   /* as the kernel */
#define MAX_STEPS 4096
#define MAX_TRIES 16   /* of openat2(2), while others move what it walks through */

size_t
within_root(const char *path)
{
	const char *p = path + strlen("/proc/");

	if (strncmp(path, "/proc/", strlen("/proc/")) != 0 || !isdigit((unsigned char)*p))
		return 0;
	p += strspn(p, "0123456789");
	if (strncmp(p, "/root", 5) != 0 || (p[5] != '/' && p[5] != '\0'))
		return 0;
	return (size_t)(p + 5 - path);
}

/* ---- step by step ---- */

struct walk {
	int               top, dir; /* its root, and where it is */
	struct buf        real;     /* the way there, "" at the root */
	struct buf        rest;     /* what is still to be walked */
	enum within_links links;
	int               n_links, n_steps;
};

static int
failed(int why)
{
	errno = why;
	return -1;
}

static void
put_away(int fd)
{
	const int why = errno;

	if (fd >= 0)
		close(fd);
	errno = why;
}

/* In front of what is still to be walked. */
static void
put_before(struct walk *w, const char *way, size_t len)
{
	struct buf rest = BUF_INIT;

	buf_add(&rest, way, len);
	if (w->rest.len)
		buf_printf(&rest, "/%s", w->rest.s);
	buf_free(&w->rest);
	w->rest = rest;
}

/* Back to the root, and from there along `way': what may have been moved is never left by "..". */
static int
again(struct walk *w, const char *way, size_t len)
{
	const int dir = fcntl(w->top, F_DUPFD_CLOEXEC, 0);

	if (dir < 0)
		return -1;
	put_before(w, way, len);
	buf_cut(&w->real, 0);
	close(w->dir);
	w->dir = dir;
	return 0;
}

static int
up(struct walk *w)
{
	char *way = xstrdup(w->real.s);
	const char *slash = strrchr(way, '/');
	const int rc = ++w->n_steps > MAX_STEPS ? failed(ELOOP) : slash ? again(w, way, (size_t)(slash - way)) : 0; /* above the root is the root */

	free(way);
	return rc;
}

/* A link of /proc need not lead where its text says. */
static int
through(struct walk *w, int link)
{
	char target[PATH_MAX];
	struct statfs fs;
	const ssize_t n = readlinkat(link, "", target, sizeof(target));

	if (n < 0)
		return -1;
	if (w->links == WITHIN_STRAIGHT || ++w->n_links > MAX_LINKS || fstatfs(link, &fs) < 0 ||
	    fs.f_type == PROC_SUPER_MAGIC)
		return failed(ELOOP);
	if (n == 0 || n == (ssize_t)sizeof(target))
		return failed(ENAMETOOLONG);
	if (target[0] == '/')
		return again(w, target, (size_t)n);
	put_before(w, target, (size_t)n);
	return 0;
}

/* A slash at the end asks for a directory, as "/." does. */
static char *
next_name(struct walk *w, bool *last)
{
	const size_t skip = strspn(w->rest.s, "/"), n = strcspn(w->rest.s + skip, "/");
	char *name = n ? xstrndup(w->rest.s + skip, n) : skip && w->real.len ? xstrdup(".") : NULL;

	buf_eat(&w->rest, skip + n);
	*last = w->rest.len == 0;
	return name;
}

static int
step(struct walk *w, const char *name, bool last)
{
	struct stat st;
	int fd, rc = 0;

	if (++w->n_steps > MAX_STEPS)
		return failed(ELOOP);
	fd = openat(w->dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0 || (S_ISLNK(st.st_mode) && !(last && w->links == WITHIN_LAST))) {
		rc = S_ISLNK(st.st_mode) ? through(w, fd) : -1;
		put_away(fd);
		return rc;
	}
	if (strcmp(name, ".") != 0)
		buf_printf(&w->real, "/%s", name);
	close(w->dir);
	w->dir = fd;
	return 0;
}

/* Its end, with O_PATH; the way there without links, if it is wanted. */
static int
walk(int top, const char *path, enum within_links links, struct buf *real)
{
	struct walk w = { .top = top, .dir = fcntl(top, F_DUPFD_CLOEXEC, 0), .real = BUF_INIT,
		          .rest = BUF_INIT, .links = links };
	int rc = w.dir < 0 ? -1 : 0;
	bool last;
	char *name;

	buf_puts(&w.rest, path);
	while (rc == 0 && w.rest.len && (name = next_name(&w, &last))) {
		rc = strcmp(name, "..") == 0 ? up(&w) : step(&w, name, last);
		free(name);
	}
	if (rc < 0)
		put_away(w.dir);
	if (real)
		buf_puts(real, w.real.s);
	buf_free(&w.real);
	buf_free(&w.rest);
	return rc < 0 ? -1 : w.dir;
}

/* ---- by the kernel ---- */

static int
by_kernel(int top, const char *path, enum within_links links)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC | (links == WITHIN_LAST ? O_NOFOLLOW : 0u),
		                .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS |
		                           (links == WITHIN_STRAIGHT ? RESOLVE_NO_SYMLINKS : 0u) };
	int fd, tries = 0;

	do
		fd = (int)syscall(SYS_openat2, top, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN && ++tries < MAX_TRIES);
	return fd;
}

int
within_look(const char *root, const char *path, enum within_links links)
{
	const int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (top < 0)
		return -1;
	fd = by_kernel(top, *path ? path : "/", links);
	/* Before Linux 5.6, or below a filter of system calls that does not know it. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EAGAIN))
		fd = walk(top, path, links, NULL);
	put_away(top);
	return fd;
}

/* ---- what is there ---- */

static int
look(const char *path, enum within_links links)
{
	const size_t n = within_root(path);
	char root[64];

	if (n == 0 && links != WITHIN_STRAIGHT)
		return open(path, O_PATH | O_CLOEXEC | (links == WITHIN_LAST ? O_NOFOLLOW : 0));
	snprintf(root, sizeof(root), "%.*s", n ? (int)n : 1, n ? path : "/");
	return within_look(root, path + n, links);
}

static void
name_of(char out[32], int fd)
{
	snprintf(out, 32, "/proc/self/fd/%d", fd);
}

int
within_open(const char *path, int flags, enum within_links links)
{
	const int fd = look(path, links);
	struct stat st;
	char name[32];
	int out = -1;

	if (fd < 0 || flags & O_PATH)
		return fd;
	name_of(name, fd);
	if (fstat(fd, &st) == 0) {
		if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
			out = open(name, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		else
			errno = ENXIO;
	}
	put_away(fd);
	return out;
}

int
within_stat(const char *path, struct stat *st, enum within_links links)
{
	const int fd = look(path, links);
	int rc;

	if (fd < 0)
		return -1;
	rc = fstat(fd, st);
	put_away(fd);
	return rc;
}

int
within_access(const char *path, int mode)
{
	const int fd = look(path, WITHIN_FOLLOW);
	char name[32];
	int rc;

	if (fd < 0)
		return -1;
	name_of(name, fd);
	rc = access(name, mode);
	put_away(fd);
	return rc;
}

DIR *
within_directory(const char *path)
{
	const int fd = within_open(path, O_RDONLY | O_DIRECTORY, WITHIN_FOLLOW);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d)
		put_away(fd);
	return d;
}

char *
within_real(const char *path)
{
	const size_t n = within_root(path);
	char *root, *answer;
	struct buf real = BUF_INIT;
	int top, fd;

	if (n == 0)
		return realpath(path, NULL);
	root = xstrndup(path, n);
	top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = top < 0 ? -1 : walk(top, path + n, WITHIN_FOLLOW, &real);
	answer = fd < 0 ? NULL : xasprintf("%s%s", root, real.s);
	put_away(fd);
	put_away(top);
	buf_free(&real);
	free(root);
	return answer;
}
