/* store, facts.db: a parsed unit is used again exactly as long as parsing would give the same. */
#include "store_help.h"

#include <fcntl.h>

static const char front_end[] = "clang 19 facts 1";

static const char *const arguments[] = { "-Iinclude", "-I", "gen", "-DX", NULL };
static const char *const dependencies[] = { "src/a.c", "include/net/api.h", NULL };

static struct unit_command command_of(struct project *p)
{
	return (struct unit_command){
		.file = path_in(p, "src/a.c"), .directory = p->root, .arguments = (const char **)arguments, .hash = 7
	};
}

static const struct facts *get(struct project *p)
{
	struct unit_command unit = command_of(p);

	return store_get_facts(p->store, &p->arena, p->root, front_end, &unit);
}

static void put(struct project *p, enum unit_status status)
{
	struct unit_command unit = command_of(p);
	struct facts *facts = make_facts(p, "src/a.c", dependencies, status);

	assert_int_equal(store_put_facts(p->store, p->root, front_end, &unit, facts, &p->diagnostics), 0);
	free(facts);
}

/* A project with one cached unit, seen by the next run. */
static int make_cached(void **state)
{
	make_project(state);
	struct project *p = *state;

	write_file(p, "src/a.c", "int main(void) { return 0; }\n");
	write_file(p, "include/net/api.h", "void api(void);\n");
	write_file(p, "gen/version.h", "#define V 1\n");
	reopen(p);
	put(p, UNIT_OK);
	reopen(p);
	return 0;
}

static void an_unchanged_unit_comes_back_byte_for_byte(void **state)
{
	struct project *p = *state;
	struct facts *stored = make_facts(p, "src/a.c", dependencies, UNIT_OK);
	const struct facts *facts = get(p);

	assert_non_null(facts);
	assert_int_equal(facts->size, stored->size);
	assert_memory_equal(facts, stored, stored->size);
	free(stored);
}

static void an_unknown_unit_is_not_there(void **state)
{
	struct project *p = *state;
	struct unit_command unit = command_of(p), other = unit;

	other.hash++;
	assert_null(store_get_facts(p->store, &p->arena, p->root, front_end, &other));
	assert_null(store_get_facts(p->store, &p->arena, p->root, "clang 20", &unit));
	assert_null(store_get_facts(p->store, &p->arena, "/elsewhere", front_end, &unit));
	other = unit;
	other.file = path_in(p, "src/b.c");
	assert_null(store_get_facts(p->store, &p->arena, p->root, front_end, &other));
}

static void a_changed_header_makes_it_stale(void **state)
{
	struct project *p = *state;

	write_file(p, "include/net/api.h", "void api(int);\n");
	assert_null(get(p));
	put(p, UNIT_OK);
	reopen(p);
	assert_non_null(get(p));
}

static void a_change_of_the_same_size_is_seen(void **state)
{
	struct project *p = *state;

	write_file(p, "include/net/api.h", "void apj(void);\n");
	assert_null(get(p));
}

/* git checkout and back: other times, same content. The second time the row is refreshed and nothing is read. */
static void a_touched_file_is_still_good(void **state)
{
	struct project *p = *state;
	struct timespec times[2] = { { .tv_sec = 1000000 }, { .tv_sec = 1000000 } };

	assert_int_equal(utimensat(AT_FDCWD, path_in(p, "src/a.c"), times, 0), 0);
	assert_non_null(get(p));
	reopen(p);
	assert_non_null(get(p));
	assert_false(p->store->cache.files.dirty);
}

/* Within one tick of the clock a file can change and keep time and size: young files are compared by content. */
static void a_change_right_after_parsing_is_seen(void **state)
{
	struct project *p = *state;
	const char *path = path_in(p, "src/a.c");
	struct stat st;

	assert_true(g_file_set_contents(path, "int a;\n", -1, NULL));
	assert_int_equal(stat(path, &st), 0);
	put(p, UNIT_OK);
	assert_true(g_file_set_contents(path, "int b;\n", -1, NULL));
	struct timespec times[2] = { st.st_mtim, st.st_mtim };
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	reopen(p);
	assert_null(get(p));
}

static void a_vanished_header_makes_it_stale(void **state)
{
	struct project *p = *state;

	g_unlink(path_in(p, "include/net/api.h"));
	assert_null(get(p));
}

static void a_header_that_hides_another_makes_it_stale(void **state)
{
	struct project *p = *state;

	write_file(p, "gen/net/api.h", "void other(void);\n");
	assert_null(get(p));
	put(p, UNIT_OK);
	reopen(p);
	assert_non_null(get(p));
	g_unlink(path_in(p, "gen/net/api.h"));
	reopen(p);
	assert_null(get(p));
}

static void a_header_beside_the_source_can_hide_another(void **state)
{
	struct project *p = *state;

	write_file(p, "src/api.h", "void other(void);\n");
	assert_null(get(p));
}

static void unrelated_files_do_not_matter(void **state)
{
	struct project *p = *state;

	write_file(p, "src/a.o", "x");
	write_file(p, "src/b.c", "int b;\n");
	write_file(p, "include/net/new.h", "\n");
	write_file(p, "gen/new.h", "\n");
	assert_non_null(get(p));
}

static void a_degraded_unit_is_parsed_again_once_a_header_turns_up(void **state)
{
	struct project *p = *state;

	put(p, UNIT_DEGRADED);
	reopen(p);
	assert_non_null(get(p));
	write_file(p, "src/a.o", "x");
	reopen(p);
	assert_non_null(get(p));
	write_file(p, "gen/generated.h", "#define G 1\n");
	reopen(p);
	assert_null(get(p));
}

