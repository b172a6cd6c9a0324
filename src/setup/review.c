/* review.c - the plan as people read it, and which way it can be carried out. */
#include "setup/repair.h"

#include <stdlib.h>
#include <string.h>

#include "apply/drift.h"
#include "apply/guard.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "base/self.h"
#include "base/text.h"
#include "proxy/front.h"

#define SAVED_ANSWERS "/etc/antechamber/" /* they answer nothing, and go with the site they are of */

#define VERB_COLUMNS 10

void
plan_forget(struct setup *s)
{
	front_forget(s);
	if (s->has_plan)
		plan_free(&s->plan);
	s->has_plan = false;
	free(s->diff);
	s->diff = NULL;
}

bool
setup_only_looks(const struct setup *s)
{
	return s->start == START_LOOK && s->existing;
}

const char *
setup_set_aside(const struct setup *s)
{
	return s->start == START_ANEW && s->existing ? s->existing->file : NULL;
}

/* The proxy that serves the address so far, where another one is chosen now. */
static void
find_leaving(struct setup *s)
{
	const struct proxy *from = move_from(s->o.root, &s->answers);

	for (size_t i = 0; from && i < s->n_found; i++)
		if (s->found[i].proxy == from && s->found[i].installed) {
			move_begin(&s->move, &s->found[i], &s->context);
			s->context.leaving = &s->move.context;
		}
}

/* Is each file that would be changed as our own last change left it, a repair?  Then nobody edited it. */
static bool
is_as_left(const struct setup *s)
{
	for (size_t i = 0; i < s->plan.steps.n; i++) {
		const struct step *step = &s->plan.steps.v[i];

		if (step->kind == STEP_WRITE && plan_state(&s->plan, i) != PLAN_SAME && !drift_is_ours(s->o.root, step->path))
			return false;
	}
	return true;
}

/* By what it is known again, once it is shown. */
static void
known(struct setup *s)
{
	s->has_plan = true;
	s->as_left = is_as_left(s);
	plan_hash(&s->plan, s->plan_hash);
	if (!plan_replaces(&s->plan, s->plan_replaces))
		s->plan_replaces[0] = '\0';
}

const struct plan *
plan_get(struct setup *s, struct err *e)
{
	if (s->has_plan)
		return &s->plan;
	if (s->by_hand) {
		err_set(e, ERR_VALUE, _("For another proxy nothing is written."));
		return NULL;
	}
	if (setup_only_looks(s)) {
		err_set(e, ERR_VALUE, _("You chose only to look: nothing is written."));
		return NULL;
	}
	if (repair_chosen(s)) {
		if (repair_plan(s, &s->plan, e) < 0)
			return NULL;
		known(s);
		return &s->plan;
	}
	if (setup_pastes(s)) {
		err_set(e, ERR_VALUE, _("Nothing is written from here: you set it in its own pages."));
		return NULL;
	}
	if (answers_whole(&s->answers, e) < 0 || (setup_is_told(s) && told_ready(s, TOLD_PROXY, e) < 0))
		return NULL;
	/* A later run shows the rest all the same. */
	if (addresses_are_asked(s)) {
		err_set(e, ERR_VALUE, _("%s was not asked yet what it has."), front_label());
		return NULL;
	}
	if (front_is_told(&s->answers) && !s->scratch && told_ready(s, TOLD_FRONT, e) < 0 &&
	    !(s->page == PAGE_LATER && told_err(s, TOLD_FRONT)))
		return NULL;
	s->context = (struct proxy_context){
		.answers = &s->answers, .found = find_proxy(s), .needs = &s->needs,
		.templates = s->o.templates, .root = s->o.root,
	};
	s->context.replaces = replaced_url(s);
	find_leaving(s);
	if (plan_build(&s->plan, &s->context, setup_set_aside(s), e) < 0)
		return NULL;
	known(s);
	return &s->plan;
}

bool
setup_repairs(const struct setup *s)
{
	return repair_chosen(s);
}

