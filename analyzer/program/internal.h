/*
 * internal: the linked program as the files of program/ share it, and what is asked of its functions and pointers; values
 * are asked of value.h, contexts of contexts.h. Rules see it through rule.h only.
 *
 *   link.c      functions, symbols and call sites of all units      body.c      one body: calls, guards, loops, definitions
 *   control.c   where control goes on from a statement              identity.c  which thread a comparison asks for
 *   model.c     which pack entry speaks of which function           pointers.c  what a function pointer may point to
 *   slots.c     the places that hold such pointers                  targets.c   ... and who asks for what they hold
 *   found.c     functions that are looked up by their names
 *   thread_local.c numbers by which threads with a loop know themselves
 *   value.c     what an expression is known to be on a path         definition.c what variables are set to
 *   variable.c  what a variable holds at a place                    condition.c what packs ask of arguments
 *   loops.c     loops written by hand around a wait (loops_*.c) descriptor.c whether a descriptor blocks
 *   mode.c      what changes the mode of a descriptor               stored.c    what fields and globals hold
 *   knowledge.c what is known of parameters, kept once
 *   outcome.c   what calls came to, kept for paths that know the same
 *   programs.c  which programs of the tree share a unit             outside.c   what comes from outside of it
 *   context.c   who runs where: instances, from roots along calls   dump.c      all of that as text
 *   parameters.c which parameters decide something                  roots.c     where following begins
 *   typed.c     callbacks that are told by their type
 *   within.c    callbacks that a library keeps for other calls of its own
 *   watched.c   callbacks that are handed over with a descriptor
 *   locks.c     locks that workers hold for too long (with lock_name.c, lock_walk.c)
 *   spins.c     loops that wait by looking again
 *   pending.c   what goes on once it was started (with pending_part.c)
 *   closing.c   who frees what that refers to (with closing_end.c)
 *   cancel_code.c codes of cancellations that functions are handed
 *   catches.c   catch-alls that swallow a cancellation (with catch_find.c, catch_reach.c, catch_value.c, catch_walk.c)
 *   marks.c     what people declare of functions                threads.c   what workers are; off_loop.c what they do to the loop
 *   ready.c     what is read where there is something to read
 *   memory.c    which paths lead to memory
 *   async_form.c operations with an asynchronous form beside them  spread.c  what functions may lead to, roughly
 *   emitted.c   callbacks that run where an object is used          main_context.c GLib's contexts that threads run
 *   gobject.c   classes, what makes objects, chaining up            external.c  callbacks that code outside calls
 *   kin.c       drivers of one kind, of which each leads to itself
 *   once.c      what is done once, before the loop runs
 *   kinds.c     which programs are tests, servers, clients      alternative.c what is done where no worker takes it
 *
 * Everything refers to everything else by index into the program's arrays; 0 means "none" (element 0 is unused).
 */
#ifndef LOOPLINT_PROGRAM_INTERNAL_H
#define LOOPLINT_PROGRAM_INTERNAL_H

#include "check/finding.h"
#include "program/program.h"

#include <glib.h>

/* What packs say of one function name. */
struct model {
	const struct effect **effects;
	size_t effect_count;
	const struct registration **registers;
	size_t register_count;
};

/* What people declare of a function, or of the calls through a field. */
struct marks {
	uint16_t bits;               /* enum mark */
	const struct effect *effect; /* what a call of it does by that; NULL: nothing */
};

/* A function of the program: defined in a unit, or only called. One per definition. */
struct program_function {
	/* what following calls looks at stands first, close together */
	const struct function *fact; /* NULL: not defined */
	const struct facts *facts;   /* of the unit, NULL: not defined */
	const struct model *model;   /* NULL: no pack knows it */
	uint64_t programs;           /* bits of the programs it is part of; see programs.c */
	uint32_t first_call, calls;
	uint32_t unit;        /* index into units + 1; 0: not defined in any */
	uint32_t descriptors; /* bit n: whether the descriptor in parameter n blocks decides something in here */
	uint32_t paths;       /* bit n: whether the path in parameter n leads to memory decides something in here */
	uint32_t interesting; /* bit n: what parameter n is decides something in here */
	uint32_t called;      /* bit n: parameter n is called in here, or handed on to be */
	uint32_t carries;     /* bit n: what parameter n points at has a function in it that is called in here, or so */
	uint32_t instances;
	uint32_t plain;     /* the last instance of it about whose parameters nothing is known; 0: none yet */
	uint16_t flags;     /* enum symbol_flag */
	bool noreturn;      /* declared or inferred */
	bool jumps_back;    /* has a label: what stands behind may run before */
	bool waits;         /* carries the wait of an accepted hand-written loop; loops.c */
	bool changes_modes; /* a call in here may change the mode of a descriptor; mode.c */
	uint8_t constructs; /* makes an object of the type it is given: a row of gobject.c, from 1; else 0 */
	struct marks marks;
	const struct effect *async_form; /* blocks, by GIO's convention; `instead` is the other form. NULL: none */

