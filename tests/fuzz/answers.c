/* Answers: what is read is written so that it reads the same, and a refusal says where. */
#include "fuzz.h"

#include "answers/answers.h"

static void
must_be_equal(const struct answers *a, const struct answers *b)
{
	for (const struct answer_field *f = answer_fields; f->key; f++) {
		struct buf was = BUF_INIT, is = BUF_INIT;

		answers_get(&was, a, f->key);
		answers_get(&is, b, f->key);
		assert(was.len == is.len && memcmp(was.s, is.s, is.len) == 0);
		buf_free(&was);
		buf_free(&is);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answers a, again;
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	answers_init(&a);
	if (answers_parse(&a, (const char *)data, size, "answers.yaml", &e) < 0) {
		assert(e.code == ERR_VALUE);
		assert(strcmp(e.file, "answers.yaml") == 0);
		must_be_a_sentence(&e);
		answers_free(&a);
		return 0;
	}
	if (answers_whole(&a, &e) < 0)
		must_be_a_sentence(&e);
	answers_write(&text, &a);
	answers_init(&again);
	assert(answers_parse(&again, text.s, text.len, "again.yaml", &e) == 0);
	must_be_equal(&a, &again);
	answers_free(&again);
	answers_copy(&again, &a);
	must_be_equal(&a, &again);
	answers_free(&again);
	answers_free(&a);
	buf_free(&text);
	return 0;
}
