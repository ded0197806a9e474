/*
 * stats: times by size. Below 16 ns each step is one; above, eight steps per power of two.
 */
#include "internal.h"

static unsigned histogram_step(uint64_t ns)
{
	unsigned power, step;

	if (ns < 8)
		return (unsigned)ns;
	power = 63 - (unsigned)__builtin_clzll(ns); /* 3 or more */
	step = (power - 2) * 8 + (unsigned)(ns >> (power - 3) & 7);
	return step < HISTOGRAM_STEPS ? step : HISTOGRAM_STEPS - 1;
}

/* The middle of a step. */
static uint64_t histogram_time(unsigned step)
{
	unsigned power = step / 8 + 2;

	if (step < 8)
		return step;
	return ((uint64_t)(8 + step % 8) << (power - 3)) + ((uint64_t)1 << (power - 3)) / 2;
}

void offload__histogram_add(struct histogram *histogram, uint64_t ns)
{
	histogram->count++;
	histogram->step[histogram_step(ns)]++;
	if (ns > histogram->max)
		histogram->max = ns;
}

static uint64_t histogram_percentile(const struct histogram *histogram, unsigned percent)
{
	uint64_t seen = 0, rank = (histogram->count * percent + 99) / 100;

	for (unsigned step = 0; step < HISTOGRAM_STEPS; step++) {
		seen += histogram->step[step];
		if (seen >= rank)
			return histogram_time(step) < histogram->max ? histogram_time(step) : histogram->max;
	}
	return histogram->max;
}

void offload__histogram_read(const struct histogram *histogram, struct offload_times *out)
{
	out->p50 = histogram_percentile(histogram, 50);
	out->p99 = histogram_percentile(histogram, 99);
	out->max = histogram->max;
}
