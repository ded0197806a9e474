/* pending: what is started, and what refers to which object from then on; see pending.h. */
#include "program/pending.h"

#include "program/lasting.h"

#include <string.h>

struct finder {
	struct program *p;
	GArray *found;
	GHashTable *forms;  /* name of what starts -> struct pending_form */
	GHashTable *called; /* functions that the loop or a worker calls through a pointer or a registration */
	GHashTable *own;    /* structs that the program declares, as their fields are named: "session" -> enum owner */
};

/* A start as it is being read. */
struct start {
	const struct program_function *f;
	uint32_t call;
	const struct node *node;
	uint32_t callback;
	const struct pending_form *form;
	uint32_t handle; /* node: what is started, by an argument; 0: by what the call returns */
};

const char *pending_field(const struct program_function *f, const struct node *n)
{
	return n->kind == NODE_FIELD ? facts_string(f->facts, facts_symbol(f->facts, n->symbol)->key) : NULL;
}

const char *pending_type(const struct program *p, const struct program_function *f, uint32_t node)
{
	const struct node *n = node ? function_node(f, completion_without_cast(p, f, node)) : NULL;

	if (n && n->kind == NODE_ADDRESS)
		n = function_node(f, n->first);
	if (!n)
		return "";
	if (n->kind == NODE_PARAM || n->kind == NODE_LOCAL)
		return facts_string(f->facts,
				    facts_variable(f->facts, f->fact->first_variable + (uint32_t)n->value)->type);
	return n->kind == NODE_FIELD || n->kind == NODE_GLOBAL
		       ? facts_string(f->facts, facts_symbol(f->facts, n->symbol)->type)
		       : "";
}

/* A pointer to a struct that has a name: what everything is in C says nothing. */
static bool is_object(const char *type)
{
	static const char *const everywhere[] = {
		"struct _GObject *",      "struct _GtkWidget *", "struct _GTask *",
		"struct _GAsyncResult *", "struct uv_loop_s *",  "struct event_base *"
	};

	static const char *const plain[] = { "void ", "char ",  "int ",   "unsigned ", "signed ", "long ",
					     "short", "float ", "double", "_Bool ",    "const ",  "enum " };

	if (!g_str_has_suffix(type, " *") || strchr(type, '('))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
		if (g_str_has_prefix(type, plain[i]))
			return false;
	for (size_t i = 0; i < G_N_ELEMENTS(everywhere); i++)
		if (strcmp(type, everywhere[i]) == 0)
			return false;
	return true;
}

/* Who declares a struct. A library's are for many things: a list that is freed is not the one that is waited for. */
enum owner { OWNER_LIBRARY, OWNER_PROGRAM, OWNER_FILE };

static enum owner owner_of(const struct finder *finder, const char *type)
{
	char *tag = g_strndup(type, strlen(type) - strlen(" *"));
	const char *name = g_str_has_prefix(tag, "struct ") ? tag + strlen("struct ") : tag;
	enum owner owner = (enum owner)GPOINTER_TO_UINT(g_hash_table_lookup(finder->own, name));

	g_free(tag);
	return owner;
}

/* The variable at the root of a chain of fields. */
static const struct node *root_of(const struct program *p, const struct program_function *f, uint32_t node)
{
	const struct node *n = function_node(f, completion_without_cast(p, f, node));

	while (n->kind == NODE_FIELD || n->kind == NODE_ADDRESS || n->kind == NODE_DEREF || n->kind == NODE_INDEX)
		n = function_node(f, completion_without_cast(p, f, n->first));
	return n;
}

static bool is_variable(const struct node *n)
{
	return n->kind == NODE_PARAM || n->kind == NODE_LOCAL;
}

static uint32_t node_index(const struct program_function *f, const struct node *n)
{
	return (uint32_t)(n - facts_node(f->facts, 0));
}

/* --- handles: the fields by which the operation can be reached --- */

static void add_handle(struct pending *pending, const struct program_function *f, const struct node *field)
{
	const char *key = pending_field(f, field);

	for (unsigned i = 0; i < pending->handle_count; i++)
		if (strcmp(pending->handles[i], key) == 0)
			return;
	if (pending->handle_count == PENDING_HANDLES)
		return;
	pending->handles[pending->handle_count] = key;
	pending->handle_types[pending->handle_count++] =
		facts_string(f->facts, facts_symbol(f->facts, field->symbol)->type);
}

