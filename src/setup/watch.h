/*
 * watch.h - another run that changes this server right now: how far it is, by its journal, and how it ended.
 */
#ifndef SETUP_WATCH_H
#define SETUP_WATCH_H

#include "setup/lines.h"

bool watch_begin(struct setup *s); /* false: nobody is at work */
void watch_stop(struct setup *s);
bool watch_runs(const struct setup *s);
void lines_watch(const struct setup *s, struct lines *l);
const char *watch_safety(const struct setup *s);
size_t watch_advice(const struct setup *s, const char **v); /* at most 2 */

#endif
