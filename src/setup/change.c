/* change.c - the change itself: a process of its own, watched line by line; and settling one that was broken off. */
#include "setup/repair.h"
#include "setup/session.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/guard.h"
#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/self.h"
#include "loop/proc.h"
#include "proxy/front.h"

#define MAX_ARGS 32
#define MAX_DOCUMENT (1024 * 1024)

static void
on_child_line(void *ctx, const char *line, size_t len)
{
	struct setup *s = ctx;

	if (!progress_read(s, line, len) && s->document_text.len + len < MAX_DOCUMENT) {
		buf_add(&s->document_text, line, len);
		buf_putc(&s->document_text, '\n');
	}
}

/* By its own word; a child that could not even speak has not begun. */
static enum setup_outcome
outcome_of(const char *word, int status)
{
	static const struct {
		const char        *word;
		enum setup_outcome outcome;
	} outcomes[] = {
		{ "unchanged", OUTCOME_UNCHANGED }, { "kept", OUTCOME_WORKS }, { "undone", OUTCOME_UNDONE },
		{ "refused", OUTCOME_REFUSED }, { "undo-failed", OUTCOME_UNDO_FAILED },
	};

	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++)
		if (strcmp(outcomes[i].word, word) == 0)
			return outcomes[i].outcome;
	return status == 6 ? OUTCOME_UNDO_FAILED : OUTCOME_REFUSED;
}

/*
 * The answers reach the child in a file of their own: only what was applied
 * and kept is saved where a later run looks.
 */
static int
hand_over_answers(struct setup *s, struct err *e)
{
	s->handed_dir = fs_mkdtemp("antechamber-answers", e);
	if (!s->handed_dir)
		return -1;
	s->handed_over = fs_join(&s->keep, s->handed_dir, "answers.yaml");
	return answers_save(&s->answers, s->handed_over, e);
}

static void
take_back_answers(struct setup *s)
{
	struct err e = { 0 };

	if (s->handed_dir)
		fs_remove_tree(s->handed_dir, &e);
	free(s->handed_dir);
	s->handed_dir = s->handed_over = NULL;
}

/* A change that was only continued was answered in another run. */
static void
note_address(struct setup *s)
{
	const char *text = json_get_string(json_get(s->document, "targets"), "public", "");
	struct err ignored;

	if (!s->answers.has_public && *text)
		answers_set(&s->answers, "public", text, &ignored);
}

/*
 * Refused before the first byte, because what was read is not what is there:
 * that is read again, and then the plan, or what the doctor finds, once more.
 */
static bool
changed_meanwhile(struct setup *s)
{
	const struct json *error = json_get(s->document, "error");
	struct err why = { 0 };

	if (s->outcome != OUTCOME_REFUSED || !writes(s) || !s->has_plan ||
	    strcmp(json_get_string(error, "code", ""), "conflict") != 0 || json_get_string(s->document, "cause", NULL))
		return false;
	if (guard_files(&s->plan, true, &why) == 0 || why.code != ERR_CONFLICT)
		snprintf(why.msg, sizeof(why.msg), "%s", json_get_string(error, "message", ""));
	snprintf(s->changed_text, sizeof(s->changed_text), "%s", why.msg);
	return true;
}

void
change_read_again(struct setup *s)
{
	if (!s->reading_again)
		return;
	s->reading_again = s->applied = false;
	s->outcome = OUTCOME_NONE;
	plan_forget(s);
	setup_open(s, PAGE_REVIEW);
}

static void
child_done(void *ctx, const struct proc_result *r)
{
	struct setup *s = ctx;
	struct err e = { 0 };

	s->child = NULL;
	s->document = json_parse(s->document_text.s, s->document_text.len, "apply", &e);
	buf_free(&s->document_text);
	s->applied_id = (unsigned)json_get_int(s->document, "id", 0);
	s->places = (size_t)json_get_int(s->document, "places", (long long)s->places);
	s->status = r->started ? r->status : 5;
	s->outcome = outcome_of(json_get_string(s->document, "outcome", ""), s->status);
	/* One that could speak has said it in its document. */
	if (s->outcome == OUTCOME_REFUSED && r->err.len && !json_get(s->document, "error"))
		progress_note(s, &(struct progress){ .step = "refused", .state = PROGRESS_FAIL, .text = r->err.s });
	take_back_answers(s);
	if (s->outcome == OUTCOME_WORKS || s->outcome == OUTCOME_UNCHANGED)
		session_end(s);
	if (s->outcome == OUTCOME_WORKS && s->deed == DEED_APPLY) /* there apply has kept them */
		s->answers_path = answers_default_path(&s->keep, s->o.root, &s->answers.public_url);
	note_address(s);
	s->reading_again = changed_meanwhile(s);
	/* What is on this server is another now: both are looked at anew. */
	plan_forget(s);
	told_forget(s);
	later_note_last(s);
	s->stale = s->outcome == OUTCOME_UNDONE && !writes(s);
	s->page = !s->reading_again ? PAGE_RESULT : s->deed == DEED_REPAIR ? PAGE_REPAIR : s->page;
	if (s->page == PAGE_REPAIR) { /* the findings say by themselves when they are there */
		s->reading_again = s->applied = false;
		s->outcome = OUTCOME_NONE;
	}
	if (s->page != PAGE_RESULT)
		find_everything(s);
	setup_tell(s);
}

