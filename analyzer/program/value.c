/*
 * value: what an expression is known to be on one path.
 *
 * A path is an instance: a function with what is known of its parameters. Integers are known bit by bit, so that
 * `flags | WNOHANG` is known to have that bit whatever `flags` is; a pointer is null, not null, or a function. What a
 * variable holds is variable.c's; conditions of packs are condition.c's. fork() is looked at from the parent: its result is not zero, so
 * the child's branch is not on the loop, in whatever way the source asks.
 */
#include "program/contexts.h"

#include <string.h>

enum {
	MAX_STEPS = 24,      /* how deep an expression is looked into; a variable counts for more */
	MAX_EFFORT = 400,    /* how many expressions for one answer */
	MAX_CALLS = 16,      /* calls inside calls, for what they return */
	BOUND_DEPTH = 4,     /* where arguments of such a call begin */
	MAX_NESTED = 2,      /* ... of which are looked at for their arguments */
	MAX_RETURNING = 200, /* nodes of a function that is looked at again for each call of it */
	MAX_WRITES = 200     /* calls of a function that are looked through for what they write into a buffer */
};

const struct program_value value_unknown = { 0 };

struct program_value value_constant(int64_t value)
{
	return (struct program_value){ .known = ~UINT64_C(0), .bits = (uint64_t)value, .nonzero = value != 0 };
}

static struct program_value value_nonzero(void)
{
	return (struct program_value){ .nonzero = true };
}

bool value_is_constant(const struct program_value *value, int64_t *out)
{
	if (~value->known)
		return false;
	*out = (int64_t)value->bits;
	return true;
}

enum truth value_truth(const struct program_value *value)
{
	if (value->nonzero || value->function || (value->known & value->bits))
		return TRUTH_TRUE;
	return ~value->known ? TRUTH_UNKNOWN : TRUTH_FALSE;
}

static struct program_value from_truth(enum truth truth)
{
	return truth == TRUTH_UNKNOWN ? value_unknown : value_constant(truth == TRUTH_TRUE);
}

enum truth value_opposite(enum truth truth)
{
	return truth == TRUTH_UNKNOWN ? truth : truth == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
}

/* -1 and NULL stand for no descriptor and no path: they say nothing of the others that are in the same place. */
static bool no_descriptor(const struct program_value *value)
{
	int64_t x;

	return value_is_constant(value, &x) && (int32_t)x <= 0;
}

static void join_descriptors(struct program_value *out, const struct program_value *a, const struct program_value *b)
{
	const struct program_value *only = no_descriptor(a) ? b : no_descriptor(b) ? a : NULL;

	if (only) {
		out->mode = only->mode;
		out->opens = only->opens;
		out->in_memory = only->in_memory;
		return;
	}
	out->mode = a->mode == b->mode ? a->mode : a->mode && b->mode ? MODE_UNSURE : MODE_UNKNOWN;
	out->in_memory = a->in_memory && b->in_memory;
	out->opens = a->opens && b->opens && strcmp(a->opens, b->opens) == 0 ? a->opens : NULL;
}

bool value_known(const struct program_value *value)
{
	return value->known || value->nonzero || value->function || value->held || value->mode || value->opens ||
	       value->in_memory;
}

struct program_value value_join(struct program_value a, struct program_value b)
{
	uint64_t same = a.known & b.known & ~(a.bits ^ b.bits);
	struct program_value value = {
		.known = same,
		.bits = a.bits & same,
		.nonzero = value_truth(&a) == TRUTH_TRUE && value_truth(&b) == TRUTH_TRUE,
		.function = a.function == b.function ? a.function : 0,
	};
	if (a.held == b.held && a.held_in == b.held_in) {
		value.held = a.held;
		value.held_in = a.held_in;
	}
	join_descriptors(&value, &a, &b);
	return value;
}

/* The join of what a function returns, under what is known of its parameters. */
static struct program_value returned(struct program *p, const struct instance *as, unsigned depth)
{
	const struct program_function *f = program_function(p, as->function);
	struct program_value value = value_unknown;
	bool first = true;

	for (uint32_t i = 0; i < f->returns; i++) {
		const struct region *at = program_item(p, returns, struct region, f->first_return + i);

		if (value_guard(p, as, at->guard, 0, depth) == TRUTH_FALSE)
			continue;
		struct program_value one = value_eval(p, as, function_node(f, at->node)->first, depth);
		value = first ? one : value_join(value, one);
		first = false;
		if (!value_known(&value))
			break;
	}
	return value;
}

