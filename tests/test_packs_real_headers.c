/*
 * Every pack against the header of its library, as installed: each function and field it names is declared there, takes
 * callbacks, descriptors, flags and time-outs where the pack says, and each constant has the value the pack gives. And
 * against fixtures/packs/LIBRARY.c: everything it names is used there, so that test_fixtures sees what becomes of it.
 *
 * A library that has no header on Linux (redis-ae is a file of Redis, kevent is of the BSDs) is declared by its fixture.
 */
#include "pack/pack.h"
#include "process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <clang-c/Index.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

/* A pack, and what clang sees of its headers and of its fixture. */
struct subject {
	const struct pack *pack;
	char *fixture;         /* path */
	GPtrArray *flags;      /* of pkg-config and of clang */
	const char *missing;   /* a package or header that is not installed */
	bool fixture_declares; /* a header is not installed */
	CXTranslationUnit headers, uses;
	GHashTable *functions; /* name -> CXCursor *, as the headers declare them */
	GHashTable *fields;    /* "struct-tag.field" -> CXCursor * */
	GHashTable *constants; /* name -> int64_t * */
	GHashTable *used;      /* names of functions and of fields, "struct-tag.field", in the fixture */
	GString *problems;
};

static struct arena arena;
static struct packs packs;
static GPtrArray *subjects;

static const char constant_prefix[] = "pack_constant_";

#define problem(subject, ...)                                                                                          \
	do {                                                                                                           \
		g_string_append_printf((subject)->problems, __VA_ARGS__);                                              \
		g_string_append_c((subject)->problems, '\n');                                                          \
	} while (0)

/* Output of a command, without the line end. */
static char *output_of(const char *const *arguments, bool *failed)
{
	struct outcome outcome = process_run(NULL, arguments);
	char *text = g_strchomp(g_strdup(outcome.output));

	*failed = outcome.status != 0;
	outcome_finish(&outcome);
	return text;
}

static void add_words(GPtrArray *flags, const char *text)
{
	char **words = g_strsplit_set(text, " \n", -1);

	for (char **word = words; *word; word++)
		if (**word)
			g_ptr_array_add(flags, g_strdup(*word));
	g_strfreev(words);
}

static void add_flags(struct subject *s)
{
	const char *resource_dir[] = { "clang-19", "-print-resource-dir", NULL };
	bool failed;

	s->flags = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(s->flags, g_strdup("-w"));
	g_ptr_array_add(s->flags, g_strdup("-resource-dir"));
	g_ptr_array_add(s->flags, output_of(resource_dir, &failed));
	for (const char *const *package = s->pack->pkg_config; *package; package++) {
		const char *pkg_config[] = { "pkg-config", "--cflags", *package, NULL };
		char *words = output_of(pkg_config, &failed);

		if (failed)
			s->missing = *package;
		add_words(s->flags, words);
		g_free(words);
	}
}

/* A C source that includes the pack's headers and asks the compiler for the value of each constant. */
static char *header_source(const struct subject *s)
{
	GString *text = g_string_new("#define _GNU_SOURCE\n#define LDAP_DEPRECATED 1\n#define TEVENT_DEPRECATED 1\n"
				     "#include <sys/types.h>\n#include <stdint.h>\n#include <stdio.h>\n");

	for (const char *const *header = s->pack->headers; *header; header++)
		g_string_append_printf(
			text, "#if __has_include(<%s>)\n#include <%s>\n#else\nint pack_misses_a_header;\n#endif\n",
			*header, *header);
	if (s->fixture_declares)
		g_string_append_printf(text, "#include \"%s\"\n", s->fixture);
	for (size_t i = 0; i < s->pack->constant_count; i++)
		g_string_append_printf(text, "static const long long %s%s = (long long)(%s);\n", constant_prefix,
				       s->pack->constants[i].name, s->pack->constants[i].name);
	return g_string_free(text, FALSE);
}

static CXTranslationUnit parse(const struct subject *s, const char *text)
{
	struct CXUnsavedFile file = { "pack_headers.c", text, strlen(text) };
	CXTranslationUnit unit = NULL;

	clang_parseTranslationUnit2(clang_createIndex(0, 0), file.Filename, (const char *const *)s->flags->pdata,
				    (int)s->flags->len, &file, 1, CXTranslationUnit_None, &unit);
	assert_non_null(unit);
	return unit;
}

