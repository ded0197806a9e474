/*
 * extract, the workers: a unit that crashes the parser, or never ends, costs that unit; every other is reported.
 */
#include "extract/extract.h"
#include "sources.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What became of the units of one run, by base name. */
struct results {
	GHashTable *status;    /* name -> enum unit_status */
	GHashTable *message;   /* name -> first error */
	GHashTable *functions; /* name -> number of functions */
	int stop_after;
};

static char *repeated(const char *before, const char *part, unsigned count, const char *after)
{
	GString *text = g_string_new(before);

	while (count--)
		g_string_append(text, part);
	g_string_append(text, after);
	return g_string_free(text, FALSE);
}

static bool note(const struct unit_command *unit, const struct facts *facts, void *data)
{
	struct results *o = data;
	char *name = g_path_get_basename(unit->file);

	assert_null(g_hash_table_lookup(o->message, name)); /* once per unit */
	g_hash_table_insert(o->status, name, GUINT_TO_POINTER(facts->status));
	g_hash_table_insert(o->functions, name, GUINT_TO_POINTER(facts->functions.count - 1));
	g_hash_table_insert(o->message, name, g_strdup(facts_string(facts, facts->message)));
	return --o->stop_after != 0;
}

static int run(struct project *p, struct results *o, unsigned jobs, unsigned timeout_seconds)
{
	static const char *arguments[] = { NULL };
	struct unit_command units[16] = { 0 };
	struct extract_options options = { .root = p->root, .jobs = jobs, .timeout_seconds = timeout_seconds };

	o->status = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, NULL);
	o->functions = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, NULL);
	o->message = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (guint i = 0; i < p->files->len; i++)
		units[i] = (struct unit_command){ .file = p->files->pdata[i],
						  .directory = p->root,
						  .arguments = arguments };
	return extract_units(units, p->files->len, &options, note, o);
}

static void finish(struct results *o)
{
	g_hash_table_destroy(o->status);
	g_hash_table_destroy(o->functions);
	g_hash_table_destroy(o->message);
}

static unsigned status_of(const struct results *o, const char *name)
{
	assert_true(g_hash_table_contains(o->status, name));
	return GPOINTER_TO_UINT(g_hash_table_lookup(o->status, name));
}

static void assert_message(const struct results *o, const char *name, const char *part)
{
	const char *message = g_hash_table_lookup(o->message, name);

	if (!strstr(message, part))
		fail_msg("%s: '%s' does not contain '%s'", name, message, part);
}

static void a_crash_costs_its_unit_only(void **state)
{
	struct project *p = *state;
	struct results o = { 0 };

	add_file(p, "before.c", "int before(void) { return 1; }\n");
	add_file(p, "crash.c", "#pragma clang __debug crash\n");
	add_file(p, "fatal.c", "#pragma clang __debug llvm_fatal_error\n");
	add_file(p, "between.c", "int between(void) { return 1; }\n");
	add_file(p, "parser.c", "#pragma clang __debug parser_crash\nint x;\n");
	add_file(p, "after.c", "int after(void) { return 1; }\n");
	assert_int_equal(run(p, &o, 2, 20), 0);
	assert_int_equal(g_hash_table_size(o.status), 6);
	assert_int_equal(status_of(&o, "crash.c"), UNIT_CRASHED);
	assert_message(&o, "crash.c", "crashed (SIG");
	assert_int_equal(status_of(&o, "fatal.c"), UNIT_CRASHED);
	assert_int_equal(status_of(&o, "parser.c"), UNIT_CRASHED);
	assert_int_equal(status_of(&o, "before.c"), UNIT_OK);
	assert_int_equal(status_of(&o, "between.c"), UNIT_OK);
	assert_int_equal(status_of(&o, "after.c"), UNIT_OK);
	finish(&o);
}

