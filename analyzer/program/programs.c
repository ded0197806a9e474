/*
 * programs: which programs of the tree a unit is linked into.
 *
 * A tree with several `main`s (a server, its client, its benchmark) shares units between them. What one program stores
 * in a shared table must not be called from a callback of another. So each `main` gets a bit, and a unit the bits of
 * the mains whose references lead to it, as a linker would follow them. Where several units define a name, one that
 * is linked already is taken; else the one whose folder has most in common with main's, no test's for what is none, and
 * the one with the least in it (a tool's stand-in for the server's own), in this order.
 *
 * A unit that no main leads to may be loaded at run time or belong to a library: it has every bit, with what it needs
 * and only tests link besides, and so has every unit of a tree without a main. All tests (kinds.c) share one bit.
 */
#include "program/contexts.h"

#include <string.h>

enum {
	MAX_PROGRAMS = 64,
	MUCH_LARGER = 2 /* times the units of the largest server: what is that is nobody's client */
};

/* A name that a unit uses and others define. */
struct reference {
	uint32_t first_function; /* the definitions, along same_key */
};

struct linker {
	struct program *p;
	GArray **references; /* per unit: struct reference */
	uint8_t *linked;     /* per unit, for the main at hand */
	const struct kinds *kinds;
	uint32_t main; /* the unit of it; UINT32_MAX: of no program in particular */
	uint8_t *has_test_main;
	GHashTable *test_folders; /* of the mains of tests */
	unsigned mains;           /* but those of tests */
	uint64_t clients, servers;
	unsigned units[MAX_PROGRAMS]; /* of each program, the most of those that share a bit */
	GArray *queue;                /* units */
	GHashTable *globals;          /* key -> the pseudo function of its initialiser; 0: several units define it */
};

static void collect_globals(struct linker *l)
{
	for (uint32_t i = 1; i < l->p->functions->len; i++) {
		const struct program_function *f = program_function(l->p, i);

		if (f->fact && facts_symbol(f->facts, f->fact->symbol)->kind == SYMBOL_GLOBAL)
			g_hash_table_insert(l->globals, (gpointer)f->key,
					    GUINT_TO_POINTER(g_hash_table_contains(l->globals, f->key) ? 0 : i));
	}
}

static void collect_references(struct linker *l, uint32_t unit)
{
	const struct facts *facts = l->p->units[unit];

	l->references[unit] = g_array_new(FALSE, FALSE, sizeof(struct reference));
	for (uint32_t i = 1; i < facts->symbols.count; i++) {
		const struct symbol *symbol = facts_symbol(facts, i);
		const char *key = facts_string(facts, symbol->key);
		GHashTable *definitions = symbol->kind == SYMBOL_FUNCTION ? l->p->function_by_key : l->globals;
		struct reference reference = { 0 };

		if (symbol->kind == SYMBOL_FIELD || (symbol->flags & SYMBOL_STATIC))
			continue;
		reference.first_function = GPOINTER_TO_UINT(g_hash_table_lookup(definitions, key));
		if (!reference.first_function || !program_function(l->p, reference.first_function)->fact)
			continue;
		g_array_append_val(l->references[unit], reference);
	}
}

static void link_unit(struct linker *l, uint32_t unit)
{
	if (l->linked[unit])
		return;
	l->linked[unit] = 1;
	g_array_append_val(l->queue, unit);
}

/* The only unit that defines it, or UINT32_MAX if several do; *done if one of them is linked already. */
static uint32_t only_definer(const struct linker *l, const struct reference *reference, bool *done)
{
	uint32_t only = UINT32_MAX;
	unsigned count = 0;

	*done = false;
	for (uint32_t i = reference->first_function; i; i = program_function(l->p, i)->same_key) {
		uint32_t unit = program_function(l->p, i)->unit - 1;

		*done |= l->linked[unit] != 0;
		only = unit;
		count++;
	}
	return count == 1 ? only : UINT32_MAX;
}

/* How many folders the paths of two units begin with together. */
static unsigned shared_folders(const struct program *p, uint32_t a, uint32_t b)
{
	const char *first = facts_string(p->units[a], p->units[a]->path);
	const char *second = facts_string(p->units[b], p->units[b]->path);
	unsigned folders = 0;

	for (size_t i = 0; first[i] && first[i] == second[i]; i++)
		folders += first[i] == '/';
	return folders;
}

