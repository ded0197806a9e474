/*
 * convert: a pack as written -> struct pack, see convert.h.
 *
 * Walks the structs and the document in step: the first gives the values, the second their lines. An entry with a
 * mistake is reported and still converted, so that one run shows every mistake of a file.
 */
#include "pack/convert.h"

#include <ctype.h>
#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

struct conversion {
	struct arena *arena;
	const char *name; /* of the file */
	struct pack *out;
	struct diagnostics *diagnostics;
	GHashTable *entries; /* what an entry is about -> its line, to find duplicates */
};

#define complain(conversion, line, ...)                                                                                \
	diagnostics_add((conversion)->diagnostics, DIAGNOSTIC_ERROR, (conversion)->name, line, __VA_ARGS__)

/* The whole of `text`, or all but a `*` at its end, is a C identifier. */
static bool is_name(const char *text, bool may_end_in_star)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	if (isdigit((unsigned char)text[0]))
		return false;
	return (length > 0 && !text[length]) || (may_end_in_star && strcmp(text + length, "*") == 0);
}

/* A name, in C++ with its namespaces and classes: "std::thread::join". */
static bool is_function_name(const char *text, bool may_end_in_star)
{
	const char *scope;
	bool named = true;

	while (named && (scope = strstr(text, "::"))) {
		char *outer = g_strndup(text, (gsize)(scope - text));

		named = is_name(outer, false);
		g_free(outer);
		text = scope + 2;
	}
	return named && is_name(text, may_end_in_star);
}

/* "struct-tag.field"; both may hold `*`. */
static bool is_field(const char *text)
{
	char **parts = g_strsplit(text, ".", -1);
	bool named = g_strv_length(parts) == 2;

	for (unsigned i = 0; named && i < 2; i++) {
		g_strdelimit(parts[i], "*", '_');
		named = is_name(parts[i], false);
	}
	g_strfreev(parts);
	return named;
}

/* What `key` names must be an argument, counted from 1; 0 stands for a key that is absent. */
static void check_argument(struct conversion *c, unsigned line, const char *key, unsigned argument)
{
	if (argument > PACK_MAX_ARGUMENT)
		complain(c, line, "'%s' is %u; arguments count from 1 to %d", key, argument, PACK_MAX_ARGUMENT);
}

static void require_argument(struct conversion *c, unsigned line, const char *key, unsigned argument)
{
	if (argument == 0)
		complain(c, line, "'%s' must be given; arguments count from 1", key);
	check_argument(c, line, key, argument);
}

/* Reports an entry that says the same as an earlier one. `about` identifies it and is freed. */
static void check_duplicate(struct conversion *c, unsigned line, char *about)
{
	unsigned earlier = GPOINTER_TO_UINT(g_hash_table_lookup(c->entries, about));

	if (earlier) {
		complain(c, line, "duplicate of line %u: %s", earlier, about);
		g_free(about);
		return;
	}
	g_hash_table_insert(c->entries, about, GUINT_TO_POINTER(line));
}

static const char *const *copy_strings(struct conversion *c, char *const *strings, size_t count)
{
	const char **copy = arena_new_array(c->arena, const char *, count + 1);

	for (size_t i = 0; i < count; i++)
		copy[i] = arena_strdup(c->arena, strings[i]);
	return copy;
}

/* A list of function names; NULL for none. */
static const char *const *copy_names(struct conversion *c, unsigned line, char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!is_function_name(names[i], false))
			complain(c, line, "'%s' is no function name", names[i]);
	return count ? copy_strings(c, names, count) : NULL;
}

/* Conditions */

static const struct {
	const char *name;
	enum condition_test test;
} plain_tests[] = {
	{ "null", CONDITION_NULL },       { "nonnull", CONDITION_NONNULL },   { "zero", CONDITION_ZERO },
	{ "nonzero", CONDITION_NONZERO }, { "negative", CONDITION_NEGATIVE }, { "positive", CONDITION_POSITIVE },
};

