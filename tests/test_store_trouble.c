#define _GNU_SOURCE /* unshare */
/*
 * store: full disks, missing permissions, other programs. Each costs one message, and nothing that was stored before.
 *
 * What must not reach this process (limits, other users, other connections) happens in a child: it has no cmocka, so
 * EXPECT() ends it with a status that the parent fails on.
 */
#include "store_help.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

enum { SKIPPED = 77 };

#define EXPECT(condition)                                                                                              \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "child: %s:%d: %s\n", __FILE__, __LINE__, #condition);                         \
			_exit(1);                                                                                      \
		}                                                                                                      \
	} while (0)

static pid_t start_child(struct project *p, void (*body)(struct project *))
{
	assert_null(p->store); /* connections do not survive a fork */
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		body(p);
		_exit(0);
	}
	return child;
}

static int wait_child(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void assert_child_passes(struct project *p, void (*body)(struct project *))
{
	int status = wait_child(start_child(p, body));

	if (status == SKIPPED)
		skip();
	assert_int_equal(status, 0);
}

static void close_store(struct project *p)
{
	store_close(p->store);
	p->store = NULL;
}

/* A child's own assert_one_error. */
static bool one_error_says(struct project *p, const char *file, const char *part)
{
	bool good = p->diagnostics.count == 1 && p->diagnostics.errors == 1 &&
		    g_str_has_suffix(p->diagnostics.items[0].file, file) &&
		    strstr(p->diagnostics.items[0].message, part);

	for (size_t i = 0; !good && i < p->diagnostics.count; i++)
		fprintf(stderr, "child: %s: %s\n", p->diagnostics.items[i].file, p->diagnostics.items[i].message);
	diagnostics_finish(&p->diagnostics);
	return good;
}

static const char *const analysed[] = { "a.c", NULL };

/* A store with one reviewed finding, closed. */
static int make_filled(void **state)
{
	make_project(state);
	struct project *p = *state;
	struct finding finding = make_finding("aaaa1111", "a.c", 3);

	write_file(p, "a.c", "int a;\n");
	reopen(p);
	assert_int_equal(put_run(p, &finding, 1, analysed), 0);
	assert_int_equal(store_set_review(p->store, "aaaa", REVIEW_CONFIRMED, "seen", "ann", &p->diagnostics), 0);
	close_store(p);
	return 0;
}

static int64_t count_of(struct project *p, const char *sql)
{
	BORROWED sqlite3_stmt *s = database_statement(&p->store->findings, sql);

	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	return sqlite3_column_int64(s, 0);
}

/* The store is exactly as make_filled() left it. */
static void assert_nothing_changed(struct project *p)
{
	struct stored_finding stored;

	reopen(p);
	assert_int_equal(store_check(p->directory, &p->diagnostics), 0);
	assert_int_equal(store_get_finding(p->store, &p->arena, "aaaa", &stored, &p->diagnostics), 0);
	assert_string_equal(stored.state, "new");
	assert_string_equal(stored.finding.review_reason, "seen");
	assert_int_equal(count_of(p, "SELECT count(*) FROM finding"), 1);
	assert_int_equal(count_of(p, "SELECT count(*) FROM run"), 1);
	assert_int_equal(count_of(p, "SELECT count(*) FROM review"), 1);
}

/* More findings than a small disk takes. */
enum { MANY = 3000 };

static struct finding *many_findings(void)
{
	struct finding *findings = g_new0(struct finding, MANY);

	for (unsigned i = 0; i < MANY; i++) {
		g_autofree char *fingerprint = g_strdup_printf("%08x", i);

		findings[i] = make_finding(fingerprint, "a.c", i);
	}
	return findings;
}

/* Full. */

static void expect_full_when_recording(struct project *p)
{
	struct finding *findings = many_findings();

	EXPECT(put_run(p, findings, MANY, analysed) == STORE_E_FULL);
	EXPECT(one_error_says(p, "findings.db", "the disk is full"));
	EXPECT(!findings[0].is_new); /* nothing was filled in either */
	g_free(findings);
}

/* As many bytes as `bytes` per file, then writing fails. */
static void limit_files(rlim_t bytes)
{
	struct rlimit limit = { bytes, bytes };

	signal(SIGXFSZ, SIG_IGN);
	EXPECT(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

static void record_with_little_space(struct project *p)
{
	EXPECT(store_open(p->directory, &p->store, &p->diagnostics) == 0);
	limit_files(200000);
	expect_full_when_recording(p);
	store_close(p->store);
}

static void a_full_disk_loses_nothing(void **state)
{
	struct project *p = *state;

	assert_child_passes(p, record_with_little_space);
	assert_nothing_changed(p);
}

static void record_on_small_disk(struct project *p)
{
	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
	    g_mkdir(path_in(p, "disk"), 0777) != 0 || mount("none", path_in(p, "disk"), "tmpfs", 0, "size=600k") != 0)
		_exit(SKIPPED);
	g_autofree char *directory = g_build_filename(p->root, "disk", NULL);
	struct finding finding = make_finding("aaaa1111", "a.c", 3);
	struct stored_finding stored;

	EXPECT(store_open(directory, &p->store, &p->diagnostics) == 0);
	EXPECT(put_run(p, &finding, 1, analysed) == 0);
	expect_full_when_recording(p);
	store_close(p->store);
	EXPECT(store_open(directory, &p->store, &p->diagnostics) == 0);
	EXPECT(store_get_finding(p->store, &p->arena, "aaaa", &stored, &p->diagnostics) == 0);
	EXPECT(store_check(directory, &p->diagnostics) == 0);
	store_close(p->store);
}

static void a_really_full_disk_loses_nothing(void **state)
{
	assert_child_passes(*state, record_on_small_disk);
}

static void open_without_space(struct project *p)
{
	g_autofree char *directory = g_build_filename(p->root, "other", NULL);

	limit_files(1000);
	EXPECT(store_open(directory, &p->store, &p->diagnostics) == STORE_E_FULL);
	EXPECT(p->store == NULL);
	EXPECT(one_error_says(p, "findings.db", "the disk is full"));
}

static void a_store_that_cannot_be_made_says_so(void **state)
{
	assert_child_passes(*state, open_without_space);
}

static int put_unit(struct project *p, uint64_t hash)
{
	static const char *const dependencies[] = { "a.c", NULL };
	struct unit_command unit = { .file = path_in(p, "a.c"), .directory = p->root, .hash = hash };
	struct facts *facts = make_facts(p, "a.c", dependencies, UNIT_OK);
	int outcome = store_put_facts(p->store, p->root, "clang", &unit, facts, &p->diagnostics);

	free(facts);
	return outcome;
}

static bool has_unit(struct project *p, uint64_t hash)
{
	struct unit_command unit = { .file = path_in(p, "a.c"), .directory = p->root, .hash = hash };

	return store_get_facts(p->store, &p->arena, p->root, "clang", &unit) != NULL;
}

/* The cache stops growing after one message; what it holds stays good, and findings are another matter. */
static void cache_with_little_space(struct project *p)
{
	int outcome = 0;

	EXPECT(store_open(p->directory, &p->store, &p->diagnostics) == 0);
	limit_files(300000);
	for (uint64_t hash = 1; hash < 200 && outcome == 0; hash++)
		outcome = put_unit(p, hash);
	EXPECT(outcome == STORE_E_FULL);
	EXPECT(one_error_says(p, "facts.db", "the disk is full"));
	EXPECT(put_unit(p, 1000) == STORE_E_FULL);
	EXPECT(p->diagnostics.count == 0);
	EXPECT(has_unit(p, 1));
	store_close(p->store);
}

static void a_full_disk_ends_caching_with_one_message(void **state)
{
	struct project *p = *state;

	assert_child_passes(p, cache_with_little_space);
	reopen(p);
	assert_true(has_unit(p, 1));
	assert_false(has_unit(p, 1000));
}

/* Read-only. */

static void become_nobody(void)
{
	if (getuid() == 0)
		EXPECT(setgid(65534) == 0 && setuid(65534) == 0);
}

static void set_modes(struct project *p, mode_t folder, mode_t file)
{
	GDir *listing = g_dir_open(p->directory, 0, NULL);

	assert_int_equal(chmod(p->root, 0755), 0);
	for (const char *name; (name = g_dir_read_name(listing));) {
		g_autofree char *path = g_build_filename(p->directory, name, NULL);

		assert_int_equal(chmod(path, file), 0);
	}
	g_dir_close(listing);
	assert_int_equal(chmod(p->directory, folder), 0);
}

static void open_read_only(struct project *p)
{
	become_nobody();
	EXPECT(store_open(p->directory, &p->store, &p->diagnostics) == STORE_E_FULL);
	EXPECT(one_error_says(p, "findings.db", "read-only"));
}

static void a_read_only_store_says_so(void **state)
{
	struct project *p = *state;

	set_modes(p, 0555, 0444);
	assert_child_passes(p, open_read_only);
	set_modes(p, 0777, 0666);
	assert_nothing_changed(p);
}

static void record_read_only(struct project *p)
{
	struct finding finding = make_finding("bbbb2222", "a.c", 3);

	become_nobody();
	EXPECT(store_open(p->directory, &p->store, &p->diagnostics) == 0);
	EXPECT(put_run(p, &finding, 1, analysed) == STORE_E_FULL);
	EXPECT(one_error_says(p, "findings.db", "read-only"));
	EXPECT(store_set_review(p->store, "aaaa", REVIEW_CONFIRMED, "x", "", &p->diagnostics) == STORE_E_FULL);
	EXPECT(one_error_says(p, "findings.db", "read-only"));
	store_close(p->store);
}

static void read_only_files_can_be_read(void **state)
{
	struct project *p = *state;

	set_modes(p, 0777, 0444);
	assert_child_passes(p, record_read_only);
	set_modes(p, 0777, 0666);
	assert_nothing_changed(p);
}

static void make_folder_read_only(struct project *p)
{
	g_autofree char *directory = g_build_filename(p->root, "other", NULL);

	become_nobody();
	EXPECT(store_open(directory, &p->store, &p->diagnostics) == -EACCES);
	EXPECT(one_error_says(p, "other", "--store"));
}

static void a_folder_that_cannot_be_made_is_named(void **state)
{
	struct project *p = *state;

	assert_int_equal(chmod(p->root, 0555), 0);
	assert_child_passes(p, make_folder_read_only);
	assert_int_equal(chmod(p->root, 0755), 0);
}

/* A disk that fails. */

static int fail_to_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
	(void)file, (void)data, (void)size, (void)offset;
	errno = EIO;
	return SQLITE_IOERR_WRITE;
}

static void an_io_error_is_reported_and_changes_nothing(void **state)
{
	struct project *p = *state;
	struct finding finding = make_finding("bbbb2222", "a.c", 3);
	sqlite3_file *log;

	reopen(p);
	assert_int_equal(put_run(p, NULL, 0, NULL), 0); /* opens the log */
	sqlite3_file_control(p->store->findings.handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	const sqlite3_io_methods *working = log->pMethods;
	sqlite3_io_methods failing = *working;
	failing.xWrite = fail_to_write;
	log->pMethods = &failing;
	assert_int_equal(put_run(p, &finding, 1, analysed), -EIO);
	assert_one_error(p, "findings.db", "cannot record this run: Input/output error; check the disk");
	log->pMethods = working;
	assert_int_equal(put_run(p, NULL, 0, NULL), 0);
	assert_int_equal(count_of(p, "SELECT count(*) FROM finding"), 1);
	assert_int_equal(count_of(p, "SELECT count(*) FROM run"), 3);
	assert_int_equal(store_check(p->directory, &p->diagnostics), 0);
}

/* Other programs. */

static void a_database_that_stays_locked_is_reported(void **state)
{
	struct project *p = *state;
	struct finding finding = make_finding("bbbb2222", "a.c", 3);
	struct store *other;

	reopen(p);
	assert_int_equal(store_open(p->directory, &other, &p->diagnostics), 0);
	assert_int_equal(database_begin(&other->findings), SQLITE_OK);
	assert_int_equal(database_begin(&other->facts), SQLITE_OK);
	sqlite3_busy_timeout(p->store->findings.handle, 50);
	sqlite3_busy_timeout(p->store->facts.handle, 50);
	assert_int_equal(put_run(p, &finding, 1, analysed), STORE_E_BUSY);
	assert_one_error(p, "findings.db", "another program");
	assert_int_equal(put_unit(p, 1), STORE_E_BUSY);
	assert_one_error(p, "facts.db", "another program");
	assert_int_equal(state_of(p, "aaaa")[0], 'n'); /* readers do not wait for writers */
	store_close(other);
	close_store(p);
	assert_nothing_changed(p);
}

/* Children that start at once, on a store that none of them has seen yet. */
enum { PROGRAMS = 4, RUNS_EACH = 15 };

static void record_runs(struct project *p)
{
	EXPECT(store_open(p->directory, &p->store, &p->diagnostics) == 0);
	for (int i = 0; i < RUNS_EACH; i++) {
		g_autofree char *own = g_strdup_printf("%08x", (unsigned)getpid());
		struct finding findings[] = { make_finding(own, "a.c", 3), make_finding("ffff0000", "b.c", 4) };
		const char *const both[] = { "a.c", "b.c", NULL };

		EXPECT(put_run(p, findings, 2, both) == 0);
		EXPECT(put_unit(p, (uint64_t)getpid() * 100 + (uint64_t)i) == 0);
		EXPECT(has_unit(p, (uint64_t)getpid() * 100 + (uint64_t)i));
	}
	store_close(p->store);
}

static void programs_that_run_at_once_lose_nothing(void **state)
{
	struct project *p = *state;
	pid_t children[PROGRAMS];

	write_file(p, "a.c", "int a;\n");
	write_file(p, "b.c", "int b;\n");
	for (int i = 0; i < PROGRAMS; i++)
		children[i] = start_child(p, record_runs);
	for (int i = 0; i < PROGRAMS; i++)
		assert_int_equal(wait_child(children[i]), 0);
	reopen(p);
	assert_int_equal(store_check(p->directory, &p->diagnostics), 0);
	assert_int_equal(count_of(p, "SELECT count(*) FROM run"), PROGRAMS * RUNS_EACH);
	assert_int_equal(count_of(p, "SELECT count(*) FROM finding"), PROGRAMS + 1);
	assert_int_equal(count_of(p, "SELECT count(*) FROM step"), 0);
	assert_string_equal(state_of(p, "ffff0000"), "unresolved");
	for (int i = 0; i < PROGRAMS; i++)
		for (int n = 0; n < RUNS_EACH; n++)
			assert_true(has_unit(p, (uint64_t)children[i] * 100 + (uint64_t)n));
}

/* A program that is killed in the middle of a transaction. */
static void die_while_recording(struct project *p)
{
	EXPECT(store_open(p->directory, &p->store, &p->diagnostics) == 0);
	EXPECT(database_begin(&p->store->findings) == SQLITE_OK);
	EXPECT(database_execute(&p->store->findings, "UPDATE finding SET state = 'resolved'") == SQLITE_OK);
	raise(SIGKILL);
}

static void a_killed_program_leaves_the_last_whole_run(void **state)
{
	struct project *p = *state;

	assert_int_equal(wait_child(start_child(p, die_while_recording)), 128);
	assert_nothing_changed(p);
}

#define FILLED(test) cmocka_unit_test_setup_teardown(test, make_filled, drop_project)
#define EMPTY(test)  cmocka_unit_test_setup_teardown(test, make_project, drop_project)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(a_full_disk_loses_nothing),
		EMPTY(a_really_full_disk_loses_nothing),
		EMPTY(a_store_that_cannot_be_made_says_so),
		FILLED(a_full_disk_ends_caching_with_one_message),
		FILLED(a_read_only_store_says_so),
		FILLED(read_only_files_can_be_read),
		EMPTY(a_folder_that_cannot_be_made_is_named),
		FILLED(an_io_error_is_reported_and_changes_nothing),
		FILLED(a_database_that_stays_locked_is_reported),
		EMPTY(programs_that_run_at_once_lose_nothing),
		FILLED(a_killed_program_leaves_the_last_whole_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
