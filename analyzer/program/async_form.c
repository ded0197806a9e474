/*
 * async_form: operations that are declared beside their asynchronous form: facts -> an effect of the function.
 *
 * Extraction says so in an annotation, see extract/async_form.c. By GIO's convention such an operation blocks until it
 * is done. Of one whose source is here the source decides, and the other form is what to call instead.
 */
#include "program/internal.h"

#include <string.h>

static const char mark[] = "looplint::async ";

/* What an operation waits for is not declared; words of its name speak of it. The first that fits. */
static const struct {
	const char *word;
	enum category category;
} categories[] = {
	{ "bus", CATEGORY_IPC },        { "proxy", CATEGORY_IPC },        { "file", CATEGORY_DISK },
	{ "stream", CATEGORY_DISK },    { "disk", CATEGORY_DISK },        { "trash", CATEGORY_DISK },
	{ "host", CATEGORY_DNS },       { "resolver", CATEGORY_DNS },     { "http", CATEGORY_NETWORK },
	{ "socket", CATEGORY_NETWORK }, { "download", CATEGORY_NETWORK }, { "sparql", CATEGORY_DATABASE },
};

static enum category category_of(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(categories); i++)
		if (strstr(name, categories[i].word))
			return categories[i].category;
	return CATEGORY_WAIT;
}

static void read_annotation(struct program *p, uint32_t unit, const struct annotation *annotation)
{
	const struct facts *facts = p->units[unit];
	const char *text = facts_string(facts, annotation->text);

	if (strncmp(text, mark, strlen(mark)) != 0)
		return;
	uint32_t function = link_symbol(p, unit, annotation->symbol);
	if (!function || program_function(p, function)->async_form)
		return;
	struct effect *effect = arena_new(p->arena, struct effect);
	*effect = (struct effect){
		.function = program_function(p, function)->name,
		.kind = EFFECT_BLOCKS,
		.category = category_of(program_function(p, function)->name),
		.cost = COST_UNBOUNDED,
		.confidence = LIKELY,
		.instead = text + strlen(mark),
		.see = "docs.gtk.org/gio: an operation beside its _async and _finish",
	};
	program_function(p, function)->async_form = effect;
}

void async_form_find(struct program *p)
{
	for (uint32_t u = 0; u < p->unit_count; u++)
		for (uint32_t i = 1; i < p->units[u]->annotations.count; i++)
			read_annotation(p, u, facts_annotation(p->units[u], i));
}
