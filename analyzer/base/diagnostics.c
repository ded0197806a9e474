/* diagnostics: a growing list of problems with the input; see diagnostics.h. */
#include "base/diagnostics.h"

#include <glib.h>
#include <stdarg.h>

void diagnostics_add(struct diagnostics *list, enum diagnostic_level level, const char *file, unsigned line,
		     const char *format, ...)
{
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 8;
		list->items = g_renew(struct diagnostic, list->items, list->capacity);
	}
	va_list arguments;
	va_start(arguments, format);
	list->items[list->count++] = (struct diagnostic){
		.level = level,
		.file = g_strdup(file),
		.line = line,
		.message = g_strdup_vprintf(format, arguments),
	};
	va_end(arguments);
	if (level == DIAGNOSTIC_ERROR)
		list->errors++;
}

void diagnostics_finish(struct diagnostics *list)
{
	for (size_t i = 0; i < list->count; i++) {
		g_free(list->items[i].file);
		g_free(list->items[i].message);
	}
	g_free(list->items);
	*list = (struct diagnostics){ 0 };
}