static bool find_plain_test(const char *name, enum condition_test *out)
{
	for (size_t i = 0; i < G_N_ELEMENTS(plain_tests); i++)
		if (strcmp(plain_tests[i].name, name) == 0) {
			*out = plain_tests[i].test;
			return true;
		}
	return false;
}

static const struct pack_constant *find_constant(const struct pack *pack, const char *name)
{
	for (size_t i = 0; i < pack->constant_count; i++)
		if (strcmp(pack->constants[i].name, name) == 0)
			return &pack->constants[i];
	return NULL;
}

/* The number that a condition compares with: written as one, or the name of a constant. */
static void convert_operand(struct conversion *c, unsigned line, const char *text, struct condition *to)
{
	char *end;

	errno = 0;
	to->value = strtoll(text, &end, 0);
	to->value_known = *end == '\0' && end != text && errno == 0;
	if (to->value_known)
		return;
	to->name = arena_strdup(c->arena, text);
	const struct pack_constant *constant = find_constant(c->out, text);
	to->value_known = constant != NULL;
	if (constant)
		to->value = constant->value;
	else
		complain(c, line, "'%s' is no number, no known test and not among the constants of this pack", text);
}

static void convert_condition(struct conversion *c, unsigned line, const struct yaml_condition *from,
			      struct condition *to)
{
	const struct {
		const char *operand;
		enum condition_test test;
	} tests[] = {
		{ from->is, CONDITION_EQUALS },   { from->has, CONDITION_HAS },     { from->lacks, CONDITION_LACKS },
		{ from->below, CONDITION_BELOW }, { from->above, CONDITION_ABOVE }, { from->begins, CONDITION_BEGINS },
	};
	const char *operand = NULL;
	unsigned given = 0;

	require_argument(c, line, "argument", from->argument);
	to->argument = (int)from->argument;
	to->field = arena_strdup(c->arena, from->field);
	if (from->field && !is_name(from->field, false))
		complain(c, line, "'%s' is no name of a field", from->field);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		if (tests[i].operand) {
			given++;
			operand = tests[i].operand;
			to->test = tests[i].test;
		}
	if (given != 1)
		complain(c, line, "a condition has exactly one of 'is', 'has', 'lacks', 'below', 'above' and 'begins'");
	else if (from->begins)
		to->text = arena_strdup(c->arena, from->begins);
	else if (!from->is || !find_plain_test(from->is, &to->test))
		convert_operand(c, line, operand, to);
}

/* The conditions of `entry`: one under the key `one_key`, or a list under `all_key` (NULL: there is no such key). */
static struct conditions convert_conditions(struct conversion *c, struct place entry, const char *one_key,
					    const struct yaml_condition *one, const char *all_key,
					    const struct yaml_condition *all, size_t all_count)
{
	size_t count = all_count + (one ? 1 : 0), i = 0;
	struct condition *items = arena_new_array(c->arena, struct condition, count);
	struct place list = all_key ? place_key(entry, all_key) : entry;

	if (one && all)
		complain(c, place_line(entry), "'%s' and '%s' exclude each other", one_key, all_key);
	if (one)
		convert_condition(c, place_line(place_key(entry, one_key)), one, &items[i++]);
	for (size_t k = 0; k < all_count; k++)
		convert_condition(c, place_line(place_item(list, k)), &all[k], &items[i++]);
	return (struct conditions){ items, count };
}

/* " if argument 3 <test> <value>" for each: tells apart two entries of one function. `word` is "if" or "unless". */
static void append_conditions(GString *about, const char *word, const struct conditions *conditions)
{
	for (size_t i = 0; i < conditions->count; i++) {
		const struct condition *c = &conditions->items[i];

		g_string_append_printf(about, " %s argument %d%s%s (test %d) %" G_GINT64_FORMAT "%s", word, c->argument,
				       c->field ? "." : "", c->field ? c->field : "", (int)c->test, c->value,
				       c->text ? c->text : "");
	}
}

/* Registrations */

