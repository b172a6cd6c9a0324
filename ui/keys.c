#include "keys.h"

#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "term.h"

enum { CTRL_C = 3, CTRL_L = 12, CTRL_R = 18 };

#define ON_ASK   (ON_DIRECT | ON_NOTHING | ON_FOUND | ON_PROXY | ON_PUBLIC | ON_CHECK)
#define ON_NEXT  (ON_DIRECT | ON_PROXY | ON_PUBLIC | ON_CHECK)
#define ON_READ  (ON_HELP | ON_GLOSSARY | ON_COMMANDS)
#define ON_SCROLLED (ON_START | ON_ASK | ON_LIST1 | ON_RESULT | ON_APPLY | ON_WATCH | ON_REPAIR)
#define ON_CLOSE (ON_START | ON_LATER | ON_CHOICES | ON_RESULT | ON_UNDONE | ON_QUESTION)
#define ON_AGAIN (ON_REPAIR | ON_DIRECT | ON_FOUND | ON_PUBLIC | ON_CHECK | ON_LATER)
#define ON_HELPED (ON_ANY & ~(unsigned)(ON_READ | ON_QUESTION))
#define ON_LIST1 (ON_CHOICES | ON_INTERRUPTED | ON_UNDONE | ON_LATER)

/*
 * In the order of the legend.  A rank says what stays when room is short (9
 * always), of equals the first; 0 is never in the legend.  `needs' must all hold.
 */
