/*
 * name: names and members -> functions, variables, constants, fields.
 *
 * An anonymous member is a step of its own in libclang's tree; it leaves no node.
 */
#include "extract/cplusplus.h"
#include "extract/expression.h"

/* clang declares an unknown function where it is first called. */
static bool declares_implicitly(CXCursor cursor, CXCursor declaration)
{
	return clang_getCursorLocation(cursor).int_data == clang_getCursorLocation(declaration).int_data;
}

static uint32_t function_reference(struct visit *v, CXCursor cursor, CXCursor declaration)
{
	uint32_t symbol = visit_symbol(v, v->cplusplus ? cplusplus_template(declaration) : declaration);
	uint32_t node = visit_node(v, NODE_FUNCTION, cursor);

	struct symbol *s = facts_built_symbol(v->facts, symbol);

	if (!(s->flags & SYMBOL_SYSTEM) && declares_implicitly(cursor, declaration))
		s->flags |= SYMBOL_IMPLICIT;
	node_set_symbol(v, node, symbol);
	return node;
}

static bool is_constant_variable(CXCursor declaration)
{
	CXType type = clang_getCursorType(declaration);

	return clang_isConstQualifiedType(clang_getCanonicalType(type)) && type_is_integer(type);
}

enum node_kind variable_kind(struct visit *v, uint32_t variable)
{
	return variable < facts_built_function(v->facts, v->function)->params ? NODE_PARAM : NODE_LOCAL;
}

static uint32_t variable_reference(struct visit *v, CXCursor cursor, CXCursor declaration)
{
	uint32_t variable, node;
	int64_t value;

	if (declaration.kind == CXCursor_VarDecl && is_constant_variable(declaration) &&
	    constant_evaluate(cursor, &value))
		return constant_pending(v);
	if (cursor_table_get(v->variables, declaration, &variable)) {
		node = visit_leaf(v, variable_kind(v, variable));
		facts_built_node(v->facts, node)->value = variable;
	} else if (declaration.kind == CXCursor_VarDecl && clang_getCursorLinkage(declaration) != CXLinkage_NoLinkage) {
		uint32_t symbol = visit_symbol(v, declaration);
		node = visit_leaf(v, NODE_GLOBAL);
		node_set_symbol(v, node, symbol);
	} else {
		node = visit_leaf(v, NODE_OPAQUE); /* a parameter named in a type; what a lambda captures */
	}
	return node;
}

uint32_t visit_name(struct visit *v, CXCursor cursor)
{
	CXCursor declaration = clang_getCursorReferenced(cursor);

	switch (declaration.kind) {
	case CXCursor_FunctionDecl:
	case CXCursor_CXXMethod:
	case CXCursor_Constructor:
	case CXCursor_FunctionTemplate:
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
	return type_is_pointer(clang_getCursorType(object));
}

static uint32_t method_reference(struct visit *v, CXCursor cursor, CXCursor method, struct children children)
{
	uint32_t field = cplusplus_virtual(v, cursor, method);

	if (!field)
		return function_reference(v, cursor, method);
	uint32_t object = children.count ? visit_expression(v, child_at(v, children, 0)) : visit_leaf(v, NODE_OPAQUE);
	return visit_field(v, field, object, true);
}

uint32_t visit_member(struct visit *v, CXCursor cursor)
{
	CXCursor declaration = clang_getCursorReferenced(cursor);
	struct children children = children_of(v, cursor);
	uint32_t node;

	if (declaration.kind == CXCursor_CXXMethod)
		node = method_reference(v, cursor, declaration, children);
	else if (declaration.kind == CXCursor_FieldDecl && children.count == 0 && v->cplusplus)
		node = visit_field(v, visit_symbol(v, declaration), visit_leaf(v, NODE_OPAQUE), true); /* this-> */
	else if (declaration.kind != CXCursor_FieldDecl || children.count == 0)
		node = visit_opaque(v, cursor);
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
