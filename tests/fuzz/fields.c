/*
 * One answer as a person types it (the first byte says which): what is kept is
 * kept again, and survives the file.
 */
#include "fuzz.h"

#include "answers/fields.h"

static void
must_survive_the_file(const struct answers *a, const char *key, const char *kept)
{
	struct answers again;
	struct buf file = BUF_INIT, text = BUF_INIT;
	struct err e = { 0 };

	answers_init(&again);
	answers_write(&file, a);
	assert(answers_parse(&again, file.s, file.len, "answers.yaml", &e) == 0);
	answers_get(&text, &again, key);
	assert(strcmp(text.s, kept) == 0);
	buf_free(&file);
	buf_free(&text);
	answers_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *key = answer_fields[size ? data[0] % N_ANSWERS : 0].key;
	char *typed = size ? xstrndup((const char *)data + 1, size - 1) : xstrdup("");
	struct answers a;
	struct buf kept = BUF_INIT, again = BUF_INIT;
	struct err e = { 0 };

	answers_init(&a);
	if (answers_set(&a, key, typed, &e) < 0) {
		assert(e.code == ERR_VALUE);
		must_be_a_sentence(&e);
	} else {
		answers_get(&kept, &a, key);
		assert(text_is_utf8(kept.s, kept.len));
		for (const char *p = kept.s; *p; p++)
			assert((unsigned char)*p >= ' ' && *p != 0x7f);
		must_survive_the_file(&a, key, kept.s);
		assert(answers_set(&a, key, kept.s, &e) == 0);
		answers_get(&again, &a, key);
		assert(strcmp(kept.s, again.s) == 0);
	}
	buf_free(&kept);
	buf_free(&again);
	answers_free(&a);
	free(typed);
	return 0;
}
