/* JSON: what is read is written so that it reads the same, on one line or many. */
#include "fuzz.h"

#include "base/json.h"

static void
must_read_back(const struct json *j, bool indented)
{
	struct buf text = BUF_INIT, again = BUF_INIT;
	struct err e = { 0 };
	struct json *twin;

	json_write(&text, j, indented);
	assert(text_is_utf8(text.s, text.len));
	assert(indented || !strpbrk(text.s, "\r\n"));
	twin = json_parse(text.s, text.len, "again.json", &e);
	assert(twin);
	json_write(&again, twin, indented);
	assert(strcmp(text.s, again.s) == 0);
	json_free(twin);
	buf_free(&text);
	buf_free(&again);
}

static void
ask(void *ctx, const char *key, const struct json *value)
{
	const struct json *object = ctx;

	assert(text_is_utf8(key, strlen(key)));
	assert(json_get(object, key) == value);
	json_get_string(object, key, "");
	json_get_int(object, key, 0);
	json_get_bool(object, key, false);
	for (size_t i = 0; i < json_len(value); i++)
		json_text(json_at(value, i));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { 0 };
	struct json *j = json_parse((const char *)data, size, "fuzz.json", &e);

	if (!j) {
		must_be_a_sentence(&e);
		return 0;
	}
	json_each(j, ask, j);
	must_read_back(j, false);
	must_read_back(j, true);
	json_free(j);
	return 0;
}
