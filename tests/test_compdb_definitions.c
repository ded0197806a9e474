/* compdb: what a text defines, and which of several files is meant. */
#include "compdb/definitions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const char *find_in(const char *text, const char *name)
{
	struct definitions *definitions = definitions_new();

	definitions_read_text(definitions, "/p/a.c", text);
	const char *found = definitions_find(definitions, name, "/p/a.h") ? "found" : NULL;
	definitions_free(definitions);
	return found;
}

#define assert_defines(text, name) assert_non_null(find_in(text, name))
#define assert_ignores(text, name) assert_null(find_in(text, name))

static void functions_and_tables_are_definitions(void **state)
{
	(void)state;
	assert_defines("int f(void) { return 0; }", "f");
	assert_defines("struct a *\nf (struct a *x,\n   int (*cb)(int))\n{\n}\n", "f");
	assert_defines("const struct ops table = { .open = f };", "table");
	assert_defines("struct ops tables[] = { { f } };", "tables");
	assert_defines("int f(void) __attribute__((cold)) { }", "f");
	assert_defines("static int g(void) { } int f(void) { }", "f");
}

static void declarations_calls_and_statics_are_not(void **state)
{
	(void)state;
	assert_ignores("int f(void);", "f");
	assert_ignores("int g(void) { return f(1); }", "f");
	assert_ignores("int g(void) { int f = 1; { if (f(2)) { } } }", "f");
	assert_ignores("static int f(void) { return 0; }", "f");
	assert_ignores("static struct ops table = { 0 };", "table");
	assert_ignores("extern struct ops table;", "table");
}

static void quotes_comments_and_directives_hide_nothing_and_add_nothing(void **state)
{
	(void)state;
	assert_defines("/* { */ // don't {\nchar q = '\\''; char b = '{'; const char *s = \"{\\\"{\"; int f(void) { }",
		       "f");
	assert_defines("#define OPEN do { \\\n  {\nint f(void) { }", "f");
	assert_defines("#if A\nint g(int a) {\n#else\nint g(long a) {\n#endif\n}\nint f(void) { }", "f");
	assert_ignores("/* int f(void) { } */\n// int f(void) { }\n#define f() { }\n", "f");
}

static void a_static_definition_is_its_own_files(void **state)
{
	struct definitions *definitions = definitions_new();

	(void)state;
	definitions_read_text(definitions, "/p/a.c", "static int f(void) { return g(); } static int t[] = { 1 };");
	definitions_read_text(definitions, "/p/b.c", "int f(void) { return 0; }");
	assert_true(definitions_are_in(definitions, "f", "/p/a.c"));
	assert_true(definitions_are_in(definitions, "t", "/p/a.c"));
	assert_true(definitions_are_in(definitions, "f", "/p/b.c"));
	assert_false(definitions_are_in(definitions, "g", "/p/a.c"));
	assert_false(definitions_are_in(definitions, "t", "/p/b.c"));
	definitions_free(definitions);
}

static void broken_text_ends(void **state)
{
	(void)state;
	assert_ignores("((((( \"abc", "f");
	assert_ignores("/* open", "f");
	assert_ignores("'", "f");
	assert_ignores("#if\\", "f");
	assert_defines("}}} )) int f(void) {", "f");
}

static void the_nearest_file_is_meant_and_tests_last(void **state)
{
	struct definitions *definitions = definitions_new();

	(void)state;
	definitions_read_text(definitions, "/p/tests/mock.c", "int f(void) { }");
	definitions_read_text(definitions, "/p/lib/isc/b.c", "int f(void) { }");
	definitions_read_text(definitions, "/p/lib/isc/a.c", "int f(void) { }");
	definitions_read_text(definitions, "/p/lib/dns/f.c", "int f(void) { }");
	assert_string_equal(definitions_find(definitions, "f", "/p/lib/isc/include/isc/f.h"), "/p/lib/isc/a.c");
	assert_string_equal(definitions_find(definitions, "f", "/p/lib/dns/f.h"), "/p/lib/dns/f.c");
	assert_null(definitions_find(definitions, "g", "/p/lib/dns/f.h"));
	definitions_free(definitions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_and_tables_are_definitions),
		cmocka_unit_test(declarations_calls_and_statics_are_not),
		cmocka_unit_test(quotes_comments_and_directives_hide_nothing_and_add_nothing),
		cmocka_unit_test(a_static_definition_is_its_own_files),
		cmocka_unit_test(broken_text_ends),
		cmocka_unit_test(the_nearest_file_is_meant_and_tests_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
