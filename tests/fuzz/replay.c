/*
 * A driver without libFuzzer: its seeds, each also cut short at many places,
 * and everything that was ever found, or the files named on the command line.
 */
#include "fuzz.h"

#include <glob.h>
#include <stdio.h>

#include "base/fs.h"

enum { CUTS = 64, INPUT_MAX = 1 << 20 };

static unsigned fed;

/* In memory of its own size, so that reading beyond it is noticed. */
static void
feed(const char *bytes, size_t len)
{
	uint8_t *copy = xmalloc(len ? len : 1);

	memcpy(copy, bytes, len);
	assert(LLVMFuzzerTestOneInput(copy, len) == 0);
	free(copy);
	fed++;
}

static void
feed_file(const char *path, bool cut)
{
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	if (fs_read(&text, path, INPUT_MAX, &e) < 0) {
		puts(e.msg);
		exit(1);
	}
	printf("%s\n", path);
	fflush(stdout); /* the last line names what it fell over */
	feed(text.s, text.len);
	for (size_t i = 0; cut && i < CUTS && i < text.len; i++)
		feed(text.s, text.len < CUTS ? i : i * text.len / CUTS);
	buf_free(&text);
}

static unsigned
feed_all(const char *kind, const char *name, bool cut)
{
	struct arena a = { 0 };
	glob_t g = { 0 };
	size_t n = 0;

	if (glob(arena_printf(&a, "tests/fuzz/%s/%s/*", kind, name), 0, NULL, &g) == 0)
		for (; n < g.gl_pathc; n++)
			feed_file(g.gl_pathv[n], cut);
	globfree(&g);
	arena_free(&a);
	return (unsigned)n;
}

int
main(int argc, char **argv)
{
	const char *name = fs_basename(argv[0]);
	unsigned seeds;

	for (int i = 1; i < argc; i++)
		feed_file(argv[i], false);
	if (argc > 1)
		return 0;
	seeds = feed_all("seeds", name, true);
	feed_all("found", name, false);
	if (!seeds) {
		printf("there are no seeds in tests/fuzz/seeds/%s\n", name);
		return 1;
	}
	printf("%s: %u inputs\n", name, fed);
	return 0;
}
