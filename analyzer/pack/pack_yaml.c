/*
 * pack_yaml: the keys of a pack, as tables that libcyaml reads. shape.c checks a document against the same tables.
 * rules/packs/schema.json says the same to editors; a test holds the two together.
 */
#include "pack/pack_yaml.h"

enum { OPTIONAL = CYAML_FLAG_OPTIONAL, OPTIONAL_POINTER = CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER };

static const cyaml_strval_t contexts[] = {
	{ "loop", CONTEXT_LOOP },         { "worker", CONTEXT_WORKER }, { "startup", CONTEXT_STARTUP },
	{ "shutdown", CONTEXT_SHUTDOWN }, { "child", CONTEXT_CHILD },   { "caller", CONTEXT_CALLER },
	{ "nowhere", CONTEXT_NOWHERE },
};

static const cyaml_strval_t categories[] = {
	{ "sleep", CATEGORY_SLEEP },       { "disk", CATEGORY_DISK },         { "dns", CATEGORY_DNS },
	{ "network", CATEGORY_NETWORK },   { "process", CATEGORY_PROCESS },   { "wait", CATEGORY_WAIT },
	{ "ipc", CATEGORY_IPC },           { "database", CATEGORY_DATABASE }, { "cpu", CATEGORY_CPU },
	{ "terminal", CATEGORY_TERMINAL },
};

static const cyaml_strval_t costs[] = {
	{ "never", COST_NEVER },
	{ "bounded", COST_BOUNDED },
	{ "unbounded", COST_UNBOUNDED },
};

static const cyaml_strval_t units[] = {
	{ "s", UNIT_SECONDS },      { "ms", UNIT_MILLISECONDS },   { "us", UNIT_MICROSECONDS },
	{ "ns", UNIT_NANOSECONDS }, { "timespec", UNIT_TIMESPEC }, { "timeval", UNIT_TIMEVAL },
};

static const cyaml_strval_t sureness[] = {
	{ "high", SURE },
	{ "medium", LIKELY },
	{ "low", POSSIBLE },
};

/* A text, a list of texts, and a mapping behind a pointer, all optional. */
#define TEXT(key, type, member)        CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_OPTIONAL, type, member, 1, CYAML_UNLIMITED)
#define LIST(key, type, member, of)    CYAML_FIELD_SEQUENCE(key, OPTIONAL_POINTER, type, member, of, 0, CYAML_UNLIMITED)
#define NUMBER(key, type, member)      CYAML_FIELD_UINT(key, OPTIONAL, type, member)
#define FLAG(key, type, member)        CYAML_FIELD_BOOL(key, OPTIONAL, type, member)
#define MAPPING(key, type, member, of) CYAML_FIELD_MAPPING_PTR(key, OPTIONAL_POINTER, type, member, of)

static const cyaml_schema_value_t text = { CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, CYAML_UNLIMITED) };

static const cyaml_schema_field_t condition_fields[] = { CYAML_FIELD_UINT("argument", CYAML_FLAG_DEFAULT,
									  struct yaml_condition, argument),
							 TEXT("field", struct yaml_condition, field),
							 TEXT("is", struct yaml_condition, is),
							 TEXT("has", struct yaml_condition, has),
							 TEXT("lacks", struct yaml_condition, lacks),
							 TEXT("below", struct yaml_condition, below),
							 TEXT("above", struct yaml_condition, above),
							 TEXT("begins", struct yaml_condition, begins),
							 TEXT("never_in", struct yaml_condition, never_in),
							 TEXT("asked_in", struct yaml_condition, asked_in),
							 CYAML_FIELD_END };
static const cyaml_schema_value_t condition = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_condition,
								    condition_fields) };

static const cyaml_schema_field_t completion_fields[] = { NUMBER("status", struct yaml_completion, status),
							  NUMBER("error", struct yaml_completion, error),
							  NUMBER("result", struct yaml_completion, result),
							  TEXT("finish", struct yaml_completion, finish),
							  TEXT("field", struct yaml_completion, field),
							  TEXT("data", struct yaml_completion, data),
							  LIST("cancelled", struct yaml_completion, cancelled, &text),
							  LIST("cancelled_by", struct yaml_completion, cancelled_by,
							       &text),
							  CYAML_FIELD_END };

