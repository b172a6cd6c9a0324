/*
 * test_pages.c - each step in each language, and in a pseudo-locale whose letters take two columns:
 * wide and compact, in colour and without, cell by cell against tests/pty/screens/LANGUAGE/.
 */
#include "screen.h"

static const char *const steps[] = { "start", "direct", "proxy", "public", "websocket", "sse",
	                             "gzip", "body", "timeouts", "review" };

struct tongue {
	const char *name;      /* folder in screens/ */
	const char *language;  /* the slot it is loaded in */
	const char *locale;    /* below the build directory */
	bool        cuts;      /* twice as wide as any language: a text may end in `>' */
};

static void
wait_at(struct play *p, size_t step)
{
	const long long end = play_now() + PLAY_MS;

	while (!play_at(p, step))
		if (!play_read(p, 50) && (p->gone || play_now() > end)) {
			play_show(p);
			fail_msg("step %zu is not reached", step + 1);
		}
	play_settle(p);
}

/* Nothing runs into its neighbour: the line is in its column, and no row is cut but in the pseudo-locale. */
static void
is_tidy(struct play *p, const struct tongue *t, size_t step)
{
	for (int y = 1; y < p->rows - (t->cuts ? 7 : 3); y++) { /* a message of several rows is no page */
		const uint32_t line = play_cell(p, y, 22), edge = play_cell(p, y, p->columns - 2);

		if (p->columns >= 80 && step != 9 && line != '|' && line != 0x2502)
			fail_msg("%s, step %zu, row %d: the line is not in its column", t->name, step + 1, y);
		if (!t->cuts && step != 9 && edge == '>')
			fail_msg("%s, step %zu, row %d: a text is cut", t->name, step + 1, y);
	}
}

/* Marks and diff signs alone have a colour; without colour no cell has one. */
static void
colours_are(struct play *p, bool wanted)
{
	size_t coloured = 0;

	for (int y = 0; y < p->rows; y++)
		for (int x = 0; x < p->columns; x++) {
			VTermScreenCell c;

			vterm_screen_get_cell(p->screen, (VTermPos){ y, x }, &c);
			if (VTERM_COLOR_IS_DEFAULT_FG(&c.fg) || c.chars[0] == UINT32_MAX) /* half a letter */
				continue;
			coloured++;
			if (c.chars[0] != 0x2713 && c.chars[0] != 0x2717 && !strchr("~!+-@x", (int)c.chars[0]))
				{
				play_show(p);
				fail_msg("row %d, column %d: U+%04X has a colour", y, x, c.chars[0]);
			}
		}
	if (!wanted)
		assert_int_equal(coloured, 0);
}

/* What is rarely needed, from the review and back to it. */
static void
see_more(struct play *p, const struct tongue *t, int columns, bool colour)
{
	char name[96];

	play_send(p, "\t\t\t" ENTER);
	play_wait(p, "[30s");
	snprintf(name, sizeof(name), "%s/%smore", t->name, columns < 80 ? "compact-" : "");
	same_as(p, name);
	is_tidy(p, t, 9);
	colours_are(p, colour);
	play_send(p, ESC);
	play_wait(p, "+++");
}

static void
walk(const struct tongue *t, int columns, int rows, bool colour)
{
	char language[64], locale[600], name[96];
	const char *env[] = { language, locale, colour ? "FAKE=" : "NO_COLOR=1", NULL };
	struct play *p;

	snprintf(language, sizeof(language), "LANGUAGE=%s", t->language);
	snprintf(locale, sizeof(locale), "PLAY_LOCALE=%s/%s", getenv("B") ? getenv("B") : "build", t->locale);
	p = play_start(columns, rows, env, false);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		wait_at(p, i);
		if (i == 1)
			play_send(p, TAB "0123456789");
		if (i == 3)
			play_send(p, "chat.example.org" ENTER);
		snprintf(name, sizeof(name), "%s/%s%s", t->name, columns < 80 ? "compact-" : "", steps[i]);
		same_as(p, name);
		is_tidy(p, t, i);
		colours_are(p, colour);
		if (colour && columns >= 80)
			survives(p, name);
		if (i == 9)
			see_more(p, t, columns, colour);
		play_send(p, i == 9 ? "a" : ENTER);
	}
	while (strstr(play_row(p, 0), "11")) /* the result has no number */
		assert_true(play_read(p, PLAY_MS));
	snprintf(name, sizeof(name), "%s/%sresult", t->name, columns < 80 ? "compact-" : "");
	same_as(p, name);
	colours_are(p, colour);
	play_send(p, ENTER);
	assert_int_equal(play_status(p), 0);
	play_end(p);
}

/* The doctor's page, which no new site leads through. */
static void
see_doctor(const struct tongue *t, int columns, int rows)
{
	char language[64], locale[600], name[96];
	const char *env[] = { language, locale, "FAKE=sick", NULL };
	struct play *p;

	snprintf(language, sizeof(language), "LANGUAGE=%s", t->language);
	snprintf(locale, sizeof(locale), "PLAY_LOCALE=%s/%s", getenv("B") ? getenv("B") : "build", t->locale);
	p = play_start(columns, rows, env, false);
	play_wait(p, "chat.conf");
	play_key(p, ENTER, "chat.conf:20");
	snprintf(name, sizeof(name), "%s/%sdoctor", t->name, columns < 80 ? "compact-" : "");
	same_as(p, name);
	survives(p, name);
	play_end(p);
}

