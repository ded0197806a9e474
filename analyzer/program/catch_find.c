/*
 * catch_find: handlers that catch everything. These are what libraries make of macros around setjmp:
 *
 *      if (setjmp(..) == 0) { guarded } else { handler }        PostgreSQL: the block behind `else` is PG_CATCH's
 *      { if (setjmp(..) == 0) { guarded } } if (..) handler     cexcept, CException: an `if` of Catch behind Try's block
 *      if (trying()) { guarded } else if (caught(..)) handler   exceptions4c: an `if` of catch in a chain of try's
 *      if (unknown) { guarded } else if (unknown) handler       languages, as extract/catching.c writes them
 *
 * A sigsetjmp that no such macro wrote is how the main loops of servers recover from whatever went wrong in one turn: it
 * is not looked at.
 */
#define _GNU_SOURCE /* memmem */
#include "program/catches.h"

#include <string.h>

enum { MAX_DEPTH = 2000 };

struct finder {
	const struct program_function *f;
	const GArray *macros;
	struct catch_site site; /* of the function */
	GArray *sites;
	bool told; /* a handler before in the same chain is for cancellations */
	unsigned depth;
};

/* The offset of a whole string of a unit; 0: it has none such. */
static uint32_t string_of(const struct facts *f, const char *text)
{
	const char *begin = facts_string(f, 0), *end = begin + f->strings_size, *at = begin;
	size_t length = strlen(text) + 1;

	while ((at = memmem(at, (size_t)(end - at), text, length)) && at > begin && at[-1])
		at++;
	return at ? (uint32_t)(at - begin) : 0;
}

/* Whether another library has a handler of this name. */
static bool is_shared(const struct program *p, const struct catch_form *form)
{
	for (size_t i = 0; i < p->packs->count; i++)
		for (size_t k = 0; k < p->packs->items[i].catch_count; k++) {
			const struct catch_form *other = &p->packs->items[i].catches[k];

			if (other != form && strcmp(other->handler, form->handler) == 0)
				return true;
		}
	return false;
}

static bool reads_codes(const struct facts *f, const struct catch_form *form)
{
	for (const char *const *code = form->codes; *code; code++)
		if (string_of(f, *code))
			return true;
	return false;
}

GArray *catch_macros_of(const struct program *p, uint32_t unit)
{
	GArray *macros = g_array_new(FALSE, TRUE, sizeof(struct catch_macros));
	const struct facts *f = p->units[unit];

	for (size_t i = 0; i < p->packs->count; i++)
		for (size_t k = 0; k < p->packs->items[i].catch_count; k++) {
			const struct catch_form *form = &p->packs->items[i].catches[k];
			struct catch_macros found = { .form = form, .opener = string_of(f, form->opener) };

			if (found.opener)
				found.handler = string_of(f, form->handler);
			if (found.handler && (!is_shared(p, form) || reads_codes(f, form)))
				g_array_append_val(macros, found);
		}
	return macros;
}

bool catch_listed(const char *const *list, const char *name)
{
	for (; list && *list; list++) {
		size_t length = strlen(*list);
		bool beginning = length && (*list)[length - 1] == '*';

		if (beginning ? strncmp(*list, name, length - 1) == 0 : strcmp(*list, name) == 0)
			return true;
	}
	return false;
}

bool catch_means_cancelled(const struct catch_form *form, const char *name)
{
	static const char *const words[] = { "cancel", "interrupt", "forced_unwind" };

	if (catch_listed(form->cancelled, name))
		return true;
	char *lower = g_ascii_strdown(name, -1);
	bool means = false;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		means = means || strstr(lower, words[i]);
	g_free(lower);
	return means;
}

static const struct node *at(const struct finder *w, uint32_t node)
{
	return function_node(w->f, node);
}

static bool written_by(const struct finder *w, uint32_t node, bool opener, const struct catch_form **form)
{
	uint32_t macro = at(w, node)->macro;

	for (guint i = 0; macro && i < w->macros->len; i++) {
		const struct catch_macros *m = &g_array_index(w->macros, struct catch_macros, i);

		if (macro == (opener ? m->opener : m->handler)) {
			*form = m->form;
			return true;
		}
	}
	return false;
}

