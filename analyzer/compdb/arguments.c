/*
 * arguments: one table of options; see arguments.h.
 *
 * An option that is not in the table is left out with nothing behind it. So the table lists what is kept, and of the
 * rest only what takes the next word with it. `-O`, `-g`, `-W...` and `-fsanitize` are among the rest: they change what
 * the compiler says or emits, not what the source means.
 */
#include "compdb/arguments.h"

#include <string.h>

/* Where the value of an option stands. */
enum value {
	ALONE,    /* there is none: the word is the option */
	JOINED,   /* in the same word: -std=c11; also any word that begins so */
	SEPARATE, /* in the next word */
	EITHER,   /* in the same word, or in the next if the word ends with the option */
};

enum action { KEEP, DROP, SET_LANGUAGE, SET_OUTPUT, REREAD_COMMAS, REREAD_NEXT, MAP_PLAN9, MAP_STANDARD };

struct option {
	const char *name;
	enum value value;
	enum action action;
};

static const struct option option_table[] = {
	/* macros and include paths */
	{ "-D", EITHER, KEEP },
	{ "-U", EITHER, KEEP },
	{ "-I-", ALONE, DROP },
	{ "-I", EITHER, KEEP },
	{ "-iquote", EITHER, KEEP },
	{ "-isystem-after", EITHER, KEEP },
	{ "-isystem", EITHER, KEEP },
	{ "-idirafter", EITHER, KEEP },
	{ "-iprefix", EITHER, KEEP },
	{ "-iwithprefixbefore", EITHER, KEEP },
	{ "-iwithprefix", EITHER, KEEP },
	{ "-isysroot", EITHER, KEEP },
	{ "--sysroot=", JOINED, KEEP },
	{ "--sysroot", SEPARATE, KEEP },
	{ "-include-pch", SEPARATE, DROP },
	{ "-include", EITHER, KEEP },
	{ "-imacros", EITHER, KEEP },
	{ "-nostdinc", JOINED, KEEP },
	{ "-undef", ALONE, KEEP },

	/* the language */
	{ "-x", EITHER, SET_LANGUAGE },
	{ "-std=", JOINED, KEEP },
	{ "--std=", JOINED, MAP_STANDARD },
	{ "-ansi", ALONE, KEEP },
	{ "-fsigned-char", ALONE, KEEP },
	{ "-funsigned-char", ALONE, KEEP },
	{ "-fno-signed-char", ALONE, KEEP },
	{ "-fno-unsigned-char", ALONE, KEEP },
	{ "-fshort-enums", ALONE, KEEP },
	{ "-fno-short-enums", ALONE, KEEP },
	{ "-fshort-wchar", ALONE, KEEP },
	{ "-fno-short-wchar", ALONE, KEEP },
	{ "-fms-extensions", ALONE, KEEP },
	{ "-fplan9-extensions", ALONE, MAP_PLAN9 },
	{ "-fgnu89-inline", ALONE, KEEP },
	{ "-fno-gnu89-inline", ALONE, KEEP },
	{ "-fgnu-keywords", ALONE, KEEP },
	{ "-fno-gnu-keywords", ALONE, KEEP },
	{ "-fno-asm", ALONE, KEEP },
	{ "-fasm", ALONE, KEEP },
	{ "-fblocks", ALONE, KEEP },
	{ "-ffreestanding", ALONE, KEEP },
	{ "-fhosted", ALONE, KEEP },
	{ "-fno-builtin", JOINED, KEEP },
	{ "-fbuiltin", ALONE, KEEP },
	{ "-fdollars-in-identifiers", ALONE, KEEP },
	{ "-fno-dollars-in-identifiers", ALONE, KEEP },
	{ "-flax-vector-conversions", JOINED, KEEP },
	{ "-fexceptions", ALONE, KEEP },
	{ "-fno-exceptions", ALONE, KEEP },
	{ "-frtti", ALONE, KEEP },
	{ "-fno-rtti", ALONE, KEEP },
	{ "-fpic", ALONE, KEEP },
	{ "-fPIC", ALONE, KEEP },
	{ "-fpie", ALONE, KEEP },
	{ "-fPIE", ALONE, KEEP },
	{ "-fno-pic", ALONE, KEEP },
	{ "-fno-PIC", ALONE, KEEP },
	{ "-fno-pie", ALONE, KEEP },
	{ "-fno-PIE", ALONE, KEEP },
	{ "-pthread", ALONE, KEEP },

	/* the machine: what decides sizes, macros and which intrinsics there are */
	{ "-target", SEPARATE, KEEP },
	{ "--target=", JOINED, KEEP },
	{ "-m16", ALONE, KEEP },
	{ "-m32", ALONE, KEEP },
	{ "-m64", ALONE, KEEP },
	{ "-mx32", ALONE, KEEP },
	{ "-march=", JOINED, KEEP },
	{ "-mcpu=", JOINED, KEEP },
	{ "-mabi=", JOINED, KEEP },
	{ "-mfloat-abi=", JOINED, KEEP },
	{ "-mfpu=", JOINED, KEEP },
	{ "-mthumb", ALONE, KEEP },
	{ "-marm", ALONE, KEEP },
	{ "-msse", JOINED, KEEP },
	{ "-mssse3", ALONE, KEEP },
	{ "-mavx", JOINED, KEEP },
	{ "-mmmx", ALONE, KEEP },
	{ "-mfma", ALONE, KEEP },
	{ "-mf16c", ALONE, KEEP },
	{ "-mbmi", ALONE, KEEP },
	{ "-mbmi2", ALONE, KEEP },
	{ "-maes", ALONE, KEEP },
	{ "-mvaes", ALONE, KEEP },
	{ "-msha", ALONE, KEEP },
	{ "-mgfni", ALONE, KEEP },
	{ "-mpclmul", ALONE, KEEP },
	{ "-mvpclmulqdq", ALONE, KEEP },
	{ "-mpopcnt", ALONE, KEEP },
	{ "-mlzcnt", ALONE, KEEP },
	{ "-mcrc32", ALONE, KEEP },
	{ "-mcx16", ALONE, KEEP },
	{ "-mrdrnd", ALONE, KEEP },
	{ "-mrdseed", ALONE, KEEP },
	{ "-mmovbe", ALONE, KEEP },
	{ "-mrtm", ALONE, KEEP },
	{ "-mwaitpkg", ALONE, KEEP },

	/* words with options in them */
	{ "-Wp,", JOINED, REREAD_COMMAS },
	{ "-Xpreprocessor", SEPARATE, REREAD_NEXT },

	/* nothing to keep, but the next word belongs to them */
	{ "-o", EITHER, SET_OUTPUT },
	{ "-MF", EITHER, DROP },
	{ "-MT", EITHER, DROP },
	{ "-MQ", EITHER, DROP },
	{ "-MJ", EITHER, DROP },
	{ "-Xclang", SEPARATE, DROP },
	{ "-Xlinker", SEPARATE, DROP },
	{ "-Xassembler", SEPARATE, DROP },
	{ "-mllvm", SEPARATE, DROP },
	{ "-arch", SEPARATE, DROP },
	{ "-framework", SEPARATE, DROP },
	{ "--param", SEPARATE, DROP },
	{ "-aux-info", SEPARATE, DROP },
	{ "-dumpbase", SEPARATE, DROP },
	{ "-dumpbase-ext", SEPARATE, DROP },
	{ "-dumpdir", SEPARATE, DROP },
	{ "-wrapper", SEPARATE, DROP },
	{ "-specs", SEPARATE, DROP },
	{ "-l", EITHER, DROP },
	{ "-L", EITHER, DROP },
	{ "-B", EITHER, DROP },
	{ "-T", EITHER, DROP },
	{ "-A", EITHER, DROP },
	{ "-G", EITHER, DROP },
	{ "-u", SEPARATE, DROP },
	{ "-z", EITHER, DROP },
	{ "-e", SEPARATE, DROP },
};

