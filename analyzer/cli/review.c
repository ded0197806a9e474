/*
 * review: what people decided on findings. Nothing is analysed: this reads and writes the store.
 *
 *     looplint review list                                          0123456789ab  unreviewed  src/net.c:12:13: ...
 *     looplint review show 0123
 *     looplint review set 0123 intentional --reason "start-up only"
 */
#include "cli/cli.h"
#include "cli/config.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/project.h"
#include "db/store.h"
#include "report/printable.h"
#include "report/report.h"

#include <string.h>

static const struct usage usage = {
	.positional = "list | show ID | set ID STATUS --reason TEXT",
	.summary = "Lists findings, shows one, or records a decision on one.",
	.description = "ID: a fingerprint as `list` prints it, or its first digits (at least 4).\n"
		       "STATUS: unreviewed, confirmed, false-positive or intentional.",
};

struct review {
	struct arena arena;
	struct store *store;
	const char *root;
	char *store_path, *rule, *file, *status, *severity, *confidence, *reason, *by;
	gboolean all;
	char **words; /* behind the verb */
};

static bool status_from_name(const char *name, int *status)
{
	*status = review_status_from_name(name);
	if (*status < 0)
		message_print("unknown status '%s'; known are unreviewed, confirmed, false-positive, intentional",
			      name);
	return *status >= 0;
}

static enum outcome outcome_of(int error, struct diagnostics *problems)
{
	message_diagnostics(problems);
	return error == 0 ? OUTCOME_OK : error == STORE_E_NOT_FOUND ? OUTCOME_BAD_INPUT : OUTCOME_INCOMPLETE;
}

enum { ID_DIGITS = 12 };

static void put_line(FILE *out, const struct stored_finding *stored)
{
	const struct finding *f = &stored->finding;

	fprintf(out, "%.*s  %-14s  %-10s  ", ID_DIGITS, f->fingerprint, review_status_name(f->review), stored->state);
	printable_put(out, f->file);
	fprintf(out, ":%u:%u: %s: ", f->line, f->column, level_name(f->severity));
	printable_put(out, f->message);
	fprintf(out, " [%s]\n", f->rule);
}

/* --file as findings name it; NULL: any. */
static const char *as_stored(struct review *r)
{
	char *path = r->file ? g_canonicalize_filename(r->file, NULL) : NULL;
	const char *copy = path ? arena_strdup(&r->arena, project_relative(r->root, path)) : NULL;

	g_free(path);
	return copy;
}

/* What `check` would show: the levels of the configuration, or those given. */
struct view {
	int severity, confidence;
};

static bool find_view(struct review *r, struct view *view)
{
	struct diagnostics problems = { 0 };
	struct config config;
	int error = config_read(&r->arena, r->root, &config, &problems);

	message_diagnostics(&problems);
	if (error)
		return false;
	view->severity = r->severity ? options_level("--severity", r->severity) : (int)config.severity;
	view->confidence = r->confidence ? options_level("--confidence", r->confidence) : (int)config.confidence;
	return view->severity >= 0 && view->confidence >= 0;
}

/* What somebody decided on is listed whatever its level. */
static bool is_in_view(const struct view *view, const struct finding *finding)
{
	return finding->review != REVIEW_UNREVIEWED ||
	       ((int)finding->severity >= view->severity && (int)finding->confidence >= view->confidence);
}

static enum outcome list(struct review *r)
{
	struct review_filter filter = { .rule = r->rule, .file = as_stored(r), .status = -1, .resolved = r->all };
	struct diagnostics problems = { 0 };
	struct stored_finding *found;
	struct output output;
	struct view view;
	size_t count;

	if (!find_view(r, &view) || (r->status && !status_from_name(r->status, &filter.status)))
		return OUTCOME_BAD_INPUT;
	int error = store_list_findings(r->store, &r->arena, &filter, &found, &count, &problems);
	if (error)
		return outcome_of(error, &problems);
	output_open(&output, NULL);
	for (size_t i = 0; i < count; i++)
		if (is_in_view(&view, &found[i].finding))
			put_line(output.stream, &found[i]);
	return output_close(&output) ? OUTCOME_OK : OUTCOME_INCOMPLETE;
}

static void put_time(FILE *out, const char *what, int64_t seconds)
{
	GDateTime *time = g_date_time_new_from_unix_utc(seconds);
	char *text = time ? g_date_time_format(time, "%Y-%m-%d %H:%M UTC") : NULL;

	fprintf(out, "%s%s\n", what, text ? text : "unknown");
	g_free(text);
	if (time)
		g_date_time_unref(time);
}

