#include "origin/probes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "origin/reply.h"
#include "origin/streams.h"

enum { CLOCK_EVENTS = 5, APART_MS = 250, APART_MIN_MS = 20, APART_MAX_MS = 10000, SILENCE_MAX = 24 * 60 * 60 };

bool
probes_word(const struct conn *c, const char *word)
{
	struct buf given = BUF_INIT;
	bool same = http_param(&given, &c->req, "antechamber") && !strcmp(given.s, word);

	buf_free(&given);
	return same;
}

static bool
is_set(const struct conn *c, const char *name, const char *value)
{
	struct buf given = BUF_INIT;
	bool same = http_param(&given, &c->req, name) && !strcmp(given.s, value);

	buf_free(&given);
	return same;
}

int
probes_silence(const struct conn *c)
{
	struct buf given = BUF_INIT;
	double seconds = http_param(&given, &c->req, "seconds") ? strtod(given.s, NULL) : 0;

	buf_free(&given);
	if (!(seconds > 0))
		return 0;
	return (int)((seconds < SILENCE_MAX ? seconds : SILENCE_MAX) * 1000) + 1;
}

void
probes_echo(struct buf *out, const struct conn *c)
{
	struct json *j = json_object(), *headers = json_array();
	struct buf http = BUF_INIT;

	for (size_t i = 0; i < c->req.n_fields; i++) {
		struct json *field = json_object();

		json_set_string(field, "name", c->req.fields[i].name);
		json_set_string(field, "value", c->req.fields[i].value);
		json_push(headers, field);
	}
	buf_printf(&http, "1.%d", c->req.minor);
	json_set_string(j, "method", c->req.method);
	json_set_string(j, "target", c->req.target);
	json_set_string(j, "http", http.s);
	json_set_string(j, "peer", c->peer);
	json_set(j, "headers", headers);
	reply_write_json(out, j);
	buf_free(&http);
}

static void
serve_echo(struct conn *c)
{
	struct buf text = BUF_INIT;

	probes_echo(&text, c);
	reply_text(c, 200, REPLY_JSON, "Cache-Control: no-store\r\n", text.s);
	buf_free(&text);
}

static void
begin(struct conn *c)
{
	streams_begin(c, "text/event-stream", "no-cache, no-transform", !is_set(c, "accel", "no"),
	              is_set(c, "close", "1"));
}

/* Between two events of a clock: `apart' milliseconds. */
static int
apart(const struct conn *c)
{
	struct buf given = BUF_INIT;
	int ms = http_param(&given, &c->req, "apart") ? atoi(given.s) : APART_MS;

	buf_free(&given);
	return ms < APART_MIN_MS ? APART_MIN_MS : ms > APART_MAX_MS ? APART_MAX_MS : ms;
}

/* An event whose data is the time it was sent. */
static void
say_time(struct conn *c)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "data: %lld\n\n", loop_now());
	reply_part(c, text.s, text.len);
	buf_free(&text);
}

static const char ticks[CLOCK_EVENTS]; /* an address for each event still to come */

static void
tick(struct conn *c, const void *arg)
{
	const char *left = arg;

	say_time(c);
	if (left == ticks)
		reply_finish(c);
	else
		conn_pulse(c, apart(c), 0, tick, left - 1);
}

static void
serve_clock(struct conn *c)
{
	c->bounded = true;
	begin(c);
	tick(c, ticks + CLOCK_EVENTS - 1);
}

static void
break_silence(struct conn *c, const void *arg)
{
	(void)arg;
	say_time(c);
	reply_finish(c);
}

static void
serve_silent(struct conn *c)
{
	int ms = probes_silence(c);

	begin(c);
	if (ms)
		conn_pulse(c, ms, 0, break_silence, NULL);
}

/* Note how much is here by now; where the table is full every second line goes. */
static void
note_arrival(struct conn *c, const char *bytes, size_t len)
{
	struct arrivals *a = c->arrivals;
	int ms = (int)(loop_now() - a->start);

	(void)bytes;
	(void)len;
	if (a->n && ms < a->at[a->n - 1].ms + a->apart) {
		a->at[a->n - 1].bytes = c->body.total;
		return;
	}
	if (a->n == ARRAY_LEN(a->at)) {
		for (size_t i = 0; i < ARRAY_LEN(a->at) / 2; i++)
			a->at[i] = a->at[i * 2 + 1];
		a->n /= 2;
		a->apart *= 2;
	}
	a->at[a->n].ms = ms;
	a->at[a->n++].bytes = c->body.total;
}

static void
say_count(struct conn *c)
{
	const struct arrivals *a = c->arrivals;
	struct json *j = json_object(), *list = json_array();

	for (size_t i = 0; i < a->n; i++) {
		struct json *at = json_object();

		json_set_int(at, "ms", a->at[i].ms);
		json_set_int(at, "bytes", (long long)a->at[i].bytes);
		json_push(list, at);
	}
	json_set_int(j, "bytes", (long long)c->body.total);
	json_set_int(j, "ms", loop_now() - a->start);
	json_set(j, "arrived", list);
	reply_json(c, 200, "Cache-Control: no-store\r\n", j);
}

static void
serve_count(struct conn *c)
{
	c->arrivals = xcalloc(1, sizeof(*c->arrivals));
	c->arrivals->start = loop_now();
	c->arrivals->apart = 1;
	c->on_data = note_arrival;
	c->on_body = say_count;
}

bool
probes_serve(struct conn *c)
{
	static const struct { const char *word; conn_fn *serve; } words[] = {
		{ "echo", serve_echo },
		{ "clock", serve_clock },
		{ "silent", serve_silent },
		{ "count", serve_count },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (probes_word(c, words[i].word)) {
			words[i].serve(c);
			return true;
		}
	return false;
}