static const struct {
	const char *name;
	enum language language;
} language_table[] = {
	/* endings of file names */
	{ ".c", LANGUAGE_C },
	{ ".cc", LANGUAGE_CPLUSPLUS },
	{ ".cp", LANGUAGE_CPLUSPLUS },
	{ ".cxx", LANGUAGE_CPLUSPLUS },
	{ ".cpp", LANGUAGE_CPLUSPLUS },
	{ ".CPP", LANGUAGE_CPLUSPLUS },
	{ ".c++", LANGUAGE_CPLUSPLUS },
	{ ".C", LANGUAGE_CPLUSPLUS },
	{ ".m", LANGUAGE_OBJECTIVE_C },
	/* values of -x */
	{ "c", LANGUAGE_C },
	{ "cpp-output", LANGUAGE_C },
	{ "c++", LANGUAGE_CPLUSPLUS },
	{ "c++-cpp-output", LANGUAGE_CPLUSPLUS },
	{ "objective-c", LANGUAGE_OBJECTIVE_C },
};

static enum language find_language(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(language_table); i++)
		if (strcmp(language_table[i].name, name) == 0)
			return language_table[i].language;
	return LANGUAGE_OTHER;
}

enum language language_of_file(const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *dot = strrchr(slash ? slash : file, '.');

	return dot ? find_language(dot) : LANGUAGE_OTHER;
}

