/* flow: see flow.h. */
#include "program/flow.h"
#include "program/value.h"

#include <string.h>

struct flow_label {
	uint32_t name;
	void *state;
};

static void walk(struct flow *flow, uint32_t node);

static const struct node *at(const struct flow *flow, uint32_t node)
{
	return function_node(flow->f, node);
}

/* --- states --- */

static bool is_dead(const void *state)
{
	return ((const struct flow_state *)state)->dead;
}

static void make_dead(const struct flow *flow, void *state)
{
	memset(state, 0, flow->client->size);
	((struct flow_state *)state)->dead = true;
}

static void *dead_state(const struct flow *flow)
{
	void *state = g_malloc(flow->client->size);

	make_dead(flow, state);
	return state;
}

static void join_into(const struct flow *flow, void *state, const void *other)
{
	if (is_dead(other))
		return;
	if (is_dead(state))
		memcpy(state, other, flow->client->size);
	else
		flow->client->join(state, other);
}

void *flow_copy(const struct flow *flow)
{
	return g_memdup2(flow->now, flow->client->size);
}

void flow_set(struct flow *flow, const void *state)
{
	memcpy(flow->now, state, flow->client->size);
}

void flow_join(struct flow *flow, const void *other)
{
	join_into(flow, flow->now, other);
}

/* --- branches --- */

static enum truth decide(struct flow *flow, uint32_t condition)
{
	if (flow->client->decide)
		return flow->client->decide(flow, condition);
	flow->client->evaluate(flow, condition);
	return TRUTH_UNKNOWN;
}

static void walk_if(struct flow *flow, const struct node *n)
{
	uint32_t then = at(flow, n->first)->next, other = at(flow, then)->next;
	enum truth truth = decide(flow, n->first);
	void *start = flow_copy(flow);

	if (truth == TRUTH_FALSE)
		make_dead(flow, flow->now);
	walk(flow, then);
	void *end = flow_copy(flow);
	flow_set(flow, start);
	if (truth == TRUTH_TRUE)
		make_dead(flow, flow->now);
	if (other)
		walk(flow, other);
	flow_join(flow, end);
	g_free(start);
	g_free(end);
}

/* For each label of a `switch`, in order, whether the value is its; `default` is left out where another surely is. */
static GArray *judge_cases(struct flow *flow, uint32_t body, bool *complete)
{
	GArray *truths = g_array_new(FALSE, FALSE, sizeof(enum truth));
	bool taken = false;

	for_each_child(child, flow->f->facts, at(flow, body)) {
		const struct node *label = at(flow, child);
		enum truth truth = TRUTH_UNKNOWN;

		if (label->kind == NODE_CASE && flow->client->fits)
			truth = flow->client->fits(flow, label);
		taken = taken || (label->kind == NODE_CASE && truth == TRUTH_TRUE);
		*complete = *complete || taken || label->kind == NODE_DEFAULT;
		if (label->kind == NODE_CASE || label->kind == NODE_DEFAULT)
			g_array_append_val(truths, truth);
	}
	guint i = 0;
	for_each_child(child, flow->f->facts, at(flow, body)) {
		if (at(flow, child)->kind == NODE_DEFAULT && taken)
			g_array_index(truths, enum truth, i) = TRUTH_FALSE;
		i += at(flow, child)->kind == NODE_CASE || at(flow, child)->kind == NODE_DEFAULT;
	}
	return truths;
}

static void walk_cases(struct flow *flow, uint32_t body, const GArray *truths, const void *start)
{
	guint i = 0;

	for_each_child(child, flow->f->facts, at(flow, body)) {
		bool is_label = at(flow, child)->kind == NODE_CASE || at(flow, child)->kind == NODE_DEFAULT;

		if (!is_label)
			walk(flow, child);
		else if (g_array_index(truths, enum truth, i++) != TRUTH_FALSE)
			flow_join(flow, start);
	}
}

static void walk_switch(struct flow *flow, const struct node *n)
{
	uint32_t body = at(flow, n->first)->next;
	void *broken = flow->broken;
	bool complete = false;

	flow->client->evaluate(flow, n->first);
	void *start = flow_copy(flow);
	GArray *truths = body ? judge_cases(flow, body, &complete) : NULL;
	flow->broken = dead_state(flow);
	make_dead(flow, flow->now);
	if (body)
		walk_cases(flow, body, truths, start);
	if (!complete)
		flow_join(flow, start);
	flow_join(flow, flow->broken);
	g_free(flow->broken);
	flow->broken = broken;
	g_free(start);
	if (truths)
		g_array_free(truths, TRUE);
}

/* --- loops --- */

