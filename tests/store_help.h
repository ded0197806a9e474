/* store_help: a store in a scratch project, and the facts and findings the store's tests put into it. */
#ifndef STORE_HELP_H
#define STORE_HELP_H

#include "db/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

/* A scratch project: root/ with the store in root/.looplint. */
struct project {
	char *root, *directory;
	struct store *store; /* NULL until opened */
	struct arena arena;
	struct diagnostics diagnostics;
};

static inline int make_project(void **state)
{
	struct project *p = g_new0(struct project, 1);
	char name[] = "/tmp/looplint-store-XXXXXX";

	assert_non_null(mkdtemp(name));
	p->root = g_strdup(name);
	p->directory = g_build_filename(name, ".looplint", NULL);
	*state = p;
	return 0;
}

static inline void remove_tree(const char *path)
{
	GDir *listing = g_dir_open(path, 0, NULL);

	for (const char *name; listing && (name = g_dir_read_name(listing));) {
		g_autofree char *full = g_build_filename(path, name, NULL);

		if (g_file_test(full, G_FILE_TEST_IS_DIR) && !g_file_test(full, G_FILE_TEST_IS_SYMLINK))
			remove_tree(full);
		else
			g_unlink(full);
	}
	if (listing)
		g_dir_close(listing);
	g_rmdir(path);
}

static inline int drop_project(void **state)
{
	struct project *p = *state;

	store_close(p->store);
	remove_tree(p->root);
	arena_finish(&p->arena);
	diagnostics_finish(&p->diagnostics);
	g_free(p->root);
	g_free(p->directory);
	g_free(p);
	return 0;
}

/* Closes the store if it is open, opens it again: what the next run of looplint sees. Without fsync, for speed. */
static inline void reopen(struct project *p)
{
	store_close(p->store);
	assert_int_equal(store_open(p->directory, &p->store, &p->diagnostics), 0);
	assert_non_null(p->store);
	assert_int_equal(database_execute(&p->store->findings, "PRAGMA synchronous = OFF"), SQLITE_OK);
}

static inline const char *path_in(struct project *p, const char *name)
{
	return arena_printf(&p->arena, "%s/%s", p->root, name);
}

/* Writes a file below the root, folders included, and makes it a minute old: its time is trusted. */
static inline void write_file(struct project *p, const char *name, const char *content)
{
	const char *path = path_in(p, name);
	g_autofree char *folder = g_path_get_dirname(path);
	struct timespec times[2];

	g_mkdir_with_parents(folder, 0777);
	assert_true(g_file_set_contents(path, content, -1, NULL));
	clock_gettime(CLOCK_REALTIME, &times[0]);
	times[0].tv_sec -= 60;
	times[1] = times[0];
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static inline int count_level(const struct project *p, enum diagnostic_level level)
{
	int count = 0;

	for (size_t i = 0; i < p->diagnostics.count; i++)
		count += p->diagnostics.items[i].level == level;
	return count;
}

/* Asserts that one error was reported, about `file`, whose message has `part`; forgets it. */
static inline void assert_one_error(struct project *p, const char *file, const char *part)
{
	assert_int_equal(count_level(p, DIAGNOSTIC_ERROR), 1);
	assert_int_equal(p->diagnostics.count, 1);
	if (file)
		assert_true(g_str_has_suffix(p->diagnostics.items[0].file, file));
	if (!strstr(p->diagnostics.items[0].message, part))
		fail_msg("'%s' is not in '%s'", part, p->diagnostics.items[0].message);
	diagnostics_finish(&p->diagnostics);
}

/* Facts of one unit that was read from `dependencies` (names below the root, NULL-terminated). Free with free(). */
static inline struct facts *make_facts(struct project *p, const char *path, const char *const *dependencies,
				       enum unit_status status)
{
	struct facts_builder *b = facts_builder_new(path);
	size_t size;

	for (size_t i = 0; dependencies[i]; i++) {
		const char *full = path_in(p, dependencies[i]);
		g_autofree char *content = NULL;
		gsize length;
		struct stat st;

		assert_int_equal(stat(full, &st), 0);
		assert_true(g_file_get_contents(full, &content, &length, NULL));
		facts_build_dependency(b, full, (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
				       (int64_t)length, XXH3_64bits(content, length));
	}
	facts_build_status(b, status, 0, 0, "");
	struct facts *facts = facts_build_finish(b, &size);
	facts_builder_free(b);
	return facts;
}

static inline struct finding make_finding(const char *fingerprint, const char *file, unsigned line)
{
	struct finding finding = {
		.rule = "blocking-call",
		.category = CATEGORY_DNS,
		.severity = LEVEL_HIGH,
		.confidence = LEVEL_MEDIUM,
		.message = "'getaddrinfo' can block the loop (dns)",
		.file = file,
		.line = line,
		.column = 9,
		.end_line = line,
		.end_column = 20,
		.function = "on_read",
		.callee = "getaddrinfo",
		.context = CONTEXT_LOOP,
		.review_reason = "",
		.suppression_reason = "",
		.advice = ADVICE_ASYNC,
		.advice_text = "uv_getaddrinfo with a callback",
	};

	g_strlcpy(finding.fingerprint, fingerprint, sizeof finding.fingerprint);
	return finding;
}

/* Records a run that saw `findings` in the analysed units (NULL-terminated). */
static inline int put_run(struct project *p, struct finding *findings, size_t count, const char *const *analysed)
{
	struct run run = { .findings = { findings, count, count }, .root = p->root };

	return store_put_run(p->store, &run, analysed, &p->diagnostics);
}

static inline const char *state_of(struct project *p, const char *fingerprint)
{
	struct stored_finding stored;

	assert_int_equal(store_get_finding(p->store, &p->arena, fingerprint, &stored, &p->diagnostics), 0);
	return stored.state;
}

#endif
