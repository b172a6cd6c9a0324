/*
 * caddy_repair.c - what settles a cause in a Caddyfile.
 *
 * Caddy does nearly everything right by itself, so a line too much is the
 * usual cause, and it goes.  Only what stands in this very site is touched: a
 * snippet and the global options are for others too.
 */
#include "proxy/caddy_blame.h"

#include <string.h>
#include <strings.h>

#include "proxy/mend.h"

static bool
is_own(struct mend *m, const struct caddy_route *r, const struct cdy_node *d)
{
	const int end = mend_block_end(m, r->site->file, r->site->line);

	return strcmp(d->file, r->site->file) == 0 && d->line > r->site->line &&
	       (end ? d->line < end : r->conf->braceless == r->site);
}

static bool
is_too_much(const struct cdy_node *d)
{
	static const char *const names[] = {
		"header_up", "header_down", "request_header", "header", "versions", "encode", "cache",
		"buffer_requests", "request_buffers", "buffer_responses", "response_buffers",
		"read_timeout", "write_timeout", "stream_timeout", "trusted_proxies",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(d->name, names[i]) == 0)
			return true;
	return strcasestr(d->name, "Content-Encoding") != NULL; /* a line of a header block */
}

static void
settle(struct mend *m, const char *cause, const char *path)
{
	struct caddy_route r;
	const struct cdy_node *d = caddy_find_guilty(&r, m->c->found, cause, &m->here, path);

	if (!d || !is_own(m, &r, d))
		return;
	if (strcmp(d->name, "max_size") == 0 || strcmp(d->name, "request_body") == 0)
		mend_word(m, d->file, d->line, cdy_arg(d, d->n_args ? d->n_args - 1 : 0),
		          arena_printf(&m->arena, "%llu", m->c->answers->body));
	else if (is_too_much(d))
		mend_line(m, MEND_OUT, d->file, d->line, NULL);
}

int
caddy_repair(struct steps *out, const struct proxy_context *c, const char *const *causes, struct err *e)
{
	return mend_causes(out, c, causes, settle, e);
}
