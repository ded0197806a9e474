/*
 * leading: the preprocessor lines a source begins with.
 *
 *      #define _GNU_SOURCE            head
 *      #include "config.h"            head: the first may decide what the others mean
 *      #include <glib.h>              others
 *      #include <string.h>            others
 *      #define BUFFER 10              ends the block
 *
 * A condition belongs to the head if it holds nothing but directives:
 *
 *      #ifdef HAVE_CONFIG_H
 *      #include <config.h>
 *      #endif
 */
#include "extract/shared.h"

#include <string.h>

/* The text that is still to be read. */
struct reader {
	const char *at;
	const char *folder;
};

static void skip_blank(struct reader *r)
{
	for (;;) {
		const char *end = NULL;

		r->at += strspn(r->at, " \t\r\n\f");
		if (g_str_has_prefix(r->at, "/*"))
			end = strstr(r->at + 2, "*/");
		else if (g_str_has_prefix(r->at, "//"))
			end = strchr(r->at, '\n');
		if (!end)
			return;
		r->at = end + (*end == '\n' ? 1 : 2);
	}
}

/* One directive with its continuation lines and without its comment; NULL if something else comes next. g_free(). */
static char *read_directive(struct reader *r)
{
	GString *line;

	skip_blank(r);
	if (*r->at != '#')
		return NULL;
	line = g_string_new("#");
	for (r->at += 1 + strspn(r->at + 1, " \t"); *r->at && *r->at != '\n'; r->at++) {
		if (g_str_has_prefix(r->at, "//") && !strstr(line->str, "\""))
			break;
		if (g_str_has_prefix(r->at, "/*")) {
			const char *end = strstr(r->at, "*/");

			if (!end)
				break;
			r->at = end + 1;
			g_string_append_c(line, ' ');
		} else if (g_str_has_prefix(r->at, "\\\n")) {
			r->at++;
			g_string_append_c(line, ' ');
		} else {
			g_string_append_c(line, *r->at);
		}
	}
	g_strchomp(line->str);
	line->len = strlen(line->str);
	return g_string_free(line, FALSE);
}

static bool is_directive(const char *line, const char *name)
{
	size_t length = strlen(name);

	return strncmp(line + 1, name, length) == 0 && !g_ascii_isalnum(line[1 + length]);
}

static bool begins_condition(const char *line)
{
	return is_directive(line, "if") || is_directive(line, "ifdef") || is_directive(line, "ifndef");
}

static bool is_definition(const char *line)
{
	return is_directive(line, "define") || is_directive(line, "undef");
}

/* `#include "x"` with the path made absolute where there is such a file; NULL: neither "x" nor <x>. g_free(). */
static char *include_line(const struct reader *r, const char *line)
{
	const char *name = line + strlen("#include");

	name += strspn(name, " \t");
	if (*name == '<' && strchr(name, '>'))
		return g_strconcat("#include ", name, NULL);
	const char *end = *name == '"' ? strchr(name + 1, '"') : NULL;
	if (!end)
		return NULL;
	g_autofree char *relative = g_strndup(name + 1, (gsize)(end - name - 1));
	g_autofree char *path = g_build_filename(r->folder, relative, NULL);
	bool beside = !g_path_is_absolute(relative) && g_file_test(path, G_FILE_TEST_IS_REGULAR);
	return g_strdup_printf("#include \"%s\"", beside ? path : relative);
}

/* Adds a condition that holds only directives, up to its #endif. False, and nothing read, if it holds more. */
static bool read_condition(struct reader *r, const char *first, GString *out)
{
	struct reader inner = *r;
	GString *text = g_string_new(NULL);
	unsigned depth = 1;

	g_string_append_printf(text, "%s\n", first);
	while (depth) {
		g_autofree char *line = read_directive(&inner);
		g_autofree char *include = line && is_directive(line, "include") ? include_line(r, line) : NULL;

		if (!line || is_directive(line, "error") || is_directive(line, "pragma"))
			break;
		depth += begins_condition(line);
		depth -= is_directive(line, "endif");
		g_string_append_printf(text, "%s\n", include ? include : line);
	}
	if (!depth) {
		g_string_append(out, text->str);
		*r = inner;
	}
	g_string_free(text, TRUE);
	return !depth;
}

/* Reads the head: ends behind the first #include outside of conditions, or where a condition had one. */
static bool read_head(struct reader *r, GString *head)
{
	for (;;) {
		struct reader before = *r;
		g_autofree char *line = read_directive(r);
		g_autofree char *include = line && is_directive(line, "include") ? include_line(r, line) : NULL;

		if (include) {
			if (!strstr(head->str, "#include"))
				g_string_append_printf(head, "%s\n", include);
			else
				*r = before;
			return true;
		}
		if (line && is_definition(line))
			g_string_append_printf(head, "%s\n", line);
		else if (!line || !begins_condition(line) || !read_condition(r, line, head))
			return false;
	}
}

struct leading leading_lines(const char *source, const char *folder)
{
	struct leading leading = { .others = g_ptr_array_new_with_free_func(g_free) };
	struct reader r = { source, folder };
	GString *head = g_string_new(NULL);

	if (!read_head(&r, head))
		g_string_truncate(head, 0);
	while (head->len) {
		g_autofree char *line = read_directive(&r);
		char *include = line && is_directive(line, "include") ? include_line(&r, line) : NULL;

		if (!include)
			break;
		g_ptr_array_add(leading.others, include);
	}
	leading.head = g_string_free(head, FALSE);
	return leading;
}

void leading_clear(struct leading *leading)
{
	g_free(leading->head);
	g_ptr_array_free(leading->others, TRUE);
}
