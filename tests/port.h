/*
 * port.h - a port of one's own: bound until the program ends and never listened on, so that the kernel
 * gives it to nobody else, while a server that sets SO_REUSEADDR, as all do, can listen there.
 */
#ifndef TESTS_PORT_H
#define TESTS_PORT_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

/* Its number; `fd' is what keeps it. */
static inline unsigned
keep_port(int *fd)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY) };
	socklen_t len = sizeof(at);

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0 || setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) < 0 ||
	    bind(*fd, (struct sockaddr *)&at, sizeof(at)) < 0 || getsockname(*fd, (struct sockaddr *)&at, &len) < 0)
		abort();
	return ntohs(at.sin_port);
}

static inline unsigned
free_port(void)
{
	int fd;

	return keep_port(&fd);
}

#endif
