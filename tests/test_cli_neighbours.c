/* cli: files that are named alone are understood with what the rest of the project says. */
#include "sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define run(...) sandbox_run(&sandbox, LOOPLINT_BIN, __VA_ARGS__, NULL)

static const char loop_source[] = "#include <sys/epoll.h>\n"
				  "#include \"loop.h\"\n"
				  "static void (*handler)(int);\n"
				  "void loop_listen(void (*f)(int)) { handler = f; }\n"
				  "void loop_run(int epoll)\n"
				  "{\n"
				  "\tstruct epoll_event event;\n"
				  "\twhile (epoll_wait(epoll, &event, 1, -1) > 0)\n"
				  "\t\thandler(event.data.fd);\n"
				  "}\n";

static const char names_source[] = "#include <netdb.h>\n"
				   "#include \"names.h\"\n"
				   "int names_find(const char *host)\n"
				   "{\n"
				   "\tstruct addrinfo *list;\n"
				   "\treturn getaddrinfo(host, \"80\", 0, &list);\n"
				   "}\n";

static const char server_source[] = "#include \"../lib/loop.h\"\n"
				    "#include \"../lib/names.h\"\n"
				    "static void on_event(int fd)\n"
				    "{\n"
				    "\tnames_find(\"example.org\");\n"
				    "}\n"
				    "void server_start(void) { loop_listen(on_event); }\n";

/* A loop and a look-up in a library, a server that brings them together, and a test with a twin of the look-up. */
static struct sandbox project(void)
{
	struct sandbox sandbox = sandbox_new();

	sandbox_write(&sandbox, ".git/HEAD", "");
	sandbox_write(&sandbox, "lib/loop.h", "void loop_listen(void (*f)(int));\nvoid loop_run(int epoll);\n");
	sandbox_write(&sandbox, "lib/names.h", "int names_find(const char *host);\n");
	sandbox_write(&sandbox, "lib/loop.c", loop_source);
	sandbox_write(&sandbox, "lib/names.c", names_source);
	sandbox_write(&sandbox, "tests/names.c", "int names_find(const char *host) { return 0; }\n");
	sandbox_write(&sandbox, "src/server.c", server_source);
	return sandbox;
}

static void assert_ended(struct outcome outcome, int status, const char *part)
{
	if (outcome.status != status || !strstr(outcome.output, part))
		print_error("ended with %d:\n%s%s\n", outcome.status, outcome.output, outcome.errors);
	assert_int_equal(outcome.status, status);
	assert_non_null(strstr(outcome.output, part));
	outcome_finish(&outcome);
}

static void what_a_named_file_calls_is_followed_into_the_project(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	assert_ended(run("check", "src/server.c"), 1, "lib/names.c:6:9: high: 'getaddrinfo' can block the loop");
	assert_ended(run("check", "src/server.c"), 1, "3 units, 0 failed");
	assert_ended(run("why", "names_find", "src/server.c"), 0, "src/server.c:5");
	sandbox_finish(&sandbox);
}

static void who_calls_what_a_named_file_defines_is_followed_back_to_the_loop(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	assert_ended(run("check", "lib/names.c"), 1, "lib/names.c:6:9: high: 'getaddrinfo' can block the loop");
	assert_ended(run("check", "lib/names.c"), 1, "src/server.c:7");
	assert_ended(run("check", "--alone", "lib/names.c"), 0, "0 findings");
	sandbox_finish(&sandbox);
}