static struct completion convert_completion(struct conversion *c, unsigned line, const struct yaml_completion *from)
{
	if (!from)
		return (struct completion){ 0 };
	if (!from->status && !from->error && !from->result)
		complain(c, line, "a completion names the parameter of its 'status', its 'error' or its 'result'");
	check_argument(c, line, "status", from->status);
	check_argument(c, line, "error", from->error);
	check_argument(c, line, "result", from->result);
	if (from->finish && !from->result)
		complain(c, line, "'finish' takes the 'result' of a completion");
	if (from->finish && !is_function_name(from->finish, false))
		complain(c, line, "'%s' is no function name", from->finish);
	return (struct completion){
		.status = (int)from->status,
		.error = (int)from->error,
		.result = (int)from->result,
		.finish = arena_strdup(c->arena, from->finish),
		.cancelled = from->cancelled ? copy_strings(c, from->cancelled, from->cancelled_count) : NULL,
	};
}

static void check_handed_over(struct conversion *c, unsigned line, const struct yaml_registration *from)
{
	if (!!from->function + !!from->field + !!from->type != 1) {
		complain(c, line, "a registration has exactly one of 'function', 'field' and 'type'");
		return;
	}
	if (from->function) {
		if (!is_function_name(from->function, true))
			complain(c, line, "'%s' is no function name", from->function);
		require_argument(c, line, "callback", from->callback);
		check_argument(c, line, "data", from->data);
		return;
	}
	if (from->field && !is_field(from->field))
		complain(c, line, "'%s' is no field; write struct-tag.field", from->field);
	if (from->callback || from->data || from->when || from->when_all)
		complain(c, line, "'callback', 'data' and 'when' belong to a function, not to a field or a type");
}

static void check_who_calls(struct conversion *c, unsigned line, const struct yaml_registration *from)
{
	if (from->within && (!from->function || from->context != CONTEXT_CALLER))
		complain(c, line, "'within' belongs to a function that registers with 'context: caller'");
	if (from->where_used && (!from->function || from->context != CONTEXT_LOOP))
		complain(c, line, "'where_used' belongs to a function that registers with 'context: loop'");
	if (from->seldom && from->context != CONTEXT_LOOP)
		complain(c, line, "'seldom' belongs to what registers with 'context: loop'");
}

static char *describe_registration(const struct registration *r)
{
	GString *about = g_string_new(r->function ? r->function : r->field ? r->field : r->type);

	if (r->callback)
		g_string_append_printf(about, " registers argument %d", r->callback);
	append_conditions(about, "if", &r->when);
	return g_string_free(about, FALSE);
}

static void convert_registration(struct conversion *c, struct place entry, const struct yaml_registration *from,
				 const char *see, struct registration *to)
{
	unsigned line = place_line(entry);

	check_handed_over(c, line, from);
	check_who_calls(c, line, from);
	*to = (struct registration){
		.function = arena_strdup(c->arena, from->function),
		.field = arena_strdup(c->arena, from->field),
		.type = arena_strdup(c->arena, from->type),
		.callback = (int)from->callback,
		.data = (int)from->data,
		.context = from->context,
		.where_used = from->where_used,
		.seldom = from->seldom,
		.when = convert_conditions(c, entry, "when", from->when, "when_all", from->when_all,
					   from->when_all_count),
		.within = copy_names(c, line, from->within, from->within_count),
		.completion = convert_completion(c, place_line(place_key(entry, "completion")), from->completion),
		.see = arena_strdup(c->arena, from->see ? from->see : see),
		.line = line,
	};
	if (to->function || to->field || to->type)
		check_duplicate(c, line, describe_registration(to));
}

/* Effects */

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

	if (!is_function_name(from->function, false))
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
	check_argument(c, line, "descriptor", from->descriptor);
	if (from->opens)
		check_opens(c, entry, "opens", from->opens);
	if (from->unless_opened)
		check_opens(c, entry, "unless_opened", from->unless_opened);
	if (from->unless_opened && !from->descriptor)
		complain(c, line, "'unless_opened' stands beside 'descriptor'");
	if (from->unless_asked && (kind != EFFECT_BLOCKS || !is_name(from->unless_asked, false)))
		complain(c, line, "'unless_asked' is the name of a constant, and belongs to 'blocks'");
	if (from->alike && !from->unless_called)
		complain(c, line, "'alike' stands beside 'unless_called'");
	check_argument(c, line, "alike", from->alike);
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
		require_argument(c, line, "descriptor", from->takes_mode->descriptor);
		check_argument(c, line, "to", from->takes_mode->to);
		return (int)from->takes_mode->descriptor;
	}
	if (!set)
		return (int)from->descriptor;
	require_argument(c, line, "descriptor", set->descriptor);
	return (int)set->descriptor;
}

