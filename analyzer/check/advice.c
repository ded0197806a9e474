/*
 * advice: see advice.h. The decision, in this order:
 *
 *      the loop runs inside the loop                    return to it, and go on in a callback
 *      a function on the path is declared beside one    the asynchronous one: foo_open_async for foo_open
 *      the library that blocks has an asynchronous form that one, as its pack says
 *      it computes                                      a piece at a time where the library can, else a worker thread
 *      a flag makes the call not wait                   the flag
 *      the loop's own library has a form for the task   that one, with its signature and how it differs
 *      several such calls in one function, or a loop    the block, on a worker thread
 *      else                                             the call, on a worker thread
 *
 * A library that this program does not use is never named: words of the packs that speak of one are left out.
 */
#include "check/advice.h"
#include "check/internal.h"
#include "program/contexts.h"

#include <string.h>

/* The blocking calls of one function, as lines. */
struct block {
	unsigned calls, first_line, last_line;
};

struct adviser {
	struct arena *arena;
	struct program *p;
	struct libraries *libraries;
	struct block *blocks; /* per function */
};

/* One finding at hand. */
struct question {
	const struct adviser *a;
	const struct loop_effect *effect;
	const struct effect *says;
	const struct call *call;
	const char *callee;
	uint64_t programs;
	const struct async_forms *forms;
};

/* What goes to another thread as it is; a wait for a child, a lock or a descriptor becomes something else. */
static bool moves(const struct loop_effect *effect)
{
	static const bool by_category[CATEGORIES] = {
		[CATEGORY_DISK] = true, [CATEGORY_DNS] = true, [CATEGORY_DATABASE] = true, [CATEGORY_CPU] = true
	};

	return effect->effect && effect->effect->kind == EFFECT_BLOCKS && effect->confidence > LEVEL_LOW &&
	       by_category[effect->category];
}

static void count_block(struct adviser *a, const struct loop_effect *effect)
{
	const struct call *call = program_call(a->p, effect->call);
	struct block *block = &a->blocks[call->caller];
	unsigned line = call_node(a->p, call)->line;

	if (!moves(effect))
		return;
	block->first_line = block->calls ? MIN(block->first_line, line) : line;
	block->last_line = MAX(block->last_line, line);
	block->calls++;
}

struct adviser *adviser_new(struct arena *arena, struct program *program)
{
	struct adviser *a = arena_new(arena, struct adviser);

	*a = (struct adviser){ .arena = arena, .p = program, .libraries = libraries_find(arena, program) };
	a->blocks = arena_new_array(arena, struct block, program->functions->len);
	for (uint32_t i = 1; i < program->loop_effects->len; i++)
		count_block(a, program_item(program, loop_effects, struct loop_effect, i));
	return a;
}

/* The forms of the library that runs this loop; the last row if that is none of them. */
static const struct async_forms *forms_of(const struct adviser *a, const struct instance *in)
{
	const struct root *root = program_item(a->p, roots, struct root, in->root);
	const struct pack *loop = libraries_loop(a->libraries, root);
	const struct async_forms *last = &async_forms[async_forms_count - 1];

	for (const struct async_forms *forms = async_forms; forms < last; forms++) {
		bool this = loop ? library_among(loop->library, forms->packs)
				 : root->kind != ROOT_LOOP && libraries_used(a->libraries, forms->packs, in->programs);

		if (this)
			return forms;
	}
	return last;
}

static enum task task_of(const struct question *q)
{
	static const enum task by_category[CATEGORIES] = {
		[CATEGORY_SLEEP] = TASK_SLEEP, [CATEGORY_DNS] = TASK_DNS,   [CATEGORY_PROCESS] = TASK_CHILD,
		[CATEGORY_DISK] = TASK_FILE,   [CATEGORY_WAIT] = TASK_WAKE, [CATEGORY_CPU] = TASK_COMPUTE,
	};
	static const char *const runs[] = { "system", "popen", "wordexp" };

	if (q->says->kind == EFFECT_WAITS)
		return TASK_READY;
	for (size_t i = 0; i < G_N_ELEMENTS(runs); i++)
		if (strcmp(q->callee, runs[i]) == 0)
			return TASK_RUN;
	if (q->says->descriptor && q->effect->category != CATEGORY_DISK)
		return TASK_READY;
	return by_category[q->effect->category];
}

/* Words that speak of a library, and what its packs are called. */
static const struct {
	const char *beginning, *packs;
} spoken[] = {
	{ "uv_", "libuv" },
	{ "evdns_", "libevent" },
	{ "event_", "libevent" },
	{ "evsignal", "libevent" },
	{ "bufferevent", "libevent" },
	{ "ev_", "libev" },
	{ "g_", "glib gobject gio" },
	{ "sd_event", "sd-event sd-bus" },
	{ "wl_", "wayland-server" },
	{ "c-ares", "c-ares" },
	{ "ares_", "c-ares" },
	{ "ngx_", "nginx" },
	{ "ae", "redis-ae" },
	{ "io_uring_", "liburing" },
};

