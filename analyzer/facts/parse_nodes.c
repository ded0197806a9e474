/*
 * parse_nodes: a body as text -> its tree of nodes. Without recursion: an else-if chain is as deep as it is long.
 */
#include "facts/parse_internal.h"

#include <string.h>

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
		return parse_fail(p, "a column is greater than 65535");
	out->line = place->line;
	out->column = (uint16_t)place->column;
	out->end_column = (uint16_t)place->end_column;
	if (place->has_file)
		out->file = (uint16_t)facts_build_file(p->builder, p->lexer.text->str);
	if (place->has_end) {
		if (place->end_line < place->line || place->end_line - place->line > UINT16_MAX)
			return parse_fail(p, "a node ends before it starts, or more than 65535 lines later");
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

	if (!parse_take_label(p, &name, &ordinal))
		return false;
	for (uint32_t i = from; i < to; i++) {
		if (strcmp(g_ptr_array_index(p->variables, i), name) != 0 || --ordinal)
			continue;
		out->value = i;
		return true;
	}
	return parse_fail_at(p, line,
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
	return parse_take_symbol(p, text_symbol_kind_of(out->kind), &out->symbol);
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
		return parse_fail_about(p, "'%s' is no word of a node", word);
	if (flag)
		out->flags |= (uint16_t)flag->value;
	else if (!is_symbol)
		out->op = loop ? (uint8_t)loop->value : (uint8_t)op;
	text_lexer_next(&p->lexer);
	return !is_symbol || parse_take_kind_and_symbol(p, &out->symbol);
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
		return parse_fail(p, "expected ')', a child or an attribute");
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
		return parse_fail(p, "expected the kind of a node");
	text_lexer_next(&p->lexer);
	return open_node(p, node);
}

/* A body, from behind its keyword to behind its closing parenthesis. */
bool parse_body(struct parser *p, uint32_t *body)
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
		if (!parse_take(p, TOKEN_CLOSE, "'(' or ')'"))
			return false;
		g_array_set_size(p->open, p->open->len - 1);
	}
	return true;
}
