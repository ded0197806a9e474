/* process: runs a program to its end; see process.h. */
#include "process.h"

#include <glib.h>
#include <sys/wait.h>

static int plain_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? -WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

struct outcome process_run(const char *directory, const char *const *arguments)
{
	struct outcome outcome = { .status = 127 };
	GError *error = NULL;
	int wait_status;

	if (g_spawn_sync(directory, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &outcome.output,
			 &outcome.errors, &wait_status, &error)) {
		outcome.status = plain_status(wait_status);
		return outcome;
	}
	outcome.output = g_strdup("");
	outcome.errors = g_strdup(error->message);
	g_error_free(error);
	return outcome;
}

void outcome_finish(struct outcome *outcome)
{
	g_free(outcome->output);
	g_free(outcome->errors);
	*outcome = (struct outcome){ 0 };
}
