/*
 * program: link, function pointers and contexts, from facts and packs written as text; no parser, no source.
 *
 * Each test gives units and asks which calls were found to hold the loop, as "function>callee" in the order of files.
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

static const char pack_text[] =
	"library: test\n"
	"documentation: test\n"
	"headers: [test.h]\n"
	"constants:\n"
	"  - { name: NOHANG, value: 1 }\n"
	"registers:\n"
	"  - { function: on_timer, callback: 1, context: loop }\n"
	"  - { function: run_worker, callback: 1, context: worker }\n"
	"  - { function: run_worker, callback: 2, context: loop }\n"
	"  - { function: sort, callback: 2, context: caller }\n"
	"  - { field: \"watch.ready\", context: loop }\n"
	"  - { type: \"long (struct request *)\", context: loop }\n"
	"  - { function: set_hook, callback: 1, context: caller, within: [transfer] }\n"
	"effects:\n"
	"  - { function: nap, blocks: sleep, unless: { argument: 1, is: zero } }\n"
	"  - { function: reap, blocks: process, when: { argument: 1, lacks: NOHANG } }\n"
	"  - { function: run_loop, runs_loop: true }\n"
	"  - { function: fetch, blocks: network, unless_called: [ask_first] }\n"
	"  - { function: maybe, blocks: network, confidence: low }\n"
	"  - { function: switched, blocks: network, if_called: [switch_on] }\n"
	"  - { function: wait_events, waits: { timeout: 1 } }\n"
	"  - { function: fork, forks: true }\n"
	"  - { function: open_timer, opens: timer, nonblocking: { argument: 1, has: NOHANG } }\n"
	"  - { function: drain, blocks: ipc, descriptor: 1 }\n"
	"  - { function: set_nonblocking, sets_nonblocking: { descriptor: 1 } }\n";

struct world {
	struct arena arena;
	struct diagnostics diagnostics;
	struct packs packs;
	struct pack pack;
	struct facts *units[8];
	size_t count;
	struct program *program;
	struct run run;
};

static void print_problems(const struct diagnostics *d)
{
	for (size_t i = 0; i < d->count; i++)
		print_error("%s:%u: %s\n", d->items[i].file, d->items[i].line, d->items[i].message);
}

static void world_finish(struct world *w)
{
	program_free(w->program);
	for (size_t i = 0; i < w->count; i++)
		free(w->units[i]);
	diagnostics_finish(&w->diagnostics);
	arena_finish(&w->arena);
}

/* Links and checks `texts` (ends with NULL). */
static void world_init(struct world *w, bool startup, const char *const *texts)
{
	*w = (struct world){ .count = 0 };
	if (pack_read_text(&w->arena, "test.yaml", pack_text, strlen(pack_text), &w->pack, &w->diagnostics) != 0)
		print_problems(&w->diagnostics);
	w->packs = (struct packs){ .items = &w->pack, .count = 1 };
	for (; texts[w->count]; w->count++) {
		size_t size;

		w->units[w->count] = facts_parse(texts[w->count], "unit", &size, &w->diagnostics);
		if (!w->units[w->count])
			print_problems(&w->diagnostics);
		assert_non_null(w->units[w->count]);
	}
	w->program = program_link(&w->arena, (const struct facts *const *)w->units, w->count, &w->packs);
	program_find_contexts(w->program, startup);
	check_program(&w->arena, w->program, &(struct check_options){ .root = "/nonexistent" }, &w->run);
}

/* "function>callee" of every finding that is not of low confidence, separated by spaces. */
static char *found(const struct world *w)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < w->run.findings.count; i++) {
		const struct finding *f = &w->run.findings.items[i];

		if (f->confidence != LEVEL_LOW)
			g_string_append_printf(text, "%s%s>%s", text->len ? " " : "", f->function, f->callee);
	}
	return g_string_free(text, FALSE);
}