/* What a function returns whoever calls it. */
static struct program_value value_of_return(struct program *p, uint32_t function)
{
	struct program_function *f = program_function(p, function);
	struct instance anyone = { .function = function };

	if (f->returns_always)
		return *f->returns_always;
	if (f->returns_pending || p->return_depth >= MAX_CALLS)
		return value_unknown;
	f->returns_pending = true;
	p->return_depth++;
	unsigned effort = p->effort;
	p->effort = MAX_EFFORT;
	struct program_value value = returned(p, &anyone, 0);
	p->effort = effort;
	p->return_depth--;
	f->returns_pending = false;
	f->returns_always = arena_new(p->arena, struct program_value);
	*f->returns_always = value;
	return value;
}

void value_bind(struct program *p, const struct instance *in, const struct call *call, uint32_t wanted,
		struct instance *as)
{
	const struct program_function *f = program_function(p, as->function);
	struct environment environment; /* as large as it is, it is filled up to its count only */

	environment.count = 0;
	for (uint32_t i = 0; i < f->fact->params && environment.count < MAX_ENVIRONMENT; i++) {
		uint32_t argument = wanted & 1u << MIN(i, 31) ? call_argument(p, call, i + 1) : 0;
		struct program_value value = argument ? value_eval(p, in, argument, BOUND_DEPTH) : value_unknown;

		if (argument && f->flags & SYMBOL_VARIADIC)
			value.in_memory |= memory_of_format(p, in, call, i + 1);
		if (!value_known(&value))
			continue;
		environment.items[environment.count].parameter = i;
		environment.items[environment.count++].value = value;
	}
	as->known = knowledge_of(p, &environment);
}

/* 64 bits that tell all that a value on this path may depend on from all else; never 0. */
static uint64_t question_key(const struct program *p, const struct instance *in)
{
	uint64_t key =
		program_mix((uint64_t)identity_known(p, in) << 32 | in->function, in->known ? in->known->key : 0);

	return key | 1;
}

/* What a function returns for these parameters, asked once, unless the effort for one answer ended on the way. */
static struct program_value returned_once(struct program *p, const struct instance *as, unsigned depth)
{
	gpointer key = (gpointer)(uintptr_t)question_key(p, as);
	const struct program_value *known = p->returned ? g_hash_table_lookup(p->returned, key) : NULL;

	if (known)
		return *known;
	program_function(p, as->function)->returns_pending = true;
	p->return_depth++;
	struct program_value value = returned(p, as, depth + 1);
	p->return_depth--;
	program_function(p, as->function)->returns_pending = false;
	if (!p->effort)
		return value;
	if (!p->returned)
		p->returned = g_hash_table_new(program_hash64, NULL);
	struct program_value *kept = arena_new(p->arena, struct program_value);
	*kept = value;
	g_hash_table_insert(p->returned, key, kept);
	return value;
}

/* What a small function returns for these arguments: `wait_flags(false)`. */
static struct program_value value_of_call(struct program *p, const struct instance *in, uint32_t node, uint32_t callee,
					  unsigned depth)
{
	const struct program_function *f = program_function(p, callee);
	struct call call = { .caller = in->function, .node = node, .callee = callee };
	struct instance as = { .function = callee };
	struct program_value value = value_of_return(p, callee);

	if (!~value.known || !parameters_returned(p, callee) || f->end_node - f->fact->body > MAX_RETURNING ||
	    p->return_depth >= MAX_NESTED || f->returns_pending)
		return value;
	value_bind(p, in, &call, parameters_returned(p, callee) | f->interesting, &as);
	return as.known ? returned_once(p, &as, depth) : value;
}

/* `on_loop_thread()`: what it returns depends on who asks, so it is looked into on each path. */
static struct program_value eval_predicate(struct program *p, const struct instance *in, uint32_t callee, uint32_t node)
{
	struct instance as = { .function = callee, .context = in->context, .root = in->root };

	if (p->return_depth >= MAX_CALLS)
		return value_unknown;
	p->return_depth++;
	knowledge_asked(p, in, ASKED_THREAD);
	struct program_value value = value_eval(p, &as, node, 0);
	p->return_depth--;
	return value;
}

