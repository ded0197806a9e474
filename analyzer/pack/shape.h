/*
 * shape: does a YAML document have the shape that a libcyaml schema asks for? libcyaml stops at the first misfit; this
 * finds every one, with its line. What passes here libcyaml reads without complaint.
 *
 * A place is a node of the document; places are walked in step with the structs that libcyaml made of the document, to
 * know the line of each.
 */
#ifndef LOOPLINT_PACK_SHAPE_H
#define LOOPLINT_PACK_SHAPE_H

#include "base/diagnostics.h"

#include <cyaml/cyaml.h>
#include <stdbool.h>
#include <yaml.h>

struct place {
	yaml_document_t *document;
	yaml_node_t *node; /* NULL: there is none */
};

/*
 * Reads the only document of `text`. Syntax errors go to `diagnostics`, as lines of `name`.
 * 0 ok: yaml_document_delete() it; -1 after a diagnostic.
 */
int shape_parse(const char *name, const char *text, size_t length, yaml_document_t *document,
		struct diagnostics *diagnostics);

/* One diagnostic for each unknown, missing or repeated key, each value of the wrong kind and each alias. */
void shape_check(const char *name, yaml_document_t *document, const cyaml_schema_value_t *schema,
		 struct diagnostics *diagnostics);

struct place place_root(yaml_document_t *document);
struct place place_key(struct place mapping, const char *key); /* the value of a key */
struct place place_item(struct place sequence, size_t index);  /* from 0 */
unsigned place_line(struct place place);                       /* from 1; 0: no place */

#endif
