/*
 * value: what is known on a path: of expressions and variables (value.c, variable.c, scopes.c), of parameters
 * (knowledge.c), of what packs ask of arguments (condition.c), of descriptors and how they are set (descriptor.c, ready.c,
 * mode.c), of texts (memory.c), of fields and globals (stored.c), and of functions that are looked up (found.c).
 */
#ifndef LOOPLINT_PROGRAM_VALUE_H
#define LOOPLINT_PROGRAM_VALUE_H

#include "program/internal.h"

/* value.c: what an expression is known to be on a path. A place is known by its node: earlier and later differ. */
enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN };

extern const struct program_value value_unknown;
struct program_value value_constant(int64_t value);
bool value_is_constant(const struct program_value *value, int64_t *out);
struct program_value value_of(struct program *p, const struct instance *in, uint32_t node);
/* A new question: how much has been looked at for it starts from none. */
void value_begin(struct program *p);
/* The same inside of another question, `depth` steps deep; value_unknown when that gets too deep, or takes too long. */
struct program_value value_eval(struct program *p, const struct instance *in, uint32_t node, unsigned depth);
struct program_value value_join(struct program_value a, struct program_value b);
struct program_value value_combine(enum node_op op, struct program_value a, struct program_value b);
/* What is known of the arguments of a call, for the function as->function that it calls; `wanted`: of which parameters,
 * bit 31 for all from there on. */
void value_bind(struct program *p, const struct instance *in, const struct call *call, uint32_t wanted,
		struct instance *as);
/* Whether anything is. */
bool value_known(const struct program_value *value);
enum truth value_truth(const struct program_value *value);
enum truth value_opposite(enum truth truth);
enum truth value_compare(enum node_op op, const struct program_value *a, const struct program_value *b);
enum truth value_logic(enum node_op op, enum truth a, enum truth b); /* OP_AND, OP_OR */
/* Whether the guards of a call let it happen. */
enum truth value_guards(struct program *p, const struct instance *in, const struct call *call);
/* Whether a guard and those outside of it hold, but for those that a place under the guard `inside` is under too. */
enum truth value_guard(struct program *p, const struct instance *in, uint32_t guard, uint32_t inside, unsigned depth);

/* scopes.c */
/* Whether a function is what the macro of a scope calls as it begins. */
bool scopes_enters(const struct program *p, uint32_t function);
/* The function that the block is whose scope a call begins, and how many arguments stand before its own; 0: none. */
uint32_t scopes_called(const struct program *p, const struct call *call, unsigned *before);
/* The function that the block of a scope is, and the node of its first argument; 0: the call does not begin one. */
uint32_t scopes_function(const struct program *p, const struct program_function *f, uint32_t call, uint32_t *first);
/* What a variable (its field; NULL: the whole) that held `before` holds behind the scope that a call begins. */
struct program_value scopes_leaves(struct program *p, const struct program_function *f, uint32_t call,
				   uint32_t variable, const char *field, struct program_value before, unsigned depth);

/* variable.c */
#define POINTEE "*" /* as a field: what a pointer points at */

/* What a variable, or its field (NULL: the whole), holds where node `at` reads it. */
struct program_value variable_value(struct program *p, const struct instance *in, uint32_t variable, const char *field,
				    uint32_t at, unsigned depth);
/* What the struct that an argument points at holds in a field. */
struct program_value variable_pointee(struct program *p, const struct instance *in, uint32_t pointer,
				      const char *field);

/* The node behind which a variable holds what it holds where `at` reads it; 0: several, or none. */
uint32_t variable_since(struct program *p, const struct instance *in, uint32_t variable, const char *field,
			uint32_t at);

/* knowledge.c */
/* What is kept for all that is known alike; NULL if it is nothing. Lives as long as the program. */
const struct knowledge *knowledge_of(struct program *p, struct environment *environment);
/* 64 bits that tell (function, context, loop, knowledge) of an instance from all others; never 0. */
uint64_t instance_key(const struct instance *in);
/* What an instance knows of one of its parameters, or of a slot (ENVIRONMENT_SLOT); NULL: nothing. */
const struct program_value *instance_knows(struct program *p, const struct instance *in, uint32_t parameter);

