/*
 * initialiser: initialisers -> assignments to the places they fill.
 *
 *      struct ops o = { .open = f, 3, { 1 } };     o.open = f; o.<next field> = 3; o.<the one after>.<first> = 1;
 *      struct ops t[] = { [2].close = g };         t[2].close = g;
 *
 * libclang shows the list as it is written, so which field a value goes to is found here as C11 6.7.9 says: a braced
 * list fills one object; a value without designator goes to the next subobject; where that is an aggregate and the
 * value is not one, the value goes inside it (elided braces) and the following values continue there; a designator
 * starts again from the braces' own object.
 *
 * A long table of plain data is not written out: of each member that it may fill, one assignment says that what is in
 * there is not known.
 */
#include "extract/visit.h"

enum {
	RANGE_LIMIT = 256,   /* elements of `[a ... b] = v` that are written out */
	LONG_TABLE = 256,    /* expressions in an initialiser, lists among them */
	UNKNOWN_MEMBERS = 64 /* of one table */
};

/* One aggregate being filled. */
struct level {
	CXType type;    /* canonical record or array */
	uint32_t place; /* tree that names the aggregate; copied for each assignment */
	int64_t next;   /* field or element that the next value goes to */
	GArray *fields; /* CXCursor of a record's members; NULL for an array */
	bool is_union;
};

/* A braced list being walked. */
struct list {
	struct visit *v;
	GArray *levels; /* struct level; the first is the braces' own object */
	uint32_t block;
	CXCursor where; /* the declaration or assignment, for the place of the assignments */
};

static enum CXVisitorResult collect_field(CXCursor field, CXClientData data)
{
	GArray *fields = data;

	/* An unnamed bit-field is padding; an unnamed record is not. */
	if (!clang_Cursor_isBitField(field)) {
		g_array_append_val(fields, field);
		return CXVisit_Continue;
	}
	g_autofree char *name = visit_text(clang_getCursorSpelling(field));
	if (*name)
		g_array_append_val(fields, field);
	return CXVisit_Continue;
}

static bool is_array(CXType type)
{
	return type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray ||
	       type.kind == CXType_VariableArray;
}

static bool is_aggregate(CXType type)
{
	return type.kind == CXType_Record || is_array(type);
}

static void push_level(struct list *list, CXType type, uint32_t place)
{
	struct level level = { .type = type, .place = place };

	if (type.kind == CXType_Record) {
		level.fields = g_array_new(FALSE, FALSE, sizeof(CXCursor));
		clang_Type_visitFields(type, collect_field, level.fields);
		level.is_union = clang_getTypeDeclaration(type).kind == CXCursor_UnionDecl;
	}
	g_array_append_val(list->levels, level);
}

static void pop_level(struct list *list)
{
	struct level *top = &g_array_index(list->levels, struct level, list->levels->len - 1);

	if (top->fields)
		g_array_free(top->fields, TRUE);
	g_array_set_size(list->levels, list->levels->len - 1);
}

static struct level *top_level(const struct list *list)
{
	return &g_array_index(list->levels, struct level, list->levels->len - 1);
}

static int64_t member_count(const struct level *level)
{
	if (!level->fields) {
		int64_t size = clang_getArraySize(level->type);
		return size < 0 ? INT64_MAX : size;
	}
	return level->is_union && level->fields->len ? 1 : (int64_t)level->fields->len;
}

static CXCursor field_at(const struct level *level, int64_t index)
{
	return g_array_index(level->fields, CXCursor, index);
}

static CXType member_type(const struct level *level, int64_t index)
{
	if (!level->fields)
		return clang_getCanonicalType(clang_getArrayElementType(level->type));
	return clang_getCanonicalType(clang_getCursorType(field_at(level, index)));
}

/* A new tree for one member of the aggregate: `place.field`, `place[index]`; an anonymous member has no step. */
static uint32_t member_place(struct visit *v, const struct level *level, int64_t index)
{
	uint32_t object = visit_clone(v, level->place);
	uint32_t symbol = level->fields ? visit_symbol(v, field_at(level, index)) : 0;

	if (level->fields)
		return symbol ? visit_field(v, symbol, object, false) : object;
	uint32_t node = visit_leaf(v, NODE_INDEX), position = visit_leaf(v, NODE_CONST);
	facts_built_node(v->facts, position)->value = index;
	facts_build_append(v->facts, node, object);
	facts_build_append(v->facts, node, position);
	return node;
}