/* Every field in a chain such as `&client->job->request`. */
static void add_chain(struct pending *pending, const struct program *p, const struct program_function *f, uint32_t node)
{
	const struct node *n = function_node(f, completion_without_cast(p, f, node));

	for (; n->kind == NODE_FIELD || n->kind == NODE_ADDRESS || n->kind == NODE_DEREF || n->kind == NODE_INDEX;
	     n = function_node(f, completion_without_cast(p, f, n->first)))
		if (n->kind == NODE_FIELD)
			add_handle(pending, f, n);
}

/* Whether a field is one of another struct than the object, and than its private part. */
static bool is_apart(const struct pending *pending, const struct program_function *f, const struct node *field)
{
	char *object = lasting_tag(pending->type);
	char *holder = lasting_tag(node_name(f, field));
	bool apart = strcmp(object, holder) != 0;

	g_free(object);
	g_free(holder);
	return apart;
}

/* `s->idle = <what was started>`, anywhere in the function. */
static void add_keepers(struct pending *pending, const struct program *p, const struct start *start)
{
	const struct program_function *f = start->f;
	const struct node *handle = start->handle ? root_of(p, f, start->handle) : NULL;

	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i), *place = n->first ? function_node(f, n->first) : NULL;

		if (n->kind != NODE_ASSIGN || n->op || !place || !place->next)
			continue;
		const struct node *value = function_node(f, completion_without_cast(p, f, place->next));
		bool keeps = value == start->node || (handle && completion_same_variable(value, handle));
		if (keeps && place->kind == NODE_FIELD) {
			add_handle(pending, f, place);
			pending->stored = true;
			pending->apart |= is_apart(pending, f, place);
		}
	}
}

/* --- objects --- */

/* Whether the callback looks at what leads it to the object. */
static bool reaches(const struct program_function *f, const char *via)
{
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const char *key = pending_field(f, function_node(f, i));

		if (key && strcmp(key, via) == 0)
			return true;
	}
	return false;
}

/* Whether it looks into its user data at all, which is what counts as long as nobody asks for more. */
static bool looks_at_parameters(const struct program_function *f)
{
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++)
		if (function_node(f, i)->kind == NODE_PARAM)
			return true;
	return false;
}

static void add(struct finder *finder, const struct start *start, const struct node *object, const char *via, bool held,
		bool cancel)
{
	struct program *p = finder->p;
	const struct program_function *f = start->f;
	const char *type = pending_type(p, f, node_index(f, object));
	const struct program_function *told = start->callback ? program_function(p, start->callback) : NULL;
	struct pending pending = {
		.call = start->call,
		.callback = start->callback,
		.object = node_index(f, object),
		.type = type,
		.via = via,
		.form = start->form,
		.held = held,
		.cancel = cancel,
		.of_file = owner_of(finder, type) == OWNER_FILE,
	};

	if (!is_object(type) || owner_of(finder, type) == OWNER_LIBRARY || pending_takes_part(p, f, type))
		return;
	if (told && told->fact && told->fact->body &&
	    ((via && !reaches(told, via)) || (!via && !held && !looks_at_parameters(told)) ||
	     pending_gives_back(p, told, type, via)))
		return;
	if (start->handle)
		add_chain(&pending, p, f, start->handle);
	if (cancel)
		pending.apart = is_apart(&pending, f, function_node(f, start->handle));
	else
		add_keepers(&pending, p, start);
	g_array_append_val(finder->found, pending);
}

/* `job->client = client` in the starting function, where `job` is handed over. */
static void add_what_it_leads_to(struct finder *finder, const struct start *start, const struct node *carrier)
{
	const struct program_function *f = start->f;

	for (uint32_t i = f->fact->body; i && i < start->node - facts_node(f->facts, 0); i++) {
		const struct node *n = function_node(f, i), *place = n->first ? function_node(f, n->first) : NULL;

		if (n->kind != NODE_ASSIGN || n->op || !place || place->kind != NODE_FIELD)
			continue;
		const struct node *value = function_node(f, completion_without_cast(finder->p, f, place->next));
		if (is_variable(value) && !completion_same_variable(value, carrier) &&
		    completion_same_variable(root_of(finder->p, f, place->first), carrier))
			add(finder, start, value, pending_field(f, place), false, false);
	}
}

/* --- by packs --- */

static uint32_t argument_at(const struct program_function *f, const struct node *call, unsigned index)
{
	uint32_t child = call->first;

	while (child && index--)
		child = function_node(f, child)->next;
	return child;
}

