/* store: opening, migrating, and what is found there instead of a database. */
#include "store_help.h"

static const char *database_path(struct project *p, const char *name)
{
	return arena_printf(&p->arena, "%s/%s.db", p->directory, name);
}

static char *content_of(const char *path, gsize *size)
{
	char *content;

	assert_true(g_file_get_contents(path, &content, size, NULL));
	return content;
}

static int open_store(struct project *p)
{
	store_close(p->store);
	p->store = (struct store *)p; /* must be set to NULL on failure */
	int outcome = store_open(p->directory, &p->store, &p->diagnostics);
	if (outcome)
		assert_null(p->store);
	return outcome;
}

/* Runs SQL on a database behind the store's back. */
static void change(struct project *p, const char *name, const char *sql)
{
	sqlite3 *db;

	store_close(p->store);
	p->store = NULL;
	assert_int_equal(sqlite3_open(database_path(p, name), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void opening_makes_folder_and_databases(void **state)
{
	struct project *p = *state;

	g_free(p->directory);
	p->directory = g_build_filename(p->root, "deep", "er", NULL);
	reopen(p);
	assert_true(g_file_test(database_path(p, "facts"), G_FILE_TEST_IS_REGULAR));
	assert_true(g_file_test(database_path(p, "findings"), G_FILE_TEST_IS_REGULAR));
	assert_int_equal(p->diagnostics.count, 0);
}

static int pragma(struct database *db, const char *sql)
{
	sqlite3_stmt *s = NULL;

	assert_int_equal(sqlite3_prepare_v2(db->handle, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	int value = strcmp((const char *)sqlite3_column_text(s, 0), "wal") == 0 ? 1 : sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	return value;
}

static void both_wait_log_ahead_and_keep_their_references(void **state)
{
	struct project *p = *state;

	assert_int_equal(store_open(p->directory, &p->store, &p->diagnostics), 0);
	struct database *both[] = { &p->store->facts, &p->store->findings };
	for (size_t i = 0; i < G_N_ELEMENTS(both); i++) {
		assert_int_equal(pragma(both[i], "PRAGMA journal_mode"), 1);
		assert_int_equal(pragma(both[i], "PRAGMA foreign_keys"), 1);
		assert_int_equal(pragma(both[i], "PRAGMA busy_timeout"), 10000);
		assert_int_equal(pragma(both[i], "PRAGMA user_version"), 1);
	}
	assert_int_equal(pragma(both[0], "PRAGMA synchronous"), 1);
	assert_int_equal(pragma(both[1], "PRAGMA synchronous"), 2);
}

/* Migrations. */

/* Every table and index of a database: names with SQL without comments and with single spaces. */
static char *schema_of(sqlite3 *db)
{
	g_autoptr(GRegex) noise = g_regex_new("--[^\\n]*|\\s+", 0, 0, NULL);
	g_autoptr(GString) text = g_string_new(NULL);
	sqlite3_stmt *s;

	sqlite3_prepare_v2(db, "SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name", -1, &s, NULL);
	while (sqlite3_step(s) == SQLITE_ROW)
		g_string_append_printf(text, "%s: %s\n", sqlite3_column_text(s, 0), sqlite3_column_text(s, 1));
	sqlite3_finalize(s);
	return g_regex_replace_literal(noise, text->str, -1, 0, "", 0, NULL);
}

static void migrations_lead_to_the_documented_schema(void **state)
{
	struct project *p = *state;
	static const char *const names[] = { "facts", "findings" };

	reopen(p);
	struct database *databases[] = { &p->store->facts, &p->store->findings };
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *page = g_strdup_printf("%s/db/%s.sql", SOURCE_DIR, names[i]);
		gsize size;
		g_autofree char *sql = content_of(page, &size);
		sqlite3 *documented;

		sqlite3_open(":memory:", &documented);
		assert_int_equal(sqlite3_exec(documented, sql, NULL, NULL, NULL), SQLITE_OK);
		g_autofree char *expected = schema_of(documented), *actual = schema_of(databases[i]->handle);
		assert_string_equal(actual, expected);
		sqlite3_close(documented);
	}
}

#define CREATE_NOTES { "notes-001-create.sql", "CREATE TABLE note (text TEXT)", 0 }
static const struct embedded_file notes_migrations[] = {
	CREATE_NOTES,
	{ "notes-002-author.sql", "ALTER TABLE note ADD COLUMN author TEXT; UPDATE note SET author = 'ann'", 0 },
	{ "other-003-skip.sql", "this is not of notes.db", 0 },
	{ NULL, NULL, 0 },
};
static const struct embedded_file first_notes_migration[] = { CREATE_NOTES, { NULL, NULL, 0 } };
static const struct embedded_file broken_migrations[] = {
	CREATE_NOTES,
	{ "notes-002-broken.sql", "ALTER TABLE note ADD COLUMN author TEXT; SELECT * FROM missing", 0 },
	{ NULL, NULL, 0 },
};

static struct database_kind notes_kind(const struct embedded_file *migrations)
{
	return (struct database_kind){ .name = "notes",
				       .setup = "PRAGMA journal_mode = WAL",
				       .migrations = migrations };
}

static void an_older_database_is_brought_up_to_date(void **state)
{
	struct project *p = *state;
	const struct database_kind old = notes_kind(first_notes_migration), new = notes_kind(notes_migrations);
	struct database db;

	assert_int_equal(database_open(&db, &old, p->root, &p->diagnostics), 0);
	assert_int_equal(pragma(&db, "PRAGMA user_version"), 1);
	assert_int_equal(database_execute(&db, "INSERT INTO note VALUES ('kept')"), SQLITE_OK);
	database_close(&db);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(database_open(&db, &new, p->root, &p->diagnostics), 0);
		assert_int_equal(pragma(&db, "PRAGMA user_version"), 2);
		assert_int_equal(pragma(&db, "SELECT count(*) FROM note WHERE text = 'kept' AND author = 'ann'"), 1);
		database_close(&db);
	}
}

static void a_migration_that_fails_changes_nothing(void **state)
{
	struct project *p = *state;
	const struct database_kind old = notes_kind(first_notes_migration), broken = notes_kind(broken_migrations);
	struct database db;

	assert_int_equal(database_open(&db, &old, p->root, &p->diagnostics), 0);
	assert_int_equal(database_execute(&db, "INSERT INTO note VALUES ('kept')"), SQLITE_OK);
	database_close(&db);
	assert_int_not_equal(database_open(&db, &broken, p->root, &p->diagnostics), 0);
	database_close(&db);
	assert_one_error(p, "notes.db", "bring the database up to date");
	assert_int_equal(database_open(&db, &old, p->root, &p->diagnostics), 0);
	assert_int_equal(pragma(&db, "SELECT count(*) FROM note"), 1);
	assert_int_equal(pragma(&db, "SELECT count(*) FROM pragma_table_info('note')"), 1);
	database_close(&db);
}

static void a_newer_database_is_refused(void **state)
{
	struct project *p = *state;
	static const char *const names[] = { "facts", "findings" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *file = g_strdup_printf("%s.db", names[i]);

		reopen(p);
		change(p, names[i], "PRAGMA user_version = 99");
		assert_int_equal(open_store(p), STORE_E_NEWER);
		assert_one_error(p, file, "upgrade looplint");
		change(p, names[i], "PRAGMA user_version = 1");
	}
}

/* Damage. */

static void put_one_finding(struct project *p)
{
	static const char *const analysed[] = { "a.c", NULL };
	struct finding finding = make_finding("aaaa1111", "a.c", 3);

	write_file(p, "a.c", "\n");
	assert_int_equal(put_run(p, &finding, 1, analysed), 0);
}

static void damaged_findings_are_left_as_they_are(void **state)
{
	struct project *p = *state;
	static const char junk[] = "this is not a database, but it may be all that is left of one";
	const char *path = database_path(p, "findings");
	gsize size;

	g_mkdir(p->directory, 0777);
	assert_true(g_file_set_contents(path, junk, -1, NULL));
	assert_int_equal(open_store(p), STORE_E_CORRUPT);
	assert_one_error(p, "findings.db", "left as it is");
	g_autofree char *after = content_of(path, &size);
	assert_string_equal(after, junk);
	assert_false(g_file_test(arena_printf(&p->arena, "%s-wal", path), G_FILE_TEST_EXISTS));
}

/* The header is whole, the pages behind it are not: only reading finds out. */
static void damaged_pages_of_findings_are_reported(void **state)
{
	struct project *p = *state;
	const char *path = database_path(p, "findings");
	const struct review_filter any = { .status = -1 };
	struct stored_finding *found = NULL;
	size_t count, size;

	reopen(p);
	put_one_finding(p);
	store_close(p->store);
	p->store = NULL;
	g_autofree char *content = content_of(path, &size);
	memset(content + 4096, 0xa5, size - 4096);
	assert_true(g_file_set_contents(path, content, (gssize)size, NULL));
	assert_int_equal(open_store(p), 0);
	assert_int_equal(store_list_findings(p->store, &p->arena, &any, &found, &count, &p->diagnostics),
			 STORE_E_CORRUPT);
	assert_one_error(p, "findings.db", "left as it is");
	assert_int_equal(put_run(p, NULL, 0, NULL), STORE_E_CORRUPT);
	assert_one_error(p, "findings.db", "record this run");
	store_close(p->store);
	p->store = NULL;
	gsize size_after;
	g_autofree char *after = content_of(path, &size_after);
	assert_int_equal(size_after, size);
	assert_memory_equal(after, content, size);
}

static void a_database_of_another_program_is_not_touched(void **state)
{
	struct project *p = *state;
	gsize size, size_after;

	g_mkdir(p->directory, 0777);
	change(p, "findings", "CREATE TABLE recipe (name TEXT)");
	g_autofree char *before = content_of(database_path(p, "findings"), &size);
	assert_int_equal(open_store(p), STORE_E_CORRUPT);
	assert_one_error(p, "findings.db", "not a looplint database");
	g_autofree char *after = content_of(database_path(p, "findings"), &size_after);
	assert_int_equal(size, size_after);
	assert_memory_equal(before, after, size);
}

static void a_damaged_cache_is_made_anew(void **state)
{
	struct project *p = *state;

	reopen(p);
	put_one_finding(p);
	store_close(p->store);
	p->store = NULL;
	assert_true(g_file_set_contents(database_path(p, "facts"), "junk that is longer than nothing", -1, NULL));
	assert_int_equal(open_store(p), 0);
	assert_int_equal(count_level(p, DIAGNOSTIC_WARNING), 1);
	assert_int_equal(p->diagnostics.count, 1);
	assert_true(g_str_has_suffix(p->diagnostics.items[0].file, "facts.db"));
	assert_string_equal(state_of(p, "aaaa1111"), "new");
}

/* Damage that only shows while units are read: a miss for this run, and a new cache for the next. */
static void a_cache_that_turns_out_damaged_is_gone_after_the_run(void **state)
{
	struct project *p = *state;
	static const char *const dependencies[] = { "a.c", NULL };
	struct unit_command unit = { .file = path_in(p, "a.c"), .directory = p->root };
	const char *path = database_path(p, "facts");
	gsize size;

	write_file(p, "a.c", "int a;\n");
	reopen(p);
	struct facts *facts = make_facts(p, "a.c", dependencies, UNIT_OK);
	assert_int_equal(store_put_facts(p->store, p->root, "clang", &unit, facts, &p->diagnostics), 0);
	store_close(p->store);
	p->store = NULL;
	g_autofree char *content = content_of(path, &size);
	memset(content + 16384, 0xa5, size - 16384);
	assert_true(g_file_set_contents(path, content, (gssize)size, NULL));

	assert_int_equal(open_store(p), 0);
	assert_null(store_get_facts(p->store, &p->arena, p->root, "clang", &unit));
	assert_int_equal(store_put_facts(p->store, p->root, "clang", &unit, facts, &p->diagnostics), STORE_E_CORRUPT);
	assert_int_equal(store_put_facts(p->store, p->root, "clang", &unit, facts, &p->diagnostics), STORE_E_CORRUPT);
	assert_one_error(p, "facts.db", "the cache is damaged");

	reopen(p);
	assert_int_equal(p->diagnostics.count, 0);
	assert_int_equal(store_put_facts(p->store, p->root, "clang", &unit, facts, &p->diagnostics), 0);
	assert_non_null(store_get_facts(p->store, &p->arena, p->root, "clang", &unit));
	free(facts);
}

/* Changes a few bytes at random places. */
static void damage(const char *path, GRand *random)
{
	gsize size;
	g_autofree char *content = content_of(path, &size);

	for (int i = g_rand_int_range(random, 1, 20); i > 0; i--)
		content[g_rand_int_range(random, 100, (gint32)size)] = (char)g_rand_int(random);
	assert_true(g_file_set_contents(path, content, (gssize)size, NULL));
}

/* Everything once; whatever it says. What it returns can be looked at. */
static void use_store(struct project *p, const struct unit_command *unit, const struct facts *facts)
{
	static const char *const analysed[] = { "a.c", NULL };
	const struct review_filter any = { .status = -1, .resolved = true };
	struct finding finding = make_finding("bbbb2222", "a.c", 3);
	struct stored_finding *found = NULL;
	size_t count = 0;

	const struct facts *got = store_get_facts(p->store, &p->arena, p->root, "clang", unit);
	assert_true(!got || facts_check(got, got->size));
	store_put_facts(p->store, p->root, "clang", unit, facts, &p->diagnostics);
	store_set_review(p->store, "aaaa", REVIEW_CONFIRMED, "x", "", &p->diagnostics);
	put_run(p, &finding, 1, analysed);
	store_list_findings(p->store, &p->arena, &any, &found, &count, &p->diagnostics);
	for (size_t i = 0; i < count; i++) {
		assert_non_null(review_status_name(found[i].finding.review));
		assert_non_null(level_name(found[i].finding.severity));
		assert_true(strlen(found[i].finding.message) < 1000000);
	}
}

static void no_damage_crashes_us(void **state)
{
	struct project *p = *state;
	static const char *const dependencies[] = { "a.c", NULL };
	struct unit_command unit = { .file = path_in(p, "a.c"), .directory = p->root };
	GRand *random = g_rand_new_with_seed(7);
	int opened = 0;

	write_file(p, "a.c", "int a;\n");
	struct facts *facts = make_facts(p, "a.c", dependencies, UNIT_OK);
	for (int round = 0; round < 25; round++) {
		struct project fresh = { .root = p->root, .directory = g_strdup_printf("%s/%d", p->root, round) };

		reopen(&fresh);
		put_one_finding(&fresh);
		use_store(&fresh, &unit, facts);
		store_close(fresh.store);
		fresh.store = NULL;
		damage(database_path(&fresh, "facts"), random);
		damage(database_path(&fresh, "findings"), random);
		if (open_store(&fresh) == 0) {
			opened++;
			use_store(&fresh, &unit, facts);
		}
		store_close(fresh.store);
		store_check(fresh.directory, &fresh.diagnostics);
		arena_finish(&fresh.arena);
		diagnostics_finish(&fresh.diagnostics);
		g_free(fresh.directory);
	}
	assert_true(opened > 4); /* or nothing was tested */
	free(facts);
	g_rand_free(random);
}

static void a_file_in_place_of_the_folder_is_named(void **state)
{
	struct project *p = *state;

	write_file(p, ".looplint", "\n");
	assert_int_equal(open_store(p), -ENOTDIR);
	assert_one_error(p, ".looplint", "--store");
	g_unlink(p->directory);
}

/* doctor */

static void doctor_calls_a_sound_store_sound(void **state)
{
	struct project *p = *state;

	assert_int_equal(store_check(p->directory, &p->diagnostics), 0);
	assert_int_equal(count_level(p, DIAGNOSTIC_NOTE), 2); /* not there yet */
	assert_false(g_file_test(p->directory, G_FILE_TEST_EXISTS));
	diagnostics_finish(&p->diagnostics);
	reopen(p);
	put_one_finding(p);
	assert_int_equal(store_check(p->directory, &p->diagnostics), 0);
	assert_int_equal(p->diagnostics.count, 2);
	assert_non_null(strstr(p->diagnostics.items[0].message, "sound; 1 findings, 1 runs"));
}

static void doctor_finds_missing_rows(void **state)
{
	struct project *p = *state;

	reopen(p);
	put_one_finding(p);
	change(p, "findings", "PRAGMA foreign_keys = OFF; DELETE FROM run");
	assert_int_equal(store_check(p->directory, &p->diagnostics), STORE_E_CORRUPT);
	assert_true(count_level(p, DIAGNOSTIC_ERROR) >= 2);
	assert_non_null(strstr(p->diagnostics.items[0].message, "missing row of run"));
}

static void doctor_finds_damaged_pages(void **state)
{
	struct project *p = *state;
	const char *path = database_path(p, "findings");
	gsize size;

	reopen(p);
	put_one_finding(p);
	store_close(p->store);
	p->store = NULL;
	g_autofree char *content = content_of(path, &size);
	memset(content + size / 2, 0xa5, 4096);
	assert_true(g_file_set_contents(path, content, (gssize)size, NULL));
	assert_int_equal(store_check(p->directory, &p->diagnostics), STORE_E_CORRUPT);
	assert_true(count_level(p, DIAGNOSTIC_ERROR) >= 1);
	assert_int_equal(count_level(p, DIAGNOSTIC_NOTE), 1); /* facts.db is sound */
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_project, drop_project)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(opening_makes_folder_and_databases),
		TEST(both_wait_log_ahead_and_keep_their_references),
		TEST(migrations_lead_to_the_documented_schema),
		TEST(an_older_database_is_brought_up_to_date),
		TEST(a_migration_that_fails_changes_nothing),
		TEST(a_newer_database_is_refused),
		TEST(damaged_findings_are_left_as_they_are),
		TEST(damaged_pages_of_findings_are_reported),
		TEST(a_database_of_another_program_is_not_touched),
		TEST(a_damaged_cache_is_made_anew),
		TEST(a_cache_that_turns_out_damaged_is_gone_after_the_run),
		TEST(no_damage_crashes_us),
		TEST(a_file_in_place_of_the_folder_is_named),
		TEST(doctor_calls_a_sound_store_sound),
		TEST(doctor_finds_missing_rows),
		TEST(doctor_finds_damaged_pages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
