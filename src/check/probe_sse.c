#include "check/probe_sse.h"

#include <string.h>
#include <strings.h>

#include "base/i18n.h"

struct stream_probe {
	struct side    *side;
	size_t          i;
	bool            two;      /* asked for HTTP/2 */
	int             looks;    /* how often it was asked again */
	bool            asked, done;
	enum net_fault  fault;
	long            status;
	int             http;
	bool            stream, encoded, html;
	char           *type, *encoding;
	double          byte, event; /* seconds to the first; below 0: none */
	double          seconds;
	struct sse      sse;
	bool            reading;
};

bool
answer_is_stream(const struct net_reply *r)
{
	struct buf b = BUF_INIT;
	bool is = r->status == 200 && net_header(&b, r, "Content-Type", 0) &&
	          !strncasecmp(b.s, "text/event-stream", 17);

	buf_free(&b);
	return is;
}

bool
answer_is_encoded(const struct net_reply *r)
{
	struct buf b = BUF_INIT;
	bool is = net_header(&b, r, "Content-Encoding", 0) && *b.s && strcasecmp(b.s, "identity");

	buf_free(&b);
	return is;
}

static void
on_event(void *ctx, const char *event, const char *data, size_t len)
{
	struct stream_probe *p = ctx;

	(void)event;
	(void)len;
	if (data && p->event < 0)
		p->event = p->seconds;
}

static bool
on_head(void *ctx, const struct net_reply *r)
{
	struct stream_probe *p = ctx;
	struct arena *a = &p->side->run->arena;

	p->type = answer_header(a, r, "Content-Type");
	p->encoding = answer_header(a, r, "Content-Encoding");
	p->html = p->type && !strncasecmp(p->type, "text/html", 9);
	p->stream = answer_is_stream(r);
	p->encoded = answer_is_encoded(r);
	return p->stream && !p->encoded;
}

static bool
on_data(void *ctx, const char *bytes, size_t len, double at)
{
	struct stream_probe *p = ctx;

	p->seconds = at;
	if (p->byte < 0)
		p->byte = at;
	sse_feed(&p->sse, bytes, len);
	return p->event < 0;
}

static void
on_done(void *ctx, const struct net_reply *r)
{
	struct stream_probe *p = ctx;

	p->done = true;
	p->reading = false;
	sse_free(&p->sse);
	p->fault = r->fault;
	p->status = r->status;
	p->http = r->http;
	p->seconds = r->seconds;
	streams_judge(p->side->run);
}

static void
start(struct stream_probe *p, int timeout_ms)
{
	/* As a browser asks, and with every encoding it would take: a proxy may pick any. */
	static const char *const headers[] = { "Accept: text/event-stream",
	                                       "Accept-Encoding: gzip, br, zstd", NULL };

	p->asked = p->reading = true;
	p->done = false;
	p->byte = p->event = -1;
	sse_init(&p->sse, on_event, p);
	probe_ask(p->side, p->side->run->needs->streams[p->i].path, &(struct net_request){
		.headers = headers, .http = p->two ? NET_HTTP_2 : NET_HTTP_1,
		.timeout_ms = timeout_ms, .on_head = on_head, .on_data = on_data,
		.done = on_done, .ctx = p }, true);
}

void
probe_streams(struct side *s)
{
	struct check_run *r = s->run;
	bool tls = !strcmp(s->url.scheme, "https");
	struct stream_probe *all = arena_alloc(&r->arena,
	                                       r->needs->n_streams * 2 * sizeof(*all) + 1);

	r->streams[s - r->side] = all;
	for (size_t n = 0; n < r->needs->n_streams * 2; n++) {
		all[n].side = s;
		all[n].i = n / 2;
		all[n].two = n & 1;
		if ((!all[n].two || tls) && check_open(check_route(s, GROUP_SSE, all[n].i)))
			start(&all[n], run_first(r));
	}
}

void
streams_quiet(struct check_run *r)
{
	for (int side = 0; side < N_SIDES; side++)
		for (size_t n = 0; r->streams[side] && n < r->needs->n_streams * 2; n++)
			if (r->streams[side][n].reading) {
				r->streams[side][n].reading = false;
				sse_free(&r->streams[side][n].sse);
			}
	clocks_quiet(r);
}

