/* cli: the subcommands that analyse nothing, and what a wrong command line says. The real binary is run. */
#include "sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#define run(...) sandbox_run(&sandbox, LOOPLINT_BIN, __VA_ARGS__, NULL)

static void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		print_error("expected '%s' in:\n%s\n", part, text);
	assert_non_null(strstr(text, part));
}

/* One line on stderr, nothing on stdout. */
static void assert_refused(struct outcome outcome, const char *line)
{
	assert_int_equal(outcome.status, 2);
	assert_string_equal(outcome.output, "");
	assert_string_equal(outcome.errors, line);
	outcome_finish(&outcome);
}

static void a_wrong_command_line_is_one_line_and_exit_2(void **state)
{
	struct sandbox sandbox = sandbox_new();

	(void)state;
	assert_refused(run("chekc"), "looplint: unknown command 'chekc'; 'looplint --help' lists them\n");
	assert_refused(run("explain", "--nope"),
		       "looplint: unknown option --nope; 'looplint explain --help' lists the options\n");
	assert_refused(run("explain", "nope"), "looplint: unknown rule 'nope'; 'looplint explain' lists them\n");
	sandbox_finish(&sandbox);
}

static void help_is_printed_on_stdout(void **state)
{
	struct sandbox sandbox = sandbox_new();
	struct outcome outcome = run("--help");

	(void)state;
	assert_int_equal(outcome.status, 0);
	assert_contains(outcome.output, "exit status: 0 clean; 1 findings; 2 ");
	assert_string_equal(outcome.errors, "");
	outcome_finish(&outcome);
	sandbox_finish(&sandbox);
}

static void explain_lists_rules_and_says_why_for_one(void **state)
{
	struct sandbox sandbox = sandbox_new();
	struct outcome list = run("explain"), one = run("explain", "nested-loop");

	(void)state;
	assert_int_equal(list.status, 0);
	assert_contains(list.output, "blocking-call ");
	assert_contains(list.output, "nested-loop ");
	assert_int_equal(one.status, 0);
	assert_contains(one.output, "Instead: ");
	assert_contains(one.output, "/* looplint: allow(nested-loop) the reason */");
	outcome_finish(&list);
	outcome_finish(&one);
	sandbox_finish(&sandbox);
}

static void init_writes_a_configuration_at_the_root_once(void **state)
{
	struct sandbox sandbox = sandbox_new();

	(void)state;
	sandbox_write(&sandbox, ".gitignore", "*.o");
	struct outcome first = run("init");
	assert_int_equal(first.status, 0);
	char *config = sandbox_read(&sandbox, ".looplint.yaml"), *ignored = sandbox_read(&sandbox, ".gitignore");
	assert_contains(config, "# confidence: medium");
	assert_string_equal(ignored, "*.o\n.looplint/\n");
	sandbox_write(&sandbox, ".looplint.yaml", "confidence: high\n");
	struct outcome second = run("init");
	assert_int_equal(second.status, 0);
	assert_contains(second.output, ".looplint.yaml: exists, left as it is");
	g_free(config);
	g_free(ignored);
	config = sandbox_read(&sandbox, ".looplint.yaml");
	ignored = sandbox_read(&sandbox, ".gitignore");
	assert_string_equal(config, "confidence: high\n");
	assert_string_equal(ignored, "*.o\n.looplint/\n");
	g_free(config);
	g_free(ignored);
	outcome_finish(&first);
	outcome_finish(&second);
	sandbox_finish(&sandbox);
}

static void init_below_the_root_writes_at_the_root(void **state)
{
	struct sandbox sandbox = sandbox_new();

	(void)state;
	sandbox_write(&sandbox, ".git/HEAD", "");
	sandbox_write(&sandbox, "src/a.c", "");
	struct outcome outcome = sandbox_run(&sandbox, "sh", "-c", "cd src && exec " LOOPLINT_BIN " init", NULL);
	assert_int_equal(outcome.status, 0);
	assert_true(sandbox_has(&sandbox, ".looplint.yaml"));
	assert_false(sandbox_has(&sandbox, "src/.looplint.yaml"));
	outcome_finish(&outcome);
	sandbox_finish(&sandbox);
}

static void a_full_disk_is_said_and_is_no_success(void **state)
{
	struct sandbox sandbox = sandbox_new();
	struct outcome outcome = sandbox_run(&sandbox, "sh", "-c", LOOPLINT_BIN " explain >/dev/full", NULL);

	(void)state;
	assert_int_equal(outcome.status, 3);
	assert_string_equal(outcome.errors, "looplint: cannot write the output: No space left on device\n");
	outcome_finish(&outcome);
	sandbox_finish(&sandbox);
}

static void a_reader_that_goes_away_is_no_error(void **state)
{
	struct sandbox sandbox = sandbox_new();
	struct outcome outcome =
		sandbox_run(&sandbox, "bash", "-c",
			    "{ sleep 0.2; " LOOPLINT_BIN " explain --markdown; echo $? >&2; } | true", NULL);

	(void)state;
	assert_string_equal(outcome.errors, "0\n");
	outcome_finish(&outcome);
	sandbox_finish(&sandbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_command_line_is_one_line_and_exit_2),
		cmocka_unit_test(help_is_printed_on_stdout),
		cmocka_unit_test(explain_lists_rules_and_says_why_for_one),
		cmocka_unit_test(init_writes_a_configuration_at_the_root_once),
		cmocka_unit_test(init_below_the_root_writes_at_the_root),
		cmocka_unit_test(a_full_disk_is_said_and_is_no_success),
		cmocka_unit_test(a_reader_that_goes_away_is_no_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
