/*
 * parse_symbols: what the text says of symbols.
 *
 * They are numbered by their first mention and built last, because only then is all known that the text says about
 * each: a static's default key differs, and its definition may stand behind its first call.
 */
#include "facts/parse_internal.h"

#include <string.h>

static struct named *named_symbol(struct parser *p, uint32_t symbol)
{
	return &g_array_index(p->symbols, struct named, symbol - 1);
}

bool parse_take_symbol(struct parser *p, enum symbol_kind kind, uint32_t *out)
{
	struct named symbol = { .kind = kind, .mention = p->lexer.line };
	uint32_t ordinal;

	if (!parse_take_label(p, &symbol.name, &ordinal))
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
bool parse_take_kind_and_symbol(struct parser *p, uint32_t *out)
{
	unsigned kind;

	return parse_take_word(p, text_symbol_kinds, "function, global or field", &kind) &&
	       parse_take_symbol(p, kind, out);
}

/* A symbol's words: a flag, or `key` or `alias` with a string. */
bool parse_take_symbol_word(struct parser *p, struct named *symbol)
{
	const struct text_word *flag = text_find_word(text_symbol_flags, p->lexer.text->str);
	bool is_key = strcmp(p->lexer.text->str, "key") == 0;

	if (flag) {
		symbol->flags |= (uint16_t)flag->value;
		text_lexer_next(&p->lexer);
		return true;
	}
	if (!is_key && strcmp(p->lexer.text->str, "alias") != 0)
		return parse_fail_about(p, "'%s' is no word of a symbol", p->lexer.text->str);
	text_lexer_next(&p->lexer);
	return parse_take_text(p, TOKEN_STRING, "a string", is_key ? &symbol->key : &symbol->alias);
}

/* The file of a place, for functions and symbols; "" (no file) gives NULL. */
const char *parse_place_file(struct parser *p)
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
			if (!parse_take_text(p, TOKEN_STRING, "a type", &symbol->type))
				return false;
			break;
		case TOKEN_NAME:
			if (!parse_take_symbol_word(p, symbol))
				return false;
			break;
		case TOKEN_PLACE:
			symbol->file = parse_place_file(p);
			symbol->line = p->lexer.place.line;
			text_lexer_next(&p->lexer);
			break;
		default:
			return true;
		}
	}
}

bool parse_symbol(struct parser *p)
{
	uint32_t symbol;

	if (!parse_take_kind_and_symbol(p, &symbol))
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
void parse_add_to_symbol(struct parser *p, uint32_t index, const struct named *said)
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

/* Builds the symbol with this index and everything that was said about it. */
static bool build_symbol(struct parser *p, uint32_t index)
{
	const struct named *said = named_symbol(p, index);
	char *implied = text_default_key(said->kind, said->flags, said->name, said->file ? said->file : p->path);
	uint32_t built = facts_build_symbol(p->builder, said->kind, said->key ? said->key : implied, said->name);

	g_free(implied);
	if (built != index)
		return parse_fail_at(p, said->mention,
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

bool parse_build_symbols(struct parser *p)
{
	for (uint32_t i = 1; i <= p->symbols->len; i++)
		if (!build_symbol(p, i))
			return false;
	return true;
}
