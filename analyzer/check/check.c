/*
 * check: runs the rules over a program and turns what they report into findings with severity, fingerprint and order.
 */
#include "check/internal.h"
#include "program/contexts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#define RULE(name) extern const struct rule name;
#include "rules/rules.def"
#undef RULE

static const struct rule *const rules[] = {
#define RULE(name) &name,
#include "rules/rules.def"
#undef RULE
	NULL,
};

const struct rule *const *check_rules(void)
{
	return rules;
}

const struct rule *check_find_rule(const char *slug)
{
	for (const struct rule *const *rule = rules; *rule; rule++)
		if (strcmp((*rule)->slug, slug) == 0)
			return *rule;
	return NULL;
}

/* The function that promises not to block and leads to an instance; NULL if the loop does. */
static const char *declared_by(const struct program *p, uint32_t instance)
{
	const struct root *root = program_item(p, roots, struct root, program_instance(p, instance)->root);

	if (root->kind != ROOT_DECLARED || root->declared != MARK_NONBLOCKING)
		return NULL;
	return program_function(p, root->function)->name;
}

bool next_loop_call(const struct program *p, struct loop_call *call)
{
	if (call->index + 1 >= p->loop_effects->len)
		return false;
	uint32_t index = call->index + 1;
	const struct loop_effect *effect = program_item(p, loop_effects, struct loop_effect, index);
	*call = (struct loop_call){
		.index = index,
		.kind = effect->effect ? effect->effect->kind : EFFECT_RUNS_LOOP,
		.category = effect->category,
		.callee = effect->callee ? program_function(p, effect->callee)->name
					 : check_callee(p, program_call(p, effect->call)),
		.nested = effect->nested_wait,
		.startup = effect->startup,
		.polls = effect->polls,
		.declared = declared_by(p, effect->instance),
	};
	return true;
}

/* rule + function + callee + ordinal; two statics of one name are told apart when all findings are known. */
static void set_fingerprint(struct finding *finding, unsigned ordinal)
{
	char text[1024];
	int length = snprintf(text, sizeof text, "%s\n%s\n%s\n%u", finding->rule, finding->function, finding->callee,
			      ordinal);
	XXH128_hash_t hash = XXH3_128bits(text, MIN((size_t)length, sizeof text - 1));

	snprintf(finding->fingerprint, sizeof finding->fingerprint, "%016llx%016llx", (unsigned long long)hash.high64,
		 (unsigned long long)hash.low64);
}

struct finding check_finding(const struct check *out, struct place place, const char *callee)
{
	return (struct finding){
		.rule = out->rule->slug,
		.file = place.file,
		.line = place.line,
		.column = place.column,
		.end_line = place.end_line,
		.end_column = place.end_column,
		.function = place.function,
		.callee = callee,
		.review_reason = "",
		.suppression_reason = "",
		.advice_text = "",
	};
}

const char *check_reason(const struct program *p, uint32_t instance)
{
	const struct instance *in = program_instance(p, instance);

	if (!instance)
		return "";
	if (programs_only_test(in->programs))
		return "; only in a test program";
	if (in->alternative)
		return "; only where no worker takes it";
	return programs_only_client(p, in->programs) ? "; only in a client program" : "";
}

void check_keep(struct check *out, struct finding *finding, unsigned ordinal, const char *reason, const char *format,
		va_list arguments)
{
	char *message = g_strdup_vprintf(format, arguments);

	finding->message = arena_printf(out->arena, "%s%s", message, reason);
	g_free(message);
	set_fingerprint(finding, ordinal);
	g_array_append_val(out->findings, *finding);
}

const char *check_callee(const struct program *p, const struct call *call)
{
	if (call->callee)
		return program_function(p, call->callee)->name;
	uint32_t slot = pointers_slot_of((struct program *)p, call->caller, call_node(p, call)->first);
	return slot ? pointers_slot_name(p, slot) : "";
}

/* Other ways are looked for where somebody is to look at the finding. */
static struct ways *ways_of(struct check *out, const struct finding *finding)
{
	if (finding->confidence == LEVEL_LOW || finding->context != CONTEXT_LOOP)
		return NULL;
	if (!out->ways)
		out->ways = ways_new(out->program);
	return out->ways;
}

