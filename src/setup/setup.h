/*
 * setup.h - one run of the wizard without a face.
 *
 * Holds what was found, what was answered and what was proved, runs the live
 * checks, and says in whole translated sentences what a face shows.  A face
 * draws or prints; it decides nothing and keeps nothing but its cursor.
 *
 * Strings and lists that a call returns live until setup_fresh(): a face calls
 * it before it draws everything anew, or before it prints the next thing.
 */
#ifndef SETUP_SETUP_H
#define SETUP_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "apply/apply.h"
#include "apply/excerpt.h"
#include "apply/journal.h"
#include "apply/rehearse.h"
#include "setup/page.h"

enum mark { MARK_NONE, MARK_NOW, MARK_PASS, MARK_WARN, MARK_FAIL, MARK_SKIP };

struct setup_options {
	const char *root;      /* --root, or NULL */
	const char *templates; /* directory */
	const char *answers;   /* start from this file, or NULL */
	const char *self;      /* path of this program: apply runs it as a child */
	const char *const *given; /* the options of this run, as they were given, for one of root in its place; or NULL */
	bool        slow;      /* the line is: what is waited for is told every 5 s, not every second */
	const char *lang;      /* --lang, which counts more than a saved language; or NULL */
	bool        practice;  /* the built-in origin and a private proxy; nothing on this server is touched */
	const char *practice_nginx; /* a private nginx binary for practice where none is installed, or NULL */
	const char *broken;    /* practice with a site that has this cause, of setup_broken_names(), or "any"; or NULL */
	const char *password;  /* from --password-file or the environment, or NULL; copied */
	const char *log;       /* passed on to the child, or NULL */
	unsigned    confirm_within; /* seconds in which a change has to be kept, or it is undone; 0: it is not asked */
};

struct setup;

/* `changed' comes from the loop whenever something a face shows may be different. */
struct setup *setup_new(struct loop *l, struct net *n, const struct setup_options *o,
                        void (*changed)(void *ctx), void *ctx, struct err *e);
void setup_free(struct setup *s); /* wipes the password */
void setup_end(struct setup *s);   /* the answers were saved: the next start has nothing to go on with */
bool setup_keeps_answers(const struct setup *s); /* left now, the next start offers to go on with them */
bool setup_loses_answers(const struct setup *s); /* left now, something that was answered is lost */
void setup_fresh(struct setup *s); /* forget every string handed out so far */

/* A face of lines has no keys, no colours and no page that is drawn anew: its advice is told without. */
void setup_tell_in_lines(struct setup *s, bool on);

/* ---- where we are ---- */

enum page setup_page(const struct setup *s);
void setup_open(struct setup *s, enum page p); /* go there; starts its live checks */
bool setup_may_leave(const struct setup *s, enum page p);    /* may Enter go on from this page? */
bool setup_may_skip_checklist(const struct setup *s);        /* F9: steps 5 to 9 have all passed (or cannot be rehearsed) */
void setup_check_again(struct setup *s);                     /* F5: this page's live checks once more */
bool setup_busy(const struct setup *s);                      /* is a check of this page still running? */

enum mark   setup_mark(const struct setup *s, enum page p);  /* of a step, for the list and the strip */
const char *setup_mark_word(enum mark m);                    /* translated: pass, warn, fail, skip, checking; "" for none */
const char *setup_title(const struct setup *s);              /* "Antechamber: a reverse proxy for OpenChamber" */
const char *setup_safety(const struct setup *s);             /* the safety line; never empty */
const char *setup_message(const struct setup *s);            /* the passing message of row 22; "" for none */

/* ---- what is asked: fields ---- */

/*
 * Keys are those of the answers file ("origin", "public", "limits.body",
 * "limits.stream", "tls.certificate", "tls.key", "npm.url" ...), and "password", which is no answer
 * and is never saved; so is "token", of Cloudflare.  "language", "proxy", "tls", "plan", "ssl" and "addresses" are lists: see
 * setup_list().
 */
struct setup_field {
	const char *key;
	const char *label;  /* translated, at most 12 columns (20 on Body size and Timeouts) */
	const char *value;  /* as it stands; of a secret too (a face shows stars) */
	const char *hint;   /* translated, or "" */
	const char *error;  /* translated, or "": shown in place of the hint */
	bool        shown;  /* is it asked at the moment? */
	bool        secret;
	bool        closed; /* shown, but it takes nothing any more (three refused passwords) */
	const char *offer;  /* translated: the hint while nothing stands in it, where setup_offer() opens a list; or NULL */
};

