/*
 * cli: whatever is wrong with the input, a line says which file (and line) and what to do, the exit code is the
 * documented one, and what could be found is still printed. Each case runs the real binary.
 */
#include "sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#define run(...)       sandbox_run(&sandbox, LOOPLINT_BIN, __VA_ARGS__, NULL)
#define shell(command) sandbox_run(&sandbox, "sh", "-c", command, NULL)

static const char server[] = "#include <netdb.h>\n"
			     "#include <sys/epoll.h>\n"
			     "#include <unistd.h>\n"
			     "int main(void)\n"
			     "{\n"
			     "\tint epoll = epoll_create1(0);\n"
			     "\tstruct addrinfo *list;\n"
			     "\tstruct epoll_event event;\n"
			     "\tchar name[64];\n"
			     "\twhile (epoll_wait(epoll, &event, 1, -1) > 0)\n"
			     "\t\tif (read(event.data.fd, name, sizeof name) > 0)\n"
			     "\t\t\tgetaddrinfo(name, \"80\", 0, &list);\n"
			     "}\n";

static const char finding[] = "server.c:12:4: high: 'getaddrinfo' can block the loop (dns) [blocking-call]\n";

static struct sandbox project(void)
{
	struct sandbox sandbox = sandbox_new();

	sandbox_write(&sandbox, ".git/HEAD", "");
	sandbox_write(&sandbox, "server.c", server);
	return sandbox;
}

static void assert_part(const char *where, const char *text, const char *part)
{
	if (!strstr(text, part))
		print_error("expected '%s' on %s:\n%s\n", part, where, text);
	assert_non_null(strstr(text, part));
}

/* `outcome` ended with `status`, says `line` on stderr and `output` on stdout. */
static void assert_said(struct outcome outcome, int status, const char *line, const char *output)
{
	assert_part("stderr", outcome.errors, line);
	assert_part("stdout", outcome.output, output);
	assert_int_equal(outcome.status, status);
	outcome_finish(&outcome);
}

/* It is refused with exit 2, nothing on stdout, and one line on stderr that begins with `start` and contains `part`. */
static void assert_refused(struct outcome outcome, const char *start, const char *part)
{
	const char *newline = strchr(outcome.errors, '\n');

	assert_part("stderr", outcome.errors, part);
	if (!g_str_has_prefix(outcome.errors, start) || !newline || newline[1])
		print_error("expected one line beginning '%s':\n%s\n", start, outcome.errors);
	assert_true(g_str_has_prefix(outcome.errors, start));
	assert_non_null(newline);
	assert_int_equal(newline[1], '\0');
	assert_string_equal(outcome.output, "");
	assert_int_equal(outcome.status, 2);
	outcome_finish(&outcome);
}

static void wrong_options_are_refused(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	assert_refused(run("check", "--format", "xml"), "looplint: ", "unknown format 'xml'; known are text, json");
	assert_refused(run("check", "--fail-on", "huge"),
		       "looplint: ", "--fail-on: unknown level 'huge'; known are low");
	assert_refused(run("check", "--confidence", ""), "looplint: ", "--confidence: unknown level ''");
	assert_refused(run("check", "--rule", "foo"),
		       "looplint: ", "unknown rule 'foo'; 'looplint explain' lists them");
	assert_refused(run("check", "--color", "maybe"), "looplint: ", "--color: unknown value 'maybe'");
	assert_refused(run("check", "-j", "-3"), "looplint: ", "--jobs must be");
	assert_refused(run("check", "--timeout", "0"), "looplint: ", "--timeout must be");
	assert_refused(run("check", "-j", "many"), "looplint: ", "'looplint check --help' lists the options");
	assert_false(sandbox_has(&sandbox, ".looplint"));
	sandbox_finish(&sandbox);
}

static void a_path_that_does_not_exist_is_refused(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	assert_refused(run("check", "nosuch.c"), "nosuch.c: ", "No such file");
	sandbox_finish(&sandbox);
}

