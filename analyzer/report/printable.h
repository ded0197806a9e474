/*
 * printable: text nobody vouches for (sources, paths, messages made from them) -> what may go to a terminal.
 *
 * Control characters, escape sequences, characters that change the reading direction, and bytes that are not UTF-8
 * become U+FFFD, so that a source file cannot move the cursor or fake a line of the report.
 */
#ifndef LOOPLINT_PRINTABLE_H
#define LOOPLINT_PRINTABLE_H

#include <stddef.h>
#include <stdio.h>

/* One character: the bytes it takes in the input, the columns it takes on a terminal, and its printable form. */
struct glyph {
	size_t bytes;     /* >= 1 */
	unsigned columns; /* 0, 1 or 2; a tab counts 1 here */
	char text[8];     /* UTF-8, NUL-terminated */
};

/* The first character of the `length` > 0 bytes at `text`. */
struct glyph printable_next(const char *text, size_t length);

/* Prints `text` (NULL: nothing), each character in its printable form. */
void printable_put(FILE *out, const char *text);

#endif
