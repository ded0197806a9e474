/*
 * facts: building a unit's block and checking one that comes from outside; see facts.h for the encoding.
 */
#include "facts/facts.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

static const char magic[8] = "looplnt";

static const char *const kind_names[NODE_KINDS] = {
	[NODE_NONE] = "none",
	[NODE_BLOCK] = "block",
	[NODE_IF] = "if",
	[NODE_LOOP] = "loop",
	[NODE_SWITCH] = "switch",
	[NODE_CASE] = "case",
	[NODE_DEFAULT] = "default",
	[NODE_RETURN] = "return",
	[NODE_BREAK] = "break",
	[NODE_CONTINUE] = "continue",
	[NODE_GOTO] = "goto",
	[NODE_LABEL] = "label",
	[NODE_EMPTY] = "empty",
	[NODE_CALL] = "call",
	[NODE_ASSIGN] = "assign",
	[NODE_CONST] = "const",
	[NODE_NULL] = "null",
	[NODE_STRING] = "string",
	[NODE_FUNCTION] = "function",
	[NODE_PARAM] = "param",
	[NODE_LOCAL] = "local",
	[NODE_GLOBAL] = "global",
	[NODE_FIELD] = "field",
	[NODE_INDEX] = "index",
	[NODE_DEREF] = "deref",
	[NODE_ADDRESS] = "address",
	[NODE_UNARY] = "unary",
	[NODE_BINARY] = "binary",
	[NODE_CONDITIONAL] = "conditional",
	[NODE_OPAQUE] = "opaque",
};

static const char *const op_names[OP_KINDS] = {
	[OP_NONE] = "none",     [OP_NOT] = "not",        [OP_NEG] = "neg",         [OP_BITNOT] = "bitnot",
	[OP_INCREMENT] = "inc", [OP_DECREMENT] = "dec",  [OP_EQ] = "eq",           [OP_NE] = "ne",
	[OP_LT] = "lt",         [OP_LE] = "le",          [OP_GT] = "gt",           [OP_GE] = "ge",
	[OP_AND] = "and",       [OP_OR] = "or",          [OP_BITAND] = "bitand",   [OP_BITOR] = "bitor",
	[OP_XOR] = "xor",       [OP_SHIFT_LEFT] = "shl", [OP_SHIFT_RIGHT] = "shr", [OP_ADD] = "add",
	[OP_SUBTRACT] = "sub",  [OP_MULTIPLY] = "mul",   [OP_DIVIDE] = "div",      [OP_MODULO] = "mod",
	[OP_COMMA] = "comma",
};

static const char *const status_names[] = {
	[UNIT_OK] = "ok",           [UNIT_DEGRADED] = "degraded",   [UNIT_FAILED] = "failed",
	[UNIT_CRASHED] = "crashed", [UNIT_TIMED_OUT] = "timed-out",
};

const char *node_kind_name(enum node_kind kind)
{
	return (unsigned)kind < NODE_KINDS ? kind_names[kind] : NULL;
}

const char *node_op_name(enum node_op op)
{
	return (unsigned)op < OP_KINDS ? op_names[op] : NULL;
}

const char *unit_status_name(enum unit_status status)
{
	return (unsigned)status < G_N_ELEMENTS(status_names) ? status_names[status] : NULL;
}

uint32_t facts_child(const struct facts *f, const struct node *node, unsigned n)
{
	uint32_t child = node->first;

	while (child && n--)
		child = facts_node(f, child)->next;
	return child;
}

/* Checking a block. */

static bool array_fits(const struct facts *f, struct facts_array array, size_t element)
{
	return array.count >= 1 && array.offset % 8 == 0 && array.offset <= f->size &&
	       array.count <= (f->size - array.offset) / element;
}

static bool string_fits(const struct facts *f, uint32_t offset)
{
	return offset < f->strings_size; /* the block of strings ends in a NUL, so every string inside does */
}

static bool symbols_fit(const struct facts *f)
{
	for (uint32_t i = 1; i < f->symbols.count; i++) {
		const struct symbol *s = facts_symbol(f, i);

		if (s->kind > SYMBOL_FIELD || !string_fits(f, s->key) || !string_fits(f, s->name) ||
		    !string_fits(f, s->type) || !string_fits(f, s->alias) || s->file >= f->files.count)
			return false;
	}
	return true;
}

