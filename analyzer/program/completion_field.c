/*
 * completion_field: who is told how an operation ended by a field, or by what a call returns.
 *
 *      a pack says                                  a struct of the program's own shows
 *      registers: completion: { field: S.result }   s->result = -ECANCELED;      the field that carries it
 *      outcomes: { field: S.result }                s->done(s);                  who is stored here is told
 *      outcomes: { function: await }
 *
 * Of `outcomes`, whoever looks is told: no callback is handed over, as with an io_uring. A function whose caller has
 * looked before is not: it gets what the caller left.
 */
#include "program/completion.h"
#include "program/contexts.h"

#include <string.h>

enum { MAX_HOPS = 2 /* callbacks that only call what was stored beside them: OFFLOAD_FUNCTION's */ };

struct finder {
	struct program *p;
	GArray *sites;
	GHashTable *places; /* see completions_places */
};

bool completion_can_be_cancelled(struct program *p, const struct completion *how, uint32_t function)
{
	return !how->cancelled_by || program_calls_one_with(p, how->cancelled_by, function);
}

static bool has_body(const struct program *p, uint32_t function)
{
	const struct program_function *f = program_function(p, function);

	return f->fact && f->fact->body;
}

uint32_t completion_looks_at(const struct program_function *f, const char *field)
{
	uint32_t set = 0;

	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i);

		if (n->kind == NODE_ASSIGN && !n->op)
			set = n->first;
		if (i != set && strcmp(node_field(f, n), field) == 0)
			return i;
	}
	return 0;
}

/* --- callbacks --- */

struct telling {
	struct finder *finder;
	struct completion_site site;
	unsigned hops;
};

static void add_told(uint32_t function, uint32_t target, void *data);

/* What only passes on what it got: `call->done(call)`. */
static void follow(struct telling *telling)
{
	struct program *p = telling->finder->p;
	const struct program_function *f = program_function(p, telling->site.callback);
	struct telling next = { telling->finder, telling->site, telling->hops + 1 };

	for (uint32_t i = f->first_call; telling->hops < MAX_HOPS && i < f->first_call + f->calls; i++) {
		const struct call call = *program_call(p, i);

		if (!call.callee && call_argument(p, &call, 1))
			pointers_each(p, telling->site.callback, call_node(p, &call)->first, add_told, &next);
	}
}

static void add_told(uint32_t function, uint32_t target, void *data)
{
	struct telling *telling = data;
	struct program *p = telling->finder->p;

	(void)target;
	if (!has_body(p, function) || (telling->hops && function == telling->site.callback))
		return;
	struct telling one = *telling;
	one.site.callback = function;
	one.site.canceller =
		completion_can_be_cancelled(p, one.site.model, function) ? CANCELLER_OTHER : CANCELLER_NONE;
	if (one.site.data_field && one.site.call) {
		one.site.lifetime = completion_lifetime(p, &one.site);
		one.site.canceller = completion_owner(p, &one.site, telling->finder->places);
	}
	g_array_append_val(telling->finder->sites, one.site);
	if (!completion_looks_at(program_function(p, function), one.site.field))
		follow(&one);
}

static struct completion_site site_of(const struct completion *how, const struct pack *pack)
{
	return (struct completion_site){
		.kind = COMPLETION_STATUS,
		.data_param = UINT32_MAX,
		.outcome = UINT32_MAX,
		.field = how->field,
		.data_field = how->data,
		.model = how,
		.pack = pack,
	};
}

static void look_at_call(struct finder *finder, uint32_t index)
{
	struct program *p = finder->p;
	const struct call call = *program_call(p, index);
	const struct model *model = call.callee && !call.cleanup ? program_function(p, call.callee)->model : NULL;

	for (size_t i = 0; model && i < model->register_count; i++) {
		const struct registration *r = model->registers[i];

		if (!r->completion.field || r->callback < 1)
			continue;
		struct telling telling = { finder, site_of(&r->completion, completion_pack(p, r)), 0 };
		telling.site.call = index;
		telling.site.data = r->data > 0 ? call_argument(p, &call, (unsigned)r->data) : 0;
		pointers_each(p, call.caller, call_argument(p, &call, (unsigned)r->callback), add_told, &telling);
	}
}

