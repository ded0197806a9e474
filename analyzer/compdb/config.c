/*
 * config: templates, build files and the machine -> #defines; see config.h.
 *
 * Nothing is compiled to find out: whether a function exists is asked of the C library that is loaded, whether a header
 * exists of the file system.
 */
#include "compdb/config.h"

#include <dlfcn.h>
#include <string.h>

enum shape { SHAPE_SWITCH, SHAPE_STRING, SHAPE_NUMBER, SHAPE_NONE };

/* By the end of the name; the first that fits. */
static const struct {
	const char *ending;
	enum shape shape;
} shape_table[] = {
	{ "MAJOR_VERSION", SHAPE_NUMBER }, { "MINOR_VERSION", SHAPE_NUMBER }, { "MICRO_VERSION", SHAPE_NUMBER },
	{ "VERSION_MAJOR", SHAPE_NUMBER }, { "VERSION_MINOR", SHAPE_NUMBER }, { "VERSION_MICRO", SHAPE_NUMBER },
	{ "API_VERSION", SHAPE_NUMBER },   { "VERSION", SHAPE_STRING },       { "PACKAGE", SHAPE_STRING },
	{ "DIR", SHAPE_STRING },           { "_PATH", SHAPE_STRING },         { "_NAME", SHAPE_STRING },
	{ "STRING", SHAPE_STRING },        { "BUGREPORT", SHAPE_STRING },     { "_URL", SHAPE_STRING },
	{ "PREFIX", SHAPE_STRING },        { "_DOMAIN", SHAPE_STRING },       { "_FILE", SHAPE_STRING },
	{ "_USER", SHAPE_STRING },         { "_GROUP", SHAPE_STRING },        { "_PROGRAM", SHAPE_STRING },
	{ "_BINARY", SHAPE_STRING },       { "NDEBUG", SHAPE_NONE },          { "_BIGENDIAN", SHAPE_NONE },
	{ "_BIG_ENDIAN", SHAPE_NONE },     { "_DEBUG", SHAPE_NONE },          { "_POSIX_SOURCE", SHAPE_NONE },
	{ "_POSIX_1_SOURCE", SHAPE_NONE }, { "_MINIX", SHAPE_NONE },          { "_OFFSET_BITS", SHAPE_NONE },
	{ "_GNU_SOURCE", SHAPE_NONE },     { "_LARGE_FILES", SHAPE_NONE },    { "YYTEXT_POINTER", SHAPE_NONE },
	{ "_FORTIFY_SOURCE", SHAPE_NONE },
};

static const struct {
	const char *type;
	const char *size;
} size_table[] = {
	/* LP64 */
	{ "CHAR", "1" },         { "SHORT", "2" }, { "SHORT_INT", "2" }, { "INT", "4" },
	{ "UNSIGNED_INT", "4" }, { "FLOAT", "4" }, { "WCHAR_T", "4" },   { "PID_T", "4" },
	{ "UID_T", "4" },        { "GID_T", "4" }, { "MODE_T", "4" },    { "LONG_DOUBLE", "16" },
};

/* Words in a name that speak of another system. */
static const char *const foreign_words[] = {
	"KQUEUE",  "KEVENT", "WIN32",    "WINDOWS", "DARWIN", "SOLARIS", "FREEBSD", "OPENBSD", "NETBSD",
	"DEVPOLL", "PORTFS", "BROKEN",   "COCOA",   "QUARTZ", "MACOS",   "OSX",     "APPLE",   "ANDROID",
	"AIX",     "HPUX",   "VALGRIND", "SUNOS",   "IRIX",   "CYGWIN",  "MINGW",   "BEOS",
};

/* What configure defines where a system is unlike others; NULL: not on this one, whose headers have it themselves. */
static const struct {
	const char *name;
	const char *value;
} usual_table[] = {
	{ "C_ALLOCA", NULL },
	{ "GETGROUPS_T", "gid_t" },
	{ "INADDR_NONE", NULL },
	{ "MSG_NOSIGNAL", NULL },
	{ "PTHREAD_CREATE_JOINABLE", NULL },
	{ "RETSIGTYPE", "void" },
	{ "SELECT_TYPE_ARG1", "int" },
	{ "SELECT_TYPE_ARG234", "(fd_set *)" },
	{ "SELECT_TYPE_ARG5", "(struct timeval *)" },
};

