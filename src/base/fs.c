#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/within.h"

#define WAIT_MS 5000 /* for a pipe somebody should write into */

static int
file_error(struct err *e, const char *path, const char *fmt)
{
	err_sys(e, ERR_IO, fmt, path);
	snprintf(e->file, sizeof(e->file), "%s", path);
	return -1;
}

static bool
is_below(const char *path, const char *dir, size_t len)
{
	return strncmp(path, dir, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

char *
fs_path(struct arena *a, const char *root, const char *path)
{
	size_t len = root ? strlen(root) : 0;

	while (len && root[len - 1] == '/')
		len--;
	if (len == 0 || *path != '/' || is_below(path, root, len))
		return arena_strdup(a, path);
	return arena_printf(a, "%.*s%s", (int)len, root, path);
}

const char *
fs_without_root(const char *root, const char *path)
{
	size_t len = root ? strlen(root) : 0;

	while (len > 0 && root[len - 1] == '/')
		len--;
	if (len == 0 || strncmp(path, root, len) != 0 || path[len] != '/')
		return path;
	return path + len;
}

char *
fs_join(struct arena *a, const char *dir, const char *name)
{
	const size_t len = strlen(dir);

	while (*name == '/')
		name++;
	return arena_printf(a, "%s%s%s", dir, len && dir[len - 1] == '/' ? "" : "/", name);
}

const char *
fs_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *
fs_dirname(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return arena_strdup(a, ".");
	while (slash > path && slash[-1] == '/')
		slash--;
	return arena_strndup(a, path, slash == path ? 1 : (size_t)(slash - path));
}

/* Opened without waiting, so that a pipe nobody writes into cannot hold us for ever. */
static ssize_t
read_some(int fd, void *bytes, size_t len)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;
	int ready;

	do
		ready = poll(&p, 1, WAIT_MS);
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		errno = ETIMEDOUT;
	if (ready <= 0)
		return -1;
	do
		n = read(fd, bytes, len);
	while (n < 0 && errno == EINTR);
	return n;
}

static int
read_all(struct buf *out, int fd, const char *path, size_t max, struct err *e)
{
	const size_t start = out->len;
	char bytes[16384];
	ssize_t n;

	if (fd < 0)
		return file_error(e, path, errno == ENXIO ? _("%s is a pipe or a device, and is not read") : _("Cannot open %s"));
	while ((n = read_some(fd, bytes, sizeof(bytes))) > 0)
		if (!buf_add_max(out, bytes, (size_t)n, start + max)) {
			close(fd);
			buf_cut(out, start);
			err_set(e, ERR_IO, _("%s is larger than %zu bytes"), path, max);
			e->sys = EFBIG;
			snprintf(e->file, sizeof(e->file), "%s", path);
			return -1;
		}
	if (n < 0) {
		file_error(e, path, _("Cannot read %s"));
		buf_cut(out, start);
	}
	close(fd);
	return n < 0 ? -1 : 0;
}

int
fs_read(struct buf *out, const char *path, size_t max, struct err *e)
{
	return read_all(out, within_open(path, O_RDONLY, WITHIN_FOLLOW), path, max, e);
}

int
fs_read_straight(struct buf *out, const char *path, size_t max, struct err *e)
{
	return read_all(out, within_open(path, O_RDONLY, WITHIN_STRAIGHT), path, max, e);
}

int
fs_read_given(struct buf *out, const char *path, size_t max, struct err *e)
{
	return read_all(out, open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), path, max, e);
}

int
fs_write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		const ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

int
fs_unnamed(const char *name, const char *text)
{
	const int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd >= 0 && (fs_write_all(fd, text, strlen(text)) < 0 || lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int
sync_dir(const char *dir)
{
	const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc, saved;

	if (fd < 0)
		return -1;
	rc = fsync(fd);
	saved = errno;
	close(fd);
	errno = saved;
	return rc < 0 && errno != EINVAL ? -1 : 0;
}

/* -1 with errno; nothing is left behind. */
static int
write_beside(const char *temp, const char *path, const void *bytes, size_t len, mode_t mode)
{
	const int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc, saved;

	if (fd < 0)
		return -1;
	rc = fs_write_all(fd, bytes, len) < 0 || fchmod(fd, mode) < 0 || fsync(fd) < 0 ? -1 : 0;
	saved = errno;
	if (close(fd) < 0 && rc == 0) {
		rc = -1;
		saved = errno;
	}
	if (rc == 0 && rename(temp, path) < 0) {
		rc = -1;
		saved = errno;
	}
	if (rc < 0)
		unlink(temp);
	errno = saved;
	return rc;
}

/* A device or a pipe (/dev/stdout) cannot be replaced: it is written into. */
static int
write_into(const char *path, const void *bytes, size_t len, struct err *e)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	int rc;

	if (fd < 0)
		return file_error(e, path, _("Cannot write %s"));
	rc = fs_write_all(fd, bytes, len);
	if (rc < 0)
		file_error(e, path, _("Cannot write %s"));
	close(fd);
	return rc;
}

int
fs_write(const char *path, const void *bytes, size_t len, mode_t mode, struct err *e)
{
	static unsigned serial;
	struct arena a = { 0 };
	struct stat st;
	char *target, *dir, *temp;
	int rc = -1;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return write_into(path, bytes, len, e);
	target = realpath(path, NULL); /* a link stays a link */
	dir = fs_dirname(&a, target ? target : path);
	temp = arena_printf(&a, "%s/.%s.%ld-%u", dir, fs_basename(target ? target : path),
	                    (long)getpid(), ++serial);
	unlink(temp); /* of an earlier process with our number that was killed */
	if (write_beside(temp, target ? target : path, bytes, len, mode) < 0 || sync_dir(dir) < 0)
		file_error(e, path, _("Cannot write %s"));
	else
		rc = 0;
	free(target);
	arena_free(&a);
	return rc;
}

int
fs_mkdirs(const char *path, mode_t mode, struct err *e)
{
	char *copy = xstrdup(path);
	struct stat st;
	int rc = 0;

	for (char *p = copy + 1; rc == 0 && *copy; p++) {
		const char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, mode) < 0 && (errno != EEXIST || stat(copy, &st) < 0))
			rc = -1;
		else if (stat(copy, &st) == 0 && !S_ISDIR(st.st_mode)) {
			errno = ENOTDIR;
			rc = -1;
		}
		*p = c;
		if (c == '\0')
			break;
	}
	if (rc < 0)
		file_error(e, path, _("Cannot make the directory %s"));
	free(copy);
	return rc;
}

bool
fs_exists(const char *path)
{
	struct stat st;

	return within_stat(path, &st, WITHIN_FOLLOW) == 0;
}

char *
fs_mkdtemp(const char *name, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	char *path = xasprintf("%s/%s.XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp", name);

	if (mkdtemp(path))
		return path;
	file_error(e, path, _("Cannot make the directory %s"));
	free(path);
	return NULL;
}
