/*
 * answers.h - what the user decided: one table of fields, one struct.
 *
 * The same fields are read from the answers file, set one by one by the
 * wizard (which shows the error under the field), and written back.  No
 * secret is ever in here; a secret is named by a `*-file' field.
 */
#ifndef ANSWERS_ANSWERS_H
#define ANSWERS_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/url.h"

enum tls_mode { TLS_NONE, TLS_EXISTING, TLS_CERTBOT, TLS_AUTO, TLS_SELFSIGNED, TLS_UPSTREAM };
enum cdn { CDN_NONE, CDN_CLOUDFLARE, CDN_OTHER };
enum cloudflare_plan { PLAN_FREE, PLAN_PRO, PLAN_BUSINESS, PLAN_ENTERPRISE };
enum cloudflare_ssl { SSL_KEEP, SSL_FULL, SSL_STRICT }; /* how Cloudflare speaks to this server */

struct answers {
	struct arena  arena;
	char         *file;         /* where they were read from, or NULL */
	bool          has_origin, has_public;
	struct url    origin;       /* host, port, no path */
	struct url    public_url;   /* the address people will use */
	char         *proxy;        /* "nginx", or NULL: not decided */
	bool          has_tls;
	enum tls_mode tls;
	char         *certificate, *key; /* paths, or NULL */
	unsigned long long body;    /* bytes */
	unsigned      stream, connect; /* seconds */
	enum cdn      cdn;
	char        **trusted;      /* CIDRs, ends with NULL; NULL: none */
	char         *listen_address;  /* "*", or a literal address */
	unsigned      listen_http, listen_https; /* 0: the default for the public address */
	char         *config;       /* path of the site's file, or NULL: found on this machine */
	char        **validate;     /* argv, ends with NULL; NULL: found */
	char        **reload_argv;
	char         *npm_url, *npm_identity, *npm_secret_file;
	char         *cloudflare_zone, *cloudflare_token_file;
	enum cloudflare_plan cloudflare_plan;
	enum cloudflare_ssl  cloudflare_ssl;
	bool          reload;       /* reload after writing */
	char         *language;     /* "ko", or NULL */
	struct answer_place *places; /* where each field stood; see answers_place() */
};

enum answer_kind { ANSWER_URL, ANSWER_CHOICE, ANSWER_PATH, ANSWER_SIZE, ANSWER_DURATION,
                   ANSWER_PORT, ANSWER_ADDRESS, ANSWER_CIDRS, ANSWER_ARGV, ANSWER_BOOL,
                   ANSWER_TEXT };

struct answer_field {
	const char       *key;      /* "limits.body", as in the file and on messages */
	enum answer_kind  kind;
	size_t            offset;   /* of the member in struct answers */
	const char *const *choices; /* of ANSWER_CHOICE; ends with NULL */
	unsigned long long min, max; /* of sizes, durations, ports */
};

extern const struct answer_field answer_fields[]; /* ends with a NULL key */

void answers_init(struct answers *a); /* defaults: 100M, 3600s, 30s, "*", reload */
void answers_free(struct answers *a);
void answers_copy(struct answers *to, const struct answers *from);

/*
 * Read a file into initialised answers, which are unchanged on error.  Unknown
 * key, wrong type, out of range: ERR_VALUE with file:line:column, what was
 * read and what was expected.
 */
int answers_load(struct answers *a, const char *path, struct err *e);
int answers_parse(struct answers *a, const char *text, size_t len, const char *file, struct err *e);

/* Set one field from text as a person types it; the answers are unchanged on error. */
int answers_set(struct answers *a, const char *key, const char *text, struct err *e);

/* The field as text, "" where it is not decided; appended. */
void answers_get(struct buf *out, const struct answers *a, const char *key);

/* Where a field stands in the file it was read from; false: nowhere.  For messages. */
bool answers_place(const struct answers *a, const char *key, int *line, int *column);

/* ERR_VALUE with "KEY: " and, where the field was read from a file, its place in front. */
int answers_err(struct err *e, const struct answers *a, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Is everything decided that a configuration needs?  ERR_VALUE names the first that is not. */
int answers_whole(const struct answers *a, struct err *e);

void answers_write(struct buf *out, const struct answers *a); /* YAML, without the defaults */
int  answers_save(const struct answers *a, const char *path, struct err *e); /* 0600 */

/* The ports to listen on, after the defaults; 0: not at all. */
void answers_ports(const struct answers *a, unsigned *http, unsigned *https);

/* As root /etc/antechamber/NAME.yaml, else $XDG_CONFIG_HOME/antechamber/NAME.yaml, below root. */
char *answers_default_path(struct arena *arena, const char *root, const struct url *public_url);
/* The saved answers on this machine, newest first; ends with NULL; from the arena. */
char **answers_saved(struct arena *arena, const char *root);

#endif
