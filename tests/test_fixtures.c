/*
 * The fixtures: every program of fixtures/ compiles, and `looplint check` says of it exactly what its comments say (see
 * support/expectation.h), no more and no less. Each is one test; they are run two at a time before the tests judge.
 *
 * A fixture without comments must be silent. Witnesses are compared in a fixture that holds a note: then every step of
 * every witness in it needs its note and every note its step; only the last step, the effect on the finding's own line,
 * may go without.
 *
 * usage: test_fixtures [PART-OF-A-NAME]
 */
#include "fixture.h"
#include "process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* Top folders that are the input of other tests. */
static const char *const others[] = { "extract", "compdb", "output", NULL };

static GPtrArray *fixtures;

static void add_all(GPtrArray *to, const GPtrArray *from)
{
	for (guint i = 0; i < from->len; i++)
		g_ptr_array_add(to, from->pdata[i]);
}

/* The compiler must accept what looplint is shown. */
static void compile(struct fixture *fixture, const char *compiler)
{
	GPtrArray *arguments = g_ptr_array_new();

	g_ptr_array_add(arguments, (char *)compiler);
	g_ptr_array_add(arguments, (char *)"-fsyntax-only");
	g_ptr_array_add(arguments, (char *)"-Werror=implicit-function-declaration");
	add_all(arguments, fixture->flags);
	add_all(arguments, fixture->sources);
	g_ptr_array_add(arguments, NULL);
	struct outcome outcome = process_run(fixture->folder, (const char *const *)arguments->pdata);
	if (outcome.status != 0)
		g_string_append_printf(fixture->problems, "%s does not compile it:\n%s", compiler, outcome.errors);
	outcome_finish(&outcome);
	g_ptr_array_free(arguments, TRUE);
}

/* Runs looplint with a store of its own. */
static struct outcome check(const struct fixture *fixture)
{
	char *store = g_dir_make_tmp("looplint-fixture-XXXXXX", NULL);
	const char *const clean_up[] = { "rm", "-rf", store, NULL };
	const char *const first[] = {
		LOOPLINT_BIN, "check", "--severity", "low", "--format", "json", "--store", store
	};
	GPtrArray *arguments = g_ptr_array_new();

