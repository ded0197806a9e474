/* compdb: without a database, the #includes say which folders, packages and stand-ins a unit needs. */
#include "compdb_helpers.h"

#include "compdb/config.h"
#include "compdb/scan.h"

static bool has_folder(struct project *project, const struct unit_command *unit, const char *option, const char *folder)
{
	return has_arguments(unit, option, *folder ? project_path(project, folder) : project->root);
}

/* The text of a stand-in header. */
static char *standin(struct project *project, const char *name)
{
	char *text = NULL;

	assert_true(g_file_get_contents(project_path(project, name), &text, NULL, NULL));
	return text;
}

static void a_header_elsewhere_in_the_tree_gives_its_folder(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "#include \"util/list.h\"\n");
	project_write(project, "lib/util/list.h", "");
	assert_true(has_folder(project, infer(project, "src/a.c"), "-iquote", "lib"));
	assert_true(project_unit(project, "src/a.c")->inferred);
}

static void a_header_beside_the_source_needs_no_folder(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "#include \"list.h\"\n");
	project_write(project, "src/list.h", "");
	project_write(project, "other/list.h", "");
	assert_false(has_argument(infer(project, "src/a.c"), "-iquote"));
}

static void headers_are_followed_to_what_they_include(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "#include \"first.h\"\n");
	project_write(project, "one/first.h", "#include \"second.h\"\n");
	project_write(project, "two/second.h", "");
	const struct unit_command *unit = infer(project, "src/a.c");
	assert_true(has_folder(project, unit, "-iquote", "one"));
	assert_true(has_folder(project, unit, "-iquote", "two"));
}

static void the_nearest_homonym_is_meant(void **state)
{
	struct project *project = *state;

	project_write(project, "daemon/src/a.c", "#include \"list.h\"\n");
	project_write(project, "daemon/include/list.h", "");
	project_write(project, "client/include/list.h", "");
	const struct unit_command *unit = infer(project, "daemon/src/a.c");
	assert_true(has_folder(project, unit, "-iquote", "daemon/include"));
	assert_false(has_folder(project, unit, "-iquote", "client/include"));
}

static void other_systems_and_tests_come_last(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "#include \"loop.h\"\n");
	project_write(project, "src/win32/loop.h", "");
	project_write(project, "tests/loop.h", "");
	project_write(project, "deep/er/posix/loop.h", "");
	assert_true(has_folder(project, infer(project, "src/a.c"), "-iquote", "deep/er/posix"));
}

static void a_projects_string_h_does_not_hide_the_c_librarys(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "#include <string.h>\n#include \"compat.h\"\n");
	project_write(project, "compat/string.h", "#error hidden\n");
	project_write(project, "compat/compat.h", "");
	const struct unit_command *unit = infer(project, "src/a.c");
	assert_true(has_folder(project, unit, "-iquote", "compat"));
	assert_false(has_folder(project, unit, "-I", "compat"));
	assert_false(has_folder(project, unit, "-idirafter", "compat"));
}

static void a_projects_own_public_header_comes_before_the_installed_one(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "#include <zlib.h>\n#include <uv.h>\n");
	project_write(project, "include/uv.h", "");
	assert_true(has_folder(project, infer(project, "src/a.c"), "-I", "include"));
}

static void a_library_is_found_through_pkg_config(void **state)
{
	struct project *project = *state;

	project_write(project, "a.c", "#include <gio/gio.h>\n");
	assert_true(has_argument(infer(project, "a.c"), "-I/usr/include/glib-2.0"));
}

