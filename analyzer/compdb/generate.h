/*
 * generate: headers that a build makes with a tool that is installed here, made by that tool.
 */
#ifndef LOOPLINT_COMPDB_GENERATE_H
#define LOOPLINT_COMPDB_GENERATE_H

#include "compdb/tree.h"

/*
 * Writes the header `name` to the file `path` if it is one of these and the tool can be run:
 *
 *   x-client-protocol.h, x-server-protocol.h   wayland-scanner, from x.xml in the tree or in wayland-protocols
 *   a header that a build file gives to gdbus-codegen, with the options and the .xml files it names there
 *
 * A file that was made from the same input with the same options is left as it is. False: not written.
 */
bool generate_header(const struct tree *tree, const char *name, const char *path);

#endif
