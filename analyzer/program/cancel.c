/* cancel: holds what a callback does when the operation was cancelled against what it does otherwise; see cancel.h. */
#include "program/cancel.h"
#include "program/closing.h"
#include "program/lasting.h"
#include "program/contexts.h"

#include <string.h>

struct judge {
	struct program *p;
	struct lasting *lasting;
	const struct completion_site *site;
	struct aftermath cancelled, failed, succeeded;
};

static const struct aftermath_event *event_at(const struct aftermath *outcome, guint i)
{
	return &g_array_index(outcome->events, struct aftermath_event, i);
}

/* The first event of a kind, in the order of the source. */
static const struct aftermath_event *first_event(const struct aftermath *outcome, enum aftermath_event_kind kind)
{
	const struct aftermath_event *first = NULL;

	for (guint i = 0; i < outcome->events->len; i++)
		if (event_at(outcome, i)->kind == kind && (!first || event_at(outcome, i)->node < first->node))
			first = event_at(outcome, i);
	return first;
}

static enum level by_canceller(enum canceller canceller)
{
	return canceller == CANCELLER_OWNER ? LEVEL_HIGH : canceller == CANCELLER_OTHER ? LEVEL_MEDIUM : LEVEL_LOW;
}

static void add(const struct judge *j, enum cancel_kind kind, const struct aftermath_event *event, enum level severity,
		enum level confidence)
{
	struct cancel_fault fault = {
		.kind = kind,
		.site = *j->site,
		.node = event->node,
		.symbol = event->symbol,
		.told = j->cancelled.told,
		.finish = j->cancelled.finish,
		.severity = severity,
		.confidence = confidence,
	};

	g_array_append_val(j->p->cancel_faults, fault);
}

/* What its owner may have freed is touched. What is lent by data that is kept, only where it was seen to be lent. */
static bool judge_use(const struct judge *j)
{
	const struct completion_site *site = j->site;
	const struct aftermath_event *use = NULL;

	if ((site->kind != COMPLETION_RESULT && !site->data_field) || !j->cancelled.finish)
		return false;
	if (site->data_field && site->canceller != CANCELLER_OWNER)
		return false; /* something is cancelled somewhere: not seen that its owner goes */
	if (site->lifetime == LIFETIME_BORROWED)
		use = first_event(&j->cancelled, EVENT_USES_DATA);
	else if (site->lifetime == LIFETIME_KEPT)
		use = first_event(&j->cancelled, EVENT_USES_PART);
	if (!use)
		return false;
	if (lasting_type(j->lasting, completion_type(j->p, site, use->kind == EVENT_USES_PART ? use->symbol : 0)))
		return false;
	enum level confidence = by_canceller(site->canceller);
	if (use->kind == EVENT_USES_PART) {
		if (!completion_lends(j->p, site, use->symbol, program_function(j->p, site->callback)))
			return false;
		confidence = MIN(confidence, LEVEL_MEDIUM);
	}
	add(j, CANCEL_USE_AFTER, use, LEVEL_HIGH, confidence);
	return true;
}

/* The outcome says that nothing was started, and whoever asked for it has not been told by anybody else. */
static bool is_refusal(const struct judge *j)
{
	return j->site->returns && j->site->returns->refuses;
}

/* What a refusal leads to is no fault where it is tried once more and refused again, for good. */
static bool is_futile(const struct judge *j, const struct aftermath_event *event)
{
	const struct program_function *f = program_function(j->p, j->site->callback);
	uint32_t callee = completion_callee_of(j->p, f, function_node(f, event->node));

	return is_refusal(j) && cancel_role_within(j->p, callee, CANCEL_STARTS);
}

/* The first event of a kind that does not happen after a success as well: it belongs to the error branch. */
static const struct aftermath_event *first_of_failure(const struct judge *j, enum aftermath_event_kind kind)
{
	const struct aftermath_event *first = NULL;

	for (guint i = 0; i < j->cancelled.events->len; i++) {
		const struct aftermath_event *event = event_at(&j->cancelled, i);

		if (event->kind == kind && !aftermath_has(&j->succeeded, kind, event->node) && !is_futile(j, event) &&
		    (!first || event->node < first->node))
			first = event;
	}
	return first;
}