/* Whether a program is rather linked with one unit than with another that defines the same. */
static bool is_likelier(const struct linker *l, uint32_t unit, uint32_t other)
{
	if (l->main != UINT32_MAX) {
		unsigned near = shared_folders(l->p, l->main, unit), far = shared_folders(l->p, l->main, other);
		bool test = kinds_is_test(l->kinds, unit), other_test = kinds_is_test(l->kinds, other);

		if (near != far)
			return near > far;
		if (test != other_test)
			return test == kinds_is_test(l->kinds, l->main);
	}
	return l->references[unit]->len < l->references[other]->len;
}

static uint32_t likeliest_definer(const struct linker *l, const struct reference *reference)
{
	uint32_t best = program_function(l->p, reference->first_function)->unit - 1;

	for (uint32_t i = reference->first_function; i; i = program_function(l->p, i)->same_key) {
		uint32_t unit = program_function(l->p, i)->unit - 1;

		if (unit != best && is_likelier(l, unit, best))
			best = unit;
	}
	return best;
}

/* Follows every reference with one definition; returns whether anything was left open. */
static bool follow_certain(struct linker *l)
{
	bool open = false;

	for (guint i = 0; i < l->queue->len; i++) {
		const GArray *references = l->references[g_array_index(l->queue, uint32_t, i)];

		for (guint k = 0; k < references->len; k++) {
			bool done;
			uint32_t unit = only_definer(l, &g_array_index(references, struct reference, k), &done);

			if (unit != UINT32_MAX)
				link_unit(l, unit);
			else
				open |= !done;
		}
	}
	return open;
}

static bool choose_one(struct linker *l)
{
	for (guint i = 0; i < l->queue->len; i++) {
		const GArray *references = l->references[g_array_index(l->queue, uint32_t, i)];

		for (guint k = 0; k < references->len; k++) {
			const struct reference *reference = &g_array_index(references, struct reference, k);
			bool done;

			if (only_definer(l, reference, &done) == UINT32_MAX && !done) {
				link_unit(l, likeliest_definer(l, reference));
				return true;
			}
		}
	}
	return false;
}

static void link_nothing(struct linker *l)
{
	l->main = UINT32_MAX;
	memset(l->linked, 0, l->p->unit_count);
	g_array_set_size(l->queue, 0);
}

static void link_rest(struct linker *l)
{
	while (follow_certain(l) && choose_one(l))
		;
}

static void link_main(struct linker *l, uint32_t unit)
{
	link_nothing(l);
	l->main = unit;
	link_unit(l, unit);
	link_rest(l);
}

/* Plug-ins and libraries: what they need is not the tests' alone. */
static void link_libraries(struct linker *l, const struct kinds *kinds)
{
	link_nothing(l);
	for (uint32_t u = 0; u < l->p->unit_count; u++)
		if (!l->p->unit_programs[u] && !kinds_is_test(kinds, u))
			link_unit(l, u);
	link_rest(l);
}

static void put_bits(struct linker *l, uint64_t bit)
{
	for (size_t u = 0; u < l->p->unit_count; u++)
		if (l->linked[u])
			l->p->unit_programs[u] |= bit;
}

/* The bit of a program: tests share one. */
static uint64_t bit_of(struct linker *l, enum program_kind kind)
{
	if (kind == PROGRAM_TEST)
		return TEST_PROGRAMS;
	uint64_t bit = UINT64_C(1) << MIN(l->mains, MAX_PROGRAMS - 2);
	l->mains++;
	if (kind == PROGRAM_CLIENT)
		l->clients |= bit;
	else
		l->servers |= bit;
	return bit;
}

static void count_units(struct linker *l, uint64_t bit)
{
	unsigned program = (unsigned)g_bit_nth_lsf((gulong)bit, -1), count = 0;

	for (size_t u = 0; u < l->p->unit_count; u++)
		count += l->linked[u] != 0;
	l->units[program] = MAX(l->units[program], count);
}

