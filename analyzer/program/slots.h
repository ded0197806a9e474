/*
 * slots: the places that may hold a function: which one an expression stands for. slots.c knows them, pointers.c finds
 * out what they hold, targets.c asks.
 */
#ifndef LOOPLINT_PROGRAM_SLOTS_H
#define LOOPLINT_PROGRAM_SLOTS_H

#include "program/internal.h"

uint32_t slot_new(struct program *p, struct slot slot);
/* The slot of a field or a global, which all units share that mean the same; made if there is none. */
uint32_t slot_of_symbol(struct program *p, uint32_t unit, uint32_t symbol);
/* Makes those of a function's variables and of what it returns, which stand together. */
void slots_add_own(struct program *p, uint32_t function);
/* Of what a function returns; 0: it has no body. */
uint32_t slot_returned(const struct program_function *f);
/* Of what this call of an unknown function, or of one that looks up others, gives; made when first asked for. */
uint32_t slot_result(struct program *p, uint32_t function, uint32_t node);

/* Calls `take` for each leaf that the value of `node` may come from: a NODE_FUNCTION, or something with a slot. */
typedef void take_leaf(void *data, uint32_t leaf);
void each_leaf(const struct program_function *f, uint32_t node, take_leaf *take, void *data, unsigned depth);

#endif
