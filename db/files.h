/*
 * files: what the files that units depend on hold now, as rows of facts.db.
 *
 * A row remembers that a file of this age and size had this content. A file is stat'ed once per store; only if age or
 * size differ from the row is it read. Rows that changed are written back by files_save().
 */
#ifndef LOOPLINT_FILES_H
#define LOOPLINT_FILES_H

#include "db/database.h"
#include "facts/facts.h"

struct files {
	struct database *db;
	GArray *rows;      /* struct file_row, by id; ids are small and dense */
	GHashTable *index; /* path -> id; NULL: not loaded yet */
	bool dirty;        /* some row is not as in the database */
};

void files_init(struct files *files, struct database *db);
void files_finish(struct files *files);

/* Forgets all rows, which are then read again: after a rollback, which may have taken ids back. */
void files_forget(struct files *files);

/* Whether file `id` exists and its content has this hash. False for an id that is not known. */
bool files_match(struct files *files, uint32_t id, uint64_t hash);

/* One more than the largest known id. */
uint32_t files_count(const struct files *files);

/* The path of a known id; NULL if there is none. Valid until files_forget(). */
const char *files_path(struct files *files, uint32_t id);

/* The id of a dependency, whose row is made or brought up to date within the caller's transaction. SQLITE_OK or rc. */
int files_put(struct files *files, const struct facts *facts, const struct dependency *dependency, uint32_t *id);

/* Writes back what files_match() learned, within the caller's transaction. SQLITE_OK or rc. */
int files_save(struct files *files);

#endif
