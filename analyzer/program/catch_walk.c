/*
 * catch_walk: what becomes of a cancellation from its handler on. One walk over the body, branch by branch, on which
 * control comes to nothing before the handler begins; there it is a cancellation that was caught. Conditions that follow
 * from that are decided, of others both branches are taken. Functions of the program are entered.
 *
 *      PG_CATCH();                                     here it begins
 *              edata = CopyErrorData();                edata is the error
 *              if (edata->sqlerrcode == NOT_FOUND)     it is not
 *                      found = false;
 *              else
 *                      failed = true;                  so this happens,
 *      PG_END_TRY();
 *      if (failed)                                     this is true,
 *              ReThrowError(edata);                    and it is passed on
 */
#include "program/catches.h"
#include "program/value.h"

#include <string.h>

enum { MAX_LABELS = 32, MAX_DEPTH = 400, MAX_ENTERED = 4 };

struct label {
	uint32_t name;
	bool passed; /* it stands before: who jumps there goes back */
	struct way way;
};

struct frame {
	struct frame *outer;
	uint32_t function, call; /* call: in the frame outside of this one */
	const struct program_function *f;
	struct way now, exit, broken,
		continued;    /* where control leaves the body, the innermost loop or switch, the turn */
	struct caught result; /* what is returned */
	struct catch_end end;
	struct label *labels[MAX_LABELS];
	unsigned label_count, depth;
	uint32_t macro_use;
};

static void walk(struct handling *h, uint32_t node);

struct way *catch_way(const struct handling *h)
{
	return &h->frame->now;
}

const struct program_function *catch_function(const struct handling *h)
{
	return h->frame->f;
}

uint32_t catch_macro_use(const struct handling *h)
{
	return h->frame->macro_use;
}

static const struct node *at(const struct handling *h, uint32_t node)
{
	return function_node(h->frame->f, node);
}

static void leave(struct way *way)
{
	way->dead = true;
	way->count = 0;
}

void catch_pass(struct handling *h)
{
	h->frame->end.passed = true;
	leave(&h->frame->now);
}

void catch_raise(struct handling *h, uint32_t node)
{
	struct catch_end *end = &h->frame->end;

	if (!end->raised || (end->raised_weak && !h->frame->now.weak)) {
		end->raised = node;
		end->raised_weak = h->frame->now.weak;
	}
	leave(&h->frame->now);
}

/* Control goes on behind the handler as if nothing had been cancelled. */
static void swallow(struct handling *h, uint32_t node, bool retried)
{
	struct catch_end *end = &h->frame->end;

	if (h->frame->outer || h->frame->now.dead || h->frame->now.handed || end->swallowed)
		return;
	end->swallowed = node;
	end->retried = retried;
}

/* --- functions --- */

static struct frame *frame_new(struct handling *h, uint32_t function, uint32_t call)
{
	struct frame *frame = g_new0(struct frame, 1);

	frame->outer = h->frame;
	frame->function = function;
	frame->call = call;
	frame->f = program_function(h->p, function);
	frame->now.dead = frame->exit.dead = frame->broken.dead = frame->continued.dead = true;
	return frame;
}

static void frame_free(struct frame *frame)
{
	for (unsigned i = 0; i < frame->label_count; i++)
		g_free(frame->labels[i]);
	g_free(frame);
}

static unsigned entered(const struct handling *h, uint32_t function)
{
	unsigned depth = 0;

	for (const struct frame *frame = h->frame; frame; frame = frame->outer, depth++)
		if (frame->function == function)
			return MAX_ENTERED;
	return depth;
}

static void give_argument(struct way *way, unsigned n, const struct caught *argument)
{
	if (way->count < MAX_KEPT && (argument->error || argument->code || value_known(&argument->value)))
		way->items[way->count++] = (struct kept){ .kind = NODE_PARAM, .root = n, .value = *argument };
}

