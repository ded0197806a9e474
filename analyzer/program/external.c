/*
 * external: callbacks that are called from outside of the program.
 *
 * The address of a function can leave the program without a pack that says who calls it:
 *
 *      GTK_WIDGET_CLASS(klass)->draw = f          the class or interface of a library that dispatches it
 *      { "Mute", "b", "", f }                     a table that nothing here calls through, for a function whose source
 *                                                 is not here
 *      watch_add(fd, f, self)                     a function with user data, for one whose source is not here
 *      foo_call_read(proxy, .., f, self)          the same for one that is not declared: code that is yet to be made
 *      G_DEFINE_TYPE(Panel, panel, ..)            the init of a class of which nobody here makes an object (objects.c)
 *
 * A program with an event loop gets nearly all such calls from the loop. So these are roots, less sure than those a
 * registration names; the witness says that nobody was seen to call them. Left out are: what the program hands to its
 * workers, and whatever is reached from there only; names that speak of threads, and of walking through data, which is
 * done at once; operations with GCancellable and GError, which by GIO's convention block whoever calls them.
 */
#include "program/external.h"

#include "program/gobject.h"
#include "program/objects.h"
#include "program/contexts.h"

#include <string.h>

enum { MAX_ROUNDS = 16 };

struct external {
	struct program *p;
	void (*add)(struct program *p, struct root root);
	uint8_t *on_loop, *on_worker; /* per function: reached from such a root */
	uint8_t *consumed;            /* per slot: read by a call, or handed to somebody outside */
	GHashTable *mentions;         /* keys of globals that code, or the initialiser of another, mentions */
	GHashTable *handed_out; /* words of the prototypes of functions whose source is not here; NULL: not read */
	guint slots;            /* that there were when it began: asking for a slot may make one */
	bool has_workers;
	uint64_t programs; /* bits of those that have a loop */
};

static const char async_ready[] = "void (*)(struct _GObject *, struct _GAsyncResult *, void *)";

/* --- what is reached --- */

static void find_worker_reach(struct external *e)
{
	struct program *p = e->p;
	GArray *queue = g_array_new(FALSE, FALSE, sizeof(uint32_t));

	for (uint32_t i = 1; i < p->roots->len; i++)
		if (program_item(p, roots, struct root, i)->context == CONTEXT_WORKER)
			spread_add(queue, e->on_worker, program_item(p, roots, struct root, i)->function);
	e->has_workers = queue->len > 0;
	spread_calls(p, queue, e->on_worker);
	g_array_free(queue, TRUE);
}

static void find_loop_reach(struct external *e)
{
	struct program *p = e->p;

	for (uint32_t i = 1; i < p->instances->len; i++) {
		const struct instance *in = program_instance(p, i);

		if (in->context != CONTEXT_LOOP || programs_only_test(in->programs))
			continue;
		e->on_loop[in->function] = 1;
		e->programs |= in->programs;
	}
}

/* Who waits for GIO to tell the end of an operation has a loop, wherever that is: only a part of a program may be here. */
static void find_promised_loops(struct external *e)
{
	struct program *p = e->p;

	for (uint32_t i = 1; i < p->calls->len; i++) {
		const struct call *call = program_call(p, i);
		uint64_t programs = programs_of(p, call->caller);

		if (call->callee && !call->cleanup && !program_function(p, call->callee)->fact &&
		    strstr(program_function(p, call->callee)->type, async_ready) && !programs_only_test(programs))
			e->programs |= programs;
	}
}

/* --- names and types --- */

/* Words in the name of what takes a callback that say where it runs, or that it is called at once. */
static const char *const elsewhere[] = {
	"thread", "worker",  "pool", "offload", "background", "fork",     "spawn",   "atexit",    "foreach", "each",
	"sort",   "search",  "find", "iterate", "walk",       "traverse", "compare", "cmp",       "hash",    "equal",
	"free",   "destroy", "dup",  "copy",    "alloc",      "log",      "logger",  "sigaction",
};

