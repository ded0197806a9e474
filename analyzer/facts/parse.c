/*
 * parse: text -> facts; see text.h for the form.
 *
 * Symbols are numbered by their first mention and built last, because only then is all known that the text says about
 * each: a static's default key differs, and its definition may stand behind its first call.
 */
#include "base/arena.h"
#include "facts/text.h"
#include "facts/text_lexer.h"
#include "facts/text_words.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

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

/* Tokens. */

/* Reports the first error; always false. */
static bool fail_at(struct parser *p, unsigned line, const char *message)
{
	if (!p->failed)
		diagnostics_add(p->diagnostics, DIAGNOSTIC_ERROR, p->name, line, "%s", message);
	p->failed = true;
	return false;
}

static bool fail(struct parser *p, const char *message)
{
	return fail_at(p, p->lexer.line, p->lexer.kind == TOKEN_BAD ? p->lexer.text->str : message);
}

static bool fail_about(struct parser *p, const char *format, const char *name)
{
	return fail(p, arena_printf(&p->arena, format, name));
}

static bool take(struct parser *p, enum text_token_kind kind, const char *expected)
{
	if (p->lexer.kind != kind)
		return fail_about(p, "expected %s", expected);
	text_lexer_next(&p->lexer);
	return true;
}

static bool take_text(struct parser *p, enum text_token_kind kind, const char *expected, const char **out)
{
	if (p->lexer.kind == kind)
		*out = arena_strdup(&p->arena, p->lexer.text->str);
	return take(p, kind, expected);
}

static bool take_number(struct parser *p, int64_t limit, uint32_t *out)
{
	if (p->lexer.kind == TOKEN_NUMBER && (p->lexer.number < 0 || p->lexer.number > limit))
		return fail(p, "a number is out of range");
	*out = (uint32_t)p->lexer.number;
	return take(p, TOKEN_NUMBER, "a number");
}

/* NAME or NAME#ordinal. */
static bool take_label(struct parser *p, const char **name, uint32_t *ordinal)
{
	*ordinal = 1;
	if (!take_text(p, TOKEN_NAME, "a name", name))
		return false;
	if (p->lexer.kind != TOKEN_ORDINAL)
		return true;
	if (p->lexer.number < 1 || p->lexer.number > UINT32_MAX)
		return fail(p, "an ordinal counts from 1");
	*ordinal = (uint32_t)p->lexer.number;
	text_lexer_next(&p->lexer);
	return true;
}

static bool take_word(struct parser *p, const struct text_word *table, const char *expected, unsigned *out)
{
	const struct text_word *word = p->lexer.kind == TOKEN_NAME ? text_find_word(table, p->lexer.text->str) : NULL;

	if (!word)
		return fail_about(p, "expected %s", expected);
	*out = word->value;
	text_lexer_next(&p->lexer);
	return true;
}

/* Symbols. */

static struct named *named_symbol(struct parser *p, uint32_t symbol)
{
	return &g_array_index(p->symbols, struct named, symbol - 1);
}

static bool take_symbol(struct parser *p, enum symbol_kind kind, uint32_t *out)
{
	struct named symbol = { .kind = kind, .mention = p->lexer.line };
	uint32_t ordinal;

	if (!take_label(p, &symbol.name, &ordinal))
		return false;
	char *mark = g_strdup_printf("%d#%u#%s", kind, ordinal, symbol.name);
	*out = GPOINTER_TO_UINT(g_hash_table_lookup(p->symbol_index, mark));
	if (*out) {
		g_free(mark);
		return true;
	}
	g_array_append_val(p->symbols, symbol);
	*out = p->symbols->len;
	g_hash_table_insert(p->symbol_index, mark, GUINT_TO_POINTER(*out));
	return true;
}

/* KIND NAME. */
static bool take_kind_and_symbol(struct parser *p, uint32_t *out)
{
	unsigned kind;

	return take_word(p, text_symbol_kinds, "function, global or field", &kind) && take_symbol(p, kind, out);
}

/* A symbol's words: a flag, or `key` or `alias` with a string. */
static bool take_symbol_word(struct parser *p, struct named *symbol)
{
	const struct text_word *flag = text_find_word(text_symbol_flags, p->lexer.text->str);
	bool is_key = strcmp(p->lexer.text->str, "key") == 0;

	if (flag) {
		symbol->flags |= (uint16_t)flag->value;
		text_lexer_next(&p->lexer);
		return true;
	}
	if (!is_key && strcmp(p->lexer.text->str, "alias") != 0)
		return fail_about(p, "'%s' is no word of a symbol", p->lexer.text->str);
	text_lexer_next(&p->lexer);
	return take_text(p, TOKEN_STRING, "a string", is_key ? &symbol->key : &symbol->alias);
}

