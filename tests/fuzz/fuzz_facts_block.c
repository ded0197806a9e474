/*
 * fuzz_facts_block: a block that facts_check lets pass can be walked to its end without leaving it.
 *
 * The input is a list of patches to a good block, four bytes each: where (three bytes) and what. So the fuzzer need not
 * guess its way past magic and sizes, and the corpus outlives a new FACTS_VERSION.
 */
#include "facts/facts.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static size_t touched; /* so that reading is not optimised away */

static void walk(const struct facts *f)
{
	touched = strlen(facts_string(f, f->path)) + strlen(facts_string(f, f->message));
	for (uint32_t i = 0; i < f->files.count; i++)
		touched += strlen(facts_file(f, i));
	for (uint32_t i = 1; i < f->symbols.count; i++)
		touched += strlen(facts_string(f, facts_symbol(f, i)->key)) +
			   strlen(facts_file(f, facts_symbol(f, i)->file));
	for (uint32_t i = 1; i < f->functions.count; i++) {
		const struct function *function = facts_function(f, i);

		for (uint32_t v = 0; v < function->variables; v++)
			touched += strlen(facts_string(f, facts_variable(f, function->first_variable + v)->name));
	}
	for (uint32_t i = 1; i < f->nodes.count; i++)
		for_each_child(child, f, facts_node(f, i))
			touched += strlen(facts_string(f, facts_node(f, child)->text));
	for (uint32_t i = 1; i < f->annotations.count; i++)
		touched += strlen(facts_string(f, facts_annotation(f, i)->text));
	for (uint32_t i = 1; i < f->dependencies.count; i++)
		touched += strlen(facts_string(f, facts_dependency(f, i)->path));
}

/* int on_read(int fd) { return read(fd); }, with one of everything else. */
static struct facts *good_block(size_t *size)
{
	struct facts_builder *b = facts_builder_new("a.c");
	uint32_t called = facts_build_symbol(b, SYMBOL_FUNCTION, "c:@F@read", "read");
	uint32_t symbol = facts_build_symbol(b, SYMBOL_FUNCTION, "c:@F@on_read", "on_read");
	uint32_t body = facts_build_node(b, (struct node){ .kind = NODE_BLOCK, .line = 1 });
	uint32_t end = facts_build_node(b, (struct node){ .kind = NODE_RETURN, .line = 2 });
	uint32_t call = facts_build_node(b, (struct node){ .kind = NODE_CALL, .symbol = called, .line = 2 });
	uint32_t fd = facts_build_node(b, (struct node){ .kind = NODE_PARAM });

	facts_build_append(b, call, fd);
	facts_build_append(b, end, call);
	facts_build_append(b, body, end);
	facts_build_function(
		b,
		(struct function){ .symbol = symbol, .file = facts_build_file(b, "a.c"), .params = 1, .body = body });
	facts_build_variable(b, (struct variable){ .name = facts_build_string(b, "fd") });
	facts_build_annotation(b, symbol, "looplint::blocking");
	facts_build_dependency(b, "/a.c", 1, 2, 3);
	facts_build_status(b, UNIT_OK, 0, 0, "");
	struct facts *facts = facts_build_finish(b, size);
	facts_builder_free(b);
	return facts;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length;
	struct facts *block = good_block(&length);

	for (; size >= 4; data += 4, size -= 4)
		((uint8_t *)block)[((size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2]) % length] = data[3];
	if (facts_check(block, length))
		walk(block);
	free(block);
	return 0;
}
