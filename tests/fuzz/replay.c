/* replay: feeds the files named on the command line to a fuzz target, where there is no libFuzzer to do it. */
#include "fuzz.h"

#include <glib.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		char *text;
		gsize length;

		if (!g_file_get_contents(argv[i], &text, &length, NULL)) {
			fprintf(stderr, "replay: cannot read %s\n", argv[i]);
			return 1;
		}
		LLVMFuzzerTestOneInput((const uint8_t *)text, length);
		g_free(text);
	}
	printf("replayed %d inputs\n", argc - 1);
	return argc > 1 ? 0 : 1;
}
