/* completion: see completion.h. A lifetime is judged by what both ends do: a reference taken, or the data freed. */
#include "program/aftermath.h"

#include <string.h>

static const struct node *node_at(const struct program_function *f, uint32_t node)
{
	return function_node(f, node);
}

static const char *callee_name(const struct program *p, const struct program_function *f, const struct node *call)
{
	if (call->kind != NODE_CALL || !call->symbol)
		return "";
	return program_function(p, link_symbol(p, f->unit - 1, call->symbol))->name;
}

bool completion_casts(const char *name)
{
	if (strcmp(name, "g_type_check_instance_cast") == 0)
		return true;
	if (!g_ascii_isupper(*name))
		return false;
	for (; *name; name++)
		if (!g_ascii_isupper(*name) && !g_ascii_isdigit(*name) && *name != '_')
			return false;
	return true;
}

/* What a cast that checks is made of. */
static uint32_t without_cast(const struct program *p, const struct program_function *f, uint32_t node)
{
	for (unsigned depth = 0; node && depth < 8; depth++) {
		const struct node *n = node_at(f, node);

		if (n->kind != NODE_CALL || !n->first || !completion_casts(callee_name(p, f, n)))
			return node;
		node = n->first;
	}
	return node;
}

static bool ends_in(const char *name, const char *const *endings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (g_str_has_suffix(name, endings[i]))
			return true;
	return false;
}

bool completion_takes_reference(const char *name)
{
	static const char *const endings[] = { "_ref",   "_ref_sink", "_ref0",  "_dup",    "_copy",    "strdup",
					       "_new",   "_new0",     "malloc", "malloc0", "calloc",   "_alloc",
					       "alloc0", "_create",   "memdup", "memdup2", "_weak_new" };

	return ends_in(name, endings, G_N_ELEMENTS(endings)) || strstr(name, "_new_") || strstr(name, "malloc") ||
	       strstr(name, "_ref_") || strstr(name, "_alloc");
}

/* What gives the object itself back with a reference more, other than what makes a new one of it. */
static bool adds_reference(const char *name)
{
	static const char *const endings[] = { "_ref", "_ref_sink", "_ref0", "_acquire", "_hold", "_attach" };

	return ends_in(name, endings, G_N_ELEMENTS(endings));
}

bool completion_releases(const char *name)
{
	static const char *const endings[] = { "_unref",  "_free",    "free",     "_free1",  "_free_full", "_destroy",
					       "_unref0", "_release", "_put",     "_detach", "_delete",    "_finalize",
					       "_unlink", "_free0",   "_cleanup", "_clear" };

	return ends_in(name, endings, G_N_ELEMENTS(endings)) || strcmp(name, "g_clear_pointer") == 0 ||
	       strcmp(name, "g_clear_object") == 0 || strcmp(name, "g_steal_pointer") == 0 || strstr(name, "_free_") ||
	       strstr(name, "_unref_");
}

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
	const struct node *n = node_at(f, node);

	return n->kind == NODE_FUNCTION ? link_symbol(p, f->unit - 1, n->symbol) : 0;
}

/* --- lifetime --- */

static bool same_variable(const struct node *a, const struct node *b)
{
	return (a->kind == NODE_LOCAL || a->kind == NODE_PARAM) && a->kind == b->kind && a->value == b->value;
}

enum { MAX_HELPERS = 3 /* calls deep that a release is looked for */ };

typedef bool what_is_done(const char *name);

static bool done_to(struct program *p, const struct program_function *f, const struct node *variable,
		    what_is_done *does, unsigned depth);

