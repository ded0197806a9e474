/*
 * scan: a line reader with a stack of conditions; see scan.h.
 *
 * A condition is known to be false, known to be true, or unknown. Lines are read unless a false one is open, so both
 * arms of an unknown condition are: better a folder too many on the include path than a header too few.
 */
#include "compdb/scan.h"

#include <string.h>

enum truth { FALSE_HERE, TRUE_HERE, UNKNOWN_HERE };

static const struct {
	const char *macro;
	enum truth defined;
} macro_table[] = {
	{ "_WIN32", FALSE_HERE },      { "WIN32", FALSE_HERE },       { "_WIN64", FALSE_HERE },
	{ "__WIN32__", FALSE_HERE },   { "_MSC_VER", FALSE_HERE },    { "__MINGW32__", FALSE_HERE },
	{ "__CYGWIN__", FALSE_HERE },  { "G_OS_WIN32", FALSE_HERE },  { "OS_WIN32", FALSE_HERE },
	{ "_WINDOWS", FALSE_HERE },    { "WINDOWS", FALSE_HERE },     { "HAVE_WINDOWS_H", FALSE_HERE },
	{ "__APPLE__", FALSE_HERE },   { "__MACH__", FALSE_HERE },    { "__FreeBSD__", FALSE_HERE },
	{ "__NetBSD__", FALSE_HERE },  { "__OpenBSD__", FALSE_HERE }, { "__DragonFly__", FALSE_HERE },
	{ "__sun", FALSE_HERE },       { "__sun__", FALSE_HERE },     { "sun", FALSE_HERE },
	{ "_AIX", FALSE_HERE },        { "__hpux", FALSE_HERE },      { "__osf__", FALSE_HERE },
	{ "__ANDROID__", FALSE_HERE }, { "__HAIKU__", FALSE_HERE },   { "__QNX__", FALSE_HERE },
	{ "__EMX__", FALSE_HERE },     { "__VMS", FALSE_HERE },       { "__cplusplus", FALSE_HERE },
	{ "__linux__", TRUE_HERE },    { "__linux", TRUE_HERE },      { "__unix__", TRUE_HERE },
	{ "G_OS_UNIX", TRUE_HERE },    { "__GNUC__", TRUE_HERE },
};

struct arm {
	enum truth now;  /* of the arm that is open */
	enum truth done; /* whether an arm before it was taken */
};

struct scanner {
	const char *at, *end;
	GArray *arms; /* struct arm */
	GHashTable *known_switches;
	char *outermost; /* the macro that the outermost open condition asks for, and nothing else; NULL: it is not like that */
	bool free_code; /* some code stands under another condition, or under none */
	struct scan *out;
};

static enum truth macro_truth(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(macro_table); i++)
		if (strcmp(macro_table[i].macro, name) == 0)
			return macro_table[i].defined;
	return UNKNOWN_HERE;
}

static enum truth negate(enum truth truth)
{
	return truth == UNKNOWN_HERE ? UNKNOWN_HERE : truth == TRUE_HERE ? FALSE_HERE : TRUE_HERE;
}

static enum truth either(enum truth left, enum truth right)
{
	if (left == TRUE_HERE || right == TRUE_HERE)
		return TRUE_HERE;
	return left == FALSE_HERE && right == FALSE_HERE ? FALSE_HERE : UNKNOWN_HERE;
}

/* `0`, `1`, `defined X`, `!defined(X)`, `X`: one operand of ||; anything else is unknown. */
static enum truth operand_truth(const char *text)
{
	g_autofree char *copy = g_strdup(text);
	char *word = g_strstrip(copy);
	bool negated = *word == '!';

	word += negated;
	if (strcmp(word, "0") == 0 || strcmp(word, "1") == 0)
		return (*word == '1') != negated ? TRUE_HERE : FALSE_HERE;
	word = g_strchug(word);
	if (g_str_has_prefix(word, "defined"))
		word += strlen("defined");
	g_strdelimit(word, "()", ' ');
	word = g_strstrip(word);
	return negated ? negate(macro_truth(word)) : macro_truth(word);
}

static enum truth expression_truth(const char *text)
{
	enum truth truth = FALSE_HERE;
	g_auto(GStrv) operands = g_strsplit(text, "||", -1);

	for (char **operand = operands; *operand; operand++)
		truth = either(truth, operand_truth(*operand));
	return truth;
}

static bool is_hidden(const struct scanner *scanner)
{
	for (guint i = 0; i < scanner->arms->len; i++)
		if (g_array_index(scanner->arms, struct arm, i).now == FALSE_HERE)
			return true;
	return false;
}

static void open_condition(struct scanner *scanner, enum truth truth)
{
	struct arm arm = { truth, truth };

	g_array_append_val(scanner->arms, arm);
}

