/* box_mounts.c - which place of this machine is which place of a container. */
#include "answers/box_inside.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/within.h"

#define MAX_MOUNTS 256

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime ...": what of which file system is where. */
struct mount {
	char *device, *root, *at;
};

struct mounts {
	struct arena arena;
	struct mount v[MAX_MOUNTS];
	size_t       n;
};

/* A blank in a path stands there as \040. */
static char *
unescaped(struct arena *a, const char *s, size_t n)
{
	char *out = arena_alloc(a, n + 1), *to = out;

	for (size_t i = 0; i < n; i++) {
		unsigned c;

		if (s[i] == '\\' && i + 3 < n && sscanf(s + i + 1, "%3o", &c) == 1) {
			*to++ = (char)c;
			i += 3;
		} else {
			*to++ = s[i];
		}
	}
	return out;
}

static bool
is_printable(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

static void
read_table(struct mounts *m, const char *proc, pid_t pid)
{
	struct buf text = BUF_INIT;
	char *rest, *line;

	*m = (struct mounts){ 0 };
	box_proc(&text, proc, pid, "mountinfo");
	rest = text.len ? text.s : NULL;
	while (m->n < MAX_MOUNTS && (line = strsep(&rest, "\n"))) {
		const char *word[5], *p = line;
		size_t len[5], n = 0;

		for (; n < 5; n++) {
			p += strspn(p, " ");
			word[n] = p;
			len[n] = strcspn(p, " ");
			p += len[n];
		}
		if (len[4] == 0)
			continue;
		m->v[m->n] = (struct mount){ unescaped(&m->arena, word[2], len[2]),
			                     unescaped(&m->arena, word[3], len[3]),
			                     unescaped(&m->arena, word[4], len[4]) };
		m->n += *m->v[m->n].at == '/' && is_printable(m->v[m->n].at) &&
		        is_printable(m->v[m->n].root);
	}
	buf_free(&text);
}

/* What of `path' is behind `dir', beginning with its slash; NULL: it is not below. */
static const char *
behind(const char *path, const char *dir)
{
	const size_t n = strcmp(dir, "/") == 0 ? 0 : strlen(dir);

	return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0') ? path + n : NULL;
}

/* As the container itself would look it up: an absolute link leads to its own files, not to ours. */
static bool
stat_inside(const struct box *b, const char *path, struct stat *st)
{
	const int fd = within_look(b->root, path, WITHIN_FOLLOW);
	const bool is = fd >= 0 && fstat(fd, st) == 0;

	if (fd >= 0)
		close(fd);
	return is;
}

static bool
is_one(const struct box *b, const char *inside, const char *outside)
{
	struct stat here, there;

	return stat(outside, &here) == 0 && stat_inside(b, inside, &there) &&
	       here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

/* Where one of its mounts lies on this machine; NULL: nowhere that is seen here. */
static char *
outside_of(struct box *b, const struct mount *theirs, const struct mounts *ours)
{
	for (size_t i = ours->n; i-- > 0;) {
		const struct mount *m = &ours->v[i];
		const char *rest = strcmp(m->device, theirs->device) == 0 ? behind(theirs->root, m->root) : NULL;
		char *path;

		if (!rest)
			continue;
		if (strcmp(rest, "/") == 0)
			rest = "";
		path = arena_printf(b->arena, "%s%s", strcmp(m->at, "/") == 0 ? "" : m->at, rest);
		if (*path && is_one(b, theirs->at, path))
			return path;
	}
	return NULL;
}

/* "/var/lib/docker/volumes/NAME/_data", "/var/lib/containers/storage/volumes/NAME/_data" */
static bool
is_volume(const char *outside)
{
	const char *name = strstr(outside, "/volumes/");

	name = name ? name + strlen("/volumes/") : NULL;
	return name && strncmp(name + strcspn(name, "/"), "/_data", 6) == 0;
}

void
box_read_mounts(struct box *b, const char *proc)
{
	struct mounts *theirs = xcalloc(1, sizeof(*theirs)), *ours = xcalloc(1, sizeof(*ours));

	read_table(theirs, proc, b->pid);
	read_table(ours, proc, 0);
	b->mounts = arena_alloc(b->arena, (theirs->n + 1) * sizeof(*b->mounts));
	for (size_t i = 0; i < theirs->n; i++) {
		const struct mount *m = &theirs->v[i];
		char *outside = strcmp(m->at, "/") == 0 ? NULL : outside_of(b, m, ours);
		struct stat st;

		if (!outside)
			continue;
		b->mounts[b->n_mounts++] = (struct box_mount){
			.inside = arena_strdup(b->arena, m->at), .outside = outside,
			.file = stat(outside, &st) == 0 && !S_ISDIR(st.st_mode),
			.volume = is_volume(outside),
		};
	}
	arena_free(&theirs->arena);
	arena_free(&ours->arena);
	free(theirs);
	free(ours);
}

bool
box_has(const struct box *b, const char *inside)
{
	struct stat st;

	return !b->closed && stat_inside(b, inside, &st);
}

char *
box_dir(struct arena *a, const struct box *b, const char *inside)
{
	char *dir = fs_dirname(a, inside);

	while (strcmp(dir, "/") != 0 && !box_has(b, dir))
		dir = fs_dirname(a, dir);
	return dir;
}

enum box_place
box_outside(struct arena *a, const struct box *b, const char *inside, char **outside)
{
	const struct box_mount *m = NULL;
	const char *dir = box_dir(a, b, inside);

	*outside = NULL;
	for (size_t i = 0; i < b->n_mounts; i++)
		if (behind(inside, b->mounts[i].inside) &&
		    (!m || strlen(b->mounts[i].inside) >= strlen(m->inside)))
			m = &b->mounts[i];
	if (!m)
		return BOX_OWN;
	*outside = arena_printf(a, "%s%s", m->outside, behind(inside, m->inside));
	if (m->file)
		return BOX_FILE;
	if (!behind(dir, m->inside) || !is_one(b, dir, arena_printf(a, "%s%s", m->outside, behind(dir, m->inside))))
		return BOX_OWN;
	return m->volume ? BOX_VOLUME : BOX_SEEN;
}

static char *
inside_by_name(struct arena *a, const struct box *b, const char *outside)
{
	for (size_t i = b->n_mounts; i-- > 0;) {
		const char *rest = behind(outside, b->mounts[i].outside);
		char *path = rest ? arena_printf(a, "%s%s", b->mounts[i].inside, rest) : NULL;

		if (path && is_one(b, path, outside))
			return path;
	}
	return NULL;
}

char *
box_inside(struct arena *a, const struct box *b, const char *outside)
{
	char *inside = inside_by_name(a, b, outside), *real;

	if (inside || !(real = realpath(outside, NULL)))
		return inside;
	inside = inside_by_name(a, b, real);
	free(real);
	return inside;
}
