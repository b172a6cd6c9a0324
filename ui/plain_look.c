/* plain_look.c - what needs root before anything is written: what it would be, why, and on without it if refused. */
#include <stdio.h>

#include "base/i18n.h"
#include "plain.h"
#include "sudo.h"

static void
answer(struct plain *p, bool yes)
{
	if (yes && sudo_agrees(setup_sudo_argv(p->setup)))
		setup_look(p->setup);
	else if (yes)
		plain_say(p, setup_look_refused(p->setup));
	plain_wait(p, p->looked);
}

void
plain_look(struct plain *p, plain_fn *then)
{
	p->look_asked = true;
	p->looked = then;
	plain_say(p, setup_look_why(p->setup));
	plain_text(p, setup_look_command(p->setup));
	plain_ask_yes(p, _("Look with sudo, y or n"), false, answer);
}

void
plain_as_root(struct plain *p, plain_fn *refused)
{
	plain_say(p, _("This asks for root, as what was done is kept where only root reads it. sudo may ask now for your login password, which is not the UI password. It runs only this:"));
	plain_text(p, setup_as_root_command(p->setup, true));
	fflush(stdout);
	if (sudo_agrees(setup_sudo_argv(p->setup))) {
		plain_leave(p, LEAVE_AS_ROOT);
		return;
	}
	plain_say(p, _("sudo refused. Nothing was changed."));
	refused(p);
}
