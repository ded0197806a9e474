/* aftermath_eval: expressions; see aftermath_walk.h. */
#include "program/aftermath_walk.h"
#include "program/value.h"

#include <string.h>

/* -ECANCELED, ECANCELED: which of them is meant, the value says that it is held against. */
static const char *without_sign(const char *name)
{
	return *name == '-' ? name + 1 : name;
}

bool aftermath_means_cancelled(const struct walk *w, const struct node *constant)
{
	const char *text = walk_text(w, constant->text);

	if (w->site->kind == COMPLETION_RESULT)
		return strcmp(text, "G_IO_ERROR_CANCELLED") == 0;
	for (const char *const *name = w->site->model ? w->site->model->cancelled : NULL; name && *name; name++)
		if (strcmp(without_sign(*name), without_sign(text)) == 0)
			return true;
	return false;
}

/* Whether failures are numbers below 0, as the cancellation is. */
static bool is_negative(const struct walk *w)
{
	const struct completion_site *site = w->site;
	const char *name = site->model && site->model->cancelled ? site->model->cancelled[0] : "";

	for (size_t i = 0; site->pack && i < site->pack->constant_count; i++)
		if (strcmp(site->pack->constants[i].name, name) == 0)
			return site->pack->constants[i].value < 0;
	return *name == '-'; /* -ECANCELED */
}

/* `status < 0` and the like, of one that says failed or cancelled. */
static struct thing compare_sign(const struct walk *w, struct thing of, enum node_op op, const struct node *constant)
{
	if (constant->kind != NODE_CONST || constant->value || op < OP_LT || op > OP_GE || !is_negative(w))
		return thing_unknown;
	return thing_of_truth((op == OP_LT || op == OP_LE) == !of.number ? TRUTH_TRUE : TRUTH_FALSE);
}

/* The status, whose number no pack says, against a constant. */
static struct thing compare_status(struct walk *w, struct thing of, enum node_op op, uint32_t node, uint32_t constant)
{
	const struct node *c = walk_node(w, constant);
	bool cancelled = c->kind == NODE_CONST && aftermath_means_cancelled(w, c);

	if (cancelled)
		walk_note_told(w, node);
	if (c->kind != NODE_CONST || (op != OP_EQ && op != OP_NE))
		return compare_sign(w, of, op, c);
	return thing_of_truth((op == OP_EQ) == cancelled ? TRUTH_TRUE : TRUTH_FALSE);
}

/* A status that says failed, whatever number that is: neither 0, which is some error's code, nor cancelled. */
static struct thing compare_failed(struct walk *w, struct thing of, enum node_op op, uint32_t constant)
{
	const struct node *c = walk_node(w, constant);
	bool succeeded = c->value == 0 && w->site->kind == COMPLETION_STATUS;

	if (c->kind != NODE_CONST || (op != OP_EQ && op != OP_NE) || (!succeeded && !aftermath_means_cancelled(w, c)))
		return w->site->kind == COMPLETION_STATUS ? compare_sign(w, of, op, c) : thing_unknown;
	return thing_of_truth(op == OP_NE ? TRUTH_TRUE : TRUTH_FALSE);
}

static struct thing compare(struct walk *w, uint32_t node, struct thing a, struct thing b, uint32_t right)
{
	enum node_op op = walk_node(w, node)->op;
	bool equality = op == OP_EQ || op == OP_NE;

	w->part_asked |= a.kind == THING_PART || b.kind == THING_PART;
	if (a.kind == THING_STATUS)
		return compare_status(w, a, op, node, right);
	if (a.kind == THING_FAILED)
		return compare_failed(w, a, op, right);
	if (a.kind == THING_NUMBER && b.kind == THING_NUMBER) {
		struct program_value x = value_constant(a.number), y = value_constant(b.number);

		if (walk_node(w, right)->kind == NODE_CONST && aftermath_means_cancelled(w, walk_node(w, right)))
			walk_note_told(w, node);
		return thing_of_truth(value_compare(op, &x, &y));
	}
	if (equality && a.kind == b.kind && a.kind == THING_DOMAIN)
		return thing_of_truth(op == OP_EQ ? TRUTH_TRUE : TRUTH_FALSE);
	if (equality && b.kind == THING_NUMBER && b.number == 0 && thing_truth(a) == TRUTH_TRUE)
		return thing_of_truth(op == OP_NE ? TRUTH_TRUE : TRUTH_FALSE);
	if (equality && a.kind == THING_NUMBER && a.number == 0 && thing_truth(b) == TRUTH_TRUE)
		return thing_of_truth(op == OP_NE ? TRUTH_TRUE : TRUTH_FALSE);
	return thing_unknown;
}