	uint32_t end_node; /* just behind the last node of the body */
	uint32_t
		first_variable; /* one for each of its variables, into program.first_definitions, and one behind them */
	uint32_t first_loop, loops;
	uint32_t first_region, regions;
	uint32_t first_return, returns; /* its statements that return a value */
	uint32_t first_slot; /* one for each of its variables, then one for what it returns; 0: not defined */
	uint32_t changes;    /* bit n: the mode of the descriptor in parameter n is changed in here */
	uint32_t returned;   /* bit n: parameter n decides what is returned; parameters_returned() fills it */
	bool returned_known;
	bool returns_pending;
	struct program_value *returns_always; /* memo of value_of_return; NULL: not asked yet */
	uint32_t first_target;                /* slots that may hold it */
	uint32_t same_key; /* another definition under the same key, in another program of the tree */
	unsigned line;
	const char *key, *name, *type, *file; /* file: of the definition, else of the declaration */
};

/* A condition that holds where a call stands: `node` is true (or false), or a switch took one of its cases. */
struct guard {
	uint32_t outer; /* the next guard outwards */
	uint32_t node;
	bool holds;
	bool is_case;               /* node is the switch's value; cases lists the labels */
	bool exited;                /* no `if` around the place: one before it that was left (`if (x) continue;`) */
	bool asserted;              /* exited, by an assertion: no parameter decides by it */
	bool judged;                /* parameters is filled */
	uint32_t parameters;        /* bit n: parameter n is mentioned by this guard or one outside of it */
	uint32_t first_case, cases; /* into program.case_nodes; a `default` among them makes the guard void */
	uint32_t asked;    /* what the path was asked that asked last whether this holds (value.c): enum asked */
	uint64_t answered; /* knowledge_key() of that; 0: nobody has asked */
	uint8_t answer;    /* enum truth */
};

/* A loop statement. */
struct loop {
	uint32_t function;
	uint32_t node;
	uint32_t outer; /* the loop around it */
};

/* A call site. */
struct call {
	uint32_t caller;
	uint32_t node;   /* NODE_CALL; for a cleanup function, the body it ends */
	uint32_t callee; /* 0: indirect */
	uint32_t guard;  /* innermost guard */
	uint32_t loop;   /* innermost loop */
	uint16_t loop_depth;
	uint16_t ordinal; /* among the calls of the same callee in this function, from 0 */
	bool dying;       /* the process ends right after it */
	bool cleanup;     /* called by __attribute__((cleanup)) */
	bool leaves;      /* the block it stands in leaves the innermost loop */
	bool alternative; /* of what workers do, where none takes it; alternative.c */
	bool once;        /* done once, before the loop runs; once.c */
	bool waits;       /* waits, or carries the wait, of some accepted hand-written loop */
	uint32_t cleanup_variable;
};

enum { FIELD_POINTEE = -1 }; /* what a pointer points at: `*fd = ...` */

/* What a variable, or a field of it, is set to somewhere in its function. Sorted by variable, then by `done`. */
struct definition {
	uint32_t variable; /* from 0 */
	uint32_t field; /* symbol: only this field of the struct that it is or points at; 0: all of it; FIELD_POINTEE */
	uint32_t value; /* node; 0: something unknown (its address is passed, `++`) */
	uint32_t at;    /* node of the assignment; `value` is combined with what was there where that has an operator */
	uint32_t done;  /* the last node of it: what stands behind sees the new value */
	uint32_t returns;     /* the last node of the innermost block around it that ends in a return; 0: none does */
	uint32_t guard, loop; /* of the region that `at` is in */
	uint32_t call;        /* its address is an argument of this call; 0: that is not how it changes */
	uint16_t argument;    /* ... which one, from 0 */
};

