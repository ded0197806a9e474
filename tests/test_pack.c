/* pack: what is written in YAML arrives in the structs, and each mistake is reported with its line. */
#include "pack/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reading {
	struct arena arena;
	struct diagnostics diagnostics;
	struct pack pack;
	int result;
};

static struct reading *read_text(const char *text)
{
	struct reading *r = calloc(1, sizeof(*r));

	r->result = pack_read_text(&r->arena, "p.yaml", text, strlen(text), &r->pack, &r->diagnostics);
	return r;
}

static void finish(struct reading *r)
{
	diagnostics_finish(&r->diagnostics);
	arena_finish(&r->arena);
	free(r);
}

/* The text must be refused with a diagnostic at `line` that contains `words`. */
static void assert_refused(const char *text, unsigned line, const char *words)
{
	struct reading *r = read_text(text);
	bool found = false;

	assert_int_equal(r->result, PACK_E_SYNTAX);
	assert_null(r->pack.library);
	for (size_t i = 0; i < r->diagnostics.count; i++) {
		const struct diagnostic *d = &r->diagnostics.items[i];

		assert_string_equal(d->file, "p.yaml");
		found |= d->line == line && strstr(d->message, words);
	}
	if (!found) {
		for (size_t i = 0; i < r->diagnostics.count; i++)
			print_error("%u: %s\n", r->diagnostics.items[i].line, r->diagnostics.items[i].message);
		fail_msg("no diagnostic at line %u contains '%s'", line, words);
	}
	finish(r);
}

static void the_example_of_the_documentation_arrives_whole(void **state)
{
	struct reading *r = read_text("library: libuv\n"
				      "headers: [uv.h, uv/unix.h]\n"
				      "pkg_config: [libuv]\n"
				      "documentation: https://docs.libuv.org\n"
				      "constants:\n"
				      "  - { name: UV_ECANCELED, value: -125 }\n"
				      "registers:\n"
				      "  - { function: uv_timer_start, callback: 2, context: loop }\n"
				      "  - { function: uv_queue_work, callback: 4, data: 2, context: loop,\n"
				      "      completion: { status: 2, cancelled: [UV_ECANCELED] } }\n"
				      "  - { field: uv_process_options_s.exit_cb, context: loop, see: process }\n"
				      "effects:\n"
				      "  - { function: uv_fs_read, blocks: disk, when: { argument: 7, is: \"null\" }, "
				      "instead: \"a callback\" }\n"
				      "  - { function: uv_run, runs_loop: true }\n"
				      "loop_only: [ \"uv_*\", \"!*_get_type\", \"!uv_now\" ]\n");

	(void)state;
	assert_int_equal(r->result, 0);
	assert_int_equal(r->diagnostics.count, 0);
	assert_string_equal(r->pack.library, "libuv");
	assert_string_equal(r->pack.file, "p.yaml");
	assert_string_equal(r->pack.headers[1], "uv/unix.h");
	assert_null(r->pack.headers[2]);
	assert_string_equal(r->pack.pkg_config[0], "libuv");
	assert_int_equal(r->pack.register_count, 3);
	const struct registration *work = &r->pack.registers[1];
	assert_int_equal(work->callback, 4);
	assert_int_equal(work->data, 2);
	assert_int_equal(work->context, CONTEXT_LOOP);
	assert_int_equal(work->completion.status, 2);
	assert_string_equal(work->completion.cancelled[0], "UV_ECANCELED");
	assert_null(work->completion.cancelled[1]);
	assert_string_equal(r->pack.registers[2].field, "uv_process_options_s.exit_cb");
	assert_string_equal(r->pack.registers[2].see, "process");
	assert_int_equal(r->pack.effect_count, 2);
	const struct effect *fs_read = &r->pack.effects[0];
	assert_int_equal(fs_read->kind, EFFECT_BLOCKS);
	assert_int_equal(fs_read->category, CATEGORY_DISK);
	assert_int_equal(fs_read->cost, COST_UNBOUNDED);
	assert_int_equal(fs_read->when.count, 1);
	assert_int_equal(fs_read->when.items[0].argument, 7);
	assert_int_equal(fs_read->when.items[0].test, CONDITION_NULL);
	assert_string_equal(fs_read->instead, "a callback");
	assert_int_equal(r->pack.effects[1].kind, EFFECT_RUNS_LOOP);
	assert_string_equal(r->pack.loop_only[0], "uv_*");
	assert_string_equal(r->pack.loop_only[1], "!*_get_type");
	assert_string_equal(r->pack.loop_only[2], "!uv_now");
	finish(r);
}

