/* What each checker says of a wrong certificate, measured, is said in our words with the file; and sites are counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "proxy/proxy.h"

#define HAPROXY(text) "[ALERT]    (7) : config : parsing [/etc/haproxy/haproxy.cfg:2] : 'bind :443' in section 'frontend' : " text
#define CADDY(text) "Error: loading http app module: provision http: getting tls app: loading tls app module: provision tls: " text

static void
test_certificates(void **state)
{
	static const struct { const char *proxy, *said, *want; } cases[] = {
		{ "nginx", "nginx: [emerg] cannot load certificate \"/etc/ssl/no.pem\": BIO_new_file() failed (SSL: error:80000002:system "
		  "library::No such file or directory:calling fopen(/etc/ssl/no.pem, r) error:10000080:BIO routines::no such file)",
		  "A file of the certificate is not there: /etc/ssl/no.pem" },
		{ "nginx", "nginx: [emerg] cannot load certificate key \"/etc/ssl/no.key\": BIO_new_file() failed (SSL: error:8000000D:system "
		  "library::Permission denied:calling fopen(/etc/ssl/no.key, r))",
		  "A file of the certificate is closed to the proxy: /etc/ssl/no.key" },
		{ "nginx", "nginx: [emerg] SSL_CTX_use_PrivateKey(\"/etc/ssl/b.key\") failed (SSL: error:05800074:x509 certificate routines::key values mismatch)",
		  "The private key does not belong to the certificate: /etc/ssl/b.key" },
		{ "nginx", "nginx: [emerg] cannot load certificate \"/etc/ssl/junk.pem\": PEM_read_bio_X509_AUX() failed (SSL: error:0480006C:PEM "
		  "routines::no start line:Expecting: TRUSTED CERTIFICATE)",
		  "There is no certificate or key in this file: /etc/ssl/junk.pem" },
		{ "haproxy", HAPROXY("unable to stat SSL certificate from file '/etc/ssl/no.pem' : No such file or directory."),
		  "A file of the certificate is not there: /etc/ssl/no.pem" },
		{ "haproxy", HAPROXY("unable to load certificate from file '/etc/ssl/junk.pem'."),
		  "There is no certificate or key in this file: /etc/ssl/junk.pem" },
		{ "haproxy", HAPROXY("inconsistencies between private key and certificate loaded '/etc/ssl/b.pem'."),
		  "The private key does not belong to the certificate: /etc/ssl/b.pem" },
		{ "haproxy", HAPROXY("No Private Key found in '/etc/ssl/a.pem.key'."),
		  "There is no certificate or key in this file: /etc/ssl/a.pem.key" },
		{ "caddy", CADDY("loading certificates: open /etc/ssl/no.pem: no such file or directory"),
		  "A file of the certificate is not there: /etc/ssl/no.pem" },
		{ "apache", "AH00526: Syntax error on line 12 of /etc/apache2/sites-enabled/chat.conf:\n"
		  "SSLCertificateFile: file '/etc/ssl/no.pem' does not exist or is empty",
		  "A file of the certificate is not there: /etc/ssl/no.pem" },
		/* Their twins: about something else, or without a file. */
		{ "nginx", "nginx: [emerg] unknown directive \"foo\" in /etc/nginx/nginx.conf:3", "nginx says: unknown directive \"foo\"" },
		{ "nginx", "nginx: [emerg] open() \"/etc/nginx/no.conf\" failed (2: No such file or directory) in /etc/nginx/nginx.conf:3",
		  "nginx says: open() \"/etc/nginx/no.conf\" failed" },
		{ "caddy", CADDY("loading certificates: tls: private key does not match public key"), "Caddy says: " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };

		assert_true(proxy_find(cases[i].proxy)->complaint(cases[i].said, &e));
		if (!strstr(e.msg, cases[i].want))
			fail_msg("case %zu: %s", i, e.msg);
		assert_int_equal(strstr(e.msg, " says: ") != NULL, strstr(cases[i].want, " says: ") != NULL);
	}
}

/* A block for each port, and one without a name for each port, are two sites to a person. */
static void
test_sites_are_counted_by_name(void **state)
{
	char *shop[] = { (char *)"shop.example.org", NULL }, *other[] = { (char *)"Shop.example.org", (char *)"www", NULL };
	char *any[] = { (char *)"_", NULL }, *none[] = { NULL };
	struct proxy_site sites[] = { { .names = shop }, { .names = any }, { .names = other }, { .names = none }, { .names = shop, .ours = true } };
	const struct proxy_found f = { .sites = sites, .n_sites = ARRAY_LEN(sites) };
	static const size_t first[] = { 0, 1, 0, 1, 4 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sites); i++)
		assert_ptr_equal(proxy_site_first(&f, &sites[i]), &sites[first[i]]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_sites_are_counted_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
