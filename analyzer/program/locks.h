/*
 * locks: what the files about locks share. lock_name.c says which lock an expression is, lock_walk.c what is held where
 * in a body, locks.c what that means for workers and the loop.
 */
#ifndef LOOPLINT_PROGRAM_LOCKS_H
#define LOOPLINT_PROGRAM_LOCKS_H

#include "program/flow.h"

enum { MAX_HELD = 8 };

/*
 * A lock, as one function names it: the slot of its global or field (0: it is a parameter itself), and the parameter
 * that it is or lies in, from 1 (0: none). Neither: not known.
 */
struct lock_id {
	uint32_t slot, param;
};

struct held_lock {
	struct lock_id id;
	uint32_t call; /* that took it; 0: held on entry */
	bool shared;   /* for reading, with others */
	bool scoped;   /* given back at the end of the block, by a cleanup function */
};

/* What is held at a place. */
struct held {
	struct flow_state flow;
	unsigned count;
	struct held_lock items[MAX_HELD];
};

struct balance; /* what a call of a function does to locks in the end */

struct locks {
	struct program *p;
	uint8_t *touches;           /* per function: it takes or gives locks, itself or by what it calls */
	struct balance **balances;  /* per function; NULL: none */
	GHashTable *blocks;         /* call -> index into thread_effects */
	GHashTable *loop_takes;     /* slot -> struct loop_take */
	GHashTable *arrived;        /* (instance, slot) */
	GHashTable *reported;       /* calls */
	uint32_t *first_out, *outs; /* per instance, the edges that leave it */
};

/* lock_name.c */
bool lock_known(struct lock_id id);
bool lock_same(struct lock_id a, struct lock_id b);
/* The lock that a call names in argument `n` (from 1). */
struct lock_id lock_of_argument(struct program *p, const struct call *call, int n);
/* A lock that a called function names by its parameter, as the call names it. */
struct lock_id lock_as_caller_names(struct program *p, const struct call *call, struct lock_id id);
/* The slot of a lock that the function of an instance names; 0: not known. */
uint32_t lock_resolved(struct program *p, uint32_t instance, struct lock_id id);

/* lock_walk.c */
typedef void held_at_call(uint32_t call, const struct held *held, void *data);
bool held_has(const struct held *held, struct lock_id id);
/* Calls `at_call` with what is held, at each call that `function` makes if `entry` is held when it begins. */
void locks_walk(struct locks *l, uint32_t function, const struct held *entry, held_at_call *at_call, void *data);
/* Fills touches and balances. */
void locks_find_balances(struct locks *l);

#endif
