/*
 * aftermath: what a completion callback does if the operation was cancelled, failed otherwise, or succeeded.
 *
 * One walk over its body for each of the three, branch by branch, with what is then known: the result of the `_finish`
 * function, the GError, the status. Conditions on these are decided; of all others both ways are walked. Helpers of the
 * program that answer "is this a cancellation?" are walked into.
 */
#ifndef LOOPLINT_PROGRAM_AFTERMATH_H
#define LOOPLINT_PROGRAM_AFTERMATH_H

#include "program/completion.h"

enum scenario { SCENARIO_CANCELLED, SCENARIO_FAILED, SCENARIO_SUCCEEDED };

enum aftermath_event_kind {
	EVENT_USES_DATA, /* user data is looked into, cast with a check, or passed on */
	EVENT_USES_PART, /* so is what its field points at, which the operation has no reference to */
	EVENT_STARTS,  /* an asynchronous operation of the program is started, or a callback registered with the loop */
	EVENT_ANSWERS, /* an error is reported to a peer or a user */
	EVENT_LOGS,    /* only a log says so */
	EVENT_SUCCEEDS,   /* the task or the invocation is completed as if all went well */
	EVENT_COMPLETES,  /* it is completed, in whatever way */
	EVENT_CALLS,      /* any other call of something by name */
	EVENT_DISABLES,   /* pthread cancellation is turned off here and still is at some way out */
	EVENT_OVERWRITES, /* the code of a cancellation is made that of a failure */
	EVENT_TWICE,      /* it is completed although it was for sure completed before */
};

struct aftermath_event {
	enum aftermath_event_kind kind;
	uint32_t node;
	uint32_t symbol; /* EVENT_USES_PART: the field; else what is called, 0: nothing by name */
};

struct aftermath {
	GArray *events;  /* struct aftermath_event, each once, in the order of the walk */
	uint32_t told;   /* the first node that asked for cancellation by name; 0: none */
	uint32_t finish; /* the call that took the result; 0: none. COMPLETION_STATUS: the first look at the status */
	bool ends;       /* behind the call that returned the outcome, some way comes to the end of the function */
	bool unfinished; /* some way to the end of the function completes nothing, */
	bool unsure;     /* ... or only perhaps something: it calls through a pointer */
};

/* The walk is given up, and false returned, for bodies that are too large. aftermath_finish() in any case. */
bool aftermath_walk(struct program *p, const struct completion_site *site, enum scenario scenario,
		    struct aftermath *out);
void aftermath_finish(struct aftermath *outcome);

/* Whether there is an event of the kind at this node. */
bool aftermath_has(const struct aftermath *outcome, enum aftermath_event_kind kind, uint32_t node);

#endif
