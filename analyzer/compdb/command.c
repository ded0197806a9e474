/* command: launchers, compiler names and response files; see command.h. */
#include "compdb/command.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

enum { DEEPEST_RESPONSE_FILE = 16 };

/* Programs that start the compiler. Their own options and VARIABLE=value words are skipped with them. */
static const char *const launcher_table[] = {
	"ccache", "distcc", "sccache", "icecc",  "pump",    "buildcache", "libtool", "env",       "nice",       "time",
	"sh",     "bash",   "dash",    "ionice", "depcomp", "compile",    "gomacc",  "cov-build", "scan-build",
};

static bool is_launcher(const char *word)
{
	g_autofree char *name = g_path_get_basename(word);

	for (size_t i = 0; i < G_N_ELEMENTS(launcher_table); i++)
		if (strcmp(launcher_table[i], name) == 0)
			return true;
	return g_str_has_suffix(name, "-libtool");
}

/* Index of the compiler among `words`; the number of words if there are only launchers. */
static size_t find_compiler(const char *const *words)
{
	size_t i = 0;

	while (words[i] && is_launcher(words[i])) {
		i++;
		while (words[i] && (words[i][0] == '-' || strchr(words[i], '=')))
			i++;
	}
	return i;
}

/* "/usr/bin/arm-linux-gnueabihf-gcc-12" -> "arm-linux-gnueabihf"; a triple has two dashes at least. */
static const char *target_of_compiler(struct arena *arena, const char *compiler)
{
	g_autofree char *name = g_path_get_basename(compiler);
	char *end = NULL;

	for (const char *const *tool = (const char *const[]){ "-gcc", "-g++", "-cc", "-c++", NULL }; *tool && !end;
	     tool++)
		end = strstr(name, *tool);
	if (!end)
		return NULL;
	*end = '\0';
	char *dash = strchr(name, '-');
	return dash && strchr(dash + 1, '-') ? arena_strdup(arena, name) : NULL;
}

static bool is_cplusplus_compiler(const char *compiler)
{
	g_autofree char *name = g_path_get_basename(compiler);

	return strstr(name, "++") != NULL;
}

static const char *const *words_in_arena(struct arena *arena, char **words)
{
	size_t count = g_strv_length(words);
	const char **copy = arena_new_array(arena, const char *, count + 1);

	for (size_t i = 0; i < count; i++)
		copy[i] = arena_strdup(arena, words[i]);
	return copy;
}

const char *const *command_split(struct arena *arena, const char *line, const char **problem)
{
	g_auto(GStrv) words = NULL;
	g_autoptr(GError) error = NULL;

	if (g_shell_parse_argv(line, NULL, &words, &error))
		return words_in_arena(arena, words);
	if (g_error_matches(error, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING))
		return arena_new_array(arena, const char *, 1);
	*problem = arena_strdup(arena, error->message);
	return NULL;
}

static int append_words(struct arena *arena, const char *const *words, const char *directory, int depth, GPtrArray *out,
			const char **problem);

static int append_response_file(struct arena *arena, const char *name, const char *directory, int depth, GPtrArray *out,
				const char **problem)
{
	g_autofree char *path = g_canonicalize_filename(name, directory);
	g_autofree char *text = NULL;

	*problem = arena_strdup(arena, path);
	if (depth == DEEPEST_RESPONSE_FILE)
		return -ELOOP;
	errno = 0;
	if (!g_file_get_contents(path, &text, NULL, NULL))
		return errno ? -errno : -EIO;
	const char *const *words = command_split(arena, text, problem);
	return words ? append_words(arena, words, directory, depth + 1, out, problem) : -EINVAL;
}

static int append_words(struct arena *arena, const char *const *words, const char *directory, int depth, GPtrArray *out,
			const char **problem)
{
	int error = 0;

	for (size_t i = 0; words[i] && !error; i++) {
		if (words[i][0] == '@' && words[i][1])
			error = append_response_file(arena, words[i] + 1, directory, depth, out, problem);
		else
			g_ptr_array_add(out, arena_strdup(arena, words[i]));
	}
	return error;
}

static const char *const *array_in_arena(struct arena *arena, const GPtrArray *words)
{
	const char **copy = arena_new_array(arena, const char *, words->len + 1);

	for (guint i = 0; i < words->len; i++)
		copy[i] = words->pdata[i];
	return copy;
}

int command_read(struct arena *arena, const char *const *words, const char *directory, struct command *out,
		 const char **problem)
{
	g_autoptr(GPtrArray) expanded = g_ptr_array_new();
	int error = append_words(arena, words, directory, 0, expanded, problem);

	if (error)
		return error;
	const char *const *all = array_in_arena(arena, expanded);
	const char *const *compiler = all + find_compiler(all);
	*out = (struct command){ .words = compiler };
	if (!*compiler)
		return 0;
	out->words = compiler + 1;
	out->target = target_of_compiler(arena, *compiler);
	out->cplusplus = is_cplusplus_compiler(*compiler);
	return 0;
}
