/* drift.h - files of ours that were edited since we wrote them, as the journal remembers it. */
#ifndef APPLY_DRIFT_H
#define APPLY_DRIFT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * In a file of others, where only a part is ours, an edit elsewhere is no conflict.
 */

/* ERR_CONFLICT if we wrote `path' and it is not as we wrote it.  A missing one is no conflict. */
int drift_check(const char *root, const char *path, struct err *e);

/* Does what stands there come from the newest change in force that wrote it?  Then nobody edited it. */
bool drift_is_ours(const char *root, const char *path);

/* Unified diff from what we wrote to what stands there now; false: not ours, or as we wrote it. */
bool drift_diff(struct buf *out, const char *root, const char *path);

/*
 * Take all that is ours and in force out of the text of a shared file.  False: some of it was
 * edited, and the text is of no use.
 */
bool drift_without_us(struct buf *text, const char *root, const char *path);

#endif