void finding_add(struct check *out, const struct loop_call *call, const char *format, ...)
{
	struct program *p = out->program;
	const struct loop_effect *effect = program_item(p, loop_effects, struct loop_effect, call->index);
	const struct call *site = program_call(p, effect->call);
	struct place place = check_place(p, site->caller, site->node);
	struct finding finding = check_finding(out, place, call->callee);
	va_list arguments;

	finding.category = effect->category;
	finding.severity = severity_of(p, effect);
	finding.confidence = effect->confidence;
	finding.context = effect->startup ? CONTEXT_STARTUP : CONTEXT_LOOP;
	adviser_choose(out->adviser, effect, &finding);
	witness_build(out->arena, p, effect->instance, effect, ways_of(out, &finding), &finding.witness,
		      &finding.steps);
	va_start(arguments, format);
	check_keep(out, &finding, site->ordinal, check_reason(p, effect->instance), format, arguments);
	va_end(arguments);
}

static gint by_place(gconstpointer a, gconstpointer b)
{
	const struct finding *x = a, *y = b;
	int order = strcmp(x->file, y->file);

	if (order)
		return order;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	order = strcmp(x->rule, y->rule);
	return order ? order : strcmp(x->callee, y->callee);
}

/* Findings in different files with one fingerprint: all but the first, in order of path, get a number mixed in. */
static void separate_fingerprints(struct finding *findings, size_t count)
{
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; i < count; i++) {
		unsigned copy = 1;

		while (g_hash_table_contains(seen, findings[i].fingerprint))
			set_fingerprint(&findings[i], copy++ * 65536 + 1);
		g_hash_table_add(seen, findings[i].fingerprint);
	}
	g_hash_table_destroy(seen);
}

static bool listed(const char *const *list, const char *slug)
{
	for (; list && *list; list++)
		if (strcmp(*list, slug) == 0)
			return true;
	return false;
}

static void count_units(struct arena *arena, const struct program *p, struct run *run)
{
	struct coverage *coverage = &run->coverage;

	run->problems = arena_new_array(arena, struct unit_problem, p->unit_count);
	for (size_t u = 0; u < p->unit_count; u++) {
		const struct facts *f = p->units[u];

		coverage->units++;
		if (f->status == UNIT_OK)
			continue;
		if (f->status == UNIT_DEGRADED)
			coverage->units_degraded++;
		else
			coverage->units_failed++;
		run->problems[run->problem_count++] = (struct unit_problem){
			.file = facts_string(f, f->path),
			.status = unit_status_name(f->status),
			.message = facts_string(f, f->message),
			.calls_lost = f->calls_lost,
		};
	}
}

static void count_program(const struct program *p, struct coverage *coverage)
{
	for (uint32_t i = 1; i < p->functions->len; i++) {
		const struct program_function *f = program_function(p, i);

		if (f->fact && facts_symbol(f->facts, f->fact->symbol)->kind == SYMBOL_FUNCTION)
			coverage->functions++;
	}
	coverage->calls = p->calls->len - 1;
	coverage->indirect_calls = p->indirect_calls;
	coverage->unresolved_calls = p->unresolved_calls;
	coverage->outside_calls = p->outside_calls;
}

void check_program(struct arena *arena, struct program *program, const struct check_options *options, struct run *out)
{
	struct check check = { .arena = arena,
			       .program = program,
			       .run = out,
			       .findings = g_array_new(FALSE, TRUE, sizeof(struct finding)) };

	check.adviser = adviser_new(arena, program);
	*out = (struct run){ .root = options->root };
	for (const struct rule *const *rule = rules; *rule; rule++) {
		bool wanted = !(*rule)->off || listed(options->enabled_rules, (*rule)->slug);

		check.rule = *rule;
		if (wanted && !listed(options->disabled_rules, (*rule)->slug))
			(*rule)->check(program, &check);
	}
	ways_free(check.ways);
	g_array_sort(check.findings, by_place);
	out->findings.count = out->findings.capacity = check.findings->len;
	out->findings.items = arena_new_array(arena, struct finding, check.findings->len);
	if (check.findings->len)
		memcpy(out->findings.items, check.findings->data, check.findings->len * sizeof(struct finding));
	g_array_free(check.findings, TRUE);
	separate_fingerprints(out->findings.items, out->findings.count);
	suppress_findings(arena, options->root, out->findings.items, out->findings.count);
	count_units(arena, program, out);
	count_program(program, &out->coverage);
}

bool check_why(struct arena *arena, struct program *program, uint32_t function, struct step **witness, size_t *steps)
{
	for (uint32_t i = 1; i < program->instances->len; i++) {
		const struct instance *in = program_instance(program, i);

		if (in->context != CONTEXT_LOOP || in->function != function)
			continue;
		witness_build(arena, program, i, NULL, NULL, witness, steps);
		return true;
	}
	return false;
}