static void each_kind_of_effect_arrives(void **state)
{
	struct reading *r =
		read_text("library: l\n"
			  "constants: [{ name: O_NONBLOCK, value: 0x800 }]\n"
			  "effects:\n"
			  "  - { function: a, blocks: disk, bound_us: 300 }\n"
			  "  - { function: b, blocks: network, descriptor: 1, cost: never }\n"
			  "  - { function: c, waits: { timeout: 4, count: 2 } }\n"
			  "  - { function: d, any_thread: true }\n"
			  "  - { function: e, forks: true }\n"
			  "  - { function: f, sets_nonblocking: { descriptor: 2 } }\n"
			  "  - { function: g, sets_blocking: { descriptor: 1 } }\n"
			  "  - { function: h, opens: file, nonblocking: { argument: 2, has: O_NONBLOCK } }\n");
	const struct effect *e = r->pack.effects;

	(void)state;
	assert_int_equal(r->result, 0);
	assert_int_equal(r->pack.effect_count, 8);
	assert_int_equal(e[0].cost, COST_BOUNDED);
	assert_int_equal(e[0].bound_us, 300);
	assert_int_equal(e[1].cost, COST_NEVER);
	assert_int_equal(e[1].descriptor, 1);
	assert_int_equal(e[2].kind, EFFECT_WAITS);
	assert_int_equal(e[2].timeout_argument, 4);
	assert_int_equal(e[2].count_argument, 2);
	assert_int_equal(e[3].kind, EFFECT_ANY_THREAD);
	assert_int_equal(e[4].kind, EFFECT_FORKS);
	assert_int_equal(e[5].kind, EFFECT_SETS_NONBLOCKING);
	assert_int_equal(e[5].descriptor, 2);
	assert_int_equal(e[6].kind, EFFECT_SETS_BLOCKING);
	assert_int_equal(e[7].kind, EFFECT_OPENS);
	assert_string_equal(e[7].opens, "file");
	assert_int_equal(e[7].nonblocking.count, 1);
	assert_int_equal(e[7].nonblocking.items[0].test, CONDITION_HAS);
	assert_int_equal(e[7].nonblocking.items[0].value, 0x800);
	finish(r);
}

static void each_test_of_a_condition_arrives(void **state)
{
	struct reading *r = read_text("library: l\n"
				      "constants: [{ name: F_SETFL, value: 4 }, { name: O_NONBLOCK, value: 2048 }]\n"
				      "effects:\n"
				      "  - function: f\n"
				      "    blocks: wait\n"
				      "    when_all:\n"
				      "      - { argument: 1, is: null }\n"
				      "      - { argument: 1, is: nonnull }\n"
				      "      - { argument: 1, is: zero }\n"
				      "      - { argument: 1, is: nonzero }\n"
				      "      - { argument: 1, is: negative }\n"
				      "      - { argument: 1, is: positive }\n"
				      "      - { argument: 1, is: -3 }\n"
				      "      - { argument: 2, is: F_SETFL }\n"
				      "      - { argument: 3, has: O_NONBLOCK }\n"
				      "      - { argument: 3, lacks: O_NONBLOCK }\n"
				      "      - { argument: 4, below: 3 }\n"
				      "      - { argument: 4, field: n, above: -3 }\n"
				      "      - { argument: 4, begins: /proc/ }\n");
	static const enum condition_test expected[] = {
		CONDITION_NULL,     CONDITION_NONNULL, CONDITION_ZERO,   CONDITION_NONZERO, CONDITION_NEGATIVE,
		CONDITION_POSITIVE, CONDITION_EQUALS,  CONDITION_EQUALS, CONDITION_HAS,     CONDITION_LACKS,
		CONDITION_BELOW,    CONDITION_ABOVE,   CONDITION_BEGINS,
	};

	(void)state;
	assert_int_equal(r->result, 0);
	const struct conditions *when = &r->pack.effects[0].when;
	assert_int_equal(when->count, 13);
	for (size_t i = 0; i < when->count; i++)
		assert_int_equal(when->items[i].test, expected[i]);
	assert_null(when->items[6].name);
	assert_int_equal(when->items[6].value, -3);
	assert_true(when->items[6].value_known);
	assert_string_equal(when->items[7].name, "F_SETFL");
	assert_int_equal(when->items[7].value, 4);
	assert_true(when->items[7].value_known);
	assert_string_equal(when->items[11].field, "n");
	assert_int_equal(when->items[11].value, -3);
	assert_string_equal(when->items[12].text, "/proc/");
	finish(r);
}

