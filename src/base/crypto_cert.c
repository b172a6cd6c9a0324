/* crypto_cert.c - certificates: reading, matching, making; the rest of crypto.h. */
#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <limits.h>
#include <stdio.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/crypto.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/url.h"

/* A key may be encrypted; libcrypto would ask on the terminal. */
static int
no_passphrase(char *out, int size, int writing, void *asked)
{
	(void)out;
	(void)size;
	(void)writing;
	if (asked)
		*(bool *)asked = true;
	return -1;
}

static X509 *
read_cert(const char *pem, size_t len)
{
	BIO *in = BIO_new_mem_buf(pem, len < INT_MAX ? (int)len : INT_MAX);
	X509 *x = in ? PEM_read_bio_X509(in, NULL, no_passphrase, NULL) : NULL;

	BIO_free(in);
	ERR_clear_error();
	return x;
}

static EVP_PKEY *
read_key(const char *pem, bool *encrypted)
{
	BIO *in = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = in ? PEM_read_bio_PrivateKey(in, NULL, no_passphrase, encrypted) : NULL;

	BIO_free(in);
	ERR_clear_error();
	return key;
}

static char *
name_part(struct arena *a, const X509_NAME *name, int nid)
{
	const int at = X509_NAME_get_index_by_NID(name, nid, -1);
	struct buf text = BUF_INIT;
	unsigned char *utf8 = NULL;
	char *copy;
	int n;

	if (at < 0)
		return NULL;
	n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	if (n > 0)
		text_safe(&text, (const char *)utf8, (size_t)n, 256);
	OPENSSL_free(utf8);
	copy = arena_strdup(a, text.s);
	buf_free(&text);
	return copy;
}

static time_t
time_of(const ASN1_TIME *t)
{
	struct tm tm = { 0 };

	return ASN1_TIME_to_tm(t, &tm) ? timegm(&tm) : 0;
}

/* The text of one covered name; NULL: of another kind, or with bytes that no name has. */
static char *
covered_name(struct arena *a, const GENERAL_NAME *g)
{
	int type;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(g, &type);
	char address[INET6_ADDRSTRLEN];
	const char *bytes;
	int n;

	if (type != GEN_DNS && type != GEN_IPADD)
		return NULL;
	bytes = (const char *)ASN1_STRING_get0_data(value);
	n = ASN1_STRING_length(value);
	if (type == GEN_IPADD) {
		if ((n != 4 && n != 16) ||
		    !inet_ntop(n == 4 ? AF_INET : AF_INET6, bytes, address, sizeof(address)))
			return NULL;
		return arena_strdup(a, address);
	}
	for (int i = 0; i < n; i++)
		if (bytes[i] <= ' ' || bytes[i] >= 0x7f)
			return NULL;
	return n > 0 && n < 254 ? arena_strndup(a, bytes, (size_t)n) : NULL;
}

static void
read_names(struct cert *c, struct arena *a, const X509 *x)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && c->n_names < ARRAY_LEN(c->names); i++) {
		char *name = covered_name(a, sk_GENERAL_NAME_value(names, i));

		if (name)
			c->names[c->n_names++] = name;
	}
	GENERAL_NAMES_free(names);
}

int
cert_parse(struct cert *c, struct arena *a, const char *pem, size_t len, const char *file,
	   struct err *e)
{
	X509 *x = read_cert(pem, len);
	const X509_NAME *subject, *issuer;

	if (!x)
		return err_at(e, ERR_VALUE, file, 0, 0,
			      _("there is no certificate (PEM) in this file"));
	subject = X509_get_subject_name(x);
	issuer = X509_get_issuer_name(x);
	*c = (struct cert){ .not_before = time_of(X509_get0_notBefore(x)),
	                    .not_after = time_of(X509_get0_notAfter(x)) };
	c->subject = name_part(a, subject, NID_commonName);
	c->issuer = name_part(a, issuer, NID_commonName);
	if (!c->issuer)
		c->issuer = name_part(a, issuer, NID_organizationName);
	if (!c->subject)
		c->subject = arena_strdup(a, "");
	if (!c->issuer)
		c->issuer = arena_strdup(a, "");
	c->self_signed =
	    X509_NAME_cmp(subject, issuer) == 0 && X509_verify(x, X509_get0_pubkey(x)) == 1;
	read_names(c, a, x);
	X509_free(x);
	ERR_clear_error();
	return 0;
}

static bool
same_address(const char *a, const char *b)
{
	unsigned char x[16], y[16];

	if (inet_pton(AF_INET, a, x) == 1)
		return inet_pton(AF_INET, b, y) == 1 && memcmp(x, y, 4) == 0;
	return inet_pton(AF_INET6, a, x) == 1 && inet_pton(AF_INET6, b, y) == 1 &&
	       memcmp(x, y, 16) == 0;
}

static bool
is_address(const char *s)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, s, bytes) == 1 || inet_pton(AF_INET6, s, bytes) == 1;
}

