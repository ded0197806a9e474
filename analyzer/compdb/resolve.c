/*
 * resolve: the order in which places are tried; see resolve.h.
 *
 *   "name"   beside the includer, the C library if the name is one of its own, the tree, the system, a package that the
 *            project mentions (not for a config.h), a library's folder below /usr/include if the includer names another
 *            header that lies there ("postgres.h", "utils/builtins.h"), a stand-in
 *   <name>   the system, unless the tree has it in a folder made for that (include/), the tree, any package, a library's
 *            folder below /usr/include, a stand-in if there is something to make it from
 *
 * Headers outside the tree are read for what they include in turn, but never led back into the tree.
 */
#include "compdb/resolve.h"

#include "compdb/units.h"

#include <string.h>

/* Headers of C, POSIX and Linux without a folder: a project's file of the same name replaces them only on purpose. */
static const char *const standard_names[] = {
	"aio.h",      "alloca.h",   "argp.h",   "assert.h",  "byteswap.h", "complex.h", "cpio.h",      "ctype.h",
	"dirent.h",   "dlfcn.h",    "elf.h",    "endian.h",  "err.h",      "errno.h",   "error.h",     "execinfo.h",
	"fcntl.h",    "features.h", "fenv.h",   "float.h",   "fmtmsg.h",   "fnmatch.h", "ftw.h",       "getopt.h",
	"glob.h",     "grp.h",      "iconv.h",  "ifaddrs.h", "inttypes.h", "iso646.h",  "langinfo.h",  "libgen.h",
	"libintl.h",  "limits.h",   "link.h",   "locale.h",  "malloc.h",   "math.h",    "memory.h",    "mntent.h",
	"monetary.h", "mqueue.h",   "ndbm.h",   "netdb.h",   "nl_types.h", "obstack.h", "paths.h",     "poll.h",
	"pthread.h",  "pty.h",      "pwd.h",    "regex.h",   "resolv.h",   "sched.h",   "search.h",    "semaphore.h",
	"setjmp.h",   "sgtty.h",    "shadow.h", "signal.h",  "spawn.h",    "stdarg.h",  "stdatomic.h", "stdbool.h",
	"stddef.h",   "stdint.h",   "stdio.h",  "stdlib.h",  "string.h",   "strings.h", "stropts.h",   "syscall.h",
	"sysexits.h", "syslog.h",   "tar.h",    "termios.h", "tgmath.h",   "threads.h", "time.h",      "ucontext.h",
	"unistd.h",   "utime.h",    "utmp.h",   "utmpx.h",   "values.h",   "wait.h",    "wchar.h",     "wctype.h",
	"wordexp.h",
};

static const char *const standard_folders[] = { "sys/",  "linux/", "asm/",     "bits/",
						"arpa/", "net/",   "netinet/", "netpacket/" };

static bool is_standard(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(standard_names); i++)
		if (strcmp(standard_names[i], name) == 0)
			return true;
	for (gsize i = 0; i < G_N_ELEMENTS(standard_folders); i++)
		if (g_str_has_prefix(name, standard_folders[i]))
			return true;
	return false;
}

static struct resolution in_folder(enum place place, const char *folder, const char *name)
{
	g_autofree char *joined = g_build_filename(folder, name, NULL);
	g_autofree char *path = g_canonicalize_filename(joined, NULL);

	return (struct resolution){ .place = place, .path = g_intern_string(path), .folder = folder };
}

static struct resolution known(const char *path)
{
	return (struct resolution){ .place = PLACE_KNOWN, .path = path };
}

static const char *beside(const struct resolver *resolver, const char *folder, const char *name)
{
	g_autofree char *path = g_canonicalize_filename(name, folder);

	return tree_has(resolver->tree, path) ? g_intern_string(path) : NULL;
}

/* A folder that a project shows to its users: include/, inc/. */
static bool is_public(const struct resolver *resolver, const char *folder)
{
	g_auto(GStrv) parts = g_strsplit(folder + strlen(resolver->tree->root), "/", -1);

	return g_strv_contains((const char *const *)parts, "include") ||
	       g_strv_contains((const char *const *)parts, "inc") ||
	       g_strv_contains((const char *const *)parts, "includes");
}

static struct resolution resolve_package(const struct resolver *resolver, const char *name, bool mentioned)
{
	const char *package = packages_find(resolver->packages, name, mentioned);

	return (struct resolution){ .place = package ? PLACE_PACKAGE : PLACE_NOWHERE, .package = package };
}

static struct resolution resolve_standin(const struct resolver *resolver, const char *name, const char *unit,
					 bool invent)
{
	const char *folder = standin_make(resolver->standins, name, unit, invent);

	return folder ? in_folder(PLACE_AFTER, folder, name) : (struct resolution){ 0 };
}