/* && and ||: the right side is walked only where it may be reached. */
static struct thing eval_logic(struct walk *w, const struct node *n)
{
	uint32_t right = walk_node(w, n->first)->next;
	enum truth left = thing_truth(aftermath_eval(w, n->first));
	enum truth decides = n->op == OP_AND ? TRUTH_FALSE : TRUTH_TRUE;

	if (left == decides)
		return thing_of_truth(left);
	void *before = flow_copy(&w->flow);
	enum truth second = thing_truth(aftermath_eval(w, right));
	if (left == TRUTH_UNKNOWN)
		flow_join(&w->flow, before);
	g_free(before);
	return thing_of_truth(value_logic(n->op, left, second));
}

/* `(void)request, (void)status` looks at neither. */
static struct thing eval_comma(struct walk *w, uint32_t left, uint32_t right)
{
	uint32_t parts[] = { left, right };
	struct thing value = thing_unknown;

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		enum node_kind kind = walk_node(w, parts[i])->kind;

		value = kind == NODE_PARAM || kind == NODE_LOCAL ? thing_unknown : aftermath_eval(w, parts[i]);
	}
	return value;
}

static struct thing eval_binary(struct walk *w, uint32_t node)
{
	const struct node *n = walk_node(w, node);
	uint32_t right = walk_node(w, n->first)->next;

	if (n->op == OP_AND || n->op == OP_OR)
		return eval_logic(w, n);
	if (n->op == OP_COMMA)
		return eval_comma(w, n->first, right);
	struct thing a = aftermath_eval(w, n->first), b = aftermath_eval(w, right);
	return n->op >= OP_EQ && n->op <= OP_GE ? compare(w, node, a, b, right) : thing_unknown;
}

struct thing aftermath_carried(struct walk *w, uint32_t node)
{
	if (!w->out->finish && !w->helpers)
		w->out->finish = walk_node(w, node)->line ? node : w->where;
	return walk_now(w)->carried;
}

static bool is_named(const char *name, const char *field)
{
	return field && strcmp(name, field) == 0;
}

/* The code and the domain of the error, a field of the user data, or something else's. */
static struct thing eval_field(struct walk *w, uint32_t node)
{
	const struct node *n = walk_node(w, node);
	struct thing of = aftermath_eval(w, n->first);
	const char *name = node_name(w->f, n);

	if (is_named(name, w->site->field))
		return aftermath_carried(w, node);
	if (is_named(name, w->site->data_field))
		return (struct thing){ THING_DATA, 0 };
	if (of.kind == THING_ERROR && g_str_has_suffix(name, ".code")) {
		walk_note_told(w, node);
		return w->scenario == SCENARIO_CANCELLED ? (struct thing){ THING_NUMBER, CANCELLED_IN_GIO }
							 : (struct thing){ THING_FAILED, 0 };
	}
	if (of.kind == THING_ERROR && g_str_has_suffix(name, ".domain"))
		return (struct thing){ THING_DOMAIN, 0 };
	if (w->scenario != SCENARIO_CANCELLED && strstr(name, "cancel"))
		return thing_zero; /* `query->canceled`, a flag beside the status */
	if (n->flags & NODE_ARROW)
		walk_note_use(w, of, node);
	if (of.kind == THING_DATA && w->site->lifetime == LIFETIME_KEPT)
		return (struct thing){ THING_PART, n->symbol };
	return thing_unknown;
}

static struct thing eval_unary(struct walk *w, const struct node *n)
{
	struct thing of = aftermath_eval(w, n->first);

	w->part_asked |= n->op == OP_NOT && of.kind == THING_PART;
	if (n->op == OP_NOT)
		return thing_of_truth(value_opposite(thing_truth(of)));
	if (n->op == OP_INCREMENT || n->op == OP_DECREMENT)
		walk_set(w, n->first, thing_unknown);
	if (n->op == OP_NEG && of.kind == THING_NUMBER)
		return (struct thing){ THING_NUMBER, -of.number };
	if (n->op == OP_NEG && (of.kind == THING_STATUS || of.kind == THING_FAILED))
		return (struct thing){ of.kind, !of.number };
	return thing_unknown;
}

