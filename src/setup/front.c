/* front.c - Cloudflare in front: what is asked about it, what it has, and its requests tried before they count. */
#include "apply/call_try.h"
#include "setup/repair.h"

#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "proxy/cloudflare.h"
#include "proxy/front.h"
#include "proxy/secret.h"
#include "setup/lines.h"

#define MAX_STEPS 12

bool
setup_may_say_front(const struct setup *s)
{
	return s->page == PAGE_PUBLIC && s->answers.has_public && !s->answers.public_url.ip && !s->scratch &&
	       !setup_only_looks(s);
}

bool
setup_front(const struct setup *s)
{
	return s->answers.cdn == CDN_CLOUDFLARE;
}

void
setup_say_front(struct setup *s, bool there)
{
	if (there == setup_front(s))
		return;
	s->answers.cdn = there ? CDN_CLOUDFLARE : CDN_NONE;
	runs_forget_proxied(s);
	setup_open(s, s->page);
}

bool
setup_is_fronted(const struct setup *s)
{
	return setup_front(s) && !s->scratch && !setup_only_looks(s) && !repair_chosen(s);
}

bool
front_may_tell(const struct setup *s)
{
	return !s->by_hand && !setup_pastes(s);
}

/* What was read there; NULL: nothing. */
static const struct json *
front_read_of(const struct setup *s)
{
	return s->n_found && told_knows(s, TOLD_FRONT) ? s->found[0].front : NULL;
}

static const char *
setting(const struct setup *s, const char *name)
{
	return json_get_string(json_get(json_get(front_read_of(s), "things"), name), "value", "");
}

/* ---- lists ---- */

static bool
asks_plan(const struct setup *s)
{
	return !*json_get_string(front_read_of(s), "plan", "");
}

const char *const *
front_lists(const struct setup *s)
{
	const char **v = arena_alloc(s->say, 4 * sizeof(*v));
	struct setup_choice c[1];
	size_t n = 0;

	if (asks_plan(s))
		v[n++] = "plan";
	if (front_list_ssl(s, c, 1))
		v[n++] = "ssl";
	if (addresses_list(s, c, 1))
		v[n++] = "addresses";
	v[n] = NULL;
	return v;
}

static enum cloudflare_plan
plan_of(const struct setup *s)
{
	return front_plan(&s->answers, front_read_of(s));
}

void
front_note_limit(const struct setup *s, struct check_options *o)
{
	o->cdn_plan = front_limit(&o->cdn_megabytes, &s->answers, front_read_of(s));
}

size_t
front_list_plan(const struct setup *s, struct setup_choice *out, size_t max)
{
	size_t n = 0;

	for (; n <= PLAN_ENTERPRISE && n < max; n++)
		out[n] = (struct setup_choice){ .label = cloudflare_plan_name((enum cloudflare_plan)n), .possible = true,
			.state = say(s, _("uploads up to %u MB"), cloudflare_megabytes((enum cloudflare_plan)n)),
			.chosen = plan_of(s) == (enum cloudflare_plan)n };
	return n;
}

void
front_choose_plan(struct setup *s, size_t i)
{
	s->answers.cloudflare_plan = (enum cloudflare_plan)i;
}

/* Where it speaks http to a server that speaks https, people go in circles. */
static bool
goes_in_circles(const struct setup *s)
{
	const char *mode = setting(s, "ssl");

	return s->answers.tls != TLS_UPSTREAM && strcmp(s->answers.public_url.scheme, "https") == 0 &&
	       (strcmp(mode, "flexible") == 0 || strcmp(mode, "off") == 0);
}

size_t
front_list_ssl(const struct setup *s, struct setup_choice *out, size_t max)
{
	const char *const labels[] = {
		[SSL_KEEP]   = say(s, _("leave it: %s"), setting(s, "ssl")),
		[SSL_FULL]   = _("Full: any certificate will do"),
		[SSL_STRICT] = _("Full (strict): a valid one"),
	};
	size_t n = 0;

	if (!front_may_tell(s) || (!goes_in_circles(s) && s->answers.cloudflare_ssl == SSL_KEEP))
		return 0;
	for (; n < ARRAY_LEN(labels) && n < max; n++)
		out[n] = (struct setup_choice){ .label = labels[n], .state = "", .possible = true,
			.chosen = s->answers.cloudflare_ssl == (enum cloudflare_ssl)n };
	return n;
}

void
front_choose_ssl(struct setup *s, size_t i)
{
	s->answers.cloudflare_ssl = (enum cloudflare_ssl)i;
	plan_forget(s);
}

/* ---- fields ---- */

const char *
front_hint(const struct setup *s, const char *key)
{
	if (strcmp(key, "cloudflare.zone") == 0)
		return _("empty: it is found by the name");
	if (strcmp(key, "token") == 0)
		return *front_token() ? _("for this run only, never saved")
		     : s->page == PAGE_LATER ? _("typed last time, kept nowhere; needed to change or undo it")
		     : s->answers.cloudflare_token_file ? _("empty: the file below has it")
		                                        : _("empty: you click the settings yourself");
	return _("or a file of mode 600 with it");
}

const char *
front_token(void)
{
	const char *held = secret_held(service_cloudflare.name);

	return held ? held : "";
}

void
front_take_token(struct setup *s, const char *text)
{
	if (strcmp(front_token(), text) == 0)
		return;
	secret_hold(service_cloudflare.name, text);
	s->tokens_typed++;
	plan_forget(s);
	setup_open(s, s->page);
}

bool
front_asks_token(const struct setup *s)
{
	return s->later && s->typed_before && !s->answers.cloudflare_token_file;
}