static void of_two_versions_the_one_the_project_names_is_taken(void **state)
{
	struct project *project = *state;
	g_autofree char *old = g_strdup_printf("Cflags: -I%s/pc/old\n", project->root);
	g_autofree char *new = g_strdup_printf("Cflags: -I%s/pc/new\n", project->root);

	project_write(project, "pc/soup-2.pc", old);
	project_write(project, "pc/soup-3.pc", new);
	project_write(project, "pc/old/soup/soup.h", "");
	project_write(project, "pc/new/soup/soup.h", "");
	project_write(project, "tree/meson.build", "dependency('soup-2')\n");
	project_write(project, "tree/a.c", "#include <soup/soup.h>\n");
	g_setenv("PKG_CONFIG_PATH", project_path(project, "pc"), TRUE);
	struct project inner = *project;
	inner.root = (char *)project_path(project, "tree");
	bool takes_old =
		has_argument(infer(&inner, "a.c"), arena_printf(&project->arena, "-I%s/pc/old", project->root));
	g_unsetenv("PKG_CONFIG_PATH");
	project->arena = inner.arena;
	assert_true(takes_old);
}

/* As "postgres.h" with "utils/builtins.h"; here of libevent. */
static void a_librarys_folder_is_known_by_two_of_its_headers(void **state)
{
	struct project *project = *state;

	project_write(project, "a.c", "#include \"bufferevent_compat.h\"\n#include \"tag_compat.h\"\n");
	project_write(project, "b.c", "#include \"bufferevent_compat.h\"\n#include \"other.h\"\n");
	assert_true(has_argument(infer(project, "a.c"), "/usr/include/event2"));
	assert_false(has_argument(infer(project, "b.c"), "/usr/include/event2"));
}

static void a_missing_generated_header_is_stood_in_for(void **state)
{
	struct project *project = *state;

	project_write(project, "a.c", "#include \"enum-types.h\"\n");
	assert_true(has_folder(project, infer(project, "a.c"), "-idirafter", ".scratch/empty"));
	g_autofree char *text = standin(project, ".scratch/empty/enum-types.h");
	assert_string_equal(text, "");
}

static void a_missing_library_header_is_left_missing(void **state)
{
	struct project *project = *state;

	project_write(project, "a.c", "#include <nosuchlibrary/api.h>\n");
	assert_false(has_argument(infer(project, "a.c"), "-idirafter"));
}

static void an_installed_name_is_forwarded_to_the_tree(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "#include <product/api.h>\n");
	project_write(project, "lib/api.h", "");
	assert_true(has_folder(project, infer(project, "src/a.c"), "-idirafter", ".scratch/forward"));
	g_autofree char *text = standin(project, ".scratch/forward/product/api.h");
	assert_non_null(strstr(text, "/lib/api.h\""));
}

static void a_header_of_a_whole_folder_includes_what_is_public_there(void **state)
{
	struct project *project = *state;

	project_write(project, "lib/product/bus-client.h",
		      "/* builds on bus.h */\n#ifndef CLIENT_H\n#define CLIENT_H\n#endif\n");
	project_write(project, "lib/product/bus.h", "#pragma once\nstruct bus;\n");
	project_write(project, "lib/product/bus-private.h", "#pragma once\nstruct bus_private;\n");
	project_write(project, "lib/product/useful.h", "static inline int once(void) { return 1; }\n");
	project_write(project, "src/a.c", "#include <product/product.h>\nint a;\n");
	assert_true(has_folder(project, infer(project, "src/a.c"), "-idirafter", ".scratch/umbrella"));
	g_autofree char *text = standin(project, ".scratch/umbrella/product/product.h");
	const char *first = strstr(text, "/lib/product/bus.h\"\n"),
		   *second = strstr(text, "/lib/product/bus-client.h\"\n");
	assert_non_null(first);
	assert_non_null(second);
	assert_true(first < second);
	assert_null(strstr(text, "private"));
	assert_null(strstr(text, "useful"));
}

static void config_h_leaves_to_the_system_what_is_its_own(void **state)
{
	struct project *project = *state;

	project_write(project, "config.h.in", "#undef PTHREAD_CREATE_JOINABLE\n#undef RETSIGTYPE\n#undef USE_X\n");
	project_write(project, "a.c", "#include \"config.h\"\n");
	infer(project, "a.c");
	g_autofree char *text = standin(project, ".scratch/rendered/config.h");
	assert_non_null(strstr(text, "#define USE_X 1\n"));
	assert_non_null(strstr(text, "#define RETSIGTYPE void\n"));
	assert_null(strstr(text, "PTHREAD_CREATE_JOINABLE"));
}

