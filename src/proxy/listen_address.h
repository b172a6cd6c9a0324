/* listen_address.h - addresses a program listens on: all of them, or the same one? */
#ifndef PROXY_LISTEN_ADDRESS_H
#define PROXY_LISTEN_ADDRESS_H

#include <stdbool.h>

/* All addresses, as a configuration or the kernel writes it: "*", "0.0.0.0", "::", "[::]". */
bool listen_all(const char *address);

/* The same address as written, but that "[::1]" and "::1" are one. */
bool listen_same(const char *a, const char *b);

/* Would a connection to the one come to the other too?  True where either is all addresses. */
bool listen_meet(const char *a, const char *b);

#endif
