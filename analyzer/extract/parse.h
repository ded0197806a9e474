/*
 * parse: one unit through libclang, in this thread. What worker.c isolates.
 */
#ifndef LOOPLINT_PARSE_H
#define LOOPLINT_PARSE_H

#include "extract/extract.h"
#include "extract/shared.h"
#include "extract/visit.h"

/* Content hashes of files already read by this process: headers are shared by many units. */
struct hashes;

struct hashes *hashes_new(void);
void hashes_free(struct hashes *hashes);

/* Adds every file the unit was read from to its facts; `set` (or NULL): of shared headers, also those. */
void add_dependencies(struct hashes *hashes, CXTranslationUnit unit, const struct shared_headers *set,
		      struct facts_builder *facts);

/* Headers that are read already, and how often in a row they were of no use to this process. */
struct shared_use {
	const struct shared_headers *set;
	unsigned *misses;
};

/*
 * Parses `unit`; `root` is absolute with symbolic links resolved. `use.set`: headers to take from, NULL: none. The block is
 * freed with free(). Never NULL.
 */
struct facts *parse_unit(const struct unit_command *unit, const char *root, struct hashes *hashes,
			 struct shared_use use, size_t *size);

/*
 * Writes the precompiled header of `set`. The facts name the files it was read from; UNIT_FAILED if it has errors, cannot
 * be read twice in a row or cannot be written.
 */
struct facts *build_shared(const struct shared_headers *set, const char *root, struct hashes *hashes, size_t *size);

/* The facts of a unit that could not be read: a status and why. */
struct facts *failed_unit(const struct unit_command *unit, const char *root, enum unit_status status,
			  const char *message, size_t *size);

/*
 * Calls `run(data)` on a stack of 1 GiB that is only reserved (clang and the walk recurse as deep as the source nests)
 * and waits for it. False if no thread could be made.
 */
bool on_big_stack(void (*run)(void *data), void *data);

/* Calls in the main file's text that its tree does not show: an estimate, made only for units with errors. lost.c */
uint32_t count_lost_calls(struct visit *v);

#endif
