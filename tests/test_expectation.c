/* expectation: the comments of a fixture are read as they are meant. */
#include "expectation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static GArray *read_text(const char *text, GString *problems)
{
	GArray *found = expectations_new();

	expectations_read("a.c", text, found, problems);
	return found;
}

static void an_expectation_has_its_line_rule_and_text(void **state)
{
	GString *problems = g_string_new(NULL);
	GArray *found = read_text("int x;\n\tf(); // expect: blocking-call: 'f' can block: always\n", problems);
	const struct expectation *first = &g_array_index(found, struct expectation, 0);

	(void)state;
	assert_int_equal(found->len, 1);
	assert_int_equal(first->kind, EXPECT_FINDING);
	assert_int_equal(first->line, 2);
	assert_string_equal(first->rule, "blocking-call");
	assert_string_equal(first->text, "'f' can block: always");
	assert_string_equal(problems->str, "");
	g_array_free(found, TRUE);
	g_string_free(problems, TRUE);
}

static void several_share_a_line(void **state)
{
	GString *problems = g_string_new(NULL);
	GArray *found = read_text("f(); // expect: r: one // note: two // missed: s: three", problems);

	(void)state;
	assert_int_equal(found->len, 3);
	assert_string_equal(g_array_index(found, struct expectation, 0).text, "one");
	assert_int_equal(g_array_index(found, struct expectation, 1).kind, EXPECT_NOTE);
	assert_string_equal(g_array_index(found, struct expectation, 1).text, "two");
	assert_string_equal(g_array_index(found, struct expectation, 2).rule, "s");
	g_array_free(found, TRUE);
	g_string_free(problems, TRUE);
}

static void a_line_of_its_own_speaks_of_the_next(void **state)
{
	GString *problems = g_string_new(NULL);
	GArray *found = read_text("\t// expect: r: one\n\t// note: two\n\tf();\n", problems);

	(void)state;
	assert_int_equal(g_array_index(found, struct expectation, 0).line, 3);
	assert_int_equal(g_array_index(found, struct expectation, 1).line, 3);
	g_array_free(found, TRUE);
	g_string_free(problems, TRUE);
}

static void a_comment_without_a_rule_is_a_problem(void **state)
{
	GString *problems = g_string_new(NULL);
	GArray *found = read_text("f(); // expect: what it says", problems);

	(void)state;
	assert_int_equal(found->len, 0);
	assert_string_equal(problems->str, "a.c:1: not `RULE: TEXT`: what it says\n");
	g_array_free(found, TRUE);
	g_string_free(problems, TRUE);
}

static void dots_at_the_end_leave_the_rest_open(void **state)
{
	struct expectation open = { .text = "'f' can block..." }, closed = { .text = "'f' can block" };

	(void)state;
	assert_true(expectation_describes(&open, "'f' can block the loop"));
	assert_false(expectation_describes(&open, "'g' can block the loop"));
	assert_false(expectation_describes(&closed, "'f' can block the loop"));
	assert_true(expectation_describes(&closed, "'f' can block"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_expectation_has_its_line_rule_and_text),
		cmocka_unit_test(several_share_a_line),
		cmocka_unit_test(a_line_of_its_own_speaks_of_the_next),
		cmocka_unit_test(a_comment_without_a_rule_is_a_problem),
		cmocka_unit_test(dots_at_the_end_leave_the_rest_open),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
