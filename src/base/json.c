#include <jansson.h>

/*
 * jansson has a few of our names for itself.  Its own are called through
 * these; behind "base/json.h" the same names are ours (see there).
 */
static json_t *(*const lib_object)(void) = json_object;
static json_t *(*const lib_array)(void) = json_array;
static json_t *(*const lib_stringn)(const char *, size_t) = json_stringn_nocheck;
static json_t *(*const lib_real)(double) = json_real;
static json_t *(*const lib_null)(void) = json_null;
#undef json_is_array
#undef json_is_object

#include "base/json.h"

#include <stdint.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"

#define MAX_BYTES ((size_t)16 << 20)
#define MAX_DEPTH 64

static json_t *
inner(const struct json *j)
{
	return (json_t *)(uintptr_t)j;
}

static struct json *
outer(json_t *j)
{
	if (!j)
		xreallocarray(NULL, SIZE_MAX, 2); /* jansson fails only for want of memory: dies */
	return (struct json *)j;
}

/* Foreign bytes as UTF-8; what is broken becomes U+FFFD. */
static void
make_valid(struct buf *out, const char *s)
{
	size_t len = strlen(s);

	while (len) {
		unsigned cp;
		const size_t n = text_next(s, len, &cp);

		if (cp == TEXT_BROKEN)
			buf_puts(out, "\xef\xbf\xbd");
		else
			buf_add(out, s, n);
		s += n;
		len -= n;
	}
}

struct json *
json_object(void)
{
	return outer(lib_object());
}

struct json *
json_array(void)
{
	return outer(lib_array());
}

struct json *
json_string(const char *s)
{
	struct buf valid = BUF_INIT;
	struct json *j;

	if (!s)
		return json_null();
	make_valid(&valid, s);
	j = outer(lib_stringn(valid.s, valid.len));
	buf_free(&valid);
	return j;
}

struct json *
json_int(long long n)
{
	return outer(json_integer(n));
}

struct json *
json_real(double d)
{
	json_t *j = lib_real(d);

	return j ? outer(j) : json_null(); /* JSON has no infinity */
}

struct json *
json_bool(bool b)
{
	return outer(b ? json_true() : json_false());
}

struct json *
json_null(void)
{
	return outer(lib_null());
}

struct json *
json_copy(const struct json *j)
{
	return j ? outer(json_incref(inner(j))) : json_null();
}

void
json_free(struct json *j)
{
	json_decref(inner(j));
}

void
json_set(struct json *object, const char *key, struct json *takes)
{
	struct buf valid = BUF_INIT;

	make_valid(&valid, key);
	json_object_set_new_nocheck(inner(object), valid.s, takes ? inner(takes) : lib_null());
	buf_free(&valid);
}

void
json_set_string(struct json *object, const char *key, const char *s)
{
	if (s)
		json_set(object, key, json_string(s));
}

void
json_set_int(struct json *object, const char *key, long long n)
{
	json_set(object, key, json_int(n));
}

void
json_set_real(struct json *object, const char *key, double d)
{
	json_set(object, key, json_real(d));
}

void
json_set_bool(struct json *object, const char *key, bool b)
{
	json_set(object, key, json_bool(b));
}

void
json_push(struct json *array, struct json *takes)
{
	json_array_append_new(inner(array), takes ? inner(takes) : lib_null());
}

/* Deeper than MAX_DEPTH?  Looked at before the parser, which recurses. */
static bool
too_deep(const char *s, size_t len)
{
	int depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < len; i++) {
		if (in_string && s[i] == '\\')
			i++;
		else if (s[i] == '"')
			in_string = !in_string;
		else if (!in_string && (s[i] == '{' || s[i] == '['))
			depth++;
		else if (!in_string && (s[i] == '}' || s[i] == ']'))
			depth--;
		if (depth > MAX_DEPTH)
			return true;
	}
	return false;
}

struct json *
json_parse(const char *text, size_t len, const char *name, struct err *e)
{
	struct buf why = BUF_INIT;
	json_error_t error;
	json_t *j;

	if (len > MAX_BYTES || too_deep(text, len)) {
		err_at(e, ERR_VALUE, name, 0, 0, _("the JSON is too large or nests too deep"));
		return NULL;
	}
	j = json_loadb(text, len, JSON_DECODE_ANY, &error);
	if (j)
		return (struct json *)j;
	text_safe(&why, error.text, strlen(error.text), 120);
	err_at(e, ERR_VALUE, name, error.line > 0 ? error.line : 0,
	       error.column > 0 ? error.column : 0, _("this is not JSON: %s"), why.s);
	buf_free(&why);
	return NULL;
}

const struct json *
json_get(const struct json *object, const char *key)
{
	return (const struct json *)json_object_get(inner(object), key);
}

const struct json *
json_at(const struct json *array, size_t i)
{
	return (const struct json *)json_array_get(inner(array), i);
}

size_t
json_len(const struct json *array)
{
	return json_array_size(inner(array));
}

bool
json_same(const struct json *a, const struct json *b)
{
	return json_equal(inner(a), inner(b)) == 1;
}

bool
json_is_array(const struct json *j)
{
	return j && json_typeof(inner(j)) == JSON_ARRAY;
}

bool
json_is_object(const struct json *j)
{
	return j && json_typeof(inner(j)) == JSON_OBJECT;
}

const char *
json_get_string(const struct json *object, const char *key, const char *otherwise)
{
	const char *s = json_text(json_get(object, key));

	return s ? s : otherwise;
}

long long
json_get_int(const struct json *object, const char *key, long long otherwise)
{
	const json_t *j = json_object_get(inner(object), key);

	return json_is_integer(j) ? json_integer_value(j) : otherwise;
}

bool
json_get_bool(const struct json *object, const char *key, bool otherwise)
{
	const json_t *j = json_object_get(inner(object), key);

	return json_is_boolean(j) ? json_is_true(j) : otherwise;
}

const char *
json_text(const struct json *j)
{
	return json_string_value(inner(j));
}

void
json_each(const struct json *object, json_member_fn *fn, void *ctx)
{
	const char *key;
	json_t *value;

	json_object_foreach(inner(object), key, value)
		fn(ctx, key, (const struct json *)value);
}

static int
add_bytes(const char *bytes, size_t len, void *out)
{
	buf_add(out, bytes, len);
	return 0;
}

void
json_write(struct buf *out, const struct json *j, bool indented)
{
	json_dump_callback(inner(j), add_bytes, out,
			   JSON_ENCODE_ANY | JSON_REAL_PRECISION(6) |
			       (indented ? JSON_INDENT(2) : 0));
}
