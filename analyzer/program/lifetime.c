/* lifetime: whether what a completion callback gets is still there, by what both ends do with it; see completion.h. */
#include "program/completion.h"
#include "program/value.h"

#include <string.h>

uint32_t completion_callee_of(const struct program *p, const struct program_function *f, const struct node *call)
{
	return call->kind == NODE_CALL && call->symbol ? link_symbol(p, f->unit - 1, call->symbol) : 0;
}

const char *completion_callee(const struct program *p, const struct program_function *f, const struct node *call)
{
	uint32_t callee = completion_callee_of(p, f, call);

	return callee ? program_function(p, callee)->name : "";
}

bool completion_casts(const char *name)
{
	if (strcmp(name, "g_type_check_instance_cast") == 0)
		return true;
	if (!g_ascii_isupper(*name))
		return false;
	for (; *name; name++)
		if (!g_ascii_isupper(*name) && !g_ascii_isdigit(*name) && *name != '_')
			return false;
	return true;
}

/* What a cast that checks is made of. */
uint32_t completion_without_cast(const struct program *p, const struct program_function *f, uint32_t node)
{
	for (unsigned depth = 0; node && depth < 8; depth++) {
		const struct node *n = function_node(f, node);

		if (n->kind != NODE_CALL || !n->first || !completion_casts(completion_callee(p, f, n)))
			return node;
		node = n->first;
	}
	return node;
}

static bool ends_in(const char *name, const char *const *endings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (g_str_has_suffix(name, endings[i]))
			return true;
	return false;
}

bool completion_takes_reference(const char *name)
{
	static const char *const endings[] = { "_ref",   "_ref_sink", "_ref0",     "_dup",        "_copy",  "strdup",
					       "_new",   "_new0",     "alloc",     "malloc0",     "alloc0", "_create",
					       "memdup", "memdup2",   "_weak_new", "weak_ref_get" };

	return ends_in(name, endings, G_N_ELEMENTS(endings)) || strstr(name, "_new_") || strstr(name, "malloc") ||
	       strstr(name, "_ref_") || strstr(name, "_alloc");
}

bool completion_has_reference(const struct program *p, const struct program_function *f, const struct node *n)
{
	for (struct local_values v = local_values(p, f, n); local_values_next(&v);) {
		const struct node *value = function_node(f, completion_without_cast(p, f, v.value));

		if (value->kind == NODE_CALL && completion_takes_reference(completion_callee(p, f, value)))
			return true;
	}
	return false;
}

/* What gives the object itself back with a reference more, other than what makes a new one of it. */
static bool adds_reference(const struct program *p, uint32_t function)
{
	static const char *const endings[] = { "_ref", "_ref_sink", "_ref0", "_acquire", "_hold", "_attach" };

	return ends_in(program_function(p, function)->name, endings, G_N_ELEMENTS(endings));
}

bool completion_releases(const char *name)
{
	static const char *const endings[] = { "_unref",  "_free",    "free",     "_free1",  "_free_full", "_destroy",
					       "_unref0", "_release", "_put",     "_detach", "_delete",    "_finalize",
					       "_unlink", "_free0",   "_cleanup", "_clear" };

	return ends_in(name, endings, G_N_ELEMENTS(endings)) || strcmp(name, "g_clear_pointer") == 0 ||
	       strcmp(name, "g_clear_object") == 0 || strcmp(name, "g_steal_pointer") == 0 || strstr(name, "_free_") ||
	       strstr(name, "_unref_");
}

bool completion_same_variable(const struct node *a, const struct node *b)
{
	return (a->kind == NODE_LOCAL || a->kind == NODE_PARAM) && a->kind == b->kind && a->value == b->value;
}

enum { MAX_HELPERS = 3 /* calls deep that a release is looked for */ };

typedef bool what_is_done(const struct program *p, uint32_t function);

/* What is only called clear may clear a part: where its source is here, that says what it gives back. */
static bool gives_back(const struct program *p, uint32_t function)
{
	const struct program_function *f = program_function(p, function);
	bool has_source = f->fact && f->fact->body;

	if (has_source && (g_str_has_suffix(f->name, "_clear") || g_str_has_suffix(f->name, "_cleanup")))
		return false;
	return completion_releases(f->name);
}

/* An answer takes what it is given to. */
static bool answers(const struct program *p, uint32_t function)
{
	return cancel_role(p, function) & CANCEL_COMPLETES;
}

static bool cancels(const struct program *p, uint32_t function)
{
	return cancel_role(p, function) & CANCEL_CANCELS;
}

static bool done_to(struct program *p, const struct program_function *f, const struct node *variable,
		    what_is_done *does, unsigned depth);

/* Whether a call does it to its n-th argument (from 0): by its name, or as a function of the program that does. */
static bool call_does(struct program *p, const struct program_function *f, const struct node *call, unsigned n,
		      what_is_done *does, unsigned depth)
{
	uint32_t function = completion_callee_of(p, f, call);
	const struct program_function *callee = function ? program_function(p, function) : NULL;
	const struct node parameter = { .kind = NODE_PARAM, .value = n };

	if (!callee)
		return false;
	if (does(p, function))
		return true;
	return depth < MAX_HELPERS && callee->fact && n < callee->fact->params && callee != f &&
	       done_to(p, callee, &parameter, does, depth + 1);
}

