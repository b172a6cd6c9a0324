/* lines.c - the live checks of the asking pages and the progress of a change, as lines. */
#include "setup/public.h"
#include "setup/repair.h"
#include "setup/watch.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/self.h"
#include "base/text.h"

static const char *
seconds_of(const struct setup *s, double seconds)
{
	struct buf b = BUF_INIT;
	const char *text;

	text_seconds(&b, seconds);
	/* TRANSLATORS: %s is a number of seconds */
	text = say(s, _("%s s"), b.s);
	buf_free(&b);
	return text;
}

static void
line_took(const struct setup *s, struct lines *l, enum mark mark, const char *text, double seconds)
{
	if (l->n < l->max)
		l->v[l->n++] = (struct setup_line){ mark, setup_mark_word(mark), text, seconds_of(s, seconds), seconds };
}

/* ---- page 1 ---- */

static void
lines_start(const struct setup *s, struct lines *l)
{
	bool any = false;

	if (s->has_interrupted) {
		lines_interrupted(s, l);
		return;
	}
	for (size_t i = 0; i < s->n_origins; i++)
		if (s->origins[i].ours) {
			any = true;
			line_add(l, MARK_PASS, _("found"), say(s, "OpenChamber %s", s->origins[i].version),
			     address_text(s, &s->origins[i].url));
		}
	if (!any && !s->looking && !s->answers.has_origin)
		line_add(l, MARK_SKIP, _("none"), "OpenChamber", _("step 2 helps to start it"));
	for (size_t i = 0; i < s->n_found; i++) {
		struct setup_choice rows[MAX_PROXIES + 1];
		const size_t n = setup_list(s, PAGE_PROXY, "proxy", rows, ARRAY_LEN(rows));

		if (i < n && s->found[i].installed)
			line_add(l, MARK_PASS, _("found"), rows[i].label, rows[i].state);
	}
	if (!ours_address(s) && ours_told(s))
		line_add(l, MARK_NONE, "", ours_told(s), "");
	if (s->was_here && !s->has_last) /* TRANSLATORS: %s is a command */
		line_add(l, MARK_SKIP, _("none"), say(s, _("what was set up here before was undone. Its list: %s"), list_command(s)), "");
	lines_repair(s, l);
	if (find_takes_long(s))
		line_add(l, MARK_NOW, setup_mark_word(MARK_NOW), _("what is on this server"), "");
	for (size_t i = 0; i < s->n_certs && l->n < 6; i++)
		if (s->certs[i].known && s->certs[i].cert.n_names) {
			const int days = cert_days_left(&s->certs[i].cert, time(NULL));

			line_add(l, days < 14 ? MARK_WARN : MARK_PASS, _("found"), _("certificate"),
			     say(s, Q_("%1$s, %2$d day", "%1$s, %2$d days", (unsigned long)(days < 0 ? 0 : days)),
			         cert_told_as(s, &s->certs[i].cert), days));
		}
}

/* ---- page 2 ---- */

/* Routes of one kind, told as a count; the first that is not fine is told by itself. */
static void
lines_routes(const struct setup *s, struct lines *l, const struct need_route *routes, size_t n,
             const char *kind, const char *all)
{
	size_t passed = 0, done = 0, skipped = 0;
	double slowest = 0;
	char id[64];

	for (size_t i = 0; i < n; i++) {
		const struct check_result *r;

		snprintf(id, sizeof(id), "%s.%s", kind, routes[i].id);
		r = run_result(s, WAY_DIRECT, id);
		if (!r)
			continue;
		done++;
		passed += r->status == CHECK_PASS;
		skipped += r->status == CHECK_SKIP;
		if (r->seconds > slowest)
			slowest = r->seconds;
		if (r->status == CHECK_FAIL || r->status == CHECK_WARN)
			line_told(l, mark_of(r), say(s, "%s: %s", routes[i].path, r->detail));
	}
	if (done < n && !check_is_done(s->direct))
		line_add(l, MARK_NOW, setup_mark_word(MARK_NOW), say(s, all, (int)passed, (int)n), "");
	else if (skipped < done)
		line_took(s, l, passed + skipped == done ? MARK_PASS : MARK_WARN, say(s, all, (int)passed, (int)n), slowest);
}

