/*
 * gobject: what the classes of a GObject program say about calls that no pointer shows; see gobject.c.
 */
#ifndef LOOPLINT_PROGRAM_GOBJECT_H
#define LOOPLINT_PROGRAM_GOBJECT_H

#include "program/internal.h"

/* Finds types, their classes and interfaces. Once, after pointers_solve. */
void gobject_find(struct program *p);
/* Safe where gobject_find never ran. */
void gobject_free(struct program *p);

/*
 * Calls `visit` for each function that a call such as g_object_new(FOO_TYPE, ...) calls before it returns. False if it is
 * no such call, or makes an object of a type that is not this program's.
 */
bool gobject_each_constructed(const struct program *p, const struct call *call, pointer_visit *visit, void *data);

/*
 * What returns the id of the class, of outside of the program, that the type which such a call makes an object of goes back
 * to: "gtk_widget_get_type". NULL: GObject, or it is not known.
 */
const char *gobject_outside(const struct program *p, const struct call *call);

/* Calls `visit` for each method of a D-Bus interface that runs on a thread because the program asked for that. */
void gobject_each_threaded(const struct program *p, pointer_visit *visit, void *data);

/*
 * Whether `callee`, the pointer that a call in `function` goes through, is a field of the parent's class. If so, calls
 * `visit` (may be NULL) for what the nearest ancestor in this program stored there: one function, or none.
 */
bool gobject_chains_up(struct program *p, uint32_t function, uint32_t callee, pointer_visit *visit, void *data);

#endif
