/* aftermath: an interpreter of very few values over the tree of a body; see aftermath.h. */
#include "program/aftermath_walk.h"
#include "program/value.h"

#include <string.h>

static struct walk *walk_of(struct flow *flow)
{
	struct walk *w = (struct walk *)flow;

	w->where = flow->statement;
	return w;
}

static void evaluate(struct flow *flow, uint32_t node)
{
	struct walk *w = walk_of(flow);

	w->evaluated = aftermath_eval(w, node);
}

static enum truth decide(struct flow *flow, uint32_t condition)
{
	struct walk *w = walk_of(flow);
	struct thing value = aftermath_eval(w, condition);

	w->part_asked |= value.kind == THING_PART;
	return thing_truth(value);
}

/* Whether the value may be that of a constant. */
static enum truth equals(const struct walk *w, struct thing value, const struct node *constant)
{
	if (value.kind == THING_STATUS)
		return aftermath_means_cancelled(w, constant) ? TRUTH_TRUE : TRUTH_FALSE;
	if (value.kind == THING_FAILED)
		return (!constant->value && w->site->kind == COMPLETION_STATUS) ||
				       aftermath_means_cancelled(w, constant)
			       ? TRUTH_FALSE
			       : TRUTH_UNKNOWN;
	if (value.kind == THING_NUMBER)
		return constant->value == value.number ? TRUTH_TRUE : TRUTH_FALSE;
	return TRUTH_UNKNOWN;
}

static enum truth fits(struct flow *flow, const struct node *label)
{
	struct walk *w = walk_of(flow);
	const struct node *low = walk_node(w, label->first);
	enum truth truth = low->kind == NODE_CONST && !low->next ? equals(w, w->evaluated, low) : TRUTH_UNKNOWN;

	if (truth == TRUTH_TRUE)
		walk_note_told(w, w->where);
	return truth;
}

static void leave(struct flow *flow, const struct node *statement)
{
	struct walk *w = walk_of(flow);
	struct thing value = statement && statement->first ? aftermath_eval(w, statement->first) : thing_unknown;

	if (walk_dead(w))
		return;
	w->returned = w->returns ? things_join(w->returned, value) : value;
	w->returns = true;
	w->out->ends = w->out->ends || walk_now(w)->returned;
	w->out->unfinished |= walk_now(w)->completed == COMPLETES_NOTHING;
	w->out->unsure |= walk_now(w)->completed != COMPLETES_SURELY;
	if (walk_now(w)->disabled)
		walk_note(w, EVENT_DISABLES, walk_now(w)->disabled, 0);
}

static const struct flow_client client = {
	.size = sizeof(struct state),
	.join = states_join,
	.evaluate = evaluate,
	.decide = decide,
	.fits = fits,
	.leave = leave,
};

static bool too_large(const struct program_function *f)
{
	return !f->fact || !f->fact->body || f->end_node - f->fact->body > MAX_NODES ||
	       f->fact->variables > MAX_VARIABLES;
}

static bool looks_at_data(const struct aftermath *outcome)
{
	for (guint i = 0; i < outcome->events->len; i++) {
		enum aftermath_event_kind kind = g_array_index(outcome->events, struct aftermath_event, i).kind;

		if (kind == EVENT_USES_DATA || kind == EVENT_USES_PART)
			return true;
	}
	return false;
}

struct thing aftermath_walk_helper(struct walk *w, uint32_t function, const struct arguments *a)
{
	const struct program_function *f = program_function(w->p, function);
	struct aftermath asked = { 0 };

	if (w->helpers >= MAX_HELPERS || too_large(f))
		return thing_unknown;
	struct state *entry = g_new0(struct state, 1);
	struct walk inner = { .p = w->p,
			      .site = w->site,
			      .scenario = w->scenario,
			      .f = f,
			      .helpers = w->helpers + 1,
			      .part_asked = w->part_asked };
	asked.events = g_array_new(FALSE, FALSE, sizeof(struct aftermath_event));
	inner.out = &asked;
	entry->carried = walk_now(w)->carried;
	for (unsigned i = 0; i < a->count && i < f->fact->params; i++)
		entry->variables[i] = a->things[i];
	flow_walk(&inner.flow, &client, f, entry);
	if (asked.told && !w->out->told)
		w->out->told = w->f->fact->body;
	w->helped = true;
	w->helper_uses = looks_at_data(&asked);
	aftermath_finish(&asked);
	g_free(entry);
	return inner.returned;
}

/* The number that says cancelled, if the pack has it. */
static struct thing cancelled_status(const struct completion_site *site)
{
	for (size_t i = 0; site->pack && i < site->pack->constant_count; i++)
		if (strcmp(site->pack->constants[i].name, site->model->cancelled[0]) == 0)
			return (struct thing){ THING_NUMBER, site->pack->constants[i].value };
	return (struct thing){ THING_STATUS, 0 };
}

struct thing aftermath_outcome(const struct walk *w)
{
	if (w->scenario == SCENARIO_CANCELLED)
		return cancelled_status(w->site);
	return w->scenario == SCENARIO_SUCCEEDED ? thing_zero : (struct thing){ THING_FAILED, 0 };
}

static void bind_parameters(const struct walk *w, struct state *entry)
{
	const struct completion_site *site = w->site;

	if (site->field)
		entry->carried = aftermath_outcome(w);
	if (site->data_param < w->f->fact->params)
		entry->variables[site->data_param] = (struct thing){ THING_DATA, 0 };
	if (site->outcome >= w->f->fact->params)
		return;
	if (site->kind == COMPLETION_RESULT)
		entry->variables[site->outcome] = (struct thing){ THING_RESULT, 0 };
	else
		entry->variables[site->outcome] = aftermath_outcome(w);
}

bool aftermath_walk(struct program *p, const struct completion_site *site, enum scenario scenario,
		    struct aftermath *out)
{
	const struct program_function *f = program_function(p, site->callback);

	*out = (struct aftermath){ .events = g_array_new(FALSE, FALSE, sizeof(struct aftermath_event)) };
	if (too_large(f))
		return false;
	struct walk w = { .p = p, .site = site, .scenario = scenario, .f = f, .out = out };
	struct state *entry = g_new0(struct state, 1);
	bind_parameters(&w, entry);
	flow_walk(&w.flow, &client, f, entry);
	g_free(entry);
	return true;
}

void aftermath_finish(struct aftermath *outcome)
{
	if (outcome->events)
		g_array_free(outcome->events, TRUE);
	*outcome = (struct aftermath){ 0 };
}
