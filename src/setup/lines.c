/* lines.c - the live checks of the asking pages and the progress of a change, as lines. */
#include "setup/repair.h"
#include "setup/watch.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "answers/box.h"
#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/self.h"
#include "base/text.h"

static const char *
base_of(const struct setup *s, const struct url *u)
{
	struct buf b = BUF_INIT;
	const char *text;

	url_base(&b, u);
	text = say(s, "%s", b.s);
	buf_free(&b);
	return text;
}

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

static const char *
size_of(const struct setup *s, unsigned long long bytes)
{
	struct buf b = BUF_INIT;
	const char *text;

	text_size(&b, bytes);
	text = say(s, "%s", b.s);
	buf_free(&b);
	return text;
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
			     base_of(s, &s->origins[i].url));
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

		line_add(l, MARK_NOW, setup_mark_word(MARK_NOW), say(s, _("asking %s"), base_of(s, &s->direct_url)),
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
		     ? say(s, _("an upload of %s is accepted"), size_of(s, body_is_less(s) ? s->answers.body : s->needs.body)) : r->detail, "");
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

/* ---- page 4 ---- */

static void
lines_name(const struct setup *s, struct lines *l)
{
	const struct url *u = &s->answers.public_url;
	bool own = false;

	if (u->ip) {
		line_told(l, MARK_PASS, say(s, _("name: none is needed for the address %s"), u->host));
	} else if (!s->resolved) {
		line_told(l, MARK_NOW, say(s, _("name: looking up %s"), u->host));
		return;
	} else if (!s->n_addresses) {
		if (s->unanswered)
			line_told(l, MARK_SKIP, say(s, by_face(s, _("No name server answered, so the address of %s is not known. You can go on, or press F5 to ask again."),
			          _("name: no name server answered for %s, so its address is not known. You can go on: the checks go straight to this server.")), u->host));
		else
			line_told(l, MARK_WARN, say(s, _("%s has no address yet. You can go on: the checks go straight to this server. People cannot come in until the name is set at your domain's provider."), u->host));
		if (s->answers.cdn == CDN_CLOUDFLARE)
			line_told(l, MARK_PASS, _("host: Cloudflare, which stands in front of this server"));
		return;
	} else {
		line_told(l, MARK_PASS, say(s, _("name: %1$s is %2$s"), u->host, s->addresses[0]));
	}
	for (size_t i = 0; i < s->n_addresses; i++)
		own = own || machine_has_address(&s->machine, s->addresses[i]);
	if (own)
		line_told(l, MARK_PASS, say(s, _("host: %s is an address of this server"), s->addresses[0]));
	else if (s->answers.cdn == CDN_CLOUDFLARE)
		line_told(l, MARK_PASS, _("host: Cloudflare, which stands in front of this server"));
	else
		line_told(l, MARK_SKIP, name_is_private(u) ? _("host: not an address of this server")
		                                           : _("host: not an address of this server: a router?"));
}

/* Who has the ports, as far as it can be told; without root a listener has no name, but the proxy's files name its ports. */
static const char *
who_listens(const struct proxy_found *f, const unsigned ports[2])
{
	bool has[2] = { !ports[0], !ports[1] };

	for (size_t i = 0; f && f->running && i < f->n_sites; i++)
		for (int p = 0; p < 2; p++)
			has[p] = has[p] || proxy_site_listens(&f->sites[i], ports[p]);
	return has[0] && has[1] && f && f->running ? f->proxy->label : NULL;
}

static bool
is_program_of(const struct proxy_found *f, const char *program)
{
	return (f->box && !f->box->shares_network) || /* what is published is its own */
	       strcmp(program, f->proxy->name) == 0 || (f->binary && strcmp(program, fs_basename(f->binary)) == 0);
}