static void a_folder_without_sources_is_refused(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	sandbox_write(&sandbox, "docs/a.txt", "");
	struct outcome outcome = run("check", "docs");
	assert_part("stderr", outcome.errors, "docs: ");
	assert_int_equal(outcome.status, 2);
	outcome_finish(&outcome);
	sandbox_finish(&sandbox);
}

static void a_missing_database_is_refused(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	assert_refused(run("check", "-p", "nowhere"), "nowhere", "No such file");
	sandbox_write(&sandbox, "empty/file", "");
	assert_refused(run("check", "-p", "empty"), "empty/compile_commands.json: ", "");
	sandbox_finish(&sandbox);
}

static void a_malformed_database_is_refused_with_its_line(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	sandbox_write(&sandbox, "compile_commands.json", "[\n  { \"directory\": \"/\",\n    \"file\" \"a.c\" }\n]\n");
	assert_refused(run("check"), "compile_commands.json:3: ", "");
	sandbox_write(&sandbox, "compile_commands.json", "{}\n");
	assert_refused(run("check"), "compile_commands.json", "");
	sandbox_write(&sandbox, "compile_commands.json", "");
	assert_refused(run("check"), "compile_commands.json", "");
	sandbox_write(&sandbox, "compile_commands.json", "[]\n");
	assert_refused(run("check"), "compile_commands.json", "");
	sandbox_finish(&sandbox);
}

static void write_database(const struct sandbox *sandbox, const char *const *files)
{
	GString *text = g_string_new("[");

	for (; *files; files++)
		g_string_append_printf(text, "%s{\"directory\": \"%s\", \"file\": \"%s\", \"command\": \"cc -c %s\"}",
				       text->len > 1 ? ",\n" : "", sandbox->root, *files, *files);
	g_string_append(text, "]\n");
	sandbox_write(sandbox, "compile_commands.json", text->str);
	g_string_free(text, TRUE);
}

static void a_unit_that_is_gone_is_named_and_the_others_are_reported(void **state)
{
	static const char *const files[] = { "gone.c", "server.c", NULL };
	struct sandbox sandbox = project();

	(void)state;
	write_database(&sandbox, files);
	struct outcome outcome = run("check");
	assert_part("stderr", outcome.errors, "gone.c");
	assert_part("stdout", outcome.output, finding);
	assert_true(outcome.status == 3 || outcome.status == 1);
	outcome_finish(&outcome);
	sandbox_finish(&sandbox);
}

static void a_unit_that_crashes_the_parser_is_named_and_the_others_are_reported(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	sandbox_write(&sandbox, "crash.c", "#pragma clang __debug crash\n");
	assert_said(run("check"), 3, "crash.c: crashed (", finding);
	sandbox_finish(&sandbox);
}

static void a_unit_that_never_ends_is_named_and_the_others_are_reported(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	sandbox_write(&sandbox, "forever.c", "#pragma clang __debug overflow_stack\n");
	struct outcome outcome = run("check", "--timeout", "3");
	assert_part("stderr", outcome.errors, "forever.c: ");
	assert_part("stderr", outcome.errors, "excluded from this run");
	assert_part("stdout", outcome.output, "1 failed");
	assert_part("stdout", outcome.output, finding);
	assert_int_equal(outcome.status, 3);
	outcome_finish(&outcome);
	sandbox_finish(&sandbox);
}

/* Half of it is not C: it is not called clean, and the others are reported. */
static void a_unit_that_does_not_parse_is_counted_and_the_others_are_reported(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	sandbox_write(&sandbox, "broken.c",
		      "#include \"nowhere.h\"\nint f(void)\n{\n\tunknown_t x = g(;\n\th(x));\n}\n}}}\n");
	struct outcome outcome = run("check", "broken.c", "server.c", "--", "-DX");
	assert_part("stdout", outcome.output, "2 units, ");
	assert_part("stdout", outcome.output, finding);
	assert_true(strstr(outcome.output, "1 unit degraded") || strstr(outcome.errors, "broken.c: failed"));
	outcome_finish(&outcome);
	sandbox_finish(&sandbox);
}