static void judge_failure(const struct judge *j)
{
	static const struct {
		enum aftermath_event_kind kind;
		enum level severity;
	} effects[] = { { EVENT_STARTS, LEVEL_HIGH }, { EVENT_ANSWERS, LEVEL_MEDIUM }, { EVENT_LOGS, LEVEL_LOW } };
	enum level confidence = j->site->canceller == CANCELLER_CALLER ? LEVEL_LOW : LEVEL_MEDIUM;

	for (size_t i = 0; i < (is_refusal(j) ? 1 : G_N_ELEMENTS(effects)); i++) {
		const struct aftermath_event *event = first_of_failure(j, effects[i].kind);

		if (!event)
			continue;
		if (j->cancelled.told)
			confidence = LEVEL_LOW; /* it is known there, and done on purpose, perhaps */
		add(j, CANCEL_AS_FAILURE, event, effects[i].severity, confidence);
		return;
	}
}

/* A peer is told that all went well. What a GTask returns, the task itself turns into the cancellation. */
static const struct aftermath_event *false_answer(const struct judge *j)
{
	return j->cancelled.finish ? first_event(&j->cancelled, EVENT_SUCCEEDS) : NULL;
}

/* Others are told that something has changed: of GIO's operations, what counts as a success. */
static bool tells_others(const struct judge *j, const struct aftermath_event *event)
{
	const struct program_function *f = program_function(j->p, j->site->callback);
	const char *callee = completion_callee(j->p, f, function_node(f, event->node));

	return g_str_has_prefix(callee, "g_signal_emit") || g_str_has_prefix(callee, "g_object_notify");
}

/* The first call that is made after a success and after a cancellation, but not after a failure. */
static const struct aftermath_event *success_only(const struct judge *j)
{
	const struct aftermath_event *first = NULL;

	for (guint i = 0; j->cancelled.told && i < j->cancelled.events->len; i++) {
		const struct aftermath_event *event = event_at(&j->cancelled, i);

		if (event->kind == EVENT_CALLS && (j->site->kind == COMPLETION_STATUS || tells_others(j, event)) &&
		    aftermath_has(&j->succeeded, EVENT_CALLS, event->node) &&
		    !aftermath_has(&j->failed, EVENT_CALLS, event->node) && (!first || event->node < first->node))
			first = event;
	}
	return first;
}

static void judge_success(const struct judge *j)
{
	const struct aftermath_event *event = false_answer(j);

	if (!event)
		event = success_only(j);
	if (event)
		add(j, CANCEL_AS_SUCCESS, event, LEVEL_MEDIUM,
		    j->site->canceller == CANCELLER_CALLER ? LEVEL_LOW : LEVEL_MEDIUM);
}

/* Told apart, and then its caller is never told anything. */
static void judge_lost(const struct judge *j)
{
	const struct aftermath_event *other = first_event(&j->failed, EVENT_COMPLETES);

	if (!j->cancelled.told || !j->cancelled.unfinished || j->failed.unsure || !other)
		return;
	if (j->succeeded.unsure && !is_refusal(j))
		return; /* after what was started somebody else will tell */
	struct aftermath_event event = { EVENT_COMPLETES, j->cancelled.told, other->symbol };
	add(j, CANCEL_LOST_COMPLETION, &event, LEVEL_HIGH,
	    j->site->canceller == CANCELLER_CALLER ? LEVEL_LOW : LEVEL_MEDIUM);
}

/* Whether the callback is handed a result beside the status, and looks at it. */
static bool takes_result(const struct program_function *f, const struct completion_site *site)
{
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++)
		if (function_node(f, i)->kind == NODE_PARAM && function_node(f, i)->value > site->outcome)
			return true;
	return false;
}

/* Whether the program cancels such operations; then there is no result: the work of a thread pool did not even run. */
static bool result_can_be_missing(struct program *p, const struct completion_site *site)
{
	const struct program_function *starter = program_function(p, program_call(p, site->call)->callee);
	bool works = takes_result(program_function(p, site->callback), site);

	for (size_t i = 0; starter->model && i < starter->model->register_count; i++)
		works |= starter->model->registers[i]->context == CONTEXT_WORKER;
	for (size_t i = 0; works && site->pack && i < site->pack->pending_count; i++)
		for (const char *const *name = site->pack->pending[i].starters; *name; name++)
			if (strcmp(*name, starter->name) == 0)
				return program_calls_one_with(p, site->pack->pending[i].ended_by, site->callback);
	return false;
}

