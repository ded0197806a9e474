/*
 * pack_compile: packs -> C, while the program is built (see pack/compiled.h). A pack with a mistake stops the build.
 *
 *     pack_compile rules/packs/libuv.yaml ... > compiled_packs.c
 *
 * Each struct of pack.h is written with designated initialisers, and a member that is 0 is left out. Who adds a member
 * there finds the way here by the sizes below.
 */
#include "pack/pack.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if UINTPTR_MAX == UINT64_MAX
_Static_assert(sizeof(struct condition) == 72, "put_condition writes every member");
_Static_assert(sizeof(struct completion) == 56, "put_completion writes every member");
_Static_assert(sizeof(struct registration) == 136, "put_registration writes every member");
_Static_assert(sizeof(struct effect) == 208, "put_effect writes every member");
_Static_assert(sizeof(struct pack) == 272, "put_pack writes every member");
_Static_assert(sizeof(struct catch_form) == 168, "put_catch writes every member");
_Static_assert(sizeof(struct outcome_form) == 104, "put_outcome writes every member");
#endif

/* A C string; bytes that are not plain ASCII as three octal digits. */
static void put_quoted(const char *text)
{
	putchar('"');
	for (const char *p = text; *p; p++)
		if (*p == '"' || *p == '\\' || *p == '?')
			printf("\\%c", *p);
		else if (*p >= ' ' && *p <= '~')
			putchar(*p);
		else
			printf("\\%03o", (unsigned char)*p);
	putchar('"');
}

static void put_text(const char *member, const char *text)
{
	if (!text)
		return;
	printf(" .%s = ", member);
	put_quoted(text);
	putchar(',');
}

static void put_number(const char *member, int64_t value)
{
	if (value)
		printf(" .%s = %" PRId64 ",", member, value);
}

static void put_list(const char *member, const char *const *list)
{
	if (!list)
		return;
	printf(" .%s = (const char *const[]){ ", member);
	for (; *list; list++) {
		put_quoted(*list);
		fputs(", ", stdout);
	}
	fputs("0 },", stdout);
}

static void put_condition(const struct condition *c)
{
	putchar('{');
	put_number("argument", c->argument);
	put_text("field", c->field);
	put_number("test", c->test);
	put_text("name", c->name);
	put_text("text", c->text);
	if (c->value == INT64_MIN)
		fputs(" .value = INT64_MIN,", stdout); /* -9223372036854775808 is no constant in C */
	else
		put_number("value", c->value);
	put_number("value_known", c->value_known);
	put_text("never_in", c->never_in);
	put_text("asked_in", c->asked_in);
	fputs(" }, ", stdout);
}

static void put_conditions(const char *member, const struct conditions *conditions)
{
	if (!conditions->count)
		return;
	printf(" .%s = { (const struct condition[]){ ", member);
	for (size_t i = 0; i < conditions->count; i++)
		put_condition(&conditions->items[i]);
	printf("}, %zu },", conditions->count);
}

static void put_completion(const char *member, const struct completion *c)
{
	if (!c->status && !c->error && !c->result && !c->field && !c->cancelled)
		return;
	printf(" .%s = {", member);
	put_number("status", c->status);
	put_number("error", c->error);
	put_number("result", c->result);
	put_text("finish", c->finish);
	put_list("cancelled", c->cancelled);
	put_text("field", c->field);
	put_text("data", c->data);
	put_list("cancelled_by", c->cancelled_by);
	fputs(" },", stdout);
}

static void put_registration(const struct registration *r)
{
	fputs("\t{", stdout);
	put_text("function", r->function);
	put_text("field", r->field);
	put_text("type", r->type);
	put_number("callback", r->callback);
	put_number("data", r->data);
	put_number("context", r->context);
	put_number("where_used", r->where_used);
	put_number("seldom", r->seldom);
	put_conditions("when", &r->when);
	put_completion("completion", &r->completion);
	put_list("within", r->within);
	put_text("see", r->see);
	put_number("line", r->line);
	fputs(" },\n", stdout);
}

