/*
 * witness: the path that proves a finding, from where the loop gets the callback to the call that blocks.
 */
#include "check/internal.h"

#include <string.h>

struct place check_place(const struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);
	const struct node *n = facts_node(f->facts, node);
	bool initialiser = facts_symbol(f->facts, f->fact->symbol)->kind == SYMBOL_GLOBAL;

	return (struct place){
		.file = n->file ? facts_file(f->facts, n->file) : f->file,
		.function = initialiser ? "" : f->name,
		.line = n->line ? n->line : f->line,
		.column = n->column ? n->column : 1,
		.end_line = (n->line ? n->line : f->line) + n->end_lines,
		.end_column = n->end_column ? n->end_column : n->column,
	};
}

void witness_add(struct witness *b, enum step_kind kind, struct place place, enum level confidence, const char *text)
{
	struct step step = { .kind = kind,
			     .file = place.file,
			     .line = place.line,
			     .column = place.column,
			     .function = place.function,
			     .text = text,
			     .confidence = confidence };

	g_array_append_val(b->steps, step);
}

static const char *name_of(const struct witness *b, uint32_t function)
{
	return program_function(b->p, function)->name;
}

/* Where the function is named that a pointer came to hold. */
static const struct target *origin_of(const struct witness *b, uint32_t target)
{
	const struct target *t = program_target(b->p, target);

	while (t->from)
		t = program_target(b->p, t->from);
	return t;
}

void witness_add_origin(struct witness *b, uint32_t target, uint32_t except)
{
	if (!target)
		return;
	const struct target *origin = origin_of(b, target);
	const struct slot *slot = program_slot(b->p, origin->slot);
	const char *name = pointers_slot_name(b->p, origin->slot), *function = name_of(b, origin->function);
	const char *text;

	if (origin->node == except)
		return;
	if (slot->kind == SLOT_PARAM)
		text = arena_printf(b->arena, "'%s' is handed to '%s'", function, name_of(b, slot->function));
	else if (slot->kind == SLOT_ARGUMENT)
		text = arena_printf(b->arena, "'%s' is handed to what '%s' calls", function, name);
	else if (slot->kind == SLOT_RESULT)
		text = arena_printf(b->arena, "'%s' is looked up by its name", function);
	else if (slot->kind == SLOT_RETURN)
		text = arena_printf(b->arena, "'%s' returns '%s'", name, function);
	else
		text = arena_printf(b->arena, "'%s' is stored in '%s'", function, name);
	witness_add(b, STEP_REGISTRATION, check_place(b->p, origin->holder, origin->node), LEVEL_HIGH, text);
}

static struct place definition_of(const struct witness *b, uint32_t function)
{
	const struct program_function *f = program_function(b->p, function);

	return (struct place){
		.file = f->file, .function = f->name, .line = f->line, .column = f->fact->column ? f->fact->column : 1
	};
}

static const char *where_text(const struct root *root)
{
	if (root->kind == ROOT_DECLARED)
		return root->declared == MARK_NONBLOCKING ? "'%s' is declared not to block"
		       : root->declared == MARK_LOOP_ONLY ? "'%s' is declared to run on the loop"
		       : root->declared == MARK_WORKER    ? "'%s' is declared to run on worker threads"
							  : "'%s' is declared to run in a coroutine";
	return root->context == CONTEXT_STARTUP  ? "'%s' runs before the loop"
	       : root->context == CONTEXT_WORKER ? "'%s' runs on a worker thread"
						 : "'%s' runs on the loop";
}

/* Nobody was seen to call it: the witness says so. */
static void add_external(struct witness *b, const struct root *root)
{
	const char *function = name_of(b, root->function);

	if (root->call) {
		const struct call *call = program_call(b->p, root->call);

		witness_add_origin(b, root->target, call->node);
		witness_add(b, STEP_REGISTRATION, check_place(b->p, call->caller, call->node), root->confidence,
			    arena_printf(b->arena, "'%s' is handed to '%s'", function, name_of(b, call->callee)));
	} else {
		witness_add_origin(b, root->target, 0);
	}
	witness_add(b, STEP_CALLBACK, definition_of(b, root->function), root->confidence,
		    arena_printf(b->arena, "'%s' is called from outside of this program, most likely by the loop",
				 function));
}

static void add_root(struct witness *b, const struct root *root)
{
	const char *function = name_of(b, root->function);

	if (root->kind == ROOT_LOOP) {
		uint32_t node = root->loop ? program_item(b->p, loops, struct loop, root->loop)->node
					   : program_call(b->p, root->call)->node;
		const struct call *wait = program_call(b->p, root->wait);

		witness_add(b, STEP_REGISTRATION, check_place(b->p, root->function, node), root->confidence,
			    arena_printf(b->arena, "this loop waits for events in '%s'", name_of(b, wait->callee)));
		return;
	}
	if (root->kind == ROOT_EXTERNAL) {
		add_external(b, root);
		return;
	}
	if (root->kind == ROOT_REGISTERED) {
		const struct call *call = program_call(b->p, root->call);

		witness_add_origin(b, root->target, call->node);
		witness_add(b, STEP_REGISTRATION, check_place(b->p, call->caller, call->node), root->confidence,
			    arena_printf(b->arena,
					 root->context == CONTEXT_WORKER ? "'%s' runs '%s' on a worker thread"
									 : "'%s' makes the loop call '%s'",
					 name_of(b, call->callee), function));
	} else {
		witness_add_origin(b, root->target, 0);
	}
	witness_add(b, STEP_CALLBACK, definition_of(b, root->function), root->confidence,
		    arena_printf(b->arena, where_text(root), function));
}

