/*
 * check: analyses, keeps the findings, prints those that are to be reported.
 *
 * Everything found is stored, whatever is shown, so that a run with a narrower view does not make findings look
 * resolved. Printing comes last: when the reader goes away, nothing is lost.
 */
#include "cli/messages.h"
#include "cli/output.h"
#include "cli/pipeline.h"
#include "cli/selection.h"
#include "report/report.h"

#include <glib.h>
#include <string.h>

struct check_command {
	struct input input;
	char *format, *output, *fail_on, *severity, *confidence, *colour;
	char **rules;
	report_writer *write;
	int fail_level;
	int severity_level, confidence_level; /* -1: as configured */
};

static const struct usage usage = {
	.positional = "[PATH...] [-- CLANG-ARGUMENT...]",
	.summary = "Finds calls that block an event loop, and says why the code is on the loop.",
	.description =
		"PATH: files or folders to analyse; without one, the whole project. Flags come from "
		"compile_commands.json\n"
		"if there is one, else they are inferred; behind `--` they are given for all units. Other files of "
		"the\n"
		"project that named ones need are read too, unless --alone; a finding is reported if it lies in a\n"
		"named file or its path passes through one.\n"
		"\n"
		"Suppressed findings and those reviewed as false-positive or intentional are neither shown nor "
		"counted.\n"
		"\n"
		"Exit status: 0 nothing to report at or above --fail-on; 1 findings; 2 the command line, "
		"configuration,\n"
		"a pack or the compile database is wrong; 3 incomplete: units failed, or the findings could not "
		"be kept\n"
		"or written. 3 wins over 1.",
};

static bool rules_exist(char **rules)
{
	for (; rules && *rules; rules++)
		if (!check_find_rule(*rules)) {
			message_print("unknown rule '%s'; 'looplint explain' lists them", *rules);
			return false;
		}
	return true;
}

static bool format_exists(struct check_command *c)
{
	c->write = report_find(c->format ? c->format : "text");
	if (!c->write)
		message_print("unknown format '%s'; known are %s", c->format, report_formats());
	return c->write;
}

static bool colour_exists(const char *when)
{
	if (!when || strcmp(when, "auto") == 0 || strcmp(when, "always") == 0 || strcmp(when, "never") == 0)
		return true;
	message_print("--color: unknown value '%s'; known are auto, always, never", when);
	return false;
}

static bool levels_exist(struct check_command *c)
{
	c->fail_level = c->fail_on ? options_level("--fail-on", c->fail_on) : LEVEL_LOW;
	c->severity_level = c->severity ? options_level("--severity", c->severity) : -1;
	c->confidence_level = c->confidence ? options_level("--confidence", c->confidence) : -1;
	return c->fail_level >= 0 && (!c->severity || c->severity_level >= 0) &&
	       (!c->confidence || c->confidence_level >= 0);
}

static bool parse(struct check_command *c, int argc, char **argv, struct arguments *arguments)
{
	const GOptionEntry own[] = {
		{ "format", 'f', 0, G_OPTION_ARG_STRING, &c->format, "text or json (default: text)", "FORMAT" },
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &c->output, "write to FILE instead of stdout", "FILE" },
		{ "fail-on", 0, 0, G_OPTION_ARG_STRING, &c->fail_on,
		  "exit 1 only for findings of severity low, medium or high and above (default: low)", "LEVEL" },
		{ "severity", 0, 0, G_OPTION_ARG_STRING, &c->severity,
		  "show findings of severity low, medium or high and above (default: medium)", "LEVEL" },
		{ "confidence", 0, 0, G_OPTION_ARG_STRING, &c->confidence,
		  "show findings of confidence low, medium or high and above (default: medium)", "LEVEL" },
		{ "rule", 0, 0, G_OPTION_ARG_STRING_ARRAY, &c->rules,
		  "show findings of this rule only; may be repeated", "SLUG" },
		{ "color", 0, 0, G_OPTION_ARG_STRING, &c->colour, "auto, always or never (default: auto)", "WHEN" },
		{ 0 },
	};

	return options_parse(argc, argv, &usage, own, &c->input, arguments) && format_exists(c) && levels_exist(c) &&
	       colour_exists(c->colour) && rules_exist(c->rules);
}

/* The rules to turn on: those of the configuration and those asked for by name. */
static const char *const *enabled_rules(struct arena *arena, const struct check_command *c, const struct config *config)
{
	size_t configured = g_strv_length((char **)config->enabled_rules);
	size_t named = c->rules ? g_strv_length(c->rules) : 0;
	const char **all = arena_new_array(arena, const char *, configured + named + 1);

	for (size_t i = 0; i < configured; i++)
		all[i] = config->enabled_rules[i];
	for (size_t i = 0; i < named; i++)
		all[configured + i] = c->rules[i];
	return all;
}