#define assert_found(expected, ...)                                                                                    \
	do {                                                                                                           \
		struct world checked;                                                                                  \
		world_init(&checked, false, (const char *const[]){ __VA_ARGS__, NULL });                               \
		char *text = found(&checked);                                                                          \
		assert_string_equal(text, expected);                                                                   \
		g_free(text);                                                                                          \
		world_finish(&checked);                                                                                \
	} while (0)

#define TICK      "(function tick \"void (void)\" @1:1 (block @1:1 (call @2:1 nap (const 5))))"
#define START(cb) "(function start \"void (void)\" @20:1 (block @20:1 (call @21:1 on_timer (function " cb "))))"

static void a_registered_callback_is_on_the_loop(void **state)
{
	(void)state;
	assert_found("tick>nap", "(unit \"a.c\" ok " TICK START("tick") ")");
}

#define ON_LOOP(calls) "(function turn \"void (void)\" @10:1 (block @10:1 " calls "))" START("turn")
#define HOOKED(where)  "(function " where " \"void (void)\" @30:1 (block @30:1 (call @31:1 set_hook (function tick))))"

static void a_callback_kept_by_a_library_runs_within_its_other_calls(void **state)
{
	(void)state;
	assert_found("tick>nap", "(unit \"a.c\" ok " TICK HOOKED("init") ON_LOOP("(call @11:1 transfer)") ")");
	assert_found("", "(unit \"a.c\" ok " TICK HOOKED("init") ON_LOOP("(call @11:1 other)") ")");
	assert_found("", "(unit \"a.c\" ok " TICK ON_LOOP("(call @11:1 set_hook (function tick))") ")");
}

static void a_callback_may_be_told_by_its_type(void **state)
{
#define TYPED(type) "(function serve \"" type "\" @1:1 (block @1:1 (call @2:1 nap (const 5))))"
#define PUSHED      "(function init \"void (void)\" @9:1 (block @9:1 (assign @10:1 (deref (call push)) (function serve))))"
	(void)state;
	assert_found("serve>nap", "(unit \"a.c\" ok " TYPED("long (struct request *)") PUSHED START("serve") ")");
	assert_found("serve>nap", "(unit \"a.c\" ok " TYPED("long (struct request *)")
					  PUSHED ON_LOOP("(call @11:1 reap (const 1))") ")");
	assert_found("", "(unit \"a.c\" ok " TYPED("long (struct other *)")
				 PUSHED ON_LOOP("(call @11:1 reap (const 1))") ")");
	assert_found("",
		     "(unit \"a.c\" ok " TYPED("long (struct request *)") ON_LOOP("(call @11:1 reap (const 1))") ")");
}

static void what_the_program_calls_elsewhere_decides_what_a_call_does(void **state)
{
	(void)state;
	assert_found("turn>fetch", "(unit \"a.c\" ok " ON_LOOP("(call @11:1 fetch)") ")");
	assert_found("", "(unit \"a.c\" ok " ON_LOOP("(call @11:1 fetch) (call @12:1 ask_first)") ")");
	assert_found("", "(unit \"a.c\" ok " ON_LOOP("(call @11:1 maybe)") ")");
	assert_found("", "(unit \"a.c\" ok " ON_LOOP("(call @11:1 switched)") ")");
	assert_found("turn>switched", "(unit \"a.c\" ok " ON_LOOP("(call @11:1 switched) (call @12:1 switch_on)") ")");
}

static void an_unregistered_function_is_nowhere(void **state)
{
	(void)state;
	assert_found("", "(unit \"a.c\" ok " TICK ")");
}

static void a_helper_in_another_file_is_followed(void **state)
{
	(void)state;
	assert_found("help>nap",
		     "(unit \"a.c\" ok (function tick \"void (void)\" @1:1 (block (call @2:1 help)))" START("tick") ")",
		     "(unit \"b.c\" ok (function help \"void (void)\" @1:1 (block (call @2:1 nap (const 5)))))");
}

static void a_worker_may_block_and_its_completion_may_not(void **state)
{
	(void)state;
	assert_found(
		"after>nap",
		"(unit \"a.c\" ok"
		" (function work \"void (void)\" @1:1 (block (call @2:1 nap (const 1))))"
		" (function after \"void (void)\" @4:1 (block (call @5:1 nap (const 1))))"
		" (function go \"void (void)\" @7:1 (block (call @8:1 run_worker (function work) (function after)))))");
}

