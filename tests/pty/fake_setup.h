/*
 * fake_setup.h - a struct setup that only plays: the screens of a server where
 * everything is found, always the same, so that they can be compared cell by cell.
 * Included by one file of a test; what it defines stands in for src/setup.
 *
 * FAKE=nothing      nothing answers at step 2
 * FAKE=unfound      no OpenChamber was found, so none is written there
 * FAKE=opencode     OpenCode answers at step 2
 * FAKE=interrupted  a change was broken off
 * FAKE=dropped      the last run was broken off at step 5, which is told in the language that is spoken
 * FAKE=watching     another run changes this server; FAKE=watched: and has ended
 * FAKE=slow         every check takes for ever
 * FAKE=fails        the body size fails in the rehearsal
 * FAKE=open         there is no UI password
 * FAKE=sudo         writing needs sudo, which agrees; FAKE=refused: which does not
 * FAKE=by-hand      writing needs root, and there is no sudo
 * FAKE=stays        the apply never ends by itself
 * FAKE=keeps        it is asked to be kept, and waits for ever
 * FAKE=hostile      what was seen holds control bytes and an endless word
 * FAKE=trickle      the results of step 5 come one after another
 * FAKE=later       saved answers: a later run; FAKE=user: which has no root and finds no difference
 * FAKE=undone      the apply is taken back
 * FAKE=meanwhile    a file changes while the review is read
 * FAKE=long         the plan has many steps
 * FAKE=sick         a site is there already, and does not work; FAKE=looking: it is still checked, until the language changes
 * FAKE=locked       the UI password is "right": another is refused, three times at most
 * FAKE=edited       the plan changes one file and takes another away
 * FAKE=ours         root has set it up here; with sudo
 * FAKE_CROWDED=1    what it says of that, and of the steps of an apply, is longer than a small screen
 * FAKE=korean       steps 2 and 4 are told in Korean; step 2 in wider words until it is checked again
 */
#ifndef PTY_FAKE_SETUP_H
#define PTY_FAKE_SETUP_H

#include "setup/setup.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

struct setup {
	void      (*changed)(void *ctx);
	void       *ctx;
	struct loop *loop;
	struct setup_options o;
	const char *fake;
	enum page   page;
	bool        seen[N_PAGES];
	char        more[11][64]; /* of PAGE_MORE, in the order of its fields */
	char        origin[200], password[64], public_url[200], body[32], stream[32];
	size_t      proxy, tls, start;
	struct arena said;
	int         ticks;      /* of the apply */
	int         applying;
	bool        undo, kept, test_accepted, consented, changing, alone;
	size_t      taken;
	bool        offered;    /* what the address could be */
	bool        again;      /* the review is there once more */
	bool        looked;     /* what is on the server is known */
	int         refusals;   /* of the UI password; is_refused: the last look at it was one */
	bool        is_refused;
	int         held; /* 1: a quiet stream is held; 2: it was */
	const char *root_command;
	enum setup_outcome outcome;
};

bool setup_repairs(const struct setup *s);
bool setup_may_look(const struct setup *s) { (void)s; return false; }
const char *setup_look_command(const struct setup *s) { (void)s; return ""; }
const char *setup_look_why(const struct setup *s) { (void)s; return ""; }
const char *setup_look_refused(const struct setup *s) { (void)s; return ""; }
void setup_look(struct setup *s) { (void)s; }
bool setup_may_offer(const struct setup *s) { return s->page == PAGE_PUBLIC; }
void setup_offer(struct setup *s, bool open) { s->offered = open; }
bool setup_must_doubt(const struct setup *s) { return s->tls == 2 && !s->test_accepted; }
void setup_accept_test(struct setup *s) { s->test_accepted = true; }

static bool
is(const struct setup *s, const char *fake)
{
	return strcmp(s->fake, fake) == 0;
}

/* What was handed out since setup_fresh(). */
static struct arena *
said(const struct setup *s)
{
	return (struct arena *)&s->said;
}

/* In the language that is spoken: what the real one says, and so many of its sentences with something in them. */
#define IN_ENGLISH(fmt, ...) (snprintf(english, sizeof(english), fmt, __VA_ARGS__) > 0 && strcmp(english, text) == 0)
#define MADE_OF(fmt, ...) if (IN_ENGLISH(fmt, __VA_ARGS__)) return arena_printf((struct arena *)&s->said, _(fmt), __VA_ARGS__)
#define COUNTED(one, many, n, ...) if (IN_ENGLISH(many, __VA_ARGS__)) return arena_printf((struct arena *)&s->said, Q_(one, many, n), __VA_ARGS__)

static const char *
told(const struct setup *s, const char *text)
{
	char english[512];

	if (!*text || _(text) != text)
		return *text ? _(text) : text;
	MADE_OF("OpenChamber %s answers", "1.19.0");
	MADE_OF("WebSockets that open: %d of %d", 4, 4);
	MADE_OF("Not waited for: every stream's second keep-alive, up to %u s.", 60U);
	MADE_OF("Check everything again, slowly: hold quiet streams for %d s", 60);
	MADE_OF("event streams that speak: %d of %d", 4, 4);
	MADE_OF("an upload of %s is accepted", "100M");
	MADE_OF("name: %1$s is %2$s", "chat.example.org", "203.0.113.7");
	MADE_OF("ports: %1$u and %2$u answer here", 80, 443);
	MADE_OF("sites are read from %s", "/etc/nginx/sites-enabled/");
	COUNTED("%d other site here; it will not be touched", "%d other sites here; they will not be touched", 2, 2);
	MADE_OF("read timeout %1$u s, send timeout %1$u s", 3600);
	MADE_OF("OpenChamber is never quiet longer than %u s", 30);
	MADE_OF("found: %1$s listens on port %2$u", "openchamber", 3000);
	COUNTED("%1$s, %2$d day left, in use", "%1$s, %2$d days left, in use", 61, "*.example.org", 61);
	MADE_OF("%1$d of %2$d checks through the proxy on this server", 26, 26);
	COUNTED("your %d other site answers as before", "your %d other sites answer as before", 2, 2);
	COUNTED("%1$d place changed. Undo: %2$s", "%1$d places changed. Undo: %2$s", 2, 2, "sudo antechamber rollback 1");
	COUNTED("%d place changed so far. All is undone if anything fails.",
	        "%d places changed so far. All is undone if anything fails.", 2, 2);
	COUNTED("%d place changed. It is undone unless you keep it.", "%d places changed. All is undone unless you keep it.", 2, 2);
	COUNTED("It works, and is undone in %u second unless it is kept", "It works, and is undone in %u seconds unless it is kept", 120, 120U);
	COUNTED("%d place", "%d places", 2, 2);
	COUNTED("%1$s, %2$d day", "%1$s, %2$d days", 61, "*.example.org", 61);
	MADE_OF("the certificate %s covers it", "*.example.org");
	MADE_OF("Your router must forward ports %1$u and %2$u to %3$s. That cannot be seen from in here.", 80U, 443U, "192.168.1.20");
	MADE_OF("The rehearsal is your own %s, started on the side with the new configuration.", "nginx 1.22.1");
	MADE_OF("%s is suggested because it already answers here.", "nginx");
	MADE_OF("%ss", "0.011");
	MADE_OF("%ss", "0.013");
	MADE_OF("%ss", "0.002");
	MADE_OF("%ss", "0.004");
	MADE_OF("%ss", "0.006");
	MADE_OF("%ss", "0.003");
	MADE_OF("%ss", "0.005");
	MADE_OF("%ss", "0.001");
	MADE_OF("lines out: %1$u, lines in: %2$u", 2, 3);
	MADE_OF("The change of finding %zu settles this too.", (size_t)1);
	MADE_OF("OpenChamber works at %s", "https://chat.example.org");
	MADE_OF("Nothing answers at %s.", "http://127.0.0.1:3000");
	MADE_OF("%s: change, undo or remove", "sudo antechamber");
	MADE_OF("%s s", "0.004");
	MADE_OF("%s s", "0.011");
	MADE_OF("%s s", "0.009");
	MADE_OF("%s s", "0.003");
	MADE_OF("Step %d failed in the rehearsal.", 8);
	MADE_OF("holding a quiet stream: %1$d s of %2$d", 12, 65);
	return text;
}

static void
tell(struct setup *s)
{
	s->changed(s->ctx);
}

struct setup *
setup_new(struct loop *l, struct net *n, const struct setup_options *o, void (*changed)(void *ctx), void *ctx, struct err *e)
{
	struct setup *s = xcalloc(1, sizeof(*s));

	(void)n;
	(void)e;
	*s = (struct setup){ .changed = changed, .ctx = ctx, .loop = l, .o = *o };
	s->fake = getenv("FAKE") ? getenv("FAKE") : "";
	snprintf(s->origin, sizeof(s->origin), "http://127.0.0.1:%d", is(s, "opencode") ? 4096 : 3000);
	if (is(s, "unfound"))
		s->origin[0] = '\0';
	snprintf(s->body, sizeof(s->body), "100M");
	snprintf(s->stream, sizeof(s->stream), "3600s");
	snprintf(s->more[3], sizeof(s->more[3]), "30s");
	snprintf(s->more[4], sizeof(s->more[4]), "none");
	s->seen[PAGE_START] = true;
	if (is(s, "watching") || is(s, "watched"))
		s->page = PAGE_WATCH;
	if (is(s, "later") || is(s, "user")) {
		s->page = PAGE_LATER;
		snprintf(s->public_url, sizeof(s->public_url), "https://chat.example.org");
	}
	return s;
}

