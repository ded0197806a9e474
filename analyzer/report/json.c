/*
 * json: a run as one JSON object, for programs. docs/output.md describes it; the order of keys is fixed, each key is
 * always there, and each finding has a line of its own.
 *
 * It is written as it goes, without building a tree. Strings are valid UTF-8 whatever the source held: a byte that is
 * not appears as the four characters `\xNN`.
 */
#include "report/report.h"

#include <glib.h>
#include <string.h>

/* The length of the longest start of `text` that JSON takes as it is. */
static size_t plain_length(const char *text)
{
	const char *valid_end;

	g_utf8_validate(text, -1, &valid_end);
	size_t length = 0;
	while (text + length < valid_end && (unsigned char)text[length] >= 0x20 && text[length] != '"' &&
	       text[length] != '\\')
		length++;
	return length;
}

static void put_escaped(FILE *out, unsigned char byte)
{
	switch (byte) {
	case '"':
	case '\\':
		fprintf(out, "\\%c", byte);
		break;
	case '\n':
		fputs("\\n", out);
		break;
	case '\t':
		fputs("\\t", out);
		break;
	default:
		fprintf(out, byte < 0x20 ? "\\u%04x" : "\\\\x%02x", byte);
	}
}

static void put_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (const char *rest = text ? text : ""; *rest;) {
		size_t length = plain_length(rest);

		fwrite(rest, 1, length, out);
		rest += length;
		if (*rest)
			put_escaped(out, (unsigned char)*rest++);
	}
	fputc('"', out);
}

/* Each writes `"key": value` and what separates it from the next. */
static void put_text(FILE *out, const char *key, const char *value)
{
	fprintf(out, "\"%s\": ", key);
	put_string(out, value);
	fputs(", ", out);
}

static void put_number(FILE *out, const char *key, unsigned value)
{
	fprintf(out, "\"%s\": %u, ", key, value);
}

static void put_step(FILE *out, const struct step *step)
{
	fputc('{', out);
	put_text(out, "kind", step_kind_name(step->kind));
	put_text(out, "file", step->file);
	put_number(out, "line", step->line);
	put_number(out, "column", step->column);
	put_text(out, "function", step->function);
	fputs("\"text\": ", out);
	put_string(out, step->text);
	fputc('}', out);
}

static void put_witness(FILE *out, const struct finding *finding)
{
	fputs("\"witness\": [", out);
	for (size_t i = 0; i < finding->steps; i++) {
		fputs(i ? ", " : "", out);
		put_step(out, &finding->witness[i]);
	}
	fputs("], ", out);
}

static void put_advice(FILE *out, const struct finding *finding)
{
	fputs("\"advice\": {", out);
	put_text(out, "kind", advice_kind_name(finding->advice));
	fputs("\"text\": ", out);
	put_string(out, finding->advice_text);
	fputs("}, ", out);
}

static void put_finding(FILE *out, const struct finding *finding)
{
	fputc('{', out);
	put_text(out, "rule", finding->rule);
	put_text(out, "category", category_name(finding->category));
	put_text(out, "severity", level_name(finding->severity));
	put_text(out, "confidence", level_name(finding->confidence));
	put_text(out, "message", finding->message);
	put_text(out, "file", finding->file);
	put_number(out, "line", finding->line);
	put_number(out, "column", finding->column);
	put_number(out, "end_line", finding->end_line);
	put_number(out, "end_column", finding->end_column);
	put_text(out, "function", finding->function);
	put_text(out, "callee", finding->callee);
	put_text(out, "context", context_name(finding->context));
	put_text(out, "fingerprint", finding->fingerprint);
	put_text(out, "review", review_status_name(finding->review));
	fprintf(out, "\"new\": %s, ", finding->is_new ? "true" : "false");
	put_witness(out, finding);
	put_advice(out, finding);
	fputs("\"fixes\": []}", out);
}

static void put_coverage(FILE *out, const struct coverage *coverage)
{
	fprintf(out,
		"\"coverage\": {\"units\": %u, \"units_failed\": %u, \"functions\": %u, \"calls\": %u, "
		"\"indirect_calls\": %u, \"unresolved_calls\": %u, \"outside_calls\": %u}",
		coverage->units, coverage->units_failed, coverage->functions, coverage->calls, coverage->indirect_calls,
		coverage->unresolved_calls, coverage->outside_calls);
}

void report_json(FILE *out, const struct run *run, const struct report_options *options)
{
	(void)options;
	fputs("{\"version\": 1,\n ", out);
	put_coverage(out, &run->coverage);
	fputs(",\n \"findings\": [", out);
	for (size_t i = 0; i < run->findings.count; i++) {
		fputs(i ? ",\n  " : "\n  ", out);
		put_finding(out, &run->findings.items[i]);
	}
	fputs("]}\n", out);
}