static void a_constant_handed_down_decides(void **state)
{
	(void)state;
	assert_found(
		"",
		"(unit \"a.c\" ok"
		" (function reap_one \"void (int)\" @1:1 (param flags \"int\") (block (call @2:1 reap (param flags))))"
		" (function tick \"void (void)\" @4:1 (block (call @5:1 reap_one (const 1 \"NOHANG\"))))" START(
			"tick") ")");
	assert_found(
		"reap_one>reap",
		"(unit \"a.c\" ok"
		" (function reap_one \"void (int)\" @1:1 (param flags \"int\") (block (call @2:1 reap (param flags))))"
		" (function tick \"void (void)\" @4:1 (block (call @5:1 reap_one (const 0))))" START("tick") ")");
}

static void a_guard_on_a_parameter_prunes(void **state)
{
	(void)state;
	const char *unit = "(unit \"a.c\" ok"
			   " (function put \"void (int)\" @1:1 (param sync \"int\")"
			   "  (block (if @2:1 (param sync) (call @3:1 nap (const 5)))))"
			   " (function tick \"void (void)\" @4:1 (block (call @5:1 put (const 0))))" START("tick") ")";
	assert_found("", unit);
}

static void an_early_return_guards_what_follows(void **state)
{
	(void)state;
	assert_found("", "(unit \"a.c\" ok"
			 " (function put \"void (int)\" @1:1 (param sync \"int\")"
			 "  (block (if @2:1 (not (param sync)) (return)) (call @3:1 nap (const 5))))"
			 " (function tick \"void (void)\" @4:1 (block (call @5:1 put (const 0))))" START("tick") ")");
}

static void an_exception_holds_under_its_condition(void **state)
{
	(void)state;
	assert_found("",
		     "(unit \"a.c\" ok (function tick \"void (void)\" @1:1 (block (call @2:1 nap (const 0))))" START(
			     "tick") ")");
}

static void the_child_of_a_fork_is_not_on_the_loop(void **state)
{
	(void)state;
	assert_found("", "(unit \"a.c\" ok (function tick \"void (void)\" @1:1 (local pid \"int\")"
			 " (block (assign @2:1 (local pid) (call @2:7 fork))"
			 "  (if @3:1 (eq (local pid) (const 0)) (call @4:1 nap (const 5)))))" START("tick") ")");
	assert_found("", "(unit \"a.c\" ok (function tick \"void (void)\" @1:1"
			 " (block (switch @2:1 (call @2:7 fork) (block (case (const 0)) (call @4:1 nap (const 5)) "
			 "(break)))))" START("tick") ")");
}

static void a_wrapper_of_fork_is_a_fork(void **state)
{
	(void)state;
	assert_found("", "(unit \"a.c\" ok"
			 " (function start_child \"int (void)\" @1:1 (local pid \"int\")"
			 "  (block (assign (local pid) (call fork)) (return (local pid))))"
			 " (function tick \"void (void)\" @4:1"
			 "  (block (if @5:1 (eq (call @5:5 start_child) (const 0)) (call @6:1 nap (const 5)))))" START(
				 "tick") ")");
}

static void a_field_of_an_ops_table_is_followed(void **state)
{
	(void)state;
	assert_found("slow>nap",
		     "(unit \"a.c\" ok"
		     " (function tick \"void (void)\" @1:1 (block (call @2:1 (field ops.run (global table)))))" START(
			     "tick") " (function slow \"void (void)\" @4:1 (block (call @5:1 nap (const 5))))"
				     " (initialiser table (block (assign init (field ops.run (global table)) (function "
				     "slow)))))");
}

static void a_stored_parameter_makes_a_wrapper_a_registration(void **state)
{
	(void)state;
	assert_found("tick>nap", "(unit \"a.c\" ok " TICK
				 " (function every \"void (void (*)(void))\" @4:1 (param cb \"void (*)(void)\")"
				 "  (block (call @5:1 on_timer (param cb))))"
				 " (function go \"void (void)\" @7:1 (block (call @8:1 every (function tick)))))");
}

