/*
 * parse: one unit through libclang, in this process: arguments, diagnostics -> status, the walk, dependencies.
 *
 * LIBCLANG_NOTHREADS makes libclang parse on the calling thread, whose stack we choose; otherwise it takes a new thread
 * of 8 MiB, too small for generated code. Its crash recovery is off: it does not survive a stack overflow and leaks what
 * it abandons; worker.c isolates instead.
 */
#include "extract/parse.h"
#include "extract/stub.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BIG_STACK = 1 << 30 };

struct big_call {
	void (*run)(void *data);
	void *data;
};

static void *thread_main(void *call)
{
	struct big_call *big = call;

	big->run(big->data);
	return NULL;
}

bool on_big_stack(void (*run)(void *data), void *data)
{
	struct big_call call = { run, data };
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, BIG_STACK);
	int error = pthread_create(&thread, &attributes, thread_main, &call);
	pthread_attr_destroy(&attributes);
	if (error)
		return false;
	pthread_join(thread, NULL);
	return true;
}

/* Arguments. */

static const char *const own_arguments[] = {
	"-w",
	"-Wno-everything", /* warnings cost 5-12 % and are not ours to give */
	"-ferror-limit=0",
	"-fno-spell-checking",
};

static bool has_argument(const char *const *arguments, const char *name)
{
	for (; *arguments; arguments++)
		if (g_str_has_prefix(*arguments, name))
			return true;
	return false;
}

static void add_unless_given(GPtrArray *out, const char *const *arguments, const char *name, const char *value)
{
	if (has_argument(arguments, name))
		return;
	g_ptr_array_add(out, (char *)name);
	g_ptr_array_add(out, (char *)value);
}

