/*
 * objects: classes of the program whose objects somebody outside of it makes.
 *
 *      <object class="FooPanel">                   a user interface is built from a description
 *      g_object_new(panels[i].get_type(), ...)     a table of types, which no single class can be read from
 *      G_DEFINE_DYNAMIC_TYPE(FooPanel, ...)        a module that another program loads
 *
 * No call shows that foo_panel_init runs then, but it does, and nearly always on the loop: user interfaces are made there,
 * and so are the parts that a program finds at run time. It is less sure where workers handle such objects, since then
 * they may make some as well.
 */
#include "program/objects.h"

#include "program/gobject_type.h"

#include <string.h>

/* A constructor that nobody here calls is for whoever makes such objects: foo_panel_new of a part of a program. */
static bool is_called(const struct program *p, uint32_t function)
{
	const struct program_function *f = program_function(p, function);

	return f->instances || p->calls_of[function] || strcmp(f->name, "main") == 0;
}

/* Per type: whether an object of it, or of a type below it, is made by a call that names it. */
static uint8_t *find_made(const struct program *p)
{
	uint8_t *made = g_new0(uint8_t, p->gobject->types->len);

	for (uint32_t i = 1; i < p->calls->len; i++) {
		const struct call *call = program_call(p, i);
		uint32_t type = gobject_made(p, call);

		if (!type || !is_called(p, call->caller))
			continue;
		for (unsigned depth = 0; type && !made[type] && depth < MAX_ANCESTORS; depth++) {
			made[type] = 1;
			type = type_at(p, type)->parent;
		}
	}
	return made;
}

/* The types of all parameters and locals of functions that workers may reach. */
static GHashTable *find_handled(const struct program *p, const uint8_t *on_worker)
{
	GHashTable *types = g_hash_table_new(g_str_hash, g_str_equal);

	for (uint32_t i = 1; i < p->functions->len; i++) {
		const struct program_function *f = program_function(p, i);

		for (uint32_t v = 0; on_worker[i] && f->fact && v < f->fact->variables; v++)
			g_hash_table_add(
				types, (gpointer)facts_string(
					       f->facts, facts_variable(f->facts, f->fact->first_variable + v)->type));
	}
	return types;
}

static const char *instances_of(const struct program *p, uint32_t init)
{
	const struct program_function *f = program_function(p, init);

	return f->fact && f->fact->params
		       ? facts_string(f->facts, facts_variable(f->facts, f->fact->first_variable)->type)
		       : "";
}

void objects_each_unmade(const struct program *p, const uint8_t *on_worker,
			 void (*visit)(struct unmade unmade, void *data), void *data)
{
	uint8_t *made = find_made(p);
	GHashTable *handled = find_handled(p, on_worker);

	for (uint32_t t = 1; t < p->gobject->types->len; t++) {
		const struct type *type = type_at(p, t);
		struct unmade unmade = { .function = type->instance_init,
					 .call = type->call,
					 .confidence = LEVEL_MEDIUM };

		if (!type->instance_init || made[t])
			continue;
		if (g_hash_table_contains(handled, instances_of(p, type->instance_init)))
			unmade.confidence = LEVEL_LOW;
		visit(unmade, data);
	}
	g_hash_table_destroy(handled);
	g_free(made);
}
