/*
 * proxy.h - what we know of each reverse proxy: one file, one table entry, one folder in templates/.
 *
 * Nothing here changes the machine: a proxy is found, its files are rendered
 * as steps, its private copy is described.  Doing is apply/'s business.
 */
#ifndef PROXY_PROXY_H
#define PROXY_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "answers/answers.h"
#include "answers/machine.h"
#include "answers/needs.h"
#include "base/err.h"
#include "base/json.h"
#include "base/tmpl.h"
#include "loop/loop.h"
#include "loop/net.h"
#include "proxy/step.h"

enum {
	PROXY_FILES    = 1 << 0, /* configured by files on this machine */
	PROXY_API      = 1 << 1, /* configured by requests to its API */
	PROXY_AUTO_TLS = 1 << 2, /* gets its own certificates */
	PROXY_REHEARSE = 1 << 3, /* can be run privately */
};

struct proxy_listen {
	char    *address; /* "*", "127.0.0.1", "[::]" */
	unsigned port;
	bool     tls;
};

/* One site (server block) the proxy serves today. */
struct proxy_site {
	char               **names;   /* ends with NULL */
	char                *file;    /* where its block begins */
	int                  line;
	struct proxy_listen *listens;
	size_t               n_listens;
	char                *upstream;      /* "http://127.0.0.1:3000" of its `/', or NULL */
	int                  upstream_line;
	char                *certificate, *key; /* paths, or NULL */
	bool                 ours;    /* written by us: its file carries our mark */
};

/* One proxy as it was found on this machine. */
struct proxy_found {
	const struct proxy *proxy;
	struct arena        arena;     /* owns all strings */
	bool                installed, running;
	char               *binary;    /* "/usr/sbin/nginx" */
	char               *version;   /* "1.22.1", or NULL */
	unsigned            v[3];
	char               *options;   /* what it was built with, or NULL */
	char               *config;    /* main file, without root */
	bool                chosen;    /* `config' was set before detection: no other is to be taken */
	char               *site_dir;  /* where a new site's file goes */
	char               *link_dir;  /* where a link to it goes; NULL: the file itself is read */
	char               *layout;    /* file:line of the include that reads it, for people */
	char               *user;      /* what its workers run as, or NULL */
	pid_t               master;    /* 0: not running */
	char               *container; /* name, or NULL */
	char               *stranger;  /* whose process has its name and is not believed to be it, or NULL */
	struct box         *box;       /* that container, where its proxy can be told from here; else NULL */
	struct proxy_found *here;      /* with a box: what this machine itself has of this proxy; freed along */
	struct proxy_site  *sites;
	size_t              n_sites;
	struct err          broken;    /* its configuration as it is today cannot be read: why; code ERR_NONE: fine */
	struct json        *front;      /* what stands in front of it has, where that is told by requests; else NULL */
	bool                incomplete; /* some of its files are closed to us: root would see more */
	void               *conf;      /* the proxy's own; freed by its `forget' */
};

/* What differs between writing for real and rehearsing. */
struct proxy_private {
	const char *dir;       /* 0700, for pid, logs, temp, certificates */
	unsigned    http, https; /* loopback ports that play the listen ports; 0: not listened on */
	unsigned    upstream;  /* the probe origin's port */
	const char *certificate, *key; /* made for the rehearsal */
};

struct proxy_context {
	const struct answers     *answers;
	const struct proxy_found *found;     /* may be not installed: then the distribution's defaults, oldest syntax */
	const struct needs       *needs;
	const char               *templates; /* directory */
	const char               *root;      /* --root, or NULL */
	const struct proxy_private *private; /* NULL: for real */
	const char                 *set_aside; /* the file of a site that will be gone by then, or NULL */
	const struct url           *replaces;  /* the address that was set up before and is taken away, or NULL */
	const struct proxy_context *leaving;   /* of the proxy that served the address so far and is moved away from, or NULL */
};

/* What a person sets in the proxy's own interface.  Pages and names are its own words, not translated. */
struct proxy_setting {
	const char *page, *name;
	const char *value; /* translated where it is no name, address or number */
};

struct proxy_by_hand {
	struct arena         arena; /* owns all of it */
	struct proxy_setting v[16];
	size_t               n;
	struct proxy_setting text;  /* its value is to be pasted whole, line by line */
};

/* What a site may do by what is written today; 0: nothing is written about it. */
struct proxy_limits {
	unsigned long long body;   /* bytes of one upload; ULLONG_MAX: as many as come */
	unsigned           stream; /* seconds of silence */
};

