/*
 * scope: blocks that run on another thread than the code around them, such as OFFLOAD_SCOPE(pool) { ... }.
 *
 * The macro writes a `for` whose variable is of a type that says so. Its block becomes a function of its own, declared to
 * run on workers, whose parameters are the variables around it that it names. Where it stood remains the call that makes
 * the variable; it is also given the key of that function, what those variables hold, and their addresses, since the block
 * may change them:
 *
 *      OFFLOAD_SCOPE(disk) { n = read(fd, ...); }   (assign (local scope) (call offload__scope_enter (global disk) (null)
 *                                                           "file.c#scope@160" (local n) (local fd)
 *                                                           (address (local n)) (address (local fd))))
 *      and                                          (function "scope at file.c:12" (param n) (param fd) ...
 *                                                           (assign (param n) (call read (param fd) ...)))
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

enum { MAX_NAMED = 64 /* variables; what a larger block names further is not followed into it */ };

/* The variables around a block that it names. */
struct named {
	struct visit *v;
	GArray *variables; /* CXCursor: declarations, each once */
};

static enum CXChildVisitResult note_named(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct named *named = data;
	CXCursor declaration = clang_getNullCursor();
	uint32_t variable;

	(void)parent;
	if (cursor.kind == CXCursor_DeclRefExpr)
		declaration = clang_getCursorReferenced(cursor);
	if (declaration.kind != CXCursor_VarDecl && declaration.kind != CXCursor_ParmDecl)
		return CXChildVisit_Recurse;
	if (!cursor_table_get(named->v->variables, declaration, &variable) || named->variables->len == MAX_NAMED)
		return CXChildVisit_Recurse;
	for (guint i = 0; i < named->variables->len; i++)
		if (clang_equalCursors(g_array_index(named->variables, CXCursor, i), declaration))
			return CXChildVisit_Recurse;
	g_array_append_val(named->variables, declaration);
	return CXChildVisit_Recurse;
}

static uint32_t variable_leaf(struct visit *v, CXCursor declaration)
{
	uint32_t variable = 0;

	cursor_table_get(v->variables, declaration, &variable);
	uint32_t leaf = visit_leaf(v, variable_kind(v, variable));
	facts_built_node(v->facts, leaf)->value = variable;
	return leaf;
}

/* The call gets the function, what the variables hold, and where they are. */
static void give_named(struct visit *v, uint32_t call, uint32_t symbol, const GArray *variables)
{
	uint32_t key = facts_built_symbol(v->facts, symbol)->key, name = visit_leaf(v, NODE_STRING);

	facts_built_node(v->facts, name)->text = key;
	facts_build_append(v->facts, call, name);
	for (guint i = 0; i < variables->len; i++)
		facts_build_append(v->facts, call, variable_leaf(v, g_array_index(variables, CXCursor, i)));
	for (guint i = 0; i < variables->len; i++) {
		uint32_t address = visit_leaf(v, NODE_ADDRESS);

		facts_build_append(v->facts, address, variable_leaf(v, g_array_index(variables, CXCursor, i)));
		facts_build_append(v->facts, call, address);
	}
}

const GArray *scope_variables(struct visit *v, uint32_t symbol)
{
	return g_hash_table_lookup(v->scopes, GUINT_TO_POINTER(symbol));
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
	uint32_t call = call_below(v, facts_built_node(v->facts, made)->first), symbol = scope_symbol(v, loop);
	struct named named = { v, g_array_new(FALSE, FALSE, sizeof(CXCursor)) };
	clang_visitChildren(scope_body(v, loop), note_named, &named);
	if (call)
		give_named(v, call, symbol, named.variables);
	g_hash_table_insert(v->scopes, GUINT_TO_POINTER(symbol), named.variables);
	facts_build_append(v->facts, block, made);
	g_array_append_val(v->pending, loop);
	return true;
}