void
setup_free(struct setup *s)
{
	if (!s)
		return;
	arena_free(&s->said);
	free(s);
}

void setup_end(struct setup *s) { (void)s; }
bool setup_keeps_answers(const struct setup *s) { return s->page > PAGE_START && s->page <= PAGE_REVIEW; }
bool setup_loses_answers(const struct setup *s) { return s->page > PAGE_REVIEW && s->page != PAGE_LATER; }
void setup_fresh(struct setup *s) { arena_free(&s->said); }
enum page setup_page(const struct setup *s) { return s->page; }

#define TRICKLE_MS 150

/* One more cell of the table is finished. */
static void
trickle(void *ctx)
{
	struct setup *s = ctx;

	if (++s->ticks < 10)
		loop_after(s->loop, TRICKLE_MS, trickle, s);
	tell(s);
}

void
setup_open(struct setup *s, enum page p)
{
	s->page = p;
	if (p == PAGE_LATER)
		s->changing = s->alone = false;
	if (p == PAGE_WEBSOCKET && !s->seen[p] && is(s, "trickle"))
		loop_after(s->loop, TRICKLE_MS, trickle, s);
	s->seen[p] = true;
	tell(s);
}

static bool
direct_fails(const struct setup *s)
{
	return (is(s, "nothing") || is(s, "opencode")) && strcmp(s->origin, "http://127.0.0.1:3001") != 0 &&
	       !(is(s, "opencode") && strcmp(s->origin, "http://127.0.0.1:3000") == 0);
}

bool
setup_may_leave(const struct setup *s, enum page p)
{
	if (p == PAGE_START)
		return !is(s, "interrupted") && !setup_busy(s);
	if (p == PAGE_DIRECT)
		return !direct_fails(s) && !is(s, "slow") && *s->origin;
	if (p == PAGE_PUBLIC)
		return *s->public_url != '\0';
	if (p == PAGE_REPAIR)
		return s->taken != 0;
	return p < PAGE_REVIEW || p == PAGE_FRONT || p == PAGE_MORE;
}

bool
setup_may_skip_checklist(const struct setup *s)
{
	return s->seen[PAGE_WEBSOCKET] && !is(s, "fails") && !is(s, "slow");
}

void
setup_check_again(struct setup *s)
{
	s->looked = true;
	s->is_refused = false;
	tell(s);
}

bool
setup_busy(const struct setup *s)
{
	return s->applying || (is(s, "watching") && s->page == PAGE_WATCH) || (is(s, "looking") && !s->looked) || (is(s, "slow") && s->page >= PAGE_DIRECT && s->page < PAGE_REVIEW);
}

static void
hold_over(void *ctx)
{
	struct setup *s = ctx;

	s->held = s->held == 1 ? 2 : s->held;
	tell(s);
}

bool setup_may_hold(const struct setup *s) { return s->held == 0 && (s->page != PAGE_RESULT || s->outcome == OUTCOME_WORKS); }
int setup_hold_seconds(const struct setup *s) { return s->page == PAGE_RESULT ? 60 : 65; }
bool setup_holding(const struct setup *s) { return s->held == 1; }
void setup_hold_stop(struct setup *s) { s->held = 0; tell(s); }

void
setup_hold(struct setup *s)
{
	s->held = 1;
	if (!getenv("FAKE_HOLDS"))
		loop_after(s->loop, 30, hold_over, s);
	tell(s);
}

/* "cloudflare": it stands in front, and is asked about behind step 4. */
bool setup_front(const struct setup *s) { return is(s, "cloudflare"); }
bool setup_may_say_front(const struct setup *s) { return s->page == PAGE_PUBLIC && setup_front(s); }
void setup_say_front(struct setup *s, bool there) { (void)there; tell(s); }

void setup_tell_in_lines(struct setup *s, bool on) { (void)s; (void)on; }
bool setup_takes_back(const struct setup *s) { return is(s, "later") && !s->alone; }
bool setup_is_later(const struct setup *s) { return is(s, "later") || is(s, "user"); }
const char *setup_tried(const struct setup *s) { (void)s; return ""; }

enum page
setup_asked_before(const struct setup *s, enum page p)
{
	if (p == PAGE_WEBSOCKET && setup_front(s))
		return PAGE_FRONT;
	return p == PAGE_FRONT ? PAGE_PUBLIC : p > PAGE_START ? p - 1 : p;
}

enum page
setup_next(const struct setup *s)
{
	if (is(s, "dropped") && s->page == PAGE_START && s->start == 0)
		return PAGE_WEBSOCKET;
	if (setup_front(s) && (s->page == PAGE_PUBLIC || s->page == PAGE_FRONT))
		return s->page == PAGE_PUBLIC ? PAGE_FRONT : PAGE_WEBSOCKET;
	if (is(s, "sick") && s->start == 0 && (s->page == PAGE_START || s->page == PAGE_REPAIR))
		return s->page == PAGE_START ? PAGE_REPAIR : PAGE_REVIEW;
	if (s->page == PAGE_MORE)
		return PAGE_REVIEW;
	return s->alone && s->page < PAGE_REVIEW ? PAGE_REVIEW : s->page < PAGE_APPLY ? s->page + 1 : s->page;
}

enum page
setup_previous(const struct setup *s)
{
	if (s->page == PAGE_REPAIR || (s->page == PAGE_REVIEW && setup_repairs(s)))
		return s->page == PAGE_REVIEW ? PAGE_REPAIR : PAGE_START;
	if (s->page == PAGE_MORE)
		return PAGE_REVIEW;
	if (s->alone && s->page <= PAGE_REVIEW)
		return PAGE_LATER;
	if (s->page == PAGE_FRONT || s->page <= PAGE_REVIEW)
		return setup_asked_before(s, s->page);
	return s->page == PAGE_RESULT && s->outcome != OUTCOME_WORKS ? PAGE_REVIEW : s->page;
}

enum mark
setup_mark(const struct setup *s, enum page p)
{
	if (is(s, "interrupted"))
		return p == PAGE_APPLY ? MARK_WARN : p < PAGE_APPLY ? MARK_PASS : MARK_NONE;
	if (p >= PAGE_REVIEW)
		return p == PAGE_APPLY && s->applying ? MARK_NOW : s->outcome == OUTCOME_WORKS ? MARK_PASS
		     : p == PAGE_REVIEW && s->seen[PAGE_APPLY] ? MARK_PASS : MARK_NONE;
	if (p == PAGE_START)
		return s->seen[PAGE_DIRECT] ? MARK_PASS : is(s, "interrupted") ? MARK_WARN : MARK_NOW;
	if (p == PAGE_DIRECT && direct_fails(s) && s->seen[p])
		return MARK_FAIL;
	if (p == PAGE_BODY && is(s, "fails") && s->seen[PAGE_WEBSOCKET])
		return MARK_FAIL;
	if (is(s, "slow"))
		return s->seen[p] ? MARK_NOW : MARK_NONE;
	if (p == PAGE_WEBSOCKET && is(s, "trickle") && s->ticks < 10)
		return s->seen[p] ? MARK_NOW : MARK_NONE;
	if (p >= PAGE_WEBSOCKET)
		return s->seen[PAGE_WEBSOCKET] ? MARK_PASS : MARK_NONE;
	return s->seen[p] ? MARK_PASS : MARK_NONE;
}

const char *
setup_mark_word(enum mark m)
{
	static const char *const words[] = { "", "checking", "pass", "warn", "fail", "skip" };

	return *words[m] ? _(words[m]) : "";
}

const char *
setup_title(const struct setup *s)
{
	if (s->page == PAGE_REPAIR)
		return _("Antechamber: what is wrong, and the fix");
	if (s->page == PAGE_WATCH)
		return _("Antechamber: watching another run");
	if (s->page == PAGE_LATER)
		return "Antechamber: OpenChamber behind nginx";
	return s->o.practice ? "Antechamber: PRACTICE, nothing on this server is touched"
	                     : _("Antechamber: a reverse proxy for OpenChamber");
}

const char *
setup_safety(const struct setup *s)
{
	if (is(s, "interrupted"))
		return told(s, "A change was interrupted. It has to be settled first.");
	if (s->outcome == OUTCOME_WORKS)
		return told(s, "2 places changed. Undo: sudo antechamber rollback 1");
	if (s->outcome == OUTCOME_UNDONE)
		return told(s, "Undone. This server is exactly as it was.");
	if (setup_keep_seconds(s) >= 0)
		return told(s, "2 places changed. All is undone unless you keep it.");
	if (s->applying && s->ticks > 3)
		return told(s, "2 places changed so far. All is undone if anything fails.");
	return told(s, "Nothing on this server has been changed.");
}

