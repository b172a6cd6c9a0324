/*
 * engine.h - what Docker or Podman tells of a container, asked over the socket of its API.
 *
 * Only GET is ever sent.  Without the right to the socket nothing is told, and
 * what /proc shows has to do.
 */
#ifndef ANSWERS_ENGINE_H
#define ANSWERS_ENGINE_H

#include "answers/box.h"
#include "base/json.h"
#include "loop/net.h"

/*
 * Fill in name, image, published ports and volumes, and which engine it is
 * where its control group did not say.  `done' comes from the loop, once; the
 * box is borrowed until then.  b->told says whether anybody answered.
 */
void engine_ask(struct loop *l, struct net *n, struct box *b, void (*done)(void *ctx), void *ctx);

/* What stands in an answer to GET /containers/ID/json. */
void engine_take(struct box *b, const struct json *container);

#endif
