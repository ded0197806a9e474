/*
 * alternative: what the loop does itself where no worker takes it.
 *
 *      if (pool)
 *              pool_submit(pool, job);         hands over: starts a worker, or wakes one up
 *      else
 *              job_run(job);                   what the workers run: the loop's way out without them
 *
 * A server that can do without its threads says so in this form. In the program as it is used the workers take the job,
 * so what the other arm leads to is of low confidence. It is one if the arms are those of one condition (an `if` that
 * returns counts), a call in the one hands over, itself or few calls down, and the function that is called in the other
 * is among the first that workers come to.
 *
 *      if (!debugging && (pid = fork()) != 0)
 *              remember(pid);
 *      else
 *              serve(connection);              the child; or nobody but the one who debugs it
 *
 * A fork that is one condition of several divides in the same way: the arm that the child takes is the process's own only
 * where it did not fork.
 */
#include "program/contexts.h"

enum {
	MAX_DOWN = 3,    /* calls down to the handing over */
	MAX_IN = 4,      /* calls from a worker's entry */
	MAX_OPERAND = 12 /* nodes down from a condition to the fork in it */
};

struct alternatives {
	struct program *p;
	uint8_t *hands_over; /* per function: calls down to the handing over + 1; 0: none, or too many */
	uint8_t *entered;    /* per function: calls from a worker's entry + 1; NULL: not asked yet */
	GArray *queue;
	GArray *arms; /* struct arm, of the function at hand */
};

/* Where something is handed over: `node` is `holds` there. */
struct arm {
	uint32_t node;
	bool holds;
};

/* --- handing over --- */

static bool registers_worker(const struct model *model)
{
	for (size_t i = 0; model && i < model->register_count; i++)
		if (model->registers[i]->context == CONTEXT_WORKER)
			return true;
	return false;
}

static void mark_hands_over(struct alternatives *a)
{
	struct program *p = a->p;
	GHashTable *wakes = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; i < p->packs->count; i++)
		for (const char *const *name = p->packs->items[i].wakes; name && *name; name++)
			g_hash_table_add(wakes, (gpointer)*name);
	for (uint32_t i = 1; i < p->functions->len; i++) {
		const struct program_function *f = program_function(p, i);

		a->hands_over[i] = registers_worker(f->model) || g_hash_table_contains(wakes, f->name);
	}
	g_hash_table_destroy(wakes);
	for (uint8_t down = 1; down <= MAX_DOWN; down++)
		for (uint32_t i = 1; i < p->calls->len; i++) {
			const struct call *call = program_call(p, i);

			if (a->hands_over[call->callee] == down && !a->hands_over[call->caller])
				a->hands_over[call->caller] = down + 1;
		}
}

/* --- what workers come to --- */

static void enter(uint32_t function, uint32_t target, void *data)
{
	struct alternatives *a = data;

	(void)target;
	if (!function || a->entered[function] || !program_function(a->p, function)->fact)
		return;
	a->entered[function] = 1;
	g_array_append_val(a->queue, function);
}

static void enter_callees(struct alternatives *a, uint32_t function)
{
	const struct program_function f = *program_function(a->p, function);

	for (uint32_t c = f.first_call; c < f.first_call + f.calls; c++) {
		struct call call = *program_call(a->p, c);

		if (call.callee)
			enter(call.callee, 0, a);
		else
			pointers_each(a->p, call.caller, call_node(a->p, &call)->first, enter, a);
	}
}

static void mark_entered(struct alternatives *a)
{
	struct program *p = a->p;

	a->entered = g_new0(uint8_t, p->functions->len);
	for (uint32_t i = 1; i < p->roots->len; i++)
		if (program_item(p, roots, struct root, i)->context == CONTEXT_WORKER)
			enter(program_item(p, roots, struct root, i)->function, 0, a);
	guint next = 0;
	for (unsigned in = 0; in < MAX_IN; in++)
		for (guint end = a->queue->len; next < end; next++)
			enter_callees(a, g_array_index(a->queue, uint32_t, next));
}

static bool is_entered(struct alternatives *a, uint32_t function)
{
	if (!a->entered)
		mark_entered(a);
	return a->entered[function];
}

/* --- arms --- */

