/*
 * state.h - what one run of the wizard holds; for src/setup/ only.
 */
#ifndef SETUP_STATE_H
#define SETUP_STATE_H

#include <time.h>

#include "apply/move.h"
#include "base/crypto.h"
#include "loop/proc.h"
#include "origin/origin.h"
#include "proxy/cloudflare_ips.h"
#include "setup/later.h"
#include "setup/setup.h"

#define MAX_CERTS   8
#define MAX_PROXIES 8
#define MAX_TYPED   16

struct found_origin {
	struct url url;
	char       version[32];
	char       program[32]; /* that listens there, or "": not known; told when it is shown, for the language may change */
	bool       ours;     /* answers as OpenChamber */
};

struct found_cert {
	char       *certificate, *key; /* paths, without root */
	struct cert cert;
	bool        in_use;   /* a site of the proxy names it */
	bool        known;    /* `cert' is filled in */
	const char *served;   /* its file is closed to us, and this is what its site shows to everybody: PEM; or NULL */
	struct setup *setup;
	unsigned    asked;    /* the handshake under way, or 0 */
};

/* What was typed into a field and refused: kept, so that nothing is lost. */
struct typed {
	const char *key;
	char       *text;
	char       *error;
};

/* What the child does that we watch. */
enum deed { DEED_APPLY, DEED_REPAIR, DEED_UNDO, DEED_REMOVE };

/* What is looked at once more when the result is there. */
enum live_kind { LIVE_AGAIN, LIVE_HOLD, N_LIVE };

/* Who is told by an API. */
enum told { TOLD_PROXY, TOLD_FRONT, N_TOLD };

enum start_choice { START_ANEW, START_LOOK, START_REPAIR, START_RESUME, START_OURS };

struct setup {
	struct loop         *loop;
	struct net          *net;
	struct setup_options o;
	void               (*changed)(void *ctx);
	void                *ctx;

	struct arena  keep;   /* lives as long as the run */
	struct arena *say;    /* what was handed out since setup_fresh() */

	struct needs   needs;
	struct answers answers;
	struct machine machine;
	const char *const *own_addresses; /* of this server; ends with NULL; outlives the machine */
	char          *password;
	int            refusals;
	struct url     refused_by;    /* where it was refused so often */
	bool           consent;
	const char    *tested_name;   /* the public name that may have a test certificate, or NULL */
	bool           by_hand;       /* "something else": checks and instructions only */
	bool           seen[N_STEPS]; /* pages that have been opened */
	struct proxy_limits today_limits; /* by what is written on this server */
	bool           limits_answered; /* by somebody: they stay */
	bool           names_shown;   /* what the address could be is offered */
	bool           other_cert;    /* "another file" was chosen: its path is asked */
	const char    *other_certificate, *other_key; /* what was written there before another choice was made */
	struct typed   typed[MAX_TYPED];
	enum page      page;

	/* found */
	struct found_origin origins[4];
	size_t              n_origins;
	int                 looking;      /* probes of possible origins under way */
	unsigned            looks;        /* how often we looked for OpenChamber */
	unsigned            look_timer;
	struct proxy_found  found[MAX_PROXIES];
	size_t              n_found;
	int                 detecting;
	const struct proxy *install_of;    /* it is chosen and missing, and looked for again and again */
	unsigned            install_timer, install_looks;
	struct proxy_found  sought;        /* by a look that is under way; proxy NULL: none is */
	unsigned            practice_timer; /* until the practice nginx listens */
	bool                practice_late;  /* it did not yet when it was looked at */
	unsigned            find_timer;   /* the look around is young: nothing is said of it */
	struct found_cert   certs[MAX_CERTS];
	size_t              n_certs;
	int                 handshakes;   /* for some of them, under way */
	enum start_choice   start;
	bool                start_moved; /* it was chosen by a key, not for what was found */
	const char         *closed_cert; /* the file that only root can read, or NULL */
	const char         *shown_cert, *shown_pem; /* one that root has read for us, and what it holds; or NULL */
	struct proc        *showing;     /* it is read now, or the proxy's configuration is checked */
	bool                vetted;      /* as root: it is sound */
	enum mark           cert_mark;       /* of the chosen certificate; none: nothing to say */
	char                cert_text[512];
	const struct proxy_site *existing; /* a site here that leads to OpenChamber already */
	const struct proxy_found *existing_in;
	char *existing_chosen; /* the file of one that was chosen because it has the name; or NULL */
	const struct proxy_site *our_site; /* the same where it is one that we wrote */
	struct diagnosis   *diagnosis;   /* what is wrong with it; NULL: nothing was looked at */
	struct journal_entry interrupted;
	bool                has_interrupted;
	struct apply       *rollback;     /* settling an interrupted change */