/* How far a reload has come; polled. */
enum proxy_proof { PROOF_WAIT, PROOF_DONE, PROOF_FAILED };

/* A conversation with the one that runs.  `mark' is from look's alone, and dies with the call. */
struct proxy_talk;
typedef void proxy_talk_fn(void *ctx, const char *mark, const struct err *e);
void proxy_talk_stop(struct proxy_talk *t); /* no call comes any more; NULL is fine */

/* How it is known in a container. */
struct proxy_boxed {
	const char *programs[3]; /* what its processes are called; ends with NULL */
	const char *another;     /* a file of something else that is built on it, or NULL */
};

struct proxy {
	const char *name;  /* "nginx": in answers, in templates/, on the command line */
	const char *label; /* as people know it; not translated */
	const char *package; /* what Debian and Ubuntu install it by; NULL: by its name */
	const char *users[3]; /* its packages run it as, beside root; ends with NULL */
	unsigned    caps;
	const struct proxy_boxed *boxed; /* NULL: it is not looked for in containers */

	/*
	 * Look for it on this machine, or in f->box, whose files are below `root' then; `done' comes
	 * from the loop once (or at once).  Never fails: what is not there is `installed' false.
	 * cancel-safe: the loop may end before.  By proxy_detect().
	 */
	void (*detect)(struct loop *l, const char *root, const struct machine *m, struct proxy_found *f,
	               void (*done)(void *ctx), void *ctx);
	void (*forget)(struct proxy_found *f);

	/*
	 * Read by requests what is there now, after `detect' and before `render', which is pure and
	 * works from what was read.  `done' comes from the loop, once; e is NULL if it went well.  The
	 * answers are borrowed until then.  NULL: nothing is to be read.
	 */
	void (*read)(struct loop *l, struct net *n, const char *root, const struct answers *a,
	             struct proxy_found *f, void (*done)(void *ctx, const struct err *e), void *ctx);

	/* Append the steps that make the answers true here: files, links, validate, reload.  Pure.  By proxy_render(). */
	int (*render)(struct steps *out, const struct proxy_context *c, struct err *e);

	/*
	 * Does a person do it, because the answers name no way to the proxy's API?  Then `render' and
	 * `read' are not for them, and `settings' fills `out', which the caller frees by its arena.
	 * Both NULL: never.
	 */
	bool (*by_hand)(const struct answers *a);
	int (*settings)(struct proxy_by_hand *out, const struct proxy_context *c, struct err *e);

	/* Append the programs alone: how it checks its files, and how it takes them.  NULL: it has none. */
	int (*runs)(struct steps *out, const struct proxy_context *c, struct err *e);

	/* Append the files (in private->dir) and one STEP_RUN that start a private copy in the foreground.  Pure. */
	int (*rehearse)(struct steps *out, const struct proxy_context *c, struct err *e);

	/* Find file, line and sentence in what its checker said; false: nothing recognised. */
	bool (*complaint)(const char *said, struct err *e);

	/*
	 * Could these listens be had by a reload, while the old ones are open?  0; -1: never, another
	 * program has one; 1: only by a restart (a wildcard meets an address): config-needs-restart.
	 * ERR_CONFLICT with both.
	 */
	int (*clash)(const struct proxy_context *c, const struct machine *m, struct err *e);

	/* Before "/1.22.1" in the program that reads the files when it is reloaded; NULL: that is the one on the disk, or it answers. */
	const char *signature;

	/* Remember what runs before a reload; then see whether the reload took.  `state' is the proxy's, freed with free(3). */
	void *(*before_reload)(const struct proxy_found *f);
	enum proxy_proof (*proof)(const struct proxy_found *f, void *state);

	/*
	 * What runs is asked before anything is written, where it can be told what to run by requests
	 * too: ERR_CONFLICT if it did not come from its files, for a reload would drop it.  `mark' is
	 * for `take' and knows when somebody else changed it meanwhile; NULL: its program reloads it.
	 * `take' is that reload; ERR_CONFLICT: somebody did, and nothing was changed.  Both end by one
	 * call from the loop, unless proxy_talk_stop() comes before.  NULL: only its files tell it.
	 */
	struct proxy_talk *(*look)(struct loop *l, struct net *n, const struct proxy_context *c,
	                           proxy_talk_fn *done, void *ctx);
	struct proxy_talk *(*take)(struct loop *l, struct net *n, const struct proxy_context *c,
	                           const char *mark, proxy_talk_fn *done, void *ctx);

