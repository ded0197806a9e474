/*
 * outside: which function pointers come from outside of the program.
 *
 * A library, or a program with plug-ins, calls what its users hand it: through the parameter of a function that nobody
 * in the program calls, and wherever that is stored; through the fields of a struct that such a parameter points at and
 * nobody in the program fills. What is looked up by a name that nothing in the tree bears is a library's. There is nothing
 * to find behind these calls. They are extension points, counted apart from those whose target should have been found.
 */
#include "program/contexts.h"

#include <string.h>

struct spread {
	struct program *p;
	uint8_t *outside; /* per slot */
	GArray *queue;
	GHashTable *structs; /* tags of structs that come in from outside */
};

static void mark(struct spread *s, uint32_t slot)
{
	if (s->outside[slot])
		return;
	s->outside[slot] = 1;
	g_array_append_val(s->queue, slot);
}

/* Whether the program calls a function, by name or through what holds it. */
static bool is_called(const struct program *p, uint32_t function, const uint8_t *named)
{
	if (named[function])
		return true;
	for (uint32_t t = program_function(p, function)->first_target; t; t = program_target(p, t)->same_function)
		if (program_slot(p, program_target(p, t)->slot)->first_port)
			return true;
	return false;
}

/* "const struct ops *" -> ops, "ModuleMethods *" -> ModuleMethods: as fields are named. NULL: no pointer to a struct. */
static char *tag_of(const char *type)
{
	return strchr(type, '*') && !strchr(type, '(') ? facts_type_tag(type) : NULL;
}

static void enter(struct spread *s, uint32_t function)
{
	const struct program_function *f = program_function(s->p, function);

	for (uint32_t i = 0; i < f->fact->params; i++) {
		char *tag = tag_of(facts_string(f->facts, facts_variable(f->facts, f->fact->first_variable + i)->type));

		if (tag && !(f->flags & SYMBOL_STATIC))
			g_hash_table_add(s->structs, tag);
		else
			g_free(tag);
		mark(s, f->first_slot + i);
	}
}

static bool comes_in(const struct spread *s, const struct slot *slot)
{
	const char *dot = slot->kind == SLOT_FIELD ? strchr(slot->name, '.') : NULL;

	if (!dot || slot->first_target)
		return false;
	char *tag = g_strndup(slot->name, (gsize)(dot - slot->name));
	bool known = g_hash_table_contains(s->structs, tag);
	g_free(tag);
	return known;
}

static void spread(struct spread *s)
{
	struct program *p = s->p;

	for (guint i = 0; i < s->queue->len; i++)
		for (uint32_t c = program_slot(p, g_array_index(s->queue, uint32_t, i))->first_copy; c;
		     c = program_item(p, copies, struct copy, c)->next)
			mark(s, program_item(p, copies, struct copy, c)->to);
}

/* Whatever a lookup by name puts somewhere. */
static void enter_found(struct spread *s, uint32_t index)
{
	const struct call *call = program_call(s->p, index);
	uint32_t to = found_node(s->p, call), slot = to ? pointers_slot_of(s->p, call->caller, to) : 0;

	if (slot && found_outside(s->p, index))
		mark(s, slot);
}

uint8_t *outside_find(struct program *p)
{
	struct spread s = { .p = p,
			    .outside = g_new0(uint8_t, p->slots->len),
			    .queue = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
			    .structs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
	uint8_t *named = g_new0(uint8_t, p->functions->len);

	for (uint32_t i = 1; i < p->calls->len; i++)
		named[program_call(p, i)->callee] = 1;
	for (uint32_t i = 1; i < p->functions->len; i++) {
		const struct program_function *f = program_function(p, i);

		if (f->fact && f->fact->params && strcmp(f->name, "main") != 0 && !is_called(p, i, named))
			enter(&s, i);
	}
	for (uint32_t i = 1; i < p->calls->len; i++)
		enter_found(&s, i);
	for (uint32_t i = 1; i < p->slots->len; i++)
		if (comes_in(&s, program_slot(p, i)))
			mark(&s, i);
	spread(&s);
	g_free(named);
	g_array_free(s.queue, TRUE);
	g_hash_table_destroy(s.structs);
	return s.outside;
}
