/* expectation: reads the comments of a fixture; see expectation.h. */
#include "expectation.h"

#include <string.h>

static const char *const markers[EXPECTATION_KINDS] = {
	[EXPECT_FINDING] = "// expect:",
	[EXPECT_NOTE] = "// note:",
	[EXPECT_MISSED] = "// missed:",
	[EXPECT_FALSE_ALARM] = "// false-alarm:",
};

/* The first marker in `text`, or NULL. */
static const char *find_marker(const char *text, enum expectation_kind *kind)
{
	const char *first = NULL;

	for (int k = 0; k < EXPECTATION_KINDS; k++) {
		const char *here = strstr(text, markers[k]);

		if (!here || (first && here > first))
			continue;
		first = here;
		*kind = (enum expectation_kind)k;
	}
	return first;
}

/* Splits "rule: text"; false if there is no rule. */
static bool split_rule(const char *content, char **rule, char **text)
{
	const char *colon = strstr(content, ": ");

	if (!colon || colon == content || memchr(content, ' ', (size_t)(colon - content)))
		return false;
	*rule = g_strndup(content, (size_t)(colon - content));
	*text = g_strdup(colon + 2);
	return true;
}

static void add(struct expectation expectation, const char *content, GArray *out, GString *problems)
{
	if (expectation.kind == EXPECT_NOTE) {
		expectation.rule = g_strdup("");
		expectation.text = g_strdup(content);
	} else if (!split_rule(content, &expectation.rule, &expectation.text)) {
		g_string_append_printf(problems, "%s:%u: not `RULE: TEXT`: %s\n", expectation.file, expectation.line,
				       content);
		return;
	}
	if (!*expectation.text)
		g_string_append_printf(problems, "%s:%u: an expectation without a text\n", expectation.file,
				       expectation.line);
	expectation.file = g_strdup(expectation.file);
	g_array_append_val(out, expectation);
}

static void read_line(const char *line, struct expectation place, GArray *out, GString *problems)
{
	const char *marker = find_marker(line, &place.kind);

	while (marker) {
		enum expectation_kind next_kind = EXPECT_FINDING;
		const char *content = marker + strlen(markers[place.kind]);
		const char *next = find_marker(content, &next_kind);
		char *text = next ? g_strndup(content, (size_t)(next - content)) : g_strdup(content);

		add(place, g_strstrip(text), out, problems);
		g_free(text);
		marker = next;
		place.kind = next_kind;
	}
}

static bool only_expectations(const char *line)
{
	enum expectation_kind kind;
	const char *marker = find_marker(line, &kind);

	return marker && strspn(line, " \t") == (size_t)(marker - line);
}

/* The line, from 0, that line `i` speaks of. */
static unsigned subject_of(char **lines, unsigned i)
{
	while (lines[i + 1] && only_expectations(lines[i]))
		i++;
	return i;
}

void expectations_read(const char *file, const char *text, GArray *out, GString *problems)
{
	char **lines = g_strsplit(text, "\n", -1);

	for (unsigned i = 0; lines[i]; i++) {
		struct expectation place = { .file = (char *)file, .line = subject_of(lines, i) + 1 };

		read_line(lines[i], place, out, problems);
	}
	g_strfreev(lines);
}

static void finish(void *item)
{
	struct expectation *expectation = item;

	g_free(expectation->file);
	g_free(expectation->rule);
	g_free(expectation->text);
}

GArray *expectations_new(void)
{
	GArray *array = g_array_new(FALSE, TRUE, sizeof(struct expectation));

	g_array_set_clear_func(array, finish);
	return array;
}

bool expectation_describes(const struct expectation *expectation, const char *text)
{
	size_t length = strlen(expectation->text);

	if (g_str_has_suffix(expectation->text, "..."))
		return strncmp(expectation->text, text, length - 3) == 0;
	return strcmp(expectation->text, text) == 0;
}
