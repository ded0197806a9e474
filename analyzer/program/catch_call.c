/* catch_call: what calls in a handler do with what was caught: pass it on, raise another error, keep it; see catches.h. */
#include "program/catches.h"
#include "program/value.h"

#include <string.h>

enum { MAX_ARGUMENTS = 8 };

static const struct node *at(const struct handling *h, uint32_t node)
{
	return function_node(catch_function(h), node);
}

/* Whether the new error that is raised by what stands in the source as one macro keeps the code of the old one. */
static bool is_kept_code(struct handling *h, uint32_t node)
{
	const struct node *n = at(h, node);

	if (n->kind != NODE_CALL || !n->symbol || strcmp(catch_symbol(h, n->symbol), h->site->form->new_code) != 0)
		return false;
	struct caught code = n->first ? catch_eval(h, n->first) : caught_unknown, cancelled = catch_code(h);
	return code.code || value_compare(OP_EQ, &code.value, &cancelled.value) != TRUTH_FALSE;
}

static bool holds(const struct condition *c, const struct caught *arguments, unsigned count)
{
	static const enum node_op ops[] = {
		[CONDITION_EQUALS] = OP_EQ, [CONDITION_BELOW] = OP_LT, [CONDITION_ABOVE] = OP_GT
	};
	struct program_value wanted = value_constant(c->value);

	if (c->argument > (int)count || c->test >= G_N_ELEMENTS(ops) || !ops[c->test])
		return true;
	return value_compare(ops[c->test], &arguments[c->argument - 1].value, &wanted) == TRUTH_TRUE;
}

static bool all_hold(const struct conditions *conditions, const struct caught *arguments, unsigned count)
{
	for (size_t i = 0; i < conditions->count; i++)
		if (!holds(&conditions->items[i], arguments, count))
			return false;
	return true;
}

static bool is_cancellation(struct handling *h, uint32_t node)
{
	const char *name = catch_constant(h, node);

	return *name && catch_means_cancelled(h->site->form, name);
}

/* Whether what was caught is part of an expression. */
static bool carries(struct handling *h, uint32_t node)
{
	const struct node *n = at(h, node);
	bool found = false;
	struct caught value = n->kind == NODE_PARAM || n->kind == NODE_LOCAL || n->kind == NODE_GLOBAL ||
					      n->kind == NODE_FIELD || n->kind == NODE_DEREF
				      ? catch_eval(h, node)
				      : caught_unknown;

	if ((value.error || value.code) && !catch_way(h)->recoded)
		return true;
	if (n->kind == NODE_CALL && n->symbol && catch_listed(h->site->form->keeps, catch_symbol(h, n->symbol)))
		return true;
	if (h->depth >= CATCH_DEPTH)
		return false;
	h->depth++;
	for_each_child(child, catch_function(h)->facts, n)
		found = found || (!(n->kind == NODE_ASSIGN && child == n->first) && carries(h, child));
	h->depth--;
	return found;
}

void catch_throw(struct handling *h, uint32_t node)
{
	const struct catch_form *form = h->site->form;
	uint32_t use = catch_macro_use(h);
	bool keeps = form->new_code ? catch_finds(h, use ? use : node, is_kept_code)
				    : carries(h, node) || catch_finds(h, node, is_cancellation);

	if (keeps)
		catch_pass(h);
	else
		catch_raise(h, node);
}

static bool is_handed(const struct caught *arguments, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (arguments[i].error)
			return true;
	return false;
}

/* .../include/python3.11/abstract.h: a header that a library has a folder for. Those of the C library have none. */
static bool is_of_library(const char *header)
{
	const char *include = strstr(header, "/include/");
	const char *folder = include ? include + strlen("/include/") : "";
	const char *slash = strchr(folder, '/');

	return slash && strncmp(folder, "sys/", 4) != 0 && strncmp(folder, "bits/", 5) != 0 &&
	       !strstr(header, "-linux-gnu/") && !strstr(header, "/lib/");
}

/* An interpreter or the like is given the code: what it makes of it tells cancellation apart, as it does all errors. */
static bool is_told_code(const struct handling *h, const struct program_function *f, const struct caught *arguments,
			 unsigned count)
{
	bool told = false;

	for (unsigned i = 0; i < count; i++)
		told |= arguments[i].code;
	return told && !f->model && !catch_way(h)->recoded && is_of_library(f->file) &&
	       !catch_listed(h->site->form->harmless, f->name) && !(h->home && g_str_has_prefix(f->file, h->home));
}