static void a_group_lends_its_see_to_its_entries(void **state)
{
	struct reading *r = read_text("library: l\n"
				      "effects:\n"
				      "  - { function: alone, blocks: cpu }\n"
				      "groups:\n"
				      "  - see: man 2 open\n"
				      "    registers:\n"
				      "      - { function: r, callback: 1, context: caller }\n"
				      "    effects:\n"
				      "      - { function: open, blocks: disk }\n"
				      "      - { function: creat, blocks: disk, see: man 2 creat }\n");

	(void)state;
	assert_int_equal(r->result, 0);
	assert_null(r->pack.effects[0].see);
	assert_string_equal(r->pack.effects[1].see, "man 2 open");
	assert_string_equal(r->pack.effects[2].see, "man 2 creat");
	assert_string_equal(r->pack.registers[0].see, "man 2 open");
	finish(r);
}

static void what_the_rest_of_the_program_calls_may_decide(void **state)
{
	struct reading *r = read_text("library: l\n"
				      "registers: [{ function: f, callback: 1, context: caller, within: [g, h] }]\n"
				      "effects:\n"
				      "  - { function: f, blocks: dns, confidence: low, unless_called: [g] }\n"
				      "  - { function: h, any_thread: true, if_called: [g] }\n");

	(void)state;
	assert_string_equal(r->pack.registers[0].within[1], "h");
	assert_null(r->pack.registers[0].within[2]);
	assert_int_equal(r->pack.effects[0].confidence, POSSIBLE);
	assert_string_equal(r->pack.effects[0].unless_called[0], "g");
	assert_null(r->pack.effects[0].if_called);
	assert_string_equal(r->pack.effects[1].if_called[0], "g");
	assert_int_equal(r->pack.effects[1].confidence, SURE);
	finish(r);
}

static void text_that_is_not_yaml_is_refused_with_its_line(void **state)
{
	(void)state;
	assert_refused("library: l\neffects: [\n", 3, "not YAML");
	assert_refused("library: l\n\tx: y\n", 2, "not YAML");
	assert_refused("library: l\ndocumentation: \xff\xfe\n", 2, "not YAML");
	assert_refused("library: l\n---\nlibrary: m\n", 2, "second YAML document");
	assert_refused("", 0, "empty");
}

static void an_unknown_key_is_named_with_what_is_known(void **state)
{
	(void)state;
	assert_refused("library: l\neffect: []\n", 2, "unknown key 'effect'; known here are library,");
	assert_refused("library: l\neffects:\n  - function: f\n    blocs: disk\n", 4, "unknown key 'blocs'");
	assert_refused("library: l\neffects:\n  - { function: f, waits: { time: 1 } }\n", 3, "unknown key 'time'");
}

static void a_value_of_the_wrong_kind_is_refused(void **state)
{
	(void)state;
	assert_refused("[]\n", 1, "'pack' must be a mapping");
	assert_refused("library: [l]\n", 1, "'library' must be a single value");
	assert_refused("library: ''\n", 1, "'library' must not be empty");
	assert_refused("library: l\neffects: f\n", 2, "'effects' must be a list");
	assert_refused("library: l\neffects:\n  - f\n", 3, "'effects' must be a mapping");
	assert_refused("library: l\nregisters:\n  - { function: f, callback: two, context: loop }\n", 3,
		       "'callback' must be a number from 0, not 'two'");
	assert_refused("library: l\nregisters:\n  - { function: f, callback: -1, context: loop }\n", 3, "'callback'");
	assert_refused("library: l\neffects:\n  - { function: f, runs_loop: maybe }\n", 3, "true or false");
	assert_refused("library: l\nconstants:\n  - { name: X, value: 99999999999999999999 }\n", 3, "'value'");
}