/* Whether an expression is what the variable holds, or what it points at: `g_steal_pointer(pointer)`. */
static bool is_copy(const struct program *p, const struct program_function *f, uint32_t node,
		    const struct node *variable)
{
	uint32_t plain = completion_without_cast(p, f, node);
	const struct node *n = function_node(f, plain);

	if (n->kind == NODE_DEREF || n->kind == NODE_OPAQUE || n->kind == NODE_CONDITIONAL ||
	    (n->kind == NODE_CALL && strcmp(completion_callee(p, f, n), "g_steal_pointer") == 0))
		for_each_child(child, f->facts, n)
			if (is_copy(p, f, child, variable))
				return true;
	return completion_same_variable(n, variable);
}

/* Whether somewhere in `f` it is done to what this variable holds, or a plain copy of it. */
static bool done_to(struct program *p, const struct program_function *f, const struct node *variable,
		    what_is_done *does, unsigned depth)
{
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i);
		unsigned argument = 0;

		if (n->kind == NODE_ASSIGN && !n->op && function_node(f, n->first)->kind == NODE_LOCAL &&
		    variable->kind == NODE_PARAM && depth < MAX_HELPERS &&
		    is_copy(p, f, function_node(f, n->first)->next, variable) &&
		    done_to(p, f, function_node(f, n->first), does, MAX_HELPERS))
			return true;
		if (n->kind != NODE_CALL || !n->symbol)
			continue;
		for (uint32_t child = n->first; child; child = function_node(f, child)->next, argument++) {
			const struct node *a = function_node(f, completion_without_cast(p, f, child));

			if (a->kind == NODE_ADDRESS || a->kind == NODE_DEREF)
				a = function_node(f, a->first);
			if (completion_same_variable(a, variable) && call_does(p, f, n, argument, does, depth))
				return true;
		}
	}
	return false;
}

bool completion_cancels(struct program *p, const struct program_function *f, const struct node *call, unsigned argument)
{
	return call_does(p, f, call, argument, cancels, 0);
}

/* What all definitions of a local are: new things, or things of somebody else. */
static enum lifetime lifetime_of(struct program *p, const struct program_function *f, uint32_t node, unsigned depth);

static enum lifetime lifetime_of_local(struct program *p, const struct program_function *f, const struct node *n,
				       unsigned depth)
{
	uint32_t count = 0;
	const struct definition *d = definitions_of(p, f, (uint32_t)n->value, &count);
	enum lifetime all = LIFETIME_UNKNOWN;

	for (uint32_t i = 0; i < count; i++) {
		if (d[i].field || d[i].value == d[i].at)
			continue;
		enum lifetime one = d[i].value && function_node(f, d[i].value)->kind != NODE_NULL
					    ? lifetime_of(p, f, d[i].value, depth + 1)
					    : LIFETIME_UNKNOWN;
		if (one == LIFETIME_KEPT)
			return one;
		if (one == LIFETIME_BORROWED)
			all = one;
	}
	return all;
}

/* Whether the variable itself, not only what it points at, is set anywhere. */
static bool is_set(const struct program *p, const struct program_function *f, const struct node *variable)
{
	uint32_t count = 0;
	const struct definition *d = definitions_of(p, f, (uint32_t)variable->value, &count);

	for (uint32_t i = 0; i < count; i++)
		if (!d[i].field)
			return true;
	return false;
}

/* What holds its own objects until it is answered. */
static bool is_task(const char *type)
{
	return strstr(type, "GTask *") || strstr(type, "GSimpleAsyncResult *") || strstr(type, "GWeakRef *") ||
	       strstr(type, "GDBusMethodInvocation *");
}

static enum lifetime lifetime_of(struct program *p, const struct program_function *f, uint32_t node, unsigned depth)
{
	node = completion_without_cast(p, f, node);
	const struct node *n = function_node(f, node);

	if (depth > 6)
		return LIFETIME_UNKNOWN;
	if (n->kind == NODE_CALL)
		return n->symbol && completion_takes_reference(completion_callee(p, f, n)) ? LIFETIME_KEPT
											   : LIFETIME_UNKNOWN;
	if (n->kind != NODE_LOCAL && n->kind != NODE_PARAM)
		return n->kind == NODE_FIELD ? LIFETIME_BORROWED : LIFETIME_UNKNOWN;
	if (is_task(facts_string(f->facts,
				 facts_variable(f->facts, f->fact->first_variable + (uint32_t)n->value)->type)) ||
	    done_to(p, f, n, adds_reference, MAX_HELPERS))
		return LIFETIME_KEPT;
	if (n->kind == NODE_PARAM && (uint32_t)n->value < f->fact->params)
		return is_set(p, f, n) ? LIFETIME_UNKNOWN : LIFETIME_BORROWED;
	return lifetime_of_local(p, f, n, depth);
}

