#include "apply/content.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/mem.h"

#define ATTRIBUTES_MAX (64u << 10) /* names, and each value: what Linux allows */

static void
put_bytes(struct content *c, enum content_kind kind, const void *bytes, size_t len)
{
	content_free(c);
	c->kind = kind;
	buf_add(&c->bytes, bytes, len);
	crypto_sha256(c->bytes.s, c->bytes.len, c->digest);
}

void
content_file(struct content *c, const void *bytes, size_t len, mode_t mode)
{
	put_bytes(c, CONTENT_FILE, bytes, len);
	c->mode = mode;
}

void
content_link(struct content *c, const char *target)
{
	put_bytes(c, CONTENT_LINK, target, strlen(target));
}

static void
add_attribute(struct content *c, const char *name, const void *bytes, size_t len)
{
	struct attribute a = { .name = xstrdup(name), .value = BUF_INIT };

	buf_add(&a.value, bytes, len);
	c->attributes = xreallocarray(c->attributes, c->n_attributes + 1, sizeof(a));
	c->attributes[c->n_attributes++] = a;
}

/* The bytes stay those of `to'. */
static void
copy_attributes(struct content *to, const struct content *from)
{
	to->mode = from->mode;
	to->exact = from->exact;
	to->uid = from->uid;
	to->gid = from->gid;
	to->names = from->names;
	to->fixed = from->fixed;
	to->mtime = from->mtime;
	for (size_t i = 0; i < from->n_attributes; i++)
		add_attribute(to, from->attributes[i].name, from->attributes[i].value.s,
		              from->attributes[i].value.len);
}

void
content_copy(struct content *to, const struct content *from)
{
	content_free(to);
	to->kind = from->kind;
	buf_add(&to->bytes, from->bytes.s, from->bytes.len);
	memcpy(to->digest, from->digest, sizeof(to->digest));
	copy_attributes(to, from);
}

void
content_free(struct content *c)
{
	for (size_t i = 0; i < c->n_attributes; i++) {
		free(c->attributes[i].name);
		buf_free(&c->attributes[i].value);
	}
	free(c->attributes);
	buf_free(&c->bytes);
	*c = (struct content)CONTENT_INIT;
}

bool
content_same(const struct content *a, const struct content *b)
{
	return a->kind == b->kind && strcmp(a->digest, b->digest) == 0;
}

static bool
has_one(const struct content *c, const struct attribute *a)
{
	for (size_t i = 0; i < c->n_attributes; i++)
		if (strcmp(c->attributes[i].name, a->name) == 0)
			return c->attributes[i].value.len == a->value.len &&
			       memcmp(c->attributes[i].value.s, a->value.s, a->value.len) == 0;
	return false;
}

static bool
same_attributes(const struct content *a, const struct content *b)
{
	if (a->n_attributes != b->n_attributes)
		return false;
	for (size_t i = 0; i < a->n_attributes; i++)
		if (!has_one(b, &a->attributes[i]))
			return false;
	return true;
}

bool
content_identical(const struct content *a, const struct content *b)
{
	return content_same(a, b) &&
	       (a->kind != CONTENT_FILE ||
	        (a->mode == b->mode && a->uid == b->uid && a->gid == b->gid &&
	         same_attributes(a, b)));
}

bool
content_is_fixed(int fd)
{
	int flags = 0;

	return ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 &&
	       (flags & (FS_IMMUTABLE_FL | FS_APPEND_FL));
}

static int
read_attributes(struct content *c, int fd, const char *shown, struct err *e)
{
	char *names = xmalloc(ATTRIBUTES_MAX), *value = xmalloc(ATTRIBUTES_MAX);
	ssize_t len = flistxattr(fd, names, ATTRIBUTES_MAX);
	int rc = -1;

	if (len < 0 && errno == ENOTSUP)
		len = 0;
	for (const char *name = names; len > 0 && name < names + len; name += strlen(name) + 1) {
		ssize_t n = fgetxattr(fd, name, value, ATTRIBUTES_MAX);
		if (n < 0 && errno != ENODATA) {
			len = -1;
			break;
		}
		if (n >= 0)
			add_attribute(c, name, value, (size_t)n);
	}
	if (len < 0)
		err_sys(e, ERR_IO, _("Cannot read the extended attributes of %s"), shown);
	else
		rc = 0;
	free(names);
	free(value);
	return rc;
}