const char *
setup_message(const struct setup *s)
{
	if (s->page == PAGE_REVIEW && s->again)
		return setup_changed(s);
	if (s->page == PAGE_WEBSOCKET && setup_may_skip_checklist(s))
		return told(s, "Steps 5 to 9 have all passed. F9 goes straight to the review.");
	if (s->page >= PAGE_WEBSOCKET && s->page <= PAGE_TIMEOUTS && is(s, "fails"))
		return told(s, "Step 8 failed in the rehearsal.");
	return told(s, "");
}

/* ---- fields ---- */

static char *
place(struct setup *s, const char *key, size_t *size)
{
	const struct { const char *key; char *at; size_t size; } all[] = {
		{ "origin", s->origin, sizeof(s->origin) }, { "password", s->password, sizeof(s->password) },
		{ "public", s->public_url, sizeof(s->public_url) }, { "limits.body", s->body, sizeof(s->body) },
		{ "limits.stream", s->stream, sizeof(s->stream) }, { "token", s->password, sizeof(s->password) },
	};

	for (size_t i = 0; pages[PAGE_MORE].fields[i]; i++)
		if (strcmp(pages[PAGE_MORE].fields[i], key) == 0) {
			*size = sizeof(s->more[i]);
			return s->more[i];
		}
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (strcmp(all[i].key, key) == 0) {
			*size = all[i].size;
			return all[i].at;
		}
	abort();
}

static size_t
english_fields(const struct setup *s, enum page p, struct setup_field *out, size_t max)
{
	size_t n = 0;

	if (p == PAGE_DIRECT && max) {
		out[n++] = (struct setup_field){ "origin", "OpenChamber", s->origin,
			is(s, "nothing") ? "listening here: ports 22, 80, 443" : is(s, "opencode") ? "taken from what was typed"
			: "found: openchamber listens on port 3000", "", true, false, false, NULL };
		if (!direct_fails(s) && max > 1)
			out[n++] = (struct setup_field){ "password", "UI password", s->password,
				"for this run's checks only, never saved", s->is_refused ? "The password was refused." : "", true, true, s->refusals >= 3, NULL };
	} else if (p == PAGE_PUBLIC && max && is(s, "korean")) {
		out[n++] = (struct setup_field){ "public", "주소", "https://chat.example.org",
			"*.example.org 인증서로 쓸 수 있는 이름입니다", "", true, false, false, NULL };
	} else if (p == PAGE_PUBLIC && max) {
		out[n++] = (struct setup_field){ "public", _("Address"), s->public_url,
			*s->public_url ? "the certificate *.example.org covers it" : "", "", true, false, false,
			"Down opens the names that were found here." };
	} else if (p == PAGE_FRONT && max > 2) {
		out[n++] = (struct setup_field){ "cloudflare.zone", _("Zone"), "example.org",
			_("empty: it is found by the name"), "", true, false, false, NULL };
		out[n++] = (struct setup_field){ "token", _("API token"), *s->password ? s->password : "",
			_("empty: you click the settings yourself"), "", true, true, false, NULL };
		out[n++] = (struct setup_field){ "cloudflare.token-file", _("Token file"), "",
			_("or a file of mode 600 with it"), "", true, false, false, NULL };
	} else if (p == PAGE_MORE) {
		static const struct { const char *label, *hint; } more[] = {
			{ "Listen on address", "* is every one of this server" }, { "Port for http", "empty: 80, or the address's own" },
			{ "Port for https", "empty: 443, or the address's own" }, { "Connect within", "how long to wait for OpenChamber" },
			{ "In front", "none; cloudflare; other: another proxy" }, { "Trusted in front", "with other, as 203.0.113.0/24" },
			{ "File of the site", "" }, { "Check command", "" }, { "Reload command", "" }, { "Reload at the end", "yes, or no: you reload it yourself" },
			{ "Ask to keep it", "as 120s: undone unless you keep it" },
		};

		for (; pages[p].fields[n] && n < max; n++)
			out[n] = (struct setup_field){ pages[p].fields[n], more[n].label, s->more[n], more[n].hint, "", true, false, false, NULL };
	} else if (p == PAGE_BODY && max) {
		out[n++] = (struct setup_field){ "limits.body", "Uploads up to", s->body,
			"OpenChamber itself takes 100M at most", "", true, false, false, NULL };
	} else if (p == PAGE_TIMEOUTS && max) {
		out[n++] = (struct setup_field){ "limits.stream", "Keep quiet streams", s->stream,
			"1 hour, as its documentation asks", "", true, false, false, NULL };
	}
	return n;
}

size_t
setup_fields(const struct setup *s, enum page p, struct setup_field *out, size_t max)
{
	const size_t n = english_fields(s, p, out, max);

	for (size_t i = 0; i < n; i++) {
		out[i].label = told(s, out[i].label);
		out[i].hint = told(s, out[i].hint);
	}
	return n;
}

void setup_empty(struct setup *s, const char *key) { (void)s; (void)key; }

int
setup_try(const struct setup *s, const char *key, const char *text, struct err *e)
{
	unsigned long long bytes;

	(void)s;
	if (strcmp(key, "public") == 0 && !*text)
		return err_set(e, ERR_VALUE, "The address is needed.");
	if (strcmp(key, "public") == 0 && strchr(strstr(text, "://") ? strstr(text, "://") + 3 : text, '/'))
		return err_set(e, ERR_VALUE, "\"%s\" has a path. Write only the name, and the port if it is not 443.", text);
	if (strcmp(key, "limits.body") == 0 && text_parse_size(text, &bytes) < 0)
		return err_set(e, ERR_VALUE, "\"%s\" is not a size. Write 50M, 1G or a number of bytes.", text);
	return 0;
}

int
setup_set(struct setup *s, const char *key, const char *text, struct err *e)
{
	size_t size;
	char *at = place(s, key, &size), copy_of[200];

	if (setup_try(s, key, text, e) < 0)
		return -1;
	snprintf(copy_of, sizeof(copy_of), "%s", text); /* it may be the value itself */
	snprintf(at, size, "%s%s", strcmp(key, "public") == 0 && !strstr(text, "://") ? "https://" : "", copy_of);
	if (is(s, "locked") && strcmp(key, "password") == 0) {
		s->is_refused = *s->password && strcmp(s->password, "right") != 0;
		s->refusals += s->is_refused;
		if (s->is_refused)
			s->password[0] = '\0';
	}
	tell(s);
	return 0;
}

/* ---- lists ---- */

const char *const *
setup_lists(const struct setup *s, enum page p)
{
	static const char *const language[] = { "language", NULL }, *const start[] = { "language", "start", NULL },
	                  *const proxy[] = { "proxy", NULL }, *const tls[] = { "public-found", "tls", NULL },
	                  *const found[] = { "origin-found", NULL }, *const none[] = { NULL },
	                  *const later[] = { "later", NULL }, *const change[] = { "change", NULL },
	                  *const undone[] = { "undone", NULL }, *const plan[] = { "plan", NULL },
	                  *const ssl[] = { "ssl", NULL };

	if (p == PAGE_FRONT)
		return *s->password ? ssl : plan;

	if (p == PAGE_LATER)
		return s->changing ? change : later;
	if (p == PAGE_RESULT && s->outcome == OUTCOME_UNDONE)
		return undone;

	if (p == PAGE_START)
		return is(s, "interrupted") || is(s, "sick") || is(s, "ours") || is(s, "dropped") || (is(s, "looking") && s->looked) ? start : language;
	if (p == PAGE_DIRECT && is(s, "opencode") && direct_fails(s))
		return found;
	return p == PAGE_PROXY ? proxy : p == PAGE_PUBLIC ? tls + !s->offered : none;
}

static const char *
megabytes(const struct setup *s, unsigned n)
{
	return arena_printf((struct arena *)&s->said, _("uploads up to %u MB"), n);
}