static uint32_t function_named(const struct program *p, const struct program_function *f, uint32_t node)
{
	const struct node *n = node ? function_node(f, node) : NULL;
	uint32_t function = n && n->kind == NODE_FUNCTION ? link_symbol(p, f->unit - 1, n->symbol) : 0;

	return function && program_function(p, function)->fact && program_function(p, function)->fact->body ? function
													    : 0;
}

/* What the call registers: the last of its callbacks that is told on the loop, else the one on a worker. */
static const struct registration *registration_of(const struct finder *finder, const struct start *start,
						  uint32_t *callback)
{
	const struct model *model = program_function(finder->p, program_call(finder->p, start->call)->callee)->model;
	const struct registration *chosen = NULL;

	for (size_t i = 0; model && i < model->register_count; i++) {
		const struct registration *r = model->registers[i];
		uint32_t function =
			r->callback > 0 ? function_named(finder->p, start->f,
							 argument_at(start->f, start->node, (unsigned)r->callback - 1))
					: 0;

		if (function && (!chosen || r->context == CONTEXT_LOOP)) {
			chosen = r;
			*callback = function;
		}
	}
	return chosen;
}

/* Whether a struct is what lies there, not a pointer to one. */
static bool lies_there(const struct program_function *f, uint32_t handle)
{
	const struct node *n = function_node(f, handle);
	const struct node *field = n->kind == NODE_ADDRESS ? function_node(f, n->first) : NULL;

	return field && field->kind == NODE_FIELD &&
	       strncmp(facts_string(f->facts, facts_symbol(f->facts, field->symbol)->type), "struct ", 7) == 0 &&
	       !strchr(facts_string(f->facts, facts_symbol(f->facts, field->symbol)->type), '*');
}

/* A function that is called when the user data is let go of: it has a part of its own, mostly. */
static bool has_notify(const struct program_function *f, uint32_t data)
{
	uint32_t next = data ? function_node(f, data)->next : 0;

	return next && function_node(f, next)->kind == NODE_FUNCTION;
}

static void look_for_forms(struct finder *finder, struct start *start, const char *name)
{
	const struct program_function *f = start->f;

	start->form = g_hash_table_lookup(finder->forms, name);
	if (!start->form)
		return;
	const struct registration *r = registration_of(finder, start, &start->callback);
	uint32_t data = r && r->data > 0 ? argument_at(f, start->node, (unsigned)r->data - 1) : 0;
	start->handle = start->form->handle > 0 ? argument_at(f, start->node, (unsigned)start->form->handle - 1) : 0;
	if (has_notify(f, data))
		return;
	if (data && is_variable(function_node(f, completion_without_cast(finder->p, f, data)))) {
		const struct node *object = function_node(f, completion_without_cast(finder->p, f, data));

		add(finder, start, object, NULL, false, false);
		add_what_it_leads_to(finder, start, object);
		return;
	}
	const struct node *carrier = start->handle ? root_of(finder->p, f, start->handle) : NULL;
	if (!carrier || !is_variable(carrier))
		return;
	if (lies_there(f, start->handle))
		add(finder, start, carrier, NULL, true, false);
	add_what_it_leads_to(finder, start, carrier);
}

/* --- by convention: the GAsyncReadyCallback of an operation --- */

static void look_for_ready_callbacks(struct finder *finder, const struct completion_site *site)
{
	struct program *p = finder->p;
	const struct call *call = program_call(p, site->call);
	const struct program_function *f = program_function(p, call->caller);
	struct start start = {
		.f = f, .call = site->call, .node = function_node(f, call->node), .callback = site->callback
	};

	if (!site->data || site->lifetime != LIFETIME_BORROWED)
		return;
	const struct node *object = function_node(f, completion_without_cast(p, f, site->data));
	uint32_t first = argument_at(f, start.node, 0);
	if (!is_variable(object) ||
	    (first && completion_same_variable(function_node(f, completion_without_cast(p, f, first)), object)))
		return; /* an operation of the object itself has a reference to it */
	for (uint32_t child = first; child; child = function_node(f, child)->next)
		if (strstr(pending_type(p, f, child), "Cancellable"))
			start.handle = child;
	if (start.handle && function_node(f, start.handle)->kind == NODE_FIELD)
		add(finder, &start, object, NULL, false, true);
}

/* --- by inference: a job with a function to call, handed over --- */

