/* cli: check, why, blocks, review, dump and doctor on small projects, with the real binary. */
#include "sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <jansson.h>
#include <string.h>

#define run(...) sandbox_run(&sandbox, LOOPLINT_BIN, __VA_ARGS__, NULL)

/* A hand-written loop that resolves names: one finding, in resolve(). */
static const char server[] = "#include <netdb.h>\n"
			     "#include <sys/epoll.h>\n"
			     "#include <unistd.h>\n"
			     "static int resolve(const char *host, struct addrinfo **list)\n"
			     "{\n"
			     "\treturn getaddrinfo(host, \"80\", 0, list);\n"
			     "}\n"
			     "void unused(void) {}\n"
			     "int main(void)\n"
			     "{\n"
			     "\tint epoll = epoll_create1(0);\n"
			     "\tstruct addrinfo *list;\n"
			     "\tstruct epoll_event event;\n"
			     "\tchar name[64];\n"
			     "\twhile (epoll_wait(epoll, &event, 1, -1) > 0)\n"
			     "\t\tif (read(event.data.fd, name, sizeof name) > 0)\n"
			     "\t\t\tresolve(name, &list);\n"
			     "}\n";

static struct sandbox project_with(const char *source)
{
	struct sandbox sandbox = sandbox_new();

	sandbox_write(&sandbox, ".git/HEAD", "");
	sandbox_write(&sandbox, "src/server.c", source);
	return sandbox;
}

static void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		print_error("expected '%s' in:\n%s\n", part, text);
	assert_non_null(strstr(text, part));
}

static void assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		print_error("unexpected '%s' in:\n%s\n", part, text);
	assert_null(strstr(text, part));
}

/* It ended with `status`, stdout contains `output`, stderr contains `errors`. */
static void assert_ended(struct outcome outcome, int status, const char *output, const char *errors)
{
	if (outcome.status != status)
		print_error("ended with %d:\n%s%s\n", outcome.status, outcome.output, outcome.errors);
	assert_int_equal(outcome.status, status);
	assert_contains(outcome.output, output);
	assert_contains(outcome.errors, errors);
	outcome_finish(&outcome);
}

static void a_finding_is_printed_with_its_witness_and_exit_1(void **state)
{
	struct sandbox sandbox = project_with(server);
	struct outcome outcome = run("check");

	(void)state;
	assert_contains(outcome.output,
			"src/server.c:6:9: high: 'getaddrinfo' can block the loop (dns) [blocking-call]\n"
			"     6 |         return getaddrinfo(host, \"80\", 0, list);\n"
			"       |                ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n");
	assert_contains(outcome.output, "src/server.c:17:4: note: ");
	assert_contains(outcome.output, "1 unit, 0 failed; 0 indirect calls, 0 unresolved; 1 finding (1 new)\n");
	assert_contains(outcome.errors, "flags were inferred");
	assert_true(sandbox_has(&sandbox, ".looplint/findings.db"));
	assert_int_equal(outcome.status, 1);
	outcome_finish(&outcome);
	sandbox_finish(&sandbox);
}

static void a_project_without_findings_ends_with_0(void **state)
{
	struct sandbox sandbox = project_with("int main(void) { return 0; }\n");

	(void)state;
	assert_ended(run("check"), 0, "1 unit, 0 failed; 0 indirect calls, 0 unresolved; 0 findings (0 new)\n", "");
	sandbox_finish(&sandbox);
}

static void the_second_run_has_nothing_new_and_says_the_same(void **state)
{
	struct sandbox sandbox = project_with(server);
	struct outcome first = run("check", "--format", "json"), second = run("check", "--format", "json");
	json_t *a = json_loads(first.output, 0, NULL), *b = json_loads(second.output, 0, NULL);
	json_t *fresh = json_array_get(json_object_get(a, "findings"), 0);

	(void)state;
	assert_non_null(fresh);
	assert_true(json_is_true(json_object_get(fresh, "new")));
	json_object_set_new(fresh, "new", json_false());
	assert_true(json_equal(a, b));
	json_decref(a);
	json_decref(b);
	outcome_finish(&first);
	outcome_finish(&second);
	sandbox_finish(&sandbox);
}