/* The units whose findings this run may call resolved: those that could be read. */
static const char *const *analysed_units(struct pipeline *p)
{
	const char **paths = arena_new_array(&p->arena, const char *, p->named + 1);
	size_t count = 0;

	for (size_t i = 0; i < p->named; i++)
		if (p->facts[i]->status == UNIT_OK || p->facts[i]->status == UNIT_DEGRADED)
			paths[count++] = facts_string(p->facts[i], p->facts[i]->path);
	return paths;
}

static GHashTable *files_of(const struct pipeline *p, size_t from, size_t to)
{
	GHashTable *files = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = from; i < to; i++)
		g_hash_table_add(files, (gpointer)facts_string(p->facts[i], p->facts[i]->path));
	return files;
}

static bool passes_through(const struct finding *finding, GHashTable *files)
{
	for (size_t i = 0; i < finding->steps; i++)
		if (g_hash_table_contains(files, finding->witness[i].file))
			return true;
	return false;
}

/* Leaves out what concerns none of the units asked for: it lies in a neighbour, and its path passes only through such. */
static void leave_out_neighbours(const struct pipeline *p, struct run *run)
{
	g_autoptr(GHashTable) named = files_of(p, 0, p->named);
	g_autoptr(GHashTable) others = files_of(p, p->named, p->compdb.count);
	size_t kept = 0;

	for (size_t i = 0; i < run->findings.count; i++) {
		const struct finding *finding = &run->findings.items[i];

		if (!g_hash_table_contains(others, finding->file) || passes_through(finding, named))
			run->findings.items[kept++] = *finding;
	}
	run->findings.count = kept;
}

static void keep(struct pipeline *p, struct run *run)
{
	struct diagnostics problems = { 0 };

	if (!p->store)
		return;
	int error = store_put_run(p->store, run, analysed_units(p), &problems);
	message_diagnostics(&problems);
	p->incomplete |= error != 0;
}

static bool print(const struct check_command *c, const struct run *run, unsigned hidden)
{
	struct output output;

	if (!output_open(&output, c->output))
		return false;
	struct report_options options = {
		.colour = output_coloured(c->colour ? c->colour : "auto", output.stream),
		.hidden = hidden,
	};
	c->write(output.stream, run, &options);
	return output_close(&output);
}

/* The text report says it itself; other formats have no place for it. */
static void warn_of_degraded(const struct check_command *c, const struct run *run)
{
	char line[200];

	if (c->write != report_text && report_degraded_line(run, line, sizeof line))
		message_print("%s", line);
}

static enum outcome check(const struct check_command *c, struct pipeline *p)
{
	struct check_options options = {
		.root = p->root,
		.disabled_rules = p->config.disabled_rules,
		.enabled_rules = enabled_rules(&p->arena, c, &p->config),
		.include_startup = c->input.include_startup,
	};
	struct selection selection = {
		.severity = c->severity_level >= 0 ? (enum level)c->severity_level : p->config.severity,
		.confidence = c->confidence_level >= 0 ? (enum level)c->confidence_level : p->config.confidence,
		.rules = c->rules,
		.config = &p->config,
	};
	struct run run = { 0 };
	unsigned hidden;

	check_program(&p->arena, p->program, &options, &run);
	leave_out_neighbours(p, &run);
	keep(p, &run);
	struct run shown = selection_apply(&p->arena, &selection, &run, &hidden);
	warn_of_degraded(c, &run);
	if (!print(c, &shown, hidden) || p->incomplete)
		return OUTCOME_INCOMPLETE;
	return selection_reaches(&shown, (enum level)c->fail_level) ? OUTCOME_FINDINGS : OUTCOME_OK;
}

static void finish(struct check_command *c, struct arguments *arguments)
{
	input_finish(&c->input);
	arguments_finish(arguments);
	g_free(c->format);
	g_free(c->output);
	g_free(c->fail_on);
	g_free(c->severity);
	g_free(c->confidence);
	g_free(c->colour);
	g_strfreev(c->rules);
}

enum outcome cli_check(int argc, char **argv)
{
	struct check_command c = { 0 };
	struct arguments arguments = { 0 };
	struct pipeline pipeline = { 0 };
	enum outcome outcome = OUTCOME_BAD_INPUT;

	if (parse(&c, argc, argv, &arguments))
		outcome = pipeline_run(&pipeline, &c.input, STAGE_CONTEXT);
	if (pipeline.program)
		outcome = check(&c, &pipeline);
	pipeline_finish(&pipeline);
	finish(&c, &arguments);
	return outcome;
}