static void a_callback_called_at_once_belongs_to_its_own_caller(void **state)
{
	(void)state;
	/* both hand a function to for_each; only the loop's own is on the loop */
	assert_found(
		"quick>reap",
		"(unit \"a.c\" ok"
		" (function for_each \"void (void (*)(void))\" @1:1 (param f \"void (*)(void)\") (block (call @2:1 "
		"(param f))))"
		" (function quick \"void (void)\" @4:1 (block (call @5:1 reap (const 0))))"
		" (function slow \"void (void)\" @7:1 (block (call @8:1 nap (const 5))))"
		" (function tick \"void (void)\" @10:1 (block (call @11:1 for_each (function quick))))" START(
			"tick") " (function main \"int (void)\" @30:1 (block (call @31:1 for_each (function slow)))))");
}

static void a_library_that_calls_back_is_followed(void **state)
{
	(void)state;
	assert_found("compare>nap",
		     "(unit \"a.c\" ok"
		     " (function compare \"int (void)\" @1:1 (block (call @2:1 nap (const 5))))"
		     " (function tick \"void (void)\" @4:1 (block (call @5:1 sort (null) (function compare))))" START(
			     "tick") ")");
}

static void a_stored_field_registers(void **state)
{
	(void)state;
	assert_found("tick>nap",
		     "(unit \"a.c\" ok " TICK " (function go \"void (void)\" @4:1 (local w \"struct watch\")"
		     "  (block (call nap (const 0)) (assign @5:1 (field watch.ready (local w)) (function tick)))))");
}

static void a_loop_around_a_wait_is_a_root(void **state)
{
	(void)state;
	assert_found("serve>nap", "(unit \"a.c\" ok"
				  " (function serve \"void (void)\" @1:1 (block (call @2:1 nap (const 5)) (call @3:1 "
				  "(field conn.cb (null)))))"
				  " (function main \"int (void)\" @5:1 (block (call @6:1 nap (const 9))"
				  "  (loop while @7:1 (empty) (const 1) (empty)"
				  "   (block (call @8:1 wait_events (neg (const 1))) (call @9:1 serve)))"
				  "  (call @10:1 nap (const 9)))))");
}

static void a_loop_that_only_looks_is_no_root(void **state)
{
	(void)state;
	assert_found("", "(unit \"a.c\" ok"
			 " (function serve \"void (void)\" @1:1 (block (call @2:1 nap (const 5)) (call @3:1 (field "
			 "conn.cb (null)))))"
			 " (function main \"int (void)\" @5:1 (block"
			 "  (loop while @7:1 (empty) (const 1) (empty)"
			 "   (block (call @8:1 wait_events (const 0)) (call @9:1 serve))))))");
}

static void a_wait_behind_a_helper_is_found(void **state)
{
	(void)state;
	assert_found("serve>nap",
		     "(unit \"a.c\" ok"
		     " (function serve \"void (void)\" @1:1 (block (call @2:1 nap (const 5)) (call @3:1 (field conn.cb "
		     "(null)))))"
		     " (function turn \"void (void)\" @4:1 (block (call @5:1 wait_events (const 9)) (call @6:1 serve)))"
		     " (function main \"int (void)\" @7:1 (block"
		     "  (loop while @8:1 (empty) (const 1) (empty) (block (call @9:1 turn))))))");
}

static void a_jump_back_is_a_loop(void **state)
{
	(void)state;
	assert_found("serve>nap",
		     "(unit \"a.c\" ok"
		     " (function serve \"void (void)\" @1:1 (block (call @2:1 nap (const 5)) (call @3:1 (field conn.cb "
		     "(null)))))"
		     " (function main \"int (void)\" @7:1 (block"
		     "  (label @8:1 \"next\") (call @9:1 wait_events (const 9)) (call @10:1 serve) (goto @11:1 "
		     "\"next\"))))");
}

