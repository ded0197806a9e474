/*
 * text: facts as text, both ways. `looplint dump --after=extract` prints it; engine tests write it by hand.
 *
 * One unit is one parenthesised form; `@line:column` (or `@line:column-line:column`) is a place, a quoted string a
 * literal, `%NAME` the macro that a node came from. What is not written is its default: the key of a function NAME is
 * "c:@F@NAME", of a static "PATH#c:@F@NAME", of a field TAG.F "c:@S@TAG@FI@F", of a global NAME "c:@NAME".
 *
 *   (unit "a.c" ok
 *     (function on_read "void (int)" static @10:6-14:2
 *       (param fd "int") (local n "long")
 *       (block @11:1
 *         (assign @12:4 init (local n) (call @12:8 read "long (int, void *, unsigned long)" (param fd) (null) (const 16)))
 *         (if @13:2 (lt (local n) (const 0)) (return @13:13))))
 *     (initialiser table
 *       (block (assign (field ops.read (index (global table) (const 0))) (function on_read)))))
 */
#ifndef LOOPLINT_FACTS_TEXT_H
#define LOOPLINT_FACTS_TEXT_H

#include "base/diagnostics.h"
#include "facts/facts.h"

#include <stdio.h>

/* Prints `facts`; reading it back gives the same facts (dependencies are printed as a count and not read back). */
void facts_print(const struct facts *facts, FILE *out);

/*
 * Reads one unit. Returns the block (free() it) and its size, or NULL after a diagnostic with `name`:line. Every
 * function, field and global that is mentioned becomes a symbol.
 */
struct facts *facts_parse(const char *text, const char *name, size_t *size, struct diagnostics *diagnostics);

#endif