static void collect_arms(struct alternatives *a, const struct program_function *f)
{
	struct program *p = a->p;

	g_array_set_size(a->arms, 0);
	for (uint32_t c = f->first_call; c < f->first_call + f->calls; c++) {
		const struct call *call = program_call(p, c);

		for (uint32_t g = a->hands_over[call->callee] ? call->guard : 0; g;
		     g = program_item(p, guards, struct guard, g)->outer) {
			const struct guard *guard = program_item(p, guards, struct guard, g);
			struct arm arm = { guard->node, guard->holds };

			if (!guard->is_case && !guard->exited)
				g_array_append_val(a->arms, arm);
		}
	}
}

/* Whether something is handed over where a condition that holds at this call does not, or the other way round. */
static bool is_other_arm(const struct alternatives *a, const struct call *call)
{
	for (uint32_t g = call->guard; g; g = program_item(a->p, guards, struct guard, g)->outer) {
		const struct guard *guard = program_item(a->p, guards, struct guard, g);

		for (guint i = 0; i < a->arms->len && !guard->is_case && !guard->asserted; i++) {
			const struct arm *arm = &g_array_index(a->arms, struct arm, i);

			if (arm->node == guard->node && arm->holds != guard->holds)
				return true;
		}
	}
	return false;
}

static void find_in(struct alternatives *a, const struct program_function *f)
{
	struct program *p = a->p;

	collect_arms(a, f);
	for (uint32_t c = f->first_call; a->arms->len && c < f->first_call + f->calls; c++) {
		const struct call *call = program_call(p, c);

		if (call->callee && program_function(p, call->callee)->fact && !a->hands_over[call->callee] &&
		    is_other_arm(a, call) && is_entered(a, call->callee))
			program_call(p, c)->alternative = true;
	}
}

/* --- the child's arm --- */

/* Whether an operand forks: `fork()`, `(pid = fork()) != 0`. */
static bool forks(struct program *p, const struct program_function *f, uint32_t node, unsigned depth)
{
	const struct node *n = function_node(f, node);
	uint32_t callee = n->kind == NODE_CALL && n->symbol ? link_symbol(p, f->unit - 1, n->symbol) : 0;

	if (function_effect(p, callee, EFFECT_FORKS))
		return true;
	for (uint32_t child = depth < MAX_OPERAND ? n->first : 0; child; child = function_node(f, child)->next)
		if (forks(p, f, child, depth + 1))
			return true;
	return false;
}

/* Whether a condition is one of several that `op` joins, and one of them forks. */
static bool joins_fork(struct program *p, const struct guard *guard, const struct program_function *f)
{
	const struct node *n = function_node(f, guard->node);
	enum node_op op = guard->holds ? OP_OR : OP_AND;

	return !guard->is_case && !guard->asserted && n->kind == NODE_BINARY && n->op == op &&
	       forks(p, f, guard->node, 0);
}

static void find_children(struct program *p, const struct program_function *f)
{
	for (uint32_t c = f->first_call; c < f->first_call + f->calls; c++)
		for (uint32_t g = program_call(p, c)->guard; g; g = program_item(p, guards, struct guard, g)->outer)
			if (joins_fork(p, program_item(p, guards, struct guard, g), f))
				program_call(p, c)->alternative = true;
}

static void find_forks(struct program *p)
{
	for (uint32_t i = 1; i < p->functions->len; i++) {
		if (!function_effect(p, i, EFFECT_FORKS))
			continue;
		callers_index(p);
		for (uint32_t c = p->calls_of[i]; c; c = p->next_call_of[c])
			find_children(p, program_function(p, program_call(p, c)->caller));
	}
}

void alternative_find(struct program *p)
{
	struct alternatives a = { .p = p,
				  .hands_over = g_new0(uint8_t, p->functions->len),
				  .queue = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
				  .arms = g_array_new(FALSE, FALSE, sizeof(struct arm)) };

	mark_hands_over(&a);
	for (uint32_t i = 1; i < p->functions->len; i++)
		if (program_function(p, i)->fact && a.hands_over[i])
			find_in(&a, program_function(p, i));
	g_free(a.hands_over);
	g_free(a.entered);
	g_array_free(a.queue, TRUE);
	g_array_free(a.arms, TRUE);
	find_forks(p);
}
