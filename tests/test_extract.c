/*
 * extract: each fixtures/extract/NAME.c gives the facts of NAME.facts beside it. The fixture's first comment says what it
 * is about. After a change that is meant, `UPDATE_FACTS=1 test_extract` writes the files anew: read the difference.
 */
#include "extract/extract.h"
#include "facts/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIXTURES SOURCE_DIR "/fixtures/extract"

/* -std=gnu17, or what stands behind "// flags:" in the source. */
static char **flags_of(const char *file)
{
	g_autofree char *text = NULL;
	char *begin = g_file_get_contents(file, &text, NULL, NULL) ? strstr(text, "// flags: ") : NULL;

	if (!begin)
		return g_strsplit("-std=gnu17", " ", -1);
	begin += strlen("// flags: ");
	begin[strcspn(begin, "\n")] = '\0';
	return g_strsplit(begin, " ", -1);
}

static struct facts *extract_fixture(const char *name, size_t *size)
{
	g_autofree char *file = g_build_filename(FIXTURES, name, NULL);
	g_auto(GStrv) arguments = flags_of(file);
	struct unit_command unit = {
		.file = file,
		.directory = FIXTURES,
		.arguments = (const char **)arguments,
		.cplusplus = g_strv_contains((const char *const *)arguments, "c++"),
	};
	struct extract_options options = { .root = FIXTURES };

	return extract_unit(&unit, &options, size);
}

static char *printed(const struct facts *facts)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	facts_print(facts, out);
	fclose(out);
	return text;
}

/* Fails with the first line that differs. */
static void assert_same_text(const char *name, const char *expected, const char *actual)
{
	g_auto(GStrv) want = g_strsplit(expected, "\n", -1), got = g_strsplit(actual, "\n", -1);

	for (guint i = 0; want[i] || got[i]; i++) {
		if (want[i] && got[i] && strcmp(want[i], got[i]) == 0)
			continue;
		fail_msg("%s:%u\n  expected: %s\n  got:      %s", name, i + 1, want[i] ? want[i] : "the end",
			 got[i] ? got[i] : "the end");
	}
}

static void fixture_gives_its_facts(void **state)
{
	const char *name = *state;
	g_autofree char *base = g_strndup(name, strlen(name) - 2);
	g_autofree char *path = g_strdup_printf(FIXTURES "/%s.facts", base);
	g_autofree char *expected = NULL;
	size_t size;
	struct facts *facts = extract_fixture(name, &size);
	char *actual = printed(facts);

	assert_true(facts_check(facts, size));
	if (g_getenv("UPDATE_FACTS"))
		assert_true(g_file_set_contents(path, actual, -1, NULL));
	assert_true(g_file_get_contents(path, &expected, NULL, NULL));
	assert_same_text(name, expected, actual);
	free(actual);
	free(facts);
}

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(((const struct CMUnitTest *)a)->name, ((const struct CMUnitTest *)b)->name);
}

static void free_name(void *item)
{
	g_free(((struct CMUnitTest *)item)->initial_state);
}

static GArray *fixture_tests(void)
{
	GArray *tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
	GDir *dir = g_dir_open(FIXTURES, 0, NULL);
	const char *name;

	g_array_set_clear_func(tests, free_name);
	while (dir && (name = g_dir_read_name(dir))) {
		if (!g_str_has_suffix(name, ".c"))
			continue;
		char *kept = g_strdup(name);
		struct CMUnitTest test = { kept, fixture_gives_its_facts, NULL, NULL, kept };

		g_array_append_val(tests, test);
	}
	if (dir)
		g_dir_close(dir);
	g_array_sort(tests, by_name);
	return tests;
}

int main(void)
{
	GArray *tests = fixture_tests();
	int failed = _cmocka_run_group_tests("extract", (struct CMUnitTest *)tests->data, tests->len, NULL, NULL);

	g_array_free(tests, TRUE);
	return failed;
}