/* Whether a block holds what a person wrote, or is all the macro's own. */
static bool is_written(const struct finder *w, uint32_t block)
{
	for_each_child(child, w->f->facts, at(w, block))
		if (at(w, child)->macro != at(w, block)->macro)
			return true;
	return false;
}

/* Whether a condition names a cancellation: the handler is for it. */
static bool is_for_cancellation(const struct finder *w, const struct catch_form *form, uint32_t node)
{
	const struct node *n = at(w, node);

	if (n->kind == NODE_GLOBAL && catch_means_cancelled(form, node_name(w->f, n)))
		return true;
	for_each_child(child, w->f->facts, n)
		if (is_for_cancellation(w, form, child))
			return true;
	return false;
}

/* A handler of a language for cancellations and nothing else: `catch (abi::__forced_unwind &)`. */
static bool catches_cancellation(const struct finder *w, uint32_t node)
{
	const char *macro = facts_string(w->f->facts, at(w, node)->macro);
	const char *type = strstr(macro, "catch (");

	return type && w->macros->len &&
	       catch_means_cancelled(g_array_index(w->macros, struct catch_macros, 0).form, type);
}

/* Whether a condition names one of `names`: the type of what is caught. */
static bool names_one(const struct finder *w, uint32_t node, const char *const *names)
{
	const struct node *n = at(w, node);

	if (n->kind == NODE_GLOBAL && catch_listed(names, node_name(w->f, n)))
		return true;
	for_each_child(child, w->f->facts, n)
		if (names_one(w, child, names))
			return true;
	return false;
}

static bool is_empty(const struct finder *w, uint32_t node)
{
	const struct node *n = at(w, node);

	return n->kind == NODE_EMPTY || (n->kind == NODE_BLOCK && !n->first);
}

static void add(struct finder *w, const struct catch_form *form, uint32_t place, uint32_t handler, uint32_t guarded)
{
	struct catch_site site = w->site;

	if (!handler || !guarded || w->told)
		return;
	site.form = form;
	site.place = place;
	site.line = at(w, place)->line;
	site.handler = handler;
	site.guarded = guarded;
	g_array_append_val(w->sites, site);
}

static void visit(struct finder *w, uint32_t node, uint32_t guarded);

static void visit_if(struct finder *w, uint32_t node, uint32_t guarded)
{
	const struct node *n = at(w, node);
	uint32_t then = at(w, n->first)->next, other = then ? at(w, then)->next : 0;
	const struct catch_form *form;
	bool told = w->told;

	if (written_by(w, node, false, &form)) {
		w->told = w->told || is_for_cancellation(w, form, n->first);
		if (!form->all[0] || names_one(w, n->first, form->all))
			add(w, form, node, then && !is_empty(w, then) ? then : other, guarded);
	} else if (other && at(w, other)->kind == NODE_BLOCK && written_by(w, other, false, &form) &&
		   is_written(w, other)) {
		add(w, form, other, other, then);
	}
	if (written_by(w, node, true, &form))
		guarded = then;
	if (then)
		visit(w, then, guarded);
	w->told = w->told || catches_cancellation(w, node);
	if (other)
		visit(w, other, guarded);
	w->told = told;
}

static void visit(struct finder *w, uint32_t node, uint32_t guarded)
{
	const struct node *n = at(w, node);
	const struct catch_form *form;

	if (w->depth >= MAX_DEPTH)
		return;
	w->depth++;
	if (n->kind == NODE_IF) {
		visit_if(w, node, guarded);
	} else if (n->kind <= NODE_EMPTY) {
		for_each_child(child, w->f->facts, n) {
			visit(w, child, guarded);
			if (written_by(w, child, true, &form))
				guarded = child;
		}
	}
	w->depth--;
}

void catch_find(const struct program *p, uint32_t function, const GArray *macros, GArray *sites)
{
	struct finder w = {
		.f = program_function(p, function), .macros = macros, .site = { .function = function }, .sites = sites
	};

	visit(&w, w.f->fact->body, 0);
}