/* Which fields this page shows now, in order. */
size_t setup_fields(const struct setup *s, enum page p, struct setup_field *out, size_t max);
/* Take a value.  -1: refused, with the sentence; the value is kept as typed so that nothing is lost. */
int  setup_set(struct setup *s, const char *key, const char *text, struct err *e);
/* The same while typing: says the error, changes nothing else. */
int  setup_try(const struct setup *s, const char *key, const char *text, struct err *e);

/* The address stands empty for the moment: what was seen of the one before is not shown.  Other fields keep theirs. */
void setup_empty(struct setup *s, const char *key);

/* Does it belong to a choice of the page's list?  Then it is asked behind it. */
bool        setup_field_follows(const char *key);
/* An empty address can be taken from the list "public-found", which is there from setup_offer() on until one is. */
bool        setup_may_offer(const struct setup *s);
void        setup_offer(struct setup *s, bool open);

/* What is typed is a path on this server, and how it goes on there as far as it is unambiguous; NULL: it does not. */
bool        setup_field_is_path(const char *key);
const char *setup_complete(const struct setup *s, const char *key, const char *text);

/* ---- what is chosen: lists ---- */

struct setup_choice {
	const char *label;  /* "nginx 1.22.1", "*.example.org, 61 days left, in use" */
	const char *state;  /* "runs, ports 80 and 443", or "" */
	enum mark   mark;   /* in front of the label, mostly none */
	bool        chosen;
	bool        possible; /* false: shown, and choosing it says why not */
};

/*
 * A certificate that only root can read, a configuration that only root can check, where sudo is there: a face
 * shows setup_look_why() and setup_look_command() and has sudo ask, as for setup_sudo_command(); then that is
 * done, and nothing else.  Refused, the run goes on without, and setup_look_refused() says so.
 */
bool        setup_may_look(const struct setup *s);
const char *setup_look_why(const struct setup *s);
const char *setup_look_command(const struct setup *s);
const char *setup_look_refused(const struct setup *s);
void        setup_look(struct setup *s);

/* A test certificate on a name that the world knows: ask before going on from PAGE_PUBLIC. */
bool setup_must_doubt(const struct setup *s);
void setup_accept_test(struct setup *s);

/* The list of this page (language and what to do on the first, proxies, certificates, ...); 0: none. */
size_t setup_list(const struct setup *s, enum page p, const char *key, struct setup_choice *out, size_t max);
const char *setup_list_label(const struct setup *s, enum page p, const char *key);
int    setup_choose(struct setup *s, enum page p, const char *key, size_t i, struct err *e);
/* Keys of the lists a page shows now: "language", "start", "origin-found", "proxy", "public-found", "tls", "taken", "before", "plan", "ssl", "addresses", "later", "change", "undone"; ends with NULL. */
const char *const *setup_lists(const struct setup *s, enum page p);

/*
 * A row whose choice runs this program as root in place of this run, with what it was given and the language.  A face leaves
 * the screen, shows the command, has sudo ask, and ends; `in_lines': from a face of lines.
 */
bool setup_choice_is_roots(const struct setup *s, const char *key, size_t i);
const char *const *setup_as_root_argv(const struct setup *s, bool in_lines); /* ends with NULL */
const char *setup_as_root_command(const struct setup *s, bool in_lines);

/* ---- what was seen: lines and tables ---- */

struct setup_line {
	enum mark   mark;
	const char *word;  /* translated: "pass", "found", "done", "checking"; "" if none */
	const char *text;  /* one sentence or phrase; may hold a path, which is never broken */
	const char *value; /* "0.004 s" at the right, or "" */
	double      seconds; /* where that is a time that was measured, to be told in words; 0: it is none */
};

/* The live checks of a page, in an order that never changes. */
size_t setup_lines(const struct setup *s, enum page p, struct setup_line *out, size_t max);

/* Does Cloudflare stand in front?  May be said on the page of the address, where it is not seen by itself. */
bool setup_front(const struct setup *s);
bool setup_may_say_front(const struct setup *s);
void setup_say_front(struct setup *s, bool there);

enum way { WAY_DIRECT, WAY_REHEARSAL, WAY_TODAY, N_WAYS };
const char *setup_way_name(enum way w); /* translated: direct, rehearsal, today */

struct setup_cell {
	enum mark   mark;
	const char *word;  /* "" where this way has no such check: shown as "-" */
	const char *value; /* "0.011s", "once", "refused", or "" */
	double      seconds; /* where that is a time, to be told in words; 0: it is none */
};

struct setup_row {
	const char       *label; /* at most 23 columns: "/global/event/ws" */
	struct setup_cell cell[N_WAYS];
};

/* The table of a checklist page; 0 rows: it has none.  *corner is the heading of the first column. */
size_t setup_table(const struct setup *s, enum page p, struct setup_row *out, size_t max, const char **corner);
bool   setup_has_way(const struct setup *s, enum way w); /* does this column exist now? */