static enum stream_state
state_of(const struct stream_probe *p, double direct)
{
	if (p->status == 401 && side_auth(p->side) != AUTH_IN && side_auth(p->side) != AUTH_NONE)
		return STREAM_LOGIN;
	if (p->status && p->encoded && p->stream)
		return STREAM_COMPRESSED;
	if (p->status && !p->stream)
		return STREAM_OTHER;
	if (!p->status && p->fault != NET_SILENT && p->fault != NET_TIMEOUT)
		return STREAM_OTHER;
	if (p->event < 0 || p->event > direct + LATE_FAIL)
		return STREAM_HELD;
	return p->event > direct + LATE_WARN ? STREAM_LATE : STREAM_FINE;
}

static struct stream_probe *
worst_of(struct stream_probe *pair, double direct)
{
	struct stream_probe *a = &pair[0], *b = &pair[1];

	if (!b->asked)
		return a;
	if (state_of(a, direct) != state_of(b, direct))
		return state_of(a, direct) > state_of(b, direct) ? a : b;
	return a->event >= b->event ? a : b;
}

static void
note_stream(struct check *c, const struct stream_probe *p)
{
	if (p->status)
		note_int(c, "status", p->status);
	if (p->http)
		note_int(c, "http", p->http);
	if (p->fault != NET_OK)
		note_string(c, "fault", net_fault_name(p->fault));
	note_string(c, "type", p->type);
	note_string(c, "encoding", p->encoding);
	if (p->event >= 0)
		note_real(c, "first_s", p->event);
	note_took(c, p->event >= 0 ? p->event : p->seconds);
}

static void
judge_direct(struct stream_probe *p, struct check *c)
{
	struct check_run *r = p->side->run;
	enum openness ready;

	if (p->status == 200 && p->html) {
		check_moot(c, _("This OpenChamber has no such stream."));
		return;
	}
	ready = direct_readiness(r);
	if (ready == READY_ASKING)
		return;
	if (ready == READY_NO && r->needs->streams[p->i].backend)
		check_skip(c, _("OpenCode is starting; this takes up to 20 s. Check again then."));
	else if (state_of(p, 0) == STREAM_HELD)
		check_blame(c, CHECK_FAIL, "origin-silent", _("No event in %s s."),
		            say_seconds(&r->arena, p->seconds));
	else
		check_blame(c, CHECK_FAIL, "sse-not-stream", _("The answer is %1$ld, %2$s."),
		            p->status, p->type ? p->type : _("without a type"));
}

static void
judge_front(struct stream_probe *p, struct check *c, double direct, bool compared)
{
	struct arena *a = &p->side->run->arena;

	switch (state_of(p, direct)) {
	case STREAM_LOGIN:
		check_skip(c, _("Event streams need the UI password, so nothing was seen."));
		return;
	case STREAM_COMPRESSED:
		check_blame(c, CHECK_FAIL, "sse-compressed",
		            _("The stream comes with Content-Encoding: %s"), p->encoding);
		return;
	case STREAM_OTHER:
		if (answer_is_down(p->status))
			check_blame(c, CHECK_FAIL, "upstream-down", _("The answer is %ld."),
			            p->status);
		else if (answer_is_late(p->status))
			check_blame(c, CHECK_FAIL, "upstream-timeout", _("The answer is %ld."),
			            p->status);
		else if (p->status)
			check_blame(c, CHECK_FAIL, "sse-not-stream",
			            _("The answer is %1$ld, %2$s."), p->status,
			            p->type ? p->type : _("without a type"));
		else
			check_blame(c, CHECK_FAIL, "sse-not-stream", _("No answer comes: %s"),
			            net_fault_name(p->fault));
		return;
	case STREAM_HELD:
		if (p->event < 0 && compared)
			check_blame(c, CHECK_FAIL, "sse-buffered",
			            _("No event in %1$s s; directly, the first took %2$s s."),
			            say_seconds(a, p->seconds), say_seconds(a, direct));
		else if (p->event < 0)
			check_blame(c, CHECK_FAIL, "sse-buffered", _("No event in %s s."),
			            say_seconds(a, p->seconds));
		else
			check_blame(c, CHECK_FAIL, "sse-buffered",
			            _("The first event took %1$s s through the proxy and %2$s s "
			              "directly."),
			            say_seconds(a, p->event), say_seconds(a, direct));
		return;
	case STREAM_LATE:
		check_blame(c, CHECK_WARN, "sse-buffered",
		            _("The first event took %1$s s through the proxy and %2$s s directly."),
		            say_seconds(a, p->event), say_seconds(a, direct));
		return;
	case STREAM_FINE:
		check_pass(c, _("The first event came after %s s."), say_seconds(a, p->event));
		return;
	}
}