static bool functions_fit(const struct facts *f)
{
	for (uint32_t i = 1; i < f->functions.count; i++) {
		const struct function *fn = facts_function(f, i);

		if (fn->symbol >= f->symbols.count || fn->file >= f->files.count || fn->body >= f->nodes.count ||
		    fn->first_variable > f->variables.count || (fn->variables && !fn->first_variable) ||
		    fn->variables > f->variables.count - fn->first_variable || fn->params > fn->variables)
			return false;
	}
	return true;
}

static bool nodes_fit(const struct facts *f)
{
	for (uint32_t i = 1; i < f->nodes.count; i++) {
		const struct node *n = facts_node(f, i);

		if (n->kind >= NODE_KINDS || n->op >= OP_KINDS || n->file >= f->files.count ||
		    n->symbol >= f->symbols.count || !string_fits(f, n->text) || !string_fits(f, n->macro))
			return false;
		if ((n->first && (n->first <= i || n->first >= f->nodes.count)) ||
		    (n->next && (n->next <= i || n->next >= f->nodes.count)))
			return false;
	}
	return true;
}

static bool rest_fits(const struct facts *f)
{
	for (uint32_t i = 0; i < f->files.count; i++)
		if (!string_fits(f, ((const uint32_t *)((const char *)f + f->files.offset))[i]))
			return false;
	for (uint32_t i = 1; i < f->variables.count; i++) {
		const struct variable *v = facts_variable(f, i);

		if (!string_fits(f, v->name) || !string_fits(f, v->type) || v->cleanup >= f->symbols.count)
			return false;
	}
	for (uint32_t i = 1; i < f->annotations.count; i++)
		if (facts_annotation(f, i)->symbol >= f->symbols.count || !string_fits(f, facts_annotation(f, i)->text))
			return false;
	for (uint32_t i = 1; i < f->dependencies.count; i++)
		if (!string_fits(f, facts_dependency(f, i)->path))
			return false;
	return true;
}

bool facts_check(const void *block, size_t size)
{
	const struct facts *f = block;

	if (size < sizeof *f || memcmp(f->magic, magic, sizeof magic) != 0 || f->version != FACTS_VERSION ||
	    f->size != size)
		return false;
	if (f->strings_size == 0 || f->strings_offset > size || f->strings_size > size - f->strings_offset ||
	    facts_string(f, f->strings_size - 1)[0] != '\0')
		return false;
	if (!array_fits(f, f->files, sizeof(uint32_t)) || !array_fits(f, f->symbols, sizeof(struct symbol)) ||
	    !array_fits(f, f->functions, sizeof(struct function)) ||
	    !array_fits(f, f->variables, sizeof(struct variable)) || !array_fits(f, f->nodes, sizeof(struct node)) ||
	    !array_fits(f, f->annotations, sizeof(struct annotation)) ||
	    !array_fits(f, f->dependencies, sizeof(struct dependency)))
		return false;
	return string_fits(f, f->path) && string_fits(f, f->message) && f->status <= UNIT_TIMED_OUT && symbols_fit(f) &&
	       functions_fit(f) && nodes_fit(f) && rest_fits(f);
}

/* Building one. */

struct facts_builder {
	GString *strings;
	GHashTable *string_index; /* text -> offset */
	GHashTable *file_index;   /* path -> index */
	GHashTable *symbol_index; /* kind + key -> index */
	GArray *files, *symbols, *functions, *variables, *nodes, *annotations, *dependencies;
	GArray *last_child; /* per node: its last child while building */
	struct facts head;
};

static GArray *array_from_one(guint element_size)
{
	GArray *array = g_array_new(FALSE, TRUE, element_size);

	g_array_set_size(array, 1); /* element 0 is never used */
	return array;
}

struct facts_builder *facts_builder_new(const char *path)
{
	struct facts_builder *b = g_new0(struct facts_builder, 1);

	b->strings = g_string_new(NULL);
	g_string_append_c(b->strings, '\0');
	b->string_index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	b->file_index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	b->symbol_index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	b->files = array_from_one(sizeof(uint32_t));
	b->symbols = array_from_one(sizeof(struct symbol));
	b->functions = array_from_one(sizeof(struct function));
	b->variables = array_from_one(sizeof(struct variable));
	b->nodes = array_from_one(sizeof(struct node));
	b->annotations = array_from_one(sizeof(struct annotation));
	b->dependencies = array_from_one(sizeof(struct dependency));
	b->last_child = array_from_one(sizeof(uint32_t));
	b->head.path = facts_build_string(b, path);
	return b;
}

