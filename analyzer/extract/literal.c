/*
 * literal: strings, compound literals and statement expressions -> nodes.
 */
#include "extract/expression.h"

#include <string.h>

static bool is_assignment_of(const struct visit *v, uint32_t node, int64_t local, int64_t value)
{
	const struct node *n = facts_built_node(v->facts, node);

	if (n->kind == NODE_BLOCK && n->first)
		n = facts_built_node(v->facts, n->first);
	if (n->kind != NODE_ASSIGN)
		return false;
	const struct node *place = facts_built_node(v->facts, n->first);
	const struct node *assigned = facts_built_node(v->facts, place->next);
	return place->kind == NODE_LOCAL && place->value == local && assigned->kind == NODE_CONST &&
	       assigned->value == value;
}

/* `({ int b; if (c) b = 1; else b = 0; b; })`, as G_LIKELY writes it, is c. Returns c, or 0. */
static uint32_t boolean_of(const struct visit *v, uint32_t block)
{
	uint32_t first = facts_built_node(v->facts, block)->first;
	uint32_t last = first ? facts_built_node(v->facts, first)->next : 0;

	if (!last || node_kind_of(v, first) != NODE_IF || node_kind_of(v, last) != NODE_LOCAL)
		return 0;
	uint32_t condition = facts_built_node(v->facts, first)->first;
	uint32_t then = facts_built_node(v->facts, condition)->next;
	uint32_t other = facts_built_node(v->facts, then)->next;
	int64_t local = facts_built_node(v->facts, last)->value;
	bool matches = other && is_assignment_of(v, then, local, 1) && is_assignment_of(v, other, local, 0);
	return matches ? condition : 0;
}

uint32_t visit_statement_expression(struct visit *v, CXCursor cursor)
{
	struct children children = children_of(v, cursor);
	uint32_t node = visit_leaf(v, NODE_OPAQUE);

	for (guint i = 0; i < children.count; i++)
		visit_statement(v, child_at(v, children, i), node);
	children_release(v, children);
	uint32_t block = facts_built_node(v->facts, node)->first;
	uint32_t condition = block ? boolean_of(v, block) : 0;
	if (!condition)
		return node;
	facts_built_node(v->facts, condition)->next = 0;
	return condition;
}

/* A compound literal is a variable without a name; its value follows what fills it. */
uint32_t visit_compound_literal(struct visit *v, CXCursor cursor)
{
	CXType type = clang_getCursorType(cursor);
	uint32_t node = visit_leaf(v, NODE_OPAQUE), local = visit_leaf(v, NODE_LOCAL);

	facts_built_node(v->facts, local)->value = facts_build_variable(
		v->facts, (struct variable){ .kind = VARIABLE_LOCAL, .type = visit_type(v, type) });
	visit_initialiser(v, type, local, cursor, node, cursor);
	facts_build_append(v->facts, node, local);
	return node;
}

static char unescaped(const char **text)
{
	static const char names[] = "abfnrtve0", values[] = "\a\b\f\n\r\t\v\033";
	char byte = *(*text)++;
	const char *known = byte ? strchr(names, byte) : NULL;

	if (byte == 'x')
		return (char)g_ascii_strtoull(*text, (char **)text, 16);
	if (byte >= '0' && byte <= '7') {
		int value = byte - '0';
		for (int i = 0; i < 2 && **text >= '0' && **text <= '7'; i++)
			value = value * 8 + *(*text)++ - '0';
		return (char)value;
	}
	return known ? values[known - names] : byte;
}

enum { STRING_LIMIT = 120 };

static char *literal_content(const char *spelling)
{
	const char *text = strchr(spelling, '"');
	GString *out = g_string_new(NULL);

	for (text = text ? text + 1 : ""; *text && *text != '"' && out->len <= STRING_LIMIT;) {
		char byte = *text++;
		if (byte == '\\' && *text)
			byte = unescaped(&text);
		if (byte == '\0')
			break;
		g_string_append_c(out, byte);
	}
	gsize cut = out->len > STRING_LIMIT ? STRING_LIMIT : out->len;
	while (cut < out->len && cut && ((unsigned char)out->str[cut] & 0xc0) == 0x80)
		cut--; /* not inside a character */
	g_string_truncate(out, cut);
	return g_string_free(out, FALSE);
}

uint32_t visit_string(struct visit *v, CXCursor cursor)
{
	CXString spelling = clang_getCursorSpelling(cursor);
	g_autofree char *text = literal_content(clang_getCString(spelling));
	uint32_t node = visit_leaf(v, NODE_STRING);

	clang_disposeString(spelling);
	facts_built_node(v->facts, node)->text = facts_build_string(v->facts, text);
	return node;
}