static void a_reviewed_finding_is_neither_shown_nor_counted(void **state)
{
	struct sandbox sandbox = project_with(server);

	(void)state;
	assert_ended(run("check"), 1, "1 finding (1 new)", "");
	struct outcome list = run("review", "list");
	assert_contains(list.output, "unreviewed");
	char *id = g_strndup(list.output, strcspn(list.output, " "));
	assert_ended(run("review", "set", id, "intentional"), 2, "", "say why with --reason");
	assert_ended(run("review", "set", id, "wrong", "--reason", "x"), 2, "", "unknown status 'wrong'");
	assert_ended(run("review", "set", "ffffffff", "confirmed", "--reason", "x"), 2, "", "ffffffff");
	assert_ended(run("review", "set", id, "intentional", "--reason", "only at start", "--by", "Ann"), 0, "", "");
	assert_ended(run("check"), 0, "0 findings (0 new)", "");
	struct outcome shown = run("review", "show", id);
	assert_contains(shown.output, "src/server.c:6:9: ");
	assert_contains(shown.output, "review:     intentional by Ann\nreason:     only at start\n");
	assert_ended(run("review", "list", "--status", "intentional"), 0, id, "");
	struct outcome none = run("review", "list", "--status", "unreviewed");
	assert_string_equal(none.output, "");
	assert_ended(run("review", "list", "--confidence", "low", "--file", "src"), 0, "'read' can block", "");
	assert_ended(run("review", "list", "--confidence", "lower"), 2, "", "unknown level 'lower'");
	sandbox_write(&sandbox, ".looplint.yaml", "confidence: low\n");
	assert_ended(run("review", "list"), 0, "'read' can block", "");
	outcome_finish(&none);
	outcome_finish(&shown);
	outcome_finish(&list);
	g_free(id);
	sandbox_finish(&sandbox);
}

static void fail_on_a_higher_level_ends_with_0_but_prints(void **state)
{
	struct sandbox sandbox = project_with(server);

	(void)state;
	assert_ended(run("check", "--fail-on", "high"), 1, "[blocking-call]", "");
	assert_ended(run("check", "--rule", "nested-loop"), 0, "0 findings", "");
	assert_ended(run("check", "--rule", "blocking-call"), 1, "1 finding (0 new)", "");
	sandbox_finish(&sandbox);
}

static void json_is_all_there_is_on_stdout(void **state)
{
	struct sandbox sandbox = project_with(server);
	struct outcome outcome = run("check", "--format", "json", "--store", "elsewhere", "src/server.c");
	json_t *root = json_loads(outcome.output, 0, NULL);

	(void)state;
	assert_non_null(root);
	json_t *finding = json_array_get(json_object_get(root, "findings"), 0);
	assert_string_equal(json_string_value(json_object_get(finding, "function")), "resolve");
	assert_string_equal(json_string_value(json_object_get(finding, "file")), "src/server.c");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(root, "coverage"), "units")), 1);
	assert_true(sandbox_has(&sandbox, "elsewhere/findings.db"));
	assert_false(sandbox_has(&sandbox, ".looplint"));
	json_decref(root);
	outcome_finish(&outcome);
	sandbox_finish(&sandbox);
}

static void output_goes_to_the_file_named(void **state)
{
	struct sandbox sandbox = project_with(server);

	(void)state;
	struct outcome outcome = run("check", "-o", "report.txt");
	assert_int_equal(outcome.status, 1);
	assert_string_equal(outcome.output, "");
	char *text = sandbox_read(&sandbox, "report.txt");
	assert_contains(text, "1 finding (1 new)\n");
	g_free(text);
	outcome_finish(&outcome);
	sandbox_finish(&sandbox);
}

