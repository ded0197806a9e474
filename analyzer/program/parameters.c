/*
 * parameters: which parameters of a function decide something in it: a guard, a condition of a pack, the mode of a
 * descriptor, what it calls back. Only these are told apart where a function is followed (context.c), so that a helper
 * is not followed anew for each argument that makes no difference.
 */
#include "program/contexts.h"

#include <string.h>

static uint32_t mentioned_in_guards(struct program *p, uint32_t function, uint32_t index);

static uint32_t mentioned(struct program *p, uint32_t function, uint32_t node, unsigned depth)
{
	const struct program_function *f = program_function(p, function);
	const struct node *n = function_node(f, node);
	uint32_t mask = 0;

	if (depth > 12)
		return 0;
	if (n->kind == NODE_PARAM)
		return n->value < 32 ? 1u << n->value : 0;
	if (n->kind == NODE_LOCAL && depth < 6) {
		uint32_t count;
		const struct definition *d = definitions_of(p, f, (uint32_t)n->value, &count);

		for (uint32_t i = 0; i < count; i++) {
			if (d[i].value)
				mask |= mentioned(p, function, d[i].value, depth + 4);
			if (i > 0) /* what is set over again may be set under a condition */
				mask |= mentioned_in_guards(p, function, d[i].guard);
		}
	}
	if (n->kind != NODE_FIELD && n->kind != NODE_DEREF)
		for_each_child(child, f->facts, n)
			mask |= mentioned(p, function, child, depth + 1);
	return mask;
}

static uint32_t mentioned_in_argument(struct program *p, const struct call *call, int argument)
{
	bool has_any = program_function(p, call->caller)->fact->params > 0;
	uint32_t node = has_any && argument > 0 ? call_argument(p, call, (unsigned)argument) : 0;

	return node ? mentioned(p, call->caller, node, 0) : 0;
}

static uint32_t mentioned_in_conditions(struct program *p, const struct call *call, const struct conditions *conditions)
{
	uint32_t mask = 0;

	for (size_t i = 0; i < conditions->count; i++)
		mask |= mentioned_in_argument(p, call, conditions->items[i].argument);
	return mask;
}

/* Guards come in the order of the walk, outer before inner, so each is looked at once. */
static uint32_t mentioned_in_guards(struct program *p, uint32_t function, uint32_t index)
{
	if (!index)
		return 0;
	struct guard *guard = program_item(p, guards, struct guard, index);
	if (!guard->judged) {
		guard->judged = true;
		guard->parameters = (guard->asserted ? 0 : mentioned(p, function, guard->node, 0)) |
				    mentioned_in_guards(p, function, guard->outer);
	}
	return guard->parameters;
}

uint32_t parameters_returned(struct program *p, uint32_t function)
{
	struct program_function *f = program_function(p, function);
	uint32_t mask = 0;

	if (f->returned_known || !f->fact->params)
		return f->returned;
	f->returned_known = true;
	for (uint32_t i = 0; i < f->returns; i++) {
		struct region at = *program_item(p, returns, struct region, f->first_return + i);

		mask |= mentioned(p, function, function_node(f, at.node)->first, 0) |
			mentioned_in_guards(p, function, at.guard);
	}
	return f->returned = mask;
}

/* Arguments of what a path decides: a call of the disk, one that opens or makes a text. */
static uint32_t mentioned_as_path(struct program *p, const struct call *call, const struct effect *e)
{
	unsigned count = call_arguments(p, call);
	uint32_t mask = 0;

	if (e->category == CATEGORY_DISK || e->kind == EFFECT_OPENS || e->kind == EFFECT_MAKES_TEXT)
		for (unsigned i = 1; i <= count; i++)
			mask |= mentioned_in_argument(p, call, (int)i);
	return mask;
}

