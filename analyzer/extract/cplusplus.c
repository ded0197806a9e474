/* cplusplus: see cplusplus.h. */
#include "extract/cplusplus.h"

#include <string.h>

enum { MAX_BASES = 16 };

/* Names. */

static bool is_named_scope(CXCursor scope)
{
	switch (scope.kind) {
	case CXCursor_Namespace:
		return !clang_Cursor_isInlineNamespace(scope) && !clang_Cursor_isAnonymous(scope);
	case CXCursor_ClassDecl:
	case CXCursor_StructDecl:
	case CXCursor_ClassTemplate:
	case CXCursor_ClassTemplatePartialSpecialization:
		return true;
	default:
		return false;
	}
}

/* Without template arguments: they are not part of a class's spelling, but of a constructor's. */
static char *plain_spelling(CXCursor cursor)
{
	char *text = visit_text(clang_getCursorSpelling(cursor));
	char *arguments = g_str_has_prefix(text, "operator") ? NULL : strchr(text, '<');

	if (arguments)
		*arguments = '\0';
	return text;
}

char *cplusplus_name(CXCursor declaration)
{
	GString *name = g_string_new(NULL);
	g_autofree char *own = plain_spelling(declaration);

	g_string_append(name, own);
	for (CXCursor scope = clang_getCursorSemanticParent(declaration);
	     !clang_Cursor_isNull(scope) && !clang_isTranslationUnit(scope.kind);
	     scope = clang_getCursorSemanticParent(scope)) {
		if (!is_named_scope(scope))
			continue;
		g_autofree char *outer = plain_spelling(scope);
		g_string_prepend(name, "::");
		g_string_prepend(name, outer);
	}
	return g_string_free(name, FALSE);
}

CXCursor cplusplus_template(CXCursor function)
{
	CXCursor general = clang_getSpecializedCursorTemplate(function);

	return clang_Cursor_isNull(general) ? function : general;
}

/* Lambdas. */

uint32_t cplusplus_lambda(struct visit *v, CXCursor lambda)
{
	bool is_new;
	uint32_t symbol = visit_block_symbol(v, lambda, "lambda", &is_new);

	if (is_new)
		g_array_append_val(v->pending, lambda);
	return symbol;
}

/* Calls. */

static bool is_lambda_type(CXType type)
{
	g_autofree char *text = visit_text(clang_getTypeSpelling(type));

	return strstr(text, "(lambda at ") != NULL;
}

/* Something of the standard library that holds what can be called, or a lambda itself. */
static bool holds_callable(CXType type)
{
	g_autofree char *text = visit_text(clang_getTypeSpelling(clang_getCanonicalType(type)));

	return strstr(text, "(lambda at ") || strstr(text, "std::function<") ||
	       strstr(text, "std::move_only_function<");
}

static uint32_t direct_call(struct visit *v, CXCursor cursor, uint32_t symbol)
{
	uint32_t node = visit_node(v, NODE_CALL, cursor);

	facts_built_node(v->facts, node)->symbol = symbol;
	facts_built_node(v->facts, node)->text = facts_built_symbol(v->facts, symbol)->type;
	return node;
}

static void append_arguments(struct visit *v, uint32_t node, struct children children, guint first, guint except)
{
	CXCursor outer = v->parent;

	for (guint i = first; i < children.count; i++)
		if (i != except)
			facts_build_append(v->facts, node, visit_expression(v, child_at(v, children, i)));
	v->parent = outer;
}

/* A copy, a move, or a std::function made of something is that thing. */
static uint32_t construct(struct visit *v, CXCursor cursor, CXCursor constructor, struct children children)
{
	if (children.count == 1 && holds_callable(clang_getCursorType(cursor)))
		return visit_expression(v, child_at(v, children, 0));
	uint32_t node = direct_call(v, cursor, visit_symbol(v, cplusplus_template(constructor)));

	append_arguments(v, node, children, 0, UINT32_MAX);
	return node;
}

