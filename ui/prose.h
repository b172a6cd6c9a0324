/* prose.h - sentences and commands on the normal terminal: the ones broken at words, the others never. */
#ifndef UI_PROSE_H
#define UI_PROSE_H

#include "base/buf.h"

/* Of a line of sentences: the terminal's columns, at most 76. */
int prose_columns(void);

/* Append `n' bytes of text made harmless, in letters that the terminal has. */
void prose_clean(struct buf *out, const char *text, size_t n);

void prose_say(const char *text);     /* sentences */
void prose_whole(const char *text);   /* lines as they are: what is copied would not work in two pieces */
void prose_command(const char *text); /* the same, below the sentence that says what it is for */

#endif
