/*
 * value: what an expression is known to be on one path.
 *
 * A path is an instance: a function with what is known of its parameters. Integers are known bit by bit, so that
 * `flags | WNOHANG` is known to have that bit whatever `flags` is; a pointer is null, not null, or a function. A local
 * is the join of everything its function sets it to. fork() is looked at from the parent: its result is not zero, so
 * the child's branch is not on the loop, in whatever way the source asks.
 */
#include "program/internal.h"

#include <ctype.h>
#include <string.h>

enum { MAX_STEPS = 24, VARIABLE_STEP = 5 }; /* how deep an expression is looked into; a variable counts for more */

const struct program_value value_unknown = { 0 };

static struct program_value eval(struct program *p, const struct instance *in, uint32_t node, unsigned depth);

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

static enum truth opposite(enum truth truth)
{
	return truth == TRUTH_UNKNOWN ? truth : truth == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
}

static struct program_value join(struct program_value a, struct program_value b)
{
	uint64_t same = a.known & b.known & ~(a.bits ^ b.bits);

	return (struct program_value){
		.known = same,
		.bits = a.bits & same,
		.nonzero = value_truth(&a) == TRUTH_TRUE && value_truth(&b) == TRUTH_TRUE,
		.function = a.function == b.function ? a.function : 0,
	};
}

static struct program_value eval_variable(struct program *p, const struct instance *in, uint32_t variable,
					  unsigned depth)
{
	const struct program_function *f = program_function(p, in->function);
	struct program_value value = value_unknown;
	bool first = true;

	if (variable < f->fact->params) {
		for (unsigned i = 0; i < in->environment.count; i++)
			if (in->environment.items[i].parameter == variable) {
				value = in->environment.items[i].value;
				first = false;
			}
		if (first)
			return value_unknown;
	} else if (variable < f->fact->variables &&
		   facts_variable(f->facts, f->fact->first_variable + variable)->kind == VARIABLE_STATIC) {
		return value_unknown; /* it may keep what another call left */
	}
	for (uint32_t i = 0; i < f->definitions; i++) {
		const struct definition *d = program_item(p, definitions, struct definition, f->first_definition + i);

		if (d->variable != variable)
			continue;
		if (!d->value)
			return value_unknown;
		struct program_value one = eval(p, in, d->value, depth + VARIABLE_STEP);
		value = first ? one : join(value, one);
		first = false;
		if (!value.known && !value.nonzero && !value.function)
			return value_unknown;
	}
	return value;
}

static struct program_value value_of_return(struct program *p, uint32_t function, unsigned depth)
{
	struct program_function *f = program_function(p, function);
	struct instance anyone = { .function = function };
	struct program_value value = value_unknown;
	bool first = true;

	if (f->returns)
		return *f->returns;
	if (f->returns_pending || depth > MAX_STEPS)
		return value_unknown;
	f->returns_pending = true;
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i);

		if (n->kind != NODE_RETURN || !n->first)
			continue;
		struct program_value one = eval(p, &anyone, n->first, depth + 1);
		value = first ? one : join(value, one);
		first = false;
	}
	f->returns_pending = false;
	f->returns = arena_new(p->arena, struct program_value);
	*f->returns = value;
	return value;
}

static bool has_effect(const struct program_function *f, enum effect_kind kind)
{
	for (size_t i = 0; f->model && i < f->model->effect_count; i++)
		if (f->model->effects[i]->kind == kind)
			return true;
	return false;
}

static struct program_value eval_call(struct program *p, const struct instance *in, const struct node *n,
				      unsigned depth)
{
	const struct program_function *caller = program_function(p, in->function);
	uint32_t callee = n->symbol ? link_symbol(p, caller->unit - 1, n->symbol) : 0;

	if (!callee)
		return value_unknown;
	const struct program_function *f = program_function(p, callee);
	if (has_effect(f, EFFECT_FORKS))
		return value_nonzero();
	if (n->first && strncmp(f->name, "__builtin_expect", 16) == 0)
		return eval(p, in, n->first, depth + 1);
	return f->fact ? value_of_return(p, callee, depth + 1) : value_unknown;
}

static enum truth compare(enum node_op op, const struct program_value *a, const struct program_value *b)
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
	case OP_SHIFT_RIGHT:
		return y >= 0 && y < 64 && x >= 0 ? value_constant(x >> y) : value_unknown;
	default:
		return value_unknown;
	}
}

static enum truth logic(enum node_op op, enum truth a, enum truth b)
{
	enum truth decides = op == OP_AND ? TRUTH_FALSE : TRUTH_TRUE;

	if (a == decides || b == decides)
		return decides;
	return a == TRUTH_UNKNOWN || b == TRUTH_UNKNOWN ? TRUTH_UNKNOWN : opposite(decides);
}

