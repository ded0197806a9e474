/*
 * lock_walk: which locks are held where in a body. One walk (flow.h): after a branch only what both sides hold; at a label
 * what all jumps to it hold. What a function of the program takes or gives back in the end, its callers do by
 * calling it. Tried locks are left alone.
 */
#include "program/locks.h"

enum { ROUNDS = 3 };

static const struct lock_id no_lock;

/* What a call of a function does to locks on balance. */
struct balance {
	struct held takes;
	struct lock_id gives[MAX_HELD];
	unsigned give_count;
	bool gives_unknown;
};

/* One walk over a body; its state is struct held. */
struct walk {
	struct flow flow;
	struct locks *l;
	uint32_t function;
	const struct program_function *f;
	struct held exit;        /* where control leaves the body */
	struct balance *balance; /* NULL: not wanted */
	held_at_call *at_call;
	void *data;
};

static void take(struct held *held, struct held_lock lock)
{
	for (unsigned i = 0; i < held->count; i++)
		if (lock_same(held->items[i].id, lock.id))
			return;
	if (lock_known(lock.id) && held->count < MAX_HELD)
		held->items[held->count++] = lock;
}

static bool give(struct held *held, struct lock_id id)
{
	for (unsigned i = 0; i < held->count; i++)
		if (lock_same(held->items[i].id, id)) {
			held->items[i] = held->items[--held->count];
			return true;
		}
	return false;
}

bool held_has(const struct held *held, struct lock_id id)
{
	for (unsigned i = 0; i < held->count; i++)
		if (lock_same(held->items[i].id, id))
			return true;
	return false;
}

/* What is held whichever of two ways control came. */
static void join(void *state, const void *other)
{
	struct held *to = state;

	for (unsigned i = to->count; i-- > 0;)
		if (!held_has(other, to->items[i].id))
			to->items[i] = to->items[--to->count];
}

/* --- the walk --- */

static const struct balance *balance_of(struct locks *l, uint32_t function)
{
	return l->balances[function];
}

static void evaluate(struct flow *flow, uint32_t node);

static struct held *now(const struct walk *w)
{
	return w->flow.now;
}

static const struct node *at(const struct walk *w, uint32_t node)
{
	return function_node(w->f, node);
}

static uint32_t call_at(const struct walk *w, uint32_t node)
{
	for (uint32_t i = w->f->first_call; i < w->f->first_call + w->f->calls; i++)
		if (program_call(w->l->p, i)->node == node && !program_call(w->l->p, i)->cleanup)
			return i;
	return 0;
}

static void give_back(struct walk *w, struct lock_id id)
{
	if (!lock_known(id)) {
		now(w)->count = 0; /* some lock: it may be any of them */
		if (w->balance)
			w->balance->gives_unknown = true;
		return;
	}
	if (!give(now(w), id) && w->balance && w->balance->give_count < MAX_HELD)
		w->balance->gives[w->balance->give_count++] = id;
}

static void apply_balance(struct walk *w, uint32_t index, const struct balance *balance)
{
	const struct call call = *program_call(w->l->p, index);

	if (balance->gives_unknown)
		give_back(w, no_lock);
	for (unsigned i = 0; i < balance->give_count; i++)
		give_back(w, lock_as_caller_names(w->l->p, &call, balance->gives[i]));
	for (unsigned i = 0; i < balance->takes.count; i++) {
		struct held_lock lock = balance->takes.items[i];

		lock.id = lock_as_caller_names(w->l->p, &call, lock.id);
		lock.call = index;
		take(now(w), lock);
	}
}

static void walk_call(struct walk *w, uint32_t node)
{
	struct program *p = w->l->p;

	for_each_child(child, w->f->facts, at(w, node))
		evaluate(&w->flow, child);
	uint32_t index = call_at(w, node);
	if (!index || now(w)->flow.dead)
		return;
	if (w->at_call && !w->flow.rehearsal)
		w->at_call(index, now(w), w->data);
	const struct call call = *program_call(p, index);
	const struct effect *takes = function_effect(p, call.callee, EFFECT_LOCKS);
	const struct effect *gives = function_effect(p, call.callee, EFFECT_UNLOCKS);
	if (takes)
		take(now(w), (struct held_lock){ .id = lock_of_argument(p, &call, takes->lock),
						 .call = index,
						 .shared = takes->shared });
	else if (gives)
		give_back(w, lock_of_argument(p, &call, gives->lock));
	else if (call.callee && program_function(p, call.callee)->noreturn)
		now(w)->flow.dead = true;
	else if (call.callee && balance_of(w->l, call.callee))
		apply_balance(w, index, balance_of(w->l, call.callee));
}

