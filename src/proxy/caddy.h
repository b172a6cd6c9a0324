/*
 * caddy.h - Caddy: its entry in the table, and the parts it is made of.
 *
 * Only proxy.c needs the entry; the rest is between caddy*.c and their tests.
 */
#ifndef PROXY_CADDY_H
#define PROXY_CADDY_H

#include "conf/caddyfile.h"
#include "proxy/proxy.h"

extern const struct proxy proxy_caddy;

/* Where every package puts it. */
#define CADDY_DIR    "/etc/caddy"
#define CADDY_CONFIG CADDY_DIR "/Caddyfile"

/* What is known of Caddy alone; in proxy_found.conf, strings from its arena. */
struct caddy_own {
	struct cdy_conf conf;
	bool            read;    /* the tree is whole, as far as files are open to us */
	bool            foreign; /* it is configured by something that is no Caddyfile */
	char           *unit;    /* "caddy.service", if systemd runs it or would */
	char           *data;    /* where it keeps what it makes itself, by its environment */
	char           *admin;   /* where its admin endpoint is, by its environment; NULL: not said there */
};

/* NULL where nothing was read. */
const struct cdy_conf *caddy_conf(const struct proxy_found *f);

/* Not installed: as the oldest that a distribution still packages, 2.6.2. */
bool caddy_at_least(const struct proxy_found *f, unsigned major, unsigned minor, unsigned patch);

/* caddy_detect.c, caddy_master.c, caddy_layout.c */
void caddy_detect(struct loop *l, const char *root, const struct machine *m, struct proxy_found *f,
                  void (*done)(void *ctx), void *ctx);
void caddy_forget(struct proxy_found *f);
void caddy_read_version(struct proxy_found *f, const char *said);
void caddy_read_config(struct proxy_found *f, const char *root);
void caddy_find_unit(struct proxy_found *f, const char *root);
void caddy_find_master(struct proxy_found *f, const char *root, const struct machine *m);
void caddy_find_layout(struct proxy_found *f, const char *root);
void caddy_find_sites(struct proxy_found *f, const char *root);

/* An import's pattern as a whole path; from the arena. */
const char *caddy_import_path(struct arena *a, const struct cdy_import *i);

/* Would an import beside the sites read this path? */
bool caddy_is_imported(const struct proxy_found *f, const char *path);

/* A directory below which Caddy keeps its certificates; from the arena. */
const char *caddy_storage(struct arena *a, const struct proxy_found *f);

/* caddy_site.c: the text of one site */
int caddy_site(struct buf *out, const struct proxy_context *c, const char *certificate,
	       const char *key, struct err *e);
int caddy_escape(struct buf *out, const char *value, struct err *e);
void caddy_listen_port(const struct proxy_context *c, unsigned *plain, unsigned *tls); /* 0: none */

/* Does Caddy itself lead plain http to https, and listen on its http_port for that? */
bool caddy_leads_to_https(const struct proxy_context *c);

/* caddy_place.c: where the site's file goes, and what makes Caddy read it */
struct caddy_place {
	const char *file;
	const char *text; /* of the whole Caddyfile with one line more; NULL: it needs none */
};
int caddy_find_place(struct caddy_place *p, struct arena *a, const struct proxy_context *c,
		     struct err *e);

/* caddy_render.c */
int caddy_render(struct steps *out, const struct proxy_context *c, struct err *e);
int caddy_runs(struct steps *out, const struct proxy_context *c, struct err *e);
int caddy_rehearse(struct steps *out, const struct proxy_context *c, struct err *e);

/* caddy_proof.c */
bool caddy_complaint(const char *said, struct err *e);
int  caddy_clash(const struct proxy_context *c, const struct machine *m, struct err *e);
enum proxy_proof caddy_ready(const struct proxy_context *c);
char *caddy_authority(struct arena *a, const struct proxy_context *c);
bool caddy_reload_closes(const struct proxy_found *f);

/* caddy_admin.c */
struct proxy_talk *caddy_look(struct loop *l, struct net *n, const struct proxy_context *c,
                              proxy_talk_fn *done, void *ctx);
struct proxy_talk *caddy_take(struct loop *l, struct net *n, const struct proxy_context *c,
                              const char *mark, proxy_talk_fn *done, void *ctx);

/* caddy_blame.c */
bool caddy_blame(const struct proxy_found *f, const char *cause, const struct url *public_url,
                 const char *path, const char **file, int *line);

/* caddy_repair.c */
int caddy_repair(struct steps *out, const struct proxy_context *c, const char *const *causes, struct err *e);

#endif