/* What goes before the unit's own arguments: `name`, `value` if there is a value. */
static GPtrArray *command_line(const struct unit_command *unit, const char *name, const char *value)
{
	const char *const *arguments = (const char *const *)unit->arguments;
	GPtrArray *out = g_ptr_array_new();

	if (value) {
		g_ptr_array_add(out, (char *)name);
		g_ptr_array_add(out, (char *)value);
	}
	for (size_t i = 0; arguments[i]; i++)
		g_ptr_array_add(out, (char *)arguments[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(own_arguments); i++)
		g_ptr_array_add(out, (char *)own_arguments[i]);
	add_unless_given(out, arguments, "-resource-dir", LOOPLINT_CLANG_RESOURCE_DIR);
	if (unit->directory)
		add_unless_given(out, arguments, "-working-directory", unit->directory);
	return out;
}

/* Diagnostics. */

struct errors {
	uint32_t count;
	bool hides;  /* one of them left part of the text unread: a missing header, broken syntax */
	bool system; /* one of them is in a header of the system, where there is none but by our own doing */
	char *first; /* "file:line: text" */
};

static char *describe(struct visit *v, CXDiagnostic diagnostic)
{
	struct place at = place_of(clang_getDiagnosticLocation(diagnostic));
	g_autofree char *text = visit_text(clang_getDiagnosticSpelling(diagnostic));

	if (!at.file)
		return g_steal_pointer(&text);
	return g_strdup_printf("%s:%u: %s", visit_file(v, at.file)->path, at.line, text);
}

/* Whether an error is about text that could not be read, rather than about what it means. */
static bool hides_text(CXDiagnostic diagnostic)
{
	g_autofree char *category = visit_text(clang_getDiagnosticCategoryText(diagnostic));

	return g_str_equal(category, "Lexical or Preprocessor Issue") || g_str_equal(category, "Parse Issue") ||
	       clang_getDiagnosticSeverity(diagnostic) == CXDiagnostic_Fatal;
}

static void note_error(struct visit *v, CXDiagnostic diagnostic, void *data)
{
	struct errors *errors = data;

	if (!errors->count++)
		errors->first = describe(v, diagnostic);
	errors->hides |= hides_text(diagnostic);
	errors->system |= clang_Location_isInSystemHeader(clang_getDiagnosticLocation(diagnostic)) != 0;
}

/* Whether a header of the system has an error. */
static bool set_status(struct visit *v)
{
	struct errors errors = { 0 };

	for_each_error(v, note_error, &errors);
	uint32_t lost = errors.count ? count_lost_calls(v) : 0;
	bool degraded = errors.hides || lost > 0;

	facts_build_status(v->facts, degraded ? UNIT_DEGRADED : UNIT_OK, errors.count, lost, errors.first);
	g_free(errors.first);
	return errors.system;
}

/* A unit. */

struct parsing {
	const struct unit_command *unit;
	const char *root;
	struct hashes *hashes;
	struct stubs *stubs;              /* what its errors teach; NULL: nothing is to be learned */
	bool breaks_system;               /* what was parsed last has an error in a header of the system */
	const struct shared_headers *set; /* read already; NULL: none */
};

static char *unit_path(const struct unit_command *unit, const char *root)
{
	size_t length = strlen(root);

	if (strncmp(unit->file, root, length) == 0 && unit->file[length] == '/')
		return g_strdup(unit->file + length + 1);
	return g_strdup(unit->file);
}

struct facts *failed_unit(const struct unit_command *unit, const char *root, enum unit_status status,
			  const char *message, size_t *size)
{
	g_autofree char *path = unit_path(unit, root);
	struct facts_builder *builder = facts_builder_new(path);
	struct facts *facts;

	facts_build_status(builder, status, status == UNIT_FAILED, 0, message);
	facts = facts_build_finish(builder, size);
	facts_builder_free(builder);
	return facts;
}

static struct facts *facts_of(CXTranslationUnit parsed, struct parsing *parsing, size_t *size)
{
	g_autofree char *path = unit_path(parsing->unit, parsing->root);
	struct facts_builder *builder = facts_builder_new(path);
	struct facts *facts;
	struct visit v;

	visit_init(&v, parsed, parsing->root, parsing->unit->cplusplus, builder);
	visit_unit(&v);
	add_dependencies(parsing->hashes, parsed, parsing->set, builder);
	parsing->breaks_system = set_status(&v);
	facts = facts_build_finish(builder, size);
	if (parsing->stubs && facts->errors)
		stubs_learn(parsing->stubs, &v);
	visit_finish(&v);
	facts_builder_free(builder);
	return facts;
}

static const char *why_not_parsed(const struct unit_command *unit, enum CXErrorCode code)
{
	if (access(unit->file, R_OK) != 0)
		return g_strerror(errno);
	return code == CXError_InvalidArguments ? "clang refuses its arguments" : "clang cannot parse it";
}

/* Parses once, with the stand-ins in `header` included first unless it is NULL. */
static struct facts *parse_once(struct parsing *parsing, const char *header, size_t *size)
{
	const struct unit_command *unit = parsing->unit;
	struct CXUnsavedFile stand_ins = { STUB_HEADER, header, header ? strlen(header) : 0 };
	GPtrArray *arguments = parsing->set ? command_line(unit, "-include-pch", parsing->set->path)
					    : command_line(unit, "-include", header ? STUB_HEADER : NULL);
	CXIndex index = clang_createIndex(0, 0);
	CXTranslationUnit parsed = NULL;
	struct facts *facts;

	enum CXErrorCode code = clang_parseTranslationUnit2(index, unit->file, (const char *const *)arguments->pdata,
							    (int)arguments->len, &stand_ins, header ? 1 : 0,
							    CXTranslationUnit_KeepGoing, &parsed);
	if (code == CXError_Success)
		facts = facts_of(parsed, parsing, size);
	else
		facts = failed_unit(unit, parsing->root, UNIT_FAILED, why_not_parsed(unit, code), size);
	clang_disposeTranslationUnit(parsed);
	clang_disposeIndex(index);
	g_ptr_array_free(arguments, TRUE);
	return facts;
}

/* Calls of the unit's own text whose callee is seen (`seen`), or is not: its declaration names what is unknown. */
static unsigned calls_in(const struct facts *facts, bool seen)
{
	unsigned calls = 0;

	for (uint32_t i = 1; i < facts->nodes.count; i++) {
		const struct node *n = facts_node(facts, i);
		bool hidden = !n->symbol && n->first && facts_node(facts, n->first)->kind == NODE_OPAQUE;

		calls += n->kind == NODE_CALL && !(n->flags & NODE_IN_HEADER) && hidden != seen;
	}
	return calls;
}

/* Whether errors hide calls, or what they call. */
static bool hides_calls(const struct facts *facts)
{
	return facts->calls_lost || (facts->errors && calls_in(facts, false) > 0);
}

enum { ROUNDS = 6 }; /* of parsing with stand-ins: a member becomes known only once its record is */

/*
 * Parses again with stand-ins for what the errors name, as long as calls are hidden and the errors teach something.
 * Keeps what shows most. A header of the system that shows an error only now uses a name that was taken: it is given back.
 */
static struct facts *parse_with_stand_ins(struct parsing *parsing, struct facts *best, size_t *size)
{
	bool broken = parsing->breaks_system;
	unsigned before = 0;

	for (int round = 0; hides_calls(best) && round < ROUNDS && parsing->stubs->learned != before; round++) {
		g_autofree char *header = stubs_header(parsing->stubs);
		size_t next_size;

		before = parsing->stubs->learned;
		struct facts *next = parse_once(parsing, header, &next_size);
		bool breaks = parsing->breaks_system && !broken;
		if (breaks)
			stubs_refuse_reserved(parsing->stubs);
		if (breaks || next->status == UNIT_FAILED || calls_in(next, true) < calls_in(best, true)) {
			free(next);
			continue;
		}
		free(best);
		best = next;
		*size = next_size;
	}
	return best;
}

enum { MISSES = 3 }; /* in a row, until shared headers are not tried any more */

/* With shared headers; NULL if they do not fit this unit or hide what is wrong with it. */
static struct facts *parse_shared(struct parsing *parsing, struct shared_use use, size_t *size)
{
	if (!use.set || *use.misses >= MISSES)
		return NULL;
	parsing->set = use.set;
	struct facts *facts = parse_once(parsing, NULL, size);
	parsing->set = NULL;
	if (facts->status == UNIT_OK && !facts->errors) {
		*use.misses = 0;
		return facts;
	}
	++*use.misses;
	free(facts);
	return NULL;
}

struct facts *parse_unit(const struct unit_command *unit, const char *root, struct hashes *hashes,
			 struct shared_use use, size_t *size)
{
	struct stubs stubs;
	struct parsing parsing = { .unit = unit, .root = root, .hashes = hashes };
	struct facts *facts = parse_shared(&parsing, use, size);

	if (facts)
		return facts;
	if (!unit->inferred)
		return parse_once(&parsing, NULL, size);
	stubs_init(&stubs);
	parsing.stubs = &stubs;
	facts = parse_with_stand_ins(&parsing, parse_once(&parsing, NULL, size), size);
	stubs_finish(&stubs);
	return facts;
}

/* Shared headers. */

static bool has_errors(CXTranslationUnit parsed)
{
	bool found = false;

	for (unsigned i = 0; i < clang_getNumDiagnostics(parsed); i++) {
		CXDiagnostic diagnostic = clang_getDiagnostic(parsed, i);

		found |= clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error;
		clang_disposeDiagnostic(diagnostic);
	}
	return found;
}

struct facts *build_shared(const struct shared_headers *set, const char *root, struct hashes *hashes, size_t *size)
{
	g_autofree char *twice = g_strconcat(set->text, set->text, NULL);
	struct CXUnsavedFile source = { SHARED_NAME, twice, strlen(twice) };
	GPtrArray *arguments = command_line(set->like, "-x", "c-header");
	CXIndex index = clang_createIndex(0, 0);
	CXTranslationUnit parsed = NULL;
	struct facts *facts;

	clang_parseTranslationUnit2(
		index, SHARED_NAME, (const char *const *)arguments->pdata, (int)arguments->len, &source, 1,
		CXTranslationUnit_KeepGoing | CXTranslationUnit_Incomplete | CXTranslationUnit_ForSerialization,
		&parsed);
	if (parsed && !has_errors(parsed) && clang_saveTranslationUnit(parsed, set->path, 0) == CXSaveError_None) {
		struct facts_builder *builder = facts_builder_new(SHARED_NAME);

		add_dependencies(hashes, parsed, NULL, builder);
		facts_build_status(builder, UNIT_OK, 0, 0, "");
		facts = facts_build_finish(builder, size);
		facts_builder_free(builder);
	} else {
		facts = failed_unit(set->like, root, UNIT_FAILED, "its headers cannot be shared", size);
	}
	clang_disposeTranslationUnit(parsed);
	clang_disposeIndex(index);
	g_ptr_array_free(arguments, TRUE);
	return facts;
}
