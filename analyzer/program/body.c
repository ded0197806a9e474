/*
 * body: one walk over one body, writing down what the rest of the program stages need of it:
 *
 *   calls        in source order, each with its innermost guard and loop
 *   guards       the conditions under which a place is reached: the arms of ifs, conditionals and short circuits,
 *                switch cases, and what an early exit leaves behind (`if (x) return;` guards all that follows with !x)
 *   loops        loop statements and how they nest; so is what lies between a label and a jump back to it
 *   regions      which guard and which loop hold from where on
 *   dying        whether the process ends right behind a call (`perror(); exit(1);`)
 */
#include "program/contexts.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 8000 }; /* a tree deeper than that is machine-made; what lies below is not followed */

struct walk {
	struct program *p;
	uint32_t function;
	const struct program_function *f;
	uint32_t guard, loop;
	struct region region; /* the last one */
	unsigned loop_depth, depth;
	bool dying, leaves;
	GHashTable *ordinals; /* callee -> calls so far */
};

static const struct node *at(const struct walk *w, uint32_t node)
{
	return function_node(w->f, node);
}

static uint32_t push_guard(struct walk *w, uint32_t node, bool holds)
{
	struct guard guard = { .outer = w->guard, .node = node, .holds = holds };
	uint32_t before = w->guard;

	g_array_append_val(w->p->guards, guard);
	w->guard = w->p->guards->len - 1;
	return before;
}

/* What an arm that was left leaves behind. */
static void push_exited(struct walk *w, uint32_t node, bool holds)
{
	push_guard(w, node, holds);
	program_item(w->p, guards, struct guard, w->guard)->exited = true;
}

static void visit(struct walk *w, uint32_t node);

static void visit_children(struct walk *w, const struct node *n)
{
	for_each_child(child, w->f->facts, n)
		visit(w, child);
}

static void visit_under(struct walk *w, uint32_t node, uint32_t condition, bool holds)
{
	uint32_t before = push_guard(w, condition, holds);

	visit(w, node);
	w->guard = before;
}

/* A region begins where the walk enters a node with another guard or loop than the last one began with. */
static void enter_region(struct walk *w, uint32_t node)
{
	struct region region = { .node = node, .guard = w->guard, .loop = w->loop };

	if (w->region.guard == w->guard && w->region.loop == w->loop && node > w->region.node)
		return;
	w->region = region;
	g_array_append_val(w->p->regions, region);
}

static void add_call(struct walk *w, uint32_t node, uint32_t callee)
{
	struct call call = {
		.caller = w->function,
		.node = node,
		.callee = callee,
		.guard = w->guard,
		.loop = w->loop,
		.loop_depth = (uint16_t)w->loop_depth,
		.dying = w->dying,
		.leaves = w->leaves,
	};
	uint32_t before = GPOINTER_TO_UINT(g_hash_table_lookup(w->ordinals, GUINT_TO_POINTER(callee)));

	call.ordinal = (uint16_t)before;
	g_hash_table_insert(w->ordinals, GUINT_TO_POINTER(callee), GUINT_TO_POINTER(before + 1));
	g_array_append_val(w->p->calls, call);
}

static void visit_call(struct walk *w, uint32_t node)
{
	const struct node *n = at(w, node);

	visit_children(w, n);
	add_call(w, node, n->symbol ? link_symbol(w->p, w->f->unit - 1, n->symbol) : 0);
}

/* Whether a statement ends the process as a success: `exit(0)`. */
static bool exits_well(const struct walk *w, uint32_t node)
{
	const struct node *n = at(w, node);

	if (n->kind == NODE_BLOCK) {
		for_each_child(child, w->f->facts, n)
			if (exits_well(w, child))
				return true;
		return false;
	}
	return n->kind == NODE_CALL && control_ends(w->p, w->f, n) && n->first && at(w, n->first)->kind == NODE_CONST &&
	       at(w, n->first)->value == 0;
}

/* Whether what an expression calls is the program's own, and reads and waits for nothing itself. */
static bool only_finishes(const struct walk *w, const struct program_function *f, uint32_t node, bool inside)
{
	const struct node *n = function_node(f, node);

	if (n->kind == NODE_CALL) {
		uint32_t callee = n->symbol ? link_symbol(w->p, f->unit - 1, n->symbol) : 0;
		const struct program_function *g = callee ? program_function(w->p, callee) : NULL;

		for (size_t i = 0; g && g->model && i < g->model->effect_count; i++)
			if (!inside || g->model->effects[i]->descriptor || g->model->effects[i]->kind == EFFECT_WAITS)
				return false;
		if (!inside)
			return g && g->fact && g->fact->body && only_finishes(w, g, g->fact->body, true);
	}
	for_each_child(child, f->facts, n)
		if (!only_finishes(w, f, child, inside))
			return false;
	return inside || n->first;
}

/*
 * What `if (finish() == 0) exit(0);` asks is the end of the program. What `if (open_log() < 0) exit(1);` asks is not, nor
 * is what `if (read_more() == 0) exit(0);` does.
 */
