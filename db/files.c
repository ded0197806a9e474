/* files: stat first, content second; see files.h. */
#include "db/files.h"

#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

/* A file that changes twice within the clock's tick keeps its time: one that is younger than this is not trusted. */
static const int64_t young_ns = 2000000000;
static const int64_t untrusted = -1;

struct file_row {
	char *path; /* NULL: no such row */
	int64_t mtime_ns, size;
	uint64_t hash;
	bool checked; /* compared with the disk by this store: `hash` and `gone` are the present */
	bool gone;
	bool dirty;
};

void files_init(struct files *files, struct database *db)
{
	*files = (struct files){ .db = db, .rows = g_array_new(FALSE, TRUE, sizeof(struct file_row)) };
}

void files_forget(struct files *files)
{
	if (files->index)
		g_hash_table_destroy(files->index);
	files->index = NULL;
	files->dirty = false;
	for (guint i = 0; i < files->rows->len; i++)
		g_free(g_array_index(files->rows, struct file_row, i).path);
	g_array_set_size(files->rows, 0);
}

void files_finish(struct files *files)
{
	if (!files->rows)
		return;
	files_forget(files);
	g_array_free(files->rows, TRUE);
	files->rows = NULL;
}

static struct file_row *row_of(struct files *files, uint32_t id)
{
	if (id >= files->rows->len)
		return NULL;
	struct file_row *row = &g_array_index(files->rows, struct file_row, id);
	return row->path ? row : NULL;
}

static struct file_row *add_row(struct files *files, uint32_t id, const char *path)
{
	if (id >= files->rows->len)
		g_array_set_size(files->rows, id + 1);
	struct file_row *row = &g_array_index(files->rows, struct file_row, id);

	g_free(row->path);
	*row = (struct file_row){ .path = g_strdup(path) };
	g_hash_table_insert(files->index, row->path, GUINT_TO_POINTER(id));
	return row;
}

/*
 * Reads the rows behind the last one we know: all of them at first, later what other programs added. Ids grow one by
 * one, so a huge one is damage.
 */
static void load_rows(struct files *files)
{
	BORROWED sqlite3_stmt *s = database_statement(files->db, "SELECT id, path, mtime_ns, size, hash FROM file "
								 "WHERE id BETWEEN max(?, 1) AND 0xffffff");

	if (!files->index)
		files->index = g_hash_table_new(g_str_hash, g_str_equal);
	if (!s)
		return;
	sqlite3_bind_int64(s, 1, files->rows->len);
	while (sqlite3_step(s) == SQLITE_ROW) {
		struct file_row *row = add_row(files, (uint32_t)sqlite3_column_int64(s, 0), column_text(s, 1));

		row->mtime_ns = sqlite3_column_int64(s, 2);
		row->size = sqlite3_column_int64(s, 3);
		row->hash = (uint64_t)sqlite3_column_int64(s, 4);
	}
}

static int64_t mtime_of(const struct stat *status)
{
	return (int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec;
}

static int64_t trusted_mtime(int64_t mtime_ns)
{
	return g_get_real_time() * 1000 - mtime_ns > young_ns ? mtime_ns : untrusted;
}

/* Takes the content for what the file holds. False if it cannot be read. */
static bool read_content(struct file_row *row, const struct stat *status)
{
	g_autofree char *content = NULL;
	gsize size;

	if (!g_file_get_contents(row->path, &content, &size, NULL))
		return false;
	row->hash = XXH3_64bits(content, size);
	row->size = (int64_t)size;
	row->mtime_ns = trusted_mtime(mtime_of(status));
	row->dirty = true;
	return true;
}

static void check_row(struct files *files, struct file_row *row)
{
	struct stat status;

	row->checked = true;
	row->gone = stat(row->path, &status) != 0 || !S_ISREG(status.st_mode);
	if (row->gone || (mtime_of(&status) == row->mtime_ns && status.st_size == row->size))
		return;
	row->gone = !read_content(row, &status);
	files->dirty |= row->dirty;
}

bool files_match(struct files *files, uint32_t id, uint64_t hash)
{
	struct file_row *row = row_of(files, id);

	if (!row) {
		load_rows(files);
		row = row_of(files, id);
	}
	if (!row)
		return false;
	if (!row->checked)
		check_row(files, row);
	return !row->gone && row->hash == hash;
}

uint32_t files_count(const struct files *files)
{
	return files->rows->len;
}

const char *files_path(struct files *files, uint32_t id)
{
	const struct file_row *row = row_of(files, id);

	return row ? row->path : NULL;
}

static int update_row(struct files *files, uint32_t id, const struct file_row *row)
{
	BORROWED sqlite3_stmt *s =
		database_statement(files->db, "UPDATE file SET mtime_ns = ?, size = ?, hash = ? WHERE id = ?");

	if (s) {
		sqlite3_bind_int64(s, 1, row->mtime_ns);
		sqlite3_bind_int64(s, 2, row->size);
		sqlite3_bind_int64(s, 3, (int64_t)row->hash);
		sqlite3_bind_int64(s, 4, id);
	}
	return database_step(files->db, s);
}

/* Another program may have added the path since we loaded: then its id is taken. */
static int insert_row(struct files *files, const char *path, uint32_t *id)
{
	BORROWED sqlite3_stmt *s =
		database_statement(files->db, "INSERT INTO file (path, mtime_ns, size, hash) VALUES (?, -1, 0, 0) "
					      "ON CONFLICT (path) DO UPDATE SET path = excluded.path RETURNING id");

	if (!s)
		return database_error(files->db);
	bind_text(s, 1, path);
	if (sqlite3_step(s) != SQLITE_ROW)
		return database_error(files->db);
	*id = (uint32_t)sqlite3_column_int64(s, 0);
	load_rows(files); /* ours, and those that others added before it */
	if (!row_of(files, *id))
		add_row(files, *id, path);
	return SQLITE_OK;
}

static bool same_content(const struct file_row *row, const struct dependency *dependency, int64_t mtime_ns)
{
	return row->mtime_ns == mtime_ns && row->size == dependency->size && row->hash == dependency->hash;
}

int files_put(struct files *files, const struct facts *facts, const struct dependency *dependency, uint32_t *id)
{
	const char *path = facts_string(facts, dependency->path);
	int64_t mtime_ns = trusted_mtime(dependency->mtime_ns);
	gpointer known;

	if (!files->index)
		load_rows(files);
	if (g_hash_table_lookup_extended(files->index, path, NULL, &known)) {
		*id = GPOINTER_TO_UINT(known);
	} else {
		int rc = insert_row(files, path, id);

		if (rc != SQLITE_OK)
			return rc;
	}
	struct file_row *row = row_of(files, *id);
	if (same_content(row, dependency, mtime_ns))
		return SQLITE_OK;
	row->mtime_ns = mtime_ns;
	row->size = dependency->size;
	row->hash = dependency->hash;
	row->checked = row->dirty = false;
	return update_row(files, *id, row);
}

int files_save(struct files *files)
{
	int rc = SQLITE_OK;

	for (guint id = 0; files->dirty && id < files->rows->len && rc == SQLITE_OK; id++) {
		struct file_row *row = &g_array_index(files->rows, struct file_row, id);

		if (row->path && row->dirty)
			rc = update_row(files, id, row);
		row->dirty = false;
	}
	files->dirty = false;
	return rc;
}
