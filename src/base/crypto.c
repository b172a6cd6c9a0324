#include "base/crypto.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdint.h>
#include <string.h>

static const char hex[] = "0123456789abcdef";

/* libcrypto fails in these only when it is broken or out of memory. */
static void
must(int ok)
{
	if (!ok)
		xreallocarray(NULL, SIZE_MAX, 2); /* dies */
}

static void
to_hex(char *out, const unsigned char *bytes, size_t digits)
{
	for (size_t i = 0; i < digits; i++)
		out[i] = hex[i % 2 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4];
	out[digits] = '\0';
}

void
crypto_ws_accept(const char *key, char out[29])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct buf text = BUF_INIT;
	unsigned n;

	buf_printf(&text, "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
	must(EVP_Digest(text.s, text.len, digest, &n, EVP_sha1(), NULL) == 1 && n == 20);
	EVP_EncodeBlock((unsigned char *)out, digest, (int)n);
	buf_free(&text);
}

void
crypto_sha256(const void *bytes, size_t len, char out[65])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n;

	must(EVP_Digest(bytes, len, digest, &n, EVP_sha256(), NULL) == 1 && n == 32);
	to_hex(out, digest, 64);
}

void
crypto_random(void *bytes, size_t len)
{
	for (unsigned char *p = bytes; len;) {
		const int n = len < 65536 ? (int)len : 65536;

		must(RAND_bytes(p, n) == 1);
		p += n;
		len -= (size_t)n;
	}
}

void
crypto_random_hex(char *out, size_t digits)
{
	while (digits) {
		unsigned char bytes[32];
		const size_t n = digits < 2 * sizeof(bytes) ? digits : 2 * sizeof(bytes);

		crypto_random(bytes, sizeof(bytes));
		to_hex(out, bytes, n);
		mem_wipe(bytes, sizeof(bytes));
		out += n;
		digits -= n;
	}
	*out = '\0';
}

void
crypto_base64(struct buf *out, const void *bytes, size_t len)
{
	const unsigned char *in = bytes;
	unsigned char block[4 * 256 + 1];

	while (len) {
		const size_t n = len < 3 * 256 ? len : 3 * 256;

		buf_add(out, block, (size_t)EVP_EncodeBlock(block, in, (int)n));
		in += n;
		len -= n;
	}
}
