/*
 * lasting: which objects live as long as the loop runs, so that no callback finds them gone.
 */
#ifndef LOOPLINT_PROGRAM_LASTING_H
#define LOOPLINT_PROGRAM_LASTING_H

#include "program/internal.h"

struct lasting;

/* For questions after contexts are known; the first one reads where the program makes and releases objects. */
struct lasting *lasting_new(struct program *p);
void lasting_free(struct lasting *l);

/*
 * Whether all objects that a canonical pointer type ("struct _Foo *") points at were seen to be made, and all of them
 * last. False for a type whose objects nobody in the program makes, and for "void *".
 */
bool lasting_type(struct lasting *l, const char *type);

/* "Foo" of "const struct _Foo *[2]", of a field's "_Foo.bar" and of "FooPrivate.bar"; to be freed. */
char *lasting_tag(const char *type);

#endif
