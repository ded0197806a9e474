/*
 * statement: statements -> nodes.
 *
 * Labels and cases are markers: what follows them is their sibling. A declaration becomes the assignments of its
 * initialisers. Of a `for`, libclang drops the parts that are empty without saying which: they are told apart by the
 * two semicolons of the source, or, where a macro wrote them, by what they look like.
 */
#include "extract/visit.h"

#include <string.h>

/* One child that must be exactly one node: nothing becomes NODE_EMPTY, several (label and statement) a block. */
static uint32_t single_statement(struct visit *v, CXCursor cursor)
{
	uint32_t block = visit_leaf(v, NODE_BLOCK);

	visit_statement(v, cursor, block);
	uint32_t first = facts_built_node(v->facts, block)->first;
	if (!first)
		return visit_leaf(v, NODE_EMPTY);
	return facts_built_node(v->facts, first)->next ? block : first;
}

static void append(struct visit *v, uint32_t parent, uint32_t child)
{
	facts_build_append(v->facts, parent, child);
}

static uint32_t start_statement(struct visit *v, enum node_kind kind, CXCursor cursor, uint32_t block)
{
	uint32_t node = visit_node(v, kind, cursor);

	append(v, block, node);
	v->parent = cursor;
	return node;
}

static void children_as_statements(struct visit *v, CXCursor cursor, uint32_t block)
{
	struct children children = children_of(v, cursor);

	for (guint i = 0; i < children.count; i++)
		visit_statement(v, child_at(v, children, i), block);
	children_release(v, children);
}

static void expression_statement(struct visit *v, CXCursor cursor, uint32_t block)
{
	uint32_t node = visit_expression(v, cursor);
	struct node *n = facts_built_node(v->facts, node);

	if (!n->line) {
		struct node placed = *n;
		place_node(v, &placed, cursor, NULL);
		*facts_built_node(v->facts, node) = placed;
	}
	append(v, block, node);
}

/* if, while, do, switch: first an expression or two statements in the order the source has them. */

static void if_statement(struct visit *v, CXCursor cursor, uint32_t block)
{
	struct children children = children_of(v, cursor);

	while (children.count > 2 &&
	       clang_isDeclaration(child_at(v, children, 0).kind)) { /* C++: if (int n = read()) */
		visit_statement(v, child_at(v, children, 0), block);
		children.first++, children.count--;
	}
	if (children.count > 2 && child_at(v, children, 0).kind == CXCursor_DeclStmt) { /* C++: if (int n = 0; n) */
		visit_statement(v, child_at(v, children, 0), block);
		children.first++, children.count--;
	}
	uint32_t node = start_statement(v, NODE_IF, cursor, block);

	if (children.count < 2) { /* its condition could not be parsed */
		append(v, node, visit_leaf(v, NODE_OPAQUE));
	} else {
		append(v, node, visit_expression(v, child_at(v, children, 0)));
		children.first++, children.count--;
	}
	for (guint i = 0; i < children.count; i++)
		append(v, node, single_statement(v, child_at(v, children, i)));
	if (children.count == 0)
		append(v, node, visit_leaf(v, NODE_EMPTY));
	children_release(v, children);
}

static uint32_t part_or_empty(struct visit *v, uint32_t part)
{
	return part ? part : visit_leaf(v, NODE_EMPTY);
}

static void finish_loop(struct visit *v, uint32_t node, enum loop_op op, const uint32_t parts[4])
{
	facts_built_node(v->facts, node)->op = (uint8_t)op;
	for (int i = 0; i < 4; i++)
		append(v, node, part_or_empty(v, parts[i]));
}

static void while_statement(struct visit *v, CXCursor cursor, uint32_t block)
{
	struct children children = children_of(v, cursor);
	uint32_t node = start_statement(v, NODE_LOOP, cursor, block);
	uint32_t parts[4] = { 0 };

	if (children.count == 2)
		parts[1] = visit_expression(v, child_at(v, children, 0));
	if (children.count)
		parts[3] = single_statement(v, last_child(v, children));
	finish_loop(v, node, LOOP_WHILE, parts);
	children_release(v, children);
}

