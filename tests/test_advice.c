/*
 * advice: which form is advised for a call that blocks, from facts and packs written as text.
 *
 * Each test is one callback on one library's loop, and says how the advice for its first finding begins.
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

static const char *const pack_texts[] = {
	"library: posix\n"
	"effects:\n"
	"  - { function: usleep, blocks: sleep, instead: \"a timer of the loop\" }\n"
	"  - { function: getaddrinfo, blocks: dns, instead: \"uv_getaddrinfo, evdns_getaddrinfo, c-ares, or a worker\" "
	"}\n"
	"  - { function: fsync, blocks: disk, instead: \"a worker\" }\n"
	"  - { function: opendir, blocks: disk }\n"
	"  - { function: truncate, blocks: disk, instead: \"a worker: it may free many blocks\" }\n"
	"  - { function: flock, blocks: wait, when: { argument: 2, is: LOCK_EX }, instead: \"LOCK_NB, tried again by a "
	"timer\" }\n"
	"  - { function: sem_wait, blocks: wait, instead: \"uv_async_send from the other thread\" }\n"
	"  - { function: waitpid, blocks: process, instead: \"WNOHANG on SIGCHLD\" }\n"
	"  - { function: read, blocks: ipc, descriptor: 1, instead: \"a non-blocking descriptor\" }\n"
	"  - { function: poll, waits: { timeout: 3, count: 2 } }\n"
	"  - { function: crypt, blocks: cpu }\n"
	"constants:\n"
	"  - { name: LOCK_EX, value: 2 }\n",
	"library: libuv\n"
	"pkg_config: [libuv]\n"
	"registers:\n"
	"  - { function: uv_timer_start, callback: 1, context: loop }\n"
	"effects:\n"
	"  - { function: uv_run, runs_loop: true }\n"
	"  - { function: uv_fs_fsync, blocks: disk, instead: \"uv_fs_fsync with a callback\" }\n",
	"library: glib\n"
	"pkg_config: [gio-2.0]\n"
	"registers:\n"
	"  - { function: g_timeout_add, callback: 1, context: loop }\n",
	"library: libevent\n"
	"pkg_config: [libevent]\n"
	"registers:\n"
	"  - { function: event_new, callback: 1, context: loop }\n",
	"library: hiredis\n"
	"pkg_config: [hiredis]\n"
	"effects:\n"
	"  - { function: redisCommand, blocks: database, instead: \"redisAsyncCommand(ac, callback, data, format, "
	"...), or a worker\" }\n"
	"  - { function: redisSave, blocks: database, instead: \"uv_fs_write, or a worker\" }\n",
};

enum { PACKS = G_N_ELEMENTS(pack_texts) };

struct world {
	struct arena arena;
	struct diagnostics diagnostics;
	struct pack items[PACKS];
	struct packs packs;
	struct facts *unit;
	struct program *program;
	struct run run;
};

/* A program whose callback, registered by `registers`, has this body. */
static void world_init(struct world *w, const char *registers, const char *body)
{
	size_t size;
	char *text = g_strdup_printf("(unit \"a.c\" ok"
				     " (function on_event \"void (void *)\" @10:6-90 (param data \"void *\")"
				     "  (local n \"int\") (block @11:1 %s))"
				     " (function main \"int (void)\" @100:5-120 (block @101:1"
				     "  (call @102:2 %s \"void ()\" (function on_event)))))",
				     body, registers);

	*w = (struct world){ .packs = { .items = w->items, .count = PACKS } };
	for (int i = 0; i < PACKS; i++)
		assert_int_equal(pack_read_text(&w->arena, "test.yaml", pack_texts[i], strlen(pack_texts[i]),
						&w->items[i], &w->diagnostics),
				 0);
	w->unit = facts_parse(text, "unit", &size, &w->diagnostics);
	assert_non_null(w->unit);
	w->program = program_link(&w->arena, (const struct facts *const *)&w->unit, 1, &w->packs);
	program_find_contexts(w->program, false);
	check_program(&w->arena, w->program, &(struct check_options){ .root = "/nonexistent" }, &w->run);
	g_free(text);
}

static void world_finish(struct world *w)
{
	program_free(w->program);
	free(w->unit);
	diagnostics_finish(&w->diagnostics);
	arena_finish(&w->arena);
}

static void assert_advice(const char *registers, const char *body, enum advice_kind kind, const char *beginning)
{
	struct world w;

	world_init(&w, registers, body);
	assert_true(w.run.findings.count > 0);
	const struct finding *finding = &w.run.findings.items[0];
	if (finding->advice != kind || !g_str_has_prefix(finding->advice_text, beginning))
		fail_msg("advice %s '%s', not %s '%s'", advice_kind_name(finding->advice), finding->advice_text,
			 advice_kind_name(kind), beginning);
	world_finish(&w);
}

