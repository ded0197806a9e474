/*
 * visit: one walk over a parsed unit, which declarations become functions.
 *
 * Emitted are the definitions of the main file, those with external linkage in files it includes that are no system
 * headers (`#include "part.c"`), and the inline and static functions of such headers that an emitted function refers
 * to. Also the initialisers of file-scope variables, where they name a function or a variable: tables of callbacks.
 *
 * Whether a definition is in the main file is asked of its expansion: clang_Location_isFromMainFile says no where a
 * macro pasted the name, and so loses everything that G_DEFINE_TYPE or DEFINE_COMMAND(name) { ... } declares.
 *
 * What else libclang hides, and where it is met: expression.c (calls, casts, _Generic), name.c (anonymous members), statement.c (for, case,
 * goto), initialiser.c (which field a value goes to), symbol.c (attributes, statics of the same name), constant.c (names
 * of constants), place.c (macros), parse.c (crashes, stacks), lost.c (what errors hide).
 */
#include "extract/cplusplus.h"
#include "extract/visit.h"

/* Cursors as hash keys. */

static guint cursor_hash(gconstpointer key)
{
	return clang_hashCursor(*(const CXCursor *)key);
}

static gboolean cursor_equal(gconstpointer a, gconstpointer b)
{
	return clang_equalCursors(*(const CXCursor *)a, *(const CXCursor *)b) != 0;
}

GHashTable *cursor_table_new(void)
{
	return g_hash_table_new_full(cursor_hash, cursor_equal, g_free, NULL);
}

void cursor_table_put(GHashTable *table, CXCursor cursor, uint32_t value)
{
	g_hash_table_insert(table, g_memdup2(&cursor, sizeof cursor), GUINT_TO_POINTER(value));
}

bool cursor_table_get(GHashTable *table, CXCursor cursor, uint32_t *value)
{
	gpointer found;

	if (!g_hash_table_lookup_extended(table, &cursor, NULL, &found))
		return false;
	*value = GPOINTER_TO_UINT(found);
	return true;
}

/* Children. */

static enum CXChildVisitResult collect(CXCursor child, CXCursor parent, CXClientData data)
{
	(void)parent;
	g_array_append_val((GArray *)data, child);
	return CXChildVisit_Continue;
}

static enum CXChildVisitResult collect_unless_reference(CXCursor child, CXCursor parent, CXClientData data)
{
	bool is_reference = child.kind >= CXCursor_FirstRef && child.kind <= CXCursor_LastRef;

	return is_reference ? CXChildVisit_Continue : collect(child, parent, data);
}

static struct children children_by(struct visit *v, CXCursor parent, CXCursorVisitor visitor)
{
	struct children children = { .first = v->cursors->len };

	clang_visitChildren(parent, visitor, v->cursors);
	children.count = v->cursors->len - children.first;
	return children;
}

struct children children_of(struct visit *v, CXCursor parent)
{
	return children_by(v, parent, collect_unless_reference);
}

struct children children_with_references(struct visit *v, CXCursor parent)
{
	return children_by(v, parent, collect);
}

CXCursor child_at(const struct visit *v, struct children children, guint n)
{
	return g_array_index(v->cursors, CXCursor, children.first + n);
}

CXCursor last_child(const struct visit *v, struct children children)
{
	return child_at(v, children, children.count - 1);
}

void children_release(struct visit *v, struct children children)
{
	g_array_set_size(v->cursors, children.first);
}

/* Functions. */

static void add_parameter(struct visit *v, CXCursor parameter)
{
	g_autofree char *name = visit_text(clang_getCursorSpelling(parameter));
	struct variable variable = {
		.kind = VARIABLE_PARAM,
		.name = facts_build_string(v->facts, name),
		.type = visit_type(v, clang_getCursorType(parameter)),
	};

	cursor_table_put(v->variables, parameter, facts_build_variable(v->facts, variable));
}

static void open_function(struct visit *v, CXCursor definition, uint32_t symbol)
{
	CXSourceRange range = clang_getCursorExtent(definition);
	struct place at = place_of(clang_getCursorLocation(definition));
	struct place end = place_expanded(clang_getRangeEnd(range));
	struct function function = {
		.symbol = symbol,
		.file = visit_file_index(v, at.file),
		.line = at.line,
		.end_line = end.file == at.file && end.line > at.line ? end.line : at.line,
		.column = at.column > UINT16_MAX ? UINT16_MAX : (uint16_t)at.column,
	};

	v->function_file = at.file;
	v->in_header = at.file != v->main_file;
	v->parent = definition;
	g_hash_table_remove_all(v->variables);
	facts_build_function(v->facts, function);
}