static struct program_value look_at_call(struct program *p, const struct instance *in, uint32_t node, unsigned depth)
{
	const struct program_function *caller = program_function(p, in->function);
	const struct node *n = function_node(caller, node);
	uint32_t callee = n->symbol ? link_symbol(p, caller->unit - 1, n->symbol) : 0;

	if (!callee)
		return value_unknown;
	const struct program_function *f = program_function(p, callee);
	uint32_t predicate = in->root ? identity_predicate(p, callee) : 0;
	enum truth asked = identity_asked(p, in, n);
	if (asked != TRUTH_UNKNOWN)
		return from_truth(asked);
	if (predicate)
		return eval_predicate(p, in, callee, predicate);
	if (function_effect(p, callee, EFFECT_FORKS))
		return value_nonzero();
	if (n->first && !f->fact && strncmp(f->name, "__builtin_expect", 16) == 0)
		return value_eval(p, in, n->first, depth + 1);
	struct program_value opened = descriptor_of_call(p, in, node, callee);
	if (f->fact)
		return opened.mode ? opened : value_of_call(p, in, node, callee, depth);
	opened.in_memory = memory_of_call(p, in, node, callee, depth).in_memory;
	return opened;
}

/* What is asked on the way of arguments and conditions has no effort of its own: in a loop they may ask for this call. */
static struct program_value eval_call(struct program *p, const struct instance *in, uint32_t node, unsigned depth)
{
	p->in_calls++;
	struct program_value value = look_at_call(p, in, node, depth);
	p->in_calls--;
	return value;
}

enum truth value_compare(enum node_op op, const struct program_value *a, const struct program_value *b)
{
	int64_t x, y;

	if (value_is_constant(a, &x) && value_is_constant(b, &y)) {
		bool holds = op == OP_EQ   ? x == y
			     : op == OP_NE ? x != y
			     : op == OP_LT ? x < y
			     : op == OP_LE ? x <= y
			     : op == OP_GT ? x > y
					   : x >= y;
		return holds ? TRUTH_TRUE : TRUTH_FALSE;
	}
	if (op != OP_EQ && op != OP_NE)
		return TRUTH_UNKNOWN;
	bool differ = (a->known & b->known & (a->bits ^ b->bits)) ||
		      (value_truth(a) == TRUTH_TRUE && value_truth(b) == TRUTH_FALSE) ||
		      (value_truth(a) == TRUTH_FALSE && value_truth(b) == TRUTH_TRUE) ||
		      (a->function && b->function && a->function != b->function);
	if (differ)
		return op == OP_EQ ? TRUTH_FALSE : TRUTH_TRUE;
	if (a->function && a->function == b->function)
		return op == OP_EQ ? TRUTH_TRUE : TRUTH_FALSE;
	return TRUTH_UNKNOWN;
}

static struct program_value bit_operation(enum node_op op, const struct program_value *a, const struct program_value *b)
{
	uint64_t ones_a = a->known & a->bits, ones_b = b->known & b->bits;
	uint64_t zeros_a = a->known & ~a->bits, zeros_b = b->known & ~b->bits;
	struct program_value value = { 0 };

	switch (op) {
	case OP_BITOR:
		value.bits = ones_a | ones_b;
		value.known = value.bits | (zeros_a & zeros_b);
		break;
	case OP_BITAND:
		value.bits = ones_a & ones_b;
		value.known = value.bits | zeros_a | zeros_b;
		break;
	default: /* OP_XOR */
		value.known = a->known & b->known;
		value.bits = (a->bits ^ b->bits) & value.known;
	}
	value.nonzero = value.bits != 0;
	return value;
}

static struct program_value arithmetic(enum node_op op, const struct program_value *a, const struct program_value *b)
{
	int64_t x, y;

