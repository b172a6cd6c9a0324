/*
 * relay.c - a port of one address, reachable at another address of this machine too.
 *
 *	relay ADDRESS PORT
 *	docker-proxy -proto tcp -host-ip A -host-port P -container-ip B -container-port Q
 *
 * The first leads from ADDRESS and any port to PORT of 127.0.0.1, the second is called as Docker
 * calls the program of that name.  Says "listening on http://ADDRESS:PORT".  A process a connection.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int
pass_on(int from, int to)
{
	char part[16384];
	ssize_t n = read(from, part, sizeof(part));

	for (ssize_t at = 0; at < n;) {
		ssize_t put = write(to, part + at, (size_t)(n - at));
		if (put < 0)
			return -1;
		at += put;
	}
	if (n == 0)
		shutdown(to, SHUT_WR);
	return n > 0 ? 0 : -1;
}

static void
relay(int here, const struct sockaddr_in *at)
{
	int there = socket(AF_INET, SOCK_STREAM, 0);
	struct pollfd fds[2] = { { .fd = here, .events = POLLIN }, { .fd = there, .events = POLLIN } };

	if (connect(there, (const struct sockaddr *)at, sizeof(*at)) < 0)
		return;
	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, 120000) <= 0)
			return;
		if (fds[0].revents && pass_on(here, there) < 0)
			fds[0].fd = -1;
		if (fds[1].revents && pass_on(there, here) < 0)
			return;
		fds[0].revents = fds[1].revents = 0;
	}
}

int
main(int argc, char **argv)
{
	const bool docker = argc == 11;
	const char *address = docker ? argv[4] : argc > 1 ? argv[1] : "";
	struct sockaddr_in at = { .sin_family = AF_INET }, to = at;
	socklen_t len = sizeof(at);
	int s = socket(AF_INET, SOCK_STREAM, 0), fd;

	if (argc < 3 || inet_pton(AF_INET, address, &at.sin_addr) != 1 ||
	    inet_pton(AF_INET, docker ? argv[8] : "127.0.0.1", &to.sin_addr) != 1)
		return 2;
	at.sin_port = htons((unsigned short)(docker ? atoi(argv[6]) : 0));
	to.sin_port = htons((unsigned short)atoi(docker ? argv[10] : argv[2]));
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (bind(s, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(s, 64) < 0 ||
	    getsockname(s, (struct sockaddr *)&at, &len) < 0)
		return 1;
	printf("listening on http://%s:%u\n", address, ntohs(at.sin_port));
	fflush(stdout);
	while ((fd = accept(s, NULL, NULL)) >= 0) {
		if (fork() == 0) {
			relay(fd, &to);
			_exit(0);
		}
		close(fd);
	}
	return 0;
}
