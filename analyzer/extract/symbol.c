/*
 * symbol: functions, globals and fields: identity, type, attributes.
 *
 * A USR names what has external linkage. A static's USR holds only the base name of its file, so its key is the file's
 * path, `#`, and the USR; so is that of a field whose struct a source declares, not a header. Of most attributes libclang
 * shows neither kind nor payload: cleanup, alias, weak and constructor are read from the declaration as clang prints it,
 * which is the same whether a macro wrote them or not. noreturn, nonblocking and blocking are part of the type and are
 * read from its spelling.
 */
#include "extract/cplusplus.h"
#include "extract/stub.h"
#include "extract/visit.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

char *visit_text(CXString string)
{
	char *copy = g_strdup(clang_getCString(string));

	clang_disposeString(string);
	return copy ? copy : g_strdup("");
}

/* Files. */

static char *real_path(CXFile file)
{
	g_autofree char *real = visit_text(clang_File_tryGetRealPathName(file));
	g_autofree char *name = visit_text(clang_getFileName(file));
	char resolved[PATH_MAX];

	return g_strdup(realpath(*real ? real : name, resolved) ? resolved : name);
}

static char *below_root(const char *root, const char *path)
{
	size_t length = strlen(root);

	if (strncmp(path, root, length) == 0 && path[length] == '/')
		return g_strdup(path + length + 1);
	return g_strdup(path);
}

struct visited_file *visit_file(struct visit *v, CXFile file)
{
	struct visited_file *known = g_hash_table_lookup(v->files, file);

	if (known || !file)
		return known;
	g_autofree char *path = real_path(file);
	known = g_new0(struct visited_file, 1);
	known->path = below_root(v->root, path);
	known->project = known->path[0] != '/';
	known->stand_in = g_str_equal(known->path, STUB_HEADER);
	known->system = known->stand_in || g_str_has_prefix(known->path, "/usr/");
	g_hash_table_insert(v->files, file, known);
	return known;
}

bool visit_is_system(struct visit *v, CXSourceLocation location)
{
	const struct visited_file *known = visit_file(v, place_expanded(location).file);

	if (known && (known->project || known->system))
		return known->system;
	return clang_Location_isInSystemHeader(location);
}

uint32_t visit_file_index(struct visit *v, CXFile file)
{
	struct visited_file *known = visit_file(v, file);

	if (!known || known->stand_in)
		return 0;
	if (!known->index)
		known->index = facts_build_file(v->facts, known->path);
	return known->index;
}

/* Types. */

static const char attributes_start[] = " __attribute__((";

static char *canonical_spelling(CXType type)
{
	return visit_text(clang_getTypeSpelling(clang_getCanonicalType(type)));
}

/* An unnamed record's spelling holds the path of its file: shorten it as every other path. */
static void shorten_path(const char *root, char *text)
{
	size_t length = strlen(root);
	char *at = strstr(text, " at /");

	if (at && strncmp(at + 4, root, length) == 0 && at[4 + length] == '/')
		memmove(at + 4, at + 5 + length, strlen(at + 5 + length) + 1);
}

uint32_t visit_type(struct visit *v, CXType type)
{
	g_autofree char *text = canonical_spelling(type);
	char *attributes = strstr(text, attributes_start);

	if (attributes)
		*attributes = '\0';
	shorten_path(v->root, text);
	return facts_build_string(v->facts, text);
}

/* Attributes. */

static const struct {
	const char *name;
	uint16_t flag;
} flag_attributes[] = {
	{ "weak", SYMBOL_WEAK },
	{ "constructor", SYMBOL_CONSTRUCTOR },
};

static const char *const effect_attributes[] = { "nonblocking", "nonallocating", "blocking", "allocating" };

/* Behind `name` as an attribute in `text` ("((weak))", "((alias("), or NULL. */
static const char *find_attribute(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strstr(text, "__attribute__(("); at; at = strstr(at, "__attribute__((")) {
		at += strlen("__attribute__((");
		if (strncmp(at, name, length) == 0 && (at[length] == ')' || at[length] == '('))
			return at + length;
	}
	return NULL;
}

char *visit_printed(struct visit *v, CXCursor declaration)
{
	if (!v->policy) {
		v->policy = clang_getCursorPrintingPolicy(declaration);
		clang_PrintingPolicy_setProperty(v->policy, CXPrintingPolicy_TerseOutput, 1);
	}
	return visit_text(clang_getCursorPrettyPrinted(declaration, v->policy));
}

