#include "proxy/running.h"

#include <dirent.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/within.h"

static void
read_proc(struct buf *out, pid_t pid, const char *name)
{
	char path[64];
	struct err ignored;

	if (pid > 0)
		snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	else
		snprintf(path, sizeof(path), "/proc/self/%s", name);
	fs_read(out, path, 65536, &ignored);
}

char *
running_container(struct arena *a, pid_t pid)
{
	static const char *const signs[] = { "docker", "libpod", "kubepods", "containerd", "lxc" };
	struct buf theirs = BUF_INIT, ours = BUF_INIT;
	char *name = NULL;

	read_proc(&theirs, pid, "cgroup");
	read_proc(&ours, 0, "cgroup");
	for (size_t i = 0; i < ARRAY_LEN(signs) && !name; i++) {
		const char *p = strstr(theirs.s, signs[i]);

		if (!p || strstr(ours.s, signs[i]))
			continue;
		/* The 12 hex digits out of its control group. */
		while (*p && strspn(p, "0123456789abcdef") < 12)
			p++;
		name = *p ? arena_strndup(a, p, 12) : arena_strdup(a, signs[i]);
	}
	buf_free(&theirs);
	buf_free(&ours);
	return name;
}

/* The end of the link PROC/WHO/NAME; false: it is not ours to see. */
static bool
read_link(char *out, size_t size, const char *proc, const char *who, const char *name)
{
	char *path = xasprintf("%s/%s/%s", proc, who, name);
	const ssize_t n = readlink(path, out, size - 1);

	free(path);
	if (n <= 0)
		return false;
	out[n] = '\0';
	return true;
}

bool
running_elsewhere(const char *proc, pid_t pid)
{
	char who[32], ours[64], theirs[64], place[PATH_MAX];
	struct stat here, there;
	char *root;
	bool seen;

	snprintf(who, sizeof(who), "%ld", (long)pid);
	if (!read_link(ours, sizeof(ours), proc, "self", "ns/mnt") ||
	    !read_link(theirs, sizeof(theirs), proc, who, "ns/mnt") || strcmp(ours, theirs) == 0)
		return false;
	/* It may have changed its root since it started, as HAProxy does: then that place is compared. */
	if (!read_link(place, sizeof(place), proc, who, "root"))
		snprintf(place, sizeof(place), "/");
	root = xasprintf("%s/%s/root/.", proc, who);
	seen = stat(root, &there) == 0;
	free(root);
	return seen && (stat(place, &here) < 0 || here.st_dev != there.st_dev ||
	                here.st_ino != there.st_ino);
}

bool
running_apart(struct proxy_found *f, pid_t pid, bool rooted)
{
	char *container = rooted ? NULL : running_container(&f->arena, pid);

	if (container && !f->container)
		f->container = container;
	return container || running_elsewhere("/proc", pid);
}

/* A user has services of his own, but none of them there: "0::/system.slice/caddy.service". */
static bool
is_in_service(const struct proxy_found *f, pid_t pid)
{
	static const char slice[] = ":/system.slice/";
	struct arena a = { 0 };
	struct buf groups = BUF_INIT;
	const char *unit;
	bool is;

	read_proc(&groups, pid, "cgroup");
	unit = strstr(groups.s, slice) ? running_unit(&a, pid, f->proxy->name) : NULL;
	is = unit && strncmp(strstr(groups.s, slice) + strlen(slice), unit, strlen(unit)) == 0;
	arena_free(&a);
	buf_free(&groups);
	return is;
}

static bool
is_trusted(const struct proxy_found *f, uid_t uid)
{
	const char *set_up[] = { f->user, NULL }, *const *names[] = { f->proxy->users, set_up };

	if (uid == 0 || uid == geteuid())
		return true;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		for (const char *const *name = names[i]; *name; name++) {
			const struct passwd *p = getpwnam(*name);

			if (p && p->pw_uid == uid)
				return true;
		}
	return false;
}

/* The owner of its directory in /proc is root for every process that wants no dump: its status is asked. */
static bool
read_users(pid_t pid, unsigned *real, unsigned *effective)
{
	struct buf status = BUF_INIT;
	const char *line;
	bool is;

	read_proc(&status, pid, "status");
	line = strstr(status.s, "\nUid:");
	is = line && sscanf(line, " Uid: %u %u", real, effective) == 2;
	buf_free(&status);
	return is;
}

bool
running_believed(const struct proxy_found *f, pid_t pid)
{
	unsigned real, effective;

	return read_users(pid, &real, &effective) &&
	       ((is_trusted(f, real) && is_trusted(f, effective)) || is_in_service(f, pid));
}

