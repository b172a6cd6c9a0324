/* cmd_broken.h - practice --broken. */
#ifndef UI_CMD_BROKEN_H
#define UI_CMD_BROKEN_H

#include "options.h"

int cmd_broken(const struct options *o);

#endif