static void an_unknown_category_context_or_cost_is_named_with_what_is_known(void **state)
{
	(void)state;
	assert_refused("library: l\neffects:\n  - { function: f, blocks: dsik }\n", 3,
		       "unknown value 'dsik' of 'blocks'; known are sleep, disk, dns,");
	assert_refused("library: l\neffects:\n  - { function: f, blocks: none }\n", 3, "unknown value 'none'");
	assert_refused("library: l\nregisters:\n  - { function: f, callback: 1, context: lop }\n", 3,
		       "unknown value 'lop' of 'context'; known are loop, worker,");
	assert_refused("library: l\neffects:\n  - { function: f, blocks: disk, cost: high }\n", 3, "of 'cost'");
	assert_refused("library: l\neffects:\n  - { function: f, opens: door }\n", 3, "of 'opens'");
}

static void missing_and_repeated_keys_are_refused(void **state)
{
	(void)state;
	assert_refused("headers: [l.h]\n", 1, "the key 'library' is missing");
	assert_refused("library: l\nlibrary: m\n", 1, "the key 'library' is given 2 times");
	assert_refused("library: l\neffects:\n  - { blocks: disk }\n", 3, "the key 'function' is missing");
	assert_refused("library: l\nregisters:\n  - { function: f, callback: 1 }\n", 3, "the key 'context' is missing");
}

static void an_alias_is_refused(void **state)
{
	(void)state;
	assert_refused("library: l\nheaders: &a [x.h]\npkg_config: *a\n", 2, "an alias");
	assert_refused("library: l\nheaders: &a\n  - *a\n", 2, "an alias");
}

static void a_callback_that_is_no_argument_is_refused(void **state)
{
	(void)state;
	assert_refused("library: l\nregisters:\n  - { function: f, context: loop }\n", 3, "'callback' must be given");
	assert_refused("library: l\nregisters:\n  - { function: f, callback: 0, context: loop }\n", 3,
		       "'callback' must be given");
	assert_refused("library: l\nregisters:\n  - { function: f, callback: 33, context: loop }\n", 3,
		       "'callback' is 33");
	assert_refused("library: l\nregisters:\n  - { function: f, callback: 1, data: 40, context: loop }\n", 3,
		       "'data' is 40");
	assert_refused("library: l\neffects:\n  - { function: f, blocks: disk, when: { argument: 0, is: zero } }\n", 3,
		       "'argument' must be given");
}

static void a_registration_is_of_a_function_or_of_a_field(void **state)
{
	(void)state;
	assert_refused("library: l\nregisters:\n  - { callback: 1, context: loop }\n", 3, "exactly one of 'function'");
	assert_refused("library: l\nregisters:\n  - { function: f, field: s.f, context: loop }\n", 3,
		       "exactly one of 'function'");
	assert_refused("library: l\nregisters:\n  - { function: f, type: void (int), context: loop }\n", 3,
		       "exactly one of 'function'");
	assert_refused("library: l\nregisters:\n  - { field: f, context: loop }\n", 3, "'f' is no field");
	assert_refused("library: l\nregisters:\n  - { field: s.f.g, context: loop }\n", 3, "'s.f.g' is no field");
	assert_refused("library: l\nregisters:\n  - { field: s.f, callback: 1, context: loop }\n", 3,
		       "belong to a function");
	assert_refused("library: l\nregisters:\n  - { function: \"f()\", callback: 1, context: loop }\n", 3,
		       "'f()' is no function name");
}

static void an_effect_is_exactly_one(void **state)
{
	(void)state;
	assert_refused("library: l\neffects:\n  - { function: f }\n", 3, "exactly one of blocks");
	assert_refused("library: l\neffects:\n  - { function: f, runs_loop: false }\n", 3, "exactly one of blocks");
	assert_refused("library: l\neffects:\n  - { function: f, blocks: disk, forks: true }\n", 3,
		       "exactly one of blocks");
	assert_refused("library: l\neffects:\n  - { function: f, forks: true, bound_us: 3 }\n", 3,
		       "belong to 'blocks'");
	assert_refused("library: l\neffects:\n  - { function: f, blocks: disk, cost: unbounded, bound_us: 3 }\n", 3,
		       "'bound_us' is the bound");
	assert_refused(
		"library: l\neffects:\n  - { function: f, blocks: disk, nonblocking: { argument: 1, is: zero } }\n", 3,
		"belongs to 'opens'");
}