/* The five events of the rehearsal, and of today; NULL: not measured. */
const struct check_timeline *setup_timeline(const struct setup *s, enum way w);

/*
 * What a page says under its checks: sentences, a paragraph each; ends with
 * NULL.  The last says what to press.  What setup_literal() takes is a
 * command, a path or an address to copy: it stands alone and is never broken.
 */
#define SETUP_LITERAL "\t" /* such a paragraph begins with it */
const char *setup_literal(const char *paragraph); /* without what marks it; NULL: it is a sentence */
const char *const *setup_advice(const struct setup *s, enum page p);

/* A failed check as its three sentences, and the place. */
struct setup_failure {
	const char *what, *why, *fix; /* translated */
	const char *cause;            /* the id, untranslated */
	const char *file;             /* or NULL */
	int         line;
	const char *text;             /* what stands in that line, or NULL */
};
bool setup_failure(const struct setup *s, enum page p, struct setup_failure *out); /* the page's first */

/*
 * The button of the Timeouts page: hold a quiet stream for 65 seconds, beside everything else.
 * Its seconds and what came of it are lines and mark of that page, wherever one is by then.
 * On the result page it is the address itself that holds the stream.
 */
bool setup_may_hold(const struct setup *s);
int  setup_hold_seconds(const struct setup *s); /* how long it takes: there, until the slowest has spoken twice */
void setup_hold(struct setup *s);
void setup_hold_stop(struct setup *s);
bool setup_holding(const struct setup *s);
size_t setup_hold_lines(const struct setup *s, struct setup_line *out, size_t max); /* the seconds so far, or what came of it */

/* ---- review ---- */

const struct plan *setup_plan(struct setup *s, struct err *e); /* NULL: it cannot be made, see e */
const char *setup_diff(struct setup *s);                       /* unified; "" where nothing differs */
enum { SUMMARY_FIRST = 11, SUMMARY_OTHERS = 9 }; /* columns of the labels, which are filled up */
size_t setup_summary(const struct setup *s, const char **out, size_t max); /* two lines: addresses, sizes, rehearsal; a tab between two pairs, where a line may be broken */
size_t setup_plan_lines(const struct setup *s, const char **out, size_t max); /* "new file  /etc/..." numbered by the face */

/* What a service says of the requests in it, which it is asked to take without doing them; "" where nobody is asked. */
const char *setup_tried(const struct setup *s);

enum apply_way { APPLY_CLOSED, APPLY_AS_ROOT, APPLY_WITH_SUDO, APPLY_BY_HAND };
enum apply_way setup_apply_way(const struct setup *s);
const char *setup_apply_label(const struct setup *s);  /* the button: "Apply", "Apply with sudo", "Cannot apply: step 8 failed" ... */
enum page   setup_apply_blocker(const struct setup *s); /* with APPLY_CLOSED: the step to go to */
bool        setup_must_consent(const struct setup *s); /* no UI password and a public name: ask first */
void        setup_consent(struct setup *s);
/* Save the answers; the path, or NULL and e. */
const char *setup_keep_answers(struct setup *s, struct err *e);
const char *const *setup_commands(const struct setup *s); /* the commands that use them, complete; ends with NULL */

/* ---- apply and result ---- */

/*
 * Start the change as a process of its own.  With APPLY_WITH_SUDO the face has
 * left the screen and shown setup_sudo_command() before; sudo has asked.
 */
const char *setup_sudo_command(struct setup *s);
const char *const *setup_sudo_argv(struct setup *s); /* run in the foreground first, to ask for the password; ends with NULL */
int  setup_apply(struct setup *s, struct err *e);
void setup_apply_undo(struct setup *s);              /* Ctrl-C */
/* It is done and works, and is undone unless it is kept within so many seconds; -1: that is not asked (now). */
int  setup_keep_seconds(const struct setup *s);
void setup_keep(struct setup *s, bool yes);
bool setup_applying(const struct setup *s);
bool setup_takes_back(const struct setup *s);        /* what runs, or ran, is an undo or a removal */
/* Progress as lines (setup_lines(PAGE_APPLY)); the end opens PAGE_RESULT by itself. */

/*
 * Another run changes this server right now: PAGE_WATCH shows how far it is, while setup_busy().  When
 * it has ended its advice says how, and this run begins as it would have without it.
 */
int  setup_go_on(struct setup *s, struct err *e);

/* ---- the doctor: what is wrong with the site that is there already (PAGE_REPAIR) ---- */

