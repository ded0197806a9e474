/* pack_check: a pack against what its headers declare, see pack_check.h. */
#include "cli/pack_check.h"
#include "extract/declared.h"

#include <glib.h>
#include <string.h>

struct checking {
	const struct pack *pack;
	const struct declared *declared;
	struct diagnostics *problems;
	unsigned line; /* of the entry at hand */
	const struct declared_function *function;
};

#define complain(c, ...) diagnostics_add((c)->problems, DIAGNOSTIC_ERROR, (c)->pack->file, (c)->line, __VA_ARGS__)

/* What `pkg-config --cflags` says of the pack's packages, NULL-terminated; NULL after naming the first it misses. */
static char **flags_of(const struct pack *pack, const char **missing)
{
	GString *all = g_string_new(NULL);

	*missing = NULL;
	for (const char *const *package = pack->pkg_config; package && *package && !*missing; package++) {
		const char *command[] = { "pkg-config", "--cflags", *package, NULL };
		char *output = NULL;
		int status = -1;

		if (!g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
				  NULL, &output, NULL, &status, NULL) ||
		    status != 0)
			*missing = *package;
		else
			g_string_append(all, output);
		g_free(output);
	}
	char **flags = *missing ? NULL : g_strsplit_set(g_strstrip(all->str), " \n", -1);
	g_string_free(all, TRUE);
	return flags;
}

/* Arguments behind the `...` may be anything. */
static bool can_be(const struct declared_function *f, int argument, enum declared_kind kind)
{
	if (argument > (int)f->count)
		return f->variadic;
	enum declared_kind declared = f->kinds[argument - 1];
	return declared == kind || (kind == DECLARED_POINTER && declared == DECLARED_CALLBACK);
}

static void need(struct checking *c, int argument, enum declared_kind kind, const char *what)
{
	if (argument > 0 && !can_be(c->function, argument, kind))
		complain(c, "argument %d of '%s' is no %s", argument, c->function->name, what);
}

static void need_either(struct checking *c, int argument, const char *what)
{
	if (argument > 0 && !can_be(c->function, argument, DECLARED_INTEGER) &&
	    !can_be(c->function, argument, DECLARED_POINTER))
		complain(c, "argument %d of '%s' is no %s", argument, c->function->name, what);
}

static bool tests_a_pointer(const struct condition *condition)
{
	return condition->field || condition->test == CONDITION_NULL || condition->test == CONDITION_NONNULL ||
	       condition->test == CONDITION_BEGINS;
}

static void check_conditions(struct checking *c, const struct conditions *conditions)
{
	for (size_t i = 0; i < conditions->count; i++)
		if (tests_a_pointer(&conditions->items[i]))
			need(c, conditions->items[i].argument, DECLARED_POINTER, "pointer");
		else
			need_either(c, conditions->items[i].argument, "number");
}

/* Turns to the entry on `line`, which is about the function. False if no header declares it. */
static bool find(struct checking *c, unsigned line, const char *function)
{
	c->line = line;
	c->function = declared_find(c->declared, function);
	if (!c->function)
		complain(c, "no header of the pack declares '%s'", function);
	return c->function;
}

static void check_finish(struct checking *c, const struct registration *r)
{
	char *stem = g_str_has_suffix(r->function, "_async") ? g_strndup(r->function, strlen(r->function) - 6)
							     : g_strdup(r->function);
	char *name = r->completion.finish ? g_strdup(r->completion.finish) : g_strconcat(stem, "_finish", NULL);

	if (r->completion.result && !declared_find(c->declared, name))
		complain(c, "no header of the pack declares '%s', which finishes '%s'", name, r->function);
	g_free(name);
	g_free(stem);
}

static void check_registration(struct checking *c, const struct registration *r)
{
	if (r->field) {
		c->line = r->line;
		if (!declared_field(c->declared, r->field))
			complain(c, "no header of the pack has a field '%s' that holds a function", r->field);
		return;
	}
	if (!find(c, r->line, r->function))
		return;
	need(c, r->callback, DECLARED_CALLBACK, "callback");
	need(c, r->data, DECLARED_POINTER, "pointer to user data");
	check_conditions(c, &r->when);
	check_finish(c, r);
}