static void config_h_says_what_this_machine_has(void **state)
{
	struct project *project = *state;

	project_write(project, "configure.ac", "AC_INIT([demo], [1.0])\nAC_DEFINE([ENABLE_X], [1], [x])\n");
	project_write(project, "m4/loop.m4", "AC_DEFUN([DEMO_LOOP], [AC_DEFINE(LOOP_EPOLL,, [loop])])\n");
	project_write(project, "a.c",
		      "#ifdef HAVE_CONFIG_H\n#include \"config.h\"\n#endif\n"
		      "#ifdef HAVE_SYS_EPOLL_H\n#elif defined(HAVE_KQUEUE)\n#endif\n"
		      "#if defined(HAVE_ACCEPT4) && !defined(HAVE_NO_SUCH_FUNCTION)\n#endif\n");
	assert_true(has_argument(infer(project, "a.c"), "-DHAVE_CONFIG_H"));
	g_autofree char *text = standin(project, ".scratch/config/config.h");
	assert_non_null(strstr(text, "#define HAVE_SYS_EPOLL_H 1\n"));
	assert_non_null(strstr(text, "#define HAVE_ACCEPT4 1\n"));
	assert_non_null(strstr(text, "#define ENABLE_X 1\n"));
	assert_non_null(strstr(text, "#define LOOP_EPOLL 1\n"));
	assert_non_null(strstr(text, "#define PACKAGE \"PACKAGE\"\n"));
	assert_null(strstr(text, "KQUEUE"));
	assert_null(strstr(text, "NO_SUCH_FUNCTION"));
}

/* HAVE_CRATE of a library that is installed in parts, crate-client and crate-glib, of which the build files name one. */
static void a_library_may_be_installed_in_parts(void **state)
{
	struct project *project = *state;

	project_write(project, "pc/crate-client.pc", "Cflags: -I/nowhere\n");
	project_write(project, "pc/basket-client.pc", "Cflags: -I/nowhere\n");
	project_write(project, "meson.build", "dependency('crate-client')\nconfig_h.set('HAVE_CRATE', true)\n");
	project_write(project, "a.c", "#include \"config.h\"\n#ifdef HAVE_CRATE\n#endif\n#ifdef HAVE_BASKET\n#endif\n");
	g_setenv("PKG_CONFIG_PATH", project_path(project, "pc"), TRUE);
	infer(project, "a.c");
	g_unsetenv("PKG_CONFIG_PATH");
	g_autofree char *text = standin(project, ".scratch/config/config.h");
	assert_non_null(strstr(text, "#define HAVE_CRATE 1\n"));
	assert_null(strstr(text, "HAVE_BASKET"));
}

static void templates_are_filled_in(void **state)
{
	struct project *project = *state;

	project_write(project, "a.c", "#include \"version.h\"\n#include \"config.h\"\n");
	project_write(project, "version.h.in", "#define MAJOR @MAJOR@\n#define TEXT \"@TEXT@\"\n");
	project_write(project, "config.h.in",
		      "#undef SIZEOF_INT\n#undef LOCALEDIR\n#undef inline\n#undef HAVE_STDIO_H\n");
	infer(project, "a.c");
	g_autofree char *version = standin(project, ".scratch/rendered/version.h");
	g_autofree char *config = standin(project, ".scratch/rendered/config.h");
	assert_string_equal(version, "#define MAJOR 1\n#define TEXT \"1\"\n");
	assert_non_null(strstr(config, "#define SIZEOF_INT 4\n"));
	assert_non_null(strstr(config, "#define LOCALEDIR \"LOCALEDIR\"\n"));
	assert_non_null(strstr(config, "#define HAVE_STDIO_H 1\n"));
	assert_null(strstr(config, "inline"));
}

