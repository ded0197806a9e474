/*
 * place: where a node stands and which macro wrote it.
 *
 * A node that the source spells has the place of its first byte, also inside a macro's argument. A node that a macro's
 * body wrote has the place where the outermost macro is used, and that macro's name:
 *
 *      LOG(read(fd))      call LOG's write() @1:1 %LOG      call read @1:5
 *
 * The name is read from the source text at that place, so no preprocessing record is needed. Whether a location is
 * inside a macro at all is the top bit of its encoding (SourceLocation::MacroIDBit, the same since clang 2.7); asking
 * libclang costs a search per node. fixtures/extract/macros.c would notice a change.
 */
#include "extract/visit.h"

#include <string.h>

bool place_in_macro(CXSourceLocation location)
{
	return location.int_data >> 31;
}

struct place place_of(CXSourceLocation location)
{
	struct place place;

	clang_getFileLocation(location, &place.file, &place.line, &place.column, &place.offset);
	return place;
}

struct place place_expanded(CXSourceLocation location)
{
	struct place place;

	clang_getExpansionLocation(location, &place.file, &place.line, &place.column, &place.offset);
	return place;
}

struct place place_spelled(CXSourceLocation location)
{
	struct place place;

	clang_getSpellingLocation(location, &place.file, &place.line, &place.column, &place.offset);
	return place;
}

const char *place_source(struct visit *v, CXFile file, size_t *length)
{
	struct visited_file *known = visit_file(v, file);

	if (!known)
		return NULL;
	if (!known->source)
		known->source = clang_getFileContents(v->unit, file, &known->length);
	*length = known->length;
	return known->source;
}

static bool is_name_byte(char byte)
{
	return g_ascii_isalnum(byte) || byte == '_';
}

static bool starts_name(char byte)
{
	return is_name_byte(byte) && !g_ascii_isdigit(byte);
}

static size_t name_length(const char *source, size_t length, size_t at)
{
	size_t end = at;

	while (end < length && is_name_byte(source[end]))
		end++;
	return end - at;
}

/* The macro used at `use`, as a string of the facts; 0 if no name stands there. */
static uint32_t macro_name(struct visit *v, struct place use)
{
	size_t length;

	if (use.file == v->macro_file && use.offset == v->macro_offset)
		return v->macro_name;
	const char *source = place_source(v, use.file, &length);
	v->macro_file = use.file;
	v->macro_offset = use.offset;
	v->macro_name = 0;
	if (source && use.offset < length && starts_name(source[use.offset])) {
		g_autofree char *name = g_strndup(source + use.offset, name_length(source, length, use.offset));
		v->macro_name = facts_build_string(v->facts, name);
	}
	return v->macro_name;
}

/* Behind the closing parenthesis of arguments that begin at `at`, or `at` if there are none. */
static size_t skip_arguments(const char *source, size_t length, size_t at)
{
	int depth = 0;

	for (size_t i = at; i < length; i++) {
		if (source[i] == '(')
			depth++;
		else if (source[i] == ')' && --depth == 0)
			return i + 1;
		else if (depth == 0 && source[i] != ' ')
			return at;
	}
	return at;
}

/* Moves `place` to `offset`, further on in the same file. */
static struct place place_moved(struct place place, const char *source, size_t offset)
{
	for (size_t i = place.offset; i < offset; i++) {
		place.column = source[i] == '\n' ? 1 : place.column + 1;
		place.line += source[i] == '\n';
	}
	place.offset = (unsigned)offset;
	return place;
}

/* Behind the use of a macro, arguments included, that begins at `use`; `use` itself if no name stands there. */
static struct place end_of_use(struct visit *v, struct place use)
{
	size_t length;
	const char *source = place_source(v, use.file, &length);

	if (!source || use.offset >= length || !starts_name(source[use.offset]) ||
	    (use.offset && is_name_byte(source[use.offset - 1])))
		return use;
	size_t behind = use.offset + name_length(source, length, use.offset);
	return place_moved(use, source, skip_arguments(source, length, behind));
}

static bool is_written_by_body(CXSourceLocation location)
{
	struct place use = place_expanded(location), spelled = place_of(location);

	return place_in_macro(location) && use.offset == spelled.offset && use.file == spelled.file;
}

/* Whether start and end stand in one argument of a macro: no comma of the macro's own is between them. */
static bool is_one_argument(struct visit *v, struct place start, struct place end)
{
	size_t length;
	const char *source = place_source(v, start.file, &length);
	int depth = 0;

	if (!source || end.file != start.file || end.offset < start.offset || end.offset > length)
		return false;
	for (size_t i = start.offset; i < end.offset; i++) {
		depth += (source[i] == '(') - (source[i] == ')');
		if (depth < 0 || (depth == 0 && source[i] == ','))
			return false;
	}
	return true;
}

