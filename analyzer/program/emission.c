/*
 * emission: handlers of the loop that a worker calls by emitting a signal.
 *
 *      loop                                                     worker
 *      g_signal_connect(notify, "changed", on_changed, ui);     g_signal_emit(notify, signals[CHANGED], 0);
 *                                                               on_changed runs here
 *
 *      g_signal_connect(app, "notify::state", on_state, row);   g_object_notify(app, "state");
 *
 * A handler runs on the thread that emits. Emission and handler are brought together by the declared type of the object
 * (where that says nothing, by the type of the handler's first parameter) and the name of the signal; one that is kept in
 * a global (`signals[CHANGED]`, `properties[STATE]`) is the one it was made with. Silent are objects that the worker made
 * itself, and handlers that take a lock or hand over to the loop: they expect to be called from elsewhere.
 */
#include "program/completion.h"
#include "program/shared.h"
#include "program/contexts.h"

#include <string.h>

enum { MAX_DEPTH = 6 };

struct emissions {
	struct program *p;
	GHashTable *handlers; /* "type name" -> function */
	GHashTable *signals;  /* slot of the global and index -> name of the signal, or of the property */
};

/* --- what an expression says of itself --- */

static const char *type_of(struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);
	const struct node *n = function_node(f, completion_without_cast(p, f, node));

	if (n->kind == NODE_PARAM || n->kind == NODE_LOCAL)
		return facts_string(f->facts,
				    facts_variable(f->facts, f->fact->first_variable + (uint32_t)n->value)->type);
	if (n->kind == NODE_FIELD || n->kind == NODE_GLOBAL || (n->kind == NODE_CALL && n->symbol))
		return facts_string(f->facts, facts_symbol(f->facts, n->symbol)->type);
	return "";
}

/* The struct that a type points at, or a function returns a pointer to, to be freed; NULL if it is every object's. */
static char *class_of(const char *type)
{
	static const char *const every[] = { "",           "void",           "_GObject",
					     "_GtkWidget", "_GTypeInstance", "_GInitiallyUnowned" };
	const char *pointer = strchr(type, '*');
	char *class = facts_type_tag(type);
	bool is_every = !pointer || pointer[1] == '*' || (strchr(type, '(') && strchr(type, '(') < pointer);

	for (size_t i = 0; i < G_N_ELEMENTS(every); i++)
		is_every = is_every || strcmp(class, every[i]) == 0;
	if (is_every)
		g_clear_pointer(&class, g_free);
	return class;
}

/* `signals[CHANGED]`: a key of emissions.signals; 0: it is no such place. */
static uint64_t place_of(struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);
	const struct node *n = function_node(f, node), *index = NULL;

	if (n->kind == NODE_INDEX && n->first) {
		uint32_t second = facts_child(f->facts, n, 1);

		index = second ? function_node(f, second) : NULL;
		n = function_node(f, n->first);
		if (!index || index->kind != NODE_CONST)
			return 0;
	}
	if (n->kind != NODE_GLOBAL)
		return 0;
	uint32_t slot = p->symbol_slot[f->unit - 1][n->symbol];
	return slot ? (uint64_t)slot << 32 | (index ? (uint32_t)index->value + 1 : 0) : 0;
}

static const char *text_of(const struct program_function *f, uint32_t node)
{
	const struct node *n = node ? function_node(f, node) : NULL;

	return n && n->kind == NODE_STRING ? facts_string(f->facts, n->text) : NULL;
}

/* --- what there is --- */

static bool makes_signals(const struct program *p, const struct program_function *f)
{
	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		uint32_t callee = program_call(p, i)->callee;
		const char *name = callee ? program_function(p, callee)->name : "";

		if (g_str_has_prefix(name, "g_signal_new") || g_str_has_prefix(name, "g_param_spec_"))
			return true;
	}
	return false;
}

/* `signals[CHANGED] = g_signal_new("changed", ...)`, `properties[STATE] = g_param_spec_int("state", ...)` */
static void find_signals(struct emissions *e, uint32_t function)
{
	const struct program_function *f = program_function(e->p, function);

	for (uint32_t i = f->fact->body; i < f->end_node; i++) {
		const struct node *n = function_node(f, i);
		uint32_t value = n->kind == NODE_ASSIGN && n->first ? facts_child(f->facts, n, 1) : 0;
		const struct node *call = value ? function_node(f, value) : NULL;
		const char *name = call && call->kind == NODE_CALL ? text_of(f, call->first) : NULL;
		uint64_t place = name ? place_of(e->p, function, n->first) : 0;

		if (place)
			g_hash_table_insert(e->signals, GSIZE_TO_POINTER(place), (gpointer)name);
	}
}

