/*
 * pending_part: whether an operation has a part in the object that it refers to: then the object is there when the
 * callback comes. A start gives it one, `session_ref(s)` or `s->pending++`; a callback that gives one back,
 * `session_unref(s)` or `s->pending--`, was given one by somebody.
 */
#include "program/lasting.h"
#include "program/pending.h"

#include <string.h>

bool pending_counts(const struct program *p, const struct program_function *f, const struct node *n,
		    enum node_op by_one, enum node_op by_some, const char *type)
{
	const struct node *first = n->first ? function_node(f, n->first) : NULL;
	bool counts = (n->kind == NODE_UNARY && n->op == by_one) || (n->kind == NODE_ASSIGN && n->op == by_some);

	return counts && first && first->kind == NODE_FIELD && strcmp(pending_type(p, f, first->first), type) == 0;
}

static bool has_word(const char *name, const char *const *words)
{
	for (; *words; words++)
		if (strstr(name, *words))
			return true;
	return false;
}

/* Whether a function that is called as if it took a part does, as far as its source is here: `ask_for_pin(s)` does not. */
static bool does_as_named(const struct program *p, const struct program_function *f)
{
	static const char *const words[] = {
		"ref", "atomic", "fetch", "inc", "hold", "acquire", "retain", "add", NULL
	};
	static const char *const counters[] = { "ref", "count", "use", "pending", "hold", NULL };

	if (!f->fact || !f->fact->body)
		return true;
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i);
		bool counts = (n->kind == NODE_UNARY && n->op == OP_INCREMENT) || (n->kind == NODE_ASSIGN && n->op);
		const char *key = counts ? pending_field(f, function_node(f, n->first)) : NULL;

		if ((key && has_word(key, counters)) ||
		    (n->kind == NODE_CALL && has_word(completion_callee(p, f, n), words)))
			return true;
	}
	return false;
}

bool pending_takes_part(const struct program *p, const struct program_function *f, const char *type)
{
	static const char *const words[] = { "_ref",  "_hold", "_acquire", "_retain", "_pin",
					     "_grab", "_keep", "_attach",  NULL };

	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i);

		if (pending_counts(p, f, n, OP_INCREMENT, OP_ADD, type))
			return true;
		if (n->kind == NODE_CALL && n->first && strcmp(pending_type(p, f, n->first), type) == 0 &&
		    has_word(completion_callee(p, f, n), words) &&
		    does_as_named(p, program_function(p, completion_callee_of(p, f, n))))
			return true;
	}
	return false;
}

/* Whether a function gives one back: by its name, or since it counts. */
static bool is_release(const struct program *p, uint32_t function, const char *type)
{
	static const char *const words[] = { "unref", "_put",    "_release", "decref", "deref",
					     "_drop", "_unhold", "_detach",  NULL };
	const struct program_function *f = program_function(p, function);

	if (has_word(f->name, words))
		return true;
	for (uint32_t i = f->fact ? f->fact->body : 0; i && i < f->end_node; i++)
		if (pending_counts(p, f, function_node(f, i), OP_DECREMENT, OP_SUBTRACT, type))
			return true;
	return false;
}

/* Whether an argument is the object, as the callback knows it. */
static bool is_given(const struct program *p, const struct program_function *f, uint32_t argument, const char *type,
		     const char *via)
{
	const struct node *n = function_node(f, completion_without_cast(p, f, argument));
	const char *key = pending_field(f, n);

	return strcmp(pending_type(p, f, argument), type) == 0 || (n->kind == NODE_PARAM && !via) ||
	       (key && via && strcmp(key, via) == 0);
}

enum { MAX_HELPERS = 2 /* calls deep */ };

/* Whether a helper that is given what leads to the object gives a part of the object back. */
static bool helper_gives_back(const struct program *p, uint32_t function, const char *type, const char *via,
			      unsigned depth)
{
	const struct program_function *f = program_function(p, function);

	for (uint32_t i = f->fact ? f->fact->body : 0; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i);
		uint32_t callee = completion_callee_of(p, f, n);

		for (uint32_t child = callee ? n->first : 0; child; child = function_node(f, child)->next) {
			const char *key = pending_field(f, function_node(f, completion_without_cast(p, f, child)));

			if (key && strcmp(key, via) == 0 && is_release(p, callee, type))
				return true;
			if (depth < MAX_HELPERS && function_node(f, child)->kind == NODE_PARAM &&
			    helper_gives_back(p, callee, type, via, depth + 1))
				return true;
		}
	}
	return false;
}

bool pending_gives_back(const struct program *p, const struct program_function *f, const char *type, const char *via)
{
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i);
		uint32_t callee = completion_callee_of(p, f, n);

		if (pending_counts(p, f, n, OP_DECREMENT, OP_SUBTRACT, type))
			return true;
		for (uint32_t child = callee ? n->first : 0; child; child = function_node(f, child)->next)
			if ((is_given(p, f, child, type, via) && is_release(p, callee, type)) ||
			    (via && helper_gives_back(p, callee, type, via, 1)))
				return true;
	}
	return false;
}

bool pending_has_task(const struct program *p, const struct pending *pending)
{
	const struct facts *facts = program_function(p, program_call(p, pending->call)->caller)->facts;
	char *object = lasting_tag(pending->type);
	bool has = false;

	for (uint32_t i = 1; i < facts->symbols.count && !has; i++) {
		const struct symbol *symbol = facts_symbol(facts, i);

		if (symbol->kind != SYMBOL_FIELD || strcmp(facts_string(facts, symbol->type), "struct _GTask *") != 0)
			continue;
		char *holder = lasting_tag(facts_string(facts, symbol->name));
		has = strcmp(object, holder) == 0;
		g_free(holder);
	}
	g_free(object);
	return has;
}
