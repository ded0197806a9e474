/*
 * expression: expressions -> nodes.
 *
 * Parentheses and casts vanish, as do `&` and `*` before a function, `*&x`, `&*p` and __builtin_expect; (&x)->f is
 * x.f and (*p).f is p->f. What libclang hides is met here:
 *   - `(work)()`, `(*work)()`, `t[0](1)`, `get()(3)`: the call's own "referenced" is null or wrong, so a call is direct
 *     if and only if its callee, walked as an expression, is a function;
 *   - sizeof and alignof are never walked: nothing inside them is called;
 *   - a cast's child is its last: __typeof__(work()) in the type comes first;
 *   - GNU `a ?: b` shows `a` three times; _Generic shows every association; __builtin_choose_expr both arms.
 */
#include "extract/cplusplus.h"
#include "extract/expression.h"

#include <string.h>

/* A cast of a constant: of zero to a pointer it is the null pointer. */
static uint32_t cast_constant(struct visit *v, uint32_t node, CXCursor cast, CXCursor operand)
{
	int64_t value;
	bool is_null = type_is_pointer(clang_getCursorType(cast)) && constant_evaluate(operand, &value) && value == 0;

	return is_null ? visit_leaf(v, NODE_NULL) : node;
}

/* A cast, or parentheses: what is inside. */
static uint32_t transparent(struct visit *v, CXCursor cursor, CXCursor inside)
{
	uint32_t node = visit_operand(v, inside);

	return constant_is_pending(v, node) ? cast_constant(v, node, cursor, inside) : node;
}

/* What is not understood is kept for the calls and names in it. */
static void append_to_opaque(struct visit *v, uint32_t opaque, CXCursor child)
{
	if (clang_isStatement(child.kind)) {
		visit_statement(v, child, opaque);
		return;
	}
	uint32_t node = visit_expression(v, child);
	switch (node_kind_of(v, node)) {
	case NODE_CONST:
	case NODE_NULL:
		break;
	case NODE_OPAQUE:
		if (!facts_built_node(v->facts, node)->first)
			break;
		/* fallthrough */
	default:
		facts_build_append(v->facts, opaque, node);
	}
}

uint32_t visit_opaque(struct visit *v, CXCursor cursor)
{
	CXCursor outer = v->parent;
	struct children children = children_of(v, cursor);
	uint32_t node = visit_leaf(v, NODE_OPAQUE);

	v->parent = cursor;
	for (guint i = 0; i < children.count; i++)
		append_to_opaque(v, node, child_at(v, children, i));
	v->parent = outer;
	children_release(v, children);
	return node;
}

/* Calls. */

static uint32_t callee_type(struct visit *v, CXCursor callee)
{
	CXType type = clang_getCanonicalType(clang_getCursorType(callee));

	if (type.kind == CXType_Pointer || type.kind == CXType_BlockPointer)
		type = clang_getPointeeType(type);
	return type_is_function(type) ? visit_type(v, type) : 0;
}

static bool returns_first_argument(const struct visit *v, uint32_t symbol)
{
	for (guint i = 0; i < v->transparent->len; i++)
		if (g_array_index(v->transparent, uint32_t, i) == symbol)
			return true;
	return false;
}

static uint32_t known_constant(struct visit *v, CXCursor cursor)
{
	uint32_t node = visit_leaf(v, NODE_CONST);
	int64_t value;

	if (constant_evaluate(cursor, &value))
		facts_built_node(v->facts, node)->value = value;
	return node;
}

static uint32_t call_node(struct visit *v, CXCursor cursor, struct children children, uint32_t callee, uint32_t symbol)
{
	uint32_t type = symbol ? facts_built_symbol(v->facts, symbol)->type : 0;
	uint32_t node = visit_node(v, NODE_CALL, cursor);

	if (!type)
		type = callee_type(v, child_at(v, children, 0));
	facts_built_node(v->facts, node)->symbol = symbol;
	facts_built_node(v->facts, node)->text = type;
	if (!symbol)
		facts_build_append(v->facts, node, callee);
	for (guint i = 1; i < children.count; i++)
		facts_build_append(v->facts, node, visit_expression(v, child_at(v, children, i)));
	return node;
}

static uint32_t call(struct visit *v, CXCursor cursor)
{
	CXCursor outer = v->parent;
	struct children children = children_of(v, cursor);
	uint32_t node = 0, symbol = 0;

	v->parent = cursor;
	if (v->cplusplus)
		node = cplusplus_call(v, cursor, children);
	if (node || children.count == 0) {
		v->parent = outer;
		children_release(v, children);
		return node ? node : visit_leaf(v, NODE_OPAQUE);
	}
	uint32_t callee = visit_expression(v, child_at(v, children, 0));
	if (node_kind_of(v, callee) == NODE_FUNCTION)
		symbol = facts_built_node(v->facts, callee)->symbol;
	if (symbol && symbol == v->constant_p)
		node = known_constant(v, cursor);
	else if (symbol && children.count > 1 && returns_first_argument(v, symbol))
		node = visit_expression(v, child_at(v, children, 1));
	else
		node = call_node(v, cursor, children, callee, symbol);
	v->parent = outer;
	children_release(v, children);
	return node;
}

/* The association that _Generic selects: the one of the whole expression's type. Several of it: all are kept. */
static uint32_t generic_selection(struct visit *v, CXCursor cursor)
{
	struct children children = children_of(v, cursor);
	CXType type = clang_getCanonicalType(clang_getCursorType(cursor));
	guint matches = 0, match = 0;

	for (guint i = 1; i < children.count; i++) {
		CXType arm = clang_getCanonicalType(clang_getCursorType(child_at(v, children, i)));

		if (clang_equalTypes(arm, type) && ++matches)
			match = i;
	}
	uint32_t node = matches == 1 ? visit_operand(v, child_at(v, children, match)) : visit_leaf(v, NODE_OPAQUE);
	for (guint i = 1; i < children.count && matches > 1; i++)
		append_to_opaque(v, node, child_at(v, children, i));
	children_release(v, children);
	return node;
}

