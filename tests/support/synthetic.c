/* synthetic: see synthetic.h. Each make_... builds one node; each body_... one kind of function. */
#include "synthetic.h"

#include <glib.h>
#include <stdlib.h>

enum {
	UNIT_FUNCTIONS = 100,
	PUBLIC_FUNCTIONS = 20, /* the first of a unit; the others are static */
	PLAIN_FUNCTIONS = 94,  /* behind them: callbacks, and the function that hands them over */
	CALLS = 10,
	TABLE_UNITS = 10, /* units that fill the same kind of table */
	TABLE_SLOTS = 4,
	LOOP_UNITS = 50, /* one unit of so many has a loop written by hand */
};

enum { ON_TIMER = PLAIN_FUNCTIONS, ON_READ, ON_WORK, ON_DONE, VISIT, SETUP };

struct writer {
	struct facts_builder *b;
	unsigned unit, units, line;
	uint64_t random;
	size_t functions, calls;
};

static unsigned pick(struct writer *w, unsigned below)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (unsigned)((w->random >> 11) % below);
}

static uint32_t symbol(struct writer *w, enum symbol_kind kind, const char *key, const char *name, const char *type)
{
	uint32_t index = facts_build_symbol(w->b, kind, key, name);
	uint32_t text = facts_build_string(w->b, type);

	facts_built_symbol(w->b, index)->type = text;
	return index;
}

static uint32_t library(struct writer *w, const char *name)
{
	char *key = g_strconcat("c:@F@", name, NULL);
	uint32_t index = symbol(w, SYMBOL_FUNCTION, key, name, "int (void *, int)");

	facts_built_symbol(w->b, index)->flags |= SYMBOL_SYSTEM;
	g_free(key);
	return index;
}

static uint32_t own(struct writer *w, unsigned unit, unsigned function)
{
	bool is_static = function >= PUBLIC_FUNCTIONS;
	char *name = is_static ? g_strdup_printf("part%u", function) : g_strdup_printf("unit%u_%u", unit, function);
	char *key = is_static ? g_strdup_printf("src/d%u/u%u.c#c:u%u.c@F@%s", unit / 100, unit, unit, name)
			      : g_strdup_printf("c:@F@%s", name);
	uint32_t index = symbol(w, SYMBOL_FUNCTION, key, name, "int (void *, int)");

	if (is_static)
		facts_built_symbol(w->b, index)->flags |= SYMBOL_STATIC;
	g_free(key);
	g_free(name);
	return index;
}

static uint32_t field(struct writer *w, const char *name)
{
	char **parts = g_strsplit(name, ".", 2);
	char *key = g_strdup_printf("c:@S@%s@FI@%s", parts[0], parts[1]);
	uint32_t index = symbol(w, SYMBOL_FIELD, key, name, "int (*)(void *, int)");

	g_free(key);
	g_strfreev(parts);
	return index;
}

static uint32_t table_field(struct writer *w, unsigned slot)
{
	char *name = g_strdup_printf("ops%u.f%u", w->unit / TABLE_UNITS, slot);
	uint32_t index = field(w, name);

	g_free(name);
	return index;
}

static uint32_t make(struct writer *w, enum node_kind kind, uint32_t of, int64_t value)
{
	return facts_build_node(w->b, (struct node){ .kind = (uint8_t)kind,
						     .line = w->line,
						     .column = 5,
						     .end_column = 30,
						     .symbol = of,
						     .value = value });
}

static uint32_t make_with(struct writer *w, enum node_kind kind, enum node_op op, uint32_t first, uint32_t second)
{
	uint32_t node = make(w, kind, 0, 0);

	facts_built_node(w->b, node)->op = (uint8_t)op;
	facts_build_append(w->b, node, first);
	facts_build_append(w->b, node, second);
	return node;
}

static uint32_t make_call(struct writer *w, uint32_t callee, uint32_t first, uint32_t second)
{
	uint32_t node = make(w, NODE_CALL, callee, 0);

	w->line++;
	w->calls++;
	facts_build_append(w->b, node, first);
	facts_build_append(w->b, node, second);
	return node;
}

static uint32_t make_field(struct writer *w, uint32_t of, int64_t parameter)
{
	uint32_t node = make(w, NODE_FIELD, of, 0);

	facts_build_append(w->b, node, make(w, NODE_PARAM, 0, parameter));
	return node;
}

