/*
 * async_form: operations that are declared beside their asynchronous form: facts -> an effect of the function.
 *
 * Extraction says so in an annotation, see extract/async_form.c. By GIO's convention such an operation blocks until it
 * is done. Of one whose source is here the source decides, and the other form is what to call instead.
 *
 * What a build would have generated (gdbus-codegen) nobody declares. A function that is called ..._sync there, and whose
 * last argument is a place for a GError, is taken for such an operation.
 */
#include "program/value.h"

#include <string.h>

static const char mark[] = "looplint::async ";

/* What an operation waits for is not declared; words of its name speak of it. The first that fits. */
static const struct {
	const char *word;
	enum category category;
} categories[] = {
	{ "bus", CATEGORY_IPC },         { "proxy", CATEGORY_IPC },      { "_call_", CATEGORY_IPC },
	{ "file", CATEGORY_DISK },       { "stream", CATEGORY_DISK },    { "disk", CATEGORY_DISK },
	{ "trash", CATEGORY_DISK },      { "host", CATEGORY_DNS },       { "resolver", CATEGORY_DNS },
	{ "http", CATEGORY_NETWORK },    { "socket", CATEGORY_NETWORK }, { "download", CATEGORY_NETWORK },
	{ "sparql", CATEGORY_DATABASE },
};

static enum category category_of(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(categories); i++)
		if (strstr(name, categories[i].word))
			return categories[i].category;
	return CATEGORY_WAIT;
}

static void set_form(struct program *p, uint32_t function, const char *instead)
{
	struct program_function *f = program_function(p, function);

	if (f->async_form)
		return;
	struct effect *effect = arena_new(p->arena, struct effect);
	*effect = (struct effect){
		.function = f->name,
		.kind = EFFECT_BLOCKS,
		.category = category_of(f->name),
		.cost = COST_UNBOUNDED,
		.confidence = LIKELY,
		.instead = instead,
		.see = "docs.gtk.org/gio: an operation beside its _async and _finish",
	};
	f->async_form = effect;
}

static void read_annotation(struct program *p, uint32_t unit, const struct annotation *annotation)
{
	const struct facts *facts = p->units[unit];
	const char *text = facts_string(facts, annotation->text);

	if (strncmp(text, mark, strlen(mark)) != 0)
		return;
	uint32_t function = link_symbol(p, unit, annotation->symbol);
	if (function)
		set_form(p, function, text + strlen(mark));
}

/* `&error` of a local, or an `error` that the function was given. */
static bool tells_error(const struct program_function *f, uint32_t node)
{
	const struct node *n = function_node(f, node);
	const char *wanted = n->kind == NODE_ADDRESS ? "struct _GError *" : "struct _GError **";

	if (n->kind == NODE_ADDRESS)
		n = function_node(f, n->first);
	if (n->kind != NODE_LOCAL && n->kind != NODE_PARAM)
		return false;
	const struct variable *v = facts_variable(f->facts, f->fact->first_variable + (uint32_t)n->value);
	return strcmp(facts_string(f->facts, v->type), wanted) == 0;
}

static void read_undeclared(struct program *p, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);
	const struct program_function *callee = program_function(p, call->callee);
	uint32_t last = 0;

	if (callee->fact || callee->model || !g_str_has_suffix(callee->type, "()") ||
	    !g_str_has_suffix(callee->name, "_sync"))
		return;
	for (unsigned n = 1; call_argument(p, call, n); n++)
		last = call_argument(p, call, n);
	if (last && tells_error(f, last))
		set_form(p, call->callee, NULL);
}

void async_form_find(struct program *p)
{
	for (uint32_t u = 0; u < p->unit_count; u++)
		for (uint32_t i = 1; i < p->units[u]->annotations.count; i++)
			read_annotation(p, u, facts_annotation(p->units[u], i));
	for (uint32_t i = 1; i < p->calls->len; i++)
		if (program_call(p, i)->callee)
			read_undeclared(p, program_call(p, i));
}
