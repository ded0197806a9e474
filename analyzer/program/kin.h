/* kin: drivers of one kind, of which each leads back to itself; kin.c says how. */
#ifndef LOOPLINT_PROGRAM_KIN_H
#define LOOPLINT_PROGRAM_KIN_H

#include "program/internal.h"

/* Finds the families. After pointers_solve, before contexts. */
void kin_find(struct program *p);
void kin_free(struct program *p);
/* What `function` is to know under ENVIRONMENT_KIN when it is called from `in`; 0: nothing, as if kin_find was not called. */
uint32_t kin_handed_on(struct program *p, const struct instance *in, uint32_t function);
/* The same of a call through a slot; 0 if it makes no difference there. */
uint32_t kin_asked(struct program *p, const struct instance *in, uint32_t slot);
/* Whether a function that a slot holds is of another one's table than the path comes from. */
bool kin_is_other(struct program *p, const struct instance *in, uint32_t target);

#endif