/* A function that always raises does so where it is called; one that now and then does is thought to succeed. */
static void merge_end(struct handling *h, const struct frame *inner, uint32_t call)
{
	struct way *now = &h->frame->now;

	now->handed = now->handed || (!inner->exit.dead && inner->exit.handed);
	now->recoded = now->recoded || (!inner->exit.dead && inner->exit.recoded);
	if (!inner->exit.dead) {
		h->frame->end.passed = h->frame->end.passed || inner->end.passed;
		return;
	}
	if (inner->end.passed)
		catch_pass(h);
	else if (inner->end.raised)
		catch_raise(h, call);
	else
		leave(now);
}

struct caught catch_enter(struct handling *h, uint32_t call, uint32_t callee, const struct caught *arguments,
			  unsigned count)
{
	struct caught result = caught_unknown;

	if (entered(h, callee) >= MAX_ENTERED) {
		h->frame->now.dead = program_function(h->p, callee)->noreturn;
		return result;
	}
	struct frame *frame = frame_new(h, callee, call);
	frame->now.dead = false;
	for (unsigned i = 0; i < count; i++)
		give_argument(&frame->now, i, &arguments[i]);
	h->frame = frame;
	walk(h, frame->f->fact->body);
	way_join(&frame->exit, &frame->now);
	h->frame = frame->outer;
	result = frame->result;
	merge_end(h, frame, call);
	frame_free(frame);
	return result;
}

/* --- statements --- */

static void walk_children(struct handling *h, const struct node *n)
{
	for_each_child(child, h->frame->f->facts, n)
		walk(h, child);
}

static const GArray *macros_of(const struct handling *h)
{
	return h->macros[h->frame->f->unit - 1];
}

/* Which branch is left out, as what is guarded by another catch is thought to succeed; 0: none. */
static uint32_t other_handler(struct handling *h, uint32_t node)
{
	const struct node *n = at(h, node);
	uint32_t then = at(h, n->first)->next, other = then ? at(h, then)->next : 0;

	if (!n->macro)
		return 0;
	const GArray *macros = macros_of(h);
	for (guint i = 0; i < macros->len; i++) {
		const struct catch_macros *m = &g_array_index(macros, struct catch_macros, i);

		if (n->macro == m->opener)
			return other;
		if (n->macro == m->handler)
			return then && (at(h, then)->kind != NODE_BLOCK || at(h, then)->first) ? then : other;
	}
	return 0;
}

/* On one branch from `start` on; on the way, to where the handler may be, also if control does not come there. */
static void walk_branch(struct handling *h, uint32_t node, const struct way *start, bool taken)
{
	h->frame->now = *start;
	if (!taken)
		leave(&h->frame->now);
	if (node)
		walk(h, node);
}

static void walk_if(struct handling *h, uint32_t node)
{
	const struct node *n = at(h, node);
	uint32_t then = at(h, n->first)->next, other = then ? at(h, then)->next : 0, left_out = other_handler(h, node);
	struct caught condition = catch_eval(h, n->first);
	enum truth truth = catch_truth(&condition);
	bool weak = h->frame->now.weak;

	if (left_out)
		truth = left_out == then ? TRUTH_FALSE : TRUTH_TRUE;
	if (truth == TRUTH_UNKNOWN && !h->frame->now.dead)
		h->frame->now.weak = weak || catch_asks_itself(h, n->first);
	struct way *start = g_memdup2(&h->frame->now, sizeof *start);
	walk_branch(h, then, start, truth != TRUTH_FALSE);
	struct way *end = g_memdup2(&h->frame->now, sizeof *end);
	walk_branch(h, other, start, truth != TRUTH_TRUE);
	way_join(&h->frame->now, end);
	h->frame->now.weak = weak;
	g_free(start);
	g_free(end);
}

static bool is_opener(struct handling *h, const struct node *n)
{
	const GArray *macros = macros_of(h);

	for (guint i = 0; n->macro && i < macros->len; i++)
		if (n->macro == g_array_index(macros, struct catch_macros, i).opener)
			return true;
	return false;
}

