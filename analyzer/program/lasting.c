/*
 * lasting: from where objects are made to who keeps them; see lasting.h.
 *
 *      main()                app = app_new();                        kept by a function that runs before the loop
 *      app_init(App *self)   self->tags = tags_new();                kept by a field of an App, which lasts
 *      tags_new()            tags = g_object_new(TAGS_TYPE); ..      a result: whoever calls it keeps it
 *
 * Objects of a struct last if each place that makes one leads to keepers that do: a function that no loop calls, a global,
 * a field of an object that lasts. A keeper that is released on the loop does not, but for where its owner ends; nor do
 * objects that the loop frees by whatever name. What a toolkit owns, and what was not seen to be made or kept, does not
 * either. Tests make their own objects.
 */
#include "program/lasting.h"

#include "program/completion.h"
#include "program/gobject.h"
#include "program/contexts.h"

#include <string.h>

enum { MAX_DEPTH = 12, MAX_CALLERS = 64 };

/* A call that makes an object. */
struct making {
	uint32_t function, node;
};

/* Whether a function runs only before the loop does, or after it. */
enum outside { OUTSIDE_UNASKED, OUTSIDE_NOT, OUTSIDE_ONLY };

enum verdict { VERDICT_NONE, VERDICT_ENDS, VERDICT_LASTS };

struct lasting {
	struct program *p;
	uint8_t *on_loop;     /* per function: the loop calls it */
	uint8_t *outside;     /* per function: enum outside */
	uint8_t *taken;       /* per function: its address is taken */
	GHashTable *made;     /* tag of a struct -> GArray of struct making */
	GHashTable *released; /* keys of fields and globals that are released then, other than where their owner ends */
	GHashTable *weak;     /* keys of globals that are cleared: they point at what others keep */
	GHashTable *freed;    /* tags of what is freed while the loop runs, other than where that is defined */
	GHashTable *unreferenced, *referenced; /* tags of what it gives a reference back of; of what is given one */
	GHashTable *judged;                    /* tag -> enum verdict */
	unsigned depth;
};

char *lasting_tag(const char *type)
{
	char *tag = facts_type_tag(type);

	if (*tag == '_')
		memmove(tag, tag + 1, strlen(tag));
	if (g_str_has_suffix(tag, "Private")) /* it ends with the object that it is a part of */
		tag[strlen(tag) - strlen("Private")] = '\0';
	return tag;
}

static void add_tag(GHashTable *tags, const char *type)
{
	g_hash_table_add(tags, lasting_tag(type));
}

static bool has_tag(GHashTable *tags, const char *type)
{
	char *tag = lasting_tag(type);
	bool has = g_hash_table_contains(tags, tag);

	g_free(tag);
	return has;
}

static const char *variable_type(const struct program_function *f, const struct node *n)
{
	return facts_string(f->facts, facts_variable(f->facts, f->fact->first_variable + (uint32_t)n->value)->type);
}

static bool is_variable(const struct node *n)
{
	return n->kind == NODE_LOCAL || n->kind == NODE_PARAM;
}

static bool is_static(const struct program_function *f, const struct node *n)
{
	return n->kind == NODE_LOCAL &&
	       facts_variable(f->facts, f->fact->first_variable + (uint32_t)n->value)->kind == VARIABLE_STATIC;
}

static const char *place_type(const struct program_function *f, const struct node *n)
{
	if (is_variable(n))
		return variable_type(f, n);
	return n->kind == NODE_FIELD || n->kind == NODE_GLOBAL
		       ? facts_string(f->facts, facts_symbol(f->facts, n->symbol)->type)
		       : "";
}

/* The place that holds the pointer: `x` of `&x`, `x[2]`, `FOO(x)`. */
static const struct node *holder(const struct program *p, const struct program_function *f, uint32_t node)
{
	const struct node *n = function_node(f, completion_without_cast(p, f, node));

	while (n->kind == NODE_ADDRESS || n->kind == NODE_INDEX || n->kind == NODE_DEREF)
		n = function_node(f, completion_without_cast(p, f, n->first));
	return n;
}

