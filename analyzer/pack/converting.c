/* converting: names, arguments, lists and conditions of a pack's entries; see converting.h. */
#include "pack/converting.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool converting_is_name(const char *text, bool may_end_in_star)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	if (isdigit((unsigned char)text[0]))
		return false;
	return (length > 0 && !text[length]) || (may_end_in_star && strcmp(text + length, "*") == 0);
}

bool converting_is_function(const char *text, bool may_end_in_star)
{
	const char *scope;
	bool named = true;

	while (named && (scope = strstr(text, "::"))) {
		char *outer = g_strndup(text, (gsize)(scope - text));

		named = converting_is_name(outer, false);
		g_free(outer);
		text = scope + 2;
	}
	return named && converting_is_name(text, may_end_in_star);
}

bool converting_is_field(const char *text)
{
	char **parts = g_strsplit(text, ".", -1);
	bool named = g_strv_length(parts) == 2;

	for (unsigned i = 0; named && i < 2; i++) {
		g_strdelimit(parts[i], "*", '_');
		named = converting_is_name(parts[i], false);
	}
	g_strfreev(parts);
	return named;
}

void converting_check_argument(struct conversion *c, unsigned line, const char *key, unsigned argument)
{
	if (argument > PACK_MAX_ARGUMENT)
		complain(c, line, "'%s' is %u; arguments count from 1 to %d", key, argument, PACK_MAX_ARGUMENT);
}

void converting_require_argument(struct conversion *c, unsigned line, const char *key, unsigned argument)
{
	if (argument == 0)
		complain(c, line, "'%s' must be given; arguments count from 1", key);
	converting_check_argument(c, line, key, argument);
}

void converting_check_duplicate(struct conversion *c, unsigned line, char *about)
{
	unsigned earlier = GPOINTER_TO_UINT(g_hash_table_lookup(c->entries, about));

	if (earlier) {
		complain(c, line, "duplicate of line %u: %s", earlier, about);
		g_free(about);
		return;
	}
	g_hash_table_insert(c->entries, about, GUINT_TO_POINTER(line));
}

const char *const *converting_copy_strings(struct conversion *c, char *const *strings, size_t count)
{
	const char **copy = arena_new_array(c->arena, const char *, count + 1);

	for (size_t i = 0; i < count; i++)
		copy[i] = arena_strdup(c->arena, strings[i]);
	return copy;
}

const char *const *converting_copy_names(struct conversion *c, unsigned line, char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!converting_is_function(names[i], false))
			complain(c, line, "'%s' is no function name", names[i]);
	return count ? converting_copy_strings(c, names, count) : NULL;
}

/* --- conditions --- */

static const struct {
	const char *name;
	enum condition_test test;
} plain_tests[] = {
	{ "null", CONDITION_NULL },       { "nonnull", CONDITION_NONNULL },   { "zero", CONDITION_ZERO },
	{ "nonzero", CONDITION_NONZERO }, { "negative", CONDITION_NEGATIVE }, { "positive", CONDITION_POSITIVE },
};

static bool find_plain_test(const char *name, enum condition_test *out)
{
	for (size_t i = 0; i < G_N_ELEMENTS(plain_tests); i++)
		if (strcmp(plain_tests[i].name, name) == 0) {
			*out = plain_tests[i].test;
			return true;
		}
	return false;
}

static const struct pack_constant *find_constant(const struct pack *pack, const char *name)
{
	for (size_t i = 0; i < pack->constant_count; i++)
		if (strcmp(pack->constants[i].name, name) == 0)
			return &pack->constants[i];
	return NULL;
}

/* The number that a condition compares with: written as one, or the name of a constant. */
static void convert_operand(struct conversion *c, unsigned line, const char *text, struct condition *to)
{
	char *end;

	errno = 0;
	to->value = strtoll(text, &end, 0);
	to->value_known = *end == '\0' && end != text && errno == 0;
	if (to->value_known)
		return;
	to->name = arena_strdup(c->arena, text);
	const struct pack_constant *constant = find_constant(c->out, text);
	to->value_known = constant != NULL;
	if (constant)
		to->value = constant->value;
	else
		complain(c, line, "'%s' is no number, no known test and not among the constants of this pack", text);
}

static void convert_fields(struct conversion *c, unsigned line, const struct yaml_condition *from, struct condition *to)
{
	to->never_in = arena_strdup(c->arena, from->never_in);
	if (from->never_in && (!converting_is_field(from->never_in) || (!from->is && !from->has)))
		complain(c, line, "'never_in' is a struct-tag.field, beside 'is' or 'has'");
	to->asked_in = arena_strdup(c->arena, from->asked_in);
	if (from->asked_in && (!converting_is_field(from->asked_in) || !from->has))
		complain(c, line, "'asked_in' is a struct-tag.field, beside 'has'");
}

static void convert_condition(struct conversion *c, unsigned line, const struct yaml_condition *from,
			      struct condition *to)
{
	const struct {
		const char *operand;
		enum condition_test test;
	} tests[] = {
		{ from->is, CONDITION_EQUALS },   { from->has, CONDITION_HAS },     { from->lacks, CONDITION_LACKS },
		{ from->below, CONDITION_BELOW }, { from->above, CONDITION_ABOVE }, { from->begins, CONDITION_BEGINS },
	};
	const char *operand = NULL;
	unsigned given = 0;

	converting_require_argument(c, line, "argument", from->argument);
	to->argument = (int)from->argument;
	to->field = arena_strdup(c->arena, from->field);
	if (from->field && !converting_is_name(from->field, false))
		complain(c, line, "'%s' is no name of a field", from->field);
	convert_fields(c, line, from, to);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		if (tests[i].operand) {
			given++;
			operand = tests[i].operand;
			to->test = tests[i].test;
		}
	if (given != 1)
		complain(c, line, "a condition has exactly one of 'is', 'has', 'lacks', 'below', 'above' and 'begins'");
	else if (from->begins)
		to->text = arena_strdup(c->arena, from->begins);
	else if (!from->is || !find_plain_test(from->is, &to->test))
		convert_operand(c, line, operand, to);
}

struct conditions converting_conditions(struct conversion *c, struct place entry, const char *one_key,
					const struct yaml_condition *one, const char *all_key,
					const struct yaml_condition *all, size_t all_count)
{
	size_t count = all_count + (one ? 1 : 0), i = 0;
	struct condition *items = arena_new_array(c->arena, struct condition, count);
	struct place list = all_key ? place_key(entry, all_key) : entry;

	if (one && all)
		complain(c, place_line(entry), "'%s' and '%s' exclude each other", one_key, all_key);
	if (one)
		convert_condition(c, place_line(place_key(entry, one_key)), one, &items[i++]);
	for (size_t k = 0; k < all_count; k++)
		convert_condition(c, place_line(place_item(list, k)), &all[k], &items[i++]);
	return (struct conditions){ items, count };
}

void converting_append_conditions(GString *about, const char *word, const struct conditions *conditions)
{
	for (size_t i = 0; i < conditions->count; i++) {
		const struct condition *c = &conditions->items[i];

		g_string_append_printf(about, " %s argument %d%s%s (test %d) %" G_GINT64_FORMAT "%s", word, c->argument,
				       c->field ? "." : "", c->field ? c->field : "", (int)c->test, c->value,
				       c->text ? c->text : "");
	}
}
