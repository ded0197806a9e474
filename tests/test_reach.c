/*
 * reach: who waits while a function does not return, and which function is meant; from facts written as text.
 *
 * Each test gives units and a function, and says the ways to it as "root>function>function", separated by blanks.
 */
#include "check/check.h"
#include "facts/text.h"
#include "pack/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

static const char pack_text[] = "library: test\n"
				"registers:\n"
				"  - { function: on_timer, callback: 1, context: loop }\n"
				"  - { function: run_worker, callback: 1, context: worker }\n"
				"  - { function: sort, callback: 1, context: caller }\n"
				"effects:\n"
				"  - { function: wait_events, waits: { timeout: 1 } }\n";

struct world {
	struct arena arena;
	struct diagnostics diagnostics;
	struct packs packs;
	struct pack pack;
	struct facts *units[4];
	size_t count;
	struct program *program;
};

static void world_init(struct world *w, const char *const *texts)
{
	*w = (struct world){ .count = 0 };
	assert_int_equal(
		pack_read_text(&w->arena, "test.yaml", pack_text, strlen(pack_text), &w->pack, &w->diagnostics), 0);
	w->packs = (struct packs){ .items = &w->pack, .count = 1 };
	for (; texts[w->count]; w->count++) {
		size_t size;

		w->units[w->count] = facts_parse(texts[w->count], "unit", &size, &w->diagnostics);
		assert_non_null(w->units[w->count]);
	}
	w->program = program_link(&w->arena, (const struct facts *const *)w->units, w->count, &w->packs);
	program_find_contexts(w->program, false);
}

static void world_finish(struct world *w)
{
	program_free(w->program);
	for (size_t i = 0; i < w->count; i++)
		free(w->units[i]);
	diagnostics_finish(&w->diagnostics);
	arena_finish(&w->arena);
}

static void append_way(GString *text, const struct reached *reached)
{
	g_string_append_printf(text, "%s%s%s", text->len ? " " : "", reached->is_loop ? "loop:" : "",
			       reached->function);
	for (size_t i = 0; i < reached->steps; i++) {
		const char *quoted = strstr(reached->witness[i].text, "calls '");

		if (reached->witness[i].kind == STEP_CALL && quoted)
			g_string_append_printf(text, ">%.*s", (int)strcspn(quoted + 7, "'"), quoted + 7);
		else if (reached->witness[i].kind == STEP_CALL)
			g_string_append(text, ">?");
	}
}

static void assert_ways(const char *function, const char *expected, const char *const *texts)
{
	struct world w;
	struct reached *reached;
	const char *candidates;
	GString *text = g_string_new(NULL);
	uint32_t index;

	world_init(&w, texts);
	assert_int_equal(check_name(&w.arena, w.program, function, &index, &candidates), NAMED_ONE);
	size_t count = check_blocks(&w.arena, w.program, index, &reached);
	for (size_t i = 0; i < count; i++)
		append_way(text, &reached[i]);
	assert_string_equal(text->str, expected);
	g_string_free(text, TRUE);
	world_finish(&w);
}

#define assert_reached(function, expected, ...)                                                                        \
	assert_ways(function, expected, (const char *const[]){ __VA_ARGS__, NULL })

#define START(cb) "(function start_" cb " \"void (void)\" @90:1 (block (call @91:1 on_timer (function " cb "))))"

static void every_callback_that_leads_there_waits(void **state)
{
	(void)state;
	assert_reached(
		"flush", "one>middle>flush two>flush",
		"(unit \"a.c\" ok (function one \"void (void)\" @1:1 (block (call @2:1 middle)))" START(
			"one") " (function two \"void (void)\" @10:1 (block (call @11:1 flush)))"
			       " (function start \"void (void)\" @94:1 (block (call @95:1 on_timer (function two))))"
			       " (function middle \"void (void)\" @20:1 (block (call @21:1 flush)))"
			       " (function flush \"void (void)\" @30:1 (block)))");
}

static void a_function_of_a_library_is_reached_too(void **state)
{
	(void)state;
	assert_reached(
		"fsync", "one>fsync",
		"(unit \"a.c\" ok (function one \"void (void)\" @1:1 (block (call @2:1 fsync)))" START("one") ")");
}

static void a_callback_itself_has_an_empty_way(void **state)
{
	(void)state;
	assert_reached("one", "one", "(unit \"a.c\" ok (function one \"void (void)\" @1:1 (block))" START("one") ")");
}

static void a_worker_does_not_wait_for_the_loop(void **state)
{
	(void)state;
	assert_reached("flush", "",
		       "(unit \"a.c\" ok (function work \"void (void)\" @1:1 (block (call @2:1 flush)))"
		       " (function go \"void (void)\" @5:1 (block (call @6:1 run_worker (function work))))"
		       " (function flush \"void (void)\" @9:1 (block)))");
}