/* From node `node` on, up to the next region: under which guard and in which loop the body is. Sorted by node. */
struct region {
	uint32_t node, guard, loop;
};

/* A place that may hold a function pointer; see pointers.c. */
enum slot_kind {
	SLOT_FIELD,
	SLOT_GLOBAL,
	SLOT_PARAM,
	SLOT_LOCAL,
	SLOT_RETURN,
	SLOT_RESULT,   /* what an indirect call returns */
	SLOT_ARGUMENT, /* what indirect calls through a slot pass on, and what comes back to them; see struct port */
};

struct slot {
	enum slot_kind kind;
	const char *name, *type;     /* of a field or global; of an argument, name of the slot that is called */
	bool outside;                /* a field of a struct that a library declares */
	bool described;              /* a pack says what becomes of functions stored here */
	uint32_t function, variable; /* of a param, local or return; of a result, the call's node */
	uint32_t first_target;       /* into program.targets */
	uint32_t first_copy;         /* into program.copies */
	bool holds;                  /* its type may hold a function */
	bool generic;                /* its type fits nearly everything: `void *`, `void (*)(void *)` */
	bool from_system;            /* a field of a system header or of a union: others write it too */
	uint32_t first_port;         /* into program.ports: indirect calls through this slot */
	const struct marks *marks;   /* of a field or global; NULL: none */
};

/* Whatever one slot holds, another may hold too. */
struct copy {
	uint32_t next; /* of the same origin */
	uint32_t to;
	uint32_t holder, node; /* see struct target */
};

/*
 * All indirect calls through one slot with one number of arguments. What they pass is joined in slots of the port, and
 * from there goes to each function that the slot may hold: a thousand calls of a thousand functions are two thousand
 * joints, not a million.
 */
struct port {
	uint32_t next; /* of the same slot */
	uint32_t slot;
	uint32_t arguments;
	uint32_t first_argument; /* so many slots, one behind the other, and behind them one for the result */
	uint32_t first_call;     /* into program.port_calls */
	uint32_t interesting;    /* bit n: argument n decides something in a function that may be called */
	uint32_t called;         /* bit n: it is called there */
	bool library;            /* library functions that a pack knows are among them */
};

/* An indirect call through a port. */
struct port_call {
	uint32_t next; /* of the same port */
	uint32_t call;
};

/* A function that a slot may hold, and how it got there. */
struct target {
	uint32_t next; /* in the same slot */
	uint32_t function;
	uint32_t slot;
	uint32_t same_function; /* another slot that may hold this function */
	uint32_t from;          /* the target this one was copied from; 0: the function is named at `node` */
	uint32_t holder;        /* function whose body contains `node`, or the pseudo function of an initialiser */
	uint32_t node;          /* assignment, call or return that moved it */
};

/* Whether a descriptor blocks. */
enum mode {
	MODE_UNKNOWN,
	MODE_NONBLOCKING,
	MODE_BLOCKING,
	MODE_UNSURE, /* now one, now the other: it differs by path or by who stored it */
	MODE_NEVER,  /* a file of the kernel, answered from memory */
};

/*
 * What is known of a value. Integers: `known` bits have the value in `bits` (all known: a constant). Pointers are NULL,
 * some non-null thing, or a function.
 */
struct program_value {
	uint64_t known, bits;
	bool nonzero;
	uint8_t mode;   /* of a descriptor, or of a handle with one in it: enum mode */
	bool in_memory; /* a text that begins as a path to what is on no disk */
	uint32_t function;
	uint32_t held, held_in; /* a function in what it points at, and the slot of the field; 0: not known */
	const char *opens;      /* what it is a descriptor of: "file", "socket", ...; NULL: not known */
};

enum { MAX_ENVIRONMENT = 8 };
#define ENVIRONMENT_SLOT UINT32_C(0x80000000) /* not a parameter but the descriptor in a slot: its mode on the path */
#define ENVIRONMENT_KIN  ENVIRONMENT_SLOT     /* the folder that the path comes from; kin.c */

struct known {
	uint32_t parameter;
	struct program_value value;
	uint64_t key; /* of both; knowledge_of() fills it */
};

/* What is known of the interesting parameters on a path; parameters that are not listed are unknown. */
struct environment {
	unsigned count;
	struct known items[MAX_ENVIRONMENT];
};