static void a_jump_back_after_a_failure_is_none(void **state)
{
	(void)state;
	assert_found("",
		     "(unit \"a.c\" ok"
		     " (function serve \"void (void)\" @1:1 (block (call @2:1 nap (const 5)) (call @3:1 (field conn.cb "
		     "(null)))))"
		     " (function main \"int (void)\" @7:1 (block"
		     "  (label @8:1 \"again\") (call @9:1 serve)"
		     "  (if @10:1 (lt (call @10:5 wait_events (const 9)) (const 0)) (goto @11:1 \"again\")))))");
}

static void a_function_that_waits_and_calls_itself_is_a_loop(void **state)
{
	(void)state;
	assert_found("serve>nap",
		     "(unit \"a.c\" ok"
		     " (function serve \"void (void)\" @1:1 (block (call @2:1 nap (const 5)) (call @3:1 (field conn.cb "
		     "(null)))))"
		     " (function turn \"void (void)\" @7:1 (block"
		     "  (call @9:1 wait_events (const 9)) (call @10:1 serve) (call @11:1 turn))))");
}

/* Both backends are behind one call; the wait of a handler is none of the loop's. */
static void every_backend_waits_for_the_loop(void **state)
{
	(void)state;
	assert_found("handler>wait_events",
		     "(unit \"a.c\" ok"
		     " (function one \"void (void)\" @1:1 (block (call @2:1 wait_events (const 9))))"
		     " (function two \"void (void)\" @4:1 (block (call @5:1 wait_events (const 8))))"
		     " (function handler \"void (void)\" @7:1 (block (call @8:1 wait_events (const 7))))"
		     " (initialiser table (block (assign init (field ops.run (global table)) (function one))"
		     "  (assign init (field ops.run (global table)) (function two))"
		     "  (assign init (field ops.done (global table)) (function handler))))"
		     " (function turn \"void (void)\" @12:1 (block (call @13:1 (field ops.run (global table)))))"
		     " (function serve \"void (void)\" @15:1 (block (call @16:1 (field ops.done (global table)))))"
		     " (function main \"int (void)\" @20:1 (block"
		     "  (loop while @21:1 (empty) (const 1) (empty) (block (call @22:1 turn) (call @23:1 serve))))))");
}

static void the_loop_entered_again_from_a_callback_is_nested(void **state)
{
	(void)state;
	assert_found("serve>turn", "(unit \"a.c\" ok"
				   " (function serve \"void (void)\" @1:1 (block (call @2:1 turn)))"
				   " (function turn \"void (void)\" @4:1 (block (call @5:1 wait_events (const 9)) "
				   "(call @6:1 (field conn.cb (null)))))"
				   " (function set \"void (void)\" @20:1 (local c \"struct conn\")"
				   "  (block (assign (field conn.cb (local c)) (function serve))))"
				   " (function main \"int (void)\" @7:1 (block"
				   "  (loop while @8:1 (empty) (const 1) (empty) (block (call @9:1 turn))))))");
}

static void a_nested_run_is_reported(void **state)
{
	(void)state;
	assert_found(
		"tick>run_loop",
		"(unit \"a.c\" ok (function tick \"void (void)\" @1:1 (block (call @2:1 run_loop)))" START("tick") ")");
}

static void what_ends_in_exit_is_teardown(void **state)
{
	(void)state;
	assert_found("", "(unit \"a.c\" ok (symbol function exit \"void (int)\" noreturn)"
			 " (function tick \"void (void)\" @1:1 (block (if @2:1 (call @2:4 broken)"
			 "  (block (call @3:1 nap (const 5)) (call @4:1 exit (const 1))))))" START("tick") ")");
}

static void an_assertion_that_fails_is_teardown(void **state)
{
	(void)state;
	assert_found("", "(unit \"a.c\" ok"
			 " (function complain \"void (void)\" @9:1 (block (call @9:5 nap (const 5))))"
			 " (function tick \"void (void)\" @1:1 (block (conditional (call @2:4 fine) (const 0)"
			 "  (comma (call @2:9 complain) (call @2:20 __builtin_unreachable)))))" START("tick") ")");
}

