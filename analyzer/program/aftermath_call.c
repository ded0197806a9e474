/* aftermath_call: what calls do to the outcome, to the user data and to whoever waits; see aftermath_walk.h. */
#include "program/aftermath_walk.h"
#include "program/value.h"

#include <string.h>

enum { DISABLES = 1 /* PTHREAD_CANCEL_DISABLE */ };

static bool holds(const struct arguments *a, enum thing_kind kind)
{
	for (unsigned i = 0; i < a->count; i++)
		if (a->things[i].kind == kind)
			return true;
	return false;
}

static bool is_error_place(const struct walk *w, uint32_t argument)
{
	const struct node *n = walk_node(w, argument);
	const struct node *place = n->kind == NODE_ADDRESS ? walk_node(w, n->first) : NULL;

	return place && place->kind == NODE_LOCAL &&
	       strstr(walk_text(w,
				facts_variable(w->f->facts, w->f->fact->first_variable + (uint32_t)place->value)->type),
		      "GError *");
}

/* What `foo_finish(object, result, &error)` returns: nothing if it failed. */
static struct thing finish(struct walk *w, const struct node *call, uint32_t node, const struct arguments *a)
{
	bool failed = w->scenario != SCENARIO_SUCCEEDED;
	const char *type = walk_text(w, call->text);

	if (!w->out->finish)
		w->out->finish = node;
	for (unsigned i = 0; i < a->count; i++)
		if (is_error_place(w, a->nodes[i]))
			walk_set(w, walk_node(w, a->nodes[i])->first,
				 failed ? (struct thing){ THING_ERROR, 0 } : thing_zero);
	if (g_str_has_prefix(type, "long (") || g_str_has_prefix(type, "gssize ("))
		return failed ? (struct thing){ THING_NUMBER, -1 } : thing_unknown;
	if (g_str_has_prefix(type, "void ("))
		return thing_unknown;
	if (failed)
		return thing_zero;
	return g_str_has_prefix(type, "int (") ? (struct thing){ THING_NUMBER, 1 } : thing_something;
}

/* A call that gets the result and may set an error, or is named so: `g_task_propagate_pointer(G_TASK(result), &error)`. */
static bool is_finish(const struct walk *w, const struct node *call, const char *name, const struct arguments *a)
{
	return w->site->kind == COMPLETION_RESULT && holds(a, THING_RESULT) &&
	       (g_str_has_suffix(name, "_finish") || strstr(walk_text(w, call->text), "GError **"));
}

/* g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED), and the same for other codes. */
static struct thing matches(struct walk *w, uint32_t node, const struct arguments *a)
{
	if (a->count < 3 || a->things[0].kind == THING_UNKNOWN)
		return thing_unknown;
	if (a->things[0].kind != THING_ERROR)
		return thing_zero;
	if (a->things[1].kind != THING_DOMAIN ||
	    !things_same(a->things[2], (struct thing){ THING_NUMBER, CANCELLED_IN_GIO }))
		return w->scenario == SCENARIO_CANCELLED ? thing_zero : thing_unknown;
	walk_note_told(w, node);
	return thing_of_truth(w->scenario == SCENARIO_CANCELLED ? TRUTH_TRUE : TRUTH_FALSE);
}

/* What a pack knows to call back with an outcome or after a time; and what is named like it. Cleaning up is no start. */
static bool starts(const struct walk *w, uint32_t function, const char *name)
{
	const struct model *model = function ? program_function(w->p, function)->model : NULL;

	if (strstr(name, "close") || strstr(name, "idle") || strstr(name, "signal_connect") || strstr(name, "unlink"))
		return false;
	for (size_t i = 0; model && i < model->register_count; i++) {
		const struct registration *r = model->registers[i];

		if (r->callback && !r->where_used && r->context == CONTEXT_LOOP &&
		    (r->completion.status || r->completion.result || r->completion.error || strstr(name, "time")))
			return true;
	}
	return g_str_has_suffix(name, "_async");
}

/* Whether an argument is named after tidying up: offload_submit(loop, &job->unlink). */
static bool tidies(const struct walk *w, const struct arguments *a)
{
	static const char *const words[] = {
		"clean", "close", "discard", "remove", "unlink", "undo", "rollback", "free"
	};

	for (unsigned i = 0; i < a->count; i++) {
		const struct node *n = walk_node(w, a->nodes[i]);

		if (n->kind == NODE_ADDRESS)
			n = walk_node(w, n->first);
		const char *name = n->kind == NODE_FIELD || n->kind == NODE_GLOBAL ? node_name(w->f, n) : "";
		for (size_t k = 0; k < G_N_ELEMENTS(words); k++)
			if (strstr(name, words[k]))
				return true;
	}
	return false;
}