static struct program_value eval_binary(struct program *p, const struct instance *in, const struct node *n,
					unsigned depth)
{
	const struct program_function *f = program_function(p, in->function);
	struct program_value a = eval(p, in, n->first, depth + 1);
	struct program_value b = eval(p, in, function_node(f, n->first)->next, depth + 1);

	switch (n->op) {
	case OP_COMMA:
		return b;
	case OP_AND:
	case OP_OR:
		return from_truth(logic(n->op, value_truth(&a), value_truth(&b)));
	case OP_EQ:
	case OP_NE:
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
		return from_truth(compare(n->op, &a, &b));
	case OP_BITAND:
	case OP_BITOR:
	case OP_XOR:
		return bit_operation(n->op, &a, &b);
	default:
		return arithmetic(n->op, &a, &b);
	}
}

static struct program_value eval_unary(struct program *p, const struct instance *in, const struct node *n,
				       unsigned depth)
{
	struct program_value a = eval(p, in, n->first, depth + 1);
	int64_t x;

	switch (n->op) {
	case OP_NOT:
		return from_truth(opposite(value_truth(&a)));
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
	struct program_value condition = eval(p, in, n->first, depth + 1);
	enum truth truth = value_truth(&condition);
	bool elvis = function_node(f, then)->kind == NODE_EMPTY;

	if (truth == TRUTH_FALSE)
		return eval(p, in, other, depth + 1);
	struct program_value value = elvis ? condition : eval(p, in, then, depth + 1);
	return truth == TRUTH_TRUE ? value : join(value, eval(p, in, other, depth + 1));
}

static struct program_value eval(struct program *p, const struct instance *in, uint32_t node, unsigned depth)
{
	const struct program_function *f = program_function(p, in->function);

	if (!node || depth > MAX_STEPS)
		return value_unknown;
	const struct node *n = function_node(f, node);
	switch (n->kind) {
	case NODE_CONST:
		return value_constant(n->value);
	case NODE_NULL:
		return value_constant(0);
	case NODE_STRING:
	case NODE_ADDRESS:
		return value_nonzero();
	case NODE_FUNCTION:
		return (struct program_value){ .nonzero = true, .function = link_symbol(p, f->unit - 1, n->symbol) };
	case NODE_PARAM:
	case NODE_LOCAL:
		return eval_variable(p, in, (uint32_t)n->value, depth);
	case NODE_CALL:
		return eval_call(p, in, n, depth);
	case NODE_ASSIGN:
		return n->op ? value_unknown : eval(p, in, function_node(f, n->first)->next, depth + 1);
	case NODE_UNARY:
		return eval_unary(p, in, n, depth);
	case NODE_BINARY:
		return eval_binary(p, in, n, depth);
	case NODE_CONDITIONAL:
		return eval_conditional(p, in, n, depth);
	default:
		return value_unknown;
	}
}

struct program_value value_of(struct program *p, const struct instance *in, uint32_t node)
{
	return eval(p, in, node, 0);
}

/* Whether a switch on `value` can be in one of the cases. */
static enum truth case_taken(struct program *p, const struct instance *in, const struct guard *guard)
{
	const struct program_function *f = program_function(p, in->function);
	struct program_value value = value_of(p, in, guard->node);

	for (uint32_t i = 0; i < guard->cases; i++) {
		const struct node *label =
			function_node(f, g_array_index(p->case_nodes, uint32_t, guard->first_case + i));

		if (label->kind == NODE_DEFAULT || function_node(f, label->first)->next)
			return TRUTH_UNKNOWN; /* default, or a range */
		struct program_value one = value_of(p, in, label->first);
		enum truth equal = compare(OP_EQ, &value, &one);
		if (equal != TRUTH_FALSE)
			return equal;
	}
	return TRUTH_FALSE;
}

enum truth value_guards(struct program *p, const struct instance *in, const struct call *call)
{
	uint32_t scope = in->loop ? program_item(p, loops, struct loop, in->loop)->node : 0;
	enum truth all = TRUTH_TRUE;

	for (uint32_t i = call->guard; i;) {
		const struct guard *guard = program_item(p, guards, struct guard, i);
		enum truth truth;

		if (guard->node < scope)
			break; /* outside of the loop that is the root */
		if (guard->is_case) {
			truth = case_taken(p, in, guard);
		} else {
			struct program_value value = value_of(p, in, guard->node);

			truth = value_truth(&value);
			if (!guard->holds)
				truth = opposite(truth);
		}
		if (truth == TRUTH_FALSE)
			return TRUTH_FALSE;
		if (truth == TRUTH_UNKNOWN)
			all = TRUTH_UNKNOWN;
		i = guard->outer;
	}
	return all;
}

uint32_t call_argument(const struct program *p, const struct call *call, unsigned n)
{
	const struct program_function *f = program_function(p, call->caller);
	const struct node *node = function_node(f, call->node);

	if (call->cleanup || n == 0)
		return 0;
	return facts_child(f->facts, node, node->symbol ? n - 1 : n);
}

unsigned call_arguments(const struct program *p, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);
	const struct node *node = function_node(f, call->node);
	unsigned count = 0;

	if (call->cleanup)
		return 1;
	for_each_child(child, f->facts, node)
		count++;
	return node->symbol ? count : count - 1;
}