static void enter_member(struct list *list)
{
	struct level *top = top_level(list);
	CXType type = member_type(top, top->next);

	push_level(list, type, member_place(list->v, top, top->next));
}

/* Fills the next member of the top level and steps on. */
static void fill_next(struct list *list, CXCursor value)
{
	struct level *top = top_level(list);
	CXType type = member_type(top, top->next);
	uint32_t place = member_place(list->v, top, top->next);

	top->next = top->is_union ? 1 : top->next + 1;
	visit_initialiser(list->v, type, place, value, list->block, list->where);
}

/* Designators. */

static bool find_member(const struct level *level, CXCursor field, int64_t *index)
{
	for (guint i = 0; i < level->fields->len; i++) {
		*index = i;
		if (clang_equalCursors(field_at(level, i), field))
			return true;
	}
	return false;
}

/* Makes `field` the next member, entering the anonymous members it may be in. */
static bool go_to_field(struct list *list, CXCursor field)
{
	struct level *top = top_level(list);
	int64_t index;

	if (!top->fields)
		return false;
	if (find_member(top, field, &index)) {
		top->next = index;
		return true;
	}
	guint depth = list->levels->len;
	for (guint i = 0; i < top_level(list)->fields->len; i++) {
		CXCursor member = field_at(top_level(list), i);

		if (member_type(top_level(list), i).kind != CXType_Record || visit_symbol(list->v, member) != 0)
			continue;
		top_level(list)->next = i;
		enter_member(list);
		if (go_to_field(list, field))
			return true;
		while (list->levels->len > depth)
			pop_level(list);
	}
	return false;
}

static bool is_anonymous_step(CXCursor designator)
{
	return place_of(clang_getCursorLocation(designator)).line == 0;
}

/* `[n]`: makes element n the next. */
static bool go_to_element(struct list *list, CXCursor designator)
{
	int64_t index;

	if (top_level(list)->fields || !constant_evaluate(designator, &index) || index < 0)
		return false;
	top_level(list)->next = index;
	return true;
}

/*
 * Elements that `[first ... last]` covers, 1 if `last` is no second bound: after an element that is an array itself,
 * an integer is a designator of its own; the last child is the value.
 */
static int64_t covered_elements(struct list *list, struct children children, guint last)
{
	struct level *top = top_level(list);
	int64_t bound;

	if (top->fields || last + 1 >= children.count || is_array(member_type(top, top->next)) ||
	    child_at(list->v, children, last).kind == CXCursor_MemberRef ||
	    !constant_evaluate(child_at(list->v, children, last), &bound) || bound < top->next)
		return 1;
	return bound - top->next + 1;
}

static bool go_to_member(struct list *list, CXCursor designator)
{
	if (designator.kind == CXCursor_MemberRef)
		return go_to_field(list, clang_getCursorReferenced(designator));
	return go_to_element(list, designator);
}

/* Between two designators: into the aggregate that the first one named. */
static bool enter_next(struct list *list)
{
	if (!is_aggregate(member_type(top_level(list), top_level(list)->next)))
		return false;
	enter_member(list);
	return true;
}

/*
 * A designated initialiser's children: a MemberRef per field, an integer per [index] (two for a range), the value.
 * Returns the number of elements that the last designator covers, 0 if it leads nowhere.
 */
static int64_t go_to_designated(struct list *list, struct children children)
{
	int64_t covered = 0;

	while (list->levels->len > 1)
		pop_level(list);
	for (guint i = 0; i + 1 < children.count; i++) {
		CXCursor designator = child_at(list->v, children, i);

		if (designator.kind == CXCursor_MemberRef && is_anonymous_step(designator))
			continue;
		if ((covered && !enter_next(list)) || !go_to_member(list, designator))
			return 0;
		covered = covered_elements(list, children, i + 1);
		i += covered > 1;
	}
	return covered;
}