static bool
name_covers(const char *name, const char *host, size_t len)
{
	const char *dot;

	if (strncmp(name, "*.", 2) != 0)
		return strlen(name) == len && strncasecmp(name, host, len) == 0;
	/* One label, and never a whole top level: "*.org" covers nothing. */
	dot = memchr(host, '.', len);
	if (!dot || dot == host || !strchr(name + 2, '.'))
		return false;
	len -= (size_t)(dot - host);
	return strlen(name + 1) == len && strncasecmp(name + 1, dot, len) == 0;
}

bool
cert_covers(const struct cert *c, const char *host)
{
	size_t len = strlen(host);
	const bool address = is_address(host);

	if (len > 1 && host[len - 1] == '.')
		len--;
	for (size_t i = 0; i < c->n_names; i++)
		if (address ? same_address(c->names[i], host) :
		    !is_address(c->names[i]) && name_covers(c->names[i], host, len))
			return true;
	return false;
}

int
cert_days_left(const struct cert *c, time_t now)
{
	const time_t seconds = c->not_after - now;
	const time_t days = seconds / 86400 - (seconds < 0); /* expired an hour ago is -1, not 0 */

	return days > INT_MAX ? INT_MAX : days < -INT_MAX ? -INT_MAX : (int)days;
}

int
cert_key_matches(const char *cert_pem, const char *key_pem, struct err *e)
{
	bool encrypted = false;
	X509 *x = read_cert(cert_pem, strlen(cert_pem));
	EVP_PKEY *key = x ? read_key(key_pem, &encrypted) : NULL;
	int rc = 0;

	if (!x)
		rc = err_set(e, ERR_VALUE,
			     _("There is no certificate (PEM) in the certificate's file."));
	else if (encrypted)
		rc = err_set(
		    e, ERR_VALUE,
		    _("The private key is encrypted. A proxy cannot ask for its passphrase."));
	else if (!key)
		rc = err_set(e, ERR_VALUE, _("There is no private key (PEM) in the key's file."));
	else if (X509_check_private_key(x, key) != 1)
		rc = err_set(e, ERR_VALUE, _("The private key belongs to another certificate."));
	X509_free(x);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return rc;
}

static EVP_PKEY *
make_key(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY *key = NULL;

	if (ctx && EVP_PKEY_keygen_init(ctx) > 0 &&
	    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1) > 0 &&
	    EVP_PKEY_CTX_set_ec_param_enc(ctx, OPENSSL_EC_NAMED_CURVE) > 0)
		EVP_PKEY_keygen(ctx, &key);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static bool
add_extension(X509 *x, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;
	bool ok;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = ext && X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
	return ok;
}

static bool
fill_cert(X509 *x, const char *host, int days)
{
	X509_NAME *name = X509_get_subject_name(x);
	unsigned char serial[16];
	BIGNUM *bn;
	char san[300];
	bool ok;

	crypto_random(serial, sizeof(serial));
	serial[0] = (serial[0] & 0x7f) | 0x40; /* positive, and always of the same length */
	bn = BN_bin2bn(serial, sizeof(serial), NULL);
	ok = bn && BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(x));
	BN_free(bn);
	snprintf(san, sizeof(san), "%s:%s", is_address(host) ? "IP" : "DNS", host);
	return ok && X509_set_version(x, 2) && X509_gmtime_adj(X509_getm_notBefore(x), -86400) &&
	       /* an hour more, so that its first day is a whole one; what has ended has ended */
	       X509_time_adj_ex(X509_getm_notAfter(x), days, days > 0 ? 3600 : 0, NULL) &&
	       X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC,
					  (const unsigned char *)"Antechamber", -1, -1, 0) &&
	       /* A common name has at most 64 characters; the extension below counts anyway. */
	       (strlen(host) > 64 ||
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)host,
					   -1, -1, 0)) &&
	       X509_set_issuer_name(x, name) &&
	       add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(x, NID_ext_key_usage, "serverAuth") &&
	       add_extension(x, NID_subject_key_identifier, "hash") &&
	       add_extension(x, NID_subject_alt_name, san);
}

static bool
write_pem(struct buf *out, X509 *x, EVP_PKEY *key)
{
	BIO *mem = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	bool ok = mem && (x ? PEM_write_bio_X509(mem, x) :
	                  PEM_write_bio_PrivateKey(mem, key, NULL, NULL, 0, no_passphrase, NULL));
	const long n = ok ? BIO_get_mem_data(mem, &bytes) : 0;

	if (n > 0) {
		buf_add(out, bytes, (size_t)n);
		if (key)
			mem_wipe(bytes, (size_t)n);
	}
	BIO_free(mem);
	return ok;
}

int
cert_make(const char *host, int days, struct buf *cert_pem, struct buf *key_pem, struct err *e)
{
	X509 *x;
	EVP_PKEY *key;
	bool ok;

	if (!url_host_is_valid(host))
		return err_set(e, ERR_VALUE,
			       _("A certificate can only be made for a host name or an address."));
	x = X509_new();
	key = make_key();
	ok = x && key && X509_set_pubkey(x, key) && fill_cert(x, host, days) &&
	     X509_sign(x, key, EVP_sha256()) && write_pem(cert_pem, x, NULL) &&
	     write_pem(key_pem, NULL, key);
	X509_free(x);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok ? 0 : err_set(e, ERR_FAILED, _("The certificate could not be made."));
}
