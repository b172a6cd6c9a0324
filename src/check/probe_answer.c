/* Whose answer came back from the public address: the app's, the proxy's, or somebody else's? */
#include "check/probe_public.h"

#include <string.h>
#include <strings.h>

#include "answers/ranges.h"
#include "base/i18n.h"

static char *
said(struct public_state *st, const struct net_reply *r)
{
	struct side *s = st->side;
	struct arena *a = &s->run->arena;
	char *server = answer_header(a, r, "Server");

	if (server && *server)
		/* TRANSLATORS: an address, a status, what the server calls itself */
		return arena_printf(a, _("%1$s answered %2$ld, from \"%3$s\"."), s->base, r->status,
		                    server);
	return arena_printf(a, _("%1$s answered %2$ld."), s->base, r->status);
}

static void
silent(struct public_state *st, const struct net_reply *r)
{
	struct check_run *run = st->side->run;

	public_fail(st, "public.answer", r, "upstream-timeout",
	            _("%1$s accepts, and then says nothing for %2$s s."), st->side->base,
	            say_wait(&run->arena, run_timeout(run)));
}

static bool
has_any(const struct net_reply *r, const char *name)
{
	return answer_header_has(r, name, "");
}

/* A layer in front answers for itself.  True: the target has ended. */
static bool
layer_in_front(struct public_state *st, const struct net_reply *r)
{
	if (answer_header_is(r, "cf-mitigated", "challenge"))
		public_fail(st, "public.answer", r, "bot-layer", "%s", said(st, r));
	else if (answer_header_has(r, "WWW-Authenticate", "Secure Area"))
		public_fail(st, "public.answer", r, "upstream-opencode", "%s", said(st, r));
	else if (has_any(r, "WWW-Authenticate"))
		public_fail(st, "public.answer", r, "auth-layer", "%s", said(st, r));
	else
		return false;
	return true;
}

/* The proxy speaks for what is behind it.  True: the target has ended. */
static bool
upstream_failed(struct public_state *st, const struct net_reply *r)
{
	/* Apache says 502, not 504, when it has waited in vain. */
	bool late = r->status == 502 && r->first > 1.0 && answer_header_has(r, "Server", "Apache");

	if (answer_is_late(r->status) || late)
		public_fail(st, "public.answer", r, "upstream-timeout", "%s", said(st, r));
	else if (answer_is_down(r->status))
		public_fail(st, "public.answer", r, "upstream-down", "%s", said(st, r));
	else if (r->status == 525 || r->status == 526)
		public_fail(st, "public.answer", r, "tls-failed", "%s", said(st, r));
	else
		return false;
	return true;
}

/* Headers by which a cache says that it answered. */
static char *
cache_mark(struct arena *a, const struct net_reply *r)
{
	static const char *const names[] = { "CF-Cache-Status", "X-Cache-Status", "X-Cache",
	                                     "X-Proxy-Cache" };
	char *age = answer_header(a, r, "Age");

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *value = answer_header(a, r, names[i]);

		if (value && !strncasecmp(value, "HIT", 3))
			return arena_printf(a, "%s: %s", names[i], value);
	}
	if (age && *age > '0' && *age <= '9')
		return arena_printf(a, "Age: %s", age);
	return NULL;
}

/* After a redirect from http to https this is where people really are. */
static void
move_in(struct public_state *st)
{
	struct side *s = st->side;
	struct arena *a = &s->run->arena;
	struct check *c = check_on(s, "public.redirect");
	struct buf b = BUF_INIT;

	s->url = st->next;
	s->where.connect_to = st->connect_to;
	url_base(&b, &s->url);
	s->base = arena_strdup(a, b.s);
	buf_cut(&b, 0);
	url_host(&b, &s->url);
	s->host = arena_strdup(a, b.s);
	buf_free(&b);
	check_optional(c);
	check_blame(c, CHECK_WARN, NULL, _("It redirects to https; %s was checked from here on."),
	            s->base);
}

