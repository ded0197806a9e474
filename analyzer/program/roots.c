/*
 * roots: where following begins: callbacks that a registration hands over, what is stored in fields and tables that a
 * library reads, and what people declare. Loops written by hand (loops.c) and callbacks from outside (external.c) come
 * on top.
 */
#include "program/gobject.h"
#include "program/contexts.h"

#include <string.h>

struct rooting {
	struct program *p;
	const struct registration *registration;
	uint32_t call;
};

uint64_t roots_programs(const struct program *p, const struct root *root)
{
	uint64_t programs = programs_of(p, root->function);
	uint64_t bound = programs_bound(p, root->function, root->target);
	uint64_t caller = root->call ? programs_of(p, program_call(p, root->call)->caller) : UINT64_MAX;

	if (programs_only_test(caller))
		return caller;
	return programs_narrowed(programs_narrowed(programs, bound), caller);
}

/* What is called from outside, or where an object is used, is a root once for all programs but tests. */
static bool is_root_once(const struct program *p, const struct root *root)
{
	return root->kind == ROOT_EXTERNAL ||
	       (root->kind == ROOT_REGISTERED && emitted_here(p, root->registration, root->call));
}

void roots_add(struct program *p, struct root root)
{
	gpointer key = GSIZE_TO_POINTER((gsize)root.function << 8 | root.context);
	uint64_t *known = g_hash_table_lookup(p->rooted, key);

	if (!root.function || !program_function(p, root.function)->fact)
		return;
	uint64_t programs = roots_programs(p, &root);
	if (known)
		g_hash_table_add(p->rooted_again, GUINT_TO_POINTER(root.function));
	if (known && (is_root_once(p, &root) ? !programs_only_test(*known) : !(programs & ~*known)))
		return;
	if (!known) {
		known = arena_new(p->arena, uint64_t);
		*known = 0;
		g_hash_table_insert(p->rooted, key, known);
	}
	*known |= programs;
	g_array_append_val(p->roots, root);
}

static void root_callback(uint32_t function, uint32_t target, void *data)
{
	struct rooting *r = data;
	struct root root = { .kind = r->call ? ROOT_REGISTERED : ROOT_STORED,
			     .function = function,
			     .context = r->registration->context,
			     .confidence = LEVEL_HIGH,
			     .registration = r->registration,
			     .call = r->call,
			     .target = target };

	if (r->call && main_context_queued(r->p, r->call))
		root.context = CONTEXT_WORKER;
	if (r->call && root.context == CONTEXT_LOOP && emitted_here(r->p, r->registration, r->call))
		emitted_add(r->p, root);
	roots_add(r->p, root);
}

/* What is done seldom is what is known to be: an entry for the rest stands beside it. */
static bool may_hold(const struct registration *r, enum truth holds)
{
	return r->seldom && r->when.count ? holds == TRUTH_TRUE : holds != TRUTH_FALSE;
}

static void find_registrations(struct program *p)
{
	for (uint32_t i = 1; i < p->calls->len; i++) {
		struct call call = *program_call(p, i);
		const struct model *model = call.callee ? program_function(p, call.callee)->model : NULL;
		struct instance anyone = { .function = call.caller };

		for (size_t k = 0; model && !call.cleanup && k < model->register_count; k++) {
			struct rooting r = { .p = p, .registration = model->registers[k], .call = i };

			if (r.registration->context == CONTEXT_CALLER || r.registration->context == CONTEXT_NOWHERE ||
			    !may_hold(r.registration, value_conditions(p, &anyone, &call, &r.registration->when)))
				continue;
			pointers_each(p, call.caller, call_argument(p, &call, (unsigned)r.registration->callback),
				      root_callback, &r);
		}
	}
}

static bool matches(const char *pattern, const char *text)
{
	return strchr(pattern, '*') ? g_pattern_match_simple(pattern, text) : strcmp(pattern, text) == 0;
}

/* Fields may be named by a pattern: the generated "wl_*_interface.*". What their functions are like tells them apart. */
static const struct registration *registration_of(const struct program *p, const GPtrArray *stored,
						  const struct slot *slot)
{
	const char *type = program_function(p, program_target(p, slot->first_target)->function)->type;

	for (guint i = 0; i < stored->len; i++) {
		const struct registration *r = stored->pdata[i];

		if (matches(r->field, slot->name) && (!r->type || (type && matches(r->type, type))))
			return r;
	}
	return NULL;
}