/* The file of a place, for functions and symbols; "" (no file) gives NULL. */
static const char *place_file(struct parser *p)
{
	if (!p->lexer.place.has_file)
		return p->path;
	return p->lexer.text->len ? arena_strdup(&p->arena, p->lexer.text->str) : NULL;
}

/* Types, words and the place of a (symbol ...) form: all there is to say. */
static bool parse_symbol_attributes(struct parser *p, struct named *symbol)
{
	for (;;) {
		switch (p->lexer.kind) {
		case TOKEN_STRING:
			if (!take_text(p, TOKEN_STRING, "a type", &symbol->type))
				return false;
			break;
		case TOKEN_NAME:
			if (!take_symbol_word(p, symbol))
				return false;
			break;
		case TOKEN_PLACE:
			symbol->file = place_file(p);
			symbol->line = p->lexer.place.line;
			text_lexer_next(&p->lexer);
			break;
		default:
			return true;
		}
	}
}

static bool parse_symbol(struct parser *p)
{
	uint32_t symbol;

	if (!take_kind_and_symbol(p, &symbol))
		return false;
	const struct named *known = named_symbol(p, symbol);
	struct named said = {
		.kind = known->kind, .name = known->name, .mention = known->mention, .placed = true, .complete = true
	};
	if (!parse_symbol_attributes(p, &said))
		return false;
	*named_symbol(p, symbol) = said;
	return true;
}

/* What a definition says of its symbol, unless the symbol's own form says it. */
static void add_to_symbol(struct parser *p, uint32_t index, const struct named *said)
{
	struct named *symbol = named_symbol(p, index);

	if (symbol->complete)
		return;
	symbol->flags |= said->flags;
	symbol->type = said->type ? said->type : symbol->type;
	symbol->key = said->key ? said->key : symbol->key;
	symbol->alias = said->alias ? said->alias : symbol->alias;
	if (symbol->placed)
		return;
	symbol->placed = true;
	symbol->file = said->file;
	symbol->line = said->line;
}

/* Nodes. */

static bool keyword_of_node(const char *word, struct node *out)
{
	for (unsigned kind = 0; kind < NODE_KINDS; kind++) {
		if (strcmp(node_kind_name(kind), word) != 0)
			continue;
		out->kind = (uint8_t)kind;
		return true;
	}
	out->op = (uint8_t)text_find_op(word);
	out->kind = (uint8_t)text_kind_of_op(out->op);
	return out->kind != NODE_NONE;
}

static bool take_node_place(struct parser *p, struct node *out)
{
	const struct text_place *place = &p->lexer.place;

	if (place->column > UINT16_MAX || place->end_column > UINT16_MAX)
		return fail(p, "a column is greater than 65535");
	out->line = place->line;
	out->column = (uint16_t)place->column;
	out->end_column = (uint16_t)place->end_column;
	if (place->has_file)
		out->file = (uint16_t)facts_build_file(p->builder, p->lexer.text->str);
	if (place->has_end) {
		if (place->end_line < place->line || place->end_line - place->line > UINT16_MAX)
			return fail(p, "a node ends before it starts, or more than 65535 lines later");
		out->end_lines = (uint16_t)(place->end_line - place->line);
	}
	text_lexer_next(&p->lexer);
	return true;
}

/* The variable that a param (among the parameters) or a local (among the rest) names. */
static bool take_variable(struct parser *p, struct node *out)
{
	uint32_t from = out->kind == NODE_PARAM ? 0 : p->params;
	uint32_t to = out->kind == NODE_PARAM ? MIN(p->params, p->variables->len) : p->variables->len;
	const char *name;
	uint32_t ordinal;
	unsigned line = p->lexer.line;

	if (!take_label(p, &name, &ordinal))
		return false;
	for (uint32_t i = from; i < to; i++) {
		if (strcmp(g_ptr_array_index(p->variables, i), name) != 0 || --ordinal)
			continue;
		out->value = i;
		return true;
	}
	return fail_at(p, line,
		       arena_printf(&p->arena, "the function has no such %s: '%s'",
				    out->kind == NODE_PARAM ? "parameter" : "local", name));
}

static bool take_node_name(struct parser *p, struct node *out)
{
	if (p->lexer.kind == TOKEN_NONE) {
		text_lexer_next(&p->lexer);
		return true;
	}
	if (text_names_variable(out->kind))
		return take_variable(p, out);
	return take_symbol(p, text_symbol_kind_of(out->kind), &out->symbol);
}

