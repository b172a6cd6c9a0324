#include "loop/sse.h"

#include <string.h>

#define MAX_EVENT 65536

static void
add_data(struct sse *s, const char *value, size_t len)
{
	buf_add_max(&s->data, value, len, MAX_EVENT);
	buf_add_max(&s->data, "\n", 1, MAX_EVENT + 1);
}

static void
dispatch(struct sse *s)
{
	if (s->data.len) { /* every data line left at least its \n */
		buf_cut(&s->data, s->data.len - 1);
		s->fn(s->ctx, s->event.len ? s->event.s : "message", s->data.s, s->data.len);
	}
	buf_cut(&s->data, 0);
	buf_cut(&s->event, 0);
}

static void
on_line(void *ctx, const char *line, size_t len)
{
	struct sse *s = ctx;
	const char *colon, *value;
	size_t name;

	if (!s->started && len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
		line += 3;
		len -= 3;
	}
	s->started = true;
	if (len == 0) {
		dispatch(s);
		return;
	}
	if (*line == ':') {
		s->fn(s->ctx, "", NULL, 0);
		return;
	}
	colon = memchr(line, ':', len);
	name = colon ? (size_t)(colon - line) : len;
	value = colon ? colon + 1 : line + len;
	if (value < line + len && *value == ' ')
		value++;
	if (name == 4 && memcmp(line, "data", 4) == 0) {
		add_data(s, value, (size_t)(line + len - value));
	} else if (name == 5 && memcmp(line, "event", 5) == 0) {
		buf_cut(&s->event, 0);
		buf_add(&s->event, value, (size_t)(line + len - value));
	} /* `id' and `retry' are for a client that comes back */
}

static void
forget(void *ctx, const char *line, size_t len)
{
	(void)ctx;
	(void)line;
	(void)len;
}

void
sse_init(struct sse *s, sse_fn *fn, void *ctx)
{
	*s = (struct sse){ .lines = { .part = BUF_INIT, .max = MAX_EVENT },
	                   .event = BUF_INIT, .data = BUF_INIT, .fn = fn, .ctx = ctx };
}

/* A lone \r ends a line too, and a \r\n may come in two pieces; the line reader knows only \n. */
void
sse_feed(struct sse *s, const char *bytes, size_t len)
{
	while (len) {
		const char *cr;
		size_t n;

		if (s->after_cr && *bytes == '\n') {
			bytes++;
			len--;
			s->after_cr = false;
			continue;
		}
		s->after_cr = false;
		cr = memchr(bytes, '\r', len);
		n = cr ? (size_t)(cr - bytes) : len;
		line_feed(&s->lines, bytes, n, on_line, s);
		if (cr) {
			line_feed(&s->lines, "\n", 1, on_line, s);
			s->after_cr = true;
			n++;
		}
		bytes += n;
		len -= n;
	}
}

void
sse_free(struct sse *s)
{
	line_end(&s->lines, forget, NULL); /* an event without its empty line never was */
	buf_free(&s->event);
	buf_free(&s->data);
}
