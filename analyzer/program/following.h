/*
 * following: what the files that decide contexts share. context.c begins with the roots and goes on by confidence;
 * instances.c keeps what was reached; following.c follows the calls of one instance, reaching.c finds what a call leads
 * to, effects.c what it does.
 */
#ifndef LOOPLINT_PROGRAM_FOLLOWING_H
#define LOOPLINT_PROGRAM_FOLLOWING_H

#include "program/internal.h"
#include "program/outcome.h"

enum { MAX_INSTANCES = 48, MAX_TARGETS_PER_ARGUMENT = 16 };

/* A question: whether what is followed leads to an instance. Nothing is kept then. */
struct probe {
	uint32_t instance; /* the first of equal ones */
	uint32_t function; /* of it */
	bool met;
};

struct search {
	struct program *p;
	GArray *queues[LEVELS];    /* instances still to follow, by confidence */
	GHashTable *effect_index;  /* (call, effect) -> index of loop_effects */
	struct outcomes *outcomes; /* what calls came to; NULL: nothing is kept */
	bool once;                 /* what is followed was not, had another path with the same call come first */
	struct arena *arena;       /* of what ports saw; NULL: the program's */
	bool startup;
	struct probe *probe; /* NULL: all that is reached is kept, and followed later */
};

struct following {
	struct search *s;
	struct instance parent;
	enum level confidence; /* of the parent, which counts as sure while its calls are followed */
	uint32_t parent_index;
	struct call call;
	uint32_t call_index;
	struct instance child;
	struct environment environment; /* of the child, but for `parameter` */
	uint32_t parameter;
	enum level pointer_confidence;
};

struct counting {
	unsigned targets;
	uint32_t function; /* the first */
};

/* instances.c */
/* Whether a port, in `probe` as if it were a function, was not yet called like that in all its programs. */
bool search_visit_port(struct search *s, const struct instance *probe);
/* A call by which a worker comes from one instance to another. */
void search_add_worker_edge(struct program *p, uint32_t from, uint32_t call, uint32_t to);
/* What is reached: a new instance to be followed, or a known one that is surer now, or nothing new. */
void search_push(struct search *s, struct instance in);

/* reaching.c */
/* The lower of two. */
enum level level_lower(enum level a, enum level b);
/* The call that is followed leads to `child`. */
void following_reach(const struct following *w, struct instance child);
/* `function`, as it is reached by the call that is followed; without what is known of its parameters. */
struct instance following_child(const struct following *w, uint32_t function);
/* Counts in `data`, a struct counting, as pointers_each() visits. */
void following_count_target(uint32_t function, uint32_t target, void *data);
/* The same, with what is bound to its parameters by this call. */
void following_into(struct following *w, struct instance child);
/* Adds what is known of an argument, for a parameter of a function that decides something there. */
void following_remember(struct following *w, uint32_t argument, uint32_t function, uint32_t parameter,
			struct environment *environment);
/* What a callback knows if its parameter is what an argument of this call points at: the function in there. */
const struct knowledge *following_held(struct following *w, uint32_t argument, uint32_t parameter);
/* What a callback knows that a library calls for the descriptor it was handed over with; NULL: nothing. */
const struct knowledge *following_root(struct program *p, const struct instance *root);
/* What the functions that calls through a port may reach want to know of its arguments. */
void following_ask_port(struct program *p, struct port *port);
/* The call goes through a pointer, or hands one to who calls it at once: to all that it may hold. */
void following_indirect(struct following *w, uint32_t expression);

/* effects.c */
/* The better of an effect and the one that is known of the same call. */
void effects_keep(struct search *s, struct loop_effect effect);
/* An effect of the call that is followed, on the path that it is followed on. */
void effects_add(struct following *w, struct loop_effect effect);
/* What a pack says the call does, if its conditions hold here. */
void effects_consider(struct following *w, const struct effect *e, uint32_t callee, enum level confidence);
/* Whether effects of a kind are findings, or lead to some. */
bool effects_speak(enum effect_kind kind);

/* following.c */
/* The call is one of a library function that packs know. */
void following_library(struct following *w, uint32_t function, enum level confidence);
/* Whether a call can have no effect and lead to nothing. */
bool following_leads_nowhere(const struct program *p, uint32_t index);
/* Whether a call, made in the instance `from`, leads to the instance `to`, and surely enough. Both on the loop. */
bool following_leads(struct program *p, uint32_t from, uint32_t call, uint32_t to);
/* Follows all calls of an instance. */
void following_instance(struct search *s, uint32_t index);

/* context.c */
/* A root, as an instance to be followed. */
void search_push_root(struct search *s, uint32_t index);

#endif
