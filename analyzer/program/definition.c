/*
 * definition: what the variables of one body are set to, and where.
 *
 * One walk over the body writes down every assignment to a variable, or to a field of the struct that it is or points
 * at; and every place from which on it may be anything: its address is handed out, it is counted up. An argument that a
 * prototype takes as a pointer to const changes nothing, and memset(&v, 0, ...) sets every field to zero. variable.c
 * asks which of them a place sees.
 */
#include "program/internal.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 8000 };

struct collecting {
	struct program *p;
	const struct program_function *f;
	uint32_t returns; /* see struct definition */
	unsigned depth;
};

/* What a place names: a variable, a field of one, or what it points at. */
struct place_of {
	int64_t variable; /* -1: neither */
	uint32_t field;
};

/* `int *`: texts are written piece by piece, and structs have fields. */
static bool points_at_number(const struct program_function *f, const struct node *n)
{
	if ((n->kind != NODE_PARAM && n->kind != NODE_LOCAL) || n->value >= f->fact->variables)
		return false;
	return strcmp(facts_string(f->facts,
				   facts_variable(f->facts, f->fact->first_variable + (uint32_t)n->value)->type),
		      "int *") == 0;
}

static struct place_of place_of(const struct program_function *f, uint32_t node)
{
	const struct node *n = function_node(f, node);
	uint32_t field = 0;

	if (n->kind == NODE_DEREF && n->first && points_at_number(f, function_node(f, n->first)))
		return (struct place_of){ .variable = function_node(f, n->first)->value,
					  .field = (uint32_t)FIELD_POINTEE };
	if (n->kind == NODE_FIELD && n->first) {
		field = n->symbol;
		n = function_node(f, n->first);
	}
	if (n->kind == NODE_INDEX && field && n->first) { /* the first element stands for an array of structs */
		const struct node *array = function_node(f, n->first), *index = function_node(f, array->next);

		if (index->kind != NODE_CONST || index->value != 0)
			return (struct place_of){ .variable = -1 };
		n = array;
	}
	if (n->kind != NODE_PARAM && n->kind != NODE_LOCAL)
		return (struct place_of){ .variable = -1 };
	return (struct place_of){ .variable = n->value, .field = field };
}

static void add(struct collecting *c, uint32_t place, uint32_t value, uint32_t at, uint32_t done)
{
	struct place_of what = place_of(c->f, place);
	if (what.variable < 0)
		return;
	struct region region = body_region(c->p, c->f, at);
	struct definition definition = {
		.variable = (uint32_t)what.variable,
		.field = what.field,
		.value = value,
		.at = at,
		.done = done,
		.returns = c->returns,
		.guard = region.guard,
		.loop = region.loop,
	};

	g_array_append_val(c->p->definitions, definition);
}

/* Whether parameter `n` (from 0) of a function type as text, "int (const char *, int)", is a pointer to const. */
static bool takes_const(const char *type, unsigned n)
{
	const char *at = strchr(type, '(');
	int depth = 0;

	for (at = at ? at + 1 : ""; *at && n; at++) {
		depth += (*at == '(') - (*at == ')');
		n -= *at == ',' && depth == 0;
	}
	at += strspn(at, " ");
	return n == 0 && strncmp(at, "const ", 6) == 0;
}

static bool fills_with_zero(const struct collecting *c, const struct node *call)
{
	uint32_t second = facts_child(c->f->facts, call, 1);
	const char *name = call->symbol ? facts_string(c->f->facts, facts_symbol(c->f->facts, call->symbol)->name) : "";

	if (strcmp(name, "bzero") == 0 || strcmp(name, "explicit_bzero") == 0)
		return true;
	return strstr(name, "memset") && second && function_node(c->f, second)->kind == NODE_CONST &&
	       function_node(c->f, second)->value == 0;
}

static void collect(struct collecting *c, uint32_t node, uint32_t end);

static void collect_children(struct collecting *c, const struct node *n, uint32_t end)
{
	for_each_child(child, c->f->facts, n) {
		uint32_t next = function_node(c->f, child)->next;

		collect(c, child, next ? next - 1 : end);
	}
}

/* `&v` as an argument. */
static void collect_handed_out(struct collecting *c, uint32_t call, unsigned argument, uint32_t address, uint32_t last,
			       bool is_const)
{
	uint32_t place = function_node(c->f, address)->first;
	collect(c, place, last);
	if (is_const)
		return;
	guint before = c->p->definitions->len;
	add(c, place, 0, address, last);
	if (c->p->definitions->len > before) {
		struct definition *d = program_item(c->p, definitions, struct definition, before);

		d->call = call;
		d->argument = (uint16_t)argument;
	}
}