/* One turn, and out of the loop. Returns the state at the end of the turn, to be freed. */
static void *walk_turn(struct flow *flow, const struct node *n)
{
	uint32_t condition = at(flow, n->first)->next, step = at(flow, condition)->next, body = at(flow, step)->next;
	bool endless = at(flow, condition)->kind == NODE_EMPTY;
	enum truth truth = endless ? TRUTH_TRUE : TRUTH_UNKNOWN;

	make_dead(flow, flow->broken);
	make_dead(flow, flow->continued);
	if (n->op != LOOP_DO && !endless)
		truth = decide(flow, condition);
	void *out = n->op != LOOP_DO && truth != TRUTH_TRUE ? flow_copy(flow) : dead_state(flow);
	if (n->op != LOOP_DO && truth == TRUTH_FALSE)
		make_dead(flow, flow->now);
	walk(flow, body);
	flow_join(flow, flow->continued);
	flow->client->evaluate(flow, step);
	if (n->op == LOOP_DO && !endless)
		truth = decide(flow, condition);
	if (n->op == LOOP_DO && truth != TRUTH_TRUE)
		join_into(flow, out, flow->now);
	if (n->op == LOOP_DO && truth == TRUTH_FALSE)
		make_dead(flow, flow->now);
	void *end = flow_copy(flow);
	flow_set(flow, out);
	flow_join(flow, flow->broken);
	g_free(out);
	return end;
}

/* `do { ... } while (0)`, which macros are made of. */
static bool turns_once(const struct flow *flow, const struct node *n)
{
	const struct node *condition = at(flow, at(flow, n->first)->next);

	return n->op == LOOP_DO && condition->kind == NODE_CONST && condition->value == 0;
}

/* What the end of a turn does not have, its beginning does not have for sure. */
static void rehearse(struct flow *flow, const struct node *n)
{
	bool rehearsal = flow->rehearsal;
	void *start = flow_copy(flow);

	flow->rehearsal = true;
	void *end = walk_turn(flow, n);
	flow->rehearsal = rehearsal;
	flow_set(flow, start);
	flow_join(flow, end);
	g_free(start);
	g_free(end);
}

static void walk_loop(struct flow *flow, const struct node *n)
{
	void *broken = flow->broken, *continued = flow->continued;

	flow->client->evaluate(flow, n->first);
	flow->broken = dead_state(flow);
	flow->continued = dead_state(flow);
	if (!turns_once(flow, n))
		rehearse(flow, n);
	g_free(walk_turn(flow, n));
	g_free(flow->broken);
	g_free(flow->continued);
	flow->broken = broken;
	flow->continued = continued;
}

/* --- jumps --- */

static void *state_at_label(struct flow *flow, uint32_t name)
{
	for (guint i = 0; i < flow->labels->len; i++)
		if (g_array_index(flow->labels, struct flow_label, i).name == name)
			return g_array_index(flow->labels, struct flow_label, i).state;
	struct flow_label label = { name, dead_state(flow) };
	g_array_append_val(flow->labels, label);
	return label.state;
}

static void walk_jump(struct flow *flow, const struct node *n)
{
	switch (n->kind) {
	case NODE_LABEL:
		flow_join(flow, state_at_label(flow, n->text));
		return;
	case NODE_RETURN:
		if (!is_dead(flow->now))
			flow->client->leave(flow, n);
		break;
	case NODE_GOTO:
		join_into(flow, state_at_label(flow, n->text), flow->now);
		break;
	case NODE_BREAK:
		join_into(flow, flow->broken, flow->now);
		break;
	default:
		join_into(flow, flow->continued, flow->now);
	}
	make_dead(flow, flow->now);
}

/* --- statements --- */

static void walk_block(struct flow *flow, const struct node *n)
{
	void *before = flow->client->end_block ? flow_copy(flow) : NULL;

	for_each_child(child, flow->f->facts, n)
		walk(flow, child);
	if (before)
		flow->client->end_block(flow, before);
	g_free(before);
}

static void walk(struct flow *flow, uint32_t node)
{
	const struct node *n = at(flow, node);

	if (flow->depth >= FLOW_DEPTH)
		return;
	flow->depth++;
	flow->statement = n->line ? node : flow->statement;
	switch (n->kind) {
	case NODE_BLOCK:
		walk_block(flow, n);
		break;
	case NODE_IF:
		walk_if(flow, n);
		break;
	case NODE_LOOP:
		walk_loop(flow, n);
		break;
	case NODE_SWITCH:
		walk_switch(flow, n);
		break;
	case NODE_RETURN:
	case NODE_BREAK:
	case NODE_CONTINUE:
	case NODE_GOTO:
	case NODE_LABEL:
		walk_jump(flow, n);
		break;
	case NODE_PARAM:
	case NODE_LOCAL:
		break; /* `(void)status;` does nothing */
	default:
		flow->client->evaluate(flow, node);
	}
	flow->depth--;
}

void flow_walk(struct flow *flow, const struct flow_client *client, const struct program_function *f, const void *entry)
{
	flow->client = client;
	flow->f = f;
	flow->now = entry ? g_memdup2(entry, client->size) : g_malloc0(client->size);
	flow->broken = dead_state(flow);
	flow->continued = dead_state(flow);
	flow->labels = g_array_new(FALSE, FALSE, sizeof(struct flow_label));
	walk(flow, f->fact->body);
	if (!is_dead(flow->now))
		client->leave(flow, NULL);
	for (guint i = 0; i < flow->labels->len; i++)
		g_free(g_array_index(flow->labels, struct flow_label, i).state);
	g_array_free(flow->labels, TRUE);
	g_free(flow->now);
	g_free(flow->broken);
	g_free(flow->continued);
}
