/*
 * The house: what must hold between files, so that memory need not. Walls (who may include what, which way the folders
 * depend), the lists of rules that must agree, and that a file begins by saying what it is.
 */
#include "process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static GString *problems; /* of the running test, a line each */

static int begin(void **state)
{
	(void)state;
	problems = g_string_new(NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	g_string_free(problems, TRUE);
	return 0;
}

static void assert_no_problem(void)
{
	fprintf(stderr, "%s", problems->str);
	assert_int_equal(problems->len, 0);
}

typedef void file_visitor(const char *path, const char *text);

static bool is_source(const char *path)
{
	return g_str_has_suffix(path, ".c") || g_str_has_suffix(path, ".h");
}

static char *read_whole(const char *path)
{
	char *full = g_build_filename(SOURCE_DIR, path, NULL), *text = NULL;

	if (!g_file_get_contents(full, &text, NULL, NULL))
		text = g_strdup("");
	g_free(full);
	return text;
}

/* Names in a folder of the source tree; frees itself with g_ptr_array_free. Empty if there is no such folder. */
static GPtrArray *names_in(const char *folder)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	char *full = g_build_filename(SOURCE_DIR, folder, NULL);
	GDir *dir = g_dir_open(full, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)))
		g_ptr_array_add(names, g_strdup(name));
	if (dir)
		g_dir_close(dir);
	g_free(full);
	return names;
}

/* Every C source below `folder`; paths count from the root of the tree. */
static void visit_sources(const char *folder, file_visitor *visit)
{
	GPtrArray *names = names_in(folder);

	for (guint i = 0; i < names->len; i++) {
		char *path = g_build_filename(folder, names->pdata[i], NULL);
		char *full = g_build_filename(SOURCE_DIR, path, NULL);

		if (g_file_test(full, G_FILE_TEST_IS_DIR)) {
			visit_sources(path, visit);
		} else if (is_source(path)) {
			char *text = read_whole(path);

			visit(path, text);
			g_free(text);
		}
		g_free(full);
		g_free(path);
	}
	g_ptr_array_free(names, TRUE);
}

/* Includes of a file, one after the other: `name` without its quotes or brackets. */
struct include {
	const char *next;
	char name[200];
	bool quoted;
};

static bool next_include(struct include *include)
{
	const char *line = strstr(include->next, "#include ");

	if (!line)
		return false;
	const char *name = line + strlen("#include ") + 1;
	size_t length = strcspn(name, "\">\n");
	include->quoted = name[-1] == '"';
	g_strlcpy(include->name, name, MIN(length + 1, sizeof include->name));
	include->next = name + length;
	return true;
}

/* Headers that only some folders may see. */
struct wall {
	const char *header; /* beginning of its name */
	const char *folders[8];
};

static const struct wall walls[] = {
	{ "clang-c/", { "analyzer/extract/", "tests/" } },
	{ "sqlite3.h", { "db/", "tests/" } },
	{ "glib",
	  { "analyzer/", "db/", "tests/", "offload/adapters/glib.c", "offload/examples/",
	    "offload/tests/drivers/glib.c" } },
	{ "jansson.h", { "analyzer/compdb/", "analyzer/cli/", "tests/" } },
	{ "cyaml/", { "analyzer/pack/", "analyzer/cli/", "tests/" } },
};

static bool begins_with_any(const char *text, const char *const *beginnings)
{
	for (; *beginnings; beginnings++)
		if (g_str_has_prefix(text, *beginnings))
			return true;
	return false;
}

static void check_walls(const char *path, const char *text)
{
	for (struct include include = { .next = text }; next_include(&include);)
		for (size_t i = 0; i < G_N_ELEMENTS(walls); i++)
			if (g_str_has_prefix(include.name, walls[i].header) && !begins_with_any(path, walls[i].folders))
				g_string_append_printf(problems, "%s: includes <%s>\n", path, include.name);
}