static void
watch_child(struct setup *s, const char *const *argv, bool sudo, bool password)
{
	const char *env[4] = { say(s, "LANGUAGE=%s", i18n_language()) };
	char *input = xasprintf("%s\n%s\n", password && s->password ? s->password : "", front_token());
	size_t n = 1;

	if (s->scratch)
		env[n++] = say(s, "XDG_STATE_HOME=%s/state", s->scratch);
	if (setup_front(s)) /* it is to ask where we have asked */
		env[n++] = front_env(s->say);

	s->child = proc_start(s->loop, &(struct proc_request){
		.argv = argv, .env = env, .input = input, .hears = true, .max_output = MAX_DOCUMENT, .own_session = !sudo,
		.on_line = on_child_line, .done = child_done, .ctx = s });
	mem_wipe(input, strlen(input));
	free(input);
	runs_tick(s);
	setup_tell(s);
}

/* The command, complete, as argv for us or for sudo. */
static const char *const *
apply_argv(struct setup *s, bool sudo, bool watched)
{
	const char **v = arena_alloc(s->say, MAX_ARGS * sizeof(*v));
	size_t n = 0;

	if (sudo)
		v[n++] = "sudo";
	if (sudo && watched)
		v[n++] = "-n";
	v[n++] = s->o.self;
	if (repair_chosen(s)) {
		n += repair_argv(s, v + n);
	} else {
		v[n++] = "apply";
		v[n++] = "--answers";
		v[n++] = s->handed_over ? s->handed_over : s->answers_path;
	}
	if (s->keep_within) {
		v[n++] = "--confirm-within";
		v[n++] = keeping_text(s);
	}
	if (setup_set_aside(s)) {
		v[n++] = "--set-aside";
		v[n++] = setup_set_aside(s);
	}
	if (replaced_url(s) && !repair_chosen(s)) {
		v[n++] = "--in-place-of";
		v[n++] = replaced_base(s);
	}
	if (watched || !sudo) {
		v[n++] = "--plan";
		v[n++] = s->plan_hash;
		if (*s->plan_replaces && !repair_chosen(s)) {
			v[n++] = "--over-edits";
			v[n++] = s->plan_replaces;
		}
	}
	if (watched) {
		v[n++] = "--progress";
		v[n++] = "--json";
	}
	if (s->consent)
		v[n++] = "--allow-unprotected";
	if (s->o.root) {
		v[n++] = "--root";
		v[n++] = s->o.root;
	}
	if (s->o.templates && watched) {
		v[n++] = "--templates";
		v[n++] = s->o.templates;
	}
	if (s->practice_ca) {
		v[n++] = "--cacert";
		v[n++] = s->practice_ca;
	}
	if (s->password && watched) {
		v[n++] = "--password-file";
		v[n++] = "/dev/stdin";
	}
	if (addresses_are_new(s) && !repair_chosen(s))
		v[n++] = "--fetch-addresses";
	n += front_argv(s, v + n);
	return v;
}

const char *
setup_sudo_command(struct setup *s)
{
	return command_text(s, apply_argv(s, true, false));
}

const char *const *
setup_sudo_argv(struct setup *s)
{
	static const char *const argv[] = { "sudo", "-v", NULL };

	(void)s;
	return argv;
}

