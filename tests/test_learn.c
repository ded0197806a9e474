/*
 * learn: what is learned of a library's functions, from facts written as text.
 *
 * Each test gives units and says what is learned, as "function:category[condition]" and "function#callback:context".
 */
#include "check/learn.h"
#include "facts/text.h"
#include "pack/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static const char pack_text[] = "library: test\n"
				"registers:\n"
				"  - { function: start_thread, callback: 1, context: worker }\n"
				"effects:\n"
				"  - { function: nap, blocks: sleep }\n"
				"  - { function: sync_file, blocks: disk }\n"
				"  - { function: look, blocks: disk, bound_us: 100 }\n"
				"  - { function: wait_ready, waits: { timeout: 1 } }\n";

struct world {
	struct arena arena;
	struct diagnostics diagnostics;
	struct packs packs;
	struct pack pack;
	struct facts *unit;
	struct program *program;
	struct learned learned;
};

static void world_init(struct world *w, const char *text, GHashTable *exported)
{
	size_t size;

	*w = (struct world){ 0 };
	assert_int_equal(
		pack_read_text(&w->arena, "test.yaml", pack_text, strlen(pack_text), &w->pack, &w->diagnostics), 0);
	w->packs = (struct packs){ .items = &w->pack, .count = 1 };
	w->unit = facts_parse(text, "unit", &size, &w->diagnostics);
	assert_non_null(w->unit);
	w->program = program_link(&w->arena, (const struct facts *const *)&w->unit, 1, &w->packs);
	program_find_contexts(w->program, false);
	learn(&w->arena, w->program, exported, &w->learned);
}

static void world_finish(struct world *w)
{
	program_free(w->program);
	free(w->unit);
	diagnostics_finish(&w->diagnostics);
	arena_finish(&w->arena);
}

static void append(GString *text, const char *part)
{
	g_string_append_printf(text, "%s%s", text->len ? " " : "", part);
}

static void assert_learned(const char *text, const char *expected)
{
	struct world w;
	GString *found = g_string_new(NULL);

	world_init(&w, text, NULL);
	for (size_t i = 0; i < w.learned.effect_count; i++) {
		const struct learned_effect *e = &w.learned.effects[i];

		append(found, e->function);
		g_string_append_printf(found, ":%s", category_name(e->category));
		if (e->argument)
			g_string_append_printf(found, "[%s %u %s]", e->holds ? "when" : "unless", e->argument, e->is);
	}
	for (size_t i = 0; i < w.learned.registration_count; i++) {
		const struct learned_registration *r = &w.learned.registrations[i];

		append(found, r->function);
		g_string_append_printf(found, "#%u:%s", r->callback, context_name(r->context));
	}
	assert_string_equal(found->str, expected);
	g_string_free(found, TRUE);
	world_finish(&w);
}

static void a_function_that_blocks_says_so(void **state)
{
	(void)state;
	assert_learned("(unit \"a.c\" ok (function save \"void (void)\" @1:1 (block (call @2:1 inner)))"
		       " (function inner \"void (void)\" static @5:1 (block (call @6:1 sync_file))))",
		       "save:disk");
}

static void what_is_short_is_no_entry(void **state)
{
	(void)state;
	assert_learned("(unit \"a.c\" ok (function find \"void (void)\" @1:1 (block (call @2:1 look))))", "");
}

static void without_a_callback_it_waits(void **state)
{
	(void)state;
	assert_learned("(unit \"a.c\" ok (function get \"void (void *)\" @1:1 (param cb \"void (*)(int)\")"
		       " (block (if @2:1 (not (param cb)) (call @3:1 sync_file)))))",
		       "get:disk[when 1 null]");
}

static void a_time_out_of_zero_does_not_wait(void **state)
{
	(void)state;
	assert_learned("(unit \"a.c\" ok (function pump \"int (int)\" @1:1 (param ms \"int\")"
		       " (block (call @2:1 wait_one (const 3) (param ms))))"
		       " (function wait_one \"int (int, int)\" static @5:1 (param n \"int\") (param ms \"int\")"
		       "  (block (call @6:1 wait_ready (param ms)))))",
		       "pump:wait[unless 1 zero]");
}

static void a_thread_of_its_own_does_not_count(void **state)
{
	(void)state;
	assert_learned("(unit \"a.c\" ok (function start \"void (void)\" @1:1 (block (call @2:1 start_thread (function "
		       "work))))"
		       " (function work \"void (void)\" static @5:1 (block (call @6:1 nap))))",
		       "");
}

static void a_callback_that_is_kept_is_called_later(void **state)
{
	(void)state;
	assert_learned("(unit \"a.c\" ok"
		       " (function watch \"void (struct h *, void (*)(int))\" @1:1 (param h \"struct h *\") (param cb "
		       "\"void (*)(int)\")"
		       "  (block (call @2:1 keep (param h) (param cb))))"
		       " (function keep \"void (struct h *, void (*)(int))\" static @4:1 (param h \"struct h *\")"
		       "  (param cb \"void (*)(int)\") (block (assign @5:1 (field h.cb (param h)) (param cb))))"
		       " (function dispatch \"void (struct h *)\" @7:1 (param h \"struct h *\")"
		       "  (block (call @8:1 (field h.cb (param h)) (const 1)))))",
		       "watch#2:loop");
}

static void a_callback_that_is_called_at_once(void **state)
{
	(void)state;
	assert_learned("(unit \"a.c\" ok (function each \"void (void *, void (*)(int))\" @1:1 (param list \"void *\")"
		       " (param visit \"void (*)(int)\") (block (call @2:1 (param visit) (const 1)))))",
		       "each#2:caller");
}

static void a_callback_that_nobody_calls_is_none(void **state)
{
	(void)state;
	assert_learned("(unit \"a.c\" ok (function watch \"void (void (*)(int))\" @1:1 (param cb \"void (*)(int)\")"
		       "  (block (assign @5:1 (field h.cb (global h)) (param cb)))))",
		       "");
}

static void only_what_is_exported_counts(void **state)
{
	static const char unit[] = "(unit \"a.c\" ok (function one \"void (void)\" @1:1 (block (call @2:1 nap)))"
				   " (function two \"void (void)\" @5:1 (block (call @6:1 nap))))";
	GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);
	struct world w;

	(void)state;
	g_hash_table_add(names, (gpointer) "two");
	world_init(&w, unit, names);
	assert_int_equal(w.learned.functions, 1);
	assert_int_equal(w.learned.effect_count, 1);
	assert_string_equal(w.learned.effects[0].function, "two");
	assert_int_equal(w.learned.effects[0].steps, 1);
	assert_int_equal(w.learned.effects[0].way[0].line, 6);
	world_finish(&w);
	g_hash_table_destroy(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_that_blocks_says_so),
		cmocka_unit_test(what_is_short_is_no_entry),
		cmocka_unit_test(without_a_callback_it_waits),
		cmocka_unit_test(a_time_out_of_zero_does_not_wait),
		cmocka_unit_test(a_thread_of_its_own_does_not_count),
		cmocka_unit_test(a_callback_that_is_kept_is_called_later),
		cmocka_unit_test(a_callback_that_is_called_at_once),
		cmocka_unit_test(a_callback_that_nobody_calls_is_none),
		cmocka_unit_test(only_what_is_exported_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
