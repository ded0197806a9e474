/* aftermath_value: the few values of the interpreter, its states, and what it notes; see aftermath_walk.h. */
#include "program/aftermath_walk.h"
#include "program/value.h"

bool things_same(struct thing a, struct thing b)
{
	return a.kind == b.kind && a.number == b.number;
}

enum truth thing_truth(struct thing thing)
{
	if (thing.kind == THING_UNKNOWN || thing.kind == THING_PART)
		return TRUTH_UNKNOWN;
	return thing.kind != THING_NUMBER || thing.number != 0 ? TRUTH_TRUE : TRUTH_FALSE;
}

struct thing things_join(struct thing a, struct thing b)
{
	if (things_same(a, b))
		return a;
	return thing_truth(a) == TRUTH_TRUE && thing_truth(b) == TRUTH_TRUE ? thing_something : thing_unknown;
}

void states_join(void *state, const void *other)
{
	struct state *to = state;
	const struct state *from = other;

	for (unsigned i = 0; i < MAX_VARIABLES; i++)
		to->variables[i] = things_join(to->variables[i], from->variables[i]);
	to->returned = to->returned || from->returned;
	to->carried = things_join(to->carried, from->carried);
	to->completed = MIN(to->completed, from->completed);
	to->disabled = to->disabled ? to->disabled : from->disabled;
	if (to->completed_by != from->completed_by)
		to->completed_by = 0;
	if (!to->maybe_by) {
		to->maybe_by = from->maybe_by;
		to->maybe_at = from->maybe_at;
	}
}

void walk_set(struct walk *w, uint32_t place, struct thing value)
{
	const struct node *n = walk_node(w, place);

	if ((n->kind == NODE_LOCAL || n->kind == NODE_PARAM) && (uint64_t)n->value < MAX_VARIABLES)
		walk_now(w)->variables[n->value] = value;
	if ((n->kind == NODE_LOCAL || n->kind == NODE_PARAM) && walk_now(w)->completed_by == (uint64_t)n->value + 1)
		walk_now(w)->completed_by = 0;
	if ((n->kind == NODE_LOCAL || n->kind == NODE_PARAM) && walk_now(w)->maybe_by == (uint64_t)n->value + 1)
		walk_now(w)->maybe_by = 0;
}

struct thing thing_of_truth(enum truth truth)
{
	return truth == TRUTH_UNKNOWN ? thing_unknown : (struct thing){ THING_NUMBER, truth == TRUTH_TRUE };
}

bool aftermath_has(const struct aftermath *outcome, enum aftermath_event_kind kind, uint32_t node)
{
	for (guint i = 0; i < outcome->events->len; i++) {
		const struct aftermath_event *event = &g_array_index(outcome->events, struct aftermath_event, i);

		if (event->kind == kind && event->node == node)
			return true;
	}
	return false;
}

void walk_note(struct walk *w, enum aftermath_event_kind kind, uint32_t node, uint32_t symbol)
{
	struct aftermath_event event = { kind, walk_node(w, node)->line ? node : w->where, symbol };

	node = event.node;
	if (!walk_dead(w) && !aftermath_has(w->out, kind, node))
		g_array_append_val(w->out->events, event);
}

void walk_note_use(struct walk *w, struct thing of, uint32_t node)
{
	if (of.kind == THING_DATA)
		walk_note(w, EVENT_USES_DATA, node, walk_node(w, node)->symbol);
	if (of.kind == THING_PART && !w->part_asked)
		walk_note(w, EVENT_USES_PART, node, (uint32_t)of.number);
}

/* A question that tells cancellation apart was asked. */
void walk_note_told(struct walk *w, uint32_t node)
{
	if (!w->out->told)
		w->out->told = walk_node(w, node)->line ? node : w->where;
}