static void put_review(FILE *out, const struct stored_finding *stored)
{
	const struct finding *f = &stored->finding;

	fprintf(out, "id:         %s\nstate:      %s\nreview:     %s", f->fingerprint, stored->state,
		review_status_name(f->review));
	if (stored->reviewed_by && *stored->reviewed_by) {
		fputs(" by ", out);
		printable_put(out, stored->reviewed_by);
	}
	fputc('\n', out);
	if (f->review_reason && *f->review_reason) {
		fputs("reason:     ", out);
		printable_put(out, f->review_reason);
		fputc('\n', out);
	}
	if (stored->reviewed_at)
		put_time(out, "reviewed:   ", stored->reviewed_at);
	put_time(out, "first seen: ", stored->first_seen);
	put_time(out, "last seen:  ", stored->last_seen);
}

static enum outcome show(struct review *r)
{
	struct diagnostics problems = { 0 };
	struct stored_finding stored;
	struct output output;
	int error = store_get_finding(r->store, &r->arena, r->words[0], &stored, &problems);

	if (error)
		return outcome_of(error, &problems);
	output_open(&output, NULL);
	struct report_options options = { .colour = output_coloured("auto", output.stream) };
	report_finding(output.stream, r->root, &stored.finding, &options);
	put_review(output.stream, &stored);
	return output_close(&output) ? OUTCOME_OK : OUTCOME_INCOMPLETE;
}

static enum outcome set(struct review *r)
{
	struct diagnostics problems = { 0 };
	const char *by = r->by ? r->by : g_get_user_name();
	int status;

	if (!status_from_name(r->words[1], &status))
		return OUTCOME_BAD_INPUT;
	if (status != REVIEW_UNREVIEWED && !(r->reason && *r->reason)) {
		message_print("review set: say why with --reason TEXT");
		return OUTCOME_BAD_INPUT;
	}
	int error = store_set_review(r->store, r->words[0], (enum review_status)status, r->reason ? r->reason : "", by,
				     &problems);
	return outcome_of(error, &problems);
}

static const struct verb {
	const char *name;
	unsigned words; /* that must follow */
	enum outcome (*run)(struct review *r);
} verbs[] = {
	{ "list", 0, list },
	{ "show", 1, show },
	{ "set", 2, set },
};

static const struct verb *find_verb(char **words)
{
	for (size_t i = 0; words[0] && i < G_N_ELEMENTS(verbs); i++)
		if (strcmp(verbs[i].name, words[0]) == 0 && g_strv_length(words + 1) == verbs[i].words)
			return &verbs[i];
	message_print("review: expected %s", usage.positional);
	return NULL;
}

static enum outcome run(struct review *r, const struct verb *verb)
{
	struct diagnostics problems = { 0 };

	r->root = project_root(&r->arena);
	const char *path = project_store(&r->arena, r->root, r->store_path);
	if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
		message_print("%s: no store; 'looplint check' makes one", message_path(path));
		return OUTCOME_BAD_INPUT;
	}
	int error = store_open(path, &r->store, &problems);
	if (error)
		return outcome_of(error, &problems);
	message_diagnostics(&problems);
	return verb->run(r);
}

static void finish(struct review *r)
{
	store_close(r->store);
	arena_finish(&r->arena);
	g_free(r->store_path);
	g_free(r->rule);
	g_free(r->file);
	g_free(r->status);
	g_free(r->severity);
	g_free(r->confidence);
	g_free(r->reason);
	g_free(r->by);
}

enum outcome cli_review(int argc, char **argv)
{
	struct review r = { 0 };
	const GOptionEntry own[] = {
		{ "store", 0, 0, G_OPTION_ARG_FILENAME, &r.store_path,
		  "the store (default: .looplint at the project root)", "DIR" },
		{ "rule", 0, 0, G_OPTION_ARG_STRING, &r.rule, "list: of this rule only", "SLUG" },
		{ "file", 0, 0, G_OPTION_ARG_FILENAME, &r.file, "list: in this file or folder only", "PATH" },
		{ "status", 0, 0, G_OPTION_ARG_STRING, &r.status, "list: with this review only", "STATUS" },
		{ "severity", 0, 0, G_OPTION_ARG_STRING, &r.severity,
		  "list: of severity low, medium or high and above (default: as configured)", "LEVEL" },
		{ "confidence", 0, 0, G_OPTION_ARG_STRING, &r.confidence,
		  "list: of confidence low, medium or high and above (default: as configured)", "LEVEL" },
		{ "all", 0, 0, G_OPTION_ARG_NONE, &r.all, "list: resolved findings too", NULL },
		{ "reason", 0, 0, G_OPTION_ARG_FILENAME, &r.reason, "set: why", "TEXT" },
		{ "by", 0, 0, G_OPTION_ARG_FILENAME, &r.by, "set: who (default: the user's name)", "NAME" },
		{ 0 },
	};
	struct arguments arguments = { 0 };
	const struct verb *verb = NULL;

	if (options_parse(argc, argv, &usage, own, NULL, &arguments))
		verb = find_verb(arguments.positional);
	if (verb)
		r.words = arguments.positional + 1;
	enum outcome outcome = verb ? run(&r, verb) : OUTCOME_BAD_INPUT;
	finish(&r);
	arguments_finish(&arguments);
	return outcome;
}
