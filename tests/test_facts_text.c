/* text: facts survive being printed and read back; whatever else is read is refused with a line, never a crash. */
#include "facts/text.h"
#include "facts/text_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

static struct facts *parse(const char *text, size_t *size)
{
	struct diagnostics diagnostics = { 0 };
	struct facts *facts = facts_parse(text, "t", size, &diagnostics);

	if (!facts)
		fail_msg("t:%u: %s", diagnostics.items[0].line, diagnostics.items[0].message);
	assert_int_equal(diagnostics.count, 0);
	assert_true(facts_check(facts, *size));
	return facts;
}

/* free() the result. */
static char *print(const struct facts *facts)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	facts_print(facts, out);
	fclose(out);
	return text;
}

static void assert_prints_back(const char *text)
{
	size_t size;
	struct facts *facts = parse(text, &size);
	char *printed = print(facts);

	assert_string_equal(printed, text);
	free(printed);
	free(facts);
}

static void the_example_of_the_header_is_printed_as_it_was_written(void **state)
{
	(void)state;
	assert_prints_back("(unit \"a.c\" ok\n"
			   "  (function on_read \"void (int)\" static @10:6-14\n"
			   "    (param fd \"int\")\n"
			   "    (local n \"long\")\n"
			   "    (block @11:1\n"
			   "      (assign @12:4 init (local n) (call @12:8 read \"long (int, void *, unsigned long)\" "
			   "(param fd) (null)"
			   " (const 16)))\n"
			   "      (if @13:2 (lt (local n) (const 0)) (return @13:13))))\n"
			   "  (initialiser table\n"
			   "    (block\n"
			   "      (assign (field ops.read (index (global table) (const 0))) (function on_read))))\n"
			   "  (symbol function read \"long (int, void *, unsigned long)\" system "
			   "@\"/usr/include/unistd.h\":371))\n");
}

static void a_body_is_the_tree_that_was_written(void **state)
{
	size_t size;
	struct facts *f = parse("(unit \"a.c\" ok (function f (param s) (local n) (block"
				" (if (and (lt (local n) (const 0)) (call ready)) (return (const 11 \"EAGAIN\"))))))",
				&size);
	const struct node *branch = facts_node(f, facts_node(f, facts_function(f, 1)->body)->first);
	const struct node *both = facts_node(f, facts_child(f, branch, 0));
	const struct node *less = facts_node(f, facts_child(f, both, 0));
	const struct node *result = facts_node(f, facts_node(f, facts_child(f, branch, 1))->first);

	(void)state;
	assert_int_equal(branch->kind, NODE_IF);
	assert_int_equal(both->kind, NODE_BINARY);
	assert_int_equal(both->op, OP_AND);
	assert_int_equal(less->op, OP_LT);
	assert_int_equal(facts_node(f, less->first)->kind, NODE_LOCAL);
	assert_int_equal(facts_node(f, less->first)->value, 1);
	assert_int_equal(result->value, 11);
	assert_string_equal(facts_string(f, result->text), "EAGAIN");
	free(f);
}

static const struct symbol *find_symbol(const struct facts *f, const char *name)
{
	for (uint32_t i = 1; i < f->symbols.count; i++)
		if (strcmp(facts_string(f, facts_symbol(f, i)->name), name) == 0)
			return facts_symbol(f, i);
	fail_msg("no symbol '%s'", name);
	return NULL;
}

static void what_is_not_written_gets_the_keys_of_real_code(void **state)
{
	size_t size;
	struct facts *f = parse("(unit \"src/a.c\" ok"
				" (function f (block (call helper) (call read) (field ops.done (global table))))"
				" (function helper static (block)))",
				&size);

	(void)state;
	assert_string_equal(facts_string(f, find_symbol(f, "f")->key), "c:@F@f");
	assert_string_equal(facts_string(f, find_symbol(f, "helper")->key), "src/a.c#c:a.c@F@helper");
	assert_string_equal(facts_string(f, find_symbol(f, "ops.done")->key), "c:@S@ops@FI@done");
	assert_string_equal(facts_string(f, find_symbol(f, "table")->key), "c:@table");
	assert_string_equal(facts_file(f, facts_function(f, 1)->file), "src/a.c");
	assert_string_equal(facts_file(f, find_symbol(f, "f")->file), "src/a.c");
	assert_int_equal(find_symbol(f, "read")->file, 0);
	free(f);
}