static uint32_t call_field(struct writer *w, uint32_t of)
{
	uint32_t node = make(w, NODE_CALL, 0, 0);

	w->line++;
	w->calls++;
	facts_build_append(w->b, node, make_field(w, of, 0));
	facts_build_append(w->b, node, make(w, NODE_PARAM, 0, 0));
	facts_build_append(w->b, node, make(w, NODE_LOCAL, 0, 2));
	return node;
}

static uint32_t call_own(struct writer *w, unsigned function)
{
	unsigned below = PLAIN_FUNCTIONS - function, to = function + 1 + (below > 1 ? pick(w, below - 1) : 0);

	if (to >= PLAIN_FUNCTIONS || pick(w, 40) == 0)
		to = pick(w, PLAIN_FUNCTIONS); /* recursion */
	return make_call(w, own(w, w->unit, to), make(w, NODE_PARAM, 0, 0),
			 pick(w, 3) ? make(w, NODE_LOCAL, 0, 2) : make(w, NODE_CONST, 0, (int64_t)pick(w, 4)));
}

static uint32_t call_neighbour(struct writer *w)
{
	unsigned to = pick(w, 5) ? w->unit + 1 + pick(w, 8) : pick(w, w->units);

	return make_call(w, own(w, to % w->units, pick(w, PUBLIC_FUNCTIONS)), make(w, NODE_PARAM, 0, 0),
			 make(w, pick(w, 2) ? NODE_PARAM : NODE_LOCAL, 0, 1));
}

static uint32_t call_library(struct writer *w)
{
	static const char *const names[] = { "malloc", "free",   "memcpy",  "snprintf", "strlen", "memset",
					     "strcmp", "strdup", "realloc", "strchr",   "qsort2", "log_write" };

	return make_call(w, library(w, names[pick(w, G_N_ELEMENTS(names))]), make(w, NODE_PARAM, 0, 0),
			 make(w, NODE_LOCAL, 0, 2));
}

static uint32_t call_modelled(struct writer *w)
{
	static const char *const names[] = { "read", "write", "recv", "send", "open", "uv_close", "waitpid", "fsync" };
	uint32_t call = make_call(w, library(w, names[pick(w, G_N_ELEMENTS(names))]), make(w, NODE_LOCAL, 0, 2),
				  make(w, NODE_NULL, 0, 0));

	facts_build_append(w->b, call, make(w, NODE_CONST, 0, 1));
	return call;
}

static uint32_t call_one(struct writer *w, unsigned function)
{
	unsigned kind = pick(w, 100);

	if (kind < 38)
		return call_own(w, function);
	if (kind < 50)
		return call_neighbour(w);
	if (kind < 84)
		return call_library(w);
	if (kind < 86)
		return call_modelled(w);
	if (kind < 90)
		return call_field(w, table_field(w, pick(w, TABLE_SLOTS)));
	if (kind < 91)
		return call_field(w, field(w, "object.notify"));
	if (kind < 95) /* a callback handed down and called at once */
		return make_call(w, library(w, "list_each"), make(w, NODE_PARAM, 0, 0),
				 make(w, NODE_FUNCTION, own(w, w->unit, pick(w, 4) ? VISIT : function), 0));
	return make_call(w, library(w, "wait_child"), make(w, NODE_LOCAL, 0, 2),
			 pick(w, 4) ? make(w, NODE_CONST, 0, 1) : make(w, NODE_PARAM, 0, 1));
}

/* The call bare, its result kept, under a condition, in a loop, or behind an early return. */
static uint32_t make_statement(struct writer *w, uint32_t call)
{
	uint32_t block, condition;

	switch (pick(w, 6)) {
	case 0:
		return make_with(w, NODE_ASSIGN, OP_NONE, make(w, NODE_LOCAL, 0, 2), call);
	case 1:
		condition = make_with(w, NODE_BINARY, OP_LT, call, make(w, NODE_CONST, 0, 0));
		return make_with(w, NODE_IF, OP_NONE, condition,
				 make_with(w, NODE_RETURN, OP_NONE, make(w, NODE_CONST, 0, -1), 0));
	case 2:
		condition = make_with(w, NODE_BINARY, OP_NE, make(w, NODE_PARAM, 0, 1), make(w, NODE_CONST, 0, 0));
		return make_with(w, NODE_IF, OP_NONE, condition, make_with(w, NODE_BLOCK, OP_NONE, call, 0));
	case 3:
		block = make_with(w, NODE_LOOP, OP_NONE, make(w, NODE_EMPTY, 0, 0), make(w, NODE_LOCAL, 0, 3));
		facts_build_append(w->b, block, make(w, NODE_EMPTY, 0, 0));
		facts_build_append(w->b, block, make_with(w, NODE_BLOCK, OP_NONE, call, 0));
		return block;
	default:
		return call;
	}
}

