/* loopback.h - a port of this machine that nobody has, and what is answered on one. */
#ifndef TESTS_LOOPBACK_H
#define TESTS_LOOPBACK_H

#include "../port.h"
#include "tree.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

static inline struct sockaddr_in
loopback_at(const char *address, unsigned port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	assert_int_equal(inet_pton(AF_INET, address, &at.sin_addr), 1);
	return at;
}

/* A descriptor; -1: nobody listens.  `from' NULL: from any address. */
static inline int
loopback_connect(const char *from, const char *to, unsigned port)
{
	const struct sockaddr_in there = loopback_at(to, port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (from) {
		const struct sockaddr_in here = loopback_at(from, 0);

		assert_int_equal(bind(fd, (const struct sockaddr *)&here, sizeof(here)), 0);
	}
	if (connect(fd, (const struct sockaddr *)&there, sizeof(there)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* What is NULL has its usual value. */
struct request {
	unsigned    port;
	const char *from, *to; /* addresses; 127.0.0.1 */
	const char *host;      /* chat.example.org */
	const char *path;      /* "/" */
	const char *headers;   /* more of them, each with its \r\n */
};

/* The whole answer to a GET; false: there is none. */
static inline bool
ask(const struct request *q, char *answer, size_t size)
{
	int fd = loopback_connect(q->from, q->to ? q->to : "127.0.0.1", q->port);
	size_t n = 0;
	ssize_t got;

	answer[0] = '\0';
	if (fd < 0)
		return false;
	dprintf(fd, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n", q->path ? q->path : "/",
	        q->host ? q->host : "chat.example.org", q->headers ? q->headers : "");
	while (n + 1 < size && (got = read(fd, answer + n, size - n - 1)) > 0)
		n += (size_t)got;
	answer[n] = '\0';
	close(fd);
	return n > 0;
}

/* What stands behind its head. */
static inline const char *
body_of(const char *answer)
{
	const char *body = strstr(answer, "\r\n\r\n");

	return body ? body + 4 : answer;
}

/* Its status; 0: there is none. */
static inline int
status_of(unsigned port, const char *host)
{
	char answer[512];
	int status = 0;

	if (ask(&(struct request){ .port = port, .host = host }, answer, sizeof(answer)))
		sscanf(answer, "HTTP/1.%*d %d", &status);
	return status;
}

/* Until that is its status, for ten seconds at most. */
static inline bool
status_becomes(unsigned port, const char *host, int status)
{
	for (int i = 0; i < 1000; i++) {
		if (status_of(port, host) == status)
			return true;
		poll(NULL, 0, 10);
	}
	return false;
}

/* An answer of one that is just starting, within ten seconds. */
static inline bool
ask_patiently(const struct request *q, char *answer, size_t size)
{
	for (int i = 0; i < 1000; i++) {
		if (ask(q, answer, size))
			return true;
		poll(NULL, 0, 10);
	}
	return false;
}

#endif
