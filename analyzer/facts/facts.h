/*
 * facts: what one unit says, without judging. The nouns of the analyzer and their encoding.
 *
 * A unit's facts are one block of memory without pointers: a header, then arrays that refer to each other by index.
 * The same bytes are what a worker sends to its parent, what facts.db keeps and what the linker reads: loading is a
 * bounds check, not a parse. `looplint dump --after=extract` shows them as text (facts/text.h), which tests also write.
 *
 * A body is a tree of nodes in source order: statements (if, loop, switch, return ...) whose leaves are expressions
 * (calls, assignments, comparisons, constants, variables). It is rich enough that no later stage looks at the source:
 *
 *      n = read(fd, buf, 16);                  (assign @3:4 (local n) (call @3:8 read (param fd) (local buf) (const 16)))
 *      if (n < 0 && errno == EAGAIN) return;   (if @4:4 (and (lt (local n) (const 0))
 *                                                         (eq (deref (call __errno_location)) (const 11 "EAGAIN")))
 *                                                 (return @4:32))
 *      s->ops->done(s);                        (call @5:4 (field ops.done (field session.ops (param s))) (param s))
 *
 * Casts, parentheses and `&` before or `*` before a function disappear; a macro leaves its name on what it expanded to.
 * Initialisers (of locals and of globals, designated, positional, nested, of arrays) become assignments to the places
 * they fill; so does the zero of a file-scope number or pointer without one. Function-pointer bindings are therefore:
 * assignments, arguments, returns. Nothing else.
 *
 * Identity: two functions are the same if their keys are equal. The key of a function with external linkage is its USR
 * ("c:@F@name"); a static's USR holds only the base name of its file, so its key is "path#USR". A field's key is its
 * USR ("c:@S@ops@FI@done"), shared by every unit that sees the struct; of a struct that a source declares, not a header,
 * "path#USR": another source may well have one of the same name.
 *
 * Indices count from 1; 0 means "none". Strings are offsets into the string block; offset 0 is "".
 */
#ifndef LOOPLINT_FACTS_H
#define LOOPLINT_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FACTS_VERSION = 10 }; /* part of the cache key: change it with any change of this file or of extract/ */

enum node_kind {
	NODE_NONE,

	/* statements */
	NODE_BLOCK,  /* children: statements */
	NODE_IF,     /* condition, then, [else] */
	NODE_LOOP,   /* init, condition, step, body: always four, NODE_EMPTY where absent; op: enum loop_op */
	NODE_SWITCH, /* value, body; cases are markers among the body's statements */
	NODE_CASE,   /* low, [high] */
	NODE_DEFAULT,
	NODE_RETURN, /* [value] */
	NODE_BREAK,
	NODE_CONTINUE,
	NODE_GOTO,  /* text: label; computed goto: text "" */
	NODE_LABEL, /* text: label */
	NODE_EMPTY,

	/* expressions; they are statements too where they stand in a block */
	NODE_CALL, /* direct: symbol, children: arguments. Indirect: symbol 0, first child: the callee, then arguments.
			  text: canonical type of the callee ("int (int, void *)"), kept for both */
	NODE_ASSIGN,      /* place, value; op: 0 or the compound operator (`+=` is OP_ADD) */
	NODE_CONST,       /* value; text: how the source spells it where that is a name or an expression ("WNOHANG") */
	NODE_NULL,        /* a null pointer constant */
	NODE_STRING,      /* text: the literal (cut after 120 bytes) */
	NODE_FUNCTION,    /* symbol: a function whose address is taken */
	NODE_PARAM,       /* value: index of the parameter, from 0 */
	NODE_LOCAL,       /* value: index of the variable in its function, from 0 (after the parameters) */
	NODE_GLOBAL,      /* symbol */
	NODE_FIELD,       /* symbol: the field; child: the object (a `->` is shown like a `.`) */
	NODE_INDEX,       /* array, index */
	NODE_DEREF,       /* pointer */
	NODE_ADDRESS,     /* place */
	NODE_UNARY,       /* op; operand */
	NODE_BINARY,      /* op; left, right (also && || and the comma) */
	NODE_CONDITIONAL, /* condition, then, else; for `a ?: b`: a, NODE_EMPTY, b */
	NODE_OPAQUE,      /* an expression kept only for the calls and names inside it; children: those */
	NODE_KINDS
};

enum node_op {
	OP_NONE,
	OP_NOT,
	OP_NEG,
	OP_BITNOT,
	OP_INCREMENT,
	OP_DECREMENT, /* unary; pre and post are not told apart */
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_AND,
	OP_OR, /* && and || */
	OP_BITAND,
	OP_BITOR,
	OP_XOR,
	OP_SHIFT_LEFT,
	OP_SHIFT_RIGHT,
	OP_ADD,
	OP_SUBTRACT,
	OP_MULTIPLY,
	OP_DIVIDE,
	OP_MODULO,
	OP_COMMA,
	OP_KINDS
};

