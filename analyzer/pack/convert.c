/*
 * convert: a pack as written -> struct pack, see convert.h.
 *
 * Walks the structs and the document in step: the first gives the values, the second their lines. An entry with a
 * mistake is reported and still converted, so that one run shows every mistake of a file.
 */
#include "pack/converting.h"

#include <string.h>

/* Registrations */

/* A field that carries something; `instead` of which something else does already. */
static void check_carrier(struct conversion *c, unsigned line, const char *field, bool instead)
{
	if (field && (!converting_is_field(field) || strchr(field, '*')))
		complain(c, line, "'%s' is no field; write struct-tag.field", field);
	if (field && instead)
		complain(c, line, "a completion has either a 'status' or a 'field', and 'data' only beside a 'field'");
}

static struct completion convert_completion(struct conversion *c, unsigned line, const struct yaml_completion *from)
{
	if (!from)
		return (struct completion){ 0 };
	if (!from->status && !from->error && !from->result && !from->field)
		complain(c, line,
			 "a completion names the parameter of its 'status', its 'error' or its 'result', or a 'field'");
	converting_check_argument(c, line, "status", from->status);
	converting_check_argument(c, line, "error", from->error);
	converting_check_argument(c, line, "result", from->result);
	if (from->finish && !from->result)
		complain(c, line, "'finish' takes the 'result' of a completion");
	if (from->finish && !converting_is_function(from->finish, false))
		complain(c, line, "'%s' is no function name", from->finish);
	check_carrier(c, line, from->field, from->status);
	check_carrier(c, line, from->data, !from->field);
	return (struct completion){
		.status = (int)from->status,
		.error = (int)from->error,
		.result = (int)from->result,
		.finish = arena_strdup(c->arena, from->finish),
		.cancelled =
			from->cancelled ? converting_copy_strings(c, from->cancelled, from->cancelled_count) : NULL,
		.field = arena_strdup(c->arena, from->field),
		.data = arena_strdup(c->arena, from->data),
		.cancelled_by = converting_copy_names(c, line, from->cancelled_by, from->cancelled_by_count),
	};
}

static void convert_outcome(struct conversion *c, unsigned line, const struct yaml_outcome *from, const char *see,
			    struct outcome_form *to)
{
	if (!from->function == !from->field)
		complain(c, line, "an outcome is what a 'function' returns, or a 'field'");
	if (from->function && !converting_is_function(from->function, false))
		complain(c, line, "'%s' is no function name", from->function);
	check_carrier(c, line, from->field, false);
	if ((from->lasts || from->refuses || from->even_shielded || from->asked_by) && !from->function)
		complain(c, line,
			 "'lasts', 'refuses', 'even_shielded' and 'asked_by' belong to what a 'function' returns");
	if (!from->cancelled_count)
		complain(c, line, "an outcome says which values mean 'cancelled'");
	*to = (struct outcome_form){
		.function = arena_strdup(c->arena, from->function),
		.how = { .field = arena_strdup(c->arena, from->field),
			 .cancelled = converting_copy_strings(c, from->cancelled, from->cancelled_count),
			 .cancelled_by = converting_copy_names(c, line, from->cancelled_by, from->cancelled_by_count) },
		.lasts = from->lasts,
		.refuses = from->refuses,
		.even_shielded = converting_copy_names(c, line, from->even_shielded, from->even_shielded_count),
		.asked_by = converting_copy_names(c, line, from->asked_by, from->asked_by_count),
		.see = arena_strdup(c->arena, from->see ? from->see : see),
		.line = line,
	};
	if (from->function || from->field)
		converting_check_duplicate(
			c, line, g_strdup_printf("outcome %s", from->function ? from->function : from->field));
}

