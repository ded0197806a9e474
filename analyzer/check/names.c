/*
 * names: the functions that a person means by "name" or "file:name".
 *
 * A file may be given by its end, whole parts of its path: "net.c:on_read" and "src/net.c:on_read". A function that is
 * only called, not defined here, has no file. Several definitions under one name (statics of different files) are several.
 */
#include "check/internal.h"

#include <string.h>

static bool ends_with_path(const char *path, const char *end, size_t length)
{
	size_t all = strlen(path);

	return all >= length && strncmp(path + all - length, end, length) == 0 &&
	       (all == length || path[all - length - 1] == '/');
}

static bool is_meant(const struct program_function *f, const char *text, const char *name)
{
	if (strcmp(f->name, name) != 0)
		return false;
	if (f->fact && facts_symbol(f->facts, f->fact->symbol)->kind != SYMBOL_FUNCTION)
		return false;
	return name == text || (f->fact && ends_with_path(f->file, text, (size_t)(name - text) - 1));
}

static size_t all_named(struct arena *arena, const struct program *p, const char *text, uint32_t **out)
{
	const char *colon = strrchr(text, ':'), *name = colon && colon[1] && colon[1] != ':' ? colon + 1 : text;
	GArray *defined = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	uint32_t declared = 0;

	if (colon && colon > text && colon[-1] == ':')
		name = text; /* a C++ name */
	for (uint32_t i = 1; i < p->functions->len; i++) {
		const struct program_function *f = program_function(p, i);

		if (!is_meant(f, text, name))
			continue;
		if (f->fact)
			g_array_append_val(defined, i);
		else
			declared = i;
	}
	if (!defined->len && declared)
		g_array_append_val(defined, declared);
	size_t count = defined->len;
	*out = arena_new_array(arena, uint32_t, count);
	if (count)
		memcpy(*out, defined->data, count * sizeof(uint32_t));
	g_array_free(defined, TRUE);
	return count;
}

enum named check_name(struct arena *arena, const struct program *p, const char *text, uint32_t *function,
		      const char **candidates)
{
	uint32_t *found;
	size_t count = all_named(arena, p, text, &found);
	GString *list = g_string_new(NULL);

	for (size_t i = 0; i < count; i++)
		g_string_append_printf(list, "%s%s:%s", i ? ", " : "", program_function(p, found[i])->file,
				       program_function(p, found[i])->name);
	*candidates = arena_strdup(arena, list->str);
	g_string_free(list, TRUE);
	*function = count ? found[0] : 0;
	return count == 0 ? NAMED_NONE : count == 1 ? NAMED_ONE : NAMED_SEVERAL;
}
