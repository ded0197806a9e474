/*
 * variable: what a variable, or a field of a struct in one, holds where it is read.
 *
 * The definitions of a variable are applied in the order of the source, up to the place that reads it:
 *
 *      flags = O_RDWR;                 always on the way: replaces what was there
 *      if (wait)
 *              flags |= O_NONBLOCK;    perhaps on the way: joins (or not at all, or for sure, if `wait` is known)
 *      else { flags = 0; return; }     never on the way: the block around it returns
 *      open(path, flags);              <- read here
 *
 * What stands behind the place counts too where a loop or a label leads back. On the way for sure is what stands under
 * no other guard than the place itself.
 */
#include "program/value.h"

#include <string.h>

enum {
	VARIABLE_STEP = 5,
	MAX_DEFINITIONS = 24,
	MAX_GUARD_DEPTH = 12,
	MAX_COPY_DEPTH =
		24, /* copies of whole variables that are followed, in depth: two may be copies of each other */
};

struct sight {
	struct program *p;
	const struct instance *in;
	const struct program_function *f;
	const struct definition *definitions;
	uint32_t count;
	const char *field; /* NULL: the variable itself; POINTEE */
	uint32_t at;
	struct region region; /* of `at` */
	unsigned depth;
};

enum reach { REACH_NEVER, REACH_PERHAPS, REACH_ALWAYS };

/* "addrinfo.ai_flags" is the field "ai_flags". */
static bool names_field(const struct program_function *f, uint32_t symbol, const char *field)
{
	if (symbol == (uint32_t)FIELD_POINTEE || strcmp(field, POINTEE) == 0)
		return symbol == (uint32_t)FIELD_POINTEE && strcmp(field, POINTEE) == 0;
	const char *name = facts_string(f->facts, facts_symbol(f->facts, symbol)->name), *dot = strrchr(name, '.');

	return strcmp(dot ? dot + 1 : name, field) == 0;
}

static bool initialises(const struct sight *s, const struct definition *d)
{
	return function_node(s->f, d->at)->flags & NODE_INIT;
}

static bool initialised_itself(const struct sight *s)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (s->definitions[i].field && initialises(s, &s->definitions[i]) &&
		    names_field(s->f, s->definitions[i].field, s->field))
			return true;
	return false;
}

/* Whether the definition says anything of what is looked for. The initialiser of another field sets this one to zero. */
static bool speaks(const struct sight *s, const struct definition *d)
{
	if (!d->field || !s->field)
		return !d->field;
	return names_field(s->f, d->field, s->field) || (initialises(s, d) && !initialised_itself(s));
}

static bool in_chain(const struct program *p, uint32_t guard, uint32_t chain)
{
	while (chain > guard)
		chain = program_item(p, guards, struct guard, chain)->outer;
	return chain == guard;
}

static bool in_loop(const struct program *p, uint32_t loop, uint32_t chain)
{
	while (chain > loop)
		chain = program_item(p, loops, struct loop, chain)->outer;
	return chain == loop;
}

static bool share_loop(const struct program *p, uint32_t a, uint32_t b)
{
	for (; a; a = program_item(p, loops, struct loop, a)->outer)
		if (in_loop(p, a, b))
			return true;
	return false;
}

/* Whether control leaves the block that returns, from the definition on, in another way. */
static bool jumps_out(const struct sight *s, const struct definition *d)
{
	for (uint32_t i = d->done + 1; i < d->returns; i++) {
		uint8_t kind = function_node(s->f, i)->kind;

		if (kind == NODE_BREAK || kind == NODE_CONTINUE || kind == NODE_GOTO)
			return true;
	}
	return false;
}

/* Of a definition before the place. */
static enum reach reach_of(const struct sight *s, const struct definition *d)
{
	if (d->returns && d->returns < s->at && !jumps_out(s, d))
		return REACH_NEVER;
	if (in_chain(s->p, d->guard, s->region.guard))
		return REACH_ALWAYS;
	if (s->depth > MAX_GUARD_DEPTH)
		return REACH_PERHAPS;
	switch (value_guard(s->p, s->in, d->guard, s->region.guard, s->depth + VARIABLE_STEP)) {
	case TRUTH_FALSE:
		return REACH_NEVER;
	case TRUTH_TRUE: /* inside of a loop that may never turn it is only perhaps */
		return d->loop == s->region.loop ? REACH_ALWAYS : REACH_PERHAPS;
	default:
		return REACH_PERHAPS;
	}
}

