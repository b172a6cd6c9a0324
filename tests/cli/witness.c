/*
 * witness FILE PROGRAM ARGUMENT... - run a program, and write down with what every
 * process below it was started: arguments, environment and the limit of its core files.
 *
 * Each exec is a line "== NAME" and what /proc shows of it at that moment, a word
 * a line.  A process that lives for a millisecond is seen like any other, which
 * looking at /proc now and then would not do.  Ends as the program does; 77 where
 * this system lets nobody trace.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OPTIONS = PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                 PTRACE_O_TRACECLONE };

static void
write_down(FILE *out, pid_t pid, const char *name)
{
	char path[64];
	FILE *in;
	int c;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	in = fopen(path, "r");
	while (in && (c = getc(in)) != EOF)
		putc(c ? c : '\n', out);
	if (in)
		fclose(in);
	putc('\n', out);
}

static void
on_exec(FILE *out, pid_t pid)
{
	fputs("== ", out);
	write_down(out, pid, "comm");
	write_down(out, pid, "cmdline");
	write_down(out, pid, "environ");
	write_down(out, pid, "limits");
	fflush(out);
}

/* Let a stopped process go on; a signal that stopped it is its own. */
static void
go_on(pid_t pid, int status)
{
	const int event = status >> 16, sig = WSTOPSIG(status);

	if (event == PTRACE_EVENT_STOP && (sig == SIGSTOP || sig == SIGTSTP))
		ptrace(PTRACE_LISTEN, pid, NULL, NULL);
	else
		ptrace(PTRACE_CONT, pid, NULL, (void *)(long)(event ? 0 : sig));
}

/* Until the program itself ends; what it leaves behind goes on unwatched. */
static int
watch(FILE *out, pid_t program)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid > 0 && WIFSTOPPED(status)) {
			if (status >> 16 == PTRACE_EVENT_EXEC)
				on_exec(out, pid);
			go_on(pid, status);
		} else if (pid == program) {
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		}
	}
	return 1;
}

int
main(int argc, char **argv)
{
	FILE *out = argc > 2 ? fopen(argv[1], "we") : NULL;
	int gate[2], status;
	pid_t pid;
	char go;

	if (!out || pipe2(gate, O_CLOEXEC) < 0)
		return 2;
	pid = fork();
	if (pid == 0) {
		if (read(gate[0], &go, 1) == 1)
			execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || ptrace(PTRACE_SEIZE, pid, NULL, (void *)(long)OPTIONS) < 0) {
		puts("SKIP: nobody may trace here");
		return 77;
	}
	if (write(gate[1], "", 1) != 1)
		return 2;
	status = watch(out, pid);
	fclose(out);
	return status;
}
