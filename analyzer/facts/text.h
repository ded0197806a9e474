/*
 * text: facts as text, both ways. `looplint dump --after=extract` prints it; engine tests write it by hand.
 *
 * One unit is one parenthesised form, `;` starts a comment that ends with the line:
 *
 *   (unit "a.c" ok
 *     (function on_read "void (int)" static @10:6-14
 *       (param fd "int")
 *       (local n "long")
 *       (block @11:1
 *         (assign @12:4 init (local n) (call @12:8 read "long (int, void *, unsigned long)" (param fd) (null) (const 16)))
 *         (if @13:2 (lt (local n) (const 0)) (return @13:13))))
 *     (initialiser table
 *       (block (assign (field ops.read (index (global table) (const 0))) (function on_read))))
 *     (symbol function read "long (int, void *, unsigned long)" system @"/usr/include/unistd.h":371))
 *
 * Forms of a unit, in any order and number:
 *   (function NAME ...)    a function this unit defines: type, flags, place, `params N`, variables, body. N is written
 *                          only if the parameters are not the `param` variables that come first
 *   (initialiser NAME ...) the same for the initialiser of a file-scope variable
 *   (symbol KIND NAME ...) a symbol's type, flags, place, `key "..."`, `alias "..."`. Needed only to say these: every
 *                          function, field and global that is mentioned anywhere is a symbol
 *   (annotation KIND NAME "text")   (files "path" ...): files that nothing refers to
 * After the unit's status may follow `errors N`, `calls_lost N`, `message "..."`.
 *
 * A node is its kind, or its operator (`lt`, `not`), then in any order: place, macro, name, words, value, text; then
 * its children:
 *   @LINE:COLUMN-LINE:COLUMN   place and end, before both `"file":` where that is not the function's own (for functions
 *                          and symbols: not the unit's; "" is no file). A function's end has no column
 *   %NAME                  the macro that a node came from
 *   NAME                   what a call, function, global or field names, or the variable of a param or local: the first
 *                          name of these, `-` for none. A name with other bytes than a C name and dots is quoted as in
 *                          'a b'; NAME#2 is the second symbol (or variable of its class) with this name
 *   words                  flags (init, arrow, header), an operator (`(assign add ...)`), `while`, `do` or `for`, and
 *                          `symbol KIND NAME` for a node that usually has none
 *   -12                    the value; "..." the text, with \" \\ \n \t \xHH
 *
 * What is not written is its default, mostly 0. A variable's value counts as in facts.h: parameters first, then locals.
 * The key of a function NAME is "c:@F@NAME", of a global "c:@NAME", of a field TAG.F "c:@S@TAG@FI@F", of a static
 * function "PATH#c:BASE@F@NAME" where PATH is its file, or else the unit's, and BASE the last part of it; of a static
 * field, whose struct a source declares, "PATH#c:@S@TAG@FI@F".
 */
#ifndef LOOPLINT_FACTS_TEXT_H
#define LOOPLINT_FACTS_TEXT_H

#include "base/diagnostics.h"
#include "facts/facts.h"

#include <stdio.h>

/*
 * Prints `facts`; reading it back gives the same facts, with symbols, files and strings numbered in the order of their
 * mention (dependencies are printed as a count in a comment and not read back).
 */
void facts_print(const struct facts *facts, FILE *out);

/*
 * Reads one unit. Returns the block (free() it) and its size, or NULL after one diagnostic with `name`:line. Every
 * function, field and global that is mentioned becomes a symbol.
 */
struct facts *facts_parse(const char *text, const char *name, size_t *size, struct diagnostics *diagnostics);

#endif
