/*
 * control: where control goes on from a statement: on, out of it, back, or nowhere. What is asked here of a body is
 * asked of its tree alone: no values, no pointers.
 */
#include "program/internal.h"

#include <string.h>

enum { MAX_DEPTH = 8000, MAX_CONDITION = 8, MAX_NESTED = 4 };

static bool exits(const struct program *p, const struct program_function *f, uint32_t node, unsigned depth)
{
	const struct node *n = function_node(f, node);

	if (depth > MAX_DEPTH)
		return false;
	switch (n->kind) {
	case NODE_RETURN:
	case NODE_GOTO:
	case NODE_BREAK:
	case NODE_CONTINUE:
		return true;
	case NODE_CALL:
		return control_ends(p, f, n);
	case NODE_BLOCK:
		for_each_child(child, f->facts, n)
			if (exits(p, f, child, depth + 1))
				return true;
		return false;
	case NODE_IF: {
		uint32_t then = facts_child(f->facts, n, 1), other = facts_child(f->facts, n, 2);

		return then && other && exits(p, f, then, depth + 1) && exits(p, f, other, depth + 1);
	}
	default:
		return false;
	}
}

static bool leaves_loop(const struct program *p, const struct program_function *f, uint32_t node, unsigned depth)
{
	const struct node *n = function_node(f, node);

	if (depth > MAX_DEPTH)
		return false;
	if (n->kind == NODE_BLOCK) {
		for_each_child(child, f->facts, n)
			if (leaves_loop(p, f, child, depth + 1))
				return true;
		return false;
	}
	return n->kind == NODE_RETURN || n->kind == NODE_BREAK || n->kind == NODE_GOTO || control_ends(p, f, n);
}

static bool holds_label(const struct program_function *f, uint32_t node, unsigned depth)
{
	const struct node *n = function_node(f, node);

	if (n->kind == NODE_LABEL || n->kind == NODE_CASE || n->kind == NODE_DEFAULT || depth > MAX_DEPTH)
		return true;
	for_each_child(child, f->facts, n)
		if (holds_label(f, child, depth + 1))
			return true;
	return false;
}

/* `errno == EINTR`, `result < 0`: what a call is tried again for. */
static bool asks_for_failure(const struct program *p, const struct program_function *f, uint32_t node, unsigned depth)
{
	const struct node *n = function_node(f, node);

	if (n->kind == NODE_CALL && n->symbol)
		return strcmp(program_function(p, link_symbol(p, f->unit - 1, n->symbol))->name, "__errno_location") ==
		       0;
	if (n->kind == NODE_BINARY && (n->op == OP_LT || n->op == OP_EQ || n->op == OP_NE)) {
		const struct node *right = function_node(f, function_node(f, n->first)->next);

		if (right->kind == NODE_CONST && (right->value < 0 || (n->op == OP_LT && right->value == 0)))
			return true;
	}
	for_each_child(child, f->facts, n)
		if (depth < MAX_CONDITION && asks_for_failure(p, f, child, depth + 1))
			return true;
	return false;
}

/* Whether a statement goes to `label`: itself, or under a condition that is no failure. */
static bool goes_to(const struct program *p, const struct program_function *f, uint32_t node, const char *label,
		    unsigned depth)
{
	const struct node *n = function_node(f, node);

	if (n->kind == NODE_GOTO)
		return strcmp(facts_string(f->facts, n->text), label) == 0;
	if (depth > MAX_NESTED || (n->kind != NODE_IF && n->kind != NODE_BLOCK))
		return false;
	if (n->kind == NODE_IF && asks_for_failure(p, f, n->first, 0))
		return false;
	for_each_child(child, f->facts, n)
		if (goes_to(p, f, child, label, depth + 1))
			return true;
	return false;
}

