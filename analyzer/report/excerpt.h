/*
 * excerpt: the source line of a finding with a marker below it, as compilers show it.
 *
 *        12 |         if (getaddrinfo(host, port, &hints, &list) != 0)
 *           |             ^~~~~~~~~~~
 */
#ifndef LOOPLINT_EXCERPT_H
#define LOOPLINT_EXCERPT_H

#include <stdio.h>

/* The sources read so far. */
struct sources;

/* `root`: where relative paths count from. sources_free is safe on NULL. */
struct sources *sources_new(const char *root);
void sources_free(struct sources *sources);

/* A place: lines and columns start at 1, columns count bytes; end_column is just behind the last byte. */
struct span {
	const char *file;
	unsigned line, column;
	unsigned end_line, end_column; /* 0: the name that stands at `column` */
};

/*
 * Prints the line of `place` and its marker, tabs expanded, a long line cut around the marker. `marker_start` and
 * `marker_end` surround the marker (colours; "" for none). Prints nothing if the source cannot be read or has no
 * such line.
 */
void excerpt_print(FILE *out, struct sources *sources, const struct span *place, const char *marker_start,
		   const char *marker_end);

#endif
