#include "sudo.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

bool
sudo_agrees(const char *const *argv)
{
	struct sigaction ours, ignore = { .sa_handler = SIG_IGN };
	int status = -1;
	pid_t pid;

	sigaction(SIGINT, &ignore, &ours); /* Ctrl-C at its question is for sudo */
	pid = fork();
	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	sigaction(SIGINT, &ours, NULL);
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
