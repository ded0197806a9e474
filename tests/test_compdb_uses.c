/* compdb: which texts use a name that the project defines, or a field. */
#include "compdb/uses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* Whether `text` uses `name`, where the project defines f and table and nothing else. */
static bool uses_name(const char *text, const char *name, bool field)
{
	struct definitions *definitions = definitions_new();

	definitions_read_text(definitions, "/p/f.c", "int f(void) { } struct ops table = { f };");
	struct uses *uses = uses_new(definitions);
	uses_read_text(uses, "/p/a.c", text);
	const GPtrArray *files = field ? uses_of_field(uses, name) : uses_of_name(uses, name);
	bool found = files && files->len == 1;
	uses_free(uses);
	definitions_free(definitions);
	return found;
}

#define assert_uses(text, name)          assert_true(uses_name(text, name, false))
#define assert_does_not_use(text, name)  assert_false(uses_name(text, name, false))
#define assert_reads(text, name)         assert_true(uses_name(text, name, true))
#define assert_does_not_read(text, name) assert_false(uses_name(text, name, true))

static void a_name_is_used_wherever_it_stands(void **state)
{
	(void)state;
	assert_uses("void g(void) { f(); }", "f");
	assert_uses("void g(void) { on_event(0, f, &table); f(); }", "f");
	assert_uses("void g(void) { on_event(0, f, &table); }", "table");
	assert_uses("#define RUN() f()\n", "f");
	assert_uses("extern struct ops table;", "table");
}

static void texts_comments_and_parts_of_names_are_none(void **state)
{
	(void)state;
	assert_does_not_use("/* f */ // f()\nconst char *s = \"f\"; char c = 'f';", "f");
	assert_does_not_use("void g(void) { ff(); f_(); _f(); }", "f");
	assert_does_not_use("void g(struct s *x) { x->f(); }", "f");
	assert_does_not_use("void g(void) { h(); }", "h");
}

static void a_field_is_used_where_it_is_read(void **state)
{
	(void)state;
	assert_reads("void g(struct s *x) { x->open(1); }", "open");
	assert_reads("void g(struct s *x) { (*x -> open)(1); }", "open");
	assert_reads("void g(struct s *x) { cb = x->a.open; }", "open");
	assert_reads("void g(struct s *x) { if (x->open == y) z(); }", "open");
	assert_does_not_read("void g(struct s *x) { x->open = y; }", "open");
	assert_does_not_read("struct s x = { .open = y };", "open");
	assert_does_not_read("void g(void) { open(1); }", "open");
	assert_does_not_read("int g(int a, int open) { return a > open; }", "open");
}

static void broken_text_ends(void **state)
{
	(void)state;
	assert_does_not_use("\"abc", "f");
	assert_does_not_use("/* open", "f");
	assert_uses("f", "f");
	assert_reads("x->f", "f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_used_wherever_it_stands),
		cmocka_unit_test(texts_comments_and_parts_of_names_are_none),
		cmocka_unit_test(a_field_is_used_where_it_is_read),
		cmocka_unit_test(broken_text_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
