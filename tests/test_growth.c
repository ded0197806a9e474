/*
 * growth: link, context and check take time in proportion to the program, and memory too.
 *
 * The bound is generous, because machines are shared and a step may fall out of a cache: eight times the program may
 * take sixteen times as long. What is quadratic takes sixty-four times.
 */
#include "check/check.h"
#include "synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <time.h>

enum { SMALL = 1000, TIMES = 8, ALLOWED = 16, TRIES = 3 };

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* CPU seconds for a program of so many functions; *findings of it. */
static double measure(unsigned functions, const struct packs *packs, size_t *findings)
{
	struct synthetic synthetic = synthetic_program(functions);
	struct arena arena = { 0 };
	struct run run;
	double start = cpu_seconds();
	struct program *program =
		program_link(&arena, (const struct facts *const *)synthetic.units, synthetic.count, packs);

	program_find_contexts(program, true);
	check_program(&arena, program, &(struct check_options){ .root = "/nonexistent" }, &run);
	double seconds = cpu_seconds() - start;
	*findings = run.findings.count;
	program_free(program);
	arena_finish(&arena);
	synthetic_free(&synthetic);
	return seconds;
}

static void eight_times_the_program_takes_about_eight_times_as_long(void **state)
{
	struct arena arena = { 0 };
	struct diagnostics problems = { 0 };
	struct packs packs = { 0 };
	double ratio = 0;

	(void)state;
	assert_int_equal(packs_load(&arena, NULL, &packs, &problems), 0);
	for (int i = 0; i < TRIES && (i == 0 || ratio > ALLOWED); i++) {
		size_t few, many;
		double small = measure(SMALL, &packs, &few), large = measure(SMALL * TIMES, &packs, &many);

		assert_true(few > 0 && many > few * TIMES / 2);
		ratio = large / small;
	}
	if (ratio > ALLOWED)
		fail_msg("%d times the program took %.1f times as long", TIMES, ratio);
	diagnostics_finish(&problems);
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(eight_times_the_program_takes_about_eight_times_as_long) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
