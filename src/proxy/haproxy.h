/*
 * haproxy.h - HAProxy: its entry in the table, and the parts it is made of.
 *
 * Only proxy.c needs the entry; the rest is between haproxy*.c and their tests.
 */
#ifndef PROXY_HAPROXY_H
#define PROXY_HAPROXY_H

#include "conf/haproxy.h"
#include "proxy/proxy.h"

extern const struct proxy proxy_haproxy;

#define HAPROXY_CONFIG "/etc/haproxy/haproxy.cfg"

/* What is known of HAProxy alone; in proxy_found.conf, from its arena but for the sections. */
struct haproxy_own {
	struct hap_conf conf;
	bool            read;     /* the files are whole, as far as they are open to us */
	const char    **files;    /* what its -f options name, without root; ends with NULL */
	bool rooted; /* it was started with the root in front of its paths, and sees this tree so */
	bool            master;   /* it has a master process, which reloads on SIGUSR2 */
	char           *unit;     /* "haproxy.service", if systemd runs it */
};

/* NULL where nothing was found. */
struct haproxy_own *haproxy_own(const struct proxy_found *f);
bool haproxy_at_least(const struct proxy_found *f, unsigned major, unsigned minor);

/* haproxy_detect.c, haproxy_master.c, haproxy_sites.c */
void haproxy_detect(struct loop *l, const char *root, const struct machine *m,
                    struct proxy_found *f, void (*done)(void *ctx), void *ctx);
void haproxy_forget(struct proxy_found *f);
void haproxy_read_version(struct proxy_found *f, const char *said);
void haproxy_read_config(struct proxy_found *f, const char *root);
void haproxy_find_master(struct proxy_found *f, const char *root, const struct machine *m);
void haproxy_find_sites(struct proxy_found *f, const char *root);

/*
 * haproxy_block.c: what is ours in a file of somebody else's stands between two
 * marked lines; a line of theirs that had to change is kept inside as a comment.
 */
enum haproxy_spot_kind {
	HAPROXY_SPOT_RULES,
	HAPROXY_SPOT_CHOICE,
	HAPROXY_SPOT_BACKEND,
	HAPROXY_SPOT_FRONTEND
};

/* Where something of ours stood: in front of this line of what is left. */
struct haproxy_spot {
	enum haproxy_spot_kind kind;
	int                    line;
};
struct haproxy_spots {
	struct haproxy_spot v[32];
	size_t              n;
};

void haproxy_block_put(struct buf *out, const char *address, const char *indent, const char *text);
void haproxy_block_put_frontend(struct buf *out, const char *text);
/* The text without our blocks for a host, theirs put back; a block without its end is ERR_CONFLICT. */
int haproxy_block_strip(struct buf *out, struct haproxy_spots *spots, const char *text,
                        const char *host, const char *file, struct err *e);
/* Does a line (from 1) stand in a block of ours, for any host? */
bool haproxy_block_has(const char *text, int line);
/* The block of some name that a line stands in: its marked lines; false: in none. */
bool haproxy_block_around(const char *text, int line, int *first, int *last);

/*
 * haproxy_place.c: where the site goes.  A port that a frontend of theirs has
 * already is never bound again: HAProxy would take it, and give each request
 * to one of both by chance.
 */
struct haproxy_route {
	const struct hap_section *front;
	bool                      plain, tls; /* which of our two ports it listens on */
	const struct hap_line *bind; /* lacks our certificate; NULL: has it, or needs none */
};

struct haproxy_place {
	struct arena          arena;
	struct hap_conf       conf;  /* theirs alone */
	struct hap_text      *texts; /* theirs alone: what each file is without us */
	struct haproxy_spots *spots; /* one a text */
	size_t                n_texts;
	unsigned              plain, tls;         /* our ports; 0: none */
	bool own_plain, own_tls;     /* nobody listens there: a frontend of our own does */
	bool                  links; /* our certificate is read through our links */
	struct haproxy_route *routes;
	size_t                n_routes;
};

/* `crt' is the file with our certificate, as HAProxy names it; NULL: none. */
int haproxy_place(struct haproxy_place *p, const struct proxy_context *c, const char *crt,
                  struct err *e);
void haproxy_place_free(struct haproxy_place *p);

/* haproxy_site.c: a frontend of our own (with the rules, marked, in it), our backend, the rules in any frontend */
int haproxy_frontend(struct buf *out, const struct proxy_context *c, const struct haproxy_place *p,
                     const char *crt, struct err *e);
int haproxy_backend(struct buf *out, const struct proxy_context *c, const struct haproxy_place *p,
                    struct err *e);

/*
 * The http-request rules of this name, its use_backend, or both, as a marked
 * block; nothing where it needs none.  They may have to stand apart, since
 * HAProxy warns of a rule behind any choice.
 */
int haproxy_rules(struct buf *out, const struct proxy_context *c, bool rules, bool choice,
                  const struct haproxy_route *r, struct err *e);
int haproxy_escape(struct buf *out, const char *value, struct err *e);

/* haproxy_edit.c: a step for each file that changes */
int haproxy_edit(struct steps *out, const struct proxy_context *c, const struct haproxy_place *p,
                 const char *crt, struct err *e);

/* haproxy_render.c, haproxy_rehearse.c */
const char *haproxy_config(const struct proxy_context *c); /* its main file */
int haproxy_check(const struct proxy_context *c,
                  struct err *e); /* can it be made of the answers at all? */
int haproxy_render(struct steps *out, const struct proxy_context *c, struct err *e);
int haproxy_runs(struct steps *out, const struct proxy_context *c, struct err *e);
int haproxy_rehearse(struct steps *out, const struct proxy_context *c, struct err *e);

/* haproxy_proof.c */
bool haproxy_complaint(const char *said, struct err *e);
int  haproxy_clash(const struct proxy_context *c, const struct machine *m, struct err *e);
void *haproxy_before_reload(const struct proxy_found *f);
enum proxy_proof haproxy_proof(const struct proxy_found *f, void *state);
bool haproxy_reload_closes(const struct proxy_found *f);

/* haproxy_blame.c */
void haproxy_limits(const struct proxy_found *f, const struct url *url, const struct needs *needs, struct proxy_limits *out);
bool haproxy_blame(const struct proxy_found *f, const char *cause, const struct url *public_url,
                   const char *path, const char **file, int *line);

/* haproxy_leave.c */
int haproxy_leave(struct steps *out, const struct proxy_context *c, const unsigned ports[2], struct err *e);

/* haproxy_repair.c */
int haproxy_repair(struct steps *out, const struct proxy_context *c, const char *const *causes, struct err *e);

#endif
