/*
 * run.h - the inside of a run: what the probes share.  Only check/ includes it.
 *
 * A run has two sides: DIRECT, the origin itself, and FRONT, what stands in
 * front of it.  A probe is started for a side, asks through probe_ask() (at most
 * eight questions are open at once), and ends one or more checks with
 * check_pass(), check_blame(), check_skip() or check_moot().  The first
 * ending of a check counts; a check that is not planned is NULL, and all of
 * these then do nothing.
 *
 * What a probe keeps lives in the run's arena; requests, timers and sockets
 * end with the run, so no callback outlives it.
 */
#ifndef CHECK_RUN_H
#define CHECK_RUN_H

#include <stdarg.h>

#include "check/check.h"
#include "loop/ws.h"

#define RUN_OPEN_MAX 8    /* questions at once */
#define FIRST_MS     2500 /* how long a first message or event is waited for */
#define BODY_MAX     (1024 * 1024)

enum { DIRECT, FRONT, N_SIDES };

enum auth {
	AUTH_UNKNOWN, /* could not be told */
	AUTH_NONE,    /* no UI password */
	AUTH_IN,      /* logged in */
	AUTH_OUT,     /* there is a password, and we are not logged in */
};

enum openness { /* is OpenCode behind OpenChamber ready? */
	READY_UNASKED, READY_ASKING, READY_YES, READY_NO,
};

/* When a probe may start. */
enum check_when {
	AT_ONCE,
	ONCE_ANSWERED, /* OpenChamber answers on this side */
	ONCE_KNOWN,    /* and it is known how to log in */
};

struct side {
	struct check_run *run;
	enum check_target target;
	bool              present;
	bool              ended;    /* a step failed: the rest is skipped */
	bool              answered; /* OpenChamber answers here */
	bool              named;    /* it calls itself here by the name that was asked for */
	struct url        url;
	char             *base;     /* "https://chat.example.org" */
	char             *host;     /* "chat.example.org:8443" */
	struct net_where  where;
	struct json      *version;  /* what /api/version said, or NULL */
	double            took;     /* seconds that took */
	bool              loopback; /* the peer is this machine */
	bool              secret_ok; /* credentials may go there */
	char             *cached;   /* a header: /api/version came from a cache; or NULL */
	const char       *cdn;      /* name of the CDN in the path, or NULL */
	unsigned          phase;    /* probes of `enum check_when' below this were started */
};

struct check_kind {
	const char       *id;       /* NULL: one for each route of the group */
	enum check_group  group;
	const char       *label;    /* N_() */
	unsigned          targets;  /* 1 << TARGET_... */
	unsigned          required; /* the same */
	enum check_when   when;
	const char       *after;    /* what else it draws on: the beginning of ids, or NULL */
	void            (*start)(struct side *s); /* once a side, however many checks share it */
};

/* In the order of the checklist; ends with a NULL label. */
extern const struct check_kind check_kinds[];

struct check {
	const struct check_kind *kind;
	struct side             *side;
	size_t                   route;  /* index in needs */
	bool                     on, shown, finished, told;
	struct check_result      result;
};

struct asking;
struct pause;
struct socket_probe;
struct stream_probe;
struct public_state;
struct clock;
struct spool;
struct hold;

struct check_run {
	struct loop         *loop;
	struct net          *net;
	const struct needs  *needs;
	struct check_options options;
	struct arena         arena;
	check_result_fn     *on_result;
	check_done_fn       *on_done;
	void                *ctx;

	struct side   side[N_SIDES];
	struct check *checks;
	size_t        n_checks;

	enum auth     auth;
	bool          auth_known;  /* the login is over, one way or the other */
	char         *cookie;      /* "Cookie: ...", wiped at the end */
	enum openness ready;       /* of the direct side */
	bool          origin_proved; /* the public Origin was accepted by a logged-in handshake */

	struct socket_probe *sockets[N_SIDES]; /* n_sockets each */
	struct stream_probe *streams[N_SIDES]; /* 2 * n_streams each: HTTP/1.1, HTTP/2 */
	struct public_state *public_state;
	struct spool        *spool;
	struct hold         *holds;  /* --deep: for each stream and socket, both sides */
	struct clock        *clocks; /* of a rehearsal: CLOCKS for each stream */

	struct asking *asking;   /* all that are open or wait */
	struct pause  *pauses;
	int            open;     /* questions in flight */
	unsigned       numbers;  /* given out so far */
	unsigned       telling;  /* a timer */
	bool           done;
	bool           inside;   /* the owner is being called; */
	bool           freed;    /* and has freed the run there */
};

/* plan.c: which checks there are in this run. */
int  run_plan(struct check_run *r, struct err *e);

/* run.c */
int  run_timeout(const struct check_run *r); /* ms, per probe */
int  run_first(const struct check_run *r);   /* ms, for a first message or event */
void run_tell_soon(struct check_run *r); /* hand over what is finished */
void run_go(struct side *s, enum check_when when); /* start what may start now */
void run_known(struct check_run *r); /* the login is over */
void run_answered(struct side *s);   /* OpenChamber answers on this side */
void run_end_side(struct side *s, const struct check *failed);
void run_quiet(struct check_run *r); /* drop everything that is still under way, and the secrets */

