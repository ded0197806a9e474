/*
 * operator: operators, assignments, subscripts and conditionals -> nodes.
 *
 * An operator over constants is a constant itself, evaluated where the whole is used (constant.c).
 */
#include "extract/expression.h"

static uint32_t address_of(struct visit *v, CXCursor operand)
{
	uint32_t inner = visit_expression(v, operand);

	if (node_kind_of(v, inner) == NODE_FUNCTION)
		return inner;
	if (node_kind_of(v, inner) == NODE_DEREF)
		return facts_built_node(v->facts, inner)->first;
	uint32_t node = visit_leaf(v, NODE_ADDRESS);
	facts_build_append(v->facts, node, inner);
	return node;
}

static uint32_t dereference(struct visit *v, CXCursor cursor, CXCursor operand)
{
	uint32_t inner = visit_expression(v, operand);

	if (type_is_function(clang_getCursorType(cursor)))
		return inner; /* (*f)() calls f */
	if (node_kind_of(v, inner) == NODE_ADDRESS)
		return facts_built_node(v->facts, inner)->first;
	uint32_t node = visit_leaf(v, NODE_DEREF);
	facts_build_append(v->facts, node, inner);
	return node;
}

static uint32_t unary_node(struct visit *v, enum node_op op, CXCursor operand)
{
	uint32_t inner = visit_operand(v, operand);

	if (constant_is_pending(v, inner))
		return inner;
	uint32_t node = visit_leaf(v, NODE_UNARY);
	node_set_op(v, node, op);
	facts_build_append(v->facts, node, inner);
	return node;
}

static uint32_t unary_of(struct visit *v, CXCursor cursor, CXCursor operand)
{
	switch (clang_getCursorUnaryOperatorKind(cursor)) {
	case CXUnaryOperator_AddrOf:
		return address_of(v, operand);
	case CXUnaryOperator_Deref:
		return dereference(v, cursor, operand);
	case CXUnaryOperator_LNot:
		return unary_node(v, OP_NOT, operand);
	case CXUnaryOperator_Minus:
		return unary_node(v, OP_NEG, operand);
	case CXUnaryOperator_Not:
		return unary_node(v, OP_BITNOT, operand);
	case CXUnaryOperator_PostInc:
	case CXUnaryOperator_PreInc:
		return unary_node(v, OP_INCREMENT, operand);
	case CXUnaryOperator_PostDec:
	case CXUnaryOperator_PreDec:
		return unary_node(v, OP_DECREMENT, operand);
	case CXUnaryOperator_Plus:
	case CXUnaryOperator_Extension:
		return visit_operand(v, operand);
	default:
		return visit_opaque(v, cursor);
	}
}

/* `__extension__` and unary plus leave no node: their operand keeps the parent it would have had. */
static bool leaves_no_node(CXCursor unary)
{
	enum CXUnaryOperatorKind kind = clang_getCursorUnaryOperatorKind(unary);

	return kind == CXUnaryOperator_Extension || kind == CXUnaryOperator_Plus;
}

uint32_t visit_unary(struct visit *v, CXCursor cursor)
{
	CXCursor outer = v->parent;
	struct children children = children_of(v, cursor);
	uint32_t node;

	if (children.count == 0)
		return visit_leaf(v, NODE_OPAQUE);
	CXCursor operand = last_child(v, children);
	if (!leaves_no_node(cursor))
		v->parent = cursor;
	node = unary_of(v, cursor, operand);
	v->parent = outer;
	children_release(v, children);
	return node;
}

/* clang-format off */
static const uint8_t binary_ops[CXBinaryOperator_Comma + 1] = {
	[CXBinaryOperator_Mul] = OP_MULTIPLY,    [CXBinaryOperator_Div] = OP_DIVIDE,
	[CXBinaryOperator_Rem] = OP_MODULO,      [CXBinaryOperator_Add] = OP_ADD,
	[CXBinaryOperator_Sub] = OP_SUBTRACT,    [CXBinaryOperator_Shl] = OP_SHIFT_LEFT,
	[CXBinaryOperator_Shr] = OP_SHIFT_RIGHT, [CXBinaryOperator_LT] = OP_LT,
	[CXBinaryOperator_GT] = OP_GT,           [CXBinaryOperator_LE] = OP_LE,
	[CXBinaryOperator_GE] = OP_GE,           [CXBinaryOperator_EQ] = OP_EQ,
	[CXBinaryOperator_NE] = OP_NE,           [CXBinaryOperator_And] = OP_BITAND,
	[CXBinaryOperator_Xor] = OP_XOR,         [CXBinaryOperator_Or] = OP_BITOR,
	[CXBinaryOperator_LAnd] = OP_AND,        [CXBinaryOperator_LOr] = OP_OR,
	[CXBinaryOperator_Comma] = OP_COMMA,     [CXBinaryOperator_MulAssign] = OP_MULTIPLY,
	[CXBinaryOperator_DivAssign] = OP_DIVIDE, [CXBinaryOperator_RemAssign] = OP_MODULO,
	[CXBinaryOperator_AddAssign] = OP_ADD,   [CXBinaryOperator_SubAssign] = OP_SUBTRACT,
	[CXBinaryOperator_ShlAssign] = OP_SHIFT_LEFT, [CXBinaryOperator_ShrAssign] = OP_SHIFT_RIGHT,
	[CXBinaryOperator_AndAssign] = OP_BITAND, [CXBinaryOperator_XorAssign] = OP_XOR,
	[CXBinaryOperator_OrAssign] = OP_BITOR,
};
/* clang-format on */

