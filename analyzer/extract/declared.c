/*
 * declared: headers -> the functions, fields and constants in them, see declared.h.
 *
 * The source that is parsed includes the headers and asks the compiler for each constant:
 *
 *      #include <uv.h>
 *      static const long long declared_UV_EOF = (long long)(UV_EOF);
 */
#include "extract/declared.h"

#include <clang-c/Index.h>
#include <glib.h>
#include <string.h>

struct declared {
	struct arena arena;
	GHashTable *functions; /* name -> struct declared_function */
	GHashTable *constants; /* name -> int64_t */
	GPtrArray *fields;     /* "struct-tag.field" of those that hold a function */
	const char *outer;     /* tag of the struct that is being visited */
};

static const char source_name[] = "declared.c";
static const char constant_prefix[] = "declared_";

static char *spelling(struct arena *arena, CXCursor cursor)
{
	CXString text = clang_getCursorSpelling(cursor);
	char *copy = arena_strdup(arena, clang_getCString(text));

	clang_disposeString(text);
	return copy;
}

static enum declared_kind kind_of(CXType type)
{
	type = clang_getCanonicalType(type);
	if ((type.kind >= CXType_Bool && type.kind <= CXType_Int128) || type.kind == CXType_Enum)
		return DECLARED_INTEGER;
	if (type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray)
		return DECLARED_POINTER;
	if (type.kind != CXType_Pointer)
		return DECLARED_OTHER;
	enum CXTypeKind pointee = clang_getCanonicalType(clang_getPointeeType(type)).kind;
	return pointee == CXType_FunctionProto || pointee == CXType_FunctionNoProto ? DECLARED_CALLBACK
										    : DECLARED_POINTER;
}

static void add_function(struct declared *d, CXCursor cursor)
{
	struct declared_function *f = arena_new(&d->arena, struct declared_function);
	int count = clang_Cursor_getNumArguments(cursor);

	f->name = spelling(&d->arena, cursor);
	f->variadic = clang_Cursor_isVariadic(cursor);
	for (int i = 0; i < count && i < DECLARED_ARGUMENTS; i++)
		f->kinds[f->count++] =
			(uint8_t)kind_of(clang_getCursorType(clang_Cursor_getArgument(cursor, (unsigned)i)));
	g_hash_table_insert(d->functions, (gpointer)f->name, f);
}

static void add_constant(struct declared *d, CXCursor variable)
{
	const char *name = spelling(&d->arena, variable);
	CXEvalResult result = g_str_has_prefix(name, constant_prefix) ? clang_Cursor_Evaluate(variable) : NULL;

	if (!result)
		return;
	int64_t *value = arena_new(&d->arena, int64_t);
	*value = clang_EvalResult_getAsLongLong(result);
	clang_EvalResult_dispose(result);
	g_hash_table_insert(d->constants, (gpointer)(name + strlen(constant_prefix)), value);
}

static enum CXChildVisitResult visit_field(CXCursor cursor, CXCursor parent, CXClientData data);

/* The fields of a struct without a tag inside another are the outer one's. */
static void add_fields(struct declared *d, CXCursor record)
{
	const char *outer = d->outer;

	if (!outer || !clang_Cursor_isAnonymous(record))
		d->outer = spelling(&d->arena, record);
	clang_visitChildren(record, visit_field, d);
	d->outer = outer;
}

static enum CXChildVisitResult visit_field(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct declared *d = data;
	enum CXCursorKind kind = clang_getCursorKind(cursor);

	(void)parent;
	if (kind == CXCursor_StructDecl || kind == CXCursor_UnionDecl)
		add_fields(d, cursor);
	else if (kind == CXCursor_FieldDecl && kind_of(clang_getCursorType(cursor)) == DECLARED_CALLBACK)
		g_ptr_array_add(d->fields, arena_printf(&d->arena, "%s.%s", d->outer, spelling(&d->arena, cursor)));
	return CXChildVisit_Continue;
}

static enum CXChildVisitResult visit_declaration(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct declared *d = data;

	(void)parent;
	switch (clang_getCursorKind(cursor)) {
	case CXCursor_FunctionDecl:
		add_function(d, cursor);
		break;
	case CXCursor_VarDecl:
		add_constant(d, cursor);
		break;
	case CXCursor_StructDecl:
	case CXCursor_UnionDecl:
		add_fields(d, cursor);
		break;
	default:
		break;
	}
	return CXChildVisit_Continue;
}

