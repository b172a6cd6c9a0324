/* told.c - what is told what to do by its API, a proxy or what stands in front: asked what it has before anything is planned. */
#include "setup/repair.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "proxy/front.h"
#include "setup/lines.h"

#define TYPING_MS 700 /* nobody is to be let in with half a name */

/* One question under way: with answers and a result of its own, so that it may outlive what it was asked for. */
struct asking {
	struct setup      *s; /* NULL: nobody waits for it any more */
	enum told          which;
	struct answers     answers;
	struct proxy_found found;
};

bool
setup_is_told(const struct setup *s)
{
	const struct proxy_found *f = find_proxy(s);

	return f && f->proxy->by_hand && f->proxy->read && !f->proxy->by_hand(&s->answers) &&
	       !repair_chosen(s) && !s->scratch;
}

bool
told_is_whole(const struct setup *s)
{
	return s->answers.npm_url && s->answers.npm_identity && s->answers.npm_secret_file;
}

/* Is there somebody to ask, with all that it takes? */
static bool
is_due(const struct setup *s, enum told which)
{
	if (which == TOLD_PROXY)
		return setup_is_told(s) && told_is_whole(s);
	return s->answers.has_public && !s->scratch && !repair_chosen(s) && front_is_told(&s->answers);
}

bool
told_is_waiting(const struct setup *s, enum told which)
{
	return s->told[which].asking || s->told[which].timer;
}

bool
told_is_asked(const struct setup *s)
{
	return told_is_waiting(s, TOLD_PROXY) || told_is_waiting(s, TOLD_FRONT);
}

const struct err *
told_err(const struct setup *s, enum told which)
{
	return s->told[which].err.code != ERR_NONE ? &s->told[which].err : NULL;
}

bool
told_knows(const struct setup *s, enum told which)
{
	return s->told[which].asked_with && !told_is_waiting(s, which) && !told_err(s, which);
}

int
told_ready(const struct setup *s, enum told which, struct err *e)
{
	if (told_err(s, which)) {
		*e = s->told[which].err;
		return -1;
	}
	if (told_knows(s, which))
		return 0;
	return err_set(e, ERR_VALUE, _("%s was not asked yet what it has."),
	               which == TOLD_PROXY ? find_proxy(s)->proxy->label : front_label());
}

static void
drop(struct setup *s, enum told which)
{
	struct told_by *t = &s->told[which];

	loop_cancel(s->loop, t->timer);
	t->timer = 0;
	if (t->asking)
		t->asking->s = NULL;
	t->asking = NULL;
	t->err = (struct err){ 0 };
	free(t->asked_with);
	t->asked_with = NULL;
}

void
told_forget(struct setup *s)
{
	for (int which = 0; which < N_TOLD; which++)
		drop(s, (enum told)which);
}

/* In place of what was found before; what stood on that goes. */
static bool
adopt_proxy(struct setup *s, struct proxy_found *found)
{
	struct proxy_found *f = (struct proxy_found *)find_proxy(s);

	if (!f || f->proxy != found->proxy)
		return false;
	runs_forget_proxied(s);
	found->front = f->front; /* it was read by itself */
	f->front = NULL;
	proxy_found_free(f);
	*f = *found;
	*found = (struct proxy_found){ 0 };
	return true;
}

/* Whichever proxy is chosen, the same stands in front. */
static bool
adopt_front(struct setup *s, const struct proxy_found *found)
{
	plan_forget(s);
	for (size_t i = 0; i < s->n_found; i++) {
		json_free(s->found[i].front);
		s->found[i].front = found->front ? json_copy(found->front) : NULL;
	}
	return true;
}

static void
on_told(void *ctx, const struct err *e)
{
	struct asking *a = ctx;
	struct setup *s = a->s;

	if (s) {
		s->told[a->which].asking = NULL;
		s->told[a->which].err = e ? *e : (struct err){ 0 };
		if (a->which == TOLD_PROXY ? adopt_proxy(s, &a->found) : adopt_front(s, &a->found)) {
			if (s->page == PAGE_LATER)
				later_open(s);
			else if (s->page != PAGE_APPLY && s->page != PAGE_RESULT)
				setup_open(s, s->page);
		}
		setup_tell(s);
	}
	proxy_found_free(&a->found);
	answers_free(&a->answers);
	free(a);
}

