/* self.h - how this program is called by name in a command that somebody is to type. */
#ifndef BASE_SELF_H
#define BASE_SELF_H

/* The path of this program; it counts where `antechamber' in PATH is none or another one. */
void        self_is(const char *path);
const char *self_command(void); /* "antechamber", or that path */

#endif
