/*
 * pack: YAML -> struct pack. Parse, check the shape, let libcyaml fill the structs of pack_yaml.h, convert those.
 */
#include "pack/pack.h"
#include "pack/convert.h"
#include "pack/pack_yaml.h"
#include "pack/shape.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>

static const cyaml_config_t cyaml_settings = { .mem_fn = cyaml_mem, .flags = CYAML_CFG_NO_ALIAS };

/* A document of the right shape -> *out. */
static void read_document(struct arena *arena, const char *name, const char *text, size_t length, struct place root,
			  struct pack *out, struct diagnostics *diagnostics)
{
	cyaml_data_t *data = NULL;
	cyaml_err_t error =
		cyaml_load_data((const uint8_t *)text, length, &cyaml_settings, &yaml_pack_schema, &data, NULL);

	if (error != CYAML_OK) {
		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, name, 0, "cannot be read: %s", cyaml_strerror(error));
		return;
	}
	convert_pack(arena, name, data, root, out, diagnostics);
	cyaml_free(&cyaml_settings, &yaml_pack_schema, data, 0);
}

int pack_read_text(struct arena *arena, const char *name, const char *text, size_t length, struct pack *out,
		   struct diagnostics *diagnostics)
{
	size_t errors = diagnostics->errors;
	struct pack pack = { 0 };
	yaml_document_t document;

	if (shape_parse(name, text, length, &document, diagnostics))
		return PACK_E_SYNTAX;
	shape_check(name, &document, &yaml_pack_schema, diagnostics);
	if (diagnostics->errors == errors)
		read_document(arena, name, text, length, place_root(&document), &pack, diagnostics);
	yaml_document_delete(&document);
	if (diagnostics->errors > errors)
		return PACK_E_SYNTAX;
	*out = pack;
	return 0;
}

int pack_read(struct arena *arena, const char *path, struct pack *out, struct diagnostics *diagnostics)
{
	char *text;
	gsize length;
	GError *error = NULL;

	errno = 0;
	if (!g_file_get_contents(path, &text, &length, &error)) {
		int code = errno ? errno : EIO;

		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, path, 0, "cannot read the pack: %s", g_strerror(code));
		g_error_free(error);
		return -code;
	}
	int result = pack_read_text(arena, path, text, length, out, diagnostics);
	g_free(text);
	return result;
}
