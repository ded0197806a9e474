/*
 * lost: how many calls of the main file errors have hidden.
 *
 * One unknown type makes clang drop a whole declaration with the calls in it. The estimate compares text and tree: a
 * name followed by `(` inside braces that is neither a keyword nor a place where any node of the tree stands is a lost
 * call. Text between #if and #endif in which no node stands at all was left out by the preprocessor, not lost.
 */
#include "extract/parse.h"

#include <string.h>

/* The places of the main file at which some node of the tree stands, a byte each. */
struct marks {
	CXFile file;
	char *at;
	size_t length;
};

static void mark(struct marks *marks, CXSourceLocation location)
{
	struct place use = place_expanded(location), argument = place_of(location);

	if (use.file == marks->file && use.offset < marks->length)
		marks->at[use.offset] = 1;
	if (argument.file == marks->file && argument.offset < marks->length)
		marks->at[argument.offset] = 1;
}

static enum CXChildVisitResult mark_all(CXCursor cursor, CXCursor parent, CXClientData data)
{
	(void)parent;
	mark(data, clang_getCursorLocation(cursor));
	mark(data, clang_getRangeStart(clang_getCursorExtent(cursor)));
	return CXChildVisit_Recurse;
}

static enum CXChildVisitResult mark_declaration(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct marks *marks = data;

	if (place_expanded(clang_getCursorLocation(cursor)).file != marks->file)
		return CXChildVisit_Continue;
	return mark_all(cursor, parent, data);
}

/* clang-format off */
static const char *const not_calls[] = {
	"if",          "while",        "for",        "switch",     "return",    "sizeof",     "typeof",
	"__typeof__",  "__typeof",     "_Alignof",   "alignof",    "asm",       "__asm__",    "__asm",
	"defined",     "__attribute__", "_Generic",  "offsetof",   "va_arg",    "_Static_assert", "static_assert",
	"__extension__", "do",         "else",       "case",       "goto",      "int",        "void",
	"char",        "long",         "unsigned",   "_Atomic",    "__declspec", "_Alignas",  "__alignof__",
};
/* clang-format on */

static bool is_keyword(const char *name, size_t length)
{
	for (size_t i = 0; i < G_N_ELEMENTS(not_calls); i++)
		if (strlen(not_calls[i]) == length && strncmp(not_calls[i], name, length) == 0)
			return true;
	return false;
}

/* Reading the text. */

struct scan {
	const char *text;
	size_t length, at;
	const char *marks;
	int depth;      /* of braces */
	GArray *groups; /* struct group: open #if */
	uint32_t lost;
};

struct group {
	size_t start;
	uint32_t lost; /* before it began */
	int depth;
};

static void skip_quoted(struct scan *s)
{
	char quote = s->text[s->at];

	for (s->at++; s->at < s->length && s->text[s->at] != quote && s->text[s->at] != '\n'; s->at++)
		s->at += s->text[s->at] == '\\';
	s->at++;
}

static void skip_line(struct scan *s)
{
	while (s->at < s->length && s->text[s->at] != '\n')
		s->at += s->text[s->at] == '\\' ? 2 : 1;
}

static bool skip_comment(struct scan *s)
{
	const char *here = s->text + s->at;

	if (s->length - s->at < 2 || *here != '/')
		return false;
	if (here[1] == '/')
		skip_line(s);
	else if (here[1] == '*') {
		const char *end = g_strstr_len(here + 2, (gssize)(s->length - s->at - 2), "*/");
		s->at = end ? (size_t)(end - s->text) + 2 : s->length;
	} else
		return false;
	return true;
}

static void open_group(struct scan *s)
{
	struct group group = { .start = s->at, .lost = s->lost, .depth = s->depth };

	g_array_append_val(s->groups, group);
}

/* Ends one arm of a group: if no node stands in it, the preprocessor left it out and nothing in it counts. */
static void close_group(struct scan *s)
{
	if (s->groups->len == 0)
		return;
	struct group group = g_array_index(s->groups, struct group, s->groups->len - 1);
	g_array_set_size(s->groups, s->groups->len - 1);
	if (!memchr(s->marks + group.start, 1, s->at - group.start)) {
		s->lost = group.lost;
		s->depth = group.depth;
	}
}

static void directive(struct scan *s)
{
	const char *name = s->text + s->at + 1;

	name += strspn(name, " \t");
	if (g_str_has_prefix(name, "if")) {
		open_group(s);
	} else if (g_str_has_prefix(name, "el")) {
		close_group(s);
		open_group(s);
	} else if (g_str_has_prefix(name, "endif")) {
		close_group(s);
	}
	skip_line(s);
}

static void word(struct scan *s)
{
	size_t start = s->at, behind;

	while (s->at < s->length && (g_ascii_isalnum(s->text[s->at]) || s->text[s->at] == '_'))
		s->at++;
	for (behind = s->at; behind < s->length && g_ascii_isspace(s->text[behind]); behind++)
		;
	if (s->depth > 0 && behind < s->length && s->text[behind] == '(' && !s->marks[start] &&
	    !g_ascii_isdigit(s->text[start]) && !is_keyword(s->text + start, s->at - start))
		s->lost++;
}

static void step(struct scan *s)
{
	char byte = s->text[s->at];

	if (byte == '"' || byte == '\'')
		skip_quoted(s);
	else if (g_ascii_isalnum(byte) || byte == '_')
		word(s);
	else if (byte == '#')
		directive(s);
	else if (!skip_comment(s)) {
		s->depth += (byte == '{') - (byte == '}');
		s->at++;
	}
}

uint32_t count_lost_calls(struct visit *v)
{
	struct scan scan = { 0 };
	struct marks marks = { .file = v->main_file };

	scan.text = place_source(v, v->main_file, &scan.length);
	if (!scan.text)
		return 0;
	marks.length = scan.length;
	scan.marks = marks.at = g_malloc0(scan.length + 1);
	clang_visitChildren(clang_getTranslationUnitCursor(v->unit), mark_declaration, &marks);
	scan.groups = g_array_new(FALSE, FALSE, sizeof(struct group));
	while (scan.at < scan.length)
		step(&scan);
	g_array_free(scan.groups, TRUE);
	g_free(marks.at);
	return scan.lost;
}
