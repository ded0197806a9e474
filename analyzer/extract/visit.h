/*
 * visit: what the parts of the tree walk share. One struct visit per parsed unit; libclang's tree goes in, the facts
 * builder receives nodes, symbols and variables.
 *
 *      visit.c        which declarations become functions
 *      statement.c    statements of a body
 *      expression.c   expressions, with name.c, operator.c, literal.c and node.c
 *      constant.c     constants: their value and how the source spells them
 *      initialiser.c  initialisers -> assignments to the places they fill
 *      symbol.c       functions, globals, fields: identity, type, attributes
 *      scope.c        blocks on other threads
 *      cplusplus.c    what C++ adds: lambdas, methods, operators
 *      place.c        where a node stands and which macro wrote it
 */
#ifndef LOOPLINT_VISIT_H
#define LOOPLINT_VISIT_H

#include "facts/facts.h"

#include <clang-c/Index.h>
#include <glib.h>

/* A file of the unit under the name it has in facts. */
struct visited_file {
	char *path;         /* relative to the root when below it, else absolute */
	uint32_t index;     /* in facts; 0 until something stands in it */
	bool project;       /* below the project's root */
	bool system;        /* below a system folder and outside the project */
	bool stand_in;      /* declarations made up for what is missing */
	const char *source; /* its text; NULL until asked for */
	size_t length;
};

struct visit {
	CXTranslationUnit unit;
	CXFile main_file;
	const char *root; /* absolute, symbolic links resolved */
	struct facts_builder *facts;
	CXPrintingPolicy policy; /* one line per declaration; NULL until needed */

	GHashTable *files;     /* CXFile -> struct visited_file */
	GHashTable *symbols;   /* declaration -> symbol */
	GHashTable *variables; /* declaration -> variable of the current function */
	GHashTable *scopes;    /* symbol of a scope's function -> GArray of CXCursor: its parameters */
	GHashTable *emitted;   /* set of symbols whose function was opened */
	GHashTable *by_name;   /* name -> declaration of functions a cleanup attribute may name; NULL until needed */
	GArray *candidates;    /* CXCursor: what by_name will hold */
	GArray *declared;      /* CXCursor: every declaration of a function */
	GArray *definitions;   /* CXCursor: what is emitted */
	GArray *pending;       /* CXCursor: functions of headers that an emitted function refers to; lambdas, scopes */
	GArray *overrides;     /* uint32_t: assignments of virtual methods, see cplusplus.c */
	bool cplusplus;        /* the unit is C++ */
	GArray *cursors;       /* CXCursor: stack of the children being walked */
	GArray *transparent;   /* symbols of builtins that return their first argument */
	uint32_t constant_p;   /* symbol of __builtin_constant_p; 0: not seen */

	uint32_t function;    /* the function being emitted */
	CXFile function_file; /* where it stands */
	bool in_header;       /* that file is not the main file */
	CXCursor parent;      /* nearest enclosing cursor that became a node */

	CXFile macro_file; /* the last macro use that was named */
	unsigned macro_offset;
	uint32_t macro_name;
};

/* A cursor as a hash key, compared by clang_equalCursors. The table owns copies of its keys. */
GHashTable *cursor_table_new(void);
void cursor_table_put(GHashTable *table, CXCursor cursor, uint32_t value);
bool cursor_table_get(GHashTable *table, CXCursor cursor, uint32_t *value);

/* The children of a cursor, on the stack of `v`; release in reverse order. References to types are left out. */
struct children {
	guint first, count;
};

struct children children_of(struct visit *v, CXCursor parent);
struct children children_with_references(struct visit *v, CXCursor parent);
CXCursor child_at(const struct visit *v, struct children children, guint n);
CXCursor last_child(const struct visit *v, struct children children);
void children_release(struct visit *v, struct children children);

/* visit.c */

/* Walks the whole unit: every definition of the main file, then what these use of headers. */
void visit_unit(struct visit *v);

/* Prepares `v` for a parsed unit whose facts go to `facts`; `root` must outlive it. */
void visit_init(struct visit *v, CXTranslationUnit unit, const char *root, bool cplusplus, struct facts_builder *facts);
void visit_finish(struct visit *v);

/* Every error of the unit. Not by clang_getDiagnostic(unit, i), which builds all of them anew each time it is called. */
void for_each_error(struct visit *v, void (*use)(struct visit *v, CXDiagnostic error, void *data), void *data);

/* async_form.c: annotates the functions of the unit whose asynchronous form is declared too. After all else. */
void visit_async_forms(struct visit *v);

/* statement.c: appends the statement's nodes to `block`; a label or case and what follows it are siblings. */
void visit_statement(struct visit *v, CXCursor statement, uint32_t block);

/* catching.c: what C++, Objective-C and Microsoft's C make of `try` and `throw`. */
void catching_try(struct visit *v, CXCursor statement, uint32_t block);
uint32_t catching_throw(struct visit *v, CXCursor cursor);

