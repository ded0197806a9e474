/*
 * gobject_type: what is known of the classes of a GObject program; gobject.c reads it.
 */
#ifndef LOOPLINT_PROGRAM_GOBJECT_TYPE_H
#define LOOPLINT_PROGRAM_GOBJECT_TYPE_H

#include "program/internal.h"

enum { MAX_ANCESTORS = 32 };

struct vfunc {
	uint32_t next; /* of the same type */
	uint32_t slot, function;
};

struct type {
	uint32_t parent;      /* 0: not of this program */
	const char *outside;  /* what returns the id of a parent outside of the program; NULL: not known, or GObject */
	uint32_t registering; /* function */
	uint32_t call;        /* that registers it */
	uint32_t instance_init;
	uint32_t first_vfunc;
	bool threaded; /* D-Bus methods of its objects run on threads */
};

struct gobject {
	GArray *types, *vfuncs;
	GHashTable *by_function;     /* function that returns the id -> type */
	GHashTable *by_parent_class; /* slot of `foo_parent_class` -> type foo */
};

static inline struct type *type_at(const struct program *p, uint32_t type)
{
	return &g_array_index(p->gobject->types, struct type, type);
}

static inline struct vfunc *vfunc_at(const struct program *p, uint32_t vfunc)
{
	return &g_array_index(p->gobject->vfuncs, struct vfunc, vfunc);
}

/* The type, into `types`, of which `call` (g_object_new and its kind) makes an object; 0: none, or it is not known. */
uint32_t gobject_made(const struct program *p, const struct call *call);

#endif
