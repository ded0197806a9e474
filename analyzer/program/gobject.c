/*
 * gobject: the classes of GObject programs: which functions make up a type, who calls them without a call in sight.
 *
 * A type is known by the function that registers it and returns its id, written by G_DEFINE_TYPE or by hand:
 *
 *      foo_get_type()   g_type_register_static_simple(PARENT, "Foo", .., foo_class_init, .., foo_init, ..)
 *                       g_type_add_interface_static(.., &{ .interface_init = foo_bar_init })
 *      foo_class_init() foo_parent_class = g_type_class_peek_parent(klass); klass->open = foo_open
 *      foo_bar_init()   iface->play = foo_play
 *
 * Three questions are answered from that, which by struct and field alone would lead to every class of the program:
 *
 * - g_object_new(foo_get_type(), ...) calls foo_init and what the class put into `constructed` and `constructor` at
 *   once, g_initable_new also what its interface put into `init`;
 * - G_OBJECT_CLASS(foo_parent_class)->dispose(..) calls what the nearest ancestor stored there, and a library's own
 *   function if none in this program did;
 * - g_dbus_interface_skeleton_set_flags(foo, ..IN_THREAD) moves the D-Bus methods of foo's type to threads.
 */
#include "program/gobject.h"
#include "program/gobject_type.h"
#include "program/value.h"

#include <string.h>

static uint32_t type_of_function(const struct program *p, uint32_t function)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(p->gobject->by_function, GUINT_TO_POINTER(function)));
}

/* --- expressions --- */

static const char *callee_name(const struct program *p, const struct call *call)
{
	return call->callee && !call->cleanup ? program_function(p, call->callee)->name : "";
}

/* The function that `node` names, 0 if it is not one. */
static uint32_t named_function(const struct program *p, const struct program_function *f, uint32_t node)
{
	const struct node *n = node ? function_node(f, node) : NULL;

	return n && n->kind == NODE_FUNCTION ? link_symbol(p, f->unit - 1, n->symbol) : 0;
}

/* The function called by `node`, which is a direct call; 0 if it is none. */
static uint32_t called_function(const struct program *p, const struct program_function *f, uint32_t node)
{
	const struct node *n = node ? function_node(f, node) : NULL;

	return n && n->kind == NODE_CALL && n->symbol ? link_symbol(p, f->unit - 1, n->symbol) : 0;
}

static bool calls_inside(const struct program *p, const struct program_function *f, uint32_t node, const char *name,
			 unsigned depth)
{
	uint32_t called = called_function(p, f, node);

	if (called && strcmp(program_function(p, called)->name, name) == 0)
		return true;
	for_each_child(child, f->facts, function_node(f, node))
		if (depth < 4 && calls_inside(p, f, child, name, depth + 1))
			return true;
	return false;
}

static bool is_field(const struct program_function *f, uint32_t node, const char *name)
{
	const struct node *n = function_node(f, node);

	return strcmp(node_field(f, n), name) == 0;
}

/* --- classes --- */

static void add_vfunc(struct program *p, uint32_t type, uint32_t slot, uint32_t function)
{
	struct vfunc vfunc = { .next = type_at(p, type)->first_vfunc, .slot = slot, .function = function };

	g_array_append_val(p->gobject->vfuncs, vfunc);
	type_at(p, type)->first_vfunc = p->gobject->vfuncs->len - 1;
}

static void read_store(struct program *p, uint32_t type, uint32_t function, const struct node *assign)
{
	const struct program_function *f = program_function(p, function);
	uint32_t value = function_node(f, assign->first)->next;
	uint32_t stored = named_function(p, f, value);
	const struct node *place = function_node(f, assign->first);

	if (place->kind == NODE_FIELD && stored)
		add_vfunc(p, type, pointers_slot_of(p, function, assign->first), stored);
	else if (place->kind == NODE_GLOBAL && calls_inside(p, f, value, "g_type_class_peek_parent", 0))
		g_hash_table_insert(p->gobject->by_parent_class,
				    GUINT_TO_POINTER(pointers_slot_of(p, function, assign->first)),
				    GUINT_TO_POINTER(type));
}

