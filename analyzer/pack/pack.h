/*
 * pack: what one library does to the thread that calls it. YAML (rules/packs/, or a project's own) -> these structs.
 *
 * Arguments and parameters count from 1, as manuals do. Every string lives in the arena the pack was read into. The
 * document each entry rests on is named in `see` (a man page, a manual section), once per group of entries.
 */
#ifndef LOOPLINT_PACK_H
#define LOOPLINT_PACK_H

#include "base/arena.h"
#include "base/diagnostics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum context {
	CONTEXT_LOOP,     /* the event loop's thread, while it runs */
	CONTEXT_WORKER,   /* another thread */
	CONTEXT_STARTUP,  /* the loop's thread before it runs */
	CONTEXT_SHUTDOWN, /* ... and after */
	CONTEXT_CHILD,    /* a forked child */
	CONTEXT_CALLER,   /* called back synchronously, in the context of the call (qsort, g_list_foreach) */
	CONTEXT_NOWHERE,  /* kept, never called by the library (user data destructors we do not follow) */
	CONTEXTS
};

/* why a call blocks */
enum category {
	CATEGORY_NONE,
	CATEGORY_SLEEP,
	CATEGORY_DISK,
	CATEGORY_DNS,
	CATEGORY_NETWORK,
	CATEGORY_PROCESS,
	CATEGORY_WAIT,
	CATEGORY_IPC,
	CATEGORY_DATABASE,
	CATEGORY_CPU,
	CATEGORY_TERMINAL,
	CATEGORIES
};

enum cost { COST_NEVER, COST_BOUNDED, COST_UNBOUNDED };

/* What an argument that holds a time counts; of TIMESPEC and TIMEVAL it points at the struct. */
enum time_unit {
	UNIT_NONE,
	UNIT_SECONDS,
	UNIT_MILLISECONDS,
	UNIT_MICROSECONDS,
	UNIT_NANOSECONDS,
	UNIT_TIMESPEC,
	UNIT_TIMEVAL,
};

/*
 * A condition on one argument. Three-valued when judged: an argument that is not known makes it unknown, and the effect
 * is believed with less confidence. All conditions of an entry must hold.
 */
enum condition_test {
	CONDITION_NULL,
	CONDITION_NONNULL, /* a null pointer constant, or not */
	CONDITION_ZERO,
	CONDITION_NONZERO,
	CONDITION_NEGATIVE,
	CONDITION_POSITIVE,
	CONDITION_EQUALS, /* == number or named constant */
	CONDITION_HAS,    /* all bits of the named constant are set */
	CONDITION_LACKS,  /* none of them is */
	CONDITION_BELOW,
	CONDITION_ABOVE,  /* less, more than the number or named constant, signed */
	CONDITION_BEGINS, /* a text that begins with `text` */
};

struct condition {
	int argument;
	const char *field; /* of the struct that the argument points at; NULL: the argument itself */
	enum condition_test test;
	const char *name; /* of the constant for EQUALS, HAS, LACKS, BELOW, ABOVE; NULL if a number was written */
	const char *text; /* of BEGINS */
	int64_t value;    /* number, or the named constant's value from `constants` */
	bool value_known;
	/* "addrinfo.ai_socktype", NULL: none. Where the argument is read from such a field it is known not to be so; */
	const char *never_in;
	const char
		*asked_in; /* ... it is so if the program itself stores it in that field: a library copies it there */
};

struct conditions {
	const struct condition *items;
	size_t count;
};

/* How a completion callback learns its outcome. */
struct completion {
	int status;         /* parameter of the callback that carries it; 0: none */
	int error;          /* parameter that is an out or in error object; 0: none */
	int result;         /* parameter that a finish function turns into the outcome; 0: none */
	const char *finish; /* that function; NULL: the registering one's name, `_async` left off, and `_finish` */
	const char *const *cancelled; /* names of the values that mean cancelled; NULL-terminated, may be NULL */
	const char *field; /* "struct-tag.field" that carries it, wherever the callback reads it; NULL: none */
	const char *data;  /* ... and its user data; NULL: the callback gets that itself, or none */
	const char *const *cancelled_by; /* only in a program that calls one of these; NULL: any may cancel */
};

