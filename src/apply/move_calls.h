/* move_calls.h - what was asked of a service for an address, so that a move asks for the reverse; for move.c. */
#ifndef APPLY_MOVE_CALLS_H
#define APPLY_MOVE_CALLS_H

#include "apply/journal_write.h"
#include "proxy/proxy.h"

/* What is settled and in force for this host; what stopped half-way is undone before anything. */
bool move_is_for_host(const struct journal_entry *entry, const struct url *public_url);

/* How many requests of a proxy's are in force for the host, and the newest; its strings are from the arena. */
size_t move_calls(const struct journal_entry *v, size_t n, const struct url *public_url, const char *proxy,
                  struct arena *a, struct call *newest);

/* Append the reverse.  ERR_CONFLICT: it is more than one, and each has to be undone by itself. */
int move_take_back(struct steps *out, const struct journal_entry *v, size_t n, const struct url *public_url,
                   const struct proxy *from, struct err *e);

#endif
