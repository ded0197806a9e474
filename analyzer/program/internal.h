/*
 * internal: the linked program as the files of program/ share it. Rules see it through rule.h only.
 *
 *   link.c      functions, symbols and call sites of all units      body.c      one body: calls, guards, loops, definitions
 *   control.c   where control goes on from a statement              identity.c  which thread a comparison asks for
 *   model.c     which pack entry speaks of which function           pointers.c  what a function pointer may point to
 *   slots.c     the places that hold such pointers                  targets.c   ... and who asks for what they hold
 *   found.c     functions that are looked up by their names
 *   value.c     what an expression is known to be on a path         definition.c what variables are set to
 *   variable.c  what a variable holds at a place                    condition.c what packs ask of arguments
 *   loops.c     loops written by hand around a wait (loops_accept.c) descriptor.c whether a descriptor blocks
 *   mode.c      what changes the mode of a descriptor               stored.c    what fields and globals hold
 *   knowledge.c what is known of parameters, kept once
 *   outcome.c   what calls came to, kept for paths that know the same
 *   programs.c  which programs of the tree share a unit             outside.c   what comes from outside of it
 *   context.c   who runs where: instances, from roots along calls   dump.c      all of that as text
 *   parameters.c which parameters decide something                  roots.c     where following begins
 *   typed.c     callbacks that are told by their type
 *   within.c    callbacks that a library keeps for other calls of its own
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

/* What a variable, or a field of it, is set to somewhere in its function. Sorted by variable, then by `done`. */
struct definition {
	uint32_t variable; /* from 0 */
	uint32_t field;    /* symbol: only this field of the struct that it is or points at; 0: all of it */
	uint32_t value;    /* node; 0: something unknown (its address is passed, `++`) */
	uint32_t at;   /* node of the assignment; `value` is combined with what was there where that has an operator */
	uint32_t done; /* the last node of it: what stands behind sees the new value */
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
	bool *returning;       /* per function: it returns the outcome of an operation; NULL: none does. completion.h */
	GArray *cancel_faults; /* struct cancel_fault, cancel.h */
	GArray *abandoned;     /* struct abandoned, closing.h */
	GArray *lock_arrivals; /* struct lock_arrival */
	GArray *swallowed;     /* struct swallowed */
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

	GHashTable *returned;          /* hash of (function, what is known of its parameters) -> struct program_value */
	unsigned effort, return_depth; /* of value.c */
	unsigned nested;               /* questions inside of questions */
	const struct instance *asking; /* of which what is asked is written down; NULL: none */
	uint32_t asked;                /* enum asked */
	uint8_t *on_thread;            /* per function: reached from a thread's entry and not from main; loops.c */
	struct kin *kin;               /* kin.c; NULL: not looked for */
	struct identity *identity;     /* NULL: nobody asks which thread it is */

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

/* value.c: what an expression is known to be on a path. A place is known by its node: earlier and later differ. */
enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN };

extern const struct program_value value_unknown;
struct program_value value_constant(int64_t value);
bool value_is_constant(const struct program_value *value, int64_t *out);
struct program_value value_of(struct program *p, const struct instance *in, uint32_t node);
/* A new question: how much has been looked at for it starts from none. */
void value_begin(struct program *p);
/* The same inside of another question, `depth` steps deep; value_unknown when that gets too deep, or takes too long. */
struct program_value value_eval(struct program *p, const struct instance *in, uint32_t node, unsigned depth);
struct program_value value_join(struct program_value a, struct program_value b);
struct program_value value_combine(enum node_op op, struct program_value a, struct program_value b);
/* What is known of the arguments of a call, for the function as->function that it calls; `wanted`: of which parameters,
 * bit 31 for all from there on. */
void value_bind(struct program *p, const struct instance *in, const struct call *call, uint32_t wanted,
		struct instance *as);
/* Whether anything is. */
bool value_known(const struct program_value *value);
enum truth value_truth(const struct program_value *value);
enum truth value_opposite(enum truth truth);
enum truth value_compare(enum node_op op, const struct program_value *a, const struct program_value *b);
enum truth value_logic(enum node_op op, enum truth a, enum truth b); /* OP_AND, OP_OR */
/* Whether the guards of a call let it happen. */
enum truth value_guards(struct program *p, const struct instance *in, const struct call *call);
/* Whether a guard and those outside of it hold, but for those that a place under the guard `inside` is under too. */
enum truth value_guard(struct program *p, const struct instance *in, uint32_t guard, uint32_t inside, unsigned depth);