static const char *call_text(struct witness *b, const struct instance *in, const struct call *call)
{
	const char *caller = name_of(b, call->caller), *callee = name_of(b, in->function);
	uint32_t slot;

	if (call->cleanup)
		return arena_printf(b->arena, "'%s' cleans up behind '%s'", callee, caller);
	if (!in->through_pointer)
		return arena_printf(b->arena, "'%s' calls '%s'", caller, callee);
	if (call->callee)
		return arena_printf(b->arena, "'%s' calls back '%s'", name_of(b, call->callee), callee);
	slot = pointers_slot_of((struct program *)b->p, call->caller, call_node(b->p, call)->first);
	if (!slot)
		return arena_printf(b->arena, "'%s' calls '%s' through a pointer", caller, callee);
	return arena_printf(b->arena, "'%s' calls '%s' through '%s'", caller, callee, pointers_slot_name(b->p, slot));
}

/* Where a library was given what it calls back here. */
static void add_handing_over(struct witness *b, const struct instance *in)
{
	const struct call *call = program_call(b->p, in->registered);

	witness_add(b, STEP_REGISTRATION, check_place(b->p, call->caller, call->node), in->confidence,
		    arena_printf(b->arena, "'%s' was given '%s'", name_of(b, call->callee), name_of(b, in->function)));
}

static void add_hop(struct witness *b, const struct instance *in)
{
	const struct call *call = program_call(b->p, in->call);

	witness_add(b, STEP_CALL, check_place(b->p, call->caller, call->node), in->confidence, call_text(b, in, call));
	witness_add_origin(b, in->target, 0);
	if (in->registered)
		add_handing_over(b, in);
}

void witness_add_path(struct witness *b, uint32_t top, uint32_t instance)
{
	if (instance == top)
		return;
	const struct instance *in = program_instance(b->p, instance);
	if (in->parent) {
		witness_add_path(b, top, in->parent);
		add_hop(b, in);
	} else {
		add_root(b, program_item(b->p, roots, struct root, in->root));
	}
}

void witness_add_entry(struct witness *b, uint32_t call, uint32_t entered)
{
	struct instance in = *program_instance(b->p, entered);
	const struct call *site = program_call(b->p, call);

	in.call = call;
	in.target = 0;
	witness_add(b, STEP_CALL, check_place(b->p, site->caller, site->node), in.confidence, call_text(b, &in, site));
}

static const char *effect_text(struct witness *b, const struct loop_effect *effect, const char *callee)
{
	if (effect->nested_wait || effect->effect->kind == EFFECT_RUNS_LOOP)
		return arena_printf(b->arena, "'%s' runs the loop inside a callback", callee);
	if (effect->opens)
		return arena_printf(b->arena, "'%s' waits for a %s (%s)", callee, effect->opens,
				    category_name(effect->category));
	return arena_printf(b->arena, "'%s' waits (%s)", callee, category_name(effect->category));
}

struct witness witness_begin(struct arena *arena, const struct program *p)
{
	return (struct witness){ arena, p, g_array_new(FALSE, FALSE, sizeof(struct step)) };
}

void witness_end(struct witness *b, struct step **steps, size_t *count)
{
	*count = b->steps->len;
	*steps = arena_new_array(b->arena, struct step, b->steps->len);
	if (b->steps->len)
		memcpy(*steps, b->steps->data, b->steps->len * sizeof **steps);
	g_array_free(b->steps, TRUE);
}

/* `target`s are of no interest here: which binding it was is not known of a call that is asked about again. */
static const char *way_text(struct witness *b, const struct way_step *step, bool first)
{
	struct instance in = *program_instance(b->p, step->to);
	const struct call *call = program_call(b->p, step->call);

	in.through_pointer = call->callee != in.function;
	const char *text = call_text(b, &in, call);
	return first ? arena_printf(b->arena, "also: %s", text) : text;
}

void witness_add_ways(struct witness *b, struct ways *ways, uint32_t instance)
{
	struct other_way found[WAYS_MAX];
	unsigned count = ways_find(ways, instance, found);

	for (unsigned i = 0; i < count; i++)
		for (unsigned k = 0; k < found[i].count; k++) {
			const struct way_step *step = &found[i].steps[k];
			const struct call *call = program_call(b->p, step->call);

			witness_add(b, k ? STEP_CALL : STEP_WAY, check_place(b->p, call->caller, call->node),
				    LEVEL_MEDIUM, way_text(b, step, k == 0));
		}
}

void witness_build(struct arena *arena, const struct program *p, uint32_t instance, const struct loop_effect *effect,
		   struct ways *ways, struct step **steps, size_t *count)
{
	struct witness b = witness_begin(arena, p);

	witness_add_path(&b, 0, instance);
	if (effect) {
		const struct call *call = program_call(p, effect->call);

		const char *callee = effect->callee ? program_function(p, effect->callee)->name : check_callee(p, call);
		witness_add(&b, STEP_EFFECT, check_place(p, call->caller, call->node), effect->confidence,
			    effect_text(&b, effect, callee));
	}
	if (ways)
		witness_add_ways(&b, ways, instance);
	witness_end(&b, steps, count);
}
