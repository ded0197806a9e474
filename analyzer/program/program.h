/*
 * program: all facts linked into one program, and who runs where in it.
 *
 * link (link.c, pointers.c) joins functions, call sites and function-pointer targets of every unit; context
 * (context.c) follows registrations and hand-written loops from there. Rules read the result through rule.h.
 */
#ifndef LOOPLINT_PROGRAM_H
#define LOOPLINT_PROGRAM_H

#include "base/arena.h"
#include "facts/facts.h"
#include "pack/pack.h"

#include <stdbool.h>
#include <stdio.h>

struct program;

/* What rules about threads walk over. */
enum hazard_kind {
	HAZARD_OFF_LOOP,  /* a worker makes a call that only the loop's thread may make, or that leads to one */
	HAZARD_SCOPE,     /* the same in the block of a scope */
	HAZARD_OFFLOADED, /* a function that belongs on the loop is handed to a worker */
	HAZARD_LOCK,      /* a worker blocks while it holds a lock that the loop takes */
	HAZARD_SPIN,      /* the loop waits by looking again and again */
};

/* How a HAZARD_SPIN looks again. */
enum spin {
	SPIN_FLAG,  /* reads what another thread is to change */
	SPIN_LOCK,  /* tries to take a lock */
	SPIN_RETRY, /* tries an operation that has just failed with EAGAIN */
	SPIN_NAP,   /* sleeps between looks */
};

/* What a completion callback does wrong. */
enum cancel_kind {
	CANCEL_USE_AFTER,       /* touches what its owner may have freed, before or without asking */
	CANCEL_AS_FAILURE,      /* treats the cancellation as any other failure: retries, answers, logs */
	CANCEL_AS_SUCCESS,      /* tells a peer that all went well */
	CANCEL_LOST_COMPLETION, /* tells nobody, where it tells of success and failure */
	CANCEL_IGNORED_STATUS,  /* uses a result that was never made */
	CANCEL_DISABLED,        /* turns pthread cancellation off, and back on on some ways out only */
	CANCEL_TWICE,           /* completes one task or invocation a second time */
};

/* What becomes of a cancellation in a handler that catches everything. */
enum swallowed_how {
	SWALLOWED_LOST,     /* the program goes on as if there had been none */
	SWALLOWED_RETRIED,  /* ... with another turn of a loop */
	SWALLOWED_REPLACED, /* another error takes its place */
};

/*
 * Links `count` units under `packs`. Strings and the struct live in `arena`, the rest is freed by program_free;
 * units and packs must outlive both.
 * The order of `units` does not change the result. Never fails: a unit without functions adds none.
 */
struct program *program_link(struct arena *arena, const struct facts *const *units, size_t count,
			     const struct packs *packs);

/* Frees what the program keeps outside its arena (indexes, growing arrays). Safe on NULL. */
void program_free(struct program *program);

/*
 * Decides contexts: fills the instances that rules walk over. Once per program, after program_link. With
 * `include_startup`, what main calls before and after its loop runs is followed too.
 */
void program_find_contexts(struct program *program, bool include_startup);

/*
 * Which functions are settled, after program_find_contexts: those that are known to run on a loop, and those that lead to
 * nothing a rule looks at. Who else calls them adds no finding; it may change how severe one is.
 */
void program_find_settled(struct program *program);

/* By the key that facts give it; what the program does not define is settled. After program_find_settled. */
bool program_is_settled(const struct program *program, const char *key);

/* The name of a function, by its number. */
const char *program_name(const struct program *program, uint32_t function);

/* Text for `looplint dump --after=link` and `--after=context`: one line per function, call, slot, or root. */
void program_dump_link(const struct program *program, FILE *out);
void program_dump_context(const struct program *program, FILE *out);

#endif
