/* compdb: compile databases as generators write them, good and bad, become units for libclang. */
#include "compdb_helpers.h"

#include "compdb/arguments.h"
#include "compdb/command.h"

#include <clang-c/Index.h>
#include <errno.h>

static int read_database(struct project *project)
{
	return compdb_read(&project->arena, project->root, NULL, &project->database, &project->diagnostics);
}

/* Reads a database of one entry for main.c whose `arguments` are the words of `command`. */
static const struct unit_command *read_command_line(struct project *project, const char *command)
{
	g_autofree char *text =
		g_strdup_printf("[{\"directory\": \".\", \"file\": \"main.c\", \"command\": \"%s\"}]", command);

	project_write(project, "main.c", "int main(void) { return 0; }\n");
	project_write(project, "compile_commands.json", text);
	assert_int_equal(read_database(project), 0);
	assert_int_equal(project->database.count, 1);
	return project_unit(project, "main.c");
}

static void arguments_and_command_mean_the_same(void **state)
{
	struct project *project = *state;

	project_write(project, "a.c", "");
	project_write(project, "b.c", "");
	project_write(project, "compile_commands.json",
		      "[{\"directory\": \".\", \"file\": \"a.c\", \"arguments\": [\"cc\", \"-DNAME=\\\"x y\\\"\", "
		      "\"-c\", \"a.c\"]},\n"
		      " {\"directory\": \".\", \"file\": \"b.c\", \"command\": \"cc '-DNAME=\\\"x y\\\"' -c b.c\"}]");
	assert_int_equal(read_database(project), 0);
	assert_true(has_argument(project_unit(project, "a.c"), "-DNAME=\"x y\""));
	assert_int_equal(project_unit(project, "a.c")->hash, project_unit(project, "b.c")->hash);
}

static void output_and_warnings_are_left_out(void **state)
{
	const struct unit_command *unit = read_command_line(
		*state, "gcc -Wall -Werror=foo -O2 -g -MD -MF main.d -MT main.o -o main.o -c main.c -DKEPT");

	assert_string_equal(unit->arguments[2], "-DKEPT");
	assert_null(unit->arguments[3]);
}

static void options_only_gcc_knows_are_left_out(void **state)
{
	const struct unit_command *unit = read_command_line(
		*state, "gcc -fconserve-stack -fno-var-tracking-assignments -mno-fancy-math-387 -fplugin=p.so "
			"--param max-inline-insns-single=9 -specs=/x.specs -flto=auto -DKEPT main.c");

	assert_string_equal(unit->arguments[2], "-DKEPT");
	assert_null(unit->arguments[3]);
}

static void what_changes_the_meaning_stays(void **state)
{
	const struct unit_command *unit = read_command_line(
		*state,
		"gcc -I inc -Isub -isystem sys -iquote q -idirafter last -include pre.h -imacros m.h -UX -std=gnu99 "
		"-fshort-enums -funsigned-char -pthread -m32 -march=native --sysroot=/r -nostdinc main.c");

	assert_true(has_arguments(unit, "-I", "inc"));
	assert_true(has_argument(unit, "-Isub"));
	assert_true(has_arguments(unit, "-isystem", "sys"));
	assert_true(has_arguments(unit, "-include", "pre.h"));
	assert_true(has_argument(unit, "-UX"));
	assert_true(has_argument(unit, "-std=gnu99"));
	assert_true(has_argument(unit, "-funsigned-char"));
	assert_true(has_argument(unit, "-march=native"));
	assert_true(has_argument(unit, "--sysroot=/r"));
	assert_true(has_argument(unit, "-nostdinc"));
}

static void relative_paths_count_from_the_entrys_directory(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "");
	project_write(project, "build/compile_commands.json",
		      "[{\"directory\": \"obj\", \"file\": \"../../src/a.c\", \"command\": \"cc -Iinc -c x\"}]");
	assert_int_equal(compdb_read(&project->arena, project_path(project, "build"), NULL, &project->database,
				     &project->diagnostics),
			 0);
	const struct unit_command *unit = project_unit(project, "src/a.c");
	assert_string_equal(unit->directory, project_path(project, "build/obj"));
	assert_true(
		has_argument(unit, arena_printf(&project->arena, "-working-directory=%s/build/obj", project->root)));
}

static void launchers_are_not_the_compiler(void **state)
{
	const struct unit_command *unit = read_command_line(
		*state, "ccache /bin/sh ../libtool --tag=CC --mode=compile env LC_ALL=C gcc -DKEPT -c main.c");

	assert_string_equal(unit->arguments[2], "-DKEPT");
	assert_null(unit->arguments[3]);
}

static void a_cross_compiler_names_its_target(void **state)
{
	const struct unit_command *unit = read_command_line(*state, "/opt/arm-linux-gnueabihf-gcc-12 -c main.c");

	assert_true(has_argument(unit, "--target=arm-linux-gnueabihf"));
}

