/* crypto.h - digests, random bytes, certificates.  The only door to libcrypto. */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

/* RFC 6455 4.2.2: base64(SHA-1(key + GUID)).  `out' gets 28 characters and NUL. */
void crypto_ws_accept(const char *key, char out[29]);

/* Lower-case hex and NUL. */
void crypto_sha256(const void *bytes, size_t len, char out[65]);

void crypto_random(void *bytes, size_t len);
void crypto_random_hex(char *out, size_t digits); /* digits + NUL bytes */
void crypto_base64(struct buf *out, const void *bytes, size_t len);

struct cert {
	char  *names[64];  /* DNS names and addresses it covers, wildcards as written */
	size_t n_names;
	char  *subject;    /* its CN, cleaned of control bytes, or "" */
	char  *issuer;     /* the issuer's CN or O, cleaned */
	time_t not_before, not_after;
	bool   self_signed;
};

/* Read the first certificate of a PEM text; strings come from the arena. */
int  cert_parse(struct cert *c, struct arena *a, const char *pem, size_t len, const char *file, struct err *e);
bool cert_covers(const struct cert *c, const char *host); /* by RFC 6125: a wildcard stands for one label */
int  cert_days_left(const struct cert *c, time_t now);    /* negative: expired */

/* Does the private key (PEM) belong to the certificate (PEM)?  ERR_VALUE says which part is wrong. */
int cert_key_matches(const char *cert_pem, const char *key_pem, struct err *e);

/* EC P-256, valid from a day ago for `days', for a DNS name or an address. */
int cert_make(const char *host, int days, struct buf *cert_pem, struct buf *key_pem, struct err *e);

#endif
