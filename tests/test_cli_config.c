/* cli/config: what .looplint.yaml may say, and the line of each thing that is wrong with it. */
#include "cli/config.h"
#include "sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <string.h>

struct fixture {
	struct arena arena;
	struct diagnostics diagnostics;
	struct config config;
};

static int read_text(struct fixture *f, const char *text)
{
	return config_read_text(&f->arena, "/project", "/project/.looplint.yaml", text, strlen(text), &f->config,
				&f->diagnostics);
}

static void finish(struct fixture *f)
{
	diagnostics_finish(&f->diagnostics);
	arena_finish(&f->arena);
}

static void every_key_is_read(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	assert_int_equal(read_text(&f, "packs: [tools/ours.yaml, /abs.yaml]\n"
				       "rules: { disable: [nested-loop], enable: [blocking-call] }\n"
				       "exclude: ['third_party/*']\n"
				       "functions:\n"
				       "  - { function: ui_*, is: loop-only }\n"
				       "  - { function: load, is: blocking, category: disk }\n"
				       "programs: [{ units: 'tools/*', is: test }]\n"
				       "build: out/debug\n"
				       "confidence: high\n"),
			 0);
	assert_string_equal(f.config.packs[0], "/project/tools/ours.yaml");
	assert_string_equal(f.config.packs[1], "/abs.yaml");
	assert_null(f.config.packs[2]);
	assert_string_equal(f.config.disabled_rules[0], "nested-loop");
	assert_null(f.config.disabled_rules[1]);
	assert_string_equal(f.config.enabled_rules[0], "blocking-call");
	assert_string_equal(f.config.build, "/project/out/debug");
	assert_int_equal(f.config.confidence, LEVEL_HIGH);
	assert_int_equal(f.config.declared.declaration_count, 2);
	assert_string_equal(f.config.declared.declarations[0].function, "ui_*");
	assert_int_equal(f.config.declared.declarations[0].marks, MARK_LOOP_ONLY);
	assert_int_equal(f.config.declared.declarations[1].marks, MARK_BLOCKING);
	assert_int_equal(f.config.declared.declarations[1].category, CATEGORY_DISK);
	assert_int_equal(f.config.declared.program_count, 1);
	assert_string_equal(f.config.declared.programs[0].units, "tools/*");
	assert_int_equal(f.config.declared.programs[0].kind, PROGRAM_TEST);
	assert_true(config_excludes(&f.config, "third_party/lib/a.c"));
	assert_false(config_excludes(&f.config, "src/third_party/a.c"));
	finish(&f);
}

static void what_is_not_said_is_the_default(void **state)
{
	static const char *const texts[] = { "", "# only a comment", "---\nbuild: x\n", "\n \n" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct fixture f = { 0 };

		assert_int_equal(read_text(&f, texts[i]), 0);
		assert_null(f.config.packs[0]);
		assert_null(f.config.disabled_rules[0]);
		assert_int_equal(f.config.confidence, LEVEL_MEDIUM);
		assert_false(config_excludes(&f.config, "a.c"));
		finish(&f);
	}
}

/* `text` is refused, and the first message is about `line` and contains `part`. */
static void assert_wrong(const char *text, unsigned line, const char *part)
{
	struct fixture f = { 0 };

	assert_int_equal(read_text(&f, text), CONFIG_E_INVALID);
	assert_true(f.diagnostics.errors > 0);
	if (f.diagnostics.items[0].line != line || !strstr(f.diagnostics.items[0].message, part))
		print_error("got line %u: %s\n", f.diagnostics.items[0].line, f.diagnostics.items[0].message);
	assert_int_equal(f.diagnostics.items[0].line, line);
	assert_non_null(strstr(f.diagnostics.items[0].message, part));
	finish(&f);
}

