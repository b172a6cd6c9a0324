/* advice.c - what a page says under its checks: what it means and what to press; help and glossary. */
#include "setup/advice.h"
#include "setup/public.h"
#include "setup/repair.h"
#include "setup/session.h"
#include "setup/watch.h"

#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/self.h"
#include "proxy/front.h"

void
advise(struct advice *a, const char *text)
{
	if (text && *text && a->n < MAX_ADVICE)
		a->v[a->n++] = text;
}

void
advise_literal(const struct setup *s, struct advice *a, const char *text)
{
	if (text && *text)
		advise(a, say(s, SETUP_LITERAL "%s", text));
}

static bool
failed_with(const struct check_result *r, const char *cause)
{
	return r && r->status == CHECK_FAIL && r->cause && strcmp(r->cause->id, cause) == 0;
}

static void
advise_start(const struct setup *s, struct advice *a)
{
	const bool choices = s->existing || s->broken_off || ours_address(s);

	if (s->has_interrupted) {
		/* TRANSLATORS: %s is a date with its time */
		advise(a, say(s, _("The run of %s stopped half-way: the power was gone, or somebody ended it."),
		           say_when(s, "%Y-%m-%d %H:%M", s->interrupted.when)));
		advise(a, _("At its next start the proxy would read what was written. It has to be settled before anything else."));
		return;
	}
	if (ours_address(s))
		advise(a, ours_told(s));
	a->n += session_advice(s, a->v + a->n);
	if (s->existing)
		advise(a, repair_summary(s));
	else if (!a->n)
		advise(a, _("Up to step 10 it only looks and rehearses. There you read every line before it is written, and later one command takes it all back."));
	if (s->answers_path && !choices && !s->later && !ours_address(s)) { /* TRANSLATORS: the path of a file stands on the next line */
		advise(a, _("The fields begin with your saved answers:"));
		advise_literal(s, a, s->answers_path);
	}
	if (s->o.broken)
		advise(a, _("Something in this private site is wrong on purpose. Find it, and mend it; this server is not touched."));
	if (choices)
		advise(a, _("Before anything is written you read it line by line."));
	else if (!s->machine.root && !s->o.practice)
		advise(a, _("You will type the address people will use, and OpenChamber's UI password if it has one. Root is needed only for step 11, and asked for there."));
	else
		advise(a, _("You will type the address people will use, and OpenChamber's UI password if it has one."));
	if (start_is_open(s)) /* as many rows as what comes then */
		advise(a, _("Looking at this server. Enter works in a moment."));
	else if (!choices)
		advise(a, _("It takes about three minutes. Press Enter to start."));
}

static const char *
start_command(const struct setup *s)
{
	/* TRANSLATORS: stands in a command for what a person thinks up; no spaces */
	return say(s, "openchamber --ui-password %s", _("YOUR-PASSWORD"));
}

static bool
found_elsewhere(const struct setup *s)
{
	struct setup_choice c[2];

	return *setup_lists(s, PAGE_DIRECT) && setup_list(s, PAGE_DIRECT, "origin-found", c, ARRAY_LEN(c)) > 1;
}

static void
advise_start_it(const struct setup *s, struct advice *a)
{
	advise(a, _("No OpenChamber was found on this server. Start it in a second SSH session, or ask it where it is:"));
	advise_literal(s, a, start_command(s));
	advise_literal(s, a, "openchamber status");
}

static void
advise_practice(const struct setup *s, struct advice *a)
{
	advise(a, by_face(s, _("No OpenChamber yet? F8 starts a practice run against a built-in one; it touches nothing on this server."),
	                  _("No OpenChamber yet? A practice run has one built in and touches nothing on this server. Leave, and type:")));
	if (s->in_lines)
		advise_literal(s, a, "antechamber practice --plain");
}

