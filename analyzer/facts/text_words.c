/*
 * text_words: the words of the text form of facts, and the defaults of what is not written; see text.h.
 */
#include "facts/text_words.h"

#include <glib.h>
#include <string.h>

const struct text_word text_symbol_flags[] = {
	{ "static", SYMBOL_STATIC },           { "inline", SYMBOL_INLINE },
	{ "noreturn", SYMBOL_NORETURN },       { "weak", SYMBOL_WEAK },
	{ "constructor", SYMBOL_CONSTRUCTOR }, { "variadic", SYMBOL_VARIADIC },
	{ "system", SYMBOL_SYSTEM },           { "implicit", SYMBOL_IMPLICIT },
	{ "thread", SYMBOL_THREAD },           { NULL, 0 },
};

const struct text_word text_node_flags[] = {
	{ "init", NODE_INIT },
	{ "arrow", NODE_ARROW },
	{ "header", NODE_IN_HEADER },
	{ NULL, 0 },
};

const struct text_word text_symbol_kinds[] = {
	{ "function", SYMBOL_FUNCTION },
	{ "global", SYMBOL_GLOBAL },
	{ "field", SYMBOL_FIELD },
	{ NULL, 0 },
};

const struct text_word text_variable_kinds[] = {
	{ "param", VARIABLE_PARAM },
	{ "local", VARIABLE_LOCAL },
	{ "static", VARIABLE_STATIC },
	{ NULL, 0 },
};

const struct text_word text_loop_ops[] = {
	{ "while", LOOP_WHILE },
	{ "do", LOOP_DO },
	{ "for", LOOP_FOR },
	{ NULL, 0 },
};

const struct text_word text_statuses[] = {
	{ "ok", UNIT_OK },           { "degraded", UNIT_DEGRADED },   { "failed", UNIT_FAILED },
	{ "crashed", UNIT_CRASHED }, { "timed-out", UNIT_TIMED_OUT }, { NULL, 0 },
};

const struct text_word text_definitions[] = {
	{ "function", SYMBOL_FUNCTION },
	{ "initialiser", SYMBOL_GLOBAL },
	{ NULL, 0 },
};

const struct text_word *text_find_word(const struct text_word *table, const char *word)
{
	for (; table->word; table++)
		if (strcmp(table->word, word) == 0)
			return table;
	return NULL;
}

const char *text_word_for(const struct text_word *table, unsigned value)
{
	for (; table->word; table++)
		if (table->value == value)
			return table->word;
	return NULL;
}

int text_symbol_kind_of(enum node_kind kind)
{
	switch (kind) {
	case NODE_CALL:
	case NODE_FUNCTION:
		return SYMBOL_FUNCTION;
	case NODE_GLOBAL:
		return SYMBOL_GLOBAL;
	case NODE_FIELD:
		return SYMBOL_FIELD;
	default:
		return -1;
	}
}

bool text_names_variable(enum node_kind kind)
{
	return kind == NODE_PARAM || kind == NODE_LOCAL;
}

enum node_kind text_kind_of_op(enum node_op op)
{
	if (op >= OP_NOT && op <= OP_DECREMENT)
		return NODE_UNARY;
	return op >= OP_EQ && op < OP_KINDS ? NODE_BINARY : NODE_NONE;
}

enum node_op text_find_op(const char *name)
{
	enum node_op op = OP_NONE;

	while (op < OP_KINDS && strcmp(node_op_name(op), name) != 0)
		op++;
	return op;
}

/* A static's USR holds the base name of its file; its key holds the path before that (facts.h). */
static char *static_key(const char *file, const char *mark, const char *name)
{
	const char *slash = strrchr(file, '/');

	return g_strdup_printf("%s#c:%s@%s%s", file, slash ? slash + 1 : file, mark, name);
}

/* `file`: what declares the struct, if it is no header; else NULL. */
static char *field_key(const char *file, const char *name)
{
	const char *dot = strrchr(name, '.');
	int tag = dot ? (int)(dot - name) : 0;

	return g_strdup_printf("%s%sc:@S@%.*s@FI@%s", file ? file : "", file ? "#" : "", tag, name,
			       dot ? dot + 1 : name);
}

char *text_default_key(enum symbol_kind kind, unsigned flags, const char *name, const char *file)
{
	const char *mark = kind == SYMBOL_FUNCTION ? "F@" : "";

	if (kind == SYMBOL_FIELD)
		return field_key(flags & SYMBOL_STATIC ? file : NULL, name);
	if (flags & SYMBOL_STATIC)
		return static_key(file, mark, name);
	return g_strdup_printf("c:@%s%s", mark, name);
}

bool text_is_name_byte(char byte, bool first)
{
	if (g_ascii_isalpha(byte) || byte == '_' || byte == '.' || byte == '$' || (unsigned char)byte >= 0x80)
		return true;
	return !first && (g_ascii_isdigit(byte) || byte == '-' || byte == ':');
}