static void report_errors(struct subject *s, CXTranslationUnit unit)
{
	for (unsigned i = 0; i < clang_getNumDiagnostics(unit); i++) {
		CXDiagnostic diagnostic = clang_getDiagnostic(unit, i);
		CXString text = clang_formatDiagnostic(diagnostic, clang_defaultDiagnosticDisplayOptions());

		if (clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error)
			problem(s, "%s", clang_getCString(text));
		clang_disposeString(text);
		clang_disposeDiagnostic(diagnostic);
	}
}

static char *spelling(CXCursor cursor)
{
	CXString text = clang_getCursorSpelling(cursor);
	char *copy = g_strdup(clang_getCString(text));

	clang_disposeString(text);
	return copy;
}

/* "struct-tag.field"; of a struct without a tag inside another: the tag is the outer one's. */
static char *field_name(CXCursor field)
{
	CXCursor parent = clang_getCursorSemanticParent(field);

	while (clang_Cursor_isAnonymous(parent) &&
	       clang_getCursorKind(clang_getCursorSemanticParent(parent)) != CXCursor_TranslationUnit)
		parent = clang_getCursorSemanticParent(parent);
	char *tag = spelling(parent), *name = spelling(field);
	char *both = g_strdup_printf("%s.%s", tag, name);

	g_free(tag);
	g_free(name);
	return both;
}

static void keep_constant(struct subject *s, CXCursor variable, const char *name)
{
	CXEvalResult result = clang_Cursor_Evaluate(variable);

	if (!result)
		return;
	int64_t value = clang_EvalResult_getAsLongLong(result);
	g_hash_table_insert(s->constants, g_strdup(name + strlen(constant_prefix)), g_memdup2(&value, sizeof value));
	clang_EvalResult_dispose(result);
}

static enum CXChildVisitResult visit_declaration(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct subject *s = data;
	enum CXCursorKind kind = clang_getCursorKind(cursor);
	char *name = kind == CXCursor_FieldDecl ? field_name(cursor) : spelling(cursor);

	(void)parent;
	if (kind == CXCursor_FunctionDecl && !g_hash_table_contains(s->functions, name))
		g_hash_table_insert(s->functions, g_strdup(name), g_memdup2(&cursor, sizeof cursor));
	else if (kind == CXCursor_FieldDecl)
		g_hash_table_insert(s->fields, g_strdup(name), g_memdup2(&cursor, sizeof cursor));
	else if (kind == CXCursor_VarDecl && g_str_has_prefix(name, constant_prefix))
		keep_constant(s, cursor, name);
	else if (kind == CXCursor_VarDecl && strcmp(name, "pack_misses_a_header") == 0)
		s->fixture_declares = true;
	g_free(name);
	return kind == CXCursor_StructDecl || kind == CXCursor_UnionDecl ? CXChildVisit_Recurse : CXChildVisit_Continue;
}

static enum CXChildVisitResult visit_use(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct subject *s = data;
	enum CXCursorKind kind = clang_getCursorKind(cursor);
	CXCursor referenced = clang_getCursorReferenced(cursor);

	(void)parent;
	if (kind == CXCursor_DeclRefExpr && clang_getCursorKind(referenced) == CXCursor_FunctionDecl)
		g_hash_table_add(s->used, spelling(referenced));
	else if (kind == CXCursor_MemberRef || kind == CXCursor_MemberRefExpr)
		g_hash_table_add(s->used, field_name(referenced));
	return CXChildVisit_Recurse;
}

