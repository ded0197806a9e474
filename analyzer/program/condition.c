/*
 * condition: what packs ask of the arguments of a call, judged on one path.
 *
 * Three-valued: an argument that is not known makes a condition unknown. A constant is recognised by its value, and by
 * its name where the source spells it: that is all there is when its header was not found.
 */
#include "program/contexts.h"

#include <ctype.h>
#include <string.h>

uint32_t call_argument(const struct program *p, const struct call *call, unsigned n)
{
	const struct program_function *f = program_function(p, call->caller);
	const struct node *node = function_node(f, call->node);

	if (call->cleanup || n == 0)
		return 0;
	return facts_child(f->facts, node, node->symbol ? n - 1 : n);
}

unsigned call_arguments(const struct program *p, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);
	const struct node *node = function_node(f, call->node);
	unsigned count = 0;

	if (call->cleanup)
		return 1;
	for_each_child(child, f->facts, node)
		count++;
	return node->symbol ? count : count - 1;
}

/* Whether `text` sets what `word` names; not one that clears it, as `~O_NONBLOCK` does. */
static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	if (strchr(text, '~'))
		return false;
	for (const char *hit = text; (hit = strstr(hit, word)); hit += length) {
		bool begins = hit == text || !(isalnum((unsigned char)hit[-1]) || hit[-1] == '_');
		bool ends = !(isalnum((unsigned char)hit[length]) || hit[length] == '_');

		if (begins && ends)
			return true;
	}
	return false;
}

/* Whether the source of an argument spells the name of a constant: all there is when its header was not found. */
static bool spells(const struct program_function *f, uint32_t node, const char *name, unsigned depth)
{
	const struct node *n = function_node(f, node);

	if (has_word(facts_string(f->facts, n->text), name) || has_word(facts_string(f->facts, n->macro), name))
		return true;
	if (n->kind == NODE_GLOBAL && strcmp(node_name(f, n), name) == 0)
		return true;
	if (depth < 8 && n->kind != NODE_CALL && !(n->kind == NODE_UNARY && n->op == OP_BITNOT))
		for_each_child(child, f->facts, n)
			if (spells(f, child, name, depth + 1))
				return true;
	return false;
}

static enum truth test_bits(const struct program_value *value, uint64_t mask, bool wanted)
{
	uint64_t ones = value->known & value->bits & mask, zeros = value->known & ~value->bits & mask;

	if (wanted) /* HAS: all of them */
		return zeros ? TRUTH_FALSE : ones == mask ? TRUTH_TRUE : TRUTH_UNKNOWN;
	return ones ? TRUTH_FALSE : zeros == mask ? TRUTH_TRUE : TRUTH_UNKNOWN;
}

/* The number that a constant is, as an int where it was written as an unsigned one. */
static bool signed_constant(const struct program_value *value, int64_t *out)
{
	if (!value_is_constant(value, out))
		return false;
	if (*out > INT32_MAX && *out <= UINT32_MAX)
		*out = (int32_t)*out;
	return true;
}

static enum truth test_order(const struct program_value *value, bool below, int64_t limit)
{
	int64_t x;

	if (!signed_constant(value, &x))
		return TRUTH_UNKNOWN;
	return (below ? x < limit : x > limit) ? TRUTH_TRUE : TRUTH_FALSE;
}

/* A constant of unknown value is not in an argument that is a constant and does not spell it. */
static enum truth unspelt_constant(const struct program_function *f, uint32_t argument, enum condition_test test)
{
	if (function_node(f, argument)->kind != NODE_CONST)
		return TRUTH_UNKNOWN;
	return test == CONDITION_LACKS ? TRUTH_TRUE : TRUTH_FALSE;
}

/* The text that a call writes by a format, up to the first thing that varies; NULL if it is no such call. */
static const char *format_of(const struct program_function *f, const struct node *call)
{
	const char *name = call->symbol ? node_name(f, call) : "";

	if (!strstr(name, "printf") && !strstr(name, "strdup") && !strstr(name, "strcpy") && !strstr(name, "build"))
		return NULL;
	for_each_child(argument, f->facts, call)
		if (function_node(f, argument)->kind == NODE_STRING)
			return facts_string(f->facts, function_node(f, argument)->text);
	return NULL;
}

