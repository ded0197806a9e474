/* cli: `looplint pack` lists what is in use, and says of a pack that is being written everything that is wrong with it. */
#include "sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#define run(sandbox, ...) sandbox_run(&(sandbox), LOOPLINT_BIN, "pack", __VA_ARGS__, NULL)

static void assert_said(struct outcome outcome, int status, const char *output, const char *errors)
{
	if (strcmp(outcome.errors, errors) != 0 || !strstr(outcome.output, output))
		print_error("got\n%s%s", outcome.output, outcome.errors);
	assert_non_null(strstr(outcome.output, output));
	assert_string_equal(outcome.errors, errors);
	assert_int_equal(outcome.status, status);
	outcome_finish(&outcome);
}

static void the_packs_of_the_program_are_listed(void **state)
{
	struct sandbox sandbox = sandbox_new();
	struct outcome outcome = run(sandbox, "list");

	(void)state;
	assert_int_equal(outcome.status, 0);
	assert_non_null(strstr(outcome.output, "\nposix  "));
	assert_non_null(strstr(outcome.output, "https://docs.libuv.org/"));
	outcome_finish(&outcome);
	sandbox_finish(&sandbox);
}

static void those_of_the_project_are_listed_behind_them(void **state)
{
	struct sandbox sandbox = sandbox_new();

	(void)state;
	sandbox_write(&sandbox, ".git/HEAD", "");
	sandbox_write(&sandbox, ".looplint.yaml", "packs: [ours.yaml]\n");
	sandbox_write(&sandbox, "ours.yaml", "library: ours\neffects: [{ function: ours_wait, blocks: wait }]\n");
	assert_said(run(sandbox, "list"), 0, "\nours                   0 registrations     1 effects  ours.yaml\n", "");
	sandbox_finish(&sandbox);
}

static void a_pack_that_is_right_is_counted(void **state)
{
	struct sandbox sandbox = sandbox_new();

	(void)state;
	sandbox_write(&sandbox, "ours.yaml",
		      "library: ours\n"
		      "headers: [stdlib.h, signal.h]\n"
		      "constants: [{ name: SIGTERM, value: 15 }]\n"
		      "registers:\n"
		      "  - { function: qsort, callback: 4, context: caller }\n"
		      "  - { field: sigaction.sa_handler, context: nowhere }\n"
		      "effects: [{ function: raise, blocks: wait, when: { argument: 1, is: SIGTERM } }]\n"
		      "loop_only: [\"sig*\"]\n");
	assert_said(run(sandbox, "check", "ours.yaml"), 0, "ours                   2 registrations     1 effects", "");
	sandbox_finish(&sandbox);
}

static void every_name_and_argument_is_held_against_the_headers(void **state)
{
	struct sandbox sandbox = sandbox_new();

	(void)state;
	sandbox_write(&sandbox, "ours.yaml",
		      "library: ours\n"
		      "headers: [stdlib.h, signal.h, unistd.h]\n"
		      "constants: [{ name: EXIT_FAILURE, value: 2 },\n"
		      "            { name: NO_CONSTANT, value: 2 }]\n"
		      "registers:\n"
		      "  - { function: qsort, callback: 3, context: caller }\n"
		      "  - { function: no_function, callback: 1, context: loop }\n"
		      "  - { function: atexit, callback: 1, data: 2, context: shutdown }\n"
		      "  - { field: sigaction.sa_flags, context: loop }\n"
		      "effects:\n"
		      "  - { function: usleep, blocks: sleep, when: { argument: 1, is: \"null\" } }\n"
		      "loop_only: [\"no_such_*\"]\n");
	assert_said(run(sandbox, "check", "ours.yaml"), 2, "",
		    "ours.yaml:3: 'EXIT_FAILURE' is 1 here, not 2\n"
		    "ours.yaml:4: no header of the pack defines 'NO_CONSTANT'\n"
		    "ours.yaml:6: argument 3 of 'qsort' is no callback\n"
		    "ours.yaml:7: no header of the pack declares 'no_function'\n"
		    "ours.yaml:8: argument 2 of 'atexit' is no pointer to user data\n"
		    "ours.yaml:9: no header of the pack has a field 'sigaction.sa_flags' that holds a function\n"
		    "ours.yaml:11: argument 1 of 'usleep' is no pointer\n"
		    "ours.yaml: loop_only: no header of the pack declares 'no_such_*'\n");
	sandbox_finish(&sandbox);
}

static void a_mistake_of_form_is_reported_before_any_header_is_read(void **state)
{
	struct sandbox sandbox = sandbox_new();

	(void)state;
	sandbox_write(&sandbox, "ours.yaml", "library: ours\nregisters: [{ function: f, context: loop }]\n");
	assert_said(run(sandbox, "check", "ours.yaml"), 2, "",
		    "ours.yaml:2: 'callback' must be given; arguments count from 1\n");
	assert_said(run(sandbox, "check", "none.yaml"), 2, "",
		    "none.yaml: cannot read the pack: No such file or directory\n");
	sandbox_finish(&sandbox);
}

static void what_is_not_installed_is_said_and_no_mistake(void **state)
{
	struct sandbox sandbox = sandbox_new();

	(void)state;
	sandbox_write(&sandbox, "ours.yaml", "library: ours\nheaders: [no_such_header.h]\n");
	assert_said(run(sandbox, "check", "ours.yaml"), 0, "ours",
		    "ours.yaml: note: 'no_such_header.h' is not installed here: names are not looked up\n");
	sandbox_write(&sandbox, "ours.yaml", "library: ours\npkg_config: [no-such-package]\n");
	assert_said(run(sandbox, "check", "ours.yaml"), 0, "ours",
		    "ours.yaml: note: 'no-such-package' is not installed here: names are not looked up\n");
	sandbox_finish(&sandbox);
}

static void anything_else_is_refused(void **state)
{
	struct sandbox sandbox = sandbox_new();

	(void)state;
	assert_said(run(sandbox, "lsit"), 2, "", "looplint: pack: 'list', 'check FILE...' or 'learn', not 'lsit'\n");
	assert_said(run(sandbox, "check"), 2, "", "looplint: pack check: which file? 'looplint pack check FILE...'\n");
	sandbox_finish(&sandbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_packs_of_the_program_are_listed),
		cmocka_unit_test(those_of_the_project_are_listed_behind_them),
		cmocka_unit_test(a_pack_that_is_right_is_counted),
		cmocka_unit_test(every_name_and_argument_is_held_against_the_headers),
		cmocka_unit_test(a_mistake_of_form_is_reported_before_any_header_is_read),
		cmocka_unit_test(what_is_not_installed_is_said_and_no_mistake),
		cmocka_unit_test(anything_else_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
