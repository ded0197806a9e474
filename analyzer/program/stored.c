/*
 * stored: what a field or a global holds, by all that the program stores there.
 *
 * Fields are judged by struct and field, as function pointers are: what is known is what all stores agree on. A number
 * counts only where nothing but these stores can have put it there: not for structs of the system, not where the address
 * is handed out, not where the struct is filled as bytes (read, memcpy), not where a table holds the field's offset. Zero
 * is there before anything is stored, unless every store is an initialiser and none of the struct leaves the field out.
 * For descriptors and paths nothing of that matters: what is stored is what is read.
 */
#include "program/value.h"

#include <string.h>

enum { MAX_STORES = 48 };

struct store {
	uint32_t function, value, at; /* value 0: something unknown */
	uint16_t argument;            /* value is a call that writes to where this argument of it points; 0: no */
	bool initialiser;
};

struct stores {
	GArray *items;        /* struct store */
	GArray *addresses;    /* struct store: where the address is handed out; NULL: nowhere */
	unsigned initialised; /* how many initialisers set it */
};

static void free_stores(gpointer data)
{
	struct stores *s = data;

	g_array_free(s->items, TRUE);
	if (s->addresses)
		g_array_free(s->addresses, TRUE);
	g_free(s);
}

static struct stores *stores_of(struct program *p, uint32_t slot)
{
	struct stores *s = g_hash_table_lookup(p->stored, GUINT_TO_POINTER(slot));

	if (!s) {
		s = g_new0(struct stores, 1);
		s->items = g_array_new(FALSE, FALSE, sizeof(struct store));
		g_hash_table_insert(p->stored, GUINT_TO_POINTER(slot), s);
	}
	return s;
}

/* The slot of a place that is a field or a global, or an element of one. */
static uint32_t slot_of_place(struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);

	while (function_node(f, node)->kind == NODE_INDEX)
		node = function_node(f, node)->first;
	uint8_t kind = function_node(f, node)->kind;
	return kind == NODE_FIELD || kind == NODE_GLOBAL ? pointers_slot_of(p, function, node) : 0;
}

/* "struct hdr" of "const struct hdr *": what can be filled as bytes. NULL if it is no struct. */
static char *struct_of(const char *type)
{
	if (strncmp(type, "const ", 6) == 0)
		type += 6;
	if (strncmp(type, "struct ", 7) != 0)
		return NULL;
	return g_strndup(type + 7, strcspn(type + 7, " *["));
}

static const char *type_of(const struct program_function *f, uint32_t node)
{
	const struct node *n = function_node(f, node);

	if (n->kind == NODE_ADDRESS && n->first)
		n = function_node(f, n->first);
	if ((n->kind == NODE_LOCAL || n->kind == NODE_PARAM) && (uint32_t)n->value < f->fact->variables)
		return facts_string(f->facts,
				    facts_variable(f->facts, f->fact->first_variable + (uint32_t)n->value)->type);
	if ((n->kind == NODE_FIELD || n->kind == NODE_GLOBAL) && n->symbol)
		return facts_string(f->facts, facts_symbol(f->facts, n->symbol)->type);
	return "";
}

/* Structs that a call fills as bytes: what it takes as `void *` and is not a function of the program. */
static void note_filled(struct program *p, const struct program_function *f, const struct node *call)
{
	const char *type = facts_string(f->facts, call->text), *name = "";
	uint32_t callee = call->symbol ? link_symbol(p, f->unit - 1, call->symbol) : 0;

	if (!callee || program_function(p, callee)->fact)
		return;
	name = program_function(p, callee)->name;
	if (strstr(name, "free") || strstr(name, "memset") || strcmp(name, "bzero") == 0)
		return;
	const char *at = strchr(type, '(');
	for (uint32_t a = call->first; at && a; a = function_node(f, a)->next) {
		at += 1 + strspn(at + 1, " ");
		char *filled = strncmp(at, "void *", 6) == 0 ? struct_of(type_of(f, a)) : NULL;
		if (filled && !g_hash_table_add(p->filled, filled))
			filled = NULL; /* the table has freed it */
		at = strchr(at, ',');
	}
}

