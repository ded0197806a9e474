/*
 * parse_internal: the state of the parser of the text form, and its parts: parse_tokens.c takes what comes next,
 * parse_symbols.c knows what was said of each symbol, parse_nodes.c reads a body, parse.c all around it.
 *
 * Everything that returns bool returns false after the first error, which it has then reported.
 */
#ifndef LOOPLINT_FACTS_PARSE_INTERNAL_H
#define LOOPLINT_FACTS_PARSE_INTERNAL_H

#include "base/arena.h"
#include "base/diagnostics.h"
#include "facts/facts.h"
#include "facts/text_lexer.h"
#include "facts/text_words.h"

#include <glib.h>

/* A symbol and what the text has said about it so far. */
struct named {
	enum symbol_kind kind;
	const char *name;
	const char *key, *type, *alias; /* NULL: not written */
	const char *file;               /* NULL: none */
	uint32_t line;
	uint16_t flags;
	bool placed;      /* file and line are known */
	bool complete;    /* its own form has said everything; definitions add nothing */
	unsigned mention; /* line of the text */
};

struct parser {
	struct text_lexer lexer;
	const char *name; /* of the text, for the diagnostic */
	struct diagnostics *diagnostics;
	bool failed;
	struct arena arena;
	const char *path; /* of the unit */
	struct facts_builder *builder;
	GArray *symbols;          /* struct named; node.symbol is the index + 1 */
	GHashTable *symbol_index; /* kind, ordinal and name -> index + 1 */
	GPtrArray *variables;     /* names in the current function */
	uint32_t params;          /* of the current function */
	GArray *open;             /* uint32_t: nodes not closed yet */
};

/* Reports the first error, at a line or at the current token; always false. `format` holds one %s. */
bool parse_fail_at(struct parser *p, unsigned line, const char *message);
bool parse_fail(struct parser *p, const char *message);
bool parse_fail_about(struct parser *p, const char *format, const char *name);

/* Takes the current token if it is as `expected`; what it holds goes to *out, texts live in the parser's arena. */
bool parse_take(struct parser *p, enum text_token_kind kind, const char *expected);
bool parse_take_text(struct parser *p, enum text_token_kind kind, const char *expected, const char **out);
bool parse_take_number(struct parser *p, int64_t limit, uint32_t *out);
bool parse_take_word(struct parser *p, const struct text_word *table, const char *expected, unsigned *out);
bool parse_take_label(struct parser *p, const char **name, uint32_t *ordinal); /* NAME or NAME#ordinal */

/* NAME, or KIND NAME: a symbol, as nodes and others refer to it. */
bool parse_take_symbol(struct parser *p, enum symbol_kind kind, uint32_t *out);
bool parse_take_kind_and_symbol(struct parser *p, uint32_t *out);

/* A symbol's words: a flag, or `key` or `alias` with a string. */
bool parse_take_symbol_word(struct parser *p, struct named *symbol);

/* The file of the current place, for functions and symbols: the unit's unless written; "" (no file) gives NULL. */
const char *parse_place_file(struct parser *p);

/* What a definition says of its symbol, unless the symbol's own form says it. */
void parse_add_to_symbol(struct parser *p, uint32_t index, const struct named *said);

/* A form (symbol ...), from behind its keyword. */
bool parse_symbol(struct parser *p);

/* Builds every symbol that was mentioned, so that its number is the one it was referred to by. */
bool parse_build_symbols(struct parser *p);

/* A body, from behind its keyword to behind its closing parenthesis. */
bool parse_body(struct parser *p, uint32_t *body);

#endif