/* The look-up is static, in a table that a file hands to the loop's library, which calls it by the field. */
static void a_field_that_a_named_file_fills_brings_who_calls_it(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	sandbox_write(&sandbox, "lib/names.h", "struct resolver { int (*find)(const char *host); };\n");
	sandbox_write(&sandbox, "lib/names.c",
		      "#include <netdb.h>\n#include \"names.h\"\n"
		      "static int find(const char *host)\n"
		      "{\n\tstruct addrinfo *list;\n\treturn getaddrinfo(host, \"80\", 0, &list);\n}\n"
		      "const struct resolver system_resolver = { .find = find };\n");
	sandbox_write(&sandbox, "src/server.c",
		      "#include \"../lib/loop.h\"\n#include \"../lib/names.h\"\n"
		      "extern const struct resolver *resolver;\n"
		      "static void on_event(int fd) { resolver->find(\"example.org\"); }\n"
		      "void server_start(void) { loop_listen(on_event); }\n");
	sandbox_write(&sandbox, "src/main.c",
		      "#include \"../lib/names.h\"\n"
		      "extern const struct resolver system_resolver;\nconst struct resolver *resolver;\n"
		      "void server_start(void);\n"
		      "int main(void) { resolver = &system_resolver; server_start(); return 0; }\n");
	assert_ended(run("check", "lib/names.c"), 1, "lib/names.c:6:9: high: 'getaddrinfo' can block the loop");
	sandbox_finish(&sandbox);
}

/* on_event is known to be on the loop: who starts the server, and what else the server uses, is not looked at. */
static void who_calls_is_followed_no_further_than_to_the_loop(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	sandbox_write(&sandbox, "src/server.c",
		      "#include \"../lib/loop.h\"\n#include \"../lib/names.h\"\nvoid stats_count(void);\n"
		      "static void on_event(int fd) { stats_count(); names_find(\"example.org\"); }\n"
		      "void server_start(void) { loop_listen(on_event); }\n");
	sandbox_write(&sandbox, "src/stats.c", "void stats_count(void) { }\n");
	sandbox_write(&sandbox, "src/main.c",
		      "void server_start(void);\nint main(void) { server_start(); return 0; }\n");
	assert_ended(run("check", "lib/names.c"), 1, "3 units, 0 failed");
	assert_ended(run("check"), 1, "6 units, 0 failed");
	assert_ended(run("check", "lib/names.c"), 1, "5 units, 0 failed");
	sandbox_finish(&sandbox);
}

/* Nobody knows that it is on the loop before the file is there that main calls. */
static void a_function_that_is_not_on_a_loop_is_followed_to_main(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	sandbox_write(&sandbox, "src/server.c",
		      "#include \"../lib/names.h\"\nvoid server_look(void) { names_find(\"example.org\"); }\n");
	sandbox_write(&sandbox, "src/turn.c", "void server_look(void);\nvoid turn(int fd) { server_look(); }\n");
	sandbox_write(&sandbox, "src/main.c",
		      "#include \"../lib/loop.h\"\nvoid turn(int fd);\n"
		      "int main(void) { loop_listen(turn); loop_run(3); return 0; }\n");
	assert_ended(run("check", "lib/names.c"), 1, "lib/names.c:6:9: high: 'getaddrinfo' can block the loop");
	sandbox_finish(&sandbox);
}

static void who_only_names_the_same_things_is_no_neighbour(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	sandbox_write(&sandbox, "src/other.c",
		      "struct x { int lib; };\n/* names_find */\nint other(struct x *x) { return x->lib; }\n"
		      "const char *text(void) { return \"names_find\"; }\n");
	sandbox_write(
		&sandbox, "src/twin.c",
		"static int names_find(const char *host) { return 0; }\nint twin(void) { return names_find(0); }\n"
		"int main(void) { return twin(); }\n");
	assert_ended(run("check", "lib/names.c"), 1, "3 units, 0 failed");
	sandbox_finish(&sandbox);
}

static void what_lies_in_neighbours_alone_is_not_reported(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	sandbox_write(&sandbox, "lib/names.c",
		      "#include <netdb.h>\n#include <unistd.h>\n#include \"loop.h\"\n#include \"names.h\"\n"
		      "static void slow(int fd) { sleep(1); }\n"
		      "int names_find(const char *host) { loop_listen(slow); return 0; }\n");
	assert_ended(run("check", "src/server.c"), 0, "0 findings");
	assert_ended(run("check", "lib/names.c"), 1, "'sleep' can block the loop");
	sandbox_finish(&sandbox);
}