static void a_constant_must_be_defined(void **state)
{
	(void)state;
	assert_refused("library: l\neffects:\n"
		       "  - { function: f, blocks: disk }\n"
		       "  - { function: g, blocks: disk, when: { argument: 3, lacks: WNOHANG } }\n",
		       4, "'WNOHANG' is no number");
	assert_refused("library: l\neffects:\n"
		       "  - function: g\n"
		       "    blocks: disk\n"
		       "    when_all:\n"
		       "      - { argument: 1, is: zero }\n"
		       "      - { argument: 3, is: nul }\n",
		       7, "'nul' is no number");
}

static void a_condition_has_exactly_one_test(void **state)
{
	(void)state;
	assert_refused("library: l\neffects:\n  - { function: f, blocks: disk, when: { argument: 1 } }\n", 3,
		       "exactly one of 'is'");
	assert_refused(
		"library: l\neffects:\n  - { function: f, blocks: disk, when: { argument: 1, is: zero, has: 3 } }\n", 3,
		"exactly one of 'is'");
	assert_refused("library: l\neffects:\n  - { function: f, blocks: disk, when: { argument: 1, is: zero },\n"
		       "      when_all: [{ argument: 2, is: zero }] }\n",
		       3, "exclude each other");
}

static void a_duplicate_names_the_line_of_the_first(void **state)
{
	(void)state;
	assert_refused("library: l\neffects:\n"
		       "  - { function: f, blocks: disk }\n"
		       "  - { function: f, blocks: dns }\n",
		       4, "duplicate of line 3: f blocks");
	assert_refused("library: l\nregisters:\n"
		       "  - { function: f, callback: 1, context: loop }\n"
		       "groups:\n"
		       "  - see: x\n"
		       "    registers: [{ function: f, callback: 1, context: worker }]\n",
		       6, "duplicate of line 3: f registers argument 1");
	assert_refused("library: l\nconstants: [{ name: X, value: 1 }, { name: X, value: 1 }]\n", 2, "duplicate");
}

static void conditions_tell_two_entries_of_a_function_apart(void **state)
{
	struct reading *r = read_text("library: l\neffects:\n"
				      "  - { function: f, blocks: sleep, when: { argument: 1, is: zero } }\n"
				      "  - { function: f, blocks: disk, when: { argument: 1, is: nonzero } }\n"
				      "  - { function: f, blocks: disk, unless: { argument: 1, is: zero } }\n"
				      "  - { function: f, opens: file }\n");

	(void)state;
	assert_int_equal(r->result, 0);
	assert_int_equal(r->pack.effect_count, 4);
	assert_int_equal(r->pack.effects[2].when.count, 0);
	assert_int_equal(r->pack.effects[2].unless.count, 1);
	assert_int_equal(r->pack.effects[2].unless.items[0].test, CONDITION_ZERO);
	finish(r);
}

static void every_mistake_of_a_file_is_reported(void **state)
{
	struct reading *r = read_text("library: l\neffects:\n"
				      "  - { function: f, blocks: dsik }\n"
				      "  - { function: g, block: disk }\n"
				      "  - { function: h, blocks: disk, cost: x }\n");

	(void)state;
	assert_int_equal(r->diagnostics.errors, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(r->diagnostics.items[i].line, 3 + i);
	finish(r);
}

static void a_pack_that_cannot_be_read_is_an_errno(void **state)
{
	struct reading r = { 0 };

	(void)state;
	assert_int_equal(pack_read(&r.arena, "/nonexistent/p.yaml", &r.pack, &r.diagnostics), -ENOENT);
	assert_int_equal(r.diagnostics.errors, 1);
	assert_string_equal(r.diagnostics.items[0].file, "/nonexistent/p.yaml");
	assert_int_equal(pack_read(&r.arena, "/", &r.pack, &r.diagnostics), -EISDIR);
	diagnostics_finish(&r.diagnostics);
	arena_finish(&r.arena);
}

static const struct pack *find_pack(const struct packs *packs, const char *library)
{
	for (size_t i = 0; i < packs->count; i++)
		if (strcmp(packs->items[i].library, library) == 0)
			return &packs->items[i];
	return NULL;
}

static void the_packs_of_the_program_load_without_a_word(void **state)
{
	struct arena arena = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct packs packs;

	(void)state;
	assert_int_equal(packs_load(&arena, NULL, &packs, &diagnostics), 0);
	for (size_t i = 0; i < diagnostics.count; i++)
		print_error("%s:%u: %s\n", diagnostics.items[i].file, diagnostics.items[i].line,
			    diagnostics.items[i].message);
	assert_int_equal(diagnostics.count, 0);
	assert_non_null(find_pack(&packs, "posix"));
	assert_non_null(find_pack(&packs, "pthread"));
	assert_non_null(find_pack(&packs, "epoll-poll-select"));
	for (size_t i = 0; i < packs.count; i++) {
		assert_non_null(packs.items[i].documentation);
		for (size_t k = 0; k < packs.items[i].register_count; k++)
			assert_non_null(packs.items[i].registers[k].see);
		for (size_t k = 0; k < packs.items[i].effect_count; k++)
			assert_non_null(packs.items[i].effects[k].see);
	}
	diagnostics_finish(&diagnostics);
	arena_finish(&arena);
}

static void assert_same_text(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_ptr_equal(a, b);
}

static void assert_same_conditions(const struct conditions *a, const struct conditions *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_int_equal(a->items[i].argument, b->items[i].argument);
		assert_int_equal(a->items[i].test, b->items[i].test);
		assert_true(a->items[i].value == b->items[i].value);
		assert_same_text(a->items[i].text, b->items[i].text);
	}
}

