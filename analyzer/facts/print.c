/*
 * print: facts -> text; see text.h for the form.
 *
 * Symbols are known by name, so the first walk gives each its label ("read", "x.f#2") in the order of mention. Trees
 * are walked without recursion: an else-if chain of ten thousand arms is a tree ten thousand deep.
 */
#include "facts/text.h"
#include "facts/text_words.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>

enum { DEEPEST_INDENT = 40 }; /* nesting beyond this is not indented further */

enum definition { DEFINITION_NONE, DEFINITION_SAYS_ALL, DEFINITION_ELSEWHERE };

struct printer {
	const struct facts *facts;
	FILE *out;
	char **labels;     /* per symbol: how it is written; NULL: not mentioned yet */
	GArray *mentioned; /* uint32_t: symbols in the order of mention */
	guint referred;    /* those behind this index of `mentioned` are mentioned by nothing but themselves */
	enum definition *definitions; /* per symbol: what its first definition says about it */
	GHashTable *name_uses;        /* kind + name -> how many symbols so far */
	GArray *parents;              /* uint32_t: the open nodes of the walk under way */
};

/* Walking a tree in preorder. */

struct walk {
	const struct facts *facts;
	GArray *parents; /* uint32_t: the open nodes above `node` */
	uint32_t node;
};

static uint32_t walk_start(struct walk *walk, const struct printer *p, uint32_t root)
{
	*walk = (struct walk){ .facts = p->facts, .parents = p->parents, .node = root };
	g_array_set_size(walk->parents, 0);
	return root;
}

/* The next node, or 0; *ended: how many nodes ended before it. */
static uint32_t walk_next(struct walk *walk, unsigned *ended)
{
	const struct node *node = facts_node(walk->facts, walk->node);

	*ended = 0;
	if (node->first) {
		g_array_append_val(walk->parents, walk->node);
		return walk->node = node->first;
	}
	for (;;) {
		++*ended;
		if (!walk->parents->len)
			return 0;
		if (node->next)
			return walk->node = node->next;
		walk->node = g_array_index(walk->parents, uint32_t, walk->parents->len - 1);
		g_array_set_size(walk->parents, walk->parents->len - 1);
		node = facts_node(walk->facts, walk->node);
	}
}

/* Names and literals. */

static void append_escaped(GString *to, const char *text, char quote)
{
	static const struct text_word escapes[] = { { "n", '\n' }, { "t", '\t' }, { "\\", '\\' }, { NULL, 0 } };

	g_string_append_c(to, quote);
	for (; *text; text++) {
		const char *escape = text_word_for(escapes, (unsigned char)*text);

		if (escape || *text == quote)
			g_string_append_printf(to, "\\%c", escape ? *escape : quote);
		else if ((unsigned char)*text < ' ' || *text == 0x7f)
			g_string_append_printf(to, "\\x%02x", (unsigned char)*text);
		else
			g_string_append_c(to, *text);
	}
	g_string_append_c(to, quote);
}

static void append_name(GString *to, const char *name)
{
	bool plain = text_is_name_byte(*name, true);

	for (const char *at = name; plain && *at; at++)
		plain = text_is_name_byte(*at, at == name);
	if (plain)
		g_string_append(to, name);
	else
		append_escaped(to, name, '\'');
}

/* NAME, or NAME#ordinal if it is not the first so called. Free with g_free(). */
static char *label_for(const char *name, unsigned ordinal)
{
	GString *label = g_string_new(NULL);

	append_name(label, name);
	if (ordinal > 1)
		g_string_append_printf(label, "#%u", ordinal);
	return g_string_free(label, FALSE);
}

static void print_string(const struct printer *p, const char *text)
{
	GString *quoted = g_string_new(NULL);

	append_escaped(quoted, text, '"');
	fputs(quoted->str, p->out);
	g_string_free(quoted, TRUE);
}