static bool option_matches(const struct option *option, const char *word)
{
	if (option->value == JOINED || option->value == EITHER)
		return g_str_has_prefix(word, option->name);
	return strcmp(option->name, word) == 0;
}

static const struct option *find_option(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(option_table); i++)
		if (option_matches(&option_table[i], word))
			return &option_table[i];
	return NULL;
}

static bool takes_next_word(const struct option *option, const char *word)
{
	return option->value == SEPARATE || (option->value == EITHER && strcmp(option->name, word) == 0);
}

static void keep(struct arena *arena, struct arguments *out, const char *word)
{
	g_ptr_array_add(out->kept, arena_strdup(arena, word));
}

/* Whether -D names the macro that libtool and autotools give to objects of a shared library. */
static bool is_pic_macro(const char *word, const char *value)
{
	return strcmp(word, "-DPIC") == 0 || (strcmp(word, "-D") == 0 && g_strcmp0(value, "PIC") == 0);
}

static void filter_words(struct arena *arena, const char *const *words, struct arguments *out);

static void reread_commas(struct arena *arena, const char *list, struct arguments *out)
{
	g_auto(GStrv) words = g_strsplit(list, ",", -1);

	filter_words(arena, (const char *const *)words, out);
}

/* One option; `value` is the next word if it belongs to it, else NULL. */
static void filter_option(struct arena *arena, const struct option *option, const char *word, const char *value,
			  struct arguments *out)
{
	const char *given = value ? value : word + strlen(option->name);

	switch (option->action) {
	case KEEP:
		out->shared |= is_pic_macro(word, value);
		keep(arena, out, word);
		if (value)
			keep(arena, out, value);
		break;
	case DROP:
		break;
	case SET_LANGUAGE:
		out->language = find_language(given);
		out->named_language = true;
		keep(arena, out, "-x");
		keep(arena, out, given);
		break;
	case SET_OUTPUT:
		out->output = arena_strdup(arena, given);
		break;
	case REREAD_COMMAS:
		reread_commas(arena, given, out);
		break;
	case REREAD_NEXT:
		filter_words(arena, (const char *const[]){ given, NULL }, out);
		break;
	case MAP_PLAN9: /* anonymous struct members: clang has them under the other name */
		keep(arena, out, "-fms-extensions");
		break;
	case MAP_STANDARD:
		keep(arena, out, word + 1);
		break;
	}
}

static void filter_words(struct arena *arena, const char *const *words, struct arguments *out)
{
	for (size_t i = 0; words[i]; i++) {
		const struct option *option = find_option(words[i]);

		if (!option)
			continue;
		bool next = takes_next_word(option, words[i]);
		if (next && !words[i + 1])
			return;
		filter_option(arena, option, words[i], next ? words[i + 1] : NULL, out);
		i += next;
	}
}

struct arguments arguments_filter(struct arena *arena, const char *const *words, const char *directory,
				  const char *file)
{
	struct arguments out = { .kept = g_ptr_array_new(), .language = language_of_file(file) };

	g_ptr_array_add(out.kept, arena_printf(arena, "-working-directory=%s", directory));
	g_ptr_array_add(out.kept, arena_printf(arena, "-resource-dir=%s", LOOPLINT_CLANG_RESOURCE_DIR));
	filter_words(arena, words, &out);
	return out;
}
