#include "by_hand.h"

#include <stdio.h>

#include "base/i18n.h"
#include "base/self.h"
#include "report.h"

bool
by_hand_is(const struct planned *p)
{
	const struct proxy *proxy = proxy_find(p->answers.proxy);

	return proxy && proxy->by_hand && proxy->by_hand(&p->answers);
}

static void
put_people(const struct options *o, const struct planned *p, const struct proxy_by_hand *h)
{
	struct report r;
	struct buf line = BUF_INIT;

	report_init(&r, stdout, o->color, o->plain);
	/* TRANSLATORS: %s is a proxy's name */
	buf_printf(&line, _("Set this in a proxy host of %s. Nothing is changed from here."),
	           p->found.proxy->label);
	report_line(&r, line.s);
	for (size_t i = 0; i < h->n; i++) {
		buf_cut(&line, 0);
		buf_printf(&line, "  %s > %s: %s", h->v[i].page, h->v[i].name, h->v[i].value);
		report_line(&r, line.s);
	}
	buf_cut(&line, 0);
	/* TRANSLATORS: %s is where, as "Advanced > Custom Nginx Configuration" */
	buf_printf(&line, _("Paste everything below into %s, and save:"), h->text.page);
	report_line(&r, "");
	report_line(&r, line.s);
	report_line(&r, "");
	fputs(h->text.value, stdout); /* to be copied as it is */
	fputc('\n', stdout);
	buf_cut(&line, 0);
	report_line(&r, _("Then let it be proved:"));
	buf_printf(&line, "%s check --origin %s --public %s", self_command(), p->origin, p->public_url);
	fprintf(stdout, "%s\n", line.s); /* a command to copy is never broken */
	buf_free(&line);
}

static void
put_document(const struct options *o, const struct proxy_by_hand *h)
{
	struct json *doc = cmd_json(o), *list = json_array(), *paste = json_object();

	for (size_t i = 0; i < h->n; i++) {
		struct json *one = json_object();
		json_set_string(one, "page", h->v[i].page);
		json_set_string(one, "name", h->v[i].name);
		json_set_string(one, "value", h->v[i].value);
		json_push(list, one);
	}
	json_set_string(paste, "page", h->text.page);
	json_set_string(paste, "name", h->text.name);
	json_set_string(paste, "text", h->text.value);
	json_set(doc, "settings", list);
	json_set(doc, "paste", paste);
	json_set(doc, "files", json_array());
	json_set(doc, "calls", json_array());
	cmd_put_json(doc);
}

int
by_hand_put(const struct options *o, const struct planned *p, struct err *e)
{
	struct proxy_by_hand h;
	int rc = p->found.proxy->settings(&h, &p->context, e);

	if (rc == 0 && o->json)
		put_document(o, &h);
	else if (rc == 0)
		put_people(o, p, &h);
	arena_free(&h.arena);
	return rc;
}
