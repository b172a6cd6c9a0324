/* log.h - a log file for bug reports; nothing is written until log_open().  Never given a secret. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

int  log_open(const char *path, struct err *e); /* 0600, appended to */
void log_write(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* one line, stamped */
int  log_fd(void); /* -1: none */
void log_close(void);

#endif
