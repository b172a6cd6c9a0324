#include "answers/procfs.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/text.h"

#define MAX_TABLE     ((size_t)8 << 20) /* /proc/net/tcp of a busy server */
#define MAX_LISTENERS 4096
#define MAX_CMDLINE   ((size_t)64 << 10)
#define LISTENING     0x0a

struct found {
	struct listener   *v;
	unsigned long long *inodes; /* of v[i]'s socket */
	size_t             n;
};

/* Four bytes a word, each as the machine keeps it: "0100007F" is 127.0.0.1 on most. */
static bool
read_address(const char *hex, bool ipv6, char out[INET6_ADDRSTRLEN])
{
	unsigned char bytes[16];
	const size_t words = ipv6 ? 4 : 1;

	for (size_t i = 0; i < words; i++) {
		char digits[9] = { 0 };
		char *end;
		unsigned word;

		memcpy(digits, hex + 8 * i, 8);
		word = (unsigned)strtoul(digits, &end, 16);
		if (end != digits + 8)
			return false;
		memcpy(bytes + 4 * i, &word, 4);
	}
	return inet_ntop(ipv6 ? AF_INET6 : AF_INET, bytes, out, INET6_ADDRSTRLEN) != NULL;
}

/* "sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode ..." */
static void
read_line(struct found *f, const char *line, bool ipv6)
{
	const size_t digits = ipv6 ? 32 : 8;
	char local[64], remote[64];
	struct listener *l = &f->v[f->n];
	unsigned port, state;
	unsigned long long inode;

	if (sscanf(line, " %*[^:]: %63s %63s %x %*s %*s %*s %*s %*s %llu", local, remote, &state,
		   &inode) != 4 ||
	    state != LISTENING || strlen(local) != digits + 5 || local[digits] != ':' ||
	    sscanf(local + digits + 1, "%x", &port) != 1)
		return;
	*l = (struct listener){ .port = port, .ipv6 = ipv6 };
	if (read_address(local, ipv6, l->address))
		f->inodes[f->n++] = inode;
}

static void
read_table(struct found *f, const char *path, bool ipv6)
{
	struct buf text = BUF_INIT;
	struct err ignored;
	char *rest, *line;

	if (fs_read(&text, path, MAX_TABLE, &ignored) == 0 && text.len) {
		rest = text.s;
		while (f->n < MAX_LISTENERS && (line = strsep(&rest, "\n")))
			read_line(f, line, ipv6);
	}
	buf_free(&text);
}

static void
read_name(const char *proc, pid_t pid, char *out, size_t size)
{
	struct buf text = BUF_INIT, safe = BUF_INIT;
	char *path = xasprintf("%s/%ld/comm", proc, (long)pid);
	struct err ignored;

	if (fs_read(&text, path, 4096, &ignored) == 0)
		text_safe(&safe, text.s, strcspn(text.s, "\n"), size - 1);
	snprintf(out, size, "%s", safe.s);
	buf_free(&text);
	buf_free(&safe);
	free(path);
}

/* A socket that several processes hold belongs to the oldest: the master, not a worker. */
static void
note_owner(struct found *f, const char *proc, pid_t pid, unsigned long long inode)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->inodes[i] == inode && inode && (f->v[i].pid == 0 || pid < f->v[i].pid)) {
			f->v[i].pid = pid;
			read_name(proc, pid, f->v[i].program, sizeof(f->v[i].program));
		}
}

static void
read_descriptors(struct found *f, const char *proc, pid_t pid)
{
	char *path = xasprintf("%s/%ld/fd", proc, (long)pid);
	DIR *d = opendir(path);

	for (const struct dirent *entry; d && (entry = readdir(d));) {
		char target[64];
		unsigned long long inode;
		const ssize_t n = readlinkat(dirfd(d), entry->d_name, target, sizeof(target) - 1);

		if (n <= 0)
			continue;
		target[n] = '\0';
		if (sscanf(target, "socket:[%llu]", &inode) == 1)
			note_owner(f, proc, pid, inode);
	}
	if (d)
		closedir(d);
	free(path);
}

typedef void pid_fn(void *ctx, const char *proc, pid_t pid);

static void
each_pid(const char *proc, pid_fn *fn, void *ctx)
{
	DIR *d = opendir(proc);

	for (const struct dirent *entry; d && (entry = readdir(d));) {
		char *end;
		const long pid = strtol(entry->d_name, &end, 10);

		if (isdigit((unsigned char)*entry->d_name) && !*end && pid > 0)
			fn(ctx, proc, (pid_t)pid);
	}
	if (d)
		closedir(d);
}

static void
owners_of(void *ctx, const char *proc, pid_t pid)
{
	read_descriptors(ctx, proc, pid);
}

static int
by_port(const void *a, const void *b)
{
	const struct listener *x = a, *y = b;

	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	if (x->ipv6 != y->ipv6)
		return x->ipv6 ? 1 : -1;
	return strcmp(x->address, y->address);
}

