/*
 * lock_walk: which locks are held where in a body. One walk, branch by branch: after a branch only what both sides hold;
 * at a label what all jumps to it hold. What a function of the program takes or gives back in the end, its callers do by
 * calling it. Tried locks are left alone.
 */
#include "program/locks.h"

enum { MAX_LABELS = 32, MAX_DEPTH = 400, ROUNDS = 3 };

static const struct lock_id no_lock;

/* What a call of a function does to locks on balance. */
struct balance {
	struct held takes;
	struct lock_id gives[MAX_HELD];
	unsigned give_count;
	bool gives_unknown;
};

struct label {
	uint32_t name;
	struct held held;
};

/* One walk over a body. */
struct walk {
	struct locks *l;
	uint32_t function;
	const struct program_function *f;
	struct held now;
	struct held exit, broken, continued; /* where control leaves the body, the innermost loop or switch, the turn */
	struct balance *balance;             /* NULL: not wanted */
	struct label labels[MAX_LABELS];
	unsigned label_count, depth;
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
static void join(struct held *to, const struct held *other)
{
	if (other->dead)
		return;
	if (to->dead) {
		*to = *other;
		return;
	}
	for (unsigned i = to->count; i-- > 0;)
		if (!held_has(other, to->items[i].id))
			to->items[i] = to->items[--to->count];
}

static const struct held nowhere = { .dead = true };

/* --- the walk --- */

static const struct balance *balance_of(struct locks *l, uint32_t function)
{
	return l->balances[function];
}

static void walk(struct walk *w, uint32_t node);

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
		w->now.count = 0; /* some lock: it may be any of them */
		if (w->balance)
			w->balance->gives_unknown = true;
		return;
	}
	if (!give(&w->now, id) && w->balance && w->balance->give_count < MAX_HELD)
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
		take(&w->now, lock);
	}
}

static void walk_call(struct walk *w, uint32_t node)
{
	struct program *p = w->l->p;

	for_each_child(child, w->f->facts, at(w, node))
		walk(w, child);
	uint32_t index = call_at(w, node);
	if (!index || w->now.dead)
		return;
	if (w->at_call)
		w->at_call(index, &w->now, w->data);
	const struct call call = *program_call(p, index);
	const struct effect *takes = lock_effect(p, call.callee, EFFECT_LOCKS);
	const struct effect *gives = lock_effect(p, call.callee, EFFECT_UNLOCKS);
	if (takes)
		take(&w->now, (struct held_lock){ .id = lock_of_argument(p, &call, takes->lock),
						  .call = index,
						  .shared = takes->shared });
	else if (gives)
		give_back(w, lock_of_argument(p, &call, gives->lock));
	else if (call.callee && program_function(p, call.callee)->noreturn)
		w->now = nowhere;
	else if (call.callee && balance_of(w->l, call.callee))
		apply_balance(w, index, balance_of(w->l, call.callee));
}

/* A lock taken by what initialises a variable with a cleanup function is held to the end of the block. */
static void walk_assign(struct walk *w, uint32_t node)
{
	const struct node *n = at(w, node), *place = at(w, n->first);
	unsigned before = w->now.count;

	for_each_child(child, w->f->facts, n)
		walk(w, child);
	if (place->kind != NODE_LOCAL || !(n->flags & NODE_INIT) ||
	    !facts_variable(w->f->facts, w->f->fact->first_variable + (uint32_t)place->value)->cleanup)
		return;
	for (unsigned i = before; i < w->now.count; i++)
		w->now.items[i].scoped = true;
}

static void walk_block(struct walk *w, const struct node *n)
{
	struct held before = w->now;

	for_each_child(child, w->f->facts, n)
		walk(w, child);
	for (unsigned i = w->now.count; i-- > 0;)
		if (w->now.items[i].scoped && !held_has(&before, w->now.items[i].id))
			w->now.items[i] = w->now.items[--w->now.count];
}

static void walk_arms(struct walk *w, uint32_t then, uint32_t other)
{
	struct held start = w->now;

	walk(w, then);
	struct held end = w->now;
	w->now = start;
	if (other)
		walk(w, other);
	join(&w->now, &end);
}

static void walk_turn(struct walk *w, const struct node *n, struct held *end)
{
	uint32_t init = n->first, condition = at(w, init)->next, step = at(w, condition)->next,
		 body = at(w, step)->next;

	w->broken = w->continued = nowhere;
	if (n->op != LOOP_DO)
		walk(w, condition);
	struct held out = n->op != LOOP_DO && at(w, condition)->kind != NODE_EMPTY ? w->now : nowhere;
	walk(w, body);
	join(&w->now, &w->continued);
	walk(w, step);
	if (n->op == LOOP_DO) {
		walk(w, condition);
		out = w->now;
	}
	*end = w->now;
	w->now = out;
	join(&w->now, &w->broken);
}

