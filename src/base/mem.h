/*
 * mem.h - allocation that cannot fail, and arenas.
 *
 * Out of memory ends the program: mem_die_hook first gives the terminal back.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

extern void (*mem_die_hook)(void);

void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *xreallocarray(void *p, size_t n, size_t size) __attribute__((returns_nonnull));
/* An array of n that has room for one more: itself, or moved, and then twice as large. */
void *xgrow(void *v, size_t n, size_t *cap, size_t size) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));
char *xstrndup(const char *s, size_t n) __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2), returns_nonnull));

/* Overwrite a secret so that the compiler cannot drop it; NULL is allowed. */
void mem_wipe(void *p, size_t size);

/* An arena hands out memory that is freed all at once.  Zero it to start: `= { 0 }'. */
struct arena {
	struct arena_block *blocks;
};

void *arena_alloc(struct arena *a, size_t size) __attribute__((returns_nonnull)); /* zeroed */
char *arena_strdup(struct arena *a, const char *s);                /* NULL stays NULL */
char *arena_strndup(struct arena *a, const char *s, size_t n) __attribute__((returns_nonnull));
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3), returns_nonnull));
void  arena_free(struct arena *a); /* empty again and can be reused */

#endif
