/* messages: lines on stderr. Paths below the working directory are shown relative to it. */
#ifndef LOOPLINT_CLI_MESSAGES_H
#define LOOPLINT_CLI_MESSAGES_H

#include "base/diagnostics.h"

/* One line, `looplint: ...`; what the text was made of may hold anything. */
void message_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints each entry, `file:line: message` (`looplint: message` if it names no file), and empties the list. */
void message_diagnostics(struct diagnostics *diagnostics);

/* `path` without the working directory in front, or `path` itself: points into it. */
const char *message_path(const char *path);

#endif