static void
line_looks(const struct setup *s, struct lines *l, unsigned n)
{
	line_add(l, MARK_NOW, "", say(s, Q_("looking again every 2 seconds: %u time so far",
	     "looking again every 2 seconds: %u times so far", n), n), "");
}

static void
lines_direct(const struct setup *s, struct lines *l)
{
	const struct check_result *answer = run_result(s, WAY_DIRECT, "direct.answer");
	const struct check_result *r;
	bool refused;

	if (!s->direct)
		return;
	if (!answer) {
		const double waited = loop_seconds() - s->direct_from;

		line_add(l, MARK_NOW, setup_mark_word(MARK_NOW), say(s, _("asking %s"), address_text(s, &s->direct_url)),
		         waited >= 1 ? say(s, _("%d s"), (int)waited) : "");
		return;
	}
	if (answer->status == CHECK_FAIL) {
		line_told(l, MARK_FAIL, answer->detail);
		if (s->look_timer || s->looking)
			line_looks(s, l, s->looks);
		return;
	}
	line_took(s, l, MARK_PASS, say(s, _("OpenChamber %s answers"), check_origin_version(s->direct)), answer->seconds);
	/* What failed comes before what was not checked because of it. */
	r = run_result(s, WAY_DIRECT, "direct.login");
	refused = r && r->status == CHECK_FAIL;
	if (refused) {
		line_told(l, MARK_FAIL, r->detail);
		line_told(l, MARK_SKIP, _("uploads, first messages and event streams: they need the UI password"));
	}
	/* TRANSLATORS: "%d of %d" is how many out of how many */
	lines_routes(s, l, s->needs.sockets, s->needs.n_sockets, "ws", _("WebSockets that open: %d of %d"));
	lines_routes(s, l, s->needs.streams, s->needs.n_streams, "sse", _("event streams that speak: %d of %d"));
	r = run_result(s, WAY_DIRECT, "body.limit");
	if (r && !(refused && r->status == CHECK_SKIP) && r->status != CHECK_WARN) /* what is more than it takes is told in step 8 */
		line_add(l, mark_of(r), setup_mark_word(mark_of(r)), r->status == CHECK_PASS
		     ? say(s, _("an upload of %s is accepted"), size_text(s, body_is_less(s) ? s->answers.body : s->needs.body)) : r->detail, "");
	r = run_result(s, WAY_DIRECT, "direct.login");
	if (r) {
		const bool locked = check_origin_has_password(s->direct);

		if (locked && r->status != CHECK_FAIL)
			line_told(l, MARK_PASS, _("it has a UI password"));
		if (r->status != CHECK_PASS && !refused)
			line_told(l, mark_of(r), r->status == CHECK_SKIP
			     ? _("first messages and event streams: they need the UI password")
			     : r->cause && strcmp(r->cause->id, "password-wrong") == 0 ? _("the UI password was refused") : r->detail);
	}
	r = run_result(s, WAY_DIRECT, "direct.exposure");
	if (r)
		line_told(l, mark_of(r), r->status == CHECK_PASS ? _("only this server can reach it") : r->detail);
}

/* ---- page 3 ---- */

/* A proxy that is told by its API, or set in its own pages: of that nothing can be looked at from here. */
static void
lines_contained(const struct setup *s, const struct proxy_found *f, struct lines *l)
{
	if (setup_is_told(s))
		lines_told(s, l);
	else if (!setup_pastes(s) && s->scratch)
		line_told(l, MARK_FAIL, _("in practice its API is not asked: a text is pasted"));
	else if (!setup_pastes(s))
		line_told(l, MARK_FAIL, say(s, _("%1$s is told by its API only by: %2$s apply --answers FILE"), f->proxy->label, self_command()));
	else if (!setup_origin_is_container(s))
		line_told(l, MARK_PASS, _("you set it in its pages: the review shows what, and the text to paste"));
	if (setup_origin_is_container(s)) /* TRANSLATORS: %s is a host, as 127.0.0.1 */
		line_told(l, MARK_FAIL, say(s, _("%s is its own container there, not this server"), s->answers.origin.host));
}

