/*
 * rules/packs/schema.json tells editors what the loader will accept: the two must agree, on every pack of the program
 * and on a corpus of small ones. What only the loader can see (a constant that is not defined, a duplicate) is not here.
 */
#include "pack/pack.h"
#include "process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

enum { VALIDATOR_MISSING = 77 };

static const char *const good[] = {
	"library: l\n",
	"library: l\ndocumentation: d\nheaders: [a.h, b/c.h]\npkg_config: [l]\nloop_only: [f, \"g_*\"]\n",
	"library: l\nserves: [f, g]\nserves_texts: [\"a b\"]\ntests: [h]\nwakes: [i]\n",
	"library: l\ncancellation: { completes: [f], succeeds: [g], asks: [h], cancels: [i], reports: [j], logs: [k], "
	"starts: [m], shields: [n] }\n",
	"library: l\nconstants: [{ name: X, value: -1 }, { name: Y, value: 0x800 }]\n",
	"library: l\nregisters: [{ function: f, callback: 1, context: loop }]\n",
	"library: l\nregisters: [{ function: \"f_*\", callback: 1, data: 2, context: worker, see: man 3 f }]\n",
	"library: l\nregisters: [{ field: s.f, context: nowhere }]\n",
	"library: l\nregisters: [{ type: \"long (struct s *)\", context: loop }]\n",
	"library: l\nregisters: [{ type: \"* (struct s *)\", field: \"*.f\", context: loop }]\n",
	"library: l\nregisters: [{ field: \"wl_*_interface.*\", context: loop }]\n",
	"library: l\nregisters: [{ function: f, callback: 1, context: loop, completion: { status: 2, cancelled: [E] } "
	"}]\n",
	"library: l\nregisters: [{ function: f, callback: 32, context: loop, completion: { error: 3 } }]\n",
	"library: l\nregisters: [{ function: f, callback: 3, context: loop, completion: { result: 2, finish: g } }]\n",
	"library: l\nregisters: [{ field: s.f, context: loop, completion: { field: s.result, cancelled: [-E] } }]\n",
	"library: l\nregisters: [{ function: f, callback: 1, context: loop, completion: { field: s.result, data: "
	"s.data, "
	"cancelled: [-E], cancelled_by: [g, h] } }]\n",
	"library: l\noutcomes: [{ field: s.result, cancelled: [-E], cancelled_by: [g] }]\n",
	"library: l\ngroups: [{ see: man 3 f, outcomes: [{ function: f, cancelled: [-E], lasts: true, see: man 3 g }] "
	"}]\n",
	"library: l\noutcomes: [{ function: f, cancelled: [-E], refuses: true, even_shielded: [g], asked_by: [h] }]\n",
	"library: l\nregisters: [{ function: f, callback: 1, context: loop, when: { argument: 2, is: nonnull } }]\n",
	"library: l\nregisters: [{ function: f, callback: 1, context: caller, within: [g, h] }]\n",
	"library: l\nregisters: [{ function: f, callback: 1, context: loop, where_used: true }]\n",
	"library: l\nregisters: [{ field: s.f, context: loop, seldom: true }]\n",
	"library: l\neffects: [{ function: f, blocks: wait, joins: true }, { function: g, waits: { signals: true } "
	"}]\n",
	"library: l\neffects: [{ function: f, blocks: dns }]\n",
	"library: l\neffects: [{ function: f, blocks: dns, confidence: low, unless_called: [g] }]\n",
	"library: l\neffects: [{ function: f, any_thread: true, if_called: [g, h] }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, bound_us: 100, instead: g }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, cost: bounded, bound_us: 100, descriptor: 1 }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, cost: never, when: { argument: 1, is: null } }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, unless: { argument: 1, is: 3 } }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, when_all: [{ argument: 1, has: 4 }, { argument: 2, lacks: "
	"4 }] }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, unless_any: [{ argument: 1, below: 3 }, { argument: 2, "
	"field: "
	"n, above: -1 }] }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, when: { argument: 1, begins: /proc/ } }]\n",
	"library: l\neffects: [{ function: f, blocks: sleep, lasts: { argument: 1, unit: timespec } }]\n",
	"library: l\neffects: [{ function: f, waits: { timeout: 3, unit: ms } }]\n",
	"library: l\neffects: [{ function: f, runs_loop: true }, { function: f, any_thread: true }]\n",
	"library: l\neffects: [{ function: f, forks: true }, { function: f, waits: {} }]\n",
	"library: l\neffects: [{ function: f, waits: { timeout: 3, count: 2 } }]\n",
	"library: l\neffects: [{ function: f, sets_nonblocking: { descriptor: 1 } }]\n",
	"library: l\neffects: [{ function: f, changes: { container: 1 } }, { function: g, emits: { object: 1, signal: "
	"2 "
	"} }]\n",
	"library: l\neffects: [{ function: f, emits: { object: 1, property: 2 } }]\n",
	"library: l\neffects: [{ function: f, opens: socket, nonblocking: { argument: 2, has: 2048 } }]\n",
	"library: l\neffects: [{ function: f, makes_text: { from: 2, to: 1 } }]\n",
	"library: l\neffects: [{ function: f, finds: { name: 2 } }, { function: g, finds: { name: 2, to: 3 } }]\n",
	"library: l\neffects: [{ function: f, blocks: ipc, unless_called: [g], alike: 1, unless_asked: X }]\n",
	"library: l\neffects: [{ function: f, blocks: network, descriptor: 1, unless_opened: [datagram, event], input: "
	"true "
	"}]\n",
	"library: l\neffects: [{ function: f, makes_text: { begins: \"/sys/\" } }]\n",
	"library: l\ngroups: [{ see: d, effects: [{ function: f, blocks: ipc }] }, { see: e }]\n",
	"library: l\npending: [{ starters: [f, g], handle: 1, ended_by: [h], repeats: true }, { starters: [i] }]\n",
	"library: l\ncatches: [{ try: TRY, handler: CATCH, rethrows: [RETHROW], codes: [code, s.code] }]\n",
	"library: l\ncatches: [{ try: TRY, handler: CATCH, throws: [f], throws_when: [{ argument: 1, above: 19 }], "
	"harmless: "
	"[\"g_*\"], anywhere: true, instead: g }]\n",
};

