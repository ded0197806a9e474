/*
 * library: which libraries a program uses, and which of them runs the loop that a finding is about.
 *
 * A library is used by the programs of the tree that call a function of its pack: it is linked then, and its forms
 * can be advised. The loop is that of the library whose registration, or whose wait, is at the root of the path.
 */
#include "check/internal.h"
#include "program/contexts.h"

#include <string.h>

struct libraries {
	const struct program *p;
	uint64_t *programs; /* per pack: bits of the programs that call it */
};

static bool of_pack(const struct pack *pack, const struct effect *effect, const struct registration *registration)
{
	return (effect && effect >= pack->effects && effect < pack->effects + pack->effect_count) ||
	       (registration && registration >= pack->registers &&
		registration < pack->registers + pack->register_count);
}

static const struct pack *pack_with(const struct packs *packs, const struct effect *effect,
				    const struct registration *registration)
{
	for (size_t i = 0; i < packs->count; i++)
		if (of_pack(&packs->items[i], effect, registration))
			return &packs->items[i];
	return NULL;
}

const struct pack *libraries_pack_of(const struct program *p, const struct effect *effect)
{
	return pack_with(p->packs, effect, NULL);
}

static void note_model(struct libraries *l, const struct model *model, uint64_t programs)
{
	const struct packs *packs = l->p->packs;

	for (size_t i = 0; i < model->effect_count + model->register_count; i++) {
		bool effect = i < model->effect_count;
		const struct pack *pack = effect ? pack_with(packs, model->effects[i], NULL)
						 : pack_with(packs, NULL, model->registers[i - model->effect_count]);

		if (pack)
			l->programs[pack - packs->items] |= programs;
	}
}

struct libraries *libraries_find(struct arena *arena, const struct program *p)
{
	struct libraries *l = arena_new(arena, struct libraries);
	uint64_t *callers = g_new0(uint64_t, p->functions->len);

	l->p = p;
	l->programs = arena_new_array(arena, uint64_t, p->packs->count);
	for (uint32_t i = 1; i < p->calls->len; i++)
		callers[program_call(p, i)->callee] |= programs_of(p, program_call(p, i)->caller);
	for (uint32_t i = 1; i < p->functions->len; i++)
		if (callers[i] && program_function(p, i)->model)
			note_model(l, program_function(p, i)->model, callers[i]);
	g_free(callers);
	return l;
}

bool library_among(const char *library, const char *names)
{
	while (*names) {
		size_t length = strcspn(names, " ");

		if (strncmp(library, names, length) == 0)
			return true;
		names += length + strspn(names + length, " ");
	}
	return false;
}

bool libraries_used(const struct libraries *l, const char *names, uint64_t programs)
{
	for (size_t i = 0; i < l->p->packs->count; i++)
		if (l->programs[i] & programs && library_among(l->p->packs->items[i].library, names))
			return true;
	return false;
}

const struct pack *libraries_loop(const struct libraries *l, const struct root *root)
{
	const struct program *p = l->p;

	if (root->registration)
		return pack_with(p->packs, NULL, root->registration);
	if (root->kind != ROOT_LOOP || !root->wait)
		return NULL;
	const struct model *model = program_function(p, program_call(p, root->wait)->callee)->model;
	for (size_t i = 0; model && i < model->effect_count; i++)
		if (model->effects[i]->kind == EFFECT_WAITS || model->effects[i]->kind == EFFECT_RUNS_LOOP)
			return pack_with(p->packs, model->effects[i], NULL);
	return NULL;
}
