/*
 * contexts: what decides where functions run: which programs of the tree share a unit (programs.c, kinds.c), where it
 * begins (roots.c, loops.c, typed.c, main_context.c, emitted.c), what is done once or elsewhere (once.c, alternative.c,
 * within.c), and which thread it is (identity.c, threads.c, off_loop.c); and what adds hazards once that is known.
 */
#ifndef LOOPLINT_PROGRAM_CONTEXTS_H
#define LOOPLINT_PROGRAM_CONTEXTS_H

#include "program/value.h"

/* typed.c: calls `visit` for every function of a canonical type whose address is taken somewhere. */
void typed_each(struct program *p, const char *type, pointer_visit *visit, void *data);

/* within.c: what a library was handed, and calls back within other calls of its own. */
struct handed_over {
	uint32_t function, target; /* target: how it got to the argument; 0: named right there */
	uint32_t call;             /* that handed it over */
};
void within_find(struct program *p);
/* The callbacks called within a call of `callee`: an array of struct handed_over; NULL for none. */
const GArray *within_of(const struct program *p, uint32_t callee);
/* Whether the program calls one of these functions. `names` is NULL-terminated; NULL names none. */
bool program_calls_one_of(struct program *p, const char *const *names);
/* Whether a program that a function is part of does. */
bool program_calls_one_with(struct program *p, const char *const *names, uint32_t function);
/* The same, and with the constant in argument `n` (from 1) that `call` has there too. */
bool program_calls_alike(struct program *p, const struct instance *in, const struct call *call, unsigned n,
			 const char *const *names);

/* threads.c */
/* Whether a callback handed to a worker runs a loop of its own there: then its thread is a loop's, and no worker. */
bool threads_own_loop(const struct program *p, uint32_t function);
/* Whether a function is called by the loop only because a thread, as its last act, has posted it. */
bool threads_over(const struct program *p, uint32_t function);
/* Whether a call in this instance needs the loop's thread. */
bool threads_needs_loop(struct program *p, const struct instance *in, const struct call *call);
/* Fills hazards from thread_effects and worker_edges. */
void threads_find(struct program *p);

/* off_loop.c */
/* Adds a hazard, unless one is `reported` at its call. */
void off_loop_report(struct program *p, GHashTable *reported, struct hazard hazard);
void off_loop_find(struct program *p, GHashTable *reported);

/* alternative.c: marks calls. After roots_find. */
void alternative_find(struct program *p);

/* once.c: marks calls. After loops_find. */
void once_find(struct program *p);

/* locks.c, spins.c: add to hazards. */
void locks_find(struct program *p);
void spins_find(struct program *p);
/* catches.c: fills swallowed. */
void catches_find(struct program *p);
/* outside.c: per slot, whether it is filled from outside of the program. The caller frees it with g_free(). */
uint8_t *outside_find(struct program *p);

/* kinds.c: once functions and symbols are linked. */
struct kinds *kinds_new(struct program *p);
void kinds_free(struct kinds *kinds);
/* Of the program with this main and these units (per unit: whether it is linked). */
enum program_kind kinds_of_main(struct kinds *kinds, uint32_t main, const uint8_t *linked);
/* Whether a unit lies in a folder of tests, or is declared to be of one. */
bool kinds_in_tests(const struct kinds *kinds, uint32_t unit);
/* ... or has a name of one. */
bool kinds_is_test(const struct kinds *kinds, uint32_t unit);

/* programs.c */
#define TEST_PROGRAMS (UINT64_C(1) << 63) /* the bit that all tests share */
void programs_find(struct program *p);
/* The programs in which a pointer may hold the function: where both it and the place that binds it are linked. */
uint64_t programs_bound(const struct program *p, uint32_t function, uint32_t target);
/* A direct call is made whatever the linker was taken to choose; it just cannot tell programs apart then. */
static inline uint64_t programs_narrowed(uint64_t programs, uint64_t by)
{
	return programs & by ? programs & by : programs;
}
/* Whether a path exists in test programs only, or in those and clients only. */
static inline bool programs_only_test(uint64_t programs)
{
	return programs == TEST_PROGRAMS;
}
static inline bool programs_only_client(const struct program *p, uint64_t programs)
{
	return programs & p->client_programs && !(programs & ~(TEST_PROGRAMS | p->client_programs));
}
/* Bits of the programs that a function is part of. */
static inline uint64_t programs_of(const struct program *p, uint32_t function)
{
	return program_function(p, function)->programs;
}