static const char *const bad[] = {
	"library: l\ncatches: [{ try: TRY, handler: CATCH }]\n",
	"library: l\ncatches: [{ try: TRY, rethrows: [f] }]\n",
	"library: l\ncatches: [{ try: TRY, handler: CATCH, rethrows: [f()] }]\n",
	"{}\n",
	"[]\n",
	"library: ''\n",
	"library: [l]\n",
	"library: l\nlibary: l\n",
	"library: l\nheaders: a.h\n",
	"library: l\nheaders: ['']\n",
	"library: l\nloop_only: [\"*_f\"]\n",
	"library: l\nloop_only: [f()]\n",
	"library: l\nserves: [f()]\n",
	"library: l\ncancellation: { asks: [f()] }\n",
	"library: l\ncancellation: { answers: [f] }\n",
	"library: l\npending: [{ handle: 1 }]\n",
	"library: l\npending: [{ starters: [] }]\n",
	"library: l\npending: [{ starters: [f()] }]\n",
	"library: l\npending: [{ starters: [f], handle: 40 }]\n",
	"library: l\nconstants: { X: 1 }\n",
	"library: l\nconstants: [{ name: X }]\n",
	"library: l\nconstants: [{ name: 3X, value: 1 }]\n",
	"library: l\nconstants: [{ name: X, value: one }]\n",
	"library: l\nregisters: [{ function: f, callback: 1 }]\n",
	"library: l\nregisters: [{ function: f, context: loop }]\n",
	"library: l\nregisters: [{ function: f, callback: 0, context: loop }]\n",
	"library: l\nregisters: [{ function: f, callback: 33, context: loop }]\n",
	"library: l\nregisters: [{ function: f, callback: -1, context: loop }]\n",
	"library: l\nregisters: [{ function: f, callback: one, context: loop }]\n",
	"library: l\nregisters: [{ function: f, callback: 1, context: lop }]\n",
	"library: l\nregisters: [{ callback: 1, context: loop }]\n",
	"library: l\nregisters: [{ function: f, field: s.f, callback: 1, context: loop }]\n",
	"library: l\nregisters: [{ field: f, context: loop }]\n",
	"library: l\nregisters: [{ type: \"void (void)\", function: f, callback: 1, context: loop }]\n",
	"library: l\nregisters: [{ type: \"void (void)\", callback: 1, context: loop }]\n",
	"library: l\nregisters: [{ field: \"*\", context: loop }]\n",
	"library: l\nregisters: [{ field: \"*.*.*\", context: loop }]\n",
	"library: l\nregisters: [{ field: s.f, callback: 1, context: loop }]\n",
	"library: l\nregisters: [{ function: f, callback: 1, context: loop, completion: {} }]\n",
	"library: l\nregisters: [{ function: f, callback: 1, context: loop, completion: { status: 40 } }]\n",
	"library: l\nregisters: [{ function: f, callback: 1, context: loop, completion: { error: 1, finish: g } }]\n",
	"library: l\nregisters: [{ function: f, callback: 1, context: loop, completion: { result: 1, finish: 1g } }]\n",
	"library: l\nregisters: [{ field: s.f, context: loop, completion: { field: result, cancelled: [-E] } }]\n",
	"library: l\nregisters: [{ field: s.f, context: loop, completion: { field: \"s.*\", cancelled: [-E] } }]\n",
	"library: l\nregisters: [{ field: s.f, context: loop, completion: { field: s.result, status: 1 } }]\n",
	"library: l\nregisters: [{ field: s.f, context: loop, completion: { data: s.data, status: 1 } }]\n",
	"library: l\noutcomes: [{ field: s.result }]\n",
	"library: l\noutcomes: [{ field: s.result, cancelled: [] }]\n",
	"library: l\noutcomes: [{ field: s.result, function: f, cancelled: [-E] }]\n",
	"library: l\noutcomes: [{ cancelled: [-E] }]\n",
	"library: l\noutcomes: [{ field: s.result, cancelled: [-E], lasts: true }]\n",
	"library: l\noutcomes: [{ field: s.result, cancelled: [-E], refuses: true }]\n",
	"library: l\noutcomes: [{ field: s.result, cancelled: [-E], even_shielded: [g] }]\n",
	"library: l\noutcomes: [{ function: f(), cancelled: [-E] }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, unless: { argument: 1, below: 3, above: 1 } }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, unless: { argument: 1, field: n } }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, unless: { argument: 1, field: 3n, is: zero } }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, unless: { argument: 1, is: 1 }, unless_any: [{ argument: "
	"1, is: 2 }] }]\n",
	"library: l\neffects: [{ function: f, blocks: sleep, lasts: { argument: 1 } }]\n",
	"library: l\neffects: [{ function: f, blocks: sleep, lasts: { argument: 1, unit: hours } }]\n",
	"library: l\neffects: [{ function: f, runs_loop: true, lasts: { argument: 1, unit: s } }]\n",
	"library: l\neffects: [{ function: f, waits: { unit: ms } }]\n",
	"library: l\nregisters: [{ function: f, callback: 1, context: loop, within: [g] }]\n",
	"library: l\nregisters: [{ field: s.f, context: caller, within: [g] }]\n",
	"library: l\nregisters: [{ field: s.f, context: loop, where_used: true }]\n",
	"library: l\nregisters: [{ field: s.f, context: worker, seldom: true }]\n",
	"library: l\neffects: [{ function: f, runs_loop: true, joins: true }]\n",
	"library: l\nregisters: [{ function: f, callback: 1, context: worker, where_used: true }]\n",
	"library: l\nregisters: [{ function: f, callback: 1, context: caller, within: [\"g_*\"] }]\n",
	"library: l\neffects: [{ function: f, forks: true, confidence: low }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, confidence: some }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, unless_called: g }]\n",
	"library: l\neffects: [{ blocks: disk }]\n",
	"library: l\neffects: [{ function: f }]\n",
	"library: l\neffects: [{ function: \"f_*\", blocks: disk }]\n",
	"library: l\neffects: [{ function: f, blocks: none }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, forks: true }]\n",
	"library: l\neffects: [{ function: f, runs_loop: false }]\n",
	"library: l\neffects: [{ function: f, runs_loop: 3 }]\n",
	"library: l\neffects: [{ function: f, forks: true, bound_us: 3 }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, bound_us: -3 }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, bound_us: 4294967296 }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, cost: never, bound_us: 3 }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, cost: cheap }]\n",
	"library: l\neffects: [{ function: f, opens: door }]\n",
	"library: l\neffects: [{ function: f, makes_text: { to: 1 } }]\n",
	"library: l\neffects: [{ function: f, finds: { to: 3 } }]\n",
	"library: l\neffects: [{ function: f, changes: { to: 3 } }]\n",
	"library: l\neffects: [{ function: f, emits: { object: 1 } }]\n",
	"library: l\neffects: [{ function: f, emits: { object: 1, signal: 2, property: 2 } }]\n",
	"library: l\neffects: [{ function: f, finds: { name: 2 }, makes_text: { from: 2 } }]\n",
	"library: l\neffects: [{ function: f, blocks: ipc, alike: 1 }]\n",
	"library: l\neffects: [{ function: f, opens: file, unless_asked: X }]\n",
	"library: l\neffects: [{ function: f, blocks: network, unless_opened: [datagram] }]\n",
	"library: l\neffects: [{ function: f, blocks: network, descriptor: 1, unless_opened: [door] }]\n",
	"library: l\neffects: [{ function: f, opens: file, input: true }]\n",
	"library: l\neffects: [{ function: f, makes_text: { from: 1, begins: \"/sys/\" } }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, nonblocking: { argument: 1, is: 1 } }]\n",
	"library: l\neffects: [{ function: f, sets_blocking: {} }]\n",
	"library: l\neffects: [{ function: f, sets_blocking: 1 }]\n",
	"library: l\neffects: [{ function: f, waits: { timeout: 33 } }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, when: { is: zero } }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, when: { argument: 1 } }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, when: { argument: 1, is: zero, has: 3 } }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, when: [{ argument: 1, is: zero }] }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, when_all: { argument: 1, is: zero } }]\n",
	"library: l\neffects: [{ function: f, blocks: disk, when: { argument: 1, is: zero },"
	" when_all: [{ argument: 2, is: zero }] }]\n",
	"library: l\ngroups: [{ effects: [] }]\n",
	"library: l\ngroups: [{ see: d, effects: [{ function: f }] }]\n",
};

