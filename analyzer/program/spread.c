/*
 * spread: what functions may lead to, whatever they are handed: along direct calls, all that a pointer may hold, and
 * callbacks that a library calls at once. No values are known, so it is more than any path does, and never less.
 */
#include "program/gobject.h"
#include "program/contexts.h"

struct spread {
	struct program *p;
	uint8_t *reached;
	GArray *queue;
};

void spread_add(GArray *queue, uint8_t *reached, uint32_t function)
{
	if (!function || reached[function])
		return;
	reached[function] = 1;
	g_array_append_val(queue, function);
}

static void spread_function(uint32_t function, uint32_t target, void *data)
{
	struct spread *s = data;

	(void)target;
	spread_add(s->queue, s->reached, function);
}

static void spread_call(struct spread *s, uint32_t index, const struct call *call)
{
	struct program *p = s->p;
	const struct program_function *callee = program_function(p, call->callee);

	if (!call->callee) {
		pointers_each(p, call->caller, call_node(p, call)->first, spread_function, s);
		return;
	}
	spread_function(call->callee, 0, s);
	for (size_t i = 0; !call->cleanup && callee->model && i < callee->model->register_count; i++)
		if (callee->model->registers[i]->context == CONTEXT_CALLER ||
		    emitted_here(p, callee->model->registers[i], index))
			pointers_each(p, call->caller,
				      call_argument(p, call, (unsigned)callee->model->registers[i]->callback),
				      spread_function, s);
	gobject_each_constructed(p, call, spread_function, s);
}

void spread_calls(struct program *p, GArray *queue, uint8_t *reached)
{
	struct spread s = { p, reached, queue };

	for (guint i = 0; i < queue->len; i++) {
		const struct program_function f = *program_function(p, g_array_index(queue, uint32_t, i));

		for (uint32_t c = f.first_call; c < f.first_call + f.calls; c++) {
			struct call call = *program_call(p, c);

			spread_call(&s, c, &call);
		}
	}
}

uint8_t *spread_from_main(struct program *p)
{
	uint8_t *reached = g_new0(uint8_t, p->functions->len);
	GArray *queue = g_array_new(FALSE, FALSE, sizeof(uint32_t));

	for (uint32_t i = 1; i < p->functions->len; i++)
		if (program_function(p, i)->fact && strcmp(program_function(p, i)->name, "main") == 0)
			spread_add(queue, reached, i);
	spread_calls(p, queue, reached);
	g_array_free(queue, TRUE);
	return reached;
}
