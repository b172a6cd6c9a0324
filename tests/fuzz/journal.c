/*
 * The journal of an apply: any bytes are read without harm.  A first byte that
 * is odd puts a right checksum in front of every line, so that what stands
 * behind it is read too.
 */
#include "fuzz.h"

#include "apply/journal_write.h"
#include "base/crypto.h"
#include "scratch.h"

enum { SUM = 16 };

/* Where the first entry is looked for, whoever runs this. */
static char *
journal_path(struct arena *a)
{
	setenv("XDG_STATE_HOME", scratch(), 1);
	return fs_join(a, fs_join(a, journal_state_dir(a, scratch()), "1"), "journal");
}

static void
add_sums(struct buf *out, const char *p, size_t size)
{
	unsigned number = 0;

	for (const char *end = p + size; p < end;) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		char *text = xstrndup(p, (size_t)((nl ? nl : end) - p));
		struct buf all = BUF_INIT;
		char sum[65];

		buf_printf(&all, "%u %s", ++number, text);
		crypto_sha256(all.s, all.len, sum);
		buf_printf(out, "%.*s %s\n", SUM, sum, text);
		buf_free(&all);
		free(text);
		p = nl ? nl + 1 : end;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct buf text = BUF_INIT;
	struct journal_entry *entries, business;
	struct journal_lines lines;
	const char *path = journal_path(&a);
	struct json *all;
	size_t n;

	if (size && data[0] % 2)
		add_sums(&text, (const char *)data + 1, size - 1);
	else
		buf_add(&text, data, size);
	scratch_write(path, text.s, text.len);
	journal_read(&lines, fs_dirname(&a, path));
	for (size_t i = 0; i < lines.n; i++)
		assert(json_is_object(lines.v[i]));
	journal_lines_free(&lines);
	n = journal_list(&a, scratch(), &entries);
	assert(n <= 1);
	if (n)
		assert(entries[0].id == 1 && entries[0].address && entries[0].proxy);
	journal_open_business(&a, scratch(), &business);
	all = journal_list_json(scratch());
	assert(json_len(all) == n);
	json_free(all);
	buf_free(&text);
	arena_free(&a);
	return 0;
}
