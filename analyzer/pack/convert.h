/*
 * convert: a pack as written (pack_yaml.h) -> struct pack, with every rule that a schema cannot state.
 */
#ifndef LOOPLINT_PACK_CONVERT_H
#define LOOPLINT_PACK_CONVERT_H

#include "pack/pack_yaml.h"
#include "pack/shape.h"

enum { PACK_MAX_ARGUMENT = 32 }; /* the largest argument or parameter a pack may name */

/*
 * Copies everything to `arena`; `root` is the document that `from` was read from and gives the lines of diagnostics.
 * Each bad entry is one diagnostic or more; *out is complete only if there was none.
 */
void convert_pack(struct arena *arena, const char *name, const struct yaml_pack *from, struct place root,
		  struct pack *out, struct diagnostics *diagnostics);

#endif
