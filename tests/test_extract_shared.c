/*
 * extract, shared headers: which lines a source begins with, which units share what, and that facts stay what they are.
 */
#include "extract/extract.h"
#include "extract/shared.h"
#include "facts/text.h"
#include "sources.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* Leading lines. */

static void assert_leading(const char *source, const char *head, const char *others)
{
	struct leading leading = leading_lines(source, "/nowhere");

	g_ptr_array_add(leading.others, NULL);
	g_autofree char *joined = g_strjoinv("\n", (char **)leading.others->pdata);
	g_ptr_array_set_size(leading.others, (gint)leading.others->len - 1);
	assert_string_equal(leading.head, head);
	assert_string_equal(joined, others);
	leading_clear(&leading);
}

static void the_first_include_is_the_head(void **state)
{
	(void)state;
	assert_leading("/* x */\n#include \"config.h\"\n// y\n# include <a.h> /* z */\n#include <b.h>\nint "
		       "x;\n#include <c.h>\n",
		       "#include \"config.h\"\n", "#include <a.h>\n#include <b.h>");
}

static void definitions_before_it_belong_to_the_head(void **state)
{
	(void)state;
	assert_leading("#define _GNU_SOURCE\n#include <a.h>\n#include <b.h>\n", "#define _GNU_SOURCE\n#include <a.h>\n",
		       "#include <b.h>");
}

static void a_definition_ends_the_block(void **state)
{
	(void)state;
	assert_leading("#include <a.h>\n#include <b.h>\n#define N 1\n#include <c.h>\n", "#include <a.h>\n",
		       "#include <b.h>");
}

static void a_condition_of_directives_belongs_to_the_head(void **state)
{
	(void)state;
	assert_leading("#ifdef HAVE_CONFIG_H\n#include <config.h>\n#endif\n#include <a.h>\n",
		       "#ifdef HAVE_CONFIG_H\n#include <config.h>\n#endif\n", "#include <a.h>");
}

static void a_condition_with_code_ends_the_block(void **state)
{
	(void)state;
	assert_leading("#ifdef X\nint x;\n#endif\n#include <a.h>\n", "", "");
	assert_leading("#include <a.h>\n#ifdef X\n#include <b.h>\n#endif\n#include <c.h>\n", "#include <a.h>\n", "");
}

static void an_include_of_a_macro_ends_the_block(void **state)
{
	(void)state;
	assert_leading("#include <a.h>\n#include HEADER\n#include <b.h>\n", "#include <a.h>\n", "");
}

static void text_that_never_ends_is_no_trouble(void **state)
{
	(void)state;
	assert_leading("/* no end", "", "");
	assert_leading("#ifdef X\n#include <a.h>\n", "", "");
	assert_leading("#include \"a.h", "", "");
	assert_leading("#include <a.h> /* no end", "#include <a.h>\n", "");
}

/* Projects of several units. */

/* Sources a.c, b.c, ...; each `beginning` and a function that calls `call`. */
static void add_sources(struct project *p, unsigned count, const char *beginning, const char *call)
{
	for (unsigned i = 0; i < count; i++) {
		g_autofree char *name = g_strdup_printf("%c.c", 'a' + (char)i);
		g_autofree char *text = g_strdup_printf("%s\nvoid run_%u(void)\n{\n\t%s;\n}\n", beginning, i, call);

		add_file(p, name, text);
	}
}

static size_t sources(const struct project *p, struct unit_command *units)
{
	static const char *arguments[] = { NULL };
	size_t count = 0;

	for (guint i = 0; i < p->files->len; i++)
		if (g_str_has_suffix(p->files->pdata[i], ".c"))
			units[count++] = (struct unit_command){ .file = p->files->pdata[i],
								.directory = p->root,
								.arguments = arguments };
	return count;
}

struct collected {
	GHashTable *texts; /* path -> text */
	size_t dependencies, errors;
};

static bool collect(const struct unit_command *unit, const struct facts *facts, void *data)
{
	struct collected *c = data;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	facts_print(facts, out);
	fclose(out);
	g_hash_table_insert(c->texts, g_strdup(unit->file), g_strdup(text));
	free(text);
	c->dependencies += facts->dependencies.count - 1;
	c->errors += facts->errors;
	return true;
}

/* Facts of all units parsed together, which share headers where they can, against each alone, which cannot. */
static void assert_same_together_and_alone(struct project *p, size_t errors)
{
	struct extract_options options = { .root = p->root, .jobs = 2 };
	struct unit_command units[16];
	size_t count = sources(p, units);
	struct collected together = { .texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free) };
	struct collected alone = { .texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free) };

	assert_int_equal(extract_units(units, count, &options, collect, &together), 0);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(extract_units(&units[i], 1, &options, collect, &alone), 0);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(g_hash_table_lookup(together.texts, units[i].file),
				    g_hash_table_lookup(alone.texts, units[i].file));
	assert_int_equal(together.dependencies, alone.dependencies);
	assert_int_equal(together.errors, errors);
	g_hash_table_destroy(together.texts);
	g_hash_table_destroy(alone.texts);
}

