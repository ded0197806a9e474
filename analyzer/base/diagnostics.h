/*
 * diagnostics: what is wrong with the input, collected by the stages (which do not print) and printed by cli/.
 * One entry is one line: `file:line: message; remedy`.
 */
#ifndef LOOPLINT_DIAGNOSTICS_H
#define LOOPLINT_DIAGNOSTICS_H

#include <stddef.h>

enum diagnostic_level { DIAGNOSTIC_NOTE, DIAGNOSTIC_WARNING, DIAGNOSTIC_ERROR };

struct diagnostic {
	enum diagnostic_level level;
	char *file;    /* NULL: about no file */
	unsigned line; /* 0: the file as a whole */
	char *message; /* lower case, no full stop, says what to do */
};

struct diagnostics {
	struct diagnostic *items;
	size_t count, capacity;
	size_t errors; /* items with DIAGNOSTIC_ERROR */
};

/* Adds one entry; strings are copied. `file` may be NULL. */
void diagnostics_add(struct diagnostics *list, enum diagnostic_level level, const char *file, unsigned line,
		     const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Frees the entries; the list is empty and usable again. Safe on a zeroed list. */
void diagnostics_finish(struct diagnostics *list);

#endif