static void a_failed_unit_is_never_kept(void **state)
{
	struct project *p = *state;

	write_file(p, "src/a.c", "changed\n");
	put(p, UNIT_FAILED);
	put(p, UNIT_CRASHED);
	put(p, UNIT_TIMED_OUT);
	reopen(p);
	assert_null(get(p));
}

static void a_unit_that_names_no_dependency_is_never_kept(void **state)
{
	struct project *p = *state;
	struct unit_command unit = command_of(p);
	const char *const none[] = { NULL };
	struct facts *facts = make_facts(p, "src/a.c", none, UNIT_OK);

	unit.hash = 8;
	assert_int_equal(store_put_facts(p->store, p->root, front_end, &unit, facts, &p->diagnostics), 0);
	free(facts);
	assert_null(store_get_facts(p->store, &p->arena, p->root, front_end, &unit));
}

static void two_commands_of_one_file_are_kept_apart(void **state)
{
	struct project *p = *state;
	struct unit_command unit = command_of(p);
	struct facts *facts = make_facts(p, "src/a.c", dependencies, UNIT_DEGRADED);

	unit.hash = 8;
	assert_int_equal(store_put_facts(p->store, p->root, front_end, &unit, facts, &p->diagnostics), 0);
	free(facts);
	reopen(p);
	assert_int_equal(get(p)->status, UNIT_OK);
	assert_int_equal(store_get_facts(p->store, &p->arena, p->root, front_end, &unit)->status, UNIT_DEGRADED);
}

static void damaged_facts_are_a_miss(void **state)
{
	struct project *p = *state;

	assert_int_equal(database_execute(&p->store->facts, "UPDATE block SET facts = zeroblob(64)"), SQLITE_OK);
	assert_null(get(p));
	assert_int_equal(database_execute(&p->store->facts, "UPDATE block SET dependencies = x'ffffffff00'"),
			 SQLITE_OK);
	assert_null(get(p));
	assert_int_equal(p->diagnostics.count, 0);
}

/* Files are interned: the same header of many units is one row. */
static void a_header_of_many_units_is_stored_once(void **state)
{
	struct project *p = *state;
	BORROWED sqlite3_stmt *s = NULL;

	for (uint64_t hash = 10; hash < 20; hash++) {
		struct unit_command unit = command_of(p);
		struct facts *facts = make_facts(p, "src/a.c", dependencies, UNIT_OK);

		unit.hash = hash;
		assert_int_equal(store_put_facts(p->store, p->root, front_end, &unit, facts, &p->diagnostics), 0);
		free(facts);
	}
	s = database_statement(&p->store->facts, "SELECT count(*) FROM file");
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(s, 0), 2);
}

/* What one program stores another, already running, can use. */
static void programs_share_the_cache(void **state)
{
	struct project *p = *state;
	struct store *other;

	assert_non_null(get(p));
	assert_int_equal(store_open(p->directory, &other, &p->diagnostics), 0);
	write_file(p, "src/c.c", "int c;\n");
	const char *const names[] = { "src/c.c", "gen/version.h", NULL };
	struct facts *facts = make_facts(p, "src/c.c", names, UNIT_OK);
	struct unit_command unit = command_of(p);

	unit.file = path_in(p, "src/c.c");
	assert_int_equal(store_put_facts(other, p->root, front_end, &unit, facts, &p->diagnostics), 0);
	free(facts);
	store_close(other);
	assert_non_null(store_get_facts(p->store, &p->arena, p->root, front_end, &unit));
}

static void units_that_nobody_uses_are_dropped(void **state)
{
	struct project *p = *state;

	assert_int_equal(database_execute(&p->store->facts, "UPDATE unit SET used = used - 5"), SQLITE_OK);
	assert_int_equal(database_execute(&p->store->facts, "INSERT INTO unit (origin, path, command, used) "
							    "SELECT origin, 'gone.c', 1, used - 60 FROM unit"),
			 SQLITE_OK);
	assert_non_null(get(p)); /* used five days ago: its day is written, and while at it the other one goes */
	assert_int_equal(store_begin_facts(p->store, &p->diagnostics), 0);
	assert_int_equal(store_end_facts(p->store, &p->diagnostics), 0);
	BORROWED sqlite3_stmt *s = database_statement(&p->store->facts, "SELECT count(*), max(path) FROM unit");
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(s, 0), 1);
	assert_string_equal((const char *)sqlite3_column_text(s, 1), path_in(p, "src/a.c"));
}

#define CACHED(test) cmocka_unit_test_setup_teardown(test, make_cached, drop_project)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CACHED(an_unchanged_unit_comes_back_byte_for_byte),
		CACHED(an_unknown_unit_is_not_there),
		CACHED(a_changed_header_makes_it_stale),
		CACHED(a_change_of_the_same_size_is_seen),
		CACHED(a_touched_file_is_still_good),
		CACHED(a_change_right_after_parsing_is_seen),
		CACHED(a_vanished_header_makes_it_stale),
		CACHED(a_header_that_hides_another_makes_it_stale),
		CACHED(a_header_beside_the_source_can_hide_another),
		CACHED(unrelated_files_do_not_matter),
		CACHED(a_degraded_unit_is_parsed_again_once_a_header_turns_up),
		CACHED(a_failed_unit_is_never_kept),
		CACHED(a_unit_that_names_no_dependency_is_never_kept),
		CACHED(two_commands_of_one_file_are_kept_apart),
		CACHED(damaged_facts_are_a_miss),
		CACHED(a_header_of_many_units_is_stored_once),
		CACHED(programs_share_the_cache),
		CACHED(units_that_nobody_uses_are_dropped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