/* A lambda where a function pointer is wanted; other conversions are calls of their operator. */
static uint32_t convert(struct visit *v, CXCursor cursor, CXCursor operator, struct children children)
{
	struct children inside = children_of(v, child_at(v, children, 0));
	bool bare = inside.count == 0;
	CXCursor object = bare ? child_at(v, children, 0) : child_at(v, inside, 0);
	uint32_t node;

	if (!bare && is_lambda_type(clang_getCursorType(object)))
		node = visit_expression(v, object);
	else
		node = direct_call(v, cursor, visit_symbol(v, operator));
	children_release(v, inside);
	return node;
}

/* Which child names the operator: behind the first operand, or before the only one. */
static guint operator_child(struct visit *v, CXCursor called, struct children children)
{
	for (guint i = 0; i < children.count; i++) {
		CXCursor child = visit_strip(v, child_at(v, children, i));

		if (child.kind == CXCursor_DeclRefExpr && clang_equalCursors(clang_getCursorReferenced(child), called))
			return i;
	}
	return UINT32_MAX;
}

static bool is_std(CXCursor method)
{
	g_autofree char *name = cplusplus_name(method);

	return g_str_has_prefix(name, "std::");
}

static uint32_t call_operator(struct visit *v, CXCursor cursor, CXCursor called, struct children children, guint name)
{
	g_autofree char *spelling = visit_text(clang_getCursorSpelling(called));
	bool has_object = called.kind == CXCursor_CXXMethod && name > 0;
	uint32_t node;

	if (g_str_equal(spelling, "operator()") && has_object &&
	    holds_callable(clang_getCursorType(child_at(v, children, 0)))) {
		node = visit_node(v, NODE_CALL, cursor);
		facts_build_append(v->facts, node, visit_expression(v, child_at(v, children, 0)));
		append_arguments(v, node, children, 1, name);
	} else if (g_str_equal(spelling, "operator=") && has_object && children.count == 3 && is_std(called)) {
		node = visit_node(v, NODE_ASSIGN, cursor);
		append_arguments(v, node, children, 0, name);
	} else {
		node = direct_call(v, cursor, visit_symbol(v, cplusplus_template(called)));
		append_arguments(v, node, children, has_object ? 1 : 0, name);
	}
	return node;
}

uint32_t cplusplus_call(struct visit *v, CXCursor cursor, struct children children)
{
	CXCursor called = clang_getCursorReferenced(cursor);

	if (called.kind == CXCursor_Constructor)
		return construct(v, cursor, called, children);
	if (children.count == 0)
		return 0;
	if (called.kind == CXCursor_ConversionFunction)
		return convert(v, cursor, called, children);
	if (called.kind != CXCursor_CXXMethod && called.kind != CXCursor_FunctionDecl)
		return 0;
	g_autofree char *spelling = visit_text(clang_getCursorSpelling(called));
	guint name = g_str_has_prefix(spelling, "operator") ? operator_child(v, called, children) : UINT32_MAX;
	return name == UINT32_MAX ? 0 : call_operator(v, cursor, called, children, name);
}

/* Virtual methods. */

/* The method that one overrides in the end. */
static CXCursor overridden_first(CXCursor method)
{
	for (int i = 0; i < MAX_BASES; i++) {
		CXCursor *overridden = NULL;
		unsigned count = 0;

		clang_getOverriddenCursors(method, &overridden, &count);
		if (count)
			method = overridden[0];
		clang_disposeOverriddenCursors(overridden);
		if (!count)
			break;
	}
	return method;
}

static uint32_t method_field(struct visit *v, CXCursor method)
{
	CXCursor first = overridden_first(method);
	g_autofree char *usr = visit_text(clang_getCursorUSR(first));
	g_autofree char *key = g_strconcat("virtual ", usr, NULL);
	g_autofree char *name = cplusplus_name(first);
	uint32_t symbol = facts_build_symbol(v->facts, SYMBOL_FIELD, key, name);
	uint32_t type = visit_type(v, clang_getCursorType(first));

	facts_built_symbol(v->facts, symbol)->type = type;
	return symbol;
}

static bool names_its_class(struct visit *v, CXCursor member)
{
	struct children children = children_with_references(v, member);
	bool named = false;

	for (guint i = 0; i < children.count; i++)
		named |= child_at(v, children, i).kind == CXCursor_TypeRef;
	children_release(v, children);
	return named;
}