static void
advise_direct(const struct setup *s, struct advice *a)
{
	const struct check_result *answer = run_result(s, WAY_DIRECT, "direct.answer");
	const struct check_result *exposure = run_result(s, WAY_DIRECT, "direct.exposure");
	struct setup_failure f;

	if (!s->answers.has_origin) {
		advise(a, _("No OpenChamber was found on this server. Start it in a second SSH session: it is looked for every 2 seconds. Or write its address."));
		advise_literal(s, a, start_command(s));
		if (!s->scratch)
			advise_practice(s, a);
		return;
	}
	if (found_elsewhere(s) && setup_failure(s, PAGE_DIRECT, &f)) {
		advise(a, f.why);
		advise(a, _("Enter takes number 1 and checks it."));
		return;
	}
	if (failed_with(answer, "origin-refused") || failed_with(answer, "origin-timeout")) {
		advise(a, _("OpenChamber is not running, or it uses another port. A proxy in front would only show an error page. Start it in a second SSH session, or ask it where it is:"));
		advise_literal(s, a, start_command(s));
		advise_literal(s, a, "openchamber status");
		advise(a, _("As soon as it answers, this step passes. If OpenChamber runs on another machine, write that address."));
		if (!*setup_lists(s, PAGE_DIRECT) && !s->scratch) /* the key is for where there is none */
			advise_practice(s, a);
		return;
	}
	if (failed_with(answer, "origin-opencode")) {
		advise(a, _("It asks for the login \"Secure Area\": that is OpenCode's own server. OpenChamber is the web page in front of it, and the one the proxy must lead to."));
		advise_start_it(s, a);
		return;
	}
	if (setup_failure(s, PAGE_DIRECT, &f)) {
		advise(a, f.why);
		if (failed_with(answer, "origin-other"))
			advise_start_it(s, a);
		advise(a, f.fix);
		return;
	}
	if (!s->direct || !check_is_done(s->direct))
		return;
	if (!check_origin_has_password(s->direct)) {
		advise(a, _("OpenChamber has no UI password. Whoever opens the public address gets a terminal on this server. To set one:"));
		advise_literal(s, a, start_command(s));
	} else if (!check_logged_in(s->direct)) {
		advise(a, _("Without the password the rehearsal proves the proxy all the same. Press Enter to choose the proxy."));
		return;
	}
	advise(a, exposure && exposure->status == CHECK_PASS
	    ? _("Everything works directly, and nobody can go around the proxy. Press Enter to choose the proxy.")
	    : _("It works directly. Press Enter to choose the proxy."));
}

/* A WebSocket that OpenChamber can do without only warns: that is said, or nobody knows what the mark is for. */
static void
advise_optional(const struct setup *s, enum page p, struct advice *a)
{
	for (size_t i = 0; p == PAGE_WEBSOCKET && i < s->needs.n_sockets; i++)
		for (enum way w = WAY_REHEARSAL; w < N_WAYS; w++) {
			const struct check_result *r = run_result(s, w, say(s, "ws.%s", s->needs.sockets[i].id));

			if (s->needs.sockets[i].required || !r || r->status != CHECK_WARN)
				continue;
			/* TRANSLATORS: %s is the path of a WebSocket */
			advise(a, say(s, _("%s only warns: OpenChamber works without it."), s->needs.sockets[i].path));
			break;
		}
}

/* What is wrong in a way, where the page's own table shows no more than a mark: one sentence, and its line. */
static void
advise_trouble(const struct setup *s, enum way w, enum page p, struct advice *a)
{
	const struct check_result *r = page_trouble(s, w, p, CHECK_FAIL);
	const struct proxy_found *f = find_proxy(s);
	const char *own;

	if (!r)
		r = page_trouble(s, w, p, CHECK_WARN);
	if (!r)
		return;
	own = f && f->proxy->fix && r->cause ? f->proxy->fix(r->cause->id) : NULL;
	/* TRANSLATORS: %s is a whole sentence about what is wrong with the proxy as it is now */
	advise(a, w == WAY_TODAY ? say(s, _("Today: %s"), r->detail) : say(s, "%s: %s", r->label, r->detail));
	if (r->where.file)
		advise_literal(s, a, say(s, "%s:%d", r->where.file, r->where.line));
	else if (w == WAY_REHEARSAL && (own || r->fix))
		advise(a, own ? _(own) : r->fix);
}

