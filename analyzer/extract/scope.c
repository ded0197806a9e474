/*
 * scope: blocks that run on another thread than the code around them, such as OFFLOAD_SCOPE(pool) { ... }.
 *
 * The macro writes a `for` whose variable is of a type that says so. Its block becomes a function of its own, declared to
 * run on workers, as a lambda would. Where it stood remains the call that makes the variable; it is given the addresses
 * of the variables that the block names, since the block may change them:
 *
 *      OFFLOAD_SCOPE(disk) { n = read(fd, ...); }   (assign (local scope) (call offload__scope_enter (global disk)
 *                                                           (address (local n)) (address (local fd))))
 *                                                   and (function "scope at file.c:12" ... (call read ...))
 */
#include "extract/expression.h"

#include <string.h>

static const char *const scope_types[] = { "struct offload_scope", "offload_scope" };

static bool is_scope_type(CXType type)
{
	g_autofree char *name = visit_text(clang_getTypeSpelling(clang_getCanonicalType(type)));

	for (size_t i = 0; i < G_N_ELEMENTS(scope_types); i++)
		if (strcmp(name, scope_types[i]) == 0)
			return true;
	return false;
}

static CXCursor first_child(struct visit *v, CXCursor cursor)
{
	struct children children = children_of(v, cursor);
	CXCursor child = children.count ? child_at(v, children, 0) : clang_getNullCursor();

	children_release(v, children);
	return child;
}

/* The variable of a `for` that is such a block; a null cursor if it is none. */
static CXCursor scope_variable(struct visit *v, CXCursor loop)
{
	CXCursor declaration = clang_getNullCursor();

	if (!place_in_macro(clang_getCursorLocation(loop)))
		return declaration;
	declaration = first_child(v, loop);
	if (declaration.kind == CXCursor_DeclStmt)
		declaration = first_child(v, declaration);
	if (declaration.kind != CXCursor_VarDecl || !is_scope_type(clang_getCursorType(declaration)))
		return clang_getNullCursor();
	return declaration;
}

CXCursor scope_body(struct visit *v, CXCursor loop)
{
	struct children children = children_of(v, loop);
	CXCursor body = last_child(v, children);

	children_release(v, children);
	return body;
}

uint32_t scope_symbol(struct visit *v, CXCursor loop)
{
	bool is_new;
	uint32_t symbol = visit_block_symbol(v, loop, "scope", &is_new);

	if (is_new) {
		facts_build_annotation(v->facts, symbol, "looplint::worker");
		facts_build_annotation(v->facts, symbol, "looplint::scope");
	}
	return symbol;
}

/* What is named in a block. */
struct named {
	struct visit *v;
	uint32_t call; /* gets the addresses */
};

static enum CXChildVisitResult give_address(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct named *named = data;
	CXCursor declaration = clang_getNullCursor();
	uint32_t variable;

	(void)parent;
	if (cursor.kind == CXCursor_DeclRefExpr)
		declaration = clang_getCursorReferenced(cursor);
	if (declaration.kind != CXCursor_VarDecl && declaration.kind != CXCursor_ParmDecl)
		return CXChildVisit_Recurse;
	if (!cursor_table_get(named->v->variables, declaration, &variable))
		return CXChildVisit_Recurse;
	uint32_t address = visit_leaf(named->v, NODE_ADDRESS);
	uint32_t place = visit_leaf(named->v, declaration.kind == CXCursor_ParmDecl ? NODE_PARAM : NODE_LOCAL);
	facts_built_node(named->v->facts, place)->value = variable;
	facts_build_append(named->v->facts, address, place);
	facts_build_append(named->v->facts, named->call, address);
	return CXChildVisit_Recurse;
}

/* The call below `node`, the assignment of a variable; 0 if there is none. */
static uint32_t call_below(struct visit *v, uint32_t node)
{
	while (node && node_kind_of(v, node) != NODE_CALL) {
		uint32_t child = facts_built_node(v->facts, node)->first;

		while (child && facts_built_node(v->facts, child)->next)
			child = facts_built_node(v->facts, child)->next;
		node = child;
	}
	return node;
}

bool visit_scope(struct visit *v, CXCursor loop, uint32_t block)
{
	CXCursor variable = scope_variable(v, loop);

	if (clang_Cursor_isNull(variable))
		return false;
	uint32_t made = visit_leaf(v, NODE_BLOCK);
	visit_variable(v, variable, made);
	uint32_t assignment = facts_built_node(v->facts, made)->first;
	struct named named = { .v = v, .call = call_below(v, assignment) };
	if (named.call)
		clang_visitChildren(scope_body(v, loop), give_address, &named);
	facts_build_append(v->facts, block, made);
	scope_symbol(v, loop);
	g_array_append_val(v->pending, loop);
	return true;
}
