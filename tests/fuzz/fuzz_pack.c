/* fuzz_pack: any YAML is either a pack or refused with a diagnostic. */
#include "fuzz.h"
#include "pack/pack.h"

#include <glib.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diagnostics diagnostics = { 0 };
	struct arena arena = { 0 };
	struct pack pack;
	char *text = g_strndup((const char *)data, size); /* embedded packs end in a NUL too */

	if (pack_read_text(&arena, "fuzz.yaml", text, size, &pack, &diagnostics) != 0 && diagnostics.errors == 0)
		abort(); /* refused without a reason */
	g_free(text);
	arena_finish(&arena);
	diagnostics_finish(&diagnostics);
	return 0;
}
