/*
 * spins: loops that wait by looking again and again, found in what the event loop runs.
 *
 *      while (!done) ;                                     a flag that only another thread can change
 *      while (pthread_mutex_trylock(&lock)) sched_yield(); a lock asked for until it is free
 *      do n = write(...); while (n < 0 && errno == EAGAIN);an operation tried until it works
 *      while (!ready()) usleep(1000);                      a condition polled between naps
 *
 * A loop is one of these only if all that is in it is known: looking, napping, yielding, trying. One call of anything
 * else, one change of what its condition reads, and it is taken to get on with something. Loops with another loop or an
 * unknown wait inside are left alone.
 */
#include "program/contexts.h"

#include <string.h>

enum { EAGAIN_VALUE = 11 };

/* What a call in such a loop is. */
enum act { ACT_OTHER, ACT_LOOK, ACT_CHECK, ACT_YIELD, ACT_NAP, ACT_TRY_LOCK, ACT_TEST_AND_SET, ACT_TRY_IO };

static const struct {
	const char *name; /* a `*` at the end matches any ending */
	enum act act;
} acts[] = {
	{ "__errno_location", ACT_LOOK },
	{ "__atomic_load*", ACT_LOOK },
	{ "__c11_atomic_load*", ACT_LOOK },
	{ "atomic_load*", ACT_LOOK },
	{ "g_atomic_int_get", ACT_LOOK },
	{ "g_atomic_pointer_get", ACT_LOOK },
	{ "__sync_synchronize", ACT_LOOK },
	{ "__atomic_thread_fence", ACT_LOOK },
	{ "kill", ACT_CHECK },
	{ "waitpid", ACT_CHECK },
	{ "access", ACT_CHECK },
	{ "stat", ACT_CHECK },
	{ "sched_yield", ACT_YIELD },
	{ "pthread_yield", ACT_YIELD },
	{ "g_thread_yield", ACT_YIELD },
	{ "thrd_yield", ACT_YIELD },
	{ "__builtin_ia32_pause", ACT_YIELD },
	{ "_mm_pause", ACT_YIELD },
	{ "pthread_mutex_trylock", ACT_TRY_LOCK },
	{ "pthread_rwlock_try*", ACT_TRY_LOCK },
	{ "pthread_spin_trylock", ACT_TRY_LOCK },
	{ "mtx_trylock", ACT_TRY_LOCK },
	{ "uv_mutex_trylock", ACT_TRY_LOCK },
	{ "uv_rwlock_try*", ACT_TRY_LOCK },
	{ "g_mutex_trylock", ACT_TRY_LOCK },
	{ "g_rec_mutex_trylock", ACT_TRY_LOCK },
	{ "g_rw_lock_*_trylock", ACT_TRY_LOCK },
	{ "__sync_lock_test_and_set*", ACT_TEST_AND_SET },
	{ "__atomic_test_and_set", ACT_TEST_AND_SET },
	{ "__atomic_exchange*", ACT_TEST_AND_SET },
	{ "__c11_atomic_exchange", ACT_TEST_AND_SET },
	{ "atomic_flag_test_and_set*", ACT_TEST_AND_SET },
};

struct finder {
	struct program *p;
	uint8_t *acts; /* per function: 1 + enum act; 0: not asked yet */
	uint8_t *done; /* per loop statement: no spin, whoever runs it, or reported */
};

/* One loop statement, and what was seen in it. */
struct look {
	struct program *p;
	const struct finder *finder;
	const struct program_function *f;
	uint32_t loop;
	unsigned acts;                  /* bit n: an enum act was seen */
	uint32_t nap, try_lock, try_io; /* calls: the first of each */
	bool shared;                    /* a condition reads what another thread may change */
	bool changes;                   /* something but a variable is changed, or a variable counts */
	bool nested;                    /* another loop, or none at all */
	bool stores;                    /* memory that others see is written */
	bool once;                      /* the end of a turn leaves it: only `continue` makes another */
	bool retries;                   /* goes round on EAGAIN */
	unsigned depth, ifs;
};

