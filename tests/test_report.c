/*
 * report: a run made by hand is printed as the golden files in fixtures/output/ say, and nothing a source or a file
 * name holds can break an output. LOOPLINT_UPDATE_GOLDEN=1 writes the golden files anew.
 */
#include "report/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_DIR SOURCE_DIR "/fixtures/output"

static struct step witness[] = {
	{ STEP_REGISTRATION, "server.c", 10, 6, "main", "'on_timer' is called by the loop (uv_timer_start)",
	  LEVEL_HIGH },
	{ STEP_CALL, "server.c", 10, 138, "on_timer", "'on_timer' calls 'resolve'", LEVEL_HIGH },
	{ STEP_EFFECT, "server.c", 6, 30, "resolve", "'getaddrinfo' waits for name servers", LEVEL_MEDIUM },
};

static struct finding blocking(void)
{
	return (struct finding){
		.rule = "blocking-call",
		.category = CATEGORY_DNS,
		.severity = LEVEL_HIGH,
		.confidence = LEVEL_MEDIUM,
		.message = "'getaddrinfo' can block the loop (dns)",
		.file = "server.c",
		.line = 6,
		.column = 30,
		.end_line = 6,
		.end_column = 66,
		.function = "resolve",
		.callee = "getaddrinfo",
		.context = CONTEXT_LOOP,
		.fingerprint = "0123456789abcdef0123456789abcdef",
		.review = REVIEW_CONFIRMED,
		.review_reason = "",
		.is_new = true,
		.suppression_reason = "",
		.witness = witness,
		.steps = 3,
		.advice = ADVICE_ASYNC,
		.advice_text = "use uv_getaddrinfo",
	};
}

static struct finding nested(void)
{
	return (struct finding){
		.rule = "nested-loop",
		.severity = LEVEL_LOW,
		.confidence = LEVEL_HIGH,
		.message = "'uv_run' runs a nested event loop",
		.file = "gone.c",
		.line = 3,
		.column = 1,
		.function = "",
		.callee = "uv_run",
		.fingerprint = "00000000000000000000000000000000",
		.advice_text = "",
	};
}

static struct unit_problem problems[] = {
	{ "a.c", "degraded", "a.c:1: 'x.h' not found", 30 },
	{ "b.c", "crashed", "SIGSEGV", 0 },
	{ "c.c", "degraded", "c.c:1: 'x.h' not found", 12 },
};

static struct run run_of(struct finding *findings, size_t count)
{
	return (struct run){
		.findings = { findings, count, count },
		.coverage = { 214, 2, 2, 3004, 20111, 1918, 41 },
		.problems = problems,
		.problem_count = 3,
		.root = OUTPUT_DIR,
	};
}

/* What `write` prints; g_free() it. */
static char *printed(report_writer *write, const struct run *run, const struct report_options *options)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	write(out, run, options);
	fclose(out);
	return text;
}

static void assert_golden(const char *name, const char *actual)
{
	char *path = g_build_filename(OUTPUT_DIR, name, NULL), *expected = NULL;

	if (getenv("LOOPLINT_UPDATE_GOLDEN"))
		assert_true(g_file_set_contents(path, actual, -1, NULL));
	assert_true(g_file_get_contents(path, &expected, NULL, NULL));
	assert_string_equal(actual, expected);
	g_free(expected);
	g_free(path);
}

static void check_golden(const char *name, report_writer *write, struct report_options options)
{
	struct finding findings[] = { nested(), blocking() };
	struct run run = run_of(findings, 2);
	char *text = printed(write, &run, &options);

	assert_golden(name, text);
	free(text);
}

static void text_shows_source_witness_and_advice(void **state)
{
	(void)state;
	check_golden("report.txt", report_text, (struct report_options){ .hidden = 2 });
}

static void text_on_a_terminal_is_coloured(void **state)
{
	(void)state;
	check_golden("report-colour.txt", report_text, (struct report_options){ .colour = true });
}

