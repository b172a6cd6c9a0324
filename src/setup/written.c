/* written.c - what people write into a field, as the answers file has it, and back: sizes, times, yes and no in words. */
#include "setup/state.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "base/text.h"

struct word {
	const char *people; /* N_() or in every language the same */
	const char *file;
};

/* The first of each is the one that is shown. */
static const struct word yes_no[] = {
	{ N_("yes"), "true" }, { N_("no"), "false" }, { N_("y"), "true" }, { N_("n"), "false" },
	{ "yes", "true" }, { "no", "false" }, { "true", "true" }, { "false", "false" }, { NULL, NULL },
};

static const struct word in_front[] = {
	{ N_("none"), "none" }, { "cloudflare", "cloudflare" }, { NC_("in front", "other"), "other" },
	{ "none", "none" }, { "other", "other" }, { NULL, NULL },
};

static const struct word units[] = {
	/* TRANSLATORS: units of time as people write them behind a number: "5 minutes" */
	{ N_("second"), "s" }, { N_("seconds"), "s" }, { N_("sec"), "s" },
	{ N_("minute"), "m" }, { N_("minutes"), "m" }, { N_("min"), "m" }, { N_("hour"), "h" }, { N_("hours"), "h" },
	/* TRANSLATORS: one more form of the word, where a language has it: as behind 5 */
	{ NC_("five", "seconds"), "s" }, { NC_("five", "minutes"), "m" }, { NC_("five", "hours"), "h" },
	{ "s", "s" }, { "sec", "s" }, { "second", "s" }, { "seconds", "s" }, { "m", "m" }, { "min", "m" }, { "minute", "m" },
	{ "minutes", "m" }, { "h", "h" }, { "hour", "h" }, { "hours", "h" }, { NULL, NULL },
};

static const char *
spoken(const char *word)
{
	const char *behind = strchr(word, '\004');

	return behind ? i18n_in(word, behind + 1) : _(word);
}

static const char *
file_word(const struct word *words, const char *text)
{
	for (const struct word *w = words; w->people; w++)
		if (strcasecmp(spoken(w->people), text) == 0)
			return w->file;
	return NULL;
}

static const struct word *
words_of(const char *key)
{
	return strcmp(key, "reload") == 0 ? yes_no : strcmp(key, "cdn") == 0 ? in_front : NULL;
}

static const char *
trimmed(const struct setup *s, const char *text)
{
	size_t n;

	text += strspn(text, " \t");
	for (n = strlen(text); n && (text[n - 1] == ' ' || text[n - 1] == '\t');)
		n--;
	return say(s, "%.*s", (int)n, text);
}

/* "50 MB", "1 GiB", "100 m": the letter that counts, upper case, right behind the number. */
static const char *
size_written(const struct setup *s, const char *text)
{
	const size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits + strspn(text + digits, " ");
	const char letter = (char)toupper((unsigned char)*unit);

	if (!digits || !letter || !strchr("KMGT", letter) ||
	    (unit[1] && strcasecmp(unit + 1, "b") != 0 && strcasecmp(unit + 1, "ib") != 0))
		return text;
	return say(s, "%.*s%c", (int)digits, text, letter);
}

static const char *
time_written(const struct setup *s, const char *text)
{
	const size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits + strspn(text + digits, " ");

	return digits && *unit && file_word(units, unit) ? say(s, "%.*s%s", (int)digits, text, file_word(units, unit)) : text;
}

const char *
written_in_file(const struct setup *s, const char *key, const char *text)
{
	const struct word *words = words_of(key);

	if (words || strncmp(key, "limits.", 7) == 0)
		text = trimmed(s, text);
	if (words)
		return file_word(words, text) ? file_word(words, text) : text;
	if (strcmp(key, "limits.body") == 0)
		return size_written(s, text);
	return strncmp(key, "limits.", 7) == 0 ? time_written(s, text) : text;
}

const char *
written_for_people(const char *key, const char *value)
{
	const struct word *words = words_of(key);

	for (const struct word *w = words; w && w->people; w++)
		if (strcmp(w->file, value) == 0)
			return spoken(w->people);
	return value;
}

int
written_wrong(const char *key, const char *text, struct err *e)
{
	if (!words_of(key) || !*text || file_word(words_of(key), text))
		return 0;
	return err_set(e, ERR_VALUE, "%s", words_of(key) == yes_no ? _("Write yes or no.") : _("Write none, cloudflare or other."));
}

/* What must not stay empty, each with what belongs there. */
int
written_missing(const char *key, const char *text, struct err *e)
{
	static const struct {
		const char *key, *sentence;
	} needed[] = {
		{ "origin",          N_("Write where OpenChamber answers, for example http://127.0.0.1:3000") },
		{ "public",          N_("Write the name people will use, for example https://chat.example.org") },
		{ "limits.body",     N_("Write a size, for example 100M") },
		{ "limits.stream",   N_("Write a time, for example 3600s") },
		{ "tls.certificate", N_("Write the path of the certificate, for example /etc/ssl/chat.pem") },
		{ "tls.key",         N_("Write the path of its private key, for example /etc/ssl/chat.key") },
	};

	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (strcmp(needed[i].key, key) == 0 && !text[strspn(text, " \t")])
			return err_set(e, ERR_VALUE, "%s", _(needed[i].sentence));
	return 0;
}