static bool speaks_of(const char *word, size_t length, const char *beginning)
{
	size_t n = strlen(beginning);

	if (strcmp(beginning, "ae") == 0) /* aeCreateFileEvent, not "aeon" */
		return length > n && strncmp(word, beginning, n) == 0 && g_ascii_isupper(word[n]);
	return length >= n && strncmp(word, beginning, n) == 0;
}

static bool is_word(char c)
{
	return g_ascii_isalnum(c) || c == '_' || c == '-';
}

/* Whether `text` names a library that these programs do not use. */
static bool names_stranger(const struct question *q, const char *text, size_t length)
{
	for (size_t i = 0; i < length;) {
		size_t end = i;

		while (end < length && is_word(text[end]))
			end++;
		for (size_t k = 0; k < G_N_ELEMENTS(spoken); k++)
			if (speaks_of(text + i, end - i, spoken[k].beginning) &&
			    !libraries_used(q->a->libraries, spoken[k].packs, q->programs))
				return true;
		i = end + 1;
	}
	return false;
}

/* The end of a clause: a comma outside of parentheses, or the end. */
static size_t clause_length(const char *text)
{
	int open = 0;
	size_t i = 0;

	for (; text[i] && (open || strncmp(text + i, ", ", 2) != 0); i++)
		open += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
	return i;
}

/* What a pack advises, without the clauses that name strangers or another thread; NULL if nothing is left. */
static const char *own_words(const struct question *q)
{
	const char *text = q->says->instead;
	GString *left = g_string_new(NULL);
	bool more = true;

	if (!text || g_str_has_prefix(text, "a worker"))
		more = false;
	while (more) {
		size_t length = clause_length(text);
		size_t skip = strncmp(text, "or ", 3) == 0 ? 3 : 0;
		bool thread = strncmp(text + skip, "a worker", 8) == 0;

		more = text[length] == ',';
		if (!thread && !names_stranger(q, text + skip, length - skip)) {
			g_string_append(left, left->len ? (more ? ", " : skip ? " or " : ", ") : "");
			g_string_append_len(left, text + skip, (gssize)(length - skip));
		}
		text += length + (more ? 2 : 0);
	}
	const char *words = left->len ? arena_strdup(q->a->arena, left->str) : NULL;
	g_string_free(left, TRUE);
	return words;
}

/* A form with the name of the call in it is one only if the library has that function. */
static const char *named_form(const struct question *q, const char *form)
{
	char **parts = g_strsplit(form, "%s", 2);
	char *name = g_strconcat(parts[0], q->callee, NULL);
	const char *text = NULL;

	if (g_hash_table_contains(q->a->p->model_by_name, name))
		text = arena_printf(q->a->arena, "%s%s", name, parts[1]);
	g_free(name);
	g_strfreev(parts);
	return text;
}

static const char *form_for(const struct question *q, enum task task)
{
	const char *form = q->forms->form[task];

	for (const struct twin *twin = q->forms->twins; task == TASK_FILE && twin && twin->function; twin++)
		if (strcmp(twin->function, q->callee) == 0)
			return twin->form;
	return form && strstr(form, "%s") ? named_form(q, form) : form;
}

/* Whether a flag in an argument keeps the call from waiting. */
static bool has_flag(const struct effect *e)
{
	for (size_t i = 0; i < e->when.count; i++)
		if (e->when.items[i].name &&
		    (e->when.items[i].test == CONDITION_LACKS || e->when.items[i].test == CONDITION_EQUALS))
			return true;
	return false;
}

static void put(struct finding *finding, enum advice_kind kind, const char *text)
{
	finding->advice = kind;
	finding->advice_text = text;
}

/* The outermost loop statement of the function around the call, except the one that is the event loop itself. */
static uint32_t loop_around(const struct question *q)
{
	const struct instance *in = program_instance(q->a->p, q->effect->instance);
	uint32_t outermost = 0;

	for (uint32_t l = q->call->loop; l && l != in->loop; l = program_item(q->a->p, loops, struct loop, l)->outer)
		if (!loop_turns_once(q->a->p, l))
			outermost = l;
	return outermost;
}

