/* journal_tell.c - what a journal says of an entry, for people: its deeds, and what it changed in files. */
#include <stdio.h>
#include <string.h>

#include "apply/alter.h"
#include "apply/call_inside.h"
#include "apply/call_show.h"
#include "apply/diff.h"
#include "apply/journal_write.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/self.h"

static void
note_nothing(struct journal_deed *d, const struct json *line)
{
	struct alteration c = { 0 };

	if (alter_from_json(&c, line)) {
		d->made = c.was.kind == CONTENT_ABSENT;
		d->gone = c.is.kind == CONTENT_ABSENT;
	}
	alter_free(&c);
}

size_t
journal_deeds(struct arena *a, const char *dir, struct journal_deed **deeds)
{
	struct journal_lines l;
	size_t n = 0;

	journal_read(&l, dir);
	*deeds = arena_alloc(a, (l.n + 1) * sizeof(**deeds));
	for (size_t i = 0; i < l.n; i++) {
		const char *step = json_get_string(l.v[i], "do", "");

		if (!*step || strcmp(step, "begin") == 0)
			continue;
		/* Of a request also what it asks for. */
		const char *method = json_get_string(l.v[i], "method", "");
		(*deeds)[n] = (struct journal_deed){ .step = arena_strdup(a, step),
			.path = arena_printf(a, "%s%s%s", method, *method ? " " : "", json_get_string(l.v[i], "path", "")) };
		note_nothing(&(*deeds)[n++], l.v[i]);
	}
	journal_lines_free(&l);
	return n;
}

/* What is not kept was not there. */
static void
diff_one(struct buf *out, const char *dir, const struct alteration *c)
{
	struct buf was = BUF_INIT, is = BUF_INIT;
	struct err e = { 0 };
	char name[32];
	bool had, has;

	snprintf(name, sizeof(name), "before.%u", c->number);
	had = journal_kept(&was, dir, name, &e) == 0;
	snprintf(name, sizeof(name), "after.%u", c->number);
	has = journal_kept(&is, dir, name, &e) == 0;
	if (had || has)
		diff_unified(out, had ? c->path : "/dev/null", was.s, has ? c->path : "/dev/null", is.s);
	buf_free(&was);
	buf_free(&is);
}

static void
diff_call_line(struct buf *out, const struct json *line)
{
	struct arena a = { 0 };
	struct call c;

	call_from_json(&a, &c, line);
	if (call_is_whole(&c))
		diff_call(out, &c);
	arena_free(&a);
}

void
journal_diff(struct buf *out, const char *dir)
{
	struct journal_lines l;

	journal_read(&l, dir);
	for (size_t i = 0; i < l.n; i++) {
		struct alteration c;

		if (strcmp(json_get_string(l.v[i], "do", ""), "call") == 0)
			diff_call_line(out, l.v[i]);
		if (!alter_from_json(&c, l.v[i]))
			continue;
		if (strcmp(c.deed, "write") == 0 || strcmp(c.deed, "set-aside") == 0)
			diff_one(out, dir, &c);
		alter_free(&c);
	}
	journal_lines_free(&l);
}

static char **
words_of(struct arena *a, const struct json *line, const char *key)
{
	const struct json *list = json_get(line, key);
	const size_t n = list ? json_len(list) : 0;
	char **words = n ? arena_alloc(a, (n + 1) * sizeof(*words)) : NULL;

	for (size_t i = 0; i < n; i++) {
		const char *word = json_text(json_at(list, i));

		words[i] = arena_strdup(a, word ? word : "");
	}
	if (n)
		words[n] = NULL;
	return words;
}

static char *
word_of(struct arena *a, const struct json *line, const char *key)
{
	return arena_strdup(a, json_get_string(line, key, NULL));
}

static void
read_wish(struct journal_wish *w, struct arena *a, const struct json *line)
{
	w->set_aside = word_of(a, line, "set-aside");
	w->in_place_of = word_of(a, line, "in-place-of");
	w->cacert = word_of(a, line, "cacert");
	w->plan = word_of(a, line, "plan");
	w->no_reload = json_get_bool(line, "no-reload", false);
	w->allow_unprotected = json_get_bool(line, "allow-unprotected", false);
	w->fetch_addresses = json_get_bool(line, "fetch-addresses", false);
	w->causes = words_of(a, line, "causes");
	if (!w->causes)
		return;
	w->answers = NULL;
	w->origin = word_of(a, line, "origin");
	w->address = word_of(a, line, "address");
	w->proxy = word_of(a, line, "proxy");
	w->conf = word_of(a, line, "conf");
}

int
journal_wish(struct journal_wish *w, struct arena *a, const struct journal_entry *of, struct err *e)
{
	struct journal_lines l;

	*w = (struct journal_wish){ .answers = fs_join(a, of->dir, JOURNAL_ANSWERS) };
	journal_read(&l, of->dir);
	for (size_t i = 0; i < l.n; i++)
		if (strcmp(json_get_string(l.v[i], "do", ""), "begin") == 0)
			read_wish(w, a, l.v[i]);
	journal_lines_free(&l);
	if (w->plan && (w->causes ? w->origin && w->address && w->proxy : fs_exists(w->answers)))
		return 0;
	return err_set(e, ERR_CONFLICT,
	               _("Number %1$u cannot be finished, only undone: %2$s rollback"), of->id, self_command());
}