static void set_body(struct visit *v, uint32_t index, uint32_t body)
{
	facts_built_function(v->facts, index)->body = body;
}

/* Parameters and body are children; the arguments of a template or a lambda are not to be had otherwise. */
static CXCursor take_parameters(struct visit *v, CXCursor definition)
{
	struct children children = children_of(v, definition);
	CXCursor body = clang_getNullCursor();

	if (definition.kind == CXCursor_ForStmt) {
		const GArray *named = scope_variables(v, facts_built_function(v->facts, v->function)->symbol);

		for (guint i = 0; named && i < named->len; i++) {
			add_parameter(v, g_array_index(named, CXCursor, i));
			facts_built_function(v->facts, v->function)->params++;
		}
		body = last_child(v, children);
	}
	for (guint i = 0; i < children.count; i++) {
		CXCursor child = child_at(v, children, i);

		if (child.kind == CXCursor_ParmDecl) {
			add_parameter(v, child);
			facts_built_function(v->facts, v->function)->params++;
		} else if (child.kind == CXCursor_CompoundStmt) {
			body = child;
		}
	}
	children_release(v, children);
	return body;
}

static bool has_body(struct visit *v, CXCursor definition)
{
	if (definition.kind == CXCursor_ForStmt)
		return true;
	struct children children = children_of(v, definition);
	bool found = false;

	for (guint i = 0; i < children.count; i++)
		found |= child_at(v, children, i).kind == CXCursor_CompoundStmt;
	children_release(v, children);
	return found;
}

static uint32_t symbol_of(struct visit *v, CXCursor definition)
{
	if (definition.kind == CXCursor_LambdaExpr)
		return cplusplus_lambda(v, definition);
	if (definition.kind == CXCursor_ForStmt)
		return scope_symbol(v, definition);
	return visit_symbol(v, definition);
}

static void emit_function(struct visit *v, CXCursor definition)
{
	uint32_t symbol = symbol_of(v, definition);

	if (!has_body(v, definition) || !g_hash_table_add(v->emitted, GUINT_TO_POINTER(symbol)))
		return;
	open_function(v, definition, symbol);
	v->function++;
	CXCursor body = take_parameters(v, definition);
	uint32_t outside = visit_leaf(v, NODE_BLOCK);
	visit_statement(v, body, outside);
	uint32_t block = facts_built_node(v->facts, outside)->first;
	if (definition.kind == CXCursor_Constructor) {
		uint32_t before = visit_node(v, NODE_BLOCK, body);

		cplusplus_member_initialisers(v, definition, before);
		facts_build_append(v->facts, before, block);
		block = before;
	}
	set_body(v, v->function, block);
	cplusplus_note_method(v, definition, symbol);
}

/* The initialiser of a file-scope variable, as a function that assigns to it; without one it begins as zero. */
static void emit_global(struct visit *v, CXCursor definition)
{
	CXCursor value = clang_Cursor_getVarDeclInitializer(definition);
	uint32_t symbol = visit_symbol(v, definition);

	open_function(v, definition, symbol);
	v->function++;
	uint32_t body = visit_node(v, NODE_BLOCK, definition);
	uint32_t place = visit_leaf(v, NODE_GLOBAL);
	facts_built_node(v->facts, place)->symbol = symbol;
	if (clang_Cursor_isNull(value))
		initialiser_zero(v, definition, place, body);
	else
		visit_initialiser(v, clang_getCursorType(definition), place, value, body, definition);
	set_body(v, v->function, body);
}

/* Declarations of the unit. */

static void visit_function(struct visit *v, CXCursor function)
{
	CXSourceLocation location = clang_getCursorLocation(function);

	g_array_append_val(v->declared, function);
	if (!clang_isCursorDefinition(function)) {
		if (clang_Location_isFromMainFile(location) && clang_Cursor_hasAttrs(function))
			visit_symbol(v, function); /* an alias or an annotation that nobody here calls */
		return;
	}
	g_array_append_val(v->candidates, function);
	if (place_expanded(location).file == v->main_file) {
		g_array_append_val(v->definitions, function);
		return;
	}
	bool called_by_name = !clang_Cursor_isFunctionInlined(function) || clang_CXXMethod_isVirtual(function);
	if (called_by_name && clang_getCursorLinkage(function) == CXLinkage_External && !visit_is_system(v, location))
		g_array_append_val(v->definitions, function);
}

