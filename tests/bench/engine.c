/*
 * usage: bench_engine FUNCTIONS
 *
 * Links and checks one synthetic program and prints a line: its size, and for link, context and check the CPU seconds
 * and the memory (MiB) that the process came to at most. `./dev bench engine` runs it over sizes.
 */
#include "check/check.h"
#include "synthetic.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The most memory that was resident since forget_peak(). */
static double peak_mib(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];
	double kib = 0;

	while (status && fgets(line, sizeof line, status))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = strtod(line + 6, NULL);
	if (status)
		fclose(status);
	return kib / 1024;
}

static void forget_peak(void)
{
	FILE *clear = fopen("/proc/self/clear_refs", "w");

	if (!clear)
		return;
	fputs("5", clear); /* man 5 proc_pid_clear_refs: reset the peak resident set size */
	fclose(clear);
}

static void measure(unsigned functions)
{
	struct synthetic synthetic = synthetic_program(functions);
	struct arena arena = { 0 };
	struct diagnostics problems = { 0 };
	struct packs packs = { 0 };
	struct run run;
	double start, linked, followed, checked;

	packs_load(&arena, NULL, &packs, &problems);
	forget_peak();
	start = cpu_seconds();
	struct program *program =
		program_link(&arena, (const struct facts *const *)synthetic.units, synthetic.count, &packs);
	linked = cpu_seconds();
	program_find_contexts(program, false);
	followed = cpu_seconds();
	check_program(&arena, program, &(struct check_options){ .root = "." }, &run);
	checked = cpu_seconds();
	printf("%zu %zu %.0f %.3f %.3f %.3f %.0f %zu\n", synthetic.functions, synthetic.calls,
	       (double)synthetic.bytes / 1048576, linked - start, followed - linked, checked - followed, peak_mib(),
	       run.findings.count);
	program_free(program);
	diagnostics_finish(&problems);
	arena_finish(&arena);
	synthetic_free(&synthetic);
}

int main(int argc, char **argv)
{
	if (argc != 2 || strtoul(argv[1], NULL, 10) == 0) {
		fputs("usage: bench_engine FUNCTIONS\n", stderr);
		return 2;
	}
	measure((unsigned)strtoul(argv[1], NULL, 10));
	return 0;
}
