/*
 * extract, stand-ins: where flags were guessed and headers are missing, the calls of a body are seen all the same.
 */
#include "extract/extract.h"
#include "extract/stub.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

/* The text around a name. `@` marks it. */

static struct guess guess_at(const char *marked, struct guess (*guess)(const struct text *, size_t))
{
	size_t at = strcspn(marked, "@");
	g_autofree char *source = g_strdup_printf("%.*s%s", (int)at, marked, marked + at + 1);
	struct text text = { source, strlen(source) };

	return guess(&text, at);
}

static void assert_undeclared(const char *marked, enum stub_kind kind, enum stub_shape shape)
{
	struct guess guess = guess_at(marked, text_guess_undeclared);

	if (guess.kind != kind || guess.shape != shape)
		fail_msg("%s: kind %d shape %d, expected %d %d", marked, guess.kind, guess.shape, kind, shape);
}

static void assert_type(const char *marked, enum stub_kind kind, enum stub_shape shape)
{
	struct guess guess = guess_at(marked, text_guess_type);

	if (guess.kind != kind || guess.shape != shape)
		fail_msg("%s: kind %d shape %d, expected %d %d", marked, guess.kind, guess.shape, kind, shape);
}

static void declarations_and_casts_name_types(void **state)
{
	(void)state;
	assert_undeclared("{ @Thing *t = f(); }", STUB_TYPE, SHAPE_RECORD);
	assert_undeclared("x; @Thing * const t;", STUB_TYPE, SHAPE_RECORD);
	assert_undeclared("x; const @Thing *t;", STUB_TYPE, SHAPE_RECORD);
	assert_undeclared("x = (@Thing *) y;", STUB_TYPE, SHAPE_RECORD);
	assert_undeclared("x = (@count_t) y;", STUB_TYPE, SHAPE_NUMBER);
	assert_undeclared("x = sizeof (@Thing);", STUB_TYPE, SHAPE_NUMBER);
	assert_undeclared("/* a */ { @count_t n /* b */ = 3; }", STUB_TYPE, SHAPE_NUMBER);
}

static void expressions_name_values(void **state)
{
	(void)state;
	assert_undeclared("x = @LIMIT * y;", STUB_VALUE, SHAPE_NUMBER);
	assert_undeclared("f(@LIMIT);", STUB_VALUE, SHAPE_NUMBER);
	assert_undeclared("f (x, @on_event, y)", STUB_CALLABLE, SHAPE_POINTER);
	assert_undeclared("s = { .open = @do_open, .x = 1 };", STUB_CALLABLE, SHAPE_POINTER);
	assert_undeclared("x = @server->fd;", STUB_VALUE, SHAPE_POINTER);
	assert_undeclared("x = @server.fd;", STUB_VALUE, SHAPE_RECORD);
	assert_undeclared("x = @table[1];", STUB_VALUE, SHAPE_CELLS);
	assert_undeclared("@count = 3;", STUB_VALUE, SHAPE_VARIABLE);
	assert_undeclared("@count |= 3;", STUB_VALUE, SHAPE_VARIABLE);
	assert_undeclared("f(&@count);", STUB_VALUE, SHAPE_VARIABLE);
	assert_undeclared("if (@count == 3)", STUB_VALUE, SHAPE_NUMBER);
	assert_undeclared("f(\"a\" @FORMAT \"b\")", STUB_STRING, SHAPE_NUMBER);
}

static void attributes_leave_nothing(void **state)
{
	(void)state;
	assert_undeclared("{ @_cleanup_free_ char *x = f(); }", STUB_EMPTY, SHAPE_NUMBER);
	assert_undeclared("{ @_cleanup_close_ Thing *x = f(); }", STUB_EMPTY, SHAPE_NUMBER);
	assert_type("@EXPORT void f(void);", STUB_EMPTY, SHAPE_NUMBER);
	assert_type("@BEGIN_DECLS\ntypedef int x;", STUB_EMPTY, SHAPE_NUMBER);
	assert_type("@Thing *f(void);", STUB_TYPE, SHAPE_RECORD);
	assert_type("@count_t f(void);", STUB_TYPE, SHAPE_NUMBER);
	assert_type("@DEFINE(x, y)\nint f(void)", STUB_EATS, SHAPE_NUMBER);
}