	/* another run, which is watched */
	struct arena         watch_arena; /* what is in `watched', until the next look */
	struct journal_entry watched;
	unsigned             watch_timer; /* 0: it has ended, or there was none */
	double               watch_from;

	/* a run that was broken off */
	struct json   *broken_off;         /* offered on the first page; NULL: none */
	struct answers broken_off_answers; /* where it is offered */
	char          *session_kept;       /* what was written last of this run */
	enum page      resume;             /* the step it goes on at; PAGE_START: none */

	/* what is told by its API: the proxy, and what stands in front */
	struct told_by {
		struct asking *asking;     /* the question under way, or NULL */
		unsigned       timer;      /* it is asked when the typing rests */
		char          *asked_with; /* or NULL */
		struct err     err;        /* why it does not answer, or does not let in */
	}              told[N_TOLD];
	struct cloudflare_asking *asking_addresses; /* its list of today; NULL: it is not asked */
	bool           asked_addresses;
	const char   **known_addresses; /* what the list was before */
	const char    *known_day;
	struct err     addresses_err;
	bool           typed_before; /* a change that is in force was made with a token that is kept nowhere */
	unsigned       tokens_typed; /* how often a token was typed: the token itself is with secret.h */
	struct trying *trying;     /* the requests of the plan are tried; NULL: they are not */
	char           tried_plan[65]; /* the hash of the plan they belonged to, "" for none */
	size_t         n_tried;
	struct err     tried_err;  /* what was refused of them */

	/* page 4: what the name leads to */
	unsigned resolving;
	bool     resolved;
	bool     unanswered;     /* no name server said what it is */
	char       *resolved_for;
	const char *addresses[4];
	size_t   n_addresses;
	bool     cdn_seen;       /* they are Cloudflare's: the answer was taken from that */

	/* runs */
	struct check_run     *direct;
	struct check_options  direct_options;
	struct url            direct_url;
	struct check_run     *today;
	struct check_options  today_options;
	struct url            today_origin, today_public;
	struct rehearsal     *rehearsal;
	struct proxy_context  context;
	bool                  rehearsed;      /* its checks are over */
	bool                  rehearsal_none; /* it could not run: see rehearsal_err */
	struct err            rehearsal_err;
	double                rehearsal_from, direct_from;
	unsigned              tick_timer;     /* once a second while something is waited for: its seconds are shown */
	bool                  deep;           /* the long wait was asked for, of what answers today */
	double                deep_from;
	struct rehearsal     *hold;           /* the long wait of page 9, beside everything else */
	struct proxy_context  hold_context;
	bool                  held;           /* it is over */
	struct err            hold_err;       /* why it could not be done */
	double                hold_from;
	bool                  hold_lost; /* a wait was given up because of something else than Esc */
	unsigned              hold_timer;
	struct live          *live[N_LIVE];   /* on the result page, at the address itself; NULL: not asked for */

	/* review */
	bool         has_plan;
	struct plan  plan;
	struct move  move;
	bool         as_left;        /* what it would change is as our last change left it */
	char         plan_hash[65];
	char         plan_replaces[65]; /* what it replaces, as it was shown; "": nothing, or it is closed to us */
	char        *diff;

