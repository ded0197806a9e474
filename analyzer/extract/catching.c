/*
 * catching: the catches of languages -> nodes, in the shape that libraries give theirs by macros: a chain of `if` whose
 * condition nobody knows. The macro of each is how the language writes it, its types without reference and name.
 *
 *      try { a(); }                            (if `try` (opaque) (block (call a))
 *      catch (const Cancelled &e) { throw; }       (if `catch (Cancelled)` (opaque) (block (opaque `throw;`))
 *      catch (...) { b(); }                            (if `catch (...)` (opaque) (block (call b)))))
 *
 * C++, Objective-C (`@try`, `@catch (NSException)`), and Microsoft's `__try`, whose one handler is called
 * `__except (EXCEPTION_EXECUTE_HANDLER)` if that is its filter. What stands behind `@finally` follows in any case.
 */
#include "extract/visit.h"

#include <string.h>

static uint32_t start(struct visit *v, CXCursor cursor, uint32_t parent, const char *macro)
{
	uint32_t node = visit_node(v, NODE_IF, cursor);

	facts_built_node(v->facts, node)->macro = facts_build_string(v->facts, macro);
	facts_build_append(v->facts, parent, node);
	facts_build_append(v->facts, node, visit_leaf(v, NODE_OPAQUE));
	return node;
}

/* A block that holds something in any case: an empty handler is one, too. */
static uint32_t block_of(struct visit *v, CXCursor cursor, CXCursor declared)
{
	uint32_t block = visit_node(v, NODE_BLOCK, cursor);
	struct children children = children_of(v, cursor);

	if (!clang_Cursor_isNull(declared))
		visit_variable(v, declared, block);
	for (guint i = 0; i < children.count; i++)
		visit_statement(v, child_at(v, children, i), block);
	if (!facts_built_node(v->facts, block)->first)
		facts_build_append(v->facts, block, visit_leaf(v, NODE_EMPTY));
	children_release(v, children);
	return block;
}

/* "Cancelled" of "const Cancelled &", "NSException" of "NSException *". */
static char *bare_type(const char *type)
{
	g_autofree char *bare = g_strdup(g_str_has_prefix(type, "const ") ? type + strlen("const ") : type);

	for (size_t length = strlen(bare); length && strchr(" *&", bare[length - 1]); length--)
		bare[length - 1] = '\0';
	return g_steal_pointer(&bare);
}

static char *type_of(CXCursor cursor)
{
	g_autofree char *type = visit_text(clang_getTypeSpelling(clang_getCanonicalType(clang_getCursorType(cursor))));

	return bare_type(type);
}

/* What stands in the parentheses of `@catch (NSException *e)`, which libclang does not show, as far as it is a type. */
static char *type_in_source(struct visit *v, CXCursor handler)
{
	struct place at = place_spelled(clang_getCursorLocation(handler));
	size_t length;
	const char *source = place_source(v, at.file, &length);
	const char *open = source && at.offset < length ? memchr(source + at.offset, '(', length - at.offset) : NULL;
	const char *close = open ? strchr(open, ')') : NULL;

	if (!close)
		return g_strdup("...");
	g_autofree char *text = g_strstrip(g_strndup(open + 1, (gsize)(close - open) - 1));
	size_t name = strlen(text);
	while (name && (g_ascii_isalnum(text[name - 1]) || text[name - 1] == '_'))
		name--;
	if (name)
		text[name] = '\0'; /* `id e`, `Cancelled *e`; a lone type has no name behind it */
	if (g_str_has_suffix(text, "..."))
		return g_strdup("...");
	return bare_type(text);
}

static bool is_handler(CXCursor cursor)
{
	return cursor.kind == CXCursor_CXXCatchStmt || cursor.kind == CXCursor_ObjCAtCatchStmt ||
	       cursor.kind == CXCursor_SEHExceptStmt;
}

/* How the handler is written. `children`: of a filter, or a declaration, and the block. */
static char *name_of(struct visit *v, CXCursor handler, struct children children)
{
	int64_t filter = 0;

	if (handler.kind == CXCursor_SEHExceptStmt) {
		bool all = children.count > 1 && constant_evaluate(child_at(v, children, 0), &filter) && filter == 1;
		return g_strdup(all ? "__except (EXCEPTION_EXECUTE_HANDLER)" : "__except (filter)");
	}
	bool declares = children.count > 1 && clang_isDeclaration(child_at(v, children, 0).kind);
	bool objective = handler.kind == CXCursor_ObjCAtCatchStmt;
	g_autofree char *type = objective  ? type_in_source(v, handler)
				: declares ? type_of(child_at(v, children, 0))
					   : g_strdup("...");
	return g_strdup_printf("%scatch (%s)", objective ? "@" : "", type);
}

/* The handler, as the last child of what comes before it in the chain. */
static uint32_t handler(struct visit *v, CXCursor cursor, uint32_t before)
{
	struct children children = children_of(v, cursor);
	g_autofree char *name = name_of(v, cursor, children);
	uint32_t node = start(v, cursor, before, name);
	bool declares = children.count > 1 && clang_isDeclaration(child_at(v, children, 0).kind);

	if (children.count)
		facts_build_append(v->facts, node,
				   block_of(v, child_at(v, children, children.count - 1),
					    declares ? child_at(v, children, 0) : clang_getNullCursor()));
	children_release(v, children);
	return node;
}

void catching_try(struct visit *v, CXCursor cursor, uint32_t block)
{
	static const char *const names[] = { "try", "@try", "__try" };
	struct children children = children_of(v, cursor);
	uint32_t last = start(v, cursor, block,
			      names[cursor.kind == CXCursor_ObjCAtTryStmt ? 1
				    : cursor.kind == CXCursor_SEHTryStmt  ? 2
									  : 0]);

	if (children.count)
		facts_build_append(v->facts, last, block_of(v, child_at(v, children, 0), clang_getNullCursor()));
	for (guint i = 1; i < children.count; i++)
		if (is_handler(child_at(v, children, i)))
			last = handler(v, child_at(v, children, i), last);
	for (guint i = 1; i < children.count; i++)
		if (!is_handler(child_at(v, children, i)))
			visit_statement(v, child_at(v, children, i), block);
	children_release(v, children);
}

uint32_t catching_throw(struct visit *v, CXCursor cursor)
{
	bool objective = cursor.kind == CXCursor_ObjCAtThrowStmt;
	struct children children = children_of(v, cursor);
	g_autofree char *macro = g_strdup_printf("%sthrow%s", objective ? "@" : "", children.count ? "" : ";");
	uint32_t node = visit_node(v, NODE_OPAQUE, cursor);

	facts_built_node(v->facts, node)->macro = facts_build_string(v->facts, macro);
	if (children.count) {
		g_autofree char *type = type_of(child_at(v, children, 0));
		uint32_t named = visit_leaf(v, NODE_STRING);

		facts_built_node(v->facts, named)->text = facts_build_string(v->facts, type);
		facts_build_append(v->facts, node, named);
	}
	for (guint i = 0; i < children.count; i++)
		facts_build_append(v->facts, node, visit_expression(v, child_at(v, children, i)));
	children_release(v, children);
	return node;
}
