/*
 * npm.c - a stand-in for Nginx Proxy Manager: its API with its bugs, by version, on a port of its own.
 *
 *	npm VERSION DIRECTORY [PORT]
 *
 * says "listening on http://127.0.0.1:PORT".  One thread, one request at a
 * time.  Each request's method, path and body is a line of DIRECTORY/log (a
 * secret left out), its hosts are DIRECTORY/hosts.json, read before every
 * request and written before the answer to one that may change them, so that a test can look and meddle.  A knob is
 * a file DIRECTORY/NAME, there or not at any moment:
 *
 *	first-run        no user yet
 *	2fa              asks for the code that stands in it
 *	no-right         the user may only look at hosts
 *	fail-500         the next POST or PUT of a host is stored and answered with 500
 *	offline          the next change of a host makes nginx refuse it: 200, and nginx_online false
 *	hang             a change of a host is stored and never answered
 *	hang-before      a change of a host arrives, and is stored and answered when the file goes
 *	meddle           at the next look for one host, hosts.json is replaced by this file
 *	race             the same before the next host is created
 *	certificate-500  Let's Encrypt fails
 *	right-at, expired-at, garbage-at, other-at
 *	                 hold N: the Nth request from now on is answered as to one without the right, as
 *	                 with an old token, with 200 and a page, with 200 and JSON of another program;
 *	                 nothing of it is done
 *	fail-at          holds N: the Nth request is answered with 500, and what it changes is stored
 *	offline-at       holds N: what the Nth request changes makes nginx refuse the host
 *	race-at          holds N: at the Nth request hosts.json is replaced by "theirs", if it looks: between
 *	                 a look and the change behind it nothing can be done, as there is no If-Match
 *
 * As measured: bad Advanced text ("proxy_http_version" outside a location) is
 * taken with 200 and the host goes offline.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../standin.h"

#define TOKEN     "eyJhbGciOiJSUzI1NiJ9.stand-in.token"
#define CHALLENGE "challenge.of.stand-in"
#define SECRET    "S3cret-pw!"

static unsigned minor, revision;
static bool fails, refuses; /* this request, by a knob that counts; its nginx, what this request changes */
static struct json *hosts;

static void
load(void)
{
	json_free(hosts);
	hosts = stored("hosts.json");
	if (!hosts)
		hosts = json_array();
}

/* ---- answers ---- */

static void
answer_text(const struct request *r, int status, const char *text)
{
	/* Before the answer: behind it the test may have written them anew. */
	if (strcmp(r->method, "GET") != 0)
		store("hosts.json", hosts);
	dprintf(r->fd, "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
	        "Connection: close\r\n\r\n%s", status, strlen(text), text);
}

static void
answer(const struct request *r, int status, const struct json *j)
{
	struct buf b = BUF_INIT;

	json_write(&b, j, false);
	answer_text(r, status, b.s);
	buf_free(&b);
}

static void
refuse(const struct request *r, int status, const char *fmt, ...)
{
	struct json *j = json_object(), *e = json_object();
	char message[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	/* In 2.12 and before a 500 has no code. */
	if (status != 500 || minor > 12)
		json_set_int(e, "code", status);
	json_set_string(e, "message", message);
	json_set(j, "error", e);
	answer(r, status, j);
	json_free(j);
}

/* The missing `new' before PermissionError: 404, or 500 for POST; 403 before 2.13. */
static void
refuse_right(const struct request *r)
{
	const char *path = strncmp(r->path, "/api", 4) == 0 ? r->path + 4 : r->path;

	if (minor < 13)
		refuse(r, 403, "Permission Denied");
	else if (strcmp(r->method, "POST") == 0)
		refuse(r, 500, "Internal Error");
	else
		refuse(r, 404, "Not Found - %.*s", (int)strcspn(path, "?"), path);
}

/* ---- hosts ---- */

static const char *const flags[] = { "allow_websocket_upgrade", "caching_enabled", "block_exploits",
                                     "http2_support", "ssl_forced", "hsts_enabled",
                                     "hsts_subdomains", "enabled" };

static bool
is_flag(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (strcmp(flags[i], key) == 0)
			return true;
	return strcmp(key, "trust_forwarded_proto") == 0 && minor >= 14;
}

static bool
is_on(const struct json *o, const char *key)
{
	return json_get_bool(o, key, false) || json_get_int(o, key, 0) == 1;
}

static void
set_flag(struct json *host, const char *key, bool on)
{
	if (minor >= 12)
		json_set_bool(host, key, on);
	else
		json_set_int(host, key, on);
}

static bool
is_known(const char *key)
{
	static const char *const known[] = { "domain_names", "forward_scheme", "forward_host",
	                                     "forward_port", "certificate_id", "access_list_id",
	                                     "advanced_config", "locations", "meta" };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(known[i], key) == 0)
			return true;
	return is_flag(key);
}

