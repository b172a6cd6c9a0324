/*
 * nginx_regex.h - would a regular expression of an nginx configuration match?  Used by nginx_route.c only.
 *
 * nginx has PCRE, we have POSIX: what people write in server_name and
 * location is translated.  What cannot be (look-around, back references, huge
 * repeats) is REGEX_UNKNOWN, never guessed.
 */
#ifndef CONF_NGINX_REGEX_H
#define CONF_NGINX_REGEX_H

#include <stdbool.h>

enum ngx_regex { REGEX_NO, REGEX_YES, REGEX_UNKNOWN };

enum ngx_regex ngx_regex(const char *pattern, bool ignore_case, const char *subject);

#endif