static int
read_bytes(struct content *c, int fd, const char *shown, struct err *e)
{
	struct buf all = BUF_INIT;
	char part[16384];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			buf_free(&all);
			return err_sys(e, ERR_IO, _("Cannot read %s"), shown);
		}
		if (!buf_add_max(&all, part, (size_t)n, CONTENT_MAX)) {
			buf_free(&all);
			return err_set(e, ERR_IO, _("%s is larger than %u bytes."), shown,
			               CONTENT_MAX);
		}
	}
	content_file(c, all.s, all.len, 0);
	buf_free(&all);
	return 0;
}

static int
read_file(struct content *c, int dir, const char *name, const char *shown, struct err *e)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	int rc = -1;

	if (fd < 0 || fstat(fd, &st) < 0)
		err_sys(e, ERR_IO, _("Cannot open %s"), shown);
	else if (!S_ISREG(st.st_mode))
		err_set(e, ERR_CONFLICT, _("%s changed while it was read."), shown);
	else if (read_bytes(c, fd, shown, e) == 0 && read_attributes(c, fd, shown, e) == 0) {
		c->exact = true;
		c->fixed = content_is_fixed(fd);
		c->mode = st.st_mode & 07777;
		c->uid = st.st_uid;
		c->gid = st.st_gid;
		c->names = st.st_nlink;
		c->mtime = st.st_mtim;
		rc = 0;
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

int
content_read(struct content *c, int dir, const char *name, const char *shown, struct err *e)
{
	char target[4096];
	struct stat st;
	ssize_t len;

	content_free(c);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(e, ERR_IO, _("Cannot look at %s"), shown);
	if (S_ISREG(st.st_mode))
		return read_file(c, dir, name, shown, e);
	if (!S_ISLNK(st.st_mode)) {
		c->kind = CONTENT_OTHER;
		return 0;
	}
	len = readlinkat(dir, name, target, sizeof(target) - 1);
	if (len < 0)
		return err_sys(e, ERR_IO, _("Cannot read the link %s"), shown);
	put_bytes(c, CONTENT_LINK, target, (size_t)len);
	return 0;
}

static bool
wants_attribute(const struct content *c, const char *name)
{
	for (size_t i = 0; i < c->n_attributes; i++)
		if (strcmp(c->attributes[i].name, name) == 0)
			return true;
	return false;
}

/* What cannot be set may be right already: a security label comes from the directory. */
static bool
has_attribute(int fd, const struct attribute *a)
{
	char *value = xmalloc(ATTRIBUTES_MAX);
	ssize_t n = fgetxattr(fd, a->name, value, ATTRIBUTES_MAX);
	bool equal = n >= 0 && (size_t)n == a->value.len &&
	             memcmp(value, a->value.s, a->value.len) == 0;

	free(value);
	return equal;
}

static int
set_attributes(const struct content *c, int fd, const char *shown, struct err *e)
{
	static const char acl[] = "system.posix_acl_access";

	if (c->exact && fchown(fd, c->uid, c->gid) < 0)
		return err_sys(e, ERR_IO, _("The owner of %s cannot be kept"), shown);
	/* A directory may give its new files an access list that the old file did not have. */
	if (c->exact && !wants_attribute(c, acl) && fremovexattr(fd, acl) < 0 && errno != ENODATA &&
	    errno != ENOTSUP)
		return err_sys(e, ERR_IO, _("The access list of %s cannot be kept"), shown);
	if (fchmod(fd, c->mode) < 0)
		return err_sys(e, ERR_IO, _("The mode of %s cannot be set"), shown);
	for (size_t i = 0; i < c->n_attributes; i++) {
		const struct attribute *a = &c->attributes[i];
		if (fsetxattr(fd, a->name, a->value.s, a->value.len, 0) < 0 &&
		    !has_attribute(fd, a))
			return err_sys(e, ERR_IO, _("The attribute %s of %s cannot be kept"),
			               a->name, shown);
	}
	if (c->mtime.tv_sec) {
		struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, c->mtime };
		if (futimens(fd, times) < 0)
			return err_sys(e, ERR_IO, _("The time of %s cannot be kept"), shown);
	}
	return 0;
}