static void text_without_witness_is_one_line_per_finding(void **state)
{
	(void)state;
	check_golden("report-short.txt", report_text, (struct report_options){ .no_witness = true });
}

static void json_is_the_documented_object(void **state)
{
	(void)state;
	check_golden("report.json", report_json, (struct report_options){ 0 });
}

/* The keys of DESIGN.md section 5, whatever a finding lacks. */
static void json_has_every_key_of_every_finding(void **state)
{
	static const char *const keys[] = { "rule",     "category", "severity", "confidence",  "message",
					    "file",     "line",     "column",   "end_line",    "end_column",
					    "function", "callee",   "context",  "fingerprint", "review",
					    "new",      "witness",  "advice",   "fixes" };
	struct finding empty = { 0 };
	struct run run = run_of(&empty, 1);
	char *text = printed(report_json, &run, &(struct report_options){ 0 });
	json_t *root = json_loads(text, 0, NULL);

	(void)state;
	assert_non_null(root);
	json_t *finding = json_array_get(json_object_get(root, "findings"), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		assert_non_null(json_object_get(finding, keys[i]));
	assert_int_equal(json_object_size(finding), G_N_ELEMENTS(keys));
	json_decref(root);
	free(text);
}

static void json_survives_any_byte_in_a_string(void **state)
{
	struct finding finding = blocking();
	struct run run = run_of(&finding, 1);
	char every[256];

	(void)state;
	for (int i = 1; i < 256; i++)
		every[i - 1] = (char)(unsigned char)i;
	every[255] = '\0';
	finding.message = every;
	finding.file = "gr\xF6\xDF"
		       "er \"q\".c";
	char *text = printed(report_json, &run, &(struct report_options){ 0 });
	json_t *root = json_loads(text, 0, NULL);
	assert_non_null(root);
	json_t *parsed = json_array_get(json_object_get(root, "findings"), 0);
	assert_string_equal(json_string_value(json_object_get(parsed, "file")), "gr\\xf6\\xdf"
										"er \"q\".c");
	const char *message = json_string_value(json_object_get(parsed, "message"));
	assert_memory_equal(message, every, 0x7f);
	assert_non_null(strstr(message, "\\xff"));
	json_decref(root);
	free(text);
}

/* Prints one finding at `column` of a source that holds `line`; g_free() the result. */
static char *excerpt_of(const char *line, unsigned column, unsigned end_column)
{
	char *dir = g_dir_make_tmp("looplint-report-XXXXXX", NULL), *path = g_build_filename(dir, "a.c", NULL);
	struct finding finding = nested();
	struct run run = run_of(&finding, 1);

	assert_true(g_file_set_contents(path, line, -1, NULL));
	run.root = dir;
	finding.file = "a.c";
	finding.line = finding.end_line = 1;
	finding.column = column;
	finding.end_column = end_column;
	char *text = printed(report_text, &run, &(struct report_options){ 0 });
	assert_int_equal(remove(path), 0);
	assert_int_equal(remove(dir), 0);
	g_free(path);
	g_free(dir);
	return text;
}

static void assert_excerpt(const char *line, unsigned column, unsigned end_column, const char *expected)
{
	char *text = excerpt_of(line, column, end_column);

	if (!strstr(text, expected))
		print_error("expected\n%s\nin\n%s\n", expected, text);
	assert_non_null(strstr(text, expected));
	free(text);
}

static void marker_stands_below_the_name_after_tabs_and_wide_characters(void **state)
{
	(void)state;
	assert_excerpt("\tread(fd);\n", 2, 0, "     1 |         read(fd);\n       |         ^~~~\n");
	assert_excerpt("ab\tread(fd);\r\n", 4, 12, "     1 | ab      read(fd);\n       |         ^~~~~~~~\n");
	assert_excerpt("/*\xE4\xB8\xAD*/f();", 8, 0, "       |       ^\n");
	assert_excerpt("a = \tb;", 5, 0, "       |     ^~~~\n");
}

static void marker_of_a_place_behind_the_line_stands_at_its_end(void **state)
{
	(void)state;
	assert_excerpt("f();", 40, 50, "     1 | f();\n       |     ^\n");
	assert_excerpt("", 1, 2, "a.c:1:1: low: ");
}

static void a_long_line_is_cut_around_the_marker(void **state)
{
	char line[4000];

	(void)state;
	memset(line, 'x', sizeof line);
	line[sizeof line - 1] = '\0';
	memcpy(line + 1999, " here() ", 8);
	char *text = excerpt_of(line, 2001, 0);
	char *source = strstr(text, "     1 | "), *marker = strstr(text, "       | ");
	assert_int_equal(marker - source - 1, 9 + 120 + 6);
	assert_memory_equal(source + (strchr(marker, '^') - marker), "here()", 6);
	free(text);
}

static void a_source_cannot_send_escape_sequences(void **state)
{
	(void)state;
	char *text = excerpt_of("f(\"\033[2J\xE2\x80\xAE\xFF\");", 1, 0);
	assert_null(strchr(text, '\033'));
	assert_null(strstr(text, "\xE2\x80\xAE"));
	assert_true(g_utf8_validate(text, -1, NULL));
	free(text);
}

static void coverage_line_groups_thousands_and_keeps_its_form_at_zero(void **state)
{
	struct finding findings[7] = { 0 };
	struct run run = run_of(findings, 7);
	char line[200];

	(void)state;
	for (int i = 0; i < 3; i++)
		findings[i].is_new = true;
	report_coverage_line(&run, line, sizeof line);
	assert_string_equal(line, "214 units, 2 failed; 1,918 indirect calls, 41 unresolved; 7 findings (3 new)");
	run = (struct run){ .coverage = { .units = 1, .indirect_calls = 4294967295u } };
	report_coverage_line(&run, line, sizeof line);
	assert_string_equal(line, "1 unit, 0 failed; 4,294,967,295 indirect calls, 0 unresolved; 0 findings (0 new)");
}

static void an_unknown_format_is_not_found(void **state)
{
	(void)state;
	assert_ptr_equal(report_find("json"), report_json);
	assert_null(report_find("jsonx"));
	assert_null(report_find(""));
}

static void a_pasted_line_has_at_most_72_columns(void **state)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	struct step step = { .kind = STEP_CALL, .file = "src/a_file_with_a_name.c", .line = 12, .function = "" };

	(void)state;
	step.text = "'a_function_of_some_length' calls 'another_function_of_some_length' through 'table.entry'";
	report_paste(out, 2, &step, 1);
	report_wrapped(out, 0, "short");
	fclose(out);
	assert_string_equal(text, "  src/a_file_with_a_name.c:12: 'a_function_of_some_length' calls\n"
				  "      'another_function_of_some_length' through 'table.entry'\n"
				  "short\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pasted_line_has_at_most_72_columns),
		cmocka_unit_test(text_shows_source_witness_and_advice),
		cmocka_unit_test(text_on_a_terminal_is_coloured),
		cmocka_unit_test(text_without_witness_is_one_line_per_finding),
		cmocka_unit_test(json_is_the_documented_object),
		cmocka_unit_test(json_has_every_key_of_every_finding),
		cmocka_unit_test(json_survives_any_byte_in_a_string),
		cmocka_unit_test(marker_stands_below_the_name_after_tabs_and_wide_characters),
		cmocka_unit_test(marker_of_a_place_behind_the_line_stands_at_its_end),
		cmocka_unit_test(a_long_line_is_cut_around_the_marker),
		cmocka_unit_test(a_source_cannot_send_escape_sequences),
		cmocka_unit_test(coverage_line_groups_thousands_and_keeps_its_form_at_zero),
		cmocka_unit_test(an_unknown_format_is_not_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
