/* A stream on which nothing is said: only the probe origin of a rehearsal can be that quiet. */
#include "check/run.h"

#include "base/i18n.h"

/* Five seconds more than most proxies wait unless told otherwise. */
#define QUIET_S 65
#define SHORT_S 5 /* where nothing was asked for */

struct quiet {
	struct side *side;
	unsigned     length;
	size_t       left;
	const char  *cut;    /* path of the first that did not live that long */
	double       lived;
};

struct quiet_stream {
	struct quiet *q;
	const char   *path;
	bool          spoke;
};

static void
judge(struct quiet *q)
{
	struct check *c = check_on(q->side, "time.idle");
	struct arena *a = &q->side->run->arena;

	note_int(c, "quiet_s", q->length);
	if (q->cut)
		check_blame(c, CHECK_FAIL, "stream-cut", _("%1$s was cut after %2$s s of quiet."),
		            q->cut,
		            say_seconds(a, q->lived));
	else
		check_pass(c, _("Streams that say nothing for %u s stay open."), q->length);
}

static bool
on_data(void *ctx, const char *bytes, size_t len, double at)
{
	struct quiet_stream *s = ctx;

	(void)bytes;
	(void)len;
	s->spoke = at + 0.5 > s->q->length;
	return !s->spoke;
}

static void
on_done(void *ctx, const struct net_reply *r)
{
	struct quiet_stream *s = ctx;
	struct quiet *q = s->q;

	if (!s->spoke && !q->cut) {
		q->cut = s->path;
		q->lived = r->seconds;
	}
	if (--q->left == 0)
		judge(q);
}

void
probe_idle(struct side *s)
{
	static const char *const headers[] = { "Accept: text/event-stream", NULL };
	struct check_run *r = s->run;
	struct check *c = check_on(s, "time.idle");
	struct quiet *q;

	if (!r->options.deep) {
		check_moot(c, _("Not waited for: a quiet stream of %d s."), QUIET_S);
		return;
	}
	if (s->target != TARGET_REHEARSAL) {
		check_moot(c, _("OpenChamber is never quiet for long; only a rehearsal can be."));
		return;
	}
	q = arena_alloc(&r->arena, sizeof(*q));
	q->side = s;
	q->length = r->options.stream ? r->options.stream : SHORT_S;
	if (q->length > QUIET_S)
		q->length = QUIET_S;
	q->left = r->needs->n_streams;
	for (size_t i = 0; i < r->needs->n_streams; i++) {
		struct quiet_stream *one = arena_alloc(&r->arena, sizeof(*one));
		const char *path;

		one->q = q;
		one->path = r->needs->streams[i].path;
		path = arena_printf(&r->arena, "%s?antechamber=silent&seconds=%u", one->path,
		                    q->length);
		probe_ask_aside(s, path, &(struct net_request){
			.headers = headers, .timeout_ms = (int)q->length * 1000 + run_timeout(r),
			.on_data = on_data, .done = on_done, .ctx = one }, false);
	}
}