static const cyaml_schema_field_t outcome_fields[] = { TEXT("function", struct yaml_outcome, function),
						       TEXT("field", struct yaml_outcome, field),
						       LIST("cancelled", struct yaml_outcome, cancelled, &text),
						       LIST("cancelled_by", struct yaml_outcome, cancelled_by, &text),
						       FLAG("lasts", struct yaml_outcome, lasts),
						       FLAG("refuses", struct yaml_outcome, refuses),
						       LIST("even_shielded", struct yaml_outcome, even_shielded, &text),
						       LIST("asked_by", struct yaml_outcome, asked_by, &text),
						       TEXT("see", struct yaml_outcome, see),
						       CYAML_FIELD_END };
static const cyaml_schema_value_t outcome = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_outcome,
								  outcome_fields) };

static const cyaml_schema_field_t registration_fields[] = {
	TEXT("function", struct yaml_registration, function),
	TEXT("field", struct yaml_registration, field),
	TEXT("type", struct yaml_registration, type),
	NUMBER("callback", struct yaml_registration, callback),
	NUMBER("data", struct yaml_registration, data),
	CYAML_FIELD_ENUM("context", CYAML_FLAG_STRICT, struct yaml_registration, context, contexts,
			 CYAML_ARRAY_LEN(contexts)),
	FLAG("where_used", struct yaml_registration, where_used),
	FLAG("seldom", struct yaml_registration, seldom),
	MAPPING("when", struct yaml_registration, when, condition_fields),
	LIST("when_all", struct yaml_registration, when_all, &condition),
	MAPPING("completion", struct yaml_registration, completion, completion_fields),
	LIST("within", struct yaml_registration, within, &text),
	TEXT("see", struct yaml_registration, see),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t registration = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_registration,
								       registration_fields) };

static const cyaml_schema_field_t waits_fields[] = {
	NUMBER("timeout", struct yaml_waits, timeout), NUMBER("count", struct yaml_waits, count),
	CYAML_FIELD_ENUM("unit", CYAML_FLAG_STRICT | OPTIONAL, struct yaml_waits, unit, units, CYAML_ARRAY_LEN(units)),
	FLAG("signals", struct yaml_waits, signals), CYAML_FIELD_END
};

