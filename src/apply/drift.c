#include "apply/drift.h"

#include <string.h>

#include "apply/alter.h"
#include "apply/diff.h"
#include "base/fs.h"
#include "base/i18n.h"

/* The newest change in force that wrote `path'. */
static bool
find_written(struct alteration *out, struct arena *a, const char *root, const char *path,
             const char **dir)
{
	struct journal_entry *v;
	size_t n = journal_list(a, root, &v);
	bool found = false;

	for (size_t i = 0; i < n && !found; i++) {
		struct journal_lines l;

		if (v[i].state == JOURNAL_UNDONE || v[i].state == JOURNAL_CONFLICT)
			continue;
		journal_read(&l, v[i].dir);
		for (size_t k = l.n; k > 0 && !found; k--) {
			if (!alter_from_json(out, l.v[k - 1]))
				continue;
			found = strcmp(out->path, path) == 0 && strcmp(out->deed, "write") == 0;
			if (!found)
				alter_free(out);
		}
		*dir = v[i].dir;
		journal_lines_free(&l);
	}
	return found;
}

bool
drift_diff(struct buf *out, const char *root, const char *path)
{
	struct buf now = BUF_INIT, then = BUF_INIT;
	struct content is = CONTENT_INIT;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct alteration c;
	const char *dir = NULL;
	bool drifted = false;

	if (fs_read(&now, fs_path(&a, root, path), CONTENT_MAX, &e) == 0 &&
	    find_written(&c, &a, root, path, &dir)) {
		content_file(&is, now.s, now.len, 0);
		drifted = !content_same(&is, &c.is);
		const char *kept = arena_printf(&a, "after.%u", c.number);
		if (drifted && journal_kept(&then, dir, kept, &e) == 0)
			diff_unified(out, path, then.s, path, now.s);
		alter_free(&c);
	}
	content_free(&is);
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
