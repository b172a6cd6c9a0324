#include "handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"

enum { ANSWERS_MAX = 256 * 1024 };

static bool
is_root(void)
{
	return geteuid() == 0;
}

/* Who called sudo; 0 where nobody did. */
static uid_t
caller(void)
{
	const char *text = getenv("SUDO_UID");
	char *end;

	if (!text || !*text)
		return 0;
	errno = 0;
	unsigned long uid = strtoul(text, &end, 10);
	return *end || errno || uid > INT_MAX ? 0 : (uid_t)uid;
}

static int
trust(const char *path, const struct stat *st, uid_t also, struct err *e)
{
	if (st->st_uid != 0 && st->st_uid != also)
		return err_set(e, ERR_VALUE,
		               _("%s belongs to another user; root does not act on it."), path);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return err_set(e, ERR_VALUE,
		               _("%s can be written by others; root does not act on it."), path);
	return 0;
}

static int
read_all(struct buf *out, int fd, const char *path, struct err *e)
{
	char part[8192];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) > 0)
		if (!buf_add_max(out, part, n, ANSWERS_MAX))
			return err_at(e, ERR_VALUE, path, 0, 0,
			              _("the file is larger than %d bytes"), ANSWERS_MAX);
	return n < 0 ? err_sys(e, ERR_VALUE, _("%s cannot be read"), path) : 0;
}

int
handoff_read(struct buf *out, const char *path, struct err *e)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (is_root() ? O_NOFOLLOW : 0), rc = -1;
	int fd = open(path, flags);
	struct stat st;

	if (fd < 0 && errno == ELOOP && is_root())
		return err_set(e, ERR_VALUE, _("%s is a link; root does not follow it."), path);
	if (fd < 0)
		return err_sys(e, ERR_VALUE, _("%s cannot be read"), path);
	if (fstat(fd, &st) < 0) {
		err_sys(e, ERR_VALUE, _("%s cannot be read"), path);
		goto out;
	}
	if (S_ISDIR(st.st_mode)) {
		err_set(e, ERR_VALUE, _("%s is a directory, expected is a file."), path);
		goto out;
	}
	if (is_root() && trust(path, &st, caller(), e) < 0)
		goto out;
	rc = read_all(out, fd, path, e);
out:
	close(fd);
	return rc;
}

/*
 * Templates make what root writes.  Run from a tree, they belong to whoever
 * built the program, and who can change the program need not change them.
 */
static int
check_templates(const char *dir, struct err *e)
{
	struct stat st, self;

	if (stat(dir, &st) < 0)
		return err_sys(e, ERR_VALUE, _("%s cannot be read"), dir);
	return trust(dir, &st, stat("/proc/self/exe", &self) < 0 ? 0 : self.st_uid, e);
}

/* What a command does is judged where it is run; here it must say which program it means. */
static int
check_command(const struct answers *a, const char *key, char *const *argv, struct err *e)
{
	if (!argv || !argv[0] || argv[0][0] == '/')
		return 0;
	return answers_err(e, a, key,
	                   _("\"%s\" was read; as root a program is named by its whole path."),
	                   argv[0]);
}

int
handoff_check(const struct planned *p, struct err *e)
{
	if (!is_root())
		return 0;
	if (check_templates(p->context.templates, e) < 0 ||
	    check_command(&p->answers, "commands.validate", p->answers.validate, e) < 0 ||
	    check_command(&p->answers, "commands.reload", p->answers.reload_argv, e) < 0)
		return -1;
	return 0;
}
