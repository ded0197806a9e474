/*
 * What looplint says of the example server, with its witnesses, is what examples/chat/expected.txt records: the mistakes
 * that its comments admit, and nothing about the correct code beside them.
 *
 * After a change that is meant to change it: UPDATE_EXPECTED=1 build/tests/test_example_findings, and read the diff.
 */
#include "process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define EXPECTED SOURCE_DIR "/examples/chat/expected.txt"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void add_place(GString *out, const json_t *object)
{
	g_string_append_printf(out, "%s:%d: ", text_of(object, "file"),
			       (int)json_integer_value(json_object_get(object, "line")));
}

static void add_finding(GString *out, const json_t *finding)
{
	const json_t *witness = json_object_get(finding, "witness");

	add_place(out, finding);
	g_string_append_printf(out, "%s: %s\n", text_of(finding, "rule"), text_of(finding, "message"));
	for (size_t i = 0; i < json_array_size(witness); i++) {
		const json_t *step = json_array_get(witness, i);

		g_string_append(out, "\t");
		add_place(out, step);
		g_string_append_printf(out, "%s\n", text_of(step, "text"));
	}
}

static char *check_example(void)
{
	char *store = g_dir_make_tmp("looplint-example-XXXXXX", NULL);
	const char *const check[] = { LOOPLINT_BIN, "check",    "--severity",    "low",
				      "-p",         BINARY_DIR, "--format",      "json",
				      "--store",    store,      "examples/chat", NULL };
	const char *const clean_up[] = { "rm", "-rf", store, NULL };
	struct outcome outcome = process_run(SOURCE_DIR, check), removed = process_run(NULL, clean_up);
	json_t *report = json_loads(outcome.output, 0, NULL);
	const json_t *findings = json_object_get(report, "findings");
	GString *text = g_string_new(NULL);

	assert_int_equal(outcome.status, 1);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(report, "coverage"), "units")), 7);
	for (size_t i = 0; i < json_array_size(findings); i++)
		add_finding(text, json_array_get(findings, i));
	json_decref(report);
	outcome_finish(&outcome);
	outcome_finish(&removed);
	g_free(store);
	return g_string_free(text, FALSE);
}

static void the_example_has_the_findings_that_were_recorded(void **state)
{
	char *found = check_example(), *expected = NULL;

	(void)state;
	if (getenv("UPDATE_EXPECTED"))
		assert_true(g_file_set_contents(EXPECTED, found, -1, NULL));
	assert_true(g_file_get_contents(EXPECTED, &expected, NULL, NULL));
	assert_string_equal(found, expected);
	g_free(found);
	g_free(expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_has_the_findings_that_were_recorded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
