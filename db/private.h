/* private: what struct store is made of; for the files of db/ and their tests. */
#ifndef LOOPLINT_STORE_PRIVATE_H
#define LOOPLINT_STORE_PRIVATE_H

#include "db/database.h"
#include "db/files.h"
#include "db/search.h"
#include "db/store.h"

/* The facts cache. */
struct cache {
	struct files files;
	struct search search;
	GArray *stale_days; /* int64_t: ids of units whose day of use is to be written */
	int failed;         /* why nothing more is written: the first STORE_E_* or -errno; 0: all is well */
	bool damaged;       /* facts.db is to be made anew when the store is closed */
};

struct store {
	struct database facts, findings;
	struct cache cache;
	struct arena strings; /* what store_put_run() hands out; lives as long as the store */
};

extern const struct database_kind facts_kind, findings_kind;

void cache_init(struct cache *cache, struct database *db);
void cache_finish(struct cache *cache);

/* Writes what reads learned and drops units that nobody used for a month. Quiet: losing it costs time only. */
void cache_save(struct store *store);

/* Whether one database is sound: a note if so, else an error per problem; the error is the worst. Reads only. */
int database_check(const struct database_kind *kind, const char *directory, struct diagnostics *diagnostics);

#endif
