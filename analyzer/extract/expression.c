/*
 * expression: expressions -> nodes.
 *
 * Parentheses and casts vanish, as do `&` and `*` before a function, `*&x`, `&*p` and __builtin_expect; (&x)->f is
 * x.f and (*p).f is p->f. What libclang hides is met here:
 *   - `(work)()`, `(*work)()`, `t[0](1)`, `get()(3)`: the call's own "referenced" is null or wrong, so a call is direct
 *     if and only if its callee, walked as an expression, is a function;
 *   - sizeof and alignof are never walked: nothing inside them is called;
 *   - a cast's child is its last: __typeof__(work()) in the type comes first;
 *   - GNU `a ?: b` shows `a` three times; _Generic shows every association; __builtin_choose_expr both arms;
 *   - an anonymous member is a step of its own without a name.
 */
#include "extract/visit.h"

#include <string.h>

static uint32_t expression(struct visit *v, CXCursor cursor); /* its constant may still be pending */

uint32_t visit_leaf(struct visit *v, enum node_kind kind)
{
	return facts_build_node(v->facts, (struct node){ .kind = (uint8_t)kind });
}

uint32_t visit_node(struct visit *v, enum node_kind kind, CXCursor cursor)
{
	struct node node = { .kind = (uint8_t)kind };

	place_node(v, &node, cursor, NULL);
	return facts_build_node(v->facts, node);
}

uint32_t visit_clone(struct visit *v, uint32_t from)
{
	struct node node = *facts_built_node(v->facts, from);
	uint32_t child = node.first;

	node.first = node.next = 0;
	uint32_t copy = facts_build_node(v->facts, node);
	for (; child; child = facts_built_node(v->facts, child)->next)
		facts_build_append(v->facts, copy, visit_clone(v, child));
	return copy;
}

static enum node_kind kind_of(const struct visit *v, uint32_t node)
{
	return facts_built_node(v->facts, node)->kind;
}

static void set_op(struct visit *v, uint32_t node, enum node_op op)
{
	facts_built_node(v->facts, node)->op = (uint8_t)op;
}

static void set_symbol(struct visit *v, uint32_t node, uint32_t symbol)
{
	facts_built_node(v->facts, node)->symbol = symbol;
}

static bool is_pointer(CXType type)
{
	enum CXTypeKind kind = clang_getCanonicalType(type).kind;

	return kind == CXType_Pointer || kind == CXType_NullPtr || kind == CXType_BlockPointer;
}

static bool is_function(CXType type)
{
	enum CXTypeKind kind = clang_getCanonicalType(type).kind;

	return kind == CXType_FunctionProto || kind == CXType_FunctionNoProto;
}

static bool is_integer(CXType type)
{
	enum CXTypeKind kind = clang_getCanonicalType(type).kind;

	return (kind >= CXType_Bool && kind <= CXType_Int128) || kind == CXType_Enum;
}

/* A cast of a constant: of zero to a pointer it is the null pointer. */
static uint32_t cast_constant(struct visit *v, uint32_t node, CXCursor cast, CXCursor operand)
{
	int64_t value;
	bool is_null = is_pointer(clang_getCursorType(cast)) && constant_evaluate(operand, &value) && value == 0;

	return is_null ? visit_leaf(v, NODE_NULL) : node;
}

