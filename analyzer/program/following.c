/* following: the calls of an instance, one after the other; see following.h. */
#include "program/external.h"
#include "program/following.h"
#include "program/gobject.h"
#include "program/shared.h"
#include "program/contexts.h"

#include <string.h>

static const struct effect needs_loop = { .kind = EFFECT_NEEDS_LOOP };

/* A handler that only workers were seen to register runs where they do, unless the loop comes here too. */
static void follow_emitted(uint32_t function, uint32_t target, void *data)
{
	struct following *w = data;
	uint32_t root = emitted_deferred(w->s->p, function);

	if (!root || w->s->probe)
		return;
	if (w->parent.context == CONTEXT_LOOP) {
		emitted_accept(w->s->p, root, w->call_index, target);
		search_push_root(w->s, root);
	} else if (w->parent.context == CONTEXT_WORKER) {
		struct instance child = following_child(w, function);

		child.through_pointer = child.from_callback = true;
		child.target = target;
		child.confidence = level_lower(child.confidence, LEVEL_MEDIUM);
		following_reach(w, child);
	}
}

/* The library calls `function`, whose last parameter is what `data` points at. */
static void call_back(struct following *w, uint32_t function, uint32_t data)
{
	struct program *p = w->s->p;
	const struct program_function *f = program_function(p, function);
	struct instance child = following_child(w, function);

	child.through_pointer = child.from_callback = true;
	if (data && f->fact && f->fact->params && f->fact->params <= 32 && f->carries & 1u << (f->fact->params - 1))
		child.known = following_held(w, data, f->fact->params - 1u);
	following_reach(w, child);
}

/* A library function that calls back at once, in the caller's context. */
static void follow_called_back(struct following *w, const struct model *model)
{
	struct program *p = w->s->p;

	for (size_t i = 0; i < model->register_count; i++) {
		const struct registration *r = model->registers[i];
		bool emitted = p->deferred && emitted_here(p, r, w->call_index);
		bool at_once = (r->context == CONTEXT_CALLER && !r->within) || emitted;
		uint32_t argument = at_once ? call_argument(p, &w->call, (unsigned)r->callback) : 0;

		if (!argument || value_conditions(p, &w->parent, &w->call, &r->when) == TRUTH_FALSE)
			continue;
		if (emitted) {
			pointers_each(p, w->call.caller, argument, follow_emitted, w);
			continue;
		}
		struct program_value value = value_of(p, &w->parent, argument);
		struct counting counting = { .targets = value.function != 0, .function = value.function };
		if (!value.function)
			pointers_each(p, w->call.caller, argument, following_count_target, &counting);
		if (counting.targets == 1)
			call_back(w, counting.function, call_argument(p, &w->call, (unsigned)r->data));
	}
}

/* A library function that calls what was handed over before. */
static void follow_within(struct following *w)
{
	struct program *p = w->s->p;
	const GArray *callbacks = within_of(p, w->call.callee);

	for (guint i = 0; callbacks && i < callbacks->len; i++) {
		const struct handed_over *h = &g_array_index(callbacks, struct handed_over, i);

		if (!(w->parent.programs & programs_bound(p, h->function, h->target)))
			continue;
		struct instance child = following_child(w, h->function);
		child.through_pointer = child.from_callback = true;
		child.target = h->target;
		child.registered = h->call;
		following_reach(w, child);
	}
}

static void follow_constructed(uint32_t function, uint32_t target, void *data)
{
	struct following *w = data;
	struct instance child = following_child(w, function);

	child.through_pointer = child.from_callback = true;
	child.target = target;
	following_reach(w, child);
}

