/* store, findings.db: what is new, what is resolved, and reviews that outlive both. */
#include "store_help.h"

static const char *const both[] = { "a.c", "b.c", NULL };
static const char *const only_a[] = { "a.c", NULL };
static const char *const only_b[] = { "b.c", NULL };

static int make_opened(void **state)
{
	make_project(state);
	struct project *p = *state;

	write_file(p, "a.c", "a\n");
	write_file(p, "b.c", "b\n");
	reopen(p);
	return 0;
}

static struct stored_finding *list(struct project *p, const struct review_filter *filter, size_t *count)
{
	struct stored_finding *found;

	assert_int_equal(store_list_findings(p->store, &p->arena, filter, &found, count, &p->diagnostics), 0);
	return found;
}

static void run_over_both_sees(struct project *p, const char *fingerprint)
{
	struct finding finding = make_finding(fingerprint ? fingerprint : "", "a.c", 3);

	assert_int_equal(put_run(p, &finding, fingerprint ? 1 : 0, both), 0);
}

static void a_finding_goes_through_its_states(void **state)
{
	struct project *p = *state;
	static const struct {
		bool seen;
		const char *state;
	} history[] = { { true, "new" },      { true, "unresolved" }, { false, "resolved" }, { false, "resolved" },
			{ true, "reopened" }, { true, "unresolved" }, { false, "resolved" } };

	for (size_t i = 0; i < G_N_ELEMENTS(history); i++) {
		run_over_both_sees(p, history[i].seen ? "aaaa1111" : NULL);
		assert_string_equal(state_of(p, "aaaa1111"), history[i].state);
		reopen(p);
	}
}

static void what_was_not_in_the_run_before_is_new(void **state)
{
	struct project *p = *state;
	struct finding findings[] = { make_finding("aaaa1111", "a.c", 3), make_finding("bbbb2222", "a.c", 5) };

	assert_int_equal(put_run(p, findings, 1, both), 0);
	assert_true(findings[0].is_new);
	assert_int_equal(put_run(p, findings, 2, both), 0);
	assert_false(findings[0].is_new);
	assert_true(findings[1].is_new);
	assert_int_equal(put_run(p, findings, 1, both), 0);
	assert_int_equal(put_run(p, findings, 2, both), 0);
	assert_true(findings[1].is_new); /* it came back */
}

static void other_files_are_left_alone(void **state)
{
	struct project *p = *state;
	struct finding findings[] = { make_finding("aaaa1111", "a.c", 3), make_finding("bbbb2222", "b.c", 5) };

	assert_int_equal(put_run(p, findings, 2, both), 0);
	assert_int_equal(put_run(p, NULL, 0, only_b), 0);
	assert_string_equal(state_of(p, "aaaa1111"), "new");
	assert_string_equal(state_of(p, "bbbb2222"), "resolved");
}

/* A run over a.c alone cannot see a finding in a.c whose registration stands in b.c. */
static void a_witness_through_another_unit_needs_that_unit(void **state)
{
	struct project *p = *state;
	struct step step = { .file = "b.c", .line = 4, .function = "main", .text = "'on_read' is called by the loop" };
	struct finding finding = make_finding("aaaa1111", "a.c", 3);

	finding.witness = &step;
	finding.steps = 1;
	assert_int_equal(put_run(p, &finding, 1, both), 0);
	assert_int_equal(put_run(p, NULL, 0, only_a), 0);
	assert_string_equal(state_of(p, "aaaa1111"), "new");
	assert_int_equal(put_run(p, NULL, 0, both), 0);
	assert_string_equal(state_of(p, "aaaa1111"), "resolved");
}

