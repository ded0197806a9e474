/*
 * loops: what the search for loops written by hand is made of. loops.c finds the candidates, from each wait outwards;
 * loops_accept.c takes of them what no other loop reaches. loops_one.c, loops_retry.c and loops_fetch.c tell waits that
 * make no event loop.
 */
#ifndef LOOPLINT_PROGRAM_LOOPS_H
#define LOOPLINT_PROGRAM_LOOPS_H

#include "program/internal.h"
#include "program/value.h"

enum { MAX_CHAIN = 8, MAX_POINTER_CHAIN = 3, MAX_LOOK = 5 };

/* Why a slot was looked at. */
enum { SLOT_CARRIED = 1, SLOT_MEASURED = 2, SLOT_REACHED = 4 };

struct loop_search {
	struct program *p;
	GHashTable *callers; /* function -> GArray of calls that name it */
	GHashTable *chain;   /* call -> the call it carries the wait for; the first found, if there are several */
	GHashTable *carried; /* function -> GArray of its calls that wait, or carry a wait, and have no loop in it */
	GArray *queue;       /* calls that wait, or carry a wait */
	GArray *found;       /* struct loop_candidate */
	uint32_t *distance;  /* per function: calls away from main or a thread's entry; UINT32_MAX: not reached */
	uint8_t *slots;      /* per slot: SLOT_... */
	uint8_t *fetches;    /* per function: it has a loop that returns what it waited for */
	uint8_t *on_loop;    /* per function: reached from a loop that was accepted, or from a registered callback */
	bool has_workers;
};

struct loop_candidate {
	uint32_t function, wait, distance;
	uint32_t loop; /* 0: the whole function, which calls itself in `again` */
	uint32_t again;
	unsigned steps; /* calls between the loop and the wait */
};

/* loops.c */
/* Whether a call stands in a loop, or in one inside of it. */
bool loop_holds(const struct program *p, const struct call *call, uint32_t loop);
/* The call at the end of the chain: the wait itself. */
uint32_t loop_wait_of(const struct loop_search *s, uint32_t call);
/* How many calls lie between this one and the wait that it carries. */
unsigned loop_chain_length(const struct loop_search *s, uint32_t call);

/* loops_one.c */
/* Whether a call that waits, as the effect says, does so for a single descriptor. */
bool loop_waits_for_one(struct program *p, const struct call *call, const struct effect *e);
/* The same of `select(device + 1, ...)` for a global that is only ever set to what calls return: no maximum of several. */
bool loop_waits_for_global(struct program *p, const struct call *wait, uint32_t count);

/* loops_fetch.c */
/* Whether a loop of a function returns a pointer to what it waited for. */
bool loop_fetches(struct program *p, uint32_t function, uint32_t loop);

/* loops_retry.c */
/* Whether a loop statement is left as soon as the wait in it, a call, has told of an event. */
bool loop_is_retry(struct program *p, uint32_t loop, uint32_t wait);

/* loops_accept.c */
/* Fills `distance`, `has_workers` and the program's on_thread. */
void loops_measure(struct loop_search *s);
/* Takes the candidates from the outermost in; one that an accepted loop or a callback reaches is no root. */
void loops_accept(struct loop_search *s);

#endif