static void alone_means_alone(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	assert_ended(run("check", "--alone", "src/server.c"), 0, "1 unit, 0 failed");
	sandbox_finish(&sandbox);
}

static void with_a_database_only_its_units_are_neighbours(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	sandbox_write(&sandbox, "compile_commands.json",
		      "[{\"directory\":\".\",\"file\":\"src/server.c\",\"arguments\":[\"cc\",\"-c\",\"src/server.c\"]},"
		      "{\"directory\":\".\",\"file\":\"lib/loop.c\",\"arguments\":[\"cc\",\"-c\",\"lib/loop.c\"]}]");
	assert_ended(run("check", "src/server.c"), 0, "2 units, 0 failed");
	sandbox_finish(&sandbox);
}

static void a_neighbour_that_cannot_be_parsed_fails_no_run(void **state)
{
	struct sandbox sandbox = project();

	(void)state;
	sandbox_write(&sandbox, "lib/names.c",
		      "#pragma clang __debug crash\nint names_find(const char *host) { return 0; }\n");
	assert_ended(run("check", "src/server.c"), 0, "2 units, 0 failed");
	sandbox_finish(&sandbox);
}

enum { MANY = 253 };

/* f0 calls f1 .. fMANY, each in a file of its own. */
static struct sandbox many_files(void)
{
	struct sandbox sandbox = sandbox_new();
	char name[40], text[100], calls[MANY * 40] = "";
	size_t at = 0;

	sandbox_write(&sandbox, ".git/HEAD", "");
	for (int i = 1; i <= MANY; i++) {
		snprintf(name, sizeof name, "src/f%d.c", i);
		snprintf(text, sizeof text, "int f%d(void) { return 0; }\n", i);
		sandbox_write(&sandbox, name, text);
		at += (size_t)snprintf(calls + at, sizeof calls - at, "int f%d(void); ", i);
	}
	at += (size_t)snprintf(calls + at, sizeof calls - at, "int f0(void) { return 0");
	for (int i = 1; i <= MANY; i++)
		at += (size_t)snprintf(calls + at, sizeof calls - at, " + f%d()", i);
	snprintf(calls + at, sizeof calls - at, "; }\n");
	sandbox_write(&sandbox, "src/f0.c", calls);
	return sandbox;
}

static void of_what_the_store_lacks_no_more_are_parsed_than_one_would_wait_for(void **state)
{
	struct sandbox sandbox = many_files();

	(void)state;
	struct outcome cold = run("check", "src/f0.c");
	assert_non_null(strstr(cold.errors, "more than 250 files that the store does not have"));
	assert_ended(cold, 0, "251 units, 0 failed");
	assert_ended(run("check"), 0, "254 units, 0 failed");
	struct outcome warm = run("check", "src/f0.c");
	assert_null(strstr(warm.errors, "more than 250"));
	assert_ended(warm, 0, "254 units, 0 failed");
	sandbox_finish(&sandbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_named_file_calls_is_followed_into_the_project),
		cmocka_unit_test(who_calls_what_a_named_file_defines_is_followed_back_to_the_loop),
		cmocka_unit_test(a_field_that_a_named_file_fills_brings_who_calls_it),
		cmocka_unit_test(who_calls_is_followed_no_further_than_to_the_loop),
		cmocka_unit_test(a_function_that_is_not_on_a_loop_is_followed_to_main),
		cmocka_unit_test(who_only_names_the_same_things_is_no_neighbour),
		cmocka_unit_test(what_lies_in_neighbours_alone_is_not_reported),
		cmocka_unit_test(alone_means_alone),
		cmocka_unit_test(with_a_database_only_its_units_are_neighbours),
		cmocka_unit_test(of_what_the_store_lacks_no_more_are_parsed_than_one_would_wait_for),
		cmocka_unit_test(a_neighbour_that_cannot_be_parsed_fails_no_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
