/*
 * err.h - one error, owned by the caller, filled by whoever fails first.
 *
 * A function that can fail returns 0, or -1 with the error filled; it leaves
 * the error alone on success, so calls chain with ||.  The message is
 * translated, one complete sentence, and can be shown as it is, whatever was
 * put into it: it is cleaned by text_safe().  Where a file is to blame it
 * begins with `file:line:column: '.  Callers branch on the code, never on the text.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err_code {
	ERR_NONE,
	ERR_FAILED,    /* a check failed, or an apply was undone */
	ERR_USAGE,     /* wrong option or argument */
	ERR_MISSING,   /* something needed is not installed */
	ERR_VALUE,     /* an answer, a configuration, a template or a password is wrong */
	ERR_CONFLICT,  /* a file is not what it was, or somebody else is at work */
	ERR_NET,       /* the origin could not be reached or spoken to */
	ERR_CHILD,     /* a program failed */
	ERR_IO,        /* a system call failed */
	ERR_ROLLBACK,  /* an undo itself failed */
	ERR_CANCELLED, /* stopped by a signal or by the user */
};

struct err {
	enum err_code code;
	int           sys;       /* errno, or 0 */
	char          file[256]; /* what is to blame, or "" */
	int           line;      /* 1-based, 0: none */
	int           column;    /* 1-based, 0: none */
	char          msg[768];
};

/* Fill `e' and return -1, so that a failing function ends with `return err_set(...)'. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* As err_set(), with ": <text of errno>" appended. */
int err_sys(struct err *e, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* As err_set(), with "file:line:column: " in front; a line or column of 0 is left out. */
int err_at(struct err *e, enum err_code code, const char *file, int line, int column,
           const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* "usage", "missing", ...: stable, for --json. */
const char *err_name(enum err_code code);

/* The exit status of the contract: 0 fine, 1 failed, 2 usage, 3 missing, 4 value, 5 net or child, 6 rollback, 130. */
int err_status(enum err_code code);

#endif
