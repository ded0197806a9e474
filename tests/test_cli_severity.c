/* cli: what the same call is worth in two places, with the real binary at its default level. */
#include "sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <string.h>

/* GIO as far as it is needed, so that the test runs without its headers. */
static const char gio[] = "typedef struct _GFile GFile; typedef struct _GOutputStream GOutputStream;\n"
			  "GFile *g_file_new_for_path(const char *), *g_file_new_for_uri(const char *);\n"
			  "GFile *g_file_get_child(GFile *, const char *), *g_file_get_parent(GFile *);\n"
			  "int g_file_query_exists(GFile *, void *);\n"
			  "GOutputStream *g_file_create(GFile *, int, void *, void *);\n"
			  "int g_output_stream_close(GOutputStream *, void *, void *);\n"
			  "unsigned g_timeout_add(unsigned, int (*)(void *), void *);\n";

/* What `looplint check` says of a program that begins with `gio`; the caller frees. */
static char *said_of(const char *body)
{
	struct sandbox sandbox = sandbox_new();
	g_autofree char *source = g_strconcat(gio, body, NULL);

	sandbox_write(&sandbox, ".git/HEAD", "");
	sandbox_write(&sandbox, "a.c", source);
	struct outcome outcome = sandbox_run(&sandbox, LOOPLINT_BIN, "check", NULL);
	char *said = g_strdup(outcome.output);
	outcome_finish(&outcome);
	sandbox_finish(&sandbox);
	return said;
}

static void a_file_that_may_be_anywhere_is_worth_more_than_one_of_this_machine(void **state)
{
	g_autofree char *uri = said_of("static int on_timer(void *name)\n"
				       "{ return g_file_query_exists(g_file_new_for_uri(name), 0); }\n"
				       "void start(void *name) { g_timeout_add(1, on_timer, name); }\n");
	g_autofree char *path =
		said_of("static int on_timer(void *name)\n"
			"{\n"
			"\tGFile *file = g_file_new_for_path(name), *in = g_file_get_child(file, \"x\");\n"
			"\treturn g_file_query_exists(file, 0) && g_file_query_exists(g_file_get_parent(in), 0);\n"
			"}\n"
			"void start(void *name) { g_timeout_add(1, on_timer, name); }\n");

	(void)state;
	assert_non_null(strstr(uri, "medium: 'g_file_query_exists' can block the loop (disk)"));
	assert_null(strstr(path, "'g_file_query_exists' can block"));
}

static void closing_what_writes_a_file_is_worth_more_than_closing_anything(void **state)
{
	g_autofree char *said = said_of("static GOutputStream *file, *other;\n"
					"static int on_timer(void *unused)\n"
					"{\n"
					"\tg_output_stream_close(file, unused, 0);\n"
					"\treturn g_output_stream_close(other, 0, 0);\n"
					"}\n"
					"void start(GFile *in, GOutputStream *given)\n"
					"{\n"
					"\tfile = g_file_create(in, 0, 0, 0), other = given;\n"
					"\tg_timeout_add(1, on_timer, 0);\n"
					"}\n");

	(void)state;
	assert_non_null(strstr(said, "a.c:11:2: medium: 'g_output_stream_close' can block the loop (disk)"));
	assert_null(strstr(said, "a.c:12:"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_may_be_anywhere_is_worth_more_than_one_of_this_machine),
		cmocka_unit_test(closing_what_writes_a_file_is_worth_more_than_closing_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
