/* dump: the linked program and its contexts as text, one line per thing, for people and tests. */
#include "program/internal.h"

static void print_slot(const struct program *p, const struct slot *slot, FILE *out)
{
	static const char *const kinds[] = { "field", "global", "param", "local", "return", "result", "argument" };
	const struct program_function *f = slot->function ? program_function(p, slot->function) : NULL;

	if (!f)
		fprintf(out, "slot %s %s:", kinds[slot->kind], slot->name);
	else
		fprintf(out, "slot %s %s.%u:", kinds[slot->kind], f->name, slot->variable);
	for (uint32_t t = slot->first_target; t; t = program_target(p, t)->next)
		fprintf(out, " %s", program_function(p, program_target(p, t)->function)->name);
	fputc('\n', out);
}

void program_dump_link(const struct program *p, FILE *out)
{
	for (uint32_t i = 1; i < p->functions->len; i++) {
		const struct program_function *f = program_function(p, i);

		fprintf(out, "function %s %s:%u%s%s%s\n", f->name, f->file, f->line, f->fact ? "" : " declared",
			f->noreturn ? " noreturn" : "", f->model ? " modelled" : "");
		for (uint32_t c = f->first_call; c < f->first_call + f->calls; c++) {
			const struct call *call = program_call(p, c);

			fprintf(out, "  call %u %s%s%s\n", call_node(p, call)->line,
				call->callee ? program_function(p, call->callee)->name : "(indirect)",
				call->loop ? " in-loop" : "", call->dying ? " dying" : "");
		}
	}
	for (uint32_t i = 1; i < p->slots->len; i++)
		if (program_slot(p, i)->first_target)
			print_slot(p, program_slot(p, i), out);
	fprintf(out, "indirect %u, unresolved %u, from outside %u\n", p->indirect_calls, p->unresolved_calls,
		p->outside_calls);
}

void program_dump_context(const struct program *p, FILE *out)
{
	for (uint32_t i = 1; i < p->roots->len; i++) {
		const struct root *root = program_item(p, roots, struct root, i);
		const struct program_function *f = program_function(p, root->function);

		fprintf(out, "root %s %s %s:%u", context_name(root->context), f->name, f->file, f->line);
		if (root->kind == ROOT_LOOP)
			fprintf(out, " loop at %u",
				function_node(f, root->loop ? program_item(p, loops, struct loop, root->loop)->node
							    : program_call(p, root->call)->node)
					->line);
		else if (root->registration)
			fprintf(out, " by %s",
				root->registration->function ? root->registration->function
							     : root->registration->field);
		fputc('\n', out);
	}
	for (uint32_t i = 1; i < p->instances->len; i++) {
		const struct instance *in = program_instance(p, i);

		fprintf(out, "instance %u %s %s %s", i, context_name(in->context), level_name(in->confidence),
			program_function(p, in->function)->name);
		if (in->parent)
			fprintf(out, " from %u", in->parent);
		for (unsigned k = 0; in->known && k < in->known->count; k++)
			fprintf(out, " %u=%llx/%llx", in->known->items[k].parameter,
				(unsigned long long)in->known->items[k].value.bits,
				(unsigned long long)in->known->items[k].value.known);
		fputc('\n', out);
	}
}
