/*
 * programs: which programs of the tree a unit is linked into.
 *
 * A tree with several `main`s (a server, its client, its benchmark) shares units between them. What one program stores
 * in a shared table must not be called from a callback of another. So each `main` gets a bit, and a unit the bits of
 * the mains whose references lead to it, as a linker would follow them. Where several units define a name, one that
 * is linked already is taken, else the one with the least in it (a test's or tool's stand-in for the server's own).
 *
 * A unit that no main leads to may be loaded at run time or belong to a library: it has every bit, and so has every
 * unit of a tree without a main.
 */
#include "program/internal.h"

#include <string.h>

enum { MAX_PROGRAMS = 64 };

/* A name that a unit uses and others define. */
struct reference {
	uint32_t first_function; /* the definitions, along same_key */
};

struct linker {
	struct program *p;
	GArray **references; /* per unit: struct reference */
	uint8_t *linked;     /* per unit, for the main at hand */
	GArray *queue;       /* units */
};

static void collect_references(struct linker *l, uint32_t unit)
{
	const struct facts *facts = l->p->units[unit];

	l->references[unit] = g_array_new(FALSE, FALSE, sizeof(struct reference));
	for (uint32_t i = 1; i < facts->symbols.count; i++) {
		const struct symbol *symbol = facts_symbol(facts, i);
		const char *key = facts_string(facts, symbol->key);
		struct reference reference = { 0 };

		if (symbol->kind != SYMBOL_FUNCTION || (symbol->flags & SYMBOL_STATIC))
			continue;
		reference.first_function = GPOINTER_TO_UINT(g_hash_table_lookup(l->p->function_by_key, key));
		if (!reference.first_function || !program_function(l->p, reference.first_function)->fact)
			continue;
		g_array_append_val(l->references[unit], reference);
	}
}

static void link_unit(struct linker *l, uint32_t unit)
{
	if (l->linked[unit])
		return;
	l->linked[unit] = 1;
	g_array_append_val(l->queue, unit);
}

/* The only unit that defines it, or UINT32_MAX if several do; *done if one of them is linked already. */
static uint32_t only_definer(const struct linker *l, const struct reference *reference, bool *done)
{
	uint32_t only = UINT32_MAX;
	unsigned count = 0;

	*done = false;
	for (uint32_t i = reference->first_function; i; i = program_function(l->p, i)->same_key) {
		uint32_t unit = program_function(l->p, i)->unit - 1;

		*done |= l->linked[unit] != 0;
		only = unit;
		count++;
	}
	return count == 1 ? only : UINT32_MAX;
}

static uint32_t smallest_definer(const struct linker *l, const struct reference *reference)
{
	uint32_t best = program_function(l->p, reference->first_function)->unit - 1;

	for (uint32_t i = reference->first_function; i; i = program_function(l->p, i)->same_key) {
		uint32_t unit = program_function(l->p, i)->unit - 1;

		if (l->references[unit]->len < l->references[best]->len)
			best = unit;
	}
	return best;
}

/* Follows every reference with one definition; returns whether anything was left open. */
static bool follow_certain(struct linker *l)
{
	bool open = false;

	for (guint i = 0; i < l->queue->len; i++) {
		const GArray *references = l->references[g_array_index(l->queue, uint32_t, i)];

		for (guint k = 0; k < references->len; k++) {
			bool done;
			uint32_t unit = only_definer(l, &g_array_index(references, struct reference, k), &done);

			if (unit != UINT32_MAX)
				link_unit(l, unit);
			else
				open |= !done;
		}
	}
	return open;
}

static bool choose_one(struct linker *l)
{
	for (guint i = 0; i < l->queue->len; i++) {
		const GArray *references = l->references[g_array_index(l->queue, uint32_t, i)];

		for (guint k = 0; k < references->len; k++) {
			const struct reference *reference = &g_array_index(references, struct reference, k);
			bool done;

			if (only_definer(l, reference, &done) == UINT32_MAX && !done) {
				link_unit(l, smallest_definer(l, reference));
				return true;
			}
		}
	}
	return false;
}

static void link_main(struct linker *l, uint32_t unit, uint64_t bit)
{
	memset(l->linked, 0, l->p->unit_count);
	g_array_set_size(l->queue, 0);
	link_unit(l, unit);
	while (follow_certain(l) && choose_one(l))
		;
	for (size_t u = 0; u < l->p->unit_count; u++)
		if (l->linked[u])
			l->p->unit_programs[u] |= bit;
}

static uint64_t programs_of_function(const struct program *p, const struct program_function *f)
{
	if (!f->fact || strcmp(f->file, facts_string(f->facts, f->facts->path)) != 0)
		return UINT64_MAX; /* an inline function of a header is wherever it is used */
	return p->unit_programs[f->unit - 1];
}

void programs_find(struct program *p)
{
	struct linker l = { .p = p,
			    .references = g_new0(GArray *, p->unit_count + 1),
			    .linked = g_new0(uint8_t, p->unit_count + 1),
			    .queue = g_array_new(FALSE, FALSE, sizeof(uint32_t)) };
	unsigned mains = 0;

	p->unit_programs = arena_new_array(p->arena, uint64_t, p->unit_count + 1);
	for (uint32_t u = 0; u < p->unit_count; u++)
		collect_references(&l, u);
	for (uint32_t i = 1; i < p->functions->len; i++) {
		const struct program_function *f = program_function(p, i);

		if (f->fact && strcmp(f->name, "main") == 0) {
			link_main(&l, f->unit - 1, UINT64_C(1) << MIN(mains, MAX_PROGRAMS - 1));
			mains++;
		}
	}
	for (uint32_t u = 0; u < p->unit_count; u++) {
		if (!p->unit_programs[u])
			p->unit_programs[u] = UINT64_MAX;
		g_array_free(l.references[u], TRUE);
	}
	for (uint32_t i = 1; i < p->functions->len; i++)
		program_function(p, i)->programs = programs_of_function(p, program_function(p, i));
	g_free(l.references);
	g_free(l.linked);
	g_array_free(l.queue, TRUE);
}