/* Cloudflare's page, which follows step 4 where it stands in front: without a token, and with one. */
static void
see_front(const struct tongue *t, int columns, int rows)
{
	char language[64], locale[600], name[96];
	const char *env[] = { language, locale, "FAKE=cloudflare", NULL };
	struct play *p;

	snprintf(language, sizeof(language), "LANGUAGE=%s", t->language);
	snprintf(locale, sizeof(locale), "PLAY_LOCALE=%s/%s", getenv("B") ? getenv("B") : "build", t->locale);
	p = play_start(columns, rows, env, false);
	for (size_t i = 0; i < 4; i++) {
		wait_at(p, i);
		play_send(p, i == 3 ? "chat.example.org" ENTER ENTER : i == 1 ? ENTER ENTER : ENTER);
	}
	play_wait(p, "Enterprise");
	snprintf(name, sizeof(name), "%s/%scloudflare", t->name, columns < 80 ? "compact-" : "");
	same_as(p, name);
	is_tidy(p, t, 3);
	play_send(p, "\t\tsecret\t");
	play_wait(p, "flexible");
	snprintf(name, sizeof(name), "%s/%scloudflare-token", t->name, columns < 80 ? "compact-" : "");
	same_as(p, name);
	is_tidy(p, t, 3);
	survives(p, name);
	play_end(p);
}

/* The change is made, and is undone unless it is kept. */
static void
see_keep(const struct tongue *t, int columns, int rows)
{
	char language[64], locale[600], name[96];
	const char *env[] = { language, locale, "FAKE=keeps", NULL };
	struct play *p;

	snprintf(language, sizeof(language), "LANGUAGE=%s", t->language);
	snprintf(locale, sizeof(locale), "PLAY_LOCALE=%s/%s", getenv("B") ? getenv("B") : "build", t->locale);
	p = play_start(columns, rows, env, false);
	for (size_t i = 0; i < 4; i++) {
		wait_at(p, i);
		play_send(p, i == 3 ? "chat.example.org" ENTER ENTER : i == 1 ? ENTER ENTER : ENTER);
	}
	wait_at(p, 4);
	play_send(p, F9);
	wait_at(p, 9);
	play_key(p, "a", "118");
	snprintf(name, sizeof(name), "%s/%skeep", t->name, columns < 80 ? "compact-" : "");
	same_as(p, name);
	is_tidy(p, t, 10);
	survives(p, name);
	play_end(p);
}

/* A state that no walk leads through, and that is told in the language. */
static void
see(const struct tongue *t, const char *fake, const char *sign, const char *what)
{
	char language[64], locale[600], name[96];
	const char *env[] = { language, locale, fake, NULL };

	snprintf(language, sizeof(language), "LANGUAGE=%s", t->language);
	snprintf(locale, sizeof(locale), "PLAY_LOCALE=%s/%s", getenv("B") ? getenv("B") : "build", t->locale);
	for (int compact = 0; compact <= 1; compact++) {
		struct play *p = play_start(compact ? 60 : 80, compact ? 18 : 24, env, false);

		play_wait(p, sign);
		snprintf(name, sizeof(name), "%s/%s%s", t->name, compact ? "compact-" : "", what);
		same_as(p, name);
		survives(p, name);
		play_end(p);
	}
}

/* What keys open from the first screen. */
static void
see_others(const struct tongue *t)
{
	static const struct { const char *fake, *keys, *name; } scenes[] = {
		{ "FAKE=interrupted", "", "interrupted" }, { "FAKE=watched", "", "watched" },
		{ "FAKE=later", "", "later" },             { "FAKE=nothing", ENTER, "nothing" },
		{ "FAKE=opencode", ENTER, "opencode" },    { "FAKE=", "?", "help" },
		{ "FAKE=", "q", "leave" },
	};

	for (size_t i = 0; i < 2 * ARRAY_LEN(scenes); i++) {
		const bool compact = i % 2;
		char language[64], locale[600], name[96];
		const char *env[] = { language, locale, scenes[i / 2].fake, NULL };
		struct play *p;

		snprintf(language, sizeof(language), "LANGUAGE=%s", t->language);
		snprintf(locale, sizeof(locale), "PLAY_LOCALE=%s/%s", getenv("B") ? getenv("B") : "build", t->locale);
		p = play_start(compact ? 60 : 80, compact ? 18 : 24, env, false);
		play_wait(p, "1");
		play_settle(p);
		play_send(p, scenes[i / 2].keys);
		assert_true(!*scenes[i / 2].keys || play_read(p, PLAY_MS));
		snprintf(name, sizeof(name), "%s/%s%s", t->name, compact ? "compact-" : "", scenes[i / 2].name);
		same_as(p, name);
		play_end(p);
	}
}

static void
walk_all(const struct tongue *t)
{
	for (int colour = 1; colour >= 0; colour--) {
		walk(t, 80, 24, colour);
		walk(t, 60, 18, colour);
	}
	see_doctor(t, 80, 24);
	see_doctor(t, 60, 18);
	see_front(t, 80, 24);
	see_front(t, 60, 18);
	see_keep(t, 80, 24);
	see_keep(t, 60, 18);
	see(t, "FAKE=watching", "4711", "watching");
	see(t, "FAKE=dropped", "2026-11-21", "dropped");
	if (!t->cuts)
		see_others(t);
}

static void
test_korean(void **state)
{
	(void)state;
	walk_all(&(struct tongue){ "ko", "ko", "locale", false });
}

static void
test_polish(void **state)
{
	(void)state;
	walk_all(&(struct tongue){ "pl", "pl", "locale", false });
}

/* In the place of Polish, whose texts are drawn with every sign there is. */
static void
test_pseudo(void **state)
{
	(void)state;
	walk_all(&(struct tongue){ "pseudo", "pl", "pseudo", true });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_korean),
		cmocka_unit_test(test_polish),
		cmocka_unit_test(test_pseudo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