/* scopes.c */
/* Whether a function is what the macro of a scope calls as it begins. */
bool scopes_enters(const struct program *p, uint32_t function);
/* The function that the block is whose scope a call begins, and how many arguments stand before its own; 0: none. */
uint32_t scopes_called(const struct program *p, const struct call *call, unsigned *before);
/* The function that the block of a scope is, and the node of its first argument; 0: the call does not begin one. */
uint32_t scopes_function(const struct program *p, const struct program_function *f, uint32_t call, uint32_t *first);
/* What a variable (its field; NULL: the whole) that held `before` holds behind the scope that a call begins. */
struct program_value scopes_leaves(struct program *p, const struct program_function *f, uint32_t call,
				   uint32_t variable, const char *field, struct program_value before, unsigned depth);

/* variable.c */
/* What a variable, or its field (NULL: the whole), holds where node `at` reads it. */
struct program_value variable_value(struct program *p, const struct instance *in, uint32_t variable, const char *field,
				    uint32_t at, unsigned depth);
/* What the struct that an argument points at holds in a field. */
struct program_value variable_pointee(struct program *p, const struct instance *in, uint32_t pointer,
				      const char *field);

/* The node behind which a variable holds what it holds where `at` reads it; 0: several, or none. */
uint32_t variable_since(struct program *p, const struct instance *in, uint32_t variable, uint32_t at);

/* knowledge.c */
/* What is kept for all that is known alike; NULL if it is nothing. Lives as long as the program. */
const struct knowledge *knowledge_of(struct program *p, struct environment *environment);
/* 64 bits that tell (function, context, loop, knowledge) of an instance from all others; never 0. */
uint64_t instance_key(const struct instance *in);
/* What an instance knows of one of its parameters, or of a slot (ENVIRONMENT_SLOT); NULL: nothing. */
const struct program_value *instance_knows(struct program *p, const struct instance *in, uint32_t parameter);

/* What may be asked of a path: bits. Bit n, below these: what parameter n is. */
enum asked {
	ASKED_REST = 1 << 28, /* the parameters from the 28th on */
	ASKED_SLOTS = 1 << 29,
	ASKED_THREAD = 1 << 30,
};
/* Notes in p->asked that a question to `in` depends on that, if it is p->asking; instance_knows() does so itself. */
static inline void knowledge_asked(struct program *p, const struct instance *in, enum asked asked)
{
	if (in == p->asking)
		p->asked |= (uint32_t)asked;
}
/* 64 bits that tell what a path knows of all that is in `asked` from what others know; never 0. */
uint64_t knowledge_key(const struct program *p, const struct instance *in, uint32_t asked);

/* condition.c */
/* The text that an expression is, or begins with as far as it is known; NULL. */
const char *condition_text(struct program *p, const struct instance *in, uint32_t node);
/* Whether all conditions hold for the arguments of a call. */
enum truth value_conditions(struct program *p, const struct instance *in, const struct call *call,
			    const struct conditions *conditions);
/* Whether a call has an effect of its callee: `when` holds, nothing of `unless` is known to, and its time is not 0. */
enum truth value_effect(struct program *p, const struct instance *in, const struct call *call,
			const struct effect *effect);
/* Microseconds that a call may wait by the argument that says so; -1: no such argument, not known, or without end. */
int64_t value_time(struct program *p, const struct instance *in, const struct call *call, const struct effect *effect);
/* Argument `n` (from 1) of a call: node, or 0. */
uint32_t call_argument(const struct program *p, const struct call *call, unsigned n);
unsigned call_arguments(const struct program *p, const struct call *call);

/* descriptor.c: whether the descriptor, or the handle, that a call works on blocks. */
struct descriptor {
	enum truth blocks;
	const char *opens; /* "file", "socket", ...; NULL if not known */
};
/* Of the argument that `effect` names. */
struct descriptor descriptor_state(struct program *p, const struct instance *in, const struct call *call,
				   const struct effect *effect);

/* The descriptor in `node`, in the mode that it is in there. */
struct program_value descriptor_value(struct program *p, const struct instance *in, uint32_t node);
/* The same of a value that was found to be one: what the calls before `node` did to its mode. */
struct program_value descriptor_changed(struct program *p, const struct instance *in, uint32_t node,
					struct program_value value);