static void response_files_are_opened_and_nest(void **state)
{
	struct project *project = *state;

	project_write(project, "outer.rsp", "-DOUTER\n@inner.rsp -c");
	project_write(project, "inner.rsp", "'-DINNER=a b'");
	const struct unit_command *unit = read_command_line(project, "cc @outer.rsp main.c");
	assert_true(has_argument(unit, "-DOUTER"));
	assert_true(has_argument(unit, "-DINNER=a b"));
}

static void a_response_file_in_itself_ends_with_a_warning(void **state)
{
	struct project *project = *state;

	project_write(project, "main.c", "");
	project_write(project, "loop.rsp", "@loop.rsp");
	project_write(project, "compile_commands.json",
		      "[{\"directory\": \".\", \"file\": \"main.c\", \"command\": \"cc @loop.rsp\"}]");
	assert_int_equal(read_database(project), 0);
	assert_int_equal(project->database.count, 0);
	assert_true(has_diagnostic(project, "loop.rsp"));
}

static void preprocessor_words_are_read_again(void **state)
{
	const struct unit_command *unit =
		read_command_line(*state, "gcc -Wp,-MD,main.d,-DONE -Xpreprocessor -DTWO main.c");

	assert_true(has_argument(unit, "-DONE"));
	assert_true(has_argument(unit, "-DTWO"));
	assert_false(has_argument(unit, "main.d"));
}

static void a_program_is_preferred_to_its_test_and_shared_twin(void **state)
{
	struct project *project = *state;

	project_write(project, "a.c", "");
	project_write(project, "compile_commands.json",
		      "[{\"directory\": \".\", \"file\": \"a.c\", \"command\": \"cc -DTEST -c a.c -o tests/a.o\"},\n"
		      " {\"directory\": \".\", \"file\": \"a.c\", \"command\": \"cc -DPIC -c a.c -o .libs/a.o\"},\n"
		      " {\"directory\": \".\", \"file\": \"./a.c\", \"command\": \"cc -DPROGRAM -c a.c -o a.o\"}]");
	assert_int_equal(read_database(project), 0);
	assert_int_equal(project->database.count, 1);
	assert_true(has_argument(project_unit(project, "a.c"), "-DPROGRAM"));
}

static void headers_and_assembler_are_no_units(void **state)
{
	struct project *project = *state;

	project_write(project, "a.h", "");
	project_write(project, "b.S", "");
	project_write(project, "c.c", "");
	project_write(project, "compile_commands.json",
		      "[{\"directory\": \".\", \"file\": \"a.h\", \"command\": \"cc -c a.h\"},\n"
		      " {\"directory\": \".\", \"file\": \"b.S\", \"command\": \"cc -c b.S\"},\n"
		      " {\"directory\": \".\", \"file\": \"c.c\", \"command\": \"cc -x assembler-with-cpp -c c.c\"}]");
	assert_int_equal(read_database(project), 0);
	assert_int_equal(project->database.count, 0);
	assert_int_equal(project->diagnostics.count, 0);
}

static void cplusplus_is_flagged(void **state)
{
	struct project *project = *state;

	project_write(project, "a.cc", "");
	project_write(project, "b.c", "");
	project_write(project, "compile_commands.json",
		      "[{\"directory\": \".\", \"file\": \"a.cc\", \"command\": \"cc -c a.cc\"},\n"
		      " {\"directory\": \".\", \"file\": \"b.c\", \"command\": \"g++ -c b.c\"}]");
	assert_int_equal(read_database(project), 0);
	assert_true(project_unit(project, "a.cc")->cplusplus);
	assert_true(project_unit(project, "b.c")->cplusplus);
	assert_true(has_arguments(project_unit(project, "b.c"), "-x", "c++"));
}

static void units_are_sorted_by_file(void **state)
{
	struct project *project = *state;

	project_write(project, "b.c", "");
	project_write(project, "a.c", "");
	project_write(project, "compile_commands.json",
		      "[{\"directory\": \".\", \"file\": \"b.c\", \"command\": \"cc -c b.c\"},\n"
		      " {\"directory\": \".\", \"file\": \"a.c\", \"command\": \"cc -c a.c\"}]");
	assert_int_equal(read_database(project), 0);
	assert_string_equal(project->database.units[0].file, project_path(project, "a.c"));
}