static void
begin(struct setup *s, enum deed deed)
{
	s->deed = deed;
	progress_clear(s);
	json_free(s->document);
	s->document = NULL;
	s->outcome = OUTCOME_NONE;
	s->changed_text[0] = '\0';
	live_stop(s, LIVE_AGAIN);
	live_stop(s, LIVE_HOLD);
	s->places = 0;
	s->applied = true;
	s->page = PAGE_APPLY;
	s->seen[PAGE_APPLY] = true;
}

/* Refused, with the command that does it; a face shows it on a line of its own. */
static int
needs_root(struct setup *s, const char *command, const char *operand, struct err *e)
{
	s->root_command = arena_printf(&s->keep, "%s%s %s%s%s", machine_as_root(&s->machine), self_command(), command,
	                               operand ? " " : "", operand ? operand : "");
	return err_set(e, ERR_VALUE, _("This needs root. Leave with q and run the command as root."));
}

const char *
setup_root_command(const struct setup *s)
{
	return s->root_command;
}

/* rollback, remove, and apply --continue: the same kind of child, without a plan. */
int
change_run(struct setup *s, enum deed deed, const char *operand, struct err *e)
{
	static const char *const commands[] = {
		[DEED_APPLY] = "apply", [DEED_REPAIR] = "apply", [DEED_UNDO] = "rollback", [DEED_REMOVE] = "remove",
	};
	const char *command = commands[deed];
	const bool sudo = !s->machine.root && !s->scratch && !s->o.root;
	const char **v = arena_alloc(s->say, MAX_ARGS * sizeof(*v));
	size_t n = 0;

	if (s->child)
		return 0;
	if (sudo)
		return needs_root(s, command, operand, e);
	v[n++] = s->o.self;
	v[n++] = command;
	if (operand)
		v[n++] = operand;
	v[n++] = "--progress";
	v[n++] = "--json";
	if (s->o.root) {
		v[n++] = "--root";
		v[n++] = s->o.root;
	}
	n += front_argv(s, v + n);
	begin(s, deed);
	watch_child(s, v, false, false);
	return 0;
}

int
setup_apply(struct setup *s, struct err *e)
{
	const bool sudo = setup_apply_way(s) == APPLY_WITH_SUDO;
	const struct plan *p = plan_get(s, e);

	if (!p || s->child)
		return p ? 0 : -1;
	if (setup_apply_way(s) == APPLY_CLOSED)
		return err_set(e, ERR_VALUE, _("A step failed; nothing is applied before it passes."));
	if (!repair_chosen(s) && (sudo ? !setup_keep_answers(s, e) : hand_over_answers(s, e) < 0))
		return -1;
	begin(s, repair_chosen(s) ? DEED_REPAIR : DEED_APPLY);
	watch_child(s, apply_argv(s, sudo, true), sudo, true);
	return 0;
}

/* sudo takes no signal from us, but hands on what is said to what it runs. */
void
setup_apply_undo(struct setup *s)
{
	if (!s->child)
		return;
	proc_say(s->child, "undo\n");
	proc_signal(s->child, SIGINT);
}

bool
setup_applying(const struct setup *s)
{
	return s->child || s->reading_again;
}

/* ---- a change that was broken off ---- */

static void
rollback_done(void *ctx, const struct apply_result *r)
{
	struct setup *s = ctx;
	struct apply *a = s->rollback;

	s->rollback = NULL;
	s->has_interrupted = r->outcome != APPLY_UNDONE && r->outcome != APPLY_UNCHANGED;
	s->outcome = s->has_interrupted ? OUTCOME_UNDO_FAILED : OUTCOME_NONE;
	if (!s->has_interrupted)
		progress_clear(s);
	apply_free(a);
	setup_tell(s);
}

int
settle_interrupted(struct setup *s, struct err *e)
{
	if (s->rollback)
		return 0;
	if (!s->machine.root && !s->scratch && !s->o.root)
		return needs_root(s, "rollback", NULL, e);
	s->rollback = rollback_start(s->loop, s->net, s->o.root, 0, progress_note, rollback_done, s);
	setup_tell(s);
	return 0;
}

int
continue_interrupted(struct setup *s, struct err *e)
{
	if (s->rollback)
		return 0;
	if (change_run(s, s->interrupted.repairs ? DEED_REPAIR : DEED_APPLY, "--continue", e) < 0)
		return -1;
	s->has_interrupted = false; /* what becomes of it is told by what follows */
	return 0;
}

void
change_forget(struct setup *s)
{
	/* A change that is under way goes on without us. */
	progress_clear(s);
	json_free(s->document);
	buf_free(&s->document_text);
}