/* "job_thread_create" has the word "thread", and "threads"; "login" has no "log". */
static bool has_word(const char *name, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = strstr(name, word); at; at = strstr(at + 1, word)) {
		const char *end = at + length + (at[length] == 's');

		if ((at == name || !g_ascii_isalpha(at[-1])) && !g_ascii_isalpha(*end))
			return true;
	}
	return false;
}

static bool says_elsewhere(const char *name)
{
	g_autofree char *lower = g_ascii_strdown(name, -1);

	if (strstr(lower, "thread") || strstr(lower, "foreach"))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(elsewhere); i++)
		if (has_word(lower, elsewhere[i]))
			return true;
	return false;
}

/* An operation with GCancellable and GError at its end blocks whoever calls it: that is what its type says. */
static bool is_synchronous(const char *type)
{
	return g_str_has_suffix(type, "struct _GCancellable *, struct _GError **)");
}

/* Parameter `n` (from 0) of a prototype as clang spells it, "" if it has none. */
static char *parameter_type(const char *type, unsigned n)
{
	const char *at = strchr(type, '(');
	int depth = 0;

	if (!at || at[1] == '*')
		return g_strdup("");
	const char *start = ++at;
	for (unsigned i = 0; *at; at++) {
		bool ends = depth == 0 && (*at == ',' || *at == ')');

		if (ends && i++ == n)
			return g_strndup(start, (gsize)(at - start));
		if (ends && *at == ')')
			break;
		if (ends)
			start = at + 2;
		depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
	}
	return g_strdup("");
}

static bool is_callback(const char *type)
{
	return strstr(type, "(*)(") != NULL;
}

/* Who gives a library a function and data for it is called back; a function without data is asked something. */
static bool takes_user_data(const char *type, unsigned n)
{
	g_autofree char *self = parameter_type(type, n);
	g_autofree char *before = n ? parameter_type(type, n - 1) : g_strdup("");
	g_autofree char *behind = parameter_type(type, n + 1);
	bool frees = strcmp(self, "void (*)(void *)") == 0 && strcmp(before, "void *") == 0;

	return is_callback(self) && !frees && (strcmp(before, "void *") == 0 || strcmp(behind, "void *") == 0);
}

/* --- roots --- */

static bool may_be_on_loop(const struct external *e, uint32_t function)
{
	const struct program_function *f = program_function(e->p, function);

	if (!f->fact || (e->on_worker[function] && !e->on_loop[function]))
		return false;
	return (programs_of(e->p, function) & e->programs) != 0;
}

static void add_root(const struct external *e, uint32_t function, uint32_t target, uint32_t call, enum level confidence)
{
	if (may_be_on_loop(e, function))
		e->add(e->p, (struct root){ .kind = ROOT_EXTERNAL,
					    .function = function,
					    .context = CONTEXT_LOOP,
					    .confidence = confidence,
					    .call = call,
					    .target = target });
}

/* --- fields --- */

static void note_mentions(const struct facts *facts, uint32_t function, uint32_t end, uint8_t *mentioned)
{
	const struct function *f = facts_function(facts, function);

	for (uint32_t i = f->body; i && i < end; i++) {
		const struct node *n = facts_node(facts, i);

		if (n->kind == NODE_GLOBAL && n->symbol != f->symbol)
			mentioned[n->symbol] = 1;
	}
}

static GHashTable *find_mentions(const struct program *p)
{
	GHashTable *keys = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t u = 0; u < p->unit_count; u++) {
		const struct facts *facts = p->units[u];
		uint8_t *mentioned = g_new0(uint8_t, facts->symbols.count + 1);
		uint32_t end = facts->nodes.count;

		for (uint32_t i = facts->functions.count; i-- > 1;) {
			note_mentions(facts, i, end, mentioned);
			end = facts_function(facts, i)->body ? facts_function(facts, i)->body : end;
		}
		for (uint32_t i = 1; i < facts->symbols.count; i++)
			if (mentioned[i])
				g_hash_table_add(keys, (gpointer)facts_string(facts, facts_symbol(facts, i)->key));
		g_free(mentioned);
	}
	return keys;
}