static size_t
english_list(const struct setup *s, enum page p, const char *key, struct setup_choice *out, size_t max)
{
	static const struct setup_choice offered[] = {
		{ "nginx 1.22.1", "runs, ports 80 and 443", MARK_NONE, false, true },
		{ "Caddy", "not installed", MARK_NONE, false, true },
		{ "Nginx Proxy Manager", "you paste a text into it", MARK_NONE, false, true },
		{ "Cloudflare", "no tunnel found here", MARK_NONE, false, true },
		{ "Apache, HAProxy, Traefik, lighttpd: not found", "", MARK_NONE, false, true },
		{ "something else", "checks and instructions only", MARK_NONE, false, true },
	};
	static const char *const tls[] = { "*.example.org, 61 days left, in use", "a file on this server",
		"a test certificate (browsers warn)", "none: http, for a home network only", "TLS ends in front: Cloudflare, router" };
	static const char *const korean[] = { "*.example.org, 61일 남음, 사용 중", "이 서버의 다른 파일",
		"시험용 인증서 (브라우저가 경고합니다)", "없음: http, 집 네트워크 전용", "TLS를 앞에서 처리: Cloudflare, 공유기" };
	static const char *const start[] = { "undo: put everything back as it was",
		"go on: validate, reload, check, then keep or undo", "show the differences first" };
	static const char *const sick[] = { "find out why, and repair that file",
		"set up anew: /etc/nginx/sites-enabled/chat.conf is set aside, and comes back when you undo",
		"only look: run all checks, change nothing" };
	static const char *const ours[] = { "change, repair, undo or remove it (sudo asks for your password)", "set up another address" };
	static const char *const later[] = { "Look at the difference: take it back, or leave it",
		"Change one thing: address, certificate, upload size, times",
		"Check everything again, slowly: hold quiet streams for 60 s",
		"Begin anew: another proxy, or everything from the first step",
		"Undo the last change (number 1 of 2026-05-03)", "Remove it all: this server as it was before the first run" };
	static const char *const undone[] = { "back to the review, to apply it again", "change something else first",
		"leave it as it is" };
	static const char *const plan[] = { "Free", "Pro", "Business", "Enterprise" };
	static const char *const change[] = { "Direct access: where OpenChamber is", "Public address, and its certificate",
		"Body size: uploads up to", "Timeouts: keep quiet streams" };
	const char *const values[] = { s->origin, s->public_url, s->body, s->stream };
	size_t n = 0;

	(void)p;
	if (strcmp(key, "language") == 0)
		for (; i18n_languages[n].code && n < max; n++)
			out[n] = (struct setup_choice){ i18n_languages[n].name, i18n_languages[n].code, MARK_NONE,
				strcmp(i18n_languages[n].code, i18n_language()) == 0, true };
	else if (strcmp(key, "proxy") == 0)
		for (; n < ARRAY_LEN(offered) && n < max; n++) {
			out[n] = offered[n];
			out[n].chosen = n == s->proxy;
		}
	else if (strcmp(key, "tls") == 0)
		for (; n < ARRAY_LEN(tls) && n < max; n++)
			out[n] = (struct setup_choice){ is(s, "korean") ? korean[n] : tls[n], "", MARK_NONE, n == s->tls, true };
	else if (strcmp(key, "public-found") == 0)
		for (; n < 2 && n < max; n++)
			out[n] = (struct setup_choice){ n ? "http://192.168.1.20" : "https://nas.example.org", "", MARK_NONE, false, true };
	else if (strcmp(key, "plan") == 0)
		for (; n < 4 && n < max; n++)
			out[n] = (struct setup_choice){ plan[n], megabytes(s, n < 2 ? 100 : n == 2 ? 200 : 500), MARK_NONE, n == 0, true };
	else if (strcmp(key, "ssl") == 0 && max > 2) {
		char *leave = arena_printf((struct arena *)&s->said, _("leave it: %s"), "flexible");

		out[n++] = (struct setup_choice){ leave, "", MARK_NONE, true, true };
		out[n++] = (struct setup_choice){ _("Full: any certificate will do"), "", MARK_NONE, false, true };
		out[n++] = (struct setup_choice){ _("Full (strict): a valid one"), "", MARK_NONE, false, true };
	} else if (strcmp(key, "later") == 0)
		for (; n < ARRAY_LEN(later) && n < max; n++)
			out[n] = (struct setup_choice){ n == 0 && is(s, "user") ? "Look at edits of what was written: there are none" : later[n], "", MARK_NONE,
				n == (is(s, "user") ? 1 : 0), n > 0 || !is(s, "user") };
	else if (strcmp(key, "change") == 0)
		for (; n < ARRAY_LEN(change) && n < max; n++)
			out[n] = (struct setup_choice){ change[n], values[n], MARK_NONE, n == 0, true };
	else if (strcmp(key, "undone") == 0)
		for (; n < ARRAY_LEN(undone) && n < max; n++)
			out[n] = (struct setup_choice){ undone[n], "", MARK_NONE, n == 0, true };
	else if (strcmp(key, "start") == 0 && is(s, "dropped"))
		for (; n < 2 && n < max; n++)
			out[n] = (struct setup_choice){ n ? _("begin anew: those answers are given up") : arena_printf(said(s),
				_("go on at step %1$d: %2$s"), 5, _(pages[PAGE_WEBSOCKET].name)), "", MARK_NONE, n == s->start, true };
	else if (strcmp(key, "start") == 0 && is(s, "ours"))
		for (; n < ARRAY_LEN(ours) && n < max; n++)
			out[n] = (struct setup_choice){ ours[n], "", MARK_NONE, n == s->start, true };
	else if (strcmp(key, "start") == 0 && !is(s, "interrupted"))
		for (; n < ARRAY_LEN(sick) && n < max; n++)
			out[n] = (struct setup_choice){ sick[n], "", MARK_NONE, n == s->start, true };
	else if (strcmp(key, "start") == 0)
		for (; n < ARRAY_LEN(start) && n < max; n++)
			out[n] = (struct setup_choice){ start[n], "", MARK_NONE, n == s->start, true };
	else if (strcmp(key, "origin-found") == 0) {
		out[n++] = (struct setup_choice){ "http://127.0.0.1:3000", "OpenChamber 1.19.0", MARK_PASS, true, true };
		out[n++] = (struct setup_choice){ "another address", "write it above", MARK_NONE, false, true };
	}
	return n;
}

size_t
setup_list(const struct setup *s, enum page p, const char *key, struct setup_choice *out, size_t max)
{
	const size_t n = english_list(s, p, key, out, max);

	for (size_t i = 0; i < n && strcmp(key, "language") != 0; i++) {
		out[i].label = told(s, out[i].label);
		out[i].state = told(s, out[i].state);
	}
	return n;
}

const char *
setup_list_label(const struct setup *s, enum page p, const char *key)
{
	(void)p;
	return told(s, strcmp(key, "language") == 0 ? _("Language")
	     : strcmp(key, "tls") == 0 ? (is(s, "korean") ? "인증서" : _("Certificate"))
	     : strcmp(key, "public-found") == 0 ? _("Found here")
	     : strcmp(key, "plan") == 0 ? C_("cloudflare", "Plan") : strcmp(key, "ssl") == 0 ? "SSL/TLS"
	     : strcmp(key, "origin-found") == 0 ? "What else answers on this server"
	     : strcmp(key, "later") == 0 ? "What would you like to do?" : strcmp(key, "change") == 0 ? "Change one thing:" : "");
}

static void tick(void *ctx);

static int
choose_later(struct setup *s, size_t i, struct err *e)
{
	if (i == 0 && is(s, "user"))
		return err_set(e, ERR_VALUE, "Nothing differs from what was written.");
	if (i == 0 || i == 3)
		setup_open(s, i == 0 ? PAGE_REVIEW : PAGE_START);
	s->alone = i == 0;
	s->changing = i == 1;
	if (i >= 4 && is(s, "user")) {
		s->root_command = i == 4 ? "sudo antechamber rollback 1" : "sudo antechamber remove";
		return err_set(e, ERR_VALUE, "This needs root. Leave with q and run the command as root.");
	}
	if (i >= 4) {
		s->applying = 1;
		s->undo = true;
		setup_open(s, PAGE_APPLY);
		loop_after(s->loop, 30, tick, s);
	}
	tell(s);
	return 0;
}

int
setup_choose(struct setup *s, enum page p, const char *key, size_t i, struct err *e)
{
	(void)p;
	s->root_command = NULL;
	if (strcmp(key, "later") == 0)
		return choose_later(s, i, e);
	if (strcmp(key, "change") == 0) {
		static const enum page to[] = { PAGE_DIRECT, PAGE_PUBLIC, PAGE_BODY, PAGE_TIMEOUTS };

		setup_open(s, to[i]);
		s->alone = true;
		return 0;
	}
	if (strcmp(key, "undone") == 0 && i < 2)
		setup_open(s, i == 0 ? PAGE_REVIEW : PAGE_PUBLIC);
	if (strcmp(key, "language") == 0) {
		i18n_set_language(i18n_languages[i].code);
		s->looked = true;
	} else if (strcmp(key, "proxy") == 0)
		s->proxy = i;
	else if (strcmp(key, "tls") == 0)
		s->tls = i;
	else if (strcmp(key, "public-found") == 0) {
		snprintf(s->public_url, sizeof(s->public_url), "%s", i ? "http://192.168.1.20" : "https://nas.example.org");
		s->offered = false;
	}
	else if (strcmp(key, "start") == 0)
		s->start = i;
	else if (strcmp(key, "origin-found") == 0 && i == 0)
		return setup_set(s, "origin", "http://127.0.0.1:3000", e);
	tell(s);
	return 0;
}

bool
setup_choice_is_roots(const struct setup *s, const char *key, size_t i)
{
	return is(s, "ours") && strcmp(key, "start") == 0 && i == 0;
}

const char *const *
setup_as_root_argv(const struct setup *s, bool in_lines)
{
	static const char *const argv[] = { "sudo", NULL };

	(void)s;
	(void)in_lines;
	return argv;
}

const char *
setup_as_root_command(const struct setup *s, bool in_lines)
{
	(void)s;
	return in_lines ? "sudo antechamber --lang en --plain" : "sudo antechamber --lang en";
}

bool
setup_choice_changes(const struct setup *s, const char *key, size_t i)
{
	(void)s;
	return strcmp(key, "later") == 0 && i >= 4;
}

bool
setup_choice_removes(const struct setup *s, const char *key, size_t i)
{
	(void)s;
	return strcmp(key, "later") == 0 && i == 5;
}

bool
setup_choice_needs_password(const struct setup *s, const char *key, size_t i)
{
	(void)s;
	(void)key;
	(void)i;
	return false;
}