void facts_builder_free(struct facts_builder *b)
{
	if (!b)
		return;
	g_string_free(b->strings, TRUE);
	g_hash_table_destroy(b->string_index);
	g_hash_table_destroy(b->file_index);
	g_hash_table_destroy(b->symbol_index);
	GArray *arrays[] = { b->files, b->symbols,     b->functions,    b->variables,
			     b->nodes, b->annotations, b->dependencies, b->last_child };
	for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
		g_array_free(arrays[i], TRUE);
	g_free(b);
}

uint32_t facts_build_string(struct facts_builder *b, const char *text)
{
	gpointer known;

	if (!text || !*text)
		return 0;
	if (g_hash_table_lookup_extended(b->string_index, text, NULL, &known))
		return GPOINTER_TO_UINT(known);
	uint32_t offset = (uint32_t)b->strings->len;
	g_string_append_len(b->strings, text, (gssize)strlen(text) + 1);
	g_hash_table_insert(b->string_index, g_strdup(text), GUINT_TO_POINTER(offset));
	return offset;
}

uint32_t facts_build_file(struct facts_builder *b, const char *path)
{
	gpointer known;

	if (!path || !*path)
		return 0;
	if (g_hash_table_lookup_extended(b->file_index, path, NULL, &known))
		return GPOINTER_TO_UINT(known);
	uint32_t text = facts_build_string(b, path);
	uint32_t index = b->files->len;
	g_array_append_val(b->files, text);
	g_hash_table_insert(b->file_index, g_strdup(path), GUINT_TO_POINTER(index));
	return index;
}

uint32_t facts_build_symbol(struct facts_builder *b, enum symbol_kind kind, const char *key, const char *name)
{
	char *mark = g_strdup_printf("%d%s", kind, key);
	gpointer known;

	if (g_hash_table_lookup_extended(b->symbol_index, mark, NULL, &known)) {
		g_free(mark);
		return GPOINTER_TO_UINT(known);
	}
	struct symbol symbol = {
		.kind = (uint8_t)kind,
		.key = facts_build_string(b, key),
		.name = facts_build_string(b, name),
	};
	uint32_t index = b->symbols->len;
	g_array_append_val(b->symbols, symbol);
	g_hash_table_insert(b->symbol_index, mark, GUINT_TO_POINTER(index));
	return index;
}

struct symbol *facts_built_symbol(struct facts_builder *b, uint32_t index)
{
	return &g_array_index(b->symbols, struct symbol, index);
}

uint32_t facts_build_node(struct facts_builder *b, struct node node)
{
	uint32_t none = 0;

	g_array_append_val(b->nodes, node);
	g_array_append_val(b->last_child, none);
	return b->nodes->len - 1;
}

struct node *facts_built_node(struct facts_builder *b, uint32_t index)
{
	return &g_array_index(b->nodes, struct node, index);
}

void facts_build_append(struct facts_builder *b, uint32_t parent, uint32_t child)
{
	uint32_t *last = &g_array_index(b->last_child, uint32_t, parent);

	if (!child)
		return;
	if (*last)
		facts_built_node(b, *last)->next = child;
	else
		facts_built_node(b, parent)->first = child;
	*last = child;
}

uint32_t facts_build_function(struct facts_builder *b, struct function function)
{
	function.first_variable = b->variables->len;
	function.variables = 0;
	g_array_append_val(b->functions, function);
	return b->functions->len - 1;
}

struct function *facts_built_function(struct facts_builder *b, uint32_t index)
{
	return &g_array_index(b->functions, struct function, index);
}

uint32_t facts_build_variable(struct facts_builder *b, struct variable variable)
{
	g_array_append_val(b->variables, variable);
	return facts_built_function(b, b->functions->len - 1)->variables++;
}

void facts_build_annotation(struct facts_builder *b, uint32_t symbol, const char *text)
{
	struct annotation annotation = { .symbol = symbol, .text = facts_build_string(b, text) };

	for (guint i = 1; i < b->annotations->len; i++)
		if (memcmp(&g_array_index(b->annotations, struct annotation, i), &annotation, sizeof annotation) == 0)
			return;
	g_array_append_val(b->annotations, annotation);
}

void facts_build_dependency(struct facts_builder *b, const char *path, int64_t mtime_ns, int64_t size, uint64_t hash)
{
	struct dependency dependency = {
		.path = facts_build_string(b, path), .mtime_ns = mtime_ns, .size = size, .hash = hash
	};

	g_array_append_val(b->dependencies, dependency);
}

void facts_build_status(struct facts_builder *b, enum unit_status status, uint32_t errors, uint32_t calls_lost,
			const char *message)
{
	b->head.status = (uint32_t)status;
	b->head.errors = errors;
	b->head.calls_lost = calls_lost;
	b->head.message = facts_build_string(b, message);
}