/* The same errors give the same header, whatever order they come in. */
static void headers_do_not_depend_on_order(void **state)
{
	struct stubs a, b;

	(void)state;
	stubs_init(&a);
	stubs_init(&b);
	stubs_note(&a, "Thing", STUB_TYPE, SHAPE_RECORD);
	stubs_note_field(&a, "Thing", "next", SHAPE_POINTER);
	stubs_note(&a, "LIMIT", STUB_VALUE, SHAPE_NUMBER);
	stubs_note(&b, "LIMIT", STUB_VALUE, SHAPE_NUMBER);
	stubs_note(&b, "Thing", STUB_TYPE, SHAPE_RECORD);
	stubs_note_field(&b, "Thing", "next", SHAPE_POINTER);
	g_autofree char *first = stubs_header(&a), *second = stubs_header(&b);
	assert_string_equal(first, second);
	assert_non_null(strstr(first, "typedef struct _Thing Thing;"));
	assert_non_null(strstr(first, "struct looplint_any *next;"));
	stubs_refuse(&a, "Thing");
	stubs_note(&a, "Thing", STUB_TYPE, SHAPE_RECORD);
	assert_null(stubs_find(&a, "Thing"));
	stubs_finish(&a);
	stubs_finish(&b);
}

/* Units. */