static const struct key_line {
	int           key;
	const char   *name, *label;
	enum act      act;
	unsigned char rank;
	unsigned      where, needs;
} table[] = {
	{ K_ENTER, N_("Enter"), N_("Start"),     ACT_MAIN, 9, ON_START, 0 },
	{ K_ENTER, N_("Enter"), N_("Choose"),    ACT_MAIN, 9, ON_LIST1, 0 },
	{ K_ENTER, N_("Enter"), N_("Press"),     ACT_MAIN, 9, ON_CHECK | ON_PUBLIC | ON_RESULT | ON_REPAIR, IF_BUTTON },
	{ K_ENTER, N_("Enter"), N_("Take it"),   ACT_MAIN, 9, ON_FOUND, IF_TAKE },
	{ K_ENTER, N_("Enter"), N_("Next"),      ACT_MAIN, 9, ON_NEXT | ON_FOUND, 0 },
	{ K_ENTER, N_("Enter"), N_("Look now"),  ACT_MAIN, 9, ON_NOTHING, 0 },
	{ K_ENTER, N_("Enter"), N_("Press"),     ACT_MAIN, 9, ON_REVIEW, IF_BUTTON },
	{ K_ENTER, N_("Enter"), N_("Next"),      ACT_MAIN, 9, ON_REPAIR, 0 },
	{ K_ENTER, N_("Enter"), N_("Read on"),   ACT_MAIN, 9, ON_REVIEW, 0 },
	{ K_ENTER, N_("Enter"), NC_("key", "Finish"), ACT_MAIN, 9, ON_RESULT, 0 },
	{ K_ENTER, N_("Enter"), N_("Choose"),    ACT_MAIN, 9, ON_QUESTION, 0 },
	{ K_ENTER, N_("Enter"), N_("Close"),     ACT_BACK, 0, ON_READ, 0 },
	{ K_ENTER, N_("Enter"), N_("Go on"),     ACT_MAIN, 9, ON_WATCH, IF_OVER },
	{ K_ENTER, N_("Enter"), N_("Keep it"),   ACT_MAIN, 9, ON_APPLY, IF_OVER },
	{ CTRL_C,  N_("Ctrl-C"), N_("Undo now and leave"), ACT_STOP, 9, ON_APPLY, 0 },
	{ CTRL_C,  N_("Ctrl-C"), N_("Quit"),     ACT_STOP, 9, ON_WATCH, 0 },

	{ K_TAB,   N_("Tab"), N_("Buttons"),     ACT_NEXT, 7, ON_REVIEW, 0 },
	{ 'a',     "a", NC_("key", "Apply"),      ACT_APPLY, 6, ON_REVIEW, IF_OPEN },
	{ 'a',     NULL, NULL,                   ACT_APPLY, 0, ON_REVIEW, 0 }, /* it says why not */
	{ K_ESC,   N_("Esc"), N_("Stop waiting"), ACT_BACK, 9, ON_CHECK | ON_RESULT, IF_HOLD },
	{ K_ESC,   N_("Esc"), N_("Back"),        ACT_BACK, 8, ON_ASK | ON_REVIEW | ON_REPAIR, 0 },
	{ K_ESC,   N_("Esc"), N_("Close"),       ACT_BACK, 9, ON_READ, 0 },
	{ K_ESC,   N_("Esc"), N_("Back"),        ACT_BACK, 8, ON_RESULT | ON_UNDONE | ON_LATER, IF_BACK },
	{ K_ESC,   N_("Esc"), N_("Back"),        ACT_BACK, 7, ON_QUESTION, 0 },
	{ K_ESC,   NULL, NULL,                   ACT_BACK, 0, ON_CLOSE, 0 },

	{ K_TAB,   N_("Tab"), N_("Field"),       ACT_NEXT, 7, ON_ASK | ON_LATER, IF_ITEMS },
	{ K_TAB,   N_("Tab"), N_("Button"),      ACT_NEXT, 7, ON_RESULT | ON_REPAIR, 0 },
	{ K_TAB,   N_("Tab"), N_("Button"),      ACT_NEXT, 6, ON_QUESTION, 0 },
	{ K_TAB,   NULL, NULL,                   ACT_NEXT, 0, ON_ANY, 0 },
	{ K_BACKTAB, NULL, NULL,                 ACT_PREV, 0, ON_ANY, 0 },
	{ K_LEFT,  N_("Left/Right"), N_("Language"), ACT_LEFT, 6, ON_START, 0 },
	{ K_LEFT,  N_("Left/Right"), N_("Language"), ACT_LEFT, 5, ON_CHOICES, 0 },
	{ K_LEFT,  N_("Left/Right"), N_("Shift"), ACT_LEFT, 6, ON_REVIEW | ON_COMMANDS, IF_CUT },
	{ K_LEFT,  N_("Left/Right"), N_("Language"), ACT_LEFT, 2, ON_LATER, 0 },
	{ K_LEFT,  NULL, NULL,                   ACT_LEFT, 0, ON_ANY, 0 },
	{ K_RIGHT, NULL, NULL,                   ACT_RIGHT, 0, ON_ANY, 0 },
	{ K_UP,    N_("Up/Down"), N_("Choose"),  ACT_UP, 5, ON_PROXY, 0 },
	{ '1',     "1-9", N_("Choose"),          ACT_NONE, 3, ON_LATER, 0 },
	{ K_UP,    N_("Up/Down"), N_("Choose"),  ACT_UP, 5, ON_PUBLIC | ON_FOUND, IF_TAKE },
	{ K_UP,    N_("Up/Down"), N_("Move"),    ACT_UP, 6, ON_LIST1, 0 },
	{ K_UP,    N_("Up/Down"), N_("Scroll"),  ACT_UP, 7, ON_READ, IF_SCROLLS },
	{ K_UP,    NULL, NULL,                   ACT_UP, 0, ON_ANY, 0 },
	{ K_DOWN,  NULL, NULL,                   ACT_DOWN, 0, ON_ANY, 0 },
	{ ' ',     N_("Space"), N_("Page"),      ACT_PAGE_DOWN, 5, ON_READ, IF_SCROLLS },
	{ ' ',     NULL, NULL,                   ACT_SPACE, 0, ON_ANY, 0 },
	{ 'k',     NULL, NULL,                   ACT_UP, 0, ON_ANY, 0 },
	{ 'j',     NULL, NULL,                   ACT_DOWN, 0, ON_ANY, 0 },
	{ 'h',     NULL, NULL,                   ACT_LEFT, 0, ON_ANY, 0 },
	{ 'l',     NULL, NULL,                   ACT_RIGHT, 0, ON_ANY, 0 },
	{ K_PAGE_UP,   NULL, NULL,               ACT_PAGE_UP, 0, ON_ANY, 0 },
	{ K_PAGE_DOWN, N_("PgDn"), N_("Scroll"), ACT_PAGE_DOWN, 7, ON_SCROLLED, IF_SCROLLS },
	{ K_PAGE_DOWN, NULL, NULL,               ACT_PAGE_DOWN, 0, ON_ANY, 0 },
	{ K_HOME,  NULL, NULL,                   ACT_TOP, 0, ON_ANY, 0 },
	{ K_END,   NULL, NULL,                   ACT_BOTTOM, 0, ON_ANY, 0 },

	{ K_F1,    "F1", N_("Help"),             ACT_HELP, 8, ON_HELPED, 0 },
	{ '?',     NULL, NULL,                   ACT_HELP, 0, ON_HELPED, 0 },
	{ K_F2,    "F2", N_("Glossary"),         ACT_GLOSSARY, 7, ON_HELP, 0 },
	{ K_F3,    "F3", N_("Whole diff"),       ACT_DIFF, 7, ON_REVIEW | ON_REPAIR, 0 },
	{ K_F5,    "F5", N_("Look again"),       ACT_AGAIN, 7, ON_PROXY, 0 },
	{ K_F5,    "F5", N_("Check again"),      ACT_AGAIN, 6, ON_PUBLIC, 0 },
	{ K_F5,    "F5", N_("Check again"),      ACT_AGAIN, 4, ON_AGAIN, 0 },
	{ K_F5,    "F5", N_("Check again"),      ACT_AGAIN, 4, ON_RESULT, IF_AGAIN },
	{ K_F5,    NULL, NULL,                   ACT_AGAIN, 0, ON_NOTHING, 0 },
	{ CTRL_R,  NULL, NULL,                   ACT_AGAIN, 0, ON_ASK | ON_LATER | ON_REPAIR, 0 },
	{ CTRL_R,  NULL, NULL,                   ACT_AGAIN, 0, ON_RESULT, IF_AGAIN },
	{ K_F8,    "F8", N_("Practice"),         ACT_PRACTICE, 7, ON_NOTHING, IF_REAL },
	{ K_F9,    "F9", N_("Review"),           ACT_SKIP, 7, ON_CHECK, IF_SKIP },
	{ 'p',     "p", N_("Line mode, screen reader"), ACT_PLAIN, 7, ON_START | ON_CHOICES, 0 },
	{ 'p',     "p", N_("Line mode, screen reader"), ACT_PLAIN, 3, ON_LATER, 0 },
	{ 'q',     "q", N_("Quit"),              ACT_QUIT, 5, ON_REVIEW, IF_CUT },
	{ 'q',     "q", N_("Quit"),              ACT_QUIT, 7, ON_START | ON_LIST1 | ON_ASK | ON_REPAIR | ON_REVIEW, 0 },
	{ CTRL_C,  N_("Ctrl-C"), N_("Quit"),     ACT_STOP, 7, ON_ASK | ON_REPAIR, IF_TYPING },
	{ CTRL_C,  NULL, NULL,                   ACT_STOP, 0, ON_ANY, 0 },
	{ 'q',     NULL, NULL,                   ACT_QUIT, 0, ON_RESULT | ON_WATCH, 0 },
	{ 'q',     NULL, NULL,                   ACT_BACK, 0, ON_READ | ON_QUESTION, 0 },
	{ CTRL_L,  NULL, NULL,                   ACT_REPAINT, 0, ON_ANY, 0 },
};