/*
 * What a pack names for that, or a helper of the program that leads to it; in a shield behind the cancellation it tidies
 * up.
 */
static bool starts_anew(const struct walk *w, uint32_t node, uint32_t function, const struct arguments *a)
{
	uint32_t returned = w->site->returned;

	return cancel_role_within(w->p, function, CANCEL_STARTS) && !tidies(w, a) &&
	       (!shield_covers(w->p, w->f, node) || (returned && !w->helpers && shield_covers(w->p, w->f, returned)));
}

/* The call that returns the outcome; made again, it is another try. */
static struct thing eval_returned(struct walk *w, uint32_t node)
{
	if (walk_now(w)->returned)
		walk_note(w, EVENT_STARTS, node, walk_node(w, node)->symbol);
	walk_now(w)->returned = true;
	if (!w->out->finish)
		w->out->finish = node;
	return aftermath_outcome(w);
}

/* Whether the operation was cancelled, as a function asks; one that also answers does so then, and else does nothing. */
static struct thing asked(struct walk *w, uint32_t node, unsigned role)
{
	walk_note_told(w, node);
	if (!(role & CANCEL_COMPLETES))
		return w->scenario == SCENARIO_CANCELLED ? (struct thing){ THING_NUMBER, 1 } : thing_unknown;
	if (w->scenario != SCENARIO_CANCELLED)
		return thing_zero;
	walk_note(w, EVENT_COMPLETES, node, walk_node(w, node)->symbol);
	walk_now(w)->completed = COMPLETES_SURELY;
	return (struct thing){ THING_NUMBER, 1 };
}

/* Whether a function says on its thread that what was called there is cancelled. */
static bool is_asked_by(const struct outcome_form *form, const char *name)
{
	for (const char *const *by = form ? form->asked_by : NULL; by && *by; by++)
		if (strcmp(*by, name) == 0)
			return true;
	return false;
}

/* The variable, from 1, that holds what is completed; 0: it is in no variable. */
static uint32_t task_variable(const struct walk *w, const struct arguments *a)
{
	const struct node *n = a->count ? walk_node(w, a->nodes[0]) : NULL;

	while (n && n->kind == NODE_CALL && n->symbol && n->first)
		n = walk_node(w, n->first); /* G_TASK(task) */
	return n && (n->kind == NODE_LOCAL || n->kind == NODE_PARAM) ? (uint32_t)n->value + 1 : 0;
}

/* Whether no condition stands between a call and one behind it, other than those that the first is under too. */
static bool is_sure_behind(const struct walk *w, uint32_t first, uint32_t second)
{
	uint32_t needed = body_region(w->p, w->f, second).guard;

	for (uint32_t guard = body_region(w->p, w->f, first).guard; guard != needed;
	     guard = program_item(w->p, guards, struct guard, guard)->outer)
		if (!guard)
			return false;
	return first < second; /* not in another turn of a loop */
}

static void complete(struct walk *w, uint32_t node, unsigned role, const struct arguments *a)
{
	uint32_t symbol = walk_node(w, node)->symbol, variable = task_variable(w, a);

	if (variable && (walk_now(w)->completed_by == variable ||
			 (walk_now(w)->maybe_by == variable && is_sure_behind(w, walk_now(w)->maybe_at, node))))
		walk_note(w, EVENT_TWICE, node, symbol);
	walk_now(w)->completed_by = walk_now(w)->maybe_by = variable;
	walk_now(w)->maybe_at = node;
	walk_note(w, EVENT_COMPLETES, node, symbol);
	if (role & CANCEL_SUCCEEDS)
		walk_note(w, EVENT_SUCCEEDS, node, symbol);
	walk_now(w)->completed = COMPLETES_SURELY;
}

/* What is given a callback completes a task of its own. */
static bool has_own_task(const struct program_function *f)
{
	return strstr(f->type, "GAsyncResult *, void *)") != NULL;
}

/* `host.read_func`: the words between its dots and underscores. */
static bool has_one_of(const char *name, const char *const *words, size_t count)
{
	for (size_t length; *name; name += length + (name[length] != '\0')) {
		length = strcspn(name, "._");
		for (size_t i = 0; i < count; i++)
			if (strlen(words[i]) == length && strncmp(name, words[i], length) == 0)
				return true;
	}
	return false;
}

