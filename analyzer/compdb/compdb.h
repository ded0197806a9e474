/*
 * compdb: which units there are and how to parse each.
 *
 * Either read from compile_commands.json (any generator), or, without one, inferred from the tree: include directories,
 * pkg-config packages named by the #includes, and stand-ins for what is still missing. The arguments that come out are
 * for libclang: no compiler name, no -c/-o/-M*, nothing only GCC knows, resource headers found.
 */
#ifndef LOOPLINT_COMPDB_H
#define LOOPLINT_COMPDB_H

#include "base/arena.h"
#include "base/diagnostics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unit_command {
	const char *file;       /* absolute, symbolic links resolved */
	const char *directory;  /* absolute: where relative arguments count from */
	const char **arguments; /* NULL-terminated; the source file is not among them */
	bool inferred;          /* true: guessed, a second parse with stubs may help */
	bool cplusplus;         /* the language is C++ or Objective-C: C is the promise */
	uint64_t hash;          /* of arguments, directory and inferred: part of the cache key */
};

struct compdb {
	struct unit_command *units; /* ordered by file; one per (file, arguments), see compdb_read */
	size_t count;
	const char *path; /* of the database; NULL: inferred */
};

/*
 * Reads a compile database. `path` names the file or the directory that holds it. Strings in *out live in `arena`.
 * A file that is listed several times stays once (the first entry that is not a test or a shared-library twin of the
 * same arguments is kept); header-only entries and assembler are left out; response files (@file) are opened.
 * `only` (NULL: all): NULL-terminated absolute paths of files or directories; other units are left out.
 *
 * 0 ok; COMPDB_E_MALFORMED after a diagnostic with file:line; -errno if it cannot be read (diagnostic added).
 * Bad single entries are warnings and are left out.
 */
int compdb_read(struct arena *arena, const char *path, const char *const *only, struct compdb *out,
		struct diagnostics *diagnostics);

enum { COMPDB_E_MALFORMED = 1, COMPDB_E_NOT_FOUND = 2 };

/*
 * Looks for compile_commands.json: `build`, the file or its folder, if given; else in `root` and in the folders that build
 * systems make there (build*, out*, _build*, cmake-build-*, obj*), up to two levels down. The first in that order, then
 * by name. Returns the absolute path (in `arena`) or NULL.
 */
const char *compdb_find(struct arena *arena, const char *root, const char *build);

/*
 * Infers units and flags without a database. `paths`: NULL-terminated absolute files or directories (all *.c below, the
 * version control and build folders left out); `root`: the project. Runs pkg-config, and gdbus-codegen or wayland-scanner
 * where the build would; writes stand-in headers (config.h and other generated ones) below `scratch`, a directory that
 * the caller keeps for the run. Kept for the next run it saves work; its name does not change the hashes.
 *
 * 0 ok; COMPDB_E_NOT_FOUND after a diagnostic if a named path does not exist or holds no C source.
 */
int compdb_infer(struct arena *arena, const char *root, const char *const *paths, const char *scratch,
		 struct compdb *out, struct diagnostics *diagnostics);

/*
 * Units for `paths` with the arguments given behind `--` on the command line (filtered as above; response files are not
 * opened). Relative arguments count from `directory`: the shell's, not the project's. Errors as above.
 */
int compdb_fixed(struct arena *arena, const char *directory, const char *const *paths, const char *const *arguments,
		 struct compdb *out, struct diagnostics *diagnostics);

#endif
