#include "apply/drift.h"

#include <string.h>

#include "apply/alter.h"
#include "apply/diff.h"
#include "apply/place.h"
#include "base/fs.h"
#include "base/i18n.h"

static bool
is_in_force(const struct journal_entry *entry)
{
	return entry->state != JOURNAL_UNDONE && entry->state != JOURNAL_CONFLICT;
}

/* The path after all links: a repair may have written the file by another of its names. */
static const char *
real_of(struct arena *a, const char *root, const char *path)
{
	struct place p = PLACE_INIT;
	struct err ignored = { 0 };
	const char *real = place_open(&p, root, path, PLACE_FOLLOW, &ignored) == 0 ? arena_strdup(a, p.real) : path;

	place_close(&p);
	return real;
}

/* The newest change in force that wrote `path'. */
static bool
find_written(struct alteration *out, struct arena *a, const char *root, const char *path,
             const char **dir)
{
	const char *real = real_of(a, root, path);
	struct journal_entry *v;
	size_t n = journal_list(a, root, &v);
	bool found = false;

	for (size_t i = 0; i < n && !found; i++) {
		struct journal_lines l;

		if (!is_in_force(&v[i]))
			continue;
		journal_read(&l, v[i].dir);
		for (size_t k = l.n; k > 0 && !found; k--) {
			if (!alter_from_json(out, l.v[k - 1]))
				continue;
			found = (strcmp(out->path, path) == 0 || strcmp(out->real, real) == 0) && strcmp(out->deed, "write") == 0;
			if (!found)
				alter_free(out);
		}
		*dir = v[i].dir;
		journal_lines_free(&l);
	}
	return found;
}

/* A file as it was before and after one change; false: it was or is no file, or is lost. */
static bool
load(struct alteration *c, const char *dir, struct arena *a)
{
	struct err e = { 0 };

	return c->was.kind == CONTENT_FILE && c->is.kind == CONTENT_FILE &&
	       journal_kept(&c->was.bytes, dir, arena_printf(a, "before.%u", c->number), &e) == 0 &&
	       journal_kept(&c->is.bytes, dir, arena_printf(a, "after.%u", c->number), &e) == 0;
}

/* Take what one apply did to a shared file out of it; false: it is not there as it was written. */
static bool
take_out(struct buf *text, const struct journal_entry *entry, const char *path, struct arena *a)
{
	struct journal_lines l;
	struct alteration c;
	bool fine = true;

	journal_read(&l, entry->dir);
	for (size_t k = l.n; k > 0 && fine; k--) {
		struct buf without = BUF_INIT;

		if (!alter_from_json(&c, l.v[k - 1]))
			continue;
		if (c.shared && strcmp(c.path, path) == 0) {
			fine = load(&c, entry->dir, a) &&
			       diff_take_back(&without, text->s, c.was.bytes.s, c.is.bytes.s);
			buf_cut(text, 0);
			buf_add(text, without.s, without.len);
		}
		buf_free(&without);
		alter_free(&c);
	}
	journal_lines_free(&l);
	return fine;
}

bool
drift_without_us(struct buf *text, const char *root, const char *path)
{
	struct arena a = { 0 };
	struct journal_entry *v;
	size_t n = journal_list(&a, root, &v);
	bool fine = true;

	for (size_t i = 0; i < n && fine; i++)
		if (is_in_force(&v[i]))
			fine = take_out(text, &v[i], path, &a);
	arena_free(&a);
	return fine;
}

/* In a file of others, only what is ours counts: can all of it be taken out as it stands? */
static bool
is_whole(const struct alteration *c, const char *root, const char *path, const struct buf *now)
{
	struct buf text = BUF_INIT;

	if (!c->shared)
		return false;
	buf_add(&text, now->s, now->len);
	bool whole = drift_without_us(&text, root, path);
	buf_free(&text);
	return whole;
}

/* Is what stands there, which comes to `now', as it was written?  False too where it is not to be read. */
static bool
is_as_written(const struct alteration *c, struct buf *now, const char *root, const char *path, bool *read)
{
	struct content is = CONTENT_INIT;
	struct arena a = { 0 };
	struct err ignored = { 0 };
	const char *whole = fs_path(&a, root, path);

	*read = (c->straight ? fs_read_straight(now, whole, CONTENT_MAX, &ignored)
	                     : fs_read(now, whole, CONTENT_MAX, &ignored)) == 0;
	content_file(&is, now->s, now->len, 0);
	const bool same = *read && (content_same(&is, &c->is) || is_whole(c, root, path, now));
	content_free(&is);
	arena_free(&a);
	return same;
}

bool
drift_is_ours(const char *root, const char *path)
{
	struct buf now = BUF_INIT;
	struct arena a = { 0 };
	struct alteration c;
	const char *dir = NULL;
	bool ours = false, read;

	if (find_written(&c, &a, root, path, &dir)) {
		ours = is_as_written(&c, &now, root, path, &read);
		alter_free(&c);
	}
	buf_free(&now);
	arena_free(&a);
	return ours;
}

bool
drift_diff(struct buf *out, const char *root, const char *path)
{
	struct buf now = BUF_INIT, then = BUF_INIT;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct alteration c;
	const char *dir = NULL;
	bool drifted = false;

	if (find_written(&c, &a, root, path, &dir)) {
		bool read, same = is_as_written(&c, &now, root, path, &read);

		drifted = read && !same;
		if (drifted && journal_kept(&then, dir, arena_printf(&a, "after.%u", c.number), &e) == 0)
			diff_unified(out, path, then.s, path, now.s);
		alter_free(&c);
	}
	buf_free(&now);
	buf_free(&then);
	arena_free(&a);
	return drifted;
}

int
drift_check(const char *root, const char *path, struct err *e)
{
	struct buf diff = BUF_INIT;
	bool drifted = drift_diff(&diff, root, path);
	int lines = 0;

	for (const char *p = diff.s; drifted && p; p = strchr(p, '\n')) {
		p += *p == '\n';
		lines += (*p == '+' && strncmp(p, "+++", 3) != 0) ||
		         (*p == '-' && strncmp(p, "---", 3) != 0);
	}
	buf_free(&diff);
	if (!drifted)
		return 0;
	/* TRANSLATORS: %1$s is a path, %2$d how many lines; one line of at most 78 columns */
	return err_set(e, ERR_CONFLICT, Q_("%1$s was edited since; %2$d line differs",
	                                   "%1$s was edited since; %2$d lines differ", lines),
	               path, lines);
}
