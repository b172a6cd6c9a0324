/* sudo.h - let sudo ask for its password on the terminal, with nothing of ours in between. */
#ifndef UI_SUDO_H
#define UI_SUDO_H

#include <stdbool.h>

/* Runs argv in the foreground until it ends; the caller has left the screen.  True: it agreed. */
bool sudo_agrees(const char *const *argv);

#endif