static void visit_condition(struct walk *w, uint32_t condition, uint32_t then)
{
	const struct node *n = at(w, condition);
	bool dying = w->dying;
	uint32_t asked = n->kind == NODE_BINARY && n->op == OP_EQ ? n->first : n->op == OP_NOT ? n->first : 0;

	if (asked && then && at(w, asked)->kind == NODE_CALL && exits_well(w, then))
		w->dying = dying || only_finishes(w, w->f, asked, false);
	visit(w, condition);
	w->dying = dying;
}

static void visit_if(struct walk *w, const struct node *n)
{
	uint32_t condition = n->first, then = at(w, condition)->next, other = then ? at(w, then)->next : 0;

	visit_condition(w, condition, then);
	if (then)
		visit_under(w, then, condition, true);
	if (other)
		visit_under(w, other, condition, false);
}

static bool calls_anyone(const struct walk *w, uint32_t node, unsigned depth)
{
	const struct node *n = at(w, node);

	if (n->kind == NODE_CALL)
		return true;
	for_each_child(child, w->f->facts, n)
		if (depth < 4 && calls_anyone(w, child, depth + 1))
			return true;
	return false;
}

/* An assertion that asks somebody (`assert(!on_loop())`) guards what follows. */
static void push_asserted(struct walk *w, uint32_t node)
{
	bool holds;
	uint32_t condition = control_asserted(w->p, w->f, node, &holds);

	if (!condition || !calls_anyone(w, condition, 0))
		return;
	push_exited(w, condition, holds);
	program_item(w->p, guards, struct guard, w->guard)->asserted = true;
}

/* A loop made of goto, from a label to the statement `jump`. */
struct jump_loop {
	uint32_t jump; /* 0: not in one */
	uint32_t loop; /* around it */
	bool leaves;   /* what it stands in */
};

static void enter_jump_loop(struct walk *w, struct jump_loop *outer, uint32_t label)
{
	uint32_t jump = outer->jump ? 0 : control_jump_back(w->p, w->f, at(w, label));
	struct loop loop = { .function = w->function, .node = label, .outer = w->loop };

	if (!jump)
		return;
	*outer = (struct jump_loop){ .jump = jump, .loop = w->loop, .leaves = w->leaves };
	w->leaves = false;
	g_array_append_val(w->p->loops, loop);
	w->loop = w->p->loops->len - 1;
	w->loop_depth++;
}

static void leave_jump_loop(struct walk *w, struct jump_loop *outer)
{
	w->loop = outer->loop;
	w->leaves = outer->leaves;
	w->loop_depth--;
	outer->jump = 0;
}

/* What stands behind a jump, up to the next label, is never reached and not visited. */
static void visit_block(struct walk *w, uint32_t node)
{
	const struct node *n = at(w, node);
	uint32_t guard = w->guard;
	bool dying = w->dying, leaves = w->leaves, dead = false;
	struct jump_loop jump_loop = { 0 };

	w->dying = dying || control_block_dies(w->p, w->f, n);
	w->leaves = leaves || control_leaves_loop(w->p, w->f, node);
	for_each_child(child, w->f->facts, n) {
		const struct node *c = at(w, child);

		if (c->kind == NODE_LABEL) {
			w->guard = guard; /* a jump may come from before any early exit of this block */
			enter_jump_loop(w, &jump_loop, child);
		}
		dead = dead && !control_holds_label(w->f, child);
		if (!dead)
			visit(w, child);
		if (child == jump_loop.jump)
			leave_jump_loop(w, &jump_loop);
		if (dead)
			continue;
		dead = control_jumps(w->p, w->f, c);
		if (c->kind != NODE_IF) {
			push_asserted(w, child);
			continue;
		}
		uint32_t then = at(w, c->first)->next, other = then ? at(w, then)->next : 0;
		if (then && control_exits(w->p, w->f, then))
			push_exited(w, c->first, false);
		else if (other && control_exits(w->p, w->f, other))
			push_exited(w, c->first, true);
	}
	w->guard = guard;
	w->dying = dying;
	w->leaves = leaves;
}

static void visit_loop(struct walk *w, uint32_t node)
{
	const struct node *n = at(w, node);
	uint32_t init = n->first, condition = at(w, init)->next, step = at(w, condition)->next,
		 body = at(w, step)->next;
	struct loop loop = { .function = w->function, .node = node, .outer = w->loop };
	struct walk before = *w;

	visit(w, init);
	g_array_append_val(w->p->loops, loop);
	w->loop = w->p->loops->len - 1;
	w->loop_depth++;
	w->dying = false; /* what ends the process behind a loop says nothing of its turns */
	w->leaves = false;
	visit(w, condition);
	if (n->op != LOOP_DO && at(w, condition)->kind != NODE_EMPTY)
		push_guard(w, condition, true);
	visit(w, body);
	visit(w, step);
	w->guard = before.guard;
	w->loop = before.loop;
	w->loop_depth = before.loop_depth;
	w->dying = before.dying;
	w->leaves = before.leaves;
}

