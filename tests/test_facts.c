/* facts: a block that was built can be read; a damaged one is refused. */
#include "facts/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* int on_read(int fd) { return read(fd); } */
static struct facts *sample(size_t *size)
{
	struct facts_builder *b = facts_builder_new("a.c");
	uint32_t read_symbol = facts_build_symbol(b, SYMBOL_FUNCTION, "c:@F@read", "read");
	uint32_t symbol = facts_build_symbol(b, SYMBOL_FUNCTION, "c:@F@on_read", "on_read");
	uint32_t body = facts_build_node(b, (struct node){ .kind = NODE_BLOCK, .line = 1 });
	uint32_t fd = facts_build_node(b, (struct node){ .kind = NODE_PARAM, .value = 0 });
	uint32_t call = facts_build_node(b, (struct node){ .kind = NODE_CALL, .symbol = read_symbol, .line = 2 });
	uint32_t ret = facts_build_node(b, (struct node){ .kind = NODE_RETURN, .line = 2 });

	facts_build_append(b, call, fd);
	facts_build_append(b, ret, call);
	facts_build_append(b, body, ret);
	facts_build_function(b, (struct function){ .symbol = symbol,
						   .file = facts_build_file(b, "a.c"),
						   .line = 1,
						   .end_line = 3,
						   .params = 1,
						   .body = body });
	facts_build_variable(b, (struct variable){ .kind = VARIABLE_PARAM, .name = facts_build_string(b, "fd") });
	struct facts *facts = facts_build_finish(b, size);
	facts_builder_free(b);
	return facts;
}

static void a_built_block_can_be_walked(void **state)
{
	size_t size;
	struct facts *f = sample(&size);

	(void)state;
	assert_true(facts_check(f, size));
	const struct function *fn = facts_function(f, 1);
	assert_string_equal(facts_string(f, facts_symbol(f, fn->symbol)->name), "on_read");
	const struct node *ret = facts_node(f, facts_node(f, fn->body)->first);
	assert_int_equal(ret->kind, NODE_RETURN);
	const struct node *call = facts_node(f, ret->first);
	assert_string_equal(facts_string(f, facts_symbol(f, call->symbol)->name), "read");
	assert_int_equal(facts_node(f, call->first)->kind, NODE_PARAM);
	free(f);
}

/* Whatever one byte is changed to, the check either refuses the block or every walk stays inside it. */
static void a_damaged_block_is_refused_or_harmless(void **state)
{
	size_t size, refused = 0;
	struct facts *f = sample(&size);

	(void)state;
	for (size_t i = 0; i < size; i++) {
		unsigned char *byte = (unsigned char *)f + i, old = *byte;

		*byte = 0xff;
		if (!facts_check(f, size))
			refused++;
		else
			for (uint32_t n = 1; n < f->nodes.count; n++)
				for_each_child(child, f, facts_node(f, n))
					assert_in_range(child, n + 1, f->nodes.count - 1);
		*byte = old;
	}
	assert_true(refused > size / 4);
	assert_false(facts_check(f, size - 1));
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_built_block_can_be_walked),
		cmocka_unit_test(a_damaged_block_is_refused_or_harmless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
