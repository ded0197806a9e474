/*
 * expression: what expression.c and its parts share: name.c, operator.c, literal.c and node.c.
 *
 * Each turns a cursor of the kind it is named after into a node, never 0. Constants in what they return may be pending.
 */
#ifndef LOOPLINT_EXPRESSION_H
#define LOOPLINT_EXPRESSION_H

#include "extract/visit.h"

uint32_t visit_operand(struct visit *v, CXCursor cursor); /* any expression; visit_expression settles its constant */
uint32_t visit_opaque(struct visit *v, CXCursor cursor);  /* kept for the calls and names in it */

uint32_t visit_name(struct visit *v, CXCursor cursor);
uint32_t visit_member(struct visit *v, CXCursor cursor);
uint32_t visit_unary(struct visit *v, CXCursor cursor);
uint32_t visit_binary(struct visit *v, CXCursor cursor);
uint32_t visit_conditional(struct visit *v, CXCursor cursor);
uint32_t visit_short_conditional(struct visit *v, CXCursor cursor, struct children children);
uint32_t visit_subscript(struct visit *v, CXCursor cursor);
uint32_t visit_string(struct visit *v, CXCursor cursor);
uint32_t visit_compound_literal(struct visit *v, CXCursor cursor);
uint32_t visit_statement_expression(struct visit *v, CXCursor cursor);

/* Nodes and types. */
enum node_kind node_kind_of(const struct visit *v, uint32_t node);
void node_set_op(struct visit *v, uint32_t node, enum node_op op);
void node_set_symbol(struct visit *v, uint32_t node, uint32_t symbol);
bool type_is_pointer(CXType type);
bool type_is_function(CXType type);
bool type_is_integer(CXType type);

#endif