/*
 * Copies the tree below `from` in preorder, so that parents stand before children. An explicit stack: an else-if chain
 * of ten thousand arms is a tree ten thousand deep. An entry holds the node to copy and where its new index goes.
 */
struct pending {
	uint32_t from;   /* old index */
	uint32_t parent; /* new index to hang it below as `first`, or 0 */
	uint32_t before; /* new index whose `next` it becomes, or 0 */
};

static uint32_t copy_tree(GArray *nodes, GArray *out, GArray *stack, uint32_t root)
{
	uint32_t top = 0;
	struct pending start = { .from = root };

	g_array_set_size(stack, 0);
	g_array_append_val(stack, start);
	while (stack->len) {
		struct pending item = g_array_index(stack, struct pending, stack->len - 1);
		g_array_set_size(stack, stack->len - 1);

		struct node node = g_array_index(nodes, struct node, item.from);
		struct pending child = { .from = node.first }, sibling = { .from = node.next };
		uint32_t index = out->len;

		node.first = node.next = 0;
		g_array_append_val(out, node);
		if (item.parent)
			g_array_index(out, struct node, item.parent).first = index;
		else if (item.before)
			g_array_index(out, struct node, item.before).next = index;
		else
			top = index;
		child.parent = sibling.before = index;
		if (sibling.from && item.from != root)
			g_array_append_val(stack, sibling);
		if (child.from)
			g_array_append_val(stack, child);
	}
	return top;
}

static void order_nodes(struct facts_builder *b)
{
	GArray *ordered = array_from_one(sizeof(struct node));
	GArray *stack = g_array_new(FALSE, FALSE, sizeof(struct pending));

	for (guint i = 1; i < b->functions->len; i++) {
		struct function *fn = facts_built_function(b, i);

		if (fn->body)
			fn->body = copy_tree(b->nodes, ordered, stack, fn->body);
	}
	g_array_free(stack, TRUE);
	g_array_free(b->nodes, TRUE);
	b->nodes = ordered;
}

static struct facts_array lay_out(uint32_t *end, const GArray *array, size_t element)
{
	struct facts_array place = { .offset = (*end + 7) & ~7u, .count = array->len };

	*end = place.offset + (uint32_t)(array->len * element);
	return place;
}

struct facts *facts_build_finish(struct facts_builder *b, size_t *size)
{
	struct facts head = b->head;
	uint32_t end = sizeof head;

	order_nodes(b);
	memcpy(head.magic, magic, sizeof magic);
	head.version = FACTS_VERSION;
	head.files = lay_out(&end, b->files, sizeof(uint32_t));
	head.symbols = lay_out(&end, b->symbols, sizeof(struct symbol));
	head.functions = lay_out(&end, b->functions, sizeof(struct function));
	head.variables = lay_out(&end, b->variables, sizeof(struct variable));
	head.nodes = lay_out(&end, b->nodes, sizeof(struct node));
	head.annotations = lay_out(&end, b->annotations, sizeof(struct annotation));
	head.dependencies = lay_out(&end, b->dependencies, sizeof(struct dependency));
	head.strings_offset = (end + 7) & ~7u;
	head.strings_size = (uint32_t)b->strings->len;
	head.size = head.strings_offset + head.strings_size;

	char *block = calloc(1, head.size);
	g_assert(block);
	memcpy(block, &head, sizeof head);
	struct {
		const GArray *array;
		struct facts_array place;
		size_t element;
	} parts[] = {
		{ b->files, head.files, sizeof(uint32_t) },
		{ b->symbols, head.symbols, sizeof(struct symbol) },
		{ b->functions, head.functions, sizeof(struct function) },
		{ b->variables, head.variables, sizeof(struct variable) },
		{ b->nodes, head.nodes, sizeof(struct node) },
		{ b->annotations, head.annotations, sizeof(struct annotation) },
		{ b->dependencies, head.dependencies, sizeof(struct dependency) },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		memcpy(block + parts[i].place.offset, parts[i].array->data, parts[i].array->len * parts[i].element);
	memcpy(block + head.strings_offset, b->strings->str, b->strings->len);
	*size = head.size;
	return (struct facts *)block;
}

char *facts_type_tag(const char *type)
{
	static const char *const words[] = { "const ", "volatile ", "struct ", "union " };

	for (size_t i = 0; i < G_N_ELEMENTS(words);)
		if (g_str_has_prefix(type, words[i])) {
			type += strlen(words[i]);
			i = 0;
		} else {
			i++;
		}
	return g_strndup(type, strcspn(type, " *[(."));
}