	if (!value_is_constant(a, &x) || !value_is_constant(b, &y))
		return value_unknown;
	switch (op) {
	case OP_ADD:
		return value_constant((int64_t)((uint64_t)x + (uint64_t)y));
	case OP_SUBTRACT:
		return value_constant((int64_t)((uint64_t)x - (uint64_t)y));
	case OP_MULTIPLY:
		return value_constant((int64_t)((uint64_t)x * (uint64_t)y));
	case OP_SHIFT_LEFT:
		return y >= 0 && y < 64 ? value_constant((int64_t)((uint64_t)x << y)) : value_unknown;
	case OP_DIVIDE:
		return x >= 0 && y > 0 ? value_constant(x / y) : value_unknown;
	case OP_MODULO:
		return x >= 0 && y > 0 ? value_constant(x % y) : value_unknown;
	case OP_SHIFT_RIGHT:
		return y >= 0 && y < 64 && x >= 0 ? value_constant(x >> y) : value_unknown;
	default:
		return value_unknown;
	}
}

enum truth value_logic(enum node_op op, enum truth a, enum truth b)
{
	enum truth decides = op == OP_AND ? TRUTH_FALSE : TRUTH_TRUE;

	if (a == decides || b == decides)
		return decides;
	return a == TRUTH_UNKNOWN || b == TRUTH_UNKNOWN ? TRUTH_UNKNOWN : value_opposite(decides);
}

struct program_value value_combine(enum node_op op, struct program_value a, struct program_value b)
{
	switch (op) {
	case OP_COMMA:
		return b;
	case OP_AND:
	case OP_OR:
		return from_truth(value_logic(op, value_truth(&a), value_truth(&b)));
	case OP_EQ:
	case OP_NE:
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
		return from_truth(value_compare(op, &a, &b));
	case OP_BITAND:
	case OP_BITOR:
	case OP_XOR:
		return bit_operation(op, &a, &b);
	default:
		return arithmetic(op, &a, &b);
	}
}

static struct program_value eval_binary(struct program *p, const struct instance *in, const struct node *n,
					unsigned depth)
{
	const struct program_function *f = program_function(p, in->function);
	enum truth asked = n->op == OP_EQ || n->op == OP_NE ? identity_asked(p, in, n) : TRUTH_UNKNOWN;
	if (asked != TRUTH_UNKNOWN)
		return from_truth(n->op == OP_EQ ? asked : value_opposite(asked));
	struct program_value a = value_eval(p, in, n->first, depth + 1);

	return value_combine(n->op, a, value_eval(p, in, function_node(f, n->first)->next, depth + 1));
}

static struct program_value eval_unary(struct program *p, const struct instance *in, const struct node *n,
				       unsigned depth)
{
	struct program_value a = value_eval(p, in, n->first, depth + 1);
	int64_t x;

	switch (n->op) {
	case OP_NOT:
		return from_truth(value_opposite(value_truth(&a)));
	case OP_NEG:
		return value_is_constant(&a, &x) ? value_constant((int64_t)-(uint64_t)x)
						 : (struct program_value){ .nonzero = a.nonzero };
	case OP_BITNOT:
		return (struct program_value){ .known = a.known, .bits = ~a.bits & a.known };
	default:
		return value_unknown;
	}
}

static struct program_value eval_conditional(struct program *p, const struct instance *in, const struct node *n,
					     unsigned depth)
{
	const struct program_function *f = program_function(p, in->function);
	uint32_t then = function_node(f, n->first)->next, other = function_node(f, then)->next;
	struct program_value condition = value_eval(p, in, n->first, depth + 1);
	enum truth truth = value_truth(&condition);
	bool elvis = function_node(f, then)->kind == NODE_EMPTY;

	if (truth == TRUTH_FALSE)
		return value_eval(p, in, other, depth + 1);
	struct program_value value = elvis ? condition : value_eval(p, in, then, depth + 1);
	return truth == TRUTH_TRUE ? value : value_join(value, value_eval(p, in, other, depth + 1));
}

/* A field or a global: what this function has just stored there, or else what the program does. */
static struct program_value eval_slot(struct program *p, const struct instance *in, uint32_t node, unsigned depth)
{
	uint32_t slot = pointers_slot_of(p, in->function, node), stored = 0;

	if (!slot || p->nested > 6)
		return value_unknown;
	struct program_value value = stored_value(p, slot);
	if (stored_before(p, in, slot, node, &stored)) {
		struct program_value here = value_eval(p, in, stored, depth + 5);

		if (here.opens || here.mode) {
			value.opens = here.opens;
			value.mode = here.mode;
		}
	}
	return value.opens || value.mode ? descriptor_changed(p, in, node, value) : value;
}