static void only_what_is_asked_for_is_read(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "");
	project_write(project, "srcs/b.c", "");
	project_write(project, "compile_commands.json",
		      "[{\"directory\": \".\", \"file\": \"src/a.c\", \"command\": \"cc -c a.c\"},\n"
		      " {\"directory\": \".\", \"file\": \"srcs/b.c\", \"command\": \"cc -c b.c\"}]");
	const char *const only[] = { project_path(project, "src"), NULL };
	assert_int_equal(compdb_read(&project->arena, project->root, only, &project->database, &project->diagnostics),
			 0);
	assert_int_equal(project->database.count, 1);
	assert_string_equal(project->database.units[0].file, project_path(project, "src/a.c"));
}

static void the_hash_follows_the_arguments(void **state)
{
	struct project *project = *state;
	uint64_t one = read_command_line(project, "cc -DONE -c main.c")->hash;

	assert_int_equal(read_command_line(project, "gcc -Wall -DONE -c main.c -o x.o")->hash, one);
	assert_int_not_equal(read_command_line(project, "cc -DTWO -c main.c")->hash, one);
}

static void missing_files_are_counted_in_one_warning(void **state)
{
	struct project *project = *state;

	project_write(project, "compile_commands.json",
		      "[{\"directory\": \".\", \"file\": \"gone.c\", \"command\": \"cc -c gone.c\"},\n"
		      " {\"directory\": \".\", \"file\": \"away.c\", \"command\": \"cc -c away.c\"}]");
	assert_int_equal(read_database(project), 0);
	assert_int_equal(project->diagnostics.count, 1);
	assert_true(has_diagnostic(project, "2 files do not exist"));
}

static void a_bad_entry_costs_only_itself(void **state)
{
	struct project *project = *state;

	project_write(project, "a.c", "");
	project_write(project, "compile_commands.json",
		      "[{\"directory\": \".\", \"command\": \"cc -c a.c\"},\n"
		      " 17,\n"
		      " {\"directory\": \".\", \"file\": \"a.c\", \"command\": \"cc 'open\"},\n"
		      " {\"directory\": \".\", \"file\": \"a.c\", \"arguments\": [1]},\n"
		      " {\"directory\": \".\", \"file\": \"a.c\", \"command\": \"cc -c a.c\"},\n"
		      "]");
	assert_int_equal(read_database(project), 0);
	assert_int_equal(project->database.count, 1);
	assert_int_equal(project->diagnostics.count, 4);
	assert_int_equal(project->diagnostics.items[1].line, 2);
	assert_int_equal(project->diagnostics.items[2].line, 3);
	assert_int_equal(project->diagnostics.errors, 0);
}

static void malformed_text_is_an_error_with_its_line(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} bad[] = {
		{ "", 1 },           { "{}", 1 },       { "[\n{\"file\": \"a.c\",\n \"command\" \"cc\"}]", 3 },
		{ "[\n{}\n{}]", 3 }, { "[]\nmore", 2 }, { "[{\"file\": \"a.c\"", 1 },
	};
	struct project *project = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		diagnostics_finish(&project->diagnostics);
		project_write(project, "compile_commands.json", bad[i].text);
		assert_int_equal(read_database(project), COMPDB_E_MALFORMED);
		assert_int_equal(project->diagnostics.errors, 1);
		assert_int_equal(project->diagnostics.items[project->diagnostics.count - 1].line, bad[i].line);
		assert_true(has_diagnostic(project, "generate the database again"));
	}
}

static void a_missing_database_says_what_to_do(void **state)
{
	struct project *project = *state;

	assert_int_equal(read_database(project), -ENOENT);
	assert_true(has_diagnostic(project, "name it with -p"));
}

static void the_database_is_found_where_build_systems_put_it(void **state)
{
	struct project *project = *state;

	assert_null(compdb_find(&project->arena, project->root, NULL));
	project_write(project, "build-debug/compile_commands.json", "[]");
	assert_string_equal(compdb_find(&project->arena, project->root, NULL),
			    project_path(project, "build-debug/compile_commands.json"));
	project_write(project, "compile_commands.json", "[]");
	assert_string_equal(compdb_find(&project->arena, project->root, NULL),
			    project_path(project, "compile_commands.json"));
}

static void a_named_build_folder_is_the_only_place(void **state)
{
	struct project *project = *state;

	project_write(project, "compile_commands.json", "[]");
	project_write(project, "other/compile_commands.json", "[]");
	assert_string_equal(compdb_find(&project->arena, project->root, project_path(project, "other")),
			    project_path(project, "other/compile_commands.json"));
	assert_null(compdb_find(&project->arena, project->root, project_path(project, "none")));
}

static void arguments_on_the_command_line_serve_every_file(void **state)
{
	struct project *project = *state;
	const char *const words[] = { "-Iinclude", "-DX=1", "-Wall", NULL };

	project_write(project, "a.c", "");
	project_write(project, "sub/b.c", "");
	project_write(project, "sub/.git/c.c", "");
	const char *const paths[] = { project->root, NULL };
	assert_int_equal(
		compdb_fixed(&project->arena, project->root, paths, words, &project->database, &project->diagnostics),
		0);
	assert_int_equal(project->database.count, 2);
	assert_true(has_argument(project_unit(project, "sub/b.c"), "-DX=1"));
	assert_false(has_argument(project_unit(project, "sub/b.c"), "-Wall"));
}