/* A call or a store that hands over a callback. Exactly one of function, field and type is set. */
struct registration {
	const char *function; /* name; a trailing `*` matches any ending */
	const char *field;    /* "struct-tag.field"; `*` matches any part, as in "wl_*_interface.*" */
	const char *type;     /* canonical type of a function: every one of it whose address is taken is a callback;
				 of a field: what is stored there is one if its type matches, `*` matches any part */
	int callback;         /* argument; 0 for fields and types */
	int data;             /* argument that the callback gets as user data; 0: not known */
	enum context context;
	bool where_used; /* of CONTEXT_LOOP: called by whoever uses the object that is watched, on that thread */
	bool seldom;     /* a signal that a person sends: not what a witness should begin with */
	struct conditions when;
	struct completion completion;
	const char *const *within; /* of CONTEXT_CALLER: not called by `function` itself, but by these functions later;
					   NULL-terminated, NULL: none given */
	const char *see;
	unsigned line; /* in the pack's file */
};

/*
 * What carries the outcome of an operation where no callback is told: what a function returns (`offload_await`), or a
 * field that a program's own loop looks at (`cqe->res`). Exactly one of function and how.field is set.
 */
struct outcome_form {
	const char *function;
	struct completion how; /* field, cancelled and cancelled_by */
	bool lasts;            /* of a function: once it has returned a cancellation, it does so again at once */
	bool refuses; /* of a function that starts something: nothing was started, and who asked has to be told */
	const char *const
		*even_shielded;      /* of a function: what cancels it in a shield; NULL: nothing. NULL-terminated */
	const char *const *asked_by; /* of a function: true on its thread once it was cancelled; NULL: none are */
	const char *see;
	unsigned line; /* in the pack's file */
};

/* The most that a finding may be believed: where what decides is not among the arguments. */
enum sureness { SURE, LIKELY, POSSIBLE };

enum effect_kind {
	EFFECT_BLOCKS,
	EFFECT_RUNS_LOOP,        /* dispatches callbacks until told to stop: uv_run, g_main_loop_run */
	EFFECT_WAITS,            /* waits for events and returns them: epoll_wait, poll, select */
	EFFECT_ANY_THREAD,       /* may be called from any thread although loop_only would match */
	EFFECT_FORKS,            /* returns 0 in a new child process: fork */
	EFFECT_SETS_NONBLOCKING, /* makes the descriptor in `descriptor` non-blocking if `when` holds */
	EFFECT_SETS_BLOCKING,
	EFFECT_TAKES_MODE, /* what is in `to_argument` takes over the mode of the descriptor in `descriptor` */
	EFFECT_OPENS,      /* returns a descriptor: `opens` says of what; non-blocking if `nonblocking` holds */
	EFFECT_MAKES_TEXT, /* returns, or writes to `to_argument`, a text that begins with `begins` or `from_argument` */
	EFFECT_FINDS,   /* returns, or writes to `to_argument`, the function that the text in `from_argument` names */
	EFFECT_LOCKS,   /* takes a lock and waits for it if it must */
	EFFECT_UNLOCKS, /* gives one back */
	EFFECT_CHANGES, /* changes the container in `from_argument`, which has no lock of its own */
	EFFECT_EMITS, /* calls the handlers of the signal in `to_argument` of the object in `from_argument`, at once */
	EFFECT_NEEDS_LOOP, /* may only be called on the loop's thread; of marks, not written in packs */
};