static const cyaml_schema_field_t lasts_fields[] = {
	CYAML_FIELD_UINT("argument", CYAML_FLAG_DEFAULT, struct yaml_lasts, argument),
	CYAML_FIELD_ENUM("unit", CYAML_FLAG_STRICT, struct yaml_lasts, unit, units, CYAML_ARRAY_LEN(units)),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t descriptor_fields[] = {
	CYAML_FIELD_UINT("descriptor", CYAML_FLAG_DEFAULT, struct yaml_descriptor, descriptor), CYAML_FIELD_END
};

static const cyaml_schema_field_t takes_mode_fields[] = { CYAML_FIELD_UINT("descriptor", CYAML_FLAG_DEFAULT,
									   struct yaml_takes_mode, descriptor),
							  NUMBER("to", struct yaml_takes_mode, to), CYAML_FIELD_END };

static const cyaml_schema_field_t makes_text_fields[] = { TEXT("begins", struct yaml_makes_text, begins),
							  NUMBER("from", struct yaml_makes_text, from),
							  NUMBER("to", struct yaml_makes_text, to), CYAML_FIELD_END };

static const cyaml_schema_field_t finds_fields[] = { CYAML_FIELD_UINT("name", CYAML_FLAG_DEFAULT, struct yaml_finds,
								      name),
						     NUMBER("to", struct yaml_finds, to), CYAML_FIELD_END };

static const cyaml_schema_field_t changes_fields[] = {
	CYAML_FIELD_UINT("container", CYAML_FLAG_DEFAULT, struct yaml_changes, container), CYAML_FIELD_END
};

static const cyaml_schema_field_t emits_fields[] = {
	CYAML_FIELD_UINT("object", CYAML_FLAG_DEFAULT, struct yaml_emits, object),
	NUMBER("signal", struct yaml_emits, signal), NUMBER("property", struct yaml_emits, property), CYAML_FIELD_END
};

static const cyaml_schema_field_t lock_fields[] = { CYAML_FIELD_UINT("argument", CYAML_FLAG_DEFAULT, struct yaml_lock,
								     argument),
						    FLAG("shared", struct yaml_lock, shared), CYAML_FIELD_END };

static const cyaml_schema_field_t effect_fields[] = {
	CYAML_FIELD_STRING_PTR("function", CYAML_FLAG_POINTER, struct yaml_effect, function, 1, CYAML_UNLIMITED),
	CYAML_FIELD_ENUM("blocks", CYAML_FLAG_STRICT | OPTIONAL, struct yaml_effect, blocks, categories,
			 CYAML_ARRAY_LEN(categories)),
	CYAML_FIELD_ENUM_PTR("cost", CYAML_FLAG_STRICT | OPTIONAL_POINTER, struct yaml_effect, cost, costs,
			     CYAML_ARRAY_LEN(costs)),
	NUMBER("bound_us", struct yaml_effect, bound_us),
	CYAML_FIELD_ENUM_PTR("confidence", CYAML_FLAG_STRICT | OPTIONAL_POINTER, struct yaml_effect, confidence,
			     sureness, CYAML_ARRAY_LEN(sureness)),
	LIST("if_called", struct yaml_effect, if_called, &text),
	LIST("unless_called", struct yaml_effect, unless_called, &text),
	NUMBER("descriptor", struct yaml_effect, descriptor),
	MAPPING("lasts", struct yaml_effect, lasts, lasts_fields),
	FLAG("runs_loop", struct yaml_effect, runs_loop),
	MAPPING("waits", struct yaml_effect, waits, waits_fields),
	FLAG("any_thread", struct yaml_effect, any_thread),
	FLAG("forks", struct yaml_effect, forks),
	FLAG("joins", struct yaml_effect, joins),
	MAPPING("sets_nonblocking", struct yaml_effect, sets_nonblocking, descriptor_fields),
	MAPPING("sets_blocking", struct yaml_effect, sets_blocking, descriptor_fields),
	MAPPING("takes_mode", struct yaml_effect, takes_mode, takes_mode_fields),
	MAPPING("makes_text", struct yaml_effect, makes_text, makes_text_fields),
	MAPPING("finds", struct yaml_effect, finds, finds_fields),
	TEXT("assume", struct yaml_effect, assume),
	TEXT("opens", struct yaml_effect, opens),
	LIST("unless_opened", struct yaml_effect, unless_opened, &text),
	FLAG("input", struct yaml_effect, input),
	TEXT("unless_asked", struct yaml_effect, unless_asked),
	NUMBER("alike", struct yaml_effect, alike),
	MAPPING("locks", struct yaml_effect, locks, lock_fields),
	MAPPING("unlocks", struct yaml_effect, unlocks, lock_fields),
	MAPPING("changes", struct yaml_effect, changes, changes_fields),
	MAPPING("emits", struct yaml_effect, emits, emits_fields),
	NUMBER("gives_up", struct yaml_effect, gives_up),
	MAPPING("nonblocking", struct yaml_effect, nonblocking, condition_fields),
	MAPPING("when", struct yaml_effect, when, condition_fields),
	LIST("when_all", struct yaml_effect, when_all, &condition),
	MAPPING("unless", struct yaml_effect, unless, condition_fields),
	LIST("unless_any", struct yaml_effect, unless_any, &condition),
	TEXT("instead", struct yaml_effect, instead),
	TEXT("see", struct yaml_effect, see),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t effect = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_effect,
								 effect_fields) };

static const cyaml_schema_field_t catch_fields[] = {
	CYAML_FIELD_STRING_PTR("try", CYAML_FLAG_POINTER, struct yaml_catch, opener, 1, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("handler", CYAML_FLAG_POINTER, struct yaml_catch, handler, 1, CYAML_UNLIMITED),
	LIST("all", struct yaml_catch, all, &text),
	LIST("codes", struct yaml_catch, codes, &text),
	LIST("cancelled", struct yaml_catch, cancelled, &text),
	LIST("keeps", struct yaml_catch, keeps, &text),
	LIST("rethrows", struct yaml_catch, rethrows, &text),
	LIST("throws", struct yaml_catch, throws, &text),
	LIST("throws_when", struct yaml_catch, throws_when, &condition),
	TEXT("new_code", struct yaml_catch, new_code),
	LIST("ends", struct yaml_catch, ends, &text),
	LIST("ends_unless", struct yaml_catch, ends_unless, &condition),
	LIST("cancels", struct yaml_catch, cancels, &text),
	LIST("cancelled_by", struct yaml_catch, cancelled_by, &text),
	LIST("harmless", struct yaml_catch, harmless, &text),
	FLAG("anywhere", struct yaml_catch, anywhere),
	TEXT("instead", struct yaml_catch, instead),
	TEXT("see", struct yaml_catch, see),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t catch = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_catch, catch_fields) };