/* C++: for (auto &x : list) */
static void range_statement(struct visit *v, CXCursor cursor, uint32_t block)
{
	struct children children = children_of(v, cursor);
	uint32_t node = start_statement(v, NODE_LOOP, cursor, block), body = visit_leaf(v, NODE_BLOCK);
	uint32_t parts[4] = { visit_leaf(v, NODE_BLOCK), 0, 0, body };

	for (guint i = 0; i + 1 < children.count; i++)
		visit_statement(v, child_at(v, children, i), parts[0]);
	if (children.count)
		visit_statement(v, last_child(v, children), body);
	finish_loop(v, node, LOOP_FOR, parts);
	children_release(v, children);
}

static void do_statement(struct visit *v, CXCursor cursor, uint32_t block)
{
	struct children children = children_of(v, cursor);
	uint32_t node = start_statement(v, NODE_LOOP, cursor, block);
	uint32_t parts[4] = { 0 };

	if (children.count)
		parts[3] = single_statement(v, child_at(v, children, 0));
	if (children.count == 2) {
		v->parent = cursor;
		parts[1] = visit_expression(v, child_at(v, children, 1));
	}
	finish_loop(v, node, LOOP_DO, parts);
	children_release(v, children);
}

static void switch_statement(struct visit *v, CXCursor cursor, uint32_t block)
{
	struct children children = children_of(v, cursor);
	uint32_t node = start_statement(v, NODE_SWITCH, cursor, block);

	if (children.count == 2)
		append(v, node, visit_expression(v, child_at(v, children, 0)));
	else
		append(v, node, visit_leaf(v, NODE_OPAQUE));
	if (children.count)
		append(v, node, single_statement(v, last_child(v, children)));
	else
		append(v, node, visit_leaf(v, NODE_EMPTY));
	children_release(v, children);
}

/* for. */

/* The first `)` from `at` on that closes what was open there. */
static size_t end_of_parentheses(const char *source, size_t length, size_t at)
{
	for (int depth = 0; at < length; at++) {
		depth += (source[at] == '(') - (source[at] == ')');
		if (depth < 0)
			return at;
	}
	return length;
}

/* A position in source text that steps over comments, strings and whatever stands in parentheses. */
static size_t next_semicolon(const char *source, size_t length, size_t at)
{
	int depth = 0;

	for (; at < length; at++) {
		char byte = source[at];

		if (byte == '"' || byte == '\'') {
			for (at++; at < length && source[at] != byte; at++)
				at += source[at] == '\\';
		} else if (byte == '/' && at + 1 < length && source[at + 1] == '*') {
			const char *end = g_strstr_len(source + at + 2, (gssize)(length - at - 2), "*/");
			at = end ? (size_t)(end - source) + 1 : length;
		} else if (byte == '/' && at + 1 < length && source[at + 1] == '/') {
			while (at < length && source[at] != '\n')
				at++;
		} else if (byte == '(' || byte == '{' || byte == '[') {
			depth++;
		} else if ((byte == ')' || byte == '}' || byte == ']') && --depth < 0) {
			return length;
		} else if (byte == ';' && depth == 0) {
			return at;
		}
	}
	return length;
}

/* Offsets of the two semicolons of a `for` and of what closes it, as spelled; false if they cannot be found there. */
static bool find_semicolons(struct visit *v, struct place loop, size_t semicolons[3])
{
	size_t length;
	const char *source = place_source(v, loop.file, &length);

	if (!source || loop.offset + 4 > length || strncmp(source + loop.offset, "for", 3) != 0)
		return false;
	const char *open = memchr(source + loop.offset, '(', length - loop.offset);
	if (!open)
		return false;
	semicolons[0] = next_semicolon(source, length, (size_t)(open - source) + 1);
	semicolons[1] = semicolons[0] < length ? next_semicolon(source, length, semicolons[0] + 1) : length;
	if (semicolons[1] >= length)
		return false;
	semicolons[2] = end_of_parentheses(source, length, semicolons[1]);
	return true;
}