static void print_text_if_any(const struct printer *p, const char *label, uint32_t string)
{
	if (!string)
		return;
	fputs(label, p->out);
	print_string(p, facts_string(p->facts, string));
}

static void print_flags(const struct printer *p, const struct text_word *table, unsigned flags)
{
	for (; table->word; table++)
		if (flags & table->value)
			fprintf(p->out, " %s", table->word);
}

/* Labels. */

static void mention(struct printer *p, uint32_t symbol)
{
	if (!symbol || p->labels[symbol])
		return;
	const struct symbol *s = facts_symbol(p->facts, symbol);
	const char *name = facts_string(p->facts, s->name);
	char *use = g_strdup_printf("%u%s", s->kind, name);
	unsigned ordinal = GPOINTER_TO_UINT(g_hash_table_lookup(p->name_uses, use)) + 1;

	g_hash_table_insert(p->name_uses, use, GUINT_TO_POINTER(ordinal));
	p->labels[symbol] = label_for(name, ordinal);
	g_array_append_val(p->mentioned, symbol);
}

static void mention_function(struct printer *p, const struct function *fn)
{
	struct walk walk;
	unsigned ended;

	mention(p, fn->symbol);
	for (uint32_t i = 0; i < fn->variables; i++)
		mention(p, facts_variable(p->facts, fn->first_variable + i)->cleanup);
	if (!fn->body)
		return;
	for (uint32_t node = walk_start(&walk, p, fn->body); node; node = walk_next(&walk, &ended))
		mention(p, facts_node(p->facts, node)->symbol);
}

/* In the order in which the parser will meet them. */
static void mention_all(struct printer *p)
{
	const struct facts *f = p->facts;

	for (uint32_t i = 1; i < f->functions.count; i++)
		mention_function(p, facts_function(f, i));
	for (uint32_t i = 1; i < f->annotations.count; i++)
		mention(p, facts_annotation(f, i)->symbol);
	p->referred = p->mentioned->len;
	for (uint32_t i = 1; i < f->symbols.count; i++)
		mention(p, i);
}

/* Places. */

static void print_place_file(const struct printer *p, const char *file, const char *usual)
{
	fputs(" @", p->out);
	if (strcmp(file, usual) == 0)
		return;
	print_string(p, file);
	fputc(':', p->out);
}

static const char *unit_path(const struct printer *p)
{
	return facts_string(p->facts, p->facts->path);
}

static void print_node_place(const struct printer *p, const struct node *n)
{
	if (!n->line && !n->column && !n->end_lines && !n->end_column && !n->file)
		return;
	print_place_file(p, n->file ? facts_file(p->facts, n->file) : "", "");
	fprintf(p->out, "%" PRIu32 ":%u", n->line, n->column);
	if (n->end_lines || n->end_column)
		fprintf(p->out, "-%" PRIu64 ":%u", (uint64_t)n->line + n->end_lines, n->end_column);
}

static void print_function_place(const struct printer *p, const struct function *fn)
{
	const char *file = facts_file(p->facts, fn->file);

	if (!fn->line && !fn->column && !fn->end_line && strcmp(file, unit_path(p)) == 0)
		return;
	print_place_file(p, file, unit_path(p));
	fprintf(p->out, "%" PRIu32 ":%u", fn->line, fn->column);
	if (fn->end_line)
		fprintf(p->out, "-%" PRIu32, fn->end_line);
}

static void print_symbol_place(const struct printer *p, const struct symbol *s)
{
	if (!s->file && !s->line)
		return;
	print_place_file(p, facts_file(p->facts, s->file), unit_path(p));
	fprintf(p->out, "%" PRIu32, s->line);
}

/* Nodes. */