/* Runs the validator over the files of a folder, in order of their names: one line for each in *lines. */
static bool validate(char **paths, char ***lines)
{
	GPtrArray *arguments = g_ptr_array_new();

	g_ptr_array_add(arguments, (char *)"python3");
	g_ptr_array_add(arguments, (char *)SOURCE_DIR "/tests/validate_packs.py");
	g_ptr_array_add(arguments, (char *)SOURCE_DIR "/rules/packs/schema.json");
	for (char **path = paths; *path; path++)
		g_ptr_array_add(arguments, *path);
	g_ptr_array_add(arguments, NULL);
	struct outcome outcome = process_run(NULL, (const char *const *)arguments->pdata);
	g_ptr_array_free(arguments, TRUE);
	*lines = g_strsplit(outcome.output, "\n", -1);
	int status = outcome.status;
	if (status && status != VALIDATOR_MISSING)
		print_error("%s\n", outcome.errors);
	outcome_finish(&outcome);
	assert_true(status == 0 || status == VALIDATOR_MISSING);
	return status == 0;
}

static bool loads(const char *text)
{
	struct arena arena = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct pack pack;
	int result = pack_read_text(&arena, "p.yaml", text, strlen(text), &pack, &diagnostics);

	diagnostics_finish(&diagnostics);
	arena_finish(&arena);
	return result == 0;
}

