/*
 * extract: the way in for one unit in this process; worker.c has the way in for many.
 */
#include "extract/extract.h"
#include "extract/parse.h"

#include <limits.h>
#include <stdlib.h>

struct one_unit {
	const struct unit_command *unit;
	const char *root;
	struct facts *facts;
	size_t size;
};

static void run(void *data)
{
	struct one_unit *one = data;
	struct hashes *hashes = hashes_new();

	one->facts = parse_unit(one->unit, one->root, hashes, (struct shared_use){ 0 }, &one->size);
	hashes_free(hashes);
}

struct facts *extract_unit(const struct unit_command *unit, const struct extract_options *options, size_t *size)
{
	char root[PATH_MAX];
	struct one_unit one = { .unit = unit, .root = root };

	if (!realpath(options->root, root))
		g_strlcpy(root, options->root, sizeof root);
	g_setenv("LIBCLANG_NOTHREADS", "1", TRUE);
	if (!on_big_stack(run, &one))
		run(&one);
	*size = one.size;
	return one.facts;
}

static char *describe_front_end(void)
{
	g_autofree char *version = visit_text(clang_getClangVersion());

	return g_strdup_printf("%s, %s", version, LOOPLINT_CLANG_RESOURCE_DIR);
}

const char *extract_front_end(void)
{
	static char *description;

	if (g_once_init_enter(&description))
		g_once_init_leave(&description, describe_front_end());
	return description;
}