/* Whether a call does it to its n-th argument (from 0): by its name, or as a function of the program that does. */
static bool call_does(struct program *p, const struct program_function *f, const struct node *call, unsigned n,
		      what_is_done *does, unsigned depth)
{
	uint32_t function = call->symbol ? link_symbol(p, f->unit - 1, call->symbol) : 0;
	const struct program_function *callee = function ? program_function(p, function) : NULL;
	const struct node parameter = { .kind = NODE_PARAM, .value = n };

	if (!callee)
		return false;
	if (does(callee->name))
		return true;
	return depth < MAX_HELPERS && callee->fact && n < callee->fact->params && callee != f &&
	       done_to(p, callee, &parameter, does, depth + 1);
}

/* Whether somewhere in `f` it is done to what this variable holds, or a plain copy of it. */
static bool done_to(struct program *p, const struct program_function *f, const struct node *variable,
		    what_is_done *does, unsigned depth)
{
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = node_at(f, i);
		unsigned argument = 0;

		if (n->kind == NODE_ASSIGN && !n->op && node_at(f, n->first)->kind == NODE_LOCAL &&
		    variable->kind == NODE_PARAM && depth < MAX_HELPERS &&
		    same_variable(node_at(f, without_cast(p, f, node_at(f, n->first)->next)), variable) &&
		    done_to(p, f, node_at(f, n->first), does, MAX_HELPERS))
			return true;
		if (n->kind != NODE_CALL || !n->symbol)
			continue;
		for (uint32_t child = n->first; child; child = node_at(f, child)->next, argument++) {
			const struct node *a = node_at(f, without_cast(p, f, child));

			if (a->kind == NODE_ADDRESS)
				a = node_at(f, a->first);
			if (same_variable(a, variable) && call_does(p, f, n, argument, does, depth))
				return true;
		}
	}
	return false;
}

/* What all definitions of a local are: new things, or things of somebody else. */
static enum lifetime lifetime_of(struct program *p, const struct program_function *f, uint32_t node, unsigned depth);

static enum lifetime lifetime_of_local(struct program *p, const struct program_function *f, const struct node *n,
				       unsigned depth)
{
	uint32_t count = 0;
	const struct definition *d = definitions_of(p, f, (uint32_t)n->value, &count);
	enum lifetime all = LIFETIME_UNKNOWN;

	for (uint32_t i = 0; i < count; i++) {
		if (d[i].field || d[i].value == d[i].at)
			continue;
		enum lifetime one = d[i].value && node_at(f, d[i].value)->kind != NODE_NULL
					    ? lifetime_of(p, f, d[i].value, depth + 1)
					    : LIFETIME_UNKNOWN;
		if (one == LIFETIME_KEPT)
			return one;
		if (one == LIFETIME_BORROWED)
			all = one;
	}
	return all;
}

/* Whether the variable itself, not only what it points at, is set anywhere. */
static bool is_set(const struct program *p, const struct program_function *f, const struct node *variable)
{
	uint32_t count = 0;
	const struct definition *d = definitions_of(p, f, (uint32_t)variable->value, &count);

	for (uint32_t i = 0; i < count; i++)
		if (!d[i].field)
			return true;
	return false;
}

/* What holds its own objects until it is answered. */
static bool is_task(const char *type)
{
	return strstr(type, "GTask *") || strstr(type, "GSimpleAsyncResult *") || strstr(type, "GWeakRef *") ||
	       strstr(type, "GDBusMethodInvocation *");
}

static enum lifetime lifetime_of(struct program *p, const struct program_function *f, uint32_t node, unsigned depth)
{
	node = without_cast(p, f, node);
	const struct node *n = node_at(f, node);

	if (depth > 6)
		return LIFETIME_UNKNOWN;
	if (n->kind == NODE_CALL)
		return n->symbol && completion_takes_reference(callee_name(p, f, n)) ? LIFETIME_KEPT : LIFETIME_UNKNOWN;
	if (n->kind != NODE_LOCAL && n->kind != NODE_PARAM)
		return n->kind == NODE_FIELD ? LIFETIME_BORROWED : LIFETIME_UNKNOWN;
	if (is_task(facts_string(f->facts,
				 facts_variable(f->facts, f->fact->first_variable + (uint32_t)n->value)->type)) ||
	    done_to(p, f, n, adds_reference, MAX_HELPERS))
		return LIFETIME_KEPT;
	if (n->kind == NODE_PARAM && (uint32_t)n->value < f->fact->params)
		return is_set(p, f, n) ? LIFETIME_UNKNOWN : LIFETIME_BORROWED;
	return lifetime_of_local(p, f, n, depth);
}

