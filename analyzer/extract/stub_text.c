/*
 * stub_text: what a name must be, from the tokens around it.
 *
 *      X *name ...          at the start of a statement: a type          X name         a type
 *      (X *) e   (X) name   a type                                       X->f  X.f      a pointer, a record
 *      X type ...  X Y *z   an empty macro (an attribute)                "a" X "b"      a string
 *      anything else        a constant
 */
#include "extract/stub.h"

#include <string.h>

static const char *const keywords[] = {
	"if",      "else",          "while",         "for",      "do",         "switch",    "case",
	"default", "return",        "break",         "goto",     "sizeof",     "struct",    "union",
	"enum",    "typedef",       "static",        "extern",   "const",      "volatile",  "int",
	"char",    "void",          "long",          "short",    "unsigned",   "signed",    "float",
	"double",  "inline",        "auto",          "register", "restrict",   "continue",  "_Bool",
	"bool",    "__attribute__", "__extension__", "__inline", "__const",    "_Noreturn", "_Thread_local",
	"_Atomic", "__restrict",    "__inline__",    "typeof",   "__typeof__",
};

/* Those that begin a declaration. */
static const char *const declaring[] = {
	"struct",        "union",    "enum",     "typedef",   "static",     "extern", "const",
	"volatile",      "int",      "char",     "void",      "long",       "short",  "unsigned",
	"signed",        "float",    "double",   "inline",    "_Bool",      "bool",   "__attribute__",
	"__extension__", "__inline", "register", "_Noreturn", "__inline__",
};

bool token_is(struct token token, const char *spelling)
{
	return token.length == strlen(spelling) && strncmp(token.start, spelling, token.length) == 0;
}

static bool token_in(struct token token, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (token_is(token, words[i]))
			return true;
	return false;
}

bool token_is_name(struct token token)
{
	return token.kind == 'a' && !token_in(token, keywords, G_N_ELEMENTS(keywords));
}

static bool is_declaring(struct token token)
{
	return token.kind == 'a' && token_in(token, declaring, G_N_ELEMENTS(declaring));
}

char *token_text(struct token token)
{
	return g_strndup(token.start, token.length);
}

static bool is_name_byte(char byte)
{
	return g_ascii_isalnum(byte) || byte == '_';
}

static size_t skip_blank(const struct text *text, size_t at)
{
	for (; at < text->length; at++) {
		const char *here = text->source + at;

		if (here[0] == '/' && here[1] == '*') {
			const char *end = strstr(here + 2, "*/");
			at = end ? (size_t)(end - text->source) + 1 : text->length;
		} else if (here[0] == '/' && here[1] == '/') {
			at += strcspn(here, "\n");
		} else if (!g_ascii_isspace(*here) && *here != '\\') {
			break;
		}
	}
	return MIN(at, text->length);
}

static size_t quoted_length(const char *start)
{
	size_t i = 1;

	while (start[i] && start[i] != start[0] && start[i] != '\n')
		i += start[i] == '\\' && start[i + 1] ? 2 : 1;
	return start[i] ? i + 1 : i;
}

static size_t operator_length(const char *start)
{
	static const char *const pairs[] = { "->", "++", "--", "==", "!=", "<=", ">=", "&&", "||",
					     "+=", "-=", "*=", "/=", "|=", "&=", "^=", "%=", "##" };

	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++)
		if (strncmp(start, pairs[i], 2) == 0)
			return 2;
	return 1;
}

struct token text_token(const struct text *text, size_t at)
{
	struct token token = { .start = text->source + skip_blank(text, at) };
	char byte = *token.start;

	if (byte == '\0')
		return token;
	if (is_name_byte(byte)) {
		token.kind = g_ascii_isdigit(byte) ? '0' : 'a';
		while (is_name_byte(token.start[token.length]))
			token.length++;
	} else if (byte == '"' || byte == '\'') {
		token.kind = '"';
		token.length = quoted_length(token.start);
	} else {
		token.kind = byte;
		token.length = operator_length(token.start);
	}
	return token;
}

struct token text_next(const struct text *text, struct token token)
{
	return text_token(text, (size_t)(token.start - text->source) + token.length);
}

static size_t skip_blank_back(const struct text *text, size_t at)
{
	while (at) {
		if (at >= 2 && text->source[at - 1] == '/' && text->source[at - 2] == '*') {
			for (at -= 2; at >= 2 && strncmp(text->source + at - 2, "/*", 2) != 0; at--)
				;
			at = at >= 2 ? at - 2 : 0;
		} else if (g_ascii_isspace(text->source[at - 1])) {
			at--;
		} else {
			break;
		}
	}
	return at;
}

struct token text_previous(const struct text *text, size_t at)
{
	size_t end = skip_blank_back(text, at), start = end;
	struct token token = { 0 };

	if (end == 0)
		return token;
	while (start && is_name_byte(text->source[start - 1]))
		start--;
	if (start < end) {
		token.kind = g_ascii_isdigit(text->source[start]) ? '0' : 'a';
	} else {
		token.kind = text->source[--start];
		if (start && operator_length(text->source + start - 1) == 2 && token.kind != '*')
			token.kind = text->source[--start];
	}
	token.start = text->source + start;
	token.length = end - start;
	return token;
}

static size_t offset_of(const struct text *text, struct token token)
{
	return (size_t)(token.start - text->source);
}

/* Behind the parenthesis that closes the one at `open`; the end of the text if none does. */
static struct token behind_parentheses(const struct text *text, struct token open)
{
	int depth = 0;

	for (struct token token = open; token.kind; token = text_next(text, token)) {
		depth += (token.kind == '(') - (token.kind == ')');
		if (depth == 0)
			return text_next(text, token);
	}
	return (struct token){ .start = text->source + text->length };
}