/* A lock taken by what initialises a variable with a cleanup function is held to the end of the block. */
static void walk_assign(struct walk *w, uint32_t node)
{
	const struct node *n = at(w, node), *place = at(w, n->first);
	unsigned before = now(w)->count;

	for_each_child(child, w->f->facts, n)
		evaluate(&w->flow, child);
	if (place->kind != NODE_LOCAL || !(n->flags & NODE_INIT) ||
	    !facts_variable(w->f->facts, w->f->fact->first_variable + (uint32_t)place->value)->cleanup)
		return;
	for (unsigned i = before; i < now(w)->count; i++)
		now(w)->items[i].scoped = true;
}

static void end_block(struct flow *flow, const void *before)
{
	struct held *held = flow->now;

	for (unsigned i = held->count; i-- > 0;)
		if (held->items[i].scoped && !held_has(before, held->items[i].id))
			held->items[i] = held->items[--held->count];
}

/* One of two expressions, or one or none. */
static void walk_arms(struct walk *w, uint32_t then, uint32_t other)
{
	void *start = flow_copy(&w->flow);

	evaluate(&w->flow, then);
	void *end = flow_copy(&w->flow);
	flow_set(&w->flow, start);
	if (other)
		evaluate(&w->flow, other);
	flow_join(&w->flow, end);
	g_free(start);
	g_free(end);
}

static void evaluate(struct flow *flow, uint32_t node)
{
	struct walk *w = (struct walk *)flow;
	const struct node *n = at(w, node);
	bool is_logic = n->kind == NODE_BINARY && (n->op == OP_AND || n->op == OP_OR);

	if (flow->depth >= FLOW_DEPTH)
		return;
	flow->depth++;
	if (n->kind == NODE_CALL)
		walk_call(w, node);
	else if (n->kind == NODE_ASSIGN)
		walk_assign(w, node);
	else if (n->kind == NODE_CONDITIONAL || is_logic) {
		uint32_t then = at(w, n->first)->next;

		evaluate(flow, n->first);
		walk_arms(w, then, at(w, then)->next);
	} else
		for_each_child(child, w->f->facts, n)
			evaluate(flow, child);
	flow->depth--;
}

static void leave(struct flow *flow, const struct node *statement)
{
	struct walk *w = (struct walk *)flow;

	if (statement && statement->first)
		evaluate(flow, statement->first);
	if (now(w)->flow.dead)
		return;
	if (w->exit.flow.dead)
		w->exit = *now(w);
	else
		join(&w->exit, now(w));
}

static const struct flow_client client = {
	.size = sizeof(struct held), .join = join, .evaluate = evaluate, .leave = leave, .end_block = end_block
};

static void walk_body(struct locks *l, uint32_t function, const struct held *entry, struct balance *balance,
		      held_at_call *at_call, void *data)
{
	struct walk w = { .l = l,
			  .function = function,
			  .f = program_function(l->p, function),
			  .exit = { .flow = { .dead = true } },
			  .balance = balance,
			  .at_call = at_call,
			  .data = data };

	flow_walk(&w.flow, &client, w.f, entry);
	for (unsigned i = 0; balance && !w.exit.flow.dead && i < w.exit.count; i++)
		if (!w.exit.items[i].scoped)
			take(&balance->takes, w.exit.items[i]);
}

/* --- what functions do on balance --- */

static bool touches_itself(const struct program *p, const struct program_function *f)
{
	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++)
		if (function_effect(p, program_call(p, i)->callee, EFFECT_LOCKS) ||
		    function_effect(p, program_call(p, i)->callee, EFFECT_UNLOCKS))
			return true;
	return false;
}

static bool calls_unbalanced(const struct locks *l, const struct program_function *f)
{
	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++)
		if (balance_of((struct locks *)l, program_call(l->p, i)->callee))
			return true;
	return false;
}

static void find_balance(struct locks *l, uint32_t function)
{
	static const struct held nothing;
	struct balance balance = { 0 };

	walk_body(l, function, &nothing, &balance, NULL, NULL);
	if (!balance.takes.count && !balance.give_count && !balance.gives_unknown)
		return;
	l->balances[function] = arena_new(l->p->arena, struct balance);
	*l->balances[function] = balance;
}

/* From those that lock themselves outwards, through a few layers of wrappers. */
void locks_find_balances(struct locks *l)
{
	for (unsigned round = 0; round < ROUNDS; round++)
		for (uint32_t i = 1; i < l->p->functions->len; i++) {
			const struct program_function *f = program_function(l->p, i);

			if (!f->fact || !f->fact->body || l->touches[i])
				continue;
			if (round ? !calls_unbalanced(l, f) : !touches_itself(l->p, f))
				continue;
			l->touches[i] = 1;
			find_balance(l, i);
		}
}

void locks_walk(struct locks *l, uint32_t function, const struct held *entry, held_at_call *at_call, void *data)
{
	walk_body(l, function, entry, NULL, at_call, data);
}
