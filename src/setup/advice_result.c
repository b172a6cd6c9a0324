/* advice_result.c - what is said under the result of a change. */
#include "setup/advice.h"

#include <string.h>

#include "apply/guard.h"
#include "base/i18n.h"
#include "base/self.h"
#include "proxy/front.h"

/* Does a step of the change say it already? */
static bool
was_told(const struct setup *s, const char *message)
{
	for (size_t i = 0; i < s->n_progress; i++)
		if (s->progress[i].state == PROGRESS_FAIL && strstr(s->progress[i].text, message))
			return true;
	return false;
}

/* What is in front and has to be set there by hand. */
static void
advise_front(const struct setup *s, struct advice *a)
{
	if (front_by_hand(s->say, &s->answers)) {
		advise(a, _("Cloudflare needs settings of its own, made there by hand. This lists them:"));
		advise_literal(s, a, say(s, "%s print --answers %s", self_command(),
		                      answers_default_path(s->say, s->o.root, &s->answers.public_url)));
	}
}

/* Who mended a site by hand has to tell nginx. */
static void
advise_reload(const struct setup *s, struct advice *a)
{
	const char *root = machine_as_root(&s->machine);

	advise(a, _("What is changed by hand is in force after this:"));
	advise_literal(s, a, say(s, "%1$snginx -t && %1$ssystemctl reload nginx", root));
}

/* What an undo leaves: what is set up now, or what is kept though nothing is. */
static void
advise_left(const struct setup *s, struct advice *a)
{
	if (s->outcome != OUTCOME_UNDONE || writes(s) || s->scratch)
		return;
	if (s->has_last) { /* TRANSLATORS: %s is an address */
		advise(a, say(s, _("Set up here now: %s"), s->last.address));
		return;
	}
	advise(a, _("Nothing of this program is in force here any more. What was changed is still kept, for root to look up:"));
	advise_literal(s, a, journal_state_dir(s->say, s->o.root));
	advise(a, _("Answers saved without sudo stay in ~/.config/antechamber, reports where they were written."));
}

void
advise_result(const struct setup *s, struct advice *a)
{
	const struct json *err = s->document ? json_get(s->document, "error") : NULL;

	switch (s->outcome) {
	case OUTCOME_WORKS:
		if (s->o.practice || s->scratch) {
			advise(a, _("This was practice. Nothing on this server was touched. To do it for real:"));
			advise_literal(s, a, self_command());
			if (s->deed == DEED_APPLY) {
				advise(a, _("There, one command takes it all back:"));
				advise_literal(s, a, say(s, "%s rollback", self_command()));
			}
			if (s->o.broken)
				advise_reload(s, a);
			break;
		}
		advise_front(s, a);
		if (guard_is_private(&s->answers.public_url)) {
			advise(a, _("Now try it: on another device in your home network, open the address, send a message."));
			break;
		}
		advise(a, _("Now try it: a phone with Wi-Fi off, open the address, send a message. If the page does not load, the router does not forward the ports to this server yet."));
		break;
	case OUTCOME_UNCHANGED:
		if (s->deed == DEED_UNDO || s->deed == DEED_REMOVE)
			break;
		advise(a, _("Everything was in place already. Nothing was written and nothing was reloaded."));
		break;
	default:
		if (err && !was_told(s, json_get_string(err, "message", "")))
			advise(a, say(s, "%s", json_get_string(err, "message", "")));
		if (strcmp(json_get_string(s->document, "cause", ""), "config-needs-restart") == 0)
			advise(a, _("More settings on the review has two ways out: listen on that address alone, or no reload at the end."));
		if (by_hand_commands(s) && *by_hand_sentence(s))
			advise(a, by_hand_sentence(s));
		for (size_t i = 0; i < by_hand_commands(s); i++)
			advise_literal(s, a, by_hand_command(s, i));
		advise_left(s, a);
		break;
	}
}