/* What the function does by its pack if its descriptor blocks; NULL: nothing. */
static const struct effect *io_effect(const struct program_function *callee)
{
	for (size_t i = 0; callee->model && i < callee->model->effect_count; i++)
		if (callee->model->effects[i]->kind == EFFECT_BLOCKS && callee->model->effects[i]->descriptor)
			return callee->model->effects[i];
	return NULL;
}

static enum act act_of_effects(const struct program_function *callee)
{
	for (size_t i = 0; callee->model && i < callee->model->effect_count; i++) {
		const struct effect *e = callee->model->effects[i];

		if (e->kind == EFFECT_BLOCKS && e->category == CATEGORY_SLEEP)
			return ACT_NAP;
	}
	return io_effect(callee) ? ACT_TRY_IO : ACT_OTHER;
}

static enum act act_of_name(const struct program_function *callee)
{
	for (size_t i = 0; i < G_N_ELEMENTS(acts); i++)
		if (strchr(acts[i].name, '*') ? g_pattern_match_simple(acts[i].name, callee->name)
					      : strcmp(acts[i].name, callee->name) == 0)
			return acts[i].act;
	return act_of_effects(callee);
}

static enum act act_of(const struct finder *f, uint32_t function)
{
	if (!function)
		return ACT_OTHER;
	if (!f->acts[function])
		f->acts[function] = (uint8_t)(1 + act_of_name(program_function(f->p, function)));
	return (enum act)(f->acts[function] - 1);
}

static uint32_t call_at(const struct look *l, uint32_t node)
{
	for (uint32_t i = l->f->first_call; i < l->f->first_call + l->f->calls; i++)
		if (program_call(l->p, i)->node == node)
			return i;
	return 0;
}

static bool is_errno(const struct look *l, const struct node *n)
{
	const struct node *pointer = n->kind == NODE_DEREF && n->first ? function_node(l->f, n->first) : NULL;

	return pointer && pointer->kind == NODE_CALL && pointer->symbol &&
	       strcmp(facts_string(l->f->facts, facts_symbol(l->f->facts, pointer->symbol)->name),
		      "__errno_location") == 0;
}

/* `errno == EAGAIN`, alone or as one of several alternatives or conditions. */
static bool asks_again(const struct look *l, uint32_t node, unsigned depth)
{
	const struct node *n = function_node(l->f, node);

	if (n->kind != NODE_BINARY || depth > 8)
		return false;
	uint32_t right = function_node(l->f, n->first)->next;
	if (n->op == OP_AND || n->op == OP_OR)
		return asks_again(l, n->first, depth + 1) || asks_again(l, right, depth + 1);
	const struct node *value = function_node(l->f, right);
	return n->op == OP_EQ && is_errno(l, function_node(l->f, n->first)) && value->kind == NODE_CONST &&
	       value->value == EAGAIN_VALUE;
}

/* Whether a condition reads what another thread may change. */
static bool reads_shared(const struct look *l, uint32_t node, unsigned depth)
{
	const struct node *n = function_node(l->f, node);

	if (depth > 12 || is_errno(l, n))
		return false;
	if (n->kind == NODE_GLOBAL || n->kind == NODE_FIELD || n->kind == NODE_DEREF)
		return true;
	if (n->kind == NODE_CALL && n->symbol)
		return act_of(l->finder, link_symbol(l->p, l->f->unit - 1, n->symbol)) != ACT_OTHER;
	for_each_child(child, l->f->facts, n)
		if (reads_shared(l, child, depth + 1))
			return true;
	return false;
}

static void look_at(struct look *l, uint32_t node);

static void look_at_call(struct look *l, uint32_t node)
{
	uint32_t index = call_at(l, node);
	enum act act = index ? act_of(l->finder, program_call(l->p, index)->callee) : ACT_OTHER;

	l->acts |= 1u << act;
	if (act == ACT_NAP && !l->nap)
		l->nap = index;
	if (act == ACT_TRY_LOCK && !l->try_lock)
		l->try_lock = index;
	if (act == ACT_TRY_IO && !l->try_io)
		l->try_io = index;
}