static void a_unit_that_failed_resolves_nothing(void **state)
{
	struct project *p = *state;
	struct finding finding = make_finding("aaaa1111", "a.c", 3);
	struct unit_problem failed = { .file = "a.c", .status = "crashed", .message = "" };
	struct run run = { .problems = &failed, .problem_count = 1, .root = p->root };

	assert_int_equal(put_run(p, &finding, 1, both), 0);
	assert_int_equal(store_put_run(p->store, &run, both, &p->diagnostics), 0);
	assert_string_equal(state_of(p, "aaaa1111"), "new");
	failed.status = "degraded";
	assert_int_equal(store_put_run(p->store, &run, both, &p->diagnostics), 0);
	assert_string_equal(state_of(p, "aaaa1111"), "resolved");
}

static void findings_of_a_deleted_file_are_resolved(void **state)
{
	struct project *p = *state;
	struct finding finding = make_finding("aaaa1111", "a.c", 3);

	assert_int_equal(put_run(p, &finding, 1, both), 0);
	g_unlink(path_in(p, "a.c"));
	assert_int_equal(put_run(p, NULL, 0, only_b), 0);
	assert_string_equal(state_of(p, "aaaa1111"), "resolved");
}

static void a_header_is_settled_by_a_run_over_all_its_units(void **state)
{
	struct project *p = *state;
	struct finding finding = make_finding("aaaa1111", "a.h", 3);

	write_file(p, "a.h", "\n");
	assert_int_equal(put_run(p, &finding, 1, both), 0);
	assert_int_equal(put_run(p, NULL, 0, only_a), 0);
	assert_string_equal(state_of(p, "aaaa1111"), "new");
	assert_int_equal(put_run(p, NULL, 0, both), 0);
	assert_string_equal(state_of(p, "aaaa1111"), "resolved");
}

static void a_fingerprint_twice_in_a_run_is_one_finding(void **state)
{
	struct project *p = *state;
	struct finding findings[] = { make_finding("aaaa1111", "a.c", 3), make_finding("aaaa1111", "a.c", 5) };
	const struct review_filter any = { .status = -1, .resolved = true };
	size_t count;

	assert_int_equal(put_run(p, findings, 2, both), 0);
	assert_true(findings[1].is_new);
	list(p, &any, &count);
	assert_int_equal(count, 1);
}

static void everything_of_a_finding_is_kept(void **state)
{
	struct project *p = *state;
	struct step steps[] = {
		{ STEP_REGISTRATION, "b.c", 4, 2, "main", "'on_read' is called by the loop (uv_read_start)",
		  LEVEL_HIGH },
		{ STEP_EFFECT, "a.c", 3, 9, "on_read", "'getaddrinfo' blocks", LEVEL_MEDIUM },
	};
	struct finding put = make_finding("0123456789abcdef0123456789abcdef", "a.c", 3);
	struct stored_finding got;

	put.witness = steps;
	put.steps = 2;
	put.suppressed = true;
	put.suppression_reason = "only at start";
	assert_int_equal(put_run(p, &put, 1, both), 0);
	reopen(p);
	assert_int_equal(store_get_finding(p->store, &p->arena, "0123", &got, &p->diagnostics), 0);
	const struct finding *f = &got.finding;
	assert_string_equal(f->fingerprint, put.fingerprint);
	assert_string_equal(f->rule, put.rule);
	assert_string_equal(f->message, put.message);
	assert_string_equal(f->file, put.file);
	assert_string_equal(f->function, put.function);
	assert_string_equal(f->callee, put.callee);
	assert_string_equal(f->suppression_reason, put.suppression_reason);
	assert_string_equal(f->advice_text, put.advice_text);
	assert_true(f->suppressed && f->is_new);
	assert_int_equal(f->category, CATEGORY_DNS);
	assert_int_equal(f->severity, LEVEL_HIGH);
	assert_int_equal(f->confidence, LEVEL_MEDIUM);
	assert_int_equal(f->context, CONTEXT_LOOP);
	assert_int_equal(f->advice, ADVICE_ASYNC);
	assert_int_equal(f->review, REVIEW_UNREVIEWED);
	assert_true(f->line == 3 && f->column == 9 && f->end_line == 3 && f->end_column == 20);
	assert_int_equal(f->steps, 2);
	assert_int_equal(f->witness[0].kind, STEP_REGISTRATION);
	assert_string_equal(f->witness[0].text, steps[0].text);
	assert_string_equal(f->witness[1].file, "a.c");
	assert_int_equal(f->witness[1].confidence, LEVEL_MEDIUM);
	assert_true(got.first_seen > 1700000000 && got.last_seen == got.first_seen);
}

