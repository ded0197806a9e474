/*
 * shape: a YAML document against a libcyaml schema, see shape.h.
 *
 * The schema tables are data, so one walk serves every pack and every future key: it descends document and schema
 * together, as deep as the schema goes. Aliases are refused because each node is then seen once, and the walk is as
 * long as the text.
 */
#include "pack/shape.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

struct shape {
	const char *name; /* of the file */
	yaml_document_t *document;
	struct diagnostics *diagnostics;
	GHashTable *seen; /* nodes */
};

static unsigned node_line(const yaml_node_t *node)
{
	return (unsigned)node->start_mark.line + 1;
}

#define report(shape, node, ...)                                                                                       \
	diagnostics_add((shape)->diagnostics, DIAGNOSTIC_ERROR, (shape)->name, node_line(node), __VA_ARGS__)

static const char *scalar_text(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

/* Appends ", name" for each; the caller frees. */
static char *list_keys(const cyaml_schema_field_t *fields)
{
	GString *list = g_string_new(NULL);

	for (; fields->key; fields++)
		g_string_append_printf(list, "%s%s", list->len ? ", " : "", fields->key);
	return g_string_free(list, FALSE);
}

static char *list_values(const cyaml_schema_value_t *schema)
{
	GString *list = g_string_new(NULL);

	for (uint32_t i = 0; i < schema->enumeration.count; i++)
		g_string_append_printf(list, "%s%s", list->len ? ", " : "", schema->enumeration.strings[i].str);
	return g_string_free(list, FALSE);
}

/* Whether libcyaml would store `text` in an integer of `bytes` bytes. */
static bool fits_signed(const char *text, uint32_t bytes)
{
	char *end;
	int64_t limit = bytes >= 8 ? INT64_MAX : ((int64_t)1 << (8 * bytes - 1)) - 1;

	errno = 0;
	long long value = strtoll(text, &end, 0);
	return end != text && !*end && !errno && value <= limit && value >= -limit - 1;
}

static bool fits_unsigned(const char *text, uint32_t bytes)
{
	char *end;
	uint64_t limit = bytes >= 8 ? UINT64_MAX : ((uint64_t)1 << (8 * bytes)) - 1;

	errno = 0;
	unsigned long long value = strtoull(text, &end, 0);
	return end != text && !*end && !errno && value <= limit && !strchr(text, '-');
}

static bool is_enumerated(const char *text, const cyaml_schema_value_t *schema)
{
	for (uint32_t i = 0; i < schema->enumeration.count; i++)
		if (strcmp(schema->enumeration.strings[i].str, text) == 0)
			return true;
	return false;
}

static void check_scalar(struct shape *shape, const yaml_node_t *node, const char *key,
			 const cyaml_schema_value_t *schema)
{
	const char *text = scalar_text(node);

	if (!text || strlen(text) != node->data.scalar.length)
		report(shape, node, "'%s' must be a single value", key);
	else if (schema->type == CYAML_STRING && node->data.scalar.length < schema->string.min)
		report(shape, node, "'%s' must not be empty", key);
	else if (schema->type == CYAML_INT && !fits_signed(text, schema->data_size))
		report(shape, node, "'%s' must be a number, not '%s'", key, text);
	else if (schema->type == CYAML_UINT && !fits_unsigned(text, schema->data_size))
		report(shape, node, "'%s' must be a number from 0, not '%s'", key, text);
	else if (schema->type == CYAML_BOOL && strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		report(shape, node, "'%s' must be true or false, not '%s'", key, text);
	else if (schema->type == CYAML_ENUM && !is_enumerated(text, schema)) {
		char *values = list_values(schema);

		report(shape, node, "unknown value '%s' of '%s'; known are %s", text, key, values);
		g_free(values);
	}
}

static void check_value(struct shape *shape, yaml_node_t *node, const char *key, const cyaml_schema_value_t *schema);

static const cyaml_schema_field_t *find_field(const cyaml_schema_field_t *fields, const char *key)
{
	for (; fields->key; fields++)
		if (key && strcmp(fields->key, key) == 0)
			return fields;
	return NULL;
}

static void check_pair(struct shape *shape, const yaml_node_pair_t *pair, const cyaml_schema_field_t *fields)
{
	yaml_node_t *key = yaml_document_get_node(shape->document, pair->key);
	const char *name = scalar_text(key);
	const cyaml_schema_field_t *field = find_field(fields, name);

	if (field) {
		check_value(shape, yaml_document_get_node(shape->document, pair->value), name, &field->value);
		return;
	}
	char *known = list_keys(fields);
	report(shape, key, "unknown key '%s'; known here are %s", name ? name : "", known);
	g_free(known);
}

/* How often `mapping` has the key. */
static unsigned count_key(const struct shape *shape, const yaml_node_t *mapping, const char *name)
{
	unsigned count = 0;

	for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start; pair < mapping->data.mapping.pairs.top;
	     pair++) {
		const char *key = scalar_text(yaml_document_get_node(shape->document, pair->key));

		count += key && strcmp(key, name) == 0;
	}
	return count;
}

static void check_mapping(struct shape *shape, const yaml_node_t *node, const char *key,
			  const cyaml_schema_field_t *fields)
{
	if (node->type != YAML_MAPPING_NODE) {
		report(shape, node, "'%s' must be a mapping of keys to values", key);
		return;
	}
	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++)
		check_pair(shape, pair, fields);
	for (; fields->key; fields++) {
		unsigned count = count_key(shape, node, fields->key);

		if (count > 1)
			report(shape, node, "the key '%s' is given %u times", fields->key, count);
		if (count == 0 && !(fields->value.flags & CYAML_FLAG_OPTIONAL))
			report(shape, node, "the key '%s' is missing", fields->key);
	}
}

