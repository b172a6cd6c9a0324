/* nginx_blame_body.c - bodies that are held back, packed, cut or kept. */
#include "proxy/nginx_blame.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

static bool
is_on(const struct ngx_directive *d)
{
	return strcasecmp(guilty_word(d, 0), "on") == 0;
}

const struct ngx_directive *
guilty_cached(const struct route *r)
{
	const struct ngx_directive *d = ngx_effective(r->block, "proxy_cache", NULL);

	return d && strcasecmp(guilty_word(d, 0), "off") != 0 ? d : NULL;
}

const struct ngx_directive *
guilty_buffered(const struct route *r)
{
	const struct ngx_directive *d = ngx_effective(r->block, "proxy_buffering", NULL);
	const struct ngx_directive *ignored = guilty_list(r, "proxy_ignore_headers",
	                                                  "X-Accel-Buffering");

	if (d && !is_on(d))
		return guilty_cached(r);
	return d ? d : ignored ? ignored : guilty_pass(r);
}

/* A filter that is on, and on for this type of answer. */
static const struct ngx_directive *
compresses(const struct route *r, const char *filter, const char *types, const char *type)
{
	const struct ngx_directive *on = ngx_effective(r->block, filter, NULL), *line;

	if (!on || !is_on(on))
		return NULL;
	if (!type)
		return on;
	line = guilty_list(r, types, type);
	return line ? line : guilty_list(r, types, "*");
}

static const struct ngx_directive *
compressed(const struct route *r, const char *type)
{
	const struct ngx_directive *d = compresses(r, "gzip", "gzip_types", type);

	if (!d)
		d = compresses(r, "brotli", "brotli_types", type);
	return d ? d : compresses(r, "zstd", "zstd_types", type);
}

const struct ngx_directive *
guilty_compressed_stream(const struct route *r)
{
	return compressed(r, "text/event-stream");
}

const struct ngx_directive *
guilty_compressed_any(const struct route *r)
{
	return compressed(r, NULL);
}

/* nginx compresses again only what it was told not to see as compressed. */
const struct ngx_directive *
guilty_hidden_encoding(const struct route *r)
{
	const struct ngx_directive *d = guilty_list(r, "proxy_hide_header", "Content-Encoding");

	return d ? d : ngx_effective(r->block, "add_header", "Content-Encoding");
}

const struct ngx_directive *
guilty_twice(const struct route *r)
{
	const struct ngx_directive *d = guilty_hidden_encoding(r);

	return d ? d : guilty_compressed_any(r);
}

/* OpenChamber takes 100M itself; where nothing is said nginx takes 1m. */
const struct ngx_directive *
guilty_small_body(const struct route *r)
{
	const struct ngx_directive *d = ngx_effective(r->block, "client_max_body_size", NULL);
	unsigned long long bytes = 0;

	if (!d)
		return guilty_pass(r);
	if (text_parse_size(guilty_word(d, 0), &bytes) < 0 || bytes == 0 || bytes >= 100ull << 20)
		return NULL;
	return d;
}

const struct ngx_directive *
guilty_spooled(const struct route *r)
{
	const struct ngx_directive *d = ngx_effective(r->block, "proxy_request_buffering", NULL);

	return !d ? guilty_pass(r) : is_on(d) ? d : NULL;
}

/* OpenChamber is never silent for over 30 s; nginx's own 60 s are enough. */
const struct ngx_directive *
guilty_cut_short(const struct route *r)
{
	static const char *const names[] = {"proxy_read_timeout", "proxy_send_timeout",
	                                    "send_timeout"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct ngx_directive *d = ngx_effective(r->block, names[i], NULL);
		const char *value = guilty_word(d, 0);
		unsigned seconds = 0;

		if (!d)
			continue;
		if (strlen(value) > 2 && strcmp(value + strlen(value) - 2, "ms") == 0)
			seconds = (unsigned)strtoul(value, NULL, 10) / 1000;
		else if (text_parse_duration(value, &seconds) < 0)
			continue;
		if (seconds < 60)
			return d;
	}
	return NULL;
}