static void a_review_is_there_after_the_next_run(void **state)
{
	struct project *p = *state;
	struct finding finding = make_finding("aaaa1111", "a.c", 3);

	run_over_both_sees(p, "aaaa1111");
	assert_int_equal(store_set_review(p->store, "aaaa", REVIEW_INTENTIONAL, "numeric addresses only", "ann",
					  &p->diagnostics),
			 0);
	run_over_both_sees(p, NULL);
	reopen(p);
	assert_int_equal(put_run(p, &finding, 1, both), 0);
	assert_int_equal(finding.review, REVIEW_INTENTIONAL);
	assert_string_equal(finding.review_reason, "numeric addresses only");
	struct stored_finding got;
	assert_int_equal(store_get_finding(p->store, &p->arena, "AAAA1111", &got, &p->diagnostics), 0);
	assert_string_equal(got.state, "reopened");
	assert_string_equal(got.reviewed_by, "ann");
	assert_true(got.reviewed_at >= got.first_seen);
}

static void the_last_review_counts_and_the_others_are_kept(void **state)
{
	struct project *p = *state;
	struct stored_finding got;

	run_over_both_sees(p, "aaaa1111");
	assert_int_equal(store_set_review(p->store, "aaaa", REVIEW_CONFIRMED, "hangs", "ann", &p->diagnostics), 0);
	assert_int_equal(store_set_review(p->store, "aaaa", REVIEW_UNREVIEWED, NULL, NULL, &p->diagnostics), 0);
	assert_int_equal(store_get_finding(p->store, &p->arena, "aaaa", &got, &p->diagnostics), 0);
	assert_int_equal(got.finding.review, REVIEW_UNREVIEWED);
	assert_string_equal(got.reviewed_by, "");
	BORROWED sqlite3_stmt *s = database_statement(&p->store->findings, "SELECT count(*) FROM review");
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(s, 0), 2);
}

static void a_review_needs_a_reason(void **state)
{
	struct project *p = *state;

	run_over_both_sees(p, "aaaa1111");
	assert_int_equal(store_set_review(p->store, "aaaa", REVIEW_CONFIRMED, "  ", "ann", &p->diagnostics), -EINVAL);
	assert_one_error(p, NULL, "needs a reason");
}

static void a_prefix_must_be_unambiguous(void **state)
{
	struct project *p = *state;
	struct finding findings[] = { make_finding("aaaa1111", "a.c", 3), make_finding("aaaa2222", "a.c", 5) };
	struct stored_finding got;

	assert_int_equal(put_run(p, findings, 2, both), 0);
	assert_int_equal(store_get_finding(p->store, &p->arena, "aaaa", &got, &p->diagnostics), STORE_E_NOT_FOUND);
	assert_one_error(p, "findings.db", "more than one");
	assert_int_equal(store_get_finding(p->store, &p->arena, "aaa", &got, &p->diagnostics), STORE_E_NOT_FOUND);
	assert_one_error(p, "findings.db", "at least 4");
	assert_int_equal(store_get_finding(p->store, &p->arena, "cccc", &got, &p->diagnostics), STORE_E_NOT_FOUND);
	assert_one_error(p, "findings.db", "no finding");
	assert_int_equal(store_get_finding(p->store, &p->arena, "aaaa2", &got, &p->diagnostics), 0);
	assert_string_equal(got.finding.fingerprint, "aaaa2222");
}

