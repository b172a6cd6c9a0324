#include "apply/apply_run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"

/* ---- what is to be undone ---- */

static const char *const *
argv_of(struct apply *a, const struct json *line, const char *key)
{
	const struct json *list = json_get(line, key);
	size_t n = list ? json_len(list) : 0;

	if (n == 0)
		return NULL;
	const char **argv = arena_alloc(&a->arena, (n + 1) * sizeof(*argv));
	for (size_t i = 0; i < n; i++) {
		const char *arg = json_text(json_at(list, i));
		argv[i] = arena_strdup(&a->arena, arg ? arg : "");
	}
	return argv;
}

static void
read_programs(struct apply *a, struct undo_programs *p, const struct json *from)
{
	p->validate = argv_of(a, from, "validate");
	p->reload = argv_of(a, from, "start");
	p->starts = p->reload != NULL;
	if (!p->starts)
		p->reload = argv_of(a, from, "reload");
	p->seen = json_get_bool(from, "ran", false);
	p->master = (pid_t)json_get_int(from, "master", 0);
	p->stop = argv_of(a, from, "stop");
	p->again = argv_of(a, from, "again");
	p->proxy = arena_strdup(&a->arena, json_get_string(from, "proxy", NULL));
}

/* Whom the old proxy needs the ports of is stopped all the same. */
static void
leave_running(struct undo_work *w)
{
	struct undo_programs *p = &w->programs[0];

	if (!p->again || w->programs[1].proxy)
		return;
	p->reload = p->again;
	p->stop = NULL;
}

void
undo_add(struct apply *a, unsigned id, const char *dir)
{
	struct undo_work w = { .id = id, .dir = arena_strdup(&a->arena, dir) };
	bool committed = false;

	journal_read(&w.lines, dir);
	w.at = w.lines.n;
	for (size_t i = 0; i < w.lines.n; i++) {
		const struct json *line = w.lines.v[i];
		const char *deed = json_get_string(line, "do", "");
		if (strcmp(deed, "begin") == 0) {
			const struct json *left = json_get(line, "leaving");

			read_programs(a, &w.programs[0], line);
			if (left)
				read_programs(a, &w.programs[1], left);
			w.http = (unsigned)json_get_int(line, "http", 0);
			w.https = (unsigned)json_get_int(line, "https", 0);
		}
		w.programs[0].reload_begun |= strcmp(deed, "reload") == 0;
		w.programs[1].reload_begun |= strcmp(deed, "let-go") == 0;
		committed |= strcmp(deed, "commit") == 0;
	}
	if (committed)
		leave_running(&w);
	a->works = xreallocarray(a->works, a->n_works + 1, sizeof(w));
	a->works[a->n_works++] = w;
}

void
undo_forget(struct apply *a)
{
	for (size_t i = 0; i < a->n_works; i++)
		journal_lines_free(&a->works[i].lines);
	free(a->works);
	a->works = NULL;
	a->n_works = a->work = 0;
}

/* An older change's is what is left to do at a place of which a newer one's could not be undone: false. */
bool
undo_by_hand(struct apply *a, const char *place, const char *command)
{
	size_t i = 0;

	while (i < a->n_by_hand && !(place && a->by_hand_at[i] && strcmp(a->by_hand_at[i], place) == 0))
		i++;
	const bool new = i == a->n_by_hand;
	if (new) {
		a->by_hand = xreallocarray(a->by_hand, i + 2, sizeof(*a->by_hand));
		a->by_hand_at = xreallocarray(a->by_hand_at, i + 1, sizeof(*a->by_hand_at));
		a->by_hand_at[i] = arena_strdup(&a->arena, place);
		a->by_hand[++a->n_by_hand] = NULL;
	}
	a->by_hand[i] = arena_strdup(&a->arena, command);
	return new;
}

/* A failure outweighs a conflict; else the first one counts. */
void
undo_remember(struct apply *a, enum err_code code, const struct err *e)
{
	if (a->undo_err.code == ERR_ROLLBACK || (a->undo_err.code && code == ERR_CONFLICT))
		return;
	err_set(&a->undo_err, code, "%s", e->msg);
}

/* ---- the journals ---- */

/* That of this run is open already. */
static struct journal *
journal_of(struct apply *a, const struct undo_work *w, struct err *e)
{
	if (a->journal.dir && a->journal.id == w->id)
		return &a->journal;
	journal_close(&a->old);
	return journal_reopen(&a->old, &a->lock, w->dir, w->id, e) == 0 ? &a->old : NULL;
}