static void fill_designated(struct list *list, CXCursor cursor)
{
	struct children children = children_with_references(list->v, cursor);
	int64_t covered = go_to_designated(list, children);

	for (int64_t i = 0; i < covered && i < RANGE_LIMIT; i++)
		fill_next(list, last_child(list->v, children));
	children_release(list->v, children);
}

/* Values without designator. */

static bool fills_whole(struct list *list, CXType type, CXCursor value)
{
	CXCursor bare = visit_strip(list->v, value);

	if (!is_aggregate(type) || value.kind == CXCursor_InitListExpr || bare.kind == CXCursor_CompoundLiteralExpr)
		return true;
	if (is_array(type))
		return bare.kind == CXCursor_StringLiteral;
	return clang_equalTypes(clang_getUnqualifiedType(clang_getCanonicalType(clang_getCursorType(value))),
				clang_getUnqualifiedType(type));
}

static void leave_full_levels(struct list *list)
{
	while (list->levels->len > 1 && top_level(list)->next >= member_count(top_level(list))) {
		pop_level(list);
		struct level *top = top_level(list);
		top->next = top->is_union ? 1 : top->next + 1;
	}
}

static void fill_positional(struct list *list, CXCursor value)
{
	leave_full_levels(list);
	while (top_level(list)->next < member_count(top_level(list))) {
		struct level *top = top_level(list);

		if (fills_whole(list, member_type(top, top->next), value)) {
			fill_next(list, value);
			return;
		}
		enter_member(list);
	}
}

/* `.a = v`, `[1] = v`: void, and what it names comes before the value. */
static bool is_designated(CXCursor cursor)
{
	return cursor.kind == CXCursor_UnexposedExpr && clang_getCursorType(cursor).kind == CXType_Void;
}

static void fill_from_list(struct visit *v, CXType type, uint32_t place, CXCursor braces, uint32_t block,
			   CXCursor where)
{
	struct list list = { .v = v, .block = block, .where = where };
	struct children children = children_of(v, braces);

	list.levels = g_array_new(FALSE, FALSE, sizeof(struct level));
	push_level(&list, type, place);
	for (guint i = 0; i < children.count; i++) {
		CXCursor value = child_at(v, children, i);

		if (is_designated(value))
			fill_designated(&list, value);
		else
			fill_positional(&list, value);
	}
	while (list.levels->len)
		pop_level(&list);
	g_array_free(list.levels, TRUE);
	children_release(v, children);
}

static void assign(struct visit *v, uint32_t place, CXCursor value, uint32_t block, CXCursor where)
{
	bool is_declared = where.kind == CXCursor_VarDecl;
	CXSourceLocation start = clang_getCursorLocation(where);
	struct node node = { .kind = NODE_ASSIGN };

	if (facts_built_node(v->facts, place)->kind != NODE_LOCAL && is_declared)
		place_node(v, &node, value, NULL); /* one of many: where its value stands */
	else
		place_node(v, &node, where, is_declared ? &start : NULL);
	node.flags |= NODE_INIT;
	uint32_t index = facts_build_node(v->facts, node);
	facts_build_append(v->facts, index, visit_clone(v, place));
	facts_build_append(v->facts, index, visit_expression(v, value));
	facts_build_append(v->facts, block, index);
}

/* Long tables of plain data. */

static enum CXChildVisitResult find_reference(CXCursor cursor, CXCursor parent, CXClientData data)
{
	bool *found = data;

	(void)parent;
	if (cursor.kind == CXCursor_UnaryExpr)
		return CXChildVisit_Continue;
	if (cursor.kind == CXCursor_DeclRefExpr) {
		enum CXCursorKind kind = clang_getCursorReferenced(cursor).kind;
		*found |= kind == CXCursor_FunctionDecl || kind == CXCursor_VarDecl;
	}
	return *found ? CXChildVisit_Break : CXChildVisit_Recurse;
}

/* Whether a function or a variable is named anywhere in it. */
static bool has_references(CXCursor value)
{
	bool found = false;

	find_reference(value, value, &found);
	clang_visitChildren(value, find_reference, &found);
	return found;
}