/* Those of everybody else are left alone. */
static void
lines_practice_ports(const struct setup *s, struct lines *l, const unsigned ports[2])
{
	if (ports[0] && ports[1])
		line_told(l, MARK_PASS, say(s, _("ports: %1$u and %2$u, in practice instead of 80 and 443"), ports[0], ports[1]));
	else
		line_told(l, MARK_PASS, say(s, _("port: %1$u, in practice instead of %2$u"), ports[0] ? ports[0] : ports[1],
		                            ports[0] ? 80u : 443u));
}

/* What leads there would lead to itself. */
static bool
is_origins(const struct setup *s, unsigned port)
{
	const struct url *u = &s->answers.origin;

	return port && s->answers.has_origin && u->port == port &&
	       (url_is_loopback(u) || machine_has_address(&s->machine, u->host));
}

static void
lines_ports(const struct setup *s, struct lines *l)
{
	const struct proxy_found *f = find_proxy(s);
	unsigned ports[2];
	bool open[2];

	if (lines_boxed_ports(s, f, l))
		return;
	answers_ports(&s->answers, &ports[0], &ports[1]);
	if (s->scratch) {
		lines_practice_ports(s, l, ports);
		return;
	}
	for (int p = 0; p < 2; p++) {
		const struct listener *taken = NULL;

		if (is_origins(s, ports[p])) {
			line_told(l, MARK_FAIL, ports[p] == s->answers.public_url.port
			     ? say(s, _("port: OpenChamber itself listens on %1$u. Take :%1$u out of the address above, or write another port."), ports[p])
			     : say(s, _("port: OpenChamber itself listens on %u. Another one can be set under More settings."), ports[p]));
			return;
		}

		for (size_t i = 0; ports[p] && i < s->machine.n_listeners && !taken; i++)
			if (s->machine.listeners[i].port == ports[p])
				taken = &s->machine.listeners[i];
		open[p] = taken != NULL;
		if (taken && *taken->program && f && !is_program_of(f, taken->program)) {
			line_told(l, MARK_WARN, say(s, _("port: %1$u is taken by another program: %2$s"), ports[p], taken->program));
			return;
		}
	}
	if (ports[0] && ports[1] && open[0] && open[1] && who_listens(f, ports)) /* TRANSLATORS: %3$s is a proxy: nginx */
		line_told(l, MARK_PASS, say(s, _("ports: %1$u and %2$u answer here: %3$s"), ports[0], ports[1], who_listens(f, ports)));
	else if (ports[0] && ports[1] && open[0] == open[1])
		line_told(l, MARK_PASS, say(s, open[0] ? _("ports: %1$u and %2$u answer here")
		                            : _("ports: %1$u and %2$u will be opened"), ports[0], ports[1]));
	else
		for (int p = 0; p < 2; p++)
			if (ports[p])
				line_told(l, MARK_PASS, say(s, open[p] ? _("port: %u answers here")
				                            : _("port: %u will be opened"), ports[p]));
}

static void
lines_public(const struct setup *s, struct lines *l)
{
	const struct proxy_found *f = find_proxy(s);
	const struct proxy_site *taken;

	if (!s->answers.has_public)
		return;
	lines_name(s, l);
	if (setup_is_told(s))
		lines_told_host(s, l);
	if (certs_kept_by(s) == CERTS_THERE) /* whose ports they are, only its own pages know */
		return;
	lines_ports(s, l);
	if (f) {
		taken = proxy_site_named(f, s->answers.public_url.host, s->answers.public_url.port);
		if (taken_site(s))
			line_told(l, MARK_FAIL, say(s, _("sites: %1$s is already served by %2$s:%3$d"),
			     s->answers.public_url.host, taken->file, taken->line));
		else if (taken && taken == s->existing && setup_set_aside(s))
			line_told(l, MARK_WARN, say(s, _("sites: applying switches off %s"), taken->file));
		else
			line_told(l, MARK_PASS, _("sites: no other site here has this name"));
	}
	if (s->cert_mark != MARK_NONE)
		line_told(l, s->cert_mark, say(s, "%s", s->cert_text));
	lines_today(s, l);
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