static void a_function_may_be_called_like_a_word_of_the_text(void **state)
{
	(void)state;
	assert_prints_back("(unit \"a.c\" ok\n"
			   "  (function init\n"
			   "    (param arrow \"int\")\n"
			   "    (block\n"
			   "      (call init header \"int ()\" (param arrow))\n"
			   "      (call - header \"int ()\" (call add) (call symbol))\n"
			   "      (param - init -7)\n"
			   "      (assign add symbol field x.y (local 3) (const 0)))))\n");
}

static void names_that_several_share_are_numbered(void **state)
{
	(void)state;
	assert_prints_back("(unit \"a.c\" ok\n"
			   "  (function f\n"
			   "    (param n \"int\")\n"
			   "    (local n \"int\")\n"
			   "    (local n \"long\")\n"
			   "    (block\n"
			   "      (assign (local n) (local n#2))\n"
			   "      (field '(unnamed at a.h:3:1).x' (param n))\n"
			   "      (field '(unnamed at a.h:3:1).x'#2 (param n))))\n"
			   "  (symbol field '(unnamed at a.h:3:1).x' key \"c:@SA@one@FI@x\")\n"
			   "  (symbol field '(unnamed at a.h:3:1).x'#2 key \"c:@SA@two@FI@x\"))\n");
}

static void every_part_of_a_unit_is_kept(void **state)
{
	(void)state;
	assert_prints_back("(unit \"a \\\"b\\\".c\" degraded errors 3 calls_lost 17 message \"a.c:1:10: fatal error: "
			   "'\\\\x.h'\\n\"\n"
			   "  (function f inline weak key \"k\" alias \"g\" @\"a.h\":1:2-3 params 0\n"
			   "    (param p)\n"
			   "    (static s \"int\" cleanup drop)\n"
			   "    (block %'a b'\n"
			   "      (call @\"m.h\":3:4-5:6 %PG_TRY f)\n"
			   "      (goto 4 \"out\\x01\")\n"
			   "      (loop do (empty) (not (local p)) (empty)\n"
			   "        (block))))\n"
			   "  (annotation function f \"looplint::blocking\")\n"
			   "  (annotation - \"odd\")\n"
			   "  (symbol function drop noreturn constructor variadic implicit)\n"
			   "  (symbol global unused)\n"
			   "  (files \"z.h\" \"y.h\"))\n");
}

static void a_symbols_own_form_may_stand_anywhere(void **state)
{
	static const char *const form = "(symbol function f noreturn @\"a.h\":3)";
	static const char *const definition = "(function f \"void ()\" @7 (block))";
	size_t size;

	(void)state;
	for (int i = 0; i < 2; i++) {
		char *text = g_strdup_printf("(unit \"a.c\" ok %s %s)", i ? form : definition, i ? definition : form);
		struct facts *f = parse(text, &size);

		assert_int_equal(facts_symbol(f, 1)->line, 3);
		assert_int_equal(facts_symbol(f, 1)->flags, SYMBOL_NORETURN);
		assert_int_equal(facts_function(f, 1)->line, 7);
		free(f);
		g_free(text);
	}
}

static void a_hundred_thousand_nested_branches_are_no_recursion(void **state)
{
	enum { DEPTH = 100000 };
	GString *text = g_string_new("(unit \"a.c\" ok (function f (block");
	size_t size;

	(void)state;
	for (int i = 0; i < DEPTH; i++)
		g_string_append(text, "(if (const 1) ");
	g_string_append(text, "(return)");
	for (int i = 0; i < DEPTH + 3; i++)
		g_string_append_c(text, ')');
	struct facts *f = parse(text->str, &size);
	char *printed = print(f);
	struct facts *again = parse(printed, &size);
	assert_int_equal(again->nodes.count, 2 * DEPTH + 3);
	free(again);
	free(printed);
	free(f);
	g_string_free(text, TRUE);
}

