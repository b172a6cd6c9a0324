#include "apply/stands.h"

#include <string.h>

#include "apply/alter.h"
#include "apply/diff.h"
#include "apply/move_calls.h"
#include "base/fs.h"
#include "base/url.h"

#define MAX_FILE  (16 << 20)
#define OUR_OWN   "/etc/antechamber/"

typedef bool alter_is_fn(const struct alteration *c, void *ctx);

/* Is any alteration of a change such a one? */
static bool
any(const char *dir, alter_is_fn *is, void *ctx)
{
	struct journal_lines l;
	struct alteration c;
	bool found = false;

	journal_read(&l, dir);
	for (size_t i = 0; i < l.n && !found; i++)
		if (alter_from_json(&c, l.v[i])) {
			found = !c.leaving && is(&c, ctx);
			alter_free(&c);
		}
	journal_lines_free(&l);
	return found;
}

static bool
has_path(const struct alteration *c, void *path)
{
	return strcmp(c->path, path) == 0;
}

/* Its own file is still there: no undo and no move took it away since.  A shared one tells by its lines. */
static bool
is_there(const struct alteration *c, void *root)
{
	struct arena a = { 0 };
	const bool is = strcmp(c->deed, "write") == 0 && strncmp(c->path, OUR_OWN, strlen(OUR_OWN)) != 0 &&
	                (c->shared || fs_exists(fs_path(&a, root, c->path)));

	arena_free(&a);
	return is;
}

static bool
writes_target(const struct alteration *c, void *link)
{
	return strcmp(c->deed, "write") == 0 && strcmp(fs_basename(c->path), fs_basename(link)) == 0;
}

struct stand {
	const struct journal_entry *below, *above;
	const char                 *root;
};

/* What was put into a shared file has lines of another change inside by now. */
static bool
is_built_on(const struct alteration *c, const struct stand *s)
{
	struct buf now = BUF_INIT, was = BUF_INIT, is = BUF_INIT, text = BUF_INIT;
	struct arena a = { 0 };
	struct err e = { 0 };
	const bool built =
		fs_read(&now, fs_path(&a, s->root, c->path), MAX_FILE, &e) == 0 &&
		journal_kept(&was, s->below->dir, arena_printf(&a, "before.%u", c->number), &e) == 0 &&
		journal_kept(&is, s->below->dir, arena_printf(&a, "after.%u", c->number), &e) == 0 &&
		strcmp(now.s, is.s) != 0 && !diff_is_back(now.s, was.s, is.s) && !diff_take_back(&text, now.s, was.s, is.s);

	buf_free(&now);
	buf_free(&was);
	buf_free(&is);
	buf_free(&text);
	arena_free(&a);
	return built;
}

/* Made for every site, and the one above made none of its own there. */
static bool
carries(const struct alteration *c, void *ctx)
{
	const struct stand *s = ctx;
	const bool link = strcmp(c->deed, "link") == 0 && c->is.kind == CONTENT_LINK;

	if (link && !any(s->below->dir, writes_target, c->is.bytes.s))
		return !any(s->above->dir, has_path, c->path);
	if (strcmp(c->deed, "write") != 0 || !c->shared)
		return false;
	return any(s->above->dir, has_path, c->path) ? is_built_on(c, s) : true;
}

unsigned
stands_on(const struct journal_entry *v, size_t i, const char *root)
{
	struct url host;
	struct err ignored = { 0 };
	const bool known = url_parse(&host, v[i].address, "https", URL_ANY, "", &ignored) == 0;

	for (size_t k = i; k-- > 0;) {
		struct stand s = { &v[i], &v[k], root };

		if (v[k].state == JOURNAL_COMMITTED && !v[k].repairs && !v[i].repairs &&
		    strcmp(v[k].proxy, v[i].proxy) == 0 && !(known && move_is_for_host(&v[k], &host)) &&
		    any(v[k].dir, is_there, (void *)root) && any(v[i].dir, carries, &s))
			return v[k].id;
	}
	return 0;
}