/* The parameters that point at what a field is called in: `visit->callback(item)`. */
static uint32_t mentioned_as_holder(struct program *p, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);
	const struct node *n = function_node(f, call_node(p, call)->first);

	while (n->kind == NODE_DEREF && n->first)
		n = function_node(f, n->first);
	if (n->kind != NODE_FIELD || !n->first || !f->fact->params)
		return 0;
	uint8_t kind = function_node(f, n->first)->kind;
	return kind == NODE_LOCAL || kind == NODE_PARAM ? mentioned(p, call->caller, n->first, 0) : 0;
}

/* What a parameter that is called is handed may be what holds a function: `iterate(item, data)`. */
static uint32_t mentioned_as_data(struct program *p, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);
	uint32_t mask = 0;

	for (uint32_t a = function_node(f, call_node(p, call)->first)->next; a; a = function_node(f, a)->next) {
		const struct node *n = function_node(f, a);

		if (n->kind == NODE_PARAM && n->value < 32 &&
		    strcmp(facts_string(f->facts,
					facts_variable(f->facts, f->fact->first_variable + (uint32_t)n->value)->type),
			   "void *") == 0)
			mask |= 1u << n->value;
	}
	return mask;
}

/* The parameters that are put into fields of a struct on the stack whose address a call hands on. */
static uint32_t mentioned_in_struct(struct program *p, const struct call *call, int argument)
{
	const struct program_function *f = program_function(p, call->caller);
	uint32_t node = argument > 0 ? call_argument(p, call, (unsigned)argument) : 0, count = 0, mask = 0;
	const struct node *n = node ? function_node(f, node) : NULL;

	if (!n || n->kind != NODE_ADDRESS || !n->first || function_node(f, n->first)->kind != NODE_LOCAL)
		return 0;
	const struct definition *d = definitions_of(p, f, (uint32_t)function_node(f, n->first)->value, &count);
	for (uint32_t i = 0; i < count; i++)
		if (d[i].field && d[i].value && pointers_callback_field(p, f->unit - 1, d[i].field))
			mask |= mentioned(p, call->caller, d[i].value, 4);
	return mask;
}

/* Parameter `argument` (from 1) of what is called carries a function: so does what is handed there. */
static void mark_carried(struct program *p, const struct call *call, int argument)
{
	struct program_function *caller = program_function(p, call->caller);
	uint32_t called = caller->fact->params ? mentioned_in_struct(p, call, argument) : 0;

	caller->called |= called;
	caller->interesting |= called;
	caller->carries |= called ? 0 : mentioned_in_argument(p, call, argument);
}

static void mark_own(struct program *p, const struct call *call)
{
	struct program_function *caller = program_function(p, call->caller);
	uint32_t mask = 0;

	mask = mentioned_in_guards(p, call->caller, call->guard);
	if (!call->callee) {
		uint32_t called = mentioned(p, call->caller, call_node(p, call)->first, 0);

		caller->called |= called;
		caller->carries |= mentioned_as_holder(p, call) | (called ? mentioned_as_data(p, call) : 0);
		mask |= called;
	} else {
		const struct model *model = program_function(p, call->callee)->model;

		for (size_t i = 0; model && i < model->effect_count; i++)
			caller->descriptors |= mentioned_in_argument(p, call, model->effects[i]->descriptor);
		for (size_t i = 0; model && i < model->effect_count; i++)
			caller->paths |= mentioned_as_path(p, call, model->effects[i]);
		for (size_t i = 0; model && i < model->effect_count; i++)
			mask |= mentioned_in_conditions(p, call, &model->effects[i]->when) |
				mentioned_in_conditions(p, call, &model->effects[i]->nonblocking) |
				mentioned_in_conditions(p, call, &model->effects[i]->unless) |
				mentioned_in_argument(p, call, model->effects[i]->timeout_argument);
		for (size_t i = 0; model && i < model->register_count; i++)
			if (model->registers[i]->context == CONTEXT_CALLER && !model->registers[i]->within) {
				uint32_t called = mentioned_in_argument(p, call, model->registers[i]->callback);

				caller->called |= called;
				mask |= called;
				mark_carried(p, call, model->registers[i]->data);
			}
	}
	caller->interesting |= mask;
}