static bool hands_on_class(const struct program_function *f, const struct node *call)
{
	const struct node *first = call->first ? function_node(f, call->first) : NULL;

	return first && first->kind == NODE_PARAM && first->value == 0;
}

/* What a class_init or interface init stores, itself or in a function that it hands the class on to. */
static void read_class(struct program *p, uint32_t type, uint32_t function, unsigned depth)
{
	const struct program_function f = *program_function(p, function);

	if (!f.fact || depth > 3)
		return;
	for (uint32_t i = f.fact->body; i && i < f.end_node; i++) {
		const struct node *n = function_node(&f, i);

		if (n->kind == NODE_ASSIGN && !n->op) {
			read_store(p, type, function, n);
			continue;
		}
		uint32_t called = hands_on_class(&f, n) ? called_function(p, &f, i) : 0;
		if (called && called != function)
			read_class(p, type, called, depth + 1);
	}
}

/* --- types --- */

/* Calls that register a type: arguments, from 1; 0: none. With `info`, a GTypeInfo holds the functions. */
static const struct {
	const char *function;
	uint8_t parent, class_init, instance_init, info;
} registering[] = {
	{ "g_type_register_static_simple", 1, 4, 6, 0 },
	{ "g_type_register_static", 1, 0, 0, 3 },
	{ "g_type_module_register_type", 2, 0, 0, 4 },
};

static const char *const adding_interface[] = { "g_type_add_interface_static", "g_type_add_interface_dynamic",
						"g_type_module_add_interface" };

/* Calls `use` for what the function stores in a field of this name: the GTypeInfo or GInterfaceInfo of a type. */
static void each_stored(struct program *p, uint32_t function, const char *field, uint32_t type,
			void (*use)(struct program *p, uint32_t type, uint32_t stored))
{
	const struct program_function f = *program_function(p, function);

	for (uint32_t i = f.fact->body; i && i < f.end_node; i++) {
		const struct node *n = function_node(&f, i);

		if (n->kind != NODE_ASSIGN || !is_field(&f, n->first, field))
			continue;
		uint32_t stored = named_function(p, &f, function_node(&f, n->first)->next);
		if (stored)
			use(p, type, stored);
	}
}

static void use_class_init(struct program *p, uint32_t type, uint32_t function)
{
	read_class(p, type, function, 0);
}

static void use_instance_init(struct program *p, uint32_t type, uint32_t function)
{
	type_at(p, type)->instance_init = function;
}

static uint32_t type_of_registering(struct program *p, uint32_t function)
{
	uint32_t type = type_of_function(p, function);
	struct type fresh = { .registering = function };

	if (type)
		return type;
	g_array_append_val(p->gobject->types, fresh);
	type = p->gobject->types->len - 1;
	g_hash_table_insert(p->gobject->by_function, GUINT_TO_POINTER(function), GUINT_TO_POINTER(type));
	return type;
}

static void read_registration(struct program *p, uint32_t index, size_t row)
{
	const struct call copy = *program_call(p, index), *call = &copy;
	const struct program_function *f = program_function(p, call->caller);
	uint32_t type = type_of_registering(p, call->caller);
	uint32_t class_init = registering[row].class_init
				      ? named_function(p, f, call_argument(p, call, registering[row].class_init))
				      : 0;

	type_at(p, type)->call = index;
	if (class_init)
		use_class_init(p, type, class_init);
	if (registering[row].instance_init)
		type_at(p, type)->instance_init =
			named_function(p, f, call_argument(p, call, registering[row].instance_init));
	if (registering[row].info) {
		each_stored(p, call->caller, "_GTypeInfo.class_init", type, use_class_init);
		each_stored(p, call->caller, "_GTypeInfo.instance_init", type, use_instance_init);
	}
}

/* All interfaces of a type are added in one function: the first call of it finds the initialisers of all. */
static void read_interfaces(struct program *p, const struct call *call)
{
	if (call->ordinal == 0)
		each_stored(p, call->caller, "_GInterfaceInfo.interface_init", type_of_registering(p, call->caller),
			    use_class_init);
}