/* `if (...) continue;` behind a test for EAGAIN goes round at once. */
static void look_at_if(struct look *l, const struct node *n)
{
	uint32_t then = function_node(l->f, n->first)->next;
	const struct node *arm = then ? function_node(l->f, then) : NULL;

	if (arm && reads_shared(l, n->first, 0))
		l->shared = true;
	if (arm && arm->kind == NODE_BLOCK && arm->first && !function_node(l->f, arm->first)->next)
		arm = function_node(l->f, arm->first);
	if (arm && arm->kind == NODE_CONTINUE && asks_again(l, n->first, 0))
		l->retries = true;
}

static void look_at_assign(struct look *l, const struct node *n)
{
	const struct node *place = function_node(l->f, n->first), *value = function_node(l->f, place->next);

	if (place->kind != NODE_LOCAL)
		l->stores = true;
	if (place->kind != NODE_LOCAL || n->op || (value->kind != NODE_CALL && value->kind != NODE_GLOBAL))
		l->changes = true; /* `item = item->next` gets on */
}

/* `atomic_exchange(&flag, 1)`, which the compiler does itself: not a call. */
static bool is_exchange(const struct look *l, const struct node *n)
{
	const struct node *first = n->first ? function_node(l->f, n->first) : NULL;

	return first && first->kind == NODE_ADDRESS && first->next;
}

static void look_at(struct look *l, uint32_t node)
{
	const struct node *n = function_node(l->f, node);

	if (l->depth > 200)
		return;
	l->depth++;
	if (n->kind == NODE_CALL)
		look_at_call(l, node);
	else if (n->kind == NODE_IF)
		look_at_if(l, n);
	else if (n->kind == NODE_ASSIGN)
		look_at_assign(l, n);
	else if (n->kind == NODE_LOOP || n->kind == NODE_SWITCH || n->kind == NODE_GOTO)
		l->nested = true;
	else if (n->kind == NODE_UNARY && (n->op == OP_INCREMENT || n->op == OP_DECREMENT))
		l->changes = true;
	else if (n->kind == NODE_ADDRESS && function_node(l->f, n->first)->kind == NODE_LOCAL)
		l->changes = true; /* whoever is handed it may write it */
	else if (n->kind == NODE_OPAQUE && is_exchange(l, n))
		l->acts |= 1u << ACT_TEST_AND_SET;
	else if ((n->kind == NODE_BREAK || n->kind == NODE_RETURN) && !l->ifs)
		l->once = true;
	l->ifs += n->kind == NODE_IF;
	for_each_child(child, l->f->facts, n)
		look_at(l, child);
	l->ifs -= n->kind == NODE_IF;
	l->depth--;
}

static void look_at_loop(struct look *l)
{
	const struct node *n = function_node(l->f, program_item(l->p, loops, struct loop, l->loop)->node);
	uint32_t condition = function_node(l->f, n->first)->next;

	for_each_child(child, l->f->facts, n)
		look_at(l, child);
	l->nested = l->nested || loop_turns_once(l->p, l->loop);
	l->shared = l->shared || reads_shared(l, condition, 0);
	l->retries = l->retries || asks_again(l, condition, 0);
}

#define ONLY(acts_seen, allowed) (((acts_seen) & ~(allowed)) == 0)
#define ACT(name)                (1u << ACT_##name)

/* Which of the shapes it is, whoever runs it; fills what differs in *hazard. */
static bool has_shape(const struct look *l, struct hazard *hazard)
{
	unsigned looks = ACT(LOOK) | ACT(YIELD);

	hazard->severity = LEVEL_HIGH;
	if (l->nested)
		return false;
	if (l->retries && l->try_io && ONLY(l->acts, looks | ACT(TRY_IO))) {
		hazard->call = l->try_io;
		hazard->spin = SPIN_RETRY;
		return true;
	}
	if (l->once || l->stores)
		return false;
	if (l->nap && l->shared && ONLY(l->acts, looks | ACT(CHECK) | ACT(NAP) | ACT(TRY_LOCK))) {
		hazard->call = l->nap;
		hazard->spin = SPIN_NAP;
		hazard->severity = l->changes ? LEVEL_MEDIUM : LEVEL_HIGH; /* counts: there is an end */
		return true;
	}
	if (l->changes)
		return false;
	if (l->try_lock && ONLY(l->acts, looks | ACT(TRY_LOCK))) {
		hazard->call = l->try_lock;
		hazard->spin = SPIN_LOCK;
		return true;
	}
	if (l->acts & ACT(TEST_AND_SET) && ONLY(l->acts, looks | ACT(TEST_AND_SET))) {
		hazard->spin = SPIN_FLAG;
		hazard->severity = LEVEL_LOW; /* a spin lock: held for a moment */
		return true;
	}
	hazard->spin = SPIN_FLAG;
	return l->shared && ONLY(l->acts, looks);
}

