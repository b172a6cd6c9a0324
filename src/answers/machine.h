/*
 * machine.h - what is on this machine, read without asking anybody: listeners, addresses, rights.
 *
 * From /proc and getifaddrs(3); nothing is connected to.
 */
#ifndef ANSWERS_MACHINE_H
#define ANSWERS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/mem.h"

struct listener {
	char     address[64]; /* "127.0.0.1", "::", "0.0.0.0" */
	unsigned port;
	bool     ipv6;
	bool     loopback;
	pid_t    pid;         /* 0: not ours to see without root */
	char     program[32]; /* its name from /proc/PID/comm, or "" */
};

struct machine {
	struct arena     arena;
	struct listener *listeners;
	size_t           n_listeners;
	char           **addresses;   /* of this server, without loopback; ends with NULL */
	char            *hostname;    /* its whole name where /etc/hosts has that; "": not known */
	bool             root;
	bool             sudo;        /* a sudo program is there */
	bool             systemd;     /* systemctl is there and it is the init */
	long long        asked_ms;    /* how long engines of containers were waited for already: see proxy_detect() */
};

void machine_read(struct machine *m, const char *root);
/* In front of a command that needs root, as this person types it later: "sudo ", or "". */
const char *machine_as_root(const struct machine *m);
void machine_free(struct machine *m);
bool machine_has_address(const struct machine *m, const char *address); /* loopback included */

/* The running processes whose executable's name is `program'; calls fn with pid and parent. */
typedef void machine_process_fn(void *ctx, pid_t pid, pid_t parent, const char *const *argv);
void machine_processes(const char *program, machine_process_fn *fn, void *ctx);
/* When the newest of a process and its children that run the same program began; 0: that cannot be seen. */
time_t machine_newest(const char *program, pid_t pid);

#endif
