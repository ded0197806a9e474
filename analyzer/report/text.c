/*
 * text: a run as a person reads it, in the form compilers use, so that editors find the places by themselves.
 *
 *     src/net.c:12:13: high: 'getaddrinfo' can block the loop (dns) [blocking-call]
 *         12 |         if (getaddrinfo(host, port, &hints, &list) != 0)
 *            |             ^~~~~~~~~~~
 *     src/main.c:40:2: note: 'on_timer' is called by the loop (uv_timer_start)
 *     ...
 *     help: use uv_getaddrinfo
 *
 *     2 units, 0 failed; 31 indirect calls, 4 unresolved; 1 finding (1 new)
 */
#include "report/excerpt.h"
#include "report/printable.h"
#include "report/report.h"

#include <string.h>

struct palette {
	const char *place, *level[LEVELS], *note, *help, *marker, *reset;
};

static const struct palette plain = { "", { "", "", "" }, "", "", "", "" };
static const struct palette coloured = {
	.place = "\033[1m",
	.level = { [LEVEL_LOW] = "\033[1;36m", [LEVEL_MEDIUM] = "\033[1;33m", [LEVEL_HIGH] = "\033[1;31m" },
	.note = "\033[1;34m",
	.help = "\033[1;32m",
	.marker = "\033[32m",
	.reset = "\033[0m",
};

struct text_report {
	FILE *out;
	const struct report_options *options;
	const struct palette *colours;
	struct sources *sources;
};

/* "file:line:column: word: " */
static void put_head(const struct text_report *r, const struct span *place, const char *colour, const char *word)
{
	fputs(r->colours->place, r->out);
	printable_put(r->out, place->file);
	fprintf(r->out, ":%u:%u:%s %s%s:%s ", place->line, place->column, r->colours->reset, colour, word,
		r->colours->reset);
}

static void put_excerpt(const struct text_report *r, const struct span *place)
{
	excerpt_print(r->out, r->sources, place, r->colours->marker, r->colours->reset);
}

static bool stands_at(const struct step *step, const struct finding *finding)
{
	return step->line == finding->line && step->column == finding->column && strcmp(step->file, finding->file) == 0;
}

static void put_note(const struct text_report *r, const struct step *step)
{
	struct span place = { .file = step->file, .line = step->line, .column = step->column };

	put_head(r, &place, r->colours->note, "note");
	printable_put(r->out, step->text);
	fputc('\n', r->out);
}

/* `shown`: the finding whose line has just been printed. The last step often stands there too. */
static void put_step(const struct text_report *r, const struct step *step, const struct finding *shown)
{
	struct span place = { .file = step->file, .line = step->line, .column = step->column };

	put_note(r, step);
	if (!stands_at(step, shown))
		put_excerpt(r, &place);
}

/* Of other ways only where they begin, and no source. */
static void put_steps(const struct text_report *r, const struct finding *finding)
{
	bool other = false;

	for (size_t i = 0; i < finding->steps; i++) {
		const struct step *step = &finding->witness[i];

		other |= step->kind == STEP_WAY;
		if (!other)
			put_step(r, step, finding);
		else if (step->kind == STEP_WAY)
			put_note(r, step);
	}
}

static void put_advice(const struct text_report *r, const struct finding *finding)
{
	if (!finding->advice_text || !*finding->advice_text)
		return;
	fprintf(r->out, "%shelp:%s ", r->colours->help, r->colours->reset);
	printable_put(r->out, finding->advice_text);
	fputc('\n', r->out);
}

static void put_finding(const struct text_report *r, const struct finding *finding)
{
	struct span place = { finding->file, finding->line, finding->column, finding->end_line, finding->end_column };

	put_head(r, &place, r->colours->level[finding->severity], level_name(finding->severity));
	printable_put(r->out, finding->message);
	fprintf(r->out, " [%s]\n", finding->rule);
	if (r->options->no_witness)
		return;
	put_excerpt(r, &place);
	put_steps(r, finding);
	put_advice(r, finding);
	fputc('\n', r->out);
}

static void put_hidden(FILE *out, unsigned hidden)
{
	if (hidden == 0)
		return;
	fprintf(out, "%u %s of lower severity or confidence not shown; --severity low --confidence low shows all\n",
		hidden, hidden == 1 ? "finding" : "findings");
}

static struct text_report begin(FILE *out, const char *root, const struct report_options *options)
{
	return (struct text_report){ out, options, options->colour ? &coloured : &plain, sources_new(root) };
}

void report_finding(FILE *out, const char *root, const struct finding *finding, const struct report_options *options)
{
	struct text_report r = begin(out, root, options);

	put_finding(&r, finding);
	sources_free(r.sources);
}

void report_text(FILE *out, const struct run *run, const struct report_options *options)
{
	struct text_report r = begin(out, run->root, options);
	char line[200];

	for (size_t i = 0; i < run->findings.count; i++)
		put_finding(&r, &run->findings.items[i]);
	if (report_degraded_line(run, line, sizeof line))
		fprintf(out, "%s\n", line);
	put_hidden(out, options->hidden);
	report_coverage_line(run, line, sizeof line);
	fprintf(out, "%s\n", line);
	sources_free(r.sources);
}
