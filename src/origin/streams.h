/* streams.h - OpenChamber's event streams (SSE). */
#ifndef ORIGIN_STREAMS_H
#define ORIGIN_STREAMS_H

#include "origin/conn.h"

void streams_start(struct conn *c, const struct need_route *route);

/* The header of a stream: `cache' as Cache-Control; without `accel' no X-Accel-Buffering. */
void streams_begin(struct conn *c, const char *type, const char *cache, bool accel, bool by_closing);

#endif