bool
setup_choice_needs_token(const struct setup *s, const char *key, size_t i)
{
	(void)s;
	(void)key;
	(void)i;
	return false;
}

const char *setup_going_means(const struct setup *s, const char *key, size_t i) { (void)s; (void)key; (void)i; return ""; }
const char *setup_root_command(const struct setup *s) { return s->root_command; }
const char *setup_later_since(const struct setup *s) { (void)s; return "last run 2026-05-03"; }
const char *setup_later_seen(const struct setup *s) { (void)s; return "a moment ago"; }
const char *setup_later_heading(const struct setup *s) { (void)s; return "Compared with the last run on 2026-05-03"; }

const char *
setup_later_status(const struct setup *s)
{
	(void)s;
	return "https://chat.example.org works: passed 25, warnings 1, failed 0, skipped 3";
}

const char *
setup_interrupted_diff(const struct setup *s)
{
	return is(s, "interrupted") ? "--- /dev/null\n+++ /etc/nginx/sites-available/openchamber.conf\n@@ -0,0 +1 @@\n+server {\n" : NULL;
}

/* ---- lines ---- */

#define LINE(m, w, t, v) { MARK_##m, w, t, v, 0 }

static const struct setup_line found[] = {
	LINE(PASS, "found", "OpenChamber 1.19.0", "http://127.0.0.1:3000"),
	LINE(PASS, "found", "nginx 1.22.1", "runs, ports 80 and 443"),
	LINE(PASS, "found", "certificate", "*.example.org, 61 days"),
}, interrupted[] = {
	LINE(PASS, "done", "backup", "number 3: what was there before"),
	LINE(PASS, "done", "write", "/etc/nginx/sites-available/openchamber.conf, and the link to it"),
	LINE(NONE, "", "validate", "not reached"), LINE(NONE, "", "reload", "not reached"),
}, direct[] = {
	LINE(PASS, "pass", "OpenChamber 1.19.0 answers", "0.004 s"),
	LINE(PASS, "pass", "WebSockets that open: 4 of 4", "0.011 s"),
	LINE(PASS, "pass", "event streams that speak: 4 of 4", "0.009 s"),
	LINE(PASS, "pass", "an upload of 100M is accepted", "0.003 s"),
	LINE(PASS, "pass", "it has a UI password", ""), LINE(PASS, "pass", "only this server can reach it", ""),
}, direct_slow[] = {
	LINE(NOW, "checking", "asking http://127.0.0.1:3000", ""),
}, nothing[] = {
	LINE(FAIL, "fail", "Nothing answers at http://127.0.0.1:3000.", ""),
	LINE(NOW, "", "looking again every 2 seconds: 11 times so far", ""),
}, opencode[] = {
	LINE(FAIL, "fail", "OpenCode answers here, not OpenChamber.", ""),
}, proxy[] = {
	LINE(PASS, "pass", "its configuration: syntax ok; the rest needs root", ""),
	LINE(PASS, "pass", "sites are read from /etc/nginx/sites-enabled/", ""),
	LINE(PASS, "pass", "2 other sites here; they will not be touched", ""),
}, public_url[] = {
	LINE(PASS, "pass", "name: chat.example.org is 203.0.113.7", ""),
	LINE(SKIP, "skip", "host: not an address of this server: a router?", ""),
	LINE(PASS, "pass", "ports: 80 and 443 answer here", ""),
	LINE(PASS, "pass", "sites: no other site here has this name", ""),
}, korean_asking[] = {
	LINE(PASS, "통과", "OpenChamber 1.19.0 버전이 응답합니다", "0.001초"),
	LINE(NOW, "검사 중", "열리는 WebSocket: 4개 중 4개", "0.013초"),
}, korean_asked[] = {
	LINE(PASS, "통과", "OpenChamber 1.19.0 버전이 응답합니다", "0.001초"),
	LINE(SKIP, "건너뜀", "열리는 WebSocket: 4개 중 4개", "0.013초"),
}, korean_lines[] = {
	LINE(PASS, "통과", "이름: chat.example.org: 203.0.113.7", ""),
	LINE(SKIP, "건너뜀", "서버: 이 서버 주소 아님 (공유기일 수 있음)", ""),
	LINE(PASS, "통과", "포트: 80번과 443번에서 nginx가 응답합니다", ""),
	LINE(PASS, "통과", "사이트: 같은 이름의 다른 사이트가 없습니다", ""),
}, hostile[] = {
	LINE(FAIL, "fail", "Something else answers here: \033[2J\033]0;owned\007\r\n\xe2\x80\xae\xff\xc2\x9b" "1m", ""),
	LINE(WARN, "warn", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""),
}, websocket[] = {
	LINE(PASS, "pass", "Every WebSocket opens in the rehearsal.", ""),
}, sse[] = {
	LINE(PASS, "pass", "Every event arrives when it is sent.", ""),
}, gzip[] = {
	LINE(PASS, "pass", "Compressed exactly once, by OpenChamber.", ""),
}, body[] = {
	LINE(PASS, "pass", "The proxy lets through what OpenChamber takes.", ""),
}, timeouts[] = {
	LINE(PASS, "pass", "read timeout 3600 s, send timeout 3600 s", ""),
	LINE(PASS, "pass", "OpenChamber is never quiet longer than 30 s", ""),
	LINE(SKIP, "skip", "Not waited for: every stream's second keep-alive, up to 60 s.", ""),
}, later_lines[] = {
	LINE(WARN, "warn", "/etc/nginx/sites-available/openchamber.conf was edited, 2026-11-02", ""),
	LINE(PASS, "pass", "the certificate was renewed: 74 days left", ""),
	LINE(PASS, "pass", "OpenChamber 1.19.0 -> 1.21.0, same port", ""),
	LINE(PASS, "pass", "nginx 1.22.1, as before", ""),
}, undone_lines[] = {
	LINE(FAIL, "fail", "Another site answered for chat.example.org.", ""),
	LINE(PASS, "done", "undo", "2 places put back"),
}, holding[] = {
	LINE(NOW, "checking", "holding a quiet stream: 12 s of 65", ""),
}, was_held[] = {
	LINE(PASS, "pass", "a quiet stream was held for 65 s", ""),
}, applying[] = {
	LINE(PASS, "done", "lock", "nothing else is changing this server"),
	LINE(PASS, "done", "backup", "number 1: what was there before"),
	LINE(PASS, "done", "write", "/etc/nginx/sites-available/openchamber.conf"),
	LINE(PASS, "done", "link", "/etc/nginx/sites-enabled/openchamber.conf"),
	LINE(PASS, "done", "validate", "nginx -t: test is successful"),
	LINE(PASS, "done", "reload", "systemctl reload nginx"),
	LINE(NOW, "now", "proof", "waiting for the new workers"),
}, keeping[] = {
	LINE(PASS, "done", "lock", "nothing else is changing this server"),
	LINE(PASS, "done", "backup", "number 1: what was there before"),
	LINE(PASS, "done", "write", "/etc/nginx/sites-available/openchamber.conf"),
	LINE(PASS, "done", "link", "/etc/nginx/sites-enabled/openchamber.conf"),
	LINE(PASS, "done", "validate", "nginx -t: test is successful"),
	LINE(PASS, "done", "reload", "systemctl reload nginx"),
	LINE(PASS, "done", "proof", "nginx runs the new configuration"),
	LINE(PASS, "done", "verify", "26 of 26 checks pass"),
	LINE(NOW, "now", "keep", "It works, and is undone in 120 seconds unless it is kept"),
}, works[] = {
	LINE(PASS, "pass", "26 of 26 checks through the proxy on this server", ""),
	LINE(PASS, "pass", "your 2 other sites answer as before", ""),
	LINE(SKIP, "skip", "the way in from the internet was not tested", ""),
	LINE(NONE, "", "Changed", "2 places"), LINE(NONE, "", "Undo", "sudo antechamber rollback 1"),
	LINE(NONE, "", "Again", "sudo antechamber apply --answers /etc/antechamber/chat.example.org.yaml"),
	LINE(NONE, "", "Later", "sudo antechamber: change, undo or remove"),
};

static size_t
copy(struct setup_line *out, size_t max, const struct setup_line *from, size_t n)
{
	memcpy(out, from, (n < max ? n : max) * sizeof(*out));
	return n < max ? n : max;
}

size_t
setup_hold_lines(const struct setup *s, struct setup_line *out, size_t max)
{
	return s->held == 1 ? copy(out, max, holding, ARRAY_LEN(holding)) : s->held == 2 ? copy(out, max, was_held, ARRAY_LEN(was_held)) : 0;
}

#define COPY(from) copy(out, max, from, ARRAY_LEN(from))

/* What the page says of it, in the language of the face: its widths are what is looked at. */
static const char *
front_text(const struct setup *s, const char *text, const char *value)
{
	return value ? arena_printf((struct arena *)&s->said, text, value) : text;
}

