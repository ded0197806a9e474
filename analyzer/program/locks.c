/*
 * locks: a worker that blocks while it holds a lock that the loop takes too.
 *
 *      worker                          loop
 *      pthread_mutex_lock(&cache.lock);
 *      fsync(fd);   ---------------->  pthread_mutex_lock(&cache.lock);   waits as long as fsync does
 *      pthread_mutex_unlock(&cache.lock);
 *
 * A lock is known by the global or by the struct and field that it lies in: two objects of one struct are not told
 * apart, and such findings are of medium confidence. A lock held at a call goes along into the called function.
 */
#include "program/locks.h"
#include "program/contexts.h"

enum { LONG_US = 5000 }; /* below, nobody notices that the lock was held */

/* Where the loop takes a lock: for itself, and for reading. */
struct loop_take {
	uint32_t instance, call;               /* 0: not */
	uint32_t shared_instance, shared_call; /* 0: not */
};

/* --- where the loop takes them --- */

static void note_loop_take(struct locks *l, uint32_t instance, uint32_t call_index, const struct effect *takes)
{
	struct program *p = l->p;
	const struct call call = *program_call(p, call_index);
	uint32_t slot = lock_resolved(p, instance, lock_of_argument(p, &call, takes->lock));

	if (!slot || call.dying || value_guards(p, program_instance(p, instance), &call) == TRUTH_FALSE)
		return;
	struct loop_take *taken = g_hash_table_lookup(l->loop_takes, GUINT_TO_POINTER(slot));
	if (!taken) {
		taken = arena_new(p->arena, struct loop_take);
		g_hash_table_insert(l->loop_takes, GUINT_TO_POINTER(slot), taken);
	}
	if (takes->shared && !taken->shared_instance) {
		taken->shared_instance = instance;
		taken->shared_call = call_index;
	} else if (!takes->shared && !taken->instance) {
		taken->instance = instance;
		taken->call = call_index;
	}
}

static void find_loop_takes(struct locks *l)
{
	struct program *p = l->p;

	for (uint32_t i = 1; i < p->instances->len; i++) {
		const struct instance *in = program_instance(p, i);
		const struct program_function *f = program_function(p, in->function);

		if (in->context != CONTEXT_LOOP || in->confidence == LEVEL_LOW || !l->touches[in->function])
			continue;
		for (uint32_t c = f->first_call; c < f->first_call + f->calls; c++) {
			const struct effect *takes = function_effect(p, program_call(p, c)->callee, EFFECT_LOCKS);

			if (takes)
				note_loop_take(l, i, c, takes);
		}
	}
}

/* --- what workers hold --- */

static bool long_enough(const struct effect *e)
{
	if (e->kind == EFFECT_RUNS_LOOP)
		return true;
	if (e->kind != EFFECT_BLOCKS && e->kind != EFFECT_WAITS)
		return false;
	return e->cost == COST_UNBOUNDED || (e->cost == COST_BOUNDED && e->bound_us >= LONG_US);
}

static void find_blocks(struct locks *l)
{
	for (uint32_t i = 1; i < l->p->thread_effects->len; i++) {
		const struct loop_effect *e = program_item(l->p, thread_effects, struct loop_effect, i);

		if (e->effect && long_enough(e->effect) && e->confidence != LEVEL_LOW)
			g_hash_table_insert(l->blocks, GUINT_TO_POINTER(e->call), GUINT_TO_POINTER(i));
	}
}

/* Edges by the first of equal instances that they leave. */
static void find_outs(struct locks *l)
{
	struct program *p = l->p;

	l->first_out = g_new0(uint32_t, p->instances->len + 2);
	l->outs = g_new0(uint32_t, p->worker_edges->len + 1);
	for (uint32_t i = 1; i < p->worker_edges->len; i++)
		l->first_out[program_instance(p, program_item(p, worker_edges, struct worker_edge, i)->from)->index +
			     2]++;
	for (uint32_t i = 1; i < p->instances->len + 2; i++)
		l->first_out[i] += l->first_out[i - 1];
	for (uint32_t i = 1; i < p->worker_edges->len; i++) {
		uint32_t from = program_instance(p, program_item(p, worker_edges, struct worker_edge, i)->from)->index;

		l->outs[l->first_out[from + 1]++] = i;
	}
}

static void arrive(struct locks *l, struct lock_arrival arrival)
{
	gpointer key = GSIZE_TO_POINTER((gsize)arrival.instance << 32 | arrival.slot);

	if (g_hash_table_add(l->arrived, key))
		g_array_append_val(l->p->lock_arrivals, arrival);
}

static bool gives_up(struct program *p, uint32_t instance, uint32_t call_index, const struct effect *effect,
		     uint32_t slot)
{
	const struct call call = *program_call(p, call_index);

	return effect->lock && lock_resolved(p, instance, lock_of_argument(p, &call, effect->lock)) == slot;
}

/* From where the worker begins, past where it takes the lock. */
static unsigned calls_to(const struct program *p, const struct lock_arrival *a)
{
	unsigned calls = 0;

	for (; a->previous; a = program_item(p, lock_arrivals, struct lock_arrival, a->previous))
		calls++;
	return calls + program_instance(p, a->instance)->depth;
}

