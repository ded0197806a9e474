/*
 * scan: which headers a source names, read without a preprocessor.
 */
#ifndef LOOPLINT_COMPDB_SCAN_H
#define LOOPLINT_COMPDB_SCAN_H

#include <glib.h>
#include <stdbool.h>

struct include {
	char *name; /* as written between the quotes or brackets */
	bool angle; /* <name> */
};

/* What one file says. */
struct scan {
	GArray *includes;    /* struct include, in order */
	GPtrArray *switches; /* char *: HAVE_... and the like that its #if lines ask for, in order, each once */
	GPtrArray *defined;  /* char *: those it defines itself */
	char *whole; /* the macro without which the file is empty: `#ifdef LINUX` around all its code; NULL: none */
};

/*
 * Reads `text`. Comments and what `#if 0` and other systems' macros (_WIN32, __APPLE__ ...) hide are skipped; every
 * other condition counts as true in all its arms. `#include MACRO` is not followed.
 */
struct scan *scan_text(const char *text, gsize length);
void scan_free(struct scan *scan); /* safe on NULL */

#endif