static const char *key_of(const struct program_function *f, const struct node *place)
{
	return facts_string(f->facts, facts_symbol(f->facts, place->symbol)->key);
}

/* --- reading the program --- */

static bool is_test(const struct program_function *f)
{
	return programs_only_test(f->programs);
}

/* Whether only main calls it, itself or through others of which that is so; and nothing of what the loop runs. */
static bool outside_loop(struct lasting *l, uint32_t function)
{
	const struct program_function *f = program_function(l->p, function);
	bool outside = !l->on_loop[function];

	if (l->outside[function] != OUTSIDE_UNASKED || l->depth == MAX_DEPTH)
		return l->outside[function] == OUTSIDE_ONLY;
	l->outside[function] = OUTSIDE_NOT;
	if (strcmp(f->name, "main") == 0)
		return (l->outside[function] = OUTSIDE_ONLY) == OUTSIDE_ONLY;
	outside = outside && l->p->calls_of[function] && !l->taken[function];
	l->depth++;
	for (uint32_t i = l->p->calls_of[function]; i && outside; i = l->p->next_call_of[i]) {
		uint32_t caller = program_call(l->p, i)->caller;

		outside = is_test(program_function(l->p, caller)) || outside_loop(l, caller);
	}
	l->depth--;
	l->outside[function] = outside ? OUTSIDE_ONLY : OUTSIDE_NOT;
	return outside;
}

static void add_making(struct lasting *l, const char *type, uint32_t function, uint32_t node)
{
	struct making making = { function, node };
	char *tag = lasting_tag(type);
	GArray *of_tag = g_hash_table_lookup(l->made, tag);

	if (!of_tag) {
		of_tag = g_array_new(FALSE, FALSE, sizeof making);
		g_hash_table_insert(l->made, g_strdup(tag), of_tag);
	}
	g_array_append_val(of_tag, making);
	g_free(tag);
}

struct constructed {
	struct lasting *l;
	const struct call *call;
};

/* A class that a library defines, other than GObject and applications, is owned by that library: a window by its toolkit. */
static bool is_owned(const char *parent)
{
	return parent && !g_str_has_prefix(parent, "g_") && !strstr(parent, "application");
}

/* One instance init of an object that is made: its parameter says which struct that is. */
static void note_init(uint32_t function, uint32_t target, void *data)
{
	const struct constructed *c = data;
	const struct program_function *init = program_function(c->l->p, function);
	const struct node first = { .kind = NODE_PARAM };

	(void)target;
	if (!init->fact || !init->fact->params)
		return;
	if (is_owned(gobject_outside(c->l->p, c->call)))
		add_tag(c->l->freed, variable_type(init, &first));
	else
		add_making(c->l, variable_type(init, &first), c->call->caller, c->call->node);
}

/* A call that allocates, in an expression that an assignment puts somewhere. */
static uint32_t allocation_in(const struct program *p, const struct program_function *f, uint32_t node, unsigned depth)
{
	uint32_t plain = completion_without_cast(p, f, node);
	const struct node *n = function_node(f, plain);

	if (n->kind == NODE_CALL)
		return strstr(completion_callee(p, f, n), "alloc") ? plain : 0;
	if (n->kind == NODE_OPAQUE || n->kind == NODE_CONDITIONAL)
		for_each_child(child, f->facts, n) {
			uint32_t found = depth < 4 ? allocation_in(p, f, child, depth + 1) : 0;

			if (found)
				return found;
		}
	return 0;
}

static void note_assignment(struct lasting *l, uint32_t function, const struct node *assign)
{
	const struct program_function *f = program_function(l->p, function);
	const struct node *place = holder(l->p, f, assign->first);
	uint32_t value = function_node(f, assign->first)->next;
	uint32_t allocation = allocation_in(l->p, f, value, 0);

	if (allocation && !is_test(f))
		add_making(l, place_type(f, place), function, allocation);
	if (place->kind == NODE_GLOBAL && function_node(f, value)->kind == NODE_NULL && !(assign->flags & NODE_INIT))
		g_hash_table_add(l->weak, (gpointer)key_of(f, place));
}

