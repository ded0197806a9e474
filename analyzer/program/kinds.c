/*
 * kinds: what the programs of a tree are for.
 *
 *      a test     its main lies in a folder or a file named as tests are, or it calls a test framework
 *      a server   from its main it reaches a call that serves others, or that draws a user interface
 *      a client   neither, in a tree that has a server
 *
 * What such calls are, packs say (`tests`, `serves`); what a name cannot tell, .looplint.yaml does. Names of folders
 * count below the folder that all units share: whoever looks at a folder of tests alone wants to see it.
 *
 * A test that waits holds up nobody, and a client its own user: the first makes a finding unlikely to be wanted (low
 * confidence), the second less severe.
 */
#include "program/contexts.h"

#include <fnmatch.h>
#include <string.h>

/* What a body names. */
struct mentions {
	uint32_t first, count; /* in kinds.named */
	bool is_read, tests, serves;
};

struct kinds {
	struct program *p;
	size_t shared[2]; /* length of the folder that paths begin with: below the root, and whole ones */
	GHashTable *serves, *serves_texts, *tests; /* of packs */
	GHashTable *globals;                       /* key of a global -> the pseudo function of its initialiser */
	uint32_t *reached;                         /* per function: the last main that reached it */
	GArray *queue;
	GArray *named;         /* uint32_t: the functions and initialisers that bodies name, one body after the other */
	struct mentions *read; /* per function, once its body was read */
	bool nothing_else;     /* every unit is named as tests are: then names say nothing */
};

/* --- names --- */

static const char *const test_folders[] = {
	"test",      "tests",    "testing",   "testsuite", "testsuites", "testcases", "testcode", "testlib", "testutil",
	"testutils", "selftest", "selftests", "t",         "unittest",   "unittests", "regress",  "mock",    "mocks",
};

/* "unit-tests", "test_suite": one of the words that it is made of is "test" or "tests". */
static bool has_test_word(const char *name, size_t length)
{
	for (size_t i = 0; i < length;) {
		size_t end = i;

		while (end < length && name[end] != '-' && name[end] != '_' && name[end] != '.')
			end++;
		if ((end - i == 4 && strncmp(name + i, "test", 4) == 0) ||
		    (end - i == 5 && strncmp(name + i, "tests", 5) == 0))
			return true;
		i = end + 1;
	}
	return false;
}

static bool is_test_folder(const char *name, size_t length)
{
	for (size_t i = 0; i < G_N_ELEMENTS(test_folders); i++)
		if (strlen(test_folders[i]) == length && strncmp(test_folders[i], name, length) == 0)
			return true;
	return has_test_word(name, length);
}

/* test-x.c, test_x.c, x-test.c, x_test.c, tests.c: the first word or the last. */
static bool is_test_file(const char *name)
{
	const char *dot = strrchr(name, '.');
	size_t length = dot ? (size_t)(dot - name) : strlen(name);
	size_t first = 0, last = length;

	while (first < length && name[first] != '-' && name[first] != '_')
		first++;
	while (last > 0 && name[last - 1] != '-' && name[last - 1] != '_')
		last--;
	return has_test_word(name, first) || has_test_word(name + last, length - last);
}

static bool names_test_folder(const char *path)
{
	for (const char *end; (end = strchr(path, '/')); path = end + 1)
		if (is_test_folder(path, (size_t)(end - path)))
			return true;
	return false;
}

static bool names_test_file(const char *path)
{
	const char *slash = strrchr(path, '/');

	return is_test_file(slash ? slash + 1 : path);
}

/* Whether a path is whole: of a unit that does not lie below the project's root. */
static bool is_whole(const char *path)
{
	return *path == '/';
}

static const char *path_of(const struct program *p, uint32_t unit)
{
	return facts_string(p->units[unit], p->units[unit]->path);
}

/* The folder that all paths of one sort share, with its slash. */
static size_t shared_folder(const struct program *p, bool whole)
{
	const char *first = NULL;
	size_t shared = 0;

	for (uint32_t u = 0; u < p->unit_count; u++) {
		const char *path = path_of(p, u);
		size_t n = 0;

		if (is_whole(path) != whole)
			continue;
		if (!first) {
			first = path;
			shared = strlen(path);
		}
		while (n < shared && path[n] == first[n])
			n++;
		shared = n;
	}
	while (shared > 0 && first[shared - 1] != '/')
		shared--;
	return shared;
}

/* What people say of the programs of a unit; -1: nothing. */
static int declared_kind(const struct program *p, uint32_t unit)
{
	for (size_t i = p->packs->count; i-- > 0;)
		for (size_t k = 0; k < p->packs->items[i].program_count; k++)
			if (fnmatch(p->packs->items[i].programs[k].units, path_of(p, unit), 0) == 0)
				return (int)p->packs->items[i].programs[k].kind;
	return -1;
}

static bool is_named_so(const struct kinds *k, uint32_t unit, bool named(const char *path))
{
	const char *path = path_of(k->p, unit);

	return named(path + k->shared[is_whole(path)]);
}

bool kinds_in_tests(const struct kinds *k, uint32_t unit)
{
	int declared = declared_kind(k->p, unit);

	if (declared >= 0)
		return declared == PROGRAM_TEST;
	return !k->nothing_else && is_named_so(k, unit, names_test_folder);
}

bool kinds_is_test(const struct kinds *k, uint32_t unit)
{
	return kinds_in_tests(k, unit) ||
	       (declared_kind(k->p, unit) < 0 && !k->nothing_else && is_named_so(k, unit, names_test_file));
}

/* --- what main reaches --- */