static struct facts *extract_text(const char *text, bool inferred)
{
	g_autofree char *root = g_dir_make_tmp("looplint-stub-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(root, "a.c", NULL);
	const char *arguments[] = { NULL };
	struct unit_command unit = { .file = file, .directory = root, .arguments = arguments, .inferred = inferred };
	struct extract_options options = { .root = root };
	size_t size;

	assert_true(g_file_set_contents(file, text, -1, NULL));
	struct facts *facts = extract_unit(&unit, &options, &size);
	assert_true(facts_check(facts, size));
	g_unlink(file);
	g_rmdir(root);
	return facts;
}

static const struct node *find_call(const struct facts *f, const char *name)
{
	for (uint32_t i = 1; i < f->nodes.count; i++) {
		const struct node *n = facts_node(f, i);

		if (n->kind == NODE_CALL && n->symbol &&
		    strcmp(facts_string(f, facts_symbol(f, n->symbol)->name), name) == 0)
			return n;
	}
	return NULL;
}

/* Every name in `names` (ended by NULL) is called in `text`; and some were not seen without stand-ins. */
static void assert_calls_appear(const char *text, const char *const *names)
{
	struct facts *with = extract_text(text, true), *without = extract_text(text, false);
	unsigned lost = 0;

	for (; *names; names++) {
		if (!find_call(with, *names))
			fail_msg("no call of %s in: %s (%s)", *names, text, facts_string(with, with->message));
		lost += !find_call(without, *names);
	}
	assert_true(lost > 0);
	assert_true(with->calls_lost < without->calls_lost);
	free(with);
	free(without);
}

static void unknown_types_hide_no_calls(void **state)
{
	(void)state;
	assert_calls_appear("Thing *f(Thing *t, count_t n) {\n"
			    "	Thing *other = make_it(n);\n"
			    "	count_t left = count(other) - 1;\n"
			    "	return left > 2 ? (Thing *) convert(t) : 0; }\n",
			    (const char *[]){ "make_it", "count", "convert", NULL });
}

/* Nor what they call. A header that comes later may include the C library's own, so it is not made up. */
static void unknown_types_of_the_c_library_hide_no_callee(void **state)
{
	const char *text = "const uint8_t *bytes_of(int n);\n"
			   "const uint8_t *more_of(ssize_t n);\n"
			   "#include <stdint.h>\n"
			   "#include <sys/types.h>\n"
			   "uint8_t f(int n) { return more_of(1) ? bytes_of(n)[0] : 0; }\n";
	struct facts *with = extract_text(text, true), *without = extract_text(text, false);

	(void)state;
	assert_null(find_call(without, "bytes_of"));
	assert_non_null(find_call(with, "bytes_of"));
	assert_non_null(find_call(with, "more_of"));
	assert_int_equal(with->errors, 0);
	free(with);
	free(without);
}

/* glibc's own headers are written in terms of it: with a stand-in for it they declare nothing any more. */
static void a_name_of_the_system_is_given_back(void **state)
{
	struct facts *facts =
		extract_text("#include <stddef.h>\n"
			     "__attribute_nonnull__\n"
			     "Thing *make_it(int n);\n"
			     "__attribute_nonnull__\n"
			     "int more(Thing *t);\n"
			     "#include <dirent.h>\n"
			     "int f(DIR *d) { return readdir(d) && make_it(1)->left && more(make_it(2)); }\n",
			     true);

	(void)state;
	assert_non_null(find_call(facts, "readdir"));
	free(facts);
}

static void members_of_unknown_records_hide_no_calls(void **state)
{
	(void)state;
	assert_calls_appear("#include \"missing.h\"\n"
			    "void f(void) {\n"
			    "	Thing *t = first();\n"
			    "	if (t->owner->state == check(t->count) && t->items[3] > 1)\n"
			    "		t->owner->notify(t, wrap(t->name)->text);\n"
			    "	lookup(t->table.size)->next->last = finish(t); }\n",
			    (const char *[]){ "first", "check", "wrap", "lookup", "finish", NULL });
}

static void unknown_values_hide_no_calls(void **state)
{
	(void)state;
	assert_calls_appear("void f(int n) {\n"
			    "	switch (n) { case STATE_ONE: one(LIMIT); break; case STATE_TWO: two(&counter); }\n"
			    "	server.clients = three(server.loop, on_event);\n"
			    "	print(\"a\" FORMAT \"b\", four(config->name)); }\n",
			    (const char *[]){ "one", "two", "three", "four", "print", NULL });
}

static void macros_that_shape_declarations_hide_no_functions(void **state)
{
	(void)state;
	assert_calls_appear("#include <glib.h>\n"
			    "G_DEFINE_TYPE (Thing, thing, G_TYPE_OBJECT)\n"
			    "static void thing_init (Thing *self) { self->priv = first (self); }\n"
			    "static void thing_class_init (ThingClass *klass) { G_OBJECT_CLASS (klass)->dispose = "
			    "NULL; second (); }\n"
			    "gboolean run (GError **error) {\n"
			    "	g_autoptr(GError) local = NULL; g_autofree gchar *name = third (&local);\n"
			    "	Thing *t = g_new0 (Thing, 1);\n"
			    "	g_return_val_if_fail (t != NULL, FALSE);\n"
			    "	return fourth (t->priv->name, local->message); }\n",
			    (const char *[]){ "first", "second", "third", "fourth", "g_malloc0_n",
					      "g_type_register_static_simple", NULL });
}

static void a_project_macro_at_file_scope_hides_no_function(void **state)
{
	(void)state;
	assert_calls_appear("DEPRECATED_FOR(other)\n"
			    "void f(Thing *t)\n{ first(t->x); }\n"
			    "void g(Thing *t)\n{ second(t->y); }\n",
			    (const char *[]){ "first", "second", NULL });
}

/* What is declared after all wins over the stand-in. */
static void a_late_declaration_is_respected(void **state)
{
	(void)state;
	assert_calls_appear("void f(void) { use(on_event, UNKNOWN); }\n"
			    "static void on_event(int fd) { handle(fd); }\n"
			    "void g(void) { on_event(UNKNOWN); }\n",
			    (const char *[]){ "use", "handle", "on_event", NULL });
}

static void stand_ins_are_no_facts(void **state)
{
	struct facts *f = extract_text("void f(Thing *t) { use(t->x, UNKNOWN); work(t->y); }\n", true);

	(void)state;
	assert_non_null(find_call(f, "work"));
	assert_int_equal(f->functions.count - 1, 1);
	for (uint32_t i = 1; i < f->symbols.count; i++)
		assert_null(strstr(facts_file(f, facts_symbol(f, i)->file), "looplint"));
	free(f);
}

static void given_flags_get_no_stand_ins(void **state)
{
	struct facts *f = extract_text("int work(int);\nint f(Thing *t) { return work(UNKNOWN); }\n", false);

	(void)state;
	assert_null(find_call(f, "work"));
	assert_int_equal(f->status, UNIT_DEGRADED);
	assert_int_equal(f->calls_lost, 1);
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(declarations_and_casts_name_types),
		cmocka_unit_test(expressions_name_values),
		cmocka_unit_test(attributes_leave_nothing),
		cmocka_unit_test(headers_do_not_depend_on_order),
		cmocka_unit_test(unknown_types_hide_no_calls),
		cmocka_unit_test(unknown_types_of_the_c_library_hide_no_callee),
		cmocka_unit_test(a_name_of_the_system_is_given_back),
		cmocka_unit_test(members_of_unknown_records_hide_no_calls),
		cmocka_unit_test(unknown_values_hide_no_calls),
		cmocka_unit_test(macros_that_shape_declarations_hide_no_functions),
		cmocka_unit_test(a_project_macro_at_file_scope_hides_no_function),
		cmocka_unit_test(a_late_declaration_is_respected),
		cmocka_unit_test(stand_ins_are_no_facts),
		cmocka_unit_test(given_flags_get_no_stand_ins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
