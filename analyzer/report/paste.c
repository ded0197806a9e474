/*
 * paste: a witness as it goes into a commit message or a mail: plain text, at most 72 columns, root first.
 *
 *     src/server.c:203: 'uv_read_start' makes the loop call 'on_read'
 *     src/net.c:12: 'on_read' calls 'resolve'
 *
 * A line that is too long goes on below, four columns in; only a single word may be longer than a line.
 */
#include "report/printable.h"
#include "report/report.h"

#include <glib.h>
#include <string.h>

enum { WIDTH = 72, HANGING = 4 };

/* A word with its apostrophes and brackets, never broken. */
static void put_word(FILE *out, const char *word, size_t length)
{
	char *copy = g_strndup(word, length);

	printable_put(out, copy);
	g_free(copy);
}

void report_wrapped(FILE *out, unsigned indent, const char *text)
{
	size_t column = indent;

	fprintf(out, "%*s", (int)indent, "");
	for (bool first = true; *text; first = false) {
		size_t length = strcspn(text, " ");

		if (!first && column + 1 + length > WIDTH) {
			fprintf(out, "\n%*s", (int)(indent + HANGING), "");
			column = indent + HANGING;
		} else if (!first) {
			fputc(' ', out);
			column++;
		}
		put_word(out, text, length);
		column += length;
		text += length + strspn(text + length, " ");
	}
	fputc('\n', out);
}

void report_paste(FILE *out, unsigned indent, const struct step *witness, size_t steps)
{
	for (size_t i = 0; i < steps; i++) {
		char *line = g_strdup_printf("%s:%u: %s", witness[i].file, witness[i].line, witness[i].text);

		report_wrapped(out, indent, line);
		g_free(line);
	}
}