static void put_effect(const struct effect *e)
{
	fputs("\t{", stdout);
	put_text("function", e->function);
	put_number("kind", e->kind);
	put_number("category", e->category);
	put_number("cost", e->cost);
	put_number("bound_us", e->bound_us);
	put_conditions("when", &e->when);
	put_conditions("unless", &e->unless);
	put_number("confidence", e->confidence);
	put_list("if_called", e->if_called);
	put_list("unless_called", e->unless_called);
	put_number("descriptor", e->descriptor);
	put_number("lock", e->lock);
	put_number("joins", e->joins);
	put_number("signals", e->signals);
	put_number("shared", e->shared);
	put_number("to_argument", e->to_argument);
	put_number("property", e->property);
	put_number("from_argument", e->from_argument);
	put_text("begins", e->begins);
	put_number("input", e->input);
	put_number("alike", e->alike);
	put_text("unless_asked", e->unless_asked);
	put_list("unless_opened", e->unless_opened);
	put_number("assume_blocking", e->assume_blocking);
	put_number("timeout_argument", e->timeout_argument);
	put_number("unit", e->unit);
	put_number("count_argument", e->count_argument);
	put_text("opens", e->opens);
	put_conditions("nonblocking", &e->nonblocking);
	put_text("instead", e->instead);
	put_text("see", e->see);
	put_number("line", e->line);
	fputs(" },\n", stdout);
}

static void put_catch(const struct catch_form *form)
{
	fputs("\t{", stdout);
	put_text("opener", form->opener);
	put_text("handler", form->handler);
	put_list("all", form->all);
	put_list("codes", form->codes);
	put_list("cancelled", form->cancelled);
	put_list("keeps", form->keeps);
	put_list("rethrows", form->rethrows);
	put_list("throws", form->throws);
	put_conditions("throws_when", &form->throws_when);
	put_text("new_code", form->new_code);
	put_list("ends", form->ends);
	put_conditions("ends_unless", &form->ends_unless);
	put_list("cancels", form->cancels);
	put_list("cancelled_by", form->cancelled_by);
	put_list("harmless", form->harmless);
	put_number("anywhere", form->anywhere);
	put_text("instead", form->instead);
	put_text("see", form->see);
	put_number("line", form->line);
	fputs(" },\n", stdout);
}

/* The entries of a pack, as arrays of their own: the pack points at them. A pack without any still has one to name. */
static void put_entries(const struct pack *pack, size_t number)
{
	printf("static struct registration registers_%zu[] = {\n", number);
	for (size_t i = 0; i < pack->register_count; i++)
		put_registration(&pack->registers[i]);
	printf("\t{ 0 },\n};\nstatic struct effect effects_%zu[] = {\n", number);
	for (size_t i = 0; i < pack->effect_count; i++)
		put_effect(&pack->effects[i]);
	printf("\t{ 0 },\n};\nstatic struct pack_constant constants_%zu[] = {\n", number);
	for (size_t i = 0; i < pack->constant_count; i++) {
		fputs("\t{", stdout);
		put_text("name", pack->constants[i].name);
		put_number("value", pack->constants[i].value);
		put_number("line", pack->constants[i].line);
		fputs(" },\n", stdout);
	}
	printf("\t{ 0 },\n};\nstatic struct catch_form catches_%zu[] = {\n", number);
	for (size_t i = 0; i < pack->catch_count; i++)
		put_catch(&pack->catches[i]);
	printf("\t{ 0 },\n};\nstatic struct outcome_form outcomes_%zu[] = {\n", number);
	for (size_t i = 0; i < pack->outcome_count; i++) {
		fputs("\t{", stdout);
		put_text("function", pack->outcomes[i].function);
		put_completion("how", &pack->outcomes[i].how);
		put_number("lasts", pack->outcomes[i].lasts);
		put_number("refuses", pack->outcomes[i].refuses);
		put_list("even_shielded", pack->outcomes[i].even_shielded);
		put_list("asked_by", pack->outcomes[i].asked_by);
		put_text("see", pack->outcomes[i].see);
		put_number("line", pack->outcomes[i].line);
		fputs(" },\n", stdout);
	}
	printf("\t{ 0 },\n};\nstatic struct pending_form pending_%zu[] = {\n", number);
	for (size_t i = 0; i < pack->pending_count; i++) {
		fputs("\t{", stdout);
		put_list("starters", pack->pending[i].starters);
		put_number("handle", pack->pending[i].handle);
		put_list("ended_by", pack->pending[i].ended_by);
		put_number("repeats", pack->pending[i].repeats);
		fputs(" },\n", stdout);
	}
	fputs("\t{ 0 },\n};\n", stdout);
}

