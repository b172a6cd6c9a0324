#include "cmd_plan.h"

#include <errno.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "by_hand.h"
#include "handoff.h"
#include "proxy/boxed.h"
#include "proxy/cloudflare_ips.h"
#include "proxy/front.h"
#include "proxy/hand.h"

int
planned_answers(struct cmd *c, struct planned *p, struct err *e)
{
	struct buf text = BUF_INIT, origin = BUF_INIT, public_url = BUF_INIT;

	answers_init(&p->answers);
	if (handoff_read(&text, c->o->answers, e) < 0 ||
	    answers_parse(&p->answers, text.s, text.len, c->o->answers, e) < 0 ||
	    answers_whole(&p->answers, e) < 0) {
		buf_free(&text);
		return -1;
	}
	buf_free(&text);
	url_base(&origin, &p->answers.origin);
	url_base(&public_url, &p->answers.public_url);
	p->origin = buf_detach(&origin);
	p->public_url = buf_detach(&public_url);
	return 0;
}

struct waiting {
	struct loop *loop;
	bool        *done;
	struct err   e;    /* of what was read */
};

static void
end_wait(void *ctx)
{
	struct waiting *w = ctx;

	*w->done = true;
	loop_stop(w->loop);
}

static void
end_read(void *ctx, const struct err *e)
{
	struct waiting *w = ctx;

	if (e)
		w->e = *e;
	end_wait(ctx);
}

/* Who is believed about the visitor: by a list of today, or by one whose age is said. */
static int
fetch_addresses(struct cmd *c, struct planned *p, struct err *e)
{
	const char **known = c->needs.cloudflare;
	bool done = false;
	struct waiting w = { .loop = c->loop, .done = &done };
	struct arena a = { 0 };

	if (!front_has_list(&p->answers)) {
		return !c->o->fetch_addresses ? 0 : answers_err(e, &p->answers, "cdn",
		       _("--fetch-addresses is for Cloudflare in front, where no other addresses are trusted."));
	} else if (c->o->fetch_addresses) {
		cmd_say_busy(c->o, _("Cloudflare is asked for its addresses, which needs the internet."));
		cloudflare_ips_ask(c->net, &c->needs, end_read, &w);
		if (cmd_wait(c, &done, e) < 0)
			return -1;
		if (w.e.code) {
			*e = w.e;
			return -1;
		}
		cmd_say(stderr, arena_printf(&a, _("Cloudflare's addresses of %1$s. New: %2$zu. Gone: %3$zu."),
		        c->needs.cloudflare_day, cloudflare_ips_beyond((const char *const *)c->needs.cloudflare, (const char *const *)known),
		        cloudflare_ips_beyond((const char *const *)known, (const char *const *)c->needs.cloudflare)));
	} else if (front_list_is_old(&c->needs)) {
		cmd_say(stderr, arena_printf(&a, _("Cloudflare's addresses are those of %s. With --fetch-addresses it is asked for today's."),
		        c->needs.cloudflare_day));
	}
	arena_free(&a);
	return 0;
}

/* What only its API tells. */
static int
read_present(struct cmd *c, struct planned *p, struct err *e)
{
	bool done = false;
	struct waiting w = { .loop = c->loop, .done = &done };

	if (!proxy_is_read(&p->found, &p->answers))
		return 0;
	proxy_read(c->loop, c->net, c->o->root, &p->answers, &p->found, end_read, &w);
	if (cmd_wait(c, &done, e) < 0)
		return -1;
	/* What would be asked for can be shown before anybody is there to be asked. */
	if (c->o->command == COMMAND_PRINT && w.e.code == ERR_NET) {
		w.e = (struct err){ 0 };
		p->found.front = front_is_told(&p->answers) ? json_object() : NULL;
	}
	if (w.e.code)
		*e = w.e;
	return w.e.code ? -1 : 0;
}