void
procfs_listeners(struct machine *m, const char *root)
{
	const char *proc = fs_path(&m->arena, root, "/proc");
	struct found f = { 0 };

	if (!fs_exists(fs_join(&m->arena, proc, "net")))
		proc = "/proc";
	f.v = xcalloc(MAX_LISTENERS + 1, sizeof(*f.v));
	f.inodes = xcalloc(MAX_LISTENERS + 1, sizeof(*f.inodes));
	read_table(&f, fs_join(&m->arena, proc, "net/tcp"), false);
	read_table(&f, fs_join(&m->arena, proc, "net/tcp6"), true);
	if (f.n)
		each_pid(proc, owners_of, &f);
	qsort(f.v, f.n, sizeof(*f.v), by_port);
	m->listeners = arena_alloc(&m->arena, (f.n + 1) * sizeof(*f.v));
	memcpy(m->listeners, f.v, f.n * sizeof(*f.v));
	m->n_listeners = f.n;
	free(f.v);
	free(f.inodes);
}

struct wanted {
	const char         *program;
	machine_process_fn *fn;
	void               *ctx;
};

/* By the executable; without the right to see it, by the name the process has. */
static bool
is_program(const char *proc, pid_t pid, const char *program)
{
	char *path = xasprintf("%s/%ld/exe", proc, (long)pid);
	char exe[4096], name[32];
	const ssize_t n = readlink(path, exe, sizeof(exe) - 1);
	static const char gone[] = " (deleted)"; /* the program was upgraded while this one runs */

	free(path);
	if (n > 0) {
		exe[n] = '\0';
		if ((size_t)n > strlen(gone) && strcmp(exe + n - strlen(gone), gone) == 0)
			exe[n - (ssize_t)strlen(gone)] = '\0';
		return strcmp(fs_basename(exe), program) == 0;
	}
	read_name(proc, pid, name, sizeof(name));
	return *name && strncmp(name, program, 15) == 0 &&
	       (strlen(name) == strlen(program) || strlen(name) == 15);
}

/* The parent, or -1 for a dead process.  The name may hold anything, parentheses too. */
static pid_t
parent_of(const char *proc, pid_t pid)
{
	struct buf text = BUF_INIT;
	char *path = xasprintf("%s/%ld/stat", proc, (long)pid);
	struct err ignored;
	long parent = -1;
	char state = 'Z';
	const char *p;

	if (fs_read(&text, path, 4096, &ignored) == 0 && (p = strrchr(text.s, ')')) &&
	    (sscanf(p + 1, " %c %ld", &state, &parent) != 2 || state == 'Z' || state == 'X'))
		parent = -1;
	buf_free(&text);
	free(path);
	return (pid_t)parent;
}

static void
offer(void *ctx, const char *proc, pid_t pid)
{
	const struct wanted *w = ctx;
	struct buf text = BUF_INIT;
	const char **argv;
	size_t n = 0;
	char *path;
	struct err ignored;
	pid_t parent;

	if (!is_program(proc, pid, w->program) || (parent = parent_of(proc, pid)) < 0)
		return;
	path = xasprintf("%s/%ld/cmdline", proc, (long)pid);
	fs_read(&text, path, MAX_CMDLINE, &ignored);
	argv = xcalloc(text.len + 2, sizeof(*argv));
	for (size_t at = 0; at < text.len; at += strlen(text.s + at) + 1)
		argv[n++] = text.s + at;
	w->fn(w->ctx, pid, parent, argv);
	free(argv);
	free(path);
	buf_free(&text);
}

void
procfs_processes(const char *proc, const char *program, machine_process_fn *fn, void *ctx)
{
	each_pid(proc, offer, &(struct wanted){ program, fn, ctx });
}

void
machine_processes(const char *program, machine_process_fn *fn, void *ctx)
{
	procfs_processes("/proc", program, fn, ctx);
}

/* ---- since when ---- */

static long long
boot_time(void)
{
	struct buf text = BUF_INIT;
	struct err ignored;
	const char *at = NULL;
	long long when = 0;

	if (fs_read(&text, "/proc/stat", MAX_TABLE, &ignored) == 0 && (at = strstr(text.s, "\nbtime ")))
		when = strtoll(at + 7, NULL, 10);
	buf_free(&text);
	return when;
}

/* The twentieth word behind the program's name, which may hold anything; in ticks since the machine began. */
static long long
start_ticks(pid_t pid)
{
	struct buf text = BUF_INIT;
	struct err ignored;
	char path[64];
	const char *at = NULL;
	long long ticks = -1;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (fs_read(&text, path, MAX_TABLE, &ignored) == 0)
		at = strrchr(text.s, ')');
	for (int word = 0; at && word < 20; word++)
		at = strchr(at + 1, ' ');
	if (at)
		ticks = strtoll(at, NULL, 10);
	buf_free(&text);
	return ticks;
}

struct newest {
	pid_t     of;
	long long ticks;
};

static void
note_newest(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct newest *n = ctx;
	const long long ticks = pid == n->of || parent == n->of ? start_ticks(pid) : -1;

	(void)argv;
	if (ticks > n->ticks)
		n->ticks = ticks;
}

time_t
machine_newest(const char *program, pid_t pid)
{
	struct newest n = { .of = pid, .ticks = -1 };
	const long long boot = boot_time();

	machine_processes(program, note_newest, &n);
	return boot && n.ticks >= 0 ? (time_t)(boot + n.ticks / sysconf(_SC_CLK_TCK)) : 0;
}