static const char sleeps[] = "(call @12:2 usleep \"int (int)\" (const 100000))";
static const char asks[] = "(call @12:2 getaddrinfo \"int (char *)\" (param data))";
static const char waits[] = "(call @12:2 waitpid \"int (int)\" (const 1))";

static void a_sleep_becomes_a_timer_of_the_librarys_loop(void **state)
{
	(void)state;
	assert_advice("uv_timer_start", sleeps, ADVICE_ASYNC, "use uv_timer_start(uv_timer_t *, uv_timer_cb,");
	assert_advice("g_timeout_add", sleeps, ADVICE_ASYNC, "use g_timeout_add(guint interval,");
	assert_advice("event_new", sleeps, ADVICE_ASYNC, "use evtimer_new(struct event_base *,");
}

static void a_name_is_looked_up_by_the_library_in_use(void **state)
{
	(void)state;
	assert_advice("uv_timer_start", asks, ADVICE_ASYNC, "use uv_getaddrinfo(uv_loop_t *,");
	assert_advice("event_new", asks, ADVICE_ASYNC, "use evdns_getaddrinfo(struct evdns_base *,");
}

static void the_form_says_how_it_differs(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "uv_timer_start", asks);
	assert_non_null(strstr(w.run.findings.items[0].advice_text, "uv_freeaddrinfo"));
	world_finish(&w);
}

static void a_loop_written_by_hand_is_advised_what_the_system_has(void **state)
{
	static const char unit[] =
		"(unit \"a.c\" ok (function main \"int (void)\" @1:5-20 (local fds \"struct pollfd[2]\") (block @2:1"
		" (loop @3:2 while (empty) (const 1) (empty) (block @3:12"
		"  (call @4:3 poll \"int (struct pollfd *, int, int)\" (local fds) (const 2) (neg (const 1)))"
		"  (call @5:3 handler \"void (void)\") (call @6:3 getaddrinfo \"int (char *)\" (null))"
		"  (call @7:3 waitpid \"int (int)\" (const 1)))))) (function handler \"void (void)\" @30:6-40 (block"
		"  (call @31:3 read \"long (int)\" (const 0)))))";
	struct world w = { 0 };
	size_t size;

	(void)state;
	w.packs = (struct packs){ .items = w.items, .count = PACKS };
	for (int i = 0; i < PACKS; i++)
		pack_read_text(&w.arena, "test.yaml", pack_texts[i], strlen(pack_texts[i]), &w.items[i],
			       &w.diagnostics);
	w.unit = facts_parse(unit, "unit", &size, &w.diagnostics);
	assert_non_null(w.unit);
	w.program = program_link(&w.arena, (const struct facts *const *)&w.unit, 1, &w.packs);
	program_find_contexts(w.program, false);
	check_program(&w.arena, w.program, &(struct check_options){ .root = "/nonexistent" }, &w.run);
	assert_int_equal(w.run.findings.count, 3);
	assert_string_equal(
		w.run.findings.items[0].advice_text,
		"run 'getaddrinfo' on a worker thread that then wakes the loop through an eventfd or a pipe "
		"that the loop watches");
	assert_true(g_str_has_prefix(w.run.findings.items[1].advice_text, "use a pidfd (pidfd_open)"));
	assert_true(g_str_has_prefix(w.run.findings.items[2].advice_text, "instead: a non-blocking descriptor; "));
	world_finish(&w);
}

static void a_library_that_is_not_used_is_not_named(void **state)
{
	static const char *const strangers[] = { "uv_", "evdns", "c-ares", "g_" };
	struct world w;

	(void)state;
	world_init(&w, "event_new", "(call @12:2 sem_wait \"int (void *)\" (param data))");
	assert_int_equal(w.run.findings.items[0].advice, ADVICE_ASYNC);
	for (size_t i = 0; i < G_N_ELEMENTS(strangers); i++)
		assert_null(strstr(w.run.findings.items[0].advice_text, strangers[i]));
	assert_non_null(strstr(w.run.findings.items[0].advice_text, "event_active"));
	world_finish(&w);
	assert_advice("event_new", "(call @12:2 redisSave \"int (void *)\" (param data))", ADVICE_OFFLOAD,
		      "run 'redisSave' on a worker thread");
}

static void a_library_that_blocks_has_its_own_form(void **state)
{
	(void)state;
	assert_advice("event_new", "(call @12:2 redisCommand \"void *(void *)\" (param data))", ADVICE_ASYNC,
		      "instead: redisAsyncCommand(ac, callback, data, format, ...)");
}