static char *attribute_argument(const char *behind)
{
	const char *start = behind + strspn(behind, "(\"");

	return g_strndup(start, strcspn(start, "\")"));
}

static void read_printed(struct visit *v, uint32_t symbol, CXCursor declaration)
{
	g_autofree char *text = visit_printed(v, declaration);
	const char *alias = find_attribute(text, "alias");

	for (size_t i = 0; i < G_N_ELEMENTS(flag_attributes); i++)
		if (find_attribute(text, flag_attributes[i].name))
			facts_built_symbol(v->facts, symbol)->flags |= flag_attributes[i].flag;
	if (strstr(text, "_Noreturn ") || strstr(text, "[[noreturn]]"))
		facts_built_symbol(v->facts, symbol)->flags |= SYMBOL_NORETURN;
	if (alias) {
		g_autofree char *target = attribute_argument(alias);
		facts_built_symbol(v->facts, symbol)->alias = facts_build_string(v->facts, target);
	}
}

struct annotated {
	struct visit *v;
	uint32_t symbol;
};

static enum CXChildVisitResult read_annotation(CXCursor child, CXCursor parent, CXClientData data)
{
	struct annotated *annotated = data;

	(void)parent;
	if (child.kind == CXCursor_AnnotateAttr) {
		g_autofree char *text = visit_text(clang_getCursorSpelling(child));
		facts_build_annotation(annotated->v->facts, annotated->symbol, text);
	}
	return CXChildVisit_Continue;
}

/* What the type says: noreturn, and clang's function effects. */
static void read_type_attributes(struct visit *v, uint32_t symbol, CXType type)
{
	g_autofree char *text = canonical_spelling(type);

	if (!strstr(text, attributes_start))
		return;
	if (find_attribute(text, "noreturn"))
		facts_built_symbol(v->facts, symbol)->flags |= SYMBOL_NORETURN;
	for (size_t i = 0; i < G_N_ELEMENTS(effect_attributes); i++) {
		if (!find_attribute(text, effect_attributes[i]))
			continue;
		g_autofree char *annotation = g_strconcat("clang::", effect_attributes[i], NULL);
		facts_build_annotation(v->facts, symbol, annotation);
	}
}

/* What the typedef of a function-pointer field or variable says is said of that field. */
static void read_typedef_annotations(struct annotated *annotated, CXType type)
{
	for (;;) {
		CXCursor declaration = clang_getTypeDeclaration(type);

		if (declaration.kind != CXCursor_TypedefDecl)
			return;
		if (clang_Cursor_hasAttrs(declaration))
			clang_visitChildren(declaration, read_annotation, annotated);
		type = clang_getTypedefDeclUnderlyingType(declaration);
	}
}

static bool returns_nothing(CXCursor declaration)
{
	return clang_getCanonicalType(clang_getCursorResultType(declaration)).kind == CXType_Void;
}

/* Of a system header's functions only _Noreturn is of interest, and printing costs: those that return nothing. */
static void read_attributes(struct visit *v, uint32_t symbol, CXCursor declaration)
{
	struct annotated annotated = { v, symbol };
	bool system = facts_built_symbol(v->facts, symbol)->flags & SYMBOL_SYSTEM;

	read_type_attributes(v, symbol, clang_getCursorType(declaration));
	if (!system && (declaration.kind == CXCursor_FieldDecl || declaration.kind == CXCursor_VarDecl))
		read_typedef_annotations(&annotated, clang_getCursorType(declaration));
	if (!clang_Cursor_hasAttrs(declaration) || (system && !returns_nothing(declaration)))
		return;
	read_printed(v, symbol, declaration);
	clang_visitChildren(declaration, read_annotation, &annotated);
}

/* Symbols. */

/* The declaration that says most: the definition if this unit has it. */
static CXCursor best_declaration(CXCursor declaration)
{
	CXCursor definition = clang_getCursorDefinition(declaration);

	return clang_Cursor_isNull(definition) ? declaration : definition;
}

static char *symbol_key(struct visit *v, CXCursor declaration, CXFile file, bool of_file)
{
	g_autofree char *usr = visit_text(clang_getCursorUSR(declaration));

	if (!of_file)
		return g_steal_pointer(&usr);
	const struct visited_file *known = visit_file(v, file);
	return g_strconcat(known ? known->path : "", "#", usr, NULL);
}