static void only_the_paths_named_are_analysed(void **state)
{
	struct sandbox sandbox = project_with(server);

	(void)state;
	sandbox_write(&sandbox, "lib/a.c", "int a(void) { return 1; }\n");
	assert_ended(run("check"), 1, "2 units,", "");
	assert_ended(run("check", "lib"), 0, "1 unit,", "");
	assert_ended(run("check", "lib/a.c", "src"), 1, "2 units,", "");
	assert_ended(sandbox_run(&sandbox, "sh", "-c", "cd lib && exec " LOOPLINT_BIN " check ../src/server.c", NULL),
		     1, "src/server.c:6:9: high", "");
	sandbox_finish(&sandbox);
}

static void a_header_named_alone_is_no_error(void **state)
{
	struct sandbox sandbox = project_with(server);

	(void)state;
	sandbox_write(&sandbox, "a.h", "int a(void);\n");
	assert_ended(run("check", "a.h"), 0, "0 units,", "");
	sandbox_finish(&sandbox);
}

static void a_database_gives_the_flags_and_a_new_file_is_inferred(void **state)
{
	struct sandbox sandbox = project_with(server);
	char *database = g_strdup_printf("[{\"directory\": \"%s\", \"file\": \"src/server.c\", "
					 "\"arguments\": [\"cc\", \"-c\", \"src/server.c\"]}]\n",
					 sandbox.root);

	(void)state;
	sandbox_write(&sandbox, "build/compile_commands.json", database);
	sandbox_write(&sandbox, "src/new.c", "int new_one;\n");
	struct outcome outcome = run("check");
	assert_lacks(outcome.errors, "inferred");
	assert_contains(outcome.output, "1 unit,");
	outcome_finish(&outcome);
	assert_ended(run("check", "-p", "build", "src/new.c"), 0, "1 unit,",
		     "src/new.c: note: not in build/compile_commands.json; its flags were inferred\n");
	g_free(database);
	sandbox_finish(&sandbox);
}

static void arguments_behind_dashes_are_the_compilers(void **state)
{
	struct sandbox sandbox = project_with("#ifdef ON\n#include <unistd.h>\n#endif\n");

	(void)state;
	assert_ended(run("dump", "--after=compdb", "src/server.c", "--", "-DON=1"), 0, "-DON=1", "");
	sandbox_finish(&sandbox);
}

static void a_value_may_be_joined_to_its_letter(void **state)
{
	struct sandbox sandbox = project_with(server);

	(void)state;
	assert_ended(run("check", "-j1", "-oreport.txt"), 1, "", "");
	assert_true(sandbox_has(&sandbox, "report.txt"));
	assert_ended(run("dump", "--after=compdb", "-j1", "src/server.c", "--", "-pthread", "-fshort-enums"), 0,
		     "-fshort-enums", "");
	sandbox_finish(&sandbox);
}

static void a_store_among_the_sources_does_not_change_the_flags(void **state)
{
	struct sandbox sandbox = project_with("#include \"generated.h\"\nint main(void) { return 0; }\n");
	struct outcome first = run("dump", "--after=compdb", "--store", "store");
	struct outcome second = run("dump", "--after=compdb", "--store", "store");

	(void)state;
	assert_contains(first.output, "store/.stand-ins");
	assert_string_equal(first.output, second.output);
	outcome_finish(&first);
	outcome_finish(&second);
	sandbox_finish(&sandbox);
}

static void the_configuration_is_obeyed(void **state)
{
	struct sandbox sandbox = project_with(server);

	(void)state;
	sandbox_write(&sandbox, "lib/a.c", "int a(void) { return 1; }\n");
	sandbox_write(&sandbox, ".looplint.yaml", "exclude: ['src/*']\n");
	assert_ended(run("check"), 0, "1 unit,", "");
	sandbox_write(&sandbox, ".looplint.yaml", "rules: { disable: [blocking-call] }\n");
	assert_ended(run("check"), 0, "2 units,", "");
	sandbox_write(&sandbox, "ours.yaml", "library: ours\neffects:\n  - { function: a, blocks: cpu, see: docs }\n");
	sandbox_write(&sandbox, ".looplint.yaml",
		      "functions: [{ function: resolve, is: blocking, category: database }]\n");
	assert_ended(run("check", "--format", "json"), 1, "'resolve' can block the loop (database)", "");
	sandbox_write(&sandbox, ".looplint.yaml", "functions: [{ function: 'res*', is: nonblocking }]\n");
	assert_ended(run("check", "--format", "json"), 1, "'getaddrinfo' can block 'resolve', which is declared not to",
		     "");
	sandbox_write(&sandbox, ".looplint.yaml", "packs: [ours.yaml]\n");
	assert_ended(run("dump", "--after=packs"), 0, "ours.yaml)\n  a blocks cpu\n", "");
	sandbox_finish(&sandbox);
}

