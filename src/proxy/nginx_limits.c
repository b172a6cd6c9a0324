/* nginx_limits.c - how large uploads and how long quiet streams a site may have by what is written today. */
#include "proxy/nginx.h"

#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "proxy/nginx_blame.h"

/* A site's own block of a path, or what every site inherits. */
static const struct ngx_directive *
block_of(struct route *r)
{
	const struct ngx_directive *location;

	if (!r->url)
		return r->conf ? ngx_http(r->conf) : NULL;
	if (!guilty_site(r))
		return NULL;
	location = ngx_location_for(r->server, r->path);
	return location ? location : r->server;
}

void
nginx_limits(const struct proxy_found *f, const struct url *url, const struct needs *needs, struct proxy_limits *out)
{
	static const char *const clocks[] = { "proxy_read_timeout", "proxy_send_timeout" };
	struct route upload = { .conf = nginx_conf(f), .url = url, .path = needs->upload }, stream = upload;
	const struct ngx_directive *block = block_of(&upload);
	const struct ngx_directive *d = block ? ngx_effective(block, "client_max_body_size", NULL) : NULL;

	if (d && text_parse_size(guilty_word(d, 0), &out->body) == 0 && out->body == 0)
		out->body = ULLONG_MAX;
	stream.path = needs->n_streams ? needs->streams[0].path : "/";
	block = block_of(&stream);
	for (size_t i = 0; block && i < ARRAY_LEN(clocks); i++) {
		unsigned seconds = 0;

		d = ngx_effective(block, clocks[i], NULL);
		if (d && text_parse_duration(guilty_word(d, 0), &seconds) == 0 && seconds > out->stream)
			out->stream = seconds;
	}
}
