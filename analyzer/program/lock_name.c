/*
 * lock_name: which lock is meant. A lock is known by the global, or by the struct and field, that it lies in.
 */
#include "program/locks.h"
#include "program/value.h"

/* `outer.inner.m` lies in `outer.inner`: of structs in structs the outermost says most. */
static uint32_t embedded_in(const struct program_function *f, uint32_t node)
{
	for (;;) {
		const struct node *n = function_node(f, node);

		if (n->kind != NODE_FIELD || n->flags & NODE_ARROW || !n->first)
			return node;
		const struct node *object = function_node(f, n->first);
		if (object->kind != NODE_FIELD && object->kind != NODE_GLOBAL)
			return node;
		node = n->first;
	}
}

static const struct lock_id no_lock;

bool lock_known(struct lock_id id)
{
	return id.slot || id.param;
}

bool lock_same(struct lock_id a, struct lock_id b)
{
	return a.slot == b.slot && (a.slot || a.param == b.param);
}

static struct lock_id lock_of(struct program *p, uint32_t function, uint32_t node, unsigned depth);

static struct lock_id lock_of_variable(struct program *p, uint32_t function, uint32_t variable, unsigned depth)
{
	const struct program_function *f = program_function(p, function);
	struct lock_id id = no_lock;
	uint32_t count = 0;

	if (facts_variable(f->facts, f->fact->first_variable + variable)->kind == VARIABLE_STATIC)
		return (struct lock_id){ .slot = f->first_slot + variable };
	const struct definition *d = definitions_of(p, f, variable, &count);
	for (uint32_t i = 0; d && i < count && !lock_known(id); i++)
		if (d[i].value && !d[i].field)
			id = lock_of(p, function, d[i].value, depth + 1);
	return id;
}

static struct lock_id lock_of_member(struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);
	uint32_t outermost = embedded_in(f, node);
	const struct node *n = function_node(f, outermost);
	const struct node *object = n->kind == NODE_FIELD && n->first ? function_node(f, n->first) : NULL;

	return (struct lock_id){ .slot = pointers_slot_of(p, function, outermost),
				 .param = object && object->kind == NODE_PARAM ? (uint32_t)object->value + 1 : 0 };
}

static struct lock_id lock_of(struct program *p, uint32_t function, uint32_t node, unsigned depth)
{
	const struct program_function *f = program_function(p, function);
	const struct node *n = function_node(f, node);
	struct lock_id id = no_lock;

	if (depth > 8)
		return no_lock;
	switch (n->kind) {
	case NODE_ADDRESS:
	case NODE_DEREF:
	case NODE_INDEX:
		return n->first ? lock_of(p, function, n->first, depth + 1) : no_lock;
	case NODE_FIELD:
	case NODE_GLOBAL:
		return lock_of_member(p, function, node);
	case NODE_PARAM:
		return (struct lock_id){ .param = (uint32_t)n->value + 1 };
	case NODE_LOCAL:
		return lock_of_variable(p, function, (uint32_t)n->value, depth);
	case NODE_CALL:
	case NODE_OPAQUE:
	case NODE_CONDITIONAL:
		for_each_child(child, f->facts, n)
			if (!lock_known(id))
				id = lock_of(p, function, child, depth + 1);
		return id;
	default:
		return no_lock;
	}
}

/* The lock that a call names in argument `n`. */
struct lock_id lock_of_argument(struct program *p, const struct call *call, int n)
{
	uint32_t node = n > 0 ? call_argument(p, call, (unsigned)n) : 0;

	return node ? lock_of(p, call->caller, node, 0) : no_lock;
}

/*
 * A lock that a called function names by its parameter, as its caller names it. `&m->inner` of a wrapper type is the
 * same field for every lock of the program: where the caller says which object `m` is, that says more.
 */
struct lock_id lock_as_caller_names(struct program *p, const struct call *call, struct lock_id id)
{
	uint32_t node = id.param ? call_argument(p, call, id.param) : 0;

	if (!node)
		return id;
	const struct node *n = function_node(program_function(p, call->caller), node);
	bool object = n->kind == NODE_ADDRESS || n->kind == NODE_FIELD || n->kind == NODE_GLOBAL;
	struct lock_id outer = object || !id.slot ? lock_of(p, call->caller, node, 0) : no_lock;
	if (lock_known(outer))
		return outer;
	return (struct lock_id){ .slot = id.slot };
}

/* The slot of a lock that the function of an instance names; 0: not known. */
uint32_t lock_resolved(struct program *p, uint32_t instance, struct lock_id id)
{
	for (uint32_t i = instance; id.param; i = program_instance(p, i)->parent) {
		const struct instance *in = program_instance(p, i);

		if (!in->parent)
			break;
		const struct call call = *program_call(p, in->call);
		if (call.cleanup || (in->through_pointer && call.callee))
			break;
		id = lock_as_caller_names(p, &call, id);
	}
	return id.slot;
}