static void check_handed_over(struct conversion *c, unsigned line, const struct yaml_registration *from)
{
	if (!!from->function + (from->field || from->type) != 1) {
		complain(c, line,
			 "a registration has exactly one of 'function', 'field' and 'type'; 'field' may have a 'type'");
		return;
	}
	if (from->function) {
		if (!converting_is_function(from->function, true))
			complain(c, line, "'%s' is no function name", from->function);
		converting_require_argument(c, line, "callback", from->callback);
		converting_check_argument(c, line, "data", from->data);
		return;
	}
	if (from->field && !converting_is_field(from->field))
		complain(c, line, "'%s' is no field; write struct-tag.field", from->field);
	if (from->callback || from->data || from->when || from->when_all)
		complain(c, line, "'callback', 'data' and 'when' belong to a function, not to a field or a type");
}

static void check_who_calls(struct conversion *c, unsigned line, const struct yaml_registration *from)
{
	if (from->within && (!from->function || from->context != CONTEXT_CALLER))
		complain(c, line, "'within' belongs to a function that registers with 'context: caller'");
	if (from->where_used && (!from->function || from->context != CONTEXT_LOOP))
		complain(c, line, "'where_used' belongs to a function that registers with 'context: loop'");
	if (from->seldom && from->context != CONTEXT_LOOP)
		complain(c, line, "'seldom' belongs to what registers with 'context: loop'");
}

static char *describe_registration(const struct registration *r)
{
	GString *about = g_string_new(r->function ? r->function : r->field ? r->field : r->type);

	if (r->field && r->type)
		g_string_append_printf(about, " of type %s", r->type);
	if (r->callback)
		g_string_append_printf(about, " registers argument %d", r->callback);
	converting_append_conditions(about, "if", &r->when);
	return g_string_free(about, FALSE);
}

static void convert_registration(struct conversion *c, struct place entry, const struct yaml_registration *from,
				 const char *see, struct registration *to)
{
	unsigned line = place_line(entry);

	check_handed_over(c, line, from);
	check_who_calls(c, line, from);
	*to = (struct registration){
		.function = arena_strdup(c->arena, from->function),
		.field = arena_strdup(c->arena, from->field),
		.type = arena_strdup(c->arena, from->type),
		.callback = (int)from->callback,
		.data = (int)from->data,
		.context = from->context,
		.where_used = from->where_used,
		.seldom = from->seldom,
		.when = converting_conditions(c, entry, "when", from->when, "when_all", from->when_all,
					      from->when_all_count),
		.within = converting_copy_names(c, line, from->within, from->within_count),
		.completion = convert_completion(c, place_line(place_key(entry, "completion")), from->completion),
		.see = arena_strdup(c->arena, from->see ? from->see : see),
		.line = line,
	};
	if (to->function || to->field || to->type)
		converting_check_duplicate(c, line, describe_registration(to));
}

/* Catches */

/* What languages raise, and raise again, errors with. */
static bool is_throw(const char *name)
{
	static const char *const throws[] = { "throw;", "@throw", "@throw;" };

	for (size_t i = 0; i < G_N_ELEMENTS(throws); i++)
		if (strcmp(name, throws[i]) == 0)
			return true;
	return false;
}

static const char *const *copy_catch_names(struct conversion *c, struct place entry, const char *key,
					   char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!converting_is_function(names[i], true) && !converting_is_field(names[i]) && !is_throw(names[i]))
			complain(c, place_line(place_key(entry, key)), "'%s' is no name", names[i]);
	return converting_copy_strings(c, names, count);
}