static const char *wrong;

static void
check_member(void *ctx, const char *key, const struct json *value)
{
	(void)ctx;
	(void)value;
	if (!is_known(key))
		wrong = minor < 12 ? "data should NOT have additional properties" : "data must NOT have additional properties";
}

static void
set_member(void *ctx, const char *key, const struct json *value)
{
	struct json *host = ctx, *o = json_object();

	json_set(o, "x", json_copy(value));
	if (is_flag(key))
		set_flag(host, key, is_on(o, "x"));
	else if (strcmp(key, "certificate_id") != 0 || !json_text(value))
		json_set(host, key, json_copy(value));
	json_free(o);
}

static struct json *
host_with_id(long long id)
{
	for (size_t i = 0; i < json_len(hosts); i++)
		if (json_get_int(json_at(hosts, i), "id", 0) == id)
			return (struct json *)json_at(hosts, i);
	return NULL;
}

static bool
has_name(const struct json *host, const char *name)
{
	const struct json *names = json_get(host, "domain_names");

	for (size_t i = 0; i < json_len(names); i++)
		if (json_text(json_at(names, i)) && strcasecmp(json_text(json_at(names, i)), name) == 0)
			return true;
	return false;
}

static bool
is_taken(const char *name)
{
	for (size_t i = 0; i < json_len(hosts); i++)
		if (has_name(json_at(hosts, i), name))
			return true;
	return false;
}

/* What its nginx says of the host: of the directive only what the facts have. */
static void
try_nginx(struct json *host)
{
	const char *text = json_get_string(host, "advanced_config", "");
	const char *bad = strstr(text, "proxy_http_version"), *location = strstr(text, "location / {");
	struct json *meta = json_object();
	char said[300];

	if (once("offline") || refuses || (bad && (!location || bad < location))) {
		snprintf(said, sizeof(said), "nginx: [emerg] \"proxy_http_version\" directive is duplicate in "
		         "/data/nginx/proxy_host/%lld.conf:41\nnginx: configuration file /etc/nginx/nginx.conf test failed\n",
		         json_get_int(host, "id", 0));
		json_set_bool(meta, "nginx_online", false);
		json_set_string(meta, "nginx_err", said);
	} else {
		json_set_bool(meta, "nginx_online", true);
		json_set(meta, "nginx_err", json_null());
	}
	json_set(host, "meta", meta);
}

static void
without_certificate(struct json *host)
{
	if (json_get_int(host, "certificate_id", 0) > 0)
		return;
	set_flag(host, "ssl_forced", false);
	set_flag(host, "http2_support", false);
}

/* False: the answer is given, or never will be. */
static bool
goes_on(const struct request *r)
{
	while (knob("hang-before"))
		usleep(20000);
	if (knob("hang")) {
		store("hosts.json", hosts);
		while (knob("hang"))
			usleep(20000);
		return false;
	}
	if (once("fail-500") || fails) {
		refuse(r, 500, "Internal Error");
		return false;
	}
	return true;
}

static void
create(const struct request *r)
{
	const char *name = json_text(json_at(json_get(r->body, "domain_names"), 0));
	struct json *host = json_object();

	if (!name || !json_get(r->body, "forward_host") || !json_get(r->body, "forward_port")) {
		refuse(r, 400, "data must have required property 'domain_names'");
		json_free(host);
		return;
	}
	if (is_taken(name)) {
		refuse(r, 400, "%s is already in use", name);
		json_free(host);
		return;
	}
	while (knob("hang-before"))
		usleep(20000);
	json_set_int(host, "id", 7 + (long long)json_len(hosts));
	json_set_string(host, "created_on", "2026-11-22 20:32:24");
	json_set_int(host, "owner_user_id", 1);
	json_set_int(host, "certificate_id", 0);
	json_set_int(host, "access_list_id", 0);
	json_set_string(host, "advanced_config", "");
	json_set(host, "locations", json_null());
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		set_flag(host, flags[i], strcmp(flags[i], "enabled") == 0);
	if (minor >= 14)
		json_set_bool(host, "trust_forwarded_proto", false);
	json_each(r->body, set_member, host);
	without_certificate(host);
	json_set(host, "meta", json_object());
	struct json *told = json_object();
	json_each(host, set_member, told); /* before nginx was asked: meta is empty */
	json_set_int(told, "id", json_get_int(host, "id", 0));
	try_nginx(host);
	json_push(hosts, host);
	if (goes_on(r))
		answer(r, 201, told);
	json_free(told);
}

