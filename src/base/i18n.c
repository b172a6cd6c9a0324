#include "base/i18n.h"

#include <ctype.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define DOMAIN "antechamber"

/* GNU gettext caches by this number; other C libraries have none. */
extern int _nl_msg_cat_cntr __attribute__((weak));

const struct i18n_language i18n_languages[] = {
	{ "en", "English" },
	{ "ko", "한국어" },
	{ "pl", "Polski" },
	{ NULL, NULL },
};

static char current[16] = "en";
static char directory[1024];

static const char *
first_set(const char *const *names)
{
	for (; *names; names++) {
		const char *value = getenv(*names);

		if (value && *value)
			return value;
	}
	return "";
}

static bool
ends_in_utf8(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot &&
	       (strncasecmp(dot + 1, "UTF-8", 5) == 0 || strncasecmp(dot + 1, "UTF8", 4) == 0);
}

/* Copy "ko" out of "ko_KR.UTF-8"; false: too long, or not the name of a language. */
static bool
language_of(const char *locale, char *code, size_t size)
{
	const size_t n = strcspn(locale, "_.@:");

	if (n == 0 || n >= size)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!isalpha((unsigned char)locale[i]))
			return false;
		code[i] = (char)tolower((unsigned char)locale[i]);
	}
	code[n] = '\0';
	return true;
}

/* A language is known by the table, or because its catalogue is installed. */
static bool
known(const char *code)
{
	char path[sizeof(directory) + 64];

	for (const struct i18n_language *l = i18n_languages; l->code; l++)
		if (strcmp(l->code, code) == 0)
			return true;
	snprintf(path, sizeof(path), "%s/%s/LC_MESSAGES/" DOMAIN ".mo", directory, code);
	return access(path, R_OK) == 0;
}

static bool
is_plain_c(const char *locale)
{
	return !*locale || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0;
}

/* The first language of $LANGUAGE that there is, then the locale's; in "C", as in gettext, none. */
static bool
from_environment(char *code, size_t size)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG", NULL };
	const char *locale = first_set(names);
	const char *list = getenv("LANGUAGE");

	if (is_plain_c(locale))
		return false;
	while (list && *list) {
		if (language_of(list, code, size) && known(code))
			return true;
		list += strcspn(list, ":");
		list += strspn(list, ":");
	}
	return language_of(locale, code, size) && known(code);
}

void
i18n_init(const char *localedir, const char *lang)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG", NULL };
	char code[sizeof(current)];

	snprintf(directory, sizeof(directory), "%s", localedir ? localedir : "");
	if (!setlocale(LC_ALL, "") && ends_in_utf8(first_set(names)))
		setlocale(LC_CTYPE, "C.UTF-8");
	setlocale(LC_NUMERIC, "C"); /* we write "0.5" into files, never "0,5" */
	bindtextdomain(DOMAIN, directory);
	bind_textdomain_codeset(DOMAIN, "UTF-8");
	textdomain(DOMAIN);
	if (lang && i18n_set_language(lang))
		return;
	i18n_set_language(from_environment(code, sizeof(code)) ? code : "en");
}

bool
i18n_set_language(const char *wanted)
{
	char code[sizeof(current)];

	if (!language_of(wanted, code, sizeof(code)) || !known(code))
		return false;
	/* In the locale "C" gettext does not look at LANGUAGE. */
	if (is_plain_c(setlocale(LC_MESSAGES, NULL)))
		setlocale(LC_MESSAGES, "C.UTF-8");
	setenv("LANGUAGE", code, 1);
	if (&_nl_msg_cat_cntr)
		_nl_msg_cat_cntr++;
	memcpy(current, code, sizeof(current));
	return true;
}

const char *
i18n_language(void)
{
	return current;
}

bool
i18n_is_utf8(void)
{
	const char *codeset = nl_langinfo(CODESET);

	return strcasecmp(codeset, "UTF-8") == 0 || strcasecmp(codeset, "UTF8") == 0;
}

const char *
i18n_localedir(void)
{
	return directory;
}

const char *
i18n_in(const char *both, const char *text)
{
	const char *said = gettext(both);

	return said == both ? text : said;
}