	/*
	 * After a reload: has it got by itself what it serves with (a certificate)?  Polled, for at
	 * most `ready_seconds'.  NULL: there is nothing to wait for.
	 */
	enum proxy_proof (*ready)(const struct proxy_context *c);
	unsigned ready_seconds;

	/*
	 * The file of the authority that signs its test certificates (TLS mode selfsigned), for the
	 * checks to trust; it may only come to be with the reload.  From the arena.  NULL, the function
	 * or its answer: the certificate is one of the plan's files.
	 */
	char *(*authority)(struct arena *a, const struct proxy_context *c);

	/* Would a reload, as it runs now, close the WebSockets that are open, at once or after a time?  NULL: it keeps them. */
	bool (*reload_closes)(const struct proxy_found *f);

	/*
	 * It is moved away from, and runs: append what sets free these ports, if it holds them outside
	 * any site.  1: nothing would be left to listen on, and it refuses to run so; what stops it is
	 * appended instead.  ERR_CONFLICT: it would have to be stopped, and nobody could start it again.
	 * The steps that take our site away are there already.  NULL: it lets go of a port with the site.
	 */
	int (*leave)(struct steps *out, const struct proxy_context *c, const unsigned ports[2],
	             struct err *e);

	/* Started by its bare program, what runs then writes on where that wrote. */
	bool start_keeps_output;

	/*
	 * Where it is started by its bare program: the words behind that which stop it, and which have it read
	 * its files anew, each with a NULL at its end; or, for the second, the word in place of start.
	 */
	const char *const *stop, *const *reload;
	const char        *reload_word; /* NULL: reload */

	/* What to change for a cause, in this proxy's own words: N_(), or NULL. */
	const char *(*fix)(const char *cause);

	/* The line of its present configuration that explains a cause on a route of a host; false: cannot tell. */
	bool (*blame)(const struct proxy_found *f, const char *cause, const struct url *public_url,
	              const char *path, const char **file, int *line);

	/* Of the site at an address, or (NULL) of one that says nothing of its own.  NULL, the function: it has no such limits. */
	void (*limits)(const struct proxy_found *f, const struct url *url, const struct needs *needs,
	               struct proxy_limits *out);

	/*
	 * Append what settles these causes (ends with NULL) on the site of the answers' public address:
	 * each file that changes, whole, then its check and the reload.  Reads files, changes nothing;
	 * where nothing is to be repaired nothing is appended.  NULL: it has no ready changes.
	 */
	int (*repair)(struct steps *out, const struct proxy_context *c, const char *const *causes,
	              struct err *e);

	/* Where it serves, seen from here ("10.0.0.5"); from the arena.  NULL, the function or its answer: loopback. */
	const char *(*serves_at)(struct arena *a, const struct proxy_context *c);

	/* Quote one value for this proxy's syntax. */
	tmpl_escape_fn *escape;
};

extern const struct proxy *const proxies[]; /* ends with NULL; found-first order is the caller's business */
const struct proxy *proxy_find(const char *name);

/*
 * Is something to be read by requests before `render' and front_render(): of the proxy, or of what
 * stands in front?  Then read it; `done' comes from the loop, once.
 */
bool proxy_is_read(const struct proxy_found *f, const struct answers *a);
void proxy_read(struct loop *l, struct net *n, const char *root, const struct answers *a,
                struct proxy_found *f, void (*done)(void *ctx, const struct err *e), void *ctx);

void proxy_found_free(struct proxy_found *f);

/*
 * The site that has a name on a port; NULL: none.  The one that serves it: where none has the name
 * and the proxy runs, the one without any.  The site that leads to an address, NULL: none.
 */
const struct proxy_site *proxy_site_named(const struct proxy_found *f, const char *host, unsigned port);
const struct proxy_site *proxy_site_serving(const struct proxy_found *f, const char *host, unsigned port);
/*
 * The first site of the same name: what a person takes for one site may be a
 * block for each port.  Both are the same where it is the only one.
 */
const struct proxy_site *proxy_site_first(const struct proxy_found *f, const struct proxy_site *site);
bool proxy_site_listens(const struct proxy_site *site, unsigned port);
const struct proxy_site *proxy_site_leading_to(const struct proxy_found *f, const struct url *origin);

/* The first line of every file we write; by this we know our own again. */
#define PROXY_MARK "Written by antechamber"

#endif
