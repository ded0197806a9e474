/*
 * watched: callbacks that are handed over together with the descriptor that they are called back for.
 *
 *      event_new(base, fd, EV_READ, on_readable, self)      to a library that watches it,
 *      watch_add(loop, self->fd, on_readable, self)         or to a loop of the program's own.
 *
 *      void on_readable(int fd, ...)                        what it is called with is what it was handed over with
 *
 * So how that one was opened decides in the callback, and one read of it returns what is there (ready.c). It must be the
 * only descriptor of the call, and what is called so by the loop itself: a callback that another callback calls is told
 * something else.
 */
#include "program/value.h"
#include "program/contexts.h"

#include <string.h>

enum { MAX_BITS = 4 };

/* Bits by which loops are told what to watch for, and say what there is: poll(2), epoll_ctl(2) and what others call theirs. */
static const struct {
	const char *name;
	bool reads;
} watch_bits[] = {
	{ "POLLIN", true }, /* and EPOLLIN */
	{ "POLLRDNORM", true },   { "POLLOUT", false },          { "G_IO_IN", true },
	{ "G_IO_OUT", false },    { "EV_READ", true },           { "EV_WRITE", false },
	{ "UV_READABLE", true },  { "UV_WRITABLE", false },      { "AE_READABLE", true },
	{ "AE_WRITABLE", false }, { "WL_EVENT_READABLE", true }, { "WL_EVENT_WRITABLE", false },
	{ "SD_EVENT_IN", true },  { "SD_EVENT_OUT", false },
};

bool watched_names(const char *text, bool only_reading)
{
	for (size_t i = 0; *text && i < G_N_ELEMENTS(watch_bits); i++)
		if ((watch_bits[i].reads || !only_reading) && strstr(text, watch_bits[i].name))
			return true;
	return false;
}

static bool names_event(const struct program_function *f, uint32_t node, unsigned depth)
{
	const struct node *n = function_node(f, node);

	if (watched_names(facts_string(f->facts, n->text), false) ||
	    watched_names(facts_string(f->facts, n->macro), false))
		return true;
	if (depth < MAX_BITS)
		for_each_child(child, f->facts, n)
			if (names_event(f, child, depth + 1))
				return true;
	return false;
}

static bool says_what_for(const struct program *p, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);

	for (unsigned i = 1; i <= call_arguments(p, call); i++)
		if (names_event(f, call_argument(p, call, i), 0))
			return true;
	return false;
}

/* The call that handed a function to one of the program, which stored it where the loop calls it from. */
static bool handed_to_program(const struct program *p, uint32_t target, struct call *out)
{
	const struct target *t = program_target(p, target);

	while (t->from)
		t = program_target(p, t->from);
	const struct slot *slot = program_slot(p, t->slot);
	const struct program_function *f = program_function(p, t->holder);
	if (!f->fact || function_node(f, t->node)->kind != NODE_CALL)
		return false;
	*out = (struct call){ .caller = t->holder,
			      .node = t->node,
			      .callee = slot->kind == SLOT_PARAM ? slot->function : 0 };
	return true;
}

/* Whether nobody was called back on the way to a call but by it: the loop itself dispatches, or a helper of it. */
static bool is_dispatched(const struct program *p, const struct instance *in)
{
	if (!in->through_pointer || !in->target)
		return false;
	for (uint32_t i = in->parent; i; i = program_instance(p, i)->parent)
		if (program_instance(p, i)->through_pointer)
			return false;
	return program_item(p, roots, struct root, in->root)->kind == ROOT_LOOP;
}

bool watched_by(const struct program *p, const struct instance *in, struct call *out)
{
	const struct root *root = program_item(p, roots, struct root, in->root);

	if (in->context != CONTEXT_LOOP)
		return false;
	if (in->parent)
		return is_dispatched(p, in) && handed_to_program(p, in->target, out);
	if (root->kind != ROOT_REGISTERED || !root->call)
		return false;
	*out = *program_call(p, root->call);
	return says_what_for(p, out);
}

int watched_parameter(const struct program *p, uint32_t function)
{
	uint32_t bits = program_function(p, function)->descriptors;

	return bits && !(bits & (bits - 1)) ? __builtin_ctz(bits) : -1;
}

static bool may_be_descriptor(const struct program_function *f, uint32_t node)
{
	enum node_kind kind = node ? function_node(f, node)->kind : NODE_EMPTY;

	return kind == NODE_LOCAL || kind == NODE_GLOBAL || kind == NODE_FIELD || kind == NODE_CALL ||
	       kind == NODE_INDEX;
}

/* The only descriptor among the arguments. Where the caller changes modes, one that blocks may not do so for long. */
static struct program_value descriptor_among(struct program *p, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);
	struct instance anyone = { .function = call->caller };
	struct program_value found = value_unknown;

	for (unsigned i = 1; i <= call_arguments(p, call); i++) {
		uint32_t argument = call_argument(p, call, i);

		if (!may_be_descriptor(f, argument))
			continue;
		value_begin(p);
		struct program_value value = descriptor_value(p, &anyone, argument);
		if (value.mode && found.mode)
			return value_unknown;
		if (value.mode)
			found = (struct program_value){ .mode = value.mode, .opens = value.opens };
	}
	return found.mode == MODE_BLOCKING && f->changes_modes ? value_unknown : found;
}

struct program_value watched_descriptor(struct program *p, const struct instance *in)
{
	struct call call;

	if (watched_parameter(p, in->function) < 0 || !watched_by(p, in, &call))
		return value_unknown;
	gpointer key = (gpointer)(uintptr_t)((uint64_t)call.caller << 32 | call.node);
	if (!p->watched)
		p->watched = g_hash_table_new(program_hash64, NULL);
	const struct program_value *known = g_hash_table_lookup(p->watched, key);
	if (known)
		return *known;
	struct program_value *value = arena_new(p->arena, struct program_value);
	*value = descriptor_among(p, &call);
	g_hash_table_insert(p->watched, key, value);
	return *value;
}
