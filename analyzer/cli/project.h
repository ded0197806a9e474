/* project: where a project begins, and the paths given on the command line. */
#ifndef LOOPLINT_CLI_PROJECT_H
#define LOOPLINT_CLI_PROJECT_H

#include "base/arena.h"
#include "base/diagnostics.h"

/*
 * The project root: the nearest folder, from the working directory upwards, that holds .looplint.yaml, .git or
 * compile_commands.json; else the working directory. Absolute, symbolic links resolved, in `arena`.
 */
const char *project_root(struct arena *arena);

/* Where this project's store is: `given` (counted from the working directory), or .looplint below the root. */
const char *project_store(struct arena *arena, const char *root, const char *given);

/*
 * `words` as absolute paths with symbolic links resolved: NULL-terminated, in `arena`. NULL after a diagnostic for
 * each that does not exist.
 */
const char *const *project_paths(struct arena *arena, char *const *words, struct diagnostics *diagnostics);

/* `path` as findings name it: relative to `root` if below it, else as it is. Points into `path`. */
const char *project_relative(const char *root, const char *path);

#endif