static size_t
front_lines(const struct setup *s, struct setup_line *out, size_t max)
{
	const char *word[] = { check_status_word(CHECK_PASS), check_status_word(CHECK_WARN) };
	struct arena *a = (struct arena *)&s->said;
	size_t n = 0;

	if (!*s->password || max < 4)
		return 0;
	out[n++] = (struct setup_line){ MARK_PASS, word[0], front_text(s, _("zone: the token opens %s"), "example.org"), "", 0 };
	out[n++] = (struct setup_line){ MARK_PASS, word[0], arena_printf(a, _("plan: %1$s takes uploads up to %2$u MB"), "Business", 200u), "", 0 };
	out[n++] = (struct setup_line){ MARK_PASS, word[0], _("sockets: off there, and switched on by applying"), "", 0 };
	out[n++] = (struct setup_line){ MARK_WARN, word[1], front_text(s, _("SSL/TLS: %s, so browsers go in circles"), "flexible"), "", 0 };
	return n;
}

static const char *const *
front_advice(const struct setup *s)
{
	const char **v = arena_alloc((struct arena *)&s->said, 5 * sizeof(*v));
	size_t n = 0;

	if (*s->password) {
		v[n++] = _("The review lists every request, and an undo takes them back. Press Enter to go on.");
	} else {
		v[n++] = _("With a token it can be done from here. Its rights: Zone Read; Edit for Zone Settings, Response Compression, Cache Rules, Config Rules.");
		v[n++] = _("Under Rules make a cache rule that bypasses the cache, with this expression:");
		v[n++] = SETUP_LITERAL "(http.host eq \"chat.example.org\" and starts_with(http.request.uri.path, \"/api/\"))";
		v[n++] = _("Press Enter to go on.");
	}
	v[n] = NULL;
	return v;
}

static size_t
english_lines(const struct setup *s, enum page p, struct setup_line *out, size_t max)
{
	switch (p) {
	case PAGE_START:     return is(s, "interrupted") ? COPY(interrupted) : COPY(found);
	case PAGE_DIRECT:    return is(s, "korean") ? (s->looked ? COPY(korean_asked) : COPY(korean_asking))
	                          : is(s, "slow") ? COPY(direct_slow) : !direct_fails(s) ? COPY(direct)
	                          : is(s, "nothing") ? COPY(nothing) : COPY(opencode);
	case PAGE_PROXY:     return is(s, "hostile") ? COPY(hostile) : COPY(proxy);
	case PAGE_PUBLIC:    return is(s, "korean") ? COPY(korean_lines) : *s->public_url ? COPY(public_url) : 0;
	case PAGE_FRONT:     return front_lines(s, out, max);
	case PAGE_WEBSOCKET: return is(s, "slow") ? 0 : COPY(websocket);
	case PAGE_SSE:       return COPY(sse);
	case PAGE_GZIP:      return COPY(gzip);
	case PAGE_BODY:      return is(s, "fails") ? 0 : COPY(body);
	case PAGE_TIMEOUTS:  return s->held == 1 ? COPY(holding) : s->held == 2 ? COPY(was_held) : COPY(timeouts);
	case PAGE_WATCH:     return copy(out, max, applying + 1, is(s, "watched") ? 5 : 6);
	case PAGE_APPLY:
		if (setup_keep_seconds(s) >= 0)
			return COPY(keeping);
		return copy(out, max, applying, (size_t)s->ticks < ARRAY_LEN(applying) ? (size_t)s->ticks : ARRAY_LEN(applying));
	case PAGE_RESULT:    return s->outcome != OUTCOME_WORKS ? COPY(undone_lines)
	                          : copy(out, max, works, ARRAY_LEN(works)) + setup_hold_lines(s, out + ARRAY_LEN(works), max - ARRAY_LEN(works));
	case PAGE_LATER:     return is(s, "user") ? copy(out, max, later_lines + 1, 3) : COPY(later_lines);
	default:             return 0;
	}
}

/* Of a value that is a time. */
static double
took(const char *value)
{
	return *value >= '0' && *value <= '9' && strspn(value, "0123456789. s") == strlen(value) ? strtod(value, NULL) : 0;
}

size_t
setup_lines(const struct setup *s, enum page p, struct setup_line *out, size_t max)
{
	const size_t n = english_lines(s, p, out, max);

	for (size_t i = 0; i < n; i++) {
		if (p == PAGE_APPLY && getenv("FAKE_CROWDED") && *out[i].value == '/')
			out[i].value = "/srv/proxies/of-this-house/which-has-a-long-name/and-a-longer-one/and/yet/another/nginx/sites/openchamber.conf";
		out[i].word = told(s, out[i].word);
		out[i].text = told(s, out[i].text);
		out[i].seconds = took(out[i].value);
		out[i].value = told(s, out[i].value);
	}
	return n;
}

/* ---- tables ---- */

const char *
setup_way_name(enum way w)
{
	static const char *const names[] = { "direct", "rehearsal", "today" };

	return _(names[w]);
}

bool setup_has_way(const struct setup *s, enum way w) { (void)s; return w != WAY_TODAY; }

#define CELL(v)  { MARK_PASS, "pass", v, 0 }
#define NOCELL   { MARK_NONE, "", "", 0 }
#define ROW(l, d, r) { l, { d, r, NOCELL } }