struct effect {
	const char *function;
	enum effect_kind kind;
	enum category category;
	enum cost cost;         /* unbounded unless said */
	unsigned bound_us;      /* of COST_BOUNDED; 0: not said */
	struct conditions when; /* the effect holds only if these do */
	struct conditions
		unless; /* ... and not if one of these is known to: an argument nobody knows weakens nothing */
	enum sureness confidence;
	const char *const *if_called; /* the effect holds only in a program that calls one of these; */
	const char *const
		*unless_called; /* in one that calls one of these it is POSSIBLE only. NULL-terminated or NULL */
	int descriptor;         /* argument. Of EFFECT_BLOCKS: blocks only while that descriptor is in blocking mode;
					  0: none. Of EFFECT_SETS_...: the one that changes, or the array of them (pipe2) */
	int lock;    /* argument: the lock, of EFFECT_LOCKS and EFFECT_UNLOCKS; of EFFECT_BLOCKS, one that is given up
			meanwhile; 0: none */
	bool shared; /* of EFFECT_LOCKS: for reading, with others */
	int to_argument; /* of EFFECT_TAKES_MODE, EFFECT_MAKES_TEXT and EFFECT_FINDS; 0: what it returns. Of EMITS: the signal */
	bool property; /* of EFFECT_EMITS: `to_argument` is a property; the signal is its "notify::NAME" */
	int from_argument; /* of EFFECT_MAKES_TEXT: the text, or the format, that what it makes begins with; of FINDS: the name;
			      of CHANGES: the container; of EMITS: the object */
	const char *begins; /* of EFFECT_MAKES_TEXT, in place of from_argument */
	int alike; /* argument: of the calls that unless_called names, only those with the same constant in it; 0: all */
	const char *unless_asked; /* not where a branch around the call asks for this constant */
	bool input;               /* of what waits for something to read: where it is told that there is, it does not */
	const char *const *
		unless_opened; /* of EFFECT_BLOCKS with a descriptor: not for one of these kinds, see `opens`; or NULL */
	bool joins;            /* of EFFECT_BLOCKS: until a thread has ended */
	bool signals;          /* of EFFECT_WAITS: for signals and nothing else */
	bool assume_blocking;  /* of EFFECT_BLOCKS with a descriptor: one that is not known is in blocking mode */
	int timeout_argument;  /* of EFFECT_WAITS and EFFECT_BLOCKS: how long at most; 0: none */
	enum time_unit unit;   /* of timeout_argument; UNIT_NONE: only whether it is 0 is of interest */
	int count_argument;    /* of EFFECT_WAITS: number of descriptors watched; 0: none */
	const char *opens;     /* of EFFECT_OPENS: "file", "socket", "local-socket", "pipe", "memory", ... */
	struct conditions nonblocking; /* of EFFECT_OPENS */
	const char *instead;           /* advice: the async form, or what to do */
	const char *see;
	unsigned line; /* in the pack's file */
};

/*
 * How a library makes a catch of macros around setjmp, or C++ one of its own, and what a handler may do with the error.
 * Lists of names are NULL-terminated, never NULL.
 */
struct catch_form {
	const char *opener, *handler; /* macros: PG_TRY, PG_CATCH; "try" and "catch (...)" of C++ */
	const char *const *all;       /* a handler catches everything if it names one of these; empty: it always does */
	const char *const *codes;     /* functions and "struct-tag.field" that say which error was caught */
	const char *const *cancelled; /* constants among the codes that mean cancelled; empty: told by their names */
	const char *const *keeps;     /* functions that return the error, to be passed on later */
	const char *const *rethrows;  /* functions and macros that pass on what was caught */
	const char *const *throws;    /* ... that raise what they are given, or an error of their own */
	struct conditions throws_when;
	const char *new_code; /* within a throw: the function whose argument is the code of the new error; NULL: none */
	const char *const *ends;         /* functions that end all that could have been cancelled */
	struct conditions ends_unless;   /* ... but not where one of these, of fields, is known to hold */
	const char *const *cancels;      /* functions that are known to throw when they are cancelled */
	const char *const *cancelled_by; /* ... on a worker, in a program that calls one of these; empty: anywhere */
	const char *const *harmless;     /* names, and beginnings with a `*`, of functions that never do */
	bool anywhere;                   /* every other function of the library may */
	const char *instead;             /* what to write in a handler */
	const char *see;
	unsigned line; /* in the pack's file */
};

/* What people declare of a function or of a function-pointer field; bits. */
enum mark {
	MARK_LOOP_ONLY = 1 << 0,   /* runs on the loop's thread only */
	MARK_WORKER = 1 << 1,      /* runs on other threads only: on the loop it blocks */
	MARK_BLOCKING = 1 << 2,    /* can block */
	MARK_NONBLOCKING = 1 << 3, /* must not block, and is trusted not to */
	MARK_ANY_THREAD = 1 << 4,  /* may be called from anywhere, whatever it does inside */
	MARK_COROUTINE = 1 << 5,   /* QEMU: runs in a coroutine, and so on a loop */
	MARK_NO_COROUTINE = 1 << 6,
	MARK_COROUTINE_MIXED = 1 << 7,
	MARK_SCOPE = 1 << 8, /* the block of an OFFLOAD_SCOPE; extract/scope.c says so */
};