static void the_list_is_ordered_and_filtered(void **state)
{
	struct project *p = *state;
	struct finding findings[] = {
		make_finding("aaaa0001", "net/z.c", 9),
		make_finding("aaaa0002", "net/a.c", 20),
		make_finding("aaaa0003", "net/a.c", 3),
		make_finding("aaaa0004", "netlink.c", 1),
	};
	size_t count;

	findings[3].rule = "nested-loop";
	assert_int_equal(put_run(p, findings, 4, both), 0);
	struct review_filter filter = { .status = -1 };
	struct stored_finding *found = list(p, &filter, &count);
	assert_int_equal(count, 4);
	static const char *const order[] = { "aaaa0003", "aaaa0002", "aaaa0001", "aaaa0004" };
	for (size_t i = 0; i < count; i++)
		assert_string_equal(found[i].finding.fingerprint, order[i]);

	static const struct {
		struct review_filter filter;
		size_t count;
	} cases[] = {
		{ { .file = "net/", .status = -1 }, 3 },        { { .file = "./net/a.c", .status = -1 }, 2 },
		{ { .file = "net/a", .status = -1 }, 0 },       { { .file = ".", .status = -1 }, 4 },
		{ { .rule = "nested-loop", .status = -1 }, 1 }, { { .status = REVIEW_UNREVIEWED }, 3 },
		{ { .status = REVIEW_CONFIRMED }, 1 },          { { .status = REVIEW_INTENTIONAL }, 0 },
	};
	assert_int_equal(store_set_review(p->store, "aaaa0001", REVIEW_CONFIRMED, "seen", "", &p->diagnostics), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		list(p, &cases[i].filter, &count);
		assert_int_equal(count, cases[i].count);
	}
}

static void resolved_findings_are_listed_on_request(void **state)
{
	struct project *p = *state;
	const struct review_filter open = { .status = -1 }, all = { .status = -1, .resolved = true };
	size_t count;

	run_over_both_sees(p, "aaaa1111");
	run_over_both_sees(p, NULL);
	list(p, &open, &count);
	assert_int_equal(count, 0);
	assert_string_equal(list(p, &all, &count)[0].state, "resolved");
	assert_int_equal(count, 1);
}

/*
 * The model: a finding per letter, each in one file; files of even number also need the file behind them (their
 * witness passes through it). Random runs over random files, and reviews, against what the table in runs.c says.
 */
enum { MODEL_FINDINGS = 12, MODEL_FILES = 4, MODEL_STEPS = 400 };

struct model {
	const char *state; /* NULL: never seen */
	int review;
};

static int file_of(int finding)
{
	return finding % MODEL_FILES;
}

static const char *const model_files[MODEL_FILES + 1] = { "f0.c", "f1.c", "f2.c", "f3.c", NULL };

static bool needs(int finding, int file)
{
	return file == file_of(finding) || (file_of(finding) % 2 == 0 && file == file_of(finding) + 1);
}

static bool can_be_seen(int finding, unsigned files)
{
	for (int file = 0; file < MODEL_FILES; file++)
		if (needs(finding, file) && !(files & (1u << file)))
			return false;
	return true;
}

static void model_run(struct model *model, unsigned files, unsigned seen)
{
	for (int i = 0; i < MODEL_FINDINGS; i++) {
		const char *before = model[i].state;

		if (seen & (1u << i))
			model[i].state = !before ? "new" : strcmp(before, "resolved") == 0 ? "reopened" : "unresolved";
		else if (before && can_be_seen(i, files))
			model[i].state = "resolved";
	}
}

static struct finding model_finding(int i, struct step *step)
{
	g_autofree char *fingerprint = g_strdup_printf("%04x", i);
	int file = file_of(i);
	struct finding finding = make_finding(fingerprint, model_files[file], 1 + (unsigned)i);

	*step = (struct step){ .file = model_files[file % 2 ? file : file + 1], .line = 1, .function = "", .text = "" };
	finding.witness = step;
	finding.steps = 1;
	return finding;
}

