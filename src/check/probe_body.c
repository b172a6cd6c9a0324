/*
 * How large a body may be.  A body that is only announced (Expect:
 * 100-continue) finds a limit without being sent; what shows a limit only
 * once the bytes come is found by a real upload, in a rehearsal or --deep.
 */
#include "check/run.h"

#include <string.h>

#include "base/i18n.h"

#define HALF_BODY  (50ULL * 1024 * 1024) /* what OpenChamber's documentation has in its examples */
#define UPLOAD_TIMES 4 /* a real upload may take this many timeouts */
#define SMALL_BODY (16ULL * 1024 * 1024) /* sent for real in any rehearsal */

struct body {
	struct side       *side;
	unsigned long long wanted;
	bool               half;     /* the second question: would 50M pass? */
	bool               answered; /* the app answered before a byte of the body was sent */
	bool               upload_fails_directly;
};

static const char *const bytes_type[] = { "Content-Type: application/octet-stream", NULL };

static void announce(struct body *b, unsigned long long size);

static void
passed(struct body *b)
{
	struct arena *a = &b->side->run->arena;

	check_pass(check_on(b->side, "body.limit"), _("A body of %s passes."),
	           say_size(a, b->wanted));
}

static void
refused(struct body *b, const struct net_reply *r)
{
	struct check_run *run = b->side->run;
	struct check *c = check_on(b->side, "body.limit");

	note_int(c, "status", r->status);
	if (!b->half && !run->options.body && b->wanted > HALF_BODY) {
		b->half = true;
		announce(b, HALF_BODY);
		return;
	}
	check_blame(c, CHECK_FAIL, "body-limit",
	            _("A body of %1$s is refused with %2$ld before OpenChamber sees it."),
	            say_size(&run->arena, b->half ? HALF_BODY : b->wanted), r->status);
}

static void
on_upload(void *ctx, const struct net_reply *r)
{
	struct body *b = ctx;
	struct check *c = check_on(b->side, "body.limit");
	struct json *j = answer_json(r);
	bool counted = j && (unsigned long long)json_get_int(j, "bytes", -1) == b->wanted;

	json_free(j);
	note_int(c, "sent", (long long)r->sent);
	if (r->status == 413 || r->status == 502 || r->fault == NET_CLOSED) {
		b->half = true; /* no second question: this one was real */
		if (r->status)
			refused(b, r);
		else
			check_blame(c, CHECK_FAIL, "body-limit",
			            _("The connection was closed while a body of %s was sent."),
			            say_size(&b->side->run->arena, b->wanted));
	} else if (b->side->target == TARGET_REHEARSAL && !counted) {
		check_skip(c,
		           _("A body of %1$s was sent, but its arrival was not confirmed: %2$ld."),
		           say_size(&b->side->run->arena, b->wanted), r->status);
	} else {
		note_bool(c, "uploaded", true);
		passed(b);
	}
}

static void
upload(struct body *b)
{
	struct check_run *r = b->side->run;
	bool rehearsal = b->side->target == TARGET_REHEARSAL;

	const char *path = arena_printf(&r->arena, "%s%s", r->needs->upload,
	                                rehearsal ? "?antechamber=count" : "");

	probe_ask(b->side, path, &(struct net_request){
		.headers = bytes_type, .upload = b->wanted,
		.timeout_ms = UPLOAD_TIMES * run_timeout(r),
		.done = on_upload, .ctx = b }, true);
}

/* A limit on real bytes is the proxy's only if the app itself takes them. */
static void
on_direct_upload(void *ctx, const struct net_reply *r)
{
	struct body *b = ctx;

	if (r->fault == NET_OK && r->status != 413 && r->status != 502)
		upload(b);
	else
		passed(b);
}

static void
announced_fine(struct body *b)
{
	struct check_run *r = b->side->run;
	struct side *d = &r->side[DIRECT];

	if (b->side->target == TARGET_REHEARSAL && (b->wanted <= SMALL_BODY || r->options.deep))
		upload(b);
	else if (b->side->target == TARGET_PUBLIC && r->options.deep && d->answered && !d->ended)
		probe_ask(d, r->needs->upload, &(struct net_request){
			.headers = bytes_type, .upload = b->wanted,
			.timeout_ms = UPLOAD_TIMES * run_timeout(r),
			.done = on_direct_upload, .ctx = b }, true);
	else
		passed(b);
}

/* "50M passes" after 100M was refused: it works, with less than OpenChamber takes. */
static void
half_is_fine(struct body *b)
{
	struct arena *a = &b->side->run->arena;

	check_blame(check_on(b->side, "body.limit"), CHECK_WARN, "body-limit",
	            _("A body of %1$s is refused before OpenChamber sees it; %2$s passes."),
	            say_size(a, b->wanted), say_size(a, HALF_BODY));
}

static void
judge_spool(struct body *b)
{
	struct check *c = check_on(b->side, "body.spool");

	if (b->side->target == TARGET_REHEARSAL)
		return; /* proved with real bytes */
	if (b->answered)
		check_pass(c, _("OpenChamber answered before the body was sent."));
	else
		check_moot(c,
		           _("Whether bodies are passed on while they come only a rehearsal can "
		             "tell."));
}

static void
on_announced(void *ctx, const struct net_reply *r)
{
	struct body *b = ctx;
	struct check *c = check_on(b->side, "body.limit");
	bool own = r->status == 413 && memmem(r->body.s, r->body.len, "File exceeds", 12);

	if (!b->half) {
		note_int(c, "bytes", (long long)b->wanted);
		note_reply(c, r);
		note_bool(c, "continue", r->continues > 0);
		b->answered = r->status && r->status != 413 && r->status < 500;
		judge_spool(b);
	}
	if (own && b->wanted > b->side->run->needs->body)
		check_pass(c, _("OpenChamber itself takes at most %s."), /* so the proxy stands in nobody's way */
		           say_size(&b->side->run->arena, b->side->run->needs->body));
	else if (own)
		check_blame(c, CHECK_WARN, NULL, _("OpenChamber itself takes at most %s; more from the proxy is of no use."),
		            say_size(&b->side->run->arena, b->side->run->needs->body));
	else if (r->status == 413)
		refused(b, r);
	else if (answer_is_down(r->status))
		check_blame(c, CHECK_FAIL, "upstream-down", _("The answer is %ld."), r->status);
	else if (answer_is_late(r->status))
		check_blame(c, CHECK_FAIL, "upstream-timeout", _("The answer is %ld."), r->status);
	else if (r->continues || r->status == 400 || r->status == 401) {
		if (b->half)
			half_is_fine(b);
		else
			announced_fine(b);
	} else if (r->status)
		check_skip(c, _("Whether a body passes could not be told: the answer is %ld."),
		           r->status);
	else
		check_skip(c, _("Whether a body passes could not be told: no answer."));
}

static void
announce(struct body *b, unsigned long long size)
{
	probe_ask(b->side, b->side->run->needs->upload, &(struct net_request){
		.method = "POST", .headers = bytes_type, .announce = size, .max_body = 2048,
		.done = on_announced, .ctx = b }, true);
}

void
probe_body(struct side *s)
{
	struct check_run *r = s->run;
	struct body *b = arena_alloc(&r->arena, sizeof(*b));

	b->side = s;
	b->wanted = r->options.body ? r->options.body : r->needs->body;
	announce(b, b->wanted);
	if (s->target == TARGET_REHEARSAL && check_open(check_on(s, "body.spool")))
		probe_spool(s);
}