uint32_t cplusplus_virtual(struct visit *v, CXCursor member, CXCursor method)
{
	if (!clang_CXXMethod_isVirtual(method) || names_its_class(v, member))
		return 0;
	return method_field(v, method);
}

void cplusplus_note_method(struct visit *v, CXCursor method, uint32_t symbol)
{
	if (method.kind != CXCursor_CXXMethod || !clang_CXXMethod_isVirtual(method))
		return;
	uint32_t place = visit_leaf(v, NODE_FIELD), value = visit_node(v, NODE_FUNCTION, method);
	uint32_t assignment = visit_node(v, NODE_ASSIGN, method);

	node_set_symbol(v, place, method_field(v, method));
	node_set_symbol(v, value, symbol);
	facts_build_append(v->facts, place, visit_leaf(v, NODE_OPAQUE));
	facts_build_append(v->facts, assignment, place);
	facts_build_append(v->facts, assignment, value);
	facts_built_node(v->facts, assignment)->flags |= NODE_INIT;
	g_array_append_val(v->overrides, assignment);
}

void cplusplus_finish(struct visit *v)
{
	if (!v->overrides->len)
		return;
	const struct visited_file *file = visit_file(v, v->main_file);
	g_autofree char *key = g_strconcat(file ? file->path : "", "#virtual methods", NULL);
	uint32_t symbol = facts_build_symbol(v->facts, SYMBOL_GLOBAL, key, "virtual methods");
	uint32_t body = visit_leaf(v, NODE_BLOCK);
	struct function function = { .symbol = symbol, .file = visit_file_index(v, v->main_file), .line = 1 };

	function.body = body;
	facts_build_function(v->facts, function);
	for (guint i = 0; i < v->overrides->len; i++)
		facts_build_append(v->facts, body, g_array_index(v->overrides, uint32_t, i));
}

/* Constructors and destructors. */

static void initialise_member(struct visit *v, CXCursor member, CXCursor value, uint32_t block)
{
	CXCursor field = clang_getCursorReferenced(member);
	uint32_t symbol = field.kind == CXCursor_FieldDecl ? visit_symbol(v, field) : 0;

	if (!symbol) {
		facts_build_append(v->facts, block, visit_expression(v, value));
		return;
	}
	uint32_t place = visit_field(v, symbol, visit_leaf(v, NODE_OPAQUE), true);
	visit_initialiser(v, clang_getCursorType(field), place, value, block, member);
}

void cplusplus_member_initialisers(struct visit *v, CXCursor constructor, uint32_t block)
{
	struct children children = children_with_references(v, constructor);

	for (guint i = 0; i + 1 < children.count; i++) {
		CXCursor member = child_at(v, children, i), value = child_at(v, children, i + 1);

		if (member.kind == CXCursor_MemberRef && clang_isExpression(value.kind))
			initialise_member(v, member, value, block);
		else if (member.kind == CXCursor_TypeRef && value.kind == CXCursor_CallExpr) /* of a base */
			facts_build_append(v->facts, block, visit_expression(v, value));
	}
	children_release(v, children);
}

static enum CXChildVisitResult find_destructor(CXCursor cursor, CXCursor parent, CXClientData data)
{
	(void)parent;
	if (cursor.kind != CXCursor_Destructor)
		return CXChildVisit_Continue;
	*(CXCursor *)data = cursor;
	return CXChildVisit_Break;
}

uint32_t cplusplus_destructor(struct visit *v, CXCursor variable)
{
	CXType type = clang_getCanonicalType(clang_getCursorType(variable));
	CXCursor found = clang_getNullCursor();

	if (type.kind != CXType_Record)
		return 0;
	CXCursor class = clang_getTypeDeclaration(type);
	if (visit_is_system(v, clang_getCursorLocation(class)))
		return 0;
	clang_visitChildren(class, find_destructor, &found);
	if (clang_Cursor_isNull(found) || clang_CXXMethod_isDefaulted(found))
		return 0;
	return visit_symbol(v, found);
}