/* Where an owner ends, what it keeps ends with it. */
static bool ends_owner(const char *name)
{
	static const char *const parts[] = { "finalize", "dispose", "free", "destroy", "unref", "delete", "_fini" };

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (strstr(name, parts[i]))
			return true;
	return false;
}

/* What a call does to one of its arguments: it gives a reference to it, takes one back, or frees it. */
static void note_argument(struct lasting *l, uint32_t function, const char *callee, uint32_t argument, unsigned n)
{
	const struct program_function *f = program_function(l->p, function);
	const struct node *place = holder(l->p, f, argument);
	bool variable = is_variable(place) && !is_static(f, place), named = place->kind == NODE_GLOBAL;
	bool releases = n == (strcmp(callee, "g_slice_free1") == 0) && completion_releases(callee) &&
			!ends_owner(f->name) && !outside_loop(l, function);

	if (named && strcmp(callee, "g_object_add_weak_pointer") == 0)
		g_hash_table_add(l->weak, (gpointer)key_of(f, place));
	if (variable && (g_str_has_suffix(callee, "_ref") || g_str_has_suffix(callee, "_ref_sink")))
		add_tag(l->referenced, place_type(f, place));
	if (releases && (named || place->kind == NODE_FIELD))
		g_hash_table_add(l->released, (gpointer)key_of(f, place));
	if (releases && variable)
		add_tag(strstr(callee, "unref") || strcmp(callee, "g_clear_object") == 0 ? l->unreferenced : l->freed,
			place_type(f, place));
}

static void note_call(struct lasting *l, const struct call *call)
{
	const struct program_function *f = program_function(l->p, call->caller);
	const char *callee = program_function(l->p, call->callee)->name;
	struct constructed c = { l, call };
	unsigned n = 0;

	if (program_function(l->p, call->callee)->constructs && !is_test(f))
		gobject_each_constructed(l->p, call, note_init, &c);
	for_each_child(child, f->facts, function_node(f, call->node))
		note_argument(l, call->caller, callee, child, n++);
}

static void note_taken(struct lasting *l, const struct program_function *f)
{
	for (uint32_t i = f->fact ? f->fact->body : 0; i && i < f->end_node; i++)
		if (function_node(f, i)->kind == NODE_FUNCTION)
			l->taken[link_symbol(l->p, f->unit - 1, function_node(f, i)->symbol)] = 1;
}

static void read_function(struct lasting *l, uint32_t function)
{
	const struct program_function *f = program_function(l->p, function);

	for (uint32_t i = f->fact ? f->fact->body : 0; i && i < f->end_node; i++)
		if (function_node(f, i)->kind == NODE_ASSIGN && !function_node(f, i)->op)
			note_assignment(l, function, function_node(f, i));
	for (uint32_t i = f->first_call; f->fact && i < f->first_call + f->calls; i++)
		if (program_call(l->p, i)->callee && !program_call(l->p, i)->cleanup)
			note_call(l, program_call(l->p, i));
}

static void free_makings(gpointer makings)
{
	g_array_free(makings, TRUE);
}

static void read_program(struct lasting *l)
{
	struct program *p = l->p;

	l->on_loop = g_new0(uint8_t, p->functions->len);
	l->outside = g_new0(uint8_t, p->functions->len);
	l->taken = g_new0(uint8_t, p->functions->len);
	for (uint32_t i = 1; i < p->instances->len; i++)
		if (program_instance(p, i)->context == CONTEXT_LOOP && !program_instance(p, i)->loop)
			l->on_loop[program_instance(p, i)->function] = 1;
	callers_index(p);
	for (uint32_t i = 1; i < p->functions->len; i++)
		note_taken(l, program_function(p, i));
	for (uint32_t i = 1; i < p->functions->len; i++)
		read_function(l, i);
}

