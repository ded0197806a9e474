/* options: see options.h. GOption does the work; what stands behind `--` is taken off before it looks. */
#include "cli/options.h"
#include "check/finding.h"
#include "cli/messages.h"

#include <string.h>

enum { DEFAULT_TIMEOUT = 60 };

/* Everything behind the first `--` becomes arguments->behind; the words before it stay. */
static void split_at_dashes(struct arguments *arguments)
{
	for (char **word = arguments->all; *word; word++) {
		if (strcmp(*word, "--") != 0)
			continue;
		g_free(*word);
		*word = NULL;
		arguments->behind = g_strdupv(word + 1);
		for (char **rest = word + 1; *rest; rest++) {
			g_free(*rest);
			*rest = NULL;
		}
		return;
	}
}

/* The short options that take a value, of every subcommand. GOption knows `-j 2`; people also write `-j2`. */
static const char letters_with_value[] = "fjop";

static bool is_joined(const char *word)
{
	return word[0] == '-' && word[1] && strchr(letters_with_value, word[1]) && word[2];
}

/* A copy of the words with what stands behind `--` as it is, and `-j2` before it as `-j` `2`. */
static char **copy_words(int argc, char **argv)
{
	GPtrArray *words = g_ptr_array_new();
	bool behind = false;

	for (int i = 0; i < argc; i++) {
		bool joined = !behind && is_joined(argv[i]);

		behind |= strcmp(argv[i], "--") == 0;
		g_ptr_array_add(words, joined ? g_strndup(argv[i], 2) : g_strdup(argv[i]));
		if (joined)
			g_ptr_array_add(words, g_strdup(argv[i] + 2));
	}
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(words, FALSE);
}

static void add_input_options(GOptionContext *context, struct input *input)
{
	const GOptionEntry entries[] = {
		{ "build", 'p', 0, G_OPTION_ARG_FILENAME, &input->build,
		  "compile_commands.json or the folder that holds it", "BUILD" },
		{ "store", 0, 0, G_OPTION_ARG_FILENAME, &input->store,
		  "where findings and the cache are kept (default: .looplint at the project root)", "DIR" },
		{ "jobs", 'j', 0, G_OPTION_ARG_INT, &input->jobs, "parse N units at once (default: one per processor)",
		  "N" },
		{ "timeout", 0, 0, G_OPTION_ARG_INT, &input->timeout, "seconds one unit may take (default: 60)", "S" },
		{ "alone", 0, 0, G_OPTION_ARG_NONE, &input->alone,
		  "look at the named files alone, not at others of the project that they need", NULL },
		{ "include-startup", 0, 0, G_OPTION_ARG_NONE, &input->include_startup,
		  "also follow what runs before and after the loop", NULL },
		{ 0 },
	};

	g_option_context_add_main_entries(context, entries, NULL);
}

static GOptionContext *new_context(const struct usage *usage, const GOptionEntry *own, struct input *input)
{
	GOptionContext *context = g_option_context_new(usage->positional);

	g_option_context_set_summary(context, usage->summary);
	g_option_context_set_description(context, usage->description);
	if (own)
		g_option_context_add_main_entries(context, own, NULL);
	if (input)
		add_input_options(context, input);
	return context;
}

/* GOption's own text begins with a capital letter. */
static void print_option_error(const char *command, const GError *error)
{
	char *text = g_strdup(error->message);

	text[0] = g_ascii_tolower(text[0]);
	message_print("%s; 'looplint %s --help' lists the options", text, command);
	g_free(text);
}

static bool input_is_valid(const struct input *input)
{
	if (input->jobs >= 0 && input->timeout > 0)
		return true;
	message_print("%s", input->jobs < 0 ? "--jobs must be a number from 0" : "--timeout must be a number from 1");
	return false;
}

bool options_parse(int argc, char **argv, const struct usage *usage, const GOptionEntry *own, struct input *input,
		   struct arguments *arguments)
{
	GError *error = NULL;
	GOptionContext *context = new_context(usage, own, input);
	char *program = g_strdup_printf("looplint %s", argv[0]);

	arguments->all = copy_words(argc, argv);
	split_at_dashes(arguments);
	if (input)
		input->timeout = DEFAULT_TIMEOUT;
	g_set_prgname(program);
	bool ok = g_option_context_parse_strv(context, &arguments->all, &error);
	if (!ok)
		print_option_error(argv[0], error);
	g_clear_error(&error);
	g_option_context_free(context);
	g_free(program);
	arguments->positional = arguments->all[0] ? arguments->all + 1 : arguments->all;
	if (!input)
		return ok;
	input->paths = arguments->positional;
	input->clang_arguments = arguments->behind;
	return ok && input_is_valid(input);
}

void arguments_finish(struct arguments *arguments)
{
	g_strfreev(arguments->all);
	g_strfreev(arguments->behind);
	*arguments = (struct arguments){ 0 };
}

void input_finish(struct input *input)
{
	g_free(input->build);
	g_free(input->store);
	*input = (struct input){ 0 };
}

int options_level(const char *option, const char *text)
{
	int level = level_from_name(text);

	if (level < 0)
		message_print("%s: unknown level '%s'; known are low, medium, high", option, text);
	return level;
}