static void note_builtin(struct visit *v, uint32_t symbol, const char *name)
{
	if (!g_str_has_prefix(name, "__")) /* __builtin_, __sync_, __atomic_: declared by no header */
		return;
	facts_built_symbol(v->facts, symbol)->flags |= SYMBOL_SYSTEM;
	if (g_str_equal(name, "__builtin_constant_p"))
		v->constant_p = symbol;
	if (g_str_equal(name, "__builtin_expect") || g_str_equal(name, "__builtin_expect_with_probability") ||
	    g_str_equal(name, "__builtin_assume_aligned"))
		g_array_append_val(v->transparent, symbol);
}

static uint16_t linkage_flags(CXCursor declaration)
{
	return clang_getCursorLinkage(declaration) == CXLinkage_Internal ? SYMBOL_STATIC : 0;
}

static uint16_t function_flags(CXCursor declaration)
{
	uint16_t flags = linkage_flags(declaration);

	flags |= clang_Cursor_isFunctionInlined(declaration) ? SYMBOL_INLINE : 0;
	flags |= clang_Cursor_isVariadic(declaration) ? SYMBOL_VARIADIC : 0;
	return flags;
}

static void fill_symbol(struct visit *v, uint32_t symbol, CXCursor declaration, struct place at, uint16_t flags)
{
	uint32_t type = visit_type(v, clang_getCursorType(declaration));
	uint32_t file = visit_file_index(v, at.file);
	const struct visited_file *known = visit_file(v, at.file);
	bool system = visit_is_system(v, clang_getCursorLocation(declaration));
	struct symbol *s = facts_built_symbol(v->facts, symbol);

	s->type = type;
	s->file = file;
	s->line = file ? at.line : 0;
	s->flags = flags | (known && known->stand_in ? SYMBOL_IMPLICIT : system ? SYMBOL_SYSTEM : 0);
	read_attributes(v, symbol, declaration);
}

static bool has_type(const struct visit *v, uint32_t symbol)
{
	return facts_built_symbol(v->facts, symbol)->type != 0;
}

static uint32_t function_symbol(struct visit *v, CXCursor declaration)
{
	declaration = best_declaration(declaration);
	struct place at = place_of(clang_getCursorLocation(declaration));
	uint16_t flags = function_flags(declaration);
	g_autofree char *name =
		v->cplusplus ? cplusplus_name(declaration) : visit_text(clang_getCursorSpelling(declaration));
	g_autofree char *key = symbol_key(v, declaration, at.file, flags & SYMBOL_STATIC);
	uint32_t symbol = facts_build_symbol(v->facts, SYMBOL_FUNCTION, key, name);

	if (has_type(v, symbol))
		return symbol;
	fill_symbol(v, symbol, declaration, at, flags);
	note_builtin(v, symbol, name);
	bool defined_in_header = clang_isCursorDefinition(declaration) && at.file != v->main_file;
	if (defined_in_header && !(facts_built_symbol(v->facts, symbol)->flags & SYMBOL_SYSTEM))
		g_array_append_val(v->pending, declaration);
	return symbol;
}

static uint32_t global_symbol(struct visit *v, CXCursor declaration)
{
	declaration = best_declaration(declaration);
	struct place at = place_of(clang_getCursorLocation(declaration));
	uint16_t flags = linkage_flags(declaration);
	if (clang_getCursorTLSKind(declaration) != CXTLS_None)
		flags |= SYMBOL_THREAD;
	g_autofree char *name = visit_text(clang_getCursorSpelling(declaration));
	g_autofree char *key = symbol_key(v, declaration, at.file, flags & SYMBOL_STATIC);
	uint32_t symbol = facts_build_symbol(v->facts, SYMBOL_GLOBAL, key, name);

	if (!has_type(v, symbol))
		fill_symbol(v, symbol, declaration, at, flags);
	return symbol;
}

/* "tag" of `struct tag`; of an unnamed record its typedef's name; else that of the record around it. */
static char *record_tag(CXCursor record)
{
	for (;;) {
		g_autofree char *type = visit_text(clang_getTypeSpelling(clang_getCursorType(record)));
		const char *tag = strrchr(type, ' ');

		if (!strchr(type, '('))
			return g_strdup(tag ? tag + 1 : type);
		record = clang_getCursorSemanticParent(record);
		if (record.kind != CXCursor_StructDecl && record.kind != CXCursor_UnionDecl)
			return g_strdup("");
	}
}