	/* apply */
	struct proc *child;
	const char  *report;       /* the whole path of the one written last, or NULL */
	char        *answers_path; /* where they are saved, or NULL */
	char        *handed_dir, *handed_over; /* where the child reads them; NULL: from answers_path */
	struct apply_line {
		char               *step, *text;
		enum progress_state state;
		double               from; /* when it began */
		unsigned             within; /* seconds, after which it is given up; 0: that is not known */
	}           *progress;
	size_t       n_progress;
	size_t       places;
	struct buf   document_text;
	struct json *document;  /* what the child said at its end; NULL: nothing yet */
	int          status;    /* its exit status */
	enum setup_outcome outcome;
	bool         stale;     /* a change was taken back since the saved answers were read */
	unsigned     applied_id;
	bool         applied;   /* an apply was started in this run */
	bool         reading_again; /* it was refused, because something changed meanwhile: the plan is made anew */
	char         changed_text[768]; /* what changed, for the review; "": nothing */
	enum deed    deed;
	unsigned     keep_within;  /* it is undone unless it is kept in so many seconds; 0: it is not asked */

	/* later run */
	char                *later_answers; /* as they were saved */
	struct url           before_url;   /* the address of the last run */
	const char          *before_proxy; /* and its proxy; NULL: there was no such run */
	bool                 may_replace, keeps_both; /* another address may take its place, and is not to */
	bool                 later;    /* saved answers were found: the run began at PAGE_LATER */
	enum page            more_from; /* where more settings were asked for */
	bool                 in_lines; /* told by a face of lines */
	bool                 alone;    /* one step was opened by itself: from it to the review */
	enum page            alone_page; /* and which; PAGE_LATER: the review itself */
	bool                 changing; /* "change one thing" was chosen: its list is shown */
	time_t               today_seen; /* when the checks of today were over: what a clock on the wall said */
	double               today_from; /* and by the time that only passes */
	char                *root_command; /* what was chosen and needs root; NULL: nothing */
	struct journal_entry last;     /* the newest apply in force */
	bool                 has_last;
	bool                 was_here; /* something was applied once, whatever became of it */

	/* practice */
	char          *scratch;
	bool           practice_fresh; /* nothing was written yet: nobody answers at the address */
	struct origin *origin;
	struct proc   *nginx;
	char          *practice_nginx, *practice_ca, *practice_key; /* paths */
};