static void
accept_answer(struct public_state *st, const struct net_reply *r, struct json *takes)
{
	struct side *s = st->side;
	struct arena *a = &s->run->arena;
	struct check *c = check_on(s, "public.answer");
	const char *v = json_get_string(takes, "openchamberVersion", "");

	s->version = takes;
	s->cdn = answer_cdn(r);
	/* Whatever it was told to leave out of its answers, it is asked at its own address. */
	if (!s->cdn && ranges_have((const char *const *)s->run->needs->cloudflare, r->peer))
		s->cdn = "Cloudflare";
	s->cached = cache_mark(a, r);
	s->secret_ok = s->loopback || s->where.insecure || !strcmp(s->url.scheme, "https");
	if (s->target == TARGET_PUBLIC || !s->run->options.connect_to_http)
		check_pass(check_on(s, "public.redirect"),
		           _("The address answers by itself, without a redirect."));
	note_reply(c, r);
	note_string(c, "server", answer_header(a, r, "Server"));
	check_pass(c, _("OpenChamber %1$s answers at %2$s."), say_clean(a, v, strlen(v), 40),
	           s->base);
	st->accepted = true;
	public_judge(s->run);
}

void
public_status(struct public_state *st, const struct net_reply *r)
{
	struct json *j;

	if (r->fault == NET_SILENT || (r->fault == NET_TIMEOUT && !r->status)) {
		silent(st, r);
		return;
	}
	if (layer_in_front(st, r))
		return;
	if (r->status >= 300 && r->status < 400) {
		public_redirect(st, r);
		return;
	}
	if (upstream_failed(st, r))
		return;
	j = r->fault == NET_OK && r->status == 200 ? answer_json(r) : NULL;
	if (j && answer_is_openchamber(j)) {
		if (st->followed)
			move_in(st);
		accept_answer(st, r, j);
		return;
	}
	json_free(j);
	public_not_ours(st, r);
}

static void
passed(struct public_state *st)
{
	struct side *s = st->side;
	struct check_run *r = s->run;

	run_answered(s);
	if (r->auth_known || r->side[DIRECT].present)
		return;
	/* A rehearsal may log in through the private proxy: what is behind it is our own. */
	if (r->options.password && *r->options.password && s->secret_ok)
		probe_login(s);
	else
		run_known(r);
}

static void
wrong_instance(struct public_state *st)
{
	public_fail(st, "public.instance", NULL, "wrong-instance",
	            _("Its server identity is not that of the OpenChamber that answers directly."));
}

static void
same_instance(struct public_state *st)
{
	check_pass(check_on(st->side, "public.instance"),
	           _("Its server identity is the same as directly."));
	passed(st);
}

struct instance {
	struct public_state *st;
	int                  side;
};

static void
on_system(void *ctx, const struct net_reply *r)
{
	struct instance *i = ctx;
	struct public_state *st = i->st;
	struct json *j = answer_json(r);

	if (j) {
		st->pid[i->side] = json_get_int(j, "pid", 0);
		st->started[i->side] = arena_strdup(&st->side->run->arena,
		                                    json_get_string(j, "startedAt", ""));
	}
	json_free(j);
	if (--st->left)
		return;
	if (!st->started[DIRECT] || !st->started[FRONT] || !*st->started[DIRECT]) {
		check_skip(check_on(st->side, "public.instance"),
		           _("This version does not say who it is: two cannot be told apart."));
		passed(st);
	} else if (st->pid[DIRECT] != st->pid[FRONT] ||
	           strcmp(st->started[DIRECT], st->started[FRONT])) {
		wrong_instance(st);
	} else {
		same_instance(st);
	}
}

/* Versions without a serverId are told apart by when they were started, and as which process. */
static void
compare_systems(struct public_state *st)
{
	st->comparing = true;
	for (int i = 0; i < N_SIDES; i++) {
		struct instance *in = arena_alloc(&st->side->run->arena, sizeof(*in));

		in->st = st;
		in->side = i;
		st->left++;
		probe_get(&st->side->run->side[i], "/api/system/info", on_system, in);
	}
}

void
public_judge(struct check_run *r)
{
	struct public_state *st = r->public_state;
	struct side *d = &r->side[DIRECT];
	struct check *c;
	const char *here, *there;

	if (!st || !st->accepted || st->side->ended || st->comparing)
		return;
	c = check_on(st->side, "public.instance");
	if (!check_open(c) && st->side->answered)
		return;
	if (!d->present || d->ended) {
		check_moot(c, _("There is no direct answer to compare with."));
		passed(st);
		return;
	}
	if (!d->answered)
		return;
	here = json_get_string(d->version, "serverId", "");
	there = json_get_string(st->side->version, "serverId", "");
	note_string(c, "server_id", there);
	if (!*here && !*there)
		compare_systems(st);
	else if (strcmp(here, there))
		wrong_instance(st);
	else
		same_instance(st);
}
