/*
 * apache.h - Apache httpd: its entry in the table, and the parts it is made of.
 *
 * Only proxy.c needs the entry; the rest is between apache*.c and their tests.
 */
#ifndef PROXY_APACHE_H
#define PROXY_APACHE_H

#include "conf/apache.h"
#include "proxy/proxy.h"

extern const struct proxy proxy_apache;

#define APACHE_CONFIG "/etc/apache2/apache2.conf"

/* What is known of httpd alone; in proxy_found.conf, from its arena but for the tree. */
struct apache_own {
	struct apa_conf    conf;
	bool               read;           /* the tree is whole, as far as files are open to us */
	char              *server_root, *default_config; /* as it was built */
	const char *const
		*statics; /* modules that are compiled in: "core_module"; ends with NULL */
	const char *const *variables;      /* of its envvars file; ends with NULL */
	const char *mods_available; /* directory of what can be switched on, and of the links that
	                               do; NULL: none */
	const char        *mods_enabled;
	const char        *control;        /* "apachectl", or NULL */
	bool rooted; /* it was started with the root in front of its paths, and sees this tree so */
	char              *unit;           /* "apache2.service", if systemd runs it */
};

/* NULL where nothing was found. */
struct apache_own *apache_own(const struct proxy_found *f);
const struct apa_conf *apache_conf(const struct proxy_found *f); /* NULL where nothing was read */
bool
apache_at_least(const struct proxy_found *f, unsigned minor, unsigned patch); /* 2.MINOR.PATCH */

/* Its configuration read again, with more modules than it has today. */
int apache_read_with(struct apa_conf *c, const struct proxy_found *f, const char *root,
                     const char *const *modules, struct err *e);

/* apache_detect.c, apache_master.c, apache_layout.c */
void apache_detect(struct loop *l, const char *root, const struct machine *m, struct proxy_found *f,
                   void (*done)(void *ctx), void *ctx);
void apache_forget(struct proxy_found *f);
void apache_read_version(struct proxy_found *f, const char *said); /* what -V says */
void apache_read_statics(struct proxy_found *f, const char *said); /* what -l says */
void apache_read_config(struct proxy_found *f, const char *root);
void apache_find_master(struct proxy_found *f, const char *root, const struct machine *m);
void apache_find_layout(struct proxy_found *f, const char *root);
void apache_find_sites(struct proxy_found *f, const char *root);

/* apache_modules.c: what the site needs, and what of it has to be switched on */
struct apache_modules {
	struct arena a;
	const char **needed;  /* "proxy_http"; ends with NULL */
	const char **missing; /* of those, with what they depend on; ends with NULL */
	bool         http2;   /* it can speak it */
};
void apache_modules(struct apache_modules *m, const struct proxy_context *c);
void apache_modules_free(struct apache_modules *m);
/* The links that switch the missing ones on; ERR_MISSING where there is nothing to link to. */
int apache_modules_steps(struct steps *out, const struct apache_modules *m,
                         const struct proxy_context *c, struct err *e);
/* The configuration as it will be read with them. */
int apache_modules_read(struct apa_conf *conf, const struct apache_modules *m,
                        const struct proxy_context *c, struct err *e);
bool apache_has_upgrade(const struct proxy_found *f); /* ProxyPass ... upgrade=websocket */

/* apache_site.c: the text of one site; `listens' are its own Listen lines, `addresses' what its hosts answer for */
struct apache_place {
	const char *listens;          /* lines, or NULL */
	const char *plain, *tls;      /* "*:443 192.0.2.7:443"; NULL: not listened on */
};
int
apache_site(struct buf *out, const struct proxy_context *c, const struct apache_modules *m,
            const struct apache_place *p, const char *certificate, const char *key, struct err *e);
int apache_escape(struct buf *out, const char *value, struct err *e);

/* apache_listen.c: which Listen lines are there, and which it takes; `file' is the site's own as it is read, left out */
int apache_place(struct apache_place *p, struct arena *a, const struct proxy_context *c,
                 const struct apa_conf *conf, const char *file, struct err *e);

/* apache_render.c, apache_rehearse.c */
int apache_check(const struct proxy_context *c,
                 struct err *e); /* can it be made of the answers at all? */
int apache_render(struct steps *out, const struct proxy_context *c, struct err *e);
/* What has it do this: "stop", "start", "graceful".  From the arena. */
const char *const *apache_program(struct arena *a, const struct proxy_context *c, const char *word);
int apache_runs(struct steps *out, const struct proxy_context *c, struct err *e);
int apache_rehearse(struct steps *out, const struct proxy_context *c, struct err *e);

/* apache_proof.c */
bool apache_complaint(const char *said, struct err *e);
int  apache_clash(const struct proxy_context *c, const struct machine *m, struct err *e);
void *apache_before_reload(const struct proxy_found *f);
enum proxy_proof apache_proof(const struct proxy_found *f, void *state);

/* apache_blame.c */
void apache_limits(const struct proxy_found *f, const struct url *url, const struct needs *needs, struct proxy_limits *out);
bool apache_blame(const struct proxy_found *f, const char *cause, const struct url *public_url,
                  const char *path, const char **file, int *line);

/* apache_leave.c */
int apache_leave(struct steps *out, const struct proxy_context *c, const unsigned ports[2], struct err *e);

/* apache_repair.c */
int apache_repair(struct steps *out, const struct proxy_context *c, const char *const *causes, struct err *e);

#endif
