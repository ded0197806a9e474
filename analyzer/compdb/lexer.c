/* lexer: quotes, comments and lines; see lexer.h. What is not closed goes on to the end of the text. */
#include "compdb/lexer.h"

#include <glib.h>
#include <string.h>

bool lexer_is_name(char c)
{
	return g_ascii_isalnum(c) || c == '_';
}

const char *lexer_skip_line(const char *at)
{
	while (*at && *at != '\n')
		at += 1 + (at[0] == '\\' && at[1]);
	return at;
}

/* A string or a character; it ends with its line at the latest. */
static const char *skip_quoted(const char *at)
{
	char quote = *at++;

	while (*at && *at != quote && *at != '\n')
		at += 1 + (at[0] == '\\' && at[1]);
	return at + (*at == quote);
}

static const char *skip_comment(const char *at)
{
	const char *end = at[1] == '*' ? strstr(at + 2, "*/") : NULL;

	return end ? end + 2 : lexer_skip_line(at);
}

const char *lexer_skip(const char *at)
{
	if (*at == '"' || *at == '\'')
		return skip_quoted(at);
	if (*at == '/' && (at[1] == '/' || at[1] == '*'))
		return skip_comment(at);
	return at;
}