/* What may be asked of a path: bits. Bit n, below these: what parameter n is. */
enum asked {
	ASKED_REST = 1 << 28, /* the parameters from the 28th on */
	ASKED_SLOTS = 1 << 29,
	ASKED_THREAD = 1 << 30,
};
/* Notes in p->asked that a question to `in` depends on that, if it is p->asking; instance_knows() does so itself. */
static inline void knowledge_asked(struct program *p, const struct instance *in, enum asked asked)
{
	if (in == p->asking)
		p->asked |= (uint32_t)asked;
}
/* 64 bits that tell what a path knows of all that is in `asked` from what others know; never 0. */
uint64_t knowledge_key(const struct program *p, const struct instance *in, uint32_t asked);

/* condition.c */
/* The text that an expression is, or begins with as far as it is known; NULL. */
const char *condition_text(struct program *p, const struct instance *in, uint32_t node);
/* Whether all conditions hold for the arguments of a call. */
enum truth value_conditions(struct program *p, const struct instance *in, const struct call *call,
			    const struct conditions *conditions);
/* Whether a call has an effect of its callee: `when` holds, nothing of `unless` is known to, and its time is not 0. */
enum truth value_effect(struct program *p, const struct instance *in, const struct call *call,
			const struct effect *effect);
/* Microseconds that a call may wait by the argument that says so; -1: no such argument, not known, or without end. */
int64_t value_time(struct program *p, const struct instance *in, const struct call *call, const struct effect *effect);
/* Argument `n` (from 1) of a call: node, or 0. */
uint32_t call_argument(const struct program *p, const struct call *call, unsigned n);
unsigned call_arguments(const struct program *p, const struct call *call);

/* descriptor.c: whether the descriptor, or the handle, that a call works on blocks. */
struct descriptor {
	enum truth blocks;
	const char *opens; /* "file", "socket", ...; NULL if not known */
};
/* Of the argument that `effect` names. */
struct descriptor descriptor_state(struct program *p, const struct instance *in, const struct call *call,
				   const struct effect *effect);

/* The descriptor in `node`, in the mode that it is in there. */
struct program_value descriptor_value(struct program *p, const struct instance *in, uint32_t node);
/* The same of a value that was found to be one: what the calls before `node` did to its mode. */
struct program_value descriptor_changed(struct program *p, const struct instance *in, uint32_t node,
					struct program_value value);
/* What a call of a library function opens; value_unknown if nothing. */
struct program_value descriptor_of_call(struct program *p, const struct instance *in, uint32_t node, uint32_t callee);

/* watched.c */
/* Whether the source of an expression names a bit for something to read, or, unless `only_reading`, to write. */
bool watched_names(const char *text, bool only_reading);
/*
 * Whether an instance on the loop is a callback that was handed over, by the call *out, to be called back for a
 * descriptor among the arguments of that call.
 */
bool watched_by(const struct program *p, const struct instance *in, struct call *out);
/* The parameter (from 0) by which such a callback is told its descriptor; -1: there is no one such. */
int watched_parameter(const struct program *p, uint32_t function);
/* What is known of that descriptor; value_unknown if the instance is no such callback. */
struct program_value watched_descriptor(struct program *p, const struct instance *in);

/* ready.c: whether what a call waits for is there, as the path to it has just been told. */
bool ready_told(struct program *p, const struct instance *in, const struct call *call, const struct effect *effect);

/* Whether a branch around the call asks for a constant by its name; NULL: none is meant. */
bool ready_asked(const struct program *p, const struct call *call, const char *constant);

/* memory.c */
/* Whether a path, as far as it is written out, leads to what is in memory: /proc, /sys, /run and the like. */
bool memory_holds(const char *path);
/* Whether an argument of the call is such a path, or what was opened by one. */
bool names_memory_file(struct program *p, const struct instance *in, const struct node *call);
/* Whether argument `n` (from 1), a format, begins with the printing of such a path: "%s/uevent". */
bool memory_of_format(struct program *p, const struct instance *in, const struct call *call, unsigned n);
/* What is known of the text that a call of a library function returns. */
struct program_value memory_of_call(struct program *p, const struct instance *in, uint32_t node, uint32_t callee,
				    unsigned depth);