static bool
asks_for_certificate(const struct request *r)
{
	const char *text = json_text(json_get(r->body, "certificate_id"));

	return text && strcmp(text, "new") == 0;
}

static void
update(const struct request *r, struct json *host)
{
	while (knob("hang-before"))
		usleep(20000);
	if (asks_for_certificate(r) && once("certificate-500")) {
		refuse(r, 500, "Internal Error");
		return;
	}
	if (asks_for_certificate(r))
		json_set_int(host, "certificate_id", 31);
	json_each(r->body, set_member, host);
	without_certificate(host);
	if (is_on(host, "enabled"))
		try_nginx(host);
	if (goes_on(r))
		answer(r, 200, host);
}

static void
remove_host(const struct request *r, long long id)
{
	struct json *left = json_array();

	for (size_t i = 0; i < json_len(hosts); i++)
		if (json_get_int(json_at(hosts, i), "id", 0) != id)
			json_push(left, json_copy(json_at(hosts, i)));
	json_free(hosts);
	hosts = left;
	if (goes_on(r))
		answer_text(r, 200, "true");
}

static void
switch_host(const struct request *r, struct json *host, bool on)
{
	if (is_on(host, "enabled") == on) {
		refuse(r, 400, "Host is already %s", on ? "enabled" : "disabled");
		return;
	}
	set_flag(host, "enabled", on);
	if (on)
		try_nginx(host);
	if (goes_on(r))
		answer_text(r, 200, "true");
}

/* query is a part of the JSON text of the names. */
static void
list_hosts(const struct request *r)
{
	const char *query = strstr(r->path, "query=");
	struct json *found = json_array();

	for (size_t i = 0; i < json_len(hosts); i++) {
		struct buf names = BUF_INIT;
		json_write(&names, json_get(json_at(hosts, i), "domain_names"), false);
		if (!query || strcasestr(names.s, query + 6))
			json_push(found, json_copy(json_at(hosts, i)));
		buf_free(&names);
	}
	answer(r, 200, found);
	json_free(found);
}

static void
on_hosts(const struct request *r)
{
	const char *rest = r->path + strlen("/api/nginx/proxy-hosts");
	const bool writes = strcmp(r->method, "GET") != 0;
	long long id = *rest == '/' ? atoll(rest + 1) : 0;
	const char *deed = *rest == '/' ? strchr(rest + 1, '/') : NULL;
	struct json *host = host_with_id(id);

	wrong = NULL;
	if (r->body)
		json_each(r->body, check_member, NULL);
	if (writes && knob("no-right"))
		refuse_right(r);
	else if (wrong)
		refuse(r, 400, "%s", wrong);
	else if (id && !host)
		refuse(r, 404, "Not Found - %lld", id);
	else if (deed && strcmp(r->method, "POST") == 0)
		switch_host(r, host, strcmp(deed, "/enable") == 0);
	else if (strcmp(r->method, "POST") == 0)
		create(r);
	else if (strcmp(r->method, "PUT") == 0)
		update(r, host);
	else if (strcmp(r->method, "DELETE") == 0)
		remove_host(r, id);
	else if (id)
		answer(r, 200, host);
	else
		list_hosts(r);
}

/* ---- the rest of its API ---- */

static void
hello(const struct request *r)
{
	struct json *j = json_object(), *v = json_object();

	json_set_string(j, "status", "OK");
	if (minor >= 13)
		json_set_bool(j, "setup", !knob("first-run"));
	json_set_int(v, "major", 2);
	json_set_int(v, "minor", minor);
	json_set_int(v, "revision", revision);
	json_set(j, "version", v);
	answer(r, 200, j);
	json_free(j);
}

static void
log_in(const struct request *r)
{
	if (strcmp(json_get_string(r->body, "identity", ""), "admin@example.org") != 0 ||
	    strcmp(json_get_string(r->body, "secret", ""), SECRET) != 0)
		refuse(r, minor < 13 ? 401 : 400, "Invalid email or password");
	else if (knob("2fa"))
		answer_text(r, 200, "{\"requires_2fa\":true,\"challenge_token\":\"" CHALLENGE "\"}");
	else
		answer_text(r, 200, "{\"token\":\"" TOKEN "\",\"expires\":\"2026-11-22T20:32:24.238Z\"}");
}

