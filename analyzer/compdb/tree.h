/*
 * tree: the files of a project, found by the end of their path.
 */
#ifndef LOOPLINT_COMPDB_TREE_H
#define LOOPLINT_COMPDB_TREE_H

#include <glib.h>
#include <stdbool.h>

struct tree {
	char *root;          /* absolute, links resolved */
	GHashTable *paths;   /* set of char *: every file, absolute */
	GHashTable *by_name; /* base name -> GPtrArray of const char *, sorted */
	GHashTable *folders; /* set of char *: base names of the folders that hold a header */
	GPtrArray *builds;   /* struct build_file *: what says how the project is built */
	GHashTable *files;   /* path -> struct scan *, filled when asked for */
	GPtrArray *switches; /* const char *; NULL until asked for */
	GHashTable *choices; /* option -> enum choice, filled when asked for (choices.c) */
};

struct build_file {
	const char *path;   /* absolute */
	const char *folder; /* that it stands in */
	char *text;
};

struct scan;

struct tree *tree_new(const char *root);
void tree_free(struct tree *tree); /* safe on NULL */

/* Steps from the folder `from` to the folder `to`; going down into tests or another system's folder costs more. */
int tree_distance(const char *from, const char *to);

/* Whether the file exists: below the root from memory, elsewhere by asking the system. */
bool tree_has(const struct tree *tree, const char *path);

/*
 * The folder below the root from which `name` ("a.h", "sub/a.h") resolves, for an include in `includer` while `unit` is
 * parsed (folders both): the nearest, other systems' and tests' last. NULL if there is none. Interned.
 */
const char *tree_find_folder(const struct tree *tree, const char *name, const char *includer, const char *unit);

/* The same for every file that ends in one of `endings` after `name` ("config.h" + ".in"): its path, or NULL. */
const char *tree_find_template(const struct tree *tree, const char *name, const char *unit);

/* What the file says; NULL if it cannot be read. Owned by the tree. */
const struct scan *tree_scan(struct tree *tree, const char *path);

/* Every macro of configure's kind that an #if of the tree's sources asks for (const char *), sorted. Owned by the tree. */
const GPtrArray *tree_switches(struct tree *tree);

/* How often the build files say `word`. */
unsigned tree_mentions(const struct tree *tree, const char *word);

#endif
