/*
 * reach: what would freeze if a function blocked.
 *
 * Backwards from the function along every call that can be made on a loop, to the callbacks and loops at the other end:
 * breadth-first, so each of them gets its shortest way. A call counts if its function was found to run on a loop with
 * parameters under which the guards around the call can hold. So this agrees with what findings say, and works for
 * functions that do not block, and for functions of libraries.
 */
#include "check/internal.h"
#include "program/value.h"

#include <string.h>

/* How a function leads on towards the one that was asked for. */
struct way {
	uint32_t call;     /* the call in it; 0: it is the one */
	uint32_t callee;   /* where that leads: a function */
	uint32_t target;   /* the binding used, of a call through a slot */
	uint32_t instance; /* of the function, on the loop, that makes the call */
	bool seen;
};

/* One list of numbers for each function, in a single array. */
struct table {
	uint32_t *first; /* functions + 2 */
	uint32_t *items;
};

struct search {
	struct program *p;
	struct arena *arena;
	struct table calls;      /* direct calls of a function */
	struct table instances;  /* of a function, on the loop */
	struct way *ways;        /* per function */
	GArray *queue;           /* functions */
	GArray *found;           /* struct reached */
	GHashTable *called_back; /* function -> GArray of calls whose callee calls it back at once */
};

static uint32_t call_owner(const struct program *p, uint32_t i)
{
	return program_call(p, i)->callee;
}

static uint32_t instance_owner(const struct program *p, uint32_t i)
{
	const struct instance *in = program_instance(p, i);

	return in->context == CONTEXT_LOOP ? in->function : 0;
}

/* Sorts the numbers below `count` by what owns them; 0 owns what is left out. */
static struct table table_new(const struct program *p, uint32_t count,
			      uint32_t (*owner)(const struct program *, uint32_t))
{
	uint32_t functions = p->functions->len;
	struct table table = { g_new0(uint32_t, functions + 2), g_new0(uint32_t, count + 1) };

	for (uint32_t i = 1; i < count; i++)
		table.first[owner(p, i) + 2]++;
	table.first[2] = 0;
	for (uint32_t f = 2; f < functions + 2; f++)
		table.first[f] += table.first[f - 1];
	for (uint32_t i = 1; i < count; i++)
		if (owner(p, i))
			table.items[table.first[owner(p, i) + 1]++] = i;
	return table;
}

static void table_finish(struct table *table)
{
	g_free(table->first);
	g_free(table->items);
}

#define for_each_of(item, table, function)                                                                             \
	for (uint32_t at_ = (table).first[function], item;                                                             \
	     at_ < (table).first[(function) + 1] && (item = (table).items[at_], true); at_++)

static bool in_scope(const struct program *p, const struct instance *in, const struct call *call)
{
	uint32_t loop = call->loop;

	while (in->loop && loop && loop != in->loop)
		loop = program_item(p, loops, struct loop, loop)->outer;
	return !in->loop || loop == in->loop;
}

/* The instance of the caller in which this call can be made on a loop; 0 if there is none. */
static uint32_t made_by(const struct search *s, const struct call *call)
{
	for_each_of(i, s->instances, call->caller)
	{
		const struct instance *in = program_instance(s->p, i);

		if (!call->dying && in_scope(s->p, in, call) && value_guards(s->p, in, call) != TRUTH_FALSE)
			return i;
	}
	return 0;
}

static void arrive(struct search *s, uint32_t index, uint32_t callee, uint32_t target)
{
	struct call call = *program_call(s->p, index);
	struct way *way = &s->ways[call.caller];

	if (way->seen)
		return;
	uint32_t instance = made_by(s, &call);
	if (!instance)
		return;
	*way = (struct way){ .call = index, .callee = callee, .target = target, .instance = instance, .seen = true };
	g_array_append_val(s->queue, call.caller);
}

static void arrive_through_slots(struct search *s, uint32_t function)
{
	struct program *p = s->p;

	for (uint32_t t = program_function(p, function)->first_target; t; t = program_target(p, t)->same_function) {
		const struct slot *slot = program_slot(p, program_target(p, t)->slot);

		for (uint32_t k = slot->first_port; k; k = program_item(p, ports, struct port, k)->next) {
			const struct port *port = program_item(p, ports, struct port, k);

			for (uint32_t c = pointers_fit(p, function, port->arguments) ? port->first_call : 0; c;
			     c = program_item(p, port_calls, struct port_call, c)->next)
				arrive(s, program_item(p, port_calls, struct port_call, c)->call, function, t);
		}
	}
}

struct note {
	struct search *s;
	uint32_t call;
};

static void note_called_back(uint32_t function, uint32_t target, void *data)
{
	struct note *note = data;
	GArray *calls = g_hash_table_lookup(note->s->called_back, GUINT_TO_POINTER(function));

	(void)target;
	if (!calls) {
		calls = g_array_new(FALSE, FALSE, sizeof(uint32_t));
		g_hash_table_insert(note->s->called_back, GUINT_TO_POINTER(function), calls);
	}
	g_array_append_val(calls, note->call);
}