/* The text that a variable holds: everything that is written into it begins with one and the same. */
static const char *text_in_variable(const struct program *p, const struct program_function *f, uint32_t variable)
{
	const char *text = NULL;

	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		const struct call *call = program_call(p, i);
		uint32_t target = call->cleanup ? 0 : call_argument(p, call, 1);
		const struct node *n = target ? function_node(f, target) : NULL;

		if (n && n->kind == NODE_ADDRESS && n->first)
			n = function_node(f, n->first);
		if (!n || n->kind != NODE_LOCAL || n->value != variable)
			continue;
		const char *one = format_of(f, function_node(f, call->node));
		if (one && text && strcmp(one, text) != 0)
			return NULL;
		text = one ? one : text;
	}
	return text;
}

const char *condition_text(struct program *p, const struct instance *in, uint32_t node)
{
	const struct program_function *f = program_function(p, in->function);
	const struct node *n = function_node(f, node);
	uint32_t count;

	if (n->kind == NODE_STRING)
		return facts_string(f->facts, n->text);
	if (n->kind == NODE_CALL)
		return format_of(f, n);
	if (n->kind != NODE_LOCAL)
		return NULL;
	const struct definition *d = definitions_of(p, f, (uint32_t)n->value, &count);
	if (count == 1 && d->value) {
		const struct node *value = function_node(f, d->value);

		return value->kind == NODE_STRING ? facts_string(f->facts, value->text)
		       : value->kind == NODE_CALL ? format_of(f, value)
						  : NULL;
	}
	return text_in_variable(p, f, (uint32_t)n->value);
}

static enum truth test_text(struct program *p, const struct instance *in, uint32_t argument, const char *beginning)
{
	const char *text = condition_text(p, in, argument);

	if (!text)
		return TRUTH_UNKNOWN;
	return strncmp(text, beginning, strlen(beginning)) == 0 ? TRUTH_TRUE : TRUTH_FALSE;
}

/* A test that needs nothing but the value. */
static enum truth test_value(const struct condition *c, const struct program_value *value)
{
	struct program_value wanted = value_constant(c->value);

	switch (c->test) {
	case CONDITION_NULL:
	case CONDITION_ZERO:
		return value_opposite(value_truth(value));
	case CONDITION_NONNULL:
	case CONDITION_NONZERO:
		return value_truth(value);
	case CONDITION_NEGATIVE:
		return test_order(value, true, 0);
	case CONDITION_POSITIVE:
		return test_order(value, false, 0);
	case CONDITION_BELOW:
	case CONDITION_ABOVE:
		return test_order(value, c->test == CONDITION_BELOW, c->value);
	case CONDITION_EQUALS:
		return value_compare(OP_EQ, value, &wanted);
	default:
		return test_bits(value, (uint64_t)c->value, c->test == CONDITION_HAS);
	}
}

static bool names_bits(const struct condition *c)
{
	return c->name && (c->test == CONDITION_EQUALS || c->test == CONDITION_HAS || c->test == CONDITION_LACKS);
}

static bool reads_field(const struct program_function *f, uint32_t node, const char *field)
{
	const struct node *n = function_node(f, node);

	return n->kind == NODE_FIELD && strcmp(node_name(f, n), field) == 0;
}

struct asking {
	const struct program *p;
	const struct condition *condition;
	uint32_t function;
	bool here, asked_here, asked; /* `function` stores something; what is looked for; somebody does */
};

static void look_at_asked(uint32_t function, uint32_t at, uint32_t value, bool initialiser, void *data)
{
	struct asking *a = data;
	const struct program_function *f = program_function(a->p, function);
	bool asks = value && (spells(f, value, a->condition->name, 0) ||
			      (function_node(f, value)->kind == NODE_CONST && a->condition->value_known &&
			       (function_node(f, value)->value & a->condition->value) == a->condition->value));

	(void)at;
	(void)initialiser;
	a->asked |= asks;
	a->here |= function == a->function;
	a->asked_here |= asks && function == a->function;
}

/* `hints.ai_socktype = SOCK_DGRAM`, for an argument that is `found->ai_socktype`. */
static enum truth is_asked_for(struct program *p, uint32_t function, uint32_t argument, const struct condition *c)
{
	struct asking asking = { .p = p, .condition = c, .function = function };

