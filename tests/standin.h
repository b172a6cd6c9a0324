/*
 * standin.h - what the stand-ins for services share: a directory of files and knobs, a log, and as
 * much of HTTP as one client needs, one request at a time.  Included by one file of a program.
 */
#ifndef TESTS_STANDIN_H
#define TESTS_STANDIN_H

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/mem.h"

#define STANDIN_BODY 100000

static const char *dir; /* of this program's files */

struct request {
	char         method[8], path[512];
	bool         authorised; /* by the token */
	struct json *body;       /* NULL: none, or no JSON */
	int          fd;
};

/* ---- files ---- */

static inline char *
file(const char *name)
{
	static char path[1024];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static inline bool
knob(const char *name)
{
	return access(file(name), F_OK) == 0;
}

static inline bool
once(const char *name)
{
	return unlink(file(name)) == 0;
}

/* Is it the turn of a knob that counts? */
static inline bool
counted(const char *name)
{
	struct buf text = BUF_INIT;
	struct err e = { 0 };
	char number[16];
	bool due;

	if (fs_read(&text, file(name), 64, &e) < 0)
		return false;
	const int left = atoi(text.s) - 1;
	due = left == 0;
	snprintf(number, sizeof(number), "%d\n", left);
	fs_write(file(name), number, strlen(number), 0600, &e);
	buf_free(&text);
	return due;
}

/* Somebody else was faster: one file takes the place of another, where it is there. */
static inline void
put_file(const char *name, const char *instead_of)
{
	char *from = xstrdup(file(name));

	rename(from, file(instead_of));
	free(from);
}

/* NULL: it is not there, or no JSON. */
static inline struct json *
stored(const char *name)
{
	struct buf text = BUF_INIT;
	struct err e = { 0 };
	struct json *j = NULL;

	if (fs_read(&text, file(name), 1 << 20, &e) == 0)
		j = json_parse(text.s, text.len, name, &e);
	buf_free(&text);
	return j;
}

static inline void
store(const char *name, const struct json *j)
{
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	json_write(&text, j, true);
	buf_putc(&text, '\n');
	fs_write(file(name), text.s, text.len, 0600, &e);
	buf_free(&text);
}

static inline void
note(const struct request *r, bool with_body)
{
	FILE *f = fopen(file("log"), "a");
	struct buf body = BUF_INIT;

	if (r->body && with_body)
		json_write(&body, r->body, false);
	fprintf(f, "%s %s %s\n", r->method, r->path, body.s);
	fclose(f);
	buf_free(&body);
}

/* ---- HTTP ---- */

static inline void
serve(int fd, const char *token, void (*handle)(struct request *r))
{
	static char text[STANDIN_BODY + 8192];
	char allowed[256];
	struct request r = { .fd = fd };
	struct err e = { 0 };
	size_t len = 0, want = 0;
	char *end = NULL;
	ssize_t n;

	while ((!end || len < want) && len < sizeof(text) - 1 &&
	       (n = read(fd, text + len, sizeof(text) - 1 - len)) > 0) {
		len += (size_t)n;
		text[len] = '\0';
		if (!end && (end = strstr(text, "\r\n\r\n"))) {
			const char *length = strcasestr(text, "\r\ncontent-length:");
			want = (size_t)(end + 4 - text) + (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
		}
	}
	if (!end || sscanf(text, "%7s %511s", r.method, r.path) != 2)
		return;
	snprintf(allowed, sizeof(allowed), "\r\nAuthorization: Bearer %s\r\n", token);
	r.authorised = strstr(text, allowed) != NULL;
	if (want > (size_t)(end + 4 - text))
		r.body = json_parse(end + 4, want - (size_t)(end + 4 - text), "request", &e);
	handle(&r);
	json_free(r.body);
}

/* A port of loopback, 0: any, or the path of a socket; says where.  -1: it could not. */
static inline int
standin_listen(const char *where)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(at);
	const bool is_path = *where == '/';
	const int s = socket(is_path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (is_path) {
		snprintf(local.sun_path, sizeof(local.sun_path), "%s", where);
		if (bind(s, (struct sockaddr *)&local, sizeof(local)) < 0 || listen(s, 16) < 0)
			return -1;
		printf("listening on unix://%s\n", where);
	} else {
		at.sin_port = htons((uint16_t)atoi(where));
		setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
		if (bind(s, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(s, 16) < 0 ||
		    getsockname(s, (struct sockaddr *)&at, &len) < 0)
			return -1;
		printf("listening on http://127.0.0.1:%u\n", ntohs(at.sin_port));
	}
	fflush(stdout);
	return s;
}

/* Goes on until it is ended. */
static inline int
standin_run(const char *where, const char *token, void (*handle)(struct request *r))
{
	const int s = standin_listen(where);
	int fd;

	signal(SIGPIPE, SIG_IGN);
	if (s < 0)
		return 1;
	while ((fd = accept(s, NULL, NULL)) >= 0) {
		serve(fd, token, handle);
		shutdown(fd, SHUT_WR);
		close(fd);
	}
	return 0;
}

#endif
