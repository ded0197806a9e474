/*
 * kin: drivers of one kind, of which each leads back to itself.
 *
 *      disk/disk.c     const struct driver disk = { "disk", disk_open };       disk_timeout() { core_open("disk"); }
 *      net/net.c       const struct driver net = { "net", net_open };
 *      core/core.c     core_open(name) { for each driver: if it has the name: driver->open(); }
 *
 * The core chooses one of many by what it is asked for. Who asks from within one of them means itself, or nobody that can
 * be told from the source. So on a path that comes from a folder with such a table, what the tables of other folders hold
 * is of low confidence. A family is a kind of struct of which several folders have initialised tables; which folder the
 * path comes from is part of what an instance knows (ENVIRONMENT_KIN), as far as it leads to a call through a family.
 */
#include "program/kin.h"
#include "program/contexts.h"

#include <string.h>

enum { FAMILY_FOLDERS = 4 /* so many have tables of one kind, at least */ };

struct family {
	uint32_t folders[64]; /* that have a table; 0 behind the last */
	unsigned count;
};

struct kin {
	uint32_t *folders;    /* per unit: a number for its folder, from 1 */
	uint8_t *has_table;   /* per folder: of some family */
	uint8_t *asks;        /* per function: leads to a call through a family */
	struct family **slot; /* per slot: the family that it is a field of; NULL: of none */
	guint slots;
	GHashTable *by_tag; /* struct -> struct family */
};

static void number_folders(struct program *p, struct kin *kin)
{
	g_autoptr(GHashTable) numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (uint32_t u = 0; u < p->unit_count; u++) {
		char *folder = g_path_get_dirname(facts_string(p->units[u], p->units[u]->path));
		uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(numbers, folder));

		if (!number)
			number = g_hash_table_size(numbers) + 1;
		kin->folders[u] = number;
		g_hash_table_replace(numbers, folder, GUINT_TO_POINTER(number));
	}
}

static uint32_t folder_of(const struct program *p, uint32_t function)
{
	const struct program_function *f = program_function(p, function);

	return f->unit ? p->kin->folders[f->unit - 1] : 0;
}

static bool has(const struct family *family, uint32_t folder)
{
	for (unsigned i = 0; i < family->count; i++)
		if (family->folders[i] == folder)
			return true;
	return false;
}

/* The folder of the table whose initialiser put a function there; 0: something else did. */
static uint32_t table_folder(const struct program *p, uint32_t target)
{
	const struct target *t = program_target(p, target);

	if (t->from || programs_only_test(programs_of(p, t->holder)) ||
	    !(function_node(program_function(p, t->holder), t->node)->flags & NODE_INIT))
		return 0;
	return folder_of(p, t->holder);
}

static void collect(struct program *p, struct kin *kin, uint32_t index)
{
	const struct slot *slot = program_slot(p, index);

	for (uint32_t t = slot->kind == SLOT_FIELD ? slot->first_target : 0; t; t = program_target(p, t)->next) {
		uint32_t folder = table_folder(p, t);
		char *tag = folder ? g_strndup(slot->name, strcspn(slot->name, ".")) : NULL;
		struct family *family = tag ? g_hash_table_lookup(kin->by_tag, tag) : NULL;

		if (tag && !family) {
			family = g_new0(struct family, 1);
			g_hash_table_insert(kin->by_tag, g_strdup(tag), family);
		}
		if (family && !has(family, folder) && family->count < G_N_ELEMENTS(family->folders))
			family->folders[family->count++] = folder;
		g_free(tag);
	}
}

static void place(struct program *p, struct kin *kin, uint32_t index)
{
	const struct slot *slot = program_slot(p, index);

	if (slot->kind != SLOT_FIELD || !slot->first_target)
		return;
	g_autofree char *tag = g_strndup(slot->name, strcspn(slot->name, "."));
	struct family *family = g_hash_table_lookup(kin->by_tag, tag);
	if (!family || family->count < FAMILY_FOLDERS)
		return;
	kin->slot[index] = family;
	for (unsigned i = 0; i < family->count; i++)
		kin->has_table[family->folders[i]] = 1;
}

static const struct family *family_of(const struct program *p, uint32_t slot)
{
	return p->kin && slot < p->kin->slots ? p->kin->slot[slot] : NULL;
}

static void mark_asking(struct program *p, struct kin *kin)
{
	g_autoptr(GArray) queue = g_array_new(FALSE, FALSE, sizeof(uint32_t));

	callers_index(p);
	for (uint32_t i = 1; i < p->calls->len; i++) {
		struct call call = *program_call(p, i);

		if (!call.callee && !call.cleanup &&
		    family_of(p, pointers_slot_of(p, call.caller, call_node(p, &call)->first)))
			spread_add(queue, kin->asks, call.caller);
	}
	for (guint i = 0; i < queue->len; i++)
		for (uint32_t c = p->calls_of[g_array_index(queue, uint32_t, i)]; c; c = p->next_call_of[c])
			spread_add(queue, kin->asks, program_call(p, c)->caller);
}

void kin_find(struct program *p)
{
	struct kin *kin = g_new0(struct kin, 1);

	p->kin = kin;
	kin->folders = g_new0(uint32_t, p->unit_count + 1);
	kin->has_table = g_new0(uint8_t, p->unit_count + 2);
	kin->asks = g_new0(uint8_t, p->functions->len);
	kin->slots = p->slots->len;
	kin->slot = g_new0(struct family *, kin->slots);
	kin->by_tag = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	number_folders(p, kin);
	for (uint32_t s = 1; s < kin->slots; s++)
		collect(p, kin, s);
	for (uint32_t s = 1; s < kin->slots; s++)
		place(p, kin, s);
	mark_asking(p, kin);
}

void kin_free(struct program *p)
{
	if (!p->kin)
		return;
	g_free(p->kin->folders);
	g_free(p->kin->has_table);
	g_free(p->kin->asks);
	g_free(p->kin->slot);
	g_hash_table_destroy(p->kin->by_tag);
	g_free(p->kin);
}

/* The folder with tables that the path to an instance comes from; 0: none, or one that dispatches itself. */
static uint32_t comes_from(struct program *p, const struct instance *in)
{
	int64_t folder;

	if (p->kin->has_table[folder_of(p, in->function)])
		return 0;
	const struct program_value *known = instance_knows(p, in, ENVIRONMENT_KIN);
	return known && value_is_constant(known, &folder) ? (uint32_t)folder : 0;
}

uint32_t kin_handed_on(struct program *p, const struct instance *in, uint32_t function)
{
	if (!p->kin || !p->kin->asks[function] || p->kin->has_table[folder_of(p, function)])
		return 0;
	uint32_t own = folder_of(p, in->function);
	return p->kin->has_table[own] ? own : comes_from(p, in);
}

uint32_t kin_asked(struct program *p, const struct instance *in, uint32_t slot)
{
	return family_of(p, slot) ? comes_from(p, in) : 0;
}

bool kin_is_other(struct program *p, const struct instance *in, uint32_t target)
{
	const struct family *family = target ? family_of(p, program_target(p, target)->slot) : NULL;
	uint32_t from = family ? comes_from(p, in) : 0, table = from ? table_folder(p, target) : 0;

	return table && table != from && has(family, from);
}