static uint32_t handed_over_by(const struct program *p, const struct program_function *f, uint32_t since,
			       const struct node *carrier)
{
	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		const struct call *call = program_call(p, i);
		const struct node *n = function_node(f, call->node);

		if (call->node <= since || !call->callee || call->cleanup)
			continue;
		for (uint32_t child = n->first; child; child = function_node(f, child)->next)
			if (completion_same_variable(function_node(f, child), carrier) &&
			    !completion_releases(program_function(p, call->callee)->name))
				return i;
	}
	return 0;
}

static void look_for_jobs(struct finder *finder, uint32_t function)
{
	const struct program_function *f = program_function(finder->p, function);

	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i), *place = n->first ? function_node(f, n->first) : NULL;
		uint32_t callback = n->kind == NODE_ASSIGN && place && place->kind == NODE_FIELD
					    ? function_named(finder->p, f, place->next)
					    : 0;

		if (!callback || !g_hash_table_contains(finder->called, GUINT_TO_POINTER(callback)))
			continue;
		const struct node *carrier = function_node(f, place->first);
		uint32_t call = is_variable(carrier) ? handed_over_by(finder->p, f, i, carrier) : 0;
		if (!call ||
		    g_hash_table_contains(finder->forms,
					  program_function(finder->p, program_call(finder->p, call)->callee)->name))
			continue;
		struct start start = { .f = f,
				       .call = call,
				       .callback = callback,
				       .handle = place->first,
				       .node = function_node(f, program_call(finder->p, call)->node) };
		add_what_it_leads_to(finder, &start, carrier);
	}
}

/* --- all --- */

static GHashTable *read_forms(const struct program *p)
{
	GHashTable *forms = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; i < p->packs->count; i++)
		for (size_t j = 0; j < p->packs->items[i].pending_count; j++) {
			const struct pending_form *form = &p->packs->items[i].pending[j];

			for (const char *const *name = form->starters; *name; name++)
				g_hash_table_insert(forms, (gpointer)*name, (gpointer)form);
		}
	return forms;
}

/* Functions that run on the loop or on a worker, called through a pointer. */
static GHashTable *called_by_pointer(const struct program *p)
{
	GHashTable *called = g_hash_table_new(NULL, NULL);

	for (uint32_t i = 1; i < p->instances->len; i++) {
		const struct instance *in = program_instance(p, i);

		if ((in->context == CONTEXT_LOOP || in->context == CONTEXT_WORKER) && in->call &&
		    !program_call(p, in->call)->callee)
			g_hash_table_add(called, GUINT_TO_POINTER(in->function));
	}
	return called;
}

/* A struct that a source declares, and no header, is its own: others may have another of that name. */
static bool is_of_file(const struct facts *facts, const struct symbol *symbol)
{
	return symbol->file && strcmp(facts_file(facts, symbol->file), facts_string(facts, facts->path)) == 0;
}

static GHashTable *read_own(const struct program *p)
{
	GHashTable *own = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t u = 0; u < p->unit_count; u++)
		for (uint32_t i = 1; i < p->units[u]->symbols.count; i++) {
			const struct symbol *symbol = facts_symbol(p->units[u], i);
			const char *name = facts_string(p->units[u], symbol->name);
			enum owner owner = is_of_file(p->units[u], symbol) ? OWNER_FILE : OWNER_PROGRAM;

			if (symbol->kind == SYMBOL_FIELD && !(symbol->flags & SYMBOL_SYSTEM))
				g_hash_table_insert(own, g_strndup(name, strcspn(name, ".")), GUINT_TO_POINTER(owner));
		}
	return own;
}

GArray *pending_find(struct program *p, const GArray *sites)
{
	struct finder finder = { p, g_array_new(FALSE, FALSE, sizeof(struct pending)), read_forms(p),
				 called_by_pointer(p), read_own(p) };

	for (uint32_t i = 1; i < p->calls->len; i++) {
		const struct call *call = program_call(p, i);
		struct start start = { .f = program_function(p, call->caller), .call = i };

		if (!call->callee || call->cleanup)
			continue;
		start.node = function_node(start.f, call->node);
		look_for_forms(&finder, &start, program_function(p, call->callee)->name);
	}
	for (guint i = 0; i < sites->len; i++)
		if (g_array_index(sites, struct completion_site, i).kind == COMPLETION_RESULT)
			look_for_ready_callbacks(&finder, &g_array_index(sites, struct completion_site, i));
	for (uint32_t i = 1; i < p->functions->len; i++)
		if (program_function(p, i)->fact)
			look_for_jobs(&finder, i);
	g_hash_table_destroy(finder.forms);
	g_hash_table_destroy(finder.called);
	g_hash_table_destroy(finder.own);
	return finder.found;
}