struct lasting *lasting_new(struct program *p)
{
	struct lasting *l = g_new0(struct lasting, 1);

	l->p = p;
	l->made = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_makings);
	l->released = g_hash_table_new(g_str_hash, g_str_equal);
	l->weak = g_hash_table_new(g_str_hash, g_str_equal);
	l->freed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	l->unreferenced = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	l->referenced = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	l->judged = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return l;
}

void lasting_free(struct lasting *l)
{
	if (!l)
		return;
	g_free(l->on_loop);
	g_free(l->outside);
	g_free(l->taken);
	g_hash_table_destroy(l->made);
	g_hash_table_destroy(l->released);
	g_hash_table_destroy(l->weak);
	g_hash_table_destroy(l->freed);
	g_hash_table_destroy(l->unreferenced);
	g_hash_table_destroy(l->referenced);
	g_hash_table_destroy(l->judged);
	g_free(l);
}

/* --- who keeps what was made --- */

static bool tag_lasts(struct lasting *l, const char *tag);
static bool value_lasts(struct lasting *l, uint32_t function, const struct node *variable, uint32_t node);

/* A function of a program, not of a library, that nobody calls. */
static bool is_dead(const struct lasting *l, uint32_t function)
{
	return !l->taken[function] && program_function(l->p, function)->programs != UINT64_MAX;
}

/* All who call a function keep what it returns. */
static bool result_lasts(struct lasting *l, uint32_t function)
{
	unsigned callers = 0;

	for (uint32_t i = l->p->calls_of[function]; i; i = l->p->next_call_of[i]) {
		const struct call *call = program_call(l->p, i);

		if (is_test(program_function(l->p, call->caller)))
			continue;
		if (callers++ == MAX_CALLERS || !value_lasts(l, call->caller, NULL, call->node))
			return false;
	}
	return callers > 0 || is_dead(l, function);
}

static bool returns_place(const struct lasting *l, const struct program_function *f, const struct node *place)
{
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i);
		const struct node *value = n->kind == NODE_RETURN && n->first ? holder(l->p, f, n->first) : NULL;

		if (value && value->kind == place->kind &&
		    (is_variable(place) ? value->value == place->value
					: value->symbol && strcmp(key_of(f, value), key_of(f, place)) == 0))
			return true;
	}
	return false;
}

/* A field of an object that lasts. */
static bool field_lasts(struct lasting *l, const struct program_function *f, const struct node *field)
{
	char *tag = lasting_tag(node_name(f, field));
	bool lasts = !g_hash_table_contains(l->released, key_of(f, field)) && tag_lasts(l, tag);

	g_free(tag);
	return lasts;
}

static bool place_lasts(struct lasting *l, uint32_t function, const struct node *place)
{
	const struct program_function *f = program_function(l->p, function);

	if (place->kind == NODE_FIELD)
		return field_lasts(l, f, place);
	if (place->kind == NODE_GLOBAL)
		return !g_hash_table_contains(l->released, key_of(f, place)) &&
		       (!g_hash_table_contains(l->weak, key_of(f, place)) ||
			(returns_place(l, f, place) && result_lasts(l, function)));
	return is_static(f, place) || (is_variable(place) && value_lasts(l, function, place, 0));
}

/* Whether an expression is the call at `node`, or else the variable, or hands the latter over: g_steal_pointer(&x). */
static bool is_value(const struct lasting *l, const struct program_function *f, uint32_t expression,
		     const struct node *variable, uint32_t node)
{
	uint32_t plain = completion_without_cast(l->p, f, expression);
	const struct node *n = function_node(f, plain);

	if (!variable && plain == node)
		return true;
	if (n->kind == NODE_CALL && n->first && strcmp(completion_callee(l->p, f, n), "g_steal_pointer") == 0)
		n = holder(l->p, f, n->first);
	if (variable && completion_same_variable(n, variable))
		return true;
	if (n->kind == NODE_OPAQUE || n->kind == NODE_CONDITIONAL || n->kind == NODE_DEREF)
		for_each_child(child, f->facts, n)
			if (is_value(l, f, child, variable, node))
				return true;
	return false;
}

