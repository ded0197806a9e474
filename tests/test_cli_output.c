/* cli/output: a report file is there whole or not at all. cli/selection: what is reported of a run. */
#include "cli/output.h"
#include "cli/selection.h"
#include "sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static char *in(const struct sandbox *sandbox, const char *name)
{
	return g_build_filename(sandbox->root, name, NULL);
}

static unsigned files_in(const char *directory)
{
	GDir *dir = g_dir_open(directory, 0, NULL);
	unsigned count = 0;

	while (g_dir_read_name(dir))
		count++;
	g_dir_close(dir);
	return count;
}

static void a_file_changes_only_when_the_output_is_closed(void **state)
{
	struct sandbox sandbox = sandbox_new();
	char *path = in(&sandbox, "report.txt");
	struct output output;

	(void)state;
	sandbox_write(&sandbox, "report.txt", "old");
	assert_true(output_open(&output, path));
	fputs("new", output.stream);
	fflush(output.stream);
	char *before = sandbox_read(&sandbox, "report.txt");
	assert_string_equal(before, "old");
	assert_true(output_close(&output));
	char *after = sandbox_read(&sandbox, "report.txt");
	assert_string_equal(after, "new");
	assert_int_equal(files_in(sandbox.root), 1);
	g_free(before);
	g_free(after);
	g_free(path);
	sandbox_finish(&sandbox);
}

static void a_new_file_has_the_mode_that_umask_allows(void **state)
{
	struct sandbox sandbox = sandbox_new();
	char *path = in(&sandbox, "report.txt");
	struct output output;
	struct stat status;
	mode_t mask = umask(027);

	(void)state;
	assert_true(output_open(&output, path));
	assert_true(output_close(&output));
	umask(mask);
	assert_int_equal(g_stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0640);
	g_free(path);
	sandbox_finish(&sandbox);
}

static void a_device_is_written_in_place_and_its_errors_count(void **state)
{
	struct output output;
	struct stat status;

	(void)state;
	assert_true(output_open(&output, "/dev/full"));
	fputs("text", output.stream);
	assert_false(output_close(&output));
	assert_true(output_open(&output, "/dev/null"));
	assert_true(output_close(&output));
	assert_int_equal(g_stat("/dev/null", &status), 0);
	assert_true(S_ISCHR(status.st_mode));
}

static void a_file_that_cannot_be_made_is_refused(void **state)
{
	struct sandbox sandbox = sandbox_new();
	char *path = in(&sandbox, "no/such/folder/report.txt");
	struct output output;

	(void)state;
	assert_false(output_open(&output, path));
	assert_false(output_open(&output, sandbox.root));
	g_free(path);
	sandbox_finish(&sandbox);
}

static void colours_are_for_terminals_unless_asked_for(void **state)
{
	FILE *file = tmpfile();

	(void)state;
	assert_false(output_coloured("auto", file));
	assert_true(output_coloured("always", file));
	assert_false(output_coloured("never", file));
	fclose(file);
}

static const char *const nothing[] = { NULL };
static const char *const third_party[] = { "third_party/*", NULL };

static struct run select_from(struct arena *arena, struct finding *findings, size_t count, char **rules,
			      unsigned *hidden)
{
	struct config config = { .exclude = third_party, .packs = nothing };
	struct selection selection = { .confidence = LEVEL_MEDIUM, .rules = rules, .config = &config };
	struct run run = { .findings = { findings, count, count } };

	return selection_apply(arena, &selection, &run, hidden);
}

static void settled_excluded_and_doubtful_findings_are_not_shown(void **state)
{
	struct finding findings[] = {
		{ .file = "a.c", .line = 1, .confidence = LEVEL_MEDIUM },
		{ .file = "a.c", .line = 2, .confidence = LEVEL_LOW },
		{ .file = "a.c", .line = 3, .confidence = LEVEL_HIGH, .suppressed = true },
		{ .file = "a.c", .line = 4, .confidence = LEVEL_HIGH, .review = REVIEW_FALSE_POSITIVE },
		{ .file = "a.c", .line = 5, .confidence = LEVEL_LOW, .review = REVIEW_INTENTIONAL },
		{ .file = "a.c", .line = 6, .confidence = LEVEL_HIGH, .review = REVIEW_CONFIRMED },
		{ .file = "third_party/a.c", .line = 7, .confidence = LEVEL_HIGH },
	};
	struct arena arena = { 0 };
	unsigned hidden;
	struct run shown = select_from(&arena, findings, G_N_ELEMENTS(findings), NULL, &hidden);

	(void)state;
	assert_int_equal(shown.findings.count, 2);
	assert_int_equal(shown.findings.items[0].line, 1);
	assert_int_equal(shown.findings.items[1].line, 6);
	assert_int_equal(hidden, 1);
	arena_finish(&arena);
}

static void a_rule_selects_its_findings(void **state)
{
	struct finding findings[] = {
		{ .rule = "a", .file = "a.c", .confidence = LEVEL_HIGH, .severity = LEVEL_MEDIUM },
		{ .rule = "b", .file = "a.c", .confidence = LEVEL_HIGH, .severity = LEVEL_HIGH },
	};
	char *rules[] = { "a", NULL };
	struct arena arena = { 0 };
	unsigned hidden;
	struct run shown = select_from(&arena, findings, 2, rules, &hidden);

	(void)state;
	assert_int_equal(shown.findings.count, 1);
	assert_string_equal(shown.findings.items[0].rule, "a");
	assert_true(selection_reaches(&shown, LEVEL_MEDIUM));
	assert_false(selection_reaches(&shown, LEVEL_HIGH));
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_changes_only_when_the_output_is_closed),
		cmocka_unit_test(a_new_file_has_the_mode_that_umask_allows),
		cmocka_unit_test(a_device_is_written_in_place_and_its_errors_count),
		cmocka_unit_test(a_file_that_cannot_be_made_is_refused),
		cmocka_unit_test(colours_are_for_terminals_unless_asked_for),
		cmocka_unit_test(settled_excluded_and_doubtful_findings_are_not_shown),
		cmocka_unit_test(a_rule_selects_its_findings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
