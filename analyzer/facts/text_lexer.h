/*
 * text_lexer: the tokens of the text form of facts; see text.h for what they mean.
 */
#ifndef LOOPLINT_FACTS_TEXT_LEXER_H
#define LOOPLINT_FACTS_TEXT_LEXER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum text_token_kind {
	TOKEN_END,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_NAME,    /* text */
	TOKEN_NONE,    /* `-` where a name could stand */
	TOKEN_ORDINAL, /* number */
	TOKEN_STRING,  /* text */
	TOKEN_NUMBER,  /* number */
	TOKEN_PLACE,   /* place; text: its file */
	TOKEN_MACRO,   /* text */
	TOKEN_BAD,     /* text: what is wrong */
};

/* "file":line:column-end_line:end_column; what is not written is 0. */
struct text_place {
	bool has_file, has_end;
	uint32_t line, column, end_line, end_column;
};

struct text_lexer {
	const char *at;
	unsigned line;             /* of `kind`, from 1 */
	enum text_token_kind kind; /* the current token, and below what it holds */
	GString *text;
	int64_t number;
	struct text_place place;
};

/* Starts with the first token of `text`, which must outlive the lexer. */
void text_lexer_init(struct text_lexer *lexer, const char *text);
void text_lexer_finish(struct text_lexer *lexer);

/* Moves on to the next token. TOKEN_END and TOKEN_BAD stay. */
void text_lexer_next(struct text_lexer *lexer);

#endif