static const cyaml_schema_field_t constant_fields[] = {
	CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct yaml_constant, name, 1, CYAML_UNLIMITED),
	CYAML_FIELD_INT("value", CYAML_FLAG_DEFAULT, struct yaml_constant, value), CYAML_FIELD_END
};
static const cyaml_schema_value_t constant = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_constant,
								   constant_fields) };

static const cyaml_schema_field_t group_fields[] = { CYAML_FIELD_STRING_PTR("see", CYAML_FLAG_POINTER,
									    struct yaml_group, see, 1, CYAML_UNLIMITED),
						     LIST("registers", struct yaml_group, registers, &registration),
						     LIST("effects", struct yaml_group, effects, &effect),
						     LIST("catches", struct yaml_group, catches, &catch),
						     LIST("outcomes", struct yaml_group, outcomes, &outcome),
						     CYAML_FIELD_END };
static const cyaml_schema_value_t group = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_group, group_fields) };

static const cyaml_schema_field_t cancellation_fields[] = { LIST("completes", struct yaml_cancellation, completes,
								 &text),
							    LIST("succeeds", struct yaml_cancellation, succeeds, &text),
							    LIST("asks", struct yaml_cancellation, asks, &text),
							    LIST("cancels", struct yaml_cancellation, cancels, &text),
							    LIST("reports", struct yaml_cancellation, reports, &text),
							    LIST("logs", struct yaml_cancellation, logs, &text),
							    LIST("starts", struct yaml_cancellation, starts, &text),
							    LIST("shields", struct yaml_cancellation, shields, &text),
							    CYAML_FIELD_END };

static const cyaml_schema_field_t pending_fields[] = {
	CYAML_FIELD_SEQUENCE("starters", CYAML_FLAG_POINTER, struct yaml_pending, starters, &text, 1, CYAML_UNLIMITED),
	NUMBER("handle", struct yaml_pending, handle), LIST("ended_by", struct yaml_pending, ended_by, &text),
	FLAG("repeats", struct yaml_pending, repeats), CYAML_FIELD_END
};
static const cyaml_schema_value_t pending = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_pending,
								  pending_fields) };

static const cyaml_schema_field_t pack_fields[] = {
	CYAML_FIELD_STRING_PTR("library", CYAML_FLAG_POINTER, struct yaml_pack, library, 1, CYAML_UNLIMITED),
	TEXT("documentation", struct yaml_pack, documentation),
	LIST("headers", struct yaml_pack, headers, &text),
	LIST("pkg_config", struct yaml_pack, pkg_config, &text),
	LIST("constants", struct yaml_pack, constants, &constant),
	LIST("registers", struct yaml_pack, entries.registers, &registration),
	LIST("effects", struct yaml_pack, entries.effects, &effect),
	LIST("catches", struct yaml_pack, entries.catches, &catch),
	LIST("outcomes", struct yaml_pack, entries.outcomes, &outcome),
	LIST("groups", struct yaml_pack, groups, &group),
	LIST("loop_only", struct yaml_pack, loop_only, &text),
	LIST("serves", struct yaml_pack, serves, &text),
	LIST("serves_texts", struct yaml_pack, serves_texts, &text),
	LIST("tests", struct yaml_pack, tests, &text),
	LIST("wakes", struct yaml_pack, wakes, &text),
	MAPPING("cancellation", struct yaml_pack, cancellation, cancellation_fields),
	LIST("pending", struct yaml_pack, pending, &pending),
	CYAML_FIELD_END
};

const cyaml_schema_value_t yaml_pack_schema = { CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct yaml_pack,
								    pack_fields) };