static void convert_text(struct conversion *c, unsigned line, const struct yaml_makes_text *from, struct effect *to)
{
	if (!from)
		return;
	if (!from->begins == !from->from)
		complain(c, line, "what makes a text has either 'from' or 'begins'");
	check_argument(c, line, "from", from->from);
	check_argument(c, line, "to", from->to);
	to->begins = arena_strdup(c->arena, from->begins);
	to->from_argument = (int)from->from;
	to->to_argument = (int)from->to;
}

static void convert_finds(struct conversion *c, unsigned line, const struct yaml_finds *from, struct effect *to)
{
	if (!from)
		return;
	require_argument(c, line, "name", from->name);
	check_argument(c, line, "to", from->to);
	to->from_argument = (int)from->name;
	to->to_argument = (int)from->to;
}

/* How long a call waits, and for how many: `waits` and `lasts`. */
static void convert_time(struct conversion *c, unsigned line, const struct yaml_effect *from, struct effect *to)
{
	if (from->waits) {
		check_argument(c, line, "timeout", from->waits->timeout);
		check_argument(c, line, "count", from->waits->count);
		if (from->waits->unit && !from->waits->timeout)
			complain(c, line, "'unit' is the unit of 'timeout'");
		to->timeout_argument = (int)from->waits->timeout;
		to->count_argument = (int)from->waits->count;
		to->signals = from->waits->signals;
		to->unit = from->waits->unit;
	}
	if (from->lasts) {
		require_argument(c, line, "argument", from->lasts->argument);
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
	check_argument(c, line, "gives_up", from->gives_up);
	if (!lock)
		return (int)from->gives_up;
	require_argument(c, line, "argument", lock->argument);
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
	};
	GString *about = g_string_new(e->function);

	g_string_append_printf(about, " %s", verbs[e->kind]);
	if (e->descriptor)
		g_string_append_printf(about, " by argument %d", e->descriptor);
	append_conditions(about, "if", &e->when);
	append_conditions(about, "unless", &e->unless);
	return g_string_free(about, FALSE);
}

static void convert_effect(struct conversion *c, struct place entry, const struct yaml_effect *from, const char *see,
			   struct effect *to)
{
	unsigned line = place_line(entry);
	enum effect_kind kind = EFFECT_BLOCKS;

	if (count_kinds(from, &kind) != 1)
		complain(c, line,
			 "an effect is exactly one of blocks, runs_loop, waits, any_thread, forks, "
			 "sets_nonblocking, sets_blocking, takes_mode, opens, makes_text, finds, locks and unlocks");
	check_effect(c, entry, from, kind);
	*to = (struct effect){
		.function = arena_strdup(c->arena, from->function),
		.kind = kind,
		.category = from->blocks,
		.cost = convert_cost(from),
		.bound_us = from->bound_us,
		.when = convert_conditions(c, entry, "when", from->when, "when_all", from->when_all,
					   from->when_all_count),
		.unless = convert_conditions(c, entry, "unless", from->unless, "unless_any", from->unless_any,
					     from->unless_any_count),
		.confidence = from->confidence ? *from->confidence : SURE,
		.if_called = copy_names(c, line, from->if_called, from->if_called_count),
		.unless_called = copy_names(c, line, from->unless_called, from->unless_called_count),
		.descriptor = convert_descriptor(c, line, from),
		.to_argument = from->takes_mode ? (int)from->takes_mode->to : 0,
		.input = from->input,
		.alike = (int)from->alike,
		.unless_asked = arena_strdup(c->arena, from->unless_asked),
		.unless_opened = arena_strdup(c->arena, from->unless_opened),
		.assume_blocking = from->assume != NULL,
		.lock = convert_lock(c, line, from),
		.joins = from->joins,
		.shared = from->locks && from->locks->shared,
		.opens = arena_strdup(c->arena, from->opens),
		.nonblocking = convert_conditions(c, entry, "nonblocking", from->nonblocking, NULL, NULL, 0),
		.instead = arena_strdup(c->arena, from->instead),
		.see = arena_strdup(c->arena, from->see ? from->see : see),
		.line = line,
	};
	convert_time(c, line, from, to);
	convert_text(c, line, from->makes_text, to);
	convert_finds(c, line, from->finds, to);
	check_duplicate(c, line, describe_effect(to));
}