static uint32_t node_index(const struct walk *w, const struct node *n)
{
	return (uint32_t)(n - facts_node(w->f->facts, 0));
}

/* `result = R_FAILURE`, where the parameter still says that it was cancelled. */
static bool overwrites(const struct walk *w, const struct node *assign, const struct node *place)
{
	const struct node *value = walk_node(w, place->next);

	return place->kind == NODE_PARAM && place->value == w->site->outcome && !w->helpers && !assign->op &&
	       walk_now(w)->variables[place->value].kind == THING_STATUS && value->kind == NODE_CONST && value->value &&
	       *walk_text(w, value->text) && !aftermath_means_cancelled(w, value);
}

static struct thing eval_assign(struct walk *w, const struct node *n)
{
	uint32_t value_node = walk_node(w, n->first)->next;
	const struct node *place = walk_node(w, n->first);

	bool carries = is_named(node_field(w->f, place), w->site->field);
	if (place->kind != NODE_LOCAL && place->kind != NODE_PARAM)
		aftermath_eval(w, carries ? place->first : n->first);
	struct thing value = aftermath_eval(w, value_node);
	if (carries)
		walk_now(w)->carried = n->op ? thing_unknown : value;
	if (overwrites(w, n, place))
		walk_note(w, EVENT_OVERWRITES, node_index(w, n), 0);
	walk_set(w, n->first, n->op ? thing_unknown : value);
	return n->op ? thing_unknown : value;
}

static struct thing eval_variable(struct walk *w, uint32_t node)
{
	const struct node *n = walk_node(w, node);

	if (w->site->kind == COMPLETION_STATUS && n->kind == NODE_PARAM && n->value == w->site->outcome &&
	    !w->out->finish && !w->helpers)
		w->out->finish = node;
	return (uint64_t)n->value < MAX_VARIABLES ? walk_now(w)->variables[n->value] : thing_unknown;
}

static struct thing eval_choice(struct walk *w, const struct node *n)
{
	uint32_t then = walk_node(w, n->first)->next, other = walk_node(w, then)->next;
	struct thing condition = aftermath_eval(w, n->first);
	enum truth truth = thing_truth(condition);

	if (truth == TRUTH_TRUE)
		return then && walk_node(w, then)->kind != NODE_EMPTY ? aftermath_eval(w, then) : condition;
	if (truth == TRUTH_FALSE)
		return other ? aftermath_eval(w, other) : thing_unknown;
	void *before = flow_copy(&w->flow);
	struct thing a = then ? aftermath_eval(w, then) : thing_unknown;
	void *end = flow_copy(&w->flow);
	flow_set(&w->flow, before);
	struct thing b = other ? aftermath_eval(w, other) : thing_unknown;
	flow_join(&w->flow, end);
	g_free(before);
	g_free(end);
	return things_join(a, b);
}

static struct thing eval_place(struct walk *w, uint32_t node)
{
	const struct node *n = walk_node(w, node);

	for_each_child(child, w->f->facts, n) {
		struct thing of = aftermath_eval(w, child);

		if (n->kind == NODE_DEREF || (n->kind == NODE_INDEX && child == n->first))
			walk_note_use(w, of, node);
	}
	return thing_unknown;
}

struct thing aftermath_eval(struct walk *w, uint32_t node)
{
	const struct node *n = walk_node(w, node);
	struct thing value = thing_unknown;
	uint32_t where = w->where;

	if (w->depth >= MAX_DEPTH || walk_dead(w))
		return thing_unknown;
	w->depth++;
	w->where = n->line ? node : where;
	switch (n->kind) {
	case NODE_CONST:
		value = (struct thing){ THING_NUMBER, n->value };
		break;
	case NODE_NULL:
		value = thing_zero;
		break;
	case NODE_STRING:
	case NODE_FUNCTION:
		value = thing_something;
		break;
	case NODE_PARAM:
	case NODE_LOCAL:
		value = eval_variable(w, node);
		break;
	case NODE_CALL:
		value = aftermath_call(w, node);
		break;
	case NODE_ASSIGN:
		value = eval_assign(w, n);
		break;
	case NODE_FIELD:
		value = eval_field(w, node);
		break;
	case NODE_UNARY:
		value = eval_unary(w, n);
		break;
	case NODE_BINARY:
		value = eval_binary(w, node);
		break;
	case NODE_CONDITIONAL:
		value = eval_choice(w, n);
		break;
	default:
		value = eval_place(w, node);
	}
	w->where = where;
	w->depth--;
	return value;
}