static void the_first_error_is_reported_with_its_line(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *message;
	} cases[] = {
		{ "", 1, "expected '('" },
		{ "(unit \"a.c\"\n maybe)", 2, "expected the status of the unit" },
		{ "(unit \"a.c\" ok (function f (block\n (assign (local x) (null)))))", 2,
		  "the function has no such local: 'x'" },
		{ "(unit \"a.c\" ok (function f (block\n\n (frobnicate))))", 3, "expected the kind of a node" },
		{ "(unit \"a.c\" ok (function f (block)\n (block)))", 2, "expected ')'" },
		{ "(unit \"a.c\" ok ; comment (\n (goal))", 2, "'goal' is no form of a unit" },
		{ "(unit \"a.c\" ok (function f \"\n\" (block)))", 1, "a quote is not closed on its line" },
		{ "(unit \"a.c\" ok (function f (block @1:70000)))", 1, "a column is greater than 65535" },
		{ "(unit \"a.c\" ok (function f (block @3:1-2:1)))", 1,
		  "a node ends before it starts, or more than 65535 lines later" },
		{ "(unit \"a.c\" ok\n(symbol function f)\n(symbol function g key \"c:@F@f\"))", 3,
		  "'g' has the key of another symbol" },
		{ "(unit \"a.c\" ok (function f (block (const 99999999999999999999))))", 1, "a number is too large" },
		{ "(unit \"a.c\" ok) (", 1, "expected the end of the text" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct diagnostics diagnostics = { 0 };
		size_t size;

		assert_null(facts_parse(cases[i].text, "t", &size, &diagnostics));
		assert_int_equal(diagnostics.count, 1);
		assert_string_equal(diagnostics.items[0].file, "t");
		assert_string_equal(diagnostics.items[0].message, cases[i].message);
		assert_int_equal(diagnostics.items[0].line, cases[i].line);
		diagnostics_finish(&diagnostics);
	}
}

/* Random facts. */

static guint32 below(GRand *random, guint32 limit)
{
	return g_rand_int(random) % limit;
}

static bool chance(GRand *random, unsigned one_in)
{
	return below(random, one_in) == 0;
}

static const char *some_text(GRand *random)
{
	static const char *const texts[] = { "",
					     "",
					     "x",
					     "read",
					     "a b",
					     "\"quoted\\\"",
					     "line\nbreak\ttab",
					     "\x01\x7f'",
					     "(unnamed at a.h:3:1).x",
					     "#2",
					     "-",
					     "init",
					     "int (int, void *)",
					     "\xc3\xa4",
					     "ops.done",
					     "42",
					     "%m",
					     "@1:2",
					     ";",
					     "none" };

	return texts[below(random, G_N_ELEMENTS(texts))];
}

static const char *some_path(GRand *random)
{
	static const char *const paths[] = { "", "a.c", "src/a.c", "/usr/include/x y.h", "q\"uote.h", "a.h" };

	return paths[below(random, G_N_ELEMENTS(paths))];
}

static uint32_t some_number(GRand *random)
{
	return chance(random, 3) ? 0 : chance(random, 20) ? UINT32_MAX : below(random, 300);
}

static uint32_t add_symbol(struct facts_builder *b, GRand *random)
{
	enum symbol_kind kind = below(random, 3);
	const char *name = some_text(random), *file = chance(random, 2) ? "" : some_path(random);
	unsigned flags = chance(random, 2) ? 0 : below(random, 256);
	char *key = chance(random, 2) ? text_default_key(kind, flags, name, *file ? file : "src/a.c")
				      : g_strdup_printf("key %u", g_rand_int(random));
	uint32_t index = facts_build_symbol(b, kind, key, name);
	uint32_t type = facts_build_string(b, chance(random, 2) ? "" : some_text(random));
	uint32_t alias = facts_build_string(b, chance(random, 8) ? some_text(random) : "");
	uint32_t file_index = facts_build_file(b, file);
	struct symbol *s = facts_built_symbol(b, index);

	s->flags = (uint16_t)flags;
	s->type = type;
	s->alias = alias;
	s->file = file_index;
	s->line = chance(random, 2) ? 0 : some_number(random);
	g_free(key);
	return index;
}

