/*
 * catches: handlers that catch everything, and a cancellation with it.
 *
 *      PG_TRY();
 *              size = relation_size(relation);     can be cancelled
 *      PG_CATCH();
 *              FlushErrorState();                  and then nobody knows that it was:
 *              size = 0;                           it goes on as if there were nothing
 *      PG_END_TRY();
 *
 * A finding is a handler from which a cancellation does not come out on some way: it is lost, or another error takes its
 * place. Passing it on later, keeping it for somebody else and asking for it are all well.
 */
#include "program/catches.h"
#include "program/contexts.h"

struct finder {
	struct program *p;
	GArray **macros;      /* per unit */
	GHashTable *reach[2]; /* form -> struct catch_reach; the second: with what it lists under `cancels` */
	GHashTable *threads;  /* functions that run on a thread that may be cancelled */
	GArray *sites;        /* struct catch_site, of one function */
};

/* A thread is cancelled while it is in one of `cancels`, if the program does such a thing at all. */
static bool can_be_cancelled(const struct finder *f, const struct catch_site *site)
{
	return !site->form->cancelled_by[0] || (g_hash_table_contains(f->threads, GUINT_TO_POINTER(site->function)) &&
						program_calls_one_of(f->p, site->form->cancelled_by));
}

static struct catch_reach *reach_of(struct finder *f, const struct catch_site *site)
{
	bool cancels = can_be_cancelled(f, site);
	struct catch_reach *reach = g_hash_table_lookup(f->reach[cancels], site->form);

	if (!reach) {
		reach = catch_reach_new(f->p, site->form, cancels);
		g_hash_table_insert(f->reach[cancels], (gpointer)site->form, reach);
	}
	return reach;
}

static bool judge(const struct catch_end *end, struct swallowed *found)
{
	if (end->swallowed) {
		found->how = end->retried ? SWALLOWED_RETRIED : SWALLOWED_LOST;
		found->left = end->swallowed;
		found->severity = LEVEL_HIGH;
		return true;
	}
	found->how = SWALLOWED_REPLACED;
	found->left = end->raised;
	found->severity = LEVEL_MEDIUM;
	return end->raised && !(end->passed && end->raised_weak);
}

static void look_at(struct finder *f, const struct catch_site *site, unsigned ordinal)
{
	struct catch_reach *reach = reach_of(f, site);
	struct handling handling = { .p = f->p, .site = site, .home = catch_home(reach), .macros = f->macros };
	struct swallowed found = {
		.function = site->function, .handler = site->place, .form = site->form, .ordinal = ordinal
	};

	found.confidence = catch_reaches(reach, site->function, site->guarded, &found.cancelled);
	if (found.confidence == LEVELS)
		return;
	catch_follow(&handling);
	if (!handling.end.unknown && judge(&handling.end, &found))
		g_array_append_val(f->p->swallowed, found);
}

static void look_into(struct finder *f, uint32_t function)
{
	const struct program_function *g = program_function(f->p, function);

	if (!g->fact || !g->fact->body)
		return;
	const GArray *macros = f->macros[g->unit - 1];
	g_array_set_size(f->sites, 0);
	if (macros->len)
		catch_find(f->p, function, macros, f->sites);
	for (guint i = 0; i < f->sites->len; i++)
		look_at(f, &g_array_index(f->sites, struct catch_site, i), i);
}

/* Whether a handler of some library ends what this function does to a thread: pthread_cancel. */
static bool cancels_thread(const struct program *p, const char *function)
{
	for (size_t i = 0; i < p->packs->count; i++)
		for (size_t k = 0; k < p->packs->items[i].catch_count; k++)
			if (catch_listed(p->packs->items[i].catches[k].cancelled_by, function))
				return true;
	return false;
}

/* Names of what starts threads that can be cancelled: pthread_create. Threads of a pool are nobody's to cancel. */
static GHashTable *thread_starters(const struct program *p)
{
	GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; i < p->packs->count; i++)
		for (size_t k = 0; k < p->packs->items[i].pending_count; k++) {
			const struct pending_form *form = &p->packs->items[i].pending[k];
			bool cancels = false;

			for (const char *const *by = form->ended_by; by && *by; by++)
				cancels = cancels || cancels_thread(p, *by);
			for (const char *const *name = form->starters; cancels && *name; name++)
				g_hash_table_add(names, (gpointer)*name);
		}
	return names;
}

/* Functions that run on a thread of their own. One that a project declares to run on a thread may. */
static GHashTable *find_threads(const struct program *p)
{
	GHashTable *threads = g_hash_table_new(NULL, NULL), *starters = thread_starters(p);

	for (uint32_t i = 1; i < p->instances->len; i++) {
		const struct instance *in = program_instance(p, i);
		const struct root *root = program_item(p, roots, struct root, in->root);
		const char *by = root->registration ? root->registration->function : NULL;
		bool is_scope = (program_function(p, root->function)->marks.bits & MARK_SCOPE) != 0;

		if (in->context == CONTEXT_WORKER && !is_scope && (!by || g_hash_table_contains(starters, by)))
			g_hash_table_add(threads, GUINT_TO_POINTER(in->function));
	}
	g_hash_table_destroy(starters);
	return threads;
}

void catches_find(struct program *p)
{
	struct finder f = { .p = p,
			    .macros = g_new0(GArray *, p->unit_count + 1),
			    .threads = find_threads(p),
			    .sites = g_array_new(FALSE, TRUE, sizeof(struct catch_site)) };

	for (int i = 0; i < 2; i++)
		f.reach[i] = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)catch_reach_free);
	for (uint32_t u = 0; u < p->unit_count; u++)
		f.macros[u] = catch_macros_of(p, u);
	for (uint32_t i = 1; i < p->functions->len; i++)
		look_into(&f, i);
	for (uint32_t u = 0; u < p->unit_count; u++)
		g_array_free(f.macros[u], TRUE);
	g_free(f.macros);
	g_hash_table_destroy(f.reach[0]);
	g_hash_table_destroy(f.reach[1]);
	g_hash_table_destroy(f.threads);
	g_array_free(f.sites, TRUE);
}