static void
advise_checklist(const struct setup *s, enum page p, struct advice *a)
{
	static const char *const good[N_PAGES] = {
		[PAGE_WEBSOCKET] = N_("Every WebSocket opens in the rehearsal."),
		[PAGE_SSE]       = N_("Every event arrives when it is sent."),
		[PAGE_GZIP]      = N_("OpenChamber compresses already, so the proxy will not."),
		[PAGE_BODY]      = N_("The proxy lets through what OpenChamber takes."),
		[PAGE_TIMEOUTS]  = N_("The values were read; only the waiting was not done."),
	};
	const struct proxy_found *proxy = find_proxy(s);
	struct setup_failure f;

	if (s->rehearsal_none) {
		advise(a, run_no_rehearsal(s));
		advise(a, _("Press Enter to go on."));
		return;
	}
	if (setup_failure(s, p, &f)) {
		advise(a, f.what);
		advise(a, f.why);
		if (f.file)
			advise_literal(s, a, say(s, "%s:%d", f.file, f.line));
		advise_optional(s, p, a);
		advise(a, f.fix);
		return;
	}
	if (setup_has_way(s, WAY_TODAY))
		advise_trouble(s, WAY_TODAY, p, a);
	if (s->rehearsed && setup_mark(s, p) == MARK_WARN)
		advise_trouble(s, WAY_REHEARSAL, p, a);
	advise_optional(s, p, a);
	if (!s->rehearsed) {
		advise(a, _("The rehearsal runs: a private copy of the proxy, started on the side with the new configuration."));
		return;
	}
	if (setup_mark(s, p) != MARK_WARN && (p != PAGE_TIMEOUTS || (!setup_holding(s) && !s->held)))
		advise(a, _(good[p]));
	if (p == PAGE_BODY && body_is_less(s))
		advise(a, body_said(s));
	if (p == PAGE_TIMEOUTS && setup_holding(s) && !s->in_lines)
		advise(a, _("Esc stops the waiting. You can also go on: what comes of it is marked at this step."));
	if (p == PAGE_WEBSOCKET && certs_kept_by(s) == CERTS_THERE) /* TRANSLATORS: %s is a proxy's name */
		advise(a, say(s, _("The rehearsal is a private nginx, with what %s writes around the text."), proxy->proxy->label));
	else if (p == PAGE_WEBSOCKET && proxy)
		advise(a, say(s, _("The rehearsal is your own %s, started on the side with the new configuration."),
		           proxy->version ? say(s, "%s %s", proxy->proxy->label, proxy->version) : proxy->proxy->label));
	advise(a, pages[p].fields[0] ? _("Press Enter to go on.") : _("Nothing to choose here. Press Enter to go on."));
}

/* "Only look": what is wrong today, each cause once with its line. */
static void
advise_looked(const struct setup *s, struct advice *a)
{
	const struct cause *told[4];
	size_t n = 0;

	if (!s->today || !check_is_done(s->today)) {
		advise(a, _("The address is being checked as it is today."));
		return;
	}
	for (size_t i = 0; i < check_count(s->today) && n < ARRAY_LEN(told); i++) {
		const struct check_result *r = check_at(s->today, i);
		bool again = false;

		for (size_t k = 0; k < n; k++)
			again = again || told[k] == r->cause;
		if (!check_finished(s->today, i) || r->status != CHECK_FAIL || !r->cause || again)
			continue;
		told[n++] = r->cause;
		advise(a, say(s, "%s: %s", r->label, r->detail));
		if (r->where.file)
			advise_literal(s, a, say(s, "%s:%d", r->where.file, r->where.line));
	}
	if (n)
		advise(a, _("Nothing is written. To see the change that repairs it:"));
	else
		advise(a, _("No check fails. Nothing is written. To look again at any time:"));
	advise_literal(s, a, n ? say(s, "%s doctor --public %s", self_command(), setup_public_base(s)) : setup_check_command(s));
}

