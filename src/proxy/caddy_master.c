/* caddy_master.c - the running Caddy, its service, and the file it was told to read. */
#include "proxy/caddy.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "proxy/boxed.h"
#include "proxy/running.h"

struct search {
	struct proxy_found   *f;
	const char           *root;
	const struct machine *machine;
	pid_t                 strange; /* one that reads another file and serves the world */
	char                 *strange_config;
};

static bool
has_root(const char *root)
{
	return root && *root && strcmp(root, "/") != 0;
}

static void
read_proc(struct buf *out, pid_t pid, const char *name)
{
	char path[64];
	struct err ignored;

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	fs_read(out, path, 65536, &ignored);
}

/* The value of --config or -c, --config=VALUE too; NULL: not given. */
static const char *
option(const char *const *argv, const char *name, const char *letter)
{
	const size_t n = strlen(name);

	for (size_t i = 0; argv[i]; i++) {
		const char *p = argv[i];

		if (letter && strcmp(p, letter) == 0)
			return argv[i + 1];
		if (p[0] != '-')
			continue;
		p += p[1] == '-' ? 2 : 1;
		if (strcmp(p, name) == 0)
			return argv[i + 1];
		if (strncmp(p, name, n) == 0 && p[n] == '=')
			return p + n + 1;
	}
	return NULL;
}

/* JSON, or anything else that an adapter makes a configuration of. */
static bool
is_foreign(const char *const *argv, const char *config)
{
	const char *adapter = option(argv, "adapter", "-a"), *name = fs_basename(config);
	const size_t n = strlen(name);

	if (adapter)
		return strcmp(adapter, "caddyfile") != 0;
	return strncmp(name, "Caddyfile", 9) != 0 &&
	       !(n > 10 && strcmp(name + n - 10, ".caddyfile") == 0) &&
	       !(n > 6 && strcmp(name + n - 6, ".caddy") == 0);
}

/* ---- its unit file ---- */

struct unit_file {
	struct proxy_found *f;
	const char         *argv[64];
};

/* systemd's quotes are taken off; a path with its % or $ in it is not there, and not read. */
static void
take_command(struct unit_file *u, const char *line, size_t len)
{
	char *p = arena_strndup(&u->f->arena, line, len);
	size_t n = 0;

	while (n + 1 < ARRAY_LEN(u->argv) && *(p += strspn(p, " \t"))) {
		const char quote = *p == '"' || *p == '\'' ? *p++ : '\0';

		u->argv[n++] = p;
		p += quote ? strcspn(p, quote == '"' ? "\"" : "'") : strcspn(p, " \t");
		if (!*p)
			break;
		*p++ = '\0';
	}
	u->argv[n] = NULL;
}

static void
read_unit(void *ctx, const char *path)
{
	struct unit_file *u = ctx;
	struct buf text = BUF_INIT;
	struct err ignored;

	if (fs_read(&text, path, 65536, &ignored) < 0)
		return;
	for (const char *line = text.s; *line;) {
		const size_t len = strcspn(line, "\n");

		if (len > 10 && strncmp(line, "ExecStart=", 10) == 0)
			take_command(u, line + 10, len - 10);
		if (len > 5 && strncmp(line, "User=", 5) == 0)
			u->f->user = arena_strndup(&u->f->arena, line + 5, len - 5);
		line += len + (line[len] == '\n');
	}
	buf_free(&text);
}

/* What would be started: the unit, and what was added to it later.  A container starts no units. */
void
caddy_find_unit(struct proxy_found *f, const char *root)
{
	static const char *const dirs[] = {
		"/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system",
		"/lib/systemd/system",
	};
	struct caddy_own *own = f->conf;
	struct unit_file u = { .f = f };
	struct arena *a = &f->arena;
	const char *config;
	bool found = false;

	for (size_t i = 0; i < ARRAY_LEN(dirs) && !found && !f->box; i++) {
		const char *path = fs_path(a, root, fs_join(a, dirs[i], "caddy.service"));

		found = fs_exists(path);
		if (found)
			read_unit(&u, path);
	}
	for (size_t i = 0; i < 2 && !f->box; i++) {
		const char *more = fs_join(a, dirs[i], "caddy.service.d/*.conf");

		fs_glob(fs_path(a, root, more), read_unit, &u);
	}
	if (found)
		own->unit = arena_strdup(&f->arena, "caddy.service");
	config = option(u.argv, "config", "-c");
	f->config = arena_strdup(&f->arena, config && *config == '/' ? config : CADDY_CONFIG);
	own->foreign = is_foreign(u.argv, f->config);
}