/* Of several definitions, that of a unit which is linked here. */
static uint32_t linked_definition(const struct program *p, uint32_t first, const uint8_t *linked)
{
	for (uint32_t i = first; i; i = program_function(p, i)->same_key)
		if (program_function(p, i)->fact && linked[program_function(p, i)->unit - 1])
			return i;
	return first;
}

static void note(struct kinds *k, struct mentions *m, uint32_t function)
{
	if (!function)
		return;
	g_array_append_val(k->named, function);
	m->count++;
}

/* What a node names: a function, called or not, the initialiser of a global, a text. */
static void read_node(struct kinds *k, const struct program_function *f, const struct node *n, struct mentions *m)
{
	if (n->kind == NODE_STRING)
		m->serves |= g_hash_table_contains(k->serves_texts, facts_string(f->facts, n->text));
	if (!n->symbol || (n->kind != NODE_CALL && n->kind != NODE_FUNCTION && n->kind != NODE_GLOBAL))
		return;
	const struct symbol *symbol = facts_symbol(f->facts, n->symbol);
	if (symbol->kind == SYMBOL_GLOBAL)
		note(k, m, GPOINTER_TO_UINT(g_hash_table_lookup(k->globals, facts_string(f->facts, symbol->key))));
	if (symbol->kind != SYMBOL_FUNCTION)
		return;
	note(k, m, link_symbol(k->p, f->unit - 1, n->symbol));
	m->tests |= g_hash_table_contains(k->tests, facts_string(f->facts, symbol->name));
	m->serves |= g_hash_table_contains(k->serves, facts_string(f->facts, symbol->name));
}

/* Bodies are read once, however many programs reach them. */
static const struct mentions *mentions_of(struct kinds *k, uint32_t function)
{
	const struct program_function *f = program_function(k->p, function);
	struct mentions *m = &k->read[function];

	if (m->is_read)
		return m;
	*m = (struct mentions){ .first = k->named->len, .is_read = true };
	for (uint32_t n = f->fact ? f->fact->body : 0; n && n < f->end_node; n++)
		read_node(k, f, function_node(f, n), m);
	return m;
}

static void reach(struct kinds *k, uint32_t main, uint32_t function)
{
	if (k->reached[function] == main)
		return;
	k->reached[function] = main;
	g_array_append_val(k->queue, function);
}

/* What the program with this main does, by what it names: a test before a server before a client. */
static enum program_kind kind_by_reach(struct kinds *k, uint32_t main, const uint8_t *linked)
{
	bool serves = false;

	g_array_set_size(k->queue, 0);
	reach(k, main, main);
	for (guint i = 0; i < k->queue->len; i++) {
		const struct mentions *m = mentions_of(k, g_array_index(k->queue, uint32_t, i));

		if (m->tests)
			return PROGRAM_TEST;
		serves |= m->serves;
		for (uint32_t n = m->first; n < m->first + m->count; n++)
			reach(k, main, linked_definition(k->p, g_array_index(k->named, uint32_t, n), linked));
	}
	return serves ? PROGRAM_SERVER : PROGRAM_CLIENT;
}

enum program_kind kinds_of_main(struct kinds *k, uint32_t main, const uint8_t *linked)
{
	uint32_t unit = program_function(k->p, main)->unit - 1;
	int declared = declared_kind(k->p, unit);

	if (declared >= 0)
		return (enum program_kind)declared;
	return kinds_is_test(k, unit) ? PROGRAM_TEST : kind_by_reach(k, main, linked);
}

/* --- */

static GHashTable *collect(const struct program *p, const char *const *list_of(const struct pack *pack))
{
	GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; i < p->packs->count; i++)
		for (const char *const *name = list_of(&p->packs->items[i]); name && *name; name++)
			g_hash_table_add(names, (gpointer)*name);
	return names;
}

static const char *const *serves_of(const struct pack *pack)
{
	return pack->serves;
}

static const char *const *serves_texts_of(const struct pack *pack)
{
	return pack->serves_texts;
}

static const char *const *tests_of(const struct pack *pack)
{
	return pack->tests;
}

struct kinds *kinds_new(struct program *p)
{
	struct kinds *k = g_new0(struct kinds, 1);
	bool other = false;

	*k = (struct kinds){ .p = p,
			     .shared = { shared_folder(p, false), shared_folder(p, true) },
			     .serves = collect(p, serves_of),
			     .serves_texts = collect(p, serves_texts_of),
			     .tests = collect(p, tests_of),
			     .globals = g_hash_table_new(g_str_hash, g_str_equal),
			     .reached = g_new0(uint32_t, p->functions->len),
			     .queue = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
			     .named = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
			     .read = g_new0(struct mentions, p->functions->len) };
	for (uint32_t i = 1; i < p->functions->len; i++) {
		const struct program_function *f = program_function(p, i);

		if (f->fact && facts_symbol(f->facts, f->fact->symbol)->kind == SYMBOL_GLOBAL)
			g_hash_table_insert(k->globals, (gpointer)f->key, GUINT_TO_POINTER(i));
	}
	for (uint32_t u = 0; u < p->unit_count && !other; u++)
		other = !kinds_is_test(k, u);
	k->nothing_else = !other;
	return k;
}

void kinds_free(struct kinds *k)
{
	g_hash_table_destroy(k->serves);
	g_hash_table_destroy(k->serves_texts);
	g_hash_table_destroy(k->tests);
	g_hash_table_destroy(k->globals);
	g_array_free(k->queue, TRUE);
	g_array_free(k->named, TRUE);
	g_free(k->read);
	g_free(k->reached);
	g_free(k);
}