static void an_unreadable_pack_is_refused(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	sandbox_write(&sandbox, ".looplint.yaml", "packs: [ours.yaml]\n");
	assert_refused(run("check"), "ours.yaml: ", "No such file");
	sandbox_write(&sandbox, "ours.yaml", "library: ours\neffects:\n  - { function: f, blocks: disc, see: x }\n");
	assert_refused(run("check"), "ours.yaml:3: ", "unknown value 'disc'");
	sandbox_finish(&sandbox);
}

static void a_wrong_configuration_is_refused_with_its_line(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	sandbox_write(&sandbox, ".looplint.yaml", "# ours\n\nrules:\n  disable: [foo]\n");
	assert_refused(run("check"), ".looplint.yaml:4: unknown rule 'foo'; 'looplint explain' lists them\n", "");
	assert_refused(run("why", "main"), ".looplint.yaml:4: unknown rule 'foo'", "");
	sandbox_write(&sandbox, ".looplint.yaml", "rule: []\n");
	assert_refused(run("check"), ".looplint.yaml:1: unknown key 'rule'", "");
	sandbox_finish(&sandbox);
}

static void a_corrupt_findings_database_is_left_alone_and_findings_are_printed(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	assert_said(run("check"), 1, "", finding);
	sandbox_write(&sandbox, ".looplint/findings.db",
		      "this is not a database, and it is long enough to be seen as one");
	assert_said(run("check"), 3, ".looplint/findings.db: ", finding);
	char *text = sandbox_read(&sandbox, ".looplint/findings.db");
	assert_string_equal(text, "this is not a database, and it is long enough to be seen as one");
	g_free(text);
	assert_said(run("doctor"), 2, "", "BAD   .looplint/findings.db: ");
	assert_said(run("review", "list"), 3, ".looplint/findings.db: ", "");
	sandbox_finish(&sandbox);
}

static void a_corrupt_cache_is_made_anew(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	assert_said(run("check"), 1, "", finding);
	sandbox_write(&sandbox, ".looplint/facts.db",
		      "this is not a database, and it is long enough to be seen as one");
	assert_said(run("check"), 1, ".looplint/facts.db: warning: ", finding);
	assert_said(run("check"), 1, "", "1 finding (0 new)");
	sandbox_finish(&sandbox);
}

static void a_store_that_cannot_be_made_costs_only_the_memory_of_the_run(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	sandbox_write(&sandbox, "file", "");
	assert_said(run("check", "--store", "file/store"), 3, "findings of this run are not kept", finding);
	assert_said(run("check", "--store", "file"), 3, "findings of this run are not kept", finding);
	assert_said(run("check", "--store", "/proc/looplint"), 3, "findings of this run are not kept", finding);
	sandbox_finish(&sandbox);
}

/* No file may grow beyond 8 KiB: the databases cannot be made, or cannot take the run. */
static void a_full_disk_loses_nothing_that_was_there(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	assert_said(shell("ulimit -f 16; exec " LOOPLINT_BIN " check"), 3, ".looplint", finding);
	assert_said(run("check"), 1, "", finding);
	assert_said(shell("ulimit -f 1; exec " LOOPLINT_BIN " check"), 3, ".looplint", finding);
	assert_said(run("review", "list"), 0, "", "[blocking-call]");
	assert_said(run("doctor"), 0, "", "ok ");
	sandbox_finish(&sandbox);
}

static void a_full_disk_under_the_report_is_no_success(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	assert_said(shell(LOOPLINT_BIN " check >/dev/full"), 3, "cannot write the output: No space left on device", "");
	assert_said(run("check", "-o", "/dev/full"), 3, "cannot write /dev/full: No space left on device", "");
	assert_said(run("check", "-o", "no/such/folder"), 3, "cannot write no/such/folder: ", "");
	assert_said(run("review", "list"), 0, "", "[blocking-call]");
	sandbox_finish(&sandbox);
}

static void review_without_a_store_says_how_to_get_one(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	assert_refused(run("review", "list"), "looplint: .looplint: no store; ", "'looplint check' makes one");
	assert_refused(run("review", "delete"), "looplint: review: expected list | show ID | ", "");
	assert_refused(run("review", "show"), "looplint: review: expected ", "");
	sandbox_finish(&sandbox);
}

