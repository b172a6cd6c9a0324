/*
 * i18n.h - languages.  The only door to gettext and setlocale.
 *
 * A server without the user's locale is the common case over SSH: if
 * setlocale() fails and the wanted locale's name ends in UTF-8, C.UTF-8 is
 * used for characters and the language is taken from the name.
 */
#ifndef BASE_I18N_H
#define BASE_I18N_H

#include <libintl.h>
#include <stdbool.h>

#define _(s)        gettext(s)
#define N_(s)       (s)                 /* mark now, translate when shown */
#define Q_(s, p, n) ngettext(s, p, n)   /* plural: Q_("%d file", "%d files", n) */

/* One English word with two meanings, told apart by where it stands: C_("button", "Apply"). */
#define C_(context, s)  i18n_in(context "\004" s, s)
#define NC_(context, s) (context "\004" s) /* mark now; i18n_in(x, x + strlen(context) + 1) when shown */
const char *i18n_in(const char *both, const char *text); /* the translation, or `text' */

struct i18n_language {
	const char *code; /* "ko" */
	const char *name; /* in its own script, UTF-8 */
};

extern const struct i18n_language i18n_languages[]; /* English first; ends with a NULL code */

/* `lang' (from --lang or saved answers) wins over the environment; NULL: the environment. */
void i18n_init(const char *localedir, const char *lang);

/* Switch at run time; takes effect at the next gettext().  False: no such language. */
bool i18n_set_language(const char *code);
const char *i18n_language(void); /* code in use: "en" if none */

bool i18n_is_utf8(void);         /* can the terminal's encoding carry any character? */
const char *i18n_localedir(void);

#endif