/* A flag, an operator, a kind of loop, or `symbol KIND NAME`. */
static bool take_node_word(struct parser *p, struct node *out)
{
	const char *word = p->lexer.text->str;
	const struct text_word *flag = text_find_word(text_node_flags, word);
	const struct text_word *loop = out->kind == NODE_LOOP ? text_find_word(text_loop_ops, word) : NULL;
	enum node_op op = text_find_op(word);
	bool is_symbol = strcmp(word, "symbol") == 0;

	if (!flag && !loop && op == OP_KINDS && !is_symbol)
		return fail_about(p, "'%s' is no word of a node", word);
	if (flag)
		out->flags |= (uint16_t)flag->value;
	else if (!is_symbol)
		out->op = loop ? (uint8_t)loop->value : (uint8_t)op;
	text_lexer_next(&p->lexer);
	return !is_symbol || take_kind_and_symbol(p, &out->symbol);
}

/* One token of a node's head, and what belongs to it; *named: its name has been read. */
static bool take_node_attribute(struct parser *p, struct node *out, bool *named)
{
	bool is_name = p->lexer.kind == TOKEN_NAME || p->lexer.kind == TOKEN_NONE;

	if (is_name && !*named) {
		*named = true;
		return take_node_name(p, out);
	}
	switch (p->lexer.kind) {
	case TOKEN_PLACE:
		return take_node_place(p, out);
	case TOKEN_NAME:
		return take_node_word(p, out);
	case TOKEN_NUMBER:
		out->value = p->lexer.number;
		break;
	case TOKEN_STRING:
		out->text = facts_build_string(p->builder, p->lexer.text->str);
		break;
	case TOKEN_MACRO:
		out->macro = facts_build_string(p->builder, p->lexer.text->str);
		break;
	default:
		return fail(p, "expected ')', a child or an attribute");
	}
	text_lexer_next(&p->lexer);
	return true;
}

/* The head of a node behind its keyword; it becomes the last child of the innermost open one, and open itself. */
static bool open_node(struct parser *p, struct node node)
{
	bool named = text_symbol_kind_of(node.kind) < 0 && !text_names_variable(node.kind);

	while (p->lexer.kind != TOKEN_OPEN && p->lexer.kind != TOKEN_CLOSE)
		if (!take_node_attribute(p, &node, &named))
			return false;
	uint32_t index = facts_build_node(p->builder, node);
	if (p->open->len)
		facts_build_append(p->builder, g_array_index(p->open, uint32_t, p->open->len - 1), index);
	g_array_append_val(p->open, index);
	return true;
}

static bool parse_child(struct parser *p)
{
	struct node node = { 0 };

	text_lexer_next(&p->lexer);
	if (p->lexer.kind != TOKEN_NAME || !keyword_of_node(p->lexer.text->str, &node))
		return fail(p, "expected the kind of a node");
	text_lexer_next(&p->lexer);
	return open_node(p, node);
}

/* A body, from behind its keyword to behind its closing parenthesis. No recursion: see print.c. */
static bool parse_body(struct parser *p, uint32_t *body)
{
	g_array_set_size(p->open, 0);
	if (!open_node(p, (struct node){ .kind = NODE_BLOCK }))
		return false;
	*body = g_array_index(p->open, uint32_t, 0);
	while (p->open->len) {
		if (p->lexer.kind == TOKEN_OPEN) {
			if (!parse_child(p))
				return false;
			continue;
		}
		if (!take(p, TOKEN_CLOSE, "'(' or ')'"))
			return false;
		g_array_set_size(p->open, p->open->len - 1);
	}
	return true;
}

/* Functions. */

/* NAME "type" cleanup FUNCTION, behind the kind. */
static bool parse_variable(struct parser *p, enum variable_kind kind)
{
	struct variable variable = { .kind = (uint8_t)kind };
	const char *name, *type = NULL;

	if (!take_text(p, TOKEN_NAME, "a name", &name))
		return false;
	if (p->lexer.kind == TOKEN_STRING && !take_text(p, TOKEN_STRING, "a type", &type))
		return false;
	if (p->lexer.kind == TOKEN_NAME) {
		if (strcmp(p->lexer.text->str, "cleanup") != 0)
			return fail_about(p, "'%s' is no word of a variable", p->lexer.text->str);
		text_lexer_next(&p->lexer);
		if (!take_symbol(p, SYMBOL_FUNCTION, &variable.cleanup))
			return false;
	}
	variable.name = facts_build_string(p->builder, name);
	variable.type = facts_build_string(p->builder, type);
	facts_build_variable(p->builder, variable);
	g_ptr_array_add(p->variables, arena_strdup(&p->arena, name));
	return take(p, TOKEN_CLOSE, "')'");
}

