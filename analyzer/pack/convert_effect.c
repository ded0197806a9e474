/* convert_effect: what calls do, of a pack as written -> struct effect; see converting.h. */
#include "pack/converting.h"

#include <string.h>

static const char *const openable[] = { "file",  "socket",   "local-socket", "pipe",    "timer",
					"event", "terminal", "memory",       "datagram" };

static void check_opens(struct conversion *c, struct place entry, const char *key, const char *what)
{
	for (size_t i = 0; i < G_N_ELEMENTS(openable); i++)
		if (strcmp(openable[i], what) == 0)
			return;
	complain(c, place_line(place_key(entry, key)),
		 "unknown value '%s' of '%s'; known are file, socket, local-socket, datagram, pipe, timer, "
		 "event, terminal, memory",
		 what, key);
}

/* How many of the keys that make an effect are given, and the kind of the last. */
static int count_kinds(const struct yaml_effect *from, enum effect_kind *kind)
{
	const struct {
		bool given;
		enum effect_kind kind;
	} kinds[] = {
		{ from->blocks != CATEGORY_NONE, EFFECT_BLOCKS },
		{ from->runs_loop, EFFECT_RUNS_LOOP },
		{ from->waits != NULL, EFFECT_WAITS },
		{ from->any_thread, EFFECT_ANY_THREAD },
		{ from->forks, EFFECT_FORKS },
		{ from->sets_nonblocking != NULL, EFFECT_SETS_NONBLOCKING },
		{ from->sets_blocking != NULL, EFFECT_SETS_BLOCKING },
		{ from->takes_mode != NULL, EFFECT_TAKES_MODE },
		{ from->opens != NULL, EFFECT_OPENS },
		{ from->makes_text != NULL, EFFECT_MAKES_TEXT },
		{ from->finds != NULL, EFFECT_FINDS },
		{ from->locks != NULL, EFFECT_LOCKS },
		{ from->unlocks != NULL, EFFECT_UNLOCKS },
		{ from->changes != NULL, EFFECT_CHANGES },
		{ from->emits != NULL, EFFECT_EMITS },
	};
	int count = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (kinds[i].given) {
			count++;
			*kind = kinds[i].kind;
		}
	return count;
}

static void check_effect(struct conversion *c, struct place entry, const struct yaml_effect *from,
			 enum effect_kind kind)
{
	unsigned line = place_line(entry);
	bool bounded = !from->cost || *from->cost == COST_BOUNDED;

	if (!converting_is_function(from->function, false))
		complain(c, line, "'%s' is no function name", from->function);
	if (kind != EFFECT_BLOCKS && (from->cost || from->bound_us || from->descriptor || from->lasts))
		complain(c, line, "'cost', 'bound_us', 'lasts' and 'descriptor' belong to 'blocks'");
	if (!bounded && from->bound_us)
		complain(c, line, "'bound_us' is the bound of 'cost: bounded'");
	if (from->joins && kind != EFFECT_BLOCKS)
		complain(c, line, "'joins' belongs to 'blocks'");
	if (from->confidence && kind != EFFECT_BLOCKS && kind != EFFECT_RUNS_LOOP && kind != EFFECT_WAITS)
		complain(c, line, "'confidence' belongs to what a finding can be about: blocks, runs_loop, waits");
	if (from->assume && (strcmp(from->assume, "blocking") != 0 || !from->descriptor))
		complain(c, line, "'assume' is 'blocking', and stands beside 'descriptor'");
	if (kind != EFFECT_OPENS && from->nonblocking)
		complain(c, line, "'nonblocking' belongs to 'opens'");
	converting_check_argument(c, line, "descriptor", from->descriptor);
	if (from->opens)
		check_opens(c, entry, "opens", from->opens);
	for (unsigned i = 0; i < from->unless_opened_count; i++)
		check_opens(c, entry, "unless_opened", from->unless_opened[i]);
	if (from->unless_opened && !from->descriptor)
		complain(c, line, "'unless_opened' stands beside 'descriptor'");
	if (from->unless_asked && (kind != EFFECT_BLOCKS || !converting_is_name(from->unless_asked, false)))
		complain(c, line, "'unless_asked' is the name of a constant, and belongs to 'blocks'");
	if (from->alike && !from->unless_called)
		complain(c, line, "'alike' stands beside 'unless_called'");
	converting_check_argument(c, line, "alike", from->alike);
	if (from->input && kind != EFFECT_BLOCKS && kind != EFFECT_WAITS)
		complain(c, line, "'input' belongs to 'blocks' and 'waits'");
}

