/* find.c - what is on this server before a question is asked. */
#include "setup/public.h"
#include "setup/repair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "proxy/boxed.h"

#define LOOK_TIMEOUT_MS 1500
#define MOMENT_MS       200
#define START_MS        10
#define MAX_VERSION     (16 * 1024)

struct look {
	struct setup       *s;
	struct found_origin candidate;
};

const struct proxy_found *
find_proxy(const struct setup *s)
{
	for (size_t i = 0; i < s->n_found; i++)
		if (s->answers.proxy && strcmp(s->found[i].proxy->name, s->answers.proxy) == 0)
			return &s->found[i];
	return NULL;
}

bool
setup_origin_is_container(const struct setup *s)
{
	return certs_kept_by(s) == CERTS_THERE && s->answers.has_origin && url_is_loopback(&s->answers.origin);
}

bool
setup_pastes(const struct setup *s)
{
	const struct proxy_found *f = find_proxy(s);

	return f && f->proxy->by_hand && f->proxy->by_hand(&s->answers) && !repair_chosen(s);
}

/* ---- OpenChamber ---- */

static bool
same_place(const struct url *a, const struct url *b)
{
	return a->port == b->port && strcmp(a->host, b->host) == 0 && strcmp(a->scheme, b->scheme) == 0;
}

static void
adopt_origin(struct setup *s, const struct found_origin *o)
{
	for (size_t i = 0; i < s->n_origins; i++)
		if (same_place(&s->origins[i].url, &o->url)) {
			s->origins[i] = *o;
			return;
		}
	if (s->n_origins < ARRAY_LEN(s->origins))
		s->origins[s->n_origins++] = *o;
	if (!s->answers.has_origin) {
		s->answers.origin = o->url;
		s->answers.has_origin = true;
		if (s->page == PAGE_DIRECT)
			run_direct(s);
	}
}

static void
looked(void *ctx, const struct net_reply *r)
{
	struct look *look = ctx;
	struct setup *s = look->s;
	struct err e = { 0 };
	struct json *j = r->status == 200 ? json_parse(r->body.s, r->body.len, "/api/version", &e) : NULL;
	const char *version = j ? json_get_string(j, "openchamberVersion", NULL) : NULL;

	if (version) {
		struct buf clean = BUF_INIT;

		text_safe(&clean, version, strlen(version), sizeof(look->candidate.version) - 1);
		snprintf(look->candidate.version, sizeof(look->candidate.version), "%s", clean.s);
		look->candidate.ours = true;
		adopt_origin(s, &look->candidate);
		buf_free(&clean);
	}
	json_free(j);
	free(look);
	s->looking--;
	setup_tell(s);
}

static void
look_at(struct setup *s, const struct url *u, const char *program)
{
	struct look *look = xcalloc(1, sizeof(*look));
	struct buf url = BUF_INIT;

	look->s = s;
	look->candidate.url = *u;
	snprintf(look->candidate.program, sizeof(look->candidate.program), "%s", program);
	url_base(&url, u);
	buf_puts(&url, s->needs.version);
	s->looking++;
	net_start(s->net, &(struct net_request){ .url = url.s, .timeout_ms = LOOK_TIMEOUT_MS,
	          .max_body = MAX_VERSION, .done = looked, .ctx = look });
	buf_free(&url);
}

static void
local_url(struct url *u, unsigned port)
{
	*u = (struct url){ .scheme = "http", .host = "127.0.0.1", .port = port, .ip = true, .scheme_given = true };
}

/*
 * Only the usual port and the ports of programs that call themselves
 * OpenChamber are asked: what other programs would make of the question
 * stands in their logs for ever.
 */
void
find_origins(struct setup *s)
{
	struct url u;

	if (s->looking)
		return;
	s->looks++;
	if (s->origin) {
		local_url(&u, origin_port(s->origin));
		look_at(s, &u, "");
		return;
	}
	for (size_t i = 0; i < s->machine.n_listeners; i++) {
		const struct listener *l = &s->machine.listeners[i];
		bool named = strstr(l->program, "openchamber") != NULL;

		if (!named && l->port != s->needs.port)
			continue;
		local_url(&u, l->port);
		if (l->ipv6 && strcmp(l->address, "::1") == 0) {
			snprintf(u.host, sizeof(u.host), "::1");
			u.ipv6 = true;
		} else if (!l->loopback && !l->ipv6 && strcmp(l->address, "0.0.0.0") != 0) {
			snprintf(u.host, sizeof(u.host), "%s", l->address);
		}
		look_at(s, &u, l->program);
	}
}

const char *
find_told(const struct setup *s, const struct found_origin *o)
{
	if (s->origin)
		return _("the built-in practice OpenChamber");
	if (*o->program) /* TRANSLATORS: %1$s is a program's name */
		return say(s, _("found: %1$s listens on port %2$u"), o->program, o->url.port);
	return say(s, _("found: something listens on port %u"), o->url.port);
}

/* ---- proxies ---- */