/* Whether a call of this function writes a text to where its argument (from 1) points, as a pack says. */
static bool writes_text(const struct program *p, uint32_t callee, unsigned argument)
{
	const struct model *model = callee ? program_function(p, callee)->model : NULL;

	for (size_t i = 0; model && i < model->effect_count; i++)
		if (model->effects[i]->kind == EFFECT_MAKES_TEXT && model->effects[i]->to_argument == (int)argument)
			return true;
	return false;
}

/* The field or global that an argument lets a call write a text to: an array of characters, or `&path`; 0: none. */
static uint32_t slot_of_text(struct program *p, uint32_t function, uint32_t argument, bool known)
{
	const struct program_function *f = program_function(p, function);
	bool is_array = g_str_has_prefix(type_of(f, argument), "char[");

	if (known && function_node(f, argument)->kind == NODE_ADDRESS)
		argument = function_node(f, argument)->first;
	return known || is_array ? slot_of_place(p, function, argument) : 0;
}

/*
 * `snprintf(device->path, ...)`, `asprintf(&device->path, ...)`: the call stores a text there. One that takes an array
 * of characters and is not known to a pack stores something unknown.
 */
static void note_written(struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);
	const struct node *call = function_node(f, node);
	uint32_t callee = call->symbol ? link_symbol(p, f->unit - 1, call->symbol) : 0;
	const char *at = strchr(facts_string(f->facts, call->text), '(');
	unsigned n = 1;

	for (uint32_t a = callee ? call->first : 0; a && at; a = function_node(f, a)->next, n++) {
		bool known = writes_text(p, callee, n);
		bool is_text = g_str_has_prefix(at + 1 + strspn(at + 1, " "), "char *");
		uint32_t slot = is_text ? slot_of_text(p, function, a, known) : 0;
		struct store store = { .function = function, .at = node };

		if (known) {
			store.value = node;
			store.argument = (uint16_t)n;
		}
		if (slot && stores_of(p, slot)->items->len <= MAX_STORES)
			g_array_append_val(stores_of(p, slot)->items, store);
		at = strchr(at + 1, ',');
	}
}

/* A field whose offset is kept is known to `filled` by its name: "offsetof(struct config, timeout)" is ".timeout". */
static void note_offset(struct program *p, const char *text)
{
	const char *word = strstr(text, "offsetof"), *end;

	if (!word && !(word = strstr(text, "OFFSETOF")))
		return;
	end = word + strcspn(word, ")");
	for (word = end; word > text && (g_ascii_isalnum(word[-1]) || word[-1] == '_');)
		word--;
	g_hash_table_add(p->filled, g_strdup_printf(".%.*s", (int)(end - word), word));
}

static void note_node(struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);
	const struct node *n = function_node(f, node);
	uint32_t slot = 0;

	if (n->kind == NODE_CALL) {
		note_filled(p, f, n);
		note_written(p, function, node);
	}
	if (n->kind == NODE_CONST && n->text)
		note_offset(p, facts_string(f->facts, n->text));
	if (n->kind == NODE_FUNCTION && n->symbol)
		g_hash_table_add(p->taken, GUINT_TO_POINTER(link_symbol(p, f->unit - 1, n->symbol)));
	if (n->kind == NODE_ASSIGN || n->kind == NODE_ADDRESS ||
	    (n->kind == NODE_UNARY && (n->op == OP_INCREMENT || n->op == OP_DECREMENT)))
		slot = n->first ? slot_of_place(p, function, n->first) : 0;
	if (!slot)
		return;
	struct stores *s = stores_of(p, slot);
	struct store store = { .function = function, .at = node, .initialiser = n->flags & NODE_INIT };
	if (n->kind == NODE_ADDRESS) {
		if (!s->addresses)
			s->addresses = g_array_new(FALSE, FALSE, sizeof(struct store));
		if (s->addresses->len <= MAX_STORES)
			g_array_append_val(s->addresses, store);
		return;
	}
	s->initialised += store.initialiser;
	if (n->kind == NODE_ASSIGN && !n->op)
		store.value = function_node(f, n->first)->next;
	if (s->items->len <= MAX_STORES)
		g_array_append_val(s->items, store);
}

