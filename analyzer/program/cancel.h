/*
 * cancel: completion callbacks that do the wrong thing when the operation was cancelled; and tasks completed twice.
 */
#ifndef LOOPLINT_PROGRAM_CANCEL_H
#define LOOPLINT_PROGRAM_CANCEL_H

#include "program/aftermath.h"

struct cancel_fault {
	enum cancel_kind kind;
	struct completion_site site; /* CANCEL_TWICE: of no operation, `call` is 0 */
	uint32_t node;               /* of the callback: where it does it */
	uint32_t symbol; /* of the callback's unit: what is called or looked into there; 0: it has no name */
	uint32_t told;   /* node that tells cancellation apart, and yet this is reached; 0: nothing does */
	uint32_t finish; /* node that takes the outcome; 0: none */
	enum level severity, confidence;
};

/* Fills p->cancel_faults: each callback and kind once. */
void cancel_find(struct program *p);

#endif