/* What a source declares, and no header, other sources may declare as something else under the same name. */
static bool is_in_source(struct visit *v, CXFile file)
{
	static const char *const endings[] = { ".c", ".cc", ".cpp", ".cxx", ".c++", ".C", ".m", ".mm" };
	const struct visited_file *known = visit_file(v, file);

	for (size_t i = 0; known && i < G_N_ELEMENTS(endings); i++)
		if (g_str_has_suffix(known->path, endings[i]))
			return true;
	return false;
}

static uint32_t field_symbol(struct visit *v, CXCursor declaration)
{
	struct place at = place_of(clang_getCursorLocation(declaration));
	g_autofree char *field = visit_text(clang_getCursorSpelling(declaration));

	if (!*field || strchr(field, '(')) /* libclang names an anonymous member "union s::(anonymous at a.c:9:28)" */
		return 0;
	g_autofree char *tag = record_tag(clang_getCursorSemanticParent(declaration));
	g_autofree char *name = g_strconcat(tag, ".", field, NULL);
	unsigned flags = is_in_source(v, at.file) ? SYMBOL_STATIC : 0;
	g_autofree char *key = symbol_key(v, declaration, at.file, flags);
	uint32_t symbol = facts_build_symbol(v->facts, SYMBOL_FIELD, key, name);
	if (!has_type(v, symbol))
		fill_symbol(v, symbol, declaration, at, flags);
	return symbol;
}

static uint32_t new_symbol(struct visit *v, CXCursor declaration)
{
	switch (declaration.kind) {
	case CXCursor_FieldDecl:
		return field_symbol(v, declaration);
	case CXCursor_VarDecl:
		return global_symbol(v, declaration);
	default:
		return function_symbol(v, declaration);
	}
}

uint32_t visit_symbol(struct visit *v, CXCursor declaration)
{
	uint32_t symbol;

	if (cursor_table_get(v->symbols, declaration, &symbol))
		return symbol;
	symbol = new_symbol(v, declaration);
	cursor_table_put(v->symbols, declaration, symbol);
	return symbol;
}

/* cleanup(function) */

static GHashTable *functions_by_name(struct visit *v)
{
	if (v->by_name)
		return v->by_name;
	v->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < v->candidates->len; i++)
		g_hash_table_insert(v->by_name,
				    visit_text(clang_getCursorSpelling(g_array_index(v->candidates, CXCursor, i))),
				    GUINT_TO_POINTER(i + 1));
	return v->by_name;
}

uint32_t visit_block_symbol(struct visit *v, CXCursor block, const char *kind, bool *is_new)
{
	struct place at = place_of(clang_getCursorLocation(block));
	const struct visited_file *file = visit_file(v, at.file);
	const char *path = file ? file->path : "", *base = strrchr(path, '/');
	g_autofree char *key = g_strdup_printf("%s#%s@%u", path, kind, at.offset);
	g_autofree char *name = g_strdup_printf("%s at %s:%u", kind, base ? base + 1 : path, at.line);
	uint32_t symbol = facts_build_symbol(v->facts, SYMBOL_FUNCTION, key, name);
	uint32_t index = visit_file_index(v, at.file);
	struct symbol *s = facts_built_symbol(v->facts, symbol);

	*is_new = !(s->flags & SYMBOL_STATIC);
	if (!*is_new)
		return symbol;
	s->flags |= SYMBOL_STATIC;
	s->file = index;
	s->line = at.line;
	return symbol;
}

uint32_t visit_cleanup(struct visit *v, CXCursor variable)
{
	uint32_t destructor = v->cplusplus ? cplusplus_destructor(v, variable) : 0;

	if (destructor)
		return destructor;
	if (!clang_Cursor_hasAttrs(variable))
		return 0;
	g_autofree char *text = visit_printed(v, variable);
	const char *cleanup = find_attribute(text, "cleanup");
	if (!cleanup)
		return 0;
	g_autofree char *name = attribute_argument(cleanup);
	guint known = GPOINTER_TO_UINT(g_hash_table_lookup(functions_by_name(v), name));
	if (known)
		return visit_symbol(v, g_array_index(v->candidates, CXCursor, known - 1));
	g_autofree char *key = g_strconcat("c:@F@", name, NULL);
	return facts_build_symbol(v->facts, SYMBOL_FUNCTION, key, name);
}
