/* leads: a graph of what mentions what, walked backwards from the named files; see leads.h. */
#include "cli/leads.h"

#include <string.h>

struct vertex {
	struct lead lead; /* first: what leads_take gives is this */
	bool leads, elsewhere;
	GPtrArray *holders; /* struct vertex *: what mentions or keeps it */
};

struct leads {
	GHashTable *vertices; /* key -> struct vertex * */
	GPtrArray *waiting;   /* struct vertex *: lead there, and were not followed yet */
	GPtrArray *found;     /* const struct lead * */
};

/* A unit that is being read. */
struct reader {
	struct leads *into;
	const struct facts *facts;
	struct vertex *holder; /* what the body belongs to */
};

static void free_vertex(void *vertex)
{
	g_ptr_array_unref(((struct vertex *)vertex)->holders);
	g_free(vertex);
}

struct leads *leads_new(void)
{
	struct leads *leads = g_new0(struct leads, 1);

	leads->vertices = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_vertex);
	leads->waiting = g_ptr_array_new();
	leads->found = g_ptr_array_new();
	return leads;
}

void leads_free(struct leads *leads)
{
	if (!leads)
		return;
	g_hash_table_destroy(leads->vertices);
	g_ptr_array_unref(leads->waiting);
	g_ptr_array_unref(leads->found);
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
		.name = s->kind == SYMBOL_FIELD ? member_of(name) : name,
		.file = facts_string(r->facts, r->facts->path),
	};
	vertex->elsewhere = !(s->flags & (SYMBOL_STATIC | SYMBOL_SYSTEM));
	vertex->holders = g_ptr_array_new();
	g_hash_table_insert(r->into->vertices, (gpointer)key, vertex);
	return vertex;
}

static void set_leads(struct leads *leads, struct vertex *vertex)
{
	if (vertex->leads)
		return;
	vertex->leads = true;
	g_ptr_array_add(leads->waiting, vertex);
	if (vertex->elsewhere)
		g_ptr_array_add(leads->found, &vertex->lead);
}

static void hold(struct reader *r, struct vertex *holder, struct vertex *held)
{
	guint count = held->holders->len;

	if (holder == held || (count && held->holders->pdata[count - 1] == holder))
		return;
	g_ptr_array_add(held->holders, holder);
	if (held->leads)
		set_leads(r->into, holder);
}

/* `ops->open = f`, `{ .open = f }`: the field keeps it. */
static void read_assignment(struct reader *r, const struct node *assignment)
{
	const struct node *place = facts_node(r->facts, facts_child(r->facts, assignment, 0));
	const struct node *value = facts_node(r->facts, facts_child(r->facts, assignment, 1));

	if (place->kind == NODE_FIELD && value->kind == NODE_FUNCTION)
		hold(r, vertex_of(r, place->symbol), vertex_of(r, value->symbol));
}

static void read_node(struct reader *r, uint32_t index)
{
	const struct node *node = facts_node(r->facts, index);

	if (node->kind == NODE_ASSIGN)
		read_assignment(r, node);
	if (node->symbol)
		hold(r, r->holder, vertex_of(r, node->symbol));
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
		if (named && is_own_function(facts, function))
			set_leads(leads, reader.holder);
		read_node(&reader, function->body);
	}
}

static void follow(struct leads *leads)
{
	while (leads->waiting->len) {
		struct vertex *vertex = g_ptr_array_steal_index_fast(leads->waiting, leads->waiting->len - 1);

		for (guint i = 0; i < vertex->holders->len; i++)
			set_leads(leads, vertex->holders->pdata[i]);
	}
}

GPtrArray *leads_take(struct leads *leads)
{
	GPtrArray *found;

	follow(leads);
	found = leads->found;
	leads->found = g_ptr_array_new();
	return found;
}