/* A translated sentence that lives until setup_fresh(). */
const char *by_face(const struct setup *s, const char *screen, const char *lines); /* whichever is told now */
const char *say(const struct setup *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *say_when(const struct setup *s, const char *format, time_t when); /* as strftime() */

/* words.c: the last deed was an apply, of a new site or of fixes; not a way back. */
bool writes(const struct setup *s);
bool setup_only_looks(const struct setup *s); /* "only look" was chosen: nothing is ever written */
const char *setup_set_aside(const struct setup *s); /* the file of a site that is in the way, or NULL */
const char *setup_undo_command(const struct setup *s);
size_t by_hand_commands(const struct setup *s); /* what an undo could not do, or left as somebody edited it: how many, */
const char *by_hand_command(const struct setup *s, size_t i);
const char *by_hand_sentence(const struct setup *s); /* and what to say before them; "": the heading has said it */
const char *safety_kept(const struct setup *s, const char *command); /* what takes back the places that were changed */
const char *command_text(const struct setup *s, const char *const *argv); /* as it is typed */
const char *address_text(const struct setup *s, const struct url *u);     /* "https://chat.example.org" */
const char *size_text(const struct setup *s, unsigned long long bytes);   /* "100M" */
const char *list_command(const struct setup *s); /* tells what there is to undo, and how it ended */
void setup_tell(struct setup *s); /* something a face shows is different */

bool setup_pastes(const struct setup *s); /* the chosen proxy is set in its own pages, from what the review shows */


bool setup_origin_is_container(const struct setup *s); /* its container takes OpenChamber's address for its own */

/* lines_boxed.c: of a proxy in a container: where it runs, and what that means */
const char *boxed_sentence(const struct setup *s, const struct proxy_found *f);

/* told.c */
bool setup_is_told(const struct setup *s);   /* the chosen proxy is told by its API, here; with half the answers too */
bool told_is_whole(const struct setup *s);   /* address, user and secret are all answered */
bool told_is_asked(const struct setup *s);   /* an answer is on its way */
bool told_is_waiting(const struct setup *s, enum told which); /* this one */
bool told_knows(const struct setup *s, enum told which); /* it has answered */
const struct err *told_err(const struct setup *s, enum told which); /* why it has not; NULL: nothing is known against it */
int  told_ready(const struct setup *s, enum told which, struct err *e); /* is what it has known?  -1: not, or not any more */
void told_look(struct setup *s);             /* ask, unless the answer is there already; the page opens again then */
const char *told_advice(const struct setup *s); /* what to do where it does not let in; NULL: nothing */
void told_forget(struct setup *s);           /* what it has may be different now */

/* addresses.c: Cloudflare's own, as they are known or as it tells them today */
size_t addresses_list(const struct setup *s, struct setup_choice *out, size_t max); /* 0: they are young, or not used */
void addresses_choose(struct setup *s, size_t i);
bool addresses_are_asked(const struct setup *s);
bool addresses_are_new(const struct setup *s); /* the plan brings them */
void addresses_stop(struct setup *s);

/* front.c: Cloudflare in front */
bool setup_is_fronted(const struct setup *s);  /* it has a page of its own */
bool front_may_tell(const struct setup *s);    /* something is written at all, so a token is of use */
void front_note_limit(const struct setup *s, struct check_options *o); /* of the plan that was chosen or read */
const char *const *front_lists(const struct setup *s); /* of its page; ends with NULL */
size_t front_list_plan(const struct setup *s, struct setup_choice *out, size_t max);
size_t front_list_ssl(const struct setup *s, struct setup_choice *out, size_t max); /* 0: its mode is fine, or not known */
void front_choose_plan(struct setup *s, size_t i);
void front_choose_ssl(struct setup *s, size_t i);
const char *const *front_advice(const struct setup *s); /* paragraphs; ends with NULL */
const char *front_hint(const struct setup *s, const char *key);
void front_take_token(struct setup *s, const char *text);
const char *front_token(void);                 /* as it was typed, or "" */
bool front_asks_token(const struct setup *s); /* on the first page of a later run: what was typed before is needed again */
size_t front_argv(const struct setup *s, const char **v); /* what hands it to a process of ours; how many */
void front_try(struct setup *s);               /* the requests of the plan, once for each plan */
void front_forget(struct setup *s);

/* find.c */
void find_everything(struct setup *s);
void find_machine(struct setup *s);
void find_origins(struct setup *s);
const char *find_told(const struct setup *s, const struct found_origin *o); /* how it was found */
void find_stop(struct setup *s);
bool start_is_open(const struct setup *s); /* what is on this server, and how it does, is not known yet */
void find_existing(struct setup *s);       /* which site leads to the origin already */
bool find_takes_long(const struct setup *s); /* longer than a moment, and it is not over */
const struct proxy_found *find_proxy(const struct setup *s); /* the chosen one; NULL: none, or something else */

/* limits.c */
void limits_find(struct setup *s); /* what today's configuration allows, and with it the answers nobody has given */
const char *limits_hint(const struct setup *s, const char *key); /* "": none */
bool body_is_less(const struct setup *s);
const char *body_said(const struct setup *s);

/* look.c */
void look_stop(struct setup *s);

/* written.c */
const char *written_in_file(const struct setup *s, const char *key, const char *text); /* "50 MB" is 50M, "tak" is true */
const char *written_for_people(const char *key, const char *value);                    /* true is yes, in the language */
int written_missing(const char *key, const char *text, struct err *e);                 /* empty, and must not be: -1 */
int written_wrong(const char *key, const char *text, struct err *e);                   /* none of the words that a field takes: -1 */

/* more.c */
const char *more_label(const char *key); /* NULL: it is no such answer */
const char *more_hint(const struct setup *s, const char *key);
bool more_is_shown(const struct setup *s, const char *key); /* true for every other key */

/* install.c */
void install_await(struct setup *s); /* is the chosen proxy installed by now?  Until it is, or another is chosen */
void install_stop(struct setup *s);
const struct proxy_found *install_obstacle(const struct setup *s, const struct proxy_found *f); /* who has the ports that it would need */
const char *install_command(const struct setup *s, const struct proxy_found *f); /* to be copied */

/* fields.c */
bool field_stands_empty(const struct setup *s, const char *key);
bool fields_wrong(const struct setup *s, enum page p); /* a value was refused: what was seen of the one before is not shown */
void follow_scheme(struct setup *s); /* which choice of certificate fits the address */
void remember_paths(struct setup *s); /* of the other file, before another choice is made */
void recall_paths(struct setup *s);   /* when it is chosen once more */

/* runs.c */
int  runs_pace(const struct setup *s); /* milliseconds between two seconds that are shown */
void runs_tick(struct setup *s); /* from now on, for as long as something runs */
void run_direct(struct setup *s);
void run_today(struct setup *s);
void run_rehearsal(struct setup *s);
void run_resolver(struct setup *s);
bool cdn_note(struct setup *s); /* true: the answer about who stands in front is another now */
void runs_forget_direct(struct setup *s);
void runs_forget_proxied(struct setup *s); /* rehearsal, today, plan */
bool run_may_rehearse(const struct setup *s);
const char *run_no_rehearsal(const struct setup *s); /* why there is none, and where its checks are made up for */
const struct check_result *run_result(const struct setup *s, enum way w, const char *id);
const struct check_run *run_of(const struct setup *s, enum way w);
/* The first check of a checklist page that ended so; NULL: none. */
const struct check_result *page_trouble(const struct setup *s, enum way w, enum page p, enum check_status status);
bool setup_failure_of(const struct setup *s, enum way w, struct setup_failure *out); /* the first of a way */
enum mark mark_of(const struct check_result *r); /* NULL: none */
enum mark mark_worst(enum mark a, enum mark b);

void runs_retell(struct setup *s); /* the language changed: results speak the old one */

/* progress.c */
void progress_note(void *ctx, const struct progress *p); /* ctx: a struct setup */
bool progress_read(struct setup *s, const char *line, size_t len); /* what a child said; false: it is no step */
void progress_clear(struct setup *s);

/* change.c */
void change_read_again(struct setup *s); /* a change was refused for what is on this server, and that is read now */
int  settle_interrupted(struct setup *s, struct err *e);
int  continue_interrupted(struct setup *s, struct err *e);
void change_forget(struct setup *s);

int  change_run(struct setup *s, enum deed deed, const char *operand, struct err *e);

/* keeping.c: a change that is undone unless somebody keeps it */
#define KEEPING_KEY "confirm-within" /* of its field */
const char *keeping_text(const struct setup *s); /* for how long it is asked: "120s"; "": it is not */
const char *keeping_asked(const struct setup *s, const char *command); /* of a change that is still to come, which asks too */
int  keeping_take(unsigned *seconds, const char *text, struct err *e);

/* hold.c */
const struct check_result *hold_result(const struct setup *s, const char *id);
enum mark hold_mark(const struct setup *s);
void hold_forget(struct setup *s); /* what stood on it has changed; that it was begun is told */

/* live.c */
bool live_is_possible(const struct setup *s);
void live_begin(struct setup *s, enum live_kind k);
void live_found(struct setup *s); /* what is on this server was read */
void live_stop(struct setup *s, enum live_kind k);
bool live_runs(const struct setup *s, enum live_kind k);
double live_seconds(const struct setup *s, enum live_kind k); /* since it was asked for */
const struct check_result *live_result(const struct setup *s, enum live_kind k, const char *id); /* NULL: not over */

/* undone.c */
size_t undone_list(const struct setup *s, struct setup_choice *out, size_t max);
int  undone_choose(struct setup *s, size_t i);
bool undone_is_asked(const struct setup *s); /* the change was taken back or refused: what now? */

/* review.c */
const char *setup_origin_base(const struct setup *s);
const char *setup_public_base(const struct setup *s);
const char *setup_check_command(const struct setup *s); /* complete, to look again by hand */
void plan_forget(struct setup *s);
const struct plan *plan_get(struct setup *s, struct err *e);

/* With a password OpenChamber compares the Origin: only so the rehearsal proves the headers. */
#define PRACTICE_PASSWORD "practice"

/* broken.c: the site, before nginx reads it. */
int broken_write(struct setup *s, const char *name, struct err *e);

/* practice.c */
int  practice_start(struct setup *s, struct err *e);
bool practice_starts(const struct setup *s); /* its nginx does not listen yet */
void practice_stop(struct setup *s);

#endif