/* Whether what stands before a name begins a statement or a declaration. */
static bool begins_statement(struct token previous)
{
	return previous.kind == 0 || strchr(";{}:)", previous.kind) || is_declaring(previous) ||
	       token_is(previous, "else") || token_is(previous, "do");
}

static bool is_operand(struct token token)
{
	return token.kind == 'a' || token.kind == '0' || token.kind == '"' || token.kind == '(';
}

/* `(X)` and `(X *)`, `token` being what follows X: a cast, or the operand of sizeof. */
static bool is_in_cast(const struct text *text, struct token before, struct token token)
{
	bool has_star = token.kind == '*';

	if (before.kind == 'a' && is_declaring(before))
		before = text_previous(text, offset_of(text, before));
	while (token.kind == '*')
		token = text_next(text, token);
	if (before.kind != '(' || token.kind != ')')
		return false;
	struct token outside = text_previous(text, offset_of(text, before));
	if (has_star || token_is(outside, "sizeof"))
		return true;
	return !token_is_name(outside) && outside.kind != ')' && is_operand(text_next(text, token));
}

static struct token skip_stars(const struct text *text, struct token token)
{
	while (token.kind == '*' || token_is(token, "const"))
		token = text_next(text, token);
	return token;
}

/* `X name`, `X *name` and what may follow a declared name. */
static bool is_declaration(const struct text *text, struct token next)
{
	struct token name = skip_stars(text, next);

	if (!token_is_name(name))
		return false;
	struct token behind = text_next(text, name);
	return behind.kind == 0 || strchr("=;,)[(", behind.kind) || token_is(behind, "__attribute__");
}

/* `X Y name`, `X Y *name`, `X int name`: X leaves nothing. */
static bool is_attribute(const struct text *text, struct token next)
{
	if (is_declaring(next) && !token_is(next, "const") && !token_is(next, "__attribute__"))
		return true;
	if (!token_is_name(next))
		return false;
	struct token second = text_next(text, next);
	return token_is_name(skip_stars(text, second)) && (second.kind == '*' || second.kind == 'a');
}

static struct guess guess(enum stub_kind kind, enum stub_shape shape)
{
	return (struct guess){ kind, shape };
}

static struct guess guess_value(struct token previous, struct token next)
{
	if (previous.kind == '"' || next.kind == '"')
		return guess(STUB_STRING, SHAPE_NUMBER);
	if (token_is(next, "->"))
		return guess(STUB_VALUE, SHAPE_POINTER);
	if (next.kind == '.')
		return guess(STUB_VALUE, SHAPE_RECORD);
	if (next.kind == '[')
		return guess(STUB_VALUE, SHAPE_CELLS);
	bool is_changed = token_is(next, "=") || token_is(next, "++") || token_is(next, "--") ||
			  (next.length == 2 && next.start[1] == '=' && !strchr("=!<>", next.kind));
	if (is_changed || (token_is(previous, "&") && !token_is(previous, "&&")))
		return guess(STUB_VALUE, SHAPE_VARIABLE);
	return guess(STUB_VALUE, SHAPE_NUMBER);
}

/* A name in small letters that is handed over, `f (x, name)` or `.member = name,`, is most likely a function. */
static bool is_handed_over(const struct text *text, struct token name, struct token previous, struct token next)
{
	bool is_argument = (previous.kind == '(' || previous.kind == ',') && (next.kind == ',' || next.kind == ')');
	bool is_small = false;

	for (size_t i = 0; i < name.length; i++) {
		if (g_ascii_isupper(name.start[i]))
			return false;
		is_small |= g_ascii_islower(name.start[i]);
	}
	if (token_is(previous, "=") && (next.kind == ',' || next.kind == '}')) {
		struct token member = text_previous(text, offset_of(text, previous));
		is_argument = text_previous(text, offset_of(text, member)).kind == '.';
	}
	return is_small && is_argument;
}

struct guess text_guess_undeclared(const struct text *text, size_t at)
{
	struct token name = text_token(text, at), next = text_next(text, name), previous = text_previous(text, at);
	bool declares = begins_statement(previous) && is_declaration(text, next);

	if (begins_statement(previous) && is_attribute(text, next))
		return guess(STUB_EMPTY, SHAPE_NUMBER);
	if (is_in_cast(text, previous, next) || declares)
		return guess(STUB_TYPE, next.kind == '*' ? SHAPE_RECORD : SHAPE_NUMBER);
	if (is_handed_over(text, name, previous, next))
		return guess(STUB_CALLABLE, SHAPE_POINTER);
	return guess_value(previous, next);
}

struct guess text_guess_type(const struct text *text, size_t at)
{
	struct token name = text_token(text, at), next = text_next(text, name);

	if (is_attribute(text, next) || next.kind == ';' || next.kind == '}')
		return guess(STUB_EMPTY, SHAPE_NUMBER);
	if (next.kind == '(') {
		struct token behind = behind_parentheses(text, next);
		bool eats = is_declaring(behind) || token_is_name(behind) || behind.kind == 0;
		return guess(eats ? STUB_EATS : STUB_TYPE, SHAPE_NUMBER);
	}
	return guess(STUB_TYPE, next.kind == '*' ? SHAPE_RECORD : SHAPE_NUMBER);
}

enum stub_shape text_guess_field(const struct text *text, size_t at)
{
	struct token next = text_next(text, text_token(text, at));

	if (token_is(next, "->"))
		return SHAPE_POINTER;
	if (next.kind == '.')
		return SHAPE_RECORD;
	if (next.kind == '(')
		return SHAPE_FUNCTION;
	return next.kind == '[' ? SHAPE_CELLS : SHAPE_NUMBER;
}
