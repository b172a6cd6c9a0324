/* port.c - `port PID': prints a port of one's own, for a script, and keeps it for as long as that process lives. */
#include "port.h"

#include <poll.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	int port;
	const unsigned number = keep_port(&port);
	struct pollfd owner = { .events = POLLIN };

	if (argc != 2)
		return 2;
	owner.fd = (int)syscall(SYS_pidfd_open, atoi(argv[1]), 0);
	if (owner.fd < 0)
		return 1;
	printf("%u\n", number);
	fflush(stdout);
	if (fork() != 0)
		return 0;
	/* Whoever reads what was printed, or from a pipe of the script's, sees its end. */
	if (dup2(owner.fd, STDIN_FILENO) < 0 || dup2(port, STDOUT_FILENO) < 0)
		return 1;
	syscall(SYS_close_range, STDERR_FILENO, ~0U, 0);
	owner.fd = STDIN_FILENO;
	return poll(&owner, 1, -1) < 0;
}