static const char interface_xml[] =
	"<node><interface name=\"org.demo.Disk\"><method name=\"Eject\"/></interface></node>\n";

static void a_dbus_header_is_generated_as_meson_would(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "#include \"demo-generated.h\"\n");
	project_write(project, "data/disk.xml", interface_xml);
	project_write(project, "src/meson.build",
		      "gnome.gdbus_codegen('demo-generated', join_paths(top, 'disk.xml'),\n"
		      "  interface_prefix: 'org.demo', namespace: 'Demo')\n");
	assert_true(has_folder(project, infer(project, "src/a.c"), "-idirafter", ".scratch/generated"));
	g_autofree char *text = standin(project, ".scratch/generated/demo-generated.h");
	assert_non_null(strstr(text, "struct _DemoDiskIface"));
}

static void a_dbus_header_is_generated_as_automake_would(void **state)
{
	struct project *project = *state;

	project_write(project, "a.c", "#include <demo/demo-generated.h>\n");
	project_write(project, "disk.xml.in", interface_xml);
	project_write(project, "Makefile.am",
		      "interfaces = \\\n\t$(srcdir)/disk.xml \\\n\t$(NULL)\n\n"
		      "demo-generated.h: $(interfaces)\n\tgdbus-codegen --c-namespace Auto \\\n"
		      "\t\t--interface-prefix org.demo. --generate-c-code demo-generated $(interfaces)\n\nclean:\n");
	assert_true(has_folder(project, infer(project, "a.c"), "-idirafter", ".scratch/generated"));
	g_autofree char *text = standin(project, ".scratch/generated/demo-generated.h");
	assert_non_null(strstr(text, "struct _AutoDiskIface"));
}

static void a_wayland_header_is_generated_from_its_protocol(void **state)
{
	struct project *project = *state;
	g_autofree char *tool = g_find_program_in_path("wayland-scanner");

	if (!tool)
		skip();
	project_write(project, "src/a.c", "#include \"demo-server-protocol.h\"\n");
	project_write(project, "protocol/demo.xml",
		      "<protocol name=\"demo\"><interface name=\"demo_shell\" version=\"1\"><request name=\"lock\"/>"
		      "</interface></protocol>\n");
	assert_true(has_folder(project, infer(project, "src/a.c"), "-idirafter", ".scratch/generated"));
	g_autofree char *text = standin(project, ".scratch/generated/demo-server-protocol.h");
	assert_non_null(strstr(text, "struct demo_shell_interface {"));
}

static void a_generator_that_fails_leaves_an_empty_header(void **state)
{
	struct project *project = *state;

	project_write(project, "a.c", "#include \"demo-generated.h\"\n");
	project_write(project, "disk.xml", "this is no XML");
	project_write(project, "meson.build", "gnome.gdbus_codegen('demo-generated', 'disk.xml', namespace: 'Demo')\n");
	assert_true(has_folder(project, infer(project, "a.c"), "-idirafter", ".scratch/empty"));
}

static void a_generated_header_of_the_project_may_be_in_brackets(void **state)
{
	struct project *project = *state;

	project_write(project, "demo/a.c", "#include <demo/enum-types.h>\n#include <other/enum-types.h>\n");
	project_write(project, "demo/demo.h", "");
	assert_true(has_folder(project, infer(project, "demo/a.c"), "-idirafter", ".scratch/empty"));
	assert_true(g_file_test(project_path(project, ".scratch/empty/demo/enum-types.h"), G_FILE_TEST_EXISTS));
	assert_false(g_file_test(project_path(project, ".scratch/empty/other/enum-types.h"), G_FILE_TEST_EXISTS));
}

static void a_real_config_h_is_used_as_it_is(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "#include \"config.h\"\n");
	project_write(project, "config.h", "");
	project_write(project, "config.h.in", "#undef X\n");
	assert_true(has_folder(project, infer(project, "src/a.c"), "-iquote", ""));
	assert_false(g_file_test(project_path(project, ".scratch/rendered"), G_FILE_TEST_EXISTS));
}