/* Catches */

static const char *const *copy_catch_names(struct conversion *c, struct place entry, const char *key,
					   char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!is_function_name(names[i], true) && !is_field(names[i]))
			complain(c, place_line(place_key(entry, key)), "'%s' is no name", names[i]);
	return copy_strings(c, names, count);
}

static void convert_catch(struct conversion *c, struct place entry, const struct yaml_catch *from, const char *see,
			  struct catch_form *to)
{
#define NAMES(key) copy_catch_names(c, entry, #key, from->key, from->key##_count)
	*to = (struct catch_form){
		.opener = arena_strdup(c->arena, from->opener),
		.handler = arena_strdup(c->arena, from->handler),
		.all = NAMES(all),
		.codes = NAMES(codes),
		.cancelled = NAMES(cancelled),
		.keeps = NAMES(keeps),
		.rethrows = NAMES(rethrows),
		.throws = NAMES(throws),
		.throws_when = convert_conditions(c, entry, "throws_when", NULL, "throws_when", from->throws_when,
						  from->throws_when_count),
		.new_code = arena_strdup(c->arena, from->new_code),
		.ends = NAMES(ends),
		.cancels = NAMES(cancels),
		.harmless = NAMES(harmless),
		.anywhere = from->anywhere,
		.instead = arena_strdup(c->arena, from->instead),
		.see = arena_strdup(c->arena, from->see ? from->see : see),
		.line = place_line(entry),
	};
#undef NAMES
	if (!to->rethrows[0] && !to->throws[0])
		complain(c, to->line, "a catch names what 'rethrows' or 'throws'");
	check_duplicate(c, to->line, g_strdup_printf("%s catches", to->handler));
}

/* The pack */

static void convert_constants(struct conversion *c, const struct yaml_pack *from, struct place root)
{
	struct place list = place_key(root, "constants");

	c->out->constants = arena_new_array(c->arena, struct pack_constant, from->constants_count);
	for (size_t i = 0; i < from->constants_count; i++) {
		unsigned line = place_line(place_item(list, i));

		if (!is_name(from->constants[i].name, false))
			complain(c, line, "'%s' is no name of a constant", from->constants[i].name);
		check_duplicate(c, line, g_strdup_printf("constant %s", from->constants[i].name));
		c->out->constants[c->out->constant_count++] = (struct pack_constant){
			.name = arena_strdup(c->arena, from->constants[i].name),
			.value = from->constants[i].value,
			.line = line,
		};
	}
}

/* `uv_timer_*`; `!uv_timer_get_*` and `!*_get_type` take names out again. */
static bool is_name_or_exception(const char *text)
{
	if (*text != '!')
		return is_function_name(text, true);
	return is_function_name(text + (text[1] == '*' ? 2 : 1), text[1] != '*');
}

static void convert_loop_only(struct conversion *c, const struct yaml_pack *from, struct place root)
{
	struct place list = place_key(root, "loop_only");

	for (size_t i = 0; i < from->loop_only_count; i++)
		if (!is_name_or_exception(from->loop_only[i]))
			complain(c, place_line(place_item(list, i)), "'%s' is no function name", from->loop_only[i]);
	c->out->loop_only = copy_strings(c, from->loop_only, from->loop_only_count);
}