static void add_variable(struct writer *w, enum variable_kind kind, const char *name, const char *type)
{
	facts_build_variable(w->b, (struct variable){ .kind = (uint8_t)kind,
						      .name = facts_build_string(w->b, name),
						      .type = facts_build_string(w->b, type) });
}

/* Opens a function (void *self, int flags) with two locals; its body is to be filled. */
static uint32_t open_function(struct writer *w, uint32_t name, const char *second)
{
	char *path = g_strdup_printf("src/d%u/u%u.c", w->unit / 100, w->unit);
	uint32_t file = facts_build_file(w->b, path), body = make(w, NODE_BLOCK, 0, 0);

	w->functions++;
	w->line += 3;
	facts_built_symbol(w->b, name)->file = file;
	facts_build_function(w->b, (struct function){ .symbol = name,
						      .file = file,
						      .line = w->line,
						      .end_line = w->line + CALLS + 4,
						      .params = 2,
						      .body = body });
	add_variable(w, VARIABLE_PARAM, "self", "void *");
	add_variable(w, VARIABLE_PARAM, "flags", second);
	add_variable(w, VARIABLE_LOCAL, "result", "int");
	add_variable(w, VARIABLE_LOCAL, "more", "int");
	g_free(path);
	return body;
}

static void body_plain(struct writer *w, unsigned function)
{
	uint32_t body = open_function(w, own(w, w->unit, function), "int");

	for (unsigned i = 0; i < CALLS; i++)
		facts_build_append(w->b, body, make_statement(w, call_one(w, function)));
	facts_build_append(w->b, body, make_with(w, NODE_RETURN, OP_NONE, make(w, NODE_LOCAL, 0, 2), 0));
}

static void body_handler(struct writer *w, unsigned function)
{
	uint32_t body = open_function(w, own(w, w->unit, function), "int");

	for (unsigned i = 0; i < CALLS; i++)
		facts_build_append(w->b, body, make_statement(w, call_one(w, PUBLIC_FUNCTIONS + pick(w, 20))));
}

static void store(struct writer *w, uint32_t body, uint32_t to, unsigned function)
{
	facts_build_append(w->b, body,
			   make_with(w, NODE_ASSIGN, OP_NONE, make_field(w, to, 0),
				     make(w, NODE_FUNCTION, own(w, w->unit, function), 0)));
}

static void register_with(struct writer *w, uint32_t body, const char *by, unsigned arguments_before, unsigned function)
{
	uint32_t call = make_call(w, library(w, by), 0, 0);

	for (unsigned i = 0; i < arguments_before; i++)
		facts_build_append(w->b, call, make(w, NODE_PARAM, 0, 0));
	facts_build_append(w->b, call, make(w, NODE_FUNCTION, own(w, w->unit, function), 0));
	facts_build_append(w->b, body, call);
}

static uint32_t make_epoll_loop(struct writer *w)
{
	uint32_t loop = make(w, NODE_LOOP, 0, 0), block = make(w, NODE_BLOCK, 0, 0);
	uint32_t wait = make_call(w, library(w, "epoll_wait"), make(w, NODE_LOCAL, 0, 2), make(w, NODE_PARAM, 0, 0));

	facts_build_append(w->b, wait, make(w, NODE_CONST, 0, 64));
	facts_build_append(w->b, wait, make(w, NODE_CONST, 0, -1));
	facts_build_append(w->b, block, make_with(w, NODE_ASSIGN, OP_NONE, make(w, NODE_LOCAL, 0, 3), wait));
	facts_build_append(w->b, block, call_field(w, field(w, "object.notify")));
	facts_build_append(w->b, loop, make(w, NODE_EMPTY, 0, 0));
	facts_build_append(w->b, loop, make(w, NODE_CONST, 0, 1));
	facts_build_append(w->b, loop, make(w, NODE_EMPTY, 0, 0));
	facts_build_append(w->b, loop, block);
	return loop;
}