static void a_path_without_sources_is_an_error(void **state)
{
	struct project *project = *state;
	const char *const words[] = { NULL };
	const char *const paths[] = { project->root, NULL };

	project_write(project, "README", "");
	assert_int_equal(
		compdb_fixed(&project->arena, project->root, paths, words, &project->database, &project->diagnostics),
		COMPDB_E_NOT_FOUND);
	assert_true(has_diagnostic(project, "no C source here"));
}

/* Parses an empty file and returns the number of complaints about arguments. */
static unsigned unknown_arguments(struct project *project, const struct unit_command *unit)
{
	CXIndex index = clang_createIndex(0, 0);
	CXTranslationUnit parsed = NULL;
	unsigned unknown = 0;

	clang_parseTranslationUnit2(index, unit->file, unit->arguments, (int)g_strv_length((char **)unit->arguments),
				    NULL, 0, CXTranslationUnit_KeepGoing, &parsed);
	assert_non_null(parsed);
	for (unsigned i = 0; i < clang_getNumDiagnostics(parsed); i++) {
		CXDiagnostic diagnostic = clang_getDiagnostic(parsed, i);
		CXString text = clang_getDiagnosticSpelling(diagnostic);

		if (strstr(clang_getCString(text), "argument")) {
			print_message("%s: %s\n", project->root, clang_getCString(text));
			unknown++;
		}
		clang_disposeString(text);
		clang_disposeDiagnostic(diagnostic);
	}
	clang_disposeTranslationUnit(parsed);
	clang_disposeIndex(index);
	return unknown;
}

static void the_parser_knows_every_option_that_stays(void **state)
{
	const struct unit_command *unit = read_command_line(
		*state,
		"gcc -D A -U B -I i -iquote q -isystem s -idirafter d -include /dev/null -imacros /dev/null -undef "
		"--std=c11 "
		"-ansi -fsigned-char -funsigned-char -fno-signed-char -fno-unsigned-char -fshort-enums "
		"-fno-short-enums "
		"-fshort-wchar -fno-short-wchar -fms-extensions -fplan9-extensions -fgnu89-inline -fno-gnu89-inline "
		"-fgnu-keywords -fno-gnu-keywords -fno-asm -fasm -fblocks -ffreestanding -fhosted -fno-builtin "
		"-fno-builtin-memcpy -fbuiltin -fdollars-in-identifiers -fno-dollars-in-identifiers "
		"-flax-vector-conversions -fexceptions -fno-exceptions -frtti -fno-rtti -fpic -fPIC -fpie -fPIE "
		"-fno-pic "
		"-fno-PIC -fno-pie -fno-PIE -pthread -m64 -march=x86-64 -msse4.2 -mssse3 -mavx2 -mmmx -mfma -mf16c "
		"-mbmi "
		"-mbmi2 -maes -mvaes -msha -mgfni -mpclmul -mvpclmulqdq -mpopcnt -mlzcnt -mcrc32 -mcx16 -mrdrnd "
		"-mrdseed "
		"-mmovbe -mrtm -mwaitpkg -nostdinc main.c");

	assert_int_equal(unknown_arguments(*state, unit), 0);
}

#define test(function) cmocka_unit_test_setup_teardown(function, project_setup, project_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(arguments_and_command_mean_the_same),
		test(output_and_warnings_are_left_out),
		test(options_only_gcc_knows_are_left_out),
		test(what_changes_the_meaning_stays),
		test(relative_paths_count_from_the_entrys_directory),
		test(launchers_are_not_the_compiler),
		test(a_cross_compiler_names_its_target),
		test(response_files_are_opened_and_nest),
		test(a_response_file_in_itself_ends_with_a_warning),
		test(preprocessor_words_are_read_again),
		test(a_program_is_preferred_to_its_test_and_shared_twin),
		test(headers_and_assembler_are_no_units),
		test(cplusplus_is_flagged),
		test(units_are_sorted_by_file),
		test(only_what_is_asked_for_is_read),
		test(the_hash_follows_the_arguments),
		test(missing_files_are_counted_in_one_warning),
		test(a_bad_entry_costs_only_itself),
		test(malformed_text_is_an_error_with_its_line),
		test(a_missing_database_says_what_to_do),
		test(the_database_is_found_where_build_systems_put_it),
		test(a_named_build_folder_is_the_only_place),
		test(arguments_on_the_command_line_serve_every_file),
		test(a_path_without_sources_is_an_error),
		test(the_parser_knows_every_option_that_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
