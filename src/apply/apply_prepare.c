/* apply_prepare.c - what stands where the plan will write, and the beginning of the journal. */
#include "apply/apply_run.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apply/move.h"
#include "base/buf.h"
#include "base/i18n.h"

static int
prepare(struct apply *a, size_t i, struct err *e)
{
	const struct step *s = &a->plan->steps.v[i];
	struct content is = CONTENT_INIT;
	struct alteration *c = &a->changes[i];
	static const char *const deeds[] = {
		[STEP_WRITE] = "write", [STEP_LINK] = "link", [STEP_SET_ASIDE] = "set-aside",
	};
	int rc;

	if (!s->path || s->kind == STEP_RMDIR || plan_state(a->plan, i) == PLAN_SAME)
		return 0;
	if (s->kind == STEP_WRITE)
		content_file(&is, s->text, strlen(s->text), s->mode);
	else if (s->kind == STEP_LINK)
		content_link(&is, s->target);
	rc = alter_prepare(c, deeds[s->kind], a->root, s->path, s->straight, &is, (unsigned)i + 1, e);
	content_free(&is);
	if (rc < 0)
		return -1;
	if (s->kind == STEP_LINK && c->was.kind != CONTENT_ABSENT)
		return err_set(e, ERR_CONFLICT,
		               _("%s is there already and leads somewhere else. Remove it first."),
		               s->path);
	c->shared = s->shared;
	c->leaving = s->leaving;
	/* It came true between the plan and now. */
	if (content_same(&c->was, &c->is))
		alter_free(c);
	return 0;
}

static void
put_words(struct json *line, const char *key, const char *const *words)
{
	struct json *list = json_array();

	for (; words && *words; words++)
		json_push(list, json_string(*words));
	json_set(line, key, list);
}

static void
put_argv(struct json *line, const char *key, const struct step *s)
{
	put_words(line, key, s ? s->argv : NULL);
}

/* A repair is made from the files themselves, and from what it is to settle there. */
static void
put_causes(struct apply *a, struct json *line)
{
	const struct proxy_found *f = a->plan->context.found;
	struct buf origin = BUF_INIT;

	url_base(&origin, &a->plan->context.answers->origin);
	json_set_string(line, "origin", origin.s);
	json_set_string(line, "conf", f->chosen ? f->config : NULL);
	put_words(line, "causes", a->plan->causes);
	buf_free(&origin);
}

static int
keep_answers(struct apply *a, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc = 0;

	answers_write(&text, a->plan->context.answers);
	if (!a->plan->causes)
		rc = journal_keep(&a->journal, JOURNAL_ANSWERS, &text, e);
	buf_free(&text);
	return rc;
}

/* By which process it ran then: it can be another one, or none, when this is undone. */
static void
put_master(struct json *line, const struct proxy_found *f)
{
	if (f->running && f->master > 0 && !f->container && !f->chosen)
		json_set_int(line, "master", (long long)f->master);
}

/* What puts the proxy that is left back. */
static void
put_leaving(struct apply *a, struct json *line)
{
	const struct step *reload = move_program(a->plan, ROLE_RELOAD);
	struct json *left = json_object();

	json_set_string(left, "proxy", a->plan->context.leaving->found->proxy->name);
	put_argv(left, "validate", move_program(a->plan, ROLE_VALIDATE));
	if (reload->again && !a->options.no_reload)
		put_words(left, "start", reload->again);
	else
		put_argv(left, "reload", a->options.no_reload ? NULL : reload);
	put_master(left, a->plan->context.leaving->found);
	json_set(line, "leaving", left);
}

static const char *
word_for_reload(const struct proxy *p, const char *const *argv)
{
	return p->reload_word && !step_asks_service(argv) ? p->reload_word : "reload";
}

/*
 * One that did not run before is not left running by the undo of a run that stopped half-way.
 * Later others may live by it: then it only reads its files anew.
 */
static void
put_stop(struct apply *a, struct json *line)
{
	const struct proxy_context *c = &a->plan->context;
	const struct proxy *p = c->found->proxy;
	const struct step *start = steps_find(&a->plan->steps, STEP_RUN, ROLE_RELOAD);

	if (!start || c->found->running || a->options.no_reload || c->answers->reload_argv)
		return;
	put_words(line, "stop", step_instead(&a->arena, start->argv, "stop", p->stop));
	put_words(line, "again", step_instead(&a->arena, start->argv, word_for_reload(p, start->argv), p->reload));
}

static void
put_replaced(struct json *line, const struct url *address)
{
	struct buf b = BUF_INIT;

	if (address)
		url_base(&b, address);
	json_set_string(line, "in-place-of", address ? b.s : NULL);
	buf_free(&b);
}

static int
write_begin(struct apply *a, struct err *e)
{
	const struct steps *steps = &a->plan->steps;
	struct json *line = json_object();
	struct buf address = BUF_INIT;
	unsigned http, https;
	char hash[65];

	plan_hash(a->plan, hash);
	url_base(&address, &a->plan->context.answers->public_url);
	json_set_string(line, "do", "begin");
	json_set_int(line, "format", 1);
	json_set_string(line, "tool", VERSION);
	json_set_int(line, "when", (long long)time(NULL));
	json_set_string(line, "address", address.s);
	json_set_string(line, "proxy", a->plan->context.found->proxy->name);
	answers_ports(a->plan->context.answers, &http, &https);
	json_set_int(line, "http", http);
	json_set_int(line, "https", https);
	json_set_string(line, "root", a->root);
	json_set_int(line, "uid", (long long)geteuid());
	json_set_string(line, "plan", hash);
	json_set_string(line, "set-aside", a->plan->context.set_aside);
	put_replaced(line, a->plan->context.replaces);
	json_set_string(line, "cacert", a->options.cacert);
	json_set_bool(line, "no-reload", a->options.no_reload);
	json_set_bool(line, "allow-unprotected", a->options.allow_unprotected);
	json_set_bool(line, "fetch-addresses", a->plan->context.needs && a->plan->context.needs->cloudflare_new);
	put_argv(line, "validate", steps_find(steps, STEP_RUN, ROLE_VALIDATE));
	/* What was not reloaded on purpose is not reloaded by its undo either. */
	put_argv(line, "reload",
	         a->options.no_reload ? NULL : steps_find(steps, STEP_RUN, ROLE_RELOAD));
	put_stop(a, line);
	json_set_bool(line, "ran", a->plan->context.found->running && !a->plan->context.found->chosen);
	if (!a->plan->context.answers->reload_argv)
		put_master(line, a->plan->context.found);
	if (move_program(a->plan, ROLE_RELOAD))
		put_leaving(a, line);
	if (a->plan->causes)
		put_causes(a, line);
	buf_free(&address);
	return journal_line(&a->journal, line, e);
}

int
apply_back_up(struct apply *a, struct err *e)
{
	a->changes = xcalloc(a->plan->steps.n + 1, sizeof(*a->changes));
	for (size_t i = 0; i < a->plan->steps.n; i++)
		if (prepare(a, i, e) < 0)
			return -1;
	if (journal_create(&a->journal, &a->lock, a->root, e) < 0 ||
	    keep_answers(a, e) < 0 || write_begin(a, e) < 0)
		return -1;
	a->result.id = a->journal.id;
	for (size_t i = 0; i < a->plan->steps.n; i++)
		if (a->changes[i].deed && alter_backup(&a->changes[i], &a->journal, e) < 0)
			return -1;
	apply_say(a, "backup", PROGRESS_DONE, _("number %u: what was there before"), a->journal.id);
	return 0;
}
