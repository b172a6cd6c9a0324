#include "apply/journal_write.h"

#include <dirent.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"

static const char *const state_names[] = {
	[JOURNAL_UNFINISHED] = "unfinished",
	[JOURNAL_COMMITTED]  = "committed",
	[JOURNAL_UNDONE]     = "undone",
	[JOURNAL_CONFLICT]   = "conflict",
	[JOURNAL_BUSY]       = "busy",
};

char *
journal_state_dir(struct arena *a, const char *root)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (geteuid() == 0)
		return fs_path(a, root, "/var/lib/antechamber");
	if (state && state[0] == '/')
		return fs_join(a, state, "antechamber");
	if (!home || home[0] != '/') {
		struct passwd *user = getpwuid(geteuid());
		home = user ? user->pw_dir : "/";
	}
	return fs_join(a, home, ".local/state/antechamber");
}

static size_t
without_slash(const char *root)
{
	size_t len = root ? strlen(root) : 0;

	while (len && root[len - 1] == '/')
		len--;
	return len;
}

static bool
same_root(const char *a, const char *b)
{
	size_t len = without_slash(a);

	return len == without_slash(b) && (len == 0 || memcmp(a, b, len) == 0);
}

static bool
changes_something(const char *deed)
{
	return strcmp(deed, "write") == 0 || strcmp(deed, "link") == 0 ||
	       strcmp(deed, "set-aside") == 0 || strcmp(deed, "call") == 0;
}

static void
read_seen(struct journal_entry *out, struct arena *a, const struct json *seen)
{
	const bool known = json_get_int(seen, "format", 0) == 1;

	out->openchamber = arena_strdup(a, known ? json_get_string(seen, "openchamber", "") : "");
	out->version = arena_strdup(a, known ? json_get_string(seen, "proxy", "") : "");
	out->certificate_until = known ? (time_t)json_get_int(seen, "certificateUntil", 0) : 0;
}

/* False: it is of another root. */
static bool
read_entry(struct journal_entry *out, struct arena *a, const char *root, const char *dir)
{
	struct journal_lines l;
	struct stat st;
	bool ours = true;

	journal_read(&l, dir);
	out->dir = arena_strdup(a, dir);
	out->state = JOURNAL_UNFINISHED;
	out->address = arena_strdup(a, "");
	out->proxy = arena_strdup(a, "");
	read_seen(out, a, NULL);
	out->when = stat(dir, &st) == 0 ? st.st_mtime : 0;
	for (size_t i = 0; i < l.n; i++) {
		const char *deed = json_get_string(l.v[i], "do", "");
		if (strcmp(deed, "begin") == 0) {
			out->when = (time_t)json_get_int(l.v[i], "when", 0);
			out->address = arena_strdup(a, json_get_string(l.v[i], "address", ""));
			out->proxy = arena_strdup(a, json_get_string(l.v[i], "proxy", ""));
			out->repairs = json_get(l.v[i], "causes") != NULL;
			ours = same_root(root, json_get_string(l.v[i], "root", ""));
		} else if (strcmp(deed, "commit") == 0) {
			out->state = JOURNAL_COMMITTED;
			read_seen(out, a, json_get(l.v[i], "seen"));
		} else if (strcmp(deed, "undo") == 0)
			out->state = JOURNAL_UNFINISHED;
		else if (strcmp(deed, "undone") == 0)
			out->state = JOURNAL_UNDONE;
		else if (strcmp(deed, "conflict") == 0)
			out->state = JOURNAL_CONFLICT;
		out->places += changes_something(deed);
		out->typed |= strcmp(deed, "call") == 0 && !json_get_string(l.v[i], "secretFile", NULL);
	}
	journal_lines_free(&l);
	return ours;
}

static int
newest_first(const void *a, const void *b)
{
	const struct journal_entry *x = a, *y = b;

	return (x->id < y->id) - (x->id > y->id);
}

size_t
journal_list(struct arena *a, const char *root, struct journal_entry **entries)
{
	const char *state = journal_state_dir(a, root);
	DIR *d = opendir(state);
	struct journal_entry *v = NULL;
	size_t n = 0;
	unsigned busy;
	pid_t worker = journal_worker(root, &busy);
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		char *end;
		unsigned long id = strtoul(entry->d_name, &end, 10);
		struct journal_entry one = { .id = (unsigned)id };

		if (*end || id == 0 || id >= 1000000000 ||
		    !read_entry(&one, a, root, fs_join(a, state, entry->d_name)))
			continue;
		/* What is settled stays so, though its worker may not have left yet. */
		if (worker && busy == id && one.state == JOURNAL_UNFINISHED) {
			one.state = JOURNAL_BUSY;
			one.pid = worker;
		}
		v = xreallocarray(v, n + 1, sizeof(*v));
		v[n++] = one;
	}
	if (d)
		closedir(d);
	if (n)
		qsort(v, n, sizeof(*v), newest_first);
	*entries = arena_alloc(a, (n + 1) * sizeof(*v));
	if (n)
		memcpy(*entries, v, n * sizeof(*v));
	free(v);
	return n;
}

struct json *
journal_list_json(const char *root)
{
	struct arena a = { 0 };
	struct journal_entry *v;
	size_t n = journal_list(&a, root, &v);
	struct json *all = json_array();

	for (size_t i = 0; i < n; i++) {
		struct json *j = json_object();
		char when[32] = "";
		struct tm tm;

		if (gmtime_r(&v[i].when, &tm))
			strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
		json_set_int(j, "id", v[i].id);
		json_set_string(j, "when", when);
		json_set_string(j, "state", state_names[v[i].state]);
		json_set_string(j, "address", v[i].address);
		json_set_string(j, "proxy", v[i].proxy);
		json_set_int(j, "places", (long long)v[i].places);
		if (v[i].pid)
			json_set_int(j, "pid", v[i].pid);
		json_set_string(j, "directory", v[i].dir);
		json_push(all, j);
	}
	arena_free(&a);
	return all;
}

bool
journal_open_business(struct arena *a, const char *root, struct journal_entry *out)
{
	struct journal_entry *v;
	size_t n = journal_list(a, root, &v);
	unsigned id;
	pid_t worker = journal_worker(root, &id);

	for (size_t i = 0; i < n; i++)
		if (v[i].state == JOURNAL_BUSY || v[i].state == JOURNAL_UNFINISHED) {
			*out = v[i];
			return true;
		}
	/* Somebody has the lock and no journal yet. */
	if (worker == 0 || worker == getpid())
		return false;
	*out = (struct journal_entry){ .state = JOURNAL_BUSY, .pid = worker, .when = time(NULL) };
	out->address = out->proxy = arena_strdup(a, "");
	out->dir = journal_state_dir(a, root);
	return true;
}
