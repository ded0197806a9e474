/* completion: see completion.h. */
#include "program/completion.h"
#include "program/value.h"

#include <string.h>

/* The n-th parameter type of a canonical prototype that is `type`, from 0; -1 if none. */
static int parameter_of_type(const char *prototype, const char *type)
{
	const char *at = strchr(prototype, '(');
	unsigned depth = 0;
	int index = 0;

	for (at = at ? at + 1 : ""; *at; at++) {
		if (depth == 0 && g_str_has_prefix(at, type) && strchr(",)", at[strlen(type)]) && at[-1] != '*')
			return index;
		depth += *at == '(';
		if (*at == ')' && depth-- == 0)
			break;
		index += *at == ',' && depth == 0;
		at += *at == ',' && depth == 0; /* the blank behind it */
	}
	return -1;
}

/* void (GObject *, GAsyncResult *, gpointer), whatever the structs are called where headers are missing. */
static bool is_ready_callback(const struct program_function *f)
{
	const char *result = strstr(f->type, "GAsyncResult *");

	return f->fact && f->fact->body && f->fact->params == 3 && g_str_has_prefix(f->type, "void (") && result &&
	       strchr(f->type, ',') < result && !strchr(result, '(');
}

static uint32_t function_named(const struct program *p, const struct program_function *f, uint32_t node)
{
	const struct node *n = function_node(f, node);

	return n->kind == NODE_FUNCTION ? link_symbol(p, f->unit - 1, n->symbol) : 0;
}

/* --- who cancels --- */

/* The object at the root of a chain of fields: `self` of `self->priv->cancellable`. */
static const struct node *base_of(const struct program *p, const struct program_function *f, uint32_t node)
{
	const struct node *n = function_node(f, completion_without_cast(p, f, node));

	while (n->kind == NODE_FIELD || n->kind == NODE_INDEX || n->kind == NODE_DEREF)
		n = function_node(f, completion_without_cast(p, f, n->first));
	return n;
}

/* The field or global that an argument is, or points at; NULL: neither. */
static const struct node *place_given(const struct program *p, const struct program_function *f, uint32_t argument)
{
	const struct node *n = function_node(f, completion_without_cast(p, f, argument));

	if (n->kind == NODE_ADDRESS)
		n = function_node(f, n->first);
	return n->kind == NODE_FIELD || n->kind == NODE_GLOBAL ? n : NULL;
}

/* Places that something cancels: whether who does so lets go of the object, or only of the operation. */
enum cancelled { CANCELLED_ALONE = 1, CANCELLED_AT_THE_END };

enum { MAX_CALLERS_OF_END = 2, MAX_CALLERS = 40 };

static bool has_word(const char *name, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(name, words[i]))
			return true;
	return false;
}

/* Whether a variable is what the function was given, perhaps cast. */
static bool is_given(struct program *p, const struct program_function *f, const struct node *n)
{
	for (struct local_values v = local_values(p, f, n); local_values_next(&v);)
		if (function_node(f, completion_without_cast(p, f, v.value))->kind == NODE_PARAM)
			return true;
	return n->kind == NODE_PARAM;
}

/* Whether the object goes, as far as names tell, in a function that cancels, or in what calls that with its own object. */
static bool goes_with(struct program *p, uint32_t function, unsigned depth)
{
	static const char *const surely[] = { "dispose", "finalize",  "destroy", "free",   "unref",
					      "unroot",  "unrealize", "unmap",   "deinit", "shutdown" };
	static const char *const likely[] = { "clear",  "close",  "stop", "cleanup", "teardown",
					      "detach", "remove", "hide", "reset",   "disconnect" };
	const char *name = program_function(p, function)->name;
	unsigned callers = 0;

	if (has_word(name, surely, G_N_ELEMENTS(surely)) || (!depth && has_word(name, likely, G_N_ELEMENTS(likely))))
		return true;
	callers_index(p);
	for (uint32_t i = depth < MAX_CALLERS_OF_END ? p->calls_of[function] : 0; i && callers < MAX_CALLERS;
	     i = p->next_call_of[i], callers++) {
		const struct call *call = program_call(p, i);
		const struct program_function *f = program_function(p, call->caller);
		uint32_t first = call_argument(p, call, 1);

		if (first && is_given(p, f, function_node(f, completion_without_cast(p, f, first))) &&
		    goes_with(p, call->caller, depth + 1))
			return true;
	}
	return false;
}

