#include "apply/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/i18n.h"

static int
changed(const struct place *p, struct err *e)
{
	return err_set(e, ERR_CONFLICT, _("%s changed since it was read; nothing was overwritten."),
	               p->real);
}

/* A name that is known to be free or ours is not to be mistaken for a file of somebody else's. */
static int
is_free(const struct place *p, const char *temp, struct err *e)
{
	struct stat st;

	if (fstatat(p->dir, temp, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return err_set(e, ERR_CONFLICT,
		               _("%s has a file %s beside it, left by another run."),
		               p->real, temp);
	return 0;
}

static int
rename_to_free(const struct place *p, const char *from, const char *to)
{
	if (renameat2(p->dir, from, p->dir, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* A file system without it: link(2) does not replace either. */
	if (linkat(p->dir, from, p->dir, to, 0) < 0)
		return -1;
	return unlinkat(p->dir, from, 0);
}

static int
to_disk(const struct place *p, struct err *e)
{
	if (fsync(p->dir) < 0)
		return err_sys(e, ERR_IO, _("Cannot write %s to the disk"), p->real);
	return 0;
}

static int
create(const struct place *p, const struct content *is, const char *temp, struct err *e)
{
	if (content_write(is, p->dir, temp, p->real, e) < 0)
		return -1;
	if (rename_to_free(p, temp, p->name) < 0) {
		int rc = errno == EEXIST ? changed(p, e) :
		    err_sys(e, ERR_IO, _("Cannot make %s"), p->real);
		unlinkat(p->dir, temp, 0);
		return rc;
	}
	return to_disk(p, e);
}

/* The file system cannot exchange: look again just before, which is as close as one can get. */
static int
replace(const struct place *p, const struct content *was, const char *temp, struct err *e)
{
	struct content now = CONTENT_INIT;
	int rc = content_read(&now, p->dir, p->name, p->real, e);

	if (rc == 0 && !content_identical(&now, was))
		rc = changed(p, e);
	if (rc == 0 && renameat(p->dir, temp, p->dir, p->name) < 0)
		rc = err_sys(e, ERR_IO, _("Cannot replace %s"), p->real);
	content_free(&now);
	if (rc < 0)
		unlinkat(p->dir, temp, 0);
	return rc < 0 ? rc : to_disk(p, e);
}

/* What came out must be what was read, or it goes back in. */
static int
exchange(const struct place *p, const struct content *was, const struct content *is,
         const char *temp, struct err *e)
{
	struct content out = CONTENT_INIT;
	int rc;

	if (content_write(is, p->dir, temp, p->real, e) < 0)
		return -1;
	if (renameat2(p->dir, temp, p->dir, p->name, RENAME_EXCHANGE) < 0) {
		if (errno == EINVAL || errno == ENOSYS)
			return replace(p, was, temp, e);
		rc = errno == ENOENT ? changed(p, e) :
		    err_sys(e, ERR_IO, _("Cannot replace %s"), p->real);
		unlinkat(p->dir, temp, 0);
		return rc;
	}
	rc = content_read(&out, p->dir, temp, p->real, e);
	if (rc == 0 && !content_identical(&out, was))
		rc = changed(p, e);
	content_free(&out);
	if (rc < 0 && renameat2(p->dir, temp, p->dir, p->name, RENAME_EXCHANGE) < 0)
		return err_sys(e, ERR_IO, _("%s was replaced; what stood there is now in %s"),
		               p->real, temp);
	if (unlinkat(p->dir, temp, 0) < 0 && rc == 0)
		rc = err_sys(e, ERR_IO, _("Cannot remove %s beside %s"), temp, p->real);
	return rc < 0 ? rc : to_disk(p, e);
}

static int
take_away(const struct place *p, const struct content *was, const char *temp, struct err *e)
{
	struct content out = CONTENT_INIT;
	int rc;

	if (rename_to_free(p, p->name, temp) < 0)
		return errno == ENOENT ? changed(p, e) :
		    err_sys(e, ERR_IO, _("Cannot remove %s"), p->real);
	rc = content_read(&out, p->dir, temp, p->real, e);
	if (rc == 0 && !content_identical(&out, was))
		rc = changed(p, e);
	content_free(&out);
	if (rc < 0) {
		if (rename_to_free(p, temp, p->name) < 0)
			return err_sys(e, ERR_IO,
			               _("%s was removed; what stood there is now in %s"), p->real,
			               temp);
		return rc;
	}
	if (unlinkat(p->dir, temp, 0) < 0) {
		rc = err_sys(e, ERR_IO, _("Cannot remove %s"), p->real);
		rename_to_free(p, temp, p->name);
		return rc;
	}
	return to_disk(p, e);
}

int
place_may_change(const struct place *p, const struct content *was, struct err *e)
{
	struct statvfs fs;

	if (was->kind == CONTENT_OTHER)
		return err_set(e, ERR_CONFLICT, _("%s is neither a file nor a link."), p->real);
	if (was->kind == CONTENT_FILE && was->names > 1)
		return err_set(e, ERR_CONFLICT,
		               _("%s has %lu names (hard links); replacing it would part them."),
		               p->real, (unsigned long)was->names);
	if (was->kind == CONTENT_FILE && was->fixed)
		return err_set(e, ERR_CONFLICT,
		               _("%1$s is marked unchangeable. Take the mark off first: chattr -ia %1$s"),
		               p->real);
	if (content_is_fixed(p->dir))
		return err_set(e, ERR_CONFLICT,
		               _("The directory of %s is marked unchangeable. Take the mark off with chattr -ia first."),
		               p->real);
	if (fstatvfs(p->dir, &fs) == 0 && (fs.f_flag & ST_RDONLY))
		return err_set(e, ERR_IO, _("%s is on a file system that is mounted read-only."), p->real);
	return 0;
}

int
place_put(const struct place *p, const struct content *was, const struct content *is,
          const char *temp, struct err *e)
{
	if (place_may_change(p, was, e) < 0 || is_free(p, temp, e) < 0)
		return -1;
	if (was->kind == CONTENT_ABSENT)
		return is->kind == CONTENT_ABSENT ? 0 : create(p, is, temp, e);
	return is->kind == CONTENT_ABSENT ? take_away(p, was, temp, e) :
	    exchange(p, was, is, temp, e);
}

/* A file half written when the crash came: its bytes are the beginning of `is'. */
static bool
is_beginning(const struct content *part, const struct content *whole)
{
	return part->kind == CONTENT_FILE && part->bytes.len <= whole->bytes.len &&
	       memcmp(part->bytes.s, whole->bytes.s, part->bytes.len) == 0;
}

static int
put_back(const struct place *p, const struct content *now, const char *temp)
{
	if (now->kind == CONTENT_ABSENT)
		return rename_to_free(p, temp, p->name);
	return renameat2(p->dir, temp, p->dir, p->name, RENAME_EXCHANGE) < 0 ? -1 :
	    unlinkat(p->dir, temp, 0);
}

/* 0: removed or put back; 1: it cannot be told whose it is. */
static int
settle(const struct place *p, const struct content *was, const struct content *is,
       const struct content *now, const struct content *left, const char *temp)
{
	/* Taken away, but not yet for good. */
	if (now->kind == CONTENT_ABSENT && is->kind == CONTENT_ABSENT)
		return put_back(p, now, temp);
	if (content_same(now, was) || content_same(left, was) || content_same(left, is) ||
	    is_beginning(left, is))
		return unlinkat(p->dir, temp, 0);
	/* Exchanged, and what came out was somebody's own. */
	if (content_same(now, is))
		return put_back(p, now, temp);
	return 1;
}

int
place_settle(const struct place *p, const struct content *was, const struct content *is,
             const char *temp, struct err *e)
{
	struct content now = CONTENT_INIT, left = CONTENT_INIT;
	int rc = -1;

	if (content_read(&left, p->dir, temp, p->real, e) == 0 &&
	    content_read(&now, p->dir, p->name, p->real, e) == 0) {
		rc = left.kind == CONTENT_ABSENT ? 0 : settle(p, was, is, &now, &left, temp);
		if (rc < 0)
			err_sys(e, ERR_IO, _("Cannot clear up %s beside %s"), temp, p->real);
		else if (rc > 0)
			rc = err_set(e, ERR_CONFLICT,
			             _("%s was changed, and a crash left %s beside it."), p->real,
			             temp);
		else if (left.kind != CONTENT_ABSENT)
			rc = to_disk(p, e);
	}
	content_free(&now);
	content_free(&left);
	return rc;
}