/* Whether `text` sets what `word` names; not one that clears it, as `~O_NONBLOCK` does. */
static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	if (strchr(text, '~'))
		return false;
	for (const char *hit = text; (hit = strstr(hit, word)); hit += length) {
		bool begins = hit == text || !(isalnum((unsigned char)hit[-1]) || hit[-1] == '_');
		bool ends = !(isalnum((unsigned char)hit[length]) || hit[length] == '_');

		if (begins && ends)
			return true;
	}
	return false;
}

/* Whether the source of an argument spells the name of a constant: all there is when its header was not found. */
static bool spells(const struct program_function *f, uint32_t node, const char *name, unsigned depth)
{
	const struct node *n = function_node(f, node);

	if (has_word(facts_string(f->facts, n->text), name) || has_word(facts_string(f->facts, n->macro), name))
		return true;
	if (n->kind == NODE_GLOBAL &&
	    strcmp(facts_string(f->facts, facts_symbol(f->facts, n->symbol)->name), name) == 0)
		return true;
	if (depth < 8 && n->kind != NODE_CALL && !(n->kind == NODE_UNARY && n->op == OP_BITNOT))
		for_each_child(child, f->facts, n)
			if (spells(f, child, name, depth + 1))
				return true;
	return false;
}

static enum truth test_bits(const struct program_value *value, uint64_t mask, bool wanted)
{
	uint64_t ones = value->known & value->bits & mask, zeros = value->known & ~value->bits & mask;

	if (wanted) /* HAS: all of them */
		return zeros ? TRUTH_FALSE : ones == mask ? TRUTH_TRUE : TRUTH_UNKNOWN;
	return ones ? TRUTH_FALSE : zeros == mask ? TRUTH_TRUE : TRUTH_UNKNOWN;
}

static enum truth test_sign(const struct program_value *value, bool negative)
{
	int64_t x;

	if (!value_is_constant(value, &x))
		return TRUTH_UNKNOWN;
	return (negative ? (int32_t)x < 0 || x < 0 : x > 0) ? TRUTH_TRUE : TRUTH_FALSE;
}

/* A constant of unknown value is not in an argument that is a constant and does not spell it. */
static enum truth unspelt_constant(const struct program_function *f, uint32_t argument, enum condition_test test)
{
	if (function_node(f, argument)->kind != NODE_CONST)
		return TRUTH_UNKNOWN;
	return test == CONDITION_LACKS ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth condition_holds(struct program *p, const struct instance *in, const struct call *call,
				  const struct condition *c)
{
	const struct program_function *f = program_function(p, call->caller);
	uint32_t argument = call_argument(p, call, (unsigned)c->argument);
	struct program_value value, wanted = value_constant(c->value);

	if (!argument)
		return TRUTH_UNKNOWN;
	value = value_of(p, in, argument);
	switch (c->test) {
	case CONDITION_NULL:
	case CONDITION_ZERO:
		return opposite(value_truth(&value));
	case CONDITION_NONNULL:
	case CONDITION_NONZERO:
		return value_truth(&value);
	case CONDITION_NEGATIVE:
	case CONDITION_POSITIVE:
		return test_sign(&value, c->test == CONDITION_NEGATIVE);
	default:
		break;
	}
	if (c->name && spells(f, argument, c->name, 0))
		return c->test == CONDITION_LACKS ? TRUTH_FALSE : TRUTH_TRUE;
	if (c->name && !c->value_known)
		return unspelt_constant(f, argument, c->test);
	if (c->test == CONDITION_EQUALS)
		return compare(OP_EQ, &value, &wanted);
	return test_bits(&value, (uint64_t)c->value, c->test == CONDITION_HAS);
}

enum truth value_conditions(struct program *p, const struct instance *in, const struct call *call,
			    const struct conditions *conditions)
{
	enum truth all = TRUTH_TRUE;

	for (size_t i = 0; i < conditions->count; i++)
		all = logic(OP_AND, all, condition_holds(p, in, call, &conditions->items[i]));
	return all;
}

enum truth value_effect(struct program *p, const struct instance *in, const struct call *call,
			const struct effect *effect)
{
	if (effect->cost == COST_NEVER)
		return TRUTH_FALSE;
	if (effect->unless.count && value_conditions(p, in, call, &effect->unless) == TRUTH_TRUE)
		return TRUTH_FALSE;
	return value_conditions(p, in, call, &effect->when);
}