enum loop_op { LOOP_WHILE, LOOP_DO, LOOP_FOR };

enum node_flag {
	NODE_INIT = 1 << 0,  /* an assignment that is an initialiser */
	NODE_ARROW = 1 << 1, /* a field reached with `->` */
	NODE_IN_HEADER = 1 << 2,
};

struct node {
	uint8_t kind;        /* enum node_kind */
	uint8_t op;          /* enum node_op or enum loop_op */
	uint16_t flags;      /* enum node_flag */
	uint32_t first;      /* first child */
	uint32_t next;       /* next sibling */
	uint32_t line;       /* from 1; of the expansion where a macro wrote it */
	uint16_t column;     /* from 1, in bytes */
	uint16_t end_lines;  /* the last line is line + end_lines */
	uint16_t end_column; /* just behind the last byte */
	uint16_t file;       /* 0: the function's own file */
	uint32_t symbol;
	uint32_t text;  /* string */
	uint32_t macro; /* string: the outermost macro of the source that this came from, such as PG_TRY */
	int64_t value;
};

enum symbol_kind { SYMBOL_FUNCTION, SYMBOL_GLOBAL, SYMBOL_FIELD };

enum symbol_flag {
	SYMBOL_STATIC = 1 << 0, /* internal linkage; of a field: a source declares the struct, not a header */
	SYMBOL_INLINE = 1 << 1,
	SYMBOL_NORETURN = 1 << 2,
	SYMBOL_WEAK = 1 << 3,
	SYMBOL_CONSTRUCTOR = 1 << 4, /* runs before main */
	SYMBOL_VARIADIC = 1 << 5,
	SYMBOL_SYSTEM = 1 << 6,   /* declared in a system header */
	SYMBOL_IMPLICIT = 1 << 7, /* called without a declaration */
	SYMBOL_THREAD = 1 << 8,   /* a global of which each thread has its own */
};

struct symbol {
	uint8_t kind; /* enum symbol_kind */
	uint8_t pad;
	uint16_t flags; /* enum symbol_flag */
	uint32_t key;   /* string: identity across units, see above */
	uint32_t name;  /* string: "read"; a field's is "struct-tag.field" */
	uint32_t type; /* string: canonical type; of a function its prototype, of a field or global its declared type */
	uint32_t file; /* where it is declared (defined, if this unit defines it) */
	uint32_t line;
	uint32_t alias; /* string: the function this is an alias of */
};

enum variable_kind { VARIABLE_PARAM, VARIABLE_LOCAL, VARIABLE_STATIC };

struct variable {
	uint8_t kind; /* enum variable_kind */
	uint8_t pad[3];
	uint32_t name;    /* string */
	uint32_t type;    /* string: canonical */
	uint32_t cleanup; /* symbol: the function of __attribute__((cleanup)) */
};

/* A function that this unit defines; or, with symbol of kind GLOBAL, the initialiser of a file-scope variable. */
struct function {
	uint32_t symbol;
	uint32_t file;
	uint32_t line, end_line;
	uint16_t column;
	uint16_t params;         /* the first `params` variables are the parameters, in order */
	uint32_t first_variable; /* index into variables; params, then locals */
	uint32_t variables;
	uint32_t body; /* NODE_BLOCK */
};

struct annotation {
	uint32_t symbol;
	uint32_t
		text; /* string: "looplint::blocking", "clang::nonblocking" (also for attributes of the type), or as written;
			 "looplint::async foo_async(Foo *foo, ..)" says that this asynchronous form of it is declared */
};

/* A file this unit was read from: what a cached copy of these facts depends on. */
struct dependency {
	uint32_t path; /* string: absolute */
	uint32_t pad;
	int64_t mtime_ns;
	int64_t size;
	uint64_t hash; /* XXH3 of the content */
};

enum unit_status {
	UNIT_OK,
	UNIT_DEGRADED, /* missing headers or unknown types hid part of it: calls_lost is an estimate of how much */
	UNIT_FAILED,   /* could not be parsed at all */
	UNIT_CRASHED,  /* the parser died */
	UNIT_TIMED_OUT,
};

/* One array of the block: `offset` bytes from its start, `count` elements. Element 0 is never used. */
struct facts_array {
	uint32_t offset, count;
};

struct facts {
	char magic[8];    /* "looplnt\0" */
	uint32_t version; /* FACTS_VERSION */
	uint32_t size;    /* bytes of the whole block */
	uint32_t status;  /* enum unit_status */
	uint32_t path;    /* string: the unit's source file, relative to the project root if below it, else absolute */
	uint32_t errors;  /* compiler errors seen */
	uint32_t calls_lost; /* estimated calls of the main file that the parse did not see */
	uint32_t message;    /* string: the first error, for the coverage report; "" if none */
	uint32_t strings_size;
	uint32_t strings_offset;
	struct facts_array files;        /* uint32_t: string, paths as in `path` */
	struct facts_array symbols;      /* struct symbol */
	struct facts_array functions;    /* struct function */
	struct facts_array variables;    /* struct variable */
	struct facts_array nodes;        /* struct node */
	struct facts_array annotations;  /* struct annotation */
	struct facts_array dependencies; /* struct dependency */
};