static void a_parser_that_never_ends_is_stopped(void **state)
{
	struct project *p = *state;
	struct results o = { 0 };

	add_file(p, "hangs.c", "#pragma clang __debug overflow_stack\n");
	add_file(p, "fine.c", "int fine(void) { return 1; }\n");
	assert_int_equal(run(p, &o, 1, 2), 0);
	assert_in_range(status_of(&o, "hangs.c"), UNIT_CRASHED, UNIT_TIMED_OUT);
	assert_int_equal(status_of(&o, "fine.c"), UNIT_OK);
	finish(&o);
}

static void deep_nesting_is_walked_or_named(void **state)
{
	struct project *p = *state;
	struct results o = { 0 };
	g_autofree char *chain = repeated("int deep(void) {\n", "if (1) ; else ", 30000, ";\nreturn 1; }\n");
	g_autofree char *sum = repeated("int sum(int n) { return n", " + n", 20000, "; }\n");
	g_autofree char *open = repeated("int g(int n) { return ", "(", 200000, "");
	g_autofree char *close = repeated("n", ")", 200000, "; }\n");
	g_autofree char *parentheses = g_strconcat(open, close, NULL);

	add_file(p, "chain.c", chain);
	add_file(p, "sum.c", sum);
	add_file(p, "parentheses.c", parentheses);
	add_file(p, "recursive.c", "#include \"recursive.c\"\nint h(void) { return 1; }\n");
	add_file(p, "fine.c", "int fine(void) { return 1; }\n");
	assert_int_equal(run(p, &o, 2, 60), 0);
	assert_int_equal(status_of(&o, "chain.c"), UNIT_OK);
	assert_int_equal(GPOINTER_TO_UINT(g_hash_table_lookup(o.functions, "chain.c")), 1);
	assert_int_equal(status_of(&o, "sum.c"), UNIT_OK);
	assert_int_equal(status_of(&o, "parentheses.c"), UNIT_DEGRADED);
	assert_message(&o, "parentheses.c", "bracket nesting level exceeded");
	assert_int_equal(status_of(&o, "recursive.c"), UNIT_DEGRADED);
	assert_message(&o, "recursive.c", "#include nested too deeply");
	assert_int_equal(status_of(&o, "fine.c"), UNIT_OK);
	finish(&o);
}

static void a_file_that_is_gone_fails(void **state)
{
	struct project *p = *state;
	struct results o = { 0 };

	add_file(p, "gone.c", "");
	g_unlink(p->files->pdata[0]);
	assert_int_equal(run(p, &o, 1, 10), 0);
	assert_int_equal(status_of(&o, "gone.c"), UNIT_FAILED);
	assert_message(&o, "gone.c", "No such file");
	finish(&o);
}

static void a_missing_header_degrades(void **state)
{
	struct project *p = *state;
	struct results o = { 0 };

	add_file(p, "a.c", "#include \"generated.h\"\nint work(int);\nint f(void) { return work(generated()); }\n");
	assert_int_equal(run(p, &o, 1, 10), 0);
	assert_int_equal(status_of(&o, "a.c"), UNIT_DEGRADED);
	assert_message(&o, "a.c", "a.c:1: 'generated.h' file not found");
	finish(&o);
}

static void stopping_ends_the_run(void **state)
{
	struct project *p = *state;
	struct results o = { .stop_after = 2 };

	for (int i = 0; i < 6; i++) {
		char name[] = { (char)('a' + i), '.', 'c', '\0' };
		add_file(p, name, "int x;\n");
	}
	assert_int_equal(run(p, &o, 2, 10), -ECANCELED);
	assert_int_equal(g_hash_table_size(o.status), 2);
	finish(&o);
}

static void no_units_are_no_error(void **state)
{
	struct results o = { 0 };

	assert_int_equal(run(*state, &o, 0, 0), 0);
	finish(&o);
}

#define with_project(test) cmocka_unit_test_setup_teardown(test, make_project, remove_project)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_project(a_crash_costs_its_unit_only),     with_project(a_parser_that_never_ends_is_stopped),
		with_project(deep_nesting_is_walked_or_named), with_project(a_file_that_is_gone_fails),
		with_project(a_missing_header_degrades),       with_project(stopping_ends_the_run),
		with_project(no_units_are_no_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
