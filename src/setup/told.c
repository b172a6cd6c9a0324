/* told.c - a proxy that is told what to do by its API: asked what it has before anything is planned. */
#include "setup/repair.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "setup/lines.h"

#define TYPING_MS 700 /* nobody is to be let in with half a name */

/* One question under way: with answers and a result of its own, so that it may outlive what it was asked for. */
struct asking {
	struct setup      *s; /* NULL: nobody waits for it any more */
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

bool
told_is_asked(const struct setup *s)
{
	return s->asking || s->told_timer;
}

int
told_ready(const struct setup *s, struct err *e)
{
	if (s->told_err.code != ERR_NONE) {
		*e = s->told_err;
		return -1;
	}
	if (s->told_for && !told_is_asked(s))
		return 0;
	return err_set(e, ERR_VALUE, _("%s was not asked yet what it has."), find_proxy(s)->proxy->label);
}

static void
drop(struct setup *s)
{
	loop_cancel(s->loop, s->told_timer);
	s->told_timer = 0;
	if (s->asking)
		s->asking->s = NULL;
	s->asking = NULL;
	s->told_err = (struct err){ 0 };
}

void
told_forget(struct setup *s)
{
	drop(s);
	free(s->told_for);
	s->told_for = NULL;
}

/* In place of what was found before; what stood on that goes. */
static void
adopt(struct setup *s, struct proxy_found *found, const struct err *e)
{
	struct proxy_found *f = (struct proxy_found *)find_proxy(s);

	s->told_err = e ? *e : (struct err){ 0 };
	if (!f || f->proxy != found->proxy)
		return;
	runs_forget_proxied(s);
	found->front = f->front; /* it was read by itself */
	f->front = NULL;
	proxy_found_free(f);
	*f = *found;
	*found = (struct proxy_found){ 0 };
	if (s->page == PAGE_LATER)
		later_open(s);
	else if (s->page != PAGE_APPLY && s->page != PAGE_RESULT)
		setup_open(s, s->page);
}

static void
on_told(void *ctx, const struct err *e)
{
	struct asking *a = ctx;

	if (a->s) {
		a->s->asking = NULL;
		adopt(a->s, &a->found, e);
		setup_tell(a->s);
	}
	proxy_found_free(&a->found);
	answers_free(&a->answers);
	free(a);
}

/* What an answer of its API depends on. */
static char *
asked_for(const struct setup *s)
{
	const struct answers *a = &s->answers;
	struct buf b = BUF_INIT;

	buf_printf(&b, "%s\n%s\n%s\n%s", a->npm_url, a->npm_identity, a->npm_secret_file,
	           a->has_public ? a->public_url.host : "");
	return buf_detach(&b);
}

static void
ask(void *ctx)
{
	struct setup *s = ctx;
	struct asking *a = xcalloc(1, sizeof(*a));

	s->told_timer = 0;
	a->s = s;
	a->found = (struct proxy_found){ .proxy = find_proxy(s)->proxy };
	answers_copy(&a->answers, &s->answers);
	s->asking = a;
	a->found.proxy->read(s->loop, s->net, s->o.root, &a->answers, &a->found, on_told, a);
	setup_tell(s);
}

void
told_look(struct setup *s)
{
	char *wanted;

	if (s->detecting || s->child)
		return; /* comes again when everything is found */
	if (!setup_is_told(s) || !told_is_whole(s)) {
		told_forget(s);
		return;
	}
	wanted = asked_for(s);
	if (s->told_for && strcmp(s->told_for, wanted) == 0) {
		free(wanted);
		return;
	}
	told_forget(s);
	s->told_for = wanted;
	s->told_timer = loop_after(s->loop, s->page == PAGE_PROXY ? TYPING_MS : 0, ask, s);
}

/* ---- what is said of it ---- */

void
lines_told_host(const struct setup *s, struct lines *l)
{
	struct err ignored = { 0 };
	const char *host = s->answers.public_url.host;
	const struct proxy_site *site;

	if (!s->answers.has_public || told_ready(s, &ignored) < 0)
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
	} else if (told_is_asked(s) || (!s->told_for && !f->installed)) { /* not asked yet is about to be */
		line_told(l, MARK_NOW, say(s, _("asking %s"), s->answers.npm_url));
	} else if (s->told_err.code != ERR_NONE) {
		line_told(l, MARK_FAIL, say(s, "%s", s->told_err.msg));
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
	if (told_is_asked(s) || !s->told_for || s->told_err.code == ERR_NONE)
		return NULL;
	return s->told_err.code == ERR_NET
	       ? _("Correct the address of its pages, which is usually http://ADDRESS:81, then press Enter.")
	       : _("Correct the user, or the first line of that file in a second SSH session, then press Enter.");
}
