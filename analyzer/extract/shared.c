/*
 * shared: which units share a precompiled header, and of what.
 *
 * Units are sorted into groups of the same arguments and head (leading.c). In a group, the headers that most of its units
 * include are taken, the commonest first, as long as enough units have all of them; what is left over is a group again.
 */
#include "extract/shared.h"

#include <glib/gstdio.h>
#include <string.h>

enum { LEADING_BYTES = 32 * 1024, ENOUGH_PERCENT = 70 };

/* One unit that may take part. */
struct candidate {
	uint32_t unit;
	char *key; /* arguments, folder and head */
	struct leading leading;
};

static void clear_candidate(gpointer data)
{
	struct candidate *c = data;

	g_free(c->key);
	leading_clear(&c->leading);
}

/* Arguments that already read a file first: what they leave behind cannot be read twice without care. */
static bool reads_first(const char *argument)
{
	return g_str_has_prefix(argument, "-include") || g_str_has_prefix(argument, "-imacros");
}

static char *command_key(const struct unit_command *unit)
{
	GString *key = g_string_new(unit->directory);

	for (const char **argument = unit->arguments; *argument; argument++) {
		if (reads_first(*argument)) {
			g_string_free(key, TRUE);
			return NULL;
		}
		g_string_append_printf(key, "\n%s", *argument);
	}
	return g_string_free(key, FALSE);
}

static char *read_beginning(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text;

	if (!file)
		return NULL;
	text = g_malloc(LEADING_BYTES + 1);
	text[fread(text, 1, LEADING_BYTES, file)] = 0;
	fclose(file);
	return text;
}

static void add_candidate(GArray *candidates, const struct unit_command *unit, uint32_t index)
{
	g_autofree char *command = unit->inferred || unit->cplusplus ? NULL : command_key(unit);
	g_autofree char *source = command ? read_beginning(unit->file) : NULL;
	g_autofree char *folder = g_path_get_dirname(unit->file);

	if (!source)
		return;
	struct candidate c = { .unit = index, .leading = leading_lines(source, folder) };
	if (!*c.leading.head) {
		leading_clear(&c.leading);
		return;
	}
	c.key = g_strconcat(command, "\n", c.leading.head, NULL);
	g_array_append_val(candidates, c);
}

static int by_key(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : (x->unit > y->unit) - (x->unit < y->unit);
}

/* Choosing the headers of a group. */

static bool includes(const struct candidate *c, const char *line)
{
	return g_ptr_array_find_with_equal_func(c->leading.others, line, g_str_equal, NULL);
}

struct counted {
	const char *line;
	unsigned count, first; /* units that include it; where it came up first */
	bool small;
};

/* The C library's and the kernel's headers cost next to nothing: none is worth leaving a unit out. */
static bool is_small(const char *line)
{
	const char *open = strchr(line, '<'), *close = open ? strchr(open, '>') : NULL;
	g_autofree char *path = close ? g_strdup_printf("/usr/include/%.*s", (int)(close - open - 1), open + 1) : NULL;
	g_autofree char *folder = path ? g_path_get_dirname(path) : NULL;

	return path && (g_str_has_suffix(folder, "/sys") || g_file_test(path, G_FILE_TEST_IS_REGULAR));
}

static int by_count(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	if (x->small != y->small)
		return x->small ? 1 : -1;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return (x->first > y->first) - (x->first < y->first);
}

static GArray *count_headers(const GPtrArray *group)
{
	GArray *counted = g_array_new(FALSE, FALSE, sizeof(struct counted));
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < group->len; i++) {
		const struct candidate *c = g_ptr_array_index(group, i);
		g_autoptr(GHashTable) here = g_hash_table_new(g_str_hash, g_str_equal);

		for (guint k = 0; k < c->leading.others->len; k++) {
			char *line = g_ptr_array_index(c->leading.others, k);
			guint at = GPOINTER_TO_UINT(g_hash_table_lookup(known, line));

			if (!g_hash_table_add(here, line))
				continue;
			if (!at) {
				struct counted new = { .line = line, .first = counted->len, .small = is_small(line) };

				g_array_append_val(counted, new);
				at = counted->len;
				g_hash_table_insert(known, line, GUINT_TO_POINTER(at));
			}
			g_array_index(counted, struct counted, at - 1).count++;
		}
	}
	g_array_sort(counted, by_count);
	return counted;
}

static unsigned units_with(const GPtrArray *units, const char *line)
{
	unsigned count = 0;

	for (guint i = 0; i < units->len; i++)
		count += includes(g_ptr_array_index(units, i), line);
	return count;
}