/* Whether the callback gives its user data back on some way through it, by itself or as a local goes out of scope. */
static bool releases_data(struct program *p, const struct program_function *f, uint32_t parameter)
{
	const struct node data = { .kind = NODE_PARAM, .value = parameter };

	if (done_to(p, f, &data, completion_releases, 0) || done_to(p, f, &data, aftermath_completes, 0))
		return true; /* an answer takes what it is given to */
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = node_at(f, i), *place = n->first ? node_at(f, n->first) : NULL;

		if (n->kind == NODE_ASSIGN && !n->op && place && place->kind == NODE_LOCAL &&
		    same_variable(node_at(f, without_cast(p, f, place->next)), &data) &&
		    (facts_variable(f->facts, f->fact->first_variable + (uint32_t)place->value)->cleanup ||
		     done_to(p, f, place, completion_releases, 0)))
			return true;
	}
	return false;
}

static enum lifetime site_lifetime(struct program *p, const struct completion_site *site)
{
	const struct call *call = program_call(p, site->call);
	const struct program_function *caller = program_function(p, call->caller);
	const struct program_function *callback = program_function(p, site->callback);

	if (!site->data || site->data_param >= callback->fact->params)
		return LIFETIME_UNKNOWN;
	const char *type =
		facts_string(callback->facts,
			     facts_variable(callback->facts, callback->fact->first_variable + site->data_param)->type);
	if (is_task(type) || releases_data(p, callback, site->data_param))
		return LIFETIME_KEPT;
	return lifetime_of(p, caller, site->data, 0);
}

/* --- who cancels --- */

/* The object at the root of a chain of fields: `self` of `self->priv->cancellable`. */
static const struct node *base_of(const struct program *p, const struct program_function *f, uint32_t node)
{
	const struct node *n = node_at(f, without_cast(p, f, node));

	while (n->kind == NODE_FIELD || n->kind == NODE_INDEX || n->kind == NODE_DEREF)
		n = node_at(f, without_cast(p, f, n->first));
	return n;
}

static bool is_cancel(const char *name)
{
	return strcmp(name, "g_cancellable_cancel") == 0 || g_str_has_suffix(name, "clear_g_cancellable") ||
	       g_str_has_suffix(name, "clear_cancellable") || g_str_has_suffix(name, "cancellable_cancel");
}

/* Keys of the fields and globals that something cancels. */
static GHashTable *cancelled_places(struct program *p)
{
	GHashTable *places = g_hash_table_new(g_str_hash, g_str_equal);

	for (uint32_t i = 1; i < p->calls->len; i++) {
		const struct call *call = program_call(p, i);
		const struct program_function *f = program_function(p, call->caller);
		uint32_t argument = call->callee && is_cancel(program_function(p, call->callee)->name)
					    ? call_argument(p, call, 1)
					    : 0;
		const struct node *n = argument ? node_at(f, without_cast(p, f, argument)) : NULL;

		if (n && n->kind == NODE_ADDRESS)
			n = node_at(f, n->first);
		if (n && (n->kind == NODE_FIELD || n->kind == NODE_GLOBAL))
			g_hash_table_add(places,
					 (gpointer)facts_string(f->facts, facts_symbol(f->facts, n->symbol)->key));
	}
	return places;
}