static int part_by_look(CXCursor part, int at_least)
{
	bool changes = part.kind == CXCursor_CompoundAssignOperator || part.kind == CXCursor_UnaryOperator ||
		       (part.kind == CXCursor_BinaryOperator &&
			(clang_getCursorBinaryOperatorKind(part) == CXBinaryOperator_Assign ||
			 clang_getCursorBinaryOperatorKind(part) == CXBinaryOperator_Comma));

	if (part.kind == CXCursor_DeclStmt)
		return 0;
	if (!changes)
		return 1;
	return at_least == 0 && part.kind == CXCursor_BinaryOperator ? 0 : 2;
}

/* Which of init (0), condition (1), step (2) a part is. */
static int for_part(struct visit *v, CXCursor loop, CXCursor part, int at_least)
{
	struct place start = place_spelled(clang_getCursorLocation(loop));
	struct place place = place_spelled(clang_getRangeStart(clang_getCursorExtent(part)));
	size_t semicolons[3];

	if (part.kind == CXCursor_DeclStmt)
		return 0;
	if (place.file != start.file || !find_semicolons(v, start, semicolons) || place.offset < start.offset ||
	    place.offset > semicolons[2]) /* spelled in an argument of the macro that wrote the loop */
		return part_by_look(part, at_least);
	return (place.offset > semicolons[0]) + (place.offset > semicolons[1]);
}

static void for_statement(struct visit *v, CXCursor cursor, uint32_t block)
{
	struct children children = children_of(v, cursor);
	uint32_t node = start_statement(v, NODE_LOOP, cursor, block);
	uint32_t parts[4] = { 0 };
	int next = 0;

	for (guint i = 0; i + 1 < children.count; i++) {
		CXCursor part = child_at(v, children, i);
		int which = children.count == 4 ? (int)i : for_part(v, cursor, part, next);

		if (which < next)
			which = next;
		if (which > 2)
			break;
		v->parent = cursor;
		parts[which] = which == 1 ? visit_expression(v, part) : single_statement(v, part);
		next = which + 1;
	}
	if (children.count)
		parts[3] = single_statement(v, last_child(v, children));
	finish_loop(v, node, LOOP_FOR, parts);
	children_release(v, children);
}

/* Labels, cases, jumps. */

static void case_statement(struct visit *v, CXCursor cursor, uint32_t block)
{
	struct children children = children_of(v, cursor);
	uint32_t node = start_statement(v, NODE_CASE, cursor, block);

	for (guint i = 0; i + 1 < children.count; i++)
		append(v, node, visit_expression(v, child_at(v, children, i)));
	if (children.count > 1)
		visit_statement(v, last_child(v, children), block);
	else if (children.count)
		append(v, node, visit_expression(v, child_at(v, children, 0)));
	children_release(v, children);
}

static void label_statement(struct visit *v, CXCursor cursor, uint32_t block)
{
	g_autofree char *name = visit_text(clang_getCursorSpelling(cursor));
	uint32_t node = start_statement(v, NODE_LABEL, cursor, block);

	facts_built_node(v->facts, node)->text = facts_build_string(v->facts, name);
	children_as_statements(v, cursor, block);
}

static void goto_statement(struct visit *v, CXCursor cursor, uint32_t block)
{
	uint32_t node = start_statement(v, NODE_GOTO, cursor, block);
	struct children children = children_with_references(v, cursor);

	if (children.count && child_at(v, children, 0).kind == CXCursor_LabelRef) {
		g_autofree char *name = visit_text(clang_getCursorSpelling(child_at(v, children, 0)));
		facts_built_node(v->facts, node)->text = facts_build_string(v->facts, name);
	}
	children_release(v, children);
}

static void return_statement(struct visit *v, CXCursor cursor, uint32_t block)
{
	struct children children = children_of(v, cursor);
	uint32_t node = start_statement(v, NODE_RETURN, cursor, block);

	if (children.count)
		append(v, node, visit_expression(v, last_child(v, children)));
	children_release(v, children);
}

/* Declarations. */

static bool is_static_local(CXCursor declaration)
{
	return clang_Cursor_getStorageClass(declaration) == CX_SC_Static;
}

