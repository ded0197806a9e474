/*
 * slots: the places that may hold a function, and which of them an expression stands for; see slots.h.
 *
 * Every `conn->handler` is one slot, whichever connection it is. An element of an array and what a pointer points at
 * count as the array and the pointer.
 */
#include "program/slots.h"
#include "program/value.h"

#include <string.h>

/*
 * Whether a place of this type may hold a function. `void *` may (user data, dlsym); a pointer to some struct does not,
 * even if a cast put one there: without this, what passes through one generic container would reach everything.
 */
static bool holds_functions(const char *type)
{
	static const char *const generic[] = { "void *", "const void *", "volatile void *" };

	if (!*type || strchr(type, '(') || strstr(type, "__va_list_tag"))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(generic); i++)
		if (strncmp(type, generic[i], strlen(generic[i])) == 0)
			return true;
	return false;
}

static bool variable_holds(const struct program_function *f, uint32_t variable)
{
	if (!f->fact || variable >= f->fact->variables)
		return true;
	return holds_functions(
		facts_string(f->facts, facts_variable(f->facts, f->fact->first_variable + variable)->type));
}

/* "void *(int)" returns what stands before its parameters; "void (*(int))(void)" returns a function pointer. */
static bool return_holds(const char *type)
{
	const char *parameters = strchr(type, '(');

	if (!parameters || parameters[1] == '*')
		return true;
	char *result = g_strndup(type, (gsize)(parameters - type));
	bool holds = holds_functions(result);
	g_free(result);
	return holds;
}

uint32_t slot_new(struct program *p, struct slot slot)
{
	g_array_append_val(p->slots, slot);
	return p->slots->len - 1;
}

static uint32_t variable_slot(const struct program_function *f, uint32_t variable)
{
	return f->fact && variable < f->fact->variables ? f->first_slot + variable : 0;
}

uint32_t slot_returned(const struct program_function *f)
{
	return f->fact ? f->first_slot + f->fact->variables : 0;
}

void slots_add_own(struct program *p, uint32_t function)
{
	struct program_function *f = program_function(p, function);

	f->first_slot = p->slots->len;
	for (uint32_t i = 0; i < f->fact->variables; i++)
		slot_new(p, (struct slot){ .kind = i < f->fact->params ? SLOT_PARAM : SLOT_LOCAL,
					   .holds = variable_holds(f, i),
					   .function = function,
					   .variable = i });
	slot_new(p, (struct slot){ .kind = SLOT_RETURN, .holds = return_holds(f->type), .function = function });
}

uint32_t slot_result(struct program *p, uint32_t function, uint32_t node)
{
	gpointer key = GSIZE_TO_POINTER((gsize)function << 32 | node);
	uint32_t slot = GPOINTER_TO_UINT(g_hash_table_lookup(p->result_index, key));

	if (!slot) {
		slot = slot_new(
			p, (struct slot){ .kind = SLOT_RESULT, .holds = true, .function = function, .variable = node });
		g_hash_table_insert(p->result_index, key, GUINT_TO_POINTER(slot));
	}
	return slot;
}

/* Whether what a library function returns is known by the call. */
static bool finds(const struct program *p, uint32_t function)
{
	return !program_function(p, function)->fact && found_by(p, &(struct call){ .callee = function });
}

static bool is_generic(const char *type)
{
	return strstr(type, "(*)(void *)") || (strncmp(type, "void *", 6) == 0 && !strchr(type, '('));
}