static void judge(struct locks *l, const struct lock_arrival *a, uint32_t index, uint32_t call)
{
	struct program *p = l->p;
	uint32_t effect = GPOINTER_TO_UINT(g_hash_table_lookup(l->blocks, GUINT_TO_POINTER(call)));
	const struct loop_take *taken = g_hash_table_lookup(l->loop_takes, GUINT_TO_POINTER(a->slot));
	uint32_t instance = taken ? taken->instance : 0, take_call = taken ? taken->call : 0;

	if (taken && !instance && !a->shared) {
		instance = taken->shared_instance;
		take_call = taken->shared_call;
	}
	if (!effect || !instance)
		return;
	const struct loop_effect *e = program_item(p, thread_effects, struct loop_effect, effect);
	if (gives_up(p, a->instance, call, e->effect, a->slot) ||
	    !g_hash_table_add(l->reported, GUINT_TO_POINTER(call)))
		return;
	enum level alike = program_slot(p, a->slot)->kind == SLOT_FIELD ? LEVEL_MEDIUM : LEVEL_HIGH;
	unsigned calls = MAX(calls_to(p, a), program_instance(p, instance)->depth);
	enum level paths = MIN(program_instance(p, instance)->confidence, e->confidence);
	struct hazard hazard = {
		.kind = HAZARD_LOCK,
		.instance = a->instance,
		.call = call,
		.effect = effect,
		.arrival = index,
		.loop_instance = instance,
		.loop_call = take_call,
		.confidence = MIN(MIN(alike, paths), level_by_length(calls)),
		.severity = e->effect->cost == COST_UNBOUNDED ? LEVEL_HIGH : LEVEL_MEDIUM,
	};
	g_array_append_val(p->hazards, hazard);
}

/*
 * A lock held at a call goes along into what is called by its name. A function pointer leads to all that may ever be
 * stored there, and mostly not to what it holds while this lock is held.
 */
static void pass_on(struct locks *l, uint32_t index, uint32_t call)
{
	const struct lock_arrival a = *program_item(l->p, lock_arrivals, struct lock_arrival, index);

	judge(l, &a, index, call);
	if (!program_call(l->p, call)->callee)
		return;
	for (uint32_t o = l->first_out[a.instance]; o < l->first_out[a.instance + 1]; o++) {
		const struct worker_edge *edge = program_item(l->p, worker_edges, struct worker_edge, l->outs[o]);

		if (edge->call == call)
			arrive(l, (struct lock_arrival){ .instance = edge->to,
							 .slot = a.slot,
							 .shared = a.shared,
							 .entered_by = call,
							 .previous = index });
	}
}

struct holding {
	struct locks *l;
	uint32_t instance;
	uint32_t arrival; /* 0: what is taken in the function itself */
};

static void taken_here(uint32_t call, const struct held *held, void *data)
{
	const struct holding *h = data;

	for (unsigned i = 0; i < held->count; i++) {
		struct lock_arrival arrival = {
			.instance = h->instance,
			.slot = lock_resolved(h->l->p, h->instance, held->items[i].id),
			.shared = held->items[i].shared,
			.taken_by = held->items[i].call,
		};

		if (!arrival.slot || !g_hash_table_contains(h->l->loop_takes, GUINT_TO_POINTER(arrival.slot)))
			continue;
		g_array_append_val(h->l->p->lock_arrivals, arrival);
		pass_on(h->l, h->l->p->lock_arrivals->len - 1, call);
	}
}

static void held_on(uint32_t call, const struct held *held, void *data)
{
	const struct holding *h = data;
	uint32_t slot = program_item(h->l->p, lock_arrivals, struct lock_arrival, h->arrival)->slot;

	if (held_has(held, (struct lock_id){ .slot = slot }))
		pass_on(h->l, h->arrival, call);
}

static void follow_arrival(struct locks *l, uint32_t index)
{
	const struct lock_arrival a = *program_item(l->p, lock_arrivals, struct lock_arrival, index);
	uint32_t function = program_instance(l->p, a.instance)->function;
	const struct program_function *f = program_function(l->p, function);
	struct holding holding = { l, a.instance, index };
	struct held entry = { .count = 1, .items = { { .id = { .slot = a.slot }, .shared = a.shared } } };

	if (!a.previous)
		return; /* passed on where it was taken */
	if (l->touches[function]) {
		locks_walk(l, function, &entry, held_on, &holding);
		return;
	}
	for (uint32_t c = f->first_call; c < f->first_call + f->calls; c++)
		pass_on(l, index, c);
}

static void follow_workers(struct locks *l)
{
	static const struct held nothing;
	struct program *p = l->p;

	for (uint32_t i = 1; i < p->instances->len; i++) {
		const struct instance *in = program_instance(p, i);
		struct holding holding = { l, i, 0 };

		if (in->context == CONTEXT_WORKER && in->index == i && l->touches[in->function])
			locks_walk(l, in->function, &nothing, taken_here, &holding);
	}
	for (uint32_t i = 1; i < p->lock_arrivals->len; i++)
		follow_arrival(l, i);
}

void locks_find(struct program *p)
{
	struct locks l = {
		.p = p,
		.touches = g_new0(uint8_t, p->functions->len),
		.balances = g_new0(struct balance *, p->functions->len),
		.blocks = g_hash_table_new(NULL, NULL),
		.loop_takes = g_hash_table_new(NULL, NULL),
		.arrived = g_hash_table_new(program_hash64, NULL),
		.reported = g_hash_table_new(NULL, NULL),
	};

	find_blocks(&l);
	locks_find_balances(&l);
	find_loop_takes(&l);
	if (g_hash_table_size(l.loop_takes) && g_hash_table_size(l.blocks)) {
		find_outs(&l);
		follow_workers(&l);
	}
	GHashTable *tables[] = { l.blocks, l.loop_takes, l.arrived, l.reported };
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
		g_hash_table_destroy(tables[i]);
	g_free(l.touches);
	g_free(l.balances);
	g_free(l.first_out);
	g_free(l.outs);
}
