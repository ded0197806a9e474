/*
 * constant: the value of a constant expression and how the source spells it.
 *
 * While expressions are walked, a constant is only marked: `O_RDWR | O_NONBLOCK | O_CLOEXEC` would otherwise be
 * evaluated at each operator, and a chain of thousands in quadratic time. The node that uses the whole settles it: one
 * evaluation, one text. The text is
 *      "WNOHANG"              where the source (or a macro's argument) spells a name or an expression
 *      "WNOHANG"              where the body of another macro does: the name of the innermost #define
 *      nothing                for plain numbers and characters
 */
#include "extract/visit.h"

#include <string.h>

enum { PENDING = 1 << 15 }; /* in node.flags, only until settled */

uint32_t constant_pending(struct visit *v)
{
	return facts_build_node(v->facts, (struct node){ .kind = NODE_CONST, .flags = PENDING });
}

bool constant_is_pending(const struct visit *v, uint32_t node)
{
	return facts_built_node(v->facts, node)->flags & PENDING;
}

static bool can_be_evaluated(CXCursor cursor)
{
	enum CXTypeKind kind = clang_getCursorType(cursor).kind;

	return kind != CXType_Dependent && kind != CXType_Invalid && kind != CXType_Unexposed;
}

bool constant_evaluate(CXCursor cursor, int64_t *value)
{
	CXEvalResult result = can_be_evaluated(cursor) ? clang_Cursor_Evaluate(cursor) : NULL;
	bool is_integer = result && clang_EvalResult_getKind(result) == CXEval_Int;

	if (is_integer)
		*value = clang_EvalResult_isUnsignedInt(result) ? (int64_t)clang_EvalResult_getAsUnsigned(result)
								: clang_EvalResult_getAsLongLong(result);
	if (result)
		clang_EvalResult_dispose(result);
	return is_integer;
}

/* "16", "-1", "0x7fUL", "'a'": nothing that a name would add to. */
static bool is_plain_literal(const char *text)
{
	text += strspn(text, "+-~ (");
	if (*text == '\'')
		return true;
	if (!g_ascii_isdigit(*text))
		return false;
	while (g_ascii_isalnum(*text) || *text == ')' || *text == '.')
		text++;
	return *text == '\0';
}

/* "(a | b)" -> "a | b"; "(a) | (b)" stays. */
static char *without_parentheses(char *text)
{
	size_t length = strlen(text);
	int depth = 0;

	if (length < 2 || text[0] != '(' || text[length - 1] != ')')
		return text;
	for (size_t i = 0; i < length; i++) {
		depth += (text[i] == '(') - (text[i] == ')');
		if (depth == 0 && i + 1 < length)
			return text;
	}
	memmove(text, text + 1, length - 2);
	text[length - 2] = '\0';
	return text;
}

/* Whether the macro that wrote `start` also wrote the enclosing node: then the source does not show the constant. */
static bool is_inside_macro_body(const struct visit *v, CXSourceLocation start)
{
	CXSourceLocation parent = clang_getCursorLocation(v->parent);
	struct place use = place_expanded(start), parent_use = place_expanded(parent);

	if (!place_in_macro(parent))
		return false;
	return parent_use.offset == use.offset && parent_use.file == use.file;
}

/* The name at which a macro is used, as it stands in the source, and whether arguments follow. */
static bool is_used_as(struct visit *v, struct place use, const struct define *define, bool *has_arguments)
{
	size_t length;
	const char *source = place_source(v, use.file, &length);
	size_t name = use.offset;

	while (source && name < length && (g_ascii_isalnum(source[name]) || source[name] == '_'))
		name++;
	*has_arguments = source && name < length && source[name] == '(';
	return source && name - use.offset == define->length &&
	       strncmp(source + use.offset, define->name, define->length) == 0;
}

/* Text of a constant that a macro's body wrote: the use itself, or the macro inside it that is the constant. */
static char *text_in_macro(struct visit *v, CXCursor cursor, CXSourceLocation start)
{
	struct define define;
	bool inside = is_inside_macro_body(v, start), has_arguments;

	if (!place_define(v, start, &define))
		return inside ? NULL : place_text(v, cursor);
	bool used = is_used_as(v, place_expanded(start), &define, &has_arguments);
	if (!define.begins_here || (used && inside))
		return NULL; /* a number in a longer body */
	if (!inside && (used || !has_arguments))
		return place_text(v, cursor);
	return define.has_parameters ? NULL : g_strndup(define.name, define.length);
}

static bool is_in_argument(CXSourceLocation location)
{
	struct place use = place_expanded(location), spelled = place_of(location);

	return use.offset != spelled.offset || use.file != spelled.file;
}

static bool is_enumerator(CXCursor cursor)
{
	return cursor.kind == CXCursor_DeclRefExpr &&
	       clang_getCursorReferenced(cursor).kind == CXCursor_EnumConstantDecl;
}

static char *text_of(struct visit *v, CXCursor cursor)
{
	CXSourceLocation start = clang_getRangeStart(clang_getCursorExtent(cursor));
	CXCursor inner = visit_strip(v, cursor);

	if (is_enumerator(inner))
		return visit_text(clang_getCursorSpelling(clang_getCursorReferenced(inner)));
	if (place_in_macro(start) && !is_in_argument(start))
		return text_in_macro(v, cursor, start);
	if (!place_in_macro(start) &&
	    (inner.kind == CXCursor_IntegerLiteral || inner.kind == CXCursor_CharacterLiteral))
		return NULL;
	return place_text(v, cursor);
}

/* "offsetof(timeout)" where a macro hides which field it is about: who has its offset may set it. NULL: it is none. */
static char *text_of_offset(struct visit *v, CXCursor cursor)
{
	struct children children = children_with_references(v, visit_strip(v, cursor));
	char *text = NULL;

	for (guint i = 0; i < children.count; i++) {
		CXCursor child = child_at(v, children, i);

		if (child.kind != CXCursor_MemberRef)
			continue;
		g_autofree char *name = visit_text(clang_getCursorSpelling(child));
		g_free(text);
		text = g_strdup_printf("offsetof(%s)", name);
	}
	children_release(v, children);
	return text;
}

void constant_settle(struct visit *v, uint32_t node, CXCursor cursor)
{
	struct node *n = facts_built_node(v->facts, node);
	int64_t value = 0;
	g_autofree char *text = NULL;

	if (!(n->flags & PENDING))
		return;
	n->flags &= (uint16_t)~PENDING;
	if (!constant_evaluate(cursor, &value) && !constant_evaluate(visit_strip(v, cursor), &value)) {
		n->kind = NODE_OPAQUE;
		return;
	}
	n->value = value;
	text = text_of(v, cursor);
	if (!text && visit_strip(v, cursor).kind == CXCursor_UnexposedExpr)
		text = text_of_offset(v, cursor);
	if (text && !is_plain_literal(without_parentheses(text)))
		facts_built_node(v->facts, node)->text = facts_build_string(v->facts, text);
}