static void convert_group(struct conversion *c, const struct yaml_group *from, struct place place)
{
	struct pack *out = c->out;
	struct place registers = place_key(place, "registers"), effects = place_key(place, "effects");
	struct place catches = place_key(place, "catches");

	for (size_t i = 0; i < from->registers_count; i++)
		convert_registration(c, place_item(registers, i), &from->registers[i], from->see,
				     &out->registers[out->register_count++]);
	for (size_t i = 0; i < from->effects_count; i++)
		convert_effect(c, place_item(effects, i), &from->effects[i], from->see,
			       &out->effects[out->effect_count++]);
	for (size_t i = 0; i < from->catches_count; i++)
		convert_catch(c, place_item(catches, i), &from->catches[i], from->see,
			      &out->catches[out->catch_count++]);
}

static void convert_groups(struct conversion *c, const struct yaml_pack *from, struct place root)
{
	size_t registers = from->entries.registers_count, effects = from->entries.effects_count;
	size_t catches = from->entries.catches_count;
	struct place groups = place_key(root, "groups");

	for (size_t i = 0; i < from->groups_count; i++) {
		registers += from->groups[i].registers_count;
		effects += from->groups[i].effects_count;
		catches += from->groups[i].catches_count;
	}
	c->out->registers = arena_new_array(c->arena, struct registration, registers);
	c->out->effects = arena_new_array(c->arena, struct effect, effects);
	c->out->catches = arena_new_array(c->arena, struct catch_form, catches);
	convert_group(c, &from->entries, root);
	for (size_t i = 0; i < from->groups_count; i++)
		convert_group(c, &from->groups[i], place_item(groups, i));
}

static void convert_cancellation(struct conversion *c, const struct yaml_cancellation *from, struct place place)
{
	unsigned line = place_line(place);

	if (!from)
		return;
	c->out->cancellation = (struct cancel_words){
		.completes = copy_names(c, line, from->completes, from->completes_count),
		.succeeds = copy_names(c, line, from->succeeds, from->succeeds_count),
		.asks = copy_names(c, line, from->asks, from->asks_count),
		.cancels = copy_names(c, line, from->cancels, from->cancels_count),
		.reports = copy_names(c, line, from->reports, from->reports_count),
		.logs = copy_names(c, line, from->logs, from->logs_count),
	};
}

static void convert_pending(struct conversion *c, const struct yaml_pack *from, struct place list)
{
	c->out->pending = arena_new_array(c->arena, struct pending_form, from->pending_count);
	for (size_t i = 0; i < from->pending_count; i++) {
		const struct yaml_pending *one = &from->pending[i];
		unsigned line = place_line(place_item(list, i));

		check_argument(c, line, "handle", one->handle);
		c->out->pending[c->out->pending_count++] = (struct pending_form){
			.starters = copy_names(c, line, one->starters, one->starters_count),
			.handle = (int)one->handle,
			.ended_by = copy_names(c, line, one->ended_by, one->ended_by_count),
			.repeats = one->repeats,
		};
	}
}

void convert_pack(struct arena *arena, const char *name, const struct yaml_pack *from, struct place root,
		  struct pack *out, struct diagnostics *diagnostics)
{
	struct conversion c = { arena, name, out, diagnostics,
				g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };

	*out = (struct pack){
		.library = arena_strdup(arena, from->library),
		.file = arena_strdup(arena, name),
		.documentation = arena_strdup(arena, from->documentation),
		.headers = copy_strings(&c, from->headers, from->headers_count),
		.pkg_config = copy_strings(&c, from->pkg_config, from->pkg_config_count),
	};
	convert_constants(&c, from, root);
	convert_groups(&c, from, root);
	convert_loop_only(&c, from, root);
	out->serves = copy_names(&c, place_line(place_key(root, "serves")), from->serves, from->serves_count);
	out->wakes = copy_names(&c, place_line(place_key(root, "wakes")), from->wakes, from->wakes_count);
	out->serves_texts = from->serves_texts ? copy_strings(&c, from->serves_texts, from->serves_texts_count) : NULL;
	out->tests = copy_names(&c, place_line(place_key(root, "tests")), from->tests, from->tests_count);
	convert_cancellation(&c, from->cancellation, place_key(root, "cancellation"));
	convert_pending(&c, from, place_key(root, "pending"));
	g_hash_table_destroy(c.entries);
}