static void check_sequence(struct shape *shape, const yaml_node_t *node, const char *key,
			   const cyaml_schema_value_t *entry)
{
	if (node->type != YAML_SEQUENCE_NODE) {
		report(shape, node, "'%s' must be a list", key);
		return;
	}
	for (const yaml_node_item_t *item = node->data.sequence.items.start; item < node->data.sequence.items.top;
	     item++)
		check_value(shape, yaml_document_get_node(shape->document, *item), key, entry);
}

static void check_value(struct shape *shape, yaml_node_t *node, const char *key, const cyaml_schema_value_t *schema)
{
	if (!g_hash_table_add(shape->seen, node)) {
		report(shape, node, "an alias (*) refers to this; write it out instead");
		return;
	}
	switch (schema->type) {
	case CYAML_MAPPING:
		check_mapping(shape, node, key, schema->mapping.fields);
		break;
	case CYAML_SEQUENCE:
		check_sequence(shape, node, key, schema->sequence.entry);
		break;
	default:
		check_scalar(shape, node, key, schema);
	}
}

/* The line of a byte: the reader's own errors (not UTF-8, a control character) have no other position. */
static unsigned line_of_offset(const char *text, size_t length, size_t offset)
{
	unsigned line = 1;

	for (size_t i = 0; i < offset && i < length; i++)
		line += text[i] == '\n';
	return line;
}

static int report_syntax(const char *name, const char *text, size_t length, const yaml_parser_t *parser,
			 struct diagnostics *diagnostics)
{
	unsigned line = parser->error == YAML_READER_ERROR ? line_of_offset(text, length, parser->problem_offset)
							   : (unsigned)parser->problem_mark.line + 1;

	diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, name, line, "not YAML: %s",
			parser->problem ? parser->problem : "out of memory");
	return -1;
}

/* What stands behind the document must be nothing. */
static int check_end(const char *name, const char *text, size_t length, yaml_parser_t *parser,
		     struct diagnostics *diagnostics)
{
	yaml_document_t next;

	if (!yaml_parser_load(parser, &next))
		return report_syntax(name, text, length, parser, diagnostics);
	bool more = yaml_document_get_root_node(&next);
	if (more)
		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, name, (unsigned)next.start_mark.line + 1,
				"a second YAML document begins here; a pack is one document");
	yaml_document_delete(&next);
	return more ? -1 : 0;
}

/*
 * libyaml's time grows with the square of the nesting of brackets; a pack needs four. Brackets in texts and comments are
 * counted too: they close again, or there are few. Returns the line where it gets too deep, 0 if it does not.
 */
static unsigned line_too_deep(const char *text, size_t length)
{
	enum { DEEPEST = 200 };
	int depth = 0;

	for (size_t i = 0; i < length; i++) {
		depth += text[i] == '[' || text[i] == '{';
		depth -= text[i] == ']' || text[i] == '}';
		if (depth > DEEPEST)
			return line_of_offset(text, length, i);
	}
	return 0;
}

int shape_parse(const char *name, const char *text, size_t length, yaml_document_t *document,
		struct diagnostics *diagnostics)
{
	yaml_parser_t parser;
	unsigned deep = line_too_deep(text, length);
	int result = -1;

	if (deep) {
		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, name, deep,
				"not a pack: brackets are nested too deeply");
		return -1;
	}
	if (!yaml_parser_initialize(&parser)) {
		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, name, 0, "out of memory");
		return -1;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
	if (!yaml_parser_load(&parser, document)) {
		report_syntax(name, text, length, &parser, diagnostics);
	} else if (!yaml_document_get_root_node(document)) {
		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, name, 0,
				"the file is empty; a pack begins with 'library:'");
		yaml_document_delete(document);
	} else {
		result = check_end(name, text, length, &parser, diagnostics);
		if (result)
			yaml_document_delete(document);
	}
	yaml_parser_delete(&parser);
	return result;
}

void shape_check(const char *name, yaml_document_t *document, const cyaml_schema_value_t *schema,
		 struct diagnostics *diagnostics)
{
	struct shape shape = { name, document, diagnostics, g_hash_table_new(NULL, NULL) };

	check_value(&shape, yaml_document_get_root_node(document), "pack", schema);
	g_hash_table_destroy(shape.seen);
}

struct place place_root(yaml_document_t *document)
{
	return (struct place){ document, yaml_document_get_root_node(document) };
}

struct place place_key(struct place mapping, const char *key)
{
	struct place none = { mapping.document, NULL };

	if (!mapping.node || mapping.node->type != YAML_MAPPING_NODE)
		return none;
	for (const yaml_node_pair_t *pair = mapping.node->data.mapping.pairs.start;
	     pair < mapping.node->data.mapping.pairs.top; pair++) {
		const char *name = scalar_text(yaml_document_get_node(mapping.document, pair->key));

		if (name && strcmp(name, key) == 0)
			return (struct place){ mapping.document,
					       yaml_document_get_node(mapping.document, pair->value) };
	}
	return none;
}

struct place place_item(struct place sequence, size_t index)
{
	struct place none = { sequence.document, NULL };

	if (!sequence.node || sequence.node->type != YAML_SEQUENCE_NODE)
		return none;
	const yaml_node_item_t *item = sequence.node->data.sequence.items.start + index;
	if (item >= sequence.node->data.sequence.items.top)
		return none;
	return (struct place){ sequence.document, yaml_document_get_node(sequence.document, *item) };
}

unsigned place_line(struct place place)
{
	return place.node ? node_line(place.node) : 0;
}