struct check *check_on(const struct side *s, const char *id);
struct check *check_route(const struct side *s, enum check_group g, size_t route);

void check_pass(struct check *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void check_blame(struct check *c, enum check_status status, const char *cause, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void check_blame_v(struct check *c, enum check_status status, const char *cause, const char *fmt,
                   va_list ap) __attribute__((format(printf, 4, 0)));
void check_skip(struct check *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A skip where there is nothing to tell: nobody has to wait for it to pass. */
void check_moot(struct check *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void check_optional(struct check *c); /* from now on it can only warn */
bool check_open(const struct check *c); /* planned, on, and not ended yet */

/* Facts for `observed'; strings are cleaned. */
void note_string(struct check *c, const char *key, const char *value);
void note_int(struct check *c, const char *key, long long n);
void note_real(struct check *c, const char *key, double d);
void note_bool(struct check *c, const char *key, bool b);
void note_took(struct check *c, double seconds);
void note_reply(struct check *c, const struct net_reply *r); /* status, http, fault, seconds */

/* ask.c: questions, pauses and what comes back. */

/*
 * Ask `path' of a side; `q' says the rest (url and where are filled unless
 * url is given).  With `login' the cookie goes along where it may.  It waits
 * for its turn; the header strings live until it is over.
 */
unsigned probe_ask(struct side *s, const char *path, const struct net_request *q, bool login);

/* The plain case: GET, no login. */
void probe_get(struct side *s, const char *path, net_done_fn *done, void *ctx);

/* The same as probe_ask() at once, beside the eight: for what mostly waits. */
unsigned probe_ask_aside(struct side *s, const char *path, const struct net_request *q, bool login);

/* A turn for something that is not a request, such as a WebSocket; it ends with probe_stop(). */
typedef void turn_fn(void *ctx);
unsigned probe_turn(struct side *s, turn_fn *start, void *ctx);

/* Its `done' is not called; 0 and spent numbers do nothing. */
void probe_stop(struct check_run *r, unsigned number);

/* Run `fn' once, `ms' from now, unless the run ends before. */
unsigned probe_pause(struct check_run *r, int ms, loop_fn *fn, void *ctx);
void     probe_pause_end(struct check_run *r, unsigned number); /* 0 and spent numbers do nothing */

void probe_quiet(struct check_run *r);  /* end all of the run's */
void probe_quiet_side(struct side *s);  /* end all questions of a side */

/* answer.c: what an answer says. */
char *say_clean(struct arena *a, const char *bytes, size_t len, size_t max); /* by text_safe() */
char *answer_header(struct arena *a, const struct net_reply *r,
                    const char *name); /* cleaned, at most 200; NULL */
bool  answer_header_is(const struct net_reply *r, const char *name,
                       const char *value); /* case ignored */
bool  answer_header_has(const struct net_reply *r, const char *name,
                        const char *part); /* case ignored */
struct json *answer_json(const struct net_reply *r); /* an object, or NULL */
bool  answer_is_openchamber(const struct json *j);
char *answer_name(struct arena *a,
                  const struct net_reply *r); /* a page's title, its server, "a web server" */
const char *answer_cdn(const struct net_reply *r); /* "Cloudflare" ...; NULL: none seen */
const char *answer_tls_cause(const struct net_reply *r); /* of a fault in the handshake */
bool probe_is_loopback(const char *address);
char *say_seconds(struct arena *a, double s); /* by text_seconds() */
char *say_wait(struct arena *a, int ms); /* how long it was to be waited, which is no measured time: "5", not "5.0" */
char *say_size(struct arena *a, unsigned long long bytes);
bool  answer_is_down(long status);    /* 502, 503 and a CDN's words for it */
bool  answer_is_late(long status);    /* 504 and the like */

/* The probes. */
void probe_direct(struct side *s);
void probe_exposure(struct side *s);
void probe_public(struct side *s);
void probe_cache(struct side *s);
void probe_sockets(struct side *s);
void probe_streams(struct side *s);
void probe_clocks(struct side *s);
void probe_gzip(struct side *s);
void probe_body(struct side *s);
void probe_spool(struct side *s);
void probe_time(struct side *s);
void probe_idle(struct side *s);
void probe_headers(struct side *s);
void probe_cdn(struct side *s);

/* What one side's news may let be judged; each looks whether it can, and otherwise waits. */
void public_judge(struct check_run *r);
void sockets_judge(struct check_run *r);
void sockets_quiet(struct check_run *r); /* close them all */
void spool_quiet(struct check_run *r);
void holds_quiet(struct check_run *r);
void public_quiet(struct check_run *r);  /* its look-up ends */
void streams_judge(struct check_run *r);
void streams_quiet(struct check_run *r); /* free what they were reading */
void headers_judge(struct check_run *r);
void run_judge(struct check_run *r); /* all of them */

/* Does OpenCode behind the origin say it is ready?  Asks once; run_judge() follows. */
enum openness direct_readiness(struct check_run *r);
void probe_login(struct side *s); /* once, with the password; run_known() follows */

/* The login's state for a request to this side. */
enum auth side_auth(const struct side *s);

#endif