/* Whether the function that cancels gives the object back as well. */
static bool releases(const struct program *p, const struct program_function *f, const struct node *object)
{
	if (completion_has_reference(p, f, object))
		return false;
	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		const struct call *call = program_call(p, i);
		uint32_t first = call->callee ? call_argument(p, call, 1) : 0;

		if (first && completion_releases(program_function(p, call->callee)->name) &&
		    completion_same_variable(function_node(f, completion_without_cast(p, f, first)), object))
			return true;
	}
	return false;
}

/* Whether who cancels then waits for the end, which the callback tells: it has the object until then. */
static bool waits_behind(const struct program *p, const struct call *cancels)
{
	const struct program_function *f = program_function(p, cancels->caller);

	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		const struct call *call = program_call(p, i);
		const char *name = call->callee ? program_function(p, call->callee)->name : "";

		if (call->node > cancels->node && !call->cleanup &&
		    (g_str_has_suffix(name, "_wait") || g_str_has_suffix(name, "_join") ||
		     function_effect(p, call->callee, EFFECT_RUNS_LOOP)))
			return true;
	}
	return false;
}

/* Whether a local is one of many, out of an array or a list: it does not go with who has that. */
static bool is_element(struct program *p, const struct program_function *f, const struct node *n)
{
	for (struct local_values v = local_values(p, f, n); local_values_next(&v);) {
		const struct node *value = function_node(f, v.value);

		if (value->kind == NODE_INDEX || g_str_has_suffix(node_field(f, value), "List.data"))
			return true;
	}
	return false;
}

/* A cancellable is given up by whoever goes; what carries the outcome itself is there until that was told, if all is well. */
static void note_place(struct program *p, const struct call *cancels, const struct node *place, GHashTable *places)
{
	const struct program_function *f = program_function(p, cancels->caller);
	const char *key = facts_string(f->facts, facts_symbol(f->facts, place->symbol)->key);
	bool known = g_hash_table_contains(places, key);

	if (GPOINTER_TO_UINT(g_hash_table_lookup(places, key)) == CANCELLED_AT_THE_END)
		return;
	const struct node *base = place->first ? base_of(p, f, place->first) : NULL;
	bool borrows = strstr(facts_string(f->facts, facts_symbol(f->facts, place->symbol)->type), "Cancellable");
	bool goes = !waits_behind(p, cancels) &&
		    ((borrows && !is_element(p, f, base) && goes_with(p, cancels->caller, 0)) ||
		     (base && releases(p, f, base)));
	enum cancelled how = goes ? CANCELLED_AT_THE_END : CANCELLED_ALONE;
	if (!known || how == CANCELLED_AT_THE_END)
		g_hash_table_insert(places, (gpointer)key, GUINT_TO_POINTER(how));
}

/* What carries the outcome in a field is cancelled itself, as GLib's cancellables are. */
static bool is_cancellable(GHashTable *carriers, const char *type)
{
	g_autofree char *tag = facts_type_tag(type);

	return strstr(type, "Cancellable") || g_hash_table_contains(carriers, tag);
}

static void note_cancelled(struct program *p, const struct call *call, GHashTable *carriers, GHashTable *places)
{
	const struct program_function *f = program_function(p, call->caller);
	const struct node *n = function_node(f, call->node);
	unsigned argument = 0;

	for (uint32_t child = n->first; child; child = function_node(f, child)->next, argument++) {
		const struct node *place = place_given(p, f, child);

		if (place &&
		    is_cancellable(carriers, facts_string(f->facts, facts_symbol(f->facts, place->symbol)->type)) &&
		    completion_cancels(p, f, n, argument))
			note_place(p, call, place, places);
	}
}

/* Tags of the structs that packs say to carry the outcome of their operation. */
static GHashTable *find_carriers(const struct program *p)
{
	GHashTable *carriers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; i < p->packs->count; i++)
		for (size_t k = 0; k < p->packs->items[i].register_count; k++) {
			const char *field = p->packs->items[i].registers[k].completion.field;

			if (field)
				g_hash_table_add(carriers, facts_type_tag(field));
		}
	return carriers;
}