/* What is called through a field of such a name is no answer: host->log(), host->lock(), io->write_func(). */
static bool is_aside(const struct program_function *f, const struct node *call)
{
	static const char *const words[] = { "log",     "vlog", "logf",    "print",  "printf", "vprintf", "debug",
					     "trace",   "lock", "trylock", "unlock", "flush",  "alloc",   "malloc",
					     "realloc", "free", "read",    "write",  "init",   "open" };
	const struct node *through = call->first ? function_node(f, call->first) : NULL;
	const char *name = through && through->kind == NODE_FIELD ? strchr(node_name(f, through), '.') : NULL;

	return name && has_one_of(name, words, G_N_ELEMENTS(words));
}

/* ... by a function of the program, itself or through a few helpers. */
static enum completes completes_within(const struct walk *w, uint32_t function, unsigned depth)
{
	const struct program_function *f = program_function(w->p, function);
	enum completes most = COMPLETES_NOTHING;

	for (uint32_t i = f->first_call; f->fact && most < COMPLETES_SURELY && i < f->first_call + f->calls; i++) {
		const struct call *call = program_call(w->p, i);
		enum completes one = COMPLETES_NOTHING;

		if (!call->callee)
			one = is_aside(f, call_node(w->p, call)) ? COMPLETES_NOTHING : COMPLETES_PERHAPS;
		else if (cancel_role(w->p, call->callee) & CANCEL_COMPLETES)
			one = COMPLETES_SURELY;
		else if (depth < 3 && call->callee != function && !has_own_task(program_function(w->p, call->callee)))
			one = completes_within(w, call->callee, depth + 1);
		most = MAX(most, one);
	}
	return most;
}

static bool carries(const struct arguments *a)
{
	return holds(a, THING_ERROR) || holds(a, THING_STATUS) || (holds(a, THING_NUMBER) && a->count > 0);
}

/* Whether a helper of the program reads the field that carries the outcome. */
static bool reads_carrier(const struct walk *w, uint32_t function)
{
	const struct program_function *f = program_function(w->p, function);

	return w->site->field && f->fact && completion_looks_at(f, w->site->field);
}

/* How programs call what counts that an operation is over: check_if_done(), request_complete(), foo_finished(). */
static bool is_accounting(const char *name)
{
	static const char *const endings[] = { "_done", "_complete", "_completed", "_finish", "_finished" };

	for (size_t i = 0; i < G_N_ELEMENTS(endings); i++)
		if (g_str_has_suffix(name, endings[i]))
			return true;
	return false;
}

/* Whether a helper of the program gives an answer here, or counts the operation as over. */
static enum completes helper_completes(const struct walk *w, uint32_t function, const struct arguments *a)
{
	const struct program_function *f = program_function(w->p, function);

	if (w->site->kind == COMPLETION_STATUS && f->fact && is_accounting(f->name))
		return COMPLETES_SURELY;
	return holds(a, THING_DATA) || holds(a, THING_PART) || holds(a, THING_ERROR) ? completes_within(w, function, 0)
										     : COMPLETES_NOTHING;
}

static void note_completion(struct walk *w, uint32_t node, uint32_t function, const struct arguments *a)
{
	unsigned role = cancel_role(w->p, function);
	uint32_t symbol = walk_node(w, node)->symbol;
	enum completes completes = helper_completes(w, function, a);

	if (role & CANCEL_COMPLETES && !(role & CANCEL_ASKS))
		complete(w, node, role, a);
	else if (completes != COMPLETES_NOTHING) {
		if (w->site->kind == COMPLETION_STATUS)
			completes = COMPLETES_SURELY;
		if (completes == COMPLETES_SURELY)
			walk_note(w, EVENT_COMPLETES, node, symbol);
		walk_now(w)->completed = MAX(walk_now(w)->completed, completes);
	} else if (!(role & CANCEL_LOGS) && !holds(a, THING_STATUS) && /* else it is told, too */
		   !completion_releases(program_function(w->p, function)->name))
		walk_note(w, EVENT_CALLS, node, symbol);
}

