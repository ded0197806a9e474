/*
 * config: .looplint.yaml -> struct config. The shape is checked against the same tables that libcyaml reads (every
 * misfit, with its line); names of rules and levels are checked here.
 */
#include "cli/config.h"
#include "check/check.h"
#include "pack/shape.h"

#include <cyaml/cyaml.h>
#include <errno.h>
#include <fnmatch.h>
#include <glib.h>
#include <string.h>

struct yaml_rules {
	char **disable, **enable;
	unsigned disable_count, enable_count;
};

struct yaml_function {
	char *function, *is, *category;
};

struct yaml_program {
	char *units, *is;
};

struct yaml_config {
	char **packs, **exclude;
	unsigned packs_count, exclude_count;
	struct yaml_function *functions;
	unsigned functions_count;
	struct yaml_program *programs;
	unsigned programs_count;
	struct yaml_rules *rules;
	char *build, *severity, *confidence;
};

enum { OPTIONAL_POINTER = CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER };

#define TEXT(key, type, member) CYAML_FIELD_STRING_PTR(key, OPTIONAL_POINTER, type, member, 1, CYAML_UNLIMITED)
#define LIST(key, type, member) CYAML_FIELD_SEQUENCE(key, OPTIONAL_POINTER, type, member, &text, 0, CYAML_UNLIMITED)

static const cyaml_schema_value_t text = { CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, CYAML_UNLIMITED) };

static const cyaml_schema_field_t rules_fields[] = {
	LIST("disable", struct yaml_rules, disable),
	LIST("enable", struct yaml_rules, enable),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t function_fields[] = {
	CYAML_FIELD_STRING_PTR("function", CYAML_FLAG_POINTER, struct yaml_function, function, 1, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("is", CYAML_FLAG_POINTER, struct yaml_function, is, 1, CYAML_UNLIMITED),
	TEXT("category", struct yaml_function, category),
	CYAML_FIELD_END,
};
static const cyaml_schema_value_t function_entry = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_function,
									 function_fields) };

static const cyaml_schema_field_t program_fields[] = {
	CYAML_FIELD_STRING_PTR("units", CYAML_FLAG_POINTER, struct yaml_program, units, 1, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("is", CYAML_FLAG_POINTER, struct yaml_program, is, 1, CYAML_UNLIMITED),
	CYAML_FIELD_END,
};
static const cyaml_schema_value_t program_entry = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_program,
									program_fields) };

static const cyaml_schema_field_t config_fields[] = {
	LIST("packs", struct yaml_config, packs),
	CYAML_FIELD_MAPPING_PTR("rules", OPTIONAL_POINTER, struct yaml_config, rules, rules_fields),
	LIST("exclude", struct yaml_config, exclude),
	CYAML_FIELD_SEQUENCE("functions", OPTIONAL_POINTER, struct yaml_config, functions, &function_entry, 0,
			     CYAML_UNLIMITED),
	CYAML_FIELD_SEQUENCE("programs", OPTIONAL_POINTER, struct yaml_config, programs, &program_entry, 0,
			     CYAML_UNLIMITED),
	TEXT("build", struct yaml_config, build),
	TEXT("severity", struct yaml_config, severity),
	TEXT("confidence", struct yaml_config, confidence),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct yaml_config, config_fields),
};

static const cyaml_config_t cyaml_settings = { .mem_fn = cyaml_mem, .flags = CYAML_CFG_NO_ALIAS };

struct reader {
	struct arena *arena;
	const char *root, *path;
	struct diagnostics *diagnostics;
};

static const char *const *copy_list(const struct reader *r, char **items, unsigned count, bool paths)
{
	const char **copy = arena_new_array(r->arena, const char *, count + 1);

	for (unsigned i = 0; i < count; i++) {
		char *absolute = paths ? g_canonicalize_filename(items[i], r->root) : NULL;

		copy[i] = arena_strdup(r->arena, paths ? absolute : items[i]);
		g_free(absolute);
	}
	return copy;
}

/* The slugs of rules.disable or rules.enable, each checked against the rules there are. */
static const char *const *read_rules(const struct reader *r, char **slugs, unsigned count, struct place list)
{
	for (unsigned i = 0; i < count; i++)
		if (!check_find_rule(slugs[i]))
			diagnostics_add(r->diagnostics, DIAGNOSTIC_ERROR, r->path, place_line(place_item(list, i)),
					"unknown rule '%s'; 'looplint explain' lists them", slugs[i]);
	return copy_list(r, slugs, count, false);
}

