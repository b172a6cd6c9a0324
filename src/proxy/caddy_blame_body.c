/* caddy_blame_body.c - what happens to bodies and streams: compressed, held back, limited, cut. */
#include "proxy/caddy_blame.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct cdy_node *
caddy_compresses(const struct caddy_route *r)
{
	return caddy_in_force(r, "encode");
}

/* It waits for the end of an answer: a WebSocket and a stream have none. */
const struct cdy_node *
caddy_holds_back(const struct caddy_route *r)
{
	const struct cdy_node *d = cdy_child(r->proxy, "buffer_responses");

	return d ? d : cdy_child(r->proxy, "response_buffers");
}

/* An old Caddy that compresses a stream holds it back when it begins with 512 bytes or more. */
const struct cdy_node *
caddy_buffered(const struct caddy_route *r)
{
	const struct cdy_node *d = caddy_holds_back(r);

	return d || caddy_at_least(r->found, 2, 9, 0) ? d : caddy_compresses(r);
}

const struct cdy_node *
caddy_hidden_encoding(const struct caddy_route *r)
{
	for (const struct cdy_node *d = cdy_child(r->proxy, "header_down"); d;
	     d = cdy_next(d, "header_down"))
		if (strcasestr(cdy_arg(d, 0), "Content-Encoding"))
			return d;
	for (const struct cdy_node *d = caddy_in_force(r, "header"); d; d = cdy_next(d, "header")) {
		if (strcasestr(cdy_arg(d, cdy_has_matcher(d) ? 1 : 0), "Content-Encoding"))
			return d;
		for (const struct cdy_node *line = d->child; line; line = line->next)
			if (strcasestr(line->name, "Content-Encoding"))
				return line;
	}
	return NULL;
}

const struct cdy_node *
caddy_twice(const struct caddy_route *r)
{
	const struct cdy_node *d = caddy_hidden_encoding(r);

	return d ? d : caddy_compresses(r);
}

const struct cdy_node *
caddy_spooled(const struct caddy_route *r)
{
	const struct cdy_node *d = cdy_child(r->proxy, "buffer_requests");

	return d ? d : cdy_child(r->proxy, "request_buffers");
}

/* "50MB", "1GiB", "10m": units of a thousand and of 1024; 0: not a size. */
static unsigned long long
size_of(const char *text)
{
	static const char letters[] = "kmgt";
	unsigned long long bytes, unit;
	char *end;
	const char *letter;

	bytes = strtoull(text, &end, 10);
	letter = *end ? strchr(letters, *end | 0x20) : NULL;
	if (end == text || (*end && !letter && strcasecmp(end, "b") != 0))
		return 0;
	unit = letter && (end[1] | 0x20) == 'i' ? 1024 : 1000;
	for (const char *p = letters; letter && p <= letter; p++)
		bytes *= unit;
	return bytes;
}

/* OpenChamber takes 100M itself; Caddy limits nothing unless it is told to. */
const struct cdy_node *
caddy_small_body(const struct caddy_route *r)
{
	const struct cdy_node *d = caddy_in_force(r, "request_body");
	const struct cdy_node *limit = cdy_child(d, "max_size");
	unsigned long long bytes;

	if (d && !limit && strcmp(cdy_arg(d, cdy_has_matcher(d) ? 1 : 0), "max_size") == 0)
		bytes = size_of(cdy_arg(d, cdy_has_matcher(d) ? 2 : 1));
	else
		bytes = size_of(cdy_arg(limit, 0));
	limit = limit ? limit : d;
	return bytes && bytes < 100ull * 1000 * 1000 ? limit : NULL;
}

/* "5s", "1m30s", "500ms": Go's durations in milliseconds; 0: none. */
static unsigned long
milliseconds(const char *text)
{
	static const struct { const char *word; size_t len; double ms; } units[] = {
		{ "ms", 2, 1 }, { "s", 1, 1e3 }, { "m", 1, 6e4 }, { "h", 1, 36e5 }, { "d", 1, 864e5 },
	};
	unsigned long sum = 0;

	for (char *end; *text; text = end) {
		const double n = strtod(text, &end);
		size_t i = 0;

		while (i < ARRAY_LEN(units) && strncmp(end, units[i].word, units[i].len) != 0)
			i++;
		if (end == text || i == ARRAY_LEN(units) || n < 0 || n > 1e6)
			return 0;
		sum += (unsigned long)(n * units[i].ms);
		end += units[i].len;
	}
	return sum;
}

/* OpenChamber is never silent for over 30 s; a whole stream lasts for hours. */
const struct cdy_node *
caddy_cut_short(const struct caddy_route *r)
{
	const struct cdy_node *transport = cdy_child(r->proxy, "transport");
	const struct cdy_node *servers = cdy_child(r->conf->options, "servers");
	const struct cdy_node *timeouts = cdy_child(servers, "timeouts");
	const struct { const struct cdy_node *d; unsigned long least; } clocks[] = {
		{ cdy_child(transport, "read_timeout"),   60000 },
		{ cdy_child(transport, "write_timeout"),  60000 },
		{ cdy_child(r->proxy, "stream_timeout"),  3600000 },
		{ cdy_child(timeouts, "write"),           3600000 },
	};

	for (size_t i = 0; i < ARRAY_LEN(clocks); i++) {
		const unsigned long ms = milliseconds(cdy_arg(clocks[i].d, 0));

		if (ms && ms < clocks[i].least)
			return clocks[i].d;
	}
	return NULL;
}

const struct cdy_node *
caddy_cached(const struct caddy_route *r)
{
	return caddy_in_force(r, "cache");
}
