/*
 * stub_learn: an error -> what it says about a name.
 *
 * The messages are those of clang 19, matched by how they begin; what they quote and the text at their place says the
 * rest. A name that a stand-in was made for and that turns out to be declared is refused from then on.
 */
#include "extract/stub.h"

#include <string.h>

enum { QUOTES = 4 };

struct error {
	struct stubs *stubs;
	struct text text;
	size_t at;
	char *quoted[QUOTES]; /* what the message quotes, in order; NULL behind the last */
};

/* Names. */

static bool is_pointer_type(const char *type)
{
	return g_str_has_suffix(type, "*");
}

/* The stand-in type that a message's type names, by its name or its tag; NULL if it is none. */
static struct stub *mentioned_type(const struct stubs *stubs, const char *type)
{
	g_autofree char *name = facts_type_tag(type);
	struct stub *stub = stubs_find(stubs, name);

	if (!stub && name[0] == '_')
		stub = stubs_find(stubs, name + 1);
	return stub && (stub->kind == STUB_TYPE || stub->kind == STUB_STRUCT) ? stub : NULL;
}

static void reshape(struct stubs *stubs, struct stub *stub, enum stub_shape shape)
{
	if (stub->shape == shape)
		return;
	stub->shape = shape;
	stubs->learned++;
}

static void learn_unknown_type(struct error *e)
{
	struct guess guess = text_guess_type(&e->text, e->at);

	stubs_note(e->stubs, e->quoted[0], guess.kind, guess.shape);
}

static void learn_undeclared(struct error *e)
{
	struct guess guess = text_guess_undeclared(&e->text, e->at);

	stubs_note(e->stubs, e->quoted[0], guess.kind, guess.shape);
}

/* Start of the parentheses that enclose `at` in its statement; 0 if there are none. */
static size_t enclosing_open(const struct text *text, size_t at)
{
	int depth = 0;

	while (at-- && !strchr(";{}", text->source[at])) {
		if (text->source[at] == '(' && depth-- == 0)
			return at;
		depth += text->source[at] == ')';
	}
	return 0;
}

/* A type among the arguments of what looks like a function: `list_entry (x, Type, member)`. */
static void learn_type_argument(struct error *e)
{
	size_t open = enclosing_open(&e->text, e->at);
	struct token macro = text_previous(&e->text, open);

	if (!open || !token_is_name(macro))
		return;
	g_autofree char *name = token_text(macro);
	stubs_note(e->stubs, name, STUB_TYPED, SHAPE_POINTER);
}

static void learn_redeclared(struct error *e)
{
	g_autofree char *name = token_text(text_token(&e->text, e->at));

	stubs_refuse(e->stubs, name);
	if (e->quoted[0])
		stubs_refuse(e->stubs, e->quoted[0]);
}

/* Members. */

/* The record of a member error: a stand-in type's own, else the one behind unknown pointers. */
static void note_member(struct error *e, const char *type, size_t member)
{
	struct token token = text_token(&e->text, member);
	g_autofree char *record = facts_type_tag(type), *field = token_text(token);

	if (token.kind != 'a')
		return;
	const char *name = record[0] == '_' && !stubs_find(e->stubs, record) ? record + 1 : record;
	stubs_note_field(e->stubs, name, field, text_guess_field(&e->text, member));
}

static void learn_missing_member(struct error *e)
{
	if (e->quoted[1])
		note_member(e, e->quoted[1], e->at);
}

/* `{ .member = value }` */
static void learn_missing_designated(struct error *e)
{
	g_autofree char *record = e->quoted[1] ? facts_type_tag(e->quoted[1]) : NULL;

	if (record)
		stubs_note_field(e->stubs, record, e->quoted[0], SHAPE_NUMBER);
}

static size_t offset_behind(const struct text *text, struct token token)
{
	return (size_t)(token.start - text->source) + token.length;
}

/* `struct foo` is declared, never defined: a record with the member that is asked of it. */
static void learn_incomplete(struct error *e)
{
	g_autofree char *record = facts_type_tag(e->quoted[0]);
	struct token operator= text_token(&e->text, e->at);

	if (!mentioned_type(e->stubs, e->quoted[0]))
		stubs_note(e->stubs, record, STUB_STRUCT, SHAPE_RECORD);
	if (token_is(operator, "->") || token_is(operator, "."))
		note_member(e, record, offset_behind(&e->text, operator));
}

