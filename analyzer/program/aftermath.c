/* aftermath: an interpreter of very few values over the tree of a body; see aftermath.h. */
#include "program/aftermath_walk.h"

#include <string.h>

static void walk(struct walk *w, uint32_t node);

/* --- statements --- */

static void walk_if(struct walk *w, const struct node *n)
{
	uint32_t then = walk_node(w, n->first)->next, other = walk_node(w, then)->next;
	struct thing condition = aftermath_eval(w, n->first);
	enum truth truth = thing_truth(condition);
	struct state start = w->now;

	w->part_asked |= condition.kind == THING_PART;
	if (truth == TRUTH_FALSE)
		w->now.dead = true;
	walk(w, then);
	struct state end = w->now;
	w->now = start;
	if (truth == TRUTH_TRUE)
		w->now.dead = true;
	if (other)
		walk(w, other);
	state_join(&w->now, &end);
}

static void walk_turn(struct walk *w, const struct node *n)
{
	uint32_t condition = walk_node(w, n->first)->next, step = walk_node(w, condition)->next,
		 body = walk_node(w, step)->next;
	bool endless = walk_node(w, condition)->kind == NODE_EMPTY;
	enum truth truth = TRUTH_TRUE;

	w->broken.dead = w->continued.dead = true;
	if (n->op != LOOP_DO && !endless)
		truth = thing_truth(aftermath_eval(w, condition));
	struct state out = w->now;
	out.dead |= n->op == LOOP_DO || endless || truth == TRUTH_TRUE;
	w->now.dead |= truth == TRUTH_FALSE;
	walk(w, body);
	state_join(&w->now, &w->continued);
	aftermath_eval(w, step);
	if (n->op == LOOP_DO && !endless) {
		truth = thing_truth(aftermath_eval(w, condition));
		out = w->now;
	}
	if (truth != TRUTH_TRUE || n->op == LOOP_DO)
		state_join(&w->now, &out);
	else
		w->now = out;
	state_join(&w->now, &w->broken);
}

/* Twice, so that what one turn leaves is seen by the next; `do { } while (0)` once. */
static void walk_loop(struct walk *w, const struct node *n)
{
	uint32_t condition = walk_node(w, n->first)->next;
	const struct node *c = walk_node(w, condition);
	struct state broken = w->broken, continued = w->continued;

	aftermath_eval(w, n->first);
	struct state start = w->now;
	walk_turn(w, n);
	if (n->op != LOOP_DO || c->kind != NODE_CONST || c->value != 0) {
		struct state end = w->now;

		state_join(&w->now, &start);
		walk_turn(w, n);
		state_join(&w->now, &end);
	}
	w->broken = broken;
	w->continued = continued;
}

/* Whether the value may be that of a `case`. */
static enum truth fits_case(struct walk *w, struct thing value, const struct node *n)
{
	const struct node *low = walk_node(w, n->first);

	if (low->kind != NODE_CONST || low->next)
		return TRUTH_UNKNOWN;
	if (value.kind == THING_STATUS)
		return aftermath_means_cancelled(w, low) ? TRUTH_TRUE : TRUTH_FALSE;
	if (value.kind == THING_FAILED)
		return !low->value || aftermath_means_cancelled(w, low) ? TRUTH_FALSE : TRUTH_UNKNOWN;
	if (value.kind == THING_NUMBER)
		return low->value == value.number ? TRUTH_TRUE : TRUTH_FALSE;
	return TRUTH_UNKNOWN;
}

/* Whether one of the cases is surely taken, so that `default` is not. */
static bool case_is_taken(struct walk *w, struct thing value, uint32_t body, uint32_t node)
{
	for_each_child(child, w->f->facts, walk_node(w, body)) {
		const struct node *c = walk_node(w, child);

		if (c->kind == NODE_CASE && fits_case(w, value, c) == TRUTH_TRUE) {
			walk_note_told(w, node);
			return true;
		}
	}
	return false;
}

static void walk_switch(struct walk *w, uint32_t node)
{
	const struct node *n = walk_node(w, node);
	struct state broken = w->broken;
	uint32_t body = walk_node(w, n->first)->next;
	struct thing value = aftermath_eval(w, n->first);
	bool taken = body && case_is_taken(w, value, body, node), complete = taken;
	struct state start = w->now;

	w->broken.dead = true;
	w->now.dead = true;
	if (body)
		for_each_child(child, w->f->facts, walk_node(w, body)) {
			const struct node *c = walk_node(w, child);

			complete = complete || c->kind == NODE_DEFAULT;
			if ((c->kind == NODE_CASE && fits_case(w, value, c) != TRUTH_FALSE) ||
			    (c->kind == NODE_DEFAULT && !taken))
				state_join(&w->now, &start);
			else if (c->kind != NODE_CASE && c->kind != NODE_DEFAULT)
				walk(w, child);
		}
	if (!complete)
		state_join(&w->now, &start);
	state_join(&w->now, &w->broken);
	w->broken = broken;
}

static struct label *label_of(struct walk *w, uint32_t name)
{
	for (unsigned i = 0; i < w->label_count; i++)
		if (w->labels[i].name == name)
			return &w->labels[i];
	if (w->label_count == MAX_LABELS)
		return NULL;
	w->labels[w->label_count] = (struct label){ name, { .dead = true } };
	return &w->labels[w->label_count++];
}