/* A cast, or parentheses: what is inside. */
static uint32_t transparent(struct visit *v, CXCursor cursor, CXCursor inside)
{
	uint32_t node = expression(v, inside);

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
	switch (kind_of(v, node)) {
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

static uint32_t opaque(struct visit *v, CXCursor cursor)
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

/* Names. */

/* clang declares an unknown function where it is first called. */
static bool declares_implicitly(CXCursor cursor, CXCursor declaration)
{
	return clang_getCursorLocation(cursor).int_data == clang_getCursorLocation(declaration).int_data;
}

static uint32_t function_reference(struct visit *v, CXCursor cursor, CXCursor declaration)
{
	uint32_t symbol = visit_symbol(v, declaration);
	uint32_t node = visit_node(v, NODE_FUNCTION, cursor);

	struct symbol *s = facts_built_symbol(v->facts, symbol);

	if (!(s->flags & SYMBOL_SYSTEM) && declares_implicitly(cursor, declaration))
		s->flags |= SYMBOL_IMPLICIT;
	set_symbol(v, node, symbol);
	return node;
}

static bool is_constant_variable(CXCursor declaration)
{
	CXType type = clang_getCursorType(declaration);

	return clang_isConstQualifiedType(clang_getCanonicalType(type)) && is_integer(type);
}

static uint32_t variable_reference(struct visit *v, CXCursor cursor, CXCursor declaration)
{
	uint32_t variable, node;
	int64_t value;

	if (declaration.kind == CXCursor_VarDecl && is_constant_variable(declaration) &&
	    constant_evaluate(cursor, &value))
		return constant_pending(v);
	if (cursor_table_get(v->variables, declaration, &variable)) {
		node = visit_leaf(v, declaration.kind == CXCursor_ParmDecl ? NODE_PARAM : NODE_LOCAL);
		facts_built_node(v->facts, node)->value = variable;
	} else if (declaration.kind == CXCursor_VarDecl) {
		uint32_t symbol = visit_symbol(v, declaration);
		node = visit_leaf(v, NODE_GLOBAL);
		set_symbol(v, node, symbol);
	} else {
		node = visit_leaf(v, NODE_OPAQUE); /* a parameter named in a type */
	}
	return node;
}

static uint32_t name(struct visit *v, CXCursor cursor)
{
	CXCursor declaration = clang_getCursorReferenced(cursor);

	switch (declaration.kind) {
	case CXCursor_FunctionDecl:
	case CXCursor_CXXMethod:
	case CXCursor_Constructor:
		return function_reference(v, cursor, declaration);
	case CXCursor_EnumConstantDecl:
		return constant_pending(v);
	case CXCursor_VarDecl:
	case CXCursor_ParmDecl:
		return variable_reference(v, cursor, declaration);
	default:
		return visit_leaf(v, NODE_OPAQUE);
	}
}

/* Members. */

static bool is_anonymous_member(struct visit *v, CXCursor cursor)
{
	return cursor.kind == CXCursor_MemberRefExpr && visit_symbol(v, clang_getCursorReferenced(cursor)) == 0;
}

/* Whether the object is reached through a pointer; an anonymous member on the way does not count. */
static bool is_reached_by_arrow(struct visit *v, CXCursor object)
{
	while (is_anonymous_member(v, object)) {
		struct children children = children_of(v, object);

		if (children.count == 0)
			return false;
		object = child_at(v, children, 0);
		children_release(v, children);
	}
	return is_pointer(clang_getCursorType(object));
}

uint32_t visit_field(struct visit *v, uint32_t symbol, uint32_t object, bool arrow)
{
	uint32_t node = visit_leaf(v, NODE_FIELD);

	if (arrow && kind_of(v, object) == NODE_ADDRESS) {
		object = facts_built_node(v->facts, object)->first;
		arrow = false;
	} else if (!arrow && kind_of(v, object) == NODE_DEREF) {
		object = facts_built_node(v->facts, object)->first;
		arrow = true;
	}
	set_symbol(v, node, symbol);
	facts_built_node(v->facts, node)->flags = arrow ? NODE_ARROW : 0;
	facts_build_append(v->facts, node, object);
	return node;
}

static uint32_t member(struct visit *v, CXCursor cursor)
{
	CXCursor declaration = clang_getCursorReferenced(cursor);
	struct children children = children_of(v, cursor);
	uint32_t node;

	if (declaration.kind == CXCursor_CXXMethod)
		node = function_reference(v, cursor, declaration);
	else if (declaration.kind != CXCursor_FieldDecl || children.count == 0)
		node = opaque(v, cursor);
	else {
		CXCursor object = child_at(v, children, 0);
		uint32_t symbol = visit_symbol(v, declaration);
		node = visit_expression(v, object);
		if (symbol)
			node = visit_field(v, symbol, node, is_reached_by_arrow(v, object));
	}
	children_release(v, children);
	return node;
}

/* Operators. */

static uint32_t address_of(struct visit *v, CXCursor operand)
{
	uint32_t inner = visit_expression(v, operand);

	if (kind_of(v, inner) == NODE_FUNCTION)
		return inner;
	if (kind_of(v, inner) == NODE_DEREF)
		return facts_built_node(v->facts, inner)->first;
	uint32_t node = visit_leaf(v, NODE_ADDRESS);
	facts_build_append(v->facts, node, inner);
	return node;
}

static uint32_t dereference(struct visit *v, CXCursor cursor, CXCursor operand)
{
	uint32_t inner = visit_expression(v, operand);

	if (is_function(clang_getCursorType(cursor)))
		return inner; /* (*f)() calls f */
	if (kind_of(v, inner) == NODE_ADDRESS)
		return facts_built_node(v->facts, inner)->first;
	uint32_t node = visit_leaf(v, NODE_DEREF);
	facts_build_append(v->facts, node, inner);
	return node;
}

static uint32_t unary_node(struct visit *v, enum node_op op, CXCursor operand)
{
	uint32_t inner = expression(v, operand);

	if (constant_is_pending(v, inner))
		return inner;
	uint32_t node = visit_leaf(v, NODE_UNARY);
	set_op(v, node, op);
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
		return expression(v, operand);
	default:
		return opaque(v, cursor);
	}
}

/* `__extension__` and unary plus leave no node: their operand keeps the parent it would have had. */
static bool leaves_no_node(CXCursor unary)
{
	enum CXUnaryOperatorKind kind = clang_getCursorUnaryOperatorKind(unary);

	return kind == CXUnaryOperator_Extension || kind == CXUnaryOperator_Plus;
}

static uint32_t unary(struct visit *v, CXCursor cursor)
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
	set_op(v, node, op);
	facts_build_append(v->facts, node, place);
	facts_build_append(v->facts, node, visit_expression(v, right));
	return node;
}

