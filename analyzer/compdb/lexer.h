/*
 * lexer: what definitions and uses step over in a text of C.
 */
#ifndef LOOPLINT_COMPDB_LEXER_H
#define LOOPLINT_COMPDB_LEXER_H

#include <stdbool.h>

bool lexer_is_name(char c);

/* Just behind the string, the character or the comment that begins at `at`; `at` where none does. */
const char *lexer_skip(const char *at);

/* The end of the line, and of those that a backslash joins to it. */
const char *lexer_skip_line(const char *at);

#endif