/* A table that nobody mentions goes nowhere. */
static bool in_dead_table(struct external *e, uint32_t target)
{
	struct program *p = e->p;
	const struct target *t = program_target(p, target);

	while (t->from)
		t = program_target(p, t->from);
	const struct program_function *holder = program_function(p, t->holder);
	if (facts_symbol(holder->facts, holder->fact->symbol)->kind != SYMBOL_GLOBAL)
		return false;
	if (!e->mentions)
		e->mentions = find_mentions(p);
	return !g_hash_table_contains(e->mentions, holder->key);
}

static void consume(struct external *e, uint32_t function, uint32_t node)
{
	uint32_t slot = node ? pointers_slot_of(e->p, function, node) : 0;

	if (slot && slot < e->slots)
		e->consumed[slot] = 1;
}

static void consume_by_calls(struct external *e)
{
	struct program *p = e->p;

	for (uint32_t i = 1; i < p->calls->len; i++) {
		struct call call = *program_call(p, i);

		if (call.cleanup)
			continue;
		if (!call.callee) {
			uint32_t callee = call_node(p, &call)->first;

			if (!gobject_chains_up(p, call.caller, callee, NULL, NULL))
				consume(e, call.caller, callee);
		} else if (!program_function(p, call.callee)->fact) {
			for (unsigned n = 1; n <= call_arguments(p, &call); n++)
				consume(e, call.caller, call_argument(p, &call, n));
		}
	}
}

/* What is copied to a place that is read is read. */
static void consume_by_copies(struct external *e)
{
	struct program *p = e->p;
	bool changed = true;

	for (int round = 0; changed && round < MAX_ROUNDS; round++) {
		changed = false;
		for (uint32_t s = 1; s < e->slots; s++)
			for (uint32_t c = program_slot(p, s)->first_copy; c && !e->consumed[s];
			     c = program_item(p, copies, struct copy, c)->next)
				if (e->consumed[program_item(p, copies, struct copy, c)->to])
					e->consumed[s] = changed = true;
	}
}

static bool is_class_field(const char *name)
{
	const char *dot = strchr(name, '.');
	static const char *const ends[] = { "Class", "Iface", "Interface" };

	for (size_t i = 0; dot && i < G_N_ELEMENTS(ends); i++)
		if ((size_t)(dot - name) > strlen(ends[i]) &&
		    strncmp(dot - strlen(ends[i]), ends[i], strlen(ends[i])) == 0)
			return true;
	return false;
}

