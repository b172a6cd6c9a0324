#include "../tree.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "apply/alter.h"
#include "apply/place.h"

/*
 * What no container lets a test set up stands in front of the C library here: chattr +i, a
 * read-only mount, SELinux.  All are told apart by inode.
 */
static struct {
	ino_t       fixed, labelled;
	bool        read_only, selinux, refuses; /* setting a label is refused */
	const char *fresh;                       /* the label a new file gets */
	char        set[16];                     /* that was set on one */
} fake;

static ino_t
inode(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

int
ioctl(int fd, unsigned long what, ...)
{
	va_list ap;

	va_start(ap, what);
	void *arg = va_arg(ap, void *);
	va_end(ap);
	if (what != FS_IOC_GETFLAGS || !fake.fixed)
		return (int)syscall(SYS_ioctl, fd, what, arg);
	*(int *)arg = fake.fixed == inode(fd) ? FS_IMMUTABLE_FL : 0;
	return 0;
}

int
fstatvfs(int fd, struct statvfs *fs)
{
	(void)fd;
	*fs = (struct statvfs){ .f_flag = fake.read_only ? ST_RDONLY : 0 };
	return 0;
}

#define LABEL "security.selinux"

ssize_t
flistxattr(int fd, char *names, size_t size)
{
	if (!fake.selinux)
		return syscall(SYS_flistxattr, fd, names, size);
	memcpy(names, LABEL, sizeof(LABEL));
	return sizeof(LABEL);
}

ssize_t
fgetxattr(int fd, const char *name, void *value, size_t size)
{
	if (!fake.selinux || strcmp(name, LABEL) != 0)
		return syscall(SYS_fgetxattr, fd, name, value, size);
	const char *label = inode(fd) == fake.labelled ? "old_t" : *fake.set ? fake.set : fake.fresh;
	memcpy(value, label, strlen(label));
	return (ssize_t)strlen(label);
}

int
fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
	if (!fake.selinux || strcmp(name, LABEL) != 0)
		return (int)syscall(SYS_fsetxattr, fd, name, value, size, flags);
	if (fake.refuses) {
		errno = EPERM;
		return -1;
	}
	snprintf(fake.set, sizeof(fake.set), "%.*s", (int)size, (const char *)value);
	return 0;
}

static int
setup(void **state)
{
	tree_setup(state);
	tree_mkdir(*state, "/etc/x/conf.d");
	return 0;
}

static char *
read_text(struct tree *t, const char *path)
{
	struct buf b = BUF_INIT;
	struct err e = { 0 };

	assert_int_equal(fs_read(&b, tree_path(t, path), 65536, &e), 0);
	char *s = arena_strdup(&t->arena, b.s);
	buf_free(&b);
	return s;
}

static struct content
text(const char *s)
{
	struct content c = CONTENT_INIT;

	content_file(&c, s, strlen(s), 0640);
	return c;
}

/* Replace what stands at `path' (NULL: absent) by `is' (NULL: absent), having read `was' before. */
static int
put(struct tree *t, const char *path, const struct content *was, const char *is, struct err *e)
{
	struct content c = CONTENT_INIT;
	struct place p;
	int rc = place_open(&p, t->root, path, PLACE_FOLLOW, e);

	if (is)
		c = text(is);
	if (rc == 0)
		rc = place_put(&p, was, &c, ".temp", e);
	place_close(&p);
	content_free(&c);
	return rc;
}

static void
look(struct tree *t, const char *path, struct content *c)
{
	struct place p;
	struct err e = { 0 };

	assert_int_equal(place_open(&p, t->root, path, PLACE_FOLLOW, &e), 0);
	assert_int_equal(place_read(&p, c, &e), 0);
	place_close(&p);
}

