/* lists.c - what is chosen from a list: what to do at the start, the origin, the proxy, the certificate. */
#include "setup/public.h"
#include "setup/repair.h"
#include "setup/session.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"

/* ---- proxies ---- */

static const char *
proxy_ports(const struct setup *s, const struct proxy_found *f)
{
	bool has80 = false, has443 = false;

	for (size_t i = 0; i < f->n_sites; i++)
		for (size_t k = 0; k < f->sites[i].n_listens; k++) {
			has80 = has80 || f->sites[i].listens[k].port == 80;
			has443 = has443 || f->sites[i].listens[k].port == 443;
		}
	if (!f->running)
		return _("installed, not running");
	if (has80 && has443)
		return _("runs, ports 80 and 443");
	if (has80 || has443)
		return say(s, _("runs, port %d"), has80 ? 80 : 443);
	return _("runs");
}

static size_t
list_proxy(const struct setup *s, struct setup_choice *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_found && n < max; i++) {
		const struct proxy_found *f = &s->found[i];

		out[n++] = (struct setup_choice){
			.label = f->version ? say(s, "%s %s", f->proxy->label, f->version) : f->proxy->label,
			/* TRANSLATORS: %s is the name of a container */
			.state = f->box ? say(s, _("in a container (%s)"), f->container) :
			         f->installed ? proxy_ports(s, f) :
			         f->proxy->by_hand && !f->proxy->by_hand(&s->answers) ? _("told by its API") :
			         f->proxy->by_hand ? _("you paste a text into it") : _("not installed"),
			.chosen = s->answers.proxy && strcmp(s->answers.proxy, f->proxy->name) == 0 && !s->by_hand,
			.possible = true,
		};
	}
	if (n < max)
		out[n++] = (struct setup_choice){ .label = _("something else"), .chosen = s->by_hand,
			.state = _("checks and instructions only"), .possible = true };
	return n;
}

static void
choose_proxy(struct setup *s, size_t i)
{
	const enum cert_keeper before = certs_kept_by(s);

	if (told_err(s, TOLD_PROXY)) /* it may let in by now */
		told_forget(s);
	/* Chosen once more, it may have been installed by now. */
	if (i < s->n_found && find_proxy(s) == &s->found[i] && !s->found[i].installed && !s->found[i].proxy->by_hand)
		find_everything(s);
	s->by_hand = i >= s->n_found;
	s->vetted = false;
	s->answers.proxy = s->by_hand ? NULL : arena_strdup(&s->answers.arena, s->found[i].proxy->name);
	limits_find(s);
	/* What one of them does about the certificate is no answer for the other. */
	if (before == certs_kept_by(s))
		return;
	s->answers.has_tls = s->other_cert = false;
	if (s->answers.has_public)
		follow_scheme(s);
}

/* ---- the first page ---- */

/* Is there anything to be chosen so?  What needs a site needs one that is there already. */
static bool
start_offers(const struct setup *s, enum start_choice c)
{
	switch (c) {
	case START_RESUME: return s->broken_off;
	case START_REPAIR: return s->existing && repair_possible(s);
	case START_LOOK:   return s->existing;
	case START_OURS:   return ours_address(s);
	case START_ANEW:   break;
	}
	return true;
}

/* What can be done at the start, in order; -1: nothing more. */
static int
start_at(const struct setup *s, size_t i)
{
	static const enum start_choice order[] = { START_OURS, START_RESUME, START_REPAIR, START_ANEW, START_LOOK };

	for (size_t k = 0; k < ARRAY_LEN(order); k++)
		if (start_offers(s, order[k]) && i-- == 0)
			return (int)order[k];
	return -1;
}

static const char *
start_label(const struct setup *s, enum start_choice c)
{
	switch (c) {
	case START_RESUME: return session_label(s);
	case START_REPAIR: return _("find out why, and repair that file");
	case START_LOOK:   return _("only look: run all checks, change nothing");
	case START_OURS:   return ours_label(s);
	case START_ANEW:   break;
	}
	if (!s->existing && s->broken_off)
		return _("begin anew: those answers are given up");
	if (!s->existing)
		return _("set up another address");
	/* TRANSLATORS: %s is a file that is moved out of the way for as long as the new site is there */
	return say(s, _("set up anew: %s is set aside, and comes back when you undo"), s->existing->file);
}

/* What was answered before is given up; what was found stays. */
static void
begin_anew(struct setup *s)
{
	struct answers fresh;

	session_forget_offer(s);
	session_end(s);
	answers_init(&fresh);
	fresh.has_origin = s->answers.has_origin;
	fresh.origin = s->answers.origin;
	if (s->answers.proxy)
		fresh.proxy = arena_strdup(&fresh.arena, s->answers.proxy);
	if (s->answers.language)
		fresh.language = arena_strdup(&fresh.arena, s->answers.language);
	answers_free(&s->answers);
	s->answers = fresh;
	s->other_cert = false;
	names_suggest(s);
}

