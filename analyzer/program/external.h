/*
 * external: callbacks that are called from outside of the program; see external.c.
 */
#ifndef LOOPLINT_PROGRAM_EXTERNAL_H
#define LOOPLINT_PROGRAM_EXTERNAL_H

#include "program/internal.h"

/*
 * Calls `add` with a root (ROOT_EXTERNAL) for each callback that no pack and no call of the program explains and that
 * most likely runs on the loop. After everything was followed from the roots that are known.
 */
void external_find(struct program *p, void (*add)(struct program *p, struct root root));

#endif
