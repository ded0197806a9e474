/*
 * model: which pack entries speak of which function name.
 *
 * Names are looked up exactly first; an entry whose name ends in `*` applies to every name with that beginning. Packs
 * later in the list (a project's own) come first in a model, so that they can say more about a name than ours do.
 */
#include "program/internal.h"

#include <string.h>

struct model_lists {
	GPtrArray *effects, *registers;
};

static void lists_free(gpointer data)
{
	struct model_lists *lists = data;

	g_ptr_array_free(lists->effects, TRUE);
	g_ptr_array_free(lists->registers, TRUE);
	g_free(lists);
}

static struct model_lists *lists_for(GHashTable *by_name, const char *name)
{
	struct model_lists *lists = g_hash_table_lookup(by_name, name);

	if (!lists) {
		lists = g_new0(struct model_lists, 1);
		lists->effects = g_ptr_array_new();
		lists->registers = g_ptr_array_new();
		g_hash_table_insert(by_name, (gpointer)name, lists);
	}
	return lists;
}

static void collect(GHashTable *by_name, const struct pack *pack)
{
	for (size_t i = 0; i < pack->effect_count; i++)
		g_ptr_array_add(lists_for(by_name, pack->effects[i].function)->effects, &pack->effects[i]);
	for (size_t i = 0; i < pack->register_count; i++)
		if (pack->registers[i].function)
			g_ptr_array_add(lists_for(by_name, pack->registers[i].function)->registers,
					&pack->registers[i]);
	for (size_t i = 0; i < pack->outcome_count; i++)
		if (pack->outcomes[i].function)
			lists_for(by_name, pack->outcomes[i].function); /* known, and does nothing else */
}

static struct model *freeze(struct arena *arena, const struct model_lists *lists)
{
	struct model *model = arena_new(arena, struct model);

	model->effect_count = lists->effects->len;
	model->effects = arena_new_array(arena, const struct effect *, lists->effects->len);
	if (lists->effects->len)
		memcpy(model->effects, lists->effects->pdata, lists->effects->len * sizeof(void *));
	model->register_count = lists->registers->len;
	model->registers = arena_new_array(arena, const struct registration *, lists->registers->len);
	if (lists->registers->len)
		memcpy(model->registers, lists->registers->pdata, lists->registers->len * sizeof(void *));
	return model;
}

struct pattern {
	const char *prefix;
	size_t length;
	const struct model *model;
};

void model_build(struct program *p)
{
	GHashTable *by_name = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, lists_free);
	GHashTableIter iter;
	gpointer name, lists;

	for (size_t i = p->packs->count; i-- > 0;)
		collect(by_name, &p->packs->items[i]);
	p->model_by_name = g_hash_table_new(g_str_hash, g_str_equal);
	p->model_patterns = g_ptr_array_new();
	g_hash_table_iter_init(&iter, by_name);
	while (g_hash_table_iter_next(&iter, &name, &lists)) {
		struct model *model = freeze(p->arena, lists);
		size_t length = strlen(name);

		if (length && ((const char *)name)[length - 1] == '*') {
			struct pattern *pattern = arena_new(p->arena, struct pattern);

			*pattern = (struct pattern){ .prefix = name, .length = length - 1, .model = model };
			g_ptr_array_add(p->model_patterns, pattern);
		} else {
			g_hash_table_insert(p->model_by_name, name, model);
		}
	}
	g_hash_table_destroy(by_name);

	p->constant_by_name = g_hash_table_new(g_str_hash, g_str_equal);
	for (size_t i = 0; i < p->packs->count; i++)
		for (size_t k = 0; k < p->packs->items[i].constant_count; k++)
			g_hash_table_insert(p->constant_by_name, (gpointer)p->packs->items[i].constants[k].name,
					    &p->packs->items[i].constants[k]);
}

const struct model *model_find(struct program *p, const char *name)
{
	const struct model *model = g_hash_table_lookup(p->model_by_name, name);

	if (model)
		return model;
	for (guint i = 0; i < p->model_patterns->len; i++) {
		const struct pattern *pattern = p->model_patterns->pdata[i];

		if (strncmp(pattern->prefix, name, pattern->length) == 0)
			return pattern->model;
	}
	return NULL;
}

const struct effect *function_effect(const struct program *p, uint32_t function, enum effect_kind kind)
{
	const struct model *model = function ? program_function(p, function)->model : NULL;

	for (size_t i = 0; model && i < model->effect_count; i++)
		if (model->effects[i]->kind == kind)
			return model->effects[i];
	return NULL;
}
