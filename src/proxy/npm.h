/*
 * npm.h - Nginx Proxy Manager, told what to do by its API.
 *
 * Measured on 2.11, 2.12 and 2.15.  What it answers is taken loosely: its
 * versions differ in the shape of errors, in booleans (1/0 before 2.12) and in
 * the status for a missing right (403, 404 or 500).
 */
#ifndef PROXY_NPM_H
#define PROXY_NPM_H

#include "proxy/proxy.h"
#include "proxy/service.h"

extern const struct service service_npm;

/* true, 1; false, 0. */
bool npm_flag(const struct json *object, const char *key);

/* The host (an entry of the list of proxy hosts) of exactly this domain; NULL: none. */
const struct json *npm_host_named(const struct json *hosts, const char *domain);

/* An answer's error, cleaned, from the arena; "" where it names none. */
const char *npm_message(struct arena *a, const struct json *body);

#endif