static enum shape shape_of(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(shape_table); i++)
		if (g_str_has_suffix(name, shape_table[i].ending))
			return shape_table[i].shape;
	return SHAPE_SWITCH;
}

static bool is_foreign(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(foreign_words); i++)
		if (strstr(name, foreign_words[i]))
			return true;
	return false;
}

static const char *size_of(const char *type)
{
	for (gsize i = 0; i < G_N_ELEMENTS(size_table); i++)
		if (strcmp(size_table[i].type, type) == 0)
			return size_table[i].size;
	return "8";
}

/* What the compiler knows by itself. */
static bool compiler_has(const char *what)
{
	static const char *const words[] = { "BUILTIN",        "ATTRIBUTE", "THREAD_LOCAL", "INLINE", "GCC",
					     "GNUC",           "C99",       "C11",          "STDC",   "VARIADIC",
					     "TYPEOF",         "ALIGNOF",   "ATOMIC",       "INT128", "VISIBILITY",
					     "FLEXIBLE_ARRAY", "LONG_LONG", "__THREAD",     "LINUX",  "EPOLL" };

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (strstr(what, words[i]))
			return true;
	return false;
}

static bool library_has_function(const char *name)
{
	static const char *const libraries[] = { "libc.so.6", "libm.so.6" };
	bool found = false;

	for (gsize i = 0; i < G_N_ELEMENTS(libraries) && !found; i++) {
		void *library = dlopen(libraries[i], RTLD_LAZY);

		found = library && dlsym(library, name);
		if (library)
			dlclose(library);
	}
	return found;
}

/* Tries `name` ("sys_epoll") with each _ as /, _ or - ("sys/epoll.h"), from its `at`-th character on. */
static bool header_exists(struct packages *packages, char *name, gsize at)
{
	at += strcspn(name + at, "_/-");
	if (!name[at]) {
		g_autofree char *file = g_strconcat(name, ".h", NULL);

		return packages_find_system(packages, file) || packages_find(packages, file, false);
	}
	for (const char *separator = "/_-"; *separator; separator++) {
		name[at] = *separator;
		if (header_exists(packages, name, at + 1))
			return true;
	}
	return false;
}

static bool package_exists(struct packages *packages, const char *name)
{
	g_autofree char *dashed = g_strdelimit(g_strdup(name), "_", '-');
	g_autofree char *library = g_strconcat("lib", dashed, NULL);

	return packages_has(packages, dashed) || packages_has(packages, library) ||
	       packages_has_part(packages, dashed) || packages_has_part(packages, library);
}

bool config_machine_has(struct packages *packages, const char *what)
{
	g_autofree char *name = g_ascii_strdown(what, -1);

	if (g_str_has_suffix(name, "_h")) {
		name[strlen(name) - 2] = '\0';
		return header_exists(packages, name, 0);
	}
	if (g_str_has_prefix(name, "decl_") || g_str_has_prefix(name, "func_"))
		return library_has_function(name + strlen("decl_"));
	return compiler_has(what) || g_str_has_prefix(name, "struct_") || g_str_has_suffix(name, "_t") ||
	       library_has_function(name) || package_exists(packages, name);
}

static bool is_literal(const char *text)
{
	const char *end = text + strlen(text) - 1;

	if (g_ascii_isdigit(*text))
		return strspn(text, "0123456789abcdefxXuUlL.") == strlen(text);
	return text < end && *text == '"' && *end == '"' && !strpbrk(text, "$@\\\n");
}

static bool is_upper_case(const char *name)
{
	for (; *name; name++)
		if (g_ascii_islower(*name))
			return false;
	return true;
}

