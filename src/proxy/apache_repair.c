/*
 * apache_repair.c - what settles a cause in Apache's files.
 *
 * A line of the virtual host itself is changed; where one of the server or of
 * another file is to blame, the virtual host gets a line of its own above what
 * passes on to OpenChamber.
 */
#include "proxy/apache_blame.h"

#include <string.h>
#include <strings.h>

#include "proxy/mend.h"

struct case_of {
	struct mend                *m;
	const struct apache_way    *r;
	const struct apa_directive *d; /* the guilty one */
};

static bool
is_own(const struct apache_way *r, const struct apa_directive *d)
{
	const struct apa_directive *b = d->parent;

	while (b && b != r->vhost)
		b = b->parent;
	return b && strcmp(d->file, r->vhost->file) == 0;
}

static void
change(const struct case_of *k, enum mend_how how, const char *text)
{
	mend_line(k->m, how, k->d->file, k->d->line, text);
}

/* On the level of the virtual host, above what passes on or the block that has it. */
static void
above(const struct case_of *k, const char *text)
{
	const struct apa_directive *d = k->r->pass;

	if (!d || !is_own(k->r, d))
		return;
	while (d->parent != k->r->vhost)
		d = d->parent;
	mend_line(k->m, MEND_ABOVE, d->file, d->line, text);
}

static void
take_out(const struct case_of *k)
{
	if (is_own(k->r, k->d))
		change(k, MEND_OUT, NULL);
}

static void
set_value(const struct case_of *k, const char *word, const char *value)
{
	if (is_own(k->r, k->d))
		mend_word(k->m, k->d->file, k->d->line, word, value);
	else
		above(k, arena_printf(&k->m->arena, "%s %s", k->d->name, value));
}

static void
let_upgrade(const struct case_of *k)
{
	if (k->d != k->r->pass)
		take_out(k);
	else if (apache_at_least(k->m->c->found, 4, 47) && is_own(k->r, k->d) && !apa_is(k->d, "RewriteRule"))
		change(k, MEND_MORE, "upgrade=websocket");
}

static void
send_host(const struct case_of *k)
{
	if (apa_is(k->d, "ProxyAddHeaders"))
		set_value(k, apa_word(k->d, 0), "On");
	else
		take_out(k);
}

/* Only who ends TLS knows that it is https. */
static void
send_proto(const struct case_of *k)
{
	static const char line[] = "RequestHeader set X-Forwarded-Proto https";

	if (!apache_is_on(apache_holds(k->r, "SSLEngine")))
		return;
	if (k->d == k->r->pass || !is_own(k->r, k->d))
		above(k, line);
	else
		change(k, MEND_INSTEAD, line);
}

/* The filters leave alone what they are told to; other paths and sites keep theirs. */
static void
leave_plain(const struct case_of *k)
{
	bool brotli = false;

	for (size_t i = 0; i < k->d->n_args; i++)
		brotli |= strcasestr(k->d->args[i], "BROTLI") != NULL;
	if (apa_is(k->d, "Header"))
		take_out(k);
	else
		above(k, brotli ? "SetEnv no-brotli 1" : "SetEnv no-gzip 1");
}

static void
let_bodies(const struct case_of *k)
{
	if (!apa_is(k->d, "RewriteRule"))
		set_value(k, apa_word(k->d, 0), arena_printf(&k->m->arena, "%llu", k->m->c->answers->body));
}

static void
wait_longer(const struct case_of *k)
{
	const unsigned seconds = k->m->c->answers->stream;

	for (size_t i = 0; k->d == k->r->pass && i < k->d->n_args; i++)
		if (strncasecmp(k->d->args[i], "timeout=", 8) == 0 && is_own(k->r, k->d))
			mend_word(k->m, k->d->file, k->d->line, k->d->args[i],
			          arena_printf(&k->m->arena, "timeout=%u", seconds));
	if (k->d == k->r->pass)
		return;
	if (is_own(k->r, k->d))
		set_value(k, apa_word(k->d, 0), arena_printf(&k->m->arena, "%u", seconds));
	else
		above(k, arena_printf(&k->m->arena, "ProxyTimeout %u", seconds));
}

/* "early" is a word for the virtual host itself, not for a <Location>. */
static void
send_client(const struct case_of *k)
{
	static const char line[] = "RequestHeader unset X-Forwarded-For early";

	if (apa_is(k->d, "ProxyAddHeaders"))
		set_value(k, apa_word(k->d, 0), "On");
	else if (apa_is(k->d, "RemoteIPTrustedProxy"))
		take_out(k);
	else if (k->d != k->r->pass && k->d->parent == k->r->vhost && is_own(k->r, k->d))
		change(k, MEND_INSTEAD, line);
	else {
		if (k->d != k->r->pass)
			take_out(k);
		above(k, line);
	}
}

static const struct {
	const char *cause;
	void      (*remedy)(const struct case_of *k);
} remedies[] = {
	{ "ws-upgrade-lost",       let_upgrade },
	{ "ws-host-lost",          send_host },
	{ "ws-port-lost",          send_host },
	{ "ws-proto-lost",         send_proto },
	{ "sse-buffered",          take_out },
	{ "sse-compressed",        leave_plain },
	{ "gzip-added",            leave_plain },
	{ "gzip-twice",            leave_plain },
	{ "gzip-mislabelled",      take_out },
	{ "body-limit",            let_bodies },
	{ "body-spooled",          take_out },
	{ "stream-cut",            wait_longer },
	{ "api-cached",            take_out },
	{ "forwarded-for-lost",    send_client },
	{ "forwarded-for-trusted", send_client },
};

static void
settle(struct mend *m, const char *cause, const char *path)
{
	struct apache_way r;
	const struct case_of k = {
		m, &r, apache_find_guilty(&r, &m->arena, m->c->found, cause, &m->here, path),
	};

	for (size_t i = 0; k.d && r.vhost && i < ARRAY_LEN(remedies); i++)
		if (strcmp(remedies[i].cause, cause) == 0)
			remedies[i].remedy(&k);
}

int
apache_repair(struct steps *out, const struct proxy_context *c, const char *const *causes, struct err *e)
{
	return mend_causes(out, c, causes, settle, e);
}