/* The same, kept: equal knowledge is one and the same. See knowledge.c. */
struct knowledge {
	uint64_t key; /* tells it from all other */
	unsigned count;
	struct known items[];
};

/* A function running in a context with what is known of its parameters; reached from a root over `parent`. */
struct instance {
	uint32_t function;
	enum context context;
	enum level confidence;
	uint32_t parent; /* 0: a root */
	uint32_t call;   /* the call in the parent that leads here */
	uint32_t root;   /* index into roots */
	uint32_t loop;   /* only the calls inside this loop statement count (a loop written by hand) */
	uint16_t depth;
	bool through_pointer; /* called through a function pointer, or back by a library */
	bool from_callback;   /* a callback of the loop is on the path, not only the loop's own machinery */
	uint32_t registered;  /* of a callback that a library calls within another call: the call that handed it over */
	bool in_loop;         /* a loop statement lies on the path from the root */
	bool doubtful;        /* while its calls are followed: of low confidence */
	bool alternative;     /* the path is taken only where no worker takes the job; see alternative.c */
	uint32_t target;      /* of a call through a slot: the binding used */
	uint32_t index;       /* of the first instance that is equal */
	uint32_t first_edge;  /* of that one, on a worker: into worker_edges, by which calls it is entered */
	uint64_t programs;    /* bits of the programs in which this path exists; see programs.c */
	uint64_t seen;        /* of the first one, by all that are equal but for their programs */
	uint64_t sure;        /* ... by those of more than low confidence */
	const struct knowledge *known; /* of its parameters; NULL: nothing */
};

/* Why a function is in a context. */
enum root_kind { ROOT_REGISTERED, ROOT_STORED, ROOT_LOOP, ROOT_DECLARED, ROOT_EXTERNAL };

struct root {
	enum root_kind kind;
	uint32_t function;
	enum context context;
	enum level confidence;
	const struct registration *registration;
	uint32_t call;   /* the registering call (ROOT_REGISTERED), or the one that hands it out (ROOT_EXTERNAL) or 0 */
	uint32_t target; /* how the function got to that argument or field; 0: named right there */
	uint32_t loop;   /* ROOT_LOOP; 0: a function that calls itself, in `call` */
	uint32_t wait;   /* ROOT_LOOP: the call that waits, or that leads there */
	enum mark declared; /* ROOT_DECLARED: by which of its marks */
	bool deferred;      /* only workers were seen to register it, and it runs where they do; see emitted.c */
};

/* An effect that a call has on the loop: the best instance for each call and effect. What rules walk over. */
struct loop_effect {
	uint32_t instance, call;
	uint32_t callee; /* what is called there, by its name or through a pointer */
	const struct effect *effect;
	enum level confidence;
	enum category category; /* the effect's, or what the descriptor's kind makes of it */
	const char *opens;      /* what kind of descriptor it is about; NULL: not known, or none */
	int64_t time_us;        /* how long it takes by its arguments, usleep(100); -1: they do not say */
	bool startup;           /* before the loop runs */
	bool polls;             /* a nap between looks at a condition; see spins.c */
	bool nested_wait;       /* the program's own loop is entered again from one of its callbacks */
};

/* A call that leads from one instance on a worker to another: every one, not only the one it was first reached by. */
struct worker_edge {
	uint32_t from, call, to;
	uint32_t next; /* to the same instance */
};

/* From an instance on a worker to what belongs to the loop: the call that leaves it, and what follows. */
struct off_loop_way {
	uint32_t edge; /* into worker_edges */
	uint32_t next; /* 0: the next call is the one that needs the loop */
};

/* See enum hazard_kind. */
struct hazard {
	enum hazard_kind kind;
	uint32_t instance; /* the path to it; 0: none, it is the handing over itself */
	uint32_t call;     /* where it is reported; 0: at the loop statement */
	uint32_t effect;   /* into thread_effects: what the call comes to */
	uint32_t
		entered; /* OFF_LOOP: the instance that `call` enters on the way there; 0: `effect` is of `call` itself */
	uint32_t way;    /* OFF_LOOP: from there on; into off_loop_ways */
	uint64_t container; /* OFF_LOOP: a container of the loop's (shared.h), which is what it changes; else 0 */
	uint32_t handler;   /* OFF_LOOP: the loop's handler that it calls; else 0 */
	uint32_t function;  /* OFFLOADED: what is handed over */
	uint32_t target;    /* OFFLOADED: how it got there; 0: named in the call */
	uint32_t loop;      /* SPIN: the loop statement */
	enum spin spin;
	uint32_t arrival;                  /* LOCK: into lock_arrivals, how the lock came to be held there */
	uint32_t loop_instance, loop_call; /* LOCK: where the loop takes it */
	enum level severity, confidence;
};