static void what_is_wrong_is_named_with_its_line(void **state)
{
	(void)state;
	assert_wrong("# one\nrules:\n  disable:\n    - nested-loop\n    - foo\n", 5,
		     "unknown rule 'foo'; 'looplint explain' lists them");
	assert_wrong("rules: { enable: [nested-lop] }\n", 1, "unknown rule 'nested-lop'");
	assert_wrong("\nexcludes: []\n", 2, "unknown key 'excludes'; known here are packs, rules, exclude");
	assert_wrong("packs: ours.yaml\n", 1, "'packs' must be a list");
	assert_wrong("build: a\nconfidence: some\n", 2, "unknown confidence 'some'; known are low, medium, high");
	assert_wrong("build: a\nbuild: b\n", 1, "given 2 times");
	assert_wrong("rules:\n  disable: [a\nbuild: x\n", 3, "not YAML");
	assert_wrong("- a\n", 1, "must be a mapping");
	assert_wrong("functions:\n  - { function: f, is: blocking }\n  - { function: g, is: blokking }\n", 3,
		     "unknown word 'blokking'; known are loop-only, worker, blocking, nonblocking, any-thread");
	assert_wrong("functions:\n  - { function: f, is: blocking, category: disc }\n", 2, "unknown category 'disc'");
	assert_wrong("functions:\n  - { function: f, is: worker, category: disk }\n", 2,
		     "'category' belongs to 'is: blocking'");
	assert_wrong("functions:\n  - { function: 'a*b', is: worker }\n", 2, "'a*b' is no function name");
	assert_wrong("functions:\n  - { function: f }\n", 2, "'is'");
	assert_wrong("programs:\n  - { units: 'a*', is: tests }\n", 2,
		     "unknown kind of program 'tests'; known are server, client, test");
}

static void every_unknown_rule_is_named(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	assert_int_equal(read_text(&f, "rules:\n  disable: [a, b]\n  enable: [c]\n"), CONFIG_E_INVALID);
	assert_int_equal(f.diagnostics.errors, 3);
	finish(&f);
}

/* Whatever one byte is changed to, and wherever the text ends, it is read, or refused with a reason. */
static void a_damaged_file_is_read_or_refused_with_a_reason(void **state)
{
	static const char text[] = "packs: [a.yaml]\nrules: { disable: [nested-loop] }\nexclude: ['x/*']\n"
				   "functions: [{ function: f, is: blocking, category: disk }]\n"
				   "build: out\nconfidence: low\n";
	static const char bytes[] = { 0, '\n', ' ', ':', '[', '}', '&', '*', '"', '#', '-', '\t', (char)0xff };
	char damaged[sizeof text];

	(void)state;
	for (size_t i = 0; i < sizeof text * sizeof bytes; i++) {
		struct fixture f = { 0 };
		size_t place = i / sizeof bytes, length = i % 2 ? place : sizeof text - 1;

		memcpy(damaged, text, sizeof text);
		damaged[place] = bytes[i % sizeof bytes];
		int error = config_read_text(&f.arena, "/project", "x", damaged, length, &f.config, &f.diagnostics);
		assert_int_equal(error != 0, f.diagnostics.errors != 0);
		finish(&f);
	}
}

static void a_file_that_cannot_be_read_is_an_error_and_none_is_not(void **state)
{
	struct sandbox sandbox = sandbox_new();
	struct fixture f = { 0 };

	(void)state;
	assert_int_equal(config_read(&f.arena, sandbox.root, &f.config, &f.diagnostics), 0);
	assert_null(f.config.path);
	sandbox_write(&sandbox, ".looplint.yaml/file", "");
	assert_int_not_equal(config_read(&f.arena, sandbox.root, &f.config, &f.diagnostics), 0);
	assert_int_equal(f.diagnostics.errors, 1);
	finish(&f);
	sandbox_finish(&sandbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(what_is_not_said_is_the_default),
		cmocka_unit_test(what_is_wrong_is_named_with_its_line),
		cmocka_unit_test(every_unknown_rule_is_named),
		cmocka_unit_test(a_damaged_file_is_read_or_refused_with_a_reason),
		cmocka_unit_test(a_file_that_cannot_be_read_is_an_error_and_none_is_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
