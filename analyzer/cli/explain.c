/* explain: what each rule says, why, and what to write instead; as text, or as docs/rules.md. */
#include "check/check.h"
#include "cli/cli.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "cli/output.h"
#include "rule.h"

#include <string.h>

static const struct usage usage = {
	.positional = "[RULE]",
	.summary = "Explains a rule; without RULE, lists them.",
};

/* Lines of an example, each behind `indent`. */
static void put_indented(FILE *out, const char *indent, const char *text)
{
	while (text && *text) {
		size_t length = strcspn(text, "\n");

		fprintf(out, "%s%.*s\n", length ? indent : "", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

static void list_rules(FILE *out)
{
	for (const struct rule *const *rule = check_rules(); *rule; rule++)
		fprintf(out, "%-24s %s%s\n", (*rule)->slug, (*rule)->what, (*rule)->off ? " (off by default)" : "");
}

static void explain_rule(FILE *out, const struct rule *rule)
{
	fprintf(out, "%s%s\n\n%s\n%s\n\nInstead: %s\n", rule->slug, rule->off ? " (off by default)" : "", rule->what,
		rule->why, rule->instead);
	fputs("\nBad:\n\n", out);
	put_indented(out, "    ", rule->bad);
	fputs("\nGood:\n\n", out);
	put_indented(out, "    ", rule->good);
	fprintf(out, "\nAllow one:\n\n    /* looplint: allow(%s) the reason */\n", rule->slug);
}

static void put_example(FILE *out, const char *title, const char *text)
{
	fprintf(out, "\n%s\n\n```c\n", title);
	put_indented(out, "", text);
	fputs("```\n", out);
}

static void write_markdown(FILE *out)
{
	fputs("# Rules\n\nWritten by `looplint explain --markdown`; the texts are in rules/.\n", out);
	for (const struct rule *const *rule = check_rules(); *rule; rule++) {
		fprintf(out, "\n## %s\n\n%s%s\n\n%s\n\nInstead: %s\n", (*rule)->slug, (*rule)->what,
			(*rule)->off ? " Off by default." : "", (*rule)->why, (*rule)->instead);
		put_example(out, "Bad:", (*rule)->bad);
		put_example(out, "Good:", (*rule)->good);
	}
}

static enum outcome print(const char *slug, bool markdown)
{
	const struct rule *rule = slug ? check_find_rule(slug) : NULL;
	struct output output;

	if (slug && !rule) {
		message_print("unknown rule '%s'; 'looplint explain' lists them", slug);
		return OUTCOME_BAD_INPUT;
	}
	output_open(&output, NULL);
	if (rule)
		explain_rule(output.stream, rule);
	else if (markdown)
		write_markdown(output.stream);
	else
		list_rules(output.stream);
	return output_close(&output) ? OUTCOME_OK : OUTCOME_INCOMPLETE;
}

enum outcome cli_explain(int argc, char **argv)
{
	gboolean markdown = FALSE;
	const GOptionEntry own[] = {
		{ "markdown", 0, 0, G_OPTION_ARG_NONE, &markdown, "print docs/rules.md", NULL },
		{ 0 },
	};
	struct arguments arguments = { 0 };
	enum outcome outcome = OUTCOME_BAD_INPUT;

	if (options_parse(argc, argv, &usage, own, NULL, &arguments))
		outcome = print(arguments.positional[0], markdown);
	arguments_finish(&arguments);
	return outcome;
}