/* Where all handlers of one kind are kept. */
static char *key_of(const char *class, const char *signal)
{
	return g_strconcat(class, " ", signal, NULL);
}

/* Whether a handler knows that it may be called on any thread: it locks, or leaves what it has to do to the loop. */
static bool expects_threads(const struct program *p, uint32_t function, unsigned depth)
{
	const struct program_function *f = program_function(p, function);

	if (g_str_has_suffix(f->name, "_get_type"))
		return false;
	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		struct call after = { .caller = function, .node = UINT32_MAX };
		uint32_t callee = program_call(p, i)->callee;
		const struct model *model = callee ? program_function(p, callee)->model : NULL;

		if (shared_is_locked(p, &after))
			return true;
		for (size_t k = 0; model && k < model->register_count; k++)
			if (model->registers[k]->context == CONTEXT_LOOP && !model->registers[k]->where_used)
				return true;
		if (depth && callee && program_function(p, callee)->fact && expects_threads(p, callee, depth - 1))
			return true;
	}
	return false;
}

struct connecting {
	struct emissions *e;
	const char *class, *signal;
};

static void note_handler(uint32_t function, uint32_t target, void *data)
{
	const struct connecting *c = data;
	const struct program_function *f = program_function(c->e->p, function);

	(void)target;
	if (!f->fact || emitted_deferred(c->e->p, function))
		return;
	g_autofree char *class = g_strdup(c->class);
	if (!class && f->fact->params)
		class = class_of(facts_string(f->facts, facts_variable(f->facts, f->fact->first_variable)->type));
	if (!class || expects_threads(c->e->p, function, 1))
		return;
	char *key = key_of(class, c->signal);
	if (g_hash_table_contains(c->e->handlers, key))
		g_free(key);
	else
		g_hash_table_insert(c->e->handlers, key, GUINT_TO_POINTER(function));
}

static void find_handlers(struct emissions *e, uint32_t index)
{
	struct program *p = e->p;
	const struct call call = *program_call(p, index);
	const struct model *model = call.callee ? program_function(p, call.callee)->model : NULL;
	const struct program_function *f = program_function(p, call.caller);
	uint32_t object = call_argument(p, &call, 1);
	const char *signal = text_of(f, call_argument(p, &call, 2));

	if (!object || !signal)
		return;
	g_autofree char *class = class_of(type_of(p, call.caller, object));
	struct connecting connecting = { e, class, signal };
	for (size_t i = 0; model && i < model->register_count; i++)
		if (model->registers[i]->where_used && model->registers[i]->callback)
			pointers_each(p, call.caller, call_argument(p, &call, (unsigned)model->registers[i]->callback),
				      note_handler, &connecting);
}

struct emissions *emissions_find(struct program *p)
{
	struct emissions *e = g_new(struct emissions, 1);

	*e = (struct emissions){
		.p = p,
		.handlers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.signals = g_hash_table_new(program_hash64, NULL),
	};
	for (uint32_t i = 1; i < p->functions->len; i++)
		if (program_function(p, i)->fact && makes_signals(p, program_function(p, i)))
			find_signals(e, i);
	for (uint32_t i = 1; i < p->calls->len; i++)
		find_handlers(e, i);
	return e;
}

void emissions_free(struct emissions *e)
{
	if (!e)
		return;
	g_hash_table_destroy(e->handlers);
	g_hash_table_destroy(e->signals);
	g_free(e);
}

/* --- whose object it is --- */

static bool is_the_loops(struct program *p, uint32_t instance, uint32_t node, unsigned depth);

/* `if (!the_only_one) the_only_one = ...; return the_only_one;` */
static bool returns_a_global(struct program *p, uint32_t function)
{
	const struct program_function *f = program_function(p, function);

	for (uint32_t i = 0; f->fact && i < f->returns; i++) {
		const struct region *at = program_item(p, returns, struct region, f->first_return + i);
		uint32_t value = function_node(f, at->node)->first;

		if (value && function_node(f, completion_without_cast(p, f, value))->kind == NODE_GLOBAL)
			return true;
	}
	return false;
}

