#include "proxy/said.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"

#define MAX_SIGNS 4

static const char *const about[] = { "certificate", "SSLCertificate", "PrivateKey", "rivate key", "rivate Key" };

/* Measured with nginx 1.22, HAProxy 2.6, Caddy 2.6 and Apache 2.4; the first that is said counts. */
static const struct {
	const char *sign[MAX_SIGNS];
	const char *sentence;
} faults[] = {
	/* TRANSLATORS: %s is a path; these say what is wrong with a file of a certificate */
	{ { "o such file", "does not exist" }, N_("A file of the certificate is not there: %s") },
	{ { "ermission denied" }, N_("A file of the certificate is closed to the proxy: %s") },
	{ { "mismatch", "does not match", "inconsistencies" }, N_("The private key does not belong to the certificate: %s") },
	{ { "PEM_read", "no start line", "unable to load", "No Private Key found" },
	  N_("There is no certificate or key in this file: %s") },
};

static bool
says_one_of(const char *text, const char *const *signs, size_t n)
{
	for (size_t i = 0; i < n && signs[i]; i++)
		if (strstr(text, signs[i]))
			return true;
	return false;
}

/* "/etc/x.pem", '/etc/x.pem' or open /etc/x.pem: */
static bool
take_path(char *out, size_t size, const char *text)
{
	static const char open[] = "open ";

	for (const char *p = strchr(text, '/'); p; p = strchr(p + 1, '/')) {
		const char before = p > text ? p[-1] : ' ';
		const bool quoted = before == '"' || before == '\'';
		size_t n;

		if (!quoted && !(p - text >= 5 && strncmp(p - 5, open, 5) == 0))
			continue;
		n = quoted ? strcspn(p, "\"'") : strcspn(p, ": ");
		if (n >= size)
			return false;
		memcpy(out, p, n);
		out[n] = '\0';
		return true;
	}
	return false;
}

bool
said_of_certificate(struct err *e, const struct err *place, const char *text)
{
	char path[512];

	if (!says_one_of(text, about, ARRAY_LEN(about)) || !take_path(path, sizeof(path), text))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		if (says_one_of(text, faults[i].sign, MAX_SIGNS)) {
			err_at(e, ERR_VALUE, place->file, place->line, 0, _(faults[i].sentence), path);
			return true;
		}
	return false;
}

int
said_line(const char *digits)
{
	const long line = strtol(digits, NULL, 10);

	return line > 0 && line < INT_MAX ? (int)line : 0;
}
