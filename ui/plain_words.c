/* plain_words.c - answers that are words: the four that are understood everywhere, yes and no. */
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "plain.h"

/* A sign or a letter, and a word of English or of the language that is spoken. */
static bool
is_answer(const struct plain *p, const char *line, const char *sign, const char *word)
{
	const char *said = i18n_in(word, strchr(word, '\004') + 1);

	if (p->secret) /* a word may be the password */
		return strcmp(line, sign) == 0;
	return strcmp(line, sign) == 0 || strcasecmp(line, said) == 0 || strcasecmp(line, strchr(word, '\004') + 1) == 0;
}

/* The four answers that mean the same at every question. */
bool
plain_common_answer(struct plain *p, const char *line)
{
	/* TRANSLATORS: four words that are typed as an answer, each one word; the first lines of line mode name them */
	if (is_answer(p, line, "q", NC_("answer", "quit")))
		plain_leave(p, LEAVE_QUIT);
	else if (is_answer(p, line, "<", NC_("answer", "back")))
		plain_back(p);
	else if (is_answer(p, line, "?", NC_("answer", "help")))
		plain_explain(p);
	else if (is_answer(p, line, "s", NC_("answer", "steps")))
		plain_steps(p);
	else
		return false;
	return true;
}

static void
answer_yes(struct plain *p, const char *line)
{
	const int yes = *line ? plain_yes(line, false) : p->suggests_yes;

	if (yes >= 0) {
		p->decided(p, yes);
		return;
	}
	plain_state(p, MARK_FAIL, _("error"), _("Write y or n."));
	p->answer = answer_yes;
	plain_again(p);
}

void
plain_ask_yes(struct plain *p, const char *question, bool suggested, plain_yes_fn *fn)
{
	p->decided = fn;
	p->suggests_yes = suggested;
	/* TRANSLATORS: yes and no as a letter to type: "y", or "t" in a language whose word begins with it */
	plain_ask(p, question, suggested ? _("y") : _("n"), false, answer_yes);
}

int
plain_sure(struct plain *p, const char *line)
{
	const int yes = *line ? plain_yes(line, true) : 0;

	if (yes >= 0)
		return yes;
	plain_state(p, MARK_FAIL, _("error"), _("Only the whole word yes counts here. Nothing was changed."));
	p->answer = p->asked;
	plain_again(p);
	return -1;
}

int
plain_yes(const char *line, bool whole)
{
	static const char *const yes[] = { "yes", "\xec\x98\x88", "\xeb\x84\xa4", "tak", NULL };
	static const char *const no[] = { "no", "n", "\xec\x95\x84\xeb\x8b\x88\xec\x9a\x94", "\xec\x95\x84\xeb\x8b\x88\xec\x98\xa4",
		                          "nie", NULL };

	for (const char *const *w = yes; *w; w++)
		if (strcasecmp(line, *w) == 0)
			return 1;
	for (const char *const *w = no; *w; w++)
		if (strcasecmp(line, *w) == 0)
			return 0;
	if (strcasecmp(line, "y") == 0 || strcasecmp(line, "t") == 0)
		return whole ? -1 : 1;
	return -1;
}