static void read_call(struct program *p, uint32_t index)
{
	const struct call copy = *program_call(p, index), *call = &copy;
	const char *name = callee_name(p, call);

	if (strncmp(name, "g_", 2) != 0)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(registering); i++)
		if (strcmp(name, registering[i].function) == 0)
			read_registration(p, index, i);
	for (size_t i = 0; i < G_N_ELEMENTS(adding_interface); i++)
		if (strcmp(name, adding_interface[i]) == 0)
			read_interfaces(p, call);
	if (strcmp(name, "g_implement_interface") == 0) { /* what stands in for G_IMPLEMENT_INTERFACE without headers */
		uint32_t init = named_function(p, program_function(p, call->caller), call_argument(p, call, 2));

		if (init)
			use_class_init(p, type_of_registering(p, call->caller), init);
	}
}

/* foo_get_type returns what foo_get_type_once registers. */
static void join_callers(struct program *p)
{
	for (uint32_t i = 1; i < p->calls->len; i++) {
		const struct call *call = program_call(p, i);
		uint32_t type = call->callee && !call->cleanup ? type_of_function(p, call->callee) : 0;

		if (type && !call_arguments(p, call) && !type_of_function(p, call->caller) &&
		    g_str_has_suffix(program_function(p, call->caller)->name, "_get_type"))
			g_hash_table_insert(p->gobject->by_function, GUINT_TO_POINTER(call->caller),
					    GUINT_TO_POINTER(type));
	}
}

static void join_parents(struct program *p)
{
	for (uint32_t i = 1; i < p->calls->len; i++) {
		const struct call *call = program_call(p, i);
		const char *name = callee_name(p, call);

		for (size_t k = 0; g_str_has_prefix(name, "g_type_") && k < G_N_ELEMENTS(registering); k++) {
			if (strcmp(name, registering[k].function) != 0)
				continue;
			uint32_t parent = called_function(p, program_function(p, call->caller),
							  call_argument(p, call, registering[k].parent));
			struct type *type = type_at(p, type_of_function(p, call->caller));

			type->parent = parent ? type_of_function(p, parent) : 0;
			type->outside = parent && !type->parent ? program_function(p, parent)->name : NULL;
		}
	}
}

/* Calls that make an object of the type that is their first argument, and the vfuncs that each of them calls. */
static const struct {
	const char *function, *fields[4];
} constructing[] = {
	{ "g_object_new", { "_GObjectClass.constructor", "_GObjectClass.constructed" } },
	{ "g_object_newv", { "_GObjectClass.constructor", "_GObjectClass.constructed" } },
	{ "g_object_new_valist", { "_GObjectClass.constructor", "_GObjectClass.constructed" } },
	{ "g_object_new_with_properties", { "_GObjectClass.constructor", "_GObjectClass.constructed" } },
	{ "g_initable_new", { "_GObjectClass.constructor", "_GObjectClass.constructed", "_GInitableIface.init" } },
	{ "g_initable_newv", { "_GObjectClass.constructor", "_GObjectClass.constructed", "_GInitableIface.init" } },
	{ "g_initable_new_valist",
	  { "_GObjectClass.constructor", "_GObjectClass.constructed", "_GInitableIface.init" } },
	{ "g_async_initable_new_async",
	  { "_GObjectClass.constructor", "_GObjectClass.constructed", "_GAsyncInitableIface.init_async" } },
};

static void mark_constructing(struct program *p)
{
	for (uint32_t i = 1; i < p->functions->len; i++) {
		struct program_function *f = program_function(p, i);

		for (uint8_t row = 0; !f->fact && strncmp(f->name, "g_", 2) == 0 && row < G_N_ELEMENTS(constructing);
		     row++)
			if (strcmp(f->name, constructing[row].function) == 0)
				f->constructs = row + 1;
	}
}

/* The variable below casts, checks and address-of; 0 if there is none. */
static uint32_t variable_below(const struct program_function *f, uint32_t node)
{
	const struct node *n = node ? function_node(f, node) : NULL;

	for (unsigned depth = 0; n && depth < 6; depth++) {
		if (n->kind == NODE_PARAM || n->kind == NODE_LOCAL)
			return node;
		node = n->first;
		n = node ? function_node(f, node) : NULL;
	}
	return 0;
}

