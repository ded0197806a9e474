/*
 * parse: text -> facts; see text.h for the form and parse_internal.h for the parts of the parser.
 */
#include "facts/parse_internal.h"
#include "facts/text.h"

#include <string.h>

/* Functions. */

/* NAME "type" cleanup FUNCTION, behind the kind. */
static bool parse_variable(struct parser *p, enum variable_kind kind)
{
	struct variable variable = { .kind = (uint8_t)kind };
	const char *name, *type = NULL;

	if (!parse_take_text(p, TOKEN_NAME, "a name", &name))
		return false;
	if (p->lexer.kind == TOKEN_STRING && !parse_take_text(p, TOKEN_STRING, "a type", &type))
		return false;
	if (p->lexer.kind == TOKEN_NAME) {
		if (strcmp(p->lexer.text->str, "cleanup") != 0)
			return parse_fail_about(p, "'%s' is no word of a variable", p->lexer.text->str);
		text_lexer_next(&p->lexer);
		if (!parse_take_symbol(p, SYMBOL_FUNCTION, &variable.cleanup))
			return false;
	}
	variable.name = facts_build_string(p->builder, name);
	variable.type = facts_build_string(p->builder, type);
	facts_build_variable(p->builder, variable);
	g_ptr_array_add(p->variables, arena_strdup(&p->arena, name));
	return parse_take(p, TOKEN_CLOSE, "')'");
}

/* `params N` counts *params, otherwise it stays as it is. */
static bool take_function_attribute(struct parser *p, struct function *fn, struct named *said, int64_t *params)
{
	uint32_t count = 0;

	switch (p->lexer.kind) {
	case TOKEN_STRING:
		return parse_take_text(p, TOKEN_STRING, "a type", &said->type);
	case TOKEN_PLACE:
		if (p->lexer.place.column > UINT16_MAX)
			return parse_fail(p, "a column is greater than 65535");
		said->file = parse_place_file(p);
		fn->line = said->line = p->lexer.place.line;
		fn->column = (uint16_t)p->lexer.place.column;
		fn->end_line = p->lexer.place.end_line;
		text_lexer_next(&p->lexer);
		return true;
	case TOKEN_NAME:
		if (strcmp(p->lexer.text->str, "params") != 0)
			return parse_take_symbol_word(p, said);
		text_lexer_next(&p->lexer);
		if (!parse_take_number(p, UINT16_MAX, &count))
			return false;
		*params = count;
		return true;
	default:
		return parse_fail(p, "expected ')', a variable, a body or an attribute");
	}
}

/* The variables and the body of the function that was opened last. */
static bool parse_function_parts(struct parser *p, uint32_t function, bool count_params)
{
	while (p->lexer.kind == TOKEN_OPEN) {
		text_lexer_next(&p->lexer);
		if (p->lexer.kind != TOKEN_NAME)
			return parse_fail(p, "expected a variable or a body");
		const struct text_word *kind = text_find_word(text_variable_kinds, p->lexer.text->str);
		if (!kind && strcmp(p->lexer.text->str, "block") != 0)
			return parse_fail_about(p, "'%s' is neither a variable nor a body", p->lexer.text->str);
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
	else if (!parse_take_symbol(p, kind, &fn.symbol))
		return false;
	while (p->lexer.kind != TOKEN_OPEN && p->lexer.kind != TOKEN_CLOSE)
		if (!take_function_attribute(p, &fn, &said, &params))
			return false;
	if (fn.symbol)
		parse_add_to_symbol(p, fn.symbol, &said);
	fn.file = facts_build_file(p->builder, said.file);
	uint32_t index = facts_build_function(p->builder, fn);
	g_ptr_array_set_size(p->variables, 0);
	p->params = params < 0 ? 0 : (uint32_t)params;
	if (!parse_function_parts(p, index, params < 0))
		return false;
	if (p->params > p->variables->len || p->params > UINT16_MAX)
		return parse_fail(p, "a function has more parameters than variables, or more than 65535");
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
	else if (!parse_take_kind_and_symbol(p, &symbol))
		return false;
	if (!parse_take_text(p, TOKEN_STRING, "a string", &text))
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
		return parse_fail(p, "expected a form");
	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		if (strcmp(forms[i].word, p->lexer.text->str) != 0)
			continue;
		text_lexer_next(&p->lexer);
		return forms[i].parse(p) && parse_take(p, TOKEN_CLOSE, "')'");
	}
	return parse_fail_about(p, "'%s' is no form of a unit", p->lexer.text->str);
}

/* The status and the words behind it. */
static bool parse_status(struct parser *p)
{
	unsigned status;
	uint32_t errors = 0, calls_lost = 0;
	const char *message = NULL;
	bool ok = parse_take_word(p, text_statuses, "the status of the unit", &status);

	while (ok && p->lexer.kind == TOKEN_NAME) {
		const char *word = arena_strdup(&p->arena, p->lexer.text->str);

		text_lexer_next(&p->lexer);
		if (strcmp(word, "errors") == 0)
			ok = parse_take_number(p, UINT32_MAX, &errors);
		else if (strcmp(word, "calls_lost") == 0)
			ok = parse_take_number(p, UINT32_MAX, &calls_lost);
		else if (strcmp(word, "message") == 0)
			ok = parse_take_text(p, TOKEN_STRING, "a string", &message);
		else
			ok = parse_fail_about(p, "'%s' is no word of a unit", word);
	}
	if (ok)
		facts_build_status(p->builder, status, errors, calls_lost, message);
	return ok;
}

static bool parse_unit(struct parser *p)
{
	unsigned unit;
	static const struct text_word units[] = { { "unit", 0 }, { NULL, 0 } };

	if (!parse_take(p, TOKEN_OPEN, "'('") || !parse_take_word(p, units, "unit", &unit) ||
	    !parse_take_text(p, TOKEN_STRING, "the path of the unit", &p->path))
		return false;
	p->builder = facts_builder_new(p->path);
	if (!parse_status(p))
		return false;
	while (p->lexer.kind == TOKEN_OPEN) {
		text_lexer_next(&p->lexer);
		if (!parse_form(p))
			return false;
	}
	return parse_take(p, TOKEN_CLOSE, "'(' or ')'") && parse_take(p, TOKEN_END, "the end of the text");
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
	if (parse_unit(&p) && parse_build_symbols(&p))
		facts = facts_build_finish(p.builder, size);
	parser_finish(&p);
	return facts;
}
