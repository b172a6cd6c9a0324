/* going.c - what an undo takes away, and what it brings back: asked before it is done. */
#include "setup/state.h"

#include <string.h>

#include "apply/drift.h"
#include "base/i18n.h"

#define MAX_PLACES 64

/* What undoing changes: what was there before the first change, and what is there since the last. */
struct places {
	struct journal_deed v[MAX_PLACES];
	size_t              n;
};

/* The deeds of one change, the last one first; what is older than what is known says what was before. */
static void
places_of(const struct setup *s, const struct journal_entry *entry, struct places *p)
{
	struct journal_deed *d;

	for (size_t i = journal_deeds(s->say, entry->dir, &d); i-- > 0;) {
		/* A request is a place too, and made it where it was to make something. */
		const bool call = strcmp(d[i].step, "call") == 0;
		size_t k = 0;

		if (strcmp(d[i].step, "mkdir") == 0 || strcmp(d[i].step, "rmdir") == 0 || (*d[i].path != '/' && !call))
			continue;
		d[i].made |= call && strncmp(d[i].path, "POST ", 5) == 0;
		while (k < p->n && strcmp(p->v[k].path, d[i].path) != 0)
			k++;
		if (k == MAX_PLACES)
			return;
		if (k == p->n)
			p->v[p->n++] = d[i];
		p->v[k].made = d[i].made;
	}
}

static const char *
becomes(const struct setup *s, const struct journal_deed *d)
{
	struct err ignored = { 0 };

	if (drift_check(s->o.root, d->path, &ignored) < 0) /* TRANSLATORS: a file that somebody edited, when a change is undone, at most 11 columns */
		return _("is left");
	/* TRANSLATORS: what becomes of a file when a change is undone, at most 11 columns */
	return d->made ? _("goes") : _("comes back");
}

/* In the order in which they were made; what was not there and is not there is nothing. */
static size_t
tell_places(const struct setup *s, const struct places *p, struct setup_line *out, size_t max)
{
	size_t n = 0;

	for (size_t i = p->n; i-- > 0 && n < max;)
		if (!(p->v[i].made && p->v[i].gone))
			out[n++] = (struct setup_line){ MARK_NONE, becomes(s, &p->v[i]), p->v[i].path, "", 0 };
	return n;
}

size_t
setup_going(const struct setup *s, const char *key, size_t i, struct setup_line *out, size_t max)
{
	struct journal_entry *entries;
	struct places places = { .n = 0 };
	size_t all;

	if (!setup_choice_changes(s, key, i) || strcmp(key, "later") != 0)
		return 0;
	if (later_undoes(s, i))
		places_of(s, &s->last, &places);
	all = later_undoes(s, i) ? 0 : journal_list(s->say, s->o.root, &entries);
	for (size_t k = 0; k < all; k++)
		if (entries[k].state == JOURNAL_COMMITTED)
			places_of(s, &entries[k], &places);
	return tell_places(s, &places, out, max);
}

const char *
setup_going_means(const struct setup *s, const char *key, size_t i)
{
	const char *address = later_undoes(s, i) ? s->last.address : setup_public_base(s);
	struct journal_entry *entries;
	size_t n;

	if (!setup_choice_changes(s, key, i) || strcmp(key, "later") != 0)
		return "";
	n = later_undoes(s, i) ? journal_list(s->say, s->o.root, &entries) : 0;
	for (size_t k = 0; k < n; k++) /* it was set up before that change */
		if (entries[k].state == JOURNAL_COMMITTED && entries[k].id != s->last.id && strcmp(entries[k].address, address) == 0)
			return "";
	/* TRANSLATORS: %s is an address */
	return s->last.repairs && later_undoes(s, i) ? "" : say(s, _("%s is not open any more after that."), address);
}