/* What an answer of its API depends on; of a secret that was typed only how often it was. */
static char *
asks_with(const struct setup *s, enum told which)
{
	const struct answers *a = &s->answers;
	const char *host = a->has_public ? a->public_url.host : "";
	struct buf b = BUF_INIT;

	if (which == TOLD_PROXY)
		buf_printf(&b, "%s\n%s\n%s\n%s", a->npm_url, a->npm_identity, a->npm_secret_file, host);
	else
		buf_printf(&b, "%s\n%s\n%u\n%s", a->cloudflare_zone ? a->cloudflare_zone : "",
		           a->cloudflare_token_file ? a->cloudflare_token_file : "", s->tokens_typed, host);
	return buf_detach(&b);
}

static void
ask(struct setup *s, enum told which)
{
	struct asking *a = xcalloc(1, sizeof(*a));

	s->told[which].timer = 0;
	a->s = s;
	a->which = which;
	answers_copy(&a->answers, &s->answers);
	s->told[which].asking = a;
	if (which == TOLD_PROXY) {
		a->found.proxy = find_proxy(s)->proxy;
		a->found.proxy->read(s->loop, s->net, s->o.root, &a->answers, &a->found, on_told, a);
	} else {
		front_read(s->loop, s->net, s->o.root, &a->answers, &a->found, on_told, a);
	}
	setup_tell(s);
}

static void
ask_proxy(void *ctx)
{
	ask(ctx, TOLD_PROXY);
}

static void
ask_front(void *ctx)
{
	ask(ctx, TOLD_FRONT);
}

static void
look(struct setup *s, enum told which, enum page typed_on, loop_fn *fn)
{
	struct told_by *t = &s->told[which];
	char *wanted;

	if (!is_due(s, which)) {
		drop(s, which);
		return;
	}
	wanted = asks_with(s, which);
	if (t->asked_with && strcmp(t->asked_with, wanted) == 0) {
		free(wanted);
		return;
	}
	drop(s, which);
	t->asked_with = wanted;
	t->timer = loop_after(s->loop, s->page == typed_on ? TYPING_MS : 0, fn, s);
}

void
told_look(struct setup *s)
{
	if (s->detecting || s->child)
		return; /* comes again when everything is found */
	look(s, TOLD_PROXY, PAGE_PROXY, ask_proxy);
	look(s, TOLD_FRONT, PAGE_FRONT, ask_front);
}

/* ---- what is said of it ---- */

void
lines_told_host(const struct setup *s, struct lines *l)
{
	struct err ignored = { 0 };
	const char *host = s->answers.public_url.host;
	const struct proxy_site *site;

	if (!s->answers.has_public || told_ready(s, TOLD_PROXY, &ignored) < 0)
		return;
	site = proxy_site_named(find_proxy(s), host, 80);
	if (!site) /* TRANSLATORS: %s is a host name; in the list of proxy hosts */
		line_told(l, MARK_PASS, say(s, _("host: %s is new in its list"), host));
	else if (site->ours) /* TRANSLATORS: %s is a host name; in the list of proxy hosts */
		line_told(l, MARK_PASS, say(s, _("host: %s is in its list, as made from here"), host));
	else /* TRANSLATORS: %s is a host name; in the list of proxy hosts */
		line_told(l, MARK_WARN, say(s, _("host: %s is in its list and will be changed; undo puts it back"), host));
}

void
lines_told(const struct setup *s, struct lines *l)
{
	const struct proxy_found *f = find_proxy(s);

	if (!told_is_whole(s)) {
		line_told(l, MARK_FAIL, _("its user and a file with its password are needed too"));
	} else if (told_is_waiting(s, TOLD_PROXY) || (!s->told[TOLD_PROXY].asked_with && !f->installed)) { /* not asked yet is about to be */
		line_told(l, MARK_NOW, say(s, _("asking %s"), s->answers.npm_url));
	} else if (told_err(s, TOLD_PROXY)) {
		line_told(l, MARK_FAIL, say(s, "%s", told_err(s, TOLD_PROXY)->msg));
	} else {
		/* TRANSLATORS: %1$s is a proxy, %2$s its version */
		line_told(l, MARK_PASS, say(s, _("%1$s %2$s answers"), f->proxy->label, f->version));
		/* TRANSLATORS: %s is a user of Nginx Proxy Manager */
		line_told(l, MARK_PASS, say(s, _("it lets %s in"), s->answers.npm_identity));
		lines_told_host(s, l);
	}
}

const char *
told_advice(const struct setup *s)
{
	if (!told_is_whole(s))
		return _("Fill in both, or empty its pages' address: then you paste a text instead.");
	if (told_is_waiting(s, TOLD_PROXY) || !told_err(s, TOLD_PROXY))
		return NULL;
	return told_err(s, TOLD_PROXY)->code == ERR_NET
	       ? _("Correct the address of its pages, which is usually http://ADDRESS:81, then press Enter.")
	       : _("Correct the user, or the first line of that file in a second SSH session, then press Enter.");
}
