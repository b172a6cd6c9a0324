/*
 * nginx.h - nginx: its entry in the table, and the parts it is made of.
 *
 * Only proxy.c needs the entry; the rest is between nginx*.c and their tests.
 */
#ifndef PROXY_NGINX_H
#define PROXY_NGINX_H

#include "conf/nginx.h"
#include "proxy/proxy.h"

extern const struct proxy proxy_nginx;

/* What is known of nginx alone; in proxy_found.conf, from its arena but for the tree. */
struct nginx_own {
	struct ngx_conf conf;
	bool            read;           /* the tree is whole, as far as files are open to us */
	char           *default_config; /* what it reads without -c */
	char           *real_config;    /* the main file where it lies, with --root */
	char           *unit;           /* "nginx", if systemd runs it */
};

/* NULL where nothing was read. */
const struct ngx_conf *nginx_conf(const struct proxy_found *f);

bool nginx_at_least(const struct proxy_found *f, unsigned major, unsigned minor, unsigned patch);
bool nginx_built_with(const struct proxy_found *f, const char *option); /* not installed: as Debian builds it */

/* nginx_detect.c, nginx_layout.c, nginx_master.c */
void nginx_detect(struct loop *l, const char *root, const struct machine *m, struct proxy_found *f,
                  void (*done)(void *ctx), void *ctx);
void nginx_forget(struct proxy_found *f);
void nginx_read_version(struct proxy_found *f, const char *said);
void nginx_read_config(struct proxy_found *f, const char *root);
void nginx_find_layout(struct proxy_found *f, const char *root);
void nginx_find_sites(struct proxy_found *f, const char *root);
void nginx_find_master(struct proxy_found *f, const char *root, const struct machine *m);

/* Is this process the master that reads the file we found? */
bool nginx_is_master(const struct proxy_found *f, pid_t pid, const char *const *argv);

/* Where "/" of a server leads, upstream{} blocks and set variables followed; NULL: nowhere.  From the arena. */
char *nginx_leads_to(struct arena *a, const struct ngx_conf *c, const struct ngx_directive *block,
                     const struct ngx_directive **where);

/* nginx_site.c: the text of one site */
int nginx_site(struct buf *out, const struct proxy_context *c, const char *certificate, const char *key,
               struct err *e);
int nginx_escape(struct buf *out, const char *value, struct err *e);
const char *nginx_site_id(struct arena *a, const struct url *public_url); /* ends the names that are one site's own */
const char *nginx_size(struct arena *a, unsigned long long bytes);         /* in nginx's own units, exact */

/* nginx_render.c, nginx_rehearse.c */
int nginx_render(struct steps *out, const struct proxy_context *c, struct err *e);
int  nginx_runs(struct steps *out, const struct proxy_context *c, struct err *e); /* its check, and its reload where wanted */
/* The steps that run a private nginx around what stands in http{}: `site' is a text, c->found says which nginx. */
int nginx_run_private(struct steps *out, const struct proxy_context *c, const char *site, struct err *e);
int nginx_rehearse(struct steps *out, const struct proxy_context *c, struct err *e);

/* nginx_proof.c */
bool nginx_complaint(const char *said, struct err *e);
int  nginx_clash(const struct proxy_context *c, const struct machine *m, struct err *e);
void *nginx_before_reload(const struct proxy_found *f);
enum proxy_proof nginx_proof(const struct proxy_found *f, void *state);
bool nginx_reload_closes(const struct proxy_found *f);

/* nginx_repair.c */
int nginx_repair(struct steps *out, const struct proxy_context *c, const char *const *causes, struct err *e);

/* nginx_limits.c */
void nginx_limits(const struct proxy_found *f, const struct url *url, const struct needs *needs, struct proxy_limits *out);

/* nginx_blame.c */
bool nginx_blame(const struct proxy_found *f, const char *cause, const struct url *public_url,
                 const char *path, const char **file, int *line);

#endif
