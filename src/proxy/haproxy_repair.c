/*
 * haproxy_repair.c - what settles a cause in HAProxy's files.
 *
 * A line that only this site goes through is changed where it stands.  What
 * is for others too (defaults, a frontend with other backends) stays, and the
 * backend, which has the last word, gets a line of its own.
 */
#include "proxy/haproxy_blame.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proxy/mend.h"

struct case_of {
	struct mend              *m;
	const struct haproxy_way *r;
	struct haproxy_guilty     at;
	const struct hap_section *section; /* where that is */
	const struct hap_line    *line;    /* NULL: it is the section's own */
};

static const struct hap_line *
find_line(const struct hap_section *s, const struct haproxy_guilty *at)
{
	for (const struct hap_line *l = s->first; l; l = l->next)
		if (l->line == at->line && strcmp(l->file, at->file) == 0)
			return l;
	return NULL;
}

static void
find_place(struct case_of *k)
{
	for (const struct hap_section *s = k->r->conf->first; s && !k->section; s = s->next) {
		k->line = find_line(s, &k->at);
		if (k->line || (s->line == k->at.line && strcmp(s->file, k->at.file) == 0))
			k->section = s;
	}
}

/* Does anything else go through it? */
static bool
is_shared(const struct haproxy_way *r, const struct hap_section *s)
{
	const char *name = haproxy_word(r->rule, 1);

	if (s == r->back)
		return false;
	if (s != r->front)
		return true;
	for (const struct hap_line *l = s->first; l; l = l->next)
		if ((strcmp(l->args[0], "use_backend") == 0 || strcmp(l->args[0], "default_backend") == 0) &&
		    strcmp(haproxy_word(l, 1), name) != 0)
			return true;
	return false;
}

static bool
is_own(const struct case_of *k)
{
	return k->line && !is_shared(k->r, k->section);
}

/* Where the backend's rules end: its first server. */
static void
above_server(const struct case_of *k, const char *text)
{
	for (const struct hap_line *l = k->r->back ? k->r->back->first : NULL; l; l = l->next)
		if (strcmp(l->args[0], "server") == 0) {
			mend_line(k->m, MEND_ABOVE, l->file, l->line, text);
			return;
		}
}

static void
inside(const struct case_of *k, const struct hap_section *s, const char *text)
{
	mend_line(k->m, MEND_INSIDE, s->file, s->line, text);
}

static void
change(const struct case_of *k, enum mend_how how, const char *text)
{
	mend_line(k->m, how, k->at.file, k->at.line, text);
}

static void
take_out(const struct case_of *k)
{
	if (is_own(k))
		change(k, MEND_OUT, NULL);
}

/* One that only this site meets is corrected; else the backend has the last word. */
static void
set_header(const struct case_of *k, const char *text)
{
	if (is_own(k) && strcmp(k->line->args[0], "http-request") == 0)
		change(k, MEND_INSTEAD, text);
	else
		above_server(k, text);
}

static void
let_upgrade(const struct case_of *k)
{
	if (!is_own(k) && strcmp(haproxy_word(k->line, 0), "option") == 0 && k->r->back)
		inside(k, k->r->back, "no option httpclose");
	else
		take_out(k);
}

static void
send_host(const struct case_of *k)
{
	if (strcasecmp(haproxy_word(k->line, 2), "X-Forwarded-Host") == 0)
		set_header(k, "http-request set-header X-Forwarded-Host %[req.hdr(host)]");
	else
		take_out(k);
}

/* Only who ends TLS knows that it is https. */
static void
send_proto(const struct case_of *k)
{
	if (k->r->request.tls)
		set_header(k, "http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]");
}

static void
hurry(const struct case_of *k)
{
	if (k->r->back)
		inside(k, k->r->back, "option http-no-delay");
}

/* OpenChamber compresses by itself.  What is compressed for others too no backend can take back (measured: 2.6). */
static void
leave_plain(const struct case_of *k)
{
	for (const struct hap_line *l = is_own(k) ? k->section->first : NULL; l; l = l->next)
		if (strcmp(l->args[0], "compression") == 0 || l == k->line)
			mend_line(k->m, MEND_OUT, l->file, l->line, NULL);
}

/* The limit is the largest number in its condition. */
static void
let_bodies(const struct case_of *k)
{
	unsigned long long largest = 0;
	size_t at = 0;

	for (size_t i = 2; is_own(k) && i < k->line->n_args; i++) {
		char *end;
		const unsigned long long n = strtoull(k->line->args[i], &end, 10);

		if (!*end && n > largest && n < k->m->c->answers->body)
			largest = n, at = i;
	}
	if (largest > 1000)
		mend_word(k->m, k->at.file, k->at.line, k->line->args[at],
		          arena_printf(&k->m->arena, "%llu", k->m->c->answers->body));
}

static void
stream_bodies(const struct case_of *k)
{
	if (!is_own(k) && k->r->back && k->section == k->r->back->defaults)
		inside(k, k->r->back, "no option http-buffer-request");
	else
		take_out(k);
}

static void
lengthen(const struct case_of *k, const struct hap_section *s, const char *which)
{
	const struct hap_line *own = s ? hap_own(s, "timeout", which) : NULL;
	const struct hap_line *now = s ? hap_effective(s, "timeout", which) : NULL;
	const char *time = arena_printf(&k->m->arena, "%us", k->m->c->answers->stream);

	if (!haproxy_is_short(now))
		return;
	if (own)
		mend_word(k->m, own->file, own->line, haproxy_word(own, 2), time);
	else
		inside(k, s, arena_printf(&k->m->arena, "timeout %s %s", which, time));
}

static void
wait_longer(const struct case_of *k)
{
	lengthen(k, k->r->back, "server");
	lengthen(k, k->r->back, "tunnel");
	if (!is_shared(k->r, k->r->front))
		lengthen(k, k->r->front, "client");
}

/* What adds is left to add, once what the visitor sent is gone. */
static void
send_client(const struct case_of *k)
{
	if (haproxy_adds(k->r))
		above_server(k, "http-request del-header X-Forwarded-For");
	else
		set_header(k, "http-request set-header X-Forwarded-For %[src]");
}

static const struct {
	const char *cause;
	void      (*remedy)(const struct case_of *k);
} remedies[] = {
	{ "ws-upgrade-lost",       let_upgrade },
	{ "ws-host-lost",          send_host },
	{ "ws-port-lost",          send_host },
	{ "ws-proto-lost",         send_proto },
	{ "sse-buffered",          hurry },
	{ "sse-compressed",        leave_plain },
	{ "gzip-added",            leave_plain },
	{ "gzip-twice",            leave_plain },
	{ "gzip-mislabelled",      take_out },
	{ "body-limit",            let_bodies },
	{ "body-spooled",          stream_bodies },
	{ "stream-cut",            wait_longer },
	{ "api-cached",            take_out },
	{ "forwarded-for-lost",    send_client },
	{ "forwarded-for-trusted", send_client },
};

static void
settle(struct mend *m, const char *cause, const char *path)
{
	struct haproxy_way r;
	struct case_of k = { .m = m, .r = &r, .at = haproxy_find_guilty(&r, m->c->found, cause, &m->here, path) };

	if (!k.at.file)
		return;
	find_place(&k);
	for (size_t i = 0; k.section && i < ARRAY_LEN(remedies); i++)
		if (strcmp(remedies[i].cause, cause) == 0)
			remedies[i].remedy(&k);
}

int
haproxy_repair(struct steps *out, const struct proxy_context *c, const char *const *causes, struct err *e)
{
	return mend_causes(out, c, causes, settle, e);
}
