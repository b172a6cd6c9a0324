/*
 * The journal of an apply: any bytes are read without harm.  A first byte that
 * is odd puts a right checksum in front of every line, so that what stands
 * behind it is read too.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/journal_write.h"
#include "base/crypto.h"
#include "base/fs.h"

enum { SUM = 16 };

static char *state; /* this process's own state directory; gone at its end */

static void
remove_state(void)
{
	struct err e = { 0 };

	fs_remove_tree(state, &e);
	free(state);
}

/* What journal_state_dir() will say for this root, with one entry in it. */
static char *
entry_dir(struct arena *a)
{
	struct err e = { 0 };
	const char *dir;

	if (!state) {
		state = fs_mkdtemp("fuzz", &e);
		assert(state);
		setenv("XDG_STATE_HOME", state, 1);
		atexit(remove_state);
	}
	dir = fs_join(a, journal_state_dir(a, state), "1");
	assert(fs_mkdirs(dir, 0700, &e) == 0);
	return fs_join(a, dir, "journal");
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

static void
put_file(const char *path, const char *bytes, size_t len)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert(fd >= 0);
	assert(write(fd, bytes, len) == (ssize_t)len);
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct buf text = BUF_INIT;
	struct journal_entry *entries, business;
	struct journal_lines lines;
	const char *path = entry_dir(&a);
	struct json *all;
	size_t n;

	if (size && data[0] % 2)
		add_sums(&text, (const char *)data + 1, size - 1);
	else
		buf_add(&text, data, size);
	put_file(path, text.s, text.len);
	journal_read(&lines, fs_dirname(&a, path));
	for (size_t i = 0; i < lines.n; i++)
		assert(json_is_object(lines.v[i]));
	journal_lines_free(&lines);
	n = journal_list(&a, state, &entries);
	assert(n <= 1);
	if (n)
		assert(entries[0].id == 1 && entries[0].address && entries[0].proxy);
	journal_open_business(&a, state, &business);
	all = journal_list_json(state);
	assert(json_len(all) == n);
	json_free(all);
	buf_free(&text);
	arena_free(&a);
	return 0;
}