/* The variable that a param or local names: among the parameters, or among what follows them. */
static char *variable_label(const struct printer *p, const struct function *fn, const struct node *n)
{
	uint32_t from = n->kind == NODE_PARAM ? 0 : fn->params;
	uint32_t to = n->kind == NODE_PARAM ? fn->params : fn->variables;

	if (n->value < from || n->value >= to)
		return NULL;
	const struct variable *named = facts_variable(p->facts, fn->first_variable + (uint32_t)n->value);
	unsigned ordinal = 1;
	for (uint32_t i = from; i < n->value; i++)
		ordinal += facts_variable(p->facts, fn->first_variable + i)->name == named->name;
	return named->name ? label_for(facts_string(p->facts, named->name), ordinal) : NULL;
}

static void print_keyword(const struct printer *p, const struct node *n)
{
	bool op_is_enough = n->op && text_kind_of_op(n->op) == n->kind;

	fprintf(p->out, "(%s", op_is_enough ? node_op_name(n->op) : node_kind_name(n->kind));
}

static void print_op(const struct printer *p, const struct node *n)
{
	const char *loop = n->kind == NODE_LOOP ? text_word_for(text_loop_ops, n->op) : NULL;

	if (loop)
		fprintf(p->out, " %s", loop);
	else if (n->op && text_kind_of_op(n->op) != n->kind)
		fprintf(p->out, " %s", node_op_name(n->op));
}

/* A symbol that is not of the kind this node names. */
static void print_odd_symbol(const struct printer *p, const struct node *n)
{
	const struct symbol *s = facts_symbol(p->facts, n->symbol);

	if (n->symbol && s->kind != text_symbol_kind_of(n->kind))
		fprintf(p->out, " symbol %s %s", text_word_for(text_symbol_kinds, s->kind), p->labels[n->symbol]);
}

static void print_name(const struct printer *p, const struct node *n, const char *variable)
{
	bool names_symbol = n->symbol && facts_symbol(p->facts, n->symbol)->kind == text_symbol_kind_of(n->kind);
	bool may_name = text_symbol_kind_of(n->kind) >= 0 || text_names_variable(n->kind);

	if (names_symbol)
		fprintf(p->out, " %s", p->labels[n->symbol]);
	else if (variable)
		fprintf(p->out, " %s", variable);
	else if (may_name && (n->op || n->flags || n->symbol))
		fputs(" -", p->out); /* or the first word would be taken for the name */
}

static void print_node_head(const struct printer *p, const struct function *fn, const struct node *n)
{
	char *variable = text_names_variable(n->kind) ? variable_label(p, fn, n) : NULL;

	print_keyword(p, n);
	print_node_place(p, n);
	if (n->macro) {
		char *macro = label_for(facts_string(p->facts, n->macro), 1);
		fprintf(p->out, " %%%s", macro);
		g_free(macro);
	}
	print_name(p, n, variable);
	print_op(p, n);
	print_flags(p, text_node_flags, n->flags);
	print_odd_symbol(p, n);
	if (n->kind == NODE_CONST || (text_names_variable(n->kind) ? !variable : n->value != 0))
		fprintf(p->out, " %" PRId64, n->value);
	print_text_if_any(p, " ", n->text);
	g_free(variable);
}

static void print_newline(const struct printer *p, unsigned depth)
{
	fprintf(p->out, "\n%*s", (int)(2 * MIN(depth, (unsigned)DEEPEST_INDENT)), "");
}

static void print_closing(const struct printer *p, unsigned count)
{
	while (count--)
		fputc(')', p->out);
}

static bool starts_a_line(enum node_kind kind, enum node_kind parent)
{
	return parent == NODE_BLOCK || kind == NODE_BLOCK || kind == NODE_IF || kind == NODE_LOOP ||
	       kind == NODE_SWITCH;
}