static void add_words(GHashTable *words, const char *type)
{
	while (*type) {
		size_t length = strspn(type, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_");

		if (length)
			g_hash_table_add(words, g_strndup(type, length));
		type += length ? length : 1;
	}
}

/* Whether any function outside of the program takes a struct of this kind: a table that stays here has no other user. */
static bool is_handed_out(struct external *e, const char *field)
{
	g_autofree char *tag = g_strndup(field, strcspn(field, "."));

	if (!e->handed_out) {
		e->handed_out = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		for (uint32_t i = 1; i < e->p->functions->len; i++)
			if (!program_function(e->p, i)->fact)
				add_words(e->handed_out, program_function(e->p, i)->type);
	}
	return g_hash_table_contains(e->handed_out, tag);
}

/* Objects live and die on any thread. In a program without workers there is only one. */
static enum level class_confidence(const struct external *e, const char *name)
{
	return g_str_has_prefix(name, "_GObjectClass.") && e->has_workers ? LEVEL_LOW : LEVEL_MEDIUM;
}

static void add_fields(struct external *e)
{
	struct program *p = e->p;

	for (uint32_t s = 1; s < e->slots; s++) {
		const struct slot slot = *program_slot(p, s);
		enum level confidence = LEVEL_MEDIUM;

		if (slot.kind != SLOT_FIELD || !slot.first_target || slot.described || is_synchronous(slot.type) ||
		    strcmp(slot.name, "_GTypeInfo.instance_init") == 0) /* objects.c knows more of these */
			continue;
		if (slot.outside)
			confidence = is_class_field(slot.name) ? class_confidence(e, slot.name) : LEVEL_LOW;
		else if (e->consumed[s] || !(is_class_field(slot.name) || is_handed_out(e, slot.name)))
			continue;
		if (says_elsewhere(strchr(slot.name, '.') ? strchr(slot.name, '.') : slot.name))
			continue;
		for (uint32_t t = slot.first_target; t; t = program_target(p, t)->next)
			if (!in_dead_table(e, t))
				add_root(e, program_target(p, t)->function, t, 0, confidence);
	}
}

/* --- arguments --- */

struct handed {
	struct external *e;
	uint32_t call;
	enum level confidence;
};

static void add_handed(uint32_t function, uint32_t target, void *data)
{
	struct handed *h = data;

	add_root(h->e, function, target, h->call, h->confidence);
}

static bool described_by_pack(const struct model *model, unsigned argument)
{
	for (size_t i = 0; model && i < model->register_count; i++)
		if (model->registers[i]->callback == (int)argument)
			return true;
	return false;
}

static bool has_prototype(const struct program_function *f)
{
	return !g_str_has_suffix(f->type, "()");
}

/* Nothing but the end of an asynchronous operation is told to a function of this type. */
static void add_if_ready(uint32_t function, uint32_t target, void *data)
{
	const char *type = program_function(((struct handed *)data)->e->p, function)->type;
	g_autofree char *result = parameter_type(type, 1), *last = parameter_type(type, 2);
	g_autofree char *none = parameter_type(type, 3);

	if (strcmp(result, "struct _GAsyncResult *") == 0 && *last && !*none)
		add_handed(function, target, data);
}

static void add_argument(struct external *e, const struct call *call, uint32_t index, unsigned n)
{
	struct program *p = e->p;
	const struct program_function *callee = program_function(p, call->callee);
	struct handed handed = { .e = e, .call = index, .confidence = LEVEL_MEDIUM };

	if (!has_prototype(callee)) {
		pointers_each(p, call->caller, call_argument(p, call, n), add_if_ready, &handed);
		return;
	}
	g_autofree char *type = parameter_type(callee->type, n - 1);

	if (!is_callback(type) || described_by_pack(callee->model, n))
		return;
	if (strcmp(type, async_ready) == 0)
		handed.confidence = LEVEL_HIGH;
	else if (!takes_user_data(callee->type, n - 1) || says_elsewhere(callee->name))
		return;
	pointers_each(p, call->caller, call_argument(p, call, n), add_handed, &handed);
}

static void add_arguments(struct external *e)
{
	struct program *p = e->p;

	for (uint32_t i = 1; i < p->calls->len; i++) {
		struct call call = *program_call(p, i);

		if (!call.callee || call.cleanup || program_function(p, call.callee)->fact ||
		    (has_prototype(program_function(p, call.callee)) &&
		     !is_callback(program_function(p, call.callee)->type)) ||
		    (e->on_worker[call.caller] && !e->on_loop[call.caller]))
			continue;
		for (unsigned n = 1; n <= call_arguments(p, &call); n++)
			add_argument(e, &call, i, n);
	}
}

/* --- objects --- */

static void add_unmade(struct unmade unmade, void *data)
{
	add_root(data, unmade.function, 0, unmade.call, unmade.confidence);
}

void external_find(struct program *p, void (*add)(struct program *p, struct root root))
{
	struct external e = {
		.p = p,
		.add = add,
		.slots = p->slots->len,
		.on_loop = g_new0(uint8_t, p->functions->len),
		.on_worker = g_new0(uint8_t, p->functions->len),
		.consumed = g_new0(uint8_t, p->slots->len),
	};

	find_loop_reach(&e);
	find_promised_loops(&e);
	if (e.programs) {
		find_worker_reach(&e);
		consume_by_calls(&e);
		consume_by_copies(&e);
		add_fields(&e);
		add_arguments(&e);
		objects_each_unmade(p, e.on_worker, add_unmade, &e);
	}
	if (e.mentions)
		g_hash_table_destroy(e.mentions);
	if (e.handed_out)
		g_hash_table_destroy(e.handed_out);
	g_free(e.on_loop);
	g_free(e.on_worker);
	g_free(e.consumed);
}