const struct plan *
setup_plan(struct setup *s, struct err *e)
{
	return plan_get(s, e);
}

/* In place of a difference: what is to be set, and then the text to paste. */
static void
pasted_text(struct setup *s, struct buf *out, struct err *e)
{
	struct proxy_by_hand h = { 0 };

	if (answers_whole(&s->answers, e) < 0) {
		buf_printf(out, "%s\n", e->msg);
		return;
	}
	s->context = (struct proxy_context){
		.answers = &s->answers, .found = find_proxy(s), .needs = &s->needs,
		.templates = s->o.templates, .root = s->o.root,
	};
	if (s->context.found->proxy->settings(&h, &s->context, e) < 0) {
		buf_printf(out, "%s\n", e->msg);
	} else {
		for (size_t i = 0; i < h.n; i++)
			buf_printf(out, "%s > %s: %s\n", h.v[i].page, h.v[i].name, h.v[i].value);
		buf_printf(out, "%s > %s:\n\n%s", h.text.page, h.text.name, h.text.value);
	}
	arena_free(&h.arena);
}

const char *
setup_diff(struct setup *s)
{
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	const struct plan *p;

	if (s->diff)
		return s->diff;
	if (setup_pastes(s))
		pasted_text(s, &b, &e);
	p = plan_get(s, &e);
	if (p)
		plan_diff(&b, p, &e);
	s->diff = buf_detach(&b);
	return s->diff;
}

const char *
setup_origin_base(const struct setup *s)
{
	return s->answers.has_origin ? address_text(s, &s->answers.origin) : "";
}

const char *
setup_public_base(const struct setup *s)
{
	return s->answers.has_public ? address_text(s, &s->answers.public_url) : "";
}

const char *
setup_check_command(const struct setup *s)
{
	return say(s, "%s check --origin %s --public %s", self_command(), setup_origin_base(s), setup_public_base(s));
}

/* Label and value, the label filled to `columns' so that two lines align. */
static void
pair(struct buf *out, const char *label, const char *value, int columns, int value_columns)
{
	text_clip(out, label, columns, true);
	buf_putc(out, ' ');
	if (value_columns)
		text_clip(out, value, value_columns, true);
	else
		buf_puts(out, value);
}

size_t
setup_summary(const struct setup *s, const char **out, size_t max)
{
	const struct proxy_found *f = find_proxy(s);
	struct buf a = BUF_INIT, b = BUF_INIT, size = BUF_INIT, stream = BUF_INIT;
	const struct check_run *r = run_of(s, WAY_REHEARSAL);
	const char *rehearsal = _("not run");
	const char *const address[] = { setup_origin_base(s), setup_public_base(s) };
	int wide = 27; /* an address is read whole, or it is not read */

	if (max < 2)
		return 0;
	if (repair_chosen(s)) {
		f = s->existing_in;
		rehearsal = say(s, "%zu / %zu", setup_findings_taken(s), setup_findings(s));
	}
	text_size(&size, s->answers.body);
	if (r && s->rehearsed && !repair_chosen(s)) {
		const struct check_summary sum = check_summary(r);
		const int failed = (int)sum.fail;

		rehearsal = failed > 0 ? say(s, Q_("%d failed", "%d failed", (unsigned long)failed), failed)
		                     : say(s, Q_("%d passed", "%d passed", (unsigned long)sum.pass), sum.pass);
	}
	for (size_t i = 0; i < ARRAY_LEN(address); i++)
		if (text_width(address[i]) + 2 > wide)
			wide = text_width(address[i]) + 2;
	pair(&a, "OpenChamber", address[0], SUMMARY_FIRST, wide);
	buf_putc(&a, '\t');
	pair(&a, _("Uploads"), size.s, SUMMARY_OTHERS, 7);
	buf_putc(&a, '\t');
	pair(&a, _("Proxy"), !f ? _("something else") : f->version ? say(s, "%s %s", f->proxy->label, f->version)
	                                                           : f->proxy->label, SUMMARY_OTHERS, 0);
	pair(&b, _("Address"), address[1], SUMMARY_FIRST, wide);
	buf_putc(&b, '\t');
	answers_get(&stream, &s->answers, "limits.stream");
	pair(&b, _("Streams"), stream.s, SUMMARY_OTHERS, 7);
	buf_putc(&b, '\t');
	pair(&b, repair_chosen(s) ? _("Fixes") : _("Rehearsal"), rehearsal, SUMMARY_OTHERS, 0);
	out[0] = say(s, "%s", a.s);
	out[1] = say(s, "%s", b.s);
	buf_free(&a);
	buf_free(&b);
	buf_free(&size);
	buf_free(&stream);
	return 2;
}