static struct node some_node(struct facts_builder *b, GRand *random, uint32_t symbols)
{
	struct node node = { .kind = (uint8_t)below(random, NODE_KINDS) };

	if (chance(random, 2))
		node.op = (uint8_t)below(random, OP_KINDS);
	if (chance(random, 4))
		node.flags = (uint16_t)below(random, 8);
	if (!chance(random, 3)) {
		node.line = some_number(random);
		node.column = (uint16_t)below(random, 100);
	}
	if (chance(random, 2)) {
		node.end_lines = (uint16_t)(chance(random, 3) ? below(random, 3) : 0);
		node.end_column = (uint16_t)below(random, 0x10000);
	}
	if (node.line > UINT32_MAX - node.end_lines)
		node.end_lines = 0;
	if (chance(random, 6))
		node.file = (uint16_t)facts_build_file(b, some_path(random));
	if (symbols > 1 && chance(random, 2))
		node.symbol = below(random, symbols);
	node.text = facts_build_string(b, some_text(random));
	node.macro = facts_build_string(b, some_text(random));
	if (chance(random, 2))
		node.value = chance(random, 9) ? INT64_MIN : (int64_t)below(random, 12) - 3;
	return node;
}

static uint32_t add_tree(struct facts_builder *b, GRand *random, uint32_t symbols)
{
	uint32_t count = 1 + below(random, 40);
	uint32_t root = facts_build_node(b, (struct node){ .kind = NODE_BLOCK, .line = some_number(random) });

	for (uint32_t i = 1; i < count; i++) {
		uint32_t node = facts_build_node(b, some_node(b, random, symbols));

		facts_build_append(b, root + below(random, node - root), node);
	}
	return root;
}

/* A symbol of this kind, or 0. */
static uint32_t some_symbol(struct facts_builder *b, GRand *random, uint32_t symbols, unsigned kinds)
{
	uint32_t index = symbols > 1 ? below(random, symbols) : 0;

	return index && (kinds >> facts_built_symbol(b, index)->kind & 1) ? index : 0;
}

static void add_function(struct facts_builder *b, GRand *random, uint32_t symbols)
{
	uint32_t body = chance(random, 9) ? 0 : add_tree(b, random, symbols);
	uint32_t function = facts_build_function(
		b, (struct function){
			   .symbol = some_symbol(b, random, symbols, 1 << SYMBOL_FUNCTION | 1 << SYMBOL_GLOBAL),
			   .file = facts_build_file(b, some_path(random)),
			   .line = some_number(random),
			   .end_line = some_number(random),
			   .column = (uint16_t)below(random, 100),
			   .body = body,
		   });
	uint32_t variables = below(random, 6), params = below(random, variables + 1);

	for (uint32_t i = 0; i < variables; i++)
		facts_build_variable(
			b, (struct variable){
				   .kind = (uint8_t)(i < params ? VARIABLE_PARAM : below(random, 3)),
				   .name = facts_build_string(b, some_text(random)),
				   .type = facts_build_string(b, some_text(random)),
				   .cleanup = chance(random, 4) ? some_symbol(b, random, symbols, 1 << SYMBOL_FUNCTION)
								: 0,
			   });
	facts_built_function(b, function)->params = (uint16_t)params;
}

static struct facts *random_facts(GRand *random, size_t *size)
{
	struct facts_builder *b = facts_builder_new("src/a.c");
	uint32_t symbols = 1;