static size_t
list_start(const struct setup *s, struct setup_choice *out, size_t max)
{
	size_t n = 0;

	if (max < 3)
		return 0;
	if (s->has_interrupted) {
		out[0] = (struct setup_choice){ .label = _("undo: put everything back as it was"), .state = "",
			.chosen = true, .possible = !s->rollback };
		out[1] = (struct setup_choice){ .label = _("go on: validate, reload, check, then keep or undo"), .state = "",
			.possible = !s->rollback };
		out[2] = (struct setup_choice){ .label = _("show the differences first"), .state = "", .possible = true };
		return 3;
	}
	for (; start_at(s, n) >= 0 && n < max; n++) {
		const enum start_choice c = (enum start_choice)start_at(s, n);

		out[n] = (struct setup_choice){ .state = "", .chosen = s->start == c, .possible = true,
			.label = start_label(s, c) };
	}
	return n;
}

bool
setup_choice_is_roots(const struct setup *s, const char *key, size_t i)
{
	return strcmp(key, "start") == 0 && !s->has_interrupted && s->machine.sudo && start_at(s, i) == (int)START_OURS;
}

static size_t
list_language(struct setup_choice *out, size_t max)
{
	size_t n = 0;

	for (const struct i18n_language *l = i18n_languages; l->code && n < max; l++)
		out[n++] = (struct setup_choice){ .label = l->name, .state = l->code, .possible = true,
			.chosen = strcmp(l->code, i18n_language()) == 0 };
	return n;
}

/* Somebody speaks there, and is no OpenChamber. */
static bool
wrong_thing_answers(const struct setup *s)
{
	const struct check_result *r = run_result(s, WAY_DIRECT, "direct.answer");

	return r && r->status == CHECK_FAIL && r->cause &&
	       (strcmp(r->cause->id, "origin-opencode") == 0 || strcmp(r->cause->id, "origin-other") == 0);
}

static size_t
list_origin(const struct setup *s, struct setup_choice *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_origins && n < max; i++) {
		const struct url *at = &s->origins[i].url;
		struct buf u = BUF_INIT;

		/* The one that was tried in vain may have answered a while ago. */
		if (!s->origins[i].ours || (s->answers.has_origin && at->port == s->answers.origin.port &&
		                            strcmp(at->host, s->answers.origin.host) == 0))
			continue;
		url_base(&u, at);
		out[n++] = (struct setup_choice){ .label = say(s, "%s", u.s), .mark = MARK_PASS, .possible = true,
			.state = say(s, "OpenChamber %s", s->origins[i].version), .chosen = n == 0 };
		buf_free(&u);
	}
	if ((n || wrong_thing_answers(s)) && n < max)
		out[n++] = (struct setup_choice){ .label = _("another address"), .state = _("write it above"), .possible = true };
	return n;
}

/* ---- the door ---- */

static const char *const *
lists_public(const struct setup *s)
{
	const char **v = arena_alloc(s->say, 5 * sizeof(*v));
	struct setup_choice c[2];
	size_t n = 0;

	if (s->names_shown)
		v[n++] = "public-found";
	v[n++] = "tls";
	if (!fields_wrong(s, PAGE_PUBLIC) && (taken_site(s) || taken_aside(s)))
		v[n++] = "taken";
	if (!fields_wrong(s, PAGE_PUBLIC) && replaced_list(s, c, ARRAY_LEN(c)))
		v[n++] = "before";
	v[n] = NULL;
	return v;
}

const char *const *
setup_lists(const struct setup *s, enum page p)
{
	static const char *const none[] = { NULL };
	static const char *const language[] = { "language", NULL };
	static const char *const start[] = { "language", "start", NULL };
	static const char *const origin[] = { "origin-found", NULL };
	static const char *const proxy[] = { "proxy", NULL };
	static const char *const later[] = { "later", NULL };
	static const char *const change[] = { "change", NULL };
	static const char *const undone[] = { "undone", NULL };
	const struct check_result *r;
	struct setup_choice c[1];

	switch (p) {
	case PAGE_START:
		return s->has_interrupted || ((s->existing || s->broken_off || ours_address(s)) && !start_is_open(s)) ? start : language;
	case PAGE_DIRECT:
		r = run_result(s, WAY_DIRECT, "direct.answer");
		return r && r->status == CHECK_FAIL && !fields_wrong(s, p) && list_origin(s, c, 1) ? origin : none;
	case PAGE_PROXY:
		return proxy;
	case PAGE_PUBLIC:
		return lists_public(s);
	case PAGE_FRONT:
		return front_lists(s);
	case PAGE_LATER:
		return s->changing ? change : later;
	case PAGE_RESULT:
		return undone_is_asked(s) ? undone : none;
	default:
		return none;
	}
}

