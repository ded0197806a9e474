/*
 * suppress: `looplint: allow(rule) reason` in a comment, on the line or the line above, of the finding or of a call on
 * its path. A reason is required: a comment without one allows nothing.
 */
#include "check/internal.h"

#include <ctype.h>
#include <string.h>

static char **lines_of(GHashTable *files, const char *root, const char *file)
{
	char **lines = g_hash_table_lookup(files, file);

	if (lines)
		return lines;
	char *path = g_path_is_absolute(file) ? g_strdup(file) : g_build_filename(root ? root : ".", file, NULL);
	char *text = NULL;
	if (!g_file_get_contents(path, &text, NULL, NULL))
		text = g_strdup("");
	lines = strstr(text, "looplint:") ? g_strsplit(text, "\n", -1) : g_new0(char *, 1);
	g_free(text);
	g_free(path);
	g_hash_table_insert(files, (gpointer)file, lines);
	return lines;
}

/* The reason if this line allows `rule`; NULL otherwise. */
static char *allowed(struct arena *arena, const char *line, const char *rule)
{
	const char *mark = strstr(line, "looplint: allow(");

	if (!mark)
		return NULL;
	mark += strlen("looplint: allow(");
	const char *end = strchr(mark, ')');
	if (!end)
		return NULL;
	char *slugs = g_strndup(mark, (gsize)(end - mark));
	char **list = g_strsplit(slugs, ",", -1);
	bool named = false;
	for (char **slug = list; *slug; slug++)
		named |= strcmp(g_strstrip(*slug), rule) == 0;
	g_strfreev(list);
	g_free(slugs);
	const char *reason = end + 1, *stop = strstr(reason, "*/");
	size_t length = stop ? (size_t)(stop - reason) : strlen(reason);
	while (length && isspace((unsigned char)*reason))
		reason++, length--;
	while (length && isspace((unsigned char)reason[length - 1]))
		length--;
	return named && length ? arena_strndup(arena, reason, length) : NULL;
}

static char *allowed_at(struct arena *arena, char **lines, unsigned line, const char *rule)
{
	unsigned count = g_strv_length(lines);
	char *reason = NULL;

	if (line >= 1 && line <= count)
		reason = allowed(arena, lines[line - 1], rule);
	if (!reason && line >= 2 && line - 1 <= count)
		reason = allowed(arena, lines[line - 2], rule);
	return reason;
}

static void free_lines(gpointer lines)
{
	g_strfreev(lines);
}

void suppress_findings(struct arena *arena, const char *root, struct finding *findings, size_t count)
{
	GHashTable *files = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_lines);

	for (size_t i = 0; i < count; i++) {
		struct finding *f = &findings[i];
		char *reason = allowed_at(arena, lines_of(files, root, f->file), f->line, f->rule);

		for (size_t k = 0; !reason && k < f->steps && f->witness[k].kind != STEP_WAY; k++)
			if (f->witness[k].kind != STEP_CALLBACK)
				reason = allowed_at(arena, lines_of(files, root, f->witness[k].file),
						    f->witness[k].line, f->rule);
		f->suppressed = reason != NULL;
		f->suppression_reason = reason ? reason : "";
	}
	g_hash_table_destroy(files);
}