	for (uint32_t i = below(random, 12); i; i--)
		symbols = MAX(symbols, add_symbol(b, random) + 1);
	for (uint32_t i = below(random, 6); i; i--)
		add_function(b, random, symbols);
	for (uint32_t i = below(random, 4); i; i--)
		facts_build_annotation(b, symbols > 1 ? below(random, symbols) : 0, some_text(random));
	for (uint32_t i = below(random, 3); i; i--)
		facts_build_file(b, some_path(random));
	facts_build_status(b, below(random, UNIT_TIMED_OUT + 1), some_number(random), some_number(random),
			   some_text(random));
	struct facts *facts = facts_build_finish(b, size);
	facts_builder_free(b);
	return facts;
}

/* Whether a and b say the same, whatever the numbers of their symbols, files and strings. */

static void assert_same_string(const struct facts *a, uint32_t in_a, const struct facts *b, uint32_t in_b)
{
	assert_string_equal(facts_string(a, in_a), facts_string(b, in_b));
}

static void assert_same_symbol(const struct facts *a, uint32_t in_a, const struct facts *b, uint32_t in_b)
{
	assert_int_equal(in_a == 0, in_b == 0);
	if (!in_a)
		return;
	const struct symbol *x = facts_symbol(a, in_a), *y = facts_symbol(b, in_b);
	assert_int_equal(x->kind, y->kind);
	assert_int_equal(x->flags, y->flags);
	assert_int_equal(x->line, y->line);
	assert_same_string(a, x->key, b, y->key);
	assert_same_string(a, x->name, b, y->name);
	assert_same_string(a, x->type, b, y->type);
	assert_same_string(a, x->alias, b, y->alias);
	assert_string_equal(facts_file(a, x->file), facts_file(b, y->file));
}

static void assert_same_node(const struct facts *a, const struct node *x, const struct facts *b, const struct node *y)
{
	assert_int_equal(x->kind, y->kind);
	assert_int_equal(x->op, y->op);
	assert_int_equal(x->flags, y->flags);
	assert_int_equal(x->first, y->first);
	assert_int_equal(x->next, y->next);
	assert_int_equal(x->line, y->line);
	assert_int_equal(x->column, y->column);
	assert_int_equal(x->end_lines, y->end_lines);
	assert_int_equal(x->end_column, y->end_column);
	assert_true(x->value == y->value);
	assert_same_symbol(a, x->symbol, b, y->symbol);
	assert_same_string(a, x->text, b, y->text);
	assert_same_string(a, x->macro, b, y->macro);
	assert_string_equal(facts_file(a, x->file), facts_file(b, y->file));
}

static void assert_same_variable(const struct facts *a, const struct variable *x, const struct facts *b,
				 const struct variable *y)
{
	assert_int_equal(x->kind, y->kind);
	assert_same_string(a, x->name, b, y->name);
	assert_same_string(a, x->type, b, y->type);
	assert_same_symbol(a, x->cleanup, b, y->cleanup);
}

static void assert_same_function(const struct facts *a, const struct function *x, const struct facts *b,
				 const struct function *y)
{
	assert_same_symbol(a, x->symbol, b, y->symbol);
	assert_string_equal(facts_file(a, x->file), facts_file(b, y->file));
	assert_int_equal(x->line, y->line);
	assert_int_equal(x->end_line, y->end_line);
	assert_int_equal(x->column, y->column);
	assert_int_equal(x->params, y->params);
	assert_int_equal(x->variables, y->variables);
	assert_int_equal(x->body, y->body);
	for (uint32_t i = 0; i < x->variables; i++)
		assert_same_variable(a, facts_variable(a, x->first_variable + i), b,
				     facts_variable(b, y->first_variable + i));
}