static enum level read_level(const struct reader *r, const char *key, const char *name, struct place place)
{
	int level = level_from_name(name);

	if (level >= 0)
		return (enum level)level;
	diagnostics_add(r->diagnostics, DIAGNOSTIC_ERROR, r->path, place_line(place),
			"unknown %s '%s'; known are low, medium, high", key, name);
	return LEVEL_MEDIUM;
}

/* The words of include/looplint/annotations.h. */
static const struct {
	const char *word;
	enum mark mark;
} words[] = {
	{ "loop-only", MARK_LOOP_ONLY },     { "worker", MARK_WORKER },         { "blocking", MARK_BLOCKING },
	{ "nonblocking", MARK_NONBLOCKING }, { "any-thread", MARK_ANY_THREAD },
};

static enum mark read_word(const struct reader *r, const char *word, struct place place)
{
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].mark;
	diagnostics_add(r->diagnostics, DIAGNOSTIC_ERROR, r->path, place_line(place),
			"unknown word '%s'; known are loop-only, worker, blocking, nonblocking, any-thread", word);
	return 0;
}

static enum category read_category(const struct reader *r, const struct yaml_function *function, enum mark mark,
				   struct place entry)
{
	unsigned line = place_line(place_key(entry, "category"));
	int category = function->category ? category_from_name(function->category) : CATEGORY_NONE;

	if (function->category && category <= CATEGORY_NONE)
		diagnostics_add(r->diagnostics, DIAGNOSTIC_ERROR, r->path, line,
				"unknown category '%s'; docs/packs.md lists them", function->category);
	else if (function->category && mark != MARK_BLOCKING)
		diagnostics_add(r->diagnostics, DIAGNOSTIC_ERROR, r->path, line,
				"'category' belongs to 'is: blocking'");
	return (enum category)category;
}

/* A C identifier, or the beginning of some with a `*` behind. */
static bool names_functions(const char *name)
{
	size_t length = strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_");

	return !g_ascii_isdigit(name[0]) && length > 0 && (!name[length] || strcmp(name + length, "*") == 0);
}

static struct declaration read_function(const struct reader *r, const struct yaml_function *function,
					struct place entry)
{
	enum mark mark = read_word(r, function->is, place_key(entry, "is"));

	if (!names_functions(function->function))
		diagnostics_add(r->diagnostics, DIAGNOSTIC_ERROR, r->path, place_line(entry),
				"'%s' is no function name; a '*' may only end one", function->function);
	return (struct declaration){
		.function = arena_strdup(r->arena, function->function),
		.marks = mark,
		.category = read_category(r, function, mark, entry),
	};
}

static void read_functions(const struct reader *r, const struct yaml_config *yaml, struct place list, struct pack *out)
{
	out->library = "words of " CONFIG_FILE;
	out->file = r->path;
	out->headers = out->pkg_config = out->loop_only = copy_list(r, NULL, 0, false);
	out->declarations = arena_new_array(r->arena, struct declaration, yaml->functions_count);
	out->declaration_count = yaml->functions_count;
	for (unsigned i = 0; i < yaml->functions_count; i++)
		out->declarations[i] = read_function(r, &yaml->functions[i], place_item(list, i));
}

static enum program_kind read_program_kind(const struct reader *r, const char *word, struct place place)
{
	static const char *const kinds[] = {
		[PROGRAM_SERVER] = "server", [PROGRAM_CLIENT] = "client", [PROGRAM_TEST] = "test"
	};

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(kinds[i], word) == 0)
			return (enum program_kind)i;
	diagnostics_add(r->diagnostics, DIAGNOSTIC_ERROR, r->path, place_line(place),
			"unknown kind of program '%s'; known are server, client, test", word);
	return PROGRAM_SERVER;
}

static void read_programs(const struct reader *r, const struct yaml_config *yaml, struct place list, struct pack *out)
{
	out->programs = arena_new_array(r->arena, struct program_declaration, yaml->programs_count);
	out->program_count = yaml->programs_count;
	for (unsigned i = 0; i < yaml->programs_count; i++)
		out->programs[i] = (struct program_declaration){
			.units = arena_strdup(r->arena, yaml->programs[i].units),
			.kind = read_program_kind(r, yaml->programs[i].is, place_key(place_item(list, i), "is")),
		};
}