static void visit_global(struct visit *v, CXCursor variable)
{
	CXCursor value = clang_Cursor_getVarDeclInitializer(variable);
	CXSourceLocation location = clang_getCursorLocation(variable);

	if (visit_is_system(v, location))
		return;
	if (!clang_Cursor_isNull(value) ||
	    (initialiser_begins_as_zero(v, variable) && place_expanded(location).file == v->main_file))
		g_array_append_val(v->definitions, variable);
}

static enum CXChildVisitResult visit_declaration(CXCursor cursor, CXCursor parent, CXClientData data)
{
	(void)parent;
	switch (cursor.kind) {
	case CXCursor_FunctionDecl:
	case CXCursor_CXXMethod:
	case CXCursor_Constructor:
	case CXCursor_Destructor:
	case CXCursor_FunctionTemplate:
		visit_function(data, cursor);
		return CXChildVisit_Continue;
	case CXCursor_VarDecl:
		visit_global(data, cursor);
		return CXChildVisit_Continue;
	case CXCursor_Namespace:
	case CXCursor_LinkageSpec:
	case CXCursor_ClassDecl:
	case CXCursor_ClassTemplate:
		return CXChildVisit_Recurse;
	case CXCursor_StructDecl:
		return ((struct visit *)data)->cplusplus ? CXChildVisit_Recurse : CXChildVisit_Continue;
	default:
		return CXChildVisit_Continue;
	}
}

static void emit(struct visit *v, CXCursor definition)
{
	if (definition.kind == CXCursor_VarDecl)
		emit_global(v, definition);
	else
		emit_function(v, definition);
}

void visit_unit(struct visit *v)
{
	clang_visitChildren(clang_getTranslationUnitCursor(v->unit), visit_declaration, v);
	for (guint i = 0; i < v->definitions->len; i++)
		emit(v, g_array_index(v->definitions, CXCursor, i));
	for (guint i = 0; i < v->pending->len; i++)
		emit(v, g_array_index(v->pending, CXCursor, i));
	cplusplus_finish(v);
	visit_async_forms(v);
}

void for_each_error(struct visit *v, void (*use)(struct visit *v, CXDiagnostic error, void *data), void *data)
{
	CXDiagnosticSet set = clang_getDiagnosticSetFromTU(v->unit);

	for (unsigned i = 0; i < clang_getNumDiagnosticsInSet(set); i++) {
		CXDiagnostic diagnostic = clang_getDiagnosticInSet(set, i);

		if (clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error)
			use(v, diagnostic, data);
		clang_disposeDiagnostic(diagnostic);
	}
	clang_disposeDiagnosticSet(set);
}

static void free_file(gpointer data)
{
	struct visited_file *file = data;

	g_free(file->path);
	g_free(file);
}

static void free_array(gpointer data)
{
	g_array_free(data, TRUE);
}

static GArray *cursor_array(void)
{
	return g_array_new(FALSE, FALSE, sizeof(CXCursor));
}

void visit_init(struct visit *v, CXTranslationUnit unit, const char *root, bool cplusplus, struct facts_builder *facts)
{
	g_autofree char *path = visit_text(clang_getTranslationUnitSpelling(unit));

	*v = (struct visit){
		.unit = unit,
		.main_file = clang_getFile(unit, path),
		.root = root,
		.facts = facts,
		.cplusplus = cplusplus,
		.overrides = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
		.files = g_hash_table_new_full(NULL, NULL, NULL, free_file),
		.symbols = cursor_table_new(),
		.variables = cursor_table_new(),
		.emitted = g_hash_table_new(NULL, NULL),
		.scopes = g_hash_table_new_full(NULL, NULL, NULL, free_array),
		.candidates = cursor_array(),
		.declared = cursor_array(),
		.definitions = cursor_array(),
		.pending = cursor_array(),
		.cursors = cursor_array(),
		.transparent = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
		.parent = clang_getNullCursor(),
	};
}

void visit_finish(struct visit *v)
{
	GHashTable *tables[] = { v->files, v->symbols, v->variables, v->emitted, v->by_name, v->scopes };
	GArray *arrays[] = { v->candidates, v->declared,    v->definitions, v->pending,
			     v->cursors,    v->transparent, v->overrides };

	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
		if (tables[i])
			g_hash_table_destroy(tables[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
		g_array_free(arrays[i], TRUE);
	clang_PrintingPolicy_dispose(v->policy);
}