/* On a full disk there is no room for it; the files say by themselves how far it got. */
void
undo_mark(struct apply *a, const struct undo_work *w, const char *deed)
{
	struct err e = { 0 };
	struct journal *j = journal_of(a, w, &e);
	struct json *line = json_object();

	json_set_string(line, "do", deed);
	if (j)
		journal_line(j, line, &e);
	else
		json_free(line);
}

/* ---- files and calls ---- */

/* One thing is undone, or could not be: `command' does it by hand. */
static void
account(struct apply *a, struct undo_work *w, enum undo done, const char *what, bool place, const char *at,
        const struct buf *command, const struct err *e)
{
	w->restored += done == UNDO_RESTORED;
	w->conflicts += done == UNDO_CONFLICT;
	w->failures += done == UNDO_FAILED;
	if (done == UNDO_RESTORED && a->result.places > 0 && place)
		a->result.places--;
	if (done == UNDO_RESTORED)
		apply_say(a, "undo", PROGRESS_NOW, "%s", what);
	if (done == UNDO_CONFLICT || done == UNDO_FAILED) {
		if (undo_by_hand(a, at, command->s))
			apply_say(a, "undo", PROGRESS_FAIL, "%s", e->msg);
		undo_remember(a, done == UNDO_CONFLICT ? ERR_CONFLICT : ERR_ROLLBACK, e);
	}
}

static void
undo_change(struct apply *a, struct undo_work *w, struct alteration *c)
{
	struct err e = { 0 };
	struct buf command = BUF_INIT;
	enum undo done = alter_undo(c, w->dir, &e);

	alter_by_hand(&command, c, w->dir);
	account(a, w, done, c->path, strcmp(c->deed, "answers") != 0, *c->real ? c->real : NULL, &command, &e);
	buf_free(&command);
}

/* The change was refused at the last moment, and what stood there was left alone. */
static bool
was_left_alone(const struct journal_lines *l, const struct alteration *c)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(json_get_string(l->v[i], "do", ""), "left-alone") == 0 &&
		    json_get_int(l->v[i], "number", -1) == (long long)c->number)
			return true;
	return false;
}

static void
say_damage(struct apply *a, struct undo_work *w)
{
	struct err e = { 0 };

	if (!w->lines.damaged)
		return;
	err_set(&e, ERR_CONFLICT,
	        _("A line of the journal in %s is damaged; what it did is left as it is."), w->dir);
	apply_say(a, "undo", PROGRESS_FAIL, "%s", e.msg);
	undo_remember(a, ERR_CONFLICT, &e);
	w->conflicts++;
}

static void undo_lines(struct apply *a);

static void
on_call_undone(struct apply *a, enum undo done, const struct err *e)
{
	struct undo_work *w = &a->works[a->work];
	const struct json *line = w->lines.v[w->at];
	struct buf command = BUF_INIT;

	call_by_hand(&command, a, line);
	account(a, w, done, json_get_string(line, "path", ""), true, NULL, &command, e);
	buf_free(&command);
	undo_lines(a);
}

/* All lines of all works, the last first. */
static void
undo_lines(struct apply *a)
{
	for (; a->work < a->n_works; a->work++) {
		struct undo_work *w = &a->works[a->work];

		if (w->at == w->lines.n)
			undo_mark(a, w, "undo");
		while (w->at > 0) {
			const struct json *line = w->lines.v[--w->at];
			struct alteration c;
			bool answered;

			if (call_is_due(&w->lines, line, &answered)) {
				call_undo(a, line, answered, on_call_undone);
				return;
			}
			if (!alter_from_json(&c, line))
				continue;
			if (!was_left_alone(&w->lines, &c))
				undo_change(a, w, &c);
			alter_free(&c);
		}
		say_damage(a, w);
	}
	a->work = 0;
	undo_programs(a);
}

static void
on_let_in(struct apply *a, const struct err *e)
{
	if (!e) {
		a->work = 0;
		undo_lines(a);
		return;
	}
	/* Half an undo would be worse than none: nothing is touched. */
	a->undo_err = *e;
	a->not_begun = true;
	a->undoing = false;
	a->undone(a, &a->undo_err);
}

void
undo_start(struct apply *a, apply_then *then)
{
	a->undone = then;
	a->undoing = true;
	a->undo_err = (struct err){ 0 };
	a->work = 0;
	apply_say(a, "undo", PROGRESS_NOW, _("putting everything back"));
	a->not_begun = false;
	calls_prepare_undo(a, on_let_in);
}
