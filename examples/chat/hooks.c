/* hooks: programs of the administrator that run when something happens. */
#include "chat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Mistake: system() returns when the shell has ended. hook_spawn() is how it should be done. */
void hook_run(const char *command, const char *name)
{
	setenv("CHAT_NAME", name, 1);
	if (system(command) == -1)
		perror("chat: join hook");
}

/* In the child, after fork(): it may take its time. */
static void run_in_child(const char *command)
{
	int nothing = open("/dev/null", O_RDWR);

	dup2(nothing, STDIN_FILENO);
	sleep(1); /* let the burst that asked for a backup pass */
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

int hook_spawn(const char *command)
{
	if (!command[0])
		return -ENOENT;
	pid_t child = fork();
	if (child == 0)
		run_in_child(command);
	return child > 0 ? 0 : -errno;
}

void hook_reap(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}