/* Keys of the fields and globals that something cancels -> enum cancelled. */
static GHashTable *cancelled_places(struct program *p)
{
	GHashTable *places = g_hash_table_new(g_str_hash, g_str_equal), *carriers = find_carriers(p);

	for (uint32_t i = 1; i < p->calls->len; i++)
		if (program_call(p, i)->callee && !program_call(p, i)->cleanup)
			note_cancelled(p, program_call(p, i), carriers, places);
	g_hash_table_destroy(carriers);
	return places;
}

/* The variable that the private part of an object was asked of: `priv = foo_get_instance_private(self)`. */
static const struct node *owner_of_private(struct program *p, const struct program_function *f, const struct node *n)
{
	for (struct local_values v = local_values(p, f, n); local_values_next(&v);) {
		const struct node *value = function_node(f, v.value);

		if (value->kind == NODE_CALL && value->first && strstr(completion_callee(p, f, value), "private"))
			return function_node(f, completion_without_cast(p, f, value->first));
		if (value->kind == NODE_FIELD)
			return base_of(p, f, v.value);
	}
	return n;
}

/* `data->job = job`: who cancels what is the job's cancels it for the data as well. */
static bool is_lent(const struct program *p, const struct program_function *f, const struct node *holder,
		    const struct node *data)
{
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i), *place = n->first ? function_node(f, n->first) : NULL;

		if (n->kind == NODE_ASSIGN && !n->op && place->kind == NODE_FIELD && place->next &&
		    completion_same_variable(function_node(f, completion_without_cast(p, f, place->next)), holder) &&
		    completion_same_variable(base_of(p, f, place->first), data))
			return true;
	}
	return false;
}

static enum canceller canceller_of(struct program *p, const struct program_function *f, uint32_t cancellable,
				   uint32_t data, GHashTable *places)
{
	const struct node *n = function_node(f, completion_without_cast(p, f, cancellable));

	if (n->kind == NODE_PARAM)
		return CANCELLER_CALLER;
	if (n->kind != NODE_FIELD && n->kind != NODE_GLOBAL)
		return n->kind == NODE_LOCAL ? CANCELLER_CALLER : CANCELLER_NONE;
	gpointer how = g_hash_table_lookup(places, facts_string(f->facts, facts_symbol(f->facts, n->symbol)->key));
	if (!how)
		return CANCELLER_NONE;
	if (n->kind == NODE_GLOBAL || !data)
		return CANCELLER_OTHER;
	const struct node *holder = base_of(p, f, cancellable), *object = base_of(p, f, data);
	if (!completion_same_variable(holder, object) &&
	    !completion_same_variable(owner_of_private(p, f, holder), object) && !is_lent(p, f, holder, object))
		return CANCELLER_OTHER;
	return GPOINTER_TO_UINT(how) == CANCELLED_AT_THE_END ? CANCELLER_OWNER : CANCELLER_REQUEST;
}

enum canceller completion_owner(struct program *p, const struct completion_site *site, GHashTable *places)
{
	const struct call *call = program_call(p, site->call);
	const struct program_function *f = program_function(p, call->caller);

	for (uint32_t child = call_node(p, call)->first; child; child = function_node(f, child)->next) {
		const struct node *place = place_given(p, f, child);
		uint32_t at = place ? (uint32_t)(place - facts_node(f->facts, 0)) : 0;
		enum canceller canceller = at ? canceller_of(p, f, at, site->data, places) : CANCELLER_NONE;

		if (canceller == CANCELLER_OWNER || canceller == CANCELLER_REQUEST)
			return canceller;
	}
	return site->canceller;
}

/* --- sites --- */

struct finder {
	struct program *p;
	GArray *sites;
	GHashTable *places;
};

static uint32_t argument_at(const struct program_function *f, const struct node *call, unsigned index)
{
	uint32_t child = call->first;

	if (!call->symbol && child)
		child = function_node(f, child)->next; /* what is called stands first */
	while (child && index--)
		child = function_node(f, child)->next;
	return child;
}

static uint32_t cancellable_of(const struct program_function *f, const struct node *call, unsigned callback)
{
	int index = parameter_of_type(facts_string(f->facts, call->text), "struct _GCancellable *");

	return argument_at(f, call, index >= 0 ? (unsigned)index : callback ? callback - 1 : 0);
}

