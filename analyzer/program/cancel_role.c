/* cancel_role: what packs say functions have to do with how an operation ends, per function; see completion.h. */
#include "program/completion.h"

enum { MAX_DEPTH = 3 };

static void note(GHashTable *roles, const char *const *names, enum cancel_role role)
{
	for (; names && *names; names++) {
		unsigned before = GPOINTER_TO_UINT(g_hash_table_lookup(roles, *names));

		g_hash_table_insert(roles, (gpointer)*names, GUINT_TO_POINTER(before | role));
	}
}

void cancel_roles_find(struct program *p)
{
	GHashTable *roles = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; i < p->packs->count; i++) {
		const struct cancel_words *words = &p->packs->items[i].cancellation;

		note(roles, words->completes, CANCEL_COMPLETES);
		note(roles, words->succeeds, CANCEL_SUCCEEDS);
		note(roles, words->asks, CANCEL_ASKS);
		note(roles, words->cancels, CANCEL_CANCELS);
		note(roles, words->reports, CANCEL_REPORTS);
		note(roles, words->logs, CANCEL_LOGS);
		note(roles, words->starts, CANCEL_STARTS);
		note(roles, words->shields, CANCEL_SHIELDS);
	}
	p->cancel_roles = arena_new_array(p->arena, uint8_t, p->functions->len);
	for (uint32_t i = 1; i < p->functions->len; i++) {
		p->cancel_roles[i] =
			(uint8_t)GPOINTER_TO_UINT(g_hash_table_lookup(roles, program_function(p, i)->name));
		p->shields = p->shields || p->cancel_roles[i] & CANCEL_SHIELDS;
	}
	g_hash_table_destroy(roles);
}

unsigned cancel_role(const struct program *p, uint32_t function)
{
	return p->cancel_roles[function];
}

static bool within(const struct program *p, uint32_t function, unsigned roles, unsigned depth)
{
	const struct program_function *f = program_function(p, function);

	if (cancel_role(p, function) & roles)
		return true;
	for (uint32_t i = f->first_call; f->fact && depth < MAX_DEPTH && i < f->first_call + f->calls; i++) {
		uint32_t callee = program_call(p, i)->callee;

		if (callee && callee != function && within(p, callee, roles, depth + 1))
			return true;
	}
	return false;
}

bool cancel_role_within(const struct program *p, uint32_t function, unsigned roles)
{
	return within(p, function, roles, 0);
}
