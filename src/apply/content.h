/*
 * content.h - what stands at a place, or is to: a file with all its attributes, a link, or nothing.
 */
#ifndef APPLY_CONTENT_H
#define APPLY_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

enum content_kind { CONTENT_ABSENT, CONTENT_FILE, CONTENT_LINK, CONTENT_OTHER };

/* An extended attribute; access lists are among them. */
struct attribute {
	char       *name;
	struct buf  value;
};

struct content {
	enum content_kind kind;
	struct buf        bytes;      /* a file's, or a link's target */
	char              digest[65]; /* of the bytes; "" where there are none */
	mode_t            mode;
	bool              exact;      /* owner, time and attributes are to be as they are here */
	uid_t             uid;
	gid_t             gid;
	nlink_t           names;      /* how many names the file has */
	struct timespec   mtime;
	struct attribute *attributes;
	size_t            n_attributes;
	bool              fixed;      /* marked with chattr +i or +a: nobody may replace it, root neither */
};

#define CONTENT_INIT { .bytes = BUF_INIT }
#define CONTENT_MAX  (8u << 20) /* no configuration is larger; more is refused */

void content_file(struct content *c, const void *bytes, size_t len, mode_t mode);
void content_link(struct content *c, const char *target);
void content_copy(struct content *to, const struct content *from);
void content_free(struct content *c); /* absent again and can be reused */

/* The same kind and bytes; content_identical() also wants the same mode, owner and attributes. */
bool content_same(const struct content *a, const struct content *b);
bool content_identical(const struct content *a, const struct content *b);

/* Is a file or directory marked with chattr +i or +a?  Where that is not known: no. */
bool content_is_fixed(int fd);

/* `shown' is the path for messages. */
int content_read(struct content *c, int dir, const char *name, const char *shown, struct err *e);

/* Make it under a name that must be free, attributes and all, on the disk when it returns. */
int content_write(const struct content *c, int dir, const char *name, const char *shown,
                  struct err *e);

/* Everything but a file's bytes, which the caller keeps: for the journal. */
struct json *content_json(const struct content *c);
void content_from_json(struct content *c, const struct json *j);

#endif
