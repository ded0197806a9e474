/* report: the list of formats, and the line that ends every run; see report.h. */
#include "report/report.h"

#include <string.h>

static const struct {
	const char *name;
	report_writer *write;
} formats[] = {
	{ "text", report_text },
	{ "json", report_json },
};

report_writer *report_find(const char *format)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(formats[i].name, format) == 0)
			return formats[i].write;
	return NULL;
}

const char *report_formats(void)
{
	return "text, json";
}

/* 1234567 -> "1,234,567"; `out` at least 14 bytes. */
static const char *grouped(unsigned number, char *out)
{
	char digits[11];
	int length = snprintf(digits, sizeof digits, "%u", number);
	char *end = out;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*end++ = ',';
		*end++ = digits[i];
	}
	*end = '\0';
	return out;
}

static const char *plural(unsigned number)
{
	return number == 1 ? "" : "s";
}

void report_coverage_line(const struct run *run, char *out, size_t size)
{
	const struct coverage *c = &run->coverage;
	unsigned found = (unsigned)run->findings.count, fresh = 0;
	char n[6][14], outside[40] = "";

	for (size_t i = 0; i < run->findings.count; i++)
		fresh += run->findings.items[i].is_new;
	if (c->outside_calls)
		snprintf(outside, sizeof outside, ", %s from outside", grouped(c->outside_calls, n[0]));
	snprintf(out, size, "%s unit%s, %s failed; %s indirect call%s, %s unresolved%s; %s finding%s (%s new)",
		 grouped(c->units, n[0]), plural(c->units), grouped(c->units_failed, n[1]),
		 grouped(c->indirect_calls, n[2]), plural(c->indirect_calls), grouped(c->unresolved_calls, n[3]),
		 outside, grouped(found, n[4]), plural(found), grouped(fresh, n[5]));
}

bool report_degraded_line(const struct run *run, char *out, size_t size)
{
	unsigned units = run->coverage.units_degraded, lost = 0;
	char n[2][14];

	for (size_t i = 0; i < run->problem_count; i++)
		if (strcmp(run->problems[i].status, "degraded") == 0)
			lost += run->problems[i].calls_lost;
	snprintf(out, size, "%s unit%s degraded by missing headers or unknown types: about %s call%s not seen",
		 grouped(units, n[0]), plural(units), grouped(lost, n[1]), plural(lost));
	return units > 0;
}