static void convert(const struct reader *r, const struct yaml_config *yaml, struct place root, struct config *out)
{
	struct yaml_rules none = { 0 };
	const struct yaml_rules *rules = yaml->rules ? yaml->rules : &none;
	struct place place = place_key(root, "rules");

	out->packs = copy_list(r, yaml->packs, yaml->packs_count, true);
	read_functions(r, yaml, place_key(root, "functions"), &out->declared);
	read_programs(r, yaml, place_key(root, "programs"), &out->declared);
	out->exclude = copy_list(r, yaml->exclude, yaml->exclude_count, false);
	out->disabled_rules = read_rules(r, rules->disable, rules->disable_count, place_key(place, "disable"));
	out->enabled_rules = read_rules(r, rules->enable, rules->enable_count, place_key(place, "enable"));
	out->build = yaml->build ? copy_list(r, (char **)&yaml->build, 1, true)[0] : NULL;
	if (yaml->severity)
		out->severity = read_level(r, "severity", yaml->severity, place_key(root, "severity"));
	if (yaml->confidence)
		out->confidence = read_level(r, "confidence", yaml->confidence, place_key(root, "confidence"));
}

static void read_document(const struct reader *r, const char *source, size_t length, struct place root,
			  struct config *out)
{
	cyaml_data_t *data = NULL;
	cyaml_err_t error = cyaml_load_data((const uint8_t *)source, length, &cyaml_settings, &schema, &data, NULL);

	if (error != CYAML_OK) {
		diagnostics_add(r->diagnostics, DIAGNOSTIC_ERROR, r->path, 0, "cannot be read: %s",
				cyaml_strerror(error));
		return;
	}
	convert(r, data, root, out);
	cyaml_free(&cyaml_settings, &schema, data, 0);
}

/* A file of comments only is a configuration too: the one that `init` writes. */
static bool has_content(const char *source, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (source[i] == '#')
			while (i < length && source[i] != '\n')
				i++;
		else if (!g_ascii_isspace(source[i]))
			return true;
	}
	return false;
}

static struct config defaults(const struct reader *r)
{
	const char *const *empty = copy_list(r, NULL, 0, false);

	return (struct config){
		.packs = empty,
		.disabled_rules = empty,
		.enabled_rules = empty,
		.exclude = empty,
		.severity = LEVEL_MEDIUM,
		.confidence = LEVEL_MEDIUM,
	};
}

int config_read_text(struct arena *arena, const char *root, const char *path, const char *source, size_t length,
		     struct config *out, struct diagnostics *diagnostics)
{
	struct reader reader = { arena, root, path, diagnostics };
	size_t errors = diagnostics->errors;
	yaml_document_t document;

	*out = defaults(&reader);
	out->path = arena_strdup(arena, path);
	if (!has_content(source, length))
		return 0;
	if (shape_parse(path, source, length, &document, diagnostics))
		return CONFIG_E_INVALID;
	shape_check(path, &document, &schema, diagnostics);
	if (diagnostics->errors == errors)
		read_document(&reader, source, length, place_root(&document), out);
	yaml_document_delete(&document);
	return diagnostics->errors == errors ? 0 : CONFIG_E_INVALID;
}

int config_read(struct arena *arena, const char *root, struct config *out, struct diagnostics *diagnostics)
{
	struct reader reader = { arena, root, NULL, diagnostics };
	const char *path = arena_printf(arena, "%s/" CONFIG_FILE, root);
	char *source;
	size_t length;

	*out = defaults(&reader);
	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return 0;
	errno = g_file_test(path, G_FILE_TEST_IS_REGULAR) ? 0 : EINVAL;
	if (errno || !g_file_get_contents(path, &source, &length, NULL)) {
		int code = errno ? errno : EIO;

		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, path, 0, "cannot read the configuration: %s",
				g_strerror(code));
		return -code;
	}
	int result = config_read_text(arena, root, path, source, length, out, diagnostics);
	g_free(source);
	return result;
}

bool config_excludes(const struct config *config, const char *file)
{
	for (const char *const *glob = config->exclude; *glob; glob++)
		if (fnmatch(*glob, file, 0) == 0)
			return true;
	return false;
}
