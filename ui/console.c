#include "console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/kd.h>
#endif

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"

static bool
is_console(const char *term_name)
{
	return term_name && strncmp(term_name, "linux", 5) == 0;
}

bool
console_shows_language(const char *code, const char *term_name, bool utf8)
{
	if (strcmp(code, "ko") != 0 && strcmp(code, "ja") != 0 && strncmp(code, "zh", 2) != 0)
		return true;
	return utf8 && !is_console(term_name);
}

bool
console_shows_character(int fd, unsigned character)
{
#ifdef GIO_UNIMAP
	struct unimapdesc map = { .entry_ct = 0 };
	bool there = false;

	/* The first call says how many there are; it fails because there was no room for them. */
	ioctl(fd, GIO_UNIMAP, &map);
	if (map.entry_ct == 0)
		return true;
	map.entries = xcalloc(map.entry_ct, sizeof(*map.entries));
	if (ioctl(fd, GIO_UNIMAP, &map) < 0)
		there = true;
	for (unsigned i = 0; i < map.entry_ct && !there; i++)
		there = map.entries[i].unicode == character;
	free(map.entries);
	return there;
#else
	(void)fd;
	(void)character;
	return true;
#endif
}

bool
console_wants_ascii(const char *term_name, bool utf8, const char *language)
{
	return !utf8 || (is_console(term_name) && strcmp(language, "pl") == 0 &&
	                 !console_shows_character(STDOUT_FILENO, 0x142));
}

void
console_text(struct buf *out, const char *text)
{
	if (console_wants_ascii(getenv("TERM"), i18n_is_utf8(), i18n_language()))
		text_ascii(out, text);
	else
		buf_puts(out, text);
}

void
console_say(FILE *out, const char *text)
{
	struct buf b = BUF_INIT;

	console_text(&b, text);
	fprintf(out, "%s\n", b.s);
	buf_free(&b);
}

const char *
console_cannot_show(const char *code)
{
	static const struct { const char *code, *sentence; } sentences[] = {
		{ "ko", N_("This console cannot show Korean. Over SSH it will be Korean.") },
	};

	for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
		if (strcmp(sentences[i].code, code) == 0)
			return _(sentences[i].sentence);
	return _("This console cannot show your language. Over SSH it can.");
}

const char *
console_language_name(const char *code)
{
	static const struct { const char *code, *name; } names[] = {
		{ "en", N_("English") }, { "ko", N_("Korean") }, { "pl", N_("Polish") },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i].code, code) == 0)
			return _(names[i].name);
	return code;
}

const char *
console_settle_language(const char *term_name)
{
	char wanted[16];

	if (console_shows_language(i18n_language(), term_name, i18n_is_utf8()))
		return NULL;
	snprintf(wanted, sizeof(wanted), "%s", i18n_language());
	i18n_set_language("en");
	return console_cannot_show(wanted);
}