static uint32_t operation(struct visit *v, enum node_op op, CXCursor left, CXCursor right)
{
	uint32_t a = expression(v, left), b = expression(v, right);

	if (constant_is_pending(v, a) && constant_is_pending(v, b))
		return a;
	constant_settle(v, a, left);
	constant_settle(v, b, right);
	uint32_t node = visit_leaf(v, NODE_BINARY);
	set_op(v, node, op);
	facts_build_append(v->facts, node, a);
	facts_build_append(v->facts, node, b);
	return node;
}

static uint32_t binary(struct visit *v, CXCursor cursor)
{
	enum CXBinaryOperatorKind kind = clang_getCursorBinaryOperatorKind(cursor);
	CXCursor outer = v->parent;
	struct children children = children_of(v, cursor);
	enum node_op op = kind <= CXBinaryOperator_Comma ? binary_ops[kind] : OP_NONE;
	uint32_t node;

	v->parent = cursor;
	if (children.count != 2)
		node = opaque(v, cursor);
	else if (kind == CXBinaryOperator_Assign || cursor.kind == CXCursor_CompoundAssignOperator)
		node = assignment(v, cursor, op, child_at(v, children, 0), child_at(v, children, 1));
	else if (op != OP_NONE)
		node = operation(v, op, child_at(v, children, 0), child_at(v, children, 1));
	else
		node = opaque(v, cursor);
	v->parent = outer;
	children_release(v, children);
	return node;
}