static enum cost convert_cost(const struct yaml_effect *from)
{
	if (from->cost)
		return *from->cost;
	return from->bound_us ? COST_BOUNDED : COST_UNBOUNDED;
}

/* The descriptor that an effect is about: one of three keys may name it. */
static int convert_descriptor(struct conversion *c, unsigned line, const struct yaml_effect *from)
{
	const struct yaml_descriptor *set = from->sets_nonblocking ? from->sets_nonblocking : from->sets_blocking;

	if (from->takes_mode) {
		converting_require_argument(c, line, "descriptor", from->takes_mode->descriptor);
		converting_check_argument(c, line, "to", from->takes_mode->to);
		return (int)from->takes_mode->descriptor;
	}
	if (!set)
		return (int)from->descriptor;
	converting_require_argument(c, line, "descriptor", set->descriptor);
	return (int)set->descriptor;
}

static void convert_text(struct conversion *c, unsigned line, const struct yaml_makes_text *from, struct effect *to)
{
	if (!from)
		return;
	if (!from->begins == !from->from)
		complain(c, line, "what makes a text has either 'from' or 'begins'");
	converting_check_argument(c, line, "from", from->from);
	converting_check_argument(c, line, "to", from->to);
	to->begins = arena_strdup(c->arena, from->begins);
	to->from_argument = (int)from->from;
	to->to_argument = (int)from->to;
}

static void convert_finds(struct conversion *c, unsigned line, const struct yaml_finds *from, struct effect *to)
{
	if (!from)
		return;
	converting_require_argument(c, line, "name", from->name);
	converting_check_argument(c, line, "to", from->to);
	to->from_argument = (int)from->name;
	to->to_argument = (int)from->to;
}

/* What a call does to data that others look at: a container, or the handlers of a signal. */
static void convert_shared(struct conversion *c, unsigned line, const struct yaml_effect *from, struct effect *to)
{
	if (from->changes) {
		converting_require_argument(c, line, "container", from->changes->container);
		to->from_argument = (int)from->changes->container;
	}
	if (from->emits) {
		converting_require_argument(c, line, "object", from->emits->object);
		if (!from->emits->signal == !from->emits->property)
			complain(c, line, "'emits' has one of 'signal' and 'property'");
		converting_check_argument(c, line, "signal", from->emits->signal);
		converting_check_argument(c, line, "property", from->emits->property);
		to->property = from->emits->property != 0;
		to->from_argument = (int)from->emits->object;
		to->to_argument = (int)(to->property ? from->emits->property : from->emits->signal);
	}
}

/* How long a call waits, and for how many: `waits` and `lasts`. */
static void convert_time(struct conversion *c, unsigned line, const struct yaml_effect *from, struct effect *to)
{
	if (from->waits) {
		converting_check_argument(c, line, "timeout", from->waits->timeout);
		converting_check_argument(c, line, "count", from->waits->count);
		if (from->waits->unit && !from->waits->timeout)
			complain(c, line, "'unit' is the unit of 'timeout'");
		to->timeout_argument = (int)from->waits->timeout;
		to->count_argument = (int)from->waits->count;
		to->signals = from->waits->signals;
		to->unit = from->waits->unit;
	}
	if (from->lasts) {
		converting_require_argument(c, line, "argument", from->lasts->argument);
		to->timeout_argument = (int)from->lasts->argument;
		to->unit = from->lasts->unit;
	}
}

/* The lock that an effect is about: one of three keys may name it. */
static int convert_lock(struct conversion *c, unsigned line, const struct yaml_effect *from)
{
	const struct yaml_lock *lock = from->locks ? from->locks : from->unlocks;

	if (from->gives_up && from->blocks == CATEGORY_NONE)
		complain(c, line, "'gives_up' belongs to 'blocks'");
	converting_check_argument(c, line, "gives_up", from->gives_up);
	if (!lock)
		return (int)from->gives_up;
	converting_require_argument(c, line, "argument", lock->argument);
	if (lock->shared && !from->locks)
		complain(c, line, "'shared' belongs to 'locks'");
	return (int)lock->argument;
}

