/*
 * fuzz.h - what a fuzz driver is: one function over bytes that holds promises to be true.
 *
 * `make fuzz' runs each driver under libFuzzer; `make check' feeds it, without
 * clang, the seeds in seeds/NAME/ and what was ever found in found/NAME/.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#undef NDEBUG
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Can a person be shown this as it is: whole characters, nothing that moves a cursor? */
static inline void
must_be_a_sentence(const struct err *e)
{
	assert(e->code != ERR_NONE);
	assert(e->msg[0]);
	assert(text_is_utf8(e->msg, strlen(e->msg)));
	for (const char *p = e->msg; *p; p++)
		assert((unsigned char)*p >= ' ' && *p != 0x7f);
}

#endif