/* The effects of a call by name. */
static void note_effects(struct walk *w, uint32_t node, uint32_t function, const char *name, const struct arguments *a)
{
	uint32_t symbol = walk_node(w, node)->symbol;

	if (node != w->site->returned && (starts(w, function, name) || starts_anew(w, node, function, a)))
		walk_note(w, EVENT_STARTS, node, symbol);
	if (cancel_role_within(w->p, function, CANCEL_REPORTS))
		walk_note(w, EVENT_ANSWERS, node, symbol);
	if (cancel_role(w->p, function) & CANCEL_LOGS)
		walk_note(w, EVENT_LOGS, node, symbol);
	if (strcmp(name, "pthread_setcancelstate") == 0 && a->count)
		walk_now(w)->disabled = things_same(a->things[0], (struct thing){ THING_NUMBER, DISABLES }) ? node : 0;
	note_completion(w, node, function, a);
}

/* GLib makes this function of an offset alone: the object is not looked at, and what it returns is a part of that. */
static bool finds_private(const char *name)
{
	return g_str_has_suffix(name, "_get_instance_private");
}

static struct thing call_value(struct walk *w, uint32_t node, uint32_t function, const char *name,
			       const struct arguments *a)
{
	unsigned role = cancel_role(w->p, function);

	if (strcmp(name, "g_error_matches") == 0)
		return matches(w, node, a);
	if (strcmp(name, "g_io_error_quark") == 0)
		return (struct thing){ THING_DOMAIN, 0 };
	if (role & CANCEL_ASKS || is_asked_by(w->site->returns, name))
		return asked(w, node, role);
	if (w->site->field && w->site->model->finish && strcmp(name, w->site->model->finish) == 0)
		return aftermath_carried(w, node);
	if ((completion_casts(name) || finds_private(name)) && a->count)
		return a->things[0];
	if (completion_takes_reference(name))
		return thing_something;
	if (node == w->site->returned && !w->helpers)
		return eval_returned(w, node);
	if (!function)
		return thing_unknown;
	bool looks = reads_carrier(w, function);
	if (looks && !w->out->finish && !w->helpers)
		w->out->finish = node;
	return looks || carries(a) || holds(a, THING_DATA) || holds(a, THING_PART)
		       ? aftermath_walk_helper(w, function, a)
		       : thing_unknown;
}

/* `&x` as an argument: what x holds is not known any more. */
static void forget_written(struct walk *w, const char *name, const struct arguments *a)
{
	bool clears = g_str_has_prefix(name, "g_clear_") || g_str_has_suffix(name, "steal_pointer");

	for (unsigned i = 0; i < a->count; i++) {
		const struct node *n = walk_node(w, a->nodes[i]);

		if (n->kind == NODE_ADDRESS)
			walk_set(w, n->first, clears ? thing_zero : thing_unknown);
	}
}

static void read_arguments(struct walk *w, const struct node *n, struct arguments *a)
{
	uint32_t child = n->first;

	if (!n->symbol && child) {
		aftermath_eval(w, child);
		child = walk_node(w, child)->next;
	}
	for (; child; child = walk_node(w, child)->next) {
		struct thing thing = aftermath_eval(w, child);

		if (a->count == MAX_ARGUMENTS)
			continue;
		a->nodes[a->count] = child;
		a->things[a->count++] = thing;
	}
}

/* Whether the call that was just walked looks at the data that it is given. */
static bool looks(const struct walk *w, const char *name)
{
	return !completion_releases(name) && !finds_private(name) && (!w->helped || w->helper_uses);
}

struct thing aftermath_call(struct walk *w, uint32_t node)
{
	const struct node *n = walk_node(w, node);
	uint32_t function = n->symbol ? link_symbol(w->p, w->f->unit - 1, n->symbol) : 0;
	const char *name = function ? program_function(w->p, function)->name : "";
	struct arguments a = { 0 };

	read_arguments(w, n, &a);
	if (walk_dead(w))
		return thing_unknown;
	if (is_finish(w, n, name, &a))
		return finish(w, n, node, &a);
	w->helped = false;
	struct thing value = call_value(w, node, function, name, &a);
	if (function)
		note_effects(w, node, function, name, &a);
	if (looks(w, name))
		for (unsigned i = 0; i < a.count; i++)
			walk_note_use(w, a.things[i], node);
	if (!function && holds(&a, THING_ERROR))
		walk_now(w)->completed = COMPLETES_SURELY; /* the caller's callback, maybe */
	forget_written(w, name, &a);
	if (function && program_function(w->p, function)->noreturn)
		walk_now(w)->flow.dead = true;
	return value;
}
