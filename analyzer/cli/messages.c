/* messages: see messages.h. */
#include "cli/messages.h"
#include "report/printable.h"

#include <glib.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const level_words[] = {
	[DIAGNOSTIC_NOTE] = "note: ", [DIAGNOSTIC_WARNING] = "warning: ", [DIAGNOSTIC_ERROR] = ""
};

void message_print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	fputs("looplint: ", stderr);
	printable_put(stderr, text);
	fputc('\n', stderr);
	g_free(text);
}

const char *message_path(const char *path)
{
	char *directory = g_get_current_dir();
	size_t length = strlen(directory);
	bool below = strncmp(path, directory, length) == 0 && path[length] == '/' && path[length + 1];

	g_free(directory);
	return below ? path + length + 1 : path;
}

static void print_place(const struct diagnostic *diagnostic)
{
	if (!diagnostic->file) {
		fputs("looplint: ", stderr);
		return;
	}
	printable_put(stderr, message_path(diagnostic->file));
	if (diagnostic->line)
		fprintf(stderr, ":%u", diagnostic->line);
	fputs(": ", stderr);
}

void message_diagnostics(struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->count; i++) {
		print_place(&diagnostics->items[i]);
		fputs(level_words[diagnostics->items[i].level], stderr);
		printable_put(stderr, diagnostics->items[i].message);
		fputc('\n', stderr);
	}
	diagnostics_finish(diagnostics);
}