/* Where a range stands in its file, and whether a macro's body wrote it. */
struct extent {
	struct place start, end;
	bool by_macro;
};

/* libclang ends a range whose last token came from a macro before that macro's name: step over it. */
static struct place end_of(struct visit *v, CXSourceLocation end)
{
	return place_in_macro(end) ? end_of_use(v, place_of(end)) : place_of(end);
}

/* What begins in an argument of a macro is the macro's all the same if it does not end in that argument. */
static struct extent extent_of(struct visit *v, CXSourceLocation start, CXSourceLocation end)
{
	struct extent extent = { .start = place_of(start), .end = end_of(v, end) };

	if (!place_in_macro(start))
		return extent;
	extent.by_macro =
		is_written_by_body(start) || !place_in_macro(end) || !is_one_argument(v, extent.start, extent.end);
	if (!extent.by_macro)
		return extent;
	extent.start = place_expanded(start);
	if (place_in_macro(end))
		extent.end = end_of_use(v, extent.start);
	return extent;
}

static uint16_t clamp16(unsigned value)
{
	return value > UINT16_MAX ? UINT16_MAX : (uint16_t)value;
}

void place_node(struct visit *v, struct node *node, CXCursor cursor, const CXSourceLocation *start)
{
	CXSourceRange range = clang_getCursorExtent(cursor);
	struct extent extent = extent_of(v, start ? *start : clang_getRangeStart(range), clang_getRangeEnd(range));

	node->line = extent.start.line;
	node->column = clamp16(extent.start.column);
	if (extent.end.file == extent.start.file && extent.end.line >= extent.start.line) {
		node->end_lines = clamp16(extent.end.line - extent.start.line);
		node->end_column = clamp16(extent.end.column);
	}
	if (extent.by_macro)
		node->macro = macro_name(v, extent.start);
	if (extent.start.file != v->function_file)
		node->file = (uint16_t)visit_file_index(v, extent.start.file);
	if (v->in_header)
		node->flags |= NODE_IN_HEADER;
}

static char *reduce_blanks(const char *text, size_t length)
{
	GString *out = g_string_sized_new(length);

	for (size_t i = 0; i < length; i++) {
		bool blank = g_ascii_isspace(text[i]) || (text[i] == '\\' && i + 1 < length && text[i + 1] == '\n');

		if (!blank)
			g_string_append_c(out, text[i]);
		else if (out->len && out->str[out->len - 1] != ' ')
			g_string_append_c(out, ' ');
	}
	return g_string_free(out, FALSE);
}

char *place_text(struct visit *v, CXCursor cursor)
{
	CXSourceRange range = clang_getCursorExtent(cursor);
	struct extent extent = extent_of(v, clang_getRangeStart(range), clang_getRangeEnd(range));
	size_t length;
	const char *source = place_source(v, extent.start.file, &length);

	if (!source || extent.end.file != extent.start.file || extent.end.offset > length ||
	    extent.end.offset <= extent.start.offset || extent.end.offset - extent.start.offset > 200)
		return NULL;
	return reduce_blanks(source + extent.start.offset, extent.end.offset - extent.start.offset);
}

/* Start of the logical line that holds `at`: a line whose predecessor ends in a backslash continues it. */
static size_t logical_line(const char *source, size_t at)
{
	while (at && !(source[at - 1] == '\n' && (at < 2 || source[at - 2] != '\\')))
		at--;
	return at;
}

bool place_define(struct visit *v, CXSourceLocation location, struct define *define)
{
	struct place spelled = place_spelled(location);
	size_t length;
	const char *source = place_source(v, spelled.file, &length);

	if (!source || spelled.offset >= length)
		return false;
	size_t at = logical_line(source, spelled.offset);
	at += strspn(source + at, " \t#");
	if (strncmp(source + at, "define", 6) != 0 || !g_ascii_isspace(source[at + 6]))
		return false;
	at += 6 + strspn(source + at + 6, " \t");
	define->name = source + at;
	define->length = name_length(source, length, at);
	at += define->length;
	define->has_parameters = source[at] == '(';
	if (define->has_parameters)
		at += strcspn(source + at, ")") + 1;
	at += strspn(source + at, " \t(\\\n");
	define->begins_here = at >= spelled.offset;
	return true;
}