uint32_t slot_of_symbol(struct program *p, uint32_t unit, uint32_t symbol)
{
	const struct facts *facts = p->units[unit];
	const struct symbol *s = facts_symbol(facts, symbol);
	uint32_t *known = &p->symbol_slot[unit][symbol];
	const char *key = facts_string(facts, s->key);

	if (*known)
		return *known;
	*known = GPOINTER_TO_UINT(g_hash_table_lookup(p->slot_by_key, key));
	if (!*known) {
		*known = slot_new(p, (struct slot){ .kind = s->kind == SYMBOL_FIELD ? SLOT_FIELD : SLOT_GLOBAL,
						    .holds = holds_functions(facts_string(facts, s->type)),
						    .generic = is_generic(facts_string(facts, s->type)),
						    .from_system = s->flags & SYMBOL_SYSTEM || strstr(key, "@U@"),
						    .outside = (s->flags & (SYMBOL_SYSTEM | SYMBOL_IMPLICIT)) != 0,
						    .type = facts_string(facts, s->type),
						    .name = facts_string(facts, s->name),
						    .marks = g_hash_table_lookup(p->field_marks, key) });
		g_hash_table_insert(p->slot_by_key, (gpointer)key, GUINT_TO_POINTER(*known));
	}
	return *known;
}

uint32_t pointers_callback_field(struct program *p, uint32_t unit, uint32_t symbol)
{
	const struct facts *facts = p->units[unit];

	if (symbol == (uint32_t)FIELD_POINTEE)
		return 0;
	return strchr(facts_string(facts, facts_symbol(facts, symbol)->type), '(') ? slot_of_symbol(p, unit, symbol)
										   : 0;
}

uint32_t pointers_slot_of(struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);

	while (node) {
		const struct node *n = function_node(f, node);

		switch (n->kind) {
		case NODE_PARAM:
		case NODE_LOCAL:
			return variable_slot(f, (uint32_t)n->value);
		case NODE_GLOBAL:
		case NODE_FIELD:
			return n->symbol ? slot_of_symbol(p, f->unit - 1, n->symbol) : 0;
		case NODE_INDEX:
		case NODE_DEREF:
		case NODE_ADDRESS:
			node = n->first;
			break;
		case NODE_CALL: {
			uint32_t callee = n->symbol ? link_symbol(p, f->unit - 1, n->symbol) : 0;

			return callee && !finds(p, callee) ? slot_returned(program_function(p, callee))
							   : slot_result(p, function, node);
		}
		default:
			return 0;
		}
	}
	return 0;
}

const char *pointers_slot_name(const struct program *p, uint32_t slot)
{
	const struct slot *s = program_slot(p, slot);
	const struct program_function *f = s->function ? program_function(p, s->function) : NULL;

	switch (s->kind) {
	case SLOT_PARAM:
	case SLOT_LOCAL:
		return facts_string(f->facts, facts_variable(f->facts, f->fact->first_variable + s->variable)->name);
	case SLOT_RETURN:
		return f->name;
	case SLOT_RESULT:
		return "";
	default:
		return s->name;
	}
}

void each_leaf(const struct program_function *f, uint32_t node, take_leaf *take, void *data, unsigned depth)
{
	const struct node *n = function_node(f, node);

	if (depth > 64)
		return;
	switch (n->kind) {
	case NODE_CONDITIONAL: {
		uint32_t then = function_node(f, n->first)->next;

		if (function_node(f, then)->kind == NODE_EMPTY)
			each_leaf(f, n->first, take, data, depth + 1);
		else
			each_leaf(f, then, take, data, depth + 1);
		each_leaf(f, function_node(f, then)->next, take, data, depth + 1);
		break;
	}
	case NODE_ASSIGN:
		each_leaf(f, function_node(f, n->first)->next, take, data, depth + 1);
		break;
	case NODE_BINARY:
		if (n->op == OP_COMMA)
			each_leaf(f, function_node(f, n->first)->next, take, data, depth + 1);
		else if (n->op == OP_ADD || n->op == OP_SUBTRACT)
			each_leaf(f, n->first, take, data, depth + 1);
		break;
	case NODE_OPAQUE:
	case NODE_BLOCK: { /* a statement expression: its last statement is its value */
		uint32_t last = 0;

		for_each_child(child, f->facts, n)
			last = child;
		if (last)
			each_leaf(f, last, take, data, depth + 1);
		break;
	}
	case NODE_DEREF:
	case NODE_ADDRESS:
		if (n->first && function_node(f, n->first)->kind == NODE_FUNCTION) {
			take(data, n->first);
			break;
		}
		take(data, node);
		break;
	default:
		take(data, node);
	}
}