/*
 * What is said where room is short: first the uppermost, then one more, until
 * it fits; from the sixth on only before something of rank 7 would go.
 */
#define NEEDED 7
#define SOFT   5
static const struct {
	const char *label, *brief;
} briefs[] = {
	{ "Check again",              NC_("key", "Again") },
	{ "Look again",               NC_("key", "Again") },
	{ "Line mode, screen reader", N_("Screen reader") },
	{ "Read on",                  NC_("key", "Read") },
	{ "Whole diff",               NC_("key", "All") },
	{ "Look now",                 NC_("key", "Look") },
	{ "Scroll",                   NC_("key", "Down") },
	{ "Buttons",                  NC_("key", "Button") },
	{ "Back",                     NC_("key", "Back") },
};

/* Some words mean something else elsewhere: those have a context in front. */
static const char *
label_of(const struct key_line *k, size_t n_briefs)
{
	const char *label = k->label;
	const char *word;

	for (size_t i = 0; i < n_briefs; i++)
		if (strcmp(briefs[i].label, label) == 0)
			label = briefs[i].brief;
	word = strchr(label, '\004');
	return word ? i18n_in(label, word + 1) : _(label);
}

/* While text is typed a letter is only that. */
static bool
applies(const struct key_line *k, unsigned where)
{
	if ((where & IF_TYPING) && k->key >= ' ' && k->key < (int)K_SPECIAL)
		return false;
	return (k->where & where & ON_ANY) && (k->needs & where) == k->needs;
}

int
keys_latin(int key)
{
	static const struct { int hangul, latin; } same[] = {
		{ 0x3142, 'q' }, { 0x3141, 'a' }, { 0x3154, 'p' },
		{ 0x3157, 'h' }, { 0x3153, 'j' }, { 0x314f, 'k' }, { 0x3163, 'l' },
	};

	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		if (same[i].hangul == key)
			return same[i].latin;
	return key;
}

static const struct key_line *
find(int key, unsigned where)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].key == key && applies(&table[i], where))
			return &table[i];
	return NULL;
}

enum act
keys_find(int key, unsigned where)
{
	const struct key_line *k = find(keys_latin(key), where);

	return k ? k->act : ACT_NONE;
}

/* The first line of a key is the one that counts. */
static bool
is_shown(const struct key_line *k, unsigned where)
{
	return k->rank && applies(k, where) && find(k->key, where) == k;
}

static void
write_legend(struct buf *out, const struct key_line *const *k, size_t n, size_t n_briefs)
{
	buf_cut(out, 0);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s %s", i ? "  " : "", _(k[i]->name), label_of(k[i], n_briefs));
}

void
keys_legend(struct buf *out, unsigned where, int columns)
{
	const struct key_line *k[ARRAY_LEN(table)];
	size_t n = 0, least;

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (is_shown(&table[i], where))
			k[n++] = &table[i];
	for (;;) {
		least = 0;
		for (size_t i = 1; i < n; i++)
			if (k[i]->rank <= k[least]->rank)
				least = i;
		for (size_t briefly = 0; briefly <= (k[least]->rank < NEEDED ? SOFT : ARRAY_LEN(briefs)); briefly++) {
			write_legend(out, k, n, briefly);
			if (text_width(out->s) <= columns)
				return;
		}
		if (n < 2)
			return;
		memmove(&k[least], &k[least + 1], (n - least - 1) * sizeof(*k));
		n--;
	}
}

bool
keys_at(size_t i, unsigned where, const char **name, const char **label)
{
	for (size_t k = 0; k < ARRAY_LEN(table); k++)
		if (is_shown(&table[k], where) && i-- == 0) {
			*name = _(table[k].name);
			*label = label_of(&table[k], 0);
			return true;
		}
	return false;
}
