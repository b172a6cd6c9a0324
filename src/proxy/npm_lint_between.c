/* npm_lint_between.c - what nginx refuses because of what stands elsewhere: sizes that do not fit, variables that nobody sets. */
#include "proxy/npm_lint.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define PAGE 4096ull /* bytes: of a buffer that nobody sized */

/* ---- proxy buffers ---- */

/* In the block, or in what it stands in. */
static const struct ngx_directive *
in_force(const struct ngx_directive *block, const char *name)
{
	const struct ngx_directive *d = NULL;

	for (; block && !d; block = block->parent)
		d = ngx_child(block, name);
	return d;
}

/* The size of one of its values; false: it is none, which is said elsewhere. */
static bool
size_of(const struct ngx_directive *d, size_t i, unsigned long long *size)
{
	return !d || (i < d->n_args && text_parse_size(d->args[i], size) == 0);
}

/* As ngx_http_proxy_merge_loc_conf() has it. */
static bool
fit(const struct ngx_directive *block)
{
	const struct ngx_directive *one = in_force(block, "proxy_buffer_size"), *all = in_force(block, "proxy_buffers"),
	                           *busy = in_force(block, "proxy_busy_buffers_size"),
	                           *temp = in_force(block, "proxy_temp_file_write_size"),
	                           *most = in_force(block, "proxy_max_temp_file_size");
	unsigned long long size = PAGE, n = 8, each = PAGE, sent, written, largest = 1ull << 30;

	if (!size_of(one, 0, &size) || !size_of(all, 0, &n) || !size_of(all, 1, &each))
		return true;
	size = size > each ? size : each;
	sent = written = 2 * size;
	if (!size_of(busy, 0, &sent) || !size_of(temp, 0, &written) || !size_of(most, 0, &largest))
		return true;
	return n >= 2 && sent >= size && sent <= (n - 1) * each && written >= size && (!largest || largest >= size);
}

/* Blame the line that changes what would fit, the one most often pasted first. */
static void
judge_buffers(struct npm_lint_look *k, const struct ngx_directive *block)
{
	static const char *const names[] = { "proxy_buffer_size", "proxy_busy_buffers_size", "proxy_buffers",
		                             "proxy_temp_file_write_size", "proxy_max_temp_file_size" };

	if (fit(block))
		return;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct ngx_directive *d = in_force(block, names[i]);

		if (npm_lint_is_theirs(k, d)) {
			npm_lint_add(k, "buffer-sizes", d);
			return;
		}
	}
}

/* ---- variables ---- */

static const char *const variables[] = {
	"ancient_browser", "args", "binary_remote_addr", "body_bytes_sent", "bytes_received", "bytes_sent",
	"connection", "connection_requests", "connection_time", "connections_active", "connections_reading",
	"connections_waiting", "connections_writing", "content_length", "content_type", "date_gmt", "date_local",
	"document_root", "document_uri", "fastcgi_path_info", "fastcgi_script_name", "gzip_ratio", "host",
	"hostname", "http2", "http3", "https", "invalid_referer", "is_args", "limit_conn_status", "limit_rate",
	"limit_req_status", "modern_browser", "msec", "msie", "nginx_version", "pid", "pipe",
	"proxy_add_x_forwarded_for", "proxy_host", "proxy_internal_body_length", "proxy_internal_chunked",
	"proxy_port", "proxy_protocol_addr", "proxy_protocol_port", "proxy_protocol_server_addr",
	"proxy_protocol_server_port", "query_string", "realip_remote_addr", "realip_remote_port", "realpath_root",
	"remote_addr", "remote_port", "remote_user", "request", "request_body", "request_body_file",
	"request_completion", "request_filename", "request_id", "request_length", "request_method", "request_time",
	"request_uri", "scheme", "secure_link", "secure_link_expires", "server_addr", "server_name", "server_port",
	"server_protocol", "slice_range", "ssl_alpn_protocol", "ssl_cipher", "ssl_ciphers", "ssl_client_cert",
	"ssl_client_escaped_cert", "ssl_client_fingerprint", "ssl_client_i_dn", "ssl_client_i_dn_legacy",
	"ssl_client_raw_cert", "ssl_client_s_dn", "ssl_client_s_dn_legacy", "ssl_client_serial", "ssl_client_v_end",
	"ssl_client_v_remain", "ssl_client_v_start", "ssl_client_verify", "ssl_curve", "ssl_curves",
	"ssl_early_data", "ssl_protocol", "ssl_server_name", "ssl_session_id", "ssl_session_reused", "status",
	"tcpinfo_rcv_space", "tcpinfo_rtt", "tcpinfo_rttvar", "tcpinfo_snd_cwnd", "time_iso8601", "time_local",
	"uid_got", "uid_reset", "uid_set", "upstream_addr", "upstream_bytes_received", "upstream_bytes_sent",
	"upstream_cache_status", "upstream_connect_time", "upstream_header_time", "upstream_response_length",
	"upstream_response_time", "upstream_status", "uri",
	/* Nginx Proxy Manager's own. */
	"forward_scheme", "hsts_header", "port", "server", "test", "trust_forwarded_proto", "x_forwarded_proto",
	"x_forwarded_scheme",
};

