/*
 * ranges.h - address ranges: what a line of a list may be, whether an address is in one, and Cloudflare's list.
 *
 * The list is a range a line, with its source and its date in comments:
 * RANGES_NEWER where one was fetched, else templates/cloudflare/ips.
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

/* Could it be a network of somebody's in the internet?  None is that is wider than /10 (IPv6 /24), or reaches what is no public address. */
bool range_is_public(const char *text);

#define RANGES_NEWER "/etc/antechamber/cloudflare-ips" /* below root */

/*
 * Cloudflare's, ends with NULL, and the day it is of ("2023-09-28"; "" where it does not say); from
 * the arena.  A line that is no range is an error with its number, and so is a newer list that
 * others than root or this user could have written.
 */
int ranges_load(const char ***out, const char **day, struct arena *a, const char *templates,
                const char *root, struct err *e);

#endif
