/* routes.h - which request gets which answer. */
#ifndef ORIGIN_ROUTES_H
#define ORIGIN_ROUTES_H

#include "origin/conn.h"

void routes_serve(struct conn *c); /* c->req is complete, its body may still come */
void routes_flood(struct conn *c); /* more header fields, if the last ones are gone */

#endif
