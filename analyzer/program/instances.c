/* instances: which there are, and which are still to be followed; see following.h. */
#include "program/following.h"
#include "program/value.h"

#include <string.h>

/* In which programs an indirect call was followed, and in which of them with more than low confidence. */
struct port_visit {
	uint64_t seen, sure;
};

/* Whether a port, in `probe` as if it were a function, was not yet called like that in all the programs of `probe`. */
bool search_visit_port(struct search *s, const struct instance *probe)
{
	gpointer key = GSIZE_TO_POINTER(instance_key(probe));
	struct port_visit *visit = g_hash_table_lookup(s->p->port_visits, key);
	bool sure = probe->confidence > LEVEL_LOW;

	if (!visit) {
		visit = arena_new(s->arena ? s->arena : s->p->arena, struct port_visit);
		*visit = (struct port_visit){ 0 };
		g_hash_table_insert(s->p->port_visits, key, visit);
	}
	bool more = probe->programs & ~(sure ? visit->sure : visit->seen);
	visit->seen |= probe->programs;
	visit->sure |= sure ? probe->programs : 0;
	return more;
}

static bool is_plain(const struct program *p, uint32_t index, const struct instance *in)
{
	const struct instance *plain = program_instance(p, index);

	return index && plain->context == in->context && plain->loop == in->loop;
}

/* The first instance that is equal to `in` but for its programs; 0: none yet. */
static uint32_t known_instance(const struct program *p, const struct instance *in)
{
	const struct program_function *f = program_function(p, in->function);

	if (!in->known && is_plain(p, f->plain, in))
		return f->plain;
	return GPOINTER_TO_UINT(g_hash_table_lookup(p->instance_index, GSIZE_TO_POINTER(instance_key(in))));
}

void search_add_worker_edge(struct program *p, uint32_t from, uint32_t call, uint32_t to)
{
	struct instance *known = program_instance(p, to);
	struct worker_edge edge = { from, call, to, known->first_edge };

	g_array_append_val(p->worker_edges, edge);
	known->first_edge = p->worker_edges->len - 1;
}

/* Whatever leads to an instance on a worker. */
static void note_edge(struct search *s, const struct instance *in, uint32_t first)
{
	if (in->context != CONTEXT_WORKER || !in->parent)
		return;
	search_add_worker_edge(s->p, in->parent, in->call, first);
	if (s->outcomes && !s->once)
		outcome_note_edge(s->outcomes, first);
}

void search_push(struct search *s, struct instance in)
{
	struct program *p = s->p;
	struct program_function *f = program_function(p, in.function);

	if (!f->fact)
		return;
	uint32_t first = known_instance(p, &in), index = p->instances->len;
	if (!first && f->instances >= MAX_INSTANCES) {
		in.known = NULL; /* enough variants: one more that stands for all the rest */
		first = known_instance(p, &in);
	}
	bool sure = in.confidence > LEVEL_LOW;
	if (s->probe) {
		s->probe->met |= sure && first == s->probe->instance;
		return;
	}
	uint64_t seen = !first ? 0 : sure ? program_instance(p, first)->sure : program_instance(p, first)->seen;
	if (!first) {
		first = index;
		f->instances++;
		g_hash_table_insert(p->instance_index, GSIZE_TO_POINTER(instance_key(&in)), GUINT_TO_POINTER(first));
	}
	if (!in.known)
		f->plain = first;
	in.index = first;
	in.programs &= ~seen;
	if (in.programs)
		g_array_append_val(p->instances, in);
	note_edge(s, &in, first);
	if (!in.programs)
		return; /* was here, in every program it is in */
	program_instance(p, first)->seen |= in.programs;
	program_instance(p, first)->sure |= sure ? in.programs : 0;
	g_array_append_val(s->queues[in.confidence], index);
}
