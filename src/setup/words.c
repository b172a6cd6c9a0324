/* words.c - what the frame says on every page, and what is said at the end. */
#include "setup/repair.h"
#include "setup/watch.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/self.h"
#include "base/text.h"

#define SAFETY_COLUMNS 58 /* of the smallest screen */

/* ---- the frame ---- */

void
setup_tell_in_lines(struct setup *s, bool on)
{
	s->in_lines = on;
}

bool
setup_takes_back(const struct setup *s)
{
	return s->deed == DEED_UNDO || s->deed == DEED_REMOVE;
}

const char *
by_face(const struct setup *s, const char *screen, const char *lines)
{
	return s->in_lines ? lines : screen;
}

const char *
setup_mark_word(enum mark m)
{
	switch (m) {
	case MARK_NOW: /* TRANSLATORS: a check that runs; at most 9 columns */
		return _("checking");
	case MARK_PASS:
		return check_status_word(CHECK_PASS);
	case MARK_WARN:
		return check_status_word(CHECK_WARN);
	case MARK_FAIL:
		return check_status_word(CHECK_FAIL);
	case MARK_SKIP:
		return check_status_word(CHECK_SKIP);
	default:
		return "";
	}
}

const char *
setup_title(const struct setup *s)
{
	if (s->scratch)
		return _("Antechamber: PRACTICE, nothing here is touched");
	if (s->page == PAGE_WATCH)
		return _("Antechamber: watching another run");
	if (s->page == PAGE_REPAIR)
		return _("Antechamber: what is wrong, and the fix");
	if (s->page == PAGE_LATER && find_proxy(s)) /* TRANSLATORS: %s is a proxy: nginx */
		return say(s, _("Antechamber: OpenChamber behind %s"), find_proxy(s)->proxy->label);
	return _("Antechamber: a reverse proxy for OpenChamber");
}

const char *
command_text(const struct setup *s, const char *const *argv)
{
	struct buf b = BUF_INIT;
	const char *text;

	proc_show(&b, argv);
	text = say(s, "%s", b.s);
	buf_free(&b);
	return text;
}

const char *
address_text(const struct setup *s, const struct url *u)
{
	struct buf b = BUF_INIT;
	const char *text;

	url_base(&b, u);
	text = say(s, "%s", b.s);
	buf_free(&b);
	return text;
}

const char *
size_text(const struct setup *s, unsigned long long bytes)
{
	struct buf b = BUF_INIT;
	const char *text;

	text_size(&b, bytes);
	text = say(s, "%s", b.s);
	buf_free(&b);
	return text;
}

const char *
setup_undo_command(const struct setup *s)
{
	struct buf b = BUF_INIT;
	const char *text;

	rollback_command(&b, &s->machine, s->applied_id, s->o.root);
	text = say(s, "%s", b.s);
	buf_free(&b);
	return text;
}

bool
writes(const struct setup *s)
{
	return s->deed == DEED_APPLY || s->deed == DEED_REPAIR;
}

/* A command is whole, or it stands on the page alone: cut it would be another one. */
const char *
safety_kept(const struct setup *s, const char *command)
{
	const char *text = say(s, Q_("%1$d place changed. Undo: %2$s", "%1$d places changed. Undo: %2$s", (unsigned long)s->places),
	                       (int)s->places, command);

	return text_width(text) <= SAFETY_COLUMNS ? text
	       : say(s, Q_("%d place changed. The page above says how to undo it.",
	                   "%d places changed. The page above says how to undo them.", (unsigned long)s->places), (int)s->places);
}

const char *
setup_safety(const struct setup *s)
{
	if (s->page == PAGE_WATCH)
		return watch_safety(s);
	if (s->scratch)
		return _("Practice: nothing on this server is ever changed.");
	if (s->outcome == OUTCOME_UNDO_FAILED)
		return _("The undo failed. See above what to put back by hand.");
	if (s->has_interrupted)
		return _("A change was interrupted. It has to be settled first.");
	if (s->outcome == OUTCOME_UNDONE)
		return by_hand_commands(s) ? setup_result_heading(s) : writes(s) ? _("Undone. This server is exactly as it was.")
		                                                     : _("Nothing else on this server was changed.");
	if (s->outcome == OUTCOME_WORKS)
		return safety_kept(s, setup_undo_command(s));
	if (setup_keep_seconds(s) >= 0)
		return say(s, Q_("%d place changed. It is undone unless you keep it.",
		           "%d places changed. All is undone unless you keep it.", (unsigned long)s->places), (int)s->places);
	if (s->child && s->places)
		return say(s, Q_("%d place changed so far. All is undone if anything fails.",
		           "%d places changed so far. All is undone if anything fails.", (unsigned long)s->places), (int)s->places);
	return _("Nothing on this server has been changed.");
}