static void next_arm(struct scanner *scanner, enum truth truth)
{
	if (!scanner->arms->len)
		return;
	struct arm *arm = &g_array_index(scanner->arms, struct arm, scanner->arms->len - 1);

	arm->now = arm->done == TRUE_HERE ? FALSE_HERE : truth;
	arm->done = either(arm->done, truth);
}

static void close_condition(struct scanner *scanner)
{
	if (scanner->arms->len)
		g_array_set_size(scanner->arms, scanner->arms->len - 1);
	if (!scanner->arms->len)
		g_clear_pointer(&scanner->outermost, g_free);
}

static bool is_name(char c)
{
	return g_ascii_isalnum(c) || c == '_';
}

/* "X" of `X`, `(X)`, `defined X`, `defined(X)`; NULL for any other condition. The caller frees. */
static char *only_macro(const char *text)
{
	g_autofree char *copy = g_strdup(text);
	char *word = g_strstrip(g_strdelimit(copy, "()", ' '));

	if (g_str_has_prefix(word, "defined "))
		word = g_strchug(word + strlen("defined "));
	bool plain = g_ascii_isalpha(*word);
	for (const char *c = word; *c && plain; c++)
		plain = is_name(*c);
	return plain ? g_strdup(word) : NULL;
}

/* The outermost condition begins, or goes on with another arm (NULL). */
static void set_outermost(struct scanner *scanner, const char *text)
{
	g_free(scanner->outermost);
	scanner->outermost = text ? only_macro(text) : NULL;
}

/* Nothing but includes and the like stands outside of `#ifdef LINUX ... #endif`. */
static void note_code(struct scanner *scanner)
{
	struct scan *out = scanner->out;

	if (is_hidden(scanner) || scanner->free_code)
		return;
	scanner->free_code = !scanner->outermost || (out->whole && strcmp(out->whole, scanner->outermost) != 0);
	if (!scanner->free_code && !out->whole)
		out->whole = g_strdup(scanner->outermost);
	if (scanner->free_code)
		g_clear_pointer(&out->whole, g_free);
}

static void add_include(struct scanner *scanner, const char *rest)
{
	char close = *rest == '<' ? '>' : '"';
	const char *end = *rest == '<' || *rest == '"' ? strchr(rest + 1, close) : NULL;

	if (!end || end == rest + 1)
		return;
	struct include include = { g_strndup(rest + 1, (gsize)(end - rest - 1)), close == '>' };
	g_array_append_val(scanner->out->includes, include);
}

/* What configure scripts decide: upper case with one of these words in front. */
static bool is_switch(const char *name)
{
	static const char *const prefixes[] = { "HAVE_", "ENABLE_", "WITH_", "USE_" };

	for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (g_str_has_prefix(name, prefixes[i]))
			return true;
	return false;
}

static void add_switches(struct scanner *scanner, const char *text)
{
	while (*text) {
		gsize length = 0;

		while (is_name(text[length]))
			length++;
		g_autofree char *name = g_strndup(text, length);
		if (is_switch(name) && !g_hash_table_contains(scanner->known_switches, name)) {
			char *copy = g_strdup(name);

			g_ptr_array_add(scanner->out->switches, copy);
			g_hash_table_add(scanner->known_switches, copy);
		}
		text += length ? length : 1;
	}
}

static void add_defined(struct scanner *scanner, const char *rest)
{
	gsize length = 0;

	while (is_name(rest[length]))
		length++;
	g_autofree char *name = g_strndup(rest, length);
	if (is_switch(name))
		g_ptr_array_add(scanner->out->defined, g_steal_pointer(&name));
}

/* `text`: a directive without its #, comments gone, lines joined. */
static void read_directive(struct scanner *scanner, char *text)
{
	text = g_strstrip(text);
	char *rest = text;

	while (g_ascii_isalpha(*rest))
		rest++;
	g_autofree char *word = g_strndup(text, (gsize)(rest - text));
	rest = g_strstrip(rest);
	bool hidden = is_hidden(scanner);

	if (g_str_has_prefix(word, "if") || strcmp(word, "elif") == 0)
		add_switches(scanner, rest);
	if (g_str_has_prefix(word, "if") && !scanner->arms->len)
		set_outermost(scanner, strcmp(word, "ifndef") == 0 ? NULL : rest);
	else if (g_str_has_prefix(word, "el") && scanner->arms->len == 1)
		set_outermost(scanner, NULL);
	if (strcmp(word, "if") == 0)
		open_condition(scanner, expression_truth(rest));
	else if (strcmp(word, "ifdef") == 0)
		open_condition(scanner, macro_truth(rest));
	else if (strcmp(word, "ifndef") == 0)
		open_condition(scanner, negate(macro_truth(rest)));
	else if (strcmp(word, "elif") == 0)
		next_arm(scanner, expression_truth(rest));
	else if (strcmp(word, "else") == 0)
		next_arm(scanner, TRUE_HERE);
	else if (strcmp(word, "endif") == 0)
		close_condition(scanner);
	else if (!hidden && (strcmp(word, "include") == 0 || strcmp(word, "import") == 0))
		add_include(scanner, rest);
	else if (!hidden && strcmp(word, "define") == 0)
		add_defined(scanner, rest);
}

