/*
 * parse_tokens: takes tokens, or reports the first one that is not as expected.
 */
#include "facts/parse_internal.h"

#include <string.h>

/* Reports the first error; always false. */
bool parse_fail_at(struct parser *p, unsigned line, const char *message)
{
	if (!p->failed)
		diagnostics_add(p->diagnostics, DIAGNOSTIC_ERROR, p->name, line, "%s", message);
	p->failed = true;
	return false;
}

bool parse_fail(struct parser *p, const char *message)
{
	return parse_fail_at(p, p->lexer.line, p->lexer.kind == TOKEN_BAD ? p->lexer.text->str : message);
}

bool parse_fail_about(struct parser *p, const char *format, const char *name)
{
	return parse_fail(p, arena_printf(&p->arena, format, name));
}

bool parse_take(struct parser *p, enum text_token_kind kind, const char *expected)
{
	if (p->lexer.kind != kind)
		return parse_fail_about(p, "expected %s", expected);
	text_lexer_next(&p->lexer);
	return true;
}

bool parse_take_text(struct parser *p, enum text_token_kind kind, const char *expected, const char **out)
{
	if (p->lexer.kind == kind)
		*out = arena_strdup(&p->arena, p->lexer.text->str);
	return parse_take(p, kind, expected);
}

bool parse_take_number(struct parser *p, int64_t limit, uint32_t *out)
{
	if (p->lexer.kind == TOKEN_NUMBER && (p->lexer.number < 0 || p->lexer.number > limit))
		return parse_fail(p, "a number is out of range");
	*out = (uint32_t)p->lexer.number;
	return parse_take(p, TOKEN_NUMBER, "a number");
}

/* NAME or NAME#ordinal. */
bool parse_take_label(struct parser *p, const char **name, uint32_t *ordinal)
{
	*ordinal = 1;
	if (!parse_take_text(p, TOKEN_NAME, "a name", name))
		return false;
	if (p->lexer.kind != TOKEN_ORDINAL)
		return true;
	if (p->lexer.number < 1 || p->lexer.number > UINT32_MAX)
		return parse_fail(p, "an ordinal counts from 1");
	*ordinal = (uint32_t)p->lexer.number;
	text_lexer_next(&p->lexer);
	return true;
}

bool parse_take_word(struct parser *p, const struct text_word *table, const char *expected, unsigned *out)
{
	const struct text_word *word = p->lexer.kind == TOKEN_NAME ? text_find_word(table, p->lexer.text->str) : NULL;

	if (!word)
		return parse_fail_about(p, "expected %s", expected);
	*out = word->value;
	text_lexer_next(&p->lexer);
	return true;
}
