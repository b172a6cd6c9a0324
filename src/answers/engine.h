/*
 * engine.h - what Docker or Podman tells of a container, asked over the socket of its API.
 *
 * Only GET is ever sent.  Podman needs no socket for root: its own command is
 * asked then, which only reads, too.  Where nobody may be asked nothing is
 * told, and what /proc shows has to do.
 */
#ifndef ANSWERS_ENGINE_H
#define ANSWERS_ENGINE_H

#include "answers/box.h"
#include "base/json.h"
#include "loop/net.h"

/*
 * Fill in name, image, published ports and volumes, and which engine it is
 * where its control group did not say.  Only sockets of root, of ourselves and
 * of who called sudo are asked, and only until `until', as loop_now() counts.
 * `done' comes from the loop, once; the box is borrowed until then.  b->told
 * says whether anybody answered that the process is one of its container.
 */
void engine_ask(struct loop *l, struct net *n, struct box *b, long long until, void (*done)(void *ctx),
                void *ctx);

/* What stands in an answer to GET /containers/ID/json. */
void engine_take(struct box *b, const struct json *container);

#endif
