/*
 * shared: what of the loop's a worker must leave alone although no pack says so: containers that lie in globals
 * (shared.c), and handlers of signals (emission.c). Asked once all instances are found.
 */
#ifndef LOOPLINT_PROGRAM_SHARED_H
#define LOOPLINT_PROGRAM_SHARED_H

#include "program/internal.h"

/* --- shared.c --- */

/*
 * The global, or field of one, in which the container lies that `effect` of a call changes; 0: it lies in none. The lower
 * half is the slot that names it.
 */
uint64_t shared_container(struct program *p, const struct call *call, const struct effect *effect);
/* Container -> uint64_t: the programs in which a callback of the loop changes it. The caller destroys it. */
GHashTable *shared_of_the_loop(struct program *p);
/* Whether a lock is taken in the function of a call before it, as far as names tell. */
bool shared_is_locked(const struct program *p, const struct call *call);

/* --- emission.c --- */

/* Which handlers there are, by the type of the object and the name of the signal. */
struct emissions;
struct emissions *emissions_find(struct program *p);
void emissions_free(struct emissions *e);
/*
 * The handler that a worker calls with a loop_effect of EFFECT_EMITS although the loop's code connected it: a function;
 * 0: none is known, it only hands over to the loop, or the object is the worker's own.
 */
uint32_t emissions_handler(struct emissions *e, const struct loop_effect *effect);
/* The parameter, from 1, of its function that an object is or is reached from; 0: none. */
unsigned emissions_param(struct program *p, uint32_t function, uint32_t object);
/* Whether the object that argument `n` of a call is or leads to was there before the worker of `instance` began. */
bool emissions_is_the_loops(struct program *p, uint32_t instance, const struct call *call, unsigned n);

#endif
