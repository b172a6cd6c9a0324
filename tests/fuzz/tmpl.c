/* Templates (up to a NUL; what follows is a value): filled, or refused with nothing written. */
#include "fuzz.h"

#include "base/tmpl.h"

/* Values are known by their brackets; one that has them itself cannot be quoted. */
static int
in_brackets(struct buf *out, const char *value, struct err *e)
{
	if (strpbrk(value, "<>"))
		return err_set(e, ERR_VALUE, "no brackets");
	buf_printf(out, "<%s>", value);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);
	const size_t len = strlen(text);
	char *given = len < size ? xstrndup((const char *)data + len + 1, size - len - 1)
	                         : xstrdup("");
	const struct tmpl_value values[] = {
		{ "host", "chat.example.org" }, { "absent", NULL }, { "empty", "" },
		{ "given", given }, { "a", "1" },
	};
	const size_t n = ARRAY_LEN(values);
	struct buf out = BUF_INIT, again = BUF_INIT;
	struct err e = { 0 };

	buf_puts(&out, "before");
	if (tmpl_render(&out, "site.conf", text, values, n, in_brackets, &e) < 0) {
		assert(e.code == ERR_VALUE && e.msg[0]);
		assert(strcmp(out.s, "before") == 0);
	} else {
		assert(strncmp(out.s, "before", 6) == 0);
		assert(tmpl_render(&again, "site.conf", text, values, n, in_brackets, &e) == 0);
		assert(strcmp(out.s + 6, again.s) == 0);
		if (!strchr(text, '{')) /* without tags a template is its own text */
			assert(strcmp(again.s, text) == 0);
	}
	buf_free(&out);
	buf_free(&again);
	free(text);
	free(given);
	return 0;
}