static char *tag_of(const struct slot *slot)
{
	return g_strndup(slot->name, strcspn(slot->name, "."));
}

/* Counts for each struct how often initialisers set the field that they set most often: that many objects there are. */
static void count_objects(struct program *p)
{
	GHashTableIter iter;
	gpointer key, value;

	p->objects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_hash_table_iter_init(&iter, p->stored);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const struct slot *slot = program_slot(p, GPOINTER_TO_UINT(key));
		unsigned count = ((const struct stores *)value)->initialised;

		if (slot->kind != SLOT_FIELD || !count)
			continue;
		char *tag = tag_of(slot);
		unsigned most = GPOINTER_TO_UINT(g_hash_table_lookup(p->objects, tag));
		g_hash_table_replace(p->objects, tag, GUINT_TO_POINTER(MAX(most, count)));
	}
}

static void index_stores(struct program *p)
{
	p->stored = g_hash_table_new_full(NULL, NULL, NULL, free_stores);
	p->filled = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	p->taken = g_hash_table_new(NULL, NULL);
	p->parameter_values = g_hash_table_new(program_hash64, NULL);
	p->slot_values = g_hash_table_new(NULL, NULL);
	for (uint32_t i = 1; i < p->functions->len; i++) {
		const struct program_function *f = program_function(p, i);

		for (uint32_t k = f->fact ? f->fact->body : 0; k && k < f->end_node; k++)
			note_node(p, i, k);
	}
	count_objects(p);
}

/* --- what callers pass --- */

void callers_index(struct program *p)
{
	if (p->calls_of)
		return;
	p->calls_of = g_new0(uint32_t, p->functions->len);
	p->next_call_of = g_new0(uint32_t, p->calls->len);
	for (uint32_t i = p->calls->len - 1; i > 0; i--) {
		const struct call *call = program_call(p, i);

		if (!call->callee || call->cleanup)
			continue;
		p->next_call_of[i] = p->calls_of[call->callee];
		p->calls_of[call->callee] = i;
	}
}

static struct program_value *remembered(struct program *p, GHashTable *table, gpointer key, bool *known)
{
	struct program_value *value = g_hash_table_lookup(table, key);

	*known = value != NULL;
	if (!value) { /* unknown while it is being looked for */
		value = arena_new(p->arena, struct program_value);
		g_hash_table_insert(table, key, value);
	}
	return value;
}

struct program_value stored_parameter(struct program *p, uint32_t function, uint32_t parameter)
{
	bool known, first = true;
	unsigned callers = 0;

	if (!p->stored)
		index_stores(p);
	callers_index(p);
	if (g_hash_table_contains(p->taken, GUINT_TO_POINTER(function)))
		return value_unknown; /* who calls it is not known */
	struct program_value *memo =
		remembered(p, p->parameter_values, GSIZE_TO_POINTER((gsize)function << 32 | parameter), &known);
	if (known)
		return *memo;
	struct program_value value = value_unknown;
	p->nested++;
	for (uint32_t i = p->calls_of[function]; i; i = p->next_call_of[i]) {
		const struct call call = *program_call(p, i);
		struct instance anyone = { .function = call.caller };
		uint32_t argument = call_argument(p, &call, parameter + 1);

		if (!argument || callers++ > MAX_STORES || p->nested > 6) {
			value = value_unknown;
			break;
		}
		struct program_value one = descriptor_value(p, &anyone, argument);
		value = first ? one : value_join(value, one);
		first = false;
	}
	p->nested--;
	*memo = value;
	return value;
}

/* --- what a slot holds --- */