static GHashTable *new_names(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static void parse_headers(struct subject *s)
{
	for (int attempt = 0; attempt < 2; attempt++) {
		bool declared = s->fixture_declares;
		char *text = header_source(s);

		s->headers = parse(s, text);
		g_free(text);
		clang_visitChildren(clang_getTranslationUnitCursor(s->headers), visit_declaration, s);
		if (s->fixture_declares == declared)
			return;
	}
}

/* Whether the fixture leaves the declarations to a header of a library that has no package file (see fixture.h). */
static bool fixture_includes(const struct subject *s)
{
	char *text = NULL;
	bool includes = g_file_get_contents(s->fixture, &text, NULL, NULL) && strstr(text, "\n// headers:") != NULL;

	g_free(text);
	return includes;
}

static struct subject *subject_new(const struct pack *pack)
{
	struct subject *s = g_new0(struct subject, 1);

	s->pack = pack;
	s->fixture = g_strdup_printf("%s/fixtures/packs/%s.c", SOURCE_DIR, pack->library);
	s->problems = g_string_new(NULL);
	s->functions = new_names();
	s->fields = new_names();
	s->constants = new_names();
	s->used = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	add_flags(s);
	if (!g_file_test(s->fixture, G_FILE_TEST_EXISTS))
		s->missing = "a header for C"; /* the fixture is C++ */
	if (s->missing)
		return s;
	parse_headers(s);
	if (s->fixture_declares && fixture_includes(s))
		s->missing = s->pack->headers[0];
	if (s->missing)
		return s;
	char *text = g_strdup_printf("#include \"%s\"\n", s->fixture);
	s->uses = parse(s, text);
	g_free(text);
	clang_visitChildren(clang_getTranslationUnitCursor(s->uses), visit_use, s);
	return s;
}

static bool matches_some(GHashTable *names, const char *pattern)
{
	GHashTableIter iter;
	gpointer name;

	g_hash_table_iter_init(&iter, names);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		if (g_pattern_match_simple(pattern, name))
			return true;
	return false;
}

/* The checks: each adds to s->problems. */

static void headers_and_fixture_compile(struct subject *s)
{
	report_errors(s, s->headers);
	report_errors(s, s->uses);
}

static CXType parameter(struct subject *s, const char *function, int n)
{
	const CXCursor *cursor = g_hash_table_lookup(s->functions, function);
	CXType none = { .kind = CXType_Invalid };

	return cursor ? clang_getCanonicalType(clang_getCursorType(clang_Cursor_getArgument(*cursor, (unsigned)n - 1)))
		      : none;
}

static bool is_pointer(CXType type)
{
	return type.kind == CXType_Pointer || type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray;
}

static CXType called_type(CXType type)
{
	return type.kind == CXType_Pointer ? clang_getCanonicalType(clang_getPointeeType(type)) : type;
}

static bool is_callback(CXType type)
{
	enum CXTypeKind kind = called_type(type).kind;

	return kind == CXType_FunctionProto || kind == CXType_FunctionNoProto;
}

static bool holds_callback(const CXCursor *field)
{
	return is_callback(clang_getCanonicalType(clang_getCursorType(*field)));
}

static bool is_integer(CXType type)
{
	return (type.kind >= CXType_Bool && type.kind <= CXType_Int128) || type.kind == CXType_Enum;
}

/* An argument behind the `...` has no type to check. */
static bool is_variadic_argument(struct subject *s, const char *function, int n)
{
	const CXCursor *cursor = g_hash_table_lookup(s->functions, function);

	return cursor && clang_Cursor_isVariadic(*cursor) && n > clang_Cursor_getNumArguments(*cursor);
}

static void need(struct subject *s, const char *function, int n, bool holds, const char *what)
{
	if (n && !holds && !is_variadic_argument(s, function, n) && g_hash_table_contains(s->functions, function))
		problem(s, "%s: argument %d is no %s", function, n, what);
}

static void every_function_is_declared(struct subject *s)
{
	for (size_t i = 0; i < s->pack->register_count; i++) {
		const char *function = s->pack->registers[i].function;

		if (function && !matches_some(s->functions, function))
			problem(s, "%s: not declared", function);
	}
	for (size_t i = 0; i < s->pack->effect_count; i++)
		if (!g_hash_table_contains(s->functions, s->pack->effects[i].function))
			problem(s, "%s: not declared", s->pack->effects[i].function);
}

/* Only where a header is missing may the fixture itself declare what it calls. */
static void the_fixture_declares_only_what_no_header_does(struct subject *s)
{
	GHashTableIter iter;
	gpointer name, cursor;

	g_hash_table_iter_init(&iter, s->functions);
	while (!s->fixture_declares && g_hash_table_iter_next(&iter, &name, &cursor)) {
		CXFile file;
		clang_getExpansionLocation(clang_getCursorLocation(*(CXCursor *)cursor), &file, NULL, NULL, NULL);
		CXString path = clang_getFileName(file);

		if (clang_getCString(path) && strstr(clang_getCString(path), "fixtures/packs"))
			problem(s, "%s: declared by the fixture", (char *)name);
		clang_disposeString(path);
	}
}

static void check_completion(struct subject *s, const struct registration *r)
{
	CXType callback = called_type(parameter(s, r->function, r->callback));
	int count = clang_getNumArgTypes(callback);
	const struct completion *c = &r->completion;

	if (c->status && (c->status > count ||
			  !is_integer(clang_getCanonicalType(clang_getArgType(callback, (unsigned)c->status - 1)))))
		problem(s, "%s: parameter %d of the callback is no status", r->function, c->status);
	if (c->error && (c->error > count ||
			 !is_pointer(clang_getCanonicalType(clang_getArgType(callback, (unsigned)c->error - 1)))))
		problem(s, "%s: parameter %d of the callback is no error object", r->function, c->error);
	if (c->result && (c->result > count ||
			  !is_pointer(clang_getCanonicalType(clang_getArgType(callback, (unsigned)c->result - 1)))))
		problem(s, "%s: parameter %d of the callback is no result", r->function, c->result);
}

/* Where a result is told by a finish function: that function is declared, and takes the result. */
static void check_finish(struct subject *s, const struct registration *r)
{
	char *stem = g_str_has_suffix(r->function, "_async") ? g_strndup(r->function, strlen(r->function) - 6)
							     : g_strdup(r->function);
	char *name = r->completion.finish ? g_strdup(r->completion.finish) : g_strconcat(stem, "_finish", NULL);

	if (r->completion.result && !g_hash_table_contains(s->functions, name))
		problem(s, "%s: no finish function '%s'", r->function, name);
	g_free(name);
	g_free(stem);
}

static void every_callback_is_a_function_pointer(struct subject *s)
{
	for (size_t i = 0; i < s->pack->register_count; i++) {
		const struct registration *r = &s->pack->registers[i];

		if (!r->function)
			continue;
		need(s, r->function, r->callback, is_callback(parameter(s, r->function, r->callback)), "callback");
		need(s, r->function, r->data, is_pointer(parameter(s, r->function, r->data)), "pointer to user data");
		check_completion(s, r);
		check_finish(s, r);
	}
}

/* A field that `name` means: a pattern means every one it matches, and one that holds a function will do. */
static const CXCursor *find_field(const struct subject *s, const char *name)
{
	const CXCursor *found = NULL;
	GHashTableIter iter;
	gpointer field, cursor;

	g_hash_table_iter_init(&iter, s->fields);
	while (g_hash_table_iter_next(&iter, &field, &cursor))
		if (g_pattern_match_simple(name, field) && !(found && holds_callback(found)))
			found = cursor;
	return found;
}

static void every_field_holds_a_function_pointer(struct subject *s)
{
	for (size_t i = 0; i < s->pack->register_count; i++) {
		const char *field = s->pack->registers[i].field;
		const CXCursor *cursor = field ? find_field(s, field) : NULL;

		if (field && !cursor)
			problem(s, "%s: not declared", field);
		else if (cursor && !holds_callback(cursor))
			problem(s, "%s: no function pointer", field);
	}
}

static void check_conditions(struct subject *s, const char *function, const struct conditions *conditions)
{
	for (size_t i = 0; i < conditions->count; i++) {
		const struct condition *c = &conditions->items[i];
		CXType type = parameter(s, function, c->argument);
		bool null = c->test == CONDITION_NULL || c->test == CONDITION_NONNULL || c->test == CONDITION_BEGINS ||
			    c->field;

		need(s, function, c->argument, null ? is_pointer(type) : is_integer(type),
		     null ? "pointer" : "integer");
	}
}

/* One, or an array of them; or an object of the library that stands for one, such as its connection. */
static bool is_descriptor(CXType type)
{
	CXType pointee = clang_getCanonicalType(clang_getPointeeType(type));

	if (pointee.kind == CXType_Pointer) /* an object handed out */
		pointee = clang_getCanonicalType(clang_getPointeeType(pointee));
	if (type.kind == CXType_Pointer)
		return is_integer(pointee) || pointee.kind == CXType_Record || pointee.kind == CXType_Void;
	if (is_pointer(type))
		return is_integer(clang_getCanonicalType(clang_getArrayElementType(type)));
	return is_integer(type);
}

static void every_condition_fits_its_argument(struct subject *s)
{
	for (size_t i = 0; i < s->pack->register_count; i++)
		check_conditions(s, s->pack->registers[i].function, &s->pack->registers[i].when);
	for (size_t i = 0; i < s->pack->effect_count; i++) {
		const struct effect *e = &s->pack->effects[i];
		CXType timeout = parameter(s, e->function, e->timeout_argument);

		check_conditions(s, e->function, &e->when);
		check_conditions(s, e->function, &e->unless);
		check_conditions(s, e->function, &e->nonblocking);
		need(s, e->function, e->descriptor, is_descriptor(parameter(s, e->function, e->descriptor)),
		     "descriptor");
		bool structs = e->unit == UNIT_TIMESPEC || e->unit == UNIT_TIMEVAL;
		need(s, e->function, e->timeout_argument,
		     e->unit == UNIT_NONE ? is_integer(timeout) || is_pointer(timeout)
		     : structs            ? is_pointer(timeout)
					  : is_integer(timeout),
		     "time-out");
		need(s, e->function, e->count_argument, is_integer(parameter(s, e->function, e->count_argument)),
		     "count");
	}
}

static void every_constant_has_its_value(struct subject *s)
{
	for (size_t i = 0; i < s->pack->constant_count; i++) {
		const struct pack_constant *c = &s->pack->constants[i];
		const int64_t *value = g_hash_table_lookup(s->constants, c->name);

		if (!value)
			problem(s, "%s: not a constant of the headers", c->name);
		else if (*value != c->value)
			problem(s, "%s: is %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT, c->name, *value, c->value);
	}
}

static void every_loop_only_name_means_a_function(struct subject *s)
{
	for (const char *const *name = s->pack->loop_only; *name; name++)
		if (!matches_some(s->functions, *name + (**name == '!')))
			problem(s, "%s: no function of this name", *name);
}

static void every_name_in_a_list_means_a_function(struct subject *s)
{
	const struct cancel_words *words = &s->pack->cancellation;
	const char *const *lists[] = { s->pack->serves,  s->pack->tests,  s->pack->wakes,
				       words->completes, words->succeeds, words->asks,
				       words->cancels,   words->reports,  words->logs };

	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		for (const char *const *name = lists[i]; name && *name; name++)
			if (!matches_some(s->functions, *name))
				problem(s, "%s: no function of this name", *name);
}

static void every_pending_operation_is_started_and_ended_by_functions(struct subject *s)
{
	for (size_t i = 0; i < s->pack->pending_count; i++) {
		const char *const *lists[] = { s->pack->pending[i].starters, s->pack->pending[i].ended_by };

		for (size_t j = 0; j < G_N_ELEMENTS(lists); j++)
			for (const char *const *name = lists[j]; name && *name; name++)
				if (!matches_some(s->functions, *name))
					problem(s, "%s: no function of this name", *name);
	}
}

static void the_fixture_uses_everything(struct subject *s)
{
	for (size_t i = 0; i < s->pack->register_count; i++) {
		const struct registration *r = &s->pack->registers[i];
		const char *name = r->function ? r->function : r->field;

		if (name && !matches_some(s->used, name))
			problem(s, "%s: not used by %s", name, s->fixture);
	}
	for (size_t i = 0; i < s->pack->effect_count; i++)
		if (!g_hash_table_contains(s->used, s->pack->effects[i].function))
			problem(s, "%s: not called by %s", s->pack->effects[i].function, s->fixture);
}

static const struct {
	const char *name;
	void (*check)(struct subject *s);
} checks[] = {
	{ "headers and fixture compile", headers_and_fixture_compile },
	{ "every function is declared", every_function_is_declared },
	{ "the fixture declares only what no header does", the_fixture_declares_only_what_no_header_does },
	{ "every callback is a function pointer", every_callback_is_a_function_pointer },
	{ "every field holds a function pointer", every_field_holds_a_function_pointer },
	{ "every condition fits its argument", every_condition_fits_its_argument },
	{ "every constant has its value", every_constant_has_its_value },
	{ "every loop_only name means a function", every_loop_only_name_means_a_function },
	{ "every name in a list means a function", every_name_in_a_list_means_a_function },
	{ "every pending operation is started and ended by functions",
	  every_pending_operation_is_started_and_ended_by_functions },
	{ "the fixture uses everything", the_fixture_uses_everything },
};

static void pack_agrees_with_its_library(void **state)
{
	size_t number = GPOINTER_TO_SIZE(*state);
	struct subject *s = subjects->pdata[number / G_N_ELEMENTS(checks)];

	if (s->missing) {
		print_message("%s is not installed\n", s->missing);
		skip();
	}
	g_string_truncate(s->problems, 0);
	checks[number % G_N_ELEMENTS(checks)].check(s);
	if (s->problems->len)
		fail_msg("%s:\n%s", s->pack->file, s->problems->str);
}

int main(void)
{
	struct diagnostics diagnostics = { 0 };

	if (packs_load(&arena, NULL, &packs, &diagnostics))
		return 1;
	subjects = g_ptr_array_new();
	for (size_t i = 0; i < packs.count; i++)
		g_ptr_array_add(subjects, subject_new(&packs.items[i]));
	size_t count = subjects->len * G_N_ELEMENTS(checks);
	struct CMUnitTest *tests = g_new0(struct CMUnitTest, count);
	for (size_t i = 0; i < count; i++) {
		const struct subject *s = subjects->pdata[i / G_N_ELEMENTS(checks)];
		char *name = g_strdup_printf("%s: %s", s->pack->library, checks[i % G_N_ELEMENTS(checks)].name);

		tests[i] = (struct CMUnitTest){ name, pack_agrees_with_its_library, NULL, NULL, GSIZE_TO_POINTER(i) };
	}
	return _cmocka_run_group_tests("packs and real headers", tests, count, NULL, NULL);
}