/* loops.c: finds loops written by hand and adds them to roots; fills on_thread. */
void loops_find(struct program *p);

/* body.c: whether a loop statement is `do { ... } while (0)`, which is how macros are written. */
bool loop_turns_once(const struct program *p, uint32_t loop);

/* parameters.c: fills interesting, called and descriptors of every function. */
void parameters_mark(struct program *p);
/* Bit n: what a function with a body returns depends on parameter n. */
uint32_t parameters_returned(struct program *p, uint32_t function);

/* roots.c: fills roots, but for those of loops.c and external.c. A function is a root once for each context and program. */
void roots_find(struct program *p);
void roots_add(struct program *p, struct root root);
/* The programs in which it is one. */
uint64_t roots_programs(const struct program *p, const struct root *root);
void roots_add_startup(struct program *p); /* main, before its loop runs */

/*
 * context.c: what is reached from one function with what is known of its parameters, as if a loop called it; in place of
 * the instances and effects that were found before. `scratch` must live until the next call, or be finished then.
 */
void program_explore(struct program *p, struct arena *scratch, uint32_t function,
		     const struct environment *environment);

/* spread.c: adds a function to those that are followed, unless it is among them; `reached` is per function. */
void spread_add(GArray *queue, uint8_t *reached, uint32_t function);
/* Follows all that were added; appends what they may lead to. */
void spread_calls(struct program *p, GArray *queue, uint8_t *reached);

/* What `main` may lead to, per function. The caller frees it with g_free(). */
uint8_t *spread_from_main(struct program *p);

/* main_context.c. Before roots are found. */
void main_context_find(struct program *p);
void main_context_free(struct program *p);
/* Whether what a call hands over is called on a context that the calling function makes and runs itself. */
bool main_context_own(const struct program *p, uint32_t call);
/* ... on one that is a worker's queue. */
bool main_context_queued(const struct program *p, uint32_t call);
/* Whether a function makes a context and runs it, which is how it waits. */
bool main_context_waits(const struct program *p, uint32_t function);

/* emitted.c */
/* Whether what a call hands over by this registration runs where that call does, or what it watches is used. */
bool emitted_here(const struct program *p, const struct registration *registration, uint32_t call);
/* A callback of a registration that is `where_used`, beside its root. */
void emitted_add(struct program *p, struct root root);
/* Defers the roots whose registrations only workers make. After loops_find. */
void emitted_defer(struct program *p);
/* The root of `function` if it is deferred, else 0. */
uint32_t emitted_deferred(const struct program *p, uint32_t function);
/* The loop registers it too, in `call`: its root is deferred no more. */
void emitted_accept(struct program *p, uint32_t root, uint32_t call, uint32_t target);

/* identity.c: which thread a comparison of thread ids asks for. After loops_find. */
struct identity;
void identity_find(struct program *p);
void identity_free(struct identity *identity);
/* All that comparisons of thread ids depend on: equal numbers, equal answers. */
unsigned identity_known(const struct program *p, const struct instance *in);
/* Whether an expression is the number of the thread that runs this path, which has none but what it begins with. */
bool identity_number(struct program *p, const struct instance *in, uint32_t node, int64_t *number);
/* What a call or an (in)equality says of the thread that runs this path: whether the two are the same. */
enum truth identity_asked(struct program *p, const struct instance *in, const struct node *n);
/* The expression that a function returns which only asks for a thread; 0 if it does anything else. */
uint32_t identity_predicate(struct program *p, uint32_t function);

/* thread_local.c: numbers by which threads with a loop know themselves. After loops_find. */
struct thread_locals;
void thread_locals_find(struct program *p);
void thread_locals_free(struct thread_locals *locals); /* safe on NULL */
/* Whether the path runs on a worker that sets none of them: there they hold what they begin with. */
bool thread_locals_unset(const struct program *p, const struct instance *in);
/* Whether an expression is such a variable: *initial receives what it begins with. */
bool thread_locals_is(struct program *p, uint32_t function, uint32_t node, int64_t *initial);

/*
 * How sure one can be of what a worker does at the end of a path of so many calls: each stands under conditions, and of
 * each function pointer on the way it is known only what it may hold. Nobody reads a witness of twenty steps.
 */
static inline enum level level_by_length(unsigned calls)
{
	return calls > 14 ? LEVEL_LOW : calls > 9 ? LEVEL_MEDIUM : LEVEL_HIGH;
}

#endif