/* Whether the program calls anything that the pack names: fields, unlike functions, may have a name by chance. */
static bool pack_in_use(const struct pack *pack, GHashTable *names)
{
	for (size_t i = 0; i < pack->register_count; i++)
		if (pack->registers[i].function && g_hash_table_contains(names, pack->registers[i].function))
			return true;
	for (size_t i = 0; i < pack->effect_count; i++)
		if (g_hash_table_contains(names, pack->effects[i].function))
			return true;
	for (const char *const *name = pack->loop_only; name && *name; name++)
		if (g_hash_table_contains(names, *name))
			return true;
	return false;
}

static void add_fields(GPtrArray *stored, struct pack *pack)
{
	for (size_t i = 0; i < pack->register_count; i++)
		if (pack->registers[i].field)
			g_ptr_array_add(stored, &pack->registers[i]);
}

static void find_typed(struct program *p, const struct pack *pack)
{
	for (size_t i = 0; i < pack->register_count; i++) {
		struct rooting r = { .p = p, .registration = &pack->registers[i] };

		if (pack->registers[i].type && !pack->registers[i].field)
			typed_each(p, pack->registers[i].type, root_callback, &r);
	}
}

static void find_stored(struct program *p)
{
	GPtrArray *stored = g_ptr_array_new();
	GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);

	for (uint32_t i = 1; i < p->functions->len; i++)
		g_hash_table_add(names, (gpointer)program_function(p, i)->name);
	for (size_t i = 0; i < p->packs->count; i++)
		if (pack_in_use(&p->packs->items[i], names)) {
			add_fields(stored, &p->packs->items[i]);
			find_typed(p, &p->packs->items[i]);
		}
	for (uint32_t s = 1; s < p->slots->len; s++) {
		struct slot *slot = program_slot(p, s);
		struct rooting r = { .p = p };

		if (slot->kind == SLOT_FIELD && slot->first_target)
			r.registration = registration_of(p, stored, slot);
		slot->described = r.registration != NULL;
		for (uint32_t t = r.registration ? slot->first_target : 0; t; t = program_target(p, t)->next)
			root_callback(program_target(p, t)->function, t, &r);
	}
	g_ptr_array_free(stored, TRUE);
	g_hash_table_destroy(names);
}

static void root_declared(struct program *p, uint32_t function, unsigned marks, uint32_t target)
{
	static const enum mark on_loop[] = { MARK_LOOP_ONLY, MARK_NONBLOCKING, MARK_COROUTINE };
	struct root root = { .kind = ROOT_DECLARED, .function = function, .confidence = LEVEL_HIGH, .target = target };

	root.context = CONTEXT_LOOP;
	for (size_t i = 0; i < G_N_ELEMENTS(on_loop); i++)
		if (marks & (root.declared = on_loop[i])) {
			roots_add(p, root);
			break;
		}
	root.context = CONTEXT_WORKER;
	root.declared = MARK_WORKER;
	if (marks & MARK_WORKER)
		roots_add(p, root);
}

/* A function that is declared to run somewhere, or stored where such functions are, runs there. */
static void find_declared(struct program *p)
{
	for (uint32_t i = 1; i < p->functions->len; i++)
		if (program_function(p, i)->marks.bits)
			root_declared(p, i, program_function(p, i)->marks.bits, 0);
	for (uint32_t s = 1; s < p->slots->len; s++) {
		unsigned marks = marks_of_slot(p, s)->bits;

		for (uint32_t t = marks ? program_slot(p, s)->first_target : 0; t; t = program_target(p, t)->next)
			root_declared(p, program_target(p, t)->function, marks, t);
	}
}

static void root_threaded(uint32_t function, uint32_t target, void *data)
{
	roots_add(data, (struct root){ .kind = ROOT_STORED,
				       .function = function,
				       .context = CONTEXT_WORKER,
				       .confidence = LEVEL_HIGH,
				       .target = target });
}

void roots_add_startup(struct program *p)
{
	for (uint32_t i = 1; i < p->functions->len; i++)
		if (program_function(p, i)->fact && strcmp(program_function(p, i)->name, "main") == 0)
			roots_add(p, (struct root){ .kind = ROOT_STORED,
						    .function = i,
						    .context = CONTEXT_STARTUP,
						    .confidence = LEVEL_HIGH });
}

void roots_find(struct program *p)
{
	p->rooted = g_hash_table_new(program_hash64, NULL);
	p->rooted_again = g_hash_table_new(NULL, NULL);
	main_context_find(p);
	find_registrations(p);
	within_find(p);
	find_stored(p);
	find_declared(p);
	gobject_each_threaded(p, root_threaded, p);
}