static void put_pack(const struct pack *pack, size_t number)
{
	fputs("\t{", stdout);
	put_text("library", pack->library);
	put_text("file", pack->file);
	put_text("documentation", pack->documentation);
	put_list("headers", pack->headers);
	put_list("pkg_config", pack->pkg_config);
	printf(" .registers = registers_%zu, .register_count = %zu,", number, pack->register_count);
	printf(" .effects = effects_%zu, .effect_count = %zu,", number, pack->effect_count);
	printf(" .constants = constants_%zu, .constant_count = %zu,", number, pack->constant_count);
	printf(" .catches = catches_%zu, .catch_count = %zu,", number, pack->catch_count);
	printf(" .pending = pending_%zu, .pending_count = %zu,", number, pack->pending_count);
	printf(" .outcomes = outcomes_%zu, .outcome_count = %zu,", number, pack->outcome_count);
	put_list("loop_only", pack->loop_only);
	put_list("serves", pack->serves);
	put_list("serves_texts", pack->serves_texts);
	put_list("tests", pack->tests);
	put_list("wakes", pack->wakes);
	put_list("cancellation.completes", pack->cancellation.completes);
	put_list("cancellation.succeeds", pack->cancellation.succeeds);
	put_list("cancellation.asks", pack->cancellation.asks);
	put_list("cancellation.cancels", pack->cancellation.cancels);
	put_list("cancellation.reports", pack->cancellation.reports);
	put_list("cancellation.logs", pack->cancellation.logs);
	put_list("cancellation.starts", pack->cancellation.starts);
	put_list("cancellation.shields", pack->cancellation.shields);
	fputs(" },\n", stdout);
}

static void print_problems(struct diagnostics *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		fprintf(stderr, "%s:%u: %s\n", problems->items[i].file, problems->items[i].line,
			problems->items[i].message);
	diagnostics_finish(problems);
}

int main(int argc, char **argv)
{
	struct arena arena = { 0 };
	struct diagnostics problems = { 0 };
	struct pack *packs = arena_new_array(&arena, struct pack, (size_t)argc);
	size_t count = (size_t)argc - 1;
	int failed = 0;

	for (size_t i = 0; i < count; i++)
		failed |= pack_read(&arena, argv[i + 1], &packs[i], &problems) != 0;
	print_problems(&problems);
	puts("/* made by pack_compile of rules/packs/ */\n#include \"pack/compiled.h\"\n");
	for (size_t i = 0; i < count && !failed; i++) {
		packs[i].file =
			arena_strdup(&arena, strrchr(argv[i + 1], '/') ? strrchr(argv[i + 1], '/') + 1 : argv[i + 1]);
		put_entries(&packs[i], i);
	}
	puts("const struct pack compiled_packs[] = {");
	for (size_t i = 0; i < count && !failed; i++)
		put_pack(&packs[i], i);
	printf("};\nconst size_t compiled_pack_count = %zu;\n", count);
	arena_finish(&arena);
	return failed || fflush(stdout) || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
