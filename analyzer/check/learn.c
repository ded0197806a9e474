/* learn: see learn.h. */
#include "check/learn.h"
#include "check/internal.h"
#include "program/contexts.h"

#include <string.h>

enum { SHORT_US = 5000 }; /* what takes less is not worth an entry: docs/packs.md */

/* What a function may do, by category. */
struct outcome {
	uint8_t certainty[CATEGORIES]; /* level + 1 of the surest effect; 0: none */
	uint32_t effect[CATEGORIES];   /* that one: index of loop_effects */
};

struct learner {
	struct arena *arena, scratch;
	struct program *p;
	bool networked; /* the library connects: its descriptors are sockets */
	GArray *effects, *registrations;
};

/* --- effects --- */

static bool calls(const struct program *p, const char *name)
{
	for (uint32_t i = 1; i < p->calls->len; i++)
		if (program_call(p, i)->callee &&
		    strcmp(program_function(p, program_call(p, i)->callee)->name, name) == 0)
			return true;
	return false;
}

/* A wait for descriptors is a wait for whoever is at their other end. */
static enum category category_of(const struct learner *l, const struct loop_effect *e)
{
	bool descriptor = e->effect->kind == EFFECT_WAITS || (e->effect->descriptor && !e->opens);

	return descriptor && l->networked ? CATEGORY_NETWORK : e->category;
}

static bool matters(const struct loop_effect *e)
{
	if (!e->effect || (e->effect->kind != EFFECT_BLOCKS && e->effect->kind != EFFECT_WAITS))
		return false;
	if (e->effect->cost == COST_BOUNDED && e->effect->bound_us < SHORT_US)
		return false;
	return e->time_us < 0 || e->time_us >= SHORT_US;
}

static struct outcome explore(struct learner *l, uint32_t function, const struct environment *environment)
{
	struct program *p = l->p;
	struct outcome outcome = { 0 };

	program_explore(p, &l->scratch, function, environment);
	for (uint32_t i = 1; i < p->loop_effects->len; i++) {
		const struct loop_effect *e = program_item(p, loop_effects, struct loop_effect, i);

		if (!matters(e))
			continue;
		enum category category = category_of(l, e);
		if (outcome.certainty[category] < e->confidence + 1) {
			outcome.certainty[category] = (uint8_t)(e->confidence + 1);
			outcome.effect[category] = i;
		}
	}
	return outcome;
}

/* The calls that lead to an effect, and the effect: the witness without its root. */
static void keep_way(struct learner *l, const struct loop_effect *e, struct learned_effect *out)
{
	struct step *steps;
	size_t count, kept = 0;

	witness_build(l->arena, l->p, e->instance, e, NULL, &steps, &count);
	for (size_t i = 0; i < count; i++)
		if (steps[i].kind == STEP_CALL || steps[i].kind == STEP_EFFECT)
			steps[kept++] = steps[i];
	out->way = steps;
	out->steps = kept;
}

static void keep_effect(struct learner *l, uint32_t function, enum category category, const struct outcome *outcome,
			struct condition when)
{
	const struct program_function *f = program_function(l->p, function);
	const struct loop_effect *e = program_item(l->p, loop_effects, struct loop_effect, outcome->effect[category]);
	struct learned_effect learned = {
		.function = f->name,
		.file = f->file,
		.line = f->line,
		.category = category,
		.confidence = (enum level)(outcome->certainty[category] - 1),
		.bound_us = e->effect->cost == COST_BOUNDED ? e->effect->bound_us : 0,
		.argument = (unsigned)when.argument,
		.is = when.name,
		.holds = when.test == CONDITION_NULL,
	};

	keep_way(l, e, &learned);
	g_array_append_val(l->effects, learned);
}

static const char *parameter_type(const struct program_function *f, unsigned parameter)
{
	return facts_string(f->facts, facts_variable(f->facts, f->fact->first_variable + parameter)->type);
}

static struct environment given(unsigned parameter, struct program_value value)
{
	struct environment environment = { .count = 1 };

	environment.items[0].parameter = parameter;
	environment.items[0].value = value;
	return environment;
}

/*
 * Looks for categories of `left` that go away when a parameter is zero, or when it is not; what is found is kept with
 * its condition and taken out of `left`.
 */
static void try_parameter(struct learner *l, uint32_t function, unsigned parameter, struct outcome *left)
{
	bool pointer = strchr(parameter_type(program_function(l->p, function), parameter), '*') != NULL;
	struct environment environments[] = {
		given(parameter, value_constant(0)),
		given(parameter, (struct program_value){ .nonzero = true }),
	};
	struct condition is_zero = { .argument = (int)parameter + 1,
				     .test = CONDITION_NULL,
				     .name = pointer ? "null" : "zero" };
	struct condition is_not = { .argument = (int)parameter + 1, .test = CONDITION_NONNULL, .name = is_zero.name };
	struct outcome first = explore(l, function, &environments[0]);
	struct outcome second = explore(l, function, &environments[1]);

	/* The effects of `second` are those of the program now; those of `first` have to be found again. */
	for (int c = 0; c < CATEGORIES; c++)
		if (left->certainty[c] && second.certainty[c] && !first.certainty[c]) {
			keep_effect(l, function, (enum category)c, &second, is_not);
			left->certainty[c] = 0;
		}
	bool again = false;
	for (int c = 0; c < CATEGORIES; c++)
		again |= left->certainty[c] && first.certainty[c] && !second.certainty[c];
	if (again)
		first = explore(l, function, &environments[0]);
	for (int c = 0; again && c < CATEGORIES; c++)
		if (left->certainty[c] && first.certainty[c] && !second.certainty[c]) {
			keep_effect(l, function, (enum category)c, &first, is_zero);
			left->certainty[c] = 0;
		}
}