static void learn_incomplete_operand(struct error *e)
{
	g_autofree char *record = e->quoted[1] ? facts_type_tag(e->quoted[1]) : NULL;

	if (record && !mentioned_type(e->stubs, e->quoted[1]))
		stubs_note(e->stubs, record, STUB_STRUCT, SHAPE_RECORD);
}

/* Start of the parentheses or brackets that end before `at`. */
static size_t matching_open(const struct text *text, size_t at)
{
	int depth = 0;

	while (at--) {
		char byte = text->source[at];
		depth += (byte == ')' || byte == ']') - (byte == '(' || byte == '[');
		if (depth == 0)
			return at;
	}
	return 0;
}

/* A member of every stand-in record that has it. */
static void reshape_field(struct stubs *stubs, const char *field, enum stub_shape shape)
{
	GHashTableIter iterator;
	gpointer name, value;

	g_hash_table_iter_init(&iterator, stubs->by_name);
	while (g_hash_table_iter_next(&iterator, &name, &value)) {
		struct stub *stub = value;
		gpointer known;

		if (!stub->fields || !g_hash_table_lookup_extended(stub->fields, field, NULL, &known) ||
		    GPOINTER_TO_UINT(known) == shape)
			continue;
		g_hash_table_insert(stub->fields, g_strdup(field), GUINT_TO_POINTER(shape));
		stubs->learned++;
	}
}

/* The name before `at` has this shape: a member if `.` or `->` stands before it, else a value. */
static void note_name_before(struct error *e, size_t at, enum stub_shape shape)
{
	struct token name = text_previous(&e->text, at);

	if (!token_is_name(name))
		return;
	size_t start = (size_t)(name.start - e->text.source);
	struct token before = text_previous(&e->text, start);
	g_autofree char *text = token_text(name);
	struct stub *stub = stubs_find(e->stubs, text);
	if (before.kind == '.' || token_is(before, "->"))
		reshape_field(e->stubs, text, shape);
	else if (stub && stub->kind == STUB_VALUE)
		reshape(e->stubs, stub, shape);
}

static void note_callable_before(struct error *e, size_t open)
{
	struct token name = text_previous(&e->text, open);

	if (!token_is_name(name))
		return;
	g_autofree char *text = token_text(name);
	struct token before = text_previous(&e->text, (size_t)(name.start - e->text.source));
	if (before.kind != '.' && !token_is(before, "->"))
		stubs_note(e->stubs, text, STUB_CALLABLE, SHAPE_POINTER);
}

/* `base->member` where base is a number: what was called, indexed or named there points to a record. */
static void learn_not_a_pointer(struct error *e)
{
	struct stub *stub = mentioned_type(e->stubs, e->quoted[0]);
	struct token last = text_previous(&e->text, e->at);
	size_t end = (size_t)(last.start - e->text.source) + last.length;

	if (stub && !is_pointer_type(e->quoted[0]) && stub->kind == STUB_TYPE)
		reshape(e->stubs, stub, SHAPE_POINTER);
	else if (last.kind == ')')
		note_callable_before(e, matching_open(&e->text, end));
	else if (last.kind == ']')
		note_name_before(e, matching_open(&e->text, end), SHAPE_TABLE);
	else
		note_name_before(e, e->at, SHAPE_POINTER);
}

/* `base.member` where base is none. */
static void learn_not_a_record(struct error *e)
{
	struct stub *stub = mentioned_type(e->stubs, e->quoted[0]);

	if (stub && !is_pointer_type(e->quoted[0]) && stub->kind == STUB_TYPE)
		reshape(e->stubs, stub, SHAPE_RECORD);
	else
		note_name_before(e, e->at, SHAPE_RECORD);
}

/* Operands. */

/* A record that is computed with, compared or assigned a number is a number. */
static void learn_number(struct error *e)
{
	for (int i = 0; i < QUOTES && e->quoted[i]; i++) {
		struct stub *stub = mentioned_type(e->stubs, e->quoted[i]);

		if (stub && stub->kind == STUB_TYPE && stub->shape == SHAPE_RECORD && !is_pointer_type(e->quoted[i]))
			reshape(e->stubs, stub, SHAPE_NUMBER);
	}
}