/* What libclang has no kind for. */

static bool same_extent(CXCursor a, CXCursor b)
{
	CXSourceRange x = clang_getCursorExtent(a), y = clang_getCursorExtent(b);

	return x.begin_int_data == y.begin_int_data && x.end_int_data == y.end_int_data;
}

static uint32_t evaluated_or_opaque(struct visit *v, CXCursor cursor)
{
	int64_t value;

	if (type_is_integer(clang_getCursorType(cursor)) && constant_evaluate(cursor, &value))
		return constant_pending(v);
	return visit_opaque(v, cursor);
}

static bool is_short_conditional(const struct visit *v, struct children children)
{
	return children.count == 4 && clang_equalCursors(child_at(v, children, 0), child_at(v, children, 1));
}

/* __builtin_choose_expr(constant, a, b) has the extent of neither arm, and the type of one of them. */
static uint32_t choose(struct visit *v, CXCursor cursor, struct children children)
{
	int64_t value;

	if (!constant_evaluate(child_at(v, children, 0), &value))
		return visit_opaque(v, cursor);
	return visit_operand(v, child_at(v, children, value ? 1 : 2));
}

static bool is_choose(struct visit *v, CXCursor cursor)
{
	struct place at = place_spelled(clang_getCursorLocation(cursor));
	size_t length;
	const char *source = place_source(v, at.file, &length);

	return source && at.offset + 21 < length && strncmp(source + at.offset, "__builtin_choose_expr", 21) == 0;
}

static uint32_t unexposed(struct visit *v, CXCursor cursor)
{
	struct children children = children_of(v, cursor);
	uint32_t node;

	if (children.count == 1 && same_extent(cursor, child_at(v, children, 0)))
		node = transparent(v, cursor, child_at(v, children, 0));
	else if (is_short_conditional(v, children))
		node = visit_short_conditional(v, cursor, children);
	else if (children.count == 3 && is_choose(v, cursor))
		node = choose(v, cursor, children);
	else
		node = evaluated_or_opaque(v, cursor);
	children_release(v, children);
	return node;
}

static uint32_t lambda(struct visit *v, CXCursor cursor)
{
	uint32_t node = visit_node(v, NODE_FUNCTION, cursor);

	node_set_symbol(v, node, cplusplus_lambda(v, cursor));
	return node;
}

static uint32_t last_inside(struct visit *v, CXCursor cursor)
{
	struct children children = children_of(v, cursor);
	uint32_t node;

	if (children.count)
		node = transparent(v, cursor, last_child(v, children));
	else
		node = visit_leaf(v, NODE_OPAQUE);
	children_release(v, children);
	return node;
}

uint32_t visit_operand(struct visit *v, CXCursor cursor)
{
	switch (cursor.kind) {
	case CXCursor_UnexposedExpr:
		return unexposed(v, cursor);
	case CXCursor_ParenExpr:
	case CXCursor_CStyleCastExpr:
	case CXCursor_CXXStaticCastExpr:
	case CXCursor_CXXReinterpretCastExpr:
	case CXCursor_CXXConstCastExpr:
	case CXCursor_CXXFunctionalCastExpr:
		return last_inside(v, cursor);
	case CXCursor_DeclRefExpr:
		return visit_name(v, cursor);
	case CXCursor_MemberRefExpr:
		return visit_member(v, cursor);
	case CXCursor_CallExpr:
		return call(v, cursor);
	case CXCursor_IntegerLiteral:
	case CXCursor_CharacterLiteral:
	case CXCursor_CXXBoolLiteralExpr:
	case CXCursor_UnaryExpr:
		return constant_pending(v);
	case CXCursor_StringLiteral:
		return visit_string(v, cursor);
	case CXCursor_GNUNullExpr:
	case CXCursor_CXXNullPtrLiteralExpr:
		return visit_leaf(v, NODE_NULL);
	case CXCursor_UnaryOperator:
		return visit_unary(v, cursor);
	case CXCursor_BinaryOperator:
	case CXCursor_CompoundAssignOperator:
		return visit_binary(v, cursor);
	case CXCursor_ConditionalOperator:
		return visit_conditional(v, cursor);
	case CXCursor_ArraySubscriptExpr:
		return visit_subscript(v, cursor);
	case CXCursor_GenericSelectionExpr:
		return generic_selection(v, cursor);
	case CXCursor_StmtExpr:
		return visit_statement_expression(v, cursor);
	case CXCursor_CompoundLiteralExpr:
		return visit_compound_literal(v, cursor);
	case CXCursor_LambdaExpr:
		return lambda(v, cursor);
	case CXCursor_CXXThrowExpr:
		return catching_throw(v, cursor);
	default:
		return visit_opaque(v, cursor);
	}
}

uint32_t visit_expression(struct visit *v, CXCursor cursor)
{
	uint32_t node = visit_operand(v, cursor);

	constant_settle(v, node, cursor);
	return node;
}

CXCursor visit_strip(struct visit *v, CXCursor cursor)
{
	while (cursor.kind == CXCursor_ParenExpr || cursor.kind == CXCursor_UnexposedExpr ||
	       cursor.kind == CXCursor_CStyleCastExpr) {
		struct children children = children_of(v, cursor);
		bool single = children.count == 1 || (children.count && cursor.kind == CXCursor_CStyleCastExpr);
		CXCursor inside = single ? last_child(v, children) : cursor;

		children_release(v, children);
		if (!single)
			break;
		cursor = inside;
	}
	return cursor;
}
