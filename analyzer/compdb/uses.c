/* uses: every name of a text, by the sign before it and the sign behind it; see uses.h. */
#include "compdb/uses.h"
#include "compdb/lexer.h"
#include "compdb/named_files.h"

#include <string.h>

enum { NAME_MAX_LENGTH = 200 };

struct uses {
	const struct definitions *definitions;
	struct named_files *names, *fields;
};

struct uses *uses_new(const struct definitions *definitions)
{
	struct uses *uses = g_new0(struct uses, 1);

	uses->definitions = definitions;
	uses->names = named_files_new();
	uses->fields = named_files_new();
	return uses;
}

void uses_free(struct uses *uses)
{
	if (!uses)
		return;
	named_files_free(uses->names);
	named_files_free(uses->fields);
	g_free(uses);
}

/* `x->f = g` and `.f = g` fill the field. */
static bool is_filled(const char *behind)
{
	behind += strspn(behind, " \t\r\n");
	return behind[0] == '=' && behind[1] != '=';
}

/* `before`: the signs before the name, white space left out; `behind`: the text behind it. */
static void note(struct uses *uses, const char *path, const char *name, const char before[2], const char *behind)
{
	bool field = before[1] == '.' || (before[0] == '-' && before[1] == '>');

	if (field && !is_filled(behind))
		named_files_add(uses->fields, name, path);
	else if (!field && definitions_has(uses->definitions, name))
		named_files_add(uses->names, name, path);
}

/* Names longer than any that people write are left out. */
static const char *read_name(struct uses *uses, const char *path, const char *at, const char before[2])
{
	char name[NAME_MAX_LENGTH];
	size_t length = 0;

	while (lexer_is_name(at[length]))
		length++;
	if (length < sizeof name) {
		memcpy(name, at, length);
		name[length] = '\0';
		note(uses, path, name, before, at + length);
	}
	return at + length;
}

void uses_read_text(struct uses *uses, const char *path, const char *text)
{
	char before[2] = { 0 };

	for (const char *at = text, *behind; *at; at = behind) {
		char sign = *at;

		behind = lexer_skip(at);
		if (behind == at && lexer_is_name(sign))
			behind = read_name(uses, path, at, before);
		else if (behind == at)
			behind++;
		if (g_ascii_isspace(sign))
			continue;
		before[0] = before[1];
		before[1] = sign;
	}
}

void uses_read(struct uses *uses, const char *path)
{
	g_autofree char *text = NULL;

	if (g_file_get_contents(path, &text, NULL, NULL))
		uses_read_text(uses, path, text);
}

const GPtrArray *uses_of_name(const struct uses *uses, const char *name)
{
	return named_files_find(uses->names, name);
}

const GPtrArray *uses_of_field(const struct uses *uses, const char *name)
{
	return named_files_find(uses->fields, name);
}