const char *
setup_message(const struct setup *s)
{
	if ((s->page == PAGE_REVIEW || s->page == PAGE_REPAIR) && *s->changed_text)
		return s->changed_text;
	if (s->page == PAGE_REVIEW && setup_pastes(s))
		return _("Read first. Tab goes to the buttons; nothing is written from here.");
	if (s->page == PAGE_REVIEW && s->has_plan && setup_set_aside(s)) /* TRANSLATORS: %s is a file; what it serves cannot be opened then */
		return say(s, _("%s stops answering until you undo this. Read first. Then Tab goes to the buttons."), setup_set_aside(s));
	if (s->page == PAGE_REVIEW && *setup_tried(s))
		return setup_tried(s);
	if (s->page == PAGE_REVIEW && s->has_plan && !repair_chosen(s) && !plan_changes(&s->plan))
		return _("Nothing differs from what is there: applying would change nothing.");
	if (s->page < PAGE_WEBSOCKET || s->page > PAGE_TIMEOUTS)
		return "";
	if (s->rehearsal_none)
		return _("There is no rehearsal. F9 goes straight to the review.");
	if (s->rehearsal && !s->rehearsed) {
		const int seconds = (int)(loop_seconds() - s->rehearsal_from);

		return seconds >= 1 ? say(s, _("Rehearsing: %d s"), seconds) : "";
	}
	for (enum page p = PAGE_WEBSOCKET; p <= PAGE_TIMEOUTS; p++)
		if (setup_mark(s, p) == MARK_FAIL)
			return say(s, _("Step %d failed in the rehearsal."), (int)p + 1);
	return s->page == PAGE_WEBSOCKET && s->rehearsed
	     ? _("Steps 5 to 9 have all passed. F9 goes straight to the review.") : "";
}

const char *
setup_changed(const struct setup *s)
{
	return s->changed_text;
}

const char *
setup_literal(const char *paragraph)
{
	return *paragraph == *SETUP_LITERAL ? paragraph + 1 : NULL;
}

/* ---- result ---- */

enum setup_outcome
setup_outcome(const struct setup *s)
{
	return s->outcome;
}

static int
failed_checks(const struct setup *s)
{
	return (int)json_get_int(json_get(s->document, "summary"), "fail", 0);
}

/* How many places are not as they were: an undo that failed, or left what somebody edited. */
size_t
by_hand_commands(const struct setup *s)
{
	return s->document ? json_len(json_get(s->document, "byHand")) : 0;
}

const char *
by_hand_command(const struct setup *s, size_t i)
{
	return say(s, "%s%s", machine_as_root(&s->machine), json_text(json_at(json_get(s->document, "byHand"), i)));
}

const char *
by_hand_sentence(const struct setup *s)
{
	return s->outcome == OUTCOME_UNDONE ? Q_("It was left, as somebody's work is in it. To finish the undo by hand all the same:",
	                                         "They were left, as somebody's work is in them. To finish the undo by hand all the same:",
	                                         by_hand_commands(s)) : "";
}

const char *
setup_result_heading(const struct setup *s)
{
	switch (s->outcome) {
	case OUTCOME_UNCHANGED:
		if (!writes(s))
			return _("There was nothing to undo.");
		/* fallthrough */
	case OUTCOME_WORKS:
		if (s->deed == DEED_REPAIR && s->status)
			return say(s, _("The fixes are in place. Checks that still fail: %d"), failed_checks(s));
		/* TRANSLATORS: %s is an address */
		return say(s, _("OpenChamber works at %s"), setup_public_base(s));
	case OUTCOME_UNDONE:
		if (by_hand_commands(s)) /* TRANSLATORS: at most 58 columns */
			return say(s, s->deed == DEED_REMOVE ? Q_("Removed all but %d file that was edited since.", "Removed all but %d files that were edited since.", by_hand_commands(s))
			                                     : Q_("Undone all but %d file that was edited since.", "Undone all but %d files that were edited since.", by_hand_commands(s)),
			           (int)by_hand_commands(s));
		if (s->deed == DEED_REMOVE)
			return _("Removed: the proxy is as it was before the first run.");
		if (s->deed == DEED_UNDO)
			return _("Undone: this server is as it was before the last change.");
		return _("Undone: this server is exactly as it was.");
	case OUTCOME_UNDO_FAILED:
		return _("The undo failed. Put these back by hand:");
	case OUTCOME_REFUSED:
		return _("Nothing was changed.");
	default:
		return "";
	}
}