static void check_effect(struct checking *c, const struct effect *e)
{
	if (!find(c, e->line, e->function))
		return;
	check_conditions(c, &e->when);
	check_conditions(c, &e->unless);
	check_conditions(c, &e->nonblocking);
	need_either(c, e->descriptor, "descriptor");
	need(c, e->from_argument, DECLARED_POINTER, "text");
	need_either(c, e->timeout_argument, "time-out");
	need(c, e->count_argument, DECLARED_INTEGER, "count");
}

static void check_constant(struct checking *c, const struct pack_constant *constant)
{
	int64_t value;

	c->line = constant->line;
	if (!declared_constant(c->declared, constant->name, &value))
		complain(c, "no header of the pack defines '%s'", constant->name);
	else if (value != constant->value)
		complain(c, "'%s' is %" G_GINT64_FORMAT " here, not %" G_GINT64_FORMAT, constant->name, value,
			 constant->value);
}

static void check_names(struct checking *c, const char *key, const char *const *names)
{
	for (; names && *names; names++)
		if (!declared_find(c->declared, *names))
			complain(c, "%s: no header of the pack declares '%s'", key, *names);
}

static void check_all(struct checking *c)
{
	for (size_t i = 0; i < c->pack->constant_count; i++)
		check_constant(c, &c->pack->constants[i]);
	for (size_t i = 0; i < c->pack->register_count; i++)
		check_registration(c, &c->pack->registers[i]);
	for (size_t i = 0; i < c->pack->effect_count; i++)
		check_effect(c, &c->pack->effects[i]);
	c->line = 0;
	for (const char *const *name = c->pack->loop_only; name && *name; name++)
		if (**name != '!' && !declared_find(c->declared, *name))
			complain(c, "loop_only: no header of the pack declares '%s'", *name);
	check_names(c, "serves", c->pack->serves);
	check_names(c, "tests", c->pack->tests);
	check_names(c, "wakes", c->pack->wakes);
	check_names(c, "completes", c->pack->cancellation.completes);
	check_names(c, "succeeds", c->pack->cancellation.succeeds);
	check_names(c, "asks", c->pack->cancellation.asks);
	check_names(c, "cancels", c->pack->cancellation.cancels);
	check_names(c, "reports", c->pack->cancellation.reports);
	check_names(c, "logs", c->pack->cancellation.logs);
	check_names(c, "starts", c->pack->cancellation.starts);
	check_names(c, "shields", c->pack->cancellation.shields);
	for (size_t i = 0; i < c->pack->outcome_count; i++) {
		const char *const function[] = { c->pack->outcomes[i].function, NULL };

		check_names(c, "outcomes", function);
		check_names(c, "cancelled_by", c->pack->outcomes[i].how.cancelled_by);
		check_names(c, "even_shielded", c->pack->outcomes[i].even_shielded);
		check_names(c, "asked_by", c->pack->outcomes[i].asked_by);
	}
	for (size_t i = 0; i < c->pack->pending_count; i++) {
		check_names(c, "starters", c->pack->pending[i].starters);
		check_names(c, "ended_by", c->pack->pending[i].ended_by);
	}
}

void pack_check_headers(const struct pack *pack, struct diagnostics *problems)
{
	const char **constants = g_new0(const char *, pack->constant_count + 1), *missing;
	char **flags = flags_of(pack, &missing);
	struct declared *declared = NULL;

	for (size_t i = 0; i < pack->constant_count; i++)
		constants[i] = pack->constants[i].name;
	if (!missing && pack->headers && pack->headers[0])
		declared = declared_read(pack->headers, (const char *const *)flags, constants, &missing);
	struct checking c = { .pack = pack, .declared = declared, .problems = problems };
	if (declared)
		check_all(&c);
	else if (missing)
		diagnostics_add(problems, DIAGNOSTIC_NOTE, pack->file, 0,
				"'%s' is not installed here: names are not looked up", missing);
	else
		diagnostics_add(problems, DIAGNOSTIC_NOTE, pack->file, 0,
				"names no header that can be read: names are not looked up");
	declared_free(declared);
	g_strfreev(flags);
	g_free(constants);
}