static void add_stored(struct finder *finder, const struct completion_site *site, uint32_t slot)
{
	for (uint32_t t = program_slot(finder->p, slot)->first_target; t; t = program_target(finder->p, t)->next) {
		const struct target target = *program_target(finder->p, t);
		struct telling telling = { finder, *site, 0 };

		telling.site.holder = target.holder;
		telling.site.stored = target.node;
		if (!target.from)
			add_told(target.function, t, &telling);
	}
}

/* What packs say of fields that callbacks are stored in: name -> registration. */
static GHashTable *stored_callbacks(const struct program *p)
{
	GHashTable *fields = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; i < p->packs->count; i++)
		for (size_t k = 0; k < p->packs->items[i].register_count; k++) {
			struct registration *r = &p->packs->items[i].registers[k];

			if (r->field && r->completion.field)
				g_hash_table_insert(fields, (gpointer)r->field, r);
		}
	return fields;
}

static void look_at_fields(struct finder *finder)
{
	struct program *p = finder->p;
	GHashTable *fields = stored_callbacks(p);

	for (uint32_t s = 1; s < p->slots->len; s++) {
		const struct slot *slot = program_slot(p, s);
		const struct registration *r =
			slot->kind == SLOT_FIELD && slot->first_target ? g_hash_table_lookup(fields, slot->name) : NULL;

		if (!r)
			continue;
		struct completion_site site = site_of(&r->completion, completion_pack(p, r));
		add_stored(finder, &site, s);
	}
	g_hash_table_destroy(fields);
}

/* --- fields of the program's own structs --- */

/* The constant that says cancelled and that a node sets a field to, or holds one against; and that field's name. */
static const char *cancelled_here(const struct program_function *f, const struct node *n, const char **field)
{
	const struct node *left = n->first ? function_node(f, n->first) : NULL;
	const struct node *right = left && left->next ? function_node(f, left->next) : NULL;
	bool sets = n->kind == NODE_ASSIGN && !n->op;
	bool asks = n->kind == NODE_BINARY && (n->op == OP_EQ || n->op == OP_NE);

	if ((!sets && !asks) || !right || left->kind != NODE_FIELD || right->kind != NODE_CONST)
		return NULL;
	const char *text = facts_string(f->facts, right->text);
	*field = node_field(f, left);
	return completion_names_cancelled(text) ? text : NULL;
}

/* Fields that say that something was cancelled -> the constant. Those of packs are told apart there. */
static GHashTable *own_fields(const struct program *p)
{
	GHashTable *fields = g_hash_table_new(g_str_hash, g_str_equal);

	for (uint32_t i = 1; i < p->functions->len; i++) {
		const struct program_function *f = program_function(p, i);

		for (uint32_t at = f->fact ? f->fact->body : 0; at && at < f->end_node; at++) {
			const char *field, *text = cancelled_here(f, function_node(f, at), &field);

			if (text && *field != '.' && !g_hash_table_contains(fields, field))
				g_hash_table_insert(fields, (gpointer)field, (gpointer)text);
		}
	}
	return fields;
}

/* Whether a call of what the slot holds passes the object that the slot is of: `s->done(s)`. */
static bool passes_itself(const struct program *p, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);
	const struct node *through = function_node(f, call_node(p, call)->first);
	const struct node *object = through->kind == NODE_FIELD ? function_node(f, through->first) : NULL;
	uint32_t first = call_argument(p, call, 1);

	return object && first && completion_same_variable(object, function_node(f, first));
}

static void look_at_indirect(struct finder *finder, uint32_t index, GHashTable *own, GHashTable *seen)
{
	struct program *p = finder->p;
	const struct call call = *program_call(p, index);
	GHashTableIter iter;
	gpointer field, constant;

	if (call.callee || !call_node(p, &call)->first || !passes_itself(p, &call))
		return;
	uint32_t slot = pointers_slot_of(p, call.caller, call_node(p, &call)->first);
	const char *name = slot && program_slot(p, slot)->kind == SLOT_FIELD ? program_slot(p, slot)->name : "";
	size_t tag = strcspn(name, ".");
	if (!name[tag] || !g_hash_table_add(seen, GUINT_TO_POINTER(slot)))
		return;
	g_hash_table_iter_init(&iter, own);
	while (g_hash_table_iter_next(&iter, &field, &constant)) {
		if (strncmp(field, name, tag + 1) != 0)
			continue;
		struct completion *how = arena_new(p->arena, struct completion);
		const char **names = arena_new_array(p->arena, const char *, 2);
		names[0] = constant;
		*how = (struct completion){ .field = field, .cancelled = names };
		struct completion_site site = site_of(how, NULL);
		add_stored(finder, &site, slot);
	}
}