/* Whether control may go into a loop, or into it again. */
static bool goes_on(struct handling *h, uint32_t condition)
{
	struct caught value = at(h, condition)->kind == NODE_EMPTY ? caught_unknown : catch_eval(h, condition);

	return catch_truth(&value) != TRUTH_FALSE;
}

static bool may_end(struct handling *h, uint32_t condition)
{
	struct caught value = catch_eval(h, condition);

	return at(h, condition)->kind != NODE_EMPTY && catch_truth(&value) != TRUTH_TRUE;
}

/*
 * One turn, and what comes out of the loop. The handler may stand inside: then the end of the turn is the first time that
 * control comes to the loop, and going into it again tries again what was cancelled.
 */
static void walk_loop(struct handling *h, uint32_t node)
{
	const struct node *n = at(h, node);
	struct frame *f = h->frame;
	uint32_t init = n->first, condition = at(h, init)->next, step = at(h, condition)->next,
		 body = at(h, step)->next;
	struct way *saved = g_new(struct way, 4);
	bool before;

	walk(h, init);
	saved[0] = f->broken;
	saved[1] = f->continued;
	leave(&f->broken);
	leave(&f->continued);
	before = !f->now.dead;
	saved[2] = saved[3] = f->now; /* where it is left without a turn; what another turn may find unchanged */
	if (n->op == LOOP_DO || (before && !may_end(h, condition)))
		leave(&saved[2]);
	if (n->op != LOOP_DO && before && !goes_on(h, condition))
		leave(&f->now);
	walk(h, body);
	way_join(&f->now, &f->continued);
	walk(h, step);
	if (before && !f->now.dead && goes_on(h, condition))
		way_join(&f->now, &saved[3]);
	if (!before && !f->now.dead && !is_opener(h, n) && goes_on(h, condition))
		swallow(h, h->site->handler, true);
	if (!f->now.dead && !may_end(h, condition) && !is_opener(h, n))
		leave(&f->now);
	way_join(&f->now, &saved[2]);
	way_join(&f->now, &f->broken);
	f->broken = saved[0];
	f->continued = saved[1];
	g_free(saved);
}

static enum truth takes_case(struct handling *h, const struct caught *value, const struct node *label)
{
	return label->first && !at(h, label->first)->next ? catch_equals(h, value, label->first) : TRUTH_UNKNOWN;
}

static bool is_decided(struct handling *h, const struct caught *value, const struct node *body)
{
	for_each_child(child, h->frame->f->facts, body)
		if (at(h, child)->kind == NODE_CASE && takes_case(h, value, at(h, child)) == TRUTH_TRUE)
			return true;
	return false;
}

static void walk_switch(struct handling *h, const struct node *n)
{
	struct frame *f = h->frame;
	struct caught value = catch_eval(h, n->first);
	uint32_t body = at(h, n->first)->next;
	bool decided = body && is_decided(h, &value, at(h, body)), complete = decided;
	struct way *start = g_memdup2(&f->now, sizeof *start), *broken = g_memdup2(&f->broken, sizeof *broken);

	leave(&f->broken);
	leave(&f->now);
	if (body)
		for_each_child(child, f->f->facts, at(h, body)) {
			const struct node *c = at(h, child);

			complete = complete || c->kind == NODE_DEFAULT;
			if (c->kind == NODE_CASE ? takes_case(h, &value, c) != TRUTH_FALSE
						 : c->kind == NODE_DEFAULT && !decided)
				way_join(&f->now, start);
			else if (c->kind != NODE_CASE && c->kind != NODE_DEFAULT)
				walk(h, child);
		}
	if (!complete)
		way_join(&f->now, start);
	way_join(&f->now, &f->broken);
	f->broken = *broken;
	g_free(start);
	g_free(broken);
}

static struct label *label_of(struct frame *f, uint32_t name)
{
	for (unsigned i = 0; i < f->label_count; i++)
		if (f->labels[i]->name == name)
			return f->labels[i];
	if (f->label_count == MAX_LABELS)
		return NULL;
	struct label *label = g_new0(struct label, 1);
	label->name = name;
	label->way.dead = true;
	return f->labels[f->label_count++] = label;
}