static void
lines_proxy(const struct setup *s, struct lines *l)
{
	const struct proxy_found *f = find_proxy(s), *obstacle;
	size_t others = 0;

	if (!f)
		return;
	if (f->proxy->by_hand) {
		lines_contained(s, f, l);
		return;
	}
	if (f->box && !lines_boxed(s, f, l))
		return;
	obstacle = f->running || f->box || s->detecting ? NULL : install_obstacle(s, f);
	if (obstacle) /* TRANSLATORS: %1$s is the proxy that runs, %2$s the one that was chosen */
		line_told(l, MARK_WARN, say(s, _("%1$s has ports 80 and 443 for other sites, so %2$s could not start. Choosing %1$s is simpler."),
		                       obstacle->proxy->label, f->proxy->label));
	if (!f->installed) {
		if (s->detecting) {
			line_told(l, MARK_NOW, f->proxy->label);
			return;
		}
		line_told(l, MARK_FAIL, say(s, _("%1$s is not installed. Install it in a second SSH session: %2$s"),
		                       f->proxy->label, install_command(s, f)));
		line_looks(s, l, s->install_looks);
		return;
	}
	if (s->detecting)
		line_told(l, MARK_NOW, f->proxy->label);
	else if (f->broken.code != ERR_NONE) {
		line_told(l, MARK_FAIL, say(s, "%s", f->broken.msg));
		return;
	} else if (s->showing)
		line_told(l, MARK_NOW, _("its configuration, as root"));
	else if (f->incomplete && !s->vetted)
		line_told(l, MARK_PASS, _("its configuration: syntax ok; the rest needs root"));
	else
		line_told(l, MARK_PASS, _("its configuration is sound as it is today"));
	if (f->stranger && !f->running)
		line_told(l, MARK_WARN, say(s, _("another user's process has its name, and is left alone: %s"), f->stranger));
	if (!f->box && (f->link_dir || f->site_dir))
		line_told(l, MARK_PASS, say(s, _("sites are read from %s"), f->link_dir ? f->link_dir : f->site_dir));
	for (size_t i = 0; i < f->n_sites; i++)
		others += !f->sites[i].ours && proxy_site_first(f, &f->sites[i]) == &f->sites[i] &&
		          !(s->existing && proxy_site_first(f, s->existing) == &f->sites[i]);
	line_told(l, MARK_PASS, others
	     ? say(s, Q_("%d other site here; it will not be touched", "%d other sites here; they will not be touched",
	               (unsigned long)others), (int)others)
	     : _("no other site here"));
}

/* ---- page 9 ---- */

static void
lines_time(const struct setup *s, struct lines *l)
{
	const struct check_result *stream = run_result(s, WAY_REHEARSAL, "time.stream");
	const struct check_result *idle = run_result(s, WAY_REHEARSAL, "time.idle");

	if (s->rehearsal_none) {
		line_told(l, MARK_SKIP, run_no_rehearsal(s));
		return;
	}
	if (s->rehearsed)
		line_told(l, MARK_PASS, say(s, _("read timeout %1$u s, send timeout %1$u s"), s->answers.stream));
	line_told(l, MARK_PASS, say(s, _("OpenChamber is never quiet longer than %u s"), s->needs.quiet));
	if (lines_hold(s, l))
		return;
	if (stream)
		line_told(l, mark_of(stream), stream->detail);
	else if (s->rehearsal && !s->rehearsed)
		line_told(l, MARK_NOW, _("rehearsing"));
	if (idle && idle->status != CHECK_SKIP)
		line_told(l, mark_of(idle), idle->detail);
}

size_t
setup_lines(const struct setup *s, enum page p, struct setup_line *out, size_t max)
{
	static void (*const of[N_PAGES])(const struct setup *, struct lines *) = {
		[PAGE_START] = lines_start,   [PAGE_DIRECT] = lines_direct, [PAGE_PROXY] = lines_proxy,
		[PAGE_PUBLIC] = lines_public, [PAGE_TIMEOUTS] = lines_time, [PAGE_APPLY] = lines_apply, [PAGE_WATCH] = lines_watch,
		[PAGE_RESULT] = lines_result, [PAGE_FRONT] = lines_front,
	};
	struct lines l = { .v = out, .max = max };

	if (p == PAGE_LATER)
		return later_lines(s, out, max);
	if (of[p] && !fields_wrong(s, p))
		of[p](s, &l);
	return l.n;
}