static void print_tree(const struct printer *p, const struct function *fn)
{
	struct walk walk;
	unsigned ended = 0;

	print_newline(p, 2);
	for (uint32_t node = walk_start(&walk, p, fn->body); node; node = walk_next(&walk, &ended)) {
		const struct node *n = facts_node(p->facts, node);
		guint depth = p->parents->len;

		print_closing(p, ended);
		if (depth &&
		    starts_a_line(n->kind, facts_node(p->facts, g_array_index(p->parents, uint32_t, depth - 1))->kind))
			print_newline(p, depth + 2);
		else if (depth)
			fputc(' ', p->out);
		print_node_head(p, fn, n);
	}
	print_closing(p, ended);
}

/* Forms. */

static void print_variable(const struct printer *p, const struct variable *v)
{
	char *name = label_for(facts_string(p->facts, v->name), 1);

	print_newline(p, 2);
	fprintf(p->out, "(%s %s", text_word_for(text_variable_kinds, v->kind), name);
	print_text_if_any(p, " ", v->type);
	if (v->cleanup)
		fprintf(p->out, " cleanup %s", p->labels[v->cleanup]);
	fputc(')', p->out);
	g_free(name);
}

static const char *written_label(const struct printer *p, uint32_t symbol)
{
	return symbol ? p->labels[symbol] : "-";
}

static const char *symbol_kind_word(const struct printer *p, uint32_t symbol)
{
	return text_word_for(text_symbol_kinds, facts_symbol(p->facts, symbol)->kind);
}

static bool key_is_default(const struct printer *p, const struct symbol *s)
{
	const char *file = s->file ? facts_file(p->facts, s->file) : unit_path(p);
	char *key = text_default_key(s->kind, s->flags, facts_string(p->facts, s->name), file);
	bool same = strcmp(key, facts_string(p->facts, s->key)) == 0;

	g_free(key);
	return same;
}

/* Type, flags, key and alias: what both forms of a symbol begin with. */
static void print_symbol_words(const struct printer *p, const struct symbol *s)
{
	print_text_if_any(p, " ", s->type);
	print_flags(p, text_symbol_flags, s->flags);
	if (!key_is_default(p, s)) {
		fputs(" key ", p->out);
		print_string(p, facts_string(p->facts, s->key));
	}
	print_text_if_any(p, " alias ", s->alias);
}

static uint32_t leading_params(const struct facts *f, const struct function *fn)
{
	uint32_t count = 0;

	while (count < fn->variables && facts_variable(f, fn->first_variable + count)->kind == VARIABLE_PARAM)
		count++;
	return count;
}

static void print_function(const struct printer *p, const struct function *fn)
{
	const struct symbol *s = facts_symbol(p->facts, fn->symbol);
	const char *form = text_word_for(text_definitions, s->kind);

	print_newline(p, 1);
	fprintf(p->out, "(%s %s", form ? form : "function", written_label(p, fn->symbol));
	if (fn->symbol)
		print_symbol_words(p, s);
	print_function_place(p, fn);
	if (fn->params != leading_params(p->facts, fn))
		fprintf(p->out, " params %u", fn->params);
	for (uint32_t i = 0; i < fn->variables; i++)
		print_variable(p, facts_variable(p->facts, fn->first_variable + i));
	if (fn->body)
		print_tree(p, fn);
	fputc(')', p->out);
}

static void print_annotation(const struct printer *p, const struct annotation *a)
{
	print_newline(p, 1);
	if (a->symbol)
		fprintf(p->out, "(annotation %s %s ", symbol_kind_word(p, a->symbol), p->labels[a->symbol]);
	else
		fputs("(annotation - ", p->out);
	print_string(p, facts_string(p->facts, a->text));
	fputc(')', p->out);
}

/* Backwards, so that the first definition of a symbol decides, as it does for the parser. */
static void find_definitions(struct printer *p)
{
	for (uint32_t i = p->facts->functions.count; i-- > 1;) {
		const struct function *fn = facts_function(p->facts, i);
		const struct symbol *s = facts_symbol(p->facts, fn->symbol);

		bool here = s->file == fn->file && s->line == fn->line;

		p->definitions[fn->symbol] = here ? DEFINITION_SAYS_ALL : DEFINITION_ELSEWHERE;
	}
}

