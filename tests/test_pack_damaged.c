/*
 * A damaged pack never takes the loader down: it is read, or refused with a diagnostic that names a line of the text.
 * Packs come from projects and are edited by hand, half-finished ones are read while an editor is open.
 */
#include "pack/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <string.h>

static unsigned count_lines(const char *text, size_t length)
{
	unsigned lines = 1;

	for (size_t i = 0; i < length; i++)
		lines += text[i] == '\n';
	return lines;
}

/* Reads `text`; returns whether it was refused. */
static bool read_damaged(const char *text, size_t length)
{
	struct arena arena = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct pack pack;
	int result = pack_read_text(&arena, "p.yaml", text, length, &pack, &diagnostics);

	assert_true(result == 0 || result == PACK_E_SYNTAX);
	assert_int_equal(result == PACK_E_SYNTAX, diagnostics.errors > 0);
	for (size_t i = 0; i < diagnostics.count; i++) {
		assert_in_range(diagnostics.items[i].line, 0, count_lines(text, length) + 1);
		assert_true(*diagnostics.items[i].message);
	}
	diagnostics_finish(&diagnostics);
	arena_finish(&arena);
	return result != 0;
}

static const char sample[] =
	"library: l\n"
	"headers: [a.h]\n"
	"constants:\n"
	"  - { name: X, value: 1 }\n"
	"registers:\n"
	"  - { function: f, callback: 2, context: loop, completion: { status: 1, cancelled: [X] } }\n"
	"  - { field: s.f, type: \"* (struct s *)\", context: worker }\n"
	"  - { field: s.g, context: loop, completion: { field: s.r, data: s.d, cancelled: [X], cancelled_by: [c] } }\n"
	"outcomes:\n"
	"  - { function: f, cancelled: [X], lasts: true, refuses: true, even_shielded: [g], asked_by: [h] }\n"
	"groups:\n"
	"  - see: man 2 f\n"
	"    effects:\n"
	"      - { function: f, blocks: disk, when: { argument: 1, has: X }, instead: \"g\" }\n"
	"      - { function: g, waits: { timeout: 3 }, unless: { argument: 1, is: zero } }\n"
	"      - { function: h, opens: file, nonblocking: { argument: 2, has: X } }\n"
	"      - { function: k, changes: { container: 1 } }\n"
	"loop_only: [f, \"g_*\"]\n";

static void every_prefix_is_read_or_refused(void **state)
{
	unsigned refused = 0;

	(void)state;
	for (size_t length = 0; length < sizeof(sample) - 1; length++)
		refused += read_damaged(sample, length);
	assert_true(refused > sizeof(sample) / 2);
	assert_false(read_damaged(sample, sizeof(sample) - 1));
}

static void every_changed_byte_is_read_or_refused(void **state)
{
	static const char bytes[] = "\0\xff\n\t:{}[]&*!|>'\"-#%@`x9";
	unsigned refused = 0, tried = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(sample) - 1; i++)
		for (size_t b = 0; b < sizeof(bytes) - 1; b++) {
			char text[sizeof(sample)];

			memcpy(text, sample, sizeof(text));
			text[i] = bytes[b];
			tried++;
			refused += read_damaged(text, sizeof(text) - 1);
		}
	assert_true(refused > tried / 2);
}

/* The same 3,000 mutations on every run: bytes changed, pieces cut out, doubled and swapped. */
static void mutated_packs_are_read_or_refused(void **state)
{
	GRand *dice = g_rand_new_with_seed(20);
	unsigned refused = 0;

	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		GString *text = g_string_new(sample);

		for (int edits = g_rand_int_range(dice, 1, 6); edits > 0 && text->len > 2; edits--) {
			gint at = g_rand_int_range(dice, 0, (gint)text->len - 1);
			gint length = g_rand_int_range(dice, 1, MIN(40, (gint)text->len - at) + 1);
			char *piece = g_strndup(text->str + at, (gsize)length);

			switch (g_rand_int_range(dice, 0, 3)) {
			case 0:
				text->str[at] = (char)g_rand_int_range(dice, 0, 256);
				break;
			case 1:
				g_string_erase(text, at, length);
				break;
			default:
				g_string_insert(text, g_rand_int_range(dice, 0, (gint)text->len), piece);
			}
			g_free(piece);
		}
		refused += read_damaged(text->str, text->len);
		g_string_free(text, TRUE);
	}
	g_rand_free(dice);
	assert_in_range(refused, 1000, 2999); /* but some mistakes change only a name */
}

/* Truncation inside the real packs, at twenty places each. */
static void truncated_packs_of_the_program_are_read_or_refused(void **state)
{
	GDir *folder = g_dir_open(SOURCE_DIR "/rules/packs", 0, NULL);

	(void)state;
	for (const char *name; (name = g_dir_read_name(folder));) {
		char *path = g_build_filename(SOURCE_DIR "/rules/packs", name, NULL), *text;
		gsize length;

		assert_true(g_file_get_contents(path, &text, &length, NULL));
		for (size_t part = 0; part < length; part += MAX(97, length / 20))
			read_damaged(text, part);
		g_free(text);
		g_free(path);
	}
	g_dir_close(folder);
}

static void nesting_ends_in_a_diagnostic(void **state)
{
	GString *deep = g_string_new("library: ");

	(void)state;
	for (int i = 0; i < 100000; i++)
		g_string_append_c(deep, '[');
	assert_true(read_damaged(deep->str, deep->len));
	g_string_free(deep, TRUE);
}

/* "Billion laughs": each list holds the one before nine times. */
static void aliases_cannot_multiply(void **state)
{
	GString *text = g_string_new("library: l\nheaders: &a0 [x]\n");

	(void)state;
	for (int i = 1; i < 40; i++) {
		g_string_append_printf(text, "k%d: &a%d [", i, i);
		for (int k = 0; k < 9; k++)
			g_string_append_printf(text, "*a%d, ", i - 1);
		g_string_append(text, "]\n");
	}
	g_string_append(text, "pkg_config: [*a39]\n");
	assert_true(read_damaged(text->str, text->len));
	g_string_free(text, TRUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_prefix_is_read_or_refused),
		cmocka_unit_test(every_changed_byte_is_read_or_refused),
		cmocka_unit_test(mutated_packs_are_read_or_refused),
		cmocka_unit_test(truncated_packs_of_the_program_are_read_or_refused),
		cmocka_unit_test(nesting_ends_in_a_diagnostic),
		cmocka_unit_test(aliases_cannot_multiply),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