/* How many connections are open now, and what a reload does to them, or why there can be none; "" where nothing is to be said. */
static const char *
live_connections(const struct setup *s)
{
	const unsigned n = apply_live_connections(&s->plan);
	struct err e = { 0 };

	if (apply_clash(&s->plan, &s->machine, &e))
		return say(s, "%s", e.msg);
	if (apply_closes_connections(&s->plan))
		return say(s, Q_("%u live connection will be closed", "%u live connections will be closed", n), n);
	if (!n)
		return "";
	return say(s, Q_("%u live connection is kept until it ends", "%u live connections are kept until they end", n), n);
}

size_t
setup_plan_lines(const struct setup *s, const char **out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; s->has_plan && i < s->plan.steps.n && n < max; i++) {
		struct buf b = BUF_INIT;

		text_clip(&b, plan_verb(&s->plan, i), VERB_COLUMNS, true);
		buf_putc(&b, ' ');
		plan_object(&b, &s->plan, i);
		if (s->plan.steps.v[i].role == ROLE_RELOAD && *live_connections(s))
			buf_printf(&b, "  %s", live_connections(s));
		if (s->plan.steps.v[i].kind == STEP_CHECK)
			buf_printf(&b, "  %s", _("if one check fails, all is undone"));
		if (s->plan.steps.v[i].again)
			buf_printf(&b, "  %s", _("it serves nothing else; undoing starts it again"));
		if (s->plan.steps.v[i].kind == STEP_SET_ASIDE) /* TRANSLATORS: both times %s is a directory */
			buf_printf(&b, "  %s", say(s, strncmp(s->plan.steps.v[i].path, SAVED_ANSWERS, strlen(SAVED_ANSWERS)) == 0
			           ? _("kept in %s until you undo") : _("stops answering; kept in %s until you undo"), "/var/lib/antechamber"));
		out[n++] = say(s, "%s", b.s);
		buf_free(&b);
	}
	return n;
}

enum page
setup_apply_blocker(const struct setup *s)
{
	struct err e = { 0 };

	if (setup_only_looks(s))
		return PAGE_START;
	if (repair_chosen(s))
		return setup_findings_taken(s) ? PAGE_REVIEW : PAGE_REPAIR;
	for (enum page p = PAGE_START; p <= PAGE_TIMEOUTS; p++)
		if (fields_wrong(s, p))
			return p;
	if (fields_wrong(s, PAGE_MORE))
		return PAGE_MORE;
	if (setup_mark(s, PAGE_DIRECT) == MARK_FAIL)
		return PAGE_DIRECT;
	if (setup_mark(s, PAGE_PROXY) == MARK_FAIL)
		return PAGE_PROXY;
	if (answers_whole(&s->answers, &e) < 0 || setup_mark(s, PAGE_PUBLIC) == MARK_FAIL)
		return PAGE_PUBLIC;
	for (enum page p = PAGE_WEBSOCKET; p <= PAGE_TIMEOUTS; p++)
		if (setup_mark(s, p) == MARK_FAIL)
			return p;
	return PAGE_REVIEW;
}

