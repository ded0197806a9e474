/*
 * stub: stand-ins for what a unit misses. For units whose flags were guessed: what the errors of one parse say about
 * unknown names becomes declarations that the next parse includes first, so that one unknown type does not hide the
 * calls of a whole statement.
 *
 *      stub.c          rounds of parsing; keeps the one that shows most
 *      stub_learn.c    an error -> what it says about a name
 *      stub_text.c     the text around a name -> what it must be
 *      stub_header.c   what is known -> declarations
 *      stand_ins/      GLib's basic types and the macros that shape declarations, for trees without its headers
 */
#ifndef LOOPLINT_STUB_H
#define LOOPLINT_STUB_H

#include "extract/visit.h"

#define STUB_HEADER "/looplint/stand-ins.h" /* exists only in memory */

/* What a name stands for. */
enum stub_kind {
	STUB_TYPE,
	STUB_STRUCT, /* `struct name` that is declared but nowhere complete */
	STUB_VALUE,
	STUB_CALLABLE, /* a function whose result the code looks into */
	STUB_EMPTY,    /* a macro that leaves nothing: EXPORT, BEGIN_DECLS */
	STUB_EATS,     /* a macro with arguments at file scope that leaves nothing */
	STUB_STRING,   /* a macro for a string literal */
	STUB_TYPED,    /* a macro with a type among its arguments: it becomes a call without arguments */
};

/* How a type, a value or a field is used. */
enum stub_shape {
	SHAPE_NUMBER,   /* compared, computed with; also a pointer nobody looks behind */
	SHAPE_VARIABLE, /* a number that is assigned or whose address is taken */
	SHAPE_RECORD,   /* x.field */
	SHAPE_POINTER,  /* x->field */
	SHAPE_TABLE,    /* x[i]->field */
	SHAPE_CELLS,    /* x[i], *x */
	SHAPE_FUNCTION, /* x() */
};

struct stub {
	enum stub_kind kind;
	enum stub_shape shape;
	GHashTable *fields; /* name -> enum stub_shape, of a type that is looked into; NULL: none known */
};

struct stubs {
	GHashTable *by_name; /* name -> struct stub */
	GHashTable *refused; /* set of names that turned out to be declared after all */
	bool glib;           /* GLib's headers are missing */
	unsigned learned;    /* changes so far */
};

/* The record behind every pointer whose type is unknown, and the one for such records inside it. */
#define STUB_ANY  "looplint_any"
#define STUB_PART "looplint_part"

void stubs_init(struct stubs *stubs);
void stubs_finish(struct stubs *stubs);

/* Adds or sharpens; counted in `learned` if it changes anything. A refused name stays out. */
void stubs_note(struct stubs *stubs, const char *name, enum stub_kind kind, enum stub_shape shape);
void stubs_note_field(struct stubs *stubs, const char *record, const char *field, enum stub_shape shape);
void stubs_refuse(struct stubs *stubs, const char *name);
/* The same of all names that belong to the system: `__nonnull`. */
void stubs_refuse_reserved(struct stubs *stubs);
struct stub *stubs_find(const struct stubs *stubs, const char *name);

/* The tag of a stand-in type's struct: GLib's habit for `CamelCase`, else the name itself. */
char *stub_tag(const char *name);

/* Learns from every error of a parsed unit. */
void stubs_learn(struct stubs *stubs, struct visit *v);

/* The declarations; g_free(). */
char *stubs_header(const struct stubs *stubs);

/* The text around a name. */

struct text {
	const char *source; /* ends in a NUL */
	size_t length;
};

/* One token; kind 'a' a name, '0' a number, '"' a string or character, 0 the end, else its first byte. */
struct token {
	char kind;
	const char *start;
	size_t length;
};

struct token text_token(const struct text *text, size_t at); /* the first at or behind `at` */
struct token text_next(const struct text *text, struct token token);
struct token text_previous(const struct text *text, size_t at); /* the last that ends at or before `at` */
bool token_is(struct token token, const char *spelling);
bool token_is_name(struct token token); /* a name that is no keyword */
char *token_text(struct token token);

/* What an undeclared name, or a name where a type is expected, must be. */
struct guess {
	enum stub_kind kind;
	enum stub_shape shape;
};

struct guess text_guess_undeclared(const struct text *text, size_t at);
struct guess text_guess_type(const struct text *text, size_t at);
enum stub_shape text_guess_field(const struct text *text, size_t at); /* of the member named at `at` */

#endif