char *config_judge(struct packages *packages, const char *name, const char *given)
{
	if (!is_upper_case(name) || is_foreign(name))
		return NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(usual_table); i++)
		if (strcmp(usual_table[i].name, name) == 0)
			return g_strdup(usual_table[i].value);
	if (g_str_has_prefix(name, "HAVE_"))
		return config_machine_has(packages, name + strlen("HAVE_")) ? g_strdup("1") : NULL;
	enum shape shape = shape_of(name);
	if (shape == SHAPE_NONE)
		return NULL;
	if (given && is_literal(given))
		return g_strdup(given);
	if (g_str_has_prefix(name, "SIZEOF_"))
		return g_strdup(size_of(name + strlen("SIZEOF_")));
	if (given && *given == '"')
		return g_strdup_printf("\"%s\"", name);
	return shape == SHAPE_STRING ? g_strdup_printf("\"%s\"", name) : g_strdup("1");
}

/* How each kind of file declares a macro: `name` in group 1, its value (if any) in group 2. */
static const char *const declaration_patterns[] = {
	"^[ \\t]*#[ \\t]*undef[ \\t]+(\\w+)",
	"^[ \\t]*#[ \\t]*(?:cmakedefine|mesondefine)(?:01)?[ \\t]+(\\w+)(?:[ \\t]+(\\S.*))?",
	"AC_DEFINE(?:_UNQUOTED)?\\(\\s*\\[?(\\w+)\\]?\\s*(?:,\\s*\\[?([^\\],)]*))?",
	"\\.set(?:10)?\\s*\\(\\s*'(\\w+)'\\s*,\\s*'?([^\\n')]*)",
	"\\.set_quoted\\s*\\(\\s*'(\\w+)'\\s*,\\s*()",
};

enum { PATTERN_SET_QUOTED = 4 };

struct writer {
	struct packages *packages;
	GHashTable *written; /* set of names */
	GString *text;
};

static void write_macro(struct writer *writer, const char *name, const char *given)
{
	if (g_hash_table_contains(writer->written, name))
		return;
	g_hash_table_add(writer->written, g_strdup(name));
	g_autofree char *value = config_judge(writer->packages, name, given);
	if (value)
		g_string_append_printf(writer->text, "#define %s %s\n", name, value);
}

static void write_declared(struct writer *writer, const char *text, gsize pattern)
{
	g_autoptr(GRegex) regex = g_regex_new(declaration_patterns[pattern], G_REGEX_MULTILINE | G_REGEX_RAW, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	for (g_regex_match(regex, text, 0, &match); g_match_info_matches(match); g_match_info_next(match, NULL)) {
		g_autofree char *name = g_match_info_fetch(match, 1);
		g_autofree char *value = g_match_info_fetch(match, 2);
		const char *given = value && *value ? g_strstrip(value) : NULL;

		write_macro(writer, name, pattern == PATTERN_SET_QUOTED ? "\"" : given);
	}
}

static void write_all_declared(struct writer *writer, const char *text)
{
	for (gsize i = 0; i < G_N_ELEMENTS(declaration_patterns); i++)
		write_declared(writer, text, i);
}

/* What AC_INIT and AM_INIT_AUTOMAKE define without naming it. */
static void write_package(struct writer *writer)
{
	static const char *const names[] = { "PACKAGE",        "PACKAGE_NAME",    "PACKAGE_VERSION",
					     "PACKAGE_STRING", "PACKAGE_TARNAME", "PACKAGE_BUGREPORT",
					     "PACKAGE_URL",    "VERSION" };

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		write_macro(writer, names[i], NULL);
}

char *config_text(struct packages *packages, const struct tree *tree, const char *template, const GPtrArray *switches)
{
	g_autoptr(GHashTable) written = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct writer writer = { packages, written,
				 g_string_new("/* Stands in for a header that configure would write. */\n") };
	g_autofree char *text = NULL;

	for (guint i = 0; i < tree->builds->len; i++)
		write_all_declared(&writer, ((const struct build_file *)tree->builds->pdata[i])->text);
	if (template && g_file_get_contents(template, &text, NULL, NULL))
		write_all_declared(&writer, text);
	write_package(&writer);
	for (guint i = 0; i < switches->len; i++)
		if (g_str_has_prefix(switches->pdata[i], "HAVE_"))
			write_macro(&writer, switches->pdata[i], NULL);
	return g_string_free(writer.text, FALSE);
}