static void add_ready_callback(struct finder *finder, uint32_t index, unsigned argument, uint32_t callback)
{
	const struct call *call = program_call(finder->p, index);
	const struct program_function *f = program_function(finder->p, call->caller);
	const struct node *n = function_node(f, call->node);
	uint32_t cancellable = cancellable_of(f, n, argument);
	struct completion_site site = {
		.kind = COMPLETION_RESULT,
		.call = index,
		.callback = callback,
		.data = argument_at(f, n, argument + 1),
		.data_param = 2,
		.outcome = 1,
	};

	site.lifetime = completion_lifetime(finder->p, &site);
	site.canceller =
		cancellable ? canceller_of(finder->p, f, cancellable, site.data, finder->places) : CANCELLER_NONE;
	g_array_append_val(finder->sites, site);
}

static void look_for_ready_callbacks(struct finder *finder, uint32_t index)
{
	const struct call *call = program_call(finder->p, index);
	const struct program_function *f = program_function(finder->p, call->caller);
	const struct node *n = function_node(f, call->node);
	unsigned argument = 0;

	for (uint32_t child = argument_at(f, n, 0); child; child = function_node(f, child)->next, argument++) {
		uint32_t callback = function_named(finder->p, f, child);

		if (callback && is_ready_callback(program_function(finder->p, callback)))
			add_ready_callback(finder, index, argument, callback);
	}
}

static void add_status_callback(struct finder *finder, uint32_t index, const struct registration *r,
				const struct pack *pack)
{
	const struct call *call = program_call(finder->p, index);
	const struct program_function *f = program_function(finder->p, call->caller);
	uint32_t argument = r->callback > 0 ? call_argument(finder->p, call, (unsigned)r->callback) : 0;
	uint32_t callback = argument ? function_named(finder->p, f, argument) : 0;
	const struct program_function *told = callback ? program_function(finder->p, callback) : NULL;

	if (!told || !told->fact || !told->fact->body || told->fact->params < (unsigned)r->completion.status)
		return;
	struct completion_site site = {
		.kind = COMPLETION_STATUS,
		.call = index,
		.callback = callback,
		.data = r->data > 0 ? call_argument(finder->p, call, (unsigned)r->data) : 0,
		.data_param = UINT32_MAX,
		.outcome = (uint32_t)r->completion.status - 1,
		.model = &r->completion,
		.pack = pack,
		.canceller = completion_can_be_cancelled(finder->p, &r->completion, callback) ? CANCELLER_OTHER
											      : CANCELLER_NONE,
	};
	g_array_append_val(finder->sites, site);
}

const struct pack *completion_pack(const struct program *p, const struct registration *r)
{
	for (size_t i = 0; i < p->packs->count; i++) {
		const struct pack *pack = &p->packs->items[i];

		if (r >= pack->registers && r < pack->registers + pack->register_count)
			return pack;
	}
	return NULL;
}

static void look_for_status_callbacks(struct finder *finder, uint32_t index)
{
	const struct model *model = program_function(finder->p, program_call(finder->p, index)->callee)->model;

	for (size_t i = 0; model && i < model->register_count; i++) {
		const struct registration *r = model->registers[i];

		if (r->completion.status > 0 && r->completion.cancelled)
			add_status_callback(finder, index, r, completion_pack(finder->p, r));
	}
}

static gint compare_sites(gconstpointer a, gconstpointer b)
{
	const struct completion_site *x = a, *y = b;

	if (x->callback != y->callback)
		return x->callback < y->callback ? -1 : 1;
	return x->call < y->call ? -1 : x->call > y->call;
}

GArray *completions_find(struct program *p)
{
	struct finder finder = { p, g_array_new(FALSE, FALSE, sizeof(struct completion_site)), cancelled_places(p) };

	for (uint32_t i = 1; i < p->calls->len; i++) {
		if (program_call(p, i)->cleanup)
			continue;
		look_for_ready_callbacks(&finder, i);
		completions_find_named(p, i, finder.sites);
		if (program_call(p, i)->callee)
			look_for_status_callbacks(&finder, i);
	}
	completions_find_fields(p, finder.sites, finder.places);
	g_hash_table_destroy(finder.places);
	g_array_sort(finder.sites, compare_sites);
	return finder.sites;
}
