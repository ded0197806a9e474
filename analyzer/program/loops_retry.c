/*
 * loops_retry: a loop that only tries its wait again.
 *
 *      for (;;) {
 *              account(now());                     <- calls this and that; it may well lead to a pointer
 *              n = poll(fds, count, left(now()));
 *              if (n != -1 || errno != EINTR)
 *                      break;                      <- an event has come: whoever called serves it
 *      }
 *
 * As soon as the wait has told of something, the loop is left: what serves it is a loop around. So what is asked of the
 * body is where it goes on if the wait returned 1.
 */
#include "program/loops.h"

enum { MAX_CONDITION = 8 };

/* One loop and what its wait is known to return: the call itself, and the variable it is kept in. */
struct told {
	struct program *p;
	const struct program_function *f;
	uint32_t wait;      /* node */
	int64_t kept;       /* variable; -1: none */
	uint32_t body, end; /* nodes: the block, and just behind it */
};

static bool is_number(const struct told *t, uint32_t node, struct program_value *out)
{
	const struct node *n = function_node(t->f, node);

	if (n->kind == NODE_ASSIGN && !n->op)
		return is_number(t, function_node(t->f, n->first)->next, out);
	if (node == t->wait || (n->kind == NODE_LOCAL && n->value == t->kept))
		*out = value_constant(1);
	else if (n->kind == NODE_CONST)
		*out = value_constant(n->value);
	else
		return false;
	return true;
}

static enum truth holds(const struct told *t, uint32_t node, unsigned depth)
{
	const struct node *n = function_node(t->f, node);
	struct program_value left, right;

	if (depth > MAX_CONDITION)
		return TRUTH_UNKNOWN;
	if (n->kind == NODE_UNARY && n->op == OP_NOT)
		return value_opposite(holds(t, n->first, depth + 1));
	if (is_number(t, node, &left))
		return value_truth(&left);
	if (n->kind != NODE_BINARY)
		return TRUTH_UNKNOWN;
	uint32_t other = function_node(t->f, n->first)->next;
	if (n->op == OP_AND || n->op == OP_OR)
		return value_logic(n->op, holds(t, n->first, depth + 1), holds(t, other, depth + 1));
	if (n->op < OP_EQ || n->op > OP_GE || !is_number(t, n->first, &left) || !is_number(t, other, &right))
		return TRUTH_UNKNOWN;
	return value_compare(n->op, &left, &right);
}

static bool holds_continue(const struct told *t, uint32_t node)
{
	const struct node *n = function_node(t->f, node);

	if (n->kind == NODE_CONTINUE)
		return true;
	if (n->kind != NODE_IF && n->kind != NODE_BLOCK)
		return false;
	for_each_child(child, t->f->facts, n)
		if (holds_continue(t, child))
			return true;
	return false;
}

/* The arm of an `if` that is taken; 0: none, or it is not known which. */
static uint32_t taken(const struct told *t, const struct node *n, bool *unknown)
{
	enum truth truth = holds(t, n->first, 0);

	*unknown = truth == TRUTH_UNKNOWN;
	return *unknown ? 0 : facts_child(t->f->facts, n, truth == TRUTH_TRUE ? 1 : 2);
}

/* Whether the statements behind the wait leave the loop: TRUTH_UNKNOWN is "they come to the end of the body". */
static enum truth left_by_body(const struct told *t)
{
	uint32_t end = t->end;

	for_each_child(child, t->f->facts, function_node(t->f, t->body)) {
		const struct node *n = function_node(t->f, child);
		bool unknown = false;

		if ((n->next ? n->next : end) <= t->wait)
			continue; /* before the wait */
		uint32_t arm = n->kind == NODE_IF ? taken(t, n, &unknown) : child;
		if (unknown && holds_continue(t, child))
			return TRUTH_FALSE;
		if (arm && control_leaves_loop(t->p, t->f, arm))
			return TRUTH_TRUE;
		if (arm && holds_continue(t, arm))
			return TRUTH_FALSE;
	}
	return TRUTH_UNKNOWN;
}

/* The variable that a call's result is put into where it stands; -1: none. */
static int64_t kept_in(const struct program_function *f, uint32_t call, uint32_t from)
{
	for (uint32_t node = call - 1; node >= from && node + 3 > call; node--) {
		const struct node *n = function_node(f, node), *place = n->first ? function_node(f, n->first) : NULL;

		if (n->kind == NODE_ASSIGN && !n->op && place->next == call && place->kind == NODE_LOCAL)
			return place->value;
	}
	return -1;
}

bool loop_is_retry(struct program *p, uint32_t loop, uint32_t wait)
{
	const struct call *call = program_call(p, wait);
	const struct program_function *f = program_function(p, call->caller);
	uint32_t node = program_item(p, loops, struct loop, loop)->node;
	const struct node *n = function_node(f, node);

	if (n->kind != NODE_LOOP)
		return false;
	uint32_t condition = function_node(f, n->first)->next;
	uint32_t step = function_node(f, condition)->next, body = function_node(f, step)->next;
	struct told t = { p, f, call->node, kept_in(f, call->node, node), body, n->next ? n->next : f->end_node };
	enum truth left =
		call->node > body && function_node(f, body)->kind == NODE_BLOCK ? left_by_body(&t) : TRUTH_UNKNOWN;

	if (left != TRUTH_UNKNOWN)
		return left == TRUTH_TRUE;
	return function_node(f, condition)->kind != NODE_EMPTY && holds(&t, condition, 0) == TRUTH_FALSE;
}