/* `params N` counts *params, otherwise it stays as it is. */
static bool take_function_attribute(struct parser *p, struct function *fn, struct named *said, int64_t *params)
{
	uint32_t count = 0;

	switch (p->lexer.kind) {
	case TOKEN_STRING:
		return take_text(p, TOKEN_STRING, "a type", &said->type);
	case TOKEN_PLACE:
		if (p->lexer.place.column > UINT16_MAX)
			return fail(p, "a column is greater than 65535");
		said->file = place_file(p);
		fn->line = said->line = p->lexer.place.line;
		fn->column = (uint16_t)p->lexer.place.column;
		fn->end_line = p->lexer.place.end_line;
		text_lexer_next(&p->lexer);
		return true;
	case TOKEN_NAME:
		if (strcmp(p->lexer.text->str, "params") != 0)
			return take_symbol_word(p, said);
		text_lexer_next(&p->lexer);
		if (!take_number(p, UINT16_MAX, &count))
			return false;
		*params = count;
		return true;
	default:
		return fail(p, "expected ')', a variable, a body or an attribute");
	}
}

/* The variables and the body of the function that was opened last. */
static bool parse_function_parts(struct parser *p, uint32_t function, bool count_params)
{
	while (p->lexer.kind == TOKEN_OPEN) {
		text_lexer_next(&p->lexer);
		if (p->lexer.kind != TOKEN_NAME)
			return fail(p, "expected a variable or a body");
		const struct text_word *kind = text_find_word(text_variable_kinds, p->lexer.text->str);
		if (!kind && strcmp(p->lexer.text->str, "block") != 0)
			return fail_about(p, "'%s' is neither a variable nor a body", p->lexer.text->str);
		text_lexer_next(&p->lexer);
		if (!kind) {
			uint32_t body;
			if (!parse_body(p, &body))
				return false;
			facts_built_function(p->builder, function)->body = body;
			return true; /* nothing may follow */
		}
		if (!parse_variable(p, kind->value))
			return false;
		if (count_params && kind->value == VARIABLE_PARAM && p->params == p->variables->len - 1)
			p->params++;
	}
	return true;
}

static bool parse_definition(struct parser *p, enum symbol_kind kind)
{
	struct function fn = { 0 };
	struct named said = { .file = p->path };
	int64_t params = -1;

	if (p->lexer.kind == TOKEN_NONE)
		text_lexer_next(&p->lexer);
	else if (!take_symbol(p, kind, &fn.symbol))
		return false;
	while (p->lexer.kind != TOKEN_OPEN && p->lexer.kind != TOKEN_CLOSE)
		if (!take_function_attribute(p, &fn, &said, &params))
			return false;
	if (fn.symbol)
		add_to_symbol(p, fn.symbol, &said);
	fn.file = facts_build_file(p->builder, said.file);
	uint32_t index = facts_build_function(p->builder, fn);
	g_ptr_array_set_size(p->variables, 0);
	p->params = params < 0 ? 0 : (uint32_t)params;
	if (!parse_function_parts(p, index, params < 0))
		return false;
	if (p->params > p->variables->len || p->params > UINT16_MAX)
		return fail(p, "a function has more parameters than variables, or more than 65535");
	facts_built_function(p->builder, index)->params = (uint16_t)p->params;
	return true;
}

/* Forms. */

static bool parse_function(struct parser *p)
{
	return parse_definition(p, SYMBOL_FUNCTION);
}

static bool parse_initialiser(struct parser *p)
{
	return parse_definition(p, SYMBOL_GLOBAL);
}

static bool parse_annotation(struct parser *p)
{
	uint32_t symbol = 0;
	const char *text;

	if (p->lexer.kind == TOKEN_NONE)
		text_lexer_next(&p->lexer);
	else if (!take_kind_and_symbol(p, &symbol))
		return false;
	if (!take_text(p, TOKEN_STRING, "a string", &text))
		return false;
	facts_build_annotation(p->builder, symbol, text);
	return true;
}

static bool parse_files(struct parser *p)
{
	for (; p->lexer.kind == TOKEN_STRING; text_lexer_next(&p->lexer))
		facts_build_file(p->builder, p->lexer.text->str);
	return true;
}