/* An indirect call without a target. */
struct unresolved_call {
	uint32_t call;
	uint32_t slot; /* what it goes through; 0: no place that is followed */
};

/* A lock that is held in an instance on a worker. */
struct lock_arrival {
	uint32_t instance;
	uint32_t slot;       /* of the global or field that the lock lies in */
	bool shared;         /* for reading */
	uint32_t taken_by;   /* the call in this function that takes it; 0: held when it was entered */
	uint32_t entered_by; /* then the call that entered it, made in the instance of `previous` */
	uint32_t previous;
};

/* A handler that catches everything, and from which a cancellation does not come out. */
struct swallowed {
	uint32_t function;
	uint32_t handler;   /* node: where its macro stands */
	uint32_t cancelled; /* node: the call that a cancellation may come out of */
	uint32_t left;      /* node: how the handler is left */
	unsigned ordinal;   /* among the handlers of the function */
	enum swallowed_how how;
	enum level severity, confidence;
	const struct catch_form *form;
};

struct program {
	struct arena *arena;
	const struct facts *const *units;
	size_t unit_count;
	const struct packs *packs;

	GHashTable *model_by_name;    /* name -> struct model */
	GPtrArray *model_patterns;    /* registrations and effects with a trailing '*' */
	GHashTable *field_marks;      /* key of a field or global -> struct marks */
	GHashTable *function_by_key;  /* key -> first index */
	GHashTable *constant_by_name; /* name -> struct pack_constant */
	uint32_t **symbol_function;   /* per unit, per symbol: function */
	uint32_t **symbol_slot;       /* per unit, per symbol: slot of a field or global */
	uint64_t *unit_programs;      /* per unit: bits of the programs it is part of */
	uint64_t client_programs;     /* bits of those that serve nobody, in a tree with one that does */
	GArray *functions, *calls, *guards, *loops, *definitions, *regions, *case_nodes;
	GArray *first_definitions; /* per variable: its first definition; see struct program_function */
	GArray *returns;           /* struct region, each at a return statement */

	GHashTable *result_index;     /* (function, node of a call) -> slot */
	GHashTable *inline_functions; /* names of those that headers of libraries define -> one; NULL: not asked for */
	GHashTable *slot_by_key;      /* key of a field or global -> slot */
	GArray *slots, *targets, *copies, *ports, *port_calls;
	GHashTable *target_index;

	struct gobject *gobject;             /* gobject.c */
	struct main_contexts *main_contexts; /* main_context.c; NULL: not looked for */

	GArray *roots, *instances, *loop_effects;
	GArray *thread_effects; /* struct loop_effect, of instances on workers */
	GArray *worker_edges;   /* struct worker_edge */
	GArray *off_loop_ways;  /* struct off_loop_way */
	GArray *hazards;        /* struct hazard */
	uint8_t *cancel_roles;  /* per function: enum cancel_role, completion.h */
	bool shields;           /* one of them is CANCEL_SHIELDS, and is called */
	GHashTable
		*outcome_calls; /* struct node of calls that return the outcome of an operation; NULL: not looked for */
	GArray *cancel_faults;  /* struct cancel_fault, cancel.h */
	GArray *abandoned;      /* struct abandoned, closing.h */
	GArray *lock_arrivals;  /* struct lock_arrival */
	GArray *swallowed;      /* struct swallowed */
	GHashTable *instance_index;   /* instance_key() -> the first of equal instances */
	GHashTable *port_visits;      /* the same of ports, as if they were functions -> struct port_visit */
	GHashTable *knowledge;        /* key -> struct knowledge */
	GHashTable *within;           /* callee -> GArray of struct handed_over */
	GHashTable *stored;           /* slot -> what is stored there; stored.c, as the next five */
	GHashTable *filled;           /* structs that are filled as bytes; ".field" whose offset is kept */
	GHashTable *objects;          /* struct -> how many initialisers there are of it */
	GHashTable *taken;            /* functions whose address is taken */
	GHashTable *slot_values;      /* slot -> struct program_value */
	GHashTable *parameter_values; /* (function, parameter) -> struct program_value */
	uint32_t *calls_of;           /* per function: the first call of it; NULL until asked for */
	uint32_t *next_call_of;       /* per call: the next one of the same function */
	GHashTable *slot_changes;     /* slot -> calls that change the mode of the descriptor in it; mode.c */
	GHashTable *function_slots;   /* function -> slots that calls in it change so */
	GHashTable *rooted;           /* (function, context) -> uint64_t: in which programs it has a root */
	GArray *emitted;          /* struct root: of callbacks that run where an object is used, each registration */
	GHashTable *rooted_again; /* functions with several registrations of one context */
	GHashTable *deferred;     /* function -> its root that is deferred; NULL: none is */
	GArray *waiting_calls;    /* calls of which that is so: struct call.waits */