/* What is declared of the called function, or of the field it is called through, goes before what it does inside. */
static bool follow_marked(struct following *w)
{
	struct program *p = w->s->p;
	bool worker = w->parent.context == CONTEXT_WORKER;
	uint32_t slot = w->call.callee ? 0 : pointers_slot_of(p, w->call.caller, call_node(p, &w->call)->first);
	const struct marks *marks =
		w->call.callee ? &program_function(p, w->call.callee)->marks : marks_of_slot(p, slot);
	unsigned caller = program_function(p, w->call.caller)->marks.bits;
	bool applies = marks->bits & MARK_BLOCKING || (marks->bits & MARK_WORKER && !worker) ||
		       (marks->bits & MARK_NO_COROUTINE && caller & MARK_COROUTINE);

	if (worker && threads_needs_loop(p, &w->parent, &w->call)) {
		effects_add(w, (struct loop_effect){ .instance = w->parent_index,
						     .call = w->call_index,
						     .effect = &needs_loop,
						     .confidence = w->parent.confidence });
		return true;
	}
	if (worker && marks->bits & MARK_ANY_THREAD)
		return true;
	if (marks->effect && applies) {
		effects_consider(w, marks->effect, w->call.callee, LEVEL_HIGH);
		return true;
	}
	return marks->bits & MARK_NONBLOCKING;
}

/* A library function behind a pointer: `ssize_t (*io)(int, void *, size_t) = read;` */
void following_library(struct following *w, uint32_t function, enum level confidence)
{
	const struct model *model = program_function(w->s->p, function)->model;

	for (size_t i = 0; model && i < model->effect_count; i++)
		if (effects_speak(model->effects[i]->kind))
			effects_consider(w, model->effects[i], function, confidence);
}

/* What a worker does to containers and handlers: whether they are the loop's is known once all is followed. */
static void note_shared(struct following *w, const struct model *model)
{
	struct program *p = w->s->p;

	for (size_t i = 0; model && i < model->effect_count; i++) {
		const struct effect *e = model->effects[i];

		if (e->kind == EFFECT_EMITS || (e->kind == EFFECT_CHANGES && shared_container(p, &w->call, e)))
			effects_add(w, (struct loop_effect){ .instance = w->parent_index,
							     .call = w->call_index,
							     .callee = w->call.callee,
							     .effect = e,
							     .confidence = w->parent.confidence });
	}
}

/* The block of a scope, on a worker. */
static void follow_scope(struct following *w)
{
	struct program *p = w->s->p;
	const struct program_function *f = program_function(p, w->call.caller);
	uint32_t argument, scope = scopes_function(p, f, w->call.node, &argument);
	const struct program_function *block = scope ? program_function(p, scope) : NULL;
	struct environment environment = { .count = 0 };

	if (!block || !block->fact || threads_own_loop(p, scope))
		return;
	for (uint32_t i = 0; argument && i < block->fact->params; i++, argument = function_node(f, argument)->next)
		following_remember(w, argument, scope, i, &environment);
	struct instance child = following_child(w, scope);
	child.context = CONTEXT_WORKER;
	child.known = knowledge_of(p, &environment);
	following_reach(w, child);
}

static void follow_call(struct following *w)
{
	struct program *p = w->s->p;

	if (follow_marked(w))
		return;
	if (scopes_enters(p, w->call.callee))
		follow_scope(w);
	if (!w->call.callee) {
		following_indirect(w, call_node(p, &w->call)->first);
		return;
	}
	const struct program_function *callee = program_function(p, w->call.callee);
	bool own_wait = w->call.waits;
	bool library = !callee->fact || (callee->flags & SYMBOL_SYSTEM);

	if (w->parent.from_callback && !own_wait && callee->fact && callee->waits) {
		effects_add(w, (struct loop_effect){ .instance = w->parent_index,
						     .call = w->call_index,
						     .callee = w->call.callee,
						     .confidence = w->parent.confidence,
						     .nested_wait = true });
		return;
	}
	if (library && w->parent.context == CONTEXT_WORKER)
		note_shared(w, callee->model);
	if (library)
		follow_within(w);
	if (library && gobject_each_constructed(p, &w->call, follow_constructed, w))
		return; /* more is known than what a pack says of every type */
	if (library && callee->model) {
		bool spoken = false;

		for (size_t i = 0; i < callee->model->effect_count; i++) {
			const struct effect *e = callee->model->effects[i];

			if (!effects_speak(e->kind))
				continue;
			spoken = true;
			if (!own_wait)
				effects_consider(w, e, w->call.callee, LEVEL_HIGH);
		}
		follow_called_back(w, callee->model);
		if (spoken)
			return; /* what the library does inside is said */
	}
	if (!callee->fact && callee->async_form && !(callee->model && callee->model->effect_count) && !own_wait)
		effects_consider(w, callee->async_form, w->call.callee, LEVEL_HIGH);
	struct instance child = following_child(w, w->call.callee);
	if (w->call.alternative) {
		child.alternative = true;
		child.confidence = LEVEL_LOW;
	}
	following_into(w, child);
}