static void a_flag_that_keeps_from_waiting_is_an_argument(void **state)
{
	(void)state;
	assert_advice("event_new", "(call @12:2 flock \"int (int, int)\" (const 3) (const 2))", ADVICE_ARGUMENT,
		      "instead: LOCK_NB, tried again by a timer");
}

static void a_child_is_watched_by_the_loop(void **state)
{
	(void)state;
	assert_advice("g_timeout_add", waits, ADVICE_ASYNC, "use g_child_watch_add(GPid,");
	assert_advice("uv_timer_start", waits, ADVICE_ASYNC, "use uv_signal_start(uv_signal_t *,");
}

static void one_file_call_has_a_twin_where_the_library_has_that_function(void **state)
{
	(void)state;
	assert_advice("uv_timer_start", "(call @12:2 fsync \"int (int)\" (const 3))", ADVICE_ASYNC,
		      "use uv_fs_fsync with a callback; it fails with UV_E...");
	assert_advice("uv_timer_start", "(call @12:2 opendir \"int (int)\" (const 3))", ADVICE_OFFLOAD,
		      "run 'opendir' on a worker thread with uv_queue_work(");
	assert_advice("g_timeout_add", "(call @12:2 opendir \"int (int)\" (const 3))", ADVICE_ASYNC,
		      "use g_file_enumerate_children_async(");
}

static void several_file_calls_are_one_piece_of_work(void **state)
{
	(void)state;
	assert_advice("uv_timer_start",
		      "(call @12:2 fsync \"int (int)\" (const 3)) (call @15:2 fsync \"int (int)\" (const 4))",
		      ADVICE_OFFLOAD,
		      "run lines 12 to 15, with 2 calls that block, as one piece on a worker thread with uv_");
}

static void a_loop_of_file_calls_is_one_piece_of_work(void **state)
{
	(void)state;
	assert_advice("uv_timer_start",
		      "(loop @13:2 while (empty) (local n) (empty) (block (call @14:2 fsync \"int (int)\" (const 3))))",
		      ADVICE_OFFLOAD, "run the loop of line 13 as one piece on a worker thread");
	assert_advice("uv_timer_start",
		      "(loop @13:2 do (empty) (const 0) (empty) (block (call @14:2 fsync \"int (int)\" (const 3))))",
		      ADVICE_ASYNC, "use uv_fs_fsync");
}

static void a_reason_of_the_pack_is_told(void **state)
{
	(void)state;
	assert_advice("event_new", "(call @12:2 truncate \"int (char *)\" (param data))", ADVICE_OFFLOAD,
		      "run 'truncate' on a worker thread (it may free many blocks) that then wakes the loop");
}

static void what_computes_goes_to_another_thread(void **state)
{
	(void)state;
	assert_advice("g_timeout_add", "(call @12:2 crypt \"int (char *)\" (param data))", ADVICE_OFFLOAD,
		      "run 'crypt' on a worker thread with g_task_run_in_thread(GTask *, GTaskThreadFunc)");
}

static void a_loop_in_the_loop_returns_to_it(void **state)
{
	(void)state;
	assert_advice("uv_timer_start", "(call @12:2 uv_run \"int (void *, int)\" (param data) (const 0))",
		      ADVICE_ASYNC, "return to the loop, and go on in the callback");
	assert_advice("uv_timer_start",
		      "(call @12:2 poll \"int (void *, int, int)\" (param data) (const 2) (const 5000))", ADVICE_ASYNC,
		      "do not wait here: let the loop watch the descriptor");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sleep_becomes_a_timer_of_the_librarys_loop),
		cmocka_unit_test(a_name_is_looked_up_by_the_library_in_use),
		cmocka_unit_test(the_form_says_how_it_differs),
		cmocka_unit_test(a_loop_written_by_hand_is_advised_what_the_system_has),
		cmocka_unit_test(a_library_that_is_not_used_is_not_named),
		cmocka_unit_test(a_library_that_blocks_has_its_own_form),
		cmocka_unit_test(a_flag_that_keeps_from_waiting_is_an_argument),
		cmocka_unit_test(a_child_is_watched_by_the_loop),
		cmocka_unit_test(one_file_call_has_a_twin_where_the_library_has_that_function),
		cmocka_unit_test(several_file_calls_are_one_piece_of_work),
		cmocka_unit_test(a_loop_of_file_calls_is_one_piece_of_work),
		cmocka_unit_test(a_reason_of_the_pack_is_told),
		cmocka_unit_test(what_computes_goes_to_another_thread),
		cmocka_unit_test(a_loop_in_the_loop_returns_to_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