static void leave(struct walk *w, const struct node *n)
{
	struct thing value = n && n->first ? aftermath_eval(w, n->first) : thing_unknown;

	if (w->now.dead)
		return;
	w->returned = w->returns ? things_join(w->returned, value) : value;
	w->returns = true;
	if (w->out && !w->now.completed)
		w->out->unfinished = true;
	if (w->now.disabled)
		walk_note(w, EVENT_DISABLES, w->now.disabled, 0);
}

static void walk_jump(struct walk *w, const struct node *n)
{
	struct label *label = n->kind == NODE_GOTO || n->kind == NODE_LABEL ? label_of(w, n->text) : NULL;

	if (n->kind == NODE_LABEL) {
		if (label)
			state_join(&w->now, &label->state);
		return;
	}
	if (n->kind == NODE_RETURN)
		leave(w, n);
	if (label)
		state_join(&label->state, &w->now);
	if (n->kind == NODE_BREAK)
		state_join(&w->broken, &w->now);
	if (n->kind == NODE_CONTINUE)
		state_join(&w->continued, &w->now);
	w->now.dead = true;
}

/* Statements are walked even where control cannot be, for the labels in them. */
static void walk(struct walk *w, uint32_t node)
{
	const struct node *n = node ? walk_node(w, node) : NULL;

	if (!n || w->depth >= MAX_DEPTH)
		return;
	w->depth++;
	w->where = n->line ? node : w->where;
	switch (n->kind) {
	case NODE_BLOCK:
		for_each_child(child, w->f->facts, n)
			walk(w, child);
		break;
	case NODE_IF:
		walk_if(w, n);
		break;
	case NODE_LOOP:
		walk_loop(w, n);
		break;
	case NODE_SWITCH:
		walk_switch(w, node);
		break;
	case NODE_RETURN:
	case NODE_BREAK:
	case NODE_CONTINUE:
	case NODE_GOTO:
	case NODE_LABEL:
		walk_jump(w, n);
		break;
	case NODE_PARAM:
		break; /* `(void)status;` */
	default:
		aftermath_eval(w, node);
	}
	w->depth--;
}

/* --- whole bodies --- */

static bool too_large(const struct program_function *f)
{
	return !f->fact || !f->fact->body || f->end_node - f->fact->body > MAX_NODES ||
	       f->fact->variables > MAX_VARIABLES;
}

static void walk_body(struct walk *w)
{
	w->broken.dead = w->continued.dead = true;
	w->labels = g_new(struct label, MAX_LABELS);
	walk(w, w->f->fact->body);
	leave(w, NULL);
	g_free(w->labels);
}

struct thing aftermath_walk_helper(struct walk *w, uint32_t function, const struct arguments *a)
{
	const struct program_function *f = program_function(w->p, function);

	if (w->helpers >= MAX_HELPERS || too_large(f))
		return thing_unknown;
	struct walk *inner = g_new0(struct walk, 1);
	*inner =
		(struct walk){ .p = w->p, .site = w->site, .scenario = w->scenario, .f = f, .helpers = w->helpers + 1 };
	struct aftermath asked = { .events = g_array_new(FALSE, FALSE, sizeof(struct aftermath_event)) };
	inner->out = &asked;
	for (unsigned i = 0; i < a->count && i < f->fact->params; i++)
		inner->now.variables[i] = a->things[i];
	walk_body(inner);
	if (asked.told && w->out && !w->out->told)
		w->out->told = w->f->fact->body;
	struct thing value = inner->returned;
	g_array_free(asked.events, TRUE);
	g_free(inner);
	return value;
}

/* The number that says cancelled, if the pack has it. */
static struct thing cancelled_status(const struct completion_site *site)
{
	for (size_t i = 0; site->pack && i < site->pack->constant_count; i++)
		if (strcmp(site->pack->constants[i].name, site->model->cancelled[0]) == 0)
			return (struct thing){ THING_NUMBER, site->pack->constants[i].value };
	return (struct thing){ THING_STATUS, 0 };
}

static void bind_parameters(struct walk *w)
{
	const struct completion_site *site = w->site;

	if (site->data_param < w->f->fact->params)
		w->now.variables[site->data_param] = (struct thing){ THING_DATA, 0 };
	if (site->outcome >= w->f->fact->params)
		return;
	if (site->kind == COMPLETION_RESULT)
		w->now.variables[site->outcome] = (struct thing){ THING_RESULT, 0 };
	else if (w->scenario == SCENARIO_CANCELLED)
		w->now.variables[site->outcome] = cancelled_status(site);
	else
		w->now.variables[site->outcome] =
			w->scenario == SCENARIO_SUCCEEDED ? thing_zero : (struct thing){ THING_FAILED, 0 };
}

bool aftermath_walk(struct program *p, const struct completion_site *site, enum scenario scenario,
		    struct aftermath *out)
{
	const struct program_function *f = program_function(p, site->callback);

	*out = (struct aftermath){ .events = g_array_new(FALSE, FALSE, sizeof(struct aftermath_event)) };
	if (too_large(f))
		return false;
	struct walk *w = g_new0(struct walk, 1);
	*w = (struct walk){ .p = p, .site = site, .scenario = scenario, .f = f, .out = out };
	bind_parameters(w);
	walk_body(w);
	g_free(w);
	return true;
}

void aftermath_finish(struct aftermath *outcome)
{
	if (outcome->events)
		g_array_free(outcome->events, TRUE);
	*outcome = (struct aftermath){ 0 };
}