static uint32_t setup_symbol(struct writer *w, unsigned unit)
{
	char *name = g_strdup_printf("unit%u_setup", unit), *key = g_strconcat("c:@F@", name, NULL);
	uint32_t index = symbol(w, SYMBOL_FUNCTION, key, name, "int (void *, int)");

	g_free(key);
	g_free(name);
	return index;
}

static void body_setup(struct writer *w)
{
	uint32_t body = open_function(w, setup_symbol(w, w->unit), "int");

	for (unsigned i = 0; i < TABLE_SLOTS; i++)
		store(w, body, table_field(w, i), PUBLIC_FUNCTIONS + i);
	store(w, body, field(w, "object.notify"), ON_TIMER);
	register_with(w, body, "uv_timer_start", 1, ON_TIMER);
	register_with(w, body, "uv_read_start", 2, ON_READ);
	register_with(w, body, "uv_queue_work", 2, ON_WORK);
	if (w->unit % LOOP_UNITS == LOOP_UNITS / 2)
		facts_build_append(w->b, body, make_epoll_loop(w));
}

/* What every unit calls: `list_each(list, callback)` and `wait_child(pid, options)`. */
static void body_helpers(struct writer *w)
{
	uint32_t body = open_function(w, library(w, "list_each"), "int (*)(void *, int)");
	uint32_t call = make_call(w, 0, make(w, NODE_PARAM, 0, 1), make(w, NODE_PARAM, 0, 0));

	facts_built_symbol(w->b, library(w, "list_each"))->flags = 0;
	facts_build_append(w->b, call, make(w, NODE_LOCAL, 0, 3));
	facts_build_append(w->b, body, call);
	body = open_function(w, library(w, "wait_child"), "int");
	facts_built_symbol(w->b, library(w, "wait_child"))->flags = 0;
	call = make_call(w, library(w, "waitpid"), make(w, NODE_PARAM, 0, 0), make(w, NODE_NULL, 0, 0));
	facts_build_append(w->b, call, make(w, NODE_PARAM, 0, 1));
	facts_build_append(w->b, body, call);
}

static void body_main(struct writer *w)
{
	uint32_t body = open_function(w, library(w, "main"), "int");

	facts_built_symbol(w->b, library(w, "main"))->flags = 0;
	for (unsigned unit = 0; unit < w->units; unit++)
		facts_build_append(w->b, body, make_call(w, setup_symbol(w, unit), make(w, NODE_LOCAL, 0, 2), 0));
	facts_build_append(w->b, body,
			   make_call(w, library(w, "uv_run"), make(w, NODE_LOCAL, 0, 2), make(w, NODE_CONST, 0, 0)));
}

static struct facts *write_unit(struct writer *w, size_t *size)
{
	char *path = g_strdup_printf("src/d%u/u%u.c", w->unit / 100, w->unit);

	w->b = facts_builder_new(path);
	w->line = 0;
	for (unsigned i = 0; i < PLAIN_FUNCTIONS; i++)
		body_plain(w, i);
	for (unsigned i = ON_TIMER; i < SETUP; i++)
		body_handler(w, i);
	body_setup(w);
	if (w->unit == 0) {
		body_helpers(w);
		body_main(w);
	}
	struct facts *facts = facts_build_finish(w->b, size);
	facts_builder_free(w->b);
	g_free(path);
	return facts;
}

struct synthetic synthetic_program(unsigned functions)
{
	unsigned units = MAX(functions / UNIT_FUNCTIONS, 1u);
	struct synthetic program = { .units = g_new0(struct facts *, units), .count = units };

	for (unsigned unit = 0; unit < units; unit++) {
		struct writer w = { .unit = unit, .units = units, .random = 88172645463325252u + unit * 7919u };
		size_t size;

		program.units[unit] = write_unit(&w, &size);
		program.bytes += size;
		program.functions += w.functions;
		program.calls += w.calls;
	}
	return program;
}

void synthetic_free(struct synthetic *program)
{
	for (size_t i = 0; i < program->count; i++)
		free(program->units[i]);
	g_free(program->units);
	*program = (struct synthetic){ 0 };
}
