/* definitions: tokens outside of braces, as far as they say what is defined; see definitions.h. */
#include "compdb/definitions.h"
#include "compdb/lexer.h"
#include "compdb/named_files.h"
#include "compdb/tree.h"

#include <string.h>

struct definitions {
	struct named_files *files, *own; /* of names that others can use; of all */
	GStringChunk *paths;
};

/* What was read since the last definition or declaration ended. */
struct reader {
	struct definitions *into;
	const char *path, *at;
	GArray *conditions;       /* unsigned: the depth at each open #if */
	unsigned depth, brackets; /* of braces; of parentheses and square brackets */
	char *name;               /* the last name outside of brackets; NULL: none */
	GPtrArray *called;        /* char *: names that a `(` followed */
	bool internal;            /* `static` or `typedef` was read */
};

struct definitions *definitions_new(void)
{
	struct definitions *definitions = g_new0(struct definitions, 1);

	definitions->files = named_files_new();
	definitions->own = named_files_new();
	definitions->paths = g_string_chunk_new(4096);
	return definitions;
}

void definitions_free(struct definitions *definitions)
{
	if (!definitions)
		return;
	named_files_free(definitions->files);
	named_files_free(definitions->own);
	g_string_chunk_free(definitions->paths);
	g_free(definitions);
}

static void forget(struct reader *r)
{
	g_clear_pointer(&r->name, g_free);
	g_ptr_array_set_size(r->called, 0);
	r->internal = false;
}

static void read_name(struct reader *r)
{
	const char *start = r->at;

	while (lexer_is_name(*r->at))
		r->at++;
	if (r->depth || r->brackets)
		return;
	g_free(r->name);
	r->name = g_strndup(start, (gsize)(r->at - start));
	r->internal |= strcmp(r->name, "static") == 0 || strcmp(r->name, "typedef") == 0;
}

/* Each arm of a condition begins as deep in braces as the first. */
static void read_directive(struct reader *r)
{
	const char *word = r->at + 1 + strspn(r->at + 1, " \t");

	if (g_str_has_prefix(word, "if"))
		g_array_append_val(r->conditions, r->depth);
	else if (r->conditions->len && g_str_has_prefix(word, "el"))
		r->depth = g_array_index(r->conditions, unsigned, r->conditions->len - 1);
	else if (r->conditions->len && g_str_has_prefix(word, "endif"))
		g_array_set_size(r->conditions, r->conditions->len - 1);
	r->at = lexer_skip_line(r->at);
}

static void open_bracket(struct reader *r)
{
	if (!r->depth && !r->brackets && r->name && *r->at == '(')
		g_ptr_array_add(r->called, g_strdup(r->name));
	r->brackets++;
}

static void define(struct reader *r, const char *name)
{
	named_files_add(r->into->own, name, r->path);
	if (!r->internal)
		named_files_add(r->into->files, name, r->path);
}

/* A body behind `name(...)`: macros and attributes that stand before it count as well, and do no harm. */
static void open_brace(struct reader *r)
{
	for (guint i = 0; !r->depth && i < r->called->len; i++)
		define(r, r->called->pdata[i]);
	r->depth++;
}

static void read_sign(struct reader *r)
{
	char c = *r->at;

	if (c == '(' || c == '[')
		open_bracket(r);
	else if ((c == ')' || c == ']') && r->brackets)
		r->brackets--;
	else if (c == '{')
		open_brace(r);
	else if (c == '}' && r->depth && --r->depth == 0)
		forget(r);
	else if (c == '=' && !r->depth && !r->brackets && r->name)
		define(r, r->name);
	else if (c == ';' && !r->depth)
		forget(r);
	r->at++;
}

static void read_token(struct reader *r)
{
	const char *behind = lexer_skip(r->at);

	if (behind != r->at)
		r->at = behind;
	else if (*r->at == '#')
		read_directive(r);
	else if (lexer_is_name(*r->at))
		read_name(r);
	else
		read_sign(r);
}

void definitions_read_text(struct definitions *definitions, const char *path, const char *text)
{
	struct reader reader = {
		.into = definitions,
		.path = g_string_chunk_insert_const(definitions->paths, path),
		.at = text,
		.conditions = g_array_new(FALSE, FALSE, sizeof(unsigned)),
		.called = g_ptr_array_new_with_free_func(g_free),
	};

	while (*reader.at)
		read_token(&reader);
	forget(&reader);
	g_ptr_array_free(reader.called, TRUE);
	g_array_free(reader.conditions, TRUE);
}

void definitions_read(struct definitions *definitions, const char *path)
{
	g_autofree char *text = NULL;

	if (g_file_get_contents(path, &text, NULL, NULL))
		definitions_read_text(definitions, path, text);
}

bool definitions_has(const struct definitions *definitions, const char *name)
{
	return named_files_find(definitions->files, name) != NULL;
}

bool definitions_are_in(const struct definitions *definitions, const char *name, const char *path)
{
	const GPtrArray *files = named_files_find(definitions->own, name);

	for (guint i = 0; files && i < files->len; i++)
		if (strcmp(files->pdata[i], path) == 0)
			return true;
	return false;
}

const char *definitions_find(const struct definitions *definitions, const char *name, const char *near)
{
	const GPtrArray *files = named_files_find(definitions->files, name);
	g_autofree char *from = g_path_get_dirname(near);
	const char *best = NULL;
	int best_cost = 0;

	for (guint i = 0; files && i < files->len; i++) {
		g_autofree char *folder = g_path_get_dirname(files->pdata[i]);
		int cost = tree_distance(from, folder);

		if (best && (cost > best_cost || (cost == best_cost && strcmp(files->pdata[i], best) > 0)))
			continue;
		best = files->pdata[i];
		best_cost = cost;
	}
	return best;
}