static void skip_comment(struct scanner *scanner)
{
	const char *close = g_strstr_len(scanner->at + 2, scanner->end - scanner->at - 2, "*/");

	scanner->at = close ? close + 2 : scanner->end;
}

/* Behind the literal that begins here, or at the end of its line. */
static void skip_literal(struct scanner *scanner)
{
	char quote = *scanner->at++;

	while (scanner->at < scanner->end && *scanner->at != quote && *scanner->at != '\n')
		scanner->at += *scanner->at == '\\' && scanner->at + 1 < scanner->end ? 2 : 1;
	if (scanner->at < scanner->end && *scanner->at == quote)
		scanner->at++;
}

static bool at_text(const struct scanner *scanner, const char *text)
{
	gsize length = strlen(text);

	return (gsize)(scanner->end - scanner->at) >= length && memcmp(scanner->at, text, length) == 0;
}

/* Skips a comment or a joined line end; false if neither begins here. */
static bool skip_invisible(struct scanner *scanner)
{
	if (at_text(scanner, "/*")) {
		skip_comment(scanner);
	} else if (at_text(scanner, "//")) {
		const char *stop = memchr(scanner->at, '\n', (gsize)(scanner->end - scanner->at));

		scanner->at = stop ? stop : scanner->end;
	} else if (at_text(scanner, "\\\n")) {
		scanner->at += 2;
	} else if (at_text(scanner, "\\\r\n")) {
		scanner->at += 3;
	} else {
		return false;
	}
	return true;
}

/* To the end of the logical line; what stands on it is added to `line`. */
static void read_line(struct scanner *scanner, GString *line)
{
	while (scanner->at < scanner->end && *scanner->at != '\n') {
		if ((*scanner->at == '/' || *scanner->at == '\\') && skip_invisible(scanner))
			continue;
		g_string_append_c(line, *scanner->at++);
	}
}

/* The same for a line of code; literals are skipped, because a comment does not begin in them. */
static void skip_line(struct scanner *scanner)
{
	while (scanner->at < scanner->end && *scanner->at != '\n') {
		if ((*scanner->at == '/' || *scanner->at == '\\') && skip_invisible(scanner))
			continue;
		if (*scanner->at == '"' || *scanner->at == '\'')
			skip_literal(scanner);
		else
			scanner->at++;
	}
}

static void skip_blanks(struct scanner *scanner)
{
	while (scanner->at < scanner->end) {
		if (g_ascii_isspace(*scanner->at))
			scanner->at++;
		else if (*scanner->at == '/' && at_text(scanner, "/*"))
			skip_comment(scanner);
		else
			return;
	}
}

static void clear_include(gpointer include)
{
	g_free(((struct include *)include)->name);
}

static struct scan *scan_new(void)
{
	struct scan *scan = g_new0(struct scan, 1);

	scan->includes = g_array_new(FALSE, FALSE, sizeof(struct include));
	g_array_set_clear_func(scan->includes, clear_include);
	scan->switches = g_ptr_array_new_with_free_func(g_free);
	scan->defined = g_ptr_array_new_with_free_func(g_free);
	return scan;
}

void scan_free(struct scan *scan)
{
	if (!scan)
		return;
	g_array_free(scan->includes, TRUE);
	g_ptr_array_free(scan->switches, TRUE);
	g_ptr_array_free(scan->defined, TRUE);
	g_free(scan->whole);
	g_free(scan);
}

struct scan *scan_text(const char *text, gsize length)
{
	g_autoptr(GArray) arms = g_array_new(FALSE, FALSE, sizeof(struct arm));
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
	struct scanner scanner = {
		.at = text, .end = text + length, .arms = arms, .known_switches = known, .out = scan_new()
	};

	for (skip_blanks(&scanner); scanner.at < scanner.end; skip_blanks(&scanner)) {
		if (*scanner.at != '#') {
			note_code(&scanner);
			skip_line(&scanner);
			continue;
		}
		g_autoptr(GString) line = g_string_new(NULL);
		scanner.at++;
		read_line(&scanner, line);
		read_directive(&scanner, line->str);
	}
	g_free(scanner.outermost);
	return scanner.out;
}