static void assert_same_facts(const struct facts *a, const struct facts *b)
{
	assert_int_equal(a->status, b->status);
	assert_int_equal(a->errors, b->errors);
	assert_int_equal(a->calls_lost, b->calls_lost);
	assert_same_string(a, a->path, b, b->path);
	assert_same_string(a, a->message, b, b->message);
	assert_int_equal(a->files.count, b->files.count);
	assert_int_equal(a->symbols.count, b->symbols.count);
	assert_int_equal(a->functions.count, b->functions.count);
	assert_int_equal(a->nodes.count, b->nodes.count);
	assert_int_equal(a->annotations.count, b->annotations.count);
	for (uint32_t i = 1; i < a->functions.count; i++)
		assert_same_function(a, facts_function(a, i), b, facts_function(b, i));
	for (uint32_t i = 1; i < a->nodes.count; i++)
		assert_same_node(a, facts_node(a, i), b, facts_node(b, i));
	for (uint32_t i = 1; i < a->annotations.count; i++) {
		assert_same_symbol(a, facts_annotation(a, i)->symbol, b, facts_annotation(b, i)->symbol);
		assert_same_string(a, facts_annotation(a, i)->text, b, facts_annotation(b, i)->text);
	}
}

static void random_facts_survive_the_round_trip(void **state)
{
	GRand *random = g_rand_new_with_seed(1);
	size_t size;

	(void)state;
	for (int round = 0; round < 800; round++) {
		struct facts *written = random_facts(random, &size);
		char *text = print(written);
		struct facts *read = parse(text, &size);
		char *again = print(read);

		assert_string_equal(again, text);
		assert_same_facts(written, read);
		free(again);
		free(read);
		free(text);
		free(written);
	}
	g_rand_free(random);
}

/* Removes, doubles, overwrites or moves a few bytes. */
static char *mutated(GRand *random, const char *text)
{
	static const char bytes[] = "()\"'@%#-:;0 9\\x\nab";
	GString *copy = g_string_new(text);

	for (unsigned i = 1 + below(random, 3); i; i--) {
		gssize at = below(random, (guint32)copy->len - 8), length = 1 + below(random, 7);
		char *piece = g_strndup(copy->str + at, (gsize)length);

		if (chance(random, 3))
			copy->str[at] = bytes[below(random, sizeof bytes - 1)];
		else if (chance(random, 2))
			g_string_erase(copy, at, length);
		else
			g_string_insert(copy, below(random, (guint32)copy->len), piece);
		g_free(piece);
	}
	return g_string_free(copy, FALSE);
}

static void damaged_text_is_refused_once_or_read_as_facts(void **state)
{
	GRand *random = g_rand_new_with_seed(2);
	unsigned refused = 0;

	(void)state;
	for (int round = 0; round < 1500; round++) {
		struct diagnostics diagnostics = { 0 };
		size_t size;
		struct facts *written = random_facts(random, &size);
		char *text = print(written), *damaged = mutated(random, text);
		struct facts *read = facts_parse(damaged, "t", &size, &diagnostics);

		assert_int_equal(diagnostics.count, read ? 0 : 1);
		refused += !read;
		if (read) {
			char *printed = print(read);
			assert_true(facts_check(read, size));
			assert_prints_back(printed);
			free(printed);
		}
		diagnostics_finish(&diagnostics);
		free(read);
		g_free(damaged);
		free(text);
		free(written);
	}
	assert_in_range(refused, 300, 1400); /* or the mutations are too weak, or too strong */
	g_rand_free(random);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_header_is_printed_as_it_was_written),
		cmocka_unit_test(a_body_is_the_tree_that_was_written),
		cmocka_unit_test(what_is_not_written_gets_the_keys_of_real_code),
		cmocka_unit_test(a_function_may_be_called_like_a_word_of_the_text),
		cmocka_unit_test(names_that_several_share_are_numbered),
		cmocka_unit_test(every_part_of_a_unit_is_kept),
		cmocka_unit_test(a_symbols_own_form_may_stand_anywhere),
		cmocka_unit_test(a_hundred_thousand_nested_branches_are_no_recursion),
		cmocka_unit_test(the_first_error_is_reported_with_its_line),
		cmocka_unit_test(random_facts_survive_the_round_trip),
		cmocka_unit_test(damaged_text_is_refused_once_or_read_as_facts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