static void the_scratch_folder_does_not_change_the_hash(void **state)
{
	struct project *project = *state;
	const char *const paths[] = { project_path(project, "a.c"), NULL };
	uint64_t hashes[2];

	project_write(project, "a.c", "#include \"generated.h\"\n");
	for (int i = 0; i < 2; i++) {
		const char *scratch = project_path(project, i ? ".one" : ".another");

		assert_int_equal(compdb_infer(&project->arena, project->root, paths, scratch, &project->database,
					      &project->diagnostics),
				 0);
		hashes[i] = project->database.units[0].hash;
	}
	assert_int_equal(hashes[0], hashes[1]);
}

static void one_file_gets_the_flags_it_gets_with_all(void **state)
{
	struct project *project = *state;
	const char *const all[] = { project->root, NULL };

	project_write(project, "src/a.c", "#include \"x.h\"\n");
	project_write(project, "src/b.c", "#include \"y.h\"\n#include \"gone.h\"\n");
	project_write(project, "one/x.h", "#include \"y.h\"\n");
	project_write(project, "two/y.h", "");
	uint64_t alone = infer(project, "src/a.c")->hash;
	assert_int_equal(compdb_infer(&project->arena, project->root, all, project_path(project, ".scratch"),
				      &project->database, &project->diagnostics),
			 0);
	assert_int_equal(project->database.count, 2);
	assert_int_equal(project_unit(project, "src/a.c")->hash, alone);
}

static void a_path_that_does_not_exist_is_an_error(void **state)
{
	struct project *project = *state;
	const char *const paths[] = { project_path(project, "gone.c"), NULL };

	assert_int_equal(compdb_infer(&project->arena, project->root, paths, project->root, &project->database,
				      &project->diagnostics),
			 COMPDB_E_NOT_FOUND);
	assert_true(has_diagnostic(project, "no such file or folder"));
}

static void build_folders_give_headers_and_no_sources(void **state)
{
	struct project *project = *state;
	const char *const paths[] = { project->root, NULL };

	project_write(project, "a.c", "#include \"generated.h\"\n");
	project_write(project, "build/CMakeCache.txt", "");
	project_write(project, "build/generated.h", "");
	project_write(project, "build/generated.c", "");
	assert_int_equal(compdb_infer(&project->arena, project->root, paths, project_path(project, ".scratch"),
				      &project->database, &project->diagnostics),
			 0);
	assert_int_equal(project->database.count, 1);
	assert_true(has_folder(project, project_unit(project, "a.c"), "-iquote", "build"));
}

static void build_files_say_which_macros_there_are(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "");
	project_write(project, "src/Makefile.am",
		      "AM_CPPFLAGS = -DDEMO_COMPILATION -DLIMIT=12 -DEMPTY='' -DLOCALEDIR=\\\"$(localedir)\\\" \\\n"
		      "\t-DKIND=KIND_DAEMON -DWITH_NOSUCHLIBRARY -DDEMO_TESTS -lowercase-DX\n");
	project_write(project, "configure.ac", "CFLAGS=\"$CFLAGS -DLIMIT=13 -DTOP\"\n");
	project_write(project, "other/meson.build", "add_project_arguments('-DOTHER', language: 'c')\n");
	const struct unit_command *unit = infer(project, "src/a.c");
	assert_true(has_argument(unit, "-DDEMO_COMPILATION=1"));
	assert_true(has_argument(unit, "-DLIMIT=12"));
	assert_true(has_argument(unit, "-DEMPTY="));
	assert_true(has_argument(unit, "-DLOCALEDIR=\"LOCALEDIR\""));
	assert_true(has_argument(unit, "-DKIND=KIND_DAEMON"));
	assert_true(has_argument(unit, "-DTOP=1"));
	assert_false(has_argument(unit, "-DWITH_NOSUCHLIBRARY=1"));
	assert_false(has_argument(unit, "-DDEMO_TESTS=1"));
	assert_false(has_argument(unit, "-DOTHER=1"));
}

