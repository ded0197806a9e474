/* pack_check: a pack held against the headers of its library. */
#ifndef LOOPLINT_CLI_PACK_CHECK_H
#define LOOPLINT_CLI_PACK_CHECK_H

#include "pack/pack.h"

/*
 * Reports, with file:line, each function, field and constant that no header of the pack declares, each argument that
 * cannot be what the pack takes it for, and each constant with another value. A note says what could not be looked at
 * because a package or a header is not installed.
 */
void pack_check_headers(const struct pack *pack, struct diagnostics *problems);

#endif
