/*
 * wizard.h - one run of the wizard with a face: full screen where it can be had, else line by line.
 */
#ifndef UI_WIZARD_H
#define UI_WIZARD_H

#include <stdbool.h>

#include "setup/setup.h"

struct wizard_options {
	struct setup_options setup;
	bool        plain; /* --plain: line mode, also where a screen could be had */
	const char *color; /* "auto", "always", "never"; NULL: auto (NO_COLOR is looked at here) */
};

/* From the first screen to the exit status.  Wants a terminal; in line mode a script will do. */
int wizard_run(const struct wizard_options *o);

#endif