static void recursion_ends(void **state)
{
	(void)state;
	assert_found("tick>nap", "(unit \"a.c\" ok (function tick \"void (int)\" @1:1 (param n \"int\")"
				 " (block (call @2:1 nap (const 5)) (call @3:1 tick (add (param n) (const 1)))))" START(
					 "tick") ")");
}

static void statics_of_one_name_stay_apart(void **state)
{
	(void)state;
	assert_found(
		"help>nap",
		"(unit \"a.c\" ok (function help \"void (void)\" static @9:1 (block (call @9:5 nap (const 1))))"
		" (function tick \"void (void)\" @1:1 (block (call @2:1 help)))" START("tick") ")",
		"(unit \"b.c\" ok (function help \"void (void)\" static @1:1 (block (call @2:1 reap (const 0)))))");
}

static void the_order_of_units_does_not_matter(void **state)
{
	const char *a =
		"(unit \"a.c\" ok (function tick \"void (void)\" @1:1 (block (call @2:1 help)))" START("tick") ")";
	const char *b = "(unit \"b.c\" ok (function help \"void (void)\" @1:1 (block (call @2:1 nap (const 5)))))";

	(void)state;
	assert_found("help>nap", a, b);
	assert_found("help>nap", b, a);
}

/* A server and a tool share list.c; what the tool stores in a list is not what the server's loop calls. */
static void two_programs_of_a_tree_are_told_apart(void **state)
{
	const char *list = "(unit \"list.c\" ok (function run_all \"void (void)\" @1:1 (block (call @2:1 (field "
			   "list.each (null))))))";
	const char *server =
		"(unit \"server.c\" ok (function tick \"void (void)\" @1:1 (block (call @2:1 run_all)))" START(
			"tick") " (function main \"int (void)\" @9:1 (block (call start))))";
	const char *tool =
		"(unit \"tool.c\" ok (function slow \"void (void)\" static @1:1 (block (call @2:1 nap (const 5))))"
		" (function main \"int (void)\" @4:1 (block (assign (field list.each (null)) (function slow)) (call "
		"run_all))))";

	(void)state;
	assert_found("", list, server, tool);
}

static void what_no_main_leads_to_may_be_loaded_later(void **state)
{
	(void)state;
	assert_found(
		"slow>nap",
		"(unit \"server.c\" ok"
		" (function tick \"void (void)\" @1:1 (block (call @2:1 (field plugin.run (null)))))" START(
			"tick") " (function main \"int (void)\" @9:1 (block (call start))))",
		"(unit \"plugin.c\" ok (function slow \"void (void)\" static @1:1 (block (call @2:1 nap (const 5))))"
		" (function plugin_init \"void (void)\" @4:1 (block (assign (field plugin.run (null)) (function "
		"slow)))))");
}

static void start_up_is_reported_only_when_asked_for(void **state)
{
	const char *unit = "(unit \"a.c\" ok (function main \"int (void)\" @1:1 (block (call @2:1 nap (const 5)))))";
	struct world w;

	(void)state;
	assert_found("", unit);
	world_init(&w, true, (const char *const[]){ unit, NULL });
	assert_int_equal(w.run.findings.count, 1);
	assert_int_equal(w.run.findings.items[0].context, CONTEXT_STARTUP);
	world_finish(&w);
}

static void a_witness_leads_from_registration_to_effect(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, false, (const char *const[]){ "(unit \"a.c\" ok " TICK START("tick") ")", NULL });
	const struct finding *f = &w.run.findings.items[0];
	assert_int_equal(f->steps, 3);
	assert_int_equal(f->witness[0].kind, STEP_REGISTRATION);
	assert_int_equal(f->witness[0].line, 21);
	assert_int_equal(f->witness[1].kind, STEP_CALLBACK);
	assert_int_equal(f->witness[2].kind, STEP_EFFECT);
	assert_int_equal(f->witness[2].line, 2);
	world_finish(&w);
}