static const char *const families[] = { "http_", "sent_http_", "arg_", "cookie_", "upstream_http_", "upstream_cookie_",
	                                "upstream_trailer_", "sent_trailer_", "geoip_", "geoip2_", "brotli_", "zstd_",
	                                "otel_", "opentelemetry_", "jwt_", "lua_", "modsecurity_" };

/* Where nginx looks for variables in the values of a directive: from the `first' on. */
static const struct {
	const char *name;
	size_t      first;
} with_variables[] = {
	{ "proxy_set_header", 1 }, { "add_header", 1 },    { "add_trailer", 1 },      { "set", 1 },
	{ "proxy_pass", 0 },       { "return", 0 },        { "root", 0 },             { "alias", 0 },
	{ "proxy_set_body", 0 },   { "proxy_method", 0 },  { "proxy_cache_key", 0 },  { "proxy_cache_bypass", 0 },
	{ "proxy_no_cache", 0 },   { "rewrite", 1 },       { "try_files", 0 },        { "limit_rate", 0 },
	{ "auth_basic", 0 },       { "proxy_cookie_path", 1 },
};

static size_t
name_length(const char *at)
{
	size_t n = 0;

	while (isalnum((unsigned char)at[n]) || at[n] == '_')
		n++;
	return n;
}

static bool
is_word(const char *word, const char *name, size_t n)
{
	return strlen(word) == n && strncasecmp(word, name, n) == 0;
}

/* "set $name", auth_request_set, set_by_lua and the like: from then on it is there for everybody. */
static bool
is_set(const struct ngx_directive *block, const char *name, size_t n)
{
	for (const struct ngx_directive *d = block->child; d; d = d->next) {
		const size_t len = strlen(d->name);

		if ((strncmp(d->name, "set", 3) == 0 || (len > 4 && strcmp(d->name + len - 4, "_set") == 0)) && d->n_args &&
		    *d->args[0] == '$' && is_word(d->args[0] + 1, name, n))
			return true;
		if (d->block && is_set(d, name, n))
			return true;
	}
	return false;
}

/* "(?<name>" of a pattern sets one too. */
static bool
is_captured(const struct npm_lint_look *k, const char *name, size_t n)
{
	for (size_t i = k->begin; i + n + 3 < k->end; i++)
		if (k->composed[i] == '(' && k->composed[i + 1] == '?') {
			const char *at = k->composed + i + 2;

			at += *at == 'P';
			if (*at == '<' && strncasecmp(at + 1, name, n) == 0 && at[1 + n] == '>')
				return true;
		}
	return false;
}

/* None at all, behind a lone `$', is refused too. */
static bool
is_known(const struct npm_lint_look *k, const char *name, size_t n)
{
	if (isdigit((unsigned char)*name))
		return true; /* what a pattern found */
	for (size_t i = 0; i < ARRAY_LEN(variables); i++)
		if (is_word(variables[i], name, n))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (n > strlen(families[i]) && strncasecmp(name, families[i], strlen(families[i])) == 0)
			return true;
	return is_set(k->server, name, n) || is_captured(k, name, n);
}

static bool
knows_all(const struct npm_lint_look *k, const char *value)
{
	for (const char *at = value; (at = strchr(at, '$'));) {
		at += 1 + (at[1] == '{');
		if (!is_known(k, at, name_length(at)))
			return false;
	}
	return true;
}

static void
judge_variables(struct npm_lint_look *k, const struct ngx_directive *d)
{
	if (strcmp(d->name, "if") == 0 && d->n_args && strncmp(d->args[0], "($", 2) == 0 && !knows_all(k, d->args[0]))
		npm_lint_add(k, "unknown-variable", d);
	for (size_t i = 0; i < ARRAY_LEN(with_variables); i++)
		for (size_t v = with_variables[i].first; strcmp(d->name, with_variables[i].name) == 0 && v < d->n_args; v++)
			if (!knows_all(k, d->args[v]))
				npm_lint_add(k, "unknown-variable", d);
}

/* ---- codes ---- */

/* All but the last, which is where it leads, and an "=200" before that. */
static void
judge_codes(struct npm_lint_look *k, const struct ngx_directive *d)
{
	for (size_t i = 0; i + 1 < d->n_args; i++) {
		const char *code = d->args[i];
		const unsigned long n = strtoul(code, NULL, 10);

		if (*code != '=' && (strspn(code, "0123456789") != strlen(code) || n < 300 || n > 599))
			npm_lint_add(k, "error-code", d);
	}
}

static void
look_through(struct npm_lint_look *k, const struct ngx_directive *block)
{
	judge_buffers(k, block);
	for (const struct ngx_directive *d = block->child; d; d = d->next) {
		if (strcmp(d->name, "location") == 0)
			look_through(k, d);
		else if (d->block && strcmp(d->name, "if") == 0)
			look_through(k, d);
		if (!npm_lint_is_theirs(k, d))
			continue;
		judge_variables(k, d);
		if (strcmp(d->name, "error_page") == 0)
			judge_codes(k, d);
	}
}

void
npm_lint_between(struct npm_lint_look *k)
{
	look_through(k, k->server);
}
