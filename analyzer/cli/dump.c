/* dump: what a stage hands to the next, as text, for a look at what the analyzer saw. */
#include "cli/messages.h"
#include "cli/output.h"
#include "cli/pipeline.h"
#include "facts/text.h"
#include "report/report.h"

#include <string.h>

static const struct usage usage = {
	.positional = "--after=STAGE [PATH...] [-- CLANG-ARGUMENT...]",
	.summary = "Prints what a stage hands to the next.",
	.description = "STAGE: packs, compdb, extract, link, context or check.",
};

static void dump_registration(FILE *out, const struct registration *r)
{
	fprintf(out, "  registers %s", r->function ? r->function : r->field);
	if (r->callback)
		fprintf(out, " argument %d", r->callback);
	fprintf(out, " -> %s\n", context_name(r->context));
}

static const char *const effect_words[] = {
	[EFFECT_BLOCKS] = "blocks",
	[EFFECT_RUNS_LOOP] = "runs_loop",
	[EFFECT_WAITS] = "waits",
	[EFFECT_ANY_THREAD] = "any_thread",
	[EFFECT_FORKS] = "forks",
	[EFFECT_SETS_NONBLOCKING] = "sets_nonblocking",
	[EFFECT_SETS_BLOCKING] = "sets_blocking",
	[EFFECT_OPENS] = "opens",
	[EFFECT_LOCKS] = "locks",
	[EFFECT_UNLOCKS] = "unlocks",
	[EFFECT_CHANGES] = "changes",
	[EFFECT_EMITS] = "emits",
};

static void dump_effect(FILE *out, const struct effect *e)
{
	fprintf(out, "  %s %s", e->function, effect_words[e->kind]);
	if (e->kind == EFFECT_BLOCKS)
		fprintf(out, " %s", category_name(e->category));
	if (e->kind == EFFECT_OPENS)
		fprintf(out, " %s", e->opens);
	fputs(e->when.count ? " (on conditions)\n" : "\n", out);
}

static void dump_packs(FILE *out, struct pipeline *p)
{
	for (size_t i = 0; i < p->packs.count; i++) {
		const struct pack *pack = &p->packs.items[i];

		fprintf(out, "%s (%s)\n", pack->library, pack->file);
		for (size_t j = 0; j < pack->register_count; j++)
			dump_registration(out, &pack->registers[j]);
		for (size_t j = 0; j < pack->effect_count; j++)
			dump_effect(out, &pack->effects[j]);
	}
}

static void dump_units(FILE *out, struct pipeline *p)
{
	for (size_t i = 0; i < p->compdb.count; i++) {
		const struct unit_command *unit = &p->compdb.units[i];

		fprintf(out, "%s%s\n  in %s\n ", unit->file, unit->inferred ? " (inferred)" : "", unit->directory);
		for (const char **argument = unit->arguments; *argument; argument++)
			fprintf(out, " %s", *argument);
		fputc('\n', out);
	}
}

static void dump_facts(FILE *out, struct pipeline *p)
{
	for (size_t i = 0; i < p->named; i++)
		facts_print(p->facts[i], out);
}

static void dump_link(FILE *out, struct pipeline *p)
{
	program_dump_link(p->program, out);
}

static void dump_context(FILE *out, struct pipeline *p)
{
	program_dump_context(p->program, out);
}

/* Every finding of every confidence, suppressed ones too, as the rules left them. */
static void dump_check(FILE *out, struct pipeline *p)
{
	struct check_options options = {
		.root = p->root,
		.disabled_rules = p->config.disabled_rules,
		.enabled_rules = p->config.enabled_rules,
		.include_startup = p->input->include_startup,
	};
	struct run run = { 0 };

	check_program(&p->arena, p->program, &options, &run);
	report_json(out, &run, &(struct report_options){ 0 });
}

static const struct dump {
	const char *name;
	enum stage last;
	void (*print)(FILE *out, struct pipeline *p);
} dumps[] = {
	{ "packs", STAGE_PACKS, dump_packs },       { "compdb", STAGE_COMPDB, dump_units },
	{ "extract", STAGE_EXTRACT, dump_facts },   { "link", STAGE_LINK, dump_link },
	{ "context", STAGE_CONTEXT, dump_context }, { "check", STAGE_CONTEXT, dump_check },
};

static const struct dump *find_dump(const char *name)
{
	for (size_t i = 0; name && i < G_N_ELEMENTS(dumps); i++)
		if (strcmp(dumps[i].name, name) == 0)
			return &dumps[i];
	message_print("%s%s%s; known are packs, compdb, extract, link, context, check",
		      name ? "unknown stage '" : "name a stage with --after=STAGE", name ? name : "", name ? "'" : "");
	return NULL;
}

static enum outcome run(const struct dump *dump, const struct input *input)
{
	struct pipeline pipeline = { 0 };
	struct output output;
	enum outcome outcome = pipeline_run(&pipeline, input, dump->last);

	if (outcome == OUTCOME_OK && output_open(&output, NULL)) {
		dump->print(output.stream, &pipeline);
		if (!output_close(&output) || pipeline.incomplete)
			outcome = OUTCOME_INCOMPLETE;
	}
	pipeline_finish(&pipeline);
	return outcome;
}

enum outcome cli_dump(int argc, char **argv)
{
	char *after = NULL;
	const GOptionEntry own[] = {
		{ "after", 0, 0, G_OPTION_ARG_STRING, &after, "the last stage to run", "STAGE" },
		{ 0 },
	};
	struct input input = { 0 };
	struct arguments arguments = { 0 };
	const struct dump *dump = NULL;

	if (options_parse(argc, argv, &usage, own, &input, &arguments))
		dump = find_dump(after);
	enum outcome outcome = dump ? run(dump, &input) : OUTCOME_BAD_INPUT;
	input_finish(&input);
	arguments_finish(&arguments);
	g_free(after);
	return outcome;
}
