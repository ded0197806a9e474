/*
 * converting: what the files that convert a pack share. convert.c converts a pack, its registrations and its catches,
 * convert_effect.c its effects, converting.c what all of them are made of: names, arguments, conditions.
 */
#ifndef LOOPLINT_PACK_CONVERTING_H
#define LOOPLINT_PACK_CONVERTING_H

#include "pack/convert.h"

#include <glib.h>

struct conversion {
	struct arena *arena;
	const char *name; /* of the file */
	struct pack *out;
	struct diagnostics *diagnostics;
	GHashTable *entries; /* what an entry is about -> its line, to find duplicates */
};

#define complain(conversion, line, ...)                                                                                \
	diagnostics_add((conversion)->diagnostics, DIAGNOSTIC_ERROR, (conversion)->name, line, __VA_ARGS__)

/* The whole of `text`, or all but a `*` at its end, is a C identifier. */
bool converting_is_name(const char *text, bool may_end_in_star);
/* A name, in C++ with its namespaces and classes: "std::thread::join". */
bool converting_is_function(const char *text, bool may_end_in_star);
/* "struct-tag.field"; both may hold `*`. */
bool converting_is_field(const char *text);
/* What `key` names must be an argument, counted from 1; 0 stands for a key that is absent. */
void converting_check_argument(struct conversion *c, unsigned line, const char *key, unsigned argument);
/* ... and a key that must be there. */
void converting_require_argument(struct conversion *c, unsigned line, const char *key, unsigned argument);
/* Reports an entry that says the same as an earlier one. `about` identifies it and is freed. */
void converting_check_duplicate(struct conversion *c, unsigned line, char *about);
/* NULL-terminated, in the arena. */
const char *const *converting_copy_strings(struct conversion *c, char *const *strings, size_t count);
/* A list of function names; NULL for none. */
const char *const *converting_copy_names(struct conversion *c, unsigned line, char *const *names, size_t count);
/* The conditions of `entry`: one under the key `one_key`, or a list under `all_key` (NULL: there is no such key). */
struct conditions converting_conditions(struct conversion *c, struct place entry, const char *one_key,
					const struct yaml_condition *one, const char *all_key,
					const struct yaml_condition *all, size_t all_count);
/* " if argument 3 <test> <value>" for each: tells apart two entries of one function. `word` is "if" or "unless". */
void converting_append_conditions(GString *about, const char *word, const struct conditions *conditions);

/* convert_effect.c: one entry of `effects`; `see` is its group's. */
void converting_effect(struct conversion *c, struct place entry, const struct yaml_effect *from, const char *see,
		       struct effect *to);

#endif