static void
advise_review(const struct setup *s, struct advice *a)
{
	if (setup_only_looks(s)) {
		advise_looked(s, a);
		return;
	}
	if (s->by_hand) {
		advise(a, _("Set these in your proxy, in one place for every path:"));
		advise(a, say(s, _("lead everything to %s"), setup_origin_base(s)));
		advise(a, _("pass Host, X-Forwarded-Host and X-Forwarded-Proto as people's browsers see them"));
		advise(a, _("set X-Forwarded-For to the visitor's address, never add to what a visitor sent"));
		advise(a, _("pass the Upgrade and Connection headers, with HTTP/1.1 towards OpenChamber"));
		advise(a, _("buffering off, compression off, for /api at least"));
		advise(a, say(s, _("request bodies up to %1$lluM, read and send timeouts of %2$u s"),
		           s->answers.body >> 20, s->answers.stream));
		advise(a, _("Traefik, lighttpd, cloudflared: write its name as proxy: into the answers, and antechamber print shows a whole text."));
		advise(a, _("Then check it:"));
		advise_literal(s, a, setup_check_command(s));
		return;
	}
	if (repair_chosen(s) && !setup_findings_taken(s)) {
		advise(a, by_face(s, _("No fix was taken, so there is nothing to write. Esc goes back to the findings."),
		                  _("No fix was taken, so there is nothing to write.")));
		return;
	}
	if (setup_pastes(s)) {
		advise(a, _("Set what follows in its pages, and save. Then check it:"));
		advise_literal(s, a, setup_check_command(s));
		return;
	}
	advise(a, _("Read first. Then Tab goes to the buttons, or a applies."));
}

static void
advise_later(const struct setup *s, struct advice *a)
{
	if (s->answers_path) { /* TRANSLATORS: the path of the file stands on the next line */
		advise(a, _("Your answers are saved, without passwords:"));
		advise_literal(s, a, s->answers_path);
	}
}

static void
advise_apply(const struct setup *s, struct advice *a)
{
	if (setup_keep_seconds(s) >= 0) {
		advise(a, _("If this connection still answers, press Enter to keep the change. Without that everything is put back, also if the connection drops."));
		return;
	}
	advise(a, s->keep_within ? _("If the connection drops now, this goes on without you. Nobody can keep it then, so everything is put back.") :
	       _("If the connection drops now, this goes on without you and ends with the new configuration or the old one."));
	advise(a, _("To see which one, later:"));
	advise_literal(s, a, list_command(s));
}

const char *const *
setup_advice(const struct setup *s, enum page p)
{
	struct advice a = { .v = arena_alloc(s->say, (MAX_ADVICE + 1) * sizeof(char *)) };

	if (fields_wrong(s, p)) {
		advise(&a, field_stands_empty(s, "public") && p == PAGE_PUBLIC ? _("Write the name people will use, for example https://chat.example.org")
		           : _("Correct the field above. Its checks run again by themselves."));
		return (const char *const *)a.v;
	}
	switch (p) {
	case PAGE_START:
		advise_start(s, &a);
		break;
	case PAGE_DIRECT:
		advise_direct(s, &a);
		break;
	case PAGE_PROXY:
		advise_proxy(s, &a);
		break;
	case PAGE_PUBLIC:
		advise_public(s, &a);
		break;
	case PAGE_REVIEW:
		advise_review(s, &a);
		break;
	case PAGE_APPLY:
		advise_apply(s, &a);
		break;
	case PAGE_RESULT:
		advise_result(s, &a);
		break;
	case PAGE_LATER:
		advise_later(s, &a);
		break;
	case PAGE_FRONT:
		for (const char *const *line = front_advice(s); *line; line++)
			advise(&a, *line);
		break;
	case PAGE_MORE:
		advise(&a, _("Press Enter in the last field for the review."));
		break;
	case PAGE_WATCH:
		a.n = watch_advice(s, a.v);
		break;
	case PAGE_REPAIR:
		break;
	default:
		advise_checklist(s, p, &a);
		break;
	}
	return (const char *const *)a.v;
}