/* Statements of a switch: each runs under the cases above it, back to the last statement that leaves. */
static void visit_switch(struct walk *w, uint32_t node)
{
	uint32_t value = at(w, node)->first, body = at(w, value)->next;
	uint32_t guard = w->guard, first_case = 0;
	bool fresh = true, dying = w->dying;

	visit(w, value);
	if (!body)
		return;
	for_each_child(child, w->f->facts, at(w, body)) {
		const struct node *c = at(w, child);

		if (c->kind == NODE_CASE || c->kind == NODE_DEFAULT) {
			if (fresh)
				first_case = w->p->case_nodes->len;
			fresh = false;
			g_array_append_val(w->p->case_nodes, child);
			struct guard taken = { .outer = guard,
					       .node = value,
					       .holds = true,
					       .is_case = true,
					       .first_case = first_case,
					       .cases = w->p->case_nodes->len - first_case };
			g_array_append_val(w->p->guards, taken);
			w->guard = w->p->guards->len - 1;
			w->dying = dying;
			continue;
		}
		visit(w, child);
		if (control_ends(w->p, w->f, c))
			w->dying = true;
		if (control_exits(w->p, w->f, child))
			fresh = true;
	}
	w->guard = guard;
	w->dying = dying;
}

static void visit_binary(struct walk *w, const struct node *n)
{
	uint32_t left = n->first, right = at(w, left)->next;

	bool dying = w->dying;
	if (n->op == OP_COMMA && control_ends(w->p, w->f, at(w, right)))
		w->dying = true; /* `(report(), abort())`, as assertion macros have it */
	visit(w, left);
	w->dying = dying;
	if (n->op == OP_AND)
		visit_under(w, right, left, true);
	else if (n->op == OP_OR)
		visit_under(w, right, left, false);
	else
		visit(w, right);
}

static void visit_conditional(struct walk *w, const struct node *n)
{
	uint32_t condition = n->first, then = at(w, condition)->next, other = at(w, then)->next;

	visit(w, condition);
	visit_under(w, then, condition, true);
	visit_under(w, other, condition, false);
}

static void visit(struct walk *w, uint32_t node)
{
	const struct node *n = at(w, node);

	if (w->depth >= MAX_DEPTH)
		return;
	w->depth++;
	enter_region(w, node);
	switch (n->kind) {
	case NODE_BLOCK:
		visit_block(w, node);
		break;
	case NODE_IF:
		visit_if(w, n);
		break;
	case NODE_LOOP:
		visit_loop(w, node);
		break;
	case NODE_SWITCH:
		visit_switch(w, node);
		break;
	case NODE_CALL:
		visit_call(w, node);
		break;
	case NODE_BINARY:
		visit_binary(w, n);
		break;
	case NODE_CONDITIONAL:
		visit_conditional(w, n);
		break;
	default:
		visit_children(w, n);
	}
	w->depth--;
}

/* Functions of __attribute__((cleanup)) run when their variable goes: as calls at the end of the body. */
static void add_cleanups(struct walk *w)
{
	const struct function *fact = w->f->fact;

	for (uint32_t i = 0; i < fact->variables; i++) {
		const struct variable *v = facts_variable(w->f->facts, fact->first_variable + i);

		if (!v->cleanup)
			continue;
		add_call(w, fact->body, link_symbol(w->p, w->f->unit - 1, v->cleanup));
		struct call *call = program_call(w->p, w->p->calls->len - 1);
		call->cleanup = true;
		call->cleanup_variable = i;
	}
}

static int by_node(const void *a, const void *b)
{
	const struct region *x = a, *y = b;

	return x->node < y->node ? -1 : x->node > y->node;
}

void body_scan(struct program *p, uint32_t function)
{
	struct program_function *f = program_function(p, function);
	struct walk w = { .p = p, .function = function, .f = f };

	f->first_call = p->calls->len;
	f->first_loop = p->loops->len;
	f->first_region = p->regions->len;
	w.ordinals = g_hash_table_new(NULL, NULL);
	if (f->fact->body)
		visit(&w, f->fact->body);
	add_cleanups(&w);
	g_hash_table_destroy(w.ordinals);
	f->calls = p->calls->len - f->first_call;
	f->loops = p->loops->len - f->first_loop;
	f->regions = p->regions->len - f->first_region;
	if (f->regions > 1)
		qsort(program_item(p, regions, struct region, f->first_region), f->regions, sizeof(struct region),
		      by_node);
}

struct region body_region(const struct program *p, const struct program_function *f, uint32_t node)
{
	const struct region *regions = program_item(p, regions, struct region, f->first_region);
	uint32_t low = 0, high = f->regions;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (regions[middle].node <= node)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? regions[low - 1] : (struct region){ .node = node };
}

bool loop_turns_once(const struct program *p, uint32_t loop)
{
	const struct loop *l = program_item(p, loops, struct loop, loop);
	const struct program_function *f = program_function(p, l->function);
	const struct node *init = function_node(f, function_node(f, l->node)->first);
	const struct node *condition = function_node(f, init->next);

	return condition->kind == NODE_CONST && condition->value == 0;
}