/* ---- its process ---- */

/* As it was told, or, if it was told nothing, the Caddyfile of the directory it was started in. */
static char *
config_of(struct arena *a, pid_t pid, const char *const *argv)
{
	const char *config = option(argv, "config", "-c"), *dir;

	if (config && *config == '/')
		return arena_strdup(a, config);
	dir = running_directory(a, pid);
	return dir ? fs_join(a, dir, config ? config : "Caddyfile") : NULL;
}

static bool
serves_the_world(const struct machine *m, pid_t pid)
{
	for (size_t i = 0; m && i < m->n_listeners; i++)
		if (m->listeners[i].pid == pid && !m->listeners[i].loopback)
			return true;
	return false;
}

static void
consider(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct search *s = ctx;
	struct proxy_found *f = s->f;
	char *config;

	(void)parent;
	if (!argv[0] || !argv[1] || strcmp(argv[1], "run") != 0)
		return;
	if (f->box ? !boxed_has(f, pid) : !running_counts(f, pid, has_root(s->root)))
		return;
	config = config_of(&f->arena, pid, argv);
	if (!config || !f->config || f->master)
		return;
	if (!f->box && running_same_file(config, s->root, f->config)) {
		f->master = pid;
	} else if (!s->strange && (f->box || serves_the_world(s->machine, pid))) { /* what runs in a box is what it is for */
		s->strange = pid;
		s->strange_config = config;
		((struct caddy_own *)f->conf)->foreign = is_foreign(argv, config);
	}
}

static const char *
variable(const struct buf *environment, const char *name)
{
	const size_t n = strlen(name);

	for (const char *p = environment->s; p < environment->s + environment->len;
	     p += strlen(p) + 1)
		if (strncmp(p, name, n) == 0 && p[n] == '=')
			return p + n + 1;
	return NULL;
}

static void
read_environment(struct proxy_found *f)
{
	struct caddy_own *own = f->conf;
	struct buf environment = BUF_INIT;
	const char *data, *home, *admin;

	read_proc(&environment, f->master, "environ");
	admin = variable(&environment, "CADDY_ADMIN");
	if (admin && *admin)
		own->admin = arena_strdup(&f->arena, admin);
	data = variable(&environment, "XDG_DATA_HOME");
	home = variable(&environment, "HOME");
	if (data && *data == '/')
		own->data = fs_join(&f->arena, data, "caddy");
	else if (home && *home == '/')
		own->data = fs_join(&f->arena, home, ".local/share/caddy");
	buf_free(&environment);
}

static void
read_user(struct proxy_found *f)
{
	char path[64];
	struct stat st;
	const struct passwd *p;

	snprintf(path, sizeof(path), "/proc/%ld", (long)f->master);
	p = stat(path, &st) == 0 ? getpwuid(st.st_uid) : NULL;
	f->user = p ? arena_strdup(&f->arena, p->pw_name) : NULL;
}

/*
 * The one that reads the file we found, or, if that one does not run, one
 * started with a file of its own: but only if it serves more than loopback,
 * for a private copy of somebody's test is none of our business.
 */
void
caddy_find_master(struct proxy_found *f, const char *root, const struct machine *m)
{
	struct caddy_own *own = f->conf;
	const bool foreign = own->foreign;
	struct search s = { .f = f, .root = root, .machine = m };

	machine_processes("caddy", consider, &s);
	if (!f->master && s.strange && (f->box || !has_root(root))) {
		f->master = s.strange;
		f->config = s.strange_config;
	} else {
		own->foreign = foreign;
	}
	f->running = f->master > 0;
	if (!f->running)
		return;
	read_environment(f);
	if (f->box)
		return;
	own->unit = running_unit(&f->arena, f->master, "caddy");
	read_user(f);
}