size_t
setup_table(const struct setup *s, enum page p, struct setup_row *out, size_t max, const char **corner)
{
	static const struct setup_row ws[] = {
		ROW("/event/ws", CELL("0.011s"), CELL("0.013s")), ROW("/global/event/ws", CELL("0.002s"), CELL("0.004s")),
		ROW("/terminal/ws", CELL("0.004s"), CELL("0.006s")), ROW("/dictation/ws", CELL("0.003s"), CELL("0.005s")),
		ROW("Host, X-Forwarded-*", NOCELL, CELL("")), ROW("forged sender", NOCELL, CELL("kept out")),
	}, streams[] = {
		ROW("/event", CELL("0.005s"), CELL("0.006s")), ROW("/global/event", CELL("0.005s"), CELL("0.006s")),
		ROW("/notifications/stream", CELL("0.001s"), CELL("0.002s")), ROW("/openchamber/events", CELL("0.001s"), CELL("0.002s")),
	}, zip[] = {
		ROW("a page, label and body", CELL(""), CELL("")), ROW("compressed once only", CELL(""), CELL("")),
	}, bodies[] = {
		ROW("the size is accepted", CELL(""), CELL("")), ROW("passed on as it comes", NOCELL, CELL("")),
	};
	const struct setup_row *rows = p == PAGE_WEBSOCKET ? ws : p == PAGE_SSE ? streams : p == PAGE_GZIP ? zip : bodies;
	size_t n = p == PAGE_WEBSOCKET ? 6 : p == PAGE_SSE ? 4 : p == PAGE_GZIP || p == PAGE_BODY ? 2 : 0;

	*corner = p == PAGE_WEBSOCKET ? "/api" : p == PAGE_SSE ? "/api, first event" : "";
	n = n < max ? n : max;
	memcpy(out, rows, n * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		for (int w = 0; w < N_WAYS; w++)
			if ((is(s, "slow") || (is(s, "trickle") && (int)i * 2 + w >= s->ticks)) && out[i].cell[w].mark != MARK_NONE)
				out[i].cell[w] = (struct setup_cell){ MARK_NOW, "checking", "", 0 };
			else if (is(s, "fails") && p == PAGE_BODY && i == 0 && w == WAY_REHEARSAL)
				out[i].cell[w] = (struct setup_cell){ MARK_FAIL, "fail", "", 0 };
	for (size_t i = 0; i < n; i++) {
		out[i].label = told(s, out[i].label);
		for (int w = 0; w < N_WAYS; w++) {
			out[i].cell[w].word = told(s, out[i].cell[w].word);
			out[i].cell[w].seconds = took(out[i].cell[w].value);
			out[i].cell[w].value = told(s, out[i].cell[w].value);
		}
	}
	*corner = told(s, *corner);
	return n;
}

const struct check_timeline *
setup_timeline(const struct setup *s, enum way w)
{
	static const struct check_timeline t = {
		.sent = { 0, 0.25, 0.5, 0.75, 1 }, .arrived = { 0.002, 0.252, 0.503, 0.752, 1.004 }, .n = 5, .deadline = 5,
	};

	return w == WAY_REHEARSAL && !is(s, "slow") ? &t : NULL;
}

bool
setup_failure(const struct setup *s, enum page p, struct setup_failure *out)
{
	if (p != PAGE_BODY || !is(s, "fails"))
		return false;
	*out = (struct setup_failure){
		.what = "The proxy refuses a body over 50M before OpenChamber sees it.",
		.why = "Uploads of more than 50M would end in an error page.",
		.fix = "Write 100M above, or press F1 for the whole story.", .cause = "body-limit",
		.file = "/etc/nginx/conf.d/limits.conf", .line = 2, .text = "client_max_body_size 50M;",
	};
	return true;
}

/* ---- sentences ---- */

bool
setup_field_follows(const char *key)
{
	return strncmp(key, "tls.", 4) == 0 || strncmp(key, "cloudflare.", 11) == 0 || strcmp(key, "token") == 0;
}

bool setup_field_is_path(const char *key) { return strncmp(key, "tls.", 4) == 0; }

const char *
setup_complete(const struct setup *s, const char *key, const char *text)
{
	(void)s;
	(void)key;
	(void)text;
	return NULL;
}

const char *
setup_literal(const char *paragraph)
{
	return *paragraph == *SETUP_LITERAL ? paragraph + 1 : NULL;
}

static const char *const *
told_of_dropped(const struct setup *s)
{
	const char **v = arena_alloc(said(s), 4 * sizeof(*v));

	v[0] = arena_printf(said(s), _("A run was left at %s. Its answers were kept, its passwords were not."), "2026-11-21 21:14");
	v[1] = _("Give the UI password again on step 2; without it some checks are skipped.");
	v[2] = _("Before anything is written you read it line by line.");
	return v;
}

static const char *const *
told_of_other(const struct setup *s)
{
	const char **v = arena_alloc(said(s), 3 * sizeof(*v));

	v[0] = is(s, "watched") ? _("It is done: the change is in force.")
	     : arena_printf(said(s), _("Another run, process %d, changes this server now. It goes on without this window too."), 4711);
	if (is(s, "watching"))
		v[1] = _("Only one can do that at a time. When it has ended, this run begins.");
	return v;
}

static const char *const *
told_of_ours(const struct setup *s)
{
	static const char *v[3];

	v[0] = arena_printf(said(s), _("OpenChamber is already set up here: %s."), "https://chat.example.org");
	v[1] = _("Before anything is written you read it line by line.");
	return v;
}

static const char *const *
english_advice(const struct setup *s, enum page p)
{
	static const char *const start[] = {
		"Up to step 10 it only looks and rehearses. There you read every line before it is written, and later one command takes it all back.",
		"You will type the address people will use, and OpenChamber's UI password if it has one. Root is needed only for step 11, and asked for there.",
		"It takes about three minutes. Press Enter to start.", NULL,
	}, *const half[] = { "The run of 2026-11-21 21:14 stopped half-way: the power was gone, or somebody ended it.",
		"nginx runs, still with the old configuration. At its next start it would read the new one.", NULL,
	}, *const good[] = { "Everything works directly, and nobody can go around the proxy. Press Enter to choose the proxy.", NULL,
	}, *const none[] = {
		"OpenChamber is not running, or it uses another port. A proxy in front would only show an error page. Start it in a second SSH session, or ask it where it is:",
		SETUP_LITERAL "openchamber --ui-password YOUR-PASSWORD", SETUP_LITERAL "openchamber status",
		"As soon as it answers, this step passes. If OpenChamber runs on another machine, write that address.",
		"No OpenChamber yet? F8 starts a practice run against a built-in one; it touches nothing on this server.", NULL,
	}, *const code[] = {
		"Port 4096 asks for the login \"Secure Area\": that is OpenCode's own server. OpenChamber is the web page in front of it, and the one the proxy must lead to.",
		"Enter takes number 1 and checks it.", NULL,
	}, *const suggested[] = { "nginx is suggested because it already answers here.", "Press Enter for the public address.", NULL,
	}, *const address[] = { "Your router must forward ports 80 and 443 to 192.168.1.20. That cannot be seen from in here.", NULL,
	}, *const router[] = { "공유기에서 80번과 443번 포트를 192.168.1.20 주소로 포트 포워딩하세요. 이 서버 안에서는 확인할 수 없습니다.", NULL,
	}, *const ws[] = { "The rehearsal is your own nginx 1.22.1, started on the side with the new configuration.", "Nothing to choose here. Press Enter to go on.", NULL,
	}, *const events[] = { "Nothing to choose here. Press Enter to go on.", NULL,
	}, *const zip[] = { "OpenChamber compresses already, so the proxy will not.", "Nothing to choose here. Press Enter to go on.", NULL,
	}, *const wait[] = { "The values were read; only the waiting was not done.", "Press Enter to go on.", NULL,
	}, *const keep[] = { "If this connection still answers, press Enter to keep the change. Without that everything is put back, also if the connection drops.", NULL,
	}, *const change[] = { "If the connection drops now, this goes on without you and ends with the new configuration or the old one. To see which one, later: antechamber rollback --list.", NULL,
	}, *const phone[] = { "Now try it: a phone with Wi-Fi off, open the address, send a message. If the page does not load, the router does not forward the ports to this server yet.", NULL,
	}, *const saved[] = { "Your answers are saved, without passwords:", SETUP_LITERAL "/etc/antechamber/chat.example.org.yaml", NULL,
	}, *const silent[] = { NULL };

	switch (p) {
	case PAGE_WATCH:     return told_of_other(s);
	case PAGE_START:     return is(s, "interrupted") ? half : is(s, "dropped") ? told_of_dropped(s) : is(s, "ours") ? told_of_ours(s) : start;
	case PAGE_DIRECT:    return is(s, "slow") ? silent : !direct_fails(s) ? good : is(s, "nothing") ? none : code;
	case PAGE_PROXY:     return suggested;
	case PAGE_PUBLIC:    return is(s, "korean") ? router : *s->public_url ? address : silent;
	case PAGE_FRONT:     return front_advice(s);
	case PAGE_WEBSOCKET: return is(s, "slow") ? silent : ws;
	case PAGE_SSE:       return events;
	case PAGE_GZIP:      return zip;
	case PAGE_TIMEOUTS:  return wait;
	case PAGE_APPLY:     return setup_keep_seconds(s) >= 0 ? keep : change;
	case PAGE_LATER:     return saved;
	case PAGE_RESULT:    return s->outcome == OUTCOME_WORKS ? phone : silent;
	case PAGE_BODY: {
		static const char *failed[2];
		struct setup_failure f;

		if (!setup_failure(s, p, &f))
			return silent;
		failed[0] = f.what;
		return failed;
	}
	default:             return silent;
	}
}

const char *const *
setup_advice(const struct setup *s, enum page p)
{
	const char *const *english = english_advice(s, p);
	const char **v;
	size_t n = 0;

	while (english[n])
		n++;
	v = arena_alloc((struct arena *)&s->said, (n + 1) * sizeof(*v));
	for (size_t i = 0; i < n; i++)
		v[i] = told(s, english[i]);
	return v;
}

/* ---- review ---- */

const struct plan *
setup_plan(struct setup *s, struct err *e)
{
	static const struct plan *some = (const struct plan *)"";

	(void)s;
	(void)e;
	return some;
}

const char *
setup_diff(struct setup *s)
{
	struct buf b = BUF_INIT;
	const char *text;

	if (is(s, "edited"))
		return "Secret file /etc/antechamber/secret differs\n"
		       "--- /etc/nginx/sites-available/openchamber.conf\n+++ /etc/nginx/sites-available/openchamber.conf\n"
		       "@@ -64,4 +64,4 @@\n     listen 443 ssl;\n     http2 on;\n-    client_max_body_size 100m;\n+    client_max_body_size 50m;\n \n"
		       "@@ -80,4 +80,3 @@\n location / {\n---- by hand\n-\n+    proxy_buffering off;\n }\n"
		       "--- /etc/nginx/sites-enabled/blog.conf\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-server {\n-}\n\\ No newline at end of file\n";
	buf_puts(&b, "--- /dev/null\n+++ /etc/nginx/sites-available/openchamber.conf\n@@ -0,0 +1,38 @@\n"
	         "+# OpenChamber behind nginx. Written by antechamber 0.1.0.\n"
	         "+map $http_upgrade $antechamber_connection {\n+    default upgrade;\n+    \"\"      close;\n+}\n+server {\n");
	for (int i = 7; i <= 38; i++)
		buf_printf(&b, "+    # line %d\n", i);
	text = arena_strdup(&s->said, b.s);
	buf_free(&b);
	return text;
}

size_t
setup_summary(const struct setup *s, const char **out, size_t max)
{
	(void)s;
	if (max < 2)
		return 0;
	out[0] = "OpenChamber http://127.0.0.1:3000      \tUploads   100M   \tProxy     nginx 1.22.1";
	out[1] = "Address     https://chat.example.org   \tStreams   3600s  \tRehearsal 26 passed";
	return 2;
}

size_t
setup_plan_lines(const struct setup *s, const char **out, size_t max)
{
	static const char *const lines[] = {
		"new file  /etc/nginx/sites-available/openchamber.conf       38 lines",
		"link      /etc/nginx/sites-enabled/openchamber.conf",
		"run       nginx -t",
		"run       systemctl reload nginx     0 live connections will be closed",
		"check     26 checks; if one fails, all is undone",
	};
	static const char *const many[] = {
		"set aside  /etc/nginx/sites-enabled/chat.conf  stops answering; kept in /var/lib/antechamber until you undo",
		"new file  /etc/antechamber/tls/chat.example.org.key", "new file  /etc/antechamber/tls/chat.example.org.crt",
		"new file  /etc/nginx/sites-available/a-name-that-is-longer-than-the-screen.conf  38 lines",
		"link      /etc/nginx/sites-enabled/openchamber.conf", "run       nginx -t",
		"run       systemctl reload nginx     0 live connections will be closed", "check     26 checks; if one fails, all is undone",
	};
	const bool is_long = is(s, "long");
	size_t n = is_long ? ARRAY_LEN(many) : ARRAY_LEN(lines);

	n = n < max ? n : max;
	memcpy(out, is_long ? many : lines, n * sizeof(*out));
	return n;
}

enum apply_way
setup_apply_way(const struct setup *s)
{
	if (is(s, "fails"))
		return APPLY_CLOSED;
	if (is(s, "sudo") || is(s, "refused"))
		return APPLY_WITH_SUDO;
	return is(s, "by-hand") ? APPLY_BY_HAND : APPLY_AS_ROOT;
}

const char *
setup_apply_label(const struct setup *s)
{
	return is(s, "fails") ? "Cannot apply: step 8 failed" : "Apply with sudo";
}

enum page setup_apply_blocker(const struct setup *s) { return is(s, "fails") ? PAGE_BODY : PAGE_REVIEW; }
bool setup_must_consent(const struct setup *s) { return !s->consented && is(s, "open"); }
void setup_consent(struct setup *s) { s->consented = true; }

const char *
setup_keep_answers(struct setup *s, struct err *e)
{
	(void)s;
	(void)e;
	return "/home/ada/.config/antechamber/chat.example.org.yaml";
}

const char *const *
setup_commands(const struct setup *s)
{
	static const char *const v[] = { "sudo antechamber apply --answers /home/ada/x.yaml",
		"antechamber rehearse --answers /home/ada/x.yaml", NULL };

	(void)s;
	return v;
}

/* ---- apply ---- */

int
setup_keep_seconds(const struct setup *s)
{
	return s->applying && is(s, "keeps") && s->ticks >= 7 && !s->kept && !s->undo ? 118 : -1;
}

void
setup_keep(struct setup *s, bool yes)
{
	s->kept = yes;
	s->undo = !yes;
}

static void
tick(void *ctx)
{
	struct setup *s = ctx;
	FILE *f = getenv("FAKE_APPLIED") ? fopen(getenv("FAKE_APPLIED"), "w") : NULL;

	if (f) /* what a test looks for: something was changed */
		fclose(f);
	s->ticks++;
	s->undo = s->undo || (is(s, "undone") && s->ticks > 4);
	if (is(s, "meanwhile") && !s->again && s->ticks > 1) {
		s->applying = 0;
		s->again = true;
		s->page = PAGE_REVIEW;
		tell(s);
		return;
	}
	if (setup_keep_seconds(s) >= 0 && s->ticks > 7)
		s->ticks = 7; /* it waits */
	if (s->undo || s->ticks > 7 + (is(s, "stays") ? 100000 : 0)) {
		s->applying = 0;
		s->outcome = s->undo ? OUTCOME_UNDONE : OUTCOME_WORKS;
		s->page = PAGE_RESULT;
	} else {
		loop_after(s->loop, 30, tick, s);
	}
	tell(s);
}

const char *setup_sudo_command(struct setup *s) { return setup_commands(s)[0]; }

const char *const *
setup_sudo_argv(struct setup *s)
{
	static const char *const agrees[] = { "sh", "-c", "echo '[sudo] password for ada:'", NULL };
	static const char *const refuses[] = { "false", NULL };

	return is(s, "sudo") ? agrees : refuses;
}

int
setup_apply(struct setup *s, struct err *e)
{
	(void)e;
	s->applying = 1;
	s->ticks = 0;
	s->undo = false;
	s->outcome = OUTCOME_NONE;
	setup_open(s, PAGE_APPLY);
	loop_after(s->loop, 30, tick, s);
	return 0;
}

int setup_go_on(struct setup *s, struct err *e) { (void)e; s->page = PAGE_START; tell(s); return 0; }
void setup_apply_undo(struct setup *s) { s->undo = true; }
bool setup_applying(const struct setup *s) { return s->applying; }
enum setup_outcome setup_outcome(const struct setup *s) { return s->outcome; }

const char *
setup_result_heading(const struct setup *s)
{
	return told(s, s->outcome == OUTCOME_WORKS ? "OpenChamber works at https://chat.example.org" : "Undone: this server is exactly as it was.");
}

const char *const *
setup_kept(const struct setup *s)
{
	static const char *v[] = { "Nothing was changed. Your answers are saved, without passwords.", "To apply them:", NULL, NULL };

	v[2] = arena_printf(&((struct setup *)s)->said, SETUP_LITERAL "%s", setup_commands(s)[0]);
	return v;
}

const char *const *
setup_farewell(const struct setup *s)
{
	static const char *works_lines[] = { "OpenChamber works at https://chat.example.org", "Undo:  sudo antechamber rollback 1", NULL };
	static const char *safe[2];

	safe[0] = setup_safety(s);
	return s->outcome == OUTCOME_WORKS ? works_lines : safe;
}

const char *
setup_write_report(struct setup *s, struct err *e)
{
	(void)e;
	return arena_strdup(&s->said, "antechamber-report.md");
}

int setup_status(const struct setup *s) { return s->outcome == OUTCOME_UNDONE; }

const char *setup_changed(const struct setup *s) { return s->again ? "/etc/nginx/nginx.conf changed while you were reading. Review the plan again." : ""; }

/* ---- what an undo takes away ---- */

size_t
setup_going(const struct setup *s, const char *key, size_t i, struct setup_line *out, size_t max)
{
	if (max < 2 || !setup_choice_changes(s, key, i))
		return 0;
	out[0] = (struct setup_line){ MARK_NONE, "goes", "/etc/nginx/sites-available/openchamber.conf", "", 0 };
	out[1] = (struct setup_line){ MARK_NONE, "comes back", "/etc/nginx/sites-enabled/chat.conf", "", 0 };
	return 2;
}

/* ---- the doctor ---- */

bool setup_repairs(const struct setup *s) { return is(s, "sick") && s->taken; }
size_t setup_findings_taken(const struct setup *s) { return s->taken; }
size_t setup_findings(const struct setup *s) { return is(s, "sick") ? 2 : 0; }

void
setup_take(struct setup *s, size_t i, bool take)
{
	s->taken = i == 0 && take ? 2 : i == 0 ? 0 : s->taken;
	tell(s);
}

bool
setup_finding(const struct setup *s, size_t i, struct setup_finding *out)
{
	static const struct excerpt_line source[] = {
		{ 18, "    location = /api/terminal/ws {", false, false },
		{ 19, "        proxy_pass http://127.0.0.1:3000;", false, false },
		{ 20, "        proxy_set_header Upgrade $http_upgrade;", true, false },
		{ 21, "        proxy_set_header Connection \"upgrade\";", false, false },
	};
	static const struct setup_finding all[] = {
		{ MARK_FAIL, "OpenChamber does not see the public name.",
		  "It compares the Host with the page's address and refuses WebSockets when they differ.",
		  "Set Host and X-Forwarded-Host to $http_host, and no header in inner locations.", "ws-host-lost",
		  "403 Invalid origin.", "101, the right key, and the first message.", "/etc/nginx/sites-enabled/chat.conf", 20, source, ARRAY_LEN(source),
		  "--- /etc/nginx/sites-enabled/chat.conf\n+++ /etc/nginx/sites-enabled/chat.conf\n@@ -18,5 +18,6 @@\n"
		  "     location = /api/terminal/ws {\n         proxy_pass http://127.0.0.1:3000;\n"
		  "-        proxy_set_header Upgrade $http_upgrade;\n-        proxy_set_header Connection \"upgrade\";\n"
		  "+        proxy_set_header Host $http_host;\n+        proxy_set_header Upgrade $http_upgrade;\n"
		  "+        proxy_set_header Connection $antechamber_connection;\n",
		  "lines out: 2, lines in: 3", true, false },
		{ MARK_WARN, "The proxy cuts connections that OpenChamber would keep open.", "OpenChamber may say nothing for 30 s; a shorter limit ends live streams again and again.",
		  "Raise proxy_read_timeout and proxy_send_timeout.", "stream-cut", "", "", "/etc/nginx/sites-enabled/chat.conf", 12, source, 1, "",
		  "The change of finding 1 settles this too.", false, false },
	};

	if (i >= setup_findings(s))
		return false;
	*out = all[i];
	out->taken = s->taken != 0;
	out->sentence = told(s, out->sentence);
	out->why = told(s, out->why);
	out->fix = told(s, out->fix);
	out->change = told(s, out->change);
	if (getenv("FAKE_CROWDED"))
		out->change = "The file /etc/nginx/sites-available/chat.example.org-with-a-name-that-is-long-and-longer.conf is a link "
		              "to a file that another site reads too, and so it is left alone. What it would change there is what those "
		              "who use that other site would see as well. It stays as it is until somebody has looked at both of them, "
		              "and has decided for which of the two it is written, and that is the end of it.";
	return true;
}

/* ---- help ---- */

const char *const *
setup_help(const struct setup *s, enum page p)
{
	static const char *v[4];

	(void)s;
	v[0] = _(pages[p].what);
	v[1] = _(pages[p].breaks);
	v[2] = _(pages[p].proves);
	return v;
}

size_t
setup_glossary(struct setup_term *out, size_t max)
{
	(void)max;
	out[0] = (struct setup_term){ "reverse proxy", "The program that answers the world." };
	return 1;
}


int
setup_practise(struct setup *s, struct err *e)
{
	(void)e;
	s->o.practice = true;
	s->fake = "";
	tell(s);
	return 0;
}

bool setup_is_practice(const struct setup *s) { return s->o.practice; }

const char *const *
setup_broken_names(void)
{
	static const char *const none[] = { NULL };

	return none;
}

void
setup_practice_place(const struct setup *s, struct setup_practice *out)
{
	(void)s;
	*out = (struct setup_practice){ 0 };
}

#endif
