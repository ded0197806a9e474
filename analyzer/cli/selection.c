/* selection: see selection.h. */
#include "cli/selection.h"

#include <glib.h>

static bool is_settled(const struct finding *finding)
{
	return finding->suppressed || finding->review == REVIEW_FALSE_POSITIVE || finding->review == REVIEW_INTENTIONAL;
}

static bool is_wanted(const struct selection *selection, const struct finding *finding)
{
	if (is_settled(finding) || config_excludes(selection->config, finding->file))
		return false;
	return !selection->rules || g_strv_contains((const char *const *)selection->rules, finding->rule);
}

struct run selection_apply(struct arena *arena, const struct selection *selection, const struct run *run,
			   unsigned *hidden)
{
	struct run shown = *run;

	*hidden = 0;
	shown.findings = (struct findings){ .items = arena_new_array(arena, struct finding, run->findings.count) };
	shown.findings.capacity = run->findings.count;
	for (size_t i = 0; i < run->findings.count; i++) {
		const struct finding *finding = &run->findings.items[i];

		if (!is_wanted(selection, finding))
			continue;
		if (finding->severity >= selection->severity && finding->confidence >= selection->confidence)
			shown.findings.items[shown.findings.count++] = *finding;
		else
			(*hidden)++;
	}
	return shown;
}

bool selection_reaches(const struct run *run, enum level severity)
{
	for (size_t i = 0; i < run->findings.count; i++)
		if (run->findings.items[i].severity >= severity)
			return true;
	return false;
}