/* `qsort(list, n, size, compare)`: the caller of qsort calls compare. */
static void find_called_back(struct search *s)
{
	struct program *p = s->p;

	for (uint32_t i = 1; i < p->calls->len; i++) {
		struct call call = *program_call(p, i);
		const struct model *model = call.callee ? program_function(p, call.callee)->model : NULL;
		struct note note = { s, i };

		for (size_t k = 0; model && !call.cleanup && k < model->register_count; k++)
			if (model->registers[k]->context == CONTEXT_CALLER)
				pointers_each(p, call.caller,
					      call_argument(p, &call, (unsigned)model->registers[k]->callback),
					      note_called_back, &note);
	}
}

/* Puts the way from `function` to the one asked for behind `parent`, as instances; gives the last. */
static uint32_t lay_way(struct search *s, uint32_t function, uint32_t parent)
{
	struct program *p = s->p;

	while (s->ways[function].call) {
		const struct way *way = &s->ways[function];
		struct instance step = *program_instance(p, parent);

		step.function = way->callee;
		step.parent = parent;
		step.call = way->call;
		step.target = way->target;
		step.through_pointer = program_call(p, way->call)->callee != way->callee;
		g_array_append_val(p->instances, step);
		parent = p->instances->len - 1;
		function = way->callee;
	}
	return parent;
}

static bool starts(const struct search *s, const struct root *root)
{
	const struct way *way = &s->ways[root->function];

	if (root->context != CONTEXT_LOOP || !way->seen)
		return false;
	if (!root->loop || !way->call)
		return root->loop == 0;
	const struct instance in = { .loop = root->loop };
	return in_scope(s->p, &in, program_call(s->p, way->call));
}

static void keep_root(struct search *s, uint32_t index)
{
	struct program *p = s->p;
	const struct root root = *program_item(p, roots, struct root, index);
	struct instance first = { .function = root.function,
				  .context = CONTEXT_LOOP,
				  .confidence = root.confidence,
				  .root = index,
				  .loop = root.loop };
	struct reached reached = { .is_loop = root.loop != 0, .function = program_function(p, root.function)->name };

	g_array_append_val(p->instances, first);
	uint32_t last = lay_way(s, root.function, p->instances->len - 1);
	witness_build(s->arena, p, last, NULL, NULL, &reached.witness, &reached.steps);
	if (reached.steps)
		g_array_append_val(s->found, reached);
}

static gint by_place(gconstpointer a, gconstpointer b)
{
	const struct step *x = ((const struct reached *)a)->witness, *y = ((const struct reached *)b)->witness;
	int order = strcmp(x->file, y->file);

	if (order)
		return order;
	return x->line != y->line ? (x->line < y->line ? -1 : 1) : x->column < y->column ? -1 : x->column > y->column;
}

static void free_array(gpointer array)
{
	g_array_free(array, TRUE);
}

static void walk_back(struct search *s, uint32_t function)
{
	s->ways[function].seen = true;
	g_array_append_val(s->queue, function);
	for (guint i = 0; i < s->queue->len; i++) {
		uint32_t at = g_array_index(s->queue, uint32_t, i);
		const GArray *back = g_hash_table_lookup(s->called_back, GUINT_TO_POINTER(at));

		for_each_of(c, s->calls, at) arrive(s, c, at, 0);
		arrive_through_slots(s, at);
		for (guint k = 0; back && k < back->len; k++)
			arrive(s, g_array_index(back, uint32_t, k), at, 0);
	}
}

size_t check_blocks(struct arena *arena, struct program *p, uint32_t function, struct reached **out)
{
	struct search s = {
		.p = p,
		.arena = arena,
		.calls = table_new(p, p->calls->len, call_owner),
		.instances = table_new(p, p->instances->len, instance_owner),
		.ways = g_new0(struct way, p->functions->len),
		.queue = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
		.found = g_array_new(FALSE, FALSE, sizeof(struct reached)),
		.called_back = g_hash_table_new_full(NULL, NULL, NULL, free_array),
	};

	find_called_back(&s);
	walk_back(&s, function);
	for (uint32_t i = 1; i < p->roots->len; i++)
		if (starts(&s, program_item(p, roots, struct root, i)))
			keep_root(&s, i);
	g_array_sort(s.found, by_place);
	size_t count = s.found->len;
	*out = arena_new_array(arena, struct reached, count);
	if (count)
		memcpy(*out, s.found->data, count * sizeof **out);
	g_hash_table_destroy(s.called_back);
	g_array_free(s.found, TRUE);
	g_array_free(s.queue, TRUE);
	g_free(s.ways);
	table_finish(&s.calls);
	table_finish(&s.instances);
	return count;
}
