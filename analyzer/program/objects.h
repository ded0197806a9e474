/*
 * objects: classes of the program whose objects somebody outside of it makes; see objects.c.
 */
#ifndef LOOPLINT_PROGRAM_OBJECTS_H
#define LOOPLINT_PROGRAM_OBJECTS_H

#include "program/internal.h"

/* An instance init that no call of the program leads to. */
struct unmade {
	uint32_t function;
	uint32_t call;         /* that registers the class */
	enum level confidence; /* that the loop calls it */
};

/*
 * Calls `visit` for the instance init of each class of which no call of the program makes an object, nor one of a class
 * below. `on_worker`: per function, whether workers may reach it.
 */
void objects_each_unmade(const struct program *p, const uint8_t *on_worker,
			 void (*visit)(struct unmade unmade, void *data), void *data);

#endif
