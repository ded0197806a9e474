/*
 * catch_value: expressions in a handler, as they come out when what was caught is a cancellation.
 *
 * `edata->sqlerrcode == ERRCODE_SYNTAX_ERROR` is false then, and so is whether its category is that of syntax errors:
 * where the code of a cancellation is a number it is computed with like any other. Where it is only known by its name,
 * every other name is another code. Variables, and fields of them, hold what the handler has put there.
 */
#include "program/catches.h"
#include "program/value.h"

#include <string.h>

enum { MAX_EFFORT = 100000 };

const struct caught caught_unknown;

static const struct node *at(const struct handling *h, uint32_t node)
{
	return function_node(catch_function(h), node);
}

static const char *text_of(const struct handling *h, uint32_t string)
{
	return facts_string(catch_function(h)->facts, string);
}

const char *catch_symbol(const struct handling *h, uint32_t symbol)
{
	return text_of(h, facts_symbol(catch_function(h)->facts, symbol)->name);
}

static struct caught number(int64_t value)
{
	return (struct caught){ .value = value_constant(value) };
}

struct caught caught_not_null(void)
{
	return (struct caught){ .value = { .nonzero = true } };
}

/* The code of a cancellation: the number that the pack gives it, or only that it is no "none". */
struct caught catch_code(const struct handling *h)
{
	const char *const *names = h->site->form->cancelled;
	const struct pack_constant *constant = names[0] ? g_hash_table_lookup(h->p->constant_by_name, names[0]) : NULL;
	struct caught code = constant ? number(constant->value) : caught_not_null();

	code.code = true;
	return code;
}

enum truth catch_truth(const struct caught *value)
{
	return value_truth(&value->value);
}

/* --- places --- */

static bool same_place(const struct kept *a, const struct kept *b)
{
	return a->kind == b->kind && a->root == b->root && a->field == b->field && a->pointed == b->pointed;
}

/* A variable or global, a field of it, or of what it points at; what lies deeper is not followed. */
struct kept way_place(const struct handling *h, uint32_t node)
{
	struct kept place = { 0 };
	const struct node *n = at(h, node);

	if (n->kind == NODE_FIELD) {
		place.field = n->symbol;
		place.pointed = n->flags & NODE_ARROW;
		n = at(h, n->first);
	} else if (n->kind == NODE_DEREF) {
		place.pointed = true;
		n = at(h, n->first);
	}
	if (n->kind == NODE_PARAM || n->kind == NODE_LOCAL)
		place.root = (uint32_t)n->value;
	else if (n->kind == NODE_GLOBAL)
		place.root = n->symbol;
	else
		return (struct kept){ 0 };
	place.kind = n->kind;
	return place;
}

struct kept *way_kept(struct way *way, const struct kept *place)
{
	for (unsigned i = 0; place->kind && i < way->count; i++)
		if (same_place(&way->items[i], place))
			return &way->items[i];
	return NULL;
}

static bool same_root(const struct kept *a, const struct kept *b)
{
	return a->kind == b->kind && a->root == b->root;
}

/* A variable that is set as a whole has no fields known any more. */
static void forget(struct way *way, const struct kept *place)
{
	for (unsigned i = way->count; i-- > 0;)
		if (same_place(&way->items[i], place) ||
		    (!place->field && !place->pointed && same_root(&way->items[i], place)))
			way->items[i] = way->items[--way->count];
}

void way_keep(struct handling *h, struct kept place, struct caught value, bool asked)
{
	struct way *way = catch_way(h);

	if (!place.kind || way->dead)
		return;
	forget(way, &place);
	place.value = value;
	place.asked = asked;
	if (way->count < MAX_KEPT)
		way->items[way->count++] = place;
}

struct caught caught_join(const struct caught *a, const struct caught *b)
{
	return (struct caught){ .value = value_join(a->value, b->value),
				.error = a->error && b->error,
				.code = a->code && b->code };
}