/* An operator refused its operands; it stands at the error. A pointer or record made up here was a number. */
static void learn_operands(struct error *e)
{
	struct token operand = text_previous(&e->text, e->at);

	learn_number(e);
	for (int i = 0; i < QUOTES && e->quoted[i]; i++) {
		if (!strstr(e->quoted[i], STUB_ANY) && !strstr(e->quoted[i], STUB_PART))
			continue;
		if (i == 0)
			note_name_before(e, (size_t)(operand.start - e->text.source) + operand.length, SHAPE_NUMBER);
	}
}

static void learn_called(struct error *e)
{
	struct stub *stub = mentioned_type(e->stubs, e->quoted[0]);
	struct token name = text_token(&e->text, e->at), next;

	if (stub && stub->kind == STUB_TYPE && !is_pointer_type(e->quoted[0])) {
		reshape(e->stubs, stub, SHAPE_FUNCTION);
		return;
	}
	/* The error stands where the callee begins: `a->b->call (x)`. */
	for (next = text_next(&e->text, name); next.kind && next.kind != '(' && next.kind != ';';) {
		name = next;
		next = text_next(&e->text, next);
	}
	if (next.kind == '(')
		note_name_before(e, (size_t)(next.start - e->text.source), SHAPE_FUNCTION);
}

static void learn_dereferenced(struct error *e)
{
	struct stub *stub = mentioned_type(e->stubs, e->quoted[0]);
	struct token name = text_next(&e->text, text_token(&e->text, e->at)), next;

	if (stub && stub->kind == STUB_TYPE && !is_pointer_type(e->quoted[0])) {
		reshape(e->stubs, stub, SHAPE_CELLS);
		return;
	}
	for (next = text_next(&e->text, name); token_is(next, "->") || next.kind == '.';) {
		name = text_next(&e->text, next);
		next = text_next(&e->text, name);
	}
	note_name_before(e, offset_behind(&e->text, name), SHAPE_CELLS);
}

static void learn_subscripted(struct error *e)
{
	struct token name = text_token(&e->text, e->at), next;

	for (next = text_next(&e->text, name); token_is(next, "->") || next.kind == '.';) {
		name = text_next(&e->text, next);
		next = text_next(&e->text, name);
	}
	note_name_before(e, offset_behind(&e->text, name), SHAPE_CELLS);
}

/* A number that is initialised with `{ .member = value }` is a record. */
static void learn_record(struct error *e)
{
	struct stub *stub = mentioned_type(e->stubs, e->quoted[0]);

	if (stub && stub->kind == STUB_TYPE)
		reshape(e->stubs, stub, SHAPE_RECORD);
}

/* `NAME (...)` that begins a line and ends before `at`, with nothing but names between. */
static void note_macro_before(struct error *e, size_t at)
{
	struct token before = text_previous(&e->text, at);

	while (before.kind == 'a' || before.kind == '*')
		before = text_previous(&e->text, (size_t)(before.start - e->text.source));
	if (before.kind != ')')
		return;
	size_t open = matching_open(&e->text, (size_t)(before.start - e->text.source) + 1);
	struct token macro = text_previous(&e->text, open);
	size_t start = macro.kind ? (size_t)(macro.start - e->text.source) : 0;
	if (token_is_name(macro) && (start == 0 || e->text.source[start - 1] == '\n')) {
		g_autofree char *text = token_text(macro);
		stubs_note(e->stubs, text, STUB_EATS, SHAPE_NUMBER);
	}
}

static void learn_missing_parameter(struct error *e)
{
	note_macro_before(e, e->at);
}

/* `"text" NAME "text"`, and at file scope `NAME (...)` without a semicolon. */
static void learn_syntax(struct error *e)
{
	struct token name = text_token(&e->text, e->at), previous = text_previous(&e->text, e->at);

	if (token_is_name(name) && previous.kind == '"') {
		g_autofree char *text = token_text(name);
		stubs_note(e->stubs, text, STUB_STRING, SHAPE_NUMBER);
	}
	if (previous.kind == ')')
		note_macro_before(e, e->at);
}

