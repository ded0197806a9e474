/* leads: a graph of what mentions what, walked backwards from the named files; see leads.h. */
#include "cli/leads.h"

#include <string.h>

struct vertex {
	struct lead lead; /* first: what leads_find gives is this */
	bool named;       /* a function that a named file defines */
	bool elsewhere;   /* other files can mention it */
	bool leads, takes;
	bool told, told_taker; /* by leads_find, before */
	GPtrArray *holders;    /* struct vertex *: what mentions or keeps it */
	GPtrArray *takers;     /* functions that are handed it */
	GPtrArray *passes;     /* of a function: what its parameters are handed to, or put into */
};

struct leads {
	GHashTable *vertices; /* key -> struct vertex * */
	bool thrifty;         /* there was a program */
};

/* A unit that is being read. */
struct reader {
	struct leads *into;
	const struct facts *facts;
	struct vertex *holder; /* what the body belongs to */
};

/* What leads_find has come to. */
struct walk {
	const struct program *program; /* or NULL */
	GPtrArray *waiting;            /* struct vertex *: lead there or take, and were not followed yet */
	GPtrArray *users, *takers;
};

static void free_vertex(void *data)
{
	struct vertex *vertex = data;

	g_ptr_array_unref(vertex->holders);
	g_ptr_array_unref(vertex->takers);
	g_ptr_array_unref(vertex->passes);
	g_free(vertex);
}

struct leads *leads_new(void)
{
	struct leads *leads = g_new0(struct leads, 1);

	leads->vertices = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_vertex);
	return leads;
}

void leads_free(struct leads *leads)
{
	if (!leads)
		return;
	g_hash_table_destroy(leads->vertices);
	g_free(leads);
}

static const char *member_of(const char *field)
{
	const char *dot = strrchr(field, '.');

	return dot ? dot + 1 : field;
}

static struct vertex *vertex_of(struct reader *r, uint32_t symbol)
{
	const struct symbol *s = facts_symbol(r->facts, symbol);
	const char *key = facts_string(r->facts, s->key), *name = facts_string(r->facts, s->name);
	struct vertex *vertex = g_hash_table_lookup(r->into->vertices, key);

	if (vertex)
		return vertex;
	vertex = g_new0(struct vertex, 1);
	vertex->lead = (struct lead){
		.kind = s->kind,
		.key = key,
		.name = s->kind == SYMBOL_FIELD ? member_of(name) : name,
		.file = facts_string(r->facts, r->facts->path),
	};
	vertex->elsewhere = !(s->flags & (SYMBOL_STATIC | SYMBOL_SYSTEM));
	vertex->holders = g_ptr_array_new();
	vertex->takers = g_ptr_array_new();
	vertex->passes = g_ptr_array_new();
	g_hash_table_insert(r->into->vertices, (gpointer)key, vertex);
	return vertex;
}

/* The same thing is often mentioned several times in a row. */
static void add(GPtrArray *to, struct vertex *vertex)
{
	if (!to->len || to->pdata[to->len - 1] != vertex)
		g_ptr_array_add(to, vertex);
}

/* `ops->open = f`, `{ .open = f }`: the field keeps it. `self->callback = callback`: or what the function was handed. */
static void read_assignment(struct reader *r, const struct node *assignment)
{
	const struct node *place = facts_node(r->facts, facts_child(r->facts, assignment, 0));
	const struct node *value = facts_node(r->facts, facts_child(r->facts, assignment, 1));

	if (place->kind == NODE_FIELD && value->kind == NODE_FUNCTION)
		add(vertex_of(r, value->symbol)->holders, vertex_of(r, place->symbol));
	else if ((place->kind == NODE_FIELD || place->kind == NODE_GLOBAL) && value->kind == NODE_PARAM)
		add(r->holder->passes, vertex_of(r, place->symbol));
}

static void read_argument(struct reader *r, struct vertex *callee, const struct node *argument)
{
	if (argument->kind == NODE_ADDRESS)
		argument = facts_node(r->facts, facts_child(r->facts, argument, 0));
	if (argument->kind == NODE_FUNCTION || argument->kind == NODE_GLOBAL)
		add(vertex_of(r, argument->symbol)->takers, callee);
	else if (argument->kind == NODE_PARAM)
		add(r->holder->passes, callee);
}

static void read_call(struct reader *r, const struct node *call)
{
	struct vertex *callee = vertex_of(r, call->symbol);

	for_each_child(child, r->facts, call)
		read_argument(r, callee, facts_node(r->facts, child));
}

