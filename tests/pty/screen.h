/*
 * screen.h - a screen compared with what tests/pty/screens/ keeps of it.
 *
 * With UPDATE=1 in the environment the screens are written anew; their difference is what is reviewed.
 */
#ifndef PTY_SCREEN_H
#define PTY_SCREEN_H

#include "play.h"

#include "base/fs.h"

static inline bool
screen_compare(struct play *p, const char *path)
{
	struct buf want = BUF_INIT, got = BUF_INIT;
	struct err e = { 0 };
	bool same;

	for (int y = 0; y < p->rows; y++)
		buf_printf(&got, "%s\n", play_row(p, y));
	if (getenv("UPDATE"))
		assert_int_equal(fs_write(path, got.s, got.len, 0644, &e), 0);
	assert_int_equal(fs_read(&want, path, 65536, &e), 0);
	same = strcmp(want.s, got.s) == 0;
	buf_free(&want);
	buf_free(&got);
	return same;
}

/* The sign that there is more below takes no letter's place. */
static inline void
more_is_free(struct play *p)
{
	for (int y = 0; y < p->rows; y++)
		for (int x = 1; x < p->columns; x++) {
			const uint32_t before = play_cell(p, y, x - 1);

			if (play_cell(p, y, x) == 0x2193 && before && before != ' ') {
				play_show(p);
				fail_msg("row %d: the sign that there is more stands in a text", y);
			}
		}
}

/* `name' is a file in screens/, without its .txt. */
static inline void
same_as(struct play *p, const char *name)
{
	char path[256];

	play_settle(p);
	more_is_free(p);
	snprintf(path, sizeof(path), "tests/pty/screens/%s.txt", name);
	if (!screen_compare(p, path)) {
		play_show(p);
		fail_msg("the screen is not as in %s", path);
	}
}

/* The window is drawn smaller, too small, and as it was: nothing has moved, the cursor neither. */
static inline void
survives(struct play *p, const char *name)
{
	static const struct { int columns, rows; } sizes[] = { { 60, 18 }, { 52, 14 }, { 60, 18 } };
	const int columns = p->columns, rows = p->rows;
	VTermPos before, after;

	vterm_state_get_cursorpos(vterm_obtain_state(p->vt), &before);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		play_resize(p, sizes[i].columns, sizes[i].rows);
		if (i == 1)
			play_wait(p, "52");
		else
			play_settle(p);
	}
	play_resize(p, columns, rows);
	same_as(p, name);
	vterm_state_get_cursorpos(vterm_obtain_state(p->vt), &after);
	assert_int_equal(before.row, after.row);
	assert_int_equal(before.col, after.col);
}

#endif
