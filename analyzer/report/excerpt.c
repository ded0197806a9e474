/*
 * excerpt: see excerpt.h. Three steps: find the line (sources are read once and indexed by line), measure it in
 * terminal columns (tabs, wide characters), print the part of it that fits with the marker below.
 */
#include "report/excerpt.h"
#include "report/printable.h"

#include <glib.h>
#include <string.h>

enum { TAB_WIDTH = 8, WIDEST = 120 /* columns of source shown */ };

struct source {
	char *text; /* NULL: could not be read */
	size_t length;
	GArray *lines; /* size_t: where each line starts */
};

struct sources {
	const char *root;
	GHashTable *files; /* path as in findings -> struct source */
};

struct line {
	const char *text;
	size_t length;
};

/* A line in terminal columns, from 0. */
struct measured {
	unsigned total;
	unsigned start, end; /* of the marked part; end > start */
};

static void source_free(void *data)
{
	struct source *source = data;

	g_free(source->text);
	g_array_unref(source->lines);
	g_free(source);
}

struct sources *sources_new(const char *root)
{
	struct sources *sources = g_new0(struct sources, 1);

	sources->root = root;
	sources->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, source_free);
	return sources;
}

void sources_free(struct sources *sources)
{
	if (!sources)
		return;
	g_hash_table_unref(sources->files);
	g_free(sources);
}

static void index_lines(struct source *source)
{
	for (size_t start = 0; start < source->length;) {
		const char *newline = memchr(source->text + start, '\n', source->length - start);

		g_array_append_val(source->lines, start);
		start = newline ? (size_t)(newline - source->text) + 1 : source->length;
	}
}

static struct source *source_read(const struct sources *sources, const char *file)
{
	struct source *source = g_new0(struct source, 1);
	char *path = g_canonicalize_filename(file, sources->root);

	source->lines = g_array_new(FALSE, FALSE, sizeof(size_t));
	if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
		g_file_get_contents(path, &source->text, &source->length, NULL);
	g_free(path);
	index_lines(source);
	return source;
}

static struct source *source_of(struct sources *sources, const char *file)
{
	struct source *source = g_hash_table_lookup(sources->files, file);

	if (!source) {
		source = source_read(sources, file);
		g_hash_table_insert(sources->files, g_strdup(file), source);
	}
	return source;
}

/* Line `number` (from 1) without its end; text NULL if there is none. */
static struct line line_of(const struct source *source, unsigned number)
{
	if (number == 0 || number > source->lines->len)
		return (struct line){ 0 };
	size_t start = g_array_index(source->lines, size_t, number - 1);
	size_t end = number < source->lines->len ? g_array_index(source->lines, size_t, number) : source->length;
	while (end > start && strchr("\r\n\t ", source->text[end - 1]) && source->text[end - 1])
		end--;
	return (struct line){ source->text + start, end - start };
}

/* The byte behind the name at `start`, or behind the one byte that stands there. */
static size_t name_end(const struct line *line, size_t start)
{
	size_t end = start;

	while (end < line->length && (g_ascii_isalnum(line->text[end]) || line->text[end] == '_'))
		end++;
	return end > start ? end : start + 1;
}

/* The byte behind the marked part, on this line. */
static size_t marked_end(const struct line *line, const struct span *place)
{
	size_t start = place->column - 1;

	if (place->end_line > place->line)
		return line->length;
	if (place->end_line == place->line && place->end_column > place->column)
		return place->end_column - 1;
	return name_end(line, start);
}

static unsigned advance(unsigned column, const struct glyph *glyph)
{
	return glyph->text[0] == '\t' ? (column / TAB_WIDTH + 1) * TAB_WIDTH : column + glyph->columns;
}

static struct measured measure(const struct line *line, size_t start, size_t end)
{
	struct measured m = { .start = UINT_MAX };

	for (size_t i = 0; i < line->length;) {
		struct glyph glyph = printable_next(line->text + i, line->length - i);

		if (m.start == UINT_MAX && i + glyph.bytes > start)
			m.start = m.total;
		m.total = advance(m.total, &glyph);
		if (i < end)
			m.end = m.total;
		i += glyph.bytes;
	}
	m.start = MIN(m.start, m.total);
	m.end = MAX(m.end, m.start + 1);
	return m;
}

/* Prints columns [from, to) of the line. */
static void put_columns(FILE *out, const struct line *line, unsigned from, unsigned to)
{
	unsigned column = 0;

	for (size_t i = 0; i < line->length && column < to;) {
		struct glyph glyph = printable_next(line->text + i, line->length - i);
		unsigned next = advance(column, &glyph);

		if (glyph.text[0] == '\t' || column < from)
			for (unsigned c = MAX(column, from); c < MIN(next, to); c++)
				fputc(' ', out);
		else if (next <= to)
			fputs(glyph.text, out);
		column = next;
		i += glyph.bytes;
	}
}

static void put_repeated(FILE *out, char c, unsigned times)
{
	while (times-- > 0)
		fputc(c, out);
}

/* Where the shown part of a line starts: 0, or such that the marker stands in its first third. */
static unsigned first_column(const struct measured *m)
{
	if (m->total <= WIDEST || m->start < WIDEST * 2 / 3)
		return 0;
	return m->start - WIDEST / 3;
}

void excerpt_print(FILE *out, struct sources *sources, const struct span *place, const char *marker_start,
		   const char *marker_end)
{
	struct line line = line_of(source_of(sources, place->file), place->line);

	if (!line.text || place->column == 0)
		return;
	struct measured m = measure(&line, place->column - 1, marked_end(&line, place));
	unsigned from = first_column(&m), to = MIN(m.total, from + WIDEST);
	const char *head = from > 0 ? "..." : "", *tail = to < m.total ? "..." : "";

	fprintf(out, "%6u | %s", place->line, head);
	put_columns(out, &line, from, to);
	fprintf(out, "%s\n       | %s", tail, marker_start);
	put_repeated(out, ' ', m.start - from + (unsigned)strlen(head));
	fputc('^', out);
	put_repeated(out, '~', MIN(m.end, MAX(to, m.start + 1)) - m.start - 1);
	fprintf(out, "%s\n", marker_end);
}
