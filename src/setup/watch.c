#include "setup/watch.h"

#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"

#define LOOK_MS 250

bool
watch_runs(const struct setup *s)
{
	return s->watch_timer != 0;
}

/* What became of it: of the entry it had, as it is told now. */
static void
note_end(struct setup *s)
{
	struct journal_entry *v;
	const size_t n = journal_list(&s->watch_arena, s->o.root, &v);
	const unsigned id = s->watched.id;

	s->watched = (struct journal_entry){ .id = id, .state = JOURNAL_UNDONE }; /* one that is gone did nothing */
	for (size_t i = 0; i < n; i++)
		if (v[i].id == id)
			s->watched = v[i];
}

static void
look(void *ctx)
{
	struct setup *s = ctx;
	struct journal_entry now;
	const unsigned id = s->watched.id;

	arena_free(&s->watch_arena);
	s->watch_timer = 0;
	if (journal_open_business(&s->watch_arena, s->o.root, &now) && now.state == JOURNAL_BUSY &&
	    (!id || now.id == id)) {
		s->watched = now;
		s->watch_timer = loop_after(s->loop, LOOK_MS, look, s);
	} else {
		note_end(s);
	}
	s->places = s->watched.places;
	setup_tell(s);
}

bool
watch_begin(struct setup *s)
{
	s->watched = (struct journal_entry){ 0 };
	if (!journal_open_business(&s->watch_arena, s->o.root, &s->watched) || s->watched.state != JOURNAL_BUSY)
		return false;
	s->watch_from = loop_seconds();
	s->places = s->watched.places;
	s->page = PAGE_WATCH;
	s->watch_timer = loop_after(s->loop, LOOK_MS, look, s);
	return true;
}

void
watch_stop(struct setup *s)
{
	loop_cancel(s->loop, s->watch_timer);
	s->watch_timer = 0;
	s->places = 0;
	arena_free(&s->watch_arena);
}

/* ---- how far it is ---- */

/* A step is in the journal before it is done: the last one is what is done now. */
static void
line_step(const struct setup *s, struct lines *l, const char *step, const char *path, bool last)
{
	const char *name = line_deed(step);

	if (!name) /* a directory, the answers: not told when it was ours either */
		return;
	if (last && watch_runs(s))
		line_add(l, MARK_NOW, _("now"), name, line_seconds(s, path, loop_seconds() - s->watch_from, 0));
	else
		line_add(l, MARK_PASS, _("done"), name, path);
}

void
lines_watch(const struct setup *s, struct lines *l)
{
	struct journal_deed *d;
	const size_t n = s->watched.dir ? journal_deeds(s->say, s->watched.dir, &d) : 0;

	if (!s->watched.id) {
		line_step(s, l, "lock", "", true);
		return;
	}
	line_add(l, MARK_PASS, _("done"), line_deed("backup"), say(s, _("number %u: what was there before"), s->watched.id));
	for (size_t i = 0; i < n; i++) {
		if (strcmp(d[i].step, "commit") == 0)
			line_step(s, l, "keep", "", false);
		else
			line_step(s, l, strcmp(d[i].step, "undone") == 0 ? "undo" : d[i].step, d[i].path, i + 1 == n);
	}
	/* After the reload nothing is written down before it is known whether it is kept. */
	if (n && watch_runs(s) && strcmp(d[n - 1].step, "reload") == 0)
		line_step(s, l, "verify", "", true);
}

static const char *
undo_command(const struct setup *s)
{
	struct buf b = BUF_INIT;
	const char *text;

	rollback_command(&b, &s->machine, s->watched.id, s->o.root);
	text = say(s, "%s", b.s);
	buf_free(&b);
	return text;
}

/* How it ended: one whose journal nobody saw had not begun to write. */
static enum journal_state
ended(const struct setup *s)
{
	return s->watched.id ? s->watched.state : JOURNAL_BUSY;
}

const char *
watch_safety(const struct setup *s)
{
	if (watch_runs(s))
		return s->places ? say(s, Q_("%d place changed so far. All is undone if anything fails.",
		       "%d places changed so far. All is undone if anything fails.", (unsigned long)s->places), (int)s->places)
		                 : _("Nothing on this server has been changed.");
	switch (ended(s)) {
	case JOURNAL_COMMITTED:
		return safety_kept(s, undo_command(s));
	case JOURNAL_UNDONE:
		return _("Undone. This server is exactly as it was.");
	case JOURNAL_UNFINISHED:
		return _("A change was interrupted. It has to be settled first.");
	default:
		return _("This run has changed nothing on this server.");
	}
}

size_t
watch_advice(const struct setup *s, const char **v)
{
	static const char *const how[] = {
		[JOURNAL_UNFINISHED] = N_("It stopped half-way, and has to be settled first."),
		[JOURNAL_COMMITTED]  = N_("It is done: the change is in force."),
		[JOURNAL_UNDONE]     = N_("Undone: this server is exactly as it was."),
		[JOURNAL_CONFLICT]   = N_("It was undone; files that were edited since were left alone."),
		[JOURNAL_BUSY]       = N_("The other run has ended."),
	};

	if (!watch_runs(s)) {
		v[0] = _(how[ended(s)]);
		if (ended(s) != JOURNAL_COMMITTED)
			return 1;
		v[1] = _("One command takes it back:");
		v[2] = say(s, SETUP_LITERAL "%s", undo_command(s));
		return 3;
	}
	/* TRANSLATORS: %d is the number of a process */
	v[0] = say(s, _("Another run, process %d, changes this server now. It goes on without this window too."), (int)s->watched.pid);
	v[1] = _("Only one can do that at a time. When it has ended, this run begins.");
	return 2;
}
