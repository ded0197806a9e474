/*
 * config: .looplint.yaml at the project root. `looplint init` writes one that explains each key.
 *
 *     packs: [tools/ourlib.yaml]          # what our own libraries do to their callers
 *     rules: { disable: [nested-loop], enable: [] }
 *     functions:                          # what is known of code that one cannot annotate
 *       - { function: "ui_*", is: loop-only }
 *       - { function: legacy_load, is: blocking, category: disk }
 *     programs:                           # what the programs with a main in these units, and the units, are for
 *       - { units: "tools*", is: test }   # test, client or server
 *     exclude: ["third_party*"]           # units that are not analysed; `*` matches slashes too
 *     build: build/debug                  # where compile_commands.json is
 *     severity: medium                    # findings below are not shown
 *     confidence: medium                  # findings below are not shown
 */
#ifndef LOOPLINT_CLI_CONFIG_H
#define LOOPLINT_CLI_CONFIG_H

#include "base/arena.h"
#include "base/diagnostics.h"
#include "check/finding.h"
#include "pack/pack.h"

#define CONFIG_FILE ".looplint.yaml"

/* Lists are NULL-terminated and never NULL. Paths are absolute; they count from the project root. */
struct config {
	const char *path; /* of the file; NULL: there is none and everything below is the default */
	const char *const *packs;
	const char *const *disabled_rules, *const *enabled_rules; /* slugs that exist */
	const char *const *exclude;
	struct pack declared; /* what `functions` and `programs` say: to be added to the packs */
	const char *build;    /* NULL: not said */
	enum level severity;
	enum level confidence;
};

enum { CONFIG_E_INVALID = 1 };

/*
 * Reads the configuration of the project at `root`. Strings in *out live in `arena`.
 *
 * 0 ok, also if there is no file; CONFIG_E_INVALID after a diagnostic with file:line for each thing that is wrong;
 * -errno after a diagnostic if the file cannot be read.
 */
int config_read(struct arena *arena, const char *root, struct config *out, struct diagnostics *diagnostics);

/* The same from text; `path` names it in messages. */
int config_read_text(struct arena *arena, const char *root, const char *path, const char *text, size_t length,
		     struct config *out, struct diagnostics *diagnostics);

/* Whether `file` (as in findings: relative to the root) is left out by `exclude`. */
bool config_excludes(const struct config *config, const char *file);

#endif