static bool allocates_zero(const struct sight *s, const struct node *call)
{
	static const char *const names[] = { "calloc", "g_malloc0", "g_malloc0_n", "g_slice_alloc0", "xcalloc" };
	const char *name = call->symbol ? facts_string(s->f->facts, facts_symbol(s->f->facts, call->symbol)->name) : "";

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* `out = &fd`: what a pointer points at then. */
static struct program_value pointee_after(const struct sight *s, const struct node *pointer, uint32_t at)
{
	const struct node *variable =
		pointer->kind == NODE_ADDRESS && pointer->first ? function_node(s->f, pointer->first) : NULL;

	if (!variable || (variable->kind != NODE_LOCAL && variable->kind != NODE_PARAM))
		return value_unknown;
	return variable_value(s->p, s->in, (uint32_t)variable->value, NULL, at, s->depth + VARIABLE_STEP);
}

/* What a definition of the whole variable leaves in the field that is looked for. */
static struct program_value field_after(const struct sight *s, const struct definition *d)
{
	const struct node *n = function_node(s->f, d->value);

	if (strcmp(s->field, POINTEE) == 0 && n->kind != NODE_LOCAL && n->kind != NODE_PARAM)
		return pointee_after(s, n, d->value);
	if (d->value == d->at || (n->kind == NODE_CALL && allocates_zero(s, n)))
		return value_constant(0);
	if ((n->kind == NODE_LOCAL || n->kind == NODE_PARAM) && s->depth < MAX_COPY_DEPTH)
		return variable_value(s->p, s->in, (uint32_t)n->value, s->field, d->value, s->depth + VARIABLE_STEP);
	return value_unknown;
}

/* What a function of the program writes to where its argument points: `*fd = socket(...)`. */
static struct program_value written_by_call(const struct sight *s, const struct definition *d)
{
	const struct node *n = function_node(s->f, d->call);
	uint32_t callee = n->symbol ? link_symbol(s->p, s->f->unit - 1, n->symbol) : 0;
	const struct program_function *f = callee ? program_function(s->p, callee) : NULL;
	struct instance as = { .function = callee };
	struct program_value value = value_unknown;
	bool first = true;

	if (!f || s->p->nested > 4)
		return value_unknown;
	if (!f->fact)
		return memory_after(s->p, s->in, d->call, d->argument + 1u, s->depth);
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *a = function_node(f, i), *place = a->first ? function_node(f, a->first) : NULL;

		if (!place || place->kind != NODE_DEREF || !place->first ||
		    function_node(f, place->first)->kind != NODE_PARAM ||
		    function_node(f, place->first)->value != d->argument)
			continue;
		if ((a->kind == NODE_ASSIGN && a->op) ||
		    (a->kind == NODE_UNARY && (a->op == OP_INCREMENT || a->op == OP_DECREMENT)))
			return value_unknown; /* `(*count)++` */
		if (a->kind != NODE_ASSIGN)
			continue;
		s->p->nested++;
		struct program_value one = value_eval(s->p, &as, place->next, s->depth + VARIABLE_STEP);
		s->p->nested--;
		value = first ? one : value_join(value, one);
		first = false;
	}
	return first ? memory_after(s->p, s->in, d->call, d->argument + 1u, s->depth) : value;
}

static bool is_scope(const struct sight *s, const struct definition *d)
{
	const struct node *n = function_node(s->f, d->call);

	return n->symbol && scopes_enters(s->p, link_symbol(s->p, s->f->unit - 1, n->symbol));
}

/* What the place holds behind a definition that it held `before`. */
static struct program_value after(const struct sight *s, const struct definition *d, struct program_value before)
{
	const struct node *n = function_node(s->f, d->at);

	if (!d->value && d->call && is_scope(s, d))
		return scopes_leaves(s->p, s->f, d->call, d->variable, s->field, before, s->depth + VARIABLE_STEP);
	if (!d->value)
		return d->call && !s->field ? written_by_call(s, d) : value_unknown;
	if (s->field && !d->field)
		return field_after(s, d);
	if (s->field && !names_field(s->f, d->field, s->field))
		return value_constant(0);
	struct program_value value = value_eval(s->p, s->in, d->value, s->depth + VARIABLE_STEP);
	return n->kind == NODE_ASSIGN && n->op ? value_combine(n->op, before, value) : value;
}

static bool replaces(const struct sight *s, const struct definition *d)
{
	const struct node *n = function_node(s->f, d->at);

	return !(n->kind == NODE_ASSIGN && n->op) && (d->value || !d->call || !is_scope(s, d));
}

/* The last definition before the place that is always on the way and does not build on what was there; -1 if none. */
static int64_t last_replaced(const struct sight *s, enum reach *reach)
{
	int64_t last = -1;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct definition *d = &s->definitions[i];

		reach[i] = REACH_NEVER;
		if (d->done >= s->at || !speaks(s, d))
			continue;
		reach[i] = reach_of(s, d);
		if (reach[i] == REACH_ALWAYS && replaces(s, d))
			last = i;
	}
	return last;
}