/* What a call of a library function opens; value_unknown if nothing. */
struct program_value descriptor_of_call(struct program *p, const struct instance *in, uint32_t node, uint32_t callee);

/* ready.c: whether what a call waits for is there, as the path to it has just been told. */
bool ready_told(struct program *p, const struct instance *in, const struct call *call, const struct effect *effect);

/* Whether a branch around the call asks for a constant by its name; NULL: none is meant. */
bool ready_asked(const struct program *p, const struct call *call, const char *constant);

/* memory.c */
/* Whether a path, as far as it is written out, leads to what is in memory: /proc, /sys, /run and the like. */
bool memory_holds(const char *path);
/* Whether an argument of the call is such a path, or what was opened by one. */
bool names_memory_file(struct program *p, const struct instance *in, const struct node *call);
/* Whether argument `n` (from 1), a format, begins with the printing of such a path: "%s/uevent". */
bool memory_of_format(struct program *p, const struct instance *in, const struct call *call, unsigned n);
/* What is known of the text that a call of a library function returns. */
struct program_value memory_of_call(struct program *p, const struct instance *in, uint32_t node, uint32_t callee,
				    unsigned depth);
/* The same of what argument `argument` (from 1) of a call points at after it. */
struct program_value memory_after(struct program *p, const struct instance *in, uint32_t node, unsigned argument,
				  unsigned depth);
/* Whether what was last written into an array before node `at` (UINT32_MAX: in the function) is such a path. */
bool memory_written(struct program *p, const struct instance *in, uint32_t variable, uint32_t at, unsigned depth);

/* found.c */
/* What a call that looks up functions by their names does; NULL: it does not. */
const struct effect *found_by(const struct program *p, const struct call *call);
typedef void found_visit(uint32_t function, const struct call *named, void *data);
/* Every function that it may find, and the call that names it. */
void found_each(struct program *p, uint32_t call, found_visit *visit, void *data);
/* Where it puts what it finds: the call itself, or an argument of it; 0: it is no such call. */
uint32_t found_node(const struct program *p, const struct call *call);
/* Whether all names that it may look for are known, and nothing in the tree bears one. */
bool found_outside(struct program *p, uint32_t call);

/* stored.c */
/* What a field or global holds, by all that the program stores there. */
struct program_value stored_value(struct program *p, uint32_t slot);
/* Fills calls_of and next_call_of, once. */
void callers_index(struct program *p);
/* What a parameter is, by all callers. */
struct program_value stored_parameter(struct program *p, uint32_t function, uint32_t parameter);
/*
 * Calls `visit` for each place that stores there (value 0: something unknown) or hands out the address. False: there are
 * none, or too many.
 */
typedef void stored_visit(uint32_t function, uint32_t at, uint32_t value, bool initialiser, void *data);
bool stored_each(struct program *p, uint32_t slot, stored_visit *visit, void *data);
/* Whether the address of a function is taken. */
bool stored_is_taken(struct program *p, uint32_t function);
/* The last store to the slot in this function that is always on the way to node `at`, and its value; 0: none. */
uint32_t stored_before(struct program *p, const struct instance *in, uint32_t slot, uint32_t at, uint32_t *value);

/* mode.c: where a descriptor is kept, and what changes its mode. */
enum keeping_kind { KEPT_NOWHERE, KEPT_IN_VARIABLE, KEPT_IN_SLOT };
struct keeping {
	enum keeping_kind kind;
	uint32_t id; /* variable or slot */
};
struct keeping mode_keeping(struct program *p, uint32_t function, uint32_t node);
/* Finds the functions that change the mode of what they are handed. Once, before contexts. */
void mode_mark(struct program *p);
/* The mode that a call brings what is kept there into; MODE_UNKNOWN: it leaves it as it is. */
enum mode mode_of_call(struct program *p, const struct instance *in, const struct call *call, struct keeping kept);
/* The same of all calls between the nodes `since` and `at` (UINT32_MAX: the end of the function). */
enum mode mode_at(struct program *p, const struct instance *in, struct keeping kept, uint32_t since, uint32_t at);

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
/* What a call or an (in)equality says of the thread that runs this path: whether the two are the same. */
enum truth identity_asked(struct program *p, const struct instance *in, const struct node *n);
/* The expression that a function returns which only asks for a thread; 0 if it does anything else. */
uint32_t identity_predicate(struct program *p, uint32_t function);

#endif
