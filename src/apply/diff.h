/* diff.h - unified diffs of texts, by lines (Myers), three lines of context. */
#ifndef APPLY_DIFF_H
#define APPLY_DIFF_H

#include "base/buf.h"

/* Append; nothing is appended where the texts are equal.  old_name "/dev/null" for a new file. */
void diff_unified(struct buf *out, const char *old_name, const char *old_text,
                  const char *new_name, const char *new_text);

#endif