static void why_prints_the_path_or_says_there_is_none(void **state)
{
	struct sandbox sandbox = project_with(server);

	(void)state;
	assert_ended(run("why", "resolve"), 0,
		     "src/server.c:15: this loop waits for events in 'epoll_wait'\n"
		     "src/server.c:17: 'main' calls 'resolve'\n",
		     "");
	assert_ended(run("why", "server.c:resolve"), 0, "src/server.c:17: 'main' calls 'resolve'\n", "");
	assert_ended(run("why", "nothing"), 2, "", "looplint: why: this program neither defines nor calls 'nothing'\n");
	assert_ended(run("why", "unused"), 1, "", "looplint: no path from an event loop to 'unused' was found\n");
	assert_ended(run("why"), 2, "", "looplint: why: name a function");
	sandbox_finish(&sandbox);
}

static void blocks_prints_who_would_wait(void **state)
{
	struct sandbox sandbox = project_with(server);

	(void)state;
	assert_ended(run("blocks", "getaddrinfo"), 0,
		     "If 'getaddrinfo' blocked, 0 callbacks and 1 loop written by hand would\n"
		     "    wait for it:\n"
		     "\n"
		     "the loop in 'main'\n"
		     "  src/server.c:15: this loop waits for events in 'epoll_wait'\n"
		     "  src/server.c:17: 'main' calls 'resolve'\n"
		     "  src/server.c:6: 'resolve' calls 'getaddrinfo'\n",
		     "");
	assert_ended(run("blocks", "unused"), 1, "", "looplint: nothing on an event loop can call 'unused'");
	assert_ended(run("blocks"), 2, "", "looplint: blocks: name a function");
	sandbox_write(&sandbox, "src/other.c", "static int resolve(void) { return 1; }\nint (*p)(void) = resolve;\n");
	assert_ended(run("blocks", "resolve"), 2, "",
		     "'resolve' could be src/other.c:resolve, src/server.c:resolve; say");
	sandbox_finish(&sandbox);
}

/* What is learned of a library is a pack that a program which uses the library can be checked with. */
static void a_learned_pack_is_a_pack(void **state)
{
	static const char user[] = "#include <sys/epoll.h>\n"
				   "#include <unistd.h>\n"
				   "int box_save(int fd, int later);\n"
				   "static void serve(int fd) { box_save(fd, 0); box_save(fd, 1); }\n"
				   "int main(void)\n"
				   "{\n"
				   "\tstruct epoll_event event;\n"
				   "\tchar text[9];\n"
				   "\twhile (epoll_wait(3, &event, 1, -1) > 0)\n"
				   "\t\tif (read(event.data.fd, text, sizeof text) > 0)\n"
				   "\t\t\tserve(event.data.fd);\n"
				   "}\n";
	struct sandbox library = sandbox_new(), sandbox = project_with(user);

	(void)state;
	sandbox_write(&library, ".git/HEAD", "");
	sandbox_write(&library, "box.h", "/* box_gone */ int box_save(int fd, int later);\n");
	sandbox_write(&library, "box.c",
		      "#include <unistd.h>\n"
		      "#include \"box.h\"\n"
		      "int box_internal(int fd) { return fsync(fd); }\n"
		      "int box_save(int fd, int later) { return later ? 0 : box_internal(fd); }\n");
	struct outcome outcome =
		sandbox_run(&library, LOOPLINT_BIN, "pack", "learn", "--library", "box", "--exports", "box.h", NULL);
	assert_int_equal(outcome.status, 0);
	assert_contains(outcome.output, "{ function: box_save, blocks: disk, when: { argument: 2, is: \"zero\" },");
	assert_contains(outcome.output, "see: \"box_save -> box_internal -> fsync, box.c:3\" }");
	assert_lacks(outcome.output, "function: box_internal");
	sandbox_write(&sandbox, "box.yaml", outcome.output);
	sandbox_write(&sandbox, ".looplint.yaml", "packs: [box.yaml]\n");
	outcome_finish(&outcome);
	assert_ended(run("check"), 1, "src/server.c:4:29: medium: 'box_save' can block the loop (disk)", "");
	assert_ended(run("check"), 1, "1 finding (0 new)", "");
	assert_ended(run("pack"), 2, "", "looplint: pack: 'list', 'check FILE...' or 'learn', not");
	assert_ended(run("pack", "learn", "--exports", "gone.h"), 2, "", "gone.h");
	sandbox_finish(&sandbox);
	sandbox_finish(&library);
}