static bool is_the_loops_param(struct program *p, uint32_t instance, const struct node *n, unsigned depth)
{
	const struct instance in = *program_instance(p, instance);

	if (!in.parent)
		return true; /* what the thread was started with */
	const struct call call = *program_call(p, in.call);
	if (call.cleanup || (in.through_pointer && call.callee))
		return false;
	uint32_t argument = call_argument(p, &call, (unsigned)n->value + 1);
	return argument && is_the_loops(p, in.parent, argument, depth + 1);
}

static bool is_the_loops_local(struct program *p, uint32_t instance, const struct node *n, unsigned depth)
{
	const struct program_function *f = program_function(p, program_instance(p, instance)->function);

	for (struct local_values v = local_values(p, f, n); local_values_next(&v);)
		if (is_the_loops(p, instance, v.value, depth + 1))
			return true;
	return false;
}

/* Whether an object was there before this worker began, as far as it shows. */
static bool is_the_loops(struct program *p, uint32_t instance, uint32_t node, unsigned depth)
{
	uint32_t function = program_instance(p, instance)->function;
	const struct program_function *f = program_function(p, function);
	const struct node *n = function_node(f, completion_without_cast(p, f, node));

	if (depth >= MAX_DEPTH)
		return false;
	switch (n->kind) {
	case NODE_PARAM:
		return is_the_loops_param(p, instance, n, depth);
	case NODE_LOCAL:
		return is_the_loops_local(p, instance, n, depth);
	case NODE_GLOBAL:
		return true;
	case NODE_FIELD:
	case NODE_DEREF:
	case NODE_INDEX:
		return n->first && is_the_loops(p, instance, n->first, depth + 1);
	case NODE_CALL:
		return n->symbol && returns_a_global(p, link_symbol(p, f->unit - 1, n->symbol));
	default:
		return false;
	}
}

unsigned emissions_param(struct program *p, uint32_t function, uint32_t object)
{
	const struct program_function *f = program_function(p, function);

	for (unsigned depth = 0; object && depth < MAX_DEPTH; depth++) {
		const struct node *n = function_node(f, completion_without_cast(p, f, object));

		if (n->kind == NODE_PARAM)
			return (unsigned)n->value + 1;
		if (n->kind != NODE_FIELD && n->kind != NODE_DEREF && n->kind != NODE_INDEX)
			return 0;
		object = n->first;
	}
	return 0;
}

bool emissions_is_the_loops(struct program *p, uint32_t instance, const struct call *call, unsigned n)
{
	uint32_t argument = call_argument(p, call, n);

	return argument && is_the_loops(p, instance, argument, 0);
}

/* Of a property: the handler of "notify::NAME", or else one of every "notify". */
static uint32_t find_handler(const struct emissions *e, const char *class, const char *name, bool property)
{
	g_autofree char *detailed = property ? g_strconcat("notify::", name, NULL) : g_strdup(name);
	g_autofree char *key = key_of(class, detailed), *any = key_of(class, "notify");
	gpointer handler = g_hash_table_lookup(e->handlers, key);

	return GPOINTER_TO_UINT(handler || !property ? handler : g_hash_table_lookup(e->handlers, any));
}

uint32_t emissions_handler(struct emissions *e, const struct loop_effect *effect)
{
	struct program *p = e->p;
	const struct call call = *program_call(p, effect->call);
	uint32_t object = call_argument(p, &call, (unsigned)effect->effect->from_argument);
	uint32_t signal = call_argument(p, &call, (unsigned)effect->effect->to_argument);

	if (!object || !signal)
		return 0;
	g_autofree char *class = class_of(type_of(p, call.caller, object));
	const char *name = text_of(program_function(p, call.caller), signal);
	if (!name)
		name = g_hash_table_lookup(e->signals, GSIZE_TO_POINTER(place_of(p, call.caller, signal)));
	if (!class || !name)
		return 0;
	uint32_t handler = find_handler(e, class, name, effect->effect->property);
	bool meets = handler && programs_of(p, handler) & program_instance(p, effect->instance)->programs;
	return meets && is_the_loops(p, effect->instance, object, 0) ? handler : 0;
}
