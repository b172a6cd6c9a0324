/* pages.h - what the probe origin shows of itself: its page and its JSON. */
#ifndef ORIGIN_PAGES_H
#define ORIGIN_PAGES_H

#include "base/buf.h"
#include "origin/conn.h"

void pages_app(struct buf *out); /* the application's page, about 48 KB, always the same */
extern const char pages_other[]; /* somebody else's page */

long long pages_clock(void); /* ms since 1970 */

/* Routes. */
void pages_version(struct conn *c);
void pages_health(struct conn *c);
void pages_system(struct conn *c);
void pages_settings(struct conn *c);
void pages_index(struct conn *c);

#endif
