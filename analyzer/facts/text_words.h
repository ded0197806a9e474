/*
 * text_words: the vocabulary that the text form of facts shares between its printer and its parser.
 */
#ifndef LOOPLINT_FACTS_TEXT_WORDS_H
#define LOOPLINT_FACTS_TEXT_WORDS_H

#include "facts/facts.h"

/* A word and what it stands for; tables end with a NULL word. */
struct text_word {
	const char *word;
	unsigned value;
};

extern const struct text_word text_symbol_flags[];   /* enum symbol_flag */
extern const struct text_word text_node_flags[];     /* enum node_flag */
extern const struct text_word text_symbol_kinds[];   /* enum symbol_kind */
extern const struct text_word text_variable_kinds[]; /* enum variable_kind */
extern const struct text_word text_loop_ops[];       /* enum loop_op */
extern const struct text_word text_statuses[];       /* enum unit_status */
extern const struct text_word text_definitions[];    /* enum symbol_kind: the form that defines such a symbol */

const struct text_word *text_find_word(const struct text_word *table, const char *word); /* NULL if there is none */
const char *text_word_for(const struct text_word *table, unsigned value);                /* NULL if there is none */

/* The kind of symbol that a node of this kind names, or -1. */
int text_symbol_kind_of(enum node_kind kind);

/* Whether a node of this kind names a variable of its function. */
bool text_names_variable(enum node_kind kind);

/* The node kind written by its operator alone, as in `(lt ...)`: NODE_UNARY, NODE_BINARY, or NODE_NONE. */
enum node_kind text_kind_of_op(enum node_op op);

/* An operator by name; OP_KINDS if there is none. */
enum node_op text_find_op(const char *name);

/* The key of a symbol for which none is written. `file` is the path of a static. Free with g_free(). */
char *text_default_key(enum symbol_kind kind, unsigned flags, const char *name, const char *file);

/* Whether a byte may stand in a name that is not quoted; `first`: at its beginning. */
bool text_is_name_byte(char byte, bool first);

#endif
