/*
 * stub: what is known about the names a unit misses. stub_learn.c fills it, stub_header.c writes it down.
 */
#include "extract/stub.h"

static void free_stub(gpointer data)
{
	struct stub *stub = data;

	if (stub->fields)
		g_hash_table_destroy(stub->fields);
	g_free(stub);
}

void stubs_init(struct stubs *stubs)
{
	*stubs = (struct stubs){
		.by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_stub),
		.refused = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
	};
}

void stubs_finish(struct stubs *stubs)
{
	g_hash_table_destroy(stubs->by_name);
	g_hash_table_destroy(stubs->refused);
}

struct stub *stubs_find(const struct stubs *stubs, const char *name)
{
	return g_hash_table_lookup(stubs->by_name, name);
}

static struct stub *add_stub(struct stubs *stubs, const char *name, enum stub_kind kind, enum stub_shape shape)
{
	struct stub *stub = g_new0(struct stub, 1);

	stub->kind = kind;
	stub->shape = shape;
	g_hash_table_insert(stubs->by_name, g_strdup(name), stub);
	stubs->learned++;
	return stub;
}

void stubs_note(struct stubs *stubs, const char *name, enum stub_kind kind, enum stub_shape shape)
{
	struct stub *known = stubs_find(stubs, name);

	if (g_hash_table_contains(stubs->refused, name))
		return;
	if (!known)
		add_stub(stubs, name, kind, shape);
	else if (known->kind == STUB_CALLABLE && kind == STUB_TYPED) { /* it was called before it was a macro */
		known->kind = kind;
		stubs->learned++;
	}
}

void stubs_note_field(struct stubs *stubs, const char *record, const char *field, enum stub_shape shape)
{
	struct stub *stub = stubs_find(stubs, record);

	if (!stub && (g_str_equal(record, STUB_ANY) || g_str_equal(record, STUB_PART)))
		stub = add_stub(stubs, record, STUB_STRUCT, SHAPE_RECORD);
	if (!stub)
		return;
	if (!stub->fields)
		stub->fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (g_hash_table_contains(stub->fields, field))
		return;
	g_hash_table_insert(stub->fields, g_strdup(field), GUINT_TO_POINTER(shape));
	stubs->learned++;
}

void stubs_refuse(struct stubs *stubs, const char *name)
{
	if (!g_hash_table_remove(stubs->by_name, name))
		return;
	g_hash_table_add(stubs->refused, g_strdup(name));
	stubs->learned++;
}

void stubs_refuse_reserved(struct stubs *stubs)
{
	GHashTableIter all;
	gpointer name;

	g_hash_table_iter_init(&all, stubs->by_name);
	while (g_hash_table_iter_next(&all, &name, NULL))
		if (g_str_has_prefix(name, "__")) {
			g_hash_table_add(stubs->refused, g_strdup(name));
			g_hash_table_iter_remove(&all);
			stubs->learned++;
		}
}

char *stub_tag(const char *name)
{
	bool is_camel_case = g_ascii_isupper(name[0]) && g_ascii_isalpha(name[1]);

	for (const char *at = name; *at; at++)
		is_camel_case &= *at != '_';
	return is_camel_case ? g_strconcat("_", name, NULL) : g_strdup(name);
}