static const char *variable_type(const struct program_function *f, int64_t variable)
{
	return variable >= 0 && variable < (int64_t)f->fact->variables
		       ? facts_string(f->facts,
				      facts_variable(f->facts, f->fact->first_variable + (uint32_t)variable)->type)
		       : "";
}

/* The type whose instances are `type` ("struct _Foo *"), as the parameter of its instance init says; 0 if none. */
static uint32_t type_of_instances(const struct program *p, const char *type)
{
	for (uint32_t t = 1; *type && t < p->gobject->types->len; t++) {
		uint32_t init = type_at(p, t)->instance_init;
		const struct program_function *f = init ? program_function(p, init) : NULL;

		if (f && f->fact && f->fact->params && strcmp(variable_type(f, 0), type) == 0)
			return t;
	}
	return 0;
}

enum { HANDLE_METHOD_INVOCATIONS_IN_THREAD = 1 }; /* of GDBusInterfaceSkeletonFlags */

static void read_threaded(struct program *p)
{
	for (uint32_t i = 1; i < p->calls->len; i++) {
		const struct call *call = program_call(p, i);
		const struct program_function *f = program_function(p, call->caller);

		if (strcmp(callee_name(p, call), "g_dbus_interface_skeleton_set_flags") != 0)
			continue;
		uint32_t object = variable_below(f, call_argument(p, call, 1)), flags = call_argument(p, call, 2);
		if (!object || !flags || !(function_node(f, flags)->value & HANDLE_METHOD_INVOCATIONS_IN_THREAD))
			continue;
		uint32_t type = type_of_instances(p, variable_type(f, function_node(f, object)->value));
		if (type)
			type_at(p, type)->threaded = true;
	}
}

void gobject_find(struct program *p)
{
	p->gobject = g_new0(struct gobject, 1);
	p->gobject->types = g_array_new(FALSE, TRUE, sizeof(struct type));
	p->gobject->vfuncs = g_array_new(FALSE, TRUE, sizeof(struct vfunc));
	g_array_set_size(p->gobject->types, 1);
	g_array_set_size(p->gobject->vfuncs, 1);
	p->gobject->by_function = g_hash_table_new(NULL, NULL);
	p->gobject->by_parent_class = g_hash_table_new(NULL, NULL);
	for (uint32_t i = 1; i < p->calls->len; i++)
		read_call(p, i);
	join_callers(p);
	join_parents(p);
	mark_constructing(p);
	read_threaded(p);
}

void gobject_free(struct program *p)
{
	if (!p->gobject)
		return;
	g_array_free(p->gobject->types, TRUE);
	g_array_free(p->gobject->vfuncs, TRUE);
	g_hash_table_destroy(p->gobject->by_function);
	g_hash_table_destroy(p->gobject->by_parent_class);
	g_free(p->gobject);
	p->gobject = NULL;
}

/* --- questions --- */

static uint32_t target_of(const struct program *p, uint32_t slot, uint32_t function)
{
	uint32_t t = program_slot(p, slot)->first_target;

	while (t && program_target(p, t)->function != function)
		t = program_target(p, t)->next;
	return t;
}

/* What `type`, or else its nearest ancestor that stores anything there, has in a slot. */
static void visit_inherited(const struct program *p, uint32_t type, uint32_t slot, pointer_visit *visit, void *data)
{
	for (unsigned depth = 0; type && depth < MAX_ANCESTORS; depth++, type = type_at(p, type)->parent)
		for (uint32_t v = type_at(p, type)->first_vfunc; v; v = vfunc_at(p, v)->next)
			if (vfunc_at(p, v)->slot == slot) {
				visit(vfunc_at(p, v)->function, target_of(p, slot, vfunc_at(p, v)->function), data);
				return;
			}
}

/* ... in the field of this name, in whatever unit it was met. */
static void visit_field(const struct program *p, uint32_t type, const char *field, pointer_visit *visit, void *data)
{
	for (unsigned depth = 0; type && depth < MAX_ANCESTORS; depth++, type = type_at(p, type)->parent)
		for (uint32_t v = type_at(p, type)->first_vfunc; v; v = vfunc_at(p, v)->next) {
			uint32_t slot = vfunc_at(p, v)->slot, function = vfunc_at(p, v)->function;

			if (strcmp(program_slot(p, slot)->name, field) == 0) {
				visit(function, target_of(p, slot, function), data);
				return;
			}
		}
}