static enum CXChildVisitResult count_expression(CXCursor cursor, CXCursor parent, CXClientData data)
{
	unsigned *count = data;

	(void)cursor;
	(void)parent;
	return ++*count > LONG_TABLE ? CXChildVisit_Break : CXChildVisit_Recurse;
}

static bool is_long_data(CXCursor value)
{
	unsigned count = 0;

	if (value.kind != CXCursor_InitListExpr)
		return false;
	clang_visitChildren(value, count_expression, &count);
	return count > LONG_TABLE && !has_references(value);
}

/* One assignment of something unknown to each member that a table of this type may fill. */
static void assign_unknown(struct visit *v, CXType type, uint32_t place, uint32_t block, unsigned *budget)
{
	struct list list = { .v = v, .block = block };

	type = clang_getCanonicalType(type);
	if (!*budget)
		return;
	if (!is_aggregate(type)) {
		uint32_t assignment = visit_leaf(v, NODE_ASSIGN);

		--*budget;
		facts_built_node(v->facts, assignment)->flags |= NODE_INIT;
		facts_build_append(v->facts, assignment, visit_clone(v, place));
		facts_build_append(v->facts, assignment, visit_leaf(v, NODE_OPAQUE));
		facts_build_append(v->facts, block, assignment);
		return;
	}
	list.levels = g_array_new(FALSE, FALSE, sizeof(struct level));
	push_level(&list, type, place);
	int64_t members = is_array(type) ? 1 : member_count(top_level(&list));
	for (int64_t i = 0; i < members; i++)
		assign_unknown(v, member_type(top_level(&list), i), member_place(v, top_level(&list), i), block,
			       budget);
	pop_level(&list);
	g_array_free(list.levels, TRUE);
}

void visit_initialiser(struct visit *v, CXType type, uint32_t place, CXCursor value, uint32_t block, CXCursor where)
{
	CXCursor bare = visit_strip(v, value);
	unsigned budget = UNKNOWN_MEMBERS;

	type = clang_getCanonicalType(type);
	if (is_long_data(bare)) {
		assign_unknown(v, type, place, block, &budget);
		return;
	}
	if (bare.kind != CXCursor_CompoundLiteralExpr && bare.kind != CXCursor_InitListExpr) {
		assign(v, place, value, block, where);
		return;
	}
	struct children children = children_of(v, bare);
	bool has_child = children.count > 0;
	CXCursor inside = has_child ? last_child(v, children) : bare;
	if (bare.kind == CXCursor_CompoundLiteralExpr && has_child)
		visit_initialiser(v, type, place, inside, block, where);
	else if (is_aggregate(type))
		fill_from_list(v, type, place, bare, block, where);
	else if (children.count == 1) /* int x = { 3 } */
		visit_initialiser(v, type, place, inside, block, where);
	children_release(v, children);
}

/* In C++ a constructor may. */
bool initialiser_begins_as_zero(const struct visit *v, CXCursor variable)
{
	CXType type = clang_getCanonicalType(clang_getCursorType(variable));
	bool is_scalar = type.kind == CXType_Pointer || type.kind == CXType_Enum ||
			 (type.kind >= CXType_Bool && type.kind <= CXType_Int128);

	return is_scalar && !v->cplusplus && clang_Cursor_getStorageClass(variable) != CX_SC_Extern &&
	       clang_Cursor_isNull(clang_Cursor_getVarDeclInitializer(variable));
}

void initialiser_zero(struct visit *v, CXCursor variable, uint32_t place, uint32_t block)
{
	bool is_pointer = clang_getCanonicalType(clang_getCursorType(variable)).kind == CXType_Pointer;
	struct node node = { .kind = NODE_ASSIGN };

	place_node(v, &node, variable, NULL);
	node.flags |= NODE_INIT;
	uint32_t index = facts_build_node(v->facts, node);
	facts_build_append(v->facts, index, place);
	facts_build_append(v->facts, index, visit_leaf(v, is_pointer ? NODE_NULL : NODE_CONST));
	facts_build_append(v->facts, block, index);
}
