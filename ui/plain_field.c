/* plain_field.c - a field as a question: what is said before it, and what stands in the brackets. */
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "plain.h"

/* What a found OpenChamber suggests in place of an address where none answers. */
const char *
plain_suggestion(const struct plain *p, const struct setup_field *f)
{
	struct setup_choice c[MAX_CHOICES];

	if (strcmp(f->key, "origin") != 0 || setup_mark(p->setup, PAGE_DIRECT) != MARK_FAIL ||
	    setup_list(p->setup, PAGE_DIRECT, "origin-found", c, MAX_CHOICES) < 2)
		return f->value;
	return c[0].label;
}

/* Enter alone takes what is there, so emptying it needs a sign of its own. */
bool
plain_may_be_empty(const struct plain *p, const char *key)
{
	return p->page == PAGE_MORE || strncmp(key, "npm.", 4) == 0 || strncmp(key, "cloudflare.", 11) == 0 || strcmp(key, "token") == 0;
}

static void
say_hint(struct plain *p, const struct setup_field *f)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "%s: %s", f->label, f->hint);
	plain_say(p, b.s);
	buf_free(&b);
}

void
plain_field(struct plain *p, const struct setup_field *f, plain_answer_fn *fn)
{
	if (plain_may_be_empty(p, f->key) && *f->value && !p->minus_told) {
		p->minus_told = true;
		plain_say(p, _("A minus sign alone empties a field."));
	}
	if (strcmp(f->key, "origin") == 0) {
		plain_ask(p, _("Where does OpenChamber answer"), plain_suggestion(p, f), false,
		          fn);
	} else if (strcmp(f->key, "token") == 0) {
		plain_say(p, f->hint);
		plain_ask(p, _("API token, not shown while you type"), *f->value ? _("as before") : _("none"), true, fn);
	} else if (f->secret) {
		plain_say(
			p,
			*f->error ? f->error
			: setup_is_practice(p->setup) ? f->hint
				: _("OpenChamber asks for a password. It is used for this run's checks "
		                    "only and never saved; without it some checks are skipped."));
		if (*f->error)
			plain_say(p, _("Enter alone goes on without a password."));
		plain_ask(p, _("UI password, not shown while you type"),
		          *f->value ? _("the one given") : _("none"), true, fn);
	} else {
		if ((plain_may_be_empty(p, f->key) || !*f->value) && *f->hint) /* its label alone does not say that it may stay empty, or what to write */
			say_hint(p, f);
		plain_ask(p, f->label, f->value, false, fn);
	}
}
