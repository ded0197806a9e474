/* arena: bump allocation in blocks that double up to 1 MiB; see arena.h. */
#include "base/arena.h"

#include <glib.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

struct arena_block {
	struct arena_block *older;
	size_t size; /* of data */
	size_t used;
	_Alignas(max_align_t) char data[];
};

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t rounded = (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
	struct arena_block *block = arena->block;

	if (!block || block->size - block->used < rounded) {
		size_t wanted = block ? MIN(block->size * 2, (size_t)LARGEST_BLOCK) : (size_t)FIRST_BLOCK;

		wanted = MAX(wanted, rounded);
		block = g_malloc0(sizeof *block + wanted);
		block->size = wanted;
		block->older = arena->block;
		arena->block = block;
	}
	void *memory = block->data + block->used;
	block->used += rounded;
	return memory;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	g_assert(size == 0 || count <= SIZE_MAX / size);
	return arena_alloc(arena, count * size);
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, text, length);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	char *copy = arena_strdup(arena, text);
	g_free(text);
	return copy;
}

void arena_finish(struct arena *arena)
{
	while (arena->block) {
		struct arena_block *older = arena->block->older;

		g_free(arena->block);
		arena->block = older;
	}
}