/* Whether what is tried again does not block on this path. */
static bool fails_at_once(struct program *p, struct hazard *hazard)
{
	struct call call = *program_call(p, hazard->call);
	struct descriptor state = descriptor_state(p, program_instance(p, hazard->instance), &call,
						   io_effect(program_function(p, call.callee)));

	hazard->confidence = MIN(hazard->confidence, state.blocks == TRUTH_FALSE ? LEVEL_HIGH : LEVEL_MEDIUM);
	return state.blocks != TRUTH_TRUE && (!state.opens || strcmp(state.opens, "file") != 0);
}

/* Whether the statement is inside the part of the function that this instance runs. */
static bool in_scope(const struct program *p, const struct instance *in, uint32_t loop)
{
	if (!in->loop)
		return true;
	for (uint32_t l = program_item(p, loops, struct loop, loop)->outer; l;
	     l = program_item(p, loops, struct loop, l)->outer)
		if (l == in->loop)
			return true;
	return false;
}

static bool reached(struct program *p, const struct instance *in, const struct program_function *f, uint32_t loop)
{
	uint32_t node = program_item(p, loops, struct loop, loop)->node;
	uint32_t guard = body_region(p, f, node).guard;

	value_begin(p);
	return value_guard(p, in, guard, 0, 0) != TRUTH_FALSE;
}

static void judge(struct finder *finder, uint32_t instance, uint32_t loop)
{
	struct program *p = finder->p;
	const struct instance *in = program_instance(p, instance);
	const struct program_function *f = program_function(p, in->function);
	struct look look = { .p = p, .finder = finder, .f = f, .loop = loop };
	struct hazard hazard = {
		.kind = HAZARD_SPIN, .instance = instance, .loop = loop, .confidence = in->confidence
	};

	look_at_loop(&look);
	if (!has_shape(&look, &hazard)) {
		finder->done[loop] = true;
		return;
	}
	if (!in_scope(p, in, loop) || !reached(p, in, f, loop) ||
	    (hazard.spin == SPIN_RETRY && !fails_at_once(p, &hazard)))
		return;
	g_array_append_val(p->hazards, hazard);
	finder->done[loop] = true;
}

/* The nap of a polling loop is one mistake, and reported as that. */
static void mark_naps(struct program *p)
{
	GHashTable *naps = g_hash_table_new(NULL, NULL);

	for (uint32_t i = 1; i < p->hazards->len; i++) {
		const struct hazard *h = program_item(p, hazards, struct hazard, i);

		if (h->kind == HAZARD_SPIN && h->spin == SPIN_NAP)
			g_hash_table_add(naps, GUINT_TO_POINTER(h->call));
	}
	for (uint32_t i = 1; i < p->loop_effects->len; i++) {
		struct loop_effect *e = program_item(p, loop_effects, struct loop_effect, i);

		e->polls = g_hash_table_contains(naps, GUINT_TO_POINTER(e->call));
	}
	g_hash_table_destroy(naps);
}

void spins_find(struct program *p)
{
	struct finder finder = {
		.p = p,
		.acts = g_new0(uint8_t, p->functions->len),
		.done = g_new0(uint8_t, p->loops->len),
	};

	for (uint32_t i = 1; i < p->instances->len; i++) {
		const struct instance *in = program_instance(p, i);
		const struct program_function *f = program_function(p, in->function);

		for (uint32_t l = f->first_loop; in->context == CONTEXT_LOOP && l < f->first_loop + f->loops; l++)
			if (!finder.done[l])
				judge(&finder, i, l);
	}
	g_free(finder.acts);
	g_free(finder.done);
	mark_naps(p);
}