/* A token that was typed goes the same way as the password, on a line behind it. */
size_t
front_argv(const struct setup *s, const char **v)
{
	if (!*front_token() || !(front_is_told(&s->answers) || front_asks_token(s)))
		return 0;
	v[0] = "--token-file";
	v[1] = "-";
	return 2;
}

/* ---- what is said of it ---- */

static void
lines_things(const struct setup *s, struct lines *l)
{
	const struct json *front = front_read_of(s);
	const enum cloudflare_plan plan = plan_of(s);
	const bool bare = strcmp(setting(s, "websockets"), "off") == 0;

	/* TRANSLATORS: %s is a domain at Cloudflare */
	line_told(l, MARK_PASS, say(s, _("zone: the token opens %s"), json_get_string(front, "name", "")));
	if (s->answers.body >> 20 > cloudflare_megabytes(plan))
		line_told(l, MARK_WARN, say(s, _("plan: %1$s stops uploads at %2$u MB"), cloudflare_plan_name(plan), cloudflare_megabytes(plan)));
	else
		line_told(l, MARK_PASS, say(s, _("plan: %1$s takes uploads up to %2$u MB"), cloudflare_plan_name(plan), cloudflare_megabytes(plan)));
	line_told(l, MARK_PASS, bare ? _("sockets: off there, and switched on by applying") : _("sockets: on there"));
	if (goes_in_circles(s) && s->answers.cloudflare_ssl == SSL_KEEP)
		line_told(l, MARK_WARN, say(s, _("SSL/TLS: %s, so browsers go in circles"), setting(s, "ssl")));
	else if (s->answers.cloudflare_ssl != SSL_KEEP && goes_in_circles(s))
		line_told(l, MARK_PASS, say(s, _("SSL/TLS: %s, changed by applying"), setting(s, "ssl")));
	else if (*setting(s, "ssl"))
		line_told(l, MARK_PASS, say(s, _("SSL/TLS: the mode is %s"), setting(s, "ssl")));
}

void
lines_front(const struct setup *s, struct lines *l)
{
	lines_addresses(s, l);
	if (!front_is_told(&s->answers))
		return;
	if (told_is_waiting(s, TOLD_FRONT))
		line_told(l, MARK_NOW, say(s, _("asking %s"), front_label()));
	else if (told_err(s, TOLD_FRONT))
		line_told(l, MARK_FAIL, say(s, "%s", told_err(s, TOLD_FRONT)->msg));
	else if (front_read_of(s))
		lines_things(s, l);
}

/* The same as steps to click, where there is no token; an expression is copied. */
static size_t
clicking(const struct setup *s, const char **v)
{
	const char **lines = front_by_hand(s->say, &s->answers);
	size_t n = 0;

	for (; lines && lines[n] && lines[n + 1] && n < MAX_STEPS; n++) /* the last is about an answers file */
		v[n] = *lines[n] == '(' ? say(s, SETUP_LITERAL "%s", lines[n]) : lines[n];
	return n;
}

const char *const *
front_advice(const struct setup *s)
{
	const char **v = arena_alloc(s->say, (MAX_STEPS + 4) * sizeof(*v));
	struct setup_choice c[1];
	size_t n = 0;

	if (addresses_list(s, c, 1))
		v[n++] = _("Whoever asks from Cloudflare's addresses is believed about your visitors. The known ones may be out of date.");
	if (!front_is_told(&s->answers)) {
		if (front_may_tell(s))
			v[n++] = _("With a token it can be done from here. Its rights: Zone Read; Edit for Zone Settings, Response Compression, Cache Rules, Config Rules.");
		n += clicking(s, v + n);
		v[n++] = _("Press Enter to go on.");
	} else if (told_err(s, TOLD_FRONT)) {
		v[n++] = _("Correct the token, or empty it and its file: then you click the settings yourself.");
	} else if (told_knows(s, TOLD_FRONT)) {
		v[n++] = _("The review lists every request, and an undo takes them back. Press Enter to go on.");
	}
	v[n] = NULL;
	return v;
}

/* ---- the requests, tried ---- */

void
front_forget(struct setup *s)
{
	calls_try_stop(s->trying);
	s->trying = NULL;
	s->tried_plan[0] = '\0';
}

static void
tried(void *ctx, size_t n, const struct err *e)
{
	struct setup *s = ctx;

	s->trying = NULL;
	s->n_tried = n;
	s->tried_err = e ? *e : (struct err){ 0 };
	setup_tell(s);
}

void
front_try(struct setup *s)
{
	if (!s->has_plan || !setup_is_fronted(s) || !front_is_told(&s->answers)) {
		front_forget(s);
		return;
	}
	/* What was refused may be let in by now. */
	if (strcmp(s->tried_plan, s->plan_hash) == 0 && (s->trying || s->tried_err.code == ERR_NONE))
		return;
	front_forget(s);
	memcpy(s->tried_plan, s->plan_hash, sizeof(s->tried_plan));
	s->trying = calls_try(s->loop, s->net, s->o.root, &s->plan, tried, s);
}

const char *
setup_tried(const struct setup *s)
{
	if (!*s->tried_plan || !s->has_plan)
		return "";
	if (s->trying)
		return say(s, _("%s is asked whether it would take the requests. Nothing is changed."), front_label());
	if (s->tried_err.code != ERR_NONE)
		return say(s, "%s", s->tried_err.msg);
	if (!s->n_tried)
		return "";
	/* TRANSLATORS: %2$s is Cloudflare */
	return say(s, Q_("Tried, nothing changed: %2$s would take %1$u request for rules.",
	                 "Tried, nothing changed: %2$s would take %1$u requests for rules.", (unsigned long)s->n_tried),
	           (unsigned)s->n_tried, front_label());
}