static void run_both(struct project *p, struct model *model, unsigned files, unsigned seen)
{
	struct finding findings[MODEL_FINDINGS];
	struct step steps[MODEL_FINDINGS];
	const char *analysed[MODEL_FILES + 1];
	size_t count = 0, units = 0;

	for (int file = 0; file < MODEL_FILES; file++)
		if (files & (1u << file))
			analysed[units++] = model_files[file];
	analysed[units] = NULL;
	for (int i = 0; i < MODEL_FINDINGS; i++)
		if (seen & (1u << i)) {
			findings[count] = model_finding(i, &steps[count]);
			count++;
		}
	model_run(model, files, seen);
	assert_int_equal(put_run(p, findings, count, analysed), 0);
	for (size_t i = 0; i < count; i++) {
		const struct model *m = &model[strtol(findings[i].fingerprint, NULL, 16)];

		assert_int_equal(findings[i].is_new, strcmp(m->state, "unresolved") != 0);
		assert_int_equal(findings[i].review, m->review);
	}
}

static void compare(struct project *p, const struct model *model)
{
	const struct review_filter all = { .status = -1, .resolved = true };
	size_t count, known = 0;
	struct stored_finding *found = list(p, &all, &count);

	for (size_t i = 0; i < count; i++) {
		const struct model *m = &model[strtol(found[i].finding.fingerprint, NULL, 16)];

		assert_non_null(m->state);
		assert_string_equal(found[i].state, m->state);
		assert_int_equal(found[i].finding.review, m->review);
	}
	for (int i = 0; i < MODEL_FINDINGS; i++)
		known += model[i].state != NULL;
	assert_int_equal(count, known);
	arena_finish(&p->arena);
}

static void random_runs_and_reviews_agree_with_the_model(void **state)
{
	struct project *p = *state;
	struct model model[MODEL_FINDINGS] = { 0 };
	GRand *random = g_rand_new_with_seed(20240607);

	for (int file = 0; file < MODEL_FILES; file++)
		write_file(p, model_files[file], "\n");
	run_both(p, model, 0xf, 0);
	for (int step = 0; step < MODEL_STEPS; step++) {
		int i = g_rand_int_range(random, 0, MODEL_FINDINGS);
		unsigned files = g_rand_int(random) & 0xf, wanted = g_rand_int(random), seen = 0;

		for (int n = 0; n < MODEL_FINDINGS; n++)
			if (can_be_seen(n, files))
				seen |= wanted & (1u << n);
		run_both(p, model, files, seen);
		if (model[i].state) {
			g_autofree char *fingerprint = g_strdup_printf("%04x", i);

			model[i].review = g_rand_int_range(random, 0, REVIEW_STATUSES);
			assert_int_equal(store_set_review(p->store, fingerprint, (enum review_status)model[i].review,
							  "r", "", &p->diagnostics),
					 0);
		}
		if (step % 50 == 0)
			reopen(p);
		compare(p, model);
	}
	g_rand_free(random);
}

#define OPENED(test) cmocka_unit_test_setup_teardown(test, make_opened, drop_project)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OPENED(a_finding_goes_through_its_states),
		OPENED(what_was_not_in_the_run_before_is_new),
		OPENED(other_files_are_left_alone),
		OPENED(a_witness_through_another_unit_needs_that_unit),
		OPENED(a_unit_that_failed_resolves_nothing),
		OPENED(findings_of_a_deleted_file_are_resolved),
		OPENED(a_header_is_settled_by_a_run_over_all_its_units),
		OPENED(a_fingerprint_twice_in_a_run_is_one_finding),
		OPENED(everything_of_a_finding_is_kept),
		OPENED(a_review_is_there_after_the_next_run),
		OPENED(the_last_review_counts_and_the_others_are_kept),
		OPENED(a_review_needs_a_reason),
		OPENED(a_prefix_must_be_unambiguous),
		OPENED(the_list_is_ordered_and_filtered),
		OPENED(resolved_findings_are_listed_on_request),
		OPENED(random_runs_and_reviews_agree_with_the_model),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
