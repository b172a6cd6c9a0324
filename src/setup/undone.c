/* undone.c - after a change that was taken back or refused: what now? */
#include "setup/repair.h"

#include "base/i18n.h"

enum { UNDONE_AGAIN, UNDONE_CHANGE, UNDONE_LEAVE, N_UNDONE };

bool
undone_is_asked(const struct setup *s)
{
	return answers_whole(&s->answers, &(struct err){ 0 }) == 0 && (s->deed == DEED_APPLY || s->deed == DEED_REPAIR) && (s->outcome == OUTCOME_UNDONE || s->outcome == OUTCOME_REFUSED);
}

size_t
undone_list(const struct setup *s, struct setup_choice *out, size_t max)
{
	static const char *const labels[N_UNDONE] = {
		[UNDONE_AGAIN]  = N_("back to the review, to apply it again"),
		[UNDONE_CHANGE] = N_("change something else first"),
		[UNDONE_LEAVE]  = N_("leave it as it is"),
	};
	size_t n = 0;

	(void)s;
	for (; n < N_UNDONE && n < max; n++)
		out[n] = (struct setup_choice){ .label = _(labels[n]), .state = "", .possible = true,
			.chosen = n == UNDONE_AGAIN };
	return n;
}

/* Staying on the page is leaving: a face ends there. */
int
undone_choose(struct setup *s, size_t i)
{
	if (i == UNDONE_LEAVE)
		return 0;
	s->alone = false;
	if (i == UNDONE_AGAIN) {
		setup_open(s, PAGE_REVIEW);
	} else if (repair_chosen(s)) {
		setup_open(s, PAGE_REPAIR);
	} else if (s->later) {
		setup_open(s, PAGE_LATER);
		s->changing = true;
		setup_tell(s);
	} else {
		setup_open(s, PAGE_PUBLIC);
	}
	return 0;
}
