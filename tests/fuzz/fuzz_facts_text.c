/* fuzz_facts_text: any text is either refused with a diagnostic or becomes facts that hold and can be printed. */
#include "facts/text.h"
#include "fuzz.h"

#include <glib.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diagnostics diagnostics = { 0 };
	char *text = g_strndup((const char *)data, size);
	size_t facts_size;
	struct facts *facts = facts_parse(text, "fuzz", &facts_size, &diagnostics);

	if (facts) {
		FILE *nowhere = fopen("/dev/null", "w");

		if (!facts_check(facts, facts_size))
			abort();
		facts_print(facts, nowhere);
		fclose(nowhere);
	} else if (diagnostics.errors == 0) {
		abort(); /* refused without a reason */
	}
	free(facts);
	diagnostics_finish(&diagnostics);
	g_free(text);
	return 0;
}