static void a_fingerprint_does_not_know_lines(void **state)
{
	struct world a, b;

	(void)state;
	world_init(&a, false, (const char *const[]){ "(unit \"a.c\" ok " TICK START("tick") ")", NULL });
	world_init(&b, false,
		   (const char *const[]){ "(unit \"z.c\" ok (function tick \"void (void)\" @31:1 (block (call @40:1 "
					  "nap (const 5))))" START("tick") ")",
					  NULL });
	assert_string_equal(a.run.findings.items[0].fingerprint, b.run.findings.items[0].fingerprint);
	world_finish(&a);
	world_finish(&b);
}

static void an_unknown_pointer_is_counted(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, false,
		   (const char *const[]){ "(unit \"a.c\" ok (function tick \"void (void)\" @1:1 (block (call @2:1 "
					  "(field ops.run (null))))))",
					  NULL });
	assert_int_equal(w.run.coverage.indirect_calls, 1);
	assert_int_equal(w.run.coverage.unresolved_calls, 1);
	world_finish(&w);
}

/* What a library is handed by its users has no target in it; what nobody could hand in should have one. */
static void what_comes_from_outside_is_counted_apart(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, false,
		   (const char *const[]){
			   "(unit \"a.c\" ok"
			   " (function on_tick \"void (void (*)(void), methods *)\" @1:1 (param cb \"void (*)(void)\")"
			   "  (param methods \"struct methods *\")"
			   "  (block (assign (field watch.cb (null)) (param cb)) (call @2:1 (field methods.load (param "
			   "methods)))))"
			   " (function tick \"void (void)\" @4:1 (block (call @5:1 (field watch.cb (null)))"
			   "  (call @6:1 (field ops.run (null))))))",
			   NULL });
	assert_int_equal(w.run.coverage.indirect_calls, 3);
	assert_int_equal(w.run.coverage.outside_calls, 2);
	assert_int_equal(w.run.coverage.unresolved_calls, 1);
	world_finish(&w);
}

#define DRAIN_FIELD "(function tick \"void (void)\" @1:1 (block (call @2:1 drain (field watch.fd (null)))))"
#define KEEP(flags, extra)                                                                                             \
	"(function keep \"void (void)\" @4:1 (local fd \"int\") (block (assign @5:1 (local fd) (call open_timer "      \
	"(const " flags "))) " extra " (assign @6:1 (field watch.fd (null)) (local fd))))"

static void a_descriptor_kept_in_a_field_blocks_if_all_that_is_stored_does(void **state)
{
	(void)state;
	assert_found("tick>drain", "(unit \"a.c\" ok " DRAIN_FIELD KEEP("0", "") START("tick") ")");
	assert_found("", "(unit \"a.c\" ok " DRAIN_FIELD KEEP("1", "") START("tick") ")");
	assert_found("",
		     "(unit \"a.c\" ok " DRAIN_FIELD KEEP("0", "(call set_nonblocking (local fd))") START("tick") ")");
	assert_found("", "(unit \"a.c\" ok " DRAIN_FIELD START("tick") ")");
}

#define READER(before)                                                                                                 \
	"(unit \"a.c\" ok"                                                                                             \
	" (function set \"void (int, int)\" (param fd \"int\") (param on \"int\")"                                     \
	"  (block (if @1:1 (param on) (call @1:2 set_nonblocking (param fd)))))"                                       \
	" (function tick \"void (void)\" (local fd \"int\")"                                                           \
	"  (block (assign @2:1 (local fd) (call @2:2 open_timer (const 0)))" before                                    \
	"   (call @9:1 drain (local fd))))" START("tick") ")"

static void a_mode_set_by_a_wrapper_is_judged_with_its_arguments(void **state)
{
	(void)state;
	assert_found("", READER("(call @3:1 set (local fd) (const 1))"));
	assert_found("tick>drain", READER("(call @3:1 set (local fd) (const 0))"));
}