/* The same of what argument `argument` (from 1) of a call points at after it. */
struct program_value memory_after(struct program *p, const struct instance *in, uint32_t node, unsigned argument,
				  unsigned depth);
/* Whether what was last written into an array before node `at` (UINT32_MAX: in the function) is such a path. */
bool memory_written(struct program *p, const struct instance *in, uint32_t variable, uint32_t at, unsigned depth);

/* found.c */
/* What a call that looks up functions by their names does; NULL: it does not. */
const struct effect *found_by(const struct program *p, const struct call *call);
typedef void found_visit(uint32_t function, const struct call *named, void *data);
/* Every function that it may find, and the call that names it. */
void found_each(struct program *p, uint32_t call, found_visit *visit, void *data);
/* Where it puts what it finds: the call itself, or an argument of it; 0: it is no such call. */
uint32_t found_node(const struct program *p, const struct call *call);
/* Whether all names that it may look for are known, and nothing in the tree bears one. */
bool found_outside(struct program *p, uint32_t call);

/* stored.c */
/* What a field or global holds, by all that the program stores there. */
struct program_value stored_value(struct program *p, uint32_t slot);
/* Fills calls_of and next_call_of, once. */
void callers_index(struct program *p);
/* What a parameter is, by all callers. */
struct program_value stored_parameter(struct program *p, uint32_t function, uint32_t parameter);
/*
 * Calls `visit` for each place that stores there (value 0: something unknown) or hands out the address. False: there are
 * none, or too many.
 */
typedef void stored_visit(uint32_t function, uint32_t at, uint32_t value, bool initialiser, void *data);
bool stored_each(struct program *p, uint32_t slot, stored_visit *visit, void *data);
/* Whether the address of a function is taken. */
bool stored_is_taken(struct program *p, uint32_t function);
/* The last store to the slot in this function that is always on the way to node `at`, and its value; 0: none. */
uint32_t stored_before(struct program *p, const struct instance *in, uint32_t slot, uint32_t at, uint32_t *value);

/* mode.c: where a descriptor is kept, and what changes its mode. */
enum keeping_kind { KEPT_NOWHERE, KEPT_IN_VARIABLE, KEPT_IN_SLOT };
struct keeping {
	enum keeping_kind kind;
	uint32_t id; /* variable or slot */
};
static inline bool keeping_same(struct keeping a, struct keeping b)
{
	return a.kind && a.kind == b.kind && a.id == b.id;
}
struct keeping mode_keeping(struct program *p, uint32_t function, uint32_t node);
/* mode_name.c */
/* Whether both names were given to one descriptor in a function. */
bool mode_is_other_name(struct program *p, uint32_t function, struct keeping a, struct keeping b);
/* The field or global that holds the descriptor, itself or under another name: `fd = get_fd(peer->channel)`; 0: none. */
uint32_t mode_slot(struct program *p, uint32_t function, uint32_t node);
/* The parameter (from 0) that is it, or is another name of it, and keeps what it was called with; -1: none. */
int64_t mode_parameter(struct program *p, uint32_t function, uint32_t node);
/* Finds the functions that change the mode of what they are handed. Once, before contexts. */
void mode_mark(struct program *p);
/* The mode that a call brings what is kept there into; MODE_UNKNOWN: it leaves it as it is. */
enum mode mode_of_call(struct program *p, const struct instance *in, const struct call *call, struct keeping kept);
/* Whether the caller, behind the call, puts `kept` back in the mode that it was told of before it. */
bool mode_is_put_back(struct program *p, const struct call *call, struct keeping kept);
/* The same of all calls between the nodes `since` and `at` (UINT32_MAX: the end of the function). */
enum mode mode_at(struct program *p, const struct instance *in, struct keeping kept, uint32_t since, uint32_t at);

#endif