enum apply_way
setup_apply_way(const struct setup *s)
{
	if (s->by_hand || !s->has_plan || setup_apply_blocker(s) != PAGE_REVIEW)
		return APPLY_CLOSED;
	if (s->rehearsal && !s->rehearsed && !repair_chosen(s))
		return APPLY_CLOSED;
	if (s->machine.root || s->scratch || s->o.root)
		return APPLY_AS_ROOT;
	return s->machine.sudo ? APPLY_WITH_SUDO : APPLY_BY_HAND;
}

const char *
setup_apply_label(const struct setup *s)
{
	enum page blocker;

	switch (setup_apply_way(s)) {
	case APPLY_AS_ROOT:
		return C_("button", "Apply");
	case APPLY_WITH_SUDO:
		return _("Apply with sudo");
	case APPLY_BY_HAND:
		return _("Show the root command");
	default:
		break;
	}
	blocker = setup_apply_blocker(s);
	if (blocker == PAGE_REPAIR)
		return _("Cannot apply: no fix taken");
	if (blocker == PAGE_MORE) /* TRANSLATORS: a closed button, behind the colon the name of that page; at most 30 columns */
		return _("Cannot apply: More settings");
	if (s->by_hand || blocker == PAGE_START)
		return _("Only looking");
	if (blocker == PAGE_REVIEW && setup_pastes(s)) /* TRANSLATORS: a closed button; at most 26 columns */
		return _("Nothing to apply");
	if (blocker == PAGE_REVIEW)
		return s->rehearsal && !s->rehearsed ? _("Cannot apply: rehearsing") : _("Cannot apply: no plan");
	/* TRANSLATORS: a button that is closed because a step failed; at most 30 columns */
	return say(s, _("Cannot apply: step %d failed"), (int)page_step(blocker) + 1);
}

/* Names that only a home network knows are not public. */
bool
setup_must_doubt(const struct setup *s)
{
	const struct url *u = &s->answers.public_url;

	return s->answers.has_tls && s->answers.tls == TLS_SELFSIGNED && !guard_is_private(u) &&
	       !(s->tested_name && strcmp(s->tested_name, u->host) == 0);
}

void
setup_accept_test(struct setup *s)
{
	s->tested_name = arena_strdup(&s->keep, s->answers.public_url.host);
}

bool
setup_must_consent(const struct setup *s)
{
	return !s->consent && s->direct && check_is_done(s->direct) && !check_origin_has_password(s->direct) &&
	       !guard_is_private(&s->answers.public_url);
}

void
setup_consent(struct setup *s)
{
	s->consent = true;
}

const char *
setup_keep_answers(struct setup *s, struct err *e)
{
	char *path = answers_default_path(&s->keep, s->o.root, &s->answers.public_url);

	if (repair_chosen(s))
		return ""; /* its command names all it needs */
	if (answers_save(&s->answers, path, e) < 0)
		return NULL;
	s->answers_path = path;
	return path;
}

const char *const *
setup_commands(const struct setup *s)
{
	const char **v = arena_alloc(s->say, 3 * sizeof(*v));

	if (repair_chosen(s)) {
		v[0] = keeping_asked(s, repair_command(s));
		return v;
	}
	v[0] = say(s, "%s%s apply --answers %s%s%s", machine_as_root(&s->machine), self_command(), s->answers_path ? s->answers_path : "FILE",
	           setup_set_aside(s) && s->outcome != OUTCOME_WORKS ? " --set-aside " : "",
	           setup_set_aside(s) && s->outcome != OUTCOME_WORKS ? setup_set_aside(s) : "");
	if (replaced_url(s) && s->outcome != OUTCOME_WORKS)
		v[0] = say(s, "%s --in-place-of %s", v[0], replaced_base(s));
	v[0] = keeping_asked(s, v[0]);
	if (setup_pastes(s))
		v[0] = say(s, "%s print --answers %s", self_command(), s->answers_path ? s->answers_path : "FILE");
	v[1] = say(s, "%s rehearse --answers %s", self_command(), s->answers_path ? s->answers_path : "FILE");
	return v;
}
