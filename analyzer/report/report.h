/*
 * report: a run -> text or JSON on a stream. Nothing is filtered here: cli/ hands over what is to be shown.
 */
#ifndef LOOPLINT_REPORT_H
#define LOOPLINT_REPORT_H

#include "check/finding.h"

#include <stdio.h>

struct report_options {
	bool colour;     /* text: ANSI colours */
	bool no_witness; /* text: one line per finding */
	unsigned hidden; /* findings left out by confidence, for the closing line */
};

typedef void report_writer(FILE *out, const struct run *run, const struct report_options *options);

/*
 * Text: `file:line:column: severity: message [rule]`, the source line with a caret, the witness as `note:` lines, the
 * advice, and the coverage line last. Reads the sources below run->root; one that is gone just has no excerpt.
 */
report_writer report_text;

/* One finding in the same form. `root`: where relative files count from; `run->root` above. */
void report_finding(FILE *out, const char *root, const struct finding *finding, const struct report_options *options);

/*
 * A witness for a commit message: "file:line: text" a step, root first, plain text in at most 72 columns; the second of
 * them one such line of any text. Each begins `indent` columns in.
 */
void report_paste(FILE *out, unsigned indent, const struct step *witness, size_t steps);
void report_wrapped(FILE *out, unsigned indent, const char *text);

/* The one JSON object that docs/output.md describes, streamed. */
report_writer report_json;

/* "text", "json" -> writer; NULL if there is no such format. report_formats lists them for messages. */
report_writer *report_find(const char *format);
const char *report_formats(void);

/* "214 units, 2 failed; 1,918 indirect calls, 41 unresolved; 7 findings (3 new)"; `out` at least 200 bytes. */
void report_coverage_line(const struct run *run, char *out, size_t size);

/* "3 units degraded by missing headers or unknown types: about 42 calls not seen"; false if no unit is degraded. */
bool report_degraded_line(const struct run *run, char *out, size_t size);

#endif