uint32_t gobject_made(const struct program *p, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);
	bool makes = call->callee && !call->cleanup && program_function(p, call->callee)->constructs;
	uint32_t id = makes ? called_function(p, f, call_argument(p, call, 1)) : 0;

	return id ? type_of_function(p, id) : 0;
}

bool gobject_each_constructed(const struct program *p, const struct call *call, pointer_visit *visit, void *data)
{
	uint8_t row = call->callee && !call->cleanup ? program_function(p, call->callee)->constructs : 0;

	if (!row)
		return false;
	const char *const *fields = constructing[row - 1].fields;
	uint32_t type = gobject_made(p, call);
	for (uint32_t t = type, depth = 0; t && depth < MAX_ANCESTORS; depth++, t = type_at(p, t)->parent)
		if (type_at(p, t)->instance_init)
			visit(type_at(p, t)->instance_init, 0, data);
	for (; type && *fields; fields++)
		visit_field(p, type, *fields, visit, data);
	return type != 0;
}

const char *gobject_outside(const struct program *p, const struct call *call)
{
	uint32_t id = called_function(p, program_function(p, call->caller), call_argument(p, call, 1));
	uint32_t type = id ? type_of_function(p, id) : 0;

	for (unsigned depth = 0; type && type_at(p, type)->parent && depth < MAX_ANCESTORS; depth++)
		type = type_at(p, type)->parent;
	return type ? type_at(p, type)->outside : NULL;
}

void gobject_each_threaded(const struct program *p, pointer_visit *visit, void *data)
{
	for (uint32_t t = 1; t < p->gobject->types->len; t++)
		for (uint32_t v = type_at(p, t)->threaded ? type_at(p, t)->first_vfunc : 0; v;
		     v = vfunc_at(p, v)->next) {
			uint32_t slot = vfunc_at(p, v)->slot, function = vfunc_at(p, v)->function;

			if (strstr(program_slot(p, slot)->type, "struct _GDBusMethodInvocation *"))
				visit(function, target_of(p, slot, function), data);
		}
}

static const char *place_name(const struct program_function *f, const struct node *n)
{
	if (n->kind == NODE_GLOBAL && n->symbol)
		return node_name(f, n);
	if ((n->kind == NODE_LOCAL || n->kind == NODE_PARAM) && (uint64_t)n->value < f->fact->variables)
		return facts_string(f->facts,
				    facts_variable(f->facts, f->fact->first_variable + (uint32_t)n->value)->name);
	return "";
}

/* `foo_parent_class` below casts, or the call that asks for it; 0 if `node` is neither. */
static uint32_t find_parent_class(const struct program *p, const struct program_function *f, uint32_t node,
				  unsigned depth)
{
	static const char *const names[] = { "parent_class", "parent_iface", "parent_interface" };
	const struct node *n = function_node(f, node);
	const char *name = place_name(f, n);
	uint32_t called = called_function(p, f, node);

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_str_has_suffix(name, names[i]))
			return node;
	if (called && strncmp(program_function(p, called)->name, "g_type_", 7) == 0 &&
	    g_str_has_suffix(program_function(p, called)->name, "_peek_parent"))
		return node;
	if (depth > 4 || n->kind == NODE_FIELD)
		return 0;
	return n->first ? find_parent_class(p, f, n->first, depth + 1) : 0;
}

bool gobject_chains_up(struct program *p, uint32_t function, uint32_t callee, pointer_visit *visit, void *data)
{
	const struct program_function *f = program_function(p, function);
	const struct node *n = function_node(f, callee);

	if (!p->gobject || n->kind != NODE_FIELD || !n->first)
		return false;
	uint32_t parent_class = find_parent_class(p, f, n->first, 0);
	if (!parent_class)
		return false;
	uint32_t slot = pointers_slot_of(p, function, parent_class);
	uint32_t type = GPOINTER_TO_UINT(g_hash_table_lookup(p->gobject->by_parent_class, GUINT_TO_POINTER(slot)));
	if (type && visit)
		visit_inherited(p, type_at(p, type)->parent, pointers_slot_of(p, function, callee), visit, data);
	return true;
}
