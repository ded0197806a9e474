/*
 * advice: what to do about a call that blocks the loop. One decision, made the same way for every finding.
 */
#ifndef LOOPLINT_CHECK_ADVICE_H
#define LOOPLINT_CHECK_ADVICE_H

#include "base/arena.h"
#include "check/finding.h"

#include <stddef.h>

struct loop_effect;
struct program;

/* What a blocking call wants: what an asynchronous form has to offer in its place. */
enum task {
	TASK_OTHER,   /* no general form */
	TASK_SLEEP,   /* time passes */
	TASK_DNS,     /* a name is looked up */
	TASK_CHILD,   /* a child ends */
	TASK_RUN,     /* a program is run */
	TASK_FILE,    /* a file is read, written, found */
	TASK_READY,   /* a descriptor is ready */
	TASK_WAKE,    /* another thread is done, or lets go */
	TASK_COMPUTE, /* a result is computed: no form, only another thread */
	TASKS
};

/* The asynchronous form of one function. */
struct twin {
	const char *function, *form;
};

/* What one loop library has instead. A `%s` in a form is the name of the blocking call. */
struct async_forms {
	const char *packs;        /* beginnings of pack names, with blanks between them; "": no library */
	const char *form[TASKS];  /* NULL: nothing */
	const struct twin *twins; /* of functions of TASK_FILE, up to one without a name; NULL: none */
	const char *offload;      /* how work comes back from there, behind "run it on a worker thread" */
};

/* The table; the last row is for programs without any of these libraries. */
extern const struct async_forms async_forms[];
extern const size_t async_forms_count;

/* What is known once per run; in `arena`, as are the texts it gives. */
struct adviser;
struct adviser *adviser_new(struct arena *arena, struct program *program);

/* Fills advice and advice_text of a finding about `effect`. */
void adviser_choose(struct adviser *adviser, const struct loop_effect *effect, struct finding *finding);

#endif