static void offload(const struct question *q, struct finding *finding)
{
	const struct block *block = &q->a->blocks[q->call->caller];
	const char *how = q->forms->offload, *text = q->says->instead, *what;
	uint32_t loop = loop_around(q);

	if (loop) {
		struct place place =
			check_place(q->a->p, q->call->caller, program_item(q->a->p, loops, struct loop, loop)->node);
		what = arena_printf(q->a->arena, "run the loop of line %u as one piece", place.line);
	} else if (block->calls > 1 && block->last_line > block->first_line) {
		what = arena_printf(q->a->arena, "run lines %u to %u, with %u calls that block, as one piece",
				    block->first_line, block->last_line, block->calls);
	} else {
		what = arena_printf(q->a->arena, "run '%s'", q->callee);
	}
	const char *reason = text && g_str_has_prefix(text, "a worker: ") ? text + strlen("a worker: ") : NULL;
	put(finding, ADVICE_OFFLOAD,
	    reason ? arena_printf(q->a->arena, "%s on a worker thread (%s) %s", what, reason, how)
		   : arena_printf(q->a->arena, "%s on a worker thread %s", what, how));
}

static void return_to_loop(const struct question *q, struct finding *finding)
{
	const char *form = q->forms->form[TASK_READY];

	if (q->says && q->says->kind == EFFECT_WAITS && form)
		put(finding, ADVICE_ASYNC,
		    arena_printf(q->a->arena,
				 "do not wait here: let the loop watch the descriptor and go on when it is "
				 "ready, with %s",
				 form));
	else
		put(finding, ADVICE_ASYNC,
		    "return to the loop, and go on in the callback of what the inner loop waits for");
}

/* The call is one of the system's, for which each loop library has its own form. */
static void choose_for_system(const struct question *q, struct finding *finding)
{
	enum task task = task_of(q);
	const char *form = form_for(q, task), *words = own_words(q);
	bool several = q->a->blocks[q->call->caller].calls > 1 || loop_around(q);

	if (task == TASK_FILE && (!form || several))
		offload(q, finding);
	else if (task == TASK_READY && words && form)
		put(finding, ADVICE_ASYNC,
		    arena_printf(q->a->arena, "instead: %s; the loop says when, with %s", words, form));
	else if (task == TASK_WAKE && words)
		put(finding, has_flag(q->says) ? ADVICE_ARGUMENT : ADVICE_ASYNC,
		    arena_printf(q->a->arena, "instead: %s", words));
	else if (task == TASK_WAKE && form)
		put(finding, ADVICE_ASYNC,
		    arena_printf(q->a->arena, "do not wait: let the other thread wake the loop, with %s", form));
	else if (form)
		put(finding, ADVICE_ASYNC, arena_printf(q->a->arena, "use %s", form));
	else if (words)
		put(finding, has_flag(q->says) ? ADVICE_ARGUMENT : ADVICE_ASYNC,
		    arena_printf(q->a->arena, "instead: %s", words));
	else
		offload(q, finding);
}

/* Part of libc, or the system's: no package of its own. */
static bool is_system(const struct pack *pack)
{
	return !pack || library_among(pack->library, "posix pthread epoll-poll-select");
}

/*
 * The asynchronous form of what the path calls: of the outermost function that has one, since what is in there is the
 * business of that function. NULL if there is none.
 */
static const char *form_on_path(const struct question *q)
{
	const struct program *p = q->a->p;
	const char *form = NULL;

	for (uint32_t i = q->effect->instance; i && program_instance(p, i)->parent;
	     i = program_instance(p, i)->parent) {
		const struct program_function *f = program_function(p, program_instance(p, i)->function);

		if (f->async_form)
			form = f->async_form->instead;
	}
	return form;
}

void adviser_choose(struct adviser *a, const struct loop_effect *effect, struct finding *finding)
{
	const struct instance *in = program_instance(a->p, effect->instance);
	struct question q = { .a = a,
			      .effect = effect,
			      .says = effect->effect,
			      .call = program_call(a->p, effect->call),
			      .callee = finding->callee,
			      .programs = in->programs,
			      .forms = forms_of(a, in) };
	const char *words;

	if (!q.says || q.says->kind == EFFECT_RUNS_LOOP || q.says->kind == EFFECT_WAITS) {
		return_to_loop(&q, finding);
		return;
	}
	if (q.says->kind != EFFECT_BLOCKS)
		return;
	words = form_on_path(&q);
	if (!words && q.says == program_function(a->p, q.call->callee)->async_form)
		words = q.says->instead;
	if (words) {
		put(finding, ADVICE_ASYNC, arena_printf(a->arena, "use %s", words));
		return;
	}
	if (is_system(libraries_pack_of(a->p, q.says))) {
		choose_for_system(&q, finding);
		return;
	}
	words = own_words(&q);
	if (words)
		put(finding, has_flag(q.says) ? ADVICE_ARGUMENT : ADVICE_ASYNC,
		    arena_printf(a->arena, "instead: %s", words));
	else
		offload(&q, finding);
}
