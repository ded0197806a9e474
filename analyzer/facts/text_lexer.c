/*
 * text_lexer: text -> tokens, one at a time. The first thing that is no token ends it with TOKEN_BAD and the reason.
 */
#include "facts/text_lexer.h"

#include "facts/text_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void bad_token(struct text_lexer *lexer, const char *reason)
{
	lexer->kind = TOKEN_BAD;
	g_string_assign(lexer->text, reason);
}

static void skip_space(struct text_lexer *lexer)
{
	for (; *lexer->at; lexer->at++) {
		if (*lexer->at == ';')
			lexer->at += strcspn(lexer->at, "\n");
		if (*lexer->at == '\n')
			lexer->line++;
		else if (!g_ascii_isspace(*lexer->at))
			return;
	}
}

/* The byte that an escape stands for, moving behind it; 0 if it is none. */
static char read_escape(struct text_lexer *lexer)
{
	char letter = *lexer->at++;

	if (letter == 'n' || letter == 't')
		return letter == 'n' ? '\n' : '\t';
	if (letter == '\\' || letter == '"' || letter == '\'')
		return letter;
	if (letter != 'x' || !g_ascii_isxdigit(lexer->at[0]) || !g_ascii_isxdigit(lexer->at[1])) {
		lexer->at--;
		return '\0';
	}
	int high = g_ascii_xdigit_value(*lexer->at++);
	return (char)(high * 16 + g_ascii_xdigit_value(*lexer->at++));
}

/* From the opening quote to behind the closing one. */
static bool read_quoted(struct text_lexer *lexer)
{
	char quote = *lexer->at++;

	g_string_truncate(lexer->text, 0);
	while (*lexer->at != quote) {
		char byte = *lexer->at;

		if (!byte || byte == '\n') {
			bad_token(lexer, "a quote is not closed on its line");
			return false;
		}
		lexer->at++;
		if (byte == '\\' && !(byte = read_escape(lexer))) {
			bad_token(lexer, "an escape is none of \\\\ \\\" \\' \\n \\t \\xHH");
			return false;
		}
		g_string_append_c(lexer->text, byte);
	}
	lexer->at++;
	return true;
}

static void read_string(struct text_lexer *lexer)
{
	if (read_quoted(lexer))
		lexer->kind = TOKEN_STRING;
}

static void read_name(struct text_lexer *lexer, enum text_token_kind kind)
{
	const char *start = lexer->at;

	if (*lexer->at == '\'') {
		if (read_quoted(lexer))
			lexer->kind = kind;
		return;
	}
	while (text_is_name_byte(*lexer->at, lexer->at == start))
		lexer->at++;
	g_string_truncate(lexer->text, 0);
	g_string_append_len(lexer->text, start, lexer->at - start);
	lexer->kind = kind;
	if (lexer->at == start)
		bad_token(lexer, "a name is missing");
}

static void read_number(struct text_lexer *lexer, enum text_token_kind kind)
{
	char *end;

	errno = 0;
	lexer->number = strtoll(lexer->at, &end, 10);
	lexer->kind = kind;
	if (errno || end == lexer->at)
		bad_token(lexer, errno ? "a number is too large" : "a number is missing");
	lexer->at = end;
}

/* Digits into *out; a sign or nothing is an error. */
static bool read_position(struct text_lexer *lexer, uint32_t *out)
{
	char *end;

	errno = 0;
	unsigned long long value = strtoull(lexer->at, &end, 10);
	if (!g_ascii_isdigit(*lexer->at) || errno || value > UINT32_MAX) {
		bad_token(lexer, "a place is not LINE:COLUMN");
		return false;
	}
	*out = (uint32_t)value;
	lexer->at = end;
	return true;
}

/* LINE or LINE:COLUMN. */
static bool read_line_and_column(struct text_lexer *lexer, uint32_t *line, uint32_t *column)
{
	if (!read_position(lexer, line))
		return false;
	if (*lexer->at != ':')
		return true;
	lexer->at++;
	return read_position(lexer, column);
}

static bool read_place_file(struct text_lexer *lexer)
{
	lexer->place.has_file = *lexer->at == '"';
	if (!lexer->place.has_file)
		return true;
	if (!read_quoted(lexer))
		return false;
	if (*lexer->at++ == ':')
		return true;
	lexer->at--;
	bad_token(lexer, "a place has no line behind its file");
	return false;
}

static void read_place(struct text_lexer *lexer)
{
	struct text_place *place = &lexer->place;

	lexer->at++;
	lexer->place = (struct text_place){ .line = 0 };
	if (!read_place_file(lexer) || !read_line_and_column(lexer, &place->line, &place->column))
		return;
	lexer->kind = TOKEN_PLACE;
	place->has_end = *lexer->at == '-';
	if (!place->has_end)
		return;
	lexer->at++;
	read_line_and_column(lexer, &place->end_line, &place->end_column);
}

static void read_mark(struct text_lexer *lexer, enum text_token_kind kind)
{
	lexer->at++;
	lexer->kind = kind;
}

void text_lexer_next(struct text_lexer *lexer)
{
	if (lexer->kind == TOKEN_BAD)
		return;
	skip_space(lexer);
	switch (*lexer->at) {
	case '\0':
		lexer->kind = TOKEN_END;
		return;
	case '(':
		read_mark(lexer, TOKEN_OPEN);
		return;
	case ')':
		read_mark(lexer, TOKEN_CLOSE);
		return;
	case '"':
		read_string(lexer);
		return;
	case '@':
		read_place(lexer);
		return;
	case '%':
		lexer->at++;
		read_name(lexer, TOKEN_MACRO);
		return;
	case '#':
		lexer->at++;
		read_number(lexer, TOKEN_ORDINAL);
		return;
	case '-':
		if (!g_ascii_isdigit(lexer->at[1])) {
			read_mark(lexer, TOKEN_NONE);
			return;
		}
		/* fall through */
	case '0' ... '9':
		read_number(lexer, TOKEN_NUMBER);
		return;
	default:
		read_name(lexer, TOKEN_NAME);
	}
}

void text_lexer_init(struct text_lexer *lexer, const char *text)
{
	*lexer = (struct text_lexer){ .at = text, .line = 1, .text = g_string_new(NULL) };
	text_lexer_next(lexer);
}

void text_lexer_finish(struct text_lexer *lexer)
{
	g_string_free(lexer->text, TRUE);
}