static void a_variable_holds_what_was_set_last(void **state)
{
	static const char unit[] =
		"(unit \"a.c\" ok"
		" (function tick \"void (void)\" (local flags \"int\")"
		"  (block (assign @1:1 (local flags) (const 1)) (call @2:1 reap (local flags))"
		"   (assign @3:1 (local flags) (const 0)) (call @4:1 reap (local flags))))" START("tick") ")";

	(void)state;
	assert_found("tick>reap", unit);
}

static void what_a_branch_sets_that_returns_is_not_seen_behind_it(void **state)
{
	(void)state;
	assert_found("", "(unit \"a.c\" ok"
			 " (function tick \"void (int)\" (param how \"int\") (local flags \"int\")"
			 "  (block (assign @1:1 (local flags) (const 1))"
			 "   (if @2:1 (param how) (block (assign @3:1 (local flags) (const 0)) (return @4:1)))"
			 "   (call @5:1 reap (local flags))))" START("tick") ")");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_registered_callback_is_on_the_loop),
		cmocka_unit_test(a_mode_set_by_a_wrapper_is_judged_with_its_arguments),
		cmocka_unit_test(a_variable_holds_what_was_set_last),
		cmocka_unit_test(what_a_branch_sets_that_returns_is_not_seen_behind_it),
		cmocka_unit_test(a_callback_kept_by_a_library_runs_within_its_other_calls),
		cmocka_unit_test(a_callback_may_be_told_by_its_type),
		cmocka_unit_test(what_the_program_calls_elsewhere_decides_what_a_call_does),
		cmocka_unit_test(an_unregistered_function_is_nowhere),
		cmocka_unit_test(a_helper_in_another_file_is_followed),
		cmocka_unit_test(a_worker_may_block_and_its_completion_may_not),
		cmocka_unit_test(a_constant_handed_down_decides),
		cmocka_unit_test(a_guard_on_a_parameter_prunes),
		cmocka_unit_test(an_early_return_guards_what_follows),
		cmocka_unit_test(an_exception_holds_under_its_condition),
		cmocka_unit_test(the_child_of_a_fork_is_not_on_the_loop),
		cmocka_unit_test(a_wrapper_of_fork_is_a_fork),
		cmocka_unit_test(a_field_of_an_ops_table_is_followed),
		cmocka_unit_test(a_stored_parameter_makes_a_wrapper_a_registration),
		cmocka_unit_test(a_callback_called_at_once_belongs_to_its_own_caller),
		cmocka_unit_test(a_library_that_calls_back_is_followed),
		cmocka_unit_test(a_stored_field_registers),
		cmocka_unit_test(a_loop_around_a_wait_is_a_root),
		cmocka_unit_test(a_loop_that_only_looks_is_no_root),
		cmocka_unit_test(a_wait_behind_a_helper_is_found),
		cmocka_unit_test(a_jump_back_is_a_loop),
		cmocka_unit_test(a_jump_back_after_a_failure_is_none),
		cmocka_unit_test(a_function_that_waits_and_calls_itself_is_a_loop),
		cmocka_unit_test(every_backend_waits_for_the_loop),
		cmocka_unit_test(the_loop_entered_again_from_a_callback_is_nested),
		cmocka_unit_test(a_nested_run_is_reported),
		cmocka_unit_test(what_ends_in_exit_is_teardown),
		cmocka_unit_test(an_assertion_that_fails_is_teardown),
		cmocka_unit_test(recursion_ends),
		cmocka_unit_test(statics_of_one_name_stay_apart),
		cmocka_unit_test(the_order_of_units_does_not_matter),
		cmocka_unit_test(two_programs_of_a_tree_are_told_apart),
		cmocka_unit_test(what_no_main_leads_to_may_be_loaded_later),
		cmocka_unit_test(start_up_is_reported_only_when_asked_for),
		cmocka_unit_test(a_witness_leads_from_registration_to_effect),
		cmocka_unit_test(a_fingerprint_does_not_know_lines),
		cmocka_unit_test(an_unknown_pointer_is_counted),
		cmocka_unit_test(what_comes_from_outside_is_counted_apart),
		cmocka_unit_test(a_descriptor_kept_in_a_field_blocks_if_all_that_is_stored_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
