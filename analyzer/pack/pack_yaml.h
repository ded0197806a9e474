/*
 * pack_yaml: a pack as it is written. These structs have the shape of the YAML, key by key; libcyaml fills them from
 * the tables in pack_yaml.c, and convert.c turns them into the structs of pack.h. docs/packs.md describes the keys.
 *
 * An absent string, list or mapping is NULL, an absent number 0, an absent flag false.
 */
#ifndef LOOPLINT_PACK_YAML_H
#define LOOPLINT_PACK_YAML_H

#include "pack/pack.h"

#include <cyaml/cyaml.h>

struct yaml_condition { /* exactly one of is, has, lacks, below, above and begins */
	unsigned argument;
	char *field;
	char *is, *has, *lacks, *below, *above, *begins, *never_in, *asked_in;
};

struct yaml_completion {
	unsigned status, error, result;
	char *finish, *field, *data;
	char **cancelled, **cancelled_by;
	unsigned cancelled_count, cancelled_by_count;
};

struct yaml_outcome {
	char *function, *field, *see;
	bool lasts, refuses;
	char **cancelled, **cancelled_by, **even_shielded, **asked_by;
	unsigned cancelled_count, cancelled_by_count, even_shielded_count, asked_by_count;
};

struct yaml_registration {
	char *function, *field, *type, *see;
	unsigned callback, data;
	enum context context;
	bool where_used, seldom;
	struct yaml_condition *when, *when_all;
	unsigned when_all_count;
	struct yaml_completion *completion;
	char **within;
	unsigned within_count;
};

struct yaml_waits {
	unsigned timeout, count;
	enum time_unit unit; /* UNIT_NONE: not given */
	bool signals;
};

struct yaml_lasts {
	unsigned argument;
	enum time_unit unit;
};

struct yaml_descriptor {
	unsigned descriptor;
};

struct yaml_takes_mode {
	unsigned descriptor, to;
};

struct yaml_makes_text {
	char *begins;
	unsigned from, to;
};

struct yaml_finds {
	unsigned name, to;
};

struct yaml_changes {
	unsigned container;
};

struct yaml_emits {
	unsigned object, signal, property;
};

struct yaml_lock {
	unsigned argument;
	bool shared;
};

struct yaml_effect {
	char *function, *opens, *unless_asked, *assume, *instead, *see;
	enum category blocks; /* CATEGORY_NONE: not given */
	enum cost *cost;
	enum sureness *confidence;
	char **if_called, **unless_called, **unless_opened;
	unsigned if_called_count, unless_called_count, unless_opened_count;
	unsigned bound_us, descriptor, alike;
	bool runs_loop, any_thread, forks, input, joins;
	struct yaml_waits *waits;
	struct yaml_lasts *lasts;
	struct yaml_takes_mode *takes_mode;
	struct yaml_makes_text *makes_text;
	struct yaml_finds *finds;
	struct yaml_descriptor *sets_nonblocking, *sets_blocking;
	struct yaml_lock *locks, *unlocks;
	struct yaml_changes *changes;
	struct yaml_emits *emits;
	unsigned gives_up;
	struct yaml_condition *when, *when_all, *unless, *unless_any, *nonblocking;
	unsigned when_all_count, unless_any_count;
};

struct yaml_catch {
	char *opener, *handler, *new_code, *instead, *see;
	char **all, **codes, **cancelled, **keeps, **rethrows, **throws, **ends, **cancels, **cancelled_by, **harmless;
	unsigned all_count, codes_count, cancelled_count, keeps_count, rethrows_count, throws_count, ends_count,
		cancels_count, cancelled_by_count, harmless_count;
	struct yaml_condition *throws_when, *ends_unless;
	unsigned throws_when_count, ends_unless_count;
	bool anywhere;
};

struct yaml_cancellation {
	char **completes, **succeeds, **asks, **cancels, **reports, **logs, **starts, **shields;
	unsigned completes_count, succeeds_count, asks_count, cancels_count, reports_count, logs_count, starts_count,
		shields_count;
};

struct yaml_pending {
	char **starters, **ended_by;
	unsigned starters_count, ended_by_count, handle;
	bool repeats;
};

struct yaml_constant {
	char *name;
	int64_t value;
};

struct yaml_group { /* entries that rest on the same document */
	char *see;
	struct yaml_registration *registers;
	struct yaml_effect *effects;
	struct yaml_catch *catches;
	struct yaml_outcome *outcomes;
	unsigned registers_count, effects_count, catches_count, outcomes_count;
};

struct yaml_pack {
	char *library, *documentation;
	char **headers, **pkg_config, **loop_only, **serves, **serves_texts, **tests, **wakes;
	unsigned headers_count, pkg_config_count, loop_only_count, serves_count, serves_texts_count, tests_count,
		wakes_count;
	struct yaml_cancellation *cancellation;
	struct yaml_pending *pending;
	unsigned pending_count;
	struct yaml_constant *constants;
	unsigned constants_count;
	struct yaml_group entries; /* of the pack itself; `see` is not used */
	struct yaml_group *groups;
	unsigned groups_count;
};

/* The whole of a pack, for cyaml_load_data and cyaml_free. */
extern const cyaml_schema_value_t yaml_pack_schema;

#endif
