/*
 * marks: what people declare of functions and of function-pointer fields, as bits.
 *
 *   annotations in the source   looplint's own (include/looplint/annotations.h), clang's function effects, QEMU's
 *   declarations of packs       `functions:` in .looplint.yaml, by name; a `*` at the end matches any ending
 *   loop_only of packs          of functions that the program does not define itself
 *
 * `nonallocating` and `allocating` are clang's too and say nothing of waiting.
 */
#include "program/internal.h"

#include <string.h>

static const struct {
	const char *text;
	unsigned marks;
} annotations[] = {
	{ "looplint::loop-only", MARK_LOOP_ONLY },   { "looplint::worker", MARK_WORKER },
	{ "looplint::blocking", MARK_BLOCKING },     { "looplint::nonblocking", MARK_NONBLOCKING },
	{ "looplint::any-thread", MARK_ANY_THREAD }, { "clang::nonblocking", MARK_NONBLOCKING },
	{ "clang::blocking", MARK_BLOCKING },        { "coroutine_fn", MARK_COROUTINE },
	{ "no_coroutine_fn", MARK_NO_COROUTINE },    { "coroutine_mixed_fn", MARK_COROUTINE_MIXED },
	{ "looplint::scope", MARK_SCOPE },
};

static const char blocking_on[] = "looplint::blocking:";

static unsigned marks_of(const char *text, enum category *category)
{
	if (g_str_has_prefix(text, blocking_on)) {
		int named = category_from_name(text + strlen(blocking_on));

		*category = named > 0 ? (enum category)named : CATEGORY_WAIT;
		return MARK_BLOCKING;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(annotations); i++)
		if (strcmp(annotations[i].text, text) == 0)
			return annotations[i].marks;
	return 0;
}

/* A call of what is declared to block, or to belong on a worker, blocks without a bound anyone knows. */
static void declare_effect(struct program *p, struct marks *marks, const char *name, enum category category)
{
	if (!(marks->bits & (MARK_BLOCKING | MARK_WORKER | MARK_NO_COROUTINE)))
		return;
	if (marks->effect && (!category || marks->effect->category == category))
		return;
	struct effect *effect = arena_new(p->arena, struct effect);
	*effect = (struct effect){
		.function = name,
		.kind = EFFECT_BLOCKS,
		.category = category ? category : CATEGORY_WAIT,
		.cost = COST_UNBOUNDED,
	};
	marks->effect = effect;
}

static void add(struct program *p, struct marks *marks, unsigned bits, const char *name, enum category category)
{
	marks->bits |= (uint16_t)bits;
	declare_effect(p, marks, name, category);
}

static struct marks *marks_of_field(struct program *p, const char *key)
{
	struct marks *marks = g_hash_table_lookup(p->field_marks, key);

	if (!marks) {
		marks = arena_new(p->arena, struct marks);
		g_hash_table_insert(p->field_marks, (gpointer)key, marks);
	}
	return marks;
}

static void read_annotations(struct program *p, uint32_t unit)
{
	const struct facts *facts = p->units[unit];

	for (uint32_t i = 1; i < facts->annotations.count; i++) {
		const struct annotation *a = facts_annotation(facts, i);
		const struct symbol *symbol = facts_symbol(facts, a->symbol);
		const char *name = facts_string(facts, symbol->name);
		enum category category = CATEGORY_NONE;
		unsigned bits = a->symbol ? marks_of(facts_string(facts, a->text), &category) : 0;

		if (!bits)
			continue;
		if (symbol->kind != SYMBOL_FUNCTION)
			add(p, marks_of_field(p, facts_string(facts, symbol->key)), bits, name, category);
		else
			for (uint32_t f = link_symbol(p, unit, a->symbol); f; f = program_function(p, f)->same_key)
				add(p, &program_function(p, f)->marks, bits, name, category);
	}
}

/* A whole name, or one with a `*` at its beginning or its end. */
static bool matches(const char *pattern, const char *name)
{
	size_t length = strlen(pattern);

	if (*pattern == '*' && length > 1)
		return g_str_has_suffix(name, pattern + 1);
	if (length && pattern[length - 1] == '*')
		return strncmp(pattern, name, length - 1) == 0;
	return strcmp(pattern, name) == 0;
}

static void apply_declarations(struct program *p, struct program_function *f)
{
	for (size_t i = 0; i < p->packs->count; i++)
		for (size_t k = 0; k < p->packs->items[i].declaration_count; k++) {
			const struct declaration *d = &p->packs->items[i].declarations[k];

			if (matches(d->function, f->name))
				add(p, &f->marks, d->marks, f->name, d->category);
		}
}

/* What packs list as `loop_only`: whole names, those that end in `*`, and what `!` takes out of these. */
struct loop_only {
	GHashTable *names;
	GPtrArray *patterns, *exceptions;
};

static void collect(struct loop_only *list, const struct pack *pack)
{
	for (const char *const *name = pack->loop_only; name && *name; name++)
		if (**name == '!')
			g_ptr_array_add(list->exceptions, (gpointer)(*name + 1));
		else if (g_str_has_suffix(*name, "*"))
			g_ptr_array_add(list->patterns, (gpointer)*name);
		else
			g_hash_table_add(list->names, (gpointer)*name);
}

static bool any_matches(const GPtrArray *patterns, const char *name)
{
	for (guint i = 0; i < patterns->len; i++)
		if (matches(patterns->pdata[i], name))
			return true;
	return false;
}

static bool listed(const struct loop_only *list, const char *name)
{
	return g_hash_table_contains(list->names, name) ||
	       (any_matches(list->patterns, name) && !any_matches(list->exceptions, name));
}

void marks_build(struct program *p)
{
	struct loop_only list = { g_hash_table_new(g_str_hash, g_str_equal), g_ptr_array_new(), g_ptr_array_new() };

	p->field_marks = g_hash_table_new(g_str_hash, g_str_equal);
	for (uint32_t u = 0; u < p->unit_count; u++)
		read_annotations(p, u);
	for (size_t i = 0; i < p->packs->count; i++)
		collect(&list, &p->packs->items[i]);
	for (uint32_t i = 1; i < p->functions->len; i++) {
		struct program_function *f = program_function(p, i);

		apply_declarations(p, f);
		if ((!f->fact || (f->flags & SYMBOL_SYSTEM)) && listed(&list, f->name))
			f->marks.bits |= MARK_LOOP_ONLY;
	}
	g_hash_table_destroy(list.names);
	g_ptr_array_free(list.patterns, TRUE);
	g_ptr_array_free(list.exceptions, TRUE);
}

static const struct marks no_marks;

const struct marks *marks_of_slot(const struct program *p, uint32_t slot)
{
	return slot && program_slot(p, slot)->marks ? program_slot(p, slot)->marks : &no_marks;
}
