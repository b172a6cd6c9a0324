/* A text for the Advanced field: whatever it is, each finding has its sentence and a place inside the text. */
#include "fuzz.h"

#include "proxy/npm_lint.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct needs needs;
	struct npm_lint l = { .websockets = size % 2 };
	struct err e = { 0 };
	int lines = 1;

	if (!needs.port)
		assert(needs_load(&needs, "templates", NULL, &e) == 0);
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (size > NPM_TEXT_MAX || memchr(data, '\0', size))
		return 0;
	if (npm_lint_text(&l, "templates", &needs, (const char *)data, size, &e) < 0)
		must_be_a_sentence(&e);
	for (size_t i = 0; i < l.n; i++) {
		assert(*l.v[i].what && *l.v[i].rule->fix);
		assert(l.v[i].line >= 0 && l.v[i].line <= lines);
		assert((l.v[i].line == 0) == (l.v[i].column == 0));
		assert(i == 0 || l.v[i - 1].line <= l.v[i].line);
	}
	npm_lint_free(&l);
	return 0;
}