static bool any_left(const struct outcome *outcome)
{
	for (int c = 0; c < CATEGORIES; c++)
		if (outcome->certainty[c])
			return true;
	return false;
}

static void learn_effects(struct learner *l, uint32_t function)
{
	const struct program_function f = *program_function(l->p, function);
	const struct environment nothing = { 0 };
	struct outcome left = explore(l, function, &nothing);

	for (unsigned i = 0; any_left(&left) && i < f.fact->params && i < 32; i++)
		if ((f.interesting | f.called) & 1u << i)
			try_parameter(l, function, i, &left);
	if (!any_left(&left))
		return;
	struct outcome whole = explore(l, function, &nothing);
	for (int c = 0; c < CATEGORIES; c++)
		if (left.certainty[c])
			keep_effect(l, function, (enum category)c, &whole, (struct condition){ 0 });
}

/* --- registrations --- */

/* A field or variable that a parameter comes to be kept in and that is called from somewhere; 0: none. */
static uint32_t kept_in(const struct program *p, uint32_t parameter)
{
	GArray *queue = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	GHashTable *seen = g_hash_table_new(NULL, NULL);
	uint32_t found = 0;

	g_array_append_val(queue, parameter);
	for (guint i = 0; !found && i < queue->len; i++) {
		uint32_t at = g_array_index(queue, uint32_t, i);
		const struct slot *slot = program_slot(p, at);

		if (slot->first_port && (slot->kind == SLOT_FIELD || slot->kind == SLOT_GLOBAL))
			found = at;
		for (uint32_t c = slot->first_copy; c; c = program_item(p, copies, struct copy, c)->next) {
			uint32_t to = program_item(p, copies, struct copy, c)->to;

			if (g_hash_table_add(seen, GUINT_TO_POINTER(to)))
				g_array_append_val(queue, to);
		}
	}
	g_array_free(queue, TRUE);
	g_hash_table_destroy(seen);
	return found;
}

static void learn_registrations(struct learner *l, uint32_t function)
{
	const struct program_function *f = program_function(l->p, function);

	for (unsigned i = 0; i < f->fact->params && i < 32; i++) {
		struct learned_registration learned = { .function = f->name,
							.file = f->file,
							.line = f->line,
							.callback = i + 1,
							.context = CONTEXT_CALLER };

		if (!strstr(parameter_type(f, i), "(*)("))
			continue;
		uint32_t slot = kept_in(l->p, f->first_slot + i);
		if (slot) {
			learned.context = CONTEXT_LOOP;
			learned.kept_in = pointers_slot_name(l->p, slot);
		}
		if (!slot && !(f->called & 1u << i))
			continue;
		if (i + 1u < f->fact->params && strcmp(parameter_type(f, i + 1), "void *") == 0)
			learned.data = i + 2;
		g_array_append_val(l->registrations, learned);
	}
}

/* --- all of them --- */

static gint effects_by_name(gconstpointer a, gconstpointer b)
{
	const struct learned_effect *x = a, *y = b;
	int order = strcmp(x->function, y->function);

	return order ? order : (int)x->category - (int)y->category;
}

static gint registrations_by_name(gconstpointer a, gconstpointer b)
{
	const struct learned_registration *x = a, *y = b;
	int order = strcmp(x->function, y->function);

	return order ? order : (int)x->callback - (int)y->callback;
}

static bool is_exported(const struct program_function *f, GHashTable *exported)
{
	if (!f->fact || f->flags & (SYMBOL_STATIC | SYMBOL_SYSTEM) || strcmp(f->name, "main") == 0 ||
	    facts_symbol(f->facts, f->fact->symbol)->kind != SYMBOL_FUNCTION)
		return false;
	return !exported || g_hash_table_contains(exported, f->name);
}

static void *settle(struct arena *arena, GArray *array, size_t element, size_t *count)
{
	void *copy = arena_array(arena, array->len, element);

	if (array->len)
		memcpy(copy, array->data, array->len * element);
	*count = array->len;
	g_array_free(array, TRUE);
	return copy;
}

void learn(struct arena *arena, struct program *p, GHashTable *exported, struct learned *out)
{
	struct learner l = {
		.arena = arena,
		.p = p,
		.networked = calls(p, "connect"),
		.effects = g_array_new(FALSE, FALSE, sizeof(struct learned_effect)),
		.registrations = g_array_new(FALSE, FALSE, sizeof(struct learned_registration)),
	};

	*out = (struct learned){ 0 };
	for (uint32_t i = 1; i < p->functions->len; i++) {
		if (!is_exported(program_function(p, i), exported))
			continue;
		out->functions++;
		learn_effects(&l, i);
		learn_registrations(&l, i);
	}
	g_array_sort(l.effects, effects_by_name);
	g_array_sort(l.registrations, registrations_by_name);
	out->effects = settle(arena, l.effects, sizeof(struct learned_effect), &out->effect_count);
	out->registrations =
		settle(arena, l.registrations, sizeof(struct learned_registration), &out->registration_count);
	g_hash_table_remove_all(p->port_visits); /* what it holds goes with the scratch memory */
	arena_finish(&l.scratch);
}
