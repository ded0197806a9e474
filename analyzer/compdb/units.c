/* units: order, duplicates and hashes; see units.h. */
#include "compdb/units.h"

#include <string.h>
#include <xxhash.h>

void unit_list_init(struct unit_list *list, struct arena *arena)
{
	*list = (struct unit_list){ arena, g_array_new(FALSE, TRUE, sizeof(struct ranked_unit)) };
}

void unit_list_finish(struct unit_list *list)
{
	if (list->items)
		g_array_free(list->items, TRUE);
	list->items = NULL;
}

void unit_list_add(struct unit_list *list, struct unit_command unit, enum unit_rank rank)
{
	struct ranked_unit item = { unit, rank, list->items->len };

	g_array_append_val(list->items, item);
}

static gint compare_units(gconstpointer left, gconstpointer right)
{
	const struct ranked_unit *a = left;
	const struct ranked_unit *b = right;
	int by_file = strcmp(a->unit.file, b->unit.file);

	if (by_file)
		return by_file;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

/* Hashes `text` with every mention of `scratch` taken out, and its final NUL. */
static void hash_text(XXH3_state_t *state, const char *text, const char *scratch)
{
	const char *mention;

	while (scratch && (mention = strstr(text, scratch))) {
		XXH3_64bits_update(state, text, (size_t)(mention - text));
		text = mention + strlen(scratch);
	}
	XXH3_64bits_update(state, text, strlen(text) + 1);
}

static uint64_t hash_unit(const struct unit_command *unit, const char *scratch)
{
	XXH3_state_t *state = XXH3_createState();
	char inferred = (char)unit->inferred;

	XXH3_64bits_reset(state);
	hash_text(state, unit->directory, scratch);
	for (const char **argument = unit->arguments; *argument; argument++)
		hash_text(state, *argument, scratch);
	XXH3_64bits_update(state, &inferred, 1);
	uint64_t hash = XXH3_64bits_digest(state);
	XXH3_freeState(state);
	return hash;
}

void unit_list_store(struct unit_list *list, const char *scratch, struct compdb *out)
{
	struct unit_command *units = arena_new_array(list->arena, struct unit_command, list->items->len);
	size_t count = 0;

	g_array_sort(list->items, compare_units);
	for (guint i = 0; i < list->items->len; i++) {
		const struct unit_command *unit = &g_array_index(list->items, struct ranked_unit, i).unit;

		if (count && strcmp(units[count - 1].file, unit->file) == 0)
			continue;
		units[count] = *unit;
		units[count].hash = hash_unit(unit, scratch);
		count++;
	}
	out->units = units;
	out->count = count;
}

const char **words_store(struct arena *arena, const GPtrArray *array)
{
	const char **words = arena_new_array(arena, const char *, array->len + 1);

	for (guint i = 0; i < array->len; i++)
		words[i] = array->pdata[i];
	return words;
}

bool path_is_below(const char *path, const char *top)
{
	size_t length = strlen(top);

	while (length && top[length - 1] == '/')
		length--;
	return strncmp(path, top, length) == 0 && (path[length] == '/' || path[length] == '\0');
}