static void collect_call(struct collecting *c, const struct node *n, uint32_t node, uint32_t end)
{
	const char *type = facts_string(c->f->facts, n->text);
	bool zero = fills_with_zero(c, n);
	unsigned argument = 0;

	for_each_child(child, c->f->facts, n) {
		const struct node *a = function_node(c->f, child);
		uint32_t last = a->next ? a->next - 1 : end;
		bool callee = !n->symbol && child == n->first;

		if (a->kind == NODE_ADDRESS && a->first && zero && argument == 0)
			add(c, a->first, node, node, end);
		else if (a->kind == NODE_ADDRESS && a->first && !callee)
			collect_handed_out(c, node, argument, child, last, takes_const(type, argument));
		else
			collect(c, child, last);
		argument += !callee;
	}
}

static bool ends_in_return(const struct collecting *c, const struct node *block)
{
	for_each_child(child, c->f->facts, block)
		if (function_node(c->f, child)->kind == NODE_RETURN)
			return true;
	return false;
}

static void collect(struct collecting *c, uint32_t node, uint32_t end)
{
	const struct node *n = function_node(c->f, node);
	uint32_t returns = c->returns;

	if (c->depth >= MAX_DEPTH)
		return;
	c->depth++;
	if (n->kind == NODE_CALL) {
		collect_call(c, n, node, end);
	} else {
		if (n->kind == NODE_BLOCK && node != c->f->fact->body && ends_in_return(c, n))
			c->returns = end;
		collect_children(c, n, end);
		if (n->kind == NODE_ASSIGN)
			add(c, n->first, function_node(c->f, n->first)->next, node, end);
		else if (n->first && (n->kind == NODE_ADDRESS ||
				      (n->kind == NODE_UNARY && (n->op == OP_INCREMENT || n->op == OP_DECREMENT))))
			add(c, n->first, 0, node, end);
	}
	c->returns = returns;
	c->depth--;
}

static int by_variable(const void *a, const void *b)
{
	const struct definition *x = a, *y = b;

	if (x->variable != y->variable)
		return x->variable < y->variable ? -1 : 1;
	return x->done < y->done ? -1 : x->done > y->done;
}

/* Where those of each variable begin. */
static void index_definitions(struct program *p, struct program_function *f, uint32_t first)
{
	f->first_variable = p->first_definitions->len;
	for (uint32_t variable = 0; variable <= f->fact->variables; variable++) {
		while (first < p->definitions->len &&
		       program_item(p, definitions, struct definition, first)->variable < variable)
			first++;
		g_array_append_val(p->first_definitions, first);
	}
}

static void add_return(struct program *p, const struct program_function *f, uint32_t node)
{
	struct region region = body_region(p, f, node);

	region.node = node;
	g_array_append_val(p->returns, region);
}

void definitions_collect(struct program *p, uint32_t function)
{
	struct program_function *f = program_function(p, function);
	struct collecting c = { .p = p, .f = f };

	guint first = p->definitions->len;
	if (f->fact->body)
		collect(&c, f->fact->body, f->end_node - 1);
	if (p->definitions->len > first + 1)
		qsort(program_item(p, definitions, struct definition, first), p->definitions->len - first,
		      sizeof(struct definition), by_variable);
	index_definitions(p, f, first);
	f->first_return = p->returns->len;
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i);

		f->jumps_back |= n->kind == NODE_LABEL;
		if (n->kind == NODE_RETURN && n->first)
			add_return(p, f, i);
	}
	f->returns = p->returns->len - f->first_return;
}

const struct definition *definitions_of(const struct program *p, const struct program_function *f, uint32_t variable,
					uint32_t *count)
{
	const uint32_t *first = program_item(p, first_definitions, uint32_t, f->first_variable + variable);

	*count = variable < f->fact->variables ? first[1] - first[0] : 0;
	return *count ? program_item(p, definitions, struct definition, first[0]) : NULL;
}

struct local_values local_values(const struct program *p, const struct program_function *f, const struct node *n)
{
	uint32_t count = 0;
	const struct definition *all =
		n && n->kind == NODE_LOCAL ? definitions_of(p, f, (uint32_t)n->value, &count) : NULL;

	return (struct local_values){ .next = all, .end = all ? all + count : NULL };
}

bool local_values_next(struct local_values *v)
{
	while (v->next != v->end) {
		const struct definition *d = v->next++;

		v->value = d->field ? 0 : d->value;
		if (v->value)
			return true;
	}
	return false;
}
