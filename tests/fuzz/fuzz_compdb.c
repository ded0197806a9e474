/* fuzz_compdb: any compile_commands.json is either read or refused with a diagnostic. */
#include "compdb/compdb.h"
#include "fuzz.h"

#include <glib.h>
#include <stdlib.h>
#include <unistd.h>

/* One file per process, written anew for each input. */
static const char *path_of_input(void)
{
	static char path[64];

	if (!*path)
		g_snprintf(path, sizeof path, "/tmp/looplint-fuzz-%d.json", (int)getpid());
	return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diagnostics diagnostics = { 0 };
	struct arena arena = { 0 };
	struct compdb compdb;
	const char *path = path_of_input();

	if (!g_file_set_contents(path, (const char *)data, (gssize)size, NULL))
		return 0;
	if (compdb_read(&arena, path, NULL, &compdb, &diagnostics) != 0 && diagnostics.errors == 0)
		abort(); /* refused without a reason */
	unlink(path);
	arena_finish(&arena);
	diagnostics_finish(&diagnostics);
	return 0;
}
