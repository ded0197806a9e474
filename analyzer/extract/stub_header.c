/*
 * stub_header: what is known about missing names -> declarations.
 *
 * Everything unknown that is looked into is a pointer to one record, STUB_ANY, which has every field that is asked of
 * it. A named type has a record of its own, so that its fields keep an identity that other units share.
 */
#include "base/embedded.h"
#include "extract/stub.h"

#include <string.h>

static int by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys in order, so that the same errors give the same header. */
static GPtrArray *sorted_keys(GHashTable *table)
{
	GPtrArray *keys = g_ptr_array_new();
	GHashTableIter iterator;
	gpointer key;

	g_hash_table_iter_init(&iterator, table);
	while (g_hash_table_iter_next(&iterator, &key, NULL))
		g_ptr_array_add(keys, key);
	g_ptr_array_sort(keys, by_text);
	return keys;
}

/* Declares `name` in a shape; `record` is what a plain record is made of. */
static void declare(GString *out, const char *name, enum stub_shape shape, const char *record)
{
	switch (shape) {
	case SHAPE_NUMBER:
	case SHAPE_VARIABLE:
		g_string_append_printf(out, "long %s;", name);
		break;
	case SHAPE_RECORD:
		g_string_append_printf(out, "struct %s %s;", record, name);
		break;
	case SHAPE_POINTER:
		g_string_append_printf(out, "struct " STUB_ANY " *%s;", name);
		break;
	case SHAPE_TABLE:
		g_string_append_printf(out, "struct " STUB_ANY " **%s;", name);
		break;
	case SHAPE_CELLS:
		g_string_append_printf(out, "long *%s;", name);
		break;
	case SHAPE_FUNCTION:
		g_string_append_printf(out, "struct " STUB_ANY " *(*%s)();", name);
		break;
	}
	g_string_append_c(out, '\n');
}

static void declare_record(GString *out, const char *tag, const struct stub *stub, const char *record)
{
	g_string_append_printf(out, "struct %s {\n\tlong looplint_opaque;\n", tag);
	if (stub && stub->fields) {
		GPtrArray *names = sorted_keys(stub->fields);

		for (guint i = 0; i < names->len; i++) {
			gpointer shape = g_hash_table_lookup(stub->fields, names->pdata[i]);
			g_string_append_c(out, '\t');
			declare(out, names->pdata[i], GPOINTER_TO_UINT(shape), record);
		}
		g_ptr_array_free(names, TRUE);
	}
	g_string_append(out, "};\n");
}

static void declare_type(GString *out, const char *name, const struct stub *stub)
{
	g_autofree char *tag = stub_tag(name);

	if (stub->shape == SHAPE_RECORD || stub->fields)
		declare_record(out, tag, stub, STUB_PART);
	g_string_append(out, "typedef ");
	declare(out, name, stub->shape, tag);
}

static void declare_value(GString *out, const char *name, const struct stub *stub, unsigned number)
{
	if (stub->shape == SHAPE_NUMBER) {
		g_string_append_printf(out, "enum { %s = %u };\n", name, number);
		return;
	}
	g_string_append(out, "extern ");
	declare(out, name, stub->shape, STUB_ANY);
}

static void declare_name(GString *out, const char *name, const struct stub *stub, unsigned number)
{
	switch (stub->kind) {
	case STUB_TYPE:
		declare_type(out, name, stub);
		break;
	case STUB_STRUCT:
		declare_record(out, name, stub, STUB_PART);
		break;
	case STUB_VALUE:
		declare_value(out, name, stub, number);
		break;
	case STUB_CALLABLE:
		g_string_append_printf(out, "struct " STUB_ANY " *%s();\n", name);
		break;
	case STUB_EMPTY:
		g_string_append_printf(out, "#define %s\n", name);
		break;
	case STUB_EATS:
		g_string_append_printf(out, "#define %s(...)\n", name);
		break;
	case STUB_TYPED: /* a macro does not expand inside itself */
		g_string_append_printf(out, "struct " STUB_ANY " *%s();\n#define %s(...) (%s)()\n", name, name, name);
		break;
	case STUB_STRING:
		g_string_append_printf(out, "#define %s \"%s\"\n", name, name);
		break;
	}
}

enum { FIRST_NUMBER = 70001 }; /* of the constants: values that no real code compares with */

/* What the C library's headers declare: those are here, and another header may include them later. */
static const char *standard_header(const char *name)
{
	static const struct {
		const char *header;
		const char *const names[24];
	} all[] = {
		{ "stdarg.h", { "va_list" } },
		{ "stdbool.h", { "bool", "true", "false" } },
		{ "stddef.h", { "NULL", "ptrdiff_t", "size_t", "wchar_t" } },
		{ "stdint.h",
		  { "int8_t", "int16_t", "int32_t", "int64_t", "intmax_t", "intptr_t", "uint8_t", "uint16_t",
		    "uint32_t", "uint64_t", "uintmax_t", "uintptr_t", "INT32_MAX", "INT64_MAX", "UINT8_MAX",
		    "UINT16_MAX", "UINT32_MAX", "UINT64_MAX", "SIZE_MAX" } },
		{ "stdio.h", { "EOF", "FILE", "stderr", "stdin", "stdout" } },
		{ "errno.h", { "errno", "EAGAIN", "ECANCELED", "EINPROGRESS", "EINTR", "EINVAL", "EWOULDBLOCK" } },
		{ "pthread.h", { "pthread_t", "pthread_cond_t", "pthread_mutex_t" } },
		{ "signal.h", { "siginfo_t", "sigset_t" } },
		{ "sys/socket.h", { "sa_family_t", "socklen_t" } },
		{ "sys/types.h",
		  { "dev_t", "gid_t", "ino_t", "mode_t", "off_t", "pid_t", "ssize_t", "u_char", "u_int", "u_long",
		    "uid_t" } },
		{ "time.h", { "clock_t", "time_t" } },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		if (g_strv_contains(all[i].names, name))
			return all[i].header;
	return NULL;
}

static void declare_standard(GString *out, const char *header, const char *name, const struct stub *stub,
			     unsigned number)
{
	g_string_append_printf(out, "#if __has_include(<%s>)\n#include <%s>\n#else\n", header, header);
	declare_name(out, name, stub, number);
	g_string_append(out, "#endif\n");
}

static bool is_own_record(const char *name)
{
	return strcmp(name, STUB_ANY) == 0 || strcmp(name, STUB_PART) == 0;
}

char *stubs_header(const struct stubs *stubs)
{
	GString *out = g_string_new(stubs->glib ? embedded_stand_ins[0].text : "");
	GPtrArray *names = sorted_keys(stubs->by_name);

	declare_record(out, STUB_PART, stubs_find(stubs, STUB_PART), STUB_ANY "_inner");
	declare_record(out, STUB_ANY, stubs_find(stubs, STUB_ANY), STUB_PART);
	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i], *header = standard_header(name);
		const struct stub *stub = stubs_find(stubs, name);

		if (header)
			declare_standard(out, header, name, stub, FIRST_NUMBER + i);
		else if (!is_own_record(name))
			declare_name(out, name, stub, FIRST_NUMBER + i);
	}
	g_ptr_array_free(names, TRUE);
	return g_string_free(out, FALSE);
}