struct setup_finding {
	enum mark   mark;       /* fail or warn */
	const char *sentence, *why, *fix; /* translated */
	const char *cause;      /* the id, untranslated */
	const char *seen;       /* translated: what the checks saw; whole sentences */
	const char *seen_direct; /* the same without the proxy, where that was fine; or "" */
	const char *file;       /* of the line to blame, or NULL */
	int         line;
	const struct excerpt_line *source; /* the lines around it */
	size_t      n_source;
	const char *diff;       /* of its own change, or "" */
	const char *change;     /* translated: how much it changes, or why there is no change */
	bool        can_take, taken;
};

size_t setup_findings(const struct setup *s); /* how many; 0: none yet, or none at all */
bool   setup_finding(const struct setup *s, size_t i, struct setup_finding *out);
void   setup_take(struct setup *s, size_t i, bool take); /* its change, for the review */
size_t setup_findings_taken(const struct setup *s);
bool   setup_repairs(const struct setup *s); /* the review is one of fixes, not of a new site */

const char *setup_changed(const struct setup *s); /* why the review is there once more, after an apply; or "" */

enum setup_outcome { OUTCOME_NONE, OUTCOME_WORKS, OUTCOME_UNCHANGED, OUTCOME_UNDONE, OUTCOME_REFUSED, OUTCOME_UNDO_FAILED };
enum setup_outcome setup_outcome(const struct setup *s);
const char *setup_result_heading(const struct setup *s);
const char *const *setup_kept(const struct setup *s);     /* for the normal terminal: the answers were kept, and nothing changed; ends with NULL */
const char *const *setup_farewell(const struct setup *s); /* for the normal terminal after the face is gone; ends with NULL */
int  setup_status(const struct setup *s); /* exit status */

/* The result as Markdown without secrets, into the current directory, over no other file; its path, or NULL and e. */
const char *setup_write_report(struct setup *s, struct err *e);

/* ---- a later run ---- */

/*
 * With saved answers the run begins at PAGE_LATER: setup_lines() has what differs,
 * setup_list("later") what can be done, its first possible row being what needs attention.
 * Choosing "change one thing" offers setup_list("change"): its rows open one step
 * alone, and Enter there leads to the review (setup_next()).
 */
bool        setup_is_later(const struct setup *s);
const char *setup_later_status(const struct setup *s); /* "https://... works: passed 25, warnings 1, failed 0" */
const char *setup_later_since(const struct setup *s);  /* "since 2026-05-03", or "" */
const char *setup_later_seen(const struct setup *s);   /* how fresh the status is: "a moment ago", "21:14", or "" */
const char *setup_later_heading(const struct setup *s); /* over the lines: "Changed since the last run on 2026-05-03" */
/* Choosing this row of a list changes this server: a face asks before, and no digit alone does it. */
bool        setup_choice_changes(const struct setup *s, const char *key, size_t i);
/* That is: all there is is taken away. */
bool        setup_choice_removes(const struct setup *s, const char *key, size_t i);
/* It comes to nothing without the UI password, which the page's field takes. */
bool        setup_choice_needs_password(const struct setup *s, const char *key, size_t i);
/* It needs a token that was typed in an earlier run: the page's field has to have it first. */
bool        setup_choice_needs_token(const struct setup *s, const char *key, size_t i);
/* What would go then, and what would come back: a line a place, the oldest change first. */
size_t      setup_going(const struct setup *s, const char *key, size_t i, struct setup_line *out, size_t max);
/* What that means for whoever opens the address: one sentence, or "". */
const char *setup_going_means(const struct setup *s, const char *key, size_t i);
/* What the change that was broken off had written so far, as a difference; NULL: none was. */
const char *setup_interrupted_diff(const struct setup *s);
/* After a setup_choose() that was refused because it needs root: the command, complete; else NULL. */
const char *setup_root_command(const struct setup *s);

/* Where Enter leads from a page, and Esc: the next and the previous step, or the review and the start of a later run. */
enum page setup_next(const struct setup *s);
enum page setup_previous(const struct setup *s);
enum page setup_asked_before(const struct setup *s, enum page p); /* the page in front of a step's, whatever it asks */

/* ---- help ---- */

/* The help page of a step: paragraphs, what was observed here among them; ends with NULL. */
const char *const *setup_help(const struct setup *s, enum page p);
/* The glossary: term and explanation. */
struct setup_term { const char *term, *meaning; };
size_t setup_glossary(struct setup_term *out, size_t max);

/* Start the practice run from step 2 (F8): everything found so far is left behind. */
int  setup_practise(struct setup *s, struct err *e);
bool setup_is_practice(const struct setup *s);

/* Practice that is broken on purpose: its causes, as in cause.h; ends with NULL.  And where it all is. */
const char *const *setup_broken_names(void);
struct setup_practice {
	const char *root, *site, *origin, *public_url, *connect_to, *cacert, *password_file;
	const char *reload; /* the command that makes its nginx read the site again */
};
void setup_practice_place(const struct setup *s, struct setup_practice *out);

#endif