static bool needs_its_own_form(const struct printer *p, uint32_t symbol)
{
	const struct symbol *s = facts_symbol(p->facts, symbol);

	if (p->definitions[symbol] != DEFINITION_NONE)
		return p->definitions[symbol] == DEFINITION_ELSEWHERE;
	return s->type || s->flags || s->file || s->line || s->alias || !key_is_default(p, s);
}

static void print_symbol(const struct printer *p, uint32_t symbol)
{
	print_newline(p, 1);
	fprintf(p->out, "(symbol %s %s", symbol_kind_word(p, symbol), p->labels[symbol]);
	print_symbol_words(p, facts_symbol(p->facts, symbol));
	print_symbol_place(p, facts_symbol(p->facts, symbol));
	fputc(')', p->out);
}

static void print_symbols(const struct printer *p)
{
	for (guint i = 0; i < p->mentioned->len; i++) {
		uint32_t symbol = g_array_index(p->mentioned, uint32_t, i);

		if (i >= p->referred || needs_its_own_form(p, symbol))
			print_symbol(p, symbol);
	}
}

static void print_other_files(const struct printer *p)
{
	const struct facts *f = p->facts;
	bool *used = g_new0(bool, f->files.count), any = false;

	for (uint32_t i = 1; i < f->functions.count; i++)
		used[facts_function(f, i)->file] = true;
	for (uint32_t i = 1; i < f->nodes.count; i++)
		used[facts_node(f, i)->file] = true;
	for (uint32_t i = 1; i < f->symbols.count; i++)
		used[facts_symbol(f, i)->file] = true;
	for (uint32_t i = 1; i < f->files.count; i++) {
		if (used[i])
			continue;
		if (!any)
			fputs("\n  (files", p->out);
		any = true;
		fputc(' ', p->out);
		print_string(p, facts_file(f, i));
	}
	if (any)
		fputc(')', p->out);
	g_free(used);
}

static void print_unit_head(const struct printer *p)
{
	const struct facts *f = p->facts;

	fputs("(unit ", p->out);
	print_string(p, unit_path(p));
	fprintf(p->out, " %s", unit_status_name(f->status));
	if (f->errors)
		fprintf(p->out, " errors %" PRIu32, f->errors);
	if (f->calls_lost)
		fprintf(p->out, " calls_lost %" PRIu32, f->calls_lost);
	print_text_if_any(p, " message ", f->message);
	if (f->dependencies.count > 1)
		fprintf(p->out, " ; %" PRIu32 " dependencies", f->dependencies.count - 1);
}

static void printer_init(struct printer *p, const struct facts *facts, FILE *out)
{
	*p = (struct printer){
		.facts = facts,
		.out = out,
		.labels = g_new0(char *, facts->symbols.count),
		.definitions = g_new0(enum definition, facts->symbols.count),
		.mentioned = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
		.name_uses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.parents = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
	};
}

static void printer_finish(struct printer *p)
{
	for (uint32_t i = 0; i < p->facts->symbols.count; i++)
		g_free(p->labels[i]);
	g_free(p->labels);
	g_free(p->definitions);
	g_array_free(p->mentioned, TRUE);
	g_array_free(p->parents, TRUE);
	g_hash_table_destroy(p->name_uses);
}

void facts_print(const struct facts *facts, FILE *out)
{
	struct printer p;

	printer_init(&p, facts, out);
	mention_all(&p);
	find_definitions(&p);
	print_unit_head(&p);
	for (uint32_t i = 1; i < facts->functions.count; i++)
		print_function(&p, facts_function(facts, i));
	for (uint32_t i = 1; i < facts->annotations.count; i++)
		print_annotation(&p, facts_annotation(facts, i));
	print_symbols(&p);
	print_other_files(&p);
	fputs(")\n", out);
	printer_finish(&p);
}