static char *source_of(const char *const *headers, const char *const *constants)
{
	GString *text = g_string_new("#include <stdio.h>\n#include <stdint.h>\n#include <sys/types.h>\n");

	for (const char *const *header = headers; header && *header; header++)
		g_string_append_printf(text, "#include <%s>\n", *header);
	for (const char *const *name = constants; name && *name; name++)
		g_string_append_printf(text, "static const long long %s%s = (long long)(%s);\n", constant_prefix, *name,
				       *name);
	return g_string_free(text, FALSE);
}

static CXTranslationUnit parse(CXIndex index, const char *text, const char *const *flags)
{
	static const char *const own[] = { "-w", "-D_GNU_SOURCE", "-resource-dir", LOOPLINT_CLANG_RESOURCE_DIR };
	struct CXUnsavedFile file = { source_name, text, strlen(text) };
	GPtrArray *arguments = g_ptr_array_new();
	CXTranslationUnit unit = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
		g_ptr_array_add(arguments, (char *)own[i]);
	for (; flags && *flags; flags++)
		g_ptr_array_add(arguments, (char *)*flags);
	clang_parseTranslationUnit2(index, source_name, (const char *const *)arguments->pdata, (int)arguments->len,
				    &file, 1, CXTranslationUnit_KeepGoing | CXTranslationUnit_SkipFunctionBodies,
				    &unit);
	g_ptr_array_free(arguments, TRUE);
	return unit;
}

/* The first of `headers` that is not there: each is asked for by a source of its own. */
static const char *missing_header(CXIndex index, const char *const *headers, const char *const *flags)
{
	GString *text = g_string_new(NULL);
	const char *missing = NULL;

	for (unsigned i = 0; headers && headers[i] && !missing; i++) {
		g_string_printf(text, "#if !__has_include(<%s>)\n#error\n#endif\n", headers[i]);
		CXTranslationUnit unit = parse(index, text->str, flags);
		if (!unit || clang_getNumDiagnostics(unit))
			missing = headers[i];
		if (unit)
			clang_disposeTranslationUnit(unit);
	}
	g_string_free(text, TRUE);
	return missing;
}

static struct declared *declared_new(void)
{
	struct declared *d = g_new0(struct declared, 1);

	d->functions = g_hash_table_new(g_str_hash, g_str_equal);
	d->constants = g_hash_table_new(g_str_hash, g_str_equal);
	d->fields = g_ptr_array_new();
	return d;
}

struct declared *declared_read(const char *const *headers, const char *const *flags, const char *const *constants,
			       const char **missing)
{
	CXIndex index = clang_createIndex(0, 0);
	struct declared *d = NULL;

	*missing = missing_header(index, headers, flags);
	char *text = source_of(headers, constants);
	CXTranslationUnit unit = *missing ? NULL : parse(index, text, flags);
	if (unit) {
		d = declared_new();
		clang_visitChildren(clang_getTranslationUnitCursor(unit), visit_declaration, d);
		clang_disposeTranslationUnit(unit);
	}
	clang_disposeIndex(index);
	g_free(text);
	return d;
}

void declared_free(struct declared *d)
{
	if (!d)
		return;
	g_hash_table_destroy(d->functions);
	g_hash_table_destroy(d->constants);
	g_ptr_array_free(d->fields, TRUE);
	arena_finish(&d->arena);
	g_free(d);
}

const struct declared_function *declared_find(const struct declared *d, const char *name)
{
	size_t length = strlen(name);
	GHashTableIter iterator;
	gpointer key, function;

	if (!length || name[length - 1] != '*')
		return g_hash_table_lookup(d->functions, name);
	g_hash_table_iter_init(&iterator, d->functions);
	while (g_hash_table_iter_next(&iterator, &key, &function))
		if (strncmp(key, name, length - 1) == 0)
			return function;
	return NULL;
}

bool declared_constant(const struct declared *d, const char *name, int64_t *value)
{
	const int64_t *found = g_hash_table_lookup(d->constants, name);

	if (found)
		*value = *found;
	return found;
}

bool declared_field(const struct declared *d, const char *field)
{
	for (guint i = 0; i < d->fields->len; i++)
		if (g_pattern_match_simple(field, d->fields->pdata[i]))
			return true;
	return false;
}