static const struct {
	const char *begins;
	void (*learn)(struct error *e);
} lessons[] = {
	{ "unknown type name '", learn_unknown_type },
	{ "use of undeclared identifier '", learn_undeclared },
	{ "no member named '", learn_missing_member },
	{ "field designator '", learn_missing_designated },
	{ "incomplete definition of type '", learn_incomplete },
	{ "variable has incomplete type '", learn_incomplete },
	{ "field has incomplete type '", learn_incomplete },
	{ "array has incomplete element type '", learn_incomplete },
	{ "incomplete type '", learn_incomplete },
	{ "invalid application of 'sizeof' to an incomplete", learn_incomplete_operand },
	{ "subscript of pointer to incomplete type '", learn_incomplete },
	{ "arithmetic on a pointer to an incomplete type '", learn_incomplete },
	{ "tentative definition has type '", learn_incomplete },
	{ "member reference type '", learn_not_a_pointer },
	{ "member reference base type '", learn_not_a_record },
	{ "called object type '", learn_called },
	{ "indirection requires pointer operand ('", learn_dereferenced },
	{ "subscripted value is not an array", learn_subscripted },
	{ "invalid operands to binary expression ('", learn_operands },
	{ "initializing '", learn_number },
	{ "assigning to '", learn_number },
	{ "passing '", learn_number },
	{ "returning '", learn_number },
	{ "initialization of non-aggregate type '", learn_record },
	{ "parameter named '", learn_missing_parameter },
	{ "used type '", learn_number },
	{ "operand of type '", learn_number },
	{ "statement requires expression of ", learn_number },
	{ "invalid argument type '", learn_number },
	{ "cannot increment value of type '", learn_number },
	{ "cannot decrement value of type '", learn_number },
	{ "typedef redefinition with different types", learn_redeclared },
	{ "redefinition of '", learn_redeclared },
	{ "conflicting types for '", learn_redeclared },
	{ "redeclaration of '", learn_redeclared },
	{ "unexpected type name '", learn_type_argument },
	{ "expected ", learn_syntax },
	{ "a type specifier is required", learn_syntax },
	{ "type specifier missing", learn_syntax },
};

static void read_quotes(const char *message, char *quoted[QUOTES])
{
	for (int i = 0; i < QUOTES && (message = strchr(message, '\'')); i++) {
		const char *end = strchr(message + 1, '\'');

		if (!end)
			return;
		quoted[i] = g_strndup(message + 1, (size_t)(end - message - 1));
		message = end + 1;
	}
}

static void learn(struct error *e, const char *message)
{
	for (size_t i = 0; i < G_N_ELEMENTS(lessons); i++) {
		const char *begins = lessons[i].begins;

		if (!g_str_has_prefix(message, begins))
			continue;
		if (e->quoted[0] || !strchr(begins, '\''))
			lessons[i].learn(e);
		return;
	}
}

static void learn_from(struct visit *v, CXDiagnostic diagnostic, void *stubs)
{
	struct place at = place_spelled(clang_getDiagnosticLocation(diagnostic));
	g_autofree char *message = visit_text(clang_getDiagnosticSpelling(diagnostic));
	struct error e = { .stubs = stubs, .at = at.offset };

	e.text.source = at.file ? place_source(v, at.file, &e.text.length) : NULL;
	if (!e.text.source || e.at >= e.text.length)
		return;
	read_quotes(message, e.quoted);
	learn(&e, message);
	for (int i = 0; i < QUOTES; i++)
		g_free(e.quoted[i]);
}

static bool is_missing_glib(CXDiagnostic diagnostic)
{
	static const char *const headers[] = { "'glib", "'gio/", "'gmodule", "'gtk/" };
	g_autofree char *message = visit_text(clang_getDiagnosticSpelling(diagnostic));

	for (size_t i = 0; i < G_N_ELEMENTS(headers); i++)
		if (g_str_has_prefix(message, headers[i]) && g_str_has_suffix(message, "file not found"))
			return true;
	return false;
}

static void learn_glib(struct visit *v, CXDiagnostic diagnostic, void *stubs)
{
	(void)v;
	((struct stubs *)stubs)->glib |= is_missing_glib(diagnostic);
}

void stubs_learn(struct stubs *stubs, struct visit *v)
{
	if (!stubs->glib)
		for_each_error(v, learn_glib, stubs);
	if (stubs->glib && stubs->learned == 0) {
		stubs->learned++;
		return; /* most of what is unknown now will be known */
	}
	for_each_error(v, learn_from, stubs);
}