static bool in_scope(const struct program *p, const struct instance *in, const struct call *call)
{
	if (!in->loop)
		return true;
	for (uint32_t l = call->loop; l; l = program_item(p, loops, struct loop, l)->outer)
		if (l == in->loop)
			return true;
	return false;
}

/* Calls that lead nowhere, on whatever path: into a library of which nothing is known, or the end of the process. */
bool following_leads_nowhere(const struct program *p, uint32_t index)
{
	const struct call *call = program_call(p, index);
	const struct program_function *callee = call->callee ? program_function(p, call->callee) : NULL;

	if (call->dying)
		return true;
	return callee && !callee->fact && !callee->model && !callee->marks.bits && !callee->constructs &&
	       !scopes_enters(p, call->callee) && !callee->async_form && !within_of(p, call->callee);
}

/* What another path that knows the same was led to, by the same call. */
static void follow_again(struct following *w, const struct outcome *outcome)
{
	struct search *s = w->s;

	for (uint32_t i = 0; i < outcome->edges; i++)
		search_add_worker_edge(s->p, w->parent_index, w->call_index, outcome_edge(s->outcomes, outcome, i));
	for (uint32_t i = 0; i < outcome->effects; i++) {
		struct loop_effect effect = *outcome_effect(s->outcomes, outcome, i);

		effect.instance = w->parent_index;
		effect.confidence = level_lower(effect.confidence, w->confidence);
		effects_keep(s, effect);
	}
}

static void follow_first(struct following *w)
{
	struct program *p = w->s->p;

	w->call = *program_call(p, w->call_index);
	if (!in_scope(p, &w->parent, &w->call) || value_guards(p, &w->parent, &w->call) == TRUTH_FALSE)
		return;
	if (w->call.once && w->parent.context == CONTEXT_LOOP)
		w->parent.confidence = LEVEL_LOW;
	follow_call(w);
	w->parent.confidence = LEVEL_HIGH;
}

static void follow_one(struct following *w)
{
	struct search *s = w->s;
	const struct outcome *known = outcome_find(s->outcomes, s->p, w->call_index, &w->parent);

	if (known) {
		follow_again(w, known);
		return;
	}
	outcome_begin(s->outcomes, s->p, &w->parent);
	follow_first(w);
	outcome_end(s->outcomes, s->p, w->call_index);
}

/* Whether a path that was not sure has been overtaken: what is behind it was followed in all its programs by others. */
static bool is_followed_surely(const struct program *p, const struct instance *in)
{
	return in->confidence == LEVEL_LOW && !(in->programs & ~program_instance(p, in->index)->sure);
}

bool following_leads(struct program *p, uint32_t from, uint32_t call, uint32_t to)
{
	struct probe probe = { .instance = to, .function = program_instance(p, to)->function };
	struct search s = { .p = p, .probe = &probe };
	struct following w = {
		.s = &s, .parent = *program_instance(p, from), .parent_index = from, .call_index = call
	};

	w.confidence = w.parent.confidence;
	w.parent.doubtful = w.confidence == LEVEL_LOW;
	w.parent.confidence = LEVEL_HIGH;
	follow_first(&w);
	return probe.met;
}

void following_instance(struct search *s, uint32_t index)
{
	struct program *p = s->p;
	struct following w = { .s = s, .parent = *program_instance(p, index), .parent_index = index };
	const struct program_function *f = program_function(p, w.parent.function);

	if (w.parent.depth >= 200 || is_followed_surely(p, &w.parent))
		return;
	w.confidence = w.parent.confidence;
	w.parent.doubtful = w.confidence == LEVEL_LOW;
	w.parent.confidence = LEVEL_HIGH;
	if (s->outcomes)
		outcome_enter(s->outcomes);
	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		w.call_index = i;
		if (!s->outcomes && !following_leads_nowhere(p, i))
			follow_first(&w);
		else if (s->outcomes && !outcome_nothing(s->outcomes, i))
			follow_one(&w);
	}
}