static uint32_t add_variable(struct visit *v, CXCursor declaration)
{
	g_autofree char *name = visit_text(clang_getCursorSpelling(declaration));
	struct variable variable = {
		.kind = is_static_local(declaration) ? VARIABLE_STATIC : VARIABLE_LOCAL,
		.name = facts_build_string(v->facts, name),
		.type = visit_type(v, clang_getCursorType(declaration)),
		.cleanup = visit_cleanup(v, declaration),
	};
	uint32_t index = facts_build_variable(v->facts, variable);

	cursor_table_put(v->variables, declaration, index);
	return index;
}

void visit_variable(struct visit *v, CXCursor declaration, uint32_t block)
{
	if (clang_Cursor_getStorageClass(declaration) == CX_SC_Extern)
		return;
	uint32_t index = add_variable(v, declaration);
	CXCursor value = clang_Cursor_getVarDeclInitializer(declaration);
	bool is_zero = is_static_local(declaration) && initialiser_begins_as_zero(v, declaration);
	if (clang_Cursor_isNull(value) && !is_zero)
		return;
	uint32_t place = visit_leaf(v, NODE_LOCAL);
	facts_built_node(v->facts, place)->value = index;
	v->parent = declaration;
	if (clang_Cursor_isNull(value))
		initialiser_zero(v, declaration, place, block);
	else
		visit_initialiser(v, clang_getCursorType(declaration), place, value, block, declaration);
}

static void declarations(struct visit *v, CXCursor cursor, uint32_t block)
{
	struct children children = children_of(v, cursor);

	for (guint i = 0; i < children.count; i++)
		if (child_at(v, children, i).kind == CXCursor_VarDecl)
			visit_variable(v, child_at(v, children, i), block);
	children_release(v, children);
}

static void any_statement(struct visit *v, CXCursor cursor, uint32_t block)
{
	switch (cursor.kind) {
	case CXCursor_CompoundStmt:
		children_as_statements(v, cursor, start_statement(v, NODE_BLOCK, cursor, block));
		break;
	case CXCursor_IfStmt:
		if_statement(v, cursor, block);
		break;
	case CXCursor_WhileStmt:
		while_statement(v, cursor, block);
		break;
	case CXCursor_DoStmt:
		do_statement(v, cursor, block);
		break;
	case CXCursor_ForStmt:
		if (!visit_scope(v, cursor, block))
			for_statement(v, cursor, block);
		break;
	case CXCursor_CXXForRangeStmt:
		range_statement(v, cursor, block);
		break;
	case CXCursor_SwitchStmt:
		switch_statement(v, cursor, block);
		break;
	case CXCursor_CaseStmt:
		case_statement(v, cursor, block);
		break;
	case CXCursor_DefaultStmt:
		start_statement(v, NODE_DEFAULT, cursor, block);
		children_as_statements(v, cursor, block);
		break;
	case CXCursor_LabelStmt:
		label_statement(v, cursor, block);
		break;
	case CXCursor_GotoStmt:
	case CXCursor_IndirectGotoStmt:
		goto_statement(v, cursor, block);
		break;
	case CXCursor_ReturnStmt:
		return_statement(v, cursor, block);
		break;
	case CXCursor_BreakStmt:
		start_statement(v, NODE_BREAK, cursor, block);
		break;
	case CXCursor_ContinueStmt:
		start_statement(v, NODE_CONTINUE, cursor, block);
		break;
	case CXCursor_DeclStmt:
		declarations(v, cursor, block);
		break;
	case CXCursor_VarDecl:
		visit_variable(v, cursor, block);
		break;
	case CXCursor_CXXTryStmt:
	case CXCursor_ObjCAtTryStmt:
	case CXCursor_SEHTryStmt:
		catching_try(v, cursor, block);
		break;
	case CXCursor_ObjCAtThrowStmt:
		append(v, block, catching_throw(v, cursor));
		break;
	case CXCursor_NullStmt:
		break;
	default:
		if (clang_isExpression(cursor.kind))
			expression_statement(v, cursor, block);
		else if (clang_isStatement(cursor.kind))
			children_as_statements(v, cursor, block);
	}
}

void visit_statement(struct visit *v, CXCursor cursor, uint32_t block)
{
	CXCursor outer = v->parent;

	v->parent = cursor;
	any_statement(v, cursor, block);
	v->parent = outer;
}