/* Access; every index must be valid (facts_check says so for a whole block). */
static inline const char *facts_string(const struct facts *f, uint32_t offset)
{
	return (const char *)f + f->strings_offset + offset;
}

static inline const struct symbol *facts_symbol(const struct facts *f, uint32_t i)
{
	return (const struct symbol *)((const char *)f + f->symbols.offset) + i;
}

static inline const struct function *facts_function(const struct facts *f, uint32_t i)
{
	return (const struct function *)((const char *)f + f->functions.offset) + i;
}

static inline const struct variable *facts_variable(const struct facts *f, uint32_t i)
{
	return (const struct variable *)((const char *)f + f->variables.offset) + i;
}

static inline const struct node *facts_node(const struct facts *f, uint32_t i)
{
	return (const struct node *)((const char *)f + f->nodes.offset) + i;
}

static inline const struct annotation *facts_annotation(const struct facts *f, uint32_t i)
{
	return (const struct annotation *)((const char *)f + f->annotations.offset) + i;
}

static inline const struct dependency *facts_dependency(const struct facts *f, uint32_t i)
{
	return (const struct dependency *)((const char *)f + f->dependencies.offset) + i;
}

/* A path; file 0 is "". */
static inline const char *facts_file(const struct facts *f, uint32_t i)
{
	return facts_string(f, ((const uint32_t *)((const char *)f + f->files.offset))[i]);
}

/* for_each_child(child, f, node): `child` is a node index. */
#define for_each_child(child, f, parent)                                                                               \
	for (uint32_t child = (parent)->first; child; child = facts_node((f), child)->next)

/* The n-th child of a node (from 0), or 0. */
uint32_t facts_child(const struct facts *f, const struct node *node, unsigned n);

/*
 * Whether `size` bytes at `block` are facts this program can read: magic, version, sizes, every index and string in
 * bounds, every tree finite (children stand behind their parent). Thread-safe, reads only.
 */
bool facts_check(const void *block, size_t size);

/* Names used by the text form and by messages, for example "call", "lt"; NULL for a value out of range. */
const char *node_kind_name(enum node_kind kind);
const char *node_op_name(enum node_op op);
const char *unit_status_name(enum unit_status status);

/*
 * Builds the facts of one unit. Nodes are added in any order and linked by index; facts_build_finish lays the block out.
 * Not thread-safe; everything it returns is an index, valid from the call on.
 */
struct facts_builder;

struct facts_builder *facts_builder_new(const char *path);
void facts_builder_free(struct facts_builder *b);

uint32_t facts_build_string(struct facts_builder *b, const char *text); /* interned; NULL gives 0 */
uint32_t facts_build_file(struct facts_builder *b, const char *path);   /* interned */

/* A symbol, interned by (kind, key): a second call returns the first index and leaves the symbol as it was. */
uint32_t facts_build_symbol(struct facts_builder *b, enum symbol_kind kind, const char *key, const char *name);
struct symbol *facts_built_symbol(struct facts_builder *b, uint32_t index); /* valid until the next symbol is added */

uint32_t facts_build_node(struct facts_builder *b, struct node node);
struct node *facts_built_node(struct facts_builder *b, uint32_t index); /* valid until the next node is added */
/* Makes `child` the last child of `parent`; 0 is ignored. */
void facts_build_append(struct facts_builder *b, uint32_t parent, uint32_t child);

/* Opens a function: variables added from here on are its own, until the next call. */
uint32_t facts_build_function(struct facts_builder *b, struct function function);
struct function *facts_built_function(struct facts_builder *b, uint32_t index);   /* valid until the next function */
uint32_t facts_build_variable(struct facts_builder *b, struct variable variable); /* index from 0 within the function */

void facts_build_annotation(struct facts_builder *b, uint32_t symbol, const char *text);
void facts_build_dependency(struct facts_builder *b, const char *path, int64_t mtime_ns, int64_t size, uint64_t hash);
void facts_build_status(struct facts_builder *b, enum unit_status status, uint32_t errors, uint32_t calls_lost,
			const char *message);

/*
 * The finished block, nodes reordered so that children stand behind their parents. The caller frees it with free();
 * *size receives its length in bytes. The builder is still to be freed.
 */
struct facts *facts_build_finish(struct facts_builder *b, size_t *size);

/* "ops" of "const struct ops *", "struct ops [2]" and "ops.done": the name of the type alone, to be freed. */
char *facts_type_tag(const char *type);

#endif