	stored_each(p, pointers_slot_of(p, function, argument), look_at_asked, &asking);
	return (asking.here ? asking.asked_here : asking.asked) ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth condition_holds(struct program *p, const struct instance *in, const struct call *call,
				  const struct condition *c)
{
	const struct program_function *f = program_function(p, call->caller);
	uint32_t argument = call_argument(p, call, (unsigned)c->argument);
	struct program_value value;

	if (!argument)
		return TRUTH_UNKNOWN;
	if (c->never_in && reads_field(f, argument, c->never_in))
		return TRUTH_FALSE;
	if (c->asked_in && reads_field(f, argument, c->asked_in))
		return is_asked_for(p, call->caller, argument, c);
	if (c->test == CONDITION_BEGINS)
		return test_text(p, in, argument, c->text);
	if (c->field) {
		value = variable_pointee(p, in, argument, c->field);
		return test_value(c, &value);
	}
	if (names_bits(c) && spells(f, argument, c->name, 0))
		return c->test == CONDITION_LACKS ? TRUTH_FALSE : TRUTH_TRUE;
	if (names_bits(c) && !c->value_known)
		return unspelt_constant(f, argument, c->test);
	value = value_of(p, in, argument);
	return test_value(c, &value);
}

enum truth value_conditions(struct program *p, const struct instance *in, const struct call *call,
			    const struct conditions *conditions)
{
	enum truth all = TRUTH_TRUE;

	for (size_t i = 0; i < conditions->count; i++)
		all = value_logic(OP_AND, all, condition_holds(p, in, call, &conditions->items[i]));
	return all;
}

static bool any_holds(struct program *p, const struct instance *in, const struct call *call,
		      const struct conditions *conditions)
{
	for (size_t i = 0; i < conditions->count; i++)
		if (condition_holds(p, in, call, &conditions->items[i]) == TRUTH_TRUE)
			return true;
	return false;
}

/* Microseconds that a struct holds whose fields count seconds and `parts` of a second; -1: not known. */
static int64_t struct_time(struct program *p, const struct instance *in, uint32_t argument, const char *parts,
			   int64_t per_us)
{
	struct program_value s = variable_pointee(p, in, argument, "tv_sec");
	struct program_value part = variable_pointee(p, in, argument, parts);
	int64_t seconds, count;

	if (!signed_constant(&s, &seconds) || seconds < 0 || seconds > 1000000)
		return -1;
	if (!signed_constant(&part, &count) || count < 0)
		return seconds ? seconds * 1000000 : -1;
	return seconds * 1000000 + (count + per_us - 1) / per_us;
}

int64_t value_time(struct program *p, const struct instance *in, const struct call *call, const struct effect *effect)
{
	static const int64_t us[] = { [UNIT_SECONDS] = 1000000, [UNIT_MILLISECONDS] = 1000, [UNIT_MICROSECONDS] = 1 };
	uint32_t argument = effect->timeout_argument ? call_argument(p, call, (unsigned)effect->timeout_argument) : 0;
	int64_t x;

	if (!argument || function_node(program_function(p, call->caller), argument)->kind == NODE_NULL)
		return -1;
	if (effect->unit == UNIT_TIMESPEC)
		return struct_time(p, in, argument, "tv_nsec", 1000);
	if (effect->unit == UNIT_TIMEVAL)
		return struct_time(p, in, argument, "tv_usec", 1);
	struct program_value value = value_of(p, in, argument);
	if (!signed_constant(&value, &x) || x < 0)
		return -1;
	if (effect->unit == UNIT_NANOSECONDS)
		return (x + 999) / 1000;
	return effect->unit == UNIT_NONE ? (x ? -1 : 0) : x < INT64_MAX / 1000000 ? x * us[effect->unit] : -1;
}

enum truth value_effect(struct program *p, const struct instance *in, const struct call *call,
			const struct effect *effect)
{
	if (effect->cost == COST_NEVER)
		return TRUTH_FALSE;
	if (effect->if_called && !program_calls_one_of(p, effect->if_called))
		return TRUTH_FALSE;
	if (effect->unless.count && any_holds(p, in, call, &effect->unless))
		return TRUTH_FALSE;
	if (effect->timeout_argument && value_time(p, in, call, effect) == 0)
		return TRUTH_FALSE; /* it asks and does not wait */
	return value_conditions(p, in, call, &effect->when);
}