void way_join(struct way *to, const struct way *other)
{
	if (other->dead)
		return;
	if (to->dead) {
		*to = *other;
		return;
	}
	to->handed = to->handed && other->handed;
	to->recoded = to->recoded && other->recoded;
	to->weak = to->weak && other->weak;
	for (unsigned i = to->count; i-- > 0;) {
		const struct kept *same = way_kept((struct way *)other, &to->items[i]);

		if (same)
			to->items[i].value = caught_join(&to->items[i].value, &same->value);
		else
			to->items[i] = to->items[--to->count];
	}
}

/* --- what is read --- */

static struct caught read_place(struct handling *h, uint32_t node)
{
	struct kept place = way_place(h, node);
	const struct kept *kept = way_kept(catch_way(h), &place);

	return kept ? kept->value : caught_unknown;
}

static struct caught read_field(struct handling *h, uint32_t node)
{
	const struct catch_form *form = h->site->form;
	struct kept place = way_place(h, node);
	const struct kept *kept = way_kept(catch_way(h), &place);
	struct caught object = catch_eval(h, at(h, node)->first);

	if (kept)
		return kept->value;
	if (catch_listed(form->codes, catch_symbol(h, at(h, node)->symbol)) || (object.error && !form->cancelled[0]))
		return catch_code(h);
	return caught_unknown;
}

/* --- comparisons --- */

const char *catch_constant(struct handling *h, uint32_t node)
{
	const struct node *n = at(h, node);

	while (n->kind == NODE_ADDRESS || n->kind == NODE_FIELD)
		n = at(h, n->first);
	if (n->kind == NODE_CONST)
		return text_of(h, n->text);
	return n->kind == NODE_GLOBAL ? catch_symbol(h, n->symbol) : "";
}

enum truth catch_equals(struct handling *h, const struct caught *value, uint32_t node)
{
	const char *name = catch_constant(h, node);
	const struct node *n = at(h, node);
	struct program_value other = n->kind == NODE_CONST  ? value_constant(n->value)
				     : n->kind == NODE_NULL ? value_constant(0)
							    : value_unknown;
	int64_t known;

	if (value->code && !value_is_constant(&value->value, &known) && *name)
		return catch_means_cancelled(h->site->form, name) ? TRUTH_TRUE : TRUTH_FALSE;
	return value_compare(OP_EQ, &value->value, &other);
}

static struct caught of_truth(enum truth truth)
{
	return truth == TRUTH_UNKNOWN ? caught_unknown : number(truth == TRUTH_TRUE);
}

static bool is_symbolic(const struct caught *value)
{
	int64_t number;

	return value->code && !value_is_constant(&value->value, &number);
}

static struct caught compare(struct handling *h, const struct node *n, const struct caught *a, const struct caught *b)
{
	uint32_t left = n->first, right = at(h, left)->next;
	enum truth truth;

	if ((n->op == OP_EQ || n->op == OP_NE) && (is_symbolic(a) || is_symbolic(b))) {
		truth = is_symbolic(a) ? catch_equals(h, a, right) : catch_equals(h, b, left);
		return of_truth(n->op == OP_EQ ? truth : value_opposite(truth));
	}
	return of_truth(value_compare((enum node_op)n->op, &a->value, &b->value));
}

/* The right side of && and || is on a way of its own. */
static struct caught eval_logic(struct handling *h, const struct node *n)
{
	uint32_t left = n->first, right = at(h, left)->next;
	struct caught a = catch_eval(h, left);
	enum truth truth = catch_truth(&a);

	if (truth == (n->op == OP_AND ? TRUTH_FALSE : TRUTH_TRUE))
		return number(n->op == OP_OR);
	struct way *before = g_memdup2(catch_way(h), sizeof *before);
	struct caught b = catch_eval(h, right);
	if (truth == TRUTH_UNKNOWN)
		way_join(catch_way(h), before);
	g_free(before);
	return of_truth(value_logic((enum node_op)n->op, truth, catch_truth(&b)));
}