static struct program_value eval_global(struct program *p, const struct instance *in, uint32_t node, unsigned depth)
{
	int64_t number;

	return identity_number(p, in, node, &number) ? value_constant(number) : eval_slot(p, in, node, depth);
}

/* A field of a struct in a local variable: `hints.ai_flags`. */
static struct program_value eval_field(struct program *p, const struct instance *in, uint32_t node, unsigned depth)
{
	const struct program_function *f = program_function(p, in->function);
	const struct node *n = function_node(f, node), *object = function_node(f, n->first);

	if (object->kind != NODE_LOCAL || n->flags & NODE_ARROW)
		return eval_slot(p, in, node, depth);
	const char *name = node_name(f, n), *dot = strrchr(name, '.');
	struct program_value value = variable_value(p, in, (uint32_t)object->value, dot ? dot + 1 : name, node, depth);

	if (value_known(&value) || value.opens)
		return value;
	struct program_value anywhere = eval_slot(p, in, node, depth); /* whoever was shown the struct stores alike */
	value.mode = anywhere.mode;
	value.opens = anywhere.opens;
	return value;
}

/* What is in an array, or in a buffer that a call has given, is no definition of its name. */
static bool is_buffer(const struct program *p, const struct program_function *f, uint32_t variable)
{
	if (variable >= f->fact->variables)
		return false;
	const struct variable *v = facts_variable(f->facts, f->fact->first_variable + variable);
	const char *type = facts_string(f->facts, v->type);
	uint32_t count = 0;

	if (g_str_has_prefix(type, "char["))
		return true;
	if (strcmp(type, "char *") != 0 || f->calls > MAX_WRITES || v->kind != VARIABLE_LOCAL)
		return false;
	const struct definition *d = definitions_of(p, f, variable, &count);
	return count == 1 && d->value && function_node(f, d->value)->kind == NODE_CALL;
}

static struct program_value eval_local(struct program *p, const struct instance *in, uint32_t node, unsigned depth)
{
	uint32_t variable = (uint32_t)function_node(program_function(p, in->function), node)->value;
	struct program_value value = variable_value(p, in, variable, NULL, node, depth);

	if (!value.in_memory && is_buffer(p, program_function(p, in->function), variable))
		value.in_memory = memory_written(p, in, variable, node, depth);
	return value.opens || value.mode ? descriptor_changed(p, in, node, value) : value;
}

/* `({ ...; x; })` is an opaque node around a block, and x. */
static struct program_value eval_statement_expression(struct program *p, const struct instance *in,
						      const struct node *n, unsigned depth)
{
	const struct program_function *f = program_function(p, in->function);
	const struct node *block = n->first ? function_node(f, n->first) : NULL;
	uint32_t last = 0;

	if (!block || block->kind != NODE_BLOCK || block->next)
		return value_unknown;
	for_each_child(child, f->facts, block)
		last = child;
	return last && function_node(f, last)->kind >= NODE_CALL ? value_eval(p, in, last, depth + 1) : value_unknown;
}

struct program_value value_eval(struct program *p, const struct instance *in, uint32_t node, unsigned depth)
{
	const struct program_function *f = program_function(p, in->function);

	if (!node || depth > MAX_STEPS || p->effort == 0)
		return value_unknown;
	const struct node *n = function_node(f, node);
	p->effort -= n->kind != NODE_CONST; /* a number leads nowhere */
	switch (n->kind) {
	case NODE_CONST:
		return value_constant(n->value);
	case NODE_NULL:
		return value_constant(0);
	case NODE_STRING:
		return (struct program_value){ .nonzero = true,
					       .in_memory = memory_holds(facts_string(f->facts, n->text)) };
	case NODE_ADDRESS:
		return value_nonzero();
	case NODE_FUNCTION:
		return (struct program_value){ .nonzero = true, .function = link_symbol(p, f->unit - 1, n->symbol) };
	case NODE_PARAM:
	case NODE_LOCAL:
		return eval_local(p, in, node, depth);
	case NODE_FIELD:
		return eval_field(p, in, node, depth);
	case NODE_GLOBAL:
		return eval_global(p, in, node, depth);
	case NODE_CALL:
		return eval_call(p, in, node, depth);
	case NODE_ASSIGN:
		return n->op ? value_unknown : value_eval(p, in, function_node(f, n->first)->next, depth + 1);
	case NODE_UNARY:
		return eval_unary(p, in, n, depth);
	case NODE_BINARY:
		return eval_binary(p, in, n, depth);
	case NODE_CONDITIONAL:
		return eval_conditional(p, in, n, depth);
	case NODE_OPAQUE:
		return eval_statement_expression(p, in, n, depth);
	default:
		return value_unknown;
	}
}