/* Whether the callback gives its user data back on some way through it, by itself or as a local goes out of scope. */
static bool releases_data(struct program *p, const struct program_function *f, uint32_t parameter)
{
	const struct node data = { .kind = NODE_PARAM, .value = parameter };

	if (done_to(p, f, &data, gives_back, 0) || done_to(p, f, &data, answers, 0))
		return true;
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i), *place = n->first ? function_node(f, n->first) : NULL;

		if (n->kind == NODE_ASSIGN && !n->op && place && place->kind == NODE_LOCAL &&
		    completion_same_variable(function_node(f, completion_without_cast(p, f, place->next)), &data) &&
		    (facts_variable(f->facts, f->fact->first_variable + (uint32_t)place->value)->cleanup ||
		     done_to(p, f, place, gives_back, 0)))
			return true;
	}
	return false;
}

/* An operation of the object itself: the task has a reference to what it is an operation of. */
static bool is_of_data(struct program *p, const struct program_function *f, const struct completion_site *site)
{
	uint32_t first = call_argument(p, program_call(p, site->call), 1);

	return first && first != site->data &&
	       completion_same_variable(function_node(f, completion_without_cast(p, f, first)),
					function_node(f, completion_without_cast(p, f, site->data)));
}

/* The same of user data that lies in a field of what the callback gets: `struct job *job = task->data`. */
static bool releases_carried(struct program *p, const struct program_function *f, const char *field)
{
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i), *first = n->first ? function_node(f, n->first) : NULL;
		const struct node *from = n->kind == NODE_ASSIGN && !n->op ? function_node(f, first->next) : first;

		if (!from || strcmp(node_field(f, from), field) != 0)
			continue;
		if (n->kind == NODE_ASSIGN && first->kind == NODE_LOCAL &&
		    (done_to(p, f, first, gives_back, 0) || done_to(p, f, first, answers, 0)))
			return true;
		if (n->kind == NODE_CALL && call_does(p, f, n, 0, gives_back, 0))
			return true;
	}
	return false;
}

enum lifetime completion_lifetime(struct program *p, const struct completion_site *site)
{
	const struct call *call = program_call(p, site->call);
	const struct program_function *caller = program_function(p, call->caller);
	const struct program_function *callback = program_function(p, site->callback);

	if (site->data && site->data_field)
		return releases_carried(p, callback, site->data_field) ? LIFETIME_KEPT
								       : lifetime_of(p, caller, site->data, 0);
	if (!site->data || site->data_param >= callback->fact->params)
		return LIFETIME_UNKNOWN;
	const char *type =
		facts_string(callback->facts,
			     facts_variable(callback->facts, callback->fact->first_variable + site->data_param)->type);
	if (is_task(type) || releases_data(p, callback, site->data_param) || is_of_data(p, caller, site))
		return LIFETIME_KEPT;
	return lifetime_of(p, caller, site->data, 0);
}

static const char *type_of_node(const struct program_function *f, const struct node *n)
{
	if (n->kind == NODE_LOCAL || n->kind == NODE_PARAM)
		return facts_string(f->facts,
				    facts_variable(f->facts, f->fact->first_variable + (uint32_t)n->value)->type);
	return n->kind == NODE_FIELD || n->kind == NODE_GLOBAL
		       ? facts_string(f->facts, facts_symbol(f->facts, n->symbol)->type)
		       : "void *";
}

/* `Foo *foo = data;` */
static const char *type_in_callback(const struct program *p, const struct program_function *f, uint32_t parameter)
{
	const struct node data = { .kind = NODE_PARAM, .value = parameter };

	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i), *place = n->first ? function_node(f, n->first) : NULL;

		if (n->kind == NODE_ASSIGN && !n->op && place->kind == NODE_LOCAL && is_copy(p, f, place->next, &data))
			return type_of_node(f, place);
	}
	return type_of_node(f, &data);
}

const char *completion_type(const struct program *p, const struct completion_site *site, uint32_t field_symbol)
{
	const struct program_function *callback = program_function(p, site->callback);
	const struct program_function *f = program_function(p, program_call(p, site->call)->caller);

	if (field_symbol)
		return facts_string(callback->facts, facts_symbol(callback->facts, field_symbol)->type);
	const char *type = type_of_node(f, function_node(f, completion_without_cast(p, f, site->data)));
	return strcmp(type, "void *") == 0 ? type_in_callback(p, callback, site->data_param) : type;
}

bool completion_lends(struct program *p, const struct completion_site *site, uint32_t field_symbol,
		      const struct program_function *callback)
{
	const struct program_function *f = program_function(p, program_call(p, site->call)->caller);
	const char *key = facts_string(callback->facts, facts_symbol(callback->facts, field_symbol)->key);
	bool lends = false;

	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i), *place = n->first ? function_node(f, n->first) : NULL;

		if (n->kind != NODE_ASSIGN || n->op || !place || place->kind != NODE_FIELD ||
		    strcmp(facts_string(f->facts, facts_symbol(f->facts, place->symbol)->key), key) != 0)
			continue;
		if (lifetime_of(p, f, place->next, 0) != LIFETIME_BORROWED)
			return false;
		lends = true;
	}
	return lends;
}
