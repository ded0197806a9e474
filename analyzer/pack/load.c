/* load: every pack of a run: those that are part of the program (compiled.h), and those that a project names. */
#include "pack/compiled.h"

#include <string.h>

static size_t count_paths(const char *const *paths)
{
	size_t count = 0;

	while (paths && paths[count])
		count++;
	return count;
}

int packs_load(struct arena *arena, const char *const *paths, struct packs *out, struct diagnostics *diagnostics)
{
	size_t own = count_paths(paths);
	int first_error = 0;

	*out = (struct packs){ .items = arena_new_array(arena, struct pack, compiled_pack_count + own) };
	memcpy(out->items, compiled_packs, compiled_pack_count * sizeof(struct pack));
	out->count = compiled_pack_count;
	for (size_t i = 0; i < own; i++) {
		int error = pack_read(arena, paths[i], &out->items[out->count], diagnostics);

		out->count += error == 0;
		first_error = first_error ? first_error : error;
	}
	return first_error;
}

void packs_append(struct arena *arena, struct packs *packs, const struct pack *pack)
{
	struct pack *items = arena_new_array(arena, struct pack, packs->count + 1);

	for (size_t i = 0; i < packs->count; i++)
		items[i] = packs->items[i];
	items[packs->count] = *pack;
	*packs = (struct packs){ items, packs->count + 1 };
}