void value_begin(struct program *p)
{
	if (!p->nested && !p->in_calls)
		p->effort = MAX_EFFORT;
}

struct program_value value_of(struct program *p, const struct instance *in, uint32_t node)
{
	value_begin(p);
	return value_eval(p, in, node, 0);
}

/* Whether a switch on `value` can be in one of the cases. */
static enum truth case_taken(struct program *p, const struct instance *in, const struct guard *guard, unsigned depth)
{
	const struct program_function *f = program_function(p, in->function);
	struct program_value value = value_eval(p, in, guard->node, depth);

	for (uint32_t i = 0; i < guard->cases; i++) {
		const struct node *label =
			function_node(f, g_array_index(p->case_nodes, uint32_t, guard->first_case + i));

		if (label->kind == NODE_DEFAULT || function_node(f, label->first)->next)
			return TRUTH_UNKNOWN; /* default, or a range */
		struct program_value one = value_eval(p, in, label->first, depth);
		enum truth equal = value_compare(OP_EQ, &value, &one);
		if (equal != TRUTH_FALSE)
			return equal;
	}
	return TRUTH_FALSE;
}

static enum truth guard_holds(struct program *p, const struct instance *in, const struct guard *guard, unsigned depth)
{
	if (guard->is_case)
		return case_taken(p, in, guard, depth);
	struct program_value value = value_eval(p, in, guard->node, depth);
	return guard->holds ? value_truth(&value) : value_opposite(value_truth(&value));
}

/* Whether a path that knows the same of what the answer depends on has asked last. */
static bool is_answered(struct program *p, const struct instance *in, const struct guard *guard)
{
	if (!guard->answered || guard->answered != knowledge_key(p, in, guard->asked))
		return false;
	knowledge_asked(p, in, (enum asked)guard->asked);
	return true;
}

enum truth value_guard(struct program *p, const struct instance *in, uint32_t guard, uint32_t inside, unsigned depth)
{
	enum truth all = TRUTH_TRUE;

	while (guard && guard != inside && all != TRUTH_FALSE) {
		const struct guard g = *program_item(p, guards, struct guard, guard);

		if (guard < inside) {
			inside = program_item(p, guards, struct guard, inside)->outer;
			continue;
		}
		all = value_logic(OP_AND, all, is_answered(p, in, &g) ? g.answer : guard_holds(p, in, &g, depth));
		guard = g.outer;
	}
	return all;
}

/* One guard of a path, asked once for each that differs from the last one that asked in what the answer depends on. */
static enum truth guard_holds_once(struct program *p, const struct instance *in, uint32_t index)
{
	const struct guard guard = *program_item(p, guards, struct guard, index);
	const struct instance *asking = p->asking;
	uint32_t asked = p->asked;

	if (is_answered(p, in, &guard))
		return guard.answer;
	p->asking = in;
	p->asked = 0;
	value_begin(p);
	enum truth answer = guard_holds(p, in, &guard, 0);
	if (p->effort) {
		struct guard *kept = program_item(p, guards, struct guard, index);

		kept->asked = p->asked;
		kept->answered = knowledge_key(p, in, p->asked);
		kept->answer = (uint8_t)answer;
	}
	p->asking = asking;
	p->asked = asked | (in == asking ? p->asked : 0);
	return answer;
}

enum truth value_guards(struct program *p, const struct instance *in, const struct call *call)
{
	uint32_t scope = in->loop ? program_item(p, loops, struct loop, in->loop)->node : 0;
	enum truth all = TRUTH_TRUE;

	for (uint32_t i = call->guard; i && all != TRUTH_FALSE;) {
		const struct guard *guard = program_item(p, guards, struct guard, i);

		if (guard->node < scope)
			break; /* outside of the loop that is the root */
		uint32_t outer = guard->outer;
		all = value_logic(OP_AND, all, guard_holds_once(p, in, i));
		i = outer;
	}
	return all;
}