/*
 * scope.c: a `for` that is a block on another thread: what it leaves behind goes to `block`, the rest becomes pending. False
 * if it is an ordinary one. Then, of one that is pending: its symbol, and its block.
 */
bool visit_scope(struct visit *v, CXCursor loop, uint32_t block);
uint32_t scope_symbol(struct visit *v, CXCursor loop);
CXCursor scope_body(struct visit *v, CXCursor loop);
/* The variables that are the parameters of a scope's function: an array of CXCursor; NULL for other functions. */
const GArray *scope_variables(struct visit *v, uint32_t symbol);
/* NODE_PARAM or NODE_LOCAL: what a variable of the function being emitted is. */
enum node_kind variable_kind(struct visit *v, uint32_t variable);

/* A local variable's declaration: its entry in the variable table, its initialiser's assignments below `block`. */
void visit_variable(struct visit *v, CXCursor declaration, uint32_t block);

/* expression.c, node.c: the node of an expression, with its constants settled. Never 0. */
uint32_t visit_expression(struct visit *v, CXCursor expression);

/* A node with place, extent and macro of `cursor`; a bare one for the leaves of expressions. */
uint32_t visit_node(struct visit *v, enum node_kind kind, CXCursor cursor);
uint32_t visit_leaf(struct visit *v, enum node_kind kind);

/* `object.field`, or with `arrow` `object->field`; (&x)->f and (*p).f in their simple form. */
uint32_t visit_field(struct visit *v, uint32_t symbol, uint32_t object, bool arrow);

/* A deep copy of the tree below `node`. */
uint32_t visit_clone(struct visit *v, uint32_t node);

/* `cursor` without the parentheses and casts around it. */
CXCursor visit_strip(struct visit *v, CXCursor cursor);

/* constant.c: a constant is first only recognised and gets its value and text once, where it is used. */
uint32_t constant_pending(struct visit *v);
bool constant_is_pending(const struct visit *v, uint32_t node);
void constant_settle(struct visit *v, uint32_t node, CXCursor cursor);
bool constant_evaluate(CXCursor cursor, int64_t *value);

/* initialiser.c: appends to `block` the assignments that fill `place` (a tree that is only copied) with `value`. */
void visit_initialiser(struct visit *v, CXType type, uint32_t place, CXCursor value, uint32_t block, CXCursor where);
/* Whether a variable of static storage holds a number or a pointer and begins as zero, by no initialiser of its own. */
bool initialiser_begins_as_zero(const struct visit *v, CXCursor variable);
/* Appends to `block` the assignment that makes it so. `place`, a tree that names it, becomes part of that. */
void initialiser_zero(struct visit *v, CXCursor variable, uint32_t place, uint32_t block);

/* symbol.c */

/* The symbol of a function, global or field; 0 for an anonymous member. Functions that headers define become pending. */
uint32_t visit_symbol(struct visit *v, CXCursor declaration);
struct visited_file *visit_file(struct visit *v, CXFile file);

/* Whether a header of the system is there; a folder of the project given with -isystem or -idirafter is none. */
bool visit_is_system(struct visit *v, CXSourceLocation location);
uint32_t visit_file_index(struct visit *v, CXFile file);
uint32_t visit_type(struct visit *v, CXType type);          /* string: canonical, without attributes */
uint32_t visit_cleanup(struct visit *v, CXCursor variable); /* symbol of its cleanup function, or 0 */
/*
 * The symbol of a block that is a function of its own without a name: "lambda at file.cc:12". `kind` is its first word;
 * *is_new: it was not asked for before.
 */
uint32_t visit_block_symbol(struct visit *v, CXCursor block, const char *kind, bool *is_new);
/* symbol.c: the declaration on one line, without body; g_free() it. */
char *visit_printed(struct visit *v, CXCursor declaration);
char *visit_text(CXString string); /* a copy to g_free(); disposes of `string` */

/* place.c */

struct place {
	CXFile file; /* NULL: unknown */
	unsigned line, column, offset;
};

/* Fills where a node stands, how far it reaches and the macro that wrote it; `start` if not where `cursor` begins. */
void place_node(struct visit *v, struct node *node, CXCursor cursor, const CXSourceLocation *start);

/* Where a location is written in a file: of a macro argument, in the argument; of a macro's body, at its use. */
struct place place_of(CXSourceLocation location);
struct place place_expanded(CXSourceLocation location);
struct place place_spelled(CXSourceLocation location);
bool place_in_macro(CXSourceLocation location);

/* Source text of a whole file, ending in a NUL; NULL if it has none. */
const char *place_source(struct visit *v, CXFile file, size_t *length);

/* Text of `cursor` as the source has it, blanks reduced to one; NULL if unknown or longer than 200 bytes. g_free(). */
char *place_text(struct visit *v, CXCursor cursor);

/* The #define in which a location is spelled. */
struct define {
	const char *name; /* in the source, `length` bytes */
	size_t length;
	bool has_parameters;
	bool begins_here; /* the location is the first of its replacement, parentheses aside */
};

bool place_define(struct visit *v, CXSourceLocation location, struct define *define);

#endif
