/*
 * secret.h - what lets in at a service: read from a closed file when it is needed, or told to this run alone.
 *
 * Nothing here outlives the process, and whoever has a copy wipes it.
 */
#ifndef PROXY_SECRET_H
#define PROXY_SECRET_H

#include <stdbool.h>

#include "base/err.h"

struct secret {
	char *text; /* the file's first line */
	char *code; /* its second, or NULL */
};

/* `label' is the service's.  Others must not be able to read the file, and root reads it only for its owner. */
int  secret_read(struct secret *out, const char *label, const char *root, const char *file,
                 struct err *e);
void secret_wipe(struct secret *s);
void secret_wipe_text(char **s); /* wiped, freed, NULL */

/* What was typed: it counts in this process, before any file, and is written nowhere.  NULL: it is forgotten. */
void secret_hold(const char *service, const char *text);
const char *secret_held(const char *service); /* NULL: nothing */

/*
 * Somebody at a terminal who can be asked for it, or for a fresh two-factor code.  The answer is
 * the asker's to wipe and free; NULL: there is none.  Without secret_ask_with() there never is.
 */
enum secret_kind { SECRET_ITSELF, SECRET_CODE };
typedef char *secret_ask_fn(const char *label, enum secret_kind kind);
void  secret_ask_with(secret_ask_fn *ask);
char *secret_ask(const char *label, enum secret_kind kind);

#endif