static void a_unit_in_cplusplus_fails_no_run(void **state)
{
	static const char *const units[][2] = { { "odd.cpp", "c99" }, { "odd.c", "c++17" } };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		struct sandbox sandbox = project_with(server);
		const char *root = sandbox.root, *name = units[i][0];
		char *database = g_strdup_printf(
			"[{\"directory\": \"%s\", \"file\": \"src/server.c\", \"command\": \"cc -c src/server.c\"},"
			" {\"directory\": \"%s\", \"file\": \"%s\", \"command\": \"cc -std=%s -c %s\"}]",
			root, root, name, units[i][1], name);

		sandbox_write(&sandbox, name, "int x;\n");
		sandbox_write(&sandbox, "compile_commands.json", database);
		struct outcome outcome = run("check");
		assert_contains(outcome.errors, name);
		assert_int_equal(outcome.status, i == 0 ? 1 : 3);
		outcome_finish(&outcome);
		g_free(database);
		sandbox_finish(&sandbox);
	}
}

/* What a handler of another language does with a cancelled thread is found; the flags are those of its compiler. */
static void a_catch_of_another_language_is_read(void **state)
{
	static const char declarations[] = "typedef unsigned long pthread_t;\n"
					   "int pthread_create(pthread_t *, const void *, void *(*)(void *), void *);\n"
					   "int pthread_cancel(pthread_t);\n"
					   "void pthread_testcancel(void);\n"
					   "static pthread_t thread;\n"
					   "int turns;\n";
	static const char rest[] = "void start(void)\n{\n\tpthread_create(&thread, 0, work, 0);\n}\n"
				   "void stop(void)\n{\n\tpthread_cancel(thread);\n}\n";
	static const struct {
		const char *file, *flags, *handler, *named;
	} cases[] = {
		{ "work.m", "-fobjc-exceptions", "@try { pthread_testcancel(); } @catch (...) { turns = 0; }",
		  "'@catch (...)'" },
		{ "work.c", "-fms-extensions -target x86_64-pc-windows-msvc",
		  "__try { pthread_testcancel(); } __except (1) { turns = 0; }",
		  "'__except (EXCEPTION_EXECUTE_HANDLER)'" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct sandbox sandbox = project_with(server);
		g_autofree char *database =
			g_strdup_printf("[{\"directory\": \"%s\", \"file\": \"%s\", \"command\": \"clang %s -c %s\"}]",
					sandbox.root, cases[i].file, cases[i].flags, cases[i].file);
		g_autofree char *source =
			g_strdup_printf("%sstatic void *work(void *data)\n{\n\t%s\n\treturn data;\n}\n%s", declarations,
					cases[i].handler, rest);
		g_autofree char *expected =
			g_strdup_printf("%s swallows a cancellation of 'pthread_testcancel'", cases[i].named);

		sandbox_write(&sandbox, cases[i].file, source);
		sandbox_write(&sandbox, "compile_commands.json", database);
		assert_ended(run("check"), 1, expected, "");
		sandbox_finish(&sandbox);
	}
}

static void each_stage_can_be_dumped(void **state)
{
	static const char *const expected[][2] = {
		{ "packs", "  getaddrinfo blocks dns" },
		{ "compdb", "src/server.c (inferred)" },
		{ "extract", "(unit \"src/server.c\" ok" },
		{ "link", "resolve" },
		{ "context", "main" },
		{ "check", "\"rule\": \"blocking-call\"" },
	};
	struct sandbox sandbox = project_with(server);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
		assert_ended(run("dump", "--after", expected[i][0]), 0, expected[i][1], "");
	assert_ended(run("dump", "--after=parse"), 2, "", "unknown stage 'parse'; known are packs, compdb");
	assert_ended(run("dump"), 2, "", "name a stage with --after=STAGE");
	sandbox_finish(&sandbox);
}

static void doctor_is_content_with_a_project_that_was_checked(void **state)
{
	struct sandbox sandbox = project_with(server);

	(void)state;
	assert_ended(run("doctor"), 0, "store: none yet", "");
	assert_ended(run("check"), 1, "", "");
	struct outcome outcome = run("doctor");
	assert_int_equal(outcome.status, 0);
	assert_lacks(outcome.output, "BAD");
	assert_contains(outcome.output, "findings.db");
	outcome_finish(&outcome);
	sandbox_finish(&sandbox);
}

static void a_finding_survives_in_the_store_while_another_file_is_checked(void **state)
{
	struct sandbox sandbox = project_with(server);

	(void)state;
	sandbox_write(&sandbox, "lib/a.c", "int a(void) { return 1; }\n");
	assert_ended(run("check"), 1, "1 finding (1 new)", "");
	assert_ended(run("check", "lib/a.c"), 0, "0 findings", "");
	assert_ended(run("review", "list"), 0, "'getaddrinfo' can block the loop (dns) [blocking-call]\n", "");
	sandbox_write(&sandbox, "src/server.c", "int main(void) { return 0; }\n");
	assert_ended(run("check"), 0, "0 findings", "");
	struct outcome list = run("review", "list");
	assert_string_equal(list.output, "");
	outcome_finish(&list);
	assert_ended(run("review", "list", "--all"), 0, "resolved", "");
	sandbox_finish(&sandbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_finding_is_printed_with_its_witness_and_exit_1),
		cmocka_unit_test(a_project_without_findings_ends_with_0),
		cmocka_unit_test(the_second_run_has_nothing_new_and_says_the_same),
		cmocka_unit_test(a_reviewed_finding_is_neither_shown_nor_counted),
		cmocka_unit_test(fail_on_a_higher_level_ends_with_0_but_prints),
		cmocka_unit_test(json_is_all_there_is_on_stdout),
		cmocka_unit_test(output_goes_to_the_file_named),
		cmocka_unit_test(only_the_paths_named_are_analysed),
		cmocka_unit_test(a_header_named_alone_is_no_error),
		cmocka_unit_test(a_database_gives_the_flags_and_a_new_file_is_inferred),
		cmocka_unit_test(arguments_behind_dashes_are_the_compilers),
		cmocka_unit_test(a_value_may_be_joined_to_its_letter),
		cmocka_unit_test(a_store_among_the_sources_does_not_change_the_flags),
		cmocka_unit_test(the_configuration_is_obeyed),
		cmocka_unit_test(why_prints_the_path_or_says_there_is_none),
		cmocka_unit_test(blocks_prints_who_would_wait),
		cmocka_unit_test(a_unit_in_cplusplus_fails_no_run),
		cmocka_unit_test(a_catch_of_another_language_is_read),
		cmocka_unit_test(a_learned_pack_is_a_pack),
		cmocka_unit_test(each_stage_can_be_dumped),
		cmocka_unit_test(doctor_is_content_with_a_project_that_was_checked),
		cmocka_unit_test(a_finding_survives_in_the_store_while_another_file_is_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