static void convert_catch(struct conversion *c, struct place entry, const struct yaml_catch *from, const char *see,
			  struct catch_form *to)
{
#define NAMES(key) copy_catch_names(c, entry, #key, from->key, from->key##_count)
	*to = (struct catch_form){
		.opener = arena_strdup(c->arena, from->opener),
		.handler = arena_strdup(c->arena, from->handler),
		.all = NAMES(all),
		.codes = NAMES(codes),
		.cancelled = NAMES(cancelled),
		.keeps = NAMES(keeps),
		.rethrows = NAMES(rethrows),
		.throws = NAMES(throws),
		.throws_when = converting_conditions(c, entry, "throws_when", NULL, "throws_when", from->throws_when,
						     from->throws_when_count),
		.new_code = arena_strdup(c->arena, from->new_code),
		.ends = NAMES(ends),
		.ends_unless = converting_conditions(c, entry, "ends_unless", NULL, "ends_unless", from->ends_unless,
						     from->ends_unless_count),
		.cancels = NAMES(cancels),
		.cancelled_by = NAMES(cancelled_by),
		.harmless = NAMES(harmless),
		.anywhere = from->anywhere,
		.instead = arena_strdup(c->arena, from->instead),
		.see = arena_strdup(c->arena, from->see ? from->see : see),
		.line = place_line(entry),
	};
#undef NAMES
	if (!to->rethrows[0] && !to->throws[0])
		complain(c, to->line, "a catch names what 'rethrows' or 'throws'");
	converting_check_duplicate(c, to->line, g_strdup_printf("%s catches", to->handler));
}

/* The pack */

static void convert_constants(struct conversion *c, const struct yaml_pack *from, struct place root)
{
	struct place list = place_key(root, "constants");

	c->out->constants = arena_new_array(c->arena, struct pack_constant, from->constants_count);
	for (size_t i = 0; i < from->constants_count; i++) {
		unsigned line = place_line(place_item(list, i));

		if (!converting_is_name(from->constants[i].name, false))
			complain(c, line, "'%s' is no name of a constant", from->constants[i].name);
		converting_check_duplicate(c, line, g_strdup_printf("constant %s", from->constants[i].name));
		c->out->constants[c->out->constant_count++] = (struct pack_constant){
			.name = arena_strdup(c->arena, from->constants[i].name),
			.value = from->constants[i].value,
			.line = line,
		};
	}
}

/* `uv_timer_*`; `!uv_timer_get_*` and `!*_get_type` take names out again. */
static bool is_name_or_exception(const char *text)
{
	if (*text != '!')
		return converting_is_function(text, true);
	return converting_is_function(text + (text[1] == '*' ? 2 : 1), text[1] != '*');
}

static void convert_loop_only(struct conversion *c, const struct yaml_pack *from, struct place root)
{
	struct place list = place_key(root, "loop_only");

	for (size_t i = 0; i < from->loop_only_count; i++)
		if (!is_name_or_exception(from->loop_only[i]))
			complain(c, place_line(place_item(list, i)), "'%s' is no function name", from->loop_only[i]);
	c->out->loop_only = converting_copy_strings(c, from->loop_only, from->loop_only_count);
}

static void convert_group(struct conversion *c, const struct yaml_group *from, struct place place)
{
	struct pack *out = c->out;
	struct place registers = place_key(place, "registers"), effects = place_key(place, "effects");
	struct place catches = place_key(place, "catches"), outcomes = place_key(place, "outcomes");

	for (size_t i = 0; i < from->registers_count; i++)
		convert_registration(c, place_item(registers, i), &from->registers[i], from->see,
				     &out->registers[out->register_count++]);
	for (size_t i = 0; i < from->effects_count; i++)
		converting_effect(c, place_item(effects, i), &from->effects[i], from->see,
				  &out->effects[out->effect_count++]);
	for (size_t i = 0; i < from->catches_count; i++)
		convert_catch(c, place_item(catches, i), &from->catches[i], from->see,
			      &out->catches[out->catch_count++]);
	for (size_t i = 0; i < from->outcomes_count; i++)
		convert_outcome(c, place_line(place_item(outcomes, i)), &from->outcomes[i], from->see,
				&out->outcomes[out->outcome_count++]);
}