static void a_reader_that_goes_away_loses_nothing(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	struct outcome outcome = sandbox_run(&sandbox, "bash", "-c",
					     "{ " LOOPLINT_BIN " check 2>/dev/null; echo $? >&2; } | sleep 0", NULL);
	assert_string_equal(outcome.errors, "1\n");
	outcome_finish(&outcome);
	assert_said(run("review", "list"), 0, "", "[blocking-call]");
	sandbox_finish(&sandbox);
}

/* A function whose body holds a sum of so many terms where %s stands. */
static char *with_long_sum(const char *format)
{
	GString *sum = g_string_new("x");

	for (unsigned i = 0; i < 40000; i++)
		g_string_append(sum, "+x");
	char *text = g_strdup_printf(format, sum->str); /* NOLINT: the formats stand below */
	g_string_free(sum, TRUE);
	return text;
}

static void a_machine_made_expression_in_a_handler_is_not_followed(void **state)
{
	static const char in_catch[] =
		"#include \"elog.h\"\nint other(int);\nint f(int x)\n{\nvolatile int r = 0;\n"
		"PG_TRY(); { r = other(x); } PG_CATCH(); { r = %s; } PG_END_TRY();\nreturn r;\n}\n";
	static const char in_callback[] = "typedef struct _GAsyncResult GAsyncResult;\nvoid start(void *, void "
					  "(*)(void *, GAsyncResult *, void *), void *);\n"
					  "int a_finish(GAsyncResult *);\n"
					  "static void on(void *o, GAsyncResult *r, void *d)\n{\nint x = "
					  "a_finish(r);\nif (x == %s) *(int *)d = 1;\n}\n"
					  "void go(void *o, int *d) { start(o, on, d); }\n";
	struct sandbox sandbox = project();
	g_autofree char *header = NULL, *first = with_long_sum(in_catch), *second = with_long_sum(in_callback);

	(void)state;
	assert_true(g_file_get_contents(SOURCE_DIR "/fixtures/cancel-swallowed/elog.h", &header, NULL, NULL));
	sandbox_write(&sandbox, "elog.h", header);
	sandbox_write(&sandbox, "catch.c", first);
	sandbox_write(&sandbox, "callback.c", second);
	struct outcome outcome = run("check");
	assert_part("stdout", outcome.output, finding);
	assert_part("stdout", outcome.output, "3 units, 0 failed");
	assert_int_equal(outcome.status, 1);
	outcome_finish(&outcome);
	sandbox_finish(&sandbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_options_are_refused),
		cmocka_unit_test(a_path_that_does_not_exist_is_refused),
		cmocka_unit_test(a_folder_without_sources_is_refused),
		cmocka_unit_test(a_missing_database_is_refused),
		cmocka_unit_test(a_malformed_database_is_refused_with_its_line),
		cmocka_unit_test(a_unit_that_is_gone_is_named_and_the_others_are_reported),
		cmocka_unit_test(a_unit_that_crashes_the_parser_is_named_and_the_others_are_reported),
		cmocka_unit_test(a_unit_that_never_ends_is_named_and_the_others_are_reported),
		cmocka_unit_test(a_unit_that_does_not_parse_is_counted_and_the_others_are_reported),
		cmocka_unit_test(an_unreadable_pack_is_refused),
		cmocka_unit_test(a_wrong_configuration_is_refused_with_its_line),
		cmocka_unit_test(a_corrupt_findings_database_is_left_alone_and_findings_are_printed),
		cmocka_unit_test(a_corrupt_cache_is_made_anew),
		cmocka_unit_test(a_store_that_cannot_be_made_costs_only_the_memory_of_the_run),
		cmocka_unit_test(a_full_disk_loses_nothing_that_was_there),
		cmocka_unit_test(a_full_disk_under_the_report_is_no_success),
		cmocka_unit_test(review_without_a_store_says_how_to_get_one),
		cmocka_unit_test(a_reader_that_goes_away_loses_nothing),
		cmocka_unit_test(a_machine_made_expression_in_a_handler_is_not_followed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
