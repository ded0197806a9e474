/* sources: see sources.h. */
#include "sources.h"

int make_project(void **state)
{
	struct project *p = g_new0(struct project, 1);

	p->sandbox = sandbox_new();
	p->root = p->sandbox.root;
	p->files = g_ptr_array_new_with_free_func(g_free);
	*state = p;
	return 0;
}

int remove_project(void **state)
{
	struct project *p = *state;

	g_ptr_array_free(p->files, TRUE);
	sandbox_finish(&p->sandbox);
	g_free(p);
	return 0;
}

void add_file(struct project *project, const char *name, const char *text)
{
	sandbox_write(&project->sandbox, name, text);
	g_ptr_array_add(project->files, g_build_filename(project->root, name, NULL));
}