static void convert_groups(struct conversion *c, const struct yaml_pack *from, struct place root)
{
	size_t registers = from->entries.registers_count, effects = from->entries.effects_count;
	size_t catches = from->entries.catches_count, outcomes = from->entries.outcomes_count;
	struct place groups = place_key(root, "groups");

	for (size_t i = 0; i < from->groups_count; i++) {
		registers += from->groups[i].registers_count;
		effects += from->groups[i].effects_count;
		catches += from->groups[i].catches_count;
		outcomes += from->groups[i].outcomes_count;
	}
	c->out->registers = arena_new_array(c->arena, struct registration, registers);
	c->out->effects = arena_new_array(c->arena, struct effect, effects);
	c->out->catches = arena_new_array(c->arena, struct catch_form, catches);
	c->out->outcomes = arena_new_array(c->arena, struct outcome_form, outcomes);
	convert_group(c, &from->entries, root);
	for (size_t i = 0; i < from->groups_count; i++)
		convert_group(c, &from->groups[i], place_item(groups, i));
}

static void convert_cancellation(struct conversion *c, const struct yaml_cancellation *from, struct place place)
{
	unsigned line = place_line(place);

	if (!from)
		return;
	c->out->cancellation = (struct cancel_words){
		.completes = converting_copy_names(c, line, from->completes, from->completes_count),
		.succeeds = converting_copy_names(c, line, from->succeeds, from->succeeds_count),
		.asks = converting_copy_names(c, line, from->asks, from->asks_count),
		.cancels = converting_copy_names(c, line, from->cancels, from->cancels_count),
		.reports = converting_copy_names(c, line, from->reports, from->reports_count),
		.logs = converting_copy_names(c, line, from->logs, from->logs_count),
		.starts = converting_copy_names(c, line, from->starts, from->starts_count),
		.shields = converting_copy_names(c, line, from->shields, from->shields_count),
	};
}

static void convert_pending(struct conversion *c, const struct yaml_pack *from, struct place list)
{
	c->out->pending = arena_new_array(c->arena, struct pending_form, from->pending_count);
	for (size_t i = 0; i < from->pending_count; i++) {
		const struct yaml_pending *one = &from->pending[i];
		unsigned line = place_line(place_item(list, i));

		converting_check_argument(c, line, "handle", one->handle);
		c->out->pending[c->out->pending_count++] = (struct pending_form){
			.starters = converting_copy_names(c, line, one->starters, one->starters_count),
			.handle = (int)one->handle,
			.ended_by = converting_copy_names(c, line, one->ended_by, one->ended_by_count),
			.repeats = one->repeats,
		};
	}
}

void convert_pack(struct arena *arena, const char *name, const struct yaml_pack *from, struct place root,
		  struct pack *out, struct diagnostics *diagnostics)
{
	struct conversion c = { arena, name, out, diagnostics,
				g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };

	*out = (struct pack){
		.library = arena_strdup(arena, from->library),
		.file = arena_strdup(arena, name),
		.documentation = arena_strdup(arena, from->documentation),
		.headers = converting_copy_strings(&c, from->headers, from->headers_count),
		.pkg_config = converting_copy_strings(&c, from->pkg_config, from->pkg_config_count),
	};
	convert_constants(&c, from, root);
	convert_groups(&c, from, root);
	convert_loop_only(&c, from, root);
	out->serves =
		converting_copy_names(&c, place_line(place_key(root, "serves")), from->serves, from->serves_count);
	out->wakes = converting_copy_names(&c, place_line(place_key(root, "wakes")), from->wakes, from->wakes_count);
	out->serves_texts =
		from->serves_texts ? converting_copy_strings(&c, from->serves_texts, from->serves_texts_count) : NULL;
	out->tests = converting_copy_names(&c, place_line(place_key(root, "tests")), from->tests, from->tests_count);
	convert_cancellation(&c, from->cancellation, place_key(root, "cancellation"));
	convert_pending(&c, from, place_key(root, "pending"));
	g_hash_table_destroy(c.entries);
}