static const struct form {
	const char *word;
	bool (*parse)(struct parser *p);
} forms[] = {
	{ "function", parse_function }, { "initialiser", parse_initialiser },
	{ "symbol", parse_symbol },     { "annotation", parse_annotation },
	{ "files", parse_files },
};

/* From behind its opening parenthesis to behind the closing one. */
static bool parse_form(struct parser *p)
{
	if (p->lexer.kind != TOKEN_NAME)
		return fail(p, "expected a form");
	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		if (strcmp(forms[i].word, p->lexer.text->str) != 0)
			continue;
		text_lexer_next(&p->lexer);
		return forms[i].parse(p) && take(p, TOKEN_CLOSE, "')'");
	}
	return fail_about(p, "'%s' is no form of a unit", p->lexer.text->str);
}

/* The status and the words behind it. */
static bool parse_status(struct parser *p)
{
	unsigned status;
	uint32_t errors = 0, calls_lost = 0;
	const char *message = NULL;
	bool ok = take_word(p, text_statuses, "the status of the unit", &status);

	while (ok && p->lexer.kind == TOKEN_NAME) {
		const char *word = arena_strdup(&p->arena, p->lexer.text->str);

		text_lexer_next(&p->lexer);
		if (strcmp(word, "errors") == 0)
			ok = take_number(p, UINT32_MAX, &errors);
		else if (strcmp(word, "calls_lost") == 0)
			ok = take_number(p, UINT32_MAX, &calls_lost);
		else if (strcmp(word, "message") == 0)
			ok = take_text(p, TOKEN_STRING, "a string", &message);
		else
			ok = fail_about(p, "'%s' is no word of a unit", word);
	}
	if (ok)
		facts_build_status(p->builder, status, errors, calls_lost, message);
	return ok;
}

static bool parse_unit(struct parser *p)
{
	unsigned unit;
	static const struct text_word units[] = { { "unit", 0 }, { NULL, 0 } };

	if (!take(p, TOKEN_OPEN, "'('") || !take_word(p, units, "unit", &unit) ||
	    !take_text(p, TOKEN_STRING, "the path of the unit", &p->path))
		return false;
	p->builder = facts_builder_new(p->path);
	if (!parse_status(p))
		return false;
	while (p->lexer.kind == TOKEN_OPEN) {
		text_lexer_next(&p->lexer);
		if (!parse_form(p))
			return false;
	}
	return take(p, TOKEN_CLOSE, "'(' or ')'") && take(p, TOKEN_END, "the end of the text");
}

/* Builds the symbol with this index and everything that was said about it. */
static bool build_symbol(struct parser *p, uint32_t index)
{
	const struct named *said = named_symbol(p, index);
	char *implied = text_default_key(said->kind, said->flags, said->name, said->file ? said->file : p->path);
	uint32_t built = facts_build_symbol(p->builder, said->kind, said->key ? said->key : implied, said->name);

	g_free(implied);
	if (built != index)
		return fail_at(p, said->mention,
			       arena_printf(&p->arena, "'%s' has the key of another symbol", said->name));
	uint32_t type = facts_build_string(p->builder, said->type), alias = facts_build_string(p->builder, said->alias);
	uint32_t file = facts_build_file(p->builder, said->file);
	struct symbol *symbol = facts_built_symbol(p->builder, index);
	symbol->type = type;
	symbol->alias = alias;
	symbol->file = file;
	symbol->line = said->line;
	symbol->flags = said->flags;
	return true;
}

static bool build_symbols(struct parser *p)
{
	for (uint32_t i = 1; i <= p->symbols->len; i++)
		if (!build_symbol(p, i))
			return false;
	return true;
}

static void parser_finish(struct parser *p)
{
	text_lexer_finish(&p->lexer);
	arena_finish(&p->arena);
	facts_builder_free(p->builder);
	g_array_free(p->symbols, TRUE);
	g_hash_table_destroy(p->symbol_index);
	g_ptr_array_free(p->variables, TRUE);
	g_array_free(p->open, TRUE);
}

struct facts *facts_parse(const char *text, const char *name, size_t *size, struct diagnostics *diagnostics)
{
	struct parser p = {
		.name = name,
		.diagnostics = diagnostics,
		.symbols = g_array_new(FALSE, FALSE, sizeof(struct named)),
		.symbol_index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.variables = g_ptr_array_new(),
		.open = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
	};
	struct facts *facts = NULL;

	text_lexer_init(&p.lexer, text);
	if (parse_unit(&p) && build_symbols(&p))
		facts = facts_build_finish(p.builder, size);
	parser_finish(&p);
	return facts;
}