static void a_library_is_known_only_behind_its_wall(void **state)
{
	static const char *const folders[] = { "analyzer", "rules", "db", "offload", "tests" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
		visit_sources(folders[i], check_walls);
	assert_no_problem();
}

/* What a stage may include: itself, what stands before it on the line, and the nouns. */
struct stage {
	const char *folder;
	const char *sees[8]; /* beginnings of includes */
};

static const struct stage stages[] = {
	{ "analyzer/base", { "base/" } },
	{ "analyzer/facts", { "facts/", "base/" } },
	{ "analyzer/compdb", { "compdb/", "base/" } },
	{ "analyzer/pack", { "pack/", "base/" } },
	{ "analyzer/extract", { "extract/", "base/", "compdb/compdb.h", "facts/" } },
	{ "analyzer/program", { "program/", "base/", "facts/", "pack/pack.h", "check/finding.h" } },
	{ "analyzer/check", { "check/", "base/", "facts/", "pack/pack.h", "program/", "rules/" } },
	{ "analyzer/report", { "report/", "base/", "check/finding.h", "pack/pack.h" } },
	{ "db", { "db/", "base/", "facts/facts.h", "compdb/compdb.h", "check/finding.h" } },
};

static const struct stage *stage;

static void check_stage(const char *path, const char *text)
{
	for (struct include include = { .next = text }; next_include(&include);)
		if (include.quoted && strchr(include.name, '/') && !begins_with_any(include.name, stage->sees))
			g_string_append_printf(problems, "%s: includes \"%s\"\n", path, include.name);
}

static void a_stage_sees_only_what_stands_before_it(void **state)
{
	(void)state;
	for (stage = stages; stage < stages + G_N_ELEMENTS(stages); stage++)
		visit_sources(stage->folder, check_stage);
	assert_no_problem();
}

static void check_rule_includes(const char *path, const char *text)
{
	if (!g_str_has_suffix(path, ".c"))
		return;
	for (struct include include = { .next = text }; next_include(&include);)
		if (strcmp(include.name, "rule.h") != 0)
			g_string_append_printf(problems, "%s: includes %s, and not only rule.h\n", path, include.name);
}

static void a_rule_sees_only_rule_h(void **state)
{
	(void)state;
	visit_sources("rules", check_rule_includes);
	assert_no_problem();
}

static void check_runtime_includes(const char *path, const char *text)
{
	static const char *const own[] = { "offload", "drivers/", NULL };

	for (struct include include = { .next = text }; next_include(&include);)
		if (include.quoted && strchr(include.name, '/') && !begins_with_any(include.name, own))
			g_string_append_printf(problems, "%s: includes \"%s\"\n", path, include.name);
}

static void the_runtime_knows_nothing_of_the_analyzer(void **state)
{
	(void)state;
	visit_sources("offload", check_runtime_includes);
	assert_no_problem();
}

/* A feature macro must stand before anything else, so it may. */
static void check_first_comment(const char *path, const char *text)
{
	while (g_str_has_prefix(text, "#define _") || *text == '\n')
		text += strcspn(text, "\n") + 1;
	if (!g_str_has_prefix(text, "/*"))
		g_string_append_printf(problems, "%s: does not begin with a comment that says what it is\n", path);
}

static void every_file_begins_by_saying_what_it_is(void **state)
{
	static const char *const folders[] = { "analyzer", "rules", "db", "offload", "examples", "tests" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
		visit_sources(folders[i], check_first_comment);
	assert_no_problem();
}

/* Names of the rules in rules.def, with '-' for '_'. */
static GPtrArray *listed_rules(void)
{
	GPtrArray *slugs = g_ptr_array_new_with_free_func(g_free);
	char *text = read_whole("rules/rules.def");

	for (const char *line = text; (line = strstr(line, "\nRULE(")); line++) {
		const char *name = line + strlen("\nRULE(");

		g_ptr_array_add(slugs, g_strdelimit(g_strndup(name, strcspn(name, ")")), "_", '-'));
	}
	g_free(text);
	return slugs;
}

static bool contains(const GPtrArray *names, const char *name)
{
	for (guint i = 0; i < names->len; i++)
		if (strcmp(names->pdata[i], name) == 0)
			return true;
	return false;
}

static void every_rule_is_listed_once_and_has_its_file(void **state)
{
	GPtrArray *slugs = listed_rules(), *files = names_in("rules");

	(void)state;
	assert_true(slugs->len > 0);
	for (guint i = 0; i < slugs->len; i++) {
		char *file = g_strdup_printf("%s.c", (char *)slugs->pdata[i]);

		if (!contains(files, file))
			g_string_append_printf(problems, "rules.def lists %s, and there is no rules/%s\n",
					       (char *)slugs->pdata[i], file);
		g_free(file);
		for (guint k = 0; k < i; k++)
			assert_string_not_equal(slugs->pdata[i], slugs->pdata[k]);
	}
	for (guint i = 0; i < files->len; i++) {
		char *slug = g_strdup(files->pdata[i]);

		slug[strlen(slug) - 2] = '\0';
		if (g_str_has_suffix(files->pdata[i], ".c") && !contains(slugs, slug))
			g_string_append_printf(problems, "rules/%s is not in rules.def\n", (char *)files->pdata[i]);
		g_free(slug);
	}
	g_ptr_array_free(files, TRUE);
	g_ptr_array_free(slugs, TRUE);
	assert_no_problem();
}

static bool expects_rule;
static const char *wanted_rule;

static void look_for_expectation(const char *path, const char *text)
{
	char *expectation = g_strdup_printf("// expect: %s:", wanted_rule);

	(void)path;
	if (strstr(text, expectation))
		expects_rule = true;
	g_free(expectation);
}

static void every_rule_has_fixtures_that_expect_it(void **state)
{
	GPtrArray *slugs = listed_rules();

	(void)state;
	for (guint i = 0; i < slugs->len; i++) {
		char *folder = g_build_filename("fixtures", slugs->pdata[i], NULL);

		wanted_rule = slugs->pdata[i];
		expects_rule = false;
		visit_sources(folder, look_for_expectation);
		if (!expects_rule)
			g_string_append_printf(problems, "%s: no fixture expects the rule\n", folder);
		g_free(folder);
	}
	g_ptr_array_free(slugs, TRUE);
	assert_no_problem();
}

static void docs_rules_md_is_what_explain_writes(void **state)
{
	const char *const arguments[] = { LOOPLINT_BIN, "explain", "--markdown", NULL };
	struct outcome outcome = process_run(SOURCE_DIR, arguments);
	GPtrArray *slugs = listed_rules();
	char *page = read_whole("docs/rules.md");

	(void)state;
	assert_int_equal(outcome.status, 0);
	assert_string_equal(outcome.output, page); /* else: looplint explain --markdown > docs/rules.md */
	for (guint i = 0; i < slugs->len; i++)
		assert_non_null(strstr(page, slugs->pdata[i]));
	g_ptr_array_free(slugs, TRUE);
	g_free(page);
	outcome_finish(&outcome);
}

/* Each key of `value`, and of what is inside it, appears in `page`. */
static void check_keys_documented(json_t *value, const char *page)
{
	const char *key;
	json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
		check_keys_documented(item, page);
	json_object_foreach(value, key, item) {
		char *quoted = g_strdup_printf("\"%s\":", key);

		if (!strstr(page, quoted))
			g_string_append_printf(problems, "docs/output.md does not show %s\n", quoted);
		g_free(quoted);
		check_keys_documented(item, page);
	}
}

static void every_key_of_the_json_output_is_documented(void **state)
{
	char *store = g_dir_make_tmp("looplint-house-XXXXXX", NULL), *page = read_whole("docs/output.md");
	const char *const check[] = { LOOPLINT_BIN,
				      "check",
				      "--format",
				      "json",
				      "--store",
				      store,
				      "fixtures/blocking-call/direct_call_in_a_callback.c",
				      "--",
				      NULL };
	const char *const clean_up[] = { "rm", "-rf", store, NULL };
	struct outcome outcome = process_run(SOURCE_DIR, check), removed = process_run(NULL, clean_up);
	json_t *report = json_loads(outcome.output, 0, NULL);

	(void)state;
	assert_int_equal(json_array_size(json_object_get(report, "findings")), 1);
	check_keys_documented(report, page);
	json_decref(report);
	outcome_finish(&outcome);
	outcome_finish(&removed);
	g_free(page);
	g_free(store);
	assert_no_problem();
}

static void every_pack_has_a_fixture_that_calls_it(void **state)
{
	GPtrArray *packs = names_in("rules/packs"), *fixtures = names_in("fixtures/packs");

	(void)state;
	assert_true(packs->len > 0);
	for (guint i = 0; i < packs->len; i++) {
		char *name = packs->pdata[i];

		if (!g_str_has_suffix(name, ".yaml"))
			continue;
		char *fixture = g_strdup_printf("%.*s.c", (int)(strlen(name) - strlen(".yaml")), name);
		char *other = g_strdup_printf("%spp", fixture);
		if (!contains(fixtures, fixture) && !contains(fixtures, other))
			g_string_append_printf(problems, "rules/packs/%s: no fixtures/packs/%s\n", name, fixture);
		g_free(fixture);
		g_free(other);
	}
	g_ptr_array_free(packs, TRUE);
	g_ptr_array_free(fixtures, TRUE);
	assert_no_problem();
}

static void readme_and_ci_name_the_commands(void **state)
{
	char *readme = read_whole("README.md"), *ci = read_whole(".ci/run");

	(void)state;
	assert_non_null(strstr(readme, "./dev run"));
	assert_non_null(strstr(readme, "./dev test"));
	assert_non_null(strstr(ci, "./dev test"));
	g_free(readme);
	g_free(ci);
}

int main(void)
{
#define HOUSE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(a_library_is_known_only_behind_its_wall),
		HOUSE_TEST(a_stage_sees_only_what_stands_before_it),
		HOUSE_TEST(a_rule_sees_only_rule_h),
		HOUSE_TEST(the_runtime_knows_nothing_of_the_analyzer),
		HOUSE_TEST(every_file_begins_by_saying_what_it_is),
		HOUSE_TEST(every_rule_is_listed_once_and_has_its_file),
		HOUSE_TEST(every_rule_has_fixtures_that_expect_it),
		HOUSE_TEST(docs_rules_md_is_what_explain_writes),
		HOUSE_TEST(every_key_of_the_json_output_is_documented),
		HOUSE_TEST(every_pack_has_a_fixture_that_calls_it),
		HOUSE_TEST(readme_and_ci_name_the_commands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