const char *
list_command(const struct setup *s)
{
	return say(s, "%s%s rollback --list", machine_as_root(&s->machine), self_command());
}

/* A command stands alone below what it is for, so that nothing breaks it. */
static size_t
add_command(const struct setup *s, const char **v, size_t n, const char *what, const char *command)
{
	v[n++] = what;
	v[n++] = say(s, SETUP_LITERAL "%s", command);
	return n;
}

/* Without whoever watches. */
static size_t
add_goes_on(const struct setup *s, const char **v)
{
	return add_command(s, v, 0, _("The change goes on without you. To see how it ended:"), list_command(s));
}

const char *const *
setup_kept(const struct setup *s)
{
	const char **v = arena_alloc(s->say, 6 * sizeof(*v));
	const char *const *c = setup_commands(s);
	size_t n = 0;

	if (s->scratch) {
		add_command(s, v, 0, _("This was practice: no answers were saved, and nothing on this server was touched. To do it for real:"), self_command());
		return v;
	}
	if (repair_chosen(s)) {
		add_command(s, v, 0, _("Nothing was changed. This command makes the fixes:"), c[0]);
		return v;
	}
	v[n++] = _("Nothing was changed. Your answers are saved, without passwords.");
	n = add_command(s, v, n, setup_pastes(s) ? _("To see the text to paste:") : _("To apply them:"), c[0]);
	add_command(s, v, n, _("To rehearse them, which writes nothing:"), c[1]);
	return v;
}

const char *const *
setup_farewell(const struct setup *s)
{
	const bool practised = s->scratch && s->outcome == OUTCOME_WORKS && !s->child;
	const char **v = arena_alloc(s->say, (12 + by_hand_commands(s)) * sizeof(*v));
	size_t n = 0;

	if (s->page == PAGE_WATCH && watch_runs(s)) {
		add_goes_on(s, v);
		return v;
	}
	if (!s->applied) {
		v[n++] = setup_safety(s);
		if (setup_keeps_answers(s))
			n = add_command(s, v, n, _("Your answers are kept for seven days, without passwords. To go on:"), self_command());
		if (s->answers_path && !s->later)
			n = add_command(s, v, n, setup_pastes(s) ? _("To see the text to paste:") : _("To apply your answers without questions:"), setup_commands(s)[0]);
		return v;
	}
	if (s->child)
		n = add_goes_on(s, v);
	else
		v[n++] = practised ? say(s, _("In practice OpenChamber worked at %s. Nothing of it runs any more."), setup_public_base(s))
		                   : setup_result_heading(s);
	if (by_hand_commands(s) && *by_hand_sentence(s))
		v[n++] = by_hand_sentence(s);
	for (size_t i = 0; i < by_hand_commands(s); i++)
		v[n++] = say(s, SETUP_LITERAL "%s", by_hand_command(s, i));
	if (s->outcome == OUTCOME_WORKS && !s->scratch) {
		n = add_command(s, v, n, _("To undo it:"), setup_undo_command(s));
		if (s->deed == DEED_APPLY)
			n = add_command(s, v, n, _("To apply the same again:"), setup_commands(s)[0]);
		if (replaced_url(s)) /* TRANSLATORS: %s is an address */
			v[n++] = say(s, _("%s is closed. Undoing opens it again."), replaced_base(s));
		n = add_command(s, v, n, _("To change, repair, undo or remove it later:"), ours_command(s));
	}
	if (s->scratch && s->report)
		add_command(s, v, n, _("This was practice. Nothing was written on this server but the report:"), s->report);
	else if (s->scratch)
		v[n++] = _("This was practice. Nothing on this server was touched.");
	else if (s->report)
		add_command(s, v, n, _("The report is in this file:"), s->report);
	return v;
}

int
setup_status(const struct setup *s)
{
	return s->applied && !s->child ? s->status : 0;
}