static struct program_value value_of_store(struct program *p, const struct store *store)
{
	struct instance anyone = { .function = store->function };
	struct program_value value = value_unknown;

	if (!store->value)
		return value_unknown;
	if (store->argument)
		return memory_after(p, &anyone, store->value, store->argument, 0);
	const struct node *n = function_node(program_function(p, store->function), store->value);
	value = value_eval(p, &anyone, store->value, 0);
	if (n->kind == NODE_PARAM && !value_known(&value))
		value = stored_parameter(p, store->function, (uint32_t)n->value);
	if (n->kind != NODE_PARAM && n->kind != NODE_LOCAL)
		return value;
	/* what is done to the variable behind the store is done to the same descriptor */
	struct keeping kept = { KEPT_IN_VARIABLE, (uint32_t)n->value };
	enum mode mode = mode_at(p, &anyone, kept, store->at, UINT32_MAX);
	if (mode != MODE_UNKNOWN)
		value.mode = mode;
	return value;
}

/* The mode that all changes of the program agree on, but those that are put back; MODE_UNKNOWN: there are none. */
static enum mode changed_mode(struct program *p, uint32_t slot)
{
	const GArray *calls = g_hash_table_lookup(p->slot_changes, GUINT_TO_POINTER(slot));
	enum mode mode = MODE_UNKNOWN;

	for (guint i = 0; calls && i < calls->len; i++) {
		const struct call call = *program_call(p, g_array_index(calls, uint32_t, i));
		struct instance anyone = { .function = call.caller };
		struct keeping kept = { KEPT_IN_SLOT, slot };
		enum mode one = mode_is_put_back(p, &call, kept) ? MODE_UNKNOWN : mode_of_call(p, &anyone, &call, kept);

		if (one != MODE_UNKNOWN)
			mode = mode == MODE_UNKNOWN || mode == one ? one : MODE_UNSURE;
	}
	return mode;
}

/* Whether nothing but what is stored can be in the slot. */
static bool is_closed(struct program *p, const struct slot *slot, const struct stores *s)
{
	if (s->addresses || slot->from_system)
		return false;
	if (slot->kind != SLOT_FIELD)
		return slot->kind == SLOT_GLOBAL && s->initialised;
	char *tag = tag_of(slot);
	bool filled = g_hash_table_contains(p->filled, tag) ||
		      g_hash_table_contains(p->filled, slot->name + strcspn(slot->name, "."));
	g_free(tag);
	return !filled && s->initialised;
}

/* Whether an initialiser of the struct leaves this field of it out. */
static bool is_left_out(const struct program *p, const struct slot *slot, const struct stores *s)
{
	if (slot->kind != SLOT_FIELD)
		return false;
	char *tag = tag_of(slot);
	unsigned objects = GPOINTER_TO_UINT(g_hash_table_lookup(p->objects, tag));
	g_free(tag);
	return s->initialised < objects;
}

/* `peer->fd = number_of(saved, "fd")`: what comes from outside tells nothing of the descriptors that are opened here. */
static bool comes_from_outside(struct program *p, const struct store *store, const struct program_value *value)
{
	const struct program_function *f = program_function(p, store->function);
	const struct node *n = store->value && !store->argument ? function_node(f, store->value) : NULL;

	if (!n || n->kind != NODE_CALL || value_known(value))
		return false;
	uint32_t callee = n->symbol ? link_symbol(p, f->unit - 1, n->symbol) : 0;
	return !callee || !program_function(p, callee)->fact;
}

/* The join of all stores; *initialised: each of them is an initialiser. */
static struct program_value join_stores(struct program *p, const struct stores *s, bool *initialised)
{
	struct program_value value = value_unknown, descriptor = value_unknown;
	bool first = true;

