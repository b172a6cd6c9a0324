/*
 * json.h - JSON in and out.  The only door to jansson.
 *
 * `struct json' is one value.  The json_set and json_push functions take
 * ownership of the child.  Strings are copied; foreign bytes are made valid
 * UTF-8 first.  Reading never fails hard: a missing or mistyped member gives
 * the default.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* jansson exports these names too; the linker must not take one for the other. */
#define json_object    ac_json_object
#define json_array     ac_json_array
#define json_string    ac_json_string
#define json_real      ac_json_real
#define json_null      ac_json_null
#define json_copy      ac_json_copy
#define json_is_array ac_json_is_array
#define json_is_object ac_json_is_object

struct json;

struct json *json_object(void);
struct json *json_array(void);
struct json *json_string(const char *s);   /* NULL gives null */
struct json *json_int(long long n);
struct json *json_real(double d);
struct json *json_bool(bool b);
struct json *json_null(void);
struct json *json_copy(const struct json *j); /* shares; the caller owns one more reference */
void json_free(struct json *j);               /* NULL is fine */

void json_set(struct json *object, const char *key, struct json *takes);
void json_set_string(struct json *object, const char *key, const char *s); /* NULL: not set at all */
void json_set_int(struct json *object, const char *key, long long n);
void json_set_real(struct json *object, const char *key, double d);
void json_set_bool(struct json *object, const char *key, bool b);
void json_push(struct json *array, struct json *takes);

/* `name' is for the error only ("answers.json", a URL).  Depth and size are capped. */
struct json *json_parse(const char *text, size_t len, const char *name, struct err *e); /* NULL: error */

/* Borrowed; NULL where absent. */
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_at(const struct json *array, size_t i);
size_t      json_len(const struct json *array);
bool        json_is_array(const struct json *j);
bool        json_is_object(const struct json *j);
const char *json_get_string(const struct json *object, const char *key, const char *otherwise);
long long   json_get_int(const struct json *object, const char *key, long long otherwise);
bool        json_get_bool(const struct json *object, const char *key, bool otherwise);
const char *json_text(const struct json *j); /* a string's value, or NULL */

bool        json_same(const struct json *a, const struct json *b); /* whatever the order of members */

/* Visit an object's members in the order they were set. */
typedef void json_member_fn(void *ctx, const char *key, const struct json *value);
void json_each(const struct json *object, json_member_fn *fn, void *ctx);

/* Append as text: in order of insertion; indented by two, or on one line.  No final newline. */
void json_write(struct buf *out, const struct json *j, bool indented);

#endif