static uint32_t conditional(struct visit *v, CXCursor cursor)
{
	CXCursor outer = v->parent;
	struct children children = children_of(v, cursor);
	uint32_t parts[3];
	bool constant = true;

	if (children.count != 3) {
		children_release(v, children);
		return opaque(v, cursor);
	}
	v->parent = cursor;
	for (guint i = 0; i < 3; i++) {
		parts[i] = expression(v, child_at(v, children, i));
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
static uint32_t short_conditional(struct visit *v, CXCursor cursor, struct children children)
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

static uint32_t subscript(struct visit *v, CXCursor cursor)
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

/* Calls. */

static uint32_t callee_type(struct visit *v, CXCursor callee)
{
	CXType type = clang_getCanonicalType(clang_getCursorType(callee));

	if (type.kind == CXType_Pointer || type.kind == CXType_BlockPointer)
		type = clang_getPointeeType(type);
	return is_function(type) ? visit_type(v, type) : 0;
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
	uint32_t node, symbol = 0;

	if (children.count == 0)
		return visit_leaf(v, NODE_OPAQUE);
	v->parent = cursor;
	uint32_t callee = visit_expression(v, child_at(v, children, 0));
	if (kind_of(v, callee) == NODE_FUNCTION)
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
	uint32_t node = matches == 1 ? expression(v, child_at(v, children, match)) : visit_leaf(v, NODE_OPAQUE);
	for (guint i = 1; i < children.count && matches > 1; i++)
		append_to_opaque(v, node, child_at(v, children, i));
	children_release(v, children);
	return node;
}

/* Statement expressions and literals. */

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

	if (!last || kind_of(v, first) != NODE_IF || kind_of(v, last) != NODE_LOCAL)
		return 0;
	uint32_t condition = facts_built_node(v->facts, first)->first;
	uint32_t then = facts_built_node(v->facts, condition)->next;
	uint32_t other = facts_built_node(v->facts, then)->next;
	int64_t local = facts_built_node(v->facts, last)->value;
	bool matches = other && is_assignment_of(v, then, local, 1) && is_assignment_of(v, other, local, 0);
	return matches ? condition : 0;
}

static uint32_t statement_expression(struct visit *v, CXCursor cursor)
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
static uint32_t compound_literal(struct visit *v, CXCursor cursor)
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

static uint32_t string_literal(struct visit *v, CXCursor cursor)
{
	CXString spelling = clang_getCursorSpelling(cursor);
	g_autofree char *text = literal_content(clang_getCString(spelling));
	uint32_t node = visit_leaf(v, NODE_STRING);

	clang_disposeString(spelling);
	facts_built_node(v->facts, node)->text = facts_build_string(v->facts, text);
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

	if (is_integer(clang_getCursorType(cursor)) && constant_evaluate(cursor, &value))
		return constant_pending(v);
	return opaque(v, cursor);
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
		return opaque(v, cursor);
	return expression(v, child_at(v, children, value ? 1 : 2));
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
		node = short_conditional(v, cursor, children);
	else if (children.count == 3 && is_choose(v, cursor))
		node = choose(v, cursor, children);
	else
		node = evaluated_or_opaque(v, cursor);
	children_release(v, children);
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

static uint32_t expression(struct visit *v, CXCursor cursor)
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
		return name(v, cursor);
	case CXCursor_MemberRefExpr:
		return member(v, cursor);
	case CXCursor_CallExpr:
		return call(v, cursor);
	case CXCursor_IntegerLiteral:
	case CXCursor_CharacterLiteral:
	case CXCursor_CXXBoolLiteralExpr:
	case CXCursor_UnaryExpr:
		return constant_pending(v);
	case CXCursor_StringLiteral:
		return string_literal(v, cursor);
	case CXCursor_GNUNullExpr:
	case CXCursor_CXXNullPtrLiteralExpr:
		return visit_leaf(v, NODE_NULL);
	case CXCursor_UnaryOperator:
		return unary(v, cursor);
	case CXCursor_BinaryOperator:
	case CXCursor_CompoundAssignOperator:
		return binary(v, cursor);
	case CXCursor_ConditionalOperator:
		return conditional(v, cursor);
	case CXCursor_ArraySubscriptExpr:
		return subscript(v, cursor);
	case CXCursor_GenericSelectionExpr:
		return generic_selection(v, cursor);
	case CXCursor_StmtExpr:
		return statement_expression(v, cursor);
	case CXCursor_CompoundLiteralExpr:
		return compound_literal(v, cursor);
	default:
		return opaque(v, cursor);
	}
}

uint32_t visit_expression(struct visit *v, CXCursor cursor)
{
	uint32_t node = expression(v, cursor);

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