/* What a statement does with the value: nothing, or it keeps it well or badly. */
enum keeps { KEEPS_NOTHING, KEEPS_WELL, KEEPS_BADLY };

static enum keeps keeps(struct lasting *l, uint32_t function, const struct node *n, const struct node *variable,
			uint32_t node)
{
	const struct program_function *f = program_function(l->p, function);

	if (n->kind == NODE_RETURN && n->first && is_value(l, f, n->first, variable, node))
		return result_lasts(l, function) ? KEEPS_WELL : KEEPS_BADLY;
	if (n->kind != NODE_ASSIGN || n->op || !is_value(l, f, function_node(f, n->first)->next, variable, node))
		return KEEPS_NOTHING;
	const struct node *place = holder(l->p, f, n->first);
	if (variable && is_variable(place))
		return KEEPS_NOTHING; /* another name for it */
	return place_lasts(l, function, place) ? KEEPS_WELL : KEEPS_BADLY;
}

/* Whether a variable, or what a call returned (`node`), is kept by something that lasts. */
static bool value_lasts(struct lasting *l, uint32_t function, const struct node *variable, uint32_t node)
{
	const struct program_function *f = program_function(l->p, function);
	bool kept = variable && outside_loop(l, function);

	if (l->depth == MAX_DEPTH)
		return false;
	l->depth++;
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		enum keeps does = keeps(l, function, function_node(f, i), variable, node);

		kept |= does == KEEPS_WELL;
		if (does == KEEPS_BADLY) {
			kept = false;
			break;
		}
	}
	l->depth--;
	return kept;
}

/* --- structs --- */

/* A global of the struct's own type, not a pointer. */
static bool is_global(const struct program *p, const char *tag)
{
	for (size_t u = 0; u < p->unit_count; u++)
		for (uint32_t i = 1; i < p->units[u]->symbols.count; i++) {
			const struct symbol *symbol = facts_symbol(p->units[u], i);
			const char *type = facts_string(p->units[u], symbol->type);

			if (symbol->kind != SYMBOL_GLOBAL || strpbrk(type, "*[("))
				continue;
			char *global = lasting_tag(type);
			bool same = strcmp(global, tag) == 0;

			g_free(global);
			if (same)
				return true;
		}
	return false;
}

static bool all_last(struct lasting *l, const char *tag)
{
	const GArray *made = g_hash_table_lookup(l->made, tag);

	if (has_tag(l->freed, tag) || (has_tag(l->unreferenced, tag) && !has_tag(l->referenced, tag)))
		return false;
	for (guint i = 0; made && i < made->len; i++) {
		const struct making *making = &g_array_index(made, struct making, i);

		if (!value_lasts(l, making->function, NULL, making->node))
			return false;
	}
	return made || is_global(l->p, tag);
}

static bool tag_lasts(struct lasting *l, const char *tag)
{
	enum verdict known = GPOINTER_TO_UINT(g_hash_table_lookup(l->judged, tag));

	if (known != VERDICT_NONE || !*tag || l->depth == MAX_DEPTH)
		return known == VERDICT_LASTS;
	g_hash_table_insert(l->judged, g_strdup(tag), GUINT_TO_POINTER(VERDICT_ENDS)); /* nothing keeps itself */
	l->depth++;
	known = all_last(l, tag) ? VERDICT_LASTS : VERDICT_ENDS;
	l->depth--;
	g_hash_table_insert(l->judged, g_strdup(tag), GUINT_TO_POINTER(known));
	return known == VERDICT_LASTS;
}

bool lasting_type(struct lasting *l, const char *type)
{
	if (!l->on_loop)
		read_program(l);
	char *tag = lasting_tag(type);
	bool lasts = strchr(type, '*') && strcmp(tag, "void") != 0 && tag_lasts(l, tag);

	g_free(tag);
	return lasts;
}