/* A parameter handed on to where it matters matters too. */
static bool mark_handed_on(struct program *p, const struct call *call)
{
	struct program_function *caller = program_function(p, call->caller);
	uint32_t interesting = caller->interesting, called = caller->called, descriptors = caller->descriptors;
	uint32_t paths = caller->paths, carries = caller->carries;

	if (!call->callee || call->cleanup)
		return false;
	unsigned before = 0; /* arguments that are not the block's */
	uint32_t scope = scopes_called(p, call, &before);
	const struct program_function *callee = program_function(p, scope ? scope : call->callee);
	for (unsigned i = 0; callee->fact && i < callee->fact->params && i < 32; i++) {
		if (callee->carries & 1u << i)
			mark_carried(p, call, (int)(before + i) + 1);
		if (!((callee->interesting | callee->called | callee->descriptors | callee->paths) & 1u << i))
			continue;
		uint32_t mask = mentioned_in_argument(p, call, (int)(before + i) + 1);

		if (callee->descriptors & 1u << i)
			caller->descriptors |= mask;
		if (callee->paths & 1u << i)
			caller->paths |= mask;
		if (callee->interesting & 1u << i)
			caller->interesting |= mask;
		if (callee->called & 1u << i)
			caller->called |= mask;
	}
	return caller->interesting != interesting || caller->called != called || caller->descriptors != descriptors ||
	       caller->paths != paths || caller->carries != carries;
}

static bool matters(const struct program_function *f)
{
	return f->interesting | f->called | f->descriptors | f->paths | f->carries;
}

static void enqueue(GArray *queue, uint8_t *queued, uint32_t function)
{
	if (queued[function])
		return;
	queued[function] = true;
	g_array_append_val(queue, function);
}

/*
 * All calls once, from the last to the first, of those functions that are `news`: a caller that changes is news to the
 * calls before it at once, and left in `next` for those behind it.
 */
static void sweep(struct program *p, uint8_t *news, uint8_t *next)
{
	for (uint32_t i = p->calls->len - 1; i > 0; i--) {
		const struct call *call = program_call(p, i);

		if (news[call->callee] && mark_handed_on(p, call))
			news[call->caller] = next[call->caller] = true;
	}
}

/*
 * From each function in which a parameter matters to those that call it, until nothing changes. The first time the calls
 * are taken in the order they lie in memory.
 */
static void hand_on(struct program *p)
{
	GArray *queue = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	uint8_t *queued = g_new0(uint8_t, p->functions->len);
	uint8_t *news = g_new0(uint8_t, p->functions->len), *next = g_new0(uint8_t, p->functions->len);

	callers_index(p);
	for (uint32_t i = 1; i < p->functions->len; i++)
		news[i] = matters(program_function(p, i)) || scopes_enters(p, i);
	sweep(p, news, next);
	for (uint32_t i = 1; i < p->functions->len; i++)
		if (next[i])
			enqueue(queue, queued, i);
	g_free(news);
	g_free(next);
	for (guint i = 0; i < queue->len; i++) {
		uint32_t function = g_array_index(queue, uint32_t, i);

		queued[function] = false;
		for (uint32_t c = p->calls_of[function]; c; c = p->next_call_of[c]) {
			struct call call = *program_call(p, c);

			if (mark_handed_on(p, &call))
				enqueue(queue, queued, call.caller);
		}
	}
	g_array_free(queue, TRUE);
	g_free(queued);
}

void parameters_mark(struct program *p)
{
	for (uint32_t i = 1; i < p->calls->len; i++) {
		struct call call = *program_call(p, i);

		if (!call.cleanup)
			mark_own(p, &call);
	}
	hand_on(p);
}
