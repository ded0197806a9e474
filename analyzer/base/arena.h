/*
 * arena: memory that is freed all at once. One per unit (dropped once its facts are stored), one per linked program.
 * Allocation cannot fail: like GLib, the program ends with a message when the machine is out of memory.
 */
#ifndef LOOPLINT_ARENA_H
#define LOOPLINT_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_block *block; /* newest first */
};

/* `size` zeroed bytes, aligned for any type; they live until arena_finish(). */
void *arena_alloc(struct arena *arena, size_t size);

/* An array of `count` zeroed elements of `size` bytes. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy of `text` (NULL gives NULL), or of its first `length` bytes with a NUL behind them. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Frees everything; the arena is empty and usable again. Safe on a zeroed arena. */
void arena_finish(struct arena *arena);

#define arena_new(arena, type)          ((type *)arena_alloc((arena), sizeof(type)))
#define arena_new_array(arena, type, n) ((type *)arena_array((arena), (n), sizeof(type)))

#endif