int
content_write(const struct content *c, int dir, const char *name, const char *shown, struct err *e)
{
	int fd, rc = -1;

	if (c->kind == CONTENT_LINK)
		return symlinkat(c->bytes.s, dir, name) == 0 ? 0 :
		       err_sys(e, ERR_IO, _("Cannot make the link %s"), shown);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(e, ERR_IO, _("Cannot write beside %s"), shown);
	if (fs_write_all(fd, c->bytes.s, c->bytes.len) < 0)
		err_sys(e, ERR_IO, _("Cannot write %s"), shown);
	else if (set_attributes(c, fd, shown, e) == 0) {
		if (fsync(fd) < 0)
			err_sys(e, ERR_IO, _("Cannot write %s to the disk"), shown);
		else
			rc = 0;
	}
	if (close(fd) < 0 && rc == 0)
		rc = err_sys(e, ERR_IO, _("Cannot write %s"), shown);
	if (rc < 0)
		unlinkat(dir, name, 0);
	return rc;
}

static const char *const kinds[] = {
	[CONTENT_ABSENT] = "absent",
	[CONTENT_FILE]   = "file",
	[CONTENT_LINK]   = "link",
	[CONTENT_OTHER]  = "other",
};

static void
put_hex(struct buf *out, const struct buf *bytes)
{
	for (size_t i = 0; i < bytes->len; i++)
		buf_printf(out, "%02x", (unsigned char)bytes->s[i]);
}

static void
get_hex(struct buf *out, const char *hex)
{
	for (; hex[0] && hex[1]; hex += 2) {
		const char digits[3] = { hex[0], hex[1], '\0' };
		buf_putc(out, (char)strtol(digits, NULL, 16));
	}
}

struct json *
content_json(const struct content *c)
{
	struct json *j = json_object();

	json_set_string(j, "kind", kinds[c->kind]);
	if (c->kind == CONTENT_ABSENT)
		return j;
	json_set_string(j, "sha256", c->digest);
	if (c->kind == CONTENT_LINK) {
		json_set_string(j, "target", c->bytes.s);
		return j;
	}
	json_set_int(j, "mode", c->mode);
	if (!c->exact)
		return j;
	json_set_int(j, "uid", c->uid);
	json_set_int(j, "gid", c->gid);
	json_set_int(j, "mtime", c->mtime.tv_sec);
	json_set_int(j, "nanoseconds", c->mtime.tv_nsec);
	struct json *all = json_object();
	for (size_t i = 0; i < c->n_attributes; i++) {
		struct buf hex = BUF_INIT;
		put_hex(&hex, &c->attributes[i].value);
		json_set_string(all, c->attributes[i].name, hex.s);
		buf_free(&hex);
	}
	json_set(j, "attributes", all);
	return j;
}

static void
attribute_from_json(void *ctx, const char *name, const struct json *value)
{
	struct buf bytes = BUF_INIT;

	if (json_text(value))
		get_hex(&bytes, json_text(value));
	add_attribute(ctx, name, bytes.s, bytes.len);
	buf_free(&bytes);
}

void
content_from_json(struct content *c, const struct json *j)
{
	const char *kind = json_get_string(j, "kind", "other");
	const struct json *attributes = json_get(j, "attributes");

	content_free(c);
	c->kind = CONTENT_OTHER;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i], kind) == 0)
			c->kind = (enum content_kind)i;
	if (c->kind == CONTENT_LINK)
		content_link(c, json_get_string(j, "target", ""));
	if (c->kind != CONTENT_FILE)
		return;
	snprintf(c->digest, sizeof(c->digest), "%s", json_get_string(j, "sha256", ""));
	c->mode = (mode_t)json_get_int(j, "mode", 0600);
	c->exact = json_get(j, "uid") != NULL;
	c->uid = (uid_t)json_get_int(j, "uid", 0);
	c->gid = (gid_t)json_get_int(j, "gid", 0);
	c->mtime.tv_sec = json_get_int(j, "mtime", 0);
	c->mtime.tv_nsec = json_get_int(j, "nanoseconds", 0);
	if (attributes)
		json_each(attributes, attribute_from_json, c);
}