bool control_ends(const struct program *p, const struct program_function *f, const struct node *n)
{
	if (n->kind == NODE_BINARY && n->op == OP_COMMA)
		return control_ends(p, f, function_node(f, function_node(f, n->first)->next)) ||
		       control_ends(p, f, function_node(f, n->first));
	if (n->kind != NODE_CALL || !n->symbol)
		return false;
	return program_function(p, link_symbol(p, f->unit - 1, n->symbol))->noreturn;
}

bool control_exits(const struct program *p, const struct program_function *f, uint32_t node)
{
	return exits(p, f, node, 0);
}

bool control_leaves_loop(const struct program *p, const struct program_function *f, uint32_t node)
{
	return leaves_loop(p, f, node, 0);
}

bool control_block_dies(const struct program *p, const struct program_function *f, const struct node *block)
{
	for_each_child(child, f->facts, block)
		if (control_ends(p, f, function_node(f, child)))
			return true;
	return false;
}

bool control_jumps(const struct program *p, const struct program_function *f, const struct node *n)
{
	return n->kind == NODE_RETURN || n->kind == NODE_GOTO || n->kind == NODE_BREAK || n->kind == NODE_CONTINUE ||
	       control_ends(p, f, n);
}

bool control_holds_label(const struct program_function *f, uint32_t node)
{
	return holds_label(f, node, 0);
}

uint32_t control_jump_back(const struct program *p, const struct program_function *f, const struct node *label)
{
	uint32_t last = 0;

	for (uint32_t child = label->next; child; child = function_node(f, child)->next)
		if (goes_to(p, f, child, facts_string(f->facts, label->text), 0))
			last = child;
	return last;
}

/* Whether the statement never ends and never comes out but by leaving the function. */
static bool departs(const struct program *p, const struct program_function *f, uint32_t node)
{
	const struct node *n = function_node(f, node);

	if (n->kind != NODE_BLOCK)
		return n->kind == NODE_RETURN || control_ends(p, f, n);
	for_each_child(child, f->facts, n)
		if (function_node(f, child)->kind == NODE_RETURN || control_ends(p, f, function_node(f, child)))
			return true;
	return false;
}

/* `if (fine) ; else fail();`, `fine ? 0 : fail()` */
static uint32_t passed_branch(const struct program *p, const struct program_function *f, const struct node *n,
			      bool *holds)
{
	uint32_t then = function_node(f, n->first)->next, other = then ? function_node(f, then)->next : 0;

	*holds = other && departs(p, f, other);
	return *holds || (then && departs(p, f, then)) ? n->first : 0;
}

uint32_t control_asserted(const struct program *p, const struct program_function *f, uint32_t node, bool *holds)
{
	const struct node *n = function_node(f, node);

	for (unsigned depth = 0; depth < MAX_CONDITION; depth++, n = function_node(f, node)) {
		if (n->kind == NODE_IF || n->kind == NODE_CONDITIONAL)
			return passed_branch(p, f, n, holds);
		if (n->kind == NODE_BINARY && (n->op == OP_OR || n->op == OP_AND)) {
			*holds = n->op == OP_OR;
			return departs(p, f, function_node(f, n->first)->next) ? n->first : 0;
		}
		if (n->kind == NODE_BINARY && n->op == OP_COMMA)
			node = function_node(f, n->first)->next;
		else if (n->kind == NODE_LOOP && n->op == LOOP_DO)
			node = facts_child(f->facts, n, 3);
		else if ((n->kind == NODE_OPAQUE || n->kind == NODE_BLOCK) && n->first &&
			 !function_node(f, n->first)->next)
			node = n->first;
		else
			return 0;
	}
	return 0;
}

bool body_never_returns(struct program *p, uint32_t function)
{
	const struct program_function *f = program_function(p, function);

	if (!f->fact->body || !control_block_dies(p, f, function_node(f, f->fact->body)))
		return false;
	for (uint32_t i = f->fact->body; i < f->end_node; i++)
		if (facts_node(f->facts, i)->kind == NODE_RETURN)
			return false;
	return true;
}