size_t
setup_list(const struct setup *s, enum page p, const char *key, struct setup_choice *out, size_t max)
{
	(void)p;
	if (strcmp(key, "language") == 0)
		return list_language(out, max);
	if (strcmp(key, "start") == 0)
		return list_start(s, out, max);
	if (strcmp(key, "origin-found") == 0)
		return list_origin(s, out, max);
	if (strcmp(key, "proxy") == 0)
		return list_proxy(s, out, max);
	if (strcmp(key, "public-found") == 0)
		return names_list(s, out, max);
	if (strcmp(key, "taken") == 0)
		return taken_list(s, out, max);
	if (strcmp(key, "before") == 0)
		return replaced_list(s, out, max);
	if (strcmp(key, "tls") == 0)
		return certificate_list(s, out, max);
	if (strcmp(key, "plan") == 0)
		return front_list_plan(s, out, max);
	if (strcmp(key, "ssl") == 0)
		return front_list_ssl(s, out, max);
	if (strcmp(key, "addresses") == 0)
		return addresses_list(s, out, max);
	if (strcmp(key, "later") == 0)
		return later_list(s, out, max);
	if (strcmp(key, "change") == 0)
		return later_change_list(s, out, max);
	if (strcmp(key, "undone") == 0)
		return undone_list(s, out, max);
	return 0;
}

const char *
setup_list_label(const struct setup *s, enum page p, const char *key)
{
	(void)s;
	(void)p;
	if (strcmp(key, "language") == 0)
		return _("Language");
	if (strcmp(key, "tls") == 0)
		return _("Certificate");
	if (strcmp(key, "public-found") == 0) /* TRANSLATORS: addresses that were found; at most 12 columns */
		return _("Found here");
	if (strcmp(key, "before") == 0) /* TRANSLATORS: a heading; what becomes of the address that was set up before */
		return _("The address so far");
	if (strcmp(key, "plan") == 0) /* TRANSLATORS: what one pays for at Cloudflare; at most 12 columns */
		return C_("cloudflare", "Plan");
	if (strcmp(key, "ssl") == 0)
		return "SSL/TLS";
	if (strcmp(key, "addresses") == 0) /* TRANSLATORS: those Cloudflare asks from; at most 12 columns */
		return _("Addresses");
	if (strcmp(key, "origin-found") == 0)
		return _("What else answers on this server");
	if (strcmp(key, "later") == 0)
		return _("What would you like to do?");
	if (strcmp(key, "change") == 0)
		return _("Change one thing:");
	return "";
}

int
setup_choose(struct setup *s, enum page p, const char *key, size_t i, struct err *e)
{
	struct setup_choice rows[16];

	if (i >= setup_list(s, p, key, rows, ARRAY_LEN(rows)))
		return err_set(e, ERR_VALUE, _("There is no such choice."));
	s->root_command = NULL;
	if (strcmp(key, "later") == 0)
		return later_choose(s, i, e);
	if (strcmp(key, "taken") == 0)
		return taken_choose(s, i, e);
	if (strcmp(key, "undone") == 0)
		return undone_choose(s, i);
	if (strcmp(key, "change") == 0)
		return later_choose_change(s, i);
	if (strcmp(key, "language") == 0) {
		const bool other = strcmp(i18n_languages[i].code, i18n_language()) != 0;

		i18n_set_language(i18n_languages[i].code);
		s->answers.language = arena_strdup(&s->answers.arena, i18n_languages[i].code);
		if (other)
			runs_retell(s);
	} else if (strcmp(key, "start") == 0) {
		if (s->has_interrupted) /* the last row only looks: setup_interrupted_diff() */
			return i == 0 ? settle_interrupted(s, e) : i == 1 ? continue_interrupted(s, e) : 0;
		s->start = (enum start_choice)start_at(s, i);
		if (s->start == START_OURS)
			return ours_choose(s, e);
		if (s->start == START_ANEW && !s->existing && (s->broken_off || ours_address(s)))
			begin_anew(s);
		s->start_moved = true;
		runs_forget_proxied(s);
		if (s->start == START_RESUME)
			session_take(s);
		if (repair_chosen(s))
			repair_begin(s);
	} else if (strcmp(key, "origin-found") == 0) {
		/* The last row is only a way to the field, which a face goes. */
		return rows[i].mark == MARK_PASS ? setup_set(s, "origin", rows[i].label, e) : 0;
	} else if (strcmp(key, "public-found") == 0) {
		return setup_set(s, "public", rows[i].label, e);
	} else if (strcmp(key, "proxy") == 0) {
		runs_forget_proxied(s);
		choose_proxy(s, i);
	} else if (strcmp(key, "before") == 0) {
		replaced_choose(s, i);
	} else if (strcmp(key, "plan") == 0) {
		front_choose_plan(s, i);
	} else if (strcmp(key, "ssl") == 0) {
		front_choose_ssl(s, i);
	} else if (strcmp(key, "addresses") == 0) {
		addresses_choose(s, i);
	} else if (strcmp(key, "tls") == 0) {
		if (certificate_choose(s, i, e) < 0)
			return -1;
		runs_forget_proxied(s);
	}
	setup_open(s, s->page);
	return 0;
}