static size_t sets_of(const struct project *p, char **text)
{
	struct unit_command units[16];
	struct shared_plan plan;

	shared_plan(&plan, units, sources(p, units));
	size_t count = plan.count;
	*text = count ? g_strdup(plan.sets[0].text) : NULL;
	shared_plan_free(&plan);
	return count;
}

static void units_that_begin_alike_share_headers(void **state)
{
	struct project *p = *state;
	g_autofree char *text = NULL;

	add_sources(p, 5, "#include <stdio.h>\n#include <unistd.h>", "write(1, \"x\", 1)");
	assert_int_equal(sets_of(p, &text), 1);
	assert_string_equal(text, "#include <stdio.h>\n#include <unistd.h>\n");
	assert_same_together_and_alone(p, 0);
}

static void a_few_units_share_nothing(void **state)
{
	struct project *p = *state;
	g_autofree char *text = NULL;

	add_sources(p, SHARED_UNITS - 1, "#include <stdio.h>", "puts(\"x\")");
	assert_int_equal(sets_of(p, &text), 0);
}

static void a_header_that_some_units_lack_is_left_out(void **state)
{
	struct project *p = *state;
	g_autofree char *text = NULL;

	add_sources(p, 5, "#include <stdio.h>\n#include <unistd.h>", "puts(\"x\")");
	add_file(p, "y.c", "#include <stdio.h>\nvoid y(void) { puts(\"y\"); }\n");
	add_file(p, "z.c", "#include <stdio.h>\n#include <fcntl.h>\nvoid z(void) { puts(\"z\"); }\n");
	assert_int_equal(sets_of(p, &text), 1);
	assert_string_equal(text, "#include <stdio.h>\n"); /* small headers are not worth leaving a unit out */
	assert_same_together_and_alone(p, 0);
}

static void inline_functions_of_a_shared_header_stay_with_their_users(void **state)
{
	struct project *p = *state;

	add_file(p, "own.h",
		 "#pragma once\n#include <unistd.h>\nstatic inline void pause_ms(int n) { usleep(n * 1000); }\n"
		 "static void (*const table[])(int) = { pause_ms };\n");
	add_sources(p, 5, "#include \"own.h\"", "pause_ms(3); table[0](1)");
	assert_same_together_and_alone(p, 0);
}

static void a_header_without_a_guard_is_not_shared(void **state)
{
	struct project *p = *state;

	add_file(p, "own.h", "struct pair { int a, b; };\nvoid use(struct pair *);\n");
	add_sources(p, 5, "#include \"own.h\"", "struct pair x = { 0 }; use(&x)");
	assert_same_together_and_alone(p, 0);
}

static void a_unit_that_minds_is_parsed_without(void **state)
{
	struct project *p = *state;

	add_file(p, "own.h", "#pragma once\nvoid use(int);\n");
	add_file(p, "late.h", "#pragma once\nvoid use_late(int);\n");
	add_sources(p, 5, "#include \"own.h\"\n#include \"late.h\"", "use(1); use_late(2)");
	add_file(p, "x.c", "#include \"own.h\"\n#include \"late.h\"\nvoid x(void) { broken(; use(1); }\n");
	assert_same_together_and_alone(p, 2);
}

static void no_precompiled_header_is_left_behind(void **state)
{
	struct project *p = *state;
	struct unit_command units[16];
	struct shared_plan plan;

	add_sources(p, 5, "#include <stdio.h>", "puts(\"x\")");
	shared_plan(&plan, units, sources(p, units));
	g_autofree char *folder = g_strdup(plan.folder);
	assert_true(g_file_set_contents(plan.sets[0].path, "x", -1, NULL));
	shared_plan_free(&plan);
	assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_include_is_the_head),
		cmocka_unit_test(definitions_before_it_belong_to_the_head),
		cmocka_unit_test(a_definition_ends_the_block),
		cmocka_unit_test(a_condition_of_directives_belongs_to_the_head),
		cmocka_unit_test(a_condition_with_code_ends_the_block),
		cmocka_unit_test(an_include_of_a_macro_ends_the_block),
		cmocka_unit_test(text_that_never_ends_is_no_trouble),
		cmocka_unit_test_setup_teardown(units_that_begin_alike_share_headers, make_project, remove_project),
		cmocka_unit_test_setup_teardown(a_few_units_share_nothing, make_project, remove_project),
		cmocka_unit_test_setup_teardown(a_header_that_some_units_lack_is_left_out, make_project,
						remove_project),
		cmocka_unit_test_setup_teardown(inline_functions_of_a_shared_header_stay_with_their_users, make_project,
						remove_project),
		cmocka_unit_test_setup_teardown(a_header_without_a_guard_is_not_shared, make_project, remove_project),
		cmocka_unit_test_setup_teardown(a_unit_that_minds_is_parsed_without, make_project, remove_project),
		cmocka_unit_test_setup_teardown(no_precompiled_header_is_left_behind, make_project, remove_project),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