static void a_guard_that_never_holds_there_cuts_the_way(void **state)
{
	static const char put[] = "(function put \"void (int)\" @1:1 (param sync \"int\")"
				  " (block (if @2:1 (param sync) (call @3:1 flush))))"
				  "(function flush \"void (void)\" @9:1 (block))";
	char *never = g_strdup_printf(
		"(unit \"a.c\" ok %s (function one \"void (void)\" @5:1 (block (call @6:1 put (const 0))))" START(
			"one") ")",
		put);
	char *holds = g_strdup_printf(
		"(unit \"a.c\" ok %s (function one \"void (void)\" @5:1 (block (call @6:1 put (const 1))))" START(
			"one") ")",
		put);

	(void)state;
	assert_reached("flush", "", never);
	assert_reached("flush", "one>put>flush", holds);
	g_free(never);
	g_free(holds);
}

static void a_pointer_in_a_field_leads_on(void **state)
{
	(void)state;
	assert_reached("flush", "one>flush",
		       "(unit \"a.c\" ok (function one \"void (void *)\" @1:1 (param o \"struct ops *\")"
		       "  (block (call @2:1 (field ops.flush (param o)))))" START(
			       "one") " (function fill \"void (void *)\" @5:1 (param o \"struct ops *\")"
				      "  (block (assign @6:1 (field ops.flush (param o)) (function flush))))"
				      " (function flush \"void (void)\" @9:1 (block)))");
}

static void a_library_that_calls_back_leads_on(void **state)
{
	(void)state;
	assert_reached("compare", "one>?",
		       "(unit \"a.c\" ok (function one \"void (void)\" @1:1 (block (call @2:1 sort (function "
		       "compare))))" START("one") " (function compare \"void (void)\" @9:1 (block)))");
}

static void a_loop_written_by_hand_waits(void **state)
{
	(void)state;
	assert_reached("serve", "loop:main>serve",
		       "(unit \"a.c\" ok (function main \"int (void)\" @1:1 (block (call @2:1 setup)"
		       " (loop @3:1 while (empty) (const 1) (empty) (block (call @4:1 wait_events (const 5))"
		       "  (call @5:1 serve (const 3))))))"
		       " (function serve \"void (int)\" @10:1 (param fd \"int\") (block (call (param fd))))"
		       " (function setup \"void (void)\" @20:1 (block (call @21:1 serve (const 1)))))");
}

static void recursion_ends(void **state)
{
	(void)state;
	assert_reached("flush", "one>a>b>flush",
		       "(unit \"a.c\" ok (function one \"void (void)\" @1:1 (block (call @2:1 a)))" START(
			       "one") " (function a \"void (void)\" @5:1 (block (call @6:1 b)))"
				      " (function b \"void (void)\" @8:1 (block (call @9:1 a) (call @9:9 flush)))"
				      " (function flush \"void (void)\" @12:1 (block)))");
}

static void a_file_tells_statics_of_one_name_apart(void **state)
{
	static const char *const units[] = { "(unit \"src/a.c\" ok (function one \"void (void)\" static @1:1 (block)))",
					     "(unit \"src/b.c\" ok (function one \"void (void)\" static @4:1 (block)))",
					     NULL };
	struct world w;
	const char *candidates;
	uint32_t a, b, none;

	(void)state;
	world_init(&w, units);
	assert_int_equal(check_name(&w.arena, w.program, "one", &a, &candidates), NAMED_SEVERAL);
	assert_string_equal(candidates, "src/a.c:one, src/b.c:one");
	assert_int_equal(check_name(&w.arena, w.program, "a.c:one", &a, &candidates), NAMED_ONE);
	assert_int_equal(check_name(&w.arena, w.program, "src/b.c:one", &b, &candidates), NAMED_ONE);
	assert_int_not_equal(a, b);
	assert_int_equal(check_name(&w.arena, w.program, "c.c:one", &none, &candidates), NAMED_NONE);
	assert_int_equal(check_name(&w.arena, w.program, ".c:one", &none, &candidates), NAMED_NONE);
	assert_int_equal(check_name(&w.arena, w.program, "two", &none, &candidates), NAMED_NONE);
	world_finish(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_callback_that_leads_there_waits),
		cmocka_unit_test(a_function_of_a_library_is_reached_too),
		cmocka_unit_test(a_callback_itself_has_an_empty_way),
		cmocka_unit_test(a_worker_does_not_wait_for_the_loop),
		cmocka_unit_test(a_guard_that_never_holds_there_cuts_the_way),
		cmocka_unit_test(a_pointer_in_a_field_leads_on),
		cmocka_unit_test(a_library_that_calls_back_leads_on),
		cmocka_unit_test(a_loop_written_by_hand_waits),
		cmocka_unit_test(recursion_ends),
		cmocka_unit_test(a_file_tells_statics_of_one_name_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