/* Both must say `expected` of each text. */
static void assert_both_say(bool expected, const char *const *texts, size_t count)
{
	char *folder = g_dir_make_tmp("looplint-schema-XXXXXX", NULL), **lines;
	char **paths = g_new0(char *, count + 1);
	unsigned disagreements = 0;

	for (size_t i = 0; i < count; i++) {
		paths[i] = g_strdup_printf("%s/%03zu.yaml", folder, i);
		assert_true(g_file_set_contents(paths[i], texts[i], -1, NULL));
	}
	bool validated = validate(paths, &lines);
	for (size_t i = 0; i < count; i++) {
		bool loaded = loads(texts[i]), valid = validated ? strcmp(lines[i], "valid") == 0 : expected;

		if (loaded != expected || valid != expected)
			print_error("%sloader: %s, schema: %s\n", texts[i], loaded ? "accepts" : "refuses",
				    validated ? lines[i] : "not asked");
		disagreements += loaded != expected || valid != expected;
		remove(paths[i]);
	}
	remove(folder);
	g_free(folder);
	g_strfreev(paths);
	g_strfreev(lines);
	assert_int_equal(disagreements, 0);
	if (!validated)
		skip();
}

static void what_is_well_formed_both_accept(void **state)
{
	(void)state;
	assert_both_say(true, good, G_N_ELEMENTS(good));
}

static void what_is_malformed_both_refuse(void **state)
{
	(void)state;
	assert_both_say(false, bad, G_N_ELEMENTS(bad));
}

static void every_pack_of_the_program_is_valid(void **state)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	GDir *folder = g_dir_open(SOURCE_DIR "/rules/packs", 0, NULL);
	char **lines;

	(void)state;
	for (const char *name; (name = g_dir_read_name(folder));)
		if (g_str_has_suffix(name, ".yaml"))
			g_ptr_array_add(paths, g_build_filename(SOURCE_DIR "/rules/packs", name, NULL));
	g_dir_close(folder);
	assert_int_not_equal(paths->len, 0);
	guint count = paths->len;
	g_ptr_array_add(paths, NULL);
	bool validated = validate((char **)paths->pdata, &lines);
	for (guint i = 0; validated && i < count; i++)
		assert_string_equal(lines[i], "valid");
	g_strfreev(lines);
	g_ptr_array_free(paths, TRUE);
	if (!validated)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_well_formed_both_accept),
		cmocka_unit_test(what_is_malformed_both_refuse),
		cmocka_unit_test(every_pack_of_the_program_is_valid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