/* The clocks prove what a first event cannot: that the next ones are not held back either. */
static void
judge_clock(struct check *c, const struct clock *k, double first)
{
	struct check_run *r = c->side->run;
	char *late = say_seconds(&r->arena, k->late > 0 ? k->late : 0);

	c->result.timeline = clock_timeline(r, k);
	note_string(c, "worst", clock_name(r, k));
	note_real(c, "late_s", k->late > 0 ? k->late : 0);
	switch (k->state) {
	case STREAM_COMPRESSED:
		check_blame(c, CHECK_FAIL, "sse-compressed",
		            _("The stream comes with a Content-Encoding."));
		break;
	case STREAM_OTHER:
	case STREAM_LOGIN:
		check_blame(c, CHECK_FAIL, "sse-not-stream", _("The answer is %ld."), k->status);
		break;
	case STREAM_HELD:
		check_blame(c, CHECK_FAIL, "sse-buffered",
		            _("Events come up to %1$s s late (%2$s)."), late, clock_name(r, k));
		break;
	case STREAM_LATE:
		check_blame(c, CHECK_WARN, "sse-buffered",
		            _("Events come up to %1$s s late (%2$s)."), late, clock_name(r, k));
		break;
	case STREAM_FINE:
		check_pass(c,
		           _("First event after %1$s s; five events came as sent, at most %2$s s "
		             "late."),
		           say_seconds(&r->arena, first), late);
		break;
	}
}

/*
 * Before anybody is accused of being late, another look: a busy machine is
 * late once or twice, a buffer every time.  And where it took long directly
 * too, nothing at all gets more patience.
 */
static bool
look_again(struct stream_probe *p, double direct)
{
	struct check_run *r = p->side->run;
	enum stream_state state = state_of(p, direct);
	bool late = p->event >= 0 && (state == STREAM_LATE || state == STREAM_HELD);
	bool slow = p->event < 0 && state == STREAM_HELD && direct >= LATE_FAIL / 2;

	if (!p->asked || (!late && !slow) || p->looks >= (state == STREAM_LATE ? LATE_LOOKS : 1))
		return false;
	p->looks++;
	start(p, slow ? run_timeout(r) : run_first(r));
	return true;
}

static void
judge(struct check_run *r, int side, size_t i)
{
	struct stream_probe *pair = &r->streams[side][2 * i], *p, *dp = NULL;
	struct side *s = &r->side[side], *d = &r->side[DIRECT];
	struct check *c = check_route(s, GROUP_SSE, i), *dc;
	enum stream_state state;
	double direct = 0;

	if (!check_open(c) || !pair[0].done || (pair[1].asked && !pair[1].done))
		return;
	if (side == FRONT && d->present && !d->ended) {
		dc = check_route(d, GROUP_SSE, i);
		if (check_open(dc))
			return;
		if (dc->result.status == CHECK_PASS)
			dp = &r->streams[DIRECT][2 * i];
		direct = dp && dp->event >= 0 ? dp->event : 0;
		state = state_of(worst_of(pair, 0), 0);
		if (!dp && state != STREAM_FINE && state != STREAM_LOGIN) {
			if (!dc->result.required)
				check_moot(c, _("Directly it does not work either."));
			check_skip(c, _("Directly it does not work either."));
			return;
		}
	}
	if (side == FRONT) {
		bool first = look_again(&pair[0], direct), second = look_again(&pair[1], direct);

		if (first || second)
			return;
	}
	p = worst_of(pair, direct);
	if (side == FRONT && state_of(p, direct) == STREAM_FINE && clocks_running(r, i))
		return;
	note_stream(c, p);
	if (dp)
		note_real(c, "direct_first_s", direct);
	if (side == FRONT && state_of(p, direct) == STREAM_FINE && clocks_worst(r, i))
		judge_clock(c, clocks_worst(r, i), p->event);
	else if (side == DIRECT && (state_of(p, 0) == STREAM_OTHER ||
	                            state_of(p, 0) == STREAM_HELD) && p->event < 0)
		judge_direct(p, c);
	else
		judge_front(p, c, side == DIRECT && p->event >= 0 ? p->event : direct, dp != NULL);
}

void
streams_judge(struct check_run *r)
{
	for (int side = 0; side < N_SIDES; side++)
		for (size_t i = 0; r->streams[side] && i < r->needs->n_streams; i++)
			judge(r, side, i);
}