	*initialised = true;
	for (guint i = 0; i < s->items->len; i++) {
		const struct store *store = &g_array_index(s->items, struct store, i);
		struct program_value one = value_of_store(p, store);

		*initialised &= store->initialiser;
		value = i == 0 ? one : value_join(value, one);
		if (comes_from_outside(p, store, &one))
			continue;
		descriptor = first ? one : value_join(descriptor, one);
		first = false;
		if (!value_known(&value) && !value_known(&descriptor))
			break;
	}
	value.mode = descriptor.mode;
	value.opens = descriptor.opens;
	return value;
}

struct program_value stored_value(struct program *p, uint32_t slot)
{
	bool known, initialised;

	if (!p->stored)
		index_stores(p);
	struct program_value *memo = remembered(p, p->slot_values, GUINT_TO_POINTER(slot), &known);
	const struct stores *s = g_hash_table_lookup(p->stored, GUINT_TO_POINTER(slot));
	if (known || !slot || p->nested > 6)
		return *memo;
	p->nested++;
	struct program_value value = value_unknown;
	if (s && s->items->len <= MAX_STORES) {
		value = join_stores(p, s, &initialised);
		if (!is_closed(p, program_slot(p, slot), s))
			value = (struct program_value){ .mode = value.mode,
							.opens = value.opens,
							.in_memory = value.in_memory };
		else if (!initialised || is_left_out(p, program_slot(p, slot), s))
			value = value_join(value, value_constant(0));
	}
	enum mode mode = changed_mode(p, slot);
	if (mode == MODE_NONBLOCKING) /* wherever it is opened, this is done to it */
		value.mode = mode;
	else if (mode != MODE_UNKNOWN && value.mode != mode) /* at some time only */
		value.mode = MODE_UNSURE;
	p->nested--;
	value.function = 0; /* pointers.c knows which */
	*memo = value;
	return value;
}

bool stored_is_taken(struct program *p, uint32_t function)
{
	if (!p->stored)
		index_stores(p);
	return g_hash_table_contains(p->taken, GUINT_TO_POINTER(function));
}

static void visit_all(const GArray *stores, stored_visit *visit, void *data)
{
	for (guint i = 0; stores && i < stores->len; i++) {
		const struct store *store = &g_array_index(stores, struct store, i);

		visit(store->function, store->at, store->argument ? 0 : store->value, store->initialiser, data);
	}
}

bool stored_each(struct program *p, uint32_t slot, stored_visit *visit, void *data)
{
	if (!p->stored)
		index_stores(p);
	const struct stores *s = g_hash_table_lookup(p->stored, GUINT_TO_POINTER(slot));
	if (!s || s->items->len > MAX_STORES || (s->addresses && s->addresses->len > MAX_STORES))
		return false;
	visit_all(s->items, visit, data);
	visit_all(s->addresses, visit, data);
	return true;
}

/* Whether a node is part of another: `f` in `f = freopen(path, "r", f)` is read before it is stored. */
static bool is_part_of(const struct program_function *f, uint32_t node, uint32_t whole)
{
	uint32_t last = whole;

	for (uint32_t child = function_node(f, whole)->first; child; child = function_node(f, last)->first)
		for (last = child; function_node(f, last)->next;)
			last = function_node(f, last)->next;
	return node >= whole && node <= last;
}

uint32_t stored_before(struct program *p, const struct instance *in, uint32_t slot, uint32_t at, uint32_t *value)
{
	const struct program_function *f = program_function(p, in->function);
	uint32_t last = 0;

	if (!p->stored)
		index_stores(p);
	const struct stores *s = g_hash_table_lookup(p->stored, GUINT_TO_POINTER(slot));
	for (guint i = 0; s && i < s->items->len; i++) {
		const struct store *store = &g_array_index(s->items, struct store, i);

		if (store->function != in->function || store->at >= at || store->at < last || !store->value ||
		    store->argument || is_part_of(f, at, store->at))
			continue;
		if (value_guard(p, in, body_region(p, f, store->at).guard, body_region(p, f, at).guard, 8) !=
		    TRUTH_TRUE)
			continue;
		last = store->at;
		*value = store->value;
	}
	return last;
}
