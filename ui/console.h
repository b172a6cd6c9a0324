/* console.h - what a terminal's fonts can show, as far as it can be known. */
#ifndef UI_CONSOLE_H
#define UI_CONSOLE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"

/* Hangul and Han need UTF-8 and a terminal with more than one of the kernel's small fonts. */
bool console_shows_language(const char *code, const char *term_name, bool utf8);

/* Has the font of this console the character?  True where it is no console, or cannot be asked. */
bool console_shows_character(int fd, unsigned character);

/*
 * Text as this terminal can show it: letters go without their marks where it
 * has no UTF-8, or its font has none of Polish.
 */
bool console_wants_ascii(const char *term_name, bool utf8, const char *language);
void console_text(struct buf *out, const char *text);
void console_say(FILE *out, const char *text); /* and the end of the line */

/* The sentence for a language that is not shown here, and a language's name in the one that is spoken. */
const char *console_cannot_show(const char *code);
const char *console_language_name(const char *code);

/* NULL: the language can be shown.  Else it is English now, and this is the sentence that says so. */
const char *console_settle_language(const char *term_name);

#endif