/* A function, or every function with a beginning ("ui_*"), that .looplint.yaml declares something of. */
struct declaration {
	const char *function;
	unsigned marks;         /* enum mark */
	enum category category; /* of MARK_BLOCKING; CATEGORY_NONE: not said */
};

/* What a program is for. */
enum program_kind { PROGRAM_SERVER, PROGRAM_CLIENT, PROGRAM_TEST };

/* What .looplint.yaml says of the programs whose main lies in certain units, and of these units. */
struct program_declaration {
	const char *units; /* glob of paths, as in findings; `*` matches slashes too */
	enum program_kind kind;
};

/*
 * What functions of a library have to do with how an operation ends. Lists of function names,
 * NULL-terminated, may be NULL.
 */
struct cancel_words {
	const char *const *completes; /* give the task or the invocation in argument 1 its answer */
	const char *const *succeeds;  /* ... and that all went well */
	const char *const *asks;    /* are true if the operation was cancelled; one of `completes` answers then, too */
	const char *const *cancels; /* cancel what is in argument 1 */
	const char *const *reports; /* show a user an error */
	const char *const *logs;    /* write to a log */
	const char *const *starts;  /* start an operation, as the callbacks of others do to try again */
	const char *const
		*shields; /* hold a cancellation back from what is called behind them while argument 1 is true */
};

/*
 * Operations that go on by themselves once one of `starters`, which are among those that register, was called: until
 * their callback ran, or until they are ended. What they were given must not be freed before.
 */
struct pending_form {
	const char *const *starters;
	int handle;                  /* argument: what is started, or where it is put; 0: what the call returns */
	const char *const *ended_by; /* functions that end what is in one of their arguments */
	bool repeats;                /* the callback is called again and again: that it ran does not end it */
};

struct pack_constant {
	const char *name;
	int64_t value; /* on Linux; the pack's fixture checks it against the real header */
	unsigned line; /* in the pack's file */
};

struct pack {
	const char *library;
	const char *file; /* where it was read from, for messages */
	const char *documentation;
	const char *const *headers;    /* NULL-terminated */
	const char *const *pkg_config; /* package names, NULL-terminated; empty: part of libc */
	struct registration *registers;
	size_t register_count;
	struct effect *effects;
	size_t effect_count;
	struct pack_constant *constants;
	size_t constant_count;
	const char *const *loop_only;    /* function names or globs that need the loop's thread; NULL-terminated */
	const char *const *serves;       /* functions: a program that names one serves others, or draws */
	const char *const *serves_texts; /* ... whoever names such a text */
	const char *const *tests;        /* functions: a program that names one is a test */
	const char *const *wakes; /* functions that wake up a waiting thread. Lists NULL-terminated, may be NULL */
	struct cancel_words cancellation;
	struct declaration *declarations;
	size_t declaration_count;
	struct program_declaration *programs;
	size_t program_count;
	struct catch_form *catches;
	size_t catch_count;
	struct pending_form *pending;
	size_t pending_count;
	struct outcome_form *outcomes;
	size_t outcome_count;
};

struct packs {
	struct pack *items;
	size_t count;
};

enum { PACK_E_SYNTAX = 1 };

/*
 * Reads one pack. Strings in *out live in `arena`; `name` is used in messages.
 *
 * 0 ok; PACK_E_SYNTAX after a diagnostic with file:line for each bad entry; -errno if the file cannot be read.
 */
int pack_read(struct arena *arena, const char *path, struct pack *out, struct diagnostics *diagnostics);
int pack_read_text(struct arena *arena, const char *name, const char *text, size_t length, struct pack *out,
		   struct diagnostics *diagnostics);

/* Every pack that is part of the program, then those in `paths` (NULL-terminated, may be NULL). First error returned,
 * all reported; *out holds what could be read. */
int packs_load(struct arena *arena, const char *const *paths, struct packs *out, struct diagnostics *diagnostics);

/* Adds one that was made elsewhere; what it refers to must live as long as the packs. */
void packs_append(struct arena *arena, struct packs *packs, const struct pack *pack);

/* Names as in YAML, JSON and messages ("loop", "dns"); NULL out of range. The reverse returns -1 if unknown. */
const char *context_name(enum context context);
const char *category_name(enum category category);
int context_from_name(const char *name);
int category_from_name(const char *name);

#endif