/* --- outcomes that no callback is handed --- */

struct outcome {
	const struct outcome_form *form;
	const struct pack *pack;
};

/* Whether someone who calls the function looks at the field before. */
static bool callers_look(struct program *p, uint32_t function, const char *field)
{
	callers_index(p);
	for (uint32_t i = p->calls_of[function]; i; i = p->next_call_of[i]) {
		const struct call *call = program_call(p, i);
		const struct program_function *f = program_function(p, call->caller);
		uint32_t look = call->caller != function && f->fact ? completion_looks_at(f, field) : 0;

		if (look && look < call->node)
			return true;
	}
	return false;
}

/* A function of the program that is handed what the field holds is told by that parameter, if nobody looked before. */
static void add_handed(struct finder *finder, const struct completion_site *site, uint32_t look)
{
	struct program *p = finder->p;
	const struct program_function *f = program_function(p, site->callback);

	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		const struct call *call = program_call(p, i);
		uint32_t parameter = 0;

		if (!call->callee || call->cleanup || !has_body(p, call->callee))
			continue;
		for (uint32_t child = call_node(p, call)->first; child;
		     child = function_node(f, child)->next, parameter++) {
			struct completion_site told = *site;

			if (child != look || parameter >= program_function(p, call->callee)->fact->params)
				continue;
			told.callback = call->callee;
			told.call = i;
			told.field = NULL;
			told.outcome = parameter;
			g_array_append_val(finder->sites, told);
		}
	}
}

static bool is_told_already(const struct finder *finder, uint32_t function, const char *field)
{
	for (guint i = 0; i < finder->sites->len; i++) {
		const struct completion_site *site = &g_array_index(finder->sites, struct completion_site, i);

		if (site->callback == function && site->field && strcmp(site->field, field) == 0)
			return true;
	}
	return false;
}

static void look_into(struct finder *finder, uint32_t function, const struct outcome *outcome)
{
	struct completion_site site = site_of(&outcome->form->how, outcome->pack);
	uint32_t look = completion_looks_at(program_function(finder->p, function), site.field);

	if (!look || !completion_can_be_cancelled(finder->p, site.model, function) ||
	    is_told_already(finder, function, site.field) || callers_look(finder->p, function, site.field))
		return;
	site.callback = function;
	site.canceller = CANCELLER_OTHER;
	g_array_append_val(finder->sites, site);
	add_handed(finder, &site, look);
}

/* Whether the program has a field of this name at all. */
static GHashTable *all_fields(const struct program *p)
{
	GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);
	const struct facts *seen = NULL;

	for (uint32_t i = 1; i < p->functions->len; i++) {
		const struct facts *facts = program_function(p, i)->fact ? program_function(p, i)->facts : NULL;

		for (uint32_t s = 1; facts && facts != seen && s < facts->symbols.count; s++)
			if (facts_symbol(facts, s)->kind == SYMBOL_FIELD)
				g_hash_table_add(names, (gpointer)facts_string(facts, facts_symbol(facts, s)->name));
		seen = facts ? facts : seen;
	}
	return names;
}

static void look_for_outcomes(struct finder *finder)
{
	struct program *p = finder->p;
	GHashTable *fields = all_fields(p);

	for (size_t i = 0; i < p->packs->count; i++)
		for (size_t k = 0; k < p->packs->items[i].outcome_count; k++) {
			struct outcome outcome = { &p->packs->items[i].outcomes[k], &p->packs->items[i] };
			const char *field = outcome.form->how.field;
			bool used = field && g_hash_table_contains(fields, field);

			for (uint32_t f = 1; used && f < p->functions->len; f++)
				if (has_body(p, f))
					look_into(finder, f, &outcome);
		}
	g_hash_table_destroy(fields);
}

void completions_find_fields(struct program *p, GArray *sites, GHashTable *places)
{
	struct finder finder = { p, sites, places };
	GHashTable *own = own_fields(p), *seen = g_hash_table_new(NULL, NULL);

	for (uint32_t i = 1; i < p->calls->len; i++) {
		look_at_call(&finder, i);
		look_at_indirect(&finder, i, own, seen);
	}
	look_at_fields(&finder);
	look_for_outcomes(&finder);
	g_hash_table_destroy(own);
	g_hash_table_destroy(seen);
}
