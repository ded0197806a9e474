/*
 * catch_reach: whether a statement can be ended by a cancellation that it throws.
 *
 * A library such as PostgreSQL's server looks for cancellation nearly everywhere: each of its functions may throw but for
 * those that its pack knows better. Of a library of macros only what the program throws itself is a cancellation, if it
 * is called one. Functions of the program are looked into; the C library throws nothing.
 */
#include "program/catches.h"
#include "program/completion.h"
#include "program/value.h"

#include <string.h>

enum { MAX_DEPTH = 100 };

struct catch_reach {
	struct program *p;
	const struct catch_form *form;
	char *home;      /* the folder with the library's headers; NULL: the project declares it */
	bool cancels;    /* what the form lists under `cancels` is ended so, too */
	uint8_t *levels; /* per function: 0 not asked, 1 being asked, then 2 + enum level */
	unsigned depth;
};

static enum level surer(enum level a, enum level b)
{
	if (a == LEVELS || b == LEVELS)
		return a == LEVELS ? b : a;
	return MAX(a, b);
}

/* .../server/utils/elog.h declares it: .../server/ */
static char *home_of(const char *header)
{
	char *folder = g_path_get_dirname(header), *outer = g_path_get_dirname(folder);
	char *home =
		g_str_has_suffix(folder, "/include") ? g_strconcat(folder, "/", NULL) : g_strconcat(outer, "/", NULL);

	g_free(folder);
	g_free(outer);
	return home;
}

struct catch_reach *catch_reach_new(struct program *p, const struct catch_form *form, bool cancels)
{
	struct catch_reach *r = g_new0(struct catch_reach, 1);

	*r = (struct catch_reach){
		.p = p, .form = form, .cancels = cancels, .levels = g_new0(uint8_t, p->functions->len)
	};
	for (uint32_t i = 1; i < p->functions->len && !r->home; i++) {
		const struct program_function *f = program_function(p, i);

		if (!f->fact && f->file[0] == '/' &&
		    (catch_listed(form->rethrows, f->name) || catch_listed(form->throws, f->name)))
			r->home = home_of(f->file);
	}
	return r;
}

void catch_reach_free(struct catch_reach *r)
{
	if (!r)
		return;
	g_free(r->home);
	g_free(r->levels);
	g_free(r);
}

const char *catch_home(const struct catch_reach *r)
{
	return r->home;
}

static bool is_machinery(const struct catch_form *form, const char *name)
{
	return catch_listed(form->harmless, name) || catch_listed(form->codes, name) ||
	       catch_listed(form->keeps, name) || catch_listed(form->rethrows, name) ||
	       catch_listed(form->throws, name) || strstr(name, "setjmp");
}

/* A function that is only declared: of the library, of a part of the program that is not there, or of another library. */
static enum level of_stranger(const struct catch_reach *r, const struct program_function *f)
{
	if (r->cancels && catch_listed(r->form->cancels, f->name))
		return LEVEL_HIGH;
	if (is_machinery(r->form, f->name) || f->model || g_str_has_prefix(f->name, "__builtin_"))
		return LEVELS;
	if (f->file[0] != '/')
		return LEVEL_MEDIUM;
	return r->form->anywhere && r->home && g_str_has_prefix(f->file, r->home) ? LEVEL_MEDIUM : LEVELS;
}

static enum level of_function(struct catch_reach *r, uint32_t function);

static enum level of_call(struct catch_reach *r, const struct program_function *f, const struct node *n)
{
	if (!n->symbol)
		return r->form->anywhere ? LEVEL_MEDIUM : LEVELS;
	uint32_t callee = link_symbol(r->p, f->unit - 1, n->symbol);
	const struct program_function *g = callee ? program_function(r->p, callee) : NULL;
	uint32_t first, scope = 0;
	if (scopes_enters(r->p, callee))
		scope = scopes_function(r->p, f, (uint32_t)(n - facts_node(f->facts, 0)), &first);
	if (scope && program_function(r->p, scope)->fact)
		return of_function(r, scope);
	if (!g)
		return LEVELS;
	return g->fact && g->fact->body && !catch_listed(r->form->cancels, g->name) ? of_function(r, callee)
										    : of_stranger(r, g);
}

/* Whether an expression names a cancellation. */
static bool names_cancellation(const struct catch_reach *r, const struct program_function *f, const struct node *n)
{
	bool literal = n->kind == NODE_CONST || n->kind == NODE_STRING; /* of a language's throw also its type */
	const char *name = literal ? facts_string(f->facts, n->text) : n->kind == NODE_GLOBAL ? node_name(f, n) : "";

	if (*name && catch_means_cancelled(r->form, name))
		return true;
	if (completion_is_returned(r->p, f, (uint32_t)(n - facts_node(f->facts, 0))))
		return true; /* an error that may be that of a cancellation: Throw(offload_await(&task)) */
	for_each_child(child, f->facts, n)
		if (names_cancellation(r, f, function_node(f, child)))
			return true;
	return false;
}

static bool throws_cancellation(const struct catch_reach *r, const struct program_function *f, const struct node *n)
{
	bool throws = n->macro && catch_listed(r->form->throws, facts_string(f->facts, n->macro));

	if (n->kind == NODE_CALL && n->symbol)
		throws = throws || catch_listed(r->form->throws, node_name(f, n));
	return throws && !r->form->throws_when.count && names_cancellation(r, f, n);
}

/* The best of all calls below a node; *call is the first that is as good. */
static enum level below(struct catch_reach *r, const struct program_function *f, uint32_t node, uint32_t *call)
{
	const struct node *n = function_node(f, node);
	enum level best = LEVELS, level;
	uint32_t found;

	if (throws_cancellation(r, f, n)) {
		*call = node;
		return LEVEL_HIGH;
	}
	if (n->kind == NODE_CALL) {
		best = of_call(r, f, n);
		*call = node;
	}
	for_each_child(child, f->facts, n) {
		level = best == LEVEL_HIGH ? LEVELS : below(r, f, child, &found);
		if (level != LEVELS && surer(level, best) != best) {
			best = level;
			*call = found;
		}
	}
	return best;
}

static enum level of_function(struct catch_reach *r, uint32_t function)
{
	const struct program_function *f = program_function(r->p, function);
	uint32_t call;

	if (r->levels[function])
		return r->levels[function] == 1 ? LEVELS : (enum level)(r->levels[function] - 2);
	if (r->depth >= MAX_DEPTH)
		return LEVEL_MEDIUM;
	r->depth++;
	r->levels[function] = 1;
	enum level level = below(r, f, f->fact->body, &call);
	r->levels[function] = (uint8_t)(2 + level);
	r->depth--;
	return level;
}

enum level catch_reaches(struct catch_reach *r, uint32_t function, uint32_t node, uint32_t *call)
{
	*call = 0;
	return below(r, program_function(r->p, function), node, call);
}