/* What of the library's own only looks at the code gives it back in other words. */
static struct caught in_other_words(const struct caught *arguments, unsigned count)
{
	struct caught words = caught_unknown;

	for (unsigned i = 0; i < count; i++)
		words.code |= arguments[i].code;
	return words;
}

/* What the handler has put into a field of what an expression is or points at. */
static struct caught put_into(struct handling *h, uint32_t node, const char *field)
{
	struct kept of = way_place(h, node);
	const struct way *way = catch_way(h);

	for (unsigned i = 0; of.kind && i < way->count; i++) {
		const struct kept *kept = &way->items[i];
		const char *dot = kept->field ? strrchr(catch_symbol(h, kept->field), '.') : NULL;

		if (kept->kind == of.kind && kept->root == of.root && dot && strcmp(dot + 1, field) == 0)
			return kept->value;
	}
	return caught_unknown;
}

/* `edata->elevel = WARNING; ThrowErrorData(edata);`: it is no error any more. */
static bool is_softened(struct handling *h, uint32_t call)
{
	const struct conditions *conditions = &h->site->form->ends_unless;

	for (size_t i = 0; i < conditions->count; i++) {
		const struct condition *c = &conditions->items[i];
		uint32_t argument = facts_child(catch_function(h)->facts, at(h, call), (unsigned)c->argument - 1);
		struct caught value = argument && c->field ? put_into(h, argument, c->field) : caught_unknown;
		struct condition own = { .argument = 1, .test = c->test, .value = c->value };

		if (value_known(&value.value) && holds(&own, &value, 1))
			return true;
	}
	return false;
}

static struct caught call_by_name(struct handling *h, uint32_t node, uint32_t callee, const struct caught *arguments,
				  unsigned count)
{
	const struct catch_form *form = h->site->form;
	const struct program_function *f = program_function(h->p, callee);
	struct caught error = caught_not_null();

	error.error = true;
	if (catch_listed(form->codes, f->name))
		return catch_code(h);
	if (catch_listed(form->keeps, f->name))
		return error;
	if (catch_listed(form->rethrows, f->name)) {
		if (catch_way(h)->recoded)
			catch_raise(h, node);
		else
			catch_pass(h);
	} else if (catch_listed(form->throws, f->name)) {
		if (all_hold(&form->throws_when, arguments, count))
			catch_throw(h, node);
	} else if (catch_listed(form->ends, f->name)) {
		if (!is_softened(h, node))
			catch_way(h)->handed = true;
	} else if (strcmp(f->name, "__builtin_expect") == 0 && count) {
		return arguments[0];
	} else if (f->fact && f->fact->body) {
		return catch_enter(h, node, callee, arguments, count);
	} else if (f->noreturn) {
		catch_way(h)->dead = true;
	} else if (is_handed(arguments, count) && f->file[0] != '/' && !catch_listed(form->harmless, f->name)) {
		catch_way(h)->handed = true;
	} else if (is_told_code(h, f, arguments, count)) {
		catch_way(h)->handed = true;
	} else if (!f->model) {
		return in_other_words(arguments, count);
	}
	return caught_unknown;
}

struct caught catch_call(struct handling *h, uint32_t node)
{
	const struct node *n = at(h, node);
	struct caught arguments[MAX_ARGUMENTS];
	unsigned count = 0;

	for_each_child(child, catch_function(h)->facts, n) {
		struct caught value = catch_eval(h, child);
		struct kept place =
			at(h, child)->kind == NODE_ADDRESS ? way_place(h, at(h, child)->first) : (struct kept){ 0 };

		if (count < MAX_ARGUMENTS)
			arguments[count++] = value;
		if (place.kind && way_kept(catch_way(h), &place) && !way_kept(catch_way(h), &place)->value.error)
			way_keep(h, place, caught_unknown, true);
	}
	uint32_t callee = n->symbol ? link_symbol(h->p, catch_function(h)->unit - 1, n->symbol) : 0;
	if (catch_way(h)->dead)
		return caught_unknown;
	if (callee)
		return call_by_name(h, node, callee, arguments, count);
	catch_way(h)->handed = catch_way(h)->handed || is_handed(arguments, count);
	return caught_unknown;
}