/* Moves the units that do not include `line` to `without`. */
static void keep_those_with(GPtrArray *units, const char *line, GPtrArray *without)
{
	guint kept = 0;

	for (guint i = 0; i < units->len; i++) {
		struct candidate *c = g_ptr_array_index(units, i);

		if (includes(c, line))
			g_ptr_array_index(units, kept++) = c;
		else
			g_ptr_array_add(without, c);
	}
	g_ptr_array_set_size(units, (gint)kept);
}

static char *headers_text(const struct candidate *like, GHashTable *chosen)
{
	GString *text = g_string_new(like->leading.head);

	for (guint i = 0; i < like->leading.others->len; i++) {
		const char *line = g_ptr_array_index(like->leading.others, i);

		if (g_hash_table_remove(chosen, line))
			g_string_append_printf(text, "%s\n", line);
	}
	return g_string_free(text, FALSE);
}

/* Takes units out of `group` for one set of headers; those that are left over stay in it. */
static void make_set(GArray *sets, uint32_t *of_unit, const struct unit_command *units, GPtrArray *group)
{
	unsigned enough = MAX(SHARED_UNITS, group->len * ENOUGH_PERCENT / 100);
	g_autoptr(GArray) counted = count_headers(group);
	g_autoptr(GHashTable) chosen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) without = g_ptr_array_new();

	for (guint i = 0; i < counted->len; i++) {
		const struct counted *header = &g_array_index(counted, struct counted, i);

		if (units_with(group, header->line) < (header->small ? group->len : enough))
			continue;
		keep_those_with(group, header->line, without);
		g_hash_table_add(chosen, (char *)header->line);
	}
	const struct candidate *first = g_ptr_array_index(group, 0);
	struct shared_headers set = { .text = headers_text(first, chosen), .like = &units[first->unit] };
	g_array_append_val(sets, set);
	for (guint i = 0; i < group->len; i++)
		of_unit[((struct candidate *)g_ptr_array_index(group, i))->unit] = sets->len;
	g_ptr_array_set_size(group, 0);
	g_ptr_array_extend(group, without, NULL, NULL);
}

static void plan_sets(GArray *sets, uint32_t *of_unit, const struct unit_command *units, GArray *candidates)
{
	for (guint first = 0, end; first < candidates->len; first = end) {
		const char *key = g_array_index(candidates, struct candidate, first).key;
		g_autoptr(GPtrArray) group = g_ptr_array_new();

		for (end = first; end < candidates->len; end++) {
			struct candidate *c = &g_array_index(candidates, struct candidate, end);

			if (strcmp(c->key, key) != 0)
				break;
			g_ptr_array_add(group, c);
		}
		while (group->len >= SHARED_UNITS)
			make_set(sets, of_unit, units, group);
	}
}

static void free_sets(struct shared_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		g_free(plan->sets[i].text);
		g_free(plan->sets[i].path);
		g_free(plan->sets[i].built);
	}
	g_free(plan->sets);
}

static void forget_sets(struct shared_plan *plan, size_t units)
{
	free_sets(plan);
	plan->sets = NULL;
	plan->count = 0;
	memset(plan->of_unit, 0, units * sizeof *plan->of_unit);
}

void shared_plan(struct shared_plan *plan, const struct unit_command *units, size_t count)
{
	GArray *candidates = g_array_new(FALSE, FALSE, sizeof(struct candidate));
	GArray *sets = g_array_new(FALSE, FALSE, sizeof(struct shared_headers));

	*plan = (struct shared_plan){ .of_unit = g_new0(uint32_t, count ? count : 1) };
	g_array_set_clear_func(candidates, clear_candidate);
	for (size_t i = 0; count >= SHARED_UNITS && i < count; i++)
		add_candidate(candidates, &units[i], (uint32_t)i);
	g_array_sort(candidates, by_key);
	plan_sets(sets, plan->of_unit, units, candidates);
	g_array_free(candidates, TRUE);
	plan->folder = sets->len ? g_dir_make_tmp("looplint-XXXXXX", NULL) : NULL;
	for (guint i = 0; i < sets->len; i++)
		g_array_index(sets, struct shared_headers, i).path = g_strdup_printf("%s/%u.pch", plan->folder, i);
	plan->count = sets->len;
	plan->sets = (struct shared_headers *)g_array_free(sets, FALSE);
	if (!plan->folder)
		forget_sets(plan, count);
}

void shared_plan_free(struct shared_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		g_unlink(plan->sets[i].path);
	if (plan->folder)
		g_rmdir(plan->folder);
	free_sets(plan);
	g_free(plan->folder);
	g_free(plan->of_unit);
}