static struct caught eval_binary(struct handling *h, const struct node *n)
{
	if (n->op == OP_AND || n->op == OP_OR)
		return eval_logic(h, n);
	struct caught a = catch_eval(h, n->first), b = catch_eval(h, at(h, n->first)->next);
	if (n->op == OP_COMMA)
		return b;
	if (n->op >= OP_EQ && n->op <= OP_GE)
		return compare(h, n, &a, &b);
	struct caught result = { .value = value_combine((enum node_op)n->op, a.value, b.value) };
	result.code = a.code && is_symbolic(&a); /* part of it, still told by name */
	return result;
}

static struct caught eval_conditional(struct handling *h, const struct node *n)
{
	uint32_t then = at(h, n->first)->next, other = at(h, then)->next;
	struct caught condition = catch_eval(h, n->first), a, b;
	enum truth truth = catch_truth(&condition);

	if (truth == TRUTH_TRUE)
		return at(h, then)->kind == NODE_EMPTY ? condition : catch_eval(h, then);
	if (truth == TRUTH_FALSE)
		return catch_eval(h, other);
	struct way *before = g_memdup2(catch_way(h), sizeof *before);
	a = at(h, then)->kind == NODE_EMPTY ? condition : catch_eval(h, then);
	struct way *end = g_memdup2(catch_way(h), sizeof *end);
	*catch_way(h) = *before;
	b = catch_eval(h, other);
	way_join(catch_way(h), end);
	g_free(before);
	g_free(end);
	return caught_join(&a, &b);
}

/* --- what is written --- */

bool catch_finds(struct handling *h, uint32_t node, catch_test *test)
{
	bool found = h->depth < CATCH_DEPTH && test(h, node);

	h->depth++;
	for (uint32_t child = at(h, node)->first; child && !found && h->depth < CATCH_DEPTH; child = at(h, child)->next)
		found = catch_finds(h, child, test);
	h->depth--;
	return found;
}

static bool is_call(struct handling *h, uint32_t node)
{
	return at(h, node)->kind == NODE_CALL;
}

static bool was_tried(struct handling *h, uint32_t node)
{
	struct kept place = way_place(h, node);
	const struct kept *kept = way_kept(catch_way(h), &place);

	return is_call(h, node) || (kept && kept->asked);
}

bool catch_asks_itself(struct handling *h, uint32_t condition)
{
	return catch_finds(h, condition, was_tried);
}

/* A place that is still there when the function has returned. */
static bool outlives(const struct kept *place)
{
	return place->kind != NODE_LOCAL || place->pointed;
}

/* `edata->sqlerrcode = ERRCODE_QUERY_CANCELED`, so that no other handler takes the error for its own. */
static bool means_cancelled(struct handling *h, uint32_t node, const struct caught *value)
{
	const char *name = catch_constant(h, node);
	struct caught cancelled = catch_code(h);

	return (*name && catch_means_cancelled(h->site->form, name)) ||
	       value_compare(OP_EQ, &value->value, &cancelled.value) == TRUTH_TRUE;
}

static struct caught eval_assign(struct handling *h, const struct node *n)
{
	uint32_t to = n->first, from = at(h, to)->next;
	struct caught value = catch_eval(h, from), object = caught_unknown;
	struct kept place = way_place(h, to);
	const struct node *target = at(h, to);

	if (n->op != OP_NONE) {
		struct caught before = read_place(h, to);
		value = (struct caught){ .value = value_combine((enum node_op)n->op, before.value, value.value) };
	}
	if (target->kind == NODE_FIELD)
		object = catch_eval(h, target->first);
	if ((value.error || value.code) && !object.error && !n->macro && (!place.kind || outlives(&place)))
		catch_way(h)->handed = true;
	if (object.error && catch_listed(h->site->form->codes, catch_symbol(h, target->symbol)))
		catch_way(h)->recoded = !value.code && !means_cancelled(h, from, &value);
	way_keep(h, place, value, catch_finds(h, from, is_call));
	return value;
}

static struct caught eval_unary(struct handling *h, const struct node *n)
{
	struct caught value = catch_eval(h, n->first), result = caught_unknown;
	int64_t known;
	bool constant = value_is_constant(&value.value, &known);