/* Of those behind the place that a loop or a label leads back from, unless `last` lies in between. */
static bool comes_around(const struct sight *s, const struct definition *d, const struct definition *last)
{
	if (d->done < s->at || !speaks(s, d))
		return false;
	if (share_loop(s->p, d->loop, s->region.loop))
		return !last || !share_loop(s->p, last->loop, d->loop);
	return s->f->jumps_back && !last;
}

static struct program_value initial_value(const struct sight *s, uint32_t variable)
{
	const struct program_value *known = s->field ? NULL : instance_knows(s->p, s->in, variable);

	return known ? *known : value_unknown;
}

static struct program_value joined(const struct sight *s, uint32_t variable)
{
	enum reach reach[MAX_DEFINITIONS];
	int64_t last = last_replaced(s, reach);
	bool first = last < 0 && variable >= s->f->fact->params; /* nothing is in a local yet */
	struct program_value value = initial_value(s, variable);

	for (uint32_t i = last < 0 ? 0 : (uint32_t)last; i < s->count; i++) {
		if (reach[i] == REACH_NEVER)
			continue;
		struct program_value one = after(s, &s->definitions[i], value);
		value = first || reach[i] == REACH_ALWAYS ? one : value_join(value, one);
		first = false;
	}
	for (uint32_t i = 0; i < s->count; i++)
		if (comes_around(s, &s->definitions[i], last < 0 ? NULL : &s->definitions[last])) {
			struct program_value one = after(s, &s->definitions[i], value);

			value = first ? one : value_join(value, one);
			first = false;
		}
	return value;
}

/* A static local keeps what another call left: it is known only if nothing but its initialiser sets it. */
static bool may_keep(const struct program_function *f, uint32_t variable, uint32_t count)
{
	return variable < f->fact->variables && count > 1 &&
	       facts_variable(f->facts, f->fact->first_variable + variable)->kind == VARIABLE_STATIC;
}

struct program_value variable_value(struct program *p, const struct instance *in, uint32_t variable, const char *field,
				    uint32_t at, unsigned depth)
{
	const struct program_function *f = program_function(p, in->function);
	struct sight s = { .p = p, .in = in, .f = f, .field = field, .at = at, .depth = depth };

	s.definitions = definitions_of(p, f, variable, &s.count);
	if (!s.count)
		return initial_value(&s, variable);
	if (s.count > MAX_DEFINITIONS || may_keep(f, variable, s.count))
		return value_unknown;
	s.region = body_region(p, f, at);
	return joined(&s, variable);
}

uint32_t variable_since(struct program *p, const struct instance *in, uint32_t variable, const char *field, uint32_t at)
{
	const struct program_function *f = program_function(p, in->function);
	struct sight s = { .p = p, .in = in, .f = f, .field = field, .at = at, .depth = MAX_GUARD_DEPTH + 1 };
	enum reach reach[MAX_DEFINITIONS];

	s.definitions = definitions_of(p, f, variable, &s.count);
	if (!s.count || s.count > MAX_DEFINITIONS)
		return 0;
	s.region = body_region(p, f, at);
	int64_t last = last_replaced(&s, reach);
	return last < 0 || !s.definitions[last].value ? 0 : s.definitions[last].done;
}

/* The variable that a pointer points at, or that it is; -1 if it is another thing. */
static int64_t pointed_variable(const struct program_function *f, uint32_t *node)
{
	for (unsigned depth = 0; *node && depth < 8; depth++) {
		const struct node *n = function_node(f, *node);

		if (n->kind == NODE_LOCAL || n->kind == NODE_PARAM)
			return n->value;
		if (n->kind == NODE_OPAQUE || n->kind == NODE_BLOCK) { /* a compound literal: the variable comes last */
			uint32_t last = 0;

			for_each_child(child, f->facts, n)
				last = child;
			*node = last;
		} else if (n->kind == NODE_ADDRESS) {
			*node = n->first;
		} else {
			return -1;
		}
	}
	return -1;
}

struct program_value variable_pointee(struct program *p, const struct instance *in, uint32_t pointer, const char *field)
{
	const struct program_function *f = program_function(p, in->function);
	uint32_t node = pointer, count;
	int64_t variable = pointed_variable(f, &node);

	if (variable < 0)
		return value_unknown;
	const struct definition *all = definitions_of(p, f, (uint32_t)variable, &count);
	if (count == 1 && all->value && !all->field && function_node(f, all->value)->kind == NODE_ADDRESS)
		return variable_pointee(p, in, all->value, field); /* p = &v; */
	value_begin(p);
	return variable_value(p, in, (uint32_t)variable, field, node, 0);
}