static void read_node(struct reader *r, uint32_t index)
{
	const struct node *node = facts_node(r->facts, index);

	if (node->kind == NODE_ASSIGN)
		read_assignment(r, node);
	if (node->kind == NODE_CALL && node->symbol)
		read_call(r, node);
	if (node->symbol)
		add(vertex_of(r, node->symbol)->holders, r->holder);
	for_each_child(child, r->facts, node)
		read_node(r, child);
}

/* Functions of headers that it includes are not its own; data leads nowhere but through the functions in it. */
static bool is_own_function(const struct facts *facts, const struct function *function)
{
	return facts_symbol(facts, function->symbol)->kind == SYMBOL_FUNCTION &&
	       strcmp(facts_file(facts, function->file), facts_string(facts, facts->path)) == 0;
}

void leads_add(struct leads *leads, const struct facts *facts, bool named)
{
	struct reader reader = { .into = leads, .facts = facts };

	for (uint32_t i = 1; i < facts->functions.count; i++) {
		const struct function *function = facts_function(facts, i);

		reader.holder = vertex_of(&reader, function->symbol);
		reader.holder->named |= named && is_own_function(facts, function);
		read_node(&reader, function->body);
	}
}

static bool is_settled(const struct walk *w, const struct vertex *vertex)
{
	return w->program && vertex->lead.kind == SYMBOL_FUNCTION && program_is_settled(w->program, vertex->lead.key);
}

static void set_leads(struct walk *w, struct vertex *vertex)
{
	if (vertex->leads)
		return;
	vertex->leads = true;
	g_ptr_array_add(w->waiting, vertex);
}

static void set_takes(struct walk *w, struct vertex *vertex)
{
	if (vertex->takes)
		return;
	vertex->takes = true;
	g_ptr_array_add(w->waiting, vertex);
}

static void tell(struct vertex *vertex, bool *told, GPtrArray *to)
{
	if (*told || !vertex->elsewhere)
		return;
	*told = true;
	g_ptr_array_add(to, &vertex->lead);
}

/* Who mentions it, and who gets it. */
static void follow_lead(struct walk *w, struct vertex *vertex)
{
	for (guint i = 0; i < vertex->takers->len; i++)
		set_takes(w, vertex->takers->pdata[i]);
	if (is_settled(w, vertex))
		return;
	tell(vertex, &vertex->told, w->users);
	for (guint i = 0; i < vertex->holders->len; i++)
		set_leads(w, vertex->holders->pdata[i]);
}

/* It keeps what it gets, or hands it on. */
static void follow_taker(struct walk *w, struct vertex *vertex)
{
	tell(vertex, &vertex->told_taker, w->takers);
	for (guint i = 0; i < vertex->passes->len; i++) {
		struct vertex *next = vertex->passes->pdata[i];

		if (next->lead.kind == SYMBOL_FUNCTION)
			set_takes(w, next);
		else
			set_leads(w, next);
	}
}

static void follow(struct walk *w)
{
	while (w->waiting->len) {
		struct vertex *vertex = g_ptr_array_steal_index_fast(w->waiting, w->waiting->len - 1);

		if (vertex->leads)
			follow_lead(w, vertex);
		if (vertex->takes)
			follow_taker(w, vertex);
	}
}

/* Forgets what was found, and the first time that there is a program also what was told. */
static void begin(struct leads *leads, bool thrifty)
{
	GHashTableIter i;
	gpointer value;

	g_hash_table_iter_init(&i, leads->vertices);
	while (g_hash_table_iter_next(&i, NULL, &value)) {
		struct vertex *vertex = value;

		vertex->leads = vertex->takes = false;
		if (thrifty && !leads->thrifty)
			vertex->told = vertex->told_taker = false;
	}
	leads->thrifty |= thrifty;
}

static void start_at_named(struct leads *leads, struct walk *w)
{
	GHashTableIter i;
	gpointer value;

	g_hash_table_iter_init(&i, leads->vertices);
	while (g_hash_table_iter_next(&i, NULL, &value))
		if (((struct vertex *)value)->named)
			set_leads(w, value);
}

void leads_find(struct leads *leads, const struct program *program, GPtrArray **users, GPtrArray **takers)
{
	struct walk walk = {
		.program = program,
		.waiting = g_ptr_array_new(),
		.users = g_ptr_array_new(),
		.takers = g_ptr_array_new(),
	};

	begin(leads, program != NULL);
	start_at_named(leads, &walk);
	follow(&walk);
	g_ptr_array_unref(walk.waiting);
	*users = walk.users;
	*takers = walk.takers;
}
