/*
 * node: making and copying nodes, and what is asked of them and of types while expressions are walked.
 */
#include "extract/expression.h"

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

uint32_t visit_field(struct visit *v, uint32_t symbol, uint32_t object, bool arrow)
{
	uint32_t node = visit_leaf(v, NODE_FIELD);

	if (arrow && node_kind_of(v, object) == NODE_ADDRESS) {
		object = facts_built_node(v->facts, object)->first;
		arrow = false;
	} else if (!arrow && node_kind_of(v, object) == NODE_DEREF) {
		object = facts_built_node(v->facts, object)->first;
		arrow = true;
	}
	node_set_symbol(v, node, symbol);
	facts_built_node(v->facts, node)->flags = arrow ? NODE_ARROW : 0;
	facts_build_append(v->facts, node, object);
	return node;
}

enum node_kind node_kind_of(const struct visit *v, uint32_t node)
{
	return facts_built_node(v->facts, node)->kind;
}

void node_set_op(struct visit *v, uint32_t node, enum node_op op)
{
	facts_built_node(v->facts, node)->op = (uint8_t)op;
}

void node_set_symbol(struct visit *v, uint32_t node, uint32_t symbol)
{
	facts_built_node(v->facts, node)->symbol = symbol;
}

bool type_is_pointer(CXType type)
{
	enum CXTypeKind kind = clang_getCanonicalType(type).kind;

	return kind == CXType_Pointer || kind == CXType_NullPtr || kind == CXType_BlockPointer;
}

bool type_is_function(CXType type)
{
	enum CXTypeKind kind = clang_getCanonicalType(type).kind;

	return kind == CXType_FunctionProto || kind == CXType_FunctionNoProto;
}

bool type_is_integer(CXType type)
{
	enum CXTypeKind kind = clang_getCanonicalType(type).kind;

	return (kind >= CXType_Bool && kind <= CXType_Int128) || kind == CXType_Enum;
}