int
planned_detect(struct cmd *c, struct planned *p, struct err *e)
{
	const struct proxy *proxy = proxy_find(p->answers.proxy);
	struct waiting w = { .loop = c->loop, .done = &p->detected };

	if (hand_find(p->answers.proxy))
		return answers_err(e, &p->answers, "proxy",
		                   _("Nothing is written for %s: antechamber print shows the text to "
		                     "put there, antechamber check proves it."),
		                   hand_find(p->answers.proxy)->label);
	if (!proxy || !proxy->render)
		return answers_err(e, &p->answers, "proxy",
		                   _("This version cannot write a configuration for \"%s\"."),
		                   p->answers.proxy ? p->answers.proxy : "");
	machine_read(&p->machine, c->o->root);
	p->found.proxy = proxy;
	proxy_detect(c->loop, c->net, c->o->root, &p->machine, &p->found, end_wait, &w);
	if (cmd_wait(c, &p->detected, e) < 0 || read_present(c, p, e) < 0)
		return -1;
	/* A program without its main file is no installed proxy: it is shown in the usual places. */
	if ((c->o->command == COMMAND_PRINT || c->o->command == COMMAND_DIFF) &&
	    p->found.broken.sys == ENOENT)
		p->found.installed = false;
	p->context = (struct proxy_context){
		.answers = &p->answers,
		.found = &p->found,
		.needs = &c->needs,
		.templates = c->o->templates,
		.root = c->o->root,
	};
	return 0;
}

/* The proxy that serves the address so far, where the answers name another one. */
static int
detect_leaving(struct cmd *c, struct planned *p, struct err *e)
{
	const struct proxy *from = move_from(c->o->root, &p->answers);
	bool done = false;
	struct waiting w = { .loop = c->loop, .done = &done };

	if (!from)
		return 0;
	from->detect(c->loop, c->o->root, &p->machine, &p->left, end_wait, &w);
	if (cmd_wait(c, &done, e) < 0)
		return -1;
	if (!p->left.installed && from->runs)
		return 0;
	move_begin(&p->move, &p->left, &p->context);
	p->context.leaving = &p->move.context;
	return 0;
}

int
planned_build(struct cmd *c, struct planned *p, struct err *e)
{
	if (planned_answers(c, p, e) < 0 || fetch_addresses(c, p, e) < 0)
		return -1;
	if (hand_find(p->answers.proxy) && c->o->command == COMMAND_PRINT)
		return 0;
	if (planned_detect(c, p, e) < 0 || detect_leaving(c, p, e) < 0)
		return -1;
	if (by_hand_is(p)) {
		if (c->o->command == COMMAND_PRINT)
			return 0;
		/* Whoever reads the document reads the error; a person gets all that is to be done. */
		if (!c->o->json && by_hand_put(c->o, p, e) < 0)
			return -1;
		return answers_err(e, &p->answers, "proxy",
		                   _("This is set by hand, because npm.url is not answered. "
		                     "Nothing was changed: antechamber print shows what to paste."));
	}
	if (c->o->in_place_of) {
		if (url_parse(&p->replaced, c->o->in_place_of, "https", URL_ANY, "--in-place-of", e) < 0)
			return -1;
		p->context.replaces = &p->replaced;
	}
	return plan_build(&p->plan, &p->context, c->o->set_aside, e);
}

/* An expression to copy stands alone and is never broken. */
void
planned_by_hand(struct json *doc, struct report *out, const struct planned *p)
{
	struct arena a = { 0 };
	const char **lines = front_by_hand(&a, &p->answers);
	struct json *list = json_array();

	for (const char **line = lines; line && *line; line++) {
		json_push(list, json_string(*line));
		if (out && **line == '(')
			fprintf(out->out, "%s\n", *line);
		else if (out)
			report_line(out, *line);
	}
	if (doc)
		json_set(doc, "frontByHand", json_copy(list));
	json_free(list);
	arena_free(&a);
}

void
planned_free(struct planned *p)
{
	plan_free(&p->plan);
	move_free(&p->move);
	proxy_found_free(&p->left);
	proxy_found_free(&p->found);
	machine_free(&p->machine);
	answers_free(&p->answers);
	free(p->origin);
	free(p->public_url);
}
