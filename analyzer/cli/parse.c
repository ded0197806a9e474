/*
 * parse: see parse.h. Facts arrive one by one as workers finish; the cache is written in batches, so that an
 * interrupted run keeps most of what it did.
 */
#include "cli/parse.h"
#include "cli/progress.h"
#include "extract/extract.h"

#include <glib.h>
#include <string.h>

enum { BATCH = 64 /* units per transaction */ };

struct parsing {
	struct arena *arena;
	const struct parse_request *request;
	const char *front_end;
	const struct facts **facts;   /* by unit */
	struct unit_command *missing; /* those to be parsed */
	size_t *places;               /* of the missing ones among the units */
	size_t missing_count, done;
	struct store *cache; /* NULL: none, or it failed */
	struct diagnostics cache_problems;
	struct progress progress;
};

static bool is_there_room(const struct parse_request *request)
{
	if (!request->room)
		return true;
	if (*request->room == 0)
		return false;
	--*request->room;
	return true;
}

/* Takes what the cache has and lists the rest. */
static void look_up(struct parsing *p)
{
	const struct compdb *compdb = p->request->compdb;

	p->missing = arena_new_array(p->arena, struct unit_command, compdb->count);
	p->places = arena_new_array(p->arena, size_t, compdb->count);
	for (size_t i = 0; i < compdb->count; i++) {
		const struct unit_command *unit = &compdb->units[i];

		if (p->cache)
			p->facts[i] = store_get_facts(p->cache, p->arena, p->request->root, p->front_end, unit);
		if (p->facts[i] || !is_there_room(p->request))
			continue;
		p->missing[p->missing_count] = *unit;
		p->places[p->missing_count++] = i;
	}
}

/* After a failure the run goes on without a cache: the first problem is enough to know. */
static void cache_failed(struct parsing *p, int error)
{
	if (error)
		p->cache = NULL;
}

static void put_in_cache(struct parsing *p, const struct unit_command *unit, const struct facts *facts)
{
	bool whole = facts->status == UNIT_OK || facts->status == UNIT_DEGRADED;

	if (p->cache && whole)
		cache_failed(
			p, store_put_facts(p->cache, p->request->root, p->front_end, unit, facts, &p->cache_problems));
	if (p->cache && p->done % BATCH == 0)
		cache_failed(p, store_end_facts(p->cache, &p->cache_problems));
	if (p->cache && p->done % BATCH == 0)
		cache_failed(p, store_begin_facts(p->cache, &p->cache_problems));
}

static bool keep_facts(const struct unit_command *unit, const struct facts *facts, void *data)
{
	struct parsing *p = data;
	char *copy = arena_alloc(p->arena, facts->size);

	memcpy(copy, facts, facts->size);
	p->facts[p->places[unit - p->missing]] = (const struct facts *)copy;
	p->done++;
	put_in_cache(p, unit, facts);
	progress_show(&p->progress, p->done, p->missing_count);
	return true;
}

static int parse_missing(struct parsing *p)
{
	struct extract_options options = {
		.root = p->request->root,
		.jobs = (unsigned)p->request->input->jobs,
		.timeout_seconds = (unsigned)p->request->input->timeout,
	};

	if (p->missing_count == 0)
		return 0;
	if (p->cache)
		cache_failed(p, store_begin_facts(p->cache, &p->cache_problems));
	progress_init(&p->progress);
	int error = extract_units(p->missing, p->missing_count, &options, keep_facts, p);
	progress_finish(&p->progress);
	if (p->cache)
		cache_failed(p, store_end_facts(p->cache, &p->cache_problems));
	return error;
}

/* What the cache said counts as warnings: facts are only slower to get without it. */
static void pass_on_warnings(struct diagnostics *from, struct diagnostics *to)
{
	for (size_t i = 0; i < from->count; i++)
		diagnostics_add(to, DIAGNOSTIC_WARNING, from->items[i].file, from->items[i].line, "%s",
				from->items[i].message);
	diagnostics_finish(from);
}

int parse_units(struct arena *arena, const struct parse_request *request, const struct facts ***out,
		struct diagnostics *diagnostics)
{
	struct parsing p = {
		.arena = arena,
		.request = request,
		.front_end = extract_front_end(),
		.facts = arena_new_array(arena, const struct facts *, request->compdb->count + 1),
		.cache = request->store,
	};

	look_up(&p);
	int error = parse_missing(&p);
	pass_on_warnings(&p.cache_problems, diagnostics);
	if (error)
		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, NULL, 0, "cannot start a parser: %s",
				g_strerror(-error));
	else
		*out = p.facts;
	return error;
}