static void
test_put(void **state)
{
	struct tree *t = *state;
	struct content was = CONTENT_INIT;
	struct err e = { 0 };
	struct stat st;

	assert_int_equal(put(t, "/etc/x/conf.d/a", &was, "one\n", &e), 0);
	assert_string_equal(read_text(t, "/etc/x/conf.d/a"), "one\n");
	assert_int_equal(stat(tree_path(t, "/etc/x/conf.d/a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	/* A new file does not replace one that appeared meanwhile. */
	assert_int_equal(put(t, "/etc/x/conf.d/a", &was, "two\n", &e), -1);
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_string_equal(read_text(t, "/etc/x/conf.d/a"), "one\n");

	look(t, "/etc/x/conf.d/a", &was);
	assert_int_equal(put(t, "/etc/x/conf.d/a", &was, "two\n", &e), 0);
	assert_string_equal(read_text(t, "/etc/x/conf.d/a"), "two\n");
	/* Changed since it was read: what came out goes back in. */
	assert_int_equal(put(t, "/etc/x/conf.d/a", &was, "three\n", &e), -1);
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_string_equal(read_text(t, "/etc/x/conf.d/a"), "two\n");
	assert_int_equal(put(t, "/etc/x/conf.d/a", &was, NULL, &e), -1);
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_string_equal(read_text(t, "/etc/x/conf.d/a"), "two\n");

	look(t, "/etc/x/conf.d/a", &was);
	assert_int_equal(put(t, "/etc/x/conf.d/a", &was, NULL, &e), 0);
	assert_false(fs_exists(tree_path(t, "/etc/x/conf.d/a")));
	assert_false(fs_exists(tree_path(t, "/etc/x/conf.d/.temp")));
	content_free(&was);
}

static void
test_attributes_stay(void **state)
{
	struct tree *t = *state;
	struct content was = CONTENT_INIT, is = CONTENT_INIT;
	const char *path = tree_path(t, "/etc/x/conf.d/a");
	struct err e = { 0 };
	struct place p;
	struct stat st;
	char value[16] = "";

	tree_write(t, "/etc/x/conf.d/a", "one\n");
	assert_int_equal(chmod(path, 0604), 0);
	bool attributes = setxattr(path, "user.note", "kept", 4, 0) == 0;
	look(t, "/etc/x/conf.d/a", &was);
	content_copy(&is, &was);
	buf_puts(&is.bytes, "more\n");
	assert_int_equal(place_open(&p, t->root, "/etc/x/conf.d/a", PLACE_FOLLOW, &e), 0);
	assert_int_equal(place_put(&p, &was, &is, ".temp", &e), 0);
	place_close(&p);
	assert_string_equal(read_text(t, "/etc/x/conf.d/a"), "one\nmore\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0604);
	assert_int_equal(st.st_mtim.tv_nsec, was.mtime.tv_nsec);
	if (attributes)
		assert_int_equal(getxattr(path, "user.note", value, sizeof(value)), 4);
	/* A file with two names would lose one of them. */
	assert_int_equal(link(path, tree_path(t, "/etc/x/conf.d/b")), 0);
	look(t, "/etc/x/conf.d/a", &was);
	assert_int_equal(put(t, "/etc/x/conf.d/a", &was, "new\n", &e), -1);
	assert_int_equal(e.code, ERR_CONFLICT);
	content_free(&was);
	content_free(&is);
}

/* Two entries and a mask, as setfacl -m u:65534:r writes them. */
static const unsigned char acl[] = {
	2, 0, 0, 0, /* version */
	1, 0, 6, 0, 0xff, 0xff, 0xff, 0xff, /* user::rw- */
	2, 0, 4, 0, 0xfe, 0xff, 0, 0,       /* user:65534:r-- */
	4, 0, 4, 0, 0xff, 0xff, 0xff, 0xff, /* group::r-- */
	16, 0, 4, 0, 0xff, 0xff, 0xff, 0xff, /* mask::r-- */
	32, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, /* other::--- */
};
#define ACL "system.posix_acl_access"

/* A copy of what stands at a/, with more bytes, put in its place. */
static int
put_more(struct tree *t, const struct content *was, struct err *e)
{
	struct content is = CONTENT_INIT;
	struct place p;

	content_copy(&is, was);
	buf_puts(&is.bytes, "more\n");
	assert_int_equal(place_open(&p, t->root, "/etc/x/conf.d/a", PLACE_FOLLOW, e), 0);
	int rc = place_put(&p, was, &is, ".temp", e);
	place_close(&p);
	content_free(&is);
	assert_false(fs_exists(tree_path(t, "/etc/x/conf.d/.temp")));
	return rc;
}

/* An access list goes along; one that was changed since it was read is somebody's own. */
static void
test_access_lists(void **state)
{
	struct tree *t = *state;
	struct content was = CONTENT_INIT;
	const char *path = tree_path(t, "/etc/x/conf.d/a");
	struct err e = { 0 };
	unsigned char value[128];

	tree_write(t, "/etc/x/conf.d/a", "one\n");
	assert_int_equal(setxattr(path, ACL, acl, sizeof(acl), 0), 0);
	look(t, "/etc/x/conf.d/a", &was);
	assert_int_equal(put_more(t, &was, &e), 0);
	assert_int_equal(getxattr(path, ACL, value, sizeof(value)), sizeof(acl));
	assert_memory_equal(value, acl, sizeof(acl));
	look(t, "/etc/x/conf.d/a", &was);
	assert_int_equal(removexattr(path, ACL), 0);
	assert_int_equal(chmod(path, was.mode), 0);
	assert_int_equal(put_more(t, &was, &e), -1);
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_string_equal(read_text(t, "/etc/x/conf.d/a"), "one\nmore\n");
	assert_int_equal(getxattr(path, ACL, value, sizeof(value)), -1);

	/* What the directory would give to every new file is not given to one that had none. */
	assert_int_equal(setxattr(tree_path(t, "/etc/x/conf.d"), "system.posix_acl_default", acl, sizeof(acl), 0), 0);
	look(t, "/etc/x/conf.d/a", &was);
	assert_int_equal(put_more(t, &was, &e), 0);
	assert_int_equal(getxattr(path, ACL, value, sizeof(value)), -1);
	content_free(&was);
}

/* A security label is kept; where it cannot be, nothing is replaced, unless the new file has it by itself. */
static void
test_labels(void **state)
{
	struct tree *t = *state;
	struct content was = CONTENT_INIT;
	struct err e = { 0 };
	struct stat st;

	tree_write(t, "/etc/x/conf.d/a", "one\n");
	assert_int_equal(stat(tree_path(t, "/etc/x/conf.d/a"), &st), 0);
	fake.labelled = st.st_ino;
	fake.selinux = fake.refuses = true;
	fake.fresh = "etc_t";
	look(t, "/etc/x/conf.d/a", &was);
	assert_int_equal(put_more(t, &was, &e), -1);
	assert_non_null(strstr(e.msg, LABEL));
	assert_string_equal(read_text(t, "/etc/x/conf.d/a"), "one\n");
	fake.refuses = false;
	assert_int_equal(put_more(t, &was, &e), 0);
	assert_string_equal(fake.set, "old_t");
	assert_string_equal(read_text(t, "/etc/x/conf.d/a"), "one\nmore\n");

	*fake.set = '\0';
	fake.refuses = true;
	assert_int_equal(stat(tree_path(t, "/etc/x/conf.d/a"), &st), 0);
	fake.labelled = st.st_ino;
	fake.fresh = "old_t";
	look(t, "/etc/x/conf.d/a", &was);
	assert_int_equal(put_more(t, &was, &e), 0);
	fake.selinux = fake.refuses = false;
	content_free(&was);
}

/* chattr +i on the file or its directory, a read-only mount: refused before anything is written, by name. */
static void
test_unchangeable(void **state)
{
	static const struct { const char *path; bool read_only; enum err_code code; const char *says; } cases[] = {
		{ "/etc/x/conf.d/a", false, ERR_CONFLICT, "chattr -ia /etc/x/conf.d/a" },
		{ "/etc/x/conf.d", false, ERR_CONFLICT, "The directory of /etc/x/conf.d/a is marked" },
		{ "/etc/x", true, ERR_IO, "mounted read-only" },
	};
	struct tree *t = *state;
	struct content was = CONTENT_INIT;

	tree_write(t, "/etc/x/conf.d/a", "one\n");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct content is = text("two\n");
		struct alteration c;
		struct err e = { 0 };
		struct stat st;

		assert_int_equal(stat(tree_path(t, cases[i].path), &st), 0);
		fake.fixed = st.st_ino;
		fake.read_only = cases[i].read_only;
		look(t, "/etc/x/conf.d/a", &was);
		assert_int_equal(put_more(t, &was, &e), -1);
		assert_int_equal(e.code, cases[i].code);
		assert_non_null(strstr(e.msg, cases[i].says));
		assert_string_equal(read_text(t, "/etc/x/conf.d/a"), "one\n");
		assert_int_equal(alter_prepare(&c, "write", t->root, "/etc/x/conf.d/a", false, &is, 1, &e), -1);
		assert_non_null(strstr(e.msg, cases[i].says));
		alter_free(&c);
		content_free(&is);
	}
	fake.fixed = 0;
	fake.read_only = false;
	look(t, "/etc/x/conf.d/a", &was);
	struct err e = { 0 };
	assert_int_equal(put_more(t, &was, &e), 0);
	content_free(&was);
}

static void
test_refusals(void **state)
{
	struct tree *t = *state;
	struct err e = { 0 };
	struct place p;

	/* A directory that others may write; with the sticky bit it may be. */
	tree_mkdir(t, "/open/in");
	assert_int_equal(chmod(tree_path(t, "/open"), 0777), 0);
	assert_int_equal(place_open(&p, t->root, "/open/in/a", PLACE_FOLLOW, &e), -1);
	assert_int_equal(e.code, ERR_VALUE);
	assert_non_null(strstr(e.msg, "/open"));
	place_close(&p);
	assert_int_equal(chmod(tree_path(t, "/open"), 01777), 0);
	assert_int_equal(place_open(&p, t->root, "/open/in/a", PLACE_FOLLOW, &e), 0);
	place_close(&p);

	if (geteuid() == 0) {
		/* As root: a directory, and a link, of somebody else. */
		assert_int_equal(chown(tree_path(t, "/open/in"), 65534, 65534), 0);
		assert_int_equal(place_open(&p, t->root, "/open/in/a", PLACE_FOLLOW, &e), -1);
		assert_int_equal(e.code, ERR_VALUE);
		place_close(&p);
		assert_int_equal(symlink("x", tree_path(t, "/etc/way")), 0);
		assert_int_equal(place_open(&p, t->root, "/etc/way/conf.d/a", PLACE_FOLLOW, &e), 0);
		assert_string_equal(p.real, "/etc/x/conf.d/a");
		place_close(&p);
		assert_int_equal(lchown(tree_path(t, "/etc/way"), 65534, 65534), 0);
		assert_int_equal(place_open(&p, t->root, "/etc/way/conf.d/a", PLACE_FOLLOW, &e), -1);
		assert_int_equal(e.code, ERR_VALUE);
		place_close(&p);
	}
	assert_int_equal(symlink("loop", tree_path(t, "/etc/loop")), 0);
	assert_int_equal(place_open(&p, t->root, "/etc/loop/a", PLACE_FOLLOW, &e), -1);
	place_close(&p);
	assert_int_equal(place_open(&p, t->root, "etc/x", PLACE_FOLLOW, &e), -1);
	place_close(&p);
	assert_int_equal(place_open(&p, t->root, "/etc/x/..", PLACE_FOLLOW, &e), -1);
	place_close(&p);
}

/* The directory is held: whoever swaps it for another gets nothing written into that one. */
static void
test_directory_swapped(void **state)
{
	struct tree *t = *state;
	struct content none = CONTENT_INIT, is = text("new\n");
	struct err e = { 0 };
	struct place p;

	tree_mkdir(t, "/trap");
	assert_int_equal(place_open(&p, t->root, "/etc/x/conf.d/a", PLACE_FOLLOW, &e), 0);
	assert_int_equal(rename(tree_path(t, "/etc/x/conf.d"), tree_path(t, "/etc/x/gone")), 0);
	assert_int_equal(symlink("../../trap", tree_path(t, "/etc/x/conf.d")), 0);
	assert_int_equal(place_put(&p, &none, &is, ".temp", &e), 0);
	place_close(&p);
	assert_false(fs_exists(tree_path(t, "/trap/a")));
	assert_string_equal(read_text(t, "/etc/x/gone/a"), "new\n");
	content_free(&is);
}

static void
test_links(void **state)
{
	struct tree *t = *state;
	struct content was = CONTENT_INIT;
	struct err e = { 0 };
	struct place p;
	struct stat st;
	char target[64] = "";

	/* A file behind a link is written; the link stays one. */
	tree_write(t, "/srv/real.conf", "one\n");
	assert_int_equal(symlink("/srv/real.conf", tree_path(t, "/etc/x/conf.d/a")), 0);
	look(t, "/etc/x/conf.d/a", &was);
	assert_int_equal(put(t, "/etc/x/conf.d/a", &was, "two\n", &e), 0);
	assert_string_equal(read_text(t, "/srv/real.conf"), "two\n");
	assert_int_equal(lstat(tree_path(t, "/etc/x/conf.d/a"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));

	/* Not followed, it is the link itself that goes, and comes back as it was. */
	assert_int_equal(place_open(&p, t->root, "/etc/x/conf.d/a", 0, &e), 0);
	assert_int_equal(place_read(&p, &was, &e), 0);
	assert_int_equal(was.kind, CONTENT_LINK);
	struct content none = CONTENT_INIT;
	assert_int_equal(place_put(&p, &was, &none, ".temp", &e), 0);
	assert_int_equal(lstat(tree_path(t, "/etc/x/conf.d/a"), &st), -1);
	assert_int_equal(place_put(&p, &none, &was, ".temp", &e), 0);
	assert_int_equal(readlink(tree_path(t, "/etc/x/conf.d/a"), target, sizeof(target) - 1), 14);
	assert_string_equal(target, "/srv/real.conf");
	place_close(&p);
	content_free(&was);
}

/* Every state a crash can leave, and what becomes of it. */
static void
test_settle(void **state)
{
	static const struct {
		const char *was, *is, *at, *temp; /* NULL: absent */
		const char *want;
		int         rc;
	} cases[] = {
		{ "old", "new", "old", NULL, "old", 0 },    /* nothing was begun */
		{ "old", "new", "old", "ne", "old", 0 },    /* half written */
		{ "old", "new", "old", "new", "old", 0 },   /* written, not exchanged; or exchanged back */
		{ "old", "new", "new", "old", "new", 0 },   /* exchanged */
		{ "old", "new", "new", "edit", "edit", 0 }, /* exchanged, and what came out was somebody's */
		{ "old", "new", "edit", "new", "edit", 0 },
		{ "old", "new", "edit", "else", "edit", -1 },
		{ NULL, "new", NULL, "n", NULL, 0 },
		{ NULL, "new", "new", NULL, "new", 0 },
		{ NULL, "new", "edit", "new", "edit", 0 },
		{ "old", NULL, NULL, "old", "old", 0 },     /* taken away, not for good */
		{ "old", NULL, NULL, "edit", "edit", 0 },
		{ "old", NULL, NULL, NULL, NULL, 0 },
	};
	struct tree *t = *state;
	struct err e = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct content was = CONTENT_INIT, is = CONTENT_INIT;
		struct place p;

		unlink(tree_path(t, "/etc/x/conf.d/a"));
		unlink(tree_path(t, "/etc/x/conf.d/.temp"));
		if (cases[i].was)
			was = text(cases[i].was);
		if (cases[i].is)
			is = text(cases[i].is);
		if (cases[i].at)
			tree_write(t, "/etc/x/conf.d/a", cases[i].at);
		if (cases[i].temp)
			tree_write(t, "/etc/x/conf.d/.temp", cases[i].temp);
		assert_int_equal(place_open(&p, t->root, "/etc/x/conf.d/a", PLACE_FOLLOW, &e), 0);
		assert_int_equal(place_settle(&p, &was, &is, ".temp", &e), cases[i].rc);
		if (cases[i].want)
			assert_string_equal(read_text(t, "/etc/x/conf.d/a"), cases[i].want);
		else
			assert_false(fs_exists(tree_path(t, "/etc/x/conf.d/a")));
		assert_int_equal(fs_exists(tree_path(t, "/etc/x/conf.d/.temp")), cases[i].rc < 0);
		place_close(&p);
		content_free(&was);
		content_free(&is);
	}
}

static void
test_missing_directory(void **state)
{
	struct tree *t = *state;
	struct err e = { 0 };
	struct place p;

	assert_int_equal(place_open(&p, t->root, "/etc/new/deep/a", PLACE_FOLLOW, &e), 1);
	assert_string_equal(p.real, "/etc/new");
	assert_int_equal(place_make_directory(&p, &e), 0);
	place_close(&p);
	assert_int_equal(place_open(&p, t->root, "/etc/new/deep/a", PLACE_FOLLOW, &e), 1);
	assert_string_equal(p.real, "/etc/new/deep");
	place_close(&p);
	/* A directory that is not empty stays. */
	tree_write(t, "/etc/new/file", "x");
	assert_int_equal(place_open(&p, t->root, "/etc/new", 0, &e), 0);
	assert_int_equal(place_remove_directory(&p, &e), 0);
	assert_true(fs_exists(tree_path(t, "/etc/new/file")));
	unlink(tree_path(t, "/etc/new/file"));
	assert_int_equal(place_remove_directory(&p, &e), 0);
	assert_false(fs_exists(tree_path(t, "/etc/new")));
	place_close(&p);
}

/* With or without the root in front, and never above it. */
static void
test_root(void **state)
{
	struct tree *t = *state;
	struct err e = { 0 };
	struct place p;

	assert_int_equal(place_open(&p, t->root, tree_path(t, "/etc/x/conf.d/a"), PLACE_FOLLOW, &e), 0);
	assert_string_equal(p.real, "/etc/x/conf.d/a");
	place_close(&p);
	assert_int_equal(place_open(&p, t->root, "/../../../etc/x/conf.d/a", PLACE_FOLLOW, &e), 0);
	assert_string_equal(p.real, "/etc/x/conf.d/a");
	place_close(&p);
}

/* Who is root in a container can plant a link at any time: before the review, after it, and before an undo. */
static void
test_straight(void **state)
{
	static const char way[] = "/srv/conf.d/openchamber.conf";
	struct tree *t = *state;
	struct content is = text("ours\n"), link = CONTENT_INIT;
	const char *out = tree_path(t, "/etc/out.sh"), *at = tree_path(t, way);
	struct alteration c;
	struct journal j = { .fd = -1 };
	struct err e = { 0 };
	struct place p;

	tree_mkdir(t, "/srv/conf.d");
	assert_int_equal(place_open(&p, t->root, way, PLACE_FOLLOW | PLACE_STRAIGHT, &e), 0);
	place_close(&p);
	assert_int_equal(alter_prepare(&c, "write", t->root, way, true, &is, 1, &e), 0);
	assert_int_equal(symlink(out, at), 0);
	assert_int_equal(alter_do(&c, &j, &e), -1);
	assert_non_null(strstr(e.msg, "/srv/conf.d/openchamber.conf is a link"));
	assert_int_equal(alter_undo(&c, t->root, &e), UNDO_FAILED);
	assert_int_equal(access(out, F_OK), -1);
	alter_free(&c);
	assert_int_equal(alter_prepare(&c, "write", t->root, way, true, &is, 1, &e), -1);
	alter_free(&c);

	/* Itself may be one where it is put or set aside as such; on the way there is none. */
	content_link(&link, "/x");
	assert_int_equal(alter_prepare(&c, "link", t->root, way, true, &link, 1, &e), 0);
	alter_free(&c);
	assert_int_equal(unlink(at), 0);
	assert_int_equal(rmdir(tree_path(t, "/srv/conf.d")), 0);
	assert_int_equal(symlink("../etc", tree_path(t, "/srv/conf.d")), 0);
	assert_int_equal(place_open(&p, t->root, way, PLACE_STRAIGHT, &e), -1);
	assert_non_null(strstr(e.msg, "/srv/conf.d is a link"));
	assert_int_equal(place_open(&p, t->root, way, PLACE_FOLLOW, &e), 0);
	place_close(&p);
	content_free(&link);
	content_free(&is);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_put, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_attributes_stay, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_access_lists, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_labels, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_unchangeable, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_refusals, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_directory_swapped, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_links, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_settle, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_missing_directory, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_root, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_straight, setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