/*
 * Whether a config.h in `folder` is the one that sources in `from` mean: beside them, above them, or in a folder of one
 * of those. Others of that name belong to some other program in the tree.
 */
static bool is_near(const char *folder, const char *from)
{
	g_autofree char *above = g_path_get_dirname(folder);

	return path_is_below(from, above);
}

/* The folder of the tree that has the header; NULL if it has none, or one that a build would make is meant. */
static const char *find_in_tree(const struct resolver *resolver, const char *name, const char *from, const char *unit)
{
	const char *folder = tree_find_folder(resolver->tree, name, from, unit);
	bool config = folder && standin_is_config(resolver->standins, name, unit);

	return config && !is_near(folder, from) && !is_near(folder, unit) ? NULL : folder;
}

/* Whether a source names another header that the folder has; one of its name alone may be what a build would make. */
static bool names_another(const struct resolver *resolver, const char *includer, const char *folder, const char *name)
{
	const struct scan *scan = tree_scan(resolver->tree, includer);

	for (guint i = 0; scan && i < scan->includes->len; i++) {
		const char *other = g_array_index(scan->includes, struct include, i).name;
		g_autofree char *path = g_build_filename(folder, other, NULL);

		if (strcmp(other, name) != 0 && !is_standard(other) && g_file_test(path, G_FILE_TEST_IS_REGULAR))
			return true;
	}
	return false;
}

static struct resolution resolve_quoted(const struct resolver *resolver, const char *name, const char *includer,
					const char *from, const char *unit)
{
	const char *path = beside(resolver, from, name);
	const char *system = packages_find_system(resolver->packages, name);

	if (path)
		return known(path);
	if (system && is_standard(name))
		return known(NULL);
	const char *folder = find_in_tree(resolver, name, from, unit);
	if (folder)
		return in_folder(PLACE_QUOTE, folder, name);
	if (system)
		return known(system);
	struct resolution found = { 0 };
	if (!standin_is_config(resolver->standins, name, unit))
		found = resolve_package(resolver, name, !strchr(name, '/'));
	if (found.place)
		return found;
	found = resolve_standin(resolver, name, unit, false);
	if (found.place)
		return found;
	folder = packages_find_folder(resolver->packages, name);
	return folder && names_another(resolver, includer, folder, name) ? in_folder(PLACE_AFTER, folder, name)
									 : resolve_standin(resolver, name, unit, true);
}

static struct resolution resolve_angle(const struct resolver *resolver, const char *name, const char *from,
				       const char *unit)
{
	const char *system = packages_find_system(resolver->packages, name);

	if (system && is_standard(name))
		return known(NULL);
	const char *folder = find_in_tree(resolver, name, from, unit);
	if (folder && (!system || is_public(resolver, folder)))
		return in_folder(system ? PLACE_BEFORE : PLACE_AFTER, folder, name);
	if (system)
		return known(system);
	if (standin_is_config(resolver->standins, name, unit))
		return resolve_standin(resolver, name, unit, false);
	struct resolution found = resolve_package(resolver, name, false);
	if (found.place)
		return found;
	folder = packages_find_folder(resolver->packages, name);
	return folder ? in_folder(PLACE_AFTER, folder, name) : resolve_standin(resolver, name, unit, false);
}

/* An include in a header that is not the project's. */
static struct resolution resolve_foreign(const struct resolver *resolver, const struct include *include,
					 const char *from)
{
	const char *path = include->angle ? NULL : beside(resolver, from, include->name);
	const char *system = path ? path : packages_find_system(resolver->packages, include->name);

	if (system)
		return known(is_standard(include->name) ? NULL : system);
	return resolve_package(resolver, include->name, false);
}

static struct resolution resolve(const struct resolver *resolver, const struct include *include, const char *includer,
				 const char *from, const char *unit)
{
	if (!path_is_below(from, resolver->tree->root) && !path_is_below(from, resolver->standins->scratch))
		return resolve_foreign(resolver, include, from);
	if (include->angle)
		return resolve_angle(resolver, include->name, from, unit);
	return resolve_quoted(resolver, include->name, includer, from, unit);
}

const struct resolution *resolve_include(struct resolver *resolver, const struct include *include, const char *includer,
					 const char *unit)
{
	g_autofree char *from = g_path_get_dirname(includer);
	g_autofree char *key = g_strdup_printf("%d%s\n%s\n%s", include->angle, include->name, from, unit);
	struct resolution *found = g_hash_table_lookup(resolver->known, key);

	if (found)
		return found;
	found = g_new(struct resolution, 1);
	*found = resolve(resolver, include, includer, from, unit);
	g_hash_table_insert(resolver->known, g_steal_pointer(&key), found);
	return found;
}