static void add_ignored(const struct judge *j, const struct call *call)
{
	struct aftermath_event event = { EVENT_USES_DATA, call->node, call_node(j->p, call)->symbol };

	add(j, CANCEL_IGNORED_STATUS, &event, LEVEL_MEDIUM, LEVEL_MEDIUM);
}

static void judge_ignored(const struct judge *j)
{
	const struct program_function *f = program_function(j->p, j->site->callback);

	if (j->site->kind != COMPLETION_STATUS || j->cancelled.finish)
		return;
	if (j->site->field) {
		uint32_t use = cancel_uses_result(j->p, j->site);

		if (use)
			add_ignored(j, program_call(j->p, use));
		return;
	}
	if (!result_can_be_missing(j->p, j->site))
		return;
	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		const struct call *call = program_call(j->p, i);

		if (!call->callee || completion_releases(program_function(j->p, call->callee)->name))
			continue;
		add_ignored(j, call);
		return;
	}
}

static void judge_site(struct program *p, struct lasting *lasting, const struct completion_site *site)
{
	struct judge j = { .p = p, .lasting = lasting, .site = site };

	bool whole = aftermath_walk(p, site, SCENARIO_CANCELLED, &j.cancelled) &&
		     aftermath_walk(p, site, SCENARIO_FAILED, &j.failed) &&
		     aftermath_walk(p, site, SCENARIO_SUCCEEDED, &j.succeeded);
	if (whole && !judge_use(&j)) {
		judge_failure(&j);
		judge_success(&j);
		judge_lost(&j);
		judge_ignored(&j);
	}
	aftermath_finish(&j.cancelled);
	aftermath_finish(&j.failed);
	aftermath_finish(&j.succeeded);
}

/* Of the operations that end in one callback, the one that says most. */
static int weight(const struct completion_site *site)
{
	int lifetime = site->lifetime == LIFETIME_BORROWED ? 2 : site->lifetime == LIFETIME_KEPT ? 1 : 0;
	static const int cancellers[] = { [CANCELLER_NONE] = 0,
					  [CANCELLER_CALLER] = 1,
					  [CANCELLER_REQUEST] = 1,
					  [CANCELLER_OTHER] = 2,
					  [CANCELLER_OWNER] = 3 };

	return site->canceller == CANCELLER_NONE ? -1 : cancellers[site->canceller] * 4 + lifetime;
}

static void judge_sites(struct program *p, const GArray *sites, struct lasting *lasting)
{
	for (guint i = 0; i < sites->len;) {
		const struct completion_site *best = &g_array_index(sites, struct completion_site, i);
		uint32_t callback = best->callback;

		for (; i < sites->len && g_array_index(sites, struct completion_site, i).callback == callback; i++)
			if (weight(&g_array_index(sites, struct completion_site, i)) > weight(best))
				best = &g_array_index(sites, struct completion_site, i);
		if (best->canceller != CANCELLER_NONE)
			judge_site(p, lasting, best);
	}
}

/* Every wait of a coroutine that was cancelled ends at once: who goes on for ever, without a look at that, spins. */
static bool judge_endless(const struct judge *j)
{
	const struct completion_site *site = j->site;
	struct aftermath_event event = { EVENT_STARTS, site->returned, 0 };

	if (!site->returns->lasts || j->cancelled.ends || !aftermath_has(&j->cancelled, EVENT_STARTS, site->returned))
		return false;
	event.symbol = function_node(program_function(j->p, site->callback), site->returned)->symbol;
	add(j, CANCEL_AS_FAILURE, &event, LEVEL_HIGH, LEVEL_MEDIUM);
	return true;
}

/* What a coroutine does with what its waits return: each of them. */
static void judge_returned(struct program *p)
{
	GArray *sites = completions_find_returned(p);

	for (guint i = 0; i < sites->len; i++) {
		const struct completion_site *site = &g_array_index(sites, struct completion_site, i);
		struct judge j = { .p = p, .site = site };

		if (aftermath_walk(p, site, SCENARIO_CANCELLED, &j.cancelled) &&
		    aftermath_walk(p, site, SCENARIO_FAILED, &j.failed) &&
		    aftermath_walk(p, site, SCENARIO_SUCCEEDED, &j.succeeded) && !judge_endless(&j)) {
			judge_failure(&j);
			judge_success(&j);
			judge_lost(&j);
		}
		aftermath_finish(&j.cancelled);
		aftermath_finish(&j.failed);
		aftermath_finish(&j.succeeded);
	}
	g_array_free(sites, TRUE);
}