static void meson_quotes_around_a_macro_are_not_its_value(void **state)
{
	struct project *project = *state;

	project_write(project, "a.c", "");
	project_write(project, "meson.build",
		      "args = ['-DONE', '-DTWO=2', '-DNAME=\"demo\"', '-DPLACE=\"@0@\"'.format(x)]\n");
	const struct unit_command *unit = infer(project, "a.c");
	assert_true(has_argument(unit, "-DONE=1"));
	assert_true(has_argument(unit, "-DTWO=2"));
	assert_true(has_argument(unit, "-DNAME=\"NAME\""));
	assert_true(has_argument(unit, "-DPLACE=\"PLACE\""));
}

static void a_header_that_build_files_force_is_included(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "");
	project_write(project, "Makefile.am", "AM_CPPFLAGS = -include $(top_builddir)/config.h -I.\n");
	const struct unit_command *unit = infer(project, "src/a.c");
	assert_true(has_arguments(unit, "-include", project_path(project, ".scratch/config/config.h")));
	assert_true(has_argument(unit, "-DHAVE_CONFIG_H"));
}

static void without_a_config_h_the_machines_answers_are_arguments(void **state)
{
	struct project *project = *state;

	project_write(project, "a.c",
		      "#include \"own.h\"\n#ifndef HAVE_SOCKLEN_T\ntypedef int socklen_t;\n#endif\n"
		      "#if HAVE_KQUEUE || HAVE_NO_SUCH_THING || HAVE_OWN || HAVE_CONFIG_H\n#endif\n");
	project_write(project, "own.h", "#define HAVE_OWN 2\n");
	const struct unit_command *unit = infer(project, "a.c");
	assert_true(has_argument(unit, "-DHAVE_SOCKLEN_T=1"));
	for (const char **argument = unit->arguments; *argument; argument++)
		assert_true(!strstr(*argument, "HAVE_") || strstr(*argument, "SOCKLEN"));
}

static void a_config_h_above_is_stood_in_for_above(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "#include \"../config.h\"\n");
	project_write(project, "configure.ac", "AC_INIT(demo, 1)\n");
	assert_true(has_folder(project, infer(project, "src/a.c"), "-idirafter", ".scratch/config/up"));
	assert_true(g_file_test(project_path(project, ".scratch/config/up/../config.h"), G_FILE_TEST_EXISTS));
}

static void another_programs_config_h_is_not_meant(void **state)
{
	struct project *project = *state;

	project_write(project, "lib/a.c", "#include <config.h>\n");
	project_write(project, "bin/tool/include/config.h", "");
	project_write(project, "configure.ac", "AC_INIT(demo, 1)\n");
	const struct unit_command *unit = infer(project, "lib/a.c");
	assert_false(has_folder(project, unit, "-idirafter", "bin/tool/include"));
	assert_true(has_folder(project, unit, "-idirafter", ".scratch/config"));
}

static void lines_that_configure_substitutes_are_left_out(void **state)
{
	struct project *project = *state;

	project_write(project, "a.c", "#include \"platform.h\"\n");
	project_write(project, "platform.h.in", "@INCLUDE_LINE@\n#define X @X@\n");
	infer(project, "a.c");
	g_autofree char *text = standin(project, ".scratch/rendered/platform.h");
	assert_string_equal(text, "\n#define X 1\n");
}

/* The names that scanning `text` finds, each followed by a blank. */
static char *scanned(const char *text)
{
	struct scan *scan = scan_text(text, strlen(text));
	GString *names = g_string_new(NULL);

	for (guint i = 0; i < scan->includes->len; i++)
		g_string_append_printf(names, "%s ", g_array_index(scan->includes, struct include, i).name);
	scan_free(scan);
	return g_string_free(names, FALSE);
}