static void
suggest_proxy(struct setup *s)
{
	const struct proxy_found *best = NULL;

	for (size_t i = 0; i < s->n_found; i++) {
		const struct proxy_found *f = &s->found[i];

		if (f->installed && (!best || (f->running && !best->running)))
			best = f;
	}
	if (best && !s->answers.proxy)
		s->answers.proxy = arena_strdup(&s->answers.arena, best->proxy->name);
}

void
find_existing(struct setup *s)
{
	s->existing = s->our_site = NULL;
	for (size_t i = 0; i < s->n_found && !s->existing; i++)
		if (s->answers.has_origin) {
			s->existing_in = &s->found[i];
			s->existing = proxy_site_leading_to(&s->found[i], &s->answers.origin);
		}
	taken_find(s);
	if (s->existing && s->existing->ours) { /* what we wrote ourselves is changed in place */
		s->our_site = s->existing;
		s->existing = NULL;
	}
}

/* One that was answered before and is not among those found is the file that somebody named. */
static void
note_other_cert(struct setup *s)
{
	const struct answers *a = &s->answers;

	if (a->has_tls && a->tls == TLS_EXISTING && a->certificate && !found_cert(s, a->certificate))
		s->other_cert = true;
}

static void
found_all(void *ctx)
{
	struct setup *s = ctx;

	s->practice_timer = 0;
	if (practice_starts(s)) { /* it would be blamed for what is only not there yet */
		s->practice_late = true;
		s->practice_timer = loop_after(s->loop, START_MS, found_all, s);
		return;
	}
	s->detecting = 0;
	if (s->practice_late) { /* it was seen before it ran, and would be started instead of reloaded */
		s->practice_late = false;
		find_everything(s);
		return;
	}
	find_certs(s);
	note_other_cert(s);
	find_existing(s);
	limits_find(s);
	names_suggest(s);
	if (s->page != PAGE_START)
		told_look(s);
	if ((s->page == PAGE_START && !s->has_interrupted) || s->page == PAGE_REPAIR)
		repair_look(s);
	ours_suggest(s);
	if (s->page == PAGE_LATER)
		later_open(s);
	install_await(s);
	live_found(s);
	change_read_again(s);
	setup_tell(s);
}

static void
detected(void *ctx)
{
	struct setup *s = ctx;

	if (s->detecting > 1) {
		s->detecting--;
		return;
	}
	suggest_proxy(s);
	found_all(s);
}

void
find_machine(struct setup *s)
{
	size_t n = 0;
	const char **own;

	machine_free(&s->machine);
	machine_read(&s->machine, s->scratch ? NULL : s->o.root);
	while (s->machine.addresses && s->machine.addresses[n])
		n++;
	own = arena_alloc(&s->keep, (n + 1) * sizeof(*own));
	for (size_t i = 0; i < n; i++)
		own[i] = arena_strdup(&s->keep, s->machine.addresses[i]);
	s->own_addresses = own;
}

static void
takes_long(void *ctx)
{
	struct setup *s = ctx;

	s->find_timer = 0;
	setup_tell(s);
}

/* What can be chosen depends on it, and nothing is offered that would be another choice in a moment. */
bool
start_is_open(const struct setup *s)
{
	return s->detecting || s->looking || s->handshakes || repair_runs(s);
}

bool
find_takes_long(const struct setup *s)
{
	return (s->detecting || s->looking || s->handshakes) && !s->find_timer;
}

void
find_everything(struct setup *s)
{
	loop_cancel(s->loop, s->find_timer);
	s->find_timer = loop_after(s->loop, MOMENT_MS, takes_long, s);
	find_machine(s);
	find_origins(s);
	if (s->detecting)
		return;
	for (size_t i = 0; i < s->n_found; i++)
		proxy_found_free(&s->found[i]);
	s->n_found = 0;
	told_forget(s);
	repair_forget(s);
	s->existing = s->our_site = NULL;
	s->vetted = false;
	look_stop(s);
	/* What is behind an API is not found by looking around, but its pages can be filled by hand. */
	for (const struct proxy *const *p = proxies; *p && s->n_found < ARRAY_LEN(s->found); p++)
		if ((*p)->caps & PROXY_FILES || (*p)->by_hand)
			s->found[s->n_found++] = (struct proxy_found){ .proxy = *p };
	s->detecting = (int)s->n_found;
	for (size_t i = 0; i < s->n_found; i++)
		proxy_detect(s->loop, s->net, s->o.root, &s->machine, &s->found[i], detected, s);
}

void
find_stop(struct setup *s)
{
	loop_cancel(s->loop, s->look_timer);
	loop_cancel(s->loop, s->find_timer);
	loop_cancel(s->loop, s->practice_timer);
	loop_cancel(s->loop, s->tick_timer);
	find_certs_stop(s);
	install_stop(s);
	repair_forget(s);
	for (size_t i = 0; i < s->n_found; i++)
		proxy_found_free(&s->found[i]);
	s->n_found = 0;
	machine_free(&s->machine);
}