static void walk_goto(struct handling *h, uint32_t node)
{
	struct label *label = label_of(h->frame, at(h, node)->text);

	if (!label)
		h->end.unknown = true;
	else if (label->passed)
		swallow(h, node, true);
	else
		way_join(&label->way, &h->frame->now);
	leave(&h->frame->now);
}

static void walk_return(struct handling *h, uint32_t node)
{
	struct frame *f = h->frame;
	const struct node *n = at(h, node);
	struct caught value = n->first ? catch_eval(h, n->first) : caught_unknown;

	if (f->now.dead)
		return;
	if (!f->outer && (value.error || value.code))
		f->now.handed = true;
	swallow(h, node, false);
	f->result = f->exit.dead ? value : caught_join(&f->result, &value);
	way_join(&f->exit, &f->now);
	leave(&f->now);
}

static void walk_jump(struct handling *h, uint32_t node)
{
	struct frame *f = h->frame;
	struct label *label;

	switch (at(h, node)->kind) {
	case NODE_RETURN:
		walk_return(h, node);
		return;
	case NODE_GOTO:
		walk_goto(h, node);
		return;
	case NODE_LABEL:
		label = label_of(f, at(h, node)->text);
		if (label) {
			way_join(&f->now, &label->way);
			label->passed = true;
		}
		return;
	default:
		way_join(at(h, node)->kind == NODE_BREAK ? &f->broken : &f->continued, &f->now);
		leave(&f->now);
	}
}

/* What a macro makes of `throw x`, which may be a loop that never turns, or a call of what it does not show. */
static bool throws_by_macro(struct handling *h, uint32_t node)
{
	const struct node *n = at(h, node);
	const struct catch_form *form = h->site->form;
	const char *macro = facts_string(h->frame->f->facts, n->macro);
	bool rethrows = n->macro && catch_listed(form->rethrows, macro);

	if (h->frame->now.dead || !n->macro || (!rethrows && !catch_listed(form->throws, macro)))
		return false;
	if (rethrows)
		catch_pass(h);
	else
		catch_throw(h, node);
	return true;
}

static void walk_statement(struct handling *h, uint32_t node)
{
	const struct node *n = at(h, node);

	switch (n->kind) {
	case NODE_BLOCK:
		walk_children(h, n);
		break;
	case NODE_IF:
		walk_if(h, node);
		break;
	case NODE_LOOP:
		walk_loop(h, node);
		break;
	case NODE_SWITCH:
		walk_switch(h, n);
		break;
	case NODE_RETURN:
	case NODE_BREAK:
	case NODE_CONTINUE:
	case NODE_GOTO:
	case NODE_LABEL:
		walk_jump(h, node);
		break;
	default:
		catch_eval(h, node);
	}
}

static void walk(struct handling *h, uint32_t node)
{
	struct frame *f = h->frame;
	uint32_t use = f->macro_use, macro = at(h, node)->macro;

	if (f->depth >= MAX_DEPTH || h->end.unknown)
		return;
	f->depth++;
	if (!macro || !use || at(h, use)->macro != macro || at(h, use)->line != at(h, node)->line)
		f->macro_use = macro ? node : 0;
	if (!f->outer && node == h->site->handler) {
		f->now = (struct way){ 0 };
		catch_begin(h);
	}
	if (!throws_by_macro(h, node))
		walk_statement(h, node);
	f->macro_use = use;
	f->depth--;
}

void catch_follow(struct handling *h)
{
	struct frame *frame = frame_new(h, h->site->function, 0);
	bool unknown;

	h->frame = frame;
	walk(h, frame->f->fact->body);
	swallow(h, h->site->handler, false);
	unknown = h->end.unknown;
	h->end = frame->end;
	h->end.unknown = unknown;
	h->frame = NULL;
	frame_free(frame);
}
