/*
 * ways: backwards from the path of a witness, by calls that lead to an instance on it.
 *
 *      on_config -> read_config -> [next_token -> read]        the witness
 *      on_zone   -> load_text   ---^                            another way
 *
 * Only the first path to each instance was kept. So for each call that might lead to an instance, from each instance on
 * the loop that makes it, the engine is asked once more what that call leads to (following_leads): guards, constants and
 * callbacks that are handed down decide as they did. The search ends after so many ways, and so many questions.
 */
#include "program/ways.h"
#include "program/following.h"
#include "program/contexts.h"

#include <string.h>

enum {
	MAX_ALIKE = 2,        /* ways that join the path of the witness by the same call */
	MAX_ASKED = 1000,     /* questions for one finding */
	MAX_ASKED_ALL = 30000 /* ... for all of them */
};

struct ways {
	struct program *p;
	uint32_t *first;  /* per function, and one more: its instances on the loop */
	uint32_t *items;  /* the first of equal ones */
	uint8_t *is_root; /* per instance, the first of equal ones */
	unsigned asked;   /* questions, of all findings */
};

/* An instance that leads to the path of the witness. */
struct visit {
	uint32_t instance;
	uint32_t call;  /* that it makes */
	guint next;     /* the visit that this leads to; 0: it is on the path itself */
	unsigned joins; /* how far up the path of the witness the way joins it */
	uint32_t entry; /* the call by which it does */
};

struct walk {
	struct ways *ways;
	uint64_t programs;  /* of the finding */
	GArray *visits;     /* struct visit; element 0 is unused */
	GHashTable *seen;   /* instances */
	GHashTable *kept;   /* entry -> how many ways come by it */
	GHashTable *height; /* instances of the path of the witness -> how far up, from 1 */
	unsigned asked, count;
	struct other_way *out;
};

static bool is_followed(const struct instance *in)
{
	return in->context == CONTEXT_LOOP && in->confidence != LEVEL_LOW;
}

static void index_instances(struct ways *w)
{
	struct program *p = w->p;
	uint8_t *known = g_new0(uint8_t, p->instances->len);

	for (uint32_t i = 1; i < p->instances->len; i++) {
		const struct instance *in = program_instance(p, i);

		if (!is_followed(in))
			continue;
		w->is_root[in->index] |= !in->parent;
		w->first[in->function + 2] += !known[in->index];
		known[in->index] = 1;
	}
	for (uint32_t f = 2; f < p->functions->len + 2; f++)
		w->first[f] += w->first[f - 1];
	for (uint32_t i = 1; i < p->instances->len; i++)
		if (known[i])
			w->items[w->first[program_instance(p, i)->function + 1]++] = i;
	g_free(known);
}

struct ways *ways_new(struct program *p)
{
	struct ways *w = g_new(struct ways, 1);

	*w = (struct ways){
		.p = p,
		.first = g_new0(uint32_t, p->functions->len + 2),
		.items = g_new0(uint32_t, p->instances->len + 1),
		.is_root = g_new0(uint8_t, p->instances->len + 1),
	};
	callers_index(p);
	index_instances(w);
	return w;
}

void ways_free(struct ways *w)
{
	if (!w)
		return;
	g_free(w->first);
	g_free(w->items);
	g_free(w->is_root);
	g_free(w);
}

/* --- one finding --- */

static unsigned height_of(const struct walk *w, uint32_t instance)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(w->height, GUINT_TO_POINTER(instance)));
}

static bool is_done(const struct walk *w)
{
	return w->count == WAYS_MAX || w->asked >= MAX_ASKED || w->ways->asked >= MAX_ASKED_ALL;
}

static bool leads(struct walk *w, uint32_t from, uint32_t call, uint32_t to)
{
	w->asked++;
	w->ways->asked++;
	return following_leads(w->ways->p, from, call, to);
}

/* Whether another call of the same function leads there, and is kept. */
static bool is_kept(const struct walk *w, struct visit begin)
{
	uint32_t to = g_array_index(w->visits, struct visit, begin.next).instance;

	for (unsigned i = 0; i < w->count; i++)
		if (w->out[i].steps[0].instance == begin.instance && w->out[i].steps[0].to == to)
			return true;
	return false;
}

