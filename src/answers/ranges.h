/*
 * ranges.h - address ranges: what a line of a list may be, whether an address is in one, and Cloudflare's list.
 *
 * The list is templates/cloudflare/ips, a range a line, with its source and
 * its date in comments; whoever knows a newer one replaces the file.
 */
#ifndef ANSWERS_RANGES_H
#define ANSWERS_RANGES_H

#include <stdbool.h>

#include "base/err.h"
#include "base/mem.h"

/* "10.0.0.0/8", "2001:db8::/32", or an address alone. */
bool range_is_valid(const char *text);
/* Is the address ("192.0.2.1", "2001:db8::1") in the range?  What is no address is in none. */
bool range_has(const char *range, const char *address);
bool ranges_have(const char *const *ranges, const char *address); /* ranges: ends with NULL, or NULL */

/* Cloudflare's, ends with NULL; from the arena.  A line that is no range is an error with its number. */
int ranges_load(const char ***out, struct arena *a, const char *templates, struct err *e);

#endif