	if (n->op == OP_NOT)
		return of_truth(value_opposite(catch_truth(&value)));
	if (n->op == OP_INCREMENT || n->op == OP_DECREMENT) {
		if (constant)
			result = number(n->op == OP_INCREMENT ? known + 1 : known - 1);
		way_keep(h, way_place(h, n->first), result, false);
		return caught_unknown;
	}
	if (!constant)
		return caught_unknown;
	return number(n->op == OP_NEG ? -known : n->op == OP_BITNOT ? ~known : known);
}

static struct caught eval_children(struct handling *h, const struct node *n)
{
	struct caught value = caught_unknown;

	for_each_child(child, catch_function(h)->facts, n)
		value = catch_eval(h, child);
	return n->first && !at(h, n->first)->next ? value : caught_unknown;
}

/* Whether this reads what was caught from where the library keeps it. */
static bool reads_code(struct handling *h, uint32_t node)
{
	const struct node *n = at(h, node);

	return n->kind == NODE_FIELD && catch_listed(h->site->form->codes, catch_symbol(h, n->symbol));
}

/* What the macros of the catch have set, at a node of theirs, before the handler begins. */
static void begin_with(struct handling *h, uint32_t node, const struct catch_macros *macros)
{
	const struct node *n = at(h, node);
	struct caught code = catch_code(h);

	if (n->kind != NODE_ASSIGN || !n->macro)
		return;
	if (n->macro == macros->opener && n->line == at(h, h->site->guarded)->line && n->flags & NODE_INIT)
		way_keep(h, way_place(h, n->first), catch_eval(h, at(h, n->first)->next), false);
	code.error = true;
	if (n->macro == macros->handler && n->line == h->site->line &&
	    catch_finds(h, at(h, n->first)->next, reads_code))
		way_keep(h, way_place(h, n->first), code, false);
}

void catch_begin(struct handling *h)
{
	const struct program_function *f = catch_function(h);
	const GArray *macros = h->macros[f->unit - 1];

	for (guint i = 0; i < macros->len; i++)
		for (uint32_t node = f->fact->body; node < f->end_node; node++)
			if (g_array_index(macros, struct catch_macros, i).form == h->site->form)
				begin_with(h, node, &g_array_index(macros, struct catch_macros, i));
}

/* A cast, or something else that is kept for what is inside of it, is that. */
static struct caught eval(struct handling *h, uint32_t node)
{
	const struct node *n = at(h, node);

	switch (n->kind) {
	case NODE_CONST:
		return number(n->value);
	case NODE_NULL:
		return number(0);
	case NODE_STRING:
	case NODE_FUNCTION:
		return caught_not_null();
	case NODE_PARAM:
	case NODE_LOCAL:
	case NODE_GLOBAL:
		return read_place(h, node);
	case NODE_FIELD:
		return read_field(h, node);
	case NODE_DEREF: {
		struct caught pointer = catch_eval(h, n->first), value = read_place(h, node);

		return pointer.error ? pointer : value;
	}
	case NODE_ADDRESS: {
		struct caught object = catch_eval(h, n->first);

		object.value = caught_not_null().value;
		return object;
	}
	case NODE_CALL:
		return catch_call(h, node);
	case NODE_ASSIGN:
		return eval_assign(h, n);
	case NODE_UNARY:
		return eval_unary(h, n);
	case NODE_BINARY:
		return eval_binary(h, n);
	case NODE_CONDITIONAL:
		return eval_conditional(h, n);
	default:
		return eval_children(h, n);
	}
}

struct caught catch_eval(struct handling *h, uint32_t node)
{
	struct caught value = caught_unknown;

	if (catch_way(h)->dead)
		return value;
	if (++h->effort > MAX_EFFORT || h->depth >= CATCH_DEPTH)
		h->end.unknown = true;
	h->depth++;
	if (!h->end.unknown)
		value = eval(h, node);
	h->depth--;
	return value;
}
