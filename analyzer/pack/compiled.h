/*
 * compiled: the packs of the program, as C that pack_compile made of rules/packs/ when the program was built: reading
 * YAML takes longer than everything else a run with nothing changed has to do.
 */
#ifndef LOOPLINT_PACK_COMPILED_H
#define LOOPLINT_PACK_COMPILED_H

#include "pack/pack.h"

extern const struct pack compiled_packs[];
extern const size_t compiled_pack_count;

#endif
