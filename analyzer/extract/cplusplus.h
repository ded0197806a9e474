/*
 * cplusplus: what C++ adds to the tree. C is the promise; of C++ this sees what event-driven programs use to hand code
 * over, and leaves the rest as calls that are kept and counted:
 *
 *   a lambda                      a function of its own, named by its place; where it stands, its address
 *   std::function, operator()     a call through the place that holds it
 *   a virtual method              a call through a field of the class that declared it first; each overriding method that
 *                                 a unit defines is stored there
 *   a constructor, an operator    a direct call
 *   an object with a destructor   a variable with a cleanup
 *   a function template           one function for all its instances
 *   names                         with their namespaces and classes: "std::thread::join"
 */
#ifndef LOOPLINT_CPLUSPLUS_H
#define LOOPLINT_CPLUSPLUS_H

#include "extract/expression.h"

/* The symbol of a lambda; its body is emitted with what is pending. */
uint32_t cplusplus_lambda(struct visit *v, CXCursor lambda);

/* The node of a call that is none in C: of a constructor, a conversion, an operator. 0: it is like one in C. */
uint32_t cplusplus_call(struct visit *v, CXCursor call, struct children children);

/* The field that stands for a virtual method; 0: the method is not virtual, or named with its class (`Base::go()`). */
uint32_t cplusplus_virtual(struct visit *v, CXCursor member, CXCursor method);

/* Assigns a method that is being emitted to the fields of what it overrides: kept until cplusplus_finish(). */
void cplusplus_note_method(struct visit *v, CXCursor method, uint32_t symbol);

/* Emits what was noted, as the initialiser of a variable "virtual methods". */
void cplusplus_finish(struct visit *v);

/* Appends to `block` what a constructor does before its body. */
void cplusplus_member_initialisers(struct visit *v, CXCursor constructor, uint32_t block);

/* The symbol of the destructor of a variable's class, if the project has it; else 0. */
uint32_t cplusplus_destructor(struct visit *v, CXCursor variable);

/* "net::Server::tick"; g_free() it. */
char *cplusplus_name(CXCursor declaration);

/* The template that a function is an instance of, or itself. */
CXCursor cplusplus_template(CXCursor function);

#endif