/* `a` was compiled into the program (pack/compiled.h), `b` is read from the YAML it was made of. */
static void assert_same_pack(const struct pack *a, const struct pack *b)
{
	assert_same_text(a->documentation, b->documentation);
	assert_int_equal(a->register_count, b->register_count);
	assert_int_equal(a->effect_count, b->effect_count);
	assert_int_equal(a->constant_count, b->constant_count);
	for (size_t i = 0; i < a->register_count; i++) {
		assert_same_text(a->registers[i].function, b->registers[i].function);
		assert_same_text(a->registers[i].field, b->registers[i].field);
		assert_int_equal(a->registers[i].callback, b->registers[i].callback);
		assert_int_equal(a->registers[i].context, b->registers[i].context);
		assert_int_equal(a->registers[i].completion.result, b->registers[i].completion.result);
		assert_same_conditions(&a->registers[i].when, &b->registers[i].when);
	}
	for (size_t i = 0; i < a->effect_count; i++) {
		assert_same_text(a->effects[i].function, b->effects[i].function);
		assert_same_text(a->effects[i].instead, b->effects[i].instead);
		assert_same_text(a->effects[i].see, b->effects[i].see);
		assert_int_equal(a->effects[i].kind, b->effects[i].kind);
		assert_int_equal(a->effects[i].category, b->effects[i].category);
		assert_int_equal(a->effects[i].bound_us, b->effects[i].bound_us);
		assert_same_conditions(&a->effects[i].when, &b->effects[i].when);
		assert_same_conditions(&a->effects[i].unless, &b->effects[i].unless);
	}
}

static void what_was_compiled_is_what_is_written(void **state)
{
	struct arena arena = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct packs packs;

	(void)state;
	assert_int_equal(packs_load(&arena, NULL, &packs, &diagnostics), 0);
	for (size_t i = 0; i < packs.count; i++) {
		const char *path = arena_printf(&arena, "%s/rules/packs/%s", SOURCE_DIR, packs.items[i].file);
		struct pack written;

		assert_int_equal(pack_read(&arena, path, &written, &diagnostics), 0);
		assert_same_pack(&packs.items[i], &written);
	}
	diagnostics_finish(&diagnostics);
	arena_finish(&arena);
}

/* Two packs that speak of one function would contradict each other sooner or later. */
static void no_two_packs_of_the_program_speak_of_one_function(void **state)
{
	struct arena arena = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct packs packs;

	(void)state;
	assert_int_equal(packs_load(&arena, NULL, &packs, &diagnostics), 0);
	for (size_t a = 0; a < packs.count; a++)
		for (size_t b = a + 1; b < packs.count; b++)
			for (size_t i = 0; i < packs.items[a].effect_count; i++)
				for (size_t k = 0; k < packs.items[b].effect_count; k++)
					assert_string_not_equal(packs.items[a].effects[i].function,
								packs.items[b].effects[k].function);
	diagnostics_finish(&diagnostics);
	arena_finish(&arena);
}