/* The variable that the private part of an object was asked of: `priv = foo_get_instance_private(self)`. */
static const struct node *owner_of_private(struct program *p, const struct program_function *f, const struct node *n)
{
	uint32_t count = 0;
	const struct definition *d = n->kind == NODE_LOCAL ? definitions_of(p, f, (uint32_t)n->value, &count) : NULL;

	for (uint32_t i = 0; i < count; i++) {
		const struct node *value = d[i].value && !d[i].field ? node_at(f, d[i].value) : NULL;

		if (value && value->kind == NODE_CALL && value->first && strstr(callee_name(p, f, value), "private"))
			return node_at(f, without_cast(p, f, value->first));
		if (value && value->kind == NODE_FIELD)
			return base_of(p, f, d[i].value);
	}
	return n;
}

static enum canceller canceller_of(struct program *p, const struct program_function *f, uint32_t cancellable,
				   uint32_t data, GHashTable *places)
{
	const struct node *n = node_at(f, without_cast(p, f, cancellable));

	if (n->kind == NODE_PARAM)
		return CANCELLER_CALLER;
	if (n->kind != NODE_FIELD && n->kind != NODE_GLOBAL)
		return n->kind == NODE_LOCAL ? CANCELLER_CALLER : CANCELLER_NONE;
	if (!g_hash_table_contains(places, facts_string(f->facts, facts_symbol(f->facts, n->symbol)->key)))
		return CANCELLER_NONE;
	if (n->kind == NODE_GLOBAL || !data)
		return CANCELLER_OTHER;
	const struct node *owner = owner_of_private(p, f, base_of(p, f, cancellable));
	return same_variable(owner, base_of(p, f, data)) ? CANCELLER_OWNER : CANCELLER_OTHER;
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
		child = node_at(f, child)->next; /* what is called stands first */
	while (child && index--)
		child = node_at(f, child)->next;
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
	const struct node *n = node_at(f, call->node);
	uint32_t cancellable = cancellable_of(f, n, argument);
	struct completion_site site = {
		.kind = COMPLETION_RESULT,
		.call = index,
		.callback = callback,
		.data = argument_at(f, n, argument + 1),
		.data_param = 2,
		.outcome = 1,
	};

	site.lifetime = site_lifetime(finder->p, &site);
	site.canceller =
		cancellable ? canceller_of(finder->p, f, cancellable, site.data, finder->places) : CANCELLER_NONE;
	g_array_append_val(finder->sites, site);
}

static void look_for_ready_callbacks(struct finder *finder, uint32_t index)
{
	const struct call *call = program_call(finder->p, index);
	const struct program_function *f = program_function(finder->p, call->caller);
	const struct node *n = node_at(f, call->node);
	unsigned argument = 0;

	for (uint32_t child = argument_at(f, n, 0); child; child = node_at(f, child)->next, argument++) {
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
		.canceller = CANCELLER_OTHER,
	};
	g_array_append_val(finder->sites, site);
}

static const struct pack *pack_of(const struct program *p, const struct registration *r)
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
			add_status_callback(finder, index, r, pack_of(finder->p, r));
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
		if (program_call(p, i)->callee)
			look_for_status_callbacks(&finder, i);
	}
	g_hash_table_destroy(finder.places);
	g_array_sort(finder.sites, compare_sites);
	return finder.sites;
}

/* --- what user data lends --- */

bool completion_lends(struct program *p, const struct completion_site *site, uint32_t field_symbol,
		      const struct program_function *callback)
{
	const struct program_function *f = program_function(p, program_call(p, site->call)->caller);
	const char *key = facts_string(callback->facts, facts_symbol(callback->facts, field_symbol)->key);
	bool lends = false;

	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = node_at(f, i), *place = n->first ? node_at(f, n->first) : NULL;

		if (n->kind != NODE_ASSIGN || n->op || !place || place->kind != NODE_FIELD ||
		    strcmp(facts_string(f->facts, facts_symbol(f->facts, place->symbol)->key), key) != 0)
			continue;
		if (lifetime_of(p, f, place->next, 0) != LIFETIME_BORROWED)
			return false;
		lends = true;
	}
	return lends;
}