static void
second_factor(const struct request *r)
{
	struct buf wanted = BUF_INIT;
	struct err e = { 0 };
	bool right;

	right = fs_read(&wanted, file("2fa"), 64, &e) == 0 &&
	        strncmp(json_get_string(r->body, "code", ""), wanted.s, 6) == 0;
	buf_free(&wanted);
	if (right && strcmp(json_get_string(r->body, "challenge_token", ""), CHALLENGE) == 0)
		answer_text(r, 200, "{\"token\":\"" TOKEN "\",\"expires\":\"2026-11-22T20:32:24.238Z\"}");
	else
		refuse(r, 400, "Invalid verification code");
}

static void
list_file(const struct request *r, const char *name)
{
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	if (fs_read(&text, file(name), 1 << 20, &e) == 0)
		answer_text(r, 200, text.s);
	else
		answer_text(r, 200, "[]");
	buf_free(&text);
}

static void
handle(const struct request *r)
{
	static const char me[] = "{\"id\":1,\"roles\":[\"admin\"],\"permissions\":{\"visibility\":\"all\",\"proxy_hosts\":\"manage\",\"certificates\":\"manage\"}}";
	static const char other[] = "{\"id\":2,\"roles\":[],\"permissions\":{\"visibility\":\"all\",\"proxy_hosts\":\"view\",\"certificates\":\"hidden\"}}";

	if (strcmp(r->path, "/api/") == 0)
		hello(r);
	else if (strcmp(r->path, "/api/tokens") == 0)
		log_in(r);
	else if (strcmp(r->path, "/api/tokens/2fa") == 0 && (minor > 13 || (minor == 13 && revision >= 6)))
		second_factor(r);
	else if (!r->authorised)
		refuse_right(r);
	else if (strncmp(r->path, "/api/users/me", 13) == 0)
		answer_text(r, 200, knob("no-right") ? other : me);
	else if (strncmp(r->path, "/api/nginx/proxy-hosts", 22) == 0)
		on_hosts(r);
	else if (strcmp(r->path, "/api/nginx/redirection-hosts") == 0)
		list_file(r, "redirection.json");
	else if (strcmp(r->path, "/api/nginx/dead-hosts") == 0)
		list_file(r, "dead.json");
	else if (strcmp(r->path, "/api/nginx/certificates") == 0)
		list_file(r, "certificates.json");
	else
		refuse(r, 404, "Not Found - %s", r->path);
}

/* True: it is answered by a knob. */
static bool
is_spoiled(const struct request *r)
{
	static const char expired[] = "{\"error\":{\"code\":400,\"message\":\"Token has expired\","
	                              "\"message_i18n\":{\"name\":\"TokenExpiredError\"}}}";

	fails = counted("fail-at");
	refuses = counted("offline-at");
	if (counted("right-at"))
		refuse_right(r);
	else if (counted("expired-at"))
		answer_text(r, 400, expired);
	else if (counted("garbage-at"))
		answer_text(r, 200, "<html>Sign in to this network</html>");
	else if (counted("other-at"))
		answer_text(r, 200, "{\"status\":\"OK\",\"items\":[]}");
	else if (fails && (strcmp(r->method, "GET") == 0 || strncmp(r->path, "/api/tokens", 11) == 0))
		refuse(r, 500, "Internal Error");
	else
		return false;
	return true;
}

static void
on_request(struct request *r)
{
	if (strstr(r->path, "query="))
		put_file("meddle", "hosts.json");
	if (strcmp(r->method, "POST") == 0 && strcmp(r->path, "/api/nginx/proxy-hosts") == 0)
		put_file("race", "hosts.json");
	if (counted("race-at") && strcmp(r->method, "GET") == 0)
		put_file("theirs", "hosts.json");
	load();
	note(r, strncmp(r->path, "/api/tokens", 11) != 0); /* a secret is left out */
	if (!is_spoiled(r))
		handle(r);
}

int
main(int argc, char **argv)
{
	if (argc < 3 || sscanf(argv[1], "2.%u.%u", &minor, &revision) != 2)
		return 2;
	dir = argv[2];
	return standin_run(argc > 3 ? argv[3] : "0", TOKEN, on_request);
}