static void comments_and_strings_hide_includes(void **state)
{
	g_autofree char *names =
		scanned("/* #include \"a.h\"\n#include \"b.h\" */ # include /* x */ <c.h> // \"d.h\"\n"
			"char *s = \"/*\";\n#include \"e.h\"\n// \\\n#include \"f.h\"\n#inc\\\nlude \"g.h\"\n");

	(void)state;
	assert_string_equal(names, "c.h e.h f.h g.h ");
}

static void other_systems_arms_are_skipped(void **state)
{
	g_autofree char *names =
		scanned("#if 0\n#include \"no.h\"\n#else\n#include \"a.h\"\n#endif\n"
			"#ifdef _WIN32\n#include \"no.h\"\n#if FOO\n#include \"no.h\"\n#endif\n#elif BAR\n"
			"#include \"b.h\"\n#else\n#include \"c.h\"\n#endif\n"
			"#ifdef __linux__\n#include \"d.h\"\n#else\n#include \"no.h\"\n#endif\n"
			"#if defined(__APPLE__) || defined(_AIX)\n#include \"no.h\"\n#endif\n"
			"#ifndef _WIN32\n#include \"e.h\"\n#else\n#include \"no.h\"\n#endif\n"
			"#if defined(X) || defined(_AIX)\n#include \"f.h\"\n#endif\n");

	(void)state;
	assert_string_equal(names, "a.h b.h c.h d.h e.h f.h ");
}

static void an_unfinished_file_is_read_to_its_end(void **state)
{
	static const char *const texts[] = { "#",   "#include", "#include \"",   "#include <a", "/*",           "\"",
					     "'\\", "#if",      "#endif\n#else", "\\\n",        "#include \"\"" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *names = scanned(texts[i]);

		assert_string_equal(names, "");
	}
}

#define test(function) cmocka_unit_test_setup_teardown(function, project_setup, project_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_header_elsewhere_in_the_tree_gives_its_folder),
		test(a_header_beside_the_source_needs_no_folder),
		test(headers_are_followed_to_what_they_include),
		test(the_nearest_homonym_is_meant),
		test(other_systems_and_tests_come_last),
		test(a_projects_string_h_does_not_hide_the_c_librarys),
		test(a_projects_own_public_header_comes_before_the_installed_one),
		test(a_library_is_found_through_pkg_config),
		test(of_two_versions_the_one_the_project_names_is_taken),
		test(a_librarys_folder_is_known_by_two_of_its_headers),
		test(a_missing_generated_header_is_stood_in_for),
		test(a_missing_library_header_is_left_missing),
		test(an_installed_name_is_forwarded_to_the_tree),
		test(a_header_of_a_whole_folder_includes_what_is_public_there),
		test(config_h_says_what_this_machine_has),
		test(config_h_leaves_to_the_system_what_is_its_own),
		test(a_library_may_be_installed_in_parts),
		test(templates_are_filled_in),
		test(a_dbus_header_is_generated_as_meson_would),
		test(a_dbus_header_is_generated_as_automake_would),
		test(a_wayland_header_is_generated_from_its_protocol),
		test(a_generator_that_fails_leaves_an_empty_header),
		test(a_generated_header_of_the_project_may_be_in_brackets),
		test(a_real_config_h_is_used_as_it_is),
		test(the_scratch_folder_does_not_change_the_hash),
		test(one_file_gets_the_flags_it_gets_with_all),
		test(a_path_that_does_not_exist_is_an_error),
		test(build_folders_give_headers_and_no_sources),
		test(build_files_say_which_macros_there_are),
		test(meson_quotes_around_a_macro_are_not_its_value),
		test(a_header_that_build_files_force_is_included),
		test(without_a_config_h_the_machines_answers_are_arguments),
		test(a_config_h_above_is_stood_in_for_above),
		test(another_programs_config_h_is_not_meant),
		test(lines_that_configure_substitutes_are_left_out),
		test(comments_and_strings_hide_includes),
		test(other_systems_arms_are_skipped),
		test(an_unfinished_file_is_read_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
