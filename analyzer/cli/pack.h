/* pack: the commands below `looplint pack` that have a file of their own. */
#ifndef LOOPLINT_CLI_PACK_H
#define LOOPLINT_CLI_PACK_H

#include "cli/cli.h"

command cli_pack_learn;

#endif
