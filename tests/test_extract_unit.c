/*
 * extract, what the text of facts does not show: identity across units, paths, dependencies.
 */
#include "extract/extract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tree {
	char *root;
};

static int make_tree(void **state)
{
	struct tree *tree = g_new0(struct tree, 1);

	tree->root = g_dir_make_tmp("looplint-unit-XXXXXX", NULL);
	*state = tree;
	return 0;
}

static int remove_tree(void **state)
{
	struct tree *tree = *state;
	const char *argv[] = { "rm", "-r", tree->root, NULL };

	g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
	g_free(tree->root);
	g_free(tree);
	return 0;
}

static void write_file(const struct tree *tree, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(tree->root, name, NULL);
	g_autofree char *folder = g_path_get_dirname(path);

	g_mkdir_with_parents(folder, 0700);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static struct facts *extract_below(const struct tree *tree, const char *root, const char *name,
				   const char *const *arguments)
{
	g_autofree char *file = g_build_filename(tree->root, name, NULL);
	struct unit_command unit = { .file = file, .directory = tree->root, .arguments = (const char **)arguments };
	struct extract_options options = { .root = root };
	size_t size;
	struct facts *facts = extract_unit(&unit, &options, &size);

	assert_true(facts_check(facts, size));
	return facts;
}

static struct facts *extract_file(const struct tree *tree, const char *name)
{
	static const char *const none[] = { NULL };

	return extract_below(tree, tree->root, name, none);
}

static const struct symbol *find_symbol(const struct facts *f, const char *name)
{
	for (uint32_t i = 1; i < f->symbols.count; i++)
		if (strcmp(facts_string(f, facts_symbol(f, i)->name), name) == 0)
			return facts_symbol(f, i);
	fail_msg("no symbol %s", name);
	return NULL;
}

static const char *key_of(const struct facts *f, const char *name)
{
	return facts_string(f, find_symbol(f, name)->key);
}

static const struct dependency *find_dependency(const struct facts *f, const char *ending)
{
	for (uint32_t i = 1; i < f->dependencies.count; i++)
		if (g_str_has_suffix(facts_string(f, facts_dependency(f, i)->path), ending))
			return facts_dependency(f, i);
	return NULL;
}

static void statics_of_files_with_one_name_are_two(void **state)
{
	const struct tree *tree = *state;

	write_file(tree, "a/util.c", "static int init(void) { return 1; }\nint a(void) { return init(); }\n");
	write_file(tree, "b/util.c", "static int init(void) { return 2; }\nint b(void) { return init(); }\n");
	struct facts *a = extract_file(tree, "a/util.c"), *b = extract_file(tree, "b/util.c");
	assert_string_equal(key_of(a, "init"), "a/util.c#c:util.c@F@init");
	assert_string_equal(key_of(b, "init"), "b/util.c#c:util.c@F@init");
	assert_string_equal(key_of(a, "a"), "c:@F@a");
	free(a);
	free(b);
}

static void a_header_gives_each_unit_the_same_keys(void **state)
{
	const struct tree *tree = *state;

	write_file(tree, "h.h",
		   "struct ops { int (*open)(void); };\n"
		   "static inline int twice(struct ops *o) { return o->open() + o->open(); }\n");
	write_file(tree, "a.c", "#include \"h.h\"\nint a(struct ops *o) { return twice(o); }\n");
	write_file(tree, "b/b.c", "#include \"../h.h\"\nint b(struct ops *o) { return twice(o); }\n");
	struct facts *a = extract_file(tree, "a.c"), *b = extract_file(tree, "b/b.c");
	assert_string_equal(key_of(a, "twice"), key_of(b, "twice"));
	assert_string_equal(key_of(a, "twice"), "h.h#c:h.h@F@twice");
	assert_string_equal(key_of(a, "ops.open"), "c:@S@ops@FI@open");
	assert_string_equal(key_of(b, "ops.open"), "c:@S@ops@FI@open");
	assert_int_equal(a->functions.count - 1, 2);
	free(a);
	free(b);
}

static void paths_outside_the_root_are_absolute(void **state)
{
	const struct tree *tree = *state;
	const char *const none[] = { NULL };
	g_autofree char *inside = g_build_filename(tree->root, "inside", NULL);
	g_autofree char *link = g_build_filename(tree->root, "link", NULL);

	write_file(tree, "outside.h", "int outside(void);\n");
	write_file(tree, "inside/a.c", "#include \"../outside.h\"\nint a(void) { return outside(); }\n");
	assert_int_equal(symlink(inside, link), 0);
	struct facts *f = extract_below(tree, link, "inside/a.c", none);
	g_autofree char *header = g_build_filename(tree->root, "outside.h", NULL);
	assert_string_equal(facts_string(f, f->path), "a.c");
	assert_string_equal(facts_file(f, find_symbol(f, "outside")->file), header);
	free(f);
}

/* Folders that are searched last count as the system's for the compiler. */
static void headers_of_the_project_are_the_projects_however_they_are_found(void **state)
{
	const struct tree *tree = *state;
	const char *const arguments[] = { "-idirafter", "own", NULL };

	write_file(tree, "own/own.h",
		   "#include <stdlib.h>\nint elsewhere(void);\n"
		   "static inline int here(void) { return elsewhere() + abs(1); }\n");
	write_file(tree, "a.c", "#include <own.h>\nint a(void) { return here(); }\n");
	struct facts *f = extract_below(tree, tree->root, "a.c", arguments);
	assert_int_equal(f->functions.count - 1, 2);
	assert_false(find_symbol(f, "here")->flags & SYMBOL_SYSTEM);
	assert_false(find_symbol(f, "elsewhere")->flags & SYMBOL_SYSTEM);
	assert_true(find_symbol(f, "abs")->flags & SYMBOL_SYSTEM);
	free(f);
}

static void dependencies_are_what_was_read(void **state)
{
	const struct tree *tree = *state;

	write_file(tree, "h.h", "int x;\n");
	write_file(tree, "a.c", "#include \"h.h\"\n");
	struct facts *before = extract_file(tree, "a.c");
	assert_int_equal(before->dependencies.count - 1, 2);
	assert_int_equal(find_dependency(before, "/a.c")->size, strlen("#include \"h.h\"\n"));
	assert_true(find_dependency(before, "/h.h")->mtime_ns > 0);
	write_file(tree, "h.h", "int y;\n");
	struct facts *after = extract_file(tree, "a.c");
	assert_true(find_dependency(before, "/h.h")->hash != find_dependency(after, "/h.h")->hash);
	assert_true(find_dependency(before, "/a.c")->hash == find_dependency(after, "/a.c")->hash);
	free(before);
	free(after);
}

static void relative_arguments_count_from_the_directory(void **state)
{
	const struct tree *tree = *state;
	const char *const arguments[] = { "-Iinclude", "-DNAME=found", NULL };

	write_file(tree, "include/h.h", "int found(void);\n");
	write_file(tree, "src/a.c", "#include <h.h>\nint a(void) { return NAME(); }\n");
	struct facts *f = extract_below(tree, tree->root, "src/a.c", arguments);
	assert_int_equal(f->status, UNIT_OK);
	assert_string_equal(facts_file(f, find_symbol(f, "found")->file), "include/h.h");
	free(f);
}

static void what_later_compilers_refuse_is_no_error(void **state)
{
	const struct tree *tree = *state;

	write_file(tree, "a.c", "f(x) { return g(x); }\nchar *h(void) { int *p = 3; return f; }\n");
	struct facts *f = extract_file(tree, "a.c");
	assert_int_equal(f->errors, 0);
	assert_true(find_symbol(f, "g")->flags & SYMBOL_IMPLICIT);
	free(f);
}

static void the_front_end_names_its_version(void **state)
{
	(void)state;
	assert_non_null(strstr(extract_front_end(), "19."));
	assert_non_null(strstr(extract_front_end(), "/clang/"));
}

#define in_tree(test) cmocka_unit_test_setup_teardown(test, make_tree, remove_tree)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_tree(statics_of_files_with_one_name_are_two),
		in_tree(a_header_gives_each_unit_the_same_keys),
		in_tree(paths_outside_the_root_are_absolute),
		in_tree(headers_of_the_project_are_the_projects_however_they_are_found),
		in_tree(dependencies_are_what_was_read),
		in_tree(relative_arguments_count_from_the_directory),
		in_tree(what_later_compilers_refuse_is_no_error),
		cmocka_unit_test(the_front_end_names_its_version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
