/* fixture: finds and reads the programs of fixtures/; see fixture.h. */
#include "fixture.h"
#include "process.h"

#include <stdlib.h>
#include <string.h>

/* Adds the words behind every `marker` of `text`. */
static void add_words(const char *text, const char *marker, GPtrArray *out)
{
	for (const char *here = strstr(text, marker); here; here = strstr(here, marker)) {
		here += strlen(marker);
		char *content = g_strndup(here, strcspn(here, "\n"));
		char **words = NULL;

		if (g_shell_parse_argv(content, NULL, &words, NULL))
			for (char **word = words; *word; word++)
				g_ptr_array_add(out, g_strdup(*word));
		g_strfreev(words);
		g_free(content);
	}
}

static void add_package(struct fixture *fixture, const char *package)
{
	const char *const arguments[] = { "pkg-config", "--cflags", package, NULL };
	struct outcome outcome = process_run(NULL, arguments);
	char **words = NULL;

	if (outcome.status != 0) {
		g_free(fixture->missing);
		fixture->missing = g_strdup(package);
	} else if (g_shell_parse_argv(outcome.output, NULL, &words, NULL)) {
		for (char **word = words; *word; word++)
			g_ptr_array_add(fixture->flags, g_strdup(*word));
	}
	g_strfreev(words);
	outcome_finish(&outcome);
}

static void need_header(struct fixture *fixture, const char *header)
{
	const char *const arguments[] = { "clang-19", "-fsyntax-only", "-include", header, "-xc", "/dev/null", NULL };
	struct outcome outcome = process_run(NULL, arguments);

	if (outcome.status != 0) {
		g_free(fixture->missing);
		fixture->missing = g_strdup(header);
	}
	outcome_finish(&outcome);
}

static bool is_unit(const char *name)
{
	return g_str_has_suffix(name, ".c") || g_str_has_suffix(name, ".cpp");
}

static void read_source(struct fixture *fixture, const char *file)
{
	GPtrArray *packages = g_ptr_array_new_with_free_func(g_free);
	GPtrArray *headers = g_ptr_array_new_with_free_func(g_free);
	char *path = g_build_filename(fixture->folder, file, NULL), *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL)) {
		g_string_append_printf(fixture->problems, "%s: cannot be read\n", path);
		text = g_strdup("");
	}
	expectations_read(file, text, fixture->expectations, fixture->problems);
	add_words(text, "// flags:", fixture->flags);
	add_words(text, "// options:", fixture->options);
	add_words(text, "// packages:", packages);
	for (guint i = 0; i < packages->len; i++)
		add_package(fixture, packages->pdata[i]);
	add_words(text, "// headers:", headers);
	for (guint i = 0; i < headers->len; i++)
		need_header(fixture, headers->pdata[i]);
	if (is_unit(file))
		g_ptr_array_add(fixture->sources, g_strdup(file));
	g_ptr_array_free(packages, TRUE);
	g_ptr_array_free(headers, TRUE);
	g_free(text);
	g_free(path);
}

static struct fixture *fixture_new(const char *name, const char *folder)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	fixture->name = g_strdup(name);
	fixture->folder = g_strdup(folder);
	fixture->sources = g_ptr_array_new_with_free_func(g_free);
	fixture->flags = g_ptr_array_new_with_free_func(g_free);
	fixture->options = g_ptr_array_new_with_free_func(g_free);
	fixture->expectations = expectations_new();
	fixture->problems = g_string_new(NULL);
	return fixture;
}

static void fixture_free(void *item)
{
	struct fixture *fixture = item;

	g_free(fixture->name);
	g_free(fixture->folder);
	g_free(fixture->missing);
	g_ptr_array_free(fixture->sources, TRUE);
	g_ptr_array_free(fixture->flags, TRUE);
	g_ptr_array_free(fixture->options, TRUE);
	g_array_free(fixture->expectations, TRUE);
	g_string_free(fixture->problems, TRUE);
	g_free(fixture);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names in `folder`, sorted; empty if it is none. */
static GPtrArray *list_folder(const char *folder)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)))
		g_ptr_array_add(names, g_strdup(name));
	if (dir)
		g_dir_close(dir);
	g_ptr_array_sort(names, compare_names);
	return names;
}

static bool is_source(const char *name)
{
	return is_unit(name) || g_str_has_suffix(name, ".h");
}

/* The sources in a folder of the fixture, and below; `below` is its path in the fixture with a slash behind, or "". */
static void read_sources(struct fixture *fixture, const char *below)
{
	char *folder = g_build_filename(fixture->folder, below, NULL);
	GPtrArray *names = list_folder(folder);

	for (guint i = 0; i < names->len; i++) {
		char *file = g_strconcat(below, names->pdata[i], NULL),
		     *path = g_build_filename(folder, names->pdata[i], NULL);
		char *inner = g_strconcat(file, "/", NULL);

		if (g_file_test(path, G_FILE_TEST_IS_DIR))
			read_sources(fixture, inner);
		else if (is_source(file))
			read_source(fixture, file);
		g_free(inner);
		g_free(path);
		g_free(file);
	}
	g_ptr_array_free(names, TRUE);
	g_free(folder);
}

/* A folder of files is one fixture, if there is C in it. */
static struct fixture *read_folder(const char *name, const char *folder)
{
	struct fixture *fixture = fixture_new(name, folder);

	read_sources(fixture, "");
	if (fixture->sources->len > 0)
		return fixture;
	fixture_free(fixture);
	return NULL;
}

static struct fixture *read_entry(const char *top, const char *folder, const char *entry)
{
	char *path = g_build_filename(folder, entry, NULL), *name = g_strdup_printf("%s/%s", top, entry);
	struct fixture *fixture = NULL;

	if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
		fixture = read_folder(name, path);
	} else if (is_unit(entry)) {
		*strrchr(name, '.') = '\0';
		fixture = fixture_new(name, folder);
		read_source(fixture, entry);
	}
	g_free(name);
	g_free(path);
	return fixture;
}

static void add_top(GPtrArray *out, const char *root, const char *top, const char *part)
{
	char *folder = g_build_filename(root, top, NULL);
	GPtrArray *entries = list_folder(folder);

	for (guint i = 0; i < entries->len; i++) {
		struct fixture *fixture = read_entry(top, folder, entries->pdata[i]);

		if (fixture && strstr(fixture->name, part))
			g_ptr_array_add(out, fixture);
		else if (fixture)
			fixture_free(fixture);
	}
	g_ptr_array_free(entries, TRUE);
	g_free(folder);
}

GPtrArray *fixtures_find(const char *root, const char *part, const char *const *others)
{
	GPtrArray *out = g_ptr_array_new_with_free_func(fixture_free), *tops = list_folder(root);

	for (guint i = 0; i < tops->len; i++)
		if (!g_strv_contains(others, tops->pdata[i]))
			add_top(out, root, tops->pdata[i], part);
	g_ptr_array_free(tops, TRUE);
	return out;
}

void fixtures_free(GPtrArray *fixtures)
{
	g_ptr_array_free(fixtures, TRUE);
}
