/* output: see output.h. */
#include "cli/output.h"
#include "cli/messages.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool cannot_write(const char *path, int error)
{
	message_print("cannot write %s: %s", path ? path : "the output", g_strerror(error));
	return false;
}

/* mkstemp is stricter than what the user's umask asks for. */
static void allow_what_umask_allows(int descriptor)
{
	mode_t mask = umask(0);

	umask(mask);
	if (fchmod(descriptor, 0666 & ~mask) != 0)
		return; /* a file system without modes */
}

static int open_temporary(struct output *output)
{
	output->temporary = g_strconcat(output->path, ".XXXXXX", NULL);
	int descriptor = g_mkstemp_full(output->temporary, O_WRONLY | O_CLOEXEC, 0600);
	if (descriptor >= 0)
		allow_what_umask_allows(descriptor);
	return descriptor;
}

static bool is_special(const char *path)
{
	return g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static void forget(struct output *output)
{
	g_free(output->path);
	g_free(output->temporary);
	*output = (struct output){ 0 };
}

bool output_open(struct output *output, const char *path)
{
	*output = (struct output){ .stream = stdout };
	if (!path || strcmp(path, "-") == 0)
		return true;
	output->path = g_strdup(path);
	int descriptor = is_special(path) ? g_open(path, O_WRONLY | O_CLOEXEC, 0) : open_temporary(output);
	if (descriptor < 0) {
		cannot_write(path, errno);
		forget(output);
		return false;
	}
	output->stream = fdopen(descriptor, "w");
	g_assert(output->stream);
	return true;
}

/* 0, or the errno of the first write that failed. */
static int flush(struct output *output)
{
	errno = 0;
	if (fflush(output->stream) == 0 && !ferror(output->stream))
		return 0;
	return errno ? errno : EIO;
}

static int close_file(struct output *output)
{
	int error = flush(output);

	if (fclose(output->stream) != 0 && !error)
		error = errno;
	if (!output->temporary)
		return error;
	if (!error && g_rename(output->temporary, output->path) != 0)
		error = errno;
	if (error)
		g_unlink(output->temporary);
	return error;
}

bool output_close(struct output *output)
{
	int error = output->path ? close_file(output) : flush(output);
	bool ok = error == 0 || (error == EPIPE && !output->path) || cannot_write(output->path, error);

	forget(output);
	return ok;
}

bool output_coloured(const char *when, FILE *stream)
{
	const char *no_colour = g_getenv("NO_COLOR"), *terminal = g_getenv("TERM");

	if (strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	return isatty(fileno(stream)) && !(no_colour && *no_colour) && !(terminal && strcmp(terminal, "dumb") == 0);
}
