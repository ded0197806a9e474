/* compdb: without a database, which macros a unit is given that stand in no build file, or in one for others. */
#include "compdb_helpers.h"

#include "compdb/scan.h"

static void what_takes_something_away_is_left_out(void **state)
{
	struct project *project = *state;

	project_write(project, "Makefile",
		      "ifdef SMALL\nCFLAGS += -DCONFIG_NO_LOG -DNO_CACHE -DWITHOUT_DNS\nendif\n"
		      "CFLAGS += -DCONFIG_LOG -DNOTICES\n");
	project_write(project, "a.c", "");
	const struct unit_command *unit = infer(project, "a.c");
	assert_false(has_argument(unit, "-DCONFIG_NO_LOG=1"));
	assert_false(has_argument(unit, "-DNO_CACHE=1"));
	assert_false(has_argument(unit, "-DWITHOUT_DNS=1"));
	assert_true(has_argument(unit, "-DCONFIG_LOG=1"));
	assert_true(has_argument(unit, "-DNOTICES=1"));
}

static void a_file_that_a_macro_empties_is_given_it(void **state)
{
	struct project *project = *state;

	project_write(project, "clock_linux.c",
		      "/* the clock */\n#include <time.h>\n#ifdef LINUX\nint a;\n#ifdef FAST\nint b;\n#else\nint c;\n"
		      "#endif\n#endif /* LINUX */\n");
	assert_true(has_argument(infer(project, "clock_linux.c"), "-DLINUX=1"));
	assert_false(has_argument(project_unit(project, "clock_linux.c"), "-DFAST=1"));
}

static void a_macro_for_others_is_not_given(void **state)
{
	static const char *const macros[] = { "SUNOS", "_POSIX_THREADS_", "UNIT_TEST", "STANDALONE",
					      "HAVE_NO_SUCH_THING_H" };
	struct project *project = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(macros); i++) {
		g_autofree char *text = g_strdup_printf("#if defined(%s)\nint a;\n#endif\n", macros[i]);
		g_autofree char *given = g_strdup_printf("-D%s=1", macros[i]);

		project_write(project, "a.c", text);
		assert_false(has_argument(infer(project, "a.c"), given));
	}
}

static void assert_whole(const char *text, const char *macro)
{
	struct scan *scan = scan_text(text, strlen(text));

	if (macro)
		assert_string_equal(scan->whole, macro);
	else
		assert_null(scan->whole);
	scan_free(scan);
}

static void what_a_file_is_empty_without(void **state)
{
	(void)state;
	assert_whole("#ifdef A\nint a;\n#endif\n", "A");
	assert_whole("#if defined(A)\nint a;\n#endif\n#ifdef A\nint b;\n#endif\n", "A");
	assert_whole("#if (A)\nint a;\n#endif\n", "A");
	assert_whole("#ifdef WIN32\nint w;\n#endif\n#ifdef A\nint a;\n#endif\n", "A");
	assert_whole("#ifdef A\nint a;\n#endif\nint b;\n", NULL);
	assert_whole("int b;\n#ifdef A\nint a;\n#endif\n", NULL);
	assert_whole("#ifdef A\nint a;\n#else\nint b;\n#endif\n", NULL);
	assert_whole("#ifdef A\nint a;\n#endif\n#ifdef B\nint b;\n#endif\n", NULL);
	assert_whole("#ifndef A_H\nint a;\n#endif\n", NULL);
	assert_whole("#if defined(A) && B > 1\nint a;\n#endif\n", NULL);
	assert_whole("#ifdef A\n#endif\n", NULL);
	assert_whole("#endif\n#else\n#ifdef A\nint a;", "A");
}

#define test(function) cmocka_unit_test_setup_teardown(function, project_setup, project_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(what_takes_something_away_is_left_out),
		test(a_file_that_a_macro_empties_is_given_it),
		test(a_macro_for_others_is_not_given),
		test(what_a_file_is_empty_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
