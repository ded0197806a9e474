/*
 * async_form: functions whose asynchronous form is declared beside them.
 *
 * GIO's convention, which the libraries around it and programs of their own follow:
 *
 *      foo_open(.., GCancellable *, GError **)                              or foo_open_sync
 *      foo_open_async(.., GCancellable *, GAsyncReadyCallback, gpointer)    or foo_open, beside foo_open_sync
 *      foo_open_finish(.., GAsyncResult *, GError **)
 *
 * A function that the unit mentions and that is the first of such three gets the annotation "looplint::async " with the
 * declaration of the second. All three must be declared: a name alone says nothing.
 */
#include "extract/visit.h"

#include <string.h>

static const char error_type[] = "struct _GError **";
static const char ready_type[] = "void (*)(struct _GObject *, struct _GAsyncResult *, void *), void *";

struct candidate {
	uint32_t symbol;
	char *stem;
	bool has_suffix; /* the name ends in _sync */
};

static char *type_of(CXCursor function)
{
	return visit_text(clang_getTypeSpelling(clang_getCanonicalType(clang_getCursorType(function))));
}

static bool may_fail(CXCursor function)
{
	g_autofree char *type = type_of(function);
	const char *error = strstr(type, error_type);

	return error &&
	       (strcmp(error + strlen(error_type), ")") == 0 || strcmp(error + strlen(error_type), ", ...)") == 0);
}

static bool takes_ready_callback(CXCursor function)
{
	g_autofree char *type = type_of(function);

	return strstr(type, ready_type) != NULL;
}

static gint by_symbol(gconstpointer a, gconstpointer b)
{
	const struct candidate *x = a, *y = b;

	return x->symbol < y->symbol ? -1 : x->symbol > y->symbol;
}

static void free_candidate(gpointer data)
{
	g_free(((struct candidate *)data)->stem);
}

/* Functions of the unit whose type is that of an operation, in the order of their symbols. */
static GArray *find_candidates(struct visit *v)
{
	GArray *candidates = g_array_new(FALSE, FALSE, sizeof(struct candidate));
	GHashTableIter iter;
	gpointer key, value;

	g_array_set_clear_func(candidates, free_candidate);
	g_hash_table_iter_init(&iter, v->symbols);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		CXCursor function = *(CXCursor *)key;

		if (function.kind != CXCursor_FunctionDecl || !may_fail(function) || takes_ready_callback(function))
			continue;
		struct candidate c = { .symbol = GPOINTER_TO_UINT(value) };
		c.stem = visit_text(clang_getCursorSpelling(function));
		c.has_suffix = g_str_has_suffix(c.stem, "_sync");
		if (c.has_suffix)
			c.stem[strlen(c.stem) - strlen("_sync")] = '\0';
		g_array_append_val(candidates, c);
	}
	g_array_sort(candidates, by_symbol);
	return candidates;
}

/* Endings of the names that are looked for. */
static const char *const endings[] = { "_async", "", "_finish" };

static GHashTable *wanted_names(const GArray *candidates)
{
	GHashTable *wanted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < candidates->len; i++)
		for (size_t k = 0; k < G_N_ELEMENTS(endings); k++)
			g_hash_table_insert(
				wanted,
				g_strconcat(g_array_index(candidates, struct candidate, i).stem, endings[k], NULL),
				NULL);
	return wanted;
}

/* Fills the values: the number of the declaration, from 1. */
static void look_up(const struct visit *v, GHashTable *wanted)
{
	for (guint i = 0; i < v->declared->len; i++) {
		CXString spelling = clang_getCursorSpelling(g_array_index(v->declared, CXCursor, i));
		const char *name = clang_getCString(spelling);

		if (name && g_hash_table_contains(wanted, name))
			g_hash_table_insert(wanted, g_strdup(name), GUINT_TO_POINTER(i + 1));
		clang_disposeString(spelling);
	}
}

/* The declaration of STEM + ending; null if there is none. */
static CXCursor declared(const struct visit *v, GHashTable *wanted, const char *stem, const char *ending)
{
	g_autofree char *name = g_strconcat(stem, ending, NULL);
	guint number = GPOINTER_TO_UINT(g_hash_table_lookup(wanted, name));

	return number ? g_array_index(v->declared, CXCursor, number - 1) : clang_getNullCursor();
}

/* "foo_open_async(Foo *foo, GAsyncReadyCallback callback, gpointer data)": what stands behind the result. */
static char *signature(struct visit *v, CXCursor function)
{
	g_autofree char *text = visit_printed(v, function);
	g_autofree char *name = visit_text(clang_getCursorSpelling(function));
	const char *start = strstr(text, name), *end = start;
	int depth = 0;

	for (; end && *end; end++) {
		depth += *end == '(' ? 1 : *end == ')' ? -1 : 0;
		if (*end == ')' && depth == 0)
			return g_strndup(start, (gsize)(end + 1 - start));
	}
	return g_steal_pointer(&name);
}

static void annotate(struct visit *v, GHashTable *wanted, const struct candidate *c)
{
	CXCursor async = declared(v, wanted, c->stem, "_async"), finish = declared(v, wanted, c->stem, "_finish");

	if (clang_Cursor_isNull(async) && c->has_suffix)
		async = declared(v, wanted, c->stem, "");
	if (clang_Cursor_isNull(async) || clang_Cursor_isNull(finish) || !takes_ready_callback(async))
		return;
	g_autofree char *type = type_of(finish);
	if (!strstr(type, "struct _GAsyncResult *"))
		return;
	g_autofree char *form = signature(v, async);
	g_autofree char *text = g_strconcat("looplint::async ", form, NULL);
	facts_build_annotation(v->facts, c->symbol, text);
}

void visit_async_forms(struct visit *v)
{
	GArray *candidates = find_candidates(v);

	if (candidates->len) {
		GHashTable *wanted = wanted_names(candidates);

		look_up(v, wanted);
		for (guint i = 0; i < candidates->len; i++) {
			const struct candidate *c = &g_array_index(candidates, struct candidate, i);

			if (i == 0 || c[-1].symbol != c->symbol)
				annotate(v, wanted, c);
		}
		g_hash_table_destroy(wanted);
	}
	g_array_free(candidates, TRUE);
}