/* Twice: what the end of a turn does not hold, its beginning does not hold for sure. */
static void walk_loop(struct walk *w, const struct node *n)
{
	struct held broken = w->broken, continued = w->continued, end;
	held_at_call *at_call = w->at_call;

	walk(w, n->first);
	struct held start = w->now;
	w->at_call = NULL;
	walk_turn(w, n, &end);
	w->at_call = at_call;
	w->now = start;
	join(&w->now, &end);
	walk_turn(w, n, &end);
	w->broken = broken;
	w->continued = continued;
}

static void walk_switch(struct walk *w, const struct node *n)
{
	struct held broken = w->broken;
	uint32_t body = at(w, n->first)->next;
	bool complete = false;

	walk(w, n->first);
	struct held start = w->now;
	w->broken = nowhere;
	w->now = nowhere;
	if (body)
		for_each_child(child, w->f->facts, at(w, body)) {
			const struct node *c = at(w, child);

			complete = complete || c->kind == NODE_DEFAULT;
			if (c->kind == NODE_CASE || c->kind == NODE_DEFAULT)
				join(&w->now, &start);
			else
				walk(w, child);
		}
	if (!complete)
		join(&w->now, &start);
	join(&w->now, &w->broken);
	w->broken = broken;
}

static struct label *label_of(struct walk *w, uint32_t name)
{
	for (unsigned i = 0; i < w->label_count; i++)
		if (w->labels[i].name == name)
			return &w->labels[i];
	if (w->label_count == MAX_LABELS)
		return NULL;
	w->labels[w->label_count] = (struct label){ name, nowhere };
	return &w->labels[w->label_count++];
}

static void walk_jump(struct walk *w, const struct node *n)
{
	struct label *label = n->kind == NODE_GOTO || n->kind == NODE_LABEL ? label_of(w, n->text) : NULL;

	if (n->kind == NODE_LABEL) {
		if (label)
			join(&w->now, &label->held);
		else
			w->now.count = 0;
		return;
	}
	if (n->kind == NODE_RETURN) {
		for_each_child(child, w->f->facts, n)
			walk(w, child);
		join(&w->exit, &w->now);
	}
	if (label)
		join(&label->held, &w->now);
	if (n->kind == NODE_BREAK)
		join(&w->broken, &w->now);
	if (n->kind == NODE_CONTINUE)
		join(&w->continued, &w->now);
	w->now = nowhere;
}

static void walk(struct walk *w, uint32_t node)
{
	const struct node *n = at(w, node);

	if (w->depth >= MAX_DEPTH)
		return;
	w->depth++;
	switch (n->kind) {
	case NODE_CALL:
		walk_call(w, node);
		break;
	case NODE_ASSIGN:
		walk_assign(w, node);
		break;
	case NODE_BLOCK:
		walk_block(w, n);
		break;
	case NODE_LOOP:
		walk_loop(w, n);
		break;
	case NODE_SWITCH:
		walk_switch(w, n);
		break;
	case NODE_IF:
	case NODE_CONDITIONAL:
		walk(w, n->first);
		walk_arms(w, at(w, n->first)->next, at(w, at(w, n->first)->next)->next);
		break;
	case NODE_RETURN:
	case NODE_BREAK:
	case NODE_CONTINUE:
	case NODE_GOTO:
	case NODE_LABEL:
		walk_jump(w, n);
		break;
	case NODE_BINARY:
		if (n->op == OP_AND || n->op == OP_OR) {
			walk(w, n->first);
			walk_arms(w, at(w, n->first)->next, 0);
			break;
		}
		/* fall through */
	default:
		for_each_child(child, w->f->facts, n)
			walk(w, child);
	}
	w->depth--;
}

static void walk_body(struct locks *l, uint32_t function, const struct held *entry, struct balance *balance,
		      held_at_call *at_call, void *data)
{
	struct walk w = { .l = l,
			  .function = function,
			  .f = program_function(l->p, function),
			  .now = *entry,
			  .exit = nowhere,
			  .broken = nowhere,
			  .continued = nowhere,
			  .balance = balance,
			  .at_call = at_call,
			  .data = data };

	walk(&w, w.f->fact->body);
	join(&w.exit, &w.now);
	if (balance)
		for (unsigned i = 0; !w.exit.dead && i < w.exit.count; i++)
			if (!w.exit.items[i].scoped)
				take(&balance->takes, w.exit.items[i]);
}

/* --- what functions do on balance --- */

static bool touches_itself(const struct program *p, const struct program_function *f)
{
	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++)
		if (lock_effect(p, program_call(p, i)->callee, EFFECT_LOCKS) ||
		    lock_effect(p, program_call(p, i)->callee, EFFECT_UNLOCKS))
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
