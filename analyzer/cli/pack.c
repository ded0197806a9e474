/*
 * pack: which packs there are, and whether one that is being written is right.
 *
 *     looplint pack list                          libuv  118 registrations  220 effects  https://docs.libuv.org/...
 *     looplint pack check tools/ours.yaml         tools/ours.yaml:12: argument 3 of 'ours_add' is no callback
 */
#include "cli/cli.h"
#include "cli/config.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/pack.h"
#include "cli/pack_check.h"
#include "cli/project.h"
#include "report/printable.h"

#include <string.h>

static const struct usage usage = {
	.positional = "list | check FILE... | learn [OPTION...] [PATH...]",
	.summary = "Lists the packs in use, checks packs that are being written, or learns one.",
	.description = "check reports every mistake at once, and holds the names against the library's headers where "
		       "they are installed; 'looplint pack learn --help' tells of learn.\nExit status: 0 all is well; "
		       "2 a pack is wrong or cannot be read.",
};

static void put_pack(FILE *out, const struct pack *pack)
{
	printable_put(out, pack->library);
	fprintf(out, "%*s  %4zu registrations  %4zu effects  ",
		(int)(strlen(pack->library) < 18 ? 18 - strlen(pack->library) : 0), "", pack->register_count,
		pack->effect_count);
	printable_put(out, pack->documentation ? pack->documentation : message_path(pack->file));
	fputc('\n', out);
}

static enum outcome list(void)
{
	struct arena arena = { 0 };
	struct diagnostics problems = { 0 };
	struct packs packs = { 0 };
	struct config config;
	struct output output;
	int error = config_read(&arena, project_root(&arena), &config, &problems);

	if (!error)
		error = packs_load(&arena, config.packs, &packs, &problems);
	message_diagnostics(&problems);
	output_open(&output, NULL);
	for (size_t i = 0; i < packs.count; i++)
		put_pack(output.stream, &packs.items[i]);
	bool written = output_close(&output);
	arena_finish(&arena);
	return error ? OUTCOME_BAD_INPUT : written ? OUTCOME_OK : OUTCOME_INCOMPLETE;
}

/* Whether nothing is wrong with the pack. */
static bool check_file(const char *path)
{
	struct arena arena = { 0 };
	struct diagnostics problems = { 0 };
	struct pack pack;

	if (pack_read(&arena, path, &pack, &problems) == 0) {
		pack_check_headers(&pack, &problems);
		if (!problems.errors)
			put_pack(stdout, &pack);
	}
	bool right = problems.errors == 0;
	message_diagnostics(&problems);
	arena_finish(&arena);
	return right;
}

static enum outcome check(char **paths)
{
	enum outcome outcome = OUTCOME_OK;

	if (!*paths) {
		message_print("pack check: which file? 'looplint pack check FILE...'");
		return OUTCOME_BAD_INPUT;
	}
	for (; *paths; paths++)
		if (!check_file(*paths))
			outcome = OUTCOME_BAD_INPUT;
	return outcome;
}

enum outcome cli_pack(int argc, char **argv)
{
	struct arguments arguments = { 0 };
	enum outcome outcome = OUTCOME_BAD_INPUT;

	if (argc > 1 && strcmp(argv[1], "learn") == 0)
		return cli_pack_learn(argc - 1, argv + 1); /* it has options of its own */
	if (options_parse(argc, argv, &usage, NULL, NULL, &arguments)) {
		const char *verb = arguments.positional[0];

		if (verb && strcmp(verb, "list") == 0 && !arguments.positional[1])
			outcome = list();
		else if (verb && strcmp(verb, "check") == 0)
			outcome = check(arguments.positional + 1);
		else
			message_print("pack: 'list', 'check FILE...' or 'learn', not '%s'", verb ? verb : "");
	}
	arguments_finish(&arguments);
	return outcome;
}