/* `x = (struct s){ .f = g }` fills the fields of x. */
static uint32_t assign_literal(struct visit *v, CXCursor cursor, uint32_t place, CXCursor literal)
{
	uint32_t node = visit_node(v, NODE_OPAQUE, cursor);

	visit_initialiser(v, clang_getCursorType(literal), place, literal, node, cursor);
	return node;
}

static uint32_t assignment(struct visit *v, CXCursor cursor, enum node_op op, CXCursor left, CXCursor right)
{
	uint32_t place = visit_expression(v, left);
	CXCursor value = visit_strip(v, right);

	if (op == OP_NONE && value.kind == CXCursor_CompoundLiteralExpr)
		return assign_literal(v, cursor, place, value);
	uint32_t node = visit_node(v, NODE_ASSIGN, cursor);
	node_set_op(v, node, op);
	facts_build_append(v->facts, node, place);
	facts_build_append(v->facts, node, visit_expression(v, right));
	return node;
}

static uint32_t operation(struct visit *v, enum node_op op, CXCursor left, CXCursor right)
{
	uint32_t a = visit_operand(v, left), b = visit_operand(v, right);

	if (constant_is_pending(v, a) && constant_is_pending(v, b))
		return a;
	constant_settle(v, a, left);
	constant_settle(v, b, right);
	uint32_t node = visit_leaf(v, NODE_BINARY);
	node_set_op(v, node, op);
	facts_build_append(v->facts, node, a);
	facts_build_append(v->facts, node, b);
	return node;
}

uint32_t visit_binary(struct visit *v, CXCursor cursor)
{
	enum CXBinaryOperatorKind kind = clang_getCursorBinaryOperatorKind(cursor);
	CXCursor outer = v->parent;
	struct children children = children_of(v, cursor);
	enum node_op op = kind <= CXBinaryOperator_Comma ? binary_ops[kind] : OP_NONE;
	uint32_t node;

	v->parent = cursor;
	if (children.count != 2)
		node = visit_opaque(v, cursor);
	else if (kind == CXBinaryOperator_Assign || cursor.kind == CXCursor_CompoundAssignOperator)
		node = assignment(v, cursor, op, child_at(v, children, 0), child_at(v, children, 1));
	else if (op != OP_NONE)
		node = operation(v, op, child_at(v, children, 0), child_at(v, children, 1));
	else
		node = visit_opaque(v, cursor);
	v->parent = outer;
	children_release(v, children);
	return node;
}

uint32_t visit_conditional(struct visit *v, CXCursor cursor)
{
	CXCursor outer = v->parent;
	struct children children = children_of(v, cursor);
	uint32_t parts[3];
	bool constant = true;

	if (children.count != 3) {
		children_release(v, children);
		return visit_opaque(v, cursor);
	}
	v->parent = cursor;
	for (guint i = 0; i < 3; i++) {
		parts[i] = visit_operand(v, child_at(v, children, i));
		constant &= constant_is_pending(v, parts[i]);
	}
	uint32_t node = constant ? parts[0] : visit_leaf(v, NODE_CONDITIONAL);
	for (guint i = 0; i < 3 && !constant; i++) {
		constant_settle(v, parts[i], child_at(v, children, i));
		facts_build_append(v->facts, node, parts[i]);
	}
	v->parent = outer;
	children_release(v, children);
	return node;
}

/* `a ?: b`, whose children are a, a, a, b. */
uint32_t visit_short_conditional(struct visit *v, CXCursor cursor, struct children children)
{
	CXCursor outer = v->parent;
	uint32_t node = visit_leaf(v, NODE_CONDITIONAL);

	v->parent = cursor;
	facts_build_append(v->facts, node, visit_expression(v, child_at(v, children, 0)));
	facts_build_append(v->facts, node, visit_leaf(v, NODE_EMPTY));
	facts_build_append(v->facts, node, visit_expression(v, last_child(v, children)));
	v->parent = outer;
	return node;
}

uint32_t visit_subscript(struct visit *v, CXCursor cursor)
{
	CXCursor outer = v->parent;
	struct children children = children_of(v, cursor);
	uint32_t node = visit_leaf(v, NODE_INDEX);

	v->parent = cursor;
	for (guint i = 0; i < children.count; i++)
		facts_build_append(v->facts, node, visit_expression(v, child_at(v, children, i)));
	v->parent = outer;
	if (children.count != 2)
		facts_built_node(v->facts, node)->kind = NODE_OPAQUE;
	children_release(v, children);
	return node;
}