/* A project's own packs come behind the program's; a bad one is reported and the others are still there. */
static void a_bad_pack_does_not_hide_the_others(void **state)
{
	char good[] = "/tmp/pack-good-XXXXXX", bad[] = "/tmp/pack-bad-XXXXXX";
	const char *paths[] = { bad, good, NULL };
	struct arena arena = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct packs packs;

	(void)state;
	dprintf(mkstemp(good), "library: mine\n");
	dprintf(mkstemp(bad), "libary: mine\n");
	assert_int_equal(packs_load(&arena, paths, &packs, &diagnostics), PACK_E_SYNTAX);
	assert_string_equal(diagnostics.items[0].file, bad);
	assert_non_null(find_pack(&packs, "posix"));
	assert_ptr_equal(find_pack(&packs, "mine"), &packs.items[packs.count - 1]);
	unlink(good);
	unlink(bad);
	diagnostics_finish(&diagnostics);
	arena_finish(&arena);
}

static void names_and_numbers_convert_both_ways(void **state)
{
	(void)state;
	for (int i = 0; i < CONTEXTS; i++)
		assert_int_equal(context_from_name(context_name((enum context)i)), i);
	for (int i = 0; i < CATEGORIES; i++)
		assert_int_equal(category_from_name(category_name((enum category)i)), i);
	assert_string_equal(context_name(CONTEXT_LOOP), "loop");
	assert_string_equal(category_name(CATEGORY_DNS), "dns");
	assert_null(context_name(CONTEXTS));
	assert_null(category_name(CATEGORIES));
	assert_int_equal(context_from_name("lop"), -1);
	assert_int_equal(category_from_name(NULL), -1);
}

/* What the names table knows, YAML knows: but for "none", which is no effect. */
static void every_context_and_category_can_be_written(void **state)
{
	char text[200];

	(void)state;
	for (int i = 0; i < CONTEXTS; i++) {
		snprintf(text, sizeof(text), "library: l\nregisters: [{ field: s.f, context: %s }]\n",
			 context_name((enum context)i));
		struct reading *r = read_text(text);
		assert_int_equal(r->result, 0);
		assert_int_equal(r->pack.registers[0].context, i);
		finish(r);
	}
	for (int i = CATEGORY_NONE + 1; i < CATEGORIES; i++) {
		snprintf(text, sizeof(text), "library: l\neffects: [{ function: f, blocks: %s }]\n",
			 category_name((enum category)i));
		struct reading *r = read_text(text);
		assert_int_equal(r->result, 0);
		assert_int_equal(r->pack.effects[0].category, i);
		finish(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_documentation_arrives_whole),
		cmocka_unit_test(each_kind_of_effect_arrives),
		cmocka_unit_test(each_test_of_a_condition_arrives),
		cmocka_unit_test(a_group_lends_its_see_to_its_entries),
		cmocka_unit_test(what_the_rest_of_the_program_calls_may_decide),
		cmocka_unit_test(text_that_is_not_yaml_is_refused_with_its_line),
		cmocka_unit_test(an_unknown_key_is_named_with_what_is_known),
		cmocka_unit_test(a_value_of_the_wrong_kind_is_refused),
		cmocka_unit_test(an_unknown_category_context_or_cost_is_named_with_what_is_known),
		cmocka_unit_test(missing_and_repeated_keys_are_refused),
		cmocka_unit_test(an_alias_is_refused),
		cmocka_unit_test(a_callback_that_is_no_argument_is_refused),
		cmocka_unit_test(a_registration_is_of_a_function_or_of_a_field),
		cmocka_unit_test(an_effect_is_exactly_one),
		cmocka_unit_test(a_constant_must_be_defined),
		cmocka_unit_test(a_condition_has_exactly_one_test),
		cmocka_unit_test(a_duplicate_names_the_line_of_the_first),
		cmocka_unit_test(conditions_tell_two_entries_of_a_function_apart),
		cmocka_unit_test(every_mistake_of_a_file_is_reported),
		cmocka_unit_test(a_pack_that_cannot_be_read_is_an_errno),
		cmocka_unit_test(the_packs_of_the_program_load_without_a_word),
		cmocka_unit_test(what_was_compiled_is_what_is_written),
		cmocka_unit_test(no_two_packs_of_the_program_speak_of_one_function),
		cmocka_unit_test(a_bad_pack_does_not_hide_the_others),
		cmocka_unit_test(names_and_numbers_convert_both_ways),
		cmocka_unit_test(every_context_and_category_can_be_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