	GHashTable
		*watched; /* (caller, node) of a call that hands over a descriptor -> struct program_value; watched.c */
	GHashTable *returned;          /* hash of (function, what is known of its parameters) -> struct program_value */
	unsigned effort, return_depth; /* of value.c */
	unsigned nested;               /* questions inside of questions */
	unsigned in_calls;             /* calls that are looked at for what they return, inside of one another */
	const struct instance *asking; /* of which what is asked is written down; NULL: none */
	uint32_t asked;                /* enum asked */
	bool *settled;                 /* per function: program_is_settled(); NULL until program_find_settled() */
	uint8_t *on_thread;            /* per function: reached from a thread's entry and not from main; loops.c */
	struct kin *kin;               /* kin.c; NULL: not looked for */
	struct identity *identity;     /* NULL: nobody asks which thread it is */
	struct thread_locals *thread_locals; /* NULL: there are no variables of which each thread has its own */

	unsigned indirect_calls, unresolved_calls; /* outside_calls are not among the unresolved */
	unsigned outside_calls;
	GArray *unresolved; /* struct unresolved_call */
};

/* For keys of 64 bits: g_direct_hash looks at 32 of them only. */
static inline guint program_hash64(gconstpointer key)
{
	return (guint)((uint64_t)GPOINTER_TO_SIZE(key) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/* Mixes a part into a key of 64 bits, which is taken to tell apart all that it is made of. */
static inline uint64_t program_mix(uint64_t key, uint64_t part)
{
	key = (key * UINT64_C(0xff51afd7ed558ccd) ^ part) * UINT64_C(0xc4ceb9fe1a85ec53);
	return key ^ key >> 32;
}

#define program_item(p, array, type, index) (&g_array_index((p)->array, type, (index)))

static inline struct program_function *program_function(const struct program *p, uint32_t i)
{
	return program_item(p, functions, struct program_function, i);
}

static inline struct call *program_call(const struct program *p, uint32_t i)
{
	return program_item(p, calls, struct call, i);
}

static inline struct instance *program_instance(const struct program *p, uint32_t i)
{
	return program_item(p, instances, struct instance, i);
}

static inline struct target *program_target(const struct program *p, uint32_t i)
{
	return program_item(p, targets, struct target, i);
}

static inline struct slot *program_slot(const struct program *p, uint32_t i)
{
	return program_item(p, slots, struct slot, i);
}

static inline const struct node *function_node(const struct program_function *f, uint32_t node)
{
	return facts_node(f->facts, node);
}

/* The name of what a node refers to, of a field "struct-tag.field"; "" if it refers to nothing. */
static inline const char *node_name(const struct program_function *f, const struct node *n)
{
	return facts_string(f->facts, facts_symbol(f->facts, n->symbol)->name);
}

/* The same of a field; "" of any other node. */
static inline const char *node_field(const struct program_function *f, const struct node *n)
{
	return n->kind == NODE_FIELD ? node_name(f, n) : "";
}

/* The node of a call, in the facts of its caller. */
static inline const struct node *call_node(const struct program *p, const struct call *call)
{
	return function_node(program_function(p, call->caller), call->node);
}

/* model.c */
void model_build(struct program *p);
/* What packs say of `name`; NULL if nothing. */
const struct model *model_find(struct program *p, const char *name);
/* The first effect of a kind that a function (0: of none) has by its pack, under whatever conditions; NULL: none. */
const struct effect *function_effect(const struct program *p, uint32_t function, enum effect_kind kind);

/* marks.c: after the functions are linked, before pointers_solve. */
void marks_build(struct program *p);
/* Of the calls through a slot; never NULL. */
const struct marks *marks_of_slot(const struct program *p, uint32_t slot);

/* body.c: fills calls, guards, loops and regions of one function. */
void body_scan(struct program *p, uint32_t function);
/* The region that a node of the function is in. */
struct region body_region(const struct program *p, const struct program_function *f, uint32_t node);
/* definition.c: fills the definitions of one function. */
void definitions_collect(struct program *p, uint32_t function);
/* Those of one variable, in the order in which they take effect; NULL if there are none. */
const struct definition *definitions_of(const struct program *p, const struct program_function *f, uint32_t variable,
					uint32_t *count);

/*
 * What a local is set to as a whole, one value after the other; a node that is none, or NULL, has none:
 *
 *      for (struct local_values v = local_values(p, f, n); local_values_next(&v);) ... v.value
 */
struct local_values {
	const struct definition *next, *end;
	uint32_t value; /* node */
};
struct local_values local_values(const struct program *p, const struct program_function *f, const struct node *n);
bool local_values_next(struct local_values *v);

/* control.c: where control goes on from a statement of `f`. */
/* Whether an expression never comes back: a call of a function that does not return. */
bool control_ends(const struct program *p, const struct program_function *f, const struct node *n);
/* Whether control never falls out of the end of a statement. */
bool control_exits(const struct program *p, const struct program_function *f, uint32_t node);
/* Whether a statement ends the innermost loop, not only this turn of it. */
bool control_leaves_loop(const struct program *p, const struct program_function *f, uint32_t node);
/* Whether a statement of this block, itself, ends the process. */
bool control_block_dies(const struct program *p, const struct program_function *f, const struct node *block);
bool control_jumps(const struct program *p, const struct program_function *f, const struct node *n);
/* Whether a jump from elsewhere may lead into a statement. */
bool control_holds_label(const struct program_function *f, uint32_t node);
/* The last statement behind a label, in its block, that goes back there other than after a failure; 0: none. */
uint32_t control_jump_back(const struct program *p, const struct program_function *f, const struct node *label);
/*
 * The condition that an assertion, or what looks like one, leaves behind: nothing follows `node` in this function unless
 * the condition is *holds. 0: it is no assertion.
 */
uint32_t control_asserted(const struct program *p, const struct program_function *f, uint32_t node, bool *holds);
/* Whether control never comes out of the function: every way ends in a function that does not return. */
bool body_never_returns(struct program *p, uint32_t function);

/* async_form.c: reads of each function whether its asynchronous form is declared beside it. */
void async_form_find(struct program *p);

/* link.c: the function a symbol of a unit means; 0 if it is none. */
uint32_t link_symbol(const struct program *p, uint32_t unit, uint32_t symbol);

/* pointers.c */
void pointers_solve(struct program *p);
/* Counts the indirect calls of the program, and those without a target. After gobject_find. */
void pointers_count(struct program *p);
/* The slot that an expression of `function` reads; 0 if it is none. */
uint32_t pointers_slot_of(struct program *p, uint32_t function, uint32_t node);
/* The slot of a field, a symbol of a unit, whose type is that of a pointer to a function; else 0. */
uint32_t pointers_callback_field(struct program *p, uint32_t unit, uint32_t symbol);
/* What a person calls it: "ops.read", the name of a variable, the function that returns it; "" if it has no name. */
const char *pointers_slot_name(const struct program *p, uint32_t slot);
/*
 * Calls `visit` for every function that the value of `node` may be. `target` says how it got there (0: named in the
 * expression itself). Parameters are taken from all callers.
 */
typedef void pointer_visit(uint32_t function, uint32_t target, void *data);
void pointers_each(struct program *p, uint32_t function, uint32_t node, pointer_visit *visit, void *data);
/* The same, place by place: calls `visit` with each slot that the value may come from, or the function named there. */
typedef void pointer_place(uint32_t slot, uint32_t function, void *data);
void pointers_places(struct program *p, uint32_t function, uint32_t node, pointer_place *visit, void *data);
/* The port of the calls through `slot` with so many arguments; 0 if there are none. */
uint32_t pointers_port(const struct program *p, uint32_t slot, uint32_t arguments);
/* Whether a call with `arguments` arguments through a pointer can reach `function` at all (its prototype fits). */
bool pointers_fit(const struct program *p, uint32_t function, unsigned arguments);

#endif