static char *describe_effect(const struct effect *e)
{
	static const char *const verbs[] = {
		[EFFECT_BLOCKS] = "blocks",
		[EFFECT_RUNS_LOOP] = "runs a loop",
		[EFFECT_WAITS] = "waits",
		[EFFECT_ANY_THREAD] = "may be called from any thread",
		[EFFECT_FORKS] = "forks",
		[EFFECT_SETS_NONBLOCKING] = "makes a descriptor non-blocking",
		[EFFECT_SETS_BLOCKING] = "makes a descriptor blocking",
		[EFFECT_TAKES_MODE] = "takes over the mode of a descriptor",
		[EFFECT_OPENS] = "opens a descriptor",
		[EFFECT_MAKES_TEXT] = "makes a text",
		[EFFECT_FINDS] = "finds a function by its name",
		[EFFECT_LOCKS] = "takes a lock",
		[EFFECT_UNLOCKS] = "gives back a lock",
		[EFFECT_CHANGES] = "changes a container",
		[EFFECT_EMITS] = "emits a signal",
	};
	GString *about = g_string_new(e->function);

	g_string_append_printf(about, " %s", verbs[e->kind]);
	if (e->descriptor)
		g_string_append_printf(about, " by argument %d", e->descriptor);
	converting_append_conditions(about, "if", &e->when);
	converting_append_conditions(about, "unless", &e->unless);
	return g_string_free(about, FALSE);
}

void converting_effect(struct conversion *c, struct place entry, const struct yaml_effect *from, const char *see,
		       struct effect *to)
{
	unsigned line = place_line(entry);
	enum effect_kind kind = EFFECT_BLOCKS;

	if (count_kinds(from, &kind) != 1)
		complain(c, line,
			 "an effect is exactly one of blocks, runs_loop, waits, any_thread, forks, "
			 "sets_nonblocking, sets_blocking, takes_mode, opens, makes_text, finds, locks, unlocks, "
			 "changes and emits");
	check_effect(c, entry, from, kind);
	*to = (struct effect){
		.function = arena_strdup(c->arena, from->function),
		.kind = kind,
		.category = from->blocks,
		.cost = convert_cost(from),
		.bound_us = from->bound_us,
		.when = converting_conditions(c, entry, "when", from->when, "when_all", from->when_all,
					      from->when_all_count),
		.unless = converting_conditions(c, entry, "unless", from->unless, "unless_any", from->unless_any,
						from->unless_any_count),
		.confidence = from->confidence ? *from->confidence : SURE,
		.if_called = converting_copy_names(c, line, from->if_called, from->if_called_count),
		.unless_called = converting_copy_names(c, line, from->unless_called, from->unless_called_count),
		.descriptor = convert_descriptor(c, line, from),
		.to_argument = from->takes_mode ? (int)from->takes_mode->to : 0,
		.input = from->input,
		.alike = (int)from->alike,
		.unless_asked = arena_strdup(c->arena, from->unless_asked),
		.unless_opened = from->unless_opened_count
					 ? converting_copy_strings(c, from->unless_opened, from->unless_opened_count)
					 : NULL,
		.assume_blocking = from->assume != NULL,
		.lock = convert_lock(c, line, from),
		.joins = from->joins,
		.shared = from->locks && from->locks->shared,
		.opens = arena_strdup(c->arena, from->opens),
		.nonblocking = converting_conditions(c, entry, "nonblocking", from->nonblocking, NULL, NULL, 0),
		.instead = arena_strdup(c->arena, from->instead),
		.see = arena_strdup(c->arena, from->see ? from->see : see),
		.line = line,
	};
	convert_time(c, line, from, to);
	convert_text(c, line, from->makes_text, to);
	convert_finds(c, line, from->finds, to);
	convert_shared(c, line, from, to);
	converting_check_duplicate(c, line, describe_effect(to));
}