bool
running_counts(struct proxy_found *f, pid_t pid, bool rooted)
{
	unsigned real, effective;
	const struct passwd *p;

	if (running_apart(f, pid, rooted))
		return false;
	if (running_believed(f, pid))
		return true;
	if (!f->stranger && read_users(pid, &real, &effective)) {
		p = getpwuid(real);
		f->stranger = p ? arena_strdup(&f->arena, p->pw_name) : arena_printf(&f->arena, "%u", real);
	}
	return false;
}

/* "0::/system.slice/haproxy.service" */
char *
running_unit(struct arena *a, pid_t pid, const char *word)
{
	static const char letters[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@:_.-";
	struct buf group = BUF_INIT;
	const char *end, *start;
	char *unit = NULL;

	read_proc(&group, pid, "cgroup");
	end = strstr(group.s, ".service");
	if (end) {
		for (start = end; start > group.s && start[-1] != '/' && start[-1] != '\n';)
			start--;
		end += strlen(".service");
		if ((*end == '\n' || *end == '\0') && start[strspn(start, letters)] == *end)
			unit = arena_strndup(a, start, (size_t)(end - start));
	}
	if (unit && !strstr(unit, word))
		unit = NULL;
	buf_free(&group);
	return unit;
}

bool
running_has_unit(const char *root, const char *unit)
{
	static const char *const dirs[] = { "/lib/systemd/system", "/usr/lib/systemd/system",
		                            "/etc/systemd/system" };
	struct arena a = { 0 };
	bool has = false;

	if (fs_exists(fs_path(&a, root, "/run/systemd/system")))
		for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
			has |= fs_exists(fs_path(&a, root,
			                         arena_printf(&a, "%s/%s.service", dirs[i], unit)));
	arena_free(&a);
	return has;
}

static char *
linked(struct arena *a, pid_t pid, const char *name)
{
	char who[32], target[PATH_MAX];

	snprintf(who, sizeof(who), "%ld", (long)pid);
	return read_link(target, sizeof(target), "/proc", who, name) ? arena_strdup(a, target) : NULL;
}

char *
running_directory(struct arena *a, pid_t pid)
{
	return linked(a, pid, "cwd");
}

char *
running_program(struct arena *a, pid_t pid)
{
	return linked(a, pid, "exe");
}

const char **
running_words(struct arena *a, pid_t pid)
{
	struct buf all = BUF_INIT;
	const char **words = NULL;
	size_t n = 0;

	read_proc(&all, pid, "cmdline");
	if (all.len > 0)
		words = arena_alloc(a, (all.len + 2) * sizeof(*words));
	for (size_t at = 0; at < all.len; at += strlen(all.s + at) + 1)
		words[n++] = arena_strdup(a, all.s + at);
	buf_free(&all);
	return words;
}

/* Is it the socket of a line in the LISTEN state? */
static bool
is_listening(const char *table, const char *inode)
{
	FILE *f = fopen(table, "re");
	char line[512], found[32];
	unsigned state;
	bool is = false;

	while (f && !is && fgets(line, sizeof(line), f))
		if (sscanf(line,
		           " %*u: %*[0-9A-Fa-f]:%*x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*s %*s %31s",
		           &state, found) == 2)
			is = state == 0x0a && strcmp(found, inode) == 0;
	if (f)
		fclose(f);
	return is;
}

int
running_listens(pid_t pid)
{
	char path[64 + 256], target[64];
	char tables[2][48]; /* of its own network: a container's is another than ours */
	const struct dirent *d;
	int listens = 0;
	DIR *dir;

	snprintf(tables[0], sizeof(tables[0]), "/proc/%ld/net/tcp", (long)pid);
	snprintf(tables[1], sizeof(tables[1]), "/proc/%ld/net/tcp6", (long)pid);

	snprintf(path, sizeof(path), "/proc/%ld/fd", (long)pid);
	dir = opendir(path);
	if (!dir)
		return -1;
	while (!listens && (d = readdir(dir))) {
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/%ld/fd/%s", (long)pid, d->d_name);
		n = readlink(path, target, sizeof(target) - 1);
		if (n <= 0)
			continue;
		target[n] = '\0';
		if (strncmp(target, "socket:[", 8) != 0)
			continue;
		target[strcspn(target, "]")] = '\0';
		listens = is_listening(tables[0], target + 8) || is_listening(tables[1], target + 8);
	}
	closedir(dir);
	return listens;
}

const char *
running_operand(const char *const *argv, const char *flag)
{
	const size_t n = strlen(flag);

	for (size_t i = 0; argv[i]; i++)
		if (i > 0 && strncmp(argv[i], flag, n) == 0)
			return argv[i][n] ? argv[i] + n : argv[i + 1] ? argv[i + 1] : "";
	return "";
}

bool
running_same_file(const char *argument, const char *root, const char *path)
{
	struct arena a = { 0 };
	char *x = within_real(argument), *y = within_real(fs_path(&a, root, path));
	bool same = x && y && strcmp(x, y) == 0;

	free(x);
	free(y);
	arena_free(&a);
	return same;
}