/* How a program serves may not show: it listens through what registers itself. But the clients are the smaller ones. */
static uint64_t clients_of(const struct linker *l)
{
	uint64_t clients = l->servers ? l->clients & ~l->servers : 0;
	unsigned server = 0;

	for (unsigned i = 0; i < MAX_PROGRAMS; i++)
		if (l->servers & UINT64_C(1) << i)
			server = MAX(server, l->units[i]);
	for (unsigned i = 0; i < MAX_PROGRAMS; i++)
		if (l->units[i] > MUCH_LARGER * server)
			clients &= ~(UINT64_C(1) << i);
	return clients;
}

static char *folder_of(const struct program *p, uint32_t unit)
{
	return g_path_get_dirname(facts_string(p->units[unit], p->units[unit]->path));
}

static void link_programs(struct linker *l, struct kinds *kinds)
{
	struct program *p = l->p;

	for (uint32_t i = 1; i < p->functions->len; i++) {
		const struct program_function *f = program_function(p, i);

		if (!f->fact || strcmp(f->name, "main") != 0)
			continue;
		link_main(l, f->unit - 1);
		enum program_kind kind = kinds_of_main(kinds, i, l->linked);
		uint64_t bit = bit_of(l, kind);
		put_bits(l, bit);
		count_units(l, bit);
		if (kind == PROGRAM_TEST) {
			l->has_test_main[f->unit - 1] = 1;
			g_hash_table_add(l->test_folders, folder_of(p, f->unit - 1));
		}
	}
	p->client_programs = clients_of(l);
}

/*
 * What only tests link is a library's as a rule, or a plug-in's, and not the tests' own. Theirs is what is named so, and in
 * a tree with a server, which links what it needs, what lies beside their main.
 */
static bool belongs_to_tests(const struct linker *l, const struct kinds *kinds, uint32_t unit)
{
	if (l->has_test_main[unit] || kinds_in_tests(kinds, unit))
		return true;
	if (!l->p->unit_programs[unit])
		return kinds_is_test(kinds, unit);
	g_autofree char *folder = folder_of(l->p, unit);
	return l->servers && g_hash_table_contains(l->test_folders, folder);
}

static uint64_t programs_of_function(const struct program *p, const struct program_function *f)
{
	if (!f->fact || strcmp(f->file, facts_string(f->facts, f->facts->path)) != 0)
		return UINT64_MAX; /* an inline function of a header is wherever it is used */
	return p->unit_programs[f->unit - 1];
}

uint64_t programs_bound(const struct program *p, uint32_t function, uint32_t target)
{
	uint64_t programs = programs_of(p, function);

	for (; target; target = program_target(p, target)->from)
		programs &= programs_of(p, program_target(p, target)->holder);
	return programs;
}

void programs_find(struct program *p)
{
	struct linker l = { .p = p,
			    .references = g_new0(GArray *, p->unit_count + 1),
			    .linked = g_new0(uint8_t, p->unit_count + 1),
			    .has_test_main = g_new0(uint8_t, p->unit_count + 1),
			    .test_folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
			    .queue = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
			    .globals = g_hash_table_new(g_str_hash, g_str_equal) };
	struct kinds *kinds = kinds_new(p);

	l.kinds = kinds;
	p->unit_programs = arena_new_array(p->arena, uint64_t, p->unit_count + 1);
	collect_globals(&l);
	for (uint32_t u = 0; u < p->unit_count; u++)
		collect_references(&l, u);
	link_programs(&l, kinds);
	link_libraries(&l, kinds);
	for (uint32_t u = 0; u < p->unit_count; u++) {
		bool tests = !l.linked[u] && belongs_to_tests(&l, kinds, u);

		if (!(p->unit_programs[u] & ~TEST_PROGRAMS))
			p->unit_programs[u] = tests ? TEST_PROGRAMS : UINT64_MAX;
		g_array_free(l.references[u], TRUE);
	}
	for (uint32_t i = 1; i < p->functions->len; i++)
		program_function(p, i)->programs = programs_of_function(p, program_function(p, i));
	kinds_free(kinds);
	g_hash_table_destroy(l.test_folders);
	g_hash_table_destroy(l.globals);
	g_free(l.references);
	g_free(l.linked);
	g_free(l.has_test_main);
	g_array_free(l.queue, TRUE);
}
