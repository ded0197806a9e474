/*
 * knowledge: what is known of a function's parameters on a path, kept once for all paths that know the same.
 *
 * Most paths know nothing, and the others know few different things: an instance refers to its knowledge by address,
 * and two that know the same are found equal by that.
 */
#include "program/contexts.h"

#include <string.h>

static uint64_t mix_value(uint64_t key, const struct program_value *value)
{
	key = program_mix(key, value->known);
	key = program_mix(key, value->bits);
	key = program_mix(key, (uint64_t)value->function << 16 | (uint64_t)value->in_memory << 9 |
				       (uint64_t)value->nonzero << 8 | value->mode);
	if (value->held)
		key = program_mix(key, (uint64_t)value->held_in << 32 | value->held);
	return program_mix(key, value->opens ? g_str_hash(value->opens) : 0);
}

/* Fills the keys of the items, too. */
static uint64_t key_of(struct environment *environment)
{
	uint64_t key = environment->count;

	for (unsigned i = 0; i < environment->count; i++) {
		struct known *known = &environment->items[i];

		known->key = mix_value(known->parameter, &known->value);
		key = program_mix(key, known->key);
	}
	return key | 1;
}

const struct knowledge *knowledge_of(struct program *p, struct environment *environment)
{
	size_t size = environment->count * sizeof(struct known);

	if (!environment->count)
		return NULL;
	if (!p->knowledge)
		p->knowledge = g_hash_table_new(program_hash64, NULL);
	uint64_t key = key_of(environment);
	struct knowledge *known = g_hash_table_lookup(p->knowledge, GSIZE_TO_POINTER(key));
	if (known)
		return known;
	known = arena_alloc(p->arena, sizeof *known + size);
	known->key = key;
	known->count = environment->count;
	memcpy(known->items, environment->items, size);
	g_hash_table_insert(p->knowledge, GSIZE_TO_POINTER(key), known);
	return known;
}

uint64_t instance_key(const struct instance *in)
{
	uint64_t key = program_mix((uint64_t)in->context << 32 | in->function, in->loop);

	return program_mix(key, in->known ? in->known->key : 0) | 1;
}

static uint32_t asked_of(uint32_t parameter)
{
	return parameter & ENVIRONMENT_SLOT ? ASKED_SLOTS : parameter < 28 ? 1u << parameter : ASKED_REST;
}

uint64_t knowledge_key(const struct program *p, const struct instance *in, uint32_t asked)
{
	uint64_t key = asked;

	if (asked & ASKED_THREAD)
		key = program_mix(key, identity_known(p, in));
	for (unsigned i = 0; asked && in->known && i < in->known->count; i++)
		if (asked_of(in->known->items[i].parameter) & asked)
			key = program_mix(key, in->known->items[i].key);
	return key | UINT64_C(1) << 63;
}

const struct program_value *instance_knows(struct program *p, const struct instance *in, uint32_t parameter)
{
	knowledge_asked(p, in, (enum asked)asked_of(parameter));
	for (unsigned i = 0; in->known && i < in->known->count; i++)
		if (in->known->items[i].parameter == parameter)
			return &in->known->items[i].value;
	return NULL;
}