	for (size_t i = 0; i < G_N_ELEMENTS(first); i++)
		g_ptr_array_add(arguments, (char *)first[i]);
	add_all(arguments, fixture->options);
	add_all(arguments, fixture->sources);
	g_ptr_array_add(arguments, (char *)"--");
	add_all(arguments, fixture->flags);
	g_ptr_array_add(arguments, NULL);
	struct outcome outcome = process_run(fixture->folder, (const char *const *)arguments->pdata);
	struct outcome removed = process_run(NULL, clean_up);
	outcome_finish(&removed);
	g_ptr_array_free(arguments, TRUE);
	g_free(store);
	return outcome;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* Whether `object` (a finding or a step) lies at the line of `expectation`. Files count from the project root, which
 * need not be the fixture's folder. */
static bool lies_at(const json_t *object, const struct expectation *expectation)
{
	const char *file = text_of(object, "file");
	size_t length = strlen(file), tail = strlen(expectation->file);

	if (json_integer_value(json_object_get(object, "line")) != (json_int_t)expectation->line || length < tail)
		return false;
	return strcmp(file + length - tail, expectation->file) == 0 &&
	       (length == tail || file[length - tail - 1] == '/');
}

/* An expectation of `kind` that describes this finding or step. Among findings each meets one: the first unmet. */
static struct expectation *find(const struct fixture *fixture, enum expectation_kind kind, const json_t *object,
				const char *text)
{
	for (guint i = 0; i < fixture->expectations->len; i++) {
		struct expectation *e = &g_array_index(fixture->expectations, struct expectation, i);

		if (e->kind != kind || (e->met && kind != EXPECT_NOTE) || !lies_at(object, e))
			continue;
		if ((kind == EXPECT_NOTE || strcmp(e->rule, text_of(object, "rule")) == 0) &&
		    expectation_describes(e, text))
			return e;
	}
	return NULL;
}

static void problem(struct fixture *fixture, const json_t *object, const char *what, const char *text)
{
	g_string_append_printf(fixture->problems, "%s:%d: %s: %s: %s\n", text_of(object, "file"),
			       (int)json_integer_value(json_object_get(object, "line")), what,
			       text_of(object, json_object_get(object, "rule") ? "rule" : "kind"), text);
}

static void meet_finding(struct fixture *fixture, const json_t *finding)
{
	const char *message = text_of(finding, "message");
	struct expectation *e = find(fixture, EXPECT_FINDING, finding, message);

	if (!e)
		e = find(fixture, EXPECT_FALSE_ALARM, finding, message);
	if (e)
		e->met = true;
	else if (find(fixture, EXPECT_MISSED, finding, message))
		problem(fixture, finding, "no longer missed, make it an expectation", message);
	else
		problem(fixture, finding, "unexpected", message);
}

static bool has_notes(const struct fixture *fixture)
{
	for (guint i = 0; i < fixture->expectations->len; i++)
		if (g_array_index(fixture->expectations, struct expectation, i).kind == EXPECT_NOTE)
			return true;
	return false;
}

static void meet_witness(struct fixture *fixture, const json_t *finding)
{
	const json_t *witness = json_object_get(finding, "witness");

	for (size_t i = 0; i < json_array_size(witness); i++) {
		const json_t *step = json_array_get(witness, i);
		struct expectation *note = find(fixture, EXPECT_NOTE, step, text_of(step, "text"));

		if (note)
			note->met = true;
		else if (strcmp(text_of(step, "kind"), "effect") != 0)
			problem(fixture, step, "step without a note", text_of(step, "text"));
	}
}

static const char *const unmet[EXPECTATION_KINDS] = {
	[EXPECT_FINDING] = "not found",
	[EXPECT_NOTE] = "no such step",
	[EXPECT_FALSE_ALARM] = "no longer a false alarm, take the comment out",
};

static void report_unmet(struct fixture *fixture)
{
	for (guint i = 0; i < fixture->expectations->len; i++) {
		const struct expectation *e = &g_array_index(fixture->expectations, struct expectation, i);

		if (!e->met && unmet[e->kind])
			g_string_append_printf(fixture->problems, "%s:%u: %s: %s%s%s\n", e->file, e->line,
					       unmet[e->kind], e->rule, *e->rule ? ": " : "", e->text);
	}
}

static void compare(struct fixture *fixture, const json_t *report)
{
	const json_t *findings = json_object_get(report, "findings");
	bool notes = has_notes(fixture);

	for (size_t i = 0; i < json_array_size(findings); i++) {
		meet_finding(fixture, json_array_get(findings, i));
		if (notes)
			meet_witness(fixture, json_array_get(findings, i));
	}
	report_unmet(fixture);
}

/* 0 clean, 1 findings; anything else is no analysis. */
static void run(struct fixture *fixture)
{
	if (fixture->missing)
		return;
	compile(fixture, "gcc");
	compile(fixture, "clang-19");
	struct outcome outcome = check(fixture);
	json_t *report = outcome.status == 0 || outcome.status == 1 ? json_loads(outcome.output, 0, NULL) : NULL;
	if (report)
		compare(fixture, report);
	else
		g_string_append_printf(fixture->problems, "looplint ended with %d and no report\n%s", outcome.status,
				       outcome.errors);
	json_decref(report);
	outcome_finish(&outcome);
}

/* Takes fixtures until there are none left. */
static void *run_some(void *next)
{
	for (unsigned i; (i = atomic_fetch_add((atomic_uint *)next, 1)) < fixtures->len;)
		run(fixtures->pdata[i]);
	return NULL;
}

static void run_all(void)
{
	atomic_uint next = 0;
	pthread_t other;

	bool two = pthread_create(&other, NULL, run_some, &next) == 0;
	run_some(&next);
	if (two)
		pthread_join(other, NULL);
}

static void fixture_says_what_is_found(void **state)
{
	const struct fixture *fixture = *state;

	if (fixture->missing) {
		print_message("%s is not installed\n", fixture->missing);
		skip();
	}
	if (fixture->problems->len)
		fprintf(stderr, "%s:\n%s", fixture->folder, fixture->problems->str);
	assert_int_equal(fixture->problems->len, 0);
}

static void print_summary(void)
{
	unsigned count[EXPECTATION_KINDS] = { 0 };

	for (guint i = 0; i < fixtures->len; i++) {
		const struct fixture *fixture = fixtures->pdata[i];

		for (guint k = 0; k < fixture->expectations->len; k++)
			count[g_array_index(fixture->expectations, struct expectation, k).kind]++;
	}
	printf("fixtures: %u, expectations %u, notes %u, missed %u, false alarms %u\n", fixtures->len,
	       count[EXPECT_FINDING], count[EXPECT_NOTE], count[EXPECT_MISSED], count[EXPECT_FALSE_ALARM]);
}

int main(int argc, char **argv)
{
	fixtures = fixtures_find(SOURCE_DIR "/fixtures", argc > 1 ? argv[1] : "", others);
	struct CMUnitTest *tests = g_new0(struct CMUnitTest, fixtures->len + 1);

	run_all();
	for (guint i = 0; i < fixtures->len; i++) {
		struct fixture *fixture = fixtures->pdata[i];

		tests[i] = (struct CMUnitTest){ fixture->name, fixture_says_what_is_found, NULL, NULL, fixture };
	}
	int failed = _cmocka_run_group_tests("fixtures", tests, fixtures->len, NULL, NULL);
	print_summary();
	g_free(tests);
	fixtures_free(fixtures);
	return failed;
}