/* --- codes of cancellations that are handed on --- */

/* Whether the parameter is passed on behind a node: somebody will take it for what it says there. */
static bool is_passed_on(const struct program *p, const struct program_function *f, uint32_t since, uint32_t parameter)
{
	for (uint32_t i = since + 1; i < f->end_node; i++) {
		const struct node *n = function_node(f, i);
		bool passes = n->kind == NODE_RETURN ||
			      (n->kind == NODE_CALL && !(cancel_role(p, completion_callee_of(p, f, n)) & CANCEL_LOGS));

		for (uint32_t child = passes ? n->first : 0; child; child = function_node(f, child)->next)
			if (function_node(f, child)->kind == NODE_PARAM && function_node(f, child)->value == parameter)
				return true;
	}
	return false;
}

static void judge_code(struct program *p, const struct completion_site *site)
{
	const struct program_function *f = program_function(p, site->callback);
	struct judge j = { .p = p, .site = site };
	const struct aftermath_event *event = NULL;

	if (aftermath_walk(p, site, SCENARIO_CANCELLED, &j.cancelled))
		event = first_event(&j.cancelled, EVENT_OVERWRITES);
	if (event && !j.cancelled.told && is_passed_on(p, f, event->node, site->outcome))
		add(&j, CANCEL_AS_FAILURE, event, LEVEL_MEDIUM, LEVEL_MEDIUM);
	aftermath_finish(&j.cancelled);
}

/* Each function and parameter once. */
static void judge_codes(struct program *p)
{
	GArray *sites = cancel_codes_find(p);
	GHashTable *seen = g_hash_table_new(program_hash64, NULL);

	for (guint i = 0; i < sites->len; i++) {
		const struct completion_site *site = &g_array_index(sites, struct completion_site, i);

		if (g_hash_table_add(seen, GSIZE_TO_POINTER((gsize)site->callback << 32 | site->outcome)))
			judge_code(p, site);
	}
	g_hash_table_destroy(seen);
	g_array_free(sites, TRUE);
}

/* --- what needs no operation --- */

/* How many calls of a function answer a task, or set whether the thread can be cancelled. */
static unsigned count_calls(const struct program *p, const struct program_function *f, bool answers)
{
	unsigned count = 0;

	for (uint32_t i = f->first_call; f->fact && i < f->first_call + f->calls; i++) {
		uint32_t callee = program_call(p, i)->callee;

		if (callee)
			count += answers ? (cancel_role(p, callee) & CANCEL_COMPLETES) != 0
					 : strcmp(program_function(p, callee)->name, "pthread_setcancelstate") == 0;
	}
	return count;
}

/* Any function: as if nothing failed. */
static void judge_function(struct program *p, uint32_t function, enum aftermath_event_kind event_kind,
			   enum cancel_kind kind, enum level severity)
{
	struct completion_site site = {
		.kind = COMPLETION_STATUS, .callback = function, .data_param = UINT32_MAX, .outcome = UINT32_MAX
	};
	struct judge j = { .p = p, .site = &site };

	if (aftermath_walk(p, &site, SCENARIO_SUCCEEDED, &j.succeeded)) {
		const struct aftermath_event *event = first_event(&j.succeeded, event_kind);
		struct aftermath_event named = event ? *event : (struct aftermath_event){ 0 };

		if (event && !named.symbol)
			named.symbol = function_node(program_function(p, function), named.node)->symbol;
		if (event)
			add(&j, kind, &named, severity, LEVEL_HIGH);
	}
	aftermath_finish(&j.succeeded);
}

void cancel_find(struct program *p)
{
	cancel_roles_find(p);
	GArray *sites = completions_find(p);
	struct lasting *lasting = lasting_new(p);

	judge_sites(p, sites, lasting);
	judge_returned(p);
	judge_codes(p);
	closing_find(p, sites, lasting);
	lasting_free(lasting);
	g_array_free(sites, TRUE);
	for (uint32_t i = 1; i < p->functions->len; i++) {
		if (count_calls(p, program_function(p, i), true) > 1)
			judge_function(p, i, EVENT_TWICE, CANCEL_TWICE, LEVEL_HIGH);
		if (count_calls(p, program_function(p, i), false) > 1)
			judge_function(p, i, EVENT_DISABLES, CANCEL_DISABLED, LEVEL_MEDIUM);
	}
}