/* The way that begins with a visit, or what is like one. */
static void keep_way(struct walk *w, struct visit begin)
{
	gpointer entry = GUINT_TO_POINTER(begin.entry);
	unsigned kept = GPOINTER_TO_UINT(g_hash_table_lookup(w->kept, entry));
	struct other_way *way = &w->out[w->count];
	uint32_t instance = begin.instance, call = begin.call;

	if (kept == MAX_ALIKE || is_kept(w, begin))
		return;
	g_hash_table_insert(w->kept, entry, GUINT_TO_POINTER(kept + 1));
	way->count = 0;
	for (guint at = begin.next; at; at = g_array_index(w->visits, struct visit, at).next) {
		const struct visit *visit = &g_array_index(w->visits, struct visit, at);

		if (way->count == WAY_STEPS_MAX)
			return;
		way->steps[way->count++] = (struct way_step){ instance, call, visit->instance };
		instance = visit->instance;
		call = visit->call;
	}
	w->count += way->count > 0;
}

/* `instance` makes `call`, which may lead to a visited one. */
static void consider(struct walk *w, uint32_t instance, uint32_t call, guint at)
{
	const struct program *p = w->ways->p;
	struct visit to = g_array_index(w->visits, struct visit, at);
	unsigned height = height_of(w, instance);
	uint64_t programs = w->programs & program_instance(p, instance)->sure & ~TEST_PROGRAMS;

	if (!programs || (height && (height <= to.joins || !to.next)) ||
	    (!height && g_hash_table_contains(w->seen, GUINT_TO_POINTER(instance))) ||
	    !leads(w, instance, call, to.instance))
		return;
	struct visit visit = { instance, call, at, to.joins, to.next ? to.entry : call };
	if (height) {
		keep_way(w, visit); /* it has left the path of the witness, and comes back */
		return;
	}
	g_hash_table_add(w->seen, GUINT_TO_POINTER(instance));
	g_array_append_val(w->visits, visit);
	if (w->ways->is_root[instance])
		keep_way(w, visit);
}

static void consider_call(struct walk *w, uint32_t call, guint at)
{
	const struct call *site = program_call(w->ways->p, call);
	uint32_t caller = site->caller;

	if (site->dying || site->once || site->alternative)
		return;
	for (uint32_t i = w->ways->first[caller]; i < w->ways->first[caller + 1] && !is_done(w); i++)
		consider(w, w->ways->items[i], call, at);
}

static void consider_pointers(struct walk *w, uint32_t function, guint at)
{
	struct program *p = w->ways->p;

	for (uint32_t t = program_function(p, function)->first_target; t; t = program_target(p, t)->same_function) {
		const struct slot *slot = program_slot(p, program_target(p, t)->slot);

		for (uint32_t k = slot->first_port; k; k = program_item(p, ports, struct port, k)->next) {
			const struct port *port = program_item(p, ports, struct port, k);

			for (uint32_t c = pointers_fit(p, function, port->arguments) ? port->first_call : 0;
			     c && !is_done(w); c = program_item(p, port_calls, struct port_call, c)->next)
				consider_call(w, program_item(p, port_calls, struct port_call, c)->call, at);
		}
	}
}

static void visit_callers(struct walk *w, guint at)
{
	struct program *p = w->ways->p;
	uint32_t function = program_instance(p, g_array_index(w->visits, struct visit, at).instance)->function;

	for (uint32_t c = p->calls_of[function]; c && !is_done(w); c = p->next_call_of[c])
		consider_call(w, c, at);
	consider_pointers(w, function, at);
}

/* The path of the witness, the end of it first. */
static void visit_path(struct walk *w, uint32_t instance)
{
	const struct program *p = w->ways->p;
	unsigned height = 0;

	for (uint32_t i = instance; i; i = program_instance(p, i)->parent) {
		struct visit visit = { .instance = program_instance(p, i)->index, .joins = ++height };

		g_hash_table_insert(w->height, GUINT_TO_POINTER(visit.instance), GUINT_TO_POINTER(height));
		g_array_append_val(w->visits, visit);
	}
}

unsigned ways_find(struct ways *ways, uint32_t instance, struct other_way out[WAYS_MAX])
{
	struct visit none = { 0 };
	struct walk w = {
		.ways = ways,
		.programs = program_instance(ways->p, instance)->programs,
		.visits = g_array_new(FALSE, FALSE, sizeof(struct visit)),
		.seen = g_hash_table_new(NULL, NULL),
		.height = g_hash_table_new(NULL, NULL),
		.kept = g_hash_table_new(NULL, NULL),
		.out = out,
	};

	g_array_append_val(w.visits, none);
	visit_path(&w, instance);
	for (guint at = 1; at < w.visits->len && !is_done(&w); at++)
		visit_callers(&w, at);
	g_array_free(w.visits, TRUE);
	g_hash_table_destroy(w.seen);
	g_hash_table_destroy(w.height);
	g_hash_table_destroy(w.kept);
	return w.count;
}
