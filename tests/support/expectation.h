/*
 * expectation: what a fixture says about itself, in comments at the lines that it is about.
 *
 *      // expect: RULE: TEXT        a finding of RULE on this line, with this message
 *      // note: TEXT                a step of a finding's witness on this line
 *      // missed: RULE: TEXT        should be found, and is known not to be: fails once it is found
 *      // false-alarm: RULE: TEXT   should not be found, and is known to be: fails once it is gone
 *
 * TEXT is the whole message, or its beginning if it ends in `...`. Several may follow each other on one line. A line
 * that holds nothing but such comments speaks of the next line that holds something else.
 */
#ifndef LOOPLINT_TESTS_EXPECTATION_H
#define LOOPLINT_TESTS_EXPECTATION_H

#include <stdbool.h>
#include <glib.h>

enum expectation_kind { EXPECT_FINDING, EXPECT_NOTE, EXPECT_MISSED, EXPECT_FALSE_ALARM, EXPECTATION_KINDS };

struct expectation {
	enum expectation_kind kind;
	char *file; /* as given to expectations_read */
	unsigned line;
	char *rule; /* "" for notes */
	char *text;
	bool met; /* for the caller */
};

/*
 * Adds the expectations of one file's `text` to `out`, an array of struct expectation. A comment that is meant as one
 * and is none (no rule, an empty text) becomes a line "FILE:LINE: ..." in `problems`.
 */
void expectations_read(const char *file, const char *text, GArray *out, GString *problems);

/* An array for them that frees what it holds. */
GArray *expectations_new(void);

/* Whether `text` is what `expectation` describes: equal, or beginning with what stands before `...`. */
bool expectation_describes(const struct expectation *expectation, const char *text);

#endif
