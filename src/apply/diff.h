/* diff.h - unified diffs of texts, by lines (Myers), three lines of context; and a change taken back. */
#ifndef APPLY_DIFF_H
#define APPLY_DIFF_H

#include <stdbool.h>

#include "base/buf.h"

/* Append; nothing is appended where the texts are equal.  old_name "/dev/null" for a new file. */
void diff_unified(struct buf *out, const char *old_name, const char *old_text,
                  const char *new_name, const char *new_text);

/* How many lines a unified diff takes out and puts in, the file names not counted. */
void diff_count(const char *diff, unsigned *out, unsigned *in);

/*
 * A change from `was' to `is', taken out of a text that others have edited since: `now' without
 * what the change brought, and with what it took away.  False, and nothing appended: what it
 * brought is not there as it was.
 */
bool diff_take_back(struct buf *out, const char *now, const char *was, const char *is);

/* Is nothing of the change in `now': no line that only it brought, and every line that it took away? */
bool diff_is_back(const char *now, const char *was, const char *is);

#endif
