/*
 * flow: control through a body, branch by branch, with a state that the client keeps.
 *
 *      if (a) { b(); return; }         both branches go on from the same state; one that leaves is dead,
 *      c();                            and behind them is what both that arrive have in common
 *
 * A loop is walked twice: first to learn what the end of a turn leaves to the next, then for good. What a jump forwards
 * has is joined at its label; a jump backwards is not followed. What lies where control does not come is walked as well,
 * with a dead state, for the labels in it.
 */
#ifndef LOOPLINT_PROGRAM_FLOW_H
#define LOOPLINT_PROGRAM_FLOW_H

#include "program/value.h"

struct flow;

enum { FLOW_DEPTH = 400 /* a tree deeper than that is machine-made; what lies below is not walked */ };

/* Begins a client's state. */
struct flow_state {
	bool dead; /* control does not come there */
};

struct flow_client {
	size_t size; /* of a state, in bytes */
	/* What holds whichever of two ways control came. Neither is dead. */
	void (*join)(void *state, const void *other);
	/* An expression, whose value decides nothing. flow->now may be dead, in all that follow too. */
	void (*evaluate)(struct flow *flow, uint32_t node);
	/* The same for one that does. NULL: nothing is ever known. */
	enum truth (*decide)(struct flow *flow, uint32_t condition);
	/* Whether the value of a `switch`, which was evaluated just before, is that of a `case`. NULL as above. */
	enum truth (*fits)(struct flow *flow, const struct node *label);
	/* A `return`, its value evaluated by nobody yet; or the end of the body: NULL. Called only where control comes. */
	void (*leave)(struct flow *flow, const struct node *statement);
	/* Behind a block that began with `before`. NULL: nothing is to be done. */
	void (*end_block)(struct flow *flow, const void *before);
};

struct flow {
	const struct flow_client *client;
	const struct program_function *f;
	void *now;          /* the state here, of client->size bytes, zero at the beginning of the body */
	uint32_t statement; /* the innermost one that says where it stands */
	bool rehearsal;     /* the first turn of a loop, which is walked once more */
	void *broken, *continued;
	GArray *labels; /* struct flow_label */
	unsigned depth; /* clients count the expressions that they go down into, too */
};

/* Walks the body of `f`, from the state `entry` (NULL: all zero). `flow` may be the first member of a client's struct. */
void flow_walk(struct flow *flow, const struct flow_client *client, const struct program_function *f,
	       const void *entry);

/* A copy of the state here, to be freed with g_free(); and back to it. */
void *flow_copy(const struct flow *flow);
void flow_set(struct flow *flow, const void *state);
/* Joins `other` with the state here, whichever of them is dead. */
void flow_join(struct flow *flow, const void *other);

#endif
